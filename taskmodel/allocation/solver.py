"""From a `Problem` to its exact optimum.

The interior point finds the neighbourhood of the optimum, the active set the optimum itself, and
the duality gap certifies it. Where the certificate fails, the interior point goes further, and then
more carefully.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.active_set import ActiveSet, polish, unsolved
from taskmodel.allocation.interior import BOLD, CAREFUL, PATIENT, Iterate, interior_point
from taskmodel.allocation.presolve import Mask, Problem
from taskmodel.numerics.accuracy import EXACT_GAP, HANDOVERS, MAX_GAP, TRACE
from taskmodel.numerics.types import Array


def optimum(problem: Problem, start: ActiveSet | None = None) -> tuple[ActiveSet, Array, Array]:
    """The optimum of every point.

    Parameters
    ----------
    problem : Problem
        Every point with something to produce and something scarce.
    start : ActiveSet, optional
        Initial active sets, such as those of neighbours; the interior point only runs where they
        do not lead to the optimum.

    Returns
    -------
    regime : ActiveSet
        Exact where ``solved``.
    log_output : array, shape (point,)
    gap : array, shape (point,)
        Duality gap [1]; above `MAX_GAP` where no answer was found.
    """
    points = len(problem)
    price = problem.scarce / np.maximum(problem.scarce.sum(axis=1, keepdims=True), 1)
    closed = np.zeros_like(problem.open)
    best = unsolved(problem, closed, np.zeros_like(problem.scarce), price, closed.astype(float))
    log_output, gap = np.full(points, -np.inf), np.full(points, np.inf)

    def keep_better(rows: NDArray[np.intp], subset: Problem, state: ActiveSet) -> None:
        """Certifies exact answers and keeps those with a smaller gap than the one before."""
        solved = state.solved
        subset, rows, state = subset[solved], rows[solved], state.take(solved)
        if not len(rows):
            return
        output, certified = state.log_output, state.gap
        better = certified < gap[rows]
        best.put(rows[better], state.take(better))
        log_output[rows[better]], gap[rows[better]] = output[better], certified[better]

    if start is not None:
        keep_better(np.arange(points), problem, polish(problem, start))
    # Most points are exact after the first handover. Going on along the same central path is
    # cheaper than starting again, and tells smaller prices from vanishing ones; a slower pace is
    # for points at which the faster one left the path.
    for pace in (BOLD, CAREFUL, PATIENT):
        rows = np.flatnonzero(~(gap < MAX_GAP))
        subset, rough = problem[rows], None
        for floor in HANDOVERS:
            if not len(rows):
                break
            rough = interior_point(subset, pace, floor, rough)
            finite = np.all(np.isfinite(rough.price), axis=1)
            finite &= np.all(np.isfinite(rough.excess), axis=(1, 2))
            rows, subset, rough = rows[finite], subset[finite], rough.take(finite)
            keep_better(rows, subset, polish(subset, _identified(subset, rough)))
            inexact = ~(gap[rows] < EXACT_GAP)
            rows, subset, rough = rows[inexact], subset[inexact], rough.take(inexact)
    return best, log_output, gap


def _identified(problem: Problem, rough: Iterate) -> ActiveSet:
    """The active set to which a point of the central path leads.

    Modes and prices that stay as mu goes to zero are active, those that vanish with it are not;
    the largest share of a task and the largest price are active in any case.
    """
    active = (rough.share_stays > 0.5) | (
        rough.mode_share == rough.mode_share.max(axis=-1, keepdims=True)
    )
    active &= problem.open
    priced = (rough.price_stays > 0.5) | (rough.price == rough.price.max(axis=1, keepdims=True))
    priced &= problem.scarce
    priced |= _needed_prices(problem, rough, active, priced)
    result = unsolved(
        problem,
        active,
        priced,
        np.where(priced, rough.price, np.where(problem.scarce, TRACE, 0.0)),
        np.where(active, rough.mode_share, 0.0),
    )
    result.guess, result.guess_used = rough.price, 1 - rough.unused
    return result


def _needed_prices(problem: Problem, rough: Iterate, active: Mask, priced: Mask) -> Mask:
    """Factors without a price that must have one, shape (point, factor).

    Two tied modes cost the same. If one of them uses a priced factor and the other only unpriced
    ones, the dearest factor of the latter must be priced too.
    """
    paid = problem.factor_cost(rough.price)
    costs = ((paid > 0) & priced[:, None, None, :]).any(axis=-1)
    unpaid = active & ~costs & (active & costs).any(axis=-1, keepdims=True)
    dearest = paid == paid.max(axis=-1, keepdims=True)
    return np.asarray((dearest & unpaid[..., None]).any(axis=(1, 2)) & problem.scarce)
