r"""Queues of work for review: how long a unit waits because reviewers are busy, or at home.

Units arrive at random and k reviewers serve them in order. With load
a = lambda tau (arrivals a unit of time, mean review time tau) and utilisation
u = a/k < 1, Erlang's C is the probability that an arrival has to wait, and

    W_q = C(k, a) tau / (k - a)

its mean wait, exactly so for random arrivals and exponential review times
(M/M/k), in particular u/(1 - u) tau for one reviewer. For other distributions
there are two approximations, which agree with each other only roughly:

    mean_wait          (c_a^2 + c_s^2)/2 W_q                                        Allen and Cunneen
    sakasegawa_wait    (c_a^2 + c_s^2)/2 u^(sqrt(2 (k + 1)) - 1) / (k (1 - u)) tau  Sakasegawa

with c^2 = variance over squared mean of what lies between arrivals, and of
review times. Where units of many kinds wait in one queue, short reviews and
long ones, both are far too high in light traffic: `mixed_wait` joins what is
exact there to what is exact in heavy traffic.

Waits grow without limit as u nears 1: `best_utilisation` says how much of
reviewers' time to plan for. Reviewers need not be whole in number, for people
who review half of their time are half a reviewer each: Erlang's B is continued
to every k > 0. How the rest of a project waits for its gates is in
`critical_path`.

Source: docs, model, section 4; Erlang (1917) as in textbooks (access: secondary).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.ranges import within

__all__ = [
    "best_utilisation",
    "in_progress",
    "load",
    "mean_wait",
    "mixed_wait",
    "off_hours_wait",
    "pooled",
    "sakasegawa_wait",
    "waiting_probability",
]

HOURS_PER_DAY, DAYS_PER_WEEK = 24, 7
HALVINGS = 52  # of an interval of length 1; its middles are floats below 1 up to here
STIRLING = 16.0  # from here on Stirling's series for the factorial is exact to rounding
STEEPNESS = 2 / 3  # of the weight of heavy traffic, see `mixed_wait`
SHORTEST = 18.0  # times below e^-18 of the mean until a review ends are taken in one piece: the error is of the square of that
REACH = (
    4.0  # the longest times are e^4 of the longest mean there is: next to no review lasts so long
)
STEP = (
    0.125  # of the logarithm of time, in integrals over it; they converge exponentially as it falls
)


def load(arrivals: ArrayLike, service_time: ArrayLike) -> np.ndarray:
    """Reviewers' work that arrives, as reviewers who would be busy all the time: a = lambda tau; arguments broadcast.

    Parameters
    ----------
    arrivals : array
        Units lambda that arrive [1 per unit of time]; >= 0.
    service_time : array
        Mean time tau that a reviewer spends on one [that unit of time]; >= 0.

    Returns
    -------
    array
        a [Erlang].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> float(load(arrivals=9, service_time=1))
    9.0
    """
    return within("[0, inf)", "arrivals", arrivals) * within(
        "[0, inf)", "service_time", service_time
    )


def waiting_probability(servers: ArrayLike, load: ArrayLike) -> np.ndarray:
    r"""Probability that a unit finds every reviewer busy, Erlang's C; arguments broadcast.

    .. math:: C(k, a) = \frac{B}{1 - u (1 - B)}, \qquad B = \frac{a^k e^{-a}}{\Gamma(k + 1, a)}

    This Erlang's B is that of the recursion B_n = a B_(n-1) / (n + a B_(n-1)), B_0 = 1, where k is whole, and joins its values
    smoothly between.

    Parameters
    ----------
    servers : array
        Reviewers k [1]; > 0.
    load : array
        a [Erlang]; >= 0 and below k.

    Returns
    -------
    array
        C [1]; in [0, 1).

    Raises
    ------
    InputError
        If an argument is out of its range. If reviewers cannot keep up, the message gives the utilisation and how many
        of them would.

    Examples
    --------
    >>> waiting_probability([5, 10, 20], load=[4, 9, 18]).round(4).tolist()
    [0.5541, 0.6687, 0.5508]
    >>> waiting_probability(5, load=6.25)
    Traceback (most recent call last):
    taskmodel.errors.InputError: utilisation must be below 1; found 1.25 (5 servers, load 6.25): it takes more than 6.25 servers

    References
    ----------
    Jagerman (1974), *Bell System Technical Journal* 53(3), 525-551, for the continuation (access: secondary).
    """
    count, work, busy = _stable(servers, load)
    blocked = _erlang_b(count, work)
    return blocked / (1 - busy * (1 - blocked))


def mean_wait(
    servers: ArrayLike,
    load: ArrayLike,
    service_time: ArrayLike = 1.0,
    *,
    arrival_variability: ArrayLike = 1.0,
    service_variability: ArrayLike = 1.0,
) -> np.ndarray:
    r"""Mean wait for a reviewer; arguments broadcast.

    .. math:: W_q = \frac{c_a^2 + c_s^2}{2}\; \frac{C(k, a)\, \tau}{k - a}

    Exact where both variabilities are 1 (M/M/k), and for one reviewer where that of arrivals is (Pollaczek and Khinchine).
    Otherwise the approximation of Allen and Cunneen.

    Parameters
    ----------
    servers, load : array
        As in `waiting_probability`.
    service_time : array
        Mean time tau that a reviewer spends on a unit [any time]; >= 0.
    arrival_variability, service_variability : array
        Variance over squared mean of the time between arrivals, c_a^2, and of review times, c_s^2 [1]; >= 0. 1: random
        arrivals, exponential times. 0: like clockwork.

    Returns
    -------
    array
        Mean wait, without the review itself [the time of `service_time`].

    Raises
    ------
    InputError
        As `waiting_probability` does.

    References
    ----------
    Allen (1978), *Probability, Statistics, and Queueing Theory* (access: secondary).

    Examples
    --------
    >>> mean_wait([1, 5, 10, 20], load=[0.8, 4, 9, 18]).round(4).tolist()
    [4.0, 0.5541, 0.6687, 0.2754]
    """
    waits = waiting_probability(servers, load)
    time = within("[0, inf)", "service_time", service_time)
    variability = _variability(arrival_variability, service_variability)
    return variability * waits * time / (np.asarray(servers, dtype=float) - load)


def sakasegawa_wait(
    servers: ArrayLike,
    load: ArrayLike,
    service_time: ArrayLike = 1.0,
    *,
    arrival_variability: ArrayLike = 1.0,
    service_variability: ArrayLike = 1.0,
) -> np.ndarray:
    r"""Mean wait for a reviewer by Sakasegawa's approximation, a formula without Erlang's C; arguments as in `mean_wait`.

    .. math:: W_q \approx \frac{c_a^2 + c_s^2}{2}\; \frac{u^{\sqrt{2(k+1)} - 1}}{k\,(1 - u)}\, \tau

    For one reviewer it equals `mean_wait`. For random arrivals and exponential times it is up to 1.4 % above the exact wait
    at utilisation 0.9 and up to 10 reviewers, 7.3 % at 0.8, and far above where waits are rare (twice at 0.5 and 10). Use it
    by hand.

    Returns
    -------
    array
        Mean wait, without the review itself [the time of `service_time`].

    Raises
    ------
    InputError
        As `mean_wait` does.

    References
    ----------
    Sakasegawa (1977), *Annals of the Institute of Statistical Mathematics* 29, 67-75 (access: secondary).

    Examples
    --------
    >>> sakasegawa_wait([1, 5, 10], load=[0.8, 4, 9]).round(4).tolist()
    [4.0, 0.577, 0.6779]
    """
    count, work, busy = _stable(servers, load)
    time = within("[0, inf)", "service_time", service_time)
    rare = busy ** (np.sqrt(2 * (count + 1)) - 1)
    return _variability(arrival_variability, service_variability) * rare * time / (count - work)


def pooled(
    arrivals: ArrayLike, service_time: ArrayLike, service_variability: ArrayLike = 1.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Units of several kinds as one stream: how many arrive, how long one takes, and how much that varies.

    Parameters
    ----------
    arrivals : array, shape (..., kind)
        Units of each kind that arrive [1 per unit of time]; >= 0.
    service_time : array, shape (..., kind)
        Mean time that a reviewer spends on one [that unit of time]; >= 0.
    service_variability : array, shape (..., kind)
        Variance over squared mean of it, within a kind [1]; >= 0.

    Returns
    -------
    arrivals, service_time, service_variability : array, shape (...)
        Of all kinds together; time and variability 0 where nothing arrives, or nothing takes time.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    Nine reviews of a minute for one of an hour vary much more than either kind by itself:

    >>> [round(float(part), 3) for part in pooled([9, 1], [1, 60])]
    [10.0, 6.9, 14.161]
    """
    rate, time = (
        within("[0, inf)", "arrivals", arrivals),
        within("[0, inf)", "service_time", service_time),
    )
    varied = within("[0, inf)", "service_variability", service_variability)
    with np.errstate(over="ignore"):  # told below
        whole, first = rate.sum(axis=-1), (rate * time).sum(axis=-1)
        second = (rate * (1 + varied) * time**2).sum(axis=-1)
        products = second * whole, first**2
    if not all(np.isfinite(product).all() for product in products):
        raise InputError(
            "arrivals, service_time and service_variability are too large: their products are beyond the largest number"
        )
    mean = np.divide(first, whole, out=np.zeros_like(first), where=whole > 0)
    relative = np.divide(*products, out=np.ones_like(first), where=products[1] > 0)
    return whole, mean, relative - 1


