"""Runs a command, prints its answer, and turns errors into a message and an exit code.

Exit codes: 0 fine, 1 the model has no answer or a check found something, 2 bad input,
130 interrupted, 141 the reader of the output went away. Messages go to stderr. A traceback is
shown only under ``--debug``.
"""

import contextlib
import importlib
import os
import sys
import traceback
from collections.abc import Sequence

from taskmodel.cli import signals
from taskmodel.cli.output import BAD_INPUT, CLOSED_PIPE, INTERRUPTED, NO_ANSWER, Answer
from taskmodel.errors import CatalogError, InputError, NoAnswer, SolveError, printable


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
    hook = sys.unraisablehook
    code = _answered(argv)
    sys.unraisablehook = hook  # which a signal replaces until what it left half made is gone
    return code


def _answered(argv: Sequence[str] | None) -> int:
    """Return the exit code of `main`, with its errors told."""
    try:
        for stream in (sys.stdout, sys.stderr):
            # letters that the terminal cannot show are escaped, rather than an error
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        with signals.handled():
            code = _run(argv)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        _say("taskmodel: interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _abandon_output()
        return CLOSED_PIPE
    except OSError as error:
        # Commands name the files that they cannot read or write, and report them themselves.
        # What arrives here is stdout itself, on a full disk for example.
        _abandon_output()
        _say(f"taskmodel: error: {_os_message(error)}")
        return BAD_INPUT


def _run(argv: Sequence[str] | None) -> int:
    from taskmodel.cli.parser import parser

    try:
        args = parser().parse_args(argv)
    except SystemExit as stop:  # help, version, or refused arguments
        return int(stop.code or 0)
    if args.command is None:
        parser().print_help(sys.stderr)
        return BAD_INPUT
    form = getattr(args, "format", None) or ("json" if getattr(args, "json", False) else "text")
    args.json = form == "json"
    try:
        answer: Answer = importlib.import_module(f"taskmodel.cli.{args.module}").answer(args)
        signals.check()
        print(answer.text(form))
        if answer.output is not None and answer.output.unwritten:
            _say(f"taskmodel {args.command}: error: {answer.output.unwritten}")
            return BAD_INPUT
        return answer.code
    except BrokenPipeError:
        raise
    except Exception as error:
        signals.check(error)
        if args.debug:
            traceback.print_exc()
        code, message = _explained(error)
        if isinstance(error, CatalogError):
            from taskmodel.cli.misplaced import misplaced

            message = misplaced(args) or message
        if isinstance(error, SolveError):
            from taskmodel.cli.catalogs import unusual_inputs

            names = unusual_inputs(args)
            message += f"; {names}" if names and names not in message else ""
        # letters that other functions take for ends of lines stay within theirs
        lines = printable(message).split("\n") if message else [type(error).__name__]
        many = isinstance(error, CatalogError) and len(lines) > 1
        head = f"{len(lines)} defects" if many else lines.pop(0)
        _say("\n  ".join([f"taskmodel {args.command}: error: {head}", *lines]))
        return code


def _explained(error: Exception) -> tuple[int, str]:
    """Return the exit code of an error, and the message."""
    # From the specific to the general: CatalogError is an InputError, SolveError a NoAnswer. A
    # bare ValueError or TypeError is none of these and is a fault, even if NumPy raises it for
    # what a user typed: the library has to check its arguments before.
    if isinstance(error, CatalogError):
        # defects of settings of plans, worlds and loops carry "set" in place of a file
        defects = (
            defect._replace(file="--set") if defect.file == "set" else defect
            for defect in error.defects
        )
        return BAD_INPUT, "\n".join(map(str, defects))
    if isinstance(error, OSError):
        return BAD_INPUT, _os_message(error)
    if isinstance(error, InputError):
        return BAD_INPUT, str(error)
    if isinstance(error, SolveError):
        return NO_ANSWER, f"there is no answer: {error}"
    if isinstance(error, NoAnswer):
        return NO_ANSWER, str(error)
    if isinstance(error, MemoryError):
        return BAD_INPUT, "not enough memory; choose fewer points, with --grid LOW:HIGH:POINTS"
    text = f"unexpected {type(error).__name__}: {' '.join(str(error).split())}"
    return NO_ANSWER, f"{text}; this is a fault of taskmodel: --debug shows where"


def _os_message(error: OSError) -> str:
    if error.errno is None:  # of a file that is read, which the message names
        return str(error)
    subject = "cannot write the output" if error.filename is None else error.filename
    return f"{subject}: {error.strerror or error}"


def _say(message: str) -> None:
    # with a closed stderr print would write to stdout; an error here has no reader left
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            print(printable(message), file=sys.stderr)


def _abandon_output() -> None:
    """Discard what is buffered for stdout, so that the interpreter does not try again at exit."""
    try:
        descriptor = sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):  # not a real file
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)
