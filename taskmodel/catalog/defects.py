"""Defects of an input file, gathered and raised together.

A reader that stops at the first defect makes its user mend a file once for every defect in it. So the modules of this
package append to a list of `Defect` and raise one `CatalogError` that holds them all.
"""

import difflib
from collections.abc import Iterable
from typing import NamedTuple


class Defect(NamedTuple):
    """One thing wrong with an input, and where.

    Attributes
    ----------
    file : str
        The file as it was named by the caller, or ``"set"`` for a value set from outside a file.
    line, column : int or None
        Counted from 1, in characters; None where the defect is no place in a text (a missing file, a value that was set).
    path : str
        Dotted path of the value, such as ``tasks.red_teaming.horizon``; empty for the file as a whole.
    message : str
        What was found, what is allowed and how to mend it.
    """

    file: str
    line: int | None
    column: int | None
    path: str
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"
        return ": ".join(part for part in (place, self.path, self.message) if part)


class CatalogError(ValueError):
    """An input file, or a value set in one, cannot be used.

    Parameters
    ----------
    defects : iterable of Defect
        Everything found wrong, at least one; kept in the order of the file.

    Attributes
    ----------
    defects : tuple of Defect
        The same, for programs; ``str(error)`` has one line for each.
    """

    def __init__(self, defects: Iterable[Defect]):
        self.defects = tuple(sorted(defects, key=lambda defect: (defect.file, defect.line or 0, defect.column or 0)))
        super().__init__("\n".join(map(str, self.defects)))

    def __reduce__(self) -> tuple[type["CatalogError"], tuple[tuple[Defect, ...]]]:
        return type(self), (self.defects,)


def did_you_mean(word: str, known: Iterable[str], count: int = 3) -> str:
    """Return ``"; did you mean 'a' or 'b'?"`` for the nearest of `known`, or an empty string if none is near."""
    near = difflib.get_close_matches(word, list(known), n=count, cutoff=0.75)
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ""


def listing(names: Iterable[str], limit: int = 12) -> str:
    """Return names as ``a, b, c``, cut off after `limit` of them with how many more there are."""
    names = list(names)
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
