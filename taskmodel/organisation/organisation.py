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

from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.catalog import Catalog, Task
from taskmodel.errors import InputError
from taskmodel.numerics.types import Array
from taskmodel.organisation import best_workers
from taskmodel.organisation.abilities import abilities, attempts_of_ai, working_models
from taskmodel.organisation.coverage import mode_of_rule
from taskmodel.organisation.joint_work import (
    JointMode,
    induced_work,
    joint_modes,
    jointly,
    nest_of,
    with_induced,
    with_joint_modes,
)
from taskmodel.organisation.quantities import (
    Quantities,
    ai_modes,
    by_task,
    derived,
    point_rows,
    repeats,
    reviewers_by_mode,
    shortened,
    side_by_side,
)
from taskmodel.organisation.reviewers import (
    alternative_pools,
    protocol_names,
    review_factor,
    reviewer_pools,
    reviewers_of,
)
from taskmodel.organisation.workers import Workers
from taskmodel.science import capability, supervision
from taskmodel.science.graph import NestTree, nest_tree
from taskmodel.science.production import Nest, Rows

HUMAN = supervision.MODES.index("human")
BY_POINT = (
    "opens_at",
    "fixed_review",
    "by_ratio",
    "fixed_attempts",
    "human_attempts",
    "unnoticed",
    "noticed",
    "harm_weight",
    "fixed_bundles",
    "base_supply",
    "supply_per_compute",
    "training_share",
    "nest",
    "workers",
    "joint",
)  # fields of an organisation that have numbers for each point
DEFECT_BUDGET = "defect_budget"
WHOLE = 1e-12  # excess of a probability over 1 that is rounding


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
    by_ratio : array, shape (point, task, mode)
        Share of that which is review by the review ratio, not steering [1].
    fixed_attempts : array, shape (point, task)
        Attempts of AI per useful unit [1].
    human_attempts : array, shape (point,)
        Attempts of people without AI per useful unit [1].
    unnoticed, noticed : array, shape (point, task, mode)
        Share of defective units that pass unnoticed, and that people alone find [1]; NaN where the
        verifiability of the task is not known.
    harm_weight : array, shape (point, task)
        Defect budget used by an hour of defective work that passes unnoticed [1].
    fixed_bundles : array, shape (point, task, mode, factor)
        Factor use per human-equivalent hour; if ``frontier``, inference is per square root of
        training compute [FLOP^(1/2)/h].
    frontier : bool
        Whether inference depends on the training compute of the frontier model.
    workers : Workers
        The models that do the tasks. The fixed arrays are those of AI that always succeeds and of a
        lead of 1 without a critic; others multiply attempts and review.
    base_supply : array, shape (point, factor)
        Supplies that do not depend on compute, per year; 0 for those that do.
    supply_per_compute : array, shape (point, factor)
        Supply per unit of compute, for those that do.
    training_share : array, shape (point,)
        Training compute of the frontier model per unit of compute [year].
    joint : tuple of JointMode
        The last modes, in which all tasks of a block are done together.
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
    by_ratio: Array
    fixed_attempts: Array
    human_attempts: Array
    unnoticed: Array
    noticed: Array
    harm_weight: Array
    fixed_bundles: Array
    frontier: bool
    workers: Workers
    base_supply: Array
    supply_per_compute: Array
    training_share: Array
    joint: tuple[JointMode, ...] = ()
    _leads: dict[bytes, Array] = field(default_factory=dict, init=False, repr=False)

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

    @property
    def constant(self) -> bool:
        """Whether `bundles` are the same at every compute."""
        workers = self.workers
        changing = workers.kind == "best" or workers.graded
        return not (self.frontier or changing or workers.changes_review or self._escape_changes)

    @property
    def _escape_changes(self) -> bool:
        return self.workers.changes_detection and DEFECT_BUDGET in self.factors

    @property
    def base_modes(self) -> NDArray[np.intp]:
        """The mode whose times each mode has, shape (task, mode): of a block, that of the task."""
        modes = np.tile(np.arange(len(self.modes)), (len(self.tasks), 1))
        for block in self.joint:
            modes[:, block.mode] = block.base
        return modes

    @property
    def joint_review(self) -> Array:
        """Review relative to that of the same tasks one by one, shape (point or 1, 1, mode)."""
        points = max((len(block.review) for block in self.joint), default=1)
        result = np.ones((points, 1, len(self.modes)))
        for block in self.joint:
            result[..., 0, block.mode] = block.review
        return result

    def bundles(self, compute: ArrayLike) -> Array:
        """Return factor use per human-equivalent hour, shape (point or 1, task, mode, factor)."""
        if self.constant:
            return self.fixed_bundles
        return self.bundles_of(compute, self.leads(compute))

    def bundles_of(self, compute: ArrayLike, lead: Array) -> Array:
        """Return `bundles` with workers of some leads, shape (point, task, mode)."""
        compute = np.atleast_1d(np.asarray(compute, dtype=float))
        inference = self.factors.index("inference")
        shape = (len(compute), *self.fixed_bundles.shape[1:])
        bundles = np.broadcast_to(self.fixed_bundles, shape).copy()
        if self.frontier:
            training = compute * self.training_share
            bundles[..., inference] *= np.sqrt(training)[:, None, None]
        workers = self.workers
        if workers.kind == "best":
            bundles[..., inference] *= self.worker_cost(compute, lead)
        if workers.graded:
            bundles[..., inference] *= self._repeats(lead)
        if workers.graded or workers.changes_review:
            bundles += self.fixed_review * (self._review_factor(compute, lead)[..., None] - 1)
        if DEFECT_BUDGET in self.factors and (workers.graded or workers.changes_detection):
            bundles[..., self.factors.index(DEFECT_BUDGET)] = self._harm(self._escape(lead))
        return bundles

    def leads(self, compute: ArrayLike) -> Array:
        """Return the logarithm of the lead of the models that work, shape (point, task, mode)."""
        compute = np.atleast_1d(np.asarray(compute, dtype=float))
        if self.workers.kind != "best":
            return self.workers.lead(compute)[..., None]
        key = compute.tobytes()
        if key not in self._leads:
            self._leads.clear()
            self._leads[key] = best_workers.best_leads(self, compute)
        return self._leads[key]

    def worker_cost(self, compute: ArrayLike, lead: Array) -> Array:
        """Return inference of workers relative to the frontier model's, of the lead's shape."""
        ahead = lead - self.workers.of_frontier(compute)[..., None]
        slope = np.where(self.workers.horizon_slope > 0, self.workers.horizon_slope, 1.0)
        return np.asarray(np.exp(ahead / (2 * slope[:, None, None])))

    def review_growth(self, compute: ArrayLike) -> Array:
        """Return hours of a review relative to the fixed ones, shape (point or 1, task, mode)."""
        if not self.workers.changes_review:
            return np.ones((1, 1, 1))
        growth = self.growth_of(compute, self.leads(compute))
        return np.where(np.arange(len(self.modes)) == HUMAN, 1.0, growth)

    def growth_of(self, compute: ArrayLike, lead: Array) -> Array:
        """Return `review_growth` with workers of some leads, in AI modes."""
        return self.workers.review_growth(lead) * self.workers.assisted(compute)[..., None]

    def _review_factor(self, compute: ArrayLike, lead: Array) -> Array:
        """Return review of a useful unit relative to the fixed one, (point, task, mode)."""
        factor = self._repeats(lead)
        if self.workers.changes_review:
            factor = factor * (1 + self.by_ratio * (self.growth_of(compute, lead) - 1))
        return factor

    def review(self, compute: ArrayLike) -> Array:
        """Return the part of `bundles` that is review, shape (point or 1, task, mode, factor)."""
        if not (self.workers.graded or self.workers.changes_review):
            return self.fixed_review
        factor = self._review_factor(compute, self.leads(compute))
        return self.fixed_review * factor[..., None]

    def attempts(self, compute: ArrayLike) -> Array:
        """Return attempts per useful unit [1], shape (point or 1, task, mode).

        1 where people do part of the work.
        """
        attempts = self._fixed_attempts_by_mode()
        return attempts * self._repeats(self.leads(compute)) if self.workers.graded else attempts

    def escape(self, compute: ArrayLike) -> Array:
        """Return unnoticed defective units per useful unit [1], shape (point or 1, task, mode).

        NaN where there are some and the verifiability of the task is not known.
        """
        if not (self.workers.graded or self.workers.changes_detection):
            return supervision.escaped_defects(self._fixed_attempts_by_mode(), self.unnoticed)
        return self._escape(self.leads(compute))

    def _escape(self, lead: Array) -> Array:
        """Return `escape` with workers of some leads."""
        attempts, unnoticed = self._fixed_attempts_by_mode(), self.unnoticed
        if self.workers.graded:
            attempts = attempts * self._repeats(lead)
        if self.workers.changes_detection:
            lost = 1 - self.workers.detection_fall(lead)
            unnoticed = unnoticed + np.where(lost == 0, 0.0, self.noticed * lost)
        return supervision.escaped_defects(attempts, unnoticed)

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
        """Return attempts per useful unit by mode; if graded, of AI that always succeeds."""
        by_hand = np.where(
            np.arange(len(self.modes)) == HUMAN, self.human_attempts[:, None, None], 1.0
        )
        return jointly(np.where(self.alone, self.fixed_attempts[..., None], by_hand), self.joint)

    def _repeats(self, lead: Array) -> Array:
        """Return attempts relative to AI that always succeeds [1], shape (point, task, mode)."""
        return jointly(np.where(self.alone, self.workers.repeats(lead), 1.0), self.joint)

    def supply(self, compute: ArrayLike) -> Array:
        """Return factors available per year, shape (point, factor); inf where not scarce."""
        compute = np.atleast_1d(np.asarray(compute, dtype=float))
        return _supply(compute, self.base_supply, self.supply_per_compute)

    def automatable(self, compute: ArrayLike) -> NDArray[np.bool_]:
        """Return whether AI can do each task, shape (point, task)."""
        return capability.automatable(np.atleast_1d(compute), self.opens_at)

    def open_modes(self, automatable: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the modes that may be used, (point, task, mode), given the automatable tasks."""
        return self.policy & (automatable[:, :, None] | ~self.unaided)

    def opened(self, compute: ArrayLike) -> NDArray[np.bool_]:
        """Return the modes that may be used at some computes, shape (point, task, mode)."""
        return self.open_modes(self.automatable(compute))

    def take(self, rows: Rows) -> Organisation:
        """Return the organisations of some points, in any order and number."""
        same = {name: getattr(self, name) for name in SAME_AT_POINTS}
        result = object.__new__(_SomePoints)
        vars(result).update(same, _leads={}, _whole=self, _rows=rows)
        return result

    def with_capability(self, able: NDArray[np.bool_]) -> Organisation:
        """Return the organisation with AI that always succeeds in some tasks, and in no others.

        It is reviewed as the smallest model that can do a task. Shape of `able`: (point, task).
        """
        sufficient = replace(
            self.workers,
            kind="frontier" if self.workers.kind == "best" else self.workers.kind,
            graded=False,
            gap=np.zeros(1),
            detection_gap=np.zeros(1),
        )
        return replace(self, opens_at=np.where(able, 0.0, np.inf), workers=sufficient)

    def without_ai(self) -> Organisation:
        """Return the same people without AI, the base of the speed-ups.

        People do every task, as before there was AI, including those that ``by_people`` closes to
        them now. Dedicated reviewers have nothing to do.
        """
        policy = np.zeros_like(self.policy)
        policy[:, HUMAN] = True
        return replace(self, policy=policy, nest=self.nest.unlinked())

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


SAME_AT_POINTS = tuple(
    each.name for each in fields(Organisation) if each.init and each.name not in BY_POINT
)


class _SomePoints(Organisation):
    """The organisation at some points of another.

    Rows of its arrays are taken when they are first read: draws that are walked and measured
    together need copies of few of them, and those of bundles are large.
    """

    _whole: Organisation
    _rows: Rows

    def __getattr__(self, name: str) -> Any:
        """Take the rows of a field that was not read before."""
        if name not in BY_POINT:
            raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")
        values, rows = getattr(self._whole, name), self._rows
        if name in ("nest", "workers"):
            taken = values.take(rows)
        elif name == "joint":
            taken = tuple(replace(block, review=point_rows(block.review, rows)) for block in values)
        else:
            taken = point_rows(values, rows)
        vars(self)[name] = taken
        return taken


def organisation(catalog: Catalog | Quantities) -> Organisation:
    """Return the organisation of a catalog, or of its quantities at several points.

    Raises
    ------
    InputError
        If a threshold or a cost overflows; the message names the quantity and its range. If an AI
        mode is without work by people at some points alone.
    """
    return _organisation(Quantities(catalog) if isinstance(catalog, Catalog) else catalog)


def automatable_tasks(quantities: Quantities, compute: Array) -> NDArray[np.bool_]:
    """Return whether AI can do each task, (point, task), without the rest of the organisation."""
    return capability.automatable(np.atleast_1d(compute), _opens_at(quantities))


def factor_supply(quantities: Quantities, compute: Array) -> Array:
    """Return `Organisation.supply`, without the rest of the organisation."""
    return _supply(compute, _base_supply(quantities), _supply_per_compute(quantities))


def _supply(compute: Array, base: Array, per_compute: Array) -> Array:
    return base + compute[:, None] * np.where(np.isfinite(base), per_compute, 0.0)


@derived
def _organisation(quantities: Quantities) -> Organisation:
    catalog = quantities.catalog
    rules = catalog.capability
    by_compute = rules.h50_hours is None
    unnoticed, noticed = _unnoticed(quantities)
    review_pools = reviewer_pools(catalog)
    result = Organisation(
        tasks=tuple(catalog.tasks),
        modes=(supervision.MODES[HUMAN], *ai_modes(quantities)),
        factors=(*catalog.pools, *map(review_factor, review_pools), "inference", "experiments"),
        pools=len(catalog.pools),
        reviewers=len(review_pools),
        nest=_nest(quantities),
        opens_at=_opens_at(quantities),
        policy=_policy(quantities),
        unaided=_unaided(quantities),
        alone=np.append(False, _without_people(quantities)),
        fixed_review=_review_part(quantities),
        by_ratio=_by_ratio(quantities),
        fixed_attempts=attempts_of_ai(quantities),
        human_attempts=supervision.attempts(quantities.number("people.success")),
        unnoticed=unnoticed,
        noticed=noticed,
        harm_weight=quantities.tasks("harm_weight"),
        fixed_bundles=_bundles(quantities),
        frontier=rules.worker != "sufficient" and by_compute,
        workers=working_models(quantities),
        base_supply=_base_supply(quantities),
        supply_per_compute=_supply_per_compute(quantities),
        training_share=quantities.number("compute.training_share"),
    )
    result = with_joint_modes(quantities, result)
    return result if catalog.supervision.defect_budget is None else result.with_defect_budget()


@by_task
def _opens_at(quantities: Quantities) -> Array:
    """Return the compute from which AI does a task [FLOP/year]; inf where it may not."""
    opens_at, _, _ = abilities(quantities)
    return np.where(closed_by_attacks(quantities), np.inf, opens_at)


@derived
def _pool_of_task(quantities: Quantities) -> NDArray[np.intp]:
    """Return the position of the labour pool of each task, shape (task,)."""
    pools = {name: position for position, name in enumerate(quantities.catalog.pools)}
    return np.array([pools[str(task.pool)] for task in quantities.catalog.tasks.values()])


@by_task
def _bundles(quantities: Quantities) -> Array:
    """Return the factor use of a useful unit, by task, mode and factor."""
    catalog, (_, inference, success) = quantities.catalog, abilities(quantities)
    return supervision.bundles(
        _review_part(quantities),
        pool=quantities.selected(_pool_of_task(quantities)),
        pools=len(catalog.pools),
        experiments=quantities.tasks("experiment_compute"),
        inference_per_attempt=inference,
        success=success,
        people=quantities.review.people,
        review_inference=quantities.protocols("review_inference", 0.0),
        human_success=quantities.number("people.success")[:, None],
    )


@by_task
def _review_part(quantities: Quantities) -> Array:
    """Return the hours of review and steering per useful unit, by task, mode and factor."""
    return _review_hours(quantities, quantities.review.steering)


@by_task
def _by_ratio(quantities: Quantities) -> Array:
    """Return the share of review and steering that is review, by task and mode."""
    both = _review_part(quantities).sum(axis=-1)
    review = _review_hours(quantities, np.zeros((1, 1, 1))).sum(axis=-1)
    return np.divide(review, both, where=both > 0, out=np.ones(np.broadcast(both, review).shape))


def _review_hours(quantities: Quantities, steering: Array) -> Array:
    """Return the hours of review per useful unit, with some hours of steering."""
    catalog, work = quantities.catalog, quantities.review
    _, _, success = abilities(quantities)
    pools = list(catalog.pools)
    return supervision.review_part(
        pools=len(pools),
        review_ratio=work.review_ratio,
        coverage=work.coverage,
        success=success,
        effort=work.effort,
        steering=steering,
        people=work.people,
        shared_pool=[
            None if pool.pool == "dedicated" else pools.index(pool.pool)
            for pool in reviewer_pools(catalog).values()
        ],
        reviewer=quantities.selected(reviewers_by_mode(quantities)),
    )


@derived
def _without_people(quantities: Quantities) -> NDArray[np.bool_]:
    """Return the AI modes in which people do no work themselves, shape (AI mode,)."""
    without = quantities.protocols("people", 0.0)[:, 0] == 0
    if (without != without[0]).any():
        raise InputError(
            "people work in a protocol at some points and not at others, which changes what AI "
            "must be able to do: let protocols.NAME.people be 0 at all points, or above 0 at all"
        )
    return np.asarray(without[0])


@derived
def _unaided(quantities: Quantities) -> NDArray[np.bool_]:
    """Return the modes in which AI must be able to do the task by itself, shape (mode,)."""
    catalog = quantities.catalog
    rules = catalog.capability
    open_below = (
        rules.success == "logistic" and rules.required_success is None and rules.worker != "best"
    )
    unaided = [
        not open_below and _needs_capability(catalog, name) for name in protocol_names(catalog)
    ]
    return np.array([False, *np.repeat(unaided, repeats(quantities))])


@derived
def _policy(quantities: Quantities) -> NDArray[np.bool_]:
    """Return the modes that delegation and supervision allow, shape (task, mode)."""
    allowed = _allowed_modes(quantities) & ~_closed_modes(quantities)
    if repeats(quantities) == 1:
        return allowed
    return allowed & ~_redundant_modes(quantities, _review_part(quantities), allowed)


def _closed_modes(quantities: Quantities) -> NDArray[np.bool_]:
    """Return the modes that attacks close whatever AI can do, shape (task, mode).

    Those in which AI works alone on a task that is closed to it at all points; at some points alone
    its threshold is out of reach there.
    """
    closed, alone = closed_by_attacks(quantities), np.append(False, _without_people(quantities))
    at_all = np.asarray(closed.all(axis=0))
    any_compute = (_allowed_modes(quantities) & alone & ~_unaided(quantities)).any(axis=1)
    changing = np.flatnonzero(closed.any(axis=0) & ~at_all & any_compute)
    if len(changing):
        raise InputError(
            f"tasks.{list(quantities.catalog.tasks)[changing[0]]}: attacks close it to AI at some "
            "points and not at others, and AI works on it at any compute: give "
            "capability.required_success, such as 0.65, from which on AI can do a task"
        )
    return at_all[:, np.newaxis] & alone


def _redundant_modes(
    quantities: Quantities, review: Array, policy: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return the modes that differ from an earlier open one only in an idle reviewer, (task, mode).

    If a protocol takes no review hours in a task, its modes for several pools are identical. Ties
    between them would make the optimum degenerate, so that only the first remains open.
    """
    redundant = np.zeros_like(policy)
    idle = (review == 0).all(axis=(0, -1))[:, HUMAN + 1 :]
    opened = policy[:, HUMAN + 1 :].reshape(len(policy), -1, repeats(quantities))
    earlier = np.cumsum(opened, axis=-1) > 1
    redundant[:, HUMAN + 1 :] = idle & (opened & earlier).reshape(idle.shape)
    return redundant


def _with_factor(bundles: Array, use: Array) -> Array:
    """Return bundles with one more factor, the last."""
    shape = np.broadcast_shapes(bundles.shape[:-1], use.shape)
    old = np.broadcast_to(bundles, (*shape, bundles.shape[-1]))
    return np.concatenate([old, np.broadcast_to(use, shape)[..., None]], axis=-1)


def _missed_by_machines(quantities: Quantities) -> Array:
    """Return the share of defects that the layers of AI review do not find, by AI mode."""
    layers, found, common = (
        quantities.protocols(name, 0.0) for name in ("layers", "layer_detection", "common_mode")
    )
    layer = np.arange(int(layers.max()))
    detections = np.where(layer < np.floor(layers)[..., None], found[..., None], 0.0)
    return shortened(supervision.layered_escape(1.0, detections, common))


@by_task
def _unnoticed(quantities: Quantities) -> tuple[Array, Array]:
    """Return the shares of defective units that pass unnoticed, and that people alone find.

    By task and mode; NaN where people look at some units and the verifiability of the task is not
    known.
    """
    attention, detected = quantities.attention, quantities.detected
    known = np.isfinite(detected)
    missed = supervision.escape_rate(1.0, attention, np.where(known, detected, 0.0))
    by_machines = _missed_by_machines(quantities)
    unknown = ~known & (attention > 0) & (missed * by_machines > 0)
    missed, found = (
        np.where(unknown, np.nan, share * by_machines) for share in (missed, 1 - missed)
    )
    nobody = np.zeros_like(missed[..., :1])
    return np.concatenate([nobody, missed], axis=-1), np.concatenate([nobody, found], axis=-1)


@by_task
def closed_by_attacks(quantities: Quantities) -> NDArray[np.bool_]:
    """Return the tasks closed to AI because attacks cannot be kept down, (point or 1, task).

    Not even a look at every unit would leave no more than the harm that is tolerated.
    """
    allowed = quantities.selected(_allowed_modes(quantities))[:, HUMAN + 1 :]
    alone = allowed & _without_people(quantities)
    open_to_attack = alone & (quantities.attention_against_attack > 1 + WHOLE)
    closed = np.asarray(open_to_attack.any(axis=-1))
    mixed = closed & (alone & ~open_to_attack).any(axis=-1)
    if mixed.any():
        task = int(mixed.any(axis=0).argmax())
        mode = int(open_to_attack[:, task].any(axis=0).argmax())
        name = quantities.selected(np.array(list(quantities.catalog.tasks)))[task]
        protocol = ai_modes(quantities)[mode].partition("/")[0]
        raise InputError(
            f"tasks.{name}: attacks are kept down to supervision.tolerated_harm under some of its "
            f"protocols and not under {protocol}, however much people look: add {protocol} to "
            f"tasks.{name}.forbids, or tolerate more"
        )
    return closed


@derived
def _allowed_modes(quantities: Quantities) -> NDArray[np.bool_]:
    """Return whether a task may be done by people, and in each AI mode, shape (task, mode).

    Whether a mode for several pools of reviewers is redundant is not considered.
    """
    catalog, times = quantities.catalog, repeats(quantities)
    names, pools = protocol_names(catalog), alternative_pools(catalog)
    without_people = _without_people(quantities)[::times].tolist()

    def allowed(task: Task) -> list[bool]:
        reviews = [pool in reviewers_of(task) for pool in pools] or [True]
        return [
            task.by_people,
            *(
                _allows(catalog, task, name, alone) and may_review
                for name, alone in zip(names, without_people, strict=True)
                for may_review in reviews
            ),
        ]

    return np.array([allowed(task) for task in catalog.tasks.values()])


def _allows(catalog: Catalog, task: Task, name: str, without_people: bool) -> bool:
    """Return whether AI may do a task under a protocol, or in the mode of a rule of coverage."""
    rules = catalog.supervision
    if not task.delegable:
        return False
    if not rules.protocols:
        return name == mode_of_rule(task, rules.coverage)
    chosen = rules.protocols if task.protocols is None else task.protocols
    return (task.by_people or without_people) and name in chosen and name not in task.forbids


def _needs_capability(catalog: Catalog, name: str) -> bool:
    """Return whether AI must be able to do a task by itself to do it under a protocol."""
    return name not in catalog.supervision.protocols or catalog.protocols[name].needs_capability


@derived
def _base_supply(quantities: Quantities) -> Array:
    """Return the supplies that do not depend on compute, 0 for those that do, by factor."""
    use, budget = quantities.catalog.compute, quantities.catalog.supervision.defect_budget
    hours, review = (
        {name: quantities.members(group, name) for name in names}
        for group, names in (
            ("pools", ("headcount", "hours_per_year")),
            ("reviewers", ("headcount", "hours_per_year", "max_review_share", "utilisation")),
        )
    )
    free = [np.inf if kind == "free" else 0.0 for kind in (use.inference, use.experiments)]
    return side_by_side(
        hours["headcount"] * hours["hours_per_year"],
        supervision.review_supply(**review),
        np.array([free]),
        *([] if budget is None else [quantities.number("supervision.defect_budget")[:, None]]),
    )


@derived
def _supply_per_compute(quantities: Quantities) -> Array:
    """Return the supplies per unit of compute, 0 for those that do not depend on it, by factor."""
    share, experiment_share, h100_hour = (
        quantities.number(f"compute.{name}")[:, None]
        for name in ("inference_share", "experiment_share", "h100_hour")
    )
    catalog = quantities.catalog
    people = len(catalog.pools) + len(reviewer_pools(catalog))
    budget = 0 if catalog.supervision.defect_budget is None else 1
    return side_by_side(
        np.zeros((1, people)), share, experiment_share / h100_hour, np.zeros((1, budget))
    )


@derived
def _tree(quantities: Quantities) -> NestTree:
    catalog = quantities.catalog
    return _tree_of(
        tuple((name, task.phase) for name, task in catalog.tasks.items()),
        tuple((name, nest.parent) for name, nest in catalog.nests.items()),
    )


# Sweeps of catalogs that differ in numbers share their trees.
@lru_cache(maxsize=64)
def _tree_of(
    phases: tuple[tuple[str, str], ...], parents: tuple[tuple[str, str | None], ...]
) -> NestTree:
    return nest_tree(dict(phases), dict(parents))


@derived
def _nest(quantities: Quantities) -> Nest:
    """Return the CES nests of the tasks.

    The share of a nest is the sum of those of its tasks; its elasticity is its own or that of the
    catalog.
    """
    shares, names = quantities.tasks("share"), list(quantities.catalog.nests)
    usual = quantities.number("production.elasticity")[:, None]
    own = quantities.members("nests", "elasticity")
    elasticities = np.where(np.isnan(own), usual, own)
    columns = {name: shortened(elasticities[:, number]) for number, name in enumerate(names)}
    nest = nest_of(_tree(quantities), shares, columns, joint_modes(quantities))
    return with_induced(nest, induced_work(quantities))
