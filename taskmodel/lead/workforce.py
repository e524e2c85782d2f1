r"""Automated researchers from chips: number, speed, and research per month.

A cluster of F FLOP/s trains a model for T seconds at utilisation u and then runs copies of it:

    training compute   C = u F T = 6 N D H      N parameters, D = t N data points of H tokens each
    tokens             R = u F / (2 N) = 3 D H / T                                    [token/s]
    researchers        P = R / (k v)            k streams each, at v tokens/s
    serial speed       S = (v / q) c            q serial tokens per researcher-second
    bulk               M = P S = (R / (k q)) c                        researcher-months per month

The clock factor c = 24 / (working hours a day) converts time of machines, which run all day, into
time of people. It enters S and not P. Every workforce is checked for conservation of tokens: P
researchers at speed S must use exactly the tokens R (`checked_share`). The source of this
arithmetic divides R / (k q), which excludes the factor, by a speed that includes it (the reading
``seed``: 15,000 researchers, who use a third of the tokens); the reading ``consistent`` gives
46,000. `usable_work` has the limits on the use of this work.

Arguments are numbers or arrays and broadcast. An argument outside its range raises an
`InputError`, from the decorator of the function.

Source: docs, mechanisms 17 to 28, 30, 36 and 37; Finnveden (2023), Some thoughts on automating
alignment research.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import ConservationError, InputError
from taskmodel.numerics.ranges import Real, ranges

__all__ = [
    "READINGS",
    "SECONDS_PER_MONTH",
    "Workforce",
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
    "token_rate",
    "token_rate_ratio",
    "tokens_per_human_second",
    "trade_speed",
    "training_run",
    "workforce_from_tokens",
]

READINGS = ("consistent", "seed")
SECONDS_PER_MONTH = 30 * 24 * 3600  # a month of 30 days, as in the source
TRAINING_FLOP, INFERENCE_FLOP = 6, 2  # per parameter and token: both passes, and the forward pass
_ROUNDING = 1e-9  # relative deviation of sums and shares that rounding may cause


@dataclass(frozen=True, eq=False)
class Workforce:
    """Automated researchers.

    Attributes
    ----------
    researchers : array
        P, number that work in parallel [1].
    serial_speed : array
        S, researcher-months of each per month [1].
    streams : array
        Copies of the model that run [1]; k per researcher.
    researcher_months : array
        M = P S, research per month [researcher-month].
    conserved_share : array
        Tokens that this work needs, relative to those that exist [1]: 1, or 1/c with ``seed``.
    clocks : str
        The clocks that head-count and speed refer to, in words.
    """

    researchers: np.ndarray
    serial_speed: np.ndarray
    streams: np.ndarray
    researcher_months: np.ndarray
    conserved_share: np.ndarray
    clocks: str


@ranges(capacity="(0, inf)", share="(0, 1]", seconds="(0, inf)", utilisation="(0, 1]")
def training_run(capacity: Real, share: Real, seconds: Real, utilisation: Real) -> np.ndarray:
    """Compute C of a training run on a share of the world's chips.

    Parameters
    ----------
    capacity : array
        Peak of all chips [FLOP/s]; > 0.
    share : array
        Share of them in the cluster [1]; in (0, 1].
    seconds : array
        Duration [s]; > 0.
    utilisation : array
        Realised share of the peak [1]; in (0, 1].

    Returns
    -------
    array
        C [FLOP].

    Examples
    --------
    >>> f"{float(training_run(4e21, 0.25, 365 * 24 * 3600, 0.5)):.3g}"
    '1.58e+28'
    """
    return capacity * share * seconds * utilisation


@ranges(training_flop="(0, inf)", tokens_per_parameter="(0, inf)", horizon_length="[1, inf)")
def model_size(
    training_flop: Real, tokens_per_parameter: Real, horizon_length: Real = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Size of the optimal model for a training run, from C = 6 N D H and D = t N.

    Parameters
    ----------
    training_flop : array
        C [FLOP]; > 0.
    tokens_per_parameter : array
        t, data points per parameter at the optimum [1]; > 0.
    horizon_length : array
        H, tokens per data point [1]; >= 1.

    Returns
    -------
    parameters, data : array
        Parameters N and data points D [1].

    References
    ----------
    Hoffmann et al. (2022), arXiv 2203.15556.

    Examples
    --------
    >>> parameters, data = model_size(1.5768e28, 20)
    >>> f"{float(parameters):.3g}", f"{float(data):.3g}"
    ('1.15e+13', '2.29e+14')
    """
    parameters = np.sqrt(training_flop / (TRAINING_FLOP * tokens_per_parameter * horizon_length))
    return parameters, tokens_per_parameter * parameters


