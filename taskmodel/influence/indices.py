r"""Indices of influence: total effects of groups of inputs, and PAWN of weighted draws.

The total effect of an input u on an answer y is the part of the variance of y that is left when all
other inputs are known, :math:`E[Var(y \mid x_{-u})] / Var(y)`. With y of the rows of a base
design and y' of the same rows with u taken from a second one, it is
:math:`\frac{1}{2} \overline{(y - y')^2} / Var(y)`. Inputs have to be independent.

PAWN is the median over slices of an input of the largest distance between the distribution of y in
the slice and that of all draws; inputs may depend on one another.

Sources: Jansen (1999), Computer Physics Communications 117, 35-43; Saltelli et al. (2010),
Computer Physics Communications 181(2), 259-270; Pianosi and Wagener (2018), Environmental
Modelling & Software 108, 197-207; Khorashadi Zadeh et al. (2017), Environmental Modelling &
Software 91, 210-222, for the input without influence. Computed by SALib.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from taskmodel._text import counted
from taskmodel.errors import InputError, NoAnswer
from taskmodel.numerics.normal import normal_quantile
from taskmodel.numerics.numbers import whole_number
from taskmodel.numerics.types import Array

HALF_CELL = 2.0**-31  # of Sobol points, which are multiples of 2^-30 and may be 0
LEVEL = 0.9  # of bootstrap intervals
SLICES = 10  # of PAWN
DIGITS = 12  # decimals of an answer: what differs beyond them differs by rounding alone


class Indices(NamedTuple):
    """Indices of one answer.

    Attributes
    ----------
    value, error : array, shape (input,)
        Indices, and half the width of their 90 % bootstrap intervals (total effects alone).
    used : int
        Rows that count: of the base design, or draws.
    """

    value: Array
    error: Array
    used: int


def design(groups: Mapping[str, Sequence[str]], rows: int, seed: int) -> dict[str, Array]:
    """Return independent standard normal numbers for total effects, by name.

    Parameters
    ----------
    groups : mapping of str to sequence of str
        Names of numbers, by input.
    rows : int
        Rows of the base design, a power of 2.
    seed : int

    Returns
    -------
    dict of str to array, shape (rows x (inputs + 2),)
        Scrambled Sobol points: for each row, the base design, the same with each input taken from a
        second design in turn, and the second.

    Raises
    ------
    InputError
        If `rows` is not a power of 2 of at least 8, or SALib is not installed.
    """
    rows = whole_number("draws", rows)
    if rows < 8 or rows & (rows - 1):
        raise InputError(f"draws must be a power of 2, at least 8, such as 256; found {rows}")
    problem = _problem(groups)
    points = _salib("sample.sobol").sample(problem, rows, calc_second_order=False, seed=seed)
    return {
        name: normal_quantile(column + HALF_CELL)
        for name, column in zip(problem["names"], points.T, strict=True)
    }


def total_effects(groups: Mapping[str, Sequence[str]], values: Array, seed: int) -> Indices:
    """Return the total effects of inputs on an answer, in the order of the inputs.

    Parameters
    ----------
    groups : mapping of str to sequence of str
        As for `design`.
    values : array, shape (rows x (inputs + 2),)
        The answer for the numbers of `design`: logarithms or ranks. A row of the base design with a
        NaN is left out. Answers that differ by rounding alone are equal, and nothing explains them.
    seed : int
        Of the bootstrap; at least 1.

    Returns
    -------
    Indices
        NaN where the answer is the same in all base rows and not in the others, whose variance is
        then not known.

    Raises
    ------
    NoAnswer
        If fewer than 8 rows are left.

    Examples
    --------
    >>> groups = {"a": ["x", "y"], "b": ["z"]}
    >>> numbers = design(groups, 512, seed=1)
    >>> effects = total_effects(groups, numbers["x"] + numbers["y"] + numbers["z"], seed=1)
    >>> effects.value.round(2).tolist()
    [0.66, 0.33]
    """
    table = np.round(values, DIGITS).reshape(-1, len(groups) + 2)
    table = table[~np.isnan(table).any(axis=1)]
    if len(table) < 8:
        raise NoAnswer(
            f"only {counted(len(table), 'row')} of the design have an answer in all their draws"
        )
    if np.ptp(table[:, [0, -1]]) == 0:
        known = np.full(len(groups), 0.0 if np.ptp(table) == 0 else np.nan)
        return Indices(known, known, len(table))
    found = _salib("analyze.sobol").analyze(
        _problem(groups), table.ravel(), calc_second_order=False, conf_level=LEVEL, seed=seed
    )
    return Indices(np.asarray(found["ST"]), np.asarray(found["ST_conf"]), len(table))


def pawn(columns: Array, values: Array, weight: Array, seed: int) -> Indices:
    """Return the PAWN indices of inputs, and of one without influence at the end.

    Parameters
    ----------
    columns : array, shape (draw, input)
        Only their ranks matter.
    values : array, shape (draw,)
        The answer, logarithms or ranks; inf is the largest. Draws with NaN are left out, and
        answers that differ by rounding alone are equal.
    weight : array, shape (draw,)
        Of the draws, which are resampled by it.
    seed : int

    Returns
    -------
    Indices
        With one more entry: the index of a random number, up to which an index is noise.
    """
    rng = np.random.default_rng(seed)
    idle = rng.random(len(values))
    part = np.where(np.isnan(values), 0.0, weight)
    places = (np.arange(len(values)) + rng.random()) / len(values) * part.sum()
    rows = np.searchsorted(np.cumsum(part), places, side="right").clip(max=len(values) - 1)
    inputs = np.column_stack([columns, idle])[rows]
    answer, used = np.round(values, DIGITS)[rows], int((part > 0).sum())
    unknown = np.full(inputs.shape[1], np.nan)
    if (answer == answer[0]).all():
        return Indices(np.zeros(len(unknown)), unknown, used)
    names = [str(number) for number in range(len(unknown))]
    problem = {"num_vars": len(names), "names": names}
    found = _salib("analyze.pawn").analyze(problem, inputs, answer, S=SLICES)
    return Indices(np.asarray(found["median"]), unknown, used)


def _problem(groups: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the inputs as SALib takes them: numbers between 0 and 1, by group."""
    names = [name for members in groups.values() for name in members]
    return {
        "num_vars": len(names),
        "names": names,
        "bounds": [[0, 1]] * len(names),
        "groups": [group for group, members in groups.items() for _ in members],
    }


def _salib(module: str) -> ModuleType:
    from importlib import import_module

    try:
        return import_module(f"SALib.{module}")
    except ModuleNotFoundError as error:
        raise InputError(
            "indices are computed by SALib, which is not installed: "
            "pip install 'taskmodel[sensitivity]'"
        ) from error
