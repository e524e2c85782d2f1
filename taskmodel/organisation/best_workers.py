"""The worker of least cost for every task, at the prices of the optimum that it makes possible.

Workers and prices depend on each other. A round takes the optimum with given workers, and from its
prices the worker of least cost for each task and mode (`science.verification_gap`); rounds go on,
with Anderson's extrapolation, until the workers do not change. The leads u = ln x are certified:
with c_i the cost of a unit of task i at the prices of the optimum, and c_i* the least over all
workers, output is within 1 - min_i c_i*/c_i of the best, because unit cost is homogeneous in the
c_i. Use of every factor is convex in u, so that no mixture of workers does better than one.

Source: docs, model, section 3.7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, allocate
from taskmodel.errors import SolveError
from taskmodel.numerics.accuracy import MAX_GAP, WORKERS_AGREE
from taskmodel.numerics.types import Array
from taskmodel.science import verification_gap

if TYPE_CHECKING:
    from taskmodel.organisation.organisation import Organisation

ROUNDS = 300
MEMORY = 6  # rounds from which the next is extrapolated
STALLED = 40  # rounds after which steps are damped instead


def best_leads(organisation: Organisation, compute: Array) -> Array:
    """Return the logarithm of the lead of the best worker in each mode, (point, task, mode).

    Parameters
    ----------
    organisation : Organisation
    compute : array, shape (point,)
        FLOP/year.

    Raises
    ------
    SolveError
        If workers and prices do not agree to within `MAX_GAP` of output.
    """
    problem = _Problem(organisation, compute)
    lead = problem.start()
    if not len(lead):
        return lead
    rows = np.arange(len(lead))
    history = _History(lead)
    optimum: Allocation | None = None
    for turn in range(ROUNDS):
        start = None if optimum is None else optimum
        optimum = problem.optimum(rows, lead[rows], start)
        step = problem.cheapest(rows, optimum) - lead[rows]
        settled = np.asarray((np.abs(step) <= WORKERS_AGREE).all(axis=(1, 2)))
        # the last change is made, where it is one of rounding
        lead[rows] = np.where(
            settled[:, None, None], lead[rows] + step, history.next(rows, lead[rows], step, turn)
        )
        lead[rows] = np.clip(lead[rows], problem.low[rows], problem.high[rows])
        left = np.flatnonzero(~settled)
        rows, optimum = rows[left], optimum.take(left)
        if not len(rows):
            return lead
    missed = problem.gap(rows, lead[rows])
    worst = int(np.argmax(missed))
    if not missed[worst] < MAX_GAP:
        raise SolveError(
            f"the workers of least cost and the prices at compute {compute[rows[worst]]:g} "
            f"FLOP/year do not agree: output may be {missed[worst]:.1e} below the best; use "
            "capability.worker: frontier or sufficient there"
        )
    return lead


def moved_leads(
    organisation: Organisation, compute: Array, moved: Organisation, moved_compute: Array
) -> Array:
    """Return the leads that are best at some points, at other points next to each.

    They are the same, unless they are the least or the largest that are allowed, which move.

    Parameters
    ----------
    organisation : Organisation
    compute : array, shape (point,)
    moved : Organisation
    moved_compute : array, shape (point * node,)
        Of the points next to the first, then next to the second, and so on.

    Returns
    -------
    array, shape (point * node, task, mode)
    """
    lead, ends = organisation.leads(compute), _Problem(organisation, compute)
    new, nodes = _Problem(moved, moved_compute), len(moved_compute) // len(compute)
    lead, low, high = (
        np.repeat(np.broadcast_to(values, lead.shape), nodes, axis=0)
        for values in (lead, ends.low, ends.high)
    )
    lead = np.where(lead >= high - WORKERS_AGREE, new.high, lead)
    return np.where(lead <= low + WORKERS_AGREE, new.low, lead)


class _History:
    """Earlier rounds of each point: Anderson's extrapolation, and damped steps where it fails."""

    def __init__(self, lead: Array) -> None:
        shape = (len(lead), MEMORY, lead[0].size if len(lead) else 0)
        self.leads, self.steps = np.zeros(shape), np.zeros(shape)
        self.damping = np.ones(len(lead))
        self.kept = 0

    def next(self, rows: NDArray[np.intp], lead: Array, step: Array, turn: int) -> Array:
        """Return the leads of the next round."""
        x, f = lead.reshape(len(rows), -1), step.reshape(len(rows), -1)
        place = turn % MEMORY
        before = (turn - 1) % MEMORY
        if turn:
            reversed_ = (f * self.steps[rows, before]).sum(axis=1) < 0
            self.damping[rows] *= np.where(reversed_, 0.5, 1.2)
            self.damping = np.minimum(self.damping, 1.0)
        self.leads[rows, place], self.steps[rows, place] = x, f
        if turn >= STALLED:
            return (x + self.damping[rows, None] * f).reshape(lead.shape)
        if not turn:
            return lead + step
        others = [index for index in range(min(turn + 1, MEMORY)) if index != place]
        moved = x[:, None] - self.leads[rows][:, others]
        changed = f[:, None] - self.steps[rows][:, others]
        weight = np.einsum("pmn,pn->pm", np.linalg.pinv(np.swapaxes(changed, 1, 2), 1e-10), f)
        return (x + f - np.einsum("pm,pmn->pn", weight, moved + changed)).reshape(lead.shape)


