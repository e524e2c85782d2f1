"""From an organisation to its exact optimum, in plain loops.

The interior point finds the neighbourhood of the optimum, the active set the optimum itself, and
the duality gap certifies it. Where the certificate fails, the interior point goes further, and then
more carefully. A point near one that is solved starts from its regime.

Source: docs, model, section 1.2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.active_set_kernels import REPAIRS, certify
from taskmodel.allocation.central_point_kernels import (
    BOLD,
    CAREFUL,
    PATIENT,
    CentralPoint,
    InteriorWork,
    StepRules,
    central_point,
    interior_start,
    interior_workspace,
)
from taskmodel.allocation.interior_kernels import LOST, identify, interior
from taskmodel.allocation.link_kernels import clear_idle
from taskmodel.allocation.newton_kernels import CLOSE, evaluate, most_elastic, rebalance
from taskmodel.allocation.regime_kernels import (
    CROWDED,
    GUESS,
    GUESS_USED,
    LARGEST,
    RETRIED,
    SOLVED,
    WEIGHT,
    Instance,
    Instances,
    Regimes,
    RegimeState,
    Workspace,
    copy_regime,
    drop_idle_modes,
    drop_vanished_prices,
    instance_of,
    new_regimes,
    regime_of,
    reopen,
)
from taskmodel.allocation.start_kernels import smooth_path, smooth_regime, smooth_start
from taskmodel.allocation.tie_kernels import drop_zero_prices, settled
from taskmodel.allocation.uniqueness_kernels import (
    FAIR,
    SPLITS_OPEN,
    UNIQUE,
    SplitWork,
    split_workspace,
    uniqueness,
)
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import EXACT_GAP, HANDOVERS, MAX_GAP
from taskmodel.numerics.types import Array, Mask
from taskmodel.science.production_kernels import Nests

FAILED, TIGHT_ROOM = 4, 5  # besides the codes of `uniqueness`
NEAR = 2.0  # ratio of uses up to which an organisation starts from the regime of another
FARTHEST = 2.0  # multiple of the step before up to which prices are extrapolated


class Answers(NamedTuple):
    """Costs and certificates of optima at several points."""

    code: NDArray[np.int64]  # (point,) of `uniqueness`, FAILED, or TIGHT_ROOM for ties
    weight: Array  # (point, leaf)
    leaf_cost: Array  # (point, leaf)
    log_output: Array  # (point,) that the plan is sure to give
    gap: Array  # (point,) duality gap


class Search(NamedTuple):
    """Workspace of the search for an optimum, and its rules."""

    iterate: CentralPoint
    interior: InteriorWork
    split: SplitWork
    state: Regimes  # of the active set, and of the smoothed path
    paces: Array  # (3, 7) step rules of the interior point, in the order in which they are tried
    floors: Array  # (handover,) complementarity at which the active set takes over
    track: PriceTrack
    repairs: int


class PriceTrack(NamedTuple):
    """The last steps of a chain of organisations, for a guess of the next prices."""

    move: Array  # (2, factor) log changes of the use of each factor: last step, and that before
    log_price: Array  # (2, factor) of the last optimum and that before; NaN where it has none


def new_track(factors: int) -> PriceTrack:
    """Return the track of a chain that begins."""
    return PriceTrack(np.zeros((2, factors)), np.full((2, factors), np.nan))


def search_workspace(leaves: int, modes: int, nodes: int, factors: int) -> Search:
    """Return a workspace for points of these sizes."""
    return Search(
        central_point(leaves, modes, nodes, factors),
        interior_workspace(leaves, modes, nodes, factors),
        split_workspace(leaves, modes, nodes, factors),
        new_regimes(2, leaves, modes, factors),
        np.array([BOLD, CAREFUL, PATIENT], dtype=float),
        np.array(HANDOVERS),
        new_track(factors),
        REPAIRS,
    )


@compiled
def near(case: Instance, previous: Instance, track: PriceTrack) -> bool:
    """Return whether an organisation uses about as much of everything as another one.

    The step from one to the other is added to the track.
    """
    leaves, modes, factors = case.bundle.shape
    move = track.move
    for k in range(factors):
        move[1, k], move[0, k] = move[0, k], 1.0
    for k in range(factors):
        if case.scarce[k] != previous.scarce[k]:
            return False
    if len(case.inputs) > 0:
        return False
    for leaf in range(leaves):
        if case.dead[leaf] or previous.dead[leaf]:
            continue  # its work costs nothing in one of the two
        for mode in range(modes):
            if case.open[leaf, mode] and previous.open[leaf, mode]:
                for k in range(factors):
                    use, before = case.bundle[leaf, mode, k], previous.bundle[leaf, mode, k]
                    if use > NEAR * before or before > NEAR * use:
                        return False
                    if use > 0.0:
                        move[0, k] = use / before
    for k in range(factors):
        move[0, k] = np.log(move[0, k])
    return True


@compiled
def forget(track: PriceTrack) -> None:
    """Begin a track anew at an optimum that is no neighbour of the next."""
    for k in range(track.move.shape[1]):
        track.move[0, k] = track.move[1, k] = 0.0
        track.log_price[0, k] = track.log_price[1, k] = np.nan


@compiled
def keep_prices(track: PriceTrack, state: RegimeState) -> None:
    """Add the prices of an optimum to the track."""
    for k in range(len(state.price)):
        track.log_price[1, k] = track.log_price[0, k]
        track.log_price[0, k] = np.log(state.price[k]) if state.priced[k] else np.nan


@compiled
def extrapolate(track: PriceTrack, state: RegimeState) -> None:
    """Move the prices of a regime on as they moved in the step before, in place.

    The length of a step is that of its projection on the one before. Nothing is done after a turn,
    after a much shorter step, or where prices came or went; a step of Newton's method then takes
    its place.
    """
    move, log_price = track.move, track.log_price
    along, square = 0.0, 0.0
    for k in range(len(state.price)):
        along += move[0, k] * move[1, k]
        square += move[1, k] ** 2
        known = log_price[0, k] == log_price[0, k] and log_price[1, k] == log_price[1, k]
        if state.priced[k] and not known:
            return
    if not 0.0 < along <= FARTHEST * square:
        return
    for k in range(len(state.price)):
        if state.priced[k]:
            state.price[k] *= np.exp(along / square * (log_price[0, k] - log_price[1, k]))


@compiled
def optimum(
    nests: Nests, case: Instance, best: RegimeState, warm: bool, work: Workspace, search: Search
) -> int:
    """Find the optimum, into `best`; return what `uniqueness` does, FAILED or TIGHT_ROOM.

    If ``warm``, `best` holds a regime to start from. The workspace is left as `certify` leaves it.
    """
    state, path, iterate = regime_of(search.state, 0), regime_of(search.state, 1), search.iterate
    linked, mu = len(case.inputs) > 0, 1.0
    gap, better = np.inf, False
    if warm:
        copy_regime(state, best)
        code = settled(nests, case, state, work, search.repairs, search.split.ties)
        if code == CROWDED:
            return TIGHT_ROOM
        if code == SOLVED:
            gap = abs(certify(nests, case, state, work)[1])
            copy_regime(best, state)
    # Most points are exact after the first handover. Going on along the same central path is
    # cheaper than starting again, and tells smaller prices from vanishing ones; a slower pace is
    # for points at which the faster one left the path.
    attempt = 0
    while attempt < len(search.paces) and not gap < MAX_GAP:
        p = search.paces[attempt]
        pace = StepRules(p[0], p[1], p[2], p[3], p[4], int(p[5]), int(p[6]))
        if linked:
            smooth_start(case, path)
            attempt = len(search.paces)
        else:
            interior_start(nests, case, iterate, search.interior)
        for floor in search.floors:
            if linked:
                smooth_path(nests, case, path, mu, floor, work)
                smooth_regime(nests, case, path, state, floor, work)
                mu = floor
            else:
                if interior(nests, case, iterate, search.interior, pace, floor) == LOST:
                    break
                identify(
                    nests,
                    case,
                    iterate,
                    state.active,
                    state.priced,
                    state.price,
                    state.mode_share,
                    state.guess[GUESS],
                    state.guess[GUESS_USED],
                )
            code = settled(nests, case, state, work, search.repairs, search.split.ties)
            if code == CROWDED:
                return TIGHT_ROOM
            if code == SOLVED:
                certified = abs(certify(nests, case, state, work)[1])
                better = certified < gap
                if better:
                    gap = certified
                    copy_regime(best, state)
            if gap < EXACT_GAP:
                break
        attempt += 1
    if not gap < MAX_GAP:
        return FAILED
    return settle(nests, case, best, gap, work, search)


@compiled
def settle(
    nests: Nests, case: Instance, best: RegimeState, gap: float, work: Workspace, search: Search
) -> int:
    """Remove what has vanished from an optimum, and find whether it is the only one.

    A fair split of tied modes is only taken if its certificate is as good as the one before.
    """
    state = regime_of(work.spare, RETRIED)
    ties = evaluate(nests, case, best, work)
    if most_elastic(nests, case) > CLOSE and len(case.inputs) == 0:
        rebalance(nests, case, best, work, ties)
    # costs and uses stay those of the solved equations: without its price, a factor at a kink would
    # be overused by rounding
    drop_vanished_prices(case, best, work.factor[LARGEST])
    copy_regime(state, best)
    if drop_zero_prices(nests, case, state, search.split.ties):
        if abs(certify(nests, case, state, work)[1]) < max(gap, EXACT_GAP):
            copy_regime(best, state)
        else:
            copy_regime(state, best)
    code = uniqueness(nests, case, state, work, search.split)
    if code == FAIR:
        if abs(certify(nests, case, state, work)[1]) < max(gap, EXACT_GAP):
            copy_regime(best, state)
        else:
            code = SPLITS_OPEN
    if code == UNIQUE:
        drop_idle_modes(best)
        clear_idle(nests, case, best, work)
    return code


@compiled
def solve_points(
    nests: Nests,
    instances: Instances,
    regimes: Regimes,
    starts: Mask,
    answers: Answers,
    begin: int,
    end: int,
    work: Workspace,
    search: Search,
) -> None:
    """Find the optima of some points; ``starts`` marks those with a regime to start from."""
    previous, track = begin - 1, search.track
    forget(track)
    for point in range(begin, end):
        case, best = instance_of(instances, point), regime_of(regimes, point)
        warm = starts[point]
        if not warm and previous >= begin and near(case, instance_of(instances, previous), track):
            warm = True
            copy_regime(best, regime_of(regimes, previous))
            reopen(case, best)
            extrapolate(track, best)
        else:
            forget(track)
        code = optimum(nests, case, best, warm, work, search)
        answers.code[point] = code
        if code == FAILED or code == TIGHT_ROOM:
            continue
        previous = point
        keep_prices(track, best)
        log_output, gap = certify(nests, case, best, work)
        answers.log_output[point], answers.gap[point] = log_output, gap
        for leaf in range(len(work.first)):
            alive = work.first[leaf] >= 0
            answers.weight[point, leaf] = work.node[WEIGHT, leaf] if alive else 0.0
            cost = work.cost[leaf, work.first[leaf]] if alive else 1.0
            answers.leaf_cost[point, leaf] = cost
