"""Records of loops: the parameters of each model with unit, range, meaning and priors.

A loop is a file in `tasks/loops/`, read as strictly as a catalog; its key `loop` names the model.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from os import PathLike
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from taskmodel.catalog import Quantity
from taskmodel.errors import CatalogError, Defect
from taskmodel.files import bundled, units
from taskmodel.files import dotted as schema
from taskmodel.files.bundled import find_file
from taskmodel.files.document import parsed
from taskmodel.files.findings import Finding, as_mapping
from taskmodel.files.parameters import Parameters, is_of_kind
from taskmodel.files.quantity import (
    Distribution,
    Measure,
    Number,
    OpenFraction,
    PositiveFraction,
    Sourced,
    Switch,
    TrainingRun,
    failed,
)
from taskmodel.files.suggestions import did_you_mean, listing, nearest
from taskmodel.files.uncertainty import Located
from taskmodel.files.yaml import read_text

SHORTEST_RUN, LONGEST_RUN = 1e-3, 1e5  # years

Date = Annotated[Quantity, Measure(units.CALENDAR, ge=-1e5, le=1e5)]
Years = Annotated[Quantity, Measure(units.CALENDAR, gt=0, le=1e5)]
Positive = Annotated[Quantity, Measure(units.ONE, gt=0, le=1e12)]
Factor = Annotated[Quantity, Measure(units.ONE, gt=0, le=1e6)]
Factors = dict[str, Factor]


class Prior(Sourced):
    """The distribution of a parameter, drawn independently in the order of the file."""

    shape: Literal["triangular", "uniform", "log_uniform"]
    """triangular: with the mode in the middle; log_uniform: uniform in the logarithm"""
    low: Number
    """least value, in the parameter's unit"""
    high: Number
    """greatest value"""

    @model_validator(mode="after")
    def _ordered(self) -> Prior:
        if not self.low < self.high:
            raise failed(
                ("high", f"low < high is needed, found low {self.low:g} and high {self.high:g}")
            )
        if self.shape == "log_uniform" and not self.low > 0:
            raise failed(("low", f"found {self.low:g}; a log_uniform prior needs a positive one"))
        return self

    def draw(self, uniform: np.ndarray) -> np.ndarray:
        """Return quantiles at uniform numbers in [0, 1], shape (draw,).

        Examples
        --------
        >>> prior = Prior(shape="triangular", low=0.0, high=2.0)
        >>> prior.draw(np.array([0.0, 0.125, 0.5, 1.0])).tolist()
        [0.0, 0.5, 1.0, 2.0]
        """
        span = self.high - self.low
        if self.shape == "log_uniform":
            return np.exp(math.log(self.low) + uniform * math.log(self.high / self.low))
        if self.shape == "uniform":
            return self.low + uniform * span
        half = span / 2
        below = self.low + np.sqrt(uniform * span * half)
        return np.where(uniform <= 0.5, below, self.high - np.sqrt((1 - uniform) * span * half))


class Loop(Parameters):
    """The parameters that every loop has."""

    loop: str
    """the model that the file is for"""
    start: Date
    """when it starts"""
    end: Date
    """when it ends"""
    priors: dict[str, Prior] = Field(default_factory=dict)
    """distributions of parameters, by name; absent: none are drawn"""
    draw_order: Literal["draws", "parameters"] = "draws"
    """order of the random numbers: the parameters of a draw one after the other (draws), or the
    draws of a parameter (parameters)"""

    def _findings(self, changed: set[str]) -> Iterator[Finding]:
        length = self.end.value - self.start.value
        if not SHORTEST_RUN <= length <= LONGEST_RUN:
            yield Finding(
                ("end",),
                f"found {self.end.value:.10g}; from {SHORTEST_RUN:g} to {LONGEST_RUN:g} years "
                f"after start ({self.start.value:g}) are allowed",
            )
        slots = schema.fields(type(self))
        drawn = [
            name
            for name, slot in slots.items()
            if slot.measure is not None and name not in ("start", "end")
        ]
        for name, prior in self.priors.items():
            measure = slots[name].measure if name in drawn else None
            if measure is None:
                hint = did_you_mean(name, drawn) or f"; there are {listing(drawn)}"
                yield Finding(
                    ("priors", name), f"there is no number {name!r} to draw{hint}", at_key=True
                )
                continue
            for end in ("low", "high"):
                value = getattr(prior, end)
                if not measure.admits(value):
                    yield Finding(
                        ("priors", name, end), f"found {value:g}; {measure.refusal(value)}"
                    )
        for name, slot in slots.items():
            if slot.kind == "mapping" and slot.type.kind == "quantity":
                yield from _dates(name, getattr(self, name))

    def quantities(self) -> dict[str, Located]:
        """Return the quantities; those with a prior have its law in place of their own."""
        located = super().quantities()
        for name, prior in self.priors.items():
            keys, measure, quantity = located[name]
            changes = {"low": prior.low, "high": prior.high, "value": (prior.low + prior.high) / 2}
            law = Distribution(shape=prior.shape)
            drawn = quantity.model_copy(update={**changes, "distribution": law})
            located[name] = keys, measure, drawn
        return located


