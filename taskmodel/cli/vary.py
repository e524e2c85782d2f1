"""`taskmodel vary`: sweep any number of the catalog, at one point of the compute axis."""

from argparse import Namespace
from typing import Any

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli.catalogs import axis_of, heading_at, point
from taskmodel.cli.output import Answer, folder_name, output
from taskmodel.cli.screen import bracketed, counted, number, table, thinned, wrapped
from taskmodel.cli.words import (
    SPEEDUP_HEADS,
    SPEEDUP_WORDS,
    SPEEDUPS,
    binding_text,
    curve_row,
    event_text,
    speedup_cells,
)
from taskmodel.organisation.reviewers import factor_words
from taskmodel.summary import plain_events, provenance_facts

POINTS = 200
ROWS = 11  # of the table
MAX_EVENTS = 20  # shown


def answer(args: Namespace) -> Answer:
    """Sweep the input; report the curve and the events."""
    catalog, axis = axis_of(args, POINTS)
    path, compute = axis.path, point(catalog, args)
    with output(args, f"solving along {path}", folder_name(catalog, args)) as files:
        result = tm.sweep(catalog, compute, over=path, values=axis.span.values())
        files.write("result", result, "along", "along")
    facts = {
        **provenance_facts(result),
        "compute": compute,
        "over": path,
        "unit": catalog.unit_of(path),
        "curve": [curve_row(result, path, index) for index in range(result.sizes[path])],
        "events": list(plain_events(tm.events(result))),
    }
    return Answer(facts, lambda: _lines(catalog, facts), files)


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    curve, events, path = facts["curve"], facts["events"], facts["over"]
    unit = bracketed(facts["unit"])
    rows = [[f"{path}{unit}", *SPEEDUP_HEADS, "what binds most"]]
    rows += [
        [number(row["value"]), *speedup_cells(row), binding_text(row)]
        for row in thinned(curve, ROWS)
    ]
    ends = f"{path} from {number(curve[0]['value'])} to {number(curve[-1]['value'])}{unit}"
    lines = [
        *heading_at(catalog, facts["compute"], path),
        f"  {ends}, {counted(len(curve), 'point')}",
        "",
        "Speed-up of research [x] over the same people without AI",
        *table(rows, left_columns=(4,)),
        SPEEDUP_WORDS,
        "",
    ]
    if events:
        factors = factor_words(catalog)
        shown = [
            [f"{event[path]:.6g}", event_text(event, factors)] for event in events[:MAX_EVENTS]
        ]
        lines += ["Changes along the way", *table(shown, left_columns=(1,))]
    elif all(row[name] == curve[0][name] for row in curve for name in SPEEDUPS):
        lines.append(f"{path} makes no difference here.")
    else:
        lines.append("The same modes are used and the same factors scarce from end to end.")
    if len(events) > MAX_EVENTS:
        lines += wrapped(f"And {len(events) - MAX_EVENTS} more changes, in the file.")
    return lines
