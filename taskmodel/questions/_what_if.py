"""What-if: the speed-up with constraints removed one at a time, in pairs, and all together.

All cases are measured against the same base, people without AI as the catalog has them. The gains
of two independent constraints multiply; where one constraint masks another, their pair gives more.

Source: docs, model, sections 3.5 and 5.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import product
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel.allocation import allocate
from taskmodel.catalog import Catalog
from taskmodel.numerics.types import Array
from taskmodel.organisation.clock import Clock
from taskmodel.organisation.coverage import EQUIVALENT_PROTOCOL, more_protocols, rule_of_task
from taskmodel.organisation.measures import mode_mix
from taskmodel.organisation.organisation import HUMAN, Organisation, organisation
from taskmodel.organisation.quantities import Quantities
from taskmodel.organisation.unaided import PeopleAlone
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.sweeps.points import situation_at
from taskmodel.sweeps.walker import Situation

RELAXATIONS = {
    "inference": "inference is free",
    "reviewers": "any number of people review, within their working hours",
    "coverage_floor": "nothing need be reviewed, whatever a task forbids",
    "capability": "AI can do every task that policy leaves to it",
    "gates": "no waits at gates",
    "experiments": "experiments are free",
    "defect_budget": "no limit to defects that escape",
}
# Settings of the catalog for each; `coverage_floor` depends on the catalog, and reviewers and
# capability also change the organisation.
SETTINGS: dict[str, dict[str, Any]] = {
    "inference": {"compute.inference": "free"},
    "reviewers": {"latency.count_queues": False},  # with unlimited reviewers nothing queues
    "gates": {"latency.count_gates": False},
    "experiments": {"compute.experiments": "free"},
    "defect_budget": {"supervision.defect_budget": None},
}


def relaxations(catalog: Catalog) -> tuple[str, ...]:
    """Constraints that a catalog has; only some have a limit to escaping defects."""
    return tuple(
        name
        for name in RELAXATIONS
        if name != "defect_budget" or catalog.supervision.defect_budget is not None
    )


def what_if(catalog: Catalog, compute: float | None = None) -> xr.Dataset:
    """Relax one constraint at a time, every pair, and all constraints.

    Parameters
    ----------
    catalog : Catalog
    compute : float, optional
        Compute [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Over ``relaxation`` and ``with_relaxation``: ``output``, ``throughput_speedup``,
        ``latency_speedup`` and ``speedup`` without both constraints, on the diagonal without one;
        also ``..._as_is`` with all constraints and ``..._all`` without any. inf if unlimited.
        Relaxations: ``inference``, ``reviewers``, ``coverage_floor``, ``capability``, ``gates``,
        ``experiments`` and, if the catalog has one, ``defect_budget``; a task whose threshold
        exceeds any float stays closed.

    Raises
    ------
    TypeError
        If the catalog is not a Catalog.
    InputError
        If compute is not one positive, finite number.
    SolveError
        If an optimum cannot be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> result = what_if(tm.load_catalog("alignment_research"), 1e32)
    >>> reviewers = result["speedup"].sel(relaxation="reviewers", with_relaxation="reviewers")
    >>> bool(reviewers > result["speedup_as_is"])
    True
    """
    situation = situation_at(catalog, compute)
    # All cases are relative to the people of the catalog as it is, so that they compare.
    people, _ = PeopleAlone(situation.setting.organisation).at(situation.compute)
    names = relaxations(catalog)
    solutions = {
        removed: _relaxed(situation, people, removed)
        for removed in {frozenset(pair) for pair in product(names, names)}
    }
    as_is, everything = (_relaxed(situation, people, removed) for removed in ((), names))
    table = np.array(
        [[solutions[frozenset(pair)] for pair in product([row], names)] for row in names]
    )
    variables: dict[str, Any] = {}
    for index, name in enumerate(results.SPEEDUPS):
        variables |= {
            name: (("relaxation", "with_relaxation"), table[..., index]),
            f"{name}_as_is": ((), as_is[index]),
            f"{name}_all": ((), everything[index]),
        }
    labels = list(names)
    coords = {"relaxation": labels, "with_relaxation": labels, COMPUTE: situation.compute[0]}
    return results.labelled(variables, coords, results.provenance(catalog=catalog))


def _relaxed(situation: Situation, people: Array, removed: Collection[str]) -> Array:
    """Output and the three speed-ups without some constraints, shape (speed-up,).

    `people` is the output of the catalog's people without AI.
    """
    catalog = situation.setting.quantities.catalog
    settings = {**SETTINGS, "coverage_floor": _unreviewed(catalog)}
    values = {
        path: value
        for name in settings
        if name in removed
        for path, value in settings[name].items()
    }
    changed = catalog.replace(values) if values else catalog
    quantities, compute = Quantities(changed), situation.compute
    relaxed = organisation(quantities)
    if "reviewers" in removed:
        relaxed = relaxed.with_unlimited(*relaxed.factors[relaxed.reviewing])
    if "capability" in removed:
        relaxed = relaxed.with_capability(_within_reach(relaxed))
    optimum = allocate(
        relaxed.bundles(compute),
        relaxed.supply(compute),
        relaxed.nest,
        relaxed.open_modes(relaxed.automatable(compute)),
    )
    mix, yardstick = mode_mix(optimum.activity, relaxed.policy), situation.setting.yardstick
    time = Clock(quantities, relaxed).pass_time(mix, optimum.activity, compute)
    throughput = np.divide(
        optimum.output, people, where=people > 0, out=np.full_like(people, np.nan)
    )
    latency = np.where(optimum.output > 0, yardstick.base_time / time, np.nan)
    speedup = yardstick.effective_speedup(throughput, latency)
    return np.concatenate([optimum.output / yardstick.base_output, throughput, latency, speedup])


def _unreviewed(catalog: Catalog) -> dict[str, Any]:
    """Settings that remove the duty of review: AI work may also go unreviewed, in every task.

    What is allowed stays allowed, since another protocol may do more; what a task forbids or
    demands of review is a duty like any other, and goes.
    """
    rules, unreviewed = catalog.supervision, EQUIVALENT_PROTOCOL["none"]
    held = {rule_of_task(task, rules.coverage) for task in catalog.tasks.values()}
    if not rules.protocols and held == {"none"}:
        return {}
    settings: dict[str, Any] = {}
    if rules.protocols or rules.defect_budget is not None:
        settings |= more_protocols(catalog, unreviewed)
    else:
        settings["supervision.coverage"] = "none"
    for name, task in catalog.tasks.items():
        if unreviewed in task.forbids:
            others = [protocol for protocol in task.forbids if protocol != unreviewed]
            settings[f"tasks.{name}.forbids"] = others
        protocols = settings.get(f"tasks.{name}.protocols", task.protocols)
        if protocols is not None and unreviewed not in protocols:
            settings[f"tasks.{name}.protocols"] = [*protocols, unreviewed]
    return settings


def _within_reach(relaxed: Organisation) -> NDArray[np.bool_]:
    """Tasks that policy leaves to AI and that some AI can do: inference then has a finite cost."""
    ai = slice(HUMAN + 1, None)
    inference = relaxed.fixed_bundles[0, :, ai, relaxed.factors.index("inference")]
    return np.asarray(relaxed.policy[:, ai].any(axis=1) & (inference > 0).any(axis=1))
