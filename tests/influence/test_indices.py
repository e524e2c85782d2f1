"""Total effects and PAWN against closed forms."""

import numpy as np
import pytest
from small import small_catalog

import taskmodel as tm
from taskmodel.influence.indices import design, pawn, total_effects
from taskmodel.influence.inputs import inputs_of
from taskmodel.numerics.normal import normal_cdf

ROWS = 1024


def singles(count):
    return {f"x{number}": [f"x{number}"] for number in range(count)}


def effects_of(function, count, rows=ROWS):
    groups = singles(count)
    numbers = design(groups, rows, seed=1)
    uniform = np.stack([normal_cdf(numbers[name]) for name in groups])
    return total_effects(groups, function(uniform), seed=1)


def test_ishigami():
    def ishigami(uniform):
        x, y, z = np.pi * (2 * uniform - 1)
        return np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)

    found = effects_of(ishigami, 3)
    first = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2
    second = 49 / 8
    third = 0.01 * np.pi**8 * (1 / 18 - 1 / 50)
    exact = np.array([first + third, second, third]) / (first + second + third)
    assert exact == pytest.approx([0.5576, 0.4424, 0.2437], abs=1e-4)
    assert (np.abs(found.value - exact) < found.error).all() and (found.error < 0.1).all()


def test_g_function_of_sobol():
    a = np.array([0, 1, 4.5, 9, 99, 99])

    def product(uniform):
        return np.prod((np.abs(4 * uniform - 2) + a[:, None]) / (1 + a[:, None]), axis=0)

    found = effects_of(product, 6)
    part = 1 / (3 * (1 + a) ** 2)
    exact = part * np.prod(1 + part) / (1 + part) / (np.prod(1 + part) - 1)
    # one of six 90 % intervals may miss; those of 99 % all hold
    assert (np.abs(found.value - exact) < 2.576 / 1.645 * found.error + 1e-4).all()


def test_groups_and_constants():
    groups = {"both": ["x", "y"], "z": ["z"]}
    numbers = design(groups, 64, seed=3)
    assert {len(column) for column in numbers.values()} == {64 * 4}
    total = total_effects(groups, numbers["x"] * numbers["y"], seed=3)
    assert total.value[1] == 0 and total.value[0] == pytest.approx(1, abs=0.3)
    assert total_effects(groups, np.ones(64 * 4), seed=3).value.tolist() == [0, 0]


def test_answers_that_differ_by_rounding_alone_hang_on_nothing():
    numbers = design(singles(2), 16, seed=1)
    noise = np.where(numbers["x0"] > 0, 2.2e-16, 0.0)
    assert total_effects(singles(2), noise, seed=1).value.tolist() == [0, 0]
    inputs = np.stack(list(numbers.values()), axis=1)
    assert pawn(inputs, noise, np.ones(len(noise)), seed=1).value.tolist() == [0, 0, 0]


def test_an_answer_that_is_the_same_in_all_base_rows_has_no_index(recwarn):
    values = np.zeros((8, 4))
    values[3, 1] = 0.04
    found = total_effects(singles(2), values.ravel(), seed=1)
    assert np.isnan(found.value).all() and np.isnan(found.error).all() and not recwarn


def test_rows_without_an_answer_are_left_out_whole():
    groups = singles(2)
    numbers = design(groups, 512, seed=1)
    values = 2 * numbers["x0"] + numbers["x1"]
    values[[5, 40]] = np.nan
    found = total_effects(groups, values, seed=1)
    assert found.used == 510
    assert found.value == pytest.approx([0.8, 0.2], abs=0.03)
    with pytest.raises(tm.NoAnswer, match="only 0 rows"):
        total_effects(groups, np.full(64, np.nan), seed=1)


@pytest.mark.parametrize("rows", [4, 100])
def test_rows_are_a_power_of_two(rows):
    with pytest.raises(tm.InputError, match="power of 2"):
        design(singles(1), rows, seed=1)


def test_salib_that_is_missing_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "SALib.sample.sobol", None)
    with pytest.raises(tm.InputError, match=r"pip install 'taskmodel\[sensitivity\]'"):
        design(singles(1), 8, seed=1)


def test_pawn_ranks_inputs_of_weighted_draws_above_noise():
    rng = np.random.default_rng(5)
    inputs = rng.normal(size=(4096, 3))
    values = np.where(inputs[:, 0] > 1, np.inf, 2 * inputs[:, 0] + inputs[:, 1])
    weight = np.exp(-0.5 * (inputs[:, 1] - 1) ** 2)
    found = pawn(inputs, values, weight, seed=1)
    strong, weak, idle, noise = found.value
    assert strong > weak > 1.5 * noise and idle < 1.5 * noise
    # draws of weight 0 do not count, and neither do those without an answer
    values[:96] = np.nan
    assert pawn(inputs, values, weight, seed=1).used == 4000


GIVEN = {"source": "judgement", "note": "n"}
OPEN = {
    "compute": {"inference": "free"},
    "capability": {"intercept": 5},
    "latency": {"serial_speed": 1e6},
}


def ratios(shares, common=None, elasticity=1.0):
    """Tasks of AI that people review, with uncertain review ratios: 90 % from 0.1 to 0.4."""
    ratio = {"value": 0.2, "low": 0.1, "high": 0.4, "distribution": "lognormal", **GIVEN}
    tasks = {
        name: {"share": share, "review_ratio": ratio, "coverage_floor": 0}
        for name, share in zip("abc", shares, strict=False)
    }
    extra = {"production": {"elasticity": elasticity}}
    if common is not None:
        group = {"paths": ["tasks.*.review_ratio"], "common": common, **GIVEN}
        extra["uncertainty"] = {"groups": {"ratios": group}}
    return small_catalog(tasks, **OPEN, **extra)


def test_total_effects_of_a_cobb_douglas_organisation():
    # ln S = -sum s ln r: shares of the squares
    catalog = ratios((0.5, 0.3, 0.2))
    names = [f"tasks.{name}.review_ratio" for name in "abc"]
    groups = {name: [name] for name in names}
    columns = inputs_of(catalog, None).columns(design(groups, 512, seed=1))
    exact = np.prod([columns[n] ** -s for n, s in zip(names, (0.5, 0.3, 0.2), strict=True)], 0)
    few = {name: column[:30] for name, column in columns.items()}
    drawn = tm.ensemble(catalog, few, compute=[1e31], keep=["throughput_speedup"], events=False)
    np.testing.assert_allclose(drawn["throughput_speedup"][:, 0], exact[:30], rtol=1e-9)
    found = total_effects(groups, np.log(exact), seed=1)
    assert found.value == pytest.approx([0.6579, 0.2368, 0.1053], abs=0.01)
    assert (np.abs(found.value - [0.6579, 0.2368, 0.1053]) < found.error).all()


def test_quantiles_of_a_comonotone_leontief_organisation():
    # all ratios move in step, so that quantiles of the speed-up are those at the quantiles of z
    inputs = inputs_of(ratios((0.5, 0.5), common=1, elasticity=0), None)
    (move,) = inputs.moves().values()
    scores = {path: score * np.array([1.0, 0.0, -1.0]) for path, score in move.items()}
    catalog = ratios((0.5, 0.5), common=1, elasticity=0)
    drawn = tm.ensemble(catalog, inputs.at_scores(scores, 3), compute=[1e31], events=False)
    speedup = drawn["throughput_speedup"].values[:, 0]
    assert speedup == pytest.approx([2.5, 5, 10], rel=1e-9)
