"""Heads of files, read from their lines, are what the readers of whole files find."""

import pytest

from taskmodel.cli.kinds import KINDS
from taskmodel.files.heads import head

FILES = [(key, name) for key, kind in KINDS.items() for name in kind.bundled()]
COUNTED = {"tasks": len, "cases": list, "priors": list, "moments": list}


@pytest.mark.parametrize(("key", "name"), FILES)
def test_the_head_of_every_bundled_file_is_that_of_the_whole(key, name):
    facts, record = KINDS[key].head(name), KINDS[key].load(name)
    assert facts.pop("name") == name
    for fact, value in facts.items():
        if fact == "sets":
            assert value == list(record.set)
        elif fact in COUNTED:
            assert value == COUNTED[fact](getattr(record, fact))
        elif fact in ("begins", "ends"):
            assert value == getattr(record, fact).value
        else:
            assert value == getattr(record, fact)


def test_blocks_in_brackets_comments_and_quoted_keys_are_read():
    text = (
        "# a comment: no key\n"
        "title: >-\n  two\n  lines\n"
        'set:  # of\n  # a: comment\n  "a.b": 1\n  c.d:\n    low: 1\n  e: {f: 2}\n'
        "tasks: {x: 1, y: {z: 2}}\n"
    )
    assert head(text, ["title", "absent"], ["set", "tasks", "none"]) == {
        "title": "two lines",
        "set": ["a.b", "c.d", "e"],
        "tasks": ["x", "y"],
    }
