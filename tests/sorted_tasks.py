r"""The optimum of people and compute over sorted tasks in one nest, in closed form (model 1.3).

An oracle for `allocate`. A unit of task i takes an hour of people, or kappa_i of compute. Tasks are
sorted by kappa; compute does those before a position, and at most one group of equal kappa is
split.
With s_i the shares, sigma the elasticity, psi = 1 - 1/sigma, X the sum of s_i kappa_i^(1 - sigma)
over compute's tasks and W that of s_i over people's, output is

.. math:: Y^\psi = X^{1-\psi} C^\psi + W^{1-\psi} H^\psi

where no task is split, and where a task of kappa is split (W includes it)

.. math:: Y = (H + C / \kappa) (W + X \kappa^{\sigma - 1})^{1 / (\sigma - 1)}.

This is the marginal task of Dornbusch, Fischer and Samuelson (1977), Comparative advantage, trade,
and payments in a Ricardian model with a continuum of goods, American Economic Review 67(5),
823-839.
"""

from typing import NamedTuple

import numpy as np


def unsplit_log_output(psi, log_x, log_w, gained, log_hours, log_compute):
    """ln Y where no task is split; ``gained`` is the sum of s ln eta over compute's tasks."""
    if psi == 0:
        by_compute = np.where(log_x == -np.inf, 0.0, np.exp(log_x) * (log_compute - log_x))
        by_people = np.where(log_w == -np.inf, 0.0, np.exp(log_w) * (log_hours - log_w))
        return by_compute + by_people + gained
    by_compute = (1 - psi) * log_x + psi * log_compute
    return np.logaddexp(by_compute, (1 - psi) * log_w + psi * log_hours) / psi


def split_log_output(power, log_x, log_w, log_eta, log_hours, log_compute):
    """ln Y where a task of efficiency eta = 1/kappa is split, and compute's part of its weight."""
    log_value = log_eta + log_compute
    log_total = np.logaddexp(log_hours, log_value)
    # compute's part of the total, less what its own tasks take, over the weights of the rest
    part = np.exp(log_w + log_value - log_total) - np.exp(log_x + log_hours - log_total)
    return log_total + power * np.logaddexp(log_w, log_x), part


class TwoFactors(NamedTuple):
    """Output (point,), shadow prices and elasticities (point, 2), activities (point, task, 2)."""

    output: np.ndarray
    shadow_price: np.ndarray
    factor_elasticity: np.ndarray
    activity: np.ndarray


def two_factor_optimum(shares, kappa, elasticity, hours, compute):
    """The optimum at supplies ``hours`` and ``compute``, shape (point,), both positive and finite.

    A unit of a task takes an hour of people, or kappa of compute; kappa is inf where people alone
    can do it.
    """
    share, kappa, hours, compute = (
        np.asarray(values, dtype=float) for values in (shares, kappa, hours, compute)
    )
    hours, compute = np.broadcast_arrays(hours, compute)
    levels, group = np.unique(kappa, return_inverse=True)
    weight = np.bincount(group, share)
    logs = np.log(levels[np.isfinite(levels)])
    of_compute = weight[: len(logs)]
    # ln X before each group and ln W from it on
    log_x = np.append(
        -np.inf, np.logaddexp.accumulate(np.log(of_compute) + (1 - elasticity) * logs)
    )[: len(logs) + 1]
    log_w = np.log(np.append(np.cumsum(weight[::-1])[::-1], 0.0)[: len(logs) + 1])
    gained = np.append(0.0, np.cumsum(-of_compute * logs))
    # ln(C / H) at which a group begins to be split, and at which compute does all of it
    begins = log_x[:-1] - log_w[:-1] + elasticity * logs
    ends = log_x[1:] - log_w[1:] + elasticity * logs
    starts = np.stack([begins, ends], axis=-1).ravel()

    log_hours, log_compute = np.log(hours), np.log(compute)
    stage = np.searchsorted(starts, log_compute - log_hours, side="right")
    split, position = stage % 2 == 1, stage // 2
    log_x, log_w, gained = log_x[position], log_w[position], gained[position]
    log_eta = -np.append(logs, np.inf)[position]
    tilted = log_x + np.where(split, (1 - elasticity) * log_eta, 0.0)
    psi = 1 - 1 / elasticity
    power = (1 - psi) / psi if psi else -1.0
    log_split, part = split_log_output(power, tilted, log_w, log_eta, log_hours, log_compute)
    if psi == 0:
        log_split += gained - np.where(log_x == -np.inf, 0.0, np.exp(log_x) * log_eta)
    unsplit = unsplit_log_output(psi, log_x, log_w, gained, log_hours, log_compute)
    price = (1 - psi) * (log_x + (log_hours - log_compute) - log_w)
    log_price = np.where(split, log_eta, np.where(log_w == -np.inf, np.inf, price))
    log_output = np.where(split, log_split, unsplit)

    alone = log_price == np.inf  # people are of no use
    log_value = np.where(alone, 0.0, log_price) + log_compute
    log_total = np.where(alone, log_compute, np.logaddexp(log_hours, log_value))
    of_people = np.where(alone, 0.0, np.exp(log_hours - log_total))
    factor_elasticity = np.stack([of_people, np.exp(log_value - log_total)], axis=-1)
    # work in every task: Y s (c / z)^sigma at its cost z
    before = group < position[:, None]
    of_group = np.bincount(group, share, len(logs) + 1)[position]
    current = (group == position[:, None]) & split[:, None]
    by_compute = np.where(before, 1.0, np.where(current, (part / of_group)[:, None], 0.0))
    log_cost = np.where(before, np.log(kappa) + np.where(alone, 0.0, log_price)[:, None], 0.0)
    log_work = (
        log_output[:, None]
        + np.log(share)
        + elasticity * ((log_total - log_output)[:, None] - log_cost)
    )
    return TwoFactors(
        np.exp(log_output),
        factor_elasticity * np.exp(log_output)[:, None] / np.stack([hours, compute], axis=-1),
        factor_elasticity,
        np.exp(log_work)[..., None] * np.stack([1 - by_compute, by_compute], axis=-1),
    )
