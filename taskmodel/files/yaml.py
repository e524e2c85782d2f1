"""Strict YAML 1.2: a text into plain values, with the place of each.

Only what a catalog needs is read: mappings with text keys, lists, and the scalars of YAML 1.2's core schema (``1e27`` is a
number, ``no`` and ``2026-01-01`` are words, ``1_000`` is no number). Anchors, aliases, tags, merge keys, directives,
duplicate keys and second documents are refused where they stand, before anything could expand or run. `ruamel.yaml` cuts
the text into tokens; the few rules that put tokens together stand here, because they are needed with positions, to a
limited depth, and at twice the speed. Time goes into the cutting: about 1 ms for ten lines.
"""

import codecs
import math
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML, tokens
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.scanner import Scanner

from taskmodel.errors import CatalogError, Defect

MAX_BYTES = 10_000_000
MAX_DEPTH = 50

_NULLS = {"", "~", "null", "Null", "NULL"}
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)

# Words on one line that end there for certain: in brackets before , } ] or ": ", else before ":" or a line that is not indented further.
_WORDS_IN_BRACKETS = re.compile(r"[^\0\s,:?#\[\]{}]+(?: +[^\0\s,:?#\[\]{}]+)*(?= *[,\]}]|: )")
_WORDS = re.compile(r"[^\0\s:#]+(?: +[^\0\s:#]+)*(?:(?=: |:\n)|(?=\n( *)[^ \r\n#]))")

Keys = tuple[str | int, ...]


class Mark(NamedTuple):
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
    """A text read: its values, the mark of each by its keys from the root, and the defects found on the way."""

    file: str
    data: Any = None
    marks: dict[Keys, Mark] = field(default_factory=dict)
    defects: list[Defect] = field(default_factory=list)


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises
    ------
    CatalogError
        If there is no such file, it is not a regular file, may not be read, is larger than `MAX_BYTES`, or is not UTF-8.
    """
    try:
        info = path.stat()
        if stat.S_ISDIR(info.st_mode):
            raise _refusal(path, "is a directory; give a file in it")
        if not stat.S_ISREG(info.st_mode):
            raise _refusal(path, "is not a regular file")
        if info.st_size > MAX_BYTES:
            raise _refusal(
                path,
                f"has {info.st_size:,} bytes; the limit is {MAX_BYTES:,}, so move long series to a CSV beside it",
            )
        content = path.read_bytes()
    except CatalogError:
        raise
    except OSError as error:
        raise _refusal(path, f"cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # a NUL in the file's name
        raise _refusal(path, f"cannot be read: {error}") from error
    if content.startswith(codecs.BOM_UTF8):
        raise CatalogError(
            [
                Defect(
                    str(path),
                    1,
                    1,
                    "",
                    "starts with a byte order mark; save it as UTF-8 without one",
                )
            ]
        )
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        line, column = _line_column(before, len(before))
        message = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise CatalogError([Defect(str(path), line, column, "", message)]) from error


def read_document(text: str, file: str) -> Document:
    """Read a text as one YAML 1.2 document of plain values.

    Parameters
    ----------
    text : str
        The text.
    file : str
        What messages call it.

    Returns
    -------
    Document
        Values as dict, list, str, int, float, bool and None. Defects that leave the rest readable (a duplicate key, an anchor)
        stand in its ``defects``; the caller raises them together with its own.

    Raises
    ------
    CatalogError
        If the text is not YAML, or is nested deeper than `MAX_DEPTH`.
    """
    document = Document(file)
    if odd := _UNPRINTABLE.search(text):
        line, column = _line_column(text, odd.start())
        message = (
            f"character U+{ord(odd[0]):04X} cannot be printed and is not allowed in YAML; remove it"
        )
        raise CatalogError([Defect(file, line, column, "", message)])
    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = _Scanner
    reader = _Reader(document, yaml.scan(text))
    try:
        document.data = reader.document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or "cannot be read"
        if "\\t" in problem:
            problem = "a tab; YAML is indented with spaces"
        raise CatalogError(
            [
                *document.defects,
                Defect(file, mark.line + 1, mark.column + 1, "", f"not YAML: {problem}"),
            ]
        ) from error
    return document


def read_value(text: str, label: str = "set") -> Any:
    """Read one value, written as it would be in a file: ``0.5``, ``dedicated``, ``{value: 3, low: 1, high: 5}``.

    Parameters
    ----------
    text : str
        The value's text.
    label : str
        What messages call it.

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
    """The scanner of ruamel.yaml, with plain words on one line cut out at once in place of letter by letter."""

    def scan_plain(self) -> tokens.ScalarToken:
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


