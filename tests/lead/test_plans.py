"""Results of plans, against formulas that are written out here and against simulation."""

import numpy as np
import pytest
from plan_texts import (
    BASE,
    FIELD_YEARS,
    LADDER,
    RISK,
    evaluated,
    step,
    without_catalog,
)
from scipy.integrate import solve_ivp

import taskmodel as tm
from taskmodel.errors import CatalogError, NoPause, RunawayError
from taskmodel.lead.pause import growth_multiplier, prepared_work
from taskmodel.lead.plans import parse_plan
from taskmodel.lead.plans.work import WORK_STEPS

RATE = 690_000 / 7200  # field-years a month of the plan
SLOW_DOWN = {"probability": 0.3, "pace": 0.25}  # the pause lasts 6 months, or 24
LENGTHS, CHANCES = np.array([6.0, 24.0]), np.array([0.7, 0.3])


# bundled plans


def test_the_seeds_toy_is_46000_researchers_for_15_months_and_the_seeds_reading_15000():
    toy = tm.lead_time(without_catalog("seed_toy"))
    mixed = tm.lead_time(without_catalog("seed_toy"), set={"worker.reading": "seed"})
    numbers = [float(toy[name]) for name in ("researchers", "serial_speed", "streams")]
    assert numbers == pytest.approx([46_000, 15, 460_000])
    assert toy["researcher_months"].values == pytest.approx(np.full(len(WORK_STEPS), 690_000))
    assert float(toy["training_compute"]) == pytest.approx(1.5768e28, rel=1e-12)
    assert float(mixed["researchers"]) == pytest.approx(46_000 / 3)
    assert float(mixed["serial_speed"]) == pytest.approx(15)
    assert float(mixed["conserved_share"]) == pytest.approx(1 / 3)
    assert "mixed" in mixed["clocks"].item() and "same clock" in toy["clocks"].item()


def test_from_the_chips_alone_there_are_43619():
    result = tm.lead_time(without_catalog("seed_toy"), set={"worker.tokens_per_second": None})
    assert float(result["tokens_per_second"]) == pytest.approx(21_809_330.107925568, rel=1e-12)
    assert float(result["researchers"]) == pytest.approx(43_619, abs=0.5)


@pytest.mark.parametrize(("reading", "share"), [("consistent", 1), ("seed", 1 / 3)])
def test_tokens_of_the_chips_are_those_of_the_training_run_at_any_ratios(reading, share):
    changes = {
        "chips.compute_ratio": 70,
        "chips.time_ratio": 0.3,
        "chips.gain": 2,
        "chips.inference_share": 0.4,
        "chips.horizon_length": 9,
        "chips.decode_utilisation": 0.2,
        "worker.size_exponent": 0.5,
        "worker.tokens_per_second": None,
        "worker.reading": reading,
    }
    result = tm.lead_time(without_catalog("seed_toy"), set=changes)
    assert float(result["conserved_share"]) == pytest.approx(share, rel=1e-12)


def test_decoding_and_sharing_reduce_stated_tokens_which_chips_do_not_override():
    toy = without_catalog("seed_toy")
    reduced = {"chips.decode_utilisation": 0.1, "chips.inference_share": 0.5}
    assert float(tm.lead_time(toy, set=reduced)["researchers"]) == pytest.approx(4_600)
    message = "chips.share: makes no difference to tokens that a source states"
    with pytest.raises(CatalogError, match=message):
        tm.lead_time(toy, set={"chips.share": 0.5})
    double = tm.lead_time(toy, set={"chips.share": 0.5, "worker.tokens_per_second": None})
    assert float(double["researchers"]) == pytest.approx(43_619 * np.sqrt(2), abs=1)


def test_a_thousand_times_the_compute_in_four_months():
    result = tm.lead_time(without_catalog("seed_1000x"))
    assert float(result["researchers"]) == pytest.approx(4_363_943, abs=0.5)
    assert float(result["training_compute"]) == pytest.approx(1.5768e31)
    slower = tm.lead_time(without_catalog("seed_1000x"), set={"worker.size_exponent": 1})
    assert float(slower["serial_speed"]) == pytest.approx(15 / np.sqrt(1000))
    assert slower["researcher_months"].values == pytest.approx(result["researcher_months"].values)


