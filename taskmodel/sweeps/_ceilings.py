"""Ceilings: output with unlimited inference and experiments, with review and without it.

A ceiling is the optimum of a relaxed organisation. Relaxed optima along an axis, or of many sets of
open tasks, are one call of `allocation.greatest_output`, which solves one from the other.

Source: docs, model, section 4.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import greatest_output
from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import HUMAN, Organisation, closed_by_attacks
from taskmodel.sweeps.walker import Situation, in_parts

CEILINGS = _REVIEWED, _UNREVIEWED = "oversight_ceiling", "no_oversight_ceiling"
_FULL = "oversight_ceiling_full"
_ALL = (*CEILINGS, _FULL)


def ceilings(situation: Situation, names: Sequence[str] = _ALL) -> dict[str, Array]:
    """Return output with unlimited inference and experiments, relative to people alone [1].

    Where nothing else depends on compute, they are found once for each set of open tasks.

    Parameters
    ----------
    situation : Situation
    names : sequence of str
        Which of them.

    Returns
    -------
    dict of str to array, shape (point,)
        ``oversight_ceiling``, ``no_oversight_ceiling`` (without review) and
        ``oversight_ceiling_full`` (with all tasks open, to AI that always succeeds). NaN where the
        optimum cannot be certified, or is finite but beyond the largest float, as with elasticities
        just below 1.
    """
    setting, compute = situation.setting, situation.compute
    unlimited = setting.organisation.with_unlimited("inference", "experiments")
    unreviewed = unlimited.without_review()
    rows, group = _different(situation)
    # with all tasks open to AI that always succeeds: the same wherever the organisation is
    whole = rows[:1] if _is_constant(situation) else rows
    delegable = np.any(unlimited.policy[:, HUMAN + 1 :], axis=1)

    def value(name: str) -> Array:
        if name == _FULL:
            closed = closed_by_attacks(setting.quantities)
            may = delegable & ~(closed if len(closed) == 1 else closed[whole])
            everything = np.broadcast_to(may, (len(whole), len(delegable)))
            return np.broadcast_to(relative(unlimited, whole, None, everything), len(rows))
        of = unlimited if name == _REVIEWED else unreviewed
        return relative(of, rows, compute, unlimited.take(rows).automatable(compute[rows]))

    def relative(
        organisation: Organisation,
        rows: NDArray[np.intp],
        compute: Array | None,
        opened: NDArray[np.bool_],
    ) -> Array:
        base = setting.yardstick.base_output
        output = _outputs(organisation, rows, compute, opened)
        return np.asarray(output / (base if len(base) == 1 else base[rows]))

    return {name: value(name)[group] for name in names}


def _outputs(
    organisation: Organisation,
    rows: NDArray[np.intp],
    compute: Array | None,
    opened: NDArray[np.bool_],
) -> Array:
    """Return the output of relaxed organisations, shape (row,), in parts of bounded memory.

    Parameters
    ----------
    organisation : Organisation
        Whose supplies do not depend on compute.
    rows : array of int, shape (row,)
        Points of it.
    compute : array, shape (point,)
        None: of AI that always succeeds.
    opened : array of bool, shape (row, task)
        Tasks open to AI.
    """
    changing = len(organisation.fixed_bundles) > 1 or not organisation.constant
    size = organisation.fixed_bundles[0].size if changing else organisation.policy.size
    parts = []
    for part in in_parts(len(rows), size):
        of = organisation.take(rows[part])
        bundles = of.fixed_bundles if compute is None else of.bundles(compute[rows[part]])
        supply, modes = of.supply(np.ones(1)), of.open_modes(opened[part])
        parts.append(greatest_output(bundles, supply, of.nest, modes))
    return np.concatenate(parts)


def _is_constant(situation: Situation) -> bool:
    """Return whether the organisation is the same at all points but for its open tasks."""
    organisation = situation.setting.organisation
    arrays = (
        *(organisation.fixed_bundles, organisation.opens_at),
        *(organisation.base_supply, organisation.supply_per_compute),
        situation.setting.yardstick.base_output,
    )
    return all(len(array) == 1 for array in arrays) and np.ndim(organisation.nest.tree.share) == 1


def _different(situation: Situation) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return points with different ceilings, in order of compute, and of each point which."""
    organisation, compute = situation.setting.organisation, situation.compute
    if not (_is_constant(situation) and organisation.constant):
        every = np.arange(len(compute))
        return every, every
    opened = np.searchsorted(np.unique(organisation.opens_at), compute, side="right")
    _, first, group = np.unique(opened, return_index=True, return_inverse=True)
    return first, group
