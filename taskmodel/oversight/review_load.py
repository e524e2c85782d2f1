"""Who waits for review, how much of it each task takes, and what less of it would give: more reviewers, shorter ones, fewer.

Hours of review and the time it takes are proportional to coverage and to the hours of a review, so that both have the same
elasticity e_i in a task. To first order, one more of N reviewers gives e_N / N of the effective speed-up, an hour less for each
review of h hours -e_i / h, and a percentage point less of coverage v -0.01 e_i / v. Elasticities are those of `worth`.

Source: docs, model, sections 3.1, 3.6 and 4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.organisation.clock import PARTS
from taskmodel.organisation.numbers import Numbers, coverage, effort, review_ratio
from taskmodel.organisation.organisation import HUMAN
from taskmodel.questions.elasticities import elasticities
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.sweeps.sweep import needs_catalog, one_compute
from taskmodel.sweeps.walker import Walker

REVIEWERS = "supervision.headcount"
WAITS = ("review", "queue", "off_hours", "gate")  # parts of a task's time


def review_load(catalog: Catalog, compute: float | None = None) -> xr.Dataset:
    """The load of review by task, and what less of it, or more reviewers, would give.

    Parameters
    ----------
    catalog : Catalog
        With ``supervision.effort`` given; optimal effort answers to other things than the review ratio.
    compute : float, optional
        Where [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Over ``task``, those alone that AI does: ``review_hours``, ``review_share``, ``coverage``, ``review_time``, ``wait``,
        ``review_elasticity``, ``speedup_per_hour`` and ``speedup_per_point``; besides ``speedup_per_reviewer``. NaN where
        more and less are worth different amounts, or there is nothing to review; ``speedup_per_point`` also where waits for
        reviewers are counted, which one unit less saves and one minute less does not.

    Raises
    ------
    TypeError
        If the catalog is none.
    InputError
        If effort of review is optimal, or compute is not one positive, finite number.
    SolveError
        If the point has no answer that can be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> found = review_load(tm.load_catalog("t_agi_ladder"), 1e31)
    >>> round(float(found["review_share"].sum()), 9)
    1.0
    """
    needs_catalog(catalog)
    if catalog.supervision.effort != "given":
        raise InputError(
            "supervision.effort is optimal: reviews take as long as pays; set it to `given` to ask what shorter ones would give"
        )
    place = np.array([one_compute(catalog, compute)])
    walker = Walker(catalog)
    at, allocation = walker.at(place), walker.solve(place, np.array([False])).allocation
    measured, of, organisation = at.measure(allocation), Numbers([catalog]), at.setting.organisation
    mix = measured.mode_share[0]
    activity = np.where(np.isfinite(allocation.activity[0]), allocation.activity[0], 0.0)
    per_unit = (
        organisation.review(place)[..., organisation.reviewing].sum(axis=-1).reshape(activity.shape)
    )
    hours = (activity * per_unit).sum(axis=-1)
    by_ai = mix[:, HUMAN + 1 :].sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):  # AI does none of it: NaN
        covered = (mix[:, HUMAN + 1 :] * coverage(of)).sum(axis=-1) / by_ai
    horizon = of.tasks(lambda task: task.horizon.value)
    with np.errstate(invalid="ignore", divide="ignore"):
        hard = (mix[:, HUMAN + 1 :] * effort(of)).sum(axis=-1) / by_ai
    time = review_ratio(of) * hard * horizon
    # the time of a review is in proportion to coverage and to its hours; waits are to neither
    in_proportion = not (catalog.latency.count_queues or catalog.latency.count_off_hours)
    clock = at.setting.yardstick.clock
    parts = clock.task_parts(measured.mode_share, clock.waits(allocation.activity, place))[0]
    wait = parts[:, [PARTS.index(part) for part in WAITS]].sum(axis=-1)
    done = np.flatnonzero(by_ai > 0)
    names = np.array(organisation.tasks, dtype=object)
    paths = [
        f"tasks.{name}.review_ratio"
        for name in names[done]
        if catalog.get(f"tasks.{name}.review_ratio") > 0
    ]
    worth = elasticities(catalog, place, [REVIEWERS, *paths])["speedup_elasticity"].isel(compute=0)
    known = dict(zip(worth["input"].values.tolist(), worth.values.tolist(), strict=True))
    gain = -np.array([known.get(f"tasks.{name}.review_ratio", np.nan) for name in names])
    with np.errstate(invalid="ignore", divide="ignore"):  # nothing to review: NaN
        columns = {
            "review_hours": hours,
            "review_share": hours / hours.sum(),
            "coverage": covered,
            "review_time": time,
            "wait": wait,
            "review_elasticity": measured.review_elasticity[0],
            "speedup_per_hour": gain / time,
            "speedup_per_point": np.where(
                (covered > 0) & in_proportion, 0.01 * gain / covered, np.nan
            ),
        }
    people = catalog.supervision.headcount.value
    variables: dict[str, Any] = {name: ("task", values[done]) for name, values in columns.items()}
    variables["speedup_per_reviewer"] = ((), known[REVIEWERS] / people if people else np.nan)
    coords = {"task": names[done], COMPUTE: place[0]}
    return results.described(xr.Dataset(variables, coords, results.provenance_of(catalog)))
