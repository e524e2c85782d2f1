"""Conditions between the records of a catalog: existing ids, proper trees, shares that sum to 1.

The checks read plain values rather than records, so that they also run on a file in which some
record is invalid, and all defects are reported at once. Types and ranges of single values are
declared in `records`; a value of another type is skipped here.
"""

import math
import re
from collections.abc import Collection, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from taskmodel.catalog.blocks import block_findings
from taskmodel.catalog.prices import price_findings
from taskmodel.catalog.records import GENERAL, Task
from taskmodel.files import bundled
from taskmodel.files.dotted import fields
from taskmodel.files.findings import (
    Finding,
    as_list,
    as_mapping,
    source_findings,
    unknown_name,
)
from taskmodel.files.quantity import JUDGEMENT, SET
from taskmodel.files.suggestions import did_you_mean, listing
from taskmodel.files.yaml import Keys
from taskmodel.numerics.accuracy import SHARE_TOLERANCE

RESERVED_POOLS = {"review", "inference", "experiments", "defect_budget", "hands_on", "dedicated"}
MAX_CYCLES = 10  # reported at once

_ID = re.compile(r"[A-Za-z0-9_]+")
NUMBERS = [
    name
    for name, slot in fields(Task).items()
    if slot.kind in ("quantity", "record") or slot.type is int
]
_NO_VERIFIABILITY = "'verifiability' is missing; "


def findings(data: dict[str, Any]) -> Iterator[Finding]:
    """Yield every defect between the records of a catalog, from its plain values."""
    nests, tasks, protocols = (
        as_mapping(data.get(name)) for name in ("nests", "tasks", "protocols")
    )
    names = {*protocols, *bundled.names("protocol")}
    yield from _ids(data)
    yield from _supervisors(data)
    supervision = as_mapping(data.get("supervision"))
    yield from _listed(
        supervision.get("protocols"), names, ("supervision", "protocols"), "protocol"
    )
    yield from number_findings(data)
    yield from _effort(data, tasks)
    yield from _monitors(data, protocols)
    yield from block_findings(data)
    yield from _nests(nests, tasks)
    for name, task in tasks.items():
        yield from _task(("tasks", name), as_mapping(task), data, names)
    yield from _order(data, tasks)
    for section, value in data.items():
        sources = as_mapping(data.get("sources"))
        if section == "protocols":  # a protocol may have sources of its own
            for name, protocol in protocols.items():
                own = as_mapping(as_mapping(protocol).get("sources"))
                yield from source_findings(protocol, (section, name), {**sources, **own})
        elif section != "sources":
            yield from source_findings(value, (section,), sources)


def number_findings(data: dict[str, Any]) -> Iterator[Finding]:
    """Yield what other numbers can break in a sound catalog."""
    tasks = as_mapping(data.get("tasks"))
    yield from _budget(data, tasks)
    yield from _attacks(data, tasks)
    yield from price_findings(data)
    yield from _gap(data, tasks)
    yield from _unskilled(as_mapping(data.get("reviewers")), tasks)


def total_share(tasks: Iterable[Task]) -> Iterator[Finding]:
    """Yield a defect if the shares of valid tasks do not sum to 1."""
    total = math.fsum(task.share.value for task in tasks)
    if total == 0:
        yield Finding(("tasks",), "the shares of the tasks are all 0; give some above 0", True)
    elif abs(total - 1) > SHARE_TOLERANCE:
        message = (
            f"the shares of the tasks sum to {total:.12g}; 1 is needed: divide each by "
            f"{total:.12g}, or let taskmodel do so: normalise_shares: true under production"
        )
        yield Finding(("tasks",), message, at_key=True)


def _listed(names: Any, options: Collection[str], keys: Keys, noun: str) -> Iterator[Finding]:
    """Check a list of names: each is an option and occurs once."""
    names = as_list(names)
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Finding((*keys, index), f"{name!r} is listed twice; keep one")
        else:
            yield from unknown_name(name, options, (*keys, index), noun)


