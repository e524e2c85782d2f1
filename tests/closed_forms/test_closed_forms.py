"""Formulas of regimes: where they exist, that they equal the optimum, and reasons elsewhere."""

import json
import shutil
import subprocess
from types import SimpleNamespace

import mpmath
import numpy as np
import pytest
import sympy
from first import FILES, first
from sizes import cases
from small import small_catalog
from two_factors import two_factor_catalog

import taskmodel as tm
from taskmodel.cli import main
from taskmodel.cli.regimes import symbol_meanings
from taskmodel.closed_forms.closed_form import ClosedForm
from taskmodel.closed_forms.conditions import PowerSystem
from taskmodel.closed_forms.notation import COMPUTE
from taskmodel.errors import SolveError


@pytest.mark.parametrize(
    "elasticity", cases([0, 0.5, 1, 2], [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1, 1.2, 1.5, 2, 3])
)
@pytest.mark.parametrize("seed", cases([0], [0, 1]))
def test_two_factor_catalogs_have_every_regime_and_every_event_in_closed_form(elasticity, seed):
    rng = np.random.default_rng(int(100 * elasticity) + seed)
    catalog, places = two_factor_catalog(rng, elasticity, tasks=int(rng.integers(2, 6)))
    low, high = places[places > 0].min() / 10, places.max() * 10
    found = list(tm.regimes(catalog, (low, high)))
    assert [regime.reason for regime in found] == [""] * len(found)
    ends = [float(regime.lambdify(regime.next_event)(low)) for regime in found[:-1]]
    places = np.unique(places[places > 0])
    if elasticity:  # without substitution one task is taken up where the one before is done
        np.testing.assert_allclose(ends, places, rtol=1e-10)
    assert found[-1].next_event is None
    for regime in found:
        points = np.geomspace(regime.low, regime.high, 7)[1:-1]
        np.testing.assert_allclose(
            regime.lambdify()(points) * np.ones(5), tm.sweep(catalog, points)["output"], rtol=1e-10
        )


@pytest.mark.parametrize("elasticity", cases([0, 0.5, 1, 3], [0, 0.1, 0.3, 0.5, 0.9, 1, 1.5, 3]))
@pytest.mark.parametrize("pool", ["researchers", "dedicated"])
def test_people_against_review_is_all_in_closed_form(elasticity, pool):
    """Review hours as the second factor, few enough to bind; tasks open one after the other."""
    rng = np.random.default_rng(int(100 * elasticity))
    count = int(rng.integers(3, 7))
    shares = rng.dirichlet(np.full(count, 2.0))
    shares[-1] = 1 - shares[:-1].sum()
    tasks = {
        f"t{i}": {
            "share": float(shares[i]),
            "automation_threshold": float(10 ** rng.uniform(20, 26)),
            "review_ratio": float(rng.uniform(0.05, 0.9)),
            "delegable": i > 0,
        }
        for i in range(count)
    }
    supervision = {
        "coverage": "full",
        "pool": pool,
        "max_review_share": 0.1 if pool == "researchers" else 1,
        "headcount": 10,
    }
    supervision["headcount"] = 10 if pool == "researchers" else 1
    catalog = small_catalog(
        tasks,
        production={"elasticity": elasticity},
        supervision=supervision,
        compute={"inference": "free"},
    )
    *found, last = tm.regimes(catalog, (1e19, 1e28))
    assert [regime.reason for regime in (*found, last)] == [""] * (len(found) + 1)
    assert any("review" in regime.priced for regime in (*found, last))
    assert [regime.next_event_reason for regime in found] == [""] * len(found)


def test_the_two_kinds_of_regime_are_the_ones_of_the_book():
    """One task by AI, one by people, a third split: linear in C where split, CES elsewhere."""
    catalog, places = two_factor_catalog(np.random.default_rng(1), 0.5, tasks=3)
    found = list(tm.regimes(catalog, (places[places > 0].min() / 10, places.max() * 10)))
    for regime in found:
        split = [task for task, modes in regime.modes.items() if len(modes) > 1]
        assert (sympy.diff(regime.expanded(regime.output), COMPUTE, 2) == 0) == (len(split) == 1)
        assert sympy.simplify(regime.expanded(sum(regime.elasticities.values())) - 1) == 0


