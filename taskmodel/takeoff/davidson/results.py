"""A simulated world as a labelled dataset over time, with its events and milestones.

Variables over time have the names of the reference's trajectories; one table gives unit, meaning
and reader of each. Milestones and events are variables of the same dataset, over dimensions of
their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from taskmodel.numerics.types import Array
from taskmodel.sweeps.results import labelled, provenance
from taskmodel.takeoff.davidson.flow import FREE
from taskmodel.takeoff.davidson.headlines import Milestone, gwp_doubling_times, headlines
from taskmodel.takeoff.davidson.moment_kernels import (
    AWAKE,
    CAPITAL,
    CHIPS,
    COMPUTE,
    COMPUTE_PART,
    DESIGNS,
    GOODS_CAPITAL,
    GOODS_COMPUTE,
    GOODS_LABOUR,
    HARDWARE_STOCK,
    LABOUR_PART,
    LEVEL,
    MARKET,
    MULTIPLIER,
    OPEN,
    OUTER_PART,
    PHYSICAL_RUN,
    RUN,
    RUN_COST,
    SHARE,
    SOFTWARE,
    SOFTWARE_STOCK,
    TFP,
    TIME,
    TRAINABLE,
    WORKERS,
    columns_of,
)
from taskmodel.takeoff.davidson.moments import GOODS_AUTOMATED, LOG_GWP, RND_AUTOMATED, column
from taskmodel.takeoff.davidson.rules import Rules
from taskmodel.takeoff.davidson.shares import SHARES
from taskmodel.takeoff.davidson.solution import Solution
from taskmodel.takeoff.davidson.track import Track
from taskmodel.takeoff.davidson.world import World

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


class Reported(NamedTuple):
    """A variable over time: a column of moments, or the exponential of one."""

    name: str
    unit: str
    meaning: str
    column: int
    logarithm: bool = True


def _reported_tasks() -> Iterator[Reported]:
    """Yield the shares of tasks that are automated, and that AI can do."""
    yield Reported(
        "frac_tasks_automated_goods",
        "1",
        "share of goods tasks in which compute supplies over 10 times what labour does",
        GOODS_AUTOMATED,
        False,
    )
    meaning = "the same of R&D tasks, in the hardware sector"
    yield Reported("frac_tasks_automated_rnd", "1", meaning, RND_AUTOMATED, False)
    for suffix, first, words in (
        ("", OPEN, "open to AI"),
        ("_no_tradeoff", TRAINABLE, "that the largest run suffices for"),
    ):
        for index, (name, label) in enumerate((("goods", "goods"), ("rnd", "R&D"))):
            meaning = f"share of {label} tasks {words}"
            yield Reported(
                f"frac_automatable_tasks_{name}{suffix}", "1", meaning, first + index, False
            )


def _reported_research() -> Iterator[Reported]:
    """Yield research efforts."""
    for s, name in ((1, "hardware"), (2, "software")):
        meaning = f"{name} research effort, as spending of the start"
        yield Reported(f"rnd_input_{name}", "$/year", meaning, column(s, LEVEL))
    for number, name in (
        (HARDWARE_STOCK, "hardware"),
        (SOFTWARE_STOCK, "software"),
    ):
        meaning = f"cumulative {name} research effort"
        yield Reported(f"cumulative_rnd_input_{name}", "($/year)^lambda year", meaning, number)


LEVELS = (
    Reported("biggest_training_run", "FLOP", "largest training run, effective", RUN),
    Reported(
        "biggest_training_run_physical",
        "FLOP",
        "largest training run, physical",
        PHYSICAL_RUN,
    ),
    Reported(
        "money_spent_training",
        "$",
        "cost of the largest training run on the market",
        RUN_COST,
    ),
    Reported("compute", "FLOP/year", "effective compute", COMPUTE),
    Reported("hardware", "FLOP/year", "world stock of chips, physical", CHIPS),
    Reported(
        "hardware_performance",
        "FLOP/year/$",
        "price-performance of the best designs",
        DESIGNS,
    ),
    Reported("market_performance", "FLOP/year/$", "price-performance on the market", MARKET),
    Reported(
        "software",
        "1",
        "effective compute of a physical FLOP, relative to the start",
        SOFTWARE,
    ),
    Reported("capital", "$", "capital stock", CAPITAL),
    Reported("labour", "person", "workers", WORKERS),
    Reported("tfp", "1", "total factor productivity, relative to the start", TFP),
)


def _reported_shares() -> Iterator[Reported]:
    """Yield the effects of automation, and shares of inputs and of output."""
    for s, name, words in ((0, "goods", "goods output"), (1, "rnd", "hardware research")):
        yield Reported(
            f"automation_multiplier_{name}",
            "1",
            f"{words} over that with AI confined to task 0",
            column(s, MULTIPLIER),
        )
    yield Reported("rampup", "1", "1: the economy is awake to AI", AWAKE, False)
    for index, name in enumerate(SHARES):
        yield Reported(f"frac_{name}", "1", INVESTMENTS[name], SHARE + index, False)
    for factor, number in (
        ("labour", GOODS_LABOUR),
        ("compute", GOODS_COMPUTE),
        ("capital", GOODS_CAPITAL),
    ):
        yield Reported(f"frac_{factor}_goods", "1", f"share of {factor} in goods", number, False)
    for s, (name, (outer, words)) in enumerate(SECTORS.items()):
        for factor, number in (
            (outer, OUTER_PART),
            ("labour", LABOUR_PART),
            ("compute", COMPUTE_PART),
        ):
            plural = "s" * (factor == "experiment")
            meaning = f"share of {factor}{plural} in the output of {words}"
            yield Reported(f"{factor}_share_{name}", "1", meaning, column(s, number), False)


REPORTED = (
    Reported("gwp", "$/year", "gross world product", LOG_GWP),
    *_reported_tasks(),
    *LEVELS,
    *_reported_research(),
    *_reported_shares(),
)  # in their order in the dataset
COLUMNS = np.array([variable.column for variable in REPORTED])
LOGARITHMS = np.array([variable.logarithm for variable in REPORTED])


def reported_levels(moments: Array) -> dict[str, Array]:
    """Return the values of all variables over time by name, each of shape (time,)."""
    values = np.empty((len(REPORTED), len(moments)))
    columns_of(moments, COLUMNS, LOGARITHMS, values)
    return {variable.name: row for variable, row in zip(REPORTED, values, strict=True)}


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
    moments: Array,
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
    moments : array, shape (time, column)
        Those to report.
    path : Solution or None
        With the switches; None where the reference was stepped.
    settings : dict
        Attributes that describe the method.
    """
    levels = reported_levels(moments)
    milestones = headlines(track, rules.trigger)
    doublings = gwp_doubling_times(track, rules.trigger)
    events = sorted(_events(path)) if path is not None else []
    times, kinds, subjects = zip(*events, strict=True) if events else ((), (), ())
    variables: dict[str, Any] = {
        variable.name: ("time", levels[variable.name], variable.unit, variable.meaning)
        for variable in REPORTED
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
        "time": ("time", moments[:, TIME].copy(), "calendar year", "time"),
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
    numbers = path.steps.era[: path.count]
    firsts = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist()]  # steps at which eras start
    eras = [path.eras[number] for number in numbers[firsts].tolist()]
    times = [*path.times[firsts].tolist(), path.end]
    for time, before, era in zip(times[1:], eras, eras[1:], strict=False):
        if era.awake != before.awake:
            yield time + start, "wakes" if era.awake else "sleeps", ""
        if (era.cap == FREE) != (before.cap == FREE):
            kind = "cap_ends" if era.cap == FREE else "cap_binds"
            yield time + start, kind, "cost of the largest training run"
    for era, end in zip(eras, times[1:], strict=True):
        for name, reached in path.flow.ceilings_reached(era):
            if era.since < reached <= end:
                yield reached + start, "ceiling_reached", f"frac_{name}"
