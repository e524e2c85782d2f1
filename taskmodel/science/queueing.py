r"""Queues for review: the wait of units while reviewers are busy or off duty.

Units arrive at random and k reviewers serve them in order. With load a = lambda tau (arrivals per
unit of time, mean review time tau) and utilisation u = a/k < 1, Erlang's C is the probability that
an arrival has to wait, and

    W_q = C(k, a) tau / (k - a)

is its mean wait: exact for random arrivals and exponential review times (M/M/k), in particular
u/(1 - u) tau for one reviewer. Other distributions enter through c^2, variance over squared mean,
of the times between arrivals and of review times, in the approximation of Allen and Cunneen,
(c_a^2 + c_s^2)/2 W_q. Where short and long reviews wait in one queue, it is far too high in light
traffic; `mixed_wait` interpolates between what is exact there and in heavy traffic.

The number of reviewers need not be whole: Erlang's B is continued to every k > 0, so that somebody
who reviews half of the time is half a reviewer.

Source: docs, model, section 4; Erlang (1917) as in textbooks (access: secondary).
"""

from __future__ import annotations

import numpy as np

from taskmodel.errors import InputError
from taskmodel.numerics.ranges import Real, ranges
from taskmodel.numerics.types import writable_rows
from taskmodel.science.path_kernels import first_ends

HOURS_PER_DAY, DAYS_PER_WEEK = 24, 7
STIRLING = 16.0  # from here on Stirling's series for the factorial is exact to rounding
STEEPNESS = 2 / 3  # of the weight of heavy traffic, see `mixed_wait`
# Integrals over time are sums over its logarithm, in these steps: their error falls exponentially
# with the step. Times below e^-18 of the mean until a review ends enter as one term, whose error is
# the square of that. The longest times are e^4 of the longest mean: hardly any review lasts longer.
STEP, SHORTEST, LONGEST = 0.125, 18.0, 4.0


@ranges(servers="(0, inf)", load="[0, inf)")
def blocking_probability(servers: Real, load: Real) -> np.ndarray:
    r"""Erlang's B, continued to any number of servers.

    .. math:: B(k, a) = \frac{a^k e^{-a}}{\Gamma(k + 1, a)}

    For whole k it satisfies the recursion B_n = a B_(n-1) / (n + a B_(n-1)), B_0 = 1.

    Parameters
    ----------
    servers : array
        Reviewers k [1]; > 0.
    load : array
        a [Erlang]; >= 0.

    Returns
    -------
    array
        B [1]; in [0, 1].

    References
    ----------
    Jagerman (1974), *Bell System Technical Journal* 53(3), 525-551 (access: secondary).

    Examples
    --------
    >>> blocking_probability([1, 2, 2.5], load=1).round(4).tolist()
    [0.5, 0.2, 0.1153]
    """
    from scipy.special import gammaincc, gammaln  # keeps scipy out of the import of this module

    k, a = np.broadcast_arrays(servers, load)
    u = np.where(a / k > 0, a / k, 1.0)
    # B is a Poisson weight, a^k e^-a / k!, over the tail of its distribution. For large k the terms
    # k ln a, a and ln k! of the logarithm of the weight nearly cancel. In Loader's form it is
    # -k D(u) - ln sqrt(2 pi k) - (series), with D(u) = u - 1 - ln u, of which every term is small.
    deviance = u - 1 - np.log(u)
    large = np.maximum(k, STIRLING)
    with np.errstate(over="ignore"):  # powers of an enormous k: their reciprocals are 0
        series = (
            1 / (12 * large) - 1 / (360 * large**3) + 1 / (1260 * large**5) - 1 / (1680 * large**7)
        )
    log_weight = np.where(
        k < STIRLING,
        k * np.log(k * u) - k * u - gammaln(k + 1),
        -k * deviance - series - np.log(2 * np.pi * large) / 2,
    )
    return np.where(a / k > 0, np.exp(log_weight) / gammaincc(k + 1, a), 0.0)


