"""Mutation testing: do tests fail where the code is wrong?

``python analysis/trust/mutants.py --count 150`` draws small faults at random in modules of theory
(a comparison flipped, + for -, * for /, `and` for `or`, a constant moved, a `not` or a sign taken
out, a choice turned round), runs the tests of each module against each of them, and tells the
faults that no test noticed. The files are not touched: the faulty module is loaded from memory, in
a process forked off one in which the kernels are compiled already. Kernels are not mutated.
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
import random
import resource
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType

import pytest
import xarray as xr

ROOT = Path(__file__).resolve().parents[2]
SEED = 20261129
CPU_LIMIT = 90  # seconds of one mutant; a fault that never ends is noticed
NOT_LOADED = 99  # status of a process whose tests loaded the file in place of the fault
OVERSIGHT = "taskmodel.oversight."
# The tests of each module; those of the whole folder follow where they notice nothing.
TESTS = {
    "taskmodel.science.supervision": "tests/science/test_supervision.py",
    OVERSIGHT + "_attack_frontier": "tests/oversight/test_attack_frontier.py",
    OVERSIGHT + "_review_load": "tests/oversight/test_review_load.py",
    OVERSIGHT + "_track_record": "tests/oversight/test_trust.py",
    OVERSIGHT + "_trust": "tests/oversight/test_trust.py",
    OVERSIGHT + "audit_records": "tests/oversight/test_trust.py",
    OVERSIGHT + "frontier": "tests/oversight/test_frontier.py",
    OVERSIGHT + "utilisation": "tests/oversight/test_utilisation.py",
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
    found: str
    instead: str
    source: str  # of the faulty module


def path_of(module: str) -> Path:
    """Return the file of a module."""
    return ROOT / (module.replace(".", "/") + ".py")


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
            yield Mutant(module, node.lineno, raw[begin:end].decode(), faulty, source)


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the expressions that compute: no annotations, no texts, no types."""
    if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom | ast.Raise):
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


def _kept() -> set[str]:
    """Return the modules of kernels, and what they import: they need not be loaded anew."""
    kept: set[str] = set()
    left = [name for name in sys.modules if name.startswith("taskmodel.") and "kernels" in name]
    while left:
        name = left.pop()
        if name in kept or name not in sys.modules or name in TESTS:
            continue
        kept.add(name)
        path = sys.modules[name].__file__
        assert path is not None
        for node in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("taskmodel"):
                assert node.module is not None
                left += [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
    return kept


def _run(tests: Sequence[str]) -> int:
    """Run tests quietly, and return pytest's status."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return int(pytest.main(["-x", "-q", "-n0", "-p", "no:cacheprovider", *tests]))


def _own(module: str) -> list[str]:
    """Return the tests of a module, with its examples."""
    return [TESTS[module], str(path_of(module).relative_to(ROOT))]


def _others(module: str) -> list[str]:
    """Return the other tests of the folder."""
    folder = (ROOT / TESTS[module]).parent
    paths = [str(path.relative_to(ROOT)) for path in sorted(folder.glob("test_*.py"))]
    return [path for path in paths if path != TESTS[module]]


def _forget(kept: set[str]) -> None:
    """Take modules of the project out of memory, so that they are loaded anew."""
    if hasattr(xr.Dataset, "taskmodel"):
        del xr.Dataset.taskmodel  # registered when the package is loaded; twice is a warning
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None) or ""
        own = path.startswith((str(ROOT / "taskmodel"), str(ROOT / "tests")))
        if own and name not in kept:
            del sys.modules[name]


def noticed(mutant: Mutant, kept: set[str]) -> bool:
    """Run the tests of a fault in a process of its own; say whether they fail."""
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
            status = _run(_own(mutant.module)) or _run(_others(mutant.module))
            if status == 0 and sys.modules[mutant.module].__loader__ is not finder:
                status = NOT_LOADED
        finally:
            os._exit(status)
    status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == NOT_LOADED:
        sys.exit(f"the tests of {mutant.module} do not run the faulty module")
    return status != 0


def survivors_of(drawn: Sequence[Mutant]) -> Iterator[Mutant]:
    """Run the tests of every fault, telling each, and yield those that nothing noticed."""
    modules = sorted({mutant.module for mutant in drawn})
    for tests in {tuple(sorted([TESTS[name], *_others(name)])) for name in modules}:
        if _run(tests):  # loads the kernels, too
            sys.exit(f"without a fault, some of these tests fail: {' '.join(tests)}")
    kept = _kept()
    one = {TESTS[name].rsplit("/", 1)[0]: name for name in modules}  # of each folder
    whole = [Mutant(name, 1, "", "", path_of(name).read_text("utf-8")) for name in one.values()]
    if fallen := [each.module for each in whole if noticed(each, kept)]:
        sys.exit(f"loaded from memory without a fault, these fail: {' '.join(fallen)}")
    for number, mutant in enumerate(drawn, 1):
        seen = noticed(mutant, kept)
        words = "noticed" if seen else "SURVIVED"
        where = f"{mutant.module}:{mutant.line}"
        print(f"{number} {words} {where} {mutant.found!r} -> {mutant.instead!r}", flush=True)
        if not seen:
            yield mutant


def main(argv: Sequence[str] | None = None) -> int:
    """Draw faults, run their tests, print and write down those that nothing noticed."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--count", type=int, default=150, help="faults to draw; default: 150")
    ask.add_argument("--seed", type=int, default=SEED)
    ask.add_argument("--only", default="", help="the beginning of names of modules")
    ask.add_argument("-o", "--output", type=Path, default=ROOT / "trust-results" / "mutants.json")
    args = ask.parse_args(argv)
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    every = [mutant for name in TESTS if name.startswith(args.only) for mutant in mutants_of(name)]
    drawn = random.Random(args.seed).sample(every, min(args.count, len(every)))
    survivors = [
        {name: value for name, value in asdict(mutant).items() if name != "source"}
        for mutant in survivors_of(drawn)
    ]
    record = {"possible": len(every), "drawn": len(drawn), "seed": args.seed}
    args.output.parent.mkdir(exist_ok=True)
    args.output.write_text(json.dumps(record | {"survivors": survivors}, indent=1))
    print(f"{len(drawn)} of {len(every)} faults, {len(survivors)} not noticed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
