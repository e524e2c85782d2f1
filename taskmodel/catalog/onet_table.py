"""O*NET's layout of task tables: the files Task Ratings and Task Statements of its database.

Each line of Task Ratings has the rating of a task on one scale: IM, importance (1 to 5); RT, the
percentage of people for whom the task is relevant; FT, the percentage of people who do it with the
frequency of a category (1, yearly or less, to 7, hourly or more). The workbooks of the database
have the text of tasks in the same file; the text files have it in Task Statements.

O*NET does not measure time. The weight of a task is the product of those of its ratings that are
chosen:

    w_i = IM_i * RT_i / 100 * F_i,      F_i = sum_c c FT_ic / sum_c FT_ic

which is an index of how much of the work it is, not a share of hours.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import NamedTuple

from taskmodel.catalog.task_table import TaskRow, TaskTable, slug
from taskmodel.errors import CatalogError, Defect, InputError
from taskmodel.files.decimals import Decimals, decimals_of
from taskmodel.files.mends import number_mend
from taskmodel.files.numerals import is_number
from taskmodel.files.quantity import Measure
from taskmodel.files.sheet import Sheet, SheetRow
from taskmodel.files.suggestions import did_you_mean, listing
from taskmodel.files.units import ONE
from taskmodel.files.yaml import TextMark
from taskmodel.numerics.accuracy import PERCENT_TOLERANCE

CODE, TASK, TASK_ID, TITLE = "o*net-soc code", "task", "task id", "title"
SCALE, CATEGORY, VALUE, KIND = "scale id", "category", "data value", "task type"
SUPPRESS = "recommend suppress"
SCALES = {"importance": "IM", "relevance": "RT", "frequency": "FT"}
RANGES = {"IM": (1.0, 5.0), "RT": (0.0, 100.0), "FT": (0.0, 100.0)}
CATEGORIES = tuple(str(number) for number in range(1, 8))
MAX_TITLE = 300  # characters of a title

_ABSENT = ("", "n/a", "na")
_TEXTS = (CODE, TASK, TASK_ID, TITLE, KIND)


class _Statement(NamedTuple):
    text: str
    kind: str


class _Rated(NamedTuple):
    """The ratings of one task: the row of the first, and values by scale and category."""

    row: SheetRow
    values: dict[tuple[str, str], float]


def is_onet(sheet: Sheet) -> bool:
    """Return whether a sheet has the columns of O*NET's files of tasks."""
    return {CODE, TASK_ID} <= set(sheet.names)


def onet_tasks(
    sheet: Sheet,
    occupation: str | None,
    statements: Sheet | None,
    scales: Collection[str],
) -> TaskTable:
    """Return the tasks of an occupation; defects are in the result.

    Parameters
    ----------
    sheet : Sheet
        Task Ratings.
    occupation : str or None
        Code such as 15-1221.00; None: the only one of the file.
    statements : Sheet or None
        Task Statements, if the ratings do not have the texts.
    scales : collection of str
        Keys of `SCALES` whose ratings are multiplied.

    Raises
    ------
    InputError
        If the scales are none, or unknown.
    CatalogError
        If columns are lacking, or the occupation is not there.
    """
    unknown = [scale for scale in scales if scale not in SCALES]
    if unknown or not scales:
        raise InputError(f"weights: found {listing(unknown) or 'none'}; allowed: {listing(SCALES)}")
    _check_columns(sheet, (CODE, TASK_ID, SCALE, CATEGORY, VALUE))
    code = _occupation(sheet, occupation)
    header = _mark(sheet, sheet.header, 0)
    table = TaskTable(sheet.file, header, defects=list(sheet.defects), has_columns=False)
    texts = _statements(sheet if statements is None else statements, code)
    rated = _ratings(sheet, code, table)
    for task_id, ratings in rated.items():
        _add_task(sheet, task_id, ratings, texts.get(task_id), scales, table)
    unrated = [name for name in texts if name not in rated]
    if unrated:
        table.notes.append(f"left out, without ratings: O*NET's tasks {', '.join(unrated)}")
    factors = {"importance": "IM", "relevance": "RT/100", "frequency": "mean category of FT"}
    product = " x ".join(factors[scale] for scale in SCALES if scale in scales)
    table.origins["share"] = f"O*NET's ratings of {code}: {product}, which index work and not hours"
    return table


