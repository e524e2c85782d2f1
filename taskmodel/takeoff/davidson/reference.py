"""Davidson's model stepped as his own program steps it, at a chosen step, for comparison with it.

The order of the rules within a step, which levels are those of the previous step, the delay rounded
to whole steps and the strict thresholds are those of epoch-research/ftm. They make the method first
order in the step: at its 0.1 year AGI comes 0.26 years late. Its dates are therefore not results.
The meaning of the rules in continuous time is in `flow`. Results differ from those of the program
in the last digits only.
"""

from __future__ import annotations

import math
from math import inf, log

from taskmodel.takeoff.davidson.economy import Economy, Stocks
from taskmodel.takeoff.davidson.kernels import LARGEST, log_add
from taskmodel.takeoff.davidson.moments import Moment, automated_share, moment
from taskmodel.takeoff.davidson.rules import Rules
from taskmodel.takeoff.davidson.shares import Shares
from taskmodel.takeoff.davidson.solution import BEYOND


def step_through(economy: Economy, rules: Rules, step: float) -> tuple[list[Moment], str]:
    """Return all moments from the start to before the end, one a step, and why they end early.

    Parameters
    ----------
    economy : Economy
    rules : Rules
    step : float
        [year]; the reference's own is 0.1.

    Returns
    -------
    moments : list of Moment
        Up to the last step whose numbers can be represented; empty if those of the start cannot.
    reason : str
        Empty if they do not end early.
    """
    delay = round(rules.delay / step)  # half to even, as the reference rounds
    grown = log_add(0.0, log(step * rules.penalty * rules.pace[0]))  # ln of Q_1 / Q_0
    first = min(rules.log_ceilings[0] - rules.log_buyable, grown * rules.returns[0] / rules.penalty)
    starts = rules.log_buyable + delay * first, 0.0
    designs = [starts[0]]
    if starts[0] > LARGEST:
        return [], BEYOND
    state = moment(
        economy,
        rules.start,
        economy.start,
        (starts[0], rules.log_buyable),
        (0.0, 0.0),
        economy.shares,
        False,
    )
    base = economy.outputs(state.production)
    moments = [state]
    for number in range(1, math.ceil((rules.end - rules.start) / step - 1e-9)):
        outputs = tuple(
            output - initial
            for output, initial in zip(economy.outputs(state.production), base, strict=True)
        )
        levels, cumulative = _research(rules, state, outputs, starts, step)
        designs.append(levels[0])
        awake = automated_share(economy, state)[0] >= rules.trigger
        shares = _shares(rules, state, awake, step)
        if not all(shares):
            return moments, "a share is below the smallest number that can be held"
        if number >= delay:
            market = designs[number - delay]
        else:  # designs before the start, at the pace of the first step
            market = starts[0] + (number - delay) * (designs[1] - starts[0])
        stocks = _stocks(rules, state, outputs[0], levels[1], shares, market, step)
        compute = stocks.chips + stocks.software
        if max(*outputs, *levels, *cumulative, compute, stocks.capital) > LARGEST:
            return moments, BEYOND
        state = moment(
            economy,
            rules.start + number * step,
            stocks,
            (levels[0], market),
            cumulative,
            shares,
            awake,
            state,
        )
        moments.append(state)
    return moments, ""


def _stocks(
    rules: Rules,
    moment: Moment,
    output: float,
    software: float,
    shares: Shares,
    market: float,
    step: float,
) -> Stocks:
    """Return the stocks one step later, from the output of goods and the new level of software."""
    stocks, gwp = moment.stocks, rules.log_gwp + output
    bought = log(step * shares.gwp_compute) + gwp + market
    return Stocks(
        chips=log_add(stocks.chips + step * rules.log_kept, bought),
        software=software,
        capital=log_add(stocks.capital, log(step * rules.saving) + gwp),
        labour=stocks.labour + step * rules.labour,
        tfp=stocks.tfp + step * rules.tfp,
    )


def _research(
    rules: Rules,
    moment: Moment,
    outputs: tuple[float, ...],
    starts: tuple[float, float],
    step: float,
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the levels of hardware and software, and ln of cumulative effort, one step later."""
    levels, cumulative = [], []
    for i, level in enumerate((moment.hardware, moment.stocks.software)):
        before, ceiling = moment.cumulative[i], rules.log_ceilings[i]
        after = log_add(
            before, log(step * rules.penalty * rules.pace[i]) + rules.penalty * outputs[1 + i]
        )
        room = 1.0 if ceiling == inf else (ceiling - level) / (ceiling - starts[i])
        levels.append(
            min(ceiling, level + room * rules.returns[i] / rules.penalty * (after - before))
        )
        cumulative.append(after)
    return (levels[0], levels[1]), (cumulative[0], cumulative[1])


def _shares(rules: Rules, moment: Moment, awake: bool, step: float) -> Shares:
    """Return the shares one step later."""
    rates = rules.growth[awake]
    if moment.money > rules.log_cap and not moment.awake:  # as of the previous step
        rates = rates._replace(compute_training=0.0)
    return Shares(
        *(
            ceiling if step * rate > log(ceiling / share) else share * math.exp(step * rate)
            for share, rate, ceiling in zip(moment.shares, rates, rules.ceilings, strict=True)
        )
    )
