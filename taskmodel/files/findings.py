"""Defects by the keys of their values, and the checks that several kinds of files share."""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from taskmodel.files.quantity import JUDGEMENT, SET
from taskmodel.files.suggestions import did_you_mean, listing
from taskmodel.files.yaml import Keys

MAX_COMPARED = 1000  # near names are suggested among at most so many: the search is quadratic


class Finding(NamedTuple):
    """A defect of a value, or of its key (``at_key``)."""

    keys: Keys
    message: str
    at_key: bool = False


def as_mapping(value: Any) -> dict[str, Any]:
    """Return a mapping; an empty one for another type, which is reported elsewhere."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """Return a list; an empty one for another type, which is reported elsewhere."""
    return value if isinstance(value, list) else []


def unknown_name(name: Any, names: Collection[str], keys: Keys, noun: str) -> Iterator[Finding]:
    """Yield a defect if `name` is text and not among `names`; `noun` is what it names.

    No names at all are a defect of their own, which is reported elsewhere, except for sources.
    """
    if isinstance(name, str) and name not in names and (names or noun == "source"):
        hint = did_you_mean(name, names) if len(names) <= MAX_COMPARED else ""
        hint = hint or (f"; there are {listing(names)}" if names else "; `sources` has none")
        yield Finding(keys, f"there is no {noun} {name!r}{hint}")


def source_findings(value: Any, keys: Keys, sources: dict[str, Any]) -> Iterator[Finding]:
    """Yield defects of every ``source`` and ``sources`` within a value."""
    for index, item in enumerate(as_list(value)):
        if isinstance(item, (dict, list)):
            yield from source_findings(item, (*keys, index), sources)
    for name, item in as_mapping(value).items():
        if name not in ("source", "sources") or not isinstance(item, (str, list)):
            if isinstance(item, (dict, list)):  # most are numbers and texts
                yield from source_findings(item, (*keys, name), sources)
            continue
        cited = [item] if isinstance(item, str) else item
        for index, key in enumerate(cited):
            position = (*keys, name) if isinstance(item, str) else (*keys, name, index)
            if name == "sources" or key not in (JUDGEMENT, SET):
                yield from unknown_name(key, sources, position, "source")
        if name == "source" and JUDGEMENT in cited and not value.get("note"):
            yield Finding((*keys, name), "judgement needs a `note` that gives the reason")
