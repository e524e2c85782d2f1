"""Paths in which ``*`` stands for any id: set, read, swept and differentiated together."""

import numpy as np
import pytest

import taskmodel as tm
from taskmodel.errors import CatalogError, InputError
from taskmodel.sweeps.paths import courses, parse_paths

RATIOS = "tasks.*.review_ratio"
COMPUTE = 1e31


@pytest.fixture(scope="module")
def catalog():
    return tm.load_catalog("t_agi_ladder")


def test_a_pattern_stands_for_one_path_an_id(catalog):
    assert catalog.expand(RATIOS) == tuple(f"tasks.{name}.review_ratio" for name in catalog.tasks)
    assert catalog.expand("supervision.headcount") == ("supervision.headcount",)


@pytest.mark.parametrize(
    ("misspelt", "hint"),
    [
        ("tasks.*.review_ratios", "did you mean 'tasks.*.review_ratio'"),
        ("task.*.review_ratio", "did you mean 'tasks.*.review_ratio'"),
        ("tasks.*.nonsense", "at tasks.* there are title"),
    ],
)
def test_a_misspelt_pattern_is_answered_with_patterns(catalog, misspelt, hint):
    """A path of one task in its place would leave all others as they are."""
    with pytest.raises(CatalogError) as caught:
        catalog.replace({misspelt: 0.3})
    assert hint in str(caught.value) and f"tasks.{next(iter(catalog.tasks))}." not in str(
        caught.value
    )


def test_a_value_set_at_a_pattern_is_that_of_every_id(catalog):
    changed = catalog.replace({RATIOS: 0.3})
    assert {task.review_ratio.value for task in changed.tasks.values()} == {0.3}
    assert changed.get(RATIOS) == 0.3 and changed.unit_of(RATIOS) == "h/h"


def test_the_later_of_two_settings_holds(catalog):
    single = "tasks.1_hour.review_ratio"
    special = catalog.replace({RATIOS: 0.3}).replace({single: 0.5})
    assert special.get(single) == 0.5 and special.overrides == {RATIOS: 0.3, single: 0.5}
    alike = special.replace({RATIOS: 0.2})
    assert alike.get(RATIOS) == 0.2 and alike.overrides == {RATIOS: 0.2}


def test_values_that_differ_have_none_in_common(catalog):
    with pytest.raises(CatalogError, match=r"different values.*tasks.1_minute.horizon"):
        catalog.get("tasks.*.horizon")


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("supervision.*", "give one of headcount"),
        ("reviewers.*.headcount", "there is none at reviewers"),
        ("title.*", "title is a single value"),
        ("tasks.*.reviw_ratio", "did you mean 'tasks.*.review_ratio'"),
    ],
)
def test_a_pattern_that_fits_nothing_is_refused_with_the_reason(catalog, pattern, reason):
    with pytest.raises(CatalogError, match=reason):
        catalog.replace({pattern: 0.3})


def test_a_sweep_along_a_pattern_is_that_of_catalogs_that_have_each_value(catalog):
    values = [0.1, 0.3]
    swept = tm.sweep(catalog, COMPUTE, over=RATIOS, values=values)["speedup"].values
    single = [tm.sweep(catalog.replace({RATIOS: value}), [COMPUTE]) for value in values]
    np.testing.assert_allclose(swept, [float(one["speedup"][0]) for one in single], rtol=1e-12)


def test_the_elasticity_to_a_pattern_is_the_sum_of_those_to_its_numbers(catalog):
    every = [RATIOS, *catalog.expand(RATIOS)]
    result = tm.elasticities(catalog, COMPUTE, every)
    for name in ("output_elasticity", "latency_speedup_elasticity"):
        together, *single = result[name].values[0]
        assert together == pytest.approx(sum(single), abs=1e-8) and together < 0
    assert np.isnan(result["value"].values[0])  # they differ


def test_shares_cannot_all_grow_together(catalog):
    with pytest.raises(InputError, match="sum to 1"):
        tm.elasticities(catalog, COMPUTE, ["tasks.*.share"])


def test_a_map_does_not_take_a_pattern_and_one_of_its_numbers(catalog):
    with pytest.raises(InputError, match="change the same numbers"):
        tm.bottleneck_map(catalog, (RATIOS, [0.1, 0.2]), ("tasks.1_hour.review_ratio", [0.1, 0.2]))


def test_solve_for_finds_the_value_that_all_numbers_have_together(catalog):
    target = float(tm.sweep(catalog.replace({RATIOS: 0.17}), [COMPUTE])["speedup"][0])
    result = tm.solve_for(catalog, RATIOS, within=(0.05, 1.0), compute=COMPUTE, speedup=target)
    assert result["value"].values == pytest.approx([0.17], rel=1e-6)


def test_every_number_of_a_pattern_follows_a_path_from_its_own_value():
    catalog = tm.load_catalog("ml_capability_rnd")
    text = (
        "title: t\nbegins: 2026\nends: 2028\ntoday: 2026\nvalues:\n"
        "  tasks.*.horizon: {growth: [{factor: 2}], source: judgement, note: n}\n"
    )
    found = courses(parse_paths(text), catalog)
    assert found.keys() == set(catalog.expand("tasks.*.horizon"))
    for path, table in found.items():
        assert table[-1][1] == pytest.approx(4 * catalog.get(path), rel=1e-12)
