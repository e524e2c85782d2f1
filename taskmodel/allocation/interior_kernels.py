"""The interior point of one allocation in plain loops, compiled by `taskmodel.compiled`.

A primal-dual interior point in the factor prices. With supplies scaled to one, prices become shares
s_k = p_k E_k, and the optimum is a saddle point of the unit cost over s >= 0 (``model.md`` 1.2).
Every mode of a task carries a share w of the task and a relative excess cost tau, every factor a
price s and an unused part u, with

    w tau = mu,   sum_m w = 1,   s u = mu,   use_k + u_k = 1.

Modes and tasks are eliminated in closed form, so that a Newton step solves one small system in the
factors. Steps are multiplicative, for true prices range over tens of orders of magnitude, and mu
falls the faster the nearer the factors are to balance. The answer is approximate.

Of each pair (w, tau) and (s, u) one member vanishes with mu. Its size does not tell which: a true
price may be 1e-12. The direction of the path does: d log s / d log mu is 0 for a price that stays
and 1 for one that vanishes. The last step therefore aims at PROBE * mu.

Sources: Wright (1997), *Primal-Dual Interior-Point Methods*, for the method; El-Bakry, Tapia and
Zhang (1994), SIAM Review 36, 45-72, for indicators of vanishing variables. A step that tries out
mu = 0 first (Mehrotra's predictor) was measured to cost as much as it saves.
"""

from __future__ import annotations

from math import inf

from taskmodel.allocation.central_point_kernels import (
    CentralPoint,
    InteriorWork,
    Moves,
    StepRules,
    Terms,
    list_open_modes,
)
from taskmodel.allocation.central_step_kernels import central_direction, linearise, move
from taskmodel.allocation.newton_kernels import CLOSE, most_elastic
from taskmodel.allocation.regime_kernels import Instance
from taskmodel.allocation.substitute_kernels import elasticities_at, kept_shares
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import BALANCED, STIFF, TRACE, USED
from taskmodel.numerics.types import Array, Mask
from taskmodel.science.production_kernels import Nests

NEARLY, ROUGHLY = 0.3, 1.0  # largest log imbalance that counts as nearly or roughly balanced
PROBE = 0.1  # multiplier of mu for the last step, which shows what vanishes with mu
DONE, SHORT, LOST = 1, 0, -1  # how a run ends: converged, out of steps, not finite


@compiled
def indicate(case: Instance, iterate: CentralPoint, t: Terms, s: Moves) -> None:
    """Write which prices and mode shares stay, from a step towards PROBE * mu."""
    for k in range(len(case.scarce)):
        iterate.price_stays[k] = 1.0 + s.right[k, 0] / (1.0 - PROBE)
    for i in range(len(case.dead)):
        for c in range(t.width[i]):
            m = t.mode[i, c]
            growth = s.mode_share[i, c] / iterate.mode_share[i, m] if t.width[i] > 1 else 0.0
            iterate.share_stays[i, m] = 1.0 + growth / (1.0 - PROBE)


@compiled
def tell_apart(case: Instance, iterate: CentralPoint, t: Terms) -> None:
    """Write which prices and mode shares stay, from a point that steps do not move any more.

    Where modes are tied at prices next to nothing, the equations are so stiff along the tie that
    the steps across it are lost to rounding. The point is far from the path then, but its products
    are so small that of each pair only the unused part of a factor is tiny, or the excess cost of a
    mode, if the price or the share stays.
    """
    for k in range(len(case.scarce)):
        iterate.price_stays[k] = 1.0 if iterate.unused[k] < USED else 0.0
    for i in range(len(case.dead)):
        for c in range(t.width[i]):
            m = t.mode[i, c]
            stays = iterate.excess[i, m] < iterate.mode_share[i, m]
            iterate.share_stays[i, m] = 1.0 if stays or t.width[i] == 1 else 0.0


