"""The largest bottleneck over two inputs: cells of a grid, and the exact curves between regions.

The organisation is solved at every cell. If tasks open at a compute that does not depend on the
other input, the grid has additional lines on both sides of that threshold, so that no region
between two thresholds is missed. Curves are traced where the largest source changes and where
oversight begins to bind (`contours`): along ties the bottleneck shares of two sources are equal;
at jumps a threshold separates the regions, or a kink at which two factors run out together.

Source: docs, model, sections 3.6 and 6.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from taskmodel._arguments import function, shown
from taskmodel.allocation import Allocation, Status, allocate
from taskmodel.catalog import Catalog
from taskmodel.errors import ArgumentError, InputError, SolveError
from taskmodel.numerics.accuracy import OVERSIGHT_ROUNDING
from taskmodel.numerics.contours import Curve, Points, leaders, trace
from taskmodel.numerics.grids import increasing
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import REVIEW, oversight, sources
from taskmodel.organisation.quantities import Quantities
from taskmodel.questions.targets import input_values
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE, COMPUTE_UNIT
from taskmodel.sweeps.points import needs_catalog, one_compute
from taskmodel.sweeps.walker import Setting, Situation

BINDING = ("oversight_slack", "oversight_binds")
CELLS = 0.5  # part of the work before the curves, about

Values = tuple[str, ArrayLike]


def bottleneck_map(
    catalog: Catalog,
    x: Values,
    y: Values,
    *,
    compute: float | None = None,
    report: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Map the largest bottleneck over two inputs.

    Parameters
    ----------
    catalog : Catalog
    x, y : (str, array)
        The dotted path of a number in the catalog, or ``compute``, and its values, at least two,
        increasing.
    compute : float, optional
        Compute [FLOP/year] if neither input is compute; default: the catalog's ``compute.today``.
    report : function, optional
        Called with the part of the work that is done, from 0 to 1.

    Returns
    -------
    xarray.Dataset
        Over the two inputs by their names, y first: ``binding_factor``, ``bottleneck_share``,
        ``oversight_binds``, ``oversight_elasticity``, output and the speed-ups. Over
        ``boundary``, the points of all curves in order: ``boundary_x``, ``boundary_y``,
        ``boundary_curve``, the number of the curve, ``boundary_first`` and ``boundary_second``,
        the regions it separates, ``boundary_kind``, and ``boundary_gap``, the difference between
        their shares. A region is a source, an empty string where nothing can be produced, or
        ``oversight_slack`` and ``oversight_binds``. A ``tie`` is a curve of equal shares, or of a
        review share equal to ``supervision.binding_tolerance``; a ``jump`` is a threshold, or a
        discontinuity of the shares for lack of substitutes.

    Raises
    ------
    TypeError
        If the catalog is not a Catalog, or the value at a path is not a number.
    InputError
        If the inputs are the same, or values are not as described.
    CatalogError
        If there is no such path, or a value is not allowed for it.
    SolveError
        If an optimum cannot be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> headcount, compute = ("supervision.headcount", [1, 10, 100]), ("compute", [1e29, 1e31])
    >>> bottleneck_map(tm.load_catalog("t_agi_ladder"), headcount, compute)["binding_factor"].dims
    ('compute', 'supervision.headcount')
    """
    needs_catalog(catalog)
    report = function("report", report)
    (x_path, x_values), (y_path, y_values) = (
        _checked_input(catalog, values, name) for values, name in ((x, "x"), (y, "y"))
    )
    if x_path == y_path:
        raise InputError(f"a map needs two inputs; found {x_path} twice")
    inputs = [path for path in (x_path, y_path) if path != COMPUTE]
    changed = [set(catalog.changed_to(path, input_values(catalog, path)[0])) for path in inputs]
    if len(inputs) == 2 and set.intersection(*changed):
        raise InputError(
            f"{x_path} and {y_path} cannot be set apart: they change the same numbers, as shares "
            "of tasks do; take another input for one of them"
        )
    if len(inputs) == 1 and compute is not None:
        raise ArgumentError("compute is one of the inputs; leave the argument out")
    # Compute always runs along the rows, because thresholds in it add rows; x and y may be swapped.
    swapped = x_path == COMPUTE
    column, row = (x_path, x_values), (y_path, y_values)
    if swapped:
        column, row = row, column
    plane = _plane(catalog, column, row, one_compute(catalog, compute))
    return _map_dataset(plane, swapped, report or (lambda share: None))


