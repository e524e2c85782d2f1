"""`taskmodel ensemble --store`: draws written to a Zarr store, with the share and the time left."""

from __future__ import annotations

import math
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli import signals
from taskmodel.cli.catalogs import heading
from taskmodel.cli.output import Answer
from taskmodel.cli.screen import counted, duration, note, wrapped
from taskmodel.errors import one_line
from taskmodel.stores.manifest import Manifest, read_manifest
from taskmodel.summary import provenance_facts

if TYPE_CHECKING:
    import xarray as xr

    from taskmodel.questions._store_ensemble import Progress

OPTIONS = ("resume", "workers", "scheduler", "chunk", "keep")
TERMINAL, LOG = 0.5, 30.0  # seconds between two lines of progress


def store_answer(args: Namespace, catalog: Catalog) -> Answer:
    """Write draws to a store."""
    if args.output is not None:
        raise tm.InputError("-o writes draws as one file and --store as chunks: give one of both")
    path = Path(args.store)
    show = _Screen(args.quiet)
    options = {} if args.chunk is None else {"chunk": args.chunk}
    try:
        with show:
            drawn = tm.store_ensemble(
                path,
                catalog,
                args.draws,
                args.seed,
                args.compute,
                paths=args.paths,
                keep=args.keep,
                workers=args.workers,
                scheduler=args.scheduler,
                resume=args.resume,
                report=show.report,
                **options,
            )
    except BaseException:
        if signals.RECEIVED and show.share:
            note(f"{path}: {show.share}; go on with --resume", args.quiet)
        raise
    facts = _facts(path, drawn, read_manifest(path))
    return Answer(facts, lambda: _lines(catalog, facts))


def needs_store(args: Namespace) -> None:
    """Raise an InputError for options that only a store has.

    Raises
    ------
    InputError
        If one is given.
    """
    for name in OPTIONS:
        if getattr(args, name) not in (None, False):
            raise tm.InputError(f"--{name} is for stores: give --store F.zarr too")


class _Screen:
    """Shows progress: on a terminal one line that changes, else a line now and then."""

    def __init__(self, quiet: bool) -> None:
        self.silent = quiet or sys.stderr is None
        self.terminal = not self.silent and sys.stderr.isatty()
        self.share, self._shown, self._width = "", -math.inf, 0

    def __enter__(self) -> _Screen:
        return self

    def __exit__(self, *error: object) -> None:
        self._blank()

    def report(self, progress: Progress) -> None:
        """Show how far it is.

        Raises
        ------
        KeyboardInterrupt, SystemExit
            If a signal came that a library has ignored.
        """
        signals.check()
        self.share = f"{progress.finished:,} of {counted(progress.draws, 'draw')} are finished"
        if self.silent:
            return
        if progress.note:
            self._blank()
            print(f"note: {progress.note}", file=sys.stderr, flush=True)
        now = time.monotonic()
        pause = TERMINAL if self.terminal else LOG
        if now - self._shown < pause and progress.finished < progress.draws:
            return
        self._shown = now
        text = (
            f"{100 * progress.finished / progress.draws:.1f} % of {counted(progress.draws, 'draw')}"
        )
        if math.isfinite(progress.seconds_left):
            text += f", {duration(progress.seconds_left)} left"
        if self.terminal:
            self._blank()
            self._width = len(text)
            print(text, end="", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)

    def _blank(self) -> None:
        if self._width:
            print(f"\r{' ' * self._width}\r", end="", file=sys.stderr, flush=True)
            self._width = 0


def _facts(path: Path, drawn: xr.Dataset, manifest: Manifest) -> dict[str, Any]:
    failed = {number: seal.failed for number, seal in manifest.finished.items() if seal.failed}
    return {
        **provenance_facts(drawn),
        "seed": drawn.attrs["seed"],
        "draws": manifest.draws,
        "over": drawn.attrs["over"],
        "points": manifest.made_from["points"],
        "failed_draws": sum(failed.values()),
        "first_failure": _first_failure(drawn, manifest, min(failed)) if failed else None,
        "chunk": manifest.chunk,
        "chunks": manifest.chunks,
        "bytes": sum(seal.bytes for seal in manifest.finished.values()),
        "files": [str(path)],
    }


def _first_failure(drawn: xr.Dataset, manifest: Manifest, number: int) -> dict[str, Any]:
    """Return the first draw without an answer, which is in some chunk."""
    rows = slice(number * manifest.chunk, manifest.last(number))
    of_chunk = drawn[["status", "reason"]].isel(draw=rows).load()
    row = int((of_chunk["status"].values == "failed").argmax())
    return {"draw": int(of_chunk["draw"][row]), "reason": str(of_chunk["reason"].values[row])}


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    lines = heading(catalog, f"{counted(facts['draws'], 'draw')}, seed {facts['seed']}")
    if first := facts["first_failure"]:
        lines += wrapped(
            f"{counted(facts['failed_draws'], 'draw')} without an answer; draw {first['draw']}: "
            f"{first['reason']}"
        )
    (path,), points, size = facts["files"], len(facts["points"]), facts["bytes"] / 1e6
    return [
        *lines,
        f"  {counted(points, 'point')} along {facts['over']}, "
        f"{counted(facts['chunks'], 'chunk')} of {counted(facts['chunk'], 'draw')}, {size:,.3g} MB",
        "",
        f"Written to {one_line(path)}; in Python: taskmodel.open({path!r})",
    ]
