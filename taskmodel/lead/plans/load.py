"""Plans from files: your own by path, bundled ones by name, with every defect and its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from taskmodel.files import bundled
from taskmodel.files.bundled import find_file
from taskmodel.files.document import overlay
from taskmodel.files.yaml import read_text
from taskmodel.lead.plans.records import Plan


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
    return plan.replace(set) if set else plan


def parse_plan(text: str, name: str = "plan", file: str = "text") -> Plan:
    """Make a plan of a text; `file` is what messages call it.

    Raises
    ------
    CatalogError
        With every defect of the text, or of its cases.
    """
    plan = Plan.parse(text, name, file)
    dict(cases(plan))  # a case that does not fit is a defect of the file
    return plan


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
        values = {
            path: (value, plan._origin.marks_below(("cases", name, "set", path)))
            for path, value in case.set.items()
        }
        origin = replace(plan._origin, data={**plan._origin.data, "cases": {}})
        label = f"set by the case {name}"
        yield name, plan._overlaid(values | overlay(plan.overrides), label, origin)
