"""Figures show the values of the dataset, omit nothing silently, and are reproducible bytes."""

import importlib
import importlib.util
import os
import subprocess
import sys
from itertools import combinations
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
import xarray as xr
from first import first
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from small import small_catalog

import taskmodel as tm
from taskmodel import plots
from taskmodel.plots import saving
from taskmodel.plots.words import compute_text
from taskmodel.sweeps.trace import (
    StateInterval,
    binding_intervals,
    oversight_intervals,
    state_intervals,
    sweep_line,
    unreviewed_line,
)

LINES = (
    "throughput_speedup",
    "speedup",
    "latency_speedup",
    "oversight_ceiling",
    "unreviewed",
)
GRID = np.geomspace(1e26, 1e35, 46)


@pytest.fixture(scope="module")
def catalog():
    changes = {"production.parallel_exponent": 0.6, "compute.inference_share": 5e-5}
    return first(scenario="scarce_inference", set=changes)


@pytest.fixture(scope="module")
def result(catalog):
    return tm.sweep(catalog, GRID)


@pytest.fixture(scope="module")
def figure(result):
    return plots.speedup_curve(result)


@pytest.fixture(scope="module")
def graph(catalog, result):
    return plots.task_graph(catalog, result, 1e31)


@pytest.fixture(autouse=True)
def few_dots(monkeypatch):
    """The tests do not depend on the resolution of PNG files, and a lower one saves time."""
    monkeypatch.setattr(saving, "DPI", 40)


def small_sweep(tasks, **changes):
    return tm.sweep(small_catalog(tasks, **changes))


@pytest.fixture(scope="module")
def unlimited():
    """From one point on, AI does everything for nothing."""
    return small_sweep(
        {"write": {"share": 0.5, "review_ratio": 0}, "check": {"share": 0.5, "review_ratio": 0}},
        compute={"inference": "free"},
    )


@pytest.fixture(scope="module")
def reviewed():
    """AI can do everything from one point on, and people review it: one ceiling is infinite."""
    return small_sweep(
        {"write": {"share": 0.5}, "check": {"share": 0.5}}, compute={"inference": "free"}
    )


@pytest.fixture(scope="module")
def nothing():
    """AI cannot do anything."""
    return small_sweep({"write": {"share": 1, "delegable": False}})


@pytest.fixture(scope="module")
def impossible():
    """Nobody can do the work before AI can."""
    return small_sweep({"write": {"share": 0.5, "by_people": False}, "check": {"share": 0.5}})


def drawn(figure, gid):
    """The only artist of this name."""
    artists = figure.findobj(lambda artist: artist.get_gid() == gid)
    assert len(artists) == 1, f"{len(artists)} artists are called {gid}"
    return artists[0]


def named(figure, start):
    return figure.findobj(lambda artist: str(artist.get_gid()).startswith(start))


def words(figure):
    """All text of a figure, on one line."""
    texts = [text.get_text() for text in figure.findobj(Text) if text.get_visible()]
    return " ".join(" ".join(texts).replace("\u00a0", " ").split())


def band_edges(figure, source, compute):
    """Lower and upper edge of a band at a position of the axis."""
    vertices = drawn(figure, f"bottleneck_share-{source}").get_paths()[0].vertices
    values = vertices[vertices[:, 0] == compute, 1]
    return values.min(), values.max()


# What is drawn is what the dataset holds


@pytest.mark.parametrize("name", LINES[:-1])
def test_a_line_goes_through_every_point_of_the_grid(figure, result, name):
    x, y = drawn(figure, name).get_data()
    at_grid = np.searchsorted(x, GRID, side="right") - 1
    np.testing.assert_array_equal(x[at_grid], GRID)
    np.testing.assert_array_equal(y[at_grid], result[name].values)


