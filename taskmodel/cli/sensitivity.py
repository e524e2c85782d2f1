"""`taskmodel sensitivity`: what the answer hangs on."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

import taskmodel as tm
from taskmodel.cli.catalogs import heading, load, note_slow_draws
from taskmodel.cli.commands import DEFAULT_PATHS
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import counted, date, number, percent, scientific, signed, table, wrapped
from taskmodel.cli.words import SOURCES
from taskmodel.summary import provenance_facts

if TYPE_CHECKING:
    import xarray as xr

    from taskmodel.catalog import Catalog

ROWS = 10  # cruxes on the page
FIRST_PART = 0.9  # of the work, about: total effects
LEVELS = ("05", "50", "95")


def answer(args: Namespace) -> Answer:
    """Compute indices and cruxes."""
    catalog = load(args)
    weighted = None if args.weighted is None else tm.open(args.weighted)
    note_slow_draws(catalog, args.quiet)
    with output(args, "solving draws of all inputs") as files:
        result = tm.sensitivity(
            catalog,
            args.draws,
            args.seed,
            args.compute,
            paths=args.paths,
            weighted=weighted,
            places=not args.quick,
            report=files.progress.part(0.0, FIRST_PART),
        )
        rest = files.progress.part(FIRST_PART, 1.0)
        moved = tm.cruxes(catalog, args.paths or DEFAULT_PATHS, report=rest)
        files.write("sensitivity", result)
        files.write("cruxes", moved, "cruxes", "cruxes")
    facts = {
        **provenance_facts(result),
        **{name: result.attrs[name] for name in ("method", "draws", "seed")},
        "answers": [_answer(result, row) for row in range(result.sizes["answer"])],
        "paths_name": moved.attrs["paths_name"],
        "bottleneck_date": float(moved["bottleneck_date_median"]),
        "cruxes": crux_facts(moved),
    }
    return Answer(facts, lambda: _lines(catalog, facts), files)


def _answer(indices: xr.Dataset, row: int) -> dict[str, Any]:
    one = indices.isel(answer=row)
    result = {
        "answer": str(one["answer"].item()),
        "meaning": str(one["meaning"].item()),
        "unit": str(one["unit"].item()),
        "enters": str(one["enters"].item()),
        "never": float(one["never"]),
        "used": int(one["used"]),
    }
    quantiles = one["answer_quantile"].values.tolist()
    result |= {f"quantile_{level}": value for level, value in zip(LEVELS, quantiles, strict=True)}
    errors = one["index_error"].values if "index_error" in one else None
    if errors is None:
        result["noise"] = float(one["noise"])
    result["inputs"] = [
        {"input": str(name), "index": float(one["index"][column])}
        | ({} if errors is None else {"error": float(errors[column])})
        for column, name in enumerate(indices["input"].values)
    ]
    return result


def crux_facts(moved: xr.Dataset) -> list[dict[str, Any]]:
    """Return the inputs of `taskmodel.cruxes`, most consequential first, as dictionaries."""
    return [_crux(moved, row) for row in range(moved.sizes["input"])]


def _crux(moved: xr.Dataset, row: int) -> dict[str, Any]:
    one = moved.isel(input=row)
    result = {
        "input": str(one["input"].item()),
        "unit": str(one["unit"].item()),
        "crux": bool(one["crux"]),
    }
    medians = moved["binding_median"].values
    for column, end in enumerate(moved["end"].values.tolist()):
        binding = one["binding"].values[column]
        result[end] = {
            "value": float(one["end_value"][column]),
            "bottleneck_date": float(one["bottleneck_date"][column]),
            "shift": float(one["shift"][column]),
            "binding": {
                f"{time:g}": {"median": str(median), "end": str(source)}
                for time, median, source in zip(moved["time"].values, medians, binding, strict=True)
                if median != source
            },
            "reason": str(one["reason"].values[column]),
        }
    return result


def _lines(catalog: Catalog, facts: dict[str, Any]) -> Iterator[str]:
    yield from heading(catalog, f"{counted(facts['draws'], 'draw')}, seed {facts['seed']}")
    yield ""
    yield from _index_lines(facts)
    yield ""
    base = _date(facts["bottleneck_date"])
    yield from wrapped(
        f"Cruxes: oversight is the bottleneck from {base} along {facts['paths_name']}, all inputs "
        "at their medians; each input alone at the ends of its 90 % interval",
        indent="",
    )
    yield from crux_lines(facts["cruxes"], ROWS)


def _index_lines(facts: dict[str, Any]) -> Iterator[str]:
    answers = facts["answers"]
    total = facts["method"] == "total effect"
    if total:
        yield "Part of the variance that is left when all other inputs are known, ± 90 % interval"
    else:
        yield "PAWN: how far the distribution of the answer moves with the input; up to 1"
    rows = [["input", *(answer["answer"] for answer in answers)]]
    order = np.argsort([-max(np.nan_to_num(cells)) for cells in _columns(answers)], kind="stable")
    for column in order.tolist():
        cells = [answer["inputs"][column] for answer in answers]
        rows.append([cells[0]["input"], *map(_index, cells)])
    if not total:
        rows.append(["(noise)", *(f"{answer['noise']:.2f}" for answer in answers)])
    yield from table(rows)
    if any(np.isnan(cells).any() for cells in _columns(answers)):
        yield "  -: varies too rarely for these draws to tell; give more --draws"
    yield ""
    rows = [["answer", "5 %", "median", "95 %", "never", "enters as"]]
    for answer in answers:
        text = number if answer["enters"] == "logarithm" else _place(answer["unit"])
        cells = [text(answer[f"quantile_{level}"]) for level in LEVELS]
        rows.append([answer["answer"], *cells, percent(answer["never"]), answer["enters"]])
    yield from table(rows)


def _index(cell: dict[str, Any]) -> str:
    """Return an index as text, with its error if it has one; -: not known."""
    if np.isnan(cell["index"]):
        return "-"
    error = f" ± {cell['error']:.2f}" if "error" in cell else ""
    return f"{cell['index']:.2f}{error}"


def _columns(answers: list[dict[str, Any]]) -> Iterator[list[float]]:
    for cells in zip(*(answer["inputs"] for answer in answers), strict=True):
        yield [cell["index"] for cell in cells]


def _place(unit: str) -> Any:
    if unit == "calendar year":
        return _date
    return (
        number if unit == "1" else lambda value: "never" if np.isinf(value) else scientific(value)
    )


def _date(value: float) -> str:
    return "never" if np.isinf(value) else date(value, 1)


def crux_lines(cruxes: list[dict[str, Any]], limit: int) -> Iterator[str]:
    """Yield the table of cruxes as lines of a page.

    Parameters
    ----------
    cruxes : list of dict
        From `crux_facts`.
    limit : int
        Rows at most.
    """
    chosen = [row for row in cruxes if row["crux"]][:limit]
    if not chosen:
        yield from wrapped("No input alone moves that date by over a year or changes what binds.")
        return
    rows = [["input", "at", "bottleneck", "shift [year]", "what binds instead"]]
    for row in chosen:
        for end in ("low", "high"):
            cell = row[end]
            value = "low end" if np.isnan(cell["value"]) else number(cell["value"])
            if end == "high" and np.isnan(cell["value"]):
                value = "high end"
            shift = cell["shift"]
            text = signed(shift, 1) if np.isfinite(shift) else "-"
            name = row["input"] if end == "low" else ""
            place = "no answer" if cell["reason"] else _date(cell["bottleneck_date"])
            rows.append([name, value, place, text, _changes(cell["binding"])])
    yield from table(rows, left_columns=(0, 4))


def _changes(binding: dict[str, dict[str, str]]) -> str:
    """Return what binds at the dates at which it is another than at the medians."""
    texts = (f"{time}: {SOURCES.get(each['end'], 'nothing')}" for time, each in binding.items())
    return ", ".join(texts)
