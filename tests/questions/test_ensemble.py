"""Ensembles equal sweeps of drawn catalogs; bands are order statistics."""

import numpy as np
import pytest
import xarray as xr
from sizes import cases

import taskmodel as tm
from taskmodel.questions._bands import order_statistics
from taskmodel.questions._ensemble import CURVES
from taskmodel.sweeps.event_records import KINDS
from taskmodel.uncertainty import sampler

COMPUTE = [1e26, 8.4e28, 1e30, 1e32, 1e35]
ONLY = (
    "event_place",
    "oversight_binds_from",
    "oversight_bottleneck_from",
    "oversight_costs_a_tenth_from",
    "oversight_costs_half_from",
)
LADDER = "t_agi_ladder"
FIFTY = np.random.default_rng(50).integers(1_000_000, size=50).tolist()


def drawn_catalog(catalog, number, seed):
    columns = sampler(catalog).draw([number], seed)
    return catalog.replace({path: float(column[0]) for path, column in columns.items()})


def first_events(result, axis):
    events = tm.events(result)
    kinds = events["kind"].values
    return [events[axis].values[kinds == kind].min(initial=np.inf) for kind in KINDS]


def check(drawn, sweep, row, axis, rtol):
    one = drawn.isel(draw=row)
    for name in CURVES:
        # the search of a draw begins elsewhere, and ends with prices to their own rounding
        within = max(rtol, 1e-11) if name in ("bottleneck_share", "oversight_elasticity") else rtol
        np.testing.assert_allclose(one[name], sweep[name], rtol=within, atol=within, err_msg=name)
    np.testing.assert_allclose(one["event_place"], first_events(sweep, axis), rtol=rtol)


@pytest.mark.parametrize(
    ("name", "scenario", "draws"),
    [
        (LADDER, None, cases(range(6), FIFTY)),
        ("alignment_research", None, cases([0, 7], FIFTY)),
        ("ml_capability_rnd", None, cases([1], FIFTY)),
        ("agentic_prs", None, cases([2], FIFTY)),
        ("us_computer_scientists", None, cases([3], FIFTY)),
        (LADDER, None, cases([4], FIFTY)),
        (LADDER, {"latency.count_queues": True, "supervision.utilisation": 0.8}, range(2)),
        (
            LADDER,
            {
                "capability.success": "logistic",
                "capability.success_slope": 0.6,
                "capability.worker": "frontier",
            },
            [3],
        ),
    ],
)
def test_draws_are_sweeps_of_the_drawn_catalog(name, scenario, draws):
    catalog = tm.load_catalog(name, set=scenario)
    drawn = tm.ensemble(catalog, list(draws), 5, compute=COMPUTE)
    assert (drawn["status"] == "solved").all()
    for row, number in enumerate(draws):
        sweep = tm.sweep(drawn_catalog(catalog, number, 5), COMPUTE)
        check(drawn, sweep, row, "compute", 1e-12)
        np.testing.assert_allclose(
            drawn["ceiling"][row], sweep["oversight_ceiling_full"], rtol=1e-12
        )
        today = tm.sweep(drawn_catalog(catalog, number, 5), [catalog.compute.today.value])
        np.testing.assert_allclose(drawn["speedup_today"][row], today["speedup"][0], rtol=1e-12)


def test_draws_depend_on_their_number_alone():
    catalog = tm.load_catalog(LADDER)
    every = tm.ensemble(catalog, 20, 2, compute=COMPUTE)
    some = tm.ensemble(catalog, [17, 3], 2, compute=COMPUTE)
    xr.testing.assert_allclose(every.isel(draw=[17, 3]), some, rtol=1e-13)
    assert (every["input"][17] == some["input"][0]).all()


def test_bits_do_not_depend_on_threads():
    catalog = tm.load_catalog(LADDER)
    alone, more = (tm.ensemble(catalog, 40, 1, COMPUTE, threads=threads) for threads in (1, 3))
    assert alone.identical(more)
    with pytest.raises(tm.InputError, match="threads must be a whole number of at least 1"):
        tm.ensemble(catalog, 1, 1, COMPUTE, threads=0)