def test_greenblatts_leads_are_cases_and_set_values_hold_in_all_of_them():
    plan = without_catalog("greenblatt_leads")
    result = tm.lead_time(plan)
    assert result["lead"].values.tolist() == [120, 24, 5, 0]
    final = result["field_years"].isel(step=-1).values
    assert (np.diff(final) < 0).all() and final[-1] == 0  # exact: no months, no work
    safe = tm.lead_time(plan, set={"lead.theft": 0, "lead.leak": 0})
    assert safe["expected_months"].values == pytest.approx([120, 24, 5, 0])
    assert tm.lead_time(plan, months=3)["lead"].values.tolist() == [3, 3, 3, 3]


def test_kwas_ladder():
    result = tm.lead_time("kwa_ladder")
    assert result["years_to_target"].values == pytest.approx([2, 1, 0.5])
    assert result["risk_to_target"].values == pytest.approx([0.004, 0.01, 0.0247], abs=5e-5)
    assert result["pause_work"].values == pytest.approx([10, 20, 40])
    assert result["pause_risk"].values == pytest.approx([0.002, 0.01, 0.0488], abs=5e-5)
    assert result["efficient"].values.all() and (np.diff(result["risk_per_work"]) > 0).all()


# datasets


def test_several_leads_are_a_dimension_and_agree_with_single_leads():
    plan = without_catalog("greenblatt_leads")
    several = tm.lead_time(plan, months=[1, 6])
    assert several.sizes["lead_months"] == 2 and several.sizes["case"] == 4
    single = tm.lead_time(plan, months=6)
    for name, variable in single.data_vars.items():
        # exact: the same computation
        assert several[name].sel(lead_months=6).drop_vars("lead_months").equals(variable), name
    with pytest.raises(ValueError, match="months is empty"):
        tm.lead_time(months=[])


@pytest.mark.parametrize("name", ["greenblatt_leads", "kwa_ladder"])
def test_every_variable_has_a_meaning_and_a_result_survives_a_file(tmp_path, name):
    result = tm.lead_time(name)
    assert all(variable.attrs["long_name"] for variable in result.data_vars.values())
    tm.save(result, tmp_path / "result.nc")
    assert tm.open(tmp_path / "result.nc").identical(result)


def test_values_that_a_case_lacks_are_missing():
    cases = "cases: {risky: {title: Risky, set: {risk: %s}}, plain: {title: Plain, set: {}}}"
    risk = "{" + ", ".join(f"{key}: {value}" for key, value in RISK.items()) + "}"
    result = tm.lead_time(parse_plan(BASE + cases % risk))
    assert np.isfinite(result["pause_point"].values).tolist() == [True, False]
    assert np.isnan(result["best_pace"].values[1]).all()


# the pause


def test_the_toy_model_is_w_equals_m_x():
    result = evaluated()
    assert result["field_years"].values == pytest.approx(np.full(len(WORK_STEPS), FIELD_YEARS))
    assert result["effective_work"].values[[60, 120]] == pytest.approx(
        [FIELD_YEARS / 2, FIELD_YEARS]
    )


def test_leaks_followers_pace_and_development_eat_the_lead():
    def months(**values):
        return float(evaluated(**values)["usable_months"])

    leaking = np.log(1 + 0.6) / 0.1
    assert months(lead__follower_speedup=5) == pytest.approx(1.2)
    assert months(lead__leak=0.1) == pytest.approx(leaking)
    assert months(lead__development=4, lead__pace=0.5) == pytest.approx(4)
    assert months(lead__deployment=0.5, lead__leak_by_deployment=0.2) == pytest.approx(leaking)


