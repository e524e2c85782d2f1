"""Formulas of regimes: complete where they must be, equal to the optimum, honest where there is none."""

import json
import shutil
import subprocess

import numpy as np
import pytest
import sympy
from small import small_catalog
from test_stepping import two_factor_catalog

import taskmodel as tm
from taskmodel.allocation import SolveError
from taskmodel.cli import main
from taskmodel.formulas.closed_form import Form
from taskmodel.formulas.words import COMPUTE


@pytest.mark.parametrize("elasticity", [0.1, 0.5, 0.9, 1, 1.5, 3])
def test_two_factor_catalogs_have_every_regime_and_every_event_in_closed_form(elasticity):
    rng = np.random.default_rng(int(100 * elasticity))
    catalog, places = two_factor_catalog(rng, elasticity, tasks=4)
    low, high = places[places > 0].min() / 10, places.max() * 10
    found = list(tm.regimes(catalog, (low, high)))
    assert [regime.reason for regime in found] == [""] * len(found)
    ends = [float(regime.lambdify(regime.next_event)(low)) for regime in found[:-1]]
    np.testing.assert_allclose(ends, np.sort(places[places > 0]), rtol=1e-10)
    assert found[-1].next_event is None
    for regime in found:
        points = np.geomspace(regime.low, regime.high, 7)[1:-1]
        np.testing.assert_allclose(regime.lambdify()(points) * np.ones(5), tm.sweep(catalog, points)["output"], rtol=1e-10)


def test_the_two_kinds_of_regime_are_the_ones_of_the_book():
    """One task by AI at kappa, one kept by people, a third split: linear in C where it is, CES where none is."""
    catalog, places = two_factor_catalog(np.random.default_rng(1), 0.5, tasks=3)
    found = list(tm.regimes(catalog, (places[places > 0].min() / 10, places.max() * 10)))
    supply = sympy.Symbol("C", positive=True)
    for regime in found:
        split = [task for task, modes in regime.modes.items() if len(modes) > 1]
        assert (sympy.diff(regime.output, supply, 2) == 0) == (len(split) == 1)
        assert sympy.simplify(sum(regime.elasticities.values()) - 1) == 0


def test_the_ladder_is_all_in_closed_form():
    catalog = tm.load_catalog("t_agi_ladder")
    found = list(tm.regimes(catalog))
    assert len(found) == 4 and all(regime.output is not None for regime in found)
    last = found[-1]
    review, people, ratio = (sympy.Symbol(name, positive=True) for name in ("R", "H", "r_1_month"))
    assert sympy.simplify(last.elasticities["review"] - review * (1 - ratio) / (review + ratio * (people - review))) == 0


def test_the_default_catalog_says_why_where_it_has_none():
    catalog = tm.load_catalog("alignment_research")
    found = list(tm.regimes(catalog))
    assert found[0].low == 1e26 and found[-1].high == 1e35
    assert all(one.high == two.low for one, two in zip(found, found[1:], strict=False))
    without = [regime for regime in found if regime.output is None]
    assert (len(found), len(without)) == (20, 2)  # as README says
    for regime in without:
        assert "proportions" in regime.reason
        assert len(regime.equations) == len(regime.unknowns)
        with pytest.raises(ValueError, match="no closed form"):
            regime.lambdify()


def test_the_optimum_solves_the_conditions_and_nothing_else_nearby_does():
    """Each equation by itself: unknowns on both sides, supplies written out, residuals relative to the larger side."""
    catalog = tm.load_catalog("alignment_research")
    regime = next(iter(tm.regimes(catalog, (1e26, 2e26))))
    known = {**regime.values, **regime.unknowns, COMPUTE: np.sqrt(1e26 * 2e26)}

    def largest_residual(numbers):
        exact = {symbol: sympy.Float(value, 20) for symbol, value in numbers.items()}
        sides = [[float(regime.expanded(side).xreplace(exact)) for side in (each.lhs, each.rhs)] for each in regime.equations]
        return max(abs(left - right) / max(abs(left), abs(right)) for left, right in sides)

    assert largest_residual(known) < 1e-12
    for symbol in regime.unknowns:
        if known[symbol] > 0:
            assert largest_residual({**known, symbol: known[symbol] * 1.001}) > 1e-5


@pytest.mark.parametrize("elasticity", [0, 1])
def test_limits_of_the_elasticity_have_formulas_of_their_own(elasticity):
    catalog = tm.load_catalog("alignment_research", scenario="dedicated_reviewers").replace({"production.elasticity": elasticity})
    found = list(tm.regimes(catalog, (1e29, 1e33)))
    assert sum(regime.output is not None for regime in found) >= len(found) - 1


