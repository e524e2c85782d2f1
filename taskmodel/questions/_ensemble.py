"""The answer over draws of a catalog's uncertain numbers: `ensemble`.

Each draw is an organisation of its own, solved exactly as `taskmodel.sweep` would
(`sweeps.draws`). Draws without an answer are kept with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from taskmodel._arguments import function, switch, words
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError, TaskmodelError
from taskmodel.numerics.normal import normal_quantile
from taskmodel.numerics.numbers import real_numbers, whole_number
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import sources
from taskmodel.organisation.organisation import organisation
from taskmodel.organisation.quantities import Quantities
from taskmodel.questions.drawn_axes import (
    DrawnAxis,
    axis_of_draw,
    axis_of_draws,
    drawn_compute_axis,
    drawn_time_axis,
)
from taskmodel.sweeps._ceilings import CEILINGS, ceilings
from taskmodel.sweeps.axes import (
    COMPUTE,
    COMPUTE_UNIT,
    TIME,
    Axis,
)
from taskmodel.sweeps.dataset import hours_by_ai
from taskmodel.sweeps.drawn_walks import Outcomes, Walks
from taskmodel.sweeps.draws import AxisOfDraw, walk_many
from taskmodel.sweeps.event_records import KINDS
from taskmodel.sweeps.oversight_cost import COST
from taskmodel.sweeps.paths import Paths, given_paths
from taskmodel.sweeps.points import needs_catalog
from taskmodel.sweeps.results import labelled, provenance
from taskmodel.sweeps.variables import VARIABLES
from taskmodel.sweeps.walker import Situation
from taskmodel.uncertainty import sampler
from taskmodel.uncertainty.streams import draw_numbers, uniforms

MEASURES = (
    "output",
    "throughput_speedup",
    "latency_speedup",
    "speedup",
    "bulk_speedup",
    "oversight_elasticity",
    "bottleneck_share",
    "automated_hours_share",
)
CURVES = (*MEASURES, COST, *CEILINGS)  # variables along the axis
FULL, FIRST, OVERSIGHT = "oversight_ceiling_full", "first_positions", "oversight_from"
OVERSIGHT_STATES = {
    "oversight_binds_from": "binds",
    "oversight_bottleneck_from": "is the largest source",
    "oversight_costs_a_tenth_from": "costs a tenth: output with free review is 1.1 times output",
    "oversight_costs_half_from": "costs half: output with free review is twice output",
}
SOLVED, FAILED = "solved", "failed"
OF_PATHS = "paths "  # before the numbers of paths, which may be named as those of the catalog


def ensemble(
    catalog: Catalog,
    draws: int | Sequence[int] | np.ndarray | Mapping[str, ArrayLike] = 512,
    seed: int = 1,
    compute: ArrayLike | None = None,
    *,
    paths: Mapping[str, Any] | str | PathLike[str] | Paths | None = None,
    dates: ArrayLike | None = None,
    keep: Sequence[str] | None = None,
    events: bool = True,
    threads: int | None = None,
    report: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Solve a research organisation for draws of its uncertain numbers.

    Parameters
    ----------
    catalog : Catalog
        From `taskmodel.load_catalog`; the laws of its numbers are those of docs/uncertainty.md.
    draws : int, sequence of int, or mapping of str to array of shape (draw,)
        A count, for the draws from 0 on; or the numbers of draws. Draw i is the same whatever other
        draws there are. A mapping has the draws themselves, made elsewhere: numbers by dotted path,
        those of paths as ``paths PATH``; what it leaves out stays as it is.
    seed : int
        A whole number of at least 0; without meaning where draws are given.
    compute : array, shape (compute,), optional
        Points to report [effective FLOP/year], increasing. Default: 50 over the catalog's grid.
    paths : mapping of str to table, str, path or Paths, optional
        What grows over time, as in `taskmodel.sweep`; the result is then along ``time``. Uncertain
        growth rates of paths are drawn as well. Where compute alone grows, events are located along
        compute; else each draw takes as long as a sweep.
    dates : array, shape (time,), optional
        Dates to report along paths, increasing. Default: 50 over the dates that they cover.
    keep : sequence of str, optional
        Which of the variables along the axis the result has. Default: all. Leaving out
        ``oversight_ceiling`` and ``no_oversight_ceiling`` saves the most time.
    events : bool
        Whether to locate events. Without them the result lacks ``event_place``.
    threads : int, optional
        In how many threads draws are solved; default: one for each processor.
    report : function, optional
        Called with the part of the draws that are solved, from 0 to 1.

    Returns
    -------
    xarray.Dataset
        Over ``draw`` and ``compute`` (or ``time``): variables of a sweep, and with the suffix
        ``_today`` their values at each draw's ``compute.today``; along paths, at the date that the
        file of paths calls today (NaN without a file). Over ``draw``:

        - ``event_place(draw, kind)``: position of the first event of each kind, inf where there is
          none, over the catalog's grid, widened to the reported points and to today; or over the
          paths;
        - ``oversight_binds_from``, ``oversight_bottleneck_from``, ``oversight_costs_a_tenth_from``,
          ``oversight_costs_half_from``: position from which oversight binds, is the largest source,
          or costs as much, the low end of the axis where it is so there already, inf where
          nowhere; those of costs only if ``oversight_cost`` is kept;
        - ``ceiling``: the ``oversight_ceiling_full`` of a sweep; where organisations change over
          time, that of the last point;
        - ``weight`` [1]; ``status``, ``solved`` or ``failed``, and ``reason``. All numbers of
          failed draws are NaN;
        - ``input(draw, path)``: what was drawn.

    Raises
    ------
    TypeError
        If `catalog` is not a Catalog, or dates are given without paths.
    InputError
        If draws, seed, points or paths cannot be used, or `keep` names another variable.
    CatalogError
        If a law leaves the range of its number, or a given number is not one of the catalog or out
        of its range.

    Notes
    -----
    Equal to `taskmodel.sweep` of the catalog with the drawn numbers, up to rounding (1e-12).

    Examples
    --------
    >>> import taskmodel as tm
    >>> catalog = tm.load_catalog("t_agi_ladder")
    >>> drawn = ensemble(catalog, draws=4, compute=[1e30, 1e32], keep=["speedup"])
    >>> dict(drawn["speedup"].sizes), bool((drawn["status"] == "solved").all())
    ({'draw': 4, 'compute': 2}, True)
    """
    needs_catalog(catalog)
    kept = CURVES if keep is None else words("keep", keep, CURVES)
    events, report = switch("events", events), function("report", report)
    if threads is not None:
        whole_number("threads", threads)
    paths = given_paths(paths)
    numbers, columns, growth = _drawn(catalog, paths, draws, seed)
    axis = (
        drawn_compute_axis(catalog, compute, dates, columns, len(numbers))
        if paths is None
        else drawn_time_axis(catalog, compute, paths, dates, columns, growth, len(numbers))
    )
    inside = (axis.today >= axis.span[0]) & (axis.today <= axis.span[1])
    now = np.where(inside, axis.today, axis.points[0])
    # the place of today among the points of each draw
    rank = (axis.points < now[:, None]).sum(axis=1)
    positions = np.stack([np.insert(axis.points, *pair) for pair in zip(rank, now, strict=True)])
    outcomes = _outcomes(catalog, axis, columns, positions, kept, events, threads, report)
    shape = (len(numbers), positions.shape[1])
    values = _split(_columns(catalog, outcomes.values, shape, kept), rank, inside)
    return _dataset(catalog, axis, columns, numbers, values, outcomes.errors, events).assign_attrs(
        {} if isinstance(draws, Mapping) else {"seed": seed}
    )


