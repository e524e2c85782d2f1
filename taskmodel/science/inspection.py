r"""Inspection: what spot checks and layers of review catch, let pass, and deter.

With defects in a share q of units, coverage v and detection d, q (1 - v d)
defective units pass per unit: that is `supervision.escape_rate`. Here is the
rest:

    caught at least once     1 - (1 - v d)^m              m defects, each as likely to be found
    deterred                 v d >= b / (b + B)           gain b if it goes unnoticed, penalty B if not
    past layers of review    q (c + (1 - c) prod_l (1 - d_l))

Layers that share a blind spot miss the same share c of defects together, so
that more of them help only with the rest. How review effort gives detection is
in `review_effort`.

Source: docs, model, section 3.2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.numerics.ranges import within

__all__ = ["deterring_detection", "layered_escape", "layered_review_hours", "probability_caught"]


def probability_caught(defects: ArrayLike, coverage: ArrayLike, detection: ArrayLike) -> np.ndarray:
    """Probability that spot checks find at least one of so many defects, 1 - (1 - v d)^m; arguments broadcast.

    Parameters
    ----------
    defects : array
        Defective units m [1]; >= 0.
    coverage : array
        Share v of units that are checked, drawn independently [1]; in [0, 1].
    detection : array
        Probability d that a check finds the defect [1]; in [0, 1].

    Returns
    -------
    array
        Probability [1]; 0 without defects.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> round(float(probability_caught(10, coverage=0.2, detection=0.5)), 4)
    0.6513
    """
    found = within("[0, 1]", "coverage", coverage) * within("[0, 1]", "detection", detection)
    return 1 - (1 - found) ** within("[0, inf)", "defects", defects)


def deterring_detection(gain: ArrayLike, penalty: ArrayLike) -> np.ndarray:
    """Least probability v d of being found at which cheating does not pay, b / (b + B); arguments broadcast.

    One who cheats gains b if nobody notices and loses B if somebody does: (1 - v d) b <= v d B.

    Parameters
    ----------
    gain : array
        b, of a defect that goes unnoticed [any unit]; > 0.
    penalty : array
        B, of one that is found [the same unit]; >= 0.

    Returns
    -------
    array
        Coverage times detection [1]; in (0, 1]. Divided by the detection it is the coverage needed; above 1 there is none.

    Raises
    ------
    InputError
        If an argument is out of its range.

    References
    ----------
    The inspection game: Avenhaus, von Stengel and Zamir (2002), *Handbook of Game Theory* 3, chapter 51 (access: secondary).

    Examples
    --------
    >>> float(deterring_detection(gain=1, penalty=9))
    0.1
    """
    tempted = within("(0, inf)", "gain", gain)
    return tempted / (tempted + within("[0, inf)", "penalty", penalty))


def layered_escape(
    defect_probability: ArrayLike, detections: ArrayLike, common_mode: ArrayLike
) -> np.ndarray:
    r"""Defective units that pass every layer of review, per unit.

    .. math:: q \Bigl(c + (1 - c) \prod_l (1 - d_l)\Bigr)

    Parameters
    ----------
    defect_probability : array, shape (...)
        Probability q that a unit is defective [1]; in [0, 1].
    detections : array, shape (..., layer)
        Probability d_l that a layer finds a defect of those it can see [1]; in [0, 1]. No layers: everything passes.
    common_mode : array, shape (...)
        Share c of defects that all the layers miss, being alike [1]; in [0, 1].

    Returns
    -------
    array, shape (...)
        Escaped defects per unit [1]; never below q c.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Notes
    -----
    The beta-factor model of common-cause failure, Fleming (1975), General Atomic report GA-A13284 (access: secondary).

    Examples
    --------
    >>> [round(float(layered_escape(0.2, [0.5] * layers, common_mode=0.3)), 4) for layers in range(4)]
    [0.2, 0.13, 0.095, 0.0775]
    """
    missed = (1 - within("[0, 1]", "detections", detections)).prod(axis=-1)
    common = within("[0, 1]", "common_mode", common_mode)
    return within("[0, 1]", "defect_probability", defect_probability) * (
        common + (1 - common) * missed
    )


def layered_review_hours(review_ratio: ArrayLike, escalation: ArrayLike) -> np.ndarray:
    """Hours of people left to review after layers of AI review that pass on only a share, r prod_l a_l.

    Parameters
    ----------
    review_ratio : array, shape (...)
        Review hours r per human-equivalent hour, were people to review everything [h/h]; >= 0.
    escalation : array, shape (..., layer)
        Share a_l of what reaches a layer that it passes on [1]; in [0, 1]. No layers: people review everything.

    Returns
    -------
    array, shape (...)
        Hours of people per human-equivalent hour of AI work [h/h].

    Raises
    ------
    InputError
        If an argument is out of its range.

    Examples
    --------
    >>> round(float(layered_review_hours(0.25, [0.2, 0.5])), 4)
    0.025
    """
    passed_on = within("[0, 1]", "escalation", escalation).prod(axis=-1)
    return within("[0, inf)", "review_ratio", review_ratio) * passed_on
