"""Progress: a share and the time left, where it is known."""

import io
import time

import numpy as np
import pytest

import taskmodel as tm
from taskmodel.cli.screen import NOTEBOOK, ProgressLine, progress


@pytest.fixture(scope="module")
def catalog():
    return tm.load_catalog("t_agi_ladder")


def rising_to_one(shares):
    return len(shares) > 0 and bool((np.diff(shares) >= 0).all()) and shares[-1] == 1


def test_a_part_of_the_work_is_shown_as_a_share_of_the_whole():
    line = ProgressLine("drawing")
    assert line.text(3.0) == "drawing ... 3 s"
    line.part(0.2, 0.6)(0.5)
    assert line.text(8.0) == "drawing ... 40 %, 12 s left"


def test_progress_is_shown_on_a_terminal_and_not_in_a_notebook(monkeypatch):
    """A notebook runs commands in a terminal, and keeps each state of the line."""
    shown = {}
    for notebook in (False, True):
        terminal = io.StringIO()
        monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("sys.stderr", terminal)
        monkeypatch.setenv(NOTEBOOK, "1") if notebook else monkeypatch.delenv(NOTEBOOK, False)
        with progress("drawing", quiet=False, patience=0.01):
            time.sleep(0.3)
        shown[notebook] = terminal.getvalue()
    assert "drawing" in shown[False] and shown[True] == ""


def test_draws_report_their_share(catalog):
    shares = []
    tm.ensemble(catalog, 70, 1, [1e28], report=shares.append)
    assert rising_to_one(shares)


def test_maps_and_cruxes_report_their_share(catalog):
    shares = []
    sides = ("compute", [1e27, 1e29]), ("production.elasticity", [0.2, 0.5])
    tm.bottleneck_map(catalog, *sides, report=shares.append)
    assert rising_to_one(shares) and len(shares) > 3
    shares.clear()
    tm.cruxes(catalog, report=shares.append)
    assert rising_to_one(shares)


def test_stages_of_evidence_report_their_power():
    from taskmodel.calibration.tempering import tempered

    start = {"x": np.random.default_rng(1).normal(size=512)}
    shares = []
    tempered(start, lambda z: -0.5 * ((z["x"] - 3) / 0.1) ** 2, 1, shares.append)
    assert rising_to_one(shares) and len(shares) > 2
