"""`allocate`: from the caller's arrays to the best allocation, in tiles of bounded memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.allocation.active_set import NO_PART, NO_PRICE, TRACE, Regime, begin_from, certify
from taskmodel.allocation.degenerate import (
    UNIQUE,
    ZERO_SHARE,
    elasticity_range,
    fair_splits,
    flat_prices,
    flat_splits,
)
from taskmodel.allocation.inputs import Organisations, checked, flat
from taskmodel.allocation.presolve import Presolved, Problem
from taskmodel.allocation.solution import Allocation, Status
from taskmodel.allocation.solve import EXACT_GAP, MAX_GAP, solve
from taskmodel.errors import SolveError
from taskmodel.numerics.types import Array
from taskmodel.science.production import Nest, Tree, node_log_output

LARGEST = np.log(np.finfo(float).max)
TIE = 5e-12  # relative: modes whose costs differ by less are tied


def allocate(
    bundles: ArrayLike,
    supply: ArrayLike,
    nest: Nest,
    available: ArrayLike | None = None,
    *,
    throw: bool = True,
    start: Allocation | None = None,
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
    start : Allocation, optional
        Answers to begin with, such as those of neighbours on a path, with the same leading dimensions as the result.
        The answer is the same without, only slower.

    Returns
    -------
    Allocation
        Leading dimensions are those of the arguments, broadcast against one another.

    Raises
    ------
    InputError
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
    organisations = checked(bundles, supply, nest, available)
    first, again = organisations.distinct()
    began = None if start is None else (flat(start.activity, 2), flat(start.factor_elasticity, 1))
    tiles = [
        _allocate_tile(
            organisations[first[part]], began and (began[0][first[part]], began[1][first[part]])
        )
        for part in organisations.tiles(len(first))
    ]
    joined = {
        name: np.concatenate([getattr(tile, name) for tile in tiles])[again]
        for name in vars(tiles[0])
    }

    shape, failed = organisations.shape, joined["status"] == Status.FAILED
    if throw and failed.any():
        where = np.flatnonzero(failed)
        place = (
            ""
            if not shape
            else f" at {len(where)} of {len(failed)} points, the first at index {tuple(map(int, np.unravel_index(where[0], shape)))}"
        )
        raise SolveError(
            f"no allocation with a duality gap below {MAX_GAP:g} was found{place}; {Status.FAILED.advice}"
        )
    result: dict[str, Any] = {
        name: part.reshape((*shape, *part.shape[1:])) for name, part in joined.items()
    }
    if not shape:
        result["status"] = Status(str(result["status"][()]))
    return Allocation(**result)


def prepare(
    bundles: ArrayLike, supply: ArrayLike, nest: Nest, available: ArrayLike | None = None
) -> Presolved:
    """Check arguments of `allocate` and settle what needs no prices; for benchmarks and for a closer look at a problem."""
    return checked(bundles, supply, nest, available).presolved()


def _allocate_tile(organisations: Organisations, began: tuple[Array, Array] | None) -> Allocation:
    """Solve some points; modes that are open nowhere are left out of the work."""
    modes = organisations.bundle.shape[2]
    used = np.flatnonzero(organisations.available.any(axis=(0, 1)))
    if len(used) in (0, modes):
        return _allocate_modes(organisations, began)
    part = replace(
        organisations,
        bundle=organisations.bundle[:, :, used],
        available=organisations.available[:, :, used],
    )
    result = _allocate_modes(part, began and (began[0][:, :, used], began[1]))
    return replace(
        result,
        activity=_widened(result.activity, used, modes),
        usable=_widened(result.usable, used, modes),
    )


def _widened(part: NDArray[Any], used: NDArray[np.intp], modes: int) -> NDArray[Any]:
    """An array over some modes as one over all."""
    whole = np.zeros((*part.shape[:-1], modes), dtype=part.dtype)
    whole[..., used] = part
    return whole


def _allocate_modes(organisations: Organisations, began: tuple[Array, Array] | None) -> Allocation:
    bundle, supply, tree = organisations.bundle, organisations.supply, organisations.tree
    points, tasks, modes, factors = bundle.shape
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
    )
    rows = np.flatnonzero(~(ready.free | ready.impossible))
    node_output = np.full((points, tree.nodes), np.nan)
    if len(rows):
        problem = ready.problem[rows]
        start = None if began is None else begin_from(problem, *(part[rows] for part in began))
        node_output[rows] = _fill(result, rows, problem, bundle[rows], supply[rows], start)
    for point in np.flatnonzero(ready.free_node.any(axis=1) & ~ready.impossible):
        share, elasticity = (
            part[point % len(part)] for part in (organisations.share, organisations.elasticity)
        )
        _fill_free(result, tree, share, elasticity, ready, int(point), node_output[point])
    return result


def _fill(
    result: Allocation,
    rows: NDArray[np.intp],
    problem: Problem,
    bundle: Array,
    supply: Array,
    start: Regime | None,
) -> Array:
    """Write solved points into the result; returns what every node makes, shape (point, node)."""
    assert isinstance(result.status, np.ndarray)  # a batch
    regime, log_output, gap = solve(problem, start)
    found = (gap < MAX_GAP) & (log_output < LARGEST)  # what has a limit must not be told as inf
    log_output = np.where(found, log_output, 0.0)
    cost = problem.cost(regime.price)
    # a factor that no active mode's cost depends on has no price: its own has run down to rounding
    paid = problem.bundle * regime.price[:, None, None, :]
    costly = regime.active & (cost > 0)
    part = np.divide(paid, cost[..., None], out=np.zeros_like(paid), where=costly[..., None]).max(
        axis=(1, 2)
    )
    regime.priced &= part > NO_PART
    regime.price = np.where(~regime.priced & problem.scarce, TRACE, regime.price)
    price = np.where(regime.price > NO_PRICE, regime.price, 0.0)
    price = price / np.where(found, price.sum(axis=1), 1.0)[:, None]
    low_high = np.stack([price, price], axis=-1)
    mode_share = np.maximum(regime.mode_share, 0.0)
    usable = problem.open & (mode_share > ZERO_SHARE)
    # modes that cost the same without being needed may carry activity too
    tied = (
        problem.open
        & (cost <= np.maximum(regime.leaf_cost[..., None] * (1 + TIE), NO_PRICE))
        & found[:, None, None]
    )
    added = tied & ~regime.active
    more = np.any(added, axis=(1, 2))
    regime.active |= tied
    more[found] |= flat_splits(problem[found], regime.take(found))
    more = np.flatnonzero(more)
    if len(more):
        part, fair = problem[more], regime.take(more)
        fair.mode_share, can_carry = fair_splits(part, fair, added[more])
        as_good = certify(part, fair)[1] < np.maximum(gap[more], EXACT_GAP)
        mode_share[more[as_good]], usable[more] = fair.mode_share[as_good], can_carry
    for point in np.flatnonzero(found)[flat_prices(problem[found], regime.take(found))]:
        price[point], low_high[point] = elasticity_range(problem, regime, point)
    kink = np.any(low_high[..., 1] - low_high[..., 0] > UNIQUE, axis=1)

    activity = np.where(problem.dead, 0.0, regime.weight / regime.leaf_cost)[..., None] * mode_share
    most_used = np.einsum("plm,plmk->pk", activity, problem.bundle).max(axis=1)
    activity = activity / np.where(found, most_used, 1.0)[:, None, None]
    twins = np.maximum((problem.stand_in[:, :, None, :] == problem.mode[..., None]).sum(axis=-1), 1)
    for source, target in ((activity / twins, result.activity), (usable, result.usable)):
        whole = np.zeros((*source.shape[:2], target.shape[-1]), dtype=target.dtype)
        np.put_along_axis(whole, problem.mode, source, axis=-1)
        acting = problem.stand_in
        whole = np.where(
            acting >= 0,
            np.take_along_axis(whole, np.maximum(acting, 0), axis=-1),
            target.dtype.type(0),
        )
        if len(set(problem.tree.task.tolist())) == whole.shape[1]:
            target[rows[:, None], problem.tree.task] = whole
        else:  # a task used twice is the sum of its copies
            for leaf, task in enumerate(problem.tree.task):
                target[rows, task] += whole[:, leaf]

    scarce = (supply > 0) & np.isfinite(supply)
    output = np.exp(log_output)
    result.output[rows], result.gap[rows] = output, gap
    result.priced[rows] = price > 0.0
    result.factor_use[rows] = np.einsum("ptm,ptmk->pk", result.activity[rows], bundle)
    result.shadow_price[rows] = np.where(
        scarce, price * output[:, None] / np.where(scarce, supply, 1.0), 0.0
    )
    result.factor_elasticity[rows], result.factor_elasticity_range[rows] = price, low_high
    result.status[rows] = np.where(kink, Status.KINK, Status.OPTIMAL)
    lost = rows[~found]
    result.status[lost] = Status.FAILED
    for name, part in vars(result).items():
        if name not in ("status", "usable", "priced"):
            part[lost] = np.nan
    # a leaf that drops out makes nothing, and its log is -inf; points without an answer have none here either
    with np.errstate(divide="ignore", over="ignore"):
        return np.exp(
            node_log_output(
                problem.tree, np.log(activity.sum(axis=-1)), problem.share, problem.elasticity
            )
        )


def _fill_free(
    result: Allocation,
    tree: Tree,
    share: Array,
    elasticity: Array,
    ready: Presolved,
    point: int,
    node_output: Array,
) -> None:
    """Activities of tasks that need nothing scarce: what their nest needs of them, or without limit."""
    assert isinstance(result.status, np.ndarray)  # a batch
    free = ready.free_node[point]
    children = {
        int(nest): level.children[level.nest_of_child == place]
        for level in tree.levels
        for place, nest in enumerate(level.nests)
    }
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
            with np.errstate(
                over="ignore"
            ):  # beyond the largest number it is as good as without limit
                amount = amount * part.sum() ** (-1 / (1 - 1 / elasticity[node]))
        for member, s in zip(idle, part, strict=True):
            give(int(member), s * amount)

    if free[tree.root]:
        give(tree.root, np.inf)
        return
    alive = np.ones(tree.nodes, dtype=bool)
    for level in reversed(tree.levels):
        alive[level.children] = (alive & ~free)[level.nests][level.nest_of_child] & (
            share[level.children] > 0
        )
    for nest in (nest for nest in children if alive[nest] and not free[nest]):
        for member in children[nest][free[children[nest]] & alive[children[nest]]]:
            supremum |= elasticity[nest] > 0
            give(
                int(member), share[member] * node_output[nest] if elasticity[nest] == 0 else np.inf
            )
    if supremum and result.status[point] != Status.FAILED:
        result.status[point] = Status.SUPREMUM
