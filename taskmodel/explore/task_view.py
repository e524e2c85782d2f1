"""The task graph at one compute: who does each task, its time, and the review it needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from taskmodel.catalog import Catalog
from taskmodel.errors import InputError
from taskmodel.explore.answers import ViewAnswer
from taskmodel.explore.choices import number_within, read_choice
from taskmodel.explore.plain import rounded
from taskmodel.explore.workbench import Workbench
from taskmodel.organisation.organisation import HUMAN, organisation
from taskmodel.oversight._review_load import hours_of_review
from taskmodel.science import graph
from taskmodel.sweeps._sweep import latency, sweep
from taskmodel.sweeps.task_states import task_states

LOWEST, HIGHEST = 1e-300, 1e300  # of a compute


def task_view(bench: Workbench, request: Mapping[str, Any]) -> ViewAnswer:
    """The tasks in their order at one compute, coloured by who does them."""
    choice = read_choice(request)
    catalog = bench.catalog(choice)
    wanted = number_within(request, "compute", LOWEST, HIGHEST)
    compute = catalog.compute.today.value if wanted is None else wanted
    path, point = latency(catalog, compute), sweep(catalog, [compute])
    if point["status"].item(0) in ("zero", "unbounded"):
        raise InputError(
            f"compute: at {compute:g} FLOP/year output is {point['status'].item(0)}: no task has "
            "hours; choose another compute"
        )
    activity = point["activity"].transpose("compute", "task", "mode").values
    finite = np.where(np.isfinite(activity), activity, 0.0)
    arrays = organisation(catalog)
    review = hours_of_review(arrays, np.array([compute]), finite)[0]
    order = graph.task_graph({name: task.after for name, task in catalog.tasks.items()})
    opens = arrays.opens_at[0].tolist()
    tasks = _tasks(catalog, path, finite[0], review, graph.levels(order), opens)
    numbers = bench.task_numbers(choice)
    facts = {
        "compute": compute,
        "today": catalog.compute.today.value,
        "pass_time": float(path["pass_time"]),
        "pass_time_without_ai": float(path["pass_time_without_ai"]),
        "latency_speedup": float(path["latency_speedup"]),
        "throughput_speedup": float(point["throughput_speedup"].item(0)),
        "review_hours": float(review.sum()),
        "review_supply": float(arrays.supply(np.array([compute]))[0, arrays.reviewing].sum()),
        "phases": _phases(catalog),
        "tasks": [{**task, "numbers": numbers[task["name"]]} for task in tasks],
        "settings": catalog.overrides,
    }
    return ViewAnswer(facts, path.assign(review_hours=("task", review, {"units": "h/year"})))


def _phases(catalog: Catalog) -> dict[str, str]:
    phases = dict.fromkeys(task.phase for task in catalog.tasks.values())
    return {phase: catalog.nests[phase].title or phase for phase in phases}


def _tasks(
    catalog: Catalog,
    path: xr.Dataset,
    activity: np.ndarray,
    review: np.ndarray,
    level: Mapping[str, int],
    opens: list[float],
) -> list[dict[str, Any]]:
    states = task_states(catalog, path)
    duration, start, slack, critical = (
        path[name].values for name in ("duration", "start", "slack", "critical")
    )
    people = HUMAN
    result = []
    for index, (name, task) in enumerate(catalog.tasks.items()):
        hours = activity[index]
        result.append(
            {
                "name": name,
                "title": task.title,
                "phase": task.phase,
                "after": task.after,
                "level": level[name],
                "state": states[name],
                "hours_by_people": rounded(hours[people]),
                "hours_by_ai": rounded(hours.sum() - hours[people]),
                "review_hours": rounded(review[index]),
                "duration": rounded(duration[index]),
                "start": rounded(start[index]),
                "slack": rounded(slack[index]),
                "critical": bool(critical[index]),
                "opens_at": opens[index],
                "delegable": task.delegable,
            }
        )
    return result
