"""Random research organisations, and the arithmetic that certifies any plan for them.

`primal_output` and `unit_cost` implement the definitions in model 1.1 and 1.2 independently of the
package: the value of x, and the cost of a unit when task i costs z_i. Weak duality then judges any
answer: feasible activities of output Y and prices p with p . E = 1 satisfy Y c(p) <= 1. The
arithmetic is in logs, so that prices of 1e-70 are as good as any other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taskmodel.allocation import Nest

ELASTICITIES = (0.0, 0.1, 0.5, 0.9, 1.0, 1.5, 4.0)


@dataclass(frozen=True)
class Organisation:
    """Arguments of `allocate`: bundles, supply (factor,), nest and available (task, mode)."""

    bundles: np.ndarray
    supply: np.ndarray
    nest: Nest
    available: np.ndarray

    @property
    def problem(self):
        return self.bundles, self.supply, self.nest, self.available


def random_organisation(rng, decades, elasticities=None, *, tasks=None, levels=None):
    """A regular organisation of 2 to 60 tasks, 2 to 6 factors, 1 to 4 modes and 1 to 3 levels.

    Bundle entries are log-uniform over `decades` orders of magnitude, supplies over half as many;
    about a third of the entries are zero and a quarter of the modes closed, but every open mode
    uses something and every task has one.
    """
    elasticities = ELASTICITIES if elasticities is None else elasticities
    tasks = int(rng.integers(2, 61)) if tasks is None else tasks
    factors = int(rng.integers(2, 7))
    modes = int(rng.integers(1, 5))
    levels = int(rng.integers(1, 4)) if levels is None else levels
    bundles = 10.0 ** rng.uniform(-decades / 2, decades / 2, (tasks, modes, factors))
    used = rng.random(bundles.shape) < 0.65
    used[*np.ogrid[:tasks, :modes], rng.integers(factors, size=(tasks, modes))] = True
    available = rng.random((tasks, modes)) < 0.75
    available[np.arange(tasks), rng.integers(modes, size=tasks)] = True
    supply = 10.0 ** rng.uniform(-decades / 4, decades / 4, factors)
    nest = random_nest(rng, rng.permutation(tasks), levels, elasticities)
    return Organisation(np.where(used, bundles, 0.0), supply, nest, available)


def random_nest(rng, tasks, levels, elasticities):
    """A nest of the tasks, at most `levels` deep, whose members are tasks and further nests."""
    members = [int(task) for task in tasks]
    if levels > 1:
        cuts = np.sort(
            rng.choice(
                np.arange(1, len(tasks)),
                size=min(len(tasks) - 1, int(rng.integers(1, 6))),
                replace=False,
            )
        )
        parts = [part for part in np.split(tasks, cuts)]
        members = []
        for part in parts:
            if len(part) == 1 or rng.random() < 0.15:
                members += [int(task) for task in part]
            else:
                members.append(random_nest(rng, part, levels - 1, elasticities))
    return Nest(float(rng.choice(elasticities)), rng.dirichlet(np.ones(len(members))), members)


def elasticities_of(nest):
    """All elasticities in a nest, from the root down."""
    return [nest.elasticity] + [
        e for member in nest.members if isinstance(member, Nest) for e in elasticities_of(member)
    ]


def log_mean_exp(shares, values):
    top = np.max(values)
    if np.isinf(top):
        return top
    excess = shares @ np.expm1(values - top)
    return top + (np.log1p(excess) if excess > -0.5 else np.log(shares @ np.exp(values - top)))


def shares_of(nest):
    shares = np.asarray(nest.shares, dtype=np.longdouble)
    return shares / shares.sum()


def log(value):
    """Natural logarithm, -inf at zero."""
    value = np.asarray(value, dtype=np.longdouble)
    return np.log(value, out=np.full(value.shape, -np.inf), where=value > 0)


def log_output(nest, log_task_output):
    r"""Log output of tasks x: (sum s (x/s)^rho)^(1/rho); prod (x/s)^s at 1; min x/s at 0."""
    shares = shares_of(nest)
    inputs = [
        log_output(m, log_task_output) if isinstance(m, Nest) else log_task_output[m]
        for m in nest.members
    ]
    intensity = np.array(inputs, dtype=np.longdouble) - np.log(shares)
    if nest.elasticity == 0:
        return np.min(intensity)
    if nest.elasticity == 1:
        return -np.inf if np.any(intensity == -np.inf) else shares @ intensity
    sigma = np.longdouble(nest.elasticity)
    rho = (sigma - 1) / sigma
    return log_mean_exp(shares, rho * intensity) / rho


def log_unit_cost(nest, log_task_cost):
    r"""Log of a unit's cost at task costs z: (sum s z^(1-sigma))^(1/(1-sigma)); prod z^s at 1."""
    shares = shares_of(nest)
    costs = [
        log_unit_cost(m, log_task_cost) if isinstance(m, Nest) else log_task_cost[m]
        for m in nest.members
    ]
    costs = np.array(costs, dtype=np.longdouble)
    if nest.elasticity == 1:
        return np.inf if np.any(costs == np.inf) else shares @ costs
    power = 1 - np.longdouble(nest.elasticity)
    return log_mean_exp(shares, power * costs) / power


def primal_output(nest, task_output):
    """Output of the nest from the work done in each task, shape (task,)."""
    return float(np.exp(log_output(nest, log(task_output))))


def unit_cost(nest, task_cost):
    """Cost of one unit of the nest when a unit of task i costs `task_cost[i]`."""
    return float(np.exp(log_unit_cost(nest, log(task_cost))))


def least_cost_work(nest, task_cost):
    """Work in each task, shape (task,), for one unit at least cost; each task used once."""
    log_cost, work = log(task_cost), np.zeros(len(task_cost))

    def spread(nest, log_quantity):
        total = log_unit_cost(nest, log_cost)
        for share, member in zip(nest.shares, nest.members, strict=True):
            inside = isinstance(member, Nest)
            cost = log_unit_cost(member, log_cost) if inside else log_cost[member]
            log_needed = log_quantity + np.log(share) + nest.elasticity * (total - cost)
            if inside:
                spread(member, log_needed)
            else:
                work[member] = np.exp(log_needed)

    spread(nest, 0.0)
    return work


def task_cost(bundles, price, available=None):
    """Cost of one unit of each task by its cheapest open mode; inf where none is open."""
    cost = bundles @ price
    return (cost if available is None else np.where(available, cost, np.inf)).min(axis=-1)


@dataclass(frozen=True)
class Certificate:
    """Feasible output, upper bound on any output, duality gap and largest overuse."""

    attained: float
    bound: float
    gap: float
    overuse: float


def certify(organisation, activity, price):
    """Certificate of activities and prices; supplies positive and finite, each task used once."""
    bundles, supply, nest, available = organisation.problem
    load = np.max(np.einsum("imk,im->k", bundles, activity) / supply)
    attained = log_output(nest, log(activity.sum(axis=1))) - np.log(load)
    bound = np.log(price @ supply) - log_unit_cost(nest, log(task_cost(bundles, price, available)))
    return Certificate(
        float(np.exp(attained)),
        float(np.exp(bound)),
        float(-np.expm1(attained - bound)),
        float(load - 1),
    )


def status_words(allocation):
    """The statuses of a batch as plain words, in C order."""
    return [
        str(getattr(status, "name", status)).lower()
        for status in np.ravel(np.asarray(allocation.status, dtype=object))
    ]


def status_of(allocation):
    """The status of one organisation as a plain word."""
    (word,) = status_words(allocation)
    return word