def _ids(data: dict[str, Any]) -> Iterator[Finding]:
    """Check the ids of each section, and the fields that `basis` refers to."""
    staff = as_mapping(data.get("reviewers"))
    reserved: dict[str, Collection[str]] = {
        "sources": {JUDGEMENT, SET},
        "pools": RESERVED_POOLS | {f"review_{name}" for name in staff},  # names of factors
        "reviewers": {GENERAL, "dedicated"},
        "nests": (),
        "tasks": (),
        "protocols": {"human"},
    }
    for section, taken in reserved.items():
        entries = data.get(section)
        if entries == {} and section not in ("sources", "reviewers", "protocols"):
            yield Finding((section,), "is empty; give at least one")
        for name in as_mapping(entries):
            if not _ID.fullmatch(name):
                message = f"found the id {name!r}; letters, digits and _ are allowed"
                yield Finding((section, name), message, at_key=True)
            elif name in taken:
                message = f"{name!r} has a meaning of its own; take another name"
                yield Finding((section, name), message, at_key=True)
    for name in as_mapping(data.get("basis")):
        if name not in NUMBERS:
            hint = did_you_mean(name, NUMBERS) or f"; allowed: {listing(NUMBERS)}"
            yield Finding(("basis", name), f"{name!r} is no number of a task{hint}", at_key=True)


def _supervisors(data: dict[str, Any]) -> Iterator[Finding]:
    """Check the pools that supply reviewers."""
    pools = as_mapping(data.get("pools"))
    staff = {("supervision",): data.get("supervision")} | {
        ("reviewers", name): people for name, people in as_mapping(data.get("reviewers")).items()
    }
    for keys, people in staff.items():
        pool = as_mapping(people).get("pool")
        if pool != "dedicated":
            yield from unknown_name(pool, pools and [*pools, "dedicated"], (*keys, "pool"), "pool")


def _effort(data: dict[str, Any], tasks: dict[str, Any]) -> Iterator[Finding]:
    """Check the inputs of optimal review effort."""
    if as_mapping(data.get("supervision")).get("effort") != "optimal":
        return
    if _success_grows(as_mapping(data.get("capability"))):
        message = (
            "optimal effort needs one defect probability for each task; with logistic success use "
            "given effort, or worker: sufficient"
        )
        yield Finding(("supervision", "effort"), message)
    message = f"{_NO_VERIFIABILITY}optimal effort depends on how much an hour of review finds"
    for name, task in tasks.items():
        if as_mapping(task).get("delegable", True) and _lacks_verifiability(task):
            yield Finding(("tasks", name), message, at_key=True)


def _budget(data: dict[str, Any], tasks: dict[str, Any]) -> Iterator[Finding]:
    """Check that the defects that escape review are defined where a defect budget limits them."""
    supervision, ability = as_mapping(data.get("supervision")), as_mapping(data.get("capability"))
    unreviewed = supervision.get("coverage") == "none" and not supervision.get("protocols")
    if supervision.get("defect_budget") is None or unreviewed:
        return
    message = (
        f"{_NO_VERIFIABILITY}what escapes review is charged to supervision.defect_budget, and how "
        "much review finds depends on it: give it, as verifiability: {score: 0.5}, or harm_weight: "
        "0 if what escapes does no harm"
    )
    for name, task in tasks.items():
        task = as_mapping(task)
        own = task.get("defect_probability")
        fails = ability.get("success") == "logistic" or _errs(ability, own)
        charged = task.get("delegable", True) and not _is_zero(task.get("harm_weight"))
        if fails and charged and _lacks_verifiability(task):
            yield Finding(("tasks", name), message, at_key=True)


def _errs(ability: dict[str, Any], own: Any) -> bool:
    """Return whether AI errs, by the defect probability of a task or that of capability."""
    limit = ability.get("reliability_limit")
    if own is None and limit is not None:
        return (limit.get("value") if isinstance(limit, dict) else limit) != 1
    return not _is_zero(ability.get("defect_probability") if own is None else own)


def _gap(data: dict[str, Any], tasks: dict[str, Any]) -> Iterator[Finding]:
    """Check the horizons that the verification gap and a trusted critic need."""
    supervision, ability = as_mapping(data.get("supervision")), as_mapping(data.get("capability"))
    used = [
        name
        for name in ("verification_gap", "detection_gap", "assist_limit")
        if not (supervision.get(name) is None or _is_zero(supervision[name]))
    ]
    if not used:
        return
    if "assist_limit" in used and ability.get("success_slope") is None:
        message = (
            "'success_slope' is missing; supervision.assist_limit depends on how the success of "
            "the critic grows with its horizon: give it, such as 0.84"
        )
        yield Finding(("capability",), message, at_key=True)
    message = (
        f"supervision.{used[0]} depends on how far the horizon of a model is beyond the one that "
        "the task needs, which automation_threshold leaves open; take it out (null), so that "
        "horizon and horizon_multiplier give the threshold"
    )
    for name, task in tasks.items():
        task = as_mapping(task)
        if task.get("automation_threshold") is not None and task.get("delegable", True):
            yield Finding(("tasks", name, "automation_threshold"), message)
    if supervision.get("effort") == "optimal":
        message = (
            f"optimal effort weighs hours of review that do not depend on supervision.{used[0]}; "
            "use given effort"
        )
        yield Finding(("supervision", "effort"), message)
    if (
        supervision.get("defect_budget") is not None
        and ability.get("worker") == "best"
        and "detection_gap" in used
    ):
        message = (
            "the worker of least cost is not unique where what escapes grows with its lead "
            "(supervision.detection_gap) and is limited (supervision.defect_budget); use worker: "
            "frontier or sufficient"
        )
        yield Finding(("capability", "worker"), message)


