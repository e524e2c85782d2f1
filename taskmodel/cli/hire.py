"""`taskmodel hire`: how many people to hire, when, as compute grows."""

from argparse import Namespace
from typing import Any

import taskmodel as tm
from taskmodel.catalog import Catalog, bundled_catalogs
from taskmodel.cli.catalogs import heading, load
from taskmodel.cli.commands import DEFAULT_PATHS
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import number, percent, plain, table, thinned, wrapped
from taskmodel.cli.spend import DEFAULT_SCENARIO, dollars
from taskmodel.cli.words import numbers, records
from taskmodel.summary import provenance_facts
from taskmodel.sweeps.paths import Paths, load_paths

ROWS = 9  # of the table
SCALARS = ("pay", "budget", "hiring_gain", "hiring_residual")


def answer(args: Namespace) -> Answer:
    """Compute the plan; report people and hires by date."""
    if args.scenario is None and args.catalog in bundled_catalogs():
        args.scenario = DEFAULT_SCENARIO
    catalog = load(args)
    paths = load_paths(DEFAULT_PATHS if args.paths is None else args.paths)
    with output(args, "planning") as files:
        plan = tm.money.hire(
            catalog, args.years, people=args.people, paths=paths, budget=args.budget
        )
        files.write("hire", plan, "hire", "hire")
    facts = {
        **provenance_facts(plan),
        "paths": paths.name,
        "people": str(plan["hired_pool"].item()),
        **numbers(plan, SCALARS),
        "stocks": records(plan, ("time", "people", "counting", "person_worth")),
        "flows": records(plan, ("step", "hires", "hire_worth")),
    }
    return Answer(facts, lambda: _lines(catalog, paths, facts), files)


def _lines(catalog: Catalog, paths: Paths, facts: dict[str, Any]) -> list[str]:
    stocks, flows = facts["stocks"], facts["flows"]
    rows = [["date", "people", "who count", "one more is worth", "hires a year"]]
    # the pace of the step that begins at a date; at the last date that of the step before
    paired = list(zip(stocks, [*flows, flows[-1]], strict=True))
    rows += [
        [
            f"{stock['time']:.2f}",
            number(stock["people"]),
            number(stock["counting"]),
            f"{dollars(stock['person_worth'])} a year",
            number(flow["hires"]),
        ]
        for stock, flow in thinned(paired, ROWS)
    ]
    first, last = stocks[0], stocks[-1]
    return [
        *heading(catalog, f"people: {facts['people']}"),
        f"  paths {paths.name}: {plain(paths.title)}",
        "",
        f"Whom to hire, where a person is paid {dollars(facts['pay'])} a year",
        *table(rows),
        *wrapped(
            f"From {number(first['people'])} to {number(last['people'])} people. All research of a "
            f"year is worth {dollars(facts['budget'])}, and a per cent more of it a per cent of "
            f"that. The plan gains {dollars(facts['hiring_gain'])} over hiring nobody, "
            f"{percent(facts['hiring_gain'] / facts['budget'])} of a year's money."
        ),
    ]
