"""The worked questions to the seed document (1 to 18, with the numbers of another computation; 19 and 20 in shape)."""

import json

import numpy as np
import pytest
from locations import DATA
from scipy.stats import qmc, spearmanr

from taskmodel import lead_time
from taskmodel.lead import erosion as lead
from taskmodel.lead import pause, usable_work, workforce
from taskmodel.lead.plans import load_plan

WORKED = json.loads((DATA / "finnveden_worked.json").read_text(encoding="utf-8"))
SEED = {"streams": 10, "serial_tokens": 10, "stream_speed": 50}
BULK = 690_000


def near(given, digits):
    """Within rounding to so many decimals."""
    return pytest.approx(given, abs=0.5001 * 10**-digits)


def numbers(key):
    """The numbers in a key such as 'tau=8 rh, L=24 h'."""
    words = key.replace(",", " ").replace("=", " ").replace("/", " ").split()
    return [float(word) for word in words if word.replace(".", "").isdigit()]


def test_1_one_month_of_lead_on_two_clocks_and_on_one():
    mixed = workforce.workforce_from_tokens(2.3e7, **SEED, clock=3, reading="seed")
    assert [round(float(mixed.researchers)), float(mixed.serial_speed)] == WORKED["Q1"][
        "seed_mixed"
    ][:2]
    for key, clock in (("consistent_8h", 3), ("consistent_24h", 1)):
        found = workforce.workforce_from_tokens(2.3e7, **SEED, clock=clock)
        assert [
            float(found.researchers),
            float(found.serial_speed),
            float(found.researcher_months),
        ] == pytest.approx(WORKED["Q1"][key])


def test_2_months_of_lead_for_years_of_the_field():
    for exponent, given in WORKED["Q2_penalty"].items():
        speedup = workforce.field_speedup(46000, 15, 600, float(exponent.partition("=")[2]))
        assert float(speedup) == near(given["speedup_vs_field"], 1)
        assert float(12 * 10 / speedup) == near(given["months_for_10_field_years"], 3)
        assert float(12 * 100 / speedup) == near(given["months_for_100_field_years"], 2)
    targets = dict(zip(WORKED["Q2_linear"], (6_000, 125_000, 810_000), strict=True))
    for key, years in targets.items():
        given = WORKED["Q2_linear"][key]
        assert 12 * years / BULK == pytest.approx(given["months_of_lead_consistent"])
        assert 12 * years / (15_000 * 15) == pytest.approx(given["months_of_lead_headline"])


def test_3_supervisors_or_tokens():
    for people, rows in WORKED["Q3"].items():
        supervisors = float(people.partition("=")[2])
        binds = usable_work.supervision_binds_at(BULK, supervisors)
        assert float(binds) == pytest.approx(rows["sigma_at_which_supervision_stops_binding"])
        assert float(3600 * binds) == near(
            rows["seconds_of_human_attention_per_AI_researcher_hour"], 2
        )
        for key in (key for key in rows if key.startswith("sigma=")):
            used = float(
                usable_work.supervised_work(BULK, supervisors, float(key.partition("=")[2]))
            )
            assert used == pytest.approx(rows[key]["used"])
            assert used / BULK == near(rows[key]["share_of_AI_labour"], 4)


def test_4_review_latency_and_serial_speed():
    for key, given in WORKED["Q4"].items():
        work, latency = numbers(key)
        assert float(usable_work.reviewed_speed(5, work, latency, 3)) == near(given, 2)


def test_5_what_security_is_worth():
    for hazard, rows in WORKED["Q5"].items():
        for length, given in rows.items():
            rate, months = numbers(hazard)[0], numbers(length)[0]
            assert float(lead.no_theft(rate, months)) == near(given["P_no_theft"], 3)
            expected = float(lead.expected_pause(rate, months))
            assert expected == near(given["expected_months"], 2)
            assert expected * BULK == near(given["expected_researcher_months"], 0)
    worth = lead.expected_pause(0.02, [6, 12]) - lead.expected_pause(0.1, [6, 12])
    assert worth.round(2).tolist() == [1.14, 3.68]
    assert worth[0] * BULK == pytest.approx(790_000, rel=0.005)


# question 6, stop now or later, is in test_schedule.py


def test_7_what_confidence_costs():
    for key, given in WORKED["Q7"].items():
        sd, confidence = numbers(key)
        given_up, factor = pause.confidence_margin(sd, confidence, np.log(10), 0.5)
        assert float(given_up) == near(given["OOM_given_up"], 3)
        assert float(factor) == near(given["productivity_factor_lost"], 2)


def test_8_what_must_be_automated():
    for key, given in WORKED["Q8"].items():
        fraction = float(key.partition("=")[2])
        for name in ("matched_only", "leontief_free"):
            assert float(usable_work.automation_speedup(fraction)) == near(given[name], 2)
        for name, rho in (("unlimited_rho_m0p5", -0.5), ("unlimited_rho_m2", -2)):
            assert float(usable_work.automation_speedup(fraction, rho)) == near(given[name], 1)
    for speedup, given in WORKED["Q8_needed"].items():
        assert float(usable_work.needed_automation(float(speedup))) == near(given["f_matched"], 4)
        assert float(usable_work.needed_automation(float(speedup), -0.5)) == near(
            given["f_unlimited_rho_m0p5"], 4
        )