@ranges(capacity="(0, inf)", utilisation="(0, 1]", parameters="(0, inf)", gain="(0, inf)")
def token_rate(capacity: Real, utilisation: Real, parameters: Real, gain: Real = 1.0) -> np.ndarray:
    """Tokens per second R of all copies of a model on a cluster.

    Parameters
    ----------
    capacity : array
        Peak of the cluster [FLOP/s]; > 0.
    utilisation : array
        Share of the peak that decoding realises [1]; in (0, 1]; it may be far below that of
        training.
    parameters : array
        N [1]; > 0.
    gain : array
        Factor of distillation, reduced precision and other means [1]; > 0.

    Returns
    -------
    array
        R [token/s].

    Examples
    --------
    >>> f"{float(token_rate(1e21, 0.5, 11e12)):.4g}"
    '2.273e+07'
    """
    return capacity * utilisation / (INFERENCE_FLOP * parameters) * gain


@ranges(compute_ratio="(0, inf)", time_ratio="(0, inf)")
def token_rate_ratio(compute_ratio: Real, time_ratio: Real) -> np.ndarray:
    """Ratio of tokens per second between two training runs, sqrt(C'/C) / (T'/T).

    Parameters
    ----------
    compute_ratio, time_ratio : array
        C'/C and T'/T, compute and duration relative to the first run [1]; > 0.

    Returns
    -------
    array
        R'/R [1].

    Examples
    --------
    >>> token_rate_ratio(1000, 4 / 12).round(2).item()
    94.87
    """
    return np.sqrt(compute_ratio) / time_ratio


@ranges(hours_per_day="(0, 24]", days_per_week="(0, 7]")
def clock_factor(hours_per_day: Real, days_per_week: Real = 7.0) -> np.ndarray:
    """Hours of a machine per working hour of a person, 24 / (hours days / 7).

    Parameters
    ----------
    hours_per_day, days_per_week : array
        Working hours of people on a working day [h]; in (0, 24]; and working days of a week [1];
        in (0, 7].

    Returns
    -------
    array
        c [1].

    Examples
    --------
    >>> clock_factor(8).item(), clock_factor(8, 5).round(12).item()
    (3.0, 4.2)
    """
    return 24 / (hours_per_day * days_per_week / 7)


@ranges(
    tokens_per_second="[0, inf)",
    streams="(0, inf)",
    serial_tokens="(0, inf)",
    stream_speed="(0, inf)",
    clock="[1, inf)",
)
def workforce_from_tokens(
    tokens_per_second: Real,
    *,
    streams: Real,
    serial_tokens: Real,
    stream_speed: Real,
    clock: Real,
    reading: str = "consistent",
) -> Workforce:
    """Automated researchers from a rate of tokens.

    Parameters
    ----------
    tokens_per_second : array
        R of all copies [token/s]; >= 0.
    streams : array
        k, copies per researcher [1]; > 0.
    serial_tokens : array
        q, consecutive tokens that do the work of a researcher-second [token]; > 0.
    stream_speed : array
        v of one copy [token/s]; > 0.
    clock : array
        c of `clock_factor` [1]; >= 1.
    reading : {'consistent', 'seed'}
        ``seed`` divides R / (k q), which excludes the clock factor, by the speed that includes it.

    Returns
    -------
    Workforce

    Raises
    ------
    InputError
        If the reading is unknown.
    ConservationError
        If a result is not finite, or the workforce needs more or fewer tokens than exist (than 1/c
        of them with ``seed``).

    Examples
    --------
    >>> seed = dict(streams=10, serial_tokens=10, stream_speed=50, clock=3)
    >>> staff = workforce_from_tokens(2.3e7, **seed)
    >>> round(staff.researchers.item()), staff.serial_speed.item()
    (46000, 15.0)
    >>> mixed = workforce_from_tokens(2.3e7, **seed, reading="seed")
    >>> round(mixed.researchers.item()), mixed.conserved_share.round(6).item()
    (15333, 0.333333)
    """
    if reading not in READINGS:
        raise InputError(f"reading is {reading!r}; use one of {', '.join(READINGS)}")
    mixed, tokens = reading == "seed", streams * serial_tokens
    # Overflow is left to the check of the share, which names what is not finite.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        serial_speed = stream_speed / serial_tokens * clock
        researchers = tokens_per_second / (streams * stream_speed)
        if mixed:
            researchers = tokens_per_second / tokens / serial_speed
    return Workforce(
        researchers=np.asarray(researchers),
        serial_speed=np.asarray(serial_speed),
        streams=np.asarray(tokens_per_second / stream_speed),
        researcher_months=np.asarray(researchers * serial_speed),
        conserved_share=checked_share(
            researchers,
            serial_speed,
            tokens_per_second=tokens_per_second,
            tokens_per_researcher_second=tokens,
            clock=clock,
            expected=1 / clock if mixed else 1.0,
        ),
        clocks="mixed: the speed counts machine hours against working hours, the head-count does "
        "not; 1/clock of the tokens is used"
        if mixed
        else "the same clock in head-count and speed: all tokens are used",
    )


