"""Capability: the tasks that AI can do at an effective compute, and the cost of an attempt.

A frontier model trained with C effective FLOP succeeds in half of the tasks that take a skilled
person the horizon H50 (t-AGI, measured by METR):

    log10(60 H50) = a + b log10(C / C_ref)                      H50 in hours

A task of length h that is m times messier than the benchmark's tasks is automatable when
H50 >= h m, that is when C reaches the threshold

    tau = C_ref 10^((log10(60 h m) - a) / b).

All compute is effective: FLOP of base-year (2023) software. The cost of supervision is in
`supervision`.

Source: docs, model, section 2.
"""

from __future__ import annotations

import numpy as np

from taskmodel.numerics.ranges import Real, ranges

# 10^a stays a float, with room for the powers that it is multiplied by.
INTERCEPT = "[-300, 300]"


@ranges(
    effective_training_compute="[0, inf)",
    intercept=INTERCEPT,
    slope="(0, inf)",
    reference_compute="(0, inf)",
)
def task_horizon(
    effective_training_compute: Real, *, intercept: Real, slope: Real, reference_compute: Real
) -> np.ndarray:
    """50 % time horizon of a frontier model; the inverse of `automation_threshold`.

    Parameters
    ----------
    effective_training_compute : array
        Effective training compute C [FLOP]; >= 0.
    intercept, slope : array
        a and b of log10 H50 [min] = a + b log10(C / C_ref) [1]; a in [-300, 300], b > 0.
    reference_compute : array
        C_ref, the training compute at which H50 is 10^a minutes [FLOP]; > 0.

    Returns
    -------
    array, same shape
        Horizon H50 [h], in a skilled person's time; inf where it exceeds the largest float.

    References
    ----------
    Kwa et al. (2025), arXiv 2503.14499, for the horizon; a = 1.045, b = 0.485 fit 16 of its models
    with software gaining a factor of 3 a year (residual 0.42 dex).

    Examples
    --------
    >>> line = dict(intercept=1.045, slope=0.485, reference_compute=2.1e25)
    >>> hours = task_horizon([2.1e25, 2.1e27], **line)
    >>> hours.round(3).tolist()
    [0.185, 1.725]
    """
    with np.errstate(over="ignore"):
        return 10.0**intercept * (effective_training_compute / reference_compute) ** slope / 60


@ranges(
    horizon="(0, inf)",
    multiplier="(0, inf)",
    intercept=INTERCEPT,
    slope="(0, inf)",
    reference_compute="(0, inf)",
)
def automation_threshold(
    horizon: Real, multiplier: Real = 1.0, *, intercept: Real, slope: Real, reference_compute: Real
) -> np.ndarray:
    """Training compute from which AI can do a task.

    Parameters
    ----------
    horizon : array, shape (..., task)
        Time h that a skilled person needs for a typical unit of the task [h]; > 0.
    multiplier : array, shape (..., task)
        Messiness m relative to benchmark tasks: the required horizon is h m [1]; > 0.
    intercept, slope, reference_compute : array
        As in the function `horizon`.

    Returns
    -------
    array, shape (..., task)
        Threshold tau [FLOP, effective training compute]; inf (never) where it exceeds the largest
        float.

    References
    ----------
    Ngo (2023), "Clarifying and predicting AGI", for t-AGI; Davidson (2023), Full Takeoff Model, for
    thresholds in effective training compute.

    Examples
    --------
    >>> line = dict(intercept=1.045, slope=0.485, reference_compute=2.1e25)
    >>> [f"{tau:.1e}" for tau in automation_threshold([1, 8, 40], **line)]
    ['6.8e+26', '5.0e+28', '1.4e+30']
    """
    # The product comes first, so that a horizon of 12 h and one of 8 h with multiplier 1.5 have the
    # same threshold, bit for bit.
    hours = horizon * multiplier
    with np.errstate(over="ignore"):
        return reference_compute * (60 * hours / 10.0**intercept) ** (1 / slope)


@ranges(compute="[0, inf]", threshold="[0, inf]")
def automatable(compute: Real, threshold: Real) -> np.ndarray:
    """Whether AI can do each task: compute at or above the threshold.

    Parameters
    ----------
    compute : array, shape (...)
        Effective compute, of training or of a year, as the thresholds [FLOP]; >= 0.
    threshold : array, shape (task,) or (..., task)
        Thresholds [FLOP]; >= 0, inf: never.

    Returns
    -------
    bool array, shape (..., task)

    Examples
    --------
    >>> automatable([1e27, 1e29], [6.8e26, 4.9e28]).tolist()
    [[True, False], [True, True]]
    """
    return compute[..., np.newaxis] >= threshold


