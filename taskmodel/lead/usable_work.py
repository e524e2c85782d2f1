r"""Usable share of the work of automated researchers, in closed form.

The work M of the machines (`workforce`) is limited by

    supervisors     min(M / kappa, H / sigma)        H people, sigma of their time per unit of work,
                                                     kappa the compute that safe methods cost
    latency         w / (w / v + L) c                w of work between reviews that take L hours
    tasks           1/(1 - f) to (1/(1 - f))^(1/(1 - E))   share f automated, elasticity E
    acceptance      pi rc W                          precision and recall of acceptance
    experiments     CES(labour^lambda, compute^zeta)

`taskmodel.organisation` has the full account, task by task; these are its limits in closed form.

Arguments are numbers or arrays and broadcast. An argument outside its range raises an
`InputError`, from the decorator of the function.

Source: docs, mechanisms 15, 28 to 34, 41 to 46, 48, 49, 51 to 54, 65 and 66; Finnveden (2023);
Davidson (2023).
"""

from __future__ import annotations

import numpy as np

from taskmodel.numerics.normal import normal_cdf
from taskmodel.numerics.ranges import Real, ranges, within

__all__ = [
    "accepted_work",
    "alignment_before_danger",
    "attack_safety",
    "automation_speedup",
    "break_even_tax",
    "chance_enough",
    "directed_work",
    "experiment_limited",
    "gradable_speedup",
    "human_value_left",
    "needed_automation",
    "preparation_gain",
    "reviewed_speed",
    "supervised_work",
    "supervision_binds_at",
    "supervision_share",
    "window_work",
]


@ranges(work="[0, inf)", supervisors="[0, inf)", share="[0, inf)", tax="[1, inf)")
def supervised_work(work: Real, supervisors: Real, share: Real, tax: Real = 1.0) -> np.ndarray:
    """Work that is both done and supervised, min(M / kappa, H / sigma).

    Parameters
    ----------
    work : array
        M, work of the machines without a tax [researcher-months per month]; >= 0.
    supervisors : array
        H [1]; >= 0.
    share : array
        sigma, time of a supervisor per unit of work [1]; >= 0; 0: none is needed.
    tax : array
        kappa, compute of a safer method relative to the most efficient one [1]; >= 1.

    Returns
    -------
    array
        Work [researcher-months per month]. Supervisors bind where it is below M / kappa.

    Examples
    --------
    >>> supervised_work(690_000, 600, [0, 0.001, 0.01], tax=[1, 10, 10]).tolist()
    [690000.0, 69000.0, 60000.0]
    """
    supervisors, share = np.broadcast_arrays(supervisors, share)
    with np.errstate(over="ignore"):  # of a share that is next to none
        cap = np.divide(supervisors, share, where=share > 0, out=np.full(share.shape, np.inf))
    return np.minimum(work / tax, cap)


@ranges(work="(0, inf)", supervisors="[0, inf)")
def supervision_binds_at(work: Real, supervisors: Real) -> np.ndarray:
    """Largest time per unit of work at which supervisors do not bind, H / M.

    Parameters
    ----------
    work : array
        M [researcher-months per month]; > 0.
    supervisors : array
        H [1]; >= 0.

    Returns
    -------
    array
        sigma [1]; 3600 sigma is in seconds per hour of work.

    Examples
    --------
    >>> (3600 * supervision_binds_at(690_000, 600)).round(2).item()
    3.13
    """
    return supervisors / work


@ranges(share="[0, inf)", growth="[0, inf)", work="[0, inf)")
def supervision_share(share: Real, growth: Real, work: Real) -> np.ndarray:
    """Time of a supervisor per unit of work as the work becomes harder to judge, sigma e^(gamma W).

    Parameters
    ----------
    share : array
        sigma at the start [1]; >= 0.
    growth : array
        gamma, relative growth per unit of work done [1/unit]; >= 0.
    work : array
        W, work done [unit]; >= 0.

    Returns
    -------
    array
        sigma after that work [1].

    Examples
    --------
    >>> supervision_share(0.001, 0.5, [0, 2]).round(5).tolist()
    [0.001, 0.00272]
    """
    return share * np.exp(growth * work)


