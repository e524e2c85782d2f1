"""What a solved world is at given times, and when it passes marks, in plain loops."""

from __future__ import annotations

from math import exp, inf, log, nan

import numpy as np

from taskmodel.compiled import allocating, compiled
from taskmodel.numerics.types import Array, Integers, Mask
from taskmodel.takeoff.davidson.division_kernels import (
    divide,
    number_below,
    reach_of,
    with_automation,
    without_automation,
)
from taskmodel.takeoff.davidson.era_kernels import (
    PLACE,
    market_at,
    run_on_step,
    state_at,
    step_at,
    time_of_run,
)
from taskmodel.takeoff.davidson.flow_kernels import (
    course_slope,
    derivative,
    hardware_level,
    inputs,
    largest_run,
    log_shares_at,
    outputs,
    software_level,
)
from taskmodel.takeoff.davidson.table_kernels import (
    AUTOMATES,
    BASE,
    COUNT,
    EXPONENT,
    GWP,
    HINT,
    LABOUR,
    LABOUR_GROWTH,
    LOG_GWP,
    LOG_OUTER,
    MOST_ROOT_STEPS,
    OUTER_SHARE,
    PACE_HARDWARE,
    PACE_SOFTWARE,
    PENALTY,
    SEEN_COLUMNS,
    SHORTFALL,
    SOFTWARE_POWER,
    SOFTWARE_ROOM,
    SPENT,
    TFP_GROWTH,
    Steps,
    Tables,
    bounded_exp,
    closer,
    narrowed,
)

# columns of a moment: levels are natural logarithms, parts of the tasks and shares are not
(TIME, CHIPS, SOFTWARE, COMPUTE, CAPITAL, WORKERS, TFP, DESIGNS, MARKET) = range(9)
(HARDWARE_EFFORT, SOFTWARE_EFFORT, HARDWARE_STOCK, SOFTWARE_STOCK) = range(9, 13)
(RUN, PHYSICAL_RUN, RUN_COST, AWAKE, SOFTWARE_GROWTH) = range(13, 18)
OPEN, TRAINABLE = 18, 20  # of goods, then of R&D
SHARE = 22  # the first of seven
GOODS_LABOUR, GOODS_COMPUTE, GOODS_CAPITAL = range(29, 32)
SECTORS, SECTOR_WIDTH = 32, 8  # the first column of a sector, and their number
(OUTPUT, LEVEL, MULTIPLIER, AUTOMATED, SPLIT, OUTER_PART, LABOUR_PART, COMPUTE_PART) = range(8)
MOMENT_COLUMNS = SECTORS + 3 * SECTOR_WIDTH
LOG_GWP_COLUMN = SECTORS + LEVEL
SLACK = 1e-6  # of ln GWP: what a step has seen may differ in the last digits
MARK = 1e-9  # years: width to which a milestone is located


@allocating
def see(w: Tables, p: Steps, rows: int, row: int, time: float, hints: Array, seen: Array) -> None:
    """Write what the derivative sees at a time of a step."""
    state, rise = np.empty(4), np.empty(4)
    state_at(p, row, time, state)
    market = market_at(w, p, rows, time, state[0])
    derivative(
        w, p, p.era[row], p.reach[row, 0], p.reach[row, 1], time, state, market, hints, rise, seen
    )


@allocating
def time_of_mark(w: Tables, p: Steps, rows: int, end: float, column: int, level: float) -> float:
    """Return the first time at which a column of ``seen`` exceeds a level; NaN: it never does.

    Within a step to `MARK`; or the time of the switch that raises it.
    """
    first = -1
    for row in range(rows + 1):
        if p.seen[row, column] > level:
            first = row
            break
    if first <= 0:
        return nan if first < 0 else 0.0
    hints, seen = np.empty(3), np.empty(SEEN_COLUMNS)
    for i in range(3):
        hints[i] = p.seen[first, HINT + i]
    low, high, row = p.start[first - 1], end if first == rows else p.start[first], first - 1
    see(w, p, rows, row, high, hints, seen)
    at_low, at_high, side = p.seen[row, column] - level, seen[column] - level, 0
    if at_high <= 0:
        return high
    for number in range(MOST_ROOT_STEPS):
        if high - low <= MARK:
            break
        middle = closer(low, high, at_low, at_high, number)
        if not low < middle < high:
            return middle
        see(w, p, rows, row, middle, hints, seen)
        value = seen[column] - level
        if value == 0.0:
            return middle
        low, high, at_low, at_high, side = narrowed(low, high, at_low, at_high, side, middle, value)
    return high


