"""Files of moments: the bundled one, and one defect at a time."""

import pytest
from scipy import stats

from taskmodel.calibration import bundled_moments, load_moments, parse_moments
from taskmodel.calibration.outputs import OUTPUTS
from taskmodel.errors import CatalogError

HEAD = """title: t
paths: epoch_trend
sources: {A: {title: a, access: secondary}}
moments:
"""
GOOD = "output: throughput_speedup, date: 2026.2, value: 1.5, low: 1.2, high: 2, source: A, why: x"


def moments_of(*entries, head=HEAD):
    lines = (f"  m{number}: {{{entry}}}" for number, entry in enumerate(entries))
    return parse_moments(head + "\n".join(lines) + "\n")


@pytest.mark.parametrize("name", bundled_moments())
def test_bundled_moments_say_where_they_are_from_and_why_they_are_so_wide(name):
    moments = load_moments(name)
    for moment in moments.moments.values():
        assert moment.note and moment.why and moment.output in OUTPUTS
        assert all(moments.sources[key].access for key in moment.source)
    assert all(item.why and item.source for item in moments.left_out.values())


@pytest.mark.parametrize(
    "change, message",
    [
        (("throughput_speedup", "througput_speedup"), "no output 'througput_speedup'; did you"),
        (("low: 1.2, high: 2", "low: 1.5, high: 1.5"), "the width is zero"),
        (("low: 1.2, high: 2", "low: 1.5, high: 2"), "the width is zero"),
        (("low: 1.2, high: 2", "low: 1.2, high: 2, sd: 1"), "one width"),
        (("low: 1.2, high: 2", "sd: 0"), "a number above 0"),
        (("low: 1.2, high: 2", "sd: -1"), "a number above 0"),
        (("low: 1.2, high: 2, ", ""), "a moment needs one width"),
        (("low: 1.2", "low: 1.8"), "low <= value <= high"),
        (("date: 2026.2, ", ""), "give one of `date` and `compute`"),
        (("date: 2026.2", "date: 2026.2, compute: 1e29"), "give one of `date` and `compute`"),
        (("date: 2026.2", "date: 2040"), "the paths epoch_trend go from 2024 to 2032"),
        (("source: A", "source: B"), "there is no source 'B'"),
        (("source: A", "source: judgement, note: n"), "judgement is none"),
        ((", why: x", ""), "why this width"),
        (("value: 1.5", "value: 1.5, phase: build"), "of all tasks together"),
        (("value: 1.5", "value: 1.5, unit: h"), "is not a unit of a pure number"),
        (("value: 1.5", "value: 1.5, distribution: uniform"), "found uniform"),
        (("low: 1.2", "low: -1"), "at least 0"),
        (("value: 1.5", "worth: 1, value: 1.5"), "unknown key"),
    ],
)
def test_each_defect_is_located_and_says_how_to_mend_it(change, message):
    with pytest.raises(CatalogError) as caught:
        moments_of(GOOD.replace(*change))
    (defect,) = caught.value.defects
    assert defect.line == 5 and defect.path.startswith("moments.m0")
    assert message in defect.message


def test_a_date_needs_paths():
    with pytest.raises(CatalogError, match=r"text:4:.*moments\.m0\.date.*a date needs the paths"):
        moments_of(GOOD, head=HEAD.replace("paths: epoch_trend\n", ""))


def test_paths_that_do_not_exist_are_reported_where_they_are_named():
    with pytest.raises(CatalogError, match=r"text:2:.*paths: .*no bundled path"):
        moments_of(GOOD, head=HEAD.replace("epoch_trend", "epoch"))


def test_sources_need_their_access():
    with pytest.raises(CatalogError, match=r"sources\.A: needs `access`"):
        moments_of(GOOD, head=HEAD.replace(", access: secondary", ""))


def test_scores_are_those_of_the_law_on_its_scale():
    (moment,) = moments_of(GOOD).moments.values()
    upper = stats.norm.ppf(0.95)
    assert moment.score([1.2, 1.5, 2.0]) == pytest.approx([-upper, 0, upper])
    share = "output: automated_hours_share, compute: 1e29, value: 0.26, sd: 0.6, source: A, why: x"
    share += ", distribution: logit_normal"
    (moment,) = moments_of(share).moments.values()
    assert moment.score([0.0, 0.26, 1.0]).tolist() == [-float("inf"), 0, float("inf")]
    odds = 0.26 / 0.74 * 2.718281828459045**0.6
    assert moment.score([odds / (1 + odds)]) == pytest.approx([1.0])


def test_a_bound_is_met_on_its_other_side():
    most = GOOD.replace("low: 1.2", "low: 1.5") + ", bound: at_most"
    least = GOOD + ", bound: at_least"
    first, second = moments_of(most, least).moments.values()
    assert first.score([0.0, 1.0, 2.0]) == pytest.approx([0, 0, stats.norm.ppf(0.95)])
    assert second.score([1.2, 2.0]) == pytest.approx([-stats.norm.ppf(0.95), 0])