def mixed_wait(
    servers: ArrayLike,
    arrivals: ArrayLike,
    service_time: ArrayLike,
    *,
    arrival_variability: ArrayLike = 1.0,
    service_variability: ArrayLike = 1.0,
) -> np.ndarray:
    r"""Mean wait for one of k reviewers of units of several kinds, first come, first served.

    The wait of M/M/k with the same load, W_MM, times a factor that is exact in light and in heavy traffic and interpolates
    geometrically between the two:

    .. math:: W_q = \frac{c_a^2 + c^2}{1 + c^2}\, W_{MM}\, R_0^{1 - w} R_1^{w},
       \qquad R_0 = \frac{k}{\tau} \int_0^\infty \bar F_e(t)^k\, dt, \quad R_1 = \frac{1 + c^2}{2}

    with tau and c^2 of all kinds together. In light traffic a unit that has to wait finds k reviews going on and waits for the
    first of them to end; each has the rest of a review to go, whose distribution is F_e, long reviews being found more often. In
    heavy traffic only two moments count. The weight is

    .. math:: w = u^{\frac{2}{3} \sqrt{k (1 - u)}}

    with no theory behind it: it is fitted to simulations of the bundled tasks' reviews, with c^2 about 9, which it meets within
    8 % from 3 to 60 reviewers at utilisations from 0.7 to 0.9 (``analysis/queue_simulation.py``); how it does with times that
    vary more within a kind was not tried. One reviewer, and kinds that are all alike and exponential, are exact.
    Within a kind R_0 is that of exponential times where `service_variability` is 1, of constant times where it is 0, and linear
    in it.

    Parameters
    ----------
    servers : array, shape (...)
        Reviewers k [1]; > 0.
    arrivals, service_time : array, shape (..., kind)
        As in `pooled`.
    arrival_variability : array, shape (...)
        c_a^2 [1]; >= 0, 1 for units that arrive at random.
    service_variability : array, shape (...)
        c_s^2 within each kind [1]; >= 0.

    Returns
    -------
    array, shape (...)
        Mean wait [the unit of time of the arguments]; 0 where nothing arrives.

    Raises
    ------
    InputError
        If an argument is out of its range, or reviewers cannot keep up.

    References
    ----------
    Burman and Smith (1983), *Mathematics of Operations Research* 8(1), 15-25, for light traffic; Koellerstroem (1974), *Journal
    of Applied Probability* 11(3), 544-552, for heavy traffic (access: secondary).

    Examples
    --------
    Ten reviewers for reviews of a minute and some of an hour; two moments alone would say 3.5:

    >>> round(float(mixed_wait(10, [0.9, 0.1], [1, 60])), 2), round(float(mean_wait(10, 6.9, 6.9, service_variability=14.161)), 2)
    (2.47, 3.49)
    """
    varied = within("[0, inf)", "service_variability", service_variability)
    _, mean, variability = pooled(arrivals, service_time, varied[..., np.newaxis])
    rate, time = np.broadcast_arrays(
        np.asarray(arrivals, dtype=float), np.asarray(service_time, dtype=float)
    )
    work = (rate * time).sum(axis=-1)
    alike = mean_wait(servers, work, mean)
    count = np.broadcast_to(np.asarray(servers, dtype=float), alike.shape)
    light = _first_to_end(count, rate * time, time, varied, mean)
    heavy = (1 + variability) / 2
    busy = work / count
    weight = busy ** (STEEPNESS * np.sqrt(count * (1 - busy)))
    spread = within("[0, inf)", "arrival_variability", arrival_variability) + variability
    return np.asarray(spread / (1 + variability) * alike * light ** (1 - weight) * heavy**weight)