class _Problem:
    """The costs of the workers of an organisation at some computes."""

    def __init__(self, organisation: Organisation, compute: Array) -> None:
        self.organisation, self.compute = organisation, compute
        workers = organisation.workers
        frontier = workers.of_frontier(compute)[..., None]
        required = np.broadcast_to(workers.required[:, None, None], frontier.shape)
        # a mode that needs a capable model is closed until there is one
        within = np.where(organisation.unaided, np.maximum(frontier, required), frontier)
        self.low = np.minimum(required, within)
        self.high = np.broadcast_to(within, self.low.shape)
        self.points = len(compute)

    def start(self) -> Array:
        """Return the leads that are best where review is the only cost."""
        workers = self.organisation.workers
        gap = workers.gap
        if workers.graded:
            with np.errstate(divide="ignore"):
                best = np.log(verification_gap.best_lead(gap, workers.steepness))
        else:
            best = np.where(gap > 0, 0.0, np.inf)
        return np.clip(best[:, None, None], self.low, self.high)

    def _part(self, rows: NDArray[np.intp]) -> Organisation:
        return self.organisation.take(rows)

    def optimum(self, rows: NDArray[np.intp], lead: Array, start: Allocation | None) -> Allocation:
        """Return the optima with workers of some leads."""
        part, compute = self._part(rows), self.compute[rows]
        return allocate(
            part.bundles_of(compute, lead),
            part.supply(compute),
            part.nest,
            part.open_modes(part.automatable(compute)),
            start=start,
            throw=False,
        )

    def _terms(self, rows: NDArray[np.intp], price: Array) -> tuple[Array, Array]:
        """Return coefficients and exponents of the cost of a unit, (point, task, mode, term).

        Terms: review that grows with the lead, steering, inference, defects that escape; the first
        three once, and once more for the failed attempts of graded success.
        """
        part, compute = self._part(rows), self.compute[rows]
        workers, level = part.workers, np.zeros(self.low[rows].shape)
        inference = part.factors.index("inference")
        review = np.einsum(
            "ptmk,pk->ptm",
            np.broadcast_to(part.fixed_review, (len(rows), *part.fixed_review.shape[1:])),
            price,
        )
        growing = review * part.by_ratio * workers.assisted(compute)[..., None]
        steering = review * (1 - part.by_ratio)
        working = part.fixed_bundles[..., inference] * part.worker_cost(compute, level)
        working = working * price[:, inference, None, None]
        if part.frontier:
            working = working * np.sqrt(compute * part.training_share)[:, None, None]
        failing = np.where(part.alone & workers.graded, 1.0, 0.0)
        escaping = np.zeros_like(growing)
        if part.factors[-1] == "defect_budget" and workers.graded:
            once = part._fixed_attempts_by_mode() * np.nan_to_num(part.unnoticed)
            weight = np.where(part.policy, part.harm_weight[..., None] * once, 0.0)
            escaping = weight * price[:, -1, None, None]
        zero = np.zeros((len(price), 1, 1))
        gap, beta = workers.gap[:, None, None] + zero, workers.steepness[:, None, None] + zero
        dear = 1 / (2 * workers.horizon_slope[:, None, None]) + zero
        shape = np.broadcast_shapes(growing.shape, working.shape)
        terms = [
            (growing, gap),
            (working, dear),
            (failing * growing, gap - beta),
            (failing * (steering + escaping), -beta),
            (failing * working, dear - beta),
        ]
        return (
            np.stack([np.broadcast_to(value, shape) for value, _ in terms], axis=-1),
            np.stack([np.broadcast_to(value, shape) for _, value in terms], axis=-1),
        )

    def cheapest(self, rows: NDArray[np.intp], optimum: Allocation) -> Array:
        """Return the leads of least cost at the prices of some optima."""
        price = np.where(np.isfinite(optimum.shadow_price), optimum.shadow_price, 0.0)
        scale = price.max(axis=1, keepdims=True)
        price = np.divide(price, scale, where=scale > 0, out=np.zeros_like(price))
        low, high = self.low[rows], self.high[rows]
        low = np.broadcast_to(low, (len(rows), *self.organisation.fixed_review.shape[1:3]))
        coefficient, exponent = self._terms(rows, price)
        least = verification_gap.cheapest_lead(coefficient, exponent, low, high)
        return np.broadcast_to(least, low.shape)

    def gap(self, rows: NDArray[np.intp], lead: Array) -> Array:
        """Return by how much output may be below the best, as a share of it, shape (point,)."""
        optimum = self.optimum(rows, lead, None)
        part, compute = self._part(rows), self.compute[rows]
        opened = part.open_modes(part.automatable(compute))
        price = np.where(np.isfinite(optimum.shadow_price), optimum.shadow_price, 0.0)

        def cost(leads: Array) -> Array:
            use = part.bundles_of(compute, leads)
            cost = np.einsum("ptmk,pk->ptm", use, price)
            return np.asarray(np.where(opened, cost, np.inf).min(axis=-1))

        now, least = cost(lead), cost(self.cheapest(rows, optimum))
        share = np.divide(least, now, where=(now > 0) & np.isfinite(now), out=np.ones_like(now))
        return np.asarray(1 - np.minimum(share, 1.0).min(axis=1)) + optimum.gap
