"""Walks of many draws: each is the sweep of its own numbers, and an error is of one draw alone."""

from concurrent.futures import CancelledError
from functools import cache
from threading import Event

import numpy as np
import pytest
from small import small_catalog

import taskmodel as tm
from taskmodel.errors import NoAnswer, SolveError
from taskmodel.organisation.quantities import Quantities
from taskmodel.sweeps import draws
from taskmodel.sweeps.axes import input_axis
from taskmodel.sweeps.draws import walk_many
from taskmodel.sweeps.event_records import KINDS
from taskmodel.sweeps.oversight_cost import LEVELS

TASKS = {
    "code": {"share": 0.6, "automation_threshold": 1e29},
    "talk": {"share": 0.4, "horizon": 40},
}
CATALOG = small_catalog(TASKS, supervision={"pool": "dedicated"})
PATH = "supervision.headcount"
HEADS = np.array([10.0, 3.0, 20.0, 0.0])
SPAN = np.full(4, 1e28), np.full(4, 1e32)
POINTS = np.broadcast_to([1e28, 3e30, 1e32], (4, 3))


def outcome(walks):
    shape = walks.compute.shape
    output = walks.allocation.output.reshape(shape)
    return walks.draw, output, walks.cost, walks.first, walks.oversight


def solved(catalog=CATALOG, columns=None, keep=outcome, **options):
    columns = {PATH: HEADS} if columns is None else columns
    return walk_many(Quantities(catalog), columns, SPAN, POINTS, keep, threads=1, **options)


@cache
def sweep_of(heads):
    return tm.sweep(CATALOG.replace({PATH: float(heads)}), POINTS[0])


@pytest.mark.parametrize("events", [True, False])
def test_output_and_cost_of_every_draw_are_those_of_its_sweep(events):
    ((draw, output, cost, first, _),) = solved(events=events, costs=True).values
    assert draw.tolist() == [0, 1, 2, 3] and first.shape == (4, first.shape[1])
    for row, heads in enumerate(HEADS):
        swept = sweep_of(heads)
        base = swept["output"] / swept["throughput_speedup"]
        np.testing.assert_allclose(output[row] / 1000, swept["output"] / base, rtol=1e-9)
        np.testing.assert_allclose(cost[row], swept["oversight_cost"], rtol=1e-9)
    ((*_, none, _, _),) = solved(events=events).values
    assert none is None


def test_along_another_axis_each_draw_is_a_sweep_of_it():
    """From 1 to 30 reviewers, at three draws of the share that they may spend on review."""
    shares, heads = np.array([0.2, 0.5, 1.0]), np.broadcast_to([1.0, 7.0, 30.0], (3, 3))
    span, path = (np.full(3, 1.0), np.full(3, 30.0)), "supervision.max_review_share"

    def along(draw, quantities):
        return input_axis(CATALOG.replace({path: shares[draw]}), PATH, 1.0, 30.0, 1e30)

    for events in (True, False):
        parts = walk_many(
            Quantities(CATALOG),
            {path: shares},
            span,
            heads,
            lambda walks: (walks.draw, walks.allocation.output, walks.cost[0]),
            events=events,
            costs=True,
            along=along,
        ).values
        assert [int(draw[0]) for draw, *_ in parts] == [0, 1, 2]
        for (_, output, cost), share in zip(parts, shares, strict=True):
            catalog = CATALOG.replace({path: share})
            swept = tm.sweep(catalog, 1e30, over=PATH, values=heads[0])
            np.testing.assert_allclose(output / output[0], swept["output"] / swept["output"][0])
            np.testing.assert_allclose(cost, swept["oversight_cost"], rtol=1e-9)


def test_numbers_without_an_organisation_are_an_error_of_their_draw():
    degrees = {"success": "logistic", "success_slope": 0.84, "worker": "frontier"}
    catalog = small_catalog({"code": {"share": 1}}, capability=degrees)
    columns = {"capability.intercept": np.array([1.0, -1000.0, 2.0, 1.0])}
    mixed = solved(catalog, columns, events=False)
    assert [part[0].tolist() for part in mixed.values] == [[0], [2, 3]]
    assert list(mixed.errors) == [1] and "found -1000" in str(mixed.errors[1])
    none = solved(catalog, {"capability.intercept": np.full(4, -1000.0)}, events=False)
    assert none.values == [] and list(none.errors) == [0, 1, 2, 3]