def drawn_numbers(
    catalog: Catalog,
    draws: int | Sequence[int] | np.ndarray | Mapping[str, ArrayLike],
    seed: int,
) -> tuple[NDArray[np.int64], dict[str, Array]]:
    """Return the numbers of draws, and what is drawn of a catalog, by dotted path (draw,)."""
    return _drawn(catalog, None, draws, seed)[:2]


def _drawn(
    catalog: Catalog,
    paths: Mapping[str, Any] | Paths | None,
    draws: int | Sequence[int] | np.ndarray | Mapping[str, ArrayLike],
    seed: int,
) -> tuple[NDArray[np.int64], dict[str, Array], dict[str, Array]]:
    """Return the numbers of draws, and what is drawn of the catalog and of the paths."""
    if isinstance(draws, Mapping):
        return _given(catalog, paths, draws)
    numbers = draw_numbers(draws, seed)
    growth: dict[str, Array] = {}
    if isinstance(paths, Paths) and (laws := sampler(paths)).laws:
        # streams of their own: a path may be named as a number of the catalog
        normals = {
            name: normal_quantile(uniforms(OF_PATHS + name, numbers, seed)) for name in laws.names
        }
        growth = laws.columns(laws.scores(normals))
    return numbers, sampler(catalog).draw(numbers, seed), growth


