"""Stores of draws: equal to an ensemble, whole or refused, and the same bits after every fault."""

import errno
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import dask
import numpy as np
import psutil
import pytest
import xarray as xr
from command_line import error_of, json_of
from distributed import Client, LocalCluster

import taskmodel as tm
from taskmodel.stores import frame, layout, manifest
from taskmodel.stores.crews import crew_of

LADDER, POINTS = "t_agi_ladder", [1e30, 1e32]
DRAWS, CHUNK = 9, 2  # the last chunk has one draw
SMALL = {"chunk": CHUNK, "keep": ["speedup"]}
HOST = "127.0.0.1"


@pytest.fixture(scope="module")
def catalog():
    return tm.load_catalog(LADDER)


@pytest.fixture(scope="module")
def whole(catalog, tmp_path_factory):
    """A store that was written without interruption."""
    path = tmp_path_factory.mktemp("whole") / "F.zarr"
    write(path, catalog)
    return files_of(path)


def write(path, catalog, draws=DRAWS, **options):
    return tm.store_ensemble(path, catalog, draws, 1, POINTS, **{**SMALL, **options})


def files_of(path):
    """Names and checksums of all files."""
    return {
        file.relative_to(path).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in path.rglob("*")
        if file.is_file()
    }


class After:
    """Does something after some reports of progress."""

    def __init__(self, reports, action):
        self.reports, self.action, self.notes = reports, action, []

    def __call__(self, progress):
        self.notes += [progress.note] if progress.note else []
        self.reports -= 1
        if self.reports == 0:
            self.action()


def interrupt():
    raise KeyboardInterrupt


@contextmanager
def running(workers):
    """A scheduler with workers that are threads of this process."""
    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=False,
        protocol="tcp://",
        host=HOST,
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": f"{HOST}:0"},
        memory_limit=0,
    ) as cluster:
        yield cluster


def test_a_store_is_the_ensemble(catalog, tmp_path):
    # at full utilisation the queue of some draws has no end
    catalog = catalog.replace({"latency.count_queues": True})
    path = tmp_path / "F.zarr"
    stored = tm.store_ensemble(path, catalog, 7, 1, POINTS, chunk=3)
    drawn = tm.ensemble(catalog, 7, 1, POINTS)
    assert {variable.chunks is None for variable in stored.data_vars.values()} == {False}
    assert stored.chunks["draw"] == (3, 3, 1)
    xr.testing.assert_allclose(stored.load(), drawn, rtol=1e-12)
    assert stored.attrs == drawn.attrs
    assert {name: stored[name].attrs for name in stored.variables} == {
        name: drawn[name].attrs for name in drawn.variables
    }
    failed = stored["status"].values == "failed"
    assert failed.any() and not failed.all()
    assert (stored["reason"].values == drawn["reason"].values).all()
    xr.testing.assert_allclose(tm.bands(tm.open(path)), tm.bands(drawn), rtol=1e-12)


def test_other_programs_read_it(catalog, tmp_path):
    write(tmp_path / "F.zarr", catalog)
    plain = xr.open_zarr(tmp_path / "F.zarr", consolidated=False)
    assert plain["speedup"].shape == (DRAWS, 2) and plain["speedup"].attrs["units"] == "1"


def test_stores_along_paths(catalog, tmp_path):
    paths = {"compute": [(2026, 8.4e28), (2032, 1e35)]}
    options = {"paths": paths, "dates": [2027, 2030], "keep": ["speedup"]}
    stored = tm.store_ensemble(tmp_path / "F.zarr", catalog, 2, chunk=1, **options)
    xr.testing.assert_allclose(stored.load(), tm.ensemble(catalog, 2, **options), rtol=1e-12)
    paths["compute"][0] = (2026, 9e28)
    with pytest.raises(tm.InputError, match=r"other inputs(.|\n)*paths: .*8.4e.*9e"):
        tm.store_ensemble(tmp_path / "F.zarr", catalog, 2, chunk=1, resume=True, **options)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_bits_depend_neither_on_workers_nor_on_interrupts(workers, catalog, whole, tmp_path):
    path = tmp_path / "F.zarr"
    with running(workers) as cluster:
        address = cluster.scheduler_address
        with pytest.raises(KeyboardInterrupt):
            write(path, catalog, scheduler=address, report=After(3, interrupt))
        with pytest.raises(tm.InputError, match="of 9 draws are finished; finish it with"):
            tm.open(path)
        with Client(address, set_as_default=False) as client:
            write(path, catalog, scheduler=client, resume=True)
    assert files_of(path) == whole


