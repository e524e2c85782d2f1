"""`taskmodel spend`: its pages, its JSON, its figure, and its messages."""

import re

import numpy as np
import pytest
from command_line import error_of, json_of, line_with, lines_of

import taskmodel as tm
from taskmodel import plots
from taskmodel.files.bundled import find_file
from taskmodel.money.prices import PRICED


def test_the_page_says_what_the_next_dollar_should_buy(capsys, tmp_path):
    lines = lines_of(capsys, "spend", "t_agi_ladder", "--no-figures", "-o", str(tmp_path))
    text = " ".join(" ".join(lines).split())
    assert "scenario priced" in text and "a dollar buys" in text
    assert "everything for sale" in text and "The next dollar should buy" in text
    assert "150 $/h" in line_with(lines[:12], "researchers")
    assert [path.name for path in tmp_path.iterdir()] == ["spend.nc"]


@pytest.mark.parametrize(("budget", "relation"), [("1e6", "less"), ("1e12", "more")])
def test_a_budget_that_is_not_what_is_spent_is_said_to_be_the_value(
    capsys, tmp_path, budget, relation
):
    words = ("spend", "t_agi_ladder", "--no-figures", "--budget", budget, "-o", str(tmp_path))
    text = " ".join(" ".join(lines_of(capsys, *words)).split())
    assert f"a year, {relation} than is spent, an hour of research is worth" in text
    assert "An hour of research costs" not in text


def test_json_has_the_numbers_of_the_library(capsys, tmp_path):
    arguments = ["spend", "--compute", "1e31", "--budget", "1e8", "-o", str(tmp_path)]
    facts = json_of(capsys, *arguments)
    answer = tm.spend(tm.load_catalog("alignment_research", "priced"), 1e31, budget=1e8)
    assert facts["long_run"]["unit_cost"] == float(answer["unit_cost"])
    assert facts["short_run"]["unit_cost"] == float(answer["unit_cost_as_is"])
    wage = facts["short_run"]["break_even_wage"]
    assert wage == {"general": float(answer["break_even_wage"].squeeze())}
    assert facts["next_dollar"] == ["researchers", "review"] and facts["budget"] == 1e8
    curve = facts["curve"]
    assert sum(curve[-1]["long_run"]["spending_share"].values()) == pytest.approx(1, abs=1e-9)
    assert {path.rpartition("/")[2] for path in facts["files"]} == {
        "spend.nc",
        "spend.png",
        "spend.svg",
    }
    figure = plots.spend(tm.open(tmp_path / "spend.nc"))
    names = {line.get_gid() for axes in figure.axes for line in axes.lines}
    assert {"unit_cost", "unit_cost_as_is", "worth-general"} <= names
    cost = [line for line in figure.axes[0].lines if line.get_gid() == "unit_cost"]
    assert np.array_equal(cost[0].get_ydata(), [row["long_run"]["unit_cost"] for row in curve])
    with pytest.raises(tm.InputError, match="several computes"):
        plots.spend(answer)


def test_a_catalog_without_prices_is_told_how_to_get_them(capsys, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(tm.load_catalog("t_agi_ladder").yaml_text)
    message = error_of(capsys, "spend", str(path))
    assert "prices: is missing; give prices.researchers" in message
    assert "lay the scenario `priced`" in message
    assert lines_of(capsys, "spend", str(path), "--scenario", "priced", "-o", str(tmp_path))


def test_the_scenario_of_prices_is_proposed_where_it_fits_alone(capsys, tmp_path):
    bundled = tm.load_catalog("t_agi_ladder")
    path = tmp_path / "mine.yaml"
    path.write_text(re.sub(r"\bresearchers\b", "engineers", bundled.yaml_text))
    for command in ("spend", "hire"):
        message = error_of(capsys, command, str(path))
        assert "is missing; give " in message and "such as those that the scenario" in message
    given = find_file("priced", "scenario").read_text()
    assert set(re.findall(r"^  prices\.(\w+):", given, re.M)) == PRICED


KINDS = (
    *("alignment_research", "scarce_verifiers", "--set=prices.inference=5.8e-20"),
    *("--set=prices.researchers=150", "--set=prices.experiments=2"),
    *("--set=supervision.pool=dedicated", "--set=prices.review=100"),
    *("--set=supervision.headcount=5", "--set=reviewers.verifiers.headcount=3"),
    *("--set=hiring.cost=1500", "--set=hiring.ramp=0.5", "--set=hiring.discount=0.05"),
)


def test_kinds_of_reviewers_have_one_name_in_all_words(capsys, tmp_path):
    arguments = [*KINDS, "--compute", "1e31", "--no-figures", "-o", str(tmp_path)]
    text = "\n".join(lines_of(capsys, "spend", *arguments))
    assert "review (general)" in text and "review_verifiers" not in text
    page = "\n".join(lines_of(capsys, "regimes", *KINDS, "--range", "1e32:1.1e32"))
    assert "scarce: researchers, review (general), review (verifiers)" in page
    assert "R: supply of review (general) [h/year]" in page


def test_reviewers_are_hired_by_the_name_of_their_pool_or_of_their_factor(capsys):
    plans = [
        json_of(capsys, "hire", *KINDS, "--people", name, "--years", "1")
        for name in ("general", "review")
    ]
    assert plans[0] == plans[1]
    assert "who are people of the labour pool researchers: hire those" in error_of(
        capsys, "hire", *KINDS, "--people", "verifiers"
    )