def test_9_two_speedups_in_one_world():
    for key, given in WORKED["Q9"].items():
        years, capability, alignment = numbers(key.replace("S_cap", "").replace("S_align", ""))
        done = float(usable_work.alignment_before_danger(years, capability, alignment))
        assert (years / capability, done) == pytest.approx(
            (given["calendar_years_to_danger"], given["alignment_years_gained"])
        )
        assert done / years == pytest.approx(given["ratio"])
    for key, given in WORKED["Q9_lead"].items():
        assert float(
            lead.lead_against_faster(12, float(key.split()[-1].rstrip("x")))
        ) == pytest.approx(given)


def test_10_what_a_slow_down_of_all_is_worth():
    for key, given in WORKED["Q10"].items():
        chance, pace, months = numbers(key.replace("slow-down", ""))
        assert float(lead.slowed_pause(months, pace)) == pytest.approx(given["lead_if_slowed"])
        plan = load_plan("kwa_ladder", {"lead.months": months, "lead.theft": 0})
        slowed = lead_time(plan, set={"lead.slow_down": {"probability": chance, "pace": pace}})
        assert float(slowed["usable_months"]) == pytest.approx(given["expected_lead"])


def test_11_preparation_or_length():
    for key, row in WORKED["Q11"].items():
        for prior, given in row.items():
            work = pause.prepared_work(
                float(prior.partition("=")[2]), 3, float(key.partition("=")[2])
            )
            assert float(work) == near(given, 2)


LADDER = {"Agent-2": (10, 0.002), "Agent-3": (20, 0.01), "Agent-4": (40, 0.05)}


def test_12_which_model_should_work():
    for key, row in WORKED["Q12"].items():
        for model, given in row.items():
            years, risk = pause.target_risk(numbers(key)[0], *LADDER[model])
            assert float(years) == pytest.approx(given["years"])
            assert float(risk) == near(given["risk"], 4)
    for model, given in WORKED["Q12_one_year_pause"].items():
        speedup, risk = LADDER[model]
        assert speedup == given["research_years"]
        assert float(pause.accumulated_risk(risk / 12, 12)) == near(given["risk"], 4)
    per_work = pause.risk_per_work([0.002, 0.01, 0.05], [10, 20, 40])
    assert (100 * per_work).round(3).tolist() == [0.02, 0.05, 0.125] and (
        np.diff(per_work) > 0
    ).all()
    assert pause.efficient([10, 20, 40], [0.002, 0.01, 0.0488]).all()


def test_13_how_uncompetitive_a_method_may_be():
    for key, given in WORKED["Q13"].items():
        tax, share = numbers(key)
        output = float(usable_work.supervised_work(BULK, 600, share, tax))
        assert output == pytest.approx(given["output"])
        assert ("compute" if output == BULK / tax else "humans") == given["binding"]
        assert output / float(usable_work.supervised_work(BULK, 600, 0.001)) == near(
            given["vs_no_tax"], 3
        )


def test_14_tokens_between_rewards():
    for key, given in WORKED["Q14"].items():
        tokens = numbers(key)[0]
        found = workforce.rewards(
            tokens, 300, tokens_per_second=2.3e7, researcher_tokens_per_second=500
        )
        assert [float(value) for value in found] == pytest.approx(list(given.values()))


def test_15_can_it_be_afforded():
    given = WORKED["Q15"]
    burn = 2 * 24 * 30 * 1e6  # $ a month of a million GPUs at $2 an hour
    assert burn == given["compute_cost_per_month"]
    assert float(lead.runway(20e9, burn)) == pytest.approx(given["months_affordable_with_20bn"])
    assert burn / BULK == pytest.approx(given["cost_per_researcher_month"])
    forgone = 10 / 1e6 * 2.3e7 * workforce.SECONDS_PER_MONTH
    assert forgone == pytest.approx(given["revenue_forgone_per_month"])


def test_16_todays_evidence():
    given = WORKED["Q16"]
    assert 2 * 7 * 8 == given["human_hours_2x7x8"]
    assert given["aar_hours"] / given["human_hours_2x7x8"] == near(
        given["aar_hours_per_human_hour"], 2
    )
    assert 18_000 / given["aar_hours"] == pytest.approx(given["cost_per_hour"])
    assert 9 * 5 * 24 == given["max_hours_9x5x24"]


