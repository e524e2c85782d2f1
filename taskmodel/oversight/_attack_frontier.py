"""Safety against research under attack: what tolerating less harm of AI that attacks costs.

AI that attacks on purpose chooses the class j of tasks in which it expects the most harm, H_j (1 -
u_j d_j), with u_j the probability that people look at a defective unit and d_j that they then find
the attack. To tolerate no more than mu, people look where attacks would hurt
(`science.attack`); where a look at every unit is not enough, AI may not work. Along mu

    safety = caught / (caught + succeeded) = u_j d_j     in the class that is attacked.

An AI attacks only in what it works on. Source: docs, model, section 3.8.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from taskmodel._arguments import switch
from taskmodel.catalog import Catalog
from taskmodel.errors import NothingToLimit
from taskmodel.numerics.accuracy import ADOPTION_TOLERANCE
from taskmodel.numerics.grids import increasing
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import mode_mix
from taskmodel.organisation.organisation import DEFECT_BUDGET, HUMAN
from taskmodel.organisation.quantities import Quantities
from taskmodel.oversight._review_load import hours_of_review
from taskmodel.oversight.frontier import safety_frontier
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE, input_axis
from taskmodel.sweeps.points import one_compute
from taskmodel.sweeps.walker import Situation, Walker

TOLERATED = "tolerated_harm"
PATH = f"supervision.{TOLERATED}"
POINTS = 25  # of the default harms


def attack_frontier(
    catalog: Catalog,
    harms: ArrayLike | None = None,
    *,
    compute: float | None = None,
    defects: bool = False,
) -> xr.Dataset:
    """Return research and safety by the harm of attacks that is tolerated.

    Parameters
    ----------
    catalog : Catalog
        With ``attack_harm`` in the tasks that AI may attack in. A harm that it tolerates itself is
        ignored.
    harms : array, shape (harm,), optional
        Harms that are tolerated, in the unit of ``attack_harm``; > 0, increasing. Default: from the
        least at which some task with an ``attack_harm`` is open to AI, to the largest there is.
    compute : float, optional
        Compute [FLOP/year]; default: the catalog's ``compute.today``.
    defects : bool
        Whether to add the frontier of AI that does not attack and errs at random
        (`safety_frontier` at its own budgets), for comparison.

    Returns
    -------
    xarray.Dataset
        Over ``tolerated_harm``: ``output`` and the speed-ups, ``review_hours``, ``attacked_task``
        (empty where AI works on nothing that it may attack in), ``attack_safety``,
        ``expected_harm``, and over ``task`` also ``coverage``. With ``defects`` over
        ``defect_budget``: ``defects_kept_back``, the part of the weighted defective work that would
        escape without a budget and does not, and ``defects_throughput_speedup`` and
        ``defects_speedup``.

    Raises
    ------
    TypeError
        If the catalog is not a Catalog.
    InputError
        If harms or compute are not as described, or attacks on a task can be kept down under some
        of its protocols and not under others.
    NothingToLimit
        If no attack does harm, or none is possible; with ``defects``, if AI does not err.
    SolveError
        If an optimum cannot be certified.
    """
    point, defects = one_compute(catalog, compute), switch("defects", defects)
    base = Quantities(catalog.replace({PATH: None}))
    harm = base.tasks("attack_harm", absent=0.0)[0]
    delegable = np.array([task.delegable for task in catalog.tasks.values()])
    harm = np.where(delegable, harm, 0.0)
    if not harm.any():
        raise NothingToLimit("no attack does harm: give attack_harm to tasks that AI may attack in")
    grid = (
        _default_harms(base, harm)
        if harms is None
        else increasing("(0, inf)", "harms", harms, unit="unit of attack_harm")
    )
    walker = Walker(input_axis(catalog, PATH, grid[0], grid[-1], point))
    allocation, situation = walker.solve(grid).allocation, walker.at(grid)
    measured = situation.measure(allocation)
    variables = {
        **{name: (TOLERATED, getattr(measured, name)) for name in results.SPEEDUPS},
        **_attacks(situation, harm, allocation.activity),
        "review_hours": (
            TOLERATED,
            hours_of_review(
                situation.setting.organisation, situation.compute, allocation.activity
            ).sum(axis=1),
        ),
        "duality_gap": (TOLERATED, allocation.gap),
    }
    coords = {TOLERATED: grid, "task": list(catalog.tasks), COMPUTE: point}
    if defects:
        random = safety_frontier(catalog.replace({PATH: None}), compute=point)
        coords[DEFECT_BUDGET] = random[DEFECT_BUDGET].values
        variables |= _random_defects(random)
    return results.labelled(variables, coords, results.provenance(catalog=catalog))


def _random_defects(frontier: xr.Dataset) -> dict[str, Any]:
    """Return the frontier of random defects, in the terms of that under attack."""
    escaped, unlimited = frontier["escaped_harm"].values, frontier["escaped_harm_unlimited"].item()
    return {
        "defects_kept_back": (DEFECT_BUDGET, 1 - escaped / unlimited),
        **{
            f"defects_{name}": (DEFECT_BUDGET, frontier[name].values)
            for name in ("throughput_speedup", "speedup")
        },
    }


def _default_harms(base: Quantities, harm: Array) -> Array:
    """Return harms from the least at which some task is open to AI, to the largest there is."""
    alone = (base.protocols("people", 0.0) == 0)[0]
    found = np.where((harm > 0)[:, None] & alone, base.detected[0], -np.inf).max(axis=-1)
    left, most = harm[harm > 0] * (1 - found[harm > 0]), float(harm.max())
    least = float(left.min()) * (1 + 1e-9)
    if np.isinf(least):
        raise NothingToLimit(
            "people do part of all work that AI may attack in, where it does not attack: allow a "
            "protocol in which AI works alone"
        )
    # where people find nothing there is no choice between the two ends
    return np.geomspace(least, most, POINTS) if least < most else np.array([most])


def _attacks(situation: Situation, harm: Array, activity: Array) -> dict[str, Any]:
    """Return which class is attacked, how safely, and what AI expects of it."""
    setting = situation.setting
    quantities, organisation = setting.quantities, setting.organisation
    mix = mode_mix(activity, organisation.policy)[..., HUMAN + 1 :]
    by_ai = mix.sum(axis=-1)
    works = (by_ai > ADOPTION_TOLERANCE) & (activity.sum(axis=-1) > 0)
    # of a task done in several modes AI attacks in the one that is watched least
    used = mix > ADOPTION_TOLERANCE
    alone = quantities.protocols("people", 0.0) == 0
    caught = quantities.attention * np.nan_to_num(quantities.detected)
    watched = np.where(used & alone, caught, np.inf).min(axis=-1)
    attackable = works & (harm > 0) & np.isfinite(watched)
    expected = np.where(attackable, harm * (1 - np.where(attackable, watched, 0.0)), -1.0)
    chosen = expected.argmax(axis=-1)
    some, rows = attackable.any(axis=-1), np.arange(len(chosen))
    covered = (mix * quantities.coverage).sum(axis=-1)
    return {
        "attacked_task": (
            TOLERATED,
            np.where(some, np.array(organisation.tasks, dtype=object)[chosen], ""),
        ),
        "attack_safety": (TOLERATED, np.where(some, watched[rows, chosen], np.nan)),
        "expected_harm": (TOLERATED, np.where(some, expected[rows, chosen], 0.0)),
        "coverage": (
            (TOLERATED, "task"),
            np.divide(covered, by_ai, where=works, out=np.full_like(covered, np.nan)),
        ),
    }
