"""How kernels are compiled."""

import importlib

import numba
import numpy as np

from taskmodel.compiled import compiled

SOURCE = """
def scale(values, factor):
    for i in range(len(values)):
        values[i] *= factor
"""


def test_kernels_have_no_vector_instructions_and_other_functions_keep_theirs(tmp_path, monkeypatch):
    (tmp_path / "scaling_kernels.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    scale = importlib.import_module("scaling_kernels").scale
    vectors = []
    for compile in (numba.njit, compiled, numba.njit):
        kernel, values = compile(scale), np.arange(100.0)
        kernel(values, 2.0)
        assert (values == 2 * np.arange(100.0)).all()
        (code,) = kernel.inspect_llvm().values()
        vectors.append(" x double>" in code)
    assert vectors == [True, False, True]
