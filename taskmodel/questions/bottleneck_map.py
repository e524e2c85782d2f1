"""What holds research back over two inputs: cells, and the curves between regions at their exact places.

The organisation is solved at every cell of a grid. Where tasks open at a compute that the other input does not move, the grid
has lines on both sides of that place besides, so that no region between two thresholds is missed. Where the largest source
changes, and where oversight begins to bind, curves are traced (`boundaries`): along ties the bottleneck shares of two sources
are equal, at jumps a threshold parts them, or a
kink, where two factors run out at once.

Source: docs, model, sections 3.6 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from taskmodel.allocation import Allocation, Status, allocate
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError, SolveError
from taskmodel.numerics.contours import Curve, Points, leaders, trace
from taskmodel.numerics.grids import increasing
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import REVIEW, oversight, sources
from taskmodel.questions.targets import input_value
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE, COMPUTE_UNIT
from taskmodel.sweeps.sweep import needs_catalog, one_compute
from taskmodel.sweeps.walker import ROUNDING, Setting, Situation

BINDING = ("oversight_slack", "oversight_binds")

Values = tuple[str, ArrayLike]


def bottleneck_map(
    catalog: Catalog, x: Values, y: Values, *, compute: float | None = None
) -> xr.Dataset:
    """What holds research back over two inputs.

    Parameters
    ----------
    catalog : Catalog
    x, y : (str, array)
        The dotted path of a number in the catalog, or ``compute``, and values of it in its unit, at least two, increasing.
    compute : float, optional
        Where neither input is compute [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Over the two inputs by their names, y first: ``binding_factor``, ``bottleneck_share``, ``oversight_binds``, output and
        the speed-ups. Over ``boundary``, points of curves in order: ``boundary_x``, ``boundary_y``, ``boundary_curve``, which
        counts the curves, ``boundary_first`` and ``boundary_second``, the regions that it parts, ``boundary_kind``, and
        ``boundary_gap``, by how much the shares of the two differ. Regions are sources, an empty string where nothing can be
        produced, or ``oversight_slack`` and ``oversight_binds``. Kinds: ``tie``, where two shares are equal, or the review
        share is ``supervision.binding_tolerance``; ``jump``, where a threshold parts them, or shares jump for want of
        substitutes.

    Raises
    ------
    TypeError
        If the catalog is none, or no number stands at a path.
    InputError
        If the inputs are the same, or values are not as described.
    CatalogError
        If there is no such path, or a value is not allowed there.
    SolveError
        If a point has no answer that can be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> catalog = tm.load_catalog("t_agi_ladder")
    >>> found = bottleneck_map(catalog, x=("supervision.headcount", [1, 10, 100]), y=("compute", [1e29, 1e31]))
    >>> found["binding_factor"].dims
    ('compute', 'supervision.headcount')
    """
    needs_catalog(catalog)
    (x_path, xs), (y_path, ys) = (
        _input(catalog, each, name) for each, name in ((x, "x"), (y, "y"))
    )
    if x_path == y_path:
        raise InputError(f"a map needs two inputs; found {x_path} twice")
    inputs = [path for path in (x_path, y_path) if path != COMPUTE]
    together = set.intersection(
        *(set(catalog.changed_to(path, input_value(catalog, path))) for path in inputs)
    )
    if len(inputs) == 2 and together:
        raise InputError(
            f"{x_path} and {y_path} cannot be set apart: shares of tasks change together; take another input for one of them"
        )
    if COMPUTE in (x_path, y_path) and compute is not None:
        raise TypeError("compute is one of the inputs; leave the argument out")
    turned = (
        x_path == COMPUTE
    )  # compute is gone through along rows' own direction, whichever way it is drawn
    across, up = ((y_path, ys), (x_path, xs)) if turned else ((x_path, xs), (y_path, ys))
    plane = _Plane(catalog, across, up, one_compute(catalog, compute))
    return _dataset(plane, (x_path, xs), (y_path, ys), turned)


def _input(catalog: Catalog, given: Values, name: str) -> tuple[str, Array]:
    if (
        not isinstance(given, Sequence)
        or isinstance(given, str)
        or len(given) != 2
        or not isinstance(given[0], str)
    ):
        raise TypeError(
            f'{name} must be a path and values, such as ("supervision.headcount", [1, 10, 100]); found {given!r}'
        )
    path = given[0]
    if path != COMPUTE:
        input_value(catalog, path)
    interval = "(0, inf)" if path == COMPUTE else "(-inf, inf)"
    return path, increasing(interval, f"{name}: {path}", given[1], least=2)


class _Plane:
    """An organisation over two inputs, the second of which may be compute.

    Attributes
    ----------
    us : array, shape (column,)
        Values of the first input, and one between each two, so that narrow regions show.
    vs : array, shape (row,)
        Values of the second, and both sides of thresholds.
    doubled : array of bool, shape (row,)
        The row and the next are the sides of a threshold.
    """

    def __init__(
        self, catalog: Catalog, across: tuple[str, Array], up: tuple[str, Array], compute: float
    ) -> None:
        self.catalog, self.compute = catalog, compute
        (self.across, self.us), (self.up, values) = across, up
        paths = [path for path in (self.across, self.up) if path != COMPUTE]
        self.checked = catalog
        for ends in (
            (-1, -1),
            (-1, 0),
            (0, -1),
            (0, 0),
        ):  # ranges have no holes: what holds at the corners holds between them
            numbers = {self.across: self.us[ends[0]], self.up: values[ends[1]]}
            self.checked = catalog
            for path in paths:
                self.checked = self.checked.replace(
                    self.checked.changed_to(path, float(numbers[path]))
                )
        self.base = Setting(catalog)
        self.regions = (
            *sources(self.base.organisation),
            "",
        )  # the last: nothing can be produced, or there is no limit to it
        self.logs = bool(self.us[0] > 0), bool(values[0] > 0)
        middles = (
            np.sqrt(self.us[1:] * self.us[:-1])
            if self.logs[0]
            else (self.us[1:] + self.us[:-1]) / 2
        )
        self.columns_asked = 2 * np.arange(len(self.us))
        self.us = np.insert(self.us, np.arange(1, len(self.us)), middles)
        self.vs, self.doubled = self._lines(values)
        self.solved = self._solve_rows()
        self.rows_asked = np.searchsorted(self.vs, values)

    def _lines(self, values: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Values of the second input, and both sides of thresholds along it where the first does not move them."""
        if self.up != COMPUTE:
            return values, np.zeros(len(values), dtype=bool)
        opens_at = np.atleast_2d(
            self._setting(self.us, np.full(len(self.us), values[0])).organisation.opens_at
        )
        if (opens_at != opens_at[0]).any():
            return values, np.zeros(len(values), dtype=bool)
        places = np.unique(opens_at[0][(opens_at[0] > values[0]) & (opens_at[0] <= values[-1])])
        below = np.nextafter(places, -np.inf)
        lines = np.unique(np.concatenate([values, places, below]))
        return lines, np.asarray(np.isin(lines, below))

    def _setting(self, u: Array, v: Array) -> Setting:
        known: dict[tuple[float, float], Catalog] = {}
        keys = list(
            zip(
                u.tolist() if self.across != COMPUTE else [0.0] * len(u),
                v.tolist() if self.up != COMPUTE else [0.0] * len(v),
                strict=True,
            )
        )
        for key in keys:
            if key not in known:
                known[key] = self._catalog(*key)
        catalogs = list(known.values()) if len(known) == 1 else [known[key] for key in keys]
        return Setting(*catalogs, base=self.base)

    def _catalog(self, u: float, v: float) -> Catalog:
        changed = self.checked
        for path, value in ((self.across, u), (self.up, v)):
            if path != COMPUTE:
                changed = changed.with_numbers(changed.changed_to(path, value))
        return changed

    def at(self, u: Array, v: Array, setting: Setting | None = None) -> Situation:
        """The organisation at some points."""
        compute = v if self.up == COMPUTE else np.full(len(u), self.compute)
        return Situation(self._setting(u, v) if setting is None else setting, compute)

    def solve(self, at: Situation, u: Array, v: Array, start: Allocation | None) -> Allocation:
        found = allocate(*at.arrays, start=start, throw=False)
        failed = np.flatnonzero(found.status == Status.FAILED)
        if len(failed):
            place = f"{self.across} {u[failed[0]]:g} and {self.up} {v[failed[0]]:g}"
            raise SolveError(
                f"the optimum could not be certified at {place}: {Status.FAILED.advice}"
            )
        return found

    def _solve_rows(self) -> list[tuple[Situation, Allocation]]:
        """Every row, each beginning where the one before ended."""
        rows: list[tuple[Situation, Allocation]] = []
        setting = (
            self._setting(self.us, np.full(len(self.us), self.vs[0]))
            if self.up == COMPUTE
            else None
        )
        for v in self.vs.tolist():
            there = np.full(len(self.us), v)
            at = self.at(self.us, there, setting)
            rows.append((at, self.solve(at, self.us, there, rows[-1][1] if rows else None)))
        return rows

    def scores(self, at: Situation, allocation: Allocation) -> tuple[Array, Array]:
        """What the regions go by: shares of the sources and of nothing, and of review against the tolerance; shape (point, label)."""
        share = oversight(at.setting.organisation, at.compute, allocation)["bottleneck_share"]
        without: NDArray[np.bool_] = np.asarray(np.isnan(share).any(axis=1))
        nothing = np.where(without, np.inf, -np.inf)
        # of shares that are equal over a stretch the first source leads, whatever rounding says
        leading = np.where(without[:, None], 0.0, share) - ROUNDING * np.arange(share.shape[1])
        review = np.where(without, -1.0, share[:, REVIEW])
        tolerance = np.broadcast_to(np.asarray(at.setting.tolerance) + ROUNDING, review.shape)
        return np.column_stack([leading, nothing]), np.column_stack([tolerance, review])

    def curves(self) -> list[tuple[Sequence[str], Curve]]:
        """The curves between regions, with the regions' names."""
        u, v = (
            np.log(values) if log else values
            for values, log in zip((self.us, self.vs), self.logs, strict=True)
        )
        first, *rest = (allocation for _, allocation in self.solved)
        known = first.join(*rest)
        found: list[tuple[Sequence[str], Curve]] = []
        for which, names in ((0, self.regions), (1, BINDING)):
            nodes = np.stack([self.scores(*row)[which] for row in self.solved])

            def scores(points: Points, which: int = which) -> Array:
                us = _value(points.u, self.logs[0], self.us[0], self.us[-1])
                vs = _value(points.v, self.logs[1], self.vs[points.low], self.vs[points.high])
                at = self.at(us, vs)
                return self.scores(at, self.solve(at, us, vs, known.take(points.near)))[which]

            found += [(names, curve) for curve in trace(u, v, self.doubled, nodes, scores)]
        return found

    def place(self, curve: Curve) -> tuple[Array, Array]:
        """A curve's points, as values of the two inputs."""
        return _value(curve.u, self.logs[0], self.us[0], self.us[-1]), _value(
            curve.v, self.logs[1], self.vs[0], self.vs[-1]
        )


def _value(coordinate: Array, logarithmic: bool, low: ArrayLike, high: ArrayLike) -> Array:
    """The value of an input at a coordinate between two ends, past which only the rounding of a logarithm can lead."""
    return np.clip(np.exp(coordinate) if logarithmic else coordinate, low, high)


def _dataset(plane: _Plane, x: tuple[str, Array], y: tuple[str, Array], turned: bool) -> xr.Dataset:
    catalog = plane.catalog
    dims = (x[0], y[0]) if turned else (y[0], x[0])  # of the rows as they were solved
    rows = [plane.solved[row] for row in plane.rows_asked.tolist()]
    measured = [at.measure(allocation) for at, allocation in rows]
    scores = [plane.scores(*row) for row in rows]
    asked = plane.columns_asked

    def cells(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
        return np.stack([part[asked] for part in parts])

    variables: dict[str, Any] = {
        name: (dims, cells([getattr(row, name) for row in measured])) for name in results.SPEEDUPS
    }
    variables |= {
        "oversight_elasticity": (dims, cells([row.oversight_elasticity for row in measured])),
        "bottleneck_share": ((*dims, "source"), cells([row.bottleneck_share for row in measured])),
        "binding_factor": (
            dims,
            np.array(plane.regions, dtype=object)[cells([leaders(lead) for lead, _ in scores])],
        ),
        "oversight_binds": (dims, cells([leaders(binds) == 1 for _, binds in scores])),
    }
    columns: dict[str, list[Any]] = {
        name: [] for name in ("x", "y", "curve", "kind", "first", "second", "gap")
    }
    for index, (names, curve) in enumerate(plane.curves()):
        u, v = plane.place(curve)
        points = len(u)
        columns["x"] += (v if turned else u).tolist()
        columns["y"] += (u if turned else v).tolist()
        columns["curve"] += [index] * points
        columns["kind"] += ["jump" if curve.jump else "tie"] * points
        columns["first"] += [names[curve.labels[0]]] * points
        columns["second"] += [names[curve.labels[1]]] * points
        columns["gap"] += np.abs(curve.gap).tolist()
    for name, values in columns.items():
        kind = {"curve": int, "x": float, "y": float, "gap": float}.get(name, object)
        variables[f"boundary_{name}"] = ("boundary", np.array(values, dtype=kind))
    coords: dict[str, Any] = {
        x[0]: x[1],
        y[0]: y[1],
        "source": np.array(plane.regions[:-1], dtype=object),
    }
    if COMPUTE not in (x[0], y[0]):
        coords[COMPUTE] = plane.compute
    attrs = {**results.provenance_of(catalog), "x": x[0], "y": y[0]}
    result = results.described(xr.Dataset(variables, coords, attrs)).transpose(y[0], x[0], ...)
    for name, path in (("boundary_x", x[0]), ("boundary_y", y[0]), (x[0], x[0]), (y[0], y[0])):
        unit = COMPUTE_UNIT if path == COMPUTE else catalog.unit_of(path)
        meaning = path if path == COMPUTE else f"the catalog's {path}"
        result[name].attrs = {
            "units": unit,
            "long_name": meaning + (", of a boundary" if name != path else ""),
        }
    return result