def _attacks(data: dict[str, Any], tasks: dict[str, Any]) -> Iterator[Finding]:
    """Check the inputs of review that has to find attacks."""
    supervision, harmful = as_mapping(data.get("supervision")), False
    for name, task in tasks.items():
        harm = as_mapping(task).get("attack_harm")
        if harm is not None and not _is_zero(harm):
            harmful = True
            if _lacks_verifiability(task):
                message = (
                    f"{_NO_VERIFIABILITY}how likely people are to find an attack depends on it: "
                    "give it, as verifiability: {score: 0.5}, or take attack_harm out"
                )
                yield Finding(("tasks", name, "attack_harm"), message, at_key=True)
    if supervision.get("tolerated_harm") is None:
        return
    keys = ("supervision", "tolerated_harm")
    if tasks and not harmful:
        message = "no task has an attack_harm above 0; give one to those that AI may attack in"
        yield Finding(keys, message, at_key=True)
    gap = supervision.get("detection_gap")
    if gap is not None and not _is_zero(gap):
        message = (
            "what people find changes with compute (supervision.detection_gap), so that no "
            "coverage keeps attacks down at every compute; set detection_gap to 0"
        )
        yield Finding(keys, message, at_key=True)


def _monitors(data: dict[str, Any], protocols: dict[str, Any]) -> Iterator[Finding]:
    """Check that the share of defective units is given where a monitor reads them."""
    if not _success_grows(as_mapping(data.get("capability"))):
        return
    allowed = as_list(as_mapping(data.get("supervision")).get("protocols"))
    for name in allowed:
        if isinstance(name, str) and as_mapping(protocols.get(name)).get("monitor") is not None:
            message = (
                f"alerts of the monitor of {name} depend on one defect probability for each task; "
                "use success: step, worker: sufficient, or other protocols"
            )
            yield Finding(("capability", "success"), message)


def _success_grows(ability: dict[str, Any]) -> bool:
    """Return whether success grows with compute; see `records.Capability.grows`."""
    worker = ability.get("worker", "sufficient")
    return ability.get("success") == "logistic" and worker != "sufficient"


def _lacks_verifiability(task: Any) -> bool:
    return as_mapping(task).get("verifiability") is None


def _is_zero(quantity: Any) -> bool:
    """Whether a plain quantity, a number or a mapping with a value, is 0."""
    number = quantity.get("value") if isinstance(quantity, dict) else quantity
    return not isinstance(number, bool) and number == 0


def _task(
    keys: Keys, task: dict[str, Any], data: dict[str, Any], protocols: Collection[str]
) -> Iterator[Finding]:
    nests, pools, tasks, staff = (
        as_mapping(data.get(name)) for name in ("nests", "pools", "tasks", "reviewers")
    )
    yield from unknown_name(task.get("phase"), nests, (*keys, "phase"), "nest")
    yield from unknown_name(task.get("pool"), pools, (*keys, "pool"), "pool")
    if task.get("pool") is None and len(pools) > 1:
        message = f"'pool' is missing; with several pools each task names one of {listing(pools)}"
        yield Finding(keys, message, at_key=True)
    if task.get("delegable") is False and task.get("by_people") is False:
        message = "nobody may do this task; let `by_people` or `delegable` be true"
        yield Finding((*keys, "by_people"), message)
    others = as_list(task.get("after"))
    for index, name in enumerate(others):
        if name == keys[-1]:
            yield Finding((*keys, "after", index), f"{name!r} comes after itself; remove it")
    yield from _listed(others, tasks, (*keys, "after"), "task")
    yield from _reviewers((*keys, "reviewers"), task.get("reviewers"), staff)
    for field in ("protocols", "forbids"):
        yield from _listed(task.get(field), protocols, (*keys, field), "protocol")
    for index, protocol in enumerate(as_list(task.get("protocols"))):
        if protocol in as_list(task.get("forbids")):
            message = f"the task forbids {protocol!r}; take it out of `protocols` or of `forbids`"
            yield Finding((*keys, "protocols", index), message)


