"""Trust from period to period: coverage falls as records grow, and rises with each new model generation.

The coverage of a class is max(f, min(1, (n* - R)/N)): R are the audits of the record so far, of which a new generation takes the
share phi, and N the units of the period before. Every review counts as an audit, for the rule sets how many units are drawn.
The steady state, with audits besides the reviews at the floors, is in `earned_trust`.

Source: docs, model, section 3.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from taskmodel.allocation import allocate
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError, SolveError
from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import Organisation
from taskmodel.oversight.audit_records import Records, covered, delegated_units, records
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE, COMPUTE_UNIT
from taskmodel.sweeps.sweep import needs_catalog
from taskmodel.sweeps.walker import Setting

ENOUGH = 1e-12  # relative: audits short of n* by less are rounding
PERIOD = 0.25  # year


def track_record(
    catalog: Catalog,
    compute: ArrayLike,
    *,
    period: float = PERIOD,
    generations: Sequence[int] | None = None,
) -> xr.Dataset:
    """Coverage, class by class, as records grow from period to period and new model generations take part of them away.

    Parameters
    ----------
    catalog : Catalog
        With a block `trust`. Its rule of coverage makes no difference; before there is any record every unit is reviewed.
    compute : array, shape (period,)
        Compute in each period [FLOP/year]; positive, finite.
    period : float
        Length of a period [year]; > 0.
    generations : sequence of int, optional
        Periods at whose beginning a new model generation takes the share ``trust_lost`` of all records. Default: those in which
        a multiple of ``generation_time`` falls, the first period being the first of a generation.

    Returns
    -------
    xarray.Dataset
        Over ``period`` and ``task``: ``coverage``, ``delegated_units`` in the period, ``audits_made`` in it, and ``record`` at
        its end, relative to a whole one. Over ``period``: ``begins`` [year], ``compute``, ``new_generation``, ``review_hours`` a
        year, ``output`` and the speed-ups.

    Raises
    ------
    TypeError
        If the catalog is none.
    CatalogError
        As in `trust`.
    InputError
        If compute, period or generations are not as described.
    SolveError
        If a period has no answer that can be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> found = track_record(tm.load_catalog("alignment_research", "audited_trust"), [1e30] * 4)
    >>> found["coverage"].sel(task="research_code").values.tolist()
    [1.0, 0.1, 0.1, 0.1]
    """
    needs_catalog(catalog)
    points = np.asarray(compute, dtype=float)
    if points.ndim != 1 or not len(points) or not (np.isfinite(points) & (points > 0)).all():
        raise InputError(
            f"compute must be a list of positive, finite numbers [{COMPUTE_UNIT}], one a period; found {compute!r}"
        )
    if not 0 < period < np.inf:
        raise InputError(f"period must be positive and finite [year]; found {period!r}")
    at = records(catalog)
    assert catalog.trust is not None  # or there were no records
    fresh = _fresh(len(points), period, catalog.trust.generation_time.value, generations)
    floors = catalog.replace({"supervision.coverage": "floor"})
    base = Setting(floors)
    record, units = np.zeros_like(at.audits), np.zeros_like(at.audits)
    rows: list[dict[str, Any]] = []
    for place, new in zip(points, fresh, strict=True):
        record = record * (1 - catalog.trust.trust_lost.value) if new else record
        due = np.where(record < at.audits * (1 - ENOUGH), at.audits - record, 0.0)
        coverage = np.where(at.needed, covered(units, due, at.floor), at.floor)
        here = _Period(floors, base, coverage, float(place))
        units = delegated_units(at, here.activity) * period
        made = coverage * units
        record = np.minimum(
            record + made, at.audits
        )  # of more than a whole record nothing is left for the next generation
        rows.append(
            {
                "coverage": coverage,
                "delegated_units": units,
                "audits_made": made,
                "record": _part(record, at),
                **here.measured,
            }
        )
    variables = {
        name: (
            ("period", "task") if np.ndim(rows[0][name]) else "period",
            np.array([row[name] for row in rows]),
        )
        for name in rows[0]
    }
    coords = {
        "period": np.arange(len(points)),
        "task": np.array(list(catalog.tasks), dtype=object),
        "begins": ("period", np.arange(len(points)) * period),
        COMPUTE: ("period", points),
        "new_generation": ("period", fresh),
    }
    return results.described(xr.Dataset(variables, coords, results.provenance_of(catalog)))


class _Period:
    """One period: the best allocation at some coverage of each task."""

    def __init__(self, floors: Catalog, base: Setting, coverage: Array, compute: float) -> None:
        names = [f"tasks.{name}.coverage_floor" for name in floors.tasks]
        setting = Setting(
            floors.with_numbers(dict(zip(names, coverage.tolist(), strict=True))), base=base
        )
        organisation, point = setting.organisation, np.array([compute])
        best = allocate(
            organisation.bundles(point),
            organisation.supply(point),
            organisation.nest,
            organisation.open_modes(organisation.automatable(point)),
        )
        if np.isinf(best.output).any():
            raise SolveError(
                "there is no limit to research at the floors, and so to the units to audit: give coverage floors above 0"
            )
        self.activity = best.activity[0]
        measures = setting.yardstick.measure(point, best)
        used = best.factor_use[0, _reviewers(organisation)].sum()
        self.measured = {
            "review_hours": float(used),
            **{name: float(getattr(measures, name)[0]) for name in results.SPEEDUPS},
        }


def _part(record: Array, at: Records) -> Array:
    """The record relative to a whole one; whole where nothing is to be earned."""
    return np.where(at.needed, record / np.where(at.needed, at.audits, 1.0), 1.0)


def _fresh(
    periods: int, period: float, generation: float, given: Sequence[int] | None
) -> NDArray[np.bool_]:
    """Whether a new generation comes at the beginning of each period, shape (period,)."""
    fresh = np.zeros(periods, dtype=bool)
    if given is None:
        so_far = np.floor(np.arange(periods) * period / generation + ENOUGH)
        fresh[1:] = np.diff(so_far) > 0
        return fresh
    for place in given:
        if (
            isinstance(place, bool)
            or not isinstance(place, (int, np.integer))
            or not 0 <= place < periods
        ):
            raise InputError(
                f"generations must be periods, whole numbers from 0 to {periods - 1}; found {place!r}"
            )
        fresh[place] = True
    return fresh


def _reviewers(organisation: Organisation) -> NDArray[np.bool_]:
    """Factors that are hours of reviewers, shape (factor,)."""
    return np.array(
        [name == "review" or name.startswith("review_") for name in organisation.factors]
    )
