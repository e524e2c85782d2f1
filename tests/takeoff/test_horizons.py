"""Ngo's horizon over time: closed forms, the way between compute and time, files and the command."""

import json
import math

import numpy as np
import pytest

import taskmodel as tm
from taskmodel.catalog import load_catalog
from taskmodel.cli import main
from taskmodel.errors import CatalogError
from taskmodel.numerics.piecewise import first_reached
from taskmodel.organisation.organisation import organisation
from taskmodel.science import capability
from taskmodel.takeoff.horizons import load_trend
from taskmodel.takeoff.horizons.records import release_year
from taskmodel.takeoff.horizons.trend import (
    agreeing_growth,
    doubling_time_by_compute,
    fit_line,
    frontier,
)

RUNGS = {"1_hour": 1.0, "1_day": 8.0, "1_month": 167.0, "1_year": 2000.0}
A, B, REFERENCE, TODAY, SHARE = 1.045, 0.485, 2.1e25, 8.4e28, 0.5  # of the bundled catalogs
RATIO = 0.19124091596351753  # median of 80 % over 50 %


@pytest.fixture(scope="module")
def found():
    return tm.horizon()


def dates(result, **chosen):
    return tm.milestones(result)["value"].sel(milestone=list(RUNGS), **chosen).values


def test_dates_by_compute_are_those_of_the_closed_form(found):
    growth = math.log10(4.5 * 3)
    today = A + B * math.log10(TODAY * SHARE / REFERENCE)  # log10 of minutes at 2026.1
    for success, ratio in ((50, 1.0), (80, RATIO)):
        expected = [
            2026.1 + (math.log10(60 * hours / ratio) - today) / (B * growth)
            for hours in RUNGS.values()
        ]
        np.testing.assert_allclose(
            dates(found, driver="compute", success=success), expected, rtol=0, atol=1e-9
        )


def test_dates_by_the_trend_are_a_doubling_time_for_each_doubling(found):
    for success in (50, 80):
        when, doubling = (
            dates(found, driver="time", success=success),
            found["doubling_time"].sel(driver="time", success=success).item(),
        )
        np.testing.assert_allclose(
            when - when[0], doubling * np.log2(list(RUNGS.values())), rtol=1e-12
        )


def test_the_trend_goes_through_the_frontier_models_by_least_squares(found):
    on = found["model_on_trend"].values
    released, hours = (
        found["model_released"].values[on],
        found["model_horizon"].sel(success=50).values[on],
    )
    assert on.sum() == 14 and set(found["model"].values[~on]) > {
        "gpt2",
        "claude_4_opus",
        "gpt_5_3_codex",
    }
    pace, level = np.polyfit(released - 2024, np.log2(hours), 1)
    assert found["doubling_time"].sel(driver="time", success=50).item() == pytest.approx(
        1 / pace, rel=1e-10
    )
    assert dates(found, driver="time", success=50)[0] == pytest.approx(
        2024 - level / pace, abs=1e-8
    )


def test_horizons_over_time_pass_the_rungs_at_their_dates(found):
    for driver in ("compute", "time"):
        for success in (50, 80):
            when = dates(found, driver=driver, success=success)
            at = tm.horizon(times=np.sort(when))["horizon"].sel(driver=driver, success=success)
            np.testing.assert_allclose(at, list(RUNGS.values()), rtol=1e-8)
    by_compute = found["horizon"].sel(driver="compute", success=50)
    fit = {"intercept": A, "slope": B, "reference_compute": REFERENCE}
    np.testing.assert_allclose(
        by_compute, capability.task_horizon(found["training_compute"].values, **fit), rtol=1e-12
    )


def test_at_the_agreeing_growth_both_go_at_one_pace(found):
    growth = found["agreeing_growth"].sel(success=50)
    assert growth.sel(level="low") > growth.sel(level="central") > growth.sel(level="high")
    same = tm.horizon(growth=growth.sel(level="central").item())
    doubling = same["doubling_time"].sel(success=50)
    assert doubling.sel(driver="compute").item() == pytest.approx(
        doubling.sel(driver="time").item(), rel=1e-12
    )
    ratio = same["horizon"].sel(success=50, driver="compute") / same["horizon"].sel(
        success=50, driver="time"
    )
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-8)


