"""Decimal marks in a sheet: whether the point or the comma in a number stands before decimals.

Programs write numbers as their country does, so that `1.200` may be 1.2 or 1200. Where semicolons
separate cells, or a cell has a decimal comma, a number with three digits behind its only mark is
read if other numbers of the sheet tell what the mark means; it is refused if none does, or if they
contradict it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from taskmodel.errors import InputError
from taskmodel.files.sheet import Sheet

_CELL = re.compile(r"([-+]?[0-9.,]+(?:[eE][-+]?[0-9]+)?)(\s*(?:[^\W\d_%$]|[%$]).*)?", re.ASCII)
_ONE_GROUP = re.compile(r"([-+]?[1-9][0-9]{0,2})([.,])([0-9]{3})")
_GROUPS = re.compile(r"[-+]?[1-9][0-9]{0,2}([.,])[0-9]{3}(\1[0-9]{3})+")
_GROUPS_AND_DECIMALS = re.compile(r"[-+]?[1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*([.,])\d+")
_DECIMALS = re.compile(r"[-+]?[0-9]*([.,])[0-9]+([eE][-+]?[0-9]+)?")
_NAMES = {".": "point", ",": "comma"}


@dataclass(frozen=True)
class Decimals:
    """Reads the numbers in some columns of a sheet.

    Attributes
    ----------
    sheet : Sheet
    columns : tuple of int
        Those whose cells tell what a mark means: not those with texts.
    """

    sheet: Sheet
    columns: tuple[int, ...]

    @cached_property
    def evidence(self) -> dict[str, str]:
        """Where a mark is certain to stand before decimals, by mark."""
        texts: dict[str, str] = {}
        for row in self.sheet.rows:
            for column in self.columns:
                cell = row.cells[column]
                mark = _decimal_mark(cell)
                if mark and mark not in texts:
                    texts[mark] = f"{cell!r} at line {row.line}"
            if len(texts) == 2:
                break
        return texts

    def number_text(
        self, text: str, admits: Callable[[float, str], bool] = lambda number, unit: True
    ) -> str:
        """Return the text of a number with a point for a decimal comma.

        Where semicolons separate cells a comma is a decimal comma. Text that is no number stays.

        Parameters
        ----------
        text : str
            A cell, perhaps with a unit behind the number.
        admits : function
            Whether a number, and its unit or "", has a meaning in the cell.

        Raises
        ------
        InputError
            If the number has one mark and three digits behind it, and may be a thousand times as
            large.
        """
        match = _CELL.fullmatch(text)
        if match is None:
            return text
        number, unit = match[1], match[2] or ""
        commas = self.sheet.header.separator == ";"
        group = _ONE_GROUP.fullmatch(number)
        if group and (commas or group[2] == "."):
            thousands = admits(float(group[1] + group[3]), unit.strip())
            if reason := self._doubt(group[2], thousands):
                raise InputError(f"found {text!r}{reason}{self._proposal(group, unit, admits)}")
        if commas and _DECIMALS.fullmatch(number):
            number = number.replace(",", ".")
        return number + unit

    def _doubt(self, mark: str, thousands: bool) -> str:
        """Return why a mark may stand between thousands; "" if it stands before decimals.

        `thousands` says whether a number as large has a meaning.
        """
        other = "," if mark == "." else "."
        if other in self.evidence:
            name = _NAMES[other]
            return f", in a table with a decimal {name} ({self.evidence[other]})"
        if not thousands or mark in self.evidence or self.sheet.header.separator != ";":
            return ""
        return (
            f"; where semicolons separate cells a {_NAMES[mark]} may stand before decimals or "
            "between thousands, and no other number of the table tells which"
        )

    def _proposal(
        self, group: re.Match[str], unit: str, admits: Callable[[float, str], bool]
    ) -> str:
        whole, _, end = group.groups()
        fraction = end.rstrip("0")
        fraction += "0" * (len(fraction) == 3)  # else it would be in doubt again
        mark = "," if self.sheet.header.separator == ";" and "," in self.evidence else "."
        readings = {
            f"{whole}{end}": float(whole + end),
            f"{whole}{mark}{fraction}" if fraction else whole: float(f"{whole}.{end}"),
        }
        texts = [text + unit for text, number in readings.items() if admits(number, unit.strip())]
        return f"; write {' or '.join(texts)}" if texts else ""


def _decimal_mark(cell: str) -> str:
    """Return the mark that is certain to stand before decimals, whether or not it is there."""
    match = _CELL.fullmatch(cell) if "." in cell or "," in cell else None
    if match is None or _ONE_GROUP.fullmatch(match[1]):
        return ""
    number = match[1]
    if groups := _GROUPS.fullmatch(number):
        return "," if groups[1] == "." else "."
    if (both := _GROUPS_AND_DECIMALS.fullmatch(number)) and both[1] != both[2]:
        return both[2]
    decimals = _DECIMALS.fullmatch(number)
    return decimals[1] if decimals else ""


def decimals_of(sheet: Sheet, texts: Iterable[int] = ()) -> Decimals:
    """Return the reader of the numbers of a sheet in which some columns have texts."""
    return Decimals(sheet, tuple(sorted({*range(len(sheet.header.cells))} - {*texts})))
