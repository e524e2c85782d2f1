"""Onset of oversight along an input: a closed form, the events of sweeps, the command."""

import json

import numpy as np
import pytest
from small import small_catalog

import taskmodel as tm
from taskmodel.cli import main


def one_reviewed_task():
    """AI does one of two equal tasks for 0.2 h of dedicated review per hour.

    People have 1,000 h, and a reviewer suffices for 500 h of AI work. With an elasticity of 0.5 and
    N reviewers the bottleneck share of review is 2 / (N + 2), from where the task opens.
    """
    return small_catalog(
        {
            "by_ai": {"share": 0.5, "by_people": False},
            "by_people": {"share": 0.5, "delegable": False},
        },
        supervision={"pool": "dedicated"},
        production={"elasticity": 0.5},
        compute={"inference": "free"},
    )


def test_onset_of_a_closed_form():
    catalog = one_reviewed_task()
    reviewers = np.array([1.0, 4.0, 197.0, 300.0])
    result = tm.onset(catalog, "supervision.headcount", reviewers, compute=1e31)
    (opens,) = np.unique(tm.events(tm.sweep(catalog, [1e26, 1e32]))["compute"].values)
    np.testing.assert_allclose(result["review_bottleneck_share"], 2 / (reviewers + 2), rtol=1e-9)
    np.testing.assert_array_equal(result["oversight_binds_from"], [opens, opens, opens, np.nan])
    np.testing.assert_array_equal(
        result["oversight_bottleneck_from"], [opens, np.nan, np.nan, np.nan]
    )
    np.testing.assert_array_equal(
        np.isnan(result["oversight_bottleneck_speedup"]), [False, True, True, True]
    )


def test_what_holds_from_the_start_has_the_grids_low_end():
    catalog = one_reviewed_task().replace({"compute.grid.low": 1e31})
    result = tm.onset(catalog, "supervision.headcount", [1.0])
    assert result["oversight_binds_from"] == result["oversight_bottleneck_from"] == 1e31
    assert result["oversight_binds_from"].attrs["units"] == "FLOP/year"


def test_places_and_speedups_are_those_of_sweeps():
    catalog, values = tm.load_catalog("t_agi_ladder"), [30.0, 1000.0]
    result = tm.onset(catalog, "supervision.headcount", values)
    for value in values:
        events = tm.events(tm.sweep(catalog.replace({"supervision.headcount": value})))
        selected = result.sel({"supervision.headcount": value})
        for stage in ("oversight_binds", "oversight_bottleneck"):
            first = events.isel(event=np.flatnonzero(events["kind"] == stage)[:1])
            if not first.sizes["event"]:  # nowhere, or from below the grid on
                assert float(selected[f"{stage}_from"]) == 1e26 or np.isnan(
                    selected[f"{stage}_from"]
                )
                continue
            assert float(selected[f"{stage}_from"]) == pytest.approx(
                float(first["compute"].item()), rel=1e-11
            )
            assert float(selected[f"{stage}_speedup"]) == pytest.approx(
                float(first["throughput_speedup_after"].item()), rel=1e-9
            )


@pytest.mark.parametrize(
    ("path", "values", "error", "message"),
    [
        ("supervision.headcoun", [1.0], tm.CatalogError, "supervision.headcount"),
        ("supervision.pool", [1.0], TypeError, "no number"),
        ("supervision.headcount", [], ValueError, "finite numbers"),
        ("supervision.headcount", [1.0, np.nan], ValueError, "finite numbers"),
        ("supervision.headcount", [1.0, -1.0], tm.CatalogError, "at least 0"),
    ],
)
def test_bad_questions_are_refused(path, values, error, message):
    with pytest.raises(error, match=message):
        tm.onset(tm.load_catalog("t_agi_ladder"), path, values)


def test_the_command_line_tells_it(capsys):
    assert main(["onset", "t_agi_ladder", "supervision.headcount=30:1000:2", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert [row["value"] for row in facts["values"]] == pytest.approx([30, 1000])
    assert facts["values"][0]["oversight_bottleneck_from"] is None  # nowhere
    assert main(["onset", "t_agi_ladder", "supervision.headcount=30:1000:2"]) == 0
    out = capsys.readouterr().out
    assert (
        "1e26 or less" in out
        and "nowhere" in out
        and f"{facts['values'][1]['oversight_bottleneck_from']:.3g}".replace("+", "") in out
    )
    assert main(["onset", "supervision.headcount=30"]) == 2
    assert "must be LOW:HIGH[:POINTS]" in capsys.readouterr().err
