"""Maps of what binds: every cell lies on the side of the curves that brute force says, and curves keep to what defines them."""

import numpy as np
import pytest
from sizes import cases
from small import small_catalog

import taskmodel as tm
from taskmodel.boundaries import Points, trace

SOURCE = ("hands_on", "review", "inference", "experiments", "")


def crossings(found, along, at, names):
    """Where a straight line across the map meets curves between regions of these names, in order, each with its pair."""
    u, v = (np.log(found[f"boundary_{axis}"].values) for axis in (("x", "y") if along == "x" else ("y", "x")))
    first, second = found["boundary_first"].values, found["boundary_second"].values
    curve, level = found["boundary_curve"].values, np.log(at)
    on = np.flatnonzero((curve[1:] == curve[:-1]) & ((v[1:] > level) != (v[:-1] > level)) & np.isin(first[1:], names))
    place = u[on] + (level - v[on]) * (u[on + 1] - u[on]) / (v[on + 1] - v[on])
    order = np.argsort(place)
    return [(np.exp(place[each]), {first[on[each]], second[on[each]]}) for each in order]


def misfits(found, cells, variable, names, region=str):
    """Part of the cells of another, finer map that do not lie where this map's curves say."""
    wrong = 0
    x_path, y_path = found.attrs["x"], found.attrs["y"]
    for along, across, path, other in (("x", "y", x_path, y_path), ("y", "x", y_path, x_path)):
        assert across != along
        for at in cells[other].values:
            row = cells[variable].sel({other: at})
            label, meets = region(row.values[0]), crossings(found, along, at, names)
            for value, real in zip(row[path].values, row.values, strict=True):
                while meets and meets[0][0] < value:
                    _, pair = meets.pop(0)
                    assert label in pair, (along, at, value, label, pair)
                    (label,) = pair - {label}
                wrong += label != region(real)
    return wrong / (2 * cells[variable].size)


def check(catalog, x, y, points, fine, **options):
    """A map of so many points a side against one of others, finer."""
    (x_path, *x_ends), (y_path, *y_ends) = x, y
    found = tm.bottleneck_map(
        catalog, x=(x_path, np.geomspace(*x_ends, points)), y=(y_path, np.geomspace(*y_ends, points)), **options
    )
    margins = [np.exp(np.array([0.011, -0.013]) * np.log(ends[1] / ends[0])) * ends for ends in (x_ends, y_ends)]
    cells = tm.bottleneck_map(catalog, x=(x_path, np.geomspace(*margins[0], fine)), y=(y_path, np.geomspace(*margins[1], fine)), **options)
    tie = found["boundary_kind"].values == "tie"
    assert np.all(found["boundary_gap"].values[tie] <= 1e-6)
    assert misfits(found, cells, "binding_factor", SOURCE) <= 0.002
    assert misfits(found, cells, "oversight_binds", ("oversight_slack",), lambda binds: f"oversight_{'binds' if binds else 'slack'}") <= 0.002
    return found


MAPS = [
    ("t_agi_ladder", None, ("supervision.headcount", 1, 1e4), ("compute", 1e27, 1e34), {}),
    ("alignment_research", "scarce_inference", ("supervision.headcount", 3, 1e4), ("compute", 1e28, 1e33), {}),
    ("alignment_research", "dedicated_reviewers", ("compute", 1e28, 1e33), ("tasks.research_code.review_ratio", 0.01, 3), {}),
    ("alignment_research", None, ("supervision.headcount", 1, 1e4), ("compute.inference_share", 1e-7, 1e-3), {"compute": 1e31}),
]


@pytest.mark.parametrize(("name", "scenario", "x", "y", "options"), MAPS[: cases(2, 4)])
def test_cells_of_a_brute_force_map_lie_on_the_right_side_of_the_curves(name, scenario, x, y, options):
    check(tm.load_catalog(name, scenario), x, y, cases(12, 60), cases(17, 200), **options)
