"""The priors of an independent check of the uncertain answer, on the catalog that it was made with.

Its laws are symmetric about the values, with the ratio of the ends of the file's intervals;
inference and experiments are free, reviewers are the researchers, AI is reliable unless said.
"""

from functools import cache

import numpy as np
from locations import DATA

import taskmodel as tm

GIVEN = {"source": "judgement", "note": "of the check"}
DEFECTS = {"value": 0.1866, "low": 0.05, "high": 0.5, **GIVEN}


def changes(catalog, defects=0):
    """What the check sets in a catalog."""
    uniform = {"distribution": "uniform", **GIVEN}
    result = {
        "production.elasticity": {"value": 0.5, "low": 0, "high": 0.95, **uniform},
        "supervision.max_review_share": {"value": 0.5, "low": 0.25, "high": 1, **uniform},
        "compute.inference": "free",
        "compute.experiments": "free",
        "capability.defect_probability": defects,
        "production.parallel_exponent.distribution": "fixed",
        "latency.serial_speed.distribution": "fixed",
        "capability.slope": {
            **{"value": 0.485, "low": 0.485 / np.sqrt(2), "high": 0.485 * np.sqrt(2)},
            **GIVEN,
        },
    }
    for name, path in (
        ("multipliers", "tasks.*.horizon_multiplier"),
        ("task_lengths", "tasks.*.horizon"),
        ("review_ratios", "tasks.*.review_ratio"),
    ):
        result[f"uncertainty.groups.{name}"] = {"paths": [path], "common": 0.5, **GIVEN}
    line = {"paths": ["capability.intercept", "capability.slope"], "pivot": 1.5, **GIVEN}
    result["uncertainty.groups.capability_line"] = line
    for name, task in catalog.tasks.items():
        factors = {"horizon_multiplier": 2, "share": 1.5}
        for field in ("horizon", "review_ratio"):
            if getattr(task, field).low:
                factors[field] = np.sqrt(getattr(task, field).high / getattr(task, field).low)
        for field, factor in factors.items():
            value = getattr(task, field).value
            result[f"tasks.{name}.{field}"] = {
                **{"value": value, "low": value / factor, "high": value * factor},
                **{"distribution": "lognormal", **GIVEN},
            }
    return result


@cache
def check_catalog(with_defects=False):
    """The catalog of the check with its priors."""
    catalog = tm.load_catalog(DATA / "alignment_research_b27e634.yaml")
    return catalog.replace(changes(catalog, DEFECTS if with_defects else 0))
