"""How many cases the long tests go through: enough to notice, or with TASKMODEL_TESTS=all as many as are claimed."""

import os

THOROUGH = os.environ.get("TASKMODEL_TESTS") == "all"


def cases(usual, every):
    """The number that this run goes through."""
    return every if THOROUGH else usual
