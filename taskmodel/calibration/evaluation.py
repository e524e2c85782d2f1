"""Values of the model's outputs for draws of a catalog, at the dates and computes of moments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, Status, allocate
from taskmodel.calibration.records import Moment, Moments
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import Measures
from taskmodel.organisation.organisation import HUMAN
from taskmodel.organisation.quantities import Quantities
from taskmodel.science.capability import task_horizon
from taskmodel.sweeps.axes import COMPUTE, Course
from taskmodel.sweeps.paths import (
    Paths,
    courses,
    moved_numbers,
    starts_at_date_of_catalog,
)
from taskmodel.sweeps.walker import Setting, Situation

Columns = Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class State:
    """The optimum of draws at one date or compute.

    Attributes
    ----------
    situation : Situation
    allocation : Allocation
    measures : Measures
    """

    situation: Situation
    allocation: Allocation
    measures: Measures

    def people_and_ai(self, chosen: NDArray[np.bool_]) -> tuple[Array, Array, Array]:
        """Return hands-on hours, review hours and AI's work in some tasks, each (draw,) [h/year].

        Parameters
        ----------
        chosen : array of bool, shape (task,)
        """
        organisation, compute = self.situation.setting.organisation, self.situation.compute
        activity = self.allocation.activity[:, chosen]
        bundles, review = (
            np.broadcast_to(array, (len(activity), *array.shape[1:]))[:, chosen]
            for array in (organisation.bundles(compute), organisation.review(compute))
        )
        labour, reviewing = organisation.labour, organisation.reviewing
        use = np.einsum("ptm,ptmk->pk", activity, (bundles - review)[..., labour])
        looked = np.einsum("ptm,ptmk->pk", activity, review[..., reviewing])
        by_ai = activity[:, :, HUMAN + 1 :].sum(axis=(1, 2))
        return use.sum(axis=1), looked.sum(axis=1), by_ai


def _measure(name: str) -> Callable[[State, NDArray[np.bool_]], Array]:
    return lambda state, _: getattr(state.measures, name)


def _automated(state: State, chosen: NDArray[np.bool_]) -> Array:
    shares = state.situation.setting.yardstick.shares[:, chosen]
    automated = (state.measures.automated_share[:, chosen] * shares).sum(axis=1)
    return np.asarray(automated / shares.sum(axis=1))


def _review_time(state: State, chosen: NDArray[np.bool_]) -> Array:
    hands_on, review, _ = state.people_and_ai(chosen)
    return _part(review, hands_on + review)


def _ai_work(state: State, chosen: NDArray[np.bool_]) -> Array:
    hands_on, review, by_ai = state.people_and_ai(chosen)
    return _part(by_ai, hands_on + review)


def _part(value: Array, total: Array) -> Array:
    """Return value / total; NaN where people work no hours."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, value / total, np.nan)


def _horizon(state: State, _: NDArray[np.bool_]) -> Array:
    quantities, compute = state.situation.setting.quantities, state.situation.compute
    if quantities.catalog.capability.h50_hours is not None:
        raise InputError(
            "capability.h50_hours fixes the horizon whatever the compute: take a moment of another "
            "output, or leave h50_hours out"
        )
    training = compute * quantities.number("compute.training_share")
    line = {
        name: quantities.number(f"capability.{name}")
        for name in ("intercept", "slope", "reference_compute")
    }
    return np.broadcast_to(task_horizon(training, **line), compute.shape)


_VALUES: dict[str, Callable[[State, NDArray[np.bool_]], Array]] = {
    **{
        name: _measure(name)
        for name in ("throughput_speedup", "latency_speedup", "speedup", "bulk_speedup")
    },
    "automated_hours_share": _automated,
    "review_time_share": _review_time,
    "ai_work_per_hour": _ai_work,
    "frontier_horizon": _horizon,
}


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The model as a function of its uncertain numbers, at the places of some moments.

    Parameters
    ----------
    catalog : Catalog
    moments : Moments
    """

    catalog: Catalog
    moments: Moments

    def outputs(self, columns: Columns, report: Callable[[float], None] | None = None) -> Array:
        """Return the output that each moment is about, shape (draw, moment).

        Parameters
        ----------
        columns : mapping of str to array, shape (draw,)
            Drawn numbers, by dotted path, as `taskmodel.uncertainty.Sampler.draw` returns them.
        report : function, optional
            Called with the part of the moments that are done.

        Returns
        -------
        array
            NaN where the optimum could not be certified, or the output is not defined.
        """
        base = Quantities(self.catalog)
        draws = len(next(iter(columns.values()))) if columns else 1
        result = np.empty((draws, len(self.moments.moments)))
        states: dict[tuple[float | None, float | None], State] = {}
        for index, moment in enumerate(self.moments.moments.values()):
            place = moment.date, moment.compute
            if place not in states:
                compute, moved = self._place(moment, columns, draws)
                states[place] = _state(base.with_columns(moved) if moved else base, compute)
            values = _VALUES[moment.output](states[place], self._chosen(moment))
            result[:, index] = values
            if report is not None:
                report((index + 1) / len(self.moments.moments))
        return result

    def _place(
        self, moment: Moment, columns: Columns, draws: int
    ) -> tuple[Array, dict[str, Array]]:
        """Return compute and numbers of the catalog at the place of a moment, each (draw,)."""
        if moment.compute is not None:
            return np.full(draws, moment.compute), dict(columns)
        paths = self.moments.along
        assert paths is not None and moment.date is not None  # moments with dates have paths
        dates = columns.get("compute.today_date")
        moved, compute = dict(columns), np.full(draws, self.catalog.compute.today.value)
        for path, table in courses(paths, self.catalog).items():
            course = Course(path, table)
            value = float(course(moment.date))
            drawn = "compute.today" if path == COMPUTE else path
            column = np.full(draws, value)
            if drawn in columns and _grows_from_today(paths, self.catalog, path):
                column = columns[drawn] * (value / self.catalog.get(drawn))
            if path == COMPUTE:
                if dates is not None and starts_at_date_of_catalog(paths, self.catalog):
                    # compute is that of today at the drawn date, and not at the catalog's
                    column = column * (self.catalog.compute.today.value / course(dates))
                compute = column
            else:
                moved[path] = column
        return compute, moved

    def _chosen(self, moment: Moment) -> NDArray[np.bool_]:
        """Return the tasks that a moment is about, shape (task,)."""
        tasks = self.catalog.tasks
        if moment.phase is not None:
            return np.array([task.phase == moment.phase for task in tasks.values()])
        return np.array([not moment.tasks or name in moment.tasks for name in tasks])


def _grows_from_today(paths: Paths, catalog: Catalog, name: str) -> bool:
    """Return whether a path starts from the catalog's value of today."""
    if name == COMPUTE and paths.compute:
        return True
    if name == COMPUTE:
        series = paths.effective_compute
    else:
        _, series = moved_numbers(paths, catalog)[name]
    assert series is not None
    return series.table is None and series.start is None


def _state(quantities: Quantities, compute: Array) -> State:
    situation = Situation(Setting(quantities), compute)
    allocation = allocate(*situation.arrays, throw=False)
    failed = np.asarray(allocation.status) == Status.FAILED
    if len(failed) == 1 < len(compute):
        allocation = allocation.take(np.zeros(len(compute), dtype=int))
    return State(situation, allocation, situation.measure(allocation))
