"""`ds.taskmodel`: tidy tables and figures of a result."""

import subprocess
import sys

import numpy as np
import pytest

import taskmodel as tm
from taskmodel import plots
from taskmodel.sweeps.results import descriptive
from taskmodel.sweeps.variables import VARIABLES


@pytest.fixture(scope="module")
def sweep():
    return tm.sweep(tm.load_catalog("t_agi_ladder"), np.geomspace(1e27, 1e32, 12))


def test_a_sweep_is_a_table_with_a_row_for_each_point(sweep):
    frame = sweep.taskmodel.to_frame()
    assert len(frame) == 12 and frame.index.name == "compute"
    np.testing.assert_array_equal(frame["speedup"], sweep["speedup"])
    assert frame.attrs["units"]["oversight_cost"] == "1"
    every = {name for name, v in sweep.data_vars.items() if v.dims == ("compute",)}
    assert every == set(frame.columns)


def test_variables_of_several_dimensions_are_a_long_table(sweep):
    frame = sweep.taskmodel.to_frame("bottleneck_share", "speedup")
    assert frame.index.names == ["compute", "source"]
    for (compute, source), row in frame.iterrows():
        state = sweep.sel(compute=compute)
        assert row["bottleneck_share"] == float(state["bottleneck_share"].sel(source=source))
        assert row["speedup"] == float(state["speedup"])


def test_events_are_a_table_of_their_own(sweep):
    frame = sweep.taskmodel.to_frame(dims=["event"])
    assert list(frame["event_kind"]) == sweep["event_kind"].values.tolist()


@pytest.mark.parametrize("question", ["elasticities", "what_if", "latency", "automate_next"])
def test_every_result_has_a_table_without_names(question):
    result = getattr(tm, question)(tm.load_catalog("t_agi_ladder"), 1e30)
    frame = result.taskmodel.to_frame()
    assert 0 < len(frame) < 200 and len(frame.columns)


def test_what_cannot_be_a_table_is_said(sweep):
    with pytest.raises(tm.InputError, match="no variable nonsense; found .*speedup"):
        sweep.taskmodel.to_frame("nonsense")
    with pytest.raises(tm.InputError, match=r"one by one.*found \['output', 'speedup'\]"):
        sweep.taskmodel.to_frame(["output", "speedup"])
    with pytest.raises(tm.InputError, match="dims names some of .*compute.*; found .nonsense."):
        sweep.taskmodel.to_frame(dims=["nonsense"])
    with pytest.raises(tm.InputError, match="not both"):
        sweep.taskmodel.to_frame("speedup", dims=["compute"])
    wide = sweep.isel(compute=np.zeros(10_000, dtype=int), event=np.zeros(10_000, dtype=int))
    with pytest.raises(tm.InputError, match="100,000,000 rows .*select first"):
        wide.taskmodel.to_frame("speedup", "event_kind")


def test_figures_are_those_of_plots(sweep):
    assert dir(sweep.taskmodel.plot) == sorted(plots.OF_DATASETS)
    assert set(plots.OF_DATASETS) < set(plots.__all__)
    figure = sweep.taskmodel.plot.speedup_curve(width=90)
    assert figure.get_label() == plots.speedup_curve(sweep).get_label()
    with pytest.raises(AttributeError, match="no figure 'pie'; there are .*speedup_curve"):
        sweep.taskmodel.plot.pie()


def test_datasets_that_xarray_opens_have_it_too(sweep, tmp_path):
    tm.save(sweep, tmp_path / "sweep.nc")
    code = (
        "import xarray, taskmodel; "
        "print(len(xarray.open_dataset('sweep.nc').taskmodel.to_frame('speedup')))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert process.stdout.strip() == "12"


def test_long_names_are_short_and_descriptions_have_the_whole(sweep):
    for name, (_, meaning) in VARIABLES.items():
        labels = descriptive(meaning)
        assert len(labels["long_name"]) < 105, name
        assert labels.get("description", labels["long_name"]) == meaning
    assert sweep["oversight_cost"].attrs["long_name"] == "what oversight costs"
    assert "free" in sweep["oversight_cost"].attrs["description"]


def test_bands_and_draws_have_a_table_without_names():
    drawn = tm.ensemble(tm.load_catalog("t_agi_ladder"), 2, compute=[1e30], keep=["speedup"])
    assert "speedup" in drawn.taskmodel.to_frame("speedup")
    frame = tm.bands(drawn, [0.5]).taskmodel.to_frame()
    assert len(frame) and len(frame.columns)
    assert len(drawn.taskmodel.to_frame()) == 2
    with pytest.raises(tm.InputError, match="no variable is over kind alone; .*; over draw, kind"):
        drawn.taskmodel.to_frame(dims=["kind"])


def test_a_result_of_one_value_each_has_a_table_without_names():
    worth = tm.elasticities(tm.load_catalog("t_agi_ladder"), 1e30, ["supervision.headcount"])
    frame = worth.taskmodel.to_frame()
    assert len(frame) == 1 and "speedup_elasticity" in frame
