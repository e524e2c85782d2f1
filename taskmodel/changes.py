"""Where things change along the compute axis, to within rounding.

Thresholds are known in closed form. Between two of them the optimum is smooth but where the active modes, the priced
factors, or what is said of oversight change. Stretches whose ends differ in that are searched all at once: the regime at
either end is followed until one of its margins is used up (`taskmodel.allocation.margins`), both sides of that place are
looked at, and what is left of the stretch on either side is searched again if its ends still differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, Margins, Status, margins
from taskmodel.organisation import HUMAN
from taskmodel.production import Array
from taskmodel.walker import Path, Walker

PLACE = 1e-12  # relative width to which the place of an event is narrowed down
ASIDE = 1e-9  # relative distance at which both sides of an event are looked at
NEARBY = 1e-6  # relative distance at which two estimates of a place are of the same event
VISIBLE = 1e-9  # margins nearer to zero than this are ties
KINDS = (
    "automatable",
    "adopted",
    "dropped",
    "completed",
    "binds",
    "slack",
    "oversight_binds",
    "oversight_binds_ends",
    "oversight_bottleneck",
    "oversight_bottleneck_ends",
)


@dataclass(frozen=True)
class Event:
    """Something that changes at one point of the axis; positions are -1 where they do not apply."""

    kind: str
    task: int = -1
    mode: int = -1
    factor: int = -1


@dataclass
class Found:
    """Events at one place: what changes, and the limits of what is active on either side."""

    compute: float
    changes: list[Event]
    before: Allocation  # one point each
    after: Allocation
    at_threshold: bool = False


def changes_at_thresholds(walker: Walker, path: Path) -> list[Found]:
    found = []
    for place in np.flatnonzero(path.before).tolist():
        changes = [Event("automatable", task=int(task)) for task in np.flatnonzero(walker.organisation.opens_at == path.compute[place])]
        changes += _differences(path, place, path, place + 1)
        found.append(Found(path.compute[place], changes, path.allocation.take([place]), path.allocation.take([place + 1]), True))
    return found


def _differences(one: Path, a: int, two: Path, b: int) -> list[Event]:
    """What is different between two points."""
    changes = []
    first, second = one.allocation, two.allocation
    for task, mode in np.argwhere(first.usable[a] != second.usable[b]):
        enters = bool(second.usable[b, task, mode])
        kind = "adopted" if enters else "completed" if mode == HUMAN else "dropped"
        changes.append(Event(kind, task=int(task), mode=int(mode)))
    for factor in np.flatnonzero(first.priced[a] != second.priced[b]):
        changes.append(Event("binds" if second.priced[b, factor] else "slack", factor=int(factor)))
    for name, was, is_now in (
        ("oversight_binds", one.binds[a], two.binds[b]),
        ("oversight_bottleneck", one.bottleneck[a], two.bottleneck[b]),
    ):
        if was != is_now:
            changes.append(Event(name if is_now else f"{name}_ends"))
    return changes


def changes_between(walker: Walker, path: Path) -> list[Found]:
    """Events inside the stretches between neighbouring points, all stretches at once."""
    left = np.arange(len(path.compute) - 1)
    left = left[~path.before[left]]  # a step across a threshold is no stretch
    low, high = _split_where_it_dips(walker, path.take(left), path.take(left + 1))
    found: list[Found] = []
    attempt = 0
    while len(low.compute):
        # a margin may be used up at the very start of a stretch and tell nothing of the rest: halving always gets on
        halve = attempt > 3 and attempt % 2
        place = np.sqrt(low.compute * high.compute) if halve else _first_place(walker, low, high)
        near, far = np.maximum(place * (1 - ASIDE), low.compute), np.minimum(place * (1 + ASIDE), high.compute)
        # the far end of a stretch may be the limit from below at a threshold
        inner_before = high.before & (far == high.compute)
        left_side = walker.solve(near, np.zeros(len(near), dtype=bool), low.allocation)
        right_side = walker.solve(far, inner_before, high.allocation)
        every = np.arange(len(place))
        changed = np.flatnonzero(~left_side.same(every, right_side, every))
        one, two = left_side.take(changed), right_side.take(changed)
        exact = _first_place(walker, one, two)
        for row in range(len(changed)):
            changes = _differences(one, row, two, row)
            found.append(Found(exact[row], changes, one.allocation.take([row]), two.allocation.take([row])))
        earlier = np.flatnonzero(~low.same(every, left_side, every) & (near > low.compute))
        later = np.flatnonzero(~right_side.same(every, high, every) & (far < high.compute))
        low, high = low.take(earlier).join(right_side.take(later)), left_side.take(earlier).join(high.take(later))
        attempt += 1
    return found


def _split_where_it_dips(walker: Walker, low: Path, high: Path) -> tuple[Path, Path]:
    """The stretches whose ends differ, and halves of those with equal ends inside which a mode or factor may come and go.

    Where both ends have the same regime, its margins are followed to the middle; where a parabola through the three values
    of one falls below zero, the optimum is looked at there.
    """
    every = np.arange(len(low.compute))
    same = low.same(every, high, every)
    if not same.any():
        return low, high
    one, two = low.take(same), high.take(same)
    a, b = np.log(one.compute), np.log(two.compute)
    first, middle, last = (
        _margins(walker, one, np.exp(x), np.zeros(len(x), dtype=bool) if before is None else before)[0]
        for x, before in ((a, None), ((a + b) / 2, None), (b, two.before))
    )
    with np.errstate(invalid="ignore", divide="ignore"):  # inf where there is no such margin
        bend, slope = 2 * (first - 2 * middle + last), -3 * first + 4 * middle - last
        lowest = np.where(bend > 0, np.clip(-slope / (2 * bend), 0.0, 1.0), 0.0)
        depth = first + slope * lowest + bend * lowest**2
        depth = np.where(np.isfinite(depth), np.minimum(depth, middle), np.inf)
        depth = np.where(np.isfinite(first) & ~np.isfinite(middle), -np.inf, depth)
    which = np.argmin(depth, axis=1)
    rows = np.flatnonzero(depth.min(axis=1, initial=0.0) < -VISIBLE)
    at = np.clip(lowest[rows, which[rows]], 0.1, 0.9)
    where = np.exp(a[rows] + at * (b - a)[rows])
    one, two = one.take(rows), two.take(rows)
    inner = walker.solve(where, np.zeros(len(where), dtype=bool), one.allocation)
    inside = np.arange(len(where))
    other = ~inner.same(inside, one, inside)
    one, inner, two = one.take(other), inner.take(other), two.take(other)
    return low.take(~same).join(one).join(inner), high.take(~same).join(inner).join(two)


def _first_place(walker: Walker, low: Path, high: Path) -> Array:
    """Where the first of the changes between the ends of each stretch happens, by following both regimes; shape (stretch,).

    The regime at the low end ends where one of its margins is used up. Where it ends by having no solution at all, as when a
    price falls to zero, the regime at the high end is followed backwards: what one loses there the other has to spare. Where
    neither tells, the middle is returned, which halves the stretch.
    """
    if not len(low.compute):
        return np.empty(0)
    place, valid, sure = _margin_root(walker, low, high, from_low=True)
    if (valid & sure).all():
        return place
    backward, seen, certain = _margin_root(walker, low, high, from_low=False)
    better = seen & certain & ~(valid & (sure | (backward > place * (1 + NEARBY))))
    place = np.where(better, backward, place)
    return np.where(valid | better, place, np.sqrt(low.compute * high.compute))


def _margins(walker: Walker, start: Path, compute: Array, before: NDArray[np.bool_]) -> tuple[Array, NDArray[np.bool_], Array, Array]:
    """Margins of the regimes of ``start`` at other points, shape (point, margin), inf where there is none.

    Also: whether the regimes have a solution there, and by how much oversight binds and leads, shape (point,).
    """
    arrays = walker.arrays(compute, before)
    m = margins(*arrays, start.allocation)
    price = np.where(start.allocation.priced, m.factor_elasticity, np.inf)
    modes = np.minimum(m.excess_cost, m.mode_share)
    parts = [modes.reshape(len(compute), modes[0].size if len(modes) else 0), m.spare, price]
    bind, lead = walker.oversight_margins(compute, as_allocation(arrays[0], m))
    return np.concatenate(parts, axis=1), m.solved, bind, lead


def _margin_root(walker: Walker, low: Path, high: Path, from_low: bool) -> tuple[Array, NDArray[np.bool_], NDArray[np.bool_]]:
    """Where the first margin of the regime at one end is used up on the way to the other.

    Returns
    -------
    place : array, shape (stretch,)
    valid : array of bool, shape (stretch,)
        There is such a place.
    sure : array of bool, shape (stretch,)
        The margin was seen on both sides of zero; otherwise the regime has no solution beyond the place.
    """
    start, end = (low, high) if from_low else (high, low)
    one, two = start.allocation, end.allocation
    rows = len(low.compute)
    differs = np.concatenate([(one.usable != two.usable).reshape(rows, -1), one.priced != two.priced, one.priced != two.priced], axis=1)
    counted = differs

    def smallest(log_compute: Array) -> tuple[Array, NDArray[np.bool_]]:
        """The least of the margins that are used up on the way; positive on the regime's own side."""
        values, solved, bind, lead = _margins(walker, start, np.exp(log_compute), high.before)
        parts = [np.where(counted, values, np.inf)]
        for value, was, other in ((bind, start.binds, end.binds), (lead, start.bottleneck, end.bottleneck)):
            parts.append(np.where(was != other, np.where(was, value, -value), np.inf)[:, None])
        least = np.concatenate(parts, axis=1).min(axis=1)
        return least, solved & np.isfinite(least)

    a, b = np.log(low.compute), np.log(high.compute)
    inside, outside = (a, b) if from_low else (b, a)
    inside, outside = inside.copy(), outside.copy()
    # margins of nothing at the start are ties that go on, unless they are among what changes
    counted = differs | (_margins(walker, start, np.exp(inside), high.before)[0] > VISIBLE)
    value_in, fine = smallest(inside)
    value_out, sure = smallest(outside)
    valid = fine & (value_in >= 0) & ~(sure & (value_out >= 0))
    value_in, value_out = np.where(valid, value_in, 1.0), np.where(valid & sure, value_out, -1.0)
    earlier, value_earlier = inside.copy(), value_in.copy()
    for step in range(60):
        width = np.abs(outside - inside)
        if np.all((width <= PLACE) | ~valid):
            break
        middle = 0.5 * (inside + outside)
        with np.errstate(invalid="ignore", divide="ignore"):
            secant = inside + (outside - inside) * value_in / (value_in - value_out)
            # beyond a price of zero there is nothing to interpolate with
            ahead = inside + (inside - earlier) * value_in / (value_earlier - value_in)
        guess = np.where(sure, secant, np.where(np.isfinite(ahead), ahead, middle))
        # every third step halves; the others are kept a little off the ends, so that both ends close in
        guess = np.where((step % 3 == 2) | ((guess - inside) * (guess - outside) >= 0), middle, guess)
        nudge = np.minimum(PLACE / 2, width / 4) * np.sign(outside - inside)
        guess = np.where(np.abs(guess - inside) < np.abs(nudge), inside + nudge, guess)
        guess = np.where(np.abs(guess - outside) < np.abs(nudge), outside - nudge, guess)
        value, solved = smallest(guess)
        good = solved & (value >= 0)
        earlier, value_earlier = np.where(good, inside, earlier), np.where(good, value_in, value_earlier)
        inside, value_in = np.where(good, guess, inside), np.where(good, value, value_in)
        outside, value_out = np.where(good, outside, guess), np.where(good, value_out, np.where(solved, value, -1.0))
        sure = np.where(good, sure, solved)
    return np.exp(0.5 * (inside + outside)), valid, sure


def as_allocation(bundles: Array, m: Margins) -> Allocation:
    """A followed regime as an allocation, for measures."""
    whole = np.broadcast_to(bundles, (*m.activity.shape, bundles.shape[-1]))
    used = np.einsum("ptm,ptmk->pk", m.activity, whole)
    return Allocation(
        output=m.output,
        shadow_price=np.full_like(used, np.nan),
        factor_elasticity=m.factor_elasticity,
        factor_elasticity_range=np.full((*used.shape, 2), np.nan),
        activity=m.activity,
        usable=np.isfinite(m.mode_share),
        priced=m.factor_elasticity > 0,
        factor_use=used,
        gap=np.full(len(used), np.nan),
        status=np.full(len(used), Status.OPTIMAL),
    )