def test_the_implied_compute_gives_the_horizon_of_the_trend(found):
    implied = found["implied_compute"].sel(success=80).values[::20]
    course = dict(zip(found["time"].values[::20], implied, strict=True))
    through = tm.horizon(compute=course)
    np.testing.assert_allclose(
        through["horizon"].sel(driver="compute", success=80),
        through["horizon"].sel(driver="time", success=80),
        rtol=1e-9,
    )


def test_a_trend_beyond_all_numbers_has_horizons_of_nothing_and_without_limit():
    fast = tm.horizon(doubling_time=0.005, times=[2019, 2040]).sel(success=50)
    assert fast["horizon"].sel(driver="time").values.tolist() == [0.0, math.inf]
    assert fast["implied_compute"].values.tolist() == [0.0, math.inf]


def test_a_doubling_time_of_ones_own_goes_through_the_middle_of_the_models(found):
    on = found["model_on_trend"].values
    middle = found["model_released"].values[on].mean()
    hours = 2 ** np.log2(found["model_horizon"].sel(success=50).values[on]).mean()
    slow = tm.horizon(doubling_time=7 / 12, times=[2020, middle, 2040])
    assert slow["horizon"].sel(driver="time", success=50).values[1] == pytest.approx(
        hours, rel=1e-12
    )
    assert slow["doubling_time"].sel(driver="time", success=80).item() == pytest.approx(7 / 12)


def test_a_course_of_compute_grows_from_date_to_date_and_is_first_reached_where_it_says():
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
    assert np.isnan(
        dates(result, driver="compute", success=50)[0]
    )  # already there at the first date
    assert result["compute"].sel(time=2027.0).item() == pytest.approx(10 * TODAY)


def test_every_task_of_a_catalog_is_a_mark_at_its_horizon_times_how_messy_it_is():
    catalog = load_catalog("alignment_research")
    result = tm.horizon(catalog)
    assert list(result["milestone"].values) == list(catalog.tasks)
    task = catalog.tasks["red_teaming"]
    assert (
        result["milestone_horizon"].sel(milestone="red_teaming").item()
        == task.horizon.value * task.horizon_multiplier.value
    )
    opens = (
        tm.milestones(result)["value"]
        .sel(milestone="red_teaming", driver="compute", success=50)
        .item()
    )
    organised = organisation(catalog)
    at = tm.horizon(catalog, times=[opens])
    opens_at = organised.opens_at[0, organised.tasks.index("red_teaming")]
    assert at["compute"].item() == pytest.approx(opens_at, rel=1e-9)  # where a sweep has it open


def test_every_variable_has_a_meaning_and_a_result_survives_a_file(found, tmp_path):
    for name, variable in found.variables.items():
        assert variable.attrs.get("long_name") or name in ("milestone", "model"), name
        assert variable.attrs.get("units") or variable.dtype.kind in "Ob", name
    tm.save(found, tmp_path / "horizon.nc")
    back = tm.open(tmp_path / "horizon.nc")
    assert tm.milestones(back).equals(tm.milestones(found)) and tm.horizon().identical(found)


