"""Files of results from others: nothing but themselves is read, and damage is told."""

import os
import random
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from small import small_catalog

import taskmodel as tm


@pytest.fixture(scope="module")
def result():
    return tm.sweep(small_catalog({"code": {"share": 1.0, "horizon": 4}}), compute=[1e20, 1e30])


@pytest.fixture
def saved(result, tmp_path):
    tm.save(result, tmp_path / "result.nc")
    (tmp_path / "secret.bin").write_bytes(b"secret" * 10)
    with h5py.File(tmp_path / "other.nc", "w") as file:
        file["values"] = np.arange(3.0)
    return tmp_path / "result.nc"


def external_storage(file, folder):
    secret = (str(folder / "secret.bin"), 0, 60)
    file.create_dataset("leak", (60,), dtype="u1", external=[secret]).make_scale("leak")


def external_link(file, folder):
    file["leak"] = h5py.ExternalLink(str(folder / "other.nc"), "values")


def soft_link(file, folder):
    file["leak"] = h5py.SoftLink("/output")


def virtual_dataset(file, folder):
    layout = h5py.VirtualLayout((3,), dtype="f8")
    layout[:] = h5py.VirtualSource(str(folder / "other.nc"), "values", shape=(3,))
    file.create_virtual_dataset("leak", layout)


def loop_of_groups(file, folder):
    file.create_group("inner")["outer"] = file["/"]


def second_name(file, folder):
    file["leak"] = file["output"]


def array_beyond_memory(file, folder):
    file.create_dataset("leak", (10**15,), dtype="f8", chunks=(1000,))


def many_groups(file, folder):
    for number in range(10_001):
        file.create_group(f"group_{number}")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (external_storage, "/leak is kept in another file"),
        (external_link, "/leak is a link to something else"),
        (soft_link, "/leak is a link to something else"),
        (virtual_dataset, "/leak is kept in another file"),
        (loop_of_groups, "/inner/outer has a second name, or contains itself"),
        (second_name, "has a second name"),
        (array_beyond_memory, "holds arrays of more than"),
        (many_groups, "holds more than 10,000 objects"),
    ],
)
def test_files_that_refer_to_others_or_fill_memory_are_not_read(saved, change, message):
    with h5py.File(saved, "a") as file:
        change(file, saved.parent)
    with pytest.raises(OSError, match=message):
        tm.open(saved)


@pytest.mark.parametrize(
    "address", ["https://example.org/result.nc", "s3://bucket/result.nc", "file:///etc/passwd"]
)
def test_addresses_are_not_fetched(address):
    with pytest.raises(OSError, match="only files are read"):
        tm.open(address)


def test_what_is_no_file_or_no_result_is_refused(tmp_path):
    with pytest.raises(OSError, match="is not a regular file"):
        tm.open(tmp_path)
    with pytest.raises(FileNotFoundError):
        tm.open(tmp_path / "none.nc")
    (tmp_path / "text.nc").write_text("date,value\n")
    with pytest.raises(OSError, match="is not HDF5"):
        tm.open(tmp_path / "text.nc")
    with h5py.File(tmp_path / "other.nc", "w") as file:
        file["values"] = np.arange(3.0)
        file["values"].make_scale("values")
    with pytest.raises(OSError, match="has no checksum"):
        tm.open(tmp_path / "other.nc")


def test_a_changed_number_is_told(saved):
    with h5py.File(saved, "a") as file:
        file["output"][0] *= 1 + 1e-15
    with pytest.raises(OSError, match="its content is not what was saved"):
        tm.open(saved)


def test_a_changed_text_of_the_catalog_is_told(saved):
    with h5py.File(saved, "a") as file:
        file["inputs"].attrs["catalog_yaml"] = "{}"
    with pytest.raises(OSError, match="its content is not what was saved"):
        tm.open(saved)


def test_damage_gives_the_result_or_an_oserror(result, saved):
    """Of 60 files with random damage none opens with other content, or fails in another way."""
    content, draw, refused = saved.read_bytes(), random.Random(7), 0
    for _ in range(60):
        damaged = bytearray(content)
        kind = draw.randrange(3)
        if kind == 0:
            del damaged[draw.randrange(len(damaged)) :]
        for _ in range(draw.choice([1, 4, 64]) if kind else 0):
            start = draw.randrange(2000 if kind == 2 else len(damaged))
            damaged[start] = draw.randrange(256)
        saved.write_bytes(damaged)
        try:
            back = tm.open(saved)
        except OSError as error:
            assert os.fspath(saved) in str(error)
            refused += 1
        else:
            assert back.identical(result)
    assert refused > 30


@pytest.mark.parametrize("name", ["result.csv", "result.json", "result.nc.zip", "figure.png"])
def test_results_are_not_saved_under_the_name_of_another_format(result, tmp_path, name):
    with pytest.raises(tm.InputError, match=r"give a name with .nc"):
        tm.save(result, tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a limit of memory by the system")
def test_a_file_takes_the_memory_of_its_bytes(saved):
    from resource import RLIMIT_AS, getrlimit, setrlimit

    from taskmodel.files.hdf5 import read_hdf5

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = getrlimit(RLIMIT_AS)
    setrlimit(RLIMIT_AS, (pages * os.sysconf("SC_PAGE_SIZE") + 2**30, before[1]))
    try:
        assert len(read_hdf5(saved).getvalue()) == saved.stat().st_size
    finally:
        setrlimit(RLIMIT_AS, before)


@pytest.mark.parametrize("value", [h5py.Empty("f8"), np.arange(3), 5])
def test_a_checksum_that_is_no_text_is_none(saved, value):
    with h5py.File(saved, "a") as file:
        file.attrs["content_sha256"] = value
    with pytest.raises(OSError, match="has no checksum"):
        tm.open(saved)
