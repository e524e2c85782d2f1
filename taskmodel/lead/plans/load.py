"""Plans from files: your own by path, bundled ones by name, with every defect and its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from taskmodel.errors import CatalogError, Defect, UnknownPath
from taskmodel.files import bundled, explain
from taskmodel.files import dotted as schema
from taskmodel.files.bundled import find_file
from taskmodel.files.document import Origin, keys_within
from taskmodel.files.findings import source_findings
from taskmodel.files.quantity import SET
from taskmodel.files.yaml import Keys, Mark, read_document, read_text
from taskmodel.lead.plans.records import Plan

# what makes tokens from chips, and nothing where a source states them
_MAKES_TOKENS = tuple(
    f"chips.{name}"
    for name in (
        "capacity",
        "share",
        "training_time",
        "utilisation",
        "tokens_per_parameter",
        "horizon_length",
    )
)
_SET_MARK = Mark(SET, None, None, None, None)


def bundled_plans() -> tuple[str, ...]:
    """Return the names of the plans that come with the package."""
    return bundled.names("plan")


def load_plan(name_or_path: str | Path, set: Mapping[str, Any] | None = None) -> Plan:
    """Load a plan, and set values in it.

    Parameters
    ----------
    name_or_path : str or Path
        Name of a bundled plan (see `bundled_plans`) or path of a YAML file.
    set : mapping of str to value, optional
        Values by dotted path, such as ``lead.months``, as in `Catalog.replace`.

    Returns
    -------
    Plan
        Frozen records; every quantity in its declared unit.

    Raises
    ------
    CatalogError
        With every defect of the file; if that has none, of its cases; if they have none either, of `set`.

    Examples
    --------
    >>> load_plan("seed_toy", set={"lead.months": 6}).lead.months.value
    6.0
    """
    path = find_file(name_or_path, "plan")
    plan = parse_plan(read_text(path), path.stem, str(path))
    return with_values(plan, set) if set else plan


def parse_plan(text: str, name: str = "plan", file: str = "text") -> Plan:
    """Make a plan of a text; `file` is what messages call it.

    Raises
    ------
    CatalogError
        With every defect of the text, or of its cases.
    """
    document = read_document(text, file)
    plan = _build(
        Origin(name=name, yaml_text=text, data=document.data, places=(((), document.marks),)),
        tuple(document.defects),
    )
    dict(cases(plan))  # a case that does not fit is a defect of the file
    return plan


def with_values(plan: Plan, values: Mapping[str, Any]) -> Plan:
    """Return a plan in which the values at some paths are others, checked like a file.

    Raises
    ------
    CatalogError
        With every unknown path and every defect of the result.
    """
    origin = replace(plan._origin, overrides={**plan._origin.overrides, **values})
    return _lay_over(origin, _from_outside(values), "set by the user")


def cases(plan: Plan) -> Iterator[tuple[str, Plan]]:
    """Yield the variants of a plan with their names; itself, without a name, if it has none.

    What is set from outside holds in every variant, and counts more than what the variant says.

    Raises
    ------
    CatalogError
        With every defect of a case, at its place in the file.
    """
    if not plan.cases:
        yield "", plan
        return
    for name, case in plan.cases.items():
        laid: dict[str, tuple[Any, Mark, dict[Keys, Mark]]] = {}
        for path, value in case.set.items():
            above: Keys = ("cases", name, "set", path)
            marks = plan._origin.places[0][1]
            below = {keys[4:]: mark for keys, mark in marks.items() if keys[:4] == above}
            laid[path] = (value, marks.get(above, _SET_MARK), below)
        laid |= _from_outside(plan.overrides)
        origin = replace(plan._origin, data={**plan._origin.data, "cases": {}})
        yield name, _lay_over(origin, laid, f"set by the case {name}")


def _from_outside(values: Mapping[str, Any]) -> dict[str, tuple[Any, Mark, dict[Keys, Mark]]]:
    return {
        path: (value, _SET_MARK, dict.fromkeys(keys_within(value), _SET_MARK))
        for path, value in values.items()
    }


def _lay_over(
    origin: Origin, laid: Mapping[str, tuple[Any, Mark, Mapping[Keys, Mark]]], label: str
) -> Plan:
    """Put values at paths; each comes with the mark of its key and the marks of what is in it."""
    data, places, defects = origin.data, origin.places, []
    for path, (value, mark, marks) in laid.items():
        try:
            keys, slot, parents = schema.find(Plan, data, path, new=isinstance(value, dict))
        except UnknownPath as error:
            defects.append(
                Defect(mark.file, mark.key_line, mark.key_column, str(path), error.args[0])
            )
            continue
        data = schema.assign(data, keys, slot, parents, value, label)
        keys = keys[:-1] if parents[-1].kind == "quantity" else keys
        places = (
            *places,
            (keys, {keys: mark, **{(*keys, *inner): where for inner, where in marks.items()}}),
        )
    if defects:
        raise CatalogError(defects)
    plan = _build(replace(origin, data=data, places=places))
    idle = [
        path
        for path in laid
        if path.startswith(_MAKES_TOKENS) and plan.worker and plan.worker.tokens_per_second
    ]
    if idle and "worker.tokens_per_second" not in laid:
        message = "makes no difference to tokens that a source states; set worker.tokens_per_second to another number, or to null for the chips'"
        raise CatalogError(
            [
                Defect(mark.file, mark.key_line, mark.key_column, path, message)
                for path in idle
                for mark in (laid[path][1],)
            ]
        )
    return plan


def _build(origin: Origin, defects: tuple[Defect, ...] = ()) -> Plan:
    plan, found = explain.validate(Plan, origin.data)
    if isinstance(origin.data, dict):
        sources = origin.data.get("sources")
        named = sources if isinstance(sources, dict) else {}
        for section, value in origin.data.items():
            if section != "sources":
                found += source_findings(value, (section,), named)
    defects = (*defects, *map(origin.defect, found))
    if defects or plan is None:
        raise CatalogError(dict.fromkeys(defects))
    plan._origin = origin
    return plan
