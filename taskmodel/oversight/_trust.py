"""Trust earned by audits: the review hours that track records take, in a steady state.

A class of tasks needs n* clean audits before its coverage may fall from every unit to the policy
floor f, and the share phi of them again with each model generation, every G years. In a steady
state a class that AI works on owes, by ``trust.audits``,

    besides         n* phi/G audits a year, in addition to the reviews at the floor
    beyond_floor    (max(f, min(1, n* phi/(G N))) - f) N, those beyond the reviews at the floor

where N is the number of its units a year. An audit takes tau r hours, the length of a unit times
the review ratio, and those of reviews of it. Audit hours are deducted from the reviewers' hours,
and from those of the pool they belong to, before the rest is allocated. The allocation decides
which classes AI works on, and so the audits owed: a fixed point (`fixed_points`). That decision
ignores the cost of audits, which is sunk once they are made, so trust may give less output than
full review; the result says so.

By default audits come in addition to the reviews at the floor: an audit draws its unit at random
and precedes trust, while policy directs the reviews at the floor and continues them. A class whose
floor is every unit owes nothing.

`track_record` follows the same rule period by period.

Source: docs, model, section 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, allocate
from taskmodel.catalog import Catalog
from taskmodel.errors import SolveError
from taskmodel.numerics.fixed_points import FixedPoint, fixed_points
from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import HUMAN, Organisation
from taskmodel.oversight._review_load import hours_of_review
from taskmodel.oversight.audit_records import audit_requirements, class_coverage
from taskmodel.science.supervision import COVERAGE_POLICIES
from taskmodel.sweeps import results
from taskmodel.sweeps.axes import COMPUTE
from taskmodel.sweeps.points import one_compute
from taskmodel.sweeps.walker import Setting, Situation

FULL_REVIEW = HUMAN + 1 + COVERAGE_POLICIES.index("full")
MARGIN = (
    1e-6  # relative: how far the search stays below all reviewer hours, or passes the largest debt
)


def trust(catalog: Catalog, compute: float | None = None) -> xr.Dataset:
    """Cost and benefit of track records at one compute, in a steady state over model generations.

    Parameters
    ----------
    catalog : Catalog
        With a block `trust`, such as that of the scenario ``audited_trust``. Its rule of coverage
        has no effect.
    compute : float, optional
        Compute [FLOP/year]; default: the catalog's ``compute.today``.

    Returns
    -------
    xarray.Dataset
        Over ``task``: ``detection``, ``clean_audits``, ``record_hours`` of a complete record,
        ``delegated_units`` per year, ``adopted``, ``audit_load`` [h/year] of the class,
        ``implied_coverage`` and ``record_time``. Scalars: ``total_audit_load``, ``audits_paid``
        (hours a year set aside), ``residual``, ``audit_share`` of the reviewers' hours,
        ``floor_review_hours``, ``exact_fixed_points``, and ``output`` and the speed-ups with
        audits paid for, with full review (``..._full_review``) and at the floors with free audits
        (``..._at_floors``). Over ``fixed_point``: all fixed points, or the jumps where there is
        none; all other variables refer to the one with the largest output. If it is a jump,
        ``at_margin`` marks the classes that cause it, and ``output_kept_out`` is the output at
        the fixed point that exists once AI is excluded from the classes in ``kept_out``. The
        attribute ``advice`` interprets the result.

    Raises
    ------
    TypeError
        If the catalog is not a Catalog.
    CatalogError
        If it has no block `trust`, names protocols, or leaves the detection probability of a
        task's audits unknown.
    InputError
        If compute is not one positive, finite number.
    SolveError
        If audits take more hours than reviewers have, or an optimum cannot be certified.

    Examples
    --------
    >>> import taskmodel as tm
    >>> steady = trust(tm.load_catalog("alignment_research", "audited_trust"), 1e30)
    >>> bool(abs(steady["residual"]) < 1e-6 * steady["total_audit_load"])
    True
    """
    model = _AuditedOrganisation(catalog, one_compute(catalog, compute))
    equilibria = _equilibria(model)
    if equilibria is None:
        raise SolveError(_unaffordable(model))
    return _trust_dataset(model, equilibria)


@dataclass(frozen=True, eq=False)
class _State:
    """The optimum with some hours a year set aside for audits."""

    allocation: Allocation  # (1,)
    units: Array  # (task,)
    owed: Array  # (task,) [h/year]


@dataclass(frozen=True)
class _Equilibria:
    points: list[FixedPoint]
    states: list[_State]
    best: int  # the one with the largest output


class _AuditedOrganisation:
    """A catalog at one compute as a function of the hours per year set aside for audits."""

    def __init__(
        self, catalog: Catalog, compute: float, excluded: NDArray[np.bool_] | None = None
    ) -> None:
        self.catalog, self.compute = catalog, np.array([compute])
        self.floors, self.full = (
            Situation(Setting(catalog.replace({"supervision.coverage": rule})), self.compute)
            for rule in ("floor", "full")
        )
        _needs_one_pool(self.floors.setting.organisation)  # before what audits lack, in vain
        self.classes = classes = audit_requirements(catalog)
        self.bundles, self.supply, self.nest, self.opened = self.floors.arrays
        if excluded is not None:
            self.opened[:, excluded, HUMAN + 1 :] = False
        self.paid_from = audited_factors(self.floors.setting.organisation, classes.needed)
        self.review_supply = (
            float(self.supply[0, self.paid_from].min()) if self.paid_from.any() else 0.0
        )
        ai_allowed = self.opened[0, :, HUMAN + 1 :].any(axis=1)
        largest = (classes.audits_per_year * classes.unit_hours)[ai_allowed].sum()
        # The search passes the largest possible debt by a margin, so that rounding cannot exclude
        # a fixed point there, and ends a margin before all hours are spent, where prices diverge.
        self.limit = min(float(largest) * (1 + MARGIN), self.review_supply * (1 - MARGIN))

    def due(self, paid: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Audit hours owed given the hours set aside, and the classes that AI works on."""
        units, owed = self._owed(self._allocate(paid))
        return owed.sum(axis=-1), units > 0

    def state(self, paid: float) -> _State:
        """The optimum with these hours set aside."""
        allocation = self._allocate(np.array([paid]))
        units, owed = self._owed(allocation)
        return _State(allocation, units[0], owed[0])

    def relative_output(self, allocation: Allocation) -> float:
        """Output relative to the catalog's people without AI."""
        return float(allocation.output[0] / self.floors.setting.yardstick.base_output[0])

    def _allocate(self, paid: Array) -> Allocation:
        supply = np.where(self.paid_from, self.supply - paid[:, None], self.supply)
        return allocate(self.bundles, supply, self.nest, self.opened)

    def _owed(self, allocation: Allocation) -> tuple[Array, Array]:
        units = self.classes.delegated_units(allocation)
        return units, self.classes.audits_due(units) * self.classes.unit_hours


