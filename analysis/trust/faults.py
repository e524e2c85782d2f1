"""Small faults of modules, and those that are explained to change nothing.

A fault flips a comparison, takes + for - or * for /, `and` for `or`, moves a constant, takes out a
`not` or a sign, or turns a choice round.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEY = ("module", "text", "found", "instead")
EXPLAINED = Path(__file__).parent / "equivalent_faults.toml"
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
            found, faulty = raw[begin:end].decode(), f"({ast.unparse(instead)})"
            same_lines = faulty[:-1] + "\n" * found.count("\n") + ")"
            source = (raw[:begin] + same_lines.encode() + raw[end:]).decode()
            where = (node.lineno, node.end_lineno, lines[node.lineno - 1].strip())
            yield Mutant(module, *where, found, faulty, source)


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


def explained() -> dict[tuple[str, ...], str]:
    """Return why faults change nothing: by module, text of the line, found and instead.

    Raises
    ------
    ValueError
        If no such fault is possible (any more).
    """
    reasons: dict[tuple[str, ...], str] = {}
    for entry in tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["equivalent"]:
        for found, instead in entry["faults"]:
            reasons[entry["module"], entry["line"], found, instead] = entry["why"]
    modules = {module for module, *_ in reasons}
    possible = {key_of(mutant) for module in modules for mutant in mutants_of(module)}
    if gone := [key for key in reasons if key not in possible]:
        raise ValueError(f"{EXPLAINED.name} explains faults that are not possible: {gone}")
    return reasons


def key_of(mutant: Mutant) -> tuple[str, ...]:
    """Return what names a fault whatever lines come before it."""
    return tuple(getattr(mutant, name) for name in KEY)


def in_function(mutant: Mutant) -> bool:
    """Whether the expression is evaluated by a call, and not where the module is loaded."""
    tree = ast.parse(path_of(mutant.module).read_text(encoding="utf-8"))
    bodies = [
        (node.body[0].lineno, node.end_lineno or 0)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    ]
    return any(first <= mutant.line <= last for first, last in bodies)
