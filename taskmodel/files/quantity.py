"""Quantities and the records that hold them: a number with unit, range and source, and what a line of a file may say."""

from dataclasses import dataclass
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
SET = "set"  # the source of a value that was set from outside the file

Number = Annotated[float, Strict(), AllowInfNan(False)]
Whole = Annotated[int, Strict()]
Word = Annotated[str, Strict(), Field(min_length=1)]
Switch = Annotated[bool, Strict()]
Prose = Annotated[str, Strict(), "prose"]  # text for people, which `paths` does not list
Key = Annotated[Word, "prose"]
Date = Annotated[
    Prose, BeforeValidator(lambda value: str(value) if type(value) is int else value)
]  # a year is written plain
Keys = Annotated[
    tuple[Word, ...],
    BeforeValidator(
        lambda value: (value,) if isinstance(value, str) else value,
        json_schema_input_type=str | list[str],
    ),
]


def failed(*defects: tuple[str, str]) -> PydanticCustomError:
    """Return an error that carries several defects, each the field it is about (or an empty string) and the message."""
    return PydanticCustomError(
        "defects",
        "{message}",
        {"defects": defects, "message": "; ".join(text for _, text in defects)},
    )


class Record(BaseModel):
    """A block of the file: its keys are checked, and it cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(Record):
    """A record with numbers that somebody measured, published or judged."""

    source: Keys = Field(
        default=(),
        description="key or keys of `sources`, or the word judgement (then `note` gives the reason)",
    )
    note: Prose = Field(default="", description="why this value")


class Quantity(Sourced):
    """A number with unit, range and source.

    Attributes
    ----------
    value : float
        The central value, in the unit declared for its field.
    low, high : float or None
        Ends of a 90 % interval; both or neither.
    unit : str
        The declared unit (another one is converted as the file is read).
    source : tuple of str
        Keys of the catalog's `sources`; ``("judgement",)``; ``("set",)`` for a value set from outside the file, in which case
        `note` says by what; or empty.
    note : str
        Why this value.
    """

    value: Number = Field(description="central value")
    low: Number | None = Field(default=None, description="lower end of a 90 % interval")
    high: Number | None = Field(default=None, description="upper end of a 90 % interval")
    unit: Annotated[str, Strict()] = Field(
        default="", description="unit; left out: the declared one"
    )

    def at(self, level: Literal["low", "central", "high"]) -> float:
        """Return the low end, the value or the high end; the value itself where no interval is given."""
        end = {"low": self.low, "central": self.value, "high": self.high}[level]
        return self.value if end is None else end


@dataclass(frozen=True)
class Measure:
    """What a field's quantity is measured in, and the range allowed; stands in the field's annotation.

    Parameters
    ----------
    unit : units.Unit
        The declared unit.
    ge, gt, le, lt : float, optional
        Bounds, in the declared unit; they hold for value, low and high.
    """

    unit: units.Unit
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None

    def allowed(self) -> str:
        """Return the range in words, such as ``at least 0 and at most 1 [1]``."""
        bounds = (
            ("at least", self.ge),
            ("above", self.gt),
            ("at most", self.le),
            ("below", self.lt),
        )
        text = " and ".join(f"{word} {bound:g}" for word, bound in bounds if bound is not None)
        return f"{text or 'any number'} [{self.unit.symbol}]"

    def admits(self, number: float) -> bool:
        """Return whether a number in the declared unit is in the range."""
        return (
            (self.ge is None or number >= self.ge)
            and (self.gt is None or number > self.gt)
            and (self.le is None or number <= self.le)
            and (self.lt is None or number < self.lt)
        )

    def settle(self, quantity: Quantity) -> Quantity:
        """Return the quantity in the declared unit.

        Raises
        ------
        PydanticCustomError
            With every defect: a unit of another kind, a number out of range, an interval with one end or without the value.
        """
        unit = quantity.unit or self.unit.symbol
        factor = self.unit.factor(unit)
        if factor is None:
            raise failed(("unit", self.unit.refusal(unit)))
        ends = {name: getattr(quantity, name) for name in ("value", "low", "high")}
        if factor != 1:
            try:
                ends = {
                    name: number if number is None else units.convert(number, factor)
                    for name, number in ends.items()
                }
            except OverflowError as error:
                raise failed(
                    (
                        "value",
                        f"is beyond the largest number when converted from {unit} to {self.unit.symbol}",
                    )
                ) from error
        defects = [
            (name, f"found {number:g}; {self.allowed()} is allowed")
            for name, number in ends.items()
            if number is not None and not self.admits(number)
        ]
        value, low, high = ends.values()
        if (low is None) != (high is None):
            given, lacking = ("low", "high") if high is None else ("high", "low")
            defects.append((given, f"has no {lacking}; a 90 % interval needs both ends"))
        elif low is not None and not low <= value <= high:
            defects.append(
                (
                    "",
                    f"low <= value <= high is needed, found low {low:g}, value {value:g}, high {high:g}",
                )
            )
        if defects:
            raise failed(*defects)
        return (
            quantity.model_copy(update={**ends, "unit": self.unit.symbol})
            if unit != quantity.unit or factor != 1
            else quantity
        )

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        def from_number(given: Any) -> Any:
            return given if isinstance(given, (dict, Quantity)) else {"value": given}

        checked = core_schema.no_info_after_validator_function(self.settle, handler(source))
        return core_schema.no_info_before_validator_function(from_number, checked)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: Any
    ) -> dict[str, Any]:
        bounds = {
            "minimum": self.ge,
            "exclusiveMinimum": self.gt,
            "maximum": self.le,
            "exclusiveMaximum": self.lt,
        }
        number = {
            "type": "number",
            **{name: bound for name, bound in bounds.items() if bound is not None},
        }
        return {
            "title": f"number, {self.allowed()}",
            "anyOf": [number, handler(schema)],
            "x-unit": self.unit.symbol,
        }


Real = Annotated[Quantity, Measure(units.ONE)]
Positive = Annotated[Quantity, Measure(units.ONE, gt=0)]
NonNegative = Annotated[Quantity, Measure(units.ONE, ge=0)]
Fraction = Annotated[Quantity, Measure(units.ONE, ge=0, le=1)]
Headcount = Annotated[Quantity, Measure(units.PERSON, ge=0)]
PersonsPerYear = Annotated[Quantity, Measure(units.PERSONS_PER_YEAR, ge=0)]
Rate = Annotated[Quantity, Measure(units.PER_YEAR, ge=0)]
HoursPerYear = Annotated[Quantity, Measure(units.HOURS_PER_YEAR, ge=0, le=8784)]
Compute = Annotated[Quantity, Measure(units.FLOP, gt=0)]
WorkingHours = Annotated[Quantity, Measure(units.WORKING_TIME, gt=0)]
WorkingTime = Annotated[Quantity, Measure(units.WORKING_TIME, ge=0)]
Probability = Annotated[Quantity, Measure(units.ONE, ge=0, lt=1)]


class Work(Record):
    """A work that is cited."""

    title: Prose = Field(min_length=1, description="title, with author or publisher")
    url: Prose = Field("", description="where it can be read")
    date: Date = Field("", description="date of the work")
    note: Prose = Field("", description="what is taken from it")


class Source(Work):
    """A work that values rest on."""

    access: Annotated[Literal["primary", "secondary"], "prose"] | None = Field(
        None,
        description="primary: the work itself was read in full; secondary: an abstract, an excerpt or a report of it",
    )