def test_17_what_dominates_uncertainty():
    """The ranges of lead, tokens, exponent, hazard and supervision are stated; those of speed, serial tokens and capacity are not.

    They are chosen here so that quantiles come out; hence 5 %, and 0.1 for correlations, not rounding. The share of draws in which
    supervision binds depends on stated ranges and one of these alone.
    """
    draw = qmc.Sobol(8, rng=17).random_base2(14).T

    def between(place, low, high):
        return low * (high / low) ** draw[place]

    tokens, serial, speed = between(1, 10, 1000), between(2, 2, 20), between(3, 10, 150)
    months, rate, hazard, share = (
        between(0, 1, 9),
        between(4, 2.3e6, 2.3e8),
        between(6, 0.005, 0.1),
        between(7, 0.0003, 0.1),
    )
    exponent = 0.3 + 0.4 * draw[5]
    staff = workforce.workforce_from_tokens(
        rate, streams=tokens / serial, serial_tokens=serial, stream_speed=speed, clock=3
    )
    used = usable_work.supervised_work(staff.researcher_months, 600, share)
    speedup = workforce.field_speedup(used / staff.serial_speed, staff.serial_speed, 600, exponent)
    gained = speedup * lead.expected_pause(hazard, months) / 12
    for quantile, given in WORKED["Q17"]["field_years_gained"].items():
        assert np.quantile(gained, float(quantile)) == pytest.approx(given, rel=0.05)
    for years, given in WORKED["Q17"]["P_at_least"].items():
        assert (gained >= float(years)).mean() == pytest.approx(given, abs=0.01)
    assert (used < staff.researcher_months).mean() == pytest.approx(
        WORKED["Q17"]["share_of_runs_where_supervision_binds"], abs=0.005
    )
    inputs = dict(
        zip(
            WORKED["Q17_drivers_spearman"],
            (months, tokens, serial, speed, rate, exponent, hazard, share),
            strict=True,
        )
    )
    for name, given in WORKED["Q17_drivers_spearman"].items():
        assert spearmanr(inputs[name], gained).statistic == pytest.approx(given, abs=0.1), name


@pytest.mark.parametrize(
    ("multiplier", "growth", "final", "doublings", "times"),
    [
        (10, 3.62, 37, 5.2, (0.58, 1.15, 2.3)),
        (100, 6.48, 650, 9.3, (0.32, 0.64, 1.28)),
        (1000, 9.12, 9100, 13.2, (0.23, 0.46, 0.91)),
    ],
)
def test_18_ten_to_a_thousand_times_in_the_pause(multiplier, growth, final, doublings, times):
    rise = float(pause.growth_for_multiplier(multiplier))
    assert rise == pytest.approx(growth, abs=0.006)  # printed rounded twice
    assert np.exp(rise) == pytest.approx(final, rel=0.005)
    assert rise / np.log(2) == near(doublings, 1)
    for months, given in zip((3, 6, 12), times, strict=True):
        assert months / (rise / np.log(2)) == near(given, 2)


def test_19_the_extra_month_is_worth_less_the_later_it_comes():
    """dW/dX with theft and supervision: the supervised rate times e^(-hX)."""
    months, step = np.array([1, 3, 6, 12]), 1e-5
    rate = usable_work.supervised_work(BULK, 600, 0.01)
    marginal = (
        rate
        * (lead.expected_pause(0.05, months + step) - lead.expected_pause(0.05, months - step))
        / (2 * step)
    )
    assert marginal == pytest.approx(60_000 * np.exp(-0.05 * months), rel=1e-6)
    without = (
        rate
        * (lead.expected_pause(0.0, months + step) - lead.expected_pause(0.0, months - step))
        / (2 * step)
    )
    assert without == pytest.approx(np.full(4, 60_000.0), rel=1e-6)


def test_20_what_would_have_to_be_true_for_enough():
    """The lead at which the chance of enough is one half, over supervision: a surface with a region where none will do."""
    share = np.geomspace(1e-4, 0.1, 7)
    used = usable_work.supervised_work(BULK, 600, share)
    years_per_month = workforce.field_speedup(used / 15, 15, 600, 0.5) / 12
    needed = 20.0  # field-years, the median
    lost = 0.1 * needed / years_per_month  # of the probability that the pause still goes on
    months = -np.log1p(-np.minimum(lost, 1), where=lost < 1, out=np.full(7, -np.inf)) / 0.1
    assert (
        (np.diff(months[np.isfinite(months)]) >= 0).all()
        and np.isinf(months[-1])
        and np.isfinite(months[0])
    )
    reached = np.isfinite(months)
    work = years_per_month[reached] * lead.expected_pause(0.1, months[reached])
    assert usable_work.chance_enough(work, needed, 1.0) == pytest.approx(
        np.full(reached.sum(), 0.5)
    )
    most = years_per_month[~reached] / 0.1  # a pause without end: the nearest feasible point
    assert (usable_work.chance_enough(most, needed, 1.0) < 0.5).all()


def test_checks_of_quoted_sums():
    assert WORKED["Greenblatt_check"] == {
        "total": (3 + 10) / 2,
        "additional": ((3 - 1) + (10 - 1)) / 2,
    }
    assert WORKED["AI2027_contrast"]["naive"] == 30 * 30
    assert (
        float(workforce.field_speedup(46000, 15, 600, 1))
        == WORKED["AI2027_contrast"]["seed_naive_vs_600_field"]
    )