@pytest.mark.parametrize("name", LINES[:3])
def test_a_line_jumps_upright_between_the_limits_of_an_event(figure, result, name):
    x, y = drawn(figure, name).get_data()
    events = tm.events(result)
    for position in np.unique(events["compute"]):
        values = y[x == position]
        rows = np.flatnonzero(events["compute"] == position)
        assert values[0] == events[f"{name}_before"].values[rows[0]]
        assert values[1] == events[f"{name}_after"].values[rows[-1]]


def test_a_ceiling_jumps_upright_at_the_place_where_a_task_opens(reviewed):
    line = sweep_line(reviewed, "oversight_ceiling")
    position = reviewed["event_compute"].values[0]
    assert position not in reviewed["compute"].values
    np.testing.assert_allclose(
        line.values[line.position == position], [1.0, reviewed["oversight_ceiling"].values[-1]]
    )


def test_bands_lie_one_on_the_other_from_review_at_the_bottom_and_are_as_thick_as_the_shares(
    figure, result
):
    shares = result["bottleneck_share"]
    for point in range(0, len(GRID), 7):
        below = 0.0
        for source in ("review", "hands_on", "inference", "experiments"):
            low, high = band_edges(figure, source, GRID[point])
            assert low == pytest.approx(below, abs=1e-12)
            assert high - low == pytest.approx(float(shares.sel(source=source)[point]), abs=1e-12)
            below = high
        assert below == pytest.approx(1)


def test_every_opening_task_is_counted_at_its_place(figure, result):
    opening = result["event_compute"].values[result["event_kind"].values == "automatable"]
    places, counts = np.unique(opening, return_counts=True)
    stems = drawn(figure, "automatable").get_segments()
    np.testing.assert_array_equal([stem[0, 0] for stem in stems], places)
    rug = drawn(figure, "automatable").axes
    written = {text.get_position()[0]: text.get_text() for text in rug.texts}
    assert written == {
        position: str(count) for position, count in zip(places, counts, strict=True) if count > 1
    }
    assert "AI can do 37 of 38 tasks" in words(figure)


def test_a_bar_runs_from_where_a_factor_begins_to_bind_to_where_it_ceases(figure, result):
    events = tm.events(result)
    for kind, end in (("binds", 0), ("slack", 1)):
        places = events["compute"].values[
            (events["kind"] == kind) & (events["factor"] == "inference")
        ]
        bars = sorted(bar.get_bbox().intervalx[end] for bar in named(figure, "inference-binds-"))
        np.testing.assert_allclose(bars, places)
    (bar,) = named(figure, "experiments-binds-")
    assert bar.get_x() == GRID[0]
    (bar,) = named(figure, "researchers-binds-")
    np.testing.assert_allclose(bar.get_bbox().intervalx, GRID[[0, -1]])


def test_upright_lines_stand_where_oversight_begins_to_bind_and_where_it_becomes_the_bottleneck(
    figure, result
):
    events = tm.events(result)
    for kind in ("oversight_binds", "oversight_bottleneck"):
        places = set(events["compute"].values[events["kind"] == kind])
        lines = named(figure, f"{kind}-")
        assert places and {line.get_xdata()[0] for line in lines} == places
        assert len(lines) == 3 * len(places)  # in each panel
    assert f"becomes the bottleneck at {max(places):.0e}".replace("+", "") in words(figure)


def test_today_is_marked(figure, result):
    assert {line.get_xdata()[0] for line in named(figure, "today-")} == {float(result["today"])}
    assert "today" in words(figure)


@pytest.mark.parametrize("today, text", [(8.4e20, "today (8.4e20) ←"), (1e40, "today (1e40) →")])
def test_where_today_is_off_the_axis_that_is_said(nothing, today, text):
    figure = plots.speedup_curve(nothing.assign(today=today))
    assert not named(figure, "today-")
    assert text in words(figure)


def test_headings_say_catalog_scenario_and_what_was_set(figure):
    assert "Alignment research (default) · scenario: Scarce inference" in words(figure)
    assert "production.parallel_exponent = 0.6" in words(figure)


