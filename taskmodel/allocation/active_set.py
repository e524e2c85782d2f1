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
from numpy.typing import NDArray

from taskmodel.allocation.presolve import Mask, Problem
from taskmodel.allocation.sliding import first_end, uphill
from taskmodel.numerics.types import Array
from taskmodel.science.production import Rows, cost_shares, log_unit_cost, node_log_output

NEWTON_STEPS = 40
FOLLOWING = 14  # steps where a regime is followed to a place nearby; one that needs more has ended
MENDS = 12
COST_TOLERANCE = 1e-11  # relative: how much cheaper an idle mode must look before it enters
USE_TOLERANCE = 1e-11  # relative: how far a factor may be used beyond its supply
CONVERGED = 1e-12  # log: balance and ties to rounding
NEARLY_CONVERGED = (
    1e-11  # the same where costs are so sensitive to prices that rounding is all that is left
)
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
        if attempt < mends:
            wrong |= _slide(part, before, state, ~converged)
        state.converged, state.solved = converged, converged & ~wrong
        result.put(rows, state)
        going = wrong
        if not going.any():
            break
        rows, part, state = rows[going], part[going], state.take(going)
    return result


def newton(
    problem: Problem, state: Regime, together: bool = False, steps: int = NEWTON_STEPS
) -> Mask:
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
            finished, size = _newton_step(
                part, now, together, CONVERGED if step < PATIENCE else NEARLY_CONVERGED
            )
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


@dataclass
class Local:
    """What a Newton step needs to know of where it is."""

    price: Array  # (point, factor) s, summing to one over the priced factors
    mode_share: Array  # (point, leaf, mode) w, summing to one
    first: NDArray[np.intp]  # (point, leaf, 1) the active mode whose cost is the task's
    leaf_cost: Array  # (point, leaf)
    log_cost: Array  # (point,) of a unit of output
    weight: Array  # (point, leaf) cost shares W
    relative: Array  # (point, leaf, mode) cost over that of the first active mode
    factor_share: Array  # (point, leaf, mode, factor) cost share of each factor in each mode
    used: Array  # (point, factor) of what there is of each priced factor; 1 for the others
    curvature: Array  # (point, factor, factor) of log cost in log prices, less what the modes add


def look(problem: Problem, now: Regime) -> Local:
    tree = problem.tree
    s = np.where(now.priced, now.price / now.price.sum(axis=1, keepdims=True), now.price)
    cost = problem.cost(s)
    first = np.argmax(now.active, axis=-1)[..., None]
    w = np.where(now.active, now.mode_share, 0.0)
    w = w / np.where(problem.dead, 1.0, w.sum(axis=-1))[..., None]
    leaf_cost = np.take_along_axis(cost, first, axis=-1)[..., 0]
    log_c, theta = log_unit_cost(tree, np.log(leaf_cost), problem.share, problem.elasticity)
    node_weight = cost_shares(tree, theta)
    weight = node_weight[:, : tree.leaves]
    f = problem.bundle * s[:, None, None, :] / cost[..., None]
    relative = cost / leaf_cost[..., None]
    used_share = np.matmul((w * relative)[:, :, None, :], f)[:, :, 0]
    used = np.einsum("pl,plk->pk", weight, used_share) / np.where(now.priced, s, 1.0)
    return Local(
        price=s,
        mode_share=w,
        first=first,
        leaf_cost=leaf_cost,
        log_cost=log_c[:, tree.root],
        weight=weight,
        relative=relative,
        factor_share=f,
        used=np.where(now.priced, used, 1.0),
        curvature=nest_curvature(
            problem, theta, node_weight, np.matmul(w[:, :, None, :], f)[:, :, 0]
        ),
    )


def nest_curvature(problem: Problem, theta: Array, weight: Array, leaf_gradient: Array) -> Array:
    """Curvature of the log of unit cost in log prices that substitution within nests makes, sign reversed.

    Parameters
    ----------
    theta, weight : array, shape (point, node)
        Cost shares within nests, and of all costs.
    leaf_gradient : array, shape (point, leaf, factor)
        Cost shares of factors in each task.

    Returns
    -------
    array, shape (point, factor, factor)
    """
    tree, sigma = problem.tree, problem.elasticity
    points, leaves, factors = leaf_gradient.shape
    g = np.empty((points, tree.nodes, factors))
    g[:, :leaves] = leaf_gradient
    for level in tree.levels:
        g[:, level.nests] = np.add.reduceat(
            theta[:, level.children, None] * g[:, level.children], level.starts, axis=1
        )
    above = sigma[:, tree.parent] - sigma
    above[:, :leaves] = sigma[:, tree.parent[:leaves]]
    above[:, tree.root] = 1 - sigma[:, tree.root]
    return np.asarray(np.matmul((g * (weight * above)[..., None]).transpose(0, 2, 1), g))


