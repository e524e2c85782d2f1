"""The exact stage of an allocation: Newton's method on a known set of active modes and prices.

Given which factors have a price and which modes carry each task, the optimum solves smooth
equations: every active mode of a task costs the same, and every priced factor is used up. In
the logarithms x of the prices and in v, the cost share that each mode carries,

    A x - R' v = s (use - 1),      R x = - (differences of log cost between tied modes),

with A the negative Hessian of log unit cost in relative coordinates, a sum of rank-one terms
over the tree that is exact at every elasticity (``model.md`` 1.2),

    A = sum_leaf W sigma_parent g g' + sum_nest W (sigma_parent - sigma) g g' + (1 - sigma_root) g g'.

Sets that turn out wrong are mended: a mode with a negative share leaves, one that is cheaper
than the rest enters; a factor used beyond its supply gets a price, one whose price vanishes
loses it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taskmodel.allocation.presolve import Mask, Problem
from taskmodel.production import Array, Rows, cost_shares, log_unit_cost, node_log_output

NEWTON_STEPS = 40
FOLLOWING = 14  # steps where a regime is followed to a place nearby; one that needs more has ended
MENDS = 12
COST_TOLERANCE = 1e-11  # relative: how much cheaper an idle mode must look before it enters
USE_TOLERANCE = 1e-11  # relative: how far a factor may be used beyond its supply
CONVERGED = 1e-12  # log: balance and ties to rounding
NEARLY_CONVERGED = 1e-11  # the same where costs are so sensitive to prices that rounding is all that is left
PATIENCE = 10  # steps, after which the latter will do
SOLVED = 1e-6  # log: balance at which what remains to be done is small
DAMPING = 1e-13
RUNAWAY = 1e25  # in the scaled matrix, whose entries are of order one near a solution
FIRST_PRICE = 1e-6
LEAST_GROWTH = 0.5  # by which any price may grow in a step
MOST_FALL = 0.999  # by which a price may fall in a step
NEAR = 0.4  # log use below this counts as close to one
TRACE = 1e-100  # stands for a price of zero, so that no cost vanishes: far below the rounding of any other
NO_PRICE = TRACE * 1e20  # prices below this stand for zero
NO_PART = 1e-11  # of a cost: a price that is no more than this of any has run down to zero


@dataclass
class Regime:
    """What is active, and the optimum that goes with it; one row per point."""

    active: Mask  # (point, leaf, mode) modes that carry the task
    priced: Mask  # (point, factor) factors with a price
    price: Array  # (point, factor) s; TRACE where not priced; sums to 1
    mode_share: Array  # (point, leaf, mode) w; 0 where not active, sums to 1
    weight: Array  # (point, leaf) cost shares W of the leaves
    leaf_cost: Array  # (point, leaf) z
    log_cost: Array  # (point,) log unit cost of everything
    converged: Mask  # (point,) the equations of the regime are solved to rounding
    solved: Mask  # (point,) and the regime is the optimum's
    guess: Array  # (point, factor) a price to begin with, should the factor need one
    guess_used: Array  # (point, factor) about how much of it is used at that price

    def take(self, rows: Rows) -> Regime:
        """Rows of the regime."""
        return Regime(**{name: part[rows] for name, part in vars(self).items()})

    def put(self, rows: Rows, other: Regime) -> None:
        """Write rows back."""
        for name, part in vars(self).items():
            part[rows] = getattr(other, name)


def polish(problem: Problem, start: Regime, mends: int = MENDS) -> Regime:
    """The exact optimum from a regime that is right or nearly so.

    Parameters
    ----------
    problem : Problem
    start : Regime
        Prices must be positive where priced.
    mends : int
        How many times the active sets may be changed; 0 solves within the given regime and says in ``solved``
        whether it is the optimum's.
    """
    result = start.take(np.arange(len(problem)))
    rows = np.arange(len(problem))
    part, state = problem, result.take(rows)
    for attempt in range(mends + 1):
        before = state.take(np.arange(len(part)))
        converged = newton(part, state, steps=NEWTON_STEPS if mends else FOLLOWING)
        if mends and not converged.all():  # once more from where it began
            again = np.flatnonzero(~converged)
            kept = before.take(again)
            converged[again] = newton(part[again], kept, together=True)
            take = converged[again] | (attempt % 2 == 0)
            state.put(again[take], kept.take(take))
        wrong = _mend(part, state, converged, change=attempt < mends, single=attempt >= 3)
        state.converged, state.solved = converged, converged & ~wrong
        result.put(rows, state)
        going = wrong
        if not going.any():
            break
        rows, part, state = rows[going], part[going], state.take(going)
    return result


def newton(problem: Problem, state: Regime, together: bool = False, steps: int = NEWTON_STEPS) -> Mask:
    """Solve the equations of the regimes in place; returns which points converged.

    A price falls at most so far in a step: by itself, or, where ``together``, with the whole step shortened so that the
    prices keep to its direction. The one suits prices many orders of magnitude apart, the other costs that are nearly
    flat between two factors.
    """
    points = len(problem)
    converged = np.zeros(points, dtype=bool)
    rows = np.arange(points)
    part, now = problem, state
    for step in range(steps):
        # points whose prices run away are reported as not converged
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            finished, size = _newton_step(part, now, together, CONVERGED if step < PATIENCE else NEARLY_CONVERGED)
        lost = ~np.isfinite(size)
        stop = finished | lost
        if stop.any() or step == steps - 1:
            if now is not state:
                state.put(rows, now)
            converged[rows] = finished & ~lost
            if stop.all():
                break
            rows, part, now = rows[~stop], part[~stop], now.take(~stop)
    return converged


def _newton_step(problem: Problem, now: Regime, together: bool, tolerance: float) -> tuple[Mask, Array]:
    """One step in place; returns where it was already at rounding, and its size."""
    tree = problem.tree
    points, leaves, modes, factors = problem.bundle.shape
    s = now.price / now.price.sum(axis=1, keepdims=True)
    s = np.where(now.priced, s, now.price)
    cost = problem.cost(s)
    first = np.argmax(now.active, axis=-1)[..., None]
    w = np.where(now.active, now.mode_share, 0.0)
    w = w / np.where(problem.dead, 1.0, w.sum(axis=-1))[..., None]
    leaf_cost = np.take_along_axis(cost, first, axis=-1)[..., 0]
    log_c, theta = log_unit_cost(tree, np.log(leaf_cost), problem.share, problem.elasticity)
    node_weight = cost_shares(tree, theta)
    weight = node_weight[:, :leaves]

    f = problem.bundle * s[:, None, None, :] / cost[..., None]
    relative = cost / leaf_cost[..., None]
    g = np.empty((points, tree.nodes, factors))
    g[:, :leaves] = np.matmul(w[:, :, None, :], f)[:, :, 0]
    used_share = np.matmul((w * relative)[:, :, None, :], f)[:, :, 0]
    for level in tree.levels:
        g[:, level.nests] = np.add.reduceat(theta[:, level.children, None] * g[:, level.children], level.starts, axis=1)
    sigma = problem.elasticity
    above = sigma[:, tree.parent] - sigma
    above[:, :leaves] = sigma[:, tree.parent[:leaves]]
    above[:, tree.root] = 1 - sigma[:, tree.root]
    matrix = np.matmul((g * (node_weight * above)[..., None]).transpose(0, 2, 1), g)

    s1 = np.where(now.priced, s, 1.0)
    used = np.where(now.priced, np.einsum("pl,plk->pk", weight, used_share) / s1, 1.0)
    tie_point, tie_leaf, tie_mode = np.nonzero(now.active)
    extra = tie_mode != first[tie_point, tie_leaf, 0]
    tie_point, tie_leaf, tie_mode = tie_point[extra], tie_leaf[extra], tie_mode[extra]
    ties = np.bincount(tie_point, minlength=points)
    most = int(ties.max(initial=0))
    place = np.arange(len(tie_point)) - np.repeat(np.cumsum(ties) - ties, ties)

    # scaled so that every row is of the order of its own share: tiny prices and weights count in full
    scale = 1 / np.sqrt(s1 * used)
    size = factors + most
    full = np.zeros((points, size, size))
    right = np.zeros((points, size))
    full[:, :factors, :factors] = matrix * scale[:, :, None] * scale[:, None, :]
    right[:, :factors] = np.where(now.priced, s1 * used * np.log(used), 0.0) * scale
    inactive = ~now.priced
    full[:, :factors, :factors][inactive[:, :, None] | inactive[:, None, :]] = 0.0
    diagonal = np.arange(size)
    full[:, diagonal[:factors], diagonal[:factors]] += np.where(inactive, 1.0, DAMPING)
    tie_scale = np.sqrt(weight[tie_point, tie_leaf])
    tie_first = first[tie_point, tie_leaf, 0]
    difference = (
        (relative[tie_point, tie_leaf, tie_mode, None] * f[tie_point, tie_leaf, tie_mode] - f[tie_point, tie_leaf, tie_first])
        * scale[tie_point]
        * tie_scale[:, None]
    )
    full[tie_point, factors + place, :factors] = difference
    full[tie_point, :factors, factors + place] = difference
    full[:, diagonal[factors:], diagonal[factors:]] = -np.where(np.arange(most) < ties[:, None], DAMPING, 1.0)
    # which of two modes that cost nothing is the cheaper one means nothing
    mismatch = np.where(leaf_cost[tie_point, tie_leaf] < NO_PRICE, 0.0, np.log(relative[tie_point, tie_leaf, tie_mode]))
    right[tie_point, factors + place] = -mismatch * tie_scale

    broken = ~((np.abs(full).max(axis=(1, 2)) < RUNAWAY) & np.isfinite(right).all(axis=1))
    full[broken] = np.eye(size)
    right[broken] = 0.0
    solution = _solved(full, right)
    broken |= ~np.isfinite(solution).all(axis=1)
    x = solution[:, :factors] * scale
    # use is nearly a power of a price where it is far from one, and nearly linear in it where it is close
    near = np.abs(np.log(used)) < NEAR
    # prices are shares of one and positive: the step ends where one would leave that range, however flat the cost is there
    up = np.where(now.priced & (x > 0), np.maximum(1 / s1 - 1, LEAST_GROWTH) / np.where(x > 0, x, 1.0), np.inf)
    down = np.where(now.priced & near & (x < 0) & together, MOST_FALL / np.where(x < 0, -x, 1.0), np.inf)
    length = np.minimum(1.0, np.minimum(up, down).min(axis=1))
    x = x * length[:, None]
    factor = np.where(near, 1 + np.maximum(x, -MOST_FALL), np.exp(np.clip(x, -20.0, 20.0)))
    moved = np.where(now.priced, np.abs(x), 0.0).max(axis=1)
    change = -solution[tie_point, factors + place] / tie_scale * length[tie_point]
    step = np.zeros_like(w)
    step[tie_point, tie_leaf, tie_mode] = change
    np.put_along_axis(step, first, -step.sum(axis=-1, keepdims=True), axis=-1)

    imbalance = np.abs(np.log(used)).max(axis=1)
    apart = np.zeros(points)
    np.maximum.at(apart, tie_point, np.abs(mismatch))
    finished = (imbalance < tolerance) & (apart < tolerance)
    # a price that no cost depends on any more while all else is solved: it is zero, which is for the caller to say
    part = np.where(now.active[..., None], f, 0.0).max(axis=(1, 2))
    idle = now.priced & (used < 1) & (part < NO_PART)
    rest = np.where(idle, 0.0, np.abs(np.log(used))).max(axis=1)
    moved[idle.any(axis=1) & (rest < SOLVED) & (apart < SOLVED) & ~finished] = np.nan
    going = ~(finished | broken)[:, None]
    now.weight[:], now.leaf_cost[:], now.log_cost[:] = weight, leaf_cost, log_c[:, tree.root]
    now.price[:] = np.where(going & now.priced, np.maximum(s * factor, TRACE), s)
    now.mode_share[:] = np.where(going[..., None] & now.active, w + step, w)
    moved[broken] = np.nan
    return finished, moved


def _solved(matrix: Array, right: Array) -> Array:
    """Solutions of linear systems, shapes (point, size, size) and (point, size); NaN where a matrix is singular to rounding."""
    try:
        return np.asarray(np.linalg.solve(matrix, right[..., None])[..., 0], dtype=float)
    except np.linalg.LinAlgError:
        if len(matrix) == 1:
            return np.full_like(right, np.nan)
        half = len(matrix) // 2
        return np.concatenate([_solved(matrix[:half], right[:half]), _solved(matrix[half:], right[half:])])


def _mend(problem: Problem, now: Regime, converged: Mask, change: bool, single: bool) -> Mask:
    """Which regimes are not the optimum's; where ``change``, their sets are mended in place and only mendable ones are named."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        cost = problem.cost(now.price)
        activity = np.where(problem.dead, 0.0, now.weight / now.leaf_cost)[..., None] * now.mode_share
        used = np.einsum("plm,plmk->pk", activity, problem.bundle)
        part = np.where(now.active[..., None], problem.bundle * now.price[:, None, None, :] / cost[..., None], 0.0).max(axis=(1, 2))
    negative = now.active & (now.mode_share < -COST_TOLERANCE)
    cheaper = problem.open & ~now.active & (cost < now.leaf_cost[..., None] * (1 - COST_TOLERANCE))
    cheaper &= now.leaf_cost[..., None] > NO_PRICE
    overused = problem.scarce & ~now.priced & (used > 1 + USE_TOLERANCE)
    vanishing = now.priced & (used < 1) & ((part < NO_PART) | (now.price < NO_PRICE)) & ~converged[:, None]
    wrong = negative.any(axis=(1, 2)) | cheaper.any(axis=(1, 2)) | overused.any(axis=1)
    wrong = np.where(converged, wrong, negative.any(axis=(1, 2)) | vanishing.any(axis=1) | overused.any(axis=1))
    if not change or not wrong.any():
        return wrong
    rows = wrong[:, None]
    settled = converged[:, None]
    lowest = np.where(negative, now.mode_share, 0.0)
    worst = lowest == lowest.min(axis=-1, keepdims=True)  # one mode of a task at a time
    leaving = negative & worst & rows[..., None]
    now.active &= ~leaving
    gain = np.where(cheaper, np.log(cost / now.leaf_cost[..., None], where=cheaper, out=np.zeros_like(cost)), 0.0)
    best = gain.min(axis=(1, 2) if single else -1, keepdims=True)
    entering = cheaper & (gain == best) & (rows & settled)[..., None]
    now.active |= entering
    now.mode_share[:] = np.where(
        now.active & ~entering & rows[..., None], np.maximum(now.mode_share, 0.0), np.where(rows[..., None], 0.0, now.mode_share)
    )
    alone = now.active.sum(axis=-1, keepdims=True) == 1
    now.mode_share[:] = np.where(alone & now.active, 1.0, now.mode_share)
    empty = (now.mode_share.sum(axis=-1, keepdims=True) <= 0) & now.active
    now.mode_share[:] = np.where(empty, 1.0, now.mode_share)
    excess_use = np.where(overused, used, 0.0)
    pricing = overused & rows & (excess_use == excess_use.max(axis=1, keepdims=True))
    now.price[:] = np.where(pricing, _first_price(now, used), now.price)
    now.priced |= pricing
    dropping = vanishing & rows
    now.priced &= ~dropping
    now.price[dropping] = TRACE
    return wrong


