"""`taskmodel compare`: what differs between two catalogs, and how much of the difference each change explains."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.screen import compute, json_text, number, plain, progress, table, wrapped

if TYPE_CHECKING:
    import xarray as xr

    from taskmodel.catalog import Catalog

MOST = 30  # rows of the table


def command(args: Namespace) -> int:
    """Print the changes, those that explain most first."""
    one = asked.catalog(args)
    other = asked.catalog(
        Namespace(catalog=args.to or args.catalog, scenario=args.to_scenario, set=args.to_set)
    )
    place = (
        one.compute.today.value
        if args.compute is None
        else asked.compute(args.compute, "--compute")
    )
    with progress("making one change after the other", args.quiet):
        import taskmodel as tm
        from taskmodel.summary import provenance

        found = tm.explain_difference(one, other, target=args.target, compute=place)
    facts = {**provenance(found), "compute": place, **_facts(found)}
    print(json_text(facts) if args.json else "\n".join(_lines(one, other, facts)))
    return 0


def _facts(found: xr.Dataset) -> dict[str, Any]:
    names = ("change", "from_value", "to_value", "alone", "last", "contribution")
    rows = [
        dict(zip(names, row, strict=True))
        for row in zip(*(found[name].values.tolist() for name in names), strict=True)
    ]
    column = "contribution" if found.attrs["method"] == "shapley" else "alone"
    return {
        "target": found.attrs["target"],
        "method": found.attrs["method"],
        **{name: float(found[name]) for name in ("before", "after", "unexplained")},
        "changes": sorted(rows, key=lambda row: -abs(row[column])),
    }


def _lines(one: Catalog, other: Catalog, facts: dict[str, Any]) -> list[str]:
    rows = [["change", "from", "to", "explains", "alone", "last"]]
    for row in facts["changes"][:MOST]:
        values = (row[name] for name in ("contribution", "alone", "last"))
        words = (row["change"], row["from_value"], row["to_value"])
        rows.append(
            [
                *(plain(word, width) for word, width in zip(words, (44, 14, 14), strict=True)),
                *(_signed(value) for value in values),
            ]
        )
    to = [f"  to catalog {other.name}" + (f", scenario {other.scenario}" if other.scenario else "")]
    to += [f"  to {path} = {plain(str(value))}" for path, value in other.overrides.items()]
    lines = [
        *asked.heading(one, f"at {compute(facts['compute'])} FLOP/year"),
        *to,
        "",
        f"{facts['target']} goes from {number(facts['before'])} to {number(facts['after'])}",
        *(
            table(rows, left=(0, 1, 2))
            if len(rows) > 1
            else wrapped("Nothing differs that the answer could depend on.")
        ),
    ]
    if len(facts["changes"]) > MOST:
        lines += wrapped(f"And {len(facts['changes']) - MOST} more, with --json.")
    if facts["method"] != "shapley":
        lines += wrapped(
            "There are too many changes to go through all their orders: each is told alone, and as the last of all."
        )
    if abs(facts["unexplained"]) > 1e-9 * abs(facts["after"]):
        lines += wrapped(
            f"{_signed(facts['unexplained'])} is explained by none of them, but by what has no path: ends of intervals."
        )
    return lines


def _signed(value: float) -> str:
    return "-" if value != value else f"{value:+.3f}"
