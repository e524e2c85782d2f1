"""Figures on axes of the caller, and those of draws."""

import inspect

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

import taskmodel as tm
from taskmodel import plots
from taskmodel.cli import main

PAGES = {"speedup_curve", "levers"}  # have panels, margins and headings of their own
PANELS = {
    "over_time": 3,
    "takeoff": 3,
    "horizon": 1,
    "lead_time": 1,
    "bottleneck_map": 1,
    "ensemble": 3,
    "hire": 3,
    "spend": 3,
    "safety_frontier": 3,
}


@pytest.fixture(scope="module")
def results():
    catalog = tm.load_catalog("t_agi_ladder")
    priced = tm.load_catalog("alignment_research", "priced")
    imperfect = catalog.replace({"capability.defect_probability": 0.1})
    return {
        "over_time": tm.sweep(catalog, over="time", paths="epoch_trend"),
        "takeoff": tm.simulate("davidson_aggressive"),
        "horizon": tm.horizon(catalog),
        "lead_time": tm.lead_time("seed_toy"),
        "bottleneck_map": tm.bottleneck_map(
            catalog, ("compute", [1e27, 1e29, 1e31]), ("production.elasticity", [0.2, 0.5])
        ),
        "ensemble": tm.ensemble(catalog, 8, 1, [1e28, 1e30]),
        "hire": tm.money.hire(priced, 1.0),
        "spend": tm.spend(priced, [1e29, 1e31]),
        "safety_frontier": tm.safety_frontier(imperfect, [1.0, 1e3, 1e5], compute=1e31),
    }


def test_every_figure_of_a_dataset_takes_axes_but_whole_pages():
    for name in plots.OF_DATASETS:
        takes = "ax" in inspect.signature(getattr(plots, name)).parameters
        assert takes != (name in PAGES), name


@pytest.mark.parametrize("name", PANELS)
def test_panels_of_the_caller_are_drawn_on(results, name):
    figure = Figure(figsize=(7, 9), layout="constrained")
    own = np.ravel(figure.subplots(PANELS[name], 1, squeeze=False))
    drawn = getattr(plots, name)(results[name], ax=own if len(own) > 1 else own[0])
    assert drawn is figure and figure.axes == own.tolist()
    assert all(axes.has_data() for axes in own)
    assert own[0].get_title(loc="left")
    with pytest.raises(tm.InputError, match="found 5"):
        getattr(plots, name)(results[name], ax=[own[0]] * 5)


@pytest.mark.parametrize("name", PANELS)
def test_every_axis_has_a_unit_or_is_of_dates(results, name):
    figure = getattr(plots, name)(results[name])
    labels = [axes.get_ylabel() for axes in figure.axes]
    labels += [axes.get_xlabel() for axes in figure.axes]
    named = [label for label in labels if label]
    assert len(named) > 1 or name == "lead_time"
    dates = ("calendar year", "length of task for a skilled person")  # ticks have the unit
    assert all("[" in label or label in dates for label in named), named
    box = figure.bbox
    for text in [*figure.texts, *figure.findobj(Annotation)]:
        assert Text.get_window_extent(text).x1 <= box.x1 + 1, text.get_text()


def test_bands_of_draws_are_the_quantiles(results):
    drawn = results["ensemble"]
    figure = plots.ensemble(drawn)
    (dots,) = [line for line in figure.axes[0].lines if line.get_gid() == "throughput_speedup"]
    median = tm.bands(drawn, [0.5])["throughput_speedup"].values[0]
    assert dots.get_ydata() == pytest.approx(median)
    (chance,) = [x for x in figure.axes[2].lines if x.get_gid() == "oversight_binds_from"]
    begun = drawn["oversight_binds_from"].values[:, None] <= drawn["compute"].values
    assert chance.get_ydata() == pytest.approx(100 * begun.mean(axis=0))


def test_what_evidence_moves_is_drawn_relative_to_what_was_observed():
    levels, rows = ("level", "moment"), ("level", "number")
    result = xr.Dataset(
        {
            "observed": ("moment", [2.0, 0.0]),  # nothing is relative to 0
            "observed_low": ("moment", [1.0, 0.0]),
            "observed_high": ("moment", [4.0, 1.0]),
            "output_prior": (levels, [[1.0, 0.0], [3.0, 0.1], [9.0, 0.2]]),
            "output_posterior": (levels, [[1.5, 0.0], [2.0, 0.1], [3.0, 0.2]]),
            "prior": (rows, [[0.0, 1.0, 5.0], [1.0, 2.0, 5.0], [2.0, 5.0, 5.0]]),
            "posterior": (rows, [[0.5, 1.0, 5.0], [1.5, 2.0, 5.0], [2.0, 4.0, 5.0]]),
            "pull": (("moment", "number"), np.zeros((2, 3))),
        },
        {"moment": ["speed", "none"], "number": ["a", "b", "certain"]},
        {"moments_name": "2026"},
    )
    figure = plots.calibration(result)
    bars = {line.get_gid(): line for axes in figure.axes for line in axes.lines}
    assert bars["posterior-speed"].get_xdata() == pytest.approx([0.75, 1.5])
    assert bars["posterior-a"].get_xdata() == pytest.approx([-0.25, 0.5])
    assert bars["prior-b"].get_xdata() == pytest.approx([-0.25, 0.75])
    assert "prior-none" not in bars and "prior-certain" not in bars
    assert all("[1]" in axes.get_xlabel() for axes in figure.axes)


def test_formulas_and_solutions_are_written_to_a_folder(tmp_path, capsys):
    formulas, found = tmp_path / "formulas", tmp_path / "found"
    assert main(["regimes", "t_agi_ladder", "--range", "1e28:1e29", "-o", str(formulas)]) == 0
    assert sorted(path.name for path in formulas.iterdir()) == ["regimes.json", "regimes.tex"]
    goal = ["solve-for", "supervision.max_review_share", "t_agi_ladder", "--target", "speedup=1.5"]
    assert main([*goal, "-o", str(found)]) == 0
    assert "Written to" in capsys.readouterr().out
    assert tm.open(found / "solution.nc").attrs["target"] == "speedup"
