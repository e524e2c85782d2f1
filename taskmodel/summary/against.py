"""A sweep beside an earlier one: which numbers differ, by how much, and what was different."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from taskmodel._text import counted
from taskmodel.catalog import Catalog, parse_catalog
from taskmodel.catalog.model import Scenario
from taskmodel.errors import InputError
from taskmodel.numerics.types import Array
from taskmodel.questions.differences import changes

VERSION = "taskmodel_version"
ACCURACY = ("duality_gap",)  # of answers, which it is not itself


@dataclass(frozen=True)
class Difference:
    """How a variable differs from an earlier one.

    Attributes
    ----------
    name : str
    difference : float
        The largest difference at a point of both, relative to the larger of the two values [1];
        inf where one of them is NaN or a word, and the other is another.
    position : float or None
        Where that is, in the unit of the axis; None of variables without the axis.
    """

    name: str
    difference: float
    position: float | None


@dataclass(frozen=True)
class Comparison:
    """A sweep beside an earlier one.

    Attributes
    ----------
    variables : tuple of Difference
        Variables that differ at all, the largest difference first; `ACCURACY` comes last.
    removed, added : tuple of str
        Variables that only the earlier, and only the later one has.
    points : tuple of int
        Points of the earlier one, of the later one, and of both.
    events : tuple of int
        Number of events of either.
    versions : tuple of str
        Of taskmodel.
    inputs : dict of str to (value, value)
        Numbers and words of the catalog that differ, before and after; None: there is none.
    """

    variables: tuple[Difference, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]
    points: tuple[int, int, int]
    events: tuple[int, int]
    versions: tuple[str, str]
    inputs: dict[str, tuple[Any, Any]]

    @property
    def same(self) -> bool:
        """Whether all numbers are the same bit for bit."""
        kept = len(set(self.points)) == 1 and len(set(self.events)) == 1
        return kept and not (self.variables or self.removed or self.added)

    def reasons(self) -> list[str]:
        """Return what was different, as sentences."""
        lines = [
            f"{path}: {_text(before)} before, {_text(after)} now"
            for path, (before, after) in self.inputs.items()
        ]
        if self.versions[0] != self.versions[1]:
            lines.append(f"taskmodel {self.versions[0]} before, {self.versions[1]} now")
        if len(set(self.points)) > 1:
            before, now, both = self.points
            lines.append(f"{counted(before, 'point')} before, {now} now; {both} are points of both")
        if not lines and not self.same:
            lines.append(
                "the catalog, the points and the version are the same: another processor or other "
                "versions of numpy, scipy and numba change last digits"
            )
        return lines


def against(earlier: xr.Dataset, later: xr.Dataset, catalog: Catalog) -> Comparison:
    """Return a sweep beside an earlier one.

    Parameters
    ----------
    earlier, later : Dataset
        Of `taskmodel.sweep`, along one axis.
    catalog : Catalog
        Of the later one.

    Raises
    ------
    InputError
        If the earlier one is not a sweep along the same axis.
    """
    axis = later.attrs["over"]
    if earlier.attrs.get("over") != axis or "catalog_yaml" not in earlier.attrs:
        raise InputError(f"the earlier result is no sweep along {axis}")
    common, at_earlier, at_later = np.intersect1d(
        earlier[axis].values, later[axis].values, return_indices=True
    )
    one, other = earlier.isel({axis: at_earlier}), later.isel({axis: at_later})
    found = []
    for name in one.data_vars:
        if name in other and "event" not in one[name].dims:
            change = _change(str(name), one[name], other[name], axis, common)
            if change is not None:
                found.append(change)
    events = (earlier.sizes["event"], later.sizes["event"])
    if events[0] == events[1] and events[0]:
        for name in (f"event_{axis}", "event_kind"):
            change = _change(
                name, earlier[name], later[name], axis, earlier[f"event_{axis}"].values
            )
            if change is not None:
                found.append(change)
    return Comparison(
        variables=tuple(sorted(found, key=lambda each: (each.name in ACCURACY, -each.difference))),
        removed=tuple(sorted(map(str, set(earlier.data_vars) - set(later.data_vars)))),
        added=tuple(sorted(map(str, set(later.data_vars) - set(earlier.data_vars)))),
        points=(earlier.sizes[axis], later.sizes[axis], len(common)),
        events=events,
        versions=(earlier.attrs[VERSION], later.attrs[VERSION]),
        inputs=_inputs(_catalog_of(earlier), catalog),
    )


def _change(
    name: str, before: xr.DataArray, after: xr.DataArray, axis: str, positions: Array
) -> Difference | None:
    """Return how a variable differs, or None if it does not."""
    one, other = before.values, after.values
    if one.shape != other.shape:
        return Difference(name, np.inf, None)
    if one.dtype.kind in "OUTb":
        difference = np.where(one == other, 0.0, np.inf)
    else:
        size = np.maximum(np.abs(one), np.abs(other))
        same = (one == other) | (np.isnan(one) & np.isnan(other))
        with np.errstate(invalid="ignore", divide="ignore"):
            relative = np.where(same, 0.0, np.abs(one - other) / size)
        difference = np.where(np.isnan(relative), np.inf, relative)
    if not np.any(difference > 0):
        return None
    if before.dims[:1] not in ((axis,), ("event",)):
        return Difference(name, float(difference.max()), None)
    rows = difference.reshape(len(difference), -1).max(axis=1)
    return Difference(name, float(rows.max()), float(positions[int(rows.argmax())]))


def _catalog_of(result: xr.Dataset) -> Catalog:
    """Return the catalog that a result was computed from."""
    attrs = result.attrs
    catalog = parse_catalog(attrs["catalog_yaml"], attrs["catalog_name"], "earlier result")
    if attrs["scenario_yaml"]:
        scenario = Scenario.parse(attrs["scenario_yaml"], attrs["scenario_name"], "earlier result")
        catalog = catalog.with_scenario(scenario)
    overrides = json.loads(attrs["overrides"])
    return catalog.replace(overrides) if overrides else catalog


def _inputs(first: Catalog, second: Catalog) -> dict[str, tuple[Any, Any]]:
    """Return the values of two catalogs that differ, by path; names of blocks where these do."""
    try:
        moved = changes(first, second)
    except InputError as error:
        return {"the catalog": (first.name, f"{second.name}: {error}")}
    found = {}
    for values in moved.values():
        for path, after in values.items():
            found[path] = (first.get(path) if path in first.paths() else None, after)
    return found


def _text(value: Any) -> str:
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
