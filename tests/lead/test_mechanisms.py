"""The table of mechanisms has 66 rows, whose functions, tests, variables and paths exist."""

import importlib
import re

import pytest
from locations import ROOT

from taskmodel.lead.plans.dataset import VARIABLES
from taskmodel.lead.plans.work import WORK_STEPS
from taskmodel.sweeps.event_records import KINDS
from taskmodel.sweeps.variables import VARIABLES as OF_SWEEPS

TEXT = (ROOT / "docs" / "mechanisms.md").read_text(encoding="utf-8")
ROWS = {
    int(row[0]): row
    for row in (
        re.split(r" \| ", line.strip("| "))
        for line in TEXT.splitlines()
        if re.match(r"\| \d+ \|", line)
    )
}
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
}


def test_all_66_mechanisms_are_listed_once_and_in_order():
    assert list(ROWS) == list(range(1, 67))
    assert all(len(row) == 6 and all(row) for row in ROWS.values())


@pytest.mark.parametrize("number", ROWS)
def test_functions_and_tests_of_a_mechanism_exist(number):
    *_, where, tests = ROWS[number]
    functions = re.findall(r"`([\w.]+)`", where)
    assert functions
    for path in functions:
        module, _, function = f"taskmodel.{path}".rpartition(".")
        assert callable(getattr(importlib.import_module(module), function)), path
    assert "`test" in tests, "more than a doctest covers every mechanism"
    for name in re.findall(r"`(test_\w+)`", tests):
        assert name in TESTS, name
    for path in re.findall(r"`(tests/[\w/]+\.py)`", tests):
        assert (ROOT / path).is_file()


@pytest.mark.parametrize("number", ROWS)
def test_results_of_a_mechanism_are_variables_or_steps(number):
    read = ROWS[number][3]
    for name in re.findall(r"`(\w+)`", read):
        assert name in {*VARIABLES, *OF_SWEEPS, *KINDS}, name
    for step in re.findall(r"field-years, \*([\w ]+)\*", read):
        assert step in WORK_STEPS, step


def test_every_path_of_a_plan_in_the_table_can_be_set():
    from taskmodel.files import dotted as schema
    from taskmodel.lead.plans.records import Plan

    named = {
        path
        for row in ROWS.values()
        for path in re.findall(r"`((?:lead|chips|worker|field|pause|risk)\.\w+)`", row[2])
    }
    assert len(named) > 30
    for path in named:
        assert schema.slot_at(Plan, tuple(path.split("."))) is not None, path


def test_every_path_of_a_catalog_in_the_table_can_be_set():
    from taskmodel.catalog import Catalog
    from taskmodel.files import dotted as schema

    paths = {
        number: re.findall(r"`((?:tasks|protocols|supervision)\.[\w.*]+)`", row[2])
        for number, row in ROWS.items()
    }
    assert {number for number, named in paths.items() if named} == {41, 42, 45}
    for path in {path for named in paths.values() for path in named}:
        keys = tuple("any" if key == "*" else key for key in path.split("."))
        assert schema.slot_at(Catalog, keys) is not None, path


def test_mechanisms_that_no_file_holds_are_listed_with_the_reason():
    limits = TEXT[TEXT.index("These cannot be set") : TEXT.index("The smooth form of 43")]
    listed = set()
    for head, reason in re.findall(r"- \*\*([^*]+)\*\*: (.+)", limits):
        numbers = [int(number) for number in re.findall(r"\d+", head)]
        listed |= {*range(numbers[0], numbers[-1] + 1)} if " to " in head else {*numbers}
        assert len(reason.split()) > 1
    unset = {n for n, row in ROWS.items() if "`" not in row[2] and "catalog" not in row[2]}
    # of 1 and 7 a plan holds the result, or one of two parts
    assert listed == unset | {1, 7}
