"""Laws of sweeps over random catalogs: invariances, monotonicity, slopes and concavity."""

import json

import numpy as np
from brute_force import switches
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import unless_refused
from random_catalogs import HIGH, LOW, multi_factor_catalog
from sizes import cases, examples

import taskmodel as tm
from taskmodel.catalog import Catalog, parse_catalog
from taskmodel.sweeps.walker import Walker

SEEDS = st.integers(0, 2**32 - 1)
SWEEPS = settings(max_examples=examples(cases(3, 6)), deadline=None)  # two sweeps each
POINTS = settings(max_examples=examples(cases(6, 15)), deadline=None)
GRID = np.geomspace(LOW, HIGH, 40)
PLACE = (
    1e-9  # relative: places are exact to 1e-10 and events within 1e-9 may be told as simultaneous
)


def random_catalog(seed: int) -> Catalog:
    return multi_factor_catalog(np.random.default_rng(seed))


def data_of(catalog: Catalog) -> dict:
    """The catalog's plain values, to be changed and read again."""
    return json.loads(catalog.yaml_text)


def reread(data: dict) -> Catalog:
    return parse_catalog(json.dumps(data), name="small", file="small.yaml")


def solved(catalog: Catalog):
    """The allocation at every point of the grid."""
    return Walker(catalog).solve(GRID, np.zeros(len(GRID), dtype=bool)).allocation


def told(result) -> list[tuple[str, str, str, str, float]]:
    """The events of a sweep, in an order that does not depend on that of the file."""
    events = tm.events(result)
    columns = (events[name].values for name in ("kind", "task", "mode", "factor", "compute"))
    return sorted(
        (str(kind), str(task), str(mode), str(factor), float(place))
        for kind, task, mode, factor, place in zip(*columns, strict=True)
    )


def assert_same_events(one: list, two: list) -> None:
    assert [event[:4] for event in one] == [event[:4] for event in two]
    np.testing.assert_allclose([event[4] for event in two], [event[4] for event in one], rtol=PLACE)


def assert_same_output(one, two) -> None:
    for name in ("output", "throughput_speedup", "oversight_ceiling"):
        np.testing.assert_allclose(
            two[name].values, one[name].values, rtol=1e-8, err_msg=name
        )  # ten duality gaps


@POINTS
@given(SEEDS, st.floats(1.001, 30))
@unless_refused
def test_more_people_or_reviewers_never_lower_output(seed, times):
    catalog = random_catalog(seed)
    before = solved(catalog).output
    for path in [f"pools.{name}.headcount" for name in catalog.pools] + ["supervision.headcount"]:
        after = solved(catalog.replace({path: catalog.get(path) * times})).output
        assert (after >= before * (1 - 1e-9)).all(), path  # a duality gap
        finite = np.isfinite(before)
        assert (after[finite] <= before[finite] * times * (1 + 1e-9)).all(), (
            path
        )  # returns to one factor diminish


@POINTS
@given(SEEDS)
@unless_refused
def test_output_never_falls_as_compute_grows_where_what_tasks_need_stays(seed):
    output = solved(random_catalog(seed).replace({"capability.worker": "sufficient"})).output
    assert (output[1:] >= output[:-1] * (1 - 1e-9)).all()


@POINTS
@given(SEEDS)
@unless_refused
def test_elasticities_are_slopes_of_output_along_the_axis_between_events(seed):
    """At constant bundles, compute scales the supplies of inference and experiments alike."""
    walker = Walker(random_catalog(seed).replace({"capability.worker": "sufficient"}))
    # the error of a central difference is of order step**2, and 1e-7 from outputs exact to 1e-11
    step = 1e-4
    low, high = (
        walker.solve(GRID * factor, np.zeros(len(GRID), dtype=bool)).allocation
        for factor in (1 - step, 1 + step)
    )
    here = walker.solve(GRID, np.zeros(len(GRID), dtype=bool)).allocation
    same = (switches(walker, GRID * (1 - step)) == switches(walker, GRID * (1 + step))).all(axis=1)
    known = same & np.isfinite(here.output) & (here.output > 0)
    slope = (np.log(high.output[known]) - np.log(low.output[known])) / (
        np.log1p(step) - np.log1p(-step)
    )
    scarce = walker.organisation.supply_per_compute[0] > 0
    np.testing.assert_allclose(
        here.factor_elasticity[known][:, scarce].sum(axis=1), slope, atol=1e-6
    )


