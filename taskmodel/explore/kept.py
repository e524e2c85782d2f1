"""Results that many requests share, and that are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
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
