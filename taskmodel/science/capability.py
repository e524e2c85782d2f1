"""Capability: which tasks AI can do at a given effective compute, and what one of its attempts costs.

A frontier model trained with C effective FLOP succeeds half the time on tasks
that take a skilled person the horizon H50 (t-AGI, measured by METR):

    log10(60 H50) = a + b log10(C / C_ref)                      H50 in hours

A task of typical length h that is m times messier than the benchmark's is
automatable when H50 >= h m: that is, when C reaches the task's threshold

    tau = C_ref 10^((log10(60 h m) - a) / b).

All compute is effective: FLOP of base-year (2023) software. Numbers and arrays
only; every parameter comes from the catalog. What supervision adds is in
`supervision`. Source: docs, model, section 2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.ranges import within

__all__ = [
    "WORKERS",
    "automatable",
    "automation_threshold",
    "horizon",
    "inference_per_hour",
    "logistic_success",
    "success_probability",
    "training_compute",
    "worker_compute",
]

WORKERS = ("sufficient", "frontier")


def horizon(
    effective_training_compute: ArrayLike,
    *,
    intercept: ArrayLike,
    slope: ArrayLike,
    reference_compute: ArrayLike,
) -> np.ndarray:
    """The 50 % time horizon of a frontier model; the exact inverse of `automation_threshold` at multiplier 1.

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
        Horizon H50 [h]: the length of the tasks, in a skilled person's time, of which the model does half; inf where it
        is beyond the largest float.

    Raises
    ------
    InputError
        If a compute is negative or NaN, `slope` or `reference_compute` is not positive, or `intercept` out of range.

    References
    ----------
    Kwa et al. (2025), arXiv 2503.14499, for the horizon; a = 1.045, b = 0.485 fit 16 of its models with software
    gaining a factor of 3 a year (residual 0.42 dex).

    Examples
    --------
    >>> hours = horizon([2.1e25, 2.1e27], intercept=1.045, slope=0.485, reference_compute=2.1e25)
    >>> [round(float(h), 3) for h in hours]
    [0.185, 1.725]
    """
    compute = within("[0, inf)", "effective_training_compute", effective_training_compute)
    with np.errstate(
        over="ignore"
    ):  # inf is the right horizon for what is beyond the largest float
        return _minutes(intercept) * (compute / _reference(reference_compute)) ** _slope(slope) / 60


def automation_threshold(
    horizon: ArrayLike,
    multiplier: ArrayLike = 1.0,
    *,
    intercept: ArrayLike,
    slope: ArrayLike,
    reference_compute: ArrayLike,
) -> np.ndarray:
    """The training compute from which AI can do a task.

    Parameters
    ----------
    horizon : array, shape (..., task)
        Time h that a skilled person needs for a typical unit of the task [h]; > 0.
    multiplier : array, shape (..., task)
        How much messier the task is than benchmark tasks: the horizon needed is h times this [1]; > 0.
    intercept, slope, reference_compute : array
        As in the function `horizon`.

    Returns
    -------
    array, shape (..., task)
        Threshold tau [FLOP, effective training compute]; inf (never) where it is beyond the largest float.

    Raises
    ------
    InputError
        If a horizon, a multiplier, `slope` or `reference_compute` is not positive, or `intercept` out of range.

    References
    ----------
    Ngo (2023), "Clarifying and predicting AGI", for t-AGI; Davidson (2023), Full Takeoff Model, for thresholds in
    effective training compute.

    Examples
    --------
    >>> tau = automation_threshold([1, 8, 40], intercept=1.045, slope=0.485, reference_compute=2.1e25)
    >>> [f"{t:.1e}" for t in tau]
    ['6.8e+26', '5.0e+28', '1.4e+30']
    """
    # The product comes first, so that a horizon given as 12 h and one given as 8 h times 1.5 have the same threshold, bit for bit.
    hours = within("(0, inf)", "horizon", horizon) * within("(0, inf)", "multiplier", multiplier)
    with np.errstate(over="ignore"):  # inf is the right threshold for what no compute reaches
        return _reference(reference_compute) * (60 * hours / _minutes(intercept)) ** (
            1 / _slope(slope)
        )


def automatable(
    effective_training_compute: ArrayLike, automation_threshold: ArrayLike
) -> np.ndarray:
    """Whether a frontier model can do each task: training compute at or above the task's threshold.

    Parameters
    ----------
    effective_training_compute : array, shape (...)
        Effective training compute C [FLOP]; >= 0.
    automation_threshold : array, shape (task,)
        Thresholds tau [FLOP]; >= 0.

    Returns
    -------
    bool array, shape (..., task)

    Raises
    ------
    InputError
        If a compute or threshold is negative or NaN.

    Examples
    --------
    >>> automatable([1e27, 1e29], [6.8e26, 4.9e28]).tolist()
    [[True, False], [True, True]]
    """
    compute = within("[0, inf)", "effective_training_compute", effective_training_compute)
    return compute[..., np.newaxis] >= within(
        "[0, inf]", "automation_threshold", automation_threshold
    )


def training_compute(compute: ArrayLike, training_share: float) -> np.ndarray:
    """Training compute of the frontier model: a share of one year of the leading developer's compute.

    Parameters
    ----------
    compute : array
        Effective compute G of the leading developer [FLOP/year]; >= 0.
    training_share : float
        Share of a year's compute that trains the frontier model [1]; in [0, 1].

    Returns
    -------
    array, same shape
        C_eff = training_share x G x 1 year [FLOP].

    Raises
    ------
    InputError
        If a compute is negative or NaN, or the share is outside [0, 1].

    Examples
    --------
    >>> f"{float(training_compute(8.4e28, training_share=0.5)):.1e}"
    '4.2e+28'
    """
    return within("[0, inf)", "compute", compute) * within(
        "[0, 1]", "training_share", training_share
    )


def success_probability(defect_probability: ArrayLike) -> np.ndarray:
    """Probability that an attempt gives a useful unit, under `capability.success: step`.

    Once compute reaches the threshold the task is done reliably but for a constant rate of defects: p = 1 - q. Below
    the threshold the mode is closed (`automatable`), so p has no value there.

    Parameters
    ----------
    defect_probability : array
        Probability q that an attempt is defective [1]; in [0, 1).

    Returns
    -------
    array, same shape
        Success probability p [1]; in (0, 1].

    Raises
    ------
    InputError
        If a probability is outside [0, 1). At 1 no attempt is useful: close the mode instead.

    Examples
    --------
    >>> float(success_probability(0.2))
    0.8
    """
    return 1 - within("[0, 1)", "defect_probability", defect_probability)


def logistic_success(duration: ArrayLike, horizon: ArrayLike, steepness: ArrayLike) -> np.ndarray:
    r"""Probability that an attempt at a task succeeds, falling as tasks get longer; arguments broadcast.

    .. math:: p = \frac{1}{1 + (h m / H_{50})^{\beta}}

    Parameters
    ----------
    duration : array
        Time h m that the task takes a skilled person, times how much messier than the benchmark's it is [h]; >= 0.
    horizon : array
        Length H50 of tasks of which half succeed [h]; > 0.
    steepness : array
        beta, how fast success falls in the logarithm of length [1]; > 0.

    Returns
    -------
    array
        p [1]; 1/2 where the duration is the horizon, 0 where it is longer by more than floats can tell.

    Raises
    ------
    InputError
        If an argument is out of its range.

    References
    ----------
    Kwa et al. (2025), arXiv 2503.14499, section on horizons (access: secondary for beta). 80 % succeed on tasks of length
    H50 4^(-1/beta): at beta = 0.84 a fifth of H50.

    Examples
    --------
    >>> logistic_success([0, 8, 40], horizon=8, steepness=0.84).round(3).tolist()
    [1.0, 0.5, 0.206]
    """
    relative = within("[0, inf)", "duration", duration) / within("(0, inf)", "horizon", horizon)
    with np.errstate(over="ignore"):  # one over infinity is 0, as it should be
        return 1 / (1 + relative ** within("(0, inf)", "steepness", steepness))


def worker_compute(
    worker: str, *, effective_training_compute: ArrayLike, automation_threshold: ArrayLike
) -> np.ndarray:
    """Training compute of the model that does each task.

    Parameters
    ----------
    worker : {'sufficient', 'frontier'}
        `sufficient`: the smallest model that can do the task, trained at its threshold. `frontier`: the frontier
        model does every task.
    effective_training_compute : array, shape (...)
        The frontier's training compute C_eff [FLOP].
    automation_threshold : array, shape (task,)
        Thresholds tau [FLOP].

    Returns
    -------
    array, shape (..., task)
        Training compute of the worker [FLOP].

    Raises
    ------
    InputError
        If `worker` is neither, or a compute or threshold is negative or NaN.

    Examples
    --------
    >>> thresholds = [1e27, 1e29]
    >>> worker_compute("sufficient", effective_training_compute=1e30, automation_threshold=thresholds).tolist()
    [1e+27, 1e+29]
    >>> worker_compute("frontier", effective_training_compute=1e30, automation_threshold=thresholds).tolist()
    [1e+30, 1e+30]
    """
    if worker not in WORKERS:
        raise InputError(f"worker is {worker!r}; use one of {', '.join(WORKERS)}")
    frontier = within("[0, inf)", "effective_training_compute", effective_training_compute)[
        ..., np.newaxis
    ]
    sufficient = within("[0, inf]", "automation_threshold", automation_threshold)
    frontier, sufficient = np.broadcast_arrays(frontier, sufficient)
    return np.array(sufficient if worker == "sufficient" else frontier)


def inference_per_hour(
    training_compute: ArrayLike,
    *,
    tokens_per_human_second: ArrayLike,
    parameters_compute_ratio: ArrayLike,
) -> np.ndarray:
    r"""Inference that an AI attempt costs, per human-equivalent hour of work.

    .. math:: \kappa = 3600\, t \cdot 2N, \qquad N = \sqrt{C / r}

    Parameters
    ----------
    training_compute : array
        Training compute C of the model that works [FLOP]; >= 0, and inf costs inf.
    tokens_per_human_second : array
        Tokens t that match a second of a person's work [1/s]; > 0.
    parameters_compute_ratio : array
        Ratio r in C = r N^2, with N the model's parameters [FLOP]; > 0. Chinchilla: C = 6 N D with D = 20 N tokens,
        so r = 120.

    Returns
    -------
    array, same shape
        Inference kappa [FLOP/h, effective]; a token costs 2N FLOP.

    Raises
    ------
    InputError
        If `training_compute` is negative or NaN, or another argument is not positive.

    References
    ----------
    Hoffmann et al. (2022), arXiv 2203.15556, for the ratio; Finnveden (2023) for 100 tokens per human-second.

    Examples
    --------
    >>> kappa = inference_per_hour(1.2e26, tokens_per_human_second=100, parameters_compute_ratio=120)
    >>> f"{float(kappa):.1e}"
    '7.2e+17'
    """
    compute = within("[0, inf]", "training_compute", training_compute)
    parameters = np.sqrt(
        compute / within("(0, inf)", "parameters_compute_ratio", parameters_compute_ratio)
    )
    return (
        within("(0, inf)", "tokens_per_human_second", tokens_per_human_second)
        * 3600
        * 2
        * parameters
    )


def _minutes(intercept: ArrayLike) -> np.ndarray:
    return 10.0 ** within("[-300, 300]", "intercept", intercept)


def _slope(slope: ArrayLike) -> np.ndarray:
    return within("(0, inf)", "slope", slope)


def _reference(reference_compute: ArrayLike) -> np.ndarray:
    return within("(0, inf)", "reference_compute", reference_compute)