def test_axes_say_their_units(figure):
    assert "effective compute [FLOP/year, 2023 software]" in words(figure)
    assert "speed-up over people without AI [1]" in words(figure)
    assert "bottleneck share [1]" in words(figure)


def test_a_saved_result_gives_the_same_figure(result, figure, tmp_path):
    tm.save(result, tmp_path / "result.nc")
    again = plots.speedup_curve(tm.open(tmp_path / "result.nc"))
    assert words(again) == words(figure)
    for name in LINES:
        np.testing.assert_array_equal(
            drawn(again, name).get_xydata(), drawn(figure, name).get_xydata()
        )


# What does not fit is said


def test_a_line_that_leaves_the_panel_is_marked_and_named_with_the_place(figure, result):
    mark = drawn(figure, "unreviewed-leaves")
    position = mark.get_xdata()[0]
    top = mark.axes.get_ylim()[1]
    line = unreviewed_line(result)
    assert (line.values[line.position < position] <= top).all()
    assert (line.values[line.position > position] > top).all()
    assert f"if nothing were reviewed ↑ off the axis from {compute_text(position)}" in words(figure)
    # the limit without review, inference and experiments is one task's share to a power
    assert float(result["no_oversight_ceiling"][-1]) == pytest.approx(4e4, rel=0.01)
    assert "4e4×" not in words(figure)


def test_review_is_drawn_by_pool_of_reviewers():
    verified = tm.sweep(tm.load_catalog("alignment_research", "scarce_verifiers"), GRID[::3])
    figure = plots.speedup_curve(verified)
    assert "review (general)" in words(figure) and "review (verifiers)" in words(figure)
    for pool in ("general", "verifiers"):
        (top,) = drawn(figure, f"bottleneck_share-review-{pool}").get_paths()
        assert top.vertices[:, 1].max() > 0.05
    whole = verified["bottleneck_share"].sel(source="review").values
    np.testing.assert_allclose(
        verified["review_pool_share"].sum("reviewers"), whole, rtol=1e-12, atol=1e-15
    )


@pytest.mark.parametrize("name", LINES[:4])
def test_all_but_throughput_without_review_fits_on_the_axis(figure, result, name):
    low, high = drawn(figure, name).axes.get_ylim()
    assert low <= result[name].min() and result[name].max() <= high


def test_an_infinite_ceiling_is_named_with_the_place_from_which_there_is_no_limit(reviewed):
    figure = plots.speedup_curve(reviewed)
    position = reviewed["event_compute"].values[0]
    assert (
        np.isinf(reviewed["no_oversight_ceiling"][-1])
        and np.isfinite(reviewed["oversight_ceiling"]).all()
    )
    assert f"if nothing were reviewed ↑ no limit from {position:.1e}".replace("+", "") in words(
        figure
    )
    assert "no limit" not in words(figure).replace("reviewed ↑ no limit", "")
    x, y = drawn(figure, "unreviewed-no-limit").get_data()
    assert x[-1] == position and y[-1] == drawn(figure, "unreviewed").axes.get_ylim()[1]


def test_unlimited_output_is_named_and_leaves_the_bands_blank(unlimited):
    figure = plots.speedup_curve(unlimited)
    assert np.isinf(unlimited["throughput_speedup"][-1])
    for name in ("throughput", "effective speed-up", "oversight ceiling"):
        assert f"{name} ↑ no limit from" in words(figure)
    assert "no limit to output" in words(figure)
    assert drawn(figure, "bottleneck_share-no-value").get_paths()


def test_where_nothing_can_be_produced_that_is_said(impossible):
    figure = plots.speedup_curve(impossible)
    assert "no output" in words(figure)
    assert "Where nothing can be produced the speed-up is 0, which is below the axis." in words(
        figure
    )


