"""An organisation as arrays: factor use by task and mode, supplies, and the modes that are open.

`capability` (the compute from which AI can do a task, the inference of an attempt, its probability
of success) and `supervision` (review hours) are joined into the bundles, supplies and open modes
that `allocation` takes, all as functions of compute G [FLOP/year]. A task opens at one exact
compute, `opens_at`. Where a catalog limits the defects that may escape review, the limit is one
more factor, `defect_budget`: a useful unit uses (1 - p)(1 - v d)/p of it, times the harm weight of
the task.

Source: docs, model, sections 1.1, 2, 3.1, 3.3 and 3.5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.catalog import Catalog, Protocol, Task
from taskmodel.numerics.types import Array
from taskmodel.organisation.quantities import Quantities
from taskmodel.organisation.reviewers import (
    ai_modes,
    alternative_pools,
    modes_per_protocol,
    protocol_names,
    review_capacity,
    review_factor,
    reviewer_of_mode,
    reviewer_pools,
    reviewers_of,
)
from taskmodel.science import capability, supervision
from taskmodel.science.graph import NestTree, nest_tree
from taskmodel.science.production import Nest
from taskmodel.science.review_effort import detection

HUMAN = supervision.MODES.index("human")
DEFECT_BUDGET = "defect_budget"
# the protocol that is equivalent to each rule of coverage
EQUIVALENT_PROTOCOL = {"full": "full_review", "floor": "floor_coverage", "none": "no_review"}


@dataclass(frozen=True, eq=False)
class Organisation:
    """A research organisation as a function of compute, or a different one at each of some points.

    The first dimension of all float arrays is the point; its length is 1 where the organisation is
    the same at all points. If it is longer, the computes given to the methods belong to the points.

    Attributes
    ----------
    tasks, modes, factors : tuple of str
        Names along the dimensions of the arrays. Factors are the labour pools, review by each pool
        of reviewers, inference, experiments and, if there is one, the defect budget.
    pools, reviewers : int
        Numbers of factors that are labour pools, and review; see `labour` and `reviewing`.
    nest : Nest
        CES nests; without a batch dimension where they are the same at all points.
    opens_at : array, shape (point, task)
        Compute from which AI can do each task [FLOP/year]; 0: always, inf: never.
    policy : array of bool, shape (task, mode)
        Modes that delegation and supervision allow, those of AI once the task is open.
    unaided : array of bool, shape (mode,)
        AI modes for which AI must be able to do the task by itself.
    alone : array of bool, shape (mode,)
        AI modes without work by people, in which attempts can fail.
    fixed_review : array, shape (point, task, mode, factor)
        Part of each bundle that is review [h/h].
    fixed_attempts : array, shape (point, task)
        Attempts per useful unit [1].
    unnoticed : array, shape (point, task, mode)
        Share of defective units that pass unnoticed [1]; NaN where the verifiability of the task is
        not known.
    harm_weight : array, shape (point, task)
        Defect budget used by an hour of defective work that passes unnoticed [1].
    fixed_bundles : array, shape (point, task, mode, factor)
        Factor use per human-equivalent hour; if ``frontier``, inference is per square root of
        training compute [FLOP^(1/2)/h].
    frontier : bool
        Whether the frontier model does the work, at a cost that grows with compute, instead of the
        smallest sufficient model.
    graded : bool
        Whether the probability of success grows smoothly with compute. The fixed arrays are then
        those of AI that always succeeds; lower success multiplies the attempts.
    steepness : array, shape (point,)
        Exponent of compute in the odds of success, if ``graded`` [1].
    base_supply : array, shape (point, factor)
        Supplies that do not depend on compute, per year; 0 for those that do.
    supply_per_compute : array, shape (point, factor)
        Supply per unit of compute, for those that do.
    training_share : array, shape (point,)
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
        """Positions of the labour pools among the factors."""
        return slice(0, self.pools)

    @property
    def reviewing(self) -> slice:
        """Positions of the review hours among the factors, one for each pool of reviewers."""
        return slice(self.pools, self.pools + self.reviewers)

    @property
    def other_factors(self) -> slice:
        """Positions of the factors that are not hours of people."""
        return slice(self.pools + self.reviewers, len(self.factors))

    def bundles(self, compute: ArrayLike) -> Array:
        """Return factor use per human-equivalent hour, shape (point or 1, task, mode, factor)."""
        if not self.frontier and not self.graded:
            return self.fixed_bundles
        compute = np.atleast_1d(np.asarray(compute, dtype=float))
        inference = self.factors.index("inference")
        shape = (len(compute), *self.fixed_bundles.shape[1:])
        bundles = np.broadcast_to(self.fixed_bundles, shape).copy()
        if self.frontier:
            training = compute * self.training_share
            bundles[..., inference] *= np.sqrt(training)[:, None, None]
        if self.graded:
            repeats = self._repeats(compute)
            bundles[..., inference] *= repeats
            bundles += self.fixed_review * (repeats[..., None] - 1)
            if DEFECT_BUDGET in self.factors:
                budget = self.factors.index(DEFECT_BUDGET)
                bundles[..., budget] = self._harm(self.escape(compute))
        return bundles

    def review(self, compute: ArrayLike) -> Array:
        """Return the part of `bundles` that is review, shape (point or 1, task, mode, factor)."""
        if not self.graded:
            return self.fixed_review
        return self.fixed_review * self._repeats(compute)[..., None]

    def attempts(self, compute: ArrayLike) -> Array:
        """Return attempts per useful unit [1], shape (point or 1, task, mode).

        1 where people do the work, or part of it.
        """
        attempts = self._fixed_attempts_by_mode()
        return attempts * self._repeats(compute) if self.graded else attempts

    def escape(self, compute: ArrayLike) -> Array:
        """Return unnoticed defective units per useful unit [1], shape (point or 1, task, mode).

        NaN where there are some and the verifiability of the task is not known.
        """
        return supervision.escaped_defects(self.attempts(compute), self.unnoticed)

    def with_defect_budget(self) -> Organisation:
        """Return the organisation with the defect budget as last factor.

        `base_supply` and `supply_per_compute` contain the budget already.
        """
        escape = supervision.escaped_defects(self._fixed_attempts_by_mode(), self.unnoticed)
        use = self._harm(escape)
        no_review = np.zeros(self.fixed_review.shape[:-1])
        return replace(
            self,
            factors=(*self.factors, DEFECT_BUDGET),
            fixed_bundles=_with_factor(self.fixed_bundles, use),
            fixed_review=_with_factor(self.fixed_review, no_review),
        )

    def _harm(self, escape: Array) -> Array:
        """Return the defect budget of a useful unit; 0 in closed modes and for harmless defects."""
        weight = self.harm_weight[..., None]
        return np.where(self.policy & (weight > 0), weight * escape, 0.0)

    def _fixed_attempts_by_mode(self) -> Array:
        """Return attempts per useful unit by mode; if ``graded``, of AI that always succeeds."""
        return np.where(self.alone, self.fixed_attempts[..., None], 1.0)

    def _repeats(self, compute: ArrayLike) -> Array:
        """Return attempts relative to AI that always succeeds [1], shape (point, task, mode)."""
        compute = np.atleast_1d(np.asarray(compute, dtype=float))[:, None]
        threshold = np.where(np.isfinite(self.opens_at), self.opens_at, 0.0)
        success = capability.logistic_success(threshold, compute, self.steepness[:, None])
        return np.where(self.alone, supervision.attempts(success)[..., None], 1.0)

    def supply(self, compute: ArrayLike) -> Array:
        """Return factors available per year, shape (point, factor); inf where not scarce."""
        compute = np.atleast_1d(np.asarray(compute, dtype=float))
        scarce = np.isfinite(self.base_supply)
        return self.base_supply + compute[:, None] * np.where(scarce, self.supply_per_compute, 0.0)

    def automatable(self, compute: ArrayLike) -> NDArray[np.bool_]:
        """Return whether AI can do each task, shape (point, task)."""
        return capability.automatable(np.atleast_1d(compute), self.opens_at)

    def open_modes(self, automatable: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the modes that may be used, (point, task, mode), given the automatable tasks."""
        return self.policy & (automatable[:, :, None] | ~self.unaided)

    def without_ai(self) -> Organisation:
        """Return the same people without AI, the base of the speed-ups.

        People do every task, as before there was AI, including those that ``by_people`` closes to
        them now. Dedicated reviewers have nothing to do.
        """
        policy = np.zeros_like(self.policy)
        policy[:, HUMAN] = True
        return replace(self, policy=policy)

    def with_unlimited(self, *factors: str) -> Organisation:
        """Return the organisation with some factors not scarce."""
        unlimited = np.isin(self.factors, factors)
        return replace(self, base_supply=np.where(unlimited, np.inf, self.base_supply))

    def without_review(self) -> Organisation:
        """Return the organisation with all review hours set to 0."""
        return replace(
            self,
            fixed_bundles=self.fixed_bundles - self.fixed_review,
            fixed_review=np.zeros_like(self.fixed_review),
        )


def organisation(*catalogs: Catalog) -> Organisation:
    """Return the organisation of a catalog, or of several catalogs that differ in numbers alone.

    Raises
    ------
    InputError
        If a threshold or a cost overflows; the message names the quantity and its range.
    """
    catalog, quantities = catalogs[0], Quantities(catalogs)
    tasks, rules = catalog.tasks.values(), catalog.supervision
    labour_pools, review_pools = tuple(catalog.pools), reviewer_pools(catalog)
    delegable = np.array([task.delegable for task in tasks])
    opens_at, inference, success = _capability(quantities, delegable)
    graded = catalog.capability.success == "logistic"
    unaided = [not graded and _needs_capability(catalog, name) for name in protocol_names(catalog)]
    work, review = quantities.review, _review_part(catalog, quantities, success)
    policy = np.array([_allowed_modes(catalog, task) for task in tasks])
    result = Organisation(
        tasks=tuple(catalog.tasks),
        modes=(supervision.MODES[HUMAN], *ai_modes(catalog)),
        factors=(*labour_pools, *map(review_factor, review_pools), "inference", "experiments"),
        pools=len(labour_pools),
        reviewers=len(review_pools),
        nest=_nest(quantities),
        opens_at=opens_at,
        policy=policy & ~_redundant_modes(catalog, review, policy),
        unaided=np.array([False, *np.repeat(unaided, modes_per_protocol(catalog))]),
        alone=np.array([False, *(work.people[0, 0] == 0)]),
        fixed_review=review,
        fixed_attempts=supervision.attempts(success),
        unnoticed=_unnoticed(quantities),
        harm_weight=quantities.tasks("harm_weight"),
        fixed_bundles=supervision.bundles(
            review,
            pool=np.array([labour_pools.index(task.pool) for task in tasks]),
            pools=len(labour_pools),
            experiments=quantities.tasks("experiment_compute"),
            inference_per_attempt=inference,
            success=success,
            people=work.people,
            review_inference=quantities.protocols(
                lambda protocol: protocol.review_inference.value, 0.0
            ),
        ),
        frontier=catalog.capability.worker == "frontier" and catalog.capability.h50_hours is None,
        graded=graded and catalog.capability.h50_hours is None,
        steepness=_steepness(quantities),
        base_supply=quantities.rows(_base_supply),
        supply_per_compute=quantities.rows(_supply_per_compute),
        training_share=quantities.number("compute.training_share"),
    )
    return result if rules.defect_budget is None else result.with_defect_budget()


def _review_part(catalog: Catalog, quantities: Quantities, success: Array) -> Array:
    """Return the hours of review and steering per useful unit, by task, mode and factor."""
    labour_pools, work = tuple(catalog.pools), quantities.review
    return supervision.review_part(
        pools=len(labour_pools),
        review_ratio=work.review_ratio,
        coverage=work.coverage,
        success=success,
        effort=work.effort,
        steering=work.steering,
        people=work.people,
        shared_pool=[
            None if pool.pool == "dedicated" else labour_pools.index(pool.pool)
            for pool in reviewer_pools(catalog).values()
        ],
        reviewer=reviewer_of_mode(catalog),
    )


def _redundant_modes(
    catalog: Catalog, review: Array, policy: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return the modes that differ from an earlier open one only in an idle reviewer, (task, mode).

    If a protocol takes no review hours in a task, its modes for several pools are identical. Ties
    between them would make the optimum degenerate, so that only the first remains open.
    """
    redundant, repeats = np.zeros_like(policy), modes_per_protocol(catalog)
    if repeats > 1:
        idle = (review == 0).all(axis=(0, -1))[:, HUMAN + 1 :]
        opened = policy[:, HUMAN + 1 :].reshape(len(policy), -1, repeats)
        earlier = np.cumsum(opened, axis=-1) > 1
        redundant[:, HUMAN + 1 :] = idle & (opened & earlier).reshape(idle.shape)
    return redundant


def _with_factor(bundles: Array, use: Array) -> Array:
    """Return bundles with one more factor, the last."""
    shape = np.broadcast_shapes(bundles.shape[:-1], use.shape)
    old = np.broadcast_to(bundles, (*shape, bundles.shape[-1]))
    return np.concatenate([old, np.broadcast_to(use, shape)[..., None]], axis=-1)


def _missed_by_machines(protocol: Protocol) -> float:
    """Return the share of defects that the layers of AI review do not find."""
    layers = np.full(int(protocol.layers.value), protocol.layer_detection.value)
    return float(supervision.layered_escape(1.0, layers, protocol.common_mode.value))


def _unnoticed(quantities: Quantities) -> Array:
    """Return the share of defective units that pass unnoticed, by task and mode.

    NaN where people look at some units and the verifiability of the task is not known.
    """
    rate, ceiling = (curve[..., None] for curve in quantities.detection_curve)
    coverage, known = quantities.coverage, np.isfinite(rate)
    hours = quantities.review_ratio[..., None] * quantities.protocols(
        lambda protocol: protocol.review_effort.value, 1.0
    )
    detected = detection(hours, np.where(known, rate, 1.0), np.where(known, ceiling, 1.0))
    missed = supervision.escape_rate(1.0, coverage, np.where(known, detected, 0.0))
    missed = missed * quantities.protocols(_missed_by_machines, 1.0)
    missed = np.where(~known & (coverage > 0) & (missed > 0), np.nan, missed)
    return np.concatenate([np.zeros_like(missed[..., :1]), missed], axis=-1)


def _allowed_modes(catalog: Catalog, task: Task) -> list[bool]:
    """Return whether a task may be done by people, and in each of the AI modes."""
    rules = catalog.supervision
    mode_of_rule = supervision.MODES[
        HUMAN + 1 + supervision.COVERAGE_POLICIES.index(rules.coverage)
    ]

    def allows(name: str) -> bool:
        if not task.delegable:
            return False
        if not rules.protocols:
            equivalent = EQUIVALENT_PROTOCOL[rules.coverage]
            return (
                name == mode_of_rule
                and (task.protocols is None or equivalent in task.protocols)
                and equivalent not in task.forbids
            )
        without_people = catalog.protocols[name].people.value == 0
        chosen = rules.protocols if task.protocols is None else task.protocols
        return (task.by_people or without_people) and name in chosen and name not in task.forbids

    reviews = [pool in reviewers_of(task) for pool in alternative_pools(catalog)] or [True]
    return [
        task.by_people,
        *(
            allows(name) and may_review
            for name in protocol_names(catalog)
            for may_review in reviews
        ),
    ]


def _needs_capability(catalog: Catalog, name: str) -> bool:
    """Return whether AI must be able to do a task by itself to do it under a protocol."""
    return name not in catalog.supervision.protocols or catalog.protocols[name].needs_capability


def _steepness(quantities: Quantities) -> Array:
    """Return the exponent of compute in the odds of success, shape (point or 1,).

    It is that of the horizon in the odds times that of compute in the horizon.
    """
    slope = quantities.number("capability.slope")
    return quantities.number("capability.success_slope", 0.0) * slope


def _capability(quantities: Quantities, delegable: NDArray[np.bool_]) -> tuple[Array, Array, Array]:
    """Return thresholds, inference of an attempt per hour, and probabilities of success, by task.

    Each of shape (point or 1, task). If the frontier model does the work, inference is per square
    root of its training compute. If success grows with compute, it is that of AI that always
    succeeds.
    """
    rules = quantities.catalogs[0].capability
    success = capability.success_probability(quantities.defect_probability)

    def number(name: str) -> Array:
        return quantities.number(f"capability.{name}")[:, None]

    curve = {name: number(name) for name in ("intercept", "slope", "reference_compute")}
    horizon = quantities.tasks("horizon") * quantities.tasks("horizon_multiplier")
    override = quantities.tasks("automation_threshold", np.inf)
    computed = np.isinf(override)
    threshold = np.where(computed, capability.automation_threshold(horizon, **curve), override)
    if rules.h50_hours is None:
        opens_at = threshold / quantities.number("compute.training_share")[:, None]
    else:
        reach = number("h50_hours")
        frontier = capability.automation_threshold(reach, **curve)
        # Horizons are compared in hours where possible: thresholds are powers of them, whose
        # rounding could separate a task of exactly the reach from it.
        can = np.where(computed, horizon <= reach, threshold <= frontier)
        opens_at = np.where(can, 0.0, np.inf)
        if rules.success == "logistic":
            steepness = _steepness(quantities)[:, None]
            success = success * capability.logistic_success(threshold, frontier, steepness)
    reachable = delegable & np.isfinite(threshold)
    opens_at = np.where(reachable, opens_at, np.inf)
    if rules.worker == "sufficient":
        training = np.where(reachable, threshold, 0.0)
    elif rules.h50_hours is not None:
        training = frontier * np.ones(len(delegable))
    else:
        training = np.ones((1, len(delegable)))
    inference = capability.inference_per_hour(
        training,
        tokens_per_human_second=number("tokens_per_human_second"),
        parameters_compute_ratio=number("parameters_compute_ratio"),
    )
    return opens_at, inference, success


def _base_supply(catalog: Catalog) -> list[float]:
    """Return the supplies that do not depend on compute, 0 for those that do."""
    use, budget = catalog.compute, catalog.supervision.defect_budget
    return [
        *(pool.headcount.value * pool.hours_per_year.value for pool in catalog.pools.values()),
        *(review_capacity(pool, pool.headcount.value) for pool in reviewer_pools(catalog).values()),
        *(np.inf if kind == "free" else 0.0 for kind in (use.inference, use.experiments)),
        *([] if budget is None else [budget.value]),
    ]


def _supply_per_compute(catalog: Catalog) -> list[float]:
    use = catalog.compute
    people = len(catalog.pools) + len(reviewer_pools(catalog))
    machines = [use.inference_share.value, use.experiment_share.value / use.h100_hour.value]
    return [0.0] * people + machines + ([] if catalog.supervision.defect_budget is None else [0.0])


def _nest(quantities: Quantities) -> Nest:
    """Return the CES nests of the tasks.

    The share of a nest is the sum of those of its tasks; its elasticity is its own or that of the
    catalog. A nest of zero weight is split evenly, which affects no result.
    """
    catalog, shares = quantities.catalogs[0], quantities.tasks("share")
    tree = nest_tree(
        {name: task.phase for name, task in catalog.tasks.items()},
        {name: nest.parent for name, nest in catalog.nests.items()},
    )

    def elasticity(catalog: Catalog, name: str) -> float:
        own = catalog.nests[name].elasticity
        return catalog.production.elasticity.value if own is None else own.value

    def build(node: NestTree) -> Nest:
        weights = np.stack(
            [
                shares[:, list(member.tasks)].sum(axis=-1)
                if isinstance(member, NestTree)
                else shares[:, member]
                for member in node.members
            ],
            axis=-1,
        )
        total = weights.sum(axis=-1, keepdims=True)
        weights = np.where(total == 0, 1.0, weights)
        weights = weights / weights.sum(axis=-1, keepdims=True)
        elasticities = quantities.rows(lambda catalog: [elasticity(catalog, node.name)])[:, 0]
        members = [
            build(member) if isinstance(member, NestTree) else member for member in node.members
        ]
        return Nest(_unbatched(elasticities), _unbatched(weights), members)

    return build(tree)


def _unbatched(values: Array) -> Array:
    """Return values without their first dimension if its length is 1, as `Nest` prefers them."""
    return values[0] if len(values) == 1 else values
