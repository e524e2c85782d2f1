"""The page of a catalog with pools and reviewers of its own."""

import pytest
from small import small_catalog

from taskmodel.errors import CatalogError
from taskmodel.explore import Workbench
from taskmodel.explore.answers import money_view

LEGAL = {"pool": "dedicated", "headcount": 0.5, "hours_per_year": 100, "max_review_share": 0.8}
TASKS = {"design": {"share": 0.6}, "contracts": {"share": 0.4, "reviewers": ["legal"]}}
INTERVAL = {"value": 0.2, "low": 0.05, "high": 0.8, "source": "judgement", "note": "of a test"}


def with_legal_reviewers(**legal):
    """The text of a catalog of economists, with lawyers who review what is theirs alone."""
    tasks = {**TASKS, "design": {**TASKS["design"], "review_ratio": INTERVAL}}
    catalog = small_catalog(tasks, reviewers={"legal": {**LEGAL, **legal}})
    return catalog.yaml_text.replace("researchers", "economists")


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "institute.yaml"
    path.write_text(with_legal_reviewers(), encoding="utf-8")
    return Workbench(path)


def test_prices_that_are_missing_are_asked_for_by_the_names_of_the_catalog(bench):
    with pytest.raises(CatalogError, match="is missing; give prices.economists") as refusal:
        money_view(bench, {})
    assert "researchers'" not in str(refusal.value)
