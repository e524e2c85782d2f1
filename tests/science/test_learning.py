"""Learning curves: their limits and the law that defines them."""

import numpy as np
import pytest

from taskmodel.science.learning import grown, remaining

WORK = np.array([0.0, 0.3, 10.0, 1e6])


def test_an_exponent_of_zero_changes_nothing():
    assert (grown(WORK, 0, 3) == 1).all()
    # l + (1 - l) is 1 but for rounding.
    assert remaining(WORK, 0, 3, [0, 0.5, 1, 0.2]) == pytest.approx(np.ones(4), rel=1e-15)


def test_every_doubling_of_the_stock_of_work_removes_the_same_part_of_what_can_be_removed():
    scale, exponent, least = 5.0, 0.4, 0.3
    once, twice = (
        remaining(stock - scale, exponent, scale, least) - least for stock in (20.0, 40.0)
    )
    assert twice / once == pytest.approx(2**-exponent, rel=1e-14)


def test_factors_are_monotone_and_reach_their_limits():
    assert (np.diff(remaining(WORK, 0.4, 5, 0.3)) < 0).all()
    assert (np.diff(grown(WORK, 0.4, 5)) > 0).all()
    assert remaining(1e300, 2, 1, 0.3) == pytest.approx(0.3, rel=1e-15)
    assert grown(1e300, 2, 1) == np.inf
