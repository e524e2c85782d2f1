r"""Hiring through time: how many people to take on when the last one costs the more, the faster.

A pool N(t) is paid w each, loses the share a of its people a year, and grows by h(t) hires, which
cost k h^2 / 2. Who comes at t counts from t + r on; E(t) people count. The plan maximises

    int e^(-rho t) ( V(t, E) - w N - k h^2 / 2 ) dt,      dN/dt = h - a N,      h >= 0,

for V concave in E. With u = dV/dE, a hire is worth the costate

    lambda(t) = int_t e^(-(rho + a)(s - t)) ( u(s, E(s)) [s >= t + r] - w ) ds,
    h = max(0, lambda) / k,

which is h = (u e^(-(rho + a) r) - w) / (k (rho + a)) where u is constant.

Hires are constant within a step, and integrals of people are exact; those over time are trapezoids.
The discrete plan is a concave programme with one solution.

Source: linear-quadratic control with convex adjustment costs, Holt, Modigliani, Muth and Simon
(1960), *Planning Production, Inventories, and Work Force* (access: secondary); docs, money.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taskmodel.errors import RootError
from taskmodel.numerics.types import Array

RESIDUAL = 1e-6  # of the condition of the optimum, relative to the largest hires, that is accepted
NEWTON_STEPS = 30


@dataclass(frozen=True, eq=False)
class HiringPlan:
    """People through time.

    Attributes
    ----------
    hires : array, shape (step,)
        People who come in a year, between one time and the next [person/year].
    people, counting : array, shape (time,)
        People who are paid, and those who count [person].
    worth : array, shape (time,)
        What one more who counts is worth in a year [$/year].
    costate : array, shape (step,)
        What a hire is worth [$].
    gain : float
        What the plan gains over not hiring [$], discounted to the first time.
    residual : float
        Largest departure of the hires from max(0, costate) / k, relative to the largest hires.
    """

    hires: Array
    people: Array
    counting: Array
    worth: Array
    costate: Array
    gain: float
    residual: float


def people_hired(times: Array, attrition: float, ramp: float) -> Array:
    r"""Return who is there at each time of a hire a year in each step, shape (time, step) [year].

    .. math:: \int_{t_i}^{\min(t_{i+1}, t_j - r)} e^{-a (t_j - s)} ds

    Parameters
    ----------
    times : array, shape (time,)
        Ends of the steps, increasing [year].
    attrition : float
        Share a of the people that leaves in a year [1/year]; >= 0.
    ramp : float
        Time r from which on who comes counts [year]; >= 0.
    """
    end = np.minimum(times[None, 1:], times[:, None] - ramp)
    length = np.maximum(end - times[None, :-1], 0.0)
    if attrition == 0:
        return length
    stayed = np.exp(-attrition * (times[:, None] - np.minimum(end, times[:, None])))
    return np.asarray(stayed * -np.expm1(-attrition * length) / attrition)


def optimal_hiring(
    times: Array,
    levels: Array,
    worth: Array,
    *,
    start: float,
    wage: float,
    cost: float,
    ramp: float = 0.0,
    attrition: float = 0.0,
    discount: float = 0.0,
) -> HiringPlan:
    """Return the plan that is worth the most.

    Parameters
    ----------
    times : array, shape (time,)
        Ends of the steps, increasing, from 0 [year]. What comes after the last does not count.
    levels : array, shape (level,)
        Numbers of people, increasing [person].
    worth : array, shape (time, level)
        What one more person who counts is worth in a year [$/year], not increasing in the people;
        linear between levels, and constant beyond them.
    start : float
        People at the first time, all of whom count [person]; >= 0.
    wage : float
        Pay [$/year].
    cost : float
        k [$ year/person^2]; > 0.
    ramp, attrition, discount : float
        r [year], a and rho [1/year]; >= 0.

    Raises
    ------
    RootError
        If the search ends away from the optimum.
    """
    decay = np.exp(-attrition * times) * start
    paid, counted = (people_hired(times, attrition, delay) for delay in (0.0, ramp))
    steps = np.diff(times)
    weight = np.exp(-discount * times) * (np.append(steps, 0.0) + np.append(0.0, steps)) / 2
    year = steps if discount == 0 else -np.expm1(-discount * steps) / discount
    programme = _Programme(
        levels=levels,
        worth=worth,
        nobody=decay,
        counted=counted,
        weight=weight,
        salary=wage * (weight @ paid),
        span=cost * np.exp(-discount * times[:-1]) * year,
    )
    hires = programme.optimum()
    residual = programme.residual(hires)
    if residual > RESIDUAL:
        raise RootError(
            f"hires are {residual:.1g} of the largest away from what a hire is worth; take fewer "
            "or longer steps"
        )
    return HiringPlan(
        hires=hires,
        people=decay + paid @ hires,
        counting=decay + counted @ hires,
        worth=programme.values(hires)[1],
        costate=cost * programme.wanted(hires),
        gain=programme.gain(hires)[0] - programme.gain(np.zeros(len(steps)))[0],
        residual=residual,
    )


@dataclass(frozen=True, eq=False)
class _Programme:
    """The discrete plan: maximise weight . V(E) - salary . h - span . h^2 / 2 over h >= 0.

    People who count are E = nobody + counted h; `levels` and `worth` are those of `optimal_hiring`.
    """

    levels: Array
    worth: Array
    nobody: Array
    counted: Array
    weight: Array
    salary: Array
    span: Array

    def values(self, hires: Array) -> tuple[Array, Array, Array]:
        """Return what people are worth, one more of them, and its slope, each (time,)."""
        return _interpolated(self.levels, self.worth, self.nobody + self.counted @ hires)

    def gain(self, hires: Array) -> tuple[float, Array]:
        """Return what a plan is worth, and its gradient."""
        total, one_more, _ = self.values(hires)
        value = self.weight @ total - self.salary @ hires - self.span @ hires**2 / 2
        return float(value), (self.weight * one_more) @ self.counted - self.salary - (
            self.span * hires
        )

    def wanted(self, hires: Array) -> Array:
        """Return the hires that are best at the worth of people under a plan, negative or not."""
        one_more = self.values(hires)[1]
        return np.asarray(((self.weight * one_more) @ self.counted - self.salary) / self.span)

    def residual(self, hires: Array) -> float:
        """Return how far hires are from the best ones, relative to the largest of either."""
        best = np.maximum(self.wanted(hires), 0.0)
        largest = max(float(best.max()), float(hires.max()), np.finfo(float).tiny)
        return float(np.abs(hires - best).max() / largest)

    def optimum(self) -> Array:
        """Search along gradients, then by Newton's method on hires = max(0, wanted)."""
        from scipy.optimize import minimize

        ceiling = np.maximum(self.wanted(np.zeros(len(self.span))), 0.0)
        if not ceiling.any():
            return ceiling  # the first is not worth the pay, nor then is any other
        scale = float(self.span @ ceiling**2)

        def loss(hires: Array) -> tuple[float, Array]:
            value, slope = self.gain(hires)
            return -value / scale, -slope / scale

        bounds = [(0.0, None)] * len(ceiling)
        options = {"ftol": 0.0, "gtol": 0.0, "maxiter": 10_000, "maxfun": 50_000}
        search = minimize(
            loss, ceiling / 2, jac=True, method="L-BFGS-B", bounds=bounds, options=options
        )
        hires = search.x
        for _ in range(NEWTON_STEPS):
            new = self._step(hires)
            if not self.residual(new) < self.residual(hires):
                return np.asarray(hires)
            hires = new
        return np.asarray(hires)

    def _step(self, hires: Array) -> Array:
        wanted, slope = self.wanted(hires), self.values(hires)[2]
        change = (self.counted.T * (self.weight * slope)) @ self.counted / self.span[:, None]
        hired = wanted > 0
        matrix = np.eye(len(hires)) - hired[:, None] * change
        return np.maximum(hires + np.linalg.solve(matrix, np.maximum(wanted, 0.0) - hires), 0.0)


def _interpolated(levels: Array, worth: Array, people: Array) -> tuple[Array, Array, Array]:
    """Return the integral of the worth from the first level, the worth and its slope, (time,)."""
    cell = np.clip(np.searchsorted(levels, people) - 1, 0, len(levels) - 2)
    rows = np.arange(len(people))
    low, high = worth[rows, cell], worth[rows, cell + 1]
    width = levels[cell + 1] - levels[cell]
    inside = np.clip(people - levels[cell], 0.0, width)
    marginal = low + (high - low) * inside / width
    parts = np.diff(levels) * (worth[:, 1:] + worth[:, :-1]) / 2
    below = np.concatenate([np.zeros((len(worth), 1)), np.cumsum(parts, axis=1)], axis=1)
    beyond = people - levels[cell] - inside
    total = below[rows, cell] + inside * (low + marginal) / 2 + beyond * marginal
    slope = np.where((people > levels[cell]) & (beyond == 0), (high - low) / width, 0.0)
    return total, marginal, slope