@ranges(
    researchers="[0, inf)",
    serial_speed="[0, inf)",
    tokens_per_second="[0, inf)",
    tokens_per_researcher_second="(0, inf)",
    clock="[1, inf)",
)
def conserved_share(
    researchers: Real,
    serial_speed: Real,
    *,
    tokens_per_second: Real,
    tokens_per_researcher_second: Real,
    clock: Real,
) -> np.ndarray:
    """Tokens that a workforce needs relative to those that exist, P S (k q) / (R c).

    Parameters
    ----------
    researchers, serial_speed : array
        P and S as stated [1]; >= 0.
    tokens_per_second : array
        R [token/s]; >= 0.
    tokens_per_researcher_second : array
        k q [token/s]; > 0.
    clock : array
        c that S includes [1]; >= 1.

    Returns
    -------
    array
        Share [1]. Without tokens it is 1 if there is no work, and inf otherwise.

    Examples
    --------
    >>> seed = dict(tokens_per_second=2.3e7, tokens_per_researcher_second=100, clock=3)
    >>> conserved_share(15000, 15, **seed).round(3).item()
    0.326
    """
    needed, available = np.broadcast_arrays(
        researchers * serial_speed * tokens_per_researcher_second, tokens_per_second * clock
    )
    without_tokens = np.array(np.where(needed == 0, 1.0, np.inf))
    return np.divide(needed, available, where=available > 0, out=without_tokens)


@ranges(expected="(0, inf)")
def checked_share(
    researchers: ArrayLike,
    serial_speed: ArrayLike,
    *,
    tokens_per_second: ArrayLike,
    tokens_per_researcher_second: ArrayLike,
    clock: ArrayLike,
    expected: Real = 1.0,
) -> np.ndarray:
    """`conserved_share`, checked against its expected value.

    Parameters
    ----------
    researchers, serial_speed, tokens_per_second, tokens_per_researcher_second, clock : array
        As there.
    expected : array
        Expected share, to within rounding [1]; > 0.

    Returns
    -------
    array
        Share [1]; `expected` where there are neither tokens nor work.

    Raises
    ------
    ConservationError
        If a number of researchers or a speed is not finite, or a share differs from `expected`.

    Examples
    --------
    >>> seed = dict(tokens_per_second=2.3e7, tokens_per_researcher_second=100, clock=3)
    >>> checked_share(46000, 15, **seed).round(9).item()
    1.0
    >>> checked_share(15000, 15, **seed)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    taskmodel.errors.ConservationError: the workforce uses 0.326087 of the tokens there are; ...
    """
    for name, values in (("researchers", researchers), ("serial speed", serial_speed)):
        array = np.ravel(values)
        if not np.isfinite(array).all():
            raise ConservationError(
                f"{name} of the workforce: found {array[~np.isfinite(array)][0]:g}, "
                "which is no number"
            )
    share = conserved_share(
        researchers,
        serial_speed,
        tokens_per_second=tokens_per_second,
        tokens_per_researcher_second=tokens_per_researcher_second,
        clock=clock,
    )
    idle = (np.asarray(tokens_per_second, dtype=float) == 0) & (share == 1)
    share, expected = np.broadcast_arrays(np.where(idle, expected, share), expected)
    wrong = ~(np.abs(share / expected - 1) <= _ROUNDING)  # negated, so that NaN counts as wrong
    if wrong.any():
        raise ConservationError(
            f"the workforce uses {share[wrong][0]:g} of the tokens there are; it must use "
            f"{expected[wrong][0]:g}"
        )
    return np.array(share)


