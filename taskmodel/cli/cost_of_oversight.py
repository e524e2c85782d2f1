"""What oversight costs, in words of `taskmodel run`."""

import math

from taskmodel.allocation import Status
from taskmodel.catalog import Catalog
from taskmodel.cli.catalogs import today_words
from taskmodel.cli.screen import counted, number, scientific, wrapped
from taskmodel.summary import COSTS, Point, Row, Summary

COSTLY = 1.5  # from here on it is said why oversight is nowhere the bottleneck


def cost_lines(catalog: Catalog, summary: Summary) -> list[str]:
    """Say what oversight costs."""
    today, end = summary.today, summary.end
    places = [
        _from(getattr(summary, name), name in summary.at_grid_start, _nowhere(summary, level))
        for name, level in COSTS.items()
    ]
    reached = [
        f"{word} ({level:g}x) {place}"
        for level, word, place in zip(COSTS.values(), ("a tenth", "half"), places, strict=True)
    ]
    times, final = number(today.oversight_cost), number(end.oversight_cost)
    at_end, free = f"at {scientific(end.compute)} FLOP/year", "output with all review hours free"
    then = f"{free} would be {final} times what it is"
    if not math.isnan(today.oversight_cost):
        said = (
            f"Oversight costs {times}x {today_words(catalog)}: with all review hours free, and all "
            f"else as it is, output would be {times} times what it is"
        )
        then = f"{final} times"
    elif today.status == Status.ZERO:
        said = (
            "Nothing is produced today, with review or without, so that oversight costs nothing "
            "there"
        )
    else:
        said = f"What oversight costs {today_words(catalog)} is not known: {_why_unknown(today)}"
    if math.isnan(end.oversight_cost):
        then = f"it is not known: {_why_unknown(end)}"
    costs = f"It costs {', and '.join(reached)}."
    return wrapped(f"{said}; {at_end} {then}. {costs}", indent="")


def _why_unknown(row: Row) -> str:
    """Say why there is no cost of oversight at a point."""
    if row.status == Status.UNBOUNDED:
        return "output has no limit, with review or without"
    if row.status == Status.ZERO:
        return "nothing is produced, with review or without"
    return "output with all review hours free could not be certified"


def _nowhere(summary: Summary, level: float) -> str:
    """Say that there is no compute at which a level of cost is first reached, or none found."""
    rows = (*summary.curve, summary.today, summary.end)
    if any(row.oversight_cost > level for row in rows):
        return (
            "on a part of the grid, but from where on is not found: beside it output with all "
            "review hours free could not be certified"
        )
    return "found nowhere on the grid" if unknown_costs(summary) else "nowhere on the grid"


def unknown_costs(summary: Summary) -> bool:
    """Return whether some point has output, and what oversight costs there is not known."""
    rows = (*summary.curve, summary.today, summary.end)
    none = (Status.ZERO, Status.UNBOUNDED)
    return any(math.isnan(row.oversight_cost) and row.status not in none for row in rows)


def _from(point: Point | None, at_start: bool, nowhere: str) -> str:
    if point is None or point.compute is None:
        return nowhere
    return f"from {'or below ' if at_start else ''}{scientific(point.compute)} FLOP/year"


def too_few_reviewers(summary: Summary) -> list[str]:
    """Explain why oversight holds nothing back at the margin although it costs much."""
    missing = [
        name
        for name in ("oversight_binds", "oversight_bottleneck")
        if getattr(summary, name) is None
    ]
    rows = (*summary.curve, summary.today)
    costly = [row for row in rows if row.oversight_cost > COSTLY]  # none of unknown cost
    if not missing or not costly:
        return []
    most = max(costly, key=lambda row: row.oversight_cost)
    state = "binds nowhere" if missing[0] == "oversight_binds" else "is the bottleneck nowhere"
    why = (
        "reviewers are too few to be worth automating for: people do "
        f"{counted(most.tasks_by_hand, 'task')} by hand that AI could do."
        if most.tasks_by_hand
        else "at the margin another source holds research back more."
    )
    return wrapped(
        f"Oversight {state}, and yet costs {number(most.oversight_cost)}x at "
        f"{scientific(most.compute)} FLOP/year: {why}",
        indent="",
    )
