"""The parser of the command line, built from the table of commands.

``-h`` prints a screen: usage, the gist, the arguments and an example; ``--help`` prints all.
"""

import argparse
import keyword
import re
import sys
import textwrap
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, NoReturn

from taskmodel.cli.commands import COMMANDS, COMMON, Argument
from taskmodel.cli.help_texts import ABOUT, DESCRIPTIONS, EPILOGS, TOP
from taskmodel.errors import InputError, printable
from taskmodel.files.suggestions import did_you_mean

WIDTH = 79
MAX_COLUMN = 30  # of the arguments
# what the help on a screen has no line of: what every command has, and the word for --scenario
WITHOUT_LINE = ("h", "help", "quiet", "debug", "version", "command", "scenario_word")

_GIVEN = "_given"  # of a namespace: values of options by destination


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; `command` and `module` hold the choice."""
    top = _Parser(
        "taskmodel",
        usage="taskmodel [--quiet] [--debug] COMMAND ...",
        description=f"{ABOUT}\n\n{_commands_by_group()}",
        epilog=TOP,
        short=f"{ABOUT}\n\n{_names_by_group()}",
    )
    top.set_defaults(command=None)
    top.add_argument("--version", action=_Version, help="print the version and exit")
    _add(top, COMMON)
    commands = top.add_subparsers(
        prog="taskmodel", dest="command", metavar="COMMAND", help=argparse.SUPPRESS
    )
    for command in chain.from_iterable(COMMANDS.values()):
        subparser = commands.add_parser(
            command.name,
            help=command.summary.replace("%", "%%"),  # argparse expands it
            description=DESCRIPTIONS[command.name],
            epilog=EPILOGS[command.name],
            short=_gist(DESCRIPTIONS[command.name]),
        )
        subparser.set_defaults(module=module_of(command.name))
        # --quiet and --debug may precede the command: only a second mention may change them
        _add(subparser, COMMON, default=argparse.SUPPRESS)
        _add(subparser, command.arguments)
    return top


def commands_of(top: argparse.ArgumentParser) -> argparse.Action:
    """Return the argument that chooses a command; its `choices` are the parsers by name."""
    (commands,) = (action for action in top._actions if action.dest == "command")
    return commands


def module_of(command: str) -> str:
    """Return the name of the module of a command; one that is a word of Python ends in ``_``."""
    name = command.replace("-", "_")
    return f"{name}_" if keyword.iskeyword(name) else name


def _commands_by_group() -> str:
    lines = ["commands:"]
    for group, commands in COMMANDS.items():
        lines.append(f"  {group}")
        lines += [f"    {command.name:<13}{command.summary}" for command in commands]
    return "\n".join(lines)


def _names_by_group() -> str:
    lines = ["commands:"]
    for group, commands in COMMANDS.items():
        names = ", ".join(command.name for command in commands)
        lines += textwrap.wrap(
            f"  {group:<13} {names}", 79, subsequent_indent=" " * 16, break_on_hyphens=False
        )
    return "\n".join(lines)


def _gist(description: str) -> str:
    """Return the first paragraph, to its second sentence."""
    sentences = description.partition("\n\n")[0].replace("\n", " ").split(". ")
    return textwrap.fill(". ".join(sentences[:2]).rstrip(".") + ".", 79)


def _invocation(action: argparse.Action) -> str:
    """Return how an argument is written."""
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else "")
    if not action.option_strings:
        return f"[{value}]" if action.nargs in ("?", "*") else str(value)
    return f"{action.option_strings[-1]} {value}".rstrip()


def _on_a_line(start: str, text: str) -> str:
    """Return the first part of a help text after its argument, cut to the line."""
    room = WIDTH - len(start)
    return start + textwrap.shorten(text.partition(";")[0], room, placeholder=" ...")


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


class _Once(argparse.Action):
    """Store a value; argparse's own action keeps the last of several and says nothing."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        value: Any,
        option: str | None = None,
    ) -> None:
        if option is not None:
            # the value may be the default, so that it does not tell whether it was given
            given = vars(namespace).setdefault(_GIVEN, {})
            if given.setdefault(self.dest, value) != value:
                raise argparse.ArgumentError(self, "is given twice; keep one")
        setattr(namespace, self.dest, value)


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


