"""Properties of the optimum, which hold wherever the solver returns one."""

import functools

from hypothesis import reject

from taskmodel.errors import SolveError


def unless_refused(test):
    """Decorate a property so that a draw refused with a SolveError is rejected by hypothesis.

    A refusal neither confirms nor contradicts a law; test_allocation bounds the number of them.
    """

    @functools.wraps(test)
    def guarded(*arguments, **keywords):
        try:
            test(*arguments, **keywords)
        except SolveError:
            reject()

    return guarded
