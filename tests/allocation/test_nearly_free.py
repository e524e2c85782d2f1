"""Tasks that cost next to nothing: which modes do them, and in which shares."""

import numpy as np
import pytest

from taskmodel.allocation import Nest, allocate
from taskmodel.allocation.inputs import check_inputs
from taskmodel.allocation.solver import optima_of
from taskmodel.allocation.uniqueness_kernels import FAIR

EXPERIMENTS, REVIEW = 1.0, 10.0
# the first task takes experiments alone; the second hours, 2 in one mode and 1 in the other, which
# takes review besides, of which there is plenty
BUNDLES = np.array([[[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 2.0, 0.0], [0.0, 1.0, 1.0]]])
OPEN = np.array([[True, False], [True, True]])


def shares(optimum):
    work = optimum.activity[..., 1, :]
    return work / work.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize(
    ("hours", "slow"), [(4.0, 0.5), (1.5, 0.5), (1.25, 0.25), (1.0001, 0.0001)]
)
def test_hours_that_run_short_limit_the_even_split(hours, slow):
    # among complements a unit of each is made: hours 2 s + (1 - s) are all used below 1.5
    nest, supply = Nest(0.0, [0.5, 0.5], [0, 1]), [EXPERIMENTS, hours, REVIEW]
    optimum = allocate(BUNDLES, supply, nest, OPEN)
    assert shares(optimum) == pytest.approx([slow, 1 - slow], abs=1e-9)
    assert optimum.usable[1].all()
    assert optimum.factor_elasticity == pytest.approx([1, 0, 0], abs=1e-12)
    problem = check_inputs(BUNDLES, supply, nest, OPEN).presolved().problem
    assert int(optima_of(problem)[1][0]) == FAIR  # without linear programs


def test_hours_that_just_suffice_leave_the_slow_mode_idle():
    nest = Nest(0.0, [0.5, 0.5], [0, 1])
    optimum = allocate(BUNDLES, [EXPERIMENTS, 1.0, REVIEW], nest, OPEN)
    assert shares(optimum) == pytest.approx([0, 1], abs=1e-9)
    assert optimum.usable[1].tolist() == [False, True]


def test_the_plan_does_not_hang_on_where_the_search_begins():
    # complements that are not perfect: even prices of 1e-80 and 1e-100 differ by a tenth in amount
    nest, hours = Nest(0.002, [0.5, 0.5], [0, 1]), np.geomspace(0.9, 4.0, 60)
    supply = np.column_stack([np.full(60, EXPERIMENTS), hours, np.full(60, REVIEW)])
    alone = allocate(BUNDLES, supply, nest, OPEN)
    for shift in (-1, 1):
        beside = allocate(BUNDLES, np.roll(supply, shift, axis=0), nest, OPEN)
        again = allocate(BUNDLES, supply, nest, OPEN, start=beside)
        # the amount of the task itself is known as far as prices below 1e-80 are
        assert shares(again) == pytest.approx(shares(alone), abs=5e-3)
        assert (again.usable == alone.usable).all()
    slow = shares(alone)[:, 0]
    assert (np.diff(slow) > -1e-9).all()  # more hours, no less of the slow mode
    assert slow[0] == pytest.approx(0, abs=1e-9)
    assert slow[-1] == pytest.approx(0.5)
    assert np.unique(alone.usable[:, 1, 0]).tolist() == [False, True]
    assert np.count_nonzero(np.diff(alone.usable[:, 1, 0].astype(int))) == 1


@pytest.mark.parametrize("people", [30, 45, 60, 100, 1000, 1e5])
def test_tied_modes_are_told_where_a_pool_has_next_to_no_price(people):
    """People do a task or review AI that does; another task has but one person.

    An hour of review of the ten that there are gives 20 h of AI's work and takes an hour of the
    same people. At an elasticity of 0.1 their price falls with the tenth power of their number.
    """
    bundles = np.zeros((2, 2, 3))
    bundles[0, 0, 0], bundles[0, 1, [0, 2]], bundles[1, 0, 1] = 1, 0.05, 1
    nest = Nest(0.1, [0.5, 0.5], [0, 1])
    found = allocate(bundles, [100 * people, 100, 10], nest, [[True, True], [True, False]])
    first, second = 100 * people - 10 + 200, 100.0
    power = 1 - 1 / 0.1
    output = (0.5 ** (1 / 0.1) * (first**power + second**power)) ** (1 / power)
    assert float(found.output) == pytest.approx(output, rel=1e-9)
    assert found.activity[0] == pytest.approx([first - 200, 200], rel=1e-6)