@ranges(servers="(0, inf)", load="[0, inf)")
def waiting_probability(servers: Real, load: Real) -> np.ndarray:
    r"""Probability that a unit finds every reviewer busy, Erlang's C.

    .. math:: C(k, a) = \frac{B}{1 - u (1 - B)}, \qquad u = a / k

    with Erlang's B as in `blocking_probability`.

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
        If the load is not below k; the message gives the utilisation and the servers it takes.

    Examples
    --------
    >>> waiting_probability([5, 10, 20], load=[4, 9, 18]).round(4).tolist()
    [0.5541, 0.6687, 0.5508]
    """
    servers, load = np.broadcast_arrays(servers, load)
    utilisation = load / servers
    if (utilisation >= 1).any():
        index = tuple(int(i) for i in np.argwhere(utilisation >= 1)[0])
        position = f" at index {', '.join(map(str, index))}" if index else ""
        raise InputError(
            f"utilisation must be below 1; found {utilisation[index]:g}{position} "
            f"({servers[index]:g} servers, load {load[index]:g}): "
            f"it takes more than {load[index]:g} servers"
        )
    blocked = blocking_probability(servers, load)
    return blocked / (1 - utilisation * (1 - blocked))


@ranges(
    servers="(0, inf)",
    load="[0, inf)",
    service_time="[0, inf)",
    arrival_variability="[0, inf)",
    service_variability="[0, inf)",
)
def mean_wait(
    servers: Real,
    load: Real,
    service_time: Real = 1.0,
    *,
    arrival_variability: Real = 1.0,
    service_variability: Real = 1.0,
) -> np.ndarray:
    r"""Mean wait for a reviewer.

    .. math:: W_q = \frac{c_a^2 + c_s^2}{2}\; \frac{C(k, a)\, \tau}{k - a}

    Exact where both variabilities are 1 (M/M/k), and for one reviewer where that of arrivals is 1
    (Pollaczek and Khinchine). Otherwise the approximation of Allen and Cunneen.

    Parameters
    ----------
    servers, load : array
        As in `waiting_probability`.
    service_time : array
        Mean time tau that a reviewer spends on a unit [any time]; >= 0.
    arrival_variability, service_variability : array
        Variance over squared mean of the time between arrivals, c_a^2, and of review times, c_s^2
        [1]; >= 0. 1: random arrivals, exponential times. 0: constant times.

    Returns
    -------
    array
        Mean wait, without the review itself [the time of `service_time`].

    Raises
    ------
    InputError
        As in `waiting_probability`.

    References
    ----------
    Allen (1978), *Probability, Statistics, and Queueing Theory* (access: secondary).

    Examples
    --------
    >>> mean_wait([1, 5, 10, 20], load=[0.8, 4, 9, 18]).round(4).tolist()
    [4.0, 0.5541, 0.6687, 0.2754]
    """
    variability = (arrival_variability + service_variability) / 2
    return variability * waiting_probability(servers, load) * service_time / (servers - load)


