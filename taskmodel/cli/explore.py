"""`taskmodel explore`: the page to play with, until it is interrupted."""

import contextlib
import webbrowser
from argparse import Namespace

from taskmodel.cli.catalogs import load
from taskmodel.cli.output import Answer
from taskmodel.cli.screen import note


def answer(args: Namespace) -> Answer:
    """Serve the page of a catalog until an interrupt."""
    from taskmodel.explore import Server, Workbench

    load(args)  # whose defects speak of options
    bench = Workbench(args.catalog, args.scenario, args.set)
    server = Server(bench, args.port, args.debug)
    try:
        with contextlib.suppress(KeyboardInterrupt):  # the way to end it
            print(f"{server.url} has the page of {bench.base.name}; Ctrl-C ends it", flush=True)
            bench.warm_up()
            if not args.no_browser and not webbrowser.open(server.url):
                note("no browser was found: open the address in one", args.quiet)
            server.serve_forever()
    finally:
        server.close()
    return Answer({}, lambda: ["The page is closed."])