def _equilibria(model: _AuditedOrganisation) -> _Equilibria | None:
    """All fixed points or jumps; None where more hours are owed than reviewers have."""
    points = fixed_points(model.due, model.limit)
    if not points:
        return None
    states = [model.state(point.paid) for point in points]
    best = int(np.argmax([float(state.allocation.output[0]) for state in states]))
    return _Equilibria(points, states, best)


def _at_margin(model: _AuditedOrganisation, point: FixedPoint, state: _State) -> NDArray[np.bool_]:
    """Classes in which AI works on just one side of a jump, shape (task,)."""
    if point.exact:
        return np.zeros(len(state.units), dtype=bool)
    return (model.state(point.just_below).units > 0) != (state.units > 0)


def _excluding_margin(model: _AuditedOrganisation) -> tuple[float, NDArray[np.bool_]]:
    """Output once AI is excluded from the classes at the margin until a fixed point exists."""
    excluded = np.zeros(len(model.catalog.tasks), dtype=bool)
    while equilibria := _equilibria(model):
        point, state = equilibria.points[equilibria.best], equilibria.states[equilibria.best]
        if point.exact:
            return model.relative_output(state.allocation), excluded
        # Excluding classes that were dropped at the jump removes their debt; every round excludes
        # at least one more, so that the loop ends. What owes nothing need not be excluded.
        dropped = _at_margin(model, point, state) & (state.units == 0)
        extended = excluded | dropped & model.classes.needed
        if (extended == excluded).all():
            raise SolveError(
                f"the hours owed jump at {point.paid:g} h a year, but no class is given up there; "
                "please report this"
            )
        excluded = extended
        model = _AuditedOrganisation(model.catalog, float(model.compute[0]), excluded)
    return np.nan, excluded


