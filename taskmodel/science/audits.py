r"""Trust from a track record: the clean audits that show defects to be rare, and their hours.

An audit draws a unit at random and detects a defect in it with probability d. If a share x of
units is defective, n audits are all clean with probability (1 - x d)^n. Therefore

    n* = ln(delta) / ln(1 - x d)

clean audits bound the defect rate by x at confidence 1 - delta. A class of tasks with N units a
period is then audited at coverage max(floor, n*/N). This takes n* tau r hours, which do not grow
with N and are due again whenever a new model generation loses the trust.

Audits are taken to be independent draws from the work that the trust is for. The bound does not
hold for defects that hide from audits, nor for other work.

Source: docs, model, section 3.4.
"""

from __future__ import annotations

import numpy as np

from taskmodel.numerics.ranges import Real, ranges


@ranges(defect_rate="(0, 1)", risk="(0, 1)", detection="(0, 1]")
def clean_audits(defect_rate: Real, risk: Real, detection: Real = 1.0) -> np.ndarray:
    """Clean audits that bound the defect rate, n* = ln(delta)/ln(1 - x d).

    Parameters
    ----------
    defect_rate : array
        Bound x on the defect rate [1]; in (0, 1).
    risk : array
        delta, the probability that a class with defect rate x passes nevertheless [1]; in (0, 1).
    detection : array
        Probability d that an audit detects the defect of a unit [1]; in (0, 1].

    Returns
    -------
    array
        n* [1], not rounded: the next integer suffices.

    Examples
    --------
    >>> clean_audits(0.01, risk=0.05, detection=[1, 0.5]).round(2).tolist()
    [298.07, 597.65]
    """
    return np.log(risk) / np.log1p(-defect_rate * detection)


@ranges(units="(0, inf)", audits="[0, inf)", floor="[0, 1]")
def audit_coverage(units: Real, audits: Real, floor: Real = 0.0) -> np.ndarray:
    """Share of a period's units to audit so that trust lasts, max(floor, n*/N).

    Parameters
    ----------
    units : array
        Units N of the class in the period [1]; > 0.
    audits : array
        Audits n* needed in the period, see `clean_audits` [1]; >= 0.
    floor : array
        Smallest coverage that policy allows, whatever the record [1]; in [0, 1].

    Returns
    -------
    array
        Coverage [1]; in [0, 1]. It is 1 where the period has fewer units than audits are needed;
        the record then takes longer than the period.

    Examples
    --------
    >>> audit_coverage([100, 1000, 100_000], audits=300, floor=0.1).tolist()
    [1.0, 0.3, 0.1]
    """
    return np.maximum(floor, np.minimum(audits, units) / units)


@ranges(audits="[0, inf)", unit_length="[0, inf)", review_ratio="[0, inf)")
def audit_hours(audits: Real, unit_length: Real, review_ratio: Real) -> np.ndarray:
    """Hours that the audits of a class take, n* tau r, whatever the number of units.

    Parameters
    ----------
    audits : array
        Audits n*, see `clean_audits` [1]; >= 0.
    unit_length : array
        Time tau that a skilled person needs for a unit [h]; >= 0.
    review_ratio : array
        Review hours r per human-equivalent hour of reviewed work [h/h]; >= 0.

    Returns
    -------
    array
        Review hours [h].

    Examples
    --------
    >>> float(audit_hours(300, unit_length=8, review_ratio=0.25))
    600.0
    """
    return audits * unit_length * review_ratio


@ranges(audits="[0, inf)", trust_lost="[0, 1]", generation_time="(0, inf)")
def audits_per_year(audits: Real, trust_lost: Real, generation_time: Real) -> np.ndarray:
    """Audits that keep trust in a class through model generations, n* phi/G.

    They grow with the number of classes and of releases, not with the volume of AI work.

    Parameters
    ----------
    audits : array
        Audits n* that earn trust in the class, see `clean_audits` [1]; >= 0.
    trust_lost : array
        Share phi of them that a new model generation has to earn again [1]; in [0, 1].
    generation_time : array
        Time G between generations [year]; > 0.

    Returns
    -------
    array
        Audits [1/year].

    Examples
    --------
    >>> audits_per_year([300, 600], trust_lost=0.5, generation_time=0.25).tolist()
    [600.0, 1200.0]
    """
    return audits * (trust_lost / generation_time)
