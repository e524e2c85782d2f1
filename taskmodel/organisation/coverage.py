"""Rules of coverage, and the AI mode that a task has under each.

Source: docs, model, section 3.1.
"""

from __future__ import annotations

from typing import Any

from taskmodel.catalog import Catalog, Task
from taskmodel.science import supervision

# the protocol that is equivalent to each rule of coverage
EQUIVALENT_PROTOCOL = {"full": "full_review", "floor": "floor_coverage", "none": "no_review"}


def rule_of_task(task: Task, coverage: str) -> str | None:
    """Return the rule that holds for a task under a rule of coverage; None if AI may not do it.

    Where the task does not allow the rule's own mode it takes that of the next stricter rule, so
    that a laxer rule never takes a task from AI.
    """
    for rule in reversed(supervision.COVERAGE_POLICIES[: _strictness(coverage) + 1]):
        equivalent = EQUIVALENT_PROTOCOL[rule]
        if equivalent not in task.forbids and equivalent in (task.protocols or (equivalent,)):
            return rule
    return None


def usual_protocol(catalog: Catalog, task: Task) -> int:
    """Return the position among the protocols of the one that a task has unless one is chosen.

    The first that it may be done under, or the rule of coverage that holds for it; where there is
    none, what it would be without what the task forbids or demands.
    """
    rules = catalog.supervision
    if not rules.protocols:
        return _strictness(rule_of_task(task, rules.coverage) or rules.coverage)
    chosen = rules.protocols if task.protocols is None else task.protocols
    allowed = [name in chosen and name not in task.forbids for name in rules.protocols]
    return allowed.index(True) if any(allowed) else 0


def mode_of_rule(task: Task, coverage: str) -> str | None:
    """Return the AI mode of a task under a rule of coverage; None if it may not be done so."""
    rule = rule_of_task(task, coverage)
    return None if rule is None else supervision.MODES[1 + _strictness(rule)]


def more_protocols(catalog: Catalog, *added: str) -> dict[str, Any]:
    """Return the settings that allow protocols besides those of a catalog, or its rule of coverage.

    What a task may be done under stays allowed: where a stricter rule than that of the catalog
    holds for some, tasks name their protocols.

    Examples
    --------
    >>> from taskmodel.catalog import load_catalog
    >>> more_protocols(load_catalog("alignment_research"), "no_review")
    {'supervision.protocols': ['full_review', 'no_review']}
    """
    rules = catalog.supervision
    held = {name: rule_of_task(task, rules.coverage) for name, task in catalog.tasks.items()}
    kept = rules.protocols or tuple(
        EQUIVALENT_PROTOCOL[rule]
        for rule in supervision.COVERAGE_POLICIES
        if rule == rules.coverage or rule in held.values()
    )
    settings: dict[str, Any] = {"supervision.protocols": list(dict.fromkeys((*kept, *added)))}
    if rules.protocols or len(kept) == 1:
        return settings
    for name, task in catalog.tasks.items():
        rule = held[name]
        own = [] if rule is None else [EQUIVALENT_PROTOCOL[rule]]
        own += [
            each for each in added if each not in task.forbids and each in (task.protocols or added)
        ]
        settings[f"tasks.{name}.protocols"] = list(dict.fromkeys(own))
    return settings


def _strictness(rule: str) -> int:
    """Return the position of a rule of coverage among all, the strictest first."""
    return supervision.COVERAGE_POLICIES.index(rule)
