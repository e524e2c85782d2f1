"""Units of quantities: the declared unit of each kind, and those that convert to it exactly.

A number in a file is in the unit declared for its field. Another unit is accepted only if it is an
exact multiple of the declared one under every convention: minutes of working time are hours of
working time, but a day of work may be 8 hours or 24, so `day` is accepted for wall-clock waits and
refused for working time.
"""

import re
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True)
class Unit:
    """The declared unit of one kind of quantity.

    Parameters
    ----------
    symbol : str
        The declared unit.
    measures : str
        The kind of quantity, for messages.
    others : dict of str to Fraction
        Other units that are accepted, each as the exact number of declared units in it.
    advice : str
        Added to the message that refuses another unit.
    """

    symbol: str
    measures: str
    others: dict[str, Fraction] = field(default_factory=dict, hash=False)
    advice: str = ""

    def factor(self, symbol: str) -> Fraction | None:
        """Return the number of declared units in one `symbol`; None for a unit of another kind.

        The symbol may be spelled out or in the plural (`canonical`).
        """
        for name in dict.fromkeys((symbol, canonical(symbol))):
            if name == self.symbol:
                return Fraction(1)
            if name in self.others:
                return self.others[name]
        return None

    def accepted(self) -> str:
        """Return the declared unit, and those that are converted to it."""
        also = f" (converted if given: {', '.join(self.others)})" if self.others else ""
        return f"{self.symbol}{also}"

    def refusal(self, symbol: str) -> str:
        """Return the message that refuses `symbol` and lists the accepted units."""
        return f"{symbol!r} is not a unit of {self.measures}; use {self.accepted()}{self.advice}"


def convert(value: float, factor: Fraction) -> float:
    """Return ``value * factor``, rounded once.

    Raises
    ------
    OverflowError
        If the result is beyond the largest floating-point number.

    Examples
    --------
    >>> convert(20, Fraction(1, 60)) == 20 / 60
    True
    """
    # Fractions are exact: a product of floats would round the factor and then the result.
    return float(Fraction(value) * factor)


# Spellings of one unit. Letter case tells M from m and FLOP from FLOPS, so only words ignore it.
_SPELLINGS = {
    spelling: symbol
    for symbol, spellings in {
        "h": "hour hours hr hrs",
        "min": "minute minutes mins",
        "s": "second seconds sec secs",
        "day": "days",
        "week": "weeks wk wks",
        "month": "months",
        "year": "years yr yrs",
        "person": "persons people",
        "%": "percent pct",
        "token": "tokens",
        "$": "dollar dollars usd",
        "H100-hour": "h100-hours h100-h h100h",
        "field-year": "field-years",
        "research-year": "research-years",
        "parameter^2": "parameters^2",
        "FLOP": "flop",
    }.items()
    for spelling in spellings.split()
}
_PLURAL_FLOP = re.compile(r"([MGTPEZY]?)FLOPs")


def canonical(symbol: str) -> str:
    """Return the symbol of a unit that is spelled out, in the plural, or with `per` or `a` for /.

    Examples
    --------
    >>> canonical("hours"), canonical("people per year"), canonical("FLOPs a year")
    ('h', 'person/year', 'FLOP/year')
    """
    text = re.sub(r"\bper +cent\b", "percent", symbol.strip())
    parts = re.split(r"\s*/\s*|\s+(?:per|an?)\s+|^(?:per|an?)\s+", text)
    names = [_SPELLINGS.get(part.lower(), _PLURAL_FLOP.sub(r"\1FLOP", part)) for part in parts]
    return "/".join([names[0] or "1", *names[1:]]) if len(names) > 1 else names[0]


def _multiples(symbol: str) -> dict[str, Fraction]:
    return {
        prefix + symbol: Fraction(10) ** power
        for prefix, power in zip("MGTPEZY", range(6, 25, 3), strict=True)
    }


_PARTS_OF_HOUR = {"min": Fraction(1, 60), "s": Fraction(1, 3600)}
_PERCENT = {"%": Fraction(1, 100)}

