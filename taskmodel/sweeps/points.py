"""The arguments that questions about one compute have in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel._arguments import shown
from taskmodel.catalog import Catalog
from taskmodel.errors import ArgumentError, InputError
from taskmodel.numerics.numbers import real_numbers
from taskmodel.sweeps.walker import Setting, Situation


def needs_catalog(catalog: Catalog) -> None:
    """Raise a TypeError that explains how to load a catalog, if the argument is not one."""
    if not isinstance(catalog, Catalog):
        remedy = (
            f"load it with taskmodel.load_catalog({catalog!r})"
            if isinstance(catalog, str)
            else "taskmodel.load_catalog returns one"
        )
        raise ArgumentError(f"a Catalog is needed; found {type(catalog).__name__}: {remedy}")


def one_compute(catalog: Catalog, compute: ArrayLike | None) -> float:
    """Return the compute of an argument; default: the catalog's ``compute.today`` [FLOP/year].

    Raises
    ------
    TypeError
        If the catalog is not a Catalog.
    InputError
        If it is not one positive, finite number.
    """
    needs_catalog(catalog)
    point = real_numbers("compute", catalog.compute.today.value if compute is None else compute)
    if point.shape not in ((), (1,)) or not (np.isfinite(point) & (point > 0)).all():
        raise InputError(
            f"compute must be one positive, finite number [FLOP/year]; found {shown(compute)}"
        )
    return float(point.reshape(()))


def situation_at(catalog: Catalog, compute: ArrayLike | None) -> Situation:
    """Return the organisation of a catalog at one compute, as in `one_compute`."""
    point = one_compute(catalog, compute)
    return Situation(Setting(catalog), np.array([point]))
