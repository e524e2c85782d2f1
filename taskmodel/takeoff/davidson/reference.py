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

import numpy as np

from taskmodel.numerics.types import Array
from taskmodel.takeoff.davidson.division import NO_HINT
from taskmodel.takeoff.davidson.economy import Economy
from taskmodel.takeoff.davidson.flow import Flow
from taskmodel.takeoff.davidson.moment_kernels import (
    AWAKE,
    CAPITAL,
    CHIPS,
    DESIGNS,
    HARDWARE_EFFORT,
    MOMENT_COLUMNS,
    RUN_COST,
    SHARE,
    SOFTWARE,
    TFP,
    WORKERS,
)
from taskmodel.takeoff.davidson.moments import GOODS_AUTOMATED, OUTPUTS, SPLITS, Stocks, moment
from taskmodel.takeoff.davidson.rules import Rules
from taskmodel.takeoff.davidson.shares import SHARES, Shares
from taskmodel.takeoff.davidson.solution import BEYOND
from taskmodel.takeoff.davidson.step_kernels import LARGEST
from taskmodel.takeoff.davidson.table_kernels import log_add


def step_through(economy: Economy, rules: Rules, step: float) -> tuple[Array, str]:
    """Return all moments from the start to before the end, one a step, and why they end early.

    Parameters
    ----------
    economy : Economy
    rules : Rules
    step : float
        [year]; the reference's own is 0.1.

    Returns
    -------
    moments : array, shape (step, column)
        Up to the last step whose numbers can be represented; empty if those of the start cannot.
    reason : str
        Empty if they do not end early.
    """
    delay = round(rules.delay / step)  # half to even, as the reference rounds
    grown = log_add(0.0, log(step * rules.penalty * rules.pace[0]))  # ln of Q_1 / Q_0
    first = min(rules.log_ceilings[0] - rules.log_buyable, grown * rules.returns[0] / rules.penalty)
    starts = rules.log_buyable + delay * first, 0.0
    rows: list[Array] = []
    reason = "" if starts[0] <= LARGEST else BEYOND
    if not reason:
        reason = _write_steps(Flow(economy, rules), step, delay, starts, rows)
    return np.array(rows).reshape(len(rows), MOMENT_COLUMNS), reason


def _write_steps(
    flow: Flow, step: float, delay: int, starts: tuple[float, float], rows: list[Array]
) -> str:
    """Append the moments of the steps, and return why they end early."""
    economy, rules, tables = flow.economy, flow.rules, flow.tables
    designs = [starts[0]]
    rows.append(
        moment(
            tables,
            rules.start,
            economy.start,
            (starts[0], rules.log_buyable),
            (0.0, 0.0),
            economy.shares,
            False,
            np.full(3, NO_HINT),
        )
    )
    base = rows[0][OUTPUTS].tolist()
    for number in range(1, math.ceil((rules.end - rules.start) / step - 1e-9)):
        state = rows[-1].tolist()
        outputs = [state[output] - initial for output, initial in zip(OUTPUTS, base, strict=True)]
        levels, cumulative = _research(rules, state, outputs, starts, step)
        designs.append(levels[0])
        awake = state[GOODS_AUTOMATED] >= rules.trigger
        shares = _shares(rules, state, awake, step)
        if not all(shares):
            return "a share is below the smallest number that can be held"
        if number >= delay:
            market = designs[number - delay]
        else:  # designs before the start, at the pace of the first step
            market = starts[0] + (number - delay) * (designs[1] - starts[0])
        stocks = _stocks(rules, state, outputs[0], levels[1], shares, market, step)
        compute = stocks.chips + stocks.software
        if max(*outputs, *levels, *cumulative, compute, stocks.capital) > LARGEST:
            return BEYOND
        time, prices = rules.start + number * step, (levels[0], market)
        hints = rows[-1][SPLITS]
        rows.append(moment(tables, time, stocks, prices, cumulative, shares, awake, hints))
    return ""


def _stocks(
    rules: Rules,
    state: list[float],
    output: float,
    software: float,
    shares: Shares,
    market: float,
    step: float,
) -> Stocks:
    """Return the stocks one step later, from the output of goods and the new level of software."""
    gwp = rules.log_gwp + output
    bought = log(step * shares.gwp_compute) + gwp + market
    return Stocks(
        chips=log_add(state[CHIPS] + step * rules.log_kept, bought),
        software=software,
        capital=log_add(state[CAPITAL], log(step * rules.saving) + gwp),
        labour=state[WORKERS] + step * rules.labour,
        tfp=state[TFP] + step * rules.tfp,
    )


def _research(
    rules: Rules,
    state: list[float],
    outputs: list[float],
    starts: tuple[float, float],
    step: float,
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the levels of hardware and software, and ln of cumulative effort, one step later."""
    levels, cumulative = [], []
    for i, level in enumerate((state[DESIGNS], state[SOFTWARE])):
        before, ceiling = state[HARDWARE_EFFORT + i], rules.log_ceilings[i]
        after = log_add(
            before, log(step * rules.penalty * rules.pace[i]) + rules.penalty * outputs[1 + i]
        )
        room = 1.0 if ceiling == inf else (ceiling - level) / (ceiling - starts[i])
        levels.append(
            min(ceiling, level + room * rules.returns[i] / rules.penalty * (after - before))
        )
        cumulative.append(after)
    return (levels[0], levels[1]), (cumulative[0], cumulative[1])


def _shares(rules: Rules, state: list[float], awake: bool, step: float) -> Shares:
    """Return the shares one step later."""
    rates = rules.growth[awake]
    # the wake-up as of the previous step
    if state[RUN_COST] > rules.log_cap and not state[AWAKE]:
        rates = rates._replace(compute_training=0.0)
    before = state[SHARE : SHARE + len(SHARES)]
    return Shares(
        *(
            ceiling if step * rate > log(ceiling / share) else share * math.exp(step * rate)
            for share, rate, ceiling in zip(before, rates, rules.ceilings, strict=True)
        )
    )
