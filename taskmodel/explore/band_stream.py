"""Bands over draws, told as they come: first of a few draws, then of more and more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel.catalog import Catalog
from taskmodel.explore.choices import Choice, read_choice, word_among
from taskmodel.explore.levers import moved_draws
from taskmodel.explore.plain import rounded
from taskmodel.explore.workbench import DEFAULT_PATHS, SEED, Workbench
from taskmodel.numerics.types import Array
from taskmodel.questions._bands import bands
from taskmodel.questions._ensemble import ensemble
from taskmodel.summary import by_date
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.uncertainty import sampler

FIRST, MOST = 8, 64  # draws that are solved at a time
BRIEF = 0.15  # seconds: a part that takes less is followed by one twice as large
BAND_POINTS = 41
TOLD = 0.3  # seconds between two tellings
WEIGHING = 0.1  # seconds between looks at the draws that are being weighted
CURVES = by_date.CURVES
KINDS = ("curve", "time")
Rows = NDArray[np.intp]


def band_stream(
    bench: Workbench, request: Mapping[str, Any], wanted: Callable[[], bool]
) -> Iterator[dict[str, Any]]:
    """Yield bands of a choice, of more and more draws, until nobody wants them.

    Parameters
    ----------
    bench : Workbench
    request : mapping
        ``kind``: along compute, or by date along ``paths``.
    wanted : function
        Whether somebody still waits for them.

    Yields
    ------
    dict
        ``weighing``, the part of the draws that are weighted; then ``draws`` of ``of``, how many
        ``failed``, and the bands; last ``done``. ``none`` says why there are no bands.

    Raises
    ------
    InputError, NoAnswer
        As `taskmodel.ensemble`.
    """
    kind = word_among(request, "kind", KINDS, "curve")
    paths = word_among(request, "paths", tuple(bench.paths), DEFAULT_PATHS)
    choice = read_choice(request)
    catalog, start = bench.catalog(choice), bench.start(choice.scenario)
    if not sampler(start.catalog).laws:
        yield {"none": "no number of the catalog has an interval, so that there are no bands"}
        return
    weighing = bench.draws.weighing(choice.scenario)
    while not bench.draws.ready(choice.scenario):
        yield {"weighing": weighing.share}
        time.sleep(WEIGHING)
        if not wanted():
            return
    if weighing.error is not None:
        raise weighing.error
    assert weighing.draws is not None
    columns = moved_draws(start.catalog, weighing.draws.columns, start.levers, choice)
    if not columns:
        yield {"none": "every uncertain number is set, so that there are no bands"}
        return
    tell = _along_compute if kind == "curve" else _by_date
    worth = {"ess": weighing.draws.ess, "evidence": weighing.draws.evidence}
    yield from tell(bench, catalog, choice, columns, paths, wanted, worth)


def _spread(count: int) -> Rows:
    """Return all rows of draws, far ones first: equal draws are neighbours."""
    parts = max(1, count // FIRST)
    return np.concatenate([np.arange(first, count, parts) for first in range(parts)])


def _along_compute(
    bench: Workbench,
    catalog: Catalog,
    choice: Choice,
    columns: Mapping[str, Array],
    paths: str,
    wanted: Callable[[], bool],
    worth: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    grid = catalog.compute.grid
    points = np.geomspace(grid.low, grid.high, BAND_POINTS)

    def solve(rows: Rows) -> xr.Dataset:
        some = {path: column[rows] for path, column in columns.items()}
        drawn = ensemble(catalog, some, compute=points, keep=CURVES, events=False)
        return drawn[[*CURVES, "weight", "status"]]

    def facts_of(drawn: xr.Dataset) -> dict[str, Any]:
        quantiles = bands(drawn)
        return {
            "compute": rounded(points),
            "bands": {name: rounded(quantiles[name].values) for name in CURVES},
            "errors": {name: rounded(quantiles[f"{name}_error"].values) for name in CURVES},
        }

    yield from _progressive(bench, _count(columns), solve, facts_of, wanted, worth)


def _by_date(
    bench: Workbench,
    catalog: Catalog,
    choice: Choice,
    columns: Mapping[str, Array],
    paths: str,
    wanted: Callable[[], bool],
    worth: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    followed = by_date.compute_paths(paths, catalog, columns, SEED)

    def solve(rows: Rows) -> xr.Dataset:
        some = {path: column[rows] for path, column in columns.items()}
        return by_date.draws_by_date(catalog, some, followed.at(rows), steps=1)

    def facts_of(drawn: xr.Dataset) -> dict[str, Any]:
        answer = by_date.answer_by_date(catalog, drawn, followed, {}, None)
        return {
            "time": answer["time"].values,
            "today": answer.attrs["today"],
            "compute": rounded(answer[COMPUTE].values),
            "bands": {name: rounded(answer[name].values) for name in CURVES},
            "first": {name: answer[name].values for name in by_date.FIRSTS},
            "by": answer["by"].values,
            "probability": {
                name: answer[f"{name}_by"].isel(path=0).values for name in by_date.FIRSTS
            },
            "titles": by_date.FIRSTS,
        }

    yield from _progressive(bench, _count(columns), solve, facts_of, wanted, worth)


def _count(columns: Mapping[str, Array]) -> int:
    return len(next(iter(columns.values())))


def _progressive(
    bench: Workbench,
    count: int,
    solve: Callable[[Rows], xr.Dataset],
    facts_of: Callable[[xr.Dataset], dict[str, Any]],
    wanted: Callable[[], bool],
    worth: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    """Yield the facts of more and more draws; stop where nobody wants it."""
    parts: list[xr.Dataset] = []
    rows, size, last = _spread(count), FIRST, -np.inf
    while len(rows):
        with bench.longer_work.turn():
            if not wanted():  # at once, so that the next in turn may go on
                return
            bench.give_way()
            if not wanted():
                return
            begun = time.monotonic()
            parts.append(solve(rows[:size]))
            now = time.monotonic()
        rows, final = rows[size:], len(rows) <= size
        if now - begun < BRIEF:
            size = min(2 * size, MOST)
        if final or now - last > TOLD:
            last = now
            yield {**_joined_facts(parts, count, final, facts_of), **worth}


def _joined_facts(
    parts: list[xr.Dataset],
    count: int,
    final: bool,
    facts_of: Callable[[xr.Dataset], dict[str, Any]],
) -> dict[str, Any]:
    drawn = xr.concat(parts, "draw", data_vars="minimal", combine_attrs="override")
    size = drawn.sizes["draw"]
    drawn = drawn.assign_coords(draw=np.arange(size))
    solved = int((drawn["status"] == "solved").sum())
    facts = {"draws": size, "of": count, "failed": size - solved, "done": final}
    return {**facts, **(facts_of(drawn) if solved else {"none": "no draw so far has an answer"})}