def test_an_unfinished_store_has_its_finished_draws(catalog, tmp_path):
    path = tmp_path / "F.zarr"
    with pytest.raises(KeyboardInterrupt):
        write(path, catalog, report=After(3, interrupt))
    record = manifest.read_manifest(path)
    assert record.finished_draws == 4 and sorted(record.finished) == [0, 1]
    # files of a chunk that is not in the manifest do not count
    layout.write_chunk(path, 2, tm.ensemble(catalog, [4, 5], 1, POINTS, keep=["speedup"]), CHUNK)
    assert tm.open(path, unfinished=True)["draw"].values.tolist() == [0, 1, 2, 3]


def test_processes_that_die_and_where_they_listen(catalog, whole, tmp_path):
    path, me, killed = tmp_path / "F.zarr", psutil.Process(), []

    def kill():
        children = me.children(recursive=True)
        workers = [each for each in children if "spawn_main" in " ".join(each.cmdline())]
        listening = [
            connection.laddr.ip
            for process in (me, *children)
            for connection in process.net_connections()
            if connection.status == psutil.CONN_LISTEN
        ]
        assert len(workers) == 2 and set(listening) == {HOST}
        workers[0].kill()
        killed.append(workers[0].pid)

    write(path, catalog, workers=2, report=After(2, kill))
    assert killed and files_of(path) == whole


def test_workers_and_scheduler_keep_nothing_that_grows_with_time():
    with crew_of(1, None) as crew:
        for _ in range(3):
            crew.submit(len, "work").result()
        assert crew.client is not None
        kept = crew.client.run(dask.config.get, "distributed.worker.profile.enabled")
        assert list(kept.values()) == [False]
        streams = crew.client.run_on_scheduler(recent_messages)
    assert streams and max(streams) <= 1
    assert dask.config.get("distributed.worker.profile.enabled")  # of other clusters


def recent_messages(dask_scheduler):
    """Numbers of messages to workers, with the work in them, that a scheduler holds."""
    return [len(stream.recent_message_log) for stream in dask_scheduler.stream_comms.values()]


COMMAND = ["ensemble", LADDER, "--compute", "1e30,1e32", "--keep", "speedup", "--chunk", "1"]


def started(path, *options):
    """A process that writes a store, and the number of chunks that were finished before."""
    command = [*COMMAND, "--draws", "40", "--store", str(path), *options]
    process = subprocess.Popen(
        [sys.executable, "-m", "taskmodel", *command], stderr=subprocess.PIPE, text=True
    )
    part = path / "manifest" / "000000.json"
    before = len(json.loads(part.read_text())) if part.exists() else 0
    while process.poll() is None:
        if part.exists() and len(json.loads(part.read_text())) > before + 1:
            return process
        time.sleep(0.01)
    raise AssertionError(process.stderr.read())


def test_a_process_that_is_ended_leaves_a_store_to_resume(catalog, tmp_path):
    path = tmp_path / "F.zarr"
    with started(path) as process:
        process.send_signal(signal.SIGTERM)
        _, message = process.communicate()
    assert process.returncode == 128 + signal.SIGTERM
    assert "of 40 draws are finished; go on with --resume" in message
    assert "Traceback" not in message
    with started(path, "--resume") as process:
        process.kill()
        process.communicate()
    assert 2 <= tm.open(path, unfinished=True).sizes["draw"] < 40
    report = After(0, None)
    write(path, catalog, 40, chunk=1, resume=True, report=report)
    assert report.notes[0].startswith(f"process {process.pid} on ")
    write(tmp_path / "G.zarr", catalog, 40, chunk=1)
    assert files_of(path) == files_of(tmp_path / "G.zarr")


