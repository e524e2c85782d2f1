"""`taskmodel simulate`: a world through time, and what it reaches when."""

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

DATES = (
    "rampup_start",
    "automation_rnd_20%",
    "automation_gns_20%",
    "automation_rnd_100%",
    "automation_gns_100%",
    "sub_agi_year",
    "agi_year",
)
LENGTHS = (
    "len_full_automation_gns",
    "len_full_automation_rnd",
    "len_sub_agi_to_agi",
    "len_cog_output_multiplier",
    "len_gwp_growth",
)


def command(args: Namespace) -> int:
    """Simulate, write the result if asked to, print the milestones."""
    from taskmodel.takeoff._simulate import resolve_scenario
    from taskmodel.takeoff.loops import is_loop

    beside = [
        name
        for name in (
            "alignment",
            "alignment_scenario",
            "alignment_set",
            "capabilities",
            "paths",
            "effective",
        )
        if getattr(args, name)
    ]
    if is_loop(resolve_scenario(args.scenario)):
        if beside:
            raise InputError(
                f"--{beside[0].replace('_', '-')} is for worlds of Davidson's; {args.scenario} is a loop"
            )
        from taskmodel.cli import loops

        return loops.command(args)
    for option in ("draws", "seed"):
        if getattr(args, option) is not None:
            raise InputError(
                f"--{option} is for loops with priors, such as kwa; {args.scenario} is a world of Davidson's, and has none"
            )
    if args.alignment is not None:
        from taskmodel.cli import beside as alongside

        return alongside.command(args)
    if beside:
        raise InputError(
            f"--{beside[0].replace('_', '-')} is of an organisation beside the world; add --alignment CATALOG"
        )
    settings = asked.overrides(args.set)
    step = None if args.reference_step is None else _step(args.reference_step)
    figures = (
        args.output is not None and not args.no_figures and find_spec("matplotlib") is not None
    )
    if args.output is not None and not (args.no_figures or figures):
        note(
            "note: no figure, since matplotlib is not installed; to have one: pip install 'taskmodel[plot]'",
            args.quiet,
        )
    files: list[str] = []
    with ExitStack() as stack:
        workshop = (
            None if args.output is None else stack.enter_context(results_folder(Path(args.output)))
        )
        with progress("following the world through time", args.quiet):
            import taskmodel as tm

            world = tm.simulate(args.scenario, set=settings, reference_step=step)
            if workshop is not None:
                tm.save(world, workshop / "result.nc")
                if figures:
                    from taskmodel import plots

                    plots.save(plots.takeoff(world), workshop / "takeoff")
                names = sorted(
                    (path.name for path in workshop.iterdir()),
                    key=lambda name: (name != "result.nc", name),
                )
                files = [str(Path(args.output) / name) for name in names]
    print(json_text(_facts(world, files)) if args.json else "\n".join(_lines(world, files)))
    return 0


def _step(text: str) -> float:
    try:
        step = float(text)
    except ValueError:
        step = math.nan
    if not 1e-4 <= step <= 10:
        raise InputError(
            f"--reference-step {text}: a number of years from 0.0001 to 10 is needed, such as 0.1"
        )
    return step


def _facts(world: xr.Dataset, files: list[str]) -> dict[str, Any]:
    import taskmodel as tm

    found = tm.milestones(world)
    rows = zip(
        *(found[name].values.tolist() for name in ("milestone", "value", "unit", "meaning")),
        strict=True,
    )
    events = zip(
        *(world[f"event_{name}"].values.tolist() for name in ("time", "kind", "what")), strict=True
    )
    settings = {
        name: world.attrs[name] for name in ("reference_step", "tolerance") if name in world.attrs
    }
    return {
        "scenario": world.attrs["scenario_name"],
        "overrides": json.loads(world.attrs["overrides"]),
        "version": world.attrs["taskmodel_version"],
        "sha256": world.attrs["scenario_sha256"],
        **settings,
        "stopped": world.attrs["stopped"],
        "milestones": {
            name: {"value": value, "unit": unit, "meaning": meaning}
            for name, value, unit, meaning in rows
        },
        "gwp_doubling_times": found["gwp_doubling_times"].values.tolist(),
        "events": [{"time": time, "kind": kind, "what": what} for time, kind, what in events],
        "files": files,
    }


def _lines(world: xr.Dataset, files: list[str]) -> list[str]:
    from taskmodel.takeoff.davidson.headlines import YEARS

    facts = _facts(world, files)
    value, meaning = (
        {name: entry[field] for name, entry in facts["milestones"].items()}
        for field in ("value", "meaning")
    )
    how = (
        f"stepped by {facts['reference_step']:g} years"
        if "reference_step" in facts
        else "differential equations"
    )
    first, last = world["time"].values[[0, -1]]
    lines = [
        f"Takeoff of {facts['scenario']}, {first:.6g} to {last:.6g}, {how}",
        *(
            f"  set {name} = {'null' if given is None else plain(str(given))}"
            for name, given in facts["overrides"].items()
        ),
        "",
        "Years",
        *table(
            [
                [meaning[name], _year(value[name])]
                for name in sorted(DATES, key=lambda name: (math.isnan(value[name]), value[name]))
            ]
        ),
        "",
        "Lengths [years]",
        *table([[meaning[name], number(value[name])] for name in LENGTHS]),
        *wrapped(
            f"World product doubles in {', then '.join(number(one) for one in facts['gwp_doubling_times'] if not math.isnan(one))} years: "
            "at the pace of the start, then one after the other from the wake-up on."
        ),
    ]
    rows = [
        ["", "goods", "R&D", "largest run", "software", "FLOP/year/$", "world product"],
        ["", "[%]", "[%]", "[FLOP]", "[1]", "(design)", "[$/year]"],
    ]
    for year in YEARS:
        if not math.isnan(value[f"gwp_{year}"]):
            shares = [f"{100 * value[f'frac_{family}_{year}']:.0f}" for family in ("goods", "rnd")]
            levels = [
                _level(value[f"{name}_{year}"])
                for name in ("training_run", "software", "hardware_performance", "gwp")
            ]
            rows.append([str(year), *shares, *levels])
    if len(rows) > 2:
        lines += ["", "At the start of the year", *table(rows)]
    if facts["stopped"]:
        lines += ["", *wrapped(f"The run ends before its time, {facts['stopped']}.", indent="")]
    return [*lines, *(["", f"Written to {', '.join(files)}"] if files else [])]


def _year(value: float) -> str:
    return "not reached" if math.isnan(value) else f"{value:.3f}"


def _level(value: float) -> str:
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits}e{int(power)}"
