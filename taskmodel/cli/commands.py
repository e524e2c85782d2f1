"""The table of commands: name, summary and arguments, by group."""

from itertools import chain
from typing import Any, NamedTuple

from taskmodel.cli import values

DEFAULT_CATALOG = "alignment_research"
DEFAULT_PATHS = "epoch_trend"
DEFAULT_PLAN = "seed_toy"
DEFAULT_WORLD = "davidson_best_guess"
DEFAULT_TREND = "metr"
DEFAULT_MOMENTS = "2026"
CALIBRATION_DRAWS, CALIBRATION_SEED = 8192, 1
TREND_SHAPES = ("exponential", "quadratic", "shrinking", "saturating")


class Argument(NamedTuple):
    """Names and options of `argparse.ArgumentParser.add_argument`."""

    names: tuple[str, ...]
    options: dict[str, Any]


class Command(NamedTuple):
    """One command.

    Attributes
    ----------
    name : str
        The word on the command line; the module of `taskmodel.cli` of that name, with ``_`` for
        ``-`` and behind a word of Python, has the function `answer`.
    summary : str
        Line in the list of commands.
    arguments : tuple of Argument, or of tuples of them
        A tuple holds arguments that exclude one another.
    """

    name: str
    summary: str
    arguments: tuple[Argument | tuple[Argument, ...], ...]


def _command(name: str, summary: str, *arguments: Argument | tuple[Argument, ...]) -> Command:
    return Command(name, summary, arguments)


def _argument(*names: str, **options: Any) -> Argument:
    return Argument(names, options)


def _option(name: str, metavar: str, meaning: str, **options: Any) -> Argument:
    return Argument((name,), {"metavar": metavar, "help": meaning, **options})


def _flag(name: str, meaning: str, **options: Any) -> Argument:
    return Argument((name,), {"action": "store_true", "help": meaning, **options})


def _settings(name: str, meaning: str, metavar: str = "PATH=VALUE") -> Argument:
    """Settings by path, as a dictionary; the option may be repeated."""
    return _mapping(name, values.setting, metavar, f"{meaning}; may be repeated")


def _mapping(name: str, parse: Any, metavar: str, meaning: str) -> Argument:
    options = {"action": "mapping", "type": parse, "metavar": metavar, "help": meaning}
    return Argument((name,), {**options, "default": {}})


def _named(dest: str, default: str, metavar: str = "") -> Argument:
    """A file by bundled name or path, with a default."""
    meaning = f"bundled name or YAML file; default: {default}"
    return _option(dest, metavar or dest.upper(), meaning, nargs="?", default=default)


def _catalog(default: str = DEFAULT_CATALOG) -> tuple[Argument, ...]:
    """Catalog, scenario (by a second word or by its option) and settings."""
    return (
        _named("catalog", default),
        _option("scenario_word", "SCENARIO", "the same as --scenario", nargs="?"),
        _option("--scenario", "S", "bundled name or file of a scenario to lay over the catalog"),
        _settings("--set", "set a value of the catalog"),
    )


def _output(meaning: str, metavar: str = "DIR") -> Argument:
    parse = values.folder_name if metavar == "DIR" else values.file_name
    return _argument("-o", "--output", metavar=metavar, help=meaning, type=parse)


def _seed(**options: Any) -> Argument:
    """The seed of draws; without a default, 1 where there are draws."""
    meaning = f"of the draws, a whole number; default: {options.get('default', 1)}"
    return _option("--seed", "S", meaning, type=values.whole(0, 2**32 - 1), **options)


CATALOG = _catalog()
COMPUTE = _option(
    "--compute",
    "C",
    "point of the compute axis [FLOP/year]; default: the catalog's compute.today",
    type=values.flop_per_year,
)
JSON = (
    _flag("--json", "print the answer as JSON"),
    _option(
        "--format",
        "FORMAT",
        "text (default), json, or csv: the main table of the answer, in full precision",
        choices=("text", "json", "csv"),
    ),
)
OUTPUT = _output("folder for the results; default: one in taskmodel-results, named for the run")
OPTIONAL_OUTPUT = _output("write the result and the figure to this folder; default: none")
NO_FIGURES = _flag("--no-figures", "write the dataset only")
FIND = _option("--find", "TEXT", "only those with TEXT in path or meaning, or a PATH with *")
COMMON = (
    _flag("--quiet", "no notes and no progress on stderr"),
    _flag("--debug", "show the traceback of an error"),
)