def _first_to_end(
    count: np.ndarray, work: np.ndarray, time: np.ndarray, varied: np.ndarray, mean: np.ndarray
) -> np.ndarray:
    """R_0 of `mixed_wait`: k over the mean review time, times the mean time until the first of k reviews in progress ends."""
    total = work.sum(axis=-1, keepdims=True)
    share = np.divide(work, total, out=np.zeros_like(work), where=total > 0)
    some = total[..., 0] > 0
    # mean over kinds of 1/time by work is 1 over the mean time by units that take some
    scale = 1 / np.where(
        some, np.divide(share, time, out=np.zeros_like(share), where=share > 0).sum(axis=-1), 1.0
    )
    at_random, constant = (
        _until_exponential(count, share, time, scale),
        _until_constant(count, share, time),
    )
    return np.where(
        some, (constant + varied * (at_random - constant)) * count / np.where(some, mean, 1.0), 1.0
    )


def _until_exponential(
    count: np.ndarray, share: np.ndarray, time: np.ndarray, mean: np.ndarray
) -> np.ndarray:
    """The integral of (sum share exp(-t/time))^k over t, by the trapezoidal rule in the logarithm of t k / mean."""
    longest = float(
        np.log(
            np.max(
                np.maximum(count, 1.0)[..., np.newaxis] * time / mean[..., np.newaxis], initial=1.0
            )
        )
    )
    pace = np.divide(
        mean[..., np.newaxis] / count[..., np.newaxis],
        time,
        out=np.zeros_like(share),
        where=share > 0,
    )
    # the sum over all shorter times, at which nothing has ended
    whole = np.full(mean.shape, STEP / np.expm1(STEP) * np.exp(-SHORTEST))
    for place in np.exp(
        np.arange(-SHORTEST / STEP, np.ceil((longest + REACH) / STEP)) * STEP
    ).tolist():
        whole = whole + STEP * place * (share * np.exp(-place * pace)).sum(axis=-1) ** count
    return np.asarray(whole * mean / count)