def test_a_nest_of_another_elasticity_enters_with_its_own_output():
    """People do two tasks in one nest, inference the task outside it: CES of the nest's output and C, to be told exactly."""
    tasks = {
        "write": {"share": 0.3, "phase": "people", "delegable": False},
        "read": {"share": 0.3, "phase": "people", "delegable": False},
        "run": {"share": 0.4, "phase": "root", "by_people": False, "automation_threshold": 1e20},
    }
    catalog = small_catalog(
        tasks,
        nests={"research": {}, "root": {"parent": "research"}, "people": {"parent": "research", "elasticity": 2}},
        supervision={"coverage": "none"},
        production={"elasticity": 0.5},
    )
    (regime,) = tm.regimes(catalog, (1e27, 1e28))
    assert regime.output is not None
    point = np.array([3e27])
    np.testing.assert_allclose(regime.lambdify()(point), tm.sweep(catalog, point)["output"], rtol=1e-12)


def test_sums_of_a_nest_and_of_a_nest_within_it_have_names_of_their_own():
    """The outer nest uses people and inference, the one within it people alone; tasks are named like nests and like compute."""
    tasks = {
        "nest_1": {"share": 0.2, "phase": "inner", "delegable": False},
        "G": {"share": 0.1, "phase": "inner", "delegable": False},
        "read": {"share": 0.2, "phase": "outer", "delegable": False},
        "run": {"share": 0.5, "phase": "outer", "by_people": False, "automation_threshold": 1e20},
    }
    nests = {
        "research": {},
        "outer": {"parent": "research", "elasticity": 2},
        "inner": {"parent": "outer", "elasticity": 3},
    }
    catalog = small_catalog(tasks, nests=nests, supervision={"coverage": "none"}, production={"elasticity": 0.5})
    (regime,) = tm.regimes(catalog, (1e27, 1e28))
    assert regime.output is not None
    names = [symbol.name for symbol in regime.definitions]
    assert len(names) == len(set(names))
    point = np.array([3e27])
    np.testing.assert_allclose(regime.lambdify()(point), tm.sweep(catalog, point)["output"], rtol=1e-12)


def test_a_formula_that_is_off_is_an_error(monkeypatch):
    monkeypatch.setattr(Form, "_total", lambda self, name, members, sigma: sympy.Integer(1))
    with pytest.raises(SolveError, match="off from the optimum"):
        list(tm.regimes(tm.load_catalog("t_agi_ladder")))


def test_regimes_come_one_at_a_time(monkeypatch):
    made = []
    real = Form.__init__
    monkeypatch.setattr(Form, "__init__", lambda self, *args: (made.append(1), real(self, *args))[1])
    next(tm.regimes(tm.load_catalog("t_agi_ladder")))
    assert len(made) == 1


@pytest.mark.parametrize("stretch", [(1e28, 1e27), (0, 1e27), (1e27, np.inf), (1e27, 1e27 * (1 + 1e-9))])
def test_an_empty_stretch_is_refused(stretch):
    with pytest.raises(ValueError, match="stretch"):
        list(tm.regimes(tm.load_catalog("t_agi_ladder"), stretch))


def test_the_page_and_its_json_say_the_same(capsys):
    assert main(["regimes", "t_agi_ladder"]) == 0
    page = capsys.readouterr().out
    assert "4 regimes, 4 of them in closed form" in page
    assert main(["regimes", "t_agi_ladder", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["closed_forms"] == 4
    for regime in told["regimes"]:
        assert f"Y = {regime['output']}" in page


def test_latex_is_a_whole_document(tmp_path, capsys):
    path = tmp_path / "regimes.tex"
    assert main(["regimes", "alignment_research", "--range", "1e26:1e30", "--latex", str(path)]) == 0
    text = path.read_text()
    assert text.count("{") == text.count("}")
    assert text.count(r"\begin{align*}") == text.count(r"\end{align*}") > 5
    assert text.count(r"\left") == text.count(r"\right")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_compiles(tmp_path):
    path = tmp_path / "regimes.tex"
    assert main(["regimes", "alignment_research", "--latex", str(path), "--quiet"]) == 0
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", path.name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize("span", ["1e28", "1e30:1e28", "a:b", "0:1e30", "1e28:1.0000000001e28"])
def test_a_bad_range_is_exit_2(capsys, span):
    assert main(["regimes", "t_agi_ladder", "--range", span]) == 2
    assert "--range" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "missing/file.tex"])
def test_latex_that_cannot_be_written_is_exit_2(capsys, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert main(["regimes", "t_agi_ladder", "--latex", name]) == 2
    assert "--latex" in capsys.readouterr().err
