"""Strict YAML 1.2: a text as plain values, with the position of each.

The reader accepts mappings with text keys, lists, and the scalars of YAML 1.2's core schema
(``1e27`` is a number, ``no`` and ``2026-01-01`` are words, ``1_000`` is text). Anchors, aliases,
tags, merge keys, directives, duplicate keys and second documents are refused at their positions,
before anything is expanded or executed.
"""

import codecs
import math
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML, tokens
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.scanner import Scanner, ScannerError

from taskmodel.errors import CatalogError, Defect
from taskmodel.files.mends import number_mend

MAX_BYTES = 10_000_000
MAX_DEPTH = 50
MAX_NUMBER = 100  # characters of a number before a comma

_NULLS = {"", "~", "null", "Null", "NULL"}
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_OTHER_ENCODING = "is not UTF-8 but UTF-16 or UTF-32, or no text; save the file as UTF-8"
_ODD_SPACE = re.compile(r"(?:^[ -]*|:)([\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000])", re.M)
_LEADING_ZERO = re.compile(r"([-+]?)0+([0-9]+)(.*)")
# A number in braces up to a comma without a blank behind it, and what can follow of the number.
_NUMBER_AND_COMMA = re.compile(r"(?<![\w.,+-])([-+]?[0-9]+(?:[.,][0-9]+)*,)\Z")
_AFTER_COMMA = re.compile(r"[0-9]+(?:,[0-9]+)*(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?=\s*(?:[],}]|\Z))")
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)

# Blanks with a tab first, and whether nothing but a comment follows, or what else.
_TABS = re.compile(r"\t[ \t]*(?:(?=([#\r\n\0]))|(?=(.)))")

# Plain words on one line whose end is certain without looking further: in brackets before , } ]
# or ": ", else before ":" or a line break after which the next line is not indented more deeply.
_WORDS_IN_BRACKETS = re.compile(r"[^\0\s,:?#\[\]{}]+(?: +[^\0\s,:?#\[\]{}]+)*(?= *[,\]}]|: )")
_WORDS = re.compile(r"[^\0\s:#]+(?: +[^\0\s:#]+)*(?:(?=: |:\n)|(?=\n( *)[^ \r\n#]))")

Keys = tuple[str | int, ...]


class TextMark(NamedTuple):
    """Position of a value and of its key, counted from 1."""

    file: str
    line: int | None
    column: int | None
    key_line: int | None
    key_column: int | None

    def key_defect(self, path: str, message: str) -> Defect:
        """Return a defect at the position of the key."""
        return Defect(self.file, self.key_line, self.key_column, path, message)


@dataclass
class Document:
    """Plain values of a text, their marks by keys from the root, and the defects of the text."""

    file: str
    data: Any = None
    marks: dict[Keys, TextMark] = field(default_factory=dict)
    defects: list[Defect] = field(default_factory=list)


