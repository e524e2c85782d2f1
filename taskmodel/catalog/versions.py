"""Versions of the keys of catalogs: which one a file has, and how an older file is brought up.

A file says its version as ``schema_version``; without the key it is 1. There is one version so far.
When keys change their name or meaning, `CURRENT` rises, and `STEPS` gets the change of text from
the version before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from taskmodel.errors import InputError
from taskmodel.files.yaml import read_document

CURRENT = 1
KEY = "schema_version"
STEPS: Mapping[int, Callable[[str], str]] = {}  # by the version of the text that is given


def unreadable(version: int, current: int = CURRENT) -> str:
    """Return why a file of this version cannot be read; empty if it can.

    Examples
    --------
    >>> unreadable(1), unreadable(3)[:32]
    ('', 'version 3 is newer than 1, which')
    """
    if version == current:
        return ""
    if version > current:
        return (
            f"version {version} is newer than {current}, which this taskmodel reads: install a "
            "newer one"
        )
    if version < 1:
        return f"there is no version {version}; versions are 1 to {current}"
    return f"version {version} is older than {current}: bring the file up with taskmodel migrate"


def version_of(text: str, file: str = "text") -> int:
    """Return the version of a catalog's text; `file` is its name in messages.

    Raises
    ------
    InputError
        If it is not a whole number, or the text has no keys.
    """
    data = read_document(text, file).data
    if not isinstance(data, dict):
        raise InputError(f"{file}: has no keys; a catalog, with its tasks, is needed")
    version = data.get(KEY, 1)
    if not isinstance(version, int) or isinstance(version, bool):
        raise InputError(
            f"{file}: {KEY}: found {version!r}; give a whole number, such as {CURRENT}"
        )
    return version


def migrated(
    text: str,
    file: str = "text",
    steps: Mapping[int, Callable[[str], str]] = STEPS,
    current: int = CURRENT,
) -> str:
    """Return a catalog's text as one of the current version, the same text if it is one.

    Parameters
    ----------
    text, file : str
        Text of the catalog, and its name in messages.
    steps : mapping of int to function, optional
        From a text of each version to one of the next, its ``schema_version`` included.
    current : int, optional
        The version to reach.

    Raises
    ------
    InputError
        If the version is newer, or there is no such version.
    """
    version = version_of(text, file)
    while version < current and version in steps:
        text = steps[version](text)
        version += 1
    if reason := unreadable(version, current):
        raise InputError(f"{file}: {KEY}: {reason}")
    return text
