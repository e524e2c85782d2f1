"""Results as labelled datasets: units, meanings and provenance, and files.

`labelled` builds every dataset that the package returns: it attaches the unit and the meaning of
each variable, which are declared once, in `taskmodel.sweeps.variables` or next to the values.
`provenance` gives the attributes that state what a result was computed from. `save` writes netCDF-4
files with the groups ``/`` (the variables), ``/events`` and ``/inputs`` (provenance); `open` joins
them again. A result contains no time stamp: equal inputs give equal bits."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from taskmodel._version import __version__
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.files.atomic import atomic_write
from taskmodel.files.document import FromFile
from taskmodel.sweeps.variables import VARIABLES

SPEEDUPS = ("output", "throughput_speedup", "latency_speedup", "speedup")
INPUTS = (
    "catalog_name",
    "catalog_yaml",
    "catalog_sha256",
    "scenario_name",
    "scenario_yaml",
    "overrides",
    "courses",
    "paths_name",
    "paths_yaml",
)
LEFT_OUT = "left_out"  # attribute of a sweep: the variables by task that it does not have
CASES = {
    "before": "limit from below",
    "after": "limit from above",
    "as_is": "as things are",
    "all": "with all constraints gone",
    "full_review": "with full review",
    "at_floors": "at the floors, audits costing nothing",
    "unlimited": "without a defect budget",
}  # suffixes of variables whose values belong to another case


def labelled(
    variables: Mapping[str, tuple[Any, ...]],
    coords: Mapping[str, Any],
    attributes: Mapping[str, Any],
    declared: Mapping[str, tuple[str, str]] = VARIABLES,
) -> xr.Dataset:
    """Build a dataset in which every variable carries its unit and meaning.

    Parameters
    ----------
    variables : mapping of str to tuple
        By name, ``(dims, values)`` for a variable declared in `declared`, or ``(dims, values,
        units, meaning)``. A name may have the prefix ``event_`` and one of the suffixes in `CASES`:
        ``output_as_is`` is declared as ``output``.
    coords : mapping of str to tuple or array_like
        Likewise; plain values are a scalar, or one-dimensional along a dimension of the same name.
        Coordinates need no declaration.
    attributes : mapping
        Of the dataset, usually from `provenance`.
    declared : mapping of str to (units, meaning), optional
        Default: `taskmodel.sweeps.variables.VARIABLES`.

    Returns
    -------
    xarray.Dataset
        With the attributes ``units`` (absent where empty) and ``long_name`` on each variable;
        strings as objects.

    Examples
    --------
    >>> variables = {"output": ("time", [1.0]), "risk": ((), 0.5, "1", "chance")}
    >>> data = labelled(variables, {"time": [2030.0]}, {})
    >>> data["output"].attrs["units"], data["risk"].attrs
    ('1', {'units': '1', 'long_name': 'chance'})
    """

    def variable(name: str, entry: Any, unlabelled: tuple[str, str] | None) -> xr.Variable:
        if not isinstance(entry, tuple):
            entry = ((name,) if np.ndim(entry) else (), entry)
        dims, values, *label = entry
        values = np.asarray(values)
        if values.dtype.kind == "U":
            values = values.astype(object)
        units, meaning = label or _declaration(name, declared, unlabelled)
        attributes = {key: text for key, text in (("units", units), ("long_name", meaning)) if text}
        # the fast path looks for no dates among texts
        return xr.Variable(dims, values, attributes, fastpath=True)

    return xr.Dataset(
        {name: variable(name, entry, None) for name, entry in variables.items()},
        {name: variable(name, entry, ("", "")) for name, entry in coords.items()},
        attributes,
    )


def _declaration(
    name: str, declared: Mapping[str, tuple[str, str]], default: tuple[str, str] | None
) -> tuple[str, str]:
    """Return unit and meaning of a variable, the case named by its suffix included.

    Raises
    ------
    KeyError
        If it is not declared and there is no default.
    """
    name, meaning_of_case = name.removeprefix("event_"), ""
    if name not in declared:
        for suffix, meaning in CASES.items():
            if name.endswith(f"_{suffix}"):
                name, meaning_of_case = name.removesuffix(f"_{suffix}"), f", {meaning}"
    if name not in declared and default is not None:
        return default
    units, meaning = declared[name]
    return units, meaning + meaning_of_case


def needs_variables(result: xr.Dataset, *names: str) -> None:
    """Raise an InputError that explains how to keep variables, if a sweep left them out."""
    for name in names:
        if name not in result and name in result.attrs.get(LEFT_OUT, "").split():
            raise InputError(
                f'this sweep was computed without {name}: give taskmodel.sweep keep="all", or '
                f'keep=("{name}", ...)'
            )


def provenance(**documents: FromFile) -> dict[str, str]:
    """Return the attributes that state what a result was computed from.

    Parameters
    ----------
    **documents : FromFile
        The inputs by what they are, such as ``catalog=...``, ``scenario=...`` (a world or a loop),
        ``plan=...`` or ``catalog=..., trend=...``.

    Returns
    -------
    dict of str to str
        ``taskmodel_version`` and, for each document, ``KIND_name``, ``KIND_yaml`` and
        ``KIND_sha256``; for a catalog also ``scenario_name`` and ``scenario_yaml``. The values set
        on the first document are ``overrides``, those on any other ``KIND_overrides``, as JSON.
    """
    attributes = {"taskmodel_version": __version__}
    for kind, document in documents.items():
        attributes |= {
            f"{kind}_name": document.name,
            f"{kind}_yaml": document.yaml_text,
            f"{kind}_sha256": document.sha256,
        }
        if isinstance(document, Catalog):
            attributes["scenario_name"] = document.scenario or ""
            attributes["scenario_yaml"] = document.scenario_yaml
        overrides = f"{kind}_overrides" if "overrides" in attributes else "overrides"
        attributes[overrides] = json.dumps(document.overrides, sort_keys=True)
    return attributes


def select_events(result: xr.Dataset) -> xr.Dataset:
    """Return the variables over ``event``, without their prefix."""
    if not isinstance(result, xr.Dataset):
        raise TypeError(
            "events are those of a Dataset, as taskmodel.sweep returns it; found "
            f"{type(result).__name__}"
        )
    if "event_kind" not in result:
        raise InputError("this dataset has no events: give the result of taskmodel.sweep")
    names = [str(name) for name in result.data_vars if str(name).startswith("event_")]
    chosen = {
        name.removeprefix("event_"): (result[name].dims, result[name].values, result[name].attrs)
        for name in names
    }
    if "factor" not in result.dims:  # of a simulated world
        return xr.Dataset(chosen, attrs=result.attrs)
    # `factor` is a variable of events and a dimension: the labels of the latter get another name
    labels = {
        "factor_name": xr.Variable(
            "factor",
            result["factor"].values,
            {"long_name": "the factor that factor_elasticity is about"},
        ),
        "source": result["source"],
    }
    return xr.Dataset(chosen, labels, result.attrs)


def label(catalog: Catalog) -> str:
    """Return a short name for a catalog: its own, its scenario's and its overrides."""
    parts = [
        catalog.name,
        *([catalog.scenario] if catalog.scenario else []),
        *(f"{path}={value}" for path, value in catalog.overrides.items()),
    ]
    return ", ".join(parts)


