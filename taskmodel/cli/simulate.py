"""`taskmodel simulate`: a world through time, and the dates of its milestones."""

import math
from argparse import Namespace
from typing import Any

import xarray as xr

import taskmodel as tm
from taskmodel.cli import beside, loops
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import date, number, scientific, settings, table, wrapped
from taskmodel.cli.words import early_end, records, world_provenance
from taskmodel.errors import InputError
from taskmodel.takeoff._simulate import resolve_scenario
from taskmodel.takeoff.davidson.headlines import YEARS
from taskmodel.takeoff.loops import is_loop

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
BESIDE = (
    "alignment",
    "alignment_scenario",
    "alignment_set",
    "capabilities",
    "map",
    "paths",
    "effective",
)


def answer(args: Namespace) -> Answer:
    """Simulate a world or a loop, alone or with an organisation beside it."""
    options = [f"--{name.replace('_', '-')}" for name in BESIDE if getattr(args, name)]
    if is_loop(resolve_scenario(args.scenario)):
        if options:
            raise InputError(f"{options[0]} is for worlds of Davidson's; {args.scenario} is a loop")
        return loops.answer(args)
    for option in ("draws", "seed"):
        if getattr(args, option) is not None:
            raise InputError(
                f"--{option} is for loops with priors, such as kwa; {args.scenario} is a world of "
                "Davidson's, and has none"
            )
    if args.alignment is not None:
        return beside.answer(args)
    if options:
        raise InputError(
            f"{options[0]} is of an organisation beside the world; add --alignment CATALOG"
        )
    with output(args, "following the world through time") as files:
        world = tm.simulate(args.scenario, set=args.set, reference_step=args.reference_step)
        files.write("result", world, "takeoff", "takeoff")
    facts = _facts(world)
    return Answer(facts, lambda: _lines(world, facts), files)


def _facts(world: xr.Dataset) -> dict[str, Any]:
    milestones = tm.milestones(world)
    rows = records(milestones, ("milestone", "value", "unit", "meaning"))
    solver = ("reference_step", "tolerance")
    return {
        **world_provenance(world),
        **{name: world.attrs[name] for name in solver if name in world.attrs},
        "stopped": world.attrs["stopped"],
        "milestones": {row.pop("milestone"): row for row in rows},
        "gwp_doubling_times": milestones["gwp_doubling_times"].values.tolist(),
        "events": records(world, ("time", "kind", "what"), "event_"),
    }


def _lines(world: xr.Dataset, facts: dict[str, Any]) -> list[str]:
    value = {name: entry["value"] for name, entry in facts["milestones"].items()}
    meaning = {name: entry["meaning"] for name, entry in facts["milestones"].items()}
    step = facts.get("reference_step")
    method = "differential equations" if step is None else f"stepped by {step:g} years"
    first, last = world["time"].values[[0, -1]]
    in_order = sorted(DATES, key=lambda name: (math.isnan(value[name]), value[name]))
    times = [number(time) for time in facts["gwp_doubling_times"] if not math.isnan(time)]
    return [
        f"Takeoff of {facts['scenario']}, {first:.6g} to {last:.6g}, {method}",
        *settings(facts["overrides"]),
        "",
        "Years",
        *table([[meaning[name], date(value[name])] for name in in_order]),
        "",
        "Lengths [years]",
        *table([[meaning[name], number(value[name])] for name in LENGTHS]),
        *wrapped(
            f"World product doubles in {', then '.join(times)} years: at the pace of the start, "
            "then one after the other from the wake-up on."
        ),
        *_levels(value),
        *early_end(facts),
    ]


def _levels(value: dict[str, float]) -> list[str]:
    """Return the levels at the start of some years."""
    rows = [
        ["", "goods", "R&D", "largest run", "software", "FLOP/year/$", "world product"],
        ["", "[%]", "[%]", "[FLOP]", "[1]", "(design)", "[$/year]"],
    ]
    names = ("training_run", "software", "hardware_performance", "gwp")
    for year in YEARS:
        if not math.isnan(value[f"gwp_{year}"]):
            shares = (f"{100 * value[f'frac_{family}_{year}']:.0f}" for family in ("goods", "rnd"))
            rows.append(
                [str(year), *shares, *(scientific(value[f"{name}_{year}"], 2) for name in names)]
            )
    return ["", "At the start of the year", *table(rows)] if len(rows) > 2 else []
