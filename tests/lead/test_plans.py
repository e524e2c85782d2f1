"""Plans: files with one defect each, what bundled plans give, and the same numbers by formulas written out here."""

import json

import numpy as np
import pytest
from locations import ROOT

import taskmodel as tm
from taskmodel.catalog import load_catalog
from taskmodel.cli import main
from taskmodel.errors import CatalogError, NoPause
from taskmodel.lead import pause
from taskmodel.lead.plans import Plan, bundled_plans, load_plan, parse_plan
from taskmodel.lead.plans.catalog_link import (
    ORGANISATION_STEPS,
    ai_hours,
    catalog_speedups,
    workforce_values,
)
from taskmodel.lead.plans.evaluation import evaluate_plan
from taskmodel.lead.plans.load import cases
from taskmodel.lead.plans.work import WORK_STEPS

BASE = """
title: A plan
sources:
  work: {title: A work}
worker:
  tokens_per_second: {value: 2.3e7, source: work}
  streams: {value: 10, source: work}
  serial_tokens: {value: 10, source: work}
  stream_speed: {value: 50, source: work}
  hours_per_day: {value: 8, source: work}
lead:
  months: {value: 6, source: work}
field:
  headcount: {value: 600, source: work}
  parallel_exponent: {value: 1, source: work}
"""
ORGANISATION = ("organisation:", "  catalog:", "  scenario:")
RISK = {
    "at_present": 0.001,
    "slope": 2.302585,
    "tolerated": 0.01,
    "pace": 0.1,
    "productivity_slope": 0.5,
}


def given(**values):
    """The plan above with other values, its paths written with __ for a dot."""
    return tm.lead_time(
        parse_plan(BASE), set={path.replace("__", "."): value for path, value in values.items()}
    )


def alone(name):
    """A bundled plan without its catalog, which takes a second."""
    return parse_plan(
        "\n".join(
            line
            for line in load_plan(name).yaml_text.splitlines()
            if not line.startswith(ORGANISATION)
        ),
        name,
    )


def step(result, name):
    return float(result["field_years"].sel(step=name))


# what plans give


def test_bundled_plans_are_there_and_every_number_in_them_has_a_source():
    assert bundled_plans() == ("greenblatt_leads", "kwa_ladder", "seed_1000x", "seed_toy")

    def bare(value, path):
        if isinstance(value, dict):
            if "value" in value and not value.get("source"):
                yield path
            for key, item in value.items():
                yield from bare(item, (*path, key))

    for name in bundled_plans():
        data = load_plan(name)._origin.data
        assert list(bare(data, ())) == [], name
        plain = {
            section: data[section]
            for section in ("chips", "worker", "lead", "field")
            if section in data
        }
        assert all(
            isinstance(item, dict | str) for block in plain.values() for item in block.values()
        ), name


def test_the_seeds_toy_is_46000_researchers_for_15_months_and_the_seeds_reading_15000():
    toy, mixed = (
        tm.lead_time(alone("seed_toy")),
        tm.lead_time(alone("seed_toy"), set={"worker.reading": "seed"}),
    )
    assert (float(toy["researchers"]), float(toy["serial_speed"]), float(toy["streams"])) == (
        46_000,
        15,
        460_000,
    )
    assert toy["researcher_months"].values == pytest.approx(np.full(len(WORK_STEPS), 690_000))
    assert float(toy["training_compute"]) == 1.5768e28
    assert (round(float(mixed["researchers"])), float(mixed["serial_speed"])) == (15_333, 15)
    assert float(mixed["conserved_share"]) == pytest.approx(1 / 3)
    assert "mixed" in mixed["clocks"].item() and "same clock" in toy["clocks"].item()


def test_from_the_chips_alone_there_are_43619():
    found = tm.lead_time(alone("seed_toy"), set={"worker.tokens_per_second": None})
    assert float(found["tokens_per_second"]) == pytest.approx(21_809_330.107925568, rel=1e-12)
    assert float(found["researchers"]) == pytest.approx(43_619, abs=0.5)


@pytest.mark.parametrize("reading", ["consistent", "seed"])
def test_tokens_of_the_chips_are_those_of_the_training_run_whatever_the_ratios(reading):
    changes = {
        "chips.compute_ratio": 70,
        "chips.time_ratio": 0.3,
        "chips.gain": 2,
        "chips.inference_share": 0.4,
        "chips.horizon_length": 9,
    }
    rest = {
        "chips.decode_utilisation": 0.2,
        "worker.size_exponent": 0.5,
        "worker.tokens_per_second": None,
        "worker.reading": reading,
    }
    found = tm.lead_time(alone("seed_toy"), set=changes | rest)
    share = 1 if reading == "consistent" else 1 / 3
    assert float(found["conserved_share"]) == pytest.approx(share, rel=1e-12)


