r"""Automated researchers from chips: how many, how fast, and how much research a month of them makes.

A cluster of F FLOP/s trains a model for T seconds at utilisation u and then runs copies of it:

    training compute   C = u F T = 6 N D H      N parameters, D = t N tokens, data points worth H tokens each
    tokens             R = u F / (2 N) = 3 D H / T                                    [token/s]
    researchers        P = R / (k v)            k streams each, at v tokens/s
    serial speed       S = (v / q) c            q serial tokens per researcher-second, c the clock factor
    bulk               M = P S = (R / (k q)) c                        researcher-months per month

The clock factor c = 24 / (hours worked a day) turns seconds of machines into seconds of people, who work a part of the
day. It belongs to S alone: P does not know how long people work. That is checked whenever a workforce is made: the tokens
that P researchers at speed S need must be those that there are (`checked_share`); and a plan's chips are checked against
its training run, whose data and time give R once more. The document this arithmetic comes from divides an amount
without the factor by a speed with it (the reading ``seed``, 15,000 researchers, a third of the tokens); the reading
``consistent`` gives 46,000. What of their work is of use is in `usable_work`.

Source: docs, mechanisms 17 to 28, 30, 36 and 37; Finnveden (2023), Some thoughts on automating alignment research.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import ConservationError, InputError
from taskmodel.numerics.ranges import within

__all__ = [
    "READINGS",
    "SECONDS_PER_MONTH",
    "Workforce",
    "agent_hours_per_human_hour",
    "checked_share",
    "clock_factor",
    "conserved_share",
    "field_speedup",
    "hardware_growth",
    "mean_tokens",
    "model_size",
    "months_until_tokens",
    "rewards",
    "slower_by_size",
    "time_shares",
    "tokens_per_agent_hour",
    "tokens_per_human_second",
    "token_rate",
    "token_rate_ratio",
    "trade_speed",
    "training_run",
    "workforce",
]

READINGS = ("consistent", "seed")
SECONDS_PER_MONTH = 30 * 24 * 3600  # a month of 30 days, as in the seed
TRAINING_FLOP, INFERENCE_FLOP = (
    6,
    2,
)  # FLOP per parameter and token, of a forward and a backward pass, and of a forward one
_EXACT = 1e-9  # largest deviation that rounding explains


@dataclass(frozen=True, eq=False)
class Workforce:
    """Automated researchers; arrays of one shape, or numbers.

    Attributes
    ----------
    researchers : array
        P, how many work in parallel [1].
    serial_speed : array
        S, researcher-months that one of them does in a month [1].
    streams : array
        Copies of the model at work [1]; a researcher is k of them.
    researcher_months : array
        M = P S, work of a month in months of a person [1].
    conserved_share : array
        Tokens that this work needs, as a share of those there are [1]: 1, or 1/c under the reading ``seed``.
    clocks : str
        Which clocks are in the numbers, in words.
    """

    researchers: np.ndarray
    serial_speed: np.ndarray
    streams: np.ndarray
    researcher_months: np.ndarray
    conserved_share: np.ndarray
    clocks: str


def training_run(
    capacity: ArrayLike, share: ArrayLike, seconds: ArrayLike, utilisation: ArrayLike
) -> np.ndarray:
    """Realised compute C of a training run on a share of the world's chips; arguments broadcast.

    Parameters
    ----------
    capacity : array
        Peak of all chips [FLOP/s]; > 0.
    share : array
        Part of them in the cluster [1]; in (0, 1].
    seconds : array
        How long it trains [s]; > 0.
    utilisation : array
        Realised part of the peak [1]; in (0, 1].

    Returns
    -------
    array
        C [FLOP].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> f"{float(training_run(4e21, 0.25, 365 * 24 * 3600, 0.5)):.3g}"
    '1.58e+28'
    """
    peak = (
        within("(0, inf)", "capacity", capacity)
        * within("(0, 1]", "share", share)
        * within("(0, inf)", "seconds", seconds)
    )
    return np.asarray(peak * within("(0, 1]", "utilisation", utilisation))


def model_size(
    training_flop: ArrayLike, tokens_per_parameter: ArrayLike, horizon_length: ArrayLike = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Parameters N and data points D of the best model for a training run, from C = 6 N D H and D = t N.

    Parameters
    ----------
    training_flop : array
        Realised training compute C [FLOP]; > 0.
    tokens_per_parameter : array
        t, data points per parameter at the optimum [1]; > 0.
    horizon_length : array
        H, tokens that one data point costs [1]; at least 1.

    Returns
    -------
    parameters, data : array
        N and D [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    References
    ----------
    Hoffmann et al. (2022), arXiv 2203.15556.

    Examples
    --------
    >>> parameters, tokens = model_size(1.5768e28, 20)
    >>> f"{float(parameters):.3g}", f"{float(tokens):.3g}"
    ('1.15e+13', '2.29e+14')
    """
    ratio = within("(0, inf)", "tokens_per_parameter", tokens_per_parameter)
    horizon = within("[1, inf)", "horizon_length", horizon_length)
    parameters = np.sqrt(
        within("(0, inf)", "training_flop", training_flop) / (TRAINING_FLOP * ratio * horizon)
    )
    return np.asarray(parameters), np.asarray(ratio * parameters)


