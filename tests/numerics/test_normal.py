"""The normal distribution in its tails."""

import numpy as np
import pytest

from taskmodel.numerics.normal import normal_cdf

TABULATED = {
    -5: 2.866515718791939e-7,
    -10: 7.619853024160527e-24,
    -37: 5.725571222524576e-300,
    10: 1.0,
}


@pytest.mark.parametrize(("z", "probability"), TABULATED.items())
def test_far_tails_keep_their_relative_accuracy(z, probability):
    assert float(normal_cdf(z)) == pytest.approx(probability, rel=1e-12)


def test_limits_and_median_are_exact():
    assert normal_cdf([-np.inf, np.inf, 0]).tolist() == [0, 1, 0.5]  # by definition