def test_the_ladder_is_all_in_closed_form():
    catalog = tm.load_catalog("t_agi_ladder")
    found = list(tm.regimes(catalog))
    assert len(found) == 4 and all(regime.output is not None for regime in found)
    last = found[-1]
    review, people, ratio = (sympy.Symbol(name, positive=True) for name in ("R", "H", "r_1_month"))
    told = last.expanded(last.elasticities["review"])
    assert sympy.simplify(told - review * (1 - ratio) / (review + ratio * (people - review))) == 0


def test_the_default_catalog_says_why_where_it_has_none():
    catalog = tm.load_catalog("alignment_research")
    found = list(tm.regimes(catalog))
    assert found[0].low == 1e26 and found[-1].high == 1e35
    assert all(one.high == two.low for one, two in zip(found, found[1:], strict=False))
    without = [regime for regime in found if regime.output is None]
    assert (len(found), len(without)) == (18, 1)  # as README says
    for regime in without:
        assert "proportions" in regime.reason
        assert len(regime.equations) == len(regime.unknowns)
        with pytest.raises(ValueError, match="no closed form"):
            regime.lambdify()


def largest_residual(regime, compute, changed=None):
    """Largest residual in the middle of a regime, relative to its largest term, in 50 digits."""
    with mpmath.workdps(50):
        known = {symbol: mpmath.mpf(value) for symbol, value in regime.values.items()}
        known |= {symbol: mpmath.mpf(str(value)) for symbol, value in regime.unknowns.items()}
        known |= {COMPUTE: mpmath.mpf(compute), **(changed or {})}
        sides = [
            [sympy.Add.make_args(regime.expanded(side)) for side in (each.lhs, each.rhs)]
            for each in regime.equations
        ]
        terms = sympy.lambdify(list(known), sides, "mpmath")(*known.values())
        return max(
            abs(sum(left) - sum(right)) / max(map(abs, [*left, *right])) for left, right in terms
        )


def middle(regime):
    return np.exp(np.log(regime.low) + 0.5 * np.log(regime.high / regime.low))


LONG = cases([], [("alignment_research", "scarce_inference")])
WITHOUT = [
    ("alignment_research", None),
    ("alignment_research", "dedicated_reviewers"),
    ("ml_capability_rnd", None),
]


@pytest.mark.parametrize(("name", "scenario"), [*WITHOUT, *LONG])
def test_roots_of_first_order_conditions_are_exact(name, scenario):
    without = [
        each
        for each in tm.regimes(tm.load_catalog(name, scenario=scenario), (1e26, 1.1e29))
        if each.output is None
    ]
    assert without
    for regime in without:
        assert len(regime.equations) == len(regime.unknowns)
        assert largest_residual(regime, middle(regime)) < 1e-12


def many_factor_catalog(rng):
    """People, reviewers of their own, inference and experiments, all of them scarce somewhere."""
    count = 3
    shares = rng.dirichlet(np.full(count, 2.0))
    shares[-1] = 1 - shares[:-1].sum()
    tasks = {
        f"t{i}": {
            "share": float(shares[i]),
            "automation_threshold": float(10 ** rng.uniform(21, 25)),
            "review_ratio": float(rng.uniform(0.05, 0.8)),
            "experiment_compute": float(10 ** rng.uniform(-3, 0)),
            "phase": str(rng.choice(["root", "inner"])) if i else "root",
        }
        for i in range(count)
    }
    phases = {"research", *(task["phase"] for task in tasks.values())}
    nests = {
        "research": {},
        "root": {"parent": "research"},
        "inner": {"parent": "research", "elasticity": float(rng.uniform(0.3, 2))},
    }
    return small_catalog(
        tasks,
        nests={name: nest for name, nest in nests.items() if name in phases},
        production={"elasticity": float(rng.choice([0.3, 0.7, 1, 1.6]))},
        supervision={"coverage": "full", "pool": "dedicated", "headcount": 1},
        compute={"experiments": "scarce", "inference_share": 1e-9, "experiment_share": 1e-7},
        capability={"worker": str(rng.choice(["sufficient", "frontier"]))},
    )


