"""Lists of points: what is refused, and how."""

import numpy as np
import pandas as pd
import pytest

import taskmodel as tm
from taskmodel.errors import InputError
from taskmodel.numerics.grids import increasing
from taskmodel.sweeps.axes import Course

DATES = pd.to_datetime(["2026-01-01", "2027-07-01"])


@pytest.mark.parametrize("values", [[10**400], 10**400, ["a"], object()])
def test_what_is_no_list_of_numbers_is_refused_in_a_line(values):
    with pytest.raises(InputError, match="compute must be given as numbers; found") as caught:
        increasing("(0, inf)", "compute", values)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize("dates", [DATES, DATES.to_series(), list(DATES.to_numpy())])
def test_dates_are_not_read_as_counts_of_nanoseconds(dates):
    """numpy turns a date into some 1.8e18, which is a number of people or FLOP like any other."""
    with pytest.raises(InputError, match=r"(?s)a date is a calendar year .*2026\.5"):
        increasing("(0, inf)", "compute", dates)


def test_dates_are_refused_wherever_a_compute_or_a_course_is_given():
    catalog, date = tm.load_catalog("t_agi_ladder"), DATES.to_numpy()[0]
    course = [(date, 1e29), (DATES.to_numpy()[1], 1e30)]
    for asked in (
        lambda: tm.latency(catalog, compute=date),
        lambda: tm.elasticities(catalog, date),
        lambda: tm.onset(catalog, "supervision.headcount", DATES),
        lambda: Course("compute", course),
    ):
        with pytest.raises(InputError, match="(?s)a date is a calendar year"):
            asked()


@pytest.mark.parametrize("ask", [tm.latency, tm.elasticities])
def test_a_compute_that_is_no_number_is_refused_as_input(ask):
    with pytest.raises(InputError, match="compute must be given as numbers; found 'abc'"):
        ask(tm.load_catalog("t_agi_ladder"), compute="abc")


def test_what_is_seen_as_dates_leaves_numbers_of_any_type():
    mixed = [1, np.float32(2.5), np.int64(3)]
    assert increasing("(0, inf)", "compute", mixed).tolist() == [1, 2.5, 3]
