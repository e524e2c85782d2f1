"""Audit requirements of each class of tasks, and the units of work that AI delivers in it.

`trust` solves for the steady state that follows, `track_record` for the path towards it.

Source: docs, model, section 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation
from taskmodel.catalog import Catalog, Trust
from taskmodel.errors import SolveError
from taskmodel.numerics.accuracy import ADOPTION_TOLERANCE
from taskmodel.numerics.types import Array
from taskmodel.organisation.coverage import mode_of_rule
from taskmodel.organisation.organisation import HUMAN
from taskmodel.organisation.quantities import Quantities
from taskmodel.science.attack import audits_for
from taskmodel.science.audits import audit_coverage, audit_hours, audits_per_year, clean_audits
from taskmodel.science.review_effort import detection
from taskmodel.science.supervision import attempts


@dataclass(frozen=True, eq=False)
class AuditRequirements:
    """Audits that a complete record requires, class by class; arrays of shape (task,).

    Attributes
    ----------
    rule : the block `trust` of the catalog
    needed : whether a record can lower the coverage of the class
    detection : probability that an audit finds the defect of a unit [1]; NaN where not needed
    audits : clean audits n* of a complete record [1]; 0 where not needed
    unit_hours : review hours of an audit, tau r, with those of reviews of it [h]
    units_per_hour : units per human-equivalent hour of useful AI work, 1/(p tau) [1/h]
    floor : least share of units that is reviewed [1]
    audits_per_year : audits that renew the record in a steady state, n* phi/G [1/year]
    """

    rule: Trust
    needed: NDArray[np.bool_]
    detection: Array
    audits: Array
    unit_hours: Array
    units_per_hour: Array
    floor: Array
    audits_per_year: Array

    def delegated_units(self, allocation: Allocation) -> Array:
        """Units that AI makes per year, useful or not, shape (point, task).

        Raises
        ------
        SolveError
            If output, or AI's work on some task, is unlimited: the number of units then has no
            value.
        """
        if np.isinf(allocation.output).any() or np.isinf(allocation.activity).any():
            raise SolveError(
                "there is no limit to research, or to some of its work, at the floors, and so to "
                "the units to audit: give coverage floors above 0 to tasks that take review, or "
                "let inference be scarce (compute.inference)"
            )
        # The solver can leave a rounding error of AI work in a class that only people work on.
        by_ai = allocation.activity[..., HUMAN + 1 :].sum(axis=-1)
        adopted = by_ai > ADOPTION_TOLERANCE * allocation.activity.sum(axis=-1)
        return np.where(adopted, by_ai * self.units_per_hour, 0.0)

    def audits_due(self, units: Array) -> Array:
        """Audits per year in addition to the reviews at the floor, given units (..., task)."""
        if self.rule.audits == "besides":
            return np.where(units > 0, self.audits_per_year, 0.0)
        # Where no audits are needed, coverage is the floor, and the excess is zero.
        return (class_coverage(units, self.audits_per_year, self.floor) - self.floor) * units


def audit_requirements(catalog: Catalog) -> AuditRequirements:
    """Audits that a complete record requires in each class of tasks.

    Raises
    ------
    CatalogError
        If the catalog has no block `trust`, names protocols, lets success or review depend on
        compute gradually, or leaves the detection probability of a task's audits unknown.
    """
    rule = catalog.trust
    if rule is None:
        message = (
            "is missing: what a record has to show, and how long it lasts; "
            "add the block, as the scenario audited_trust does"
        )
        raise catalog.error(("trust",), message, at_key=True)
    if catalog.supervision.protocols:
        message = (
            "protocols take the place of the rule of coverage that trust is about; "
            "take them out (null)"
        )
        raise catalog.error(("supervision", "protocols"), message)
    if catalog.capability.grows:
        message = (
            "how many units AI makes for a useful one changes with compute there, "
            "and audits are of units; use success: step, or worker: sufficient"
        )
        raise catalog.error(("capability", "success"), message)
    gaps = ("verification_gap", "detection_gap", "assist_limit")
    for name in (name for name in gaps if catalog.get(f"supervision.{name}") != 0):
        message = (
            "audits would take other hours, or find other defects, at every compute; set it to 0"
        )
        raise catalog.error(("supervision", name), message)
    quantities = Quantities(catalog)
    length = quantities.tasks("horizon")[0]
    # under a rule of coverage a review takes as long in every mode
    ratio = quantities.review_ratio[0] * quantities.review.effort[0, :, 0]
    # a class that forbids reviews at the floor stays under full review, whatever its record
    at_floor = [mode_of_rule(task, "floor") == "ai_floor_review" for task in catalog.tasks.values()]
    floor = np.where(at_floor, quantities.tasks("coverage_floor")[0], 1.0)
    needed = np.array([task.delegable for task in catalog.tasks.values()]) & (floor < 1)
    detected = _audit_detection(catalog, rule, quantities, needed)
    audits = _clean_audits(catalog, rule, detected)
    return AuditRequirements(
        rule=rule,
        needed=needed,
        detection=detected,
        audits=audits,
        unit_hours=audit_hours(1.0, length, ratio),
        units_per_hour=attempts(1 - quantities.defect_probability[0]) / length,
        floor=floor,
        audits_per_year=audits_per_year(audits, rule.trust_lost.value, rule.generation_time.value),
    )


def class_coverage(units: Array, audits: Array, floor: Array) -> Array:
    """Coverage max(f, min(1, audits/units)); without units, 1 if audits are due, else f."""
    coverage = audit_coverage(np.where(units > 0, units, 1.0), audits, floor)
    return np.where(units > 0, coverage, np.where(audits > 0, 1.0, floor))


def _clean_audits(catalog: Catalog, rule: Trust, detected: Array) -> Array:
    """Clean audits of a complete record, whose errors may agree; 0 without `detected`, (task,)."""
    needed = ~np.isnan(detected)
    independent = clean_audits(rule.defect_rate.value, rule.risk.value, detected[needed])
    if (independent < 1).any():
        most = 1 - rule.defect_rate.value * float(detected[needed].max())
        message = (
            f"found {rule.risk.value:g}, and less than one clean audit would show a defect rate of "
            f"{rule.defect_rate.value:g}; give less than {most:.6g}"
        )
        raise catalog.error(("trust", "risk"), message)
    required = np.zeros(len(needed))
    required[needed] = audits_for(independent, rule.correlation.value)
    if np.isinf(required).any():
        most = float(independent.max())
        message = (
            f"found {rule.correlation.value:g}, and so many audits whose errors agree never count "
            f"as more than {1 / rule.correlation.value:.4g} independent ones, of which "
            f"{most:.2f} are needed; give less than {1 / most:.3g}, or ask for a smaller record"
        )
        raise catalog.error(("trust", "correlation"), message)
    return required


def _audit_detection(
    catalog: Catalog, rule: Trust, quantities: Quantities, needed: NDArray[np.bool_]
) -> Array:
    """Probability that an audit finds a defect, shape (task,); NaN where no audits are needed."""
    if rule.detection is not None:
        return np.where(needed, rule.detection.value, np.nan)
    ratio = quantities.review_ratio[0]
    remedy = "or give trust.detection, one share of defects that audits find in every task"
    for (name, task), hours, needs_audits in zip(catalog.tasks.items(), ratio, needed, strict=True):
        if needs_audits and task.verifiability is None:
            message = (
                "has no verifiability, and what an audit of it finds depends on that; "
                f"give it, as verifiability: {{score: 0.5}}, {remedy}"
            )
            raise catalog.error(("tasks", name), message, at_key=True)
        if needs_audits and hours == 0:
            message = f"found 0: an audit that takes no time finds nothing; give it hours, {remedy}"
            raise catalog.error(("tasks", name, "review_ratio"), message)
    rate, ceiling = (
        np.where(needed, parameter[0], 1.0) for parameter in quantities.detection_curve
    )
    return np.where(needed, detection(ratio, rate, ceiling), np.nan)
