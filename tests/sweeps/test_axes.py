"""Sweeps along other inputs than compute, and along time: the same engine, the same exactness."""

import json

import numpy as np
import pytest
import xarray as xr
from first import first
from sizes import cases
from small import small_catalog
from two_factors import two_factor_catalog

import taskmodel as tm
from taskmodel.sweeps.axes import Course, input_axis
from taskmodel.sweeps.walker import Walker

GROWTH = [(2026, 8.4e28), (2030, 1e32), (2036, 1e34)]


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("supervision.headcount", [30, 40, 500]),
        ("tasks.red_teaming.review_ratio", [0.05, 0.3, 2]),
        ("production.elasticity", [0.4, 1, 1.5]),
        *cases(
            [],
            [
                ("supervision.headcount", [3, 40, 5000]),
                ("production.elasticity", [0, 0.4, 1, 1.5]),
                ("capability.slope", [0.3, 0.485, 0.6]),
                ("latency.serial_speed", [1, 10, 1000]),
                ("capability.defect_probability", [0.0, 0.2, 0.9]),
            ],
        ),
        ("compute.training_share", [0.01, 0.5]),
    ],
)
def test_each_point_is_that_of_the_catalog_with_the_value_set(path, values):
    catalog = tm.load_catalog("alignment_research", scenario="scarce_inference")
    result = tm.sweep(catalog, compute=1e31, over=path, values=values)
    for value in values:
        alone = tm.sweep(catalog.replace({path: value}), compute=[1e31]).isel(compute=0)
        here = result.sel({path: value})
        # output is relative to the people of the catalog that is swept
        scale = (
            Walker(catalog).yardstick.base_output[0]
            / Walker(catalog.replace({path: value})).yardstick.base_output[0]
        )
        for name in here.data_vars:
            if "event" not in here[name].dims and name != "binding_tolerance":
                if name == "output" or "ceiling" in name:
                    np.testing.assert_allclose(
                        here[name] * scale, alone[name], rtol=1e-9, err_msg=name
                    )
                elif here[name].dtype.kind == "f":
                    # zero activities and zero prices differ by rounding
                    np.testing.assert_allclose(
                        here[name], alone[name], rtol=1e-9, atol=1e-11, err_msg=name
                    )
                else:
                    assert np.array_equal(here[name], alone[name]), name


def test_the_level_of_an_interval_holds_where_the_interval_contains_the_value():
    # an end of the axis outside the interval does not end it elsewhere
    path = "tasks.research_code.review_ratio"
    catalog = tm.load_catalog("alignment_research", set={"supervision.review_level": "high"})
    low, high = (catalog.get(f"{path}.{end}") for end in ("low", "high"))
    values = np.array([0.4 * low, 0.5 * (low + high), 2 * high])
    swept = tm.sweep(catalog, 1e35, over=path, values=values)["speedup"]
    single = [tm.sweep(catalog.replace({path: value}), [1e35])["speedup"][0] for value in values]
    np.testing.assert_allclose(swept, single, rtol=1e-12)


@pytest.mark.parametrize("elasticity", [0.3, 1, 2])
def test_events_along_headcount_are_where_the_closed_form_says(elasticity):
    """Only the ratio of people to inference matters: fewer people are the same as more compute."""
    catalog, places = two_factor_catalog(np.random.default_rng(5), elasticity, tasks=4)
    compute = float(np.sqrt(places[places > 0].min() * places.max()))
    expected = np.sort(10 * compute / places[places > 0])  # 10 people in the catalog
    result = tm.sweep(
        catalog,
        compute,
        over="pools.researchers.headcount",
        values=[expected[0] / 3, expected[-1] * 3],
    )
    events = tm.events(result)
    np.testing.assert_allclose(
        np.sort(events["pools.researchers.headcount"].values), expected, rtol=1e-10
    )
    # with more people, what AI took over last is given back first
    kinds = events["kind"].values.tolist()
    assert set(kinds) == {"adopted", "dropped"}
    assert set(events["mode"].values[events["kind"].values == "adopted"]) == {"human"}


