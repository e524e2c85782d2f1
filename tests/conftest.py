"""Settings of the whole suite."""

import gc

from hypothesis import find, settings, strategies
from sizes import EXPLORES, examples

# A run of the suite must not fail by chance: the usual profile draws the same examples every time.
# `make explore` draws new ones at each run, many more of them, and keeps what fails for replay.
settings.register_profile("usual", derandomize=True, database=None, deadline=None)
settings.register_profile("explore", max_examples=examples(100), deadline=None, print_blob=True)
settings.load_profile("explore" if EXPLORES else "usual")

# Modules and tests that are collected stay to the end: the garbage collector would go through them
# again and again, a quarter of the time of collection.
gc.disable()


def pytest_collection():
    """Draw an example before the garbage collector is frozen.

    Hypothesis makes its random numbers at the first one, and warns where the collector finds
    nothing that refers to them; on Python 3.14 what does is among what is frozen.
    """
    find(strategies.none(), lambda _: True)


def pytest_runtestloop():
    """Let the garbage collector begin with what tests make."""
    gc.freeze()
    gc.enable()
