"""Signals that end a command: an interrupt, a request to end, a terminal that closes.

Each raises an error in the main thread, where Python happens to be, with one exception: imports and
the compiler of kernels are not left in their middle. Half of them is lost: modules of other
languages forget the error or make a panic of it, and LLVM frees twice what was half made. There
the error waits for their end, which a timer looks for; a second signal does not wait. A library
may still turn the error into one of its own, or lose it: what came is kept, and `check` raises it
again.
"""

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
UNDIVIDED = ("importlib", "_frozen_importlib", "numba", "llvmlite")  # packages not to be left
COMMANDS = "taskmodel.cli.entry"  # the module that runs commands
WAIT = 0.02  # seconds until it is looked whether they have ended
TIMED = hasattr(signal, "setitimer")
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
    if ours and TIMED and signal.getsignal(signal.SIGALRM) is signal.SIG_DFL:
        before[signal.SIGALRM] = signal.signal(signal.SIGALRM, _look_again)
        ours.append(signal.SIGALRM)
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of pydantic's core is no Exception
        check(error)
        raise
    finally:
        if TIMED and signal.SIGALRM in ours:
            signal.setitimer(signal.ITIMER_REAL, 0)
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
    waits = TIMED and signal.getsignal(signal.SIGALRM) is _look_again
    if waits and len(RECEIVED) == 1 and _is_undivided(frame):
        signal.setitimer(signal.ITIMER_REAL, WAIT)
        return
    raise _end(number)


def _look_again(_: int, frame: FrameType | None) -> None:
    if _is_undivided(frame):
        signal.setitimer(signal.ITIMER_REAL, WAIT)
        return
    check()


def _is_undivided(frame: FrameType | None) -> bool:
    """Whether a command has an import or the compiler at work."""
    while frame is not None:
        name = str(frame.f_globals.get("__name__"))
        if name.partition(".")[0] in UNDIVIDED:
            return True
        if name == COMMANDS:  # what calls the command may itself be imported
            return False
        frame = frame.f_back
    return False


def _end(number: int) -> BaseException:
    return KeyboardInterrupt() if number == signal.SIGINT else SystemExit(128 + number)


def _ignored(_: object) -> None:
    """Say nothing of errors in destructors: a signal may leave objects of libraries half made."""
