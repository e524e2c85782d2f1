"""The mean time until the first of k reviews ends: binomial sums, and plain against compiled."""

import math

import numpy as np
import pytest

from taskmodel.science import path_kernels
from taskmodel.science.queueing import LONGEST, SHORTEST, STEP


def first_ends(count, share, time, kernel=path_kernels.first_ends):
    first = np.empty(len(count))
    last = math.ceil((math.log(count.max() * time.max() / time.min()) + LONGEST) / STEP)
    point = np.exp(np.arange(-SHORTEST / STEP, last) * STEP)
    kernel(count, share, time, point, STEP, first)
    return first


@pytest.mark.parametrize("count", [1, 2, 3, 10, 60])
@pytest.mark.parametrize("long", [1.0, 2.0, 40.0, 1e4])
def test_two_kinds_are_a_binomial_sum(count, long):
    share, time = np.array([[0.7, 0.3, 0.0]]), np.array([[1.0, long, 5.0]])
    exact = sum(
        math.comb(count, n) * 0.7**n * 0.3 ** (count - n) / (n + (count - n) / long)
        for n in range(count + 1)
    )
    assert first_ends(np.array([float(count)]), share, time) == pytest.approx(exact, rel=1e-12)


def test_plain_and_compiled_sums_give_the_same_numbers():
    rng = np.random.default_rng(0)
    count, time = 10 ** rng.uniform(-0.5, 3, 20), 10 ** rng.uniform(-2, 2, (20, 12))
    share = rng.dirichlet(np.full(12, 0.5), size=20) * (rng.random((20, 12)) < 0.7)
    plain = getattr(path_kernels.first_ends, "py_func", path_kernels.first_ends)
    compiled = first_ends(count, share, time)
    np.testing.assert_allclose(first_ends(count, share, time, plain), compiled, rtol=1e-12)