def _checked_input(catalog: Catalog, values: Values, name: str) -> tuple[str, Array]:
    pair = isinstance(values, Sequence) and not isinstance(values, str) and len(values) == 2
    if not pair or not isinstance(values[0], str):
        raise ArgumentError(
            f'{name} must be a path and values, such as ("supervision.headcount", [1, 10, 100]); '
            f"found {shown(values)}"
        )
    path, points = values
    if path != COMPUTE:
        input_values(catalog, path)
    interval = "(0, inf)" if path == COMPUTE else "(-inf, inf)"
    return path, increasing(interval, f"{name}: {path}", points, least=2)


@dataclass(frozen=True, eq=False)
class _Plane:
    """An organisation over two inputs; compute can only be the input of the rows.

    Attributes
    ----------
    quantities : Quantities
        With allowed values of both inputs.
    paths : (str, str)
        The inputs of columns and rows.
    requested : (array, array)
        The values of columns and rows in the result.
    columns : array, shape (column,)
        The requested values and one between neighbours, so that narrow regions are seen.
    rows : array, shape (row,)
        The requested values and both sides of thresholds.
    doubled : array of bool, shape (row,)
        Whether a row and the next are the two sides of a threshold.
    """

    catalog: Catalog
    quantities: Quantities
    base: Setting
    compute: float
    paths: tuple[str, str]
    requested: tuple[Array, Array]
    columns: Array
    rows: Array
    doubled: NDArray[np.bool_]

    @property
    def regions(self) -> tuple[str, ...]:
        """The sources; last, an empty string for zero or unlimited output."""
        return (*sources(self.base.organisation), "")

    def situation(self, u: Array, v: Array, setting: Setting | None = None) -> Situation:
        """The organisation at points with these values of the inputs of columns and rows."""
        compute = v if self.paths[1] == COMPUTE else np.full(len(u), self.compute)
        return Situation(self.setting(u, v) if setting is None else setting, compute)

    def setting(self, u: Array, v: Array) -> Setting:
        """The organisations of these points."""
        columns: dict[str, Any] = {}
        for path, values in zip(self.paths, (u, v), strict=True):
            if path != COMPUTE:
                columns |= self.quantities.catalog.changed_to(path, values)
        return Setting(self.quantities.with_columns(columns, checked=True), self.base)

    def solve(
        self, situation: Situation, u: Array, v: Array, start: Allocation | None
    ) -> Allocation:
        allocation = allocate(*situation.arrays, start=start, throw=False)
        failed = np.flatnonzero(allocation.status == Status.FAILED)
        if len(failed):
            column, row = self.paths
            point = f"{column} {u[failed[0]]:g} and {row} {v[failed[0]]:g}"
            raise SolveError(
                f"the optimum could not be certified at {point}: {Status.FAILED.advice}"
            )
        return allocation


def _with_values(catalog: Catalog, paths: tuple[str, str], values: tuple[float, float]) -> Catalog:
    """A catalog with values of two inputs, compute aside."""
    for path, value in zip(paths, values, strict=True):
        if path != COMPUTE:
            catalog = catalog.replace(catalog.changed_to(path, float(value)))
    return catalog