def test_badly_decoded_and_shared_tokens_are_fewer_and_a_stated_number_is_not_overruled_quietly():
    fewer = tm.lead_time(
        alone("seed_toy"), set={"chips.decode_utilisation": 0.1, "chips.inference_share": 0.5}
    )
    assert float(fewer["researchers"]) == pytest.approx(4_600)
    with pytest.raises(
        CatalogError, match="chips.share: makes no difference to tokens that a source states"
    ):
        tm.lead_time(alone("seed_toy"), set={"chips.share": 0.5})
    double = tm.lead_time(
        alone("seed_toy"), set={"chips.share": 0.5, "worker.tokens_per_second": None}
    )
    assert float(double["researchers"]) == pytest.approx(43_619 * np.sqrt(2), abs=1)


def test_a_thousand_times_the_compute_in_four_months():
    found = tm.lead_time(alone("seed_1000x"))
    assert float(found["researchers"]) == pytest.approx(4_363_943, abs=0.5)
    assert float(found["training_compute"]) == pytest.approx(1.5768e31)
    slower = tm.lead_time(alone("seed_1000x"), set={"worker.size_exponent": 1})
    assert float(slower["serial_speed"]) == pytest.approx(15 / np.sqrt(1000))
    assert slower["researcher_months"].values == pytest.approx(found["researcher_months"].values)


def test_greenblatts_leads_are_cases_and_what_is_set_holds_in_all_of_them():
    found = tm.lead_time(alone("greenblatt_leads"))
    assert found["lead"].values.tolist() == [120, 24, 5, 0]
    assert (np.diff(found["field_years"].isel(step=-1).values) < 0).all() and step(
        found.isel(case=3), WORK_STEPS[-1]
    ) == 0
    safe = tm.lead_time(alone("greenblatt_leads"), set={"lead.theft": 0, "lead.leak": 0})
    assert safe["expected_months"].values.tolist() == [120, 24, 5, 0]
    one = tm.lead_time(alone("greenblatt_leads"), months=3)
    assert one["lead"].values.tolist() == [3, 3, 3, 3]


def test_kwas_ladder():
    found = tm.lead_time("kwa_ladder")
    assert found["years_to_target"].values.tolist() == [2, 1, 0.5]
    assert found["risk_to_target"].values.round(4).tolist() == [0.004, 0.01, 0.0247]
    assert found["pause_work"].values.tolist() == [10, 20, 40]
    assert found["pause_risk"].values.round(4).tolist() == [0.002, 0.01, 0.0488]
    assert found["efficient"].values.all() and (np.diff(found["risk_per_work"]) > 0).all()


LADDER_BLOCK = """
ladder:
  target: {value: 20, source: work}
  rungs:
    weak: {speedup: {value: 10, source: work}, yearly_risk: {value: 0.002, source: work}}
    strong: {speedup: {value: 40, source: work}, yearly_risk: {value: 0.05, source: work}}
"""


def test_models_of_a_ladder_work_in_the_pause_of_the_whole_plan():
    change = {
        "lead.slow_down": {"probability": 0.3, "pace": 0.25},
        "lead.theft": 0.05,
        "lead.development": 2,
    }
    found = tm.lead_time(parse_plan(BASE + LADDER_BLOCK), set=change)
    assert found["pause_work"].values == pytest.approx(
        np.array([10, 40]) / 12 * float(found["expected_months"])
    )
    months, chances, monthly = (
        np.array([6.0, 24.0]),
        np.array([0.7, 0.3]),
        np.array([[0.002], [0.05]]) / 12,
    )
    run = monthly / (monthly + 0.05) * -np.expm1(-(monthly + 0.05) * months) @ chances
    assert found["pause_risk"].values == pytest.approx(np.exp(-0.1) * run)
    risky = tm.lead_time(parse_plan(BASE + LADDER_BLOCK), set={"risk": RISK, "lead.pace": 0.8})
    assert risky["pause_work"].values == pytest.approx(
        np.array([10, 40]) / 12 * float(risky["usable_months"])
    )
    alone = "\n".join(
        [
            "title: A ladder",
            BASE[BASE.index("sources") : BASE.index("worker:")],
            BASE[BASE.index("lead:") : BASE.index("field:")],
        ]
    )
    ladder = tm.lead_time(parse_plan(alone + LADDER_BLOCK), set=change)
    for name in ladder.data_vars:
        assert ladder[name].equals(found[name]), name
    terms = {
        "probability": 0.1,
        "pace": 0.5,
        "demonstrations": {"share": 0.2, "most": 0.6, "half": 50},
    }
    with pytest.raises(
        CatalogError, match="has demonstrations of risk, which are work of a workforce"
    ):
        tm.lead_time(parse_plan(alone + LADDER_BLOCK), set={"lead.slow_down": terms})


