"""How much of the spread of each answer each input explains: `sensitivity`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from taskmodel._arguments import switch
from taskmodel.catalog import Catalog
from taskmodel.errors import ArgumentError, InputError
from taskmodel.influence.indices import DIGITS, Indices, design, pawn, total_effects
from taskmodel.influence.inputs import Inputs, as_paths, inputs_of
from taskmodel.numerics.normal import normal_quantile
from taskmodel.numerics.numbers import whole_number
from taskmodel.numerics.types import Array
from taskmodel.questions._bands import LEVELS, order_statistics
from taskmodel.questions._ensemble import ensemble
from taskmodel.sweeps.paths import Paths
from taskmodel.sweeps.results import labelled, provenance

SPEEDUP = "throughput_speedup"
PLACE = "oversight_bottleneck_from"
RANK, LOG = "rank", "logarithm"
TOTAL, PAWN = "total effect", "PAWN"
LATER = 10.0  # times today's compute: the second point by default
YEARS = 2.0  # after today: the second date by default


class _Answer(NamedTuple):
    """An answer of draws: values, shape (draw,), where they come from, and how they enter."""

    values: Array
    unit: str
    meaning: str
    enters: str = LOG


def sensitivity(
    catalog: Catalog,
    draws: int = 256,
    seed: int = 1,
    compute: ArrayLike | None = None,
    *,
    paths: str | PathLike[str] | Paths | None = None,
    dates: ArrayLike | None = None,
    weighted: xr.Dataset | None = None,
    places: bool = True,
    report: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Return how much of the spread of several answers each uncertain input explains.

    Parameters
    ----------
    catalog : Catalog
    draws : int, optional
        Rows of the base design, a power of 2; the model is solved (inputs + 2) times as often.
    seed : int, optional
        Of the design and of the bootstrap; at least 1.
    compute : array, shape (compute,), optional
        Points at which the speed-up is an answer [FLOP/year], increasing. Default: ten times
        today's. Today's is always an answer.
    paths : str, path or Paths, optional
        Along time in place of compute; uncertain growth rates are inputs too. Where more than
        compute grows, each place takes as long as a sweep.
    dates : array, shape (time,), optional
        With paths: dates at which the speed-up is an answer. Default: two years from today.
    weighted : Dataset, optional
        From `taskmodel.calibrate` of the same catalog: its draws in place of a design.
    places : bool, optional
        Whether the place of the bottleneck is an answer, which takes most of the time.
    report : function, optional
        Called with the part of the work that is done, from 0 to 1.

    Returns
    -------
    xarray.Dataset
        Over ``answer`` and ``input``: ``index``, the total effect, and ``index_error``, half the
        width of its 90 % bootstrap interval; NaN: the answer varies, but not among the base rows,
        so that more draws are needed. With `weighted`, whose inputs depend on one another,
        ``index`` is PAWN instead, and ``noise(answer)`` the index of an input without influence;
        the attribute ``method`` says which. ``answer_quantile(level, answer)``; ``enters``: how
        the answer enters, as ``logarithm`` or ``rank``; ``never``, the part of its draws that
        are inf; ``used``, the rows (or draws) that count: those without an answer are left out.

    Raises
    ------
    InputError
        If draws, points or paths cannot be used, nothing is uncertain, or SALib is not installed.
    NoAnswer
        If too few rows have an answer.

    Notes
    -----
    Speed-ups enter by their logarithms. The place of the bottleneck enters by its rank among the
    draws (ties share one), and so does a speed-up that is 0 or inf in a draw: never, or no limit,
    is the last rank. Nothing is averaged over what is not a number.

    Examples
    --------
    >>> import taskmodel as tm
    >>> measured = sensitivity(tm.load_catalog("t_agi_ladder"), 8, places=False)
    >>> measured["index"].dims, measured.attrs["method"]
    (('answer', 'input'), 'total effect')
    """
    if compute is not None and paths is not None or dates is not None and paths is None:
        raise ArgumentError("give compute, or paths and dates")
    seed, places = whole_number("seed", seed), switch("places", places)
    follow = None if paths is None else as_paths(paths)
    inputs = inputs_of(catalog, None if weighted is not None else follow)
    groups = inputs.groups
    if weighted is None:
        columns, weight = inputs.columns(design(groups, draws, seed)), None
    else:
        columns, weight = _weighted(inputs, weighted)
    options: dict[str, Any] = {"compute": _points(catalog, compute)}
    if follow is not None:
        later = [follow.today.value + YEARS] if dates is None else dates
        options = {"paths": follow, "dates": later}
    drawn = ensemble(catalog, columns, keep=[SPEEDUP], events=places, report=report, **options)
    measured: dict[str, Indices] = {}
    answers = _answers(drawn, places)
    scores = None if weight is None else _scores(inputs, columns)
    for name, answer in answers.items():
        with np.errstate(divide="ignore"):  # a speed-up of 0 is the first rank
            values = np.asarray(np.round(np.log(answer.values), DIGITS), dtype=float)
        if answer.enters == RANK:
            values = _ranks(values)
        if weight is None or scores is None:
            measured[name] = total_effects(groups, values, seed)
        else:
            measured[name] = pawn(scores, values, weight, seed)
    result = _dataset(list(groups), answers, measured, weight)
    method = TOTAL if weight is None else PAWN
    attributes = {"method": method, "draws": drawn.sizes["draw"], "seed": seed}
    names = {} if follow is None else {"paths_name": follow.name, "paths_yaml": follow.yaml_text}
    return result.assign_attrs({**provenance(catalog=catalog), **names, **attributes})