@ranges(stream_speedup="(0, inf)", work_per_review="(0, inf)", latency="[0, inf)", clock="[1, inf)")
def reviewed_speed(
    stream_speedup: Real, work_per_review: Real, latency: Real, clock: Real
) -> np.ndarray:
    """Serial speed where work pauses for reviews, w / (w / v + L) c.

    Parameters
    ----------
    stream_speedup : array
        v, work of a researcher per wall-clock hour without reviews [h/h]; > 0.
    work_per_review : array
        w, work between two reviews [h of a researcher]; > 0.
    latency : array
        L, wall-clock duration of a review [h]; >= 0.
    clock : array
        c, wall-clock hours per working hour of a person [1]; >= 1.

    Returns
    -------
    array
        Researcher-months per month [1].

    Examples
    --------
    >>> reviewed_speed(5, 40, [0, 8, 24, 72], 3).tolist()
    [15.0, 7.5, 3.75, 1.5]
    """
    return work_per_review / (work_per_review / stream_speedup + latency) * clock


@ranges(work="[0, inf)", people="(0, inf)")
def break_even_tax(work: Real, people: Real) -> np.ndarray:
    """Compute tax at which the work of AI equals that of people without it, M / H.

    Parameters
    ----------
    work : array
        M without a tax [researcher-months per month]; >= 0.
    people : array
        H, researchers [1]; > 0.

    Returns
    -------
    array
        kappa [1].

    Examples
    --------
    >>> break_even_tax(690_000, 600).item()
    1150.0
    """
    return work / people


@ranges(fraction="[0, 1)", rho="[-inf, 0)")
def automation_speedup(fraction: Real, rho: Real = -np.inf) -> np.ndarray:
    r"""Speed-up where a fraction of all tasks is automated at no cost and people do the rest.

    .. math:: (1 - f)^{-(1 - 1 / \rho)}

    Parameters
    ----------
    fraction : array
        f [1]; in [0, 1).
    rho : array
        CES exponent between tasks, 1 - 1/elasticity [1]; in [-inf, 0). -inf: automated
        tasks are done in proportion to the rest, for 1 / (1 - f).

    Returns
    -------
    array
        Speed-up [1].

    References
    ----------
    Davidson (2023), What a compute-centric framework says about takeoff speeds.

    Examples
    --------
    >>> automation_speedup([0, 0.5, 0.95]).round(9).tolist()
    [1.0, 2.0, 20.0]
    >>> automation_speedup([0.2, 0.5], -0.5).round(2).tolist()
    [1.95, 8.0]
    """
    return (1 / (1 - fraction)) ** (1 - 1 / rho)


@ranges(speedup="[1, inf)", rho="[-inf, 0)")
def needed_automation(speedup: Real, rho: Real = -np.inf) -> np.ndarray:
    """Share of tasks to automate for a speed-up, the inverse of `automation_speedup`.

    Parameters
    ----------
    speedup, rho : array
        As there.

    Returns
    -------
    array
        f [1].

    Examples
    --------
    >>> needed_automation([3, 15]).round(4).tolist()
    [0.6667, 0.9333]
    >>> needed_automation([3, 15], -0.5).round(4).tolist()
    [0.3066, 0.5945]
    """
    return 1 - speedup ** -(1 / (1 - 1 / rho))


@ranges(share="[0, 1]", speedup="(0, inf]")
def gradable_speedup(share: Real, speedup: Real) -> np.ndarray:
    """Speed-up where only a well-specified share of the work is accelerated, 1 / (1 - phi + phi/S).

    The time of supervisors whom AI assists on a share phi of their questions, as in debate, falls
    by the same factor.

    Parameters
    ----------
    share : array
        phi [1]; in [0, 1].
    speedup : array
        S on that share [1]; in (0, inf].

    Returns
    -------
    array
        Speed-up [1]; inf where all of the work is accelerated without limit.

    Examples
    --------
    >>> gradable_speedup([0, 0.5, 0.9], 10).round(2).tolist()
    [1.0, 1.82, 5.26]
    """
    time = 1 - share + share / speedup
    return np.divide(1.0, time, where=time > 0, out=np.full(time.shape, np.inf))


