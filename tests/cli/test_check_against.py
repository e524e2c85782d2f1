"""`taskmodel run --check-against`: what differs from an earlier run, and why."""

from pathlib import Path

import numpy as np
import pytest
from command_line import error_of, json_of, lines_of

import taskmodel as tm
from taskmodel.catalog import load_catalog
from taskmodel.cli import main
from taskmodel.summary import against

RUN = ("run", "t_agi_ladder", "--point", "--no-figures", "--grid", "1e27:1e31:5")


@pytest.fixture
def earlier(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([*RUN, "-o", "before"]) == 0
    capsys.readouterr()
    return "before/result.nc"


def test_the_same_run_is_the_same_bit_for_bit(capsys, earlier):
    lines = lines_of(capsys, *RUN, "-o", "now", "--check-against", earlier)
    assert "Beside the earlier run: the same, bit for bit." in lines


def test_another_number_of_the_catalog_is_named_as_the_reason(capsys, earlier):
    change = ("--set", "supervision.headcount=30")
    facts = json_of(capsys, *RUN, *change, "-o", "now", "--check-against", earlier, code=1)
    found = facts["against"]
    assert found["inputs"] == {"supervision.headcount": [600.0, 30.0]}
    assert not found["same"]
    one, other = (tm.open(f"{folder}/result.nc") for folder in ("before", "now"))
    a, b = (result["output"].values for result in (one, other))
    (output,) = [each for each in found["variables"] if each["name"] == "output"]
    relative = abs(a - b) / np.maximum(a, b)
    assert output["difference"] == pytest.approx(relative.max(), rel=1e-12)
    assert output["position"] == one["compute"].values[relative.argmax()]
    assert found["variables"][-1]["name"] == "duality_gap"  # of the answer, not the answer
    lines = lines_of(capsys, *RUN, *change, "-o", "now", "--check-against", earlier, code=1)
    assert "    supervision.headcount: 600 before, 30 now" in lines


def test_other_points_and_versions_are_reasons_and_only_points_of_both_are_compared(earlier):
    catalog = load_catalog("t_agi_ladder")
    before = tm.open(earlier)
    later = tm.sweep(catalog, before["compute"].values[::2])
    found = against(before, later, catalog)
    assert found.points == (5, 3, 3)
    assert not found.removed + found.added
    # an optimum depends in its last digits on the one it is solved from
    assert all(each.difference < 1e-12 for each in found.variables)
    assert any("5 points before, 3 now; 3 are points of both" in each for each in found.reasons())
    before.attrs["taskmodel_version"] = "0.0.1"
    reasons = against(before, later, catalog).reasons()
    assert f"taskmodel 0.0.1 before, {tm.__version__} now" in reasons


def test_last_digits_alone_are_told_as_the_processor_or_libraries(earlier):
    before = tm.open(earlier)
    later = before.copy(deep=True)
    later["output"][2] *= 1 + 1e-13
    found = against(before, later, load_catalog("t_agi_ladder"))
    assert [each.name for each in found.variables] == ["output"]
    assert found.variables[0].difference == pytest.approx(1e-13, rel=1e-2)
    assert "another processor" in " ".join(found.reasons())


def test_what_is_no_sweep_is_refused(capsys, earlier):
    assert main(["latency", "t_agi_ladder"]) == 0
    capsys.readouterr()
    tm.save(tm.latency(load_catalog("t_agi_ladder")), Path("latency.nc"))
    assert "is no sweep along compute" in error_of(capsys, *RUN, "--check-against", "latency.nc")
    Path("text.nc").write_text("title: a catalog\n")
    message = error_of(capsys, *RUN, "--check-against", "text.nc")
    assert "error: text.nc: is not HDF5" in message
