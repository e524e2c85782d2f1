"""The models that do the tasks: how far beyond each, how often they succeed, and their review.

The lead of a model over a task is the ratio of its horizon and the one that the task needs; see
`science.verification_gap`. Its logarithm grows with that of compute G [FLOP/year] by the slope b of
the horizon, or is constant where the horizon is given directly.

Source: docs, model, sections 2 and 3.7.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.types import Array
from taskmodel.organisation.quantities import point_rows
from taskmodel.science import capability, supervision, verification_gap
from taskmodel.science.production import Rows

MOST_ATTEMPTS = 1e200  # per useful unit; costs of more would overflow


@dataclass(frozen=True, eq=False)
class Workers:
    """The models that do the tasks of an organisation; see the module.

    The first dimension of all arrays is the point; its length is 1 where all points agree.

    Attributes
    ----------
    kind : str
        ``sufficient``, ``frontier`` or ``best``, as ``capability.worker``.
    graded : bool
        Whether success grows with the lead, by the logistic.
    offset : array, shape (point, task)
        Logarithm of the lead of the frontier model at a compute of 1 FLOP/year [1].
    slope : array, shape (point,)
        Its growth with the logarithm of compute [1].
    horizon_slope : array, shape (point,)
        b, the growth of the horizon with training compute in logarithms [1].
    required : array, shape (point,)
        Logarithm of the lead from which a model may do a task [1].
    steepness : array, shape (point,)
        beta of the logistic [1]; 0 where the catalog has none.
    gap, detection_gap : array, shape (point,)
        gamma and delta [1].
    limit, effort, lag : array, shape (point,)
        Largest share of review in which the critic assists, hours where it does, and the logarithm
        of the frontier's horizon relative to the critic's [1].
    """

    kind: str
    graded: bool
    offset: Array
    slope: Array
    horizon_slope: Array
    required: Array
    steepness: Array
    gap: Array
    detection_gap: Array
    limit: Array
    effort: Array
    lag: Array

    def take(self, rows: Rows) -> Workers:
        """Return the workers of some points, in any order and number."""
        arrays: dict[str, Any] = {
            name: point_rows(value, rows)
            for name, value in vars(self).items()
            if isinstance(value, np.ndarray)
        }
        return replace(self, **arrays)

    @property
    def changes_review(self) -> bool:
        """Whether hours of review depend on the worker or a critic."""
        return bool((self.gap != 0).any() or (self.limit > 0).any())

    @property
    def changes_detection(self) -> bool:
        """Whether the share of defects that review finds depends on the worker."""
        return bool((self.detection_gap != 0).any())

    def of_frontier(self, compute: ArrayLike) -> Array:
        """Return the logarithm of the lead of the frontier model, shape (point, task)."""
        compute = np.atleast_1d(np.asarray(compute, dtype=float))
        return self.offset + (self.slope * np.log(compute))[:, None]

    def lead(self, compute: ArrayLike) -> Array:
        """Return that of the model that works, unless it is the best, shape (point, task)."""
        frontier = self.of_frontier(compute)
        if self.kind == "frontier":
            return frontier
        return np.broadcast_to(self.required[:, None], frontier.shape)

    def repeats(self, lead: Array) -> Array:
        """Return attempts relative to AI that always succeeds [1], of the shape of the lead."""
        if not self.graded:
            return np.ones(lead.shape)
        success = capability.logistic_success(np.exp(-lead), 1.0, _like(self.steepness, lead))
        if (hopeless := success * MOST_ATTEMPTS < 1.0).any():
            # success is about lead ** slope where the lead is small
            least = float(lead[hopeless].min())
            most = np.floor(np.log(MOST_ATTEMPTS) / -least)
            raise InputError(
                f"AI would need more than {MOST_ATTEMPTS:g} attempts per useful unit where its "
                f"horizon is {float(np.exp(least)):.2g} of what the task needs: give "
                f"capability.success_slope a value of at most {most:g}, or start at more compute"
            )
        return np.asarray(supervision.attempts(success))

    def review_growth(self, lead: Array) -> Array:
        """Return hours of review relative to those of a model with a lead of 1, without a critic.

        Of the shape of the lead.
        """
        return np.asarray(verification_gap.review_growth(np.exp(lead), _like(self.gap, lead)))

    def assisted(self, compute: ArrayLike) -> Array:
        """Return hours of review relative to those without a critic, shape (point, task)."""
        if not (self.limit > 0).any():
            return np.ones((1, self.offset.shape[1]))
        critic = self.of_frontier(compute) - self.lag[:, None]
        return np.asarray(
            verification_gap.assisted_review(
                np.exp(critic), self.limit[:, None], self.effort[:, None], self.steepness[:, None]
            )
        )

    def detection_fall(self, lead: Array) -> Array:
        """Return detection relative to that of a model with a lead of 1, of the lead's shape."""
        fall = verification_gap.detection_fall(np.exp(lead), _like(self.detection_gap, lead))
        return np.asarray(fall)


def _like(values: Array, lead: Array) -> Array:
    """Return values by point, to broadcast against leads of shape (point, ...)."""
    return values.reshape(-1, *[1] * (lead.ndim - 1))
