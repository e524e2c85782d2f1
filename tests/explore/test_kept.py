"""Results that are kept are computed once, and turns are given in order."""

import threading

import pytest
from explore.pages import until

from taskmodel.explore.kept import Kept, Turns


def in_threads(*works):
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    return threads


def test_equal_questions_at_a_time_are_computed_once():
    asked, go = [], threading.Event()

    def compute(key):
        asked.append(key)
        assert go.wait(30)
        return 2 * key

    kept, results = Kept(compute, 4), []
    threads = in_threads(*[lambda: results.append(kept(3))] * 5)
    until(lambda: asked)
    assert not kept.has(3)
    go.set()
    for thread in threads:
        thread.join()
    assert results == [6] * 5 and asked == [3] and kept.has(3)


def test_the_oldest_result_is_given_up():
    asked = []
    kept = Kept(lambda key: asked.append(key), 2)
    for key in (1, 2, 1, 3, 1, 2):
        kept(key)
    assert asked == [1, 2, 3, 2]


def test_an_error_reaches_all_who_wait_and_is_not_kept():
    asked, go, errors = [], threading.Event(), []

    def compute(key):
        asked.append(key)
        assert go.wait(30)
        raise ZeroDivisionError(key)

    kept = Kept(compute, 4)

    def ask():
        with pytest.raises(ZeroDivisionError) as caught:
            kept(1)
        errors.append(caught)

    threads = in_threads(ask, ask)
    until(lambda: asked)
    go.set()
    for thread in threads:
        thread.join()
    assert len(errors) == 2 and not kept.has(1)
    ask()
    assert len(asked) >= 2


def test_turns_are_given_in_the_order_of_arrival_and_no_more_than_their_number_at_a_time():
    turns, order, running, most = Turns(2), [], [], []
    gates = [threading.Event() for _ in range(6)]

    def work(number):
        with turns.turn():
            running.append(number)
            most.append(len(running))
            order.append(number)
            assert gates[number].wait(30)
            running.remove(number)

    threads = []
    for number in range(6):
        threads += in_threads(lambda number=number: work(number))
        until(lambda number=number: len(order) == min(number + 1, 2))
        until(lambda number=number: len(turns.waiting) == max(number - 1, 0))
    for number, gate in enumerate(gates):
        gate.set()
        until(lambda number=number: len(order) == min(number + 3, 6))
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4, 5] and max(most) == 2


def test_a_turn_is_passed_on_after_an_error():
    turns = Turns(1)
    with pytest.raises(ZeroDivisionError), turns.turn():
        raise ZeroDivisionError
    with turns.turn():
        assert not turns.waiting
