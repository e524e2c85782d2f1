"""Sheets of cells as CSV, as spreadsheets and statistical programs write them, with positions.

The first line names the columns. Cells are separated by commas, semicolons or tabs, whichever the
first line has most of, and may be in quotes. Lines without any text are skipped. A line such as
`sep=;` before the first names the separator.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from taskmodel.errors import CatalogError, Defect
from taskmodel.files.yaml import MAX_BYTES, check_printable, read_text

SEPARATORS = ",;\t"
_SEPARATOR_LINE = re.compile(r"\"?sep=(.)\"?", re.IGNORECASE)
_WORKBOOK = "is a workbook; save the sheet as CSV (UTF-8), and give that file"
_ZIP = "PK\x03\x04"  # how a workbook begins, whatever its name
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")


class SheetRow(NamedTuple):
    """A row of a sheet.

    Attributes
    ----------
    cells : tuple of str
        Texts of the cells, without blanks around them.
    line : int
        The first line of the row, from 1.
    raw : str
        The row as it stands in the file.
    separator : str
        What stands between its cells.
    """

    cells: tuple[str, ...]
    line: int
    raw: str
    separator: str

    def position(self, index: int) -> tuple[int, int]:
        """Return line and column, from 1, at which the text of a cell begins."""
        field = re.compile(rf'( *)("?)(?:(?<=")(?:[^"]|"")*")?[^{self.separator}]*')
        end, start = -1, 0
        for _ in range(index + 1):
            match = field.match(self.raw, end + 1)
            if match is None:
                break
            start, end = match.end(2), match.end()
        before = self.raw[:start]
        return self.line + before.count("\n"), start - before.rfind("\n")


class Sheet(NamedTuple):
    """A table as rows of cells.

    Attributes
    ----------
    file : str
        Name of the file in messages.
    header : SheetRow
        The first line, which names the columns.
    rows : tuple of SheetRow
        The others; each has as many cells as the header.
    defects : tuple of Defect
        Rows that have fewer or more cells, and text that is not CSV.
    """

    file: str
    header: SheetRow
    rows: tuple[SheetRow, ...]
    defects: tuple[Defect, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns in lower case."""
        return tuple(cell.lower() for cell in self.header.cells)


def read_sheet(path: Path, limit: int = MAX_BYTES) -> Sheet:
    """Return the cells of a CSV file.

    Parameters
    ----------
    path : Path
        The file.
    limit : int, optional
        Largest size [bytes].

    Raises
    ------
    CatalogError
        If the file cannot be read as text, or has characters that cannot be printed.
    """
    if path.suffix.lower() in _WORKBOOKS:
        raise CatalogError([Defect(str(path), None, None, "", _WORKBOOK)])
    text = read_text(path, byte_order_mark=True, limit=limit)
    if text.startswith(_ZIP):
        raise CatalogError([Defect(str(path), None, None, "", _WORKBOOK)])
    check_printable(text, str(path))
    lines = list(io.StringIO(text, newline="")) or [""]
    named = _SEPARATOR_LINE.fullmatch(lines[0].rstrip("\r\n"))
    if named and named[1] not in SEPARATORS:
        message = f"found the separator {named[1]!r}; commas, semicolons and tabs are read"
        raise CatalogError([Defect(str(path), 1, 1, "", message)])
    if named:
        lines[0] = ""  # the names of the columns are in the second line
    separator = named[1] if named else max(SEPARATORS, key=lines[0].count)
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    rows: list[SheetRow] = []
    others: list[SheetRow] = []  # of which the first line does not name all cells, or more
    broken = []
    try:
        for row in _rows(reader, lines, separator, 2 if named else 1):
            if not rows or len(row.cells) == len(rows[0].cells):
                rows.append(row)
            else:
                others.append(row)
    except csv.Error as error:
        broken = [Defect(str(path), reader.line_num, 1, "", f"is not CSV: {error}")]
    defects = [*_wrong_lengths(rows, others, str(path)), *broken]
    header = rows[0] if rows else SheetRow(("",), 1, "", separator)
    return Sheet(str(path), header, tuple(rows[1:]), tuple(defects))


def _wrong_lengths(rows: list[SheetRow], others: list[SheetRow], file: str) -> list[Defect]:
    """Return the defects of rows that have fewer or more cells than the first line names."""
    if not others:
        return []
    named = len(rows[0].cells)
    if len(rows) == 1 and all(
        len(row.cells) == named + 1 and row.cells[0] == str(number)
        for number, row in enumerate(others, 1)
    ):
        message = (
            "does not name the column of numbers before the others; name it, too, or leave it out "
            "(in R row.names = FALSE)"
        )
        return [Defect(file, rows[0].line, 1, "", message)]
    return [
        Defect(
            file,
            row.line,
            1,
            "",
            f"found {len(row.cells)} cell{'s' * (len(row.cells) != 1)}; the first line names "
            f"{named} columns",
        )
        for row in others
    ]


def _rows(
    reader: Any,
    lines: list[str],
    separator: str,
    first: int,
) -> Iterator[SheetRow]:
    """Yield the rows that have text; the header, at line `first`, is one whether or not it has."""
    line = 1
    for cells in reader:
        texts = tuple(cell.strip() for cell in cells)
        if line == first or any(texts):
            yield SheetRow(texts, line, "".join(lines[line - 1 : reader.line_num]), separator)
        line = reader.line_num + 1