def test_several_leads_are_a_dimension_and_each_is_as_alone():
    several = tm.lead_time(alone("greenblatt_leads"), months=[1, 6])
    assert several.sizes["lead_months"] == 2 and several.sizes["case"] == 4
    single = tm.lead_time(alone("greenblatt_leads"), months=6)
    for name, variable in single.data_vars.items():
        assert several[name].sel(lead_months=6).drop_vars("lead_months").equals(variable), name
    with pytest.raises(ValueError, match="months is empty"):
        tm.lead_time(months=[])


def test_every_variable_has_a_meaning_and_a_result_survives_a_file(tmp_path):
    for name in ("greenblatt_leads", "kwa_ladder"):
        result = tm.lead_time(name)
        assert all(variable.attrs["long_name"] for variable in result.data_vars.values())
        tm.save(result, tmp_path / "result.nc")
        assert tm.open(tmp_path / "result.nc").identical(result)


def test_the_toy_model_is_w_equals_m_x():
    found = given()
    assert found["field_years"].values == pytest.approx(
        np.full(len(WORK_STEPS), 690_000 * 6 / 600 / 12)
    )
    assert found["effective_work"].values[-1] == pytest.approx(575)
    assert found["effective_work"].values[60] == pytest.approx(575 / 2)


def test_leaks_followers_pace_and_development_eat_the_lead():
    assert float(given(lead__follower_speedup=5)["usable_months"]) == pytest.approx(1.2)
    assert float(given(lead__leak=0.1)["usable_months"]) == pytest.approx(np.log(1 + 0.6) / 0.1)
    assert float(given(lead__development=4, lead__pace=0.5)["usable_months"]) == pytest.approx(4)
    deployed = given(lead__deployment=0.5, lead__leak_by_deployment=0.2)
    assert float(deployed["usable_months"]) == pytest.approx(np.log(1 + 0.6) / 0.1)


def test_theft_shortens_the_pause_and_hands_over_what_is_left():
    found = given(lead__theft=0.05)
    assert float(found["expected_months"]) == pytest.approx((1 - np.exp(-0.3)) / 0.05)
    assert step(found, "theft and takeover") == pytest.approx(
        690_000 / 7200 * (1 - np.exp(-0.3)) / 0.05, rel=1e-9
    )
    assert float(found["expected_months"] + found["handed_over"]) == pytest.approx(6)
    assert (
        float(found["goes_on"][-1])
        == pytest.approx(np.exp(-0.3))
        == pytest.approx(float(found["no_theft"]))
    )


def test_theft_before_the_pause_takes_a_share_of_all_work():
    found, later = given(lead__theft=0.05), given(lead__theft=0.05, lead__development=4)
    assert later["expected_months"] / found["expected_months"] == pytest.approx(np.exp(-0.2))
    assert later["field_years"].values[3:] == pytest.approx(
        found["field_years"].values[3:] * np.exp(-0.2)
    )
    assert float(later["goes_on"][0]) == pytest.approx(np.exp(-0.2)) and float(
        later["no_theft"]
    ) == pytest.approx(np.exp(-0.5))
    assert float(later["expected_months"] + later["handed_over"]) == pytest.approx(6)


def test_rivals_money_and_a_slow_down_of_all():
    rivals = {
        "careful": {"months": 1, "cautious": True},
        "near": {"months": 4},
        "far": {"months": 9},
    }
    assert float(given(lead={"rivals": rivals})["lead"]) == 4
    poor = given(lead__money={"cash": 2e9, "burn": 1e9, "revenue": 1e9}, lead__deployment=0.5)
    assert (float(poor["usable_months"]), poor["pause_limit"].item()) == (4, "money")
    rich = given(lead__money={"cash": 2e9, "burn": 1e9, "revenue": 3e9}, lead__deployment=0.5)
    assert (float(rich["usable_months"]), rich["pause_limit"].item()) == (6, "lead")
    slowed = given(lead__slow_down={"probability": 0.3, "pace": 0.25})
    assert float(slowed["usable_months"]) == pytest.approx(0.3 * 24 + 0.7 * 6)
    brief = given(lead__slow_down={"probability": 1, "pace": 0.5, "duration": 4})
    assert float(brief["usable_months"]) == pytest.approx(8)
    leaky = given(
        lead__months=24,
        lead__leak=0.1,
        lead__slow_down={"probability": 1, "pace": 0.25, "duration": 12},
    )
    assert float(leaky["usable_months"]) == pytest.approx(16.37, abs=5e-3)


