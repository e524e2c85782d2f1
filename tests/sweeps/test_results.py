"""Results carry units, meaning and provenance, and come back from a file as they went."""

import json
import os

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from small import small_catalog

import taskmodel as tm
from taskmodel.sweeps.variables import VARIABLES

TASKS = {
    "code": {"share": 0.6, "horizon": 4},
    "ideas": {"share": 0.3, "horizon": 80, "after": ["code"]},
    "sign": {"share": 0.1, "delegable": False},
}


@pytest.fixture(scope="module")
def result():
    return tm.sweep(small_catalog(TASKS))


def test_every_variable_has_a_meaning_and_every_number_a_unit(result):
    for name, variable in result.variables.items():
        assert variable.attrs.get("long_name"), name
        if variable.dtype.kind == "f":
            assert variable.attrs.get("units"), name


def asked(catalog):
    """Results of questions that are asked of the model in other ways than by a sweep."""
    return [
        tm.solve_for(catalog, "supervision.max_review_share", compute=1e28, throughput_speedup=2),
        tm.bottleneck_map(catalog, ("supervision.headcount", [5, 20]), ("compute", [1e27, 1e28])),
        tm.explain_difference(catalog, catalog.replace({"supervision.headcount": 3}), compute=1e28),
        tm.review_load(catalog, 1e28),
        tm.safety_frontier(catalog, [0, 1], compute=1e28),
    ]


def answers_about_money_and_attack():
    """Results that need prices, or tasks that an adversary may attack."""
    priced = tm.load_catalog("t_agi_ladder", "priced")
    exposed = tm.load_catalog(
        "alignment_research",
        set={
            "capability.defect_probability": 0.2,
            "supervision.protocols": ["spot_checks"],
            "tasks.red_teaming.attack_harm": 3.0,
            "tasks.red_teaming.verifiability": {"score": 0.5},
        },
    )
    return [
        tm.spend(priced),
        tm.money.hire(priced, 1.0, paths="epoch_trend", budget=3e8),
        tm.attack_frontier(exposed, compute=1e31, defects=True),
    ]


def test_the_name_of_compute_fits_the_axis_of_a_plot(result):
    """xarray labels axes with long_name and unit, wrapped at 30 letters."""
    attributes = result["compute"].attrs
    assert attributes["long_name"] == "effective compute"
    assert "the leading developer" in attributes["description"]


def test_answers_to_questions_say_what_they_mean_and_in_which_unit():
    for result in asked(small_catalog(TASKS)):
        test_every_variable_has_a_meaning_and_every_number_a_unit(result)


def test_every_answer_is_the_same_once_it_is_saved_and_opened(tmp_path):
    catalog = small_catalog(TASKS)
    path = tmp_path / "result.nc"
    for result in [*asked(catalog), tm.latency(catalog, 1e28), tm.sweep(catalog, [1e20])]:
        tm.save(result, path)
        xr.testing.assert_identical(tm.open(path), result)


def test_the_table_of_variables_holds_nothing_that_no_result_has(result):
    latency = tm.latency(small_catalog(TASKS), compute=1e28)
    catalog = small_catalog(TASKS)
    queued = catalog.replace({"latency.count_queues": True})
    planned = tm.best_utilisation(queued, 1e28)
    rule = {
        "defect_rate": 0.01,
        "risk": 0.05,
        "generation_time": 1,
        "trust_lost": 0.5,
        "detection": 0.5,
    }
    trusting = small_catalog(TASKS, trust=rule)
    every = [
        result,
        latency,
        planned,
        tm.sweep(queued, [1e26]),
        tm.elasticities(catalog, 1e28),
        tm.automate_next(catalog, 1e20),
        tm.what_if(catalog, 1e28),
        tm.effective_plan(catalog, 1e28),
    ]
    every += [
        tm.trust(trusting, 1e28),
        tm.track_record(trusting, [1e28, 1e28]),
        tm.parallel_lines(catalog, 10, 1e28),
    ]
    every += [tm.onset(catalog, "supervision.headcount", [10.0])]
    every += answers_about_money_and_attack()
    every += asked(catalog)
    known = {
        str(name).removeprefix("event_").removesuffix("_before").removesuffix("_after")
        for made in every
        for name in made.variables
    }
    assert set(VARIABLES) <= known


