"""What people want to know of an allocation: speed-ups, what binds, and how much of it is oversight.

With y the activities, eps the elasticities of output to the factors, and B the bundles of which R is review,

    oversight elasticity   sum_k eps_k (sum y R_k) / (sum y B_k)          over all factors k (envelope theorem)
    bottleneck shares      eps, with every labour pool's entry split into hands-on work and review, and review hours of all
                           pools of reviewers added up; they sum to 1
    throughput speed-up    S_Y = Y / Y without AI, at the same experiment supply
    latency speed-up       S_L = T without AI / T, T the longest path through the tasks (`clock`), weighted by the mix of modes
    speed-up               S = S_Y^lambda S_L^(1 - lambda)

Source: docs, model, sections 3.6, 4 and 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, allocate
from taskmodel.catalog import Catalog
from taskmodel.errors import SolveError
from taskmodel.numerics.types import Array
from taskmodel.organisation.clock import Clock
from taskmodel.organisation.numbers import Numbers
from taskmodel.organisation.organisation import HUMAN, Organisation
from taskmodel.organisation.reviewers import review_capacity, reviewer_pools

REVIEW = 1  # where review stands among the sources


@dataclass(frozen=True, eq=False)
class Measures:
    """One entry per point; NaN where there is no output, or no limit to it."""

    output: Array  # (point,) relative to the catalog's own people without AI and with experiments not scarce
    throughput_speedup: Array
    latency_speedup: Array
    speedup: Array
    bulk_speedup: Array
    oversight_elasticity: Array
    bottleneck_share: Array  # (point, source)
    review_elasticity: (
        Array  # (point, task) of output to the review hours per unit of a task, sign reversed
    )
    escaped_defects: Array  # (point, task) defective units that pass unnoticed, in human-equivalent hours of them a year
    reviewer_equivalent: Array  # (point, pool of reviewers, pool) how many more people of a pool are worth one more reviewer
    automated_share: Array  # (point, task) AI modes' part of each task's output
    mode_share: Array  # (point, task, mode)


def sources(organisation: Organisation) -> tuple[str, ...]:
    """What can hold an organisation back: hands-on work, review, and each factor that is not hours of people."""
    return ("hands_on", "review", *organisation.factors[organisation.besides])


class Yardstick:
    """The base against which an organisation is measured, and the clock of its tasks.

    Parameters
    ----------
    catalogs : sequence of Catalog
        One, or one a point, that differ in numbers alone.
    organisation : Organisation
        The organisation that they describe.
    base_output : array, shape (), optional
        What output is relative to [h/year]; default: what these catalogs' people make without AI and with experiments not scarce.

    Raises
    ------
    SolveError
        If the catalogs' people without AI produce nothing.
    """

    def __init__(
        self,
        catalogs: Sequence[Catalog],
        organisation: Organisation,
        base_output: Array | None = None,
    ) -> None:
        catalog, of = catalogs[0], Numbers(catalogs)
        self.organisation = organisation
        self.exponent = of.one(lambda catalog: catalog.production.parallel_exponent.value)
        self.shares = of.tasks(lambda task: task.share.value)
        self.pool_hours = of.each(
            lambda catalog: [pool.hours_per_year.value for pool in catalog.pools.values()]
        )
        self.reviewer_hours = of.each(
            lambda catalog: [
                review_capacity(pool, 1.0) for pool in reviewer_pools(catalog).values()
            ]
        )
        if base_output is None:
            bare = organisation.without_ai().with_unlimited("experiments")
            output = without_ai(bare, np.ones(len(catalogs))).output
            base_output = np.asarray(output[0] if len(catalogs) == 1 else output)
        self.base_output = base_output  # [h/year], shape (...)
        if not (self.base_output > 0).all():
            without = [
                name
                for name, pool in catalog.pools.items()
                if 0 in (pool.headcount.value, pool.hours_per_year.value)
            ]
            idle = ", ".join(f"pools.{name}" for name in without)
            raise SolveError(
                f"people without AI produce nothing, and speed-ups are relative to them: give {idle} people and hours"
            )
        self.clock = Clock(catalogs, organisation)
        self.base_time = self.clock.people_alone()

    def measure(self, compute: Array, allocation: Allocation) -> Measures:
        """Everything in `Measures`, for an allocation of the organisation at these points.

        Raises
        ------
        UnstableQueue
            If queues are counted, and reviewers have no time to spare.
        """
        activity = allocation.activity
        made = task_output(activity)
        done = np.isfinite(allocation.output) & (allocation.output > 0)
        mix = mode_mix(activity, self.organisation.policy)
        time = self.clock.critical_path(mix, activity, compute).total
        without = without_ai(self.organisation.without_ai(), compute)
        throughput = _relative(allocation.output, without.output)
        bulk = _relative(made.sum(axis=-1), task_output(without.activity).sum(axis=-1))
        latency = np.where(done | np.isinf(allocation.output), self.base_time / time, np.nan)
        return Measures(
            output=allocation.output / self.base_output,
            throughput_speedup=throughput,
            latency_speedup=latency,
            speedup=throughput**self.exponent * latency ** (1 - self.exponent),
            bulk_speedup=np.where(done, bulk, np.nan),
            **oversight(self.organisation, compute, allocation),
            review_elasticity=review_elasticity(self.organisation, compute, allocation),
            escaped_defects=_escaped(self.organisation.escape(compute), activity),
            reviewer_equivalent=self._reviewer_equivalent(allocation),
            automated_share=np.where(made > 0, mix[..., HUMAN + 1 :].sum(axis=-1), 0.0),
            mode_share=mix,
        )

    def _reviewer_equivalent(self, allocation: Allocation) -> Array:
        at, price = self.organisation, allocation.shadow_price
        reviewer, other = (
            price[:, at.reviewing] * self.reviewer_hours,
            price[:, at.labour] * self.pool_hours,
        )
        with np.errstate(
            invalid="ignore", divide="ignore"
        ):  # people of no worth: inf; neither of any: NaN
            return np.asarray(reviewer[:, :, None] / other[:, None, :])


def _escaped(escape: Array, activity: Array) -> Array:
    """Defective units that pass unnoticed, by task; inf where work is done without limit."""
    with np.errstate(
        invalid="ignore"
    ):  # nothing of a mode is none of its defects, though how many it has is not known
        parts = np.where((activity == 0) | (escape == 0), 0.0, activity * escape)
    return np.asarray(parts.sum(axis=-1))


def _relative(value: Array, base: Array) -> Array:
    """One over the other; NaN where there is no base."""
    with np.errstate(
        invalid="ignore", divide="ignore"
    ):  # no base, or no limit: NaN and inf are what is meant
        return np.where(base > 0, value / base, np.nan)


def oversight(
    organisation: Organisation, compute: Array, allocation: Allocation
) -> dict[str, Array]:
    """The elasticity of output to all review hours per unit (sign reversed), and the bottleneck shares."""
    labour = organisation.labour
    activity = np.where(
        np.isfinite(allocation.activity), allocation.activity, 0.0
    )  # what is done without limit is free, and not reviewed
    review_hours = organisation.review(compute)
    reviewed = np.einsum(
        "ptm,ptmk->pk" if review_hours.ndim == 4 else "ptm,tmk->pk", activity, review_hours
    )
    used = allocation.factor_use
    part = np.divide(reviewed, used, where=used > 0, out=np.zeros_like(used))
    elasticity = allocation.factor_elasticity
    review = (elasticity * part).sum(axis=-1)
    hands_on = (elasticity * (1 - part))[:, labour].sum(axis=-1)
    # a dedicated review hour is review whether or not it is used
    review_source = (elasticity * part)[:, labour].sum(axis=-1) + elasticity[
        :, organisation.reviewing
    ].sum(axis=-1)
    shares = np.column_stack([hands_on, review_source, elasticity[:, organisation.besides]])
    return {"oversight_elasticity": review, "bottleneck_share": shares}


def review_elasticity(organisation: Organisation, compute: Array, allocation: Allocation) -> Array:
    """The elasticity of output to the review hours per unit of each task, sign reversed, shape (point, task).

    That is sum_k eps_k (review hours of task i out of factor k) / (use of factor k), by the envelope theorem; over the tasks it
    adds up to the elasticity of output to all review hours.
    """
    hours = organisation.review(compute)
    activity = np.where(np.isfinite(allocation.activity), allocation.activity, 0.0)
    reviewed = np.einsum("ptm,ptmk->ptk" if hours.ndim == 4 else "ptm,tmk->ptk", activity, hours)
    used = allocation.factor_use
    worth = np.divide(allocation.factor_elasticity, used, where=used > 0, out=np.zeros_like(used))
    return np.asarray(np.einsum("ptk,pk->pt", reviewed, worth))


def automation_elasticity(
    organisation: Organisation, bundles: Array, opened: NDArray[np.bool_], allocation: Allocation
) -> Array:
    """The elasticity of output to the part of a task that AI may do, at the part none, shape (point, task).

    A task of cost share W that costs z at shadow prices, and would cost z' by AI, gives W (1 - z'/z) where that is positive:
    0 for tasks that AI can do already, that policy keeps from it, or that it would not do any cheaper.

    Parameters
    ----------
    bundles : array, shape (task, mode, factor) or (point, task, mode, factor)
        As in `allocate`.
    opened : array of bool, shape (point, task)
        Tasks that AI can do.
    """
    worth = (
        allocation.shadow_price / np.where(allocation.output > 0, allocation.output, 1.0)[:, None]
    )
    spelled = "ptmk,pk->ptm" if bundles.ndim == 4 else "tmk,pk->ptm"
    cost = np.einsum(spelled, bundles, worth)
    activity = np.where(np.isfinite(allocation.activity), allocation.activity, 0.0)
    by_ai = np.where(organisation.policy[:, HUMAN + 1 :], cost[..., HUMAN + 1 :], np.inf).min(
        axis=-1
    )
    made, paid = activity.sum(axis=-1), (activity * cost).sum(axis=-1)
    saved = np.where(
        opened | np.isinf(by_ai) | (made == 0),
        0.0,
        paid - made * np.where(np.isinf(by_ai), 0.0, by_ai),
    )
    return np.where(np.isfinite(allocation.output)[:, None], np.maximum(saved, 0.0), np.nan)


def task_output(activity: Array) -> Array:
    """Work done in each task, whatever the mode [human-equivalent h/year], shape (point, task)."""
    return activity.sum(axis=-1)


def mode_mix(activity: Array, policy: NDArray[np.bool_]) -> Array:
    """Share of each task's work done in each mode, shape (point, task, mode).

    A task that is not done at all counts as done by people, or by AI where people may not do it: a unit of it would be.
    """
    endless = np.isinf(activity)
    weight = np.where(endless.any(axis=-1, keepdims=True), endless, activity)
    total = np.nan_to_num(weight.sum(axis=-1, keepdims=True))
    first = np.zeros(activity.shape[-2:])
    first[np.arange(activity.shape[-2]), np.argmax(policy, axis=-1)] = 1.0
    return np.where(total > 0, np.nan_to_num(weight) / np.where(total > 0, total, 1.0), first)


def without_ai(organisation: Organisation, compute: Array) -> Allocation:
    """The allocation of people alone, at each compute."""
    closed = np.zeros((len(compute), len(organisation.tasks)), dtype=bool)
    return allocate(
        organisation.bundles(compute),
        organisation.supply(compute),
        organisation.nest,
        organisation.open_modes(closed),
    )
