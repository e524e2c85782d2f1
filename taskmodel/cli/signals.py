"""Signals that end a command: an interrupt, a request to end, a terminal that closes.

Each raises an error in the main thread, where Python happens to be. A library may turn that into
an error of its own, or lose it, as compiled ones do while they are imported: what came is kept,
and `check` raises it again.
"""

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
RECEIVED: list[int] = []  # numbers of the signals that came while `handled` was entered


@contextlib.contextmanager
def handled() -> Iterator[None]:
    """Raise KeyboardInterrupt on SIGINT, and SystemExit on SIGTERM and SIGHUP.

    A process that is asked to end removes its temporary files first. Any other error that leaves
    the context after a signal becomes the one that the signal raised.
    """
    RECEIVED.clear()
    # signals can be set by the main thread alone, and another handler is not ours to replace
    before = {}
    if threading.current_thread() is threading.main_thread():
        numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
        before = {number: signal.getsignal(number) for number in numbers}
    default = (signal.default_int_handler, signal.SIG_DFL)
    ours = [number for number, handler in before.items() if handler in default]
    for number in ours:
        signal.signal(number, _receive)
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of pydantic's core is no Exception
        check(error)
        raise
    finally:
        for number in ours:
            signal.signal(number, before[number])
        RECEIVED.clear()


def check(cause: BaseException | None = None) -> None:
    """Raise what a signal raised, if one came: for work that goes on although it should not.

    Raises
    ------
    KeyboardInterrupt, SystemExit
        If one came; the code of the latter is 128 and the signal's number.
    """
    if RECEIVED:
        raise _end(RECEIVED[0]) from cause


def _receive(number: int, frame: FrameType | None) -> None:
    RECEIVED.append(number)
    sys.unraisablehook = _ignored
    raise _end(number)


def _end(number: int) -> BaseException:
    return KeyboardInterrupt() if number == signal.SIGINT else SystemExit(128 + number)


def _ignored(_: object) -> None:
    """Say nothing of errors in destructors: a signal may leave objects of libraries half made."""
