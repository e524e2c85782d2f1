"""What must hold between the records of a catalog: ids that exist, trees that are trees, shares that sum to 1.

The checks read the file's plain values, not the records, so that they also run on a file in which some record is broken:
all defects are then reported at once. They leave the types of single values to `records`, and skip what has the wrong one.
"""

import math
import re
from collections.abc import Collection, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from taskmodel.catalog.records import GENERAL, Task
from taskmodel.files.bundled import names
from taskmodel.files.dotted import fields
from taskmodel.files.findings import Finding, as_list, as_mapping, source_findings, unknown_name
from taskmodel.files.quantity import JUDGEMENT, SET
from taskmodel.files.suggestions import did_you_mean, listing
from taskmodel.files.yaml import Keys

RESERVED_POOLS = {"review", "inference", "experiments", "defect_budget", "hands_on", "dedicated"}
SHARE_TOLERANCE = 1e-9

_ID = re.compile(r"[A-Za-z0-9_]+")
_NUMBERS = [
    name
    for name, slot in fields(Task).items()
    if slot.kind in ("quantity", "record") or slot.type is int
]
_MOST_CYCLES = 10  # named in one go


def findings(data: dict[str, Any]) -> Iterator[Finding]:
    """Yield every defect between the records of a catalog's plain values."""
    sources, pools, nests, tasks, protocols = (
        as_mapping(data.get(name)) for name in ("sources", "pools", "nests", "tasks", "protocols")
    )
    known = {*protocols, *names("protocol")}
    yield from _names(data)
    staff = as_mapping(data.get("reviewers"))
    for place, people in (
        (("supervision",), data.get("supervision")),
        *((("reviewers", name), each) for name, each in staff.items()),
    ):
        if (supervisors := as_mapping(people).get("pool")) != "dedicated":
            yield from unknown_name(
                supervisors, pools and [*pools, "dedicated"], (*place, "pool"), "pool"
            )
    yield from _protocols(
        as_mapping(data.get("supervision")).get("protocols"), known, ("supervision", "protocols")
    )
    yield from _effort(data, tasks)
    yield from _budget(data, tasks)
    yield from _nests(nests, tasks)
    for name, task in tasks.items():
        yield from _task(("tasks", name), as_mapping(task), nests, pools, tasks)
        yield from _reviewers(
            ("tasks", name, "reviewers"), as_mapping(task).get("reviewers"), staff
        )
        for field in ("protocols", "forbids"):
            yield from _protocols(as_mapping(task).get(field), known, ("tasks", name, field))
        for index, protocol in enumerate(as_list(as_mapping(task).get("protocols"))):
            if protocol in as_list(as_mapping(task).get("forbids")):
                message = (
                    f"the task forbids {protocol!r}; take it out of `protocols` or of `forbids`"
                )
                yield Finding(("tasks", name, "protocols", index), message)
    order = {
        name: [other for other in as_list(as_mapping(task).get("after")) if other != name]
        for name, task in tasks.items()
    }
    rings = list(_rings(order))
    for ring in rings:
        yield Finding(
            ("tasks", ring[0], "after"), f"the task order has a cycle: {' -> '.join(ring)}"
        )
    given = [as_mapping(task).get("after", []) for task in tasks.values()]
    whole = not rings and all(
        isinstance(names, list) and set(map(str, names)) <= tasks.keys() for names in given
    )
    for index, loop in enumerate(as_list(data.get("feedback_loops"))):
        for end in ("source_task", "target_task"):
            yield from unknown_name(
                as_mapping(loop).get(end), tasks, ("feedback_loops", index, end), "task"
            )
        if whole:
            yield from _way_back(as_mapping(loop), order, ("feedback_loops", index, "target_task"))
    for section, value in data.items():
        if section == "protocols":
            for name, protocol in protocols.items():
                yield from source_findings(
                    protocol,
                    (section, name),
                    {**sources, **as_mapping(as_mapping(protocol).get("sources"))},
                )
        elif section != "sources":
            yield from source_findings(value, (section,), sources)


def total_share(tasks: Iterable[Task]) -> Iterator[Finding]:
    """Yield a defect if the shares of valid tasks do not sum to 1."""
    total = math.fsum(task.share.value for task in tasks)
    if abs(total - 1) > SHARE_TOLERANCE:
        yield Finding(
            ("tasks",),
            f"the shares of the tasks sum to {total:.12g}; 1 is needed: divide each by {total:.12g}",
            at_key=True,
        )