@pytest.mark.parametrize(
    ("seed", "stretch"),
    [
        (1, (5.45e26, 5.7e26)),
        (4, (5e26, 7e26)),
        *cases([], [(0, (1.3e26, 2e26)), (2, (1e26, 2e26))]),
    ],
)
def test_roots_are_exact_whatever_the_factors_and_nests(seed, stretch):
    without = [
        each
        for each in tm.regimes(many_factor_catalog(np.random.default_rng(seed)), stretch)
        if each.output is None
    ]
    assert without
    for regime in without:
        assert largest_residual(regime, middle(regime)) < 1e-12


def test_nothing_near_a_root_solves_the_conditions():
    regime = next(iter(tm.regimes(tm.load_catalog("alignment_research"), (1e26, 2e26))))
    for symbol, value in regime.unknowns.items():
        assert (
            largest_residual(regime, np.sqrt(1e26 * 2e26), {symbol: mpmath.mpf(str(value)) * 1.001})
            > 1e-5
        )


def test_a_root_that_is_not_the_optimum_is_an_error(monkeypatch):
    # no catalog gives a wrong root: only a patched solver shows that the check refuses it
    real = PowerSystem.root
    monkeypatch.setattr(
        PowerSystem,
        "root",
        lambda self, start, compute: [1.00001 * value for value in real(self, start, compute)],
    )
    with pytest.raises(SolveError, match="off from the optimum"):
        next(iter(tm.regimes(tm.load_catalog("alignment_research"), (1e26, 2e26))))


@pytest.mark.parametrize(
    "scenario", [None, "dedicated_reviewers", *cases([], ["reference", "scarce_inference"])]
)
def test_every_closed_regime_of_the_default_catalog_has_a_formula_for_its_end(scenario):
    *found, last = tm.regimes(
        tm.load_catalog("alignment_research", scenario=scenario), (1e26, 1e31)
    )
    for regime in found:
        if regime.output is not None:
            assert regime.next_event is not None, regime.next_event_reason
        if regime.next_event is None:
            assert "neither" in regime.next_event_reason
    assert "goes on" in last.next_event_reason


def test_a_regime_without_a_closed_form_may_end_by_the_formula_of_the_next():
    """Experiments cease to be scarce where the next regime, of people alone, uses all of them."""
    second = list(tm.regimes(first(), (1e26, 1e27)))[1]
    assert second.output is None
    use, people, rate, theta = (
        sympy.Symbol(name, positive=True) for name in ("U", "H", "x_G", "Theta")
    )
    assert second.next_event == people * use / (rate * theta)
    np.testing.assert_allclose(second.lambdify(second.next_event)(1.0), second.high, rtol=1e-10)


def test_a_slack_factor_that_comes_to_bind_ends_a_regime():
    """People do not bind until experiments allow for all their hours: G = H / (rate x)."""
    tasks = {
        "a": {"share": 0.4, "experiment_compute": 0.5},
        "b": {"share": 0.6, "experiment_compute": 2.0},
    }
    tasks = {name: {**task, "delegable": False} for name, task in tasks.items()}
    catalog = small_catalog(tasks, production={"elasticity": 0}, compute={"experiments": "scarce"})
    first, last = tm.regimes(catalog, (1e18, 1e28))
    assert (first.priced, last.priced) == (("experiments",), ("researchers",))
    per_hour = 0.4 * 0.5 + 0.6 * 2.0
    np.testing.assert_allclose(
        first.lambdify(first.next_event)(1.0), 1000 * per_hour / (0.005 / 1.44e18), rtol=1e-12
    )


