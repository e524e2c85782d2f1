"""Does any file or argument make the command fail in a way that is not its own?

Files of every kind, with values that are valid, extreme or broken and with bytes by chance, go
through `taskmodel check`; random arguments go through the parser, and random settings through
`taskmodel check` of a catalog that has them. A fault is an exception, an exit code that is none of
0, 1 and 2, a refusal without a reason, control characters on the screen, over 2 s of CPU, or a file
left behind.
"""

from __future__ import annotations

import collections
import contextlib
import io
import json
import random
import resource
import tempfile
import time
from itertools import chain
from pathlib import Path
from typing import Any

from mangled_files import EXTREME, PLAIN, TEXTS, WRONG, edit, judged, mangled, positions, verdict

from taskmodel.cli.commands import COMMANDS, Argument
from taskmodel.cli.parser import parser

FLAVOURS = ("valid", "extreme", "broken", "bytes")


def content_of(rng: random.Random, kind: str, flavour: str) -> bytes:
    """The bytes of a random file."""
    if flavour == "bytes":
        other = rng.choice(TEXTS[rng.choice([*TEXTS])])
        return mangled(rng, rng.choice(TEXTS[kind]), other)
    data = json.loads(json.dumps(rng.choice(PLAIN[kind]), default=str))
    every = positions(data)
    for _ in range(rng.randint(1, 4)):
        keys = rng.choice(every)
        if flavour == "valid":
            edit(data, keys, "scale", rng.uniform(1 / 3, 3))
        elif flavour == "extreme":
            edit(data, keys, "set", rng.choice(EXTREME))
        else:
            edit(data, keys, rng.choice(("set", "set", "drop", "rename")), rng.choice(WRONG))
    return json.dumps(data).encode()


def broken_files(seconds: float, seed: int) -> dict[str, Any]:
    """Check random files for some CPU time."""
    rng, end = random.Random(seed), time.process_time() + seconds
    counts: dict[str, collections.Counter] = {name: collections.Counter() for name in FLAVOURS}
    faults, slowest, begin_kb = [], 0.0, _peak()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.yaml"
        while time.process_time() < end:
            kind, flavour = rng.choice([*TEXTS]), rng.choice(FLAVOURS)
            content = content_of(rng, kind, flavour)
            start = time.process_time()
            found = verdict(path, content)
            slowest = max(slowest, time.process_time() - start)
            counts[flavour][str(found.code)] += 1
            if found.fault:
                kept = Path(tempfile.gettempdir()) / f"fault-{len(faults) + 1}.yaml"
                kept.write_bytes(content)
                faults.append(
                    {"kind": kind, "flavour": flavour, "fault": found.fault, "file": str(kept)}
                )
    return {
        "files": sum(sum(each.values()) for each in counts.values()),
        "by_flavour_and_exit_code": {name: dict(each) for name, each in counts.items()},
        "slowest_cpu_seconds": round(slowest, 2),
        "memory_grown_mb": round((_peak() - begin_kb) / 1024),
        "faults": faults,
    }


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def arguments(rng: random.Random) -> list[str]:
    """Random words for the command line, many of them options of the command."""
    command = rng.choice([*chain.from_iterable(COMMANDS.values())])
    options = [
        name
        for argument in command.arguments
        for each in ((argument,) if isinstance(argument, Argument) else argument)
        for name in each.names
        if name.startswith("-")
    ]
    values = [str(value) for value in (*EXTREME, *WRONG) if not isinstance(value, (dict, list))]
    values += [
        "1:2",
        "2:1",
        "1:2:3",
        "a=b",
        "a=1:2",
        "compute=1e30",
        "=",
        ":",
        "x" * 2000,
        "\x1b[2J",
    ]
    words = [rng.choice(options or ["-h"]) if rng.random() < 0.5 else rng.choice(values)]
    words += [rng.choice([*options, *values]) for _ in range(rng.randint(0, 6))]
    return [command.name, *words] if rng.random() < 0.95 else words


def command_lines(seconds: float, seed: int) -> dict[str, Any]:
    """Parse random words for some CPU time; settings that parse are checked as files."""
    rng, end = random.Random(seed), time.process_time() + seconds
    codes, faults, count = collections.Counter(), [], 0
    while time.process_time() < end:
        words, count, said = arguments(rng), count + 1, io.StringIO()
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                parser().parse_args(words)
            codes["accepted"] += 1
        except SystemExit as stop:
            codes[str(stop.code)] += 1
        except Exception as error:  # of any kind: that is what is looked for
            faults.append({"words": words, "fault": f"{type(error).__name__}: {error}"[:300]})
    return {"lines": count, "exit_codes": dict(codes), "faults": faults}


def settings(seconds: float, seed: int) -> dict[str, Any]:
    """Set random paths of a small catalog to random values for some CPU time."""
    rng, end = random.Random(seed), time.process_time() + seconds
    keys = positions(PLAIN["catalog"][1])
    codes, faults, count = collections.Counter(), [], 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.yaml"
        path.write_bytes(TEXTS["catalog"][1])
        judged(["review-load", str(path)], folder, set())  # loads kernels, or compiles them
        while time.process_time() < end:
            count += 1
            dotted = ".".join(map(str, rng.choice(keys)))
            value = json.dumps(rng.choice((*EXTREME, *WRONG)))
            found = judged(
                ["review-load", str(path), "--set", f"{dotted}={value}"], folder, {"small.yaml"}
            )
            codes[str(found.code)] += 1
            if found.fault:
                faults.append({"set": f"{dotted}={value}", "fault": found.fault})
    return {"settings": count, "exit_codes": dict(codes), "faults": faults}
