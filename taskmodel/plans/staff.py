"""The workforce of a plan: from its chips, or from tokens that a source states, to researchers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from taskmodel import workforce
from taskmodel.plans.records import Plan

_DAY = 24 * 3600


@dataclass(frozen=True)
class Staff:
    """A plan's workforce at the point of pause."""

    training_compute: float
    parameters: float
    tokens_per_second: float
    stream_speed: float
    clock: float
    work: workforce.Workforce
    productivity: float  # gained up to the point of pause, relative to the present


def staffed_cluster(plan: Plan, productivity: float) -> Staff:
    """The workforce of a plan whose research is so much more productive at the point of pause than at present.

    Raises
    ------
    ConservationError
        If the workforce does not use just the tokens there are.
    """
    worker, chips = plan.worker, plan.chips
    assert worker
    compute = parameters = np.nan
    rate, speed = worker.tokens_per_second, worker.stream_speed.value
    tokens = np.nan if rate is None else rate.value
    if chips is not None:
        scale, time = chips.compute_ratio.value, chips.time_ratio.value
        ratio, seconds = scale / time, chips.training_time.value * _DAY * time
        capacity = chips.capacity.value * ratio
        compute = float(workforce.training_run(capacity, chips.share.value, seconds, chips.utilisation.value))
        parameters = float(workforce.model_size(compute, chips.tokens_per_parameter.value, chips.horizon_length.value)[0])
        decoding = (chips.decode_utilisation or chips.utilisation).value
        made = float(workforce.token_rate(capacity * chips.share.value, decoding, parameters))
        # as stated they are those of a cluster that runs models as well as it trains them
        stated = tokens * float(workforce.token_rate_ratio(scale, time)) * decoding / chips.utilisation.value
        tokens = (made if rate is None else stated) * chips.gain.value * chips.inference_share.value
        speed = float(workforce.slower_by_size(speed, np.sqrt(scale), worker.size_exponent.value))
    clock = float(workforce.clock_factor(worker.hours_per_day.value, worker.days_per_week.value))
    work = workforce.workforce(
        tokens,
        streams=worker.streams.value,
        serial_tokens=worker.serial_tokens.value,
        stream_speed=speed,
        clock=clock,
        reading=worker.reading,
    )
    return Staff(compute, parameters, tokens, speed, clock, work, productivity)


def facts(staff: Staff) -> dict[str, Any]:
    """What is told of a workforce, by name."""
    work = staff.work
    return {
        "training_compute": staff.training_compute,
        "parameters": staff.parameters,
        "tokens_per_second": staff.tokens_per_second,
        "researchers": float(work.researchers),
        "serial_speed": float(work.serial_speed),
        "streams": float(work.streams),
        "researcher_months_per_month": float(work.researcher_months),
        "conserved_share": float(work.conserved_share),
        "clocks": work.clocks,
    }
