"""Worked questions on the source document.

Answers to questions 1 to 18 are those of an independent computation (`finnveden_worked.json`); of
questions 19 and 20 the shape is tested. Question 6 is in `test_schedule.py`.
"""

import json

import numpy as np
import pytest
from formulas import SEED
from locations import DATA
from scipy.stats import qmc, spearmanr

from taskmodel import lead_time
from taskmodel.lead import (
    accumulated_risk,
    alignment_before_danger,
    automation_speedup,
    chance_enough,
    confidence_margin,
    efficient,
    expected_pause,
    field_speedup,
    growth_for_multiplier,
    lead_against_faster,
    load_plan,
    needed_automation,
    no_theft,
    prepared_work,
    reviewed_speed,
    rewards,
    risk_per_work,
    runway,
    slowed_pause,
    supervised_work,
    supervision_binds_at,
    target_risk,
    workforce_from_tokens,
)
from taskmodel.lead.workforce import SECONDS_PER_MONTH

WORKED = json.loads((DATA / "finnveden_worked.json").read_text(encoding="utf-8"))
BULK = 690_000
MODELS = {"Agent-2": (10, 0.002), "Agent-3": (20, 0.01), "Agent-4": (40, 0.05)}


def near(printed, digits):
    """Equal to a printed number up to rounding to some decimals."""
    return pytest.approx(printed, abs=0.5001 * 10**-digits)


def numbers(key):
    """The numbers in a key such as 'tau=8 rh, L=24 h'."""
    words = key.replace(",", " ").replace("=", " ").replace("/", " ").split()
    return [float(word) for word in words if word.replace(".", "").isdigit()]


def test_1_one_month_of_lead_on_two_clocks_and_on_one():
    mixed = workforce_from_tokens(2.3e7, **SEED, clock=3, reading="seed")
    stated = [float(mixed.researchers), float(mixed.serial_speed)]
    assert stated == pytest.approx(WORKED["Q1"]["seed_mixed"][:2], abs=0.5)
    for key, clock in (("consistent_8h", 3), ("consistent_24h", 1)):
        staff = workforce_from_tokens(2.3e7, **SEED, clock=clock)
        computed = (staff.researchers, staff.serial_speed, staff.researcher_months)
        assert [float(value) for value in computed] == pytest.approx(WORKED["Q1"][key])


def test_2_months_of_lead_for_years_of_the_field():
    for exponent, answer in WORKED["Q2_penalty"].items():
        speedup = float(field_speedup(46000, 15, 600, numbers(exponent)[0]))
        assert speedup == near(answer["speedup_vs_field"], 1)
        assert 12 * 10 / speedup == near(answer["months_for_10_field_years"], 3)
        assert 12 * 100 / speedup == near(answer["months_for_100_field_years"], 2)
    targets = zip(WORKED["Q2_linear"].values(), (6_000, 125_000, 810_000), strict=True)
    for answer, years in targets:
        assert 12 * years / BULK == pytest.approx(answer["months_of_lead_consistent"])
        assert 12 * years / (15_000 * 15) == pytest.approx(answer["months_of_lead_headline"])


def test_3_supervisors_or_tokens():
    for people, rows in WORKED["Q3"].items():
        supervisors = float(people.partition("=")[2])
        threshold = float(supervision_binds_at(BULK, supervisors))
        assert threshold == pytest.approx(rows["sigma_at_which_supervision_stops_binding"])
        seconds = rows["seconds_of_human_attention_per_AI_researcher_hour"]
        assert 3600 * threshold == near(seconds, 2)
        for key in (key for key in rows if key.startswith("sigma=")):
            used = float(supervised_work(BULK, supervisors, float(key.partition("=")[2])))
            assert used == pytest.approx(rows[key]["used"])
            assert used / BULK == near(rows[key]["share_of_AI_labour"], 4)


