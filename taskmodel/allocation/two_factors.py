r"""Output of people and compute over sorted tasks in one nest, in closed form (``model.md`` 1.3).

A unit of task i takes an hour of people, or kappa_i of compute. Compute does the tasks for which it
is cheapest, and at most one task has both. With s_i the shares, sigma the elasticity,
psi = 1 - 1/sigma, X the sum of s_i kappa_i^(1 - sigma) over compute's tasks and W that of s_i over
people's, output is

.. math:: Y^\psi = X^{1-\psi} C^\psi + W^{1-\psi} H^\psi

where no task is split, and where a task of kappa is split (W includes it)

.. math:: Y = (H + C / \kappa) (W + X \kappa^{\sigma - 1})^{1 / (\sigma - 1)}.

This is the marginal task of Dornbusch, Fischer and Samuelson (1977), Comparative advantage, trade,
and payments in a Ricardian model with a continuum of goods, American Economic Review 67(5),
823-839. The formulas work in natural logarithms, on floats and on arrays (`numerics.elementary`).
"""

from __future__ import annotations

from math import inf
from typing import Any

from taskmodel.numerics.elementary import Elementary

__all__ = [
    "cobb_douglas_log_output",
    "log_relative_price",
    "split_log_output",
    "unsplit_log_output",
]


def log_relative_price(slope: Any, log_x: Any, log_w: Any, log_ratio: Any) -> Any:
    """ln of the price of compute over that of hours where no task is split.

    ``slope`` is 1/sigma, ``log_ratio`` is ln H/C.
    """
    return slope * (log_x + log_ratio - log_w)


def unsplit_log_output(
    psi: Any, log_x: Any, log_w: Any, log_hours: Any, log_compute: Any, by: Elementary
) -> Any:
    """ln Y where no task is split; psi is not 0."""
    return (
        by.log_add((1 - psi) * log_x + psi * log_compute, (1 - psi) * log_w + psi * log_hours) / psi
    )


def cobb_douglas_log_output(
    log_x: Any, log_w: Any, gained: Any, log_hours: Any, log_compute: Any, by: Elementary
) -> Any:
    """ln Y times the sum of all shares, where no task is split and psi is 0.

    ``gained`` is the sum of s ln eta over compute's tasks, with eta = 1/kappa.
    """
    by_compute = by.where(log_x == -inf, 0.0, by.exp(log_x) * (log_compute - log_x))
    by_people = by.where(log_w == -inf, 0.0, by.exp(log_w) * (log_hours - log_w))
    return by_compute + by_people + gained


def split_log_output(
    power: Any,
    log_x: Any,
    log_w: Any,
    log_eta: Any,
    log_hours: Any,
    log_compute: Any,
    by: Elementary,
) -> tuple[Any, Any]:
    """ln Y where a task of efficiency eta = 1/kappa is split, and compute's part of its weight.

    ``power`` is 1 / (sigma - 1), ``log_x`` is ln of X eta^(1 - sigma). At sigma = 1 ``power`` is
    -1, and the result excludes what compute's tasks gain over the split one.
    """
    log_value = log_eta + log_compute
    log_total = by.log_add(log_hours, log_value)
    # compute's part v of the total, less what its own tasks take, over the weights of the rest:
    # W v - X (1 - v), with v and 1 - v each from its own logarithm, for either may be tiny
    part = by.exp(log_w + log_value - log_total) - by.exp(log_x + log_hours - log_total)
    return log_total + power * by.log_add(log_w, log_x), part
