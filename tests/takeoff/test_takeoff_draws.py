"""Many draws at once: the same years as for each draw by itself, however it ends."""

import numpy as np
import pytest

import taskmodel as tm
from taskmodel.errors import CatalogError

FEW = {"n_labour_tasks": 10}


def one_by_one(draws, changes, tolerance):
    """Years of each draw, from `simulate`."""
    result = []
    for values in zip(*draws.values(), strict=True):
        world = tm.simulate(
            "davidson_best_guess",
            {**changes, **dict(zip(draws, values, strict=True))},
            times=[2022],
            tolerance=tolerance,
        )
        result.append((tm.milestones(world)["value"], world.attrs["stopped"]))
    return result


def compared(draws, changes=FEW, tolerance=1e-3, **options):
    together = tm.simulate_draws(
        "davidson_best_guess", draws, changes, tolerance=tolerance, **options
    )
    for draw, (alone, stopped) in enumerate(one_by_one(draws, changes, tolerance)):
        np.testing.assert_allclose(
            together["value"][draw], alone.sel(milestone=together["milestone"]), rtol=0, atol=1e-6
        )
        assert str(together["stopped"][draw].values) == stopped
    return together


def test_draws_together_are_what_they_are_one_by_one():
    rng = np.random.default_rng(5)
    draws = {
        "full_automation_requirements_training": 10 ** rng.uniform(33, 39, 8),
        "flop_gap_training": 10 ** rng.uniform(2, 6, 8),
        "runtime_training_max_tradeoff": 10 ** rng.uniform(0, 2, 8),
        "labour_substitution_goods": rng.uniform(-2, 0.3, 8),
        "hardware_returns": rng.uniform(3, 7, 8),
        "hardware_delay": rng.choice([0.0, 0.3, 1.0, 2.0], 8),
        "rampup_trigger": rng.uniform(0.03, 0.2, 8),
    }
    result = compared(draws, {**FEW, "t_end": 2050})
    assert (
        np.isnan(result["value"]).any() and (result["value"].sel(milestone="agi_year") < 2050).any()
    )
    assert (result["stopped"] == "").all()


def test_with_a_hundred_tasks_and_without_automation_in_output_too():
    compared({"software_returns": [1.0, 1.4]}, {"t_end": 2037})
    compared({"software_returns": [1.0, 1.4]}, {**FEW, "disable_automation": True, "t_end": 2045})


@pytest.mark.parametrize(
    ("draws", "changes"),
    [
        ({"labour_substitution_goods": [0.0, -0.5]}, FEW),  # Cobb-Douglas
        ({"hardware_delay": [0.01, 1.0]}, {**FEW, "t_end": 2034}),  # shorter than steps
        ({"hardware_delay": [1.0]}, {"n_labour_tasks": None, "t_end": 2030}),  # a continuum
        ({"n_labour_tasks": [8, 10]}, {}),
        ({"frac_compute_training_growth_rampup": [-0.5, 0.2]}, FEW),  # falls asleep again
    ],
)
def test_draws_that_have_no_place_in_arrays_are_followed_alone(draws, changes):
    compared(draws, {"t_end": 2041, **changes})


def test_a_draw_that_leaves_the_models_range_tells_its_date_and_the_others_go_on():
    changes = {
        **FEW,
        "software_ceiling": None,
        "labour_substitution_rnd": 0.7,
        "research_experiments_substitution_software": 0.6,
        "t_end": 2030,
    }
    result = compared({"software_returns": [1.2, 8.0, 1.0]}, changes)
    reasons = result["stopped"].values.tolist()
    assert "at 2025." in reasons[1] and "without bound" in reasons[1]
    assert reasons[0] == reasons[2] == ""


def test_a_draw_that_cannot_begin_reaches_nothing():
    draws = {"ratio_initial_to_cumulative_input_hardware_rnd": [1e20, 0.04]}
    result = tm.simulate_draws(
        "davidson_best_guess", draws, {**FEW, "hardware_performance_ceiling": None, "t_end": 2030}
    )
    assert (
        str(result["stopped"][0].values).startswith("at 2022: levels are beyond")
        and np.isnan(result["value"][0]).all()
    )
    assert np.isfinite(result["value"].sel(draw=1, milestone="training_run_1e26_year"))


def test_what_draws_were_is_told_with_units_and_it_survives_a_file(tmp_path):
    result = tm.simulate_draws(
        "davidson_best_guess", {"hardware_delay": [1.0, 2.0]}, {**FEW, "t_end": 2026}
    )
    assert (
        result["hardware_delay"].values.tolist() == [1, 2]
        and result["hardware_delay"].attrs["units"] == "year"
    )
    names = tm.milestones(tm.simulate("davidson_best_guess", {**FEW, "t_end": 2024}))[
        "milestone"
    ].values.tolist()
    assert set(result["milestone"].values.tolist()) < set(names)
    tm.save(result, tmp_path / "draws.nc")
    assert tm.open(tmp_path / "draws.nc").equals(result)


def test_shared_between_processes_draws_are_the_same():
    draws, changes = {"hardware_delay": [0.5, 1.0, 2.0]}, {"n_labour_tasks": 5, "t_end": 2030}
    alone, shared = (
        tm.simulate_draws("davidson_best_guess", draws, changes, workers=workers)
        for workers in (1, 2)
    )
    # other processes may load other kernels of the same library
    np.testing.assert_allclose(alone["value"], shared["value"], rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("draws", "options", "expected"),
    [
        ({}, {}, "one parameter at least"),
        ([1, 2], {}, "mapping of names to values"),
        ({"hardware_delay": 1.0}, {}, "one dimension"),
        ({"hardware_delay": []}, {}, "at least one"),
        ({"hardware_delay": ["much"]}, {}, "must be given as numbers"),
        (
            {"hardware_delay": [1, 2], "hardware_returns": [5]},
            {},
            "are 1, and those of hardware_delay 2",
        ),
        ({"hardware_delay": [1]}, {"workers": 0}, "at least 1"),
        ({"hardware_delay": [1]}, {"tolerance": 1}, "tolerance"),
    ],
)
def test_draws_that_make_no_sense_are_refused(draws, options, expected):
    with pytest.raises(ValueError, match=expected):
        tm.simulate_draws("davidson_best_guess", draws, **options)


def test_a_defect_of_a_draw_is_told_with_its_number():
    with pytest.raises(CatalogError, match="hardware_delay: found -1") as caught:
        tm.simulate_draws("davidson_best_guess", {"hardware_delay": [1.0, -1.0]})
    assert caught.value.__notes__ == ["in draw 1, the first with a defect"]


def test_a_conflict_between_the_numbers_of_a_draw_is_told_as_for_one_world():
    draws = {"t_end": [2030.0, 2030.0, 2021.0], "hardware_delay": [1, 2, 3]}
    with pytest.raises(CatalogError, match="years after t_start") as caught:
        tm.simulate_draws("davidson_best_guess", draws, FEW)
    assert caught.value.__notes__ == ["in draw 2, the first with a defect"]