@dataclass
class Ties:
    """Active modes beside the first one of their task, each of which must cost the same."""

    at: tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]  # point, leaf and mode of each
    place: NDArray[np.intp]  # among those of its point
    real: Mask  # (point, place) False for padding
    scale: Array  # of their equations
    difference: Array  # (tie, factor) of cost shares
    mismatch: Array  # log of cost over that of the first mode


def tied(now: Regime, here: Local) -> Ties:
    point, leaf, mode = np.nonzero(now.active)
    first = here.first[point, leaf, 0]
    extra = mode != first
    point, leaf, mode, first = point[extra], leaf[extra], mode[extra], first[extra]
    count = np.bincount(point, minlength=len(now.price))
    relative = here.relative[point, leaf, mode]
    return Ties(
        at=(point, leaf, mode),
        place=np.arange(len(point)) - np.repeat(np.cumsum(count) - count, count),
        real=np.arange(count.max(initial=0)) < count[:, None],
        scale=np.sqrt(here.weight[point, leaf]),
        difference=relative[:, None] * here.factor_share[point, leaf, mode]
        - here.factor_share[point, leaf, first],
        # which of two modes that cost nothing is the cheaper one means nothing
        mismatch=np.where(here.leaf_cost[point, leaf] < NO_PRICE, 0.0, np.log(relative)),
    )


def _newton_step(
    problem: Problem, now: Regime, together: bool, tolerance: float
) -> tuple[Mask, Array]:
    """One step in place; returns where it was already at rounding, and its size, NaN where there is no step to take."""
    here = look(problem, now)
    ties = tied(now, here)
    x, change, broken = _direction(now, here, ties)
    x, factor, length = _kept_positive(now, here, x, together)
    moved = np.where(now.priced, np.abs(x), 0.0).max(axis=1)
    step = np.zeros_like(here.mode_share)
    step[ties.at] = change * length[ties.at[0]]
    np.put_along_axis(step, here.first, -step.sum(axis=-1, keepdims=True), axis=-1)

    off = np.abs(np.log(here.used))
    apart = np.zeros(len(problem))
    np.maximum.at(apart, ties.at[0], np.abs(ties.mismatch))
    finished = (off.max(axis=1) < tolerance) & (apart < tolerance)
    # a price that no cost depends on any more while all else is solved: it is zero, which is for the caller to say
    part = np.where(now.active[..., None], here.factor_share, 0.0).max(axis=(1, 2))
    idle = now.priced & (here.used < 1) & (part < NO_PART)
    rest = np.where(idle, 0.0, off).max(axis=1)
    moved[idle.any(axis=1) & (rest < SOLVED) & (apart < SOLVED) & ~finished] = np.nan
    moved[broken] = np.nan
    going = ~(finished | broken)[:, None]
    now.weight[:], now.leaf_cost[:], now.log_cost[:] = here.weight, here.leaf_cost, here.log_cost
    now.price[:] = np.where(going & now.priced, np.maximum(here.price * factor, TRACE), here.price)
    now.mode_share[:] = np.where(
        going[..., None] & now.active, here.mode_share + step, here.mode_share
    )
    return finished, moved


def _direction(now: Regime, here: Local, ties: Ties) -> tuple[Array, Array, Mask]:
    """The Newton step: of log prices, shape (point, factor), and of tied modes' shares; and where there is none."""
    matrix, scale = newton_matrix(now, here, ties)
    right = right_side(now, here, ties, scale, np.log(here.used), ties.mismatch)
    broken = ~((np.abs(matrix).max(axis=(1, 2)) < RUNAWAY) & np.isfinite(right).all(axis=1))
    matrix[broken] = np.eye(matrix.shape[1])
    right[broken] = 0.0
    solution = _solved(matrix, right)
    broken |= ~np.isfinite(solution).all(axis=1)
    factors = now.price.shape[1]
    return (
        solution[:, :factors] * scale,
        -solution[ties.at[0], factors + ties.place] / ties.scale,
        broken,
    )


