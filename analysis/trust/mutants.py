"""Mutation testing: do tests fail where the code is wrong?

``python analysis/trust/mutants.py --count 150`` draws small faults at random (`faults`) in modules
of theory, runs the tests of each module against each of them, and tells the faults that no test
noticed and that equivalent_faults.toml does not explain. The files are not touched: the faulty
module is loaded from memory, in a process forked off one in which the kernels are compiled already.
Compiled kernels are not mutated; with ``--plain`` the kernels of `allocation` are, and those alone,
in processes that have no numba and run them as they are written.

The tests of a package run once without a fault, while it is recorded which of them run each line.
Those that run the line of a fault then run against it, up to the first failure and to `SECONDS` of
the time that they took without it. The functions of the loaded module are
changed in place for that; where a fault is not in a function, all modules and tests are loaded
anew.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import functools
import gc
import importlib
import importlib.abc
import importlib.util
import io
import json
import os
import pickle
import platform
import random
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
import xarray as xr
from faults import KEY, ROOT, Mutant, explained, in_function, key_of, mutants_of, path_of

SEED = 20261129
SECONDS = 15.0  # of tests against one fault
CHECK = 5.0  # seconds of tests without a fault, run as those against one
CPU_LIMIT = 120  # seconds of one fault; one that never ends is noticed
THREADED = "zarr"  # in names of tests that need threads, which a forked process has not
NOT_LOADED = 99  # status of a process whose tests loaded the file in place of the fault
# The tests of the modules of a package, and of single modules.
TESTS = {
    "taskmodel.science.supervision": ("tests/science/test_supervision.py",),
    "taskmodel.oversight": ("tests/oversight",),
    "taskmodel.sweeps": (
        "tests/sweeps",
        "tests/questions/test_ensemble.py",
        "tests/questions/test_latency_draws.py",
    ),
    "taskmodel.sweeps.task_states": ("tests/plots/test_plots.py",),
    "taskmodel.sweeps.trace": ("tests/plots/test_plots.py",),
    "taskmodel.allocation": ("tests/allocation",),
}
PLAIN = ("taskmodel.allocation",)  # packages whose tests run without numba in minutes
COMPILED = ("test_plain_kernels",)  # in names of tests that need numba


def modules_of(only: Sequence[str], plain: bool = False) -> list[str]:
    """Return the modules whose names begin so: those in `TESTS`, either kernels or the others."""
    paths = [path_of(name) for name in TESTS if path_of(name).exists()]
    for package in TESTS:
        paths += sorted((ROOT / package.replace(".", "/")).rglob("*.py"))
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in dict.fromkeys(paths)
    ]
    wanted = [name for name in names if name.startswith(tuple(only))]
    if plain:
        return [name for name in wanted if "kernels" in name and name.startswith(PLAIN)]
    return [name for name in wanted if "kernels" not in name]


def tests_of(module: str) -> tuple[str, ...]:
    """Return the files and folders of the tests of a module."""
    return TESTS[max((name for name in TESTS if module.startswith(name)), key=len)]


@dataclass(eq=False)
class Record:
    """Which tests run each line of the modules, and how long they take; a plugin of pytest."""

    files: set[str]
    by_line: bool = True  # else by function: kernels run too many lines
    seconds: dict[str, float] = field(default_factory=dict)  # by test
    _lines: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    _calls: set[tuple[CodeType, str]] = field(default_factory=set)
    _current: str = ""  # the test that runs, or the file whose fixtures are made; "": imports

    def tests(self, mutant: Mutant) -> list[str]:
        """Return the tests that run the line of a fault; all for imports.

        Those of the file that is named like the module come first, and the quickest first.
        """
        path = str(path_of(mutant.module))
        names = set() if in_function(mutant) else {""}
        for line in range(mutant.line, mutant.end_line + 1):
            names |= self._lines.get((path, line), set())
        tests = list(self.seconds)
        if "" not in names:
            tests = [test for test in tests if {test, test.split("::")[0]} & names]
        own = f"test_{mutant.module.rpartition('.')[2].lstrip('_')}"
        return sorted(tests, key=lambda test: (own not in test, self.seconds[test]))

    def _trace(self, frame: FrameType, event: str, value: object) -> Any:
        if frame.f_code.co_filename not in self.files:
            return None
        if self.by_line:
            return self._line
        if (frame.f_code, self._current) not in self._calls:
            self._calls.add((frame.f_code, self._current))
            for _, _, line in frame.f_code.co_lines():
                place = frame.f_code.co_filename, line or 0
                self._lines.setdefault(place, set()).add(self._current)
        return None

    def _line(self, frame: FrameType, event: str, value: object) -> Any:
        place = frame.f_code.co_filename, frame.f_lineno
        self._lines.setdefault(place, set()).add(self._current)
        return self._line

    def pytest_sessionstart(self) -> None:
        threading.settrace(self._trace)
        sys.settrace(self._trace)

    def pytest_sessionfinish(self) -> None:
        threading.settrace(None)
        sys.settrace(None)
        self._calls.clear()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._current = item.nodeid.split("::")[0]
        self._begin = time.process_time()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        self._current = item.nodeid
        sys.settrace(self._trace)  # a test may have taken it

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        self.seconds[item.nodeid] = time.process_time() - self._begin
        self._current = item.nodeid.split("::")[0]


class _FromMemory(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Loads one module from a text instead of its file."""

    def __init__(self, module: str, source: str) -> None:
        self.module, self.source = module, source

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        if name != self.module:
            return None
        return importlib.util.spec_from_file_location(name, path_of(name), loader=self)

    def get_source(self, name: str) -> str:
        return self.source

    def get_code(self, name: str) -> CodeType:
        return compile(self.source, str(path_of(name)), "exec")


