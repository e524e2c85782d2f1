"""Shares of spending, labour and compute in Davidson's model: what fraction goes where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

Values = Mapping[str, Any]


class Shares(NamedTuple):
    """Fractions of GWP, capital, labour and compute by use."""

    gwp_compute: float
    capital_hardware_rnd: float
    labour_hardware_rnd: float
    labour_software_rnd: float
    compute_hardware_rnd: float
    compute_software_rnd: float
    compute_training: float

    def of_goods(self) -> tuple[float, float, float]:
        """Return the rest of labour, compute and capital, for goods and services."""
        labour = 1 - self.labour_hardware_rnd - self.labour_software_rnd
        compute = 1 - self.compute_hardware_rnd - self.compute_software_rnd - self.compute_training
        return labour, compute, 1 - self.capital_hardware_rnd


SHARES = Shares._fields


def initial_shares(parameters: Values) -> Shares:
    """Return the shares at the start."""
    production, chips = parameters["initial_hardware_production"], initial_chips(parameters)
    return Shares(
        gwp_compute=production
        / (parameters["initial_buyable_hardware_performance"] * parameters["initial_gwp"]),
        compute_training=parameters["initial_biggest_training_run"] / chips,
        **{name: parameters[f"initial_frac_{name}"] for name in SHARES[1:-1]},
    )


def initial_chips(parameters: Values) -> float:
    """Return the chip stock at the start [FLOP/year]."""
    return (
        parameters["initial_hardware_production"]
        * parameters["ratio_hardware_to_initial_hardware_production"]
    )
