"""Figures of answers at one point and along one input."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import taskmodel as tm
from taskmodel import plots

COMPUTE = 1e31


@pytest.fixture(scope="module")
def catalog():
    return tm.load_catalog("t_agi_ladder")


@pytest.fixture(scope="module")
def answers(catalog):
    other = catalog.replace({"supervision.headcount": 60, "supervision.coverage": "floor"})
    inputs = ("supervision.headcount", "production.elasticity", "compute")
    serial = {"over": "latency.serial_speed", "values": [5.0, 20.0, 200.0]}
    return {
        "elasticities": tm.elasticities(catalog, COMPUTE, inputs),
        "what_if": tm.what_if(catalog, COMPUTE),
        "explain_difference": tm.explain_difference(
            catalog, other, target="speedup", compute=COMPUTE
        ),
        "latency": tm.latency(catalog, COMPUTE),
        "review_by_task": tm.review_load(catalog, COMPUTE),
        "onset": tm.onset(catalog, "supervision.headcount", [10.0, 1000.0]),
        "along": tm.sweep(catalog, COMPUTE, **serial),
    }


NAMES = (
    "elasticities",
    "what_if",
    "explain_difference",
    "latency",
    "review_by_task",
    "onset",
    "along",
)


def words(figure):
    return " ".join(text.get_text() for text in figure.findobj(Text) if text.get_visible())


def widths(figure):
    return [
        bar.get_width() for bar in figure.findobj(lambda artist: "bar-" in str(artist.get_gid()))
    ]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [88.0, 180.0])
def test_every_axis_has_a_unit_and_no_text_leaves_the_figure(answers, name, width):
    figure = getattr(plots, name)(answers[name], width=width)
    (axes,) = figure.axes
    labels = [axes.get_xlabel()] + ([axes.get_ylabel()] if name in ("onset", "along") else [])
    assert all("[" in label and "]" in label for label in labels)
    assert figure.get_figwidth() * 25.4 == pytest.approx(width)
    box = figure.bbox
    ticks = axes.get_xticklabels()  # those outside the limits are not drawn
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and text not in ticks:
            extent = text.get_window_extent()
            assert extent.x0 >= box.x0 - 1 and extent.x1 <= box.x1 + 1, text.get_text()


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_drawn_where_it_is_told(answers, name):
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert getattr(plots, name)(answers[name], ax=right) is figure
    assert right.has_data() and not left.has_data()


def test_bars_have_the_values_of_the_answer(answers):
    gains = answers["elasticities"]["speedup_elasticity"].values.ravel()
    expected = sorted(gains[np.isfinite(gains)], key=lambda gain: -abs(gain))
    assert widths(plots.elasticities(answers["elasticities"])) == pytest.approx(expected)
    result = answers["what_if"]
    alone = np.diagonal(result["speedup"].values)
    expected = [float(result["speedup_as_is"]), *sorted(alone, reverse=True)]
    for width, value in zip(widths(plots.what_if(result)), expected, strict=True):
        assert width == pytest.approx(value) or np.isinf(value)  # at the edge, with the words
    assert ("without all: no limit" in words(plots.what_if(result))) == np.isinf(
        float(result["speedup_all"])
    )
    hours = answers["review_by_task"]["review_hours"].values
    expected = sorted(hours[hours > 0], reverse=True)
    assert widths(plots.review_by_task(answers["review_by_task"])) == pytest.approx(expected)


def test_a_pass_has_a_bar_for_each_task_from_its_start(answers):
    result = answers["latency"]
    figure = plots.latency(result)
    for index, name in enumerate(result["task"].values):
        (bar,) = figure.findobj(lambda artist, gid=f"task-{name}": artist.get_gid() == gid)
        assert bar.get_x() == float(result["start"][index])
        assert bar.get_width() == pytest.approx(float(result["duration"][index]))


def test_lines_along_an_input_are_those_of_the_sweep_and_named(answers):
    result = answers["along"]
    figure = plots.along(result)
    for name, title in (("throughput_speedup", "throughput"), ("latency_speedup", "latency")):
        (line,) = figure.findobj(lambda artist, gid=name: artist.get_gid() == gid)
        assert set(result[name].values) <= set(line.get_ydata())
        assert title in words(figure)


def test_the_task_graph_needs_no_sweep(catalog):
    figure = plots.task_graph(catalog, None, COMPUTE, width=90)
    assert "critical path" in words(figure)


def test_datasets_of_another_kind_are_refused(answers):
    for name in NAMES:
        other = answers["what_if" if name != "what_if" else "latency"]
        with pytest.raises(tm.InputError, match="this dataset"):
            getattr(plots, name)(other)


def test_a_saved_pass_is_the_same_when_opened(answers, tmp_path):
    for name in ("latency", "what_if", "review_by_task", "onset"):
        tm.save(answers[name], tmp_path / "answer.nc")
        assert tm.open(tmp_path / "answer.nc").identical(answers[name])


@pytest.mark.parametrize(
    ("x", "values", "explained"),
    [
        ("supervision.headcount", [1, 1000], True),
        ("supervision.headcount", [0.1, 0.5], False),  # hands-on work leads, whoever reviews
        ("supervision.max_review_share", [0.001, 1], True),
        ("latency.serial_speed", [0.1, 0.5], False),
    ],
)
def test_a_map_of_reviewers_says_why_few_of_them_are_not_the_bottleneck(
    catalog, x, values, explained
):
    result = tm.bottleneck_map(catalog, (x, values), ("compute", [1e30, 1e33]))
    caption = words(plots.bottleneck_map(result))
    assert ("people do by hand what there is no time to review" in caption) == explained