def _points(catalog: Catalog, compute: ArrayLike | None) -> ArrayLike:
    return [LATER * catalog.compute.today.value] if compute is None else compute


def _answers(drawn: xr.Dataset, places: bool) -> dict[str, _Answer]:
    """Return the answers of an ensemble, by name."""
    over = str(drawn.attrs["over"])

    def answer(values: Array, unit: str, meaning: str) -> _Answer:
        ratios = (values > 0) & np.isfinite(values) | np.isnan(values)
        enters = LOG if ratios.all() else RANK
        return _Answer(values, unit, meaning, enters)

    speedup, now = drawn[SPEEDUP], drawn[f"{SPEEDUP}_today"].values
    result = {"today": answer(now, "1", "throughput speed-up today")}
    for index, position in enumerate(drawn[over].values.tolist()):
        meaning = f"throughput speed-up at {over} {position:g}"
        result[f"{over} {position:g}"] = answer(speedup.values[:, index], "1", meaning)
    result["ceiling"] = answer(drawn["ceiling"].values, "1", "ceiling set by oversight")
    if places:
        place = drawn[PLACE]
        result["bottleneck"] = _Answer(
            place.values, place.attrs["units"], place.attrs["long_name"], RANK
        )
    return result


def _ranks(values: Array) -> Array:
    """Return ranks between 0 and 1, ties alike, inf last; NaN stays."""
    from scipy.stats import rankdata

    ranks = np.full(len(values), np.nan)
    known = ~np.isnan(values)
    ranks[known] = rankdata(values[known]) / known.sum()
    return ranks


def _weighted(inputs: Inputs, weighted: xr.Dataset) -> tuple[dict[str, Array], Array]:
    """Return draws and weights of a calibration."""
    if not isinstance(weighted, xr.Dataset):
        raise ArgumentError(
            f"weighted is a Dataset of taskmodel.calibrate; found {type(weighted).__name__}"
        )
    if not {"value", "weight"} <= set(weighted.variables) or "number" not in weighted.dims:
        raise InputError("weighted draws are those of taskmodel.calibrate")
    numbers = weighted["number"].values.tolist()
    columns = {name: weighted["value"].values[:, row] for row, name in enumerate(numbers)}
    every = (name for members in inputs.members.values() for name in members)
    if lacking := [name for name in every if name not in columns]:
        raise InputError(f"the weighted draws have no {lacking[0]}: calibrate the catalog as it is")
    return columns, weighted["weight"].values


def _scores(inputs: Inputs, columns: Mapping[str, Array]) -> Array:
    """Return one number for each input, (draw, input): the mean normal score of its members."""
    moved = inputs.at_pivots(columns)
    result = []
    for members in inputs.members.values():
        ranks = [_ranks(moved[name]) for name in members]
        draws = len(ranks[0])
        result.append(np.mean([normal_quantile(rank - 0.5 / draws) for rank in ranks], axis=0))
    return np.stack(result, axis=1)


def _dataset(
    inputs: list[str],
    answers: Mapping[str, _Answer],
    measured: Mapping[str, Indices],
    weight: Array | None,
) -> xr.Dataset:
    count = len(inputs)
    over = ("answer", "input")
    index = np.stack([each.value[:count] for each in measured.values()])
    meaning = "part of the variance of the answer that is left when all other inputs are known"
    quantiles = [_quantiles(answer.values, weight) for answer in answers.values()]
    never = [_part(np.isinf(answer.values), answer.values, weight) for answer in answers.values()]
    variables: dict[str, tuple[Any, ...]] = {
        "answer_quantile": (("answer", "level"), quantiles, "", "quantiles of the answer"),
        "enters": ("answer", [answer.enters for answer in answers.values()], "", "as what"),
        "never": ("answer", never, "1", "part of the draws in which it is inf"),
        "used": ("answer", [each.used for each in measured.values()], "1", "rows that count"),
    }
    if weight is None:
        error = np.stack([each.error for each in measured.values()])
        half = "half the width of the 90 % bootstrap interval of the index"
        variables |= {"index": (over, index, "1", meaning), "index_error": (over, error, "1", half)}
    else:
        meaning = "median over slices of the input of the distance of the answer's distribution"
        noise = [each.value[count] for each in measured.values()]
        idle = "index of an input without influence"
        variables |= {"index": (over, index, "1", meaning), "noise": ("answer", noise, "1", idle)}
    return labelled(
        variables,
        {
            "answer": np.array(list(answers), dtype=object),
            "input": np.array(inputs, dtype=object),
            "level": list(LEVELS),
            "unit": ("answer", [answer.unit for answer in answers.values()]),
            "meaning": ("answer", [answer.meaning for answer in answers.values()]),
        },
        {},
    )


def _quantiles(values: Array, weight: Array | None) -> Array:
    known = np.flatnonzero(~np.isnan(values))
    rows = known[np.argsort(values[known], kind="stable")]
    part = np.ones(len(rows)) if weight is None else weight[rows]
    return order_statistics(values[rows], part, np.array(LEVELS))


def _part(chosen: Array, values: Array, weight: Array | None) -> float:
    known = ~np.isnan(values)
    return float(np.average(chosen[known], weights=None if weight is None else weight[known]))
