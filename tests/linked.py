"""Random organisations with nests that may be made as blocks and work that induces other work."""

from __future__ import annotations

import cvxpy as cp
import numpy as np
from oracles import conic_nest, solve
from organisations import Organisation, least_cost_work, log, log_output, random_organisation

from taskmodel.allocation import Nest


def random_linked(rng, decades, elasticities=None, *, tasks=None, levels=None):
    """An organisation whose nests have blocks, half of them, and whose modes induce other tasks.

    A block uses about what the members do, up to a factor of ten. Of the pairs of a mode and
    another task about one in six induces; all of it is scaled to a spectral radius of 0.1 to 0.9.
    """
    tasks = int(rng.integers(2, 16)) if tasks is None else tasks
    plain = random_organisation(rng, decades, elasticities, tasks=tasks, levels=levels)
    modes, factors = plain.bundles.shape[1:]
    bundles, available = widened(plain.bundles, plain.available, max(modes, 2))
    rows = []

    def built(nest, **induced):
        members = [built(m) if isinstance(m, Nest) else m for m in nest.members]
        block = None
        if rng.random() < 0.5:
            block = tasks + len(rows)
            inside = bundles[[task for task in nest.tasks()]]
            typical = np.exp(np.log(inside[inside > 0]).mean())
            row = np.zeros(bundles.shape[1:])
            row[1:] = typical * 10.0 ** rng.uniform(-1.0, 0.5, row[1:].shape)
            row[1:] *= rng.random(row[1:].shape) < 0.6
            row[1:, 0] += typical * 0.1 * (row[1:].sum(axis=-1) == 0)
            rows.append(row)
        return Nest(nest.elasticity, nest.shares, members, block, **induced)

    phi = rng.random((tasks, max(modes, 2), tasks)) * (
        rng.random((tasks, max(modes, 2), tasks)) < 1 / 6
    )
    radius = np.abs(np.linalg.eigvals(phi.max(axis=1))).max()
    phi *= rng.uniform(0.1, 0.9) / max(radius, 0.1)
    nest = built(plain.nest)
    count = tasks + len(rows)
    induced = np.zeros((count, max(modes, 2), count))
    induced[:tasks, :, :tasks] = phi
    nest = Nest(nest.elasticity, nest.shares, nest.members, nest.block, induced)
    opened = np.ones((len(rows), max(modes, 2)), dtype=bool)
    return Organisation(
        np.concatenate([bundles, np.array(rows).reshape(-1, *bundles.shape[1:])]),
        plain.supply,
        nest,
        np.concatenate([available, opened]),
    )


def widened(bundles, available, modes):
    """Arrays with so many modes, the further ones closed."""
    more = modes - bundles.shape[1]
    return (
        np.pad(bundles, ((0, 0), (0, more), (0, 0))),
        np.pad(available, ((0, 0), (0, more))),
    )


def conic_linked(organisation):
    """Best output by Clarabel, or None; solved around its own answer until two agree to 1e-7.

    Independent of the package: activities of all modes, their use of supplies and of one another's
    output, and cones for the nests (`oracles.conic_nest`), whose output their blocks add to.
    """
    bundles, supply, nest, available = organisation.problem
    rows = sorted(blocks_of(nest))
    plain = np.setdiff1d(np.arange(len(bundles)), rows)
    opened = available.copy()
    opened[rows, 0] = False
    row, mode = np.nonzero(opened)
    most = np.min(supply / np.where(bundles > 0, bundles, 1e-300), axis=-1)[row, mode]
    cost = np.where(opened, bundles @ (1 / supply), np.inf).min(axis=-1)
    reference = np.full(len(bundles), -np.inf)
    reference[plain] = log(least_cost_work(nest, np.where(np.isfinite(cost), cost, 1.0)))[plain]
    uses = (bundles / supply)[row, mode] * most[:, None]
    least, before = reference - np.log(1e3), -np.inf
    for _ in range(10):
        share = cp.Variable(len(row), nonneg=True)
        level, leaves, constraints = cp.Variable(), {}, [uses.T @ share <= 1]

        def blocks(block, log_unit, row=row, share=share):
            (columns,) = np.nonzero(row == block)
            return most[columns] * np.exp(-log_unit) @ share[columns]

        conic_nest(nest, reference, level, leaves, constraints, blocks)
        makes = (row == plain[:, None]) * most - nest.induced[row, mode][:, plain].T * most
        members = cp.hstack([leaves[task] for task in plain])

        def spread(values):
            full = np.ones(len(bundles))
            full[plain] = values
            return full

        constraints.append((makes / np.exp(reference[plain])[:, None]) @ share >= members)
        problem = cp.Problem(cp.Maximize(level), constraints)
        status = solve(problem, cp.CLARABEL)
        if status not in (cp.OPTIMAL, cp.OPTIMAL_INACCURATE):
            return None
        output = float(np.exp(log_output(nest, reference)) * level.value)
        if status == cp.OPTIMAL and abs(output - before) < 1e-7 * output:
            return output
        before = output
        # tasks of nests that are made as a block are idle
        reference = np.maximum(reference + np.log(np.maximum(spread(members.value), 1e-2)), least)
    return None


def blocks_of(nest):
    """Rows of the blocks of a nest and of those in it."""
    rows = set() if nest.block is None else {nest.block}
    for member in nest.members:
        rows |= blocks_of(member) if isinstance(member, Nest) else set()
    return rows
