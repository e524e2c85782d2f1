"""Figures of a lead show every step and case, and are the same bytes for the same result."""

import numpy as np
import pytest
import xarray as xr

import taskmodel as tm
from taskmodel import plots
from taskmodel.lead.plans import parse_plan
from taskmodel.lead.plans.work import WORK_STEPS
from taskmodel.plots import saving

PLAN = """
title: A plan with $ in its title
worker:
  {tokens_per_second: 2.3e7, streams: 10, serial_tokens: 10, stream_speed: 50, hours_per_day: 8}
lead: {months: 6, theft: 0.05}
field: {headcount: 600, parallel_exponent: 0.5, supervision: 0.01}
cases:
  long: {title: A long one, set: {lead.months: 24}}
  none: {title: None, set: {lead.months: 0}}
"""


@pytest.fixture(scope="module")
def result():
    return tm.lead_time(parse_plan(PLAN))


def test_a_line_for_each_case_and_a_point_for_each_step(result):
    (axes,) = plots.lead_time(result).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == list(WORK_STEPS)
    lines = axes.get_lines()
    assert len(lines) == 2
    assert lines[0].get_xdata() == pytest.approx(result["field_years"].isel(case=0).values)
    # a lead of zero has no position on a logarithmic axis: the legend says so
    assert np.isnan(lines[1].get_xdata()).all()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "long: 24 months",
        "none: 0 months, nothing",
    ]
    assert axes.get_title("left") == "A plan with $ in its title"
    low, high = axes.get_xlim()
    years = result["field_years"].values
    assert low < years[years > 0].min() and years.max() < high


def test_a_workforce_in_a_catalog_stands_below_the_line(result):
    steps = ["bulk", "tasks", "review", "experiments", "effective"]
    joined = xr.DataArray(
        np.outer([1, 0], [200, 150, 2, 2, 1]).astype(float), dims=("case", "organisation_step")
    )
    with_organisation = result.assign(organisation_field_years=joined).assign_coords(
        organisation_step=np.array(steps, dtype=object)
    )
    (axes,) = plots.lead_time(with_organisation).axes
    assert len(axes.get_yticks()) == len(WORK_STEPS) + 5
    assert any("task by task" in text.get_text() for text in axes.texts)


def test_models_of_a_ladder_are_points_and_those_not_efficient_hollow():
    ladder = tm.lead_time("kwa_ladder", set={"ladder.rungs.agent_3.yearly_risk": 0.06})
    (axes,) = plots.lead_time(ladder).axes
    assert [line.get_markerfacecolor() == "none" for line in axes.get_lines()] == [
        False,
        True,
        False,
    ]
    assert any(text.get_text().startswith("agent_4: the target takes 0.5 y") for text in axes.texts)


def test_the_same_result_gives_the_same_bytes(result, tmp_path, monkeypatch):
    monkeypatch.setattr(saving, "DPI", 40)  # a lower resolution saves time
    first = [path.read_bytes() for path in plots.save(plots.lead_time(result), tmp_path / "one")]
    second = [path.read_bytes() for path in plots.save(plots.lead_time(result), tmp_path / "two")]
    assert first == second


def test_several_leads_are_too_many_for_a_figure():
    with pytest.raises(ValueError, match="choose one"):
        plots.lead_time(tm.lead_time(parse_plan(PLAN), months=[1, 2]))
