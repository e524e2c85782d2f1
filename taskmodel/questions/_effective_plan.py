"""The plan that is best for throughput and latency together, and how far from the best it may be.

The optimum is that of throughput alone. The effective speed-up S_Y^lambda S_L^(1 - lambda) is not
concave in the plan: the time of a task is the mean over the modes that do its units, a quotient of
activities, and a pass takes as long as the longest path. So its best plan is searched, and bounded.

Search: of the tasks on the critical path, that one is kept from its slowest mode which leaves the
highest effective speed-up, until no task on the path has a faster mode; then tasks are given their
modes back as long as that raises it. Each plan on the way is an optimum under its restriction.

Bound: a plan whose pass takes at most T leaves task i at most the mean time D_i(T) with which the
pass takes T if every other task takes its fastest mode. Mixes of modes with that mean time are
mixtures of the modes that are not slower, and of pairs of a faster and a slower one that take
exactly D_i: as modes of their own they make a problem that `allocate` certifies, with output Y(T)
no less than that of the plan. Between two times T' < T no plan is better than
(Y(T) / Y_0)^lambda (T_0 / T')^(1 - lambda), and a plan that takes longer than that of most
throughput is not better than it.

Source: docs, model, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, Status, allocate
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError, SolveError
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import mode_mix
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.sweeps.points import situation_at
from taskmodel.sweeps.walker import Situation

INTERVALS = 64  # of the time of a pass, from the fastest plan to that of most throughput
PARTS = 8  # into which those are divided in which a better plan is not ruled out
HALVINGS = 60  # of the interval of a mean time: to the last digits

Modes = NDArray[np.bool_]


def effective_plan(catalog: Catalog, compute: float | None = None) -> xr.Dataset:
    """Search the plan with the highest effective speed-up, and bound what any plan can have.

    Parameters
    ----------
    catalog : Catalog
    compute : float, optional
        Compute [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Of the best plan found: ``throughput_speedup``, ``latency_speedup``, ``speedup``,
        ``pass_time`` and, over ``task`` and ``mode``, ``mode_share``; each also as ``..._as_is``,
        of the plan of most throughput. ``speedup_bound``: no plan has a higher effective speed-up.

    Raises
    ------
    TypeError
        If the catalog is not a Catalog.
    InputError
        If compute is not one positive, finite number; if the catalog counts queues, has blocks,
        oversight work, or a worker that is best at the prices of the optimum.
    SolveError
        If the optimum cannot be certified, is zero or unlimited.

    Examples
    --------
    >>> import taskmodel as tm
    >>> plan = effective_plan(tm.load_catalog("t_agi_ladder"), 1e33)
    >>> bool(plan["speedup_as_is"] <= plan["speedup"] <= plan["speedup_bound"])
    True
    """
    situation = situation_at(catalog, compute)
    _refuse(catalog, situation)
    planning = _Planning(situation)
    as_is = planning.as_is
    best = planning.search()
    bound, relaxed = planning.bound(best)
    best = max(best, relaxed, key=lambda plan: plan.effective)
    bound = max(bound, best.effective)
    variables = {
        "speedup_bound": ((), bound),
        **_variables(best, ""),
        **_variables(as_is, "_as_is"),
    }
    organisation = situation.setting.organisation
    coords = {
        "task": np.array(organisation.tasks, dtype=object),
        "mode": np.array(organisation.modes, dtype=object),
        COMPUTE: situation.compute[0],
    }
    return results.labelled(variables, coords, results.provenance(catalog=catalog))


def _refuse(catalog: Catalog, situation: Situation) -> None:
    """Raise an InputError for a catalog whose plans have no bound of this kind."""
    organisation = situation.setting.organisation
    if catalog.latency.count_queues and catalog.latency.count_review:
        raise InputError(
            "latency.count_queues: found true; the time of a task then depends on the load of "
            "reviewers, and so on the whole plan: set it to false, or let "
            "taskmodel.best_utilisation find how much of their time to plan"
        )
    if organisation.nest.linked:
        raise InputError(
            "blocks, oversight_work: a mode of one task is then a mode of others too, and the "
            "plan of best effective speed-up has no bound: leave them out"
        )
    if organisation.workers.kind == "best":
        raise InputError(
            "capability.worker: found best, which depends on the prices of the optimum; use "
            "sufficient or frontier"
        )


@dataclass(frozen=True)
class _Plan:
    """One plan and its measures; ``mix`` has the shape (task, mode)."""

    throughput: float
    latency: float
    effective: float
    time: float
    mix: Array


def _variables(plan: _Plan, suffix: str) -> dict[str, tuple[tuple[str, ...], Array | float]]:
    return {
        f"throughput_speedup{suffix}": ((), plan.throughput),
        f"latency_speedup{suffix}": ((), plan.latency),
        f"speedup{suffix}": ((), plan.effective),
        f"pass_time{suffix}": ((), plan.time),
        f"mode_share{suffix}": (("task", "mode"), plan.mix),
    }


class _Planning:
    """Plans of an organisation at one compute, and their measures."""

    def __init__(self, situation: Situation) -> None:
        setting = situation.setting
        self.compute, self.policy = situation.compute, setting.organisation.policy
        self.yardstick, self.clock = setting.yardstick, setting.yardstick.clock
        bundles, supply, self.nest, opened = situation.arrays
        self.bundles, self.supply, self.opened = bundles[0], supply[0], opened[0]
        times = np.broadcast_to(self.clock.durations(self.compute), (1, *self.opened.shape))
        self.times = (
            times[0]
            if not self.clock.all_by_ai
            else np.repeat(
                times[0, np.arange(len(self.opened)), self.clock.ai_mode, None],
                self.opened.shape[1],
                axis=1,
            )
        )
        self.base_output = float(self.yardstick.people_alone.at(self.compute)[0][0])
        optimum = allocate(*situation.arrays)
        if not 0 < optimum.output[0] < np.inf:
            raise SolveError("no plan is best: nothing can be produced, or there is no limit to it")
        (self.as_is,) = self.measured(optimum.output, optimum.activity)

    def measured(self, output: Array, activity: Array) -> list[_Plan]:
        """Return plans with their measures, of outputs (plan,), activities (plan, task, mode)."""
        mix = mode_mix(activity, self.policy)
        time = self.clock.pass_time(mix, activity, np.repeat(self.compute, len(mix)))
        throughput = output / self.base_output
        latency = self.yardstick.base_time / time
        effective = self.yardstick.effective_speedup(throughput, latency)
        columns = zip(throughput, latency, effective, time, mix, strict=True)
        return [_Plan(float(y), float(v), float(s), float(t), part) for y, v, s, t, part in columns]

    def optima(self, opened: Modes) -> list[_Plan | None]:
        """Return the plans of most throughput with these modes, (plan, task, mode).

        None where none is certified.
        """
        answers = allocate(self.bundles, self.supply, self.nest, opened, throw=False)
        certified = np.asarray(answers.status != Status.FAILED)
        plans = iter(self.measured(answers.output[certified], answers.activity[certified]))
        return [next(plans) if sure else None for sure in certified]

    def search(self) -> _Plan:
        """Return the best plan on the way to the shortest pass, with modes given back."""
        opened, plan = self.opened, self.as_is
        best, best_opened = plan, opened
        while len(candidates := self._faster(opened, plan)):
            following, at = self._best_of(candidates)
            if following is None:
                break
            opened, plan = candidates[at], following
            if plan.effective > best.effective:
                best, best_opened = plan, opened
        while len(candidates := self._wider(best_opened)):
            following, at = self._best_of(candidates)
            if following is None or not following.effective > best.effective:
                break
            best, best_opened = following, candidates[at]
        return best

    def _best_of(self, opened: Modes) -> tuple[_Plan | None, int]:
        plans = self.optima(opened)
        worth = [-np.inf if plan is None else plan.effective for plan in plans]
        at = int(np.argmax(worth))
        return plans[at], at

    def _faster(self, opened: Modes, plan: _Plan) -> Modes:
        """Return the modes left if one task of the critical path gives up its slowest."""
        critical = self.clock.critical_path(plan.mix[None], plan.mix[None], self.compute)
        slowest = np.where(plan.mix > 0, self.times, -np.inf).max(axis=1)
        left = opened & (self.times < slowest[:, None])
        tasks = np.flatnonzero(critical.critical[0] & left.any(axis=1))
        return self._changed(opened, tasks, left)

    def _wider(self, opened: Modes) -> Modes:
        """Return the modes if one task that gave up some has them back."""
        tasks = np.flatnonzero((opened != self.opened).any(axis=1))
        return self._changed(opened, tasks, self.opened)

    @staticmethod
    def _changed(opened: Modes, tasks: NDArray[np.intp], other: Modes) -> Modes:
        result = np.repeat(opened[None], len(tasks), axis=0)
        result[np.arange(len(tasks)), tasks] = other[tasks]
        return result

    def bound(self, best: _Plan) -> tuple[float, _Plan]:
        """Return what no effective speed-up exceeds, and the best plan met on the way to it."""
        fastest = np.where(self.opened, self.times, np.inf).min(axis=1)
        fastest = np.where(self.opened.any(axis=1), fastest, self.times.min(axis=1))
        least, most = float(self.clock.time_of(fastest[None])[0]), self.as_is.time
        if not least < most:
            return self.as_is.effective, best
        edges = np.geomspace(least, most, INTERVALS + 1)
        bounds, plans = self._between(edges, fastest)
        best = max([best, *plans], key=lambda plan: plan.effective)
        highest = self.as_is.effective
        for at in range(INTERVALS):
            if bounds[at] <= best.effective:
                continue
            parts = np.geomspace(edges[at], edges[at + 1], PARTS + 1)
            narrow, plans = self._between(parts, fastest)
            best = max([best, *plans], key=lambda plan: plan.effective)
            highest = max(highest, min(bounds[at], narrow.max()))
        return highest, best

    def _between(self, edges: Array, fastest: Array) -> tuple[Array, list[_Plan]]:
        """Return bounds between times of a pass, (edge - 1,), and the plans met on the way."""
        answers, activity = self._relaxed(edges[1:], fastest)
        certified = answers.status != Status.FAILED
        output = np.where(certified, answers.output * (1 + answers.gap), np.inf)
        # output rises with the time that is allowed, up to that of the plan as it is
        output = np.minimum.accumulate(output[::-1])[::-1]
        throughput = np.minimum(output / self.base_output, self.as_is.throughput)
        latency = self.yardstick.base_time / edges[:-1]
        bounds = self.yardstick.effective_speedup(throughput, latency)
        return bounds, self.measured(answers.output[certified], activity[certified])

    def _relaxed(self, time: Array, fastest: Array) -> tuple[Allocation, Array]:
        """Return the optima with mean times of tasks within those of a pass, and their activities.

        The activities are those of the modes that pairs consist of, (time, task, mode).
        """
        limit, times, modes = self._limits(time, fastest), self.times, self.opened.shape[1]
        fast, slow = (ends.ravel() for ends in np.indices((modes, modes)))
        pairs = fast != slow
        fast, slow = fast[pairs], slow[pairs]
        within = times <= limit[..., None]
        opened = self.opened & within
        paired = opened[..., fast] & (self.opened & ~within)[..., slow]
        span = np.where(paired, times[:, slow] - times[:, fast], 1.0)
        part = np.where(paired, (limit[..., None] - times[:, fast]) / span, 0.0)[..., None]
        mixed = part * self.bundles[:, slow] + (1 - part) * self.bundles[:, fast]
        bundles = np.broadcast_to(self.bundles, (len(time), *self.bundles.shape))
        answers = allocate(
            np.concatenate([bundles, mixed], axis=2),
            self.supply,
            self.nest,
            np.concatenate([opened, paired], axis=2),
            throw=False,
        )
        activity, of_pairs = answers.activity[..., :modes].copy(), answers.activity[..., modes:]
        for index, (quick, late) in enumerate(zip(fast, slow, strict=True)):
            activity[..., late] += part[..., index, 0] * of_pairs[..., index]
            activity[..., quick] += (1 - part[..., index, 0]) * of_pairs[..., index]
        return answers, activity

    def _limits(self, time: Array, fastest: Array) -> Array:
        """Return the mean time that each task may take in a pass of some time, (time, task).

        The pass takes that time if every other task takes its fastest mode.
        """
        count, tasks = len(time), len(fastest)
        low = np.broadcast_to(fastest, (count, tasks))
        high = np.broadcast_to(self.times.max(axis=1), (count, tasks))
        one = np.arange(tasks)
        for _ in range(HALVINGS):
            middle = low + (high - low) / 2
            lengths = np.broadcast_to(fastest, (count, tasks, tasks)).copy()
            lengths[:, one, one] = middle
            passes = self.clock.time_of(lengths.reshape(-1, tasks)).reshape(count, tasks)
            short = passes <= time[:, None]
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return high
