"""The load of review, and what less of it gives: against sweeps with a little less."""

import json

import numpy as np
import pytest

import taskmodel as tm
from taskmodel.cli import main

POINT = 1.1e31


def speedup(catalog):
    return tm.sweep(catalog, [POINT])["speedup"].item()


@pytest.fixture(scope="module")
def catalog():
    return tm.load_catalog("alignment_research", "dedicated_reviewers")


@pytest.fixture(scope="module")
def load(catalog):
    return tm.review_load(catalog, POINT)


def test_hours_are_those_of_the_sweep(catalog, load):
    swept = tm.sweep(catalog, [POINT]).isel(compute=0)
    assert float(load["review_hours"].sum()) == pytest.approx(
        float(swept["factor_use"].sel(factor="review")), rel=1e-9
    )
    assert float(load["review_share"].sum()) == pytest.approx(1)
    np.testing.assert_allclose(load["coverage"], 1)  # full review
    time = [
        catalog.tasks[name].review_ratio.value * catalog.tasks[name].horizon.value
        for name in load["task"].values
    ]
    np.testing.assert_allclose(load["review_time"], time)
    assert (load["wait"] >= 0).all()


def test_gains_are_those_of_sweeps_with_a_little_more(catalog, load):
    step = 1e-5
    people = catalog.supervision.headcount.value
    nearby = [
        speedup(catalog.replace({"supervision.headcount": people * (1 + sign * step)}))
        for sign in (1, -1)
    ]
    gain = np.log(nearby[0] / nearby[1]) / (2 * people * step)
    assert float(load["speedup_per_reviewer"]) == pytest.approx(gain, rel=1e-5)
    top = load.isel(task=int(np.argmax(load["review_hours"].values)))
    path = f"tasks.{top['task'].item()}.review_ratio"
    nearby = [
        speedup(catalog.replace({path: catalog.get(path) * (1 + sign * step)})) for sign in (-1, 1)
    ]
    elasticity = np.log(nearby[0] / nearby[1]) / 2
    assert float(top["speedup_per_hour"]) == pytest.approx(
        elasticity / (step * float(top["review_time"])), rel=1e-5
    )
    assert float(top["speedup_per_point"]) == pytest.approx(0.01 * elasticity / step, rel=1e-5)


def test_the_table_is_printed(capsys):
    assert main(["review-load", "t_agi_ladder", "--compute", "1e31"]) == 0
    assert "One more reviewer gives" in " ".join(capsys.readouterr().out.split())
    assert main(["review-load", "t_agi_ladder", "--compute", "1e31", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert sum(row["review_share"] for row in facts["tasks"]) == pytest.approx(1)


def test_a_point_less_has_no_number_where_waits_for_reviewers_are_counted(catalog):
    result = tm.review_load(catalog.replace({"latency.count_off_hours": True}), POINT)
    assert result["speedup_per_point"].isnull().all() and result["speedup_per_hour"].notnull().any()


def test_an_hour_less_is_of_the_review_that_a_protocol_makes_of_it(catalog):
    own = {"title": "twice", "coverage": 1, "review_effort": 2}
    twice = catalog.replace(
        {"protocols.twice": own, "supervision.protocols": ["twice"], "supervision.headcount": 120}
    )
    once, two = tm.review_load(catalog, POINT), tm.review_load(twice, POINT)
    np.testing.assert_allclose(two["review_time"], 2 * once["review_time"].sel(task=two["task"]))
