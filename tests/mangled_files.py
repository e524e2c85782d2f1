"""Files as they should not be: strategies of values that are valid, extreme or broken, and bytes.

`records` draws the text of a file of one kind with edits of its values; `mangled` changes bytes of
a text by chance. `verdict` says what the command `check` does with a file: anything but an exit
code of its own, within seconds and without files, is a fault.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import os
import time
from typing import Any, NamedTuple

from hypothesis import strategies as st
from locations import CATALOGS, DATA, ROOT
from ruamel.yaml import YAML

from taskmodel.cli import main
from taskmodel.errors import printable

SECONDS = 2.0  # of CPU, for any file
TASKS = ROOT / "tasks"
BASES = {
    "catalog": [CATALOGS / "good.yaml", DATA / "cases" / "mini_one_task.yaml"],
    "scenario": sorted((TASKS / "scenarios").glob("d*.yaml")),
    "plan": sorted((TASKS / "plans").glob("s*.yaml")),
    "paths": sorted((TASKS / "paths").glob("*.yaml")),
    "world": [TASKS / "worlds" / "davidson_best_guess.yaml"],
    "loop": sorted((TASKS / "loops").glob("*.yaml")),
    "trend": sorted((TASKS / "trends").glob("*.yaml")),
    "moments": sorted((TASKS / "moments").glob("*.yaml")),
}
EXTREME = (
    *(0, -0.0, 1, -1, 5e-324, 1e-310, 1e-300, 1e-100, 1e-9, 1 - 1e-12, 1 + 1e-12),
    *(1e9, 1e100, 1e200, 1e300, 1.7e308, 2**53 + 1, 10**30, 10**400),
)
WRONG = (
    *(None, True, False, "", " ", "no", "yes", "~", "null", "NaN", ".inf", "0,485", "10%"),
    *("2 weeks", "16:30", "1_000", "8.4x10^28", "30-60", "1/10", "h/h/h", "FLOP", "\u00a0"),
    *([], {}, [[]], [None], {"value": None}, {"value": {"value": 1}}, {"value": 1, "unit": "%"}),
    *({"low": 1}, {"value": 2, "low": 3, "high": 1}, {"": 1}, {"value": 1, "source": "nobody"}),
    *(["a"] * 40, {str(key): key for key in range(40)}, "x" * 3000, "../../etc/passwd"),
    *("\ud800", "\x1b[31m"),
)
TOKENS = (
    *(b":", b": ", b"- ", b"? ", b"|", b">", b"&a ", b"*a", b"!!python/object:os.system "),
    *(b"<<: ", b"{", b"}", b"[", b"]", b'"', b"'", b"#", b"%YAML 1.1\n", b"---\n", b"...\n"),
    *(b"\t", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3\x28", b"\xed\xa0\x80"),
    *(b"\\x1b", b"\\U00110000", b"1e999", b"0x1F", b"0o17", b"1_0", b"1,5", b"NaN", b".inf"),
    *(b"-.inf", b"~", b"null", b"\n" * 50, b" " * 90, b"[" * 200, b"{a: " * 200, b"- " * 200),
    *(b'"\\', "\u2028\u202e\u0085".encode(), b"value: "),
)


class Verdict(NamedTuple):
    """What happened to a file: the exit code, and what is wrong with that; "" if nothing is."""

    code: int | None
    fault: str


def plain(path: Any) -> Any:
    """The values of a YAML file."""
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


PLAIN = {kind: [plain(path) for path in paths] for kind, paths in BASES.items()}
TEXTS = {kind: [path.read_bytes() for path in paths] for kind, paths in BASES.items()}


def positions(value: Any, keys: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The keys of every value within a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, member in items:
        found.append((*keys, key))
        if isinstance(member, (dict, list)):
            found += positions(member, (*keys, key))
    return found


def edit(data: Any, keys: tuple[Any, ...], operation: str, value: Any) -> None:
    """Change a value in place; keys that an earlier edit took away are left alone."""
    holder = data
    for key in keys[:-1]:
        try:
            holder = holder[key]
        except (KeyError, IndexError, TypeError):
            return
    if not isinstance(holder, (dict, list)):
        return
    last = keys[-1]
    if isinstance(holder, list) and not (isinstance(last, int) and last < len(holder)):
        return
    if isinstance(holder, dict) and last not in holder:
        return
    if operation == "drop":
        del holder[last]
    elif operation == "scale" and isinstance(holder[last], (int, float)):
        holder[last] = holder[last] * value
    elif operation == "rename" and isinstance(holder, dict):
        holder[f"{last}x"] = holder.pop(last)
    elif operation == "set":
        holder[last] = copy.deepcopy(value)


@st.composite
def records(draw: Any, kind: str, flavour: str) -> str:
    """Draw the text of a file, as JSON, which is YAML.

    Flavours are ``valid``, numbers moved by up to a factor of 3, ``extreme``, numbers at the ends
    of floats, and ``broken``, values of any kind, keys that are missing and keys of other names.
    """
    data = copy.deepcopy(draw(st.sampled_from(PLAIN[kind])))
    every = positions(data)
    for _ in range(draw(st.integers(1, 4))):
        keys = draw(st.sampled_from(every))
        if flavour == "valid":
            edit(data, keys, "scale", draw(st.floats(1 / 3, 3)))
        elif flavour == "extreme":
            edit(data, keys, "set", draw(st.sampled_from(EXTREME)))
        else:
            operation = draw(st.sampled_from(("set", "set", "drop", "rename")))
            edit(data, keys, operation, draw(st.sampled_from(WRONG)))
    return json.dumps(data, default=str)


def mangled(rng: Any, text: bytes, other: bytes) -> bytes:
    """A text with 1 to 8 changes of its bytes; `other` is what parts are taken from."""
    result = bytearray(text)
    for _ in range(rng.randint(1, 8)):
        start = rng.randrange(len(result) + 1)
        stop = min(len(result), start + rng.choice((0, 1, 1, 2, 8, 64, 400)))
        change = rng.randrange(7)
        if change == 0:
            result[start:stop] = rng.choice(TOKENS)
        elif change == 1:
            result[start:stop] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 4)))
        elif change == 2:
            del result[start:stop]
        elif change == 3:
            result[start:start] = result[start:stop] * rng.choice((1, 2, 30))
        elif change == 4:
            place = rng.randrange(len(other) + 1)
            result[start:stop] = other[place : place + 200]
        elif change == 5:
            result[start:stop] = str(rng.choice(EXTREME)).encode()
        elif rng.random() < 0.1:
            del result[start:]
    return bytes(result)


def verdict(path: Any, content: bytes) -> Verdict:
    """Write a file, check it with the command, and say what is wrong with how that went."""
    path.write_bytes(content)
    before = set(os.listdir(path.parent))
    return judged(["check", str(path)], path.parent, before)


def judged(arguments: list[str], folder: Any, before: set[str]) -> Verdict:
    """Run a command in this process; `before` is what its folder holds."""
    out, err = io.StringIO(), io.StringIO()
    begin = time.process_time()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(arguments)
    except BaseException as error:  # whatever it is, it is the verdict
        return Verdict(None, f"raised {type(error).__name__}: {printable(str(error))[:200]}")
    seconds, said = time.process_time() - begin, out.getvalue() + err.getvalue()
    faults = []
    if code not in (0, 1, 2):
        faults.append(f"exit code {code}")
    if "fault of taskmodel" in said or "Traceback" in said:
        faults.append(printable(err.getvalue().strip())[:300])
    if code and not said.strip():
        faults.append("no reason")
    if printable(said) != said:
        faults.append("control characters on the screen")
    if seconds > SECONDS:
        faults.append(f"{seconds:.1f} s")
    if new := set(os.listdir(folder)) - before:
        faults.append(f"left {sorted(new)}")
    return Verdict(code, "; ".join(faults))
