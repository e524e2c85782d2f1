"""Variables by task of a sweep: which it keeps, and what is said where they are missing."""

import numpy as np
import pytest

import taskmodel as tm
from taskmodel.errors import InputError
from taskmodel.plots.tasks import hours_by_task
from taskmodel.summary import summarise
from taskmodel.sweeps import dataset
from taskmodel.sweeps.dataset import BY_TASK, kept_variables

POINTS = [1e28, 1e30, 1e32]
CATALOG = "t_agi_ladder"


@pytest.fixture(scope="module")
def catalog():
    return tm.load_catalog(CATALOG)


@pytest.fixture(scope="module")
def everything(catalog):
    return tm.sweep(catalog, POINTS, keep="all")


def test_a_small_sweep_keeps_everything(catalog, everything):
    assert tm.sweep(catalog, POINTS).identical(everything)
    assert set(BY_TASK) <= set(everything) and "left_out" not in everything.attrs
    over_points = {n for n, v in everything.items() if {"task", "compute"} <= set(v.dims)}
    assert over_points == set(BY_TASK)


def test_many_activities_are_left_out_unless_asked_for(catalog, everything, monkeypatch):
    monkeypatch.setattr(dataset, "MOST_ACTIVITIES", everything["activity"].size - 1)
    lean = tm.sweep(catalog, POINTS)
    assert lean.attrs["left_out"] == "activity"
    assert lean.drop_attrs(deep=False).identical(
        everything.drop_vars("activity").drop_attrs(deep=False)
    )
    assert tm.sweep(catalog, POINTS, keep="all").identical(everything)
    assert "activity" in tm.compare([catalog], POINTS)


def test_some_variables_alone(catalog, everything, tmp_path):
    some = tm.sweep(catalog, POINTS, keep=("automatable", "activity"))
    missing = [name for name in BY_TASK if name not in some]
    assert missing == some.attrs["left_out"].split() == list(BY_TASK[2:])
    assert some.drop_attrs(deep=False).identical(
        everything.drop_vars(missing).drop_attrs(deep=False)
    )
    tm.save(some, tmp_path / "some.nc")
    assert tm.open(tmp_path / "some.nc").identical(some)
    assert tm.sweep(catalog, POINTS, keep=()).attrs["left_out"].split() == list(BY_TASK)


def test_a_result_that_needs_them_says_so(catalog):
    lean = tm.sweep(catalog, POINTS, keep=())
    with pytest.raises(InputError, match='computed without activity: .* keep="all"'):
        hours_by_task(catalog, lean)


def test_a_name_that_is_not_a_variable_by_task_is_refused(catalog):
    for keep in (("activity", "output"), "output"):
        with pytest.raises(InputError, match="keep names some of activity, .*found 'output'"):
            tm.sweep(catalog, POINTS, keep=keep)
    assert kept_variables("activity", 1) == ("activity",)


def test_a_summary_computes_the_activities_that_it_needs(catalog):
    full, lean = (tm.sweep(catalog, keep=keep) for keep in ("all", BY_TASK[1:4]))
    first, second = (summarise(catalog, result).advice for result in (full, lean))
    assert [review.task for review in first.reviews] == [review.task for review in second.reviews]
    hours = ([r.hours_per_year for r in advice.reviews] for advice in (first, second))
    np.testing.assert_allclose(*hours, rtol=1e-9)
