"""The page of a catalog with pools and reviewers of its own."""

import pytest
from explore.pages import institute

from taskmodel.catalog import load_catalog
from taskmodel.errors import CatalogError
from taskmodel.explore import Workbench, answers
from taskmodel.explore.answers import curve_view, map_view, money_view
from taskmodel.explore.choices import Choice
from taskmodel.explore.downloads import csv_text
from taskmodel.explore.levers import levers_of
from taskmodel.explore.remedies import remedy_view
from taskmodel.summary import summarise


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "institute.yaml"
    path.write_text(institute(), encoding="utf-8")
    return Workbench(path)


def test_prices_that_are_missing_are_asked_for_by_the_names_of_the_catalog(bench):
    with pytest.raises(CatalogError, match="is missing; give prices.economists") as refusal:
        money_view(bench, {})
    assert "researchers'" not in str(refusal.value)


def test_reviewers_run_out_by_kind_from_where_the_command_says_that_they_are_scarce(bench):
    facts = curve_view(bench, {}).facts
    out = facts["reviewers_run_out"]
    scarce = summarise(bench.base, bench.curve(Choice())).reviewers_scarce
    assert {kind: point.compute for kind, point in out.items()} == {
        kind: pytest.approx(intervals[0][0]) for kind, intervals in scarce.items()
    }
    assert list(out) == ["general", "legal"] and out["legal"].compute < out["general"].compute
    assert "reviewers_run_out" not in facts["milestones"]


def test_each_kind_of_reviewers_has_remedies_of_its_own(bench):
    answer = remedy_view(bench, {})
    rows = {row["title"]: row for row in answer.facts["rows"]}
    now = rows["as things are"]["reviewers_run_out"]
    lawyers = rows["twice as many reviewers (legal)"]
    assert lawyers["setting"] == "reviewers.legal.headcount times 2"
    assert lawyers["reviewers_run_out"][1] > now[1]
    economists = rows["twice as many economists who may review (general)"]
    assert economists["reviewers_run_out"][0] > now[0]
    assert economists["reviewers_run_out"][1] == pytest.approx(now[1])
    assert "reviewers (general) of their own, besides the economists" in rows
    assert "reviewers (legal) do nothing but review" in rows
    head = csv_text(answer.dataset).splitlines()[0]
    assert "reviewers_run_out legal [calendar year]" in head


def test_each_kind_of_reviewers_has_sliders_of_its_own(bench):
    titles = {name: lever.title for name, lever in bench.start("").levers.items()}
    assert titles["supervision.headcount"] == "Reviewers (general)"
    assert titles["reviewers.legal.headcount"] == "Reviewers (legal)"
    assert titles["reviewers.legal.max_review_share"].endswith("time in review (legal)")
    single = levers_of(load_catalog("t_agi_ladder"))
    assert single["supervision.headcount"].title == "Reviewers"


def test_a_map_says_of_a_permission_that_it_is_no_number_of_people(bench, monkeypatch):
    monkeypatch.setattr(answers, "MAP_POINTS", (3, 3))
    facts = map_view(bench, {"other": "supervision.headcount"}).facts
    assert facts["permission"].startswith("is a permission here, not a number of people")
    assert map_view(bench, {"other": "reviewers.legal.headcount"}).facts["permission"] == ""
