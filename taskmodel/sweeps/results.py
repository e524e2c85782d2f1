"""Results as labelled datasets: units, meanings and provenance, and files.

`labelled` builds every dataset that the package returns: it attaches the unit and the meaning of
each variable, which are declared once, in `taskmodel.sweeps.variables` or next to the values.
`provenance` gives the attributes that state what a result was computed from. `save` writes netCDF-4
files with the groups ``/`` (the variables), ``/events`` and ``/inputs`` (provenance); `open` joins
them again. A result contains no time stamp: equal inputs give equal bits."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from xarray.indexes import PandasIndex

import taskmodel._accessor  # noqa: F401  it registers `ds.taskmodel`
from taskmodel._arguments import path_text, shown, switch
from taskmodel._version import __version__
from taskmodel.catalog import Catalog
from taskmodel.errors import ArgumentError, InputError
from taskmodel.files.atomic import atomic_write
from taskmodel.files.document import FromFile
from taskmodel.files.hdf5 import read_hdf5
from taskmodel.stores.reading import is_store, open_store
from taskmodel.sweeps.conventions import conventional, unconventional, with_units
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
ENDINGS = (".nc", ".nc4", ".cdf", ".h5", ".hdf5", "")  # of files of results; none: a pipe
SHORTEST_NAME, LONGEST_NAME = 4, 60  # letters of a long_name, where it can be cut
DIGEST = "content_sha256"  # attribute of a file of a result: its checksum
_NOT_IN_NETCDF = re.compile("[\0\ud800-\udfff]")  # an end of text, and halves of characters
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
        With the attributes ``units`` (absent where empty) and ``long_name`` on each variable, and
        ``description`` where the whole meaning is longer; strings as objects.

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
        attributes = {"units": units} if units else {}
        attributes.update(_descriptive(meaning))
        # the fast path looks for no dates among texts
        return xr.Variable(dims, values, attributes, fastpath=True)

    labels = {name: variable(name, entry, ("", "")) for name, entry in coords.items()}
    return xr.Dataset(
        {name: variable(name, entry, None) for name, entry in variables.items()},
        _coordinates(labels),
        attributes,
    )


def _coordinates(labels: dict[str, xr.Variable]) -> xr.Coordinates:
    """Return coordinates with the indexes that xarray would make, those of names once for all."""
    indexes, variables = {}, dict(labels)
    for name, label in labels.items():
        if label.dims == (name,):
            values = label.values
            named = values.dtype == object
            index = _index_of_names(name, tuple(values)) if named else PandasIndex(values, name)
            indexes[name] = index
            variables |= index.create_variables({name: label})
    return xr.Coordinates(variables, indexes)


@lru_cache(64)
def _index_of_names(dimension: str, names: tuple[str, ...]) -> PandasIndex:
    return PandasIndex(np.array(names, dtype=object), dimension)


@lru_cache(1024)  # meanings are declared, and few
def _descriptive(meaning: str) -> tuple[tuple[str, str], ...]:
    return tuple(descriptive(meaning).items())


def descriptive(meaning: str) -> dict[str, str]:
    """Return a meaning as attributes: a short ``long_name``, and the whole where it is longer.

    Examples
    --------
    >>> descriptive("coverage of a task; NaN: AI does none of it")["long_name"]
    'coverage of a task'
    """
    short = _short_name(meaning)
    labels = {"long_name": short.strip(), "description": meaning if short != meaning else ""}
    return {key: text for key, text in labels.items() if text}


@functools.cache
def _short_name(meaning: str) -> str:
    """Return the beginning of a meaning that names the variable."""
    short = re.split(r"[;:] |, (?=which|that|all|however|not|as |besides|weighted)", meaning)[0]
    if len(short) > LONGEST_NAME:
        short = short.split(", ")[0]
    # the first of several words that are explained one by one names nothing
    return short if len(short) >= SHORTEST_NAME else meaning


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
        raise ArgumentError(
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
    InputError
        If the name has the ending of a file of another kind, such as .csv, or an attribute or a
        variable is neither text nor numbers.
    OSError
        If it cannot be written.
    """
    if not isinstance(result, xr.Dataset):
        raise ArgumentError(
            f"save needs a Dataset, as taskmodel.sweep returns it; found {type(result).__name__}"
        )
    name = path_text("path", path)
    ending = os.path.splitext(name)[1]
    if ending.lower() not in ENDINGS:
        raise InputError(f"a result is saved as netCDF: give a name with .nc, not {ending}")
    _check_storable(result)
    content = _as_netcdf(result.compute())  # which Dask may hold
    with atomic_write(name) as (part,):
        part.write_bytes(content)


