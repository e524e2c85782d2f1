"""Tables are as wide as the terminal: they fold, and split, but lose nothing."""

import pytest

from taskmodel.cli.entry import main
from taskmodel.cli.tables import table

KINDS = ["general", "interpretability_specialists", "verifiers", "security_reviewers"]
HEAD = ["compute", "hands-on work", *(f"review ({kind})" for kind in KINDS), "inference"]
ROWS = [HEAD, ["1e30", *(f"{share} %" for share in range(10, 16))], ["2e30", *["-"] * 6]]


@pytest.mark.parametrize("width", [40, 60, 79, 100])
def test_a_wide_table_fits_with_all_of_its_cells(width):
    lines = list(table(ROWS, width=width))
    assert max(map(len, lines)) <= width
    text = "".join(" ".join(lines).split())
    for share in range(10, 16):
        assert f"{share}%" in text
    blocks = "\n".join(lines).split("\n\n")
    assert len(blocks) == {40: 4, 60: 2, 79: 2, 100: 1}[width]
    assert all("1e30" in block for block in blocks)


def test_a_table_that_fits_stays_on_one_line_a_row():
    lines = list(table(ROWS, width=200))
    assert len(lines) == len(ROWS)
    assert len({len(line) for line in lines}) == 1


def test_words_fold_at_blanks_before_names_do():
    rows = [["what binds"], ["review (security_reviewers) of all"]]
    assert [line.strip() for line in table(rows, width=24)] == [
        "what binds",
        "review",
        "(security_reviewers)",
        "of all",
    ]


def test_numbers_stay_in_one_piece_however_narrow_the_terminal():
    rows = [["a", "hours [h/year]"], ["x", "1,000,000 h"]]
    assert any("1,000,000 h" in line for line in table(rows, width=5))


def test_an_answer_is_as_wide_as_the_terminal(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "61")
    assert main(["worth", "t_agi_ladder", "--quiet"]) == 0
    rows = [line for line in capsys.readouterr().out.splitlines() if "%" in line and "  " in line]
    assert len(rows) > 5 and max(map(len, rows)) <= 60
