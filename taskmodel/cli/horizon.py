"""`taskmodel horizon`: how long the tasks are that AI can do, over time, and when it comes to which."""

from __future__ import annotations

import json
import math
from argparse import Namespace
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.files import results_folder
from taskmodel.cli.screen import json_text, note, number, plain, progress, table, wrapped
from taskmodel.errors import InputError

if TYPE_CHECKING:
    import xarray as xr


def command(args: Namespace) -> int:
    """Find the horizons, write the result if asked to, print the dates."""
    options = _options(args)
    figures = (
        args.output is not None and not args.no_figures and find_spec("matplotlib") is not None
    )
    if args.output is not None and not (args.no_figures or figures):
        note(
            "note: no figure, since matplotlib is not installed; to have one: pip install 'taskmodel[plot]'",
            args.quiet,
        )
    catalog = asked.catalog(args)
    files: list[str] = []
    with ExitStack() as stack:
        workshop = (
            None if args.output is None else stack.enter_context(results_folder(Path(args.output)))
        )
        with progress("finding horizons", args.quiet):
            import taskmodel as tm
            from taskmodel.takeoff.horizons import load_trend

            trend = load_trend(args.trend)
            try:
                found = tm.horizon(catalog, trend, **options)
            except ValueError as error:
                raise InputError(str(error)) from error
            if workshop is not None:
                tm.save(found, workshop / "horizon.nc")
                if figures:
                    from taskmodel import plots

                    plots.save(plots.horizon(found), workshop / "horizon")
                names = sorted(
                    (path.name for path in workshop.iterdir()),
                    key=lambda name: (name != "horizon.nc", name),
                )
                files = [str(Path(args.output) / name) for name in names]
    facts = _facts(found, catalog.scenario, files)
    print(
        json_text(facts)
        if args.json
        else "\n".join([*asked.heading(catalog, f"trend {trend.name}"), *_lines(facts)])
    )
    return 0


def _options(args: Namespace) -> dict[str, Any]:
    """Arguments of `taskmodel.horizon`."""
    options: dict[str, Any] = {}
    for name, option, what, factor in (
        ("since", "--since", "date, such as 2023", 1.0),
        ("doubling", "--doubling", "number of months, such as 7", 1 / 12),
        ("growth", "--growth", "number of powers of ten a year, such as 1.13", 1.0),
    ):
        if (text := getattr(args, name)) is not None:
            options["doubling_time" if name == "doubling" else name] = factor * asked.positive(
                text, option, what
            )
    if args.compute:
        if "growth" in options:
            raise InputError("--growth and --compute: compute has one course; give one of them")
        course: dict[float, float] = {}
        for text in args.compute:
            date, equals, value = text.partition("=")
            if not equals:
                raise InputError(
                    f"--compute {text}: write DATE=C, such as --compute 2026=8.4e28 (FLOP/year)"
                )
            when = asked.positive(date, f"--compute {text}: DATE", "calendar year, such as 2026")
            if when in course:
                raise InputError(f"--compute {text}: the date is given twice; keep one")
            course[when] = asked.compute(value, f"--compute {text}: C")
        if len(course) < 2:
            raise InputError(
                "--compute: a course needs two dates at least; for compute from today's on use --growth"
            )
        options["compute"] = course
    return options


def _facts(found: xr.Dataset, scenario: str | None, files: list[str]) -> dict[str, Any]:
    def by_both(values: xr.DataArray) -> dict[str, Any]:
        return {
            str(driver): {
                str(success): values.sel(driver=driver, success=success).item()
                for success in found["success"].values
            }
            for driver in found["driver"].values
        }

    milestones = [
        {
            "milestone": str(name),
            "meaning": found["milestone_meaning"].sel(milestone=name).item(),
            "horizon": found["milestone_horizon"].sel(milestone=name).item(),
            "dates": by_both(found["milestone_value"].sel(milestone=name)),
        }
        for name in found["milestone"].values
    ]
    growth = found["agreeing_growth"]
    return {
        "catalog": found.attrs["catalog_name"],
        "scenario": scenario,
        "overrides": json.loads(found.attrs["overrides"]),
        "version": found.attrs["taskmodel_version"],
        "sha256": found.attrs["catalog_sha256"],
        "trend": found.attrs["trend_name"],
        "trend_sha256": found.attrs["trend_sha256"],
        "since": found.attrs["since"],
        "first": found["time"].values[0].item(),
        "last": found["time"].values[-1].item(),
        "doubling_time": by_both(found["doubling_time"]),
        "agreeing_growth": {
            str(success): {
                str(level): growth.sel(success=success, level=level).item()
                for level in found["level"].values
            }
            for success in found["success"].values
        },
        "milestones": milestones,
        "files": files,
    }


def _lines(facts: dict[str, Any]) -> list[str]:
    def months(driver: str, success: str) -> str:
        value = facts["doubling_time"][driver][success]
        return (
            "at no constant pace"
            if math.isnan(value)
            else "never"
            if math.isinf(value)
            else f"in {12 * value:.1f} months"
        )

    def date(value: float) -> str:
        return "-" if math.isnan(value) else f"{value:.1f}"

    rows = [
        ["", "", "by compute", "", "by the trend", ""],
        ["", "h", "50 %", "80 %", "50 %", "80 %"],
    ]
    for entry in facts["milestones"]:
        dates = [
            date(entry["dates"][driver][success])
            for driver in ("compute", "time")
            for success in ("50", "80")
        ]
        rows.append([plain(entry["meaning"], 44), number(entry["horizon"]), *dates])
    growth = facts["agreeing_growth"]["50"]
    return [
        "",
        f"When the frontier does half, and 80 %, of such work; -: not from {facts['first']:g} to {facts['last']:g}",
        *table(rows),
        "",
        *wrapped(
            f"The 50 % horizon doubles {months('compute', '50')} by compute, and {months('time', '50')} by the trend of frontier "
            f"models since {facts['since']:g} (80 %: {months('time', '80')})."
        ),
        *wrapped(
            f"Both go at one pace where compute grows by {growth['central']:.2f} powers of ten a year "
            f"({growth['high']:.2f} to {growth['low']:.2f} over the interval of capability.slope)."
        ),
        *(["", f"Written to {', '.join(facts['files'])}"] if facts["files"] else []),
    ]
