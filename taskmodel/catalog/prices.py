"""Records of money: what factors cost, and what hiring takes."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

from taskmodel.files import units
from taskmodel.files.dotted import field_value
from taskmodel.files.findings import Finding, as_mapping
from taskmodel.files.quantity import Measure, Quantity, Rate, Record
from taskmodel.files.suggestions import did_you_mean, listing

COMPUTE_PRICES = ("inference", "experiments")
HourlyPrice = Annotated[Quantity, Measure(units.DOLLARS_PER_HOUR, ge=0, le=1e9)]


class Prices(Record):
    """What factors cost: an hour of a labour pool by its name, an hour of a reviewer by `review`
    (those of supervision) or `review_NAME` (those of reviewers.NAME), and compute."""

    model_config: ClassVar[ConfigDict] = {**Record.model_config, "extra": "allow"}
    __pydantic_extra__: dict[str, HourlyPrice] = Field(init=False)

    inference: Annotated[Quantity, Measure(units.DOLLARS_PER_FLOP, ge=0, le=1)] | None = None
    """price of inference, of a FLOP of effective compute; absent: it is not bought"""
    experiments: Annotated[Quantity, Measure(units.DOLLARS_PER_H100_HOUR, ge=0, le=1e9)] | None = (
        None
    )
    """price of experiments; absent: they are not bought"""

    def of(self, factor: str) -> float | None:
        """Return the price of a factor by its name; None if there is none."""
        quantity: Quantity | None = field_value(self, factor)
        return None if quantity is None else quantity.value


class Hiring(Record):
    """What it takes to hire: hiring h people a year costs cost h^2 / 2 a year."""

    cost: Annotated[Quantity, Measure(units.HIRING_COST, gt=0)]
    """what one more hire costs, per person hired in a year"""
    ramp: Annotated[Quantity, Measure(units.CALENDAR, ge=0, le=100)]
    """time from the day a person comes, and is paid, to the day the person counts"""
    discount: Rate | None = None
    """rate at which later money counts less; absent: it does not"""


def free_with_a_budget(factor: str) -> str:
    """Return the message about a price of 0 where money is limited."""
    leave = (
        f", or leave it out and let compute.{factor} be free" if factor in COMPUTE_PRICES else ""
    )
    return (
        f"found 0 beside a budget, which would buy any amount of it; give it a price above 0{leave}"
    )


def price_findings(data: dict[str, Any]) -> Iterator[Finding]:
    """Yield defects between prices and what they are of, from the plain values of a catalog."""
    prices, pools = as_mapping(data.get("prices")), as_mapping(data.get("pools"))
    staff = {"review": as_mapping(data.get("supervision"))} | {
        f"review_{name}": as_mapping(people)
        for name, people in as_mapping(data.get("reviewers")).items()
    }
    names = [*pools, *staff, *COMPUTE_PRICES]
    for name in prices:
        if name not in names:
            hint = did_you_mean(name, names) or f"; there are {listing(names)}"
            yield Finding(("prices", name), f"there is no factor {name!r}{hint}", at_key=True)
    for name, people in staff.items():
        pool = str(people.get("pool"))
        own, shared = (_plain_number(prices.get(key)) for key in (name, pool))
        if own is not None and pool in pools and own != shared:
            paid = "which has no price" if shared is None else f"whose hour costs {shared:g}"
            yield Finding(
                ("prices", name),
                f"found {own:g}; these reviewers are of the pool {pool!r}, {paid}, and are paid as "
                f"it is: leave prices.{name} out and give prices.{pool} alone",
            )
    if data.get("budget") is not None:
        for name in prices:
            if name in names and _plain_number(prices[name]) == 0:
                yield Finding(("prices", name), free_with_a_budget(name))


def _plain_number(quantity: Any) -> float | None:
    """Return the number of a plain quantity, itself or a mapping with a value; else None."""
    number = quantity.get("value") if isinstance(quantity, dict) else quantity
    return None if isinstance(number, bool) or not isinstance(number, (int, float)) else number
