"""Pages written from the package itself: keys of files, the command line, published results."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import taskmodel as tm
from taskmodel import plots
from taskmodel.catalog import Catalog
from taskmodel.cli.commands import COMMANDS, COMMON, Argument
from taskmodel.cli.help_texts import DESCRIPTIONS, EPILOGS, EXIT
from taskmodel.cli.kinds import KINDS
from taskmodel.files import bundled, units
from taskmodel.files.heads import head
from taskmodel.files.quantity import Distribution, Quantity
from taskmodel.files.reference import Entry, entries
from taskmodel.files.yaml import read_text
from taskmodel.takeoff.loops.records import KINDS as LOOPS
from taskmodel.validation import published_results

FOLDER = Path(__file__).parents[1] / "_generated"
API = {
    "Catalogs and sweeps": (
        "load_catalog sweep events latency compare regimes ceiling save open".split()
    ),
    "Questions": (
        "solve_for bottleneck_map onset what_if elasticities automate_next explain_difference "
        "parallel_lines effective_plan"
    ).split(),
    "Oversight": (
        "review_load trust track_record safety_frontier attack_frontier best_utilisation"
    ).split(),
    "Uncertainty and evidence": (
        "ensemble latency_draws lead_time_draws store_ensemble bands calibrate sensitivity cruxes"
    ).split(),
    "Money": ["spend"],
    "Time and lead": (
        "simulate simulate_draws milestones solve_for_date horizon alignment_beside "
        "months_between lead_time"
    ).split(),
    "Errors": "TaskmodelError InputError CatalogError NoAnswer SolveError".split(),
}


def cell(text: object) -> str:
    """Return a text as a cell of a table: no bar ends it, no star begins emphasis."""
    return str(text).replace("|", "\\|").replace("*", "\\*").replace("\n", " ")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the lines of a table."""
    return [
        "| " + " | ".join(heads) + " |",
        "|" + "---|" * len(heads),
        *("| " + " | ".join(map(cell, row)) + " |" for row in rows),
        "",
    ]


def key_rows(keys: Iterable[Entry], start: str) -> list[tuple[str, ...]]:
    """Return the rows of a table of keys, without the part of their path before the table."""
    rows = []
    for entry in keys:
        need = "required" if entry.required else entry.default and f"default {entry.default}"
        allowed = ", ".join(filter(None, (entry.kind, entry.allowed)))
        unit = "" if entry.unit in ("", "1") else entry.unit
        path = entry.path.removeprefix(start).removeprefix(".")
        rows.append((f"`{path}`".replace("*", "ID"), unit, allowed, need, entry.meaning))
    return rows


def keys_page(title: str, record: type, start: str = "") -> str:
    """Return the page of the keys of a kind of file: a table for each block."""
    lines = [f"# {title}", ""]
    if start:
        lines += [start, ""]
    for block, keys in groupby(entries(record), key=lambda entry: entry.path.partition(".")[0]):
        first, *others = keys
        if not others:
            lines += [f"## `{block}`", "", *table(HEADS, key_rows([first], ""))]
            continue
        need = "Required" if first.required else "Optional"
        lines += [f"## `{block}`", "", f"{need}; {first.kind}: {first.meaning}", ""]
        prefix = f"{block}.*" if first.kind in ("blocks by id", "list of blocks") else block
        lines += table(HEADS, key_rows(others, prefix))
    return "\n".join(lines)


HEADS = ("key", "unit", "allowed", "", "meaning")


def is_unit(value: object) -> bool:
    """Whether a value is a unit."""
    return isinstance(value, units.Unit)


def catalog_keys() -> str:
    """Return the page of the keys of catalogs."""
    start = (
        "Written from the declarations that the reader of files uses, as is `taskmodel keys`. `ID` "
        "stands for an id that you choose. A number with a unit may be plain, or a block of the "
        "keys in [Numbers](numbers.md); a unit left out is the one given here. Every block with "
        "`source` and `note` takes those of a number."
    )
    return keys_page("Every key of a catalog", Catalog, start)


