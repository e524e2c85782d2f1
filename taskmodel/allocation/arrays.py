"""`allocate`: from the caller's arrays to the best allocation, in tiles of bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.allocation.active_set import NO_PART, NO_PRICE, TRACE, Regime, certify, polish
from taskmodel.allocation.degenerate import UNIQUE, ZERO_SHARE, elasticity_range, fair_splits, flat_prices, flat_splits
from taskmodel.allocation.presolve import Presolved, Problem, presolve
from taskmodel.allocation.solution import Allocation, SolveError, Status
from taskmodel.allocation.solve import EXACT_GAP, MAX_GAP, solve
from taskmodel.production import Array, Nest, Tree, node_log_output

TILE = 2_000_000  # bundle entries handled at once
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
    organisations = _checked(bundles, supply, nest, available)
    first, again = organisations.distinct()
    began = None if start is None else (_flat(start.activity, 2), _flat(start.factor_elasticity, 1))
    tiles = [
        _allocate_tile(organisations[first[part]], began and (began[0][first[part]], began[1][first[part]]))
        for part in organisations.tiles(len(first))
    ]
    joined = {name: np.concatenate([getattr(tile, name) for tile in tiles])[again] for name in vars(tiles[0])}

    shape, failed = organisations.shape, joined["status"] == Status.FAILED
    if throw and failed.any():
        where = np.flatnonzero(failed)
        place = (
            ""
            if not shape
            else f" at {len(where)} of {len(failed)} points, the first at index {tuple(map(int, np.unravel_index(where[0], shape)))}"
        )
        raise SolveError(f"no allocation with a duality gap below {MAX_GAP:g} was found{place}; {Status.FAILED.advice}")
    result: dict[str, Any] = {name: part.reshape((*shape, *part.shape[1:])) for name, part in joined.items()}
    if not shape:
        result["status"] = Status(str(result["status"][()]))
    return Allocation(**result)


def prepare(bundles: ArrayLike, supply: ArrayLike, nest: Nest, available: ArrayLike | None = None) -> Presolved:
    """Check arguments of `allocate` and settle what needs no prices; for benchmarks and for a closer look at a problem."""
    return _checked(bundles, supply, nest, available).presolved()


@dataclass(frozen=True)
class Margins:
    """How far a regime is from its ends, at points along a path; every number is positive within the regime.

    Attributes
    ----------
    excess_cost : array, shape (point, task, mode)
        Log cost of each idle open mode, less that of the task [1]; inf for active and closed modes.
    mode_share : array, shape (point, task, mode)
        Share of the task that each active mode carries [1]; inf for the others.
    spare : array, shape (point, factor)
        Unused part of each factor without a price [1]; inf for the others.
    factor_elasticity : array, shape (point, factor)
        Elasticity of output to each factor [1].
    activity : array, shape (point, task, mode)
        Work done in each mode [unit of the task per year].
    output : array, shape (point,)
        Output per year.
    solved : array of bool, shape (point,)
        The regime's equations have a solution there, whether or not it is the optimum.
    """

    excess_cost: Array
    mode_share: Array
    spare: Array
    factor_elasticity: Array
    activity: Array
    output: Array
    solved: NDArray[np.bool_]


def margins(bundles: ArrayLike, supply: ArrayLike, nest: Nest, available: ArrayLike | None, start: Allocation) -> Margins:
    """Solve a given regime, that of ``start``, at other points: what is active and priced stays so, optimal or not.

    Parameters are as in `allocate`; every task is used once in the nests, and ``start`` has something priced everywhere.
    """
    organisations = _checked(bundles, supply, nest, available)
    began = (_flat(start.activity, 2), _flat(start.factor_elasticity, 1))
    tiles = [_margins_tile(organisations[rows], (began[0][rows], began[1][rows])) for rows in organisations.tiles()]
    return Margins(**{name: np.concatenate([getattr(tile, name) for tile in tiles]) for name in vars(tiles[0])})


def _margins_tile(organisations: _Organisations, began: tuple[Array, Array]) -> Margins:
    ready = organisations.presolved()
    problem = ready.problem
    points, tasks, modes, _ = organisations.bundle.shape
    state = polish(problem, _begin(problem, *began), mends=0)
    converged = np.isfinite(state.price).all(axis=1) & state.converged
    with np.errstate(invalid="ignore", divide="ignore"):
        excess = np.log(problem.cost(state.price) / state.leaf_cost[..., None])
        activity = (state.weight / state.leaf_cost)[..., None] * state.mode_share
        used = np.einsum("plm,plmk->pk", activity, problem.bundle)
    excess = np.where(problem.open & ~state.active, excess, np.inf)
    share = np.where(state.active & problem.open, state.mode_share, np.inf)

    def at_callers_modes(part: Array, blank: float) -> Array:
        full = np.full((points, tasks, modes), blank)
        by_task = np.argsort(problem.tree.task)
        np.put_along_axis(full, problem.mode[:, by_task], np.where(problem.open, part, blank)[:, by_task], axis=-1)
        return full

    return Margins(
        excess_cost=at_callers_modes(excess, np.inf),
        mode_share=at_callers_modes(share, np.inf),
        spare=np.where(problem.scarce & ~state.priced, 1 - used, np.inf),
        factor_elasticity=np.where(state.price > NO_PRICE, state.price, 0.0),
        activity=at_callers_modes(activity, 0.0),
        output=np.exp(-state.log_cost),
        solved=converged,
    )


def _begin(problem: Problem, activity: Array, elasticity: Array) -> Regime:
    """The regime of other answers, as far as its modes are open here; where none is, the cheapest mode."""
    known = np.all(np.isfinite(elasticity), axis=1, keepdims=True) & np.all(np.isfinite(activity), axis=(1, 2))[:, None]
    price = np.where(known, elasticity, 1.0) * problem.scarce
    priced = price > NO_PRICE
    none = ~priced.any(axis=1, keepdims=True)
    priced |= none & problem.scarce
    price = np.where(priced, np.where(none, 1.0, price), np.where(problem.scarce, TRACE, 0.0))
    carried = np.where(known[..., None], activity, 0.0)[:, problem.tree.task]
    carried = np.where(problem.open, np.take_along_axis(carried, problem.mode, axis=-1), 0.0)
    cost = np.where(problem.open, problem.cost(price), np.inf)
    idle = carried.sum(axis=-1, keepdims=True) == 0
    cheapest = problem.open & idle & (cost == cost.min(axis=-1, keepdims=True))
    active = (carried > 0) | cheapest
    share = np.where(idle, cheapest, carried)
    share = share / np.maximum(share.sum(axis=-1, keepdims=True), np.finfo(float).tiny)
    points, leaves = problem.dead.shape
    return Regime(
        active=active,
        priced=priced,
        price=price,
        mode_share=share,
        weight=np.zeros((points, leaves)),
        leaf_cost=np.ones((points, leaves)),
        log_cost=np.zeros(points),
        solved=np.zeros(points, dtype=bool),
        converged=np.zeros(points, dtype=bool),
        guess=np.zeros_like(price),
        guess_used=np.zeros_like(price),
    )


def _flat(part: ArrayLike, inner: int) -> Array:
    """The array with its leading dimensions made one."""
    part = np.asarray(part, dtype=float)
    return part.reshape(-1, *part.shape[part.ndim - inner :])


@dataclass(frozen=True)
class _Organisations:
    """The caller's arrays, checked, broadcast and with one leading dimension."""

    tree: Tree
    share: Array  # (point or 1, node)
    elasticity: Array  # (point or 1, node)
    bundle: Array  # (point, task, mode, factor)
    supply: Array  # (point, factor)
    available: NDArray[np.bool_]  # (point, task, mode)
    shape: tuple[int, ...]

    def distinct(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Points that differ from all earlier ones, and for every point which of those it equals."""
        points = len(self.supply)
        parts = [self.supply, self.available, self.share, self.elasticity]
        # bundles that are the same at every point are one row in memory
        parts += [self.bundle] if self.bundle.strides[0] else []
        keys = [b"".join(part[point].tobytes() for part in parts if len(part) == points) for point in range(points)]
        place: dict[bytes, int] = {}
        again = np.array([place.setdefault(key, len(place)) for key in keys], dtype=np.intp)
        first = np.unique(again, return_index=True)[1]
        return first, again

    def __getitem__(self, rows: NDArray[np.intp]) -> _Organisations:
        share, elasticity = (part if len(part) == 1 else part[rows] for part in (self.share, self.elasticity))
        return _Organisations(self.tree, share, elasticity, self.bundle[rows], self.supply[rows], self.available[rows], self.shape)

    def tiles(self, points: int | None = None) -> list[NDArray[np.intp]]:
        """So many rows (default: all), in parts of bounded memory; one part, though empty, where there is none."""
        _, _, modes, factors = self.bundle.shape
        rows = np.arange(len(self.supply) if points is None else points)
        step = max(1, TILE // max(1, len(self.tree.task) * modes * factors))
        return [rows[begin : begin + step] for begin in range(0, max(1, len(rows)), step)]

    def presolved(self) -> Presolved:
        """What needs no prices."""
        return presolve(self.tree, self.share, self.elasticity, self.bundle, self.supply, self.available)


def _checked(bundles: ArrayLike, supply: ArrayLike, nest: Nest, available: ArrayLike | None) -> _Organisations:
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
        raise ValueError(
            f"bundles must be finite and >= 0; found {bundles[place]} at index {place}; close a mode through available instead"
        )
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
    points = int(np.prod(shape, dtype=int))
    share, elasticity = (
        (np.broadcast_to(part, (*shape, tree.nodes)).reshape(points, tree.nodes) if part.ndim > 1 else part[None])
        for part in (tree.share, tree.elasticity)
    )
    return _Organisations(
        tree,
        share,
        elasticity,
        np.broadcast_to(bundles, (*shape, tasks, modes, factors)).reshape(points, tasks, modes, factors),
        np.broadcast_to(supply, (*shape, factors)).reshape(points, factors),
        np.broadcast_to(available, (*shape, tasks, modes)).reshape(points, tasks, modes),
        shape,
    )


def _allocate_tile(organisations: _Organisations, began: tuple[Array, Array] | None) -> Allocation:
    """Solve some points; modes that are open nowhere are left out of the work."""
    modes = organisations.bundle.shape[2]
    used = np.flatnonzero(organisations.available.any(axis=(0, 1)))
    if len(used) in (0, modes):
        return _allocate_modes(organisations, began)
    part = replace(organisations, bundle=organisations.bundle[:, :, used], available=organisations.available[:, :, used])
    result = _allocate_modes(part, began and (began[0][:, :, used], began[1]))
    return replace(result, activity=_widened(result.activity, used, modes), usable=_widened(result.usable, used, modes))


def _widened(part: NDArray[Any], used: NDArray[np.intp], modes: int) -> NDArray[Any]:
    """An array over some modes as one over all."""
    whole = np.zeros((*part.shape[:-1], modes), dtype=part.dtype)
    whole[..., used] = part
    return whole


def _allocate_modes(organisations: _Organisations, began: tuple[Array, Array] | None) -> Allocation:
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
        start = None if began is None else _begin(problem, *(part[rows] for part in began))
        node_output[rows] = _fill(result, rows, problem, bundle[rows], supply[rows], start)
    for point in np.flatnonzero(ready.free_node.any(axis=1) & ~ready.impossible):
        share, elasticity = (part[point % len(part)] for part in (organisations.share, organisations.elasticity))
        _fill_free(result, tree, share, elasticity, ready, int(point), node_output[point])
    return result


def _fill(result: Allocation, rows: NDArray[np.intp], problem: Problem, bundle: Array, supply: Array, start: Regime | None) -> Array:
    """Write solved points into the result; returns what every node makes, shape (point, node)."""
    assert isinstance(result.status, np.ndarray)  # a batch
    regime, log_output, gap = solve(problem, start)
    found = (gap < MAX_GAP) & (log_output < LARGEST)  # what has a limit must not be told as inf
    log_output = np.where(found, log_output, 0.0)
    cost = problem.cost(regime.price)
    # a factor that no active mode's cost depends on has no price: its own has run down to rounding
    paid = problem.bundle * regime.price[:, None, None, :]
    costly = regime.active & (cost > 0)
    part = np.divide(paid, cost[..., None], out=np.zeros_like(paid), where=costly[..., None]).max(axis=(1, 2))
    regime.priced &= part > NO_PART
    regime.price = np.where(~regime.priced & problem.scarce, TRACE, regime.price)
    price = np.where(regime.price > NO_PRICE, regime.price, 0.0)
    price = price / np.where(found, price.sum(axis=1), 1.0)[:, None]
    low_high = np.stack([price, price], axis=-1)
    mode_share = np.maximum(regime.mode_share, 0.0)
    usable = problem.open & (mode_share > ZERO_SHARE)
    # modes that cost the same without being needed may carry activity too
    tied = problem.open & (cost <= np.maximum(regime.leaf_cost[..., None] * (1 + TIE), NO_PRICE)) & found[:, None, None]
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
        whole = np.where(acting >= 0, np.take_along_axis(whole, np.maximum(acting, 0), axis=-1), target.dtype.type(0))
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
    result.shadow_price[rows] = np.where(scarce, price * output[:, None] / np.where(scarce, supply, 1.0), 0.0)
    result.factor_elasticity[rows], result.factor_elasticity_range[rows] = price, low_high
    result.status[rows] = np.where(kink, Status.KINK, Status.OPTIMAL)
    lost = rows[~found]
    result.status[lost] = Status.FAILED
    for name, part in vars(result).items():
        if name not in ("status", "usable", "priced"):
            part[lost] = np.nan
    # a leaf that drops out makes nothing, and its log is -inf; points without an answer have none here either
    with np.errstate(divide="ignore", over="ignore"):
        return np.exp(node_log_output(problem.tree, np.log(activity.sum(axis=-1)), problem.share, problem.elasticity))


def _fill_free(result: Allocation, tree: Tree, share: Array, elasticity: Array, ready: Presolved, point: int, node_output: Array) -> None:
    """Activities of tasks that need nothing scarce: what their nest needs of them, or without limit."""
    assert isinstance(result.status, np.ndarray)  # a batch
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
            with np.errstate(over="ignore"):  # beyond the largest number it is as good as without limit
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
