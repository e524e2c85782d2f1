"""Mutation testing: do tests fail where the code is wrong?

``python analysis/trust/mutants.py --count 150`` draws small faults at random in modules of theory
(a comparison flipped, + for -, * for /, `and` for `or`, a constant moved, a `not` or a sign taken
out, a choice turned round), runs the tests of each module against each of them, and tells the
faults that no test noticed and that equivalent_faults.toml does not explain. The files are not
touched: the faulty module is loaded from memory, in a process forked off one in which the kernels
are compiled already. Compiled kernels are not mutated.

The tests of a folder run once without a fault, while it is recorded which of them run each line.
Those that run the line of a fault then run against it: the quickest first, up to the first failure
and to `SECONDS` of the time that they took without it.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import importlib.abc
import importlib.util
import io
import json
import os
import platform
import random
import resource
import signal
import sys
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
import xarray as xr

ROOT = Path(__file__).resolve().parents[2]
EXPLAINED = Path(__file__).parent / "equivalent_faults.toml"
SEED = 20261129
SECONDS = 40.0  # of tests against one fault
CPU_LIMIT = 120  # seconds of one fault; one that never ends is noticed
NOT_LOADED = 99  # status of a process whose tests loaded the file in place of the fault
# The tests of the modules of a package, and of single modules.
TESTS = {
    "taskmodel.science.supervision": "tests/science/test_supervision.py",
    "taskmodel.oversight": "tests/oversight",
    "taskmodel.sweeps": "tests/sweeps",
    "taskmodel.allocation": "tests/allocation",
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
CONNECTIVES: dict[type[ast.boolop], type[ast.boolop]] = {ast.And: ast.Or, ast.Or: ast.And}
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


@dataclass(frozen=True)
class Mutant:
    """One fault: the text of an expression, and what takes its place."""

    module: str
    line: int
    end_line: int
    text: str  # of the line
    found: str
    instead: str
    source: str  # of the faulty module


def path_of(module: str) -> Path:
    """Return the file of a module."""
    return ROOT / (module.replace(".", "/") + ".py")


def modules_of(only: Sequence[str]) -> list[str]:
    """Return the modules whose names begin so: those in `TESTS`, without compiled kernels."""
    paths = [path_of(name) for name in TESTS if path_of(name).exists()]
    for package in TESTS:
        paths += sorted((ROOT / package.replace(".", "/")).glob("*.py"))
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths]
    return [name for name in names if name.startswith(tuple(only)) and "kernels" not in name]


def tests_of(module: str) -> str:
    """Return the file or folder of the tests of a module."""
    return TESTS[module] if module in TESTS else TESTS[module.rpartition(".")[0]]


def mutants_of(module: str) -> Iterator[Mutant]:
    """Yield every fault of a module."""
    text = path_of(module).read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))
    raw = text.encode()
    for node in _expressions(ast.parse(text)):
        assert node.end_lineno is not None and node.end_col_offset is not None
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        for instead in _faults(node):
            faulty = f"({ast.unparse(instead)})"
            source = (raw[:begin] + faulty.encode() + raw[end:]).decode()
            where = (node.lineno, node.end_lineno, lines[node.lineno - 1].strip())
            yield Mutant(module, *where, raw[begin:end].decode(), faulty, source)


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the expressions that compute: no annotations, no texts, no types, no `strict`."""
    if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom | ast.Raise):
        return
    if isinstance(node, ast.keyword) and node.arg == "strict":  # a check of lengths
        return
    if isinstance(node, ast.expr):
        yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _expressions(child)


def _faults(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left, operator, right) if type(operator) in OPERATORS:
            yield ast.BinOp(left, OPERATORS[type(operator)](), right)
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(CONNECTIVES[type(operator)](), values)
        case ast.Compare(left, [operator], right):
            for other in COMPARISONS[type(operator)]:
                yield ast.Compare(left, [other()], right)
        case ast.UnaryOp(ast.Not() | ast.Invert() | ast.USub(), operand):
            yield operand
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield ast.Constant(value + 1)


def explained() -> dict[tuple[str, str, str, str], str]:
    """Return why faults change nothing: by module, text of the line, found and instead.

    Raises
    ------
    ValueError
        If no such fault is possible (any more).
    """
    reasons: dict[tuple[str, str, str, str], str] = {}
    for entry in tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["equivalent"]:
        for found, instead in entry["faults"]:
            reasons[entry["module"], entry["line"], found, instead] = entry["why"]
    modules = {module for module, *_ in reasons}
    possible = {_key(mutant) for module in modules for mutant in mutants_of(module)}
    if gone := [key for key in reasons if key not in possible]:
        raise ValueError(f"{EXPLAINED.name} explains faults that are not possible: {gone}")
    return reasons


def _key(mutant: Mutant) -> tuple[str, str, str, str]:
    return mutant.module, mutant.text, mutant.found, mutant.instead


