"""What accumulated work changes, in closed form."""

import numpy as np
import pytest

from taskmodel.science.learning import grown, remaining

WORK = np.array([0.0, 0.3, 10.0, 1e6])


def test_an_exponent_of_zero_changes_nothing():
    assert (remaining(WORK, 0, 3, [0, 0.5, 1, 0.2]) == 1).all() and (grown(WORK, 0, 3) == 1).all()


def test_every_doubling_of_all_work_takes_off_the_same_part_of_what_can_go():
    scale, exponent, least = 5.0, 0.4, 0.3
    once, twice = (
        remaining(total - scale, exponent, scale, least) - least for total in (20.0, 40.0)
    )
    assert twice / once == pytest.approx(2**-exponent, rel=1e-14)


def test_what_is_left_falls_to_the_share_that_stays_and_what_grows_has_no_limit():
    assert (np.diff(remaining(WORK, 0.4, 5, 0.3)) < 0).all() and (
        np.diff(grown(WORK, 0.4, 5)) > 0
    ).all()
    assert float(remaining(1e300, 2, 1, 0.3)) == 0.3 and float(grown(1e300, 2, 1)) == np.inf


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((-1, 1, 1, 0), "work"),
        ((1, -1, 1, 0), "exponent"),
        ((1, 1, 0, 0), "scale"),
        ((1, 1, 1, 2), "least"),
    ],
)
def test_numbers_out_of_range_are_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        remaining(*arguments)
