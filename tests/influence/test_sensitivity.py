"""Total effects of the model's inputs: the values of an independent check, and the command."""

import numpy as np
import pytest
import xarray as xr
from check_priors import check_catalog
from command_line import error_of, json_of, lines_of
from sizes import cases

import taskmodel as tm
from taskmodel.influence.indices import design, total_effects
from taskmodel.influence.inputs import inputs_of
from taskmodel.uncertainty import sampler

NAMES = {
    "residual": "capability.intercept",
    "lengths": "task_lengths",
    "slope": "capability.slope",
    "review": "review_ratios",
    "elasticity": "production.elasticity",
    "multipliers": "multipliers",
    "cap": "supervision.max_review_share",
    "shares": "tasks.*.share",
}
# total effects of the check, from 512 rows, to 0.05
TODAY = dict(
    residual=0.49, lengths=0.30, slope=0.12, review=0.07, elasticity=0.07, multipliers=0.07, cap=0
)
CEILING = {"review": 0.74, "cap": 0.22, "elasticity": 0.05}
PLACE = {"residual": 0.36, "slope": 0.28, "lengths": 0.19, "elasticity": 0.13}
LADDER = "t_agi_ladder"


def agree(found, groups, expected):
    by_input = dict(zip(groups, found.value.tolist(), strict=True))
    for name, value in expected.items():
        assert by_input[NAMES[name]] == pytest.approx(value, abs=0.05), name


@pytest.fixture(scope="module")
def solved():
    """The model at the numbers of a design: without places 512 rows take 8 s, with them 50 s."""
    catalog = check_catalog()
    inputs = inputs_of(catalog, None)
    groups = inputs.groups
    columns = inputs.columns(design(groups, cases(256, 512), seed=1))
    today = [catalog.compute.today.value, 8.7e29]
    events = cases(False, True)
    drawn = tm.ensemble(catalog, columns, compute=today, keep=["throughput_speedup"], events=events)
    return groups, drawn


def test_total_effects_of_the_check(solved):
    groups, drawn = solved
    speedup = drawn["throughput_speedup"].values
    agree(total_effects(groups, np.log(speedup[:, 0]), seed=1), groups, TODAY)
    agree(total_effects(groups, np.log(drawn["ceiling"].values), seed=1), groups, CEILING)
    if "oversight_bottleneck_from" in drawn:  # the check has never at the end of the grid
        place = np.log(np.minimum(drawn["oversight_bottleneck_from"].values, 1e35))
        agree(total_effects(groups, place, seed=1), groups, PLACE)


def test_quantiles_of_the_check(solved):
    levels = [0.05, 0.5, 0.95]
    speedup = np.quantile(solved[1]["throughput_speedup"].values, levels, axis=0).T
    assert speedup[0] == pytest.approx([1.02, 1.55, 3.29], rel=0.04)
    assert speedup[1] == pytest.approx([1.15, 2.16, 4.54], rel=0.04)
    ceiling = np.quantile(solved[1]["ceiling"].values, levels)
    assert ceiling == pytest.approx([2.37, 3.71, 6.49], rel=0.04)
    if "oversight_bottleneck_from" in solved[1]:
        place = solved[1]["oversight_bottleneck_from"].values
        years = 2026 + np.log(np.quantile(place, levels) / 8.4e28) / np.log(13.5)
        assert years == pytest.approx([2025.8, 2027.5, 2030.0], abs=0.25)


def test_quantiles_of_the_check_with_defects():
    catalog = check_catalog(with_defects=True)
    kept = ["throughput_speedup"]
    drawn = tm.ensemble(catalog, 512, compute=[8.4e28, 8.7e29], keep=kept, events=False)
    levels = [0.05, 0.5, 0.95]
    speedup = np.quantile(drawn["throughput_speedup"].values, levels, axis=0).T
    assert speedup[0] == pytest.approx([1.02, 1.48, 2.88], rel=0.05)
    assert speedup[1] == pytest.approx([1.13, 1.92, 3.81], rel=0.05)
    assert np.quantile(drawn["ceiling"], levels) == pytest.approx([1.82, 3.05, 5.39], rel=0.05)


