"""Measures of an allocation: speed-ups, what limits output, and the part of oversight in it.

With y the activities, eps the elasticities of output to the factors, B the bundles and R the part
of them that is review,

    oversight elasticity   sum_k eps_k (sum y R_k) / (sum y B_k)    over all factors k, by the
                           envelope theorem
    bottleneck shares      eps, each labour pool's entry split into hands-on work and review, and
                           the review hours of all pools of reviewers added up; they sum to 1
    throughput speed-up    S_Y = Y / Y without AI, at the same supply of experiments
    latency speed-up       S_L = T without AI / T, T the longest path through the tasks (`clock`)
    speed-up               S = S_Y^lambda S_L^(1 - lambda)

Source: docs, model, sections 3.6, 4 and 5.
"""

from __future__ import annotations

from copy import copy
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.errors import SolveError
from taskmodel.numerics.accuracy import OVERSIGHT_ROUNDING
from taskmodel.numerics.types import Array, writable_rows
from taskmodel.organisation.clock import Clock, people_alone
from taskmodel.organisation.measure_kernels import (
    escaped_units,
    mode_shares,
    review_sums,
    savings_by_ai,
    total_work,
    work_by_ai,
)
from taskmodel.organisation.organisation import HUMAN, Organisation
from taskmodel.organisation.quantities import Quantities, point_rows
from taskmodel.organisation.unaided import PeopleAlone
from taskmodel.science import supervision
from taskmodel.science.production import Rows

REVIEW = 1  # position of review among the sources


def sources(organisation: Organisation) -> tuple[str, ...]:
    """Return the names of the sources: hands-on work, review, each factor not hours of people."""
    return ("hands_on", "review", *organisation.factors[organisation.other_factors])


class Yardstick:
    """The base that an organisation is measured against, and the clock of its tasks.

    Parameters
    ----------
    quantities : Quantities
    organisation : Organisation
        The organisation that they describe.
    base_output : array, shape (point or 1,), optional
        Output that output is relative to [h/year]; default: that of its own people without AI
        and with experiments not scarce.

    Raises
    ------
    SolveError
        If the people without AI produce nothing.
    """

    def __init__(
        self,
        quantities: Quantities,
        organisation: Organisation,
        base_output: Array | None = None,
    ) -> None:
        self.organisation = organisation
        self.exponent = quantities.number("production.parallel_exponent")
        self.shares = quantities.tasks("share")
        self.pool_hours = quantities.members("pools", "hours_per_year")
        self.reviewer_hours = supervision.review_supply(
            1.0,
            *(
                quantities.members("reviewers", name)
                for name in ("hours_per_year", "max_review_share", "utilisation")
            ),
        )
        self.people_alone = PeopleAlone(organisation)
        self.base_output = self.people_alone.plenty.output if base_output is None else base_output
        if not (self.base_output > 0).all():
            hours = quantities.members("pools", "headcount") * self.pool_hours
            idle = ", ".join(
                f"pools.{name}"
                for name, without in zip(
                    quantities.catalog.pools, (hours == 0).any(axis=0), strict=True
                )
                if without
            )
            raise SolveError(
                "people without AI produce nothing, and speed-ups are relative to them: give "
                f"{idle} people and hours"
            )
        self.clock = Clock(quantities, organisation)
        self.base_time = people_alone(quantities)

    def take(self, rows: Rows, organisation: Organisation) -> Yardstick:
        """Return the yardstick of some points; `organisation` is theirs."""
        result = copy(self)
        result.organisation = organisation
        for name in ("exponent", "shares", "pool_hours", "reviewer_hours", "base_output"):
            setattr(result, name, point_rows(getattr(self, name), rows))
        result.people_alone = self.people_alone.take(rows, organisation)
        result.clock = self.clock.take(rows, organisation)
        result.base_time = point_rows(self.base_time, rows)
        return result

    def effective_speedup(self, throughput: Array, latency: Array) -> Array:
        """Return the effective speed-up S_Y^lambda S_L^(1 - lambda), shape (point,)."""
        return np.asarray(throughput**self.exponent * latency ** (1 - self.exponent))

    def measure(
        self,
        compute: Array,
        allocation: Allocation,
        *,
        endless: bool = False,
        optimal: bool = False,
    ) -> Measures:
        """Return the measures of an allocation of the organisation at some computes, (point,).

        Parameters
        ----------
        compute : array, shape (point,)
        allocation : Allocation
        endless : bool
            Whether work that waits for ever has NaN for its latency, rather than raise an error.
        optimal : bool
            Whether the allocation is known to be the optimum.

        Raises
        ------
        UnstableQueue
            If queues are counted, a pool of reviewers is fully used, and not `endless`.
        """
        measures = Measures(self, compute, allocation, endless, optimal)
        if not endless:
            _ = measures.latency_speedup  # queues that grow for ever are told at once
        return measures


