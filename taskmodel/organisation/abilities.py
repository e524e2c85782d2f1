"""Thresholds, cost and success of AI for each task, and the models that do the tasks, as arrays.

Source: docs, model, sections 2 and 3.7.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from taskmodel.errors import InputError
from taskmodel.numerics.types import Array
from taskmodel.organisation.quantities import Quantities, by_task, derived
from taskmodel.organisation.workers import Workers
from taskmodel.science import capability, supervision


@derived
def working_models(quantities: Quantities) -> Workers:
    """Return the models that do the tasks."""
    rules = quantities.catalog.capability
    by_compute = rules.h50_hours is None

    def number(name: str, absent: float = np.nan) -> Array:
        return quantities.number(name, absent)

    slope = number("capability.slope")
    return Workers(
        kind=rules.worker,
        # where the frontier is given and works, its success is a constant of `abilities`
        graded=rules.grows and (by_compute or rules.worker != "frontier"),
        offset=_frontier_lead(quantities),
        slope=slope if by_compute else np.zeros_like(slope),
        horizon_slope=slope,
        required=np.log(_required_lead(quantities)),
        steepness=number("capability.success_slope", 0.0),
        gap=number("supervision.verification_gap"),
        detection_gap=number("supervision.detection_gap"),
        limit=number("supervision.assist_limit"),
        effort=number("supervision.assisted_effort", 1.0),
        lag=number("supervision.critic_lag", 0.0) * slope * np.log(10),
    )


@derived
def _required_lead(quantities: Quantities) -> Array:
    """Return the lead from which a model may do a task, shape (point or 1,)."""
    success, steepness = (
        quantities.number(f"capability.{name}", absent)
        for name, absent in (("required_success", 0.5), ("success_slope", 1.0))
    )
    return np.asarray(capability.required_lead(success, steepness))


@by_task
def _frontier_lead(quantities: Quantities) -> Array:
    """Return the log of the lead of the frontier model at 1 FLOP/year, or at any, by task.

    0 for tasks that no model can do.
    """
    rules = quantities.catalog.capability
    threshold = _half_threshold(quantities)
    reachable = np.isfinite(threshold) & quantities.selected(delegable_tasks(quantities))
    slope = quantities.number("capability.slope")[:, None]
    if rules.h50_hours is None:
        frontier = quantities.number("compute.training_share")[:, None]
    else:
        frontier = _frontier_training(quantities)
    lead = slope * np.log(frontier / np.where(reachable, threshold, 1.0))
    return np.where(reachable, lead, 0.0)


@derived
def _curve(quantities: Quantities) -> dict[str, Array]:
    """Return the numbers of the line of horizons, each of shape (point or 1, 1)."""
    return {
        name: quantities.number(f"capability.{name}")[:, None]
        for name in ("intercept", "slope", "reference_compute")
    }


@derived
def _frontier_training(quantities: Quantities) -> Array:
    """Return the training compute of a frontier whose horizon is given, shape (point or 1, 1)."""
    reach = quantities.number("capability.h50_hours")[:, None]
    return np.asarray(capability.automation_threshold(reach, **_curve(quantities)))


def _shift(quantities: Quantities) -> Array:
    """Return the threshold of a task relative to that of half of the attempts [1], (point, 1)."""
    with np.errstate(over="ignore"):
        return np.asarray(
            _required_lead(quantities)[:, None]
            ** (1 / quantities.number("capability.slope")[:, None])
        )


@by_task
def _half_threshold(quantities: Quantities) -> Array:
    """Return the training compute at which half of the attempts succeed by the logistic, by task.

    A threshold that the catalog gives is the one from which AI can do the task.
    """
    horizon = quantities.tasks("horizon") * quantities.tasks("horizon_multiplier")
    override = quantities.tasks("automation_threshold", np.inf)
    threshold = capability.automation_threshold(horizon, **_curve(quantities))
    given = np.isfinite(override)
    threshold = np.where(given, np.where(given, override, 0.0) / _shift(quantities), threshold)
    if not (threshold > 0).all():
        name = list(quantities.catalog.tasks)[int(np.argwhere(threshold == 0)[0, -1])]
        raise InputError(
            f"tasks.{name}: the training compute from which AI can do it is below the smallest "
            "number; give capability.intercept a lower value, or capability.slope a greater one"
        )
    return threshold


@by_task
def training_thresholds(quantities: Quantities) -> Array:
    """Return the training compute from which AI can do each task [FLOP], delegable or not."""
    override = quantities.tasks("automation_threshold", np.inf)
    with np.errstate(over="ignore"):
        shifted = _half_threshold(quantities) * _shift(quantities)
    return np.where(np.isinf(override), shifted, override)


@by_task
def abilities(quantities: Quantities) -> tuple[Array, Array, Array]:
    """Return thresholds, inference of an attempt per hour, and probabilities of success, by task.

    Each of shape (point or 1, task). If the frontier model does the work, inference is per square
    root of its training compute. If success grows with compute, it is that of AI that always
    succeeds.
    """
    rules = quantities.catalog.capability
    delegable = quantities.selected(delegable_tasks(quantities))
    success = capability.success_probability(quantities.defect_probability)
    slope, lead = quantities.number("capability.slope")[:, None], _required_lead(quantities)
    half = _half_threshold(quantities)
    override = quantities.tasks("automation_threshold", np.inf)
    threshold = training_thresholds(quantities)
    if rules.h50_hours is None:
        with np.errstate(over="ignore"):  # never
            opens_at = threshold / quantities.number("compute.training_share")[:, None]
    else:
        reach, frontier = (
            quantities.number("capability.h50_hours")[:, None],
            _frontier_training(quantities),
        )
        horizon = quantities.tasks("horizon") * quantities.tasks("horizon_multiplier")
        # Horizons are compared in hours where possible: thresholds are powers of them, whose
        # rounding could separate a task of exactly the reach from it.
        by_horizon = horizon * lead[:, None] <= reach
        can = np.where(np.isinf(override), by_horizon, threshold <= frontier)
        opens_at = np.where(can, 0.0, np.inf)
        if rules.success == "logistic" and rules.worker == "frontier":
            steepness = (quantities.number("capability.success_slope") * slope[:, 0])[:, None]
            success = success * capability.logistic_success(half, frontier, steepness)
    reachable = delegable & np.isfinite(threshold)
    opens_at = np.where(reachable, opens_at, np.inf)
    if rules.worker == "sufficient":
        training = np.where(reachable, threshold, 0.0)
    elif rules.h50_hours is not None:
        training = frontier * np.ones(len(delegable))
    else:
        training = np.ones((1, len(delegable)))

    def number(name: str) -> Array:
        return quantities.number(f"capability.{name}")[:, None]

    inference = capability.inference_per_hour(
        training,
        tokens_per_human_second=number("tokens_per_human_second"),
        parameters_compute_ratio=number("parameters_compute_ratio"),
    )
    return opens_at, inference, success


@by_task
def attempts_of_ai(quantities: Quantities) -> Array:
    """Return the attempts per useful unit, by task."""
    return supervision.attempts(abilities(quantities)[-1])


@derived
def delegable_tasks(quantities: Quantities) -> NDArray[np.bool_]:
    """Return whether AI may ever do each task, shape (task,)."""
    return np.array([task.delegable for task in quantities.catalog.tasks.values()])
