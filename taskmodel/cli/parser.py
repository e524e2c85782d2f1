"""Arguments and help of every command."""

from __future__ import annotations

import argparse

from taskmodel.cli.asked import DEFAULT_CATALOG

ABOUT = "Task-by-task automation of research as compute grows, and where human supervision becomes the bottleneck."
EXIT = """exit status:
  0 fine, 1 the model has no answer or a check found something, 2 bad input,
  130 interrupted, 141 the reader of the output went away"""
TOP = f"""examples:
  taskmodel run                                    the default catalog, in a few seconds
  taskmodel run --set supervision.headcount=100    the same with 100 reviewers
  taskmodel new mylab                              writes mylab.yaml, a commented catalog to start from
  taskmodel check mylab.yaml                       every defect in it, each with its line
  taskmodel run mylab.yaml -o out                  sweep it; results and figures go to out/

Every command explains itself: taskmodel COMMAND --help

{EXIT}"""
PATHS = """A PATH is a place in the catalog's file, its keys joined by dots: supervision.headcount, tasks.red_teaming.review_ratio,
nests.build.elasticity; PATH.low and PATH.high are the ends of its interval. A VALUE is written as in the file: 100, 1e30,
dedicated, true, null, "{value: 3, low: 1, high: 5}". A path that does not exist is answered with the nearest that do."""
JSON = """JSON: one document, full precision, strict: NaN (nothing can be produced) is null, infinity (no limit) is the string
"inf". Compute is in FLOP/year, hours are hours; speed-ups, shares and elasticities are pure numbers."""

