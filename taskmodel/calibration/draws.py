"""Draws of a catalog's uncertain numbers as evidence leaves them, of equal weight."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel.calibration.conflicts import check_agreement
from taskmodel.calibration.evaluation import Evaluation
from taskmodel.calibration.load import load_moments
from taskmodel.calibration.records import Moments, scope_findings
from taskmodel.calibration.weights import Weights, log_likelihood, pareto_weights
from taskmodel.catalog import Catalog
from taskmodel.errors import CatalogError, InputError
from taskmodel.numerics.stopping import carried
from taskmodel.numerics.types import Array
from taskmodel.uncertainty import sampler
from taskmodel.uncertainty.streams import uniforms

PROPOSALS = 10  # draws that are weighted, for each that is kept
PARTS = 16  # in which they are evaluated
CALIBRATED, EVIDENCE = "alignment_research", "2026"  # what the bundled evidence is taken for
CONTAINED = "calibrated"  # the scenario that has that evidence in its intervals


@dataclass(frozen=True, eq=False)
class EvidencedDraws:
    """Draws of equal weight.

    Attributes
    ----------
    columns : dict of str to array, shape (draw,)
        The drawn numbers, by dotted path.
    evidence : str
        Name of the moments, or of the file; empty for draws of the prior.
    ess, k : float
        Effective number of the weighted draws that these are taken from, and the shape of the law
        of their largest weights; their number and -inf for draws of the prior.
    distinct : int
        How many of them differ.
    """

    columns: dict[str, Array]
    evidence: str
    ess: float
    k: float
    distinct: int


def evidenced_draws(
    catalog: Catalog,
    moments: Moments | str | None,
    draws: int,
    *,
    seed: int = 1,
    advance: Callable[[float], None] = lambda share: None,
) -> EvidencedDraws:
    """Return draws of a catalog's uncertain numbers, taken in proportion to their likelihood.

    Ten times as many draws of the prior are weighted by the moments (`Weights`), and as many as
    are asked for are taken by systematic resampling: a draw of weight w is taken w x draws times,
    up to rounding.

    Parameters
    ----------
    catalog : Catalog
    moments : Moments, str or None
        Evidence, or its name; None for draws of the prior.
    draws : int
    seed : int
    advance : function, optional
        Called with the part of the work that is done.

    Raises
    ------
    InputError
        If nothing is uncertain.
    CatalogError
        If the catalog lacks tasks of a moment.
    MomentConflict
        If no draw agrees with the evidence.

    Examples
    --------
    >>> from taskmodel.catalog import load_catalog
    >>> drawn = evidenced_draws(load_catalog("alignment_research"), None, 16)
    >>> len(drawn.columns["capability.slope"]), drawn.distinct
    (16, 16)
    """
    laws = sampler(catalog)
    if not laws.laws:
        raise InputError("no number of the catalog is uncertain: give some low and high")
    if moments is None:
        return EvidencedDraws(laws.draw(draws, seed), "", float(draws), -np.inf, draws)
    evidence = load_moments(moments) if isinstance(moments, str) else moments
    if defects := [
        evidence._origin.defect(finding) for finding in scope_findings(evidence, catalog.tasks)
    ]:
        raise CatalogError(defects)
    columns = laws.draw(PROPOSALS * draws, seed)
    outputs = _outputs(Evaluation(catalog, evidence), columns, advance)
    entries = enumerate(evidence.moments.values())
    scores = np.stack([moment.score(outputs[:, index]) for index, moment in entries], axis=1)
    logs = log_likelihood(scores)
    check_agreement(logs, scores, list(evidence.moments))
    weights = pareto_weights(logs)
    return _taken(columns, weights, evidence.name, draws, seed)


def bundled_evidence(catalog: Catalog) -> Moments | None:
    """Return the bundled evidence that draws of a catalog are weighted by, if there is some.

    That is for the catalog `alignment_research` alone, with the tasks of the moments, and not where
    the scenario has that evidence in its intervals already.

    Examples
    --------
    >>> from taskmodel.catalog import load_catalog
    >>> bundled_evidence(load_catalog("t_agi_ladder")) is None
    True
    """
    if catalog.name != CALIBRATED or catalog.scenario == CONTAINED:
        return None
    evidence = load_moments(EVIDENCE)
    return None if list(scope_findings(evidence, catalog.tasks)) else evidence


def draws_of(calibrated: xr.Dataset, draws: int, *, seed: int = 1) -> EvidencedDraws:
    """Return draws taken from the weighted ones of `taskmodel.calibrate`, as `evidenced_draws`.

    Raises
    ------
    InputError
        If the dataset is no result of `taskmodel.calibrate`.
    """
    if not {"value", "weight", "pareto_k"} <= set(calibrated.variables):
        raise InputError("these are no draws of taskmodel calibrate: give its calibration.nc")
    names = [str(name) for name in calibrated["number"].values]
    values = calibrated["value"].transpose("number", "draw").values
    columns = dict(zip(names, values, strict=True))
    weight = calibrated["weight"].values
    weights = Weights(
        weight / weight.sum(), float(calibrated["pareto_k"]), float(calibrated["ess"])
    )
    return _taken(columns, weights, str(calibrated.attrs["moments_name"]), draws, seed)


def _outputs(
    evaluation: Evaluation, columns: dict[str, Array], advance: Callable[[float], None]
) -> Array:
    """Return `Evaluation.outputs`, part by part in threads."""
    count = len(next(iter(columns.values())))
    parts = np.array_split(np.arange(count), PARTS)

    def outputs(rows: NDArray[np.intp]) -> Array:
        return evaluation.outputs({path: column[rows] for path, column in columns.items()})

    result: list[Array] = []
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as threads:
        running: deque[Future[Array]] = deque()
        for part in parts:
            if len(running) == workers:  # no part begins before `advance` returns
                result.append(running.popleft().result())
                advance(len(result) / PARTS)
            running.append(threads.submit(carried(outputs), part))
        result += [part.result() for part in running]
    advance(1.0)
    return np.concatenate(result)


def _taken(
    columns: dict[str, Array], weights: Weights, evidence: str, draws: int, seed: int
) -> EvidencedDraws:
    """Return draws in proportion to their weights."""
    offset = float(uniforms("resampling", np.array([0]), seed)[0])
    rows = resampled(weights.weight, draws, offset)
    chosen = {path: column[rows] for path, column in columns.items()}
    return EvidencedDraws(chosen, evidence, weights.ess, weights.k, len(np.unique(rows)))


def resampled(weight: Array, draws: int, offset: float) -> Array:
    """Return rows taken in proportion to their weights, by systematic resampling, in order.

    Parameters
    ----------
    weight : array, shape (row,)
        They sum to 1.
    draws : int
    offset : float
        In [0, 1): a uniform number.

    References
    ----------
    Carpenter, Clifford and Fearnhead (1999), Improved particle filter for nonlinear problems, IEE
    Proceedings 146(1), 2-7.

    Examples
    --------
    >>> resampled(np.array([0.5, 0.0, 0.25, 0.25]), 4, 0.5).tolist()
    [0, 0, 2, 3]
    """
    total = np.cumsum(weight)
    levels = (np.arange(draws) + offset) / draws * total[-1]
    return np.searchsorted(total, levels, side="right")
