"""Results that are kept are computed once for all who ask for them at a time."""

import threading

import pytest
from explore.pages import until

from taskmodel.explore.kept import Kept


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
