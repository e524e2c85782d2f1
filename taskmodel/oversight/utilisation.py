"""The planned utilisation of reviewers that maximises the effective speed-up.

The planned utilisation scales the supply of review hours. While review binds, all planned hours
are used, and the wait for a reviewer diverges as utilisation approaches 1: throughput and serial
speed pull the effective speed-up S_Y^lambda S_L^(1 - lambda) in opposite directions. The
organisation is solved at every utilisation, because the reviewed work changes with it.

Source: docs, model, section 4.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from taskmodel.allocation import Allocation, allocate
from taskmodel.catalog import GENERAL, Catalog
from taskmodel.errors import InputError, SolveError
from taskmodel.numerics.accuracy import IDLE_TOLERANCE, SPEEDUP_TOLERANCE
from taskmodel.numerics.types import Array
from taskmodel.organisation.clock import FULL
from taskmodel.organisation.reviewers import review_factor
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.sweeps.points import situation_at
from taskmodel.sweeps.walker import Setting, Situation

UTILISATION = "supervision.utilisation"
PLANNED_QUEUE = review_factor(GENERAL)  # pools of reviewers with a skill have their own utilisation
LOG_ODDS = np.linspace(-4.0, 9.0, 53)  # of the utilisations scanned: from 2 % to 99.99 %
SPEEDUP, USED = results.SPEEDUPS.index("speedup"), -1  # rows of `_measured`


def best_utilisation(catalog: Catalog, compute: float | None = None) -> xr.Dataset:
    """The planned utilisation of reviewers that maximises the effective speed-up, with queues.

    Parameters
    ----------
    catalog : Catalog
        With ``latency.count_queues``; its ``supervision.utilisation`` only affects ``..._as_is``.
    compute : float, optional
        Compute [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        ``utilisation``, NaN where the speed-up is monotonic in it; ``output`` and the speed-ups
        there; and each ``..._as_is`` at the catalog's own utilisation, NaN where a queue grows
        without bound. ``queue_utilisation`` is the utilisation in use. ``review_binds`` says
        whether it equals the planned one; if not, any larger plan does as well.

    Raises
    ------
    TypeError
        If the catalog is not a Catalog.
    InputError
        If the catalog does not count queues, or compute is not one positive, finite number.
    SolveError
        If an optimum cannot be certified, or nothing can be produced.

    Examples
    --------
    >>> import taskmodel as tm
    >>> catalog = tm.load_catalog("t_agi_ladder", set={"latency.count_queues": True})
    >>> best = best_utilisation(catalog, 1e33)
    >>> bool(best["review_binds"]), round(float(best["utilisation"]), 3)
    (True, 0.984)
    """
    own = situation_at(catalog, compute)
    if not (catalog.latency.count_queues and catalog.latency.count_review):
        raise InputError(
            "nothing waits in queues in this catalog: "
            "set latency.count_queues (and latency.count_review) to true"
        )
    utilisation, values, binds = _maximum(own)
    as_is = _as_is(own)
    variables = {
        "utilisation": ((), utilisation),
        **{name: ((), value) for name, value in zip(results.SPEEDUPS, values, strict=False)},
        **{
            f"{name}_as_is": ((), value)
            for name, value in zip(results.SPEEDUPS, as_is, strict=False)
        },
        "queue_utilisation": ((), values[USED]),
        "review_binds": ((), binds),
    }
    coords = {COMPUTE: own.compute[0]}
    return results.labelled(variables, coords, results.provenance(catalog=catalog))


def _maximum(own: Situation) -> tuple[float, Array, bool]:
    """The best utilisation, what `_measured` returns for it, and whether review binds."""
    # A scan first, because the speed-up can have several maxima: the reviewed work changes with
    # the plan. In log odds, because waits grow as 1/(1 - u).
    scan = _planned(own, LOG_ODDS)
    speedup = scan[SPEEDUP]
    if not np.isfinite(speedup).all():
        raise SolveError(
            "there is no effective speed-up to make the most of: "
            "nothing can be produced, or there is no limit to it"
        )
    top = int(np.argmax(speedup))
    planned = float(_utilisation(LOG_ODDS[top]))
    # Idle reviewers: all plans above the hours in use are equally good, and the least is reported.
    if scan[USED, top] < planned * (1 - IDLE_TOLERANCE):
        return scan[USED, top], scan[:, top], False
    if top in (0, len(LOG_ODDS) - 1):
        return np.nan, np.full(len(scan), np.nan), True
    odds = _refined(own, LOG_ODDS[top - 1], LOG_ODDS[top + 1])
    values = _planned(own, np.array([odds]))[:, 0]
    if values[SPEEDUP] < speedup[top] * (1 - SPEEDUP_TOLERANCE):
        raise SolveError(
            f"the search near a planned utilisation of {planned:.3g} did not end in a maximum; "
            "please report this"
        )
    return float(_utilisation(odds)), values, True


def _utilisation(log_odds: Array | float) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.asarray(log_odds))))


def _planned(own: Situation, log_odds: Array) -> Array:
    """What `_measured` returns for these planned utilisations."""
    planned = own.setting.quantities.with_columns({UTILISATION: _utilisation(log_odds)})
    situation = Situation(Setting(planned, own.setting), np.repeat(own.compute, len(log_odds)))
    return _measured(situation, allocate(*situation.arrays))


def _as_is(own: Situation) -> Array:
    """What `_measured` returns for the catalog's own plan; NaN if a queue grows without bound."""
    allocation, queues = allocate(*own.arrays), own.setting.yardstick.clock.queues
    if queues is None or (queues.solve(allocation.activity, own.compute).utilisation >= FULL).any():
        return np.full(len(results.SPEEDUPS) + 1, np.nan)
    return _measured(own, allocation)[:, 0]


def _measured(situation: Situation, allocation: Allocation) -> Array:
    """Output, the three speed-ups and the utilisation in use, shape (value, point)."""
    measures = situation.measure(allocation)
    queues = situation.setting.yardstick.clock.waits(allocation.activity, situation.compute)
    used = (
        np.zeros(len(situation.compute))
        if queues is None
        else queues.utilisation[:, queues.names.index(PLANNED_QUEUE)]
    )
    return np.array([*(getattr(measures, name) for name in results.SPEEDUPS), used])


def _refined(own: Situation, low: float, high: float) -> float:
    """The log odds between two others at which the speed-up is largest."""
    from scipy.optimize import minimize_scalar

    return float(
        minimize_scalar(
            lambda odds: -np.log(_planned(own, np.array([float(odds)]))[SPEEDUP, 0]),
            bounds=(low, high),
            method="bounded",
            options={"xatol": 1e-6},
        ).x
    )