def _given(
    catalog: Catalog,
    paths: Mapping[str, Any] | Paths | None,
    draws: Mapping[str, ArrayLike],
) -> tuple[NDArray[np.int64], dict[str, Array], dict[str, Array]]:
    """Return what `_drawn` does, of draws made elsewhere."""
    arrays = {name: real_numbers(f"draws: {name}", values) for name, values in draws.items()}
    shapes = {array.shape for array in arrays.values()}
    if len(shapes) != 1 or len(shape := shapes.pop()) != 1 or not shape[0]:
        raise InputError("draws are arrays over draws, of one length of at least 1, by dotted path")
    growth = {
        name.removeprefix(OF_PATHS): array
        for name, array in arrays.items()
        if name.startswith(OF_PATHS)
    }
    located = paths.quantities() if isinstance(paths, Paths) else {}
    for name, array in growth.items():
        if name not in located:
            raise InputError(f"draws: the paths have no number {name!r}")
        measure = located[name][1]
        wrong = [value for value in (array.min(), array.max()) if not measure.admits(value)]
        if wrong:
            raise InputError(f"draws: {name} is {wrong[0]:g}; {measure.refusal(wrong[0])}")
    columns = {name: array for name, array in arrays.items() if not name.startswith(OF_PATHS)}
    if columns:
        Quantities(catalog).with_columns(columns)  # refuses other paths, and numbers out of range
    return np.arange(shape[0]), columns, growth


def _outcomes(
    catalog: Catalog,
    axis: DrawnAxis,
    columns: Mapping[str, Array],
    positions: Array,
    kept: Sequence[str],
    events: bool,
    threads: int | None,
    report: Callable[[float], None] | None,
) -> Outcomes[dict[str, Any]]:
    """Return what is reported of blocks of draws, and errors of draws."""
    base, (low, high) = Quantities(catalog), axis.span
    along: AxisOfDraw | None = None
    if axis.by_compute:
        low, high = (axis.compute(ends[:, None])[:, 0] for ends in axis.span)
        positions = axis.compute(positions)
    else:

        def along(draw: int, quantities: Quantities) -> Axis:
            return axis_of_draw(base, axis.course(draw), quantities)

    outcomes = walk_many(
        base,
        columns,
        (low, high),
        positions,
        lambda walks: _measured(walks, kept),
        events=events,
        costs=COST in kept,
        along=along,
        threads=threads,
        report=report,
    )
    if axis.by_compute and events:
        for block in outcomes.values:
            of_block = axis_of_draws(axis, block["draw"])
            for name in (FIRST, OVERSIGHT):
                block[name] = of_block.places(block[name])
    return outcomes


def _measured(walks: Walks, kept: Sequence[str]) -> dict[str, Any]:
    """Return the variables of some draws, by name, with the draw as first dimension."""
    situation, (draws, points) = walks.situation, walks.compute.shape
    measures = situation.measure(walks.allocation, optimal=True)
    values = {
        name: hours_by_ai(situation, measures.automated_share)
        if name == "automated_hours_share"
        else getattr(measures, name)
        for name in MEASURES
        if name in kept
    }
    if walks.cost is not None:
        values[COST] = walks.cost.ravel()
    ceilings = _ceilings(walks, situation, curves=bool(set(kept) & set(CEILINGS)))
    values |= {name: ceilings[name] for name in CEILINGS if name in kept}
    first = {FIRST: walks.first, OVERSIGHT: walks.oversight} if walks.oversight.shape[1] else {}
    shaped = {
        name: array.reshape((draws, points, *array.shape[1:])) for name, array in values.items()
    }
    return {**shaped, FULL: ceilings[FULL], **first, "draw": walks.draw}


def _ceilings(walks: Walks, situation: Situation, curves: bool) -> dict[str, Array]:
    """Return the ceilings at every point of every draw, and the full one of every draw.

    Where success does not grow with compute, they are the same wherever the same tasks are open.
    """
    draws, points = walks.compute.shape
    if walks.along is not None:  # every point is an organisation of its own
        limits = ceilings(situation)
        # of the tasks, people and rules at the end
        return {**limits, FULL: limits[FULL].reshape(draws, points)[:, -1]}
    begin = Situation(walks.setting, walks.compute[:, 0])
    result = ceilings(begin, (FULL,))
    if not curves:
        return result
    row = np.repeat(np.arange(draws), points)
    workers = situation.setting.organisation.workers
    if workers.graded or workers.changes_review:
        return {**result, **ceilings(situation, CEILINGS)}
    opened = situation.automatable
    _, chosen, inverse = np.unique(
        row * (opened.shape[1] + 1) + opened.sum(axis=1), return_index=True, return_inverse=True
    )
    at = Situation(walks.setting.take(row[chosen]), situation.compute[chosen])
    limits = ceilings(at, CEILINGS)
    return {**result, **{name: limits[name][inverse] for name in CEILINGS}}


def _columns(
    catalog: Catalog,
    blocks: list[dict[str, Any]],
    shape: tuple[int, int],
    kept: Sequence[str],
) -> dict[str, Array]:
    """Return the values of all draws, NaN for those without; the shape is (draw, point)."""
    inner = {"bottleneck_share": (len(sources(organisation(catalog))),)}
    shapes: dict[str, tuple[int, ...]] = {
        **{name: (*shape, *inner.get(name, ())) for name in CURVES if name in kept},
        FULL: shape[:1],
        FIRST: (shape[0], len(KINDS)),
        OVERSIGHT: (shape[0], len(OVERSIGHT_STATES)),
    }
    result = {name: np.full(size, np.nan) for name, size in shapes.items()}
    for block in blocks:
        for name, values in result.items():
            if name in block:
                values[block["draw"]] = block[name]
    return result


