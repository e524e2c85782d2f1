"""Tables of tasks as catalogs: what the table has, and the blocks of another catalog around it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from taskmodel._arguments import any_text, mapping, path_text, switch, word, words
from taskmodel._text import counted
from taskmodel.catalog.checks import NUMBERS
from taskmodel.catalog.load import load_catalog, parse_catalog
from taskmodel.catalog.model import Catalog
from taskmodel.catalog.onet_table import SCALES, is_onet, occupation_title, onet_tasks
from taskmodel.catalog.plain_table import plain_tasks
from taskmodel.catalog.task_table import FIELDS, REQUIRED, VALUES, TaskTable
from taskmodel.errors import CatalogError, InputError, one_line
from taskmodel.files.document import plain_value, unprintable_texts
from taskmodel.files.quantity import JUDGEMENT, SET
from taskmodel.files.sheet import read_sheet
from taskmodel.files.yaml import Keys, TextMark, read_text, unprintable
from taskmodel.files.yaml_text import yaml_text

STARTER = Path(__file__).with_name("starter.yaml")
MAX_TABLE = 100_000_000  # bytes of a table: O*NET's ratings of all occupations have some 13 million
LAYOUTS = ("onet", "plain")
BLOCKS = {  # of the catalog around the tasks, with the comment above each
    "pools": "The people who do the tasks.",
    "people": "What people do by hand.",
    "production": "How tasks add up, and what parallel effort is worth beside serial speed.",
    "supervision": "Human review of AI work: who does it, how much of their time it may take.",
    "reviewers": "Reviewers with a skill.",
    "compute": "The compute axis (effective FLOP per year of the leading developer) and its uses.",
    "capability": "Which tasks AI can do, and what an attempt costs.",
    "latency": "The serial side: how long one pass through the tasks takes.",
    "trust": "What a record of clean audits takes.",
    "over_time": "How the organisation stands in a simulated world.",
    "protocols": "Ways of letting AI work.",
    "prices": "What factors cost.",
    "budget": "Money for research in a year.",
    "hiring": "What it takes to hire.",
}
COMMENTS = {
    **BLOCKS,
    "sources": "Works that the numbers rest on.",
    "nests": "Groups of tasks; one without an elasticity of its own takes production.elasticity.",
    "basis": "Where the numbers in the tasks come from that name no source of their own.",
    "tasks": "The tasks.",
    "uncertainty": "What moves together when the uncertain numbers are drawn.",
}
ONET = {
    "title": "O*NET Database, Task Statements and Task Ratings (U.S. Department of Labor, ETA)",
    "url": "https://www.onetcenter.org/database.html",
    "access": "primary",
}
TABLE = "TABLE"  # key of the table among the sources
ROOT = "all_tasks"  # the outermost nest
# an interval, as proposed for a file
_INTERVAL = re.compile(r'\{value: (\S+), low: (\S+), high: ([^,}]+)(?:, unit: "?([^"}]+)"?)?\}')
OFFER = "divide each by their sum, or let taskmodel do so: --normalise, in Python normalise=True"


class Imported(NamedTuple):
    """A catalog made of a table, and what was read.

    Attributes
    ----------
    catalog : Catalog
        Its `yaml_text` is the file to write.
    table : TaskTable
    frame : str
        Name of the catalog from which the other blocks are.
    """

    catalog: Catalog
    table: TaskTable
    frame: str


def import_tasks(
    table: str | Path,
    *,
    frame: Catalog | str | Path | None = None,
    layout: Literal["onet", "plain"] | None = None,
    occupation: str | None = None,
    statements: str | Path | None = None,
    weights: Collection[str] = tuple(SCALES),
    normalise: bool = False,
    values: Mapping[str, Any] | None = None,
    title: str = "",
) -> Catalog:
    """Return a catalog of the tasks of a table; its `yaml_text` is the file.

    A table has one task in each line, with columns named as the fields of a task (docs/import.md),
    or is O*NET's file of task ratings. It says nothing of people, compute and models: these blocks
    are those of another catalog. Fields that it lacks are given for all tasks alike, and are
    written as judgement with that reason.

    Parameters
    ----------
    table : str or Path
        A CSV file, separated by commas, semicolons or tabs.
    frame : Catalog, str or Path, optional
        The catalog, by bundled name or path, whose other blocks are taken; None: the starter of
        ``taskmodel new``, whose numbers are examples.
    layout : {"onet", "plain"}, optional
        None: by the names of the columns.
    occupation : str, optional
        O*NET's code, such as 15-1221.00; None: the only one of the file.
    statements : str or Path, optional
        O*NET's Task Statements, where the ratings have no texts.
    weights : collection of {"importance", "relevance", "frequency"}
        Ratings whose product is the weight of a task of O*NET.
    normalise : bool
        Whether shares are weights, to be divided by their sum. Weights of O*NET always are.
    values : mapping of str to value, optional
        By field of a task: a number, text with a unit, such as ``"8 h"``, or a mapping as in a
        catalog.
    title : str
        Title of the catalog.

    Returns
    -------
    Catalog

    Raises
    ------
    CatalogError
        With every defect of the table, by line and column, and of the values.
    InputError
        If layout, weights or occupation are not of what there is.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "tasks.csv"
    >>> _ = path.write_text("title,weight,horizon [min]\\nWrite code,3,480\\nTest it,1,120\\n")
    >>> given = {"review_ratio": "0.1 h/h", "coverage_floor": "5 %"}
    >>> catalog = import_tasks(path, normalise=True, values=given)
    >>> [(name, task.share.value, task.horizon.value) for name, task in catalog.tasks.items()]
    [('write_code', 0.75, 8.0), ('test_it', 0.25, 2.0)]
    """
    return imported_tasks(
        table, frame, layout, occupation, statements, weights, normalise, values, title
    ).catalog


def imported_tasks(
    table: str | Path,
    frame: Catalog | str | Path | None,
    layout: str | None,
    occupation: str | None,
    statements: str | Path | None,
    weights: Collection[str],
    normalise: bool,
    values: Mapping[str, Any] | None,
    title: str,
) -> Imported:
    """Return what `import_tasks` returns, and what was read."""
    sheet = read_sheet(Path(path_text("table", table)), MAX_TABLE)
    layout = None if layout is None else word("layout", layout, LAYOUTS)
    normalise, title = switch("normalise", normalise), any_text("title", title, "My catalog")
    values = {} if values is None else mapping("values", values, '{"horizon": "8 h"}')
    weights = words("weights", weights, tuple(SCALES))
    occupation = None if occupation is None else any_text("occupation", occupation, "15-1221.00")
    if statements is not None:
        statements = path_text("statements", statements)
    if defects := list(unprintable_texts(plain_value(values))):
        raise CatalogError(defect._replace(file=VALUES) for defect in defects)
    if code := unprintable(title):
        raise InputError(f"title: character {code} cannot be printed and is not allowed; remove it")
    of_onet = is_onet(sheet) if layout is None else layout == "onet"
    if not of_onet and (occupation or statements):
        raise InputError("occupation and statements are of O*NET's layout; leave them out")
    if of_onet:
        texts = None if statements is None else read_sheet(Path(statements), MAX_TABLE)
        tasks = onet_tasks(sheet, occupation, texts, weights)
        title = title or occupation_title(sheet if texts is None else texts, occupation)
    else:
        tasks = plain_tasks(sheet)
    tasks.fill(values)
    tasks.divide_shares(normalise or of_onet, OFFER)
    around = frame_catalog(frame)
    name = one_line(Path(sheet.file).name)  # which may have any character but / and NUL
    work = ONET if of_onet else {"title": f"Table {name}", "access": "primary"}
    data = _data(tasks, around, title or one_line(f"Tasks of {Path(sheet.file).stem}"), work, name)
    _check(tasks, data)
    written = yaml_text(_without_empty(data), COMMENTS)
    head = f"# Made by taskmodel import from {name}.\n\n"
    return Imported(parse_catalog(head + written, Path(sheet.file).stem), tasks, around.name)


def frame_catalog(frame: Catalog | str | Path | None) -> Catalog:
    """Return the catalog whose blocks stand around the tasks; None: the starter."""
    if isinstance(frame, Catalog):
        return frame
    if frame is None:
        return parse_catalog(read_text(STARTER), "starter", str(STARTER))
    return load_catalog(frame)


def _check(tasks: TaskTable, data: dict[str, Any]) -> None:
    """Raise every defect of the table, with those of its values as a catalog has them."""
    mark = tasks.header
    marks: dict[Keys, TextMark] = {(): mark, ("tasks",): tasks.share_mark or mark}
    for row in tasks.rows.values():
        marks["tasks", row.key] = row.mark
        marks |= {("tasks", row.key, name): mark for name, mark in row.marks.items()}
    defects = list(tasks.defects)
    reported = {defect.path for defect in defects if defect.path}
    reported |= {
        f"tasks.{row.key}.{name}"
        for row in tasks.rows.values()
        for name in (*REQUIRED, *row.values)
        if row.values.get(name) is None
    }
    try:
        if tasks.rows:
            Catalog.from_values(data, marks, "table")
    except CatalogError as error:
        for defect in error.defects:
            if defect.file == VALUES:  # alike for all tasks
                defect = defect._replace(path=".".join(defect.path.split(".")[2:]))
            else:
                defect = defect._replace(message=_for_cells(defect.message, defect.path))
            if defect.path not in reported and (not defects or defect.path != "tasks"):
                defects.append(defect)
    if defects:
        raise CatalogError(dict.fromkeys(defects))


def _for_cells(message: str, path: str) -> str:
    """Return a message with intervals proposed as a table has them, in columns of their own."""
    name = path.rpartition(".")[2]
    return _INTERVAL.sub(lambda match: _in_columns(match, name), message)


def _in_columns(match: re.Match[str], name: str) -> str:
    value, low, high, unit = match.groups()
    central = f"{value} {unit}" if unit else value
    return f"{central}, and {low} and {high} in columns {name}_low and {name}_high"


def _data(
    tasks: TaskTable, frame: Catalog, title: str, work: Mapping[str, str], file: str
) -> dict[str, Any]:
    """Return the plain values of a catalog; `file` is the name of the table."""
    blocks = {
        name: _plain(plain_value(getattr(frame, name)))
        for name in BLOCKS
        if name in frame.model_fields_set and getattr(frame, name) is not None
    }
    uncertainty = _uncertainty(frame)
    cited = {*_cited(blocks), *_cited(uncertainty)} - {JUDGEMENT}
    key = next(
        name for name in (TABLE, *(f"{TABLE}_{n}" for n in range(2, 99))) if name not in cited
    )
    note = f"{counted(len(tasks.rows), 'task')}, read from {file}"
    sources = {name: _plain(plain_value(frame.sources[name])) for name in frame.sources}
    root = ROOT if tasks.phases else "tasks"
    while root in tasks.phases:
        root += "_"
    nests: dict[str, Any] = {root: {"title": "All tasks"}}
    nests |= {name: {"title": text, "parent": root} for name, text in tasks.phases.items()}
    return {
        "title": title,
        "description": (
            f"Tasks of {file}. People, compute, models and rules are those of the "
            f"catalog {one_line(frame.name)}: put your own in their place."
        ),
        "sources": {key: {**work, "note": note}}
        | {name: source for name, source in sources.items() if name in cited},
        **blocks,
        "nests": nests,
        "basis": {
            name: {"source": key, "note": text}
            for name, text in tasks.origins.items()
            if any(name in row.values for row in tasks.rows.values()) and name in NUMBERS
        },
        "tasks": {key: _task(row.values, root) for key, row in tasks.rows.items()},
        **({"uncertainty": uncertainty} if uncertainty else {}),
    }


def _task(values: dict[str, Any], root: str) -> dict[str, Any]:
    """Return a task with its fields in the order of the records."""
    ordered = {"phase": root, **values}
    names = [name for name in FIELDS if name in ordered]
    return {name: ordered[name] for name in names}


def _uncertainty(frame: Catalog) -> dict[str, Any]:
    """Return what the frame says of numbers that are not of tasks."""
    block = frame.uncertainty
    if block is None:
        return {}
    groups = {
        name: _plain(plain_value(group))
        for name, group in block.groups.items()
        if not any(path.startswith("tasks.") for path in group.paths)
    }
    return {"groups": groups} if groups else {}


def _plain(value: Any) -> Any:
    """Return plain values as a file has them, without what is empty."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    ordered = sorted(value.items(), key=lambda item: item[0] in ("source", "note"))
    kept = {name: _plain(item) for name, item in ordered if item not in (None, [], "", {})}
    if kept.get("source") == [SET]:
        kept |= {"source": JUDGEMENT, "note": "set when the table was imported"}
    if isinstance(kept.get("source"), list) and len(kept["source"]) == 1:
        (kept["source"],) = kept["source"]
    if set(kept) == {"shape"}:
        return kept["shape"]
    return kept["value"] if set(kept) in ({"value"}, {"value", "unit"}) else kept


def _cited(value: Any) -> Iterator[str]:
    """Yield the keys of the sources that values name."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name in ("source", "sources") and isinstance(item, (str, list)):
                yield from [item] if isinstance(item, str) else item
            else:
                yield from _cited(item)
    elif isinstance(value, list):
        for item in value:
            yield from _cited(item)


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in ({}, [], "", None)}