@ranges(tokens_per_second="[0, inf)", stream_speed="[0, inf)", factor="[1, inf)")
def trade_speed(
    tokens_per_second: Real, stream_speed: Real, factor: Real
) -> tuple[np.ndarray, np.ndarray]:
    """Serial speed for throughput: k^2 times the speed at 1/k of the tokens.

    Parameters
    ----------
    tokens_per_second, stream_speed : array
        R and v before the trade [token/s]; >= 0.
    factor : array
        k [1]; >= 1.

    Returns
    -------
    tokens_per_second, stream_speed : array
        R/k and k^2 v [token/s].

    References
    ----------
    Steinhardt (2023), What will GPT-2030 look like?

    Examples
    --------
    >>> [value.item() for value in trade_speed(2.3e7, 50, 2)]
    [11500000.0, 200.0]
    """
    return tokens_per_second / factor, factor**2 * stream_speed


@ranges(stream_speed="(0, inf)", size_ratio="(0, inf)", exponent="[0, inf)")
def slower_by_size(stream_speed: Real, size_ratio: Real, exponent: Real) -> np.ndarray:
    """Serial speed of a model of another size, v (N / N0)^-a.

    Parameters
    ----------
    stream_speed : array
        v of the first model [token/s]; > 0.
    size_ratio : array
        N / N0 [1]; > 0.
    exponent : array
        a [1]; >= 0; 0: speed does not depend on size.

    Returns
    -------
    array
        Speed [token/s].

    Examples
    --------
    >>> slower_by_size(50, 4, [0, 0.5]).tolist()
    [50.0, 25.0]
    """
    return stream_speed * size_ratio**-exponent


@ranges(researchers="[0, inf)", serial_speed="[0, inf)", field="(0, inf)", exponent="[0, 1]")
def field_speedup(researchers: Real, serial_speed: Real, field: Real, exponent: Real) -> np.ndarray:
    """Speed-up over a field of people, with returns lambda to parallel effort, S (P/P_h)^lambda.

    Parameters
    ----------
    researchers, serial_speed : array
        P and S [1]; >= 0.
    field : array
        P_h, people in the field [1]; > 0.
    exponent : array
        lambda, returns to parallel effort [1]; in [0, 1]; 1: constant returns.

    Returns
    -------
    array
        Research per year [field-year].

    Examples
    --------
    >>> field_speedup(46000, 15, 600, [1, 0.7, 0.5, 0.3]).round(1).tolist()
    [1150.0, 312.8, 131.3, 55.1]
    """
    return serial_speed * (researchers / field) ** exponent


@ranges(tokens_per_second="[0, inf)", months="[0, inf)", doubling_time="(0, inf]")
def hardware_growth(tokens_per_second: Real, months: Real, doubling_time: Real) -> np.ndarray:
    """Tokens per second after exponential growth of the hardware, R 2^(t / d).

    Parameters
    ----------
    tokens_per_second : array
        R at the start [token/s]; >= 0.
    months : array
        t [month]; >= 0.
    doubling_time : array
        d [month]; in (0, inf]; inf: no growth.

    Returns
    -------
    array
        R(t) [token/s].

    Examples
    --------
    >>> hardware_growth(1e7, 12, [6, float("inf")]).tolist()
    [40000000.0, 10000000.0]
    """
    return tokens_per_second * 2 ** (months / doubling_time)


@ranges(weights="[0, 1]", tokens="(0, inf)")
def mean_tokens(weights: Real, tokens: Real) -> np.ndarray:
    """Mean tokens per researcher-second over a mixture of tasks.

    Parameters
    ----------
    weights : array, shape (..., task)
        Share of researcher-seconds in each task [1]; in [0, 1], with a sum of 1.
    tokens : array, shape (..., task)
        Tokens per researcher-second in each task [token]; > 0.

    Returns
    -------
    array, shape (...)
        Mean [token].

    Raises
    ------
    InputError
        If the weights do not sum to 1.

    Examples
    --------
    >>> mean_tokens([0.9, 0.1], [10, 910]).round(9).item()
    100.0
    """
    total = np.atleast_1d(weights.sum(axis=-1))
    error = np.abs(total - 1)
    if np.any(error > _ROUNDING):
        raise InputError(f"weights must sum to 1; found {total.flat[np.argmax(error)]:g}")
    return (weights * tokens).sum(axis=-1)