def _dates(name: str, factors: Mapping[str, Quantity]) -> Iterator[Finding]:
    """Report keys of a table of growth that are not increasing dates."""
    if not factors:
        yield Finding((name,), "is empty; give a factor at one date at least, such as 2026: 2.6")
    dates: list[float] = []
    for key in factors:
        try:
            date = float(key)
        except ValueError:
            date = math.nan
        if not math.isfinite(date) or (dates and not date > dates[-1]):
            yield Finding(
                (name, key),
                f"found the date {key!r}; years in order are needed, such as 2026",
                at_key=True,
            )
        else:
            dates.append(date)


class Parsimonious(Loop):
    """Kwa's parsimonious model; see `loops.parsimonious`."""

    loop: Literal["parsimonious"]
    """the model that the file is for"""
    initial_software_growth: Annotated[Quantity, Measure(units.ONE, gt=1, le=1e6)]
    """factor a year by which software grows at the start"""
    initial_automated_share: OpenFraction
    """share of AI research that is automated at the start"""
    inverse_pace: Positive
    """1/v: ln of effective compute that raises the odds of automation by e"""
    labour_share: OpenFraction
    """alpha / (alpha + zeta): labour's share of the returns to research"""
    returns: Positive
    """alpha + zeta: exponents of labour and of compute in research"""
    difficulty: Positive
    """beta: how fast research on software gets harder as software grows"""
    compute_growth: Factors
    """factor of physical compute in the year that begins at each date"""
    labour_growth: Factors
    """factor of people in the year that begins at each date"""


class SoftwareExplosion(Loop):
    """Davidson and Houlden's software intelligence explosion; see `loops.software_explosion`."""

    loop: Literal["software_explosion"]
    """the model that the file is for"""
    initial_speedup: Positive
    """pace of software at the start, relative to the recent pace"""
    returns: Positive
    """r: doublings of software for a doubling of cumulative research, at the start"""
    constant_returns: Switch = False
    """whether r is constant up to the limit; otherwise it falls linearly to 0"""
    limit: Annotated[Quantity, Measure(units.CALENDAR, gt=0, le=124)] | None = None
    """progress up to the limit of software, in years at the recent pace of all AI; absent: no
    limit"""
    parallel_exponent: PositiveFraction
    """exponent p of effort in pace"""
    doubling_time: Years
    """in which software has doubled recently"""
    software_share: PositiveFraction
    """share of recent AI progress that is due to software"""
    boost_start: Positive | None = None
    """speed-up from AI at the start, where it rises gradually beside people; absent: all of it at
    once"""
    boost_time: Years | None = None
    """in which that speed-up grows to initial_speedup"""
    experiment_share: OpenFraction | None = None
    """share of experiments in research; absent: compute is no bottleneck"""
    experiment_substitution: Annotated[Quantity, Measure(units.ONE, ge=-20, le=0)] | None = None
    """CES exponent between experiments, which do not grow, and AI researchers, whose number grows
    with software"""

    def _findings(self, changed: set[str]) -> Iterator[Finding]:
        yield from super()._findings(changed)
        pairs = (("boost_start", "boost_time"), ("experiment_share", "experiment_substitution"))
        for pair in pairs:
            for name, partner in (pair, pair[::-1]):
                if getattr(self, name) is not None and getattr(self, partner) is None:
                    yield Finding((name,), f"means nothing without {partner}; give both or neither")
        if self.limit is None and not self.constant_returns:
            yield Finding(
                ("returns",),
                "fall to 0 at the limit, and there is none; give limit, or constant_returns: true",
            )