def read_text(path: Path, byte_order_mark: bool = False, limit: int = MAX_BYTES) -> str:
    """Return the text of a file.

    Parameters
    ----------
    path : Path
        The file.
    byte_order_mark : bool
        Whether one at the beginning is skipped, as of tables that a spreadsheet writes.
    limit : int
        Largest size [bytes].

    Raises
    ------
    CatalogError
        If there is no such file, it is not a regular file, may not be read, is larger than
        the limit, or is not UTF-8.
    """
    try:
        problem = _unreadable(path.stat(), limit)
        content = b"" if problem else path.read_bytes()
    except OSError as error:
        raise _error(str(path), None, f"cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # a NUL in the file's name
        raise _error(str(path), None, f"cannot be read: {error}") from error
    if problem:
        raise _error(str(path), None, problem)
    if byte_order_mark:
        content = content.removeprefix(codecs.BOM_UTF8)
    elif content.startswith(codecs.BOM_UTF8):
        message = "starts with a byte order mark; save it as UTF-8 without one"
        raise _error(str(path), (1, 1), message)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        valid = content[: error.start].decode()
        message = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            message = _OTHER_ENCODING
        raise _error(str(path), _line_column(valid, len(valid)), message) from error


def _unreadable(status: os.stat_result, limit: int) -> str:
    if stat.S_ISDIR(status.st_mode):
        return "is a directory; give a file in it"
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file"
    if status.st_size > limit:
        size = f"{status.st_size:,} bytes; the limit is {limit:,}"
        return f"has {size}, so move long series to a CSV beside it"
    return ""


def unprintable(text: str) -> str:
    r"""Return the code of the first character that YAML does not allow; "" if it allows all.

    Examples
    --------
    >>> unprintable("a\x1b[31m"), unprintable("a")
    ('U+001B', '')
    """
    match = _UNPRINTABLE.search(text)
    return f"U+{ord(match[0]):04X}" if match else ""


def check_printable(text: str, file: str) -> None:
    """Check that YAML allows all characters of a text.

    Raises
    ------
    CatalogError
        With line and column of the first that it does not allow.
    """
    if match := _UNPRINTABLE.search(text):
        message = f"character {unprintable(text)} cannot be printed and is not allowed; remove it"
        if "\0" in text[1:2] or text.startswith("\0"):
            message = _OTHER_ENCODING
        raise _error(file, _line_column(text, match.start()), message)


def read_document(text: str, file: str) -> Document:
    """Read a text as one YAML 1.2 document of plain values.

    Parameters
    ----------
    text : str
        The text.
    file : str
        Name of the file in messages.

    Returns
    -------
    Document
        Values as dict, list, str, int, float, bool and None. Defects that leave the rest readable
        (a duplicate key, an anchor) are in its ``defects``; the caller raises them with its own.

    Raises
    ------
    CatalogError
        If the text is not YAML, or is nested more deeply than `MAX_DEPTH`.
    """
    check_printable(text, file)
    document = Document(file)
    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = _Scanner
    try:
        document.data = _Parser(document, text, yaml.scan(text)).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or "cannot be read"
        if space := _odd_space(text, mark.line + 1):
            index, name = space
            message = f"not YAML: U+{ord(text[index]):04X} ({name}) stands where a blank is needed"
            position = _line_column(text, index)
            defect = Defect(file, *position, "", f"{message}; type a space in its place")
            raise CatalogError([*document.defects, defect]) from error
        before = text.split("\n")[mark.line][: mark.column] if "not allowed here" in problem else ""
        if "\\t" in problem or "\t" in before:
            problem = "a tab; YAML is indented with spaces"
        if "cannot start any token" in problem:
            problem += "; put the text in quotes"
        defect = Defect(file, mark.line + 1, mark.column + 1, "", f"not YAML: {problem}")
        raise CatalogError([*document.defects, defect]) from error
    return document


def read_value(text: str, label: str = "set") -> Any:
    """Read one value as written in a file: ``0.5``, ``dedicated``, ``{value: 3, low: 1, high: 5}``.

    Parameters
    ----------
    text : str
        Text of the value.
    label : str
        Its name in messages.

    Raises
    ------
    CatalogError
        If the text is not one YAML value.

    Examples
    --------
    >>> read_value("1e27"), read_value("no"), read_value("{value: 3, low: 1, high: 5}")
    (1e+27, 'no', {'value': 3, 'low': 1, 'high': 5})
    """
    document = read_document(text, label)
    if document.defects:
        raise CatalogError(document.defects)
    return document.data


class _Scanner(Scanner):
    """The scanner of ruamel.yaml, faster on plain words, with an error for impossible escapes.

    Plain words on one line are taken as a whole. The original reads them character by character,
    half of the time of a catalog. It also refuses tabs that YAML allows: behind a value, its key,
    or the mark of an item, where they are no indentation.
    """

    _plain_end = -1  # where the last plain text ends, with the blanks behind it

    def scan_to_next_token(self) -> None:
        super().scan_to_next_token()
        reader = self.reader
        while (tabs := _TABS.match(reader.buffer, reader.pointer)) and not self.flow_level:
            indentation = reader.buffer[reader.pointer - reader.column : reader.pointer]
            if not indentation.strip(" ") and not tabs[1]:
                return  # of the tab that is next, the caller makes an error
            if reader.pointer == self._plain_end and not tabs[1] and tabs[2] != ":":
                raise ScannerError(
                    problem="a tab within a text; put the text in quotes, or type a blank",
                    problem_mark=reader.get_mark(),
                )
            self.allow_simple_key = False  # what follows on this line has no indentation to tell
            reader.forward(tabs.end() - reader.pointer)
            super().scan_to_next_token()

    def scan_plain(self) -> tokens.ScalarToken:
        token = self._plain()
        self._plain_end = self.reader.pointer
        return token

    def _plain(self) -> tokens.ScalarToken:
        reader = self.reader
        pattern = _WORDS_IN_BRACKETS if self.flow_level else _WORDS
        words = pattern.match(reader.buffer, reader.pointer)
        if words is None or (
            pattern is _WORDS and words[1] is not None and len(words[1]) > self.indent
        ):
            return super().scan_plain()
        start = reader.get_mark()
        length = words.end() - reader.pointer
        reader.pointer += length
        reader.index += length
        reader.column += length
        return tokens.ScalarToken(words[0], True, start, reader.get_mark())

    def scan_flow_scalar_non_spaces(self, double: Any, start_mark: Any) -> Any:
        try:
            return super().scan_flow_scalar_non_spaces(double, start_mark)
        except (ValueError, OverflowError) as error:  # of chr: the number of no character
            raise ScannerError(
                problem="an escape names no character; the last one is \\U0010FFFF",
                problem_mark=self.reader.get_mark(),
            ) from error


class _Parser:
    """Recursive-descent parser of the tokens of a text; its only state is the next token.

    `YAML.compose` would parse the same tokens, but its nodes take 1.7 times as long as this parser
    (102 ms against 60 ms for the catalog of 38 tasks, which takes 64 ms to load), and an alias has
    no node of its own, so that it could not be refused at its position.
    """

    def __init__(self, document: Document, text: str, stream: Iterator[tokens.Token]):
        self.text = text
        self.file = document.file
        self.marks = document.marks
        self.defects = document.defects
        self.stream = stream
        self.token = next(stream)

    def take(self) -> tokens.Token:
        token = self.token
        self.token = next(self.stream, token)
        return token

    def document(self) -> Any:
        self.take()  # the start of the stream
        while isinstance(self.token, tokens.DirectiveToken):
            self.refuse(self.take(), (), "a directive is not read; remove this line")
        if isinstance(self.token, tokens.DocumentStartToken):
            self.take()
        value = self.node((), self.token)
        while isinstance(self.token, tokens.DocumentEndToken):
            self.take()
        if isinstance(self.token, tokens.DocumentStartToken):
            self.refuse(self.token, (), "a second document begins; a file holds one")
        elif not isinstance(self.token, tokens.StreamEndToken):
            raise self.error(
                "nothing can follow here; check the indentation and the brackets above"
            )
        return value

    def node(self, keys: Keys, key: tokens.Token, in_mapping: bool = False) -> Any:
        """Read the value at `keys`; `key` is the token of its key, or its own in a list."""
        while isinstance(self.token, (tokens.AnchorToken, tokens.TagToken)):
            name = "an anchor (&)" if isinstance(self.token, tokens.AnchorToken) else "a tag (!)"
            self.refuse(self.take(), keys, f"{name} is not allowed; write the value out in full")
        token = self.token
        if len(keys) > MAX_DEPTH:
            raise self.error(f"nested more than {MAX_DEPTH} levels deep")
        self.mark(keys, key, token)
        if isinstance(token, tokens.ScalarToken):
            self.take()
            return self.scalar(keys, token)
        if isinstance(token, (tokens.BlockMappingStartToken, tokens.FlowMappingStartToken)):
            return self.mapping(keys)
        if isinstance(token, (tokens.BlockSequenceStartToken, tokens.FlowSequenceStartToken)):
            return self.sequence(keys)
        if in_mapping and isinstance(token, tokens.BlockEntryToken):
            return self.block_entries(keys)  # a list that is not indented below its key
        if isinstance(token, tokens.AliasToken):
            message = "an alias (*) is not allowed; write the value out in full"
            self.refuse(self.take(), keys, message)
        else:
            self.mark(keys, key, key)
        return None

    def mapping(self, keys: Keys) -> dict[str, Any]:
        flow = isinstance(self.take(), tokens.FlowMappingStartToken)
        end = tokens.FlowMappingEndToken if flow else tokens.BlockEndToken
        values: dict[str, Any] = {}
        while not isinstance(self.token, end):
            if not isinstance(self.token, tokens.KeyToken):
                hint = _comma(self.text, self.token.start_mark.index)
                raise self.error(f"'key: value' is expected here{hint}")
            self.take()
            key = self.take()
            if not isinstance(key, tokens.ScalarToken):
                raise self.error("a key must be a word", key)
            name = key.value if key.plain else self.quoted(keys, key)
            path = (*keys, name)
            duplicate = name in values
            if duplicate:
                first = f"first at line {self.marks[path].key_line}"
                self.refuse(key, path, f"duplicate key {name!r} ({first}); keep one")
                path = (*keys, f"{name} (again)")
            elif name == "<<" and key.plain:
                message = "a merge key (<<) is not allowed; write the values out in full"
                self.refuse(key, path, message)
            if not isinstance(self.token, tokens.ValueToken):
                raise self.error(f"':' is expected after the key {name!r}")
            self.take()
            value = self.node(path, key, in_mapping=not flow)
            if not duplicate:
                values[name] = value
            if flow:
                self.separator(end)
        self.take()
        return values

    def sequence(self, keys: Keys) -> list[Any]:
        if isinstance(self.take(), tokens.BlockSequenceStartToken):
            items = self.block_entries(keys)
            if not isinstance(self.token, tokens.BlockEndToken):
                raise self.error("'- value' is expected here")
        else:
            items = []
            while not isinstance(self.token, tokens.FlowSequenceEndToken):
                if isinstance(self.token, (tokens.KeyToken, tokens.FlowEntryToken)):
                    raise self.error(
                        "a value is expected here; write a mapping in a list as {key: value}"
                    )
                items.append(self.node((*keys, len(items)), self.token))
                self.separator(tokens.FlowSequenceEndToken)
        self.take()
        return items

    def block_entries(self, keys: Keys) -> list[Any]:
        items: list[Any] = []
        while isinstance(self.token, tokens.BlockEntryToken):
            self.take()
            items.append(self.node((*keys, len(items)), self.token))
        return items

    def separator(self, end: type) -> None:
        if isinstance(self.token, tokens.FlowEntryToken):
            self.take()
        elif not isinstance(self.token, end):
            raise self.error("',' or the closing bracket is expected here")

    def scalar(self, keys: Keys, token: tokens.ScalarToken) -> Any:
        text = token.value
        if not token.plain:
            return self.quoted(keys, token)
        if text in _NULLS:
            return None
        if text in _BOOLS:
            return _BOOLS[text]
        if _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text):
            return self.number(keys, token)
        if match := _NOT_FINITE.fullmatch(text):
            return float(f"{match[1] or ''}{match[2] or match[3]}")
        return text

    def quoted(self, keys: Keys, token: tokens.ScalarToken) -> str:
        """Return a quoted text, with JSON's pairs of escapes beyond U+FFFF as one character."""
        text = _PAIR.sub(
            lambda match: match[0].encode("utf-16", "surrogatepass").decode("utf-16"), token.value
        )
        if code := unprintable(text):
            message = f"an escape gives the character {code}, which cannot be printed; remove it"
            self.refuse(token, keys, message)
            return _UNPRINTABLE.sub("\ufffd", text)
        return text

    def number(self, keys: Keys, token: tokens.ScalarToken) -> float | None:
        text = token.value
        short = text if len(text) <= 40 else f"{text[:20]}... ({len(text)} characters)"
        if match := _LEADING_ZERO.fullmatch(text):
            mend = _comma(self.text, token.start_mark.index) or _without_zeros(match)
            self.refuse(token, keys, f"the number {short} begins with 0{mend}")
            return None
        try:
            value = float(int(text, 0) if text.startswith(("0o", "0x")) else text)
        except OverflowError:
            value = math.inf
        if math.isinf(value):
            self.refuse(token, keys, f"the number {short} is too large; the limit is 1.8e308")
        elif value == 0 and re.match(r"[-+0.]*[1-9]", text):
            message = f"the number {short} is too small to tell from 0; the limit is 5e-324"
            self.refuse(token, keys, message)
        else:
            if not _INTEGER.fullmatch(text):
                return value
            return int(text, 0 if text.startswith(("0o", "0x")) else 10)  # value may be rounded
        return None

    def mark(self, keys: Keys, key: tokens.Token, value: tokens.Token) -> None:
        positions = (*_position(value), *_position(key))
        self.marks[keys] = TextMark(self.file, *positions)

    def refuse(self, token: tokens.Token, keys: Keys, message: str) -> None:
        self.defects.append(Defect(self.file, *_position(token), dotted(keys), message))

    def error(self, message: str, token: tokens.Token | None = None) -> CatalogError:
        position = _position(token or self.token)
        return CatalogError(
            [*self.defects, Defect(self.file, *position, "", f"not YAML: {message}")]
        )