def newton_matrix(now: Regime, here: Local, ties: Ties) -> tuple[Array, Array]:
    """The derivative of the equations in log prices and tied modes' shares, shape (point, size, size), and how its rows are scaled."""
    points, factors = now.price.shape
    size = factors + ties.real.shape[1]
    of_factors, of_ties = np.arange(factors), np.arange(factors, size)
    at, row = ties.at[0], factors + ties.place
    # scaled so that every row is of the order of its own share: tiny prices and weights count in full
    scale = 1 / np.sqrt(np.where(now.priced, here.price, 1.0) * here.used)
    matrix = np.zeros((points, size, size))
    both = now.priced[:, :, None] & now.priced[:, None, :]
    matrix[:, :factors, :factors] = np.where(
        both, here.curvature * scale[:, :, None] * scale[:, None, :], 0.0
    )
    matrix[:, of_factors, of_factors] += np.where(now.priced, DAMPING, 1.0)
    matrix[at, row, :factors] = matrix[at, :factors, row] = (
        ties.difference * scale[at] * ties.scale[:, None]
    )
    matrix[:, of_ties, of_ties] = -np.where(ties.real, DAMPING, 1.0)
    return matrix, scale


def right_side(
    now: Regime, here: Local, ties: Ties, scale: Array, log_used: Array, mismatch: Array
) -> Array:
    """What the equations lack, shape (point, size): by how much, in logs, each factor is used beyond its supply, and ties cost more."""
    right = np.zeros((len(now.price), now.price.shape[1] + ties.real.shape[1]))
    right[:, : now.price.shape[1]] = (
        np.where(now.priced, here.price * here.used * log_used, 0.0) * scale
    )
    right[ties.at[0], now.price.shape[1] + ties.place] = -mismatch * ties.scale
    return right


def _kept_positive(
    now: Regime, here: Local, x: Array, together: bool
) -> tuple[Array, Array, Array]:
    """The step of log prices shortened where need be, what prices are multiplied by, and the part of the step that is left."""
    s = np.where(now.priced, here.price, 1.0)
    # use is nearly a power of a price where it is far from one, and nearly linear in it where it is close
    near = np.abs(np.log(here.used)) < NEAR
    # prices are shares of one and positive: the step ends where one would leave that range, however flat the cost is there
    up = np.where(
        now.priced & (x > 0), np.maximum(1 / s - 1, LEAST_GROWTH) / np.where(x > 0, x, 1.0), np.inf
    )
    down = np.where(
        now.priced & near & (x < 0) & together, MOST_FALL / np.where(x < 0, -x, 1.0), np.inf
    )
    length = np.minimum(1.0, np.minimum(up, down).min(axis=1))
    x = x * length[:, None]
    return x, np.where(near, 1 + np.maximum(x, -MOST_FALL), np.exp(np.clip(x, -20.0, 20.0))), length


def _solved(matrix: Array, right: Array) -> Array:
    """Solutions of linear systems, shapes (point, size, size) and (point, size); NaN where a matrix is singular to rounding."""
    try:
        return np.asarray(np.linalg.solve(matrix, right[..., None])[..., 0], dtype=float)
    except np.linalg.LinAlgError:
        if len(matrix) == 1:
            return np.full_like(right, np.nan)
        half = len(matrix) // 2
        return np.concatenate(
            [_solved(matrix[:half], right[:half]), _solved(matrix[half:], right[half:])]
        )


