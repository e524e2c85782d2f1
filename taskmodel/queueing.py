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
review times. Waits grow without limit as u nears 1: `best_utilisation` says
how much of reviewers' time to plan for. How the rest of a project waits for
its gates is in `critical_path`.

Source: docs, model, section 4; Erlang (1917) as in textbooks (access: secondary).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.ranges import within

__all__ = [
    "best_utilisation",
    "in_progress",
    "load",
    "mean_wait",
    "off_hours_wait",
    "sakasegawa_wait",
    "waiting_probability",
]

HOURS_PER_DAY, DAYS_PER_WEEK = 24, 7
HALVINGS = 52  # of an interval of length 1; its middles are floats below 1 up to here


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
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> float(load(arrivals=9, service_time=1))
    9.0
    """
    return within("[0, inf)", "arrivals", arrivals) * within("[0, inf)", "service_time", service_time)


def waiting_probability(servers: ArrayLike, load: ArrayLike) -> np.ndarray:
    r"""Probability that a unit finds every reviewer busy, Erlang's C; arguments broadcast.

    .. math:: C(k, a) = \frac{B}{1 - u (1 - B)}, \qquad B_n = \frac{a B_{n-1}}{n + a B_{n-1}},\; B_0 = 1,\; B = B_k

    Erlang's B by its recursion, which has no large terms and none that cancel; the work grows in proportion to k.

    Parameters
    ----------
    servers : array
        Reviewers k [1]; whole numbers >= 1.
    load : array
        a [Erlang]; >= 0 and below k.

    Returns
    -------
    array
        C [1]; in [0, 1).

    Raises
    ------
    ValueError
        If an argument is out of its range. If reviewers cannot keep up, the message gives the utilisation and how many
        of them would.

    Examples
    --------
    >>> waiting_probability([5, 10, 20], load=[4, 9, 18]).round(4).tolist()
    [0.5541, 0.6687, 0.5508]
    >>> waiting_probability(5, load=6.25)
    Traceback (most recent call last):
    ValueError: utilisation must be below 1; found 1.25 (5 servers, load 6.25): it takes 7 servers
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
    ValueError
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
    by hand, or for numbers of reviewers that are not whole.

    Returns
    -------
    array
        Mean wait, without the review itself [the time of `service_time`].

    Raises
    ------
    ValueError
        As `mean_wait` does, except that numbers of servers need not be whole.

    References
    ----------
    Sakasegawa (1977), *Annals of the Institute of Statistical Mathematics* 29, 67-75 (access: secondary).

    Examples
    --------
    >>> sakasegawa_wait([1, 5, 10], load=[0.8, 4, 9]).round(4).tolist()
    [4.0, 0.577, 0.6779]
    """
    count, work, busy = _stable(servers, load, whole=False)
    time = within("[0, inf)", "service_time", service_time)
    rare = busy ** (np.sqrt(2 * (count + 1)) - 1)
    return _variability(arrival_variability, service_variability) * rare * time / (count - work)


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
    ValueError
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
    ValueError
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
        Reviewers k [1]; whole numbers >= 1.
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
    ValueError
        If an argument is out of its range.

    Examples
    --------
    A project that lasts as long as its reviews, and one that lasts a hundred times as long, at five reviewers:

    >>> best_utilisation(5, parallel_exponent=0.5, time_without_queue=[1, 100]).round(2).tolist()
    [0.69, 0.96]
    """
    count = _whole("servers", within("[1, inf)", "servers", servers))
    weight = within("(0, 1)", "parallel_exponent", parallel_exponent)
    rest = within("[1, inf)", "time_without_queue", time_without_queue)
    variability = within("(0, inf)", "mean of the variabilities", _variability(arrival_variability, service_variability))
    count, weight, rest, variability = np.broadcast_arrays(count, weight, rest, variability)
    low, high = np.zeros(count.shape), np.ones(count.shape)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        worth_more = _latency_elasticity(count, middle, rest, variability) < weight / (1 - weight)
        low, high = np.where(worth_more, middle, low), np.where(worth_more, high, middle)
    return low


def _latency_elasticity(count: np.ndarray, busy: np.ndarray, rest: np.ndarray, variability: np.ndarray) -> np.ndarray:
    """d ln T / d ln u of T = T_0 + W_q(u)."""
    blocked = _erlang_b(count, count * busy)
    idle = 1 - busy * (1 - blocked)
    wait = variability * blocked / (idle * count * (1 - busy))
    return wait / (rest + wait) * (count * (1 - busy) + busy * (1 - blocked) / idle + busy / (1 - busy))


def _erlang_b(count: np.ndarray, work: np.ndarray) -> np.ndarray:
    count, work = np.broadcast_arrays(count, work)
    blocked = np.ones(count.shape)
    for server in range(1, int(count.max(initial=0)) + 1):
        more = work * blocked
        blocked = np.where(server <= count, more / (server + more), blocked)
    return blocked


def _stable(servers: ArrayLike, load: ArrayLike, *, whole: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Servers, load and utilisation of a queue that does not grow for ever."""
    count, work = np.broadcast_arrays(within("[1, inf)", "servers", servers), within("[0, inf)", "load", load))
    if whole:
        _whole("servers", count)
    busy = work / count
    if (busy >= 1).any():
        index = tuple(int(place) for place in np.argwhere(busy >= 1)[0])
        where = f" at index {', '.join(map(str, index))}" if index else ""
        raise ValueError(
            f"utilisation must be below 1; found {busy[index]:g}{where} ({count[index]:g} servers, load {work[index]:g}): "
            f"it takes {np.floor(work[index]) + 1:g} servers"
        )
    return count, work, busy


def _variability(arrival_variability: ArrayLike, service_variability: ArrayLike) -> np.ndarray:
    arrivals = within("[0, inf)", "arrival_variability", arrival_variability)
    return (arrivals + within("[0, inf)", "service_variability", service_variability)) / 2


def _whole(name: str, values: np.ndarray) -> np.ndarray:
    if (values != np.floor(values)).any():
        index = tuple(int(place) for place in np.argwhere(values != np.floor(values))[0])
        raise ValueError(f"{name} must be whole numbers; found {values[index]:g}")
    return values
