"""`taskmodel completion`: a script that completes commands, options and names in a shell."""

from argparse import ArgumentParser, Namespace
from importlib.util import find_spec
from itertools import chain
from typing import Any

from taskmodel.cli.kinds import kinds_taken
from taskmodel.cli.output import Answer
from taskmodel.cli.parser import commands_of, parser
from taskmodel.errors import InputError
from taskmodel.files import bundled


def answer(args: Namespace) -> Answer:
    """Return the script."""
    if find_spec("shtab") is None:
        raise InputError(
            "scripts of completion are made by shtab, which is not installed: "
            "pip install 'taskmodel[completion]'"
        )
    import shtab

    top = parser()
    functions: dict[str, tuple[str, ...]] = {}
    commands = commands_of(top)
    commands.help = "command"  # shtab leaves out what help leaves out
    for command in dict(commands.choices or {}).values():
        _complete_names(command, functions)
    text = shtab.complete(top, args.shell, preamble=_preamble(args.shell, functions))
    return Answer({}, lambda: [text])


def _complete_names(command: ArgumentParser, functions: dict[str, tuple[str, ...]]) -> None:
    """Give arguments that name files a function of the script."""
    for action in command._actions:
        kinds = kinds_taken(action)
        if kinds is not None:
            name = "_".join(("_taskmodel", *kinds, "file"))
            functions[name] = kinds
            completed: Any = action
            completed.complete = {"bash": name, "zsh": name}


def _preamble(shell: str, functions: dict[str, tuple[str, ...]]) -> str:
    """Return functions that offer bundled names of kinds, and YAML files."""
    texts = []
    for name, kinds in functions.items():
        words = " ".join(chain.from_iterable(map(bundled.names, kinds)))
        if shell == "bash":
            texts.append(
                f"{name}() {{\n  compgen -W '{words}' -- $1\n  compgen -d -- $1\n"
                f"  compgen -f -X '!*.yaml' -- $1\n}}"
            )
        else:
            texts.append(f"{name}() {{\n  compadd -- {words}\n  _files -g '*.yaml'\n}}")
    return "\n".join(texts)
