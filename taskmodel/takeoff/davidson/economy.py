# Editors: leave this file as it is, but for imports. It is being rewritten for the compiled core.
r"""The economy of Davidson's Full Takeoff Model: goods, hardware R&D and software R&D, from stocks and shares to output.

Each sector combines an outer input Z (capital; for software R&D experiments, a power of the chip stock) with cognitive work,
and cognitive work combines tasks over which labour and compute are divided at their best (`two_factors`):

.. math:: Y = tfp \cdot \mathrm{CES}(Z, \mathrm{Cog};\ \rho), \qquad \mathrm{Cog} = \mathrm{CES}(T_0, \dots, T_N;\ \psi).

Both nests are in calibrated share form: relative to the start without automation, the weights are the cost shares observed
there. That is the model of Davidson's report, whose weights follow from the same shares. All levels are natural logarithms.
`given` is a mapping with the parameters by name, units as in `world`. Source: Davidson (2023), What a compute-centric
framework says about takeoff speeds, and its code, epoch-research/ftm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, expm1, log
from typing import Any, NamedTuple

from taskmodel.numerics.elementary import Elementary, Number
from taskmodel.takeoff.davidson.requirements import Family
from taskmodel.takeoff.davidson.two_factors import Division, Split, TaskSums, log_mean

__all__ = [
    "NO_CEILING",
    "SHARES",
    "Economy",
    "Produced",
    "Production",
    "Sector",
    "Shares",
    "Stocks",
    "economy",
    "initial_shares",
    "inputs_of",
]

SECONDS = 31_536_000  # in a year
NO_CEILING = (
    1e100  # room so large that expm1 is the identity and the way to the ceiling is straight
)

Given = Mapping[str, Any]
Inputs = tuple[
    Number, Number, Number, Number
]  # ln of tfp, labour, compute and the outer input of a sector
Hints = (
    tuple[Number, Number, Number] | tuple[None, None, None]
)  # where to look first for the three divisions


class Shares(NamedTuple):
    """What part of what goes where."""

    gwp_compute: Number
    capital_hardware_rnd: Number
    labour_hardware_rnd: Number
    labour_software_rnd: Number
    compute_hardware_rnd: Number
    compute_software_rnd: Number
    compute_training: Number

    def of_goods(self) -> tuple[Number, Number, Number]:
        """What is left of labour, compute and capital for goods and services."""
        labour = 1 - self.labour_hardware_rnd - self.labour_software_rnd
        compute = 1 - self.compute_hardware_rnd - self.compute_software_rnd - self.compute_training
        return labour, compute, 1 - self.capital_hardware_rnd


SHARES = Shares._fields


class Stocks(NamedTuple):
    """Levels that production rests on, as natural logarithms: chips [FLOP/year], software [1], capital [$], workers, TFP [1]."""

    chips: Number
    software: Number
    capital: Number
    labour: Number
    tfp: Number


class Produced(NamedTuple):
    """What a sector makes: ln Y relative to the start without automation, the same with AI confined to task 0, and how.

    ``outer_part`` is the outer input's share of output.
    """

    log_output: float
    log_without: float
    split: Split
    outer_part: float


class Production(NamedTuple):
    """The three sectors at a time."""

    goods: Produced
    hardware: Produced
    software: Produced

    @property
    def hints(self) -> tuple[float, float, float]:
        """Where a neighbouring optimum looks first."""
        return self.goods.split.place, self.hardware.split.place, self.software.split.place


@dataclass(frozen=True)
class Sector:
    """One sector, calibrated.

    Attributes
    ----------
    division : Division
        Its cognitive tasks.
    outer_share : float
        Share of the outer input where the sector is observed [1].
    exponent : float
        rho of the outer nest.
    log_outer : float
        ln Z there.
    """

    division: Division
    outer_share: float
    exponent: float
    log_outer: float

    def output(
        self, inputs: Inputs, log_run: Number, reach: Number, hint: Number | None
    ) -> tuple[Number, Split]:
        """ln Y and the division behind it.

        Parameters
        ----------
        inputs : tuple of float
            ln tfp, ln L, ln C, ln Z.
        log_run, reach, hint :
            As of `Division.divide`.
        """
        log_tfp, log_labour, log_compute, log_outer = inputs
        split = self.division.divide(log_labour, log_compute, log_run, reach, hint)
        outer = log_outer - self.log_outer
        return log_tfp + log_mean(
            outer, split.log_output, self.outer_share, self.exponent, self.division.by
        ), split

    def without(self, inputs: Inputs) -> float:
        """ln Y with AI confined to task 0."""
        log_tfp, log_labour, log_compute, log_outer = inputs
        cognitive = self.division.without_automation(log_labour, log_compute)
        return log_tfp + log_mean(
            log_outer - self.log_outer, cognitive, self.outer_share, self.exponent, self.division.by
        )

    def produce(self, inputs: Inputs, log_run: float, reach: float, hint: float | None) -> Produced:
        """All that the sector makes."""
        log_output, split = self.output(inputs, log_run, reach, hint)
        outer = inputs[3] - self.log_outer
        part = exp(log(self.outer_share) + self.exponent * (outer - (log_output - inputs[0])))
        return Produced(log_output, self.without(inputs), split, part)


def inputs_of(
    stocks: Stocks, logs: Shares, experiments: Number, by: Elementary
) -> tuple[Inputs, Inputs, Inputs]:
    """Inputs of the sectors, from ln of the shares."""
    log_compute, labour, capital, tfp = (
        stocks.chips + stocks.software,
        stocks.labour,
        stocks.capital,
        stocks.tfp,
    )
    _, hardware_capital, hardware_labour, software_labour, hardware_compute, software_compute, _ = (
        logs
    )
    of_labour, of_compute, of_capital = Shares(*map(by.exp, logs)).of_goods()
    return (
        (
            tfp,
            labour + by.log(of_labour),
            log_compute + by.log(of_compute),
            capital + by.log(of_capital),
        ),
        (tfp, labour + hardware_labour, log_compute + hardware_compute, capital + hardware_capital),
        (tfp, labour + software_labour, log_compute + software_compute, experiments * stocks.chips),
    )


@dataclass(frozen=True)
class Economy:
    """The three sectors, their task families, and what they start from.

    Attributes
    ----------
    goods, hardware, software : Sector
    families : pair of Family
        Of goods and of R&D.
    start : Stocks
    shares : Shares
        At the start.
    experiments : float
        zeta, the exponent of the chip stock in experiments.
    automated : bool
        Whether AI's work beyond task 0 counts; if not, sectors produce as if without automation.
    """

    goods: Sector
    hardware: Sector
    software: Sector
    families: tuple[Family, Family]
    start: Stocks
    shares: Shares
    experiments: float
    automated: bool

    def reaches(self, log_run: float) -> tuple[float, float]:
        """How far AI reaches into the tasks of goods and of R&D."""
        return self.families[0].reach(log_run), self.families[1].reach(log_run)

    @property
    def by(self) -> Elementary:
        """The functions of its numbers."""
        return self.goods.division.by

    def produce(
        self,
        stocks: Stocks,
        shares: Shares,
        log_run: float,
        reaches: tuple[float, float],
        hints: Hints = (None, None, None),
    ) -> Production:
        """What all sectors make."""
        goods, hardware, software = inputs_of(
            stocks, Shares(*map(log, shares)), self.experiments, self.by
        )
        return Production(
            self.goods.produce(goods, log_run, reaches[0], hints[0]),
            self.hardware.produce(hardware, log_run, reaches[1], hints[1]),
            self.software.produce(software, log_run, reaches[1], hints[2]),
        )

    def log_outputs(
        self,
        stocks: Stocks,
        logs: Shares,
        log_run: float,
        reaches: tuple[float, float],
        hints: Hints,
    ) -> tuple[tuple[float, float, float], tuple[Split, Split, Split]]:
        """ln of what counts as each sector's output, as `outputs`, and the divisions; from ln of the shares."""
        goods, hardware, software = inputs_of(stocks, logs, self.experiments, self.by)
        first, on_goods = self.goods.output(goods, log_run, reaches[0], hints[0])
        second, on_hardware = self.hardware.output(hardware, log_run, reaches[1], hints[1])
        third, on_software = self.software.output(software, log_run, reaches[1], hints[2])
        if not self.automated:
            first, second, third = (
                self.goods.without(goods),
                self.hardware.without(hardware),
                self.software.without(software),
            )
        return (first, second, third), (on_goods, on_hardware, on_software)

    def outputs(self, production: Production) -> tuple[float, float, float]:
        """ln of what counts as each sector's output."""
        if self.automated:
            return (
                production.goods.log_output,
                production.hardware.log_output,
                production.software.log_output,
            )
        return (
            production.goods.log_without,
            production.hardware.log_without,
            production.software.log_without,
        )