def test_the_frontier_model_at_work_has_a_closed_form():
    """All its inference costs grow as the root of compute: a composite factor of its own."""
    catalog, _ = two_factor_catalog(np.random.default_rng(3), 0.5, tasks=3)
    catalog = catalog.replace({"capability.worker": "frontier"})
    found = list(tm.regimes(catalog, (1e22, 1e36)))
    assert len(found) == 2 and all(regime.output is not None for regime in found)
    np.testing.assert_allclose(
        found[0].lambdify(found[0].next_event)(1.0), found[0].high, rtol=1e-10
    )
    point = np.array([np.sqrt(found[0].low * found[0].high)])
    swept = tm.sweep(catalog, point)
    price = found[0].lambdify(found[0].shadow_prices["inference"])(point)
    base = 1000.0  # hours of people, whose output without AI is as much
    np.testing.assert_allclose(
        price * base, swept["shadow_price"].sel(factor="inference"), rtol=1e-9
    )


@pytest.mark.parametrize("elasticity", [0, 1])
def test_limits_of_the_elasticity_have_formulas_of_their_own(elasticity):
    catalog = tm.load_catalog("alignment_research", scenario="dedicated_reviewers").replace(
        {"production.elasticity": elasticity}
    )
    found = list(tm.regimes(catalog, (1e29, 1e33)))
    assert sum(regime.output is not None for regime in found) >= len(found) - 1


def test_a_nest_of_another_elasticity_enters_with_its_own_output():
    """People do two tasks in one nest, inference the task outside it: CES of that nest and C."""
    tasks = {
        "write": {"share": 0.3, "phase": "people", "delegable": False},
        "read": {"share": 0.3, "phase": "people", "delegable": False},
        "run": {"share": 0.4, "phase": "root", "by_people": False, "automation_threshold": 1e20},
    }
    catalog = small_catalog(
        tasks,
        nests={
            "research": {},
            "root": {"parent": "research"},
            "people": {"parent": "research", "elasticity": 2},
        },
        supervision={"coverage": "none"},
        production={"elasticity": 0.5},
    )
    (regime,) = tm.regimes(catalog, (1e27, 1e28))
    assert regime.output is not None
    point = np.array([3e27])
    np.testing.assert_allclose(
        regime.lambdify()(point), tm.sweep(catalog, point)["output"], rtol=1e-12
    )


def test_sums_of_a_nest_and_of_a_nest_within_it_have_names_of_their_own():
    """The outer nest uses people and inference, the inner one people; names clash with symbols."""
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
    catalog = small_catalog(
        tasks, nests=nests, supervision={"coverage": "none"}, production={"elasticity": 0.5}
    )
    (regime,) = tm.regimes(catalog, (1e27, 1e28))
    assert regime.output is not None
    names = [symbol.name for symbol in regime.definitions]
    assert len(names) == len(set(names))
    point = np.array([3e27])
    np.testing.assert_allclose(
        regime.lambdify()(point), tm.sweep(catalog, point)["output"], rtol=1e-12
    )


def test_a_formula_that_is_off_is_an_error(monkeypatch):
    # no catalog gives a wrong formula: only a patched derivation shows that the check refuses it
    monkeypatch.setattr(ClosedForm, "_total", lambda self, name, members, sigma: sympy.Integer(1))
    with pytest.raises(SolveError, match="off from the optimum"):
        list(tm.regimes(tm.load_catalog("t_agi_ladder")))


def test_regimes_come_one_at_a_time(monkeypatch):
    made = []
    real = ClosedForm.__init__
    monkeypatch.setattr(
        ClosedForm, "__init__", lambda self, *args: (made.append(1), real(self, *args))[1]
    )
    next(tm.regimes(tm.load_catalog("t_agi_ladder")))
    assert len(made) == 1


@pytest.mark.parametrize(
    "stretch", [(1e28, 1e27), (0, 1e27), (1e27, np.inf), (1e27, 1e27 * (1 + 1e-9))]
)
def test_an_empty_stretch_is_refused(stretch):
    with pytest.raises(ValueError, match="stretch"):
        list(tm.regimes(tm.load_catalog("t_agi_ladder"), stretch))


