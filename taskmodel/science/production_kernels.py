"""Nested CES production in plain loops: unit costs, cost shares and outputs of the nodes of a tree.

Nodes are numbered leaves first, then nests by height, the root last (`science.production.Tree`).
Arrays over nodes are those of one point.

Source: docs, model, section 1.1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from taskmodel.compiled import compiled, inlined
from taskmodel.numerics.types import Array


class Nests(NamedTuple):
    """The tree of the nests."""

    first: NDArray[np.int64]  # (nest + 1,) position of each nest's first child in `child`
    child: NDArray[np.int64]  # children, nest after nest
    # (node,) the nest each node is in; the root is its own parent, and that of a nest that may be
    # made as a block is the leaf in its place
    parent: NDArray[np.int64]


@inlined
def share_sums(nests: Nests, share: Array, low: int, high: int) -> tuple[float, float]:
    """Return the sum of the shares of a nest's children, and the part of it that drops out."""
    every, missing = 0.0, 0.0
    for c in range(low, high):
        every += abs(share[nests.child[c]])
        missing -= min(share[nests.child[c]], 0.0)
    return every, missing


@inlined
def powers(w: float) -> tuple[float, float]:
    """Return e^w and e^w - 1, each without cancellation, at the cost of one of them."""
    if w > -0.7:
        less = np.expm1(w)
        return less + 1.0, less
    power = np.exp(w)
    return power, power - 1.0


@inlined
def log_of_mean(power_sum: float, excess: float, every: float) -> float:
    """Return log(sum(s e^w) / sum(s)) from both sums and their difference.

    Near 1 the difference keeps the digits that are divided by a small exponent afterwards.
    """
    x = excess / every
    return np.log1p(x) if x > -0.5 else np.log(power_sum / every)


@compiled
def unit_costs(
    nests: Nests, share: Array, elasticity: Array, leaves: int, log_c: Array, theta: Array
) -> None:
    """Write log unit costs of nests, and cost shares of nodes within their nests.

    `log_c` holds log costs of the leaves and receives those of the nests; `theta` receives
    s_u (c_u / c_v)^(1 - sigma_v), 1 for the root, and 0 for nests that may be made as a block.
    Shares are relative to their sum in a nest; members with a negative share, or one of 0, do not
    count, but the former belongs to the sum.
    """
    nodes = len(nests.parent)
    for v in range(leaves, nodes):
        unit_cost(nests, share, elasticity, leaves, v, log_c, theta)
    theta[nodes - 1] = 1.0


@compiled
def unit_cost(
    nests: Nests, share: Array, elasticity: Array, leaves: int, v: int, log_c: Array, theta: Array
) -> None:
    """Write the log unit cost of a nest, and the cost shares of its members."""
    theta[v] = 0.0  # of a nest that no nest contains
    low, high = nests.first[v - leaves], nests.first[v - leaves + 1]
    every, missing = share_sums(nests, share, low, high)
    r = 1.0 - elasticity[v]
    if r == 0.0:
        mean = 0.0
        for c in range(low, high):
            u = nests.child[c]
            theta[u] = max(share[u], 0.0) / every
            mean += theta[u] * log_c[u]
        log_c[v] = mean
        return
    # ln sum(s e^w) with w = r ln c, shifted by the largest w so that nothing overflows
    top = -np.inf
    for c in range(low, high):
        u = nests.child[c]
        if share[u] > 0.0:
            top = max(top, r * log_c[u])
    excess, total = -missing, 0.0
    for c in range(low, high):
        u = nests.child[c]
        theta[u] = 0.0
        if share[u] > 0.0:
            power, less = powers(r * log_c[u] - top)
            theta[u] = share[u] * power
            excess += share[u] * less
            total += theta[u]
    log_c[v] = (top + log_of_mean(total, excess, every)) / r
    for c in range(low, high):
        theta[nests.child[c]] /= total


@compiled
def spread_shares(nests: Nests, leaves: int, theta: Array, weight: Array) -> None:
    """Write the share of each node in total cost from cost shares within nests.

    Of a nest that may be made as a block, `theta` is the share in the cost of the leaf in its
    place.
    """
    nodes = len(nests.parent)
    weight[nodes - 1] = 1.0
    for v in range(nodes - 1, leaves - 1, -1):
        if nests.parent[v] < leaves:
            weight[v] = weight[nests.parent[v]] * theta[v]
        for c in range(nests.first[v - leaves], nests.first[v - leaves + 1]):
            u = nests.child[c]
            weight[u] = weight[v] * theta[u]


@compiled
def nest_outputs(nests: Nests, share: Array, elasticity: Array, leaves: int, log_x: Array) -> None:
    """Write log outputs of nests from those of the leaves, which `log_x` holds.

    -inf stands for no output. Shares are as in `unit_costs`.
    """
    for v in range(leaves, len(nests.parent)):
        nest_output(nests, share, elasticity, leaves, v, log_x)


@compiled
def nest_output(
    nests: Nests, share: Array, elasticity: Array, leaves: int, v: int, log_x: Array
) -> None:
    """Write the log output of a nest from those of its members."""
    low, high = nests.first[v - leaves], nests.first[v - leaves + 1]
    every, missing = share_sums(nests, share, low, high)
    sigma, size = elasticity[v], np.log(every)
    least, largest, mean = np.inf, -np.inf, 0.0
    for c in range(low, high):
        u = nests.child[c]
        if share[u] > 0.0:
            ratio = log_x[u] - np.log(share[u])
            least, largest = min(least, ratio), max(largest, ratio)
            mean += share[u] / every * ratio
    if sigma == 0.0 or sigma == 1.0:
        log_x[v] = size + (least if sigma == 0.0 or least == -np.inf else mean)
        return
    # as in `unit_costs`, shifted by the term that dominates: the largest output of substitutes
    # (rho > 0), the smallest of complements
    rho = (sigma - 1.0) / sigma
    shift = largest if rho > 0.0 else least
    if not (abs(shift) < np.inf):
        log_x[v] = -np.inf
        return
    excess, total = -missing, 0.0
    for c in range(low, high):
        u = nests.child[c]
        if share[u] > 0.0:
            power, less = powers(rho * (log_x[u] - np.log(share[u]) - shift))
            excess += share[u] * less
            total += share[u] * power
    log_x[v] = size + shift + log_of_mean(total, excess, every) / rho


@compiled
def unit_costs_of_points(
    nests: Nests,
    share: Array,
    elasticity: Array,
    leaves: int,
    log_c: Array,
    theta: Array,
    weight: Array,
) -> None:
    """Write costs and cost shares of several points, the first dimension of the arrays.

    Shares and elasticities may have one row for all points.
    """
    for point in range(len(log_c)):
        s, sigma = share[point % len(share)], elasticity[point % len(elasticity)]
        unit_costs(nests, s, sigma, leaves, log_c[point], theta[point])
        spread_shares(nests, leaves, theta[point], weight[point])


@compiled
def outputs_of_points(
    nests: Nests, share: Array, elasticity: Array, leaves: int, log_x: Array
) -> None:
    """Write outputs of several points, the first dimension of the arrays."""
    for point in range(len(log_x)):
        s, sigma = share[point % len(share)], elasticity[point % len(elasticity)]
        nest_outputs(nests, s, sigma, leaves, log_x[point])
