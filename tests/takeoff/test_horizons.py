"""Ngo's horizon over time: closed forms, compute against time, files and the command."""

import json
import math

import numpy as np
import pytest
from first import first

import taskmodel as tm
from taskmodel.catalog import load_catalog
from taskmodel.cli import main
from taskmodel.errors import CatalogError
from taskmodel.numerics.piecewise import first_reached
from taskmodel.organisation.organisation import organisation
from taskmodel.science import capability
from taskmodel.takeoff.horizons import load_trend
from taskmodel.takeoff.horizons.intervals import LineInterval
from taskmodel.takeoff.horizons.records import release_year
from taskmodel.takeoff.horizons.trend import (
    agreeing_growth,
    doubling_time_by_compute,
    fit_line,
    frontier,
)

RUNGS = {"1_hour": 1.0, "1_day": 8.0, "1_month": 167.0, "1_year": 2000.0}
A, B, REFERENCE, TODAY, SHARE = 1.045, 0.485, 2.1e25, 4.2e29, 0.1  # of the bundled catalogs
RATIO = 0.20023216187080736  # median of 80 % over 50 %


@pytest.fixture(scope="module")
def trend_result():
    """The horizon by the bundled trend and the default growth of compute."""
    return tm.horizon()


def dates(result, **selection):
    """Dates at which the horizon reaches each rung, shape (rung,)."""
    return tm.milestones(result)["value"].sel(milestone=list(RUNGS), **selection).values


def test_dates_by_compute_are_those_of_the_closed_form(trend_result):
    growth = math.log10(4.5 * 3)
    today = A + B * math.log10(TODAY * SHARE / REFERENCE)  # log10 of minutes at 2026.1
    for success, ratio in ((50, 1.0), (80, RATIO)):
        expected = [
            2026.1 + (math.log10(60 * hours / ratio) - today) / (B * growth)
            for hours in RUNGS.values()
        ]
        np.testing.assert_allclose(
            dates(trend_result, driver="compute", success=success), expected, rtol=0, atol=1e-9
        )


def test_dates_by_the_trend_are_a_doubling_time_for_each_doubling(trend_result):
    for success in (50, 80):
        when, doubling = (
            dates(trend_result, driver="time", success=success),
            trend_result["doubling_time"].sel(driver="time", success=success).item(),
        )
        np.testing.assert_allclose(
            when - when[0], doubling * np.log2(list(RUNGS.values())), rtol=1e-12
        )


def test_the_trend_goes_through_the_frontier_models_by_least_squares(trend_result):
    on = trend_result["model_on_trend"].values
    released, hours = (
        trend_result["model_released"].values[on],
        trend_result["model_horizon"].sel(success=50).values[on],
    )
    assert on.sum() == 14 and set(trend_result["model"].values[~on]) > {
        "gpt2",
        "claude_4_opus",
        "gpt_5_3_codex",
    }
    pace, level = np.polyfit(released - 2024, np.log2(hours), 1)
    assert trend_result["doubling_time"].sel(driver="time", success=50).item() == pytest.approx(
        1 / pace, rel=1e-10
    )
    assert dates(trend_result, driver="time", success=50)[0] == pytest.approx(
        2024 - level / pace, abs=1e-8
    )


def test_horizons_over_time_pass_the_rungs_at_their_dates(trend_result):
    for driver in ("compute", "time"):
        for success in (50, 80):
            when = dates(trend_result, driver=driver, success=success)
            hours = tm.horizon(times=np.sort(when))["horizon"].sel(driver=driver, success=success)
            np.testing.assert_allclose(hours, list(RUNGS.values()), rtol=1e-8)
    by_compute = trend_result["horizon"].sel(driver="compute", success=50)
    fit = {"intercept": A, "slope": B, "reference_compute": REFERENCE}
    np.testing.assert_allclose(
        by_compute,
        capability.task_horizon(trend_result["training_compute"].values, **fit),
        rtol=1e-12,
    )


def test_at_the_agreeing_growth_the_doubling_times_by_compute_and_by_date_are_equal(trend_result):
    growth = trend_result["agreeing_growth"].sel(success=50)
    assert growth.sel(level="low") > growth.sel(level="central") > growth.sel(level="high")
    agreeing = tm.horizon(growth=growth.sel(level="central").item())
    doubling = agreeing["doubling_time"].sel(success=50)
    assert doubling.sel(driver="compute").item() == pytest.approx(
        doubling.sel(driver="time").item(), rel=1e-12
    )
    horizon = agreeing["horizon"].sel(success=50)
    ratio = horizon.sel(driver="compute") / horizon.sel(driver="time")
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-8)


