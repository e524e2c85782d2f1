"""`allocate`: from the caller's arrays to the best allocation, in tiles of bounded memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from taskmodel.allocation.active_set import TRACE, Regime
from taskmodel.allocation.degenerate import ZERO_SHARE, elasticity_range, fair_split, flat_prices, flat_splits
from taskmodel.allocation.presolve import Presolved, Problem, presolve
from taskmodel.allocation.solution import Allocation, SolveError, Status
from taskmodel.allocation.solve import MAX_GAP, solve
from taskmodel.production import Array, Nest, Tree, node_log_output

TILE = 2_000_000  # bundle entries handled at once
KINK = 1e-7  # elasticities that differ by more than this over the optimal prices make a kink
NO_PRICE = TRACE * 1e20  # prices below this stand for zero


def allocate(
    bundles: ArrayLike,
    supply: ArrayLike,
    nest: Nest,
    available: ArrayLike | None = None,
    *,
    throw: bool = True,
) -> Allocation:
    """Allocate factors to tasks and modes so that research output is greatest.

    Parameters
    ----------
    bundles : array, shape (..., task, mode, factor)
        Factor use per unit of a task in a mode [unit of factor per unit of task]; finite, >= 0.
    supply : array, shape (..., factor)
        Factors available per year; >= 0. inf: not scarce. 0: modes that use it are closed.
    nest : Nest
        How tasks make output. Its elasticities and shares may carry the same leading dimensions.
    available : array of bool, shape (task, mode) or (..., task, mode), optional
        Which modes may be used. Default: all.
    throw : bool
        Raise `SolveError` if a point cannot be certified; otherwise its status is ``failed`` and its numbers are NaN.

    Returns
    -------
    Allocation
        Leading dimensions are those of the arguments, broadcast against one another.

    Raises
    ------
    ValueError
        If shapes do not fit, an entry is negative, NaN or (in bundles) infinite, or the nest names a task that is not there
        or leaves one out.
    SolveError
        If no answer has a duality gap below 1e-9 and ``throw`` is true.

    References
    ----------
    Dual of a linear activity model under nested CES: Shephard (1953), *Cost and Production Functions*; the design's
    ``model.md``, section 1.2.

    Examples
    --------
    Two tasks of equal share that complement each other. People do both; AI does the second with a hundredth of an
    hour of review per unit, and its compute is not scarce: output doubles, nearly.

    >>> bundles = [[[1.0], [np.inf]], [[1.0], [0.01]]]
    >>> bundles = np.where(np.isinf(bundles), 0.0, bundles)
    >>> a = allocate(bundles, [1800.0], Nest(0.0, [0.5, 0.5], [0, 1]), available=[[True, False], [True, True]])
    >>> round(float(a.output / 1800), 4)
    1.9802
    """
    bundles, supply, available, tree, shape = _checked(bundles, supply, nest, available)
    points = int(np.prod(shape, dtype=int))
    tasks, modes, factors = bundles.shape[-3:]
    bundles = np.broadcast_to(bundles, (*shape, tasks, modes, factors)).reshape(points, tasks, modes, factors)
    supply = np.broadcast_to(supply, (*shape, factors)).reshape(points, factors)
    available = np.broadcast_to(available, (*shape, tasks, modes)).reshape(points, tasks, modes)
    share, elasticity = (
        (np.broadcast_to(part, (*shape, tree.nodes)).reshape(points, tree.nodes) if part.ndim > 1 else part[None]) for part in (tree.share, tree.elasticity)
    )

    step = max(1, TILE // max(1, len(tree.task) * modes * factors))
    tiles = []
    for first in range(0, points, step):
        rows = slice(first, first + step)
        values = (part if len(part) == 1 else part[rows] for part in (share, elasticity))
        tiles.append(_allocate_tile(tree, *values, bundles[rows], supply[rows], available[rows]))
    joined = {name: np.concatenate([getattr(tile, name) for tile in tiles]) for name in vars(tiles[0])}

    failed = joined["status"] == Status.FAILED
    if throw and failed.any():
        where = np.flatnonzero(failed)
        place = "" if not shape else f" at {len(where)} of {points} points, the first at index {tuple(map(int, np.unravel_index(where[0], shape)))}"
        raise SolveError(f"no allocation with a duality gap below {MAX_GAP:g} was found{place}; {Status.FAILED.advice}")
    result = {name: part.reshape((*shape, *part.shape[1:])) for name, part in joined.items()}
    if not shape:
        result["status"] = Status(str(result["status"][()]))
    return Allocation(**result)


def _checked(bundles, supply, nest, available):
    bundles, supply = np.asarray(bundles, dtype=float), np.asarray(supply, dtype=float)
    if bundles.ndim < 3:
        raise ValueError(f"bundles need the dimensions (..., task, mode, factor); found shape {bundles.shape}")
    tasks, modes, factors = bundles.shape[-3:]
    if supply.ndim < 1 or supply.shape[-1] != factors:
        raise ValueError(f"supply needs the dimensions (..., factor) with {factors} factors, as in bundles; found shape {supply.shape}")
    available = np.ones((tasks, modes), dtype=bool) if available is None else np.asarray(available)
    if available.dtype != bool:
        raise ValueError(f"available must be an array of bool; found {available.dtype}")
    if available.ndim < 2 or available.shape[-2:] != (tasks, modes):
        raise ValueError(f"available needs the dimensions (..., task, mode) = (..., {tasks}, {modes}); found shape {available.shape}")
    bad = ~(np.isfinite(bundles) & (bundles >= 0))
    if bad.any():
        place = tuple(map(int, np.argwhere(bad)[0]))
        raise ValueError(f"bundles must be finite and >= 0; found {bundles[place]} at index {place}; close a mode through available instead")
    bad = ~(supply >= 0)
    if bad.any():
        place = tuple(map(int, np.argwhere(bad)[0]))
        raise ValueError(f"supply must be >= 0 (inf: not scarce); found {supply[place]} at index {place}")
    if not isinstance(nest, Nest):
        raise ValueError(f"nest must be a Nest; found {type(nest).__name__}")
    tree = Tree(nest)
    outside = sorted({int(task) for task in tree.task if not 0 <= task < tasks})
    if outside:
        raise ValueError(f"the nest names tasks {outside}, but bundles have tasks 0 to {tasks - 1}")
    missing = sorted(set(range(tasks)) - set(tree.task.tolist()))
    if missing:
        raise ValueError(f"the nest leaves out tasks {missing}: every task of the bundles must be a member of a nest")
    try:
        shape = np.broadcast_shapes(bundles.shape[:-3], supply.shape[:-1], available.shape[:-2], tree.share.shape[:-1])
    except ValueError:
        raise ValueError(
            f"leading dimensions do not fit: bundles {bundles.shape[:-3]}, supply {supply.shape[:-1]}, "
            f"available {available.shape[:-2]}, nest {tree.share.shape[:-1]}"
        ) from None
    return bundles, supply, available, tree, shape


def _allocate_tile(tree: Tree, share: Array, elasticity: Array, bundle: Array, supply: Array, available: Array) -> Allocation:
    points, tasks, modes, factors = bundle.shape
    ready = presolve(tree, share, elasticity, bundle, supply, available)
    result = Allocation(
        output=np.where(ready.free, np.inf, 0.0),
        shadow_price=np.full((points, factors), np.nan),
        factor_elasticity=np.full((points, factors), np.nan),
        factor_elasticity_range=np.full((points, factors, 2), np.nan),
        activity=np.zeros((points, tasks, modes)),
        usable=np.zeros((points, tasks, modes), dtype=bool),
        factor_use=np.zeros((points, factors)),
        gap=np.zeros(points),
        status=np.where(ready.free, Status.UNBOUNDED, Status.ZERO).astype("<U9"),
    )
    rows = np.flatnonzero(~(ready.free | ready.impossible))
    node_output = np.full((points, tree.nodes), np.nan)
    if len(rows):
        node_output[rows] = _fill(result, rows, ready.problem[rows], bundle[rows], supply[rows])
    for point in np.flatnonzero(ready.free_node.any(axis=1) & ~ready.impossible):
        row = point % len(share)
        _fill_free(result, tree, share[row], elasticity[row], ready, point, node_output[point])
    return result


def _fill(result: Allocation, rows: Array, problem: Problem, bundle: Array, supply: Array) -> Array:
    """Write solved points into the result; returns what every node makes, shape (point, node)."""
    regime, log_output, gap = solve(problem)
    found = gap < MAX_GAP
    price = np.where(regime.price > NO_PRICE, regime.price, 0.0)
    price = price / np.where(found, price.sum(axis=1), 1.0)[:, None]
    low_high = np.stack([price, price], axis=-1)
    mode_share = np.maximum(regime.mode_share, 0.0)
    usable = problem.open & (mode_share > ZERO_SHARE)
    exact = found & regime.solved
    for point in np.flatnonzero(exact)[flat_splits(problem[exact], regime.take(exact))]:
        mode_share[point], usable[point] = fair_split(problem, regime, point)
    for point in np.flatnonzero(exact)[flat_prices(problem[exact], regime.take(exact))]:
        price[point], low_high[point] = elasticity_range(problem, regime, point)
    kink = np.any(low_high[..., 1] - low_high[..., 0] > KINK, axis=1)

    activity = np.where(problem.dead, 0.0, regime.weight / regime.leaf_cost)[..., None] * mode_share
    most_used = np.einsum("plm,plmk->pk", activity, problem.bundle).max(axis=1)
    activity = activity / np.where(found, most_used, 1.0)[:, None, None]
    twins = np.maximum((problem.stand_in[:, :, None, :] == problem.mode[..., None]).sum(axis=-1), 1)
    for leaf, task in enumerate(problem.tree.task):
        for source, target in ((activity / twins, result.activity), (usable, result.usable)):
            full = np.zeros((len(rows), target.shape[-1]), dtype=target.dtype)
            np.put_along_axis(full, problem.mode[:, leaf], source[:, leaf], axis=-1)
            acting = problem.stand_in[:, leaf]
            full = np.where(acting >= 0, np.take_along_axis(full, np.maximum(acting, 0), axis=-1), target.dtype.type(0))
            target[rows, task] += full

    scarce = (supply > 0) & np.isfinite(supply)
    output = np.exp(log_output)
    result.output[rows], result.gap[rows] = output, gap
    result.factor_use[rows] = np.einsum("ptm,ptmk->pk", result.activity[rows], bundle)
    result.shadow_price[rows] = np.where(scarce, price * output[:, None] / np.where(scarce, supply, 1.0), 0.0)
    result.factor_elasticity[rows], result.factor_elasticity_range[rows] = price, low_high
    result.status[rows] = np.where(kink, Status.KINK, Status.OPTIMAL)
    lost = rows[~found]
    result.status[lost] = Status.FAILED
    for name, part in vars(result).items():
        if name not in ("status", "usable"):
            part[lost] = np.nan
    with np.errstate(divide="ignore"):  # a leaf that drops out makes nothing, and its log is -inf
        return np.exp(node_log_output(problem.tree, np.log(activity.sum(axis=-1)), problem.share, problem.elasticity))


def _fill_free(result: Allocation, tree: Tree, share: Array, elasticity: Array, ready: Presolved, point: int, node_output: Array) -> None:
    """Activities of tasks that need nothing scarce: what their nest needs of them, or without limit."""
    free = ready.free_node[point]
    children = {int(nest): level.children[level.nest_of_child == place] for level in tree.levels for place, nest in enumerate(level.nests)}
    supremum = False

    def give(node: int, amount: float) -> None:
        """Let a free node make this much."""
        nonlocal supremum
        if node < tree.leaves:
            modes = np.flatnonzero(ready.free_mode[point, node])
            result.activity[point, tree.task[node], modes] += amount / len(modes)
            result.usable[point, tree.task[node], modes] = True
            return
        members = children[node][(share[children[node]] > 0)]
        idle = members[free[members]]
        part = share[idle]
        if elasticity[node] == 1 and len(idle) < len(members):
            supremum, amount = True, np.inf  # the others shrink to nothing as these grow
        elif elasticity[node] > 1:
            amount = amount * part.sum() ** (-1 / (1 - 1 / elasticity[node]))
        for member, s in zip(idle, part, strict=True):
            give(int(member), s * amount)

    if free[tree.root]:
        give(tree.root, np.inf)
        return
    alive = np.ones(tree.nodes, dtype=bool)
    for level in reversed(tree.levels):
        alive[level.children] = (alive & ~free)[level.nests][level.nest_of_child] & (share[level.children] > 0)
    for nest in (nest for nest in children if alive[nest] and not free[nest]):
        for member in children[nest][free[children[nest]] & alive[children[nest]]]:
            supremum |= elasticity[nest] > 0
            give(int(member), share[member] * node_output[nest] if elasticity[nest] == 0 else np.inf)
    if supremum and result.status[point] != Status.FAILED:
        result.status[point] = Status.SUPREMUM
