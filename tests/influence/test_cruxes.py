"""Cruxes equal sweeps of catalogs with one number at an end, and come most consequential first."""

import numpy as np
import pytest

import taskmodel as tm
from taskmodel.influence._cruxes import order_of, shift_from
from taskmodel.influence.inputs import END, inputs_of
from taskmodel.sweeps.paths import courses, load_paths
from taskmodel.uncertainty import sampler

DATES = [2026.0, 2028.0]


@pytest.fixture(scope="module")
def ladder():
    return tm.load_catalog("t_agi_ladder")


@pytest.fixture(scope="module")
def table(ladder):
    return tm.cruxes(ladder, dates=DATES)


def test_an_end_is_a_sweep_of_the_catalog_with_that_number(ladder, table):
    name = "production.elasticity"
    row = table.sel(input=name)
    laws = sampler(ladder)
    medians = laws.columns({path: np.zeros(1) for path in laws.laws})
    for end, score in (("low", -END), ("high", END)):
        value = laws.laws[name].at(np.array(score)).item()
        assert row["end_value"].sel(end=end).item() == pytest.approx(value)
        numbers = {path: float(column[0]) for path, column in medians.items()} | {name: value}
        drawn = ladder.replace(numbers)
        follow = load_paths("epoch_trend")
        dates = [2024.0, *DATES, 2032.0]  # events are those between the ends
        sweep = tm.sweep(drawn, over="time", paths=courses(follow, drawn), values=dates)
        speedup = row["throughput_speedup"].sel(end=end)
        np.testing.assert_allclose(speedup, sweep["throughput_speedup"][1:-1], rtol=1e-9)
        events = tm.events(sweep)
        kinds, dates = events["kind"].values, events["time"].values
        first = dates[kinds == "oversight_bottleneck"].min(initial=np.inf)
        assert row["bottleneck_date"].sel(end=end).item() == pytest.approx(first, rel=1e-9)
        shares = sweep["bottleneck_share"].values[1:-1]
        largest = [sweep["source"].values[index] for index in shares.argmax(axis=1)]
        assert row["binding"].sel(end=end).values.tolist() == largest


def test_a_group_moves_by_what_its_numbers_share(table):
    catalog = tm.load_catalog("alignment_research")
    inputs = inputs_of(catalog, None)
    moves = inputs.moves()
    (common,) = set(moves["task_lengths"].values())
    assert common == pytest.approx(np.sqrt(0.5) * END)
    assert moves["production.elasticity"] == {"production.elasticity": pytest.approx(END)}
    assert set(inputs.groups) == set(moves)


def test_slope_alone_leaves_the_level_at_the_pivot():
    catalog = tm.load_catalog("alignment_research")
    columns = inputs_of(catalog, None).at_scores({"capability.slope": np.array([-END, END])}, 2)
    level = columns["capability.intercept"] + 1.5 * columns["capability.slope"]
    assert np.ptp(level) == pytest.approx(0, abs=1e-12) and np.ptp(columns["capability.slope"]) > 0


def test_the_bottleneck_that_vanishes_comes_first():
    dates = np.array([[2030.0, 2031.0], [np.inf, 2029.0], [2030.0, 2030.0], [2028.0, np.nan]])
    shift = shift_from(dates, 2030.0)
    np.testing.assert_array_equal(shift, [[0, 1], [np.inf, -1], [0, 0], [-2, np.nan]])
    assert shift_from(np.array([np.inf, 2030.0]), np.inf).tolist() == [0, -np.inf]
    changed = np.zeros((4, 2, 1), dtype=bool)
    assert order_of(shift, changed, np.ones((4, 2))).tolist() == [1, 3, 0, 2]
    changed[2] = True
    assert order_of(np.zeros((4, 2)), changed, np.ones((4, 2)))[0] == 2


def test_inputs_come_most_consequential_first(table):
    assert table["crux"].values[0] and not (table["reason"].values != "").any()
    shifts = np.abs(table["shift"].values).max(axis=1)
    assert (np.diff(shifts) <= 0).all()
    assert table["unit"].sel(input="capability.slope").item() == "1"


def test_cruxes_survive_in_a_file(table, tmp_path):
    tm.save(table, tmp_path / "cruxes.nc")
    assert tm.open(tmp_path / "cruxes.nc").identical(table)


def test_certain_catalogs_and_bad_dates_are_refused(ladder):
    certain = {f"{path}.distribution": "fixed" for path in sampler(ladder).laws}
    paths = load_paths("epoch_trend")
    with pytest.raises(tm.InputError, match="from 2024 to 2032; found 2050"):
        tm.cruxes(ladder, paths, [2050.0])
    with pytest.raises(tm.InputError, match="no number is uncertain"):
        inputs_of(ladder.replace(certain), None)
