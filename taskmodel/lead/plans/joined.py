"""The workforce of a pause at work in a catalog: tasks, review, experiments, the critical path and people side by side.

A plan's cluster sets the catalog's compute axis, its tokens the supply of inference, the speed of one copy the serial speed.
What AI can do, who reviews and what may be delegated are the catalog's. From the bulk of AI's hours to effective research:

    bulk               hours of AI over hours of the catalog's people
    tasks              the same hours spread over tasks as they are needed, and people at what AI may not do
    review             people look at what AI does
    experiments        which take compute
    effective          throughput^lambda latency^(1 - lambda): side by side, and one after the other

Source: docs, model, sections 1, 3, 4, 5 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from taskmodel.allocation import allocate
from taskmodel.catalog import Catalog, load_catalog
from taskmodel.lead.plans.records import Chips, Plan, Worker
from taskmodel.lead.plans.staff import cluster
from taskmodel.lead.workforce import TRAINING_FLOP
from taskmodel.organisation.measures import without_ai
from taskmodel.organisation.organisation import Organisation, organisation
from taskmodel.science import capability
from taskmodel.sweeps.sweep import sweep

STEPS = ("bulk", "tasks", "review", "experiments", "effective")
YEAR, HOURS_PER_YEAR = 365 * 24 * 3600, 365 * 24


@dataclass(frozen=True)
class Joined:
    """A workforce in an organisation.

    Attributes
    ----------
    speedup : dict of str to float
        After each of `STEPS`, over the catalog's people without AI [1].
    bottleneck : str
        What holds research back most.
    latency_speedup : float
        Of one pass through all tasks [1].
    """

    speedup: dict[str, float]
    bottleneck: str
    latency_speedup: float


@dataclass
class Memory:
    """What several reckonings share, so that no catalog is read or solved twice."""

    catalogs: dict[tuple[str, str | None], Catalog] = field(default_factory=dict)
    joined: dict[str, Joined] = field(default_factory=dict)  # by the catalog's hash

    def catalog(self, name: str, scenario: str | None) -> Catalog:
        """The catalog under a scenario, read once."""
        if (name, scenario) not in self.catalogs:
            self.catalogs[name, scenario] = load_catalog(name, scenario)
        return self.catalogs[name, scenario]

    def join(self, catalog: Catalog) -> Joined:
        """What the workforce of a catalog gives, solved once."""
        if catalog.sha256 not in self.joined:
            self.joined[catalog.sha256] = join(catalog)
        return self.joined[catalog.sha256]


def staffed(plan: Plan, tokens_per_second: float, stream_speed: float, memory: Memory) -> Catalog:
    """The plan's catalog with its workforce: cluster, tokens, and speed of one copy.

    Parameters
    ----------
    plan : Plan
        With `organisation`, `chips` and `worker`.
    tokens_per_second, stream_speed : float
        R and v as they come out for the plan [token/s].
    memory : Memory
        Where catalogs that were read stand.

    Returns
    -------
    Catalog
        At whose ``compute.today`` the workforce is the plan's.

    Raises
    ------
    CatalogError
        If there is no such catalog or scenario, or a value is out of its range there.
    """
    assert plan.organisation and plan.chips and plan.worker  # what calls this has seen to it
    catalog = memory.catalog(plan.organisation.catalog, plan.organisation.scenario)
    return catalog.replace(
        workforce_values(plan.chips, plan.worker, tokens_per_second, stream_speed)
    )


def workforce_values(
    chips: Chips, worker: Worker, tokens_per_second: float, stream_speed: float
) -> dict[str, Any]:
    """What a workforce is in the terms of a catalog: values by dotted path."""
    rate, seconds = cluster(chips)
    peak, trained = (
        rate * YEAR,
        seconds / YEAR * chips.utilisation.value,
    )  # FLOP/year; and part of it
    per_parameter = TRAINING_FLOP * chips.tokens_per_parameter.value * chips.horizon_length.value
    # tokens that a trick makes cheaper count as fewer, so that no more compute is used than there is
    tokens = worker.streams.value * worker.serial_tokens.value
    hourly = capability.inference_per_hour(
        peak * trained, tokens_per_human_second=tokens, parameters_compute_ratio=per_parameter
    )
    used = tokens_per_second / chips.gain.value / tokens * HOURS_PER_YEAR * hourly
    return {
        "compute.today": peak,
        "compute.training_share": trained,
        "compute.inference_share": float(used / peak),
        "capability.worker": "frontier",
        "capability.tokens_per_human_second": tokens / chips.gain.value,
        "capability.parameters_compute_ratio": per_parameter,
        "latency.serial_speed": stream_speed / worker.serial_tokens.value,
    }


def join(catalog: Catalog) -> Joined:
    """What the workforce of a catalog gives at ``compute.today``, step by step.

    Parameters
    ----------
    catalog : Catalog
        Such as `staffed` makes.

    Returns
    -------
    Joined

    Raises
    ------
    SolveError
        If there is no answer that can be certified.

    Examples
    --------
    >>> found = join(load_catalog("alignment_research", "crunch_time"))
    >>> found.speedup["bulk"] > 1000, round(found.speedup["experiments"], 2), found.bottleneck
    (True, 3.61, 'review')
    """
    place = np.array([catalog.compute.today.value])
    at = organisation(catalog)
    free = at.with_unlimited("experiments")
    result = sweep(catalog, place).isel(compute=0)
    hours = sum(pool.headcount.value * pool.hours_per_year.value for pool in catalog.pools.values())
    speedup = {
        "bulk": ai_hours(catalog) / hours,
        "tasks": _throughput(free.without_review(), place),
        "review": _throughput(free, place),
        "experiments": float(result["throughput_speedup"]),
        "effective": float(result["speedup"]),
    }
    return Joined(speedup, str(result["binding_factor"].item()), float(result["latency_speedup"]))


def ai_hours(catalog: Catalog) -> float:
    """Human-equivalent hours that the inference of ``compute.today`` makes in a year, the frontier model doing the work."""
    means, use = catalog.capability, catalog.compute
    hourly = capability.inference_per_hour(
        use.today.value * use.training_share.value,
        tokens_per_human_second=means.tokens_per_human_second.value,
        parameters_compute_ratio=means.parameters_compute_ratio.value,
    )
    return float(use.today.value * use.inference_share.value / hourly)


def _throughput(at: Organisation, place: np.ndarray) -> float:
    best = allocate(
        at.bundles(place), at.supply(place), at.nest, at.open_modes(at.automatable(place))
    )
    return float(best.output[0] / without_ai(at.without_ai(), place).output[0])
