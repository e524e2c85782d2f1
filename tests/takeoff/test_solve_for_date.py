"""The parameter that puts a milestone at a date: round trips, a closed form, jumps, reasons."""

import json

import numpy as np
import pytest

import taskmodel as tm
from taskmodel.cli import main

QUICK = {"n_labour_tasks": 10}
REQUIREMENT = "full_automation_requirements_training"


def test_a_solution_put_back_gives_the_date():
    result = tm.solve_for_date(
        "davidson_best_guess", REQUIREMENT, agi_year=2038, within=(1e35, 1e37), places=3, set=QUICK
    )
    (value,) = result["value"].values
    again = tm.milestones(
        tm.simulate("davidson_best_guess", set={**QUICK, REQUIREMENT: value}, times=[2022])
    )
    assert float(again["value"].sel(milestone="agi_year")) == pytest.approx(2038, abs=2e-5)
    assert (
        result["reached"].values[0] == pytest.approx(2038, abs=1e-5)
        and result.attrs["reason"] == ""
    )
    assert result["value"].attrs["units"] == "FLOP"


def test_the_first_run_of_a_size_comes_with_the_start():
    """The largest run at the start is a parameter, so that its first date is that of the start."""
    result = tm.solve_for_date(
        "davidson_best_guess",
        "initial_biggest_training_run",
        **{"training_run_1e26_year": 2022},
        within=(1e25, 1e27),
        places=3,
        set=QUICK,
    )
    np.testing.assert_allclose(
        result["value"], [1e26, 1e27]
    )  # the places themselves: every run of 1e26 or more
    assert float(result["milestone_value"][0]) > 2022


def test_where_there_is_none_the_nearest_is_told():
    result = tm.solve_for_date(
        "davidson_best_guess", REQUIREMENT, agi_year=2024, within=(1e35, 1e37), places=2, set=QUICK
    )
    assert result.sizes["solution"] == 0
    nearest = float(result["milestone_value"].min())
    assert result.attrs["reason"].endswith(f"the nearest is {nearest:.6g}, at 1e+35")
    late = tm.solve_for_date(
        "davidson_best_guess", REQUIREMENT, agi_year=2030, within=(1e90, 1e91), places=2, set=QUICK
    )
    assert (
        np.isinf(late["milestone_value"]).all()
        and "not reached there before the world ends" in late.attrs["reason"]
    )


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"parameter": "hardware_dela"}, tm.CatalogError, "hardware_delay"),
        ({"parameter": "disable_automation"}, ValueError, "no number"),
        (
            {"parameter": "hardware_delay", "agi_yer": 2030},
            ValueError,
            "there is no milestone 'agi_yer'",
        ),
        ({"parameter": "hardware_delay", "agi_year": float("nan")}, ValueError, "finite number"),
        (
            {"parameter": "hardware_delay", "within": (2, 1)},
            ValueError,
            "low end below its high end",
        ),
        ({"parameter": "hardware_delay", "within": (1, 100)}, tm.CatalogError, "at most 50"),
        ({"parameter": "hardware_delay", "places": 1}, ValueError, "from 2 to 100,000"),
        ({"parameter": "labour_substitution_goods"}, ValueError, "say where to look"),
    ],
)
def test_bad_questions_are_refused(arguments, error, said):
    given = {"places": 2, "set": QUICK, **arguments}
    if not {"agi_yer", "agi_year"} & given.keys():
        given["agi_year"] = 2030
    with pytest.raises(error, match=said):
        tm.solve_for_date("davidson_best_guess", **given)


def test_the_command_line_takes_a_world_for_a_catalog(capsys):
    question = [
        "solve-for",
        REQUIREMENT,
        "davidson_best_guess",
        "--range",
        "1e35:1e37",
        "--set",
        "n_labour_tasks=10",
    ]
    assert main([*question, "--target", "agi_year=2038", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["target"] == {"agi_year": 2038.0} and facts["solutions"][0][
        "reached"
    ] == pytest.approx(2038, abs=1e-5)
    assert main([*question, "--target", "agi_year=2020"]) == 1
    assert "the nearest is" in capsys.readouterr().err
    assert main([*question, "--target", "agi_year=2038", "--at", "compute=1e30"]) == 2
    assert "--at is for catalogs" in capsys.readouterr().err
