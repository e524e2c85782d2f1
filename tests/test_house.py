"""Rules of the house that a program checks: names, lengths, errors, imports of tests."""

import ast
import builtins
import re
from collections import defaultdict

import pytest
from locations import ROOT, TESTS

PACKAGE = ROOT / "taskmodel"
MODULES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
PRONOUNS = set(
    "found place at one many each here there given told left made known part whole".split()
)
# Names that files or callers depend on: a public keyword, and keys of `run --json`.
PUBLIC_NAMES = {
    ("taskmodel/questions/differences.py", "one"),
    ("taskmodel/summary/facts.py", "at"),
    ("taskmodel/summary/facts.py", "place"),
}
LONGEST = 50  # lines of code of a function, without its docstring
# compiled loops: a function more costs time to compile, and arguments take a line each
KERNELS = "kernels.py"


def nodes(kind):
    for path, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, kind):
                yield path, node


def lines_of_code(function):
    """Lines from the first statement after the docstring to the end."""
    body = function.body
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(body) > 1:
        first = body[1]
    return function.end_lineno - first.lineno + 1


def test_no_function_is_longer_than_a_page():
    long = {
        f"{path}:{node.lineno} {node.name}": lines_of_code(node)
        for path, node in nodes(FUNCTIONS)
        if lines_of_code(node) > LONGEST and not path.endswith(KERNELS)
    }
    assert not long


def test_no_public_name_has_two_meanings():
    homes = defaultdict(list)
    for path, tree in MODULES.items():
        for node in tree.body:
            if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and not node.name.startswith("_"):
                homes[node.name].append(path)
    shared = {
        name: paths
        for name, paths in homes.items()
        if len(paths) > 1 and not all(path.startswith("taskmodel/cli/") for path in paths)
    }
    assert not shared


def test_modules_arguments_and_fields_are_named_by_nouns():
    names = {(path, path.rpartition("/")[2].removesuffix(".py")) for path in MODULES}
    for path, node in nodes(FUNCTIONS):
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        names |= {(path, argument.arg) for argument in every}
    for path, node in nodes(ast.ClassDef):
        names |= {
            (path, field.target.id)
            for field in node.body
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        }
    assert {(path, name) for path, name in names if name in PRONOUNS} == PUBLIC_NAMES


def raised(node):
    call = node.exc
    function = call.func if isinstance(call, ast.Call) else call
    return function.id if isinstance(function, ast.Name) else ""


@pytest.mark.parametrize("name", ["ValueError", "RuntimeError", "Exception", "ArithmeticError"])
def test_what_is_raised_on_purpose_is_in_the_tree_of_errors(name):
    assert not [
        f"{path}:{node.lineno}"
        for path, node in nodes(ast.Raise)
        if node.exc is not None and raised(node) == name
    ]


def test_error_classes_stand_in_one_module():
    from taskmodel import errors

    bases = {name for name in dir(builtins) if name.endswith(("Error", "Exception"))}
    bases |= {name for name in dir(errors) if isinstance(getattr(errors, name), type)}
    assert not [
        f"{path}: {node.name}"
        for path, node in nodes(ast.ClassDef)
        if path != "taskmodel/errors.py"
        and any(isinstance(base, ast.Name) and base.id in bases - {"Defect"} for base in node.bases)
    ]


def test_no_test_imports_a_private_name_without_a_reason():
    offences = []
    for path in sorted(TESTS.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("taskm"):
                continue
            private = [alias.name for alias in node.names if alias.name.startswith("_")]
            reason = any("#" in lines[number] for number in (node.lineno - 2, node.lineno - 1))
            if private and not reason:
                offences.append(f"{path.relative_to(TESTS)}:{node.lineno}: {private}")
    assert not offences


def test_kernels_that_allocate_or_return_views_are_marked():
    """A kernel under plain `compiled` counts no references: an array it returned would dangle."""
    plain = {"compiled", "inlined"}
    wrong = []
    for path, node in nodes(ast.FunctionDef):
        decorators = {d.id for d in node.decorator_list if isinstance(d, ast.Name)}
        if not path.endswith(KERNELS) or not decorators & plain:
            continue
        returns = ast.unparse(node.returns) if node.returns else "None"
        scalars = set("None bool int float tuple".split())
        if not {name.strip() for name in re.split(r"[\[\],]", returns) if name.strip()} <= scalars:
            wrong.append(f"{path}:{node.name} returns {returns}")
        calls = {ast.unparse(c.func) for c in ast.walk(node) if isinstance(c, ast.Call)}
        if made := calls & {"np.zeros", "np.empty", "np.ones", "np.full", "np.array"}:
            wrong.append(f"{path}:{node.name} calls {made}")
    assert not wrong
