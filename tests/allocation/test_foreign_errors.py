"""What a library cannot decompose is an answer that is not certified, not its own exception."""

import numpy as np
import pytest

import taskmodel as tm

# The fault is put into the private module, as no input is known that causes it everywhere
from taskmodel.allocation import Nest, _allocate, allocate
from taskmodel.errors import SolveError


def fails(*_, **__):
    raise np.linalg.LinAlgError("SVD did not converge")


def test_allocate_raises_an_error_of_its_own(monkeypatch):
    monkeypatch.setattr(_allocate, "_allocate_tile", fails)
    with pytest.raises(SolveError, match="SVD did not converge; no answer could be certified"):
        allocate([[[1.0]]], [1.0], Nest(0.5, [1.0], [0]))


def test_derivatives_raise_an_error_of_their_own(monkeypatch):
    catalog = tm.load_catalog("t_agi_ladder")
    monkeypatch.setattr(np.linalg, "lstsq", fails)
    with pytest.raises(SolveError, match="SVD did not converge"):
        tm.elasticities(catalog, 1e31)
