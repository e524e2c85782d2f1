"""Catalogs as arrays: what each mode of each task uses, what there is of it, and which modes are open at a given compute.

Joins `capability` (from which compute AI can do a task, and what an attempt costs) and `supervision` (review hours) into
the bundles, supplies and open modes that `allocation` takes, all as functions of compute G [FLOP/year]. A task opens at
one exact compute, `opens_at`. Several catalogs that differ in numbers alone, such as those along an axis, become one
organisation whose arrays have a leading dimension where the numbers differ.

Source: docs, model, sections 1.1, 2, 3.1 and 3.5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel import capability, supervision
from taskmodel.catalog import Catalog, Task
from taskmodel.graph import NestTree, nest_tree
from taskmodel.production import Array, Nest

HUMAN = supervision.MODES.index("human")


@dataclass(frozen=True, eq=False)
class Organisation:
    """A research organisation as a function of compute.

    Attributes
    ----------
    All but the names may have a leading dimension (point): there the organisation is another at every point, and every
    compute given to its methods is that of one point.

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
    training_share : array, shape ()
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
    training_share: Array

    def bundles(self, compute: ArrayLike) -> Array:
        """Factor use per human-equivalent hour, shape (task, mode, factor), with a leading (point) where it depends on that."""
        if self.frontier_inference is None:
            return self.fixed_bundles
        compute = np.atleast_1d(np.asarray(compute, dtype=float))
        whole = np.broadcast_to(self.fixed_bundles, (len(compute), *self.fixed_bundles.shape[-3:])).copy()
        per_hour = np.sqrt(compute * self.training_share)[:, None] * self.frontier_inference
        whole[:, :, HUMAN + 1 :, self.factors.index("inference")] = per_hour[:, :, None]
        return whole

    def supply(self, compute: ArrayLike) -> Array:
        """Factors available per year, shape (point, factor); inf where not scarce."""
        compute = np.atleast_1d(np.asarray(compute, dtype=float))
        return self.base_supply + compute[:, None] * np.where(np.isfinite(self.base_supply), self.supply_per_compute, 0.0)

    def automatable(self, compute: ArrayLike) -> NDArray[np.bool_]:
        """Whether AI can do each task, shape (point, task)."""
        return np.atleast_1d(np.asarray(compute, dtype=float))[:, None] >= self.opens_at

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


def organisation(*catalogs: Catalog) -> Organisation:
    """The organisation that a catalog describes, or several catalogs that differ in numbers alone.

    Raises
    ------
    ValueError
        If a threshold or a cost overflows: the message names the quantity and its range.
    """
    catalog = catalogs[0]
    tasks, people = tuple(catalog.tasks), tuple(catalog.pools)
    delegable = np.array([task.delegable for task in catalog.tasks.values()])
    of_task, factors = Numbers(catalogs), (*people, "review", "inference", "experiments")
    opens_at, inference, per_root = _capability(of_task, delegable)
    rules = catalog.supervision
    parts: dict[str, Any] = {
        "pools": len(people),
        "review_ratio": of_task.tasks(lambda task: task.review_ratio.at(rules.review_level)),
        "coverage": supervision.coverage_by_mode(of_task.tasks(lambda task: task.coverage_floor.value)),
        "success": capability.success_probability(of_task.one(lambda catalog: catalog.capability.defect_probability.value))[..., None],
        "shared_pool": None if rules.pool == "dedicated" else people.index(rules.pool),
    }
    bundles = supervision.bundles(
        pool=np.array([people.index(task.pool) for task in catalog.tasks.values()]),
        experiments=of_task.tasks(lambda task: task.experiment_compute.value),
        inference_per_attempt=inference,
        **parts,
    )
    policy = np.zeros((len(tasks), len(supervision.MODES)), dtype=bool)
    policy[:, HUMAN] = [task.by_people for task in catalog.tasks.values()]
    policy[:, HUMAN + 1 + supervision.COVERAGE_POLICIES.index(rules.coverage)] = delegable
    return Organisation(
        tasks=tasks,
        modes=supervision.MODES,
        factors=factors,
        pools=len(people),
        nest=_nest(of_task),
        opens_at=opens_at,
        policy=policy,
        review=supervision.review_part(**parts),
        fixed_bundles=bundles,
        frontier_inference=per_root,
        base_supply=of_task.each(_base_supply),
        supply_per_compute=of_task.each(_supply_per_compute),
        training_share=of_task.one(lambda catalog: catalog.compute.training_share.value),
    )