@pytest.mark.parametrize(("elasticity", "output"), [(0, 1.9802), (0.5, 3.3058), (1, 10), (2, 50.5)])
def test_the_ceiling_is_what_it_is_by_hand(elasticity, output):
    """Half the work takes 1 hour of review, half 0.01: S = (sum s k^(1-sigma))^(-1/(1-sigma))."""
    tasks = {
        name: {"share": 0.5, "review_ratio": ratio, "by_people": False}
        for name, ratio in (("slow", 1.0), ("quick", 0.01))
    }
    catalog = small_catalog(
        tasks, production={"elasticity": elasticity}, supervision={"coverage": "full"}
    )
    found = tm.ceiling(catalog)
    assert COMPUTE not in found.expanded(found.output).free_symbols
    assert found.elasticities == {}  # as many review hours as hours: either would do
    assert float(found.lambdify()(1.0)) == pytest.approx(output, rel=1e-4)
    base, sigma = (sympy.Symbol(name, positive=True) for name in ("Y_0", "sigma"))
    (hours,) = found.output.free_symbols & {sympy.Symbol(name, positive=True) for name in "HR"}
    share, ratio = (
        [sympy.Symbol(f"{letter}_{task}", positive=True) for task in tasks] for letter in "sr"
    )
    if elasticity not in (0, 1):
        by_hand = (
            hours
            / base
            * sum(s * r ** (1 - sigma) for s, r in zip(share, ratio, strict=True))
            ** (-1 / (1 - sigma))
        )
        assert sympy.simplify(found.expanded(found.output) - by_hand) == 0


@pytest.mark.parametrize("scenario", [None, "dedicated_reviewers", "reference", "scarce_inference"])
@pytest.mark.parametrize("compute", cases([None, 1e30], [None, 1e27, 1e30]))
def test_the_ceiling_of_the_default_catalog_is_the_one_of_the_sweep(scenario, compute):
    catalog = tm.load_catalog("alignment_research", scenario=scenario)
    found = tm.ceiling(catalog, compute)
    swept = tm.sweep(catalog, [1e30 if compute is None else compute])
    name = "oversight_ceiling_full" if compute is None else "oversight_ceiling"
    np.testing.assert_allclose(found.lambdify()(1.0), swept[name].values.reshape(-1)[0], rtol=1e-9)
    assert compute is None or found.low <= compute < found.high


def test_a_ceiling_that_is_off_is_an_error(monkeypatch):
    # the numeric ceiling agrees with the formula unless one of the two is replaced
    monkeypatch.setattr(
        "taskmodel.closed_forms._ceiling.ceilings",
        lambda *_: {"oversight_ceiling_full": np.array([1.0])},
    )
    with pytest.raises(SolveError, match="ceiling"):
        tm.ceiling(tm.load_catalog("t_agi_ladder"))


def test_no_ceiling_is_told_as_that():
    catalog = small_catalog({"a": {"share": 1.0}}, supervision={"coverage": "none"})
    found = tm.ceiling(catalog)
    assert found.output is None and "no limit" in found.reason
    with pytest.raises(ValueError, match="positive"):
        tm.ceiling(catalog, -1.0)


