"""An ensemble of any size, written to a store in chunks of draws: `store_ensemble`.

A chunk is one call of `taskmodel.ensemble`, so its bits depend neither on the number of workers nor
on interruptions. No process holds more than one chunk at a time, and the process that hands them
out holds none; it alone writes the manifest. Only as many chunks are handed out as keep the workers
busy, so that a scheduler knows of few tasks, however many chunks there are.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from taskmodel._arguments import function, path_text, shown, switch, words
from taskmodel._version import __version__
from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.numerics.numbers import whole_number
from taskmodel.questions._ensemble import CURVES, ensemble
from taskmodel.stores.crews import Crew, crew_of
from taskmodel.stores.layout import (
    Seal,
    create,
    needs_libraries,
    remove_partial_files,
    seal,
    size_of,
    variables_over_draws,
    write_chunk,
)
from taskmodel.stores.lock import only_writer
from taskmodel.stores.manifest import FORMAT, Manifest, read_manifest
from taskmodel.stores.reading import open_store
from taskmodel.sweeps.paths import Paths, given_paths
from taskmodel.sweeps.points import needs_catalog
from taskmodel.uncertainty.streams import MAX_DRAW

if TYPE_CHECKING:
    from distributed import Client

CHUNK = 1024  # draws
PATIENCE = 1.0  # seconds after which a lost scheduler is noticed


@dataclass(frozen=True)
class Progress:
    """How far a store is.

    Attributes
    ----------
    finished, draws : int
        Draws that are finished, and all.
    seconds_left : float
        At the pace of this run so far; NaN before its first chunk.
    note : str
        What is worth saying besides, such as a chunk that was damaged; mostly empty.
    """

    finished: int
    draws: int
    seconds_left: float
    note: str = ""


@dataclass(frozen=True, eq=False)
class _Job:
    """What a worker has to know."""

    path: Path
    catalog: Catalog
    seed: int
    draws: int
    chunk: int
    version: str
    threads: int | None
    options: dict[str, Any]

    def solve(self, numbers: np.ndarray) -> xr.Dataset:
        """Return some draws."""
        if self.version != __version__:
            raise InputError(
                f"a worker has taskmodel {__version__} and this process {self.version}; install "
                "the same version everywhere"
            )
        return ensemble(self.catalog, numbers, self.seed, threads=self.threads, **self.options)

    def sample(self) -> xr.Dataset:
        """Return the first draw, as which all others are laid out."""
        return self.solve(np.zeros(1, dtype=np.int64))

    def settle(self, number: int, recorded: Seal | None) -> tuple[Seal, bool]:
        """Compute and write a chunk, unless its files match the recorded checksum.

        Returns
        -------
        Seal, bool
            The checksum, and whether the chunk was computed.

        Raises
        ------
        InputError
            If the store is not in sight of the worker.
        OSError
            If a file cannot be written.
        """
        if not self.path.is_dir():
            raise InputError(
                f"{self.path}: a worker does not see it; choose a folder that all workers share"
            )
        if recorded is not None:
            names = variables_over_draws(self.path)
            if size_of(self.path, number, names) == recorded.bytes and recorded == seal(
                self.path, number, names, recorded.failed
            ):
                return recorded, False
        first = number * self.chunk
        numbers = np.arange(first, min(first + self.chunk, self.draws), dtype=np.int64)
        return write_chunk(self.path, number, self.solve(numbers), self.chunk), True


def store_ensemble(
    path: str | PathLike[str],
    catalog: Catalog,
    draws: int = 512,
    seed: int = 1,
    compute: ArrayLike | None = None,
    *,
    paths: Mapping[str, Any] | str | PathLike[str] | Paths | None = None,
    dates: ArrayLike | None = None,
    keep: Sequence[str] | None = None,
    events: bool = True,
    chunk: int = CHUNK,
    workers: int | None = None,
    scheduler: str | Client | None = None,
    resume: bool = False,
    report: Callable[[Progress], None] | None = None,
) -> xr.Dataset:
    """Solve draws of a catalog's uncertain numbers and write them to a Zarr store.

    Parameters
    ----------
    path : str or path
        A folder, usually named ``F.zarr``, that all workers can write to.
    catalog, seed, compute, paths, dates, keep, events
        As in `taskmodel.ensemble`.
    draws : int
        How many, from draw 0 on.
    chunk : int
        Draws that are computed and written together. Memory and what an interrupt costs grow with
        it; the number of files falls.
    workers : int, optional
        Processes on this machine, each with one thread. Default: threads of this process. A script
        that asks for processes needs ``if __name__ == "__main__":`` around its work.
    scheduler : str or distributed.Client, optional
        Address of a running Dask scheduler, such as ``tcp://host:8786``, or a client of it, in
        place of `workers`.
    resume : bool
        Whether to finish a store that is there. Its finished chunks are compared with their
        checksums, and those that differ are computed again. A store that is not there is begun.
    report : function, optional
        Called with a `Progress` at the beginning and after every chunk.

    Returns
    -------
    xarray.Dataset
        The whole store, as `taskmodel.open` returns it: values are read when they are used.

    Raises
    ------
    InputError
        If the store exists and `resume` is not given, was made from other inputs, or is being
        written; if libraries, workers or the scheduler are missing; and as for
        `taskmodel.ensemble`.
    OSError
        If a file cannot be written, or the scheduler or too many workers were lost. Finished chunks
        stay, and `resume` goes on from there; so it does after an interrupt.

    Notes
    -----
    A draw has the same bits whatever the workers and interruptions, on machines of one kind with
    one version of the libraries. Draws without an answer are in the store, with ``status`` and
    ``reason``.
    """
    needs_libraries()
    needs_catalog(catalog)
    _check(draws, chunk, workers, scheduler)
    seed = whole_number("seed", seed, 0)
    path = Path(path_text("path", path)).absolute()
    events, resume = switch("events", events), switch("resume", resume)
    report = function("report", report)
    keep = None if keep is None else words("keep", keep, CURVES)
    if path.exists() and not resume:
        raise InputError(
            f"{path}: exists and is not overwritten; finish it with --resume (resume=True), or "
            "choose another name"
        )
    paths = given_paths(paths)
    options = {"compute": compute, "paths": paths, "dates": dates, "keep": keep, "events": events}
    threads = None if workers is None and scheduler is None else 1
    job = _Job(path, catalog, seed, draws, chunk, __version__, threads, options)
    with crew_of(workers, scheduler) as crew:
        sample = crew.submit(job.sample).result()
        made_from = _made_from(job, sample)
        if not path.exists():
            create(path, sample, draws, chunk, made_from)
        _finish(job, crew, sample.attrs, made_from, report or (lambda progress: None))
    return open_store(path)


def _check(draws: int, chunk: int, workers: int | None, scheduler: object) -> None:
    for name, value in (("draws", draws), ("chunk", chunk), ("workers", workers)):
        if name == "workers" and value is None:
            continue
        if whole_number(name, value) > MAX_DRAW:
            raise InputError(f"{name} must be at most 2^53; found {shown(value)}")
    if workers is not None and scheduler is not None:
        raise InputError("workers are those of this machine or of a scheduler: give one of both")


def _made_from(job: _Job, sample: xr.Dataset) -> dict[str, Any]:
    """Return what the numbers depend on, besides the attributes of the dataset."""
    over, paths = sample.attrs["over"], job.options["paths"]
    if isinstance(paths, Mapping):
        tables = {name: np.asarray(table, dtype=float).tolist() for name, table in paths.items()}
        paths = json.dumps(tables, sort_keys=True)
    keep = job.options["keep"]
    return {
        "format": FORMAT,
        "draws": int(job.draws),
        "chunk": int(job.chunk),
        "points": sample[over].values.tolist(),
        "variables": sorted(CURVES if keep is None else keep),
        "events": bool(job.options["events"]),
        "paths": paths.sha256 if isinstance(paths, Paths) else paths,
    }


def _finish(
    job: _Job,
    crew: Crew,
    attributes: Mapping[str, Any],
    made_from: Mapping[str, Any],
    report: Callable[[Progress], None],
) -> None:
    """Finish a store."""
    manifest = read_manifest(job.path)
    if differences := manifest.differences(attributes, made_from):
        lines = "\n".join(f"  {line}" for line in differences)
        raise InputError(
            f"{job.path}: made from other inputs:\n{lines}\ngive the same inputs, or another name"
        )
    with only_writer(job.path) as before:
        manifest = read_manifest(job.path)  # another may have written until now
        note = f"{before} ended without finishing" if before else ""
        _Foreman(job, crew, manifest, report).run(note)
        remove_partial_files(job.path)


@dataclass(eq=False)
class _Foreman:
    """Hands out chunks and records those that are finished."""

    job: _Job
    crew: Crew
    manifest: Manifest
    report: Callable[[Progress], None]
    open: dict[Future[tuple[Seal, bool]], int] = field(default_factory=dict)
    since: float = field(default_factory=time.monotonic)
    settled: int = 0  # chunks of this run

    def run(self, note: str) -> None:
        """Finish all chunks."""
        self._say(note)
        numbers = iter(range(self.manifest.chunks))
        try:
            while True:
                for number in numbers:
                    recorded = self.manifest.finished.get(number)
                    self.open[self.crew.submit(self.job.settle, number, recorded)] = number
                    if len(self.open) >= self.crew.window():
                        break
                if not self.open:
                    return
                done, _ = wait(self.open, PATIENCE, FIRST_COMPLETED)
                self.crew.check()
                for future in done:
                    self._record(self.open.pop(future), future)
        except (OSError, CancelledError) as error:
            raise self._stopped(error) from error
        except self.crew.lost as error:
            raise self._stopped(error) from error
        finally:
            for future in self.open:
                future.cancel()

    def _record(self, number: int, future: Future[tuple[Seal, bool]]) -> None:
        sealed, computed = future.result()
        self.settled += 1
        note = ""
        if computed and number in self.manifest.finished:
            note = f"{self.manifest.name_of(number)} was damaged and is computed again"
        if computed:
            self.manifest.finish(number, sealed)
        self._say(note)

    def _say(self, note: str) -> None:
        pace = (time.monotonic() - self.since) / self.settled if self.settled else np.nan
        left = pace * (self.manifest.chunks - self.settled)
        manifest = self.manifest
        self.report(Progress(manifest.finished_draws, manifest.draws, float(left), note))

    def _stopped(self, error: BaseException) -> OSError:
        """Return an error that says how much is finished, and how to go on."""
        reason = getattr(error, "strerror", None) or str(error) or "the scheduler dropped the work"
        if file := getattr(error, "filename", None):
            reason = f"{file}: {reason}"
        text = f"{reason}; {self.manifest.share}: mend it and go on with --resume (resume=True)"
        return OSError(getattr(error, "errno", None) or 0, text, str(self.job.path))