def test_along_the_pause_a_slow_down_of_all_counts_as_often_as_it_comes_about():
    never = given(lead__slow_down={"probability": 0, "pace": 0.25})
    assert float(never["month"][-1]) == 6 and float(never["effective_work"][-1]) == pytest.approx(
        575
    )
    found = given(lead__slow_down={"probability": 0.3, "pace": 0.25})  # 6 months, or 24
    assert found["goes_on"].values[[0, 30, 31, 120]].tolist() == pytest.approx([1, 1, 0.3, 0.3])
    assert found["bulk_work"].values[[15, 60, 120]] == pytest.approx(
        [575 / 2, 575 * (0.7 + 0.3 * 2), 575 * (0.7 + 0.3 * 4)]
    )
    caveats = {
        "lead__theft": 0.05,
        "lead__development": 2,
        "pause__growth": 0.1,
        "field__parallel_exponent": 0.5,
    }
    terms = {"prior": 50, "scale": 100, "theta": 0.8}
    hard = given(
        lead__slow_down={"probability": 0.3, "pace": 0.25}, pause__preparation=terms, **caveats
    )
    assert float(hard["effective_work"][-1]) == pytest.approx(step(hard, "preparation"), rel=1e-12)
    assert float(hard["bulk_work"][-1]) == pytest.approx(
        step(hard, "growth in the pause"), rel=1e-12
    )


def test_a_slow_down_that_never_comes_cannot_make_preparation_run_away():
    terms = {
        "prior": 0,
        "scale": 2000,
        "theta": 1.5,
    }  # blows up after 42 months; the lead is 6, or 60 with the slow-down
    never = given(lead__slow_down={"probability": 0, "pace": 0.1}, pause__preparation=terms)
    assert step(never, "preparation") == step(given(pause__preparation=terms), "preparation")
    with pytest.raises(pause.RunawayError, match="blows up 41.7 months into a pause of 60"):
        given(lead__slow_down={"probability": 0.1, "pace": 0.1}, pause__preparation=terms)


def test_with_a_slow_down_theft_takeover_and_survival_add_up():
    risk = {**RISK, "pace": 1.0}  # pauses after a month, at a risk of 0.01 a month
    found = given(lead__slow_down={"probability": 0.3, "pace": 0.25}, lead__theft=0.05, risk=risk)
    months, chances, begins = np.array([6.0, 24.0]), np.array([0.7, 0.3]), np.exp(-0.05)
    survived = begins * float(chances @ np.exp(-0.06 * months))
    stolen = 1 - begins + 0.05 * float(found["expected_months"])
    assert survived + stolen + float(found["takeover_risk"]) == pytest.approx(1, rel=1e-6)
    assert float(found["no_theft"]) == pytest.approx(
        begins * chances @ np.exp(-0.05 * months), rel=1e-6
    )
    safe = given(
        lead__slow_down={"probability": 0.3, "pace": 0.25}, lead__theft=0.05, lead__development=1
    )
    assert float(safe["expected_months"] + safe["handed_over"]) == pytest.approx(
        float(safe["usable_months"])
    )
    assert 1 - begins + 0.05 * float(safe["expected_months"]) + float(
        safe["no_theft"]
    ) == pytest.approx(1)


def test_demonstrations_of_risk_take_work_and_make_a_slow_down_likelier():
    terms = {
        "probability": 0.1,
        "pace": 0.25,
        "demonstrations": {"share": 0.2, "most": 0.6, "half": 57.5},
    }
    found = given(lead__slow_down=terms)
    assert float(found["demonstrations"]) == pytest.approx(0.2 * 575)
    chance = 0.6 - 0.5 * np.exp(-0.2 * 575 / 57.5)
    assert float(found["slow_down_probability"]) == pytest.approx(chance)
    assert float(found["usable_months"]) == pytest.approx(6 + chance * 18)
    assert step(found, "share for alignment") == pytest.approx(
        0.8 * 690_000 / 7200 * (6 + chance * 18)
    )
    none = given(
        lead__slow_down={**terms, "demonstrations": {"share": 0, "most": 0.6, "half": 57.5}}
    )
    assert none.drop_vars("demonstrations").equals(
        given(lead__slow_down={"probability": 0.1, "pace": 0.25}).drop_vars("demonstrations")
    )
    with pytest.raises(CatalogError, match="most is 0.05, below the probability of 0.1"):
        given(
            lead__slow_down={**terms, "demonstrations": {"share": 0.2, "most": 0.05, "half": 57.5}}
        )


