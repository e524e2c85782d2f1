"""Labels of figures: none over another, none cut by an edge, each where its line is."""

import re
from itertools import combinations

import numpy as np
import pytest
from locations import DATA
from matplotlib.text import Text

import taskmodel as tm
from taskmodel import plots
from taskmodel.catalog._import_tasks import STARTER  # the catalog of `taskmodel new`
from taskmodel.plots.words import compute_text
from taskmodel.sweeps.trace import unreviewed_line


def boxes(axes, *texts):
    """Extents of texts, which are drawn, on the screen."""
    axes.figure.draw_without_rendering()
    return [text.get_window_extent() for text in texts]


def gids(figure, name):
    (artist,) = figure.findobj(lambda artist: artist.get_gid() == name)
    return artist


@pytest.mark.parametrize("width", [90, 180])
def test_milestones_of_one_length_share_a_label(width):
    horizons = tm.horizon(tm.load_catalog("agentic_prs"))
    figure = plots.horizon(horizons, width=width)
    (axes,) = figure.axes
    titles = [str(title) for title in horizons["milestone_meaning"].values]
    shown = [text for text in axes.texts if text.get_text()]
    for first, second in combinations(boxes(axes, *shown), 2):
        assert not first.overlaps(second)
    for text in shown:
        assert set(re.sub(r" and \d+ more$", "", text.get_text()).split("; ")) <= set(titles)
    joined = sum(text.get_text().count("; ") + 1 for text in shown)
    more = sum(int(text.get_text().split()[-2]) for text in shown if " more" in text.get_text())
    assert joined + more == len(titles)
    assert axes.get_legend().get_frame().get_alpha() == 1


def test_a_narrow_axis_has_round_ticks_and_dashes_have_a_name():
    catalog = tm.load_catalog("alignment_research", "defect_budget")
    figure = plots.safety_frontier(tm.safety_frontier(catalog, [1e3, 1e5, 1e7]))
    axes = figure.axes[0]
    ticks, (low, high) = axes.get_yticks(), axes.get_ylim()
    assert len(ticks) >= 3 and (low <= ticks).all() and (ticks <= high).all()
    assert all(len(label.get_text()) <= 4 for label in axes.get_yticklabels())
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["throughput", "effective", "without a budget"]


@pytest.fixture(scope="module")
def map_figure():
    catalog = tm.load_catalog(STARTER)
    x, y = np.geomspace(1, 1000, 12), np.geomspace(1e27, 1e33, 12)
    result = tm.bottleneck_map(catalog, x=("supervision.headcount", x), y=("compute", y))
    return plots.bottleneck_map(result)


def test_labels_of_a_map_are_within_it_and_cover_no_name_and_no_curve(map_figure):
    axes = map_figure.axes[0]
    texts = [text for text in axes.findobj(Text) if text in axes.texts]
    contours = [text for text in texts if "×" in text.get_text()]
    names = [text for text in texts if text not in contours]
    assert len(contours) >= 3 and {text.get_text() for text in names} == {"hands-on work", "review"}
    panel = axes.get_window_extent()
    for box in boxes(axes, *texts):
        assert panel.x0 < box.x0 < box.x1 < panel.x1 and panel.y0 < box.y0 < box.y1 < panel.y1
    for first, second in combinations(boxes(axes, *texts), 2):
        assert not first.overlaps(second)
    for line in axes.lines:
        points = axes.transData.transform(np.column_stack(line.get_data()).astype(float))
        steps = np.linspace(0, len(points) - 1, 20 * len(points))
        along = [np.interp(steps, np.arange(len(points)), side) for side in points.T]
        for box in boxes(axes, *contours):
            assert not any(box.contains(x, y) for x, y in zip(*along, strict=True))


def test_names_of_a_map_leave_its_contours_visible(map_figure):
    axes = map_figure.axes[0]
    names = [text for text in axes.texts if "×" not in text.get_text()]
    (contours,) = [item for item in axes.collections if hasattr(item, "levels")]
    for box in boxes(axes, *names):
        for path in contours.get_paths():
            points = axes.transData.transform(path.vertices)
            assert not any(box.contains(x, y) for x, y in points)


@pytest.mark.parametrize("count", [5, 40])
def test_a_line_leaves_the_panel_where_it_crosses_its_edge(count):
    catalog = tm.load_catalog(DATA / "cases" / "mini_one_task.yaml")
    result = tm.sweep(catalog, np.geomspace(1e26, 1e32, count))
    figure = plots.speedup_curve(result)
    mark = gids(figure, "unreviewed-leaves")
    position, high = float(mark.get_xdata()[0]), mark.axes.get_ylim()[1]
    line = unreviewed_line(result)
    value = np.exp(np.interp(np.log(position), np.log(line.position), np.log(line.values)))
    assert value == pytest.approx(high, rel=1e-9)
    shown = " ".join(text.get_text() for text in figure.findobj(Text)).replace("\n", " ")
    assert f"off the axis from {compute_text(position)}" in shown


def test_markers_at_the_ends_of_an_axis_are_whole():
    catalog = tm.load_catalog("agentic_prs")
    result = tm.onset(catalog, "supervision.headcount", [1, 30, 1000])
    figure = plots.onset(result)
    assert not gids(figure, "oversight_binds_from").get_clip_on()
