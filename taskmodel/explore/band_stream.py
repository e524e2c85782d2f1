"""Bands over draws, told as they come: first of a few draws, then of more and more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel.catalog import Catalog
from taskmodel.explore.choices import Choice, read_choice, word_among
from taskmodel.explore.levers import moved_draws
from taskmodel.explore.plain import rounded
from taskmodel.explore.progressive import Progressive
from taskmodel.explore.workbench import DEFAULT_PATHS, KEPT, SEED, Workbench
from taskmodel.numerics.stopping import looking
from taskmodel.numerics.types import Array
from taskmodel.questions._bands import bands
from taskmodel.questions._ensemble import ensemble
from taskmodel.summary import by_date
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.uncertainty import sampler

FIRST, MOST = 8, 32  # draws that are solved at a time: a block of `walk_many`, in one thread
BRIEF = 0.15  # seconds of a processor: a part that takes less is followed by one twice as large
BAND_POINTS = 41
WEIGHING = 0.1  # seconds between looks at the draws that are being weighted
CURVES = by_date.CURVES
KINDS = ("curve", "time")
Rows = NDArray[np.intp]
Solve = Callable[[Rows], xr.Dataset]
FactsOf = Callable[[xr.Dataset], dict[str, Any]]


@dataclass(frozen=True)
class BandQuestion:
    """What bands are asked for: along compute, or by date along some paths."""

    kind: str
    choice: Choice
    paths: str = ""


class Bands:
    """The bands of a workbench: equal questions are solved once, whoever asks them.

    Parameters
    ----------
    bench : Workbench
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._progress = Progressive(self._steps, KEPT, bench.right_of_way.longer_work)

    def close(self) -> None:
        """Wait for the draws that are being solved; no bands can be asked for any more."""
        self._progress.close()

    def stream(
        self, request: Mapping[str, Any], wanted: Callable[[], bool]
    ) -> Iterator[dict[str, Any]]:
        """Yield bands of a choice, of more and more draws, until nobody wants them.

        Parameters
        ----------
        request : mapping
            ``kind``: along compute, or by date along ``paths``.
        wanted : function
            Whether somebody still waits for them.

        Yields
        ------
        dict
            ``weighing``, the part of the draws that are weighted; then ``draws`` of ``of``, how
            many ``failed``, and the bands; last ``done``. ``none`` says why there are no bands.

        Raises
        ------
        InputError, NoAnswer
            As `taskmodel.ensemble`.
        """
        bench = self._bench
        kind = word_among(request, "kind", KINDS, "curve")
        paths = word_among(request, "paths", tuple(bench.paths), DEFAULT_PATHS)
        choice = read_choice(request)
        bench.catalog(choice)
        if not sampler(bench.start(choice.scenario).catalog).laws:
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
        question = BandQuestion(kind, choice, "" if kind == "curve" else paths)
        yield from self._progress.follow(question, wanted)

    def _steps(self, question: BandQuestion) -> Iterator[dict[str, Any]]:
        """Yield the bands of a question, of more and more draws."""
        bench, choice = self._bench, question.choice
        catalog, start = bench.catalog(choice), bench.start(choice.scenario)
        draws = bench.draws.weighing(choice.scenario).draws
        assert draws is not None
        columns = moved_draws(start.catalog, draws.columns, start.levers, choice)
        if not columns:
            yield {"none": "every uncertain number is set, so that there are no bands"}
            return
        solving = (
            _by_date(catalog, columns, question.paths)
            if question.paths
            else _along_compute(catalog, columns)
        )
        count = len(next(iter(columns.values())))
        solve, facts_of = solving

        def solve_looking(rows: Rows) -> xr.Dataset:
            with looking(bench.right_of_way.look):
                return solve(rows)

        for facts in _progressive(count, solve_looking, facts_of):
            yield {**facts, "ess": draws.ess, "evidence": draws.evidence}


def _spread(count: int) -> Rows:
    """Return all rows of draws, far ones first: equal draws are neighbours."""
    parts = max(1, count // FIRST)
    return np.concatenate([np.arange(first, count, parts) for first in range(parts)])


def _along_compute(catalog: Catalog, columns: Mapping[str, Array]) -> tuple[Solve, FactsOf]:
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

    return solve, facts_of


def _by_date(catalog: Catalog, columns: Mapping[str, Array], paths: str) -> tuple[Solve, FactsOf]:
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

    return solve, facts_of


def _progressive(count: int, solve: Solve, facts_of: FactsOf) -> Iterator[dict[str, Any]]:
    """Yield the facts of more and more draws."""
    parts: list[xr.Dataset] = []
    rows, size = _spread(count), FIRST
    while len(rows):
        begun = time.thread_time()
        parts.append(solve(rows[:size]))
        rows = rows[size:]
        if time.thread_time() - begun < BRIEF:
            size = min(2 * size, MOST)
        yield _joined_facts(parts, count, not len(rows), facts_of)


def _joined_facts(
    parts: list[xr.Dataset],
    count: int,
    final: bool,
    facts_of: FactsOf,
) -> dict[str, Any]:
    drawn = xr.concat(parts, "draw", data_vars="minimal", combine_attrs="override")
    size = drawn.sizes["draw"]
    drawn = drawn.assign_coords(draw=np.arange(size))
    solved = int((drawn["status"] == "solved").sum())
    facts = {"draws": size, "of": count, "failed": size - solved, "done": final}
    return {**facts, **(facts_of(drawn) if solved else {"none": "no draw so far has an answer"})}