@pytest.mark.parametrize(
    "paths",
    [
        {"compute": [(2026, 8.4e28), (2028, 1e30), (2032, 1e35)]},
        {
            "compute": [(2026, 8.4e28), (2032, 1e35)],
            "supervision.headcount": [(2026, 5), (2032, 50)],
        },
    ],
)
def test_draws_over_time_are_sweeps_over_time(paths):
    catalog = tm.load_catalog(LADDER)
    dates = [2026, 2027.3, 2032]
    drawn = tm.ensemble(catalog, 2, 1, paths=paths, dates=dates)
    for number in range(2):
        sweep = tm.sweep(drawn_catalog(catalog, number, 1), over="time", paths=paths, values=dates)
        check(drawn, sweep, number, "time", 1e-9)


def test_uncertain_paths_are_drawn():
    drawn = tm.ensemble(tm.load_catalog(LADDER), 3, 1, paths="slow", dates=[2026.5, 2028.0])
    assert (drawn["status"] == "solved").all()
    assert drawn.attrs["paths_name"] == "slow"


def test_draws_made_elsewhere_are_solved_as_they_are():
    from taskmodel.sweeps.paths import load_paths

    catalog = tm.load_catalog(LADDER)
    drawn = tm.ensemble(catalog, 4, 3, compute=COMPUTE)
    columns = sampler(catalog).draw(4, 3)
    given = tm.ensemble(catalog, columns, compute=COMPUTE)
    assert "seed" not in given.attrs
    given.attrs["seed"] = 3
    xr.testing.assert_identical(drawn, given)
    path = "compute.algorithms.growth.0.factor"
    faster = {f"paths {path}": [1.0, 30.0], "capability.slope": [0.5, 0.5]}
    paths = load_paths("epoch_trend")
    later = tm.ensemble(catalog, faster, paths=paths, dates=[2025.0, 2029.0], events=False)
    assert (np.diff(later["speedup"], axis=0)[0] * [-1, 1] > 0).all()  # compute of 2026 is fixed


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({}, tm.InputError, "of one length"),
        ({"capability.slope": []}, tm.InputError, "of one length"),
        ({"capability.slope": [0.5], "capability.intercept": [1, 2]}, tm.InputError, "one length"),
        ({"capability.slop": [0.5]}, tm.CatalogError, "capability.slop"),
        ({"production.elasticity": [0.5, -1]}, tm.CatalogError, "-1"),
        ({"paths compute.growth": [0.5]}, tm.InputError, "no number 'compute.growth'"),
        ({"paths compute.algorithms.growth.0.factor": [-1]}, tm.InputError, "is -1"),
    ],
)
def test_draws_made_elsewhere_are_checked(columns, error, message):
    with pytest.raises(error, match=message):
        tm.ensemble(tm.load_catalog(LADDER), columns, paths="epoch_trend")


def test_optima_without_events_are_the_same():
    catalog = tm.load_catalog(LADDER)
    drawn = tm.ensemble(catalog, 5, 1, compute=COMPUTE)
    alone = tm.ensemble(catalog, 5, 1, compute=COMPUTE, events=False)
    assert "event_place" not in alone
    xr.testing.assert_allclose(drawn.drop_vars([*ONLY, "kind"]), alone.drop_vars("kind"))


def test_draws_without_an_answer_are_kept_with_the_reason():
    # at full utilisation the queue of some draws has no end
    catalog = tm.load_catalog(LADDER, set={"latency.count_queues": True})
    drawn = tm.ensemble(catalog, 12, 1, compute=[1e30, 1e34])
    failed = drawn["status"].values == "failed"
    assert failed.any()
    assert all("work waits for ever" in text for text in drawn["reason"].values[failed])
    assert np.isnan(drawn["speedup"].values[failed]).all()
    assert not np.isnan(drawn["speedup"].values[~failed]).any()
    if failed.all():
        with pytest.raises(tm.NoAnswer, match="no draw"):
            tm.bands(drawn)


