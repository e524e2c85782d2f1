"""Texts that are numbers."""

import re

_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def is_number(text: str) -> bool:
    """Return whether a text is a number with a point.

    Examples
    --------
    >>> [is_number(text) for text in ("1.5e3", ".5", "1,5", "1_000", "nan")]
    [True, True, False, False, False]
    """
    return _NUMBER.fullmatch(text) is not None
