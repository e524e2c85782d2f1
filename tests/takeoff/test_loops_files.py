"""Files of loops with one defect each, and `taskmodel simulate` of loops."""

import json

import numpy as np
import pytest

import taskmodel as tm
from taskmodel.cli import main
from taskmodel.errors import CatalogError
from taskmodel.takeoff.loops import is_loop, load_loop


def bad(tmp_path, name, old, new):
    """A bundled file with one defect."""
    text = load_loop(name).yaml_text
    assert text.count(old) == 1, old
    path = tmp_path / f"{name}.yaml"
    path.write_text(text.replace(old, new))
    return path


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "says"),
    [
        (
            "kwa",
            "loop: parsimonious",
            "loop: parsimony",
            "loop",
            "found 'parsimony'; allowed: parsimonious, software_explosion",
        ),
        ("kwa", "loop: parsimonious", "loop: [a]", "loop", "found ['a']; allowed: parsimonious"),
        ("kwa", "loop: parsimonious\n", "", "loop", "is missing; give one of parsimonious"),
        (
            "kwa",
            "end: {value: 2070, unit: year",
            "end: {value: 2026, unit: year",
            "end",
            "from 0.001 to 100000 years after start (2026)",
        ),
        (
            "kwa",
            "automated_share: {value: 0.375",
            "automated_share: {value: 1",
            "initial_automated_share.value",
            "above 0 and below 1",
        ),
        (
            "kwa",
            "labour_growth:\n",
            "dificulty: 1\nlabour_growth:\n",
            "dificulty",
            "unknown key; did you mean 'difficulty'",
        ),
        (
            "kwa",
            "inverse_pace: {value: 2.85",
            "inverse_pace: {value: fast",
            "inverse_pace.value",
            "a number is needed",
        ),
        (
            "kwa",
            "  2058: {value: 1.25",
            "  2008: {value: 1.25",
            "compute_growth.2008",
            "found the date '2008'; years in order are needed",
        ),
        (
            "kwa",
            "  2058: {value: 1.25",
            "  later: {value: 1.25",
            "compute_growth.later",
            "found the date 'later'",
        ),
        (
            "kwa",
            "  2058: {value: 1.25",
            "  2058: {value: 0",
            "compute_growth.2058.value",
            "found 0; above 0",
        ),
        (
            "kwa",
            "{shape: triangular, low: 0.3, high: 1,",
            "{shape: triangular, low: 1, high: 0.3,",
            "priors.difficulty.high",
            "low < high",
        ),
        (
            "kwa",
            "triangular, low: 0.3, high: 1,",
            "normal, low: 0.3, high: 1,",
            "priors.difficulty.shape",
            "found 'normal'",
        ),
        (
            "kwa",
            "triangular, low: 0.25,",
            "triangular, low: -0.25,",
            "priors.initial_automated_share.low",
            "above 0 and below 1",
        ),
        (
            "kwa",
            "  returns: {shape",
            "  return: {shape",
            "priors.return",
            "there is no number 'return' to draw; did you mean 'returns'",
        ),
        (
            "kwa",
            'value: 5, unit: "1", source: kwa',
            "value: 5, source: kwaa",
            "initial_software_growth.source",
            "no source 'kwaa'",
        ),
        (
            "software_explosion",
            "limit: {value: 11, unit: year",
            "limit: {value: 11, unit: FLOP",
            "limit.unit",
            "use year",
        ),
        (
            "software_explosion",
            "log_uniform, low: 2,",
            "log_uniform, low: -2,",
            "priors.initial_speedup.low",
            "a positive one",
        ),
        (
            "software_explosion_bottleneck",
            'experiment_share: {value: 0.3, unit: "1", source: ftm}\n',
            "",
            "experiment_substitution",
            "means nothing without experiment_share",
        ),
        (
            "software_explosion_bottleneck",
            "experiment_substitution: {value: -0.01",
            "experiment_substitution: {value: 0.5",
            "experiment_substitution.value",
            "at most 0",
        ),
        (
            "software_explosion",
            "limit: {value: 11, unit: year, source: forethought, note: middle of 6 to 16}\n",
            "",
            "returns",
            "fall to 0 at the limit, and there is none",
        ),
        (
            "aghion_jones_jones",
            "substitution: {value: -1,",
            "substitution: {value: 0.5,",
            "substitution.value",
            "at most -0.001",
        ),
        (
            "aghion_jones_jones",
            "note: a choice of units}\n# L:",
            "}\n# L:",
            "productivity.source",
            "judgement needs a `note`",
        ),
        (
            "gate_automation",
            "requirement: {value: 3.1622776601683795e36",
            "requirement: {value: 1e25",
            "full_automation_requirement",
            "more than initial_run (5e+25)",
        ),
    ],
)
def test_a_defect_is_told_with_its_place(name, old, new, where, says, tmp_path):
    path = bad(tmp_path, name, old, new)
    with pytest.raises(CatalogError) as caught:
        load_loop(path)
    (defect,) = caught.value.defects
    assert says in defect.message and defect.path == where
    assert defect.file == str(path) and (defect.line or "missing" in defect.message)


