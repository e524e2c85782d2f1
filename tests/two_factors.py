"""Catalogs of two factors, people and inference, whose events all have closed forms."""

import numpy as np
from small import small_catalog

TOKENS = 100 * 3600 * 2  # FLOP per human-equivalent hour and parameter


def two_factor_catalog(rng, elasticity, tasks):
    """Return a catalog of people and inference, and the closed-form positions of its events.

    Nothing is reviewed, experiments are free, and all tasks but one are open to AI throughout. The
    positions, shape (task, 2), are the compute at which each task is adopted and completed
    (``model.md`` 1.3).
    """
    shares = rng.dirichlet(np.full(tasks + 1, 2.0))
    shares /= shares.sum()
    thresholds = np.sort(10 ** rng.uniform(18, 24, tasks))
    kappa = TOKENS * np.sqrt(thresholds / 120)
    records = {
        f"t{i}": {"share": float(shares[i]), "automation_threshold": float(thresholds[i])}
        for i in range(tasks)
    }
    records["kept"] = {
        "share": 1 - sum(record["share"] for record in records.values()),
        "delegable": False,
    }
    inference_share = 1e-9
    catalog = small_catalog(
        records,
        production={"elasticity": elasticity},
        supervision={"coverage": "none"},
        compute={"inference_share": inference_share},
    )
    s, hours, positions = shares[:tasks], 1000.0, []
    for task in range(tasks):
        ratio = []
        for moved in (task, task + 1):
            machine = np.sum(s[:moved] * kappa[:moved] ** (1 - elasticity))
            people = 1 - s[:moved].sum()
            ratio.append(machine / people * kappa[task] ** elasticity * hours / inference_share)
        positions.append(ratio)
    return catalog, np.array(positions)