@compiled
def log_gwp_at(
    w: Tables, p: Steps, rows: int, time: float, sectors: int, state: Array, hints: Array,
    seen: Array,
) -> float:  # fmt: skip
    """Return ln GWP at a time; ``sectors`` is 1, for goods alone."""
    row = step_at(p, rows, time)
    state_at(p, row, time, state)
    market, era, reach = market_at(w, p, rows, time, state[0]), p.era[row], p.reach[row, 0]
    if not w.need.shape[1]:
        reach = reach_of(w, 0, largest_run(w, p, era, time, state, market))
    hints[0] = p.seen[row, HINT]
    goods, _, _ = outputs(w, p, era, reach, reach, time, state, market, sectors, hints, seen)
    return w.number[GWP] + (goods - w.sector[0, BASE])


@compiled
def growth_over(
    w: Tables, p: Steps, rows: int, time: float, years: float, sectors: int, state: Array,
    hints: Array, seen: Array,
) -> float:  # fmt: skip
    """Return growth of ln GWP from a time over some years."""
    now = log_gwp_at(w, p, rows, time, sectors, state, hints, seen)
    return log_gwp_at(w, p, rows, time + years, sectors, state, hints, seen) - now


@allocating
def time_of_growth(
    w: Tables, p: Steps, rows: int, end: float, rate: float, year: float, sectors: int
) -> float:
    """Return the first time from which ln GWP grows by more than a rate within a year; NaN: never.

    Growth is seen where steps start, and a year before them: between those times nothing jumps.
    """
    state, hints, seen = np.empty(4), np.empty(3), np.empty(SEEN_COLUMNS)
    ahead, back, low = 0, 0, 0.0
    while back < rows and p.start[back] < year:
        back += 1
    while True:
        from_start = ahead < rows and p.start[ahead] + year <= end
        if from_start and not (back < rows and p.start[back] - year < p.start[ahead]):
            time = p.start[ahead]
            later = log_gwp_at(w, p, rows, time + year, sectors, state, hints, seen)
            growth = later - p.seen[ahead, LOG_GWP]
            ahead += 1
        elif back < rows:
            time = p.start[back] - year
            growth = p.seen[back, LOG_GWP] - log_gwp_at(
                w, p, rows, time, sectors, state, hints, seen
            )
            back += 1
        else:
            return nan
        if growth > rate:
            break
        low = time
    high = time - MARK
    if time == 0.0 or not growth_over(w, p, rows, high, year, sectors, state, hints, seen) > rate:
        return time  # a jump brings it about
    while high - low > MARK:
        middle = (low + high) / 2
        if growth_over(w, p, rows, middle, year, sectors, state, hints, seen) > rate:
            high = middle
        else:
            low = middle
    return high


@compiled
def complete_moment(
    w: Tables, row: Array, goods_reach: float, rnd_reach: float, hints: Array, only: int
) -> None:
    """Complete a moment from its stocks, prices, research efforts, shares and wake-up.

    Negative reaches: as far as the largest run goes. ``only`` is the one sector to compute, whose
    columns are then the only ones of sectors that mean something; negative: all.
    """
    number, chips, software, tfp = w.number, row[CHIPS], row[SOFTWARE], row[TFP]
    compute, labour, training = chips + software, row[WORKERS], log(row[SHARE + 6])
    run = compute + training
    row[COMPUTE], row[RUN], row[PHYSICAL_RUN] = compute, run, run - software
    row[RUN_COST] = run - software - row[MARKET]
    for i in range(2):
        pace = number[PACE_HARDWARE] if i == 0 else number[PACE_SOFTWARE]
        start = number[PENALTY] * w.sector[1 + i, SPENT] - pace
        row[HARDWARE_STOCK + i] = start + row[HARDWARE_EFFORT + i]
        reach = goods_reach if i == 0 else rnd_reach
        row[OPEN + i] = reach if reach >= 0 else reach_of(w, i, run)
        row[TRAINABLE + i] = number_below(w, i, run) / number[COUNT]
    row[GOODS_LABOUR] = 1 - row[SHARE + 2] - row[SHARE + 3]
    row[GOODS_COMPUTE] = 1 - row[SHARE + 4] - row[SHARE + 5] - row[SHARE + 6]
    row[GOODS_CAPITAL] = 1 - row[SHARE + 1]
    for s in range(3):
        if only >= 0 and only != s:
            continue
        reach = row[OPEN] if s == 0 else row[OPEN + 1]
        of_labour, of_compute, outer = inputs(
            w, s, chips, compute, row[CAPITAL], labour, log(row[SHARE + 1]), log(row[SHARE + 2]),
            log(row[SHARE + 3]), log(row[SHARE + 4]), log(row[SHARE + 5]), training,
        )  # fmt: skip
        produce_moment(w, s, row, tfp, of_labour, of_compute, outer, run, reach, hints[s])
    if only < 0 or only == 2:
        research = row[SECTORS + 2 * SECTOR_WIDTH + OUTPUT] - w.sector[2, BASE]
        effort = row[SOFTWARE_EFFORT]
        rise = bounded_exp(number[PACE_SOFTWARE] + number[PENALTY] * research - effort)
        slope = course_slope(number[SOFTWARE_ROOM], number[SOFTWARE_POWER], effort)
        row[SOFTWARE_GROWTH] = slope * rise
    row[OPEN] /= number[COUNT]
    row[OPEN + 1] /= number[COUNT]