class Numbers:
    """Numbers of one or several catalogs as arrays; those that are the same in all have no leading dimension."""

    def __init__(self, catalogs: Sequence[Catalog]) -> None:
        self.catalogs = catalogs

    def each(self, read: Callable[[Catalog], Sequence[float]]) -> Array:
        """Several numbers of every catalog, shape (..., number)."""
        whole = np.array([read(catalog) for catalog in self.catalogs], dtype=float)
        return whole[0] if (whole == whole[0]).all() else whole

    def one(self, read: Callable[[Catalog], float]) -> Array:
        """A number of every catalog, shape (...)."""
        return np.asarray(self.each(lambda catalog: [read(catalog)])[..., 0])

    def tasks(self, read: Callable[[Task], float]) -> Array:
        """A number of every task, shape (..., task)."""
        return self.each(lambda catalog: [read(task) for task in catalog.tasks.values()])


def _capability(of: Numbers, delegable: NDArray[np.bool_]) -> tuple[Array, Array, Array | None]:
    """From which compute AI can do each task, its inference per hour, and that per root of training compute, if it is so; (..., task)."""
    means = of.catalogs[0].capability

    def number(name: str) -> Array:
        return of.one(lambda catalog: getattr(catalog.capability, name).value)[..., None]

    fit = {name: number(name) for name in ("intercept", "slope", "reference_compute")}
    needed = of.tasks(lambda task: task.horizon.value) * of.tasks(lambda task: task.horizon_multiplier.value)
    given = of.tasks(lambda task: np.inf if task.automation_threshold is None else task.automation_threshold.value)
    threshold = np.where(np.isinf(given), capability.automation_threshold(needed, **fit), given)
    if means.h50_hours is None:
        opens_at = threshold / of.one(lambda catalog: catalog.compute.training_share.value)[..., None]
    else:
        horizon = number("h50_hours")
        frontier = capability.automation_threshold(horizon, **fit)
        # compared as hours: powers may differ in their last bit
        opens_at = np.where(np.where(np.isinf(given), needed <= horizon, threshold <= frontier), 0.0, np.inf)
    reachable = delegable & np.isfinite(threshold)
    opens_at = np.where(reachable, opens_at, np.inf)

    cost = {name: number(name) for name in ("tokens_per_human_second", "parameters_compute_ratio")}
    if means.worker == "sufficient":
        return opens_at, capability.inference_per_hour(np.where(reachable, threshold, 0.0), **cost), None
    if means.h50_hours is not None:
        return opens_at, capability.inference_per_hour(frontier, **cost) * np.ones(len(delegable)), None
    success = capability.success_probability(number("defect_probability"))
    per_root = capability.inference_per_hour(1.0, **cost) / success
    return opens_at, np.zeros(len(delegable)), per_root * np.ones(len(delegable))


def _base_supply(catalog: Catalog) -> list[float]:
    """Supplies that do not depend on compute, 0 for those that do."""
    rules, use = catalog.supervision, catalog.compute
    reviewed = supervision.review_supply(
        rules.headcount.value, rules.hours_per_year.value, rules.max_review_share.value, rules.utilisation.value
    )
    labour = [pool.headcount.value * pool.hours_per_year.value for pool in catalog.pools.values()]
    return [*labour, float(reviewed), *(np.inf if kind == "free" else 0.0 for kind in (use.inference, use.experiments))]


def _supply_per_compute(catalog: Catalog) -> list[float]:
    use = catalog.compute
    return [0.0] * (len(catalog.pools) + 1) + [use.inference_share.value, use.experiment_share.value / use.h100_hour.value]


def _nest(of: Numbers) -> Nest:
    """The nests with their shares: a nest's share is that of the tasks below it, and its elasticity its own or the catalog's."""
    catalog = of.catalogs[0]
    shares = of.tasks(lambda task: task.share.value)
    tree = nest_tree(
        {name: task.phase for name, task in catalog.tasks.items()}, {name: nest.parent for name, nest in catalog.nests.items()}
    )

    def elasticity(catalog: Catalog, name: str) -> float:
        own = catalog.nests[name].elasticity
        return catalog.production.elasticity.value if own is None else own.value

    def build(node: NestTree) -> Nest:
        parts = [
            shares[..., list(member.tasks)].sum(axis=-1) if isinstance(member, NestTree) else shares[..., member] for member in node.members
        ]
        weight = np.stack(parts, axis=-1)
        total = weight.sum(axis=-1, keepdims=True)
        weight = np.where(total == 0, 1.0, weight)  # a nest without weight of its own: how it is split does not matter
        members = [build(member) if isinstance(member, NestTree) else member for member in node.members]
        return Nest(of.one(lambda catalog: elasticity(catalog, node.name)), weight / weight.sum(axis=-1, keepdims=True), members)

    return build(tree)
