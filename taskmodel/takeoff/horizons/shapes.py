r"""Other shapes of the trend over time: growth that speeds up, or that ends.

With y the binary logarithm of the horizon in hours and t the date:

quadratic
    :math:`y = \bar y + b (t - \bar t) + c (t - \bar t)^2`, with curvature c [doublings/year^2]
shrinking
    each doubling takes the share s less time than the one before. From one hour on, at
    :math:`t_1`, with D the time of the first doubling,
    :math:`t = t_1 + D\,\frac{1 - (1 - s)^y}{s}`, which ends at :math:`t_1 + D/s` if s > 0
saturating
    :math:`H = H_{max} / (1 + 2^{-(t - t_m)/D})`: doubling in D as long as it is far below the
    ceiling :math:`H_{max}`, of which it has a half at :math:`t_m`

The curves are of least squares in y. Their parameter (c, s, :math:`\log_2 H_{max}`) is given or
fitted; a fitted one is refused where an F test at 90 % does not tell the curve from a constant
doubling time, which each of them contains (for the quadratic: where the interval of c contains 0).
Intervals are linear in the parameters about the estimate, from the scatter of the models.

Sources: Seber and Wild (1989), Nonlinear Regression (access: secondary), for intervals; AI Futures
Project (2025), https://ai-2027.com/research/timelines-forecast (access: secondary), for doublings
that shrink by a constant share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.errors import InputError
from taskmodel.numerics.ranges import within
from taskmodel.numerics.types import Array
from taskmodel.takeoff.horizons.intervals import COVERAGE

SHAPES = ("exponential", "quadratic", "shrinking", "saturating")
PARAMETERS = {
    "quadratic": ("curvature", "doublings/year^2", "(-inf, inf)"),
    "shrinking": ("share by which each doubling is shorter", "1", "(-1, 1)"),
    "saturating": ("ceiling", "h", "(0, inf)"),
}
"""Name, unit and range of the parameter of each shape."""

LEAST_MODELS = 4
# Distances of the end of growth from the models that are searched [year], and their number: at a
# thousand years growth is exponential to within rounding of the scatter of any models.
NEAREST, FARTHEST, DISTANCES = 1e-3, 1e3, 121
CEILINGS = np.linspace(0.05, 40, 41)  # starts for the ceiling, doublings above the longest horizon
HIGHEST = 1000.0  # log2 of the highest ceiling [h]: beyond, growth is exponential


class Quadratic(NamedTuple):
    """A horizon whose logarithm is quadratic in time, on the branch on which it grows.

    Attributes
    ----------
    middle, level, pace, curvature : float
        Mean date [calendar year], and a, b [1/year], c [1/year^2] of y = a + b x + c x^2 with x
        the time since then.
    """

    middle: float
    level: float
    pace: float
    curvature: float

    @property
    def parameter(self) -> float:
        """Curvature [doublings/year^2]."""
        return self.curvature

    def hours(self, dates: ArrayLike) -> Array:
        """Horizon [h] at dates [calendar year]; NaN where it would fall with time."""
        x = np.asarray(dates, dtype=float) - self.middle
        growing = self.pace + 2 * self.curvature * x > 0
        with np.errstate(over="ignore"):
            hours = 2.0 ** (self.level + self.pace * x + self.curvature * x**2)
        return np.where(growing, hours, np.nan)

    def date(self, hours: ArrayLike) -> Array:
        """Date at which the horizon has a length [calendar year]; NaN: it never grows to it.

        Examples
        --------
        >>> Quadratic(2025.0, 0.0, 2.0, 1.0).date([1, 8]).tolist()
        [2025.0, 2026.0]
        """
        missing = np.log2(within("(0, inf)", "hours", hours)) - self.level
        under = self.pace**2 + 4 * self.curvature * missing
        root = np.sqrt(np.where(under >= 0, under, np.nan))
        return np.asarray(self.middle + 2 * missing / (self.pace + root))

    def gradient(self, dates: ArrayLike) -> Array:
        """Derivatives of y by level, pace and curvature, shape (date, 3)."""
        x = np.asarray(dates, dtype=float) - self.middle
        return np.stack([np.ones_like(x), x, x**2], axis=-1)


class Shrinking(NamedTuple):
    """A horizon each of whose doublings takes less time than the one before, by a constant share.

    Attributes
    ----------
    one_hour : float
        Date at which the horizon is an hour [calendar year].
    first : float
        Time from one hour to two [year].
    share : float
        s [1]; in (-1, 1), not 0. Below 0 doublings take longer and longer.
    """

    one_hour: float
    first: float
    share: float

    @property
    def parameter(self) -> float:
        """Share by which each doubling is shorter [1]."""
        return self.share

    @property
    def end(self) -> float:
        """Date before which all growth happens, or after which (s < 0) [calendar year]."""
        return self.one_hour + self.first / self.share

    def hours(self, dates: ArrayLike) -> Array:
        """Horizon [h] at dates [calendar year]: inf from the end on; 0 before a start."""
        left = 1 - self.share * (np.asarray(dates, dtype=float) - self.one_hour) / self.first
        with np.errstate(over="ignore"):
            hours = np.exp2(np.log(np.where(left > 0, left, 1.0)) / np.log1p(-self.share))
        return np.where(left > 0, hours, np.inf if self.share > 0 else 0.0)

    def date(self, hours: ArrayLike) -> Array:
        """Date at which the horizon has a length [calendar year].

        Examples
        --------
        Doublings of 8, 4 and 2 months:

        >>> (12 * (Shrinking(2025.0, 8 / 12, 0.5).date([1, 2, 4, 8]) - 2025)).round(9).tolist()
        [0.0, 8.0, 12.0, 14.0]
        """
        doublings = np.log2(within("(0, inf)", "hours", hours))
        passed = -np.expm1(doublings * np.log1p(-self.share)) / self.share
        return np.asarray(self.one_hour + self.first * passed)

    def gradient(self, dates: ArrayLike) -> Array:
        """Derivatives of y by date of one hour, first doubling and share, shape (date, 3)."""
        u = (np.asarray(dates, dtype=float) - self.one_hour) / self.first
        left, logarithm = 1 - self.share * u, np.log1p(-self.share)
        with np.errstate(divide="ignore", invalid="ignore"):
            by_u = -self.share / (left * logarithm)
            by_share = -u / (left * logarithm) + np.log(left) / (logarithm**2 * (1 - self.share))
        return np.stack([-by_u / self.first, -u * by_u / self.first, by_share], axis=-1)


class Saturating(NamedTuple):
    """A horizon that approaches a ceiling.

    Attributes
    ----------
    half : float
        Date at which it has half of the ceiling [calendar year].
    doubling_time : float
        As long as it is far below the ceiling [year].
    ceiling : float
        [h]
    """

    half: float
    doubling_time: float
    ceiling: float

    @property
    def parameter(self) -> float:
        """Ceiling [h]."""
        return self.ceiling

    def hours(self, dates: ArrayLike) -> Array:
        """Horizon [h] at dates [calendar year]."""
        doublings = (np.asarray(dates, dtype=float) - self.half) / self.doubling_time
        return np.asarray(self.ceiling * np.exp2(-np.logaddexp2(0.0, -doublings)))

    def date(self, hours: ArrayLike) -> Array:
        """Date at which the horizon has a length [calendar year]; NaN from the ceiling on.

        Examples
        --------
        >>> Saturating(2025.0, 0.5, 16.0).date([8, 4, 16]).round(3).tolist()
        [2025.0, 2024.208, nan]
        """
        over = self.ceiling / within("(0, inf)", "hours", hours) - 1
        logarithm = np.log2(np.where(over > 0, over, np.nan))
        return np.asarray(self.half - self.doubling_time * logarithm)

    def gradient(self, dates: ArrayLike) -> Array:
        """Derivatives of y by date of half, doubling time and log2 of the ceiling, (date, 3)."""
        doublings = (np.asarray(dates, dtype=float) - self.half) / self.doubling_time
        rising = np.exp2(-np.logaddexp2(0.0, doublings))
        slope = -rising / self.doubling_time
        return np.stack([slope, doublings * slope, np.ones_like(slope)], axis=-1)


Curve = Quadratic | Shrinking | Saturating


@dataclass(frozen=True, eq=False)
class Fit:
    """A curve through models.

    Attributes
    ----------
    curve : Curve
    covariance : array, shape (parameter, parameter)
        Of the parameters that are fitted, as in `gradient`; a given shape parameter is none.
    quantile : float
        Student's, for the interval.
    """

    curve: Curve
    covariance: Array
    quantile: float

    def hours_interval(self, dates: ArrayLike) -> Array:
        """Ends of the horizon [h] at dates [calendar year], shape (2, date)."""
        gradient = self.curve.gradient(dates)[..., : len(self.covariance)]
        with np.errstate(invalid="ignore", over="ignore"):
            variance = np.einsum("tp,pq,tq->t", gradient, self.covariance, gradient)
            factor = np.exp2(self.quantile * np.sqrt(variance))
            hours = self.curve.hours(dates)
            ends = np.stack([hours / factor, hours * factor])
        return np.where(np.isfinite(hours) & (hours > 0), ends, np.nan)

    def parameter_interval(self) -> Array:
        """Ends of the shape parameter; NaN if it was given."""
        if len(self.covariance) < 3:
            return np.full(2, np.nan)
        half = self.quantile * np.sqrt(self.covariance[2, 2]) * np.array([-1, 1])
        if isinstance(self.curve, Saturating):
            return np.asarray(self.curve.ceiling * np.exp2(half))
        return np.asarray(self.curve.parameter + half)


def fit_shape(
    released: ArrayLike,
    hours: ArrayLike,
    shape: str,
    parameter: float | None = None,
    coverage: float = COVERAGE,
) -> Fit:
    """Fit a curve through models, by least squares in the logarithm of the horizon.

    Parameters
    ----------
    released : array, shape (model,)
        [calendar year]; four different dates at least, three with a given parameter.
    hours : array, shape (model,)
        [h]; > 0.
    shape : str
        ``quadratic``, ``shrinking`` or ``saturating``.
    parameter : float, optional
        Curvature [doublings/year^2], share [1] (not 0) or ceiling [h]. Default: fitted.
    coverage : float, optional
        Of the intervals [1].

    Raises
    ------
    InputError
        If there are too few models, horizons do not grow, a given parameter is out of range, or
        the models do not tell the curve from a constant doubling time.

    Examples
    --------
    >>> dates = np.linspace(2023, 2026, 9)
    >>> curve = Shrinking(2024.0, 0.5, 0.1)
    >>> fit = fit_shape(dates, curve.hours(dates), "shrinking")
    >>> np.round(fit.curve, 6).tolist()
    [2024.0, 0.5, 0.1]
    """
    if shape not in PARAMETERS:
        raise InputError(f"shape must be one of {', '.join(SHAPES)}; found {shape!r}")
    dates = np.asarray(released, dtype=float)
    logs = np.log2(within("(0, inf)", "hours", hours))
    needed = LEAST_MODELS - (parameter is not None)
    if (count := len(np.unique(dates))) < needed:
        raise InputError(
            f"a {shape} trend needs models of {needed} dates at least; found {count}: take more "
            "models, or shape exponential"
        )
    if parameter is not None:
        name, _, allowed = PARAMETERS[shape]
        parameter = float(within(allowed, name, parameter))
    curve = _FITS[shape](dates, logs, parameter)
    fitted = 3 - (parameter is not None)
    freedom = len(dates) - fitted
    return _with_intervals(curve, dates, logs, (fitted, freedom, coverage, shape))


def _with_intervals(
    curve: Curve, dates: Array, logs: Array, about: tuple[int, int, float, str]
) -> Fit:
    from scipy.special import stdtrit  # keeps scipy out of the import of this module

    fitted, freedom, coverage, shape = about
    squares = _squares(curve, dates, logs)
    quantile = float(stdtrit(freedom, (1 + coverage) / 2))
    gained = _squares_of_line(dates, logs) - squares
    # the F quantile with one degree of freedom is the square of Student's
    if fitted == 3 and not gained * freedom > quantile**2 * squares:
        raise _not_told(shape, coverage)
    gradient = curve.gradient(dates)[:, :fitted]
    covariance = np.linalg.inv(gradient.T @ gradient) * (squares / freedom)
    return Fit(curve, np.asarray(covariance), quantile)


def _not_told(shape: str, coverage: float) -> InputError:
    name, unit, _ = PARAMETERS[shape]
    return InputError(
        f"the models do not tell a {shape} trend from a constant doubling time (F test at "
        f"{coverage:.0%}): give its {name} [{unit}], or use shape exponential"
    )


def _squares(curve: Curve, dates: Array, logs: Array) -> float:
    """Return the sum of squares of a curve; inf where it has no horizon at some date."""
    with np.errstate(divide="ignore"):
        residuals = logs - np.log2(curve.hours(dates))
    total = float((residuals**2).sum())
    return total if np.isfinite(total) else np.inf


def _squares_of_line(dates: Array, logs: Array) -> float:
    """Return the sum of squares of a constant doubling time."""
    return _projected(np.stack([np.ones_like(dates), dates - dates.mean()], axis=1), logs)[1]


def _projected(design: Array, values: Array) -> tuple[Array, float]:
    """Return the coefficients of least squares and the sum of squares."""
    coefficients: Array = np.asarray(np.linalg.lstsq(design, values, rcond=None)[0], dtype=float)
    return coefficients, float(((values - design @ coefficients) ** 2).sum())


def _quadratic(dates: Array, logs: Array, curvature: float | None) -> Quadratic:
    middle = float(dates.mean())
    x = dates - middle
    columns, given = [np.ones_like(x), x], 0.0 if curvature is None else curvature
    if curvature is None:
        columns.append(x**2)
    found, _ = _projected(np.stack(columns, axis=1), logs - given * x**2)
    curve = Quadratic(middle, float(found[0]), float(found[1]), float([*found, given][2]))
    if not (curve.pace + 2 * curve.curvature * x > 0).all():
        raise InputError(
            "the quadratic trend would fall with time within the models; take more models, another "
            "curvature, or shape exponential"
        )
    return curve


def _shrinking(dates: Array, logs: Array, share: float | None) -> Shrinking:
    """Fit y = beta + alpha log|end - t|, with alpha = 1/log(1 - s), linear but for the end."""
    if share == 0:
        raise InputError("a share of 0 is a constant doubling time: use shape exponential")

    def coefficients(distance: float, after: bool) -> tuple[Array, float]:
        left = dates.max() + distance - dates if after else dates - dates.min() + distance
        if share is None:
            return _projected(np.stack([np.ones_like(left), np.log(left)], axis=1), logs)
        alpha = 1 / np.log1p(-share)
        beta, squares = _projected(np.ones((len(left), 1)), logs - alpha * np.log(left))
        return np.append(beta, alpha), squares

    def squares_of(after: bool) -> Callable[[float], float]:
        return lambda distance: coefficients(distance, after)[1]

    sides = (True, False) if share is None else (share > 0,)
    (_, distance), after = min((_nearest_minimum(squares_of(side)), side) for side in sides)
    (beta, alpha), _ = coefficients(distance, after)
    if not (alpha < 0 if after else alpha > 0):
        raise InputError("the horizon of these models does not grow; take more of them")
    end = dates.max() + distance if after else dates.min() - distance
    to_end = np.exp(-beta / alpha) * (1 if after else -1)  # from the horizon of an hour
    found = float(-np.expm1(1 / alpha))
    return Shrinking(float(end - to_end), float(found * to_end), found)


def _nearest_minimum(squares: Callable[[float], float]) -> tuple[float, float]:
    """Return the least sum of squares over distances of the end, and the distance [year]."""
    from scipy.optimize import minimize_scalar

    grid = np.linspace(np.log(NEAREST), np.log(FARTHEST), DISTANCES)
    values = [squares(float(np.exp(point))) for point in grid]
    lowest = int(np.argmin(values))
    around = grid[max(lowest - 1, 0)], grid[min(lowest + 1, len(grid) - 1)]
    result = minimize_scalar(
        lambda point: squares(float(np.exp(point))),
        bounds=around,
        method="bounded",
        options={"xatol": 1e-12},
    )
    return float(result.fun), float(np.exp(result.x))


def _saturating(dates: Array, logs: Array, ceiling: float | None) -> Saturating:
    from scipy.optimize import least_squares

    if ceiling is not None and not ceiling > 2 ** float(logs.max()):
        raise InputError(
            f"the ceiling must be above the longest horizon, {2 ** float(logs.max()):.3g} h; found "
            f"{ceiling:g} h"
        )
    middle = float(dates.mean())
    (level, pace), _ = _projected(np.stack([np.ones_like(dates), dates - middle], axis=1), logs)
    if not pace > 0:
        raise InputError("the horizon of these models does not grow; take more of them")

    def residuals(numbers: Array) -> Array:
        half, pace = numbers[:2]
        top = numbers[2] if ceiling is None else np.log2(ceiling)
        return np.asarray(top - np.logaddexp2(0.0, (half - dates + middle) * pace) - logs)

    tops = logs.max() + CEILINGS if ceiling is None else [np.log2(ceiling)]
    starts = [[(top - 1 - level) / pace, pace, top][: 2 + (ceiling is None)] for top in tops]
    tight = {"xtol": 1e-14, "ftol": 1e-14, "gtol": 1e-14}
    results = [least_squares(residuals, start, method="lm", **tight) for start in starts]
    half, pace, top = [*min(results, key=lambda result: result.cost).x, np.inf][:3]
    if ceiling is None:
        if top > HIGHEST:
            raise _not_told("saturating", COVERAGE)
        ceiling = float(2.0**top)
    return Saturating(middle + float(half), 1 / float(pace), ceiling)


_FITS: dict[str, Callable[[Array, Array, float | None], Curve]] = {
    "quadratic": _quadratic,
    "shrinking": _shrinking,
    "saturating": _saturating,
}