def default_of(command: str, option: str) -> Any:
    """Return the default of an option of a command, None if it has none."""
    for each in chain.from_iterable(COMMANDS.values()):
        if each.name != command:
            continue
        for argument in each.arguments:
            for one in (argument,) if isinstance(argument, Argument) else argument:
                name = one.options.get("dest", one.names[-1].lstrip("-").replace("-", "_"))
                if name == option:
                    return one.options.get("default")
    return None


IN_DRAWS = (
    _option(
        "--draws",
        "N",
        "medians and bands over so many draws of the uncertain numbers",
        type=values.whole(1, 100_000),
    ),
    _seed(),
)

EVIDENCED = (
    _option(
        "--draws",
        "N",
        "draws of the uncertain numbers, in proportion to the evidence; default: 512",
        type=values.whole(16, 100_000),
        default=512,
    ),
    _seed(default=1),
    _option(
        "--moments",
        "MOMENTS",
        "evidence, bundled name or YAML file; default: 2026 for alignment_research, none "
        "for other catalogs",
    ),
    _option("--draws-from", "FILE", "take the draws from calibration.nc of calibrate"),
)

COMMANDS = {
    "Answers": (
        _command(
            "run",
            "sweep compute: the speed-up, and where oversight binds",
            *CATALOG,
            OUTPUT,
            _option(
                "--grid",
                "LOW:HIGH:POINTS",
                "points to report [FLOP/year], a geometric series; default: the catalog's",
                type=values.span_parser(
                    "LOW:HIGH:POINTS",
                    "1e26:1e35:400 (dates over time: 2026:2030:41)",
                    max_points=values.MAX_POINTS,
                ),
            ),
            _argument(
                "--over",
                choices=("compute", "time"),
                default="compute",
                help="axis of the sweep: compute (default), or time, along paths",
            ),
            _option(
                "--paths",
                "PATHS",
                "bundled name or YAML file of paths: along time with --over time, else that along "
                f"which draws have dates; default: {DEFAULT_PATHS}",
            ),
            _flag("--point", "the answer at the catalog's own values alone, without draws"),
            *EVIDENCED,
            _option(
                "--check-against",
                "FILE",
                "result.nc of an earlier run: what differs from it, and why; exit status 1 if "
                "anything does",
            ),
            JSON,
            NO_FIGURES,
        ),
        _command(
            "report",
            "the answer as one HTML page, with figures and sources",
            *CATALOG,
            _output("file to write; default: report.html in taskmodel-results/NAME", "FILE"),
            _option(
                "--paths",
                "PATHS",
                f"bundled name or YAML file of paths of compute; default: {DEFAULT_PATHS}",
            ),
            *EVIDENCED,
            JSON,
        ),
        _command(
            "ensemble",
            "medians and 90 % bands over draws of the uncertain numbers",
            *CATALOG,
            _option(
                "--draws",
                "N",
                "how many; default: 512",
                type=values.whole(1, 10**10),
                default=512,
            ),
            _seed(default=1),
            _option(
                "--compute",
                "C[,C...]",
                "points to report [FLOP/year]; default: today's, and powers of ten above it; with "
                "--store: 50 over the catalog's grid",
                type=values.computes,
            ),
            _option(
                "--paths",
                "PATHS",
                "over time in place of compute: bundled name or YAML file of paths",
            ),
            _output("write the draws and the figure to this folder; default: none"),
            NO_FIGURES,
            _option("--store", "F.zarr", "write the draws to this Zarr store, chunk by chunk"),
            _flag("--resume", "finish the store if it is there already"),
            _option(
                "--workers",
                "N",
                "processes that fill the store; default: threads of this one",
                type=values.whole(1, 1024),
            ),
            _option(
                "--scheduler",
                "ADDRESS",
                "a running Dask scheduler whose workers fill the store, such as tcp://host:8786",
            ),
            _option(
                "--chunk",
                "N",
                "draws of a chunk of the store; default: 1024",
                type=values.whole(1, 1_000_000),
            ),
            _option(
                "--keep",
                "NAME[,NAME...]",
                "variables along the axis that the store has; default: all",
                type=lambda text: text.split(","),
            ),
            JSON,
        ),
        _command(
            "sensitivity",
            "what the answer hangs on: total effects of inputs, and cruxes",
            *CATALOG,
            _option(
                "--draws",
                "N",
                "rows of the design, a power of 2; it has (inputs + 2) times as many draws; "
                "default: 128",
                type=values.whole(8, 65536),
                default=128,
            ),
            _option(
                "--seed",
                "S",
                "seed of the design; default: 1",
                type=values.whole(1, 2**32 - 1),
                default=1,
            ),
            (
                _option(
                    "--compute",
                    "C[,C...]",
                    "points at which the speed-up is an answer [FLOP/year]; default: ten times "
                    "today's",
                    type=values.computes,
                ),
                _option(
                    "--paths",
                    "PATHS",
                    "over time in place of compute: bundled name or YAML file of paths; cruxes "
                    f"are along {DEFAULT_PATHS} otherwise",
                ),
            ),
            _option(
                "--weighted",
                "FILE",
                "draws that `taskmodel calibrate -o` wrote (calibration.nc), with PAWN indices",
            ),
            _flag("--quick", "leave out where oversight is the bottleneck, which takes longest"),
            OPTIONAL_OUTPUT,
            JSON,
        ),
        _command(
            "latency",
            "the critical path: how long one pass takes",
            *CATALOG,
            COMPUTE,
            _option(
                "--lines",
                "M",
                "units that can usefully be in progress at a time; reports the effect",
                type=values.real("positive number of units, such as 1000", values.POSITIVE),
            ),
            _option(
                "--objective",
                "WHAT",
                "what the plan is best for: throughput (default), or effective, which adds the "
                "best plan found for throughput and latency together",
                choices=("throughput", "effective"),
                default="throughput",
            ),
            *IN_DRAWS,
            OPTIONAL_OUTPUT,
            NO_FIGURES,
            JSON,
        ),
        _command(
            "regimes",
            "the formula of each regime of a sweep",
            *CATALOG,
            _option(
                "--range",
                "LOW:HIGH",
                "part of the axis [FLOP/year]; default: the catalog's grid",
                dest="span",
                type=values.span_parser("LOW:HIGH", "1e26:1e35", low=values.POSITIVE),
            ),
            _option(
                "--latex", "FILE", "write a LaTeX document; -: to stdout, in place of the page"
            ),
            _output("write the formulas to this folder, as LaTeX and as JSON; default: none"),
            JSON,
        ),
        _command(
            "bottleneck",
            "map of what binds over two inputs",
            *CATALOG,
            *(
                _option(
                    side,
                    "PATH=LOW:HIGH[:POINTS]",
                    "an input, or `compute` (60 points)",
                    type=values.axis_parser(60, values.MAX_MAP_POINTS),
                    required=True,
                )
                for side in ("--x", "--y")
            ),
            COMPUTE,
            OUTPUT,
            JSON,
            NO_FIGURES,
        ),
        _command(
            "solve-for",
            "the value of an input that gives a target",
            _option("path", "PATH", "the unknown: a number of the catalog or world, or `compute`"),
            *CATALOG,
            _option(
                "--target",
                "NAME=VALUE",
                "the answer to reach, such as speedup=10",
                type=values.goal,
                required=True,
            ),
            _option(
                "--at",
                "compute=C",
                COMPUTE.options["help"],
                dest="compute",
                type=values.compute_point,
            ),
            _option(
                "--range",
                "LOW:HIGH",
                "where to look; default: all that is allowed, or a factor 1e4 either way",
                dest="span",
                type=values.span_parser("LOW:HIGH", "0:2.5"),
            ),
            _output("write the solutions to this folder; default: none"),
            JSON,
        ),
        _command(
            "worth",
            "what more of each input would give",
            *CATALOG,
            COMPUTE,
            _option(
                "--input",
                "PATH",
                "only this input, or `compute`; may be repeated",
                action="append",
                default=[],
            ),
            _flag("--all", "every input that makes a difference, and every task"),
            OPTIONAL_OUTPUT,
            NO_FIGURES,
            JSON,
        ),
        _command(
            "what-if",
            "the speed-up without each constraint",
            *CATALOG,
            COMPUTE,
            OPTIONAL_OUTPUT,
            NO_FIGURES,
            JSON,
        ),
        _command(
            "compare",
            "what differs, and how much of the answer it explains",
            *CATALOG,
            _option("--to", "CATALOG", "the other catalog; default: the same"),
            _option("--to-scenario", "S", "scenario to lay over the other"),
            _settings("--to-set", "set a value of the other"),
            _option(
                "--target",
                "NAME",
                "the answer, a variable of a sweep; default: speedup",
                default="speedup",
            ),
            COMPUTE,
            OPTIONAL_OUTPUT,
            NO_FIGURES,
            JSON,
        ),
        _command(
            "vary",
            "sweep any number of the catalog",
            _option(
                "range",
                "PATH=LOW:HIGH[:POINTS]",
                "the input, in its unit, and the number of points to report (200)",
            ),
            *CATALOG,
            COMPUTE,
            OUTPUT,
            NO_FIGURES,
            JSON,
        ),
    ),
    "Page": (
        _command(
            "explore",
            "a page with sliders, in the browser, served on this machine alone",
            *CATALOG,
            _option(
                "--port",
                "P",
                "port of 127.0.0.1; 0: any that is free; default: 8765",
                type=values.whole(0, 65535),
                default=8765,
            ),
            _flag("--no-browser", "do not open the page, only print where it is"),
        ),
    ),
    "Oversight": (
        _command(
            "review-load",
            "review by task, and what less of it would give",
            *CATALOG,
            COMPUTE,
            OPTIONAL_OUTPUT,
            NO_FIGURES,
            JSON,
        ),
        _command(
            "trust",
            "what clean audits take, and what they give",
            *CATALOG,
            COMPUTE,
            _flag("--all", "every task, also those without audits"),
            OPTIONAL_OUTPUT,
            NO_FIGURES,
            JSON,
        ),
        _command(
            "frontier",
            "what limiting the defects that escape costs",
            *CATALOG,
            COMPUTE,
            _option(
                "--budgets",
                "LOW:HIGH[:POINTS]",
                "budgets to report [h/year] (41); default: from 0 to what escapes without one",
                type=values.span_parser("LOW:HIGH[:POINTS]", "1e4:1e8", 41),
            ),
            _flag("--attack", "AI attacks on purpose, where it expects the most harm"),
            _option(
                "--harms",
                "LOW:HIGH[:POINTS]",
                "with --attack: harms that are tolerated (25); default: from the least at which AI "
                "may do a task that it can attack in, to the largest there is",
                type=values.span_parser("LOW:HIGH[:POINTS]", "1:10", 25),
            ),
            OUTPUT,
            JSON,
            NO_FIGURES,
        ),
        _command(
            "onset",
            "where oversight begins to bind, for values of an input",
            _option(
                "range",
                "PATH=LOW:HIGH[:POINTS]",
                "the input, in its unit, and the number of values (13)",
            ),
            *CATALOG,
            _option(
                "--compute",
                "C",
                "point at which to report the share of review [FLOP/year]; default: today's",
                type=values.flop_per_year,
            ),
            OPTIONAL_OUTPUT,
            NO_FIGURES,
            JSON,
        ),
    ),
    "Money": (
        _command(
            "spend",
            "what a dollar should buy, and what people are worth",
            *CATALOG,
            COMPUTE,
            _option(
                "--budget",
                "M",
                "money in a year [$/year]; default: the catalog's, or what is spent as things are",
                type=values.real("positive number of dollars a year, such as 1e8", values.POSITIVE),
            ),
            OUTPUT,
            JSON,
            NO_FIGURES,
        ),
        _command(
            "hire",
            "how many people to hire, when, as compute grows",
            *CATALOG,
            _option(
                "--people",
                "POOL",
                "a labour pool, or dedicated reviewers by id (general: those of supervision); "
                "default: who reviews",
            ),
            _option(
                "--years",
                "Y",
                "length of the plan; default: to the end of the paths, at most 10",
                type=values.real("positive number of years, such as 5", values.POSITIVE),
            ),
            _option(
                "--paths",
                "PATHS",
                f"how compute grows: bundled name or YAML file; default: {DEFAULT_PATHS}",
            ),
            _option(
                "--budget",
                "M",
                "what all research of a year is worth [$]; default: as in `spend`",
                type=values.real("positive number of dollars a year, such as 1e8", values.POSITIVE),
            ),
            _output("write the plan and the figure to this folder; default: none"),
            NO_FIGURES,
            JSON,
        ),
    ),
    "Time": (
        _command(
            "simulate",
            "AI takeoff through time: dates of milestones",
            _named("scenario", DEFAULT_WORLD, "WORLD"),
            _settings("--set", "set a parameter", "NAME=VALUE"),
            _option(
                "--reference-step",
                "YEARS",
                "fixed step, as in the reference program, whose own is 0.1",
                type=values.real("number of years from 0.0001 to 10, such as 0.1", 0.0001, 10),
            ),
            _option(
                "--draws",
                "N",
                "run a loop for this number of draws of its priors",
                type=values.whole(1, 1000000),
            ),
            _seed(),
            _option(
                "--alignment",
                "CATALOG",
                "follow this organisation beside the world's capabilities",
            ),
            _option("--alignment-scenario", "S", "scenario to lay over it"),
            _settings("--alignment-set", "set a value of it"),
            _option(
                "--capabilities",
                "CATALOG",
                "with --alignment: an organisation of capability research besides",
            ),
            _option(
                "--map",
                "MAP",
                "with --alignment: what training run a task takes, in the world and in catalogs: "
                "catalog (default), davidson, or separate",
                choices=("catalog", "davidson", "separate"),
            ),
            _option(
                "--paths",
                "PATHS",
                "with --alignment: how its people and other numbers change over time",
            ),
            _flag(
                "--effective",
                "with --alignment: milestones of the effective speed-up, not throughput",
            ),
            OPTIONAL_OUTPUT,
            NO_FIGURES,
            JSON,
        ),
        _command(
            "horizon",
            "length of the tasks that AI can do, over time",
            *_catalog("t_agi_ladder"),
            _option(
                "--trend",
                "T",
                f"measured models; default: {DEFAULT_TREND}",
                default=DEFAULT_TREND,
            ),
            _option(
                "--since",
                "DATE",
                "fit the trend to frontier models from this date on; default: the trend's",
                type=values.calendar_date,
            ),
            _option(
                "--doubling",
                "MONTHS",
                "doubling time of the trend; default: that of its models",
                type=values.real("positive number of months, such as 7", values.POSITIVE),
            ),
            _option(
                "--shape",
                "SHAPE",
                "of the trend: exponential, quadratic (speeds up), shrinking (each doubling is "
                "shorter by a constant share) or saturating; default: exponential",
                choices=TREND_SHAPES,
                default=TREND_SHAPES[0],
            ),
            _option(
                "--shape-parameter",
                "X",
                "curvature [doublings/year^2], share [1] or ceiling [h] of such a trend; default: "
                "that of its models",
                type=values.real("number, such as 0.1"),
            ),
            _option(
                "--growth",
                "OOM",
                "growth of compute in orders of magnitude a year; default: the trend's",
                type=values.real(
                    "positive number of orders of magnitude a year, such as 1.13",
                    values.POSITIVE,
                ),
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
    "Lead": (
        _command(
            "lead-time",
            "what a lead buys: workforce, pause, useful work",
            _named("plan", DEFAULT_PLAN),
            _option(
                "--months",
                "X",
                "the lead [month]; default: the plan's",
                type=values.real("number of months from 0, such as 6", 0),
            ),
            _settings("--set", "set a value of the plan"),
            *IN_DRAWS,
            OPTIONAL_OUTPUT,
            JSON,
        ),
    ),
    "Catalogs": (
        _command(
            "list",
            "bundled catalogs, scenarios, plans, worlds and more",
            JSON,
        ),
        _command(
            "check",
            "every defect of a catalog, scenario or other file",
            _option(
                "files",
                "FILE",
                "catalog, scenario, plan, world, loop, trend or file of paths; - for stdin",
                nargs="+",
            ),
            _option(
                "--scenario", "S", "bundled name or file of a scenario, laid over each catalog"
            ),
            _flag("--show-distributions", "list the uncertain numbers, with quantiles of draws"),
            JSON,
        ),
        _command(
            "keys",
            "every key of a kind of file: meaning, unit, range",
            _option(
                "kind",
                "KIND",
                "catalog (default), scenario, plan, world, trend, paths, moments, or a loop",
                nargs="?",
                default="catalog",
            ),
            FIND,
            JSON,
        ),
        _command(
            "paths",
            "every value of a catalog that can be set, by path",
            *CATALOG,
            FIND,
            JSON,
        ),
        _command(
            "diff",
            "what differs between two catalogs, and what it did to the answer",
            _option("first", "A", "bundled name or YAML file"),
            _option("second", "B", "bundled name or YAML file"),
            _option("--scenario", "S", "bundled name or file of a scenario to lay over both"),
            _settings("--set", "set a value of both"),
            _flag("--all", "every difference"),
            JSON,
        ),
        _command(
            "new",
            "write a commented catalog to start from",
            _option("name", "NAME", "one word; the file is NAME.yaml"),
            _option(
                "--from",
                "CATALOG",
                "copy this catalog (bundled name or file) instead",
                dest="source",
            ),
            _output("file to write, in place of NAME.yaml; -: to stdout", "FILE"),
        ),
        _command(
            "migrate",
            "a catalog of an older version of the keys into a current one",
            _option("file", "CATALOG", "bundled name or YAML file"),
            _output("file to write; default: CATALOG itself; -: to stdout", "FILE"),
            _flag("--json", "print what was done as JSON"),
        ),
        _command(
            "import",
            "a table of tasks into a catalog",
            _option("table", "TABLE", "CSV file, separated by commas, semicolons or tabs"),
            _output("file to write; default: named as the table, with .yaml; -: to stdout", "FILE"),
            _flag("--force", "overwrite the file if it exists"),
            _flag("--normalise", "divide the shares by their sum: they are weights"),
            _mapping(
                "--all",
                values.setting,
                "FIELD=VALUE",
                "value of a field that the table lacks, the same for all tasks; may be repeated",
            ),
            _option(
                "--frame",
                "CATALOG",
                "catalog (bundled name or file) whose people, compute, models and rules are taken; "
                "default: the starter of taskmodel new, whose numbers are examples",
            ),
            _settings("--set", "set a value of the blocks that are taken"),
            _option("--title", "TEXT", "title of the catalog", default=""),
            _option(
                "--layout",
                "LAYOUT",
                "onet or plain; default: by the names of the columns",
                choices=("onet", "plain"),
            ),
            _option("--occupation", "CODE", "of O*NET, such as 15-1221.00"),
            _option("--statements", "FILE", "O*NET's Task Statements, if TABLE has no texts"),
            _option(
                "--weights",
                "NAME[,NAME...]",
                "ratings of O*NET whose product is a task's weight; default: "
                "importance,relevance,frequency",
                type=lambda text: text.split(","),
            ),
            _flag("--json", "print what was read as JSON"),
        ),
        _command(
            "schema",
            "JSON Schema of catalogs, plans and paths, for editors",
            (
                _flag("--plan", "of plans for a lead, in place of catalogs"),
                _flag("--paths", "of paths through time, in place of catalogs"),
            ),
        ),
    ),
    "Installation": (
        _command(
            "completion",
            "a script that completes commands and names in your shell",
            _option("shell", "SHELL", "bash or zsh", choices=("bash", "zsh")),
        ),
        _command(
            "compile",
            "compile the numerical kernels now, in place of at their first use",
            _flag("--json", "print the answer as JSON"),
        ),
    ),
    "Evidence": (
        _command(
            "validate",
            "published results beside those of the model",
            _flag("--all", "every result, also in groups that all agree"),
            JSON,
        ),
        _command(
            "calibrate",
            "uncertain numbers weighted by dated evidence",
            *CATALOG,
            _option(
                "--moments",
                "MOMENTS",
                f"bundled name or YAML file of the evidence; default: {DEFAULT_MOMENTS}",
                default=DEFAULT_MOMENTS,
            ),
            _option(
                "--draws",
                "N",
                f"draws of the uncertain numbers; default: {CALIBRATION_DRAWS}",
                type=values.whole(64, 1000000),
                default=CALIBRATION_DRAWS,
            ),
            _seed(default=CALIBRATION_SEED),
            _flag("--all", "every uncertain number, also those that move little"),
            JSON,
            OPTIONAL_OUTPUT,
            NO_FIGURES,
        ),
    ),
}
