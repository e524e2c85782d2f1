"""What more of anything is worth: derivatives of the speed-ups in any input, and what to automate next.

With theta any number of the catalog, or compute, and S = S_Y^lambda S_L^(1 - lambda),

    d ln S / d ln theta = lambda d ln S_Y + (1 - lambda) d ln S_L + d lambda (ln S_Y - ln S_L)      per d ln theta

where S_Y is differentiated by the envelope theorem on both of its sides, and S_L along the critical path, with the work done
and the splits of tied modes by implicit functions (`allocation.slopes`). All of it is exact but for the derivatives of the
catalog's own formulas (powers and products, and how long queues are at given activities), which are taken from seven places
so near that what is left is rounding; an estimate of what is left is checked. Where a derivative does not exist, as at
events, it is NaN.

Source: the model, sections 3.6, 5 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from taskmodel.allocation import Allocation, Slopes, allocate, along, derivative_weights, slopes
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.numerics.types import Array
from taskmodel.organisation.clock import Clock
from taskmodel.organisation.measures import mode_mix, without_ai
from taskmodel.organisation.numbers import Numbers
from taskmodel.organisation.organisation import HUMAN, Organisation
from taskmodel.science.critical_path import longest_path, loop_slopes, path_slopes, with_loops
from taskmodel.science.durations import mixed_durations, single_mode_mix
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE, COMPUTE_UNIT
from taskmodel.sweeps.sweep import needs_catalog, one_compute
from taskmodel.sweeps.walker import Setting, Situation

STEP = 2.0**-9  # of the log of an input, from one node to the next
NODES = 7
ACCURATE = 1e-7  # by how much derivatives from fewer nodes may differ: what is left with all of them is far less
ROUNDING = 1e-11  # elasticities below this are no more than rounding
BESIDE = (
    "compute.grid.",
    "compute.today",
    "supervision.binding_tolerance",
    "trust.",
)  # what results do not depend on


def elasticities(
    catalog: Catalog, compute: ArrayLike | None = None, inputs: Sequence[str] | None = None
) -> xr.Dataset:
    """Elasticities of output and of the speed-ups to inputs.

    Parameters
    ----------
    catalog : Catalog
    compute : array, shape (compute,), or float, optional
        Where [FLOP/year]; default: the catalog's ``compute.today``.
    inputs : sequence of str, optional
        Dotted paths of numbers in the catalog, and ``compute``; default: all that make a difference. A task's share grows at
        the expense of all others, in proportion.

    Returns
    -------
    xarray.Dataset
        Over ``compute`` and ``input``: ``output_elasticity``, of research output itself, not relative to people without AI,
        ``throughput_speedup_elasticity``, ``latency_speedup_elasticity`` and ``speedup_elasticity`` [1]; NaN where more and
        less of the input are worth different amounts, as at events, and where a derivative is not known to 1e-7. Besides,
        ``value`` and ``unit`` over ``input``.

    Raises
    ------
    TypeError
        If the catalog is none, or no number stands at a path.
    CatalogError
        If there is no such path.
    InputError
        If compute is not positive and finite.
    SolveError
        If a point has no answer that can be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> found = elasticities(tm.load_catalog("t_agi_ladder"), 1e31, ["supervision.headcount", "pools.researchers.headcount"])
    >>> float(found["output_elasticity"].sum().round(9))
    1.0
    """
    needs_catalog(catalog)
    points = np.atleast_1d(
        np.asarray(catalog.compute.today.value if compute is None else compute, dtype=float)
    )
    if points.ndim != 1 or not (np.isfinite(points) & (points > 0)).all():
        raise InputError(f"compute must be positive and finite [{COMPUTE_UNIT}]; found {compute!r}")
    if isinstance(inputs, str) or (inputs is not None and not len(inputs)):
        raise TypeError(
            f"inputs must be a list of paths, such as ['supervision.headcount']; found {inputs!r}"
        )
    names = list(dict.fromkeys(inputs)) if inputs is not None else _all_inputs(catalog)
    moves = [_Move(catalog, name) for name in names]
    nodes = _Nodes(catalog, moves)
    found = np.array([nodes.elasticities(point) for point in points])  # (compute, speed-up, input)
    found = np.where(np.abs(found) < ROUNDING, 0.0, found)
    matter = (
        np.nan_to_num(found, nan=1.0).any(axis=(0, 1))
        if inputs is None
        else np.ones(len(names), dtype=bool)
    )
    variables = {
        **{
            f"{name}_elasticity": ((COMPUTE, "input"), found[:, row])
            for row, name in enumerate(results.SPEEDUPS)
        },
        "status": (COMPUTE, np.array(nodes.status, dtype=object)),
        "value": ("input", np.array([move.value for move in moves])),
        "unit": (
            "input",
            np.array(
                [COMPUTE_UNIT if name == COMPUTE else catalog.unit_of(name) for name in names],
                dtype=object,
            ),
        ),
    }
    result = xr.Dataset(
        variables,
        {COMPUTE: points, "input": np.array(names, dtype=object)},
        results.provenance_of(catalog),
    )
    return results.described(result.isel(input=np.flatnonzero(matter)))


class _Move:
    """The nodes of one input: what the catalog says there, and the weights that make a derivative of what is known at them."""

    def __init__(self, catalog: Catalog, name: str) -> None:
        self.name = name
        self.value = np.nan if name == COMPUTE else catalog.get(name)
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            raise TypeError(
                f"{name} is no number: it is {self.value!r}; elasticities are to numbers, and to {COMPUTE}"
            )
        for first in (-(NODES // 2), 1 - NODES, 0):  # on both sides, unless the range ends there
            offsets = STEP * (first + np.arange(NODES))
            if name == COMPUTE or all(
                _allowed(catalog, name, self.value * np.exp(offset)) for offset in offsets
            ):
                break
        nearest = np.argsort(np.abs(offsets), kind="stable")[: NODES - 2]
        self.offsets, self.weights, self.fewer = (
            offsets,
            derivative_weights(offsets),
            np.zeros(NODES),
        )
        self.fewer[nearest] = derivative_weights(offsets[nearest])
        self.growth = offsets if name == COMPUTE else np.zeros(NODES)
        self.numbers = [
            {} if name == COMPUTE else catalog.changed_to(name, self.value * np.exp(offset))
            for offset in offsets
        ]


def _allowed(catalog: Catalog, name: str, value: float) -> bool:
    return all(
        catalog.allows(path, number) for path, number in catalog.changed_to(name, value).items()
    )


class _Nodes:
    """An organisation at the nodes of all inputs, one input after the other."""

    def __init__(self, catalog: Catalog, moves: Sequence[_Move]) -> None:
        self.moves = moves
        self.status: list[str] = []  # of the optimum, at each compute that was asked for
        self.here = Setting(catalog)
        self.there = Setting(
            *(catalog.with_numbers(numbers) for move in moves for numbers in move.numbers)
        )
        self.clock = Clock(self.there.catalogs, self.there.organisation)
        self.exponent = Numbers(self.there.catalogs).one(
            lambda catalog: catalog.production.parallel_exponent.value
        )
        self.offsets, self.weights, self.fewer = (
            np.array([getattr(move, name) for move in moves])
            for name in ("offsets", "weights", "fewer")
        )
        self.growth = np.concatenate([move.growth for move in moves])  # of compute

    def elasticities(self, compute: float) -> Array:
        """Of output and the three speed-ups to all inputs, shape (speed-up, input)."""
        at = Situation(self.here, np.array([compute]))
        optimum = allocate(*at.arrays)
        self.status.append(str(np.ravel(optimum.status)[0]))
        exact, rough = (
            self._elasticities(at, optimum, weights) for weights in (self.weights, self.fewer)
        )
        # at a threshold output jumps, for whatever moves compute and the threshold apart
        moving = along(self.weights, np.log(self._opens_at()) - self.growth[:, None])[
            :, self._at_threshold(compute)
        ]
        exact = np.where((np.abs(moving) > ROUNDING).any(axis=1), np.nan, exact)
        # a formula of the catalog with a bend just here, such as the larger of two numbers that are equal, has no derivative
        return np.where(np.abs(exact - rough) < ACCURATE * (1 + np.abs(exact)), exact, np.nan)

    def _elasticities(self, at: Situation, optimum: Allocation, weights: Array) -> Array:
        one, many = self.here.organisation, self.there.organisation
        compute = at.compute[0] * np.exp(self.growth)

        def moved(
            here: Organisation, there: Organisation, best: Allocation, opened: NDArray[np.bool_]
        ) -> Slopes:
            problem = (
                here.bundles(at.compute),
                here.supply(at.compute),
                here.nest,
                here.open_modes(opened),
            )
            return slopes(
                problem,
                best,
                (there.bundles(compute), there.supply(compute), there.nest),
                self.offsets,
                weights,
            )

        best = moved(one, many, optimum, at.automatable)
        alone, nothing = one.without_ai(), np.zeros_like(at.automatable)
        base = moved(alone, many.without_ai(), without_ai(alone, at.compute), nothing)
        throughput = best.log_output - base.log_output
        latency = self._latency(at.compute, optimum, best, weights)
        measured, exponent = at.measure(optimum), self.here.yardstick.exponent
        shift = along(weights, np.broadcast_to(self.exponent, weights.size))
        with np.errstate(
            divide="ignore", invalid="ignore"
        ):  # no output, or no limit to it: NaN is meant
            apart = np.log(measured.throughput_speedup / measured.latency_speedup)
            speedup = (
                exponent * throughput
                + (1 - exponent) * latency
                + np.where(shift == 0, 0.0, shift * apart)
            )
        return np.array([best.log_output, throughput, latency, speedup])

    def _opens_at(self) -> Array:
        """Compute from which AI can do each task at every node, shape (node of all inputs, task); 1 where there is none."""
        opens_at = np.broadcast_to(
            self.there.organisation.opens_at, (len(self.growth), len(self.here.organisation.tasks))
        )
        return np.where(np.isfinite(opens_at) & (opens_at > 0), opens_at, 1.0)

    def _at_threshold(self, compute: float) -> NDArray[np.bool_]:
        """Tasks that open just at this compute, shape (task,)."""
        one = self.here.organisation
        return np.isclose(one.opens_at, compute, rtol=ROUNDING, atol=0.0) & one.unaided.any()

    def _latency(self, compute: Array, optimum: Allocation, best: Slopes, weights: Array) -> Array:
        """The derivative of the log of the latency speed-up; NaN where it is another to the left than to the right."""
        clock, one = self.here.yardstick.clock, self.here.organisation
        (mix,), mix_slope = clock.mix(mode_mix(optimum.activity, one.policy)), best.mode_share
        if clock.all_by_ai:
            mix_slope = np.zeros_like(mix_slope)
        people = single_mode_mix(HUMAN, tasks=mix.shape[0], modes=mix.shape[1])
        alone = along(weights, np.broadcast_to(self.clock.durations, (weights.size, *mix.shape)))
        base = self._of_path(clock.durations, alone, people, np.zeros_like(people), weights)
        if clock.queues is None or self.clock.queues is None:
            return base - self._of_path(clock.durations, alone, mix, mix_slope, weights)
        activity = np.where(np.isfinite(optimum.activity), optimum.activity, 0.0)
        faster = (
            best.task_output[..., None] * mode_mix(activity, one.policy)
            + activity.sum(axis=-1)[..., None] * best.mode_share
        )
        nodes = activity + self.offsets[..., None, None] * np.nan_to_num(faster)[:, None]
        known = np.isfinite(faster).all(axis=(1, 2)) & (nodes >= 0).all(
            axis=(1, 2, 3)
        )  # a mode that is about to go is no further off
        nodes = np.where(known[:, None, None, None], nodes, activity).reshape(-1, *mix.shape)
        now, there = (
            clock.waits(activity, compute),
            self.clock.queues.at(nodes, compute * np.exp(self.growth)),
        )
        assert now is not None  # queues are counted
        # a wait grows as 1/(1 - u): what is left of it without that is smooth, also where u nears 1
        eased = along(weights, there.wait * (1 - there.utilisation)) + now.wait * along(
            weights, there.utilisation
        )
        eased = np.where(known[:, None], eased, np.nan)
        more_waiting = clock.in_queue(eased / (1 - now.utilisation))
        stretched = self.clock.in_queue(
            np.broadcast_to(now.wait, (weights.size, now.wait.shape[1]))
        )
        times = clock.durations + clock.in_queue(now.wait)[0]
        return base - self._of_path(
            times, alone + along(weights, stretched) + more_waiting, mix, mix_slope, weights
        )

    def _of_path(
        self, durations: Array, rate: Array, mix: Array, mix_slope: Array, weights: Array
    ) -> Array:
        """The derivative of the log of the time of one pass, as durations by mode and the mix of modes change."""
        clock, length = self.here.yardstick.clock, mixed_durations(durations, mix)
        pace = (rate * mix + durations * mix_slope).sum(axis=-1)
        longer = with_loops(length, clock.order, clock.loops, clock.rounds)
        more = along(weights, np.broadcast_to(self.clock.rounds, (weights.size, len(clock.loops))))
        sides = loop_slopes(length, pace, clock.order, clock.loops, clock.rounds, more)
        right, left = (
            path_slopes(longer, each, clock.order)[side] for side, each in enumerate(sides)
        )
        total = longest_path(longer, clock.order).total
        return np.asarray(np.where(np.abs(right - left) <= ACCURATE * total, right, np.nan) / total)


def _all_inputs(catalog: Catalog) -> list[str]:
    """Compute, and every number of a catalog that results may depend on."""
    numbers = [path for path in catalog.paths() if isinstance(catalog.get(path), float)]
    counted = catalog.latency
    idle = {
        "latency.arrival_variability": counted.count_queues,
        "latency.service_variability": counted.count_queues,
        "latency.review_hours_per_day": counted.count_off_hours,
        "feedback_loops.": counted.count_loops,
        "supervision.second_look_": catalog.supervision.second_look_layers > 0,
    }
    if catalog.supervision.defect_budget is None:
        numbers = [path for path in numbers if not path.endswith(".harm_weight")]
    beside = (*BESIDE, *(path for path, used in idle.items() if not used))
    return [COMPUTE, *(path for path in numbers if not path.startswith(beside))]


def automate_next(catalog: Catalog, compute: float | None = None) -> xr.Dataset:
    """What it would give if AI could do one more task, for each task that it cannot do yet.

    Parameters
    ----------
    catalog : Catalog
    compute : float, optional
        Where [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Over ``task``, those alone that policy leaves to AI and that it cannot do there (none, where success grows by degrees),
        in the order of the file:
        ``output``, ``throughput_speedup``, ``latency_speedup`` and ``speedup`` if it could, ``opens_at``, the compute from
        which it can, and what each is without (``..._as_is``).

    Raises
    ------
    TypeError
        If the catalog is none.
    InputError
        If compute is not one positive, finite number.
    SolveError
        If a case has no answer that can be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> found = automate_next(tm.load_catalog("t_agi_ladder"), 1e28)
    >>> bool((found["throughput_speedup"] >= found["throughput_speedup_as_is"]).all())
    True
    """
    needs_catalog(catalog)
    setting = Setting(catalog)
    at, one = Situation(setting, np.array([one_compute(catalog, compute)])), setting.organisation
    (opened,) = at.automatable
    waiting = np.flatnonzero(
        ~opened & (one.policy & one.unaided).any(axis=1) & np.isfinite(one.opens_at)
    )
    cases = np.repeat(opened[None], len(waiting) + 1, axis=0)
    cases[np.arange(len(waiting)), waiting] = True
    there = Situation(setting, np.repeat(at.compute, len(cases)))
    bundles, supply, nest, _ = there.arrays
    values = there.measure(allocate(bundles, supply, nest, one.open_modes(cases)))
    variables = {
        **{name: ("task", getattr(values, name)[:-1]) for name in results.SPEEDUPS},
        **{f"{name}_as_is": ((), getattr(values, name)[-1]) for name in results.SPEEDUPS},
        "opens_at": ("task", one.opens_at[waiting]),
    }
    coords = {"task": np.array(one.tasks, dtype=object)[waiting], COMPUTE: at.compute[0]}
    return results.described(xr.Dataset(variables, coords, results.provenance_of(catalog)))