def _mend(problem: Problem, now: Regime, converged: Mask, change: bool, single: bool) -> Mask:
    """Which regimes are not the optimum's; where ``change``, their sets are mended in place and only mendable ones are named."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        cost = problem.cost(now.price)
        activity = (
            np.where(problem.dead, 0.0, now.weight / now.leaf_cost)[..., None] * now.mode_share
        )
        used = np.einsum("plm,plmk->pk", activity, problem.bundle)
        part = np.where(
            now.active[..., None],
            problem.bundle * now.price[:, None, None, :] / cost[..., None],
            0.0,
        ).max(axis=(1, 2))
    negative = now.active & (now.mode_share < -COST_TOLERANCE)
    cheaper = problem.open & ~now.active & (cost < now.leaf_cost[..., None] * (1 - COST_TOLERANCE))
    cheaper &= now.leaf_cost[..., None] > NO_PRICE
    overused = problem.scarce & ~now.priced & (used > 1 + USE_TOLERANCE)
    vanishing = (
        now.priced & (used < 1) & ((part < NO_PART) | (now.price < NO_PRICE)) & ~converged[:, None]
    )
    wrong = negative.any(axis=(1, 2)) | cheaper.any(axis=(1, 2)) | overused.any(axis=1)
    wrong = np.where(
        converged, wrong, negative.any(axis=(1, 2)) | vanishing.any(axis=1) | overused.any(axis=1)
    )
    if not change or not wrong.any():
        return wrong
    rows = wrong[:, None]
    settled = converged[:, None]
    lowest = np.where(negative, now.mode_share, 0.0)
    worst = lowest == lowest.min(axis=-1, keepdims=True)  # one mode of a task at a time
    leaving = negative & worst & rows[..., None]
    now.active &= ~leaving
    gain = np.where(
        cheaper,
        np.log(cost / now.leaf_cost[..., None], where=cheaper, out=np.zeros_like(cost)),
        0.0,
    )
    best = gain.min(axis=(1, 2) if single else -1, keepdims=True)
    entering = cheaper & (gain == best) & (rows & settled)[..., None]
    now.active |= entering
    now.mode_share[:] = np.where(
        now.active & ~entering & rows[..., None],
        np.maximum(now.mode_share, 0.0),
        np.where(rows[..., None], 0.0, now.mode_share),
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


def _slide(problem: Problem, before: Regime, now: Regime, lost: Mask) -> Mask:
    """Regimes without a solution because prices can move at no cost, moved to where they cannot; returns which ones were."""
    moved = np.zeros(len(problem), dtype=bool)
    for point in np.flatnonzero(lost).tolist():
        part, state = problem[[point]], before.take([point])
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            here = look(part, state)
            ties = tied(state, here)
        if not (
            np.isfinite(here.curvature).all()
            and np.isfinite(here.used).all()
            and np.isfinite(ties.difference).all()
        ):
            continue
        priced = state.priced[0]
        moves = uphill(
            here.price[0, priced],
            here.used[0, priced],
            here.curvature[0][np.ix_(priced, priced)],
            ties.difference[:, priced],
        )
        if moves is None:
            continue
        whole = np.zeros(len(priced))
        whole[priced] = moves
        leaf, mode = np.nonzero(part.open[0] & ~state.active[0])
        bundle = part.bundle[0]
        falls = (bundle[leaf, here.first[0, leaf, 0]] - bundle[leaf, mode]) @ whole
        excess = bundle[leaf, mode] @ here.price[0] - here.leaf_cost[0, leaf]
        length, gone, entering = first_end(here.price[0, priced], moves, excess, falls)
        if not np.isfinite(length):
            continue
        state.price[0, priced] = np.maximum(here.price[0, priced] + length * moves, TRACE)
        state.price[0, np.flatnonzero(priced)[gone]] = TRACE
        state.priced[0, np.flatnonzero(priced)[gone]] = False
        state.active[0, leaf[entering], mode[entering]] = True
        now.put(np.array([point]), state)
        moved[point] = True
    return moved


def _first_price(now: Regime, used: Array) -> Array:
    """A price to begin with, for a factor that is used beyond its supply without one."""
    # where use falls to one, were it a power of the price between `TRACE` and the guess
    high, low = np.log(np.maximum(used, 1.0)), np.log(np.clip(now.guess_used, 1e-300, 1 - 1e-3))
    guess = np.where(now.guess > TRACE, now.guess, FIRST_PRICE)
    return np.exp(np.log(TRACE) + (np.log(guess) - np.log(TRACE)) * high / (high - low))


def begin_from(problem: Problem, activity: Array, elasticity: Array) -> Regime:
    """The regime of other answers, as far as its modes are open here; where none is, the cheapest mode."""
    known = (
        np.all(np.isfinite(elasticity), axis=1, keepdims=True)
        & np.all(np.isfinite(activity), axis=(1, 2))[:, None]
    )
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
    made = node_log_output(problem.tree, quantity, problem.share, problem.elasticity)[
        :, problem.tree.root
    ] - np.log(used)
    return made, -np.expm1(made + log_c[:, problem.tree.root])
