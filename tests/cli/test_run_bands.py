"""The bands of `taskmodel run`: what 90 % of the draws say, beside the catalog's own values."""

import contextlib
import io
from pathlib import Path

import numpy as np
import pytest
from command_line import error_of, json_of, lines_of, strict_json
from small import small_catalog

import taskmodel as tm
from taskmodel.calibration.draws import draws_of, evidenced_draws, resampled
from taskmodel.cli import main
from taskmodel.cli.catalogs import note_slow_draws
from taskmodel.cli.run_bands import point_lines
from taskmodel.uncertainty import sampler

FEW = ("--draws", "24", "--grid", "1e27:1e33:3", "--no-figures")
ONE_MOMENT = """title: t
paths: epoch_trend
sources: {A: {title: a, access: secondary}}
moments:
  m: {output: throughput_speedup, date: 2026, value: 1.4, sd: 0.5, source: A, why: x}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Facts of a run with draws, and the folder in which it ran."""
    folder = tmp_path_factory.mktemp("run")
    printed = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed):
        assert main(["run", *FEW, "-o", "out", "--json"]) == 0
    return strict_json(printed.getvalue()), folder


def test_run_answers_with_bands_under_the_evidence(both):
    facts, folder = both
    bands = facts["bands"]
    assert (bands["draws"], bands["moments"], bands["paths"]) == (24, "2026", "epoch_trend")
    for point in bands["points"]:
        for name in ("oversight_cost", "throughput_speedup", "speedup", "automated_hours_share"):
            low, median, high = point[name]
            assert low <= median <= high
        assert point["oversight_cost"][0] >= 1
    for chances in bands["probability"].values():
        for by_year in chances.values():
            chance = list(by_year.values())
            assert chance == sorted(chance) and 0 <= chance[0] and chance[-1] <= 1
    assert facts["files"] == ["out/result.nc", "out/bands.nc"]
    saved = tm.open(folder / "out" / "bands.nc")
    shares = saved["oversight_costs_half_from_by"].sel(path="epoch_trend")
    assert float(shares.sel(by=2028)) == pytest.approx(
        bands["probability"]["epoch_trend"]["oversight_costs_half_from"]["2028"]
    )


def test_the_point_alone_is_the_same_with_and_without_draws(both, capsys):
    facts, _ = both
    alone = json_of(capsys, "run", "--point", *FEW, "-o", "out")
    assert "bands" not in alone
    assert {key: facts[key] for key in alone if key != "files"} == {
        key: value for key, value in alone.items() if key != "files"
    }


def test_the_page_begins_with_what_oversight_costs_and_fits(capsys):
    lines = lines_of(capsys, "run", *FEW)
    assert lines[3].startswith("Oversight costs ") and "[90 %:" in lines[3]
    assert any("worth" in line and "evidence 2026" in line for line in lines)
    assert "At the catalog's own values" in lines
    assert max(map(len, lines)) <= 80 and all(line.isascii() for line in lines)


def test_catalogs_without_evidence_have_draws_of_their_intervals(capsys):
    assert main(["new", "mylab"]) == 0
    capsys.readouterr()
    lines = lines_of(capsys, "run", "mylab.yaml", *FEW)
    assert "no evidence beyond them" in " ".join(lines)


def test_catalogs_without_intervals_give_the_point_and_say_so(capsys):
    catalog = tm.load_catalog("t_agi_ladder")
    fixed = [f"--set={path}.distribution=fixed" for path in sampler(catalog).laws]
    assert main(["run", "t_agi_ladder", *fixed, *FEW]) == 0
    out, err = capsys.readouterr()
    assert "no number of the catalog has an interval" in err and "90 %" not in out


def test_draws_of_calibrate_are_taken_and_those_of_another_catalog_refused(capsys):
    Path("evidence.yaml").write_text(ONE_MOMENT)
    assert main(["calibrate", "--moments", "evidence.yaml", "--draws", "64", "-o", "weighted"]) == 0
    capsys.readouterr()
    file = "weighted/calibration.nc"
    assert json_of(capsys, "run", *FEW, "--draws-from", file)["bands"]["draws"] == 24
    assert main(["run", "t_agi_ladder", *FEW, "--draws-from", file]) == 0
    assert "these draws are of another catalog" in capsys.readouterr().err
    message = error_of(capsys, "run", *FEW, "--draws-from", file, "--moments", "2026")
    assert "leave --moments out" in message


def test_without_evidence_draws_are_those_of_the_sampler():
    catalog = tm.load_catalog("alignment_research")
    drawn, expected = evidenced_draws(catalog, None, 16), sampler(catalog).draw(16, 1)
    assert all((drawn.columns[path] == expected[path]).all() for path in expected)


def test_resampling_takes_rows_in_proportion_to_their_weights():
    rng = np.random.default_rng(3)
    for _ in range(20):
        weight = rng.dirichlet(np.full(30, 0.3))
        rows = resampled(weight, 500, rng.random())
        taken = np.bincount(rows, minlength=30)
        assert len(rows) == 500 and (np.abs(taken - 500 * weight) < 1 + 1e-9).all()


def test_what_is_no_calibration_is_refused():
    with pytest.raises(tm.InputError, match="no draws of taskmodel calibrate"):
        draws_of(tm.what_if(tm.load_catalog("t_agi_ladder"), 1e30), 16)


def test_a_first_date_at_the_beginning_of_the_paths_may_be_earlier(capsys):
    """The dates begin in 2025: a first that is there already is no date."""
    words = ["run", "t_agi_ladder", "--draws", "24", "--grid", "1e27:1e33:3", "--no-figures"]
    words += ["--set", "supervision.max_review_share=0.001"]
    bands = json_of(capsys, *words)["bands"]
    low = bands["first"]["oversight_costs_a_tenth_from"][0]
    assert low == bands["begins"] == 2025
    text = " ".join(" ".join(lines_of(capsys, *words)).split())
    assert "<= 2025.0" in text and "[2025.0" not in text
    assert "These are one point among the draws" in text


@pytest.mark.parametrize(
    ("cost", "position"),
    [
        (1.02, "below the band"),
        (1.0698, "at the lower end of the band"),
        (1.2, "towards the lower end of the band"),
        (2.0, "towards the upper end of the band"),
        (9.0, "above the band"),
        (float("inf"), None),
    ],
)
def test_the_point_is_placed_in_the_band_as_it_is_printed(cost, position):
    facts = {"points": [{"oversight_cost": [1.0704, 1.5, 3.26]}]}
    text = " ".join(" ".join(point_lines(facts, cost)).split())
    assert "At the catalog's own values" in text
    if position is None:
        assert "band" not in text
    else:
        assert f"today: {position} from 1.07 to 3.26" in text


@pytest.mark.parametrize("linked", [True, False])
def test_draws_of_linked_tasks_are_said_to_take_long(capsys, linked):
    work = {"watch": {"task": "think", "by": ["code"], "hours": 0.1}}
    tasks = {"think": {"share": 0.5}, "code": {"share": 0.5}}
    catalog = small_catalog(tasks, **({"oversight_work": work} if linked else {}))
    note_slow_draws(catalog, quiet=False)
    assert ("fewer --draws answer sooner" in capsys.readouterr().err) == linked
    note_slow_draws(catalog, quiet=True)
    assert not capsys.readouterr().err
