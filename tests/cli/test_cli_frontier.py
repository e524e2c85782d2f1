"""`taskmodel frontier`: the answer, and errors."""

import numpy as np
import pytest
from command_line import error_of, json_of, lines_of

import taskmodel as tm

SETTINGS = {"supervision.protocols": "[full_review, no_review]", "tasks.1_year.harm_weight": "10"}
SET = [f"--set={path}={value}" for path, value in SETTINGS.items()]
QUICK = ("t_agi_ladder", "--scenario", "imperfect_ai", *SET)
BUDGETS = ("--compute", "1e31", "--budgets", "1e4:1e6:5")
NUMBERS = (
    "output",
    "throughput_speedup",
    "speedup",
    "safety_price",
    "escaped_harm",
    "review_hours",
)


def test_the_frontier_is_written_and_printed_as_json_and_as_a_page(tmp_path, capsys):
    facts = json_of(capsys, "frontier", *QUICK, *BUDGETS, "-o", str(tmp_path / "out"))
    settings = {
        "supervision.protocols": ["full_review", "no_review"],
        "tasks.1_year.harm_weight": 10,
    }
    catalog = tm.load_catalog("t_agi_ladder", "imperfect_ai", settings)
    budgets = [row["defect_budget"] for row in facts["curve"]]
    frontier = tm.safety_frontier(catalog, budgets, compute=1e31)
    for name in NUMBERS:
        values = [row[name] for row in facts["curve"]]
        assert values == pytest.approx(frontier[name].values.tolist()), name
    assert facts["ceases_to_bind"] == pytest.approx(frontier["ceases_to_bind"].item())
    assert facts["unlimited"]["output"] == pytest.approx(frontier["output_unlimited"].item())
    assert sum(facts["curve"][0]["ai_work_share"].values()) == pytest.approx(1)
    assert "defect_budget" in facts["curve"][0]["bottleneck_share"]
    names = ["frontier.nc", "frontier.png", "frontier.svg"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    assert facts["files"] == [str(tmp_path / "out" / name) for name in names]
    assert tm.open(tmp_path / "out" / "frontier.nc").identical(frontier)
    again = str(tmp_path / "again")
    lines = lines_of(capsys, "frontier", *QUICK, *BUDGETS, "--no-figures", "-o", again)
    page = "\n".join(lines)
    assert "The price of safety" in page and "no limit" in page
    end = next(row for row, line in enumerate(lines) if line.startswith("Written to "))
    assert " ".join("".join(lines[end:]).split()) == f"Written to {again}: frontier.nc"
    assert max(map(len, lines[:end])) <= 80


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("t_agi_ladder", "--compute", "1e31"), 1, "nothing escapes at 1e+31 FLOP/year"),
        ((*QUICK, "--budgets", "1e4"), 2, "must be LOW:HIGH[:POINTS]"),
        ((*QUICK, "--budgets=-1:10"), 2, "found -1; at least 0 [h/year] is allowed"),
        ((*QUICK, "--budgets", "1:10:1"), 2, "POINTS must be a whole number from 2"),
        ((*QUICK, "--compute", "x"), 2, "argument --compute: must be a positive number of FLOP"),
        (
            (*QUICK, "--set", "tasks.1_year.verifiability=null"),
            2,
            "tasks.1_year: 'verifiability' is missing",
        ),
    ],
)
def test_errors_name_the_argument_or_the_reason(arguments, code, message, tmp_path, capsys):
    assert message in error_of(capsys, "frontier", *arguments, "-o", str(tmp_path), code=code)
    assert not list(tmp_path.iterdir())


def test_a_run_with_a_budget_reports_its_share_of_what_binds(tmp_path, capsys):
    budget = ("--set", "supervision.defect_budget=1e5")
    grid = ("--point", "--grid", "1e28:1e31:3", "--no-figures", "-o", str(tmp_path))
    facts = json_of(capsys, "run", *QUICK, *budget, *grid)
    assert facts["curve"][-1]["bottleneck_share"]["defect_budget"] > 0.1
    assert "defect_budget" in facts["events"][0]["factor_elasticity_before"]
    lines = lines_of(capsys, "run", *QUICK, *budget, *grid)
    page = "\n".join(lines)
    assert "experiments  defects" in page and "defect budget 0." in page
    end = next(row for row, line in enumerate(lines) if line.startswith("Written to "))
    assert max(map(len, lines[:end])) <= 80  # a path may be longer


