"""The errors that the package raises on purpose. Any other exception is a fault of the package.

::

    TaskmodelError
    ├── InputError (also a ValueError)          an argument, option or file that cannot be used
    │   ├── ArgumentError (also a TypeError)    of the wrong type, or beside one it does not go with
    │   ├── CatalogError                        every defect of an input file, each with its place
    │   ├── UnknownPath                         a dotted path that names nothing
    │   ├── GraphError                          tasks without an order, nests that form no tree
    │   └── ConservationError                   a workforce that uses more tokens than there are
    └── NoAnswer                                the input is sound; the model has no answer to it
        ├── SolveError (also a RuntimeError)    no optimum could be certified
        │   └── UnstableQueue                   reviewers without spare time: endless queues
        ├── RootError                           a root or minimum that a search cannot locate
        ├── AccumulationError                   an accumulated quantity that has no finite value
        ├── RunawayError                        preparation that diverges within the pause
        ├── NoPause                             a plan whose pause never starts
        ├── NothingToLimit                      a frontier without budgets to report
        ├── MomentConflict                      evidence that no draw of the model agrees with
        ├── NoClosedFormError                   a regime without a closed form
        ├── NoFormulaError                      the end of a regime without a formula
        └── NoRootError                         first-order conditions without an exact root

The command line exits with 2 after an `InputError` and with 1 after a `NoAnswer`.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class TaskmodelError(Exception):
    """Base class of the errors that the package raises on purpose."""

    def __str__(self) -> str:
        """Return the message; control characters, of names of files, as escapes."""
        return printable(brief(super().__str__()))


class InputError(TaskmodelError, ValueError):
    """An argument, option or file that cannot be used; the message says why and how to mend it."""


class ArgumentError(InputError, TypeError):
    """An argument of the wrong type, or one that does not go with another that is given."""


MAX_DEFECTS = 1000  # that one error lists
LONG = 200  # characters of a message that one error gives once

# Control characters, which a terminal obeys, those that turn the direction of a text, and ends of
# lines; a text of several lines has tabs and line feeds.
_OF_PAGES = "\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_CONTROLS, _CONTROLS_OF_LINES = re.compile(f"[{_OF_PAGES}]"), re.compile(f"[\t\n{_OF_PAGES}]")

_LONG_WORD = re.compile(r"(?<!\S)(\S{200})\S{101,}(\S{200})")  # no path of a file is so long


def printable(text: str) -> str:
    r"""Return a text with its control characters written as escapes.

    Examples
    --------
    >>> printable("a\x1b[31mb") == r"a\x1b[31mb"
    True
    """
    return _CONTROLS.sub(_escape, text)


def one_line(text: str) -> str:
    r"""Return a text with its control characters and ends of lines written as escapes.

    Examples
    --------
    >>> one_line("a\nb\u2028c") == r"a\nb\u2028c"
    True
    """
    return _CONTROLS_OF_LINES.sub(_escape, text)


def brief(text: str) -> str:
    """Return a text with the middle of words of more than 500 characters, such as keys, left out.

    Examples
    --------
    >>> len(brief("x" * 5000)), brief("x" * 500) == "x" * 500
    (403, True)
    """
    return _LONG_WORD.sub(r"\1...\2", text)


def _escape(match: re.Match[str]) -> str:
    return ascii(match[0])[1:-1]


class Defect(NamedTuple):
    """One thing wrong with an input, and where.

    Attributes
    ----------
    file : str
        The file as the caller named it, or ``"set"`` for a value set from outside a file.
    line, column : int or None
        Counted from 1, in characters; None where the defect has no position in a text (a missing
        file, a value that was set).
    path : str
        Dotted path of the value, such as ``tasks.red_teaming.horizon``; empty for the whole file.
    message : str
        The value, the values that are allowed, and how to mend it.
    """

    file: str
    line: int | None
    column: int | None
    path: str
    message: str

    def __str__(self) -> str:
        position = self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"
        pieces = (position, self.path, self.message)
        return ": ".join(one_line(brief(piece)) for piece in pieces if piece)


class CatalogError(InputError):
    """An input file, or a value set in one, that cannot be used.

    Parameters
    ----------
    defects : iterable of Defect
        All defects, at least one.

    Attributes
    ----------
    defects : tuple of Defect
        The defects in the order of the file; ``str(error)`` has one line for each. Of more than
        `MAX_DEFECTS` the first, and one that says that there are more. A long message, such as a
        list of allowed names, is in the text once.
    """

    def __init__(self, defects: Iterable[Defect]):
        ordered = sorted(
            defects, key=lambda defect: (defect.file, defect.line or 0, defect.column or 0)
        )
        others = len(ordered) - MAX_DEFECTS
        if others > 1:
            message = f"{others:,} further defects are not listed; mend these first"
            ordered[MAX_DEFECTS:] = [Defect(ordered[0].file, None, None, "", message)]
        self.defects = tuple(ordered)
        super().__init__("\n".join(_lines(self.defects)))

    def __reduce__(self) -> tuple[type["CatalogError"], tuple[tuple[Defect, ...]]]:
        return type(self), (self.defects,)


def _lines(defects: Iterable[Defect]) -> Iterator[str]:
    """Yield the lines of defects; a long message again as a reference to where it stands first."""
    first: dict[str, str] = {}
    for defect in defects:
        told = first.setdefault(defect.message, defect.path)
        if told != defect.path and len(defect.message) > LONG:
            defect = defect._replace(message=f"the same as at {told}")
        yield str(defect)


class UnknownPath(InputError):
    """A dotted path that names nothing; the message gives the nearest paths that exist."""


class GraphError(InputError):
    """Tasks that have no order, or nests that form no tree; the message names them."""


class ConservationError(InputError):
    """A workforce that uses more or fewer tokens than there are; the message says how many."""


class NoAnswer(TaskmodelError):
    """The model has no answer to a sound input; the message says why."""


class SolveError(NoAnswer, RuntimeError):
    """No answer could be certified to the required duality gap."""


class UnstableQueue(SolveError):
    """Reviewers have no time to spare, so the queue before them grows without limit."""


class RootError(NoAnswer):
    """A root or minimum that no search locates: a value is NaN, or its bracket stays wide."""


class AccumulationError(NoAnswer):
    """A stock with no finite value, or with a rate that changes too fast to be integrated."""


class RunawayError(NoAnswer):
    """Preparation that diverges within the pause; the message gives the date."""


class NoPause(NoAnswer):
    """A plan whose pause never starts; the message says why."""


class NothingToLimit(NoAnswer):
    """A frontier without budgets to report: nothing escapes, or no limit binds."""


class MomentConflict(NoAnswer):
    """Evidence that no draw agrees with; the message names what conflicts, and how far it is."""


class NoClosedFormError(NoAnswer):
    """A regime without a closed form; the message says why."""


class NoFormulaError(NoAnswer):
    """The end of a regime without a formula; the message says why."""


class NoRootError(NoAnswer):
    """First-order conditions without an exact root; the message says why."""
