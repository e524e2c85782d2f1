"""What answers leave behind: nothing that waits for the collector of cycles, which comes late."""

import gc

import numpy as np
import pytest

from taskmodel.explore import Workbench
from taskmodel.explore.band_stream import Bands
from taskmodel.explore.server import VIEWS

MOST = 10_000  # bytes of arrays in cycles


@pytest.fixture(scope="module")
def bench():
    result = Workbench("t_agi_ladder")
    result.bands = Bands(result)
    return result


def bands_of(bench, request):
    for _ in bench.bands.stream(request, lambda: True):
        pass


QUESTIONS = {
    **{name: view for name, view in VIEWS.items() if name != "world"},  # needs another catalog
    "bands": bands_of,
}


@pytest.fixture
def in_cycles():
    """Objects that only the collector frees, from here on."""
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield gc.garbage
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_leaves_no_arrays_in_cycles(bench, name, in_cycles):
    QUESTIONS[name](bench, {"set": {"supervision.headcount": 77}})
    gc.collect()
    held = {
        id(array): array.nbytes
        for thing in in_cycles
        for array in gc.get_referents(thing)
        if isinstance(array, np.ndarray)
    }
    assert sum(held.values()) < MOST
