"""The file of a world: the parameters of Davidson's model, with unit, range and meaning.

Parameters have their names in the reference. A world is a file in `tasks/worlds/`, validated as
strictly as a catalog. `load_world` sets values, checks the conditions between parameters, and
raises one `CatalogError` with every defect and its position.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from os import PathLike
from typing import Annotated, Any, Self, cast

from pydantic import Field

from taskmodel.catalog import Quantity
from taskmodel.files import bundled, units
from taskmodel.files.findings import Finding
from taskmodel.files.parameters import Parameters, is_of_kind
from taskmodel.files.quantity import (
    Compute,
    Fraction,
    Measure,
    OpenFraction,
    PositiveFraction,
    Switch,
    TrainingRun,
    Whole,
)
from taskmodel.takeoff.davidson.rules import rules
from taskmodel.takeoff.davidson.shares import initial_shares

SMALLEST_EXPONENT = 1e-6  # a CES loses digits with an exponent nearer to 0; 0 itself is exact
SMALLEST_STEP = 0.01  # OOM: a continuum consists of a piece for each step
SHORTEST_RUN = 1e-3  # years
LEAD_OF_DESIGNS = (
    "hardware_returns",
    "ratio_initial_to_cumulative_input_hardware_rnd",
    "hardware_delay",
)
# parameters from which the other shares at the start follow
START_OF = {
    "gwp_compute": "initial_hardware_production",
    "compute_training": "initial_biggest_training_run",
}

Exponent = Annotated[Quantity, Measure(units.ONE, ge=-10, le=0.9)]
Ratio = Annotated[Quantity, Measure(units.ONE, ge=1, le=1e100)]
Positive = Annotated[Quantity, Measure(units.ONE, gt=0)]
Rate = Annotated[Quantity, Measure(units.PER_YEAR, ge=-100, le=100)]
Steps = Annotated[Quantity, Measure(units.OOM, ge=0)]


def _share(use: str, condition: str) -> Any:
    return Field(description=f"share of {use}: {condition}")


class World(Parameters):
    """The parameters of a world, in the order of the reference; see `load_world`."""

    t_start: Annotated[Quantity, Measure(units.CALENDAR, ge=1900, le=2200)]
    """calendar year in which it starts"""
    t_end: Annotated[Quantity, Measure(units.CALENDAR, ge=1900, le=2300)]
    """calendar year in which it ends"""
    n_labour_tasks: Annotated[Whole, Field(ge=1, le=1_000_000)] | None = None
    """cognitive tasks of each family; absent: a continuum, the limit of many"""
    disable_automation: Switch = False
    """whether AI's work beyond task 0 is left out of output"""

    full_automation_requirements_training: TrainingRun
    """effective training run needed for the hardest goods task (AGI), at the software of the
    start"""
    flop_gap_training: Ratio
    """training requirement at 100 % of tasks over that at 20 %"""
    goods_vs_rnd_requirements_training: Positive
    """training requirements of goods tasks over those of R&D tasks"""
    full_automation_requirements_runtime: Annotated[
        Quantity, Measure(units.FLOP_PER_SECOND, gt=0, le=1e200)
    ]
    """effective compute that does the hardest goods task at the rate of one worker"""
    flop_gap_runtime: Ratio
    """runtime requirement at 100 % of tasks over that at 20 %"""
    goods_vs_rnd_requirements_runtime: Positive
    """runtime requirements of goods tasks over those of R&D tasks"""
    runtime_training_tradeoff: Annotated[Quantity, Measure(units.ONE, ge=0, le=10)]
    """orders of magnitude of running compute that make up for one of training compute; 0: none
    can"""
    runtime_training_max_tradeoff: Ratio
    """largest shortfall of training compute that running compute makes up for"""
    training_requirements_steepness: Steps
    """training requirements rise in steps of this; 0: smoothly"""
    runtime_requirements_steepness: Steps
    """runtime requirements rise in steps of this; 0: smoothly"""

    labour_substitution_goods: Exponent
    """CES exponent between tasks in goods"""
    labour_substitution_rnd: Exponent
    """CES exponent between tasks in R&D"""
    capital_substitution_goods: Exponent
    """CES exponent between capital and cognitive work in goods"""
    capital_substitution_rnd: Exponent
    """CES exponent between capital and cognitive work in hardware R&D, before it is multiplied by
    the penalty"""
    research_experiments_substitution_software: Exponent
    """CES exponent between experiments and cognitive work in software R&D"""
    compute_software_rnd_experiments_efficiency: Fraction
    """exponent of the chip stock in experiments"""

    hardware_returns: Positive
    """doublings of price-performance for a doubling of cumulative research"""
    software_returns: Positive
    """doublings of software for a doubling of cumulative research"""
    hardware_performance_ceiling: (
        Annotated[Quantity, Measure(units.PRICE_PERFORMANCE, gt=0, le=1e200)] | None
    ) = None
    """upper bound of price-performance; absent: none"""
    software_ceiling: Annotated[Quantity, Measure(units.ONE, gt=1, le=1e200)] | None = None
    """upper bound of software, relative to the start; absent: none"""
    rnd_parallelization_penalty: PositiveFraction
    """exponent of yearly research effort in what it adds to cumulative effort"""
    hardware_delay: Annotated[Quantity, Measure(units.CALENDAR, ge=0, le=50)]
    """from a design to the market"""

    frac_capital_hardware_rnd_growth: Rate = _share(
        "capital to hardware R&D", "growth while asleep"
    )
    frac_labour_hardware_rnd_growth: Rate = _share("labour to hardware R&D", "growth while asleep")
    frac_compute_hardware_rnd_growth: Rate = _share(
        "compute to hardware R&D", "growth while asleep"
    )
    frac_labour_software_rnd_growth: Rate = _share("labour to software R&D", "growth while asleep")
    frac_compute_software_rnd_growth: Rate = _share(
        "compute to software R&D", "growth while asleep"
    )
    frac_gwp_compute_growth: Rate = _share("GWP to buying chips", "growth while asleep")
    frac_compute_training_growth: Rate = _share(
        "compute to the largest training run", "growth while asleep"
    )
    frac_capital_hardware_rnd_growth_rampup: Rate = _share(
        "capital to hardware R&D", "growth while awake"
    )
    frac_labour_hardware_rnd_growth_rampup: Rate = _share(
        "labour to hardware R&D", "growth while awake"
    )
    frac_compute_hardware_rnd_growth_rampup: Rate = _share(
        "compute to hardware R&D", "growth while awake"
    )
    frac_labour_software_rnd_growth_rampup: Rate = _share(
        "labour to software R&D", "growth while awake"
    )
    frac_compute_software_rnd_growth_rampup: Rate = _share(
        "compute to software R&D", "growth while awake"
    )
    frac_gwp_compute_growth_rampup: Rate = _share("GWP to buying chips", "growth while awake")
    frac_compute_training_growth_rampup: Rate = _share(
        "compute to the largest training run", "growth while awake"
    )
    frac_capital_hardware_rnd_ceiling: OpenFraction = _share("capital to hardware R&D", "ceiling")
    frac_labour_hardware_rnd_ceiling: OpenFraction = _share("labour to hardware R&D", "ceiling")
    frac_compute_hardware_rnd_ceiling: OpenFraction = _share("compute to hardware R&D", "ceiling")
    frac_labour_software_rnd_ceiling: OpenFraction = _share("labour to software R&D", "ceiling")
    frac_compute_software_rnd_ceiling: OpenFraction = _share("compute to software R&D", "ceiling")
    frac_gwp_compute_ceiling: OpenFraction = _share("GWP to buying chips", "ceiling")
    frac_compute_training_ceiling: OpenFraction = _share(
        "compute to the largest training run", "ceiling"
    )
    initial_frac_capital_hardware_rnd: OpenFraction = _share(
        "capital to hardware R&D", "at the start"
    )
    initial_frac_labour_hardware_rnd: OpenFraction = _share(
        "labour to hardware R&D", "at the start"
    )
    initial_frac_compute_hardware_rnd: OpenFraction = _share(
        "compute to hardware R&D", "at the start"
    )
    initial_frac_labour_software_rnd: OpenFraction = _share(
        "labour to software R&D", "at the start"
    )
    initial_frac_compute_software_rnd: OpenFraction = _share(
        "compute to software R&D", "at the start"
    )
    rampup_trigger: OpenFraction
    """automated share of goods tasks from which the economy is awake to AI"""
    money_cap_training_before_wakeup: Annotated[Quantity, Measure(units.DOLLAR, gt=0)]
    """cost of the largest run above which its share of compute stands still while asleep"""

    initial_biggest_training_run: Compute
    """largest training run at the start"""
    ratio_initial_to_cumulative_input_hardware_rnd: Annotated[
        Quantity, Measure(units.PER_YEAR, gt=0)
    ]
    """research input over cumulative input at the start, hardware"""
    ratio_initial_to_cumulative_input_software_rnd: Annotated[
        Quantity, Measure(units.PER_YEAR, gt=0)
    ]
    """research input over cumulative input at the start, software"""
    initial_hardware_production: Annotated[Quantity, Measure(units.FLOP_PER_YEAR2, gt=0)]
    """chips bought in the first year, by the compute they do in a year"""
    ratio_hardware_to_initial_hardware_production: Annotated[
        Quantity, Measure(units.CALENDAR, gt=0)
    ]
    """chip stock at the start over what is bought in a year"""
    initial_buyable_hardware_performance: Annotated[
        Quantity, Measure(units.PRICE_PERFORMANCE, gt=0)
    ]
    """price-performance on the market at the start"""
    initial_gwp: Annotated[Quantity, Measure(units.DOLLARS_PER_YEAR, gt=0)]
    """gross world product at the start"""
    initial_frac_gwp_hardware_rnd: OpenFraction
    """spending on hardware R&D over GWP at the start"""
    initial_frac_gwp_software_rnd: OpenFraction
    """spending on software R&D over GWP at the start"""
    initial_population: Annotated[Quantity, Measure(units.PERSON, gt=0)]
    """workers in the world at the start"""
    initial_cognitive_share_goods: OpenFraction
    """share of cognitive work (labour and compute) in goods"""
    initial_cognitive_share_hardware_rnd: OpenFraction
    """share of cognitive work in hardware R&D"""
    initial_compute_share_goods: OpenFraction
    """share of compute in the cognitive work of goods"""
    initial_compute_share_rnd: OpenFraction
    """share of compute in the cognitive work of R&D"""
    initial_experiment_share_software_rnd: OpenFraction
    """share of experiments in software R&D"""
    initial_capital_growth: Annotated[Quantity, Measure(units.PER_YEAR, gt=0, le=1)]
    """growth of capital at the start, from which its size follows"""
    savings_rate: OpenFraction
    """part of GWP that adds to capital; no depreciation"""
    labour_growth: Rate
    """growth of the number of workers"""
    tfp_growth: Rate
    """growth of total factor productivity in goods and R&D"""
    compute_depreciation: Annotated[Quantity, Measure(units.PER_YEAR, ge=0, lt=1)]
    """part of the chip stock lost in a year"""

    def _findings(self, changed: set[str]) -> Iterator[Finding]:
        yield from conflicts(self.numbers(), changed)

    @classmethod
    def parse(cls, text: str, name: str, file: str = "text") -> Self:
        """Read a text as `FromFile.parse` does; one that was read before is not read again."""
        return cast(Self, _parsed(cls, text, name, file))