def _split(
    values: dict[str, Array], rank: NDArray[np.intp], inside: NDArray[np.bool_]
) -> dict[str, Array]:
    """Return the values with those of today, at a place of its own in each draw, apart."""
    result: dict[str, Array] = {}
    for name, array in values.items():
        if name not in CURVES:
            result[name] = array
            continue
        draws, points = array.shape[:2]
        others = np.arange(points - 1) + (np.arange(points - 1) >= rank[:, None])
        result[name] = array[np.arange(draws)[:, None], others]
        now = array[np.arange(draws), rank]
        now[~inside] = np.nan
        result[f"{name}_today"] = now
    return result


def _dataset(
    catalog: Catalog,
    axis: DrawnAxis,
    columns: Mapping[str, Array],
    numbers: NDArray[np.int64],
    values: Mapping[str, Array],
    errors: Mapping[int, TaskmodelError],
    events: bool,
) -> xr.Dataset:
    """Return the dataset of an ensemble."""
    over_time = axis.name == TIME
    unit = "calendar year" if over_time else COMPUTE_UNIT
    variables: dict[str, tuple[Any, ...]] = {}
    for name, array in values.items():
        if name in (FIRST, FULL, OVERSIGHT):
            continue
        curve = name.removesuffix("_today")
        inner = ("source",) if curve == "bottleneck_share" else ()
        along = (axis.name,) if curve == name else ()
        units, meaning = VARIABLES[curve]
        meaning += "" if along else ", at today's compute"
        variables[name] = (("draw", *along, *inner), array, units, meaning)
    variables["ceiling"] = ("draw", values[FULL], *VARIABLES[FULL])
    if events:
        meaning = f"{axis.name} of the first event of each kind; inf: none; NaN: the draw failed"
        variables["event_place"] = (("draw", "kind"), values[FIRST], unit, meaning)
        for column, (name, state) in enumerate(OVERSIGHT_STATES.items()):
            if "costs" in name and COST not in values:
                continue
            meaning = (
                f"{axis.name} from which oversight {state}; the low end of the axis where it is so "
                "there already; inf: nowhere"
            )
            variables[name] = ("draw", values[OVERSIGHT][:, column], unit, meaning)
    variables |= of_draws(len(numbers), columns, errors)
    return labelled(
        variables,
        _coordinates(catalog, axis, numbers, columns),
        {
            **provenance(catalog=catalog),
            **axis.attributes,
            "over": axis.name,
        },
    )


def of_draws(
    count: int, columns: Mapping[str, Array], errors: Mapping[int, TaskmodelError]
) -> dict[str, tuple[Any, ...]]:
    """Return the variables that tell what was drawn, and which draws have an answer."""
    reasons = np.array([str(errors.get(row, "")) for row in range(count)], dtype=object)
    states = np.array([FAILED if row in errors else SOLVED for row in range(count)], dtype=object)
    drawn = np.stack(list(columns.values()), axis=1) if columns else np.zeros((count, 0))
    return {
        "input": (("draw", "path"), drawn, "", "drawn number, in the unit of its path"),
        "weight": ("draw", np.ones(count), "1", "weight of the draw"),
        "status": ("draw", states, "", "solved or failed"),
        "reason": ("draw", reasons, "", "why the draw has no answer; empty: it has one"),
    }


def draw_coordinates(
    numbers: NDArray[np.int64], units: Mapping[str, str]
) -> dict[str, tuple[Any, ...]]:
    """Return the coordinates of draws, and of what was drawn with its unit by path."""
    return {
        "draw": ("draw", numbers, "", "number of the draw"),
        "path": ("path", np.array(list(units), dtype=object)),
        "path_unit": ("path", np.array(list(units.values()), dtype=object)),
    }


def _coordinates(
    catalog: Catalog, axis: DrawnAxis, numbers: NDArray[np.int64], columns: Mapping[str, Array]
) -> dict[str, Any]:
    names = sources(organisation(catalog))
    units = {path: catalog.unit_of(path) for path in columns}
    unit = "calendar year" if axis.name == TIME else COMPUTE_UNIT
    meaning = "date" if axis.name == TIME else VARIABLES[COMPUTE][1]
    return {
        **draw_coordinates(numbers, units),
        axis.name: (axis.name, axis.points, unit, meaning),
        "source": np.array(names, dtype=object),
        "kind": np.array(KINDS, dtype=object),
    }
