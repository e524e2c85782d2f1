"""Whether work is still wanted: who starts it says so, and long computations look between steps.

What is set holds for the thread it is set in; `carried` takes it to another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Look = Callable[[], None]


def _always_wanted() -> None:
    pass


_look: ContextVar[Look] = ContextVar("look", default=_always_wanted)


def current_look() -> Look:
    """Return what work calls between its steps; it raises an error where work is to end."""
    return _look.get()


@contextmanager
def looking(look: Look) -> Iterator[None]:
    """Let the work of this thread call a function between its steps."""
    token = _look.set(look)
    try:
        yield
    finally:
        _look.reset(token)


def carried(work: Callable[P, T]) -> Callable[P, T]:
    """Return work to be done in another thread, which looks at what this thread looks at.

    Examples
    --------
    >>> with looking(lambda: print("looked")):
    ...     work = carried(lambda: current_look()())
    >>> work()
    looked
    """
    look = current_look()

    @wraps(work)
    def looked_at(*args: P.args, **options: P.kwargs) -> T:
        with looking(look):
            return work(*args, **options)

    return looked_at