@lru_cache(maxsize=16)
def _parsed(kind: type[World], text: str, name: str, file: str) -> World:
    return super(World, kind).parse(text, name, file)


def bundled_worlds() -> tuple[str, ...]:
    """Return the names of the worlds that come with the package."""
    return bundled.names("world")


def is_world(name_or_path: str | PathLike[str]) -> bool:
    """Return whether a bundled name is that of a world, or a file that can be read is one."""
    return is_of_kind(name_or_path, bundled_worlds(), "full_automation_requirements_training")


def load_world(name_or_path: str | PathLike[str], set: Mapping[str, Any] | None = None) -> World:
    """Load a world, and set values.

    Parameters
    ----------
    name_or_path : str or Path
        Name of a bundled world (see `bundled_worlds`) or path of a YAML file.
    set : mapping of str to value, optional
        Values by name of the parameter; a plain number is in its declared unit, None removes an
        optional value.

    Returns
    -------
    World

    Raises
    ------
    CatalogError
        With every defect of the file; if it has none, of `set`.

    Examples
    --------
    >>> world = load_world("davidson_best_guess", set={"n_labour_tasks": 50})
    >>> world.n_labour_tasks, world.hardware_delay.value, world.hardware_delay.unit
    (50, 1.0, 'year')
    """
    return World.load(name_or_path, "world", set)