@SWEEPS
@given(SEEDS)
@unless_refused
def test_slopes_at_events_are_bracketed_by_the_elasticities_on_either_side(seed):
    """Output is concave in compute between thresholds: chords lie within the one-sided slopes."""
    catalog = random_catalog(seed).replace({"capability.worker": "sufficient"})
    walker, events = Walker(catalog), tm.events(tm.sweep(catalog, compute=[LOW, HIGH]))
    (opens,) = walker.organisation.opens_at
    places = np.unique(events["compute"].values)
    places = places[~np.isin(places, opens)]
    step = 1e-4
    clear = ~np.any(np.abs(np.log(opens[np.isfinite(opens)] / places[:, None])) < 2 * step, axis=1)
    scarce = walker.organisation.supply_per_compute[0] > 0
    first = np.searchsorted(events["compute"].values, places)
    before, after = (
        events[f"factor_elasticity_{side}"].values[first][:, scarce].sum(axis=1)
        for side in ("before", "after")
    )
    output = [
        walker.solve(places * factor, np.zeros(len(places), dtype=bool)).allocation.output
        for factor in (1 - step, 1, 1 + step)
    ]
    left, right = (
        (output[1] - output[0]) / output[1] / step,
        (output[2] - output[1]) / output[1] / step,
    )
    assert (before[clear] >= after[clear] - 1e-9).all()
    rounding = 2e-7  # outputs are good to 1e-11 each
    assert (left[clear] >= before[clear] - rounding).all()
    assert (right[clear] <= after[clear] + rounding).all()


@SWEEPS
@given(SEEDS)
@unless_refused
def test_the_order_of_tasks_nests_and_pools_changes_nothing(seed):
    catalog, rng = random_catalog(seed), np.random.default_rng(seed)
    data = data_of(catalog)
    for block in ("tasks", "pools", "nests"):
        names = list(data[block])
        data[block] = {
            names[place]: data[block][names[place]] for place in rng.permutation(len(names))
        }
    one, two = tm.sweep(catalog, compute=GRID), tm.sweep(reread(data), compute=GRID)
    assert_same_events(told(one), told(two))
    assert_same_output(one, two)


@SWEEPS
@given(SEEDS)
@unless_refused
def test_halves_of_a_task_go_through_its_events_together_and_change_nothing_else(seed):
    catalog, rng = random_catalog(seed), np.random.default_rng(seed)
    data = data_of(catalog)
    name = str(rng.choice(list(data["tasks"])))
    share = data["tasks"][name]["share"]
    data["tasks"][name]["share"] = share / 2
    data["tasks"]["half"] = {**data["tasks"][name], "share": share - share / 2}
    one, two = tm.sweep(catalog, compute=GRID), tm.sweep(reread(data), compute=GRID)
    events = told(two)
    assert_same_events(told(one), [event for event in events if event[1] != "half"])
    of_task, of_half = (
        [event[:1] + event[2:] for event in events if event[1] == which] for which in (name, "half")
    )
    assert [event[:-1] for event in of_task] == [event[:-1] for event in of_half]
    np.testing.assert_allclose(
        [event[-1] for event in of_half], [event[-1] for event in of_task], rtol=PLACE
    )
    assert_same_output(one, two)


@SWEEPS
@given(SEEDS, st.floats(-3, 3))
@unless_refused
def test_the_unit_of_experiments_changes_only_their_price(seed, power):
    catalog, unit = random_catalog(seed), 10**power
    data = data_of(catalog)
    data["compute"]["h100_hour"] /= unit
    for task in data["tasks"].values():
        task["experiment_compute"] *= unit
    one, two = tm.sweep(catalog, compute=GRID), tm.sweep(reread(data), compute=GRID)
    assert_same_events(told(one), told(two))
    assert_same_output(one, two)
    experiments = one["factor"].values.tolist().index("experiments")
    np.testing.assert_allclose(
        two["factor_elasticity"].values, one["factor_elasticity"].values, atol=1e-7
    )
    price_one, price_two = (result["shadow_price"].values[:, experiments] for result in (one, two))
    np.testing.assert_allclose(
        price_two * unit, price_one, rtol=1e-6, atol=1e-7 * np.nanmax(price_one, initial=0.0)
    )
