"""The command line: `taskmodel COMMAND`, also as `python -m taskmodel`.

`commands` is the table of commands, from which `parser` builds the parser; `values` parses the
values of arguments. Each command has a module with a function `answer`, which takes the parsed
arguments and returns an `Answer`: the facts for JSON, the lines for people, the files. The module
is imported when the command is called, so that help, `list` and `check` are quick. `entry` prints
the answer and handles errors, interrupts and closed pipes.

Shared by the commands: `catalogs` (catalog, scenario, settings, headings), `output` (answers and
files), `screen` (numbers, tables, JSON, progress), `words` (names of sources and events, and the
rows of datasets as plain values).
"""

from taskmodel.cli.entry import main

__all__ = ["main"]