def conflicts(values: Mapping[str, Any], changed: Collection[str]) -> Iterator[Finding]:
    """Yield defects between parameters that are in their ranges; ``changed``: by the user."""
    yield from _near_zero(values)
    if not values["t_end"] - values["t_start"] >= SHORTEST_RUN:
        yield Finding(
            ("t_end",),
            f"found {values['t_end']:.10g}; at least {SHORTEST_RUN:g} years after t_start "
            f"({values['t_start']:g}) are needed",
        )
    yield from _shares(values, changed)
    yield from _lead_of_designs(values, changed)


def _lead_of_designs(values: Mapping[str, Any], changed: Collection[str]) -> Iterator[Finding]:
    """Yield a ceiling of price-performance that designs, or the market, exceed at the start.

    Where designs are beyond every number that can be written, what makes their lead over the market
    is at fault.
    """
    limits = rules(values)
    gained, ceiling = limits.log_gained(limits.delay), limits.log_ceilings[0]
    above_all = not limits.log_buyable + gained < math.log(sys.float_info.max)
    log_least = limits.log_buyable + (0.0 if above_all else gained)
    if not log_least < ceiling:
        yield Finding(
            ("hardware_performance_ceiling",),
            f"found {values['hardware_performance_ceiling']:g}; "
            f"{'the market has' if above_all else 'designs have'} {math.exp(log_least):g} at the "
            "start, and it must be above that",
        )
    elif above_all and not limits.log_buyable + gained < ceiling:
        # of these three, the one that the user changed, or the largest
        name = max(LEAD_OF_DESIGNS, key=lambda each: (each in changed, values[each]))
        most = values[name] * (ceiling - limits.log_buyable) / gained
        yield Finding(
            (name,),
            f"found {values[name]:g}; {' times '.join(LEAD_OF_DESIGNS)} is the log of the lead of "
            f"designs over the market at the start, {gained:g}, above any ceiling: at most "
            f"{0.99 * most:.3g} will do",
        )