class Measures:
    """Measures of allocations, each made when it is first read.

    NaN where there is no output, or output is unlimited.

    Attributes
    ----------
    output : array, shape (point,)
        Relative to the catalog's own people without AI and with experiments not scarce [1].
    throughput_speedup, latency_speedup, speedup, bulk_speedup : array, shape (point,)
        Relative to the same people without AI [1].
    oversight_elasticity : array, shape (point,)
    bottleneck_share : array, shape (point, source)
    review_pool_share : array, shape (point, pool of reviewers)
        That of review by who reviews.
    review_elasticity : array, shape (point, task)
        Elasticity of output to the review hours per unit of a task, sign reversed [1].
    escaped_defects : array, shape (point, task)
        Defective units that pass unnoticed, in human-equivalent hours of them [h/year].
    reviewer_equivalent : array, shape (point, pool of reviewers, labour pool)
        How many more people of a labour pool are worth one more reviewer [1].
    automated_share : array, shape (point, task)
        Share of the output of each task made in AI modes [1].
    mode_hours_share : array, shape (point, mode)
        Part of base-year human hours that is in each mode [1].
    mode_share : array, shape (point, task, mode)
    """

    def __init__(
        self,
        yardstick: Yardstick,
        compute: Array,
        allocation: Allocation,
        endless: bool,
        optimal: bool,
    ) -> None:
        self._yardstick, self._compute, self._allocation = yardstick, compute, allocation
        self._endless, self._optimal = endless, optimal

    @cached_property
    def output(self) -> Array:
        return np.asarray(self._allocation.output / self._yardstick.base_output)

    @cached_property
    def throughput_speedup(self) -> Array:
        return _relative(self._allocation.output, self._people[0])

    @cached_property
    def latency_speedup(self) -> Array:
        yardstick, produced = self._yardstick, self._productive | np.isinf(self._allocation.output)
        time = yardstick.clock.pass_time(
            self.mode_share, self._activity, self._compute, endless=self._endless
        )
        return np.where(produced, yardstick.base_time / time, np.nan)

    @cached_property
    def speedup(self) -> Array:
        return self._yardstick.effective_speedup(self.throughput_speedup, self.latency_speedup)

    @cached_property
    def bulk_speedup(self) -> Array:
        work = np.zeros(len(self._activity))
        total_work(self._activity, work)
        return np.where(self._productive, _relative(work, self._people[1]), np.nan)

    @property
    def oversight_elasticity(self) -> Array:
        return self._oversight["oversight_elasticity"]

    @property
    def bottleneck_share(self) -> Array:
        return self._oversight["bottleneck_share"]

    @property
    def review_pool_share(self) -> Array:
        return self._oversight["review_pool_share"]

    @property
    def review_elasticity(self) -> Array:
        return self._oversight["review_elasticity"]

    @cached_property
    def escaped_defects(self) -> Array:
        escaped = np.zeros(self._activity.shape[:2])
        escape = self._yardstick.organisation.escape(self._compute)
        escaped_units(self._activity, _rows(escape), escaped)
        return escaped

    @cached_property
    def reviewer_equivalent(self) -> Array:
        yardstick, price = self._yardstick, self._allocation.shadow_price
        reviewer = price[:, yardstick.organisation.reviewing] * yardstick.reviewer_hours
        other = price[:, yardstick.organisation.labour] * yardstick.pool_hours
        # people of no worth: inf; neither of any worth: NaN
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(reviewer[:, :, None] / other[:, None, :])

    @cached_property
    def automated_share(self) -> Array:
        by_ai = np.zeros(self._activity.shape[:2])
        work_by_ai(self._activity, self.mode_share, HUMAN, by_ai)
        return by_ai

    @cached_property
    def mode_hours_share(self) -> Array:
        weights = np.broadcast_to(self._yardstick.shares, self._activity.shape[:2])
        return np.asarray(np.einsum("ptm,pt->pm", self.mode_share, weights))

    @cached_property
    def mode_share(self) -> Array:
        return mode_mix(self._activity, self._yardstick.organisation.policy)

    @cached_property
    def _activity(self) -> Array:
        return writable_rows(self._allocation.activity)

    @cached_property
    def _productive(self) -> NDArray[np.bool_]:
        output = self._allocation.output
        return np.asarray(np.isfinite(output) & (output > 0))

    @cached_property
    def _people(self) -> tuple[Array, Array]:
        optimum = self._allocation if self._optimal else None
        return self._yardstick.people_alone.at(self._compute, optimum)

    @cached_property
    def _oversight(self) -> dict[str, Array]:
        return oversight(self._yardstick.organisation, self._compute, self._allocation)


# those that sweeps read: shares of modes in each task are as large as the activities
MEASURES = tuple(
    name for name in vars(Measures) if not name.startswith("_") and name != "mode_share"
)


