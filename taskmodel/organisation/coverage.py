"""Rules of coverage, and the AI mode that a task has under each.

Source: docs, model, section 3.1.
"""

from __future__ import annotations

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


def _strictness(rule: str) -> int:
    """Return the position of a rule of coverage among all, the strictest first."""
    return supervision.COVERAGE_POLICIES.index(rule)
