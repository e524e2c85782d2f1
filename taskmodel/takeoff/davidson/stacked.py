# Editors: leave this file as it is, but for imports. It is being rewritten for the compiled core.
"""Many sets of parameters as one whose numbers are arrays, with an entry for each run.

The formulas of `economy` and `flow` work on them as they stand; what differs is how splits of tasks and reaches are found:
for all runs at once. All families must have the same count of tasks, and no exponent between tasks may be 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation.two_factors import (
    log_relative_price,
    split_log_output,
    unsplit_log_output,
)
from taskmodel.numerics.elementary import ARRAYS, Elementary
from taskmodel.numerics.types import Array
from taskmodel.takeoff.davidson.economy import Economy, Sector, Shares, Stocks, inputs_of
from taskmodel.takeoff.davidson.flow import Flow
from taskmodel.takeoff.davidson.requirements import Family
from taskmodel.takeoff.davidson.two_factors import (
    CLEARLY,
    Division,
    Split,
    log_mean,
    log_sum_before,
)

__all__ = ["Divisions", "Economies", "Families", "stacked", "taken"]

Whole = NDArray[np.intp]


@dataclass(frozen=True)
class Families:
    """The tasks of many runs; see `requirements.Family`."""

    tasks: int
    log_training: Array  # (run, task)
    log_shortfall: Array

    @property
    def count(self) -> int:
        """Tasks in all."""
        return self.tasks

    @cached_property
    def places(self) -> Whole:
        """The rows of tables."""
        return np.arange(len(self.log_shortfall))

    def log_training_of(self, number: int) -> Array:
        """ln of the training run that the easiest so many tasks need; of none there is no need."""
        return (
            self.log_training[:, number - 1] if number else np.full(len(self.log_training), -np.inf)
        )

    def reach(self, log_run: Array) -> Whole:
        """How many tasks a largest training run opens."""
        return (self.log_training < (log_run + self.log_shortfall)[:, None]).sum(axis=1)


@dataclass(frozen=True)
class Divisions:
    """Cognitive tasks of a sector in many runs; see `two_factors.Division`."""

    by: ClassVar[Elementary] = ARRAYS
    tasks: int
    log_left: Array  # (task,)
    need: Array  # (run, task)
    sums: Array  # (run, task + 1)
    bases: Array  # (run, task + 1)
    slope: Array
    power: Array
    tilt: Array
    tradeoff: Array
    log_first: Array
    log_scale: Array
    share: Array
    log_labour: Array
    log_compute: Array

    @cached_property
    def places(self) -> Whole:
        """The rows of tables."""
        return np.arange(len(self.slope))

    @cached_property
    def needs(self) -> Array:
        """What tasks need, (task, run): counting along the first axis is several times as fast."""
        return np.ascontiguousarray(self.need.T)

    def without_automation(self, log_labour: Array, log_compute: Array) -> Array:
        """ln Y with compute on task 0 alone and labour spread evenly over the others."""
        return log_mean(
            log_compute - self.log_compute,
            log_labour - self.log_labour,
            self.share,
            1 - self.slope,
            self.by,
        )

    def divide(
        self,
        log_labour: Array,
        log_compute: Array,
        log_run: Array,
        reach: Whole,
        hint: Whole | None = None,
    ) -> Split:
        """The best division of labour and compute; arguments and result as of `Division.divide`, with an entry for each run."""
        gain, log_ratio = self.tradeoff * log_run, log_labour - log_compute
        able = (self.needs <= gain).sum(axis=0)
        furthest = np.minimum(reach + 1, self.tasks)
        index = np.zeros(len(gain), dtype=np.intp) if hint is None else np.minimum(hint, furthest)
        log_x, log_w, log_price, log_eta = (np.empty(len(gain)) for _ in range(4))
        direction = np.zeros(len(gain), dtype=np.intp)
        rows: Any = slice(None)  # all runs, then those that have to look at a neighbour
        while True:
            at, most, one, other, slope, tilt = (
                index[rows],
                able[rows],
                gain[rows],
                log_ratio[rows],
                self.slope[rows],
                self.tilt[rows],
            )
            first = at == 0
            x = self._log_x(rows, at, most, one, tilt)
            w = np.where(
                first, np.logaddexp(self.log_first[rows], self.log_left[0]), self.log_left[at - 1]
            )
            price, eta = log_relative_price(slope, x, w, other), self._log_eta(rows, at, most, one)
            log_x[rows], log_w[rows], log_price[rows], log_eta[rows] = x, w, price, eta
            # where the task at the index is closed and the one before is open; at a tie there is no turning round
            down = (
                ~first & (price > self._log_eta(rows, at - 1, most, one)) & (direction[rows] <= 0)
            )
            after = np.logaddexp(x, np.where(first, self.log_first[rows], -tilt * eta))
            closed = (
                log_relative_price(
                    slope, after, self.log_left[np.minimum(at, self.tasks - 1)], other
                )
                > eta
            )
            up = ~(down | closed) & (at < furthest[rows]) & (direction[rows] >= 0)
            move = up.astype(np.intp) - down
            if not move.any():
                break
            rows = np.flatnonzero(move) if isinstance(rows, slice) else rows[move != 0]
            direction[rows] = move[move != 0]
            index[rows] += direction[rows]
        edge = (index > reach) | ((index > 0) & (log_price >= log_eta))
        unsplit = unsplit_log_output(1 - self.slope, log_x, log_w, log_labour, log_compute, ARRAYS)
        tilted = log_x + self.tilt * log_eta
        split, part = split_log_output(
            self.power, tilted, log_w, log_eta, log_labour, log_compute, ARRAYS
        )
        part = np.where(
            index > 0, part, part * np.exp(-self.log_first)
        )  # task 0 alone has another weight
        automated = np.maximum(
            np.where(~edge & (part * (1 + 1 / CLEARLY) > 1), index, index - 1), 0
        )
        log_output = np.where(edge, unsplit, split) - self.log_scale
        return Split(
            log_output,
            automated,
            np.where(edge, log_price, log_eta),
            index,
            ~edge,
            np.where(edge, 0.0, part),
        )

    def _log_eta(self, rows: Any, index: Whole, able: Whole, gain: Array) -> Array:
        """ln of how well compute does the task of an index; of task 0 as well as labour."""
        return np.where(
            index > able,
            gain - self.need.take(self.places[rows] * self.tasks + np.maximum(index, 1) - 1),
            0.0,
        )

    def _log_x(self, rows: Any, index: Whole, able: Whole, gain: Array, tilt: Array) -> Array:
        """ln X: b eta^(sigma - 1) over the tasks before the index."""
        before, begin = np.maximum(index - 1, 0), self.places[rows] * (self.tasks + 1)
        flat = self.bases.take(begin + np.minimum(before, able))
        one, other = self.sums.take(begin + able), self.sums.take(begin + before)
        low, high = (
            np.minimum(one, other),
            np.maximum(one, other),
        )  # sums rise with the place or fall with it
        beyond = log_sum_before(flat, low, high, tilt * gain, ARRAYS)
        return np.where(index == 0, -np.inf, np.where(before <= able, flat, beyond))


@dataclass(frozen=True)
class Economies:
    """The economies of many runs; see `economy.Economy`. The three sectors stand one after the other in one, three times as long."""

    sectors: Sector
    families: tuple[Families, Families]
    start: Stocks
    shares: Shares
    experiments: Array
    automated: bool
    by: ClassVar[Elementary] = ARRAYS

    def reaches(self, log_run: Array) -> tuple[Whole, Whole]:
        """How far AI reaches into the tasks of goods and of R&D."""
        return self.families[0].reach(log_run), self.families[1].reach(log_run)

    def log_outputs(
        self, stocks: Any, logs: Any, log_run: Array, reaches: tuple[Whole, Whole], hints: Any
    ) -> tuple[Any, Any]:
        """ln of what counts as each sector's output, and the divisions, as of `Economy.log_outputs`."""
        by_sector: Any = inputs_of(stocks, logs, self.experiments, ARRAYS)
        inputs: Any = tuple(
            np.concatenate(one) for one in zip(*map(_alike, by_sector), strict=True)
        )
        reach, hint = (
            np.concatenate([reaches[0], reaches[1], reaches[1]]),
            None if hints[0] is None else np.concatenate(hints),
        )
        output, split = self.sectors.output(inputs, np.tile(log_run, 3), reach, hint)
        counts = output if self.automated else self.sectors.without(inputs)
        parts = [np.split(part, 3) for part in split]
        return tuple(np.split(counts, 3)), tuple(Split(*one) for one in zip(*parts, strict=True))


