r"""A pause: where it starts, what grows during it, and the risk of the work done in it.

Takeover risk grows with capability, r = e^(a + b C) per month, with C in orders of magnitude of
effective compute above the present. For a tolerated risk r*,

    pause point             C* = (ln r* - a) / b,    z sd / b lower to be confident of it
    accumulated risk        1 - exp(-integral of r dt)

While capability stands still, productivity may grow at a rate g, with the mean multiplier
(e^(gX) - 1)/(gX); and preparation may make more work safe to automate, dW/dt = a (1 + W/W0)^theta.
For theta above 1 the solution diverges at a finite date, which is reported instead of a number.

Arguments are numbers or arrays and broadcast. An argument outside its range raises an
`InputError`, from the decorator of the function.

Source: docs, mechanisms 6, 8, 10, 35, 38 to 40, 47, 50 and 62; Finnveden (2023); Kwa (shortform)
for the choice among models.
"""

from __future__ import annotations

import numpy as np

from taskmodel.errors import InputError, RunawayError
from taskmodel.numerics.normal import normal_cdf, normal_quantile
from taskmodel.numerics.ranges import Real, ranges, within

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
    "sweet_spot",
    "takeover_risk",
    "target_risk",
]


@ranges(capability="(-inf, inf)", intercept="(-inf, inf)", slope="(-inf, inf)")
def takeover_risk(capability: Real, intercept: Real, slope: Real) -> np.ndarray:
    """Risk per month of using AI of a capability, r = e^(a + b C).

    Parameters
    ----------
    capability : array
        C [orders of magnitude of effective compute].
    intercept, slope : array
        a [ln(1/month)] and b [per order of magnitude].

    Returns
    -------
    array
        r [1/month].

    Examples
    --------
    >>> takeover_risk([0, 1], -9.21034, 2.302585).round(5).tolist()
    [0.0001, 0.001]
    """
    return np.exp(intercept + slope * capability)


@ranges(tolerated="(0, 1]", intercept="(-inf, inf)")
def pause_point(tolerated: Real, intercept: Real, slope: Real) -> np.ndarray:
    """Capability above which the risk exceeds what is tolerated, C* = (ln r* - a) / b.

    Parameters
    ----------
    tolerated : array
        r* [1/month]; in (0, 1].
    intercept, slope : array
        a and b of `takeover_risk`; b > 0.

    Returns
    -------
    array
        C* [orders of magnitude of effective compute].

    Raises
    ------
    InputError
        If a slope is not above 0: the risk then never crosses r* from below.

    Examples
    --------
    >>> pause_point([0.001, 0.01], -9.21034, 2.302585).round(4).tolist()
    [1.0, 2.0]
    """
    slope = np.asarray(slope, dtype=float)
    if not (slope > 0).all():
        raise InputError(
            f"slope must be above 0, found {slope[~(slope > 0)].flat[0]:g}: risk that does not "
            "grow with capability never crosses the tolerated risk, and there is no point at which "
            "to pause"
        )
    return (np.log(tolerated) - intercept) / within("(0, inf)", "slope", slope)


@ranges(sd="[0, inf)", slope="(0, inf)", productivity_slope="[0, inf)")
def confidence_margin(
    sd: Real, confidence: Real, slope: Real, productivity_slope: Real
) -> tuple[np.ndarray, np.ndarray]:
    """Cost of confidence in the safety of AI: capability and productivity given up.

    Parameters
    ----------
    sd : array
        Standard deviation of the logarithm of the estimated risk [1]; >= 0.
    confidence : array
        Probability that the risk is below what is tolerated [1]; in (0, 1).
    slope : array
        b, increase of ln r per order of magnitude [1]; > 0.
    productivity_slope : array
        Orders of magnitude of productivity per order of magnitude of compute [1]; >= 0.

    Returns
    -------
    margin, factor : array
        Orders of magnitude of effective compute, and the divisor of productivity [1].

    Examples
    --------
    >>> [value.round(2).item() for value in confidence_margin(1, 0.95, 2.302585, 0.5)]
    [0.71, 2.28]
    """
    margin = normal_quantile(confidence) * sd / slope
    return margin, 10 ** (margin * productivity_slope)


