"""The rough stage of an allocation: a primal-dual interior point in the prices of the factors.

With supplies scaled to one, prices become shares s_k = p_k E_k, and the optimum is a saddle
point of the unit cost over s >= 0 (``model.md`` 1.2). Every mode of a task carries a share w of
the task and a relative excess cost tau, every factor a price s and an unused part u, with

    w tau = mu,   sum_m w = 1,   s u = mu,   use_k + u_k = 1.

Modes and tasks are eliminated in closed form, so a Newton step solves one small system in the
factors. Steps are multiplicative, for true prices range over tens of orders of magnitude, and mu
falls the faster the nearer the factors are to balance. The answer is approximate; `active_set`
makes it exact.

Source: Wright (1997), *Primal-Dual Interior-Point Methods*, for the method; a step that tries out
mu = 0 first (Mehrotra's predictor) was measured to cost as much as it saves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taskmodel.allocation.presolve import Mask, Problem
from taskmodel.production import Array, cost_gradients, cost_shares, log_unit_cost


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
NEIGHBOURHOOD = 1e-2  # of mu: pairs w tau and s u are kept above this part of it, where steps are halved


@dataclass
class Iterate:
    """One row per point."""

    price: Array  # (point, factor) s; 0 where not scarce
    unused: Array  # (point, factor) u
    mode_share: Array  # (point, leaf, mode) w
    cost: Array  # (point, leaf, mode) cost of every mode at these prices
    leaf_cost: Array  # (point, leaf) z, a little below the cheapest mode
    excess: Array  # (point, leaf, mode) tau = cost / z - 1; 1 where there is no choice
    done: Mask  # (point,)

    def take(self, rows) -> Iterate:
        """Rows of the iterate."""
        return Iterate(**{name: part[rows] for name, part in vars(self).items()})

    def put(self, rows, other: Iterate) -> None:
        """Write rows back."""
        for name, part in vars(self).items():
            part[rows] = getattr(other, name)


def interior_point(problem: Problem, pace: Pace, floor: float = 1e-9, start: Iterate | None = None) -> Iterate:
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
    weight = cost_shares(problem.tree, log_unit_cost(problem.tree, np.log(leaf_cost), problem.share, problem.elasticity)[1])
    used = np.einsum("pl,plm,plmk->pk", weight[:, : problem.tree.leaves] / leaf_cost, share, problem.bundle)
    unused = np.where(problem.scarce, np.maximum(1 - used, 0.1), 1.0)
    return Iterate(price, unused, share, cost, leaf_cost, excess, np.zeros(len(problem), dtype=bool))


def _step(problem: Problem, choice: Mask, at: Iterate, pace: Pace, floor: float) -> Iterate:
    tree, scarce = problem.tree, problem.scarce
    points, leaves, modes, factors = problem.bundle.shape
    w, tau, s, u = at.mode_share, at.excess, at.price, at.unused
    s1 = np.where(scarce, s, 1.0)
    a = np.where(choice, 1 + tau, 1.0)
    f = problem.bundle * s[:, None, None, :] / at.cost[..., None]  # cost share of each factor in each mode
    _, theta = log_unit_cost(tree, np.log(at.leaf_cost), problem.share, problem.elasticity)
    weight = cost_shares(tree, theta)[:, :leaves]
    h = np.where(choice, w * a / tau, problem.open)
    total_h = np.maximum(h.sum(axis=-1), np.finfo(float).tiny)
    leaf_gradient = np.matmul((h / total_h[..., None])[:, :, None, :], f)[:, :, 0]  # d ln z / d ln s
    used_share = np.matmul((w * a)[:, :, None, :], f)[:, :, 0]
    used = np.einsum("pl,plk->pk", weight, used_share) / s1
    balance = np.where(scarce, used + u, 1.0)
    mu = (np.einsum("pl,plm->p", weight, np.where(choice, w * tau, 0.0)) + (s * u * scarce).sum(axis=1)) / (
        np.einsum("pl,pl->p", weight, choice.sum(axis=-1)) + scarce.sum(axis=1)
    )
    done = (mu < 3 * floor) & (np.abs(np.log(balance)).max(axis=1) < 1e-8)

    deviation = f - leaf_gradient[:, :, None, :]
    pull = (weight[..., None] * np.where(choice, a * h, 0.0)).reshape(points, leaves * modes, 1) * f.reshape(
        points, leaves * modes, factors
    )
    curvature = np.matmul(pull.transpose(0, 2, 1), deviation.reshape(points, leaves * modes, factors))
    eye = np.eye(factors)

    def system(target: Array):
        """The Newton system towards w tau = s u = target: matrix, right side and what the modes need."""
        toward = np.where(choice, target[:, None, None] / tau - w, 0.0)
        shift = toward.sum(axis=-1) / total_h
        gradient = np.concatenate([leaf_gradient, -shift[..., None]], axis=-1)
        _, weight_gradient = cost_gradients(tree, theta, gradient, problem.elasticity)
        jacobian = np.matmul((weight[..., None] * used_share).transpose(0, 2, 1), weight_gradient - gradient)
        constant = jacobian[..., factors] + np.einsum(
            "plm,plmk->pk", weight[..., None] * a * np.where(choice, toward - h * shift[..., None], 0.0), f
        )
        matrix = (jacobian[..., :factors] - curvature) / s1[..., None] - u[..., None] * eye
        right = -balance * np.log(balance) - (constant + target[:, None]) / s1 + u
        both = scarce[:, :, None] & scarce[:, None, :]
        matrix = np.where(both, matrix, -eye)
        broken = ~(np.isfinite(matrix).all(axis=(1, 2)) & np.isfinite(right).all(axis=1))
        matrix = np.where(broken[:, None, None], eye, matrix)
        right = np.where(scarce, right, 0.0)
        x = np.linalg.solve(matrix - 1e-15 * eye * np.abs(matrix).max(axis=(1, 2), keepdims=True), right[..., None])[..., 0]
        x[broken] = np.nan
        slope = np.matmul(f, x[:, None, :, None])[..., 0]
        dz = np.einsum("plk,pk->pl", leaf_gradient, x) - shift
        dw = np.where(choice, toward - h * (slope - dz[..., None]), 0.0)
        du = np.where(scarce, target[:, None] / s1 - u - u * x, 0.0)
        return x, dw, du

    def move(target: Array) -> Iterate:
        x, dw, du = system(target)
        length = np.ones(points)
        for _ in range(pace.halvings + 1):
            share = w * _factor(length[:, None, None] * np.where(choice, dw / np.where(choice, w, 1.0), 0.0), pace)
            share = share / np.where(problem.dead, 1.0, share.sum(axis=-1))[..., None]
            price, unused = s * _factor(length[:, None] * x, pace), u * _factor(length[:, None] * du / u, pace)
            cost = problem.cost(price)
            least = np.where(problem.open, cost, np.inf).min(axis=-1)
            least = np.where(problem.dead, 1.0, least)
            average = (share * cost * problem.open).sum(axis=-1)
            smooth = np.minimum(average / (1 + choice.sum(axis=-1) * target[:, None]), least / (1 + 0.1 * target[:, None]))
            leaf_cost = np.where(choice.any(axis=-1), smooth, least)
            excess = np.where(choice, cost / leaf_cost[..., None] - 1, 1.0)
            lowest = np.minimum(
                np.where(choice, share * excess, np.inf).min(axis=(1, 2)), np.where(scarce, price * unused, np.inf).min(axis=1)
            )
            short = lowest < NEIGHBOURHOOD * target
            if not short.any():
                break
            length[short] /= 2
        return Iterate(price, unused, share, cost, leaf_cost, excess, done)

    off = np.abs(np.log(balance)).max(axis=1)
    nearly, roughly, not_at_all = pace.fall
    fall = np.where(off < NEARLY, nearly, np.where(off < ROUGHLY, roughly, not_at_all))
    target = np.maximum(fall * mu, floor)
    return move(target)


def _factor(relative: Array, pace: Pace) -> Array:
    """By what a positive number is multiplied for a Newton step of this relative size: 1 + r, bent so that it stays positive."""
    falling = np.exp(np.maximum(np.minimum(relative + 0.9, 0.0), -pace.down))
    return np.where(relative < -0.9, 0.1 * falling, 1 + np.clip(relative, -0.9, pace.up))
