"""Review hours and waits by task, and the gain from more reviewers or less review.

Review hours and review time are proportional both to coverage and to the hours of a review, so
both have the same elasticity e_i in task i, unless what reviews find counts: of defects, longer
reviews find less than in proportion. To first order, one more of N reviewers raises the effective
speed-up by e_N / N, an hour less of a review of h hours by -e_i / h, and one percentage point less
of coverage v by -0.01 e_i / v. The elasticities are those of `elasticities`.

Source: docs, model, sections 3.1, 3.6 and 4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.numerics.types import Array
from taskmodel.organisation.clock import PARTS
from taskmodel.organisation.organisation import HUMAN, Organisation
from taskmodel.organisation.quantities import Quantities, with_ratios_in_use
from taskmodel.questions._elasticities import elasticities
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.sweeps.points import situation_at
from taskmodel.sweeps.walker import Walker

REVIEWERS = "supervision.headcount"
WAITS = ("review", "queue", "off_hours", "gate")  # parts of a task's duration


def hours_of_review(organisation: Organisation, compute: Array, activity: Array) -> Array:
    """Review hours per year by task, from activities (point, task, mode), shape (point, task)."""
    per_unit = organisation.review(compute)[..., organisation.reviewing].sum(axis=-1)
    limited = np.where(np.isfinite(activity), activity, 0.0)  # work without limit has no review
    return np.asarray((limited * per_unit).sum(axis=-1))


def review_load(catalog: Catalog, compute: float | None = None) -> xr.Dataset:
    """Review hours and waits by task, and the gain from less review or more reviewers.

    Parameters
    ----------
    catalog : Catalog
        With ``supervision.effort`` given; optimal effort does not depend on the review ratio.
    compute : float, optional
        Compute [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Over ``task``, those that AI works on: ``review_hours``, ``review_share``, ``coverage``,
        ``review_time``, ``wait``, ``review_elasticity``, ``speedup_per_hour`` and
        ``speedup_per_point``. Scalar: ``speedup_per_reviewer``. NaN where the derivative differs
        between the two sides, or there is nothing to review; ``speedup_per_point`` also where
        waits for reviewers are counted, which lower coverage avoids and shorter reviews do not,
        where a defect budget binds, and in tasks whose coverage keeps attacks down.

    Raises
    ------
    TypeError
        If the catalog is not a Catalog.
    InputError
        If effort of review is optimal, or compute is not one positive, finite number.
    SolveError
        If the optimum cannot be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> load = review_load(tm.load_catalog("t_agi_ladder"), 1e31)
    >>> round(float(load["review_share"].sum()), 9)
    1.0
    """
    situation = situation_at(catalog, compute)
    if catalog.supervision.effort != "given":
        raise InputError(
            "supervision.effort is optimal: reviews take as long as pays; "
            "set it to `given` to ask what shorter ones would give"
        )
    point = situation.compute
    allocation = Walker(catalog).solve(point, situation=situation).allocation
    measures, organisation = situation.measure(allocation), situation.setting.organisation
    clock = situation.setting.yardstick.clock
    (hours,) = hours_of_review(organisation, point, allocation.activity)
    queues, mix = clock.waits(allocation.activity, point), measures.mode_share
    (durations,) = clock.task_parts(mix, point, queues)
    delegated = mix[0, :, HUMAN + 1 :].sum(axis=-1) > 0
    ratios = {name: f"tasks.{name}.review_ratio" for name in organisation.tasks}
    paths = [
        path
        for path, by_ai in zip(ratios.values(), delegated, strict=True)
        if by_ai and catalog.get(path) > 0
    ]
    # which refuses catalogs with blocks, so that every AI mode below has a protocol of its own
    found = elasticities(with_ratios_in_use(catalog), point, [REVIEWERS, *paths])
    slope = found["speedup_elasticity"].isel(compute=0)
    gain = -slope.drop_vars("compute").reindex(input=list(ratios.values())).values
    covered, time = _reviewed_by_mode(catalog, mix, organisation.review_growth(point))
    # A queue or a night is avoided by a unit that is not reviewed, but not by a shorter review.
    differs = catalog.latency.count_queues or catalog.latency.count_off_hours
    differs |= catalog.supervision.defect_budget is not None and bool(allocation.priced[0, -1])
    against = situation.setting.quantities.attention_against_attack
    alike = ~(differs | (against > 0).any(axis=(0, -1))) & (covered > 0)
    per_point = 0.01 * np.divide(gain, covered, where=alike, out=np.full_like(gain, np.nan))
    with np.errstate(invalid="ignore", divide="ignore"):  # nothing to review: NaN
        columns = {
            "review_hours": hours,
            "review_share": hours / hours.sum(),
            "coverage": covered,
            "review_time": time,
            "wait": durations[:, [PARTS.index(part) for part in WAITS]].sum(axis=-1),
            "review_elasticity": measures.review_elasticity[0],
            "speedup_per_hour": gain / time,
            "speedup_per_point": per_point,
        }
    people = catalog.supervision.headcount.value
    per_reviewer = float(slope.sel(input=REVIEWERS)) / people if people else np.nan
    variables: dict[str, Any] = {
        **{name: ("task", values[delegated]) for name, values in columns.items()},
        "speedup_per_reviewer": ((), per_reviewer),
    }
    coords = {"task": np.array(organisation.tasks, dtype=object)[delegated], COMPUTE: point[0]}
    return results.labelled(variables, coords, results.provenance(catalog=catalog))


def _reviewed_by_mode(catalog: Catalog, mode_share: Array, growth: Array) -> tuple[Array, Array]:
    """Coverage and hours of a review by task, from shares of modes (1, task, mode).

    `growth` are hours of a review relative to the review ratio, to broadcast against them.
    """
    ai_share = mode_share[0, :, HUMAN + 1 :]
    growth = np.broadcast_to(growth, mode_share.shape)[0, :, HUMAN + 1 :]
    quantities = Quantities(catalog)
    work, horizon = quantities.review, quantities.tasks("horizon")[0]
    by_ai = ai_share.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):  # AI does none of the task: NaN
        covered = (ai_share * work.coverage[0]).sum(axis=-1) / by_ai
        relative = (ai_share * work.effort[0] * growth).sum(axis=-1) / by_ai
    return covered, work.review_ratio[0] * relative * horizon
