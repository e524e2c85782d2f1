"""How fast the page answers, to one person and to many at once.

`taskmodel explore` is started as a process of its own. First one person moves a number again and
again and asks for the curve without bands; then many do so for some minutes, each with pauses of
their own, and now and then ask for another view. Shown are the quantiles of the times between a
question and its whole answer, what was refused, and the memory of the server before and after.

Limits: one process of Python answers; what it computes holds the interpreter's lock but for the
compiled kernels, so that many people share little more than one processor.

Usage: python analysis/benchmarks/explore.py [CATALOG] [--moves N] [--people N] [--minutes M]
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import re
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import psutil

NUMBERS = {"supervision.headcount": (10, 2000), "capability.slope": (0.3, 0.9)}
OTHER_VIEWS = ("tasks", "money", "lead")
PAUSE = 4.0  # mean time between two moves of a person [s]


def ask(port: int, view: str, moved: dict[str, float]) -> tuple[int, float]:
    """Ask for a view; return the status and the time until the whole answer [s]."""
    begin = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    body = json.dumps({"set": moved})
    connection.request("POST", f"/api/{view}", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.perf_counter() - begin


def move(rng: random.Random) -> dict[str, float]:
    """Return one number at a value that was not asked for before."""
    path = rng.choice([*NUMBERS])
    return {path: rng.uniform(*NUMBERS[path])}


def person(port: int, seed: int, until: float, times: list[float], failed: list[int]) -> None:
    """Ask until the end, with pauses."""
    rng = random.Random(seed)
    while time.monotonic() < until:
        time.sleep(min(rng.expovariate(1 / PAUSE), max(0.0, until - time.monotonic())))
        view = rng.choice(OTHER_VIEWS) if rng.random() < 0.1 else "curve"
        status, took = ask(port, view, move(rng))
        if status == 200:
            times.append(took)
        else:
            failed.append(status)


def shown(name: str, times: list[float]) -> None:
    """Print the quantiles of some times."""
    half, most, worst = (1e3 * np.quantile(times, part) for part in (0.5, 0.95, 1.0))
    print(
        f"{name}: {len(times)} answers; median {half:.0f} ms, 95 % {most:.0f}, slowest {worst:.0f}"
    )


def main() -> int:
    """Start the page, ask, print, and end it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("catalog", nargs="?", default="alignment_research")
    parser.add_argument("--moves", type=int, default=100)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=5.0)
    options = parser.parse_args()
    begin = time.perf_counter()
    words = ["explore", options.catalog, "--port", "0", "--no-browser"]
    server = subprocess.Popen(
        [sys.executable, "-u", "-m", "taskmodel", *words], stdout=subprocess.PIPE, text=True
    )
    try:
        line = next(text for text in server.stdout if "http://" in text)
        port = int(re.search(r"127\.0\.0\.1:(\d+)", line).group(1))
        rng = random.Random(1)
        ask(port, "curve", {})
        print(f"ready and the first curve after {time.perf_counter() - begin:.1f} s")
        shown("one person", [ask(port, "curve", move(rng))[1] for _ in range(options.moves)])
        process = psutil.Process(server.pid)
        before, times, failed = process.memory_info().rss / 1e6, [], []
        until = time.monotonic() + 60 * options.minutes
        people = [
            threading.Thread(target=person, args=(port, seed, until, times, failed))
            for seed in range(options.people)
        ]
        for thread in people:
            thread.start()
        for thread in people:
            thread.join()
        shown(f"{options.people} people for {options.minutes:g} minutes", times)
        after = process.memory_info().rss / 1e6
        print(f"not answered: {len(failed)}; memory {before:.0f} MB before, {after:.0f} MB after")
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
