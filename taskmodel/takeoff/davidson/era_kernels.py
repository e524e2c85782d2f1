"""The solution so far in plain loops, and the eras of a world: which rules hold, and until when.

An era ends at a switch of the economy or of the cap on the cost of the largest run.
"""

from __future__ import annotations

from math import nan

from taskmodel.compiled import compiled, inlined
from taskmodel.numerics.types import Array, Mask
from taskmodel.takeoff.davidson.division_kernels import reach_of
from taskmodel.takeoff.davidson.flow_kernels import (
    FREE,
    FROZEN,
    PINNED,
    derivative,
    hardware_level,
    largest_run,
    log_shares_at,
    training_share,
)
from taskmodel.takeoff.davidson.table_kernels import (
    BUYABLE,
    CAP,
    COUNT,
    DELAY,
    GAIN,
    GOODS_AUTOMATED,
    HARDWARE_START,
    MOST_ROOT_STEPS,
    SHORTFALL,
    TRIGGER,
    Steps,
    Tables,
    closer,
    count_below,
    narrowed,
)

PLACE = 1e-10  # years: width to which a switch is located
HOUR = 1e-4  # years, over which growth of the market's price-performance is measured


@inlined
def step_at(p: Steps, rows: int, time: float) -> int:
    """Return the step that a time is in, of the first some."""
    return max(count_below(p.start[:rows], time, True) - 1, 0)


@inlined
def component(p: Steps, row: int, c: int, time: float) -> float:
    """Return one component of the state on a step's cubic."""
    theta = (time - p.start[row]) / p.length[row]
    a, b = p.cubic[row, c, 0], p.cubic[row, c, 1]
    return a + theta * (b + (1 - theta) * (p.cubic[row, c, 2] + theta * p.cubic[row, c, 3]))


@inlined
def state_at(p: Steps, row: int, time: float, state: Array) -> None:
    """Write the state at a time of a step."""
    for c in range(4):
        state[c] = component(p, row, c, time)


@inlined
def market_at(w: Tables, p: Steps, rows: int, time: float, cumulative: float) -> float:
    """Return ln of price-performance on the market: that of the designs of a delay ago.

    ``cumulative`` is ln of hardware's research effort now, which counts without a delay. Before the
    start designs improve at the pace of the start.
    """
    number = w.number
    if number[DELAY] == 0.0:
        return hardware_level(w, cumulative)
    then = time - number[DELAY]
    if then <= 0:
        return number[HARDWARE_START] + number[GAIN] * then
    return hardware_level(w, component(p, step_at(p, rows, then), 0, then))


@compiled
def market_pace(w: Tables, p: Steps, rows: int, time: float) -> float:
    """Return growth of price-performance on the market [1/year], over the hour before."""
    if not rows:
        return 0.0
    before = time - HOUR
    own, own_before = 0.0, 0.0
    if w.number[DELAY] == 0.0:
        own = component(p, step_at(p, rows, time), 0, time)
        own_before = component(p, step_at(p, rows, before), 0, before)
    now, then = market_at(w, p, rows, time, own), market_at(w, p, rows, before, own_before)
    return (now - then) / HOUR


@compiled
def cap_state(
    w: Tables, p: Steps, rows: int, e: int, goods_reach: float, rnd_reach: float, time: float,
    state: Array, market: float, hints: Array, rise: Array, seen: Array,
) -> int:  # fmt: skip
    """Return what the cap on the cost of the largest run does while the economy is asleep."""
    share = training_share(w, p, e, time, market, state[2])
    over = state[2] + share - market - w.number[CAP]
    now = p.cap[e]
    if now != PINNED and (over > 0) == (now == FROZEN):
        return int(now)
    derivative(w, p, e, goods_reach, rnd_reach, time, state, market, hints, rise, seen)
    still = rise[2] - market_pace(w, p, rows, time)  # growth of the cost at a constant share
    growth = w.growth[0, 6] if share < w.ceiling[6] else 0.0
    if still >= 0:
        return FROZEN
    return PINNED if still + growth > 0 else FREE


@compiled
def rest(
    w: Tables, p: Steps, rows: int, e: int, goods_reach: float, rnd_reach: float, time: float,
    state: Array, market: float, automated: float, scratch: Array,
) -> tuple[bool, int]:  # fmt: skip
    """Return whether the economy is awake, and what the cap does."""
    awake = automated / w.number[COUNT] >= w.number[TRIGGER]
    if awake:
        return awake, FREE
    rise, seen, hints = scratch[0], scratch[1], scratch[2]
    hints[0] = hints[1] = hints[2] = -1.0
    return awake, cap_state(
        w, p, rows, e, goods_reach, rnd_reach, time, state, market, hints, rise, seen
    )


@compiled
def situation(
    w: Tables, p: Steps, rows: int, e: int, goods_reach: float, rnd_reach: float, time: float,
    state: Array, rise: Array, seen: Array, scratch: Array,
) -> tuple[float, float, bool, int]:  # fmt: skip
    """Return the reaches, whether the economy is awake and what the cap does at a state.

    The derivative there goes into ``rise`` and ``seen``. The arguments describe the mode before.
    """
    market = market_at(w, p, rows, time, state[0]) if rows else w.number[BUYABLE]
    run = largest_run(w, p, e, time, state, market)
    new_goods, new_rnd = goods_reach, rnd_reach
    if w.need.shape[1]:
        new_goods, new_rnd = reach_of(w, 0, run), reach_of(w, 1, run)
    hints = scratch[2]
    hints[0] = hints[1] = hints[2] = -1.0
    derivative(w, p, e, new_goods, new_rnd, time, state, market, hints, rise, seen)
    awake, cap = rest(
        w, p, rows, e, goods_reach, rnd_reach, time, state, market, seen[GOODS_AUTOMATED], scratch
    )
    return new_goods, new_rnd, awake, cap