def test_the_implied_compute_gives_the_horizon_of_the_trend(trend_result):
    implied = trend_result["implied_compute"].sel(success=80).values[::20]
    course = dict(zip(trend_result["time"].values[::20], implied, strict=True))
    through = tm.horizon(compute=course)
    np.testing.assert_allclose(
        through["horizon"].sel(driver="compute", success=80),
        through["horizon"].sel(driver="time", success=80),
        rtol=1e-9,
    )


def test_a_trend_beyond_the_range_of_floats_gives_horizons_of_zero_and_infinity():
    fast = tm.horizon(doubling_time=0.005, times=[2019, 2040]).sel(success=50)
    assert fast["horizon"].sel(driver="time").values.tolist() == [0.0, math.inf]
    assert fast["implied_compute"].values.tolist() == [0.0, math.inf]


def test_a_given_doubling_time_passes_through_the_mean_of_the_models(trend_result):
    on = trend_result["model_on_trend"].values
    middle = trend_result["model_released"].values[on].mean()
    hours = 2 ** np.log2(trend_result["model_horizon"].sel(success=50).values[on]).mean()
    slow = tm.horizon(doubling_time=7 / 12, times=[2020, middle, 2040])
    assert slow["horizon"].sel(driver="time", success=50).values[1] == pytest.approx(
        hours, rel=1e-12
    )
    assert slow["doubling_time"].sel(driver="time", success=80).item() == pytest.approx(7 / 12)


def test_a_course_of_compute_is_log_linear_between_dates_and_milestones_are_first_passages():
    course = {2026.0: TODAY, 2027.0: 10 * TODAY, 2028.0: 2 * TODAY, 2030.0: 1e33}
    result = tm.horizon(compute=course)
    assert np.isnan(result["doubling_time"].sel(driver="compute").values).all()
    needed = (
        capability.automation_threshold([167.0], intercept=A, slope=B, reference_compute=REFERENCE)[
            0
        ]
        / SHARE
    )
    expected = 2028 + 2 * math.log(needed / (2 * TODAY)) / math.log(1e33 / (2 * TODAY))
    assert dates(result, driver="compute", success=50)[2] == pytest.approx(expected, abs=1e-9)
    assert np.isnan(dates(result, driver="compute", success=50)[0])  # reached before the first date
    assert result["compute"].sel(time=2027.0).item() == pytest.approx(10 * TODAY)


def test_every_task_of_a_catalog_is_a_milestone_at_its_horizon_times_its_multiplier():
    catalog = first()  # opens tasks at the 50 % horizon
    result = tm.horizon(catalog)
    assert list(result["milestone"].values) == list(catalog.tasks)
    task = catalog.tasks["red_teaming"]
    assert result["milestone_horizon"].sel(milestone="red_teaming").item() == pytest.approx(
        task.horizon.value * task.horizon_multiplier.value, rel=1e-12
    )
    opens = (
        tm.milestones(result)["value"]
        .sel(milestone="red_teaming", driver="compute", success=50)
        .item()
    )
    organised = organisation(catalog)
    opening = tm.horizon(catalog, times=[opens])
    opens_at = organised.opens_at[0, organised.tasks.index("red_teaming")]
    # the threshold from which a sweep lets AI do the task
    assert opening["compute"].item() == pytest.approx(opens_at, rel=1e-9)


def test_every_variable_has_a_meaning_and_a_result_survives_a_file(trend_result, tmp_path):
    for name, variable in trend_result.variables.items():
        assert variable.attrs.get("long_name") or name in ("milestone", "model"), name
        assert variable.attrs.get("units") or variable.dtype.kind in "Ob", name
    tm.save(trend_result, tmp_path / "horizon.nc")
    reopened = tm.open(tmp_path / "horizon.nc")
    assert tm.milestones(reopened).equals(tm.milestones(trend_result)) and tm.horizon().identical(
        trend_result
    )