@ranges(speedup="[1, inf]", gain="[0, inf)")
def preparation_gain(share: Real, speedup: Real, gain: Real) -> np.ndarray:
    """Increase of `gradable_speedup` per unit of earlier work that raises the well-specified share.

    Parameters
    ----------
    share, speedup : array
        As there; S >= 1.
    gain : array
        d phi per unit of earlier work [1/unit]; >= 0.

    Returns
    -------
    array
        Increase in speed-up per unit [1/unit].

    Examples
    --------
    >>> preparation_gain([0.5, 0.9], 10, 0.01).round(3).tolist()
    [0.03, 0.249]
    """
    return gradable_speedup(share, speedup) ** 2 * (1 - 1 / speedup) * gain


@ranges(people="[0, inf)", machines="[0, inf)")
def human_value_left(people: Real, machines: Real) -> np.ndarray:
    """Share of all work that people did, W_h / (W_h + W_a): what later work does not make obsolete.

    Parameters
    ----------
    people, machines : array
        Work of each [any one unit]; >= 0; not both 0.

    Returns
    -------
    array
        Share [1].

    Examples
    --------
    >>> human_value_left(10, [0, 90]).tolist()
    [1.0, 0.1]
    """
    return people / within("(0, inf)", "work of people and machines together", people + machines)


@ranges(work="[0, inf)", precision="[0, 1]", recall="[0, 1]")
def accepted_work(work: Real, precision: Real, recall: Real) -> np.ndarray:
    """Useful part of the accepted work, pi rc W.

    Parameters
    ----------
    work : array
        W [any unit]; >= 0.
    precision, recall : array
        Correct share of accepted work, and accepted share of correct work [1]; in [0, 1].

    Returns
    -------
    array
        Work [unit of W].

    Examples
    --------
    >>> accepted_work(100, 0.8, 0.5).item()
    40.0
    """
    return work * precision * recall


@ranges(caught="[0, 1]", succeeded="[0, 1]")
def attack_safety(caught: Real, succeeded: Real) -> np.ndarray:
    """Safety of a control protocol, the share of decided attacks that are caught.

    Parameters
    ----------
    caught, succeeded : array
        Probability that an attack is caught, and that it succeeds [1]; in [0, 1]; not both
        0.

    Returns
    -------
    array
        caught / (caught + succeeded) [1].

    References
    ----------
    Shlegeris (2024), Win/continue/lose scenarios and execute/replace/audit (access: secondary).

    Examples
    --------
    >>> attack_safety(0.2, [0, 0.2]).tolist()
    [1.0, 0.5]
    """
    return caught / within("(0, inf)", "caught and succeeded together", caught + succeeded)


@ranges(
    labour="(0, inf)",
    compute="(0, inf)",
    share="[0, 1]",
    rho="(-inf, 1)",
    labour_exponent="[0, 1]",
    compute_exponent="[0, 1]",
)
def experiment_limited(
    labour: Real,
    compute: Real,
    share: Real,
    rho: Real,
    labour_exponent: Real,
    compute_exponent: Real,
) -> np.ndarray:
    r"""Research that experiments limit: a CES function of labour^lambda and compute^zeta.

    .. math:: \bigl(s K^{\zeta \rho} + (1 - s) L^{\lambda \rho}\bigr)^{1 / \rho}

    Parameters
    ----------
    labour, compute : array
        L and K relative to the present [1]; > 0.
    share : array
        s, weight of compute [1]; in [0, 1].
    rho : array
        CES exponent [1]; in (-inf, 1); 0: Cobb-Douglas.
    labour_exponent, compute_exponent : array
        lambda and zeta [1]; in [0, 1].

    Returns
    -------
    array
        Throughput relative to the present [1].

    Examples
    --------
    >>> experiment_limited([1, 100], 1, 0.5, [0, -0.155], 0.5, 0.65).round(3).tolist()
    [1.0, 2.855]
    """
    log_labour, log_compute = labour_exponent * np.log(labour), compute_exponent * np.log(compute)
    power = np.where(rho == 0, 1.0, rho)
    terms = power * log_labour, power * log_compute
    large = np.maximum(np.abs(terms[0]), np.abs(terms[1])) > 1
    # Near rho = 0 the sum is near 1, and its logarithm would cancel: log1p of expm1 does not. Far
    # from it the powers would overflow, which logaddexp avoids.
    labour_term, compute_term = (np.expm1(np.where(large, 0.0, term)) for term in terms)
    small = np.log1p(share * compute_term + (1 - share) * labour_term)
    with np.errstate(divide="ignore"):  # a weight of 0 is a logarithm of -inf
        sums = np.logaddexp(np.log1p(-share) + terms[0], np.log(share) + terms[1])
    mixed = np.where(large, sums, small) / power
    cobb_douglas = share * log_compute + (1 - share) * log_labour
    return np.exp(np.where(rho == 0, cobb_douglas, mixed))


