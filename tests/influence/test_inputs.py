"""Inputs have names that mean the same here as in any other dotted path."""

import pytest

import taskmodel as tm
from taskmodel.influence.inputs import inputs_of

LADDER = "t_agi_ladder"
RATIO = "tasks.1_second.review_ratio"
CERTAIN = {"tasks.*.review_ratio.distribution": "fixed"}
INTERVAL = {"value": 0.1, "low": 0.05, "high": 0.4, "source": "judgement", "note": "of a test"}


def members(catalog):
    return inputs_of(catalog, None).members


@pytest.fixture(scope="module")
def ungrouped():
    catalog = tm.load_catalog(LADDER)
    return catalog.replace({"uncertainty": None, **CERTAIN})


def test_a_number_alone_in_its_field_is_named_by_its_path(ungrouped):
    found = members(ungrouped.replace({RATIO: INTERVAL}))
    assert found[RATIO] == [RATIO]
    assert "tasks.*.review_ratio" not in found
    assert RATIO in inputs_of(ungrouped.replace({RATIO: INTERVAL}), None).moves()


def test_several_ungrouped_numbers_of_a_field_are_one_input(ungrouped):
    pair = [RATIO, "tasks.1_minute.review_ratio"]
    found = members(ungrouped.replace(dict.fromkeys(pair, INTERVAL)))
    assert found["tasks.*.review_ratio"] == pair


def test_a_group_keeps_its_name_however_few_its_members(ungrouped):
    group = {"paths": [RATIO], "common": 0.5, "source": "judgement", "note": "of a test"}
    values = {RATIO: INTERVAL, "uncertainty.groups.ratios": group}
    assert members(ungrouped.replace(values))["ratios"] == [RATIO]
