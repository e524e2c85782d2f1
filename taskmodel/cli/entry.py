"""Runs a command, and turns whatever may go wrong into a message and an exit code.

Exit codes: 0 fine, 1 the model has no answer or a check found something, 2 bad input, 130 interrupted, 141 the reader of
our output went away. Messages go to stderr. A traceback is shown only under ``--debug``.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from types import FrameType

from taskmodel.errors import CatalogError, Defect, InputError, NoAnswer, SolveError

FINE, NO_ANSWER, BAD_INPUT, INTERRUPTED, CLOSED_PIPE = 0, 1, 2, 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments, without the name of the program; default: those of this process.

    Returns
    -------
    int
        The exit code.
    """
    try:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(
                stream, "reconfigure"
            ):  # a title in letters that the terminal has not is no reason to fail
                stream.reconfigure(errors="backslashreplace")
        with _interrupts() as seen:
            code = _run(argv, seen)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        _say("taskmodel: interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _abandon_output()
        return CLOSED_PIPE
    except OSError as error:  # the commands name their files: what is left is the output itself, such as a full disk
        _abandon_output()
        _say(f"taskmodel: error: {_os_message(error)}")
        return BAD_INPUT


@contextlib.contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Collect the interrupts that come in, on top of what Python does about them.

    A library may turn the KeyboardInterrupt into an error of its own, as compiled ones do while they are imported: an error
    after an interrupt is an interrupt.
    """
    seen: list[int] = []
    usual = signal.getsignal(signal.SIGINT)

    def noted(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        signal.default_int_handler(number, frame)

    ours = (
        usual is signal.default_int_handler
        and threading.current_thread() is threading.main_thread()
    )
    if ours:
        signal.signal(signal.SIGINT, noted)
    try:
        yield seen
    finally:
        if ours:
            signal.signal(signal.SIGINT, usual)


def _run(argv: Sequence[str] | None, interrupts: list[int]) -> int:
    from taskmodel.cli.parser import parser

    try:
        args = parser().parse_args(argv)
    except SystemExit as stop:  # help, version, or arguments that were refused
        return int(stop.code or 0)
    if args.command is None:
        parser().print_help(sys.stderr)
        return BAD_INPUT
    try:
        return importlib.import_module(f"taskmodel.cli.{args.module}").command(args)
    except BrokenPipeError:
        raise
    except Exception as error:
        if interrupts:
            raise KeyboardInterrupt from error
        if args.debug:
            traceback.print_exc()
        code, message = _explained(error)
        lines = message.splitlines() or [type(error).__name__]
        head = f"{len(lines)} defects" if len(lines) > 1 else lines.pop()
        _say(
            "\n".join(
                [f"taskmodel {args.command}: error: {head}", *(f"  {line}" for line in lines)]
            )
        )
        return code


def _explained(error: Exception) -> tuple[int, str]:
    """The exit code of an error, and what to say about it."""

    if isinstance(error, CatalogError):
        return BAD_INPUT, "\n".join(str(_on_command_line(defect)) for defect in error.defects)
    if isinstance(error, OSError):
        return BAD_INPUT, _os_message(error)
    if isinstance(error, InputError):
        return BAD_INPUT, str(error)
    if isinstance(error, SolveError):
        return NO_ANSWER, f"there is no answer: {error}"
    if isinstance(error, NoAnswer):
        return NO_ANSWER, str(error)
    if isinstance(error, MemoryError):
        return BAD_INPUT, "not enough memory; ask for fewer points with --grid LOW:HIGH:POINTS"
    text = " ".join(str(error).split())
    return (
        NO_ANSWER,
        f"unexpected {type(error).__name__}: {text}; this is a fault of taskmodel: --debug shows where",
    )


def _on_command_line(defect: Defect) -> Defect:
    """A defect in a value set from outside a file, under the name of the option it came by."""
    return defect._replace(file="--set") if defect.file == "set" else defect


def _os_message(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename is not None else "cannot write the output: "
    return f"{where}{error.strerror or error}"


def _say(message: str) -> None:
    if sys.stderr is not None:  # closed: print would turn to stdout
        with contextlib.suppress(OSError):  # nobody listens there either
            print(message, file=sys.stderr)


def _abandon_output() -> None:
    """Let what is still buffered for stdout go nowhere, so that the interpreter does not try again as it ends."""
    try:
        descriptor = sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):  # no real file
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
