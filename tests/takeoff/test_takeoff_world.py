"""Worlds as files, results, milestones and `taskmodel simulate`."""

import csv
import json

import numpy as np
import pytest

import taskmodel as tm
from taskmodel.cli import main
from taskmodel.errors import CatalogError
from taskmodel.takeoff import bundled_worlds, load_world
from taskmodel.takeoff.davidson.world import World
from taskmodel.takeoff.horizons import bundled_trends
from taskmodel.takeoff.loops import bundled_loops
from tests.takeoff_cases import DATA

SHORT = {"t_end": 2031}


def refused(changes):
    with pytest.raises(CatalogError) as caught:
        load_world("davidson_best_guess", changes)
    return [(defect.path, defect.message) for defect in caught.value.defects]


def test_bundled_worlds_give_every_parameter_with_unit_and_source():
    assert bundled_worlds() == (
        "davidson_aggressive",
        "davidson_best_guess",
        "davidson_conservative",
        "davidson_no_tradeoff",
    )
    for name in bundled_worlds():
        world = load_world(name)
        assert set(World.model_fields) - world.model_fields_set <= {
            "disable_automation",
            "uncertainty",
        }
        for field in World.model_fields:
            value = getattr(world, field)
            if hasattr(value, "unit"):
                assert value.unit and value.source, field
            assert World.model_fields[field].description or field in ("title", "description"), field


@pytest.mark.parametrize(
    ("changes", "path", "expected"),
    [
        ({"flop_gap_training": 0.5}, "flop_gap_training", "at least 1"),
        ({"hardware_delay": -1}, "hardware_delay", "at least 0"),
        ({"hardware_dealy": 1}, "hardware_dealy", "did you mean 'hardware_delay'"),
        ({"labour_substitution_goods": 1e-9}, "labour_substitution_goods", "Cobb-Douglas"),
        ({"labour_substitution_rnd": 0.95}, "labour_substitution_rnd", "at most 0.9"),
        ({"frac_compute_training_ceiling": 0.7}, "frac_compute_training_ceiling", "sum to 1.1"),
        (
            {"frac_labour_software_rnd_ceiling": 0.98},
            "frac_labour_software_rnd_ceiling",
            "sum to 1.01",
        ),
        (
            {"initial_biggest_training_run": 3e28},
            "initial_biggest_training_run",
            "above its ceiling 0.1",
        ),
        ({"hardware_performance_ceiling": 1e17}, "hardware_performance_ceiling", "1.91528e+17"),
        ({"t_end": 2000}, "t_end", "after t_start (2022)"),
        ({"t_end": 2022.0001}, "t_end", "at least 0.001 years after"),
        (
            {"training_requirements_steepness": 1e-9},
            "training_requirements_steepness",
            "at least 0.01 OOM; write 0",
        ),
        (
            {"runtime_requirements_steepness": 0.009},
            "runtime_requirements_steepness",
            "at least 0.01 OOM; write 0",
        ),
        ({"n_labour_tasks": 0}, "n_labour_tasks", "at least 1"),
        (
            {"full_automation_requirements_runtime": {"value": 1, "unit": "FLOP"}},
            "full_automation_requirements_runtime.unit",
            "use FLOP/s",
        ),
        (
            {"labour_growth": {"value": 1, "unit": "person/year"}},
            "labour_growth.unit",
            "a yearly rate",
        ),
        ({"initial_gwp": "much"}, "initial_gwp", "a number is needed"),
    ],
)
def test_a_value_that_cannot_be_is_refused_at_its_place(changes, path, expected):
    ((where, message),) = refused(changes)
    assert where == path and expected in message


@pytest.mark.parametrize(
    "name, value",
    [
        ("hardware_returns", 9e15),
        ("ratio_initial_to_cumulative_input_hardware_rnd", 1e100),
    ],
)
def test_designs_beyond_every_ceiling_are_mended_by_what_makes_their_lead(name, value):
    ((where, message),) = refused({name: value})
    assert where == name and "above any ceiling" in message
    most = float(message.split("at most ")[1].split(" ")[0])
    assert tm.takeoff.load_world("davidson_best_guess", {name: most})
    # no larger value by a hundredth would do
    refused({name: 1.02 * most})


