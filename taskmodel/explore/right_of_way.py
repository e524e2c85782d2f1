"""Who goes first: answers that people wait for, though longer work keeps a share of the time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager

LOOK = 0.02  # seconds after which work that waits looks whether all is closing
SHARE = 1 / 3  # of the time that longer work has at least, whoever waits


class RightOfWay:
    """Lets longer work pause while a person waits for an answer, but not for ever.

    Attributes
    ----------
    closing : Event
        Set where all longer work is to end.
    ended : Event
        Set where all work is, whoever waits for it.
    """

    def __init__(self) -> None:
        self.closing, self.ended = threading.Event(), threading.Event()
        self._waiting = 0
        self._change = threading.Condition()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Work that a person waits for: longer work pauses meanwhile."""
        with self._change:
            self._waiting += 1
        try:
            yield
        finally:
            with self._change:
                self._waiting -= 1
                self._change.notify_all()

    def look(self) -> None:
        """Raise CancelledError once all work is to end."""
        if self.ended.is_set():
            raise CancelledError

    def longer_work(self) -> Callable[[], None]:
        """Begin longer work; return what it calls between two of its steps.

        That waits until no person waits, but only so long that steps keep `SHARE` of the time. It
        raises CancelledError once all is closing.
        """
        begin = time.monotonic()

        def give_way() -> None:
            nonlocal begin
            now = time.monotonic()
            end = now + (now - begin) * (1 / SHARE - 1)
            with self._change:
                while self._waiting and not self.closing.is_set() and now < end:
                    self._change.wait(min(LOOK, end - now))
                    now = time.monotonic()
            if self.closing.is_set():
                raise CancelledError
            begin = now

        return give_way
