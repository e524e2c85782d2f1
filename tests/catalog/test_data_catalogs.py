"""The catalogs of agents' pull requests and of an occupation: their numbers and their sources."""

import numpy as np
import pytest

import taskmodel as tm
from taskmodel.catalog import bundled_catalogs

PUBLISHED = {  # rejected or not merged, by task, as the sources of 2026 have it
    "write_fix": (0.464, "AIDEV_FIXES"),
    "write_feature": (1 - 0.661, "AIDEV_TASKS"),
    "write_docs": (1 - 0.821, "AIDEV_TASKS"),
    "write_tests": (0.285, "AIDEV"),
    "peer_review": (1 - 45.2 / 68.37, "CRA26"),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_rejections_of_agents_pull_requests_are_those_of_the_sources(name):
    value, source = PUBLISHED[name]
    defect = tm.load_catalog("agentic_prs").tasks[name].defect_probability
    assert defect.value == pytest.approx(value, abs=5e-4) and source in defect.source


def test_hours_that_were_measured_are_in_the_shares():
    tasks = tm.load_catalog("agentic_prs").tasks
    writing = sum(task.share.value for task in tasks.values() if task.phase == "write")
    assert tasks["peer_review"].share.value == 0.09
    assert tasks["rework"].share.value == pytest.approx(0.125 * writing, rel=1e-9)
    review = tasks["write_fix"].review_ratio.value
    assert review == pytest.approx(1.118 * 0.09 / writing, abs=5e-3)


@pytest.mark.parametrize("name", bundled_catalogs())
def test_bundled_catalogs_are_about_the_same_training_run_of_the_start_of_2026(name):
    of_this, of_all = (tm.load_catalog(each).compute for each in (name, "alignment_research"))
    assert of_this.today_date.value == 2026
    assert of_this.training_share == of_all.training_share
    assert of_this.today.value * of_this.training_share.value == pytest.approx(4.2e28)


def test_every_pull_request_that_is_rejected_takes_its_review_again():
    """Hours of review of a useful hour of AI's fixes are the ratio over 1 - the share rejected."""
    catalog = tm.load_catalog("agentic_prs")
    hours = tm.review_load(catalog, 1e31).sel(task="write_fix")["review_hours"]
    useful = tm.sweep(catalog, [1e31])["activity"].sel(task="write_fix", mode="ai_full_review")
    fix = catalog.tasks["write_fix"]
    expected = fix.review_ratio.value / (1 - fix.defect_probability.value)
    assert float(hours) / float(useful.item()) == pytest.approx(expected, rel=1e-9)


def test_review_is_the_bottleneck_of_agents_pull_requests_and_floors_cost_less():
    full = tm.load_catalog("agentic_prs")
    floors = full.replace({"supervision.coverage": "floor"})
    result = tm.compare([full, floors], compute=[4.2e29, 5e31])
    assert set(result["binding_factor"].isel(scenario=0).values) == {"review"}
    speedups = result["throughput_speedup"].values
    assert (speedups[1] > speedups[0]).all()


def test_statements_of_onet_are_cited_and_weights_are_equal_until_they_are_imported():
    catalog = tm.load_catalog("us_computer_scientists")
    shares = [task.share.value for task in catalog.tasks.values()]
    np.testing.assert_allclose(shares, 1 / 15, rtol=1e-15)
    assert catalog.basis["share"].source == ("judgement",)
    assert "taskmodel import" in catalog.basis["share"].note
    assert catalog.sources["ONET"].access == "secondary" and "CC BY 4.0" in catalog.description
    for task in catalog.tasks.values():
        assert task.sources == ("ONET",) and task.description.endswith(".")


def test_draws_along_a_path_on_which_nothing_changes_have_no_event():
    """From 1e36 on AI can do all that it ever will: no draw has an event."""
    catalog = tm.load_catalog("agentic_prs")
    paths = {"compute": [(2026, 1e36), (2027, 1.1e36)]}
    drawn = tm.ensemble(catalog, draws=4, seed=1, paths=paths, dates=[2026, 2027])
    speedups = drawn["throughput_speedup"].values
    np.testing.assert_allclose(speedups[:, 0], speedups[:, 1], rtol=1e-9)
    first = drawn["event_place"].sel(kind=["automatable", "binds", "adopted"]).values
    assert np.isinf(first).all()