def _kept(mutated: set[str]) -> set[str]:
    """Return the modules of kernels, and what they import: they need not be loaded anew."""
    kept: set[str] = set()
    left = [name for name in sys.modules if name.startswith("taskmodel.") and "kernels" in name]
    while left:
        name = left.pop()
        if name in kept or name not in sys.modules or name in mutated:
            continue
        kept.add(name)
        path = sys.modules[name].__file__
        assert path is not None
        for node in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("taskmodel"):
                assert node.module is not None
                left += [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
    return kept


def _run(tests: Sequence[str], *plugins: object) -> int:
    """Run tests quietly, and return pytest's status."""
    options = ["-x", "-q", "-n0", "-p", "no:cacheprovider", *tests]
    if "numba" in sys.modules and sys.modules["numba"] is None:
        options += ["-k", " and ".join(f"not {name}" for name in COMPILED)]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return int(pytest.main(options, plugins=plugins))


def _forget(kept: set[str]) -> None:
    """Take modules of the project out of memory, so that they are loaded anew."""
    if hasattr(xr.Dataset, "taskmodel"):
        del xr.Dataset.taskmodel  # registered when the package is loaded; twice is a warning
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None) or ""
        own = path.startswith((str(ROOT / "taskmodel"), str(ROOT / "tests")))
        if own and name not in kept:
            del sys.modules[name]


def _run_anew(mutant: Mutant, tests: Sequence[str], kept: set[str]) -> int:
    """Load everything anew, the faulty module from its text, and run tests."""
    _forget(kept)
    finder = _FromMemory(mutant.module, mutant.source)
    sys.meta_path.insert(0, finder)
    # now: pytest's own finder would load files that it is given, with their examples
    importlib.import_module(mutant.module)
    status = _run(tests)
    faulty = sys.modules[mutant.module].__loader__ is finder
    return status if status or faulty else NOT_LOADED


def _run_in_place(mutant: Mutant, tests: Sequence[str]) -> int:
    """Change the functions of the loaded module in place, and run tests."""
    path, replaced = str(path_of(mutant.module)), 0
    changed = {(code.co_qualname, code.co_firstlineno): code for code in _codes(mutant.source)}
    gc.unfreeze()  # tests may hide what is loaded from the collector
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__code__.co_filename == path:
            code = changed.get((each.__code__.co_qualname, each.__code__.co_firstlineno))
            if code is not None and code.co_freevars == each.__code__.co_freevars:
                each.__code__ = code
                replaced += 1
        elif isinstance(each, functools._lru_cache_wrapper):
            each.cache_clear()
    return _run(tests) if replaced else NOT_LOADED


def _codes(source: str) -> Iterator[CodeType]:
    """Yield the code of every function of a text."""
    left = [compile(source, "", "exec")]
    while left:
        inner = [value for value in left.pop().co_consts if isinstance(value, CodeType)]
        left += inner
        yield from inner