def test_protocols_are_listed_also_where_the_first_budget_admits_no_ai(capsys, tmp_path):
    lines = lines_of(
        capsys,
        *("frontier", "--scenario", "imperfect_ai", "--compute", "1e31"),
        *("--budgets", "0:5e5:2", "--no-figures", "-o", str(tmp_path)),
    )
    assert "Used along the way: ai_full_review." in " ".join(" ".join(lines).split())


HARMS = {
    "capability.defect_probability": "0.2",
    "tasks.1_hour.attack_harm": "3",
    "tasks.1_day.attack_harm": "10",
    "supervision.protocols": "[spot_checks, monitored]",
}
ATTACKED = (
    "frontier",
    "t_agi_ladder",
    "--attack",
    "--compute=1e31",
    *(f"--set={path}={value}" for path, value in HARMS.items()),
)


def test_the_frontier_under_attack_is_that_of_python_beside_random_defects(tmp_path, capsys):
    facts = json_of(capsys, *ATTACKED, "--harms", "2:10:5", "-o", str(tmp_path / "out"))
    names = ["frontier.nc", "frontier.png", "frontier.svg"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    settings = {**HARMS, "supervision.protocols": ["spot_checks", "monitored"]}
    settings = {path: float(v) if isinstance(v, str) else v for path, v in settings.items()}
    catalog = tm.load_catalog("t_agi_ladder", set=settings)
    harms = [row["tolerated_harm"] for row in facts["curve"]]
    alone = tm.attack_frontier(catalog, harms, compute=1e31)
    for name in ("throughput_speedup", "attack_safety", "review_hours"):
        values = np.array([row[name] for row in facts["curve"]], dtype=float)
        np.testing.assert_allclose(values, alone[name], rtol=1e-9)
    # more harm that is tolerated leaves more research, and fewer attacks are caught
    speedups = alone["throughput_speedup"].values
    assert (np.diff(speedups) >= -1e-9).all() and speedups[-1] > speedups[0]
    random = tm.safety_frontier(catalog, compute=1e31)
    kept = 1 - random["escaped_harm"] / random["escaped_harm_unlimited"]
    assert [row["defects_kept_back"] for row in facts["random_defects"]] == pytest.approx(
        kept.values.tolist()
    )
    assert facts["random_defects"][-1]["defects_throughput_speedup"] == pytest.approx(
        random["throughput_speedup_unlimited"].item()
    )


def test_the_page_of_the_frontier_under_attack_names_what_is_attacked(tmp_path, capsys):
    sure = [argument for argument in ATTACKED if "defect_probability" not in argument]
    question = (*sure, "--harms", "2:10:3", "--no-figures", "-o", str(tmp_path))
    page = " ".join(" ".join(lines_of(capsys, *question)).split())
    assert "AI attacks where it expects the most harm" in page
    titles = (tm.load_catalog("t_agi_ladder").tasks[name].title for name in ("1_hour", "1_day"))
    assert sum(page.count(title) for title in titles) >= 2
    assert "If AI only erred at random" not in page


def test_the_scenario_of_attacks_is_watched_by_monitors():
    catalog = tm.load_catalog("alignment_research", "attacks")
    assert "monitored" in catalog.supervision.protocols
    harmful = [name for name, task in catalog.tasks.items() if task.attack_harm is not None]
    assert len(harmful) == 11 and all(catalog.tasks[name].verifiability for name in harmful)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((*ATTACKED, "--budgets", "1:10"), 2, "with --attack give --harms"),
        (("frontier", "t_agi_ladder", "--harms", "1:10"), 2, "add --attack, or give --budgets"),
        (("frontier", "t_agi_ladder", "--attack"), 1, "no attack does harm: give attack_harm"),
        ((*ATTACKED, "--harms", "0:3"), 2, "harms"),
    ],
)
def test_bad_questions_about_attacks_are_refused(arguments, code, message, capsys):
    assert message in error_of(capsys, *arguments, code=code)
