"""`taskmodel check --show-distributions`."""

import pytest
from command_line import error_of, json_of, line_with, lines_of

BAD = """
uncertainty:
  correlations:
    - {between: [capability.slope, latency.serial_speed], value: 0.8}
    - {between: [latency.serial_speed, production.parallel_exponent], value: 0.8}
    - {between: [capability.slope, production.parallel_exponent], value: -0.9}
"""


def test_distributions_are_listed_with_quantiles_of_draws(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    lines = lines_of(capsys, "check", "alignment_research", "--show-distributions")
    assert "87 uncertain numbers; quantiles of 4,096 draws, seed 1" in lines[1]
    slope = line_with(lines, "capability.slope").split()
    assert slope[1:3] == ["two-piece", "lognormal"]
    assert slope[3:] == ["0.48", "0.38", "0.49", "0.76", "1", "capability_line"]
    assert line_with(lines, "tasks.red_teaming.horizon").split()[-1] == "task_lengths"
    assert any("two-piece: the value is not midway" in line for line in lines)


def test_distributions_in_json_are_complete(capsys):
    (report,) = json_of(capsys, "check", "t_agi_ladder", "--show-distributions")["files"]
    rows = {row["path"]: row for row in report["distributions"]}
    elasticity = rows["production.elasticity"]
    assert (elasticity["law"], elasticity["group"]) == ("uniform", None)
    assert [elasticity[key] for key in ("low", "value", "high")] == [0, 0.5, 1]
    assert elasticity["drawn_95"] == pytest.approx(0.95, abs=0.005)
    (plain,) = json_of(capsys, "check", "t_agi_ladder")["files"]
    assert "distributions" not in plain


def test_shares_that_follow_from_others_say_so(capsys, tmp_path):
    from small import small_catalog

    tasks = {"a": {"share": {"value": 0.5, "low": 0.4, "high": 0.6}}, "b": {"share": 0.5}}
    path = tmp_path / "small.yaml"
    path.write_text(small_catalog(tasks).yaml_text, encoding="utf-8")
    lines = lines_of(capsys, "check", str(path), "--show-distributions")
    assert line_with(lines, "tasks.b.share").split()[1] == "follows"
    assert any("so that they sum to 1" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tasks/scenarios/imperfect_ai.yaml", "no uncertain numbers"),
        ("tasks/loops/kwa.yaml", "triangular"),
        ("tasks/plans/greenblatt_leads.yaml", "pert"),
        ("tasks/paths/slow.yaml", "lognormal"),
        ("tasks/worlds/davidson_best_guess.yaml", "no uncertain numbers"),
    ],
)
def test_other_files_list_theirs(capsys, name, text):
    from locations import ROOT

    lines = lines_of(capsys, "check", str(ROOT / name), "--show-distributions")
    assert any(text in line for line in lines)


def test_catalog_to_start_from_can_be_drawn(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    path = tmp_path / "mine.yaml"
    lines_of(capsys, "new", "mine", "-o", str(path))
    lines = lines_of(capsys, "check", str(path), "--show-distributions")
    assert line_with(lines, "capability.intercept").split()[-1] == "capability_line"


def test_check_finds_correlations_that_cannot_be(capsys, tmp_path):
    import taskmodel as tm

    text = tm.load_catalog("t_agi_ladder").yaml_text.split("\nuncertainty:")[0]
    path = tmp_path / "bad.yaml"
    path.write_text(text + BAD, encoding="utf-8")
    lines = lines_of(capsys, "check", str(path), code=1)
    assert any("uncertainty.correlations.2.value: no numbers have these" in line for line in lines)
    assert "there is no bundled" in "\n".join(lines_of(capsys, "check", "no_such", code=2))
    assert error_of(capsys, "check", "--show-distribution")
