"""`taskmodel onset`: where oversight begins to bind and becomes the bottleneck."""

import math
from argparse import Namespace
from typing import Any

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli.calendar import Calendar, short
from taskmodel.cli.catalogs import axis_of, heading, point
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import bracketed, counted, number, percent, scientific, table, wrapped
from taskmodel.cli.words import records
from taskmodel.summary import provenance_facts

# each point is a sweep of its own
POINTS = 13
COLUMNS = (
    "oversight_binds_from",
    "oversight_binds_speedup",
    "oversight_bottleneck_from",
    "oversight_bottleneck_speedup",
    "review_bottleneck_share",
)


def answer(args: Namespace) -> Answer:
    """Find the onset for each value of the input."""
    catalog, axis = axis_of(args, POINTS)
    path, span = axis
    compute = point(catalog, args)
    with output(args, f"following compute for {counted(span.points, 'value')} of {path}") as files:
        result = tm.onset(catalog, path, span.values(), compute=compute)
        files.write("onset", result, "onset", "onset")
    rows = zip(result[path].values.tolist(), records(result, COLUMNS), strict=True)
    facts = {
        **provenance_facts(result),
        "compute": compute,
        "over": path,
        "unit": catalog.unit_of(path),
        "values": [{"value": value, **row} for value, row in rows],
    }
    return Answer(facts, lambda: _lines(catalog, facts), files)


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    grid = catalog.compute.grid

    # where review binds from the first point of the grid on, the onset may lie below it
    def onset(compute: float) -> str:
        if math.isnan(compute):
            return "nowhere"
        return scientific(compute) + (" or less" if compute == grid.low else "")

    calendar = Calendar(catalog)

    def month(compute: float) -> str:
        return short(calendar.month(compute)) or "-"

    first = f"{facts['over']}{bracketed(facts['unit'])}"
    rows = [[first, "binds from", "date", "[x]", "bottleneck from", "date", "[x]", "review"]]
    binds, bottleneck = COLUMNS[0], COLUMNS[2]
    cells = (
        (onset, binds),
        (month, binds),
        (number, COLUMNS[1]),
        (onset, bottleneck),
        (month, bottleneck),
        (number, COLUMNS[3]),
        (percent, COLUMNS[4]),
    )
    for row in facts["values"]:
        rows.append([number(row["value"]), *(text(row[name]) for text, name in cells)])
    ends = f"{scientific(grid.low)} to {scientific(grid.high)}"
    return [
        *heading(catalog, f"compute from {ends} FLOP/year", facts["over"]),
        "",
        "Where oversight begins to bind and becomes the bottleneck [FLOP/year]",
        *table(rows),
        *wrapped(
            f"{f'Dates are along {calendar.paths}. ' if calendar.paths else ''}"
            "[x]: speed-up of throughput there. Review: its share of what holds research back at "
            f"{scientific(facts['compute'])} FLOP/year."
        ),
    ]
