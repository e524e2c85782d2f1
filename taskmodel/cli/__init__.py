"""The command line: `taskmodel COMMAND`, also as `python -m taskmodel`.

One module for each command, with one function, `command`, that takes the parsed arguments and returns the exit code. They
are loaded when they are called for, and load what they need themselves, so that help, `list` and `check` are quick.
Besides them: `entry` (what happens to errors, interrupts and closed pipes), `parser` (arguments and help), `asked` (catalog,
scenario and values from the arguments), `screen` (numbers, tables, JSON, progress) and `files` (whole files or none).
"""

from taskmodel.cli.entry import main

__all__ = ["main"]