@ranges(weights="[0, 1]", tokens="(0, inf)")
def time_shares(weights: Real, tokens: Real) -> np.ndarray:
    """Share of all tokens, hence of machine time, that each task takes.

    Parameters
    ----------
    weights, tokens : array, shape (..., task)
        As in `mean_tokens`.

    Returns
    -------
    array, shape (..., task)
        Shares [1], with a sum of 1.

    Raises
    ------
    InputError
        If the weights do not sum to 1.

    Examples
    --------
    >>> time_shares([0.9, 0.1], [10, 910]).round(2).tolist()
    [0.09, 0.91]
    """
    return weights * tokens / mean_tokens(weights, tokens)[..., np.newaxis]


@ranges(ratio="(0, inf)", tokens_of_agent="(0, inf)")
def tokens_per_human_second(ratio: Real, tokens_of_agent: Real) -> np.ndarray:
    """Observed tokens that replace a second of a person's work.

    Parameters
    ----------
    ratio : array
        Agent-hours per human-hour of the same work [1]; > 0.
    tokens_of_agent : array
        Tokens of an agent per hour [token]; > 0.

    Returns
    -------
    array
        Tokens per human-second [token].

    Examples
    --------
    >>> tokens_per_human_second(7.2, 50_000).item()
    100.0
    """
    return ratio * tokens_of_agent / 3600


@ranges(
    tokens_per_researcher_second="(0, inf)",
    episode="(0, inf)",
    tokens_per_second="(0, inf)",
    researcher_tokens_per_second="(0, inf)",
)
def rewards(
    tokens_per_researcher_second: Real,
    episode: Real,
    *,
    tokens_per_second: Real,
    researcher_tokens_per_second: Real,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cost of a reward signal for work in episodes.

    Parameters
    ----------
    tokens_per_researcher_second : array
        k q [token/s]; > 0.
    episode : array
        Work between two rewards, in time of a person [s]; > 0.
    tokens_per_second : array
        R of the cluster [token/s]; > 0.
    researcher_tokens_per_second : array
        k v of one researcher [token/s]; > 0.

    Returns
    -------
    tokens, wall_seconds, per_month : array
        Tokens of an episode [token], its wall-clock time [s], and rewards of the cluster in a month
        [1].

    Examples
    --------
    >>> cluster = dict(tokens_per_second=2.3e7, researcher_tokens_per_second=500)
    >>> [f"{value:.4g}" for value in rewards(100, 300, **cluster)]
    ['3e+04', '60', '1.987e+09']
    """
    tokens = tokens_per_researcher_second * episode
    monthly = tokens_per_second * SECONDS_PER_MONTH / tokens
    return tokens, tokens / researcher_tokens_per_second, monthly


@ranges(level="(0, inf)", start="(0, inf)", rewards_at_start="(1, inf)", rate="(0, inf)")
def months_until_tokens(level: Real, start: Real, rewards_at_start: Real, rate: Real) -> np.ndarray:
    r"""Months until training on rewards reduces the tokens per researcher-second to a level.

    .. math:: \frac{d \ln \tau}{dt} = -\beta \ln(n), \qquad n \propto 1 / \tau

    More efficient researchers produce more rewards on the same cluster: ln n grows as e^(beta t).

    Parameters
    ----------
    level, start : array
        Tokens per researcher-second at the end and at the start [token]; > 0.
    rewards_at_start : array
        n, rewards per month at the start [1]; > 1.
    rate : array
        beta, decrease of ln tau per month and e-fold of rewards [1/month]; > 0.

    Returns
    -------
    array
        Months; 0 if the level is already reached.

    Examples
    --------
    >>> months_until_tokens([100, 10], 100, 2e9, 0.01).round(1).tolist()
    [0.0, 10.2]
    """
    fall = np.maximum(np.log(start / level), 0.0)
    return np.log1p(fall / np.log(rewards_at_start)) / rate
