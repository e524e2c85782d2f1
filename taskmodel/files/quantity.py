"""Types of values in files: quantities with unit, range and source, words, dates and citations."""

import ast
import fractions
import linecache
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import (
    AllowInfNan,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
)
from pydantic_core import PydanticCustomError, core_schema

from taskmodel._text import counted
from taskmodel.files import units

JUDGEMENT = "judgement"
SET = "set"  # source of a value that the caller set
# Sizes of numbers that are not 0: the product of three of them, and its inverse, are floats.
SIZES = (1e-100, 1e100)
LARGEST_ELASTICITY = 1e4  # beyond it no optimum is certain: of perfect substitutes take this
WEIGHT_TOLERANCE = 1e-9  # of the sum of the weights of a discrete law

Number = Annotated[float, Strict(), AllowInfNan(False)]
Whole = Annotated[int, Strict()]
Word = Annotated[str, Strict(), Field(min_length=1)]
Switch = Annotated[bool, Strict()]
Prose = Annotated[str, Strict(), "prose"]  # text for readers, which `Catalog.paths` omits
Key = Annotated[Word, "prose"]
Title = Annotated[Prose, Field(min_length=1, max_length=300)]
Date = Annotated[  # YAML reads a year as an integer
    Prose, BeforeValidator(lambda value: str(value) if type(value) is int else value)
]
Keys = Annotated[
    tuple[Word, ...],
    BeforeValidator(
        lambda value: (value,) if isinstance(value, str) else value,
        json_schema_input_type=str | list[str],
    ),
]


def failed(*defects: tuple[str, str]) -> PydanticCustomError:
    """Return an error with several defects, each as the field ("" for the record) and a message."""
    return PydanticCustomError(
        "defects",
        "{message}",
        {"defects": defects, "message": "; ".join(text for _, text in defects)},
    )


@lru_cache
def _attribute_docstrings(module: str) -> dict[tuple[str, str], str]:
    """Return the strings below the fields of the classes of a module, by class and field."""
    path = getattr(sys.modules[module], "__file__", None) or ""
    texts = {}
    for node in ast.parse("".join(linecache.getlines(path))).body:
        for pair in pairwise(getattr(node, "body", ())):
            match node, pair:
                case (
                    ast.ClassDef(name=owner),
                    (ast.AnnAssign(target=ast.Name(id=field)), ast.Expr(ast.Constant(str(text)))),
                ):
                    texts[owner, field] = " ".join(text.split())
    return texts


def _describe(schema: dict[str, Any], record: type["Record"]) -> None:
    for name, field in record.model_fields.items():
        if field.description:
            schema["properties"][name]["description"] = field.description