@compiled
def new_era(
    w: Tables, p: Steps, old: int, new: int, time: float, market: float, chips: float,
    awake: bool, cap: int,
) -> None:  # fmt: skip
    """Write an era that begins where another one ends; shares do not jump."""
    log_shares_at(w, p, old, time, market, chips, p.base[new])
    for i in range(7):
        p.rates[new, i] = w.growth[1 if awake else 0, i]
    if cap != FREE:
        p.rates[new, 6] = 0.0
    p.since[new], p.awake[new], p.cap[new] = time, awake, cap


@compiled
def limit_of_next(w: Tables, f: int, reach: float, rising: bool) -> float:
    """Return ln of the run at which the next task of a family opens or the last closes; or NaN."""
    task = int(reach) if rising else int(reach) - 1
    if 0 <= task < w.training.shape[1]:
        return float(w.training[f, task] - w.number[SHORTFALL])
    return nan


@inlined
def run_on_step(
    w: Tables, p: Steps, rows: int, row: int, e: int, time: float, state: Array
) -> float:
    """Return ln of the largest training run at a time of a step."""
    state_at(p, row, time, state)
    market = market_at(w, p, rows, time, state[0]) if p.cap[e] == PINNED else 0.0
    return largest_run(w, p, e, time, state, market)


@compiled
def time_of_run(
    w: Tables, p: Steps, rows: int, row: int, e: int, limit: float, low: float, high: float,
    at_low: float, at_high: float, close: float, state: Array,
) -> float:  # fmt: skip
    """Return when the largest run passes a limit within a step; the signs at the ends differ."""
    side = 0
    for number in range(MOST_ROOT_STEPS):
        if high - low <= PLACE / 8:
            break
        middle = closer(low, high, at_low, at_high, number)
        if not low < middle < high:
            return middle
        value = run_on_step(w, p, rows, row, e, middle, state) - limit
        if abs(value) <= close:
            return middle
        low, high, at_low, at_high, side = narrowed(low, high, at_low, at_high, side, middle, value)
    return high


@compiled
def crossing(
    w: Tables, p: Steps, row: int, e: int, low: float, high: float, reaches: Array,
    matters: Mask, state: Array,
) -> float:  # fmt: skip
    """Return the first time of the last step at which reaches differ from the mode's.

    ``matters`` are the families in which that changes what is done.
    """
    rows = row + 1
    start = run_on_step(w, p, rows, row, e, low, state)
    end = run_on_step(w, p, rows, row, e, high, state)
    first, close = high, abs(end - start) / (high - low) * PLACE / 8
    for f in range(2):
        if matters[f]:
            limit = limit_of_next(w, f, reaches[f], end > start)
            if (start - limit) * (end - limit) <= 0 and start != end:
                time = time_of_run(
                    w, p, rows, row, e, limit, low, high, start - limit, end - limit, close, state
                )
                first = min(first, time)
    while first < high:
        run = run_on_step(w, p, rows, row, e, first, state)
        if (matters[0] and reach_of(w, 0, run) != reaches[0]) or (
            matters[1] and reach_of(w, 1, run) != reaches[1]
        ):
            break
        first = min(high, first + PLACE / 4)
    return first


@compiled
def mode_holds(
    w: Tables, p: Steps, row: int, e: int, time: float, reaches: Array, matters: Mask,
    state: Array, rise: Array, seen: Array, scratch: Array,
) -> bool:  # fmt: skip
    """Return whether a mode holds at a time of the last step, as far as it matters."""
    state_at(p, row, time, state)
    goods, rnd, awake, cap = situation(
        w, p, row + 1, e, reaches[0], reaches[1], time, state, rise, seen, scratch
    )
    if awake != p.awake[e] or cap != p.cap[e]:
        return False
    return not ((matters[0] and goods != reaches[0]) or (matters[1] and rnd != reaches[1]))


@compiled
def switch_time(
    w: Tables, p: Steps, row: int, e: int, low: float, high: float, reaches: Array,
    matters: Mask, rests: bool, state: Array, rise: Array, seen: Array, scratch: Array,
) -> float:  # fmt: skip
    """Return when the mode of the last step ends, on the far side; NaN: it holds to the end.

    ``rests`` is whether the economy and the cap are at the end as in the mode.
    """
    any_matters = matters[0] or matters[1]
    if rests:
        return crossing(w, p, row, e, low, high, reaches, matters, state) if any_matters else nan
    if any_matters:
        time = crossing(w, p, row, e, low, high, reaches, matters, state)
        before = max(low, time - PLACE)
        if mode_holds(w, p, row, e, before, reaches, matters, state, rise, seen, scratch):
            return time
        high = before
    while high - low > PLACE:
        middle = (low + high) / 2
        if mode_holds(w, p, row, e, middle, reaches, matters, state, rise, seen, scratch):
            low = middle
        else:
            high = middle
    return high
