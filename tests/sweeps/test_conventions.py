"""Results in the ecosystem: CF, trees of datasets, Zarr 3, and what xarray shows."""

import re
import xml.etree.ElementTree as ElementTree
from importlib.resources import files

import matplotlib
import pytest
import xarray as xr

import taskmodel as tm
from taskmodel.files import units
from taskmodel.sweeps.conventions import DECLARED, READABLE, cf_units
from taskmodel.sweeps.variables import VARIABLES

matplotlib.use("agg")


@pytest.fixture(scope="module")
def catalog():
    return tm.load_catalog("t_agi_ladder")


@pytest.fixture(scope="module")
def result(catalog):
    return tm.sweep(catalog, [1e26, 1e28, 1e30, 1e31])


@pytest.fixture(scope="module")
def file(result, tmp_path_factory):
    path = tmp_path_factory.mktemp("conventions") / "result.nc"
    tm.save(result, path)
    return path


def test_all_units_are_those_of_udunits_or_declared():
    own = {unit.symbol for unit in vars(units).values() if isinstance(unit, units.Unit)}
    measured = {"$/FLOP", "$/H100-hour", "FLOP/year/$", "log10(min)", "calendar year", "x/year"}
    for unit in {unit for unit, _ in VARIABLES.values()} | own | measured:
        readable = cf_units(unit)
        words = re.findall(r"[A-Za-z_]+", readable.removeprefix("lg(re 1 min)"))
        assert set(words) <= {*DECLARED, *READABLE}, unit
        assert cf_units(readable) == readable or readable.startswith("lg(")


def test_the_file_of_units_declares_them():
    text = (files("taskmodel.sweeps") / "udunits.xml").read_text(encoding="utf-8")
    names = [element.text for element in ElementTree.fromstring(text).iter("singular")]
    assert sorted(names) == sorted(DECLARED)


def test_a_file_says_its_conventions_and_opens_as_what_was_saved(catalog, result, file, tmp_path):
    assert tm.open(file).identical(result)
    plain = xr.open_dataset(file, engine="h5netcdf")
    assert plain.attrs["Conventions"] == "CF-1.11"
    assert catalog.name in plain.attrs["title"] and "taskmodel" in plain.attrs["history"]
    assert plain["compute"].attrs["units"] == "FLOP/year"
    assert plain["shadow_price"].attrs["units"] == "1"
    assert plain["shadow_price"].attrs["taskmodel_units"] == result["shadow_price"].attrs["units"]
    assert "_FillValue" not in plain["compute"].encoding
    titled = result.assign_attrs(title="my own")
    tm.save(titled, tmp_path / "titled.nc")
    assert tm.open(tmp_path / "titled.nc").identical(titled)


def test_xarray_shows_and_draws_what_a_file_has(result, file):
    plain = xr.open_dataset(file, engine="h5netcdf")
    assert "throughput_speedup" in repr(plain)
    (line,) = plain["throughput_speedup"].plot()
    assert line.get_ydata() == pytest.approx(result["throughput_speedup"].values)
    assert "[FLOP/year]" in line.axes.get_xlabel()


def test_a_file_is_a_tree_with_its_events_and_inputs(result, file):
    tree = xr.open_datatree(file, engine="h5netcdf")
    assert {"events", "inputs"} <= set(tree.children)
    events = result["event_compute"].values
    assert tree["events/event_compute"].values == pytest.approx(events)
    assert tree["inputs"].attrs["catalog_yaml"] == result.attrs["catalog_yaml"]


@pytest.mark.parametrize("form", ["netcdf", "zarr"])
def test_a_tree_of_results_comes_back_the_same(catalog, result, form, tmp_path):
    larger = tm.sweep(catalog.replace({"production.elasticity": 0.9}), [1e26, 1e30])
    tree = xr.DataTree.from_dict({"as_is": result, "substitutes": larger})
    if form == "zarr":
        tree.to_zarr(tmp_path / "tree.zarr", zarr_format=3, consolidated=False)
        again = xr.open_datatree(tmp_path / "tree.zarr", engine="zarr", consolidated=False)
    else:
        tree.to_netcdf(tmp_path / "tree.nc", engine="h5netcdf")
        again = xr.open_datatree(tmp_path / "tree.nc", engine="h5netcdf")
    for name, dataset in {"as_is": result, "substitutes": larger}.items():
        same_content(again[name].to_dataset(), dataset)


def test_a_result_comes_back_from_zarr_3(result, tmp_path):
    result.to_zarr(tmp_path / "result.zarr", zarr_format=3, consolidated=False)
    again = xr.open_zarr(tmp_path / "result.zarr", zarr_format=3, consolidated=False)
    same_content(again, result)
    tm.save(again.load().drop_encoding(), tmp_path / "again.nc")
    same_content(tm.open(tmp_path / "again.nc"), result)


def same_content(found, wanted):
    """All values, units and provenance; the type of texts is the reader's."""
    assert set(found.variables) == set(wanted.variables) and found.sizes == wanted.sizes
    for name, variable in wanted.variables.items():
        other = found[name].variable
        assert other.attrs == variable.attrs, name
        if variable.dtype == object:
            assert other.values.tolist() == variable.values.tolist(), name
        else:
            xr.testing.assert_equal(other.load(), variable)
    assert found.attrs == wanted.attrs
