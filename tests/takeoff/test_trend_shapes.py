"""Trends of the horizon that speed up or end: closed forms, regressions, and what is refused."""

import json

import numpy as np
import pytest
from scipy import optimize, stats

import taskmodel as tm
from taskmodel.cli import main
from taskmodel.cli.commands import TREND_SHAPES
from taskmodel.errors import InputError
from taskmodel.takeoff.horizons.shapes import SHAPES, Quadratic, Saturating, Shrinking, fit_shape

DATES = np.linspace(2021, 2026, 12)
CURVES = {
    "quadratic": Quadratic(2023.5, -2.0, 2.0, 0.3),
    "shrinking": Shrinking(2024.5, 0.5, 0.08),
    "saturating": Saturating(2024.0, 0.4, 12.0),
}
SLOWING = {"shrinking": Shrinking(2022.0, 0.3, -0.15), "quadratic": Quadratic(2023.5, 2, 2, -0.2)}


@pytest.fixture(scope="module")
def models():
    """Release dates and 50 % horizons of METR's frontier models since 2019."""
    result = tm.horizon(since=2019)
    on = result["model_on_trend"].values
    return result["model_released"].values[on], result["model_horizon"].values[0, on]


@pytest.mark.parametrize(("shape", "curve"), [*CURVES.items(), *SLOWING.items()])
def test_models_on_a_curve_give_the_curve_back(shape, curve):
    fit = fit_shape(DATES, curve.hours(DATES), shape)
    np.testing.assert_allclose(fit.curve.hours(DATES), curve.hours(DATES), rtol=1e-6)
    assert fit.curve.parameter == pytest.approx(curve.parameter, rel=1e-5)
    given = fit_shape(DATES, curve.hours(DATES), shape, curve.parameter)
    np.testing.assert_allclose(given.curve.hours(DATES), curve.hours(DATES), rtol=1e-6)
    assert np.isnan(given.parameter_interval()).all()


@pytest.mark.parametrize("curve", [*CURVES.values(), *SLOWING.values()])
def test_dates_are_inverse_to_horizons_and_gradients_are_finite_differences(curve):
    dates = np.linspace(2022.1, 2026, 7)
    np.testing.assert_allclose(curve.date(curve.hours(dates)), dates, rtol=1e-12)
    names = curve._fields[-3:]
    for column, name in enumerate(names):
        value, step = getattr(curve, name), 1e-5
        ends = []
        for sign in (1, -1):
            if name == "ceiling":  # by its logarithm
                moved = curve._replace(ceiling=value * 2 ** (sign * step))
            else:
                moved = curve._replace(**{name: value + sign * step})
            ends.append(np.log2(moved.hours(dates)))
        slope = (ends[0] - ends[1]) / (2 * step)
        np.testing.assert_allclose(curve.gradient(dates)[:, column], slope, rtol=1e-5, atol=1e-7)


def test_doublings_shrink_by_their_share_and_end_at_the_sum_of_a_geometric_series():
    curve = Shrinking(2025.0, 0.5, 0.1)
    doublings = np.diff(curve.date(2.0 ** np.arange(12)))
    np.testing.assert_allclose(doublings, 0.5 * 0.9 ** np.arange(11), rtol=1e-10)
    assert curve.end == pytest.approx(2025 + 0.5 / 0.1)
    assert curve.date(2.0**900) == pytest.approx(curve.end)
    assert np.isinf(curve.hours([2030.0, 2031.0])).all() and np.isfinite(curve.hours(2029.9))
    slowing = Shrinking(2025.0, 0.5, -0.1)
    np.testing.assert_allclose(np.diff(slowing.date([1, 2, 4])), [0.5, 0.55])
    assert slowing.hours(slowing.end - 1) == 0


def test_curves_without_their_parameter_double_in_constant_time():
    line = 2.0 ** ((DATES - 2024) / 0.5)
    np.testing.assert_allclose(Shrinking(2024, 0.5, 1e-9).hours(DATES), line, rtol=1e-6)
    np.testing.assert_allclose(Quadratic(2024, 0, 2, 0.0).hours(DATES), line, rtol=1e-12)
    high = Saturating(2024 + 0.5 * 60, 0.5, 2.0**60)
    np.testing.assert_allclose(high.hours(DATES), line, rtol=1e-9)


def test_a_quadratic_has_no_horizon_where_it_would_fall():
    curve = Quadratic(2025.0, 0.0, 1.0, -0.25)  # highest two years later, at 2 hours
    assert np.isnan(curve.hours([2027.5])).all() and np.isnan(curve.date([2.01])).all()
    assert curve.date(2.0) == pytest.approx(2027.0)
    assert Saturating(2025, 0.5, 16).hours(2060) == pytest.approx(16)


def test_the_quadratic_of_metrs_models_is_that_of_an_ordinary_regression(models):
    released, hours = models
    fit = fit_shape(released, hours, "quadratic")
    x, y = released - released.mean(), np.log2(hours)
    coefficients, covariance = np.polyfit(x, y, 2, cov=True)
    half = stats.t.ppf(0.95, len(x) - 3) * np.sqrt(covariance[0, 0])
    expected = coefficients[0] + np.array([-half, half])
    np.testing.assert_allclose(fit.parameter_interval(), expected, rtol=1e-6)
    assert fit.curve.parameter == pytest.approx(0.2273, abs=1e-4)


