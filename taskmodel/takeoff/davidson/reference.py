"""Davidson's model stepped as his own program steps it, at a step of your choice: to compare with it, not for its dates.

The order of the rules within a step, what is read at the step before, the delay rounded to whole steps and the strict
thresholds are those of epoch-research/ftm. They make it first order in the step: at its 0.1 year AGI comes 0.26 years late.
What the rules mean in continuous time is in `flow`. The two programs differ from each other in the last digits only.
"""

from __future__ import annotations

import math
from math import inf, log

from taskmodel.numerics.elementary import log_add
from taskmodel.takeoff.davidson.economy import Economy, Shares, Stocks
from taskmodel.takeoff.davidson.moments import Moment, automated_share, moment
from taskmodel.takeoff.davidson.rules import Rules
from taskmodel.takeoff.davidson.solve import BEYOND, LARGEST

__all__ = ["step_through"]


def step_through(economy: Economy, rules: Rules, step: float) -> tuple[list[Moment], str]:
    """All moments from the start to before the end, one a step, and why they end before their time.

    Parameters
    ----------
    economy : Economy
    rules : Rules
    step : float
        In years; 0.1 is the reference's own.

    Returns
    -------
    moments : list of Moment
        Fewer where a number cannot be held any more; none where one cannot at the start.
    reason : str
        Empty if they do not.
    """
    delay = round(rules.delay / step)  # half to even, as the reference rounds
    grown = log_add(0.0, log(step * rules.penalty * rules.pace[0]))  # ln of Q_1 / Q_0
    first = min(rules.log_ceilings[0] - rules.log_buyable, grown * rules.returns[0] / rules.penalty)
    starts = rules.log_buyable + delay * first, 0.0
    designs = [starts[0]]
    if starts[0] > LARGEST:
        return [], BEYOND
    at = moment(
        economy,
        rules.start,
        economy.start,
        (starts[0], rules.log_buyable),
        (0.0, 0.0),
        economy.shares,
        False,
    )
    base = economy.outputs(at.production)
    found = [at]
    for number in range(1, math.ceil((rules.end - rules.start) / step - 1e-9)):
        outputs = tuple(
            now - then for now, then in zip(economy.outputs(at.production), base, strict=True)
        )
        levels, cumulative = _research(rules, at, outputs, starts, step)
        designs.append(levels[0])
        awake = automated_share(economy, at)[0] >= rules.trigger
        shares = _shares(rules, at, awake, step)
        if not all(shares):
            return found, "a share is below the smallest number that can be held"
        market = (
            designs[number - delay]
            if number >= delay
            else starts[0] + (number - delay) * (designs[1] - starts[0])
        )
        gwp = rules.log_gwp + outputs[0]
        bought = log(step * shares.gwp_compute) + gwp + market
        stocks = Stocks(
            chips=log_add(at.stocks.chips + step * rules.log_kept, bought),
            software=levels[1],
            capital=log_add(at.stocks.capital, log(step * rules.saving) + gwp),
            labour=at.stocks.labour + step * rules.labour,
            tfp=at.stocks.tfp + step * rules.tfp,
        )
        if (
            max(*outputs, *levels, *cumulative, stocks.chips + stocks.software, stocks.capital)
            > LARGEST
        ):
            return found, BEYOND
        at = moment(
            economy,
            rules.start + number * step,
            stocks,
            (levels[0], market),
            cumulative,
            shares,
            awake,
            at,
        )
        found.append(at)
    return found, ""


def _research(
    rules: Rules, at: Moment, outputs: tuple[float, ...], starts: tuple[float, float], step: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Levels of hardware and software, and ln of cumulative effort, one step on."""
    levels, cumulative = [], []
    for of, level in enumerate((at.hardware, at.stocks.software)):
        before, ceiling = at.cumulative[of], rules.log_ceilings[of]
        after = log_add(
            before, log(step * rules.penalty * rules.pace[of]) + rules.penalty * outputs[1 + of]
        )
        room = 1.0 if ceiling == inf else (ceiling - level) / (ceiling - starts[of])
        levels.append(
            min(ceiling, level + room * rules.returns[of] / rules.penalty * (after - before))
        )
        cumulative.append(after)
    return (levels[0], levels[1]), (cumulative[0], cumulative[1])


def _shares(rules: Rules, at: Moment, awake: bool, step: float) -> Shares:
    """Shares one step on."""
    rates = rules.growth[awake]
    if at.money > rules.log_cap and not at.awake:  # as it was a step before
        rates = rates._replace(compute_training=0.0)
    return Shares(
        *(
            ceiling if step * rate > log(ceiling / share) else share * math.exp(step * rate)
            for share, rate, ceiling in zip(at.shares, rates, rules.ceilings, strict=True)
        )
    )
