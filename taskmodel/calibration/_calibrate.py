"""`calibrate`: the uncertain numbers of a catalog as evidence leaves them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
import xarray as xr

from taskmodel._arguments import function
from taskmodel.calibration.conflicts import (
    MET,
    check_agreement,
    conflicting_pairs,
    nearest_draws,
)
from taskmodel.calibration.evaluation import Evaluation
from taskmodel.calibration.load import load_moments
from taskmodel.calibration.records import Moments, scope_findings
from taskmodel.calibration.tempering import Normals, tempered
from taskmodel.calibration.weights import (
    RELIABLE_K,
    log_likelihood,
    pareto_weights,
    weighted_quantiles,
)
from taskmodel.catalog import Catalog
from taskmodel.errors import ArgumentError, CatalogError, InputError, NoAnswer
from taskmodel.files.quantity import LEVELS
from taskmodel.numerics.normal import normal_quantile
from taskmodel.numerics.numbers import whole_number
from taskmodel.numerics.types import Array
from taskmodel.sweeps.points import needs_catalog
from taskmodel.sweeps.results import labelled, provenance
from taskmodel.uncertainty import Sampler, sampler
from taskmodel.uncertainty.streams import REPLICATES

QUANTILES = (LEVELS[0], 0.5, LEVELS[1])
DRAWS, SEED = 8192, 1
TEMPERED_DRAWS = 1024  # of stages, at most
DRAWING = 0.4  # part of the work before the stages, about
COLLAPSED = 50.0  # effective number of draws below which none are reported
FEWEST = 8 * REPLICATES


@dataclass(frozen=True, eq=False)
class Posterior:
    """Weighted draws.

    Attributes
    ----------
    columns : dict of str to array, shape (draw,)
    outputs, scores : array, shape (draw, moment)
    weight : array, shape (draw,)
    ess, k : float
    facts : dict
        Attributes that say how they were made.
    """

    columns: dict[str, Array]
    outputs: Array
    scores: Array
    weight: Array
    ess: float
    k: float
    facts: dict[str, Any]


def calibrate(
    catalog: Catalog,
    moments: Moments | str | PathLike[str] = "2026",
    draws: int = DRAWS,
    *,
    seed: int = SEED,
    report: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Weight draws of a catalog's uncertain numbers by evidence.

    Parameters
    ----------
    catalog : Catalog
    moments : Moments, str or path, optional
        Evidence, as `load_moments` returns it; or a bundled name or path.
    draws : int, optional
        Draws of the uncertain numbers, at least 64. Draw i depends on `seed` and i alone.
    seed : int, optional
    report : function, optional
        Called with the part of the work that is done, from 0 to 1.

    Returns
    -------
    xarray.Dataset
        Over ``number`` and ``level`` (5, 50 and 95 %): ``prior`` and ``posterior`` of each
        uncertain number. Over ``moment``: what was observed, ``output_prior``, ``output_point``
        (at the catalog's own values) and ``output_posterior`` of the model, ``miss`` of the
        posterior median and ``point_miss`` of the catalog's own values [standard deviations],
        ``met``, and ``pull``, by how much the median of each number moves because of it, relative
        to the standard deviation of its prior. ``nearest`` over pairs of moments,
        and ``conflict``. Over ``draw``: ``value`` of each number, ``model_output`` and ``weight``.
        ``ess``, ``pareto_k`` and ``without_answer``. The attribute ``method`` is ``weights`` or,
        where these are too uneven, ``stages``: draws of equal weight.

    Raises
    ------
    CatalogError
        If a file has defects, a law leaves its range, or the catalog lacks tasks of a moment.
    InputError
        If draws or seed cannot be used, or nothing is uncertain.
    MomentConflict
        If no draw agrees with the evidence.
    NoAnswer
        If what is left is worth fewer than 50 independent draws.

    Examples
    --------
    >>> import taskmodel as tm
    >>> from taskmodel.calibration import parse_moments
    >>> moments = parse_moments('''
    ... title: Half of the hours at a compute of 1e31
    ... sources: {A: {title: a survey, access: secondary}}
    ... moments:
    ...   hours: {output: automated_hours_share, compute: 1e31, value: 0.5, low: 0.3, high: 0.7,
    ...     source: A, why: its own error}
    ... ''')
    >>> result = calibrate(tm.load_catalog("alignment_research"), moments, 1024)
    >>> result.attrs["method"], bool(result["met"].all())
    ('weights', True)
    """
    needs_catalog(catalog)
    report = function("report", report)
    evidence = load_moments(moments) if isinstance(moments, (str, PathLike)) else moments
    if not isinstance(evidence, Moments):
        raise ArgumentError(
            "moments are a name, a path, or what load_moments returns; found "
            f"{type(evidence).__name__}"
        )
    if defects := [
        evidence._origin.defect(finding) for finding in scope_findings(evidence, catalog.tasks)
    ]:
        raise CatalogError(defects)
    laws = sampler(catalog)
    if not laws.laws:
        raise InputError("no number of the catalog is uncertain: give some low and high")
    draws = whole_number("draws", draws, FEWEST)
    evaluation = Evaluation(catalog, evidence)
    normals = laws.normals(draws, seed)
    columns = laws.columns(laws.scores(normals))
    advance = report or (lambda share: None)
    outputs = evaluation.outputs(columns, lambda share: advance(DRAWING * share))
    scores = _scores(evidence, outputs)
    logs = log_likelihood(scores)
    check_agreement(logs, scores, list(evidence.moments))
    weights = pareto_weights(logs)
    prior = Posterior(columns, outputs, scores, weights.weight, weights.ess, weights.k, {})
    posterior = prior
    if not weights.reliable:
        posterior = _staged(evaluation, laws, normals, seed, advance)
    if not posterior.ess >= COLLAPSED:
        raise NoAnswer(
            f"the evidence leaves what {posterior.ess:.0f} independent draws say, too few for "
            f"quantiles: give more than {draws} draws, or wider moments"
        )
    point = evaluation.outputs({})[0]
    return _dataset(catalog, evidence, (prior, posterior, point), seed)


