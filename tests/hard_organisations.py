"""Random organisations in which optima are hard to tell from their neighbours.

Duplicate tasks, modes of equal cost, factors that nobody uses, sizes over twelve orders of
magnitude, 1 to 500 tasks and up to 8 factors, and elasticities at which formulas change or powers
overflow. Weak duality judges every answer (`judge`).
"""

import numpy as np
from organisations import Organisation, random_nest

USUAL = (0.0, 0.5, 1.0, 1.5)
CORNER = (0.0, 1.0, 1 - 1e-8, 1 + 1e-8, 50.0, 1e6)
SIZES = (1, 2, 3, 5, 8, 15, 30, 60, 120, 500)
LIKELY = (0.1, 0.12, 0.15, 0.15, 0.15, 0.12, 0.1, 0.06, 0.03, 0.02)


def hard_organisation(rng, elasticities, decades=12):
    """An organisation of 1 to 500 tasks, 1 to 8 factors and 1 to 4 modes; `decades` of sizes."""
    tasks = int(rng.choice(SIZES, p=LIKELY))
    factors, modes = int(rng.integers(1, 9)), int(rng.integers(1, 5))
    bundles = 10.0 ** rng.uniform(-decades / 2, decades / 2, (tasks, modes, factors))
    if rng.random() < 0.3:  # sizes of factors apart, tasks alike
        bundles = 10.0 ** rng.uniform(-1, 1, bundles.shape)
        bundles *= 10.0 ** rng.uniform(-decades / 2, decades / 2, factors)
    bundles[rng.random(bundles.shape) < 0.35] = 0.0
    if factors > 2 and rng.random() < 0.3:
        bundles[..., rng.integers(factors)] = 0.0  # a factor that nobody uses
    if tasks > 1 and rng.random() < 0.5:  # duplicate tasks
        rows = rng.integers(tasks, size=tasks)
        bundles = np.where(rng.random((tasks, 1, 1)) < 0.4, bundles[rows], bundles)
    if modes > 1 and rng.random() < 0.4:  # modes that use one proportion, or cost the same
        copied = rng.random(tasks) < 0.3
        scale = rng.choice([1.0, 2.0, 1 + 1e-13], size=tasks)[:, None]
        bundles[copied, 1] = (scale * bundles[:, 0])[copied]
    used = rng.integers(factors, size=(tasks, modes))
    empty = ~bundles.any(axis=-1)
    task, mode = np.nonzero(empty)
    bundles[task, mode, used[task, mode]] = 1.0
    available = rng.random((tasks, modes)) < 0.8
    available[np.arange(tasks), rng.integers(modes, size=tasks)] = True
    supply = 10.0 ** rng.uniform(-decades / 4, decades / 4, factors)
    levels = int(rng.integers(1, 4)) if tasks > 2 else 1
    nest = random_nest(rng, rng.permutation(tasks), levels, elasticities)
    return Organisation(bundles, supply, nest, available)