class _ShortHelp(argparse.Action):
    """Print the help that fits on a screen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(nargs=0, **options)

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option: str | None = None,
    ) -> NoReturn:
        assert isinstance(parser, _Parser)
        print(parser.short_help())
        parser.exit()


class _Parser(argparse.ArgumentParser):
    """A parser whose help keeps its lines, and that accepts no abbreviated options."""

    def __init__(self, prog: str | None = None, short: str = "", **options: Any) -> None:
        formatter = argparse.RawDescriptionHelpFormatter
        super().__init__(
            prog, formatter_class=formatter, allow_abbrev=False, add_help=False, **options
        )
        self.short = short
        # no option begins with a digit: argparse itself takes -1:2 and -1e30 for options
        self._negative_number_matcher = re.compile(r"-\.?\d")
        self._intermixing = False
        self.add_argument("-h", action=_ShortHelp, help="this help on a screen")
        self.add_argument("--help", action="help", help="all of it, with examples and JSON keys")
        # argparse looks up actions by name here, so that the table of commands stays plain data
        self.register("action", "mapping", _Mapping)
        self.register("action", None, _Once)

    def short_help(self) -> str:
        """Return usage, the gist, a line for each argument, and an example."""
        shown = [action for action in self._actions if action.help != argparse.SUPPRESS]
        rows = [
            (_invocation(action), action.help or "")
            for action in shown
            if action.dest not in WITHOUT_LINE
        ]
        width = min(MAX_COLUMN, max((len(name) for name, _ in rows), default=0))
        arguments = [_on_a_line(f"  {name:<{width}}  ", text) for name, text in rows]
        values = [_invocation(action) for action in self._actions if not action.option_strings]
        lines = (self.epilog or "").splitlines()
        examples = [line for line in lines if line.startswith("  taskmodel ")][:3]
        usage = " ".join([f"usage: {self.prog}", "[options]", *values])
        parts = [[usage], [self.short], arguments, ["examples:", *examples]]
        end = [f"All options in full, words, files and JSON keys: {self.prog} --help"]
        return "\n\n".join("\n".join(part) for part in [*parts, end] if part)

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print a help; argparse itself says nothing where it cannot be written."""
        stream = sys.stderr if file is None else file
        if message and stream is sys.stderr:
            super()._print_message(message, stream)  # no reader is left for an error
        elif message and stream is not None:
            stream.write(message)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Take words of a command where they stand, also behind options."""
        helped = not {"-h", "--help"}.isdisjoint(args or ())
        if self._subparsers is not None or self._intermixing or helped:
            return super().parse_known_args(args, namespace)
        # argparse takes optional words only up to the first option otherwise; its own way to
        # intermix them calls this function for options and for words, of which each hides the
        # other from the help
        self._intermixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._intermixing = False

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Name the nearest commands in place of all, where there is no such command."""
        if action.choices is not None and action.dest == "command" and value not in action.choices:
            hint = did_you_mean(value, action.choices, cutoff=0.6)
            raise argparse.ArgumentError(
                None, f"there is no command {value!r}{hint or '; taskmodel -h names them'}"
            )
        super()._check_value(action, value)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuse what is left over in the name of the command, with the nearest option.

        The word after a catalog is the same as ``--scenario``.
        """
        known, unknown = self.parse_known_args(args, namespace)
        commands: Any = commands_of(self).choices
        chosen: _Parser = commands.get(known.command, self)
        if unknown:
            options = [name for action in chosen._actions for name in action.option_strings]
            word = unknown[0].partition("=")[0]
            hint = did_you_mean(word, options, cutoff=0.6) if word.startswith("-") else ""
            if not word.startswith("-") and hasattr(known, "scenario_word"):
                hint = f"; {known.catalog} is the catalog, and {known.scenario_word} the scenario"
            elif not word.startswith("-") and "--scenario" in options:
                hint = "; a scenario is given as --scenario S"
            chosen.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
        if (word := getattr(known, "scenario_word", None)) is not None:
            if known.scenario is not None:
                chosen.error(
                    f"two scenarios, {word} and --scenario {known.scenario}: keep one, or write "
                    "both in one file"
                )
            known.scenario = word
        return known

    def error(self, message: str) -> NoReturn:
        if message.endswith("expected one argument"):
            message += "; one that begins with - is joined by =, as in --output=-x"
        self.exit(2, f"{self.prog}: error: {printable(message)}\n  see {self.prog} --help\n")