def test_a_full_disk_loses_nothing_that_is_finished(catalog, whole, tmp_path, monkeypatch):
    from zarr.storage import _local

    path, put, count = tmp_path / "F.zarr", _local._put, []

    def full(file, *values, **options):
        count.append(file)
        if len(count) > 70:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return put(file, *values, **options)

    monkeypatch.setattr(_local, "_put", full)
    with pytest.raises(OSError, match="No space left") as caught:
        write(path, catalog)
    monkeypatch.undo()
    assert caught.value.errno == errno.ENOSPC and caught.value.filename == str(path)
    finished = manifest.read_manifest(path).finished_draws
    assert 0 < finished < DRAWS and f"{finished} of {DRAWS} draws" in str(caught.value)
    write(path, catalog, resume=True)
    assert files_of(path) == whole


def flip(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def shorten(file):
    file.write_bytes(file.read_bytes()[:-1])


@pytest.mark.parametrize("damage", [flip, shorten, lambda file: file.unlink()])
def test_a_damaged_chunk_is_named_and_computed_again(damage, catalog, whole, tmp_path):
    path = tmp_path / "F.zarr"
    write(path, catalog)
    damage(path / "speedup" / "c" / "1" / "0")
    with pytest.raises(tm.InputError, match=r"chunk 1 \(draws 2 to 3\); the same command"):
        tm.open(path, verify=True)
    if damage is flip:
        with pytest.raises(ValueError, match="checksum"):
            tm.open(path).load()
    else:
        with pytest.raises(tm.InputError, match="chunk 1"):
            tm.open(path)
    report = After(0, None)
    write(path, catalog, resume=True, report=report)
    assert report.notes == ["chunk 1 (draws 2 to 3) was damaged and is computed again"]
    assert files_of(path) == whole
    tm.open(path, verify=True)


def test_a_damaged_manifest_is_an_error_whose_mend_works(catalog, whole, tmp_path):
    path = tmp_path / "F.zarr"
    write(path, catalog)
    part = path / "manifest" / "000000.json"
    shorten(part)
    for call in (tm.open, lambda path: write(path, catalog, resume=True)):
        with pytest.raises(tm.InputError, match=r"000000.json: damaged .*delete this file"):
            call(path)
    part.unlink()
    write(path, catalog, resume=True)
    assert files_of(path) == whole


def other_metadata(path):
    """Let programs double the values that they read."""
    file = path / "speedup" / "zarr.json"
    document = json.loads(file.read_text())
    document["attributes"]["scale_factor"] = 2.0
    file.write_text(json.dumps(document))


def another_array(path):
    shutil.copytree(path / "compute", path / "other")


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        (lambda path: flip(path / "zarr.json"), "zarr.json"),
        (lambda path: flip(path / "manifest" / "zarr.json"), "manifest/zarr.json"),
        (lambda path: (path / "compute" / "c" / "0").unlink(), "compute/c/0"),
        (lambda path: shutil.rmtree(path / "compute"), "compute/c/0, compute/zarr.json"),
        (lambda path: shorten(path / "manifest" / "frame.json"), "manifest/frame.json"),
        (other_metadata, "speedup/zarr.json"),
        (another_array, "other/zarr.json"),
    ],
)
def test_what_is_no_chunk_of_draws_is_sealed_too(damage, name, catalog, tmp_path):
    path = tmp_path / "F.zarr"
    write(path, catalog)
    damage(path)
    for call in (tm.open, lambda path: write(path, catalog, resume=True)):
        with pytest.raises(tm.InputError, match=f"not as it was written: {name};"):
            call(path)


@pytest.mark.parametrize("name", ["lock", "writer.json", "000000.json"])
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_store_reaches_nothing_outside_of_it(name, kind, catalog, tmp_path):
    path, precious = tmp_path / "F.zarr", tmp_path / "precious"
    write(path, catalog)
    precious.write_text("precious")
    file = path / "manifest" / name
    file.unlink(missing_ok=True)
    if kind == "link":
        file.symlink_to(precious)
    else:
        os.mkfifo(file)
    for call in (tm.open, lambda path: write(path, catalog, resume=True)):
        with pytest.raises(tm.InputError, match=f"{name}: is a link, pipe or device"):
            call(path)
    assert precious.read_text() == "precious"


