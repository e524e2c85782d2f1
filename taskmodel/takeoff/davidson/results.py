"""A simulated world as a labelled dataset over time, with its events and milestones.

Variables over time have the names of the reference's trajectories. One table says what each is measured in and means.
Milestones and events stand in the same dataset, each over a dimension of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from math import exp, inf, log
from typing import Any

import numpy as np
import xarray as xr

from taskmodel.takeoff.davidson.economy import SHARES, Economy, Produced
from taskmodel.takeoff.davidson.flow import FREE
from taskmodel.takeoff.davidson.headlines import doubling_times, headlines
from taskmodel.takeoff.davidson.moments import Moment, automated_share
from taskmodel.takeoff.davidson.rules import Rules
from taskmodel.takeoff.davidson.solve import Path
from taskmodel.takeoff.davidson.track import Track
from taskmodel.takeoff.davidson.world import World

__all__ = ["dataset"]

Levels = dict[str, tuple[str, str, Callable[[Moment], float]]]

SHARE_OF = {
    "gwp_compute": "share of GWP that buys chips",
    "capital_hardware_rnd": "share of capital in hardware R&D",
    "labour_hardware_rnd": "share of labour in hardware R&D",
    "labour_software_rnd": "share of labour in software R&D",
    "compute_hardware_rnd": "share of compute in hardware R&D",
    "compute_software_rnd": "share of compute in software R&D",
    "compute_training": "share of compute in the largest training run",
}
SECTORS = {"goods": "goods", "hardware_rnd": "hardware R&D", "software_rnd": "software R&D"}


def levels(economy: Economy, rules: Rules, world: World, start: Moment) -> Levels:
    """Unit, meaning and reader of every variable over time."""
    base = economy.outputs(start.production)
    gwp = log(world.initial_gwp.value)
    spending = [
        gwp + log(share.value)
        for share in (world.initial_frac_gwp_hardware_rnd, world.initial_frac_gwp_software_rnd)
    ]
    cumulative = [
        rules.penalty * spent - log(rules.penalty * pace)
        for spent, pace in zip(spending, rules.pace, strict=True)
    ]  # ln of Q at the start

    def output(sector: int, level: float) -> Callable[[Moment], float]:
        return lambda at: exp(level + economy.outputs(at.production)[sector] - base[sector])

    def reach(family: int, tradeoff: bool) -> Callable[[Moment], float]:
        one = economy.families[family]
        return lambda at: (
            (at.reaches[family] if tradeoff else one.reach(at.run, tradeoff=False)) / one.count
        )

    found: Levels = {
        "gwp": ("$/year", "gross world product", output(0, gwp)),
        "frac_tasks_automated_goods": (
            "1",
            "share of goods tasks in which compute supplies over 10 times what labour does",
            lambda at: automated_share(economy, at)[0],
        ),
        "frac_tasks_automated_rnd": (
            "1",
            "the same of R&D tasks, in the hardware sector",
            lambda at: automated_share(economy, at)[1],
        ),
        "frac_automatable_tasks_goods": ("1", "share of goods tasks open to AI", reach(0, True)),
        "frac_automatable_tasks_rnd": ("1", "share of R&D tasks open to AI", reach(1, True)),
        "frac_automatable_tasks_goods_no_tradeoff": (
            "1",
            "share of goods tasks that the largest run suffices for",
            reach(0, False),
        ),
        "frac_automatable_tasks_rnd_no_tradeoff": (
            "1",
            "share of R&D tasks that the largest run suffices for",
            reach(1, False),
        ),
        "biggest_training_run": ("FLOP", "largest training run, effective", lambda at: exp(at.run)),
        "biggest_training_run_physical": (
            "FLOP",
            "largest training run, physical",
            lambda at: exp(at.run - at.stocks.software),
        ),
        "money_spent_training": (
            "$",
            "cost of the largest training run on the market",
            lambda at: exp(at.money),
        ),
        "compute": (
            "FLOP/year",
            "effective compute",
            lambda at: exp(at.stocks.chips + at.stocks.software),
        ),
        "hardware": (
            "FLOP/year",
            "world stock of chips, physical",
            lambda at: exp(at.stocks.chips),
        ),
        "hardware_performance": (
            "FLOP/year/$",
            "price-performance of the best designs",
            lambda at: exp(at.hardware),
        ),
        "market_performance": (
            "FLOP/year/$",
            "price-performance on the market",
            lambda at: exp(at.market),
        ),
        "software": (
            "1",
            "effective compute of a physical FLOP, relative to the start",
            lambda at: exp(at.stocks.software),
        ),
        "capital": ("$", "capital stock", lambda at: exp(at.stocks.capital)),
        "labour": ("person", "workers", lambda at: exp(at.stocks.labour)),
        "tfp": (
            "1",
            "total factor productivity, relative to the start",
            lambda at: exp(at.stocks.tfp),
        ),
        "rnd_input_hardware": (
            "$/year",
            "hardware research effort, as spending of the start",
            output(1, spending[0]),
        ),
        "rnd_input_software": (
            "$/year",
            "software research effort, as spending of the start",
            output(2, spending[1]),
        ),
        "cumulative_rnd_input_hardware": (
            "($/year)^lambda year",
            "cumulative hardware research effort",
            lambda at: exp(cumulative[0] + at.cumulative[0]),
        ),
        "cumulative_rnd_input_software": (
            "($/year)^lambda year",
            "cumulative software research effort",
            lambda at: exp(cumulative[1] + at.cumulative[1]),
        ),
        "automation_multiplier_goods": (
            "1",
            "goods output over that with AI confined to task 0",
            lambda at: _multiplier(at.production.goods),
        ),
        "automation_multiplier_rnd": (
            "1",
            "hardware research over that with AI confined to task 0",
            lambda at: _multiplier(at.production.hardware),
        ),
        "rampup": ("1", "1: the economy is awake to AI", lambda at: float(at.awake)),
    }

    def invested(place: int) -> Callable[[Moment], float]:
        return lambda at: at.shares[place]

    def in_goods(place: int) -> Callable[[Moment], float]:
        return lambda at: at.shares.of_goods()[place]

    def of_output(sector: int, place: int) -> Callable[[Moment], float]:
        return lambda at: _factor_shares(at, sector)[place]

    for place, name in enumerate(SHARES):
        found[f"frac_{name}"] = ("1", SHARE_OF[name], invested(place))
    for place, factor in enumerate(("labour", "compute", "capital")):
        found[f"frac_{factor}_goods"] = ("1", f"share of {factor} in goods", in_goods(place))
    for sector, (name, words) in enumerate(SECTORS.items()):
        outer = "experiment" if name == "software_rnd" else "capital"
        for place, factor in enumerate((outer, "labour", "compute")):
            found[f"{factor}_share_{name}"] = (
                "1",
                f"share of {factor}{'s' * (factor == 'experiment')} in the output of {words}",
                of_output(sector, place),
            )
    return found


def _multiplier(made: Produced) -> float:
    return exp(made.log_output - made.log_without)


def _factor_shares(at: Moment, sector: int) -> tuple[float, float, float]:
    """Shares of the outer input, labour and compute in output, by what one more of each is worth."""
    made: Produced = at.production[sector]
    of_labour, of_compute, _ = at.shares.of_goods()
    labour = (of_labour, at.shares.labour_hardware_rnd, at.shares.labour_software_rnd)[sector]
    compute = (of_compute, at.shares.compute_hardware_rnd, at.shares.compute_software_rnd)[sector]
    if made.split.log_price == inf:
        return made.outer_part, 0.0, 1 - made.outer_part
    worth = (
        made.split.log_price
        + at.stocks.chips
        + at.stocks.software
        + log(compute)
        - at.stocks.labour
        - log(labour)
    )  # of compute over labour
    by_compute = 1 / (1 + exp(-worth)) if worth > -700 else 0.0  # e^700 can still be held
    return (
        made.outer_part,
        (1 - made.outer_part) * (1 - by_compute),
        (1 - made.outer_part) * by_compute,
    )


def dataset(
    world: World,
    economy: Economy,
    rules: Rules,
    track: Track,
    moments: Sequence[Moment],
    path: Path | None,
    settings: dict[str, Any],
) -> xr.Dataset:
    """The dataset of a run.

    Parameters
    ----------
    world, economy, rules :
        What was run.
    track : Track
        What milestones are read off.
    moments : sequence of Moment
        Those to report.
    path : Path or None
        The solution, with its switches; None where the reference was stepped.
    settings : dict
        Attributes that say how it was run.
    """
    from taskmodel._version import __version__

    table = levels(economy, rules, world, track.start)
    variables: dict[str, Any] = {
        name: ("time", [read(one) for one in moments], {"units": unit, "long_name": meaning})
        for name, (unit, meaning, read) in table.items()
    }
    gwp = log(world.initial_gwp.value)
    found = headlines(track, rules.trigger, gwp)
    texts = {
        "milestone_unit": ("unit", "unit of the milestone"),
        "milestone_meaning": ("meaning", "what the milestone is"),
    }
    variables["milestone_value"] = (
        "milestone",
        [one.value for one in found],
        {"units": "see milestone_unit", "long_name": "value of the milestone; NaN: not reached"},
    )
    for name, (field, meaning) in texts.items():
        variables[name] = (
            "milestone",
            np.array([getattr(one, field) for one in found], dtype=object),
            {"long_name": meaning},
        )
    variables["milestone_gwp_doubling_times"] = (
        "doubling",
        doubling_times(track, rules.trigger, gwp),
        {
            "units": "year",
            "long_name": "doubling times of GWP: at the pace of the start, then one by one from the wake-up on; NaN: not reached",
        },
    )
    events = sorted(_events(path)) if path is not None else []
    times, kinds, whats = zip(*events, strict=True) if events else ((), (), ())
    variables["event_time"] = (
        "event",
        np.array(times, dtype=float),
        {"units": "calendar year", "long_name": "when something switches"},
    )
    variables["event_kind"] = (
        "event",
        np.array(kinds, dtype=object),
        {"long_name": "what switches"},
    )
    variables["event_what"] = (
        "event",
        np.array(whats, dtype=object),
        {"long_name": "of what: task, share, or empty"},
    )
    coords = {
        "time": (
            "time",
            [one.time for one in moments],
            {"units": "calendar year", "long_name": "time"},
        ),
        "milestone": np.array([one.name for one in found], dtype=object),
        "doubling": np.arange(1, len(variables["milestone_gwp_doubling_times"][1]) + 1),
    }
    attributes = {
        "taskmodel_version": __version__,
        "scenario_name": world.name,
        "scenario_yaml": world.yaml_text,
        "scenario_sha256": world.sha256,
        "overrides": json.dumps(world.overrides, sort_keys=True),
        **settings,
        "stopped": track.reason,
    }
    return xr.Dataset(variables, coords, attributes)


def _events(path: Path) -> Iterator[tuple[float, str, str]]:
    """Times, kinds and subjects of whatever switches on a path."""
    start = path.flow.rules.start
    for time, family, task, opens in path.openings():
        yield (
            time + start,
            "task_opens" if opens else "task_closes",
            f"{('goods', 'rnd')[family]} task {task + 1}",
        )
    for place, (time, mode) in enumerate(zip(path.starts, path.modes, strict=True)):
        before = path.modes[place - 1] if place else None
        if before is None or mode is before:
            continue
        if mode.awake != before.awake:
            yield time + start, "wakes" if mode.awake else "sleeps", ""
        if (mode.cap == FREE) != (before.cap == FREE):
            yield (
                time + start,
                "cap_ends" if mode.cap == FREE else "cap_binds",
                "cost of the largest training run",
            )
    changes = [
        place
        for place, mode in enumerate(path.modes)
        if not place or mode.since != path.modes[place - 1].since
    ]
    for place, after in zip(changes, [*changes[1:], None], strict=True):
        mode, end = path.modes[place], path.end if after is None else path.starts[after]
        for name, reached in path.flow.ceilings_reached(mode):
            if mode.since < reached <= end:
                yield reached + start, "ceiling_reached", f"frac_{name}"