def save(result: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a result to a netCDF-4 file: groups ``/``, ``/events`` and ``/inputs``.

    The file is written under a temporary name and renamed when it is complete.

    Raises
    ------
    TypeError
        If the result is not a Dataset.
    OSError
        If it cannot be written.
    """
    if not isinstance(result, xr.Dataset):
        raise TypeError(
            f"save needs a Dataset, as taskmodel.sweep returns it; found {type(result).__name__}"
        )
    over_events = [name for name in result.data_vars if "event" in result[name].dims]
    inputs = {name: result.attrs[name] for name in INPUTS if name in result.attrs}
    main = result.drop_vars(over_events)
    main.attrs = {name: value for name, value in result.attrs.items() if name not in inputs}
    with atomic_write(path) as (part,):
        main.to_netcdf(part, mode="w", engine="h5netcdf")
        if over_events:
            events = (
                result[over_events]
                .drop_vars(list(result.coords), errors="ignore")
                .drop_attrs(deep=False)
            )
            if not events.sizes["event"]:  # netCDF has no type for an empty array of objects
                events = events.map(
                    lambda column: column.astype(str) if column.dtype == object else column,
                    keep_attrs=True,
                )
            events.to_netcdf(part, mode="a", group="events", engine="h5netcdf")
        if inputs:
            xr.Dataset(attrs=inputs).to_netcdf(part, mode="a", group="inputs", engine="h5netcdf")


def open(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a result that `save` wrote; the same dataset comes back.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    try:
        groups = xr.open_groups(path, engine="h5netcdf")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise OSError(
            f"{os.fspath(path)}: not a result that taskmodel.save wrote: {error}"
        ) from error
    try:
        parts = {name: group.load() for name, group in groups.items()}
    finally:
        for group in groups.values():
            group.close()
    result = parts["/"]
    attrs = {**result.attrs, **parts.get("/inputs", xr.Dataset()).attrs}
    if "/events" in parts:
        result = result.assign(parts["/events"].variables)
    result.attrs = attrs
    return _as_text(result)


def _as_text(result: xr.Dataset) -> xr.Dataset:
    """Return the dataset with texts as Python strings and without the encoding of the file."""
    for name, variable in result.variables.items():
        if variable.dtype.kind in "OUT":
            result[name] = variable.copy(data=variable.values.astype(object))
    return result.drop_encoding()