def _alike(inputs: tuple[Any, ...]) -> tuple[Array, ...]:
    return np.broadcast_arrays(*inputs)


def stacked(flows: Sequence[Flow]) -> Flow:
    """Equations of many runs as one, whose numbers are arrays."""
    return _stack(flows)


def _stack(parts: Sequence[Any]) -> Any:
    first = parts[0]
    if isinstance(first, Division):
        return _divisions(parts)
    if isinstance(first, Economy):
        every = [getattr(one, name) for name in ("goods", "hardware", "software") for one in parts]
        others = (
            _stack([getattr(one, name) for one in parts])
            for name in ("families", "start", "shares", "experiments", "automated")
        )
        return Economies(_stack(every), *others)
    if isinstance(first, Family):
        return Families(
            len(first.log_training),
            np.array([one.log_training for one in parts]),
            np.array([one.log_shortfall for one in parts]),
        )
    if isinstance(first, bool):
        return first  # the same of all
    if isinstance(first, tuple):
        found = [_stack(part) for part in zip(*parts, strict=True)]
        return type(first)(*found) if hasattr(first, "_fields") else tuple(found)
    if is_dataclass(first) and not isinstance(first, type):
        return replace(
            first,
            **{
                field.name: _stack([getattr(one, field.name) for one in parts])
                for field in fields(first)
                if field.init
            },
        )
    return np.array(parts, dtype=float)