def test_all_defects_of_a_file_come_at_once_and_values_set_are_told_apart(tmp_path):
    text = (
        load_loop("kwa")
        .yaml_text.replace("end: {value: 2070", "end: {value: 2070, nothing: 1")
        .replace("returns: {value: 0.9", "returns: {value: 0")
    )
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(CatalogError) as caught:
        load_loop(path)
    assert len(caught.value.defects) == 2
    for changes, says in (
        ({"compute_growth.2029": -1}, "set: compute_growth.2029: found -1"),
        ({"dificulty": 1}, "did you mean 'difficulty'"),
        ({"difficulty": None}, "difficulty"),
    ):
        with pytest.raises(CatalogError, match=says):
            load_loop("kwa", changes)
    with pytest.raises(TypeError, match="mapping of paths to values"):
        load_loop("kwa").replace("difficulty=1")


def test_a_file_of_ones_own_runs_by_its_path_and_is_told_from_a_world(tmp_path, capsys):
    path = tmp_path / "mine.yaml"
    path.write_text(load_loop("kwa").yaml_text)
    assert is_loop(path) and is_loop(str(path)) and is_loop("kwa")
    assert not is_loop("davidson_best_guess") and not is_loop(tmp_path / "nowhere.yaml")
    run = tm.simulate(path, {"end": 2028})
    assert run.attrs["scenario_name"] == "mine" and tm.simulate(
        load_loop(path), {"end": 2028}
    ).identical(run)
    assert main(["check", str(path)]) == 0
    assert "fine (loop): Kwa's parsimonious model" in capsys.readouterr().out
    assert (
        main(
            [
                "check",
                str(bad(tmp_path, "kwa", "difficulty: {value: 0.65", "difficulty: {value: 0")),
            ]
        )
        == 1
    )
    assert "difficulty.value: found 0" in capsys.readouterr().out


def test_simulate_prints_what_a_loop_reaches_and_writes_result_and_figure(tmp_path, capsys):
    folder = tmp_path / "out"
    assert main(["simulate", "kwa", "--set", "end=2036", "--no-figures", "-o", str(folder)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert (
        "99 % of AI research is automated 2033.065" in shown
        and "99.9 % of AI research is automated not reached" in shown
    )
    assert "set end = 2036" in shown and "automated_share [1] 0.375" in shown
    assert [path.name for path in folder.iterdir()] == ["result.nc"]
    assert tm.open(folder / "result.nc")["time"].values[-1] == 2036
    assert main(["simulate", "software_explosion", "-o", str(folder)]) == 0
    assert "Written to" in capsys.readouterr().out
    assert sorted(path.name for path in folder.iterdir()) == ["loop.png", "loop.svg", "result.nc"]


def test_simulate_of_draws_prints_percentiles_of_which_those_that_never_come_are_last(capsys):
    arguments = ["simulate", "kwa", "--set", "end=2032", "--draws", "50", "--seed", "9"]
    assert main([*arguments, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["draws"], facts["seed"], facts["loop"]) == (50, 9, "parsimonious")
    late = facts["milestones"]["automated_99%"]
    dates = (
        tm.milestones(tm.simulate("kwa", {"end": 2032}, draws=50, seed=9))["value"]
        .sel(milestone="automated_99%")
        .values
    )
    assert late["reached"] == np.isfinite(dates).mean() < 0.95 and late["percentiles"]["95"] is None
    assert late["percentiles"]["25"] == sorted(dates[np.isfinite(dates)])[12]
    assert main(arguments) == 0
    assert "50 draws of its priors, seed 9" in capsys.readouterr().out


def test_simulate_says_why_a_loop_ends_before_its_time(capsys):
    changes = ["--set", "limit=null", "--set", "constant_returns=true", "--set", "returns=2"]
    assert main(["simulate", "software_explosion", *changes]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "The run ends before its time, at 0.316457: software grows without bound." in shown
    assert main(["simulate", "software_explosion", *changes, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (
        facts["milestones"]["most_progress_in_1_year"]["value"] == "inf"
        and facts["milestones"]["limit"]["value"] is None
    )
    assert (
        facts["stopped"] == "at 0.316457: software grows without bound"
        and facts["overrides"]["limit"] is None
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["kwaa"], "there is no bundled loop of this name; did you mean 'kwa'"),
        (["kwa", "--reference-step", "0.1"], "--reference-step is for Davidson's worlds"),
        (["--draws", "3"], "--draws is for loops with priors"),
        (["kwa", "--seed", "3"], "give their number with --draws"),
        (["kwa", "--draws", "none"], "a whole number from 1 to 1,000,000"),
        (["kwa", "--draws", "3", "--seed", "-1"], "a whole number from 0 to 4,294,967,295"),
        (["aghion_jones_jones", "--draws", "3"], "has no priors to draw from"),
        (["kwa", "--set", "difficulty=-1"], "--set: difficulty: found -1"),
    ],
)
def test_bad_input_of_simulate_is_told_with_its_mend(arguments, says, capsys):
    assert main(["simulate", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_the_figure_has_a_line_for_every_level_and_needs_a_loop():
    from taskmodel import plots

    run = tm.simulate("software_explosion", draws=20, seed=1)
    lines = {line.get_gid() for axes in plots.loop(run).axes for line in axes.lines}
    assert lines == {str(each) for each in run.data_vars if "time" in run[each].dims}
    with pytest.raises(ValueError, match="no loop"):
        plots.loop(run.drop_attrs())
