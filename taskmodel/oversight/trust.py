"""Trust that is earned by audits: what it takes to let people look at AI's work at the floors alone, and what is left of it.

A class of tasks needs n* clean audits (`audits`) before its coverage may fall from every unit to the floor of policy, and a
share phi of them again with each model generation, every G years. `trust` is the steady state at one compute. With v = floor
at the margin, a class that AI does owes audits of

    besides         n* phi/G units a year            besides the reviews at the floor
    beyond_floor    (max(f, min(1, n* phi/(G N))) - f) N      what reviews at the floor f do not come to, of N units a year

each of tau r hours, tau being the length of a unit and r the review ratio. All of them are taken off the reviewers' hours (and
off those of the pool they belong to) before the rest is allocated; which classes AI does then decides what is owed: a fixed
point (`fixed_points`). Which classes AI does is decided as if audits cost nothing, for once made they are sunk: trust may give
less than full review, and the results say so.

Audits come besides the reviews at the floor unless the catalog says otherwise. An audit draws its unit at random and before
the class is trusted; policy puts reviews at the floor where it likes, and they go on all year. Classes whose floor is every
unit have nothing to earn, and owe nothing.

`trust_over_time` follows the same from period to period.

Source: docs, model, section 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, allocate
from taskmodel.catalog import Catalog, Trust
from taskmodel.errors import SolveError
from taskmodel.numerics.fixed_points import FixedPoint, fixed_points
from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import HUMAN, Organisation
from taskmodel.oversight.audit_records import covered, delegated_units, records
from taskmodel.science.supervision import COVERAGE_POLICIES
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.sweeps.sweep import needs_catalog, one_compute
from taskmodel.sweeps.walker import Setting

FULL_REVIEW = HUMAN + 1 + COVERAGE_POLICIES.index("full")
LAST = 1e-6  # of the hours there are: the walk ends so far before nothing is left, where prices run away; also how far past all it goes


def trust(catalog: Catalog, compute: float | None = None) -> xr.Dataset:
    """What track records take and give at one compute, generation after generation.

    Parameters
    ----------
    catalog : Catalog
        With a block `trust`, such as that of the scenario ``audited_trust``. Its rule of coverage makes no difference.
    compute : float, optional
        Where [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Over ``task``: ``detection``, ``clean_audits``, ``record_hours`` (of a whole record), ``delegated_units`` a year,
        ``adopted``, ``audit_load`` (hours a year that the class owes), ``implied_coverage`` and ``record_time``. Besides:
        ``total_audit_load``, ``audits_paid`` (hours a year set aside), ``residual``, ``audit_share`` of the reviewers' hours,
        ``floor_review_hours``, ``exact_fixed_points``, and ``output`` and the speed-ups with audits paid for, with full review
        (``..._full_review``) and at the floors if audits cost nothing (``..._at_floors``). Over ``fixed_point``: all that were
        found, or places where there is none; the one with the largest output is what all else is about. Where there is no exact
        one, ``at_margin`` marks the classes on account of which, and ``output_kept_out`` is the output at the fixed point there
        is if AI is kept from those in ``kept_out``. Attribute ``advice`` says what to make of it.

    Raises
    ------
    TypeError
        If the catalog is none.
    CatalogError
        If it has no block `trust`, protocols take the place of coverage, or what audits find is not known for a task.
    InputError
        If compute is not one positive, finite number.
    SolveError
        If audits take more hours than reviewers have, or a point has no answer that can be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> found = trust(tm.load_catalog("alignment_research", "audited_trust"), 1e30)
    >>> bool(abs(found["residual"]) < 1e-6 * found["total_audit_load"])
    True
    """
    needs_catalog(catalog)
    steady = _Steady(catalog, one_compute(catalog, compute))
    points = fixed_points(steady.due, steady.most)
    if not points:
        raise SolveError(steady.too_much())
    states = [steady.at(point.paid) for point in points]
    best = int(np.argmax([float(state.allocation.output[0]) for state in states]))
    return steady.dataset(points, states, best)


def _kept_out(steady: _Steady) -> tuple[float, NDArray[np.bool_]]:
    """Output where AI is kept from the classes at the margin, one jump after the other, until there is a fixed point, and these."""
    closed = np.zeros(len(steady.catalog.tasks), dtype=bool)
    while points := fixed_points(steady.due, steady.most):
        states = [steady.at(point.paid) for point in points]
        best = int(np.argmax([float(state.allocation.output[0]) for state in states]))
        if points[best].exact:
            return steady.relative(states[best].allocation), closed
        more = closed | (steady.at(points[best].just_below).units > 0) & (states[best].units == 0)
        if (more == closed).all():
            raise SolveError(
                f"the hours owed jump at {points[best].paid:g} h a year, but no class is given up there; please report this"
            )
        closed = more
        steady = _Steady(steady.catalog, float(steady.compute[0]), closed)
    return np.nan, closed


def _paid_in(organisation: Organisation, needed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Factors that an hour of audits uses: the reviewers' and the pool that they belong to, shape (factor,).

    Raises
    ------
    SolveError
        If tasks that need audits have different reviewers: what each of these owes is not one number.
    """
    if any(name.partition("/")[2] for name in organisation.modes):
        raise SolveError(
            "some task may be reviewed by several pools, and trust knows one kind of reviewers: give all tasks the same"
        )
    used = organisation.fixed_review[needed, FULL_REVIEW] > 0  # (task, factor)
    reviewed = used[used.any(axis=1)]
    if len(reviewed) and (reviewed != reviewed[0]).any():
        raise SolveError(
            "tasks have different reviewers, and trust knows one kind: give all tasks the same"
        )
    return np.asarray(reviewed.any(axis=0))


@dataclass(frozen=True, eq=False)
class _State:
    """The organisation with so many hours a year set aside for audits."""

    paid: float
    allocation: Allocation  # (1,)
    units: Array  # (task,)
    owed: Array  # (task,) [h/year]


class _Steady:
    """A catalog at one compute, generation after generation, as a function of the hours set aside for audits."""

    def __init__(
        self, catalog: Catalog, compute: float, closed: NDArray[np.bool_] | None = None
    ) -> None:
        self.catalog, self.compute = catalog, np.array([compute])
        self.records = records(catalog)
        assert catalog.trust is not None  # or there were no records
        self.rule: Trust = catalog.trust
        self.setting = Setting(catalog.replace({"supervision.coverage": "floor"}))
        self.full = Setting(catalog.replace({"supervision.coverage": "full"}))
        organisation = self.setting.organisation
        self.paid_in = _paid_in(organisation, self.records.needed)
        self.open = organisation.open_modes(organisation.automatable(self.compute))
        if closed is not None:
            self.open[:, closed, HUMAN + 1 :] = False
        self.bundles, self.supply = (
            organisation.bundles(self.compute),
            organisation.supply(self.compute),
        )
        self.hours = (
            float(self.supply[0, self.paid_in].min()) if self.paid_in.any() else 0.0
        )  # the most that can be set aside
        open_to_ai = self.open[0, :, HUMAN + 1 :].any(axis=1)
        ever = self.records.audits_per_year * self.records.unit_hours  # of a class, at most
        # a little past the most that can be owed, so that rounding does not leave it out
        self.most = min(float(ever[open_to_ai].sum()) * (1 + LAST), self.hours * (1 - LAST))

    def due(self, paid: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Hours of audits that are owed where so many are set aside, and the classes that AI does."""
        units, owed = self._owed(self._allocate(paid))
        return owed.sum(axis=-1), units > 0

    def at(self, paid: float) -> _State:
        """Everything where so many hours are set aside."""
        allocation = self._allocate(np.array([paid]))
        units, owed = self._owed(allocation)
        return _State(paid, allocation, units[0], owed[0])

    def _allocate(self, paid: Array) -> Allocation:
        # the walk ends before nothing is left; what is less than nothing would be rounding
        left = np.where(self.paid_in, np.maximum(self.supply - paid[:, None], 0.0), self.supply)
        return allocate(self.bundles, left, self.setting.organisation.nest, self.open)

    def _owed(self, allocation: Allocation) -> tuple[Array, Array]:
        if np.isinf(allocation.output).any():
            raise SolveError(
                "there is no limit to research at the floors, and so to the units to audit: give coverage floors above 0"
            )
        units = delegated_units(self.records, allocation.activity)
        return units, self.records.audits_beyond(units, self.rule) * self.records.unit_hours

    def too_much(self) -> str:
        """Why no hours set aside are enough."""
        free, last = self.due(np.array([0.0]))[0][0], self.due(np.array([self.most]))[0][0]
        return (
            f"audits take more hours than reviewers have: {free:,.0f} h a year while AI does all that pays at the floors, still "
            f"{last:,.0f} h where none are left to review, of {self.hours:,.0f} h; lengthen trust.generation_time "
            f"({self.rule.generation_time.value:g} years), raise trust.defect_rate ({self.rule.defect_rate.value:g}), lower "
            f"trust.trust_lost ({self.rule.trust_lost.value:g}), or give supervision.headcount more people"
        )

    def dataset(self, points: list[FixedPoint], states: list[_State], best: int) -> xr.Dataset:
        """What was found, about one of the fixed points."""
        point, state, at = points[best], states[best], self.records
        measures = {
            "": self._measures(self.setting, state.allocation),
            "_at_floors": self._measures(self.setting, self.at(0.0).allocation),
        }
        bundles, supply = (
            self.full.organisation.bundles(self.compute),
            self.full.organisation.supply(self.compute),
        )
        reviewed = allocate(
            bundles,
            supply,
            self.full.organisation.nest,
            self.full.organisation.open_modes(self._automatable()),
        )
        measures["_full_review"] = self._measures(self.full, reviewed)
        nobody = np.zeros(len(self.catalog.tasks), dtype=bool)
        output_kept_out, kept_out = (np.nan, nobody) if point.exact else _kept_out(self)
        outputs = {
            name + side: ((), value)
            for side, values in measures.items()
            for name, value in values.items()
        }
        some = state.units > 0
        units, yearly = np.where(some, state.units, 1.0), at.audits_per_year
        made = np.where(some, at.floor * state.units, 0.0) * at.unit_hours
        variables: dict[str, Any] = {
            "detection": ("task", at.detection),
            "clean_audits": ("task", at.audits),
            "record_hours": ("task", at.audits * at.unit_hours),
            "delegated_units": ("task", state.units),
            "adopted": ("task", some),
            "coverage_floor": ("task", at.floor),
            "audit_load": ("task", state.owed),
            "implied_coverage": (
                "task",
                np.where(some, covered(state.units, yearly, at.floor), np.nan),
            ),
            "record_time": ("task", np.where(some, at.audits / units, np.nan)),
            "total_audit_load": ((), state.owed.sum()),
            "audits_paid": ((), point.paid),
            "residual": ((), point.residual),
            "review_supply": ((), self.hours),
            "audit_share": ((), point.paid / self.hours if self.hours > 0 else np.nan),
            "floor_review_hours": ((), made.sum()),
            "exact_fixed_points": ((), sum(each.exact for each in points)),
            "fixed_point_hours": ("fixed_point", np.array([each.paid for each in points])),
            "fixed_point_residual": ("fixed_point", np.array([each.residual for each in points])),
            "fixed_point_output": (
                "fixed_point",
                np.array([self.relative(each.allocation) for each in states]),
            ),
            "at_margin": ("task", self._at_margin(point, state)),
            "kept_out": ("task", kept_out),
            "output_kept_out": ((), output_kept_out),
            **outputs,
        }
        coords = {
            "task": np.array(list(self.catalog.tasks), dtype=object),
            COMPUTE: self.compute[0],
        }
        found = results.described(
            xr.Dataset(variables, coords, results.provenance_of(self.catalog))
        )
        found.attrs["advice"] = _advice(found)
        return found

    def _automatable(self) -> NDArray[np.bool_]:
        return self.setting.organisation.automatable(self.compute)

    def _measures(self, setting: Setting, allocation: Allocation) -> dict[str, float]:
        measured = setting.yardstick.measure(self.compute, allocation)
        return {name: float(getattr(measured, name)[0]) for name in results.SPEEDUPS}

    def relative(self, allocation: Allocation) -> float:
        """Output relative to the catalog's own people."""
        return float(allocation.output[0] / self.setting.yardstick.base_output)

    def _at_margin(self, point: FixedPoint, state: _State) -> NDArray[np.bool_]:
        """Classes that AI does just before a jump and not at it, shape (task,)."""
        if point.exact:
            return np.zeros(len(state.units), dtype=bool)
        return (self.at(point.just_below).units > 0) != (state.units > 0)


def _advice(found: xr.Dataset) -> str:
    """One or two sentences on what was found."""
    number, margin = (
        int(found["exact_fixed_points"]),
        [str(name) for name in found["task"].values[found["at_margin"].values]],
    )
    paid, trusted, full = (
        float(found[name]) for name in ("audits_paid", "output", "output_full_review")
    )
    which = ""
    if number == 0:
        which = (
            f"There is no exact fixed point: with a little less than {paid:,.0f} h a year set aside AI does {', '.join(margin)}, and "
            f"more audits are due than that; from there on it does not, and {-float(found['residual']):,.0f} h are left over. "
        )
        if found["kept_out"].any():
            names = ", ".join(str(name) for name in found["task"].values[found["kept_out"].values])
            which += f"Kept from {names} altogether, AI gives {float(found['output_kept_out']) / trusted:.3g} times as much. "
    elif number > 1:
        which = f"There are {number} fixed points; this is the one with the largest output. "
    if not found["adopted"].any():
        return f"{which}AI does nothing here that could be audited."
    left = (
        (1 - found["coverage_floor"])
        * found["delegated_units"]
        * found["record_hours"]
        / found["clean_audits"].where(found["clean_audits"] > 0)
    )
    too_many = (found["adopted"] & (found["audit_load"] > left)).values
    if too_many.any():
        which += (
            f"In {too_many.sum()} of {int(found['adopted'].sum())} classes more audits are owed than units are left to audit: no record "
            "lasts there, and the hours set aside are too many; with trust.audits beyond_floor every unit is audited and no more. "
        )
    if trusted >= full:
        return f"{which}Trust pays: the floors, with audits paid for, give {trusted / full:.3g} times the output of full review."
    return f"{which}Trust does not pay: full review gives {full / trusted:.3g} times the output of the floors with audits paid for."
