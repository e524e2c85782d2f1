"""`taskmodel validate`: published results beside those of the model."""

from argparse import Namespace

from taskmodel.cli.output import Answer, output
from taskmodel.validation import as_records, as_text, exit_code, validate


def answer(args: Namespace) -> Answer:
    """Compute the table; the exit code is 1 if a result is off."""
    with output(args, "computing published results"):
        outcomes = validate()
    code = exit_code(outcomes)
    facts = {"ok": code == 0, "results": as_records(outcomes)}
    return Answer(facts, lambda: [as_text(outcomes, every=args.all)], code=code)
