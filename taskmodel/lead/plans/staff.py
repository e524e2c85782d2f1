"""The workforce of a plan: from its chips, or from tokens that a source states, to researchers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from taskmodel.lead import workforce
from taskmodel.lead.plans.records import Chips, Plan

DAY = 24 * 3600


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
        peak, seconds = cluster(chips)
        compute = float(workforce.training_run(peak, 1.0, seconds, chips.utilisation.value))
        parameters, data = (
            float(each)
            for each in workforce.model_size(
                compute, chips.tokens_per_parameter.value, chips.horizon_length.value
            )
        )
        decoding = (chips.decode_utilisation or chips.utilisation).value
        made = float(workforce.token_rate(peak, decoding, parameters))
        # as stated they are those of a cluster that runs models as well as it trains them
        stated = (
            tokens
            * float(workforce.token_rate_ratio(scale, time))
            * decoding
            / chips.utilisation.value
        )
        tokens = (made if rate is None else stated) * chips.gain.value * chips.inference_share.value
        speed = float(workforce.slower_by_size(speed, np.sqrt(scale), worker.size_exponent.value))
    clock = float(workforce.clock_factor(worker.hours_per_day.value, worker.days_per_week.value))
    work = workforce.workforce_from_tokens(
        tokens,
        streams=worker.streams.value,
        serial_tokens=worker.serial_tokens.value,
        stream_speed=speed,
        clock=clock,
        reading=worker.reading,
    )
    if chips is not None and rate is None:
        # the training run tells the tokens once more: 3 D H / T at its utilisation
        trained = (
            workforce.TRAINING_FLOP
            / workforce.INFERENCE_FLOP
            * data
            * chips.horizon_length.value
            / seconds
        )
        workforce.checked_share(
            work.researchers,
            work.serial_speed,
            tokens_per_second=trained
            * decoding
            / chips.utilisation.value
            * chips.gain.value
            * chips.inference_share.value,
            tokens_per_researcher_second=worker.streams.value * worker.serial_tokens.value,
            clock=clock,
            expected=1 / clock if worker.reading == "seed" else 1.0,
        )
    return Staff(compute, parameters, tokens, speed, clock, work, productivity)


def cluster(chips: Chips) -> tuple[float, float]:
    """Peak of a plan's cluster [FLOP/s], and length of the training run on it [s]."""
    peak = (
        chips.capacity.value
        * (chips.compute_ratio.value / chips.time_ratio.value)
        * chips.share.value
    )
    return peak, chips.training_time.value * DAY * chips.time_ratio.value


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
