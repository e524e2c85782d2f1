"""The derivative of a world in plain loops: courses, shares, the largest run, sectors.

`flow` states the equations.
"""

from __future__ import annotations

from math import exp, expm1, log

from taskmodel.compiled import compiled, inlined
from taskmodel.numerics.types import Array
from taskmodel.takeoff.davidson.division_kernels import produce, reach_of
from taskmodel.takeoff.davidson.table_kernels import (
    BASE,
    CAP,
    EXPERIMENTS,
    GOODS_AUTOMATED,
    GOODS_DONE,
    GWP,
    HARDWARE_POWER,
    HARDWARE_ROOM,
    HARDWARE_START,
    HINT,
    KEPT,
    LABOUR,
    LABOUR_GROWTH,
    LOG_GWP,
    LOG_RUN,
    LOG_TOP,
    PACE_HARDWARE,
    PACE_SOFTWARE,
    PENALTY,
    RND_AUTOMATED,
    RND_DONE,
    SAVING,
    SOFTWARE_POWER,
    SOFTWARE_ROOM,
    TFP_GROWTH,
    Steps,
    Tables,
    bounded_exp,
)

FREE, PINNED, FROZEN = 0, 1, 2  # what the cap on the cost of the largest run does


@inlined
def course_level(start: float, room: float, power: float, cumulative: float) -> float:
    """Return ln of a level that research raises towards a ceiling ``room`` above its start."""
    return start - room * expm1(-power / room * cumulative)


@inlined
def course_slope(room: float, power: float, cumulative: float) -> float:
    """Return the derivative of `course_level` by its last argument."""
    return power * exp(-power / room * cumulative)


@inlined
def software_level(w: Tables, cumulative: float) -> float:
    """Return ln of software."""
    return course_level(0.0, w.number[SOFTWARE_ROOM], w.number[SOFTWARE_POWER], cumulative)


@inlined
def hardware_level(w: Tables, cumulative: float) -> float:
    """Return ln of the price-performance of designs."""
    number = w.number
    return course_level(
        number[HARDWARE_START], number[HARDWARE_ROOM], number[HARDWARE_POWER], cumulative
    )


@inlined
def log_share(w: Tables, p: Steps, e: int, i: int, time: float) -> float:
    """Return ln of a share in an era."""
    return min(p.base[e, i] + p.rates[e, i] * (time - p.since[e]), w.ceiling[i])


@inlined
def training_share(w: Tables, p: Steps, e: int, time: float, market: float, chips: float) -> float:
    """Return ln of the share of compute that goes to the largest run."""
    if p.cap[e] == PINNED:
        return min(w.number[CAP] + market - chips, w.ceiling[6])
    return log_share(w, p, e, 6, time)


@inlined
def log_shares_at(
    w: Tables, p: Steps, e: int, time: float, market: float, chips: float, logs: Array
) -> None:
    """Write ln of all shares in an era."""
    for i in range(6):
        logs[i] = log_share(w, p, e, i, time)
    logs[6] = training_share(w, p, e, time, market, chips)


@inlined
def largest_run(w: Tables, p: Steps, e: int, time: float, state: Array, market: float) -> float:
    """Return ln of the largest training run; ``market`` matters where its cost is at the cap."""
    share = training_share(w, p, e, time, market, state[2])
    return state[2] + software_level(w, state[1]) + share


@inlined
def inputs(
    w: Tables, s: int, chips: float, compute: float, capital: float, labour: float,
    capital_hardware: float, labour_hardware: float, labour_software: float,
    compute_hardware: float, compute_software: float, training: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Return ln of labour, compute and the outer input of a sector, from ln of the shares."""
    if s == 0:
        labour_left = 1 - exp(labour_hardware) - exp(labour_software)
        compute_left = 1 - exp(compute_hardware) - exp(compute_software) - exp(training)
        capital_left = 1 - exp(capital_hardware)
        return labour + log(labour_left), compute + log(compute_left), capital + log(capital_left)
    if s == 1:
        return labour + labour_hardware, compute + compute_hardware, capital + capital_hardware
    outer = w.number[EXPERIMENTS] * chips
    return labour + labour_software, compute + compute_software, outer


@inlined
def outputs(
    w: Tables, p: Steps, e: int, goods_reach: float, rnd_reach: float, time: float,
    state: Array, market: float, sectors: int, hints: Array, seen: Array,
) -> tuple[float, float, float]:  # fmt: skip
    """Return ln of what counts as output of the first sectors; the rest goes into ``seen``."""
    number, chips = w.number, state[2]
    capital_hardware, labour_hardware, labour_software = (
        log_share(w, p, e, 1, time),
        log_share(w, p, e, 2, time),
        log_share(w, p, e, 3, time),
    )
    compute_hardware, compute_software = log_share(w, p, e, 4, time), log_share(w, p, e, 5, time)
    training = training_share(w, p, e, time, market, chips)
    compute = chips + software_level(w, state[1])
    labour, tfp = number[LABOUR] + number[LABOUR_GROWTH] * time, number[TFP_GROWTH] * time
    run = compute + training
    goods = hardware = software = 0.0
    for s in range(sectors):
        reach = goods_reach if s == 0 else rnd_reach
        of_labour, of_compute, outer = inputs(
            w, s, chips, compute, state[3], labour, capital_hardware, labour_hardware,
            labour_software, compute_hardware, compute_software, training,
        )  # fmt: skip
        output, automated, split, part = produce(
            w, s, tfp, of_labour, of_compute, outer, run, reach, hints[s]
        )
        seen[HINT + s] = split
        if s == 0:
            goods, seen[GOODS_AUTOMATED], seen[GOODS_DONE] = output, automated, split + part
        elif s == 1:
            hardware, seen[RND_AUTOMATED], seen[RND_DONE] = output, automated, split + part
        else:
            software = output
    seen[LOG_RUN] = run
    return goods, hardware, software


@compiled
def derivative(
    w: Tables, p: Steps, e: int, goods_reach: float, rnd_reach: float, time: float,
    state: Array, market: float, hints: Array, rise: Array, seen: Array,
) -> None:  # fmt: skip
    """Write the time derivative of the state into ``rise``, its by-products into ``seen``."""
    number = w.number
    if not w.need.shape[1]:  # a continuum opens continuously
        run = largest_run(w, p, e, time, state, market)
        goods_reach, rnd_reach = reach_of(w, 0, run), reach_of(w, 1, run)
    goods, hardware, software = outputs(
        w, p, e, goods_reach, rnd_reach, time, state, market, w.sector.shape[0], hints, seen
    )
    goods -= w.sector[0, BASE]
    hardware -= w.sector[1, BASE]
    software -= w.sector[2, BASE]
    gwp = number[GWP] + goods
    chip_share = log_share(w, p, e, 0, time)
    rise[0] = bounded_exp(number[PACE_HARDWARE] + number[PENALTY] * hardware - state[0])
    rise[1] = bounded_exp(number[PACE_SOFTWARE] + number[PENALTY] * software - state[1])
    rise[2] = number[KEPT] + bounded_exp(chip_share + gwp + market - state[2])
    rise[3] = number[SAVING] * bounded_exp(gwp - state[3])
    seen[LOG_GWP], seen[LOG_TOP] = gwp, max(goods, max(hardware, software))
