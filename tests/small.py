"""Small catalogs built in code, for tests that vary any block or task."""

import json

from taskmodel.catalog import Catalog, parse_catalog

BLOCKS = {
    "title": "A small catalog",
    "pools": {"researchers": {"headcount": 10, "hours_per_year": 100}},
    "production": {"elasticity": 0.5, "parallel_exponent": 0.5},
    "supervision": {
        "pool": "researchers",
        "headcount": 10,
        "hours_per_year": 100,
        "max_review_share": 1,
        "binding_tolerance": 0.01,
    },
    "compute": {
        "today": 1e28,
        "training_share": 0.5,
        "inference_share": 0.01,
        "experiment_share": 0.005,
        "h100_hour": 1.44e18,
        "inference": "scarce",
        "experiments": "free",
        "grid": {"low": 1e26, "high": 1e32, "points": 40},
    },
    "capability": {
        "intercept": 1.045,
        "slope": 0.485,
        "residual_sd": 0.42,
        "reference_compute": 2.1e25,
        "defect_probability": 0,
        "tokens_per_human_second": 100,
        "parameters_compute_ratio": 120,
    },
    "latency": {"serial_speed": 10, "working_hours_per_week": 40},
    "nests": {"research": {}},
}
TASK = {"phase": "research", "horizon": 8, "review_ratio": 0.2, "coverage_floor": 0.1}


def small_catalog(tasks: dict[str, dict], **changes: dict) -> Catalog:
    """A catalog of these tasks; each keyword argument updates the keys of a block of BLOCKS."""
    data = {
        name: dict(block) if isinstance(block, dict) else block for name, block in BLOCKS.items()
    }
    for name, block in changes.items():
        data[name] = {**data.get(name, {}), **block}
    data["tasks"] = {name: {"title": name, **TASK, **task} for name, task in tasks.items()}
    return parse_catalog(json.dumps(data), name="small", file="small.yaml")