def test_where_nothing_happens_the_figure_says_so(nothing):
    figure = plots.speedup_curve(nothing)
    assert "AI can do 0 of 1 tasks" in words(figure)
    assert "does not bind" in words(figure)
    assert words(figure).count("not scarce") == 3
    for source in ("review", "inference", "experiments"):
        assert f"{source}: 0" in words(figure)


def test_two_points_of_the_grid_and_the_events_between_them_draw_every_jump(result):
    ends = plots.speedup_curve(result.isel(compute=[0, -1]))
    assert_legible(ends)
    for name in ("throughput_speedup", "oversight_ceiling"):
        (line,) = [line for line in ends.findobj(Line2D) if line.get_gid() == name]
        events = result[f"event_{name}_after"].values
        jumps = events > result[f"event_{name}_before"].values * (1 + 1e-9)
        assert np.isin(np.round(events[jumps], 9), np.round(line.get_ydata(), 9)).all()


@pytest.mark.parametrize(
    "which, width",
    [(which, 90.0) for which in ("result", "unlimited", "reviewed", "nothing", "impossible")]
    + [("result", 180.0), ("unlimited", 180.0)],
)
def test_every_word_is_on_the_page_and_none_over_another(request, which, width):
    assert_legible(plots.speedup_curve(request.getfixturevalue(which), width=width))


def assert_legible(figure):
    renderer = figure.canvas.get_renderer()
    texts = [
        text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()
    ]
    boxes = [(text.get_text(), text.get_tightbbox(renderer).padded(-1)) for text in texts]
    for text, box in boxes:
        assert box.x0 >= -2 and box.y0 >= -2, text
        assert box.x1 <= figure.bbox.x1 + 2 and box.y1 <= figure.bbox.y1 + 2, text
    over = [(first, second) for (first, a), (second, b) in combinations(boxes, 2) if a.overlaps(b)]
    assert not over


# Tasks


def test_the_task_graph_has_a_node_for_every_task_and_a_line_for_every_edge(catalog, graph):
    read = words(graph)
    assert len(named(graph, "task-")) == 38
    for name, task in catalog.tasks.items():
        assert drawn(graph, f"task-{name}")
        assert task.title in read
    for nest in list(catalog.nests.values())[1:]:
        assert nest.title in read
    lines = sum(len(drawn(graph, gid).get_paths()) for gid in ("edges", "critical-edges"))
    assert lines == sum(len(task.after) for task in catalog.tasks.values())
    assert_legible(graph)


def test_the_thick_lines_of_the_task_graph_are_the_critical_path(catalog, graph):
    path = tm.latency(catalog, 1e31)
    starts = {tuple(curve.vertices[0]) for curve in drawn(graph, "critical-edges").get_paths()}
    ends = {tuple(curve.vertices[-1]) for curve in drawn(graph, "critical-edges").get_paths()}
    position = {name: tuple(drawn(graph, f"task-{name}").get_xydata()[0]) for name in catalog.tasks}
    critical = {
        position[name]
        for name, on_path in zip(path["task"].values, path["critical"].values, strict=True)
        if on_path
    }
    assert starts | ends == critical
    assert f"one pass takes {float(path['pass_time']):,.0f} h" in words(graph)


def test_tasks_stand_to_the_right_of_all_that_they_wait_for(catalog, graph):
    level = {name: drawn(graph, f"task-{name}").get_xdata()[0] for name in catalog.tasks}
    assert all(
        level[earlier] < level[name]
        for name, task in catalog.tasks.items()
        for earlier in task.after
    )


