"""`keys` and `paths`, help in two lengths, and commands that do not exist."""

import pytest
from command_line import error_of, json_of, line_with, lines_of

import taskmodel as tm
from taskmodel.cli.commands import COMMANDS
from taskmodel.files.yaml import read_value

NAMES = [command.name for group in COMMANDS.values() for command in group]


def test_keys_tell_unit_range_and_meaning(capsys):
    lines = lines_of(capsys, "keys", "--find", "tasks.*.review_ratio")
    assert lines[0] == "tasks.*.review_ratio [h/h], at least 0, required"
    assert "human hours of review" in lines[1]


@pytest.mark.parametrize("command", ["keys", "paths"])
def test_keys_and_paths_are_tables_for_spreadsheets(capsys, command):
    heads, *rows = lines_of(capsys, command, "--find", "coverage_floor", "--format", "csv")
    assert heads.startswith("path,") and "unit" in heads and len(rows) > 0
    assert "coverage_floor" in rows[-1]


def test_keys_of_every_kind_are_listed(capsys):
    for kind in ("scenario", "plan", "world", "trend", "paths", "moments", "gate_automation"):
        facts = json_of(capsys, "keys", kind)
        assert facts["kind"] == kind and len(facts["keys"]) > 3
    assert "parsimonious" in error_of(capsys, "keys", "loop")
    assert "did you mean 'world'" in error_of(capsys, "keys", "wrld")


def test_a_text_that_is_nowhere_is_refused_with_the_nearest(capsys):
    assert "did you mean 'review_ratio'" in error_of(capsys, "keys", "--find", "reveiw_ratio")


def test_paths_are_those_of_the_catalog_and_can_be_set_to_their_values(capsys):
    catalog = tm.load_catalog("t_agi_ladder")
    rows = json_of(capsys, "paths", "t_agi_ladder")["paths"]
    assert [row["path"] for row in rows] == list(catalog.paths())
    for row in rows:
        value = catalog.get(row["path"])
        assert row["value"] == (list(value) if isinstance(value, tuple) else value)
    present = {row["path"]: row["value"] for row in rows if row["value"] is not None}
    again = catalog.replace(present)
    assert all(again.get(path) == catalog.get(path) for path in present)


def test_paths_show_ids_together_and_each_where_they_are_looked_for(capsys):
    lines = lines_of(capsys, "paths", "t_agi_ladder")
    index = lines.index("tasks.*.review_ratio [h/h], at least 0")
    assert lines[index + 3].startswith("    = 6 values, ")
    lines = lines_of(capsys, "paths", "t_agi_ladder", "--find", "tasks.*.horizon")
    assert len([line for line in lines if line.startswith("    tasks.")]) == 6


def test_a_pattern_is_set_at_the_command_line(capsys):
    words = ["paths", "t_agi_ladder", "--find", "tasks.*.coverage_floor", "--set"]
    rows = json_of(capsys, *words, "tasks.*.coverage_floor=0.25")["paths"]
    assert {row["value"] for row in rows} == {0.25} and len(rows) == 6
    assert read_value("0.25", "x") == 0.25


@pytest.mark.parametrize("command", NAMES)
def test_short_help_fits_a_screen_and_leads_to_the_long_one(capsys, command):
    lines = lines_of(capsys, command, "-h")
    assert len(lines) <= 30 and max(map(len, lines)) <= 79
    assert lines[-1].endswith(f"taskmodel {command} --help")
    shown = [*lines[0].split(), *(line.split()[0] for line in lines if line.startswith("  "))]
    (arguments,) = [c.arguments for g in COMMANDS.values() for c in g if c.name == command]
    flat = [a for group in arguments for a in ([group] if hasattr(group, "names") else group)]
    for argument in flat:
        name = argument.names[-1]
        metavar = argument.options.get("metavar")
        expected = {name} if name.startswith("-") else {metavar, f"[{metavar}]"}
        assert expected & set(shown), name


def test_short_help_of_the_program_names_every_command(capsys):
    lines = lines_of(capsys, "-h")
    assert lines[0] == "usage: taskmodel [options] COMMAND" and len(lines) <= 30
    words = set(" ".join(lines).replace(",", " ").split())
    assert set(NAMES) <= words


@pytest.mark.parametrize(("word", "nearest"), [("rnu", "run"), ("sensitvity", "sensitivity")])
def test_a_misspelt_command_is_told_the_nearest(capsys, word, nearest):
    assert f"did you mean '{nearest}'?" in error_of(capsys, word)


def test_a_word_that_is_no_command_is_told_where_they_are_named(capsys):
    message = error_of(capsys, "zzzz")
    assert line_with(message.splitlines(), "zzzz").endswith("taskmodel -h names them")
