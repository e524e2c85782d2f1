"""Who does each task at one compute, in words that figures, pages and answers share."""

from __future__ import annotations

import xarray as xr

from taskmodel.catalog import Catalog

PEOPLE, NOT_DELEGABLE = "by people", "by people, not delegable"
SHARED = "by people and by AI"
FULL, SPOT, NONE = "by AI, every unit reviewed", "by AI, spot checks", "by AI, no review"
OWN = "by AI, a protocol of its own"
STATES = (PEOPLE, NOT_DELEGABLE, SHARED, FULL, SPOT, NONE, OWN)
STATE_OF_MODE = {
    "full_review": FULL,
    "floor_coverage": SPOT,
    "spot_checks": SPOT,
    "no_review": NONE,
    "ai_full_review": FULL,
    "ai_floor_review": SPOT,
    "ai_no_review": NONE,
}


def task_states(catalog: Catalog, path: xr.Dataset) -> dict[str, str]:
    """Who does each task, from the mode shares of `taskmodel.latency`: one of `STATES`.

    A task without any work counts as done by those who would do it, as in that result.
    """
    states = {}
    modes = path["mode"].values.tolist()
    rows = path["mode_share"].transpose("task", "mode").values.tolist()
    shares_of = dict(zip(path["task"].values.tolist(), rows, strict=True))
    for name, task in catalog.tasks.items():
        shares = dict(zip(modes, shares_of[name], strict=True))
        people = shares.pop("human")
        if people >= 1 - 1e-9:
            states[name] = PEOPLE if task.delegable else NOT_DELEGABLE
        elif people > 1e-9:
            states[name] = SHARED
        else:
            mode, _, _reviewers = max(shares, key=shares.__getitem__).partition("/")
            states[name] = STATE_OF_MODE.get(mode, OWN)
    return states
