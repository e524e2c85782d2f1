"""Peaks and troughs of the throughput speed-up, against brute force and published values."""

from pathlib import Path

import numpy as np
import pytest
from random_catalogs import HIGH, LOW, multi_factor_catalog
from sizes import cases
from small import small_catalog

import taskmodel as tm
from taskmodel.errors import SolveError
from taskmodel.sweeps._extrema import last_fall, one_way
from taskmodel.sweeps.walker import Setting

FIXTURE = Path(__file__).parent.parent / "data" / "alignment_research_b27e634.yaml"
SIGN = {"speedup_peaks": -1, "speedup_troughs": 1}
ONE_WAY = "taskmodel.sweeps._extrema.one_way"
FREE = {"compute.inference": "free", "compute.experiments": "free"}


def gap_catalog(gap):
    return tm.load_catalog(FIXTURE).replace(
        FREE | {"capability.worker": "frontier", "supervision.verification_gap": gap}
    )


def extrema(result, axis="compute"):
    """Position and kind of the peaks and troughs of a sweep."""
    events = tm.events(result)
    pairs = zip(events[axis].values.tolist(), events["kind"].values, strict=True)
    return [(position, SIGN[kind]) for position, kind in pairs if kind in SIGN]


def turns(position, speedup):
    """The intervals of a grid in which the speed-up turns, and whether it then rises."""
    steps = np.diff(np.log(speedup))
    signs = np.where(np.abs(steps) < 1e-11, 0, np.sign(steps))
    found, last = [], 0
    for index, sign in enumerate(signs.tolist()):
        if sign and last and sign != last:
            found.append((position[max(index - 1, 0)], position[index + 1], sign))
        last = sign or last
    return found


@pytest.mark.parametrize(
    ("gap", "speedups"),
    [
        (-0.3, (1.6562, 2.3078, 6.5630, 11.2263)),
        (0, (1.5957, 2.0598, 3.6078, 3.6078)),
        (0.1, (1.5737, 1.9710, 2.9915, 2.5758)),
        (0.3, (1.5267, 1.7857, 2.0376, 1.3452)),
    ],
)
def test_the_verification_gap_decides_what_more_compute_gives(gap, speedups):
    result = tm.sweep(gap_catalog(gap), [8.4e28, 8.7e29, 1e32, 1e34])
    assert tuple(result["throughput_speedup"].values.round(4)) == speedups


@pytest.mark.parametrize(
    ("gap", "compute", "speedup"), [(0.1, 1.145e31, 3.2145), (0.3, 6.327e30, 2.5927)]
)
def test_the_highest_speedup_is_a_peak(gap, compute, speedup):
    """An independent evaluation on a grid found 3.214 at 1.15e31, and 2.588 at 6.5e30."""
    events = tm.events(tm.sweep(gap_catalog(gap), [1e26, 1e35]))
    peaks = events.isel(event=events["kind"].values == "speedup_peaks")
    best = int(np.argmax(peaks["throughput_speedup_after"].values))
    position = float(peaks["compute"][best])
    assert position == pytest.approx(compute, rel=1e-4)
    assert float(peaks["throughput_speedup_after"][best]) == pytest.approx(speedup, abs=5e-5)
    around = tm.sweep(gap_catalog(gap), position * np.array([0.9, 0.999, 1, 1.001, 1.1]))
    assert int(np.argmax(around["throughput_speedup"].values)) == 2


@pytest.mark.parametrize("gap", [-0.3, 0])
def test_where_verification_does_not_get_harder_there_is_no_peak(gap):
    assert extrema(tm.sweep(gap_catalog(gap), [1e26, 1e35])) == []


def random_gap_catalog(rng):
    """A random catalog whose review grows or shrinks with the lead of the frontier model."""
    catalog = multi_factor_catalog(rng)
    changes = {f"tasks.{name}.automation_threshold": None for name in catalog.tasks}
    for name in catalog.tasks:
        changes[f"tasks.{name}.horizon"] = float(10 ** rng.uniform(-1, 2.5))
        changes[f"tasks.{name}.by_people"] = True
    changes |= {
        "capability.worker": "frontier",
        "capability.success_slope": 0.84,
        "supervision.verification_gap": float(rng.uniform(-0.3, 1.2)),
    }
    if rng.random() < 0.5:
        changes["capability.success"] = "logistic"
    if rng.random() < 0.5:
        changes["capability.required_success"] = 0.8
    if rng.random() < 0.3:
        changes |= {
            "supervision.assist_limit": 0.5,
            "supervision.critic_lag": 1,
            "supervision.assisted_effort": 0.3,
        }
    return catalog.replace(changes)


