"""`taskmodel import`: files, messages, and the page docs/import.md, whose examples run."""

import os
import re
import shlex
import stat

import pytest
from command_line import error_of, json_of, lines_of
from locations import ROOT

import taskmodel as tm
from taskmodel.cli import main

PAGE = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
TABLE = re.search(r"```text\n(.*?)```", PAGE, flags=re.DOTALL)[1]
COMMANDS = [
    block.partition("\n") for block in re.findall(r"```console\n\$ (.*?)```", PAGE, flags=re.DOTALL)
]
PLAIN = ("import", "tasks.csv", "--normalise", "--all", "coverage_floor=10 %")
RATINGS = """O*NET-SOC Code\tTask ID\tScale ID\tCategory\tData Value\tN
15-1221.00\t1\tIM\tn/a\t4.00\t20
15-1221.00\t1\tRT\tn/a\t90.00\t20
15-1221.00\t1\tFT\t4\t100.00\t20
15-1221.00\t2\tIM\tn/a\t3.00\t20
15-1221.00\t2\tRT\tn/a\t80.00\t20
15-1221.00\t2\tFT\t2\t100.00\t20
11-1011.00\t3\tIM\tn/a\t3.00\t20
"""
STATEMENTS = """O*NET-SOC Code\tTask ID\tTask\tTask Type
15-1221.00\t1\tThink of solutions.\tCore
15-1221.00\t2\tWrite them down.\tCore
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tasks.csv").write_text(TABLE)
    (tmp_path / "Task Ratings.txt").write_text(RATINGS)
    (tmp_path / "Task Statements.txt").write_text(STATEMENTS)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS, ids=[command[0][:40] for command in COMMANDS])
def test_commands_of_the_page_print_what_it_shows(capsys, command):
    line, _, shown = command
    program, *arguments = shlex.split(line)
    lines = lines_of(capsys, *arguments)
    assert program == "taskmodel" and (shown.splitlines() in ([], lines))
    assert lines_of(capsys, "check", lines[0])[0].startswith(f"{lines[0]}: fine")


def test_python_of_the_page_prints_what_it_shows(capsys):
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    exec(compile(block, "import.md", "exec"), {})
    (documented,) = re.findall(r"print\(.*\)\s+# (.*)", block)
    assert capsys.readouterr().out.strip() == documented


def test_the_catalog_of_a_table_runs(capsys):
    lines_of(capsys, *PLAIN)
    catalog = tm.load_catalog("tasks.yaml")
    assert catalog.without_source() == ()
    assert [(task.share.value * 15, task.horizon.value) for task in catalog.tasks.values()] == [
        pytest.approx(pair) for pair in ((2, 40), (7, 8), (3, 4), (3, 12))
    ]
    facts = json_of(capsys, "run", "tasks.yaml", "--point", "--grid", "1e28:1e30:3", "--no-figures")
    assert facts["first_automation"]["throughput_speedup"] > 1


def test_a_file_is_replaced_by_force_alone(capsys, folder):
    target = folder / "tasks.yaml"
    target.write_text("mine")
    assert "tasks.yaml: exists and is not overwritten; choose --force" in error_of(capsys, *PLAIN)
    assert target.read_text() == "mine"
    facts = json_of(capsys, *PLAIN, "--force")
    assert facts["file"] == "tasks.yaml" and facts["tasks"] == 4
    assert facts["for_all"] == ["coverage_floor"] and facts["frame"] == "starter"
    assert target.read_text() == tm.load_catalog("tasks.yaml").yaml_text != "mine"


def test_nothing_is_written_of_a_table_with_defects(capsys, folder):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    message = error_of(capsys, "import", "tasks.csv", "--all", "coverage_floor=2", "--force")
    assert "tasks.csv:1:7: the shares sum to 15; 1 is needed" in message
    assert "--all: coverage_floor: found 2; at least 0 and at most 1" in message
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_weight_that_is_the_sum_of_the_others_is_told_with_the_answer(capsys, folder):
    (folder / "tasks.csv").write_text(f"{TABLE}Everything,15,8,0.1,,,Make,,\n")
    lines = " ".join(line.strip() for line in lines_of(capsys, *PLAIN))
    assert "the share at line 6 is the sum of the others; if that line is a total, remove" in lines


@pytest.mark.parametrize(
    "name",
    ['x\nquestion: "injected" #', "\x1b[31mred", "bi\u202edi", "a\u2028question: x", b"lat\xe9"],
)
def test_the_name_of_a_table_is_text_in_the_catalog(capsys, folder, name):
    name = os.fsdecode(name)
    (folder / f"{name}.csv").write_text(TABLE)
    lines = lines_of(capsys, PLAIN[0], f"{name}.csv", "-o", "o.yaml", *PLAIN[2:])
    text = (folder / "o.yaml").read_text()
    catalog = tm.load_catalog("o.yaml")
    assert catalog.question == tm.load_catalog("o.yaml").question == ""
    assert text.splitlines()[0].startswith("# Made by taskmodel import from ")
    assert text.splitlines()[1] == "" and "\x1b" not in text and "\u202e" not in text
    assert catalog.title.startswith("Tasks of ") and catalog.title.isprintable()
    assert lines[0] == "o.yaml"


def test_characters_that_cannot_be_printed_are_located_in_the_table(capsys, folder):
    (folder / "tasks.csv").write_text(TABLE.replace("Write code,7", "Write\x1b[31m code,7"))
    message = error_of(capsys, *PLAIN)
    assert "tasks.csv:3:6: character U+001B cannot be printed and is not allowed; remove" in message
    (folder / "tasks.csv").write_text(TABLE)
    message = error_of(capsys, *PLAIN, "--title", "a\x1b[31mb")
    assert "title: character U+001B cannot be printed" in message and "text:" not in message


def test_the_commands_that_errors_offer_are_right(capsys):
    message = error_of(capsys, "import", "tasks.csv")
    offered = re.findall(r"--all (\w+)='([^']*)'", message)
    assert [name for name, _ in offered] == ["coverage_floor"] and "--normalise" in message
    options = [word for name, text in offered for word in ("--all", f"{name}={text}")]
    lines_of(capsys, "import", "tasks.csv", "--normalise", *options)
    message = error_of(capsys, "import", "Task Ratings.txt", "-o", "scientists.yaml")
    assert "has 2 occupations (15-1221.00, 11-1011.00)" in message
    onet = ["import", "Task Ratings.txt", "-o", "onet.yaml", "--occupation", "15-1221.00"]
    assert "--statements 'Task Statements.txt'" in error_of(capsys, *onet)
    onet += ["--statements", "Task Statements.txt"]
    offered = re.findall(r"--all (\w+)='([^']*)'", error_of(capsys, *onet))
    assert len(offered) == 3
    lines_of(capsys, *onet, *(w for name, text in offered for w in ("--all", f"{name}={text}")))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("tasks.csv", "-o", "x.csv"),
            "x.csv: the file of a catalog ends in .yaml; choose -o x.yaml",
        ),
        (("nowhere.csv",), "nowhere.csv: cannot be read"),
        (("tasks.csv", "--all", "horizn=8"), "--all: horizn: no field of a task"),
        (
            ("tasks.csv", "--normalise", "--all", "automation_level=-"),
            "--all: automation_level: found '-'; a whole number is needed",
        ),
        (("tasks.csv", "--set", "pools.x.headcount=1"), "--set: pools.x.headcount: "),
        (("tasks.csv", "--frame", "nothing"), "there is no bundled catalog of this name"),
        (("tasks.csv", "--occupation", "1"), "of O*NET's layout; leave them out"),
        (
            ("Task Ratings.txt", "--weights", "age"),
            "weights names some of importance, relevance, frequency; found 'age'",
        ),
    ],
)
def test_arguments_that_cannot_be_used_are_named(capsys, arguments, message):
    assert message in error_of(capsys, "import", *arguments)


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_folder_that_is_not_there_is_to_be_made_first(capsys, folder, force):
    command = ("import", "tasks.csv", "--normalise", "--all", "coverage_floor=0.1", *force)
    message = error_of(capsys, *command, "-o", "labs/lab.yaml")
    assert message.endswith("labs/lab.yaml: there is no folder labs; make it first\n")
    (folder / "labs").mkdir()
    lines_of(capsys, *command, "-o", "labs/lab.yaml")


def test_a_file_that_cannot_be_written_is_named(capsys, folder):
    (folder / "closed").write_text("a file")
    assert "cannot be written" in error_of(capsys, *PLAIN, "-o", "closed/x.yaml", "--force")
    lines_of(capsys, *PLAIN, "--force")
    assert stat.S_IMODE((folder / "tasks.yaml").stat().st_mode) & 0o400


def test_the_catalog_goes_to_stdout_and_what_was_read_to_stderr(capsys, folder):
    lines_of(capsys, *PLAIN)
    text = (folder / "tasks.yaml").read_text()
    (folder / "tasks.yaml").unlink()
    assert main([*PLAIN, "-o", "-"]) == 0
    out, err = capsys.readouterr()
    assert out == text and "tasks.csv" in err and "4 tasks" in err
    assert not list(folder.glob("*.yaml"))
    assert "both write to stdout" in error_of(capsys, *PLAIN, "-o", "-", "--json")


def test_new_and_migrate_write_to_stdout(capsys, folder):
    lines_of(capsys, "new", "lab")
    written = (folder / "lab.yaml").read_text().splitlines()
    assert lines_of(capsys, "new", "lab", "-o", "-") == written
    assert lines_of(capsys, "migrate", "lab.yaml", "-o", "-") == written
    assert "must be the name of a folder" in error_of(capsys, "run", "lab.yaml", "-o", "-")
    assert not (folder / "-").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("taken.yaml",), "taken.yaml: is a folder; TABLE is a CSV file, such as"),
        (("taken.csv",), "taken.yaml: is a folder; choose a file in it, such as -o taken.yaml/t"),
        (("tasks.csv", "-o", "taken.yaml"), "choose a file in it, such as -o taken.yaml/tasks."),
        (("tasks.csv", "-o", "lab"), "ends in .yaml; choose -o lab.yaml"),
        (("lab.yaml",), "TABLE is a CSV file; YAML is what comes out of it: taskmodel check lab"),
    ],
)
def test_folders_and_catalogs_in_place_of_tables_and_outputs_are_named(
    capsys, folder, arguments, message
):
    (folder / "taken.yaml").mkdir()
    (folder / "taken.csv").write_text(TABLE)
    assert message in error_of(capsys, "import", *arguments, *PLAIN[2:])
