"""The search for events inside intervals of an axis, to machine precision.

Positions at which tasks open are known beforehand (`Walker.thresholds`). Between two of them, the
intervals whose ends differ in regime are searched together: the regime at an end is continued until
one of its margins is used up (`taskmodel.allocation.margins`), both sides of that position are
solved, and what remains of the interval on either side is searched again if its ends still differ.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from taskmodel.allocation import Allocation, Margins, Status, margins
from taskmodel.numerics.accuracy import EVENT_OFFSET, EVENT_WIDTH, MARGIN_ROUNDING, MARGIN_VISIBLE
from taskmodel.numerics.types import Array
from taskmodel.science.production import Rows
from taskmodel.sweeps.event_records import Events, Measure, events_of
from taskmodel.sweeps.walker import Before, SolutionPath, Walker

ROUGH = 1e-3  # part of an interval to which it is, if the regime has no solution beyond it
CROWD = 4  # number of changes in an interval above which it is divided first
CUTS = 15  # that divide an interval whose margins do not say where it changes
NARROW = 10 * (CUTS + 1) * EVENT_OFFSET  # one that is not divided, but halved
MAX_STEPS = 60  # of the root finder


def events_between(
    walker: Walker, low: SolutionPath, high: SolutionPath, measure: Measure
) -> Events:
    """Return the events inside some intervals, from the optima at their ends, all together."""
    low, high = _divide_crowded(walker, *_divide_dipping(walker, low, high))
    positions: list[Array] = []
    sides: list[tuple[SolutionPath, SolutionPath]] = [(low.take([]), low.take([]))]
    iteration = 0
    while len(low):
        # The margin that is used up may lie at the very start of an interval, so that its position
        # says nothing of the rest: every other iteration after the first few divides instead.
        if iteration > 3 and iteration % 2:
            position = walker.axis.between(low.position, high.position)
            found = np.zeros(len(low), dtype=bool)
        else:
            position, found = _first_change(walker, low, high)
        # parts of a narrow one would be no wider than events are apart
        found |= walker.axis.aside(low.position, NARROW) >= high.position
        cuts = np.full(int((~found).sum()), CUTS)
        rest = _divided(walker, low.take(~found), high.take(~found), cuts)
        low, high, position = low.take(found), high.take(found), position[found]
        near = np.maximum(walker.axis.aside(position, -EVENT_OFFSET), low.position)
        far = np.minimum(walker.axis.aside(position, EVENT_OFFSET), high.position)
        # the far end of an interval may be the limit from below at a threshold
        far_before = high.before & (far == high.position)
        left_side = walker.solve(near, start=low.allocation)
        right_side = walker.solve(far, far_before, high.allocation)
        changed = np.flatnonzero(~left_side.equals(right_side))
        sides.append((left_side.take(changed), right_side.take(changed)))
        positions.append(_first_change(walker, *sides[-1])[0])
        earlier = np.flatnonzero(~low.equals(left_side) & (near > low.position))
        later = np.flatnonzero(~right_side.equals(high) & (far < high.position))
        low, high = (
            low.take(earlier).join(right_side.take(later), rest[0]),
            left_side.take(earlier).join(high.take(later), rest[1]),
        )
        iteration += 1
    position = np.concatenate([np.zeros(0), *positions])
    before, after = (first.join(*rest) for first, *rest in zip(*sides, strict=True))
    before, after = (_limit(walker, position, side) for side in (before, after))
    events = events_of(position, before, after, measure)
    return events.take(np.argsort(position, kind="stable"))


def _limit(walker: Walker, position: Array, side: SolutionPath) -> SolutionPath:
    """Return the limits at events of optima that were solved a little aside of them.

    Their regimes are continued to the position itself, where that is possible. The position is
    known up to rounding, and so is a share that is zero there. A share well below zero means that
    the regime ends before it: the optimum aside is then the better limit.
    """
    if not len(position):
        return side
    situation = walker.at(position)
    regime = margins(*situation.arrays, side.allocation)
    continued = as_allocation(situation.arrays[0], regime)
    work = np.maximum(regime.activity.sum(axis=-1, keepdims=True), np.finfo(float).tiny)
    exact = regime.solved & ((regime.activity / work).min(axis=(1, 2)) > -EVENT_OFFSET)
    # where two modes cost the same, one of them may be dominated by rounding, and closed
    exact &= (continued.usable == side.allocation.usable).all(axis=(1, 2))
    continued.activity[:] = np.maximum(continued.activity, 0.0)
    for name in ("output", "activity", "factor_elasticity", "factor_use"):
        getattr(side.allocation, name)[exact] = getattr(continued, name)[exact]
    return side


def _divide_dipping(
    walker: Walker, low: SolutionPath, high: SolutionPath
) -> tuple[SolutionPath, SolutionPath]:
    """Return the intervals whose ends differ, and halves of those with a hidden pair of events.

    A mode or factor may come and go inside an interval whose ends have the same regime. Its margins
    are therefore evaluated at the ends and the middle; where the parabola through the three values
    of a margin falls below zero, the optimum is solved at its minimum.
    """
    alike = low.equals(high)
    if not alike.any():
        return low, high
    start, end = low.take(alike), high.take(alike)
    middle = walker.axis.between(start.position, end.position)
    y0, y1, y2 = (
        _margins(walker, start, position, before)[0]
        for position, before in (
            (start.position, False),
            (middle, False),
            (end.position, end.before),
        )
    )
    with np.errstate(invalid="ignore", divide="ignore"):  # inf where there is no such margin
        bend, slope = 2 * (y0 - 2 * y1 + y2), -3 * y0 + 4 * y1 - y2
        lowest = np.where(bend > 0, np.clip(-slope / (2 * bend), 0.0, 1.0), 0.0)
        depth = y0 + slope * lowest + bend * lowest**2
        depth = np.where(np.isfinite(depth), np.minimum(depth, y1), np.inf)
        depth = np.where(np.isfinite(y0) & ~np.isfinite(y1), -np.inf, depth)
    deepest = np.argmin(depth, axis=1)
    rows = np.flatnonzero(depth.min(axis=1, initial=0.0) < -MARGIN_VISIBLE)
    start, end = start.take(rows), end.take(rows)
    fraction = np.clip(lowest[rows, deepest[rows]], 0.1, 0.9)
    inner = walker.solve(
        walker.axis.between(start.position, end.position, fraction), start=start.allocation
    )
    differ = ~inner.equals(start)
    start, inner, end = start.take(differ), inner.take(differ), end.take(differ)
    return low.take(~alike).join(start).join(inner), high.take(~alike).join(inner).join(end)


def _divide_crowded(
    walker: Walker, low: SolutionPath, high: SolutionPath
) -> tuple[SolutionPath, SolutionPath]:
    """Return the intervals, crowded ones divided, so that fewer changes are found in sequence."""
    first, second = low.allocation, high.allocation
    changes = (first.usable != second.usable).sum(axis=(1, 2))
    changes += (first.priced != second.priced).sum(axis=1)
    return _divided(walker, low, high, np.where(changes > CROWD, changes // 2, 0))


def _divided(
    walker: Walker, low: SolutionPath, high: SolutionPath, cuts: NDArray[np.intp]
) -> tuple[SolutionPath, SolutionPath]:
    """Return the parts of intervals whose ends differ, each divided by a number of cuts."""
    interval = np.repeat(np.arange(len(cuts)), cuts)
    if not len(interval):
        return low, high
    cut = np.arange(len(interval)) - np.repeat(np.cumsum(cuts) - cuts, cuts) + 1
    position = walker.axis.between(
        low.position[interval], high.position[interval], cut / (cuts[interval] + 1)
    )
    inner = walker.solve(position, start=low.allocation.take(interval))
    # each interval's low end, its cuts in order, and its high end
    ends = np.arange(len(cuts))
    starts = low.join(inner).take(np.argsort(np.concatenate([ends, interval]), kind="stable"))
    stops = inner.join(high).take(np.argsort(np.concatenate([interval, ends]), kind="stable"))
    differ = ~starts.equals(stops)
    return starts.take(differ), stops.take(differ)


def _first_change(
    walker: Walker, low: SolutionPath, high: SolutionPath
) -> tuple[Array, NDArray[np.bool_]]:
    """Return the position of the first change in each interval, and whether margins tell it.

    The regime at the low end ends where one of its margins is used up. If it has no solution
    beyond, as where a price falls to zero, the regime at the high end is continued backwards: its
    margin is zero at the same position. If neither brackets a sign change, the middle is returned.
    Both results have the shape (interval,).
    """
    position = walker.axis.between(low.position, high.position)
    rows = np.arange(len(position))
    for from_low, to_its_end in ((True, False), (False, False), (True, True)):
        if not len(rows):
            break
        root, valid = _margin_root(walker, low.take(rows), high.take(rows), from_low, to_its_end)
        position[rows[valid]] = root[valid]
        rows = rows[~valid]
    found = np.ones(len(position), dtype=bool)
    found[rows] = False
    return position, found


def _margins(
    walker: Walker, start: SolutionPath, position: Array, before: Before
) -> tuple[Array, NDArray[np.bool_], Array, Array]:
    """Return the margins of the regimes of `start` at other positions.

    Returns
    -------
    margin : array, shape (point, margin)
        inf where a margin does not apply.
    solved : array of bool, shape (point,)
        The regime has a solution there.
    binding, leading : array, shape (point,)
        As `Situation.oversight_margins`.
    """
    situation = walker.at(position, before)
    regime = margins(*situation.arrays, start.allocation)
    price = np.where(start.allocation.priced, regime.factor_elasticity, np.inf)
    modes = np.minimum(regime.excess_cost, regime.mode_share)
    flat = modes.reshape(len(position), modes[0].size if len(modes) else 0)
    margin = np.concatenate([flat, regime.spare, price], axis=1)
    allocation = as_allocation(situation.arrays[0], regime)
    return margin, regime.solved, *situation.oversight_margins(allocation)


def _smallest_margin(
    walker: Walker, low: SolutionPath, high: SolutionPath, from_low: bool
) -> Callable[[NDArray[np.intp], Array], tuple[Array, NDArray[np.bool_]]]:
    """Return a function of rows and coordinates: the least relevant margin, and whether it exists.

    The margin is positive where the regime of the starting end holds. A margin of zero at the start
    is a tie that persists, hence irrelevant; margins of modes and factors that change over the
    interval are relevant unless they are rounding alone.
    """
    start, end = (low, high) if from_low else (high, low)
    first, second = start.allocation, end.allocation
    priced = first.priced != second.priced
    usable = (first.usable != second.usable).reshape(len(low), -1)
    tie = np.where(
        np.concatenate([usable, priced, priced], axis=1), MARGIN_ROUNDING, MARGIN_VISIBLE
    )
    relevant = _margins(walker, start, start.position, high.before)[0] > tie
    switches = [(start.binds, end.binds), (start.bottleneck, end.bottleneck)]

    def smallest(rows: NDArray[np.intp], coordinate: Array) -> tuple[Array, NDArray[np.bool_]]:
        position = _clipped(walker, coordinate, low, high, rows)
        margin, solved, *oversight = _margins(walker, start.take(rows), position, high.before[rows])
        columns = [np.where(relevant[rows], margin, np.inf)]
        for value, (holds, will_hold) in zip(oversight, switches, strict=True):
            signed = np.where(holds[rows], value, -value)
            columns.append(np.where((holds != will_hold)[rows], signed, np.inf)[:, None])
        least = np.concatenate(columns, axis=1).min(axis=1)
        return least, solved & np.isfinite(least)

    return smallest


def _clipped(
    walker: Walker, coordinate: Array, low: SolutionPath, high: SolutionPath, rows: Rows
) -> Array:
    """Return positions at coordinates, kept between the ends of their intervals under rounding."""
    return np.clip(walker.axis.position(coordinate), low.position[rows], high.position[rows])


def _margin_root(
    walker: Walker, low: SolutionPath, high: SolutionPath, from_low: bool, to_its_end: bool
) -> tuple[Array, NDArray[np.bool_]]:
    """Return where the first margin of the regime at one end is used up, and whether it is.

    The root is bracketed between ``inside``, where the regime holds, and ``outside``, where a
    margin is negative or, if ``to_its_end``, the regime may have no solution.

    Returns
    -------
    position : array, shape (interval,)
    valid : array of bool, shape (interval,)
    """
    smallest = _smallest_margin(walker, low, high, from_low)
    rows = np.arange(len(low))
    ends = walker.axis.coordinate(low.position), walker.axis.coordinate(high.position)
    inside, outside = (end.copy() for end in (ends if from_low else ends[::-1]))
    value_in, solved_in = smallest(rows, inside)
    value_out, sure = smallest(rows, outside)
    valid = solved_in & (value_in >= 0) & np.where(sure, value_out < 0, to_its_end)
    value_in, value_out = np.where(valid, value_in, 1.0), np.where(valid & sure, value_out, -1.0)
    earlier, value_earlier = inside.copy(), value_in.copy()
    rough = np.maximum(EVENT_WIDTH, ROUGH * np.abs(outside - inside))
    was_good = valid.copy()
    for step in range(MAX_STEPS):
        width = np.abs(outside - inside)
        open_rows = np.flatnonzero(valid & (width > np.where(sure, EVENT_WIDTH, rough)))
        if not len(open_rows):
            break
        a, b, width = inside[open_rows], outside[open_rows], width[open_rows]
        with np.errstate(invalid="ignore", divide="ignore"):
            secant = a + (b - a) * value_in[open_rows] / (value_in - value_out)[open_rows]
            # Without a value outside there is nothing to interpolate with: extrapolate from inside.
            drop = (value_earlier - value_in)[open_rows]
            ahead = a + (a - earlier[open_rows]) * value_in[open_rows] / drop
        guess = np.where(sure[open_rows], secant, np.where(np.isfinite(ahead), ahead, a))
        # Every fifth step bisects. The others keep a little off the ends, so that a guess next to
        # the root moves the far end there as well and both ends close in.
        bisect = (step % 5 == 4) | ((guess - a) * (guess - b) > 0)
        guess = np.where(bisect, 0.5 * (a + b), guess)
        nudge = np.minimum(EVENT_WIDTH / 2, width / 4) * np.sign(b - a)
        guess = np.where(np.abs(guess - a) < np.abs(nudge), a + nudge, guess)
        guess = np.where(np.abs(guess - b) < np.abs(nudge), b - nudge, guess)
        value, solved = smallest(open_rows, guess)
        good = solved & (value >= 0)
        kept, lost = open_rows[good], open_rows[~good]
        earlier[kept], value_earlier[kept] = inside[kept], value_in[kept]
        inside[kept], value_in[kept] = guess[good], value[good]
        outside[lost], sure[lost] = guess[~good], solved[~good]
        value_out[lost] = np.where(solved, value, -1.0)[~good]
        # The value at an end that stays twice is halved (Illinois rule); otherwise one end alone
        # would creep towards the root.
        again = good == was_good[open_rows]
        value_out[open_rows[good & again]] /= 2
        value_in[open_rows[~good & again]] /= 2
        was_good[open_rows] = good
    return _clipped(walker, 0.5 * (inside + outside), low, high, rows), valid


def as_allocation(bundles: Array, regime: Margins) -> Allocation:
    """Return a continued regime as an allocation, for measures; prices and gap are NaN."""
    shape = (*regime.activity.shape, bundles.shape[-1])
    used = np.einsum("ptm,ptmk->pk", regime.activity, np.broadcast_to(bundles, shape))
    return Allocation(
        output=regime.output,
        shadow_price=np.full_like(used, np.nan),
        factor_elasticity=regime.factor_elasticity,
        factor_elasticity_range=np.full((*used.shape, 2), np.nan),
        activity=regime.activity,
        usable=np.isfinite(regime.mode_share),
        priced=regime.factor_elasticity > 0,
        factor_use=used,
        gap=np.full(len(used), np.nan),
        status=np.full(len(used), Status.OPTIMAL),
        members=np.zeros((len(used), 0)),
    )
