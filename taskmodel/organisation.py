"""A catalog as arrays: what each mode of each task uses, what there is of it, and which modes are open at a given compute.

Joins `capability` (from which compute AI can do a task, and what an attempt costs) and `supervision` (review hours) into
the bundles, supplies and open modes that `allocation` takes, all as functions of the compute axis G [FLOP/year]. A task
opens at one exact point of the axis, `opens_at`, where both one-sided limits exist.

Source: docs, model, sections 1.1, 2, 3.1 and 3.5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel import capability, supervision
from taskmodel.catalog import Catalog
from taskmodel.graph import NestTree, nest_tree
from taskmodel.production import Array, Nest

HUMAN = supervision.MODES.index("human")


@dataclass(frozen=True, eq=False)
class Organisation:
    """A research organisation along the compute axis.

    Attributes
    ----------
    tasks, modes, factors : tuple of str
        Names along the axes of all arrays. Factors are the labour pools, then review, inference and experiments.
    pools : int
        How many of the factors are labour pools.
    nest : Nest
    opens_at : array, shape (task,)
        Compute from which AI can do each task [FLOP/year]; 0: always, inf: never.
    policy : array of bool, shape (task, mode)
        Modes that delegation and coverage rules allow, AI's once the task is open.
    review : array, shape (task, mode, factor)
        The part of each bundle that is review [h/h].
    fixed_bundles : array, shape (task, mode, factor)
        Factor use per human-equivalent hour, where it does not depend on compute.
    frontier_inference : array, shape (task,) or None
        Inference per human-equivalent hour and per square root of frontier training compute [FLOP^(1/2)/h], where the frontier
        model does the work; None where it is the smallest sufficient one.
    base_supply : array, shape (factor,)
        Supplies that do not depend on compute, per year; 0 for those that do.
    supply_per_compute : array, shape (factor,)
        Supply per unit of compute, for those that do.
    training_share : float
        Training compute of the frontier model per unit of compute [year].
    """

    tasks: tuple[str, ...]
    modes: tuple[str, ...]
    factors: tuple[str, ...]
    pools: int
    nest: Nest
    opens_at: Array
    policy: NDArray[np.bool_]
    review: Array
    fixed_bundles: Array
    frontier_inference: Array | None
    base_supply: Array
    supply_per_compute: Array
    training_share: float

    def bundles(self, compute: ArrayLike) -> Array:
        """Factor use per human-equivalent hour, shape (task, mode, factor), with a leading (point) where it depends on compute."""
        if self.frontier_inference is None:
            return self.fixed_bundles
        compute = np.atleast_1d(np.asarray(compute, dtype=float))
        whole = np.repeat(self.fixed_bundles[None], len(compute), axis=0)
        trained = np.sqrt(compute * self.training_share)
        whole[:, :, HUMAN + 1 :, self.factors.index("inference")] = (trained[:, None] * self.frontier_inference)[:, :, None]
        return whole

    def supply(self, compute: ArrayLike) -> Array:
        """Factors available per year, shape (point, factor); inf where not scarce."""
        compute = np.atleast_1d(np.asarray(compute, dtype=float))
        return self.base_supply + compute[:, None] * np.where(np.isfinite(self.base_supply), self.supply_per_compute, 0.0)

    def automatable(self, compute: ArrayLike, before: ArrayLike = False) -> NDArray[np.bool_]:
        """Whether AI can do each task, shape (point, task); ``before``: in the limit from below."""
        compute = np.atleast_1d(np.asarray(compute, dtype=float))[:, None]
        return np.where(np.atleast_1d(before)[:, None], compute > self.opens_at, compute >= self.opens_at)

    def open_modes(self, automatable: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Modes that may be used, shape (point, task, mode), from which tasks are automatable (point, task)."""
        whole = np.repeat(self.policy[None], len(automatable), axis=0)
        whole[:, :, HUMAN + 1 :] &= automatable[:, :, None]
        return whole

    def without_ai(self) -> Organisation:
        """The same people without AI: the base of the speed-ups.

        They do every task, as before there was AI, also those that ``by_people`` now keeps from them. Dedicated reviewers have
        nothing to do.
        """
        policy = np.zeros_like(self.policy)
        policy[:, HUMAN] = True
        return replace(self, policy=policy)

    def with_unlimited(self, *factors: str) -> Organisation:
        """The same with as much of some factors as anyone could use."""
        supply = np.where(np.isin(self.factors, factors), np.inf, self.base_supply)
        return replace(self, base_supply=supply)

    def without_review(self) -> Organisation:
        """The same with all review hours set to 0."""
        return replace(self, fixed_bundles=self.fixed_bundles - self.review, review=np.zeros_like(self.review))