def test_a_result_says_what_made_it(result):
    assert result.attrs["taskmodel_version"] == tm.__version__
    assert result.attrs["catalog_name"] == "small"
    assert json.loads(result.attrs["catalog_yaml"])["tasks"]["code"]["share"] == 0.6
    assert len(result.attrs["catalog_sha256"]) == 64
    changed = tm.sweep(small_catalog(TASKS).replace({"supervision.headcount": 3}))
    assert json.loads(changed.attrs["overrides"]) == {"supervision.headcount": 3}


def test_saving_and_opening_gives_the_same_dataset_back(result, tmp_path):
    tm.save(result, tmp_path / "result.nc")
    back = tm.open(tmp_path / "result.nc")
    xr.testing.assert_identical(result, back)
    assert set(back.variables) == set(result.variables)
    assert {name: variable.dtype for name, variable in back.variables.items()} == {
        name: v.dtype for name, v in result.variables.items()
    }
    xr.testing.assert_identical(tm.events(result), tm.events(back))


def test_infinite_ceilings_and_empty_texts_survive_the_file(tmp_path):
    result = tm.sweep(
        small_catalog({"code": {"share": 1.0, "horizon": 4}}, compute={"inference": "free"})
    )
    assert np.isinf(result["no_oversight_ceiling"].values[-1])
    assert "" in result["event_task"].values
    tm.save(result, tmp_path / "result.nc")
    xr.testing.assert_identical(result, tm.open(tmp_path / "result.nc"))


def test_a_file_opens_in_xarray_without_this_package(result, tmp_path):
    tm.save(result, tmp_path / "result.nc")
    groups = xr.open_groups(tmp_path / "result.nc", engine="h5netcdf")
    assert set(groups) == {"/", "/events", "/inputs"}
    assert groups["/"]["output"].attrs["units"] == "1"
    assert groups["/inputs"].attrs["catalog_yaml"] == result.attrs["catalog_yaml"]
    assert not [name for name in groups["/"].variables if str(name).startswith("event_")]
    for group in groups.values():
        group.close()


def test_a_file_is_written_whole_or_not_at_all(result, tmp_path, monkeypatch):
    target = tmp_path / "result.nc"
    tm.save(result, target)
    before = target.read_bytes()

    def full(*args, **kwargs):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space left"):
        tm.save(result, target)
    assert target.read_bytes() == before
    assert os.listdir(tmp_path) == ["result.nc"]


