"""Verdicts on allocations of random organisations: optimal by weak duality, refused, or wrong."""

import warnings

import numpy as np
from organisations import certify, status_of

from taskmodel.allocation import allocate
from taskmodel.errors import SolveError

NUMBERS = (
    "output",
    "shadow_price",
    "factor_elasticity",
    "factor_elasticity_range",
    "activity",
    "factor_use",
    "gap",
)


def violations(organisation, allocation):
    """Conditions of an optimum that the allocation of a regular organisation violates.

    All of them follow from activities and prices by the independent arithmetic of `certify`.
    """
    broken = [name for name in NUMBERS if not np.all(np.isfinite(getattr(allocation, name)))]
    if broken:
        return [f"{name} is not finite" for name in broken]
    bundles, supply, _, available = organisation.problem
    activity, price, output = allocation.activity, allocation.shadow_price, allocation.output
    use = np.einsum("imk,im->k", bundles, activity)
    elasticity = allocation.factor_elasticity
    lowest, highest = np.moveaxis(allocation.factor_elasticity_range, -1, 0)
    shown = certify(organisation, activity, price)
    rules = {
        f"status {status_of(allocation)}": status_of(allocation) in ("optimal", "kink"),
        "activity is negative": np.all(activity >= 0),
        "a closed mode is used": np.all(activity[~available] == 0),
        "a price is negative": np.all(price >= 0),
        f"infeasible by {shown.overuse:.1e}": shown.overuse <= 1e-9,
        f"gap {shown.gap:.1e}": -1e-12 <= shown.gap < 1e-9,
        f"reported gap {allocation.gap:.1e}, true {shown.gap:.1e}": allocation.gap
        >= shown.gap - 1e-12,
        f"reported gap {allocation.gap:.1e} is over 1e-9": allocation.gap < 1e-9,
        f"output {output} against {shown.attained} attained": abs(output / shown.attained - 1)
        < 1e-9,
        f"output {output} against a bound of {shown.bound}": abs(output / shown.bound - 1) < 1e-9,
        "factor_use differs from the use by the activities": np.all(
            abs(allocation.factor_use - use) <= 1e-9 * supply
        ),
        f"elasticities sum to {elasticity.sum()}": abs(elasticity.sum() - 1) < 1e-9,
        "elasticities are not price x supply / output": np.all(
            abs(elasticity - price * supply / output) < 1e-9
        ),
        "elasticity outside its range": np.all(lowest <= elasticity + 1e-9)
        and np.all(elasticity <= highest + 1e-9),
        "a range without a kink": status_of(allocation) == "kink"
        or np.all(highest - lowest < 1e-6),
        "a kink without a range": status_of(allocation) == "optimal" or np.any(highest > lowest),
    }
    return [violation for violation, holds in rules.items() if not holds]


def judge(organisations):
    """Allocate each organisation; return the refused and the wrong ones.

    Both are dictionaries by number: the message of the SolveError, and the list of violations. A
    warning during a solution is an error.
    """
    refused, wrong = {}, {}
    for number, organisation in enumerate(organisations):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                allocation = allocate(*organisation.problem)
            except SolveError as error:
                refused[number] = str(error)
                continue
        if broken := violations(organisation, allocation):
            wrong[number] = broken
    print(
        f"{number + 1} organisations: {len(refused)} refused {refused}, {len(wrong)} wrong {wrong}"
    )
    return refused, wrong