def _protocols(names: Any, known: Collection[str], keys: Keys) -> Iterator[Finding]:
    """Check a list of protocols."""
    for index, name in enumerate(as_list(names)):
        yield from unknown_name(name, known, (*keys, index), "protocol")
        if name in as_list(names)[:index]:
            yield Finding((*keys, index), f"{name!r} is listed twice; keep one")


def _effort(data: dict[str, Any], tasks: dict[str, Any]) -> Iterator[Finding]:
    """Check that what optimal effort rests on is there."""
    if as_mapping(data.get("supervision")).get("effort") != "optimal":
        return
    if as_mapping(data.get("capability")).get("success") == "logistic":
        message = "optimal effort needs one defect probability for each task; with logistic success use given effort"
        yield Finding(("supervision", "effort"), message)
    for name, task in tasks.items():
        if (
            as_mapping(task).get("delegable", True)
            and as_mapping(task).get("verifiability") is None
        ):
            message = "'verifiability' is missing; optimal effort depends on how much an hour of review finds"
            yield Finding(("tasks", name), message, at_key=True)


def _budget(data: dict[str, Any], tasks: dict[str, Any]) -> Iterator[Finding]:
    """Check that it is known what escapes review where it is charged to a defect budget."""
    rules, ability = as_mapping(data.get("supervision")), as_mapping(data.get("capability"))
    if rules.get("defect_budget") is None or (
        rules.get("coverage") == "none" and not rules.get("protocols")
    ):
        return
    for name, task in tasks.items():
        task = as_mapping(task)
        own = task.get("defect_probability")
        fails = ability.get("success") == "logistic" or not _is_zero(
            ability.get("defect_probability") if own is None else own
        )
        charged = task.get("delegable", True) and not _is_zero(task.get("harm_weight"))
        if fails and charged and task.get("verifiability") is None:
            message = (
                "'verifiability' is missing; what escapes review is charged to supervision.defect_budget, and how much review finds "
                "depends on it: give its score, or harm_weight: 0 if what escapes does no harm"
            )
            yield Finding(("tasks", name), message, at_key=True)


def _reviewers(keys: Keys, named: Any, staff: dict[str, Any]) -> Iterator[Finding]:
    """Check who may review a task: pools of reviewers that there are, with somebody in them."""
    there = [GENERAL, *staff]
    if named == []:
        yield Finding(
            keys, f"is empty; name some of {listing(there)}, or leave it out for {GENERAL}"
        )
    for index, name in enumerate(as_list(named)):
        yield from unknown_name(name, there, (*keys, index), "pool of reviewers")
        if name in as_list(named)[:index]:
            yield Finding((*keys, index), f"{name!r} is listed twice; keep one")
    if as_list(named) and all(
        isinstance(name, str) and name in staff and _nobody(staff[name]) for name in named
    ):
        empty = listing([f"reviewers.{name}.headcount" for name in named])
        yield Finding(
            keys,
            f"nobody has the skill to review it ({empty}: 0); give them people, or name others of {listing(there)}",
        )


def _nobody(people: Any) -> bool:
    return _is_zero(as_mapping(people).get("headcount"))


def _is_zero(quantity: Any) -> bool:
    """Whether a plain quantity is 0, a number or a mapping with a value."""
    number = as_mapping(quantity).get("value") if isinstance(quantity, dict) else quantity
    return not isinstance(number, bool) and number == 0


def _names(data: dict[str, Any]) -> Iterator[Finding]:
    """Check the ids of sources, pools, reviewers, nests, tasks and protocols, and the fields that `basis` speaks of."""
    staff = [name for name in as_mapping(data.get("reviewers")) if isinstance(name, str)]
    reserved: dict[str, Collection[str]] = {
        "sources": {JUDGEMENT, SET},
        "pools": RESERVED_POOLS
        | {f"review_{name}" for name in staff},  # the names of their factors
        "reviewers": {GENERAL, "dedicated"},
        "nests": (),
        "tasks": (),
        "protocols": {"human"},
    }
    for section, taken in reserved.items():
        given = data.get(section)
        if given == {} and section not in ("sources", "reviewers", "protocols"):
            yield Finding((section,), "is empty; give at least one")
        for name in as_mapping(given):
            if not _ID.fullmatch(name):
                yield Finding(
                    (section, name),
                    f"found the id {name!r}; letters, digits and _ are allowed",
                    at_key=True,
                )
            elif name in taken:
                yield Finding(
                    (section, name),
                    f"{name!r} has a meaning of its own; take another name",
                    at_key=True,
                )
    for name in as_mapping(data.get("basis")):
        if name not in _NUMBERS:
            hint = did_you_mean(name, _NUMBERS) or f"; allowed: {listing(_NUMBERS)}"
            yield Finding(("basis", name), f"{name!r} is no number of a task{hint}", at_key=True)