def test_formulas_are_inverse_to_each_other_and_refuse_invalid_arguments():
    for growth in (0.5, 1.13):
        assert float(agreeing_growth(doubling_time_by_compute(growth, B), B)) == pytest.approx(
            growth
        )
    assert float(doubling_time_by_compute(0.0, B)) == math.inf
    line = fit_line([2023, 2024, 2025], [1.0, 2.0, 8.0])
    np.testing.assert_allclose(line.hours(line.date([0.1, 1.0, 50.0])), [0.1, 1.0, 50.0])
    assert frontier([2023, 2023, 2024], [1.0, 2.0, 2.0]).tolist() == [False, True, False]
    for released, hours, message in (
        ([2023], [1.0], "two dates"),
        ([2023, 2024], [2.0, 1.0], "does not grow"),
        ([2023, 2024], [0.0, 1.0], "hours"),
    ):
        with pytest.raises(ValueError, match=message):
            fit_line(released, hours)
    assert release_year("2023-01-01") == 2023 and release_year("2024-12-31") == pytest.approx(
        2024 + 365 / 366
    )
    assert np.isnan(first_reached([0, 1], [0.0, -1.0], 0.5))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"catalog": "t_agi_ladder"}, TypeError, r"load_catalog\('t_agi_ladder'\)"),
        ({"compute": {2026: 1e29, 2030: 1e30}, "growth": 1.0}, ValueError, "leave out growth"),
        ({"compute": {2026: 1e29}}, ValueError, "at least two pairs"),
        ({"growth": -1.0}, ValueError, r"must be in \[0, 20\]"),
        ({"since": 2026.1}, ValueError, "the trend since 2026.1: .* two dates"),
        ({"doubling_time": 0.0}, ValueError, "doubling_time"),
        ({"times": [2030, 2020]}, ValueError, "increase; found 2030 and then 2020"),
        ({"trend": "metrr"}, CatalogError, "no bundled trend of this name; did you mean 'metr'"),
    ],
)
def test_invalid_arguments_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        tm.horizon(**options)


def test_a_catalog_that_gives_the_horizon_has_none_by_compute():
    with pytest.raises(ValueError, match="set it to null"):
        tm.horizon(load_catalog("t_agi_ladder", set={"capability.h50_hours": 8}))


@pytest.mark.parametrize(
    ("old", "new", "position", "message"),
    [
        (
            "released: 2023-03-14",
            "released: 2023-13-14",
            "models.gpt_4.released",
            "a day is needed, such as 2025-08-07",
        ),
        (
            "horizon_50: {value: 3.98743, low: 1.933, high: 7.995,",
            "horizon_50: {value: 0.5, low: 0.2, high: 0.9,",
            "models.gpt_4.horizon_80",
            "at most horizon_50",
        ),
        (
            "3.98743, low: 1.933, high: 7.995, unit: min",
            "3.98743, low: 1.933, high: 7.995, unit: day",
            "models.gpt_4.horizon_50.unit",
            "so give hours",
        ),
        (
            "fitted: false\n    note:",
            "fitted: false\n    # note:",
            "models.claude_mythos_preview.fitted",
            "needs a `note` that gives the reason",
        ),
        ("end: {value: 2040", "end: {value: 2018", "end", "a date after start (2019)"),
        (
            "physical_growth: {value: 4.5",
            "physical_growth: {value: 0.5",
            "physical_growth.value",
            "at least 1",
        ),
        (
            "since: {value: 2023, unit: year, source: METR11",
            "since: {value: 2023, unit: year, source: METR",
            "since.source",
            "METR11",
        ),
    ],
)
def test_a_defect_of_a_trend_is_reported_at_its_path(old, new, position, message, tmp_path):
    text = load_trend("metr").yaml_text
    assert text.count(old) == 1
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace(old, new))
    with pytest.raises(CatalogError) as caught:
        load_trend(path)
    (defect,) = caught.value.defects
    assert defect.path == position and message in defect.message and defect.line
    assert main(["check", str(path)]) == 1


