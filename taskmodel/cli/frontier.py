"""`taskmodel frontier`: research as a function of the defective work that may pass unnoticed."""

import math
from argparse import Namespace
from typing import Any

import xarray as xr

import taskmodel as tm
from taskmodel.catalog import Catalog, load_scenario
from taskmodel.cli import attacked
from taskmodel.cli.catalogs import check_range, heading_at, load, point
from taskmodel.cli.output import Answer, folder_name, output
from taskmodel.cli.screen import number, percent, table, thinned, wrapped
from taskmodel.cli.words import SPEEDUPS, by_label, numbers
from taskmodel.errors import InputError, NoAnswer, NothingToLimit
from taskmodel.summary import provenance_facts

DEFAULT_SCENARIO = "defect_budget"  # of the catalog that it names, in which AI does not err else
PATH = "supervision.defect_budget"
ROWS = 11  # of the table
# share of AI's work from which a protocol is named: it would be shown as at least 1 %
SHOWN = 0.005
NUMBERS = (
    "defect_budget",
    "output",
    *SPEEDUPS,
    "safety_price",
    "defect_budget_elasticity",
    "escaped_harm",
    "review_hours",
    "automated_hours_share",
)


def answer(args: Namespace) -> Answer:
    """Compute a frontier: of AI that errs at random, or of AI that attacks."""
    if args.attack:
        return attacked.answer(args)
    if args.harms is not None:
        raise InputError("--harms is of AI that attacks; add --attack, or give --budgets")
    if args.scenario is None and args.catalog == load_scenario(DEFAULT_SCENARIO).catalog:
        args.scenario = DEFAULT_SCENARIO
    catalog = load(args)
    compute = point(catalog, args)
    if args.budgets is not None:
        check_range(catalog, PATH, args.budgets, f"--budgets {args.budgets}")
    with output(args, "solving along the budget", folder_name(catalog, args, "frontier")) as files:
        budgets = None if args.budgets is None else args.budgets.values()
        try:
            result = tm.safety_frontier(catalog, budgets, compute=compute)
        except NothingToLimit as error:
            raise NoAnswer(f"{error}; budgets are given with --budgets LOW:HIGH") from error
        files.write("frontier", result, "frontier", "safety_frontier")
    rows = (result.isel(defect_budget=row) for row in range(result.sizes["defect_budget"]))
    facts = {
        **provenance_facts(result),
        "compute": compute,
        "ceases_to_bind": float(result["ceases_to_bind"]),
        "unlimited": numbers(result, ("output", *SPEEDUPS, "escaped_harm"), "_unlimited"),
        "curve": [*map(_facts, rows)],
    }
    return Answer(facts, lambda: _lines(catalog, facts), files)


def _facts(state: xr.Dataset) -> dict[str, Any]:
    shares = {name: by_label(state[name]) for name in ("ai_work_share", "bottleneck_share")}
    return {**numbers(state, NUMBERS), **shares}


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    curve, unlimited = facts["curve"], facts["unlimited"]
    columns = ("defect_budget", "throughput_speedup", "speedup", "safety_price")
    rows = [["budget [h]", "throughput", "effective", "price", "review [h]", "most of AI's work"]]
    rows += [
        [
            *(number(row[name]) for name in columns),
            f"{row['review_hours']:,.0f}",
            _largest(row["ai_work_share"]),
        ]
        for row in thinned(curve, ROWS)
    ]
    speedups = (number(unlimited[name]) for name in ("throughput_speedup", "speedup"))
    rows.append(["no limit", *speedups, "0", "", ""])
    # Shares are NaN where AI does nothing, as at a budget of 0. `max` would return a NaN that comes
    # first, so that shares are compared before.
    protocols: dict[str, float] = {}
    for row in curve:
        for mode, share in row["ai_work_share"].items():
            if share >= SHOWN:
                protocols[mode] = max(share, protocols.get(mode, 0.0))
    used = sorted(protocols, key=lambda mode: -protocols[mode])
    return [
        *heading_at(catalog, facts["compute"]),
        "",
        "Speed-ups [x], by how much defective work may pass unnoticed in a year",
        *table(rows, left_columns=(5,)),
        *wrapped(
            "The price of safety: hours of research, in those of people without AI, that are given "
            "up for an hour less of defective work that escapes. Hours of it are weighted by harm. "
            f"Without a limit {number(unlimited['escaped_harm'])} h a year escape; the budget "
            f"ceases to bind at {number(facts['ceases_to_bind'])}. Used along the way: "
            f"{', '.join(used) or 'no AI'}."
        ),
    ]


def _largest(shares: dict[str, float]) -> str:
    mode = max(shares, key=lambda name: shares[name])
    return "none is done" if math.isnan(shares[mode]) else f"{mode} {percent(shares[mode])}"