def token_rate(
    capacity: ArrayLike, utilisation: ArrayLike, parameters: ArrayLike, gain: ArrayLike = 1.0
) -> np.ndarray:
    """Tokens per second R of all copies that a cluster runs.

    Parameters
    ----------
    capacity : array
        Peak of the cluster [FLOP/s]; > 0.
    utilisation : array
        Part of the peak that decoding realises [1]; in (0, 1]. The seed takes that of training; it may be far lower.
    parameters : array
        N [1]; > 0.
    gain : array
        Product of what distillation, reduced precision and other means multiply tokens by [1]; > 0.

    Returns
    -------
    array
        R [token/s].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> f"{float(token_rate(1e21, 0.5, 11e12)):.4g}"
    '2.273e+07'
    """
    realised = within("(0, inf)", "capacity", capacity) * within(
        "(0, 1]", "utilisation", utilisation
    )
    cost = INFERENCE_FLOP * within("(0, inf)", "parameters", parameters)
    return np.asarray(realised / cost * within("(0, inf)", "gain", gain))


def token_rate_ratio(compute_ratio: ArrayLike, time_ratio: ArrayLike) -> np.ndarray:
    """How many times the tokens per second a run of more compute and other duration leaves, sqrt(c) / (T'/T).

    Parameters
    ----------
    compute_ratio : array
        c, training compute relative to the first run [1]; > 0.
    time_ratio : array
        T'/T, training time relative to it [1]; > 0.

    Returns
    -------
    array
        Ratio of R [1].

    Raises
    ------
    InputError
        If an argument is not positive.

    Examples
    --------
    >>> round(float(token_rate_ratio(1000, 4 / 12)), 2)
    94.87
    """
    return np.asarray(
        np.sqrt(within("(0, inf)", "compute_ratio", compute_ratio))
        / within("(0, inf)", "time_ratio", time_ratio)
    )


def clock_factor(hours_per_day: ArrayLike, days_per_week: ArrayLike = 7.0) -> np.ndarray:
    """Hours of a machine per working hour of a person, 24 / (hours d / 7).

    Parameters
    ----------
    hours_per_day, days_per_week : array
        Hours that people work on such a day [h]; in (0, 24]; days of a week on which they do [1]; in (0, 7].

    Returns
    -------
    array
        c [1]; at least 1.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> clock_factor(8).item(), round(clock_factor(8, 5).item(), 12)
    (3.0, 4.2)
    """
    return np.asarray(
        24
        / (
            within("(0, 24]", "hours_per_day", hours_per_day)
            * within("(0, 7]", "days_per_week", days_per_week)
            / 7
        )
    )