def test_4_review_latency_and_serial_speed():
    for key, answer in WORKED["Q4"].items():
        work, latency = numbers(key)
        assert float(reviewed_speed(5, work, latency, 3)) == near(answer, 2)


def test_5_what_security_is_worth():
    for hazard, rows in WORKED["Q5"].items():
        for length, answer in rows.items():
            rate, months = numbers(hazard)[0], numbers(length)[0]
            assert float(no_theft(rate, months)) == near(answer["P_no_theft"], 3)
            expected = float(expected_pause(rate, months))
            assert expected == near(answer["expected_months"], 2)
            assert expected * BULK == near(answer["expected_researcher_months"], 0)
    gain = expected_pause(0.02, [6, 12]) - expected_pause(0.1, [6, 12])
    assert gain == near([1.14, 3.68], 2)
    assert gain[0] * BULK == pytest.approx(790_000, rel=0.005)


def test_7_what_confidence_costs():
    for key, answer in WORKED["Q7"].items():
        sd, confidence = numbers(key)
        margin, factor = confidence_margin(sd, confidence, np.log(10), 0.5)
        assert float(margin) == near(answer["OOM_given_up"], 3)
        assert float(factor) == near(answer["productivity_factor_lost"], 2)


def test_8_what_must_be_automated():
    for key, answer in WORKED["Q8"].items():
        fraction = float(key.partition("=")[2])
        for name in ("matched_only", "leontief_free"):
            assert float(automation_speedup(fraction)) == near(answer[name], 2)
        for name, rho in (("unlimited_rho_m0p5", -0.5), ("unlimited_rho_m2", -2)):
            assert float(automation_speedup(fraction, rho)) == near(answer[name], 1)
    for speedup, answer in WORKED["Q8_needed"].items():
        in_step, free = needed_automation(float(speedup), [-np.inf, -0.5])
        assert in_step == near(answer["f_matched"], 4)
        assert free == near(answer["f_unlimited_rho_m0p5"], 4)


def test_9_two_speedups_in_one_world():
    for key, answer in WORKED["Q9"].items():
        years, capability, alignment = numbers(key.replace("S_cap", "").replace("S_align", ""))
        done = float(alignment_before_danger(years, capability, alignment))
        assert years / capability == pytest.approx(answer["calendar_years_to_danger"])
        assert done == pytest.approx(answer["alignment_years_gained"])
        assert done / years == pytest.approx(answer["ratio"])
    for key, answer in WORKED["Q9_lead"].items():
        speedup = float(key.split()[-1].rstrip("x"))
        assert float(lead_against_faster(12, speedup)) == pytest.approx(answer)


def test_10_what_a_slow_down_of_all_is_worth():
    for key, answer in WORKED["Q10"].items():
        chance, pace, months = numbers(key.replace("slow-down", ""))
        assert float(slowed_pause(months, pace)) == pytest.approx(answer["lead_if_slowed"])
        plan = load_plan("kwa_ladder", {"lead.months": months, "lead.theft": 0})
        slowed = lead_time(plan, set={"lead.slow_down": {"probability": chance, "pace": pace}})
        assert float(slowed["usable_months"]) == pytest.approx(answer["expected_lead"])


def test_11_preparation_or_length():
    for key, row in WORKED["Q11"].items():
        theta = float(key.partition("=")[2])
        for prior, answer in row.items():
            work = prepared_work(float(prior.partition("=")[2]), 3, theta)
            assert float(work) == near(answer, 2)


def test_12_which_model_should_work():
    for key, row in WORKED["Q12"].items():
        for model, answer in row.items():
            years, risk = target_risk(numbers(key)[0], *MODELS[model])
            assert float(years) == pytest.approx(answer["years"])
            assert float(risk) == near(answer["risk"], 4)
    for model, answer in WORKED["Q12_one_year_pause"].items():
        speedup, risk = MODELS[model]
        assert speedup == answer["research_years"]  # an input
        assert float(accumulated_risk(risk / 12, 12)) == near(answer["risk"], 4)
    speedups, risks = np.array(list(MODELS.values())).T
    per_work = 100 * risk_per_work(risks, speedups)
    assert per_work == near([0.02, 0.05, 0.125], 3) and (np.diff(per_work) > 0).all()
    assert efficient([10, 20, 40], [0.002, 0.01, 0.0488]).all()