@compiled
def produce_moment(
    w: Tables, s: int, row: Array, tfp: float, labour: float, compute: float, outer: float,
    run: float, reach: float, hint: float,
) -> None:  # fmt: skip
    """Write the columns of a sector: output, effect of automation, and shares of the inputs.

    The shares are by marginal products.
    """
    cognitive, automated, price, split, _, _ = divide(w, s, labour, compute, run, reach, hint)
    sector, first = w.sector[s], SECTORS + s * SECTOR_WIDTH
    output = with_automation(w, s, tfp, cognitive, outer)
    without = without_automation(w, s, tfp, labour, compute, outer)
    counts = output if w.number[AUTOMATES] > 0.0 else without
    row[first + OUTPUT], row[first + LEVEL] = counts, sector[SPENT] + counts - sector[BASE]
    row[first + MULTIPLIER], row[first + SPLIT] = output - without, split
    row[first + AUTOMATED] = automated / w.number[COUNT]
    apart = outer - sector[LOG_OUTER] - (output - tfp)
    part = exp(log(sector[OUTER_SHARE]) + sector[EXPONENT] * apart)
    row[first + OUTER_PART] = part
    if price == inf:
        row[first + LABOUR_PART], row[first + COMPUTE_PART] = 0.0, 1 - part
        return
    of_labour = row[GOODS_LABOUR] if s == 0 else row[SHARE + 1 + s]
    of_compute = row[GOODS_COMPUTE] if s == 0 else row[SHARE + 3 + s]
    log_ratio = (
        price + row[CHIPS] + row[SOFTWARE] + log(of_compute) - row[WORKERS] - log(of_labour)
    )  # of compute's payments over labour's
    by_compute = 1 / (1 + exp(-log_ratio)) if log_ratio > -700 else 0.0  # e^700 is representable
    row[first + LABOUR_PART] = (1 - part) * (1 - by_compute)
    row[first + COMPUTE_PART] = (1 - part) * by_compute


@compiled
def write_moment(
    w: Tables, p: Steps, rows: int, step: int, begin: float, time: float, only: int,
    state: Array, hints: Array, row: Array,
) -> None:  # fmt: skip
    """Write the moment at a time of a step; ``begin`` is the calendar year of the start."""
    number, era = w.number, p.era[step]
    state_at(p, step, time, state)
    market = market_at(w, p, rows, time, state[0])
    log_shares_at(w, p, era, time, market, state[2], row[SHARE:])
    for i in range(7):
        row[SHARE + i] = exp(row[SHARE + i])
    row[TIME], row[CHIPS], row[CAPITAL] = begin + time, state[2], state[3]
    row[SOFTWARE], row[DESIGNS] = software_level(w, state[1]), hardware_level(w, state[0])
    row[WORKERS] = number[LABOUR] + number[LABOUR_GROWTH] * time
    row[TFP], row[MARKET] = number[TFP_GROWTH] * time, market
    row[HARDWARE_EFFORT], row[SOFTWARE_EFFORT] = state[0], state[1]
    row[AWAKE] = 1.0 if p.awake[era] else 0.0
    goods = rnd = -1.0
    if w.need.shape[1] and not p.lagging[step]:
        goods, rnd = p.reach[step, 0], p.reach[step, 1]
    for i in range(3):
        hints[i] = p.seen[step, HINT + i]
    complete_moment(w, row, goods, rnd, hints, only)


