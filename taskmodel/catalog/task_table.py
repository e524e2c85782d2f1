"""Tasks of a table, whatever its layout: plain values with their positions, and what is lacking."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from taskmodel.catalog.records import Task
from taskmodel.errors import CatalogError, Defect, InputError
from taskmodel.files.dotted import Slot, fields
from taskmodel.files.quantity import JUDGEMENT, Measure
from taskmodel.files.suggestions import did_you_mean, listing
from taskmodel.files.yaml import TextMark, read_value
from taskmodel.numerics.accuracy import SHARE_TOLERANCE

VALUES = "values"  # the file of values for all tasks, in messages
FIELDS: dict[str, Slot] = fields(Task)
REQUIRED = tuple(
    name for name, slot in FIELDS.items() if not slot.optional and name not in ("title", "phase")
)
SCORE = "verifiability"  # a record, of which tables have the score
EXAMPLES = {"horizon": "8 h", "review_ratio": "0.2 h/h", "coverage_floor": "10 %"}
MAX_ID = 40  # characters of an id that is made from a title

_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WITH_UNIT = re.compile(rf"({_NUMBER.pattern})\s*([A-Za-z%$].*)")


@dataclass
class TaskRow:
    """A task of a table.

    Attributes
    ----------
    key : str
        Its id.
    values : dict
        Plain values by field of `Task`; None for one that is reported as wrong.
    marks : dict of str to TextMark
        Their positions.
    mark : TextMark
        Position of the row.
    """

    key: str
    values: dict[str, Any]
    marks: dict[str, TextMark]
    mark: TextMark


@dataclass
class TaskTable:
    """The tasks of a table, in its order.

    Attributes
    ----------
    file : str
        Name of the table in messages.
    header : TextMark
        Position of the first line.
    rows : dict of str to TaskRow
        By id.
    phases : dict of str to str
        Titles of the nests, by id.
    origins : dict of str to str
        What the table says of a field, by field.
    unread : tuple of str
        Columns that are not read.
    notes : list of str
        What else a reader should know.
    defects : list of Defect
    share_mark : TextMark or None
        Position of the header of shares.
    has_columns : bool
        Whether a field that is lacking could be a column.
    is_whole : bool
        Whether every line of a task is among the rows, so that their shares have a sum.
    """

    file: str
    header: TextMark
    rows: dict[str, TaskRow] = field(default_factory=dict)
    phases: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)
    share_mark: TextMark | None = None
    has_columns: bool = True
    is_whole: bool = True

    def add(self, row: TaskRow) -> None:
        """Add a task; an id that stands twice is a defect."""
        if other := self.rows.get(row.key):
            message = (
                f"the id {row.key!r} stands at line {other.mark.line} too; give each task an id of "
                "its own, in a column id"
            )
            self.defects.append(row.mark.key_defect("", message))
            self.is_whole = False
        else:
            self.rows[row.key] = row

    def fill(self, values: Mapping[str, Any]) -> None:
        """Write values for all tasks where the table has none, and report what is lacking."""
        reason = "the same for all tasks: the table does not have it"
        for name, value in values.items():
            slot = FIELDS.get(name)
            if slot is None or name in ("share", "title"):
                self._refuse(name)
                continue
            empty = [row for row in self.rows.values() if name not in row.values]
            if not empty and self.rows:
                message = "the table has it for every task; leave it out"
                self.defects.append(Defect(VALUES, None, None, name, message))
            try:
                quantity = as_value(value, slot, name)
                if slot.measure is not None or name == SCORE:
                    judged = {"source": JUDGEMENT, "note": reason}
                    quantity = _mapping(quantity, name)
                    quantity |= {key: text for key, text in judged.items() if key not in quantity}
            except InputError as error:
                self.defects.append(Defect(VALUES, None, None, name, str(error)))
                quantity = None
            for row in empty:
                row.values[name] = quantity
                row.marks[name] = TextMark(VALUES, None, None, None, None)
        for name in REQUIRED:
            self.defects += self._lacking(name)

    def _refuse(self, name: str) -> None:
        options = [other for other in FIELDS if other not in ("share", "title")]
        hint = did_you_mean(name, options) or f"; there are {listing(options, 40)}"
        message = f"no field of a task that can be the same for all{hint}"
        self.defects.append(Defect(VALUES, None, None, name, message))

    def _lacking(self, name: str) -> Iterator[Defect]:
        empty = [row for row in self.rows.values() if name not in row.values]
        slot = FIELDS[name]
        assert slot.measure is not None  # of all required fields
        meaning = f"{Task.model_fields[name].description} ({slot.measure.allowed()})"
        if empty and len(empty) == len(self.rows):
            message = f"there is no {name}: {meaning}; "
            advice = [f"add a column {name}"] if self.has_columns else []
            if name == "share":
                advice.append("one of weights")
            else:
                example = EXAMPLES.get(name, "1")
                advice.append(
                    f"give a value for all tasks, such as --all {name}={example!r}, in Python "
                    f"values={{{name!r}: {example!r}}}"
                )
            message += " or ".join(advice)
            message += did_you_mean(name, self.unread)
            yield self.header.key_defect("", message)
        else:
            for row in empty:
                message = f"the task {row.key} has no {name}: {meaning}; fill the cell"
                yield row.mark.key_defect("", message)

    def divide_shares(self, normalise: bool, offer: str) -> None:
        """Divide the shares by their sum; a sum other than 1 is a defect unless that is asked for.

        Parameters
        ----------
        normalise : bool
            Whether shares that do not sum to 1 are weights.
        offer : str
            How to say so, for the message.
        """
        shares = [_number(row.values.get("share")) for row in self.rows.values()]
        weights = [Fraction(share) for share in shares if share is not None]
        total = sum(weights)
        if len(weights) < len(shares) or not shares or min(weights) < 0 or not self.is_whole:
            if normalise:  # weights without a sum are no shares, of which 1 would be the limit
                self._leave_weights()
            return  # reported elsewhere
        mark = self.share_mark or self.header
        if total == 0:
            self.defects.append(mark.key_defect("", "all shares are 0; one above 0 is needed"))
            return
        if abs(total - 1) <= SHARE_TOLERANCE:
            return
        line = self._total(weights)
        if not normalise:
            doubt = (
                f"the share at line {line} is the sum of the others: remove a line of totals, or "
            )
            message = f"the shares sum to {float(total):.12g}; 1 is needed: "
            self.defects.append(mark.key_defect("", message + (doubt if line else "") + offer))
        elif line:
            self.notes.append(
                f"the share at line {line} is the sum of the others; if that line is a total, "
                "remove it"
            )
        for row, weight in zip(self.rows.values(), weights, strict=True):
            row.values["share"] = _scaled(row.values["share"], total, float(weight / total))
        origin = self.origins.get("share", "")
        self.origins["share"] = f"{origin}, divided by their sum, {float(total):.12g}"

    def _leave_weights(self) -> None:
        for row in self.rows.values():
            weight = _number(row.values.get("share"))
            if weight is not None and weight > 0:
                row.values["share"] = 0.0

    def _total(self, weights: list[Fraction]) -> int | None:
        """Return the line of the only share that is the sum of the others, of three or more."""
        total = sum(weights)
        halves = [
            row.mark.line
            for row, weight in zip(self.rows.values(), weights, strict=True)
            if abs(2 * weight - total) <= SHARE_TOLERANCE * total
        ]
        return halves[0] if len(halves) == 1 and len(weights) > 2 else None


def _mapping(value: Any, name: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return dict(value)
    return {"score" if name == SCORE else "value": value}


def _number(value: Any) -> float | None:
    """Return a share as a number; None if it is none, which is reported elsewhere."""
    number = value.get("value") if isinstance(value, dict) else value
    unit = value.get("unit") if isinstance(value, dict) else None
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return None
    measure = FIELDS["share"].measure
    assert measure is not None
    factor = measure.unit.factor(unit or measure.unit.symbol)
    return None if factor is None or not math.isfinite(number) else float(number * factor)


def _scaled(share: Any, total: Fraction, value: float) -> Any:
    """Return a share divided by the sum of all, with its interval."""
    if not isinstance(share, dict):
        return value
    measure = FIELDS["share"].measure
    assert measure is not None
    factor = measure.unit.factor(share.get("unit") or "1") or Fraction(1)
    scaled = {**share, "value": value, "unit": "1"}
    for end in ("low", "high"):
        if isinstance(share.get(end), (int, float)):
            scaled[end] = float(Fraction(share[end]) * factor / total)
    return scaled


def slug(text: str) -> str:
    """Return an id made from a text: its first words, of letters, digits and _.

    Examples
    --------
    >>> slug("Analyse résultats (all)"), slug("論文")
    ('analyse_resultats_all', '')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").lower()
    return words if len(words) <= MAX_ID else words[: MAX_ID + 1].rpartition("_")[0]


