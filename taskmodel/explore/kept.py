"""Work that many requests share: results that are kept, and turns that are waited for."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Kept(Generic[K, V]):
    """The latest results of a function, by its argument.

    Who asks for a result that is being computed waits for it, and for its error if it has one;
    errors are not kept.

    Parameters
    ----------
    compute : function
    size : int
        How many results are kept.
    """

    def __init__(self, compute: Callable[[K], V], size: int) -> None:
        self._compute, self._size = compute, size
        self._results: OrderedDict[K, Future[V]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, key: K) -> V:
        with self._lock:
            result = self._results.get(key)
            own = result is None
            if result is None:
                result = self._results[key] = Future()
                while len(self._results) > self._size:
                    self._results.popitem(last=False)
            self._results.move_to_end(key)
        if own:
            try:
                result.set_result(self._compute(key))
            except BaseException as error:
                with self._lock:
                    if self._results.get(key) is result:
                        del self._results[key]
                result.set_exception(error)
        return result.result()

    def has(self, key: K) -> bool:
        """Whether the result is there, so that nobody waits for it."""
        with self._lock:
            result = self._results.get(key)
        return result is not None and result.done()


class Turns:
    """Lets some computations run at a time, and the others in the order in which they came.

    Parameters
    ----------
    size : int
        How many run at a time.

    Attributes
    ----------
    waiting : deque of Event
        Of those who wait, in order.
    """

    def __init__(self, size: int) -> None:
        self._free = size
        self.waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and pass it on at the end of the block."""
        with self._lock:
            begins = None if self._free else threading.Event()
            if begins is None:
                self._free -= 1
            else:
                self.waiting.append(begins)
        if begins is not None:
            begins.wait()
        try:
            yield
        finally:
            with self._lock:
                if self.waiting:
                    self.waiting.popleft().set()
                else:
                    self._free += 1
