"""Workforce of a plan, from its chips or from a stated rate of tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from taskmodel.lead import workforce
from taskmodel.lead.plans.records import Chips, Plan

DAY = 24 * 3600


@dataclass(frozen=True)
class Staff:
    """Workforce at the point of pause.

    Attributes
    ----------
    training_compute : float
        [FLOP].
    parameters : float
        Of the model [1].
    tokens_per_second, stream_speed : float
        Of all copies, and of one [token/s].
    clock : float
        Clock factor [1].
    work : Workforce
        At the productivity of the present.
    productivity : float
        At the point of pause, relative to the present [1].
    """

    training_compute: float
    parameters: float
    tokens_per_second: float
    stream_speed: float
    clock: float
    work: workforce.Workforce
    productivity: float

    @property
    def bulk(self) -> float:
        """Work per month at the start of the pause [researcher-month]."""
        return float(self.work.researcher_months) * self.productivity

    def results(self) -> dict[str, Any]:
        """Variables of the dataset."""
        numbers = ("researchers", "serial_speed", "streams", "conserved_share")
        return {
            "training_compute": self.training_compute,
            "parameters": self.parameters,
            "tokens_per_second": self.tokens_per_second,
            "researcher_months_per_month": float(self.work.researcher_months),
            "clocks": self.work.clocks,
            **{name: float(getattr(self.work, name)) for name in numbers},
        }


def plan_staff(plan: Plan, productivity: float) -> Staff:
    """Workforce of a plan with a relative productivity at the point of pause.

    Raises
    ------
    ConservationError
        If the workforce does not use exactly the tokens that exist.
    """
    worker, chips = plan.worker, plan.chips
    assert worker
    stated, speed = worker.tokens_per_second, worker.stream_speed.value
    compute = parameters = data = np.nan
    tokens = np.nan if stated is None else stated.value
    if chips is not None:
        scale = chips.compute_ratio.value
        peak, seconds = cluster(chips)
        training = chips.utilisation.value
        decoding = (chips.decode_utilisation or chips.utilisation).value
        compute = float(workforce.training_run(peak, 1.0, seconds, training))
        parameters, data = map(
            float,
            workforce.model_size(
                compute, chips.tokens_per_parameter.value, chips.horizon_length.value
            ),
        )
        if stated is None:
            tokens = float(workforce.token_rate(peak, decoding, parameters))
        else:  # stated tokens are those of a cluster that decodes at its training utilisation
            ratio = float(workforce.token_rate_ratio(scale, chips.time_ratio.value))
            tokens = tokens * ratio * decoding / training
        tokens = tokens * chips.gain.value * chips.inference_share.value
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
    if chips is not None and stated is None:
        # The training run determines the tokens a second time, as 3 D H / T at its utilisation.
        flops = workforce.TRAINING_FLOP / workforce.INFERENCE_FLOP
        trained = flops * data * chips.horizon_length.value / seconds
        used = decoding / training * chips.gain.value * chips.inference_share.value
        workforce.checked_share(
            work.researchers,
            work.serial_speed,
            tokens_per_second=trained * used,
            tokens_per_researcher_second=worker.streams.value * worker.serial_tokens.value,
            clock=clock,
            expected=1 / clock if worker.reading == "seed" else 1.0,
        )
    return Staff(compute, parameters, tokens, speed, clock, work, productivity)


def cluster(chips: Chips) -> tuple[float, float]:
    """Peak of a plan's cluster [FLOP/s], and duration of its training run [s]."""
    ratio = chips.compute_ratio.value / chips.time_ratio.value
    peak = chips.capacity.value * ratio * chips.share.value
    return peak, chips.training_time.value * DAY * chips.time_ratio.value
