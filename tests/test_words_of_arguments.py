"""Arguments that are words, switches, mappings or paths are read, or refused by name."""

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from small import small_catalog

import taskmodel as tm
from taskmodel._arguments import any_text, mapping, path_text, shown, switch, word, words
from taskmodel.errors import ArgumentError
from taskmodel.numerics.numbers import real_numbers, whole_numbers

CATALOG = small_catalog(
    {"a": {"share": 0.5, "horizon": {"value": 8, "low": 4, "high": 16}}, "b": {"share": 0.5}}
)
LADDER, WORLD = "t_agi_ladder", "davidson_best_guess"
ODD = {
    "nothing": None,
    "a number": 1.5,
    "a large number": 10**5000,
    "bytes": b"x",
    "a list": ["x"],
    "a mapping": {1: 2},
    "a scalar array": np.array(1.0),
    "an array": np.ones((2, 2)),
    "an empty array": np.array([]),
    "objects": np.array([None, "x"], dtype=object),
    "a masked array": np.ma.array([1.0], mask=[True]),
    "a series": pd.Series([1.0, 2.0]),
    "a table": pd.DataFrame({"x": [1]}),
    "a data array": xr.DataArray([1.0, 2.0]),
    "a dataset": xr.Dataset({"x": ("q", [1.0])}),
    "missing": pd.NA,
    "a function": len,
}
NONE_ALLOWED = {  # None is the default of these
    "scenario": lambda x: tm.load_catalog(LADDER, x),
    "set": lambda x: tm.load_catalog(LADDER, set=x),
    "set of a plan": lambda x: tm.lead_time(set=x),
    "set of draws of a plan": lambda x: tm.lead_time_draws("kwa_ladder", 2, set=x),
    "set of a world": lambda x: tm.simulate_draws(WORLD, {"hardware_delay": [1.0]}, x),
    "report": lambda x: tm.ensemble(CATALOG, 2, compute=[1e28], report=x),
    "report of a map": lambda x: tm.bottleneck_map(CATALOG, ("a", [1]), ("b", [1]), report=x),
    "report of a calibration": lambda x: tm.calibrate(CATALOG, report=x),
    "report of indices": lambda x: tm.sensitivity(CATALOG, 2, report=x),
    "report of cruxes": lambda x: tm.cruxes(CATALOG, report=x),
    "keep": lambda x: tm.ensemble(CATALOG, 2, compute=[1e28], keep=x),
    "keep of a sweep": lambda x: tm.sweep(CATALOG, [1e28], keep=x),
    "paths": lambda x: tm.sweep(CATALOG, over="time", paths=x),
    "paths of draws": lambda x: tm.ensemble(CATALOG, 2, paths=x),
    "threads": lambda x: tm.latency_draws(CATALOG, 2, threads=x),
    "layout": lambda x: tm.import_tasks("no.csv", layout=x),
    "generations": lambda x: tm.track_record(AUDITED, [1e30], generations=x),
}
RESULT = tm.sweep(CATALOG, [1e28])
AUDITED = tm.load_catalog(LADDER, "audited_trust")
ALLOWED = {
    ("threads", "a large number"),
    *(
        (name, "an empty array")
        for name in ("keep", "keep of a sweep", "generations", "dimensions")
    ),
    *((name, "a scalar array") for name in ("number", "period")),
    *((name, "a function") for name in NONE_ALLOWED if name.startswith("report")),
}
CALLS = {
    **NONE_ALLOWED,
    "catalog": tm.load_catalog,
    "plan": tm.lead_time,
    "world": tm.simulate,
    "trend": lambda x: tm.horizon(trend=x),
    "moments": lambda x: tm.calibrate(CATALOG, x),
    "paths of cruxes": lambda x: tm.cruxes(CATALOG, x),
    "path to open": tm.open,
    "path to save": lambda x: tm.save(xr.Dataset(), x),
    "table": tm.import_tasks,
    "unfinished": lambda x: tm.open("no.nc", unfinished=x),
    "verify": lambda x: tm.open("no.nc", verify=x),
    "events": lambda x: tm.ensemble(CATALOG, 2, events=x),
    "places": lambda x: tm.sensitivity(CATALOG, 2, places=x),
    "defects": lambda x: tm.attack_frontier(CATALOG, defects=x),
    "map": lambda x: tm.alignment_beside(WORLD, CATALOG, map=x),
    "measure": lambda x: tm.alignment_beside(WORLD, CATALOG, measure=x),
    "shape": lambda x: tm.horizon(shape=x),
    "over": lambda x: tm.sweep(CATALOG, over=x),
    "target": lambda x: tm.explain_difference(CATALOG, CATALOG, target=x),
    "path": lambda x: tm.solve_for(CATALOG, x, speedup=2),
    "path of an onset": lambda x: tm.onset(CATALOG, x, [1]),
    "parameter": lambda x: tm.solve_for_date(WORLD, x, agi_year=2040),
    "result": lambda x: tm.months_between(x, "a", "b"),
    "catalogs": tm.compare,
    "path of a value": CATALOG.get,
    "number": lambda x: CATALOG.allows("supervision.headcount", [] if isinstance(x, float) else x),
    "scenario of a catalog": CATALOG.with_scenario,
    "replaced": CATALOG.replace,
    "text of a catalog": lambda x: type(CATALOG).parse(x, "a"),
    "variable": lambda x: RESULT.taskmodel.to_frame(x),
    "dimension": lambda x: RESULT.taskmodel.to_frame(dims=[x]),
    "dimensions": lambda x: RESULT.taskmodel.to_frame(dims=0 if x is None else x),
    "draws": lambda x: tm.simulate_draws(WORLD, x),
    "draws of a plan": lambda x: tm.lead_time_draws("kwa_ladder", x),
    "draws of a loop": lambda x: tm.simulate("kwa", draws=0 if x is None else x, seed=1),
    "period": lambda x: tm.track_record(AUDITED, [1e30], period=0 if isinstance(x, float) else x),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("value", ODD)
def test_what_is_of_another_kind_is_refused(call, value):
    if (call in NONE_ALLOWED and value == "nothing") or (call, value) in ALLOWED:
        return
    with pytest.raises(tm.TaskmodelError) as refused:
        CALLS[call](ODD[value])
    message = str(refused.value)
    assert len(message) < 4000 and message.isprintable(), message


@pytest.mark.parametrize("path", ["a\0b", "\ud800", Path("a\0b.nc")])
@pytest.mark.parametrize("call", ["catalog", "world", "plan", "path to open", "path to save"])
def test_names_that_no_file_can_have_are_refused(call, path):
    with pytest.raises(tm.InputError, match="no file can have the name"):
        CALLS[call](path)


def test_an_overlong_name_is_no_bundled_one():
    with pytest.raises(tm.CatalogError, match="no bundled catalog"):
        tm.load_catalog("x" * 5000)


def test_paths_of_all_kinds_are_read(tmp_path):
    class Named:
        def __fspath__(self) -> str:
            return str(tmp_path / "a.yaml")

    (tmp_path / "a.yaml").write_text(CATALOG.yaml_text)
    for path in (Named(), tmp_path / "a.yaml", np.str_(tmp_path / "a.yaml")):
        assert tm.load_catalog(path).name == "a"


def test_names_that_come_one_by_one_are_kept():
    result = tm.sweep(CATALOG, [1e28, 1e29], keep=(name for name in ["automated_share"]))
    assert "automated_share" in result and "automatable" not in result
    drawn = tm.ensemble(CATALOG, 2, compute=[1e28], keep="speedup", events=np.False_)
    assert "speedup" in drawn and "output" not in drawn


def test_numbers_of_numpy_are_counts():
    seeded = tm.simulate("kwa", draws=np.int64(2), seed=np.int64(3), times=[2026])
    assert seeded.identical(tm.simulate("kwa", draws=2, seed=3, times=[2026]))
    assert tm.track_record(AUDITED, [1e30] * 2, generations=np.array([1])).new_generation[1]


@pytest.mark.parametrize("value", [True, np.True_, False])
def test_true_is_no_number(value):
    with pytest.raises(tm.InputError, match="compute must be given as numbers; found"):
        tm.ceiling(CATALOG, value)


def test_wrong_types_are_errors_of_the_package_and_of_python():
    with pytest.raises(TypeError, match="a Catalog is needed"):
        tm.sweep(None)
    assert issubclass(ArgumentError, tm.InputError) and issubclass(ArgumentError, ValueError)


def test_a_target_near_the_largest_float_has_no_solution():
    solved = tm.solve_for(CATALOG, "supervision.max_review_share", throughput_speedup=1e308)
    assert not solved.sizes["solution"] and solved.attrs["reason"]


def test_messages_have_no_control_characters(tmp_path):
    folder = tmp_path / "\x1b[31m.zarr"
    folder.mkdir()
    with pytest.raises(tm.InputError) as refused:
        tm.store_ensemble(folder, CATALOG, 2)
    assert "\x1b" not in str(refused.value) and r"\x1b[31m.zarr" in str(refused.value)
    assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)


