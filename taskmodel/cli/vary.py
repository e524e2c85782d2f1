"""`taskmodel vary`: sweep any number of the catalog, at one point of the compute axis."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.files import RESULTS, folder_name, results_folder
from taskmodel.cli.screen import compute, json_text, number, progress, table, wrapped
from taskmodel.cli.words import SPEEDUPS, binding_text, curve_row, event_text

if TYPE_CHECKING:
    from taskmodel.catalog import Catalog

ROWS = 11  # of the table
MOST = 20  # events shown


def command(args: Namespace) -> int:
    """Sweep, write the result, print the curve and the events."""
    if (
        "=" in args.catalog and "=" not in args.range
    ):  # the other way round, as in all other commands
        args.catalog, args.range = args.range, args.catalog
    catalog = asked.catalog(args)
    path, low, high, points = asked.varied(catalog, args.range)
    place = (
        catalog.compute.today.value
        if args.compute is None
        else asked.compute(args.compute, "--compute")
    )
    folder = (
        RESULTS / f"{folder_name(catalog)}-{path}" if args.output is None else Path(args.output)
    )
    with results_folder(folder) as workshop:
        with progress(f"solving along {path}", args.quiet):
            import numpy as np

            import taskmodel as tm
            from taskmodel.summary import plain_events, provenance

            values = np.geomspace(low, high, points) if low > 0 else np.linspace(low, high, points)
            result = tm.sweep(catalog, place, over=path, values=values)
            tm.save(result, workshop / "result.nc")
    facts: dict[str, Any] = {
        **provenance(result),
        "compute": place,
        "over": path,
        "unit": catalog.unit_of(path),
        "curve": [curve_row(result, path, index) for index in range(points)],
        "events": list(plain_events(tm.events(result))),
        "files": [str(folder / "result.nc")],
    }
    print(json_text(facts) if args.json else "\n".join(_lines(catalog, facts)))
    return 0


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    curve, found, path = facts["curve"], facts["events"], facts["over"]
    unit = "" if facts["unit"] in ("1", "") else f" [{facts['unit']}]"
    step = max(1, (len(curve) - 1) // (ROWS - 1))
    chosen = [*curve[::step][: ROWS - 1], curve[-1]] if len(curve) > ROWS else curve
    rows = [[f"{path}{unit}", "throughput", "latency", "effective", "what binds most"]]
    rows += [
        [number(each["value"]), *(number(each[name]) for name in SPEEDUPS), binding_text(each)]
        for each in chosen
    ]
    span = f"{path} from {number(curve[0]['value'])} to {number(curve[-1]['value'])}{unit}"
    lines = [
        *asked.heading(catalog, f"at {compute(facts['compute'])} FLOP/year"),
        f"  {span}, {len(curve)} points",
        "",
        "Speed-up of research [x] over the same people without AI",
        *table(rows, left=(4,)),
    ]
    if found:
        lines += [
            "",
            "What changes on the way",
            *table([[_place(event[path]), event_text(event)] for event in found[:MOST]], left=(1,)),
        ]
    else:
        same = all(row[name] == curve[0][name] for row in curve for name in SPEEDUPS)
        lines += [
            "",
            f"{path} makes no difference here."
            if same
            else "The same modes are used and the same factors scarce from end to end.",
        ]
    if len(found) > MOST:
        lines += wrapped(f"And {len(found) - MOST} more changes, in the file.")
    return [*lines, "", f"Written to {facts['files'][0]}"]


def _place(value: float) -> str:
    return f"{value:.6g}"
