"""The rules of growth in Davidson's model: investment, wake-up and returns to research."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, log1p

from taskmodel.takeoff.davidson.shares import SHARES, Shares, Values


@dataclass(frozen=True)
class Rules:
    """Parameters of growth.

    Attributes
    ----------
    growth : pair of Shares
        Log growth rates of the shares [1/year], asleep and awake.
    ceilings : Shares
    trigger : float
        Automated share of goods tasks at which the economy wakes up [1].
    log_cap : float
        ln of the cost of the largest run above which, while asleep, the share of compute for it
        stays constant [$].
    penalty : float
        lambda: Q grows by E^lambda.
    pace : pair of float
        phi of hardware and software: initial over cumulative input [1/year].
    returns : pair of float
        r of hardware and software.
    log_ceilings : pair of float
        ln of the ceilings of price-performance and software; inf without a ceiling.
    log_buyable : float
        ln of market price-performance at the start [FLOP/year/$].
    delay : float
        From design to market [year].
    saving : float
        Share of GWP that adds to capital.
    log_gwp, log_kept : float
        ln of GWP at the start [$/year]; ln(1 - depreciation) of chips [1/year].
    log_spent : pair of float
        ln of spending on hardware and software R&D at the start [$/year].
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
    log_spent: tuple[float, float]
    labour: float
    tfp: float
    start: float
    end: float

    def log_gained(self, years: float) -> float:
        """Return the gain of ln price-performance of designs in some years at the initial pace.

        It is r phi times the years. Over the delay, it is the lead of designs over the market at
        the start.
        """
        return self.returns[0] * self.pace[0] * years


def rules(parameters: Values) -> Rules:
    """Return the rules of a set of parameters."""

    def shares(name: str) -> Shares:
        return Shares(*(parameters[f"frac_{share}_{name}"] for share in SHARES))

    ceilings = [
        inf if parameters[name] is None else log(parameters[name])
        for name in ("hardware_performance_ceiling", "software_ceiling")
    ]
    log_gwp = log(parameters["initial_gwp"])
    input_ratio = "ratio_initial_to_cumulative_input_{}_rnd"
    return Rules(
        growth=(shares("growth"), shares("growth_rampup")),
        ceilings=shares("ceiling"),
        trigger=parameters["rampup_trigger"],
        log_cap=log(parameters["money_cap_training_before_wakeup"]),
        penalty=parameters["rnd_parallelization_penalty"],
        pace=(
            parameters[input_ratio.format("hardware")],
            parameters[input_ratio.format("software")],
        ),
        returns=(parameters["hardware_returns"], parameters["software_returns"]),
        log_ceilings=(ceilings[0], ceilings[1]),
        log_buyable=log(parameters["initial_buyable_hardware_performance"]),
        delay=parameters["hardware_delay"],
        saving=parameters["savings_rate"],
        log_gwp=log_gwp,
        log_kept=log1p(-parameters["compute_depreciation"]),
        log_spent=(
            log_gwp + log(parameters["initial_frac_gwp_hardware_rnd"]),
            log_gwp + log(parameters["initial_frac_gwp_software_rnd"]),
        ),
        labour=parameters["labour_growth"],
        tfp=parameters["tfp_growth"],
        start=parameters["t_start"],
        end=parameters["t_end"],
    )