@ranges(compute="[0, inf)", training_share="[0, 1]")
def training_compute(compute: Real, training_share: Real) -> np.ndarray:
    """Training compute of the frontier model: a share of one year of a developer's compute.

    Parameters
    ----------
    compute : array
        Effective compute G of the leading developer [FLOP/year]; >= 0.
    training_share : array
        Share of a year's compute that trains the frontier model [1]; in [0, 1].

    Returns
    -------
    array
        Effective training compute [FLOP].

    Examples
    --------
    >>> f"{training_compute(8.4e28, training_share=0.5).item():.1e}"
    '4.2e+28'
    """
    return compute * training_share


@ranges(defect_probability="[0, 1)")
def success_probability(defect_probability: Real) -> np.ndarray:
    """Probability that an attempt gives a useful unit, under `capability.success: step`.

    At and above the threshold a task is done reliably but for a constant rate of defects,
    p = 1 - q. Below the threshold the mode is closed (`automatable`), and p has no value.

    Parameters
    ----------
    defect_probability : array
        Probability q that an attempt is defective [1]; in [0, 1): at 1 no attempt is useful, and
        the mode has to be closed.

    Returns
    -------
    array, same shape
        Success probability p [1]; in (0, 1].

    Examples
    --------
    >>> float(success_probability(0.2))
    0.8
    """
    return 1 - defect_probability


@ranges(duration="[0, inf)", horizon="(0, inf)", steepness="(0, inf)")
def logistic_success(duration: Real, horizon: Real, steepness: Real) -> np.ndarray:
    r"""Probability that an attempt at a task succeeds, falling with the length of the task.

    .. math:: p = \frac{1}{1 + (h m / H_{50})^{\beta}}

    Parameters
    ----------
    duration : array
        Time h that the task takes a skilled person, times its messiness m [h]; >= 0.
    horizon : array
        Length H50 of tasks of which half succeed [h]; > 0.
    steepness : array
        beta, the steepness in the logarithm of length [1]; > 0.

    Returns
    -------
    array
        p [1]; 1/2 where the duration equals the horizon, 0 where the power overflows.

    References
    ----------
    Kwa et al. (2025), arXiv 2503.14499, section on horizons (access: secondary for beta). 80 %
    succeed on tasks of length H50 4^(-1/beta): at beta = 0.84 a fifth of H50.

    Examples
    --------
    >>> logistic_success([0, 8, 40], horizon=8, steepness=0.84).round(3).tolist()
    [1.0, 0.5, 0.206]
    """
    with np.errstate(over="ignore"):
        return 1 / (1 + (duration / horizon) ** steepness)


@ranges(success="(0, 1)", steepness="(0, inf)")
def required_lead(success: Real, steepness: Real) -> np.ndarray:
    r"""Horizon of a model whose attempts succeed often enough, relative to the one the task needs.

    .. math:: x = \Bigl(\frac{p}{1 - p}\Bigr)^{1/\beta}

    the inverse of `logistic_success`. A task whose attempts must succeed with probability p opens
    at the compute at which H50 is x times h m, hence at x^(1/b) times the threshold of p = 1/2.

    Parameters
    ----------
    success : array
        Probability p that an attempt succeeds [1]; in (0, 1).
    steepness : array
        beta, as in `logistic_success` [1]; > 0.

    Returns
    -------
    array
        x [1]; > 0, and 1 at p = 1/2.

    Examples
    --------
    >>> required_lead([0.5, 0.8], steepness=0.84).round(4).tolist()
    [1.0, 5.2088]
    """
    return (success / (1 - success)) ** (1 / steepness)


@ranges(
    training_compute="[0, inf]",
    tokens_per_human_second="(0, inf)",
    parameters_compute_ratio="(0, inf)",
)
def inference_per_hour(
    training_compute: Real, *, tokens_per_human_second: Real, parameters_compute_ratio: Real
) -> np.ndarray:
    r"""Inference of an AI attempt per human-equivalent hour of work.

    .. math:: \kappa = 3600\, t \cdot 2N, \qquad N = \sqrt{C / r}

    Parameters
    ----------
    training_compute : array
        Training compute C of the model that works [FLOP]; >= 0, inf costs inf.
    tokens_per_human_second : array
        Tokens t that match a second of a person's work [1/s]; > 0.
    parameters_compute_ratio : array
        Ratio r in C = r N^2, with N the model's parameters [FLOP]; > 0. Chinchilla: C = 6 N D with
        D = 20 N tokens, so r = 120.

    Returns
    -------
    array
        Inference kappa [FLOP/h, effective]; a token costs 2N FLOP.

    References
    ----------
    Hoffmann et al. (2022), arXiv 2203.15556, for the ratio; Finnveden (2023) for 100 tokens per
    human-second.

    Examples
    --------
    >>> kappa = inference_per_hour(
    ...     1.2e26, tokens_per_human_second=100, parameters_compute_ratio=120
    ... )
    >>> f"{kappa.item():.1e}"
    '7.2e+17'
    """
    parameters = np.sqrt(training_compute / parameters_compute_ratio)
    return tokens_per_human_second * 3600 * 2 * parameters
