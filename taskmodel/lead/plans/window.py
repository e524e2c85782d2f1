"""The pause of a plan: when it starts, how long it lasts, and what may end it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from taskmodel.errors import InputError, NoPause
from taskmodel.lead import erosion as leads
from taskmodel.lead.pause import confidence_margin, pause_point, takeover_risk
from taskmodel.lead.plans.records import Lead, Plan
from taskmodel.numerics.types import Array

MOMENTS = 121  # times of the pause that a result reports
LARGEST_GROWTH = 300.0  # e-folds of productivity: beyond any use, and below the overflow of floats
_CELLS = 4 * (MOMENTS - 1)  # cells of a quadrature over the pause
_FADED = 40.0  # expected events after which the probability of survival is below rounding
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(3)


@dataclass(frozen=True)
class PauseStart:
    """The point of pause.

    Attributes
    ----------
    months : float
        Time from the present [month].
    capability : float
        Above the present [orders of magnitude of effective compute].
    productivity : float
        Relative to the present [1].
    risk : float
        Of takeover in the pause [1/month].
    results : dict
        Variables of the dataset that follow from the plan's `risk`.
    """

    months: float
    capability: float = 0.0
    productivity: float = 1.0
    risk: float = 0.0
    results: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """The pause with its uncertain length.

    Attributes
    ----------
    lead : float
        As stated [month].
    at_pause : float
        Lead when the pause starts [month].
    limit : str
        What ends the pause: lead or money.
    branches : tuple of (probability, months)
        Length without and, where the plan has one, with a slow-down of all.
    hazard : float
        Of theft and takeover in the pause [1/month].
    begins : float
        Probability that nothing is stolen before the pause [1].
    demonstrations : float
        Work that shows others the risks [field-year].
    """

    lead: float
    at_pause: float
    limit: str
    branches: tuple[tuple[float, float], ...]
    hazard: float
    begins: float
    demonstrations: float = 0.0

    @property
    def likely(self) -> list[tuple[float, float]]:
        """Branches with a positive probability."""
        return [branch for branch in self.branches if branch[0] > 0]

    @property
    def months(self) -> float:
        """Mean length [month]."""
        return self.mean(np.asarray)

    def mean(self, function: Callable[[Any], Array]) -> float:
        """Mean of a function of the length over the branches."""
        return sum(chance * float(function(months)) for chance, months in self.likely)


@dataclass(frozen=True)
class PauseGrid:
    """Quadrature over a pause of some months that a hazard may end."""

    months: float
    hazard: float

    @cached_property
    def edges(self) -> Array:
        """Ends of the cells, the reported moments among them, shape (edge,)."""
        uniform = np.linspace(0.0, self.months, _CELLS + 1)
        if self.hazard == 0:
            return uniform
        # A large hazard ends the pause within its first cells; a second grid resolves that time.
        early = np.linspace(0.0, min(self.months, _FADED / self.hazard), _CELLS + 1)
        return np.sort(np.concatenate([uniform, early]))

    @cached_property
    def nodes(self) -> Array:
        """Times at which an integrand is evaluated, shape (cell, node)."""
        start, end = self.edges[:-1, None], self.edges[1:, None]
        return start + 0.5 * (end - start) * (_NODES + 1)

    def survival(self, times: Array) -> Array:
        """Probability that the pause is not ended by these times."""
        return np.exp(-self.hazard * times)

    def integrals(self, rate: Array) -> Array:
        """Integral over each cell, shape (..., cell), of a rate at the nodes."""
        return np.asarray(0.5 * np.diff(self.edges) * (rate * _WEIGHTS).sum(axis=-1))

    def cumulative(self, rate: Array) -> Array:
        """Integral up to each edge, shape (..., edge), of a rate at the nodes."""
        cells = self.integrals(rate)
        return np.concatenate([np.zeros((*cells.shape[:-1], 1)), np.cumsum(cells, -1)], -1)


def pause_start(plan: Plan) -> PauseStart:
    """Point of pause of a plan: where its risk reaches what is tolerated, or after `development`.

    Raises
    ------
    NoPause
        If the point is passed already, or never reached.
    InputError
        If productivity at the point exceeds `LARGEST_GROWTH`.
    """
    assert plan.lead
    risk, pace = plan.risk, plan.lead.pace.value
    if risk is None:
        return PauseStart(plan.lead.development.value)
    line = {"intercept": np.log(risk.at_present.value), "slope": risk.slope.value}
    point = float(pause_point(risk.tolerated.value, **line))
    growth = risk.productivity_slope.value
    margin = float(confidence_margin(risk.sd.value, risk.confidence.value, line["slope"], 0.0)[0])
    confident = point - margin
    if max(abs(point), abs(confident)) * growth > LARGEST_GROWTH / np.log(10):
        raise InputError(
            f"productivity at the point of pause, {confident:.3g} orders of magnitude away, is "
            "beyond any number; see risk.productivity_slope"
        )
    if confident < 0:
        raise NoPause(
            f"the pause should have started {-confident:.3g} orders of magnitude of compute ago, "
            f"to be {risk.confidence.value:g} sure that risk is below what is tolerated; ask for "
            "less confidence, tolerate more, or estimate the risk better (risk.sd)"
        )
    if pace == 0 and confident > 0:
        raise NoPause(
            "the pause never starts: at a pace of 0 capability never grows by the "
            f"{confident:.3g} orders of magnitude to the point of pause; give a pace above 0 "
            "(lead.pace)"
        )
    months = confident / (risk.pace.value * pace) if confident > 0 else 0.0
    return PauseStart(
        months,
        confident,
        productivity=float(10 ** (growth * confident)),
        risk=float(takeover_risk(confident, **line)),
        results={
            "pause_point": point,
            "confident_pause_point": confident,
            "confidence_cost": float(10 ** (growth * margin)),
            "months_until_pause": months,
        },
    )


def pause_window(lead: Lead, start: PauseStart) -> Window:
    """The pause without a slow-down of others.

    Raises
    ------
    NoPause
        If the lead is exhausted before the pause starts.
    """
    stated, at_pause = lead_at_pause(lead, start.months)
    months, limit = pause_length(lead, at_pause)
    theft = lead.theft.value
    begins = float(leads.no_theft(theft, start.months))
    return Window(stated, at_pause, limit, ((1.0, months),), theft + start.risk, begins)


def pause_length(lead: Lead, at_pause: float, slow: bool = False) -> tuple[float, str]:
    """Months of a pause, with or without the plan's slow-down of others, and what ends it."""
    months, money = float(leads.time_until_gone(at_pause, 0.0, leaks(lead))), lead.money
    if slow and lead.slow_down is not None:
        duration = np.inf if lead.slow_down.duration is None else lead.slow_down.duration.value
        slowed = leads.slowed_pause(at_pause, lead.slow_down.pace.value, duration, leaks(lead))
        months = float(slowed)
    if money is not None:
        terms = money.cash.value, money.burn.value, money.revenue.value, lead.deployment.value
        affordable = float(leads.runway(*terms))
        if affordable < months:
            return affordable, "money"
    return months, "lead"


def leaks(lead: Lead) -> float:
    """Share of the lead that leaks in a month [1/month]."""
    terms = lead.leak.value, lead.leak_by_deployment.value, lead.deployment.value
    return float(leads.leak_rate(*terms))


def lead_at_pause(lead: Lead, start: float) -> tuple[float, float]:
    """Lead as stated and when the pause starts [month]."""
    if lead.months is not None:
        stated = lead.months.value
    else:
        rivals = lead.rivals.values()
        _, stated = leads.binding_rival(
            [rival.months.value for rival in rivals], [rival.cautious for rival in rivals]
        )
    effective = leads.lead_against_faster(stated, lead.follower_speedup.value)
    pace, leak = lead.pace.value, leaks(lead)
    at_pause = float(leads.remaining_lead(effective, start, pace, leak))
    if stated > 0 and at_pause == 0:
        end = float(leads.time_until_gone(effective, pace, leak))
        raise NoPause(
            f"the pause never starts: it is {start:.3g} months away and the lead is gone after "
            f"{end:.3g}; keep a higher pace until then (lead.pace), or pause earlier"
        )
    return stated, at_pause
