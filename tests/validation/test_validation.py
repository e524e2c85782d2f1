"""Published results against computed ones: the file, the verdicts, and the computations."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from sizes import cases

from taskmodel.catalog import load_catalog
from taskmodel.cli import main
from taskmodel.errors import CatalogError
from taskmodel.validation import as_records, as_text, exit_code, published_results, validate
from taskmodel.validation.computations import COMPUTATIONS
from taskmodel.validation.verdicts import judge

BY_ID = {result.id: result for result in published_results()}
QUICK = [
    result
    for result in BY_ID.values()
    if result.computation in ("people_alone", "freed", "longest_chunk")
]


@pytest.fixture(scope="module")
def outcomes():
    return validate()


def other_catalog(name, scenario=None):
    """The catalog with shares, horizons, review, floors, gates and the horizon trend changed."""
    catalog = load_catalog(name, scenario=scenario)
    weight = {
        task: record.share.value * (1 + 0.03 * index)
        for index, (task, record) in enumerate(catalog.tasks.items())
    }
    changes = {"capability.intercept": catalog.capability.intercept.value + 0.1}
    for task, record in catalog.tasks.items():
        quantities = {
            "review_ratio": 1.3,
            "horizon": 1.1,
            "coverage_floor": 0.7,
            "gate_latency": 1.5,
        }
        for field, factor in quantities.items():
            quantity = getattr(record, field)
            if quantity is not None:
                ends = {
                    end: factor * getattr(quantity, end)
                    for end in ("low", "value", "high")
                    if getattr(quantity, end) is not None
                }
                changes[f"tasks.{task}.{field}"] = {
                    **ends,
                    "source": "judgement",
                    "note": "for a test",
                }
        changes[f"tasks.{task}.share"] = weight[task] / sum(weight.values())
    return catalog.replace(changes)


def test_no_result_is_off(outcomes):
    assert [
        (outcome.published.id, outcome.ours) for outcome in outcomes if outcome.verdict == "off"
    ] == []
    assert exit_code(outcomes) == 0


def test_every_id_is_unique(outcomes):
    assert len(BY_ID) == len(published_results()) == len(outcomes)
    assert [outcome.published.id for outcome in outcomes] == list(BY_ID)


def test_every_result_names_source_and_access_and_a_computation_there_is():
    for result in BY_ID.values():
        assert result.source and result.title and result.unit, result.id
        assert result.access in ("primary", "secondary", "derived"), result.id
        assert result.computation in COMPUTATIONS, result.id


def test_every_computation_is_used():
    assert {result.computation for result in BY_ID.values()} == set(COMPUTATIONS)


def test_a_wrong_published_value_is_reported_as_off_and_fails(monkeypatch):
    wrong = replace(BY_ID["amdahl.nine_tenths_tenfold"], value=5.3)
    # the bundled file has no wrong value, and `validate()` without arguments reads no other file
    monkeypatch.setattr("taskmodel.validation.verdicts.published_results", lambda: (wrong, *QUICK))
    found = validate()
    assert [outcome.verdict.value for outcome in found if outcome.published is wrong] == ["off"]
    assert exit_code(found) == 1
    assert "off: amdahl.nine_tenths_tenfold, published 5.3, ours 5.26316" in as_text(
        found, every=False
    )
    assert "1 off" in as_text(found)


def test_scaling_review_ratios_turns_the_verdict_of_what_rests_on_them_and_of_nothing_else():
    reviewed, unreviewed = (
        BY_ID["alignment_by_horizon.central.12"],
        BY_ID["alignment_by_horizon.no_review.12"],
    )

    def dearer_review(name, scenario=None):
        catalog = load_catalog(name, scenario=scenario)
        return catalog.replace(
            {
                f"tasks.{task}.review_ratio": 1.5 * record.review_ratio.value
                for task, record in catalog.tasks.items()
            }
        )

    assert [outcome.verdict.value for outcome in validate([reviewed, unreviewed])] == [
        "agrees",
        "agrees",
    ]
    assert [
        outcome.verdict.value for outcome in validate([reviewed, unreviewed], load=dearer_review)
    ] == ["off", "agrees"]


def test_ours_changes_with_the_catalog_wherever_a_catalog_is_used(outcomes):
    """No computed value is stored: only those that are 1 or infinite by definition stay."""
    before = {
        outcome.published.id: outcome.ours
        for outcome in outcomes
        if "catalog" in outcome.published.arguments
    }
    after = validate([BY_ID[name] for name in before], load=other_catalog)
    same = {
        outcome.published.id
        for outcome in after
        if np.isclose(outcome.ours, before[outcome.published.id], rtol=1e-9)
    }
    whole = {
        f"capability_by_horizon.{column}.{hours}"
        for column in ("automatable", "no_review")
        for hours in (800, 1300, 2000)
    }
    assert len(before) > 200
    assert same == whole
    for name in whole:
        assert math.isinf(before[name]) or before[name] == pytest.approx(1, rel=1e-12)


OTHERWISE = {
    "people_alone": lambda arguments: {
        "shares": [0.3, 0.7] if arguments["shares"][0] != 0.3 else [0.6, 0.4]
    },
    "freed": lambda arguments: {"share": 0.9 * arguments["share"]},
    "task_frontier": lambda arguments: {
        "log_compute": 0.9 * arguments["log_compute"],
        "people": 1.1 * arguments["people"],
        "ai": 0.9 * arguments["ai"],
    },
    "supervised_tasks": lambda arguments: {"review_hours": 1.1 * arguments["review_hours"]},
    "reviewers_needed": lambda arguments: {"hours_per_year": 1.1 * arguments["hours_per_year"]},
    "longest_chunk": lambda arguments: {
        "chunks": [[number, 1.1 * years] for number, years in arguments["chunks"]]
    },
    "shared_chunks": lambda arguments: {
        "chunks": [[number, 1.1 * years] for number, years in arguments["chunks"]]
    },
    "workers_needed": lambda arguments: {
        "chunks": [[number, 0.7 * years] for number, years in arguments["chunks"]]
    },
    "takeoff": lambda arguments: {"full_automation_requirements_training": 1e35},
    "loop": lambda arguments: {
        "kwa": {"initial_software_growth": 6},
        "software_explosion": {"doubling_time": 0.3},
        "aghion_jones_jones": {"automation_hazard": 0.011},
    }[arguments["loop"]],
    "gate": lambda arguments: {
        **{
            "full_automation_requirement": 1e38,
            "initial_automated_share": 0.2,
            "inference_exponent": 3,
            "runtime_requirement": 1e16,
        },
    },
    "trend": lambda arguments: {
        "today": 2025,
        "models.gpt_5_2.horizon_50": 11,
        "models.gpt_5_2.horizon_80": 5,
    },
    "horizon_doubling": lambda arguments: {"slope": 0.9 * arguments["slope"]},
    "review_queue": lambda arguments: {"arrivals": 0.9 * arguments["arrivals"]},
    "lead_formula": lambda arguments: {
        # different factors, so that nothing cancels; below 1 where the range ends at 1
        name: value * (0.97 if name in ("confidence", "pace") else 1.03 + 0.02 * index)
        for index, (name, value) in enumerate(arguments.items())
        if not isinstance(value, str)
    },
}


def test_our_value_changes_with_its_arguments_where_no_catalog_is_used(outcomes):
    before = {
        outcome.published.id: outcome.ours
        for outcome in outcomes
        if "catalog" not in outcome.published.arguments
    }
    changed = [
        replace(
            result,
            arguments={**result.arguments, **OTHERWISE[result.computation](result.arguments)},
        )
        for result in BY_ID.values()
        if result.id in before
        and not (cases(True, False) and {"draws", "reference_step"} & result.arguments.keys())
    ]
    assert len(changed) > 60
    for outcome in validate(changed):
        assert outcome.ours != pytest.approx(before[outcome.published.id], rel=1e-9), (
            outcome.published.id
        )


@pytest.mark.parametrize(
    ("published", "ours", "verdict", "deviation"),
    [
        (1.54, 1.545, "agrees", 0.005),  # half a unit is within half a unit
        (1.54, 1.5451, "off", 0.0051),
        (1.54, 1.53, "off", -0.01),
        (math.inf, math.inf, "agrees", 0),
        (math.inf, 1e300, "off", -math.inf),
        (1.54, math.inf, "off", math.inf),
        (1.54, math.nan, "off", math.nan),
    ],
)
def test_a_deviation_agrees_up_to_its_tolerance(published, ours, verdict, deviation):
    outcome = judge(replace(BY_ID["alignment_by_horizon.central.12"], value=published), ours)
    assert outcome.verdict == verdict
    assert outcome.deviation == pytest.approx(deviation, nan_ok=True)


def test_a_relative_deviation_is_a_part_of_the_published_value():
    result = replace(BY_ID["amdahl.nine_tenths_tenfold"], value=200.0, tolerance=0.01)
    assert judge(result, 199.0).deviation == pytest.approx(-0.005)
    assert [judge(result, ours).verdict.value for ours in (198.1, 201.9, 197.9, 202.1)] == [
        "agrees",
        "agrees",
        "off",
        "off",
    ]


def test_a_deviation_is_explained_only_where_the_explanation_accounts_for_ours():
    result = BY_ID["today.throughput"]
    values = {name: 1.234 for name in result.asides}
    assert judge(result, 2.63, values).verdict == "explained"
    assert "1.23x" in judge(result, 2.63, values).explanation
    assert judge(result, 3.5, values).verdict == "off"
    assert judge(result, 1.5, values).verdict == "agrees"
    assert judge(result, 1.5, values).explanation == ""


def test_the_explanation_of_todays_speedup_is_computed_too(outcomes):
    by_id = {outcome.published.id: outcome for outcome in outcomes}
    today, effective = by_id["today.throughput"], by_id["today.effective"]
    assert today.verdict == effective.verdict == "explained"
    low, high = (by_id[f"today_at_80_percent.{end}"].ours for end in ("low", "high"))
    assert f"{low:.3g}x to {high:.3g}x" in today.explanation
    assert f"{effective.ours:.3g}x" in today.explanation
    assert low < high < today.published.value < effective.ours < today.ours


def test_the_table_renders_within_110_columns_with_every_result_and_its_source(outcomes):
    text = as_text(outcomes)
    assert max(map(len, text.splitlines())) <= 110
    joined = " ".join(text.split())
    for outcome in outcomes:
        assert outcome.published.title in joined or outcome.published.title.split(",")[0] in joined
        assert f"{outcome.published.access}: {outcome.published.source}" in joined
    rows = [
        line.split()[-1]
        for line in text.splitlines()
        if line.endswith((" agrees", " off", " explained"))
    ]
    assert rows[:-1] == [outcome.verdict.value for outcome in outcomes]  # the last line sums up
    assert joined.endswith("0 off, 12 explained")


def test_the_short_table_has_a_line_for_a_group_in_which_all_agree(outcomes):
    text = as_text(outcomes, every=False)
    assert max(map(len, text.splitlines())) <= 110
    assert "all 104 agree" in text and "explained" in text
    assert len(text.splitlines()) < len(as_text(outcomes).splitlines()) / 2


def test_records_are_strict_json_with_full_precision(outcomes):
    records = json.loads(json.dumps(as_records(outcomes), allow_nan=False))
    assert [record["id"] for record in records] == list(BY_ID)
    by_id = {record["id"]: record for record in records}
    assert (
        by_id["capability_by_horizon.no_review.800"]["ours"]
        == by_id["capability_by_horizon.no_review.800"]["published"]
        == "inf"
    )
    assert by_id["amdahl.three_eighths_at_once"]["ours"] == pytest.approx(1.6, rel=1e-12)
    assert {(record["verdict"], record["explanation"] is not None) for record in records} == {
        ("agrees", False),
        ("explained", True),
    }


def test_progress_is_told_up_to_the_end():
    calls = []
    validate(QUICK, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(done, len(QUICK)) for done in range(1, len(QUICK) + 1)]


def test_a_computation_there_is_not_is_an_error_that_names_the_result():
    with pytest.raises(ValueError, match="amdahl.half_at_once needs the computation 'guess'"):
        validate([replace(BY_ID["amdahl.half_at_once"], computation="guess")])


HEAD = """
title: Results
sources:
  theory: {title: Theory, access: derived}