def test_theft_shortens_the_pause_and_hands_over_what_is_left():
    result = evaluated(lead__theft=0.05)
    expected = (1 - np.exp(-0.3)) / 0.05
    assert float(result["expected_months"]) == pytest.approx(expected)
    assert step(result, "theft and takeover") == pytest.approx(RATE * expected, rel=1e-9)
    assert float(result["expected_months"] + result["handed_over"]) == pytest.approx(6)
    survival = [float(result["goes_on"][-1]), float(result["no_theft"])]
    assert survival == pytest.approx([np.exp(-0.3)] * 2)


def test_theft_before_the_pause_takes_a_share_of_all_work():
    result, later = evaluated(lead__theft=0.05), evaluated(lead__theft=0.05, lead__development=4)
    begins = np.exp(-0.2)
    assert later["expected_months"] / result["expected_months"] == pytest.approx(begins)
    work, reduced = result["field_years"].values[3:], later["field_years"].values[3:]
    assert reduced == pytest.approx(work * begins)
    assert float(later["goes_on"][0]) == pytest.approx(begins)
    assert float(later["no_theft"]) == pytest.approx(np.exp(-0.5))
    assert float(later["expected_months"] + later["handed_over"]) == pytest.approx(6)


def test_rivals_money_and_a_slow_down_of_all():
    rivals = {
        "careful": {"months": 1, "cautious": True},
        "near": {"months": 4},
        "far": {"months": 9},
    }
    assert float(evaluated(lead={"rivals": rivals})["lead"]) == 4
    for revenue, months, limit in ((1e9, 4, "money"), (3e9, 6, "lead")):
        money = {"cash": 2e9, "burn": 1e9, "revenue": revenue}
        result = evaluated(lead__money=money, lead__deployment=0.5)
        assert float(result["usable_months"]) == pytest.approx(months)
        assert result["pause_limit"].item() == limit
    slowed = evaluated(lead__slow_down=SLOW_DOWN)
    assert float(slowed["usable_months"]) == pytest.approx(CHANCES @ LENGTHS)
    brief = evaluated(lead__slow_down={"probability": 1, "pace": 0.5, "duration": 4})
    assert float(brief["usable_months"]) == pytest.approx(8)
    leaky = {"probability": 1, "pace": 0.25, "duration": 12}
    result = evaluated(lead__months=24, lead__leak=0.1, lead__slow_down=leaky)
    assert float(result["usable_months"]) == pytest.approx(16.37, abs=5e-3)


def test_along_the_pause_a_slow_down_counts_with_its_probability():
    never = evaluated(lead__slow_down=SLOW_DOWN | {"probability": 0})
    assert float(never["month"][-1]) == pytest.approx(6)
    assert float(never["effective_work"][-1]) == pytest.approx(FIELD_YEARS)
    result = evaluated(lead__slow_down=SLOW_DOWN)
    assert result["goes_on"].values[[0, 30, 31, 120]] == pytest.approx([1, 1, 0.3, 0.3])
    expected = FIELD_YEARS * np.array([0.5, 0.7 + 0.3 * 2, 0.7 + 0.3 * 4])
    assert result["bulk_work"].values[[15, 60, 120]] == pytest.approx(expected)
    hard = evaluated(
        lead__slow_down=SLOW_DOWN,
        lead__theft=0.05,
        lead__development=2,
        pause__growth=0.1,
        pause__preparation={"prior": 50, "scale": 100, "theta": 0.8},
        field__parallel_exponent=0.5,
    )
    final = [float(hard[name][-1]) for name in ("bulk_work", "effective_work")]
    steps = [step(hard, name) for name in ("growth in the pause", "preparation")]
    assert final == pytest.approx(steps, rel=1e-12)


def test_a_slow_down_of_probability_zero_cannot_make_preparation_diverge():
    # it diverges after 42 months; the pause lasts 6 months, or 60 with the slow-down
    terms = {"prior": 0, "scale": 2000, "theta": 1.5}
    slow_down = {"probability": 0, "pace": 0.1}
    never = evaluated(lead__slow_down=slow_down, pause__preparation=terms)
    without = evaluated(pause__preparation=terms)
    assert step(never, "preparation") == pytest.approx(step(without, "preparation"), rel=1e-12)
    with pytest.raises(RunawayError, match="blows up 41.7 months into a pause of 60"):
        evaluated(lead__slow_down=slow_down | {"probability": 0.1}, pause__preparation=terms)


