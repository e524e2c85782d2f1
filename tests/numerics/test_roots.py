"""Root finding by brackets, jumps, and minima."""

import numpy as np
import pytest

from taskmodel.errors import RootError
from taskmodel.numerics.roots import STEPS, Brackets, between, close_in, least

CASES = {
    "smooth": (lambda x: np.exp(x) - 3, -2.0, 5.0, np.log(3)),
    "steep": (lambda x: np.tanh(1e6 * (x - 0.123456789)), 0.0, 1.0, 0.123456789),
    "flat at the root": (lambda x: (x - 0.7) ** 5, 0.0, 1.0, 0.7),
    "bent": (lambda x: np.where(x < 1, 1e-6 * (x - 1), 1e6 * (x - 1)), -5.0, 9.0, 1.0),
    "infinite at an end": (lambda x: np.where(x > 3, np.inf, x - 2), 0.0, 100.0, 2.0),
}


@pytest.mark.parametrize("name", CASES)
def test_a_bracket_closes_on_the_root(name):
    function, low, high, root = CASES[name]
    ends = np.array([[low], [high]])
    result = close_in(
        lambda rows, x: function(x), Brackets(*ends, *function(ends)), close=1e-15, width=1e-15
    )
    assert result.nearest()[0][0] == pytest.approx(
        root, abs=2e-3 if name == "flat at the root" else 1e-9 if name == "bent" else 1e-12
    )


@pytest.mark.parametrize("name", [name for name in CASES if name != "infinite at an end"])
def test_a_single_bracket_closes_in_a_limited_number_of_steps(name):
    function, low, high, root = CASES[name]
    arguments = []

    def counted(x):
        arguments.append(x)
        return float(function(x))

    result = between(
        counted, low, high, float(function(low)), float(function(high)), close=0.0, width=1e-14
    )
    assert result == pytest.approx(root, abs=2e-3 if name == "flat at the root" else 1e-9)
    assert len(arguments) < STEPS / 2


def test_brackets_are_independent_of_each_other():
    targets = np.linspace(-3, 3, 50)
    calls = []

    def values(rows, x):
        calls.append(len(rows))
        return np.sinh(x) - targets[rows]

    low, high = np.full(50, -4.0), np.full(50, 4.0)
    brackets = np.arange(50)
    result = close_in(
        values,
        Brackets(low, high, values(brackets, low), values(brackets, high)),
        close=1e-14,
        width=1e-16,
    )
    np.testing.assert_allclose(result.nearest()[0], np.arcsinh(targets), atol=1e-13)
    assert sum(calls) < 50 * 25  # half of bisection's fifty


def test_a_jump_is_located_between_neighbouring_numbers():
    def values(rows, x):
        return np.where(x < 1 / 3, -1.0, 2.0)

    result = close_in(
        values, Brackets(*np.array([[0.0], [1.0], [-1.0], [2.0]])), close=1e-12, width=1e-16
    )
    assert result.low[0] < 1 / 3 <= result.high[0] <= np.nextafter(result.low[0], 1) + 1e-16
    assert (result.at_low[0], result.at_high[0]) == (-1.0, 2.0)


@pytest.mark.parametrize("hole", [0.0, 0.6, 1.0])
def test_nan_is_an_error(hole):
    def values(rows, x):
        return np.where(np.abs(x - hole) < 0.2, np.nan, x - 0.6)

    with pytest.raises(RootError, match="not a number at"):
        close_in(
            values,
            Brackets(*np.array([[0.0], [1.0]]), *values([0], np.array([[0.0], [1.0]]))),
            close=1e-12,
            width=1e-16,
        )
    with pytest.raises(RootError, match="not a number at"):
        least(lambda rows, x: np.where(x < 0.5, np.nan, x), np.zeros(1), np.ones(1), 1e-6)


def test_a_bracket_that_is_still_wide_after_all_steps_is_an_error():
    def values(rows, x):  # a jump next to zero, where numbers are dense
        return np.where(x < 1e-300, -1.0, 1.0)

    with pytest.raises(RootError, match="no root within 200 steps between"):
        close_in(values, Brackets(*np.array([[-1.0], [1.0], [-1.0], [1.0]])), close=0.0, width=0.0)
    with pytest.raises(RootError, match="no minimum within 200 steps"):
        least(lambda rows, x: x**2, np.zeros(1), np.ones(1), 0.0)


def test_the_minimum_of_a_function():
    centres = np.array([0.1, 0.5, 0.99])
    argument, minimum = least(
        lambda rows, x: np.cosh(x - centres[rows]), np.zeros(3), np.ones(3), 1e-9
    )
    np.testing.assert_allclose(argument, centres, atol=1e-7)
    np.testing.assert_allclose(minimum, 1.0, atol=1e-14)