def test_13_how_uncompetitive_a_method_may_be():
    for key, answer in WORKED["Q13"].items():
        tax, share = numbers(key)
        output = float(supervised_work(BULK, 600, share, tax))
        assert output == pytest.approx(answer["output"])
        compute_binds = output == pytest.approx(BULK / tax, rel=1e-12)
        assert ("compute" if compute_binds else "humans") == answer["binding"]
        untaxed = float(supervised_work(BULK, 600, 0.001))
        assert output / untaxed == near(answer["vs_no_tax"], 3)


def test_14_tokens_between_rewards():
    cluster = {"tokens_per_second": 2.3e7, "researcher_tokens_per_second": 500}
    for key, answer in WORKED["Q14"].items():
        computed = rewards(numbers(key)[0], 300, **cluster)
        assert [float(value) for value in computed] == pytest.approx(list(answer.values()))


def test_15_can_it_be_afforded():
    answer = WORKED["Q15"]
    burn = 2 * 24 * 30 * 1e6  # $ a month of a million GPUs at $2 an hour
    assert burn == pytest.approx(answer["compute_cost_per_month"])
    assert float(runway(20e9, burn)) == pytest.approx(answer["months_affordable_with_20bn"])
    assert burn / BULK == pytest.approx(answer["cost_per_researcher_month"])
    forgone = 10 / 1e6 * 2.3e7 * SECONDS_PER_MONTH
    assert forgone == pytest.approx(answer["revenue_forgone_per_month"])


def test_16_todays_evidence():
    """The hours that the bundled plan takes from the report, and their ratio."""
    answer = WORKED["Q16"]
    result = lead_time("seed_toy", set={"organisation": None})
    evidence = load_plan("seed_toy").evidence
    (name,) = [key for key, item in evidence.items() if item.agent_hours.value == 800]
    assert evidence[name].human_hours.value == pytest.approx(answer["human_hours_2x7x8"])
    observed = result.sel(evidence=name)
    ratio = float(observed["agent_hours_per_human_hour"])
    assert ratio == near(answer["aar_hours_per_human_hour"], 2)
    assert float(observed["cost_per_agent_hour"]) == pytest.approx(answer["cost_per_hour"])


def test_17_what_dominates_uncertainty():
    """Quantiles, probabilities and rank correlations of the field-years gained.

    The ranges of lead, tokens, exponent, hazard and supervision are those of the reference; it does
    not state those of speed, serial tokens and capacity, which are chosen to reproduce its
    quantiles. Hence the tolerances of 5 %, and of 0.1 for correlations. The share of draws in which
    supervision binds depends on one of these three ranges only.
    """
    draw = qmc.Sobol(8, rng=17).random_base2(14).T

    def between(position, low, high):
        return low * (high / low) ** draw[position]

    inputs = {
        "months": between(0, 1, 9),
        "tokens": between(1, 10, 1000),
        "serial": between(2, 2, 20),
        "speed": between(3, 10, 150),
        "rate": between(4, 2.3e6, 2.3e8),
        "exponent": 0.3 + 0.4 * draw[5],
        "hazard": between(6, 0.005, 0.1),
        "share": between(7, 0.0003, 0.1),
    }
    staff = workforce_from_tokens(
        inputs["rate"],
        streams=inputs["tokens"] / inputs["serial"],
        serial_tokens=inputs["serial"],
        stream_speed=inputs["speed"],
        clock=3,
    )
    used = supervised_work(staff.researcher_months, 600, inputs["share"])
    researchers = used / staff.serial_speed
    speedup = field_speedup(researchers, staff.serial_speed, 600, inputs["exponent"])
    gained = speedup * expected_pause(inputs["hazard"], inputs["months"]) / 12
    answer = WORKED["Q17"]
    for quantile, expected in answer["field_years_gained"].items():
        assert np.quantile(gained, float(quantile)) == pytest.approx(expected, rel=0.05)
    for years, expected in answer["P_at_least"].items():
        assert (gained >= float(years)).mean() == pytest.approx(expected, abs=0.01)
    binds = (used < staff.researcher_months).mean()
    assert binds == pytest.approx(answer["share_of_runs_where_supervision_binds"], abs=0.005)
    drivers = zip(inputs.values(), WORKED["Q17_drivers_spearman"].items(), strict=True)
    for values, (name, expected) in drivers:
        assert spearmanr(values, gained).statistic == pytest.approx(expected, abs=0.1), name


