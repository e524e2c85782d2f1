r"""Two factors over tasks that are sorted: the optimum in closed form (``model.md`` 1.3), and the place of the split by bisection.

One nest. A unit of task i takes an hour of people, or kappa_i of compute. Compute does the tasks for which it is cheapest, and
at most one task has both. With s_i the shares, sigma the elasticity, psi = 1 - 1/sigma, X the sum of s_i kappa_i^(1 - sigma)
over compute's tasks and W that of s_i over people's,

.. math:: Y^\psi = X^{1-\psi} C^\psi + W^{1-\psi} H^\psi \quad\text{(nothing split)}, \qquad
          Y = (H + C / \kappa) (W + X \kappa^{\sigma - 1})^{1 / (\sigma - 1)} \quad\text{(a task of } \kappa \text{ split; W has it)}.

This is the marginal task of Dornbusch, Fischer and Samuelson (1977), Comparative advantage, trade, and payments in a Ricardian
model with a continuum of goods, American Economic Review 67(5), 823-839.

The formulas work in natural logarithms, on floats and on arrays (`taskmodel.elementary`); the takeoff model uses them over
tasks whose kappa falls as training runs grow.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.errors import InputError
from taskmodel.numerics.elementary import ARRAYS, Elementary
from taskmodel.numerics.types import Array

__all__ = [
    "SortedTasks",
    "TwoFactors",
    "cobb_douglas_log_output",
    "log_relative_price",
    "sorted_tasks",
    "split_log_output",
    "unsplit_log_output",
]


def log_relative_price(slope: Any, log_x: Any, log_w: Any, log_ratio: Any) -> Any:
    """ln of the price of compute over that of hours where nothing is split; ``slope`` is 1/sigma, ``log_ratio`` ln H/C."""
    return slope * (log_x + log_ratio - log_w)


def unsplit_log_output(
    psi: Any, log_x: Any, log_w: Any, log_hours: Any, log_compute: Any, by: Elementary
) -> Any:
    """ln Y where nothing is split; psi is not 0."""
    return (
        by.log_add((1 - psi) * log_x + psi * log_compute, (1 - psi) * log_w + psi * log_hours) / psi
    )


def cobb_douglas_log_output(
    log_x: Any, log_w: Any, gained: Any, log_hours: Any, log_compute: Any, by: Elementary
) -> Any:
    """ln Y where nothing is split and psi is 0, times the sum of all shares; ``gained`` is the sum of s ln eta of compute's tasks."""
    by_compute = by.where(log_x == -inf, 0.0, by.exp(log_x) * (log_compute - log_x))
    by_people = by.where(log_w == -inf, 0.0, by.exp(log_w) * (log_hours - log_w))
    return by_compute + by_people + gained


def split_log_output(
    power: Any,
    log_x: Any,
    log_w: Any,
    log_eta: Any,
    log_hours: Any,
    log_compute: Any,
    by: Elementary,
) -> tuple[Any, Any]:
    """ln Y where a task of efficiency eta = 1/kappa is split, and how much of its weight compute does, if that is 1.

    ``power`` is 1 / (sigma - 1), ``log_x`` is ln of X eta^(1 - sigma). At sigma = 1 ``power`` is -1, and ln Y lacks what
    compute's tasks gain over the split one.
    """
    log_value = log_eta + log_compute
    log_total = by.log_add(log_hours, log_value)
    # compute's part of the total, less what its own tasks take, over the weights of the rest: W v - X (1 - v)
    part = by.exp(log_w + log_value - log_total) - by.exp(log_x + log_hours - log_total)
    return log_total + power * by.log_add(log_w, log_x), part


class TwoFactors(NamedTuple):
    """The optimum of `SortedTasks`, with leading dimensions of hours and compute broadcast against each other.

    Attributes
    ----------
    output : array, shape (...)
        Output per year.
    shadow_price, factor_elasticity : array, shape (..., 2)
        Output per unit of hours and of compute, and elasticities of output to both, which sum to 1.
    activity : array, shape (..., task, 2)
        Work by people and by compute, tasks in the caller's order. Tasks that are split alike have the same part by compute.
    """

    output: Array
    shadow_price: Array
    factor_elasticity: Array
    activity: Array


