"""Dates above panels, regions of maps, and colours that mean one thing."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.text import Annotation, Text

import taskmodel as tm
from taskmodel import plots
from taskmodel.plots.page import COLOURS
from taskmodel.plots.panels import SPEEDUP_LINES, date_strip, stacked_panels
from taskmodel.plots.regions import filled_regions, roomiest_pixel

NAMES = ("wake-up", "goods 20 %", "goods 100 %", "AGI")


@pytest.mark.parametrize(
    "dates", [(2026.84, 2026.88, 2026.92, 2026.97), (2022.0, 2027.0, 2032.5, 2033.0), (2033.0,) * 4]
)
@pytest.mark.parametrize("width", [88.0, 180.0])
def test_names_of_dates_stand_above_the_panels_and_apart(dates, width):
    ends = (2022.0, 2033.0)
    with stacked_panels(width, 150, "Heading", (3, 1), over_figure=True) as (figure, panels, size):
        panels[-1].set_xlim(*ends)
        marks = list(zip(dates, NAMES, strict=True))
        date_strip(panels, marks, ends, width, size)
    texts = figure.findobj(Annotation)
    boxes = [Text.get_window_extent(text) for text in texts]  # without lines
    top = panels[0].get_window_extent().y1
    assert len(texts) == len(NAMES)
    assert all(box.y0 >= top for box in boxes)
    assert not any(one.overlaps(two) for one, two in combinations(boxes, 2))
    for text, box in zip(texts, boxes, strict=True):
        line = panels[0].transData.transform((text.xy[0], 0))[0]
        assert min(abs(line - box.x0), abs(line - box.x1)) < 3


def test_a_pixel_has_the_source_of_its_side_of_the_curve():
    shape = (40, 60)
    rows, columns = np.arange(0, 40, 13), np.arange(0, 60, 11)
    edge = 20.0 + 0.5 * np.arange(40)  # column of the curve in each row
    code = (columns[None, :] > edge[rows][:, None]).astype(int)
    filled = filled_regions(code, (rows, columns), [(np.arange(40.0), edge)], shape)
    distance = np.arange(60)[None, :] - edge[:, None]
    assert np.array_equal(filled[abs(distance) > 1.5], (distance > 0)[abs(distance) > 1.5])


def test_a_curve_that_ends_inside_leaves_the_nearest_points():
    code = np.array([[0, 1], [0, 1]])
    points = (np.array([0, 9]), np.array([0, 9]))
    filled = filled_regions(code, points, [(np.array([0.0, 4.0]), np.array([7.0, 7.0]))], (10, 10))
    assert set(filled[9]) == {0, 1}
    assert np.all(filled[:, 0] == 0) and np.all(filled[:, 9] == 1)


def test_a_box_is_put_where_it_fits():
    region = np.zeros((20, 30), dtype=bool)
    region[2:18, 4:9] = True
    assert roomiest_pixel(region, 3, 10) is None
    row, column = roomiest_pixel(region, 10, 3)
    assert region[row - 4 : row + 5, column - 1 : column + 2].all()


def test_lines_of_speedups_have_no_colour_of_what_holds_research_back():
    for style in SPEEDUP_LINES.values():
        assert not any(same_color(style["color"], colour) for colour in COLOURS.values())
    figure = plots.speedup_curve(tm.sweep(tm.load_catalog("t_agi_ladder"), [1e26, 1e31]))
    drawn = {line.get_gid(): line for axes in figure.axes for line in axes.lines}
    for name in SPEEDUP_LINES:
        assert not any(same_color(drawn[name].get_color(), each) for each in COLOURS.values())