def test_what_cannot_be_kept_of_a_draw_is_an_error_of_that_draw():
    def all_but_two(walks):
        if 2 in walks.draw:
            raise NoAnswer("none of two")
        return walks.draw.tolist(), outcome(walks)[1]

    parts = solved(keep=all_but_two)
    assert [draw for draw, _ in parts.values] == [[0, 1], [3]] and list(parts.errors) == [2]
    ((_, whole, *_),) = solved().values
    np.testing.assert_array_equal(np.vstack([rows for _, rows in parts.values]), whole[[0, 1, 3]])


@pytest.mark.parametrize("failing", [{1}, {0, 1, 2, 3}])
def test_a_walk_that_fails_disturbs_no_other(monkeypatch, failing):
    ((_, whole, _, first, _),) = solved().values
    follow, walks = draws.follow, iter(range(4))

    def some(*arguments):
        if next(walks) in failing:
            raise SolveError("not certified")
        return follow(*arguments)

    monkeypatch.setattr(draws, "follow", some)
    rest = solved()
    assert set(rest.errors) == failing
    left = [draw for draw in range(4) if draw not in failing]
    assert len(rest.values) == bool(left)
    for draw, output, _, events, _ in rest.values:
        assert draw.tolist() == left
        np.testing.assert_array_equal(output, whole[left])
        np.testing.assert_array_equal(events, first[left])


@pytest.mark.parametrize("threshold", [1e20, 1e29])
def test_oversight_is_known_from_where_a_walk_begins(threshold):
    """Since the low end, where it binds, leads or costs so much there; else since its event."""
    catalog = CATALOG.replace({"tasks.code.automation_threshold": threshold})
    ((*_, first, since),) = solved(catalog, costs=True).values
    low, kinds = SPAN[0][0], ("oversight_binds", "oversight_bottleneck", *LEVELS)
    for row, heads in enumerate(HEADS):
        start = tm.sweep(catalog.replace({PATH: float(heads)}), [low]).isel(compute=0)
        begun = [
            float(start["bottleneck_share"].sel(source="review")) > 0.01,
            start["binding_factor"].item() == "review",
            float(start["oversight_cost"]) > 1.1,
            float(start["oversight_cost"]) > 2,
        ]
        events = [first[row, KINDS.index(kind)] for kind in kinds]
        assert since[row].tolist() == np.where(begun, low, events).tolist()
    assert np.isnan(solved(catalog).values[0][-1][:, 2:]).all()


@pytest.mark.parametrize("threads", [1, 2])
def test_after_an_interrupt_draws_that_were_not_begun_are_left(monkeypatch, threads):
    """The second block of draws waits until the interrupt of the first has been noticed."""
    block, left, begun = draws._Many.block, [], Event()

    def waiting(self, rows):
        if rows[0] == 0:
            return block(self, rows)
        begun.set()
        assert self.ended.wait(60)
        with pytest.raises(CancelledError):
            block(self, rows)
        left.append(rows)
        return draws.Outcomes([], {})

    def interrupt(share):
        assert threads == 1 or begun.wait(60)
        raise KeyboardInterrupt

    monkeypatch.setattr(draws, "BLOCK_DRAWS", 2)
    monkeypatch.setattr(draws, "COMPILES", True)
    monkeypatch.setattr(draws._Many, "block", waiting)
    with pytest.raises(KeyboardInterrupt):
        walk_many(
            Quantities(CATALOG),
            {PATH: HEADS},
            SPAN,
            POINTS,
            outcome,
            threads=threads,
            report=interrupt,
        )
    assert len(left) == threads - 1


@pytest.mark.parametrize("threads", [1, 2])
def test_draws_look_in_their_threads_whether_they_are_wanted(monkeypatch, threads):
    def look():
        raise CancelledError

    monkeypatch.setattr(draws, "BLOCK_DRAWS", 2)
    monkeypatch.setattr(draws, "COMPILES", True)
    many = Quantities(CATALOG), {PATH: HEADS}, SPAN, POINTS, outcome
    begun = draws._Many.block

    def block(self, rows):
        with pytest.raises(CancelledError):
            begun(self, rows)
        return draws.Outcomes([], {})

    monkeypatch.setattr(draws._Many, "block", block)
    start = draws._Many.__init__

    def init(self, *arguments):
        start(self, *arguments)
        self.outer_look = look

    monkeypatch.setattr(draws._Many, "__init__", init)
    assert not walk_many(*many, threads=threads).values