def _until_constant(count: np.ndarray, share: np.ndarray, time: np.ndarray) -> np.ndarray:
    """The integral of (sum share (1 - t/time)+)^k over t: the sum in brackets is straight between one review time and the next."""
    order = np.argsort(time, axis=-1)
    ends, parts = (
        np.take_along_axis(time, order, axis=-1),
        np.take_along_axis(share, order, axis=-1),
    )
    pace = np.divide(parts, ends, out=np.zeros_like(parts), where=parts > 0)
    left, slope = (
        np.cumsum(part[..., ::-1], axis=-1)[..., ::-1] for part in (parts, pace)
    )  # of reviews at least as long
    starts = np.concatenate([np.zeros_like(ends[..., :1]), ends[..., :-1]], axis=-1)
    first, last = (np.maximum(left - slope * at, 0.0) for at in (starts, ends))
    power = count[..., np.newaxis] + 1
    area = np.divide(
        first**power - last**power, power * slope, out=np.zeros_like(first), where=slope > 0
    )
    return np.asarray(area.sum(axis=-1))


def in_progress(throughput: ArrayLike, time: ArrayLike) -> np.ndarray:
    """Units on their way on average, throughput times the time each takes: Little's law; arguments broadcast.

    Parameters
    ----------
    throughput : array
        Units that arrive, and leave, [1 per unit of time]; >= 0.
    time : array
        Mean time that one spends there [that unit of time]; >= 0. With the mean wait, it is the number that waits.

    Returns
    -------
    array
        Units [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    References
    ----------
    Little (1961), *Operations Research* 9(3), 383-387 (access: secondary).

    Examples
    --------
    >>> round(float(in_progress(9, mean_wait(10, load=9))), 3)
    6.019
    """
    return within("[0, inf)", "throughput", throughput) * within("[0, inf)", "time", time)


