"""The Python of the README runs and prints the documented output."""

import re

import pytest
from locations import ROOT

README = ROOT / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)


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
