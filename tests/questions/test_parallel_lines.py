"""A cap on units on their way: Little's law by hand, and its limits."""

import json

import numpy as np
import pytest
from small import small_catalog

import taskmodel as tm
from taskmodel.cli import main

SPEEDUPS = ("output", "throughput_speedup", "latency_speedup", "speedup")
YEAR = 365.25 * 24


def people_alone():
    """1,000 h of people, units of 8 h that take 33.6 h: 125 x 33.6 / 8,766 units in progress."""
    return small_catalog({"work": {"share": 1.0, "delegable": False}})


def test_units_on_their_way_are_throughput_times_the_time_they_take():
    results = tm.parallel_lines(people_alone(), 1000)
    assert float(results["lines_used"]) == pytest.approx(125 * 33.6 / YEAR, rel=1e-12)
    assert float(results["throughput_left"]) == 1 and float(results["lines_residual"]) == 0
    for name in SPEEDUPS:
        assert [float(results[name]), float(results[f"{name}_as_is"])] == pytest.approx([1, 1])


def test_half_the_lines_leave_half_of_the_throughput_and_the_time_of_a_pass():
    catalog = people_alone()
    used = float(tm.parallel_lines(catalog, 1000)["lines_used"])
    results = tm.parallel_lines(catalog, used / 2)
    assert float(results["throughput_left"]) == pytest.approx(0.5, rel=1e-11)
    assert abs(float(results["lines_residual"])) < 1e-11
    assert float(results["latency_speedup"]) == pytest.approx(1)
    assert float(results["speedup"]) == pytest.approx(0.5**0.5)


def test_with_queues_less_work_waits_less_so_that_more_than_its_part_is_left():
    catalog = tm.load_catalog(
        "alignment_research",
        "one_lab",
        set={"supervision.headcount": 4, "supervision.utilisation": 0.95},
    )
    queued = catalog.replace({"latency.count_queues": True})
    results = [tm.parallel_lines(result, 1.0, 1e32) for result in (queued, catalog)]
    used = [float(result["lines_used"]) for result in results]
    assert used[0] > used[1] > 1
    shares = [float(result["throughput_left"]) for result in results]
    assert shares[0] > 1 / used[0] * (1 + 1e-6)
    assert shares[1] == pytest.approx(1 / used[1], rel=1e-9)
    assert all(abs(float(result["lines_residual"])) < 1e-9 for result in results)
    assert float(results[0]["latency_speedup"]) > float(results[0]["latency_speedup_as_is"])


def test_more_lines_never_leave_less():
    catalog = tm.load_catalog("alignment_research", "todays_field")
    shares = [
        float(tm.parallel_lines(catalog, lines, 1e31)["throughput_left"])
        for lines in (1, 30, 1000, 30_000)
    ]
    assert (np.diff(shares) >= -1e-9).all() and shares[0] < 0.1 and shares[-1] == 1


@pytest.mark.parametrize("lines", [0, -1, np.inf, np.nan, [1, 2], True])
def test_lines_that_are_no_number_of_units_are_refused(lines):
    message = "as numbers; found True" if lines is True else "positive, finite number of units"
    with pytest.raises(ValueError, match=message):
        tm.parallel_lines(people_alone(), lines)


def test_the_command_tells_what_the_lines_leave(capsys):
    assert main(["latency", "t_agi_ladder", "--compute", "1e31", "--lines", "100"]) == 0
    assert "100 lines leave" in capsys.readouterr().out
    assert main(["latency", "t_agi_ladder", "--compute", "1e31", "--lines", "1e9", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["parallel_lines"]["throughput_left"] == 1
    assert main(["latency", "t_agi_ladder", "--lines", "none"]) == 2
    assert "argument --lines: must be a positive number of units" in capsys.readouterr().err


def test_work_without_limit_is_always_on_its_way_and_no_lines_suffice():
    """Half of research by people, half by AI that nobody reviews and that costs nothing scarce."""
    tasks = {
        "plan": {"share": 0.5, "delegable": False},
        "code": {"share": 0.5, "automation_threshold": 1e20, "review_ratio": 0.0},
    }
    catalog = small_catalog(tasks, compute={"inference": "free"})
    units = tm.latency(catalog, 1e28)["in_progress"].values
    assert units[0] == pytest.approx(125 * 33.6 / YEAR)
    assert units[1] == np.inf
    with pytest.raises(tm.SolveError, match="to the work on a task"):
        tm.parallel_lines(catalog, 1, 1e28)
