"""The examples of docs/uncertainty.md run, and the priors of the published check are drawn."""

import re

import numpy as np
import pytest
from locations import ROOT
from scipy import stats

import taskmodel as tm
from taskmodel.catalog import parse_catalog
from taskmodel.catalog.model import Scenario
from taskmodel.files.quantity import Distribution, Quantity
from taskmodel.files.uncertainty import Correlation, GroupOfNumbers, Uncertainty
from taskmodel.uncertainty import sampler

PAGE = (ROOT / "docs" / "uncertainty.md").read_text(encoding="utf-8")
SCENARIO, BLOCK = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
LEVELS = [0.05, 0.5, 0.95]


@pytest.fixture(scope="module")
def columns():
    catalog = tm.load_catalog("alignment_research").with_scenario(Scenario.parse(SCENARIO, "page"))
    return sampler(catalog).draw(8192)


def test_example_of_the_page_is_a_scenario(columns):
    elasticity = columns["production.elasticity"]
    assert np.quantile(elasticity, LEVELS) == pytest.approx([0.0475, 0.475, 0.9025], abs=2e-3)
    cap = columns["supervision.max_review_share"]
    assert (cap.min(), cap.max()) == pytest.approx((0.25, 1), abs=1e-3)
    assert stats.spearmanr(elasticity, cap).statistic == pytest.approx(0.3, abs=0.02)
    defects = columns["capability.defect_probability"]
    assert np.quantile(defects, LEVELS) == pytest.approx([0.05, 0.2, 0.5], rel=0.01)
    assert np.mean(columns["supervision.second_look_share"] == 0.1) == pytest.approx(0.25, abs=0.01)


def test_default_factor_of_the_page_spreads_judgements(columns):
    catalog = tm.load_catalog("alignment_research")
    path = "tasks.threat_modelling.horizon_multiplier"
    expected = catalog.get(path) * np.array([1 / 1.5, 1, 1.5])
    assert np.quantile(columns[path], LEVELS) == pytest.approx(expected, rel=0.02)
    other = "tasks.red_teaming.horizon_multiplier"
    ranks = stats.spearmanr(columns[path], columns[other]).statistic
    assert ranks == pytest.approx(6 / np.pi * np.arcsin(0.25), abs=0.02)
    shares = [columns[f"tasks.{name}.share"] for name in catalog.tasks]
    assert sum(shares) == pytest.approx(1, rel=1e-14)
    assert "capability.reference_compute" not in columns  # not a judgement


def test_program_of_the_page_runs():
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(program, "uncertainty.md", "exec"), {})


def test_block_of_the_page_is_that_of_the_bundled_line():
    text = tm.load_catalog("alignment_research").yaml_text.split("\nuncertainty:")[0]
    line = parse_catalog(f"{text}\n{BLOCK}").uncertainty.groups["capability_line"]
    bundled = tm.load_catalog("alignment_research").uncertainty.groups["capability_line"]
    assert (line.paths, line.pivot) == (bundled.paths, bundled.pivot)


@pytest.mark.parametrize("record", [Distribution, Uncertainty, GroupOfNumbers, Correlation])
def test_page_names_every_key_and_shape(record):
    for name, field in record.model_fields.items():
        assert re.search(rf"[`.]{name}(\[\]|\.NAME)?[`.]", PAGE), name
        assert field.description
    shapes = Distribution.model_fields["shape"].annotation.__args__
    assert all(f"`{shape}`" in PAGE for shape in shapes)
    assert "distribution" in Quantity.model_fields


# The priors with which the independent check of calibration was made.
CHECK = {
    "production.elasticity": {"value": 0.5, "low": 0, "high": 0.95, "distribution": "uniform"},
    "supervision.max_review_share": {
        "value": 0.5,
        "low": 0.25,
        "high": 1,
        "distribution": "uniform",
    },
    "uncertainty.groups.multipliers": {"paths": ["tasks.*.horizon_multiplier"], "common": 0.5},
    "capability.defect_probability": {"value": 0.2, "low": 0.05, "high": 0.5},
}


def test_priors_of_the_check_can_be_stated():
    catalog = tm.load_catalog("alignment_research")
    changes = dict(CHECK)
    for name, task in catalog.tasks.items():
        for field, factor in (("horizon_multiplier", 2), ("share", 1.5)):
            value = getattr(task, field).value
            changes[f"tasks.{name}.{field}"] = {
                "value": value,
                "low": value / factor,
                "high": value * factor,
                "distribution": "lognormal",
            }
    draws = sampler(catalog.replace(changes))
    columns = draws.draw(4096)
    level = columns["capability.intercept"] + 1.5 * columns["capability.slope"]
    assert np.std(level) == pytest.approx(0.42, rel=0.01)
    first, second = (
        draws.laws[f"tasks.{name}.horizon_multiplier"].at(np.array(stats.norm.ppf(LEVELS)))
        for name in ("threat_modelling", "research_code")
    )
    assert first == pytest.approx([2.5, 5, 10]) and second == pytest.approx([1.5, 3, 6])
    groups = {group for group, _ in draws.groups.values()}
    assert groups == {"review_ratios", "task_lengths", "multipliers"}
    assert len(columns) == 87 + 2 * 38 - 5 + 1  # five of them had intervals