def as_value(text: Any, slot: Slot, name: str) -> Any:
    """Return a text as the plain value of a field.

    A number may have its unit behind it, and a quantity may be a mapping as in a catalog. Text that
    is no such value stays text, which the catalog refuses with a proposal; so do texts that YAML
    reads as nothing or as a list, such as ``null`` and ``-``.
    """
    if not isinstance(text, str):
        return text
    is_number = slot.kind == "quantity" or slot.type in (int, bool) or name == SCORE
    if slot.kind == "list":
        return cell_entries(text)
    if not is_number:
        return text
    try:
        if slot.measure is not None and (reading := _with_unit(text, slot.measure)):
            return reading
        if not text.startswith("{") and not re.fullmatch(r"[-+.\w]+", text):
            return text
        value = read_value(text)
    except CatalogError as error:
        raise InputError(error.defects[0].message) from error
    if value is None or isinstance(value, list):
        return text
    return {"score": value} if name == SCORE and not isinstance(value, dict) else value


def cell_entries(text: str) -> list[str]:
    """Return the entries of a list in a cell."""
    return [item.strip() for item in re.split(r"[;,|\n]", text) if item.strip()]


def _with_unit(text: str, measure: Measure) -> dict[str, Any] | None:
    match = _WITH_UNIT.fullmatch(text)
    if match is None or measure.unit.factor(match[5]) is None:
        return None
    return {"value": read_value(match[1]), "unit": match[5]}