def _plane(
    catalog: Catalog, column: tuple[str, Array], row: tuple[str, Array], compute: float
) -> _Plane:
    paths, columns, rows = (column[0], row[0]), column[1], row[1]
    # Allowed ranges have no holes: values that are allowed at the corners are allowed in between.
    for corner in product(columns[[-1, 0]], rows[[-1, 0]]):
        checked = _with_values(catalog, paths, corner)
    if columns[0] > 0:
        middles = np.sqrt(columns[1:] * columns[:-1])
    else:
        middles = (columns[1:] + columns[:-1]) / 2
    denser = np.insert(columns, np.arange(1, len(columns)), middles)
    single = np.zeros(len(rows), dtype=bool)
    base = Setting(catalog)
    quantities = Quantities(checked)
    plane = _Plane(catalog, quantities, base, compute, paths, (columns, rows), denser, rows, single)
    if paths[1] != COMPUTE:
        return plane
    organisation = plane.setting(denser, np.full(len(denser), rows[0])).organisation
    opens_at = organisation.opens_at
    if (opens_at != opens_at[0]).any():  # thresholds that depend on the column are no lines
        return plane
    thresholds = np.unique(opens_at[0][(opens_at[0] > rows[0]) & (opens_at[0] <= rows[-1])])
    below = np.nextafter(thresholds, -np.inf)
    lines = np.unique(np.concatenate([rows, thresholds, below]))
    doubled = np.asarray(np.isin(lines, below))
    return replace(plane, rows=lines, doubled=doubled)


def _solved_rows(
    plane: _Plane, advance: Callable[[float], None]
) -> list[tuple[Situation, Allocation]]:
    """Every row of the plane, each starting from the solution of the row before."""
    solved: list[tuple[Situation, Allocation]] = []
    columns = plane.columns
    along_compute = plane.paths[1] == COMPUTE
    shared = plane.setting(columns, np.full(len(columns), plane.rows[0])) if along_compute else None
    for value in plane.rows.tolist():
        row = np.full(len(columns), value)
        situation = plane.situation(columns, row, shared)
        start = solved[-1][1] if solved else None
        solved.append((situation, plane.solve(situation, columns, row, start)))
        advance(CELLS * len(solved) / len(plane.rows))
    return solved


def _scores(situation: Situation, allocation: Allocation) -> tuple[Array, Array]:
    """Scores of the regions, shape (point, region): the largest determines the region.

    The first are the shares of the sources, the second the tolerance and the share of review.
    """
    organisation = situation.setting.organisation
    share = oversight(organisation, situation.compute, allocation)["bottleneck_share"]
    missing: NDArray[np.bool_] = np.asarray(np.isnan(share).any(axis=1))
    nothing = np.where(missing, np.inf, -np.inf)
    # Shares can be equal over a region, where rounding would decide: the first source leads.
    leading = np.where(missing[:, None], 0.0, share) - OVERSIGHT_ROUNDING * np.arange(
        share.shape[1]
    )
    review = np.where(missing, -1.0, share[:, REVIEW])
    tolerance = np.broadcast_to(
        np.asarray(situation.setting.tolerance) + OVERSIGHT_ROUNDING, review.shape
    )
    return np.column_stack([leading, nothing]), np.column_stack([tolerance, review])


def _curves(
    plane: _Plane,
    solved: list[tuple[Situation, Allocation]],
    scores: list[tuple[Array, Array]],
    advance: Callable[[float], None],
) -> list[tuple[Sequence[str], Curve]]:
    """The curves between regions, with the names of the regions."""
    logarithmic = bool(plane.columns[0] > 0), bool(plane.rows[0] > 0)
    u, v = (
        np.log(values) if log else values
        for values, log in zip((plane.columns, plane.rows), logarithmic, strict=True)
    )
    first, *others = (allocation for _, allocation in solved)
    starts = first.join(*others)
    curves: list[tuple[Sequence[str], Curve]] = []
    for kind, names in enumerate((plane.regions, BINDING)):

        def score(points: Points, kind: int = kind) -> Array:
            us = _value(points.u, logarithmic[0], plane.columns[0], plane.columns[-1])
            vs = _value(points.v, logarithmic[1], plane.rows[points.low], plane.rows[points.high])
            situation = plane.situation(us, vs)
            allocation = plane.solve(situation, us, vs, starts.take(points.near))
            return _scores(situation, allocation)[kind]

        nodes = np.stack([row[kind] for row in scores])
        curves += [(names, curve) for curve in trace(u, v, plane.doubled, nodes, score)]
        advance(CELLS + (1 - CELLS) * (kind + 1) / 2)
    return curves