def organisation(catalog: Catalog) -> Organisation:
    """The organisation that a catalog describes.

    Raises
    ------
    ValueError
        If a threshold or a cost overflows: the message names the quantity and its range.
    """
    tasks, people = tuple(catalog.tasks.values()), tuple(catalog.pools)
    rules, means = catalog.supervision, catalog.capability
    fit = {"intercept": means.intercept.value, "slope": means.slope.value, "reference_compute": means.reference_compute.value}

    def each(field: str) -> Array:
        return np.array([getattr(task, field).value for task in tasks])

    mapped = capability.automation_threshold(each("horizon"), each("horizon_multiplier"), **fit)
    given = np.array([np.nan if task.automation_threshold is None else task.automation_threshold.value for task in tasks])
    threshold = np.where(np.isnan(given), mapped, given)
    training_share = catalog.compute.training_share.value
    if means.h50_hours is None:
        opens_at = threshold / training_share
    else:
        frontier = capability.automation_threshold(means.h50_hours.value, **fit)
        needed = each("horizon") * each("horizon_multiplier")  # compared as hours: powers may differ in their last bit
        opens_at = np.where(np.where(np.isnan(given), needed <= means.h50_hours.value, threshold <= frontier), 0.0, np.inf)
    delegable = np.array([task.delegable for task in tasks])
    reachable = delegable & np.isfinite(threshold)
    opens_at = np.where(reachable, opens_at, np.inf)

    success = capability.success_probability(means.defect_probability.value)
    cost = {
        "tokens_per_human_second": means.tokens_per_human_second.value,
        "parameters_compute_ratio": means.parameters_compute_ratio.value,
    }
    per_root = None
    if means.worker == "sufficient":
        inference = capability.inference_per_hour(np.where(reachable, threshold, 0.0), **cost)
    elif means.h50_hours is not None:
        inference = np.broadcast_to(capability.inference_per_hour(frontier, **cost), len(tasks))
    else:
        inference = np.zeros(len(tasks))
        per_root = np.broadcast_to(capability.inference_per_hour(1.0, **cost) / success, len(tasks))

    review = np.array([task.review_ratio.at(rules.review_level) for task in tasks])
    shared = None if rules.pool == "dedicated" else people.index(rules.pool)
    parts: dict[str, Any] = {
        "pools": len(people),
        "review_ratio": review,
        "coverage": supervision.coverage_by_mode(each("coverage_floor")),
        "success": success,
        "shared_pool": shared,
    }
    bundles = supervision.bundles(
        pool=np.array([people.index(task.pool) for task in tasks]),
        experiments=each("experiment_compute"),
        inference_per_attempt=inference,
        **parts,
    )
    policy = np.zeros((len(tasks), len(supervision.MODES)), dtype=bool)
    policy[:, HUMAN] = [task.by_people for task in tasks]
    policy[:, HUMAN + 1 + supervision.COVERAGE_POLICIES.index(rules.coverage)] = delegable

    reviewed = supervision.review_supply(
        rules.headcount.value, rules.hours_per_year.value, rules.max_review_share.value, rules.utilisation.value
    )
    labour = [pool.headcount.value * pool.hours_per_year.value for pool in catalog.pools.values()]
    use = catalog.compute
    free = [np.inf if kind == "free" else 0.0 for kind in (use.inference, use.experiments)]
    return Organisation(
        tasks=tuple(catalog.tasks),
        modes=supervision.MODES,
        factors=(*people, "review", "inference", "experiments"),
        pools=len(people),
        nest=_nest(catalog),
        opens_at=opens_at,
        policy=policy,
        review=supervision.review_part(**parts),
        fixed_bundles=bundles,
        frontier_inference=per_root,
        base_supply=np.array([*labour, reviewed, *free]),
        supply_per_compute=np.array(
            [0.0] * len(people) + [0.0, use.inference_share.value, use.experiment_share.value / use.h100_hour.value]
        ),
        training_share=training_share,
    )


def _nest(catalog: Catalog) -> Nest:
    """The nests with their shares: a nest's share is that of the tasks below it, and its elasticity its own or the catalog's."""
    shares = np.array([task.share.value for task in catalog.tasks.values()])
    default = catalog.production.elasticity.value
    tree = nest_tree(
        {name: task.phase for name, task in catalog.tasks.items()}, {name: nest.parent for name, nest in catalog.nests.items()}
    )

    def build(node: NestTree) -> Nest:
        own = catalog.nests[node.name].elasticity
        weight = np.array([shares[list(member.tasks)].sum() if isinstance(member, NestTree) else shares[member] for member in node.members])
        if weight.sum() == 0:
            weight = np.ones(len(weight))  # a nest without weight of its own: how it is split does not matter
        members = [build(member) if isinstance(member, NestTree) else member for member in node.members]
        return Nest(default if own is None else own.value, weight / weight.sum(), members)

    return build(tree)
