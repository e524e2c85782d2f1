r"""Learning curves: how accumulated research work changes a quantity.

With W [field-years] of work on top of an initial stock W_0, a falling quantity is multiplied by

.. math:: m(W) = \ell + (1 - \ell)\,(1 + W/W_0)^{-e},

a power law in the whole stock of work, W_0 + W, with a share l that no work removes. A growing
quantity is multiplied by (1 + W/W_0)^e. With e = 0 nothing changes.

Source: docs, model, section 7. The form is that of learning curves (a power of cumulative work);
the numbers are judgement.
"""

from __future__ import annotations

import numpy as np

from taskmodel.numerics.ranges import Real, ranges


@ranges(work="[0, inf)", exponent="[0, inf)", scale="(0, inf)", least="[0, 1]")
def remaining(work: Real, exponent: Real, scale: Real, least: Real = 0.0) -> np.ndarray:
    """Factor of a quantity that falls as work accumulates.

    Parameters
    ----------
    work : array
        Accumulated work W [field-year]; >= 0.
    exponent : array
        e [1]; >= 0.
    scale : array
        Initial stock W_0 [field-year]; > 0.
    least : array
        Share l that no work removes [1]; in [0, 1].

    Returns
    -------
    array
        m(W) [1]; in (0, 1].

    Examples
    --------
    >>> remaining([0, 10, 90], exponent=0.5, scale=10, least=[0, 0, 0.2]).round(4).tolist()
    [1.0, 0.7071, 0.453]
    """
    return least + (1 - least) / grown(work, exponent, scale)


@ranges(work="[0, inf)", exponent="[0, inf)", scale="(0, inf)")
def grown(work: Real, exponent: Real, scale: Real) -> np.ndarray:
    """Factor of a quantity that grows as work accumulates; parameters as in `remaining`.

    Returns
    -------
    array
        (1 + W/W_0)^e [1]; >= 1, inf where it exceeds the largest float.

    Examples
    --------
    >>> grown([0, 90], exponent=2, scale=10).tolist()
    [1.0, 100.0]
    """
    with np.errstate(over="ignore"):
        return (1 + work / scale) ** exponent
