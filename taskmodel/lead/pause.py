r"""A pause: where it begins, what grows while it lasts, and what it risks.

Takeover risk grows with capability, r = e^(a + b C) per month, C in powers of ten of effective compute. With r* tolerated

    pause point             C* = (ln r* - a) / b             z sd / b lower if r is known to e^(+-sd) and one wants to be sure
    risk run                1 - exp(-integral of r dt)

While capability stands still, what it is worth may grow: by efficiency, mean multiplier (e^(gX) - 1)/(gX), and by
preparation, dW/dt = a (1 + W/W0)^theta, where work done makes more of it safe to hand over. Above theta = 1 that has no
end: it blows up on a date, and the date is reported in place of a number.

Source: docs, mechanisms 6, 8, 10, 35, 38 to 40, 47 and 50; Finnveden (2023); Kwa (shortform) for the ladder.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError, RunawayError
from taskmodel.numerics.chances import chance_by
from taskmodel.numerics.normal import normal_cdf, normal_quantile
from taskmodel.numerics.ranges import within

__all__ = [
    "accumulated_risk",
    "blow_up_date",
    "climb",
    "confidence_margin",
    "efficient",
    "growth_for_multiplier",
    "growth_multiplier",
    "misjudged",
    "pause_point",
    "prepared_work",
    "risk_per_work",
    "rung",
    "sweet_spot",
    "takeover_risk",
]


def takeover_risk(capability: ArrayLike, intercept: ArrayLike, slope: ArrayLike) -> np.ndarray:
    """Risk per month of AI of a capability, r = e^(a + b C).

    Parameters
    ----------
    capability : array
        C [powers of ten of effective compute].
    intercept, slope : array
        a [ln(1/month)] and b [per power of ten]; finite.

    Returns
    -------
    array
        r [1/month].

    Raises
    ------
    InputError
        If an argument is not finite.

    Examples
    --------
    >>> takeover_risk([0, 1], -9.21034, 2.302585).round(5).tolist()
    [0.0001, 0.001]
    """
    line = within("(-inf, inf)", "intercept", intercept)
    rise = within("(-inf, inf)", "slope", slope) * within("(-inf, inf)", "capability", capability)
    return np.asarray(np.exp(line + rise))


def pause_point(tolerated: ArrayLike, intercept: ArrayLike, slope: ArrayLike) -> np.ndarray:
    """Capability from which on progress is more dangerous than tolerated, C* = (ln r* - a) / b.

    Parameters
    ----------
    tolerated : array
        r* [1/month]; in (0, 1].
    intercept, slope : array
        a and b of `takeover_risk`.

    Returns
    -------
    array
        C* [powers of ten of effective compute].

    Raises
    ------
    InputError
        If an argument is out of its range, or the slope is not positive: such a curve never crosses what is tolerated from below.

    Examples
    --------
    >>> pause_point([0.001, 0.01], -9.21034, 2.302585).round(4).tolist()
    [1.0, 2.0]
    """
    bound = within("(0, 1]", "tolerated", tolerated)
    rise = np.asarray(slope, dtype=float)
    if not (rise > 0).all():
        raise InputError(
            f"slope must be above 0, found {rise[~(rise > 0)].flat[0]:g}: risk that does not grow with capability never crosses "
            "the tolerated risk, and there is no point at which to pause"
        )
    return np.asarray(
        (np.log(bound) - within("(-inf, inf)", "intercept", intercept))
        / within("(0, inf)", "slope", rise)
    )


def confidence_margin(
    sd: ArrayLike, confidence: ArrayLike, slope: ArrayLike, productivity_slope: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """What it costs to be confident that AI is safe, over its being so: capability given up, and productivity lost.

    Parameters
    ----------
    sd : array
        Standard deviation of the logarithm of the risk as estimated [1]; >= 0.
    confidence : array
        Probability with which the risk is to be below what is tolerated [1]; in (0, 1).
    slope : array
        b, growth of ln r per power of ten [1]; > 0.
    productivity_slope : array
        Powers of ten of productivity per power of ten of compute [1]; >= 0.

    Returns
    -------
    given_up, factor : array
        Powers of ten of effective compute, and by what productivity is divided [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> [value.round(2).item() for value in confidence_margin(1, 0.95, 2.302585, 0.5)]
    [0.71, 2.28]
    """
    z = normal_quantile(confidence)
    given_up = z * within("[0, inf)", "sd", sd) / within("(0, inf)", "slope", slope)
    return np.asarray(given_up), np.asarray(
        10 ** (given_up * within("[0, inf)", "productivity_slope", productivity_slope))
    )


def misjudged(bias: ArrayLike, sd: ArrayLike, margin: ArrayLike) -> np.ndarray:
    """Probability of being over the line while believing oneself on the safe side of it.

    Parameters
    ----------
    bias : array
        Mean of ln of the estimated over the true risk [1]; below 0: risk is underestimated.
    sd : array
        Its standard deviation [1]; > 0.
    margin : array
        ln of the tolerated over the estimated risk [1].

    Returns
    -------
    array
        P(true risk > tolerated) [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> misjudged([0, -1], 1, 1.6448536).round(3).tolist()
    [0.05, 0.26]
    """
    room = within("(-inf, inf)", "margin", margin) + within("(-inf, inf)", "bias", bias)
    return np.asarray(normal_cdf(-room / within("(0, inf)", "sd", sd)))


def sweet_spot(
    helps: ArrayLike,
    endangers: ArrayLike,
    sd_helps: ArrayLike,
    sd_endangers: ArrayLike,
    correlation: ArrayLike,
    pace: ArrayLike,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Is AI capable enough to help before it is capable enough to endanger? Width of that window, its chance, and time in it.

    Parameters
    ----------
    helps, endangers : array
        Means of the capability from which AI helps, and from which it endangers, normal [powers of ten of effective compute].
    sd_helps, sd_endangers : array
        Their standard deviations; >= 0, one of them above 0.
    correlation : array
        Between the two [1]; in [-1, 1].
    pace : array
        Of progress [per month]; > 0.

    Returns
    -------
    width, probability, months : array
        Mean width [powers of ten], probability that there is a window [1], and months to pass its mean width, 0 if it has none.

    Raises
    ------
    InputError
        If an argument is out of its range, or the two are apart by a certain amount.

    References
    ----------
    Carlsmith (2025), AI for AI safety.

    Examples
    --------
    >>> [value.round(3).item() for value in sweet_spot(2, 3, 1, 1, 0.5, 0.1)]
    [1.0, 0.841, 10.0]
    """
    width = within("(-inf, inf)", "endangers", endangers) - within("(-inf, inf)", "helps", helps)
    one, other = (
        within("[0, inf)", "sd_helps", sd_helps),
        within("[0, inf)", "sd_endangers", sd_endangers),
    )
    variance = one**2 + other**2 - 2 * within("[-1, 1]", "correlation", correlation) * one * other
    chance = normal_cdf(width / np.sqrt(within("(0, inf)", "variance of the width", variance)))
    return (
        np.asarray(width),
        chance,
        np.asarray(np.maximum(width, 0.0) / within("(0, inf)", "pace", pace)),
    )


def growth_multiplier(growth: ArrayLike) -> np.ndarray:
    """Mean over initial productivity where it grows by e^(gX) in the pause, (e^(gX) - 1) / (gX).

    Parameters
    ----------
    growth : array
        gX, growth rate times length [1]; at most 700.

    Returns
    -------
    array
        Multiplier [1]; 1 at no growth.

    Raises
    ------
    InputError
        If the growth is out of its range.

    Examples
    --------
    >>> growth_multiplier([0, 3.615, 6.475, 9.118]).round(1).tolist()
    [1.0, 10.0, 100.0, 999.9]
    """
    rise = within("(-inf, 700]", "growth", growth)
    return np.divide(np.expm1(rise), rise, where=rise != 0, out=np.ones(rise.shape))


def growth_for_multiplier(multiplier: ArrayLike) -> np.ndarray:
    """Growth gX in the pause for a mean multiplier; over ln 2 it is in doublings. The inverse of `growth_multiplier`.

    Parameters
    ----------
    multiplier : array
        Mean over initial productivity [1]; in [1, 1e300].

    Returns
    -------
    array
        gX [1].

    Raises
    ------
    InputError
        If the multiplier is out of its range.

    Examples
    --------
    >>> growth = growth_for_multiplier([1, 10, 100, 1000])
    >>> growth.round(3).tolist(), (growth / 0.6931472).round(2).tolist()
    ([0.0, 3.615, 6.475, 9.118], [0.0, 5.22, 9.34, 13.15])
    """
    wanted = within("[1, 1e300]", "multiplier", multiplier)
    low, high = np.zeros(wanted.shape), np.full(wanted.shape, 700.0)
    for _ in range(80):  # halves 700 to below the spacing of floats
        middle = 0.5 * (low + high)
        below = growth_multiplier(middle) < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.where(wanted == 1, 0.0, 0.5 * (low + high))


def prepared_work(
    prior: ArrayLike,
    months: ArrayLike,
    theta: ArrayLike,
    rate: ArrayLike = 1.0,
    scale: ArrayLike = 1.0,
) -> np.ndarray:
    r"""Work in a pause where work done, before and in it, makes more of it possible.

    .. math:: \frac{dW}{dt} = a (1 + W / W_0)^\theta

    Parameters
    ----------
    prior : array
        W at the start [unit]; >= 0.
    months : array
        Length of the pause [month]; >= 0.
    theta : array
        Returns to preparation [1]; >= 0. 0: none; 1: exponential; above: blows up.
    rate : array
        a, work per month without any before [unit/month]; > 0.
    scale : array
        W0, work that counts as much as what is there without any [unit]; > 0.

    Returns
    -------
    array
        Work in the pause, without the prior [unit].

    Raises
    ------
    InputError
        If an argument is out of its range.
    RunawayError
        If it blows up within the pause, when the message says, or comes to more than a float can hold.

    Examples
    --------
    >>> prepared_work([0, 1, 2], 3, 0.5).round(2).tolist(), prepared_work(0, 3, 1).round(2).item()
    ([5.25, 6.49, 7.45], 19.09)
    """
    unit, length = within("(0, inf)", "scale", scale), within("[0, inf)", "months", months)
    date = blow_up_date(prior, theta, rate, unit)
    if np.any(date <= length):
        first = float(np.min(np.where(date <= length, date, np.inf)))
        raise RunawayError(
            f"preparation blows up {first:.3g} months into a pause of {float(np.max(length)):.3g}: with theta above 1 work makes more "
            "work possible without end; shorten the pause, or take theta of at most 1"
        )
    power = np.asarray(theta, dtype=float)
    start = 1 + np.asarray(prior, dtype=float) / unit
    clock = np.asarray(rate, dtype=float) / unit * length
    rest = 1 - power
    with np.errstate(
        over="ignore", divide="ignore", invalid="ignore"
    ):  # what is beyond any float is told below
        # (start^rest + rest clock)^(1/rest) - start, written so that nothing cancels as rest goes to 0 or the clock does
        added = clock * start**-rest
        folds = np.where(rest == 0, added, np.log1p(rest * added) / np.where(rest == 0, 1.0, rest))
        work = unit * start * np.expm1(folds)
    if not np.isfinite(work).all():
        raise RunawayError(
            f"preparation makes more of a pause of {float(np.max(length)):.3g} than any number can hold; shorten it, or lower theta"
        )
    return np.asarray(work)


def blow_up_date(
    prior: ArrayLike, theta: ArrayLike, rate: ArrayLike = 1.0, scale: ArrayLike = 1.0
) -> np.ndarray:
    """Months after which preparation is without limit, (1 + W/W0)^(1 - theta) W0 / (a (theta - 1)); inf up to theta = 1.

    Parameters
    ----------
    prior, theta, rate, scale : array
        As in `prepared_work`.

    Returns
    -------
    array
        Months.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> blow_up_date([0, 1], [1, 1.5]).round(3).tolist()
    [inf, 1.414]
    """
    excess = within("[0, inf)", "theta", theta) - 1
    pace = within("(0, inf)", "rate", rate) / within("(0, inf)", "scale", scale)
    start = 1 + within("[0, inf)", "prior", prior) / np.asarray(scale, dtype=float)
    excess, pace, start = np.broadcast_arrays(excess, pace, start)
    above = np.where(excess > 0, excess, 1.0)
    return np.asarray(np.where(excess > 0, start**-above / (pace * above), np.inf))


def accumulated_risk(risk: ArrayLike, months: ArrayLike) -> np.ndarray:
    """Risk run in some months at a constant risk per month, 1 - e^(-r t).

    Parameters
    ----------
    risk : array
        r [1/month]; >= 0.
    months : array
        t [month]; >= 0.

    Returns
    -------
    array
        Probability [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> accumulated_risk(0.05 / 12, [6, 12, 24]).round(4).tolist()
    [0.0247, 0.0488, 0.0952]
    """
    return chance_by(within("[0, inf)", "risk", risk), within("[0, inf)", "months", months))


def risk_per_work(risk: ArrayLike, speedup: ArrayLike) -> np.ndarray:
    """Risk of a unit of work, r / S: by it the weakest model wins where time is free.

    Parameters
    ----------
    risk : array
        r [1/month]; >= 0.
    speedup : array
        Work per month [unit/month]; > 0.

    Returns
    -------
    array
        [1/unit].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> risk_per_work([0.002, 0.01, 0.05], [10, 20, 40]).tolist()
    [0.0002, 0.0005, 0.00125]
    """
    return np.asarray(within("[0, inf)", "risk", risk) / within("(0, inf)", "speedup", speedup))


def rung(
    target: ArrayLike, speedup: ArrayLike, yearly_risk: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Years that a model takes for a target, and the risk run in them.

    Parameters
    ----------
    target : array
        Work wanted [research-year]; >= 0.
    speedup : array
        Research-years per year [1]; > 0.
    yearly_risk : array
        Risk [1/year]; >= 0.

    Returns
    -------
    years, risk : array
        [year] and probability [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    References
    ----------
    Kwa, shortform on pauses (access: secondary).

    Examples
    --------
    >>> years, risk = rung(20, [10, 20, 40], [0.002, 0.01, 0.05])
    >>> years.tolist(), risk.round(4).tolist()
    ([2.0, 1.0, 0.5], [0.004, 0.01, 0.0247])
    """
    years = within("[0, inf)", "target", target) / within("(0, inf)", "speedup", speedup)
    return np.asarray(years), accumulated_risk(
        within("[0, inf)", "yearly_risk", yearly_risk), years
    )


def efficient(work: ArrayLike, risk: ArrayLike) -> np.ndarray:
    """Which of several choices are efficient: no other gives as much for less risk, or more for as much.

    Parameters
    ----------
    work, risk : array, shape (choice,)
        What each gives, and risks.

    Returns
    -------
    array of bool, shape (choice,)

    Raises
    ------
    InputError
        If an argument is not finite.

    Examples
    --------
    >>> efficient([10, 20, 15], [0.002, 0.01, 0.02]).tolist()
    [True, True, False]
    """
    gives, risks = within("(-inf, inf)", "work", work), within("(-inf, inf)", "risk", risk)
    as_good = (gives >= gives[:, None]) & (risks <= risks[:, None])
    better = (gives > gives[:, None]) | (risks < risks[:, None])
    return np.asarray(~(as_good & better).any(axis=1))


def climb(
    months: float,
    works: ArrayLike,
    reaches: ArrayLike,
    productivity: float,
    productivity_slope: float,
) -> tuple[int, float, float]:
    """How high a ladder of methods leads, each good up to a level and made by AI of the level before, until the window closes.

    Parameters
    ----------
    months : float
        Until the window closes [month]; >= 0.
    works : array, shape (rung,)
        Work that each method takes [any unit]; > 0.
    reaches : array, shape (rung,)
        Capability that each adds to what is safe [powers of ten of effective compute]; >= 0.
    productivity : float
        Work per month at the first level [unit/month]; > 0.
    productivity_slope : float
        Powers of ten of productivity per power of ten of capability [1]; >= 0.

    Returns
    -------
    rungs : int
        Methods finished.
    capability : float
        Highest safe level above the first [powers of ten].
    left : float
        Months left of the window.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> rungs, level, left = climb(6, [10, 40, 400], [1, 1, 1], 5, 0.5)
    >>> rungs, level, round(left, 2)
    (2, 2.0, 1.47)
    """
    left, level, done = float(within("[0, inf)", "months", months)), 0.0, 0
    start = float(within("(0, inf)", "productivity", productivity))
    slope = float(within("[0, inf)", "productivity_slope", productivity_slope))
    steps = zip(
        within("(0, inf)", "works", works).tolist(),
        within("[0, inf)", "reaches", reaches).tolist(),
        strict=True,
    )
    for work, reach in steps:
        needed = work / (start * 10 ** (slope * level))
        if needed > left:
            break
        left, level, done = left - needed, level + reach, done + 1
    return done, level, left