def test_with_a_slow_down_theft_takeover_and_survival_sum_to_one():
    # the pause starts after a month, at a risk of 0.01 a month
    risky = evaluated(lead__slow_down=SLOW_DOWN, lead__theft=0.05, risk={**RISK, "pace": 1.0})
    begins = np.exp(-0.05)
    survived = begins * float(CHANCES @ np.exp(-0.06 * LENGTHS))
    stolen = 1 - begins + 0.05 * float(risky["expected_months"])
    assert survived + stolen + float(risky["takeover_risk"]) == pytest.approx(1, rel=1e-6)
    unstolen = begins * CHANCES @ np.exp(-0.05 * LENGTHS)
    assert float(risky["no_theft"]) == pytest.approx(unstolen, rel=1e-6)
    safe = evaluated(lead__slow_down=SLOW_DOWN, lead__theft=0.05, lead__development=1)
    expected, handed_over = float(safe["expected_months"]), float(safe["handed_over"])
    assert expected + handed_over == pytest.approx(float(safe["usable_months"]))
    assert 1 - begins + 0.05 * expected + float(safe["no_theft"]) == pytest.approx(1)


def test_demonstrations_of_risk_take_work_and_make_a_slow_down_likelier():
    def slow_down(**terms):
        demonstrations = {"share": 0.2, "most": 0.6, "half": 57.5, **terms}
        return {"probability": 0.1, "pace": 0.25, "demonstrations": demonstrations}

    result = evaluated(lead__slow_down=slow_down())
    assert float(result["demonstrations"]) == pytest.approx(0.2 * FIELD_YEARS)
    chance = 0.6 - 0.5 * np.exp(-0.2 * FIELD_YEARS / 57.5)
    assert float(result["slow_down_probability"]) == pytest.approx(chance)
    months = 6 + chance * 18
    assert float(result["usable_months"]) == pytest.approx(months)
    assert step(result, "share for alignment") == pytest.approx(0.8 * RATE * months)
    # exact: a factor of 1 - 0
    none = evaluated(lead__slow_down=slow_down(share=0)).drop_vars("demonstrations")
    without = evaluated(lead__slow_down={"probability": 0.1, "pace": 0.25})
    assert none.drop_attrs().equals(without.drop_vars("demonstrations").drop_attrs())
    with pytest.raises(CatalogError, match="most is 0.05, below the probability of 0.1"):
        evaluated(lead__slow_down=slow_down(most=0.05))


@pytest.mark.parametrize("tolerated", [0.01, 0.03])
def test_a_month_more_of_lead_is_worth_what_theft_and_takeover_leave_of_it(tolerated):
    """The work of one more month, M e^(-(h + r) X) integrated over it, at each tolerated risk."""
    leads = np.array([1, 2, 6, 7, 12, 13])
    changes = {"lead.theft": 0.05, "risk": {**RISK, "tolerated": tolerated}}
    result = tm.lead_time(parse_plan(BASE), months=leads, set=changes)
    point, hazard = np.log10(tolerated / 0.001), 0.05 + tolerated
    begins, rate = np.exp(-0.05 * point / 0.1), RATE * 10 ** (0.5 * point)
    survival = np.exp(-hazard * leads)
    extra = begins * rate * (survival[::2] - survival[1::2]) / hazard
    final = result["field_years"].sel(step=WORK_STEPS[-1]).values
    for work in (final, result["effective_work"].values[:, -1]):
        assert np.diff(work)[::2] == pytest.approx(extra, rel=1e-5)


# steps of work