def test_arrays_outside_of_a_store_are_not_read(catalog, tmp_path):
    path = tmp_path / "F.zarr"
    write(path, catalog)
    (path / "speedup").rename(tmp_path / "elsewhere")
    (path / "speedup").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(tm.InputError, match="speedup: is a link"):
        tm.open(path)


def sealed_again(path):
    """Make the frame of a store that of its present files."""
    (path / "manifest" / "frame.json").unlink()
    chunks, moved = path / "speedup" / "c", path.parent / "c"
    chunks.rename(moved)
    frame.write_frame(path)
    moved.rename(chunks)


@pytest.mark.parametrize(
    ("file", "keys", "value", "message"),
    [
        ("manifest", ("attributes", "draws"), 10**18, "10 of 1,000,000,000,000,000,000 draws"),
        ("manifest", ("attributes", "chunk"), 0, "its chunk is 0"),
        ("manifest", ("attributes", "draws"), None, "its draws is None"),
        ("compute", ("shape",), [10**10], "is damaged"),
        ("compute", ("codecs",), [{"name": "numcodecs.pickle"}], "is damaged"),
        ("speedup", ("attributes", "_FillValue"), "a", "is damaged"),
    ],
)
def test_stores_by_others_are_refused_in_words(file, keys, value, message, catalog, tmp_path):
    path = tmp_path / "F.zarr"
    write(path, catalog)
    metadata = path / file / "zarr.json"
    document = json.loads(metadata.read_text())
    place = document
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    metadata.write_text(json.dumps(document))
    shutil.copy(path / "manifest" / "000000.json", tmp_path / "kept.json")
    (path / "manifest" / "000000.json").unlink()
    (path / "manifest" / "lock").unlink()
    sealed_again(path)
    shutil.copy(tmp_path / "kept.json", path / "manifest" / "000000.json")
    with pytest.raises(tm.InputError, match=message):
        tm.open(path)


def test_checksums_of_chunks_that_there_are_not_are_refused(catalog, tmp_path):
    path = tmp_path / "F.zarr"
    write(path, catalog)
    part = path / "manifest" / "000000.json"
    records = json.loads(part.read_text())
    part.write_text(json.dumps({**records, "7": records["0"]}))
    with pytest.raises(tm.InputError, match=r"damaged \(it names chunk 7\); delete this file"):
        tm.open(path)


def test_a_writer_that_is_not_named_is_another_process(catalog, whole, tmp_path):
    path = tmp_path / "F.zarr"
    write(path, catalog)
    (path / "manifest" / "writer.json").write_text("[]")
    report = After(0, None)
    write(path, catalog, resume=True, report=report)
    assert report.notes == ["another process ended without finishing"]
    assert files_of(path) == whole


def test_a_second_writer_is_refused(catalog, whole, tmp_path):
    path = tmp_path / "F.zarr"

    def second():
        with pytest.raises(tm.InputError, match=rf"process {os.getpid()} on \S+ is writing it"):
            write(path, catalog, resume=True)
        with pytest.raises(tm.InputError, match="exists and is not overwritten"):
            write(path, catalog)

    write(path, catalog, report=After(2, second))
    assert files_of(path) == whole


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"supervision.headcount": 7}, {}, r"overrides: .* in the store, .*headcount.* now"),
        ({}, {"seed": 2}, "seed: 1 in the store, 2 now"),
        ({}, {"draws": 8}, "draws: 9 in the store, 8 now"),
        ({}, {"chunk": 3}, "chunk: 2 in the store, 3 now"),
        ({}, {"keep": ["output"]}, r'variables: \["speedup"\] in the store, \["output"\] now'),
        ({}, {"compute": [1e30]}, r"points: \[1e\+30, 1e\+32\] in the store, \[1e\+30\] now"),
        ({}, {"events": False}, "events: true in the store, false now"),
    ],
)
def test_other_inputs_are_refused(change, options, message, catalog, tmp_path):
    path = tmp_path / "F.zarr"
    given = {"draws": DRAWS, "seed": 1, "compute": POINTS, **SMALL}
    with pytest.raises(KeyboardInterrupt):
        tm.store_ensemble(path, catalog, **given, report=After(1, interrupt))
    with pytest.raises(tm.InputError, match=message):
        tm.store_ensemble(path, catalog.replace(change), **{**given, **options}, resume=True)


