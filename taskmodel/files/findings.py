"""Defects by the keys of the values they are about, and the checks that every kind of file shares."""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from taskmodel.files.defects import did_you_mean, listing
from taskmodel.files.quantity import JUDGEMENT, SET
from taskmodel.files.yaml import Keys

MANY = 1000  # among more names than this no near one is looked for


class Finding(NamedTuple):
    """A defect by the keys of the value it is about; ``at_key``: the key is at fault, not the value."""

    keys: Keys
    message: str
    at_key: bool = False


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def known(name: Any, names: Collection[str], keys: Keys, what: str) -> Iterator[Finding]:
    """Yield a defect if `name` is a word that is not among `names`.

    A catalog may have no sources; that it has no pools, nests or tasks is a defect of its own and reported elsewhere.
    """
    if isinstance(name, str) and name not in names and (names or what == "source"):
        near = did_you_mean(name, names) if len(names) <= MANY else ""
        there = f"; there are {listing(names)}" if names else "; `sources` has none"
        yield Finding(keys, f"there is no {what} {name!r}{near or there}")


def source_findings(value: Any, keys: Keys, sources: dict[str, Any]) -> Iterator[Finding]:
    """Check the keys in every ``source`` and ``sources`` below a value."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from source_findings(item, (*keys, index), sources)
    if not isinstance(value, dict):
        return
    for name, item in value.items():
        if name in ("source", "sources") and isinstance(item, (str, list)):
            many = isinstance(item, list)
            named = item if many else [item]
            for index, key in enumerate(named):
                if name == "sources" or key not in (JUDGEMENT, SET):
                    yield from known(
                        key, sources, (*keys, name, index) if many else (*keys, name), "source"
                    )
            if name == "source" and JUDGEMENT in named and not value.get("note"):
                yield Finding((*keys, name), "judgement needs a `note` that gives the reason")
        else:
            yield from source_findings(item, (*keys, name), sources)
