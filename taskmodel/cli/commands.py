"""The table of commands, with name, module, group, summary and arguments of each."""

from __future__ import annotations

from typing import Any, NamedTuple

from taskmodel.cli import values

DEFAULT_CATALOG = "alignment_research"
DEFAULT_PATHS = "epoch_trend"
DEFAULT_PLAN = "seed_toy"
DEFAULT_WORLD = "davidson_best_guess"
DEFAULT_TREND = "metr"


class Argument(NamedTuple):
    """Names and options of `argparse.ArgumentParser.add_argument`."""

    names: tuple[str, ...]
    options: dict[str, Any]


class Command(NamedTuple):
    """One command.

    Attributes
    ----------
    name, module : str
        The word on the command line, and the module of `taskmodel.cli` with its function `answer`.
    group, summary : str
        Heading and line in the list of commands.
    arguments : tuple of Argument, or of tuples of them
        A tuple holds arguments that exclude one another.
    """

    name: str
    module: str
    group: str
    summary: str
    arguments: tuple[Argument | tuple[Argument, ...], ...]


def _argument(*names: str, **options: Any) -> Argument:
    return Argument(names, options)


def _flag(name: str, meaning: str, **options: Any) -> Argument:
    return Argument((name,), {"action": "store_true", "help": meaning, **options})


def _settings(name: str, meaning: str, metavar: str = "PATH=VALUE") -> Argument:
    """Settings by path, as a dictionary; the option may be repeated."""
    return _mapping(name, values.setting, metavar, f"{meaning}; may be repeated")


def _mapping(name: str, parse: Any, metavar: str, meaning: str) -> Argument:
    options = {"action": "mapping", "type": parse, "metavar": metavar, "help": meaning}
    return Argument((name,), {**options, "default": {}})


def _catalog(default: str = DEFAULT_CATALOG) -> tuple[Argument, ...]:
    """Catalog, scenario and settings."""
    named = {"nargs": "?", "default": default, "metavar": "CATALOG"}
    return (
        _argument("catalog", help=f"bundled name or YAML file; default: {default}", **named),
        _argument(
            "--scenario",
            metavar="S",
            help="bundled name or file of a scenario to lay over the catalog",
        ),
        _settings("--set", "set a value of the catalog"),
    )


def _output(meaning: str, metavar: str = "DIR") -> Argument:
    return _argument("-o", "--output", metavar=metavar, help=meaning)


CATALOG = _catalog()
COMPUTE = _argument(
    "--compute",
    type=values.flop_per_year,
    metavar="C",
    help="point of the compute axis [FLOP/year]; default: the catalog's compute.today",
)
JSON = _flag("--json", "print the answer as JSON")
OUTPUT = _output("folder for the results; default: one in taskmodel-results, named for the run")
OPTIONAL_OUTPUT = _output("write the result and the figure to this folder; default: none")
NO_FIGURES = _flag("--no-figures", "write the dataset only")
COMMON = (
    _flag("--quiet", "no notes and no progress on stderr"),
    _flag("--debug", "show the traceback of an error"),
)

