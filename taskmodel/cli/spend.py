"""`taskmodel spend`: what a dollar should buy in research, and what people are worth."""

import math
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

import taskmodel as tm
from taskmodel.catalog import Catalog, bundled_catalogs
from taskmodel.cli.catalogs import heading_at, load, point
from taskmodel.cli.output import Answer, folder_name, output
from taskmodel.cli.screen import number, percent, scientific, table, wrapped
from taskmodel.cli.words import by_label, numbers
from taskmodel.money.prices import price_unit
from taskmodel.organisation.reviewers import factor_words
from taskmodel.summary import provenance_facts

DEFAULT_SCENARIO = "priced"  # of bundled catalogs, which have no prices of their own
TIE = 1e-9  # relative difference of returns that is rounding
LONG_RUN = (
    "unit_cost",
    "unit_cost_without_ai",
    "dollar_speedup",
    "field_year_cost",
    "field_year_cost_without_ai",
    "output_bought",
    "review_time_share",
)
SHORT_RUN = ("output", "spending", "unit_cost_as_is", "field_year_cost_as_is")
BY_FACTOR = {
    "long_run": ("spending_share", "purchase"),
    "short_run": ("spending_share_as_is", "willingness_to_pay", "dollar_return"),
}


def answer(args: Namespace) -> Answer:
    """Compute what a budget buys at a point, and along compute for the figure."""
    if args.scenario is None and args.catalog in bundled_catalogs():
        args.scenario = DEFAULT_SCENARIO
    catalog = load(args)
    compute = point(catalog, args)
    with output(args, "pricing research", folder_name(catalog, args, "spend")) as files:
        state = tm.spend(catalog, compute, budget=args.budget)
        curve = tm.spend(catalog, tm.money.drawn_points(catalog), budget=args.budget)
        files.write("spend", curve, "spend", "spend")
    rows = (curve.isel(compute=row) for row in range(curve.sizes["compute"]))
    facts = {
        **provenance_facts(state),
        "compute": compute,
        "budget": float(state["budget"]),
        "prices": by_label(state["price"]),
        **_facts(state),
        "next_dollar": _next_dollar(state),
        "curve": [{"compute": float(row["compute"]), **_facts(row)} for row in rows],
    }
    return Answer(facts, lambda: _lines(catalog, facts), files)


def _facts(state: xr.Dataset) -> dict[str, Any]:
    by_factor = {
        term: {name.removesuffix("_as_is"): by_label(state[name]) for name in names}
        for term, names in BY_FACTOR.items()
    }
    short = numbers(state, SHORT_RUN)
    short["unit_cost"], short["field_year_cost"] = (
        short.pop(f"{name}_as_is") for name in ("unit_cost", "field_year_cost")
    )
    return {
        "long_run": {**numbers(state, LONG_RUN), **by_factor["long_run"]},
        "short_run": {
            **short,
            **by_factor["short_run"],
            "break_even_wage": by_label(state["break_even_wage"]),
        },
    }


def _next_dollar(state: xr.Dataset) -> list[str]:
    """Return the factors of which a dollar more gives the most, several if they tie."""
    returns = by_label(state["dollar_return"])
    best = np.nanmax([*returns.values()])
    return [name for name, value in returns.items() if value >= best * (1 - TIE)]


def _lines(catalog: Catalog, facts: Mapping[str, Any]) -> list[str]:
    long, short, prices = facts["long_run"], facts["short_run"], facts["prices"]
    words = factor_words(catalog)
    bought = [["", "price", "of a dollar", "bought in a year"]]
    there = [["", "price", "of a dollar", "one more is worth", "a dollar more gives"]]
    for name, price in prices.items():
        unit = price_unit(name)
        cost = f"{_plain(price)} {unit}"
        part = percent(long["spending_share"][name])
        amount = f"{_amount(long['purchase'][name])} {unit.removeprefix('$/')}"
        bought.append([words.get(name, name), cost, part, amount])
        worth, gain = short["willingness_to_pay"][name], short["dollar_return"][name]
        part = percent(short["spending_share"][name])
        there.append([words.get(name, name), cost, part, f"{_plain(worth)} {unit}", number(gain)])
    wages = ", ".join(
        f"{_plain(wage)} $/h" + (f" ({name})" if len(short["break_even_wage"]) > 1 else "")
        for name, wage in short["break_even_wage"].items()
    )
    best = " or ".join(words.get(name, name) for name in facts["next_dollar"])
    return [
        *heading_at(catalog, facts["compute"]),
        "",
        f"What {dollars(facts['budget'])} a year should buy, everything for sale",
        *table(bought),
        *wrapped(
            f"An hour of research, in those of people without AI, then costs "
            f"{dollars(long['unit_cost'])}, against {dollars(long['unit_cost_without_ai'])} by "
            f"people alone: a dollar buys {number(long['dollar_speedup'])}x as much. A field-year "
            f"costs {dollars(long['field_year_cost'])}. {_review_time(catalog, long)}"
        ),
        "",
        f"As things are, on which {dollars(short['spending'])} a year are spent",
        *table(there),
        *wrapped(
            f"{_hour_of_research(facts)} {dollars(short['unit_cost'])}, a field-year "
            f"{dollars(short['field_year_cost'])}. At that value a working hour of one more "
            f"reviewer, besides those there are, is worth {wages}: the break-even wage. The next "
            f"dollar should buy {best}; what a dollar more gives is relative to an average dollar."
        ),
    ]


def _hour_of_research(facts: Mapping[str, Any]) -> str:
    """Say what the value of an hour of research is: its cost, or what a budget pays for it."""
    budget, spending = facts["budget"], facts["short_run"]["spending"]
    if math.isclose(budget, spending):
        return "An hour of research costs"
    relation = "less than" if budget < spending else "more than"
    return (
        f"Valued at the budget of {dollars(budget)} a year, {relation} is spent, an hour of "
        "research is worth"
    )


def _review_time(catalog: Catalog, long: Mapping[str, Any]) -> str:
    """Say how much of people's time the plan gives to review, and whether that is allowed now."""
    share, allowed = long["review_time_share"], catalog.supervision.max_review_share.value
    above = catalog.supervision.pool != "dedicated" and share > allowed
    more = f", more than the {percent(allowed)} that are allowed as things are" if above else ""
    return f"Review takes {percent(share)} of people's time{more}."


def dollars(value: float) -> str:
    """Return money in words."""
    for size, word in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if value >= size:
            return f"${value / size:.3g}{word}"
    return f"${value:,.2f}" if value < 1000 else f"${value:,.0f}"


def _plain(value: float) -> str:
    """Return a price to three digits, small ones with an exponent."""
    return (
        scientific(value)
        if 0 < value < 0.01
        else f"{value:,.3g}"
        if value < 100
        else f"{value:,.0f}"
    )


def _amount(value: float) -> str:
    return scientific(value) if value >= 1e9 else f"{value:,.0f}"