def test_brute_force_finds_every_peak_and_trough_and_no_other():
    """Where output is something and limited; a refusal is neither right nor wrong."""
    count, refused, several = cases(4, 100), [], 0
    grid = np.geomspace(LOW, HIGH, cases(1000, 4000))
    for seed in range(count):
        catalog = random_gap_catalog(np.random.default_rng(seed))
        try:
            speedup = tm.sweep(catalog, grid)["throughput_speedup"].values
        except SolveError:
            refused.append(seed)
            continue
        answered = np.flatnonzero((speedup > 0) & np.isfinite(speedup))
        if not len(answered):
            continue
        low, high = answered[[0, -1]]
        assert len(answered) == high - low + 1, seed
        inside = grid[low : high + 1]
        found = [
            turn
            for turn in extrema(tm.sweep(catalog, [LOW, HIGH]))
            if inside[0] < turn[0] < inside[-1]
        ]
        check(found, turns(inside, speedup[low : high + 1]), grid[1] / grid[0], seed)
        several += len(found) > 1
    print(f"{len(refused)} of {count} refused, {several} turn more than once")
    assert len(refused) <= count // 100, refused
    assert several >= count // 8


def check(found, expected, spacing, case=None):
    """Every turn on a grid is found; others are pairs closer together than its points."""
    left = list(found)
    for low, high, sign in expected:
        same = [
            each
            for each in left
            if each[1] == sign and low * (1 - 1e-9) <= each[0] <= high * (1 + 1e-9)
        ]
        assert same, (case, low, high, sign)
        left.remove(same[0])
    for position, sign in left:
        others = [other for other, kind in left if kind == -sign]
        close = any(abs(np.log(other / position)) < np.log(spacing) for other in others)
        assert close, (case, position, sign)


def test_a_peak_along_another_axis_is_where_the_slope_is_zero():
    """Review grows with the lead, and success grows: three tasks, and one that people keep."""
    hours, axis = {"code": 1, "prove": 10, "write": 100}, "capability.slope"
    tasks = {name: {"share": 0.3, "horizon": length} for name, length in hours.items()}
    catalog = small_catalog(
        {**tasks, "sign": {"share": 0.1, "delegable": False}},
        capability={"worker": "frontier", "success": "logistic", "success_slope": 0.84},
        supervision={"verification_gap": 0.1},
        compute={"inference": "free"},
    )
    result = tm.sweep(catalog, 1e32, over=axis, values=np.linspace(0.3, 0.9, 60))
    found = extrema(result, axis)
    grid, speedup = result[axis].values, result["throughput_speedup"].values
    assert turns(grid, speedup)
    check(found, turns(grid, speedup), 1.01)
    path = "supervision.headcount"
    assert extrema(tm.sweep(catalog, 1e32, over=path, values=[10, 1000]), path) == []


def test_the_slope_is_that_of_a_finite_difference_at_an_interior_peak():
    """Inside a regime, S is stationary: it is the same to second order on both sides."""
    catalog = (
        gap_catalog(0.1)
        .replace({"capability.success_slope": 0.84})
        .replace({"capability.success": "logistic"})
    )
    result = tm.sweep(catalog, [1e30, 1e35])
    found, events = extrema(result), tm.events(result)
    positions, kinds = events["compute"].values, events["kind"].values
    others = positions[~np.isin(kinds, list(SIGN))]
    inner = [place for place, _ in found if np.abs(np.log(others / place)).min() > 0.02]
    assert inner
    for place in inner:
        below, at, above = tm.sweep(catalog, place * np.array([0.99, 1, 1.01]))[
            "throughput_speedup"
        ].values
        assert abs(above - below) < 0.1 * abs(at - (above + below) / 2) + 1e-12


def test_where_review_does_not_grow_the_speed_up_cannot_fall_but_for_experiments():
    catalog = tm.load_catalog(FIXTURE)
    assert last_fall(Setting(catalog)).max() < 1e27
    assert np.isinf(last_fall(Setting(gap_catalog(0.1)))).all()


def test_draws_report_their_first_peak():
    catalog = gap_catalog(0.1)
    drawn = tm.ensemble(catalog, draws=2, seed=1, compute=[8.4e28, 1e32])
    first = drawn["event_place"].sel(kind="speedup_peaks").values
    assert np.isfinite(first).all()
    never = drawn["event_place"].sel(kind="oversight_binds_ends").values
    assert np.isinf(never).any()


@pytest.mark.parametrize(
    ("scenario", "path", "low", "high", "sought"),
    [
        (None, "supervision.headcount", 10, 1e4, False),
        (None, "tasks.red_teaming.review_ratio", 0.01, 1, False),
        ("dedicated_reviewers", "supervision.headcount", 10, 1e4, False),
        # people alone are more, or substitute otherwise
        (None, "pools.researchers.headcount", 10, 1e4, True),
        (None, "production.elasticity", 0.2, 2, True),
    ],
)
def test_where_all_numbers_go_one_way_there_is_nothing_to_seek(
    monkeypatch, scenario, path, low, high, sought
):
    catalog = tm.load_catalog("alignment_research", scenario=scenario)
    decided = []
    monkeypatch.setattr(ONE_WAY, lambda line: decided.append(one_way(line)) or decided[-1])

    def events():
        found = tm.events(tm.sweep(catalog, over=path, values=np.geomspace(low, high, 20)))
        return list(zip(found["kind"].values, found[path].values, strict=True))

    told = events()
    assert decided == [not sought]
    monkeypatch.setattr(ONE_WAY, lambda line: False)
    assert events() == told
