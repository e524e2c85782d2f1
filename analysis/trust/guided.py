"""Does a fuzzer that follows the coverage of the code find what chance alone does not?

``python analysis/trust/guided.py files --minutes 10`` changes the bundled files and small files of
the tests, and keeps each change that reaches another branch of taskmodel or of ruamel.yaml;
``scenarios`` lays them over a catalog, ``tables`` imports tables, and ``lines`` changes the words
of a command line. What counts as a fault is told in `files`; here also memory that grows by over
500 MB with one input. The fuzzer is Atheris, which is no dependency of the project: ``pip install
atheris``, with Python 3.11 to 3.13.

The fuzzer runs in a process of its own, slowed down by what counts branches; what fell there is
judged once more without it. Faults, corpus and numbers stay in trust-results/guided/, and the next
run begins with that corpus.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import functools
import hashlib
import json
import os
import random
import re
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

try:
    import atheris
except ImportError:
    sys.exit("guided.py needs Atheris, which the project does not install: pip install atheris")

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(Path(__file__).parent)]
INSIDE = "--inside"  # the fuzzer itself, in the process that counts branches
# numba compiles the byte code of kernels, which must stay as it is
COMPILED = [*(ROOT / "taskmodel").rglob("*kernels.py"), ROOT / "taskmodel" / "compiled.py"]


def counted() -> contextlib.AbstractContextManager[Any]:
    """Count the branches of what is imported meanwhile, in the process of the fuzzer."""
    if INSIDE not in sys.argv:
        return contextlib.nullcontext()
    kernels = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in COMPILED]
    return atheris.instrument_imports(include=["taskmodel", "ruamel"], exclude=kernels)


with counted():
    from locations import CATALOGS, DATA
    from mangled_files import EXTREME, TOKENS, WRONG, Verdict, judged, mangled

    import taskmodel.cli.parser
    from taskmodel.cli.commands import COMMANDS, Argument
    from taskmodel.cli.help_texts import EPILOGS

MAX_BYTES = 20_000  # of an input; longer files give few inputs a second
MAX_MB = 500
MOST_OF_A_KIND = 10  # faults that are kept to be judged again
SMALL = DATA / "cases" / "mini_one_task.yaml"
PLAN = ROOT / "tasks" / "plans" / "kwa_ladder.yaml"
FILES = {
    "mylab.yaml": SMALL.read_bytes(),
    "old.yaml": (CATALOGS / "good.yaml").read_bytes(),
    "myscenario.yaml": (CATALOGS / "scenario_good.yaml").read_bytes(),
    "plan.yaml": PLAN.read_bytes(),
    "tasks.csv": b"id,title,share,horizon,review_ratio\na,A,0.5,8 h,0.2\nb,B,0.5,2 h,10 %\n",
}
# what is put before the words of a command that solves: a catalog of one task, without draws
BEGINNINGS = {
    "run": ["mylab.yaml", "--point", "--no-figures"],
    "lead-time": ["plan.yaml"],
    **dict.fromkeys(("review-load", "trust", "latency", "what-if", "worth"), ["mylab.yaml"]),
    **dict.fromkeys(("check", "keys", "paths", "diff", "new", "migrate", "import"), []),
    **dict.fromkeys(("list", "schema", "completion"), []),
}
# many draws take long by right, and files of the user's are not to be written over
LEFT_OUT = re.compile(r"--draws(=|$)|^[/~]|[=o][/~]|\.\.")
IMPORT = ("import", "--normalise", "--all", "coverage_floor=10 %", "-o", "-")
EXAMPLE = (ROOT / "docs" / "import.md").read_bytes().partition(b"```text\n")[2].partition(b"```")[0]
RATED = b"O*NET-SOC Code\tTask ID\tTask\tScale ID\tCategory\tData Value\n"
RATINGS = (b"IM\tn/a\t4.00", b"RT\tn/a\t90.00", b"FT\t4\t100.00")
TABLES = (
    FILES["tasks.csv"],
    EXAMPLE,
    EXAMPLE.replace(b",", b";"),
    RATED + b"".join(b"15-1221.00\t1\tThink.\t" + rating + b"\n" for rating in RATINGS),
)
YAML_VALUE = re.compile(rb"(?<=: )[^\n#{}]+|(?<=- )[^\n#{}]+")
PIECES = {  # which one change puts another in the place of
    "files": YAML_VALUE,
    "scenarios": YAML_VALUE,
    "tables": re.compile(rb"[^\n,;\t]+"),
    "lines": re.compile(rb"(?<=\n)[^\n]+"),
}


def words_of(content: bytes) -> list[str]:
    """Return the words of a command line, one of a line each; none if it is not to be run."""
    lines = content.replace(b"\0", b"").decode("utf-8", "surrogateescape").split("\n")
    if any(map(LEFT_OUT.search, lines)):
        return []
    # each first word stands for some command
    command = lines[0] if lines[0] in BEGINNINGS else [*BEGINNINGS][len(content) % len(BEGINNINGS)]
    return [command, *BEGINNINGS[command], *lines[1:]]


def line_fault(folder: Path, content: bytes) -> Verdict:
    """Run a command line in a folder with small files of each kind."""
    words = words_of(content)
    if not words:
        return Verdict(None, "")
    for name, text in FILES.items():
        (folder / name).write_bytes(text)
    found = judged(words, folder, {*FILES})
    for path in folder.iterdir():
        if path.name not in FILES:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if found.code == 0:  # what was asked for may be written
        return found._replace(fault=re.sub(r"(; )?left \[.*", "", found.fault))
    return found


def file_fault(words: Sequence[str], folder: Path, content: bytes) -> Verdict:
    """Run a command on a file, its last word, in a folder with small files of each kind."""
    for name, text in {**FILES, words[-1]: content}.items():
        (folder / name).write_bytes(text)
    return judged([*words], folder, {*FILES, words[-1]})


TARGETS: dict[str, Callable[[Path, bytes], Verdict]] = {
    "files": functools.partial(file_fault, ["check", "file.yaml"]),
    "scenarios": functools.partial(file_fault, ["check", "mylab.yaml", "--scenario", "file.yaml"]),
    "tables": functools.partial(file_fault, [*IMPORT, "file.csv"]),
    "lines": line_fault,
}


def seeds(target: str) -> Iterator[bytes]:
    """Yield what the first run begins with."""
    if target == "lines":
        yield from line_seeds()
        return
    if target == "tables":
        yield from TABLES
        return
    pattern = "scenario*.yaml" if target == "scenarios" else "*.yaml"
    bundled = "scenarios" if target == "scenarios" else "."
    paths = [*(ROOT / "tasks" / bundled).rglob("*.yaml"), *CATALOGS.glob(pattern), SMALL]
    texts = (path.read_bytes() for path in sorted(paths))
    yield from (text for text in texts if len(text) <= MAX_BYTES)


def line_seeds() -> Iterator[bytes]:
    """Yield the examples of the help, on small files, and each option of each command."""
    for line in re.findall(r"^  taskmodel (.+?)(?:   .*)?$", "\n".join(EPILOGS.values()), re.M):
        command, *words = shlex.split(line.rstrip("\\"))
        if command in BEGINNINGS:
            line = "\n".join([command, *words])
            yield re.sub("alignment_research|ml_capability_rnd", "old.yaml", line).encode()
    for command in BEGINNINGS:
        yield from ("\n".join([command, *option]).encode() for option in options(command))


def options(command: str) -> Iterator[list[str]]:
    """Yield each option of a command, with a value if it takes one."""
    (found,) = [each for group in COMMANDS.values() for each in group if each.name == command]
    for argument in found.arguments:
        for each in (argument,) if isinstance(argument, Argument) else argument:
            if each.names[-1].startswith("-"):
                flag = each.options.get("action") == "store_true"
                values = each.options.get("choices", ("mylab.yaml",))
                yield [each.names[-1], *([] if flag else values[:1])]


def dictionary(corpus: Sequence[bytes]) -> str:
    """Return words that the fuzzer puts in, as libFuzzer reads them."""
    words = {*TOKENS, *(str(value).encode(errors="ignore") for value in (*EXTREME, *WRONG))}
    for text in corpus:
        words |= {*re.findall(rb"[\w.%$/-]+:?", text)}
    lines = ("".join(f"\\x{byte:02x}" for byte in word) for word in words if 0 < len(word) < 40)
    return "".join(f'"{line}"\n' for line in sorted(lines))


def mutator(target: str, corpus: Sequence[bytes]) -> Callable[[bytes, int, int], bytes]:
    """Return a function that changes an input: by libFuzzer, by `mangled`, or one value or word."""
    pieces = PIECES[target]

    def changed(content: bytes, size: int, seed: int) -> bytes:
        rng = random.Random(seed)
        way, places = rng.randrange(4), [*pieces.finditer(content)]
        if way == 0 or (way > 1 and not places):
            return atheris.Mutate(content, size)
        other = rng.choice(corpus)
        if way == 1:
            return mangled(rng, content, other)[:size]
        place = rng.choice(places)
        if way == 2:
            value = str(rng.choice((*EXTREME, *WRONG))).encode("utf-8", "replace")
        else:
            value = rng.choice(pieces.findall(other) or [b""])
        return (content[: place.start()] + value + content[place.end() :])[:size]

    return changed


def fuzz(target: str, seconds: float, output: Path) -> None:
    """Run the fuzzer for some CPU time; this process ends with it."""
    # the parser is the same for all inputs, and making it takes longer than most of them
    taskmodel.cli.parser.parser = functools.cache(taskmodel.cli.parser.parser)
    corpus = [path.read_bytes() for path in sorted((output / "seeds").iterdir())]
    folder = Path(tempfile.mkdtemp())
    os.chdir(folder)
    counts: collections.Counter[str] = collections.Counter()
    codes: collections.Counter[str] = collections.Counter()

    def one(content: bytes) -> None:
        if time.process_time() > seconds:
            found = {"inputs": sum(codes.values()), "exit_codes": codes, "faults": counts}
            (output / "counts.json").write_text(json.dumps(found))
            shutil.rmtree(folder)
            os._exit(0)  # libFuzzer takes any other end for a fault
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        found = TARGETS[target](folder, content)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        fault = f"memory grew by {grown:.0f} MB" if grown > MAX_MB else found.fault
        codes[str(found.code)] += bool(fault) or found.code is not None  # else it was left out
        if fault:
            kind = re.sub(r"'.*?'|[\d.]+", "", fault)[:120]
            counts[kind] += 1
            name = f"{hashlib.sha256(kind.encode()).hexdigest()[:12]}_{counts[kind]}"
            if counts[kind] <= MOST_OF_A_KIND:
                (output / "faults" / name).write_bytes(content)

    with counted():
        (output / "dictionary").write_text(dictionary([*corpus, *FILES.values()]))
        flags = {
            "max_len": MAX_BYTES,
            "dict": output / "dictionary",
            "entropic_scale_per_exec_time": 1,  # slow inputs are changed less often
            "mutate_depth": 2,  # changes at a time: after many, a file is refused as a whole
            "report_slow_units": 3600,
            "timeout": 60,
            "rss_limit_mb": 8000,
            "artifact_prefix": f"{output / 'faults'}/",
        }
        words = [f"-{name}={value}" for name, value in flags.items()]
        folders = [str(output / "corpus"), str(output / "seeds")]
        atheris.Setup([sys.argv[0], *words, *folders], one, custom_mutator=mutator(target, corpus))
        atheris.Fuzz()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the fuzzer, judge again what fell, and write the numbers."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("target", choices=[*TARGETS])
    ask.add_argument("--minutes", type=float, default=10.0, help="of CPU; default: 10")
    ask.add_argument("-o", "--output", type=Path, default=ROOT / "trust-results" / "guided")
    ask.add_argument(INSIDE, action="store_true", help=argparse.SUPPRESS)
    args = ask.parse_args(argv)
    output = args.output.resolve() / args.target
    if args.inside:
        fuzz(args.target, 60 * args.minutes, output)
    shutil.rmtree(output / "faults", ignore_errors=True)
    for name in ("corpus", "seeds", "faults"):
        (output / name).mkdir(parents=True, exist_ok=True)
    for content in seeds(args.target):
        (output / "seeds" / hashlib.sha256(content).hexdigest()[:12]).write_bytes(content)
    (output / "counts.json").unlink(missing_ok=True)
    command = [sys.executable, __file__, args.target, INSIDE, "--minutes", str(args.minutes)]
    with (output / "log").open("w") as log:
        ended = subprocess.run(
            [*command, "-o", str(args.output.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
        )
    log_text = (output / "log").read_text(errors="replace")
    begun, edges = re.findall(r"INITED cov: (\d+)", log_text), re.findall(r"cov: (\d+)", log_text)
    again = {}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for path in sorted((output / "faults").iterdir()):
            judge = functools.partial(TARGETS[args.target], Path(folder), path.read_bytes())
            if "-" in path.name:  # what ended the fuzzer itself is not run here
                again[path.name] = path.name
                continue
            judge()  # imports what it needs, which is no part of its time
            again[path.name] = judge().fault
    found = {
        "exit_code": ended.returncode,
        "cpu_minutes": args.minutes,
        "edges_at_first": int(begun[0]) if begun else 0,
        "edges": int(edges[-1]) if edges else 0,
        "fell_without_counting": {name: fault for name, fault in again.items() if fault},
    }
    if (output / "counts.json").exists():
        found |= json.loads((output / "counts.json").read_text())
    (output / "found.json").write_text(json.dumps(found, indent=1))
    print(json.dumps(found, indent=1))
    return 1 if found["fell_without_counting"] or ended.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