def _reviewers(keys: Keys, names: Any, staff: dict[str, Any]) -> Iterator[Finding]:
    """Check the pools of reviewers of a task: they exist."""
    options = [GENERAL, *staff]
    if names == []:
        message = f"is empty; name some of {listing(options)}, or leave it out for {GENERAL}"
        yield Finding(keys, message)
    yield from _listed(names, options, keys, "pool of reviewers")


def _unskilled(staff: dict[str, Any], tasks: dict[str, Any]) -> Iterator[Finding]:
    """Check that the pools of reviewers of a task have people."""
    empty = {
        name for name, people in staff.items() if _is_zero(as_mapping(people).get("headcount"))
    }
    for task, values in tasks.items() if empty else ():
        names = as_list(as_mapping(values).get("reviewers"))
        if names and all(isinstance(name, str) and name in empty for name in names):
            message = (
                f"nobody has the skill to review it "
                f"({listing([f'reviewers.{name}.headcount' for name in names])}: 0); "
                f"give them people, or name others of {listing([GENERAL, *staff])}"
            )
            yield Finding(("tasks", task, "reviewers"), message)


def _nests(nests: dict[str, Any], tasks: dict[str, Any]) -> Iterator[Finding]:
    """Check that the nests form a tree with tasks below every nest."""
    parents = {name: as_mapping(nest).get("parent") for name, nest in nests.items()}
    for name, parent in parents.items():
        yield from unknown_name(parent, nests, ("nests", name, "parent"), "nest")
    roots = [name for name, parent in parents.items() if parent is None]
    if len(roots) > 1:
        message = f"{len(roots)} nests have no parent ({listing(roots)}); exactly one is allowed"
        yield Finding(("nests",), message, at_key=True)
    for cycle in _cycles({name: [parent] for name, parent in parents.items()}):
        message = f"the nests have a cycle: {' -> '.join(cycle)}"
        yield Finding(("nests", cycle[0], "parent"), message)
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


def _order(data: dict[str, Any], tasks: dict[str, Any]) -> Iterator[Finding]:
    """Check the order of the tasks, and that feedback loops go back in it."""
    after = {name: as_mapping(task).get("after", []) for name, task in tasks.items()}
    before = {
        name: [other for other in as_list(others) if other != name]
        for name, others in after.items()
    }
    cycles = list(_cycles(before))
    for cycle in cycles:
        message = f"the task order has a cycle: {' -> '.join(cycle)}"
        yield Finding(("tasks", cycle[0], "after"), message)
    valid = not cycles and all(
        isinstance(names, list) and set(map(str, names)) <= tasks.keys() for names in after.values()
    )
    for index, loop in enumerate(as_list(data.get("feedback_loops"))):
        keys: Keys = ("feedback_loops", index)
        ends = {end: as_mapping(loop).get(end) for end in ("source_task", "target_task")}
        for end, name in ends.items():
            yield from unknown_name(name, tasks, (*keys, end), "task")
        source, target = ends.values()
        exist = all(isinstance(name, str) and name in tasks for name in ends.values())
        if valid and exist and target not in _ancestors(source, before):
            message = (
                f"{source!r} does not come after {target!r}, so that no work goes back; "
                "name a task that it waits for"
            )
            yield Finding((*keys, "target_task"), message)


def _ancestors(task: Any, before: dict[str, list[Any]]) -> set[Any]:
    """The tasks on which a task depends, itself included."""
    ancestors, pending = set(), [task]
    while pending:
        name = pending.pop()
        if name not in ancestors:
            ancestors.add(name)
            pending += before.get(name, [])
    return ancestors


def _cycles(before: dict[str, list[Any]]) -> Iterator[list[str]]:
    """Yield cycles, each from its first member in the file back to it, along the order of work."""
    # `science.graph` finds cycles with networkx, whose import takes longer than loading a catalog
    # (75 ms against 60 ms); the standard library's sorter reports one cycle at a time, so that the
    # members of each are disconnected before the next search.
    before = {
        name: [other for other in others if isinstance(other, str) and other in before]
        for name, others in before.items()
    }
    position = {name: index for index, name in enumerate(before)}
    for _ in range(MAX_CYCLES):
        try:
            TopologicalSorter(before).prepare()
            return
        except CycleError as error:
            cycle = error.args[1][:-1]
            first = min(range(len(cycle)), key=lambda index: position[cycle[index]])
            cycle = [*cycle[first:], *cycle[: first + 1]]
            yield cycle
            before.update((name, []) for name in cycle)
