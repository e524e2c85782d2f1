"""From a `Problem` to its exact optimum: rough stage, exact stage, certificate, and again more carefully where that fails."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.active_set import TRACE, Regime, certify, polish
from taskmodel.allocation.interior import BOLD, CAREFUL, PATIENT, Iterate, interior_point
from taskmodel.allocation.presolve import Mask, Problem
from taskmodel.numerics.types import Array

MAX_GAP = 1e-9
EXACT_GAP = 1e-11
FLOORS = (
    1e-5,
    1e-9,
    1e-15,
    1e-30,
    1e-60,
)  # where the rough stage stops, before each try of the exact one


def solve(problem: Problem, start: Regime | None = None) -> tuple[Regime, Array, Array]:
    """The optimum of every point.

    Parameters
    ----------
    problem : Problem
        Every point with something to produce and something scarce.
    start : Regime, optional
        Regimes to begin with, such as those of neighbours; the rough stage is only run where they do not lead to the optimum.

    Returns
    -------
    regime : Regime
        Exact where ``solved``.
    log_output : array, shape (point,)
    gap : array, shape (point,)
        Duality gap [1]; above `MAX_GAP` where no answer was found.
    """
    points = len(problem)
    best = _blank(problem)
    log_output, gap = np.full(points, -np.inf), np.full(points, np.inf)

    def keep_better(rows: NDArray[np.intp], part: Problem, found: Regime) -> None:
        """Certify exact answers and take over those that are better."""
        part, rows, found = part[found.solved], rows[found.solved], found.take(found.solved)
        if not len(rows):
            return
        made, certified = certify(part, found)
        better = certified < gap[rows]
        best.put(rows[better], found.take(better))
        log_output[rows[better]], gap[rows[better]] = made[better], certified[better]

    if start is not None:
        keep_better(np.arange(points), problem, polish(problem, start))
    for pace in (BOLD, CAREFUL, PATIENT):
        rows = np.flatnonzero(~(gap < MAX_GAP))
        part, rough = problem[rows], None
        for floor in FLOORS:
            if not len(rows):
                break
            rough = interior_point(part, pace, floor, rough)
            near = np.all(np.isfinite(rough.price), axis=1) & np.all(
                np.isfinite(rough.excess), axis=(1, 2)
            )
            rows, part, rough = rows[near], part[near], rough.take(near)
            keep_better(rows, part, polish(part, _sharpened(part, rough)))
            again = ~(gap[rows] < EXACT_GAP)
            rows, part, rough = rows[again], part[again], rough.take(again)
    return best, log_output, gap


def _blank(problem: Problem) -> Regime:
    points, leaves, modes, factors = problem.bundle.shape
    return Regime(
        active=np.zeros((points, leaves, modes), dtype=bool),
        priced=np.zeros((points, factors), dtype=bool),
        price=problem.scarce / np.maximum(problem.scarce.sum(axis=1, keepdims=True), 1),
        mode_share=np.zeros((points, leaves, modes)),
        weight=np.zeros((points, leaves)),
        leaf_cost=np.ones((points, leaves)),
        log_cost=np.zeros(points),
        converged=np.zeros(points, dtype=bool),
        solved=np.zeros(points, dtype=bool),
        guess=np.zeros((points, factors)),
        guess_used=np.zeros((points, factors)),
    )


def _sharpened(problem: Problem, rough: Iterate) -> Regime:
    """The regime a rough answer points to: what stays as mu goes to zero is active, what vanishes is not."""
    active = (rough.share_stays > 0.5) | (
        rough.mode_share == rough.mode_share.max(axis=-1, keepdims=True)
    )
    active &= problem.open
    priced = (rough.price_stays > 0.5) | (rough.price == rough.price.max(axis=1, keepdims=True))
    priced &= problem.scarce
    priced |= _paid_by_none(problem, rough, active, priced)
    result = _blank(problem)
    result.active, result.priced = active, priced
    result.price = np.where(priced, rough.price, np.where(problem.scarce, TRACE, 0.0))
    result.mode_share = np.where(active, rough.mode_share, 0.0)
    result.guess, result.guess_used = rough.price, 1 - rough.unused
    return result


def _paid_by_none(problem: Problem, rough: Iterate, active: Mask, priced: Mask) -> Mask:
    """Factors without a price whose modes share a task with modes that cost something: those cannot cost the same for nothing."""
    paid = problem.bundle * rough.price[:, None, None, :]
    costs = ((paid > 0) & priced[:, None, None, :]).any(axis=-1)
    for_nothing = active & ~costs & (active & costs).any(axis=-1, keepdims=True)
    dearest = paid == paid.max(axis=-1, keepdims=True)
    return np.asarray((dearest & for_nothing[..., None]).any(axis=(1, 2)) & problem.scarce)