def test_another_text_is_named_by_its_line(tmp_path, catalog):
    path = tmp_path / "F.zarr"
    with pytest.raises(KeyboardInterrupt):
        write(path, catalog, report=After(1, interrupt))
    other = tmp_path / f"{LADDER}.yaml"
    lines = catalog.yaml_text.splitlines()
    other.write_text("\n".join([lines[0], "# another line", *lines[1:]]))
    with pytest.raises(tm.InputError, match=r"catalog_yaml, line 2: .*another line"):
        write(path, tm.load_catalog(other), resume=True)


def test_a_scheduler_that_goes_away_loses_nothing(catalog, whole, tmp_path, monkeypatch):
    monkeypatch.setattr("taskmodel.stores.crews.CONNECTION", 1)
    path = tmp_path / "F.zarr"
    with running(1) as cluster:
        with pytest.raises(OSError, match=r"of 9 draws are finished.*--resume"):
            write(
                path,
                catalog,
                scheduler=cluster.scheduler_address,
                report=After(2, cluster.close),
            )
    write(path, catalog, resume=True)
    assert files_of(path) == whole


def test_errors_of_the_model_arrive(catalog, tmp_path):
    with pytest.raises(tm.InputError, match="keep names some of"):
        write(tmp_path / "F.zarr", catalog, keep=["spedup"])
    assert not list(tmp_path.iterdir())


def test_bad_arguments(catalog, tmp_path, monkeypatch):
    path = tmp_path / "F.zarr"
    for options in ({"chunk": 0}, {"draws": 2.5}, {"workers": 0}):
        with pytest.raises(tm.InputError, match=f"{next(iter(options))} must be a whole number"):
            write(path, catalog, **options)
    with pytest.raises(tm.InputError, match="give one of both"):
        write(path, catalog, workers=1, scheduler="tcp://127.0.0.1:1")
    with pytest.raises(tm.InputError, match="no Dask scheduler answers at 'nowhere:1'"):
        monkeypatch.setattr("taskmodel.stores.crews.CONNECTION", 0.1)
        write(path, catalog, scheduler="nowhere:1")
    other = tmp_path / "other"
    other.mkdir()
    for call in (tm.open, lambda path: write(path, catalog, resume=True)):
        (other / "zarr.json").write_text("{}")
        with pytest.raises(tm.InputError, match="not a store"):
            call(other)
    monkeypatch.setattr(layout, "find_spec", lambda name: None)
    with pytest.raises(tm.InputError, match=r"pip install 'taskmodel\[cluster\]'"):
        write(path, catalog)
    assert not path.exists()


@pytest.mark.parametrize("scheme", ["tcp", "tls", "ucx", "inproc"])
def test_where_no_scheduler_answers_no_client_is_made(scheme, catalog, tmp_path, monkeypatch):
    monkeypatch.setattr("taskmodel.stores.crews.CONNECTION", 0.1)
    monkeypatch.setattr("taskmodel.stores.crews._client", None)  # deleted, it would wait and fail
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(tm.InputError, match=f"no Dask scheduler answers at '{address}' [(]."):
            write(tmp_path / "F.zarr", catalog, scheduler=address)


def test_the_command(capsys, tmp_path):
    path = tmp_path / "F.zarr"
    arguments = [*COMMAND, "--draws", "7", "--store", str(path)]
    answer = json_of(capsys, *arguments, "--set", "latency.count_queues=true")
    assert answer["files"] == [str(path)] and answer["chunks"] == 7
    reasons = tm.open(path)["reason"].values
    failed = np.flatnonzero(reasons != "")
    assert answer["failed_draws"] == len(failed) > 0
    assert answer["first_failure"] == {"draw": failed[0], "reason": reasons[failed[0]]}
    assert "exists and is not overwritten" in error_of(capsys, *arguments)
    assert "other inputs" in error_of(capsys, *arguments, "--resume")
    assert "give --store" in error_of(capsys, "ensemble", LADDER, "--resume")
    assert "one of both" in error_of(capsys, *arguments, "-o", str(tmp_path))