@pytest.mark.parametrize("value", [name for name in ODD if name != "nothing"])
def test_what_is_no_scheduler_is_refused(tmp_path, value):
    with pytest.raises(tm.InputError, match="scheduler must be the address"):
        tm.store_ensemble(tmp_path / "a.zarr", CATALOG, 2, scheduler=ODD[value])


def test_tables_of_scalars_and_of_nothing():
    worth = tm.automate_next(CATALOG, 1e30)
    assert worth.taskmodel.to_frame("compute")["compute"].tolist() == [1e30]
    assert not len(RESULT.isel(compute=[]).drop_attrs().taskmodel.to_frame())


def test_readers():
    assert word("x", "a", ("a", "b")) == "a" and words("x", ["b", "a"], ("a", "b")) == ("b", "a")
    assert words("x", np.array(["a"]), ("a",)) == ("a",) and words("x", [], ("a",)) == ()
    assert switch("x", np.True_) is True and switch("x", False) is False
    assert any_text("x", "", "a") == "" and mapping("x", {}, "{}") == {}
    assert path_text("x", Path("a")) == "a"
    assert whole_numbers("x", [2, 0], 0, 2).tolist() == [2, 0] and not len(
        whole_numbers("x", [], 0, 1)
    )
    assert shown(np.ones((2, 2))) == "ndarray of shape (2, 2)" and shown("a\nb") == r"'a\nb'"
    with pytest.raises(tm.InputError, match="found an integer of 16,610 bits"):
        real_numbers("x", 10**5000)


def test_names_of_thousands_of_characters_are_cut_in_messages():
    name = "x" * 5000
    for call in (
        lambda: tm.load_catalog(name),
        lambda: tm.sweep(name, [1e28]),
        lambda: tm.load_catalog("t_agi_ladder", set={name: 1}),
        lambda: tm.load_catalog("t_agi_ladder", set={"tasks": {name: name}}),
    ):
        with pytest.raises(tm.InputError) as raised:
            call()
        assert "x..." in str(raised.value)
        assert len(str(raised.value)) < 1000


def test_names_that_are_allowed_are_listed_once_for_many_defects():
    result = tm.simulate("kwa")  # a mapping of names to values, but none of a world's
    with pytest.raises(tm.CatalogError) as raised:
        tm.simulate("davidson_best_guess", set=result)
    lines = str(raised.value).splitlines()
    assert "there is no such path; at the top there are" in lines[0]
    first = raised.value.defects[0].path
    assert all(line.endswith(f": the same as at {first}") for line in lines[1:]), lines
    assert len(lines) == len(result)
