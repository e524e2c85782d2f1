"""Defects of an input file, gathered and raised together.

A reader that stops at the first defect makes its user mend a file once for every defect in it. So the modules of this
package append to a list of `Defect` and raise one `CatalogError` that holds them all.
"""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str], count: int = 3) -> str:
    """Return ``"; did you mean 'a' or 'b'?"`` for the nearest of `known`, or an empty string if none is near."""
    near = difflib.get_close_matches(word, list(known), n=count, cutoff=0.75)
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ""


def listing(names: Iterable[str], limit: int = 12) -> str:
    """Return names as ``a, b, c``, cut off after `limit` of them with how many more there are."""
    names = list(names)
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