def _nests(nests: dict[str, Any], tasks: dict[str, Any]) -> Iterator[Finding]:
    parents = {name: as_mapping(nest).get("parent") for name, nest in nests.items()}
    for name, parent in parents.items():
        yield from unknown_name(parent, nests, ("nests", name, "parent"), "nest")
    roots = [name for name, parent in parents.items() if parent is None]
    if len(roots) > 1:
        yield Finding(
            ("nests",),
            f"{len(roots)} nests have no parent ({listing(roots)}); exactly one is allowed",
            at_key=True,
        )
    for ring in _rings({name: [parent] for name, parent in parents.items()}):
        yield Finding(("nests", ring[0], "parent"), f"the nests have a cycle: {' -> '.join(ring)}")
    filled = set()
    for task in tasks.values():
        nest = as_mapping(task).get("phase")
        while isinstance(nest, str) and nest not in filled:
            filled.add(nest)
            nest = parents.get(nest)
    for name in nests if tasks else ():
        if name not in filled:
            message = (
                f"no task has phase {name!r} or one below it; give it a task or remove the nest"
            )
            yield Finding(("nests", name), message, at_key=True)


def _task(
    keys: Keys,
    task: dict[str, Any],
    nests: dict[str, Any],
    pools: dict[str, Any],
    tasks: dict[str, Any],
) -> Iterator[Finding]:
    yield from unknown_name(task.get("phase"), nests, (*keys, "phase"), "nest")
    yield from unknown_name(task.get("pool"), pools, (*keys, "pool"), "pool")
    if task.get("pool") is None and len(pools) > 1:
        yield Finding(
            keys,
            f"'pool' is missing; with several pools each task names one of {listing(pools)}",
            at_key=True,
        )
    if task.get("delegable") is False and task.get("by_people") is False:
        yield Finding(
            (*keys, "by_people"), "nobody may do this task; let `by_people` or `delegable` be true"
        )
    before = as_list(task.get("after"))
    for index, name in enumerate(before):
        place = (*keys, "after", index)
        if name == keys[-1]:
            yield Finding(place, f"{name!r} comes after itself; remove it")
        elif name in before[:index]:
            yield Finding(place, f"{name!r} is listed twice; keep one")
        else:
            yield from unknown_name(name, tasks, place, "task")


def _way_back(loop: dict[str, Any], before: dict[str, list[Any]], keys: Keys) -> Iterator[Finding]:
    """Check that a loop goes back: its source comes after its target, or is the same task."""
    source, target = loop.get("source_task"), loop.get("target_task")
    if source not in before or target not in before:
        return
    earlier, look = set(), [source]
    while look:
        task = look.pop()
        if isinstance(task, str) and task in before and task not in earlier:
            earlier.add(task)
            look += before[task]
    if target not in earlier:
        yield Finding(
            keys,
            f"{source!r} does not come after {target!r}, so that no work goes back; name a task that it waits for",
        )


def _rings(before: dict[str, list[Any]]) -> Iterator[list[str]]:
    """Yield cycles, each from its first member in the file round to it again, in the order of the arrows a -> b: a before b."""
    before = {
        name: [other for other in others if isinstance(other, str) and other in before]
        for name, others in before.items()
    }
    position = {name: index for index, name in enumerate(before)}
    for _ in range(_MOST_CYCLES):
        try:
            TopologicalSorter(before).prepare()
            return
        except CycleError as error:
            ring = error.args[1][:-1]
            first = min(range(len(ring)), key=lambda index: position[ring[index]])
            ring = [*ring[first:], *ring[: first + 1]]
            yield ring
            before.update((name, []) for name in ring)
