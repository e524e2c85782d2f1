"""Laws that hold wherever there is an answer."""

import functools

from hypothesis import reject

from taskmodel.errors import SolveError


def unless_refused(test):
    """A draw that the solver refuses says nothing of a law; that it refuses few is for tests of its own (test_allocation)."""

    @functools.wraps(test)
    def kept(*arguments, **named):
        try:
            test(*arguments, **named)
        except SolveError:
            reject()

    return kept
