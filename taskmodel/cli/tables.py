"""Tables on the screen: aligned columns, as wide as the terminal."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence

WIDTH = 79
LEAST_WIDTH = 30  # of a terminal whose width is used
GAP = 2  # blanks before the first column, and before each if there is room
BLANKS, JOINTS = r"\S+", r"[^\s_.,/]*[_.,/]+|[^\s_.,/]+"  # pieces of words at which cells may break

Rows = Sequence[Sequence[str]]


def terminal_width() -> int:
    """Return how many letters fit on a line of the terminal, or of a page if there is none."""
    return max(shutil.get_terminal_size((WIDTH + 1, 24)).columns - 1, LEAST_WIDTH)


def table(
    rows: Rows, left_columns: Sequence[int] = (0,), width: int | None = None
) -> Iterator[str]:
    """Yield lines of columns aligned to the right, `left_columns` to the left.

    Where they are wider than the terminal, heads are folded and then columns stand closer; where
    that is not enough, columns of words are folded too: at blanks, then within names. Columns that
    do not fit even so follow below, beside the first one again.

    Parameters
    ----------
    rows : sequence of sequences of str
        The first row may be a head.
    left_columns : sequence of int
    width : int, optional
        Letters on a line; default: those of the terminal.

    Examples
    --------
    >>> rows = [["task", "hours of review"], ["run_all_evaluations", "1,000"]]
    >>> print("\\n".join(table(rows, width=24)))
                    hours of
      task            review
      run_all_         1,000
      evaluations
    """
    most = terminal_width() if width is None else width
    columns = range(len(rows[0])) if rows else range(0)
    for gap in (GAP, 1):
        least = [_least(rows, column, False, BLANKS) for column in columns]
        if _total(least, gap) <= most:
            yield from _lines(rows, left_columns, _widths(rows, least, most, gap), BLANKS, gap)
            return
    for pattern in (BLANKS, JOINTS):
        least = [_least(rows, column, column in left_columns, pattern) for column in columns]
        if _total(least) <= most:
            yield from _lines(rows, left_columns, _widths(rows, least, most), pattern)
            return
    fitting = max((count for count in columns if _total(least[:count]) <= most), default=0)
    if fitting < 2:  # no terminal is that narrow but for names that cannot be read there
        yield from _lines(rows, left_columns, least, JOINTS)
        return
    yield from table([row[:fitting] for row in rows], left_columns, most)
    yield ""
    left = [column - fitting + 1 for column in left_columns if column >= fitting]
    further = [[row[0], *row[fitting:]] for row in rows]
    yield from table(further, [0, *left] if 0 in left_columns else left, most)


def _total(widths: Sequence[int], gap: int = GAP) -> int:
    return GAP - gap + sum(gap + width for width in widths)


def _least(rows: Rows, column: int, words: bool, pattern: str) -> int:
    """Return the least width of a column: numbers below the head stay in one piece."""
    folds = [row[column] for row in (rows if words else rows[:1])]
    pieces = [piece for cell in folds for piece in re.findall(pattern, cell)]
    return max(
        map(len, [*pieces, *(row[column] for row in ([] if words else rows[1:]))]), default=0
    )


def _widths(rows: Rows, least: Sequence[int], most: int, gap: int = GAP) -> list[int]:
    """Return the widths of columns: the widest ones give way, as far as they can."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    while _total(widths, gap) > most:
        _, widest = max((width, c) for c, width in enumerate(widths) if width > least[c])
        widths[widest] -= 1
    return widths


def _lines(
    rows: Rows, left_columns: Sequence[int], widths: Sequence[int], pattern: str, gap: int = GAP
) -> Iterator[str]:
    for number, row in enumerate(rows):
        folded = [_folded(cell, width, pattern) for cell, width in zip(row, widths, strict=True)]
        height = max(map(len, folded))
        # heads of numbers stand on the line above them; the first row may be none
        heads = number == 0 and any(
            len(lines) > 1 for column, lines in enumerate(folded) if column not in left_columns
        )
        for column, lines in enumerate(folded):
            blank = [""] * (height - len(lines))
            folded[column] = blank + lines if heads else lines + blank
        for cells in zip(*folded, strict=True):
            aligned = (
                cell.ljust(width) if column in left_columns else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
            )
            yield f"{' ' * GAP}{(' ' * gap).join(aligned)}".rstrip()


def _folded(cell: str, width: int, pattern: str) -> list[str]:
    """Return the lines of a cell that is folded to a width."""
    if len(cell) <= width:
        return [cell]
    lines = [""]
    for word in cell.split():
        pieces = [word] if len(word) <= width else re.findall(pattern, word)
        for number, piece in enumerate(pieces):
            joined = lines[-1] + (" " if number == 0 and lines[-1] else "") + piece
            if len(joined) <= width:
                lines[-1] = joined
            else:
                lines.append(piece)
    return lines if lines[0] else lines[1:]