def workforce(
    tokens_per_second: ArrayLike,
    *,
    streams: ArrayLike,
    serial_tokens: ArrayLike,
    stream_speed: ArrayLike,
    clock: ArrayLike,
    reading: str = "consistent",
) -> Workforce:
    """Automated researchers that so many tokens make.

    Parameters
    ----------
    tokens_per_second : array
        R of all copies [token/s]; >= 0.
    streams : array
        k, copies that make one researcher [1]; > 0.
    serial_tokens : array
        q, tokens one after the other that do the work of a second of a researcher [token]; > 0.
    stream_speed : array
        v, tokens that one copy makes [token/s]; > 0.
    clock : array
        c of `clock_factor` [1]; at least 1.
    reading : {'consistent', 'seed'}
        `seed` divides R / (k q), which is without the clock factor, by the speed that has it.

    Returns
    -------
    Workforce

    Raises
    ------
    InputError
        If an argument is out of its range, or there is no such reading.
    ConservationError
        If a result is no number, or the tokens that the workforce needs are not those there are, or not 1/c of them under `seed`.

    Examples
    --------
    >>> seed = dict(streams=10, serial_tokens=10, stream_speed=50, clock=3)
    >>> found = workforce(2.3e7, **seed)
    >>> round(found.researchers.item()), found.serial_speed.item(), round(found.researcher_months.item())
    (46000, 15.0, 690000)
    >>> mixed = workforce(2.3e7, **seed, reading="seed")
    >>> round(mixed.researchers.item()), round(mixed.conserved_share.item(), 6)
    (15333, 0.333333)
    """
    if reading not in READINGS:
        raise InputError(f"reading is {reading!r}; use one of {', '.join(READINGS)}")
    rate, credit = (
        within("[0, inf)", "tokens_per_second", tokens_per_second),
        within("[1, inf)", "clock", clock),
    )
    number, needed = (
        within("(0, inf)", "streams", streams),
        within("(0, inf)", "serial_tokens", serial_tokens),
    )
    speed = within("(0, inf)", "stream_speed", stream_speed)
    mixed = reading == "seed"
    with np.errstate(
        over="ignore", invalid="ignore", divide="ignore"
    ):  # what is beyond any float is told below
        serial = speed / needed * credit
        researchers = rate / (number * needed) / serial if mixed else rate / (number * speed)
    share = checked_share(
        researchers,
        serial,
        tokens_per_second=rate,
        tokens_per_researcher_second=number * needed,
        clock=credit,
        expected=1 / credit if mixed else 1.0,
    )
    words = "the same clock in head-count and speed: all tokens are used"
    if mixed:
        words = "mixed: the speed counts machine hours against working hours, the head-count does not; 1/clock of the tokens is used"
    return Workforce(
        researchers=np.asarray(researchers),
        serial_speed=np.asarray(serial),
        streams=np.asarray(rate / speed),
        researcher_months=np.asarray(researchers * serial),
        conserved_share=share,
        clocks=words,
    )


def conserved_share(
    researchers: ArrayLike,
    serial_speed: ArrayLike,
    *,
    tokens_per_second: ArrayLike,
    tokens_per_researcher_second: ArrayLike,
    clock: ArrayLike,
) -> np.ndarray:
    """Tokens that a workforce needs, as a share of those there are: P S (k q) / (R c); 1 if nothing is lost or invented.

    Parameters
    ----------
    researchers, serial_speed : array
        P and S as somebody states them [1]; >= 0.
    tokens_per_second : array
        R [token/s]; >= 0; where it is 0 the share is 1 if nobody works.
    tokens_per_researcher_second : array
        k q [token/s]; > 0.
    clock : array
        c with which S was worked out [1]; at least 1.

    Returns
    -------
    array
        Share [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> round(conserved_share(15000, 15, tokens_per_second=2.3e7, tokens_per_researcher_second=100, clock=3).item(), 3)
    0.326
    """
    work = within("[0, inf)", "researchers", researchers) * within(
        "[0, inf)", "serial_speed", serial_speed
    )
    needed = work * within("(0, inf)", "tokens_per_researcher_second", tokens_per_researcher_second)
    there = within("[0, inf)", "tokens_per_second", tokens_per_second) * within(
        "[1, inf)", "clock", clock
    )
    needed, there = np.broadcast_arrays(needed, there)
    idle = np.where(needed == 0, 1.0, np.inf)
    return np.divide(needed, there, where=there > 0, out=np.array(idle))


