"""Critical paths of draws: those of the drawn catalogs, failures that are kept, and the command."""

import json

import numpy as np
import pytest
from small import small_catalog

import taskmodel as tm
from taskmodel.cli import main

NUMBERS = (
    *("mode_share", "duration", "duration_part", "start", "slack", "in_progress", "critical"),
    *("pass_time", "pass_part", "pass_time_without_ai", "latency_speedup"),
)
QUEUES = ("queue_utilisation", "queue_wait", "queue_arrivals", "queue_waiting")


def drawn_catalog(catalog, drawn, row):
    """The catalog with the numbers of one draw."""
    paths, values = drawn["path"].values.tolist(), drawn["input"].values[row].tolist()
    return catalog.replace(dict(zip(paths, values, strict=True)))


def same(drawn, catalog, names, compute=None):
    for row in np.flatnonzero(drawn["status"].values == "solved").tolist():
        alone = tm.latency(drawn_catalog(catalog, drawn, row), compute)
        for name in names:
            np.testing.assert_allclose(
                drawn[name].values[row], alone[name].values, rtol=1e-12, atol=1e-12, err_msg=name
            )
        assert float(drawn["compute"][row]) == float(alone["compute"])


@pytest.mark.parametrize("name", ["alignment_research", "agentic_prs"])
def test_draws_are_the_latency_of_the_drawn_catalogs(name):
    catalog = tm.load_catalog(name)
    drawn = tm.latency_draws(catalog, draws=[3, 40, 77])
    assert (drawn["status"] == "solved").all()
    same(drawn, catalog, NUMBERS)
    (again,) = tm.latency_draws(catalog, draws=[40])["pass_time"].values
    assert again == pytest.approx(float(drawn["pass_time"][1]), rel=1e-12)
    whole = tm.ensemble(catalog, [3, 40, 77], compute=[1e32], keep=["latency_speedup"])
    at = tm.latency_draws(catalog, [3, 40, 77], compute=1e32)
    np.testing.assert_allclose(whole["latency_speedup"][:, 0], at["latency_speedup"], rtol=1e-12)
    assert (whole["input"] == at["input"]).all()


def queueing():
    """Reviewers who are fully used where review binds: there, work waits for ever."""
    ratio = {"value": 0.2, "low": 0.02, "high": 1, "unit": "h/h", "source": "judgement"}
    return small_catalog(
        {
            "code": {"share": 0.7, "review_ratio": {**ratio, "note": "a test"}},
            "sign": {"share": 0.3, "delegable": False, "after": ["code"]},
        },
        supervision={"pool": "dedicated", "headcount": 6},
        latency={"count_queues": True},
        compute={"inference": "free"},
        production={"elasticity": 0},
    )


def test_draws_in_which_work_waits_for_ever_are_kept_with_the_reason():
    catalog = queueing()
    drawn = tm.latency_draws(catalog, draws=12, compute=1e31)
    failed = drawn["status"].values == "failed"
    assert 0 < failed.sum() < 12
    assert all("work waits for ever" in reason for reason in drawn["reason"].values[failed])
    assert np.isnan(drawn["pass_time"].values[failed]).all()
    assert (drawn["reason"].values[~failed] == "").all()
    same(drawn, catalog, (*NUMBERS, *QUEUES), 1e31)
    bands = tm.bands(drawn)
    assert bands.attrs["failed"] == failed.sum()
    assert np.isfinite(bands["pass_time"]).all() and np.isfinite(bands["queue_wait"]).all()


def test_draws_made_elsewhere_and_saved_ones_are_told_alike(tmp_path):
    catalog = tm.load_catalog("t_agi_ladder")
    today = {"compute.today": [1e29, 1e31]}
    drawn = tm.latency_draws(catalog, today)
    assert drawn["compute"].values.tolist() == [1e29, 1e31]
    same(drawn, catalog, NUMBERS)
    tm.save(drawn, tmp_path / "drawn.nc")
    assert (tm.open(tmp_path / "drawn.nc")["pass_time"] == drawn["pass_time"]).all()


def test_the_command_tells_bands_and_the_chance_of_each_task(capsys, tmp_path):
    command = ["latency", "--draws", "8", "--seed", "2"]
    assert main([*command, "-o", str(tmp_path / "out")]) == 0
    text = capsys.readouterr().out
    assert "8 draws, seed 2" in text and "most likely on the critical path" in text
    lines = [line for line in text.splitlines() if str(tmp_path) not in line]
    assert max(map(len, lines)) <= 80
    assert tm.open(tmp_path / "out" / "latency_draws.nc").sizes["draw"] == 8
    assert main([*command, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    low, median, high = facts["pass_time"]
    assert low <= median <= high and facts["failed"] == [] and facts["seed"] == 2
    assert facts["tasks"][0]["critical"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["latency", "--seed", "3"], "--seed is that of draws"),
        (["latency", "--draws", "2", "--lines", "5"], "--lines is for a single answer"),
        (["latency", "--draws", "2", "--objective", "effective"], "--objective is for a single"),
        (["lead-time", "--seed", "3"], "--seed is that of draws"),
    ],
)
def test_options_that_do_not_go_together_are_refused(arguments, message, capsys):
    assert main(arguments) == 2
    assert message in capsys.readouterr().err