@pytest.mark.parametrize(
    ("changes", "name", "expected"),
    [
        (
            {"pause__growth": 0.3},
            "growth in the pause",
            FIELD_YEARS * float(growth_multiplier(1.8)),
        ),
        (
            {"pause__hardware_doubling": 6.0},
            "growth in the pause",
            FIELD_YEARS * float(growth_multiplier(np.log(2))),
        ),
        (
            {"pause__growth": 0.3, "lead__theft": 0.05},
            "growth in the pause",
            RATE * np.expm1(0.25 * 6) / 0.25,
        ),
        (
            {"pause__alignment_share": 0.25, "pause__own_share": 0.4},
            "share for alignment",
            FIELD_YEARS * 0.4,
        ),
    ],
)
def test_growth_chips_and_shares_in_the_pause(changes, name, expected):
    assert step(evaluated(**changes), name) == pytest.approx(expected, rel=1e-9)


def test_review_supervisors_taxes_and_wrong_results():
    waits = evaluated(field__work_per_review=40, field__review_latency=24)
    assert float(waits["reviewed_serial_speed"]) == pytest.approx(3.75)
    assert step(waits, "waits for review") == pytest.approx(FIELD_YEARS / 4)
    watched = evaluated(field__supervision=0.01)
    assert step(watched, "supervisors") == pytest.approx(60_000 / 7200 * 6)
    assert watched["binding"].item() == "supervisors"
    assert evaluated(field__supervision=0.0005)["binding"].item() == "tokens"
    taxed = evaluated(field__supervision=0.001, field__tax=10)
    for name in ("supervisors", "cost of safe methods"):
        assert step(taxed, name) == pytest.approx(FIELD_YEARS / 10)
    wrong = evaluated(field__precision=0.8, field__recall=0.5)
    assert step(wrong, "wrong results") == pytest.approx(FIELD_YEARS * 0.4)
    double = evaluated(field__supervision=0.01, field__supervisors=1200)
    assert step(double, "supervisors") == pytest.approx(120_000 / 7200 * 6)


def test_at_the_break_even_tax_ai_does_the_work_of_the_field():
    tax = float(evaluated()["break_even_tax"])
    # six months of the field are half a year
    assert step(evaluated(field__tax=tax), "cost of safe methods") == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize(
    ("exponent", "speedup"), [(1, 1150), (0.7, 312.8), (0.5, 131.3), (0.3, 55.1)]
)
def test_parallel_effort_has_diminishing_returns(exponent, speedup):
    work = step(evaluated(field__parallel_exponent=exponent), "people side by side")
    assert work * 2 == pytest.approx(speedup, abs=0.06)


def test_preparation_adds_through_theta_and_diverges_above_one():
    def terms(theta, prior=100):
        return {"theta": theta, "prior": prior, "scale": 100}

    plain = evaluated(pause__preparation=terms(0))
    assert step(plain, "preparation") == pytest.approx(FIELD_YEARS, rel=1e-9)
    half = evaluated(pause__preparation=terms(0.5))
    expected = float(prepared_work(1, FIELD_YEARS / 100, 0.5)) * 100
    assert step(half, "preparation") == pytest.approx(expected, rel=1e-9)
    # 100 field-years at 95.8 a month
    with pytest.raises(RunawayError, match=r"blows up 1\.04 months into a pause of 6"):
        evaluated(pause__preparation=terms(2, prior=0))


@pytest.mark.parametrize("growth", [0.1, 1.0, 10.0])
def test_preparation_without_returns_changes_nothing_where_theft_ends_a_growing_pause(growth):
    terms = {"theta": 0, "prior": 1, "scale": 1}
    changes = {"lead__months": 28, "lead__theft": 1, "pause__growth": growth}
    result = evaluated(**changes, pause__preparation=terms)
    without = step(evaluated(**changes), "people side by side")
    assert step(result, "preparation") == pytest.approx(without, rel=1e-12)


