"""Dates beside compute, differences between catalogs, and scripts of completion."""

import math
import re
import subprocess
from pathlib import Path

import pytest
from command_line import json_of, lines_of

import taskmodel as tm
from taskmodel.cli import main
from taskmodel.cli.calendar import MONTHS, Calendar, short
from taskmodel.cli.diff import value_differences
from taskmodel.cli.screen import scientific
from taskmodel.sweeps.paths import compute_dates, courses, load_paths

SHORT = [short(f"{name} 2026").split()[0] for name in MONTHS]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def catalog():
    return tm.load_catalog("alignment_research")


def test_a_date_is_where_the_path_has_that_compute(catalog):
    dates = compute_dates(catalog, "epoch_trend")
    assert dates(catalog.compute.today.value) == load_paths("epoch_trend").today.value
    for date, value in courses(load_paths("epoch_trend"), catalog)["compute"]:
        assert dates(value) == pytest.approx(date, abs=1e-9)
    rate = math.log(dates.values[-1] / dates.values[-2]) / (dates.dates[-1] - dates.dates[-2])
    later = dates.values[-2] * math.exp(rate / 4)
    assert dates(later) == pytest.approx(dates.dates[-2] + 0.25, abs=1e-9)


def test_months_are_named_and_ends_of_the_path_too(catalog):
    calendar = Calendar(catalog)
    assert calendar.along(catalog.compute.today.value) == ", January 2026 along epoch_trend"
    assert calendar.month(1e20) == "before 2024" and calendar.month(1e60) == "after 2032"
    assert calendar.month(None) == "" and math.isnan(calendar.date(math.nan))


def test_a_path_on_which_compute_rests_dates_nothing(tmp_path, catalog):
    path = tmp_path / "rest.yaml"
    growth = "{growth: [{factor: 2}, {factor: 1, since: 2027}], source: judgement, note: n}"
    path.write_text(f"title: t\nbegins: 2026\nends: 2028\ntoday: 2026\ncompute:\n  all: {growth}\n")
    assert compute_dates(catalog, str(path)) is None
    calendar = Calendar(catalog, str(path))
    assert calendar.paths == "" and calendar.along(1e29) == ""


def test_an_answer_at_a_compute_says_when_that_is(capsys):
    lines = lines_of(capsys, "what-if", "t_agi_ladder", "--compute", "1e30")
    month = Calendar(tm.load_catalog("t_agi_ladder")).month(1e30)
    assert lines[1].endswith(f"at 1e30 FLOP/year, {month} along epoch_trend")


def test_run_dates_its_points_and_the_tasks_that_open(capsys):
    words = ["run", "t_agi_ladder", "--point", "--no-figures", "--grid", "1e27:1e33:5"]
    facts = json_of(capsys, *words)
    calendar = Calendar(tm.load_catalog("t_agi_ladder"))
    assert facts["dates"]["paths"] == "epoch_trend"
    for name in ("oversight_binds", "first_automation"):
        if facts[name] is not None:
            date = calendar.date(facts[name]["compute"])  # -inf where it is before the path
            assert float(facts["dates"][name]) == pytest.approx(date)
    opened = facts["dates"]["next_tasks"]
    assert opened.keys() == {task["task"] for task in facts["next_tasks"]}
    text = " ".join(" ".join(lines_of(capsys, *words)).split())
    assert "Along epoch_trend:" in text and "AI can from date" in text
    along = re.search(r"Along epoch_trend: (.*?)\. ", text)[1].split(", ")
    months = [re.search(r"([A-Z][a-z]{2}|after|before) (\d{4})$", item).groups() for item in along]
    order = [(int(year), SHORT.index(name) if name in SHORT else 12) for name, year in months]
    assert len(order) > 2 and order == sorted(order)


