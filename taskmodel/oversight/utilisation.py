"""What part of reviewers' time to plan for: more of it is more research, less of it shorter queues.

The planned utilisation scales the supply of review hours. While review binds, what is planned is used, and the wait for a
reviewer grows without limit as it nears 1: throughput and serial speed pull the effective speed-up S_Y^lambda S_L^(1 - lambda)
in two directions. For a single stream of reviews `queueing.best_utilisation` says where they balance; here the whole
organisation is solved anew at every utilisation, for what is reviewed changes with it.

Source: the model, section 4.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from taskmodel.allocation import allocate
from taskmodel.catalog import GENERAL, Catalog
from taskmodel.errors import InputError, SolveError
from taskmodel.numerics.types import Array
from taskmodel.organisation.clock import FULL
from taskmodel.organisation.reviewers import review_factor
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.sweeps.sweep import needs_catalog, one_compute
from taskmodel.sweeps.walker import Setting, Situation

UTILISATION = "supervision.utilisation"
PLANNED = review_factor(GENERAL)  # whose utilisation that is; pools with a skill have their own
SCANNED = np.linspace(-4.0, 9.0, 53)  # of the log odds of a utilisation: from 2 % to 99.99 %
ALIKE = 1e-9  # relative: speed-ups that differ by less are the same
IDLE = 1e-6  # relative: review that is used by so much less than planned for does not bind


def best_utilisation(catalog: Catalog, compute: float | None = None) -> xr.Dataset:
    """The planned utilisation of reviewers at which the effective speed-up is greatest, queues counted.

    Parameters
    ----------
    catalog : Catalog
        With ``latency.count_queues``; what it says of ``supervision.utilisation`` makes no difference, but for ``..._as_is``.
    compute : float, optional
        Where [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        ``utilisation``; NaN where the speed-up only grows, or only falls, as more is planned for. There ``output`` and the
        speed-ups, and each ``..._as_is``, at the catalog's own utilisation (NaN where work would wait for ever).
        ``queue_utilisation`` is what is used, and ``review_binds`` says whether that is all that is planned for: if it is not,
        any utilisation above what is used does as well, and nothing is gained by planning.

    Raises
    ------
    TypeError
        If the catalog is none.
    InputError
        If queues are not counted in it, or compute is not one positive, finite number.
    SolveError
        If a case has no answer that can be certified, or nothing can be produced.

    Examples
    --------
    >>> import taskmodel as tm
    >>> catalog = tm.load_catalog("t_agi_ladder", set={"latency.count_queues": True})
    >>> found = best_utilisation(catalog, 1e33)
    >>> bool(found["review_binds"]), round(float(found["utilisation"]), 3)
    (True, 0.984)
    """
    needs_catalog(catalog)
    if not (catalog.latency.count_queues and catalog.latency.count_review):
        raise InputError(
            "nothing waits in queues in this catalog: set latency.count_queues (and latency.count_review) to true"
        )
    lab = _Lab(catalog, one_compute(catalog, compute))
    scanned = lab.measure(1 / (1 + np.exp(-SCANNED)))
    speedup = scanned[results.SPEEDUPS.index("speedup")]
    if not np.isfinite(speedup).all():
        raise SolveError(
            "there is no effective speed-up to make the most of: nothing can be produced, or there is no limit to it"
        )
    top = int(np.argmax(speedup))
    used = scanned[-1, top]
    planned = 1 / (1 + np.exp(-SCANNED[top]))
    binds = bool(used >= planned * (1 - IDLE))
    if not binds:  # review has time to spare: the least that leaves it so
        best, values = used, scanned[:, top]
    elif top in (0, len(SCANNED) - 1):
        best, values = np.nan, np.full(len(scanned), np.nan)
    else:
        best = _refined(lab, SCANNED[top - 1], SCANNED[top + 1])
        values = lab.measure(np.array([best]))[:, 0]
        if values[results.SPEEDUPS.index("speedup")] < speedup[top] * (1 - ALIKE):
            raise SolveError(
                f"the search near a planned utilisation of {planned:.3g} did not end in a maximum; please report this"
            )
    as_is = lab.as_is()
    variables = {
        "utilisation": ((), best),
        **{name: ((), values[row]) for row, name in enumerate(results.SPEEDUPS)},
        **{f"{name}_as_is": ((), as_is[row]) for row, name in enumerate(results.SPEEDUPS)},
        "queue_utilisation": ((), values[-1]),
        "review_binds": ((), binds),
    }
    return results.described(
        xr.Dataset(variables, {COMPUTE: lab.compute[0]}, results.provenance_of(catalog))
    )


class _Lab:
    """A catalog at one compute, as a function of the planned utilisation."""

    def __init__(self, catalog: Catalog, compute: float) -> None:
        self.catalog, self.compute, self.base = catalog, np.array([compute]), Setting(catalog)

    def measure(self, planned: Array) -> Array:
        """Output, the three speed-ups and the utilisation of the reviewers that are planned for, shape (value, point)."""
        catalogs = [self.catalog.with_numbers({UTILISATION: float(each)}) for each in planned]
        at = Situation(Setting(*catalogs, base=self.base), np.repeat(self.compute, len(planned)))
        return self._values(at)

    def as_is(self) -> Array:
        """The same at the catalog's own utilisation, shape (value,); NaN where work waits for ever."""
        at = Situation(self.base, self.compute)
        queues = self.base.yardstick.clock.queues
        if (
            queues is None
            or (queues.at(allocate(*at.arrays).activity, self.compute).utilisation >= FULL).any()
        ):
            return np.full(len(results.SPEEDUPS) + 1, np.nan)
        return self._values(at)[:, 0]

    def _values(self, at: Situation) -> Array:
        found = allocate(*at.arrays)
        measured = at.measure(found)
        queues = at.setting.yardstick.clock.waits(found.activity, at.compute)
        used = (
            np.zeros(len(at.compute))
            if queues is None
            else queues.utilisation[:, queues.names.index(PLANNED)]
        )
        return np.array([*(getattr(measured, name) for name in results.SPEEDUPS), used])


def _refined(lab: _Lab, low: float, high: float) -> float:
    """The utilisation with the greatest speed-up between two log odds."""
    from scipy.optimize import minimize_scalar

    row = results.SPEEDUPS.index("speedup")

    def worse(odds: ArrayLike) -> float:
        return -float(
            np.log(lab.measure(np.array([1 / (1 + np.exp(-float(np.asarray(odds))))]))[row, 0])
        )

    found = minimize_scalar(worse, bounds=(low, high), method="bounded", options={"xatol": 1e-6})
    return float(1 / (1 + np.exp(-found.x)))