def _scores(moments: Moments, outputs: Array) -> Array:
    """Return the scores of outputs, shape (draw, moment)."""
    columns = (moment.score(outputs[:, i]) for i, moment in enumerate(moments.moments.values()))
    return np.stack(list(columns), axis=1)


def _staged(
    evaluation: Evaluation,
    laws: Sampler,
    normals: Normals,
    seed: int,
    advance: Callable[[float], None],
) -> Posterior:
    """Return draws of the posterior of equal weight, in stages from the first draws."""
    moments = evaluation.moments

    def outputs_of(numbers: Normals) -> tuple[dict[str, Array], Array]:
        columns = laws.columns(laws.scores(numbers))
        return columns, evaluation.outputs(columns)

    def logs_of(numbers: Normals) -> Array:
        return log_likelihood(_scores(moments, outputs_of(numbers)[1]))

    first = {name: values[:TEMPERED_DRAWS] for name, values in normals.items()}
    sample = tempered(first, logs_of, seed, lambda power: advance(DRAWING + (1 - DRAWING) * power))
    columns, outputs = outputs_of(sample.normals)
    count = len(outputs)
    return Posterior(
        columns,
        outputs,
        _scores(moments, outputs),
        np.full(count, 1 / count),
        sample.ess,
        -np.inf,
        # as text: netCDF has no lists of one number
        {"powers": json.dumps(sample.powers), "acceptance": json.dumps(sample.acceptance)},
    )


def _dataset(
    catalog: Catalog, moments: Moments, parts: tuple[Posterior, Posterior, Array], seed: int
) -> xr.Dataset:
    prior, posterior, point = parts
    numbers, names = list(prior.columns), np.array(list(moments.moments), dtype=object)
    values = np.stack(list(posterior.columns.values()), axis=1)
    central = weighted_quantiles(values, posterior.weight, QUANTILES)
    variables: dict[str, tuple[Any, ...]] = {
        "prior": (
            ("level", "number"),
            _quantiles(np.stack(list(prior.columns.values()), axis=1)),
            "",
            "prior quantiles of the number",
        ),
        "posterior": (("level", "number"), central, "", "its quantiles under the evidence"),
        "unit": ("number", [catalog.unit_of(path) for path in numbers], "", "unit of the number"),
        **_observed(moments),
        **_retrodicted(moments, prior, posterior),
        **_at_the_point(moments, point),
        "pull": (("moment", "number"), _pulls(posterior, central[1], prior), "1", PULL),
        "value": (("draw", "number"), values, "", "drawn values"),
        "model_output": (("draw", "moment"), posterior.outputs, "", "outputs of the model"),
        "weight": ("draw", posterior.weight, "1", "weight of the draw"),
        "ess": ((), posterior.ess, "1", "effective number of draws"),
        "ess_of_weights": ((), prior.ess, "1", "that of the weighted draws of the prior"),
        "pareto_k": ((), prior.k, "1", "shape of the law of the largest weights"),
        "without_answer": ((), int(np.isnan(prior.scores).any(axis=1).sum()), "1", LACKING),
    }
    coords = {
        "level": list(QUANTILES),
        "number": np.array(numbers, dtype=object),
        "moment": names,
        "other_moment": names,
    }
    attributes = {
        **provenance(catalog=catalog, moments=moments),
        **posterior.facts,
        "method": "weights" if posterior is prior else "stages",
        "draws": len(prior.weight),
        "seed": seed,
    }
    return labelled(variables, coords, attributes)


