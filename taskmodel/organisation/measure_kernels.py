"""Compiled loops of `measures` over points, tasks and modes.

Every array of bundles, review hours or escapes has a row per point, or one for all. Arrays are
C-contiguous; results are written into the arrays given for them, which start at 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from taskmodel.compiled import allocating, compiled
from taskmodel.numerics.types import Array

LARGEST = float(np.finfo(float).max)


@compiled
def mode_shares(activity: Array, policy: NDArray[np.bool_], mix: Array) -> None:
    """Share of each task's work by mode; of a task not done, 1 in the first mode of its policy."""
    for point in range(activity.shape[0]):
        for task in range(activity.shape[1]):
            unlimited, total = 0, 0.0
            for mode in range(activity.shape[2]):
                total += activity[point, task, mode]
                if activity[point, task, mode] == np.inf:
                    unlimited += 1
            if unlimited > 0:
                for mode in range(activity.shape[2]):
                    if activity[point, task, mode] == np.inf:
                        mix[point, task, mode] = 1.0 / unlimited
            elif total > 0.0:
                total = min(total, LARGEST)
                for mode in range(activity.shape[2]):
                    mix[point, task, mode] = activity[point, task, mode] / total
            else:
                default = 0
                while default < activity.shape[2] - 1 and not policy[task, default]:
                    default += 1
                mix[point, task, default if policy[task, default] else 0] = 1.0


@compiled
def work_by_ai(activity: Array, mix: Array, human: int, share: Array) -> None:
    """Share of each task's work done in modes after the human one; 0 of a task not done."""
    for point in range(activity.shape[0]):
        for task in range(activity.shape[1]):
            made, by_ai = 0.0, 0.0
            for mode in range(activity.shape[2]):
                made += activity[point, task, mode]
                if mode > human:
                    by_ai += mix[point, task, mode]
            if made > 0.0:
                share[point, task] = by_ai


@compiled
def total_work(activity: Array, work: Array) -> None:
    """Work done in all tasks, (point,)."""
    for point in range(activity.shape[0]):
        for task in range(activity.shape[1]):
            made = 0.0
            for mode in range(activity.shape[2]):
                made += activity[point, task, mode]
            work[point] += made


@allocating
def review_sums(
    activity: Array, hours: Array, worth: Array, reviewed: Array, elasticity: Array
) -> None:
    """Review by factor, (point, factor), and by task its worth, (point, task).

    `worth` is the elasticity of output to each factor per unit of its use, (point, factor).
    """
    factors = hours.shape[3]
    by_factor, column = np.zeros(factors), np.zeros(factors, dtype=np.int64)
    columns = reviewing_factors(hours, column)
    for point in range(activity.shape[0]):
        row = point if hours.shape[0] > 1 else 0
        for task in range(activity.shape[1]):
            for place in range(columns):
                by_factor[place] = 0.0
            for mode in range(activity.shape[2]):
                made = activity[point, task, mode]
                if np.isfinite(made) and made != 0.0:  # unlimited activity is not reviewed
                    for place in range(columns):
                        by_factor[place] += made * hours[row, task, mode, column[place]]
            for place in range(columns):
                reviewed[point, column[place]] += by_factor[place]
                elasticity[point, task] += by_factor[place] * worth[point, column[place]]


@compiled
def reviewing_factors(hours: Array, column: NDArray[np.int64]) -> int:
    """Write the factors that are not 0 in the first row, or all of several rows; their number."""
    columns = 0
    for factor in range(hours.shape[3]):
        takes_part = hours.shape[0] != 1
        for task in range(hours.shape[1]):
            for mode in range(hours.shape[2]):
                takes_part = takes_part or hours[0, task, mode, factor] != 0.0
        if takes_part:
            column[columns] = factor
            columns += 1
    return columns


@compiled
def escaped_units(activity: Array, escape: Array, units: Array) -> None:
    """Unnoticed defective units by task, (point, task); inf where activity is unlimited."""
    for point in range(activity.shape[0]):
        row = point if escape.shape[0] > 1 else 0
        for task in range(activity.shape[1]):
            for mode in range(activity.shape[2]):
                made, share = activity[point, task, mode], escape[row, task, mode]
                # 0 of a mode has 0 defects, even if their number per unit is unknown (NaN)
                if made != 0.0 and share != 0.0:
                    units[point, task] += made * share


@compiled
def savings_by_ai(
    activity: Array,
    bundles: Array,
    worth: Array,
    policy: NDArray[np.bool_],
    opened: NDArray[np.bool_],
    human: int,
    saving: Array,
) -> None:
    """Cost of each closed task less its cost if AI did it; 0 where AI would not be cheaper."""
    for point in range(activity.shape[0]):
        row = point if bundles.shape[0] > 1 else 0
        for task in range(activity.shape[1]):
            if opened[point, task]:
                continue
            made, paid, by_ai = 0.0, 0.0, np.inf
            for mode in range(activity.shape[2]):
                cost = 0.0
                for factor in range(bundles.shape[3]):
                    cost += bundles[row, task, mode, factor] * worth[point, factor]
                if np.isfinite(activity[point, task, mode]):
                    made += activity[point, task, mode]
                    paid += activity[point, task, mode] * cost
                if mode > human and policy[task, mode] and not cost >= by_ai:
                    by_ai = cost
            if made != 0.0 and by_ai != np.inf:
                saved = paid - made * by_ai
                if not saved < 0.0:
                    saving[point, task] = saved
