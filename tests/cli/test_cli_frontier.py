"""`taskmodel frontier`: what it answers, and what it says where there is no answer."""

import json

import pytest

import taskmodel as tm
from taskmodel.cli import main

SETTINGS = {"supervision.protocols": "[full_review, no_review]", "tasks.1_year.harm_weight": "10"}
QUICK = (
    "t_agi_ladder",
    "--scenario",
    "imperfect_ai",
    *(part for pair in SETTINGS.items() for part in ("--set", "=".join(pair))),
)
AT = ("--compute", "1e31", "--budgets", "1e4:1e6:5")


def test_the_frontier_is_printed_written_and_told_as_json(tmp_path, capsys):
    assert main(["frontier", *QUICK, *AT, "--json", "-o", str(tmp_path / "out")]) == 0
    facts = json.loads(capsys.readouterr().out)
    catalog = tm.load_catalog(
        "t_agi_ladder",
        "imperfect_ai",
        {"supervision.protocols": ["full_review", "no_review"], "tasks.1_year.harm_weight": 10},
    )
    found = tm.safety_frontier(
        catalog, [row["defect_budget"] for row in facts["curve"]], compute=1e31
    )
    for name in (
        "output",
        "throughput_speedup",
        "speedup",
        "safety_price",
        "escaped_harm",
        "review_hours",
    ):
        assert [row[name] for row in facts["curve"]] == pytest.approx(
            found[name].values.tolist()
        ), name
    assert facts["ceases_to_bind"] == pytest.approx(found["ceases_to_bind"].item())
    assert facts["unlimited"]["output"] == pytest.approx(found["output_unlimited"].item())
    assert (
        sum(facts["curve"][0]["ai_work_share"].values()) == pytest.approx(1)
        and "defect_budget" in facts["curve"][0]["bottleneck_share"]
    )
    names = ["frontier.nc", "frontier.png", "frontier.svg"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    assert facts["files"] == [str(tmp_path / "out" / name) for name in names]
    assert tm.open(tmp_path / "out" / "frontier.nc").identical(found)
    assert main(["frontier", *QUICK, *AT, "--no-figures", "-o", str(tmp_path / "again")]) == 0
    page = capsys.readouterr().out
    assert (
        "The price of safety" in page
        and "no limit" in page
        and max(map(len, page.splitlines()[:-1])) <= 80
    )
    assert [path.name for path in (tmp_path / "again").iterdir()] == ["frontier.nc"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("t_agi_ladder", "--compute", "1e31"), 1, "nothing escapes at 1e+31 FLOP/year"),
        ((*QUICK, "--budgets", "1e4"), 2, "must be LOW:HIGH[:POINTS]"),
        ((*QUICK, "--budgets=-1:10"), 2, "found -1; at least 0 [h/year] is allowed"),
        ((*QUICK, "--budgets", "1:10:1"), 2, "POINTS must be a whole number from 2"),
        ((*QUICK, "--compute", "x"), 2, "argument --compute: must be a positive number of FLOP/year"),
        (
            (*QUICK, "--set", "tasks.1_year.verifiability=null"),
            2,
            "tasks.1_year: 'verifiability' is missing",
        ),
    ],
)
def test_what_cannot_be_answered_is_said_with_its_place(arguments, code, said, tmp_path, capsys):
    assert main(["frontier", *arguments, "-o", str(tmp_path)]) == code
    error = capsys.readouterr().err
    assert said in error and "Traceback" not in error
    assert not list(tmp_path.iterdir())


def test_a_run_with_a_budget_tells_what_it_holds_back(tmp_path, capsys):
    asked = (
        "run",
        *QUICK,
        "--set",
        "supervision.defect_budget=1e5",
        "--grid",
        "1e28:1e31:3",
        "--no-figures",
        "-o",
        str(tmp_path),
    )
    assert main([*asked, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["curve"][-1]["bottleneck_share"]["defect_budget"] > 0.1
    assert "defect_budget" in facts["events"][0]["factor_elasticity_before"]
    assert main(list(asked)) == 0
    page = capsys.readouterr().out
    assert "experiments  defects" in page and "defect budget 0." in page
    assert max(map(len, page.splitlines()[:-1])) <= 80