def _divisions(parts: Sequence[Division]) -> Divisions:
    def column(read: Any) -> Array:
        return np.array([read(one) for one in parts], dtype=float)

    return Divisions(
        tasks=len(parts[0].sums.need),
        log_left=np.array(parts[0].sums.log_left),
        need=column(lambda one: one.sums.need),
        sums=column(lambda one: one.sums.sums),
        bases=column(lambda one: one.bases),
        slope=column(lambda one: one.slope),
        power=column(lambda one: one.power),
        tilt=column(lambda one: one.sums.tilt),
        tradeoff=column(lambda one: one.sums.family.tradeoff),
        log_first=column(lambda one: one.log_first),
        log_scale=column(lambda one: one.log_scale),
        share=column(lambda one: one.share),
        log_labour=column(lambda one: one.log_labour),
        log_compute=column(lambda one: one.log_compute),
    )


def taken(whole: Any, rows: Whole) -> Any:
    """Some runs of what is stacked, with what has been worked out of them."""
    if isinstance(whole, np.ndarray):
        return whole[rows]
    if isinstance(whole, tuple):
        found = [taken(part, rows) for part in whole]
        return type(whole)(*found) if hasattr(whole, "_fields") else tuple(found)
    if not is_dataclass(whole) or isinstance(whole, type):
        return whole
    if isinstance(whole, Economies):
        count = len(whole.start.chips)
        three = np.concatenate([rows, rows + count, rows + 2 * count])
        others = (
            taken(getattr(whole, name), rows)
            for name in ("families", "start", "shares", "experiments", "automated")
        )
        return Economies(taken(whole.sectors, three), *others)
    names = {field.name for field in fields(whole)}
    same = {"log_left"} if isinstance(whole, Divisions) else set()
    known = {
        name: part if name in same else taken(part, rows)
        for name, part in vars(whole).items()
        if name not in ("places", "needs")
    }
    some = replace(whole, **{name: part for name, part in known.items() if name in names})
    some.__dict__.update({name: part for name, part in known.items() if name not in names})
    return some