def _status(action: Callable[[], int]) -> int:
    """Return the status of an action that is done in a process of its own; 1 if it was killed."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT, CPU_LIMIT))
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        signal.alarm(10 * CPU_LIMIT)
        status = 1
        try:
            status = action()
        finally:
            os._exit(status)
    status = os.waitpid(child, 0)[1]
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1


def noticed(mutant: Mutant, tests: Sequence[str], kept: set[str]) -> bool:
    """Run tests against a fault; say whether one fails."""
    if in_function(mutant):
        status = _status(lambda: _run_in_place(mutant, tests))
    else:
        status = _status(lambda: _run_anew(mutant, tests, kept))
    if status == NOT_LOADED:
        sys.exit(f"the tests of {mutant.module} do not run the faulty module")
    return status != 0


def recorded(modules: Sequence[str], plain: bool) -> dict[tuple[str, ...], Record]:
    """Run the tests of the modules, which must pass, and return what they run."""
    records = {}
    for tests in sorted({tests_of(name) for name in modules}):
        own = [str(path_of(name)) for name in modules_of([""], plain) if tests_of(name) == tests]
        record = Record(set(own), by_line=not plain)
        if _run([*tests, *own], record):
            sys.exit(f"without a fault, some test of {' '.join(tests)} fails")
        total = sum(record.seconds.values())
        print(f"{' '.join(tests)}: {len(record.seconds)} tests, {total:.0f} s of CPU", flush=True)
        records[tests] = record
    return records


def _warm(record: Record) -> None:
    """Run a test of each file, so that modules are loaded and kernels compiled."""
    costly: dict[str, str] = {}
    for test in sorted(record.seconds, key=record.seconds.__getitem__):
        if record.seconds[test] < CHECK / 2:
            costly[test.split("::")[0]] = test
    _run([test for test in costly.values() if THREADED not in test])


def survivors_of(
    drawn: Sequence[Mutant], lines: Path | None, plain: bool = False
) -> Iterator[tuple[Mutant, bool]]:
    """Run the tests of every fault, telling each, and yield it, and whether it was noticed."""
    modules = sorted({mutant.module for mutant in drawn})
    if lines is not None and lines.exists():
        records = pickle.loads(lines.read_bytes())
        for tests in {tests_of(name) for name in modules}:
            _warm(records[tests])
    else:
        records = recorded(modules, plain)
        if lines is not None:
            lines.write_bytes(pickle.dumps(records))
    kept = set() if plain else _kept(set(modules))
    for tests, name in {tests_of(name): name for name in modules}.items():
        whole = Mutant(name, 0, 0, "", "", "", path_of(name).read_text("utf-8"))
        chosen = _within(CHECK, records[tests], list(records[tests].seconds))
        if _status(functools.partial(_run_in_place, whole, chosen)):
            sys.exit(f"with functions put in place of themselves, a test of {name} fails")
        if noticed(whole, chosen, kept):
            sys.exit(f"loaded from memory without a fault, {name} fails")
    for number, mutant in enumerate(drawn, 1):
        record = records[tests_of(mutant.module)]
        chosen = _within(SECONDS, record, record.tests(mutant))
        seen = bool(chosen) and noticed(mutant, chosen, kept)
        words = "noticed" if seen else f"SURVIVED {len(chosen)} tests"
        where = f"{mutant.module}:{mutant.line}"
        print(f"{number} {words} {where} {mutant.found!r} -> {mutant.instead!r}", flush=True)
        yield mutant, seen


def _within(left: float, record: Record, tests: Sequence[str]) -> list[str]:
    """Return the first of the tests, as many as take so many seconds."""
    chosen: list[str] = []
    for test in tests:
        if THREADED in test:
            continue
        left -= record.seconds[test]
        if left < 0:
            break
        chosen.append(test)
    return chosen


def main(argv: Sequence[str] | None = None) -> int:
    """Draw faults, run their tests, print and write down those that nothing noticed."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--count", type=int, default=150, help="faults to draw; default: 150")
    ask.add_argument("--skip", type=int, default=0, help="of them, that an earlier run has taken")
    ask.add_argument("--seed", type=int, default=SEED)
    ask.add_argument("--only", nargs="+", default=["taskmodel"], help="beginnings of module names")
    ask.add_argument("--again", type=Path, help="take the survivors of an earlier run's output")
    ask.add_argument("-o", "--output", type=Path, default=ROOT / "trust-results" / "mutants.json")
    ask.add_argument("--lines", type=Path, help="what tests run: read if it exists, else written")
    ask.add_argument("--plain", action="store_true", help="kernels, without numba")
    args = ask.parse_args(argv)
    if args.plain:
        sys.modules["numba"] = None  # as where it is not installed
    os.chdir(ROOT)
    os.environ["DASK_SCHEDULER"] = "synchronous"
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    reasons = explained()
    every = [mutant for name in modules_of(args.only, args.plain) for mutant in mutants_of(name)]
    drawn = random.Random(args.seed).sample(every, min(args.count, len(every)))[args.skip :]
    if args.again is not None:
        earlier = json.loads(args.again.read_text())["survivors"]
        keys = {tuple(each[name] for name in KEY) for each in earlier}
        drawn = [mutant for mutant in every if key_of(mutant) in keys]
    left = [mutant for mutant in drawn if key_of(mutant) not in reasons]
    record: dict[str, Any] = {
        "only": args.only,
        "possible": len(every),
        "explained": len(drawn) - len(left),
        "noticed": 0,
        "survivors": [],
        "seed": args.seed,
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
    }
    args.output.parent.mkdir(exist_ok=True)
    for mutant, seen in survivors_of(left, args.lines, args.plain):
        if seen:
            record["noticed"] += 1
        else:
            fields = asdict(mutant)
            del fields["source"]
            record["survivors"].append(fields)
        args.output.write_text(json.dumps(record, indent=1))  # a run may be ended
    print(
        f"{len(drawn)} of {len(every)} faults: {record['explained']} explained, "
        f"{record['noticed']} noticed, {len(record['survivors'])} not"
    )
    return 1 if record["survivors"] else 0


if __name__ == "__main__":
    sys.exit(main())