def _first_price(now: Regime, used: Array) -> Array:
    """A price to begin with, for a factor that is used beyond its supply without one."""
    # where use falls to one, were it a power of the price between `TRACE` and the guess
    high, low = np.log(np.maximum(used, 1.0)), np.log(np.clip(now.guess_used, 1e-300, 1 - 1e-3))
    guess = np.where(now.guess > TRACE, now.guess, FIRST_PRICE)
    return np.exp(np.log(TRACE) + (np.log(guess) - np.log(TRACE)) * high / (high - low))


def begin_from(problem: Problem, activity: Array, elasticity: Array) -> Regime:
    """The regime of other answers, as far as its modes are open here; where none is, the cheapest mode."""
    known = np.all(np.isfinite(elasticity), axis=1, keepdims=True) & np.all(np.isfinite(activity), axis=(1, 2))[:, None]
    price = np.where(known, elasticity, 1.0) * problem.scarce
    priced = price > NO_PRICE
    none = ~priced.any(axis=1, keepdims=True)
    priced |= none & problem.scarce
    price = np.where(priced, np.where(none, 1.0, price), np.where(problem.scarce, TRACE, 0.0))
    carried = np.where(known[..., None], activity, 0.0)[:, problem.tree.task]
    carried = np.where(problem.open, np.take_along_axis(carried, problem.mode, axis=-1), 0.0)
    cost = np.where(problem.open, problem.cost(price), np.inf)
    idle = carried.sum(axis=-1, keepdims=True) == 0
    cheapest = problem.open & idle & (cost == cost.min(axis=-1, keepdims=True))
    active = (carried > 0) | cheapest
    share = np.where(idle, cheapest, carried)
    share = share / np.maximum(share.sum(axis=-1, keepdims=True), np.finfo(float).tiny)
    points, leaves = problem.dead.shape
    return Regime(
        active=active,
        priced=priced,
        price=price,
        mode_share=share,
        weight=np.zeros((points, leaves)),
        leaf_cost=np.ones((points, leaves)),
        log_cost=np.zeros(points),
        solved=np.zeros(points, dtype=bool),
        converged=np.zeros(points, dtype=bool),
        guess=np.zeros_like(price),
        guess_used=np.zeros_like(price),
    )