class ConstantHazard(Loop):
    """Automation at a constant hazard by Aghion, Jones and Jones; see `loops.constant_hazard`."""

    loop: Literal["constant_hazard"]
    """the model that the file is for"""
    substitution: Annotated[Quantity, Measure(units.ONE, ge=-50, le=-1e-3)]
    """rho: CES exponent between tasks"""
    automation_hazard: Annotated[Quantity, Measure(units.PER_YEAR, gt=0, le=10)]
    """theta: share of the remaining tasks that is automated in a year"""
    saving: PositiveFraction
    """share of output that is saved"""
    depreciation: Annotated[Quantity, Measure(units.PER_YEAR, ge=0, le=1)]
    """share of capital lost in a year"""
    productivity: Positive
    """A: output of a unit of capital with all automated [1/year]"""
    labour: Positive
    """L: people, in units of capital"""
    initial_capital: Positive
    """K at the start"""
    initial_automated_share: OpenFraction
    """beta at the start"""


class GateAutomation(Loop):
    """GATE's automation function; see `loops.gate_automation`."""

    loop: Literal["gate_automation"]
    """the model that the file is for"""
    full_automation_requirement: TrainingRun
    """T: effective compute, by training and inference, that automates every task"""
    gap_share: PositiveFraction
    """share of the orders of magnitude between the first run and T over which automation rises from
    the first share to all"""
    initial_automated_share: OpenFraction
    """f_init: share of tasks automated below that gap"""
    initial_run: TrainingRun
    """C_T(0): largest training run at the start"""
    inference_exponent: Annotated[Quantity, Measure(units.ONE, gt=0, le=20)]
    """m: orders of magnitude of inference that substitute for one of training"""
    largest_inference: Annotated[Quantity, Measure(units.ONE, ge=1, le=1e100)]
    """iota_max: most inference, relative to the least that a task needs"""
    runtime_requirement: Annotated[Quantity, Measure(units.FLOP_PER_YEAR, gt=0, le=1e100)]
    """10^gamma_0: running compute of a worker on the first task"""
    runtime_slope: Annotated[Quantity, Measure(units.OOM, ge=0, le=50)]
    """gamma_1: orders of magnitude between the running compute of the last and the first task"""
    run_growth: Factors
    """factor of the largest run, effective, in the year that begins at each date"""

    def _findings(self, changed: set[str]) -> Iterator[Finding]:
        yield from super()._findings(changed)
        if not self.full_automation_requirement.value > self.initial_run.value:
            yield Finding(
                ("full_automation_requirement",),
                f"found {self.full_automation_requirement.value:g}; more than initial_run "
                f"({self.initial_run.value:g}) is needed",
            )


KINDS: dict[str, type[Loop]] = {
    "parsimonious": Parsimonious,
    "software_explosion": SoftwareExplosion,
    "constant_hazard": ConstantHazard,
    "gate_automation": GateAutomation,
}


def bundled_loops() -> tuple[str, ...]:
    """Return the names of the loops that come with the package."""
    return bundled.names("loop")


def is_loop(name_or_path: str | PathLike[str]) -> bool:
    """Return whether a name is that of a bundled loop, or a readable file declares one."""
    return is_of_kind(name_or_path, bundled_loops(), "loop")


def load_loop(name_or_path: str | PathLike[str], set: Mapping[str, Any] | None = None) -> Loop:
    """Load a loop and set values.

    Parameters
    ----------
    name_or_path : str or Path
        Name of a bundled loop (see `bundled_loops`) or path of a YAML file.
    set : mapping of str to value, optional
        Values by path, such as ``difficulty`` or ``compute_growth.2030``; a plain number is in
        its declared unit, None removes an optional value.

    Returns
    -------
    Loop
        Of the class in `KINDS` that its key `loop` names.

    Raises
    ------
    CatalogError
        With every defect of the file, or of `set` if the file has none.

    Examples
    --------
    >>> loop = load_loop("kwa", set={"difficulty": 0.5})
    >>> loop.difficulty.value, loop.compute_growth["2029"].value, next(iter(loop.priors))
    (0.5, 2.0, 'inverse_pace')
    """
    path = find_file(name_or_path, "loop")
    document = parsed(read_text(path), str(path))
    kind = document.data.get("loop") if isinstance(document.data, dict) else None
    if not (isinstance(kind, str) and kind in KINDS):
        mark = document.marks.get(("loop",))
        message = (
            f"found {kind!r}; allowed: {', '.join(KINDS)}"
            if mark
            else f"is missing; give one of {', '.join(KINDS)}"
        )
        misspelt = [
            document.marks[(key,)].key_defect(key, "unknown key; did you mean 'loop'?")
            for key in ([] if mark else nearest("loop", as_mapping(document.data), 1, 0.75))
        ]
        raise CatalogError(
            [
                *document.defects,
                *misspelt,
                Defect(str(path), mark and mark.line, mark and mark.column, "loop", message),
            ]
        )
    return KINDS[kind].load(path, "loop", set)
