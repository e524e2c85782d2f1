"""Do interrupts leave nothing half, and does the same question give the same bits?

Commands are started in processes of their own and sent SIGINT or SIGTERM at a random moment from
0.1 s on. A fault is a traceback, another exit code than those of an interrupt or of an end, a
temporary file left behind, or a result that does not open. The same bits: one question asked with
several numbers of threads and seeds of Python's hashes, with the SHA-256 of all that is written.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import taskmodel as tm

SMALL, PATH = ("t_agi_ladder",), "supervision.headcount"
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("run", *SMALL, "--point", "-o", "out"),
    ("run", *SMALL, "--draws", "64", "-o", "out"),
    ("run", *SMALL, "--over", "time", "--no-figures", "-o", "out"),
    ("latency", *SMALL),
    ("worth", *SMALL),
    ("what-if", *SMALL),
    ("vary", "supervision.headcount=10:1000:20", *SMALL, "-o", "out"),
    (
        "bottleneck",
        *SMALL,
        "--x=supervision.headcount=10:1000:5",
        "--y=compute=1e27:1e33:5",
        "-o=out",
    ),
    ("frontier", "-o", "out"),
    ("ensemble", *SMALL, "--draws", "64", "-o", "out"),
    ("simulate", "-o", "out"),
    ("lead-time", "-o", "out"),
    ("horizon", "-o", "out"),
    ("solve-for", "supervision.max_review_share", *SMALL, "--target", "speedup=1.5"),
    ("review-load", *SMALL),
    ("check", "alignment_research"),
    ("list",),
)
# -N and 128 + N are two ways of saying that signal N ended it, 130 is the command's own for SIGINT
ENDS = {0, 1, *(sign for n in (signal.SIGINT, signal.SIGTERM) for sign in (-n, 128 + n))}
PROGRAM = "import sys; from taskmodel.__main__ import main; sys.exit(main())"
BITS: dict[str, tuple[str, ...]] = {
    "run": ("run", *SMALL, "--point", "--no-figures", "-o", "out", "--json"),
    "run with draws": ("run", *SMALL, "--draws", "64", "--no-figures", "-o", "out", "--json"),
    "ensemble": ("ensemble", *SMALL, "--draws", "64", "-o", "out", "--json"),
    "simulate": ("simulate", "--no-figures", "-o", "out", "--json"),
}


def start(words: tuple[str, ...], folder: str, **environment: str) -> subprocess.Popen:
    """Start a command in a folder."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=folder,
        env={**os.environ, "MPLBACKEND": "agg", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def interrupts(moments: int, seed: int, keep: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Interrupt commands at random moments, two at once; keep what was found after each round."""
    # a child inherits ignored interrupts from a parent that runs in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)
    rng = random.Random(seed)
    plan = [(rng.random(), rng.choice((signal.SIGINT, signal.SIGTERM))) for _ in range(moments)]
    took = {words: duration(words) for words in COMMANDS}
    found: dict[str, Any] = {
        "moments": 0,
        "asked": moments,
        "commands": len(COMMANDS),
        "exit_codes": {},
        "faults": [],
    }
    with ThreadPoolExecutor(2) as pool:
        for begin in range(0, moments, len(COMMANDS)):
            tried = [
                (words, 0.1 + share * max(0.1, took[words] - 0.1), sign)
                for words, (share, sign) in zip(COMMANDS, plan[begin:], strict=False)
            ]
            for attempt, (code, fault) in zip(tried, pool.map(interrupt, tried), strict=True):
                words, wait, sign = attempt
                found["moments"] += 1
                found["exit_codes"][str(code)] = found["exit_codes"].get(str(code), 0) + 1
                if fault:
                    found["faults"].append(
                        {"words": words, "after": wait, "signal": sign.name, "fault": fault}
                    )
            keep(found)
    return found


def duration(words: tuple[str, ...]) -> float:
    """Return the seconds that a command takes when nothing interrupts it."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.monotonic()
        start(words, folder).communicate()
        return time.monotonic() - begin


def interrupt(attempt: tuple[tuple[str, ...], float, signal.Signals]) -> tuple[int, str]:
    """Interrupt a command after some seconds; return its exit code, and what is wrong."""
    words, wait, sign = attempt
    with tempfile.TemporaryDirectory() as folder:
        process = start(words, folder)
        time.sleep(wait)
        process.send_signal(sign)
        err = process.communicate(timeout=120)[1]
        return process.returncode, left(process.returncode, err, Path(folder))


def left(code: int, err: str, folder: Path) -> str:
    """Return what is wrong after an interrupt; "" for nothing."""
    if code not in ENDS:
        return f"exit code {code}: {err[-300:]}"
    if "Traceback" in err:
        return f"a traceback: {err[-300:]}"
    files = [path for path in folder.rglob("*") if path.is_file()]
    if hidden := [path.name for path in folder.rglob(".*")]:
        return f"left {hidden}"
    for path in files:
        if path.suffix == ".nc":
            try:
                tm.open(path)
            except OSError as error:
                return f"{path.name} does not open: {error}"
    return ""


def same_bits() -> dict[str, Any]:
    """Ask the same questions in several environments."""
    environments = (
        {"PYTHONHASHSEED": "0", "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        {"PYTHONHASHSEED": "0", "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        {"PYTHONHASHSEED": "1", "NUMBA_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"},
        {"PYTHONHASHSEED": "4242", "NUMBA_NUM_THREADS": "2", "OMP_NUM_THREADS": "1"},
    )
    digests: dict[str, list[str]] = {}
    for name, words in BITS.items():
        for environment in environments:
            with tempfile.TemporaryDirectory() as folder:
                process = start(words, folder, **environment)
                out, err = process.communicate()
                if process.returncode:
                    raise RuntimeError(f"{words}: {err}")
                digest = hashlib.sha256(out.encode())
                for path in sorted(Path(folder).rglob("*.nc")):
                    digest.update(path.read_bytes())
                digests.setdefault(name, []).append(digest.hexdigest())
    return {
        "environments": len(environments),
        "questions": list(BITS),
        "different": [name for name, found in digests.items() if len(set(found)) > 1],
    }