def test_formulas_are_inverse_to_each_other_and_refuse_what_makes_no_sense():
    for growth in (0.5, 1.13):
        assert float(agreeing_growth(doubling_time_by_compute(growth, B), B)) == pytest.approx(
            growth
        )
    assert float(doubling_time_by_compute(0.0, B)) == math.inf
    line = fit_line([2023, 2024, 2025], [1.0, 2.0, 8.0])
    np.testing.assert_allclose(line.hours(line.date([0.1, 1.0, 50.0])), [0.1, 1.0, 50.0])
    assert frontier([2023, 2023, 2024], [1.0, 2.0, 2.0]).tolist() == [False, True, False]
    for released, hours, says in (
        ([2023], [1.0], "two dates"),
        ([2023, 2024], [2.0, 1.0], "does not grow"),
        ([2023, 2024], [0.0, 1.0], "hours"),
    ):
        with pytest.raises(ValueError, match=says):
            fit_line(released, hours)
    assert release_year("2023-01-01") == 2023 and release_year("2024-12-31") == pytest.approx(
        2024 + 365 / 366
    )
    assert np.isnan(first_reached([0, 1], [0.0, -1.0], 0.5))


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"catalog": "t_agi_ladder"}, TypeError, r"load_catalog\('t_agi_ladder'\)"),
        ({"compute": {2026: 1e29, 2030: 1e30}, "growth": 1.0}, ValueError, "leave out growth"),
        ({"compute": {2026: 1e29}}, ValueError, "at least two pairs"),
        ({"growth": -1.0}, ValueError, "from 0 to 20 OOM/year"),
        ({"since": 2026.1}, ValueError, "the trend since 2026.1: .* two dates"),
        ({"doubling_time": 0.0}, ValueError, "doubling_time"),
        ({"times": [2030, 2020]}, ValueError, "increase; found 2030 and then 2020"),
        ({"trend": "metrr"}, CatalogError, "no bundled trend of this name; did you mean 'metr'"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(options, error, says):
    with pytest.raises(error, match=says):
        tm.horizon(**options)


def test_a_catalog_that_gives_the_horizon_has_none_by_compute():
    with pytest.raises(ValueError, match="set it to null"):
        tm.horizon(load_catalog("t_agi_ladder", set={"capability.h50_hours": 8}))


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        (
            "released: 2023-03-14",
            "released: 2023-13-14",
            "models.gpt_4.released",
            "a day is needed, such as 2025-08-07",
        ),
        (
            "horizon_50: {value: 3.99, unit: min}",
            "horizon_50: {value: 0.5, unit: min}",
            "models.gpt_4.horizon_80",
            "at most horizon_50",
        ),
        (
            "horizon_50: {value: 3.99, unit: min}",
            "horizon_50: {value: 3.99, unit: day}",
            "models.gpt_4.horizon_50.unit",
            "so give hours",
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
def test_a_defect_of_a_trend_is_told_with_its_place(old, new, where, says, tmp_path):
    text = load_trend("metr").yaml_text
    assert text.count(old) == 1
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace(old, new))
    with pytest.raises(CatalogError) as caught:
        load_trend(path)
    (defect,) = caught.value.defects
    assert defect.path == where and says in defect.message and defect.line
    assert main(["check", str(path)]) == 1


def test_horizon_prints_dates_and_writes_result_and_figure(tmp_path, capsys, found):
    folder = tmp_path / "out"
    assert main(["horizon", "-o", str(folder)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert (
        "a t-AGI of 1 month 167 2028.6 2029.9 2027.7 2028.7" in shown
        and "in 4.2 months by the trend" in shown
    )
    assert sorted(path.name for path in folder.iterdir()) == [
        "horizon.nc",
        "horizon.png",
        "horizon.svg",
    ]
    assert tm.open(folder / "horizon.nc").equals(found)


def test_horizon_says_the_same_in_json(capsys, found):
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
    ("arguments", "says"),
    [
        (["--growth", "fast"], "--growth: must be a positive number of orders of magnitude a year"),
        (["--growth", "100"], "from 0 to 20 OOM/year"),
        (["--growth", "1", "--compute", "2026=1e29"], "give one of them"),
        (["--compute", "2026=1e29"], "two dates at least"),
        (["--compute", "2026"], "must be DATE=C"),
        (["--compute", "2026=1e29", "--compute", "2026=1e30"], "given twice"),
        (["--since", "2026.09"], "the trend since 2026.09"),
        (["nothing"], "there is no bundled catalog of this name"),
        (["--trend", "nothing"], "there is no bundled trend of this name"),
    ],
)
def test_bad_input_of_horizon_is_told_with_its_mend(arguments, says, capsys):
    assert main(["horizon", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_the_figure_needs_horizons(found):
    from taskmodel import plots

    lines = {line.get_gid() for axes in plots.horizon(found).axes for line in axes.lines}
    assert {"compute_50", "compute_80", "time_50", "time_80"} <= lines
    with pytest.raises(ValueError, match="no horizons"):
        plots.horizon(found.drop_vars("model_horizon"))
