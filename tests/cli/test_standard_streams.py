"""Standard streams, folders and libraries that fail: what is said, and what is kept."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import error_of, lines_of
from locations import DATA

import taskmodel as tm
from taskmodel.cli import main

PATHS = """title: From a table
begins: 2024
ends: 2026
today: 2024
effective_compute: {table: mine.csv, unit: FLOP/year, source: judgement, note: "for the test"}
"""
ROWS = "date,value\n2024,1e27\n2026,1e28\n"
MINI = str(DATA / "cases" / "mini_one_task.yaml")


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def program(*arguments, text=None, before="", after=""):
    command = f"{before} exec {shlex.join([sys.executable, '-m', 'taskmodel', *arguments])} {after}"
    return subprocess.run(
        ["bash", "-c", command], input=text, capture_output=True, text=True, timeout=300
    )


def test_tables_of_paths_from_a_pipe_are_those_of_the_working_folder():
    missing = program("check", "-", text=PATHS)
    assert missing.returncode == 2 and "/tmp" not in missing.stdout
    assert "mine.csv: cannot be read" in missing.stdout
    assert "a file that comes through a pipe has its tables in the working folder" in missing.stdout
    Path("mine.csv").write_text(ROWS)
    assert program("check", "-", text=PATHS).stdout == "-: fine (paths): From a table\n"
    broken = program("check", "-", text=PATHS.replace("ends: 2026", "ends: 2027")).stdout
    assert broken.splitlines()[0] == "-: 1 defect" and "  -:5:" in broken


def test_a_standard_input_that_is_closed_is_an_error_of_the_call():
    closed = program("check", "-", after="<&-")
    assert closed.returncode == 2 and "this is a fault" not in closed.stderr
    assert "-: standard input is closed; give a file" in closed.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("run", "--help"), ("--version",)])
def test_help_that_cannot_be_written_is_an_error(arguments):
    full = program(*arguments, after="> /dev/full")
    assert full.returncode == 2 and "cannot write the output" in full.stderr


def test_files_that_are_too_large_name_the_folder():
    limited = program("run", MINI, "--point", "-o", "out", before="ulimit -f 2;")
    assert limited.returncode == 2 and ".unfinished" not in limited.stderr
    assert "out: the files cannot be written there (File too large); choose" in limited.stderr
    assert not Path("out").exists()
    assert limited.stdout.startswith("mini") and "Written to" not in limited.stdout


@pytest.mark.parametrize(("command", "name"), [("run", "result.nc"), ("worth", "worth.nc")])
def test_a_folder_in_the_place_of_a_file_takes_no_answer_away(capsys, command, name):
    (Path("out") / name / "mine").mkdir(parents=True)
    points = ["--point", "--grid", "1e27:1e28:2"] if command == "run" else []
    for form in ([], ["--json"]):
        assert main([command, MINI, *points, "-o", "out", *form]) == 2
        out, err = capsys.readouterr()
        assert f"out: has a folder {name} where a file would go; choose another" in err
        assert json.loads(out)["files"] == [] if form else out and "Written to" not in out
        assert [path.name for path in Path("out").iterdir()] == [name]


@pytest.mark.parametrize("code", [3, None, "no"])
def test_a_library_of_figures_that_exits_does_not_take_the_answer_away(monkeypatch, capsys, code):
    from taskmodel import plots

    def leave(*_):
        raise SystemExit(code)

    monkeypatch.setattr(plots, "speedup_curve", leave)
    assert main(["run", MINI, "--point", "--grid", "1e27:1e28:2", "-o", "out"]) == 0
    out, err = capsys.readouterr()
    assert "Written to out: result.nc" in out and "note: no figure: SystemExit" in err
    assert os.listdir("out") == ["result.nc"] and tm.open("out/result.nc").sizes["compute"] == 2


def test_a_signal_while_figures_are_drawn_ends_the_process(monkeypatch):
    from taskmodel import plots

    def leave(*_):
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(plots, "speedup_curve", leave)
    with pytest.raises(SystemExit, match="143"):
        main(["run", MINI, "--point", "--grid", "1e27:1e28:2", "-o", "out"])


def test_commands_that_are_proposed_can_be_pasted(capsys):
    folder = Path("my folder")
    folder.mkdir()
    for name in ("a lab.yaml", "it's.yaml"):
        assert main(["new", "lab", "-o", str(folder / name)]) == 0
        command = capsys.readouterr().err.partition("next: ")[2].partition(", then ")[0]
        program_name, *arguments = shlex.split(command)
        assert program_name == "taskmodel" and arguments[1] == str(folder / name)
        assert lines_of(capsys, *arguments)[0].endswith("): lab")
    message = error_of(capsys, "new", "lab", "-o", str(folder))
    option, path = shlex.split(message.partition("such as ")[2])
    assert option == "-o" and main(["new", "lab", option, path]) == 0


def test_a_folder_whose_name_has_an_end_of_line_is_named_on_one(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = lines_of(capsys, "horizon", "--no-figures", "-o", "a\nWritten to b: result.nc")
    (named,) = [line for line in lines if line.startswith("Written to")]
    assert named.startswith(r"Written to a\nWritten to b: result.nc:")
