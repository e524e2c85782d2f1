"""Catalogs: contents of the bundled ones, the format of a file, and messages on its defects."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from locations import CATALOGS, ROOT
from ruamel.yaml import YAML
from ruamel.yaml.scanner import ScannerError
from sizes import examples

from taskmodel.catalog import (
    Catalog,
    Scenario,
    bundled_catalogs,
    bundled_scenarios,
    load_catalog,
    load_scenario,
    parse_catalog,
    read_value,
)
from taskmodel.errors import CatalogError, InputError
from taskmodel.files import bundled
from taskmodel.files import yaml as text

FILES = CATALOGS
GOOD = (FILES / "good.yaml").read_text()

# Each file has one defect: its line and column, its path, and a part of its message.
BAD = {
    "after_itself": ("38:20", "tasks.check.after.1", "'check' comes after itself"),
    "after_twice": ("38:20", "tasks.check.after.1", "'write' is listed twice"),
    "alias": ("40:14", "tasks.check.horizon", "an alias (*)"),
    "anchor": ("40:14", "tasks.check.horizon", "an anchor (&)"),
    "basis": ("28:3", "basis.horizons", "did you mean 'horizon'?"),
    "budget_of_zero": ("26:9", "budget", "found 0; above 0 [$/year]"),
    "hiring_without_ramp": ("25:1", "hiring.ramp", "is missing: time from the day"),
    "price_in_another_unit": (
        "27:31",
        "prices.inference.unit",
        "not a unit of a price of inference; use $/FLOP",
    ),
    "price_negative": ("25:18", "prices.people", "found -100; at least 0"),
    "price_of_nothing": ("25:10", "prices.peoples", "did you mean 'people'?"),
    "price_of_reviewers_of_a_pool": (
        "25:31",
        "prices.review",
        "of the pool 'people', whose hour costs 100",
    ),
    "price_of_zero_with_a_budget": (
        "25:34",
        "prices.inference",
        "found 0 beside a budget, which would buy any amount of it; give it a price above 0",
    ),
    "bracket_left_open": ("39:10", "", "the closing bracket is expected here"),
    "conversion_too_large": (
        "10:18",
        "compute.today.value",
        "converted from YFLOP/year to FLOP/year",
    ),
    "cycle": ("30:12", "tasks.write.after", "write -> check -> write"),
    "date_for_number": (
        "40:14",
        "tasks.check.horizon",
        "found '2026-01-01'; a number is needed, above 0 [h]; this is a date",
    ),
    "directive": ("2:1", "", "a directive is not read"),
    "duplicate_key": ("41:5", "tasks.check.horizon", "duplicate key 'horizon' (first at line 40)"),
    "empty": ("2:1", "", "found nothing; a mapping"),
    "empty_nest": ("27:3", "nests.build", "no task has phase 'build' or one below it"),
    "feedback": (
        "44:39",
        "feedback_loops.0.target_task",
        "there is no task 'plan'; there are write, check",
    ),
    "grid": ("15:27", "compute.grid.high", "found low 1e+35 and high 1e+26"),
    "id": ("35:3", "tasks.check/result", "found the id 'check/result'"),
    "indentation": ("40:14", "", "mapping values are not allowed here"),
    "infinite": ("40:14", "tasks.check.horizon", "found the number inf; a finite number is needed"),
    "interval_with_one_end": ("33:37", "tasks.write.review_ratio.low", "has no high"),
    "interval_without_value": (
        "33:19",
        "tasks.write.review_ratio",
        "found low 0.15, value 0.1, high 0.2",
    ),
    "judgement_without_reason": (
        "33:62",
        "tasks.write.review_ratio.source",
        "judgement needs a `note`",
    ),
    "level_not_whole": (
        "41:23",
        "tasks.check.automation_level",
        "found the number 2.5; a whole number is needed",
    ),
    "level_too_high": (
        "41:23",
        "tasks.check.automation_level",
        "found the number 6; a number of at most 5 is needed",
    ),
    "list": ("2:1", "", "found a list; a mapping"),
    "escape_not_known": (
        "36:3",
        "tasks.check",
        "'verifiability' is missing; what escapes review is charged to supervision.defect_budget",
    ),
    "layers_not_whole": (
        "8:109",
        "supervision.second_look_layers",
        "found the number 1.5; a whole number is needed",
    ),
    "loop_forward": (
        "44:39",
        "feedback_loops.0.target_task",
        "'write' does not come after 'check', so that no work goes back",
    ),
    "list_for_mapping": ("6:3", "pools", "found a list; a mapping (key: value) is needed"),
    "merge_key": ("41:5", "tasks.check.<<", "a merge key (<<)"),
    "missing_key": (
        "35:3",
        "tasks.check.horizon",
        "is missing: time a skilled person needs for a typical unit (above 0 [h])",
    ),
    "nan": ("40:14", "tasks.check.horizon", "found the number nan; a finite number is needed"),
    "negative_attrition": (
        "6:60",
        "pools.people.attrition",
        "found -0.1; at least 0 [1/year] is allowed",
    ),
    "negative": ("41:19", "tasks.check.review_ratio", "found -0.5; at least 0 [h/h] is allowed"),
    "nest_cycle": ("26:22", "nests.research.parent", "research -> build -> research"),
    "no_reviewers": ("43:16", "tasks.check.reviewers", "is empty; name some of general, verifiers"),
    "no_tasks": ("27:8", "tasks", "is empty"),
    "no_value": ("40:5", "tasks.check.horizon", "found nothing; a number is needed, above 0 [h]"),
    "number_for_text": (
        "36:12",
        "tasks.check.title",
        "found the number 2026; text is needed; put it in quotes",
    ),
    "number_too_large": ("40:14", "tasks.check.horizon", "the number 1e400 is too large"),
    "number_too_small": ("40:14", "tasks.check.horizon", "the number 1e-400 is too small"),
    "number_with_unit": (
        "40:14",
        "tasks.check.horizon",
        "found '8 h'; a number is needed, above 0 [h]; write 8",
    ),
    "pool_named_as_reviewers": (
        "7:3",
        "pools.review_verifiers",
        "'review_verifiers' has a meaning of its own",
    ),
    "pool_not_named": ("37:3", "tasks.check", "each task names one of people, engineers"),
    "quoted_number": (
        "40:14",
        "tasks.check.horizon",
        "found '8'; a number is needed, above 0 [h]; write 8",
    ),
    "reserved_reviewers": ("46:3", "reviewers.general", "'general' has a meaning of its own"),
    "reviewer_twice": ("43:37", "tasks.check.reviewers.2", "'general' is listed twice"),
    "reviewers_pool": (
        "46:21",
        "reviewers.verifiers.pool",
        "there is no pool 'peopel'; did you mean 'people'?",
    ),
    "reserved_pool": ("6:3", "pools.review", "'review' has a meaning of its own"),
    "second_document": ("43:1", "", "a second document"),
    "separators_in_number": (
        "40:14",
        "tasks.check.horizon",
        "found '1_000'; a number is needed, above 0 [h]; write 1000",
    ),
    "share_above_one": (
        "42:21",
        "tasks.check.coverage_floor",
        "found 1.5; at least 0 and at most 1 [1] is allowed",
    ),
    "shares": ("27:1", "tasks", "sum to 0.9"),
    "skill_nobody_has": (
        "43:16",
        "tasks.check.reviewers",
        "nobody has the skill to review it (reviewers.verifiers.headcount: 0)",
    ),
    "supervision_pool": (
        "8:21",
        "supervision.pool",
        "there is no pool 'reviewers'; there are people, dedicated",
    ),
    "tab": ("40:1", "", "a tab"),
    "tag": ("40:14", "tasks.check.horizon", "a tag (!)"),
    "text_for_number": (
        "40:14",
        "tasks.check.horizon",
        "found 'long'; a number is needed, above 0 [h]",
    ),
    "trust_out_of_range": (
        "25:22",
        "trust.defect_rate",
        "found 0; above 0 and below 1 [1] is allowed",
    ),
    "trust_without_risk": ("25:1", "trust.risk", "is missing: delta, how likely"),
    "two_roots": ("25:1", "nests", "2 nests have no parent (research, build)"),
    "unit_not_exact": (
        "40:31",
        "tasks.check.horizon.unit",
        "'day' is not a unit of working time; use h (converted if given: min, s)",
    ),
    "unit_of_another_kind": (
        "20:44",
        "capability.reference_compute.unit",
        "'PFLOP/s' is not a unit of training compute; use FLOP",
    ),
    "unit_unknown": (
        "40:31",
        "tasks.check.horizon.unit",
        "'hogsheads' is not a unit of working time; use h",
    ),
    "unknown_key": ("40:5", "tasks.check.horizn", "did you mean 'horizon'?"),
    "unknown_nest": (
        "37:12",
        "tasks.check.phase",
        "there is no nest 'reserch'; did you mean 'research'?",
    ),
    "unknown_parent": (
        "27:19",
        "nests.build.parent",
        "there is no nest 'reserch'; did you mean 'research'?",
    ),
    "nobody_may": ("39:16", "tasks.check.by_people", "let `by_people` or `delegable` be true"),
    "unknown_pool": (
        "38:11",
        "tasks.check.pool",
        "there is no pool 'poeple'; did you mean 'people'?",
    ),
    "unknown_skill": (
        "43:17",
        "tasks.check.reviewers.0",
        "no pool of reviewers 'mathematicians'; there are general, verifiers",
    ),
    "unknown_source": (
        "33:62",
        "tasks.write.review_ratio.source",
        "there is no source 'works2021'; did you mean 'works2020'?",
    ),
    "unknown_task": (
        "38:13",
        "tasks.check.after.0",
        "there is no task 'wrte'; did you mean 'write'?",
    ),
    "unknown_word": ("12:14", "compute.inference", "found 'cheap'; allowed: 'scarce', 'free'"),
    "word_for_list": (
        "38:12",
        "tasks.check.after",
        "found 'write'; a list is needed; write [write]",
    ),
    "word_for_switch": ("41:16", "tasks.check.delegable", "found 'no'; true or false is needed"),
}


def small_task(share):
    """YAML of the required fields of a task, below its id."""
    return (
        f"    title: T\n    phase: research\n    share: {share}\n    horizon: 1\n"
        "    review_ratio: 0\n    coverage_floor: 0\n"
    )


def defects(action, *arguments, **options):
    """Return the defects of the CatalogError that the action must raise."""
    with pytest.raises(CatalogError) as caught:
        action(*arguments, **options)
    assert str(caught.value) == "\n".join(map(str, caught.value.defects))
    return caught.value.defects


def defect(action, *arguments, **options):
    """Return the only defect of the CatalogError that the action must raise."""
    (only,) = defects(action, *arguments, **options)
    return only


@pytest.fixture(scope="module")
def alignment():
    return load_catalog("alignment_research")


@pytest.fixture
def good():
    return load_catalog(FILES / "good.yaml")


# The bundled catalogs


@pytest.mark.parametrize(
    ("name", "tasks", "edges", "depth", "led", "shared"),
    [
        ("alignment_research", 38, 63, 15, 0.28, 0.907),
        ("ml_capability_rnd", 17, 21, 8, 0.29, 0.95),
        ("t_agi_ladder", 6, 5, 5, 0, 0),
        ("agentic_prs", 12, 14, 8, 0, 0),
        ("us_computer_scientists", 15, 9, 2, 0, 0),
    ],
)
def test_bundled_catalogs_have_the_structure_of_their_evidence(
    name, tasks, edges, depth, led, shared
):
    catalog = load_catalog(name)
    order = nx.DiGraph(
        (before, task_id) for task_id, task in catalog.tasks.items() for before in task.after
    )
    levels = {4: 0.0, 3: 0.0}
    for task in catalog.tasks.values():
        for level in levels:
            levels[level] += task.share.value if (task.automation_level or 0) >= level else 0
    assert len(catalog.tasks) == tasks
    assert order.number_of_edges() == edges
    assert nx.dag_longest_path_length(order) == depth
    assert sum(task.share.value for task in catalog.tasks.values()) == pytest.approx(1, abs=1e-12)
    assert (levels[4], levels[3]) == (pytest.approx(led), pytest.approx(shared))


def scenarios_of(name):
    """Names of the bundled scenarios for a bundled catalog."""
    return [
        scenario
        for scenario in bundled_scenarios()
        if load_scenario(scenario).catalog in (None, name)
    ]


@pytest.mark.parametrize(
    ("name", "scenario"),
    [(name, scenario) for name in bundled_catalogs() for scenario in (None, *scenarios_of(name))],
)
def test_every_number_that_comes_with_the_package_has_a_source(name, scenario):
    assert load_catalog(name, scenario).without_source() == ()


def test_bundled_names_are_those_of_the_files():
    assert bundled_catalogs() == (
        "agentic_prs",
        "alignment_research",
        "ml_capability_rnd",
        "t_agi_ladder",
        "us_computer_scientists",
    )
    assert set(bundled_scenarios()) >= {"dedicated_reviewers", "reference", "scarce_inference"}


@pytest.mark.parametrize("folder", ["taskmodel/tasks", "tasks"])
def test_bundled_files_are_found_in_a_wheel_and_in_a_checkout(folder, tmp_path, monkeypatch):
    (tmp_path / folder / "scenarios").mkdir(parents=True)
    (tmp_path / folder / "mine.yaml").write_text(GOOD)
    monkeypatch.setattr(bundled, "__file__", str(tmp_path / "taskmodel" / "catalog" / "bundled.py"))
    assert bundled_catalogs() == ("mine",) and bundled_scenarios() == ()
    assert load_catalog("mine").name == "mine"


@pytest.mark.parametrize("scenario", bundled_scenarios())
def test_bundled_scenarios_have_a_title_and_a_description(scenario):
    assert load_scenario(scenario).title and load_scenario(scenario).description


def test_ladder_rungs_are_converted_exactly():
    # exact: conversion divides by a whole number once, as Python does here
    catalog = load_catalog("t_agi_ladder")
    assert [task.horizon.value for task in catalog.tasks.values()] == [
        1 / 3600,
        1 / 60,
        1,
        8,
        167,
        2000,
    ]
    assert catalog.conversions() == (
        "tasks.1_second.horizon: 1 s read as 0.0002777777777777778 [h]",
        "tasks.1_minute.horizon: 1 min read as 0.016666666666666666 [h]",
    )


def test_sources_of_the_bundled_catalogs_are_cited_in_full():
    for name in bundled_catalogs():
        for key, source in load_catalog(name).sources.items():
            assert source.title and source.access and source.note, key


@pytest.mark.parametrize(
    ("name", "sound", "path", "part"),
    [
        (
            "skill_nobody_has",
            ("{value: 0}", "{value: 5}"),
            "reviewers.verifiers.headcount",
            "nobody has the skill",
        ),
        (
            "price_of_zero_with_a_budget",
            ("inference: 0", "inference: 1e-20"),
            "prices.inference",
            "beside a budget",
        ),
    ],
)
def test_a_number_that_is_replaced_is_refused_as_in_a_file(name, sound, path, part):
    text = (FILES / f"bad_{name}.yaml").read_text().replace(*sound)
    assert part in defect(parse_catalog(text).replace, {path: 0.0}).message


@pytest.mark.parametrize("number", [0.0, 1.0, 1e12])
def test_a_number_is_checked_as_the_whole_quantity_would_be(alignment, number):
    def refusals(value):
        try:
            alignment.replace({path: value})
        except CatalogError as error:
            return [
                (defect.path.removesuffix(".value"), defect.message) for defect in error.defects
            ]
        return []

    for path in list(alignment.quantities())[::3]:
        whole = {"value": number, "source": "judgement", "note": "the same number"}
        assert refusals(number) == refusals(whole), path


# Shares that are weights


def scaled(text):
    """The text of good.yaml with weights in place of shares; they sum to 0.9999."""
    text = text.replace("share: 0.6", "share: {value: 0.3333, low: 0.1, high: 0.5}")
    return text.replace("share: 0.4", "share: 0.6666")


def test_shares_as_a_spreadsheet_prints_them_are_refused_with_a_mend_that_works():
    text = scaled(GOOD)
    message = defect(parse_catalog, text).message
    assert "sum to 0.9999" in message and "normalise_shares: true under production" in message
    catalog = parse_catalog(text.replace("production: {", "production: {normalise_shares: true, "))
    write, check = (catalog.tasks[name].share for name in ("write", "check"))
    assert (write.value, check.value) == (3333 / 9999, 6666 / 9999)
    assert (write.low, write.high) == (pytest.approx(0.1 / 0.9999), pytest.approx(0.5 / 0.9999))
    assert catalog.get("tasks.write.share") == write.value


def test_weights_of_a_catalog_are_changed_as_weights_and_in_any_order():
    text = scaled(GOOD).replace("production: {", "production: {normalise_shares: true, ")
    catalog = parse_catalog(text)
    changes = {"tasks.check.share": 0.3333, "production.elasticity": 0.2}
    one_by_one = catalog
    for path, value in changes.items():
        one_by_one = one_by_one.replace({path: value})
    assert one_by_one.tasks == catalog.replace(changes).tasks
    assert one_by_one.tasks["write"].share.value == one_by_one.tasks["check"].share.value == 0.5
    assert one_by_one.sha256 == catalog.replace(changes).sha256
    off = {"production.normalise_shares": False, "tasks.check.share": 0.6667}
    assert catalog.replace(off).tasks["write"].share.value == 0.3333
    on = parse_catalog(GOOD).replace(
        {"production.normalise_shares": True, "tasks.check.share": 0.2}
    )
    assert on.tasks["write"].share.value == pytest.approx(0.75, rel=1e-15)


def test_weights_that_are_all_zero_are_refused():
    text = GOOD.replace("share: 0.6", "share: 0").replace("share: 0.4", "share: 0")
    assert "are all 0; give some above 0" in defect(parse_catalog, text).message
    text = text.replace("production: {", "production: {normalise_shares: true, ")
    assert "are all 0; give some above 0" in defect(parse_catalog, text).message


# Reading


def test_quantities_carry_value_interval_unit_source_and_note(alignment):
    horizon = alignment.tasks["threat_modelling"].horizon
    assert (horizon.value, horizon.low, horizon.high, horizon.unit) == (80, 24, 320, "h")
    assert horizon.source == ("judgement",) and "2 working weeks" in horizon.note
    assert [horizon.at(level) for level in ("low", "central", "high")] == [24, 80, 320]


def test_plain_numbers_get_the_declared_unit_and_no_interval(good):
    share = good.tasks["write"].share
    assert (share.value, share.low, share.high, share.unit, share.source) == (
        0.6,
        None,
        None,
        "1",
        (),
    )
    assert share.at("low") == share.at("high") == 0.6


def test_units_that_convert_exactly_are_converted_and_reported():
    catalog = load_catalog(FILES / "good_units.yaml")
    write = catalog.tasks["write"]
    assert (write.horizon.value, write.horizon.low, write.horizon.high, write.horizon.unit) == (
        4,
        1 / 3,
        8,
        "h",
    )
    assert (write.gate_latency.value, write.gate_latency.unit) == (48, "h")
    assert (catalog.compute.today.value, catalog.compute.today.unit) == (1e28, "FLOP/year")
    assert (catalog.compute.training_share.value, catalog.compute.training_share.unit) == (0.5, "1")
    assert catalog.compute.h100_hour.value == 1.44e18
    assert (
        len(catalog.conversions()) == 5
        and "tasks.write.gate_latency: 2 day read as 48.0 [h]" in catalog.conversions()
    )


def test_tasks_belong_to_the_only_pool_by_default(good):
    assert [task.pool for task in good.tasks.values()] == ["people", "people"]


def test_tasks_keep_the_order_of_the_file(good):
    assert list(good.tasks) == ["write", "check"]


def test_one_task_is_enough():
    catalog = parse_catalog(GOOD[: GOOD.index("  check:")].replace("share: 0.6", "share: 1"))
    assert list(catalog.tasks) == ["write"]


def test_a_thousand_tasks_in_a_chain_load():
    task = small_task(share=0.001)
    chain = "".join(
        f"  t{index}:\n{task}    after: [{f't{index - 1}' if index else ''}]\n"
        for index in range(1000)
    )
    catalog = parse_catalog(GOOD[: GOOD.index("  write:")] + chain)
    assert catalog.tasks["t999"].after == ("t998",)


def test_records_cannot_be_changed(good):
    with pytest.raises(ValueError, match="frozen"):
        good.tasks["write"].share = 1


def test_years_may_be_written_as_numbers(good):
    assert good.sources["works2020"].date == "2020"


def test_numbers_without_source_are_listed_in_the_order_of_the_file(good):
    assert good.without_source()[:2] == ("pools.people.headcount", "pools.people.hours_per_year")
    assert "tasks.write.review_ratio" not in good.without_source()
    assert "tasks.check.review_ratio" in good.without_source()


def test_basis_is_the_source_of_plain_numbers_in_tasks():
    catalog = parse_catalog(
        GOOD.replace("tasks:\n", "basis:\n  horizon: {source: works2020}\ntasks:\n", 1)
    )
    assert "tasks.write.horizon" not in catalog.without_source()
    assert "tasks.write.share" in catalog.without_source()


def test_a_path_of_a_file_and_a_text_give_the_same_catalog(good):
    assert parse_catalog(GOOD).tasks == good.tasks == load_catalog(str(FILES / "good.yaml")).tasks


def test_schema_names_units_ranges_and_meaning():
    schema = Catalog.model_json_schema()
    horizon = schema["$defs"]["Task"]["properties"]["horizon"]
    assert horizon["x-unit"] == "h"
    assert {"type": "number", "exclusiveMinimum": 0} in horizon["anyOf"]
    assert "skilled person" in horizon["description"]
    assert json.dumps(schema) and json.dumps(Scenario.model_json_schema())


def test_catalog_alone_imports_no_numerical_library():
    code = (
        "import sys, taskmodel.catalog; "
        "heavy = {'scipy', 'sympy', 'xarray', 'matplotlib', 'networkx'}; "
        "print(*sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


# Defects of a file


@pytest.mark.parametrize("name", BAD)
def test_one_defect_is_reported_with_its_position_and_the_values_allowed(name):
    path = FILES / f"bad_{name}.yaml"
    position, dotted, message = BAD[name]
    found = defect(load_catalog, path)
    assert (f"{found.line}:{found.column}", found.path) == (position, dotted)
    assert message in found.message
    assert str(found).startswith(f"{path}:{position}: {dotted}")


@pytest.mark.parametrize("escape", [r"\U00110000", r"\UFFFFFFFF"])
def test_an_escape_beyond_the_last_character_is_a_defect_at_its_digits(escape):
    error = defect(read_value, f'"a{escape}"', "title")
    assert (error.line, error.column) == (1, 5)
    assert "the last one is \\U0010FFFF" in error.message


def test_every_bad_file_is_tested():
    files = {path.stem.removeprefix("bad_") for path in FILES.glob("bad_*.yaml")}
    assert files == {*BAD, "many", "alias_bomb"}


def test_all_defects_of_a_file_are_reported_at_once_in_its_order():
    found = defects(load_catalog, FILES / "bad_many.yaml")
    assert [(defect.line, defect.path) for defect in found] == [
        (2, "title"),
        (2, "titel"),
        (8, "supervision.pool"),
        (10, "compute.today.unit"),
        (33, "tasks.write.horizon"),
        (34, "tasks.write.review_ratio.value"),
        (34, "tasks.write.review_ratio.low"),
        (34, "tasks.write.review_ratio.source"),
        (39, "tasks.check.after.1"),
        (39, "tasks.check.after.2"),
        (41, "tasks.check.horizon"),
    ]


def test_alias_bomb_is_refused_alias_by_alias():
    found = defects(load_catalog, FILES / "bad_alias_bomb.yaml")
    assert sum("an alias (*)" in defect.message for defect in found) == 81
    assert sum("an anchor (&)" in defect.message for defect in found) == 10


@pytest.mark.parametrize(
    ("nested", "position"),
    [
        ("[" * 3000 + "]" * 3000, "1:58"),
        ("{a: " * 3000 + "}" * 3000, "1:208"),
        ("- " * 3000 + "a", "2:101"),
    ],
)
def test_deep_nesting_is_refused_at_the_bracket_beyond_the_limit(nested, position):
    start = "title:\n" if nested.startswith("-") else "title: "
    found = defect(parse_catalog, start + nested)
    assert f"{found.line}:{found.column}" == position
    assert "more than 50 levels" in found.message


@pytest.mark.parametrize("number", ["9" * 5000, "0x" + "f" * 4998, "9" * 4996 + ".0e0"])
def test_long_numbers_are_refused_without_being_printed(number):
    found = defect(parse_catalog, GOOD.replace("horizon: 8", f"horizon: {number}"))
    assert (found.line, found.column, found.path) == (40, 14, "tasks.check.horizon")
    assert "(5000 characters) is too large" in found.message and len(found.message) < 120
    found = defect(parse_catalog, GOOD.replace("horizon: 8", f"horizon: {'8'.zfill(5000)}"))
    assert "(5000 characters) begins with 0; write" in found.message and len(found.message) < 120


@pytest.mark.parametrize(
    ("content", "line", "column", "message"),
    [
        (b"title: a\nquestion: caf\xe9?\n", 2, 14, "byte 0xe9 is not UTF-8"),
        (b"\xef\xbb\xbftitle: a\n", 1, 1, "byte order mark"),
        (b"\xff\xfet\x00i\x00", 1, 1, "is not UTF-8 but UTF-16 or UTF-32"),
        (b"title: a\nquestion: \x00\n", 2, 11, "U+0000 cannot be printed"),
        ("title: a\ufeffb\n".encode(), 1, 9, "U+FEFF cannot be printed"),
    ],
)
def test_bytes_that_are_not_text_are_located(tmp_path, content, line, column, message):
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    found = defect(load_catalog, path)
    assert (found.line, found.column) == (line, column)
    assert message in found.message


def test_columns_count_characters_and_not_bytes():
    found = defect(
        parse_catalog, GOOD.replace("title: Check the result", 'title: "Überprüfen", x: 1')
    )
    assert (found.line, found.column) == (36, 24)


def test_oversized_files_are_refused_before_they_are_read(tmp_path):
    path = tmp_path / "mine.yaml"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 10_000_001)
    assert "10,000,001 bytes; the limit is 10,000,000" in defect(load_catalog, path).message


def test_a_path_that_is_not_a_readable_file_is_refused(tmp_path, monkeypatch):
    assert "is a directory" in defect(load_catalog, tmp_path).message
    assert "No such file" in defect(load_catalog, tmp_path / "absent.yaml").message
    with pytest.raises(InputError, match="no file can have the name"):
        load_catalog("nul\0.yaml")
    assert "not a regular file" in defect(load_catalog, Path(os.devnull)).message

    def forbidden(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    assert "Permission denied" in defect(load_catalog, FILES / "good.yaml").message


def test_unknown_names_of_catalogs_and_scenarios_name_the_nearest():
    assert "did you mean 'alignment_research'?" in defect(load_catalog, "alignment_reserch").message
    assert "there are agentic_prs, alignment_research" in defect(load_catalog, "x").message
    assert "did you mean 'reference'?" in defect(load_catalog, "t_agi_ladder", "refrence").message


@pytest.mark.parametrize("block", ["pools:\n", "nests:\n", "tasks:\n"])
def test_a_missing_block_is_the_only_defect_reported(block):
    start = GOOD.index("\n" + block) + 1
    end = next(
        index
        for index in range(start + len(block), len(GOOD))
        if GOOD[index - 1] == "\n" and GOOD[index] != " "
    )
    without = GOOD[:start] + GOOD[end:]
    assert defect(parse_catalog, without).path == block.strip(":\n")


def test_sources_are_checked_without_any_being_declared():
    without = GOOD.replace("sources:\n  works2020: {title: A work, date: 2020}\n", "")
    assert (
        "there is no source 'works2020'; `sources` has none"
        in defect(parse_catalog, without).message
    )


def test_every_cycle_is_named():
    task = small_task(share=0)
    more = "".join(
        f"  {name}:\n{task}    after: [{before}]\n"
        for name, before in zip("abcde", "bcaed", strict=True)
    )
    found = defects(parse_catalog, GOOD.replace("feedback_loops", more + "feedback_loops"))
    assert {defect.message.split("cycle: ")[1] for defect in found} == {
        "a -> c -> b -> a",
        "d -> e -> d",
    }


def test_words_that_only_yaml_1_1_converts_stay_words():
    data = text.read_document(
        "{a: no, b: 0o17, c: 17, d: 1e3, e: 12:30, f: '5', g: ~, h: .5, i: 1_0, j: 0x1F}", "text"
    ).data
    assert data == {
        "a": "no",
        "b": 15,
        "c": 17,
        "d": 1000.0,
        "e": "12:30",
        "f": "5",
        "g": None,
        "h": 0.5,
        "i": "1_0",
        "j": 31,
    }


@pytest.mark.parametrize(
    "source",
    [*FILES.glob("good*.yaml"), *(FILES.parents[1] / "tasks").rglob("*.yaml")],
    ids=lambda path: path.stem,
)
def test_the_fast_scanner_returns_the_tokens_of_ruamel(source):
    content = source.read_text()
    quick, slow = YAML(typ="safe", pure=True), YAML(typ="safe", pure=True)
    # private: the public reader builds values, and only tokens show a difference of scanners
    quick.Scanner = text._Scanner

    def tokens(yaml):
        return [
            (
                type(token),
                getattr(token, "value", None),
                token.start_mark.index,
                token.end_mark.line,
            )
            for token in yaml.scan(content)
        ]

    assert tokens(quick) == tokens(slow)


@settings(max_examples=examples(100), deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-?[]{},#&*!|>'\"%@ \t\n~1.")))
def test_any_text_gives_plain_values_as_ruamel_reads_them_or_defects(content):
    try:
        document = text.read_document(content, "text")
    except CatalogError:
        return
    if (
        document.defects or "..." in content
    ):  # an end marker without a document is an empty document here and an error in ruamel
        return
    try:
        expected = YAML(typ="base", pure=True).load(content)
    except ScannerError as error:  # of tabs that are no indentation, which YAML allows
        assert "'\\t'" in str(error)
        expected = YAML(typ="base", pure=True).load(content.replace("\t", " "))

    def words(value):
        if isinstance(value, dict):
            return {name.replace("\t", " "): words(item) for name, item in value.items()}
        return [words(item) for item in value] if isinstance(value, list) else None

    assert words(document.data) == words(expected)


@settings(max_examples=examples(100), deadline=None)
@given(
    st.integers(0, len(GOOD) - 1),
    st.integers(0, 20),
    st.text(alphabet=st.sampled_from("ab:-?[]{},#&*!|>'\"%@ \t\n~1.e_"), max_size=3),
)
def test_any_change_to_a_catalog_gives_a_catalog_or_located_defects(start, length, inserted):
    try:
        parse_catalog(GOOD[:start] + inserted + GOOD[start + length :])
    except CatalogError as error:
        assert all(
            defect.line >= 1 and defect.column >= 1 and defect.message for defect in error.defects
        )


# Paths, values set and scenarios


def test_get_returns_the_number_word_or_switch_at_a_path(alignment):
    assert alignment.get("supervision.headcount") == 600
    assert alignment.get("tasks.red_teaming.horizon.high") == 80
    assert alignment.get("compute.inference") == "scarce"
    assert alignment.get("latency.count_review") is True
    assert alignment.get("compute.grid.points") == 400
    assert alignment.get("feedback_loops.0.loops_per_project") == 4
    assert alignment.get("tasks.agenda_setting.after") == ("threat_modelling", "literature_review")
    assert alignment.get("capability.h50_hours") is None
    assert alignment.get("nests.build.elasticity.low") is None


def test_every_listed_path_can_be_read_and_set_to_its_value(good):
    assert {
        "supervision.headcount",
        "nests.research.elasticity",
        "tasks.check.automation_threshold",
    } <= set(good.paths())
    for path in good.paths():
        value = good.get(path)
        again = good.replace({path: value})
        assert again.get(path) == value


def test_unknown_paths_name_the_nearest(alignment):
    assert (
        "did you mean 'supervision.headcount'"
        in defect(alignment.replace, {"supervision.hedcount": 1}).message
    )
    assert (
        "did you mean 'tasks.red_teaming.share'"
        in defect(alignment.get, "tasks.red_taming.share").message
    )
    assert (
        "at nests there are research, decide" in defect(alignment.replace, {"nests.zzz": 1}).message
    )
    assert "at the top there are schema_version, title" in defect(alignment.get, "").message
    for group in ("supervision", "tasks", "tasks.red_teaming", "feedback_loops"):
        assert "names a group of values" in defect(alignment.get, group).message
    assert "a dotted path" in defect(alignment.replace, {3: 4}).message


def test_a_number_set_replaces_the_value_and_says_that_it_was_set(alignment):
    inside = alignment.replace({"tasks.red_teaming.horizon": 20}).tasks["red_teaming"].horizon
    assert (inside.value, inside.low, inside.high, inside.source) == (20, 4, 80, ("set",))
    assert inside.note == "set by the user"
    outside = alignment.replace({"tasks.red_teaming.horizon": 200}).tasks["red_teaming"].horizon
    assert (outside.value, outside.low, outside.high) == (200, None, None)


def test_a_number_set_is_in_the_declared_unit():
    catalog = load_catalog(FILES / "good_units.yaml", set={"tasks.write.horizon": 5})
    horizon = catalog.tasks["write"].horizon
    assert (horizon.value, horizon.low, horizon.high, horizon.unit) == (5, 1 / 3, 8, "h")


def test_ends_of_an_interval_can_be_set(good):
    changed = (
        good.replace({"tasks.check.horizon.low": 2, "tasks.check.horizon.high": 20})
        .tasks["check"]
        .horizon
    )
    assert (changed.value, changed.low, changed.high, changed.source) == (8, 2, 20, ("set",))
    assert (
        "low 9, value 8"
        in defect(
            good.replace, {"tasks.check.horizon.low": 9, "tasks.check.horizon.high": 20}
        ).message
    )


def test_a_mapping_replaces_the_whole_quantity(alignment):
    quantity = {"value": 30, "unit": "min", "source": "judgement", "note": "a test"}
    catalog = alignment.replace({"tasks.red_teaming.horizon": quantity})
    changed = catalog.tasks["red_teaming"].horizon
    assert (changed.value, changed.low, changed.unit, changed.source, changed.note) == (
        0.5,
        None,
        "h",
        ("judgement",),
        "a test",
    )


def test_optional_values_can_be_added_and_removed(alignment):
    changed = alignment.replace(
        {
            "nests.build.elasticity": 0.2,
            "capability.h50_hours": 8,
            "tasks.agenda_setting.gate_latency": None,
        }
    )
    assert changed.nests["build"].elasticity.value == 0.2
    assert changed.capability.h50_hours.value == 8
    assert changed.tasks["agenda_setting"].gate_latency is None
    assert changed.replace({"nests.build.elasticity": None}).nests["build"].elasticity is None
    assert (
        defect(alignment.replace, {"tasks.red_teaming.horizon": None}).path
        == "tasks.red_teaming.horizon"
    )


def test_records_can_be_added_and_removed_by_id(good):
    engineers = {
        "pools.engineers": {"headcount": 5, "hours_per_year": 1800},
        "tasks.write.pool": "engineers",
        "tasks.check.pool": "people",
    }
    assert set(good.replace(engineers).pools) == {"people", "engineers"}
    alone = good.replace({"tasks.check": None, "feedback_loops": [], "tasks.write.share": 1})
    assert list(alone.tasks) == ["write"] and alone.feedback_loops == ()
    copy = good.replace(
        {"tasks.check.share": 0.2, "tasks.again": good.tasks["check"], "tasks.again.share": 0.2}
    )
    assert copy.tasks["again"].after == ("write",)


def test_numpy_numbers_are_taken_as_numbers(good):
    changed = good.replace(
        {
            "supervision.headcount": np.int64(7),
            "compute.today": np.float64(1e27),
            "compute.grid.points": np.int32(5),
        }
    )
    assert (
        changed.get("supervision.headcount"),
        changed.get("compute.today"),
        changed.get("compute.grid.points"),
    ) == (7, 1e27, 5)
    assert json.dumps(changed.overrides)


def test_values_set_are_checked_like_a_file(good):
    changes = {
        "supervision.headcount": -1,
        "tasks.check.horizon": "long",
        "compute.today": float("nan"),
        "tasks.write.after": ["plan"],
    }
    found = defects(good.replace, changes)
    assert {(defect.file, defect.path) for defect in found} == {
        ("set", "supervision.headcount"),
        ("set", "tasks.check.horizon"),
        ("set", "compute.today"),
        ("set", "tasks.write.after.0"),
    }
    assert str(found[0]).startswith("set: ")
    assert (
        "found a number beyond 1.8e308"
        in defect(good.replace, {"supervision.headcount": 10**5000}).message
    )
    assert (
        "the shares of the tasks sum to 1.1"
        in defect(good.replace, {"tasks.write.share": 0.7}).message
    )


def test_defects_of_values_set_have_no_line_and_defects_of_the_file_have_theirs(good):
    found = defects(
        good.replace,
        {"nests.research": {"title": "R", "elasticity": -1}, "tasks.check.phase": "build"},
    )
    assert {defect.file for defect in found} == {"set"}
    renamed = defects(good.replace, {"nests.build": good.nests["research"], "nests.research": None})
    positions = {(defect.line, defect.path) for defect in renamed}
    assert positions == {
        (None, "nests.build"),
        (30, "tasks.write.phase"),
        (37, "tasks.check.phase"),
    }


def test_overrides_accumulate_and_enter_the_hash(good):
    once = good.replace({"supervision.headcount": 5})
    twice = once.replace({"compute.inference": "free"})
    assert twice.overrides == {"supervision.headcount": 5, "compute.inference": "free"}
    assert len({good.sha256, once.sha256, twice.sha256}) == 3
    assert twice.sha256 == load_catalog(FILES / "good.yaml", set=twice.overrides).sha256
    assert good.overrides == {} and good.get("supervision.headcount") == 10


def test_overrides_of_several_steps_give_the_same_catalog_in_one_step(good):
    horizon = "tasks.check.horizon"
    steps = (
        good.replace({horizon: 1})
        .replace({f"{horizon}.low": 0.5, f"{horizon}.high": 5})
        .replace({horizon: 10})
    )
    again = good.replace(steps.overrides)
    assert (again.tasks, again.sha256) == (steps.tasks, steps.sha256)
    assert steps.tasks["check"].horizon.low is None


def test_catalogs_can_be_sent_to_other_processes(alignment):
    changed = alignment.replace({"supervision.headcount": 5})
    again = pickle.loads(pickle.dumps(changed))
    assert again == changed and again.sha256 == changed.sha256
    assert again.replace({"supervision.headcount": 6}).get("supervision.headcount") == 6


def test_errors_can_be_sent_to_other_processes():
    with pytest.raises(CatalogError) as caught:
        parse_catalog("title: a")
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.defects == caught.value.defects and str(again) == str(caught.value)


def test_a_scenario_changes_and_adds_values():
    catalog = load_catalog(FILES / "good.yaml", FILES / "scenario_good.yaml")
    assert catalog.supervision.headcount.source == ("works2022",) and "works2022" in catalog.sources
    assert (catalog.tasks["check"].horizon.value, catalog.tasks["check"].horizon.note) == (
        6,
        "set by the scenario scenario_good",
    )
    assert catalog.tasks["check"].automation_threshold.value == 1e27
    assert catalog.latency.count_review is False
    assert (catalog.name, catalog.scenario, catalog.overrides) == ("good", "scenario_good", {})
    assert (
        catalog.yaml_text == GOOD
        and catalog.scenario_yaml == (FILES / "scenario_good.yaml").read_text()
    )


def test_values_set_are_laid_over_the_scenario():
    catalog = load_catalog(
        FILES / "good.yaml", FILES / "scenario_good.yaml", {"supervision.headcount": 15}
    )
    headcount = catalog.supervision.headcount
    assert (headcount.value, headcount.low, headcount.high, headcount.source) == (
        15,
        10,
        40,
        ("set",),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bad_key", [(1, 1, "set", "is missing"), (2, 1, "sets", "did you mean 'set'?")]),
        (
            "bad_path",
            [
                (3, 3, "supervision.headcont", "did you mean 'supervision.headcount'"),
                (4, 3, "tasks.chek.horizon", "did you mean 'tasks.check.horizon'"),
            ],
        ),
        (
            "bad_value",
            [
                (3, 26, "supervision.headcount", "found -20"),
                (4, 24, "tasks.check.horizon", "found low 7, value 6, high 9"),
                (4, 60, "tasks.check.horizon.source", "did you mean 'works2020'?"),
                (5, 30, "tasks.check.after.1", "there is no task 'plan'"),
            ],
        ),
    ],
)
def test_defects_of_a_scenario_are_placed_in_its_file(name, expected):
    path = FILES / f"scenario_{name}.yaml"
    found = defects(load_catalog, FILES / "good.yaml", path)
    assert {defect.file for defect in found} == {str(path)}
    assert [(defect.line, defect.column, defect.path) for defect in found] == [
        row[:3] for row in expected
    ]
    for defect, row in zip(found, expected, strict=True):
        assert row[3] in defect.message


def test_a_scenario_may_not_give_a_source_key_another_meaning(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("title: T\nsources:\n  works2020: {title: Another}\nset: {}\n")
    found = defect(load_catalog, FILES / "good.yaml", path)
    assert (found.line, found.path) == (3, "sources.works2020")


@pytest.mark.parametrize("name", bundled_catalogs())
def test_reference_scenario_frees_compute_and_fixes_proportions(name):
    catalog = load_catalog(name, "reference")
    words = [
        catalog.get(path)
        for path in (
            "supervision.pool",
            "supervision.coverage",
            "compute.inference",
            "compute.experiments",
        )
    ]
    assert words == ["researchers", "full", "free", "free"]
    assert (
        catalog.get("production.elasticity") == 0
        and catalog.get("supervision.max_review_share") == 1
    )


def test_values_are_read_from_text_as_in_a_file():
    assert (
        read_value("1e27") == 1e27
        and read_value("dedicated") == "dedicated"
        and read_value("") is None
    )
    assert read_value("{value: 3, low: 1, high: 5}") == {"value": 3, "low": 1, "high": 5}
    assert "an alias" in defect(read_value, "*x").message
    assert defect(read_value, "[1", label="--set").file == "--set"


def test_replacing_reads_only_what_changed(alignment):
    changed = alignment.replace({"tasks.red_teaming.horizon": 20})
    assert changed.tasks["agenda_setting"] is alignment.tasks["agenda_setting"]
    assert changed.tasks["red_teaming"] is not alignment.tasks["red_teaming"]
