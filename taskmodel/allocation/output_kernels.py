"""Outputs of organisations that are alike, one from the other, in plain loops.

Of an optimum nothing but output is kept. The search for one from nothing stays with the caller: a
kernel that called it would be compiled with all of it.

Source: docs, model, section 1.2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.active_set_kernels import certify, polish
from taskmodel.allocation.optimum_kernels import (
    Search,
    extrapolate,
    forget,
    keep_prices,
    near,
)
from taskmodel.allocation.presolve_kernels import (
    FREE,
    IMPOSSIBLE,
    Reduced,
    Reductions,
    Unscaled,
    new_reductions,
    reduce,
    reduced_of,
    renew,
    unscaled_of,
)
from taskmodel.allocation.regime_kernels import (
    SOLVED,
    Instance,
    Instances,
    Regimes,
    RegimeState,
    Workspace,
    copy_regime,
    drop_idle_modes,
    instance_of,
    new_instances,
    new_regimes,
    regime_of,
    reopen,
    take_cheapest,
)
from taskmodel.allocation.uniqueness_kernels import UNIQUE
from taskmodel.compiled import compiled
from taskmodel.numerics.accuracy import EXACT_GAP
from taskmodel.numerics.types import Array, Mask
from taskmodel.science.production_kernels import Nests


class Outputs(NamedTuple):
    """Outputs at several points."""

    code: NDArray[np.int64]  # (point,) UNIQUE, FAILED, or TIGHT_ROOM for ties
    log_output: Array  # (point,) inf where output needs nothing scarce, -inf where there is none
    gap: Array  # (point,) duality gap


class OutputWork(NamedTuple):
    """Workspace of optima one after the other, of which nothing but output is kept."""

    cases: Instances  # (2,) the present point and the one before
    reductions: Reductions  # (2,) likewise
    state: Regimes  # (2,) likewise
    changed: Mask  # (leaf,) tasks with other open modes than at the point before
    # (5,): NEXT point, the row of the PRESENT one, and what is KNOWN: nothing, the point before, or
    # the present one, which the caller has solved; the points HELD in both rows, -1 if none is
    progress: NDArray[np.int64]


NEXT, PRESENT, KNOWN, HELD = 0, 1, 2, 3
NOTHING, BEFORE, NOW = 0, 1, 2
DONE = -1


def output_workspace(
    leaves: int, modes: int, nodes: int, factors: int, begin: int = 0
) -> OutputWork:
    """Return a workspace for points of these sizes, from one of them on."""
    return OutputWork(
        new_instances(2, leaves, modes, nodes, factors),
        new_reductions(2, leaves, modes, nodes),
        new_regimes(2, leaves, modes, factors),
        np.zeros(leaves, dtype=bool),
        np.array([begin, 0, NOTHING, -1, -1]),
    )


@compiled
def compare_modes(case: Instance, previous: Instance, changed: Mask) -> bool:
    """Write which tasks have other open modes than in another organisation; return if any has."""
    leaves, modes = case.open.shape
    some = False
    for leaf in range(leaves):
        changed[leaf] = case.dead[leaf] != previous.dead[leaf]
        for mode in range(modes):
            if case.open[leaf, mode] != previous.open[leaf, mode]:
                changed[leaf] = True
        some = some or changed[leaf]
    return some


@compiled
def next_output(
    nests: Nests, case: Instance, best: RegimeState, changed: Mask, work: Workspace, search: Search
) -> tuple[bool, float, float]:
    """Return whether the regime of a point leads to the optimum of the next, with log output, gap.

    `best` holds that regime, and receives the one of the optimum.
    """
    reopen(case, best)
    extrapolate(search.track, best)
    for leaf in range(len(changed)):
        if changed[leaf]:
            take_cheapest(case, best, leaf)
    if polish(nests, case, best, work, search.repairs) != SOLVED:
        return False, -np.inf, np.inf
    log_output, gap = certify(nests, case, best, work)
    if not abs(gap) < EXACT_GAP:
        return False, -np.inf, np.inf
    drop_idle_modes(best)
    return True, log_output, gap


@compiled
def reduce_from(
    nests: Nests,
    unscaled: Unscaled,
    point: int,
    case: Instance,
    reduced: Reduced,
    row: OutputWork,
) -> None:
    """Write a point into the present row, from the one held there if they are alike."""
    held = row.progress[HELD + row.progress[PRESENT]]
    own, done = unscaled_of(unscaled, point), False
    if held >= 0 and len(unscaled.bundle) == 1 and len(unscaled.nest) == 1:
        done = renew(nests, own, unscaled_of(unscaled, held), case, reduced, row.changed)
    if not done:
        reduce(nests, own, case, reduced)
    row.progress[HELD + row.progress[PRESENT]] = point


@compiled
def greatest_outputs(
    nests: Nests,
    unscaled: Unscaled,
    answers: Outputs,
    end: int,
    row: OutputWork,
    work: Workspace,
    search: Search,
) -> int:
    """Find the outputs of points, each from the one before where they are alike.

    Returns `DONE`, or the point at which the search begins anew: its case is in the present row of
    the workspace, into which the caller writes its regime, and calls again."""
    count, root = row.progress, len(nests.parent) - 1
    while count[NEXT] < end:
        point, present = count[NEXT], count[PRESENT]
        case, previous = instance_of(row.cases, present), instance_of(row.cases, 1 - present)
        best = regime_of(row.state, present)
        if count[KNOWN] != NOW:
            reduced = reduced_of(row.reductions, present)
            reduce_from(nests, unscaled, point, case, reduced, row)
            answers.code[point], answers.gap[point] = UNIQUE, 0.0
            if reduced.node[IMPOSSIBLE, root] or reduced.node[FREE, root]:
                answers.log_output[point] = np.inf if reduced.node[FREE, root] else -np.inf
                count[NEXT] += 1
                continue
            if count[KNOWN] == NOTHING or not near(case, previous, search.track):
                return point
            if compare_modes(case, previous, row.changed):
                forget(search.track)
            copy_regime(best, regime_of(row.state, 1 - present))
            solved, log_output, gap = next_output(nests, case, best, row.changed, work, search)
            if not solved:
                return point
            answers.log_output[point], answers.gap[point] = log_output, gap
            keep_prices(search.track, best)
        count[NEXT], count[PRESENT], count[KNOWN] = point + 1, 1 - present, BEFORE
    return DONE
