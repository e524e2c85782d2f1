"""Every number of a catalog with its unit, interval, meaning and source."""

from __future__ import annotations

from dataclasses import dataclass

from taskmodel.catalog import Catalog
from taskmodel.files.dotted import find
from taskmodel.files.quantity import Quantity, Sourced
from taskmodel.files.yaml import dotted


@dataclass(frozen=True)
class NumberEntry:
    """A number of a catalog, as a reader needs it.

    Attributes
    ----------
    path : str
    value : float or None
        In the unit; None: absent from the catalog.
    unit : str
    low, high : float or None
        Ends of its 90 % interval.
    allowed : str
        The range that is allowed, in words.
    meaning : str
    source : tuple of str
        Keys of the catalog's sources, ``judgement``, or ``set``.
    note : str
        Why this value.
    """

    path: str
    value: float | None
    unit: str
    low: float | None
    high: float | None
    allowed: str
    meaning: str
    source: tuple[str, ...]
    note: str


# of a task, and which of them it need not have
TASK_NUMBERS = ("share", "horizon", "horizon_multiplier", "review_ratio", "coverage_floor")
OPTIONAL = ("automation_threshold", "gate_latency", "defect_probability", "attack_harm")


def number_entry(catalog: Catalog, path: str) -> NumberEntry:
    """Return the number at a dotted path.

    Raises
    ------
    CatalogError
        If there is none.
    """
    value = catalog.get(path)
    keys, slot, parents = find(Catalog, catalog._origin.data, path)
    held = catalog._at(keys)
    holder = catalog._at(keys[:-1])
    field = parents[-1].type.model_fields.get(str(keys[-1]))
    origin = held if isinstance(held, Quantity) else holder if isinstance(holder, Sourced) else None
    if origin is None or not origin.source:  # of a plain number in a task
        origin = next((catalog.basis[str(key)] for key in keys if key in catalog.basis), origin)
    interval = (held.low, held.high) if isinstance(held, Quantity) else (None, None)
    measure = slot.measure
    return NumberEntry(
        path=dotted(keys),
        value=value,
        unit=measure.unit.symbol if measure else "",
        low=interval[0],
        high=interval[1],
        allowed=measure.allowed() if measure else "",
        meaning=(field.description or "").replace("\n", " ") if field else "",
        source=origin.source if origin else (),
        note=origin.note if origin else "",
    )


def number_entries(catalog: Catalog) -> list[NumberEntry]:
    """Return the numbers of a catalog in the order of the file, and those that it could have.

    Of those that are absent, the ones of tasks and protocols are left out.
    """
    result = []
    for path in catalog.paths():
        keys, slot, _ = find(Catalog, catalog._origin.data, path)
        numeric = slot.kind == "quantity" or slot.type in (int, float)
        absent = catalog.get(path) is None
        if numeric and not (absent and keys[0] in ("tasks", "protocols")):
            result.append(number_entry(catalog, path))
    return result


def task_entries(catalog: Catalog, task: str) -> list[NumberEntry]:
    """Return the numbers of a task."""
    paths = [f"tasks.{task}.{field}" for field in TASK_NUMBERS]
    optional = [f"tasks.{task}.{field}" for field in OPTIONAL]
    paths += [path for path in optional if catalog.get(path) is not None]
    return [number_entry(catalog, path) for path in paths]


def sources_of(catalog: Catalog) -> dict[str, dict[str, str]]:
    """Return the works that numbers rest on, by key."""
    return {
        key: {"title": source.title, "url": source.url, "access": source.access or ""}
        for key, source in catalog.sources.items()
    }