def test_preparation_counts_the_work_that_survives_to_be_done():
    """Against the equations, integrated by themselves; in them work is by the month."""
    rate, hazard, growth = RATE, 0.8, 3.0
    terms = {"theta": 0.7, "prior": 50, "scale": 100}
    result = evaluated(
        lead__months=6, lead__theft=hazard, pause__growth=growth, pause__preparation=terms
    )

    def slopes(time, work):
        done = rate * np.exp(growth * time) * (1 + (50 + work[0]) / 100) ** 0.7
        return [done, np.exp(-hazard * time) * done]

    solved = solve_ivp(slopes, (0, 6), [0.0, 0.0], method="DOP853", rtol=1e-11, atol=1e-9)
    assert step(result, "preparation") == pytest.approx(solved.y[1, -1], rel=1e-4)


def test_expected_work_with_theft_and_preparation_is_the_mean_over_times_of_theft():
    terms = {"theta": 0.8, "prior": 50, "scale": 100}
    result = evaluated(lead__theft=0.2, pause__preparation=terms)
    stolen = np.random.default_rng(0).exponential(5, 100_000).clip(max=6)
    work = 100 * prepared_work(0.5, stolen * RATE / 100, 0.8)
    error = work.std() / np.sqrt(len(work))
    assert step(result, "preparation") == pytest.approx(work.mean(), abs=4 * error)


# risk and schedule


def test_risk_says_when_to_pause_and_what_confidence_costs():
    result = evaluated(risk=RISK)
    assert float(result["pause_point"]) == pytest.approx(1, rel=1e-6)
    assert float(result["months_until_pause"]) == pytest.approx(10, rel=1e-6)
    assert step(result, "lead as stated") == pytest.approx(FIELD_YEARS * 10**0.5, rel=1e-6)
    assert float(result["takeover_risk"]) == pytest.approx(1 - np.exp(-0.06), rel=1e-6)
    confident = evaluated(risk={**RISK, "sd": 1, "confidence": 0.95})
    margin = float(result["pause_point"] - confident["confident_pause_point"])
    assert margin == pytest.approx(0.714, abs=5e-4)
    assert float(confident["confidence_cost"]) == pytest.approx(2.28, abs=5e-3)


@pytest.mark.parametrize("change", [{}, {"slope": 6.0, "tolerated": 1.0}, {"progress_labour": 1.0}])
def test_the_best_schedule_is_at_least_as_good_as_a_stop_now_or_at_the_point_of_pause(change):
    result = evaluated(risk={**RISK, **change}, lead__leak=0.05)
    simple = max(float(result["run_then_stop_work"]), float(result["stop_now_work"]))
    assert float(result["best_work"]) >= simple * (1 - 1e-9)


def test_a_stop_now_is_a_pause_at_present_risk():
    expected = RATE * (1 - np.exp(-0.006)) / 0.001
    assert float(evaluated(risk=RISK)["stop_now_work"]) == pytest.approx(expected, rel=1e-9)


def test_capability_grows_at_the_pace_of_the_project():
    result = evaluated(risk=RISK, lead__pace=0.8)
    assert float(result["months_until_pause"]) == pytest.approx(12.5, rel=1e-6)
    assert float(result["lead_at_pause"]) == pytest.approx(6 - 0.2 * 12.5, rel=1e-6)
    due = evaluated(risk={**RISK, "tolerated": 0.001}, lead__pace=0)
    months = [float(due["months_until_pause"]), float(due["usable_months"])]
    assert months == pytest.approx([0, 6])


def test_supervisors_bind_along_a_schedule_too():
    result = evaluated(risk=RISK, field__supervision=0.01)
    cap = 60_000 / 7200  # field-years a month
    expected = cap * float(result["expected_months"])
    assert step(result, "supervisors") == pytest.approx(expected, rel=1e-6)
    times = np.linspace(0, 10, 100_001)
    # a risk of 0.001 a month at present, and ten times as much after ten months
    exposure = 0.01 * (10 ** (0.1 * times) - 1) / np.log(10)
    moving = np.trapezoid(cap * np.exp(-exposure), times)
    stopped = cap * np.exp(-exposure[-1]) * (1 - np.exp(-0.06)) / 0.01
    assert float(result["run_then_stop_work"]) == pytest.approx(moving + stopped, rel=1e-6)
    now = cap * (1 - np.exp(-0.006)) / 0.001
    assert float(result["stop_now_work"]) == pytest.approx(now, rel=1e-9)
    assert float(result["best_work"]) >= float(result["run_then_stop_work"]) * (1 - 1e-9)
    free, late = evaluated(risk=RISK), evaluated(risk=RISK, field__supervision=0.0004)
    now, run = (float(late[name] / free[name]) for name in ("stop_now_work", "run_then_stop_work"))
    assert now == pytest.approx(1, rel=1e-12) and run < 0.9  # they bind only on the way