def test_saving_into_a_folder_that_does_not_exist_names_it(result, tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        tm.save(result, tmp_path / "nowhere" / "result.nc")


def test_the_same_inputs_give_the_same_bits(result):
    xr.testing.assert_identical(result, tm.sweep(small_catalog(TASKS)))


def test_comparing_joins_sweeps_along_scenario():
    one, two = small_catalog(TASKS), small_catalog(TASKS).replace({"supervision.headcount": 1})
    both = tm.compare([one, two])
    assert both["scenario"].values.tolist() == ["small", "small, supervision.headcount=1"]
    assert both["output"].dims == ("scenario", "compute")
    np.testing.assert_array_equal(both["output"].values[1], tm.sweep(two)["output"].values)
    assert both["output"].attrs["units"] == "1"


def test_comparing_catalogs_with_other_tasks_leaves_gaps_that_are_marked():
    one = small_catalog({"code": {"share": 1.0}})
    two = small_catalog({"ideas": {"share": 1.0}})
    both = tm.compare({"one": one, "two": two}, [1e24, 1e28, 1e32])
    assert both["task"].values.tolist() == ["code", "ideas"]
    assert np.isnan(both["automated_share"].sel(scenario="one", task="ideas")).all()
    assert not both["automatable"].sel(scenario="one", task="ideas").any()


def test_comparing_nothing_or_the_same_name_twice_is_refused():
    with pytest.raises(ValueError, match="nothing to compare"):
        tm.compare([])
    catalog = small_catalog(TASKS)
    with pytest.raises(ValueError, match="'small'"):
        tm.compare([catalog, catalog])


def test_events_of_a_dataset_without_any_are_refused():
    with pytest.raises(ValueError, match=r"taskmodel\.sweep"):
        tm.events(xr.Dataset({"output": ("compute", [1.0])}))


def test_a_coordinate_of_no_texts_survives_the_file(tmp_path):
    """As that of the moments of a catalog without evidence."""
    none = np.array([], dtype=object)
    result = xr.Dataset(
        {"observed": ("moment", np.zeros(0)), "kind": ("moment", none)}, {"moment": none}
    )
    tm.save(result, tmp_path / "result.nc")
    xr.testing.assert_identical(tm.open(tmp_path / "result.nc"), result)


def test_what_is_no_result_is_told(result, tmp_path):
    with pytest.raises(TypeError, match="events are those of a Dataset"):
        tm.events(result["output"])
    with pytest.raises(tm.InputError, match="has no events"):
        tm.events(xr.Dataset())
    with pytest.raises(TypeError, match="save needs a Dataset"):
        tm.save(result["output"], tmp_path / "a.nc")
    with pytest.raises(tm.InputError, match=r"give a name with .nc, not .csv"):
        tm.save(result, tmp_path / "a.csv")
    assert not list(tmp_path.iterdir())
    result[["output"]].to_netcdf(tmp_path / "b.nc", engine="h5netcdf")
    with pytest.raises(OSError, match="has no checksum"):
        tm.open(tmp_path / "b.nc")
    tm.save(result, tmp_path / "c.nc")
    with h5py.File(tmp_path / "c.nc", "r+") as file:
        file["output"][0] *= 2
    with pytest.raises(OSError, match="not what was saved"):
        tm.open(tmp_path / "c.nc")


@pytest.mark.parametrize(
    "value, type_name",
    [
        (object(), "object"),
        (None, "NoneType"),
        (True, "bool"),
        ({"a": 1}, "dict"),
        ([1, [2]], "list"),
        (["a", 1], "list"),
        (10**30, "int"),
        ("a\0b", "str"),
        ("\ud800", "str"),
        (b"a", "bytes"),
        (np.datetime64("2026-01-01"), "datetime64"),
    ],
)
@pytest.mark.parametrize("owner", ["", "compute", "throughput_speedup"])
def test_an_attribute_that_netcdf_cannot_hold_is_named(result, tmp_path, owner, value, type_name):
    changed = result.copy()
    (changed[owner] if owner else changed).attrs["mine"] = value
    name = f"{owner}.mine" if owner else "mine"
    wanted = f"the attribute {name} must be text, a number or a list of one of these; found"
    with pytest.raises(tm.InputError, match=f"{wanted} {type_name} "):
        tm.save(changed, tmp_path / "result.nc")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", ["text", 3, 2.5, [1, 2], ["a", "b"], np.arange(3)])
def test_attributes_of_texts_and_numbers_survive_the_file(result, tmp_path, value):
    changed = result.assign_attrs(mine=value)
    tm.save(changed, tmp_path / "result.nc")
    np.testing.assert_array_equal(tm.open(tmp_path / "result.nc").attrs["mine"], value)


@pytest.mark.parametrize("value", [object(), None, b"a", 1j, "\ud800", np.datetime64(0, "s")])
def test_a_variable_that_netcdf_cannot_hold_is_named(result, tmp_path, value):
    changed = result.assign(mine=("compute", np.full(result.sizes["compute"], value)))
    with pytest.raises(tm.InputError, match="the variable mine must hold texts or numbers; found"):
        tm.save(changed, tmp_path / "result.nc")


def test_one_event_is_saved_without_the_variable_that_is_a_dimension_too(tmp_path):
    events = tm.events(tm.sweep(tm.load_catalog("t_agi_ladder"), [1e26, 1e34]))
    one = events.isel(event=0)
    with pytest.raises(tm.InputError, match=r"factor is one value and also a dimension"):
        tm.save(one, tmp_path / "one.nc")
    one = one.drop_vars("factor")  # as the message says
    tm.save(one, tmp_path / "one.nc")
    xr.testing.assert_identical(tm.open(tmp_path / "one.nc"), one)


@pytest.mark.parametrize("name", ["a/b", "\ud800", "a\0b", "", 1])
def test_names_that_netcdf_does_not_allow_are_refused(name, result, tmp_path):
    named = [result.assign({name: 1.0}), result.assign({"v": ("compute", result["speedup"].data)})]
    named[1]["v"].attrs[name] = "a"
    for changed in (*named, result.assign_attrs({name: "a"})):
        with pytest.raises(tm.InputError, match="names must be text, without / and NUL; found"):
            tm.save(changed, tmp_path / "r.nc")
    assert not list(tmp_path.iterdir())


def test_categories_are_refused_and_arrays_of_dask_are_saved(result, tmp_path):
    kinds = pd.Categorical(["a"] * result.sizes["compute"])
    with pytest.raises(tm.InputError, match="variable v must hold texts or numbers; found cat"):
        tm.save(result.assign(v=("compute", kinds)), tmp_path / "r.nc")
    tm.save(result.chunk({"compute": 10}), tmp_path / "r.nc")
    xr.testing.assert_identical(tm.open(tmp_path / "r.nc"), result)
