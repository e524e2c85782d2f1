"""The solution of the equations of `flow` through time, and what can be read off it.

A step runs in one mode. Where another mode holds at its end, the time at which it begins is located
on the step's polynomial, to 1e-10 year, and the step ends there. The market's knowledge of designs
comes from the polynomials of earlier steps; where the delay is shorter than a step, from its own,
and the step is repeated until the two agree. Jumps of research output are kinks in designs and
reach the market a delay later: steps end there too, and where a share reaches its ceiling.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from taskmodel.numerics.types import Array
from taskmodel.takeoff.davidson import step_kernels
from taskmodel.takeoff.davidson.division import NO_HINT
from taskmodel.takeoff.davidson.era_kernels import market_at, run_on_step, state_at, step_at
from taskmodel.takeoff.davidson.flow import CAPS, Era, Flow
from taskmodel.takeoff.davidson.moment_kernels import (
    MOMENT_COLUMNS,
    growth_over,
    log_runs_at,
    see,
    write_moments,
    write_openings,
)
from taskmodel.takeoff.davidson.moments import EVERY
from taskmodel.takeoff.davidson.shares import Shares
from taskmodel.takeoff.davidson.step_kernels import (
    FINISHED,
    FULL,
    MOST_STEPS,
    RESTLESS,
    SHORTEST,
    TOO_MANY,
    solve_steps,
)
from taskmodel.takeoff.davidson.table_kernels import SEEN_COLUMNS, Steps, steps_for

GOODS_ALONE = 1  # of the sectors
ROWS = 4_000  # of steps, at first
BEYOND = "levels are beyond the largest number that can be held"
UNBOUNDED = (
    "growth is without bound, or too fast to follow: "
    f"it needs steps shorter than {SHORTEST:g} years"
)
UNHELD = (
    "a number on the way is beyond the largest that can be held, "
    f"in steps of {SHORTEST:g} years too"
)
REASONS = {
    FINISHED: "",
    step_kernels.UNBOUNDED: UNBOUNDED,
    step_kernels.UNHELD: UNHELD,
    step_kernels.BEYOND: BEYOND,
    TOO_MANY: "growth is too fast to follow in {:,} steps",
    RESTLESS: "the economy switches to and fro without end",
}


@dataclass(frozen=True)
class Solution:
    """The solution: steps, the mode of each, and what the derivative saw at the start of each.

    Attributes
    ----------
    flow : Flow
    steps : Steps
        Rows beyond `count` mean nothing, but for the end in row `count` of ``start`` and ``seen``.
    count : int
        Number of steps.
    end : float
        Time of the end [year since the start].
    reason : str
        Why it ends early; empty if it does not.
    """

    flow: Flow
    steps: Steps
    count: int
    end: float
    reason: str

    @property
    def times(self) -> Array:
        """Years since the start at which steps start, and the end; shape (step + 1,)."""
        return self.steps.start[: self.count + 1]

    @property
    def starts(self) -> list[float]:
        """Years since the start at which steps start."""
        return self.times[:-1].tolist()

    def step(self, time: float) -> int:
        """Return the step that a time is in."""
        return step_at(self.steps, self.count, time)

    def state(self, time: float, step: int) -> Array:
        """Return the state on the polynomial of a step."""
        state = np.empty(4)
        state_at(self.steps, step, time, state)
        return state

    def market(self, time: float, state: Array) -> float:
        """Return ln of price-performance on the market."""
        return market_at(self.flow.tables, self.steps, self.count, time, state[0])

    def see(self, time: float, step: int, hints: Array | None = None) -> Array:
        """Return what the derivative sees at a time of a step, by the columns of `Steps.seen`."""
        seen = np.empty(SEEN_COLUMNS)
        start = np.full(3, NO_HINT) if hints is None else hints
        see(self.flow.tables, self.steps, self.count, step, time, start, seen)
        return seen

    def growth(self, time: float, years: float) -> float:
        """Return growth of ln GWP from a time over some years."""
        scratch = np.empty(4), np.empty(3), np.empty(SEEN_COLUMNS)
        return growth_over(
            self.flow.tables, self.steps, self.count, time, years, GOODS_ALONE, *scratch
        )

    def log_run(self, time: float, step: int) -> float:
        """Return ln of the largest training run at a time of a step."""
        era = int(self.steps.era[step])
        return run_on_step(self.flow.tables, self.steps, self.count, step, era, time, np.empty(4))

    def log_runs(self, times: Array) -> Array:
        """Return ln of the largest training run at some times."""
        values = np.empty(len(times))
        log_runs_at(self.flow.tables, self.steps, self.count, times, values)
        return values

    def moments(self, times: Array, steps: NDArray[np.intp]) -> Array:
        """Return the moments at times of steps, shape (time, column)."""
        rows = np.empty((len(times), MOMENT_COLUMNS))
        begin = self.flow.rules.start
        write_moments(self.flow.tables, self.steps, self.count, begin, times, steps, EVERY, rows)
        return rows

    def moment(self, time: float, step: int | None = None) -> Array:
        """Return the moment at a time, shape (column,); ``step`` is the side of a switch."""
        steps = np.array([self.step(time) if step is None else step])
        return self.moments(np.array([float(time)]), steps)[0]

    @cached_property
    def eras(self) -> list[Era]:
        """What holds between switches of the economy or of the cap, by the numbers in ``steps``."""
        steps = self.steps
        return [
            Era(
                bool(steps.awake[era]),
                CAPS[steps.cap[era]],
                float(steps.since[era]),
                Shares(*steps.base[era].tolist()),
                Shares(*steps.rates[era].tolist()),
            )
            for era in range(int(steps.era[: self.count].max(initial=0)) + 1)
        ]

    def openings(self) -> Iterator[tuple[float, int, int, bool]]:
        """Yield time, family and task of each opening or closing, and whether it opens."""
        if not self.flow.counted:
            return
        most = int(np.abs(np.diff(self.steps.reach[: self.count], axis=0)).sum())
        times, families = np.empty(most), np.empty(most, np.int64)
        tasks, opens = np.empty(most, np.int64), np.empty(most, np.bool_)
        write_openings(self.flow.tables, self.steps, self.count, times, families, tasks, opens)
        columns = (column.tolist() for column in (times, families, tasks, opens))
        yield from zip(*columns, strict=True)


def solve(flow: Flow, tolerance: float, most_steps: int = MOST_STEPS) -> Solution:
    """Follow the equations from start to end.

    Parameters
    ----------
    flow : Flow
    tolerance : float
        Largest error of a step, in the natural logarithms of the state.
    most_steps : int
        A run that takes more ends early.

    Returns
    -------
    Solution
        To the end; or to where growth is without bound, or a number overflows, with the reason.
    """
    rows = ROWS
    while True:
        steps = steps_for(rows)
        status, count, end, _ = solve_steps(
            flow.tables, steps, flow.log_shares, tolerance, most_steps
        )
        if status != FULL:
            break
        rows *= 4  # a run that needs so many steps is rare: it starts again
    solution = Solution(flow, steps, count, end, REASONS[status].format(most_steps))
    steps.start[count] = end
    if count:
        steps.seen[count] = solution.see(end, count - 1)
    return solution
