"""Inputs whose ends change what binds, or when oversight is the bottleneck: `cruxes`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from taskmodel.catalog import Catalog
from taskmodel.errors import NoAnswer
from taskmodel.influence.inputs import Inputs, as_paths, inputs_of
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import leading_source
from taskmodel.questions._ensemble import ensemble
from taskmodel.sweeps.paths import Paths
from taskmodel.sweeps.results import labelled, provenance

YEARS = (0, 2, 4)  # after today at which it is asked what binds
MOVED = 1.0  # year: a larger shift of the bottleneck is one
ENDS = ("low", "high")
KEPT = ("throughput_speedup", "bottleneck_share")


def cruxes(
    catalog: Catalog,
    paths: str | PathLike[str] | Paths = "epoch_trend",
    dates: ArrayLike | None = None,
    *,
    report: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Move each uncertain input to the ends of its 90 % interval, all others at their medians.

    Parameters
    ----------
    catalog : Catalog
    paths : str, path or Paths, optional
        What grows over time; their uncertain growth rates are inputs too.
    dates : array, shape (time,), optional
        Dates at which it is asked what binds, increasing. Default: today, in two and in four years,
        as far as the paths go.
    report : function, optional
        Called with the part of the work that is done, from 0 to 1.

    Returns
    -------
    xarray.Dataset
        Over ``input``, most consequential first, and ``end`` (``low``, ``high``):

        - ``bottleneck_date``: from when oversight is the largest source, inf: never on the paths;
          ``bottleneck_date_median`` with all at their medians; ``shift``, the difference [year],
          inf or -inf where it is never on one side alone;
        - ``binding(input, end, time)`` and ``binding_median(time)``: the source with the largest
          share; ``throughput_speedup`` likewise;
        - ``end_value``: of an input of one number, NaN for a group;
        - ``crux(input)``: whether an end moves the date by over a year, or changes what binds.

        An input is a number by itself, or what the numbers of a group have in common. The order is
        by the largest shift, then by how often what binds changes, then by the range of the
        speed-up at the last date. ``reason(input, end)`` says why there is no answer.

    Raises
    ------
    InputError
        If nothing is uncertain, or paths or dates cannot be used.
    NoAnswer
        If there is none with all inputs at their medians.

    Examples
    --------
    >>> import taskmodel as tm
    >>> table = cruxes(tm.load_catalog("t_agi_ladder"))
    >>> table["shift"].dims, bool(np.isin("capability.intercept", table["input"]))
    (('input', 'end'), True)
    """
    follow = as_paths(paths)
    inputs = inputs_of(catalog, follow)
    moves = inputs.moves()
    design = _design(inputs, moves)
    when = _dates(follow, dates)
    drawn = ensemble(catalog, design, paths=follow, dates=when, keep=KEPT, report=report)
    if drawn["status"][-1] == "failed":
        raise NoAnswer(f"with all inputs at their medians: {drawn['reason'].item(-1)}")
    names = list(moves)
    date: Array = drawn["oversight_bottleneck_from"].values
    sources = drawn["source"].values
    variables: dict[str, tuple[Any, ...]] = {}
    binding = _binding(drawn["bottleneck_share"].values, sources)
    for name, values, unit, meaning in (
        ("bottleneck_date", date, "calendar year", FROM),
        ("binding", binding, "", "source with the largest share of output; empty: no output"),
        ("throughput_speedup", drawn["throughput_speedup"].values, "1", SPEEDUP),
        ("reason", drawn["reason"].values, "", "why there is no answer; empty: there is one"),
    ):
        inner = ("time",) if values.ndim == 2 else ()
        shape = (len(names), len(ENDS), *values.shape[1:])
        variables[name] = (("input", "end", *inner), values[:-1].reshape(shape), unit, meaning)
        variables[f"{name}_median"] = (inner, values[-1], unit, f"{meaning}; all at their medians")
    del variables["reason_median"]
    shift = shift_from(variables["bottleneck_date"][1], date[-1])
    answered = np.asarray(variables["reason"][1] == "")
    changed = np.not_equal(variables["binding"][1], binding[-1]) & answered[..., None]
    variables |= {
        "shift": (("input", "end"), shift, "year", "bottleneck_date less that of the medians"),
        "end_value": (
            ("input", "end"),
            _values(moves, design),
            "",
            "value of an input of one number",
        ),
        "crux": ("input", _is_crux(shift, changed), "", CRUX),
    }
    speed = variables["throughput_speedup"][1][..., -1]
    order = order_of(shift, changed, speed)
    result = labelled(
        variables,
        {
            "input": np.array(names, dtype=object),
            "end": np.array(ENDS, dtype=object),
            "time": ("time", drawn["time"].values, "calendar year", "date"),
            "unit": ("input", _units(inputs, names)),
        },
        {**provenance(catalog=catalog), "paths_name": follow.name, "paths_yaml": follow.yaml_text},
    )
    return result.isel(input=order)


FROM = "date from which oversight is the largest source; inf: never on the paths"
SPEEDUP = "output relative to the same people without AI"
CRUX = "an end moves bottleneck_date by over a year, or changes what binds at a date"


def _dates(paths: Paths, dates: ArrayLike | None) -> ArrayLike:
    if dates is not None:
        return dates
    return [
        date
        for date in (paths.today.value + years for years in YEARS)
        if paths.begins.value <= date <= paths.ends.value
    ]


def _design(inputs: Inputs, moves: dict[str, dict[str, float]]) -> dict[str, Array]:
    """Return draws: the low and the high end of each input in turn, and all medians at the end."""
    rows = len(ENDS) * len(moves) + 1
    scores: dict[str, Array] = {}
    for index, of_numbers in enumerate(moves.values()):
        for path, score in of_numbers.items():
            column = scores.setdefault(path, np.zeros(rows))
            column[2 * index : 2 * index + 2] = -score, score
    return inputs.at_scores(scores, rows)


def _binding(shares: Array, sources: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the source with the largest share; empty where there is no output."""
    result = sources[leading_source(shares)]
    result[np.isnan(shares[..., 0])] = ""
    return result


def shift_from(dates: Array, median: float) -> Array:
    """Return differences of dates, of which each may be inf; equal ones differ by 0."""
    with np.errstate(invalid="ignore"):
        return np.where(dates == median, 0.0, dates - median)


def _is_crux(shift: Array, changed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray((np.abs(shift) > MOVED).any(axis=1) | changed.any(axis=(1, 2)))


def order_of(shift: Array, changed: NDArray[np.bool_], speed: Array) -> NDArray[np.intp]:
    """Return the inputs, most consequential first; an end without an answer counts as no change."""
    spread = np.nan_to_num(np.abs(np.log(speed[:, 1] / speed[:, 0])), nan=0.0)
    largest = np.where(np.isnan(shift), 0.0, np.abs(shift)).max(axis=1)
    return np.lexsort((-spread, -changed.sum(axis=(1, 2)), -largest))


def _values(moves: Mapping[str, Mapping[str, float]], design: Mapping[str, Array]) -> Array:
    """Return the ends of inputs that are one number, (input, end)."""
    result = np.full((len(moves), len(ENDS)), np.nan)
    for row, (name, numbers) in enumerate(moves.items()):
        if list(numbers) == [name]:
            result[row] = design[name][2 * row : 2 * row + 2]
    return result


def _units(inputs: Inputs, names: Sequence[str]) -> list[str]:
    """Return the units of inputs, empty for groups."""
    units = {
        prefix + path: measure.unit.symbol
        for prefix, laws in inputs.samplers.items()
        for path, measure in laws.measures.items()
    }
    return [units.get(name, "") for name in names]
