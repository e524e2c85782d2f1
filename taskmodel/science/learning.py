r"""What accumulated research work changes: oversight that takes less time, horizons that fall, AI that is safe to use.

With work W [field-year] on top of a scale W_0 that counts as much as all there was before, a quantity that falls is multiplied by

.. math:: m(W) = \ell + (1 - \ell)\,(1 + W/W_0)^{-e},

a learning curve in all the work there has been, W_0 + W, with a share l that no work takes away; what grows is multiplied by
(1 + W/W_0)^e. With e = 0 nothing changes.

Source: docs, model, section 7; the form is that of learning curves (a power of cumulative work), its numbers are judgement.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.numerics.ranges import within

__all__ = ["grown", "remaining"]


def remaining(
    work: ArrayLike, exponent: ArrayLike, scale: ArrayLike, least: ArrayLike = 0.0
) -> np.ndarray:
    """Part that is left of a quantity that falls as work accumulates; arguments broadcast.

    Parameters
    ----------
    work : array
        Work W accumulated [field-year]; >= 0.
    exponent : array
        e [1]; >= 0.
    scale : array
        W_0 [field-year]; > 0.
    least : array
        Share l that stays [1]; in [0, 1].

    Returns
    -------
    array
        m(W) [1]; in (0, 1].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> remaining([0, 10, 90], exponent=0.5, scale=10, least=[0, 0, 0.2]).round(4).tolist()
    [1.0, 0.7071, 0.453]
    """
    stays = within("[0, 1]", "least", least)
    return np.asarray(stays + (1 - stays) / grown(work, exponent, scale))


def grown(work: ArrayLike, exponent: ArrayLike, scale: ArrayLike) -> np.ndarray:
    """What a quantity that grows as work accumulates is multiplied by; arguments broadcast, and are those of `remaining`.

    Returns
    -------
    array
        (1 + W/W_0)^e [1]; at least 1, inf: beyond any float.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> grown([0, 90], exponent=2, scale=10).tolist()
    [1.0, 100.0]
    """
    with np.errstate(over="ignore"):  # beyond any float: inf is meant
        whole = 1 + within("[0, inf)", "work", work) / within("(0, inf)", "scale", scale)
        return np.asarray(whole ** within("[0, inf)", "exponent", exponent))