@pytest.mark.parametrize(
    ("multiplier", "growth", "final", "doublings", "times"),
    [
        (10, 3.62, 37, 5.2, (0.58, 1.15, 2.3)),
        (100, 6.48, 650, 9.3, (0.32, 0.64, 1.28)),
        (1000, 9.12, 9100, 13.2, (0.23, 0.46, 0.91)),
    ],
)
def test_18_ten_to_a_thousand_times_in_the_pause(multiplier, growth, final, doublings, times):
    computed = float(growth_for_multiplier(multiplier))
    assert computed == pytest.approx(growth, abs=0.006)  # printed after rounding twice
    assert np.exp(computed) == pytest.approx(final, rel=0.005)
    assert computed / np.log(2) == near(doublings, 1)
    for months, expected in zip((3, 6, 12), times, strict=True):
        assert months / (computed / np.log(2)) == near(expected, 2)


@pytest.mark.parametrize("hazard", [0.0, 0.05])
def test_19_the_extra_month_is_worth_less_the_later_it_comes(hazard):
    """dW/dX with theft and supervision is the supervised rate times e^(-hX)."""
    months, step = np.array([1, 3, 6, 12]), 1e-5
    rate = supervised_work(BULK, 600, 0.01)
    later, earlier = expected_pause(hazard, months + step), expected_pause(hazard, months - step)
    marginal = rate * (later - earlier) / (2 * step)
    assert marginal == pytest.approx(60_000 * np.exp(-hazard * months), rel=1e-6)


def test_20_what_would_have_to_be_true_for_enough():
    """The lead at which work is enough with probability 1/2, over supervision; inf if none is."""
    share, hazard, needed = np.geomspace(1e-4, 0.1, 7), 0.1, 20.0  # field-years, the median
    used = supervised_work(BULK, 600, share)
    rate = field_speedup(used / 15, 15, 600, 0.5) / 12  # field-years a month
    lost = hazard * needed / rate  # probability that the pause has ended by the time of enough work
    months = -np.log1p(-np.minimum(lost, 1), where=lost < 1, out=np.full(7, -np.inf)) / hazard
    reached = np.isfinite(months)
    # a required lead does not fall as supervision gets dearer, to within rounding where it is flat
    assert (np.diff(months[reached]) >= -1e-9).all() and reached[0] and not reached[-1]
    work = rate[reached] * expected_pause(hazard, months[reached])
    assert chance_enough(work, needed, 1.0) == pytest.approx(np.full(reached.sum(), 0.5))
    endless = rate[~reached] / hazard  # work of a pause without end
    assert (chance_enough(endless, needed, 1.0) < 0.5).all()


def test_checks_of_quoted_sums():
    total, additional = (3 + 10) / 2, ((3 - 1) + (10 - 1)) / 2
    assert WORKED["Greenblatt_check"] == {"total": total, "additional": additional}
    contrast = WORKED["AI2027_contrast"]
    assert contrast["naive"] == 30 * 30
    speedup = float(field_speedup(46000, 15, 600, 1))
    assert speedup == pytest.approx(contrast["seed_naive_vs_600_field"], rel=1e-12)