def _value(coordinate: Array, logarithmic: bool, low: ArrayLike, high: ArrayLike) -> Array:
    """The value at a coordinate; the clip only undoes the rounding of a logarithm at the ends."""
    return np.clip(np.exp(coordinate) if logarithmic else coordinate, low, high)


def _map_dataset(plane: _Plane, swapped: bool, advance: Callable[[float], None]) -> xr.Dataset:
    catalog, (columns, rows) = plane.catalog, plane.requested
    solved = _solved_rows(plane, advance)
    scores = [_scores(*row) for row in solved]
    shown = np.searchsorted(plane.rows, rows).tolist()
    measured = [solved[row][0].measure(solved[row][1]) for row in shown]

    def cells(values: Sequence[NDArray[Any]]) -> NDArray[Any]:
        return np.stack([row[::2] for row in values])  # without the values between neighbours

    region = cells([leaders(scores[row][0]) for row in shown])
    columns_of_cells: dict[str, NDArray[Any]] = {
        name: cells([getattr(row, name) for row in measured])
        for name in (*results.SPEEDUPS, "oversight_elasticity", "bottleneck_share")
    }
    columns_of_cells["binding_factor"] = np.array(plane.regions, dtype=object)[region]
    columns_of_cells["oversight_binds"] = cells([leaders(scores[row][1]) == 1 for row in shown])
    dims = (plane.paths[1], plane.paths[0], "source")
    x_path, y_path = plane.paths[::-1] if swapped else plane.paths
    variables: dict[str, tuple[Any, ...]] = {
        name: (dims[: values.ndim], values) for name, values in columns_of_cells.items()
    }
    labels = {}
    for path, values in zip(plane.paths, (columns, rows), strict=True):
        compute = path == COMPUTE
        unit = COMPUTE_UNIT if compute else catalog.unit_of(path)
        labels[path] = (path, values, unit, path if compute else f"the catalog's {path}")
    for name, values in _boundary_columns(
        plane, _curves(plane, solved, scores, advance), swapped
    ).items():
        variables[f"boundary_{name}"] = ("boundary", values)
        if name in ("x", "y"):
            _, _, unit, meaning = labels[x_path if name == "x" else y_path]
            variables[f"boundary_{name}"] += (unit, f"{meaning}, of a boundary")
    coords: dict[str, Any] = {
        x_path: labels[x_path],
        y_path: labels[y_path],
        "source": list(plane.regions[:-1]),
    }
    if COMPUTE not in plane.paths:
        coords[COMPUTE] = plane.compute
    attributes = {**results.provenance(catalog=catalog), "x": x_path, "y": y_path}
    return results.labelled(variables, coords, attributes).transpose(y_path, x_path, ...)


def _boundary_columns(
    plane: _Plane, curves: list[tuple[Sequence[str], Curve]], swapped: bool
) -> dict[str, NDArray[Any]]:
    """The points of all curves, by the names of their variables."""
    types = {"x": float, "y": float, "curve": int}
    types |= {"kind": object, "first": object, "second": object, "gap": float}
    columns: dict[str, list[Any]] = {name: [] for name in types}
    ends = ((plane.columns[0], plane.columns[-1]), (plane.rows[0], plane.rows[-1]))
    for number, (names, curve) in enumerate(curves):
        u, v = (
            _value(coordinate, bool(low > 0), low, high).tolist()
            for coordinate, (low, high) in zip((curve.u, curve.v), ends, strict=True)
        )
        first, second = (names[label] for label in curve.labels)
        columns["x"] += v if swapped else u
        columns["y"] += u if swapped else v
        columns["gap"] += np.abs(curve.gap).tolist()
        constant = ("jump" if curve.jump else "tie", first, second)
        for name, value in zip(
            ("curve", "kind", "first", "second"), (number, *constant), strict=True
        ):
            columns[name] += [value] * len(u)
    return {name: np.array(values, dtype=types[name]) for name, values in columns.items()}
