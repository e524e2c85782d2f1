"""How likely it is that something that comes at a constant rate has come by some time."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.numerics.ranges import within

__all__ = ["chance_by"]


def chance_by(rate: ArrayLike, time: ArrayLike) -> np.ndarray:
    """Probability that it has come, 1 - e^(-rate time).

    Parameters
    ----------
    rate : array
        [1/unit of time]; >= 0.
    time : array
        Months, steps or work [any unit]; >= 0.

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
    >>> chance_by(0.01, [0, 12]).round(3).tolist()
    [0.0, 0.113]
    """
    return np.asarray(
        -np.expm1(-within("[0, inf)", "rate", rate) * within("[0, inf)", "time", time))
    )