def test_the_page_and_its_json_say_the_same(capsys):
    assert main(["regimes", "t_agi_ladder"]) == 0
    page = capsys.readouterr().out
    assert "4 of 4 regimes in closed form (100 %)" in page
    assert main(["regimes", "t_agi_ladder", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["closed_forms"] == 4
    for regime in (*told["regimes"], told["ceiling"]):
        assert f"Y = {regime['output']}" in page
        assert regime["next_event"] is None or f"until G = {regime['next_event']}" in page
        assert bool(regime["next_event"]) != bool(regime["next_event_reason"])


def test_a_task_that_several_kinds_of_reviewers_share_is_by_ai_not_by_people(capsys, tmp_path):
    catalog = small_catalog(
        {
            "a": {"share": 0.5, "reviewers": ["general", "experts"]},
            "b": {"share": 0.5, "delegable": False},
        },
        reviewers={
            "experts": {
                "headcount": 1,
                "hours_per_year": 100,
                "pool": "dedicated",
                "max_review_share": 1,
            }
        },
    )
    file = tmp_path / "small.yaml"
    file.write_text(catalog.yaml_text)
    assert main(["regimes", str(file), "--range", "1e29:1e31"]) == 0
    page = capsys.readouterr().out
    assert "1 of 2 tasks not by people\n  by AI in several ways: a\n" in page
    assert "by people and AI" not in page


def test_the_page_says_how_many_have_a_closed_form_and_why_the_others_have_none(capsys):
    assert main(["regimes", str(FILES["alignment_research"]), "--range", "1e26:1e28"]) == 0
    page = capsys.readouterr().out
    assert "3 of 5 regimes in closed form (60 %)" in page
    assert "without, 1, 2: tasks use 2 independent scarce factors in 9 different" in page


def test_a_symbol_of_several_meanings_is_told_with_the_regimes_of_each():
    w, phi = sympy.symbols("w_1 phi")
    first, second, limit = (
        SimpleNamespace(meaning={w: f"price of {of}", phi: "training"})
        for of in ("engineers", "engineers", "economists")
    )
    meanings = symbol_meanings([first, second], limit)
    assert meanings["phi"] == "training"
    assert meanings["w_1"] == "in 1, 2: price of engineers; in the ceiling: price of economists"


def test_latex_is_a_whole_document(tmp_path, capsys):
    path = tmp_path / "regimes.tex"
    assert (
        main(["regimes", "alignment_research", "--range", "1e26:1e30", "--latex", str(path)]) == 0
    )
    text = path.read_text()
    assert text.count("{") == text.count("}")
    assert text.count(r"\begin{align*}") == text.count(r"\end{align*}") > 5
    assert text.count(r"\left") == text.count(r"\right")
    assert "Ceiling" in text


def test_latex_goes_to_stdout_in_place_of_the_page(capsys):
    assert main(["regimes", "t_agi_ladder", "--latex", "-"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(r"\documentclass") and text.endswith("\\end{document}\n")
    assert main(["regimes", "t_agi_ladder", "--latex", "-", "--json"]) == 2
    assert "both write to stdout" in capsys.readouterr().err


BUNDLED = [
    WITHOUT[0],
    ("t_agi_ladder", None),
    *cases([], [*WITHOUT[1:], ("alignment_research", "reference")]),
    *LONG,
]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize(("name", "scenario"), BUNDLED)
def test_latex_compiles_and_nothing_runs_off_the_page(tmp_path, name, scenario):
    path = tmp_path / "regimes.tex"
    chosen = [] if scenario is None else ["--scenario", scenario]
    assert main(["--quiet", "regimes", name, *chosen, "--latex", str(path)]) == 0
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", path.name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stdout[-2000:]
    assert b"Overfull" not in done.stdout


@pytest.mark.parametrize("span", ["1e28", "1e30:1e28", "a:b", "0:1e30", "1e28:1.0000000001e28"])
def test_a_bad_range_is_exit_2(capsys, span):
    assert main(["regimes", "t_agi_ladder", "--range", span]) == 2
    assert "--range" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "missing/file.tex"])
def test_latex_that_cannot_be_written_is_exit_2(capsys, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert main(["regimes", "t_agi_ladder", "--latex", name]) == 2
    assert "--latex" in capsys.readouterr().err


def test_a_regime_whose_conditions_have_no_exact_root_says_so_and_the_others_go_on(monkeypatch):
    # roots are exact to 25 digits: only a bound of zero makes a regime fail
    monkeypatch.setattr("taskmodel.closed_forms.conditions.ROOT_RESIDUAL", 0.0)
    found = list(tm.regimes(tm.load_catalog("alignment_research"), (1e26, 1e28)))
    without = [regime for regime in found if regime.output is None]
    assert without and len(without) < len(found)
    for regime in without:
        assert (
            "proportions" in regime.reason
            and "no root to 1e-12" in regime.reason
            and "residual" in regime.reason
        )
        assert regime.equations == () and regime.unknowns == {}
