"""What-if: the speed-up that each constraint's going would give, alone, by pairs, and all together.

Everything is measured against the same base, people without AI as the catalog has them, so that the numbers compare. Gains
of two constraints multiply where they have nothing to do with each other; where one hides the other, their pair gives more.

Source: the model, sections 3.5 and 5.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel.allocation import allocate
from taskmodel.catalog import Catalog
from taskmodel.numerics.types import Array
from taskmodel.organisation.clock import Clock
from taskmodel.organisation.measures import mode_mix, without_ai
from taskmodel.organisation.organisation import HUMAN, SAME_AS, Organisation, organisation
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.sweeps.sweep import needs_catalog, one_compute
from taskmodel.sweeps.walker import Setting

# what goes, in words, and what is set in the catalog for it; reviewers and capability go by other means
RELAXATIONS = {
    "inference": "inference is free",
    "reviewers": "any number of people review, within their working hours",
    "coverage_floor": "nothing need be reviewed",
    "capability": "AI can do every task that policy leaves to it",
    "gates": "no waits at gates",
    "experiments": "experiments are free",
    "defect_budget": "no limit to defects that escape",
}
_SETTINGS: dict[str, dict[str, Any]] = {
    "inference": {"compute.inference": "free"},
    "reviewers": {"latency.count_queues": False},  # nobody waits where there is any number of them
    "gates": {"latency.count_gates": False},
    "experiments": {"compute.experiments": "free"},
    "defect_budget": {"supervision.defect_budget": None},
}


def relaxations(catalog: Catalog) -> tuple[str, ...]:
    """Constraints that a catalog has: all but a limit to defects that escape are in every one."""
    return tuple(
        name
        for name in RELAXATIONS
        if name != "defect_budget" or catalog.supervision.defect_budget is not None
    )


def what_if(catalog: Catalog, compute: float | None = None) -> xr.Dataset:
    """Relax one constraint at a time, and every pair, and all.

    Parameters
    ----------
    catalog : Catalog
    compute : float, optional
        Where [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Over ``relaxation`` and ``with_relaxation``: ``output``, ``throughput_speedup``, ``latency_speedup`` and ``speedup``
        with both gone, on the diagonal with one gone; besides, each ``..._as_is`` and ``..._all``, with all of them gone. inf:
        there is no limit. Relaxations: ``inference``, ``reviewers``, ``coverage_floor``, ``capability``, ``gates``,
        ``experiments`` and, where the catalog has one, ``defect_budget``; a task whose threshold is beyond any float stays closed.

    Raises
    ------
    TypeError
        If the catalog is none.
    InputError
        If compute is not one positive, finite number.
    SolveError
        If a case has no answer that can be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> found = what_if(tm.load_catalog("alignment_research"), 1e32)
    >>> bool(found["speedup"].sel(relaxation="reviewers", with_relaxation="reviewers") > found["speedup_as_is"])
    True
    """
    needs_catalog(catalog)
    base = _Base(catalog, one_compute(catalog, compute))
    names = relaxations(catalog)
    found = {
        gone: base.without(gone) for gone in {frozenset(pair) for pair in product(names, names)}
    }
    as_is, everything = base.without(()), base.without(names)
    variables: dict[str, Any] = {}
    for row, name in enumerate(results.SPEEDUPS):
        table = np.array([[found[frozenset((one, two))][row] for two in names] for one in names])
        variables[name] = (("relaxation", "with_relaxation"), table)
        variables |= {f"{name}_as_is": ((), as_is[row]), f"{name}_all": ((), everything[row])}
    labels = np.array(names, dtype=object)
    coords = {"relaxation": labels, "with_relaxation": labels, COMPUTE: base.compute[0]}
    return results.described(xr.Dataset(variables, coords, results.provenance_of(catalog)))


def _unreviewed(catalog: Catalog) -> dict[str, Any]:
    """What is set so that nothing need be reviewed: nothing is; or, where what escapes has its limit, it may go unreviewed."""
    rules = catalog.supervision
    if rules.defect_budget is None:
        return {"supervision.coverage": "none", "supervision.protocols": None}
    there = rules.protocols or (SAME_AS[rules.coverage],)
    return {"supervision.protocols": list(dict.fromkeys((*there, SAME_AS["none"])))}


class _Base:
    """A catalog at one compute, and what it makes of people without AI: what every case is relative to."""

    def __init__(self, catalog: Catalog, compute: float) -> None:
        self.catalog, self.compute, self.setting = catalog, np.array([compute]), Setting(catalog)
        self.people = without_ai(self.setting.organisation.without_ai(), self.compute).output

    def without(self, gone: Collection[str]) -> Array:
        """Output and the three speed-ups without some constraints, shape (speed-up,)."""
        settings = {**_SETTINGS, "coverage_floor": _unreviewed(self.catalog)}
        changes = {
            path: value
            for name in settings
            if name in gone
            for path, value in settings[name].items()
        }
        changed = self.catalog.replace(changes) if changes else self.catalog
        at = organisation(changed)
        if "reviewers" in gone:
            at = at.with_unlimited(*at.factors[at.reviewing])
        if "capability" in gone:
            at = replace(at, opens_at=np.where(_within_reach(at), 0.0, np.inf))
        best = allocate(
            at.bundles(self.compute),
            at.supply(self.compute),
            at.nest,
            at.open_modes(at.automatable(self.compute)),
        )
        time = (
            Clock([changed], at)
            .critical_path(mode_mix(best.activity, at.policy), best.activity, self.compute)
            .total
        )
        yardstick = self.setting.yardstick
        throughput = np.where(
            self.people > 0, best.output / np.where(self.people > 0, self.people, 1.0), np.nan
        )
        latency = np.where(best.output > 0, yardstick.base_time / time, np.nan)
        speedup = throughput**yardstick.exponent * latency ** (1 - yardstick.exponent)
        return np.concatenate([best.output / yardstick.base_output, throughput, latency, speedup])


def _within_reach(at: Organisation) -> NDArray[np.bool_]:
    """Tasks that policy leaves to AI and that some AI can do: those out of reach have no finite cost of inference."""
    ai = slice(HUMAN + 1, None)
    reached = (at.fixed_bundles[:, ai, at.factors.index("inference")] > 0).any(axis=1)
    return np.asarray(at.policy[:, ai].any(axis=1) & reached)