@pytest.mark.parametrize("tolerated", [0.01, 0.03])
def test_a_month_more_of_lead_is_worth_what_theft_and_takeover_leave_of_it(tolerated):
    """Work of one more month, where more is tolerated at more risk: M e^(-(h + r) X), integrated over the month."""
    leads = np.array([1, 2, 6, 7, 12, 13])
    found = tm.lead_time(
        parse_plan(BASE),
        months=leads,
        set={"lead.theft": 0.05, "risk": {**RISK, "tolerated": tolerated}},
    )
    point = np.log10(tolerated / 0.001)
    hazard, begins, rate = (
        0.05 + tolerated,
        np.exp(-0.05 * point / 0.1),
        690_000 / 7200 * 10 ** (0.5 * point),
    )
    extra = begins * rate * (np.exp(-hazard * leads[::2]) - np.exp(-hazard * leads[1::2])) / hazard
    assert np.diff(found["field_years"].sel(step=WORK_STEPS[-1]).values)[::2] == pytest.approx(
        extra, rel=1e-5
    )
    assert np.diff(found["effective_work"].values[:, -1])[::2] == pytest.approx(extra, rel=1e-5)


def test_growth_chips_and_shares_in_the_pause():
    assert step(given(pause__growth=0.3), "growth in the pause") == pytest.approx(
        575 * float(pause.growth_multiplier(1.8)), rel=1e-9
    )
    doubled = given(pause__hardware_doubling=6.0)
    assert step(doubled, "growth in the pause") == pytest.approx(
        575 * float(pause.growth_multiplier(np.log(2))), rel=1e-9
    )
    shared = given(pause__alignment_share=0.25, pause__own_share=0.4)
    assert step(shared, "share for alignment") == pytest.approx(575 * 0.4)
    both = given(pause__growth=0.3, lead__theft=0.05)
    assert step(both, "growth in the pause") == pytest.approx(
        690_000 / 7200 * np.expm1(0.25 * 6) / 0.25, rel=1e-9
    )


def test_review_supervisors_taxes_and_wrong_results():
    waits = given(field__work_per_review=40, field__review_latency=24)
    assert float(waits["reviewed_serial_speed"]) == 3.75
    assert step(waits, "waits for review") == pytest.approx(575 / 4)
    watched = given(field__supervision=0.01)
    assert step(watched, "supervisors") == pytest.approx(60_000 / 7200 * 6)
    assert (
        watched["binding"].item() == "supervisors"
        and given(field__supervision=0.0005)["binding"].item() == "tokens"
    )
    taxed = given(field__supervision=0.001, field__tax=10)
    assert step(taxed, "supervisors") == step(taxed, "cost of safe methods") == pytest.approx(57.5)
    assert step(given(field__precision=0.8, field__recall=0.5), "wrong results") == pytest.approx(
        230
    )
    more = given(field__supervision=0.01, field__supervisors=1200)
    assert step(more, "supervisors") == pytest.approx(120_000 / 7200 * 6)


def test_at_the_break_even_tax_ai_does_the_work_of_the_field():
    tax = float(given()["break_even_tax"])
    taxed = given(field__tax=tax)  # six months of the field are half a year
    assert step(taxed, "cost of safe methods") == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize(
    ("exponent", "speedup"), [(1, 1150), (0.7, 312.8), (0.5, 131.3), (0.3, 55.1)]
)
def test_people_side_by_side_have_diminishing_returns(exponent, speedup):
    assert step(
        given(field__parallel_exponent=exponent), "people side by side"
    ) * 2 == pytest.approx(speedup, abs=0.06)


def test_preparation_adds_through_theta_and_blows_up_above_one():
    terms = {"prior": 100, "scale": 100}
    plain = given(pause__preparation={"theta": 0, **terms})
    assert step(plain, "preparation") == pytest.approx(575, rel=1e-9)
    half = given(pause__preparation={"theta": 0.5, **terms})
    assert step(half, "preparation") == pytest.approx(
        float(pause.prepared_work(1, 5.75, 0.5)) * 100, rel=1e-9
    )
    with pytest.raises(pause.RunawayError, match=r"blows up 1\.04 months into a pause of 6"):
        given(
            pause__preparation={"theta": 2, "prior": 0, "scale": 100}
        )  # 100 field-years at 95.8 a month