@dataclass(frozen=True)
class SortedTasks:
    """Tasks sorted by kappa, with the sums over them that do not depend on supplies; made by `sorted_tasks`.

    Tasks of the same kappa stand together as one group.
    """

    elasticity: float
    log_share: Array  # (task,)
    log_kappa: Array  # (task,), inf: by people alone
    group: NDArray[np.intp]  # (task,)
    log_kappa_of: Array  # (group,) open to compute, rising
    log_x: Array  # (group + 1,) ln X before each group
    log_w: Array  # (group + 1,) ln W from it on
    gained: Array  # (group + 1,) sum of s ln eta before it
    starts: Array  # (2 group,) ln(C / H) where a group begins to be split, and where it is done by compute alone, by turns

    def allocate(self, hours: ArrayLike, compute: ArrayLike) -> TwoFactors:
        """The best allocation; a place is found in O(log N), and filling in the activities takes N more.

        Parameters
        ----------
        hours, compute : array, broadcast against each other
            Hours of people and compute per year; > 0, finite.

        Raises
        ------
        InputError
            If a supply is not a positive, finite number.

        Examples
        --------
        >>> best = sorted_tasks([0.5, 0.5], [10.0, np.inf], 0.5).allocate(100.0, 200.0)
        >>> round(float(best.output), 3), best.factor_elasticity.round(3).tolist()
        (120.0, [0.833, 0.167])
        """
        supplies = np.broadcast_arrays(*(np.asarray(one, dtype=float) for one in (hours, compute)))
        for name, one in zip(("hours", "compute"), supplies, strict=True):
            if not (np.isfinite(one) & (one > 0)).all():
                raise InputError(
                    f"{name} must be positive, finite numbers; found {one[~(np.isfinite(one) & (one > 0))][0]}"
                )
        log_hours, log_compute = (np.log(one) for one in supplies)
        stage = np.searchsorted(self.starts, log_compute - log_hours, side="right")
        split, place = stage % 2 == 1, stage // 2  # groups before the place are by compute alone
        with np.errstate(
            invalid="ignore", over="ignore"
        ):  # what does not hold of a stage is not chosen
            log_output, log_price, part = self._optimum(split, place, log_hours, log_compute)
            log_value = np.where(log_price == inf, log_compute, log_price + log_compute)
            log_total = np.where(log_price == inf, log_compute, np.logaddexp(log_hours, log_value))
            elasticity = np.stack(
                [
                    np.where(log_price == inf, 0.0, np.exp(log_hours - log_total)),
                    np.exp(log_value - log_total),
                ],
                axis=-1,
            )
            activity = self._activity(split, place, part, log_output, log_price, log_total)
        output = np.exp(log_output)
        return TwoFactors(
            output,
            elasticity * output[..., None] / np.stack(supplies, axis=-1),
            elasticity,
            activity,
        )

    def _optimum(
        self,
        split: NDArray[np.bool_],
        place: NDArray[np.intp],
        log_hours: Array,
        log_compute: Array,
    ) -> tuple[Any, Any, Any]:
        """ln Y, ln of the price of compute in hours (inf where people are of no use), and compute's part of the split group."""
        psi = 1 - 1 / self.elasticity
        log_x, log_w = self.log_x[place], self.log_w[place]
        log_eta = -np.append(self.log_kappa_of, inf)[place]
        tilted = log_x + np.where(split, (1 - self.elasticity) * log_eta, 0.0)
        if psi == 0:
            gained = self.gained[place]
            whole, part = split_log_output(
                -1.0, tilted, log_w, log_eta, log_hours, log_compute, ARRAYS
            )
            whole = whole + gained - np.where(log_x == -inf, 0.0, np.exp(log_x) * log_eta)
            alone = cobb_douglas_log_output(log_x, log_w, gained, log_hours, log_compute, ARRAYS)
        else:
            whole, part = split_log_output(
                (1 - psi) / psi, tilted, log_w, log_eta, log_hours, log_compute, ARRAYS
            )
            alone = unsplit_log_output(psi, log_x, log_w, log_hours, log_compute, ARRAYS)
        price = np.where(
            log_w == -inf, inf, log_relative_price(1 - psi, log_x, log_w, log_hours - log_compute)
        )
        return (
            np.where(split, whole, alone),
            np.where(split, log_eta, price),
            np.where(split, part, 0.0),
        )

    def _activity(
        self,
        split: Any,
        place: Any,
        part: Array,
        log_output: Array,
        log_price: Array,
        log_total: Array,
    ) -> Array:
        """Work in every task: Y s (c / z)^sigma at its cost z, by what does it."""
        of_group = np.bincount(self.group, np.exp(self.log_share), len(self.log_kappa_of) + 1)[
            place
        ]
        by_compute = np.where(
            self.group < place[..., None],
            1.0,
            np.where(self.group == place[..., None], (part / of_group)[..., None], 0.0),
        )
        unpriced = (log_price == inf)[..., None]
        log_cost = np.where(
            self.group < place[..., None],
            self.log_kappa + np.where(unpriced, 0.0, log_price[..., None]),
            0.0,
        )
        log_work = (
            log_output[..., None]
            + self.log_share
            + self.elasticity * ((log_total - log_output)[..., None] - log_cost)
        )
        return np.exp(log_work)[..., None] * np.stack([1 - by_compute, by_compute], axis=-1)