ONE = Unit("1", "a pure number", _PERCENT)
PERSON = Unit("person", "head-count")
PERSONS_PER_YEAR = Unit("person/year", "people hired in a year")
PER_YEAR = Unit("1/year", "a yearly rate", {"%/year": Fraction(1, 100)})
HOURS_PER_YEAR = Unit("h/year", "hours worked in a year")
HOURS_PER_WEEK = Unit("h/week", "hours worked in a week")
WORKING_TIME = Unit(
    "h",
    "working time",
    _PARTS_OF_HOUR,
    "; a day of work is 8 h to some and 24 h to others, so give hours",
)
WALL_CLOCK = Unit(
    "h",
    "wall-clock time",
    {**_PARTS_OF_HOUR, "d": Fraction(24), "day": Fraction(24), "week": Fraction(168)},
)
CALENDAR = Unit("year", "calendar time", {"month": Fraction(1, 12)})
DEFECTS = Unit(
    "h/year", "defective work that passes unnoticed in a year, in hours of it weighted by harm"
)
REVIEW = Unit("h/h", "review per hour of work", {"min/h": Fraction(1, 60), **_PERCENT})
FLOP = Unit(
    "FLOP", "training compute", _multiples("FLOP"), "; FLOP counts operations, FLOP/s is a speed"
)
FLOP_PER_YEAR = Unit("FLOP/year", "compute per year", _multiples("FLOP/year"))
EXPERIMENTS = Unit("H100-hour/h", "experiment compute per hour of work")
TOKEN_RATE = Unit("token/s", "tokens per human-second")
LOG_MINUTES = Unit("log10(min)", "the logarithm of a horizon in minutes")
DEX = Unit("dex", "spread in powers of ten")
FLOP_PER_PARAMETER2 = Unit("FLOP/parameter^2", "training compute per squared parameter")
FLOP_PER_SECOND = Unit("FLOP/s", "compute that does a worker's work", _multiples("FLOP/s"))
FLOP_PER_YEAR2 = Unit("FLOP/year^2", "compute added per year")
PRICE_PERFORMANCE = Unit("FLOP/year/$", "compute per dollar")
DOLLAR = Unit("$", "money")
DOLLARS_PER_YEAR = Unit("$/year", "money per year")
_PARTS_OF_DOLLAR = {f"$/{part}": 1 / factor for part, factor in _multiples("FLOP").items()}
DOLLARS_PER_HOUR = Unit("$/h", "a price of an hour")
DOLLARS_PER_FLOP = Unit("$/FLOP", "a price of inference", _PARTS_OF_DOLLAR)
DOLLARS_PER_H100_HOUR = Unit("$/H100-hour", "a price of experiments")
HIRING_COST = Unit("$ year/person^2", "what a hire costs, per person hired in a year")
OOM = Unit("OOM", "powers of ten")
FIELD_YEAR = Unit("field-year", "years of the field's work")
DATE = Unit("year", "a date, as a calendar year")

# of plans for a lead, in which time is in months of 30 days
MONTH = Unit("month", "time", {"year": Fraction(12)}, "; a month is 30 days")
PER_MONTH = Unit("1/month", "a rate", {"1/year": Fraction(1, 12)})
RATE_PER_YEAR = Unit("1/year", "a rate", {"1/month": Fraction(12)})
TRAINING_TIME = Unit(
    "d",
    "the time of a training run",
    {"day": Fraction(1), "month": Fraction(30), "year": Fraction(365)},
)
CHIP_SPEED = Unit("FLOP/s", "speed of chips")
TOKENS_PER_SECOND = Unit("token/s", "speed of models")
TOKEN = Unit("token", "tokens")
OOM_PER_MONTH = Unit("OOM/month", "pace, in powers of ten of effective compute")
PER_OOM = Unit("1/OOM", "growth per power of ten of effective compute")
BUDGET = Unit("$", "money", {"M$": Fraction(10**6), "G$": Fraction(10**9)})
DOLLARS_PER_MONTH = Unit(
    "$/month", "money in a month", {"M$/month": Fraction(10**6), "G$/month": Fraction(10**9)}
)
HOURS_PER_DAY = Unit("h/day", "hours worked in a day")
DAYS_PER_WEEK = Unit("day/week", "days worked in a week")
RESEARCH_YEAR = Unit("research-year", "years of research")

# of paths through time
GROWTH = Unit("x/year", "growth: what a quantity is multiplied by in a year")
