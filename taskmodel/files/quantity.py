"""Types of values in files: quantities with unit, range and source, words, dates and citations."""

import ast
import linecache
import sys
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

from taskmodel.files import units

JUDGEMENT = "judgement"
SET = "set"  # source of a value that the caller set

Number = Annotated[float, Strict(), AllowInfNan(False)]
Whole = Annotated[int, Strict()]
Word = Annotated[str, Strict(), Field(min_length=1)]
Switch = Annotated[bool, Strict()]
Prose = Annotated[str, Strict(), "prose"]  # text for readers, which `Catalog.paths` omits
Key = Annotated[Word, "prose"]
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
    """

    value: Number
    """central value"""
    low: Number | None = None
    """lower end of a 90 % interval"""
    high: Number | None = None
    """upper end of a 90 % interval"""
    unit: Annotated[str, Strict()] = ""
    """unit; left out: the declared one"""

    def at(self, level: Literal["low", "central", "high"]) -> float:
        """Return an end of the interval, or the value; the value for an end that is missing."""
        end = {"low": self.low, "central": self.value, "high": self.high}[level]
        return self.value if end is None else end


@dataclass(frozen=True)
class Measure:
    """Unit and range of a quantity, as metadata in the annotation of a field.

    Parameters
    ----------
    unit : units.Unit
        The declared unit.
    ge, gt, le, lt : float, optional
        Bounds of value, low and high, in the declared unit.
    """

    unit: units.Unit
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None

    def allowed(self) -> str:
        """Return the range as text, such as ``at least 0 and at most 1 [1]``."""
        bounds = {"at least": self.ge, "above": self.gt, "at most": self.le, "below": self.lt}
        phrases = [f"{phrase} {bound:g}" for phrase, bound in bounds.items() if bound is not None]
        return f"{' and '.join(phrases) or 'any number'} [{self.unit.symbol}]"

    def admits(self, number: float) -> bool:
        """Return whether a number in the declared unit is in the range."""
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
            (name, f"found {number:g}; {self.allowed()} is allowed")
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
        if defects:
            raise failed(*defects)
        if unit == quantity.unit and factor == 1:
            return quantity
        return quantity.model_copy(update={**ends, "unit": self.unit.symbol})

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


Real = Annotated[Quantity, Measure(units.ONE)]
Positive = Annotated[Quantity, Measure(units.ONE, gt=0)]
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

    title: Prose = Field(min_length=1)
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
