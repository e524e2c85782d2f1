"""Plain values as a text in YAML 1.2 that `taskmodel.files.yaml` reads back to the same values."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

LINE = 100  # characters up to which a mapping of scalars stands in one line

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = {"true", "false", "null"}


def yaml_text(data: Mapping[str, Any], comments: Mapping[str, str] | None = None) -> str:
    """Return a mapping of plain values as YAML, with a comment above some of its keys.

    Parameters
    ----------
    data : mapping
        Text keys; values are mappings, lists, text, finite numbers, bool and None.
    comments : mapping of str to str, optional
        By key of `data`.

    Examples
    --------
    >>> print(yaml_text({"title": "Two", "pools": {"people": {"headcount": 1e28, "note": "a: b"}}}))
    title: Two
    <BLANKLINE>
    pools:
      people: {headcount: 1e+28, note: "a: b"}
    <BLANKLINE>
    """
    comments = comments or {}
    parts: list[list[str]] = []
    for key, value in data.items():
        lines = list(_entry(key, value, 0))
        if key in comments:
            lines.insert(0, f"# {comments[key]}")
        separated = isinstance(value, (Mapping, list)) and len(value) > 0
        parts.append(["", *lines] if separated and parts else lines)
    return "\n".join(line for lines in parts for line in lines) + "\n"


def _entry(key: str, value: Any, indent: int) -> Iterator[str]:
    """Yield the lines of a key and its value."""
    start = f"{' ' * indent}{_text(key)}:"
    line = f"{start} {_flow(value)}"
    if not isinstance(value, (Mapping, list)) or not value:
        yield line
    elif _is_flat(value) and len(line) <= LINE and indent:
        yield line
    elif isinstance(value, Mapping):
        yield start
        for name, item in value.items():
            yield from _entry(str(name), item, indent + 2)
    else:
        yield start
        for item in value:
            yield f"{' ' * (indent + 2)}- {_flow(item)}"


def _is_flat(value: Any) -> bool:
    items = value.values() if isinstance(value, Mapping) else value
    return not any(isinstance(item, Mapping) for item in items)


def _flow(value: Any) -> str:
    """Return a value in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _text(value)
    return str(int(value)) if value % 1 == 0 and abs(value) < 1e15 else repr(value)


def _text(text: str) -> str:
    if _WORD.fullmatch(text) and text.lower() not in _RESERVED:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())
