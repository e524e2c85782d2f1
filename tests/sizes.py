"""How many cases tests go through, by the environment variable TASKMODEL_TESTS.

Unset: enough to detect a fault, within minutes. ``all``: as many as the documents claim.
``explore``: new random examples at each run of the property tests.
"""

import os

TIER = os.environ.get("TASKMODEL_TESTS", "usual")
if TIER not in ("usual", "all", "explore"):
    raise ValueError(f"TASKMODEL_TESTS is {TIER!r}; it may be 'all' or 'explore', or unset")
THOROUGH = TIER != "usual"
EXPLORES = TIER == "explore"
FACTOR = int(os.environ.get("TASKMODEL_EXAMPLES", "20")) if EXPLORES else 1


def cases(usual, every):
    """The number of cases, or the cases, of this run."""
    return every if THOROUGH else usual


def examples(usual):
    """The number of examples of a property: in exploration TASKMODEL_EXAMPLES times as many."""
    return usual * FACTOR