@pytest.mark.parametrize("scenario", [None, "scarce_verifiers"])
def test_run_says_from_when_all_review_hours_are_in_use(scenario, capsys):
    words = ["run", "--point", "--no-figures", "--grid", "1e30:1e33:4"]
    words += ["--scenario", scenario] * (scenario is not None)
    facts = json_of(capsys, *words)
    text = " ".join(" ".join(lines_of(capsys, *words)).split())
    calendar = Calendar(tm.load_catalog("alignment_research"))
    for name, stretches in facts["reviewers_scarce"].items():
        kind = f"of {name} " if scenario else ""
        if not stretches:
            assert f"{kind}nowhere" in text
            continue
        start, month = stretches[0][0], short(calendar.month(stretches[0][0]))
        assert f"{kind}from {scientific(start)}" in text and f" ({month})" in text
    assert "All review hours are in use" in text
    # with one kind they are all in use long after oversight begins to bind
    assert scenario or facts["at_grid_start"] and facts["reviewers_scarce"]["general"][0][0] > 1e31


def test_differences_are_values_intervals_and_ids():
    first = tm.load_catalog("t_agi_ladder")
    second = first.replace(
        {
            "supervision.headcount": 77,
            "production.parallel_exponent.low": 0.4,
            "nests.more": {"title": "m", "parent": "ladder"},
            "tasks.new": {
                **{"title": "n", "phase": "more", "share": 0.0, "horizon": 1.0},
                **{"review_ratio": 0.1, "coverage_floor": 0.1},
            },
        }
    )
    rows = {row["path"]: (row["first"], row["second"]) for row in value_differences(first, second)}
    assert rows.keys() == {
        "supervision.headcount",
        "production.parallel_exponent",
        "nests.more",
        "tasks.new",
    }
    assert rows["tasks.new"] == ("", "there") and rows["supervision.headcount"][1] == "77"
    assert not value_differences(first, first)


def test_diff_has_the_answers_of_both_and_explains_their_difference(capsys):
    assert main(["new", "mine", "--quiet", "--from", "t_agi_ladder"]) == 0
    text = Path("mine.yaml").read_text(encoding="utf-8")
    assert text.count("max_review_share: {value: 0.5") == 1
    text = text.replace("max_review_share: {value: 0.5", "max_review_share: {value: 0.1")
    Path("mine.yaml").write_text(text, encoding="utf-8")
    capsys.readouterr()
    facts = json_of(capsys, "diff", "t_agi_ladder", "mine.yaml")
    assert [row["path"] for row in facts["differences"]] == ["supervision.max_review_share"]
    explained = facts["explained"]
    (change,) = explained["changes"]
    assert change["effect"] == pytest.approx(explained["after"] - explained["before"], abs=1e-9)
    for side, name in (("first", "t_agi_ladder"), ("second", "mine.yaml")):
        catalog = tm.load_catalog(name)
        swept = tm.sweep(catalog, [catalog.compute.today.value])
        today = facts["answers"][side]["throughput_speedup_today"]
        assert today == pytest.approx(float(swept["throughput_speedup"][0]), rel=1e-9)
    lines = lines_of(capsys, "diff", "t_agi_ladder", "mine.yaml")
    assert max(map(len, lines)) <= 100 and any("supervision.max_review_share" in x for x in lines)


def test_diff_of_catalogs_with_other_tasks_says_why_changes_are_not_told_apart(capsys):
    facts = json_of(capsys, "diff", "t_agi_ladder", "ml_capability_rnd")
    assert "other tasks" in facts["explained"]["reason"]
    paths = {row["path"] for row in facts["differences"]}
    assert {"tasks.1_hour", "pools.researchers.headcount"} & paths


def completed(script, *words):
    """Return what bash offers after the words."""
    code = (
        f"source {script}; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; "
        '_shtab_taskmodel; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    return subprocess.run(["bash", "-c", code], capture_output=True, text=True).stdout.split()


def test_bash_completes_commands_options_and_bundled_names(capsys, tmp_path):
    script = tmp_path / "script.bash"
    script.write_text("\n".join(lines_of(capsys, "completion", "bash")))
    assert completed(script, "taskmodel", "sens") == ["sensitivity"]
    assert completed(script, "taskmodel", "run", "ml_") == ["ml_capability_rnd"]
    assert "--scenario" in completed(script, "taskmodel", "run", "--sc")
    assert "scarce_verifiers" in completed(script, "taskmodel", "run", "--scenario", "sc")


def test_zsh_gets_a_script_too(capsys):
    lines = lines_of(capsys, "completion", "zsh")
    assert lines[0] == "#compdef taskmodel" and any("alignment_research" in x for x in lines)