@ranges(bias="(-inf, inf)", sd="(0, inf)", margin="(-inf, inf)")
def misjudged(bias: Real, sd: Real, margin: Real) -> np.ndarray:
    """Probability that the true risk exceeds what is tolerated while the estimate does not.

    Parameters
    ----------
    bias : array
        Mean of ln(estimated/true risk) [1]; negative if risk is underestimated.
    sd : array
        Its standard deviation [1]; > 0.
    margin : array
        ln(tolerated/estimated risk) [1].

    Returns
    -------
    array
        Probability [1].

    Examples
    --------
    >>> misjudged([0, -1], 1, 1.6448536).round(3).tolist()
    [0.05, 0.26]
    """
    return normal_cdf(-(margin + bias) / sd)


@ranges(
    helps="(-inf, inf)",
    endangers="(-inf, inf)",
    sd_helps="[0, inf)",
    sd_endangers="[0, inf)",
    correlation="[-1, 1]",
    pace="(0, inf)",
)
def sweet_spot(
    helps: Real,
    endangers: Real,
    sd_helps: Real,
    sd_endangers: Real,
    correlation: Real,
    pace: Real,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Window in which AI is capable enough to help and not yet capable enough to endanger.

    Parameters
    ----------
    helps, endangers : array
        Means of the two capability thresholds, jointly normal [orders of magnitude of effective
        compute].
    sd_helps, sd_endangers : array
        Their standard deviations; >= 0. The width of the window must be uncertain.
    correlation : array
        Of the two [1]; in [-1, 1].
    pace : array
        Of progress [orders of magnitude per month]; > 0.

    Returns
    -------
    width, probability, months : array
        Mean width [orders of magnitude], probability of a positive width [1], and time in which
        progress passes the mean width [month]; 0 if that is negative.

    References
    ----------
    Carlsmith (2025), AI for AI safety.

    Examples
    --------
    >>> [value.round(3).item() for value in sweet_spot(2, 3, 1, 1, 0.5, 0.1)]
    [1.0, 0.841, 10.0]
    """
    width = endangers - helps
    variance = sd_helps**2 + sd_endangers**2 - 2 * correlation * sd_helps * sd_endangers
    sd = np.sqrt(within("(0, inf)", "variance of the width", variance))
    return width, normal_cdf(width / sd), np.maximum(width, 0.0) / pace


@ranges(growth="(-inf, 700]")
def growth_multiplier(growth: Real) -> np.ndarray:
    """Ratio of mean to initial productivity where it grows as e^(g t), (e^(gX) - 1) / (gX).

    Parameters
    ----------
    growth : array
        gX, growth rate times length [1]; in (-inf, 700].

    Returns
    -------
    array
        Multiplier [1]; 1 without growth.

    Examples
    --------
    >>> growth_multiplier([0, 3.615, 6.475, 9.118]).round(1).tolist()
    [1.0, 10.0, 100.0, 999.9]
    """
    return np.divide(np.expm1(growth), growth, where=growth != 0, out=np.ones(growth.shape))


@ranges(multiplier="[1, 1e300]")
def growth_for_multiplier(multiplier: Real) -> np.ndarray:
    """Growth gX for a multiplier, the inverse of `growth_multiplier`; gX / ln 2 is in doublings.

    Parameters
    ----------
    multiplier : array
        Ratio of mean to initial productivity [1]; in [1, 1e300].

    Returns
    -------
    array
        gX [1].

    Examples
    --------
    >>> growth = growth_for_multiplier([1, 10, 100, 1000])
    >>> growth.round(3).tolist(), (growth / 0.6931472).round(2).tolist()
    ([0.0, 3.615, 6.475, 9.118], [0.0, 5.22, 9.34, 13.15])
    """
    low, high = np.zeros(multiplier.shape), np.full(multiplier.shape, 700.0)
    # The closed form by Lambert's W loses half of all digits near 1, its branch point; 80 halvings
    # of 700 end below the spacing of floats.
    for _ in range(80):
        middle = 0.5 * (low + high)
        below = growth_multiplier(middle) < multiplier
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.where(multiplier == 1, 0.0, 0.5 * (low + high))


@ranges(months="[0, inf)", scale="(0, inf)")
def prepared_work(
    prior: Real, months: Real, theta: Real, rate: Real = 1.0, scale: Real = 1.0
) -> np.ndarray:
    r"""Work in a pause where earlier work, before and in the pause, makes more of it possible.

    .. math:: \frac{dW}{dt} = a (1 + W / W_0)^\theta

    Parameters
    ----------
    prior : array
        W at the start [unit]; >= 0.
    months : array
        Length of the pause [month]; >= 0.
    theta : array
        Returns to preparation [1]; >= 0. 0: none; 1: exponential growth; above: divergence.
    rate : array
        a, work per month without preparation [unit/month]; > 0.
    scale : array
        W0 [unit]; > 0.

    Returns
    -------
    array
        Work in the pause, without the prior [unit].

    Raises
    ------
    RunawayError
        If the work diverges within the pause, or exceeds the largest float.

    Examples
    --------
    >>> prepared_work([0, 1, 2], 3, 0.5).round(2).tolist(), prepared_work(0, 3, 1).round(2).item()
    ([5.25, 6.49, 7.45], 19.09)
    """
    date, longest = blow_up_date(prior, theta, rate, scale), float(np.max(months))
    if np.any(date <= months):
        first = float(np.min(np.where(date <= months, date, np.inf)))
        raise RunawayError(
            f"preparation blows up {first:.3g} months into a pause of {longest:.3g}: with theta "
            "above 1 work makes more work possible without end; shorten the pause, or take theta "
            "of at most 1"
        )
    power = 1 - np.asarray(theta, dtype=float)
    start = 1 + np.asarray(prior, dtype=float) / scale
    clock = np.asarray(rate, dtype=float) / scale * months
    # With p = 1 - theta the solution is (start^p + p clock)^(1/p) - start. In logarithms, nothing
    # cancels as p or the clock tends to 0. Overflow is left to the check of the result.
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        added = clock * start**-power
        folds = np.where(
            power == 0, added, np.log1p(power * added) / np.where(power == 0, 1.0, power)
        )
        work = scale * start * np.expm1(folds)
    if not np.isfinite(work).all():
        raise RunawayError(
            f"preparation makes more of a pause of {longest:.3g} than any number can hold; "
            "shorten it, or lower theta"
        )
    return work


@ranges(prior="[0, inf)", theta="[0, inf)", rate="(0, inf)", scale="(0, inf)")
def blow_up_date(prior: Real, theta: Real, rate: Real = 1.0, scale: Real = 1.0) -> np.ndarray:
    """Months after which the work of `prepared_work` diverges.

    Parameters
    ----------
    prior, theta, rate, scale : array
        As in `prepared_work`.

    Returns
    -------
    array
        (1 + W/W0)^(1 - theta) W0 / (a (theta - 1)) [month]; inf for theta of at most 1.

    Examples
    --------
    >>> blow_up_date([0, 1], [1, 1.5]).round(3).tolist()
    [inf, 1.414]
    """
    excess, pace, start = np.broadcast_arrays(theta - 1, rate / scale, 1 + prior / scale)
    power = np.where(excess > 0, excess, 1.0)
    return np.where(excess > 0, start**-power / (pace * power), np.inf)


@ranges(risk="[0, inf)", time="[0, inf)")
def accumulated_risk(risk: Real, time: Real) -> np.ndarray:
    """Probability of at least one event at a constant rate, 1 - e^(-r t).

    Parameters
    ----------
    risk : array
        r, of a takeover, or of a slip in the execution of a plan [1/month, or 1 per step];
        >= 0.
    time : array
        t [month, or number of steps]; >= 0.

    Returns
    -------
    array
        Probability [1].

    Examples
    --------
    >>> accumulated_risk(0.05 / 12, [6, 12, 24]).round(4).tolist()
    [0.0247, 0.0488, 0.0952]
    """
    return -np.expm1(-risk * time)


@ranges(risk="[0, inf)", speedup="(0, inf)")
def risk_per_work(risk: Real, speedup: Real) -> np.ndarray:
    """Risk per unit of work, r / S: the criterion among models where time is free.

    Parameters
    ----------
    risk : array
        r [1/month]; >= 0.
    speedup : array
        S, work per month [unit/month]; > 0.

    Returns
    -------
    array
        [1/unit].

    Examples
    --------
    >>> risk_per_work([0.002, 0.01, 0.05], [10, 20, 40]).tolist()
    [0.0002, 0.0005, 0.00125]
    """
    return risk / speedup


@ranges(target="[0, inf)", speedup="(0, inf)", yearly_risk="[0, inf)")
def target_risk(target: Real, speedup: Real, yearly_risk: Real) -> tuple[np.ndarray, np.ndarray]:
    """Years that a model takes for an amount of work, and the risk accumulated in them.

    Parameters
    ----------
    target : array
        Amount of work [research-year]; >= 0.
    speedup : array
        Research-years per year [1]; > 0.
    yearly_risk : array
        [1/year]; >= 0.

    Returns
    -------
    years, risk : array
        [year] and probability [1].

    References
    ----------
    Kwa, shortform on pauses (access: secondary).

    Examples
    --------
    >>> years, risk = target_risk(20, [10, 20, 40], [0.002, 0.01, 0.05])
    >>> years.tolist(), risk.round(4).tolist()
    ([2.0, 1.0, 0.5], [0.004, 0.01, 0.0247])
    """
    years = target / speedup
    return years, accumulated_risk(yearly_risk, years)


@ranges(work="(-inf, inf)", risk="(-inf, inf)")
def efficient(work: Real, risk: Real) -> np.ndarray:
    """Pareto-efficient choices: no other choice has more work at as little risk, or less risk.

    Parameters
    ----------
    work, risk : array, shape (choice,)
        Of each choice.

    Returns
    -------
    array of bool, shape (choice,)

    Examples
    --------
    >>> efficient([10, 20, 15], [0.002, 0.01, 0.02]).tolist()
    [True, True, False]
    """
    no_worse = (work >= work[:, None]) & (risk <= risk[:, None])
    better = (work > work[:, None]) | (risk < risk[:, None])
    return ~(no_worse & better).any(axis=1)


@ranges(
    months="[0, inf)",
    works="(0, inf)",
    reaches="[0, inf)",
    productivity="(0, inf)",
    productivity_slope="[0, inf)",
)
def climb(
    months: Real, works: Real, reaches: Real, productivity: Real, productivity_slope: Real
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Progress on a sequence of safety methods before a window closes.

    Each method makes AI safe up to a level of capability, and is developed by AI of the level
    before.

    Parameters
    ----------
    months : array
        Until the window closes [month]; >= 0.
    works : array, shape (method,)
        Work that each method takes [any unit]; > 0.
    reaches : array, shape (method,)
        Capability that each adds to what is safe [orders of magnitude of effective
        compute]; >= 0.
    productivity : array, shape ()
        Work per month at the first level [unit/month]; > 0.
    productivity_slope : array, shape ()
        Orders of magnitude of productivity per order of magnitude of capability [1]; >= 0.

    Returns
    -------
    methods, capability, remaining : array
        Number of methods completed, highest safe level above the first [orders of magnitude], and
        months of the window that remain.

    Raises
    ------
    InputError
        If works and reaches differ in length.

    Examples
    --------
    >>> methods, level, remaining = climb(6, [10, 40, 400], [1, 1, 1], 5, 0.5)
    >>> methods.item(), level.item(), remaining.round(2).item()
    (2, 2.0, 1.47)
    """
    if works.shape != reaches.shape:
        raise InputError(
            f"works and reaches must be of one length; found {len(works)} and {len(reaches)}"
        )
    levels = np.append(0.0, np.cumsum(reaches))
    durations = works / (productivity * 10 ** (productivity_slope * levels[:-1]))
    ends = np.append(0.0, np.cumsum(durations))
    methods = np.asarray(np.searchsorted(ends, months, side="right") - 1)
    return methods, levels[methods], months - ends[methods]
