"""Blocks and induced work in files: what they may say, and what is located where they may not."""

import json

import pytest
from locations import DATA
from small import small_catalog

from taskmodel.catalog import load_catalog
from taskmodel.errors import CatalogError

TASKS = {
    "design": {"share": 0.3},
    "build": {"share": 0.3, "after": ["design"]},
    "sign": {"share": 0.2, "after": ["build"], "delegable": False},
    "run": {"share": 0.2, "after": ["build", "sign"]},
}
SOURCE = {"source": "judgement", "note": "a test"}


def catalog_with(tasks=TASKS, blocks=None, work=None, **changes):
    sections = {"blocks": blocks or {}, "oversight_work": work or {}, **changes}
    return small_catalog(tasks, **sections)


def block(*tasks, **fields):
    return {"chain": {"tasks": list(tasks), **SOURCE, **fields}}


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        (block("build", "run"), "build -> sign -> run leaves the block and comes back"),
        (block("build", "sign"), "AI may never do 'sign'"),
        (block("build", "bild"), "bild"),
        (block("build"), "tasks: found a list; it has 1 entry, and needs at least 2"),
        (block("build", "build"), "tasks.1: 'build' is listed twice; keep one"),
        (block("design", "build", review=0), "review"),
        (
            {**block("design", "build"), "other": {"tasks": ["build", "run"], **SOURCE}},
            "it shares build with 'chain'",
        ),
    ],
)
def test_blocks_that_cannot_be_done_in_one_go_are_located(blocks, words):
    with pytest.raises(CatalogError, match=words):
        catalog_with(blocks=blocks)


def test_a_block_takes_in_whole_nests_below_its_own():
    nests = {"research": {}, "first": {"parent": "research"}, "second": {"parent": "research"}}
    phases = {"design": "first", "build": "first", "run": "second"}
    tasks = {
        name: {"share": 1 / 3, "phase": phase, "after": ["design"] if name == "build" else []}
        for name, phase in phases.items()
    }
    catalog_with(tasks, block("design", "build", "run"), nests=nests)
    catalog_with(tasks, block("design", "build"), nests=nests)
    with pytest.raises(CatalogError, match="'build' is in the nest 'first', of which design"):
        catalog_with(tasks, block("build", "run"), nests=nests)


def test_the_mend_of_a_block_that_is_not_convex_works():
    tasks = {**TASKS, "sign": {**TASKS["sign"], "delegable": True}}
    with pytest.raises(CatalogError, match="take in sign, or take out build or run"):
        catalog_with(tasks, block("build", "run"))
    catalog_with(tasks, block("build", "sign", "run"))


@pytest.mark.parametrize(
    ("work", "words"),
    [
        ({"triage": {"task": "sine", "hours": 0.1, **SOURCE}}, "sine"),
        ({"triage": {"task": "build", "hours": 1, **SOURCE}}, "build -> build"),
        (
            {
                "there": {"task": "build", "by": ["design"], "hours": 2, **SOURCE},
                "back": {"task": "design", "by": ["build"], "hours": 0.5, **SOURCE},
            },
            "design -> build -> design",
        ),
    ],
)
def test_induced_work_without_an_end_is_located(work, words):
    with pytest.raises(CatalogError, match=words):
        catalog_with(work=work)


def test_the_mend_of_induced_work_without_an_end_works():
    """Two cycles of 0.6 hours each, which only together have no end."""
    work = {
        "there": {"task": "design", "by": ["build", "run"], "hours": 0.6, **SOURCE},
        "back": {"task": "build", "by": ["design"], "hours": 1, **SOURCE},
        "too": {"task": "run", "by": ["design"], "hours": 1, **SOURCE},
        "apart": {"task": "sign", "by": ["build"], "hours": 0.5, **SOURCE},
    }
    with pytest.raises(CatalogError) as caught:
        catalog_with(work=work)
    (defect,) = caught.value.defects
    assert defect.path == "oversight_work.there.hours"
    entries = "oversight_work.there, oversight_work.back, oversight_work.too"
    assert "back as 1.095 hours of the same, along design -> build -> design" in defect.message
    assert f"must be less than 1: divide by 1.0956 the hours of {entries}, or" in defect.message
    divided = {
        name: {**fields, "hours": fields["hours"] / (1 if name == "apart" else 1.0956)}
        for name, fields in work.items()
    }
    catalog_with(work=divided)
    catalog_with(work={**work, "there": {**work["there"], "by": ["run"], "hours": 0.5}})


def test_blocks_and_induced_work_are_read_as_written():
    hours = {"value": 3, "unit": "min/h"}
    work = {"triage": {"task": "sign", "by": ["build"], "hours": hours, **SOURCE}}
    catalog = catalog_with(blocks=block("design", "build", review=0.5), work=work)
    assert catalog.blocks["chain"].tasks == ("design", "build")
    assert catalog.get("blocks.chain.review") == 0.5
    assert catalog.get("oversight_work.triage.hours") == pytest.approx(0.05)


def test_lists_that_are_too_long_or_empty_say_what_they_need():
    correlation = {"between": ["compute.today"] * 3, "value": 0.5, **SOURCE}
    uncertainty = {"correlations": [correlation], "groups": {"all": {"paths": [], **SOURCE}}}
    with pytest.raises(CatalogError) as caught:
        catalog_with(uncertainty=uncertainty)
    assert "between: found a list; it has 3 entries, and needs at most 2" in str(caught.value)
    assert "paths: found a list; it has 0 entries, and needs at least 1" in str(caught.value)


@pytest.mark.parametrize("predecessor", [["a"], {"a": "b"}])
def test_predecessors_that_are_no_names_are_located(tmp_path, predecessor):
    data = json.loads((DATA / "cases" / "mini_one_task.yaml").read_text())
    data["tasks"]["a"]["after"] = [predecessor]
    path = tmp_path / "catalog.yaml"
    path.write_text(json.dumps(data))
    with pytest.raises(CatalogError, match=r"tasks\.a\.after\.0: found a .*; text is needed"):
        load_catalog(path)
