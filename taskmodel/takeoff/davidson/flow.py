# Editors: leave this file as it is, but for imports. It is being rewritten for the compiled core.
r"""Davidson's model in continuous time: four equations with switches and a delay.

The state is ln of cumulative research effort Q of hardware and of software (relative to the start), of the chip stock HS
and of capital K:

.. math::

   \frac{d \ln Q}{dt} = \frac{\lambda\varphi\, E^\lambda}{Q}, \qquad
   \frac{d \ln HS}{dt} = \ln(1 - \delta) + \frac{f\, GWP\, H(t - D)}{HS}, \qquad
   \frac{d \ln K}{dt} = \frac{s\, GWP}{K},

with the level of hardware H and software a function of its Q (`economy.Course`). Where the reference's rules depend on its
step, this is what they mean as the step goes to 0:

- **Delay.** The market has the designs of D years ago; before D, they are those of a past at the pace of the start. The
  reference rounds D to whole steps.
- **Wake-up.** Awake means that the automated share of goods tasks is at the trigger or above, at that very moment; it can
  end. The reference looks one step back.
- **Cap on the cost of the largest run.** While asleep, the share of compute that goes to it grows as long as the run costs
  less than the cap and stands still above it. Where standing still would bring the cost back below the cap and growing would
  bring it above, the cost stays *at* the cap, and the share follows. The reference alternates there, step by step.
- **Thresholds.** A task opens as the largest run passes what it needs (and closes as it falls back). The reference sees it at the
  next step.

Tasks that open make output jump; with a continuum of tasks nothing does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import exp, log
from typing import NamedTuple

from taskmodel.numerics.elementary import Elementary, Number
from taskmodel.takeoff.davidson.bogacki_shampine import State
from taskmodel.takeoff.davidson.economy import SHARES, Course, Economy, Hints, Shares, Stocks
from taskmodel.takeoff.davidson.moments import Moment, moment
from taskmodel.takeoff.davidson.rules import Rules

__all__ = ["Flow", "Mode", "Seen"]

PLACE = 1e-10  # years: how near a switch is located
FREE, PINNED, FROZEN = "free", "pinned", "frozen"


class Mode(NamedTuple):
    """What holds until something switches: how far AI reaches, whether the economy is awake, and what the shares do.

    ``since`` and ``base`` are the time and the ln of the shares from which they grow, at these rates.
    """

    reaches: tuple[Number, Number] | None
    awake: bool
    cap: str
    since: Number
    base: Shares
    rates: Shares


class Seen(NamedTuple):
    """What the derivative saw on its way: ln GWP, automated tasks of goods and of hardware R&D, and where the optima are.

    ``log_top`` is ln of the largest output, relative to its start, ``log_run`` that of the largest training run; ``done`` is
    the place of the split, of both, and compute's part of that task.
    """

    log_gwp: float
    log_top: float
    log_run: float
    automated: float
    researched: float
    done: tuple[float, float]
    hints: tuple[float, float, float]


@dataclass(frozen=True)
class Flow:
    """The equations of a set of parameters. Times are years since the start."""

    economy: Economy
    rules: Rules

    @property
    def by(self) -> Elementary:
        """The functions of its numbers."""
        return self.economy.by

    @cached_property
    def courses(self) -> tuple[Course, Course]:
        """Of hardware and software."""
        designs = self.rules.log_buyable + self.rules.log_gained(self.rules.delay)
        return self.rules.course(0, designs, self.by), self.rules.course(1, 0.0, self.by)

    @property
    def delay(self) -> float:
        """From design to market [year]; one that is shorter than a switch is located to counts as none."""
        return self.rules.delay if self.rules.delay > PLACE else 0.0

    @cached_property
    def base(self) -> tuple[float, float, float]:
        """ln of the outputs at the start, with what is automated then."""
        economy, logs = self.economy, Shares(*map(self.by.log, self.economy.shares))
        run = economy.start.chips + economy.start.software + logs.compute_training
        outputs, _ = economy.log_outputs(
            economy.start, logs, run, economy.reaches(run), (None, None, None)
        )
        return outputs

    @cached_property
    def start(self) -> State:
        """The state at the start."""
        return 0.0, 0.0, self.economy.start.chips, self.economy.start.capital

    @cached_property
    def log_ceilings(self) -> tuple[float, ...]:
        return tuple(self.by.log(ceiling) for ceiling in self.rules.ceilings)

    @cached_property
    def _paces(self) -> tuple[float, float]:
        log = self.by.log
        return log(self.rules.penalty * self.rules.pace[0]), log(
            self.rules.penalty * self.rules.pace[1]
        )

    def past(self, time: float) -> float:
        """ln of design price-performance before the start."""
        return self.courses[0].log_start + self.rules.log_gained(time)

    def rates(self, awake: bool, cap: str) -> Shares:
        """Log growth rates of the shares."""
        rates = self.rules.growth[awake]
        return (
            rates if cap == FREE else rates._replace(compute_training=0.0)
        )  # what is at the cap follows it

    def log_shares(self, time: float, mode: Mode, market: float, chips: float) -> Shares:
        """ln of the shares."""
        passed, minimum = time - mode.since, self.by.minimum
        logs = [
            minimum(base + rate * passed, top)
            for base, rate, top in zip(mode.base, mode.rates, self.log_ceilings, strict=True)
        ]
        if mode.cap == PINNED:
            logs[-1] = self._log_training(time, mode, market, chips)
        return Shares(*logs)

    def _log_training(self, time: float, mode: Mode, market: float, chips: float) -> float:
        """ln of the share of compute that goes to the largest run."""
        free = (
            self.rules.log_cap + market - chips
            if mode.cap == PINNED
            else mode.base[-1] + mode.rates[-1] * (time - mode.since)
        )
        return self.by.minimum(free, self.log_ceilings[-1])

    def ceilings_reached(self, mode: Mode) -> Iterator[tuple[str, float]]:
        """Shares that grow, and when each reaches its ceiling if the mode lasts; those that are there already left out."""
        for name, base, rate, ceiling in zip(
            SHARES, mode.base, mode.rates, self.log_ceilings, strict=True
        ):
            if rate > 0 and base < ceiling:
                yield name, mode.since + (ceiling - base) / rate

    def stocks(self, time: float, state: State) -> Stocks:
        """What production rests on."""
        labour, tfp = self.economy.start.labour + self.rules.labour * time, self.rules.tfp * time
        return Stocks(state[2], self.courses[1].level(state[1]), state[3], labour, tfp)

    def derivative(
        self, time: float, state: State, market: float, mode: Mode, hints: Hints
    ) -> tuple[State, Seen]:
        """The time derivative of the state, and what was seen on the way."""
        rules, economy, by = self.rules, self.economy, self.by
        logs, stocks = self.log_shares(time, mode, market, state[2]), self.stocks(time, state)
        run = stocks.chips + stocks.software + logs[-1]
        reaches = mode.reaches or economy.reaches(run)
        outputs, splits = economy.log_outputs(stocks, logs, run, reaches, hints)
        goods, hardware, software = (
            now - then for now, then in zip(outputs, self.base, strict=True)
        )
        log_gwp = rules.log_gwp + goods
        rise = (
            by.exp(self._paces[0] + rules.penalty * hardware - state[0]),
            by.exp(self._paces[1] + rules.penalty * software - state[1]),
            rules.log_kept + by.exp(logs[0] + log_gwp + market - state[2]),
            rules.saving * by.exp(log_gwp - state[3]),
        )
        seen = Seen(
            log_gwp,
            by.maximum(goods, by.maximum(hardware, software)),
            run,
            splits[0].automated,
            splits[1].automated,
            (splits[0].place + splits[0].part, splits[1].place + splits[1].part),
            (splits[0].place, splits[1].place, splits[2].place),
        )
        return rise, seen

    def moment(
        self,
        time: float,
        state: State,
        market: float,
        mode: Mode,
        reaches: tuple[float, float] | None,
    ) -> Moment:
        """All that the model says of a moment, in calendar time; ``reaches`` None: as far as its largest run goes."""
        shares = Shares(*map(exp, self.log_shares(time, mode, market, state[2])))
        prices, cumulative = (self.courses[0].level(state[0]), market), (state[0], state[1])
        stocks = self.stocks(time, state)
        return moment(
            self.economy,
            self.rules.start + time,
            stocks,
            prices,
            cumulative,
            shares,
            mode.awake,
            reaches=reaches,
        )

    def software_growth(self, at: Moment) -> float:
        """Growth of ln software at a moment [1/year]."""
        research = self.economy.outputs(at.production)[2] - self.base[2]
        cumulative = at.cumulative[1]
        return self.courses[1].slope(cumulative) * exp(
            self._paces[1] + self.rules.penalty * research - cumulative
        )

    def log_run(self, time: float, state: State, market: float, mode: Mode) -> float:
        """ln of the largest training run; ``market`` matters where its cost is at the cap."""
        return (
            state[2]
            + self.courses[1].level(state[1])
            + self._log_training(time, mode, market, state[2])
        )

    def reaches(self, log_run: float) -> tuple[float, float] | None:
        """How far a largest run reaches into the tasks of goods and of R&D; None of a continuum, where nothing switches."""
        return self.economy.reaches(log_run) if self.counted else None

    def limits(self, mode: Mode, rising: bool, families: tuple[int, ...]) -> list[float]:
        """ln of the training runs at which the next task of each of some families opens, or the last one closes."""
        assert mode.reaches is not None
        found = []
        for family, reach in ((self.economy.families[one], mode.reaches[one]) for one in families):
            place = int(reach) if rising else int(reach) - 1
            if 0 <= place < len(family.log_training):
                found.append(family.log_training[place] - family.log_shortfall)
        return found

    def opened(
        self, before: tuple[float, float], after: tuple[float, float]
    ) -> Iterator[tuple[int, int, float]]:
        """Families, places and ln of the training runs of the tasks that open, or close, from one reach to another."""
        for number, (family, then, now) in enumerate(
            zip(self.economy.families, before, after, strict=True)
        ):
            for place in range(int(min(then, now)), int(max(then, now))):
                yield number, place, family.log_training[place] - family.log_shortfall

    @property
    def counted(self) -> bool:
        """Whether tasks are counted, and open one by one."""
        return self.economy.families[0].tasks is not None

    def first_mode(self) -> Mode:
        """The mode at the start."""
        run = self.economy.start.chips + log(self.economy.shares.compute_training)
        shares = Shares(*map(log, self.economy.shares))
        asleep = Mode(self.reaches(run), False, FREE, 0.0, shares, self.rates(False, FREE))
        return self.switched(0.0, self.start, self.rules.log_buyable, asleep, lambda: 0.0)[0]

    def switched(
        self, time: float, state: State, market: float, mode: Mode, market_pace: Callable[[], float]
    ) -> tuple[Mode, tuple[State, Seen]]:
        """The mode that holds at a state, the same object if nothing has switched, and the derivative there.

        Parameters
        ----------
        market_pace : function
            Gives d ln / dt of price-performance on the market; asked for where the cap needs it.
        """
        reaches = self.reaches(self.log_run(time, state, market, mode))
        reaching = mode if reaches == mode.reaches else mode._replace(reaches=reaches)
        rise, seen = self.derivative(time, state, market, reaching, (None, None, None))
        awake, cap = self.rest(time, state, market, mode, market_pace, seen)
        if (awake, cap) == (mode.awake, mode.cap):
            return reaching, (rise, seen)
        base = self.log_shares(time, mode, market, state[2])
        return Mode(reaches, awake, cap, time, base, self.rates(awake, cap)), (
            rise,
            seen,
        )  # shares themselves do not jump

    def rest(
        self,
        time: float,
        state: State,
        market: float,
        mode: Mode,
        market_pace: Callable[[], float],
        seen: Seen,
    ) -> tuple[bool, str]:
        """Whether the economy is awake, and what the cap does."""
        awake = seen.automated / self.economy.families[0].count >= self.rules.trigger
        return awake, FREE if awake else self._cap(time, state, market, mode, market_pace)

    def _cap(
        self, time: float, state: State, market: float, mode: Mode, market_pace: Callable[[], float]
    ) -> str:
        """What the cap on the cost of the largest run does while asleep."""
        log_share = self._log_training(time, mode, market, state[2])
        over = state[2] + log_share - market - self.rules.log_cap
        if mode.cap != PINNED and (over > 0) == (mode.cap == FROZEN):
            return mode.cap
        rise, _ = self.derivative(time, state, market, mode, (None, None, None))
        still = rise[2] - market_pace()  # growth of the cost with the share standing still
        growth = (
            self.rules.growth[False].compute_training if log_share < self.log_ceilings[-1] else 0.0
        )
        return FROZEN if still >= 0 else PINNED if still + growth > 0 else FREE