def numbers() -> str:
    """Return the page of the keys that every number takes."""
    lines = ["# Numbers", "", "Wherever a key has a unit, its value is a number, or a block:", ""]
    lines += ["```yaml", "review_ratio: {value: 0.2, low: 0.1, high: 0.4, unit: h/h, "]
    lines += ["  source: judgement, note: why this value}", "```", ""]
    shown = [entry for entry in entries(Quantity) if not entry.path.startswith("distribution.")]
    lines += table(HEADS, key_rows(shown, ""))
    lines += ["## `distribution`", "", "The name of a shape, or a block:", ""]
    lines += table(HEADS, key_rows(entries(Distribution), ""))
    lines += ["[Uncertain numbers](../uncertainty.md) has the laws.", "", "## Units", ""]
    lines += [
        "Units may be spelled out (`hours`, `people per year`). The others convert exactly.",
        "",
    ]
    declared = {unit.symbol + unit.measures: unit for unit in vars(units).values() if is_unit(unit)}
    rows = [
        (f"`{unit.symbol}`", unit.measures + unit.advice, ", ".join(f"`{u}`" for u in unit.others))
        for unit in declared.values()
    ]
    lines += table(("unit", "of", "converted"), rows)
    return "\n".join(lines)


def other_keys() -> dict[str, str]:
    """Return the pages of the keys of the other kinds of files."""
    pages = {
        f"keys_{kind.name}": keys_page(f"Every key of a file: {kind.name}", kind.record_class())
        for kind in KINDS.values()
        if kind.name not in ("catalog", "loop")
    }
    return pages | {
        f"keys_{name}": keys_page(f"Every key of a loop: {name}", record)
        for name, record in LOOPS.items()
    }


def files() -> str:
    """Return the page that lists bundled files, and leads to the keys of each kind."""
    lines = ["# Bundled files, and the keys of every kind of file", ""]
    lines += ["`taskmodel list` prints the same list.", ""]
    for kind in KINDS.values():
        rows = [(f"`{name}`", kind.head(name)["title"]) for name in kind.bundled()]
        lines += [f"## {kind.heading}", "", *table(("name", "title"), rows)]
    names = bundled.names("protocol")
    heads = {
        name: head(read_text(bundled.folder("protocol") / f"{name}.yaml"), ["title", "description"])
        for name in names
    }
    lines += ['## Protocols (`--set "supervision.protocols=[NAME, NAME]"`)', ""]
    rows = [(f"`{name}`", heads[name]["title"]) for name in names]
    lines += table(("name", "title"), rows)
    lines += [
        "## Keys",
        "",
        "```{toctree}",
        "catalog_keys",
        "numbers",
        *sorted(other_keys()),
        "```",
    ]
    return "\n".join(lines)


def cli() -> str:
    """Return the page of the command line."""
    lines = [
        "# Command line",
        "",
        "`taskmodel -h` is a screen, `taskmodel COMMAND --help` all.",
        "",
    ]
    lines += ["```text", EXIT, "```", "", "Every command takes:", ""]
    lines += argument_rows(COMMON)
    for group, commands in COMMANDS.items():
        lines += [f"## {group}", ""]
        for command in commands:
            lines += [f"### taskmodel {command.name}", "", f"{command.summary}.", ""]
            lines += argument_rows(command.arguments)
            text = f"{DESCRIPTIONS[command.name]}\n\n{EPILOGS[command.name]}"
            lines += ["```text", text, "```", ""]
    return "\n".join(lines)


def argument_rows(arguments: Iterable[Argument | tuple[Argument, ...]]) -> list[str]:
    """Return the table of arguments."""
    single = chain.from_iterable(
        [argument] if isinstance(argument, Argument) else argument for argument in arguments
    )
    rows = []
    for argument in single:
        value = argument.options.get("metavar") or "\\|".join(argument.options.get("choices", ()))
        names = [name if name.startswith("-") else "" for name in argument.names]
        written = ", ".join(f"{name} {value}".strip() for name in names)
        rows.append((f"`{written}`", argument.options["help"]))
    return table(("argument", "meaning"), rows) if rows else []