class Record(BaseModel):
    """A block of a file. Unknown keys are refused, and instances are immutable.

    A string below a field is its description, in messages and in the JSON Schema.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_describe)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        # `use_attribute_docstrings` of pydantic does the same, but searches the source of each
        # class anew, which takes three times as long: 0.15 s at the start of every command.
        for (owner, name), text in _attribute_docstrings(cls.__module__).items():
            if owner == cls.__name__:
                cls.model_fields[name].description = text


class Sourced(Record):
    """A record whose numbers have a source."""

    source: Keys = ()
    """key or keys of `sources`, or the word judgement (then `note` gives the reason)"""
    note: Prose = ""
    """why this value"""


MEDIAN_SHAPES = ("lognormal", "logit_normal", "normal")  # `value` is the median
BOUNDED_SHAPES = ("uniform", "log_uniform", "triangular", "pert")  # `low` and `high` are the ends
LEVELS = (0.05, 0.95)  # of the ends of an interval: a 90 % interval


class Distribution(Record):
    """The law of an uncertain number; docs/uncertainty.md says what each shape takes."""

    shape: Literal[
        "lognormal",
        "logit_normal",
        "normal",
        "uniform",
        "log_uniform",
        "triangular",
        "pert",
        "beta",
        "discrete",
        "fixed",
    ]
    """kind of law; a word alone in place of the mapping says the same"""
    levels: tuple[Number, ...] | None = None
    """probabilities below low and below high, in place of [0.05, 0.95]; for lognormal,
    logit_normal, normal and beta"""
    values: tuple[Number, ...] | None = None
    """numbers that a discrete quantity takes, in its unit"""
    weights: tuple[Number, ...] | None = None
    """their probabilities, which sum to 1; absent: equal ones"""

    def defects(self) -> list[str]:
        """Return what is wrong with the law by itself, whatever the quantity."""
        return [*self._level_defects(), *self._value_defects()]

    def _level_defects(self) -> list[str]:
        levels = self.levels
        if levels is None:
            return []
        if self.shape not in (*MEDIAN_SHAPES, "beta"):
            kind = "has no interval" if self.shape in ("discrete", "fixed") else "has them as ends"
            return [f"levels place low and high, and {self.shape} {kind}; remove levels"]
        rising = len(levels) == 2 and 0 < levels[0] < levels[1] < 1
        if not rising or (self.shape != "beta" and not levels[0] < 0.5 < levels[1]):
            middle = "" if self.shape == "beta" else ", one on each side of 0.5"
            text = ", ".join(f"{level:g}" for level in levels)
            return [
                f"found the levels [{text}]; two increasing ones between 0 and 1{middle} are "
                "needed, such as [0.05, 0.95]"
            ]
        return []

    def _value_defects(self) -> list[str]:
        values, weights = self.values, self.weights
        if self.shape != "discrete":
            named = [key for key in ("values", "weights") if getattr(self, key) is not None]
            return [f"{self.shape} has no {key}; remove them, or take discrete" for key in named]
        if not values:
            return ["discrete needs values, such as {shape: discrete, values: [0, 0.2]}"]
        if len(set(values)) < len(values):
            return ["a value is listed twice; keep one, with the sum of the weights"]
        if weights is None:
            return []
        if len(weights) != len(values):
            return [
                f"found {counted(len(weights), 'weight')} for {counted(len(values), 'value')}; "
                "give each value one"
            ]
        if min(weights) < 0:
            return [f"found the weight {min(weights):g}; at least 0 is needed"]
        total = math.fsum(weights)
        if abs(total - 1) > WEIGHT_TOLERANCE:
            mend = f": divide each by {total:.12g}" if total else ""
            return [f"the weights sum to {total:.12g}; 1 is needed{mend}"]
        return []


class Quantity(Sourced):
    """A number with unit, range and source.

    Attributes
    ----------
    value : float
        The central value, in the declared unit of its field.
    low, high : float or None
        Ends of a 90 % interval; both or neither.
    unit : str
        The declared unit. A value in another unit is converted when the file is read.
    source : tuple of str
        Keys of the file's `sources`, ``("judgement",)``, or empty; ``("set",)`` for a value that
        the caller set, with the origin in `note`.
    note : str
        Reason for the value.
    distribution : Distribution or None
        The law of the number where it is uncertain; None: that of its interval.
    """

    value: Number
    """central value"""
    low: Number | None = None
    """lower end of a 90 % interval"""
    high: Number | None = None
    """upper end of a 90 % interval"""
    unit: Annotated[str, Strict()] = ""
    """unit; left out: the declared one"""
    distribution: (
        Annotated[
            Distribution,
            BeforeValidator(
                lambda value: {"shape": value} if isinstance(value, str) else value,
                json_schema_input_type=str | Distribution,
            ),
        ]
        | None
    ) = None
    """law of the number in draws; absent: that of its interval, or none"""

    def divided(self, divisor: fractions.Fraction) -> "Quantity":
        """Return the quantity with all its numbers divided, each rounded once."""
        factor = 1 / divisor
        numbers: dict[str, Any] = {
            name: number if number is None else units.convert(number, factor)
            for name, number in (("value", self.value), ("low", self.low), ("high", self.high))
        }
        law = _in_unit(self.distribution, factor)
        return self.model_copy(update={**numbers, "distribution": law})

    def at(self, level: Literal["low", "central", "high"]) -> float:
        """Return an end of the interval, or the value; the value for an end that is missing."""
        end = {"low": self.low, "central": self.value, "high": self.high}[level]
        return self.value if end is None else end


def range_text(
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
) -> str:
    """Return bounds of a number in words.

    Examples
    --------
    >>> range_text(ge=0, lt=1), range_text()
    ('at least 0 and below 1', 'any number')
    """
    bounds = {"at least": ge, "above": gt, "at most": le, "below": lt}
    phrases = [f"{phrase} {bound:g}" for phrase, bound in bounds.items() if bound is not None]
    return " and ".join(phrases) or "any number"


@dataclass(frozen=True)
class Measure:
    """Unit and range of a quantity, as metadata in the annotation of a field.

    Parameters
    ----------
    unit : units.Unit
        The declared unit.
    ge, gt, le, lt : float, optional
        Bounds of value, low and high, in the declared unit.
    integer : bool, optional
        Whether only whole numbers have a meaning, so that a continuous law is refused.
    """

    unit: units.Unit
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    integer: bool = False

    @property
    def is_share(self) -> bool:
        """Whether the range is that of a share: between 0 and 1."""
        return 0 in (self.ge, self.gt) and 1 in (self.le, self.lt)

    @property
    def is_ratio(self) -> bool:
        """Whether 0 is the natural least value, so that factors have a meaning: not a date."""
        least = self.gt if self.ge is None else self.ge
        return least is not None and least >= 0 and self.unit is not units.DATE

    def allowed(self) -> str:
        """Return the range as text, such as ``at least 0 and at most 1 [1]``."""
        return f"{range_text(self.ge, self.gt, self.le, self.lt)} [{self.unit.symbol}]"

    def admits(self, number: float) -> bool:
        """Return whether a number in the declared unit is in the range, and of a usable size."""
        return self.in_bounds(number) and sized(number)

    def refusal(self, number: float) -> str:
        """Return what is allowed in place of a number that is not admitted."""
        if not self.in_bounds(number):
            return f"{self.allowed()} is allowed"
        zero = "0 or " if self.in_bounds(0.0) else ""
        return f"{zero}{size_text()} [{self.unit.symbol}] is allowed"

    def in_bounds(self, number: float) -> bool:
        """Return whether a number in the declared unit is in the range, whatever its size."""
        return (
            (self.ge is None or number >= self.ge)
            and (self.gt is None or number > self.gt)
            and (self.le is None or number <= self.le)
            and (self.lt is None or number < self.lt)
        )

    def settle(self, quantity: Quantity) -> Quantity:
        """Return a quantity in the declared unit.

        Raises
        ------
        PydanticCustomError
            With every defect: a unit of another kind, a number out of range, an interval with one
            end or without the value.
        """
        unit = quantity.unit or self.unit.symbol
        factor = self.unit.factor(unit)
        if factor is None:
            raise failed(("unit", self.unit.refusal(unit)))
        ends = {name: getattr(quantity, name) for name in ("value", "low", "high")}
        try:
            ends = {
                name: number if number is None or factor == 1 else units.convert(number, factor)
                for name, number in ends.items()
            }
        except OverflowError as error:
            message = (
                f"is beyond the largest number when converted from {unit} to {self.unit.symbol}"
            )
            raise failed(("value", message)) from error
        defects = [
            (name, f"found {number:g}; {self.refusal(number)}")
            for name, number in ends.items()
            if number is not None and not self.admits(number)
        ]
        value, low, high = ends.values()
        if (low is None) != (high is None):
            present, absent = ("low", "high") if high is None else ("high", "low")
            defects.append((present, f"has no {absent}; a 90 % interval needs both ends"))
        elif low is not None and not low <= value <= high:
            found = f"low {low:g}, value {value:g}, high {high:g}"
            defects.append(("", f"low <= value <= high is needed, found {found}"))
        law = _in_unit(quantity.distribution, factor)
        if law is not None and not defects:
            defects += [("distribution", message) for message in self._law_defects(law, low, high)]
        if defects:
            raise failed(*defects)
        if quantity.unit == self.unit.symbol:
            return quantity
        changes = {**ends, "unit": self.unit.symbol, "distribution": law}
        return quantity.model_copy(update=changes)

    def _law_defects(
        self, law: Distribution, low: float | None, high: float | None
    ) -> Iterator[str]:
        """Yield what is wrong with the law of a quantity with that interval."""
        yield from law.defects()
        shape = law.shape
        if self.integer and shape not in ("discrete", "fixed"):
            yield f"only whole numbers have a meaning here, and {shape} is continuous; use discrete"
        elif shape == "discrete":
            for value in law.values or ():
                if not self.admits(value) or (self.integer and value % 1):
                    whole = ", a whole number" if self.integer else ""
                    yield f"found the value {value:g}; {self.refusal(value)}{whole}"
        elif shape != "fixed":
            yield from _interval_defects(shape, low, high)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        def from_number(value: Any) -> Any:
            return value if isinstance(value, (dict, Quantity)) else {"value": value}

        settled = core_schema.no_info_after_validator_function(self.settle, handler(source))
        return core_schema.no_info_before_validator_function(from_number, settled)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: Any
    ) -> dict[str, Any]:
        bounds = {
            "minimum": self.ge,
            "exclusiveMinimum": self.gt,
            "maximum": self.le,
            "exclusiveMaximum": self.lt,
        }
        bounds = {name: bound for name, bound in bounds.items() if bound is not None}
        return {
            "title": f"number, {self.allowed()}",
            "anyOf": [{"type": "number", **bounds}, handler(schema)],
            "x-unit": self.unit.symbol,
        }


def sized(number: float) -> bool:
    """Return whether a number is 0, or of a size that can be computed with."""
    return number == 0 or SIZES[0] <= abs(number) <= SIZES[1]


def size_text() -> str:
    """Return the sizes that can be computed with, as the end of a sentence."""
    return "a number of a size from {:g} to {:g}".format(*SIZES)


def _interval_defects(shape: str, low: float | None, high: float | None) -> Iterator[str]:
    """Yield why a continuous law cannot have an interval."""
    other = "use uniform, triangular or pert"
    if low is None or high is None:
        yield f"{shape} needs low and high"
    elif low == high:
        yield f"low and high are both {low:g}; {shape} needs low < high, else use fixed"
    elif shape in ("lognormal", "log_uniform") and not low > 0:
        yield f"{shape} needs low above 0, found {low:g}; {other}"
    elif shape in ("logit_normal", "beta") and not 0 < low < high < 1:
        found = f"{low:g} and {high:g}"
        yield f"{shape} needs low and high strictly between 0 and 1, found {found}; {other}"


def _in_unit(law: Distribution | None, factor: fractions.Fraction) -> Distribution | None:
    """Return a law with the numbers it has itself converted."""
    if law is None or law.values is None or factor == 1:
        return law
    values = tuple(units.convert(value, factor) for value in law.values)
    return law.model_copy(update={"values": values})


Real = Annotated[Quantity, Measure(units.ONE)]
Positive = Annotated[Quantity, Measure(units.ONE, gt=0)]
Elasticity = Annotated[Quantity, Measure(units.ONE, ge=0, le=LARGEST_ELASTICITY)]
NonNegative = Annotated[Quantity, Measure(units.ONE, ge=0)]
Fraction = Annotated[Quantity, Measure(units.ONE, ge=0, le=1)]
PositiveFraction = Annotated[Quantity, Measure(units.ONE, gt=0, le=1)]
OpenFraction = Annotated[Quantity, Measure(units.ONE, gt=0, lt=1)]
Headcount = Annotated[Quantity, Measure(units.PERSON, ge=0)]
PersonsPerYear = Annotated[Quantity, Measure(units.PERSONS_PER_YEAR, ge=0)]
Rate = Annotated[Quantity, Measure(units.PER_YEAR, ge=0)]
HoursPerYear = Annotated[Quantity, Measure(units.HOURS_PER_YEAR, ge=0, le=8784)]
Compute = Annotated[Quantity, Measure(units.FLOP, gt=0)]
TrainingRun = Annotated[Quantity, Measure(units.FLOP, gt=0, le=1e200)]
WorkingHours = Annotated[Quantity, Measure(units.WORKING_TIME, gt=0)]
WorkingTime = Annotated[Quantity, Measure(units.WORKING_TIME, ge=0)]
Probability = Annotated[Quantity, Measure(units.ONE, ge=0, lt=1)]
FieldYears = Annotated[Quantity, Measure(units.FIELD_YEAR, gt=0)]


def pure_number(value: float = 1.0) -> Quantity:
    """Return a dimensionless quantity, as a default."""
    return Quantity(value=value, unit="1")


class Work(Record):
    """A cited work."""

    title: Title
    """title, with author or publisher"""
    url: Prose = ""
    """where it can be read"""
    date: Date = ""
    """date of the work"""
    note: Prose = ""
    """what is taken from it"""


class Source(Work):
    """A work that values rest on."""

    access: Annotated[Literal["primary", "secondary"], "prose"] | None = None
    """primary: the work itself was read in full; secondary: an abstract, an excerpt or a report of
    it"""
