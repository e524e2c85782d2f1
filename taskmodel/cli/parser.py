"""The parser of the command line, built from the table of commands."""

import argparse
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, NoReturn

from taskmodel.cli.commands import COMMANDS, COMMON, Argument
from taskmodel.cli.help_texts import ABOUT, DESCRIPTIONS, EPILOGS, TOP
from taskmodel.errors import InputError


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; `command` and `module` hold the choice."""
    top = _Parser(
        "taskmodel",
        usage="taskmodel [--quiet] [--debug] COMMAND ...",
        description=f"{ABOUT}\n\n{_commands_by_group()}",
        epilog=TOP,
    )
    top.set_defaults(command=None)
    top.add_argument("--version", action=_Version, help="print the version and exit")
    _add(top, COMMON)
    commands = top.add_subparsers(
        prog="taskmodel", dest="command", metavar="COMMAND", help=argparse.SUPPRESS
    )
    for command in chain.from_iterable(COMMANDS.values()):
        subparser = commands.add_parser(
            command.name, description=DESCRIPTIONS[command.name], epilog=EPILOGS[command.name]
        )
        subparser.set_defaults(module=command.name.replace("-", "_"))
        # --quiet and --debug may precede the command: only a second mention may change them
        _add(subparser, COMMON, default=argparse.SUPPRESS)
        _add(subparser, command.arguments)
    return top


def _commands_by_group() -> str:
    lines = ["commands:"]
    for group, commands in COMMANDS.items():
        lines.append(f"  {group}")
        lines += [f"    {command.name:<13}{command.summary}" for command in commands]
    return "\n".join(lines)


def _add(
    parser: argparse._ActionsContainer,
    arguments: Iterable[Argument | tuple[Argument, ...]],
    **defaults: Any,
) -> None:
    for argument in arguments:
        if not isinstance(argument, Argument):
            _add(parser.add_mutually_exclusive_group(), argument)
            continue
        options = {**argument.options, **defaults}
        if "type" in options:
            options["type"] = _reported(options["type"])
        parser.add_argument(*argument.names, **options)


def _reported(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """Report the errors of a parser of values as those of its argument."""

    def convert(text: str) -> Any:
        # argparse turns any ValueError into "invalid value" without its message; InputError is a
        # ValueError, but its message has what is allowed and what was found
        try:
            return parse(text)
        except InputError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return convert


class _Mapping(argparse.Action):
    """Collect pairs of key and value in a dictionary."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        pair: Any,
        option: str | None = None,
    ) -> None:
        key, value = pair
        # a new dictionary each time: the default in the table is shared by all parses
        mapping = getattr(namespace, self.dest)
        if key in mapping:
            raise argparse.ArgumentError(self, f"{key} is given twice; keep one")
        setattr(namespace, self.dest, {**mapping, key: value})


class _Version(argparse.Action):
    """Print the version, which takes a look at the installed package only then."""

    def __init__(self, **options: Any) -> None:
        super().__init__(nargs=0, **options)

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option: str | None = None,
    ) -> NoReturn:
        from taskmodel._version import __version__

        print(f"taskmodel {__version__}")
        parser.exit()


class _Parser(argparse.ArgumentParser):
    """A parser whose help keeps its lines, and that accepts no abbreviated options."""

    def __init__(self, prog: str | None = None, **options: Any) -> None:
        formatter = argparse.RawDescriptionHelpFormatter
        super().__init__(prog, formatter_class=formatter, allow_abbrev=False, **options)
        # argparse looks up actions by name here, so that the table of commands stays plain data
        self.register("action", "mapping", _Mapping)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message}\n  see {self.prog} --help\n")
