"""Fair splits of tied modes that the supply of a factor without a price limits, by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from taskmodel.allocation import Nest, allocate


@pytest.mark.parametrize("inference", [1.3, 1.0, 0.9])
def test_tasks_that_need_less_of_a_limited_factor_are_done_more_by_ai(inference):
    """Three equal tasks, of which people do half, and AI with b_i of inference the other half.

    Of sum w_i = 3/2 and sum w_i b_i = 3 E the least sum of squares has w_i = 1/2 - beta (b_i - 3),
    beta = (3/2 - E)/var(b); without the limit all w_i would be 1/2, and use 3/2 of inference.
    """
    need = np.array([1.0, 2.0, 6.0])
    bundles = np.array([[[1, 0, 0], [0, 1, amount]] for amount in need])
    supply = [0.5, 0.5, inference]
    best = allocate(bundles, supply, Nest(0.5, [1 / 3, 1 / 3, 1 / 3], [0, 1, 2]))
    by_ai = 0.5 - (1.5 - inference) / need.var() * (need - 3)
    assert_allclose(best.output, 1, rtol=1e-9)
    assert_allclose(best.activity, np.stack([1 - by_ai, by_ai], axis=-1) / 3, rtol=1e-7)
    assert_allclose(best.factor_use, supply, rtol=1e-9)
    assert best.usable.all() and best.factor_elasticity[2] == 0