COMMANDS = (
    Command(
        "run",
        "run",
        "Answers",
        "sweep compute: the speed-up, and where oversight binds",
        (
            *CATALOG,
            OUTPUT,
            _argument(
                "--grid",
                type=values.span(
                    "LOW:HIGH:POINTS",
                    "1e26:1e35:400 (dates over time: 2026:2030:41)",
                    most=values.MAX_POINTS,
                ),
                metavar="LOW:HIGH:POINTS",
                help="points to report [FLOP/year], a geometric series; default: the catalog's",
            ),
            _argument(
                "--over",
                choices=("compute", "time"),
                default="compute",
                help="axis of the sweep: compute (default), or time, along paths",
            ),
            _argument(
                "--paths",
                metavar="PATHS",
                help=f"with --over time: bundled name or YAML file; default: {DEFAULT_PATHS}",
            ),
            JSON,
            NO_FIGURES,
        ),
    ),
    Command(
        "latency",
        "latency",
        "Answers",
        "the critical path: how long one pass takes",
        (
            *CATALOG,
            COMPUTE,
            _argument(
                "--lines",
                type=values.real("positive number of units, such as 1000", values.POSITIVE),
                metavar="M",
                help="units that can usefully be in progress at a time; reports the effect",
            ),
            JSON,
        ),
    ),
    Command(
        "regimes",
        "regimes",
        "Answers",
        "the formula of each regime of a sweep",
        (
            *CATALOG,
            _argument(
                "--range",
                dest="span",
                type=values.span("LOW:HIGH", "1e26:1e35", low=values.POSITIVE),
                metavar="LOW:HIGH",
                help="part of the axis [FLOP/year]; default: the catalog's grid",
            ),
            _argument(
                "--latex",
                metavar="FILE",
                help="write a LaTeX document; -: to stdout, in place of the page",
            ),
            JSON,
        ),
    ),
    Command(
        "bottleneck",
        "bottleneck",
        "Answers",
        "map of what binds over two inputs",
        (
            *CATALOG,
            *(
                _argument(
                    side,
                    type=values.axis(60, values.MAX_MAP_POINTS),
                    metavar="PATH=LOW:HIGH[:POINTS]",
                    required=True,
                    help="an input, or `compute` (60 points)",
                )
                for side in ("--x", "--y")
            ),
            COMPUTE,
            OUTPUT,
            JSON,
            NO_FIGURES,
        ),
    ),
    Command(
        "solve-for",
        "solve",
        "Answers",
        "the value of an input that gives a target",
        (
            _argument(
                "path",
                metavar="PATH",
                help="the unknown: a number of the catalog or world, or `compute`",
            ),
            *CATALOG,
            _argument(
                "--target",
                type=values.target,
                metavar="NAME=VALUE",
                required=True,
                help="the answer to reach, such as speedup=10",
            ),
            _argument(
                "--at",
                dest="compute",
                type=values.point,
                metavar="compute=C",
                help=COMPUTE.options["help"],
            ),
            _argument(
                "--range",
                dest="span",
                type=values.span("LOW:HIGH", "0:2.5"),
                metavar="LOW:HIGH",
                help="where to look; default: all that is allowed, or a factor 1e4 either way",
            ),
            JSON,
        ),
    ),
    Command(
        "worth",
        "worth",
        "Answers",
        "what more of each input would give",
        (
            *CATALOG,
            COMPUTE,
            _argument(
                "--input",
                action="append",
                default=[],
                metavar="PATH",
                help="only this input, or `compute`; may be repeated",
            ),
            _flag("--all", "every input that makes a difference, and every task"),
            JSON,
        ),
    ),
    Command(
        "what-if",
        "whatif",
        "Answers",
        "the speed-up without each constraint",
        (*CATALOG, COMPUTE, JSON),
    ),
    Command(
        "compare",
        "compare",
        "Answers",
        "what differs, and how much of the answer it explains",
        (
            *CATALOG,
            _argument("--to", metavar="CATALOG", help="the other catalog; default: the same"),
            _argument("--to-scenario", metavar="S", help="scenario to lay over the other"),
            _settings("--to-set", "set a value of the other"),
            _argument(
                "--target",
                metavar="NAME",
                default="speedup",
                help="the answer, a variable of a sweep; default: speedup",
            ),
            COMPUTE,
            JSON,
        ),
    ),
    Command(
        "vary",
        "vary",
        "Answers",
        "sweep any number of the catalog",
        (
            _argument(
                "range",
                metavar="PATH=LOW:HIGH[:POINTS]",
                help="the input, in its unit, and the number of points to report (200)",
            ),
            *CATALOG,
            COMPUTE,
            OUTPUT,
            JSON,
        ),
    ),
    Command(
        "review-load",
        "review",
        "Oversight",
        "review by task, and what less of it would give",
        (*CATALOG, COMPUTE, JSON),
    ),
    Command(
        "trust",
        "trust",
        "Oversight",
        "what clean audits take, and what they give",
        (*CATALOG, COMPUTE, _flag("--all", "every task, also those without audits"), JSON),
    ),
    Command(
        "frontier",
        "frontier",
        "Oversight",
        "what limiting the defects that escape costs",
        (
            *CATALOG,
            COMPUTE,
            _argument(
                "--budgets",
                type=values.span("LOW:HIGH[:POINTS]", "1e4:1e8", 41),
                metavar="LOW:HIGH[:POINTS]",
                help="budgets to report [h/year] (41); default: from 0 to what escapes without one",
            ),
            OUTPUT,
            JSON,
            NO_FIGURES,
        ),
    ),
    Command(
        "onset",
        "onset",
        "Oversight",
        "where oversight begins to bind, for values of an input",
        (
            _argument(
                "range",
                metavar="PATH=LOW:HIGH[:POINTS]",
                help="the input, in its unit, and the number of values (13)",
            ),
            *CATALOG,
            _argument(
                "--compute",
                type=values.flop_per_year,
                metavar="C",
                help="point at which to report the share of review [FLOP/year]; default: today's",
            ),
            JSON,
        ),
    ),
    Command(
        "simulate",
        "simulate",
        "Time",
        "AI takeoff through time: dates of milestones",
        (
            _argument(
                "scenario",
                nargs="?",
                default=DEFAULT_WORLD,
                metavar="SCENARIO",
                help=f"bundled name or YAML file; default: {DEFAULT_WORLD}",
            ),
            _settings("--set", "set a parameter", "NAME=VALUE"),
            _argument(
                "--reference-step",
                type=values.real("number of years from 0.0001 to 10, such as 0.1", 1e-4, 10),
                metavar="YEARS",
                help="fixed step, as in the reference program, whose own is 0.1",
            ),
            _argument(
                "--draws",
                type=values.whole(1, 1_000_000),
                metavar="N",
                help="run a loop for this number of draws of its priors",
            ),
            _argument(
                "--seed",
                type=values.whole(0, 2**32 - 1),
                metavar="S",
                help="seed of the draws, a whole number; default: 1",
            ),
            _argument(
                "--alignment",
                metavar="CATALOG",
                help="follow this organisation beside the world's capabilities",
            ),
            _argument("--alignment-scenario", metavar="S", help="scenario to lay over it"),
            _settings("--alignment-set", "set a value of it"),
            _argument(
                "--capabilities",
                metavar="CATALOG",
                help="with --alignment: an organisation of capability research besides",
            ),
            _argument(
                "--paths",
                metavar="PATHS",
                help="with --alignment: how its people and other numbers change over time",
            ),
            _flag(
                "--effective",
                "with --alignment: milestones of the effective speed-up, not throughput",
            ),
            OPTIONAL_OUTPUT,
            NO_FIGURES,
            JSON,
        ),
    ),
    Command(
        "horizon",
        "horizon",
        "Time",
        "length of the tasks that AI can do, over time",
        (
            *_catalog("t_agi_ladder"),
            _argument(
                "--trend",
                default=DEFAULT_TREND,
                metavar="T",
                help=f"measured models; default: {DEFAULT_TREND}",
            ),
            _argument(
                "--since",
                type=values.calendar_date,
                metavar="DATE",
                help="fit the trend to frontier models from this date on; default: the trend's",
            ),
            _argument(
                "--doubling",
                type=values.real("positive number of months, such as 7", values.POSITIVE),
                metavar="MONTHS",
                help="doubling time of the trend; default: that of its models",
            ),
            _argument(
                "--growth",
                type=values.real(
                    "positive number of orders of magnitude a year, such as 1.13", values.POSITIVE
                ),
                metavar="OOM",
                help="growth of compute in orders of magnitude a year; default: the trend's",
            ),
            _mapping(
                "--compute",
                values.dated_compute,
                "DATE=C",
                "compute at a date [FLOP/year]; repeated: a course, in place of growth",
            ),
            OPTIONAL_OUTPUT,
            NO_FIGURES,
            JSON,
        ),
    ),
    Command(
        "lead-time",
        "leadtime",
        "Lead",
        "what a lead buys: workforce, pause, useful work",
        (
            _argument(
                "plan",
                nargs="?",
                default=DEFAULT_PLAN,
                metavar="PLAN",
                help=f"bundled name or YAML file; default: {DEFAULT_PLAN}",
            ),
            _argument(
                "--months",
                type=values.real("finite number of months, such as 6"),
                metavar="X",
                help="the lead [month]; default: the plan's",
            ),
            _settings("--set", "set a value of the plan"),
            OPTIONAL_OUTPUT,
            JSON,
        ),
    ),
    Command(
        "list",
        "listing",
        "Catalogs",
        "bundled catalogs, scenarios, plans, worlds and more",
        (_flag("--json", "print the list as JSON"),),
    ),
    Command(
        "check",
        "check",
        "Catalogs",
        "every defect of a catalog, scenario or other file",
        (
            _argument(
                "files",
                nargs="+",
                metavar="FILE",
                help="catalog, scenario, plan, world, loop, trend or file of paths",
            ),
            _argument(
                "--scenario",
                metavar="S",
                help="bundled name or file of a scenario, laid over each catalog",
            ),
            _flag("--json", "print the findings as JSON"),
        ),
    ),
    Command(
        "new",
        "new",
        "Catalogs",
        "write a commented catalog to start from",
        (
            _argument("name", metavar="NAME", help="one word; the file is NAME.yaml"),
            _argument(
                "--from",
                dest="source",
                metavar="CATALOG",
                help="copy this catalog (bundled name or file) instead",
            ),
            _output("file to write, in place of NAME.yaml", "FILE"),
        ),
    ),
    Command(
        "schema",
        "schema",
        "Catalogs",
        "JSON Schema of catalogs, plans and paths, for editors",
        (
            (
                _flag("--plan", "of plans for a lead, in place of catalogs"),
                _flag("--paths", "of paths through time, in place of catalogs"),
            ),
        ),
    ),
    Command(
        "validate",
        "validate",
        "Evidence",
        "published results beside those of the model",
        (
            _flag("--all", "every result, also in groups that all agree"),
            _flag("--json", "print the table as JSON"),
        ),
    ),
)
