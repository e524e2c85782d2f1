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

from taskmodel.takeoff.economy import SHARES, Course, Economy, Hints, Shares, Stocks
from taskmodel.takeoff.moments import Moment, moment
from taskmodel.takeoff.rules import Rules

__all__ = ["Flow", "Mode", "Seen"]

PLACE = 1e-10  # years: how near a switch is located
FREE, PINNED, FROZEN = "free", "pinned", "frozen"
State = tuple[float, ...]


class Mode(NamedTuple):
    """What holds until something switches: how far AI reaches, whether the economy is awake, and what the shares do.

    ``since`` and ``base`` are the time and the ln of the shares from which they grow.
    """

    reaches: tuple[float, float] | None
    awake: bool
    cap: str
    since: float
    base: Shares


class Seen(NamedTuple):
    """What the derivative saw on its way: ln GWP, automated tasks of goods, and where the optima are.

    ``log_top`` is ln of the largest output, relative to its start.
    """

    log_gwp: float
    log_top: float
    automated: float
    hints: tuple[float, float, float]


@dataclass(frozen=True)
class Flow:
    """The equations of a set of parameters. Times are years since the start."""

    economy: Economy
    rules: Rules

    @cached_property
    def courses(self) -> tuple[Course, Course]:
        """Of hardware and software."""
        return self.rules.course(0, self.rules.log_buyable + self.rules.log_gained(self.rules.delay)), self.rules.course(1, 0.0)

    @property
    def delay(self) -> float:
        """From design to market [year]; one that is shorter than a switch is located to counts as none."""
        return self.rules.delay if self.rules.delay > PLACE else 0.0

    @cached_property
    def base(self) -> tuple[float, float, float]:
        """ln of the outputs at the start, with what is automated then."""
        economy = self.economy
        run = economy.start.chips + economy.start.software + log(economy.shares.compute_training)
        return economy.outputs(economy.produce(economy.start, economy.shares, run, economy.reaches(run)))

    @cached_property
    def start(self) -> State:
        """The state at the start."""
        return 0.0, 0.0, self.economy.start.chips, self.economy.start.capital

    @cached_property
    def log_ceilings(self) -> tuple[float, ...]:
        return tuple(log(ceiling) for ceiling in self.rules.ceilings)

    @cached_property
    def _paces(self) -> tuple[float, float]:
        return log(self.rules.penalty * self.rules.pace[0]), log(self.rules.penalty * self.rules.pace[1])

    def past(self, time: float) -> float:
        """ln of design price-performance before the start."""
        return self.courses[0].log_start + self.rules.log_gained(time)

    def rates(self, mode: Mode) -> Shares:
        """Log growth rates of the shares."""
        rates = self.rules.growth[mode.awake]
        return rates if mode.cap == FREE else rates._replace(compute_training=0.0)  # what is at the cap follows it

    def log_shares(self, time: float, mode: Mode, market: float, chips: float) -> list[float]:
        """ln of the shares."""
        passed = time - mode.since
        logs = [
            min(base + rate * passed, ceiling) if passed else base
            for base, rate, ceiling in zip(mode.base[:-1], self.rates(mode)[:-1], self.log_ceilings[:-1], strict=True)
        ]
        logs.append(self._log_training(time, mode, market, chips))
        return logs

    def _log_training(self, time: float, mode: Mode, market: float, chips: float) -> float:
        """ln of the share of compute that goes to the largest run."""
        ceiling = self.log_ceilings[-1]
        if mode.cap == PINNED:
            return min(self.rules.log_cap + market - chips, ceiling)
        if mode.cap == FROZEN or time == mode.since:
            return mode.base[-1]
        return min(mode.base[-1] + self.rules.growth[mode.awake][-1] * (time - mode.since), ceiling)

    def ceilings_reached(self, mode: Mode) -> Iterator[tuple[str, float]]:
        """Shares that grow, and when each reaches its ceiling if the mode lasts; those that are there already left out."""
        for name, base, rate, ceiling in zip(SHARES, mode.base, self.rates(mode), self.log_ceilings, strict=True):
            if rate > 0 and base < ceiling:
                yield name, mode.since + (ceiling - base) / rate

    def stocks(self, time: float, state: State) -> Stocks:
        """What production rests on."""
        labour, tfp = self.economy.start.labour + self.rules.labour * time, self.rules.tfp * time
        return Stocks(state[2], self.courses[1].level(state[1]), state[3], labour, tfp)

    def derivative(self, time: float, state: State, market: float, mode: Mode, hints: Hints) -> tuple[State, Seen]:
        """The time derivative of the state, and what was seen on the way."""
        rules, economy = self.rules, self.economy
        logs = self.log_shares(time, mode, market, state[2])
        stocks, shares = self.stocks(time, state), Shares(*map(exp, logs))
        run = stocks.chips + stocks.software + logs[-1]
        reaches = mode.reaches or economy.reaches(run)
        outputs, splits = economy.log_outputs(stocks, shares, run, reaches, hints)
        goods, hardware, software = (now - then for now, then in zip(outputs, self.base, strict=True))
        log_gwp = rules.log_gwp + goods
        rise = (
            exp(self._paces[0] + rules.penalty * hardware - state[0]),
            exp(self._paces[1] + rules.penalty * software - state[1]),
            rules.log_kept + exp(logs[0] + log_gwp + market - state[2]),
            rules.saving * exp(log_gwp - state[3]),
        )
        seen = Seen(
            log_gwp,
            max(goods, hardware, software),
            splits[0].automated,
            (splits[0].place, splits[1].place, splits[2].place),
        )
        return rise, seen

    def moment(self, time: float, state: State, market: float, mode: Mode) -> Moment:
        """All that the model says of a moment, in calendar time."""
        shares = Shares(*map(exp, self.log_shares(time, mode, market, state[2])))
        prices, cumulative = (self.courses[0].level(state[0]), market), (state[0], state[1])
        stocks = self.stocks(time, state)
        return moment(self.economy, self.rules.start + time, stocks, prices, cumulative, shares, mode.awake, reaches=mode.reaches)

    def software_growth(self, at: Moment) -> float:
        """Growth of ln software at a moment [1/year]."""
        research = self.economy.outputs(at.production)[2] - self.base[2]
        cumulative = at.cumulative[1]
        return self.courses[1].slope(cumulative) * exp(self._paces[1] + self.rules.penalty * research - cumulative)

    def log_run(self, time: float, state: State, market: float, mode: Mode) -> float:
        """ln of the largest training run; ``market`` matters where its cost is at the cap."""
        return state[2] + self.courses[1].level(state[1]) + self._log_training(time, mode, market, state[2])

    def reaches(self, time: float, state: State, market: float, mode: Mode) -> tuple[float, float] | None:
        """How far AI reaches into the tasks of goods and of R&D; None of a continuum, where nothing switches."""
        return self.economy.reaches(self.log_run(time, state, market, mode)) if self.counted else None

    def limits(self, mode: Mode, rising: bool) -> list[float]:
        """ln of the training runs at which the next task of each family opens, or the last one closes."""
        assert mode.reaches is not None
        found = []
        for family, reach in zip(self.economy.families, mode.reaches, strict=True):
            place = int(reach) if rising else int(reach) - 1
            if 0 <= place < len(family.log_training):
                found.append(family.log_training[place] - family.log_shortfall)
        return found

    @property
    def counted(self) -> bool:
        """Whether tasks are counted, and open one by one."""
        return self.economy.families[0].tasks is not None

    def first_mode(self) -> Mode:
        """The mode at the start."""
        run = self.economy.start.chips + log(self.economy.shares.compute_training)
        shares = Shares(*map(log, self.economy.shares))
        asleep = Mode(self.economy.reaches(run) if self.counted else None, False, FREE, 0.0, shares)
        return self.switched(0.0, self.start, self.rules.log_buyable, asleep, lambda: 0.0)

    def switched(
        self, time: float, state: State, market: float, mode: Mode, market_pace: Callable[[], float], seen: Seen | None = None
    ) -> Mode:
        """The mode that holds at a state; the same object if nothing has switched.

        Parameters
        ----------
        market_pace : function
            Gives d ln / dt of price-performance on the market; asked for where the cap needs it.
        seen : Seen, optional
            What the derivative saw there in this mode, if it is known.
        """
        reaches = self.reaches(time, state, market, mode)
        if seen is None or reaches != mode.reaches:
            _, seen = self.derivative(time, state, market, mode._replace(reaches=reaches), (None, None, None))
        awake, cap = self.rest(time, state, market, mode, market_pace, seen)
        if (reaches, awake, cap) == (mode.reaches, mode.awake, mode.cap):
            return mode
        if (awake, cap) == (mode.awake, mode.cap):
            return mode._replace(reaches=reaches)
        return Mode(reaches, awake, cap, time, Shares(*self.log_shares(time, mode, market, state[2])))

    def rest(self, time: float, state: State, market: float, mode: Mode, market_pace: Callable[[], float], seen: Seen) -> tuple[bool, str]:
        """Whether the economy is awake, and what the cap does."""
        awake = seen.automated / self.economy.families[0].count >= self.rules.trigger
        return awake, FREE if awake else self._cap(time, state, market, mode, market_pace)

    def _cap(self, time: float, state: State, market: float, mode: Mode, market_pace: Callable[[], float]) -> str:
        """What the cap on the cost of the largest run does while asleep."""
        log_share = self.log_shares(time, mode, market, state[2])[-1]
        over = state[2] + log_share - market - self.rules.log_cap
        if mode.cap != PINNED and (over > 0) == (mode.cap == FROZEN):
            return mode.cap
        rise, _ = self.derivative(time, state, market, mode, (None, None, None))
        still = rise[2] - market_pace()  # growth of the cost with the share standing still
        growth = self.rules.growth[False].compute_training if log_share < self.log_ceilings[-1] else 0.0
        return FROZEN if still >= 0 else PINNED if still + growth > 0 else FREE
