"""The approximate stage of an allocation: a primal-dual interior point in the factor prices.

With supplies scaled to one, prices become shares s_k = p_k E_k, and the optimum is a saddle
point of the unit cost over s >= 0 (``model.md`` 1.2). Every mode of a task carries a share w of
the task and a relative excess cost tau, every factor a price s and an unused part u, with

    w tau = mu,   sum_m w = 1,   s u = mu,   use_k + u_k = 1.

Modes and tasks are eliminated in closed form, so that a Newton step solves one small system in the
factors. Steps are multiplicative, for true prices range over tens of orders of magnitude, and mu
falls the faster the nearer the factors are to balance. The answer is approximate; `active_set`
makes it exact.

Sources: Wright (1997), *Primal-Dual Interior-Point Methods*, for the method; El-Bakry, Tapia and
Zhang (1994), SIAM Review 36, 45-72, for indicators of vanishing variables. A step that tries out
mu = 0 first (Mehrotra's predictor) was measured to cost as much as it saves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taskmodel.allocation.batch import Batch
from taskmodel.allocation.presolve import Mask, Problem
from taskmodel.numerics.accuracy import BALANCED, COST_RESOLUTION, SINGULAR_SHIFT
from taskmodel.numerics.types import Array
from taskmodel.science.production import cost_gradients, cost_shares, log_unit_cost


@dataclass(frozen=True)
class Pace:
    """Step rules of the interior point."""

    down: float  # largest fall of the log of a price, a mode share or an unused part in one step
    up: float  # their largest growth factor in one step
    fall: tuple[float, float, float]  # multiplier of mu where nearly, roughly or not in balance
    halvings: int  # how often a step is halved that leaves the neighbourhood of the central path
    steps: int


# Tried in this order; the slower ones serve points at which the faster one left the central path.
BOLD = Pace(down=4.0, up=100.0, fall=(0.01, 0.05, 0.3), halvings=0, steps=40)
CAREFUL = Pace(down=1.0, up=10.0, fall=(0.1, 0.3, 0.9), halvings=6, steps=100)
PATIENT = Pace(down=1.0, up=3.0, fall=(0.4, 0.7, 1.0), halvings=6, steps=250)

NEARLY, ROUGHLY = 0.3, 1.0  # largest log imbalance that counts as nearly or roughly balanced
PROBE = 0.1  # multiplier of mu for the last step, which shows what vanishes with mu
NEIGHBOURHOOD = 1e-2  # least product w tau or s u over mu, where steps are halved


@dataclass
class Iterate(Batch):
    """A point near the central path; one row per point of the batch."""

    price: Array  # (point, factor) s; 0 where not scarce
    unused: Array  # (point, factor) u
    mode_share: Array  # (point, leaf, mode) w
    cost: Array  # (point, leaf, mode) cost of every mode at these prices
    leaf_cost: Array  # (point, leaf) z, not above the cheapest mode
    excess: Array  # (point, leaf, mode) tau = cost / z - 1, up to rounding; 1 without a choice
    price_stays: Array  # (point, factor) 1 - d log s / d log mu: near 1 if priced, near 0 if not
    share_stays: Array  # (point, leaf, mode) 1 - d log w / d log mu: near 1 for active modes
    done: Mask  # (point,)


def interior_point(
    problem: Problem, pace: Pace, floor: float = 1e-9, start: Iterate | None = None
) -> Iterate:
    """Prices and mode shares near the optimum; ``done`` marks the points that converged.

    Parameters
    ----------
    problem : Problem
    pace : Pace
    floor : float
        Complementarity mu at which to stop.
    start : Iterate, optional
        An iterate to continue from, which is overwritten.
    """
    choice = problem.open & (problem.open.sum(axis=-1, keepdims=True) > 1)
    result = _start(problem, choice) if start is None else start
    rows = np.arange(len(problem))
    subset, chosen, state = problem, choice, result
    for _ in range(pace.steps):
        # points that overflow are reported as not done
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            state = _step(subset, chosen, state, pace, floor)
        lost = ~np.isfinite(state.price).all(axis=1)
        going = ~(state.done | lost)
        if going.all():
            continue
        result.put(rows, state)
        rows, subset, chosen, state = (
            rows[going],
            subset[going],
            chosen[going],
            state.take(going),
        )
        if not len(rows):
            return result
    result.put(rows, state)
    return result


def _start(problem: Problem, choice: Mask) -> Iterate:
    """The iterate with equal prices and mu = 1."""
    tree = problem.tree
    price = problem.scarce / np.maximum(problem.scarce.sum(axis=1, keepdims=True), 1)
    cost = problem.cost(price)
    least = problem.least_cost(cost)
    least = np.where(np.isfinite(least), least, 1.0)
    leaf_cost = np.where(choice.any(axis=-1), least / 2, least)
    # at z of half the least cost, excess costs are of order one and shares 1 / tau have mu near 1
    excess = np.where(choice, cost / leaf_cost[..., None] - 1, 1.0)
    share = np.where(choice, 1 / excess, problem.open)
    share = share / np.maximum(share.sum(axis=-1, keepdims=True), np.finfo(float).tiny)
    _, theta = log_unit_cost(tree, np.log(leaf_cost), problem.share, problem.elasticity)
    weight = cost_shares(tree, theta)[:, : tree.leaves]
    used = np.einsum("pl,plm,plmk->pk", weight / leaf_cost, share, problem.bundle)
    return Iterate(
        price=price,
        unused=np.where(problem.scarce, np.maximum(1 - used, 0.1), 1.0),
        mode_share=share,
        cost=cost,
        leaf_cost=leaf_cost,
        excess=excess,
        price_stays=np.ones_like(price),
        share_stays=np.ones_like(share),
        done=np.zeros(len(problem), dtype=bool),
    )


def _step(problem: Problem, choice: Mask, state: Iterate, pace: Pace, floor: float) -> Iterate:
    """One Newton step; marks finished points in ``state.done``."""
    linear = _linearised(problem, choice, state)
    imbalance = np.maximum(
        np.abs(np.log(linear.balance)).max(axis=1), np.abs(linear.error).max(axis=(1, 2))
    )
    done = (linear.mu < 3 * floor) & (imbalance < BALANCED)
    state.done = done
    nearly, roughly, far = pace.fall
    fall = np.where(imbalance < NEARLY, nearly, np.where(imbalance < ROUGHLY, roughly, far))
    # Of each pair (w, tau) and (s, u) one member vanishes with mu. Its size does not tell which: a
    # true price may be 1e-12. The direction of the path does: d log s / d log mu is 0 for a price
    # that stays and 1 for one that vanishes. The last step therefore aims at PROBE * mu.
    target = np.where(done, PROBE * linear.mu, np.maximum(fall * linear.mu, floor))
    step = _newton_direction(problem, choice, state, linear, target)
    if done.any():
        growth = step.mode_share[done] / np.where(problem.open, state.mode_share, 1.0)[done]
        state.price_stays[done] = 1 + step.log_price[done] / (1 - PROBE)
        state.share_stays[done] = 1 + growth / (1 - PROBE)
    return _moved(problem, choice, state, step, target, pace)


@dataclass
class _Linearisation:
    """Coefficients of the Newton step at an iterate."""

    factor_share: Array  # (point, leaf, mode, factor) cost share of each factor in each mode
    theta: Array  # (point, node) cost shares within nests
    weight: Array  # (point, leaf) cost shares W
    relative: Array  # (point, leaf, mode) cost over z; 1 without a choice
    error: Array  # (point, leaf, mode) log of cost / z less that of 1 + tau
    stiffness: Array  # (point, leaf, mode) fall of a mode share per rise of the log of its cost
    leaf_gradient: Array  # (point, leaf, factor) d ln z / d ln s
    used_share: Array  # (point, leaf, factor) use of each factor by each task, in units of W / s
    balance: Array  # (point, factor) used plus unused part; 1 at the optimum
    mu: Array  # (point,) mean of w tau and s u


def _linearised(problem: Problem, choice: Mask, state: Iterate) -> _Linearisation:
    relative = np.where(choice, state.cost / state.leaf_cost[..., None], 1.0)
    share = problem.factor_cost(state.price) / state.cost[..., None]
    _, theta = log_unit_cost(
        problem.tree, np.log(state.leaf_cost), problem.share, problem.elasticity
    )
    weight = cost_shares(problem.tree, theta)[:, : problem.tree.leaves]
    stiffness = np.where(choice, state.mode_share * (1 + state.excess) / state.excess, problem.open)
    total = np.maximum(stiffness.sum(axis=-1, keepdims=True), np.finfo(float).tiny)
    used_share = np.matmul((state.mode_share * relative)[:, :, None, :], share)[:, :, 0]
    used = np.einsum("pl,plk->pk", weight, used_share) / np.where(problem.scarce, state.price, 1.0)
    pairs = np.einsum("pl,pl->p", weight, choice.sum(axis=-1)) + problem.scarce.sum(axis=1)
    products = np.where(choice, state.mode_share * state.excess, 0.0).sum(axis=-1)
    mu = (
        np.einsum("pl,pl->p", weight, products)
        + (state.price * state.unused * problem.scarce).sum(axis=1)
    ) / pairs
    return _Linearisation(
        factor_share=share,
        theta=theta,
        weight=weight,
        relative=relative,
        error=np.where(choice, np.log(relative) - np.log1p(state.excess), 0.0),
        stiffness=stiffness,
        leaf_gradient=np.matmul((stiffness / total)[:, :, None, :], share)[:, :, 0],
        used_share=used_share,
        balance=np.where(problem.scarce, used + state.unused, 1.0),
        mu=mu,
    )


@dataclass
class _NewtonStep:
    """A Newton step."""

    log_price: Array  # (point, factor)
    unused: Array  # (point, factor)
    mode_share: Array  # (point, leaf, mode)
    excess: Array  # (point, leaf, mode)
    log_leaf_cost: Array  # (point, leaf)


def _newton_direction(
    problem: Problem, choice: Mask, state: Iterate, linear: _Linearisation, target: Array
) -> _NewtonStep:
    """The Newton step towards w tau = s u = target."""
    points, _, modes, factors = problem.bundle.shape
    scarce = problem.scarce
    s = np.where(scarce, state.price, 1.0)
    f, h, weight = linear.factor_share, linear.stiffness, linear.weight
    # modes: w + dw = target / tau - h (d ln cost - d ln z + error), summing to one
    pull = np.where(choice, target[:, None, None] / state.excess - state.mode_share, 0.0)
    total = np.maximum(h.sum(axis=-1), np.finfo(float).tiny)
    shift = (pull - h * linear.error).sum(axis=-1) / total
    # tasks: derivatives of their costs and cost shares in the prices, and (last column) in mu
    gradient = np.concatenate([linear.leaf_gradient, -shift[..., None]], axis=-1)
    _, weight_gradient = cost_gradients(problem.tree, linear.theta, gradient, problem.elasticity)
    jacobian = np.matmul(
        (weight[..., None] * linear.used_share).transpose(0, 2, 1), weight_gradient - gradient
    )
    # Within tasks, work moves to modes that become cheaper. Near the optimum the stiffness h of
    # tied modes exceeds 1e16, and h (d ln cost - d ln z) cancels to noise. Written pair by pair,
    # as h1 h2 / sum(h) times the difference of the two costs, nothing large is subtracted.
    one, two = np.triu_indices(modes, 1)
    swap = h[..., one] * (h[..., two] / total[..., None])
    drift = (pull[..., one] * h[..., two] - pull[..., two] * h[..., one]) / total[..., None]
    drift -= swap * (linear.error[..., one] - linear.error[..., two])
    difference = f[:, :, one] - f[:, :, two]
    value = (weight[..., None] * linear.relative)[..., None] * f
    value = (value[:, :, one] - value[:, :, two]).reshape(points, -1, factors).transpose(0, 2, 1)
    curvature = np.matmul(value, (swap[..., None] * difference).reshape(points, -1, factors))
    constant = jacobian[..., factors] + np.matmul(value, drift.reshape(points, -1, 1))[..., 0]

    matrix = (jacobian[..., :factors] - curvature) / s[..., None]
    matrix = matrix - state.unused[..., None] * np.eye(factors)
    # -b log b instead of 1 - b: to first order the same, and a balance b that is a power of a price
    # is solved in one step even from far away
    right = (
        -linear.balance * np.log(linear.balance) - (constant + target[:, None]) / s + state.unused
    )
    x = _factor_solution(matrix, right, scarce)
    exchange = drift - swap * np.matmul(difference, x[:, None, :, None])[..., 0]
    dw = np.zeros_like(h)
    for pair in range(len(one)):
        dw[..., one[pair]] += exchange[..., pair]
        dw[..., two[pair]] -= exchange[..., pair]
    dw = np.where(choice, dw, 0.0)
    # w dtau + tau dw = target - w tau gives tau from the shares, without the rounding of costs
    goal = target[:, None, None]
    dtau = np.where(choice, (goal - state.excess * dw) / state.mode_share - state.excess, 0.0)
    du = np.where(scarce, target[:, None] / s - state.unused - state.unused * x, 0.0)
    dz = np.einsum("plk,pk->pl", linear.leaf_gradient, x) - shift
    return _NewtonStep(x, du, dw, dtau, dz)


def _factor_solution(matrix: Array, right: Array, scarce: Mask) -> Array:
    """Steps of the log prices, shape (point, factor): 0 where not scarce, NaN where not finite."""
    eye = np.eye(scarce.shape[1])
    matrix = np.where(scarce[:, :, None] & scarce[:, None, :], matrix, -eye)
    right = np.where(scarce, right, 0.0)
    broken = ~(np.all(np.isfinite(matrix), axis=(1, 2)) & np.all(np.isfinite(right), axis=1))
    matrix = np.where(broken[:, None, None], eye, matrix)
    # LAPACK refuses a batch with one singular matrix; a shift at rounding lets all others pass
    shift = SINGULAR_SHIFT * np.abs(matrix).max(axis=(1, 2), keepdims=True)
    x = np.linalg.solve(matrix - shift * eye, right[..., None])[..., 0]
    x[broken] = np.nan
    return np.asarray(x)


def _moved(
    problem: Problem,
    choice: Mask,
    state: Iterate,
    step: _NewtonStep,
    target: Array,
    pace: Pace,
) -> Iterate:
    """The iterate after a Newton step, halved while it leaves the neighbourhood of the path.

    Excess costs are recomputed from the prices as long as mu is large enough for costs to resolve
    them; below that, differences of costs are rounding, and tau follows its own Newton step.
    """
    growth = np.where(choice, step.mode_share / np.where(choice, state.mode_share, 1.0), 0.0)
    length = np.ones(len(problem))
    deep = (target < COST_RESOLUTION)[:, None]
    for _ in range(pace.halvings + 1):
        share = state.mode_share * _multiplier(length[:, None, None] * growth, pace)
        share = share / np.where(problem.dead, 1.0, share.sum(axis=-1))[..., None]
        price = state.price * _multiplier(length[:, None] * step.log_price, pace)
        unused = state.unused * _multiplier(length[:, None] * step.unused / state.unused, pace)
        cost = problem.cost(price)
        least = np.where(problem.dead, 1.0, problem.least_cost(cost))
        average = (share * cost * problem.open).sum(axis=-1)
        # z from sum(w cost) = z (1 + M mu), and always below the cheapest mode
        smooth = np.minimum(
            average / (1 + choice.sum(axis=-1) * target[:, None]),
            least / (1 + 0.1 * target[:, None]),
        )
        log_change = np.clip(length[:, None] * step.log_leaf_cost, -pace.down, np.log(pace.up))
        stepped = state.leaf_cost * np.exp(log_change)
        leaf_cost = np.where(choice.any(axis=-1), np.where(deep, stepped, smooth), least)
        measured = cost / leaf_cost[..., None] - 1
        stepped = state.excess * _multiplier(
            length[:, None, None] * step.excess / state.excess, pace
        )
        excess = np.where(choice, np.where(deep[..., None], stepped, measured), 1.0)
        lowest = np.minimum(
            np.where(choice, share * excess, np.inf).min(axis=(1, 2)),
            np.where(problem.scarce, price * unused, np.inf).min(axis=1),
        )
        outside = lowest < NEIGHBOURHOOD * target
        if not outside.any():
            break
        length[outside] /= 2
    return Iterate(
        price,
        unused,
        share,
        cost,
        leaf_cost,
        excess,
        state.price_stays,
        state.share_stays,
        state.done,
    )


def _multiplier(relative: Array, pace: Pace) -> Array:
    """Multiplier of a positive number for a Newton step of this relative size.

    1 + r, continued below r = -0.9 by an exponential, so that the number remains positive.
    """
    falling = np.exp(np.maximum(np.minimum(relative + 0.9, 0.0), -pace.down))
    return np.where(relative < -0.9, 0.1 * falling, 1 + np.clip(relative, -0.9, pace.up))
