"""`allocate`: from the caller's arrays to the optimal allocation, in tiles of bounded memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.allocation.active_set import ActiveSet, active_set_of, at_regimes
from taskmodel.allocation.batch import concatenated
from taskmodel.allocation.blocks import activity_of_rows, by_joint_modes, rows_of_activity
from taskmodel.allocation.free_tasks import fill_free
from taskmodel.allocation.inputs import Organisations, check_inputs, flattened
from taskmodel.allocation.mode_splits import fair_splits
from taskmodel.allocation.neighbours import optima_by_neighbours
from taskmodel.allocation.presolve import Problem, at_all_modes
from taskmodel.allocation.price_ranges import elasticity_range
from taskmodel.allocation.solution import Allocation, Status, certified_algebra
from taskmodel.allocation.solver import outputs_of
from taskmodel.allocation.uniqueness_kernels import FAIR, PRICES_OPEN, SPLITS_OPEN
from taskmodel.errors import SolveError
from taskmodel.numerics.accuracy import EXACT_GAP, MAX_GAP, NO_PRICE, TIE, TRACE, UNIQUE
from taskmodel.numerics.types import Array, Mask
from taskmodel.science.production import Nest, node_costs, node_outputs

LARGEST_LOG = np.log(np.finfo(float).max)
LOG_NOTHING = -1e9  # a cost far below any that a price of TRACE could give
Start = tuple[Array, Array]  # activities (point, task, mode) and elasticities (point, factor)


def allocate(
    bundles: ArrayLike,
    supply: ArrayLike,
    nest: Nest,
    available: ArrayLike | None = None,
    *,
    throw: bool = True,
    start: Allocation | None = None,
) -> Allocation:
    """Allocates factors to tasks and modes so that research output is greatest.

    Parameters
    ----------
    bundles : array, shape (..., task, mode, factor)
        Factor use per unit of a task in a mode [unit of factor per unit of task]; finite, >= 0.
    supply : array, shape (..., factor)
        Factors available per year; >= 0. inf: not scarce. 0: modes that use it are closed.
    nest : Nest
        Production of output from tasks. Its elasticities and shares may carry the same leading
        dimensions.
    available : array of bool, shape (task, mode) or (..., task, mode), optional
        Which modes may be used. Default: all.
    throw : bool
        Raise `SolveError` if a point cannot be certified; otherwise its status is ``failed`` and
        its numbers are NaN.
    start : Allocation, optional
        Initial answers, such as those of neighbours on a path, with the same leading dimensions as
        the result. They affect the speed, not the result.

    Returns
    -------
    Allocation
        Leading dimensions are those of the arguments, broadcast against one another.

    Raises
    ------
    InputError
        If shapes do not fit, an entry is negative, NaN or (in bundles) infinite, or the nest names
        a task that does not exist or leaves one out.
    SolveError
        If no answer has a duality gap below 1e-9 and ``throw`` is true.

    References
    ----------
    Dual of a linear activity model under nested CES: Shephard (1953), *Cost and Production
    Functions*; the design's ``model.md``, section 1.2.

    Examples
    --------
    Two tasks of equal share that complement each other. People do both; AI does the second with a
    hundredth of an hour of review per unit, and its compute is not scarce: output nearly doubles.

    >>> bundles = [[[1.0], [0.0]], [[1.0], [0.01]]]
    >>> nest = Nest(0.0, [0.5, 0.5], [0, 1])
    >>> a = allocate(bundles, [1800.0], nest, available=[[True, False], [True, True]])
    >>> round(float(a.output / 1800), 4)
    1.9802
    """
    organisations = check_inputs(bundles, supply, nest, available)
    # equal points are solved once
    first, group = organisations.distinct()
    tiles = []
    for tile in organisations.tiles(len(first)):
        rows = first[tile]
        begin = None
        if start is not None:
            begin = (
                rows_of_activity(
                    organisations.tree,
                    flattened(start.activity, 2)[rows],
                    flattened(start.members, 1)[rows],
                ),
                flattened(start.factor_elasticity, 1)[rows],
            )
        with certified_algebra():
            every = len(rows) == len(group)
            tiles.append(_allocate_tile(organisations if every else organisations[rows], begin))
    joined = concatenated(tiles)
    if len(first) < len(group):
        joined = {name: values[group] for name, values in joined.items()}
    tree, modes = organisations.tree, np.shape(bundles)[-2]
    if tree.block:
        usable = by_joint_modes(tree, joined["usable"], modes, idle=False)
        activity, members = activity_of_rows(tree, joined["activity"], modes)
        joined |= {"usable": usable, "activity": activity, "members": members}

    shape, failed = organisations.shape, joined["status"] == Status.FAILED
    if throw and failed.any():
        points = np.flatnonzero(failed)
        index = tuple(map(int, np.unravel_index(points[0], shape)))
        where = f" at {len(points)} of {len(failed)} points, the first at index {index}"
        raise SolveError(
            f"no allocation with a duality gap below {MAX_GAP:g} was found"
            f"{where if shape else ''}; {Status.FAILED.advice}"
        )
    result: dict[str, Any] = {
        name: values.reshape((*shape, *values.shape[1:])) for name, values in joined.items()
    }
    if not shape:
        result["status"] = Status(str(result["status"][()]))
    return Allocation(**result)


def greatest_output(
    bundles: ArrayLike, supply: ArrayLike, nest: Nest, available: ArrayLike | None = None
) -> Array:
    """Output of the optimal allocation, without the allocation.

    Parameters and errors are those of `allocate`. The points are solved one from the other in a
    compiled loop, in order: neighbours should be alike. A family of relaxed problems along an axis
    is one call, such as output with all review hours free:
    ``greatest_output(organisation.without_review().bundles(compute), supply, nest, modes)``.

    Returns
    -------
    array, shape (...)
        NaN where no answer can be certified.
    """
    every = check_inputs(bundles, supply, nest, available)
    first, run = every.outputs_alike()
    given = every if len(first) == len(run) else every[first]
    if given.tree.linked:
        parts = [_log_outputs(given[rows]) for rows in given.tiles()]
        log_output, gap = (np.concatenate(values) for values in zip(*parts, strict=True))
    else:
        log_output, gap = outputs_of(
            given.tree, given.share, given.elasticity, given.bundle, given.supply, given.available
        )
    known = _certified(log_output, gap) | (log_output == np.inf) & (gap == 0.0)
    output = np.where(known, np.exp(np.where(known, log_output, 0.0)), np.nan)
    return np.asarray(output[run].reshape(every.shape))


def _log_outputs(organisations: Organisations) -> tuple[Array, Array]:
    """Log output and duality gap of some points, as `solver.outputs_of`."""
    ready = organisations.presolved()
    log_output, gap = np.where(ready.free, np.inf, -np.inf), np.zeros(len(ready.free))
    rows = np.flatnonzero(~(ready.free | ready.impossible))
    if len(rows):
        _, _, log_output[rows], gap[rows] = optima_by_neighbours(ready.problem[rows])
    return log_output, gap


def _certified(log_output: Array, gap: Array) -> Mask:
    """Whether outputs are certified; a finite one beyond the largest float is not."""
    return (np.abs(gap) < MAX_GAP) & (log_output < LARGEST_LOG)


def _allocate_tile(organisations: Organisations, start: Start | None) -> Allocation:
    """Solves some points without the modes that are open nowhere."""
    modes = organisations.bundle.shape[2]
    used = np.flatnonzero(organisations.available.any(axis=(0, 1)))
    if len(used) in (0, modes):
        return _allocate_modes(organisations, start)
    reduced = organisations.with_modes(used)
    result = _allocate_modes(reduced, start and (start[0][:, :, used], start[1]))

    def widened(values: NDArray[Any]) -> NDArray[Any]:
        full = np.zeros((*values.shape[:-1], modes), dtype=values.dtype)
        full[..., used] = values
        return full

    return replace(result, activity=widened(result.activity), usable=widened(result.usable))


def _allocate_modes(organisations: Organisations, start: Start | None) -> Allocation:
    points, tasks, modes, factors = organisations.bundle.shape
    ready = organisations.presolved()
    result = Allocation(
        output=np.where(ready.free, np.inf, 0.0),
        shadow_price=np.full((points, factors), np.nan),
        factor_elasticity=np.full((points, factors), np.nan),
        factor_elasticity_range=np.full((points, factors, 2), np.nan),
        activity=np.zeros((points, tasks, modes)),
        usable=np.zeros((points, tasks, modes), dtype=bool),
        priced=np.zeros((points, factors), dtype=bool),
        factor_use=np.zeros((points, factors)),
        gap=np.zeros(points),
        status=np.where(ready.free, Status.UNBOUNDED, Status.ZERO).astype("<U9"),
        members=np.zeros((points, 0)),
    )
    rows = np.flatnonzero(~(ready.free | ready.impossible))
    node_output = np.full((points, organisations.tree.nodes), np.nan)
    if len(rows):
        every = len(rows) == points
        problem = ready.problem if every else ready.problem[rows]
        begin = start and active_set_of(problem, start[0][rows], start[1][rows])
        of_rows = organisations if every else organisations[rows]
        solved, node_output[rows] = _solved(problem, of_rows, begin)
        something = solved.output != 0
        result.put(rows[something], solved.take(something))
    for point in np.flatnonzero(ready.free_node.any(axis=1) & (result.output != 0)):
        fill_free(result, organisations, ready, int(point), node_output[point])
    return result


def _solved(
    problem: Problem, organisations: Organisations, start: ActiveSet | None
) -> tuple[Allocation, Array]:
    """The optimum of points with something scarce, and the output of every node (point, node)."""
    supply = organisations.supply
    regime, code, log_output, gap = optima_by_neighbours(problem, start)
    certified = _certified(log_output, gap)
    log_output = np.where(certified, log_output, 0.0)
    price, ends = _prices(problem, regime, certified, code == PRICES_OPEN)
    kink = np.any(ends[..., 1] - ends[..., 0] > UNIQUE, axis=1)
    mode_share, usable = np.maximum(regime.mode_share, 0.0), regime.active.copy()
    if problem.tree.linked:
        rows = np.flatnonzero(certified & (code == SPLITS_OPEN))
        if len(rows):
            usable[rows] |= _tied(problem[rows], regime.take(rows))
    else:
        # identical modes are one in the compiled search, and share their work
        several = (code == FAIR) & (problem.copies > 1).any(axis=(1, 2))
        rows = np.flatnonzero(certified & ((code > FAIR) | several))
        if len(rows):
            splits = fair_splits(problem[rows], regime.take(rows), gap[rows])
            mode_share[rows], usable[rows], gap[rows] = splits
    activity = problem.activity(regime.weight, regime.leaf_cost, mode_share)
    # scaled down to feasibility: the reported plan never uses more than there is
    most_used = problem.factor_use(activity).max(axis=1)
    activity = activity / np.where(certified, most_used, 1.0)[:, None, None]
    tasks, modes = organisations.bundle.shape[1:3]
    work = at_all_modes(problem, activity / problem.copies, tasks, modes)
    scarce = (supply > 0) & np.isfinite(supply) & certified[:, None]  # or prices may overflow
    output = np.exp(log_output)
    shadow_price = price * output[:, None] / np.where(scarce, supply, 1.0)
    result = Allocation(
        output=output,
        shadow_price=np.where(scarce, shadow_price, 0.0),
        factor_elasticity=price,
        factor_elasticity_range=ends,
        activity=work,
        usable=at_all_modes(problem, usable, tasks, modes),
        priced=price > NO_PRICE,
        factor_use=np.einsum("ptm,ptmk->pk", work, organisations.bundle),
        gap=gap,
        status=np.where(kink, Status.KINK, Status.OPTIMAL).astype("<U9"),
        members=np.zeros((len(work), 0)),
    )
    failed = ~certified
    for values in vars(result).values():
        if values.dtype == float:
            values[failed] = np.nan
    np.asarray(result.status)[failed] = Status.FAILED  # of a batch, an array
    # a leaf that drops out makes nothing, and its log is -inf
    with np.errstate(divide="ignore", over="ignore"):
        log_work = np.log(problem.net_work(activity))
        nodes = node_outputs(problem.tree, log_work, problem.share, problem.elasticity)
        return result, np.exp(nodes)


def _tied(problem: Problem, regime: ActiveSet) -> Mask:
    """Open modes of linked tasks that cost no more than their task, shape (point, leaf, mode)."""
    cost = at_regimes(problem, regime).cost(regime.price)
    needed = regime.active.any(axis=-1, keepdims=True)
    least = regime.leaf_cost[..., None] * (1 + TIE)
    return np.asarray(problem.open & needed & (cost <= np.maximum(least, NO_PRICE)))


def _prices(
    problem: Problem, regime: ActiveSet, certified: Mask, ambiguous: Mask
) -> tuple[Array, Array]:
    """Prices that sum to one, shape (point, factor), and their ranges, (point, factor, 2)."""
    kept = (regime.price > NO_PRICE) | _without_limit(problem, regime)[:, None]
    price = np.where(kept, regime.price, 0.0)
    price = price / np.where(certified, price.sum(axis=1), 1.0)[:, None]
    ends = np.stack([price, price], axis=-1)
    for point in np.flatnonzero(certified & ambiguous).tolist():
        price[point], ends[point] = elasticity_range(problem, regime, point)
        price[point] = np.where(kept[point], np.maximum(price[point], TRACE), price[point])
    return price, ends


def _without_limit(problem: Problem, regime: ActiveSet) -> Mask:
    """Whether output would cost less at prices of zero than at those of `TRACE`, shape (point,).

    Among substitutes a task may be idle at a price of 1e-100, and without any be done without
    limit. That price is reported then, and not zero.
    """
    limitless = np.zeros(len(problem), dtype=bool)
    if problem.tree.linked:
        return limitless
    without = problem.cost(np.where(regime.price > NO_PRICE, regime.price, 0.0))
    free = ~problem.dead & (problem.open & (without <= 0.0)).any(axis=2)
    rows = np.flatnonzero(free.any(axis=1))
    if len(rows):
        part, log_cost = problem[rows], np.log(regime.leaf_cost[rows])
        given, nothing = (
            node_costs(part.tree, values, part.share, part.elasticity)[0][:, part.tree.root]
            for values in (log_cost, np.where(free[rows], LOG_NOTHING, log_cost))
        )
        limitless[rows] = given - nothing > EXACT_GAP
    return limitless
