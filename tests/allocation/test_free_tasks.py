"""How much is done of tasks that cost nothing, where a nest needs a certain amount."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from taskmodel.allocation import Nest, Status, allocate

FREE_BESIDE_PAID = [[[0.0]], [[1.0]], [[1.0]]]


@pytest.mark.parametrize(
    ("elasticity", "inside", "status"),
    [
        (1, [np.inf, 0.0], Status.SUPREMUM),  # x^(1/2) y^(1/2) = 20 with y as small as one likes
        (2, [20.0, 0.0], Status.OPTIMAL),  # (1/2)^(-1/(1-1/2)) = 4 times the share of 20, alone
    ],
)
def test_half_of_research_of_a_free_task_and_one_that_it_replaces(elasticity, inside, status):
    """The other half takes all 10 hours, in fixed proportion: output is 20."""
    nest = Nest(0.0, [0.5, 0.5], [Nest(elasticity, [0.5, 0.5], [0, 1]), 2])
    best = allocate(FREE_BESIDE_PAID, [10.0], nest)
    assert_allclose(best.output, 20, rtol=1e-12)
    assert_allclose(best.activity[:, 0], [*inside, 10], rtol=1e-12)
    assert best.status == status


@pytest.mark.parametrize(("elasticity", "work"), [(0, 10.0), (0.5, np.inf)])
def test_what_is_free_but_for_a_factor_without_limit_uses_that_factor(elasticity, work):
    """Beside 10 h of people, who use 5 of it an hour, each unit of the other task uses 3."""
    bundles = [[[1.0, 5.0]], [[0.0, 3.0]]]
    best = allocate(bundles, [10.0, np.inf], Nest(elasticity, [0.5, 0.5], [0, 1]))
    assert_allclose(best.activity[:, 0], [10, work], rtol=1e-12)
    assert_allclose(best.factor_use, [10, 50 + 3 * work], rtol=1e-12)
    without = allocate(bundles[1:], [10.0, np.inf], Nest(elasticity, [1.0], [0]))
    assert without.factor_use.tolist() == [0, np.inf]