def checked_share(
    researchers: ArrayLike,
    serial_speed: ArrayLike,
    *,
    tokens_per_second: ArrayLike,
    tokens_per_researcher_second: ArrayLike,
    clock: ArrayLike,
    expected: ArrayLike = 1.0,
) -> np.ndarray:
    """`conserved_share`, or an error where it is not what it must be: for workforces from anywhere, and tokens from elsewhere.

    Parameters
    ----------
    researchers, serial_speed, tokens_per_second, tokens_per_researcher_second, clock : array
        As in `conserved_share`.
    expected : array
        What the share must be, to within rounding [1]; > 0.

    Returns
    -------
    array
        Share [1]; where there are no tokens and nobody works it is `expected`.

    Raises
    ------
    ConservationError
        If a number of researchers or a speed is no number, or a share is not the one expected.
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> seed = dict(tokens_per_second=2.3e7, tokens_per_researcher_second=100, clock=3)
    >>> checked_share(46000, 15, **seed).item()
    1.0
    >>> checked_share(15000, 15, **seed)
    Traceback (most recent call last):
    taskmodel.errors.ConservationError: the workforce uses 0.326087 of the tokens there are; it must use 1
    """
    for name, values in (("researchers", researchers), ("serial speed", serial_speed)):
        if not np.isfinite(values).all():
            raise ConservationError(
                f"{name} of the workforce: found {np.ravel(values)[~np.isfinite(np.ravel(values))][0]:g}, which is no number"
            )
    share = conserved_share(
        researchers,
        serial_speed,
        tokens_per_second=tokens_per_second,
        tokens_per_researcher_second=tokens_per_researcher_second,
        clock=clock,
    )
    wanted = within("(0, inf)", "expected", expected)
    idle = (np.asarray(tokens_per_second, dtype=float) == 0) & (share == 1)
    share, wanted, idle = np.broadcast_arrays(np.where(idle, wanted, share), wanted, idle)
    off = ~(np.abs(share / wanted - 1) <= _EXACT)  # so that NaN is off
    if off.any():
        raise ConservationError(
            f"the workforce uses {share[off][0]:g} of the tokens there are; it must use {wanted[off][0]:g}"
        )
    return np.array(share)


