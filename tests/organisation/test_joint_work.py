"""Blocks and induced work of catalogs, from the file to the optimum and the sweep."""

import numpy as np
import pytest
from locations import DATA
from small import small_catalog

import taskmodel as tm
from taskmodel.errors import InputError
from taskmodel.organisation.organisation import organisation
from taskmodel.sweeps.walker import Walker

FIRST = DATA / "alignment_research_b27e634.yaml"
SOURCE = {"source": "judgement", "note": "a test"}
PLENTY = {"compute.inference": "free", "compute.experiments": "free"}


@pytest.mark.parametrize(
    ("phases", "speedups"),
    [
        (("build", "run", "analyze"), (3.6078, 4.5208, 5.5339)),
        (
            ("build", "run", "analyze", "probe", "design", "communicate"),
            (3.6078, 5.4900, 8.2017),
        ),
    ],
)
def test_reviewing_a_phase_once_raises_the_ceiling_of_the_first_default_catalog(phases, speedups):
    catalog = tm.load_catalog(FIRST, set=PLENTY)
    for omega, expected in zip((1, 0.5, 0.25), speedups, strict=True):
        blocks = {
            phase: {
                "tasks": [name for name, task in catalog.tasks.items() if task.phase == phase],
                "review": omega,
                **SOURCE,
            }
            for phase in phases
        }
        walker, compute = Walker(catalog.replace({"blocks": blocks})), np.array([1e36])
        optimum = walker.solve(compute).allocation
        assert optimum.gap[0] < 1e-9
        measures = walker.at(compute).measure(optimum)
        assert measures.throughput_speedup[0] == pytest.approx(expected, abs=5e-5)


def chain(success, *, omega, review=0.2, of_tasks=(), **changes):
    """Two tasks that AI does from 1e20 FLOP on, one after the other; `of_tasks`: more of a task."""
    tasks = {
        "build": {"share": 0.5, "automation_threshold": 1e20, "review_ratio": review},
        "run": {
            **{"share": 0.5, "automation_threshold": 1e20, "review_ratio": review},
            "after": ["build"],
        },
    }
    tasks = {name: {**task, **dict(of_tasks).get(name, {})} for name, task in tasks.items()}
    blocks = {"chain": {"tasks": ["build", "run"], "review": omega, **SOURCE}}
    compute = {"inference": "free", **changes.pop("compute", {})}
    return small_catalog(
        tasks,
        blocks=blocks,
        compute=compute,
        capability={"defect_probability": 1 - success},
        **changes,
    )


@pytest.mark.parametrize(("success", "best"), [(0.9, 8.1), (0.6, 3.6), (0.5, 2.5), (0.45, 2.25)])
def test_a_block_that_fails_is_redone_as_a_whole(success, best):
    result = tm.sweep(chain(success, omega=0.5), [1e28])
    assert float(result["throughput_speedup"].values[0]) == pytest.approx(best, rel=1e-9)


@pytest.mark.parametrize("forbidding", [["build"], ["run"], ["build", "run"]])
def test_a_laxer_rule_of_coverage_closes_no_block(forbidding):
    """A task that forbids the mode of a rule has that of a stricter one, also in its block.

    A unit of the block takes 0.05 * 0.2 v/0.81 hours of review, v the mean over its two tasks of
    the units reviewed: all under full review, a tenth at the floors. Apart, a task under full
    review takes 0.2/0.9 hours for its half.
    """

    def speedup(coverage, *forbidden):
        more = {name: {"forbids": list(forbidden)} for name in forbidding}
        catalog = chain(0.9, omega=0.05, of_tasks=more, supervision={"coverage": coverage})
        return float(tm.sweep(catalog, [1e28])["throughput_speedup"].values[0])

    def by_block(stricter, usual):
        reviewed = (len(forbidding) * stricter + (2 - len(forbidding)) * usual) / 2
        return pytest.approx(0.81 / (0.05 * 0.2 * reviewed), rel=1e-9)

    assert speedup("full", "floor_coverage", "no_review") == by_block(1, 1)
    assert speedup("floor", "floor_coverage", "no_review") == by_block(1, 0.1)
    assert speedup("none", "floor_coverage", "no_review") == by_block(1, 0)
    assert speedup("none", "no_review") == by_block(0.1, 0)


