"""The Python and the commands of the README run, and print the documented output."""

import re
import shlex

import pytest
from locations import ROOT
from sizes import cases

from taskmodel.cli import main
from taskmodel.cli.parser import parser

README = ROOT / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
(SHELL,) = re.findall(
    r"```\n(taskmodel .*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL
)
# without the comment, and without the program that reads what is printed
COMMANDS = [re.split(r" [#|] ", line)[0].strip() for line in SHELL.splitlines()]
QUICK = ("latency", "what-if", "solve-for", "onset", "horizon", "lead-time", "paths", "diff")
QUICK += ("import", "list")
# a page is served until it is interrupted; a store of 100,000 draws takes hours
ENDLESS = ("taskmodel explore", "taskmodel ensemble --draws 100000 --store F.zarr")
TABLE = """title,share,task_hours,review_ratio,coverage_floor,phase
Ask,2,8,0.5,0.1,think
Answer,3,4,0.2,0.1,think
"""


def words(command):
    return shlex.split(command)[1:]


def test_readme_has_python():
    assert len(BLOCKS) == 2


@pytest.mark.parametrize("block", BLOCKS, ids=["sweep", "allocate"])
def test_example_of_the_readme_runs(block, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(block, str(README), "exec"), {})
    printed = capsys.readouterr().out
    for documented in re.findall(r"print\(.*\)\s+# (.*)", block):
        assert documented in printed


def test_links_of_the_readme_exist():
    for target in re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8")):
        assert (README.parent / target).exists(), target


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_of_the_readme_parse(command):
    assert parser().parse_args(words(command)).command == words(command)[0]


@pytest.mark.parametrize(
    "command",
    [
        command
        for command in COMMANDS
        if command not in ENDLESS and cases(words(command)[0] in QUICK, True)
    ],
)
def test_commands_of_the_readme_have_an_answer(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tasks.csv").write_text(TABLE, encoding="utf-8")
    assert main(["new", "old"]) == 0
    old = (tmp_path / "old.yaml").read_text(encoding="utf-8")
    new = old.replace("review_ratio: 0.3", "review_ratio: 0.2")
    (tmp_path / "new.yaml").write_text(new, encoding="utf-8")
    assert main(words(command)) == 0
    assert capsys.readouterr().out