def test_a_market_above_its_ceiling_is_told_before_the_lead_of_designs():
    ((where, message),) = refused({"hardware_returns": 9e15, "hardware_performance_ceiling": 1e10})
    assert where == "hardware_performance_ceiling" and "the market has" in message


def test_defects_of_a_file_have_line_and_column_and_come_all_at_once(tmp_path):
    path = tmp_path / "mine.yaml"
    text = (tm.takeoff.load_world("davidson_best_guess").yaml_text).replace(
        "hardware_delay: {value: 1,", "hardware_delay: {value: -1,"
    )
    text = text.replace("savings_rate:", "saving_rate:").replace(
        "rampup_trigger: {value: 0.06,", "rampup_trigger: {value: 0.06, note: x,"
    )
    path.write_text(
        text.replace(
            'initial_capital_growth: {value: 0.0275, unit: "1/year", source: [ftm, davidson]}',
            "initial_capital_growth: {value: 0.0275, source: judgement}",
        )
    )
    with pytest.raises(CatalogError) as caught:
        load_world(path)
    messages = [str(defect) for defect in caught.value.defects]
    assert [
        message for message in messages if "hardware_delay" in message and f"{path}:" in message
    ]
    assert any(
        "saving_rate: unknown key; did you mean 'savings_rate'" in message for message in messages
    )
    assert any("savings_rate: is missing" in message for message in messages)
    assert any("judgement needs a `note`" in message for message in messages)
    assert all(defect.line for defect in caught.value.defects if defect.path != "savings_rate")


def test_values_set_are_told_in_the_result_and_change_its_fingerprint():
    unchanged, changed = (
        load_world("davidson_best_guess"),
        load_world("davidson_best_guess", {"hardware_delay": np.float64(2)}),
    )
    assert changed.overrides == {"hardware_delay": 2.0} and changed.hardware_delay.source == (
        "set",
    )
    assert unchanged.sha256 != changed.sha256
    assert repr(changed) == "<World davidson_best_guess, hardware_delay = 2.0>"
    result = tm.simulate(changed, SHORT)
    assert json.loads(result.attrs["overrides"]) == {"hardware_delay": 2.0, **SHORT}
    assert result.attrs["scenario_yaml"] == unchanged.yaml_text


def test_every_variable_has_a_unit_and_a_meaning_and_the_same_inputs_give_the_same_bits():
    world, again = (
        tm.simulate("davidson_best_guess", SHORT),
        tm.simulate("davidson_best_guess", SHORT),
    )
    assert world.identical(again)
    for name, variable in world.variables.items():
        assert variable.attrs.get("long_name") or name in ("milestone", "doubling"), name
        assert variable.attrs.get("units") or variable.dtype.kind == "O" or name == "doubling", name
    shares = [
        f"frac_compute_{part}" for part in ("goods", "hardware_rnd", "software_rnd", "training")
    ]
    np.testing.assert_allclose(sum(world[name] for name in shares), 1.0)
    for sector, outer in (
        ("goods", "capital"),
        ("hardware_rnd", "capital"),
        ("software_rnd", "experiment"),
    ):
        np.testing.assert_allclose(
            sum(world[f"{factor}_share_{sector}"] for factor in (outer, "labour", "compute")), 1.0
        )
    at_start = world.isel(time=0)
    assert float(at_start["capital_share_goods"]) == pytest.approx(0.5)
    assert float(at_start["compute_share_hardware_rnd"]) == pytest.approx(0.007)


def test_milestones_have_the_names_of_the_reference_and_survive_a_file(tmp_path):
    world = tm.simulate("davidson_best_guess", SHORT)
    tm.save(world, tmp_path / "world.nc")
    back = tm.open(tmp_path / "world.nc")
    assert tm.milestones(back).equals(tm.milestones(world))
    with open(DATA / "takeoff_headlines.csv", newline="") as file:
        columns = set(next(csv.reader(file)))
    names = set(tm.milestones(world)["milestone"].values)
    assert (
        columns - names == {"case", "gwp_doubling_times", "n_steps", "t_step", "n_labour_tasks"}
        and names < columns
    )
    events = tm.events(world)
    assert events["time"].size and set(events["kind"].values) == {"task_opens", "cap_binds"}