def test_draws_whose_cost_of_oversight_is_not_certified_do_not_count_in_its_bands():
    drawn = tm.ensemble(tm.load_catalog(LADDER), 20, 1, compute=COMPUTE)
    cost = drawn["oversight_cost"].values.copy()
    cost[:2, 1], cost[:, 4] = np.nan, np.nan
    lacking = tm.bands(drawn.assign(oversight_cost=(("draw", "compute"), cost)), [0.5])
    assert lacking.attrs["oversight_cost_left_out"] == 20
    median = lacking["oversight_cost"].values[0]
    assert median[1] == np.sort(cost[2:, 1])[8] and np.isnan(median[4])
    assert median[0] == tm.bands(drawn, [0.5])["oversight_cost"].values[0, 0]
    assert "oversight_cost_left_out" not in tm.bands(drawn).attrs
    other = tm.bands(drawn.assign(speedup=(("draw", "compute"), cost)), [0.5])
    assert np.isnan(other["speedup"].values[0, [1, 4]]).all()


def test_an_ensemble_survives_in_its_file(tmp_path):
    drawn = tm.ensemble(tm.load_catalog(LADDER), 3, 1, compute=COMPUTE)
    tm.save(drawn, tmp_path / "drawn.nc")
    xr.testing.assert_identical(tm.open(tmp_path / "drawn.nc"), drawn)


def table(values, weight=None):
    count = len(values)
    return xr.Dataset(
        {
            "x": ("draw", np.asarray(values, dtype=float)),
            "weight": ("draw", np.ones(count) if weight is None else np.asarray(weight)),
            "status": ("draw", np.array(["solved"] * count, dtype=object)),
        },
        {"draw": np.arange(count)},
    )


def test_bands_are_order_statistics_with_their_error():
    values = np.random.default_rng(0).normal(size=4096)
    result = tm.bands(table(values), (0.05, 0.5, 0.95))
    np.testing.assert_allclose(result["x"], np.sort(values)[[204, 2047, 3891]])
    # of independent draws: sqrt(q (1 - q) / n) over the density
    level = np.array([0.05, 0.5, 0.95])
    density = np.array([0.1031, 0.3989, 0.1031])
    expected = np.sqrt(level * (1 - level) / 4096) / density
    assert (np.abs(result["x_error"] / expected - 1) < 0.8).all()


def test_an_event_that_may_never_happen_has_infinite_quantiles():
    values = np.where(np.arange(64) < 40, np.arange(64.0), np.inf)
    result = tm.bands(table(values), (0.05, 0.5, 0.95))
    assert np.isfinite(result["x"][:2]).all()
    assert result["x"][2] == np.inf
    assert result["x_error"][2] == 0


def test_weights_of_zero_take_draws_out():
    weight = np.where(np.arange(64) < 8, 1.0, 0.0)
    result = tm.bands(table(np.arange(64.0), weight), (0.5,))
    assert result["x"][0] == 3.0
    with pytest.raises(tm.NoAnswer, match="no draw"):
        tm.bands(table(np.arange(4.0), np.zeros(4)))


def test_order_statistics_of_weighted_values():
    values, weight = np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 2.0])
    found = order_statistics(values, weight, np.array([0.2, 0.25, 0.5, 0.51, 1.0]))
    assert found.tolist() == [1, 1, 2, 3, 3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"keep": ["nonsense"]}, "nonsense"),
        ({"draws": 0}, "at least 1"),
        ({"compute": [1e30, 1e29]}, "increas"),
        ({"paths": {"pools.nobody.headcount": [(2026, 1), (2030, 2)]}}, "nobody"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(tm.InputError, match=message):
        tm.ensemble(tm.load_catalog(LADDER), **arguments)


def test_dates_need_paths():
    with pytest.raises(TypeError, match="paths"):
        tm.ensemble(tm.load_catalog(LADDER), 2, dates=[2026])


@pytest.mark.parametrize("levels", [(0.0,), (1.5,), 0.5])
def test_levels_out_of_range_are_refused(levels):
    with pytest.raises(tm.InputError, match="levels"):
        tm.bands(table([1.0, 2.0]), levels)


def test_bands_are_of_ensembles():
    with pytest.raises(tm.InputError, match="ensemble"):
        tm.bands(xr.Dataset({"x": ("draw", [1.0])}))