@compiled
def interior(
    nests: Nests, case: Instance, iterate: CentralPoint, work: InteriorWork, pace: StepRules,
    floor: float,
) -> int:  # fmt: skip
    """Follow the central path from a point on it; returns DONE, SHORT (of steps) or LOST.

    Parameters
    ----------
    iterate : CentralPoint
        From `interior_start` or an earlier run; overwritten.
    floor : float
        Complementarity mu at which to stop.
    """
    t, s = work.terms, work.moves
    list_open_modes(case, t)
    result, close = SHORT, most_elastic(nests, case) > CLOSE
    for v in range(len(nests.parent)):
        t.lag[v] = 0.0
    for _ in range(pace.steps):
        mu, imbalance = linearise(nests, case, iterate, t, close)
        done = mu < 3.0 * floor and imbalance < BALANCED
        if done:
            target = PROBE * mu
        elif imbalance < NEARLY:
            target = max(pace.nearly * mu, floor)
        elif imbalance < ROUGHLY:
            target = max(pace.roughly * mu, floor)
        else:
            target = max(pace.far * mu, floor)
        if close:
            elasticities_at(nests, case, target, iterate.sigma)
            kept_shares(nests, case, iterate.sigma, t.log_cost, iterate.log_share, t.theta, t.lag)
        central_direction(nests, case, iterate, t, s, target, close)
        if done:
            indicate(case, iterate, t, s)
        move(nests, case, iterate, t, s, target, pace, close)
        for k in range(len(iterate.price)):
            if not abs(iterate.price[k]) < inf:
                return LOST
        if done:
            result = DONE
            break
    for i in range(len(case.dead)):
        for c in range(t.width[i]):
            if not abs(iterate.excess[i, t.mode[i, c]]) < inf:
                return LOST
    if result == SHORT and floor < STIFF:
        tell_apart(case, iterate, t)
    return result


@compiled
def identify(
    nests: Nests, case: Instance, iterate: CentralPoint, active: Mask, priced: Mask, price: Array,
    mode_share: Array, guess: Array, guess_used: Array,
) -> None:  # fmt: skip
    """Write the active set to which a point of the central path leads.

    Modes and prices that stay as mu goes to zero are active, those that vanish with it are not; the
    largest share of a task and the largest price are active in any case.
    """
    leaves, modes, factors = case.bundle.shape
    largest = 0.0
    for k in range(factors):
        largest = max(largest, iterate.price[k])
    for k in range(factors):
        stays = iterate.price_stays[k] > 0.5 or iterate.price[k] == largest
        priced[k] = stays and case.scarce[k]
        guess[k], guess_used[k] = iterate.price[k], 1.0 - iterate.unused[k]
        price[k] = 0.0
    for i in range(leaves):
        largest = 0.0
        for m in range(modes):
            largest = max(largest, iterate.mode_share[i, m])
        for m in range(modes):
            share = iterate.mode_share[i, m]
            stays = iterate.share_stays[i, m] > 0.5 or share == largest
            active[i, m] = stays and case.open[i, m]
            mode_share[i, m] = share if active[i, m] else 0.0
    mark_needed_prices(case, iterate, active, priced, price)
    for k in range(factors):
        if price[k] > 0.0 and case.scarce[k]:
            priced[k] = True
        price[k] = iterate.price[k] if priced[k] else (TRACE if case.scarce[k] else 0.0)


@compiled
def mark_needed_prices(
    case: Instance, iterate: CentralPoint, active: Mask, priced: Mask, needed: Array
) -> None:
    """Set ``needed`` to 1 at factors that must have a price as well.

    Two tied modes cost the same. If one of them uses a priced factor and the other only unpriced
    ones, the dearest factor of the latter must be priced too.
    """
    leaves, modes, factors = case.bundle.shape
    for i in range(leaves):
        paying = False
        for m in range(modes):
            for k in range(factors):
                paid = case.bundle[i, m, k] * iterate.price[k]
                paying = paying or (active[i, m] and priced[k] and paid > 0.0)
        if not paying:
            continue
        for m in range(modes):
            covered, dearest = not active[i, m], 0.0
            for k in range(factors):
                paid = case.bundle[i, m, k] * iterate.price[k]
                covered = covered or (priced[k] and paid > 0.0)
                dearest = max(dearest, paid)
            for k in range(factors):
                if not covered and case.bundle[i, m, k] * iterate.price[k] == dearest:
                    needed[k] = 1.0
