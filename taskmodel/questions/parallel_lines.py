"""Research that only so many parallel lines can carry: Little's law as a cap.

Work on its way is throughput times the time that it takes. If no more than M units can usefully be on their way at a time,
whatever the people and the compute, then

    W = Y T(Y) <= M        T the time that a unit takes, which is shorter where less work means shorter queues

and what is more than that is waste. Everything is scaled down alike until the lines are enough; a plan that favours tasks which
take less time may do better, and is not looked for.

Source: the model, section 4 (Little).
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from taskmodel.allocation import allocate
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError, SolveError
from taskmodel.organisation.measures import mode_mix
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.sweeps.sweep import needs_catalog, one_compute
from taskmodel.sweeps.walker import Setting, Situation

CLOSE = 1e-12  # of the part of throughput that is left


def parallel_lines(catalog: Catalog, lines: float, compute: float | None = None) -> xr.Dataset:
    """What a cap on units on their way leaves of research.

    Parameters
    ----------
    catalog : Catalog
    lines : float
        Units that can usefully be on their way at a time, M; > 0.
    compute : float, optional
        Where [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        ``lines``; ``lines_used``, those that the optimum without a cap has, and ``throughput_left``, the part of its throughput
        that the cap leaves, 1 where it does not bind; ``lines_residual``, units on their way over lines less 1 there. Output and the
        speed-ups with the cap and, ``..._as_is``, without.

    Raises
    ------
    TypeError
        If the catalog is none.
    InputError
        If lines or compute are not one positive, finite number.
    SolveError
        If the optimum cannot be certified, is without limit, or nothing can be produced; or if work waits for ever in it.

    Examples
    --------
    >>> import taskmodel as tm
    >>> found = parallel_lines(tm.load_catalog("t_agi_ladder"), 100, 1e31)
    >>> bool(found["throughput_left"] < 1), abs(float(found["lines_residual"])) < 1e-9
    (True, True)
    """
    needs_catalog(catalog)
    if isinstance(lines, bool) or np.ndim(lines) or not 0 < float(lines) < np.inf:
        raise InputError(f"lines must be one positive, finite number of units; found {lines!r}")
    at = Situation(Setting(catalog), np.array([one_compute(catalog, compute)]))
    best, yardstick = allocate(*at.arrays), at.setting.yardstick
    if not (np.isfinite(best.output) & (best.output > 0)).all():
        raise SolveError(
            "there is no number of lines: nothing can be produced, or there is no limit to it"
        )
    measured, clock, mix = (
        at.measure(best),
        yardstick.clock,
        mode_mix(best.activity, at.setting.organisation.policy),
    )

    def used(left: float) -> float:
        activity = left * best.activity
        return float(
            clock.in_progress(activity, at.compute, clock.waits(activity, at.compute)).sum()
        )

    left, residual = 1.0, 0.0
    if used(1.0) > lines:
        from scipy.optimize import brentq

        left = float(brentq(lambda part: used(part) / lines - 1, 0.0, 1.0, xtol=CLOSE, rtol=CLOSE))
        residual = used(left) / lines - 1
    latency = yardstick.base_time / clock.critical_path(mix, left * best.activity, at.compute).total
    throughput = left * measured.throughput_speedup
    capped = {
        "output": left * measured.output,
        "throughput_speedup": throughput,
        "latency_speedup": latency,
        "speedup": throughput**yardstick.exponent * latency ** (1 - yardstick.exponent),
    }
    variables = {
        "lines": ((), float(lines)),
        "lines_used": ((), used(1.0)),
        "throughput_left": ((), left),
        "lines_residual": ((), residual),
        **{name: ((), float(values[0])) for name, values in capped.items()},
        **{f"{name}_as_is": ((), float(getattr(measured, name)[0])) for name in capped},
    }
    return results.described(
        xr.Dataset(variables, {COMPUTE: at.compute[0]}, results.provenance_of(catalog))
    )
