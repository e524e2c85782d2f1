"""`taskmodel validate`: every published result the model reproduces, beside what the model says."""

from __future__ import annotations

from argparse import Namespace

from taskmodel.cli.screen import json_text, progress


def command(args: Namespace) -> int:
    """Compute and print the table; the exit code is 1 if a result is off."""
    with progress("computing published results", args.quiet):
        from taskmodel.validation import as_records, as_text, exit_code, validate

        outcomes = validate()
    print(
        json_text({"ok": exit_code(outcomes) == 0, "results": as_records(outcomes)})
        if args.json
        else as_text(outcomes, every=args.all)
    )
    return exit_code(outcomes)
