r"""The economy of Davidson's model: output of three sectors from stocks and shares.

Goods, hardware R&D and software R&D each combine an outer input Z (capital; in software R&D
experiments, a power of the chip stock) with cognitive work, and cognitive work combines tasks over
which labour and compute are divided optimally (`division`):

.. math:: Y = tfp \cdot \mathrm{CES}(Z, \mathrm{Cog};\ \rho), \qquad
          \mathrm{Cog} = \mathrm{CES}(T_0, \dots, T_N;\ \psi).

Both nests are in calibrated share form: relative to the start without automation, the weights are
the cost shares observed there. This is the model of Davidson's report, whose weights follow from
the same shares. All levels are natural logarithms. Parameters are mappings by name, in the units
of `world`.

References
----------
Davidson (2023), What a compute-centric framework says about takeoff speeds, and its code,
epoch-research/ftm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import expm1, log, nan

import numpy as np

from taskmodel.numerics.types import Array
from taskmodel.takeoff.davidson.division import NO_HINT, Division, tables_of
from taskmodel.takeoff.davidson.moments import OUTPUTS, Stocks, moment
from taskmodel.takeoff.davidson.requirements import Family, TrainingLevels
from taskmodel.takeoff.davidson.shares import Shares, Values, initial_chips, initial_shares
from taskmodel.takeoff.davidson.table_kernels import (
    AUTOMATES,
    EXPERIMENTS,
    EXPONENT,
    LOG_OUTER,
    OUTER_SHARE,
    Tables,
)

SECONDS = 31_536_000  # in a year


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

    @property
    def sectors(self) -> tuple[Sector, Sector, Sector]:
        """Goods, hardware R&D and software R&D, in the order of the kernels."""
        return self.goods, self.hardware, self.software

    @cached_property
    def tables(self) -> Tables:
        """The economy's part of what the kernels need; the rules of growth are left at 0."""
        tables = tables_of([sector.division for sector in self.sectors], families=(0, 1, 1))
        for s, sector in enumerate(self.sectors):
            tables.sector[s, OUTER_SHARE] = sector.outer_share
            tables.sector[s, EXPONENT] = sector.exponent
            tables.sector[s, LOG_OUTER] = sector.log_outer
        tables.number[AUTOMATES] = self.automated
        tables.number[EXPERIMENTS] = self.experiments
        return tables

    def reaches(self, log_run: float) -> tuple[float, float]:
        """Return how far AI reaches into the tasks of goods and of R&D."""
        return self.families[0].reach(log_run), self.families[1].reach(log_run)

    def outputs(self) -> Array:
        """Return ln of what counts as each sector's output at the start, shape (sector,)."""
        unknown, none = (nan, nan), np.full(3, NO_HINT)
        row = moment(self.tables, nan, self.start, unknown, (0.0, 0.0), self.shares, False, none)
        return row[OUTPUTS]


def economy(parameters: Values, levels: TrainingLevels | None = None) -> Economy:
    """Return the economy of a set of parameters.

    Parameters
    ----------
    parameters : mapping of str to value
        Parameters by name; ``n_labour_tasks`` None is a continuum of tasks.
    levels : TrainingLevels, optional
        Training requirements of R&D in place of the parameters'. Those of goods are higher by
        ``goods_vs_rnd_requirements_training``, and running compute makes up for no shortfall.
    """
    start, shares = _initial_stocks(parameters), initial_shares(parameters)
    families = _families(parameters, levels)
    psi_goods = parameters["labour_substitution_goods"]
    psi_rnd = parameters["labour_substitution_rnd"]
    of_labour, of_compute, of_capital = shares.of_goods()
    zeta = parameters["compute_software_rnd_experiments_efficiency"]
    goods = Sector(
        Division(
            families[0],
            psi_goods,
            parameters["initial_compute_share_goods"],
            start.labour + log(of_labour),
            start.chips + log(of_compute),
        ),
        1 - parameters["initial_cognitive_share_goods"],
        parameters["capital_substitution_goods"],
        start.capital + log(of_capital),
    )
    rnd = parameters["initial_compute_share_rnd"]
    hardware = Sector(
        Division(
            families[1],
            psi_rnd,
            rnd,
            start.labour + log(shares.labour_hardware_rnd),
            start.chips + log(shares.compute_hardware_rnd),
        ),
        1 - parameters["initial_cognitive_share_hardware_rnd"],
        parameters["capital_substitution_rnd"] * parameters["rnd_parallelization_penalty"],
        start.capital + log(shares.capital_hardware_rnd),
    )
    software = Sector(
        Division(
            families[1],
            psi_rnd,
            rnd,
            start.labour + log(shares.labour_software_rnd),
            start.chips + log(shares.compute_software_rnd),
        ),
        parameters["initial_experiment_share_software_rnd"],
        parameters["research_experiments_substitution_software"],
        zeta * start.chips,
    )
    automated = not parameters["disable_automation"]
    return Economy(goods, hardware, software, families, start, shares, zeta, automated)


def _initial_stocks(parameters: Values) -> Stocks:
    return Stocks(
        chips=log(initial_chips(parameters)),
        software=0.0,
        capital=log(
            parameters["savings_rate"]
            * parameters["initial_gwp"]
            / expm1(parameters["initial_capital_growth"])
        ),
        labour=log(parameters["initial_population"]),
        tfp=0.0,
    )


def _families(parameters: Values, levels: TrainingLevels | None) -> tuple[Family, Family]:
    """Return the task families of goods and of R&D."""
    training, runtime = (
        parameters[f"goods_vs_rnd_requirements_{kind}"] for kind in ("training", "runtime")
    )
    goods, rnd = _family(parameters, 1.0, 1.0), _family(parameters, training, runtime)
    if levels is None:
        return goods, rnd
    return (
        replace(goods, levels=levels.raised(log(training)), log_shortfall=0.0),
        replace(rnd, levels=levels, log_shortfall=0.0),
    )


def _family(parameters: Values, training: float, runtime: float) -> Family:
    """Return a task family whose requirements are those of goods over two ratios."""
    delta = parameters["runtime_training_tradeoff"]
    return Family(
        tasks=parameters["n_labour_tasks"],
        training=(
            parameters["full_automation_requirements_training"] / training,
            parameters["flop_gap_training"],
            parameters["training_requirements_steepness"],
        ),
        runtime=(
            parameters["full_automation_requirements_runtime"] * SECONDS / runtime,
            parameters["flop_gap_runtime"],
            parameters["runtime_requirements_steepness"],
        ),
        tradeoff=delta,
        log_shortfall=log(parameters["runtime_training_max_tradeoff"]) if delta > 0 else 0.0,
    )
