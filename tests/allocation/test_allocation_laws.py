"""Laws of the optimum over random organisations: invariances and monotonicity."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import unless_refused
from organisations import random_organisation
from sizes import cases, examples

from taskmodel.allocation import Nest, allocate

SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(max_examples=examples(cases(20, 40)), deadline=None)


def tame(seed, levels=None):
    """An organisation of up to 12 tasks over three orders of magnitude, and its generator."""
    rng = np.random.default_rng(seed)
    return random_organisation(rng, 3, tasks=int(rng.integers(2, 13)), levels=levels), rng


def halved(nest, task, other):
    """The nest with half of a task's share given to another, at its side."""
    members = [
        halved(member, task, other) if isinstance(member, Nest) else member
        for member in nest.members
    ]
    shares = np.array(nest.shares)
    if task in nest.members:
        place = nest.members.index(task)
        shares[place] /= 2
        shares, members = np.append(shares, shares[place]), [*members, other]
    return Nest(nest.elasticity, shares, members)


def reordered(nest, place, rng):
    """The nest with its members in another order, and task i now at ``place[i]``."""
    members = [
        reordered(member, place, rng) if isinstance(member, Nest) else int(place[member])
        for member in nest.members
    ]
    order = rng.permutation(len(members))
    return Nest(
        nest.elasticity, np.asarray(nest.shares)[order], [members[index] for index in order]
    )


@FEW
@given(SEEDS)
@unless_refused
def test_splitting_a_task_into_halves_changes_nothing(seed):
    organisation, rng = tame(seed)
    bundles, supply, nest, available = organisation.problem
    count = len(bundles)
    task = int(rng.integers(count))
    split = halved(nest, task, count)
    whole = allocate(*organisation.problem)
    parts = allocate(
        np.append(bundles, bundles[[task]], axis=0),
        supply,
        split,
        np.append(available, available[[task]], axis=0),
    )
    np.testing.assert_allclose(parts.output, whole.output, rtol=1e-9)
    np.testing.assert_allclose(parts.factor_elasticity, whole.factor_elasticity, atol=1e-7)
    np.testing.assert_allclose(
        parts.activity[task].sum() + parts.activity[count].sum(),
        whole.activity[task].sum(),
        rtol=1e-6,
    )


@FEW
@given(SEEDS, st.floats(-6, 6))
@unless_refused
def test_the_unit_of_a_factor_changes_only_its_price(seed, power):
    organisation, rng = tame(seed)
    bundles, supply, nest, available = organisation.problem
    unit = np.ones(len(supply))
    unit[rng.integers(len(supply))] = 10**power
    one, two = (
        allocate(*organisation.problem),
        allocate(bundles * unit, supply * unit, nest, available),
    )
    np.testing.assert_allclose(two.output, one.output, rtol=1e-9)
    np.testing.assert_allclose(two.factor_elasticity, one.factor_elasticity, atol=1e-7)
    np.testing.assert_allclose(
        two.shadow_price * unit, one.shadow_price, rtol=1e-6, atol=1e-9 * one.shadow_price.max()
    )


@FEW
@given(SEEDS, st.floats(1.0001, 100))
@unless_refused
def test_more_of_a_factor_never_gives_less(seed, times):
    organisation, rng = tame(seed)
    bundles, supply, nest, available = organisation.problem
    more = supply.copy()
    factor = rng.integers(len(supply))
    more[factor] *= times
    before, after = (
        float(allocate(bundles, each, nest, available).output) for each in (supply, more)
    )
    assert before * (1 - 1e-9) <= after <= before * times * (1 + 1e-9)


@FEW
@given(SEEDS)
@unless_refused
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
        if all(
            np.array_equal(side.usable, found.usable) and np.array_equal(side.priced, found.priced)
            for side in sides
        ):
            assert abs((left + right) / 2 - found.factor_elasticity[factor]) < 1e-6


@FEW
@given(SEEDS)
@unless_refused
def test_elasticities_and_shadow_prices_are_finite_differences_within_a_regime(seed):
    organisation, _ = tame(seed)
    bundles, supply, nest, available = organisation.problem
    # a central difference errs by the square of the step, and by the gap (1e-11) over the step
    step = 1e-4
    moved = supply * np.stack([1 + sign * step * np.eye(len(supply)) for sign in (-1, 0, 1)])
    found = allocate(bundles, moved, nest, available)
    alike = (found.usable == found.usable[1]).all(axis=(0, 2, 3)) & (
        found.priced == found.priced[1]
    ).all(axis=(0, 2))
    alike &= (
        (found.status[1] == "optimal")
        & (found.status[0] == "optimal")
        & (found.status[2] == "optimal")
    )
    slope = (np.log(found.output[2]) - np.log(found.output[0])) / (np.log1p(step) - np.log1p(-step))
    elasticity = np.diagonal(found.factor_elasticity[1])
    np.testing.assert_allclose(elasticity[alike], slope[alike], atol=1e-6)
    price = np.diagonal(found.shadow_price[1])
    np.testing.assert_allclose((price * supply / found.output[1])[alike], slope[alike], atol=1e-6)


@FEW
@given(SEEDS)
@unless_refused
def test_order_changes_nothing(seed):
    organisation, rng = tame(seed)
    bundles, supply, nest, available = organisation.problem
    tasks, modes, factors = (rng.permutation(size) for size in bundles.shape)
    place = np.argsort(tasks)
    moved = reordered(nest, place, rng)
    one = allocate(*organisation.problem)
    two = allocate(
        bundles[tasks][:, modes][..., factors], supply[factors], moved, available[tasks][:, modes]
    )
    np.testing.assert_allclose(two.output, one.output, rtol=1e-9)
    np.testing.assert_allclose(two.factor_elasticity, one.factor_elasticity[factors], atol=1e-7)