@ranges(arrivals="[0, inf)", service_time="[0, inf)", service_variability="[0, inf)")
def pooled(
    arrivals: Real, service_time: Real, service_variability: Real = 1.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Units of several kinds as one stream: its rate, and mean and variability of service times.

    Parameters
    ----------
    arrivals : array, shape (..., kind)
        Arrivals of each kind [1 per unit of time]; >= 0.
    service_time : array, shape (..., kind)
        Mean time that a reviewer spends on one [that unit of time]; >= 0.
    service_variability : array, shape (..., kind)
        Variance over squared mean of it, within a kind [1]; >= 0.

    Returns
    -------
    arrivals, service_time, service_variability : array, shape (...)
        Of all kinds together; time and variability are 0 where nothing arrives or takes time.

    Raises
    ------
    InputError
        If the moments exceed the largest float.

    Examples
    --------
    Nine reviews of a minute for one of an hour vary much more than either kind by itself:

    >>> [round(float(moment), 3) for moment in pooled([9, 1], [1, 60])]
    [10.0, 6.9, 14.161]
    """
    with np.errstate(over="ignore"):  # refused below
        rate, first = arrivals.sum(axis=-1), (arrivals * service_time).sum(axis=-1)
        second = (arrivals * (1 + service_variability) * service_time**2).sum(axis=-1)
        products = second * rate, first**2
    if not all(np.isfinite(product).all() for product in products):
        raise InputError(
            "arrivals, service_time and service_variability are too large: "
            "their products are beyond the largest number"
        )
    mean = np.divide(first, rate, out=np.zeros_like(first), where=rate > 0)
    relative = np.divide(*products, out=np.ones_like(first), where=products[1] > 0)
    return rate, mean, relative - 1


@ranges(
    servers="(0, inf)",
    arrivals="[0, inf)",
    service_time="[0, inf)",
    arrival_variability="[0, inf)",
    service_variability="[0, inf)",
)
def mixed_wait(
    servers: Real,
    arrivals: Real,
    service_time: Real,
    *,
    arrival_variability: Real = 1.0,
    service_variability: Real = 1.0,
) -> np.ndarray:
    r"""Mean wait of units of several kinds for one of k reviewers, first come, first served.

    The wait of M/M/k with the same load, W_MM, times a factor that is exact in light and in heavy
    traffic and interpolates geometrically between the two:

    .. math:: W_q = \frac{c_a^2 + c^2}{1 + c^2}\, W_{MM}\, R_0^{1 - w} R_1^{w},
       \qquad R_0 = \frac{k}{\tau} \int_0^\infty \bar F_e(t)^k\, dt,
       \quad R_1 = \frac{1 + c^2}{2}

    with tau and c^2 of all kinds together. In light traffic a unit that has to wait finds k reviews
    in progress and waits for the first of them to end. F_e is the distribution of the residual
    time of a review in progress; long reviews are met more often. In heavy traffic two moments are
    enough. The weight is

    .. math:: w = u^{\frac{2}{3} \sqrt{k (1 - u)}}

    It is an empirical fit to simulations of the bundled tasks' reviews, with c^2 about 9, which it
    meets within 8 % from 3 to 60 reviewers at utilisations from 0.7 to 0.9
    (``analysis/queue_simulation.py``); times that vary more within a kind were not tried. One
    reviewer, and kinds that are all alike and exponential, are exact. R_0 is that of exponential
    times within a kind where `service_variability` is 1, of constant times where it is 0, and
    linear in it.

    Parameters
    ----------
    servers : array, shape (...)
        Reviewers k [1]; > 0.
    arrivals, service_time : array, shape (..., kind)
        As in `pooled`.
    arrival_variability : array, shape (...)
        c_a^2 [1]; >= 0, 1 for random arrivals.
    service_variability : array, shape (...)
        c_s^2 within each kind [1]; >= 0.

    Returns
    -------
    array, shape (...)
        Mean wait [the unit of time of the arguments]; 0 where nothing arrives.

    Raises
    ------
    InputError
        As in `pooled` and `waiting_probability`.

    References
    ----------
    Burman and Smith (1983), *Mathematics of Operations Research* 8(1), 15-25, for light traffic;
    Koellerstroem (1974), *Journal of Applied Probability* 11(3), 544-552, for heavy traffic
    (access: secondary).

    Examples
    --------
    Ten reviewers for reviews of a minute and some of an hour; two moments alone would give 3.49:

    >>> mixed_wait(10, [0.9, 0.1], [1, 60]).round(2).item()
    2.47
    """
    _, mean, variability = pooled(arrivals, service_time, service_variability[..., np.newaxis])
    rate, time = np.broadcast_arrays(arrivals, service_time)
    load = (rate * time).sum(axis=-1)
    exponential = mean_wait(servers, load, mean)
    count = np.broadcast_to(servers, exponential.shape)
    light = _light_traffic_ratio(count, rate * time, time, service_variability, mean)
    heavy = (1 + variability) / 2
    utilisation = load / count
    weight = utilisation ** (STEEPNESS * np.sqrt(count * (1 - utilisation)))
    spread = (arrival_variability + variability) / (1 + variability)
    return spread * exponential * light ** (1 - weight) * heavy**weight


def _light_traffic_ratio(
    count: np.ndarray,
    load: np.ndarray,
    time: np.ndarray,
    variability: np.ndarray,
    mean: np.ndarray,
) -> np.ndarray:
    """R_0 of `mixed_wait`: k over the mean review time, times the mean of the first end of k."""
    total = load.sum(axis=-1, keepdims=True)
    share = np.divide(load, total, out=np.zeros_like(load), where=total > 0)
    busy = total[..., 0] > 0
    exponential, constant = (
        _first_exponential(count, share, time),
        _first_constant(count, share, time),
    )
    first = constant + variability * (exponential - constant)
    return np.where(busy, first * count / np.where(busy, mean, 1.0), 1.0)


def _first_exponential(count: np.ndarray, share: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Mean time until the first of k reviews in progress ends, for exponential times of each kind.

    The integral of (sum share exp(-t/time))^k over t, by the trapezoidal rule in ln(t k / scale),
    where scale is the harmonic mean of the kinds' times: the substitution makes the integrand
    vanish smoothly at both ends, where the rule converges exponentially.
    """
    kinds = share.shape[-1]
    counts, shares, times = (
        writable_rows(values.reshape(shape))
        for values, shape in ((count, -1), (share, (-1, kinds)), (time, (-1, kinds)))
    )
    inverse = np.divide(shares, times, out=np.zeros_like(shares), where=shares > 0).sum(axis=-1)
    relative = np.maximum(counts, 1.0) * times.max(axis=-1, initial=0.0) * inverse
    last = np.ceil((float(np.log(relative.max(initial=1.0))) + LONGEST) / STEP)
    point = np.exp(np.arange(-SHORTEST / STEP, last) * STEP)
    first = np.empty(len(shares))
    first_ends(counts, shares, times, point, STEP, first)
    return first.reshape(count.shape)


def _first_constant(count: np.ndarray, share: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Mean time until the first of k reviews in progress ends, for a constant time of each kind.

    The integral of (sum share (1 - t/time)+)^k over t, in closed form: the sum is linear in t
    between consecutive review times.
    """
    order = np.argsort(time, axis=-1)
    ends, parts = (np.take_along_axis(values, order, axis=-1) for values in (time, share))
    pace = np.divide(parts, ends, out=np.zeros_like(parts), where=parts > 0)
    # Sums over the kinds whose reviews last at least until the end of each interval.
    intercept, slope = (
        np.cumsum(values[..., ::-1], axis=-1)[..., ::-1] for values in (parts, pace)
    )
    starts = np.concatenate([np.zeros_like(ends[..., :1]), ends[..., :-1]], axis=-1)
    first, last = (np.maximum(intercept - slope * t, 0.0) for t in (starts, ends))
    power = count[..., np.newaxis] + 1
    area = np.divide(
        first**power - last**power, power * slope, out=np.zeros_like(first), where=slope > 0
    )
    return np.asarray(area.sum(axis=-1))


@ranges(throughput="[0, inf)", time="[0, inf)")
def in_progress(throughput: Real, time: Real) -> np.ndarray:
    """Mean number of units in a system, throughput times mean time: Little's law.

    Parameters
    ----------
    throughput : array
        Units that arrive, and leave [1 per unit of time]; >= 0.
    time : array
        Mean time that a unit spends in the system [that unit of time]; >= 0. With the mean wait,
        the result is the number that waits.

    Returns
    -------
    array
        Units [1].

    References
    ----------
    Little (1961), *Operations Research* 9(3), 383-387 (access: secondary).

    Examples
    --------
    >>> round(float(in_progress(9, mean_wait(10, load=9))), 3)
    6.019
    """
    return throughput * time


@ranges(hours_per_day="(0, 24]", days_per_week="[1, 7]")
def off_hours_wait(hours_per_day: Real, days_per_week: Real) -> np.ndarray:
    r"""Mean wait until a reviewer is at work, for units that arrive at any hour of the week.

    A reviewer works H consecutive hours on D consecutive days. Between them lie D - 1 nights of
    g = 24 - H hours and a weekend of G = g + 24 (7 - D) hours. An arrival falls into a gap of
    length g with probability g/168 and then waits g/2 on average, so that

    .. math:: E[\mathrm{wait}] = \frac{(D - 1)\, g^2 + G^2}{2 \cdot 168}

    Queues are not included, nor reviews that are interrupted by the end of a day.

    Parameters
    ----------
    hours_per_day : array
        H [h]; in (0, 24].
    days_per_week : array
        D [1]; whole numbers from 1 to 7.

    Returns
    -------
    array
        Mean wait [h]; 0 for work round the clock.

    Raises
    ------
    InputError
        If a number of days is not whole.

    Examples
    --------
    >>> off_hours_wait([8, 24], days_per_week=[5, 7]).round(2).tolist()
    [15.24, 0.0]
    """
    fractional = days_per_week[days_per_week != np.floor(days_per_week)]
    if fractional.size:
        raise InputError(f"days_per_week must be whole numbers; found {fractional[0]:g}")
    night = HOURS_PER_DAY - hours_per_day
    weekend = night + HOURS_PER_DAY * (DAYS_PER_WEEK - days_per_week)
    hours_per_week = HOURS_PER_DAY * DAYS_PER_WEEK
    return ((days_per_week - 1) * night**2 + weekend**2) / (2 * hours_per_week)
