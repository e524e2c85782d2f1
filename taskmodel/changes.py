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
    left = left[~path.same(left, path, left + 1)]
    found: list[Found] = []
    low, high = path.take(left), path.take(left + 1)
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
        changed = ~left_side.same(every, right_side, every)
        for row in np.flatnonzero(changed).tolist():
            before, after = (side.allocation.take([row]) for side in (left_side, right_side))
            found.append(Found(place[row], _differences(left_side, row, right_side, row), before, after))
        earlier = np.flatnonzero(~low.same(every, left_side, every) & (near > low.compute))
        later = np.flatnonzero(~right_side.same(every, high, every) & (far < high.compute))
        low, high = low.take(earlier).join(right_side.take(later)), left_side.take(earlier).join(high.take(later))
        attempt += 1
    return found


def _first_place(walker: Walker, low: Path, high: Path) -> Array:
    """Where the first of the changes between the ends of each stretch happens, by following both regimes; shape (stretch,).

    A margin of the regime at the low end that changes sign, or one at the high end seen backwards, is a candidate. Where
    no margin tells, the middle is returned, which halves the stretch.
    """
    best = np.full(len(low.compute), np.inf)
    for start, from_low in ((low, True), (high, False)):
        place, valid = _margin_root(walker, low, high, start, from_low)
        better = valid & (place < best)
        best = np.where(better, place, best)
    return np.where(np.isfinite(best), best, np.sqrt(low.compute * high.compute))


def _margin_root(walker: Walker, low: Path, high: Path, start: Path, from_low: bool) -> tuple[Array, NDArray[np.bool_]]:
    """The place nearest the start of the stretch's low end at which a margin of one regime that differs at the other end is zero."""
    rows = len(low.compute)
    one, two = low.allocation, high.allocation
    modes, factors = one.usable != two.usable, one.priced != two.priced

    def smallest(compute: Array) -> tuple[Array, NDArray[np.bool_]]:
        """The least of the margins that are used up on the way; positive on the regime's own side."""
        arrays = walker.arrays(compute, high.before)
        m = margins(*arrays, start.allocation)
        parts = [
            np.where(modes, np.minimum(m.excess_cost, m.mode_share), np.inf).reshape(rows, -1),
            np.where(factors, m.spare, np.inf),
        ]
        bind, lead = walker.oversight_margins(compute, as_allocation(arrays[0], m))
        for value, was, other in (
            (bind, start.binds, (high if from_low else low).binds),
            (lead, start.bottleneck, (high if from_low else low).bottleneck),
        ):
            parts.append(np.where(was != other, np.where(was, value, -value), np.inf)[:, None])
        return np.concatenate(parts, axis=1).min(axis=1), m.solved

    a, b = np.log(low.compute), np.log(high.compute)
    own, far = (a, b) if from_low else (b, a)
    at_own, fine = smallest(np.exp(own))
    at_far, there = smallest(np.exp(far))
    valid = fine & np.isfinite(at_own) & (at_own >= 0)
    # beyond its end a regime may have no solution at all: then it has ended
    at_far = np.where(there & np.isfinite(at_far), at_far, -1.0)
    valid &= at_far < 0
    inside, outside = own.copy(), far.copy()
    value_in, value_out = np.where(valid, at_own, 1.0), np.where(valid, at_far, -1.0)
    for step in range(60):
        width = np.abs(outside - inside)
        if np.all(width <= PLACE) or not valid.any():
            break
        secant = inside + (outside - inside) * value_in / (value_in - value_out)
        middle = 0.5 * (inside + outside)
        # every third step halves; the others are secants kept a little off the ends, so that both ends close in
        guess = np.where(step % 3 == 2, middle, secant)
        nudge = np.minimum(PLACE / 2, width / 4) * np.sign(outside - inside)
        guess = np.where(np.abs(guess - inside) < np.abs(nudge), inside + nudge, guess)
        guess = np.where(np.abs(guess - outside) < np.abs(nudge), outside - nudge, guess)
        value, solved = smallest(np.exp(guess))
        value = np.where(solved & np.isfinite(value), value, -1.0)
        good = value >= 0
        inside, value_in = np.where(good, guess, inside), np.where(good, value, value_in)
        outside, value_out = np.where(good, outside, guess), np.where(good, value_out, value)
    return np.exp(0.5 * (inside + outside)), valid


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
