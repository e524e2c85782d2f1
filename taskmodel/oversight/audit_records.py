"""What a record of clean audits takes in each class of tasks of a catalog, and how many units AI makes there.

`earned_trust` has the steady state that follows from it, `trust_over_time` what it is from period to period.

Source: docs, model, section 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.catalog import Catalog, Trust
from taskmodel.numerics.types import Array
from taskmodel.organisation.numbers import Numbers, defect_probability, review_ratio
from taskmodel.organisation.organisation import HUMAN
from taskmodel.science.audits import (
    audit_coverage,
    audit_hours,
    audits_per_year,
    clean_audits,
)
from taskmodel.science.review_effort import detection, detection_curve
from taskmodel.science.supervision import attempts

ADOPTED = 1e-9  # of the work of a task: less of it by AI is rounding


@dataclass(frozen=True, eq=False)
class Records:
    """What a record takes, class by class; arrays of shape (task,).

    Attributes
    ----------
    needed : whether the class has something to earn
    detection : share of defects that an audit finds [1]; NaN where nothing is to be earned
    audits : clean audits n* of a whole record [1]; 0 where nothing is to be earned
    unit_hours : review hours of a unit, tau r [h]
    units_per_hour : units that AI makes, per human-equivalent hour of useful work, 1/(p tau) [1/h]
    floor : least share that is reviewed [1]
    audits_per_year : audits that keep a record through model generations, n* phi/G [1/year]
    """

    needed: NDArray[np.bool_]
    detection: Array
    audits: Array
    unit_hours: Array
    units_per_hour: Array
    floor: Array
    audits_per_year: Array

    def audits_beyond(self, units: Array, rule: Trust) -> Array:
        """Audits a year besides the reviews at the floor, of classes with so many units a year, shape (..., task)."""
        yearly = self.audits_per_year
        if rule.audits == "besides":
            return np.where(units > 0, yearly, 0.0)
        return np.where(self.needed, (covered(units, yearly, self.floor) - self.floor) * units, 0.0)


def records(catalog: Catalog) -> Records:
    """What a record takes in each class of tasks.

    Raises
    ------
    CatalogError
        If the catalog has no block `trust`, protocols take the place of coverage, success grows by degrees, or what audits find
        is not known for a task.
    """
    rule = catalog.trust
    if rule is None:
        message = "is missing: what a record has to show, and how long it lasts; add the block, as the scenario audited_trust does"
        raise catalog.error(("trust",), message, at_key=True)
    if catalog.supervision.protocols:
        message = "protocols take the place of the rule of coverage that trust is about; take them out (null)"
        raise catalog.error(("supervision", "protocols"), message)
    if catalog.capability.success == "logistic":
        message = "how many units AI makes for a useful one changes with compute there, and audits are of units; use success: step"
        raise catalog.error(("capability", "success"), message)
    of = Numbers([catalog])
    ratio, length = review_ratio(of), of.tasks(lambda task: task.horizon.value)
    floor = of.tasks(lambda task: task.coverage_floor.value)
    needed = np.array([task.delegable for task in catalog.tasks.values()]) & (floor < 1)
    found = _found(catalog, rule, ratio, needed)
    audits = np.where(
        needed,
        clean_audits(rule.defect_rate.value, rule.risk.value, np.where(needed, found, 1.0)),
        0.0,
    )
    return Records(
        needed=needed,
        detection=found,
        audits=audits,
        unit_hours=audit_hours(1.0, length, ratio),
        units_per_hour=attempts(1 - defect_probability(of)) / length,
        floor=floor,
        audits_per_year=audits_per_year(audits, rule.trust_lost.value, rule.generation_time.value),
    )


def covered(units: Array, audits: Array, floor: Array) -> Array:
    """Coverage max(f, min(1, audits/units)); all of it where there are no units to judge by and audits are due."""
    some = np.where(units > 0, units, 1.0)
    return np.where(
        units > 0, audit_coverage(some, audits, floor), np.where(audits > 0, 1.0, floor)
    )


def _found(catalog: Catalog, rule: Trust, ratio: Array, needed: NDArray[np.bool_]) -> Array:
    """Share of defects that an audit finds, by task; NaN where no audits are needed."""
    if rule.detection is not None:
        return np.where(needed, rule.detection.value, np.nan)
    for (name, task), effort, wanted in zip(catalog.tasks.items(), ratio, needed, strict=True):
        mend = "or give trust.detection, one share of defects that audits find in every task"
        if wanted and task.verifiability is None:
            message = f"has no verifiability, and what an audit of it finds depends on that; give its score, {mend}"
            raise catalog.error(("tasks", name), message, at_key=True)
        if wanted and effort == 0:
            message = f"found 0: an audit that takes no time finds nothing; give it hours, {mend}"
            raise catalog.error(("tasks", name, "review_ratio"), message)
    score = Numbers([catalog]).tasks(
        lambda task: np.nan if task.verifiability is None else task.verifiability.score
    )
    return np.where(
        needed, detection(ratio, *detection_curve(np.where(needed, score, 0.0))), np.nan
    )


def delegated_units(at: Records, activity: Array) -> Array:
    """Units a year that AI makes, useful or not, from activities (..., task, mode), shape (..., task)."""
    by_ai = activity[..., HUMAN + 1 :].sum(axis=-1)
    return np.where(by_ai > ADOPTED * activity.sum(axis=-1), by_ai * at.units_per_hour, 0.0)
