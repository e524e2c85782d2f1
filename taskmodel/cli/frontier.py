"""`taskmodel frontier`: how much research there can be, by how much defective work may pass unnoticed."""

from __future__ import annotations

from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.files import RESULTS, folder_name, results_folder
from taskmodel.cli.screen import compute, json_text, number, percent, progress, table, wrapped
from taskmodel.errors import InputError, NoAnswer

if TYPE_CHECKING:
    import xarray as xr

    from taskmodel.catalog import Catalog

DEFAULT_SCENARIO = "defect_budget"  # for the bundled catalog that it speaks of, where AI does not err unless a scenario says so
PATH = "supervision.defect_budget"
POINTS = 41  # where ends are given
ROWS = 11  # of the table
SHOWN = 0.005  # part of AI's work from which a protocol is named
SPEEDUPS = ("throughput_speedup", "latency_speedup", "speedup")
NUMBERS = (
    "output",
    *SPEEDUPS,
    "safety_price",
    "defect_budget_elasticity",
    "escaped_harm",
    "review_hours",
    "automated_hours_share",
)


def command(args: Namespace) -> int:
    """Draw the frontier, write dataset and figure, print what a stricter budget costs."""
    catalog = _catalog(args)
    place = (
        catalog.compute.today.value
        if args.compute is None
        else asked.compute(args.compute, "--compute")
    )
    budgets = None if args.budgets is None else _budgets(catalog, args.budgets)
    figures = not args.no_figures and find_spec("matplotlib") is not None
    folder = (
        RESULTS / f"{folder_name(catalog)}-frontier" if args.output is None else Path(args.output)
    )
    with results_folder(folder) as workshop:
        with progress("solving along the budget", args.quiet):
            import taskmodel as tm
            from taskmodel.errors import NothingToLimit

            try:
                found = tm.safety_frontier(catalog, budgets, compute=place)
            except NothingToLimit as error:
                raise NoAnswer(f"{error}; budgets are given with --budgets LOW:HIGH") from error
            tm.save(found, workshop / "frontier.nc")
            if figures:
                from taskmodel import plots

                plots.save(plots.safety_frontier(found), workshop / "frontier")
        names = sorted(
            (path.name for path in workshop.iterdir()),
            key=lambda name: (name != "frontier.nc", name),
        )
    from taskmodel.summary import provenance

    facts = {
        **provenance(found),
        "compute": place,
        **_facts(found),
        "files": [str(folder / name) for name in names],
    }
    print(
        json_text(facts) if args.json else "\n".join(_lines(catalog, facts, args.compute is None))
    )
    return 0


def _catalog(args: Namespace) -> Catalog:
    """The catalog that was asked for; the one that the scenario speaks of under it, if no other is."""
    from taskmodel.catalog import load_scenario

    if args.scenario is None and args.catalog == load_scenario(DEFAULT_SCENARIO).catalog:
        args.scenario = DEFAULT_SCENARIO
    return asked.catalog(args)


def _budgets(catalog: Catalog, text: str) -> Any:
    """Budgets of LOW:HIGH or LOW:HIGH:POINTS, in a geometric series; from 0 on, in even steps."""
    import numpy as np

    span, _, points = text.rpartition(":") if text.count(":") == 2 else (text, "", str(POINTS))
    low, high = asked.ends(span, "--budgets")
    if not (points.isdecimal() and 2 <= int(points) <= asked.MOST_VARIED):
        raise InputError(
            f"--budgets {text}: POINTS must be a whole number from 2 to {asked.MOST_VARIED:,}; found {points!r}"
        )
    asked.allowed(catalog, PATH, (low, high), f"--budgets {text}")
    return np.geomspace(low, high, int(points)) if low > 0 else np.linspace(low, high, int(points))


def _facts(found: xr.Dataset) -> dict[str, Any]:
    names = [str(mode) for mode in found["mode"].values]
    sources = [str(source) for source in found["source"].values]
    curve = [
        {
            "defect_budget": float(at["defect_budget"]),
            **{name: float(at[name]) for name in NUMBERS},
            "ai_work_share": dict(zip(names, at["ai_work_share"].values.tolist(), strict=True)),
            "bottleneck_share": dict(
                zip(sources, at["bottleneck_share"].values.tolist(), strict=True)
            ),
        }
        for at in (found.isel(defect_budget=index) for index in range(found.sizes["defect_budget"]))
    ]
    unlimited = {
        name: float(found[f"{name}_unlimited"]) for name in ("output", *SPEEDUPS, "escaped_harm")
    }
    return {
        "ceases_to_bind": float(found["ceases_to_bind"]),
        "unlimited": unlimited,
        "curve": curve,
    }


def _lines(catalog: Catalog, facts: dict[str, Any], today: bool) -> list[str]:
    curve = facts["curve"]
    step = max(1, -(-(len(curve) - 1) // (ROWS - 1)))
    chosen = [*curve[:-1:step], curve[-1]]
    rows = [["budget [h]", "throughput", "effective", "price", "review [h]", "most of AI's work"]]
    rows += [
        [
            number(row["defect_budget"]),
            number(row["throughput_speedup"]),
            number(row["speedup"]),
            number(row["safety_price"]),
            f"{row['review_hours']:,.0f}",
            _most(row["ai_work_share"]),
        ]
        for row in chosen
    ]
    most = facts["unlimited"]
    rows.append(
        ["no limit", number(most["throughput_speedup"]), number(most["speedup"]), "0", "", ""]
    )
    used = sorted(
        {mode for row in curve for mode, share in row["ai_work_share"].items() if share >= SHOWN},
        key=lambda mode: -max(row["ai_work_share"][mode] for row in curve),
    )
    return [
        *asked.heading(
            catalog, f"at {compute(facts['compute'])} FLOP/year{', today' if today else ''}"
        ),
        "",
        "Speed-ups [x], by how much defective work may pass unnoticed in a year",
        *table(rows, left=(5,)),
        *wrapped(
            "The price of safety: hours of research, in those of people without AI, that are given up for an hour less of defective "
            "work that escapes. Hours of it are weighted by harm. "
            f"Without a limit {number(most['escaped_harm'])} h a year escape; the budget ceases to bind at "
            f"{number(facts['ceases_to_bind'])}. Used along the way: {', '.join(used) or 'no AI'}."
        ),
        "",
        *(f"Written to {file}" for file in facts["files"]),
    ]


def _most(shares: dict[str, float]) -> str:
    mode = max(shares, key=lambda name: shares[name])
    return f"{mode} {percent(shares[mode])}" if shares[mode] == shares[mode] else "none is done"