def certify(problem: Problem, now: Regime) -> tuple[Array, Array]:
    """Output that these activities are sure to give, and the duality gap.

    The activities are scaled down until no factor is used beyond its supply, and their output is
    compared with one over the unit cost at these prices, an upper bound on any output (weak duality).

    Returns
    -------
    log_output : array, shape (point,)
    gap : array, shape (point,)
        1 - output * unit cost [1].
    """
    price = now.price / now.price.sum(axis=1, keepdims=True)
    cost = np.where(problem.open, problem.cost(price), np.inf).min(axis=-1)
    cost = np.where(problem.dead, 1.0, cost)
    log_c, _ = log_unit_cost(problem.tree, np.log(cost), problem.share, problem.elasticity)
    share = np.maximum(now.mode_share, 0.0)
    activity = np.where(problem.dead, 0.0, now.weight / now.leaf_cost)[..., None] * share
    used = np.einsum("plm,plmk->pk", activity, problem.bundle).max(axis=1)
    with np.errstate(divide="ignore"):  # a task that is not done has a log of -inf
        quantity = np.log(activity.sum(axis=-1))
    made = node_log_output(problem.tree, quantity, problem.share, problem.elasticity)[:, problem.tree.root] - np.log(used)
    return made, -np.expm1(made + log_c[:, problem.tree.root])
