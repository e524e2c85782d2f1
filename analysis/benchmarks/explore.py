"""How fast the page answers, to one person and to many at once.

`taskmodel explore` is started as a process of its own. First one person moves a number again and
again and asks for the curve; then many do so for some minutes, each with pauses of their own, and
now and then ask for another view. As the page does, each follows the bands of a curve until the
next move; one more person waits for each band to its end. Shown are the quantiles of the times
between a question and its whole answer, what was refused, the time that processors spent, and the
memory of the server before and after each minute.

Limits: one process of Python answers; what it computes holds the interpreter's lock but for the
compiled kernels, so that many people share little more than one processor. Times of answers are
those of this machine with whatever else it does; the time that processors spend on a move is not.

Usage: python analysis/benchmarks/explore.py [CATALOG] [--moves N] [--people N] [--minutes M]
       [--no-bands]
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import re
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

import numpy as np
import psutil

NUMBERS = {"supervision.headcount": (10, 2000), "capability.slope": (0.3, 0.9)}
OTHER_VIEWS = ("tasks", "money", "lead")
PAUSE = 4.0  # mean time between two moves of a person [s]
AFTER = 0.2  # until the page asks for bands [s]
BUSY = 503  # status of a stream of bands that the page asks for again
JSON = {"Content-Type": "application/json"}


@dataclass
class Told:
    """What people were told: times of answers [s], what was refused, and draws of bands."""

    times: list[float] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    bands: int = 0
    whole_bands: list[float] = field(default_factory=list)


def ask(port: int, view: str, body: dict[str, object]) -> tuple[int, float]:
    """Ask for a view; return the status and the time until the whole answer [s]."""
    begin = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("POST", f"/api/{view}", json.dumps(body), JSON)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.perf_counter() - begin


def follow(port: int, body: dict[str, object], until: float) -> tuple[int, bool]:
    """Read bands until they end or a time is over; return the status and whether they ended."""
    text = json.dumps({**body, "kind": "curve"})
    heads = {**JSON, "Host": f"127.0.0.1:{port}", "Content-Length": len(text)}
    lines = ["POST /api/bands HTTP/1.1", *(f"{name}: {value}" for name, value in heads.items())]
    status = 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall("\r\n".join([*lines, "", text]).encode())
        while (left := until - time.monotonic()) > 0:
            connection.settimeout(left)
            try:
                content = connection.recv(1 << 20)
            except TimeoutError:
                break
            if not content:
                return status, True
            status = status or int(content.split()[1])
    return status, False


def move(rng: random.Random) -> dict[str, object]:
    """Return a question with one number at a value that was not asked for before."""
    path = rng.choice([*NUMBERS])
    return {"set": {path: rng.uniform(*NUMBERS[path])}}


def person(port: int, seed: int, until: float, with_bands: bool, told: Told) -> None:
    """Move numbers until the end, with pauses."""
    rng = random.Random(seed)
    following = None
    while time.monotonic() < until:
        pause = min(time.monotonic() + rng.expovariate(1 / PAUSE), until)
        if with_bands and following is not None and pause - time.monotonic() > AFTER:
            time.sleep(AFTER)
            status, _ = follow(port, following, pause)
            told.bands += status == 200
            if status not in (0, 200, BUSY):
                told.refused.append(status)
        time.sleep(max(0.0, pause - time.monotonic()))
        body, view = move(rng), "curve"
        if rng.random() < 0.1:
            view = rng.choice(OTHER_VIEWS)
            body = {"plan": "greenblatt_leads", "months": None} if view == "lead" else body
        status, took = ask(port, view, body)
        following = body if view == "curve" else None
        if status == 200:
            told.times.append(took)
        else:
            told.refused.append(status)


def patient(port: int, seed: int, until: float, told: Told) -> None:
    """Move a number, and wait until its bands end, again and again."""
    rng = random.Random(seed)
    while time.monotonic() < until:
        begin = time.monotonic()
        status, ended = follow(port, move(rng), begin + 600)
        if status == 200 and ended:
            told.whole_bands.append(time.monotonic() - begin)
        else:
            told.refused.append(status)


def shown(name: str, times: list[float]) -> None:
    """Print the quantiles of some times."""
    half, most, worst = (1e3 * np.quantile(times, part) for part in (0.5, 0.95, 1.0))
    print(
        f"{name}: {len(times)} answers; median {half:.0f} ms, 95 % {most:.0f}, slowest {worst:.0f}",
        flush=True,
    )


def cpu_time(server: psutil.Process) -> float:
    """Return the time that processors have spent on a process and its children [s]."""
    processes = [server, *server.children(recursive=True)]
    times = [process.cpu_times() for process in processes]
    return sum(each.user + each.system for each in times)


def one_person(port: int, process: psutil.Process, moves: int) -> None:
    """Move numbers one after another, and print."""
    rng, spent = random.Random(1), cpu_time(process)
    shown("one person", [ask(port, "curve", move(rng))[1] for _ in range(moves)])
    print(f"processor time for a move: {1e3 * (cpu_time(process) - spent) / moves:.0f} ms")


def many_people(
    port: int, process: psutil.Process, people: int, minutes: float, with_bands: bool
) -> bool:
    """Let many people move numbers, print, and return whether all were answered."""
    memory, spent, told = [process.memory_info().rss], cpu_time(process), Told()
    begin = time.monotonic()
    until = begin + 60 * minutes
    threads = [
        threading.Thread(target=person, args=(port, seed, until, with_bands, told))
        for seed in range(people)
    ]
    if with_bands:
        threads.append(threading.Thread(target=patient, args=(port, people, until, told)))
    for thread in threads:
        thread.start()
    for minute in range(1, int(minutes) + 1):
        time.sleep(max(0.0, begin + 60 * minute - time.monotonic()))
        memory.append(process.memory_info().rss)
    for thread in threads:
        thread.join()
    shown(f"{people} people for {minutes:g} minutes", told.times)
    spent = cpu_time(process) - spent
    print(f"not answered: {len(told.refused)}; bands begun {told.bands}")
    if told.whole_bands:
        shown("bands to their end", told.whole_bands)
    print(f"processors in use: {spent / (60 * minutes):.2f}")
    print("memory by minute [MB]: " + ", ".join(f"{size / 1e6:.0f}" for size in memory))
    return not told.refused


def main() -> int:
    """Start the page, ask, print, and end it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("catalog", nargs="?", default="alignment_research")
    parser.add_argument("--moves", type=int, default=100)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--no-bands", action="store_true", help="ask for no bands")
    options = parser.parse_args()
    begin = time.perf_counter()
    words = ["explore", options.catalog, "--port", "0", "--no-browser"]
    server = subprocess.Popen(
        [sys.executable, "-u", "-m", "taskmodel", *words], stdout=subprocess.PIPE, text=True
    )
    try:
        line = next(text for text in server.stdout if "http://" in text)
        port = int(re.search(r"127\.0\.0\.1:(\d+)", line).group(1))
        ask(port, "curve", {})
        print(f"ready and the first curve after {time.perf_counter() - begin:.1f} s", flush=True)
        follow(port, {}, time.monotonic() + 600)
        print(f"its bands of all draws after {time.perf_counter() - begin:.1f} s", flush=True)
        process = psutil.Process(server.pid)
        one_person(port, process, options.moves)
        answered = many_people(port, process, options.people, options.minutes, not options.no_bands)
    finally:
        server.terminate()  # an interrupt is ignored by what a shell runs in the background
        server.wait(60)
    return 0 if answered else 1


if __name__ == "__main__":
    raise SystemExit(main())
