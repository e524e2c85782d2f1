"""The rules of growth in Davidson's model that do not depend on how time is stepped: what invests, what wakes up, what saturates."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, log1p

from taskmodel.numerics.elementary import Elementary
from taskmodel.takeoff.davidson.economy import NO_CEILING, SHARES, Course, Given, Shares

__all__ = ["Rules", "rules"]


@dataclass(frozen=True)
class Rules:
    """Parameters of growth as the steppers need them.

    Attributes
    ----------
    growth : pair of Shares
        Log growth rates of the shares [1/year] while asleep and while awake.
    ceilings : Shares
    trigger : float
        Automated share of goods tasks from which the economy is awake [1].
    log_cap : float
        ln of the cost of the largest run above which the share of compute to it stands still while asleep [$].
    penalty : float
        lambda: Q grows by E^lambda.
    pace : pair of float
        phi of hardware and software: initial over cumulative input [1/year].
    returns : pair of float
        r of both.
    log_ceilings : pair of float
        ln of the ceilings of price-performance and software; inf: none.
    log_buyable : float
        ln of market price-performance at the start [FLOP/year/$].
    delay : float
        From design to market [year].
    saving : float
        Part of GWP that adds to capital.
    log_gwp, log_kept : float
        ln of GWP at the start [$/year]; ln(1 - depreciation) of chips [1/year].
    labour, tfp : float
        Log growth rates [1/year].
    start, end : float
        Calendar years.
    """

    growth: tuple[Shares, Shares]
    ceilings: Shares
    trigger: float
    log_cap: float
    penalty: float
    pace: tuple[float, float]
    returns: tuple[float, float]
    log_ceilings: tuple[float, float]
    log_buyable: float
    delay: float
    saving: float
    log_gwp: float
    log_kept: float
    labour: float
    tfp: float
    start: float
    end: float

    def course(self, of: int, log_start: float, by: Elementary) -> Course:
        """The course of price-performance (0) or software (1) from a level at the start."""
        room = by.minimum(self.log_ceilings[of] - log_start, NO_CEILING)
        return Course(log_start, room, self.returns[of] / self.penalty, by)

    def log_gained(self, years: float) -> float:
        """ln of what designs gain in some years at the pace of the start: r phi times the years.

        In those of the delay it is what they are ahead of the market at the start.
        """
        return self.returns[0] * self.pace[0] * years


def rules(given: Given) -> Rules:
    """The rules of a set of parameters."""
    kinds = ("hardware_rnd", "software_rnd")
    ceilings = given["hardware_performance_ceiling"], given["software_ceiling"]
    return Rules(
        growth=(
            Shares(*(given[f"frac_{name}_growth"] for name in SHARES)),
            Shares(*(given[f"frac_{name}_growth_rampup"] for name in SHARES)),
        ),
        ceilings=Shares(*(given[f"frac_{name}_ceiling"] for name in SHARES)),
        trigger=given["rampup_trigger"],
        log_cap=log(given["money_cap_training_before_wakeup"]),
        penalty=given["rnd_parallelization_penalty"],
        pace=(
            given[f"ratio_initial_to_cumulative_input_{kinds[0]}"],
            given[f"ratio_initial_to_cumulative_input_{kinds[1]}"],
        ),
        returns=(given["hardware_returns"], given["software_returns"]),
        log_ceilings=(
            inf if ceilings[0] is None else log(ceilings[0]),
            inf if ceilings[1] is None else log(ceilings[1]),
        ),
        log_buyable=log(given["initial_buyable_hardware_performance"]),
        delay=given["hardware_delay"],
        saving=given["savings_rate"],
        log_gwp=log(given["initial_gwp"]),
        log_kept=log1p(-given["compute_depreciation"]),
        labour=given["labour_growth"],
        tfp=given["tfp_growth"],
        start=given["t_start"],
        end=given["t_end"],
    )
