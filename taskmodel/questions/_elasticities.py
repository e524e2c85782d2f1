"""Elasticities of output and the speed-ups to any input, and the gain from one more automated task.

Let theta be any number of the catalog, or compute, and S = S_Y^lambda S_L^(1 - lambda). Then

    d ln S / d ln theta = lambda d ln S_Y + (1 - lambda) d ln S_L + d lambda (ln S_Y - ln S_L)

all per d ln theta. S_Y, the ratio of two optima, is differentiated by the envelope theorem; S_L
along the critical path, with activities and the splits of tied modes by the implicit function
theorem (`allocation.slopes`). All of this is exact except the derivatives of the catalog's own
formulas (powers, products, and waits at given activities), which are finite differences of seven
nodes so close that only rounding remains; an error estimate is checked. Where a derivative does
not exist, as at events, the result is NaN.

Source: docs, model, sections 3.6, 5 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from taskmodel._arguments import shown
from taskmodel.allocation import Allocation, Slopes, allocate, along, derivative_weights, slopes
from taskmodel.catalog import Catalog
from taskmodel.errors import ArgumentError, InputError
from taskmodel.numerics.accuracy import SLOPE_ACCURACY, SLOPE_ROUNDING
from taskmodel.numerics.numbers import real_numbers
from taskmodel.numerics.types import Array
from taskmodel.organisation.clock import Clock
from taskmodel.organisation.measures import mode_mix
from taskmodel.organisation.organisation import HUMAN, Organisation
from taskmodel.science.critical_path import longest_path, loop_slopes, path_slopes, with_loops
from taskmodel.science.durations import mixed_durations, single_mode_mix
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE, COMPUTE_UNIT
from taskmodel.sweeps.points import needs_catalog, situation_at
from taskmodel.sweeps.walker import Setting, Situation

STEP = 2.0**-9  # of the log of an input, between nodes
NODES = 7
IRRELEVANT = ("compute.grid.", "compute.today", "supervision.binding_tolerance", "trust.")


def elasticities(
    catalog: Catalog, compute: ArrayLike | None = None, inputs: Sequence[str] | None = None
) -> xr.Dataset:
    """Elasticities of output and of the speed-ups to inputs.

    Parameters
    ----------
    catalog : Catalog
    compute : array, shape (compute,), or float, optional
        Compute [FLOP/year]; default: the catalog's ``compute.today``.
    inputs : sequence of str, optional
        Dotted paths of numbers in the catalog, and ``compute``; default: all with an effect. A
        task's share grows at the expense of all others, in proportion. A path with ``*`` for an
        id is one input: all its numbers grow by the same factor.

    Returns
    -------
    xarray.Dataset
        Over ``compute`` and ``input``: ``output_elasticity``, of research output itself, not
        relative to people without AI, ``throughput_speedup_elasticity``,
        ``latency_speedup_elasticity`` and ``speedup_elasticity`` [1]; NaN where the derivatives to
        the left and to the right differ, as at events, or the error may exceed 1e-7. Over
        ``input``: ``value`` and ``unit``.

    Raises
    ------
    TypeError
        If the catalog is not a Catalog, or the value at a path is not a number.
    CatalogError
        If there is no such path.
    InputError
        If compute is not positive and finite.
    SolveError
        If an optimum cannot be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> people = ["supervision.headcount", "pools.researchers.headcount"]
    >>> result = elasticities(tm.load_catalog("t_agi_ladder"), 1e31, people)
    >>> float(result["output_elasticity"].sum().round(9))
    1.0
    """
    needs_catalog(catalog)
    today = catalog.compute.today.value
    points = np.atleast_1d(real_numbers(COMPUTE, today if compute is None else compute))
    if points.ndim != 1 or not len(points) or not (np.isfinite(points) & (points > 0)).all():
        raise InputError(
            f"compute must be positive and finite [{COMPUTE_UNIT}]; found {shown(compute)}"
        )
    listed = isinstance(inputs, Sequence) and not isinstance(inputs, str) and len(inputs)
    if inputs is not None and not (listed and all(isinstance(each, str) for each in inputs)):
        raise ArgumentError(
            f"inputs must be a list of paths, such as ['supervision.headcount']; found "
            f"{shown(inputs)}"
        )
    names = _all_inputs(catalog) if inputs is None else list(dict.fromkeys(inputs))
    directions = [_direction(catalog, name) for name in names]
    nodes = _Nodes(catalog, directions)
    situations = [Situation(nodes.centre, np.array([point])) for point in points]
    optima = [allocate(*situation.arrays) for situation in situations]
    values = np.array(
        [nodes.elasticities(*pair) for pair in zip(situations, optima, strict=True)]
    )  # (compute, speed-up, input)
    values = np.where(np.abs(values) < SLOPE_ROUNDING, 0.0, values)
    units = [COMPUTE_UNIT if name == COMPUTE else catalog.unit_of(name) for name in names]
    variables: dict[str, tuple[Any, ...]] = {
        **{
            f"{name}_elasticity": ((COMPUTE, "input"), values[:, row])
            for row, name in enumerate(results.SPEEDUPS)
        },
        "status": (COMPUTE, [str(optimum.status[0]) for optimum in optima]),
        "value": ("input", [direction.value for direction in directions], "", "value of the input"),
        "unit": ("input", units, "", "unit of the input"),
    }
    coords = {COMPUTE: points, "input": names}
    result = results.labelled(variables, coords, results.provenance(catalog=catalog))
    if inputs is not None:
        return result
    effective = np.nan_to_num(values, nan=1.0).any(axis=(0, 1))
    return result.isel(input=np.flatnonzero(effective))


@dataclass(frozen=True)
class _Direction:
    """The nodes along one input, and the weights of values at them that give a derivative."""

    value: float  # NaN: of compute, and of several numbers that differ
    offsets: Array  # (node,) of the log of the input
    weights: Array
    fewer: Array  # of the nearest nodes only, 0 for the others
    growth: Array  # of the log of compute
    numbers: dict[str, Array]  # of the catalog at the nodes, by path


def _direction(catalog: Catalog, name: str) -> _Direction:
    values = _values(catalog, name)
    for first in (-(NODES // 2), 1 - NODES, 0):  # centred, unless the allowed range ends there
        offsets: Array = STEP * np.arange(first, first + NODES, dtype=float)
        changes = _changes(catalog, values, np.exp(offsets))
        numbers = {path: np.broadcast_to(column, NODES) for path, column in changes.items()}
        if all(
            catalog.allows(path, number)
            for path, column in numbers.items()
            for number in column.tolist()
        ):
            break
    nearest = np.argsort(np.abs(offsets), kind="stable")[: NODES - 2]
    fewer = np.zeros(NODES)
    fewer[nearest] = derivative_weights(offsets[nearest])
    growth = offsets if name == COMPUTE else np.zeros(NODES)
    distinct = set(values.values())
    value = distinct.pop() if len(distinct) == 1 else np.nan
    return _Direction(value, offsets, derivative_weights(offsets), fewer, growth, numbers)


def _values(catalog: Catalog, name: str) -> dict[str, float]:
    """Return the numbers that an input stands for, by path; none for compute."""
    values: dict[str, float] = {}
    for path in () if name == COMPUTE else catalog.expand(name):
        value = catalog.get(path)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ArgumentError(
                f"{path} is no number: it is {value!r}; elasticities are to numbers, and to "
                f"{COMPUTE}"
            )
        values[path] = float(value)
    return values


def _changes(catalog: Catalog, values: dict[str, float], factors: Array) -> dict[str, Array]:
    """Return the numbers at the nodes, by path: each times the factors, all of them together."""
    if len(values) == 1:
        ((path, value),) = values.items()
        return catalog.changed_to(path, value * factors)
    shares = next((path for path in values if set(catalog.changed_to(path, 0.0)) != {path}), None)
    if shares is not None:
        raise InputError(f"{shares} and the other shares sum to 1: they cannot all grow together")
    return {path: value * factors for path, value in values.items()}


class _Nodes:
    """The organisation of a catalog, and at the nodes of all directions, one after the other.

    Arrays of values at nodes have a leading dimension (direction * node); weights and offsets have
    the shape (direction, node).
    """

    def __init__(self, catalog: Catalog, directions: Sequence[_Direction]) -> None:
        self.centre = Setting(catalog)
        columns: dict[str, Array] = {}
        for position, direction in enumerate(directions):
            rows = slice(position * NODES, (position + 1) * NODES)
            for path, numbers in direction.numbers.items():
                usual = np.full(len(directions) * NODES, catalog.get(path))
                columns.setdefault(path, usual)[rows] = numbers
        self.nodes = Setting(self.centre.quantities.with_columns(columns))
        self.clock = Clock(self.nodes.quantities, self.nodes.organisation)
        self.exponent = self.nodes.yardstick.exponent
        self.offsets, self.weights, self.fewer = (
            np.array([getattr(direction, name) for direction in directions])
            for name in ("offsets", "weights", "fewer")
        )
        self.growth = np.concatenate([direction.growth for direction in directions])

    def elasticities(self, situation: Situation, optimum: Allocation) -> Array:
        """Elasticities of output and the three speed-ups, shape (speed-up, direction)."""
        exact, rough = (
            self._derivatives(situation, optimum, weights) for weights in (self.weights, self.fewer)
        )
        # Output jumps at a threshold, in every direction that moves compute relative to it.
        organisation = self.centre.organisation
        opens_at = self.nodes.organisation.opens_at
        opens_at = np.broadcast_to(opens_at, (len(self.growth), len(organisation.tasks)))
        opens_at = np.where(np.isfinite(opens_at) & (opens_at > 0), opens_at, 1.0)
        relative = along(self.weights, np.log(opens_at) - self.growth[:, None])
        opening = np.isclose(
            organisation.opens_at[0], situation.compute, rtol=SLOPE_ROUNDING, atol=0.0
        )
        opening &= organisation.unaided.any()
        jumps = (np.abs(relative[:, opening]) > SLOPE_ROUNDING).any(axis=1)
        # A formula of the catalog may have a kink, such as the maximum of two equal numbers: the
        # derivatives from different numbers of nodes then disagree.
        smooth = np.abs(exact - rough) < SLOPE_ACCURACY * (1 + np.abs(exact))
        return np.where(smooth & ~jumps, exact, np.nan)

    def _derivatives(self, situation: Situation, optimum: Allocation, weights: Array) -> Array:
        compute, opened = situation.compute, situation.automatable
        centre, nodes = self.centre.organisation, self.nodes.organisation
        alone, closed = centre.without_ai(), np.zeros_like(opened)
        people = allocate(
            alone.bundles(compute), alone.supply(compute), alone.nest, alone.open_modes(closed)
        )
        best = self._slopes(centre, nodes, optimum, compute, opened, weights)
        base = self._slopes(alone, nodes.without_ai(), people, compute, closed, weights)
        throughput = best.log_output - base.log_output
        latency = self._latency(compute, optimum, best, weights)
        measures, exponent = situation.measure(optimum), self.centre.yardstick.exponent
        shift = along(weights, np.broadcast_to(self.exponent, weights.size))
        with np.errstate(divide="ignore", invalid="ignore"):  # zero or unlimited output: NaN
            ratio = np.log(measures.throughput_speedup / measures.latency_speedup)
            speedup = exponent * throughput + (1 - exponent) * latency
            speedup += np.where(shift == 0, 0.0, shift * ratio)
        return np.array([best.log_output, throughput, latency, speedup])

    def _slopes(
        self,
        centre: Organisation,
        nodes: Organisation,
        optimum: Allocation,
        compute: Array,
        opened: NDArray[np.bool_],
        weights: Array,
    ) -> Slopes:
        """Derivatives of an optimum in all directions, for given open tasks."""
        scaled = compute[0] * np.exp(self.growth)
        return slopes(
            (
                centre.bundles(compute),
                centre.supply(compute),
                centre.nest,
                centre.open_modes(opened),
            ),
            optimum,
            (nodes.bundles(scaled), nodes.supply(scaled), nodes.nest),
            self.offsets,
            weights,
        )

    def _latency(self, compute: Array, optimum: Allocation, best: Slopes, weights: Array) -> Array:
        """Derivative of the log of the latency speed-up; NaN if its one-sided values differ."""
        clock, policy = self.centre.yardstick.clock, self.centre.organisation.policy
        (mix,), mix_slope = clock.mix(mode_mix(optimum.activity, policy)), best.mode_share
        if clock.all_by_ai:
            mix_slope = np.zeros_like(mix_slope)
        people = single_mode_mix(HUMAN, tasks=mix.shape[0], modes=mix.shape[1])
        (now_durations,) = clock.durations(compute)
        at_nodes = self.clock.durations(compute * np.exp(self.growth))
        rates = along(weights, np.broadcast_to(at_nodes, (weights.size, *mix.shape)))
        base = self._path(now_durations, rates, people, np.zeros_like(people), weights)
        if clock.queues is None or self.clock.queues is None:
            return base - self._path(now_durations, rates, mix, mix_slope, weights)
        activity = np.where(np.isfinite(optimum.activity), optimum.activity, 0.0)
        activity_slope = (
            best.task_output[..., None] * mode_mix(activity, policy)
            + activity.sum(axis=-1)[..., None] * best.mode_share
        )
        moved = activity + self.offsets[..., None, None] * np.nan_to_num(activity_slope)[:, None]
        # A mode about to close would have a negative activity at some nodes.
        known = np.isfinite(activity_slope).all(axis=(1, 2)) & (moved >= 0).all(axis=(1, 2, 3))
        moved = np.where(known[:, None, None, None], moved, activity).reshape(-1, *mix.shape)
        now = clock.waits(activity, compute)  # raises UnstableQueue
        assert now is not None  # queues are counted
        nodes = self.clock.queues.solve(moved, compute * np.exp(self.growth))
        # A wait grows as 1/(1 - u). The finite difference is of the smooth factor w (1 - u), also
        # where u approaches 1: dw = (d(w (1 - u)) + w du)/(1 - u).
        smooth = along(weights, nodes.wait * (1 - nodes.utilisation))
        smooth += now.wait * along(weights, nodes.utilisation)
        smooth = np.where(known[:, None], smooth, np.nan)
        waiting = clock.in_queue(smooth / (1 - now.utilisation))
        constant_wait = np.broadcast_to(now.wait, (weights.size, now.wait.shape[1]))
        rates = rates + along(weights, self.clock.in_queue(constant_wait)) + waiting
        durations = now_durations + clock.in_queue(now.wait)[0]
        return base - self._path(durations, rates, mix, mix_slope, weights)

    def _path(
        self, durations: Array, rates: Array, mix: Array, mix_slope: Array, weights: Array
    ) -> Array:
        """Derivative of the log of the time of a pass, as durations by mode and the mix change."""
        clock, length = self.centre.yardstick.clock, mixed_durations(durations, mix)
        pace = (rates * mix + durations * mix_slope).sum(axis=-1)
        looped = with_loops(length, clock.order, clock.loops, clock.rounds[0])
        rounds = along(
            weights, np.broadcast_to(self.clock.rounds, (weights.size, len(clock.loops)))
        )
        right, left = (
            path_slopes(looped, paces, clock.order)[side]
            for side, paces in enumerate(
                loop_slopes(length, pace, clock.order, clock.loops, clock.rounds[0], rounds)
            )
        )
        total = longest_path(looped, clock.order).total
        return np.asarray(
            np.where(np.abs(right - left) <= SLOPE_ACCURACY * total, right, np.nan) / total
        )


def _all_inputs(catalog: Catalog) -> list[str]:
    """Compute, and every number of a catalog that results may depend on."""
    latency, supervision = catalog.latency, catalog.supervision
    used = {
        "latency.arrival_variability": latency.count_queues,
        "latency.service_variability": latency.count_queues,
        "latency.review_hours_per_day": latency.count_off_hours,
        "feedback_loops.": latency.count_loops,
        "supervision.second_look_": supervision.second_look_layers > 0,
    }
    unused = (*IRRELEVANT, *(path for path, counted in used.items() if not counted))
    no_weights = supervision.defect_budget is None
    return [
        COMPUTE,
        *(
            path
            for path in catalog.paths()
            if isinstance(catalog.get(path), float)
            and not path.startswith(unused)
            and not (no_weights and path.endswith(".harm_weight"))
        ),
    ]


def automate_next(catalog: Catalog, compute: float | None = None) -> xr.Dataset:
    """The gain from AI that can do one more task, for each task that it cannot do yet.

    Parameters
    ----------
    catalog : Catalog
    compute : float, optional
        Compute [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Over ``task``, those that policy leaves to AI and that it cannot do (none, where success
        grows gradually), in the order of the file: ``output``, ``throughput_speedup``,
        ``latency_speedup`` and ``speedup`` if it could, and ``opens_at``, the compute from which
        it can. Scalars: the same without the change (``..._as_is``).

    Raises
    ------
    TypeError
        If the catalog is not a Catalog.
    InputError
        If compute is not one positive, finite number.
    SolveError
        If an optimum cannot be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> cases = automate_next(tm.load_catalog("t_agi_ladder"), 1e28)
    >>> gains = cases["throughput_speedup"] / cases["throughput_speedup_as_is"]
    >>> bool((gains >= 1 - 1e-9).all())  # within rounding
    True
    """
    today = situation_at(catalog, compute)
    organisation = today.setting.organisation
    (opened,) = today.automatable
    delegable = (organisation.policy & organisation.unaided).any(axis=1)
    closed = np.flatnonzero(~opened & delegable & np.isfinite(organisation.opens_at[0]))
    cases = np.repeat(opened[None], len(closed) + 1, axis=0)
    cases[np.arange(len(closed)), closed] = True
    situation = Situation(today.setting, np.repeat(today.compute, len(cases)))
    bundles, supply, nest, _ = situation.arrays
    optima = allocate(bundles, supply, nest, organisation.open_modes(cases))
    measures = situation.measure(optima, endless=True)
    variables = {
        **{name: ("task", getattr(measures, name)[:-1]) for name in results.SPEEDUPS},
        **{f"{name}_as_is": ((), getattr(measures, name)[-1]) for name in results.SPEEDUPS},
        "opens_at": ("task", organisation.opens_at[0, closed]),
    }
    coords = {"task": np.array(organisation.tasks, dtype=object)[closed], COMPUTE: today.compute[0]}
    return results.labelled(variables, coords, results.provenance(catalog=catalog))
