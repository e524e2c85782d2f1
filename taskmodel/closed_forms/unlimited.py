"""The oversight ceiling in closed form: output when inference and experiments are unlimited.

Where review takes r_t hours of people per hour of task t, all of it done by AI, and people are the only scarce factor,
Y = H / (sum_t s_t r_t^(1 - sigma))^(1/(1 - sigma)): however much compute there is, people's time for review is the limit.

Source: the model, sections 1.3 and 3.5."""

from __future__ import annotations

import numpy as np

from taskmodel.allocation import allocate
from taskmodel.catalog import Catalog
from taskmodel.closed_forms.regime import Regime
from taskmodel.closed_forms.stretch import AGREES, FAULT, Stretch, written
from taskmodel.errors import InputError, SolveError
from taskmodel.organisation.organisation import HUMAN
from taskmodel.sweeps.sweep import ceilings, needs_catalog
from taskmodel.sweeps.walker import Walker


def ceiling(catalog: Catalog, compute: float | None = None) -> Regime:
    """The closed form of output when inference and experiments are unlimited.

    Parameters
    ----------
    catalog : Catalog
    compute : float, optional
        Compute that decides which tasks AI can do [FLOP/year]; default: every task that may be delegated is open.

    Returns
    -------
    Regime
        With ``low`` and ``high`` the compute between which these tasks are the open ones; without a ``next_event``. ``output`` is
        None, and ``reason`` says why, where there is no limit or no closed form.

    Raises
    ------
    SolveError
        If the formula and the numeric ceiling disagree by more than 1e-9, or there is no answer.
    TypeError
        If the catalog is none, such as its name.
    InputError
        If compute is not a positive, finite number.
    """
    needs_catalog(catalog)
    if compute is not None and not 0 < compute < np.inf:
        raise InputError(
            f"compute must be one positive, finite number [FLOP/year]; found {compute!r}"
        )
    walker = Walker(catalog)
    at = walker.organisation.with_unlimited("inference", "experiments")
    delegable = np.any(at.policy[:, HUMAN + 1 :], axis=1)
    # with every task open, any compute will do
    point = np.array([1.0 if compute is None else compute])
    open_tasks = delegable[None] if compute is None else at.automatable(point)
    (opens_at,) = at.opens_at
    opened, ahead = opens_at[delegable & open_tasks[0]], opens_at[delegable & ~open_tasks[0]]
    optimum = allocate(at.fixed_bundles, at.supply(point), at.nest, at.open_modes(open_tasks))
    span = float(opened.max(initial=0.0)), float(ahead.min(initial=np.inf))
    stretch = Stretch(at, float(walker.yardstick.base_output[0]), *span, point, optimum)
    found = written(stretch, end_reason="a ceiling holds whatever the compute")
    if found.output is not None:
        numeric = ceilings(walker, point)[
            "oversight_ceiling_full" if compute is None else "oversight_ceiling"
        ].reshape(-1)[0]
        if not abs(float(found.lambdify()(point[0])) / numeric - 1) < AGREES:
            raise SolveError(f"the formula of the ceiling is off from {numeric:g}: {FAULT}")
    return found
