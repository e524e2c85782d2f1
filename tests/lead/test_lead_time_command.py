"""The commands `lead-time`, `check`, `list` and `schema` on plans."""

import json

import pytest
from plan_texts import BASE

import taskmodel as tm
from taskmodel.cli import main
from taskmodel.lead.plans import bundled_plans
from taskmodel.lead.plans.work import WORK_STEPS


def test_lead_time_answers_in_text_and_json(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["lead-time", "--months", "6"]) == 0
    text = capsys.readouterr().out
    for words in ("46,000", "15.0", "4,140,000", "review", "3.13 s"):
        assert words in text
    assert max(map(len, text.splitlines())) <= 80
    # the catalog's reading comes first, and the other says what it leaves out
    task_by_task = text.index("What the lead is worth task by task")
    assert task_by_task < text.index("In bulk, before tasks, supervision and latency")
    assert task_by_task < text.index("The workforce")
    assert main(["lead-time", "--months", "6", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    (case,) = facts["cases"]
    assert facts["plan"] == "seed_toy" and facts["steps"] == list(WORK_STEPS)
    assert case["researchers"] == pytest.approx(46_000)
    assert case["researcher_months"][0] == pytest.approx(4_140_000)
    assert facts["files"] == [] and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["greenblatt_leads", "kwa_ladder"])
def test_lead_time_writes_result_and_figure(capsys, tmp_path, name):
    folder = tmp_path / "out"
    assert main(["lead-time", name, "-o", str(folder)]) == 0
    files = ["lead_time.png", "lead_time.svg", "result.nc"]
    assert sorted(path.name for path in folder.iterdir()) == files
    assert tm.open(folder / "result.nc").attrs["plan_name"] == name
    assert "Written to" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["kwa_ladder", "seed_toy"])
def test_a_lead_of_zero_has_a_figure(tmp_path, name):
    assert main(["lead-time", name, "--months", "0", "-o", str(tmp_path)]) == 0


def test_the_mixed_reading_is_reported(capsys):
    assert main(["lead-time", "--set", "worker.reading=seed"]) == 0
    text = capsys.readouterr().out
    assert "15,333" in text and "mixed" in text and "33 %" in text


def test_the_best_schedule_is_reported(capsys):
    risk = (
        "risk={at_present: 0.001, slope: 2.3, tolerated: 0.01, pace: 0.1, productivity_slope: 0.5}"
    )
    assert main(["lead-time", "--months", "6", "--set", risk]) == 0
    assert "The best use of the lead" in capsys.readouterr().out


RUNAWAY = "pause.preparation={theta: 2, prior: 0, scale: 10}"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--months", "-1"], 2, "number of months from 0"),
        (["--months", "six"], 2, "--months"),
        (["--months", "6", "--set", "lead.months=3"], 2, "give one"),
        (["--set", "lead.theft=1.5"], 2, "at least 0 and at most 1 [1/month]"),
        (["--set", "lead.thft=0.5"], 2, "did you mean 'lead.theft'"),
        (
            ["--months", "120", "--set", "pause.growth=9"],
            2,
            "productivity grows beyond any number in a pause of 120 months",
        ),
        (["nobody"], 2, "no bundled plan of this name"),
        (["--set", "lead={months: 6, development: 20, pace: 0.5}"], 1, "the pause never starts"),
        (["--set", RUNAWAY], 1, "preparation blows up 0.104 months into a pause of 1"),
    ],
)
def test_errors_have_an_exit_code_and_a_reason(capsys, arguments, code, message):
    assert main(["lead-time", *arguments]) == code
    errors = capsys.readouterr().err
    assert message in errors and "Traceback" not in errors


def test_check_and_list_include_plans(capsys, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(BASE, encoding="utf-8")
    assert main(["check", str(path)]) == 0
    assert "fine (plan): A plan" in capsys.readouterr().out
    path.write_text(BASE.replace("value: 6,", "value: -6,"), encoding="utf-8")
    assert main(["check", str(path)]) == 1
    assert f"{path}:12:19: lead.months.value: found -6" in capsys.readouterr().out
    assert main(["list"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in bundled_plans()) and "Catalogs" in listed


def test_the_schema_describes_every_block_of_a_plan(capsys):
    assert main(["schema", "--plan"]) == 0
    schema = json.loads(capsys.readouterr().out)
    blocks = "chips worker lead risk pause field ladder organisation cases"
    assert set(blocks.split()) <= set(schema["properties"])
    assert "at most 1 [1/month]" in json.dumps(schema)