def test_along_time_events_are_those_of_compute_at_their_dates():
    catalog = tm.load_catalog("alignment_research")
    by_compute = tm.events(tm.sweep(catalog, [8.4e28, 1e34]))
    result = tm.sweep(
        catalog, over="time", paths={"compute": GROWTH}, values=np.linspace(2026, 2036, 11)
    )
    by_time = tm.events(result)
    for name in ("kind", "task", "mode", "factor"):
        assert by_time[name].values.tolist() == by_compute[name].values.tolist()
    np.testing.assert_allclose(
        Course("compute", GROWTH)(by_time["time"]), by_compute["compute"], rtol=1e-8
    )
    np.testing.assert_allclose(by_time["output_after"], by_compute["output_after"], rtol=1e-8)
    # between two dates compute grows at a constant rate
    assert float(result["compute"].sel(time=2033)) == pytest.approx(1e33, rel=1e-12)


def test_several_quantities_grow_along_time_together():
    catalog = tm.load_catalog("alignment_research")
    paths = {"compute": GROWTH, "supervision.headcount": {2026: 600, 2036: 60}}
    result = tm.sweep(catalog, over="time", paths=paths, values=[2026, 2031, 2036])
    assert result["supervision.headcount"].values == pytest.approx([600, 600 / 10**0.5, 60])
    alone = tm.sweep(
        catalog.replace({"supervision.headcount": 600 / 10**0.5}), [float(result["compute"][1])]
    )
    assert float(result["output"][1]) == pytest.approx(float(alone["output"][0]), rel=1e-12)
    assert json.loads(result.attrs["courses"])["supervision.headcount"] == [[2026, 600], [2036, 60]]
    assert result["supervision.headcount"].attrs["units"] == "person"


def test_a_task_that_grows_longer_ceases_to_be_automatable():
    catalog = small_catalog(
        {"a": {"share": 0.5}, "b": {"share": 0.5, "delegable": False}},
        supervision={"coverage": "none"},
    )
    events = tm.events(tm.sweep(catalog, 1e29, over="tasks.a.horizon", values=[1, 1000]))
    (row,) = np.flatnonzero(events["kind"].values == "automatable_ends")
    place = float(events["tasks.a.horizon"][row])
    for hours, open_ in ((place, False), (np.nextafter(place, 0), True)):
        opened = tm.sweep(catalog.replace({"tasks.a.horizon": hours}), [1e29])["automatable"].sel(
            task="a"
        )
        assert opened.values.tolist() == [open_]
    # the closed form of the threshold: C = 2.1e25 x 10^((log10(60 h) - a)/b)
    assert place == pytest.approx(
        10 ** (1.045 + 0.485 * np.log10(0.5 * 1e29 / 2.1e25)) / 60, rel=1e-12
    )
    assert float(events["output_before"][row]) > float(events["output_after"][row])


AXES = [
    ("supervision.headcount", 1, 1e4),
    ("tasks.research_code.review_ratio", 0.001, 3),
    ("production.elasticity", 0, 2),
]


@pytest.mark.parametrize(("path", "low", "high"), AXES[: cases(2, 3)])
def test_a_fine_grid_along_an_input_finds_no_event_missed_and_none_invented(path, low, high):
    catalog = first(scenario="scarce_inference", set={"compute.inference_share": 5e-5})
    grid = np.linspace(low, high, 400) if low == 0 else np.geomspace(low, high, 400)
    events = tm.events(tm.sweep(catalog, 1e31, over=path, values=grid[[0, -1]]))
    path_ = Walker(input_axis(catalog, path, low, high, 1e31)).solve_path(
        grid, np.zeros(len(grid), dtype=bool)
    )
    here = np.arange(len(grid) - 1)
    changed = ~path_.take(here).equals(path_.take(here + 1))
    holds = np.zeros(len(here), dtype=int)
    np.add.at(holds, np.searchsorted(grid, np.unique(events[path].values)) - 1, 1)
    assert not (changed & (holds == 0)).any(), "missed"
    assert not (~changed & (holds == 1)).any(), "invented"
    assert changed.any()


