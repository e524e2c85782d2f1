"""Bottleneck maps: cells and curves agree with a finer grid, and curves with their definition."""

import numpy as np
import pytest
from sizes import cases
from small import small_catalog

import taskmodel as tm
from taskmodel.numerics.contours import Points, trace

SOURCE = ("hands_on", "review", "inference", "experiments", "")


def crossings(result, along, position, names):
    """Intersections of a line across the map with the curves between regions, with their names."""
    u, v = (
        np.log(result[f"boundary_{axis}"].values)
        for axis in (("x", "y") if along == "x" else ("y", "x"))
    )
    first, second = result["boundary_first"].values, result["boundary_second"].values
    curve, level = result["boundary_curve"].values, np.log(position)
    on = np.flatnonzero(
        (curve[1:] == curve[:-1])
        & ((v[1:] > level) != (v[:-1] > level))
        & np.isin(first[1:], names)
    )
    crossing = u[on] + (level - v[on]) * (u[on + 1] - u[on]) / (v[on + 1] - v[on])
    order = np.argsort(crossing)
    return [(np.exp(crossing[index]), {first[on[index]], second[on[index]]}) for index in order]


def misfits(result, cells, variable, names, region=str):
    """Share of the cells of another, finer map that are on the wrong side of the curves."""
    wrong = 0
    x_path, y_path = result.attrs["x"], result.attrs["y"]
    for along, across, path, other in (("x", "y", x_path, y_path), ("y", "x", y_path, x_path)):
        assert across != along
        for position in cells[other].values:
            row = cells[variable].sel({other: position})
            label, begin = region(row.values[0]), row[path].values[0]
            meets = crossings(result, along, position, names)
            meets = [meet for meet in meets if meet[0] >= begin]
            for value, real in zip(row[path].values, row.values, strict=True):
                while meets and meets[0][0] < value:
                    _, pair = meets.pop(0)
                    assert label in pair, (along, position, value, label, pair)
                    (label,) = pair - {label}
                wrong += label != region(real)
    return wrong / (2 * cells[variable].size)


def check(catalog, x, y, points, fine, **options):
    """A map with some points per side, checked against a finer one at other points."""
    (x_path, *x_ends), (y_path, *y_ends) = x, y
    result = tm.bottleneck_map(
        catalog,
        x=(x_path, np.geomspace(*x_ends, points)),
        y=(y_path, np.geomspace(*y_ends, points)),
        **options,
    )
    margins = [
        np.exp(np.array([0.011, -0.013]) * np.log(ends[1] / ends[0])) * ends
        for ends in (x_ends, y_ends)
    ]
    cells = tm.bottleneck_map(
        catalog,
        x=(x_path, np.geomspace(*margins[0], fine)),
        y=(y_path, np.geomspace(*margins[1], fine)),
        **options,
    )
    tie = result["boundary_kind"].values == "tie"
    assert np.all(result["boundary_gap"].values[tie] <= 1e-6)
    assert misfits(result, cells, "binding_factor", SOURCE) <= 0.002
    assert (
        misfits(
            result,
            cells,
            "oversight_binds",
            ("oversight_slack",),
            lambda binds: f"oversight_{'binds' if binds else 'slack'}",
        )
        <= 0.002
    )
    return result


MAPS = [
    ("t_agi_ladder", None, ("supervision.headcount", 1, 1e4), ("compute", 1e27, 1e34), {}),
    (
        "alignment_research",
        "scarce_inference",
        ("supervision.headcount", 3, 1e4),
        ("compute", 1e28, 1e33),
        {},
    ),
    (
        "alignment_research",
        "dedicated_reviewers",
        ("compute", 1e28, 1e33),
        ("tasks.research_code.review_ratio", 0.01, 3),
        {},
    ),
    (
        "alignment_research",
        None,
        ("supervision.headcount", 1, 1e4),
        ("compute.inference_share", 1e-7, 1e-3),
        {"compute": 1e31},
    ),
]


@pytest.mark.parametrize(("name", "scenario", "x", "y", "options"), MAPS[: cases(1, 4)])
def test_cells_of_a_brute_force_map_lie_on_the_right_side_of_the_curves(
    name, scenario, x, y, options
):
    check(tm.load_catalog(name, scenario), x, y, cases(30, 60), cases(9, 200), **options)


