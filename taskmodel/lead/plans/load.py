"""Plans from files by path or bundled name, and their cases, with the position of every defect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from os import PathLike
from typing import Any

from taskmodel.files import bundled
from taskmodel.files.bundled import find_file
from taskmodel.files.document import overlay
from taskmodel.files.yaml import read_text
from taskmodel.lead.plans.records import Plan


def bundled_plans() -> tuple[str, ...]:
    """Names of the plans that are part of the package."""
    return bundled.names("plan")


def load_plan(name_or_path: str | PathLike[str], set: Mapping[str, Any] | None = None) -> Plan:
    """Load a plan, optionally with other values.

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
        With every defect of the file; if there is none, of its cases; then of `set`.

    Examples
    --------
    >>> load_plan("seed_toy", set={"lead.months": 6}).lead.months.value
    6.0
    """
    path = find_file(name_or_path, "plan")
    plan = parse_plan(read_text(path), path.stem, str(path))
    return plan.with_set(set)


def parse_plan(text: str, name: str = "plan", file: str = "text") -> Plan:
    """Parse the text of a plan; `file` is its name in messages.

    Raises
    ------
    CatalogError
        With every defect of the text, or of its cases.
    """
    plan = Plan.parse(text, name, file)
    dict(cases(plan))  # raises: a defect of a case is one of the file
    return plan


def cases(plan: Plan) -> Iterator[tuple[str, Plan]]:
    """Yield the cases of a plan by name; the plan itself, with the name "", if it has none.

    Values that the caller has set hold in every case and override those of the case.

    Raises
    ------
    CatalogError
        With every defect of a case, at its position in the file.
    """
    if not plan.cases:
        yield "", plan
        return
    for name, case in plan.cases.items():
        values = {
            path: (value, plan._origin.marks_below(("cases", name, "set", path)))
            for path, value in case.set.items()
        }
        origin = replace(plan._origin, data={**plan._origin.data, "cases": {}})
        label = f"set by the case {name}"
        yield name, plan._overlaid(values | overlay(plan.overrides), label, origin)