def _relative(value: Array, base: Array) -> Array:
    """Return value / base; NaN where there is no base, and inf / inf."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(base > 0, value / base, np.nan)


def _rows(values: Array) -> Array:
    """Return an array as the loops take it."""
    return writable_rows(np.asarray(values, dtype=float))


def oversight(
    organisation: Organisation, compute: Array, allocation: Allocation
) -> dict[str, Array]:
    """Return the measures of review in output.

    Returns
    -------
    dict of str to array
        ``oversight_elasticity``, shape (point,), the elasticity of output to all review hours per
        unit, sign reversed; ``review_elasticity``, (point, task), that to the review hours of each
        task: by the envelope theorem sum_k eps_k (review hours of the task out of factor k) / (use
        of factor k); ``bottleneck_share``, (point, source); ``review_pool_share``, (point, pool of
        reviewers), that of review by who reviews.
    """
    labour, used = organisation.labour, allocation.factor_use
    activity, elasticity = _rows(allocation.activity), allocation.factor_elasticity
    worth = np.divide(elasticity, used, where=used > 0, out=np.zeros_like(used))
    reviewed, by_task = np.zeros(used.shape), np.zeros(activity.shape[:2])
    review_sums(activity, _rows(organisation.review(compute)), worth, reviewed, by_task)
    by_task[np.isnan(worth).any(axis=-1)] = np.nan
    part = np.divide(reviewed, used, where=used > 0, out=np.zeros_like(used))
    by_review = elasticity * part
    hands_on = (elasticity * (1 - part))[:, labour].sum(axis=-1)
    # An hour of a reviewer is review whether or not it is used, hence the whole elasticity.
    reviewing = elasticity[:, organisation.reviewing].sum(axis=-1)
    review = by_review[:, labour].sum(axis=-1) + reviewing
    shares = np.column_stack([hands_on, review, elasticity[:, organisation.other_factors]])
    return {
        "oversight_elasticity": by_review.sum(axis=-1),
        "review_elasticity": by_task,
        "bottleneck_share": shares,
        "review_pool_share": _by_reviewers(organisation, compute, allocation, worth, review),
    }


def _by_reviewers(
    organisation: Organisation, compute: Array, allocation: Allocation, worth: Array, review: Array
) -> Array:
    """Return the bottleneck share of review by pool of reviewers, shape (point, pool).

    ``worth`` is the elasticity of output to each factor per unit of its use, (point, factor);
    ``review`` the share of all review, (point,).
    """
    elasticity = allocation.factor_elasticity[:, organisation.reviewing]
    if elasticity.shape[1] == 1:
        return review[:, None]
    activity = np.where(np.isfinite(allocation.activity), allocation.activity, 0.0)
    hours = organisation.review(compute)
    people = organisation.labour
    # the worth of hours that people review besides their own work, by who reviews in a mode
    labour = np.einsum("ptmk,pk->ptm", hours[..., people], worth[:, people])
    who = hours[..., organisation.reviewing]
    total = who.sum(axis=-1, keepdims=True)
    part = np.divide(who, total, where=total > 0, out=np.zeros_like(who))
    return elasticity + np.einsum("ptm,ptm,ptmk->pk", activity, labour, part)


def leading_source(share: Array) -> NDArray[np.intp]:
    """Return the position of the largest bottleneck share, of equal ones the first, (...).

    ``share`` has the shape (..., source). Shares can be equal over an interval, where rounding
    would decide.
    """
    behind = OVERSIGHT_ROUNDING * np.arange(share.shape[-1])
    return np.argmax(np.nan_to_num(share) - behind, axis=-1)


def automation_elasticity(
    organisation: Organisation, bundles: Array, opened: NDArray[np.bool_], allocation: Allocation
) -> Array:
    """Return the elasticity of output to the share of a task that AI may do, at a share of 0.

    A task of cost share W that costs z at shadow prices, and would cost z' if AI did it, gives
    W (1 - z'/z) where that is positive. It is 0 for tasks that AI can do already, that policy
    closes to AI, or that AI would not do at a lower cost.

    Parameters
    ----------
    organisation : Organisation
    bundles : array, shape (point or 1, task, mode, factor)
        As in `allocate`.
    opened : array of bool, shape (point, task)
        Tasks that AI can do.
    allocation : Allocation

    Returns
    -------
    array, shape (point, task)
    """
    activity, output = _rows(allocation.activity), allocation.output
    worth = allocation.shadow_price / np.where(output > 0, output, 1.0)[:, None]
    saving = np.zeros(activity.shape[:2])
    savings_by_ai(
        activity,
        _rows(bundles),
        worth,
        # no task is done alone in the mode of a block
        organisation.policy & (np.arange(len(organisation.modes)) == organisation.base_modes),
        writable_rows(opened),
        HUMAN,
        saving,
    )
    saving[~np.isfinite(output)] = np.nan
    return saving


def task_output(activity: Array) -> Array:
    """Return the work done in each task [human-equivalent h/year], shape (point, task)."""
    return activity.sum(axis=-1)


def mode_mix(activity: Array, policy: NDArray[np.bool_]) -> Array:
    """Return the share of the work of each task done in each mode, shape (point, task, mode).

    A task that is not done counts as done by people, or by AI where people may not do it: a unit of
    it would be.
    """
    mix = np.zeros(activity.shape)
    mode_shares(_rows(activity), policy, mix)
    return mix
