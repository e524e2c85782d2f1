"""The rough stage of an allocation: a primal-dual interior point in the prices of the factors.

With supplies scaled to one, prices become shares s_k = p_k E_k, and the optimum is a saddle
point of the unit cost over s >= 0 (``model.md`` 1.2). Every mode of a task carries a share w of
the task and a relative excess cost tau, every factor a price s and an unused part u, with

    w tau = mu,   sum_m w = 1,   s u = mu,   use_k + u_k = 1.

Modes and tasks are eliminated in closed form, so a Newton step solves one small system in the
factors. Steps are multiplicative, for true prices range over tens of orders of magnitude, and mu
falls the faster the nearer the factors are to balance. Which pair of w and tau, s and u vanishes is
read off the direction of the path, d log s / d log mu, not off sizes: a true price may be 1e-12. The
answer is approximate; `active_set` makes it exact.

Sources: Wright (1997), *Primal-Dual Interior-Point Methods*, for the method; El-Bakry, Tapia and Zhang
(1994), SIAM Review 36, 45-72, for indicators of what vanishes. A step that tries out mu = 0 first
(Mehrotra's predictor) was measured to cost as much as it saves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taskmodel.allocation.presolve import Mask, Problem
from taskmodel.numerics.types import Array
from taskmodel.science.production import Rows, cost_gradients, cost_shares, log_unit_cost


@dataclass(frozen=True)
class Pace:
    """How boldly the interior point moves.

    ``down``: the largest fall of the logarithm of a price, a mode share or an unused part in one step; ``up``: its largest
    growth factor; ``fall``: what mu is multiplied by while the factors are nearly, roughly or not at all in balance;
    ``halvings``: how often a step is halved that brings a pair too near to zero.
    """

    down: float
    up: float
    fall: tuple[float, float, float]
    halvings: int
    steps: int


# tried in this order; the slower ones are for points at which the faster one lost its way
BOLD = Pace(down=4.0, up=100.0, fall=(0.01, 0.05, 0.3), halvings=0, steps=40)
CAREFUL = Pace(down=1.0, up=10.0, fall=(0.1, 0.3, 0.9), halvings=6, steps=100)
PATIENT = Pace(down=1.0, up=3.0, fall=(0.4, 0.7, 1.0), halvings=6, steps=250)

NEARLY, ROUGHLY = 0.3, 1.0  # largest log of what is used and unused of a factor, against its supply
BALANCED = 1e-8  # the same, below which the rough stage is done
PROBE = 0.1  # of mu: how far ahead one looks to see what vanishes with it
DEEP = 0.9e-9  # of mu: below this, differences of costs do not tell excess costs from rounding, and Newton steps follow them
NEIGHBOURHOOD = (
    1e-2  # of mu: pairs w tau and s u are kept above this part of it, where steps are halved
)


@dataclass
class Iterate:
    """One row per point."""

    price: Array  # (point, factor) s; 0 where not scarce
    unused: Array  # (point, factor) u
    mode_share: Array  # (point, leaf, mode) w
    cost: Array  # (point, leaf, mode) cost of every mode at these prices
    leaf_cost: Array  # (point, leaf) z, not above the cheapest mode
    excess: Array  # (point, leaf, mode) tau = cost / z - 1, but for rounding; 1 where there is no choice
    price_stays: Array  # (point, factor) 1 - d log s / d log mu: near 1 where the factor has a price, near 0 where it has none
    share_stays: Array  # (point, leaf, mode) 1 - d log w / d log mu: near 1 for active modes, near 0 for idle ones
    done: Mask  # (point,)

    def take(self, rows: Rows) -> Iterate:
        """Rows of the iterate."""
        return Iterate(**{name: part[rows] for name, part in vars(self).items()})

    def put(self, rows: Rows, other: Iterate) -> None:
        """Write rows back."""
        for name, part in vars(self).items():
            part[rows] = getattr(other, name)


def interior_point(
    problem: Problem, pace: Pace, floor: float = 1e-9, start: Iterate | None = None
) -> Iterate:
    """Prices and mode shares near the optimum; ``done`` says at which points it got there."""
    choice = problem.open & (problem.open.sum(axis=-1, keepdims=True) > 1)
    result = _start(problem, choice) if start is None else start
    rows = np.arange(len(problem))
    part, chosen, state = problem, choice, result
    for _ in range(pace.steps):
        # points that overflow are not lost: they come out as not done
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            state = _step(part, chosen, state, pace, floor)
        lost = ~np.isfinite(state.price).all(axis=1)
        going = ~(state.done | lost)
        if going.all():
            continue
        result.put(rows, state)
        rows, part, chosen, state = rows[going], part[going], chosen[going], state.take(going)
        if not len(rows):
            return result
    result.put(rows, state)
    return result


def _start(problem: Problem, choice: Mask) -> Iterate:
    """Equal prices, mu = 1."""
    price = problem.scarce / np.maximum(problem.scarce.sum(axis=1, keepdims=True), 1)
    cost = problem.cost(price)
    least = np.where(problem.open, cost, np.inf).min(axis=-1)
    least = np.where(np.isfinite(least), least, 1.0)
    leaf_cost = np.where(choice.any(axis=-1), least / 2, least)
    excess = np.where(choice, cost / leaf_cost[..., None] - 1, 1.0)
    share = np.where(choice, 1 / excess, problem.open)
    share = share / np.maximum(share.sum(axis=-1, keepdims=True), np.finfo(float).tiny)
    weight = cost_shares(
        problem.tree,
        log_unit_cost(problem.tree, np.log(leaf_cost), problem.share, problem.elasticity)[1],
    )
    used = np.einsum(
        "pl,plm,plmk->pk", weight[:, : problem.tree.leaves] / leaf_cost, share, problem.bundle
    )
    unused = np.where(problem.scarce, np.maximum(1 - used, 0.1), 1.0)
    done = np.zeros(len(problem), dtype=bool)
    return Iterate(
        price,
        unused,
        share,
        cost,
        leaf_cost,
        excess,
        np.ones_like(price),
        np.ones_like(share),
        done,
    )


def _step(problem: Problem, choice: Mask, at: Iterate, pace: Pace, floor: float) -> Iterate:
    here = _look(problem, choice, at)
    off = np.maximum(np.abs(np.log(here.balance)).max(axis=1), np.abs(here.error).max(axis=(1, 2)))
    at.done = (here.mu < 3 * floor) & (off < BALANCED)
    nearly, roughly, not_at_all = pace.fall
    fall = np.where(off < NEARLY, nearly, np.where(off < ROUGHLY, roughly, not_at_all))
    # where the path has been followed to its end, look along it once more to see what vanishes
    target = np.where(at.done, PROBE * here.mu, np.maximum(fall * here.mu, floor))
    step = _direction(problem, choice, at, here, target)
    done = at.done
    if done.any():
        growth = step.mode_share[done] / np.where(problem.open, at.mode_share, 1.0)[done]
        at.price_stays[done], at.share_stays[done] = (
            1 + step.log_price[done] / (1 - PROBE),
            1 + growth / (1 - PROBE),
        )
    return _move(problem, choice, at, step, target, pace)


@dataclass
class _Local:
    """What a step needs to know of the place it starts from."""

    factor_share: Array  # (point, leaf, mode, factor) cost share of each factor in each mode
    theta: Array  # (point, node) cost shares within nests
    weight: Array  # (point, leaf) cost shares W
    relative: Array  # (point, leaf, mode) cost over z; 1 where there is no choice
    error: Array  # (point, leaf, mode) by how much the log of cost / z is more than that of 1 + tau
    stiffness: (
        Array  # (point, leaf, mode) by how much a mode share falls as the log of its cost rises
    )
    leaf_gradient: Array  # (point, leaf, factor) d ln z / d ln s
    used_share: Array  # (point, leaf, factor) use of each factor by each task, in units of W / s
    balance: Array  # (point, factor) used plus unused part; 1 at the optimum
    mu: Array  # (point,) mean of w tau and s u


def _look(problem: Problem, choice: Mask, at: Iterate) -> _Local:
    relative = np.where(choice, at.cost / at.leaf_cost[..., None], 1.0)
    share = problem.bundle * at.price[:, None, None, :] / at.cost[..., None]
    _, theta = log_unit_cost(problem.tree, np.log(at.leaf_cost), problem.share, problem.elasticity)
    weight = cost_shares(problem.tree, theta)[:, : problem.tree.leaves]
    stiffness = np.where(choice, at.mode_share * (1 + at.excess) / at.excess, problem.open)
    total = np.maximum(stiffness.sum(axis=-1, keepdims=True), np.finfo(float).tiny)
    used_share = np.matmul((at.mode_share * relative)[:, :, None, :], share)[:, :, 0]
    used = np.einsum("pl,plk->pk", weight, used_share) / np.where(problem.scarce, at.price, 1.0)
    pairs = np.einsum("pl,pl->p", weight, choice.sum(axis=-1)) + problem.scarce.sum(axis=1)
    products = np.where(choice, at.mode_share * at.excess, 0.0).sum(axis=-1)
    mu = (
        np.einsum("pl,pl->p", weight, products)
        + (at.price * at.unused * problem.scarce).sum(axis=1)
    ) / pairs
    return _Local(
        factor_share=share,
        theta=theta,
        weight=weight,
        relative=relative,
        error=np.where(choice, np.log(relative) - np.log1p(at.excess), 0.0),
        stiffness=stiffness,
        leaf_gradient=np.matmul((stiffness / total)[:, :, None, :], share)[:, :, 0],
        used_share=used_share,
        balance=np.where(problem.scarce, used + at.unused, 1.0),
        mu=mu,
    )


@dataclass
class _Direction:
    """A Newton step."""

    log_price: Array  # (point, factor)
    unused: Array  # (point, factor)
    mode_share: Array  # (point, leaf, mode)
    excess: Array  # (point, leaf, mode)
    log_leaf_cost: Array  # (point, leaf)


def _direction(
    problem: Problem, choice: Mask, at: Iterate, here: _Local, target: Array
) -> _Direction:
    """The Newton step towards w tau = s u = target."""
    points, leaves, modes, factors = problem.bundle.shape
    scarce, eye = problem.scarce, np.eye(factors)
    s = np.where(scarce, at.price, 1.0)
    f, h, weight = here.factor_share, here.stiffness, here.weight
    # modes: w + dw = target / tau - h (d ln cost - d ln z + error), summing to one
    pull = np.where(choice, target[:, None, None] / at.excess - at.mode_share, 0.0)
    total = np.maximum(h.sum(axis=-1), np.finfo(float).tiny)
    shift = (pull - h * here.error).sum(axis=-1) / total
    # tasks: what their costs and cost shares do as prices move
    gradient = np.concatenate([here.leaf_gradient, -shift[..., None]], axis=-1)
    _, weight_gradient = cost_gradients(problem.tree, here.theta, gradient, problem.elasticity)
    jacobian = np.matmul(
        (weight[..., None] * here.used_share).transpose(0, 2, 1), weight_gradient - gradient
    )
    # within tasks: work moves to modes that become cheaper, pair by pair, for stiffness may be beyond rounding
    one, two = np.triu_indices(modes, 1)
    swap = h[..., one] * (h[..., two] / total[..., None])
    drift = (pull[..., one] * h[..., two] - pull[..., two] * h[..., one]) / total[..., None]
    drift -= swap * (here.error[..., one] - here.error[..., two])
    apart = f[:, :, one] - f[:, :, two]
    value = (weight[..., None] * here.relative)[..., None] * f
    value = (value[:, :, one] - value[:, :, two]).reshape(points, -1, factors).transpose(0, 2, 1)
    curvature = np.matmul(value, (swap[..., None] * apart).reshape(points, -1, factors))
    constant = jacobian[..., factors] + np.matmul(value, drift.reshape(points, -1, 1))[..., 0]

    matrix = (jacobian[..., :factors] - curvature) / s[..., None] - at.unused[..., None] * eye
    right = -here.balance * np.log(here.balance) - (constant + target[:, None]) / s + at.unused
    matrix = np.where(scarce[:, :, None] & scarce[:, None, :], matrix, -eye)
    right = np.where(scarce, right, 0.0)
    broken = ~(np.all(np.isfinite(matrix), axis=(1, 2)) & np.all(np.isfinite(right), axis=1))
    matrix = np.where(broken[:, None, None], eye, matrix)
    rounding = 1e-15 * np.abs(matrix).max(
        axis=(1, 2), keepdims=True
    )  # keeps a singular matrix from stopping all points
    x = np.linalg.solve(matrix - rounding * eye, right[..., None])[..., 0]
    x[broken] = np.nan
    exchange = drift - swap * np.matmul(apart, x[:, None, :, None])[..., 0]
    dw = np.zeros_like(h)
    for pair in range(len(one)):
        dw[..., one[pair]] += exchange[..., pair]
        dw[..., two[pair]] -= exchange[..., pair]
    dw = np.where(choice, dw, 0.0)
    # w dtau + tau dw = target - w tau: from the shares where they move little, and so without the rounding of costs
    dtau = np.where(
        choice, (target[:, None, None] - at.excess * dw) / at.mode_share - at.excess, 0.0
    )
    du = np.where(scarce, target[:, None] / s - at.unused - at.unused * x, 0.0)
    dz = np.einsum("plk,pk->pl", here.leaf_gradient, x) - shift
    return _Direction(x, du, dw, dtau, dz)


def _move(
    problem: Problem, choice: Mask, at: Iterate, step: _Direction, target: Array, pace: Pace
) -> Iterate:
    """Go a Newton step, shortened where it would bring a pair too near to zero; tasks' costs are set afresh unless mu is tiny."""
    growth = np.where(choice, step.mode_share / np.where(choice, at.mode_share, 1.0), 0.0)
    length = np.ones(len(problem))
    deep = target < DEEP
    for _ in range(pace.halvings + 1):
        share = at.mode_share * _factor(length[:, None, None] * growth, pace)
        share = share / np.where(problem.dead, 1.0, share.sum(axis=-1))[..., None]
        price = at.price * _factor(length[:, None] * step.log_price, pace)
        unused = at.unused * _factor(length[:, None] * step.unused / at.unused, pace)
        cost = problem.cost(price)
        least = np.where(problem.open, cost, np.inf).min(axis=-1)
        least = np.where(problem.dead, 1.0, least)
        average = (share * cost * problem.open).sum(axis=-1)
        smooth = np.minimum(
            average / (1 + choice.sum(axis=-1) * target[:, None]),
            least / (1 + 0.1 * target[:, None]),
        )
        stepped = at.leaf_cost * np.exp(
            np.clip(length[:, None] * step.log_leaf_cost, -pace.down, np.log(pace.up))
        )
        leaf_cost = np.where(choice.any(axis=-1), np.where(deep[:, None], stepped, smooth), least)
        measured = cost / leaf_cost[..., None] - 1
        stepped = at.excess * _factor(length[:, None, None] * step.excess / at.excess, pace)
        excess = np.where(choice, np.where(deep[:, None, None], stepped, measured), 1.0)
        lowest = np.minimum(
            np.where(choice, share * excess, np.inf).min(axis=(1, 2)),
            np.where(problem.scarce, price * unused, np.inf).min(axis=1),
        )
        short = lowest < NEIGHBOURHOOD * target
        if not short.any():
            break
        length[short] /= 2
    return Iterate(
        price, unused, share, cost, leaf_cost, excess, at.price_stays, at.share_stays, at.done
    )


def _factor(relative: Array, pace: Pace) -> Array:
    """By what a positive number is multiplied for a Newton step of this relative size: 1 + r, bent so that it stays positive."""
    falling = np.exp(np.maximum(np.minimum(relative + 0.9, 0.0), -pace.down))
    return np.where(relative < -0.9, 0.1 * falling, 1 + np.clip(relative, -0.9, pace.up))