@allocating
def write_moments(
    w: Tables, p: Steps, rows: int, begin: float, times: Array, steps: Integers, only: int,
    moments: Array,
) -> None:  # fmt: skip
    """Write the moments at some times, each of a step."""
    state, hints = np.empty(4), np.empty(3)
    for i in range(len(times)):
        write_moment(w, p, rows, steps[i], begin, times[i], only, state, hints, moments[i])


@compiled
def exceeds(value: float, level: float, beyond: bool) -> bool:
    """Return whether a value is at a level, or beyond it."""
    return value > level if beyond else value >= level


@allocating
def first_time(
    w: Tables, p: Steps, rows: int, end: float, begin: float, after: float, column: int,
    level: float, beyond: bool,
) -> float:  # fmt: skip
    """Return the first calendar year from one on in which a column of moments is at a level.

    To `MARK`, or the year of the switch that brings it about; NaN: never.
    """
    only = -1
    if column >= SECTORS:
        only = (column - SECTORS) // SECTOR_WIDTH
    elif column == SOFTWARE_GROWTH:
        only = 2
    state, hints, row = np.empty(4), np.empty(3), np.empty(MOMENT_COLUMNS)
    for knot in range(rows + 1):
        time = end if knot == rows else p.start[knot]
        if begin + time <= after:
            continue
        if column == LOG_GWP_COLUMN and p.seen[knot, LOG_GWP] < level - SLACK:
            continue
        write_moment(w, p, rows, min(knot, rows - 1), begin, time, only, state, hints, row)
        if not exceeds(row[column], level, beyond):
            continue
        if knot == 0:
            return begin + time
        low, high, step = begin + p.start[knot - 1], begin + time - begin, knot - 1
        is_first = low <= after
        low = max(low, after) - begin
        if is_first:
            write_moment(w, p, rows, step, begin, low, only, state, hints, row)
            if exceeds(row[column], level, beyond):
                return low + begin
        write_moment(w, p, rows, step, begin, high, only, state, hints, row)
        if not exceeds(row[column], level, beyond):  # a switch brings it about
            return high + begin
        while high - low > MARK:
            middle = (low + high) / 2
            write_moment(w, p, rows, step, begin, middle, only, state, hints, row)
            if exceeds(row[column], level, beyond):
                high = middle
            else:
                low = middle
        return begin + high
    return nan


@allocating
def log_runs_at(w: Tables, p: Steps, rows: int, times: Array, values: Array) -> None:
    """Write ln of the largest training run at some times."""
    state = np.empty(4)
    for i in range(len(times)):
        row = step_at(p, rows, times[i])
        values[i] = run_on_step(w, p, rows, row, p.era[row], times[i], state)


@allocating
def write_openings(
    w: Tables, p: Steps, rows: int, times: Array, families: Integers, tasks: Integers, opens: Mask
) -> None:
    """Write when which task of which family opens or closes, and whether it opens.

    Of counted tasks. Where a step has no end for it, the time is found within the step.
    """
    state, number = np.empty(4), 0
    for step in range(1, rows):
        row, low, end = step - 1, p.start[step - 1], p.start[step]
        era = p.era[row]
        for f in range(2):
            before, after = int(p.reach[row, f]), int(p.reach[step, f])
            rises = after > before
            for task in range(min(before, after), max(before, after)):
                limit = w.training[f, task] - w.number[SHORTFALL]
                at_low = run_on_step(w, p, rows, row, era, low, state) - limit
                near_end = run_on_step(w, p, rows, row, era, end - 2 * PLACE, state) - limit
                time = end  # where the step was made to end there
                if (near_end > 0) == rises and (at_low > 0) != (near_end > 0):
                    time = time_of_run(
                        w, p, rows, row, era, limit, low, end, at_low, near_end, 0.0, state
                    )
                times[number], families[number], tasks[number] = time, f, task
                opens[number] = rises
                number += 1


@compiled
def columns_of(moments: Array, columns: Integers, logarithms: Mask, table: Array) -> None:
    """Write columns of moments as rows, of logarithms the exponentials."""
    for k in range(len(columns)):
        for i in range(len(moments)):
            value = moments[i, columns[k]]
            table[k, i] = exp(value) if logarithms[k] else value
