"""Blocks of tasks that are reviewed once, at the end, and work of oversight that AI's work induces.

Source: docs, model, sections 3.9 and 3.10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from taskmodel.catalog.records import Task
from taskmodel.files import units
from taskmodel.files.findings import Finding, as_list, as_mapping, unknown_name
from taskmodel.files.quantity import (
    Measure,
    PositiveFraction,
    Prose,
    Quantity,
    Sourced,
    Word,
    pure_number,
)
from taskmodel.files.suggestions import listing
from taskmodel.science.induced_work import entangled, inducing_cycle

Order = dict[str, list[str]]


class Block(Sourced):
    """Tasks that AI may do one after the other, with one review of the result at the end."""

    title: Prose = ""
    """name, in words"""
    tasks: Annotated[tuple[Word, ...], Field(min_length=2)]
    """its tasks: members of one nest, or all tasks of nests in it; no path through the order of the
    tasks may leave them and come back"""
    review: PositiveFraction = pure_number(1)
    """review of the block relative to that of its tasks one by one (omega); .2 to 1"""
    protocol: Word | None = None
    """protocol of the block; absent: the first of supervision.protocols that each task may be done
    under, or the rule of coverage that holds for it"""


class OversightWork(Sourced):
    """Work of a task that every hour of AI's work on others induces: triage, monitoring."""

    title: Prose = ""
    """name, in words"""
    task: Word
    """the task that is induced"""
    by: tuple[Word, ...] | None = None
    """tasks whose work by AI induces it; absent: all that AI may do"""
    hours: Annotated[Quantity, Measure(units.REVIEW, ge=0)]
    """hours of the task per hour of AI's work (phi)"""


def block_findings(data: dict[str, Any]) -> Iterator[Finding]:
    """Yield the defects of blocks and of induced work, from the plain values of a catalog."""
    tasks = {name: as_mapping(task) for name, task in as_mapping(data.get("tasks")).items()}
    before: Order = {
        name: [
            other
            for other in as_list(task.get("after"))
            if isinstance(other, str) and other in tasks
        ]
        for name, task in tasks.items()
    }
    known: dict[str, frozenset[str]] = {}
    for name, block in as_mapping(data.get("blocks")).items():
        keys = "blocks", name
        members = as_list(as_mapping(block).get("tasks"))
        for index, task in enumerate(members):
            yield from unknown_name(task, tasks, (*keys, "tasks", index), "task")
            if task in members[:index]:
                yield Finding((*keys, "tasks", index), f"{task!r} is listed twice; keep one")
            if tasks.get(str(task), {}).get("delegable") is False:
                message = (
                    f"AI may never do {task!r} (delegable: false), so that the block never opens; "
                    "take the task out"
                )
                yield Finding((*keys, "tasks", index), message)
        inside = frozenset(str(task) for task in members)
        if len(inside) < 2 or not inside <= tasks.keys():
            continue
        if path := _way_back(inside, before):
            message = (
                f"{' -> '.join(path)} leaves the block and comes back, so that it cannot be done "
                f"in one go; take in {listing(path[1:-1])}, or take out {path[0]} or {path[-1]}"
            )
            yield Finding((*keys, "tasks"), message)
        yield from _outside_of_nests(inside, tasks, as_mapping(data.get("nests")), keys)
        for other, tasks_of_other in known.items():
            apart = not inside & tasks_of_other
            if not apart and not (inside < tasks_of_other or tasks_of_other < inside):
                message = (
                    f"it shares {listing(sorted(inside & tasks_of_other))} with {other!r}; blocks "
                    "have no task in common, or one contains the other and more"
                )
                yield Finding((*keys, "tasks"), message)
        known[name] = inside
    yield from _work_findings(data, tasks)


def _way_back(inside: frozenset[str], before: Order) -> list[str]:
    """Return a path in the order of tasks that leaves a set and comes back; empty if none does."""
    after: Order = {name: [] for name in before}
    for name, earlier in before.items():
        for other in earlier:
            after[other].append(name)
    for start in sorted(inside):
        paths = [[start, name] for name in after[start] if name not in inside]
        seen = {path[-1] for path in paths}
        while paths:
            path = paths.pop(0)
            for name in after[path[-1]]:
                if name in inside:
                    return [*path, name]
                if name not in seen:
                    seen.add(name)
                    paths.append([*path, name])
    return []


def _outside_of_nests(
    inside: frozenset[str], tasks: dict[str, Any], nests: dict[str, Any], keys: tuple[str, str]
) -> Iterator[Finding]:
    """Yield a defect if tasks are no members of one nest, whole nests in it included."""
    chains = {name: _nests_above(str(task.get("phase")), nests) for name, task in tasks.items()}
    shared = [nest for nest in chains[min(inside)] if all(nest in chains[name] for name in inside)]
    if not shared:
        return  # the nests have defects of their own
    for name in sorted(inside):
        below = chains[name][: chains[name].index(shared[0])]
        for nest in below:
            missing = [other for other in tasks if nest in chains[other] and other not in inside]
            if missing:
                message = (
                    f"{name!r} is in the nest {nest!r}, of which {listing(missing)} would be left "
                    "out; a block takes in all tasks of a nest below the one that it is in, or "
                    "tasks of one nest"
                )
                yield Finding((*keys, "tasks"), message)
                return


def _nests_above(nest: str, nests: dict[str, Any]) -> list[str]:
    """Return a nest and those that it is in, from the inside out."""
    result: list[str] = []
    while nest in nests and nest not in result:
        result.append(nest)
        nest = str(as_mapping(nests[nest]).get("parent"))
    return result


def _work_findings(data: dict[str, Any], tasks: dict[str, Any]) -> Iterator[Finding]:
    for name, work in as_mapping(data.get("oversight_work")).items():
        keys, work = ("oversight_work", name), as_mapping(work)
        yield from unknown_name(work.get("task"), tasks, (*keys, "task"), "task")
        for index, task in enumerate(as_list(work.get("by"))):
            yield from unknown_name(task, tasks, (*keys, "by", index), "task")


def endless_work(
    tasks: Mapping[str, Task], oversight_work: Mapping[str, OversightWork]
) -> Iterator[Finding]:
    """Yield a defect if valid work induces at least as much of itself."""
    names = list(tasks)
    phi = np.zeros((len(names), 1, len(names)))
    for work in oversight_work.values():
        induces = [
            task.delegable if work.by is None else name in work.by for name, task in tasks.items()
        ]
        phi[induces, 0, names.index(work.task)] += work.hours.value
    if (cycle := inducing_cycle(phi)) is None:
        return
    path = " -> ".join(names[task] for task in [*cycle, cycle[0]])
    inside, radius = entangled(phi[:, 0], cycle[0])
    among = [names[task] for task in inside]
    entries = [
        entry
        for entry, work in oversight_work.items()
        if work.task in among and any(name in (work.by or among) for name in among)
    ]
    # rounded up, so that what is divided by it has an end
    factor = np.ceil(radius * 1e4 + 1) / 1e4
    message = (
        f"an hour of AI's work comes back as {radius:.4g} hours of the same, along {path}, and so "
        f"has no end; it must be less than 1: divide by {factor:.5g} the hours of "
        f"{listing([f'oversight_work.{entry}' for entry in entries], len(entries))}, or leave a "
        "task of the cycle out of 'by'"
    )
    yield Finding(("oversight_work", entries[0], "hours"), message)
