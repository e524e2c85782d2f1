"""Arguments of every command."""

from __future__ import annotations

import argparse
from typing import Any

from taskmodel.cli import helps

DEFAULT_CATALOG = "alignment_research"
DEFAULT_WORLD = "davidson_best_guess"
DEFAULT_LADDER = "t_agi_ladder"
DEFAULT_TREND = "metr"
DEFAULT_PATHS = "epoch_trend"


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; `command` and `module` say what was chosen."""
    top = _Parser("taskmodel", description=helps.ABOUT, epilog=helps.TOP)
    _common_arguments(top, default=False)
    top.set_defaults(command=None)
    top.add_argument("--version", action=_Version, help="print the version and exit")
    commands = top.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", parser_class=_Parser
    )

    def add(
        name: str, summary: str, about: str, more: str, module: str | None = None
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=summary, description=about, epilog=more)
        _common_arguments(made, default=argparse.SUPPRESS)  # what was said before the command holds
        made.set_defaults(module=module or name)
        return made

    run = add(
        "run", "sweep compute: the speed-up, and where oversight binds", helps.RUN, helps.RUN_MORE
    )
    _catalog_arguments(run)
    run.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        help="folder for the results; default: one in taskmodel-results, named for the run",
    )
    run.add_argument(
        "--grid",
        metavar="LOW:HIGH:POINTS",
        help="points to report [FLOP/year], a geometric series; default: the catalog's",
    )
    run.add_argument(
        "--over",
        choices=("compute", "time"),
        default="compute",
        help="what goes on: compute (default), or time, along paths",
    )
    run.add_argument(
        "--paths",
        metavar="PATHS",
        help=f"with --over time: bundled name or YAML file; default: {DEFAULT_PATHS}",
    )
    run.add_argument("--json", action="store_true", help="print the answer as JSON")
    run.add_argument("--no-figures", action="store_true", help="write result.nc only")

    latency = add(
        "latency", "the critical path: how long one pass takes", helps.LATENCY, helps.LATENCY_MORE
    )
    _catalog_arguments(latency)
    latency.add_argument(
        "--compute",
        metavar="C",
        help="point of the compute axis [FLOP/year]; default: the catalog's compute.today",
    )
    latency.add_argument(
        "--lines",
        metavar="M",
        help="units that can usefully be on their way at a time; says what that leaves",
    )
    latency.add_argument("--json", action="store_true", help="print the answer as JSON")

    regimes = add(
        "regimes", "the formula of each regime of a sweep", helps.REGIMES, helps.REGIMES_MORE
    )
    _catalog_arguments(regimes)
    regimes.add_argument(
        "--range",
        dest="span",
        metavar="LOW:HIGH",
        help="stretch of the axis [FLOP/year]; default: the catalog's grid",
    )
    regimes.add_argument(
        "--latex",
        metavar="FILE",
        help="write a document that compiles with LaTeX; -: to stdout, in place of the page",
    )
    regimes.add_argument("--json", action="store_true", help="print the answer as JSON")

    vary = add("vary", "sweep any number of the catalog", helps.VARY, helps.VARY_MORE)
    vary.add_argument(
        "range",
        metavar="PATH=LOW:HIGH[:POINTS]",
        help="what to vary, in its unit, and how many points to report (200)",
    )
    _catalog_arguments(vary)
    vary.add_argument(
        "--compute",
        metavar="C",
        help="point of the compute axis [FLOP/year]; default: the catalog's compute.today",
    )
    vary.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        help="folder for the result; default: one in taskmodel-results, named for the run",
    )
    vary.add_argument("--json", action="store_true", help="print the answer as JSON")

    worth = add("worth", "what more of anything would give", helps.WORTH, helps.WORTH_MORE)
    _catalog_arguments(worth)
    worth.add_argument(
        "--compute",
        metavar="C",
        help="point of the compute axis [FLOP/year]; default: the catalog's compute.today",
    )
    worth.add_argument(
        "--input",
        action="append",
        metavar="PATH",
        help="only this input, or `compute`; may be repeated",
    )
    worth.add_argument(
        "--all", action="store_true", help="every input that makes a difference, and every task"
    )
    worth.add_argument("--json", action="store_true", help="print the answer as JSON")

    lead_time = add(
        "lead-time",
        "what a lead buys: workforce, pause, work that counts",
        helps.LEAD_TIME,
        helps.LEAD_TIME_MORE,
        "leadtime",
    )
    lead_time.add_argument(
        "plan",
        nargs="?",
        default="seed_toy",
        metavar="PLAN",
        help="bundled name or YAML file; default: seed_toy",
    )
    lead_time.add_argument("--months", metavar="X", help="the lead [month]; default: the plan's")
    lead_time.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="set a value of the plan; may be repeated",
    )
    lead_time.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        help="folder for result and figure; default: none are written",
    )
    lead_time.add_argument("--json", action="store_true", help="print the answer as JSON")

    what_if = add(
        "what-if",
        "the speed-up with each constraint gone",
        helps.WHAT_IF,
        helps.WHAT_IF_MORE,
        "whatif",
    )
    _catalog_arguments(what_if)
    what_if.add_argument(
        "--compute",
        metavar="C",
        help="point of the compute axis [FLOP/year]; default: the catalog's compute.today",
    )
    what_if.add_argument("--json", action="store_true", help="print the answer as JSON")

    simulate = add(
        "simulate",
        "AI takeoff through time: when what is reached",
        helps.SIMULATE,
        helps.SIMULATE_MORE,
    )
    simulate.add_argument(
        "scenario",
        nargs="?",
        default=DEFAULT_WORLD,
        metavar="SCENARIO",
        help=f"bundled name or YAML file; default: {DEFAULT_WORLD}",
    )
    simulate.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a parameter; may be repeated",
    )
    simulate.add_argument(
        "--reference-step",
        metavar="YEARS",
        help="step as the reference's program does; its own step is 0.1",
    )
    simulate.add_argument("--draws", metavar="N", help="run a loop for so many draws of its priors")
    simulate.add_argument("--seed", metavar="S", help="of the draws, a whole number; default: 1")
    simulate.add_argument(
        "--alignment",
        metavar="CATALOG",
        help="follow this organisation beside the world's capabilities",
    )
    simulate.add_argument("--alignment-scenario", metavar="S", help="scenario to lay over it")
    simulate.add_argument(
        "--alignment-set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="set a value of it; may be repeated",
    )
    simulate.add_argument(
        "--capabilities",
        metavar="CATALOG",
        help="with --alignment: an organisation of capability research besides",
    )
    simulate.add_argument(
        "--paths",
        metavar="PATHS",
        help="with --alignment: how its people and other numbers change over time",
    )
    simulate.add_argument(
        "--effective",
        action="store_true",
        help="with --alignment: milestones of the effective speed-up, not throughput",
    )
    simulate.add_argument(
        "-o", "--output", metavar="DIR", help="write the result and the figure to this folder"
    )
    simulate.add_argument("--no-figures", action="store_true", help="write result.nc only")
    simulate.add_argument("--json", action="store_true", help="print the answer as JSON")

    horizon = add(
        "horizon",
        "how long the tasks are that AI can do, over time",
        helps.HORIZON,
        helps.HORIZON_MORE,
    )
    _catalog_arguments(horizon, DEFAULT_LADDER)
    horizon.add_argument(
        "--trend",
        default=DEFAULT_TREND,
        metavar="T",
        help=f"models that were measured; default: {DEFAULT_TREND}",
    )
    horizon.add_argument(
        "--since",
        metavar="DATE",
        help="frontier models from this date on make the trend; default: the trend's",
    )
    horizon.add_argument(
        "--doubling",
        metavar="MONTHS",
        help="doubling time of the trend; default: that of its models",
    )
    horizon.add_argument(
        "--growth",
        metavar="OOM",
        help="growth of compute in powers of ten a year; default: the trend's",
    )
    horizon.add_argument(
        "--compute",
        action="append",
        metavar="DATE=C",
        help="compute at a date [FLOP/year]; repeated: a course, in place of growth",
    )
    horizon.add_argument(
        "-o", "--output", metavar="DIR", help="write the result and the figure to this folder"
    )
    horizon.add_argument("--no-figures", action="store_true", help="write horizon.nc only")
    horizon.add_argument("--json", action="store_true", help="print the answer as JSON")

    trust = add(
        "trust", "what clean audits take, and what they give", helps.TRUST, helps.TRUST_MORE
    )
    _catalog_arguments(trust)
    trust.add_argument(
        "--compute",
        metavar="C",
        help="point of the compute axis [FLOP/year]; default: the catalog's compute.today",
    )
    trust.add_argument(
        "--all", action="store_true", help="every task, also those that owe no audits"
    )
    trust.add_argument("--json", action="store_true", help="print the answer as JSON")

    bottleneck = add(
        "bottleneck", "map of what binds over two inputs", helps.BOTTLENECK, helps.BOTTLENECK_MORE
    )
    _catalog_arguments(bottleneck)
    for side in ("x", "y"):
        bottleneck.add_argument(
            f"--{side}",
            metavar="PATH=LOW:HIGH[:POINTS]",
            required=True,
            help="an input, `compute` being one (60 points)",
        )
    bottleneck.add_argument(
        "--compute",
        metavar="C",
        help="point of the compute axis [FLOP/year]; default: the catalog's compute.today",
    )
    bottleneck.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        help="folder for map and figure; default: one in taskmodel-results",
    )
    bottleneck.add_argument("--json", action="store_true", help="print the answer as JSON")
    bottleneck.add_argument("--no-figures", action="store_true", help="write bottleneck.nc only")

    onset = add(
        "onset",
        "where oversight begins to bind, for values of an input",
        helps.ONSET,
        helps.ONSET_MORE,
    )
    onset.add_argument(
        "range",
        metavar="PATH=LOW:HIGH[:POINTS]",
        help="the input, in its unit, and how many values of it (13)",
    )
    _catalog_arguments(onset)
    onset.add_argument(
        "--compute",
        metavar="C",
        help="where to tell the share of review [FLOP/year]; default: the catalog's compute.today",
    )
    onset.add_argument("--json", action="store_true", help="print the answer as JSON")

    frontier = add(
        "frontier",
        "what limiting the defects that escape costs",
        helps.FRONTIER,
        helps.FRONTIER_MORE,
    )
    _catalog_arguments(frontier)
    frontier.add_argument(
        "--compute",
        metavar="C",
        help="point of the compute axis [FLOP/year]; default: the catalog's compute.today",
    )
    frontier.add_argument(
        "--budgets",
        metavar="LOW:HIGH[:POINTS]",
        help="budgets to report [h/year] (41); default: 0, and up to what escapes without one",
    )
    frontier.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        help="folder for dataset and figure; default: one in taskmodel-results",
    )
    frontier.add_argument("--json", action="store_true", help="print the answer as JSON")
    frontier.add_argument("--no-figures", action="store_true", help="write frontier.nc only")

    compare = add(
        "compare",
        "what differs, and what of the answer it explains",
        helps.COMPARE,
        helps.COMPARE_MORE,
    )
    _catalog_arguments(compare)
    compare.add_argument("--to", metavar="CATALOG", help="the other catalog; default: the same")
    compare.add_argument("--to-scenario", metavar="S", help="scenario to lay over the other")
    compare.add_argument(
        "--to-set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="set a value of the other; may be repeated",
    )
    compare.add_argument(
        "--target",
        metavar="NAME",
        default="speedup",
        help="the answer, a variable of a sweep; default: speedup",
    )
    compare.add_argument(
        "--compute",
        metavar="C",
        help="point of the compute axis [FLOP/year]; default: the catalog's compute.today",
    )
    compare.add_argument("--json", action="store_true", help="print the answer as JSON")

    load = add(
        "review-load",
        "review by task, and what less of it would give",
        helps.REVIEW_LOAD,
        helps.REVIEW_LOAD_MORE,
        "review",
    )
    _catalog_arguments(load)
    load.add_argument(
        "--compute",
        metavar="C",
        help="point of the compute axis [FLOP/year]; default: the catalog's compute.today",
    )
    load.add_argument("--json", action="store_true", help="print the answer as JSON")

    solve = add(
        "solve-for",
        "the value of an input that gives a target",
        helps.SOLVE_FOR,
        helps.SOLVE_FOR_MORE,
        "solve",
    )
    solve.add_argument(
        "path",
        metavar="PATH",
        help="what is looked for: a number of the catalog or world, or `compute`",
    )
    _catalog_arguments(solve)
    solve.add_argument(
        "--target",
        metavar="NAME=VALUE",
        required=True,
        help="what is to be reached, such as speedup=10",
    )
    solve.add_argument(
        "--at",
        metavar="compute=C",
        help="point of the compute axis [FLOP/year]; default: the catalog's compute.today",
    )
    solve.add_argument(
        "--range",
        dest="span",
        metavar="LOW:HIGH",
        help="where to look; default: all that is allowed, or 1e4 either way",
    )
    solve.add_argument("--json", action="store_true", help="print the answer as JSON")

    validate = add("validate", "published results beside ours", helps.VALIDATE, helps.VALIDATE_MORE)
    validate.add_argument(
        "--all", action="store_true", help="every result, also in groups that all agree"
    )
    validate.add_argument("--json", action="store_true", help="print the table as JSON")

    listing = add(
        "list",
        "bundled catalogs, scenarios, plans, worlds and more",
        helps.LIST,
        helps.LIST_MORE,
        "listing",
    )
    listing.add_argument("--json", action="store_true", help="print the list as JSON")

    check = add(
        "check", "every defect of a catalog, scenario or other file", helps.CHECK, helps.CHECK_MORE
    )
    check.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="catalog, scenario, plan, world, loop, trend or file of paths",
    )
    check.add_argument(
        "--scenario", metavar="S", help="bundled name or file of a scenario, laid over each catalog"
    )
    check.add_argument("--json", action="store_true", help="print the findings as JSON")

    new = add("new", "write a commented catalog to start from", helps.NEW, helps.NEW_MORE)
    new.add_argument("name", metavar="NAME", help="one word; the file is NAME.yaml")
    new.add_argument(
        "--from",
        dest="source",
        metavar="CATALOG",
        help="copy this catalog (bundled name or file) instead",
    )
    new.add_argument("-o", "--output", metavar="FILE", help="file to write, in place of NAME.yaml")

    schema = add(
        "schema",
        "JSON Schema of catalogs, plans and paths, for editors",
        helps.SCHEMA,
        helps.SCHEMA_MORE,
    )
    which = schema.add_mutually_exclusive_group()
    which.add_argument(
        "--plan", action="store_true", help="of plans for a lead, in place of catalogs"
    )
    which.add_argument(
        "--paths", action="store_true", help="of paths through time, in place of catalogs"
    )
    return top


def _common_arguments(command: argparse.ArgumentParser, default: bool | str) -> None:
    command.add_argument(
        "--quiet", action="store_true", default=default, help="no notes and no progress on stderr"
    )
    command.add_argument(
        "--debug", action="store_true", default=default, help="show the traceback of an error"
    )


def _catalog_arguments(command: argparse.ArgumentParser, default: str = DEFAULT_CATALOG) -> None:
    meaning = f"bundled name or YAML file; default: {default}"
    command.add_argument("catalog", nargs="?", default=default, metavar="CATALOG", help=meaning)
    command.add_argument(
        "--scenario", metavar="S", help="bundled name or file of a scenario to lay over the catalog"
    )
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="set a value of the catalog; may be repeated",
    )


class _Parser(argparse.ArgumentParser):
    """A parser whose help keeps its lines, and that takes no abbreviated options."""

    def __init__(self, prog: str | None = None, **kwargs: Any) -> None:
        super().__init__(prog, formatter_class=_Help, allow_abbrev=False, **kwargs)


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help that keeps its lines, with room for the longest command beside what it does."""

    def __init__(self, prog: str, **kwargs: Any) -> None:
        super().__init__(prog, **kwargs)
        self._action_max_length = (
            15  # argparse forgets that commands are indented once more than options
        )


class _Version(argparse.Action):
    """Look the version up only when it is asked for."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(nargs=0, **kwargs)

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: object,
        values: object,
        option_string: str | None = None,
    ) -> None:
        from taskmodel._version import __version__

        print(f"taskmodel {__version__}")
        parser.exit()