def _check_storable(result: xr.Dataset) -> None:
    """Refuse what netCDF has no type for, and numbers named like a dimension of others."""
    if both := [name for name in result.dims if name in result and not result[name].dims]:
        raise InputError(
            f"{both[0]} is one value and also a dimension of other variables, which netCDF does "
            f'not allow: leave it out, as in ds.drop_vars("{both[0]}")'
        )
    attributes = dict(result.attrs)
    names = [*result.dims, *result.variables, *attributes]
    for name, variable in result.variables.items():
        names += variable.attrs
        attributes |= {f"{name}.{key}": value for key, value in variable.attrs.items()}
    for name in names:
        if not isinstance(name, str) or "/" in name or not name or _NOT_IN_NETCDF.search(name):
            raise InputError(f"names must be text, without / and NUL; found {shown(name)}")
    for name, value in attributes.items():
        if not _is_storable(value):
            raise InputError(
                f"the attribute {name} must be text, a number or a list of one of these; "
                f"found {type(value).__name__} {str(value)[:60]!r}"
            )
    for name, variable in result.variables.items():
        dtype: Any = variable.dtype  # of numpy, or of an extension of pandas
        if not isinstance(dtype, np.dtype) or dtype.kind not in "biuf":
            of_numpy = isinstance(dtype, np.dtype) and dtype.kind in "OUT"
            if not of_numpy or not _is_storable(variable.values.ravel().tolist()):
                raise InputError(
                    f"the variable {name} must hold texts or numbers; found {variable.dtype}"
                )


def _is_storable(value: Any) -> bool:
    """Say whether an attribute, or a list, has a type in netCDF."""
    items = np.ravel(value).tolist() if isinstance(value, np.ndarray) else value
    items = items if isinstance(items, (list, tuple)) else [items]
    if all(isinstance(item, str) for item in items):
        return not any(_NOT_IN_NETCDF.search(item) for item in items)
    numbers = (int, float, np.integer, np.floating)
    return all(isinstance(item, numbers) and not isinstance(item, bool) for item in items) and (
        np.asarray(items).dtype != object  # an integer of more than 64 bits
    )


def _as_netcdf(result: xr.Dataset) -> memoryview:
    """Return the bytes of a result's file.

    They are complete before anything is written: a disk that is full in the middle of an HDF5 file
    ends in errors from the library that name no cause, and may end the process.
    """
    over_events = [name for name in result.data_vars if "event" in result[name].dims]
    inputs = {name: result.attrs[name] for name in INPUTS if name in result.attrs}
    main = result.drop_vars(over_events)
    main.attrs = {name: value for name, value in result.attrs.items() if name not in inputs}
    main.attrs[DIGEST] = _digest(result)
    content = io.BytesIO()
    main = conventional(_typed(main), _title(result))
    main.to_netcdf(content, mode="w", engine="h5netcdf")
    if over_events:
        events = (
            result[over_events]
            .drop_vars(list(result.coords), errors="ignore")
            .drop_attrs(deep=False)
        )
        with_units(_typed(events)).to_netcdf(content, mode="a", group="events", engine="h5netcdf")
    if inputs:
        xr.Dataset(attrs=inputs).to_netcdf(content, mode="a", group="inputs", engine="h5netcdf")
    return content.getbuffer()


def _title(result: xr.Dataset) -> str:
    """Say what a file is about, in a line."""
    names = (result.attrs.get(f"{kind}_name") for kind in ("catalog", "scenario", "world", "plan"))
    return f"Result of taskmodel: {', '.join(filter(None, names)) or 'a computation'}"


