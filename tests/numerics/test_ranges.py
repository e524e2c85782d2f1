"""Numbers inside the interval a docstring states."""

import numpy as np
import pytest

from taskmodel.numerics.ranges import within


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        ("[0, 1]", [0, 0.5, 1], [-1e-9, 1 + 1e-9, np.inf]),
        ("(0, 1]", [1e-300, 1], [0, 2]),
        ("[0, 1)", [0, 0.999], [1, -1]),
        ("[0, inf)", [0, 1e300], [-1, np.inf]),
        ("(0, inf]", [1, np.inf], [0, -np.inf]),
    ],
)
def test_ends_belong_to_an_interval_as_its_brackets_say(interval, inside, outside):
    assert within(interval, "share", inside).tolist() == inside
    for value in outside:
        with pytest.raises(ValueError, match="share"):
            within(interval, "share", value)


@pytest.mark.parametrize("interval", ["[0, 1]", "[0, inf]", "[-inf, inf]"])
def test_nan_is_in_no_interval(interval):
    with pytest.raises(ValueError, match="found nan"):
        within(interval, "share", np.nan)


def test_message_says_what_and_where():
    with pytest.raises(ValueError, match=r"share must be in \[0, 1\]; found -2 at index 1, 0"):
        within("[0, 1]", "share", [[0.5, 1], [-2, 3]])


def test_nothing_is_inside_any_interval():
    assert within("[0, 1]", "share", []).shape == (0,)
