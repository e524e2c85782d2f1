"""The README's Python runs as it stands and prints what it says."""

import re

import pytest
from locations import ROOT

README = ROOT / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_there_is_python_in_the_readme():
    assert len(BLOCKS) == 2


@pytest.mark.parametrize("block", BLOCKS, ids=["sweep", "allocate"])
def test_an_example_of_the_readme_runs(block, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(block, str(README), "exec"), {})
    printed = capsys.readouterr().out
    for promised in re.findall(r"print\(.*\)\s+# (.*)", block):
        assert promised in printed


def test_the_files_the_readme_points_to_exist():
    for target in re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8")):
        assert (README.parent / target).exists(), target