def test_horizon_prints_dates_and_writes_result_and_figure(tmp_path, capsys, trend_result):
    folder = tmp_path / "out"
    assert main(["horizon", "-o", str(folder)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert (
        "a t-AGI of 1 month 167 2028.6 2029.8 2027.7 2028.7" in shown
        and "in 4.2 months by the trend" in shown
    )
    assert sorted(path.name for path in folder.iterdir()) == [
        "horizon.nc",
        "horizon.png",
        "horizon.svg",
    ]
    assert tm.open(folder / "horizon.nc").equals(trend_result)


def test_horizon_prints_its_result_as_json(capsys, trend_result):
    assert main(["horizon", "--growth", "0.5", "--doubling", "7", "--since", "2024", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["doubling_time"]["time"]["50"] == pytest.approx(7 / 12) and facts["since"] == 2024
    assert facts["doubling_time"]["compute"]["80"] == pytest.approx(math.log10(2) / (0.5 * B))
    year = {entry["milestone"]: entry for entry in facts["milestones"]}["1_year"]
    assert year["horizon"] == 2000 and year["dates"]["compute"]["50"] == pytest.approx(
        2036.13, abs=0.01
    )
    assert main(["horizon", "--compute", "2026=8.4e28", "--compute", "2030=1e30", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["first"], facts["last"]) == (2026, 2030) and facts["milestones"][-1]["dates"][
        "compute"
    ]["50"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--growth", "fast"], "--growth: must be a positive number of orders of magnitude a year"),
        (["--growth", "100"], "must be in [0, 20]"),
        (["--growth", "1", "--compute", "2026=1e29"], "give one of them"),
        (["--compute", "2026=1e29"], "two dates at least"),
        (["--compute", "2026"], "must be DATE=C"),
        (["--compute", "2026=1e29", "--compute", "2026=1e30"], "given twice"),
        (["--since", "2026.09"], "the trend since 2026.09"),
        (["nothing"], "there is no bundled catalog of this name"),
        (["--trend", "nothing"], "there is no bundled trend of this name"),
    ],
)
def test_bad_arguments_of_horizon_are_reported_with_a_remedy(arguments, message, capsys):
    assert main(["horizon", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_the_figure_needs_horizons(trend_result):
    from taskmodel import plots

    lines = {line.get_gid() for axes in plots.horizon(trend_result).axes for line in axes.lines}
    assert {"compute_50", "compute_80", "time_50", "time_80"} <= lines
    with pytest.raises(ValueError, match="no horizons"):
        plots.horizon(trend_result.drop_vars("model_horizon"))


@pytest.mark.parametrize(("since", "models", "days"), [(2019, 17, 187.778), (2023, 14, 128.744)])
def test_the_bundled_trend_gives_the_doubling_times_that_metr_publishes(since, models, days):
    """METR counts days; the trend counts calendar years, of 365 or 366 days."""
    result = tm.horizon(since=since)
    assert result["model_on_trend"].sum() == models
    years = result["doubling_time"].sel(driver="time", success=50).item()
    assert 365.25 * years == pytest.approx(days, abs=0.06)


def test_models_beyond_the_suite_are_shown_and_not_fitted(trend_result):
    trend = load_trend("metr")
    saturated = {name for name, model in trend.models.items() if not model.fitted}
    assert saturated == {
        name for name, model in trend.models.items() if model.horizon_50.value > 16
    }
    (name,) = saturated
    model = trend_result.sel(model=name)
    assert model["model_horizon"].sel(success=50).item() > 16 and not model["model_on_trend"]
    fitted = tm.horizon(trend=load_trend("metr", set={f"models.{name}.fitted": True}))
    assert fitted["model_on_trend"].sum() == trend_result["model_on_trend"].sum() + 1


def test_intervals_of_the_trend_are_those_of_a_linear_regression(trend_result):
    from scipy import stats

    on = trend_result["model_on_trend"].values
    released = trend_result["model_released"].values[on]
    logs = np.log2(trend_result["model_horizon"].sel(success=80).values[on])
    line = stats.linregress(released, logs)
    quantile = stats.t.ppf(0.95, on.sum() - 2)
    ends = trend_result["doubling_time_interval"].sel(success=80)
    expected = [1 / (line.slope + sign * quantile * line.stderr) for sign in (1, -1)]
    np.testing.assert_allclose(ends, expected, rtol=1e-9)
    # at the centre of the models the line is as uncertain as their mean
    interval = LineInterval(released, 2**logs)
    low, high = np.log2(interval.hours([released.mean()]))[:, 0]
    residual = np.sqrt(
        ((logs - line.intercept - line.slope * released) ** 2).sum() / (len(logs) - 2)
    )
    assert high - low == pytest.approx(2 * quantile * residual / np.sqrt(len(logs)), rel=1e-6)
    band = trend_result["horizon_interval"].sel(success=80)
    middle = trend_result["horizon"].sel(driver="time", success=80)
    assert (band.sel(end="low") < middle).all() and (middle < band.sel(end="high")).all()


def test_intervals_are_absent_where_nothing_is_estimated():
    assert np.isnan(tm.horizon(doubling_time=0.5)["doubling_time_interval"]).all()
    assert np.isnan(LineInterval([2023, 2024], [1.0, 2.0]).doubling_time()).all()
    scattered = LineInterval([2023, 2024, 2025], [1.0, 9.0, 2.0]).doubling_time()
    assert scattered[1] == math.inf


def test_measured_intervals_are_those_of_the_file(trend_result):
    interval = trend_result["model_interval"].sel(success=50, model="gpt_4")
    np.testing.assert_allclose(60 * interval, [1.933, 3.98743, 7.995], rtol=1e-12)