def _needs_one_pool(organisation: Organisation) -> None:
    """Raise a SolveError if some task may be reviewed by several pools."""
    if any("/" in name for name in organisation.modes):
        raise SolveError(
            "some task may be reviewed by several pools, and trust knows one kind of reviewers: "
            "give all tasks the same, as with tasks.*.reviewers=[general]"
        )


def audited_factors(organisation: Organisation, needed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Factors that an hour of audits uses: reviewers and the pool they belong to, shape (factor,).

    Raises
    ------
    SolveError
        If tasks that need audits have different reviewers: the debt is then not one number.
    """
    _needs_one_pool(organisation)
    used = organisation.fixed_review[0, needed, FULL_REVIEW] > 0  # (task, factor)
    reviewed = used[used.any(axis=1)]
    if (reviewed != reviewed[:1]).any():
        raise SolveError(
            "tasks have different reviewers, and trust knows one kind: give all tasks the same"
        )
    return np.asarray(reviewed.any(axis=0))


def _unaffordable(model: _AuditedOrganisation) -> str:
    """Why the reviewers' hours do not suffice."""
    (first,), (last,) = (model.due(np.array([paid]))[0] for paid in (0.0, model.limit))
    rule = model.classes.rule
    return (
        f"audits take more hours than reviewers have: {_hours(first)} a year while AI does "
        f"all that pays at the floors, still {_hours(last)} where none are left to review, of "
        f"{_hours(model.review_supply)}; lengthen trust.generation_time "
        f"({rule.generation_time.value:g} years), raise trust.defect_rate "
        f"({rule.defect_rate.value:g}), lower trust.trust_lost ({rule.trust_lost.value:g}), "
        "or give supervision.headcount more people"
    )


def _hours(hours: float) -> str:
    return f"{hours:,.0f} h" if hours >= 10 else f"{hours:.3g} h"


def _trust_dataset(model: _AuditedOrganisation, equilibria: _Equilibria) -> xr.Dataset:
    points, states = equilibria.points, equilibria.states
    point, state = points[equilibria.best], states[equilibria.best]
    measures = {
        "": model.floors.measure(state.allocation),
        "_at_floors": model.floors.measure(model.state(0.0).allocation),
        "_full_review": model.full.measure(allocate(*model.full.arrays)),
    }
    at_margin = _at_margin(model, point, state)
    output_kept_out, kept_out = (np.nan, at_margin) if point.exact else _excluding_margin(model)
    supply = model.review_supply
    variables: dict[str, Any] = {
        **{name: ("task", values) for name, values in _class_columns(model, state).items()},
        "total_audit_load": ((), state.owed.sum()),
        "audits_paid": ((), point.paid),
        "residual": ((), point.residual),
        "review_supply": ((), supply),
        "audit_share": ((), point.paid / supply if supply > 0 else np.nan),
        "floor_review_hours": ((), _floor_review(model, state).sum()),
        "exact_fixed_points": ((), sum(solution.exact for solution in points)),
        "fixed_point_hours": ("fixed_point", [solution.paid for solution in points]),
        "fixed_point_residual": ("fixed_point", [solution.residual for solution in points]),
        "fixed_point_output": (
            "fixed_point",
            [model.relative_output(solution.allocation) for solution in states],
        ),
        "at_margin": ("task", at_margin),
        "kept_out": ("task", kept_out),
        "output_kept_out": ((), output_kept_out),
        **{
            name + case: ((), getattr(measured, name)[0])
            for case, measured in measures.items()
            for name in results.SPEEDUPS
        },
    }
    coords = {"task": list(model.catalog.tasks), COMPUTE: model.compute[0]}
    result = results.labelled(variables, coords, results.provenance(catalog=model.catalog))
    return result.assign_attrs(advice=_advice(result))


def _floor_review(model: _AuditedOrganisation, state: _State) -> Array:
    """Review hours per year at the floors, shape (task,)."""
    organisation = model.floors.setting.organisation
    return hours_of_review(organisation, model.compute, state.allocation.activity)[0]


def _class_columns(model: _AuditedOrganisation, state: _State) -> dict[str, NDArray[Any]]:
    """Variables over ``task``."""
    classes, adopted = model.classes, state.units > 0
    coverage = class_coverage(state.units, classes.audits_per_year, classes.floor)
    with np.errstate(divide="ignore", invalid="ignore"):  # no units: replaced by NaN
        record_time = np.where(adopted, classes.audits / state.units, np.nan)
    return {
        "detection": classes.detection,
        "clean_audits": classes.audits,
        "record_hours": classes.audits * classes.unit_hours,
        "delegated_units": state.units,
        "adopted": adopted,
        "coverage_floor": classes.floor,
        "audit_load": state.owed,
        "implied_coverage": np.where(adopted, coverage, np.nan),
        "record_time": record_time,
    }


def _advice(result: xr.Dataset) -> str:
    """Interpretation of a result, in one or a few sentences."""
    sentences = _fixed_point_advice(result)
    adopted = result["adopted"]
    if not adopted.any():
        return "".join([*sentences, "AI does nothing here that could be audited."])
    unit_hours = result["record_hours"] / result["clean_audits"].where(result["clean_audits"] > 0)
    unreviewed = (1 - result["coverage_floor"]) * result["delegated_units"]
    excessive = int((adopted & (result["audit_load"] > unreviewed * unit_hours)).sum())
    if excessive:
        sentences.append(
            f"In {excessive} of {int(adopted.sum())} classes more audits are owed than units are "
            "left to audit: no record lasts there, and the hours set aside are too many; with "
            "trust.audits beyond_floor every unit is audited and no more. "
        )
    ratio = float(result["output"] / result["output_full_review"])
    sentences.append(
        f"Trust pays: the floors, with audits paid for, give {ratio:.3g} times the output of "
        "full review."
        if ratio >= 1
        else f"Trust does not pay: full review gives {1 / ratio:.3g} times the output of the "
        "floors with audits paid for."
    )
    return "".join(sentences)


def _fixed_point_advice(result: xr.Dataset) -> list[str]:
    """What the number of exact fixed points means."""
    count = int(result["exact_fixed_points"])
    if count > 1:
        return [f"There are {count} fixed points; this is the one with the largest output. "]
    if count == 1:
        return []
    margin, kept_out = (
        ", ".join(result["task"].values[result[name].values]) for name in ("at_margin", "kept_out")
    )
    paid, surplus = float(result["audits_paid"]), -float(result["residual"])
    sentences = [
        f"There is no exact fixed point: with a little less than {_hours(paid)} a year set aside "
        f"AI does {margin}, and more audits are due than that; from there on it does not, and "
        f"{_hours(surplus)} are left over. "
    ]
    gain = float(result["output_kept_out"] / result["output"])
    if np.isfinite(gain):  # not where more hours are owed then than reviewers have
        sentences.append(f"Kept from {kept_out} altogether, AI gives {gain:.3g} times as much. ")
    return sentences
