"""People without AI: what speed-ups are relative to."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, allocate
from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import HUMAN, Organisation
from taskmodel.organisation.quantities import point_rows
from taskmodel.science.production import Rows


class PeopleAlone:
    """People without AI, at the same supply of experiments: what speed-ups are relative to.

    They use nothing that grows with compute but experiments. Where these suffice for the plan that
    is optimal when they are not scarce, it is optimal there too, and no optimum is computed.

    Parameters
    ----------
    organisation : Organisation
        With AI or without it.
    bundles : array, shape (point or 1, task, 1, factor), optional
        Factor use of their work; default: that of the organisation.
    """

    def __init__(self, organisation: Organisation, bundles: Array | None = None) -> None:
        # no factor that a person's work takes depends on compute
        by_hand = organisation.fixed_bundles[:, :, [HUMAN]] if bundles is None else bundles
        self.organisation, self._bundles = organisation, by_hand

    @cached_property
    def plenty(self) -> Allocation:
        """The optimum where experiments are not scarce, over 1 point if it is the same at all."""
        unlimited = self.organisation.with_unlimited("experiments")
        return self.optimum(_constant(unlimited.supply(1.0)))

    def at(self, compute: Array, optimum: Allocation | None = None) -> tuple[Array, Array]:
        """Return output, and the work done in all tasks, each (point,) [h/year].

        The optimum of the organisation, if it is given, is theirs where AI may do nothing.
        """
        supply, plenty = self.organisation.supply(compute), self.plenty
        scarce = self.organisation.factors.index("experiments")
        short = np.flatnonzero(plenty.factor_use[:, scarce] > supply[:, scarce])
        output, work = (
            np.broadcast_to(values, len(supply)).copy()
            for values in (plenty.output, plenty.activity.sum(axis=(-2, -1)))
        )
        if len(short) and optimum is not None:
            own = short[self._alone_anyway(compute, short)]
            output[own], work[own] = optimum.output[own], optimum.activity[own].sum(axis=(-2, -1))
            short = np.setdiff1d(short, own)
        if len(short):
            people = self.take(short, self.organisation.take(short)).optimum(supply[short])
            output[short], work[short] = people.output, people.activity.sum(axis=(-2, -1))
        return output, work

    def _alone_anyway(self, compute: Array, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return whether people may do all tasks, and AI none, at some points."""
        if self.organisation.nest.linked or not self.organisation.policy[:, HUMAN].all():
            return np.zeros(len(rows), dtype=bool)
        neither = np.zeros((1, len(self.organisation.tasks)), dtype=bool)
        closed, opened = (
            self.organisation.open_modes(able)[0, :, HUMAN + 1 :].any(axis=1)
            for able in (neither, ~neither)
        )
        automatable = self.organisation.take(rows).automatable(compute[rows])
        return np.asarray(~np.where(automatable, opened, closed).any(axis=1))

    def take(self, rows: Rows, organisation: Organisation) -> PeopleAlone:
        """Return people alone at some points; `organisation` is theirs."""
        result, plenty = PeopleAlone(organisation, point_rows(self._bundles, rows)), self.plenty
        result.plenty = plenty if len(plenty.output) == 1 else plenty.take(rows)
        return result

    def optimum(self, supply: Array) -> Allocation:
        """Return the plan at some supplies, (point, factor); its only mode is that of people."""
        bundles = _constant(self._bundles)
        return allocate(
            bundles,
            supply,
            self.organisation.nest.unlinked(),
            np.ones(bundles.shape[1:3], dtype=bool),
        )


def _constant(values: Array) -> Array:
    """Return the first row alone where all rows are equal."""
    return values[:1] if (values == values[:1]).all() else values
