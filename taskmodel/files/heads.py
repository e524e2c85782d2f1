"""The head of a valid file, without the rest: single values, and the ids of a block.

A catalog of forty tasks takes a fifth of a second to read. Its title, and the number of its tasks,
can be told from its lines: in block style a line that is not indented begins a top-level key, and
the ids of a block are the lines of its least indentation. What is taken is read as in
`files.yaml`. Files are not checked, so that this is for bundled ones alone.
"""

import re
from collections.abc import Iterable
from typing import Any

from taskmodel.files.yaml import read_document

_KEY = re.compile(r"(?P<indent> *)(?P<key>[^\s#'\"-][^:]*|'[^']*'|\"[^\"]*\"):(?=\s|$)")


def head(text: str, values: Iterable[str], blocks: Iterable[str] = ()) -> dict[str, Any]:
    """Return some top-level values of a valid file, and of some blocks the list of their ids.

    Parameters
    ----------
    text : str
    values, blocks : iterable of str
        Top-level keys; those that the file lacks are left out.

    Examples
    --------
    >>> head("title: A title\\ntasks:\\n  coding: {share: 1}\\n", ["title"], ["tasks"])
    {'title': 'A title', 'tasks': ['coding']}
    """
    sections = _sections(text)
    found = {key: read_document(sections[key], key).data[key] for key in values if key in sections}
    return found | {key: _ids(key, sections[key]) for key in blocks if key in sections}


def _sections(text: str) -> dict[str, str]:
    """Return the lines of each top-level key."""
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        match = _KEY.match(line)
        if match and not match["indent"]:
            lines = sections[match["key"].strip("'\"")] = []
        lines.append(line)
    return {key: "".join(lines) for key, lines in sections.items()}


def _ids(key: str, section: str) -> list[str]:
    first, *others = section.splitlines()
    matches = [match for line in others if (match := _KEY.match(line))]
    if first.partition("#")[0].rstrip() != f"{key}:" or not matches:  # in brackets
        return list(read_document(section, key).data[key])
    indent = len(matches[0]["indent"])
    return [m["key"].strip("'\"") for m in matches if len(m["indent"]) == indent]