groups:
"""
GROUP = (
    "  law: {title: A law, computation: freed, source: theory, unit: x, "
    "tolerance: {absolute: 0.1}, "
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            GROUP + "results: {one: {title: One}}}",
            r"groups\.law\.results\.one\.published: is missing",
        ),
        (
            GROUP + "results: {one: {title: One, published: 1, sources: theory}}}",
            "unknown key; did you mean 'source'",
        ),
        (
            GROUP + "results: {one: {title: One, published: 1, source: hearsay}}}",
            "law.one is 'hearsay'; known: theory",
        ),
        (GROUP + "results: {one: {title: One, published: 1, access: heard}}}", "found 'heard'"),
        (
            GROUP + "results: {one: {title: One, published: 1, tolerance: {}}}}",
            "give one of absolute and relative",
        ),
        (
            GROUP + "results: {one: {title: One, published: 0, tolerance: {relative: 0.1}}}}",
            "law.one is 0",
        ),
        (
            GROUP + "results: {one: {title: One, published: 1}, one: {title: Two, published: 2}}}",
            "duplicate key 'one'",
        ),
        (
            GROUP + "results: {one: {title: One, published: 1, "
            "explanation: {text: '{more}', covers: [1, 2]}}}}",
            "names more; values has nothing",
        ),
        (
            "  law: {title: A law, computation: freed, source: theory, "
            "results: {one: {title: One, published: 1}}}",
            "law.one has no tolerance",
        ),
        (
            GROUP + "table: {along: share, columns: {a: {title: A}, b: {title: B}}, "
            "rows: {0.1: [1, 2], 0.2: [1]}}}",
            r"rows\.0\.2: found 1 values; 2 are needed",
        ),
        (
            GROUP + "results: {a.1: {title: A, published: 1}}, "
            "table: {along: share, columns: {a: {title: A}}, rows: {1: [1]}}}",
            "law.a.1 names 2 results",
        ),
    ],
)
def test_a_defect_in_a_file_of_results_is_an_error_with_its_place(tmp_path, text, message):
    file = tmp_path / "published.yaml"
    file.write_text(HEAD + text + "\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=message) as caught:
        published_results(file)
    assert caught.value.defects[0].line is not None


def test_a_null_in_a_table_is_no_result(tmp_path):
    file = tmp_path / "published.yaml"
    table = (
        "table: {along: share, columns: {a: {title: A}, b: {title: B}}, "
        "rows: {0.1: [1, null], 0.2: [3, 4]}}}"
    )
    file.write_text(HEAD + GROUP + table + "\n", encoding="utf-8")
    found = {result.id: (result.value, result.arguments) for result in published_results(file)}
    assert found == {
        "law.a.0.1": (1, {"share": 0.1}),
        "law.a.0.2": (3, {"share": 0.2}),
        "law.b.0.2": (4, {"share": 0.2}),
    }


@pytest.fixture
def computed_once(outcomes, monkeypatch):
    """Let the command use the outcomes of this module, which take seconds to compute."""
    monkeypatch.setattr("taskmodel.cli.validate.validate", lambda: outcomes)


def test_the_command_prints_the_table_and_finds_nothing_off(computed_once, capsys):
    assert main(["validate"]) == 0
    printed = capsys.readouterr().out
    assert "explained" in printed and "METR" in printed
    assert max(map(len, printed.splitlines())) <= 110


def test_the_command_gives_machines_every_result(computed_once, capsys):
    assert main(["validate", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] and len(answer["results"]) > 300
    assert {"published", "ours", "verdict", "source", "access"} <= set(answer["results"][0])
