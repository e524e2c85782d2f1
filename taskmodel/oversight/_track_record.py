"""Trust period by period: coverage falls as records grow and rises with new model generations.

The coverage of a class of tasks is

    v = max(f, min(1, (n* - R)/N))

where n* is the number of audits of a complete record, R the audits already in the record, N the
units of the preceding period and f the floor. A new model generation removes the share phi of R.
Every review counts as an audit, since the rule determines how many units are drawn. `trust` gives
the steady state, in which audits come in addition to the reviews at the floors.

Source: docs, model, section 3.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from taskmodel._arguments import shown
from taskmodel.allocation import allocate
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.numerics.accuracy import RECORD_TOLERANCE
from taskmodel.numerics.numbers import real_numbers, whole_numbers
from taskmodel.numerics.ranges import one_number
from taskmodel.numerics.types import Array
from taskmodel.oversight.audit_records import audit_requirements, class_coverage
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE, COMPUTE_UNIT
from taskmodel.sweeps.points import needs_catalog
from taskmodel.sweeps.walker import Setting, Situation

PERIOD = 0.25  # year


def track_record(
    catalog: Catalog,
    compute: ArrayLike,
    *,
    period: float = PERIOD,
    generations: Sequence[int] | None = None,
) -> xr.Dataset:
    """Coverage of each class of tasks over time, as its audit record grows and is partly lost.

    Parameters
    ----------
    catalog : Catalog
        With a block `trust`. Its rule of coverage has no effect. Every unit is reviewed until
        there is a record.
    compute : array, shape (period,)
        Compute in each period [FLOP/year]; positive, finite.
    period : float
        Length of a period [year]; > 0.
    generations : sequence of int, optional
        Periods that begin with a new model generation, which removes the share ``trust_lost`` of
        all records. Default: the periods that contain a multiple of ``generation_time``; the first
        period is the first of a generation.

    Returns
    -------
    xarray.Dataset
        Over ``period`` and ``task``: ``coverage``, ``delegated_units`` and ``audits_made`` in the
        period, and ``record`` at its end, relative to a complete record. Over ``period``:
        ``begins`` [year], ``compute``, ``new_generation``, ``review_hours`` per year, ``output``
        and the speed-ups.

    Raises
    ------
    TypeError
        If the catalog is not a Catalog.
    CatalogError
        As in `trust`.
    InputError
        If compute, period or generations are not as described.
    SolveError
        If the optimum of a period cannot be certified, or output is unlimited.

    Examples
    --------
    >>> import taskmodel as tm
    >>> record = track_record(tm.load_catalog("alignment_research", "audited_trust"), [1e32] * 4)
    >>> record["coverage"].sel(task="research_code").values.tolist()
    [1.0, 0.1, 0.1, 0.1]
    """
    needs_catalog(catalog)
    points = _checked_compute(compute)
    period = one_number("(0, 1e6]", "period", period)
    classes = audit_requirements(catalog)
    rule, complete = classes.rule, classes.audits
    if generations is None:
        starts = _generation_starts(len(points), period, rule.generation_time.value)
    else:
        starts = _checked_generations(len(points), generations)
    setting = Setting(catalog.replace({"supervision.coverage": "floor"}))
    record, units = np.zeros_like(complete), np.zeros_like(complete)
    rows: list[dict[str, Any]] = []
    for point, new_generation in zip(points, starts, strict=True):
        record = record * (1 - rule.trust_lost.value) if new_generation else record
        due = np.where(record < complete * (1 - RECORD_TOLERANCE), complete - record, 0.0)
        # Coverage is set before the units of a period are known: by those of the period before.
        coverage = class_coverage(units, due, classes.floor)
        situation = _covered(setting, coverage, point)
        allocation = allocate(*situation.arrays)
        units = classes.delegated_units(allocation)[0] * period
        audits = coverage * units
        # A record never exceeds a complete one: otherwise the surplus would outlast a generation.
        record = np.minimum(record + audits, complete)
        relative = np.divide(record, complete, where=classes.needed, out=np.ones_like(complete))
        measures = situation.measure(allocation)
        reviewing = situation.setting.organisation.reviewing
        rows.append(
            {
                "coverage": coverage,
                "delegated_units": units,
                "audits_made": audits,
                "record": relative,
                "review_hours": allocation.factor_use[0, reviewing].sum(),
                **{name: getattr(measures, name)[0] for name in results.SPEEDUPS},
            }
        )
    variables = {
        name: (("period", "task")[: 1 + np.ndim(value)], np.array([row[name] for row in rows]))
        for name, value in rows[0].items()
    }
    coords = {
        "period": np.arange(len(points)),
        "task": list(catalog.tasks),
        "begins": ("period", np.arange(len(points)) * period),
        COMPUTE: ("period", points),
        "new_generation": ("period", starts),
    }
    return results.labelled(variables, coords, results.provenance(catalog=catalog))


def _checked_compute(compute: ArrayLike) -> Array:
    points = real_numbers("compute", compute)
    if points.ndim != 1 or not len(points) or not (np.isfinite(points) & (points > 0)).all():
        raise InputError(
            f"compute must be a list of positive, finite numbers [{COMPUTE_UNIT}], one a period; "
            f"found {shown(compute)}"
        )
    return points


def _covered(setting: Setting, coverage: Array, point: float) -> Situation:
    """The organisation with these shares of units reviewed, relative to the same base output."""
    quantities = setting.quantities
    paths = [f"tasks.{name}.coverage_floor" for name in quantities.catalog.tasks]
    columns = dict(zip(paths, coverage, strict=True))
    return Situation(Setting(quantities.with_columns(columns), setting), np.array([point]))


def _generation_starts(periods: int, period: float, generation_time: float) -> NDArray[np.bool_]:
    """Whether a period, after the first, contains a multiple of the generation time."""
    generation = np.floor(np.arange(periods) * period / generation_time + RECORD_TOLERANCE)
    return np.diff(generation, prepend=0.0) > 0


def _checked_generations(periods: int, generations: Sequence[int]) -> NDArray[np.bool_]:
    starts = np.zeros(periods, dtype=bool)
    starts[whole_numbers("generations", generations, 0, periods - 1)] = True
    return starts
