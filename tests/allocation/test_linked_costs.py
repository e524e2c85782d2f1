"""Least costs of linked tasks, which bound output from above, against all choices of modes."""

import itertools

import numpy as np
import pytest
from linked import random_linked

from taskmodel.allocation.active_set import instances_of
from taskmodel.allocation.inputs import check_inputs
from taskmodel.allocation.link_kernels import linked_costs
from taskmodel.allocation.regime_kernels import (
    LOG_C,
    instance_of,
    is_block,
    workspace,
)


def ready(seed):
    """Nests, instance and workspace of a random linked organisation of three tasks."""
    rng = np.random.default_rng(seed)
    problem = check_inputs(*random_linked(rng, 3, tasks=3).problem).presolved().problem
    _, leaves, modes, factors = problem.bundle.shape
    work = workspace(leaves, modes, problem.tree.nodes, factors, linked=True)
    return rng, problem.tree.nests, instance_of(instances_of(problem), 0), work


def least_costs(case, price, tasks):
    """The least cost of each of the tasks over all choices of their modes."""
    factors = len(price)
    best = np.full(len(tasks), np.inf)
    for chosen in itertools.product(*(np.flatnonzero(case.open[task]) for task in tasks)):
        inputs = case.inputs[tasks, list(chosen)]
        induced = inputs[:, factors:][:, tasks]
        cost = np.linalg.solve(np.eye(len(tasks)) - induced, inputs[:, :factors] @ price)
        best = np.minimum(best, cost)
    return best


def nest_costs(nests, case, price, log_cost):
    """Log costs of nests by the closed form of CES, and of blocks, which their own modes may make.

    Those of the tasks are given.
    """
    share, sigma = case.nest
    leaves, factors = len(case.bundle), len(price)
    for v in range(leaves, len(nests.parent)):
        members = nests.child[nests.first[v - leaves] : nests.first[v - leaves + 1]]
        weight = share[members] / share[members].sum()
        if sigma[v] == 1:
            log_cost[v] = weight @ log_cost[members]
        else:
            power = 1 - sigma[v]
            log_cost[v] = np.log(weight @ np.exp(power * log_cost[members])) / power
        block = nests.parent[v]
        if block < leaves:
            own = np.flatnonzero(case.open[block])
            inputs = case.inputs[block, own[own > 0]]
            whole = inputs[:, :factors] @ price + inputs[:, factors:] @ np.exp(log_cost[:leaves])
            log_cost[block] = min([log_cost[v], *np.log(whole)])
    return log_cost


@pytest.mark.parametrize("seed", range(60))
def test_a_task_costs_what_it_does_by_the_cheapest_choice_of_all_modes(seed):
    rng, nests, case, work = ready(seed)
    leaves = len(case.bundle)
    tasks = [leaf for leaf in range(leaves) if not (case.dead[leaf] or is_block(case, leaf))]
    price = rng.dirichlet(np.full(len(case.scarce), 0.5))
    expected = least_costs(case, price, tasks)
    linked_costs(nests, case, price, work)
    assert work.node[LOG_C, tasks] == pytest.approx(np.log(expected), abs=1e-9)
    if not case.dead.any():
        expected = nest_costs(nests, case, price, work.node[LOG_C].copy())
        assert work.node[LOG_C] == pytest.approx(expected, abs=1e-9)
