"""Catalogs as arrays: what each mode of each task uses, what there is of it, and which modes are open at a given compute.

Joins `capability` (from which compute AI can do a task, what an attempt costs and how often it succeeds) and `supervision`
(review hours) into the bundles, supplies and open modes that `allocation` takes, all as functions of compute G [FLOP/year].
A task opens at one exact compute, `opens_at`. Where a catalog limits what may escape review, that is one factor more,
`defect_budget`: a useful unit uses of it what escapes with it, (1 - p)(1 - v d)/p, times the task's harm weight. Several
catalogs that differ in numbers alone, such as those along an axis, become one organisation whose arrays have a leading
dimension where the numbers differ.

Source: docs, model, sections 1.1, 2, 3.1, 3.3 and 3.5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.catalog import Catalog, Protocol, Task
from taskmodel.numerics.types import Array
from taskmodel.organisation.numbers import (
    Numbers,
    by_protocol,
    coverage,
    curve_of_detection,
    defect_probability,
    review_ratio,
)
from taskmodel.organisation.reviewers import (
    ai_modes,
    choices,
    modes_per_way,
    review_capacity,
    review_factor,
    reviewer_of_mode,
    reviewer_pools,
    reviewers_of,
    ways,
)
from taskmodel.science import capability, supervision
from taskmodel.science.graph import NestTree, nest_tree
from taskmodel.science.inspection import layered_escape
from taskmodel.science.production import Nest
from taskmodel.science.review_effort import detection

HUMAN = supervision.MODES.index("human")
DEFECT_BUDGET = "defect_budget"
SAME_AS = {
    "full": "full_review",
    "floor": "floor_coverage",
    "none": "no_review",
}  # protocol that is the same as a rule of coverage


@dataclass(frozen=True, eq=False)
class Organisation:
    """A research organisation as a function of compute.

    Attributes
    ----------
    All but the names may have a leading dimension (point): there the organisation is another at every point, and every
    compute given to its methods is that of one point.

    tasks, modes, factors : tuple of str
        Names along the axes of all arrays. Factors are the labour pools, then review by each pool of reviewers, then inference,
        experiments and, where there is one, the defect budget.
    pools, reviewers : int
        How many of the factors are labour pools, and how many are review; see `labour` and `reviewing`.
    nest : Nest
    opens_at : array, shape (task,)
        Compute from which AI can do each task [FLOP/year]; 0: always, inf: never.
    policy : array of bool, shape (task, mode)
        Modes that delegation and rules of supervision allow, AI's once the task is open.
    unaided : array of bool, shape (mode,)
        AI modes for which AI must be able to do the task by itself.
    alone : array of bool, shape (mode,)
        AI modes in which nobody works along, so that attempts can fail.
    fixed_review : array, shape (task, mode, factor)
        The part of each bundle that is review [h/h].
    fixed_attempts : array, shape (task,)
        Attempts per useful unit [1].
    unnoticed : array, shape (task, mode)
        Share of defective units that pass unnoticed [1]; NaN where how well the task can be verified is not known.
    harm_weight : array, shape (task,)
        Defect budget that an hour of defective work takes which passes unnoticed [1].
    fixed_bundles : array, shape (task, mode, factor)
        Factor use per human-equivalent hour; of inference, where ``frontier``, per square root of training compute [FLOP^(1/2)/h].
    frontier : bool
        Whether the frontier model does the work, whose cost grows with compute, and not the smallest sufficient one.
    graded : bool
        Whether success grows with compute by degrees: then all that attempts take is as of AI that always can, and there are
        more of them the less it can.
    steepness : array, shape ()
        Exponent of compute in the odds of success, where ``graded`` [1].
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
    reviewers: int
    nest: Nest
    opens_at: Array
    policy: NDArray[np.bool_]
    unaided: NDArray[np.bool_]
    alone: NDArray[np.bool_]
    fixed_review: Array
    fixed_attempts: Array
    unnoticed: Array
    harm_weight: Array
    fixed_bundles: Array
    frontier: bool
    graded: bool
    steepness: Array
    base_supply: Array
    supply_per_compute: Array
    training_share: Array

    @property
    def labour(self) -> slice:
        """Where the labour pools stand among the factors."""
        return slice(0, self.pools)

    @property
    def reviewing(self) -> slice:
        """Where the review hours of each pool of reviewers stand among the factors."""
        return slice(self.pools, self.pools + self.reviewers)

    @property
    def besides(self) -> slice:
        """Where the factors that are not hours of people stand among the factors."""
        return slice(self.pools + self.reviewers, len(self.factors))

    def bundles(self, compute: ArrayLike) -> Array:
        """Factor use per human-equivalent hour, shape (task, mode, factor), with a leading (point) where it depends on that."""
        if not self.frontier and not self.graded:
            return self.fixed_bundles
        compute, inference = (
            np.atleast_1d(np.asarray(compute, dtype=float)),
            self.factors.index("inference"),
        )
        whole = np.broadcast_to(
            self.fixed_bundles, (len(compute), *self.fixed_bundles.shape[-3:])
        ).copy()
        if self.frontier:
            whole[..., inference] *= np.sqrt(compute * self.training_share)[:, None, None]
        if self.graded:
            repeats = self._repeats(compute)
            whole[..., inference] *= repeats
            whole += self.fixed_review * (repeats[..., None] - 1)
            if DEFECT_BUDGET in self.factors:
                whole[..., self.factors.index(DEFECT_BUDGET)] = self._harm(self.escape(compute))
        return whole

    def review(self, compute: ArrayLike) -> Array:
        """The part of `bundles` that is review, of the same shape."""
        return (
            self.fixed_review * self._repeats(compute)[..., None]
            if self.graded
            else self.fixed_review
        )

    def attempts(self, compute: ArrayLike) -> Array:
        """Attempts per useful unit, shape (task, mode) or (point, task, mode); one where people do the work, or work along."""
        tries = self._tries()
        return tries * self._repeats(compute) if self.graded else tries

    def escape(self, compute: ArrayLike) -> Array:
        """Defective units that pass unnoticed, per useful unit, shape (task, mode) or (point, task, mode).

        NaN where some do and how well the task can be verified is not known.
        """
        return self._escape(self.attempts(compute))

    def with_defect_budget(self) -> Organisation:
        """The same with what escapes as a factor more, the last; of supplies it is the last already."""
        use = self._harm(self._escape(self._tries()))
        return replace(
            self,
            factors=(*self.factors, DEFECT_BUDGET),
            fixed_bundles=_with_factor(self.fixed_bundles, use),
            fixed_review=_with_factor(self.fixed_review, np.zeros(self.fixed_review.shape[:-1])),
        )

    def _escape(self, attempts: Array) -> Array:
        failed = attempts - 1
        return np.where((failed == 0) | (self.unnoticed == 0), 0.0, failed * self.unnoticed)

    def _harm(self, escape: Array) -> Array:
        """Defect budget that a useful unit takes, where it counts: not in modes that are closed, nor where what escapes is harmless."""
        weight = self.harm_weight[..., None]
        return np.where(self.policy & (weight > 0), weight * escape, 0.0)

    def _tries(self) -> Array:
        """Attempts per useful unit, by AI that succeeds as often as it ever will where success grows."""
        return np.where(self.alone, self.fixed_attempts[..., None], 1.0)

    def _repeats(self, compute: ArrayLike) -> Array:
        """Attempts by AI for one by AI that always succeeds, shape (point, task, mode)."""
        compute = np.atleast_1d(np.asarray(compute, dtype=float))[:, None]
        reached = np.isfinite(self.opens_at)
        success = capability.logistic_success(
            np.where(reached, self.opens_at, 0.0), compute, self.steepness[..., None]
        )
        return np.where(self.alone, supervision.attempts(success)[..., None], 1.0)

    def supply(self, compute: ArrayLike) -> Array:
        """Factors available per year, shape (point, factor); inf where not scarce."""
        compute = np.atleast_1d(np.asarray(compute, dtype=float))
        return self.base_supply + compute[:, None] * np.where(
            np.isfinite(self.base_supply), self.supply_per_compute, 0.0
        )

    def automatable(self, compute: ArrayLike) -> NDArray[np.bool_]:
        """Whether AI can do each task, shape (point, task)."""
        return np.atleast_1d(np.asarray(compute, dtype=float))[:, None] >= self.opens_at

    def open_modes(self, automatable: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Modes that may be used, shape (point, task, mode), from which tasks are automatable (point, task)."""
        return self.policy & (automatable[:, :, None] | ~self.unaided)

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
        return replace(
            self,
            fixed_bundles=self.fixed_bundles - self.fixed_review,
            fixed_review=np.zeros_like(self.fixed_review),
        )


def organisation(*catalogs: Catalog) -> Organisation:
    """The organisation that a catalog describes, or several catalogs that differ in numbers alone.

    Raises
    ------
    InputError
        If a threshold or a cost overflows: the message names the quantity and its range.
    """
    catalog = catalogs[0]
    tasks, people = tuple(catalog.tasks), tuple(catalog.pools)
    delegable = np.array([task.delegable for task in catalog.tasks.values()])
    of_task, staff = Numbers(catalogs), reviewer_pools(catalog)
    factors = (*people, *map(review_factor, staff), "inference", "experiments")
    names = ai_modes(catalog)
    opens_at, inference, success = _capability(of_task, delegable)
    by_degrees = catalog.capability.success == "logistic"
    needed = [not by_degrees and _needs_capability(catalog, way) for way in ways(catalog)]
    parts: dict[str, Any] = {
        "pools": len(people),
        "review_ratio": review_ratio(of_task),
        "coverage": coverage(of_task),
        "success": success,
        **by_protocol(of_task),
        "shared_pool": [
            None if each.pool == "dedicated" else people.index(each.pool) for each in staff.values()
        ],
        "reviewer": reviewer_of_mode(catalog),
    }
    bundles = supervision.bundles(
        pool=np.array([people.index(task.pool) for task in catalog.tasks.values()]),
        experiments=of_task.tasks(lambda task: task.experiment_compute.value),
        inference_per_attempt=inference,
        review_inference=of_task.protocols(lambda protocol: protocol.review_inference.value, 0.0)[
            ..., None, :
        ],
        **parts,
    )
    review = supervision.review_part(**parts)
    policy = np.array([_allowed(catalog, task) for task in catalog.tasks.values()])
    made = Organisation(
        tasks=tasks,
        modes=(supervision.MODES[HUMAN], *names),
        factors=factors,
        pools=len(people),
        reviewers=len(staff),
        nest=_nest(of_task),
        opens_at=opens_at,
        policy=policy & ~_without_a_reviewer_to_choose(catalog, review, policy),
        unaided=np.array([False, *np.repeat(needed, modes_per_way(catalog))]),
        alone=np.array([False, *(parts["people"].reshape(-1, len(names))[0] == 0)]),
        fixed_review=review,
        fixed_attempts=supervision.attempts(success),
        unnoticed=_unnoticed(of_task, parts["coverage"]),
        harm_weight=of_task.tasks(lambda task: task.harm_weight.value),
        fixed_bundles=bundles,
        frontier=catalog.capability.worker == "frontier" and catalog.capability.h50_hours is None,
        graded=by_degrees and catalog.capability.h50_hours is None,
        steepness=of_task.one(_steepness),
        base_supply=of_task.each(_base_supply),
        supply_per_compute=of_task.each(_supply_per_compute),
        training_share=of_task.one(lambda catalog: catalog.compute.training_share.value),
    )
    return made if catalog.supervision.defect_budget is None else made.with_defect_budget()


def _without_a_reviewer_to_choose(
    catalog: Catalog, review: Array, policy: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Modes that differ from an open one only in who would review, for nobody does, shape (task, mode)."""
    again, times = np.zeros_like(policy), modes_per_way(catalog)
    if times > 1:
        idle = (review == 0).all(axis=(*range(review.ndim - 3), -1))[:, HUMAN + 1 :]
        opened = policy[:, HUMAN + 1 :].reshape(len(policy), -1, times)
        earlier = np.cumsum(opened, axis=-1) > 1
        again[:, HUMAN + 1 :] = idle & (opened & earlier).reshape(idle.shape)
    return again


def _with_factor(bundles: Array, use: Array) -> Array:
    """Bundles with one factor more, the last."""
    lead = np.broadcast_shapes(bundles.shape[:-1], use.shape)
    return np.concatenate(
        [
            np.broadcast_to(bundles, (*lead, bundles.shape[-1])),
            np.broadcast_to(use, lead)[..., None],
        ],
        axis=-1,
    )


def _missed_by_machines(protocol: Protocol) -> float:
    """Share of defects that the layers of AI review do not find."""
    layers = np.full(int(protocol.layers.value), protocol.layer_detection.value)
    return float(layered_escape(1.0, layers, protocol.common_mode.value))


def _unnoticed(of: Numbers, covered: Array) -> Array:
    """Share of defective units that pass unnoticed, by task and mode; NaN where somebody looks and it is not known what is found."""
    rate, ceiling = curve_of_detection(of)
    hours = (
        review_ratio(of)[..., None]
        * of.protocols(lambda protocol: protocol.review_effort.value, 1.0)[..., None, :]
    )
    known = np.isfinite(rate)[..., None]
    found = np.where(
        known,
        detection(hours, *(np.where(known, curve[..., None], 1.0) for curve in (rate, ceiling))),
        np.nan,
    )
    passed = (
        supervision.escape_rate(1.0, covered, np.nan_to_num(found))
        * of.protocols(_missed_by_machines, 1.0)[..., None, :]
    )
    passed = np.where(np.isnan(found) & (covered > 0) & (passed > 0), np.nan, passed)
    return np.concatenate([np.zeros_like(passed[..., :1]), passed], axis=-1)


def _allowed(catalog: Catalog, task: Task) -> list[bool]:
    """Whether a task may be done by people, and in each of the AI modes."""
    rules = catalog.supervision
    open_ = supervision.MODES[HUMAN + 1 + supervision.COVERAGE_POLICIES.index(rules.coverage)]
    chosen = rules.protocols if task.protocols is None else task.protocols

    def may(way: str) -> bool:
        if not rules.protocols:
            same = SAME_AS[rules.coverage]
            return (
                task.delegable
                and way == open_
                and (task.protocols is None or same in task.protocols)
                and same not in task.forbids
            )
        protocol = catalog.protocols[way]
        hands = task.by_people or protocol.people.value == 0
        return task.delegable and hands and way in chosen and way not in task.forbids

    by_choice = [pool in reviewers_of(task) for pool in choices(catalog)] or [True]
    return [
        task.by_people,
        *(may(way) and allowed for way in ways(catalog) for allowed in by_choice),
    ]


def _needs_capability(catalog: Catalog, way: str) -> bool:
    """Whether AI must be able to do a task by itself to do it this way."""
    return way not in catalog.supervision.protocols or catalog.protocols[way].needs_capability


def _steepness(catalog: Catalog) -> float:
    """Exponent of compute in the odds of success: that of the horizon in them, times that of compute in the horizon."""
    slope = catalog.capability.success_slope
    return 0.0 if slope is None else slope.value * catalog.capability.slope.value


def _capability(of: Numbers, delegable: NDArray[np.bool_]) -> tuple[Array, Array, Array]:
    """From which compute AI can do each task, the inference of an attempt per hour, and how often it succeeds.

    Each of shape (..., task). Where the frontier model does the work, inference is per square root of its training compute;
    where success grows with compute, it is that of AI which always can.
    """
    means = of.catalogs[0].capability
    success = capability.success_probability(defect_probability(of))

    def number(name: str) -> Array:
        return of.one(lambda catalog: getattr(catalog.capability, name).value)[..., None]

    fit = {name: number(name) for name in ("intercept", "slope", "reference_compute")}
    needed = of.tasks(lambda task: task.horizon.value) * of.tasks(
        lambda task: task.horizon_multiplier.value
    )
    given = of.tasks(
        lambda task: (
            np.inf if task.automation_threshold is None else task.automation_threshold.value
        )
    )
    threshold = np.where(np.isinf(given), capability.automation_threshold(needed, **fit), given)
    if means.h50_hours is None:
        opens_at = (
            threshold / of.one(lambda catalog: catalog.compute.training_share.value)[..., None]
        )
    else:
        horizon = number("h50_hours")
        frontier = capability.automation_threshold(horizon, **fit)
        # compared as hours: powers may differ in their last bit
        opens_at = np.where(
            np.where(np.isinf(given), needed <= horizon, threshold <= frontier), 0.0, np.inf
        )
        if means.success == "logistic":
            success = success * capability.logistic_success(
                threshold, frontier, of.one(_steepness)[..., None]
            )
    reachable = delegable & np.isfinite(threshold)
    opens_at = np.where(reachable, opens_at, np.inf)

    cost = {name: number(name) for name in ("tokens_per_human_second", "parameters_compute_ratio")}
    if means.worker == "sufficient":
        trained = np.where(reachable, threshold, 0.0)
    elif means.h50_hours is not None:
        trained = frontier * np.ones(len(delegable))
    else:
        trained = np.ones(len(delegable))
    return opens_at, capability.inference_per_hour(trained, **cost), success


def _base_supply(catalog: Catalog) -> list[float]:
    """Supplies that do not depend on compute, 0 for those that do."""
    use = catalog.compute
    labour = [pool.headcount.value * pool.hours_per_year.value for pool in catalog.pools.values()]
    reviewed = [
        review_capacity(pool, pool.headcount.value) for pool in reviewer_pools(catalog).values()
    ]
    machines = [np.inf if kind == "free" else 0.0 for kind in (use.inference, use.experiments)]
    return [
        *labour,
        *reviewed,
        *machines,
        *([] if (budget := catalog.supervision.defect_budget) is None else [budget.value]),
    ]


def _supply_per_compute(catalog: Catalog) -> list[float]:
    use = catalog.compute
    people = len(catalog.pools) + len(reviewer_pools(catalog))
    machines = [use.inference_share.value, use.experiment_share.value / use.h100_hour.value]
    return [0.0] * people + machines + ([] if catalog.supervision.defect_budget is None else [0.0])


def _nest(of: Numbers) -> Nest:
    """The nests with their shares: a nest's share is that of the tasks below it, and its elasticity its own or the catalog's."""
    catalog = of.catalogs[0]
    shares = of.tasks(lambda task: task.share.value)
    tree = nest_tree(
        {name: task.phase for name, task in catalog.tasks.items()},
        {name: nest.parent for name, nest in catalog.nests.items()},
    )

    def elasticity(catalog: Catalog, name: str) -> float:
        own = catalog.nests[name].elasticity
        return catalog.production.elasticity.value if own is None else own.value

    def build(node: NestTree) -> Nest:
        parts = [
            shares[..., list(member.tasks)].sum(axis=-1)
            if isinstance(member, NestTree)
            else shares[..., member]
            for member in node.members
        ]
        weight = np.stack(parts, axis=-1)
        total = weight.sum(axis=-1, keepdims=True)
        weight = np.where(
            total == 0, 1.0, weight
        )  # a nest without weight of its own: how it is split does not matter
        members = [
            build(member) if isinstance(member, NestTree) else member for member in node.members
        ]
        return Nest(
            of.one(lambda catalog: elasticity(catalog, node.name)),
            weight / weight.sum(axis=-1, keepdims=True),
            members,
        )

    return build(tree)