def _typed(result: xr.Dataset) -> xr.Dataset:
    """Return a dataset whose empty arrays of objects are texts: netCDF has no type for them."""
    empty = {
        name: (variable.dims, np.zeros(variable.shape, dtype=str), variable.attrs)
        for name, variable in result.variables.items()
        if variable.dtype == object and not variable.size
    }
    # an index of objects stays one where texts are assigned to it
    texts = xr.Dataset(empty).set_coords([name for name in empty if name in result.coords])
    return result.drop_vars(empty).merge(texts)


def _digest(result: xr.Dataset) -> str:
    """Return the SHA-256 of all names, dimensions, attributes and values of a result."""
    digest = hashlib.sha256(_canonical(result.attrs))
    for name in sorted(map(str, result.variables)):
        variable = result.variables[name]
        values = variable.values
        kind = "text" if values.dtype.kind in "OUT" else values.dtype.str
        digest.update(_canonical([name, variable.dims, values.shape, kind, variable.attrs]))
        if kind == "text":
            digest.update(_canonical(values.tolist()))
        else:
            digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(
        value, sort_keys=True, default=lambda item: np.asarray(item).tolist()
    ).encode()


def open(
    path: str | os.PathLike[str], *, unfinished: bool = False, verify: bool = False
) -> xr.Dataset:
    """Read a result that `save` wrote, or open one that `taskmodel.store_ensemble` wrote.

    Parameters
    ----------
    path : str or path
        A file, which is read whole: the same dataset comes back. Or the folder of a store, whose
        values over draws are read when they are used, as dask arrays.
    unfinished : bool
        Of a store: whether it may be unfinished; the result has its finished draws alone.
    verify : bool
        Of a store: whether to compare the checksums of all files first. Without it, sizes are
        compared now, and checksums when values are read.

    Nothing is read but this file or folder: a file that refers to others, as HDF5 can, is refused,
    and so is one whose content is not what was saved.

    Raises
    ------
    OSError
        If the file cannot be read, is not a result, or has been damaged or changed since.
    InputError
        If the folder is not a store, the store is not finished, or a part of it is not as it was
        written.
    """
    name = path_text("path", path)
    unfinished, verify = switch("unfinished", unfinished), switch("verify", verify)
    if is_store(Path(name)):
        return open_store(Path(name), unfinished, verify)
    content = read_hdf5(name)
    try:
        groups = xr.open_groups(content, engine="h5netcdf")
        try:
            parts = {group: data.load() for group, data in groups.items()}
        finally:
            for data in groups.values():
                data.close()
    except Exception as error:  # damage shows as whatever the libraries meet first
        raise OSError(f"{name}: not a result that taskmodel.save wrote: {error}") from error
    result = parts["/"]
    digest = result.attrs.pop(DIGEST, None)
    if not isinstance(digest, str):  # no attribute of that name, or one of another kind
        raise OSError(
            f"{name}: has no checksum, so taskmodel.save did not write it; xarray.open_dataset "
            "reads any netCDF file"
        )
    attrs = {**result.attrs, **parts.get("/inputs", xr.Dataset()).attrs}
    try:
        if "/events" in parts:
            result = result.assign(parts["/events"].variables)
        result.attrs = attrs
        result = unconventional(_as_text(result))
        intact = _digest(result) == digest
    except (ValueError, TypeError) as error:  # dimensions that do not agree, values of no kind
        raise OSError(f"{name}: is damaged: {error}") from error
    if not intact:
        raise OSError(
            f"{name}: its content is not what was saved: the file is damaged, or was changed by "
            "another program; xarray.open_dataset reads it as it is"
        )
    return result


def _as_text(result: xr.Dataset) -> xr.Dataset:
    """Return the dataset with texts as Python strings and without the encoding of the file."""
    for name, variable in result.variables.items():
        if variable.dtype.kind in "OUT":
            result[name] = variable.copy(data=variable.values.astype(object))
    return result.drop_encoding()