@pytest.mark.parametrize("share", [1e-4, 1e-3, 1e-2])
@pytest.mark.parametrize("tax", [1, 4])
@pytest.mark.parametrize("latency", [0, 24])
def test_supervisors_bind_exactly_above_their_threshold(share, tax, latency):
    reviews = {"field__work_per_review": 40, "field__review_latency": latency}
    result = evaluated(field__supervision=share, field__tax=tax, **reviews)
    binds_at = float(result["supervision_binds_at"])
    assert (result["binding"].item() == "supervisors") == (share > binds_at)
    speed = 1 if latency == 0 else 1 / 4
    assert binds_at == pytest.approx(tax / speed * 600 / 690_000)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"lead__development": 20, "lead__pace": 0.5},
            "20 months away and the lead is gone after 12",
        ),
        ({"risk": RISK, "lead__pace": 0.2}, "50 months away and the lead is gone after 7.5"),
        (
            {"risk": RISK, "lead__pace": 0},
            "at a pace of 0 capability never grows by the 1 orders of magnitude",
        ),
        (
            {"risk": {**RISK, "sd": 3, "confidence": 0.95}},
            "should have started 1.14 orders of magnitude of compute ago",
        ),
    ],
)
def test_a_pause_that_never_starts_is_an_error(values, message):
    with pytest.raises(NoPause, match=message):
        evaluated(**values)


# models of a ladder


def test_models_of_a_ladder_work_in_the_pause_of_the_plan():
    changes = {"lead.slow_down": SLOW_DOWN, "lead.theft": 0.05, "lead.development": 2}
    result = tm.lead_time(parse_plan(BASE + LADDER), set=changes)
    yearly = np.array([10, 40]) / 12
    work = yearly * float(result["expected_months"])
    assert result["pause_work"].values == pytest.approx(work)
    monthly = np.array([[0.002], [0.05]]) / 12
    hazard = monthly + 0.05
    risk = monthly / hazard * -np.expm1(-hazard * LENGTHS) @ CHANCES
    assert result["pause_risk"].values == pytest.approx(np.exp(-0.1) * risk)
    risky = tm.lead_time(parse_plan(BASE + LADDER), set={"risk": RISK, "lead.pace": 0.8})
    work = yearly * float(risky["usable_months"])
    assert risky["pause_work"].values == pytest.approx(work)


def test_a_ladder_needs_no_workforce():
    sources, worker = BASE.index("sources"), BASE.index("worker:")
    lead, field = BASE.index("lead:"), BASE.index("field:")
    alone = "title: A ladder\n" + BASE[sources:worker] + BASE[lead:field] + LADDER
    changes = {"lead.slow_down": SLOW_DOWN, "lead.theft": 0.05, "lead.development": 2}
    ladder = tm.lead_time(parse_plan(alone), set=changes)
    result = tm.lead_time(parse_plan(BASE + LADDER), set=changes)
    for name in ladder.data_vars:
        assert ladder[name].equals(result[name]), name  # exact: the same computation
    demonstrations = {"share": 0.2, "most": 0.6, "half": 50}
    terms = SLOW_DOWN | {"demonstrations": demonstrations}
    message = "has demonstrations of risk, which are work of a workforce"
    with pytest.raises(CatalogError, match=message):
        tm.lead_time(parse_plan(alone), set={"lead.slow_down": terms})