def initial_shares(given: Given) -> Shares:
    """The shares that a set of parameters starts from."""
    production, chips = given["initial_hardware_production"], _initial_chips(given)
    return Shares(
        gwp_compute=production
        / (given["initial_buyable_hardware_performance"] * given["initial_gwp"]),
        compute_training=given["initial_biggest_training_run"] / chips,
        **{name: given[f"initial_frac_{name}"] for name in SHARES[1:-1]},
    )


def _initial_chips(given: Given) -> float:
    return (
        given["initial_hardware_production"]
        * given["ratio_hardware_to_initial_hardware_production"]
    )


def economy(given: Given) -> Economy:
    """The economy of a set of parameters.

    Parameters
    ----------
    given : mapping of str to value
        Parameters by name; ``n_labour_tasks`` None is a continuum of tasks.
    """
    start = Stocks(
        chips=log(_initial_chips(given)),
        software=0.0,
        capital=log(
            given["savings_rate"] * given["initial_gwp"] / expm1(given["initial_capital_growth"])
        ),
        labour=log(given["initial_population"]),
        tfp=0.0,
    )
    shares = initial_shares(given)
    families = (
        _family(given, 1.0, 1.0),
        _family(
            given, *(given[f"goods_vs_rnd_requirements_{kind}"] for kind in ("training", "runtime"))
        ),
    )
    psi_goods, psi_rnd = given["labour_substitution_goods"], given["labour_substitution_rnd"]
    sums_goods, sums_rnd = TaskSums(families[0], psi_goods), TaskSums(families[1], psi_rnd)
    of_labour, of_compute, of_capital = shares.of_goods()
    zeta = given["compute_software_rnd_experiments_efficiency"]
    goods = Sector(
        Division(
            sums_goods,
            given["initial_compute_share_goods"],
            start.labour + log(of_labour),
            start.chips + log(of_compute),
        ),
        1 - given["initial_cognitive_share_goods"],
        given["capital_substitution_goods"],
        start.capital + log(of_capital),
    )
    rnd = given["initial_compute_share_rnd"]
    hardware = Sector(
        Division(
            sums_rnd,
            rnd,
            start.labour + log(shares.labour_hardware_rnd),
            start.chips + log(shares.compute_hardware_rnd),
        ),
        1 - given["initial_cognitive_share_hardware_rnd"],
        given["capital_substitution_rnd"] * given["rnd_parallelization_penalty"],
        start.capital + log(shares.capital_hardware_rnd),
    )
    software = Sector(
        Division(
            sums_rnd,
            rnd,
            start.labour + log(shares.labour_software_rnd),
            start.chips + log(shares.compute_software_rnd),
        ),
        given["initial_experiment_share_software_rnd"],
        given["research_experiments_substitution_software"],
        zeta * start.chips,
    )
    return Economy(
        goods, hardware, software, families, start, shares, zeta, not given["disable_automation"]
    )