def test_the_shrinking_trend_of_metrs_models_is_that_of_a_general_optimiser(models):
    released, hours = models
    fit = fit_shape(released, hours, "shrinking")
    y = np.log2(hours)

    def value(t, one_hour, first, share):
        return np.log(1 - share * (t - one_hour) / first) / np.log(1 - share)

    found, covariance = optimize.curve_fit(value, released, y, p0=(2025.0, 0.4, 0.08))
    np.testing.assert_allclose(fit.curve, found, rtol=1e-6)
    half = stats.t.ppf(0.95, len(y) - 3) * np.sqrt(covariance[2, 2])
    np.testing.assert_allclose(
        fit.parameter_interval(), found[2] + np.array([-half, half]), rtol=1e-4
    )
    # an interval of the horizon is one of the curve's logarithm, widest far from the models
    low, high = fit.hours_interval([2024.0, 2026.8])
    assert (low < fit.curve.hours([2024.0, 2026.8])).all()
    assert np.diff(np.log(high / low)) > 0


def test_a_ceiling_that_models_show_is_found_and_one_they_do_not_is_refused(models):
    with pytest.raises(InputError, match=r"do not tell a saturating trend .* give its ceiling"):
        fit_shape(*models, "saturating")
    rng = np.random.default_rng(3)
    seen = CURVES["saturating"].hours(DATES) * 2 ** (0.05 * rng.standard_normal(len(DATES)))
    fit = fit_shape(DATES, seen, "saturating")
    low, high = fit.parameter_interval()
    assert low < 12 < high and high / low < 1.3
    scattered = 2.0 ** ((DATES - 2024) / 0.5 + 0.3 * rng.standard_normal(len(DATES)))
    for shape in ("quadratic", "shrinking"):
        with pytest.raises(InputError, match="do not tell"):
            fit_shape(DATES, scattered, shape)


@pytest.mark.parametrize(
    ("dates", "hours", "shape", "parameter", "message"),
    [
        (DATES[:3], [1, 2, 4], "shrinking", None, "4 dates at least; found 3"),
        (DATES[:2], [1, 2], "saturating", 9.0, "3 dates at least; found 2"),
        (DATES, DATES - 2020, "shrinking", 0.0, "use shape exponential"),
        (DATES, DATES - 2020, "shrinking", 1.0, "share by which"),
        (DATES, DATES - 2020, "saturating", 5.0, "above the longest horizon, 6 h; found 5 h"),
        (DATES, 2030 - DATES, "saturating", 50.0, "does not grow"),
        (DATES, 2030 - DATES, "quadratic", 0.0, "would fall"),
        (DATES, DATES - 2020, "cubic", None, "exponential, quadratic, shrinking, saturating"),
    ],
)
def test_shapes_that_models_cannot_carry_are_refused(dates, hours, shape, parameter, message):
    with pytest.raises(InputError, match=message):
        fit_shape(dates, hours, shape, parameter)


def test_horizon_takes_a_shape_for_both_rates_of_success(models):
    assert TREND_SHAPES == SHAPES
    result = tm.horizon(shape="shrinking", since=2019)
    fit = fit_shape(*models, "shrinking")
    assert result["shape_parameter"].values[0] == pytest.approx(fit.curve.share)
    month = tm.milestones(result)["value"].sel(milestone="1_month", driver="time", success=50)
    assert month.item() == pytest.approx(float(fit.curve.date(167.0)), abs=1e-9)
    plain = tm.horizon(since=2019)
    assert result["horizon"].sel(driver="compute").equals(plain["horizon"].sel(driver="compute"))
    later = result["horizon"].sel(driver="time", success=50, time=2040.0)
    assert np.isinf(later) and np.isinf(result["implied_compute"].sel(success=50).values[-1])
    for name in ("doubling_time_interval", "agreeing_growth"):
        assert result[name].isnull().all() and plain[name].notnull().all()
    assert plain["shape_parameter"].isnull().all()
    falling = tm.horizon(shape="quadratic")  # since 2023: it would fall before 2022
    first = falling["horizon"].sel(driver="time", success=50).values[0]
    assert np.isnan(first) and np.isnan(falling["implied_compute"].values[0, 0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shape": "quadratic", "doubling_time": 0.5}, "give shape_parameter"),
        ({"shape_parameter": 0.5}, "has no shape_parameter"),
        ({"shape": "square"}, "must be one of exponential"),
        ({"shape": "saturating"}, "the 50 % trend since 2023: .* do not tell"),
        ({"shape": "quadratic", "since": 2026}, "the 50 % trend since 2026: .* dates at least"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        tm.horizon(**options)


def test_the_command_prints_the_parameter_of_a_shape(tmp_path, capsys):
    words = ["horizon", "--shape", "shrinking", "--since", "2019", "--no-figures"]
    assert main([*words, "-o", str(tmp_path)]) == 0
    page = " ".join(capsys.readouterr().out.split())
    assert "is shrinking: each doubling is shorter by a share of 0.11 (0.09 to 0.13, 90 %)" in page
    assert main(["horizon", "--shape", "saturating", "--shape-parameter", "2000", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["shape"] == "saturating" and facts["shape_parameter"] == {"50": 2000, "80": 2000}
    year = {row["milestone"]: row["dates"]["time"]["50"] for row in facts["milestones"]}["1_year"]
    assert year is None  # the ceiling is a year of work
