"""Files of plans: bundled ones, one defect in each, cases, and values that are set."""

import pytest
from locations import ROOT
from plan_texts import BASE, RISK, evaluated, without_catalog

import taskmodel as tm
from taskmodel.errors import CatalogError
from taskmodel.files.yaml import read_document
from taskmodel.lead.plans import Plan, bundled_plans, load_plan, parse_plan
from taskmodel.lead.plans.evaluation import evaluate_plan
from taskmodel.lead.plans.load import cases

BUNDLED = ("greenblatt_leads", "kwa_ladder", "seed_1000x", "seed_toy")


def numbers_without_source(value, path):
    """Paths of quantities that state no source."""
    if isinstance(value, dict):
        if "value" in value and not value.get("source"):
            yield path
        for key, item in value.items():
            yield from numbers_without_source(item, (*path, key))


def test_bundled_plans_are_listed_and_part_of_the_wheel():
    files = (ROOT / "tasks" / "plans").glob("*.yaml")
    assert bundled_plans() == BUNDLED == tuple(sorted(path.stem for path in files))


@pytest.mark.parametrize("name", BUNDLED)
def test_every_number_of_a_bundled_plan_has_a_source(name):
    data = read_document(load_plan(name).yaml_text, name).data
    assert list(numbers_without_source(data, ())) == []
    blocks = [data[block] for block in ("chips", "worker", "lead", "field") if block in data]
    assert all(isinstance(item, dict | str) for block in blocks for item in block.values())


def test_a_plan_has_a_name_and_no_overrides_and_is_its_own_case():
    plan = load_plan("seed_toy")
    assert isinstance(plan, Plan) and plan.name == "seed_toy" and plan.overrides == {}
    assert [name for name, _ in cases(plan)] == [""]
    results = evaluate_plan(without_catalog("seed_toy"))
    assert results["researchers"] == pytest.approx(46_000)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "{value: 6, source: work}",
            "{value: -6, source: work}",
            r"12:19: lead\.months\.value: found -6; at least 0 \[month\]",
        ),
        (
            "{value: 6, source: work}",
            "{value: 6, unit: week, source: work}",
            "'week' is not a unit of time; use month",
        ),
        (
            "lead:\n",
            "lead:\n  theft: {value: 1.2, source: work}\n",
            r"lead\.theft\.value: found 1.2; at least 0 and at most 1 \[1/month\]",
        ),
        (
            "lead:\n",
            "lead:\n  leak: {value: 0.5, source: hearsay}\n",
            "there is no source 'hearsay'",
        ),
        ("lead:\n", "lead:\n  leak: {value: 0.5, source: judgement}\n", "judgement needs a `note`"),
        ("lead:\n", "lead:\n  thefts: 0.1\n", r"lead\.thefts: unknown key; did you mean 'theft'"),
        (
            "  months: {value: 6, source: work}\n",
            "  development: 0\n",
            "give one of `months` and `rivals`",
        ),
        (
            "lead:\n",
            "lead:\n  rivals: {x: {months: 3}}\n",
            "give one of `months` and `rivals`",
        ),
        (
            "  months: {value: 6, source: work}\n",
            "  rivals: {x: {months: 3, cautious: true}}\n",
            "the lead has no end",
        ),
        (
            "lead:\n",
            "lead:\n  deployment: 1\n  leak: 0.6\n  leak_by_deployment: 0.6\n",
            "leaks come to 1.2",
        ),
        ("field:\n", "field:\n  review_latency: 8\n", "but not how often; give work_per_review"),
        (
            "  tokens_per_second: {value: 2.3e7, source: work}\n",
            "",
            "worker: needs tokens_per_second, or the chips",
        ),
        (
            "title: A plan",
            "organisation: {catalog: alignment_research}\ntitle: A plan",
            "organisation: needs chips",
        ),
        (
            "title: A plan",
            "title: A plan\ncases: {a: {title: A, set: {lead.month: 3}}}",
            r"3:29: lead\.month: there is no such path",
        ),
        (
            "title: A plan",
            "title: A plan\ncases: {a: {title: A, set: {lead.months: -3}}}",
            r"3:42: lead\.months: found -3",
        ),
        ("worker:\n", "worker:\n  reading: paper\n", "allowed: 'consistent', 'seed'"),
        ("title: A plan", "title: A plan\ntitle: Another", "duplicate key 'title'"),
    ],
)
def test_a_defect_is_reported_with_its_position_and_a_remedy(old, new, message):
    assert old in BASE
    with pytest.raises(CatalogError, match=message) as caught:
        parse_plan(BASE.replace(old, new, 1), file="plan.yaml")
    assert all(defect.line for defect in caught.value.defects)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"slope": 0},
            r"risk\.slope: found 0: .* never crosses 0.01 per month, so that the pause never",
        ),
        ({"slope": -1}, "found -1"),
        ({"tolerated": 0.0005}, "the pause is overdue"),
        ({"pace": 0}, "the pause never starts"),
        ({"at_present": 1.5}, "at most 1"),
    ],
)
def test_a_risk_that_never_reaches_the_tolerated_risk_is_refused(change, message):
    with pytest.raises(CatalogError, match=message):
        evaluated(risk={**RISK, **change})


def test_a_plan_without_content_or_with_two_starts_of_the_pause_is_refused():
    with pytest.raises(CatalogError, match="neither a worker nor a ladder"):
        parse_plan("title: Nothing")
    message = "risk: says when the pause starts, and so does lead.development"
    with pytest.raises(CatalogError, match=message):
        evaluated(risk=RISK, lead__development=3)
    with pytest.raises(CatalogError, match="no bundled plan of this name; did you mean 'seed_toy'"):
        tm.lead_time("seed_toi")
