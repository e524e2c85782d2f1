"""Where things change along an axis, to within rounding.

Places at which tasks open are known beforehand. Between two of them the optimum is smooth but where the active modes, the priced
factors, or what is said of oversight change. Stretches whose ends differ in that are searched all at once: the regime at
either end is followed until one of its margins is used up (`taskmodel.allocation.margins`), both sides of that place are
looked at, and what is left of the stretch on either side is searched again if its ends still differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, Margins, Status, margins
from taskmodel.numerics.types import Array
from taskmodel.organisation.organisation import HUMAN
from taskmodel.science.production import Rows
from taskmodel.sweeps.walker import Path, Walker

PLACE = 1e-12  # relative width to which the place of an event is narrowed down
UNSURE = (
    1e-3  # part of a stretch to which it is narrowed down where the regime has no solution beyond
)
ASIDE = 1e-9  # relative distance at which both sides of an event are looked at
CROWD = 4  # changes in one stretch, above which it is cut into pieces
ROUNDING = 2e-12  # of margins
VISIBLE = 1e-9  # margins nearer to zero than this are ties
KINDS = (
    "automatable",
    "automatable_ends",
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
    """Something that changes at one place of the axis; positions are -1 where they do not apply."""

    kind: str
    task: int = -1
    mode: int = -1
    factor: int = -1


@dataclass
class Found:
    """Events at one place: what changes, and the limits of what is active on either side."""

    place: float
    changes: list[Event]
    before: Allocation  # one point each
    after: Allocation
    at_threshold: bool = False


def changes_at_thresholds(walker: Walker, path: Path) -> list[Found]:
    found = []
    before = np.flatnonzero(path.before)
    was_open, is_open = (walker.at(path.place[before], side).automatable for side in (True, False))
    for row, point in enumerate(before.tolist()):
        changes = [
            Event("automatable" if is_open[row, task] else "automatable_ends", task=int(task))
            for task in np.flatnonzero(was_open[row] != is_open[row])
        ]
        changes += _differences(path, point, path, point + 1)
        found.append(
            Found(
                path.place[point],
                changes,
                path.allocation.take([point]),
                path.allocation.take([point + 1]),
                True,
            )
        )
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
    left = np.arange(len(path.place) - 1)
    left = left[~path.before[left]]  # a step across a threshold is no stretch
    low, high = _split_where_crowded(
        walker, *_split_where_it_dips(walker, path.take(left), path.take(left + 1))
    )
    found: list[Found] = []
    attempt = 0
    while len(low.place):
        # a margin may be used up at the very start of a stretch and tell nothing of the rest: halving always gets on
        halve = attempt > 3 and attempt % 2
        place = (
            walker.axis.between(low.place, high.place) if halve else _first_place(walker, low, high)
        )
        near, far = (
            np.maximum(walker.axis.aside(place, -ASIDE), low.place),
            np.minimum(walker.axis.aside(place, ASIDE), high.place),
        )
        # the far end of a stretch may be the limit from below at a threshold
        inner_before = high.before & (far == high.place)
        left_side = walker.solve(near, np.zeros(len(near), dtype=bool), low.allocation)
        right_side = walker.solve(far, inner_before, high.allocation)
        every = np.arange(len(place))
        changed = np.flatnonzero(~left_side.same(every, right_side, every))
        one, two = left_side.take(changed), right_side.take(changed)
        exact = _first_place(walker, one, two)
        for row in range(len(changed)):
            changes = _differences(one, row, two, row)
            found.append(
                Found(exact[row], changes, one.allocation.take([row]), two.allocation.take([row]))
            )
        earlier = np.flatnonzero(~low.same(every, left_side, every) & (near > low.place))
        later = np.flatnonzero(~right_side.same(every, high, every) & (far < high.place))
        low, high = (
            low.take(earlier).join(right_side.take(later)),
            left_side.take(earlier).join(high.take(later)),
        )
        attempt += 1
    return found


def _split_where_it_dips(walker: Walker, low: Path, high: Path) -> tuple[Path, Path]:
    """The stretches whose ends differ, and halves of those with equal ends inside which a mode or factor may come and go.

    Where both ends have the same regime, its margins are followed to the middle; where a parabola through the three values
    of one falls below zero, the optimum is looked at there.
    """
    every = np.arange(len(low.place))
    same = low.same(every, high, every)
    if not same.any():
        return low, high
    one, two = low.take(same), high.take(same)
    first, middle, last = (
        _margins(
            walker, one, place, np.zeros(len(place), dtype=bool) if before is None else before
        )[0]
        for place, before in (
            (one.place, None),
            (walker.axis.between(one.place, two.place), None),
            (two.place, two.before),
        )
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
    where = walker.axis.between(one.place[rows], two.place[rows], at)
    one, two = one.take(rows), two.take(rows)
    inner = walker.solve(where, np.zeros(len(where), dtype=bool), one.allocation)
    inside = np.arange(len(where))
    other = ~inner.same(inside, one, inside)
    one, inner, two = one.take(other), inner.take(other), two.take(other)
    return low.take(~same).join(one).join(inner), high.take(~same).join(inner).join(two)


def _split_where_crowded(walker: Walker, low: Path, high: Path) -> tuple[Path, Path]:
    """Stretches with many changes cut into pieces, so that few are left to be found one after another."""
    one, two = low.allocation, high.allocation
    changes = (one.usable != two.usable).sum(axis=(1, 2)) + (one.priced != two.priced).sum(axis=1)
    cuts = np.where(changes > CROWD, changes // 2, 0)
    stretch = np.repeat(np.arange(len(cuts)), cuts)
    if not len(stretch):
        return low, high
    part = (np.arange(len(stretch)) - np.repeat(np.cumsum(cuts) - cuts, cuts) + 1) / (
        cuts[stretch] + 1
    )
    places = walker.axis.between(low.place[stretch], high.place[stretch], part)
    inner = walker.solve(places, np.zeros(len(places), dtype=bool), low.take(stretch).allocation)
    # each stretch's low end, its cuts in order, and its high end
    order = np.argsort(np.concatenate([np.arange(len(cuts)), stretch]), kind="stable")
    starts = low.join(inner).take(order)
    order = np.argsort(np.concatenate([stretch, np.arange(len(cuts))]), kind="stable")
    ends = inner.join(high).take(order)
    differ = np.flatnonzero(
        ~starts.same(np.arange(len(starts.place)), ends, np.arange(len(starts.place)))
    )
    return starts.take(differ), ends.take(differ)


def _first_place(walker: Walker, low: Path, high: Path) -> Array:
    """Where the first of the changes between the ends of each stretch happens, by following both regimes; shape (stretch,).

    The regime at the low end ends where one of its margins is used up. Where it has no solution further on, as when a price
    falls to zero, the regime at the high end is followed backwards: what the one loses there the other has to spare. Where
    nothing tells, the middle is returned, which halves the stretch.
    """
    place = walker.axis.between(low.place, high.place)
    left = np.arange(len(place))
    for from_low, to_its_end in ((True, False), (False, False), (True, True)):
        if not len(left):
            break
        found, valid = _margin_root(walker, low.take(left), high.take(left), from_low, to_its_end)
        place[left[valid]] = found[valid]
        left = left[~valid]
    return place


def _margins(
    walker: Walker, start: Path, place: Array, before: NDArray[np.bool_]
) -> tuple[Array, NDArray[np.bool_], Array, Array]:
    """Margins of the regimes of ``start`` at other places, shape (point, margin), inf where there is none.

    Also: whether the regimes have a solution there, and by how much oversight binds and leads, shape (point,).
    """
    at = walker.at(place, before)
    m = margins(*at.arrays, start.allocation)
    price = np.where(start.allocation.priced, m.factor_elasticity, np.inf)
    modes = np.minimum(m.excess_cost, m.mode_share)
    parts = [modes.reshape(len(place), modes[0].size if len(modes) else 0), m.spare, price]
    bind, lead = at.oversight_margins(as_allocation(at.arrays[0], m))
    return np.concatenate(parts, axis=1), m.solved, bind, lead


def _margin_root(
    walker: Walker, low: Path, high: Path, from_low: bool, to_its_end: bool
) -> tuple[Array, NDArray[np.bool_]]:
    """Where the first margin of the regime at one end is used up on the way to the other.

    A margin is seen on both sides of zero, or, where ``to_its_end``, the regime may have no solution beyond the place.

    Returns
    -------
    place : array, shape (stretch,)
    valid : array of bool, shape (stretch,)
        There is such a place.
    """
    start, end = (low, high) if from_low else (high, low)
    one, two = start.allocation, end.allocation
    rows = len(low.place)
    differs = np.concatenate(
        [
            (one.usable != two.usable).reshape(rows, -1),
            one.priced != two.priced,
            one.priced != two.priced,
        ],
        axis=1,
    )

    def within(coordinate: Array, rows: Rows) -> Array:
        """Places between the ends of their stretches, whatever rounding makes of them."""
        return np.clip(walker.axis.place(coordinate), low.place[rows], high.place[rows])

    def smallest(rows: NDArray[np.intp], coordinate: Array) -> tuple[Array, NDArray[np.bool_]]:
        """The least of the margins that are used up on the way; positive on the regime's own side."""
        values, solved, bind, lead = _margins(
            walker, start.take(rows), within(coordinate, rows), high.before[rows]
        )
        parts = [np.where(counted[rows], values, np.inf)]
        for value, was, other in (
            (bind, start.binds, end.binds),
            (lead, start.bottleneck, end.bottleneck),
        ):
            parts.append(
                np.where((was != other)[rows], np.where(was[rows], value, -value), np.inf)[:, None]
            )
        least = np.concatenate(parts, axis=1).min(axis=1)
        return least, solved & np.isfinite(least)

    a, b = walker.axis.coordinate(low.place), walker.axis.coordinate(high.place)
    inside, outside = (a, b) if from_low else (b, a)
    inside, outside = inside.copy(), outside.copy()
    every = np.arange(rows)
    # margins of nothing at the start are ties that go on; those among what changes count unless they are all rounding
    counted = _margins(walker, start, start.place, high.before)[0] > np.where(
        differs, ROUNDING, VISIBLE
    )
    value_in, fine = smallest(every, inside)
    value_out, sure = smallest(every, outside)
    valid = fine & (value_in >= 0) & np.where(sure, value_out < 0, to_its_end)
    value_in, value_out = np.where(valid, value_in, 1.0), np.where(valid & sure, value_out, -1.0)
    earlier, value_earlier = inside.copy(), value_in.copy()
    loose = np.maximum(PLACE, UNSURE * np.abs(outside - inside))
    was_good = valid.copy()
    for step in range(60):
        width = np.abs(outside - inside)
        going = np.flatnonzero(valid & (width > np.where(sure, PLACE, loose)))
        if not len(going):
            break
        a, b, width = inside[going], outside[going], width[going]
        with np.errstate(invalid="ignore", divide="ignore"):
            secant = a + (b - a) * value_in[going] / (value_in - value_out)[going]
            # beyond a price of zero there is nothing to interpolate with
            ahead = a + (a - earlier[going]) * value_in[going] / (value_earlier - value_in)[going]
        guess = np.where(sure[going], secant, np.where(np.isfinite(ahead), ahead, a))
        # every fifth step halves; the others are kept a little off the ends, so that both ends close in
        guess = np.where((step % 5 == 4) | ((guess - a) * (guess - b) > 0), 0.5 * (a + b), guess)
        nudge = np.minimum(PLACE / 2, width / 4) * np.sign(b - a)
        guess = np.where(np.abs(guess - a) < np.abs(nudge), a + nudge, guess)
        guess = np.where(np.abs(guess - b) < np.abs(nudge), b - nudge, guess)
        value, solved = smallest(going, guess)
        good = solved & (value >= 0)
        kept, lost = going[good], going[~good]
        earlier[kept], value_earlier[kept] = inside[kept], value_in[kept]
        inside[kept], value_in[kept] = guess[good], value[good]
        outside[lost], value_out[lost], sure[lost] = (
            guess[~good],
            np.where(solved, value, -1.0)[~good],
            solved[~good],
        )
        # an end that stays twice counts half (the Illinois rule), or one end alone would creep towards the place
        again = good == was_good[going]
        value_out[going[good & again]] /= 2
        value_in[going[~good & again]] /= 2
        was_good[going] = good
    return within(0.5 * (inside + outside), every), valid


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
