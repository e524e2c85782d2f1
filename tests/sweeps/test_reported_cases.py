"""Small catalogs that once gave wrong values, events without end, errors of libraries, or none."""

import warnings

import numpy as np
import pytest
from locations import ROOT

import taskmodel as tm
from taskmodel.catalog import load_catalog

CASES = ROOT / "tests" / "data" / "cases"
# Number of events of each. Each is told by the optima on either side of it, as the test shows.
EVENTS = {
    "chatter_four_tasks": 11,
    "chatter_five_tasks": 24,
    "extreme_hang": 12,
    "spurious_binds_sigma0": 18,
    "gap_below_zero": 20,
    "mini_one_task": 7,
}


@pytest.mark.parametrize("name", EVENTS)
def test_factors_are_scarce_between_the_events_that_tell_so_and_nowhere_else(name):
    catalog = load_catalog(CASES / f"{name}.yaml")
    grid = catalog.compute.grid
    events = tm.events(tm.sweep(catalog, [grid.low, grid.high]))
    assert events.sizes["event"] == EVENTS[name]
    position = events["compute"].values
    ends = np.unique([grid.low, *position, grid.high])
    middles = np.sqrt(ends[1:] * ends[:-1])
    alone = tm.sweep(catalog, [grid.low, *middles])
    for factor in alone["factor"].values:
        scarce = (alone["factor_elasticity"].sel(factor=factor) > 0).values
        own = events["factor"].values == factor
        for middle, found in zip(middles, scarce[1:], strict=True):
            kinds = events["kind"].values[own & (position < middle)]
            kinds = [kind for kind in kinds if kind in ("binds", "slack")]
            told = kinds[-1] == "binds" if kinds else scarce[0]
            assert told == found, (factor, middle)


def test_one_task_is_as_by_hand():
    # Experiments: 1e-26 H100-hours per FLOP/year, 0.01 an hour of work, so that G/1e26 times the
    # 100 hours of people can be done. People do 100 h, and AI 1,000/0.1 h, which its reviewers can
    # look at.
    compute = np.array([1e26, 1e27, 1e28, 2e28, 1e30])
    catalog = load_catalog(CASES / "mini_one_task.yaml")
    result = tm.sweep(catalog, compute)
    output = np.minimum(compute / 1e26, 101)
    np.testing.assert_allclose(result["throughput_speedup"], output, rtol=1e-12)
    np.testing.assert_allclose(result["oversight_cost"], compute / 1e26 / output, rtol=1e-12)
    scarce = (compute <= 1.01e28)[:, None]
    np.testing.assert_allclose(
        result["factor_elasticity"].sel(factor=["experiments", "people", "review"]),
        np.where(scarce, [1, 0, 0], [0, 1 / 101, 100 / 101]),
        atol=1e-12,
    )
    events = tm.events(result)
    where = {
        **dict.fromkeys(("binds", "slack", "oversight_binds", "oversight_bottleneck"), 1.01e28),
        "oversight_costs_a_tenth": 1.1 * 1.01e28,
        "oversight_costs_half": 2 * 1.01e28,
    }
    expected = [where[kind] for kind in events["kind"].values]
    np.testing.assert_allclose(events["compute"], expected, rtol=1e-9)


def test_output_that_underflows_has_the_status_zero():
    result = tm.sweep(load_catalog(CASES / "gap_below_zero.yaml"))
    zero = result["status"].values == "zero"
    assert zero.any()
    assert not zero.all()
    np.testing.assert_array_equal(result["output"].values[zero], 0)
    assert np.abs(result["duality_gap"].values[~zero]).max() < 1e-9
    # where output jumps from 0 review costs half of it and more at once
    costly = result["oversight_cost"].values[~zero] > 2
    kinds = tm.events(result)["kind"].values.tolist()
    assert costly.any() == ("oversight_costs_half" in kinds)


def test_optima_next_to_an_event_are_found_from_those_beside_it():
    catalog = load_catalog(CASES / "sweep_svd_crash.yaml")
    ends = catalog.compute.grid.low, catalog.compute.grid.high
    result = tm.sweep(catalog, ends)
    assert (result["status"] == "optimal").all()
    assert np.abs(result["duality_gap"]).max() < 1e-9
    assert result.sizes["event"] > 0
    # Newton's steps alternated for ever between two prices that only matter to one another
    assert np.isfinite(result["oversight_cost"]).all()


def test_a_slope_without_success_is_refused_with_one_that_gives_an_answer():
    catalog = load_catalog(CASES / "extreme_success_zero.yaml")
    with pytest.raises(tm.InputError, match=r"success_slope a value of at most (\d+)") as caught:
        tm.sweep(catalog)
    slope = float(str(caught.value).split("at most ")[1].split(",")[0])
    result = tm.sweep(catalog.replace({"capability.success_slope": slope}))
    assert np.isfinite(result["throughput_speedup"]).all()


def test_latency_of_extreme_sizes_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = tm.latency(load_catalog(CASES / "extreme_overflow_presolve.yaml"))
    assert float(result["latency_speedup"]) > 0