def published() -> str:
    """Return the page of published results."""
    lines = [
        "# Published results",
        "",
        "Each of these numbers is computed anew by `taskmodel validate`, in the test suite too, "
        "and compared with what was published; only published values are stored. *primary*: the "
        "work itself was read; *secondary*: a report of it; *derived*: computed apart from this "
        "package.",
        "",
        "```text",
        "taskmodel validate            # groups in a line, deviations in full",
        "taskmodel validate --all      # every result",
        "taskmodel validate --json     # with source, tolerance and verdict of each",
        "```",
        "",
    ]
    results = sorted(published_results(), key=lambda result: result.group)
    for group, members in groupby(results, key=lambda result: result.group):
        block = list(members)
        lines += [f"## {group}", ""]
        sources = {(one.source, one.url, one.access) for one in block}
        for source, url, access in sorted(sources):
            link = f"[{cell(source)}]({url})" if url else cell(source)
            lines.append(f"- {link} ({access})")
        few = block if len(block) <= LONGEST else [block[0], block[len(block) // 2], block[-1]]
        lines += ["", f"{len(block)} results" + ("" if few is block else ", among them:"), ""]
        rows = [(one.title, f"{one.value:g}", one.unit, tolerance(one)) for one in few]
        lines += table(("result", "published", "unit", "tolerance"), rows)
        explained = {one.explanation for one in block if one.explanation}
        lines += [f"Explained: {text}\n" for text in sorted(explained)]
    return "\n".join(lines)


LONGEST = 6  # results of a group that are all shown


def tolerance(result: object) -> str:
    """Return the tolerance of a published result in words."""
    value = result.tolerance
    return f"{value:g} relative" if result.relative else f"{value:g}"


def api() -> str:
    """Return the page of the public functions."""
    named = set(chain.from_iterable(API.values()))
    groups = {**API, "More": [name for name in tm.__all__ if name not in named]}
    lines = ["# Python", "", "`import taskmodel as tm`; results are xarray datasets.", ""]
    for group, names in groups.items():
        lines += [f"## {group}", ""] if names else []
        for name in names:
            kind = "autoexception" if isinstance(getattr(tm, name), type) else "autofunction"
            lines += ["```{eval-rst}", f".. {kind}:: taskmodel.{name}", "```", ""]
    lines += ["## The optimiser", ""]
    for name in ("allocate", "Nest", "Allocation", "Status"):
        kind = "autofunction" if name == "allocate" else "autoclass"
        lines += ["```{eval-rst}", f".. {kind}:: taskmodel.allocation.{name}", "```", ""]
    return "\n".join(lines)


FIGURES = """# Figures

A figure is drawn from a result, also from a saved one:

```python
import taskmodel as tm

result = tm.sweep(tm.load_catalog("alignment_research"))
figure = tm.plots.speedup_curve(result, width=88)  # mm: a column
tm.plots.save(figure, "speedup")                   # speedup.svg and speedup.png
result.taskmodel.plot.speedup_curve()              # the same, by the accessor
tm.open("result.nc").taskmodel.plot.over_time()    # of a file
```

`ax=` draws on axes of your own: one, or as many as the figure has panels, from above. A notebook
shows a figure that is the last value of a cell. Commands write the same figures (`-o`).
"""


def figures() -> str:
    """Return the page of the figures."""
    rows = []
    for name in plots.__all__:
        function = getattr(plots, name)
        parameters = inspect.signature(function).parameters
        summary = inspect.getdoc(function).partition("\n")[0]
        accessor = f"`ds.taskmodel.plot.{name}()`" if name in plots.OF_DATASETS else ""
        own = "yes" if "ax" in parameters else ""
        rows.append((f"`tm.plots.{name}`", summary, accessor, own))
    lines = [FIGURES, *table(("function", "what it draws", "accessor", "`ax=`"), rows)]
    for name in plots.__all__:
        lines += [f"## {name}", "", "```{eval-rst}"]
        lines += [f".. autofunction:: taskmodel.plots.{name}", "```", ""]
    return "\n".join(lines)


def write_pages(app: object) -> None:
    pages = {
        "catalog_keys": catalog_keys(),
        "numbers": numbers(),
        "files": files(),
        "cli": cli(),
        "published": published(),
        "api": api(),
        "figures": figures(),
        **other_keys(),
    }
    FOLDER.mkdir(exist_ok=True)
    for stale in {path.stem for path in FOLDER.glob("*.md")} - pages.keys():
        (FOLDER / f"{stale}.md").unlink()
    for name, text in pages.items():
        path = FOLDER / f"{name}.md"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