@pytest.fixture(scope="module")
def ladder():
    return tm.load_catalog(LADDER)


def test_answers_enter_by_logarithm_or_rank_and_never_is_the_last_rank(ladder):
    found = tm.sensitivity(ladder, 32, compute=[1e30])
    assert found["answer"].values.tolist() == ["today", "compute 1e+30", "ceiling", "bottleneck"]
    assert found["enters"].values.tolist() == ["logarithm"] * 3 + ["rank"]
    assert found["never"].sel(answer="bottleneck").item() > 0
    assert np.isfinite(found["index"]).all() and np.isfinite(found["index_error"]).all()
    assert found["index"].sel(answer="ceiling", input="review_ratios") > 0.4
    assert found["index"].sel(answer="ceiling", input="capability.slope") < 1e-12


def test_growth_of_paths_is_an_input_over_time(ladder):
    found = tm.sensitivity(ladder, 8, paths="epoch_trend", dates=[2029], places=False)
    growth = "paths compute.algorithms.growth.0.factor"
    assert found["index"].sel(answer="today", input=growth) == 0
    assert found["index"].sel(answer="time 2029", input=growth) > 0


def test_weighted_draws_have_pawn_indices(ladder):
    numbers = ["capability.intercept", "capability.slope", "production.elasticity"]
    columns = sampler(ladder).draw(512, 1)
    weighted = xr.Dataset(
        {
            "value": (("draw", "number"), np.stack(list(columns.values()), axis=1)),
            "weight": ("draw", np.ones(512) / 512),
        },
        {"number": np.array(list(columns), dtype=object)},
    )
    found = tm.sensitivity(ladder, weighted=weighted, places=False)
    assert found.attrs["method"] == "PAWN" and "index_error" not in found
    today = found["index"].sel(answer="today")
    assert today.sel(input="production.elasticity") > 1.5 * found["noise"].sel(answer="today")
    assert today.sel(input="latency.serial_speed") < 2 * found["noise"].sel(answer="today")
    with pytest.raises(tm.InputError, match=f"have no {numbers[0]}"):
        kept = [name for name in columns if name != numbers[0]]
        tm.sensitivity(ladder, weighted=weighted.sel(number=kept), places=False)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"draws": 100}, tm.InputError),
        ({"seed": 0}, tm.InputError),
        ({"compute": [1e30], "paths": "slow"}, TypeError),
        ({"dates": [2028]}, TypeError),
        ({"weighted": tm.sweep}, TypeError),
    ],
)
def test_bad_arguments_are_refused(ladder, arguments, error):
    with pytest.raises(error):
        tm.sensitivity(ladder, **arguments)


def test_the_command_prints_indices_and_cruxes(capsys, tmp_path, monkeypatch):
    words = ("sensitivity", LADDER, "--draws", "16", "--quick", "--quiet")
    facts = json_of(capsys, *words, "-o", str(tmp_path))
    assert {"method", "answers", "cruxes", "bottleneck_date"} <= set(facts)
    first = facts["cruxes"][0]
    assert first["crux"] and first["low"]["shift"] * first["high"]["shift"] < 0
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["cruxes.nc", "cruxes.png", "cruxes.svg", "sensitivity.nc"]
    monkeypatch.setattr(tm, "cruxes", lambda *_, **__: tm.open(tmp_path / "cruxes.nc"))
    lines = lines_of(capsys, *words)
    assert any(line.startswith(f"  {first['input']}") for line in lines)
    assert any("total effect" in line or "variance" in line for line in lines)


def test_the_command_names_a_bad_number_of_draws(capsys):
    assert "power of 2" in error_of(capsys, "sensitivity", LADDER, "--draws", "100")
