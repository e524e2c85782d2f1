"""Alignment work accumulated in a world: effective work, which feeds back, and work in bulk.

A field-year is the yearly work of the catalog's own people without AI, with ample experiments.
"""

from __future__ import annotations

import numpy as np

from taskmodel.allocation import allocate
from taskmodel.numerics.integral_equation import Accumulated, accumulate
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import task_output
from taskmodel.organisation.unaided import PeopleAlone
from taskmodel.sweeps.walker import Setting
from taskmodel.takeoff.beside.embedding import EmbeddedCatalog


def accumulated_work(embedded: EmbeddedCatalog, error: float) -> Accumulated:
    """Return the work done since the first date, effective and in bulk, as a function of the date.

    Parameters
    ----------
    embedded : EmbeddedCatalog
    error : float
        Largest error, relative to the work at the last date.

    Returns
    -------
    Accumulated
        From dates [calendar year] to work [field-year], shape (point, 2).

    Raises
    ------
    AccumulationError
        If the error cannot be met, or the work is unbounded.
    """
    base = Setting(embedded.catalog)
    yearly = task_output(PeopleAlone(base.organisation).plenty.activity[:1]).sum()

    def rate(dates: Array, work: Array) -> Array:
        situation = embedded.situation(base, dates, work)
        allocation = allocate(*situation.arrays)
        measures = situation.measure(allocation)
        exponent = situation.setting.yardstick.exponent
        effective = measures.output**exponent * measures.latency_speedup ** (1 - exponent)
        bulk = task_output(allocation.activity).sum(axis=-1) / yearly
        return np.stack([effective, bulk], axis=1)

    low, high = embedded.low, embedded.high
    breaks = [course.breaks for course in embedded.courses.values()]
    edges = np.unique(np.concatenate([[low, high], embedded.openings(), *breaks]))
    edges = edges[(edges >= low) & (edges <= high)]
    return accumulate(rate, edges, feedback=embedded.feeds_back, tolerance=error)