def test_states_of_tasks_are_those_of_their_modes(catalog):
    from taskmodel.plots.tasks import task_states

    before, after = (task_states(catalog, tm.latency(catalog, compute)) for compute in (1e26, 1e34))
    assert set(before.values()) == {"by people", "by people, not delegable"}
    assert before["final_sign_off"] == after["final_sign_off"] == "by people, not delegable"
    assert after["debugging"] == "by AI, every unit reviewed"
    floors = catalog.replace({"supervision.coverage": "floor"})
    assert task_states(floors, tm.latency(floors, 1e34))["debugging"] == "by AI, spot checks"
    unreviewed = catalog.replace({"supervision.coverage": "none"})
    assert task_states(unreviewed, tm.latency(unreviewed, 1e34))["debugging"] == "by AI, no review"


@pytest.mark.parametrize("width", [180.0, 90.0])
def test_one_task_alone_can_be_drawn(nothing, width):
    catalog = small_catalog({"write": {"share": 1, "delegable": False}})
    figure = plots.task_graph(catalog, nothing, 1e30, width=width)
    assert "by people, not delegable" in words(figure)
    assert_legible(figure)


def test_review_hours_sum_to_the_use_of_the_factor(catalog, result):
    hours = plots.review_hours(catalog, result)
    assert hours.dims == ("compute", "task") and hours.attrs["units"] == "h/year"
    np.testing.assert_allclose(
        hours.sum("task"), result["factor_use"].sel(factor="review"), rtol=1e-9, atol=1e-6
    )


def test_bars_of_the_review_load_are_the_largest_hours_with_the_rest_in_one(catalog, result):
    figure = plots.review_load(catalog, result, GRID[-1])
    hours = plots.review_hours(catalog, result).isel(compute=-1)
    ranked = sorted(hours.values, reverse=True)
    assert drawn(figure, "review-others").get_width() == pytest.approx(sum(ranked[15:]))
    bars = [bar for bar in named(figure, "review-") if bar.get_gid() != "review-others"]
    assert len(bars) == 15
    for bar in bars:
        assert bar.get_width() == float(hours.sel(task=bar.get_gid().removeprefix("review-")))
    tops = sorted(bars, key=lambda bar: bar.get_y())
    np.testing.assert_array_equal([bar.get_width() for bar in tops], ranked[:15])
    assert f"({100 * ranked[0] / sum(ranked):.1f} %)" in words(figure)
    assert f"{(hours > 0).sum().item() - 15} other tasks" in words(figure)
    assert_legible(figure)


def test_the_review_load_says_which_point_of_the_grid_it_shows(catalog, result):
    assert "at 1e35 FLOP/year Alignment" in words(plots.review_load(catalog, result, GRID[-1]))
    point = GRID[np.argmin(np.abs(np.log(GRID / 2e31)))]
    assert f"at {point:.1e} FLOP/year (the grid point nearest to 2e31)".replace("+", "") in words(
        plots.review_load(catalog, result, 2e31)
    )


def test_where_nothing_is_reviewed_the_review_load_says_so(catalog, result):
    figure = plots.review_load(catalog, result, GRID[0])
    assert "no review hours at this compute" in words(figure)
    assert "0 of 540,000 review hours per year (0 %)" in words(figure)


# Files


@pytest.fixture
def plain():
    return Figure(figsize=(1, 1))


def bytes_of(paths):
    return [path.read_bytes() for path in paths]


def test_drawn_and_saved_twice_the_bytes_are_the_same(result, figure, tmp_path):
    paths = plots.save(figure, tmp_path / "one")
    assert [path.name for path in paths] == ["one.svg", "one.png"]
    assert bytes_of(paths) == bytes_of(plots.save(plots.speedup_curve(result), tmp_path / "two"))
    assert sorted(os.listdir(tmp_path)) == ["one.png", "one.svg", "two.png", "two.svg"]
    ids = [element.get("id") for element in ElementTree.parse(paths[0]).iter() if element.get("id")]
    assert len(ids) == len(set(ids)) and not any(" " in identifier for identifier in ids)