def dotted(keys: Keys) -> str:
    """Return keys from the root as a dotted path."""
    return ".".join(map(str, keys))


def _without_zeros(match: re.Match[str]) -> str:
    sign, digits, rest = match.groups()
    if len(digits) > 40:
        return "; write it without"
    lost = "" if rest else f", or {sign}0.{digits} if a decimal point was lost"
    return f"; write {sign}{digits.lstrip('0') or 0}{rest}{lost}"


def _comma(text: str, start: int) -> str:
    """Return the mend of a number with a comma, which ends an entry in braces or brackets.

    The entry after the comma starts at `start`; a number has no blank there.
    """
    before = _NUMBER_AND_COMMA.search(text, max(start - MAX_NUMBER, 0), start)
    after = _AFTER_COMMA.match(text, start)
    mend = number_mend(f"{before[1]}{after[0]}", None) if before and after else ""
    return f": a comma ends an entry here{mend}" if mend else ""


def _odd_space(text: str, line: int) -> tuple[int, str] | None:
    """Return index and name of the first space that is no blank where YAML has structure.

    That is, within the indentation of a line or after the mark of a key or item, at most two lines
    before the one at which the text stops being YAML.
    """
    for match in _ODD_SPACE.finditer(text):
        if abs(text.count("\n", 0, match.start(1)) + 1 - line) <= 2:
            return match.start(1), unicodedata.name(match[1]).lower()
    return None


def _position(token: tokens.Token) -> tuple[int, int]:
    return token.start_mark.line + 1, token.start_mark.column + 1


def _line_column(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _error(file: str, position: tuple[int, int] | None, message: str) -> CatalogError:
    line, column = position or (None, None)
    return CatalogError([Defect(file, line, column, "", message)])
