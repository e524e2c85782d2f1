"""Research under a cap on work in progress, by Little's law.

Work in progress is throughput times the time it takes. If at most M units can usefully be in
progress, whatever the people and the compute, then

    W = Y T(Y) <= M

where T is the time per unit, which falls with Y as queues shorten. Work beyond M is waste. All
activities are scaled by one factor until the cap holds; a plan that favours fast tasks may do
better and is not considered.

Source: docs, model, section 4 (Little).
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from taskmodel._arguments import shown
from taskmodel.allocation import allocate
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError, SolveError
from taskmodel.numerics.accuracy import SCALE_TOLERANCE
from taskmodel.numerics.numbers import real_numbers
from taskmodel.organisation.measures import mode_mix
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.sweeps.points import situation_at


def parallel_lines(catalog: Catalog, lines: float, compute: float | None = None) -> xr.Dataset:
    """Output and speed-ups under a cap on the units of work in progress.

    Parameters
    ----------
    catalog : Catalog
    lines : float
        Units that can usefully be in progress at a time, M; > 0.
    compute : float, optional
        Compute [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        ``lines``; ``lines_used``, units in progress at the optimum without a cap;
        ``throughput_left``, the share of its throughput under the cap, 1 where the cap does not
        bind; ``lines_residual``, units in progress over lines, minus 1, there. Output and the
        speed-ups with the cap and, as ``..._as_is``, without.

    Raises
    ------
    TypeError
        If the catalog is not a Catalog.
    InputError
        If lines or compute are not one positive, finite number.
    SolveError
        If the optimum cannot be certified, is unbounded or zero; if there is no limit to the work
        on a task; or a queue in it grows without bound.

    Examples
    --------
    >>> import taskmodel as tm
    >>> capped = parallel_lines(tm.load_catalog("t_agi_ladder"), 100, 1e31)
    >>> bool(capped["throughput_left"] < 1), abs(float(capped["lines_residual"])) < 1e-9
    (True, True)
    """
    situation = situation_at(catalog, compute)
    given = real_numbers("lines", lines)
    if given.ndim or not 0 < given < np.inf:
        raise InputError(
            f"lines must be one positive, finite number of units; found {shown(lines)}"
        )
    lines = float(given)
    optimum, point = allocate(*situation.arrays), situation.compute
    if not (0 < optimum.output[0] < np.inf and np.isfinite(optimum.activity).all()):
        raise SolveError(
            "there is no number of lines: nothing can be produced, or there is no limit to it or "
            "to the work on a task"
        )
    measures, yardstick = situation.measure(optimum), situation.setting.yardstick
    clock = yardstick.clock

    # Less work also shortens queues, so that work in progress rises with the scale from zero: the
    # root is unique and bracketed.
    def in_progress(scale: float) -> float:
        activity = scale * optimum.activity
        return float(clock.in_progress(activity, point, clock.waits(activity, point)).sum())

    used, scale, residual = in_progress(1.0), 1.0, 0.0
    if used > lines:
        from scipy.optimize import brentq

        precision = {"xtol": SCALE_TOLERANCE, "rtol": SCALE_TOLERANCE}
        scale = float(brentq(lambda scale: in_progress(scale) / lines - 1, 0.0, 1.0, **precision))
        residual = in_progress(scale) / lines - 1
    mix = mode_mix(optimum.activity, situation.setting.organisation.policy)
    time = clock.pass_time(mix, scale * optimum.activity, point)
    throughput, latency = scale * measures.throughput_speedup, yardstick.base_time / time
    capped = {
        "output": scale * measures.output,
        "throughput_speedup": throughput,
        "latency_speedup": latency,
        "speedup": yardstick.effective_speedup(throughput, latency),
    }
    variables = {
        "lines": ((), float(lines)),
        "lines_used": ((), used),
        "throughput_left": ((), scale),
        "lines_residual": ((), residual),
        **{name: ((), values[0]) for name, values in capped.items()},
        **{f"{name}_as_is": ((), getattr(measures, name)[0]) for name in capped},
    }
    return results.labelled(variables, {COMPUTE: point[0]}, results.provenance(catalog=catalog))