@dataclass(eq=False)
class Record:
    """Which tests run each line of the modules, and how long they take; a plugin of pytest."""

    files: set[str]
    folder: str  # of the tests
    seconds: dict[str, float] = field(default_factory=dict)  # by test
    _lines: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    _current: str = ""  # the test that runs, or the file whose fixtures are made; "": imports

    def tests(self, mutant: Mutant) -> list[str]:
        """Return the tests that run the line of a fault, quickest first; all for imports."""
        path = str(path_of(mutant.module))
        if not _in_function(mutant):
            names = {""}
        else:
            names = set()
            for line in range(mutant.line, mutant.end_line + 1):
                names |= self._lines.get((path, line), set())
        if "" in names:
            chosen = list(self.seconds)
        else:
            chosen = [test for test in self.seconds if {test, test.split("::")[0]} & names]
        return sorted(chosen, key=self.seconds.__getitem__)

    def _trace(self, frame: FrameType, event: str, value: object) -> Any:
        return self._line if frame.f_code.co_filename in self.files else None

    def _line(self, frame: FrameType, event: str, value: object) -> Any:
        self._lines[frame.f_code.co_filename, frame.f_lineno].add(self._current)
        return self._line

    def pytest_sessionstart(self) -> None:
        sys.settrace(self._trace)

    def pytest_sessionfinish(self) -> None:
        sys.settrace(None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._current = item.nodeid.split("::")[0]
        self._begin = time.process_time()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        self._current = item.nodeid
        sys.settrace(self._trace)  # a debugger or a test may have taken it

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        self.seconds[item.nodeid] = time.process_time() - self._begin
        self._current = item.nodeid.split("::")[0]


def _in_function(mutant: Mutant) -> bool:
    """Whether the expression is evaluated by a call, and not where the module is loaded."""
    tree = ast.parse(path_of(mutant.module).read_text(encoding="utf-8"))
    bodies = [
        (node.body[0].lineno, node.end_lineno or 0)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    ]
    return any(first <= mutant.line <= last for first, last in bodies)


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


def noticed(mutant: Mutant, tests: Sequence[str], kept: set[str]) -> bool:
    """Run tests against a fault in a process of its own; say whether one fails."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT, CPU_LIMIT))
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        _forget(kept)
        status = 1
        try:
            finder = _FromMemory(mutant.module, mutant.source)
            sys.meta_path.insert(0, finder)
            # now: pytest's own finder would load files that it is given, with their examples
            importlib.import_module(mutant.module)
            status = _run(tests)
            if status == 0 and sys.modules[mutant.module].__loader__ is not finder:
                status = NOT_LOADED
        finally:
            os._exit(status)
    status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == NOT_LOADED:
        sys.exit(f"the tests of {mutant.module} do not run the faulty module")
    return status != 0


def recorded(modules: Sequence[str]) -> dict[str, Record]:
    """Run the tests of the modules, which must pass, and return what they run, by folder."""
    records = {}
    for folder in sorted({tests_of(name) for name in modules}):
        own = [str(path_of(name)) for name in modules if tests_of(name) == folder]
        record = Record(set(own), folder)
        if _run([folder, *own], record):
            sys.exit(f"without a fault, some test of {folder} fails")
        total = sum(record.seconds.values())
        print(f"{folder}: {len(record.seconds)} tests, {total:.0f} s of CPU", flush=True)
        records[folder] = record
    return records


def survivors_of(drawn: Sequence[Mutant]) -> Iterator[Mutant]:
    """Run the tests of every fault, telling each, and yield those that nothing noticed."""
    modules = sorted({mutant.module for mutant in drawn})
    records = recorded(modules)
    kept = _kept(set(modules))
    one = {tests_of(name): name for name in modules}
    for folder, name in one.items():
        whole = Mutant(name, 1, 1, "", "", "", path_of(name).read_text("utf-8"))
        if noticed(whole, _within(records[folder], list(records[folder].seconds)), kept):
            sys.exit(f"loaded from memory without a fault, {name} fails")
    for number, mutant in enumerate(drawn, 1):
        record = records[tests_of(mutant.module)]
        tests = _within(record, record.tests(mutant))
        seen = bool(tests) and noticed(mutant, tests, kept)
        words = "noticed" if seen else f"SURVIVED {len(tests)} tests"
        where = f"{mutant.module}:{mutant.line}"
        print(f"{number} {words} {where} {mutant.found!r} -> {mutant.instead!r}", flush=True)
        if not seen:
            yield mutant


def _within(record: Record, tests: Sequence[str]) -> list[str]:
    """Return the first of the tests, as many as take `SECONDS`."""
    chosen: list[str] = []
    left = SECONDS
    for test in tests:
        left -= record.seconds[test]
        if left < 0:
            break
        chosen.append(test)
    return chosen


def main(argv: Sequence[str] | None = None) -> int:
    """Draw faults, run their tests, print and write down those that nothing noticed."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--count", type=int, default=150, help="faults to draw; default: 150")
    ask.add_argument("--seed", type=int, default=SEED)
    ask.add_argument("--only", nargs="+", default=["taskmodel"], help="beginnings of module names")
    ask.add_argument("-o", "--output", type=Path, default=ROOT / "trust-results" / "mutants.json")
    args = ask.parse_args(argv)
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    reasons = explained()
    every = [mutant for name in modules_of(args.only) for mutant in mutants_of(name)]
    drawn = random.Random(args.seed).sample(every, min(args.count, len(every)))
    left = [mutant for mutant in drawn if _key(mutant) not in reasons]
    survivors = [
        {name: value for name, value in asdict(mutant).items() if name != "source"}
        for mutant in survivors_of(left)
    ]
    record = {
        "only": args.only,
        "possible": len(every),
        "drawn": len(drawn),
        "explained": len(drawn) - len(left),
        "survivors": survivors,
        "seed": args.seed,
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
    }
    args.output.parent.mkdir(exist_ok=True)
    args.output.write_text(json.dumps(record, indent=1))
    print(
        f"{len(drawn)} of {len(every)} faults, {record['explained']} explained, "
        f"{len(survivors)} of the others not noticed"
    )
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