def occupation_title(sheet: Sheet, occupation: str | None) -> str:
    """Return the title of an occupation, or its code where the file has no titles."""
    code = _occupation(sheet, occupation)
    if TITLE not in sheet.names:
        return f"O*NET {code}"
    position = sheet.names.index(TITLE)
    titles = (row.cells[position] for row in _rows_of(sheet, code))
    return f"{next(titles, '')} (O*NET {code})"


def _mark(sheet: Sheet, row: SheetRow, index: int) -> TextMark:
    line, column = row.position(index)
    return TextMark(sheet.file, line, column, line, column)


def _check_columns(sheet: Sheet, names: tuple[str, ...]) -> None:
    lacking = [name for name in names if sheet.names.count(name) != 1]
    if lacking:
        message = f"O*NET's files have one column each of {listing(names)}; lacking: "
        raise CatalogError([Defect(sheet.file, 1, 1, "", message + listing(lacking))])


def _occupation(sheet: Sheet, code: str | None) -> str:
    """Return the code of an occupation that the file has.

    Raises
    ------
    CatalogError
        If it has none of that code, or several and none is chosen.
    """
    position = sheet.names.index(CODE)
    codes = dict.fromkeys(row.cells[position] for row in sheet.rows)
    if code in codes:
        return str(code)
    if code is None and len(codes) == 1:
        return next(iter(codes))
    near = [other for other in codes if code and other.startswith(code)]
    hint = f"; did you mean {near[0]!r}?" if near else did_you_mean(code or "", codes)
    message = f"has {len(codes)} occupations ({listing(codes, 4)}); choose one by its code"
    if code is not None:
        message = f"has no occupation {code!r}{hint or '; there are ' + listing(codes, 4)}"
    line, column = sheet.header.position(position)
    raise CatalogError([Defect(sheet.file, line, column, "", message)])


def _rows_of(sheet: Sheet, code: str) -> Iterator[SheetRow]:
    position = sheet.names.index(CODE)
    return (row for row in sheet.rows if row.cells[position] == code)


def _statements(sheet: Sheet, code: str) -> dict[str, _Statement]:
    """Return texts and kinds of the tasks of an occupation, by id.

    Raises
    ------
    CatalogError
        If the file has no column with texts.
    """
    if TASK not in sheet.names:
        message = (
            "has no column Task: the text files of O*NET have it in Task Statements.txt; give that "
            "too: --statements 'Task Statements.txt', in Python statements="
        )
        raise CatalogError([Defect(sheet.file, 1, 1, "", message)])
    _check_columns(sheet, (CODE, TASK_ID, TASK))
    kinds = sheet.names.index(KIND) if KIND in sheet.names else None
    ids, texts = sheet.names.index(TASK_ID), sheet.names.index(TASK)
    return {
        row.cells[ids]: _Statement(row.cells[texts], "" if kinds is None else row.cells[kinds])
        for row in _rows_of(sheet, code)
    }