def test_what_is_no_world_has_no_milestones():
    with pytest.raises(TypeError, match="simulate"):
        tm.milestones("davidson_best_guess")
    with pytest.raises(ValueError, match="simulate"):
        tm.milestones(
            tm.simulate("davidson_best_guess", SHORT, times=[2022]).drop_vars("milestone_value")
        )


@pytest.mark.parametrize(
    "options",
    [
        {"times": [2030, 2025]},
        {"times": [2010]},
        {"times": []},
        {"reference_step": 0.0},
        {"tolerance": 1.0},
        {"times": [2025], "reference_step": 0.1},
    ],
)
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(ValueError, match="times|reference_step|tolerance"):
        tm.simulate("davidson_best_guess", **options)


def test_simulate_prints_milestones_and_writes_result_and_figure(tmp_path, capsys):
    folder = tmp_path / "out"
    assert main(["simulate", "--set", "t_end=2042", "-o", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert (
        " ".join(shown.split()).count("100 % of goods tasks are automated 2039.718") == 1
        and "set t_end = 2042" in shown
    )
    assert sorted(path.name for path in folder.iterdir()) == [
        "result.nc",
        "takeoff.png",
        "takeoff.svg",
    ]
    assert tm.open(folder / "result.nc")["time"].values[-1] == 2042


def test_simulate_says_in_json_what_is_not_reached(capsys):
    assert (
        main(
            [
                "simulate",
                "davidson_conservative",
                "--set",
                "t_end=2026",
                "--set",
                "n_labour_tasks=null",
                "--json",
            ]
        )
        == 0
    )
    facts = json.loads(capsys.readouterr().out)
    assert (
        facts["milestones"]["agi_year"]["value"] is None
        and facts["milestones"]["gwp_2025"]["unit"] == "$/year"
    )
    assert (
        facts["overrides"] == {"t_end": 2026, "n_labour_tasks": None}
        and facts["stopped"] == ""
        and facts["files"] == []
    )
    assert facts["gwp_doubling_times"][0] == pytest.approx(20.3, abs=0.1)


def test_simulate_steps_as_the_reference_does(capsys):
    assert main(["simulate", "--set", "t_end=2030", "--reference-step", "0.5"]) == 0
    assert "stepped by 0.5 years" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["davidson"], "there is no bundled world of this name"),
        (["--set", "flop_gap_training=0"], "--set: flop_gap_training: found 0; at least 1"),
        (["--set", "nothing=1"], "there is no such path"),
        (["--reference-step", "often"], "a number of years from 0.0001 to 10"),
        (["nowhere/world.yaml"], "cannot be read"),
    ],
)
def test_bad_input_of_simulate_is_told_with_its_mend(arguments, expected, capsys):
    assert main(["simulate", *arguments]) == 2
    assert expected in capsys.readouterr().err


def test_list_names_worlds_loops_and_trends(capsys):
    assert main(["list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    for kind, names in (
        ("worlds", bundled_worlds()),
        ("loops", bundled_loops()),
        ("trends", bundled_trends()),
    ):
        assert [item["name"] for item in listed[kind]] == list(names)


def test_the_figure_needs_a_world():
    from taskmodel import plots

    with pytest.raises(ValueError, match="simulate"):
        plots.takeoff(
            tm.simulate("davidson_best_guess", SHORT, times=[2022]).drop_vars("milestone_value")
        )
    figure = plots.takeoff(tm.simulate("davidson_conservative", SHORT))
    lines = {line.get_gid() for axes in figure.axes for line in axes.lines}
    assert {
        "gwp",
        "biggest_training_run",
        "frac_tasks_automated_goods",
        "frac_tasks_automated_rnd",
    } <= lines