def test_another_process_with_other_settings_gives_the_same_bytes_and_keeps_its_settings(
    reviewed, tmp_path
):
    tm.save(reviewed, tmp_path / "result.nc")
    expected = bytes_of(plots.save(plots.speedup_curve(reviewed), tmp_path / "here"))
    code = """
import sys
import matplotlib
matplotlib.rcParams.update({"font.size": 20, "axes.grid": True, "svg.hashsalt": "other"})
matplotlib.rcParams.update({"lines.linewidth": 9, "text.parse_math": True})
before = matplotlib.rcParams.copy()
import taskmodel as tm
from taskmodel import plots
from taskmodel.plots import saving
saving.DPI = 40
plots.save(plots.speedup_curve(tm.open(sys.argv[1])), sys.argv[2])
assert matplotlib.rcParams.copy() == before
assert "matplotlib.pyplot" not in sys.modules
"""
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run(
        [sys.executable, "-W", "error", "-c", code, tmp_path / "result.nc", tmp_path / "there"],
        check=True,
        env=environment,
    )
    assert bytes_of([tmp_path / "there.svg", tmp_path / "there.png"]) == expected


def test_drawing_that_fails_gives_the_settings_back(result):
    before = matplotlib.rcParams.copy()
    with pytest.raises(KeyError):
        plots.speedup_curve(result.drop_vars("speedup"))
    assert matplotlib.rcParams.copy() == before


def test_a_missing_folder_is_made(plain, tmp_path):
    plots.save(plain, tmp_path / "new" / "curve")
    assert sorted(os.listdir(tmp_path / "new")) == ["curve.png", "curve.svg"]


def test_a_file_in_the_place_of_the_folder_is_an_error_that_names_it(plain, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(FileExistsError, match="taken"):
        plots.save(plain, tmp_path / "taken" / "curve")


def test_a_folder_in_the_place_of_one_file_leaves_the_other_unwritten(plain, tmp_path):
    (tmp_path / "curve.png").mkdir()
    with pytest.raises(IsADirectoryError, match=r"curve\.png"):
        plots.save(plain, tmp_path / "curve")
    assert os.listdir(tmp_path) == ["curve.png"]


@pytest.mark.parametrize("fails", ["savefig", "replace"])
def test_a_save_that_fails_leaves_the_old_files_and_nothing_else(
    plain, tmp_path, monkeypatch, fails
):
    for ending in ("svg", "png"):
        (tmp_path / f"curve.{ending}").write_text("old")

    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(plain if fails == "savefig" else os, fails, fail)
    with pytest.raises(OSError, match="No space left"):
        plots.save(plain, tmp_path / "curve")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "curve.svg": "old",
        "curve.png": "old",
    }


def test_an_ending_in_the_path_is_refused_and_a_dot_is_not(plain, tmp_path):
    with pytest.raises(ValueError, match=r"without \.png"):
        plots.save(plain, tmp_path / "curve.png")
    assert [path.name for path in plots.save(plain, tmp_path / "share_0.5")] == [
        "share_0.5.svg",
        "share_0.5.png",
    ]


# What cannot be drawn


def test_a_dataset_that_is_no_sweep_is_refused(catalog, result):
    with pytest.raises(ValueError, match="events.*taskmodel.sweep"):
        plots.speedup_curve(tm.latency(catalog, 1e30))
    with pytest.raises(ValueError, match="catalog_yaml.*taskmodel.sweep"):
        plots.speedup_curve(result.drop_attrs(deep=False))


@pytest.mark.parametrize("points", [0, [0], []])
def test_a_sweep_without_points_to_draw_is_refused(catalog, result, points):
    chosen = result.isel(compute=points)
    for draw in (plots.speedup_curve, plots.along):
        with pytest.raises(tm.InputError, match=r"points? along compute; at least 2 are needed"):
            draw(chosen)
    if points != [0]:
        for draw in (
            lambda: plots.review_load(catalog, chosen, 1e30),
            lambda: plots.review_hours(catalog, chosen),
        ):
            with pytest.raises(tm.InputError, match="along compute; at least 1"):
                draw()