@pytest.mark.parametrize("others", [["skilled"], ["general", "skilled"], ["skilled", "expert"]])
def test_whoever_reviews_other_tasks_a_block_has_reviewers_of_its_own_tasks(others):
    """Of Leontief tasks only `other` has a choice of reviewers, of whom the skilled suffice.

    A unit takes 0.9 * 0.05 * 0.2/0.81 hours of review in the block, and 0.1 * 0.2/0.9 besides, of
    1,000 hours.
    """
    task = {"automation_threshold": 1e20, "review_ratio": 0.2, "by_people": False}
    own = {**task, "share": 0.45, "reviewers": ["skilled"]}
    people = {"pool": "dedicated", "headcount": 10, "hours_per_year": 100, "max_review_share": 1}
    few = {**people, "headcount": 1e-6}
    catalog = small_catalog(
        {"build": own, "run": own, "other": {**task, "share": 0.1, "reviewers": others}},
        production={"elasticity": 0},
        supervision=few,
        reviewers={"skilled": people, "expert": few},
        capability={"defect_probability": 0.1},
        compute={"inference": "free"},
        blocks={"chain": {"tasks": ["build", "run"], "review": 0.05, **SOURCE}},
    )
    hours = 0.9 * 0.05 * 0.2 / 0.81 + 0.1 * 0.2 / 0.9
    output = float(tm.sweep(catalog, [1e28])["output"][0])  # relative to people's 1,000 hours
    assert output == pytest.approx(1 / hours, rel=1e-6)


def test_bundles_of_a_block_are_those_of_its_tasks_per_success_of_all():
    parts = organisation(chain(0.8, omega=0.5, compute={"inference": "scarce"}))
    apart, block = parts.fixed_bundles[0, :, 1], parts.fixed_bundles[0, :, -1]
    inference = parts.factors.index("inference")
    assert block[:, inference] == pytest.approx(apart[:, inference] / 0.8)
    review = parts.fixed_review[0].sum(axis=-1)
    assert review[:, -1] == pytest.approx(0.5 * review[:, 1] / 0.8)
    assert parts.attempts(1e28)[0, :, -1] == pytest.approx([1 / 0.64] * 2)


def test_a_sweep_with_a_block_agrees_with_its_optima_and_locates_its_adoption():
    plain = tm.load_catalog(FIRST)
    tasks = [name for name, task in plain.tasks.items() if task.phase == "build"]
    blocks = {"build": {"tasks": tasks, "review": 0.5, **SOURCE}}
    catalog = plain.replace({"blocks": blocks})
    result, without = tm.sweep(catalog), tm.sweep(plain)
    more = result["throughput_speedup"].values - without["throughput_speedup"].values
    assert (more > -1e-9).all()
    assert more[-1] > 0.1
    compute = result["compute"].values[::40]
    walker = Walker(catalog)
    expected = walker.at(compute).measure(walker.solve(compute).allocation)
    assert result["throughput_speedup"].values[::40] == pytest.approx(expected.throughput_speedup)
    adopted = (result["event_kind"] == "adopted") & (result["event_mode"] == "block_build")
    assert sorted(result["event_task"].values[adopted]) == sorted(tasks)
    assert len(set(result["event_compute"].values[adopted])) == 1


def test_oversight_work_grows_with_what_ai_does():
    tasks = {
        "build": {"share": 0.99, "automation_threshold": 1e20, "review_ratio": 0.1},
        "triage": {"share": 0.01, "delegable": False},
    }
    work = {"alerts": {"task": "triage", "by": ["build"], "hours": 0.05, **SOURCE}}
    catalog = small_catalog(
        tasks, oversight_work=work, compute={"inference": "free"}, production={"elasticity": 0}
    )
    walker = Walker(catalog)
    optimum = walker.solve(np.array([1e28])).allocation
    hours = 1000.0
    # an hour of output takes .99 h of AI's work with .1 h of review and .05 h of triage, and .01 h
    output = hours / (0.99 * 0.15 + 0.01)
    assert optimum.output[0] == pytest.approx(output, rel=1e-12)
    triage = optimum.activity[0, 1].sum()
    assert triage == pytest.approx(output * (0.01 + 0.99 * 0.05), rel=1e-12)
    people = walker.yardstick.base_output[0]
    assert people == pytest.approx(hours)  # without AI nothing is induced


def test_questions_without_an_answer_for_blocks_say_so():
    catalog = chain(0.9, omega=0.5)
    with pytest.raises(InputError, match="leave out blocks"):
        tm.elasticities(catalog, compute=1e28)
