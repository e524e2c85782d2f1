"""Workforce of a plan in a catalog: values, steps from hours to effective work, and gains."""

import numpy as np
import pytest
from first import first

import taskmodel as tm
from taskmodel.catalog import bundled_catalogs, load_catalog
from taskmodel.lead.plans import load_plan
from taskmodel.lead.plans.catalog_link import (
    ORGANISATION_STEPS,
    ai_hours,
    catalog_speedups,
    workforce_values,
)


@pytest.fixture(scope="module")
def crunch_time():
    return load_catalog("alignment_research", "crunch_time")


def test_crunch_time_has_46000_researchers_at_five_times_human_speed(crunch_time):
    streams = ai_hours(crunch_time) / (365 * 24)
    researchers = streams / crunch_time.latency.serial_speed.value
    assert researchers == pytest.approx(46_000, rel=1e-6)
    plan = load_plan("seed_toy")
    for path, value in workforce_values(plan.chips, plan.worker, 2.3e7, 50.0).items():
        expected = value if isinstance(value, str) else pytest.approx(value, rel=1e-6)
        assert crunch_time.get(path) == expected, path


@pytest.mark.parametrize("name", bundled_catalogs())
def test_in_crunch_time_ai_can_do_every_task_that_may_be_delegated(name):
    catalog = load_catalog(name, "crunch_time")
    result = tm.sweep(catalog, [catalog.compute.today.value])
    delegable = [task.delegable for task in catalog.tasks.values()]
    assert result["automatable"].values[0].tolist() == delegable


def test_the_steps_from_hours_to_effective_work_decrease_to_the_result_of_a_sweep(crunch_time):
    speedups = catalog_speedups(crunch_time)
    steps = np.array([speedups.steps[name] for name in ORGANISATION_STEPS[:4]])
    assert (np.diff(steps) <= 1e-9 * steps[:-1]).all()
    result = tm.sweep(crunch_time, [crunch_time.compute.today.value]).isel(compute=0)
    assert speedups.steps["effective"] == pytest.approx(float(result["speedup"]), rel=1e-12)
    assert speedups.bottleneck == "review"
    ceiling = float(result["oversight_ceiling"])  # inference does not bind
    assert speedups.steps["review"] == pytest.approx(ceiling, rel=1e-6)
    bulk = 46_000 * 5 * 8760 / (600 * 1800)
    assert speedups.steps["bulk"] == pytest.approx(bulk, rel=1e-6)


def test_field_years_in_the_organisation_are_its_speedup_times_the_expected_pause():
    result = tm.lead_time(months=6, set={"lead.theft": 0.05})
    expected = result["organisation_speedup"].values * float(result["expected_months"]) / 12
    assert result["organisation_field_years"].values == pytest.approx(expected)


def test_a_lead_is_worth_28_times_less_task_by_task_than_in_bulk():
    """Plan C in the first default catalog: 38.7 field-years in bulk, 1.40 task by task."""
    plan = tm.lead_time("greenblatt_leads").sel(case="plan_c")
    bulk = float(plan["field_years"].sel(step="wrong results"))
    speedup = catalog_speedups(first(scenario="crunch_time")).steps["review"]
    by_task = speedup * float(plan["expected_months"]) / 12
    assert (round(bulk, 1), round(by_task, 2)) == (38.7, 1.4)
    assert round(bulk / by_task) == 28


def test_gains_give_more_hours_from_the_same_compute(crunch_time):
    plan = load_plan("seed_toy", set={"chips.gain": 4})
    values = workforce_values(plan.chips, plan.worker, 4 * 2.3e7, 50.0)
    assert values["compute.inference_share"] == pytest.approx(0.527297, rel=1e-5)
    hours = ai_hours(crunch_time.replace(values))
    assert hours == pytest.approx(4 * ai_hours(crunch_time), rel=1e-6)