def _family(given: Given, training: float, runtime: float) -> Family:
    """A task family whose requirements are those of goods over two ratios."""
    delta = given["runtime_training_tradeoff"]
    return Family(
        tasks=given["n_labour_tasks"],
        training=(
            given["full_automation_requirements_training"] / training,
            given["flop_gap_training"],
            given["training_requirements_steepness"],
        ),
        runtime=(
            given["full_automation_requirements_runtime"] * SECONDS / runtime,
            given["flop_gap_runtime"],
            given["runtime_requirements_steepness"],
        ),
        tradeoff=delta,
        log_shortfall=log(given["runtime_training_max_tradeoff"]) if delta > 0 else 0.0,
    )


class Course(NamedTuple):
    """How research effort becomes price-performance or software: from ln of cumulative effort, relative to the start, to the level.

    With p = ln(U / P) / ln(U / P_0) the fall of returns near the ceiling U, d ln P = p (r / lambda) d ln Q has the solution
    ln(U / P) = ln(U / P_0) (Q / Q_0)^(-r / (lambda ln(U / P_0))).
    """

    log_start: float
    log_room: float  # ln(U / P_0); `NO_CEILING` where there is none
    power: float  # r / lambda
    by: Elementary

    def level(self, log_cumulative: float) -> float:
        """ln P."""
        return self.log_start - self.log_room * self.by.expm1(
            -self.power / self.log_room * log_cumulative
        )

    def slope(self, log_cumulative: float) -> float:
        """d ln P / d ln Q."""
        return self.power * self.by.exp(-self.power / self.log_room * log_cumulative)