def test_a_result_along_an_input_goes_to_a_file_and_comes_back(tmp_path):
    catalog = tm.load_catalog("t_agi_ladder")
    for result in (
        tm.sweep(catalog, 1e31, over="supervision.headcount", values=[10, 100, 1000]),
        tm.sweep(
            catalog,
            over="time",
            paths={"compute": GROWTH, "supervision.headcount": [(2026, 10), (2036, 20)]},
            values=[2026, 2036],
        ),
    ):
        tm.save(result, tmp_path / "result.nc")
        xr.testing.assert_identical(tm.open(tmp_path / "result.nc"), result)
        xr.load_dataset(tmp_path / "result.nc", engine="h5netcdf").close()


def test_a_share_grows_at_the_expense_of_the_others_in_proportion():
    catalog = small_catalog(
        {"a": {"share": 0.5, "delegable": False}, "b": {"share": 0.3}, "c": {"share": 0.2}}
    )
    result = tm.sweep(catalog, 1e30, over="tasks.a.share", values=[0.2, 0.5, 0.9])
    for value in (0.2, 0.9):
        shares = {
            "tasks.a.share": value,
            "tasks.b.share": 0.6 * (1 - value),
            "tasks.c.share": 0.4 * (1 - value),
        }
        alone = tm.sweep(catalog.replace(shares), [1e30])
        assert float(result["throughput_speedup"].sel({"tasks.a.share": value})) == pytest.approx(
            alone["throughput_speedup"].item(), rel=1e-12
        )


def test_more_people_make_more_output_of_the_same_catalog():
    """Output, relative to 600 people, is proportional to people where nothing else is scarce."""
    catalog = tm.load_catalog("alignment_research", set={"compute.experiments": "free"})
    result = tm.sweep(catalog, 1e20, over="pools.researchers.headcount", values=[300, 600, 1200])
    assert result["output"].values == pytest.approx([0.5, 1, 2])
    assert result["throughput_speedup"].values == pytest.approx([1, 1, 1])


def test_a_place_without_an_answer_is_named():
    catalog = first(set={"production.elasticity": 0.995, "supervision.coverage": "none"})
    catalog = catalog.replace({"compute.inference": "free", "compute.experiments": "free"})
    with pytest.raises(tm.SolveError, match=r"at compute 1e\+35 FLOP/year"):
        tm.sweep(catalog, [1e35])