def off_hours_wait(hours_per_day: ArrayLike, days_per_week: ArrayLike) -> np.ndarray:
    r"""Mean wait until a reviewer is at work, for units that are ready at any hour of the week; arguments broadcast.

    A reviewer works H hours on end on D days in a row. Between them lie D - 1 nights of g = 24 - H hours and a weekend of
    G = g + 24 (7 - D). An arrival falls into a gap of length g with probability g/168 and then waits g/2 on average, so

    .. math:: E[\mathrm{wait}] = \frac{(D - 1)\, g^2 + G^2}{2 \cdot 168}

    Queues are not in it, nor what is left over of a review at the end of a day.

    Parameters
    ----------
    hours_per_day : array
        H [h]; in (0, 24].
    days_per_week : array
        D [1]; whole numbers from 1 to 7.

    Returns
    -------
    array
        Mean wait [h]; 0 round the clock.

    Raises
    ------
    InputError
        If an argument is out of its range, or a number of days is not whole.

    Examples
    --------
    >>> off_hours_wait([8, 24], days_per_week=[5, 7]).round(2).tolist()
    [15.24, 0.0]
    """
    night = HOURS_PER_DAY - within("(0, 24]", "hours_per_day", hours_per_day)
    days = _whole("days_per_week", within("[1, 7]", "days_per_week", days_per_week))
    weekend = night + HOURS_PER_DAY * (DAYS_PER_WEEK - days)
    return ((days - 1) * night**2 + weekend**2) / (2 * HOURS_PER_DAY * DAYS_PER_WEEK)


def best_utilisation(
    servers: ArrayLike,
    parallel_exponent: ArrayLike,
    time_without_queue: ArrayLike,
    *,
    arrival_variability: ArrayLike = 1.0,
    service_variability: ArrayLike = 1.0,
) -> np.ndarray:
    r"""The part of reviewers' time to plan for, so that the effective speed-up is greatest; arguments broadcast.

    Twice the utilisation u is twice the throughput while review binds, but each unit takes T = T_0 + W_q(u). What is
    greatest is

    .. math:: u^{\lambda}\; T(u)^{-(1 - \lambda)}

    as in the effective speed-up S = S_Y^lambda S_L^(1 - lambda). At the optimum the elasticity of T by u is
    lambda / (1 - lambda), which is solved by bisection: it rises from 0 to infinity as u goes from 0 to 1. With B and C
    as in `waiting_probability`,

    .. math:: \frac{d \ln W_q}{d \ln u} = k (1 - u) + u \frac{1 - B}{1 - u (1 - B)} + \frac{u}{1 - u}

    Parameters
    ----------
    servers : array
        Reviewers k [1]; > 0.
    parallel_exponent : array
        lambda, of throughput [1]; in (0, 1). At 1 nobody minds waiting, and there is no optimum below 1.
    time_without_queue : array
        T_0, all the time a unit takes but for the queue, in mean review times [1]; >= 1, as it holds the review itself.
    arrival_variability, service_variability : array
        As in `mean_wait`, whose approximation is used [1]; >= 0 and not both 0.

    Returns
    -------
    array
        u [1]; in [0, 1), within 3e-16.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    A project that lasts as long as its reviews, and one that lasts a hundred times as long, at five reviewers:

    >>> best_utilisation(5, parallel_exponent=0.5, time_without_queue=[1, 100]).round(2).tolist()
    [0.69, 0.96]
    """
    count = within("(0, inf)", "servers", servers)
    weight = within("(0, 1)", "parallel_exponent", parallel_exponent)
    rest = within("[1, inf)", "time_without_queue", time_without_queue)
    variability = within(
        "(0, inf)",
        "mean of the variabilities",
        _variability(arrival_variability, service_variability),
    )
    count, weight, rest, variability = np.broadcast_arrays(count, weight, rest, variability)
    low, high = np.zeros(count.shape), np.ones(count.shape)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        worth_more = _latency_elasticity(count, middle, rest, variability) < weight / (1 - weight)
        low, high = np.where(worth_more, middle, low), np.where(worth_more, high, middle)
    return low


