"""Workforce of a pause in an organisation: tasks, review, experiments, critical path, parallelism.

A plan's cluster sets the compute of its catalog, its tokens the supply of inference, and the speed
of one copy the serial speed. The catalog states what AI can do, who reviews, and what may be
delegated. From the bulk of AI's hours to effective research:

    bulk               hours of AI over hours of the catalog's people
    tasks              the hours distributed over tasks, with people where AI may not be used
    review             people review the work of AI
    experiments        experiments take compute
    effective          throughput^lambda latency^(1 - lambda): parallel and sequential effort

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
from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import Organisation, organisation
from taskmodel.organisation.unaided import PeopleAlone
from taskmodel.science import capability
from taskmodel.sweeps._sweep import sweep

ORGANISATION_STEPS = ("bulk", "tasks", "review", "experiments", "effective")
YEAR, HOURS_PER_YEAR = 365 * 24 * 3600, 365 * 24


@dataclass(frozen=True)
class CatalogSpeedups:
    """Speed-ups of an organisation over its people without AI.

    Attributes
    ----------
    steps : dict of str to float
        Speed-up after each of `ORGANISATION_STEPS` [1].
    bottleneck : str
        Factor with the largest bottleneck share.
    latency : float
        Speed-up of one pass through all tasks [1].
    """

    steps: dict[str, float]
    bottleneck: str
    latency: float


@dataclass
class SolvedCatalogs:
    """Cache of the catalogs that several evaluations load and solve."""

    catalogs: dict[tuple[str, str | None], Catalog] = field(default_factory=dict)
    speedups: dict[str, CatalogSpeedups] = field(default_factory=dict)  # by hash of the catalog

    def staffed(self, plan: Plan, tokens_per_second: float, stream_speed: float) -> Catalog:
        """A plan's catalog with its cluster, tokens and speed of one copy [token/s].

        Raises
        ------
        CatalogError
            If the catalog or scenario does not exist, or a value is out of its range there.
        """
        assert plan.organisation and plan.chips and plan.worker
        key = plan.organisation.catalog, plan.organisation.scenario
        if key not in self.catalogs:
            self.catalogs[key] = load_catalog(*key)
        values = workforce_values(plan.chips, plan.worker, tokens_per_second, stream_speed)
        return self.catalogs[key].replace(values)

    def solve(self, catalog: Catalog) -> CatalogSpeedups:
        """`catalog_speedups` of a catalog."""
        if catalog.sha256 not in self.speedups:
            self.speedups[catalog.sha256] = catalog_speedups(catalog)
        return self.speedups[catalog.sha256]


def workforce_values(
    chips: Chips, worker: Worker, tokens_per_second: float, stream_speed: float
) -> dict[str, Any]:
    """A plan's workforce as values of a catalog by dotted path; rates in token/s."""
    rate, seconds = cluster(chips)
    peak, trained = rate * YEAR, seconds / YEAR * chips.utilisation.value  # FLOP/year, and a share
    per_parameter = TRAINING_FLOP * chips.tokens_per_parameter.value * chips.horizon_length.value
    # Gains reduce the compute of a token. The catalog states them as fewer tokens of full cost, so
    # that inference uses no more compute than exists.
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


def catalog_speedups(catalog: Catalog) -> CatalogSpeedups:
    """Speed-ups of a catalog at ``compute.today``, step by step.

    Raises
    ------
    SolveError
        If an optimum cannot be certified.

    Examples
    --------
    >>> speedups = catalog_speedups(load_catalog("alignment_research", "crunch_time"))
    >>> speedups.steps["bulk"] > 1000, round(speedups.steps["experiments"], 2)
    (True, 3.42)
    >>> speedups.bottleneck
    'review'
    """
    today = np.array([catalog.compute.today.value])
    free = organisation(catalog).with_unlimited("experiments")
    result = sweep(catalog, today).isel(compute=0)
    hours = sum(pool.headcount.value * pool.hours_per_year.value for pool in catalog.pools.values())
    steps = {
        "bulk": ai_hours(catalog) / hours,
        "tasks": _throughput(free.without_review(), today),
        "review": _throughput(free, today),
        "experiments": float(result["throughput_speedup"]),
        "effective": float(result["speedup"]),
    }
    bottleneck = str(result["binding_factor"].item())
    return CatalogSpeedups(steps, bottleneck, float(result["latency_speedup"]))


def ai_hours(catalog: Catalog) -> float:
    """Human-equivalent hours of AI per year, from the inference of ``compute.today``."""
    worker, compute = catalog.capability, catalog.compute
    hourly = capability.inference_per_hour(
        compute.today.value * compute.training_share.value,
        tokens_per_human_second=worker.tokens_per_human_second.value,
        parameters_compute_ratio=worker.parameters_compute_ratio.value,
    )
    return float(compute.today.value * compute.inference_share.value / hourly)


def _throughput(setting: Organisation, compute: Array) -> float:
    """Optimal throughput of an organisation over that of its people without AI."""
    optimum = allocate(
        setting.bundles(compute),
        setting.supply(compute),
        setting.nest,
        setting.open_modes(setting.automatable(compute)),
    )
    return float(optimum.output[0] / PeopleAlone(setting).at(compute)[0][0])