class _Reader:
    """Puts tokens together; the only state is the next token."""

    def __init__(self, document: Document, stream: Iterator[tokens.Token]):
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
            raise self.stop("nothing can follow here; check the indentation and the brackets above")
        return value

    def node(self, keys: Keys, key: tokens.Token, in_mapping: bool = False) -> Any:
        """Read the value at `keys`, whose key (or itself, in a list) is the token `key`."""
        while isinstance(self.token, (tokens.AnchorToken, tokens.TagToken)):
            name = "an anchor (&)" if isinstance(self.token, tokens.AnchorToken) else "a tag (!)"
            self.refuse(self.take(), keys, f"{name} is not allowed; write the value out in full")
        token = self.token
        if len(keys) > MAX_DEPTH:
            raise self.stop(f"nested more than {MAX_DEPTH} levels deep")
        if isinstance(token, tokens.ScalarToken):
            self.mark(keys, key, self.take())
            return self.scalar(keys, token)
        self.mark(keys, key, token)
        if isinstance(token, (tokens.BlockMappingStartToken, tokens.FlowMappingStartToken)):
            return self.mapping(keys)
        if isinstance(token, (tokens.BlockSequenceStartToken, tokens.FlowSequenceStartToken)):
            return self.sequence(keys)
        if (
            isinstance(token, tokens.BlockEntryToken) and in_mapping
        ):  # a list that is not indented below its key
            return self.block_entries(keys)
        if isinstance(token, tokens.AliasToken):
            self.refuse(
                self.take(), keys, "an alias (*) is not allowed; write the value out in full"
            )
        else:
            self.mark(keys, key, key)
        return None

    def mapping(self, keys: Keys) -> dict[str, Any]:
        flow = isinstance(self.take(), tokens.FlowMappingStartToken)
        end = tokens.FlowMappingEndToken if flow else tokens.BlockEndToken
        found: dict[str, Any] = {}
        while not isinstance(self.token, end):
            if not isinstance(self.token, tokens.KeyToken):
                raise self.stop("'key: value' is expected here")
            self.take()
            key = self.take()
            if not isinstance(key, tokens.ScalarToken):
                raise self.stop("a key must be a word", key)
            name = key.value
            place = (*keys, name)
            known = name in found
            if known:
                self.refuse(
                    key,
                    place,
                    f"duplicate key {name!r} (first at line {self.marks[place].key_line}); keep one",
                )
                place = (*keys, f"{name} (again)")
            elif name == "<<" and key.plain:
                self.refuse(
                    key, place, "a merge key (<<) is not allowed; write the values out in full"
                )
            if not isinstance(self.token, tokens.ValueToken):
                raise self.stop(f"':' is expected after the key {name!r}")
            self.take()
            value = self.node(place, key, in_mapping=not flow)
            if not known:
                found[name] = value
            if flow:
                self.separator(end)
        self.take()
        return found

    def sequence(self, keys: Keys) -> list[Any]:
        if isinstance(self.take(), tokens.BlockSequenceStartToken):
            found = self.block_entries(keys)
            if not isinstance(self.token, tokens.BlockEndToken):
                raise self.stop("'- value' is expected here")
        else:
            found = []
            while not isinstance(self.token, tokens.FlowSequenceEndToken):
                if isinstance(self.token, (tokens.KeyToken, tokens.FlowEntryToken)):
                    raise self.stop(
                        "a value is expected here; write a mapping in a list as {key: value}"
                    )
                found.append(self.node((*keys, len(found)), self.token))
                self.separator(tokens.FlowSequenceEndToken)
        self.take()
        return found

    def block_entries(self, keys: Keys) -> list[Any]:
        found: list[Any] = []
        while isinstance(self.token, tokens.BlockEntryToken):
            self.take()
            found.append(self.node((*keys, len(found)), self.token))
        return found

    def separator(self, end: type) -> None:
        if isinstance(self.token, tokens.FlowEntryToken):
            self.take()
        elif not isinstance(self.token, end):
            raise self.stop("',' or the closing bracket is expected here")

    def scalar(self, keys: Keys, token: tokens.ScalarToken) -> Any:
        text = token.value
        if not token.plain:
            return text
        if text in _NULLS:
            return None
        if text in _BOOLS:
            return _BOOLS[text]
        if _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text):
            return self.number(keys, token)
        if odd := _NOT_FINITE.fullmatch(text):
            return float(f"{odd[1] or ''}{odd[2] or odd[3]}")
        return text

    def number(self, keys: Keys, token: tokens.ScalarToken) -> float | None:
        text = token.value
        try:
            value = float(int(text, 0) if text.startswith(("0o", "0x")) else text)
        except OverflowError:
            value = math.inf
        if math.isinf(value):
            self.refuse(token, keys, f"the number {_cut(text)} is too large; the limit is 1.8e308")
            return None
        if value == 0 and re.match(r"[-+0.]*[1-9]", text):
            self.refuse(
                token,
                keys,
                f"the number {_cut(text)} is too small to tell from 0; the limit is 5e-324",
            )
            return None
        return int(value) if _INTEGER.fullmatch(text) else value

    def mark(self, keys: Keys, key: tokens.Token, value: tokens.Token) -> None:
        at, of = value.start_mark, key.start_mark
        self.marks[keys] = Mark(self.file, at.line + 1, at.column + 1, of.line + 1, of.column + 1)

    def refuse(self, token: tokens.Token, keys: Keys, message: str) -> None:
        at = token.start_mark
        self.defects.append(Defect(self.file, at.line + 1, at.column + 1, dotted(keys), message))

    def stop(self, message: str, token: tokens.Token | None = None) -> CatalogError:
        at = (token or self.token).start_mark
        return CatalogError(
            [
                *self.defects,
                Defect(self.file, at.line + 1, at.column + 1, "", f"not YAML: {message}"),
            ]
        )


def dotted(keys: Keys) -> str:
    """Return the keys from the root as one dotted path."""
    return ".".join(map(str, keys))


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:20]}... ({len(text)} characters)"


def _line_column(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _refusal(path: Path, message: str) -> CatalogError:
    return CatalogError([Defect(str(path), None, None, "", message)])
