"""Close substitutes in the interior point: cost shares that are kept, not computed from costs.

At an elasticity of a million a cost share is the millionth power of a cost. Newton's method in the
prices alone never arrives, and rounding of a price moves a share by 1e-10. The interior point
carries the logs of the shares theta of close substitutes as unknowns of their own. With sigma
given they are tied to costs by equations that are linear in the costs,

    log theta_u = log s_u - (sigma - 1) (log c_u - log c_v),
    log c_v = sum_u theta_u (log c_u + (log theta_u - log s_u) / (sigma - 1)),

and sigma rises to its value as mu falls, as if goods became alike little by little. The log c_v
above is least over all theta, so that an error in theta counts in second order only.

Sources: docs, model, section 1.2; Anderson, de Palma and Thisse (1988), for shares as a choice of
least cost with a term of entropy; Wright (1997), for unknowns that are kept besides their prices.
"""

from __future__ import annotations

import numpy as np

from taskmodel.allocation.newton_kernels import CLOSE
from taskmodel.allocation.regime_kernels import ELASTICITY, SHARE, Instance
from taskmodel.compiled import compiled
from taskmodel.numerics.types import Array
from taskmodel.science.production_kernels import Nests, share_sums, unit_cost

FIRST_ELASTICITY = 2.0  # of close substitutes at mu = 1
LEAST_LOG_SHARE = -690.0


@compiled
def elasticities_at(nests: Nests, case: Instance, mu: float, sigma: Array) -> None:
    """Write the elasticities at a point of the central path; those of close substitutes rise."""
    for v in range(len(case.dead), len(nests.parent)):
        sigma[v] = case.nest[ELASTICITY, v]
        if sigma[v] > CLOSE:
            sigma[v] = min(sigma[v], max(FIRST_ELASTICITY / mu, FIRST_ELASTICITY))


@compiled
def kept_shares(
    nests: Nests,
    case: Instance,
    sigma: Array,
    log_c: Array,
    log_share: Array,
    theta: Array,
    lag: Array,
) -> float:
    """Write log costs of nests and shares of their members; return how far shares are off.

    Shares of close substitutes are those kept in `log_share`, and `lag` is their log less what
    costs say; elsewhere they follow from costs, and `lag` is zero.
    """
    leaves, nodes = len(case.dead), len(nests.parent)
    share, off = case.nest[SHARE], 0.0
    for v in range(leaves, nodes):
        low, high = nests.first[v - leaves], nests.first[v - leaves + 1]
        if not case.nest[ELASTICITY, v] > CLOSE:
            unit_cost(nests, share, sigma, leaves, v, log_c, theta)
            for c in range(low, high):
                lag[nests.child[c]] = 0.0
            continue
        every, _ = share_sums(nests, share, low, high)
        log_c[v] = 0.0
        for c in range(low, high):
            u = nests.child[c]
            theta[u] = lag[u] = 0.0
            if share[u] > 0.0:
                theta[u] = np.exp(log_share[u])
                lag[u] = log_share[u] - np.log(share[u] / every) + (sigma[v] - 1.0) * log_c[u]
                log_c[v] += theta[u] * lag[u]
        total = 0.0
        for c in range(low, high):
            u = nests.child[c]
            if share[u] > 0.0:
                lag[u] -= log_c[v]
                aim = np.exp(min(log_share[u] - lag[u], 0.0))
                total += max(theta[u], aim) * abs(lag[u])
        log_c[v] /= sigma[v] - 1.0
        off = max(off, total)
    theta[nodes - 1], lag[nodes - 1] = 1.0, 0.0
    return off


@compiled
def start_shares(
    nests: Nests, case: Instance, sigma: Array, log_c: Array, log_share: Array, theta: Array
) -> None:
    """Write log costs, and shares of close substitutes that are those of the costs of leaves."""
    leaves = len(case.dead)
    for v in range(leaves, len(nests.parent)):
        unit_cost(nests, case.nest[SHARE], sigma, leaves, v, log_c, theta)
        for c in range(nests.first[v - leaves], nests.first[v - leaves + 1]):
            u = nests.child[c]
            known = theta[u] > 0.0
            log_share[u] = max(np.log(theta[u]), LEAST_LOG_SHARE) if known else LEAST_LOG_SHARE


@compiled
def normalise_shares(nests: Nests, case: Instance, log_share: Array) -> None:
    """Scale the shares of every nest of close substitutes to a sum of one, none below the least."""
    leaves = len(case.dead)
    for v in range(leaves, len(nests.parent)):
        if not case.nest[ELASTICITY, v] > CLOSE:
            continue
        top, total = -np.inf, 0.0
        for c in range(nests.first[v - leaves], nests.first[v - leaves + 1]):
            if case.nest[SHARE, nests.child[c]] > 0.0:
                top = max(top, log_share[nests.child[c]])
        for c in range(nests.first[v - leaves], nests.first[v - leaves + 1]):
            if case.nest[SHARE, nests.child[c]] > 0.0:
                total += np.exp(log_share[nests.child[c]] - top)
        scale = top + np.log(total)
        for c in range(nests.first[v - leaves], nests.first[v - leaves + 1]):
            u = nests.child[c]
            log_share[u] = max(log_share[u] - scale, LEAST_LOG_SHARE)
