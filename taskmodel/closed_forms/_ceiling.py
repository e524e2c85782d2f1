"""The oversight ceiling in closed form: output when inference and experiments are unlimited.

Where review takes r_t hours of people per hour of task t, all of it done by AI, and people are the
only scarce factor, Y = H / (sum_t s_t r_t^(1 - sigma))^(1/(1 - sigma)): however much compute there
is, people's time for review is the limit.

Source: the model, sections 1.3 and 3.5.
"""

from __future__ import annotations

import numpy as np

from taskmodel.allocation import allocate
from taskmodel.catalog import Catalog
from taskmodel.closed_forms.regime import Regime
from taskmodel.closed_forms.segment import FAULT, Segment, segment_regime
from taskmodel.errors import SolveError
from taskmodel.numerics.accuracy import FORMULA_AGREES
from taskmodel.organisation.organisation import HUMAN
from taskmodel.sweeps._ceilings import ceilings
from taskmodel.sweeps.points import needs_catalog, one_compute
from taskmodel.sweeps.walker import Walker


def ceiling(catalog: Catalog, compute: float | None = None) -> Regime:
    """The closed form of output when inference and experiments are unlimited.

    Parameters
    ----------
    catalog : Catalog
    compute : float, optional
        Compute that determines which tasks AI can do [FLOP/year]; default: every task that may be
        delegated is open.

    Returns
    -------
    Regime
        ``low`` and ``high`` bound the compute for which these tasks are the open ones; there is no
        ``next_event``. ``output`` is None, and ``reason`` explains it, where output is unbounded or
        has no closed form.

    Raises
    ------
    SolveError
        If the formula and the numeric ceiling disagree by more than 1e-9, or no answer exists.
    TypeError
        If the argument is not a catalog, for instance its name.
    InputError
        If compute is not a positive, finite number.
    """
    needs_catalog(catalog)
    if compute is not None:
        compute = one_compute(catalog, compute)
    walker = Walker(catalog)
    unlimited = walker.organisation.with_unlimited("inference", "experiments")
    delegable = np.any(unlimited.policy[:, HUMAN + 1 :], axis=1)
    # with every task open, the result does not depend on compute
    point = np.array([1.0 if compute is None else compute])
    automatable = delegable[None] if compute is None else unlimited.automatable(point)
    optimum = allocate(
        unlimited.fixed_bundles,
        unlimited.supply(point),
        unlimited.nest,
        unlimited.open_modes(automatable),
    )
    (opens_at,) = unlimited.opens_at
    opened = opens_at[delegable & automatable[0]]
    ahead = opens_at[delegable & ~automatable[0]]
    segment = Segment(
        unlimited,
        float(walker.yardstick.base_output[0]),
        float(opened.max(initial=0.0)),
        float(ahead.min(initial=np.inf)),
        point,
        optimum,
    )
    regime = segment_regime(segment, end_reason="a ceiling holds whatever the compute")
    if regime.output is not None:
        name = "oversight_ceiling_full" if compute is None else "oversight_ceiling"
        numeric = ceilings(walker.at(point))[name].reshape(-1)[0]
        if not abs(float(regime.lambdify()(point[0])) / numeric - 1) < FORMULA_AGREES:
            raise SolveError(f"the formula of the ceiling is off from {numeric:g}: {FAULT}")
    return regime