def test_expected_work_with_theft_and_preparation_is_the_mean_over_times_of_theft():
    found = given(lead__theft=0.2, pause__preparation={"theta": 0.8, "prior": 50, "scale": 100})
    stolen = np.random.default_rng(0).exponential(5, 100_000).clip(max=6)
    work = 100 * pause.prepared_work(0.5, stolen * 690_000 / 7200 / 100, 0.8)
    assert step(found, "preparation") == pytest.approx(
        work.mean(), abs=4 * work.std() / np.sqrt(len(work))
    )


def test_risk_says_when_to_pause_and_what_confidence_costs():
    found = given(risk=RISK)
    assert float(found["pause_point"]) == pytest.approx(1, rel=1e-6) and float(
        found["months_until_pause"]
    ) == pytest.approx(10, rel=1e-6)
    assert step(found, "lead as stated") == pytest.approx(575 * 10**0.5, rel=1e-6)
    assert float(found["takeover_risk"]) == pytest.approx(1 - np.exp(-0.06), rel=1e-6)
    sure = given(risk={**RISK, "sd": 1, "confidence": 0.95})
    assert float(found["pause_point"] - sure["confident_pause_point"]) == pytest.approx(
        0.714, abs=5e-4
    )
    assert float(sure["confidence_cost"]) == pytest.approx(2.28, abs=5e-3)


def test_the_best_schedule_is_at_least_as_good_as_stopping_now_or_at_the_point_of_pause():
    for change in ({}, {"slope": 6.0, "tolerated": 1.0}, {"progress_labour": 1.0}):
        found = given(risk={**RISK, **change}, lead__leak=0.05)
        assert float(found["best_work"]) >= max(
            float(found["run_then_stop_work"]), float(found["stop_now_work"])
        ) * (1 - 1e-9)
    assert float(given(risk=RISK)["stop_now_work"]) == pytest.approx(
        690_000 / 7200 * (1 - np.exp(-0.006)) / 0.001, rel=1e-9
    )


def test_capability_grows_at_the_pace_that_is_kept():
    found = given(risk=RISK, lead__pace=0.8)
    assert float(found["months_until_pause"]) == pytest.approx(12.5, rel=1e-6)
    assert float(found["lead_at_pause"]) == pytest.approx(6 - 0.2 * 12.5, rel=1e-6)
    due = given(risk={**RISK, "tolerated": 0.001}, lead__pace=0)
    assert (float(due["months_until_pause"]), float(due["usable_months"])) == (0, 6)


def test_supervisors_bind_along_a_schedule_too():
    found = given(risk=RISK, field__supervision=0.01)
    cap = 60_000 / 7200  # field-years a month
    assert step(found, "supervisors") == pytest.approx(
        cap * float(found["expected_months"]), rel=1e-6
    )
    times = np.linspace(0, 10, 100_001)
    exposure = 0.01 * (10 ** (0.1 * times) - 1)  # 0.001 a month, ten times as much after ten
    moving = np.trapezoid(cap * np.exp(-exposure / np.log(10)), times)
    stopped = cap * np.exp(-exposure[-1] / np.log(10)) * (1 - np.exp(-0.06)) / 0.01
    assert float(found["run_then_stop_work"]) == pytest.approx(moving + stopped, rel=1e-6)
    assert float(found["stop_now_work"]) == pytest.approx(
        cap * (1 - np.exp(-0.006)) / 0.001, rel=1e-9
    )
    assert float(found["best_work"]) >= float(found["run_then_stop_work"]) * (1 - 1e-9)
    some = given(risk=RISK, field__supervision=0.0004)  # they bind only on the way
    assert float(some["stop_now_work"]) == float(given(risk=RISK)["stop_now_work"])
    assert float(some["run_then_stop_work"]) < 0.9 * float(given(risk=RISK)["run_then_stop_work"])


@pytest.mark.parametrize("share", [1e-4, 1e-3, 1e-2])
def test_supervisors_are_short_just_where_it_is_said_that_they_are(share):
    waits = {"field__work_per_review": 40, "field__review_latency": 24}
    for changes in ({}, {"field__tax": 4}, waits, {**waits, "field__tax": 2}):
        found = given(field__supervision=share, **changes)
        assert (found["binding"].item() == "supervisors") == (
            share > float(found["supervision_binds_at"])
        ), changes
    assert float(given(field__tax=4)["supervision_binds_at"]) == pytest.approx(4 * 600 / 690_000)