def test_the_interval_of_the_catalog_is_gone_through_where_no_values_are_given():
    catalog = tm.load_catalog("alignment_research")
    result = tm.sweep(catalog, over="tasks.red_teaming.review_ratio")
    ratio = catalog.tasks["red_teaming"].review_ratio
    assert result.sizes[result.attrs["over"]] == 400
    assert result[result.attrs["over"]].values[[0, -1]] == pytest.approx([ratio.low, ratio.high])
    assert float(result["compute"][0]) == catalog.compute.today.value


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"over": "supervision.headcont", "values": [1, 2]},
            tm.CatalogError,
            "supervision.headcount",
        ),
        ({"over": "supervision.pool", "values": [1, 2]}, tm.CatalogError, "supervision.pool"),
        ({"over": "tasks.a.coverage_floor", "values": [0.5, 1.5]}, tm.CatalogError, "at most 1"),
        ({"over": "tasks.a.share", "values": [0.2, 1.3]}, tm.CatalogError, "at most 1"),
        (
            {"over": "feedback_loops.0.loops_per_project", "values": [1, 2]},
            tm.CatalogError,
            "feedback_loops",
        ),
        ({"over": "supervision.headcount"}, ValueError, "supervision.headcount no interval"),
        ({"over": "supervision.headcount", "values": [2, 1]}, ValueError, "found 2 and then 1"),
        (
            {"over": "supervision.headcount", "values": []},
            ValueError,
            r"supervision.headcount must be a list of points \[person\]",
        ),
        ({"over": "supervision.headcount", "values": [1, np.nan]}, ValueError, "nan"),
        (
            {"over": "supervision.headcount", "values": [1, 2], "compute": [1e28, 1e29]},
            ValueError,
            "one positive",
        ),
        ({"values": [1e28, 1e29]}, TypeError, "give the points to report as compute"),
        (
            {"over": "supervision.headcount", "values": [1, 2], "paths": {"compute": GROWTH}},
            TypeError,
            "paths are for",
        ),
        ({"over": "time"}, TypeError, "what grows"),
        (
            {"over": "time", "paths": {"compute": GROWTH}, "compute": 1e30},
            TypeError,
            "has a course",
        ),
        (
            {"over": "time", "paths": {"compute": [("now", 1e28), ("then", 1e29)]}},
            ValueError,
            "pairs of calendar year and value, must be given as numbers",
        ),
        ({"compute": 1e30}, ValueError, r"write \[1e\+30\]"),
        ({"compute": [1e30, "a"]}, tm.InputError, "must be given as numbers; found"),
        (
            {"over": "time", "paths": {"compute": GROWTH}, "values": [2020, 2030]},
            ValueError,
            "given from 2026 to 2036; found 2020",
        ),
        (
            {"over": "time", "paths": {"compute": [(2026, 1e28)]}},
            ValueError,
            "course of compute must be at least two",
        ),
        (
            {"over": "time", "paths": {"compute": [(2026, 1e28), (2027, -1e28)]}},
            ValueError,
            "positive",
        ),
        (
            {"over": "time", "paths": {"compute": [(2027, 1e28), (2026, 1e29)]}},
            ValueError,
            "dates in the course of compute",
        ),
        (
            {
                "over": "time",
                "paths": {"compute": GROWTH, "supervision.headcount": [(2040, 1), (2050, 2)]},
            },
            ValueError,
            "no dates in common",
        ),
        (
            {"over": "time", "paths": {"tasks.a.coverage_floor": [(2026, 0.5), (2036, 2.0)]}},
            tm.CatalogError,
            "at most 1",
        ),
    ],
)
def test_an_axis_that_is_none_is_refused(arguments, error, message):
    catalog = small_catalog({"a": {"share": 0.5}, "b": {"share": 0.5}})
    with pytest.raises(error, match=message):
        tm.sweep(catalog, **arguments)


def test_without_points_a_sweep_covers_the_interval_of_the_catalog():
    source = {"source": "judgement", "note": "a test"}
    tasks = {
        "code": {
            "share": 1,
            "review_ratio": {"value": 0.2, "low": 0.1, "high": 0.4, **source},
            "coverage_floor": {"value": 0.1, "low": 0, "high": 0.5, **source},
        }
    }
    catalog = small_catalog(tasks, supervision={"coverage": "floor"})
    for name, spaced, low, high in (
        ("review_ratio", np.geomspace, 0.1, 0.4),
        ("coverage_floor", np.linspace, 0, 0.5),
    ):
        path = f"tasks.code.{name}"
        values = tm.sweep(catalog, 1e28, over=path)[path].values
        np.testing.assert_allclose(values, spaced(low, high, len(values)), atol=1e-15)
        assert len(values) > 10
    with pytest.raises(tm.InputError, match="headcount no interval low to high"):
        tm.sweep(catalog, 1e28, over="supervision.headcount")


def test_a_pool_that_grows_beyond_any_number_is_told_with_the_dates():
    catalog = small_catalog({"code": {"share": 1}}).replace({"pools.researchers.growth": 50})
    with pytest.raises(tm.InputError, match="researchers.*beyond any number from 2026 to 2300"):
        tm.sweep(catalog, over="time", paths={"compute": [(2026, 1e28), (2300, 1e29)]})


def test_along_an_input_no_one_organisation_stands_for_all():
    walker = Walker(
        input_axis(small_catalog({"code": {"share": 1}}), "supervision.headcount", 1, 9, 1e28)
    )
    with pytest.raises(tm.InputError, match="organisation changes along supervision.headcount"):
        _ = walker.yardstick