def sorted_tasks(shares: ArrayLike, kappa: ArrayLike, elasticity: float) -> SortedTasks:
    """Sort tasks for the closed form.

    Parameters
    ----------
    shares : array, shape (task,)
        CES shares [1]; > 0, summing to 1.
    kappa : array, shape (task,)
        Compute per unit of each task [unit of compute]; > 0; inf where people alone can do it. People take an hour for a unit.
    elasticity : float
        Elasticity of substitution [1]; > 0. At 0 output has kinks: use `allocate`.

    Raises
    ------
    InputError
        If shapes do not fit, or a number is out of its range.
    """
    share, cost = np.asarray(shares, dtype=float), np.asarray(kappa, dtype=float)
    if share.ndim != 1 or share.shape != cost.shape or not share.size:
        raise InputError(
            f"shares and kappa must be one-dimensional, of one length; found shapes {share.shape} and {cost.shape}"
        )
    if not ((share > 0).all() and abs(share.sum() - 1) < 1e-9):
        raise InputError(
            f"shares must be positive and sum to 1; found the least {share.min():g} and the sum {share.sum():g}"
        )
    if not (cost > 0).all():
        raise InputError(
            f"kappa must be above 0 (inf: by people alone); found {cost[~(cost > 0)][0]}"
        )
    if not 0 < elasticity < inf:
        raise InputError(
            f"elasticity must be above 0 and finite; found {elasticity!r}; at 0 use allocate"
        )
    levels, group = np.unique(cost, return_inverse=True)
    weight = np.bincount(group, share)
    logs = np.log(levels[np.isfinite(levels)])
    of_compute = weight[: len(logs)]
    log_x = (
        np.append(-inf, np.logaddexp.accumulate(np.log(of_compute) + (1 - elasticity) * logs))
        if len(logs)
        else np.array([-inf])
    )
    rest = np.append(np.cumsum(weight[::-1])[::-1], 0.0)[: len(logs) + 1]
    with np.errstate(divide="ignore"):
        log_w = np.log(rest)
    begins, ends = (
        log_x[:-1] - log_w[:-1] + elasticity * logs,
        log_x[1:] - log_w[1:] + elasticity * logs,
    )
    return SortedTasks(
        elasticity=float(elasticity),
        log_share=np.log(share),
        log_kappa=np.log(cost),
        group=group,
        log_kappa_of=logs,
        log_x=log_x,
        log_w=log_w,
        gained=np.append(0.0, np.cumsum(-of_compute * logs)),
        starts=np.stack([begins, ends], axis=-1).ravel(),
    )