# the workforce in a catalog


def test_crunch_time_has_46000_researchers_at_five_times_human_speed():
    catalog = load_catalog("alignment_research", "crunch_time")
    hours = ai_hours(catalog)
    assert hours / (365 * 24) / catalog.latency.serial_speed.value == pytest.approx(
        46_000, rel=1e-6
    )
    plan = load_plan("seed_toy")
    for path, value in workforce_values(plan.chips, plan.worker, 2.3e7, 50.0).items():
        assert catalog.get(path) == (
            value if isinstance(value, str) else pytest.approx(value, rel=1e-6)
        ), path


@pytest.mark.parametrize("name", ["alignment_research", "ml_capability_rnd", "t_agi_ladder"])
def test_in_crunch_time_ai_can_do_all_that_may_be_delegated(name):
    catalog = load_catalog(name, "crunch_time")
    swept = tm.sweep(catalog, [catalog.compute.today.value])
    delegable = [task.delegable for task in catalog.tasks.values()]
    assert swept["automatable"].values[0].tolist() == delegable


def test_the_way_from_hours_to_effective_work_only_goes_down_and_ends_where_a_sweep_does():
    catalog = load_catalog("alignment_research", "crunch_time")
    found = catalog_speedups(catalog)
    values = [found.steps[name] for name in ORGANISATION_STEPS[:4]]
    assert (np.diff(values) <= 1e-9 * np.array(values[:-1])).all()
    swept = tm.sweep(catalog, [catalog.compute.today.value]).isel(compute=0)
    assert found.steps["effective"] == float(swept["speedup"]) and found.bottleneck == "review"
    assert found.steps["review"] == pytest.approx(
        float(swept["oversight_ceiling"]), rel=1e-6
    )  # inference does not bind
    assert found.steps["bulk"] == pytest.approx(46_000 * 5 * 8760 / (600 * 1800), rel=1e-6)


def test_field_years_in_the_organisation_are_its_speedup_times_the_expected_pause():
    found = tm.lead_time(months=6, set={"lead.theft": 0.05})
    assert found["organisation_field_years"].values == pytest.approx(
        found["organisation_speedup"].values * float(found["expected_months"]) / 12
    )


def test_tokens_made_cheaper_count_as_more_hours_and_no_more_compute():
    plan = load_plan("seed_toy", set={"chips.gain": 4})
    values = workforce_values(plan.chips, plan.worker, 4 * 2.3e7, 50.0)
    catalog = load_catalog("alignment_research", "crunch_time").replace(values)
    assert values["compute.inference_share"] == pytest.approx(0.527297, rel=1e-5)
    assert ai_hours(catalog) == pytest.approx(
        4 * ai_hours(load_catalog("alignment_research", "crunch_time")), rel=1e-6
    )


# bad plans


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
def test_a_defect_is_told_with_its_place_and_the_mend(old, new, message):
    assert old in BASE
    with pytest.raises(CatalogError, match=message) as caught:
        parse_plan(BASE.replace(old, new, 1), file="plan.yaml")
    assert all(defect.line for defect in caught.value.defects)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"slope": 0},
            r"risk\.slope: found 0: .* never crosses 0.01 per month, so that the pause never starts",
        ),
        ({"slope": -1}, "found -1"),
        ({"tolerated": 0.0005}, "the pause is overdue"),
        ({"pace": 0}, "the pause never starts"),
        ({"at_present": 1.5}, "at most 1"),
    ],
)
def test_a_curve_of_risk_that_never_crosses_is_refused(change, message):
    with pytest.raises(CatalogError, match=message):
        given(risk={**RISK, **change})


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
def test_a_pause_that_never_starts_is_no_plan(values, message):
    with pytest.raises(NoPause, match=message):
        given(**values)


def test_a_plan_needs_something_to_reckon_and_development_follows_from_risk():
    with pytest.raises(CatalogError, match="neither a worker nor a ladder"):
        parse_plan("title: Nothing")
    with pytest.raises(
        CatalogError, match="risk: says when the pause starts, and so does lead.development"
    ):
        given(risk=RISK, lead__development=3)
    with pytest.raises(CatalogError, match="no bundled plan of this name; did you mean 'seed_toy'"):
        tm.lead_time("seed_toi")


