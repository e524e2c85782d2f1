"""A simulated world as a labelled dataset over time, with its events and milestones.

Variables over time have the names of the reference's trajectories; one table gives unit, meaning
and reader of each. Milestones and events are variables of the same dataset, over dimensions of
their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import exp, inf, log
from typing import Any

import numpy as np
import xarray as xr

from taskmodel.sweeps.results import labelled, provenance
from taskmodel.takeoff.davidson.economy import Economy, Produced
from taskmodel.takeoff.davidson.flow import FREE
from taskmodel.takeoff.davidson.headlines import Milestone, gwp_doubling_times, headlines
from taskmodel.takeoff.davidson.moments import Moment, automated_share
from taskmodel.takeoff.davidson.rules import Rules
from taskmodel.takeoff.davidson.shares import SHARES
from taskmodel.takeoff.davidson.solution import Solution
from taskmodel.takeoff.davidson.track import Track
from taskmodel.takeoff.davidson.world import World

Reader = Callable[[Moment], float]
Levels = dict[str, tuple[str, str, Reader]]

INVESTMENTS = {
    "gwp_compute": "share of GWP that buys chips",
    "capital_hardware_rnd": "share of capital in hardware R&D",
    "labour_hardware_rnd": "share of labour in hardware R&D",
    "labour_software_rnd": "share of labour in software R&D",
    "compute_hardware_rnd": "share of compute in hardware R&D",
    "compute_software_rnd": "share of compute in software R&D",
    "compute_training": "share of compute in the largest training run",
}
SECTORS = {
    "goods": ("capital", "goods"),
    "hardware_rnd": ("capital", "hardware R&D"),
    "software_rnd": ("experiment", "software R&D"),
}  # outer input and name


def _log_of(unit: str, meaning: str, read: Reader) -> tuple[str, str, Reader]:
    """A variable that moments hold as a logarithm."""
    return unit, meaning, lambda moment: exp(read(moment))


LEVELS: Levels = {
    "biggest_training_run": _log_of("FLOP", "largest training run, effective", lambda m: m.run),
    "biggest_training_run_physical": _log_of(
        "FLOP", "largest training run, physical", lambda m: m.run - m.stocks.software
    ),
    "money_spent_training": _log_of(
        "$", "cost of the largest training run on the market", lambda m: m.money
    ),
    "compute": _log_of(
        "FLOP/year", "effective compute", lambda m: m.stocks.chips + m.stocks.software
    ),
    "hardware": _log_of("FLOP/year", "world stock of chips, physical", lambda m: m.stocks.chips),
    "hardware_performance": _log_of(
        "FLOP/year/$", "price-performance of the best designs", lambda m: m.hardware
    ),
    "market_performance": _log_of(
        "FLOP/year/$", "price-performance on the market", lambda m: m.market
    ),
    "software": _log_of(
        "1",
        "effective compute of a physical FLOP, relative to the start",
        lambda m: m.stocks.software,
    ),
    "capital": _log_of("$", "capital stock", lambda m: m.stocks.capital),
    "labour": _log_of("person", "workers", lambda m: m.stocks.labour),
    "tfp": _log_of("1", "total factor productivity, relative to the start", lambda m: m.stocks.tfp),
}


def level_table(economy: Economy, rules: Rules, world: World, start: Moment) -> Levels:
    """Return unit, meaning and reader of every variable over time."""
    base = economy.outputs(start.production)
    spending = [
        rules.log_gwp + log(share.value)
        for share in (world.initial_frac_gwp_hardware_rnd, world.initial_frac_gwp_software_rnd)
    ]
    cumulative = [
        rules.penalty * spent - log(rules.penalty * pace)
        for spent, pace in zip(spending, rules.pace, strict=True)
    ]  # ln of Q at the start

    def output(sector: int, level: float) -> Reader:
        return lambda m: level + economy.outputs(m.production)[sector] - base[sector]

    table: Levels = {
        "gwp": _log_of("$/year", "gross world product", output(0, rules.log_gwp)),
        "frac_tasks_automated_goods": (
            "1",
            "share of goods tasks in which compute supplies over 10 times what labour does",
            lambda m: automated_share(economy, m)[0],
        ),
        "frac_tasks_automated_rnd": (
            "1",
            "the same of R&D tasks, in the hardware sector",
            lambda m: automated_share(economy, m)[1],
        ),
    }
    for suffix, tradeoff, words in (
        ("", True, "open to AI"),
        ("_no_tradeoff", False, "that the largest run suffices for"),
    ):
        for index, (name, label) in enumerate((("goods", "goods"), ("rnd", "R&D"))):
            table[f"frac_automatable_tasks_{name}{suffix}"] = (
                "1",
                f"share of {label} tasks {words}",
                _open_share(economy, index, tradeoff),
            )
    table |= LEVELS
    for index, name in enumerate(("hardware", "software")):
        table[f"rnd_input_{name}"] = _log_of(
            "$/year",
            f"{name} research effort, as spending of the start",
            output(1 + index, spending[index]),
        )
    for index, name in enumerate(("hardware", "software")):
        table[f"cumulative_rnd_input_{name}"] = _log_of(
            "($/year)^lambda year",
            f"cumulative {name} research effort",
            _cumulative(cumulative, index),
        )
    return table | _share_table()


def _cumulative(start: Sequence[float], index: int) -> Reader:
    return lambda m: start[index] + m.cumulative[index]


def _open_share(economy: Economy, index: int, tradeoff: bool) -> Reader:
    family = economy.families[index]
    if tradeoff:
        return lambda m: m.reaches[index] / family.count
    return lambda m: family.reach(m.run, tradeoff=False) / family.count


def _share_table() -> Levels:
    """Return the effects of automation, and shares of inputs and of output."""

    def multiplier(sector: int) -> Reader:
        return lambda m: m.production[sector].log_output - m.production[sector].log_without

    def invested(index: int) -> Reader:
        return lambda m: m.shares[index]

    def in_goods(index: int) -> Reader:
        return lambda m: m.shares.of_goods()[index]

    def of_output(sector: int, index: int) -> Reader:
        return lambda m: _factor_shares(m, sector)[index]

    table: Levels = {
        "automation_multiplier_goods": _log_of(
            "1", "goods output over that with AI confined to task 0", multiplier(0)
        ),
        "automation_multiplier_rnd": _log_of(
            "1", "hardware research over that with AI confined to task 0", multiplier(1)
        ),
        "rampup": ("1", "1: the economy is awake to AI", lambda m: float(m.awake)),
    }
    for index, name in enumerate(SHARES):
        table[f"frac_{name}"] = ("1", INVESTMENTS[name], invested(index))
    for index, factor in enumerate(("labour", "compute", "capital")):
        table[f"frac_{factor}_goods"] = ("1", f"share of {factor} in goods", in_goods(index))
    for sector, (name, (outer, words)) in enumerate(SECTORS.items()):
        for index, factor in enumerate((outer, "labour", "compute")):
            plural = "s" * (factor == "experiment")
            table[f"{factor}_share_{name}"] = (
                "1",
                f"share of {factor}{plural} in the output of {words}",
                of_output(sector, index),
            )
    return table


def _factor_shares(moment: Moment, sector: int) -> tuple[float, float, float]:
    """Return the shares of outer input, labour and compute in output, by marginal products."""
    output: Produced = moment.production[sector]
    outer, log_price, shares = output.outer_part, output.split.log_price, moment.shares
    goods_labour, goods_compute, _ = shares.of_goods()
    labour = (goods_labour, shares.labour_hardware_rnd, shares.labour_software_rnd)[sector]
    compute = (goods_compute, shares.compute_hardware_rnd, shares.compute_software_rnd)[sector]
    if log_price == inf:
        return outer, 0.0, 1 - outer
    stocks = moment.stocks
    log_ratio = (
        log_price + stocks.chips + stocks.software + log(compute) - stocks.labour - log(labour)
    )  # of compute's payments over labour's
    by_compute = 1 / (1 + exp(-log_ratio)) if log_ratio > -700 else 0.0  # e^700 is representable
    return outer, (1 - outer) * (1 - by_compute), (1 - outer) * by_compute


def milestone_texts(milestones: Sequence[Milestone], prefix: str = "milestone_") -> dict[str, Any]:
    """Return units and meanings of milestones, as variables over ``milestone``."""
    return {
        f"{prefix}unit": (
            "milestone",
            [milestone.unit for milestone in milestones],
            "",
            "unit of the milestone",
        ),
        f"{prefix}meaning": (
            "milestone",
            [milestone.meaning for milestone in milestones],
            "",
            "what the milestone is",
        ),
    }


def world_dataset(
    world: World,
    rules: Rules,
    track: Track,
    moments: Sequence[Moment],
    path: Solution | None,
    settings: dict[str, Any],
) -> xr.Dataset:
    """Return the dataset of a run.

    Parameters
    ----------
    world : World
    rules : Rules
    track : Track
        From which milestones are read.
    moments : sequence of Moment
        Those to report.
    path : Solution or None
        With the switches; None where the reference was stepped.
    settings : dict
        Attributes that describe the method.
    """
    table = level_table(track.economy, rules, world, track.start)
    milestones = headlines(track, rules.trigger, rules.log_gwp)
    doublings = gwp_doubling_times(track, rules.trigger, rules.log_gwp)
    events = sorted(_events(path)) if path is not None else []
    times, kinds, subjects = zip(*events, strict=True) if events else ((), (), ())
    variables: dict[str, Any] = {
        name: ("time", [read(moment) for moment in moments], unit, meaning)
        for name, (unit, meaning, read) in table.items()
    }
    variables |= {
        "milestone_value": (
            "milestone",
            [milestone.value for milestone in milestones],
            "see milestone_unit",
            "value of the milestone; NaN: not reached",
        ),
        **milestone_texts(milestones),
        "milestone_gwp_doubling_times": (
            "doubling",
            doublings,
            "year",
            "doubling times of GWP: at the pace of the start, then one by one from the wake-up on; "
            "NaN: not reached",
        ),
        "event_time": (
            "event",
            np.array(times, dtype=float),
            "calendar year",
            "when something switches",
        ),
        "event_kind": ("event", np.array(kinds, dtype=object), "", "what switches"),
        "event_what": (
            "event",
            np.array(subjects, dtype=object),
            "",
            "of what: task, share, or empty",
        ),
    }
    coords = {
        "time": ("time", [moment.time for moment in moments], "calendar year", "time"),
        "milestone": [milestone.name for milestone in milestones],
        "doubling": np.arange(1, len(doublings) + 1),
    }
    attributes = {**provenance(scenario=world), **settings, "stopped": track.reason}
    return labelled(variables, coords, attributes)


def _events(path: Solution) -> Iterator[tuple[float, str, str]]:
    """Yield time, kind and subject of each switch of a path."""
    start = path.flow.rules.start
    for time, family, task, opens in path.openings():
        yield (
            time + start,
            "task_opens" if opens else "task_closes",
            f"{('goods', 'rnd')[family]} task {task + 1}",
        )
    modes = path.modes
    for time, before, mode in zip(path.starts[1:], modes, modes[1:], strict=False):
        if mode.awake != before.awake:
            yield time + start, "wakes" if mode.awake else "sleeps", ""
        if (mode.cap == FREE) != (before.cap == FREE):
            kind = "cap_ends" if mode.cap == FREE else "cap_binds"
            yield time + start, kind, "cost of the largest training run"
    changes = [
        index
        for index, mode in enumerate(modes)
        if not index or mode.since != modes[index - 1].since
    ]
    ends = [*(path.starts[index] for index in changes[1:]), path.end]
    for index, end in zip(changes, ends, strict=True):
        for name, reached in path.flow.ceilings_reached(modes[index]):
            if modes[index].since < reached <= end:
                yield reached + start, "ceiling_reached", f"frac_{name}"
