"""Computations in steps: equal ones are shared, each ends in time, and short work goes first."""

import threading
from concurrent.futures import CancelledError

import pytest
from explore.pages import until

from taskmodel.explore.progressive import Progressive
from taskmodel.explore.right_of_way import SHARE, RightOfWay

STEPS = 5


def at_once():
    return lambda: None


def always():
    return True


class Counted:
    """Counts to `STEPS`, by a name; each step waits until it may."""

    def __init__(self):
        self.taken = []
        self.may = threading.Semaphore(0)

    def __call__(self, name):
        for step in range(STEPS):
            self.may.acquire()
            self.taken.append(name)
            yield step

    def let(self, steps=1000):
        for _ in range(steps):
            self.may.release()


def following(progressive, name, wanted=always):
    """Follow in a thread; return it, and what it was told."""
    told = []
    thread = threading.Thread(target=lambda: told.extend(progressive.follow(name, wanted)))
    thread.start()
    return thread, told


def test_a_closed_one_has_no_thread_left():
    compute = Counted()
    progressive = Progressive(compute, 4, at_once)
    compute.let()
    before = threading.active_count()
    assert list(progressive.follow("a", always))[-1] == STEPS - 1
    assert threading.active_count() == before + 1
    progressive.close()
    assert threading.active_count() == before


def test_equal_computations_are_shared_and_kept():
    compute = Counted()
    progressive = Progressive(compute, 4, at_once)
    readers = [following(progressive, "a") for _ in range(3)]
    compute.let()
    for thread, told in readers:
        thread.join(30)
        assert told[-1] == STEPS - 1 and told == sorted(told)
    assert list(progressive.follow("a", always)) == [STEPS - 1]
    assert compute.taken == ["a"] * STEPS


def test_the_eldest_ends_first_while_others_begin():
    compute = Counted()
    progressive = Progressive(compute, 4, at_once)
    names = "abcd"
    readers = []
    for number, name in enumerate(names, 1):
        readers.append(following(progressive, name))
        until(lambda number=number: len(progressive._all) == number)
    compute.let()
    for thread, _ in readers:
        thread.join(30)
    ends = [len(compute.taken) - compute.taken[::-1].index(name) for name in names]
    assert ends == sorted(ends) and ends[0] < 2 * STEPS
    begins = [compute.taken.index(name) for name in names]
    assert begins == sorted(begins) and begins[-1] < ends[0] < ends[1]


def test_what_nobody_follows_rests_and_goes_on_later():
    compute = Counted()
    progressive = Progressive(compute, 4, at_once)
    told = progressive.follow("a", always)
    compute.let(2)
    assert next(told) in (0, 1)
    until(lambda: len(compute.taken) == 2)
    told.close()
    compute.let(1)  # of a step that has begun
    until(lambda: not progressive._running)
    assert len(compute.taken) in (2, 3)
    compute.let()
    assert list(progressive.follow("a", always))[-1] == STEPS - 1
    assert compute.taken == ["a"] * STEPS


def test_the_oldest_that_nobody_follows_is_given_up():
    compute = Counted()
    compute.let()
    progressive = Progressive(compute, 1, at_once)
    for name in ("a", "b", "c", "a"):
        assert list(progressive.follow(name, always))[-1] == STEPS - 1
    assert compute.taken.count("a") == 2 * STEPS


def test_an_error_reaches_all_readers_and_is_not_kept():
    begun = []

    def broken(name):
        begun.append(name)
        yield 1
        raise ValueError(name)

    progressive = Progressive(broken, 4, at_once)
    for _ in range(2):
        with pytest.raises(ValueError, match="a"):
            list(progressive.follow("a", always))
    assert begun == ["a", "a"]


def test_all_end_where_the_server_closes():
    right_of_way = RightOfWay()
    progressive = Progressive(Counted(), 4, right_of_way.longer_work)
    right_of_way.closing.set()
    with pytest.raises(CancelledError):
        list(progressive.follow("a", always))


class Clock:
    """Time of a test: it goes on where somebody waits, or is told to."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def wait(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    result = Clock()
    monkeypatch.setattr("taskmodel.explore.right_of_way.time", result)
    return result


def test_longer_work_keeps_its_share_however_many_wait(clock):
    right_of_way = RightOfWay()
    right_of_way._change.wait = clock.wait
    give_way = right_of_way.longer_work()
    worked = 0.0
    with right_of_way.waiting():
        for step in (0.3, 0.1, 0.7):
            clock.now += step
            worked += step
            give_way()
            assert worked / clock.now == pytest.approx(SHARE)


def test_longer_work_goes_on_at_once_where_nobody_waits(clock):
    right_of_way = RightOfWay()
    right_of_way._change.wait = clock.wait
    give_way = right_of_way.longer_work()
    clock.now += 0.5
    give_way()
    assert clock.now == 0.5


def test_longer_work_waits_no_longer_than_somebody_does(clock):
    right_of_way = RightOfWay()
    waiting = right_of_way.waiting()

    def wait(seconds):
        clock.now += seconds
        if clock.now > 10.1:
            waiting.__exit__(None, None, None)

    right_of_way._change.wait = wait
    give_way = right_of_way.longer_work()
    clock.now = 10.0
    waiting.__enter__()
    give_way()
    assert 10.1 < clock.now < 10.2
