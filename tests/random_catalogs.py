"""Random catalogs with many events along compute: scarce factors, nests, policies, thresholds."""

from __future__ import annotations

from small import small_catalog

from taskmodel.catalog import Catalog

ELASTICITIES = (0.1, 0.3, 0.5, 0.8, 1.0, 1.5, 3.0)
H100_HOUR = 1.44e18  # FLOP
LOW, HIGH = 1e26, 1e31  # ends of the compute axis between which their events lie


def multi_factor_catalog(rng) -> Catalog:
    """A catalog of 3 to 8 tasks in up to three phases, with up to three labour pools, inference,
    experiments and reviewers.

    All sizes are log-uniform, and centred on values at which each factor is scarce in some catalogs
    and plentiful in others.
    """
    names = ["researchers", "engineers", "operators"][: rng.integers(1, 4)]
    pools = {name: {"headcount": 10 ** rng.uniform(0, 2), "hours_per_year": 100} for name in names}
    hours = sum(100 * pool["headcount"] for pool in pools.values())
    tasks = [_task(rng, list(pools)) for _ in range(rng.integers(3, 9))]
    nests = {"research": {"elasticity": _elasticity(rng)}}
    for phase in range(min(int(rng.integers(0, 4)), len(tasks))):
        name = f"phase{phase}"
        nests[name] = {"parent": str(rng.choice(list(nests))), "elasticity": _elasticity(rng)}
        tasks[phase]["phase"] = name
    shares = rng.dirichlet([2.0] * len(tasks))
    for task, share in zip(tasks, shares, strict=True):
        task.setdefault("phase", str(rng.choice(list(nests))))
        task["share"] = float(share)
    return small_catalog(
        {f"task{i}": task for i, task in enumerate(tasks)},
        pools=pools,
        nests=nests,
        supervision={
            "pool": str(rng.choice([*pools, "dedicated"])),
            "headcount": 10 ** rng.uniform(-2, 2),
            "max_review_share": rng.uniform(0.1, 1),
            "coverage": str(rng.choice(["full", "full", "floor", "none"])),
        },
        compute={
            "inference_share": 10 ** rng.uniform(-9, -5),
            # at the start of the axis 0.1 to 10 H100-hours per human hour: prices stay within a few
            # orders of magnitude
            "experiment_share": hours * H100_HOUR / LOW * 10 ** rng.uniform(-1, 1),
            "inference": str(rng.choice(["scarce", "scarce", "scarce", "free"])),
            "experiments": str(rng.choice(["scarce", "scarce", "free"])),
        },
        capability={
            "worker": str(rng.choice(["sufficient", "frontier"])),
            "defect_probability": float(rng.choice([0, 0.2])),
        },
    )


def _elasticity(rng) -> float:
    """An elasticity: one of ELASTICITIES in 70 % of draws, otherwise log-uniform."""
    return (
        float(rng.choice(ELASTICITIES)) if rng.random() < 0.7 else float(10 ** rng.uniform(-1, 0.5))
    )


def _task(rng, pools: list[str]) -> dict:
    by_people = bool(rng.random() < 0.9)
    return {
        "pool": str(rng.choice(pools)),
        "automation_threshold": 10 ** rng.uniform(25, 30),
        "review_ratio": 0.0 if rng.random() < 0.1 else 10 ** rng.uniform(-2.5, 0.3),
        "coverage_floor": rng.uniform(0.05, 0.9),
        "experiment_compute": 0.0 if rng.random() < 0.3 else 10 ** rng.uniform(-1, 1),
        "by_people": by_people,
        "delegable": not by_people or bool(rng.random() < 0.85),
    }
