"""docs/evidence.md: the numbers that it states are those of the catalogs and of the commands."""

import re

import numpy as np
import pytest
from first import FILES
from locations import ROOT
from sizes import cases

import taskmodel as tm
from taskmodel.calibration import load_moments
from taskmodel.calibration.evaluation import Evaluation
from taskmodel.cli import main
from taskmodel.sweeps.paths import load_paths
from taskmodel.validation.computations import FIRST

PAGE = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
(BLOCK,) = re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)
HEADS = ("observed", "prior", "point", "posterior")
FIELDS = {  # rows of the first table: numbers of alignment_research, before and after
    "capability.required_success": (None, (0.5, 0.65, 0.95)),
    "capability.success_slope": (None, (0.59, 0.84, 1.11)),
    "capability.defect_probability": (0, (0.02, 0.1, 0.25)),
    "tasks.research_code.horizon_multiplier": (1, (1.5, 3, 6)),
    "tasks.paper_writing.review_ratio": (0.2, (0.1, 0.27, 0.5)),
    "tasks.data_analysis.review_ratio": (0.15, (0.1, 0.27, 0.5)),
    "tasks.literature_review.review_ratio": (0.08, (0.05, 0.15, 0.3)),
    "compute.training_share": (0.5, (0.05, 0.1, 0.3)),
    "compute.today": (8.4e28, (None, 4.2e29, None)),
}


@pytest.fixture(scope="module")
def catalog():
    return tm.load_catalog("alignment_research")


def rows_of(text):
    """The rows of a table of moments as calibrate prints it: numbers by the name of the moment."""
    rows = {}
    for line in text.splitlines():
        if re.match(r"  [a-z_]+_20\d\d\S* +\d", line):
            name, *cells = line.split()
            rows[name] = [float(cell.replace(",", "")) for cell in cells]
    return rows


@pytest.mark.parametrize("path", FIELDS)
def test_numbers_that_changed_are_those_of_the_catalogs(path, catalog):
    before, now = FIELDS[path]
    _, _, quantity = catalog.quantities()[path]
    assert (quantity.low, quantity.value, quantity.high) == now
    first = tm.load_catalog(FILES["alignment_research"]).quantities().get(path)
    assert (None if first is None else first[2].value) == before
    field = path.rpartition(".")[2]
    (row,) = [line for line in PAGE.splitlines() if re.match(rf"\|[^|]*\b{field}`", line)][:1]
    assert field == "review_ratio" or f"{now[1]:g}".replace("e+", "e") in row


def test_every_number_that_changed_has_a_source_that_the_page_names(catalog):
    first = tm.load_catalog(FILES["alignment_research"])
    for path, (_, _, quantity) in catalog.quantities().items():
        old = first.quantities().get(path)
        if old is None or (old[2].value, old[2].low) != (quantity.value, quantity.low):
            keys = [quantity.source] if isinstance(quantity.source, str) else quantity.source
            assert quantity.note, path
            named = [key for key in keys if key in PAGE]
            assert named or list(keys) == ["judgement"], path
    for key in re.findall(r"\b[A-Z][A-Z]+[0-9]{2}\b", PAGE):
        sources = {**catalog.sources, **load_moments("2026").sources}
        for protocol in ("layered_ai_review", "monitored"):
            sources |= (
                tm.load_catalog("alignment_research", set={"supervision.protocols": [protocol]})
                .protocols[protocol]
                .sources
            )
        assert key in sources or key in ("METR11",), key


def test_results_of_the_first_catalogs_are_computed_with_the_first_catalogs():
    assert set(FIRST) == set(FILES)
    for name, path in FIRST.items():
        assert path.read_bytes() == FILES[name].read_bytes()


def test_faster_software_is_another_unit_of_compute_and_moves_no_date(catalog):
    """Horizons over time identify the product of slope and growth, as the page says."""
    paths = load_paths("epoch_trend")
    steady = np.log10(4.5 * 3)
    faster = np.log10(4.5 * 6)
    slope = catalog.capability.slope.value * steady / faster
    assert f"{slope:.3f}" in PAGE
    above = 3.3 * faster / steady  # orders of magnitude above GPT-4 at compute.today
    today = catalog.capability.reference_compute.value * 10**above / 0.1
    assert f"{today:.1e}".replace("+", "") in PAGE
    exact = 10 ** (np.log10(catalog.compute.today.value * 0.1 / 2.1e25) * faster / steady)
    other = catalog.replace({"capability.slope": slope, "compute.today": 2.1e25 * exact / 0.1})
    dates = [2026.0, 2027.0, 2028.0]
    mine = {
        "compute": [(date, catalog.compute.today.value * 13.5 ** (date - 2026)) for date in dates]
    }
    theirs = {
        "compute": [(date, other.compute.today.value * 27 ** (date - 2026)) for date in dates]
    }
    one, two = (
        tm.sweep(each, over="time", paths=course, values=dates)["throughput_speedup"].values
        for each, course in ((catalog, mine), (other, theirs))
    )
    np.testing.assert_allclose(one, two, rtol=1e-3)  # inference costs more with more compute
    assert paths.name == "epoch_trend"


def test_the_table_of_moments_is_that_of_the_command(catalog, tmp_path, capsys, monkeypatch):
    """Observed and point to their digits; bands with fewer draws, to their sampling error."""
    monkeypatch.setenv("COLUMNS", "200")
    draws, error = cases(128, 2048), 0.35
    assert main(["calibrate", "--draws", str(draws), "--quiet", "-o", str(tmp_path)]) == 0
    shown, page = rows_of(capsys.readouterr().out), rows_of(BLOCK)
    moments = load_moments("2026").moments
    assert list(page) == list(moments) and set(page) == set(shown)
    outputs = Evaluation(catalog, load_moments("2026")).outputs({})[0]
    for index, (name, moment) in enumerate(moments.items()):
        cells = page[name]
        assert cells[:3] == shown[name][:3] and cells[6] == shown[name][6]
        assert cells[6] == pytest.approx(outputs[index], abs=0.006, rel=0.006)
        # on the scale of the moment, in its own widths
        for column in (3, 7):
            scores = moment.score(np.array([cells[column], shown[name][column]]))
            assert np.ptp(scores) < error, (name, column)


def test_every_moment_beyond_its_width_has_a_sentence(catalog):
    sentences = PAGE.split("```")[2]
    moments = load_moments("2026").moments
    for name, cells in rows_of(BLOCK).items():
        point, posterior = moments[name].score(np.array([cells[6], cells[7]]))
        if max(abs(point), abs(posterior)) > 1.645:
            assert f"`{name}`" in sentences, name
