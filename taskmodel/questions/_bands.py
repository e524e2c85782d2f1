r"""Quantiles of an ensemble, with their own error: `bands`.

A quantile at level q is an order statistic: the smallest value up to which draws have at least the
part q of the weight, :math:`\hat F(x) \geq q`. So it may be inf, where more than 1 - q never
have an event. Draw i belongs to the independent sample i modulo 8 (`uncertainty.streams`): with
:math:`\hat F_r` the distribution in sample r, the standard error of :math:`\hat F` at the
quantile is the standard deviation of the eight :math:`\hat F_r` there over :math:`\sqrt{8}`, and
that of the quantile half the distance between the quantiles at q plus and minus it. Where a sample
has no weight, the error of :math:`\hat F` is binomial, :math:`\sqrt{q (1 - q) / n}` with n the
effective number of draws :math:`(\sum w)^2 / \sum w^2`.

Source: batch means, as in McKay, Beckman and Conover (1979) for replicated samples; Woodruff
(1952), JASA 47(260), 635-646, for the error of a quantile from that of the distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel._arguments import shown
from taskmodel.errors import ArgumentError, InputError, NoAnswer
from taskmodel.numerics.numbers import real_numbers
from taskmodel.numerics.types import Array
from taskmodel.sweeps.oversight_cost import COST
from taskmodel.sweeps.results import descriptive
from taskmodel.uncertainty.streams import REPLICATES, replicates

LEVELS = (0.05, 0.5, 0.95)
ROUNDING = 1e-12  # of sums of weights


def bands(drawn: xr.Dataset, quantiles: Sequence[float] = LEVELS) -> xr.Dataset:
    """Return weighted quantiles over the draws of an ensemble, each with its standard error.

    Parameters
    ----------
    drawn : Dataset
        From `taskmodel.ensemble`.
    quantiles : sequence of float
        Levels, each in (0, 1).

    Returns
    -------
    xarray.Dataset
        Over ``quantile``: every number over ``draw`` but the weights, and beside each its standard
        error with the suffix ``_error``. Draws that failed do not count; the attribute ``failed``
        says how many they are. inf is a value, such as that of an event that never happens. NaN
        where a draw that counts has no value; but draws whose ``oversight_cost`` is not certified
        at a point do not count in its quantiles there, and the attribute
        ``oversight_cost_left_out`` says how many they are at most.

    Raises
    ------
    InputError
        If the dataset is not an ensemble, or a level is not in (0, 1).
    NoAnswer
        If no draw with weight was solved.
    """
    if not isinstance(drawn, xr.Dataset):
        raise ArgumentError(
            "bands are those of a Dataset, as taskmodel.ensemble returns it; found "
            f"{type(drawn).__name__}"
        )
    levels = real_numbers("quantiles", quantiles)
    if levels.ndim != 1 or not len(levels) or not ((levels > 0) & (levels < 1)).all():
        raise InputError(f"quantiles are levels between 0 and 1; found {shown(quantiles)}")
    if not {"weight", "status"} <= set(drawn.variables) or "draw" not in drawn.dims:
        raise InputError("bands are those of an ensemble, as taskmodel.ensemble returns it")
    solved = np.asarray(drawn["status"].values == "solved")
    weight = np.where(solved, drawn["weight"].values, 0.0)
    rows = np.flatnonzero(weight > 0)
    if not len(rows):
        raise NoAnswer("no draw that counts has an answer; `reason` of the ensemble says why")
    sample = replicates(drawn["draw"].values[rows])
    variables: dict[str, tuple[Any, ...]] = {}
    left_out: dict[str, int] = {}
    for name, variable in drawn.data_vars.items():
        if "draw" not in variable.dims or variable.dtype.kind != "f" or name == "weight":
            continue
        inner = [dim for dim in variable.dims if dim != "draw"]
        values = variable.transpose("draw", *inner).values[rows]
        missing = np.isnan(values) & (name == COST)
        if missing.any():
            left_out[f"{name}_left_out"] = int(missing.sum(axis=0).max())
        value, error = _quantiles(values, weight[rows], sample, levels, missing)
        meaning = variable.attrs.get("description", variable.attrs.get("long_name", ""))
        units = {key: unit for key, unit in variable.attrs.items() if key == "units"}
        dims = ("quantile", *inner)
        variables[str(name)] = (dims, value, dict(variable.attrs))
        label = f"standard error of the quantile: {meaning}"
        variables[f"{name}_error"] = (dims, error, {**units, **descriptive(label)})
    coords = {name: drawn[name] for name in drawn.coords if "draw" not in drawn[name].dims}
    attributes = {**drawn.attrs, "draws": len(solved), "failed": int((~solved).sum())}
    attributes |= left_out
    return xr.Dataset(variables, {"quantile": levels, **coords}, attributes)


def _quantiles(
    values: Array,
    weight: Array,
    sample: NDArray[np.int64],
    levels: Array,
    missing: NDArray[np.bool_],
) -> tuple[Array, Array]:
    """Return quantiles along the first dimension, and their errors, (level, ...).

    Draws that are missing at an entry do not count there; NaN where none does.
    """
    table = values.reshape(len(values), -1)
    left_out = missing.reshape(table.shape)
    quantile, error = np.full((2, len(levels), table.shape[1]), np.nan)
    complete = ~(np.isnan(table) & ~left_out).any(axis=0) & ~left_out.all(axis=0)
    for entry in np.flatnonzero(complete).tolist():
        order = np.argsort(table[:, entry], kind="stable")
        order = order[: len(order) - left_out[:, entry].sum()]  # NaN comes last
        column, ordered = table[order, entry], weight[order]
        quantile[:, entry] = order_statistics(column, ordered, levels)
        spread = _level_errors(column, ordered, sample[order], levels, quantile[:, entry])
        low, high = (
            order_statistics(column, ordered, np.minimum(np.maximum(level, 0.0), 1.0))
            for level in (levels - spread, levels + spread)
        )
        equal = low == high
        error[:, entry] = np.where(equal, 0.0, np.where(equal, 0.0, high) - np.where(equal, 0, low))
    shape = (len(levels), *values.shape[1:])
    return quantile.reshape(shape), (error / 2).reshape(shape)


def order_statistics(values: Array, weight: Array, levels: Array) -> Array:
    """Return the smallest of some increasing values up to which there is a part of the weight.

    Parameters
    ----------
    values, weight : array, shape (draw,)
    levels : array, shape (level,)
        In [0, 1].

    Examples
    --------
    >>> order_statistics(np.array([1.0, 2.0, np.inf]), np.ones(3), np.array([0.5, 0.9])).tolist()
    [2.0, inf]
    """
    total = np.cumsum(weight)
    place = np.searchsorted(total, (levels - ROUNDING) * total[-1])
    return np.asarray(values[np.minimum(place, len(values) - 1)])


def _level_errors(
    values: Array, weight: Array, sample: NDArray[np.int64], levels: Array, quantile: Array
) -> Array:
    """Return the standard error of the distribution at quantiles, shape (level,)."""
    total = np.bincount(sample, weight, REPLICATES)
    if (total > 0).all():
        below = np.stack(
            [np.bincount(sample, weight * (values <= value), REPLICATES) for value in quantile]
        )
        return np.asarray((below / total).std(axis=1, ddof=1) / np.sqrt(REPLICATES))
    effective = weight.sum() ** 2 / (weight**2).sum()
    return np.sqrt(levels * (1 - levels) / effective)