def _near_zero(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield exponents and steps that are too near to 0."""
    for name, value in values.items():
        if "_substitution_" in name and 0 < abs(value) < SMALLEST_EXPONENT:
            yield Finding(
                (name,),
                f"found {value:g}; this near to 0 digits are lost: write 0 (Cobb-Douglas)",
            )
    for name in ("training_requirements_steepness", "runtime_requirements_steepness"):
        if 0 < values[name] < SMALLEST_STEP:
            yield Finding(
                (name,),
                f"found {values[name]:g}; steps of requirements must be at least "
                f"{SMALLEST_STEP:g} OOM; write 0 for none",
            )


def _shares(values: Mapping[str, Any], changed: Collection[str]) -> Iterator[Finding]:
    """Yield shares whose ceilings sum to 1 or more, or that start above their ceiling.

    Of several ceilings, the one that the user changed is at fault.
    """
    for factor in ("labour", "compute"):
        names = [
            name
            for name in values
            if name.startswith(f"frac_{factor}_") and name.endswith("_ceiling")
        ]
        names.sort(key=lambda name: name not in changed)
        total = math.fsum(values[name] for name in names)
        if not total < 1:
            yield Finding(
                (names[0],),
                f"the ceilings of the shares of {factor} ({', '.join(names)}) sum to {total:g}; "
                "below 1 is needed",
            )
    for name, share in initial_shares(values)._asdict().items():
        ceiling = values[f"frac_{name}_ceiling"]
        if share > ceiling:
            path = START_OF.get(name, f"initial_frac_{name}")
            yield Finding(
                (path,),
                f"makes the share frac_{name} {share:g} at the start, above its ceiling "
                f"{ceiling:g}",
            )