def _ratings(sheet: Sheet, code: str, table: TaskTable) -> dict[str, _Rated]:
    """Return the ratings of an occupation, by task; those that are wrong are defects."""
    names = sheet.names
    ids, scales, values = names.index(TASK_ID), names.index(SCALE), names.index(VALUE)
    categories, suppressed = names.index(CATEGORY), 0
    rated: dict[str, _Rated] = {}
    decimals = decimals_of(sheet, (names.index(name) for name in _TEXTS if name in names))
    for row in _rows_of(sheet, code):
        scale, text = row.cells[scales], row.cells[values]
        task = rated.setdefault(row.cells[ids], _Rated(row, {}))
        if scale not in RANGES or text.lower() in _ABSENT:
            continue
        category = row.cells[categories] if scale == "FT" else ""
        value, problem = _rating(text, decimals, scale, category)
        if (scale, category) in task.values:
            name = f"{scale} {category}".rstrip()
            problem = f"task {row.cells[ids]} has {name} twice; keep one"
        if problem:
            mark = _mark(sheet, row, categories if "category" in problem else values)
            table.defects.append(mark.key_defect("", problem))
        task.values.setdefault((scale, category), math.nan if problem else value)
        if SUPPRESS in names and row.cells[names.index(SUPPRESS)] == "Y":
            suppressed += 1
    if suppressed:
        table.notes.append(
            f"{suppressed} of its ratings are of low precision by O*NET (Recommend Suppress)"
        )
    return rated


def _rating(text: str, decimals: Decimals, scale: str, category: str) -> tuple[float, str]:
    """Return the number of a rating, and what is wrong with it; an empty text if nothing is."""
    if scale == "FT" and category not in CATEGORIES:
        return math.nan, f"found the category {category!r}; frequencies have {listing(CATEGORIES)}"
    low, high = RANGES[scale]
    try:
        number = decimals.number_text(text, lambda value, unit: low <= value <= high)
    except InputError as error:
        return math.nan, str(error)
    if is_number(number) and low <= float(number) <= high:
        return float(number), ""
    needed = f"a number from {low:g} to {high:g} is needed"
    mend = number_mend(text, Measure(ONE, ge=low, le=high))
    return math.nan, f"found {text[:60]!r} for {scale}; {needed}{mend}"


def _add_task(
    sheet: Sheet,
    task_id: str,
    ratings: _Rated,
    statement: _Statement | None,
    scales: Collection[str],
    table: TaskTable,
) -> None:
    mark = _mark(sheet, ratings.row, sheet.names.index(TASK_ID))
    if statement is None or not statement.text:
        message = f"task {task_id} has ratings and no text: statements are of another release"
        table.defects.append(mark.key_defect("", message))
        return
    weight = 1.0
    for scale in SCALES:
        if scale in scales:
            factor, problem = _factor(SCALES[scale], ratings.values)
            weight *= factor
            if problem:
                others = ",".join(other for other in SCALES if other in scales and other != scale)
                advice = f"; leave {scale} out: weights {others}" if others else ""
                message = f"task {task_id} {problem}{advice}"
                table.defects.append(mark.key_defect("", message))
    text = statement.text.removesuffix(".")
    kind = f" ({statement.kind})" if statement.kind not in ("", *_ABSENT) else ""
    key = slug(text) or f"task_{task_id}"
    if key in table.rows:
        key = f"{key}_{task_id}"
    values = {
        "title": text if len(text) <= MAX_TITLE else f"{text[: MAX_TITLE - 3].rstrip()}...",
        "description": f"O*NET task {task_id}{kind}: {statement.text}",
        "share": None if math.isnan(weight) else weight,
    }
    table.add(TaskRow(key, values, {"title": mark, "share": mark}, mark))


def _factor(scale: str, values: dict[tuple[str, str], float]) -> tuple[float, str]:
    """Return the factor of a scale in a task's weight, and what is wrong with it."""
    if scale != "FT":
        value = values.get((scale, ""))
        if value is None:
            return math.nan, f"has no rating on the scale {scale}"
        return (value / 100 if scale == "RT" else value), ""
    percentages = {c: values[scale, c] for c in CATEGORIES if (scale, c) in values}
    total = math.fsum(percentages.values())
    if not percentages:
        return math.nan, "has no rating on the scale FT"
    if abs(total - 100) > PERCENT_TOLERANCE:
        return math.nan, f"has frequencies that sum to {total:.6g} %, not 100"
    return math.fsum(int(c) * share for c, share in percentages.items()) / total, ""
