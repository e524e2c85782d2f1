"""Random organisations with nests that may be made as blocks and work that induces other work."""

from __future__ import annotations

import cvxpy as cp
import numpy as np
from oracles import conic_nest, solve
from organisations import Organisation, least_cost_work, log, log_output, random_organisation

from taskmodel.allocation import Nest

# the default of 1e-8 leaves an error of some 1e-6 where activities differ much in size
PRECISE = {"tol_gap_abs": 1e-11, "tol_gap_rel": 1e-11, "tol_feas": 1e-11}


def random_linked(rng, decades, elasticities=None, *, tasks=None, levels=None):
    """An organisation whose nests have blocks, half of them, and whose modes induce other tasks.

    A block uses about what the members do, up to a factor of ten. Of the pairs of a mode and
    another task about one in six induces; all of it is scaled to a spectral radius of 0.1 to 0.9.
    """
    tasks = int(rng.integers(2, 16)) if tasks is None else tasks
    plain = random_organisation(rng, decades, elasticities, tasks=tasks, levels=levels)
    modes, factors = plain.bundles.shape[1:]
    blocks = []

    def built(nest, induced=None):
        members = [built(m) if isinstance(m, Nest) else m for m in nest.members]
        block = None
        if rng.random() < 0.5:
            block = modes + len(blocks)
            blocks.append(sorted(nest.tasks()))
        return Nest(nest.elasticity, nest.shares, members, block, induced)

    nest = built(plain.nest)
    bundles, available = widened(plain.bundles, plain.available, modes + len(blocks))
    for mode, inside in enumerate(blocks, modes):
        typical = np.exp(np.log(bundles[inside, :modes][bundles[inside, :modes] > 0]).mean())
        row = typical * 10.0 ** rng.uniform(-1.0, 0.5, factors) * (rng.random(factors) < 0.6)
        row[0] += typical * 0.1 * (not row.any())
        bundles[inside, mode] = row * rng.uniform(0.5, 2.0, (len(inside), 1))
        available[inside, mode] = True
    phi = rng.random((tasks, modes + len(blocks), tasks))
    phi *= rng.random(phi.shape) < 1 / 6
    radius = np.abs(np.linalg.eigvals(phi.max(axis=1))).max()
    phi *= rng.uniform(0.1, 0.9) / max(radius, 0.1)
    nest = Nest(nest.elasticity, nest.shares, nest.members, nest.block, phi)
    return Organisation(bundles, plain.supply, nest, available)


def widened(bundles, available, modes):
    """Arrays with so many modes, the further ones closed."""
    more = modes - bundles.shape[1]
    return (
        np.pad(bundles, ((0, 0), (0, more), (0, 0))),
        np.pad(available, ((0, 0), (0, more))),
    )


def conic_linked(organisation):
    """Best output by Clarabel, or None; solved around its own answer until two agree to 1e-7.

    Independent of the package: activities of all modes and blocks, their use of supplies and of one
    another's output, and cones for the nests (`oracles.conic_nest`), whose output blocks add to.
    """
    bundles, supply, nest, available = organisation.problem
    opened, columns = available.copy(), []
    for part in blocks_of(nest):
        shares = shares_of(part, len(bundles))
        columns.append(
            (shares @ bundles[:, part.block], shares @ nest.induced[:, part.block], part.block)
        )
        opened[shares > 0, part.block] = False
    task, mode = np.nonzero(opened)
    uses = np.concatenate([bundles[task, mode], *([use[None] for use, _, _ in columns])]) / supply
    most = 1 / uses.max(axis=1)
    induces = np.concatenate([nest.induced[task, mode], *([phi[None] for _, phi, _ in columns])])
    makes = np.zeros((len(bundles), len(most)))
    makes[task, np.arange(len(task))] = 1.0
    makes = (makes - induces.T) * most
    at = {block: len(task) + n for n, (_, _, block) in enumerate(columns)}
    cost = np.where(opened, bundles @ (1 / supply), np.inf).min(axis=-1)
    reference = log(least_cost_work(nest, np.where(np.isfinite(cost), cost, 1.0)))
    least, before = reference - np.log(1e3), -np.inf
    for _ in range(10):
        share = cp.Variable(len(most), nonneg=True)
        level, leaves = cp.Variable(), {}
        constraints = [(uses * most[:, None]).T @ share <= 1]

        def made(block, log_unit, share=share):
            return most[at[block]] * np.exp(-log_unit) * share[at[block]]

        conic_nest(nest, reference, level, leaves, constraints, made)
        members = cp.hstack([leaves[task] for task in range(len(bundles))])
        constraints.append((makes / np.exp(reference)[:, None]) @ share >= members)
        status = solve(cp.Problem(cp.Maximize(level), constraints), cp.CLARABEL, **PRECISE)
        if status not in (cp.OPTIMAL, cp.OPTIMAL_INACCURATE):
            return None
        output = float(np.exp(log_output(nest, reference)) * level.value)
        if status == cp.OPTIMAL and abs(output - before) < 1e-7 * output:
            return output
        before = output
        # tasks of nests that are made as a block are idle
        reference = np.maximum(reference + np.log(np.maximum(members.value, 1e-2)), least)
    return None


def blocks_of(nest):
    """Every nest with a block, and those in it."""
    inner = [part for m in nest.members if isinstance(m, Nest) for part in blocks_of(m)]
    return inner if nest.block is None else [*inner, nest]


def shares_of(nest, tasks):
    """Share of each task in a nest, shape (task,)."""
    result = np.zeros(tasks)
    for share, member in zip(nest.shares, nest.members, strict=True):
        if isinstance(member, Nest):
            result += share * shares_of(member, tasks)
        else:
            result[member] += share
    return result


def attained(organisation, activity):
    """Output of activities scaled down to the supplies, by the definitions alone."""
    bundles, supply, nest, _ = organisation.problem
    load = np.max(np.einsum("tm,tmk->k", activity, bundles) / supply)
    alone, made = activity / load, {}
    for part in blocks_of(nest):
        inside = shares_of(part, len(bundles)) > 0
        made[part.block] = alone[inside, part.block].sum()
        alone[inside, part.block] = 0.0
    work = alone.sum(axis=1) - np.einsum("tm,tmj->j", activity / load, nest.induced)

    def output(nest):
        shares = np.asarray(nest.shares)
        inputs = [output(m) if isinstance(m, Nest) else work[m] for m in nest.members]
        flat = Nest(nest.elasticity, shares, list(range(len(shares))))
        with np.errstate(over="ignore"):
            members = np.exp(log_output(flat, log(np.maximum(inputs, 0.0))))
        return members + made.get(nest.block, 0.0)

    return float(output(nest))
