"""Independent optima of random organisations: linear programs by HiGHS, conic ones by Clarabel."""

import warnings

import cvxpy as cp
import numpy as np
from organisations import least_cost_work, log, log_output, task_cost

from taskmodel.allocation import Nest


def alone(organisation):
    """Output of each mode if it had all supplies to itself, shape (task, mode); 0 where closed."""
    with np.errstate(divide="ignore"):
        most = np.min(organisation.supply / organisation.bundles, axis=-1)
    return np.where(organisation.available, most, 0.0)


def program(organisation, output, constraints, task_output, mode_output):
    """Maximises `output` with mode m of task i at `mode_output` times its share of `alone`."""
    amount = alone(organisation)
    opened = amount > 0
    share = cp.Variable(int(opened.sum()), nonneg=True)
    tasks, _ = np.nonzero(opened)
    makes = np.zeros((len(amount), tasks.size))
    makes[tasks, np.arange(tasks.size)] = amount[opened]
    uses = (organisation.bundles / organisation.supply)[opened] * amount[opened][:, None]
    made = (makes / mode_output[:, None]) @ share
    return cp.Problem(
        cp.Maximize(output), [*constraints, uses.T @ share <= 1, made >= task_output]
    ), share


def solve(problem, solver, **settings):
    """What the solver says of its answer."""
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "Solution may be inaccurate", UserWarning
        )  # the status says so, and only optimal ones count
        try:
            problem.solve(solver=solver, **settings)
        except cp.SolverError:
            return cp.SOLVER_ERROR
    return problem.status


def leontief_requirements(nest, tasks):
    """Work in each task per unit of output when every elasticity is 0."""
    needs = np.zeros(tasks)
    for share, member in zip(nest.shares, nest.members, strict=True):
        if isinstance(member, Nest):
            needs += share * leontief_requirements(member, tasks)
        else:
            needs[member] += share
    return needs


def linear_program(organisation):
    """Best output with Leontief nests by HiGHS, or None; solved again in units near 1."""
    needs = leontief_requirements(organisation.nest, len(organisation.bundles))
    unit = np.min(alone(organisation).max(axis=1) / needs) / len(needs)
    for _ in range(2):
        level = cp.Variable()
        problem, _ = program(organisation, level, [], level * np.ones(len(needs)), needs * unit)
        if (
            solve(
                problem,
                cp.HIGHS,
                primal_feasibility_tolerance=1e-10,
                dual_feasibility_tolerance=1e-10,
            )
            != cp.OPTIMAL
        ):
            return None
        unit *= level.value
    return float(unit)


def conic_nest(nest, reference, level, leaves, constraints, blocks=None):
    r"""Constrains a nest's `level` to the product of its members, relative to a reference point.

    With theta the members' cost shares, level^rho <= sum theta member^rho is a cone per member:

        sigma < 1:  w^sigma member^(1-sigma) >= level  and  sum theta w <= level
        sigma > 1:  member^rho level^(1-rho) >= w      and  sum theta w >= level

    At 1 it is an exponential cone, w <= level log(member/level) and sum theta w >= 0; at 0 every
    member relative to its need is >= level. The output of a nest's block, of which `blocks` gives
    the amount in units of the reference, adds to that of its members.
    """
    shares = np.asarray(nest.shares)
    logs = np.array(
        [log_output(m, reference) if isinstance(m, Nest) else reference[m] for m in nest.members]
    )
    total = log_output(nest, reference)
    if nest.block is not None:
        inside = cp.Variable(nonneg=True)
        constraints.append(level <= inside + blocks(nest.block, total))
        level = inside
    member = cp.Variable(len(shares), nonneg=True)
    for position, part in enumerate(nest.members):
        if isinstance(part, Nest):
            conic_nest(part, reference, member[position], leaves, constraints, blocks)
        else:
            leaves[part] = member[position]
    sigma, rho = nest.elasticity, 1 - 1 / nest.elasticity if nest.elasticity else None
    if sigma == 0:
        constraints.append(member >= level * np.exp(total + np.log(shares) - logs))
        return
    theta = shares if sigma == 1 else np.exp((1 - rho) * np.log(shares) + rho * (logs - total))
    w, same = cp.Variable(len(shares)), level * np.ones(len(shares))
    if sigma < 1:
        constraints += [
            cp.PowCone3D(w, member, same, np.full(len(shares), sigma)),
            theta @ w <= level,
        ]
    elif sigma > 1:
        constraints += [
            cp.PowCone3D(member, same, w, np.full(len(shares), rho)),
            theta @ w >= level,
        ]
    else:
        constraints += [cp.ExpCone(w, same, member), theta @ w >= 0]


def conic_program(organisation):
    """Best output by Clarabel, or None; solved around its own answer until that is stable."""
    cost = task_cost(organisation.bundles, 1 / organisation.supply, organisation.available)
    reference = log(least_cost_work(organisation.nest, cost))
    for _ in range(5):
        level, leaves, constraints = cp.Variable(), {}, []
        conic_nest(organisation.nest, reference, level, leaves, constraints)
        members = cp.hstack([leaves[task] for task in range(len(reference))])
        problem, share = program(organisation, level, constraints, members, np.exp(reference))
        status = solve(problem, cp.CLARABEL)
        if status not in (cp.OPTIMAL, cp.OPTIMAL_INACCURATE):
            return None
        if status == cp.OPTIMAL and abs(level.value - 1) < 1e-7:
            return float(np.exp(log_output(organisation.nest, reference)) * level.value)
        reference = reference + np.log(np.maximum(members.value, 1e-6))
    return None
