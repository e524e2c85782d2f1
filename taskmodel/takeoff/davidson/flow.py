r"""Davidson's model in continuous time: four equations with switches and a delay.

The state is ln of cumulative research effort Q of hardware and of software (relative to the start),
of the chip stock HS and of capital K:

.. math::

   \frac{d \ln Q}{dt} = \frac{\lambda\varphi\, E^\lambda}{Q}, \qquad
   \frac{d \ln HS}{dt} = \ln(1 - \delta) + \frac{f\, GWP\, H(t - D)}{HS}, \qquad
   \frac{d \ln K}{dt} = \frac{s\, GWP}{K},

with the level of hardware H and software a function of its Q (`economy.ReturnsCurve`). Where the
rules of the original program depend on its step, the equations take the limit of a vanishing step:

- **Delay.** The market has the designs of D years ago; before D, those of a past at the pace of the
  start. The program rounds D to whole steps.
- **Wake-up.** The economy is awake while the automated share of goods tasks is at the trigger or
  above, and falls asleep below. The program looks one step back.
- **Cap on the cost of the largest run.** While the economy is asleep, the share of compute that
  goes to the largest run grows as long as the run costs less than the cap, and stands still above.
  Where standing still would bring the cost below the cap and growing would bring it above, the cost
  stays *at* the cap and the share follows. The program alternates there, step by step.
- **Thresholds.** A task opens as the largest run passes what it needs (and closes as the run falls
  back). The program sees it at the next step.

Tasks that open make output jump; with a continuum of tasks nothing jumps. The equations
themselves are in `flow_kernels`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import NamedTuple

import numpy as np

from taskmodel.numerics.types import Array
from taskmodel.takeoff.davidson.economy import Economy
from taskmodel.takeoff.davidson.era_kernels import PLACE
from taskmodel.takeoff.davidson.rules import Rules
from taskmodel.takeoff.davidson.shares import SHARES, Shares
from taskmodel.takeoff.davidson.table_kernels import (
    BASE,
    BUYABLE,
    CAP,
    CAPITAL_START,
    CHIPS_START,
    DELAY,
    END,
    GAIN,
    GWP,
    HARDWARE_POWER,
    HARDWARE_ROOM,
    HARDWARE_START,
    KEPT,
    LABOUR,
    LABOUR_GROWTH,
    PACE_HARDWARE,
    PACE_SOFTWARE,
    PENALTY,
    SAVING,
    SOFTWARE_POWER,
    SOFTWARE_ROOM,
    SPENT,
    TFP_GROWTH,
    TRIGGER,
    Tables,
)

FREE, PINNED, FROZEN = "free", "pinned", "frozen"
CAPS = (FREE, PINNED, FROZEN)  # by the numbers of the kernels


# ln of a room so large that expm1 is the identity: the curve is a power function
NO_CEILING = 1e100


class ReturnsCurve(NamedTuple):
    """Price-performance or software as a function of cumulative research effort, in logarithms.

    With p = ln(U / P) / ln(U / P_0) the fall of returns near the ceiling U, d ln P = p (r / lambda)
    d ln Q has the solution ln(U / P) = ln(U / P_0) (Q / Q_0)^(-r / (lambda ln(U / P_0))).
    """

    log_start: float
    log_room: float  # ln(U / P_0); `NO_CEILING` where there is none
    power: float  # r / lambda


class Era(NamedTuple):
    """What holds between switches of the economy or of the cap.

    ``since`` and ``base`` are the time and ln of the shares from which they grow, at ``rates``.
    """

    awake: bool
    cap: str
    since: float
    base: Shares
    rates: Shares


@dataclass(frozen=True)
class Flow:
    """The equations for a set of parameters. Times are years since the start."""

    economy: Economy
    rules: Rules

    @cached_property
    def curves(self) -> tuple[ReturnsCurve, ReturnsCurve]:
        """Courses of hardware and software."""
        designs = self.rules.log_buyable + self.rules.log_gained(self.rules.delay)
        return self._curve(0, designs), self._curve(1, 0.0)

    def _curve(self, index: int, log_start: float) -> ReturnsCurve:
        rules = self.rules
        room = min(rules.log_ceilings[index] - log_start, NO_CEILING)
        return ReturnsCurve(log_start, room, rules.returns[index] / rules.penalty)

    @property
    def delay(self) -> float:
        """From design to market [year]; 0 where it is shorter than the width of a switch."""
        return self.rules.delay if self.rules.delay > PLACE else 0.0

    @cached_property
    def log_shares(self) -> Array:
        """ln of the shares at the start."""
        return np.array([log(share) for share in self.economy.shares])

    @cached_property
    def tables(self) -> Tables:
        """The world in numbers, for the kernels."""
        economy, rules, tables = self.economy, self.rules, self.economy.tables
        hardware, software = self.curves
        number, sector = tables.number.copy(), tables.sector.copy()
        sector[:, BASE] = economy.outputs()
        sector[:, SPENT] = rules.log_gwp, *rules.log_spent
        for entry, value in {
            LABOUR: economy.start.labour,
            LABOUR_GROWTH: rules.labour,
            TFP_GROWTH: rules.tfp,
            PENALTY: rules.penalty,
            PACE_HARDWARE: log(rules.penalty * rules.pace[0]),
            PACE_SOFTWARE: log(rules.penalty * rules.pace[1]),
            KEPT: rules.log_kept,
            SAVING: rules.saving,
            GWP: rules.log_gwp,
            DELAY: self.delay,
            GAIN: rules.log_gained(1.0),
            BUYABLE: rules.log_buyable,
            HARDWARE_START: hardware.log_start,
            HARDWARE_ROOM: hardware.log_room,
            HARDWARE_POWER: hardware.power,
            SOFTWARE_ROOM: software.log_room,
            SOFTWARE_POWER: software.power,
            CAP: rules.log_cap,
            TRIGGER: rules.trigger,
            END: rules.end - rules.start,
            CHIPS_START: economy.start.chips,
            CAPITAL_START: economy.start.capital,
        }.items():
            number[entry] = value
        return tables._replace(
            number=number,
            sector=sector,
            ceiling=np.array([log(ceiling) for ceiling in rules.ceilings]),
            growth=np.array(rules.growth),
        )

    @property
    def counted(self) -> bool:
        """Whether tasks are counted, and open one by one."""
        return self.economy.families[0].tasks is not None

    def ceilings_reached(self, era: Era) -> Iterator[tuple[str, float]]:
        """Yield shares that grow, and when each reaches its ceiling if the era lasts."""
        for name, base, rate, ceiling in zip(
            SHARES, era.base, era.rates, self.tables.ceiling.tolist(), strict=True
        ):
            if rate > 0 and base < ceiling:
                yield name, era.since + (ceiling - base) / rate