def test_one_boundary_of_a_closed_form():
    """AI does one of two tasks for 0.2 h of dedicated review per hour, with scarce reviewers.

    Shares are equal where as much is spent on either task; where compute opens the task, the
    bottleneck jumps.
    """
    catalog = small_catalog(
        {
            "by_ai": {"share": 0.5, "by_people": False},
            "by_people": {"share": 0.5, "delegable": False},
        },
        supervision={"pool": "dedicated"},
        production={"elasticity": 0.5},
        compute={"inference": "free"},
    )
    (opens,) = np.unique(tm.events(tm.sweep(catalog, [1e24, 1e33]))["compute"].values)
    result = tm.bottleneck_map(
        catalog,
        x=("supervision.headcount", np.geomspace(0.1, 100, 6)),
        y=("compute", np.geomspace(opens / 10, opens * 10, 4)),
    )
    above = result.sel(compute=slice(opens, None))["binding_factor"].values
    assert (result.sel(compute=slice(0, opens))["binding_factor"] == "").all()
    assert (above[:, 0] == "review").all() and (above[:, -1] == "hands_on").all()
    tie = (
        (result["boundary_kind"] == "tie")
        & (result["boundary_first"] == "hands_on")
        & (result["boundary_second"] == "review")
    )
    # s^2 / E is the same for both: 1,000 h of people, and 500 h of work by AI for every reviewer
    assert result["boundary_x"].values[tie.values] == pytest.approx(2, rel=1e-8)
    assert result["boundary_gap"].values[tie.values].max() < 1e-8
    jump = (result["boundary_kind"] == "jump").values
    assert result["boundary_y"].values[jump] == pytest.approx(opens, rel=1e-12)


def test_a_map_may_be_turned():
    catalog = tm.load_catalog("t_agi_ladder")
    x, y = (
        ("supervision.headcount", np.geomspace(3, 300, 4)),
        ("compute", np.geomspace(1e30, 1e32, 3)),
    )
    first, second = tm.bottleneck_map(catalog, x, y), tm.bottleneck_map(catalog, y, x)
    assert second["speedup"].dims == ("supervision.headcount", "compute")
    np.testing.assert_array_equal(first["binding_factor"], second["binding_factor"].T)
    np.testing.assert_allclose(first["boundary_x"], second["boundary_y"], rtol=1e-12)


def test_cells_are_those_of_sweeps():
    catalog = tm.load_catalog("t_agi_ladder")
    values, computes = np.geomspace(3, 300, 3), np.geomspace(1e30, 1e32, 3)
    result = tm.bottleneck_map(catalog, ("supervision.headcount", values), ("compute", computes))
    for value in values:
        swept = tm.sweep(catalog.replace({"supervision.headcount": value}), computes)
        cells = result.sel({"supervision.headcount": value})
        for name in ("throughput_speedup", "latency_speedup", "speedup", "bottleneck_share"):
            np.testing.assert_allclose(cells[name], swept[name], rtol=1e-9, atol=1e-9)
        np.testing.assert_array_equal(cells["binding_factor"], swept["binding_factor"])


HEADCOUNT, COMPUTE = ("supervision.headcount", [1, 10]), ("compute", [1e28, 1e30])


@pytest.mark.parametrize(
    ("x", "y", "options", "error", "message"),
    [
        (HEADCOUNT, HEADCOUNT, {}, ValueError, "twice"),
        (HEADCOUNT, ("compute", [1e30]), {}, ValueError, "at least two"),
        (HEADCOUNT, ("compute", [1e30, 1e28]), {}, ValueError, "increase"),
        (HEADCOUNT, ("compute", [0, 1e28]), {}, ValueError, r"in \(0, inf\)"),
        (HEADCOUNT, "compute", {}, TypeError, "path and values"),
        (HEADCOUNT, COMPUTE, {"compute": 1e30}, TypeError, "leave the argument out"),
        (("supervision.headcout", [1, 10]), COMPUTE, {}, tm.CatalogError, "supervision.headcount"),
        (("supervision.max_review_share", [0.5, 1.5]), COMPUTE, {}, tm.CatalogError, "at most 1"),
        (("supervision.pool", [0.5, 1.5]), COMPUTE, {}, TypeError, "no number"),
    ],
)
def test_bad_maps_are_refused(x, y, options, error, message):
    with pytest.raises(error, match=message):
        tm.bottleneck_map(tm.load_catalog("t_agi_ladder"), x, y, **options)


