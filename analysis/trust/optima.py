"""Is every optimum optimal?

Random organisations are judged by weak duality with arithmetic of its own: feasible activities of
output Y and prices p with p . E = 1 satisfy Y c(p) <= 1. Some are solved again by a conic solver
that knows nothing of this package. The hard ones have duplicate tasks, equal costs, unused factors,
12 orders of magnitude, 1 to 500 tasks, 8 factors, and elasticities of 0, 1, 1 +- 1e-8, 50, 1e6.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from hard_organisations import CORNER, USUAL, hard_organisation
from judge import violations
from oracles import conic_program
from organisations import Organisation, random_organisation

from taskmodel.allocation import allocate
from taskmodel.errors import SolveError

Draw = Callable[[np.random.Generator], Organisation]
KINDS: dict[str, Draw] = {
    "usual": lambda rng: random_organisation(rng, 8),
    "hard": lambda rng: hard_organisation(rng, USUAL),
    "hard corner": lambda rng: hard_organisation(rng, CORNER),
}
CONIC_ACCURACY = 1e-5  # of an interior-point method over eight orders of magnitude


def weak_duality(seconds: float, seed: int) -> dict[str, Any]:
    """Judge random organisations for some CPU time, a third for each kind."""
    return {kind: _judged(draw, seconds / len(KINDS), seed) for kind, draw in KINDS.items()}


def _judged(draw: Draw, seconds: float, seed: int) -> dict[str, Any]:
    end, number, refused, wrong = time.process_time() + seconds, 0, [], {}
    while time.process_time() < end:
        organisation = draw(np.random.default_rng([seed, number]))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found = allocate(*organisation.problem)
            if broken := violations(organisation, found):
                wrong[number] = broken
        except SolveError:
            refused.append(number)
        except Exception as error:  # any of another kind is what is looked for
            wrong[number] = [f"{type(error).__name__}: {error}"[:300]]
        number += 1
    return {"organisations": number, "refused": refused, "wrong": wrong, "seed": seed}


def conic(seconds: float, seed: int) -> dict[str, Any]:
    """Compare outputs with those of a conic solver for some CPU time."""
    end, number, compared, unsolved, worst, wrong = time.process_time() + seconds, 0, 0, 0, 0.0, {}
    while time.process_time() < end:
        rng = np.random.default_rng([seed, number])
        organisation = random_organisation(rng, 3, tasks=int(rng.integers(2, 9)))
        number += 1
        best = conic_program(organisation)
        if best is None:
            unsolved += 1
            continue
        try:
            difference = float(allocate(*organisation.problem).output) / best - 1
        except SolveError:
            unsolved += 1
            continue
        compared, worst = compared + 1, max(worst, abs(difference))
        if not abs(difference) < CONIC_ACCURACY:
            wrong[number - 1] = difference
    return {
        "compared": compared,
        "not_compared": unsolved,
        "largest_difference": worst,
        "wrong": wrong,
    }
