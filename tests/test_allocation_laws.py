"""Laws of the optimum over random organisations that hypothesis picks: what changes nothing, and what only helps."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from organisations import random_organisation

from taskmodel.allocation import Nest, allocate

SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(max_examples=40, deadline=None)


def tame(seed, levels=None):
    """An organisation of up to 12 tasks over three orders of magnitude, and its generator."""
    rng = np.random.default_rng(seed)
    return random_organisation(rng, 3, tasks=int(rng.integers(2, 13)), levels=levels), rng


@FEW
@given(SEEDS)
def test_splitting_a_task_into_halves_changes_nothing(seed):
    organisation, rng = tame(seed, levels=1)
    bundles, supply, nest, available = organisation.problem
    count, shares = len(bundles), np.asarray(nest.shares)
    task = int(rng.integers(count))
    place = nest.members.index(task)
    halved = shares.copy()
    halved[place] /= 2
    split = Nest(nest.elasticity, np.append(halved, halved[place]), [*nest.members, count])
    whole = allocate(*organisation.problem)
    parts = allocate(np.append(bundles, bundles[[task]], axis=0), supply, split, np.append(available, available[[task]], axis=0))
    np.testing.assert_allclose(parts.output, whole.output, rtol=1e-9)
    np.testing.assert_allclose(parts.factor_elasticity, whole.factor_elasticity, atol=1e-7)
    np.testing.assert_allclose(parts.activity[task].sum() + parts.activity[count].sum(), whole.activity[task].sum(), rtol=1e-6)


@FEW
@given(SEEDS, st.floats(-6, 6))
def test_the_unit_of_a_factor_changes_only_its_price(seed, power):
    organisation, rng = tame(seed)
    bundles, supply, nest, available = organisation.problem
    unit = np.ones(len(supply))
    unit[rng.integers(len(supply))] = 10**power
    one, two = allocate(*organisation.problem), allocate(bundles * unit, supply * unit, nest, available)
    np.testing.assert_allclose(two.output, one.output, rtol=1e-9)
    np.testing.assert_allclose(two.factor_elasticity, one.factor_elasticity, atol=1e-7)
    np.testing.assert_allclose(two.shadow_price * unit, one.shadow_price, rtol=1e-6, atol=1e-9 * one.shadow_price.max())


@FEW
@given(SEEDS, st.floats(1.0001, 100))
def test_more_of_a_factor_never_gives_less(seed, times):
    organisation, rng = tame(seed)
    bundles, supply, nest, available = organisation.problem
    more = supply.copy()
    factor = rng.integers(len(supply))
    more[factor] *= times
    before, after = (float(allocate(bundles, each, nest, available).output) for each in (supply, more))
    assert before * (1 - 1e-9) <= after <= before * times * (1 + 1e-9)


@FEW
@given(SEEDS)
def test_output_is_concave_and_its_one_sided_slopes_bracket_the_range_of_the_elasticity(seed):
    organisation, _ = tame(seed)
    bundles, supply, nest, available = organisation.problem
    found, step = allocate(*organisation.problem), 1e-5
    for factor in range(len(supply)):
        slopes, sides = [], []
        for sign in (1, -1):
            moved = supply.copy()
            moved[factor] *= 1 + sign * step
            sides.append(allocate(bundles, moved, nest, available))
            slopes.append(sign * (float(sides[-1].output / found.output) - 1) / step)
        right, left = slopes
        least, largest = found.factor_elasticity_range[factor]
        assert right <= least + 1e-7 and left >= largest - 1e-7
        if all(np.array_equal(side.usable, found.usable) and np.array_equal(side.priced, found.priced) for side in sides):
            assert abs((left + right) / 2 - found.factor_elasticity[factor]) < 1e-6


@FEW
@given(SEEDS)
def test_order_changes_nothing(seed):
    organisation, rng = tame(seed, levels=1)
    bundles, supply, nest, available = organisation.problem
    tasks, modes, factors = (rng.permutation(size) for size in bundles.shape)
    place = np.argsort(tasks)
    moved = Nest(nest.elasticity, nest.shares, [int(place[task]) for task in nest.members])
    one = allocate(*organisation.problem)
    two = allocate(bundles[tasks][:, modes][..., factors], supply[factors], moved, available[tasks][:, modes])
    np.testing.assert_allclose(two.output, one.output, rtol=1e-9)
    np.testing.assert_allclose(two.factor_elasticity, one.factor_elasticity[factors], atol=1e-7)
