"""`--format csv`: the main table of an answer, with the numbers of JSON."""

import csv
import io
import math

import pytest
import xarray as xr
from command_line import error_of, json_of, lines_of

import taskmodel as tm
from taskmodel.cli.comma_separated import table_csv
from taskmodel.cli.commands import COMMANDS
from taskmodel.explore.downloads import csv_text

LADDER = ("t_agi_ladder",)
TABLES = {
    "run": (["--point", "--grid", "1e27:1e32:4", *LADDER, "--no-figures", "-o", "o"], "curve"),
    "latency": (["--compute", "1e31", *LADDER], "critical_path+others"),
    "worth": (["--input", "supervision.headcount", "--input", "compute", *LADDER], "inputs"),
    "what-if": ([*LADDER], "alone"),
    "vary": (["latency.serial_speed=5:20:3", *LADDER, "-o", "o"], "curve"),
    "review-load": (["--compute", "1e31", *LADDER], "tasks"),
    "onset": (["supervision.headcount=10:1000:3", *LADDER], "values"),
    "compare": ([*LADDER, "--to-set", "supervision.headcount=60"], "changes"),
    "lead-time": ([], "cases"),
    "check": (["t_agi_ladder", "alignment_research"], "files"),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("command", TABLES)
def test_rows_and_numbers_are_those_of_json(capsys, command):
    arguments, key = TABLES[command]
    rows = list(csv.DictReader(lines_of(capsys, command, *arguments, "--format", "csv")))
    facts = json_of(capsys, command, *arguments)
    records = [record for name in key.split("+") for record in facts[name]]
    assert len(rows) == len(records) > 0
    for row, record in zip(rows, records, strict=True):
        for name, value in record.items():
            if isinstance(value, float):
                assert float(row[name]) == value
            elif isinstance(value, str) and value != "inf":
                assert row[name] == value
            elif isinstance(value, dict):
                assert all(
                    f"{name}.{inner}" in row
                    for inner in value
                    if not isinstance(value[inner], dict)
                )


def test_every_command_with_json_has_csv(capsys):
    for group in COMMANDS.values():
        for command in group:
            text = " ".join(lines_of(capsys, command.name, "--help"))
            # what these two answer is no table
            without = command.name in ("compile", "import", "migrate")
            assert ("[--json" in text) == ("--format" in text) or without


def test_names_numbers_and_nested_values_have_their_cells():
    facts = {
        "milestones": {
            "agi": {"value": math.nan, "band": {"quantiles": [0.05], "values": [math.inf]}}
        },
        "events": [],
    }
    assert table_csv(facts).splitlines() == ["name,value,band.p5", "agi,,inf"]
    several = {"paths": [{"x": [1, 2]}], "worlds": [{"y": 3}]}
    assert table_csv(several).splitlines() == ["kind,x,y", "paths,1; 2,", "worlds,,3"]


def test_an_answer_without_a_table_says_so(capsys):
    assert "not allowed with" in error_of(capsys, "worth", "--format", "csv", "--json")
    with pytest.raises(tm.InputError, match="no table"):
        table_csv({"version": "1"})


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x";"y")', "+1", "-2", "@x", "a,b;c\nd"])
def test_names_that_spreadsheets_take_for_formulas_stay_as_they_are(name):
    """SECURITY.md says so, and what to do about it; marks before them would make other names."""
    (row,) = csv.DictReader(io.StringIO(table_csv({"tasks": [{"title": name, "share": 0.5}]})))
    assert row == {"title": name, "share": "0.5"}
    share = xr.Dataset({"share": ("compute", [0.5])}, {"compute": [1e30]}, {"units": "1"})
    head, _ = csv.reader(io.StringIO(csv_text(share.rename({"share": name}))))
    assert head == ["compute", name]