def trade_speed(
    tokens_per_second: ArrayLike, stream_speed: ArrayLike, factor: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Speed for throughput: k^2 times the serial speed at 1/k of all tokens.

    Parameters
    ----------
    tokens_per_second, stream_speed : array
        R and v before the trade [token/s]; >= 0.
    factor : array
        k [1]; at least 1.

    Returns
    -------
    tokens_per_second, stream_speed : array
        R/k and k^2 v [token/s].

    Raises
    ------
    InputError
        If an argument is out of its range.

    References
    ----------
    Steinhardt (2023), What will GPT-2030 look like?

    Examples
    --------
    >>> [value.item() for value in trade_speed(2.3e7, 50, 2)]
    [11500000.0, 200.0]
    """
    k = within("[1, inf)", "factor", factor)
    rate, speed = (
        within("[0, inf)", "tokens_per_second", tokens_per_second),
        within("[0, inf)", "stream_speed", stream_speed),
    )
    return np.asarray(rate / k), np.asarray(k**2 * speed)


def slower_by_size(
    stream_speed: ArrayLike, size_ratio: ArrayLike, exponent: ArrayLike
) -> np.ndarray:
    """Serial speed of a model of another size, v (N / N0)^-a; 0 in the exponent: size does not matter, as in the seed.

    Parameters
    ----------
    stream_speed : array
        v of the first model [token/s]; > 0.
    size_ratio : array
        N / N0 [1]; > 0.
    exponent : array
        a [1]; >= 0.

    Returns
    -------
    array
        Speed [token/s].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> slower_by_size(50, 4, [0, 0.5]).tolist()
    [50.0, 25.0]
    """
    power = within("(0, inf)", "size_ratio", size_ratio) ** -within(
        "[0, inf)", "exponent", exponent
    )
    return np.asarray(within("(0, inf)", "stream_speed", stream_speed) * power)


def field_speedup(
    researchers: ArrayLike, serial_speed: ArrayLike, field: ArrayLike, exponent: ArrayLike
) -> np.ndarray:
    """Speed-up over a field of people where parallel effort has diminishing returns, S (P / P_h)^lambda.

    Parameters
    ----------
    researchers, serial_speed : array
        P and S [1]; >= 0.
    field : array
        P_h, people in the field [1]; > 0.
    exponent : array
        lambda, returns to people side by side [1]; in [0, 1]. 1: nothing is lost, as in the seed.

    Returns
    -------
    array
        Field-years of research per year [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> field_speedup(46000, 15, 600, [1, 0.7, 0.5, 0.3]).round(1).tolist()
    [1150.0, 312.8, 131.3, 55.1]
    """
    ratio = within("[0, inf)", "researchers", researchers) / within("(0, inf)", "field", field)
    return np.asarray(
        within("[0, inf)", "serial_speed", serial_speed)
        * ratio ** within("[0, 1]", "exponent", exponent)
    )


def hardware_growth(
    tokens_per_second: ArrayLike, months: ArrayLike, doubling_time: ArrayLike
) -> np.ndarray:
    """Tokens per second after some months of more and better chips, R 2^(t / d).

    Parameters
    ----------
    tokens_per_second : array
        R at the start [token/s]; >= 0.
    months : array
        t [month]; >= 0.
    doubling_time : array
        d [month]; > 0, inf: no growth.

    Returns
    -------
    array
        R(t) [token/s].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> hardware_growth(1e7, 12, [6, float("inf")]).tolist()
    [40000000.0, 10000000.0]
    """
    doublings = within("[0, inf)", "months", months) / within(
        "(0, inf]", "doubling_time", doubling_time
    )
    return np.asarray(within("[0, inf)", "tokens_per_second", tokens_per_second) * 2**doublings)


def mean_tokens(weights: ArrayLike, tokens: ArrayLike) -> np.ndarray:
    """Tokens per researcher-second of a mixture of tasks, the mean that stands behind one number for all of them.

    Parameters
    ----------
    weights : array, shape (..., task)
        Share of researcher-seconds in each task [1]; >= 0, summing to 1.
    tokens : array, shape (..., task)
        Tokens per researcher-second in each [token]; > 0.

    Returns
    -------
    array, shape (...)
        Mean [token].

    Raises
    ------
    InputError
        If the weights do not sum to 1, or an argument is out of its range.

    Examples
    --------
    >>> mean_tokens([0.9, 0.1], [10, 910]).round(9).item()
    100.0
    """
    share = within("[0, 1]", "weights", weights)
    total = share.sum(axis=-1)
    if np.any(np.abs(total - 1) > _EXACT):
        raise InputError(
            f"weights must sum to 1; found {np.atleast_1d(total)[np.argmax(np.abs(np.atleast_1d(total) - 1))]:g}"
        )
    return np.asarray((share * within("(0, inf)", "tokens", tokens)).sum(axis=-1))


def agent_hours_per_human_hour(agent_hours: ArrayLike, human_hours: ArrayLike) -> np.ndarray:
    """Hours of AI agents that have been seen to do the work of an hour of a person.

    Parameters
    ----------
    agent_hours : array
        Hours of all agents, added up [h]; > 0.
    human_hours : array
        Hours in which people did the same, or less of it [h]; > 0.

    Returns
    -------
    array
        Their ratio [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    Nine agents for up to five days against two people for seven days of eight hours:

    >>> agent_hours_per_human_hour(800, 2 * 7 * 8).round(2).item()
    7.14
    """
    return np.asarray(
        within("(0, inf)", "agent_hours", agent_hours)
        / within("(0, inf)", "human_hours", human_hours)
    )


def tokens_per_human_second(ratio: ArrayLike, tokens_of_agent: ArrayLike) -> np.ndarray:
    """Tokens that have been seen to do the work of a second of a person, from hours of agents and what an agent makes in one.

    Parameters
    ----------
    ratio : array
        Agent-hours per human-hour [1]; > 0; see `agent_hours_per_human_hour`.
    tokens_of_agent : array
        Tokens that an agent makes in an hour [token]; > 0.

    Returns
    -------
    array
        Tokens per human-second [token].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> tokens_per_human_second(7.2, 50_000).item()
    100.0
    """
    return np.asarray(
        within("(0, inf)", "ratio", ratio)
        * within("(0, inf)", "tokens_of_agent", tokens_of_agent)
        / 3600
    )


def tokens_per_agent_hour(ratio: ArrayLike, tokens_of_second: ArrayLike) -> np.ndarray:
    """Tokens that an agent makes in an hour if hours of agents and tokens per human-second agree: `tokens_per_human_second` turned round.

    Parameters
    ----------
    ratio : array
        Agent-hours per human-hour [1]; > 0.
    tokens_of_second : array
        Tokens that do the work of a second of a person [token]; > 0.

    Returns
    -------
    array
        Tokens in an hour of an agent [token].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> tokens_per_agent_hour(7.2, 100).item()
    50000.0
    """
    return np.asarray(
        3600
        * within("(0, inf)", "tokens_of_second", tokens_of_second)
        / within("(0, inf)", "ratio", ratio)
    )


def time_shares(weights: ArrayLike, tokens: ArrayLike) -> np.ndarray:
    """Share of the tokens, hence of the machines' time, that each task takes; the largest is the one to make cheaper.

    Parameters
    ----------
    weights, tokens : array, shape (..., task)
        As in `mean_tokens`.

    Returns
    -------
    array, shape (..., task)
        Shares [1], summing to 1.

    Raises
    ------
    InputError
        As in `mean_tokens`.

    Examples
    --------
    >>> time_shares([0.9, 0.1], [10, 910]).round(2).tolist()
    [0.09, 0.91]
    """
    mean = mean_tokens(weights, tokens)
    return np.asarray(
        np.asarray(weights, dtype=float) * np.asarray(tokens, dtype=float) / mean[..., np.newaxis]
    )


def rewards(
    tokens_per_researcher_second: ArrayLike,
    episode: ArrayLike,
    *,
    tokens_per_second: ArrayLike,
    researcher_tokens_per_second: ArrayLike,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What a reward signal costs where work comes in episodes: tokens and wall-clock time of one, and how many in a month.

    Parameters
    ----------
    tokens_per_researcher_second : array
        k q [token/s]; > 0.
    episode : array
        Work between two rewards, in a person's time [s]; > 0.
    tokens_per_second : array
        R of the whole cluster [token/s]; > 0.
    researcher_tokens_per_second : array
        k v of one researcher [token/s]; > 0.

    Returns
    -------
    tokens, wall_seconds, per_month : array
        Tokens of one episode [token], its wall-clock time [s], and rewards in a month of the whole cluster [1].

    Raises
    ------
    InputError
        If an argument is not positive.

    Examples
    --------
    >>> [float(f"{x.item():.4g}") for x in rewards(100, 300, tokens_per_second=2.3e7, researcher_tokens_per_second=500)]
    [30000.0, 60.0, 1987000000.0]
    """
    length = within("(0, inf)", "episode", episode)
    tokens = (
        within("(0, inf)", "tokens_per_researcher_second", tokens_per_researcher_second) * length
    )
    wall = tokens / within("(0, inf)", "researcher_tokens_per_second", researcher_tokens_per_second)
    monthly = (
        within("(0, inf)", "tokens_per_second", tokens_per_second) * SECONDS_PER_MONTH / tokens
    )
    return np.asarray(tokens), np.asarray(wall), np.asarray(monthly)


def months_until_tokens(
    level: ArrayLike, start: ArrayLike, rewards_at_start: ArrayLike, rate: ArrayLike
) -> np.ndarray:
    r"""Months until a researcher-second takes no more than so many tokens, where rewards make it cheaper.

    .. math:: \frac{d \ln \tau}{dt} = -\beta \ln(n), \qquad n \propto 1 / \tau

    Cheaper researchers get more rewards out of the same cluster, which makes them cheaper faster: ln n grows as e^(beta t).

    Parameters
    ----------
    level, start : array
        Tokens per researcher-second aimed at, and now [token]; > 0.
    rewards_at_start : array
        n, rewards in a month now [1]; above 1.
    rate : array
        beta, fall of ln tau in a month per e-fold of rewards [1/month]; > 0.

    Returns
    -------
    array
        Months; 0 where the level is reached already.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> months_until_tokens([100, 10], 100, 2e9, 0.01).round(1).tolist()
    [0.0, 10.2]
    """
    fall = np.log(within("(0, inf)", "start", start) / within("(0, inf)", "level", level))
    pull = np.log(within("(1, inf)", "rewards_at_start", rewards_at_start))
    return np.asarray(np.log1p(np.maximum(fall, 0.0) / pull) / within("(0, inf)", "rate", rate))
