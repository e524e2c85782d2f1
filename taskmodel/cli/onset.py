"""`taskmodel onset`: where oversight begins to bind and becomes the bottleneck, for values of an input."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.screen import compute, json_text, number, percent, progress, table, wrapped

if TYPE_CHECKING:
    from taskmodel.catalog import Catalog

POINTS = 13  # each is a sweep of its own
COLUMNS = (
    "oversight_binds_from",
    "oversight_binds_speedup",
    "oversight_bottleneck_from",
    "oversight_bottleneck_speedup",
    "review_bottleneck_share",
)


def command(args: Namespace) -> int:
    """Print the table."""
    if (
        "=" in args.catalog and "=" not in args.range
    ):  # the other way round, as in all other commands
        args.catalog, args.range = args.range, args.catalog
    catalog = asked.catalog(args)
    path, low, high, points = asked.varied(catalog, args.range, POINTS)
    place = (
        catalog.compute.today.value
        if args.compute is None
        else asked.compute(args.compute, "--compute")
    )
    with progress(f"following compute for {points} values of {path}", args.quiet):
        import numpy as np

        import taskmodel as tm
        from taskmodel.summary import provenance

        values = np.geomspace(low, high, points) if low > 0 else np.linspace(low, high, points)
        found = tm.onset(catalog, path, values, compute=place)
    rows = zip(values.tolist(), *(found[name].values.tolist() for name in COLUMNS), strict=True)
    facts: dict[str, Any] = {
        **provenance(found),
        "compute": place,
        "over": path,
        "unit": catalog.unit_of(path),
        "values": [dict(zip(("value", *COLUMNS), row, strict=True)) for row in rows],
    }
    print(json_text(facts) if args.json else "\n".join(_lines(catalog, facts)))
    return 0


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    grid, path = catalog.compute.grid, facts["over"]
    unit = "" if facts["unit"] in ("1", "") else f" [{facts['unit']}]"

    def place(value: float) -> str:
        return (
            "nowhere"
            if value != value
            else f"{compute(value)} or less"
            if value == grid.low
            else compute(value)
        )

    rows = [[f"{path}{unit}", "binds from", "[x]", "bottleneck from", "[x]", "review"]]
    for row in facts["values"]:
        binds, fast, most, faster, share = (row[name] for name in COLUMNS)
        rows.append(
            [
                number(row["value"]),
                place(binds),
                number(fast),
                place(most),
                number(faster),
                percent(share),
            ]
        )
    return [
        *asked.heading(
            catalog, f"compute from {compute(grid.low)} to {compute(grid.high)} FLOP/year"
        ),
        "",
        "Where oversight begins to bind and becomes the bottleneck [FLOP/year]",
        *table(rows),
        *wrapped(
            f"[x]: speed-up of throughput there. Review: its part of what holds research back at {compute(facts['compute'])} FLOP/year."
        ),
    ]