def _latency_elasticity(
    count: np.ndarray, busy: np.ndarray, rest: np.ndarray, variability: np.ndarray
) -> np.ndarray:
    """d ln T / d ln u of T = T_0 + W_q(u)."""
    blocked = _erlang_b(count, count * busy)
    idle = 1 - busy * (1 - blocked)
    wait = variability * blocked / (idle * count * (1 - busy))
    return (
        wait
        / (rest + wait)
        * (count * (1 - busy) + busy * (1 - blocked) / idle + busy / (1 - busy))
    )


def _erlang_b(count: np.ndarray, work: np.ndarray) -> np.ndarray:
    """Erlang's B for any number of servers, a^k e^-a / Gamma(k + 1, a): a Poisson weight over the tail of its distribution.

    The weight is taken as exp(-k D(a/k)) / (sqrt(2 pi k) e^...), with D(u) = u - 1 - ln u, so that nothing large cancels (Loader).
    """
    from scipy.special import gammaincc, gammaln

    count, work = np.broadcast_arrays(count, work)
    busy = np.where(work > 0, work / count, 1.0)
    apart = busy - 1 - np.log1p(busy - 1)
    many = np.maximum(count, STIRLING)
    with np.errstate(over="ignore"):  # of so many servers that what is left of the series is 0
        series = 1 / (12 * many) - 1 / (360 * many**3) + 1 / (1260 * many**5) - 1 / (1680 * many**7)
    log_weight = np.where(
        count < STIRLING,
        count * np.log(count * busy) - count * busy - gammaln(count + 1),
        -count * apart - series - np.log(2 * np.pi * many) / 2,
    )
    return np.asarray(np.where(work > 0, np.exp(log_weight) / gammaincc(count + 1, work), 0.0))


def _stable(servers: ArrayLike, load: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Servers, load and utilisation of a queue that does not grow for ever."""
    count, work = np.broadcast_arrays(
        within("(0, inf)", "servers", servers), within("[0, inf)", "load", load)
    )
    busy = work / count
    if (busy >= 1).any():
        index = tuple(int(place) for place in np.argwhere(busy >= 1)[0])
        where = f" at index {', '.join(map(str, index))}" if index else ""
        raise InputError(
            f"utilisation must be below 1; found {busy[index]:g}{where} ({count[index]:g} servers, load {work[index]:g}): "
            f"it takes more than {work[index]:g} servers"
        )
    return count, work, busy


def _variability(arrival_variability: ArrayLike, service_variability: ArrayLike) -> np.ndarray:
    arrivals = within("[0, inf)", "arrival_variability", arrival_variability)
    return (arrivals + within("[0, inf)", "service_variability", service_variability)) / 2


def _whole(name: str, values: np.ndarray) -> np.ndarray:
    if (values != np.floor(values)).any():
        index = tuple(int(place) for place in np.argwhere(values != np.floor(values))[0])
        raise InputError(f"{name} must be whole numbers; found {values[index]:g}")
    return values
