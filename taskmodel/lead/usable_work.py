r"""What of automated researchers' work is of use: people who check it, tasks they cannot do, results that are wrong.

Bulk work M of machines (`workforce`) passes through

    supervisors     min(M, H / sigma)                H people, sigma of their time per unit of work
    their clock     w / (w / v + L) c                w of work between two reviews that take L hours
    uncompetitive methods                            min(M / kappa, H / sigma)
    tasks           1/(1 - f) to (1/(1 - f))^(1/(1 - E))   a fraction f automated, elasticity of substitution E
    acceptance      pi rho W                         precision and recall of those who accept results
    experiments     CES(labour^lambda, compute^zeta)

`organisation` holds the full account, task by task; these are its limits in closed form.

Source: docs, mechanisms 15, 16, 28 to 34, 41 to 46, 48, 49, 51 to 54, 64 to 66; Finnveden (2023); Davidson (2023).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.normal import normal_cdf
from taskmodel.numerics.ranges import within

_EXACT = 1e-9  # largest deviation that rounding explains
__all__ = [
    "accepted_work",
    "alignment_before_danger",
    "assisted_supervision",
    "attack_safety",
    "break_even_tax",
    "chance_enough",
    "chance_no_help",
    "directed_work",
    "experiment_limited",
    "gradable_speedup",
    "human_value_left",
    "limited_automation",
    "many_eyes_risk",
    "needed_automation",
    "preparation_gain",
    "reviewed_speed",
    "share_below",
    "supervised_work",
    "supervision_binds_at",
    "supervision_share",
    "unlimited_automation",
    "window_work",
]


def supervised_work(
    work: ArrayLike, supervisors: ArrayLike, share: ArrayLike, tax: ArrayLike = 1.0
) -> np.ndarray:
    """Work that gets both done and supervised: min(M / kappa, H / sigma); arguments broadcast.

    Parameters
    ----------
    work : array
        M, what the machines could do [researcher-months per month]; >= 0.
    supervisors : array
        H [1]; >= 0.
    share : array
        sigma, supervisor's time per unit of work [1]; >= 0, 0: none is needed.
    tax : array
        kappa, compute that a safer method costs, relative to the best [1]; at least 1.

    Returns
    -------
    array
        Work [researcher-months per month]. Humans bind where it is below M / kappa.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> supervised_work(690_000, 600, [0, 0.001, 0.01], tax=[1, 10, 10]).tolist()
    [690000.0, 69000.0, 60000.0]
    """
    able = within("[0, inf)", "work", work) / within("[1, inf)", "tax", tax)
    people, sigma = (
        within("[0, inf)", "supervisors", supervisors),
        within("[0, inf)", "share", share),
    )
    people, sigma = np.broadcast_arrays(people, sigma)
    cap = np.divide(people, sigma, where=sigma > 0, out=np.full(sigma.shape, np.inf))
    return np.asarray(np.minimum(able, cap))


def supervision_binds_at(work: ArrayLike, supervisors: ArrayLike) -> np.ndarray:
    """Largest share of their time per unit of work at which supervisors still keep up, H / M; times 3600: seconds per hour of work.

    Parameters
    ----------
    work : array
        M [researcher-months per month]; > 0.
    supervisors : array
        H [1]; >= 0.

    Returns
    -------
    array
        sigma [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> round(3600 * supervision_binds_at(690_000, 600).item(), 2)
    3.13
    """
    return np.asarray(
        within("[0, inf)", "supervisors", supervisors) / within("(0, inf)", "work", work)
    )


def supervision_share(share: ArrayLike, growth: ArrayLike, done: ArrayLike) -> np.ndarray:
    """Supervisor's time per unit of work as the work becomes alien, sigma e^(gamma W).

    Parameters
    ----------
    share : array
        sigma at the start [1]; >= 0.
    growth : array
        gamma, relative growth per unit of work done [1/unit]; >= 0.
    done : array
        W [unit]; >= 0.

    Returns
    -------
    array
        sigma [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> supervision_share(0.001, 0.5, [0, 2]).round(5).tolist()
    [0.001, 0.00272]
    """
    exponent = within("[0, inf)", "growth", growth) * within("[0, inf)", "done", done)
    return np.asarray(within("[0, inf)", "share", share) * np.exp(exponent))


def assisted_supervision(share: ArrayLike, assist: ArrayLike, settled: ArrayLike) -> np.ndarray:
    """Supervisor's time per unit of work with AI help, such as debate, on the questions that it can settle.

    Parameters
    ----------
    share : array
        sigma without help [1]; >= 0.
    assist : array
        a, how many times less time a settled question takes [1]; at least 1.
    settled : array
        Share of questions that help can settle [1]; in [0, 1].

    Returns
    -------
    array
        sigma (1 - s + s / a) [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> assisted_supervision(0.01, 10, [0, 0.8, 1]).round(4).tolist()
    [0.01, 0.0028, 0.001]
    """
    part = within("[0, 1]", "settled", settled)
    return np.asarray(
        within("[0, inf)", "share", share)
        * (1 - part + part / within("[1, inf)", "assist", assist))
    )


def reviewed_speed(
    stream_speedup: ArrayLike, work_per_review: ArrayLike, latency: ArrayLike, clock: ArrayLike
) -> np.ndarray:
    """Serial speed where every so much work waits for a review: w / (w / v + L) c; arguments broadcast.

    Parameters
    ----------
    stream_speedup : array
        v / q, work of a researcher per wall-clock hour [h/h]; > 0.
    work_per_review : array
        w, work between two reviews [h of a researcher]; > 0.
    latency : array
        L, wall-clock wait for a review [h]; >= 0.
    clock : array
        Wall-clock hours per working hour of a person [1]; at least 1.

    Returns
    -------
    array
        Researcher-months per month [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> reviewed_speed(5, 40, [0, 8, 24, 72], 3).tolist()
    [15.0, 7.5, 3.75, 1.5]
    """
    work = within("(0, inf)", "work_per_review", work_per_review)
    wall = work / within("(0, inf)", "stream_speedup", stream_speedup) + within(
        "[0, inf)", "latency", latency
    )
    return np.asarray(work / wall * within("[1, inf)", "clock", clock))


def break_even_tax(work: ArrayLike, people: ArrayLike) -> np.ndarray:
    """Compute tax at which AI's work is no more than that of people without it, M / H.

    Parameters
    ----------
    work : array
        M at no tax [researcher-months per month]; >= 0.
    people : array
        Researchers [1]; > 0.

    Returns
    -------
    array
        kappa [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> break_even_tax(690_000, 600).item()
    1150.0
    """
    return np.asarray(within("[0, inf)", "work", work) / within("(0, inf)", "people", people))


def limited_automation(fraction: ArrayLike) -> np.ndarray:
    """Speed-up where AI does a fraction of tasks in step with the rest, 1 / (1 - f).

    Parameters
    ----------
    fraction : array
        f, share of tasks automated [1]; in [0, 1).

    Returns
    -------
    array
        Speed-up [1].

    Raises
    ------
    InputError
        If the fraction is outside [0, 1): with nothing left to people machines are the limit.

    References
    ----------
    Davidson (2023), What a compute-centric framework says about takeoff speeds.

    Examples
    --------
    >>> limited_automation([0, 0.5, 0.95]).round(9).tolist()
    [1.0, 2.0, 20.0]
    """
    return np.asarray(1 / (1 - within("[0, 1)", "fraction", fraction)))


def unlimited_automation(fraction: ArrayLike, rho: ArrayLike) -> np.ndarray:
    r"""Speed-up where automated tasks are free, as much as anyone likes of them, and people turn to the rest.

    .. math:: (1 - f)^{-(1 + 1 / (-\rho))}

    Parameters
    ----------
    fraction : array
        f [1]; in [0, 1).
    rho : array
        CES exponent between tasks, 1 - 1/elasticity [1]; below 0. To -inf: as `limited_automation`.

    Returns
    -------
    array
        Speed-up [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    References
    ----------
    Davidson (2023).

    Examples
    --------
    >>> unlimited_automation([0.2, 0.5], -0.5).round(2).tolist()
    [1.95, 8.0]
    """
    return np.asarray(limited_automation(fraction) ** (1 - 1 / within("[-inf, 0)", "rho", rho)))


def needed_automation(speedup: ArrayLike, rho: ArrayLike = -np.inf) -> np.ndarray:
    """Share of tasks to automate for a speed-up; the inverse of `unlimited_automation`, at -inf that of `limited_automation`.

    Parameters
    ----------
    speedup : array
        At least 1 [1].
    rho : array
        CES exponent between tasks [1]; below 0.

    Returns
    -------
    array
        f [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> needed_automation([3, 15]).round(4).tolist(), needed_automation([3, 15], -0.5).round(4).tolist()
    ([0.6667, 0.9333], [0.3066, 0.5945])
    """
    exponent = 1 / (1 - 1 / within("[-inf, 0)", "rho", rho))
    return np.asarray(1 - within("[1, inf)", "speedup", speedup) ** -exponent)


def share_below(weights: ArrayLike, lengths: ArrayLike, longest: ArrayLike) -> np.ndarray:
    """Share of work that is in tasks no longer than AI can do: f of a t-AGI.

    Parameters
    ----------
    weights : array, shape (task,)
        Share of work in each task [1]; >= 0, and no more than 1 together: what is in none is beyond AI.
    lengths : array, shape (task,)
        Time it takes a person [h]; > 0.
    longest : array, shape (...)
        t, length of the longest task that AI can do [h]; >= 0.

    Returns
    -------
    array, shape (...)
        f [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    References
    ----------
    Ngo (2023), Clarifying and predicting AGI.

    Examples
    --------
    >>> share_below([0.5, 0.3, 0.2], [1, 8, 40], [0.5, 8, 100]).tolist()
    [0.0, 0.8, 1.0]
    """
    share, length = within("[0, 1]", "weights", weights), within("(0, inf)", "lengths", lengths)
    if share.sum() > 1 + _EXACT:
        raise InputError(f"weights must sum to at most 1; found {share.sum():g}")
    able = within("[0, inf]", "longest", longest)[..., np.newaxis] >= length
    return np.asarray((share * able).sum(axis=-1))


def gradable_speedup(share: ArrayLike, speedup: ArrayLike) -> np.ndarray:
    """Speed-up where only a share of the work is well-scoped enough to be sped up: 1 / (1 - phi + phi / S).

    Parameters
    ----------
    share : array
        phi [1]; in [0, 1].
    speedup : array
        S on that share [1]; > 0, inf allowed.

    Returns
    -------
    array
        Speed-up [1]; inf where all of it is without limit.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> gradable_speedup([0, 0.5, 0.9], 10).round(2).tolist()
    [1.0, 1.82, 5.26]
    """
    part = within("[0, 1]", "share", share)
    left = 1 - part + part / within("(0, inf]", "speedup", speedup)
    return np.divide(1.0, left, where=left > 0, out=np.full(left.shape, np.inf))


def preparation_gain(share: ArrayLike, speedup: ArrayLike, gain: ArrayLike) -> np.ndarray:
    """What a unit of work beforehand gives later where it makes more of the rest well-scoped: d(1/(1-phi+phi/S)) per unit.

    Parameters
    ----------
    share, speedup : array
        As in `gradable_speedup`; S at least 1.
    gain : array
        d phi per unit of earlier work [1/unit]; >= 0.

    Returns
    -------
    array
        Gain in speed-up per unit [1/unit].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> preparation_gain([0.5, 0.9], 10, 0.01).round(3).tolist()
    [0.03, 0.249]
    """
    slope = 1 - 1 / within("[1, inf]", "speedup", speedup)
    return np.asarray(
        gradable_speedup(share, speedup) ** 2 * slope * within("[0, inf)", "gain", gain)
    )


def human_value_left(people: ArrayLike, machines: ArrayLike) -> np.ndarray:
    """Share of all work that people did, W_h / (W_h + W_a): what of their early work is not made obsolete.

    Parameters
    ----------
    people, machines : array
        Work of either [any one unit]; >= 0, not both 0.

    Returns
    -------
    array
        Share [1].

    Raises
    ------
    InputError
        If an argument is out of its range, or both are 0.

    Examples
    --------
    >>> human_value_left(10, [0, 90]).tolist()
    [1.0, 0.1]
    """
    ours, theirs = within("[0, inf)", "people", people), within("[0, inf)", "machines", machines)
    return np.asarray(
        ours / within("(0, inf)", "work of people and machines together", ours + theirs)
    )


def accepted_work(work: ArrayLike, precision: ArrayLike, recall: ArrayLike) -> np.ndarray:
    """Useful work among what is accepted, pi rc W.

    Parameters
    ----------
    work : array
        W [any unit]; >= 0.
    precision, recall : array
        Part of accepted work that is right, and part of right work that is accepted [1]; in [0, 1].

    Returns
    -------
    array
        Work, in the unit of W.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> accepted_work(100, 0.8, 0.5).item()
    40.0
    """
    return np.asarray(
        within("[0, inf)", "work", work)
        * within("[0, 1]", "precision", precision)
        * within("[0, 1]", "recall", recall)
    )


def attack_safety(caught: ArrayLike, succeeded: ArrayLike) -> np.ndarray:
    """Safety of a protocol against attacks: caught / (caught + succeeded).

    Parameters
    ----------
    caught, succeeded : array
        Probability that an attack is caught, and that it succeeds [1]; in [0, 1], not both 0.

    Returns
    -------
    array
        Safety [1].

    Raises
    ------
    InputError
        If an argument is out of its range, or both are 0.

    References
    ----------
    Shlegeris (2024), Win/continue/lose scenarios and execute/replace/audit (access: secondary).

    Examples
    --------
    >>> attack_safety(0.2, [0, 0.2]).tolist()
    [1.0, 0.5]
    """
    stopped, lost = within("[0, 1]", "caught", caught), within("[0, 1]", "succeeded", succeeded)
    return np.asarray(stopped / within("(0, inf)", "caught and succeeded together", stopped + lost))


def experiment_limited(
    labour: ArrayLike,
    compute: ArrayLike,
    share: ArrayLike,
    rho: ArrayLike,
    labour_exponent: ArrayLike,
    compute_exponent: ArrayLike,
) -> np.ndarray:
    r"""Research where experiments compete for compute: CES of labour^lambda and compute^zeta; arguments broadcast.

    .. math:: \bigl(s K^{\zeta \rho} + (1 - s) L^{\lambda \rho}\bigr)^{1 / \rho}

    Parameters
    ----------
    labour, compute : array
        L and K relative to today [1]; > 0.
    share : array
        s, weight of compute [1]; in [0, 1].
    rho : array
        CES exponent [1]; below 1; 0: Cobb-Douglas.
    labour_exponent, compute_exponent : array
        lambda and zeta [1]; in [0, 1].

    Returns
    -------
    array
        Throughput relative to today [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> experiment_limited([1, 100], 1, 0.5, [0, -0.155], 0.5, 0.65).round(3).tolist()
    [1.0, 2.855]
    """
    weight, power = within("[0, 1]", "share", share), within("(-inf, 1)", "rho", rho)
    hands = within("[0, 1]", "labour_exponent", labour_exponent) * np.log(
        within("(0, inf)", "labour", labour)
    )
    means = within("[0, 1]", "compute_exponent", compute_exponent) * np.log(
        within("(0, inf)", "compute", compute)
    )
    safe = np.where(power == 0, 1.0, power)
    far = safe * hands, safe * means
    large = np.maximum(np.abs(far[0]), np.abs(far[1])) > 1
    # near rho = 0 the sum is near 1 and the logarithm of it would cancel; far from it powers would overflow
    near = [np.expm1(np.where(large, 0.0, part)) for part in far]
    small = np.log1p(weight * near[1] + (1 - weight) * near[0])
    with np.errstate(divide="ignore"):  # what has no weight counts as a power of minus infinity
        sums = np.logaddexp(np.log1p(-weight) + far[0], np.log(weight) + far[1])
    mixed = np.where(large, sums, small) / safe
    return np.exp(np.where(power == 0, weight * means + (1 - weight) * hands, mixed))


def directed_work(
    work: ArrayLike, policy: ArrayLike, own: ArrayLike = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Work on alignment and on everything else, where a share goes to alignment by policy or because AI wants it to.

    Parameters
    ----------
    work : array
        M [any unit]; >= 0.
    policy : array
        Share that policy gives to alignment [1]; in [0, 1].
    own : array
        Share that AI of itself would, as value learners might [1]; in [0, 1].

    Returns
    -------
    alignment, elsewhere : array
        s M and (1 - s) M with s the larger share, in the unit of M.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> [part.tolist() for part in directed_work(100, 0.25, [0, 0.5])]
    [[25.0, 50.0], [75.0, 50.0]]
    """
    share = np.maximum(within("[0, 1]", "policy", policy), within("[0, 1]", "own", own))
    total = within("[0, inf)", "work", work)
    return np.asarray(share * total), np.asarray((1 - share) * total)


def alignment_before_danger(
    capability_years: ArrayLike, capability_speedup: ArrayLike, alignment_speedup: ArrayLike
) -> np.ndarray:
    """Years of alignment research, at today's pace, done before danger, where the same AI speeds both fields.

    Parameters
    ----------
    capability_years : array
        Work left before danger, in years of today's pace [year]; >= 0.
    capability_speedup, alignment_speedup : array
        Speed-up of either field [1]; > 0.

    Returns
    -------
    array
        Years; over the capability work left this is the ratio of the two speed-ups.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> alignment_before_danger(10, [5, 5, 10, 25], [5, 3, 3, 5]).tolist()
    [10.0, 6.0, 3.0, 2.0]
    """
    calendar = within("[0, inf)", "capability_years", capability_years) / within(
        "(0, inf)", "capability_speedup", capability_speedup
    )
    return np.asarray(calendar * within("(0, inf)", "alignment_speedup", alignment_speedup))


def window_work(speedup: ArrayLike, months: ArrayLike) -> np.ndarray:
    """Work in the last stretch, from the speed-up that marks its start to superintelligence, by the trapezoidal rule.

    Parameters
    ----------
    speedup : array, shape (..., time)
        Speed-up of alignment research at these times [1]; >= 0.
    months : array, shape (..., time)
        Times [month], increasing.

    Returns
    -------
    array, shape (...)
        Field-months of work.

    Raises
    ------
    InputError
        If an argument is out of its range, or time does not increase.

    Examples
    --------
    >>> window_work([3, 5], [0, 12]).item()
    48.0
    """
    pace, at = within("[0, inf)", "speedup", speedup), within("(-inf, inf)", "months", months)
    steps = within("(0, inf)", "time between two months", np.diff(at, axis=-1))
    return np.asarray((0.5 * (pace[..., 1:] + pace[..., :-1]) * steps).sum(axis=-1))


def chance_enough(work: ArrayLike, needed: ArrayLike, sd: ArrayLike) -> np.ndarray:
    """Probability that work is enough, where what is needed is lognormal.

    Parameters
    ----------
    work : array
        W [any unit]; >= 0.
    needed : array
        Median of what is needed, in the same unit; > 0.
    sd : array
        Standard deviation of its logarithm [1]; > 0.

    Returns
    -------
    array
        P(W >= A) [1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> chance_enough([0, 10, 100], 10, 1.0).round(3).tolist()
    [0.0, 0.5, 0.989]
    """
    done, median = within("[0, inf)", "work", work), within("(0, inf)", "needed", needed)
    with np.errstate(divide="ignore"):  # no work: log is -inf, and the chance 0
        z = np.log(done / median) / within("(0, inf)", "sd", sd)
    return np.asarray(normal_cdf(z))


def chance_no_help(median_speedup: ArrayLike, sd: ArrayLike, threshold: ArrayLike) -> np.ndarray:
    """Share of worlds in which alignment research is not sped up by more than a threshold before large risk.

    Parameters
    ----------
    median_speedup : array
        Median of the speed-up at the point of danger, lognormal [1]; > 0.
    sd : array
        Standard deviation of its logarithm [1]; > 0.
    threshold : array
        Speed-up that counts as help [1]; > 0.

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
    >>> chance_no_help(3, 1.0, [3, 1.1]).round(3).tolist()
    [0.5, 0.158]
    """
    distance = np.log(
        within("(0, inf)", "threshold", threshold)
        / within("(0, inf)", "median_speedup", median_speedup)
    )
    return np.asarray(normal_cdf(distance / within("(0, inf)", "sd", sd)))


def many_eyes_risk(risk: ArrayLike, intensity: ArrayLike) -> np.ndarray:
    """Risk per month in a slow-down with many eyes on AI and room to stop, r (1 - m).

    Parameters
    ----------
    risk : array
        r in a unilateral race [1/month]; >= 0.
    intensity : array
        m, part of the risk that review and slack take away [1]; in [0, 1].

    Returns
    -------
    array
        Risk [1/month].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> many_eyes_risk(0.01, [0, 0.75]).tolist()
    [0.01, 0.0025]
    """
    return np.asarray(
        within("[0, inf)", "risk", risk) * (1 - within("[0, 1]", "intensity", intensity))
    )
