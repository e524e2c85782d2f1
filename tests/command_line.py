"""Runs commands in the process of the tests, and returns what they print."""

import json

from taskmodel.cli import main


def _refuse(constant):
    raise ValueError(f"{constant} is not strict JSON")


def strict_json(text):
    """Parse JSON that has no NaN and no Infinity."""
    return json.loads(text, parse_constant=_refuse)


def json_of(capsys, *arguments, code=0):
    """Return the JSON document of a command."""
    assert main([*arguments, "--json"]) == code
    return strict_json(capsys.readouterr().out)


def lines_of(capsys, *arguments, code=0):
    """Return the lines that a command prints for people."""
    assert main(list(arguments)) == code
    return capsys.readouterr().out.splitlines()


def error_of(capsys, *arguments, code=2):
    """Return the message of a command that fails; there is no traceback."""
    assert main(list(arguments)) == code
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return err


def line_with(lines, word):
    """Return the only line that has a word."""
    (line,) = [line for line in lines if word in line]
    return line