def test_a_map_is_drawn_with_names_curves_and_contours(tmp_path):
    from taskmodel import plots

    catalog = tm.load_catalog("t_agi_ladder")
    result = tm.bottleneck_map(
        catalog,
        ("supervision.headcount", np.geomspace(1, 1e3, 5)),
        ("compute", np.geomspace(1e30, 1e33, 5)),
    )
    figure = plots.bottleneck_map(result)
    (axes,) = figure.axes
    names = {text.get_text() for text in axes.texts}
    assert {"review", "hands-on work"} & names
    drawn = [
        line
        for line in axes.lines
        if line.get_gid() and line.get_gid().startswith(("boundary", "oversight_binds"))
    ]
    assert len(drawn) == len(np.unique(result["boundary_curve"]))
    tm.save(result, tmp_path / "map.nc")
    assert plots.bottleneck_map(tm.open(tmp_path / "map.nc")).axes
    with pytest.raises(ValueError, match="no map"):
        plots.bottleneck_map(tm.sweep(catalog, [1e30, 1e31]))


def test_three_regions_meet_in_a_point():
    """Three linear scores: their regions meet where all three are equal, at (0.3, -0.2)."""
    line = np.linspace(-1, 1, 7)

    def scores(position):
        u, v = position.u - 0.3, position.v + 0.2
        return np.stack([u + 2 * v, -2 * u + 0.1 * v, u - v], axis=-1)

    u, v = (coordinates.ravel() for coordinates in np.meshgrid(line, line))
    zeros = np.zeros(49, dtype=int)
    curves = trace(
        line,
        line,
        np.zeros(7, dtype=bool),
        scores(Points(u, v, zeros, zeros, zeros)).reshape(7, 7, 3),
        scores,
    )
    assert sorted(curve.labels for curve in curves) == [(0, 1), (0, 2), (1, 2)]
    for curve in curves:
        ends = np.array([[curve.u[end], curve.v[end]] for end in (0, -1)])
        assert np.abs(ends - [0.3, -0.2]).max(axis=1).min() < 1e-6
        np.testing.assert_allclose(curve.gap, 0, atol=1e-7)


def test_three_regions_meet_also_where_one_comes_in_between_two_nodes():
    """A wedge with its apex at (0.4, 0.3), so narrow that no node of the grid is in it."""
    line = np.linspace(-1, 1, 3)

    def scores(position):
        u, v = position.u - 0.4, position.v - 0.3
        return np.stack([v, -v, 0.2 * u], axis=-1)

    u, v = (coordinates.ravel() for coordinates in np.meshgrid(line, line))
    zeros = np.zeros(9, dtype=int)
    nodes = scores(Points(u, v, zeros, zeros, zeros))
    assert set(nodes.argmax(axis=-1)) == {0, 1}
    curves = trace(line, line, np.zeros(3, dtype=bool), nodes.reshape(3, 3, 3), scores)
    assert sorted(curve.labels for curve in curves) == [(0, 1), (0, 2), (1, 2)]
    for curve in curves:
        ends = np.array([[curve.u[end], curve.v[end]] for end in (0, -1)])
        assert np.abs(ends - [0.4, 0.3]).max(axis=1).min() < 1e-8


@pytest.mark.parametrize("bend", [0.0, 1.0])
def test_no_scores_are_asked_for_where_no_segment_can_be_refined(bend):
    """Regions that only touch at a node, and a tie that leaves the bounds of its segments."""
    line, zeros = np.array([0.0, 1.0]), np.zeros(4, dtype=int)

    def hill(u, v):
        return bend * np.exp(-((u - 0.5) ** 2 + (v - 0.25) ** 2) / 0.01)

    def scores(position):
        u, v = position.u, position.v
        assert len(u)
        return np.stack([0 * u, u + v - 0.5 * bend - hill(u, v) - hill(v, u)], axis=-1)

    u, v = (coordinates.ravel() for coordinates in np.meshgrid(line, line))
    nodes = scores(Points(u, v, zeros, zeros, zeros)).reshape(2, 2, 2)
    curves = trace(line, line, np.zeros(2, dtype=bool), nodes, scores)
    for curve in curves:
        np.testing.assert_allclose(curve.gap, 0, atol=1e-7)


def test_two_shares_of_tasks_cannot_be_the_inputs_of_one_map():
    catalog = tm.load_catalog("t_agi_ladder")
    first, second = (f"tasks.{name}.share" for name in list(catalog.tasks)[:2])
    with pytest.raises(ValueError, match="cannot be set apart"):
        tm.bottleneck_map(catalog, (first, [0.1, 0.2]), (second, [0.1, 0.2]), compute=1e31)
