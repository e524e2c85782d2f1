"""Activities of tasks that need nothing scarce."""

from __future__ import annotations

import numpy as np

from taskmodel.allocation.inputs import Organisations
from taskmodel.allocation.presolve import Presolved
from taskmodel.allocation.solution import Allocation, Status
from taskmodel.numerics.types import Array


def fill_free(
    result: Allocation,
    organisations: Organisations,
    ready: Presolved,
    point: int,
    node_output: Array,
) -> None:
    """Adds the activities of free tasks at one point to ``result``, and what they use, in place.

    They use factors of infinite supply alone.

    Among complements (sigma = 0) a free task is done as far as its nest needs; with substitution,
    more of it always raises output, and it is done without limit. Output then approaches its value
    as a supremum, which the status reports, unless the free task is the whole output.

    Parameters
    ----------
    node_output : array, shape (node,)
        Output of every node.
    """
    assert isinstance(result.status, np.ndarray)  # a batch
    tree, free = organisations.tree, ready.free_node[point]
    share, elasticity = (
        values[point % len(values)] for values in (organisations.share, organisations.elasticity)
    )
    supremum = False

    def add(node: int, amount: float) -> None:
        """Lets a free node produce an amount, evenly among its free modes."""
        nonlocal supremum
        if node < tree.leaves:
            modes = np.flatnonzero(ready.free_mode[point, node])
            result.activity[point, tree.task[node], modes] += amount / len(modes)
            result.usable[point, tree.task[node], modes] = True
            return
        below = tree.children[node]
        members = below[share[below] > 0]
        idle = members[free[members]]
        if elasticity[node] == 1 and len(idle) < len(members):
            supremum, amount = True, np.inf  # the others shrink to nothing as these grow
        elif elasticity[node] > 1:
            # free members alone make the nest's output; overflow is as good as without limit
            with np.errstate(over="ignore"):
                amount = amount * share[idle].sum() ** (-1 / (1 - 1 / elasticity[node]))
        for member in idle:
            add(int(member), share[member] * amount)

    if free[tree.root]:
        add(tree.root, np.inf)
        _count_use(result, organisations, point)
        return
    alive = np.ones(tree.nodes, dtype=bool)
    for nest, members in reversed(tree.children.items()):
        alive[members] = (share[members] > 0) & alive[nest] & ~free[nest]
    for nest, members in tree.children.items():
        if not alive[nest] or free[nest]:
            continue
        for member in members[free[members] & alive[members]]:
            supremum |= elasticity[nest] > 0
            needed = share[member] * node_output[nest] if elasticity[nest] == 0 else np.inf
            add(int(member), needed)
    if supremum and result.status[point] != Status.FAILED:
        result.status[point] = Status.SUPREMUM
    _count_use(result, organisations, point)


def _count_use(result: Allocation, organisations: Organisations, point: int) -> None:
    """Counts the use of factors of infinite supply, of which the optimum knows nothing."""
    bundle, supply = organisations.bundle[point], organisations.supply[point]
    work = np.where(bundle > 0, result.activity[point][..., np.newaxis], 0.0)
    endless = np.isinf(supply)
    result.factor_use[point, endless] = (work * bundle).sum(axis=(0, 1))[endless]
