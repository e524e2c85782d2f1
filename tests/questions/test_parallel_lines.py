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
    """Ten people of 100 h a year on units of 8 h that take 33.6 h: 125 units a year, 125 x 33.6 / 8,766 on their way."""
    return small_catalog({"work": {"share": 1.0, "delegable": False}})


def test_units_on_their_way_are_throughput_times_the_time_they_take():
    found = tm.parallel_lines(people_alone(), 1000)
    assert float(found["lines_used"]) == pytest.approx(125 * 33.6 / YEAR, rel=1e-12)
    assert float(found["throughput_left"]) == 1 and float(found["lines_residual"]) == 0
    for name in SPEEDUPS:
        assert float(found[name]) == float(found[f"{name}_as_is"]) == pytest.approx(1)


def test_half_the_lines_leave_half_of_the_throughput_and_the_time_of_a_pass():
    catalog = people_alone()
    used = float(tm.parallel_lines(catalog, 1000)["lines_used"])
    found = tm.parallel_lines(catalog, used / 2)
    assert float(found["throughput_left"]) == pytest.approx(0.5, rel=1e-11)
    assert abs(float(found["lines_residual"])) < 1e-11
    assert float(found["latency_speedup"]) == pytest.approx(1)
    assert float(found["speedup"]) == pytest.approx(0.5**0.5)


def test_with_queues_less_work_waits_less_so_that_more_than_its_part_is_left():
    catalog = tm.load_catalog(
        "alignment_research",
        "one_lab",
        set={"supervision.headcount": 4, "supervision.utilisation": 0.95},
    )
    queued = catalog.replace({"latency.count_queues": True})
    found = [tm.parallel_lines(each, 1.0, 1e32) for each in (queued, catalog)]
    used = [float(each["lines_used"]) for each in found]
    assert used[0] > used[1] > 1
    left = [float(each["throughput_left"]) for each in found]
    assert left[0] > 1 / used[0] * (1 + 1e-6)
    assert left[1] == pytest.approx(1 / used[1], rel=1e-9)
    assert all(abs(float(each["lines_residual"])) < 1e-9 for each in found)
    assert float(found[0]["latency_speedup"]) > float(found[0]["latency_speedup_as_is"])


def test_more_lines_never_leave_less():
    catalog = tm.load_catalog("alignment_research", "todays_field")
    left = [
        float(tm.parallel_lines(catalog, lines, 1e31)["throughput_left"])
        for lines in (1, 30, 1000, 30_000)
    ]
    assert left == sorted(left) and left[0] < 0.1 and left[-1] == 1


@pytest.mark.parametrize("lines", [0, -1, np.inf, np.nan, [1, 2], True])
def test_lines_that_are_no_number_of_units_are_refused(lines):
    with pytest.raises(ValueError, match="positive, finite number of units"):
        tm.parallel_lines(people_alone(), lines)


def test_the_command_tells_what_the_lines_leave(capsys):
    assert main(["latency", "t_agi_ladder", "--compute", "1e31", "--lines", "100"]) == 0
    assert "100 lines leave" in capsys.readouterr().out
    assert main(["latency", "t_agi_ladder", "--compute", "1e31", "--lines", "1e9", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["parallel_lines"]["throughput_left"] == 1
    assert main(["latency", "t_agi_ladder", "--lines", "none"]) == 2
    assert "argument --lines: must be a positive number of units" in capsys.readouterr().err