def _observed(moments: Moments) -> dict[str, tuple[Any, ...]]:
    """Return what was observed, over moments."""
    entries = list(moments.moments.values())
    ends = [moment.law.at(np.array(normal_quantile(LEVELS))) for moment in entries]
    dates = [np.nan if moment.date is None else moment.date for moment in entries]
    return {
        "observed": ("moment", [moment.value for moment in entries], "", "value observed"),
        "observed_low": ("moment", [end[0] for end in ends], "", "5 % end of its width"),
        "observed_high": ("moment", [end[1] for end in ends], "", "95 % end of its width"),
        "output": ("moment", [moment.output for moment in entries], "", "output of the model"),
        "date": ("moment", dates, "year", "date"),
    }


def _retrodicted(
    moments: Moments, prior: Posterior, posterior: Posterior
) -> dict[str, tuple[Any, ...]]:
    """Return the model's outputs before and after, what is not met, and what conflicts."""
    before = prior.outputs[~np.isnan(prior.scores).any(axis=1)]
    after = weighted_quantiles(posterior.outputs, posterior.weight, QUANTILES)
    miss = _scores(moments, after[1:2])[0]
    nearest = nearest_draws(prior.scores)
    conflict = np.zeros(nearest.shape, dtype=bool)
    for one, two in conflicting_pairs(nearest):
        conflict[one, two] = conflict[two, one] = True
    over, pairs = ("level", "moment"), ("moment", "other_moment")
    return {
        "output_prior": (over, _quantiles(before), "", "prior quantiles of the model's output"),
        "output_posterior": (over, after, "", "its quantiles under the evidence"),
        "miss": ("moment", miss, "1", "standard deviations of the posterior median from it"),
        "met": ("moment", np.abs(miss) <= MET, "", "the posterior median is within its width"),
        "ess_alone": ("moment", _alone(prior.scores), "1", "effective draws under it alone"),
        "nearest": (pairs, nearest, "1", "nearest draw to a pair, in standard deviations"),
        "conflict": (pairs, conflict, "", "no draw meets both, and some meet each"),
    }


def _at_the_point(moments: Moments, outputs: Array) -> dict[str, tuple[Any, ...]]:
    """Return the model's outputs at the catalog's own values, and how far they are off."""
    miss = _scores(moments, outputs[None])[0]
    return {
        "output_point": ("moment", outputs, "", "output of the model at the catalog's own values"),
        "point_miss": ("moment", miss, "1", "standard deviations of it from what was observed"),
    }


PULL = "posterior median with it less that without it, in standard deviations of the prior"
LACKING = "draws for which the model has no answer; their weight is 0"


def _quantiles(values: Array) -> Array:
    """Return quantiles of draws of equal weight."""
    return weighted_quantiles(values, np.full(len(values), 1 / len(values)), QUANTILES)


def _alone(scores: Array) -> Array:
    """Return the effective number of draws under each moment alone; 0 where none agrees."""
    logs = [log_likelihood(scores[:, [column]]) for column in range(scores.shape[1])]
    return np.array([pareto_weights(log).ess if np.isfinite(log).any() else 0.0 for log in logs])


def _pulls(posterior: Posterior, median: Array, prior: Posterior) -> Array:
    """Return what each moment does to the median of each number, (moment, number).

    NaN where the draws do not tell, as weights without the moment are too uneven.
    """
    scores, values = posterior.scores, np.stack(list(posterior.columns.values()), axis=1)
    spread = np.stack(list(prior.columns.values()), axis=1).std(axis=0)
    result = np.full((scores.shape[1], values.shape[1]), np.nan)
    for column in range(scores.shape[1]):
        others = np.delete(scores, column, axis=1)
        logs = 0.5 * scores[:, column] ** 2 if posterior is not prior else log_likelihood(others)
        weights = pareto_weights(logs)
        if weights.k <= RELIABLE_K and weights.ess >= COLLAPSED:
            without = weighted_quantiles(values, weights.weight, (0.5,))[0]
            change = median - without
            result[column] = np.divide(change, spread, out=np.zeros_like(change), where=spread > 0)
    return result
