"""Long computations that many follow: one thread takes their steps, and all are told how far."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
LOOK = 0.1  # seconds after which a reader looks whether it is wanted


@dataclass(eq=False)
class _Steps(Generic[V]):
    """How far one computation is.

    Attributes
    ----------
    steps : iterator, or None
        What there is after each further step; None: it has ended.
    latest : list
        What there is, if there is anything.
    taken : int
        How many steps there were.
    error : BaseException or None
    readers : int
    """

    steps: Iterator[V] | None
    latest: list[V]
    taken: int = 0
    error: BaseException | None = None
    readers: int = 0


class Progressive(Generic[K, V]):
    """Computations in steps, by their argument, each followed by as many readers as like.

    A first step and a step of what has been followed longest take turns, so that a reader soon has
    something, and each computation ends within bounded time. What nobody follows rests. An error
    reaches all readers, and is not kept.

    Parameters
    ----------
    compute : function
        From an argument to an iterator of what there is after each step.
    size : int
        How many computations are kept, besides those that are followed.
    longer_work : function
        Called where steps begin, and returns what is called before each of them, which may wait, or
        raise an error that ends all.
    """

    def __init__(
        self,
        compute: Callable[[K], Iterator[V]],
        size: int,
        longer_work: Callable[[], Callable[[], None]],
    ) -> None:
        self._compute, self._size, self._longer_work = compute, size, longer_work
        self._all: OrderedDict[K, _Steps[V]] = OrderedDict()  # in the order of being followed
        self._change = threading.Condition()
        self._running = self._was_new = False
        self._thread = ThreadPoolExecutor(1)

    def follow(self, key: K, wanted: Callable[[], bool]) -> Iterator[V]:
        """Yield what there is, and then after each step, until it ends or is not wanted."""
        with self._change:
            progress = self._all.get(key)
            if progress is None:
                progress = self._all[key] = _Steps(self._compute(key), [])
            elif not progress.readers:
                self._all.move_to_end(key)
            progress.readers += 1
            self._forget()
            if progress.steps is not None and not self._running:
                self._running = True
                self._thread.submit(self._run)
        seen = -1
        try:
            while wanted():
                with self._change:
                    if progress.taken == seen and progress.steps is not None:
                        self._change.wait(LOOK)
                    news, ended = progress.taken != seen, progress.steps is None
                    seen, latest, error = progress.taken, progress.latest, progress.error
                if news and error is None:
                    yield from latest
                if error is not None:
                    raise error
                if ended:
                    return
        finally:
            with self._change:
                progress.readers -= 1

    def close(self) -> None:
        """Wait for the step that is being taken; nothing can be followed any more."""
        self._thread.shutdown()

    def _forget(self) -> None:
        """Give up the oldest that nobody follows, as far as there are too many."""
        idle = [key for key, progress in self._all.items() if not progress.readers]
        for key in idle[: max(0, len(idle) - self._size)]:
            del self._all[key]

    def _next(self) -> tuple[K, _Steps[V]] | None:
        """Return the computation of which a step is due."""
        followed = [
            (key, progress)
            for key, progress in self._all.items()
            if progress.readers and progress.steps is not None
        ]
        new = [item for item in followed if not item[1].taken]
        self._was_new = bool(new) and not self._was_new
        return new[0] if self._was_new else followed[0] if followed else None

    def _run(self) -> None:
        """Take steps as long as somebody follows."""
        give_way = self._longer_work()
        while True:
            try:
                give_way()
                stop = None
            except BaseException as error:
                stop = error
            with self._change:
                if stop is not None:
                    for key in list(self._all):
                        self._end(key, self._all[key], stop)
                chosen = None if stop else self._next()
                if chosen is None:
                    self._running = False
                    return
            key, progress = chosen
            assert progress.steps is not None
            try:
                there_is = [next(progress.steps)]
            except StopIteration:
                with self._change:
                    self._end(key, progress, None)
                continue
            except BaseException as error:
                with self._change:
                    self._end(key, progress, error)
                continue
            with self._change:
                progress.latest, progress.taken = there_is, progress.taken + 1
                self._change.notify_all()

    def _end(self, key: K, progress: _Steps[V], error: BaseException | None) -> None:
        progress.steps, progress.error = None, error
        if error is not None and self._all.get(key) is progress:
            del self._all[key]
        self._change.notify_all()