RUN = f"""Sweep compute: tasks are automated one by one, as AI comes to be able to do them, and the people, the review, the compute
for inference and for experiments are put to their best use at every point. The answer is how much faster research goes,
when AI takes over its first task, where human review starts to bind and where it becomes the bottleneck, the ceiling that
it sets, and which reviews cost most.

{PATHS}"""
RUN_MORE = f"""examples:
  taskmodel run
  taskmodel run ml_capability_rnd --scenario reference
  taskmodel run --set supervision.headcount=100 --set supervision.pool=dedicated
  taskmodel run --grid 1e28:1e31:50 --no-figures -o quick
  taskmodel run --json | python -m json.tool

what is written to DIR:
  result.nc         everything, as netCDF-4 (in Python: taskmodel.open("DIR/result.nc"))
  speedup.svg/.png  the speed-up curve, if matplotlib is installed: pip install 'taskmodel[plot]'
Files are written whole or not at all, and replace those of an earlier run in the same folder.

words:
  throughput   research output, relative to the same people without AI
  latency      time of one pass through all tasks without AI, relative to that with AI
  effective    both together: throughput^L latency^(1 - L), L = production.parallel_exponent
  binds        1 % more review would give more than supervision.binding_tolerance % more research
  bottleneck   no other source holds research back more than review does

{JSON}
Keys: catalog, scenario, overrides, version, sha256, grid, files, today, first_automation, oversight_binds,
oversight_bottleneck, ceiling (each {{compute, throughput_speedup, latency_speedup, speedup}} or null), at_grid_start (those of
them that hold at the first point of the grid already), stretches, no_oversight_ceiling, automated_hours_share,
bottleneck_share, top_reviews, advice, curve, events.
The compute of `ceiling` is that from which AI can do every task it may do; null if there is none.

{EXIT}"""
LATENCY = f"""How long one pass through all tasks takes, one after the other where they must: the critical path, with and without AI, at
one point of the compute axis. People work 40 hours of a week (latency.working_hours_per_week), AI all 168; durations are
wall-clock hours, weighted by who does the task, and include review and waits at gates.

{PATHS}"""
LATENCY_MORE = f"""examples:
  taskmodel latency
  taskmodel latency --compute 1e32
  taskmodel latency --compute 1e32 --set latency.count_review=false

{JSON}
Keys: catalog, scenario, overrides, version, sha256, compute, pass_time, pass_time_without_ai, latency_speedup, critical_path
(tasks in order, each with title, start, duration [h] and mode_share), others (the rest, by slack [h]).

{EXIT}"""
CHECK = """Check catalogs and scenarios and list every defect, each with file, line, column, path, what is allowed and how to mend it.
Besides, units that were converted and numbers that rest on no source are listed; these are no defects."""
CHECK_MORE = """examples:
  taskmodel check mylab.yaml
  taskmodel check mylab.yaml --scenario myscenario.yaml
  taskmodel check tasks/*.yaml --json

A file with `set` and no `tasks` is read as a scenario; whether its paths are in a catalog shows when it is laid over one
with --scenario. Names of bundled catalogs will do in place of files.

JSON keys: ok, files [{file, kind, ok, title, tasks, defects [{file, line, column, path, message}], conversions, without_source}].

exit status: 0 no defects; 1 a file has defects; 2 a file cannot be read (or there is none)"""
NEW = """Write a catalog to start from: six tasks, every block explained in comments; it runs as it is."""
NEW_MORE = """examples:
  taskmodel new mylab                               writes mylab.yaml
  taskmodel new mylab --from alignment_research     a copy of a bundled catalog
  taskmodel new mylab -o catalogs/mylab.yaml

then:
  taskmodel check mylab.yaml
  taskmodel run mylab.yaml

An existing file is never overwritten."""
SCHEMA = """Print the JSON Schema of catalogs (draft 2020-12), with which editors check and complete YAML as it is typed."""
SCHEMA_MORE = """examples:
  taskmodel schema > catalog.schema.json

and, for editors with the YAML language server, as the first line of a catalog:
  # yaml-language-server: $schema=catalog.schema.json

The schema covers types, units and ranges; what holds between blocks (ids that exist, shares that sum to 1) is for
`taskmodel check`."""
LIST = "List the catalogs and scenarios that come with the package."
LIST_MORE = """examples:
  taskmodel list
  taskmodel list --json

JSON keys: catalogs [{name, title, question, tasks}], scenarios [{name, title, description, sets}]."""


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; `command` and `module` say what was chosen."""
    everywhere = argparse.ArgumentParser(add_help=False)
    everywhere.add_argument("--quiet", action="store_true", default=argparse.SUPPRESS, help="no notes and no progress on stderr")
    everywhere.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show the traceback of an error")
    top = argparse.ArgumentParser(
        "taskmodel", description=ABOUT, epilog=TOP, parents=[everywhere], allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    top.set_defaults(command=None, quiet=False, debug=False)
    top.add_argument("--version", action=_Version, help="print the version and exit")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", dest="command", parser_class=_Command)

    def add(name: str, summary: str, about: str, more: str, module: str | None = None) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=summary, description=about, epilog=more, parents=[everywhere])
        made.set_defaults(module=module or name)
        return made

    run = add("run", "sweep compute: the speed-up, and where oversight binds (start here)", RUN, RUN_MORE)
    _catalog_arguments(run)
    run.add_argument("-o", "--output", metavar="DIR", help="folder for the results; default: taskmodel-results/ and a name made of what is run")
    run.add_argument("--grid", metavar="LOW:HIGH:POINTS", help="points to report, evenly spaced in the logarithm [FLOP/year]; default: the catalog's")
    run.add_argument("--json", action="store_true", help="print the answer as JSON")
    run.add_argument("--no-figures", action="store_true", help="write result.nc only")

    latency = add("latency", "the critical path: how long one pass through the tasks takes", LATENCY, LATENCY_MORE)
    _catalog_arguments(latency)
    latency.add_argument("--compute", metavar="C", help="point of the compute axis [FLOP/year]; default: the catalog's compute.today")
    latency.add_argument("--json", action="store_true", help="print the answer as JSON")

    listing = add("list", "bundled catalogs and scenarios", LIST, LIST_MORE, "listing")
    listing.add_argument("--json", action="store_true", help="print the list as JSON")

    check = add("check", "every defect of a catalog or scenario", CHECK, CHECK_MORE)
    check.add_argument("files", nargs="+", metavar="FILE", help="catalog or scenario file")
    check.add_argument("--scenario", metavar="S", help="bundled name or file of a scenario, laid over each catalog")
    check.add_argument("--json", action="store_true", help="print the findings as JSON")

    new = add("new", "write a commented catalog to start from", NEW, NEW_MORE)
    new.add_argument("name", metavar="NAME", help="one word; the file is NAME.yaml")
    new.add_argument("--from", dest="source", metavar="CATALOG", help="copy this catalog (bundled name or file) in place of the starter")
    new.add_argument("-o", "--output", metavar="FILE", help="file to write, in place of NAME.yaml")

    add("schema", "JSON Schema of catalogs, for editors", SCHEMA, SCHEMA_MORE)
    return top


def _catalog_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("catalog", nargs="?", default=DEFAULT_CATALOG, metavar="CATALOG", help=f"bundled name or YAML file; default: {DEFAULT_CATALOG}")
    command.add_argument("--scenario", metavar="S", help="bundled name or file of a scenario to lay over the catalog")
    command.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="set a value of the catalog; may be repeated")


class _Command(argparse.ArgumentParser):
    """A parser whose help keeps its lines, and that takes no abbreviated options."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **kwargs)


class _Version(argparse.Action):
    """Look the version up only when it is asked for."""

    def __init__(self, **kwargs) -> None:
        super().__init__(nargs=0, **kwargs)

    def __call__(self, parser, namespace, values, option_string=None) -> None:
        from taskmodel import __version__

        print(f"taskmodel {__version__}")
        parser.exit()