def test_a_plan_is_made_of_records_that_cannot_be_changed():
    plan = load_plan("seed_toy")
    assert isinstance(plan, Plan) and plan.name == "seed_toy" and plan.overrides == {}
    assert [name for name, _ in cases(plan)] == [""]
    assert evaluate_plan(alone("seed_toy"))["researchers"] == 46_000


# the command line


def test_lead_time_answers_for_people_and_machines(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["lead-time", "--months", "6"]) == 0
    text = capsys.readouterr().out
    for words in (
        "46,000",
        "15.0",
        "4,140,000",
        "What holds research back most is review",
        "3.13 s",
    ):
        assert words in text
    assert max(map(len, text.splitlines())) <= 80
    assert main(["lead-time", "--months", "6", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    (case,) = facts["cases"]
    assert (
        facts["plan"] == "seed_toy"
        and case["researchers"] == 46_000
        and case["researcher_months"][0] == pytest.approx(4_140_000)
    )
    assert (
        facts["steps"] == list(WORK_STEPS)
        and facts["files"] == []
        and list(tmp_path.iterdir()) == []
    )


@pytest.mark.parametrize("name", ["greenblatt_leads", "kwa_ladder"])
def test_lead_time_writes_result_and_figure(capsys, tmp_path, name):
    assert main(["lead-time", name, "-o", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "lead_time.png",
        "lead_time.svg",
        "result.nc",
    ]
    assert tm.open(tmp_path / "out" / "result.nc").attrs["plan_name"] == name
    assert "Written to" in capsys.readouterr().out


@pytest.mark.parametrize("months", ["0"])
@pytest.mark.parametrize("name", ["kwa_ladder", "seed_toy"])
def test_a_figure_of_next_to_no_lead(tmp_path, name, months):
    assert main(["lead-time", name, "--months", months, "-o", str(tmp_path)]) == 0


def test_the_mixed_reading_says_so(capsys):
    assert main(["lead-time", "--set", "worker.reading=seed"]) == 0
    text = capsys.readouterr().out
    assert "15,333" in text and "mixed" in text and "33 %" in text


def test_a_best_schedule_is_told(capsys):
    risk = (
        "risk={at_present: 0.001, slope: 2.3, tolerated: 0.01, pace: 0.1, productivity_slope: 0.5}"
    )
    assert main(["lead-time", "--months", "6", "--set", risk]) == 0
    assert "The best use of the lead" in capsys.readouterr().out


RUNAWAY = "pause.preparation={theta: 2, prior: 0, scale: 10}"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--months", "-1"], 2, "lead.months: found -1"),
        (["--months", "six"], 2, "must be a finite number of months"),
        (["--months", "6", "--set", "lead.months=3"], 2, "give one"),
        (["--set", "lead.theft=1.5"], 2, "at least 0 and at most 1 [1/month]"),
        (["--set", "lead.thft=0.5"], 2, "did you mean 'lead.theft'"),
        (
            ["--months", "120", "--set", "pause.growth=9"],
            2,
            "productivity grows beyond any number in a pause of 120 months",
        ),
        (["nobody"], 2, "no bundled plan of this name"),
        (["--set", "lead={months: 6, development: 20, pace: 0.5}"], 1, "the pause never starts"),
        (["--set", RUNAWAY], 1, "preparation blows up 0.104 months into a pause of 1"),
    ],
)
def test_bad_questions_have_their_exit_code_and_say_why(capsys, arguments, code, message):
    assert main(["lead-time", *arguments]) == code
    errors = capsys.readouterr().err
    assert message in errors and "Traceback" not in errors


def test_check_and_list_know_plans(capsys, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(BASE, encoding="utf-8")
    assert main(["check", str(path)]) == 0
    assert "fine (plan): A plan" in capsys.readouterr().out
    path.write_text(BASE.replace("value: 6,", "value: -6,"), encoding="utf-8")
    assert main(["check", str(path)]) == 1
    assert f"{path}:12:19: lead.months.value: found -6" in capsys.readouterr().out
    assert main(["list"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in bundled_plans()) and "Catalogs" in listed


def test_schema_describes_every_block_of_a_plan(capsys):
    assert main(["schema", "--plan"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert {
        "chips",
        "worker",
        "lead",
        "risk",
        "pause",
        "field",
        "ladder",
        "organisation",
        "cases",
    } <= set(schema["properties"])
    assert "at most 1 [1/month]" in json.dumps(schema)


def test_bundled_plans_stand_where_the_wheel_takes_them_from():
    folder = ROOT / "tasks" / "plans"
    assert sorted(path.stem for path in folder.glob("*.yaml")) == sorted(bundled_plans())
