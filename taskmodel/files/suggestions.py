"""Phrases of messages that list names, or suggest those nearest to a misspelt one."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, names: Iterable[str], count: int = 3, cutoff: float = 0.75) -> str:
    """Return ``"; did you mean 'a' or 'b'?"`` with the nearest names, or "" if none is near.

    Examples
    --------
    >>> did_you_mean("Review-Ratio", ["review_ratio", "share"])
    "; did you mean 'review_ratio'?"
    """
    near = nearest(word, names, count, cutoff)
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ""


def nearest(word: str, names: Iterable[str], count: int, cutoff: float) -> list[str]:
    """Return the names nearest to a word, whatever the case of letters, - or a blank for _."""
    spelled: dict[str, list[str]] = {}
    for name in names:
        spelled.setdefault(_spelling(name), []).append(name)
    near = difflib.get_close_matches(_spelling(word), list(spelled), n=count, cutoff=cutoff)
    return [name for spelling in near for name in spelled[spelling]][:count]


def _spelling(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")


def listing(names: Iterable[str], limit: int = 12) -> str:
    """Return names as ``a, b, c``; after `limit` names the number of the others."""
    names = list(names)
    others = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + others
