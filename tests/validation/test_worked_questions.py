"""Worked questions about supervised work in a pause by the command line, and Hulten's theorem.

Published: of 690,000 researchers' worth of AI labour, 600 supervisors let all be used if an hour
takes no more than 600/690,000 of a supervisor's, 3.1 s; at 1 % they use 8.7 %, at 0.1 % 87 %. With
a compute tax of 10 and 0.1 %: 69,000, and compute binds; with 1 %: 60,000 with and without the tax,
and people bind. Today's evidence: 800 agent-hours, at $22.5 each, did better than 112 human-hours,
7.1 to one; tokens per agent-hour, which the 100 tokens per human-second would need, are not
published.
"""

import json

import numpy as np
import pytest
from locations import DATA

import taskmodel as tm
from taskmodel.allocation import allocate
from taskmodel.cli import main
from taskmodel.sweeps.walker import Walker

PAUSE = str(DATA / "pause.yaml")
RESEARCHERS, SUPERVISORS = 690_000, 600
RATIO, TOKENS = "tasks.work.review_ratio", "capability.tokens_per_human_second"


def answer_of(capsys, *arguments):
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_supervision_not_compute_limits_the_work_from_three_seconds_an_hour_on(tmp_path, capsys):
    facts = answer_of(capsys, "vary", f"{RATIO}=0.0001:0.01:3", PAUSE, "-o", str(tmp_path))
    assert [
        row["throughput_speedup"] * SUPERVISORS / RESEARCHERS for row in facts["curve"]
    ] == pytest.approx(
        [1, SUPERVISORS / RESEARCHERS / 0.001, SUPERVISORS / RESEARCHERS / 0.01], rel=1e-9
    )
    assert [row["binding_factor"] for row in facts["curve"]] == ["inference", "review", "review"]
    shares = [row["throughput_speedup"] * SUPERVISORS / RESEARCHERS for row in facts["curve"]]
    assert shares[1:] == pytest.approx([0.87, 0.087], abs=0.0005)
    (place,) = {
        event[RATIO] for event in facts["events"] if event["kind"] == "oversight_bottleneck"
    }
    assert place == pytest.approx(
        SUPERVISORS / RESEARCHERS, rel=1e-9
    ) and 3600 * place == pytest.approx(3.13, abs=0.005)


def test_a_ratio_that_uses_half_of_the_labour_is_found(capsys):
    facts = answer_of(
        capsys,
        "solve-for",
        RATIO,
        PAUSE,
        "--target",
        f"throughput_speedup={RESEARCHERS / SUPERVISORS / 2}",
    )
    assert [row["value"] for row in facts["solutions"]] == pytest.approx(
        [2 * SUPERVISORS / RESEARCHERS], rel=1e-9
    )


@pytest.mark.parametrize(
    ("tax", "ratio", "people", "binds"),
    [(10, 0.001, 69_000, "inference"), (1, 0.01, 60_000, "review"), (10, 0.01, 60_000, "review")],
)
def test_a_compute_tax_is_almost_free_where_supervision_binds(
    tax, ratio, people, binds, tmp_path, capsys
):
    settings = ["--set", f"{TOKENS}={100 * tax}", "--set", f"{RATIO}={ratio}"]
    facts = answer_of(capsys, "run", PAUSE, *settings, "--no-figures", "-o", str(tmp_path))
    assert facts["today"]["throughput_speedup"] * SUPERVISORS == pytest.approx(people, rel=1e-9)
    assert (
        max(facts["bottleneck_share"]["today"], key=facts["bottleneck_share"]["today"].get) == binds
    )


def test_the_map_of_both_has_two_regimes(tmp_path, capsys):
    facts = answer_of(
        capsys,
        "bottleneck",
        PAUSE,
        "--x",
        f"{RATIO}=0.0003:0.03:3",
        "--y",
        f"{TOKENS}=10:1000:3",
        "--no-figures",
        "-o",
        str(tmp_path),
    )
    assert {region["binding_factor"] for region in facts["regions"]} == {"inference", "review"}
    (curve,) = [
        boundary
        for boundary in facts["boundaries"]
        if {boundary["first"], boundary["second"]} == {"inference", "review"}
    ]
    ratios, tokens = np.array(curve["points"]).T
    np.testing.assert_allclose(
        ratios, SUPERVISORS / RESEARCHERS * tokens / 100, rtol=1e-6
    )  # where both are used up
    assert curve["kind"] == "jump"  # either is all that is scarce on its side


def test_how_far_todays_evidence_is_from_a_hundred_tokens(capsys):
    facts = answer_of(capsys, "lead-time")
    case, name = facts["cases"][0], "automated_researchers"
    (place,) = [index for index, key in enumerate(facts["evidence"]) if key == name]
    assert case["agent_hours_per_human_hour"][place] == pytest.approx(800 / (2 * 7 * 8))
    assert (
        f"{case['agent_hours_per_human_hour'][place]:.1f}" == "7.1"
        and case["cost_per_agent_hour"][place] == 22.5
    )
    assert (
        case["tokens_per_human_second"][place] is None
        and case["assumed_tokens_per_human_second"] == 100
    )
    # with so many tokens an agent-hour the evidence says what the plan takes for granted
    agreeing = case["agreeing_tokens_per_agent_hour"][place]
    setting = f"evidence.{name}.tokens_per_agent_hour={agreeing}"
    again = answer_of(capsys, "lead-time", "--set", setting)
    assert agreeing == pytest.approx(100 * 3600 * 112 / 800) and again["cases"][0][
        "tokens_per_human_second"
    ][place] == pytest.approx(100)
    assert main(["lead-time"]) == 0
    page = " ".join(capsys.readouterr().out.split())
    assert (
        "800 112 7.14 161" in page
        and "Its tokens are not published; the plan takes 100 tokens" in page
    )


@pytest.mark.parametrize("scenario", [None, "dedicated_reviewers", "defect_budget"])
def test_a_small_gain_in_any_tasks_productivity_gives_its_cost_share(scenario):
    """Hulten's theorem at the optimum of the bundled catalog, all factors at shadow prices."""
    walker = Walker(tm.load_catalog("alignment_research", scenario))
    point, never, step = np.array([1.1e31]), np.array([False]), 1e-6
    bundles, supply, nest, opened = walker.at(point).arrays
    allocation = walker.solve(point, never).allocation
    use = np.einsum("tm,tmk->tk", allocation.activity[0], bundles[0])
    cost = (
        use
        * allocation.factor_elasticity[0]
        / np.where(allocation.factor_use[0] > 0, allocation.factor_use[0], 1.0)
    ).sum(axis=1)
    assert cost.sum() == pytest.approx(1)
    tasks = len(cost)
    gains = []
    for sign in (1, -1):
        improved = np.repeat(bundles, tasks, axis=0)
        improved[np.arange(tasks), np.arange(tasks)] *= np.exp(-sign * step)
        output = allocate(
            improved, np.repeat(supply, tasks, axis=0), nest, np.repeat(opened, tasks, axis=0)
        ).output
        gains.append(sign * np.log(output / allocation.output[0]) / step)
    assert np.all(np.minimum(*gains) - 1e-5 <= cost) and np.all(cost <= np.maximum(*gains) + 1e-5)
    smooth = np.abs(gains[0] - gains[1]) < 1e-4
    assert smooth.any()
    np.testing.assert_allclose(np.mean(gains, axis=0)[smooth], cost[smooth], atol=1e-6)