@ranges(work="[0, inf)", policy="[0, 1]", own="[0, 1]")
def directed_work(work: Real, policy: Real, own: Real = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Work on alignment and on other fields, divided by policy or by the preferences of AI.

    Parameters
    ----------
    work : array
        M [any unit]; >= 0.
    policy : array
        Share that policy assigns to alignment [1]; in [0, 1].
    own : array
        Share that AI assigns by itself, as value learners might [1]; in [0, 1].

    Returns
    -------
    alignment, elsewhere : array
        s M and (1 - s) M, where s is the larger of the shares [unit of M].

    Examples
    --------
    >>> [work.tolist() for work in directed_work(100, 0.25, [0, 0.5])]
    [[25.0, 50.0], [75.0, 50.0]]
    """
    share = np.maximum(policy, own)
    return share * work, (1 - share) * work


@ranges(capability_years="[0, inf)", capability_speedup="(0, inf)", alignment_speedup="(0, inf)")
def alignment_before_danger(
    capability_years: Real, capability_speedup: Real, alignment_speedup: Real
) -> np.ndarray:
    """Alignment research before danger, where the same AI accelerates both fields.

    Parameters
    ----------
    capability_years : array
        Capability research before danger, at today's pace [year]; >= 0.
    capability_speedup, alignment_speedup : array
        Speed-up of each field [1]; > 0.

    Returns
    -------
    array
        Alignment research at today's pace [year].

    Examples
    --------
    >>> alignment_before_danger(10, [5, 5, 10, 25], [5, 3, 3, 5]).tolist()
    [10.0, 6.0, 3.0, 2.0]
    """
    return capability_years / capability_speedup * alignment_speedup


@ranges(speedup="[0, inf)", months="(-inf, inf)")
def window_work(speedup: Real, months: Real) -> np.ndarray:
    """Work over a period of changing speed-up, by the trapezoidal rule.

    Parameters
    ----------
    speedup : array, shape (..., time)
        Speed-up of alignment research [1]; >= 0.
    months : array, shape (..., time)
        Increasing times [month], such as from a speed-up of 3 to superintelligence.

    Returns
    -------
    array, shape (...)
        Work [field-month].

    Examples
    --------
    >>> window_work([3, 5], [0, 12]).item()
    48.0
    """
    within("(0, inf)", "time between two months", np.diff(months, axis=-1))
    return np.trapezoid(speedup, months, axis=-1)


@ranges(work="[0, inf)", needed="(0, inf)", sd="(0, inf)")
def chance_enough(work: Real, needed: Real, sd: Real) -> np.ndarray:
    """Probability that a lognormal quantity does not exceed a bound.

    It is the probability that some work suffices where the work needed is unknown. With the
    speed-up at the point of danger as the unknown, and a threshold of help as the bound, it is the
    share of worlds in which alignment research is not accelerated in time.

    Parameters
    ----------
    work : array
        W, the bound [any unit]; >= 0.
    needed : array
        Median of the unknown [unit of W]; > 0.
    sd : array
        Standard deviation of its logarithm [1]; > 0.

    Returns
    -------
    array
        Probability [1].

    Examples
    --------
    >>> chance_enough([0, 10, 100], 10, 1.0).round(3).tolist()
    [0.0, 0.5, 0.989]
    """
    with np.errstate(divide="ignore"):  # without work the logarithm is -inf and the probability 0
        return normal_cdf(np.log(work / needed) / sd)
