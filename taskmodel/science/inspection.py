r"""Layers of review that share a blind spot.

Layers that detect independently let the product of what each misses escape. Layers that are alike
miss the same share c of defects together, so that further layers help with the rest only:

    q (c + (1 - c) prod_l (1 - d_l))

The escape rate of one layer with partial coverage is `supervision.escape_rate`; `review_effort`
relates detection to hours of review.

Source: docs, model, section 3.2.
"""

from __future__ import annotations

import numpy as np

from taskmodel.numerics.ranges import Real, ranges

__all__ = ["layered_escape"]


@ranges(defect_probability="[0, 1]", detections="[0, 1]", common_mode="[0, 1]")
def layered_escape(defect_probability: Real, detections: Real, common_mode: Real) -> np.ndarray:
    r"""Defective units that escape every layer of review, per unit.

    .. math:: q \Bigl(c + (1 - c) \prod_l (1 - d_l)\Bigr)

    Parameters
    ----------
    defect_probability : array, shape (...)
        Probability q that a unit is defective [1]; in [0, 1].
    detections : array, shape (..., layer)
        Probability d_l that a layer detects a defect outside the blind spot [1]; in [0, 1].
        Without layers every defect escapes.
    common_mode : array, shape (...)
        Share c of defects in the blind spot that all layers share [1]; in [0, 1].

    Returns
    -------
    array, shape (...)
        Escaped defects per unit [1]; at least q c.

    Notes
    -----
    The beta-factor model of common-cause failure, Fleming (1975), General Atomic report GA-A13284
    (access: secondary).

    Examples
    --------
    >>> [round(float(layered_escape(0.2, [0.5] * n, common_mode=0.3)), 4) for n in range(4)]
    [0.2, 0.13, 0.095, 0.0775]
    """
    missed = (1 - detections).prod(axis=-1)
    return defect_probability * (common_mode + (1 - common_mode) * missed)