@pytest.mark.parametrize("name", plots.OF_DATASETS)
def test_every_figure_refuses_what_is_not_its_dataset(result, name):
    """A sweep, which is right for two of them, and a dataset that is nothing of this package."""
    with pytest.raises(tm.InputError):
        getattr(plots, name)(xr.Dataset({"a": 1}))
    if name not in ("speedup_curve", "along"):
        with pytest.raises(tm.InputError):
            getattr(plots, name)(result)


def test_variables_without_dimensions_are_a_table_of_one_row(result):
    for dataset, names in ((xr.Dataset({"a": 1}), ["a"]), (result.isel(compute=0), ["speedup"])):
        frame = dataset.taskmodel.to_frame(*names)
        assert list(frame) == names and frame[names[0]].tolist() == [float(dataset[names[0]])]


def test_a_result_of_another_catalog_is_refused(catalog, result):
    other = catalog.replace({"supervision.headcount": 5})
    for draw in (
        lambda: plots.task_graph(other, result, 1e30),
        lambda: plots.review_load(other, result, 1e30),
        lambda: plots.review_hours(other, result),
    ):
        with pytest.raises(ValueError, match="not of this catalog.*sweep the catalog again"):
            draw()


@pytest.mark.parametrize("width", [0, -90, 30, float("nan"), float("inf")])
def test_a_width_without_room_is_refused(result, width):
    with pytest.raises(ValueError, match=r"\[mm\] must be in \[60, inf\)"):
        plots.speedup_curve(result, width=width)


@pytest.mark.parametrize("compute", [1e25, 1e36, float("nan")])
def test_a_review_load_outside_the_grid_is_refused(catalog, result, compute):
    with pytest.raises(ValueError, match="within the grid, 1e.26 to 1e.35"):
        plots.review_load(catalog, result, compute)


# Where states hold


def with_events(result, rows):
    """A sweep whose events are these alone: compute, kind, factor."""
    bare = result.drop_vars([name for name in result.data_vars if "event" in result[name].dims])
    compute, kind, factor = zip(*rows, strict=True)
    return bare.assign(
        event_compute=("event", np.array(compute)),
        event_kind=("event", np.array(kind, dtype=object)),
        event_factor=("event", np.array(factor, dtype=object)),
    )


def test_a_state_that_begins_and_ends_at_one_place_is_kept_as_a_point(result):
    changed = with_events(
        result,
        [
            (1e28, "binds", "review"),
            (1e28, "slack", "review"),
            (1e29, "binds", "review"),
            (1e30, "slack", "review"),
        ],
    )
    assert state_intervals(changed, "binds", "slack", False, "review") == [
        StateInterval(1e28, 1e28, True, True),
        StateInterval(1e29, 1e30, True, True),
    ]


def test_a_state_that_ends_first_has_held_from_the_start(result):
    changed = with_events(
        result, [(1e28, "slack", "review"), (1e30, "binds", "review"), (1e31, "binds", "inference")]
    )
    assert state_intervals(changed, "binds", "slack", False, "review") == [
        StateInterval(1e26, 1e28, False, True),
        StateInterval(1e30, 1e35, True, False),
    ]


def test_without_events_the_first_point_of_the_grid_says_whether_a_state_holds(nothing):
    everywhere = StateInterval(*nothing["compute"].values[[0, -1]], False, False)
    assert binding_intervals(nothing) == {
        "researchers": [everywhere],
        "review": [],
        "inference": [],
        "experiments": [],
    }
    assert oversight_intervals(nothing) == ([], [])


def test_without_matplotlib_figures_say_how_to_install_it(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(importlib.util, "find_spec", lambda name: None)
        with pytest.raises(tm.InputError, match=r"pip install 'taskmodel\[plot\]'"):
            importlib.reload(plots)
    importlib.reload(plots)
