"""Phrases of messages that list names, or suggest those nearest to a misspelt one."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, names: Iterable[str], count: int = 3, cutoff: float = 0.75) -> str:
    """Return ``"; did you mean 'a' or 'b'?"`` with the nearest names, or "" if none is near."""
    near = difflib.get_close_matches(word, list(names), n=count, cutoff=cutoff)
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ""


def listing(names: Iterable[str], limit: int = 12) -> str:
    """Return names as ``a, b, c``; after `limit` names the number of the others."""
    names = list(names)
    others = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + others
