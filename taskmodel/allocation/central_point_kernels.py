"""Points of the central path of one allocation, and workspace, in plain loops.

`interior_kernels` says what they stand for.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

import numpy as np
from numpy import exp, log

from taskmodel.allocation.regime_kernels import Instance
from taskmodel.allocation.substitute_kernels import elasticities_at, start_shares
from taskmodel.compiled import compiled
from taskmodel.numerics.types import Array, Integers
from taskmodel.science.production_kernels import Nests, spread_shares

TINY = float(np.finfo(float).tiny)


class StepRules(NamedTuple):
    """Step rules of the interior point."""

    down: float  # largest fall of the log of a price, a mode share or an unused part in one step
    up: float  # their largest growth factor in one step
    nearly: float  # multiplier of mu where nearly in balance,
    roughly: float  # roughly in balance,
    far: float  # or neither
    halvings: int  # how often a step is halved that leaves the neighbourhood of the central path
    steps: int


# Tried in this order; the slower ones serve points at which the faster one left the central path.
BOLD = StepRules(4.0, 100.0, 0.01, 0.05, 0.3, 0, 40)
CAREFUL = StepRules(1.0, 10.0, 0.1, 0.3, 0.9, 6, 400)
PATIENT = StepRules(1.0, 3.0, 0.4, 0.7, 1.0, 6, 1000)


class CentralPoint(NamedTuple):
    """A point near the central path."""

    price: Array  # (factor,) s; 0 where not scarce
    unused: Array  # (factor,) u
    mode_share: Array  # (leaf, mode) w
    cost: Array  # (leaf, mode) cost of every mode at these prices; 1 where closed
    leaf_cost: Array  # (leaf,) z, not above the cheapest mode
    excess: Array  # (leaf, mode) tau = cost / z - 1, up to rounding; 1 without a choice
    price_stays: Array  # (factor,) 1 - d log s / d log mu: near 1 if priced, near 0 if not
    share_stays: Array  # (leaf, mode) 1 - d log w / d log mu: near 1 for active modes
    log_share: Array  # (node,) log cost shares of close substitutes within their nests
    sigma: Array  # (node,) elasticities of nests


class Terms(NamedTuple):
    """Coefficients of the Newton step. Modes are columns of `mode`: the open ones, in front."""

    width: Integers  # (leaf,) number of open modes
    mode: Integers  # (leaf, column) open modes
    cost_share: Array  # (leaf, column, factor) cost share of each factor in each mode
    log_cost: Array  # (node,)
    theta: Array  # (node,) cost shares within nests
    lag: Array  # (node,) log of shares of close substitutes less what costs say
    weight: Array  # (node,) cost shares W
    relative: Array  # (leaf, column) cost over z; 1 without a choice
    error: Array  # (leaf, column) log of cost / z less that of 1 + tau
    stiffness: Array  # (leaf, column) fall of a mode share per rise of the log of its cost
    total: Array  # (leaf,) sum of the stiffness
    shift: Array  # (leaf,) fall of the log of z that goes with the step of mu
    used: Array  # (node, factor) use of each factor by leaves, and by the leaves in nests, times s
    gradient: Array  # (node, factor + 1) d log cost / d log s, and (last column) in mu
    slope: Array  # (node, factor + 1) part of d log W that all members of a nest have in common
    balance: Array  # (factor,) used plus unused part; 1 at the optimum


class Moves(NamedTuple):
    """A Newton step and the point to which it leads."""

    swap: Array  # (leaf, pair of columns) work that moves from one to the other per log cost
    drift: Array  # (leaf, pair of columns) the same, at unchanged prices
    matrix: Array  # (factor, factor)
    right: Array  # (factor, 1) right side, then the step of the log prices
    pull: Array  # (leaf, column)
    mode_share: Array  # (leaf, column) steps
    excess: Array  # (leaf, column)
    leaf_cost: Array  # (leaf,) of the log
    unused: Array  # (factor,)
    log_share: Array  # (node,)
    next_price: Array  # (factor,)
    next_unused: Array  # (factor,)
    next_share: Array  # (leaf, column)
    next_excess: Array  # (leaf, column)
    next_leaf_cost: Array  # (leaf,)
    next_log_share: Array  # (node,)


class InteriorWork(NamedTuple):
    """Arrays to work in, for any point of these sizes."""

    terms: Terms
    moves: Moves


def interior_workspace(leaves: int, modes: int, nodes: int, factors: int) -> InteriorWork:
    """Arrays for the interior points of a batch, one point after the other."""
    pairs = modes * (modes - 1) // 2
    by_mode, by_pair = (leaves, modes), (leaves, pairs)
    return InteriorWork(
        Terms(
            width=np.zeros(leaves, np.int64),
            mode=np.zeros(by_mode, np.int64),
            cost_share=np.zeros((leaves, modes, factors)),
            log_cost=np.zeros(nodes),
            theta=np.zeros(nodes),
            lag=np.zeros(nodes),
            weight=np.zeros(nodes),
            relative=np.zeros(by_mode),
            error=np.zeros(by_mode),
            stiffness=np.zeros(by_mode),
            total=np.zeros(leaves),
            shift=np.zeros(leaves),
            used=np.zeros((nodes, factors)),
            gradient=np.zeros((nodes, factors + 1)),
            slope=np.zeros((nodes, factors + 1)),
            balance=np.zeros(factors),
        ),
        Moves(
            swap=np.zeros(by_pair),
            drift=np.zeros(by_pair),
            matrix=np.zeros((factors, factors)),
            right=np.zeros((factors, 1)),
            pull=np.zeros(by_mode),
            mode_share=np.zeros(by_mode),
            excess=np.zeros(by_mode),
            leaf_cost=np.zeros(leaves),
            unused=np.zeros(factors),
            log_share=np.zeros(nodes),
            next_price=np.zeros(factors),
            next_unused=np.zeros(factors),
            next_share=np.zeros(by_mode),
            next_excess=np.zeros(by_mode),
            next_leaf_cost=np.zeros(leaves),
            next_log_share=np.zeros(nodes),
        ),
    )


def central_point(leaves: int, modes: int, nodes: int, factors: int) -> CentralPoint:
    """A point for `interior_start` to fill."""
    return CentralPoint(
        price=np.zeros(factors),
        unused=np.zeros(factors),
        mode_share=np.zeros((leaves, modes)),
        cost=np.zeros((leaves, modes)),
        leaf_cost=np.zeros(leaves),
        excess=np.zeros((leaves, modes)),
        price_stays=np.zeros(factors),
        share_stays=np.zeros((leaves, modes)),
        log_share=np.zeros(nodes),
        sigma=np.zeros(nodes),
    )


@compiled
def multiplier(relative: float, down: float, up: float) -> float:
    """Multiplier of a positive number for a Newton step of this relative size.

    1 + r, continued below r = -0.9 by an exponential, so that the number remains positive.
    """
    if relative < -0.9:
        return 0.1 * exp(max(relative + 0.9, -down))
    return 1.0 + up if relative > up else 1.0 + relative


@compiled
def list_open_modes(case: Instance, t: Terms) -> None:
    """List the open modes of every leaf."""
    leaves, modes = case.open.shape
    for i in range(leaves):
        n = 0
        for m in range(modes):
            if case.open[i, m]:
                t.mode[i, n] = m
                n += 1
        t.width[i] = n


@compiled
def interior_start(nests: Nests, case: Instance, iterate: CentralPoint, work: InteriorWork) -> None:
    """Write the point with equal prices and mu = 1."""
    t = work.terms
    leaves, modes, factors = case.bundle.shape
    list_open_modes(case, t)
    priced = 0
    for k in range(factors):
        priced += case.scarce[k]
    for k in range(factors):
        iterate.price[k] = 1.0 / max(priced, 1) if case.scarce[k] else 0.0
        iterate.price_stays[k] = 1.0
        t.balance[k] = 0.0
    for i in range(leaves):
        least = inf
        for m in range(modes):
            cost = 0.0 if case.open[i, m] else 1.0
            for k in range(factors):
                cost += case.bundle[i, m, k] * iterate.price[k]
            iterate.cost[i, m] = cost
            iterate.excess[i, m] = 1.0
            iterate.mode_share[i, m] = 1.0 if case.open[i, m] else 0.0
            iterate.share_stays[i, m] = 1.0
            if case.open[i, m]:
                least = min(least, cost)
        if not least < inf:
            least = 1.0
        if t.width[i] > 1:
            # at z of half the least cost, excess costs are of order one and shares 1 / tau have mu
            # near 1
            least /= 2.0
            total = 0.0
            for c in range(t.width[i]):
                m = t.mode[i, c]
                iterate.excess[i, m] = iterate.cost[i, m] / least - 1.0
                iterate.mode_share[i, m] = 1.0 / iterate.excess[i, m]
                total += iterate.mode_share[i, m]
            for c in range(t.width[i]):
                iterate.mode_share[i, t.mode[i, c]] /= total
        iterate.leaf_cost[i] = least
        t.log_cost[i] = log(least)
    elasticities_at(nests, case, 1.0, iterate.sigma)
    start_shares(nests, case, iterate.sigma, t.log_cost, iterate.log_share, t.theta)
    t.theta[len(nests.parent) - 1] = 1.0
    spread_shares(nests, leaves, t.theta, t.weight)
    for i in range(leaves):
        level = t.weight[i] / iterate.leaf_cost[i]
        for c in range(t.width[i]):
            m = t.mode[i, c]
            for k in range(factors):
                t.balance[k] += level * iterate.mode_share[i, m] * case.bundle[i, m, k]
    for k in range(factors):
        iterate.unused[k] = max(1.0 - t.balance[k], 0.1) if case.scarce[k] else 1.0
