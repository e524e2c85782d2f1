"""What a lead buys over draws: those of the drawn plan and catalog, and failures that are kept."""

import json

import numpy as np
import pytest
from plan_texts import BASE

import taskmodel as tm
from taskmodel.cli import main
from taskmodel.errors import InputError, SolveError
from taskmodel.lead.plans import load_plan, parse_plan
from taskmodel.lead.plans.catalog_link import SolvedCatalogs
from taskmodel.lead.plans.evaluation import evaluate_plan
from taskmodel.lead.plans.load import cases


def row_of(drawn, row, prefix):
    """The numbers of one draw whose path begins with a prefix."""
    pairs = zip(drawn["path"].values.tolist(), drawn["input"].values[row].tolist(), strict=True)
    return {
        path.removeprefix(prefix): value
        for path, value in pairs
        if path.startswith(prefix) and (prefix or ": " not in path)
    }


def agree(values, expected, name):
    if np.asarray(expected).dtype.kind in "USO":
        assert np.asarray(values).tolist() == np.asarray(expected).tolist(), name
    else:
        np.testing.assert_allclose(values, expected, rtol=1e-12, err_msg=name)


def test_draws_of_cases_are_their_answers_with_the_drawn_numbers_and_catalog():
    plan = load_plan("greenblatt_leads")
    drawn = tm.lead_time_draws(plan, draws=[2, 9])
    key = (plan.organisation.catalog, plan.organisation.scenario)
    catalog = tm.load_catalog(*key)
    assert (drawn["status"] == "solved").all()
    for row in range(2):
        changed = SolvedCatalogs({key: catalog.replace(row_of(drawn, row, "catalog: "))})
        for name, variant in cases(plan):
            alone = evaluate_plan(variant.replace(row_of(drawn, row, f"{name}: ")), changed)
            of_case = drawn.isel(draw=row).sel(case=name)
            for variable, expected in alone.items():
                agree(of_case[variable].values, expected, variable)
    # what cases share is drawn alike
    inputs = dict(zip(drawn["path"].values.tolist(), drawn["input"].values.T, strict=True))
    first, second = (inputs[f"{case}: worker.stream_speed"] for case in ("plan_a", "plan_b"))
    assert (first == second).all()


def test_draws_of_a_plan_without_a_catalog_are_its_lead_time():
    plan = parse_plan(uncertain("{value: 6, low: 3, high: 12, unit: month, source: work}"))
    drawn = tm.lead_time_draws(plan, draws=3)
    for row in range(3):
        alone = tm.lead_time(plan.replace(row_of(drawn, row, "")))
        for name in alone.data_vars:
            agree(drawn[name].values[row], alone[name].values, name)
    (again,) = tm.lead_time_draws(plan, draws=[2])["usable_months"].values
    assert again == float(drawn["usable_months"][2])


def uncertain(months):
    """A plan whose lead is uncertain."""
    (line,) = (line for line in BASE.splitlines() if "months:" in line)
    return BASE.replace(line, f"  months: {months}")


def test_a_lead_that_is_gone_before_the_pause_leaves_its_reason():
    development = "lead.development"
    plan = parse_plan(uncertain("{value: 6, low: 2, high: 18, unit: month, source: work}"))
    plan = plan.replace({development: 8, "lead.pace": 0.5})
    drawn = tm.lead_time_draws(plan, draws=16)
    failed = drawn["status"].values == "failed"
    assert 0 < failed.sum() < 16
    assert all("the pause never starts" in reason for reason in drawn["reason"].values[failed])
    assert np.isnan(drawn["usable_months"].values[failed]).all()
    assert np.isfinite(tm.bands(drawn)["usable_months"]).all()
    with pytest.raises(SolveError, match="no draw has an answer; the first: the pause never"):
        tm.lead_time_draws(plan, draws=np.flatnonzero(failed)[:2])
    with pytest.raises(InputError):
        tm.lead_time_draws(plan, draws=0)


def test_the_command_tells_bands_of_each_case(capsys, tmp_path):
    command = ["lead-time", "greenblatt_leads", "--draws", "2"]
    assert main([*command, "-o", str(tmp_path / "out")]) == 0
    text = capsys.readouterr().out
    assert "Plan B: one state helps" in text and "field-years task by task" in text
    lines = [line for line in text.splitlines() if str(tmp_path) not in line]
    assert max(map(len, lines)) <= 80
    assert tm.open(tmp_path / "out" / "lead_time_draws.nc").sizes["draw"] == 2
    assert main(["lead-time", "kwa_ladder", "--draws", "2", "--json"]) == 0
    (case,) = json.loads(capsys.readouterr().out)["cases"]
    assert len(case["usable_months"]) == 3
