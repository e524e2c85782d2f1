"""Random numbers by seed, name and number of the draw."""

import numpy as np
import pytest
from scipy import stats

from taskmodel.errors import InputError
from taskmodel.uncertainty.streams import REPLICATES, draw_numbers, replicates, uniforms

MANY = np.arange(2**15)
PINNED = [0.3611171173524781, 0.7064765764498588, 0.34185524534950673, 0.8944420831688831]


def test_draws_depend_on_their_number_alone():
    whole = uniforms("a", MANY, 7)
    order = np.random.default_rng(0).permutation(MANY)
    assert (uniforms("a", order, 7) == whole[order]).all()
    parts = [uniforms("a", part, 7) for part in np.array_split(MANY, [1, 100, 9000, 20000])]
    assert (np.concatenate(parts) == whole).all()


def test_numbers_are_the_same_in_every_release():
    drawn = uniforms("a", np.array([0, 1, 1000, 10**12]), 1)
    assert drawn == pytest.approx(PINNED, abs=1e-15)


@pytest.mark.parametrize("count", [512, 1024, 4096, 32768])
def test_powers_of_two_of_draws_are_stratified(count):
    whole = uniforms("a", np.arange(count), 3)
    members = count // REPLICATES
    for replicate in range(REPLICATES):
        sample = whole[replicates(np.arange(count)) == replicate]
        # half of the draws are one Latin hypercube, a quarter another, ...
        latest = sample[-max(64, min(members // 2, 1024)) :]
        strata = np.sort(np.floor(latest * len(latest)))
        assert (strata == np.arange(len(latest))).all()


def test_numbers_are_uniform_and_names_seeds_and_samples_independent():
    first, second = uniforms("a", MANY, 1), uniforms("b", MANY, 1)
    assert stats.kstest(first, "uniform").statistic < 1e-3
    bound = 4 / np.sqrt(len(MANY))
    assert abs(np.corrcoef(first, second)[0, 1]) < bound
    assert abs(np.corrcoef(first, uniforms("a", MANY, 2))[0, 1]) < bound
    samples = first.reshape(-1, REPLICATES).T
    correlations = np.corrcoef(samples)[np.triu_indices(REPLICATES, 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(len(MANY) / REPLICATES)
    assert 0 < first.min() and first.max() < 1


def test_sums_of_single_effects_are_far_more_accurate_than_independent_draws():
    errors = []
    for seed in range(20):
        total = sum(uniforms(name, np.arange(512), seed) ** 2 for name in "abcde")
        errors.append(total.mean() - 5 / 3)
    independent = np.sqrt(5 * 4 / 45 / 512)
    assert np.std(errors) < independent / 20


@pytest.mark.parametrize(
    ("draws", "seed", "message"),
    [
        (0, 1, "at least 1"),
        ([], 1, "a count or a list"),
        ([0.5], 1, "a count or a list"),
        (True, 1, "as numbers; found True"),
        ([-1, 2], 1, "from 0 to 2"),
        (8, -1, "seed must be"),
        (8, 1.5, "seed must be"),
        (8, True, "seed must be"),
    ],
)
def test_draws_that_cannot_be_are_refused(draws, seed, message):
    with pytest.raises(InputError, match=message):
        draw_numbers(draws, seed)
