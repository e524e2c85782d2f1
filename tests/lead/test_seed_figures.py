"""The 33 numbers of the seed document agree with an independent computation in all verdicts."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from locations import DATA
from scripts import load

from taskmodel.lead import workforce

seed = load("finnveden_numbers")
Figure, figures = seed.Figure, seed.figures

REFERENCE = json.loads((DATA / "finnveden_figures.json").read_text(encoding="utf-8"))
EXPECTED = {figure["id"]: figure for figure in REFERENCE["figures"]}
OURS = {figure.id: figure for figure in figures()}


def test_all_33_figures_are_listed_in_order():
    assert list(OURS) == list(EXPECTED) and len(OURS) == 33


@pytest.mark.parametrize("name", EXPECTED)
def test_the_verdict_is_that_of_the_reference(name):
    assert OURS[name].verdict == EXPECTED[name]["verdict"]
    assert OURS[name].quote.split(" ")[0] == EXPECTED[name]["quote"].split(" ")[0]


def agree(ours, expected):
    """Whether values agree: to 1e-9 where more than six digits are known, else to the last one."""
    if isinstance(expected, dict):
        return ours.keys() == expected.keys() and all(
            agree(ours[key], expected[key]) for key in expected
        )
    if isinstance(expected, list):
        return len(ours) == len(expected) and all(map(agree, ours, expected))
    if len(f"{expected:.10g}".replace(".", "").lstrip("0")) > 6:
        return ours == pytest.approx(expected, rel=1e-9)
    return ours == pytest.approx(expected, abs=0.6 * 10 ** -decimals(expected))


def decimals(number):
    return (
        len(f"{number:.10g}".partition(".")[2]) if isinstance(number, float) and number < 1e9 else 0
    )


@pytest.mark.parametrize(
    "name",
    [name for name, figure in EXPECTED.items() if not isinstance(figure["recomputed"], str | None)],
)
def test_the_value_is_that_of_the_reference(name):
    assert agree(OURS[name].computed, EXPECTED[name]["recomputed"]), OURS[name].computed


def test_the_figure_without_a_number_says_that_work_is_proportional_to_the_lead():
    assert EXPECTED["F31"]["recomputed"].startswith("15*X") and OURS["F31"].computed == 15


@pytest.mark.parametrize(
    "name",
    [name for name, figure in EXPECTED.items() if isinstance(figure["seed_value"], int | float)],
)
def test_printed_numbers_are_those_of_the_reference(name):
    if name != "F30":  # the count of comments is a claim, not a computed number
        assert OURS[name].printed == pytest.approx(EXPECTED[name]["seed_value"], rel=1e-12)


def test_every_verdict_except_the_plain_ones_has_a_reason():
    plain = {"ok", "ok-rounded", "assumption"}
    assert all(figure.why for figure in OURS.values() if figure.verdict not in plain)
    counts = Counter(figure.verdict for figure in OURS.values())
    assert (
        counts["misprint"],
        counts["inconsistent"],
        counts["conditional"],
        counts["not-derivable"],
    ) == (3, 4, 4, 1)


def test_a_verdict_follows_from_the_numbers():
    assert Figure("x", "", "", "1", 2.0, 2.0, 1.0).verdict == "ok"
    assert [Figure("x", "", "", "1", value, 2.0, 1.0).verdict for value in (1.5, 2.5)] == [
        "ok-rounded"
    ] * 2
    assert [Figure("x", "", "", "1", value, 2.0, 1.0).verdict for value in (1.4, 2.6)] == [
        "inconsistent"
    ] * 2
    cut = [
        Figure("x", "", "", "1", value, 2.0, 1.0, truncated=True).verdict
        for value in (1.9, 2.0, 2.9, 3.1)
    ]
    assert cut == ["inconsistent", "ok", "ok-rounded", "inconsistent"]
    assert Figure("x", "", "", "1", 2.0, 2.0, 1.0, as_printed=4.0).verdict == "misprint"
    assert Figure("x", "", "", "1", None, readings={"a": False}).verdict == "inconsistent"


@pytest.mark.parametrize(
    ("figure", "name", "value", "verdict"),
    [
        ("F21", "world", 3.98e21, "ok-rounded"),
        ("F21", "round_world", 4.1e21, "inconsistent"),
        ("F27", "takeoff", (0.1, 4.3, 14.6), "conditional"),
        ("F27", "takeoff", (40.0,), "inconsistent"),
        ("F30", "comments_counted", 1, "inconsistent"),
        ("F31", "leak", 0.01, "inconsistent"),
        ("F31", "theft", 0.01, "conditional"),
        ("F31", "maintain", 0.9, "conditional"),
    ],
)
def test_verdicts_change_with_the_inputs(figure, name, value, verdict):
    changed = figures(replace(seed.INPUTS, **{name: value}))
    assert {number.id: number for number in changed}[figure].verdict == verdict


# Inputs that each row of the table changes.
SPLITS = {
    "seed, consistent 8-h clock": {},
    "R = 2.0e7 (body)": {"tokens_per_second": 2e7},
    "R = 2.18e7 (unrounded)": {"tokens_per_second": 21809330.107925568},
    "24-h human clock": {"clock": 1},
    "40-h week": {"clock": 4.2},
    "10 tokens per researcher-second (10 streams * 1)": {"serial_tokens": 1},
    "1000 tokens per researcher-second (10 streams * 100)": {"serial_tokens": 100},
    "1000 tokens per researcher-second (100 streams * 10)": {"streams": 100},
    "100 tokens, 1 stream * 100": {"streams": 1, "serial_tokens": 100},
    "100 tokens, 100 streams * 1": {"streams": 100, "serial_tokens": 1},
    "serial 10 tok/s": {"stream_speed": 10},
    "serial 100 tok/s": {"stream_speed": 100},
    "decode utilisation 10% instead of 50%": {"tokens_per_second": 2.3e7 / 5},
    "1000x compute, 4 months": {
        "tokens_per_second": 2.3e7 * workforce.token_rate_ratio(1000, 1 / 3)
    },
}


@pytest.mark.parametrize("change", SPLITS)
def test_the_sensitivity_of_the_headline(change):
    expected = REFERENCE["sensitivity_of_headline"][change]
    inputs = {
        "tokens_per_second": 2.3e7,
        "streams": 10,
        "serial_tokens": 10,
        "stream_speed": 50,
        "clock": 3,
    } | SPLITS[change]
    staff = workforce.workforce_from_tokens(**inputs)
    assert float(staff.researchers) == pytest.approx(expected["parallel_researchers"], abs=0.6)
    assert float(staff.serial_speed) == pytest.approx(expected["serial_months_per_month"], rel=1e-9)
    assert float(staff.researcher_months) == pytest.approx(
        expected["researcher_months_per_month"], abs=0.6
    )


def test_the_whole_table_of_sensitivities_is_covered():
    assert SPLITS.keys() == REFERENCE["sensitivity_of_headline"].keys()


@pytest.mark.parametrize(
    ("row", "researchers", "speed", "clock"),
    [
        ("headline_15000x15", 15000, 15, 3),
        ("mixed_15333x15", 2.3e5 / 15, 15, 3),
        ("consistent_46000x15", 46000, 15, 3),
        ("consistent_24h_46000x5_on_24h_clock", 46000, 5, 1),
    ],
)
def test_the_conservation_of_tokens(row, researchers, speed, clock):
    share = workforce.conserved_share(
        researchers, speed, tokens_per_second=2.3e7, tokens_per_researcher_second=100, clock=clock
    )
    assert float(share) == pytest.approx(REFERENCE["conservation_check"][row], rel=1e-12)
