"""Pages written from the package name everything, and links between pages lead somewhere."""

import importlib.util
import re
import shlex

import pytest
from locations import ROOT

import taskmodel as tm
from taskmodel import plots
from taskmodel.catalog import Catalog
from taskmodel.cli import main
from taskmodel.cli.commands import COMMANDS
from taskmodel.files.reference import entries
from taskmodel.validation import published_results

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))


@pytest.fixture(scope="module")
def generated():
    spec = importlib.util.spec_from_file_location("generated", DOCS / "_ext" / "generated.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_keys_has_every_key_with_unit_and_meaning(generated):
    page = generated.catalog_keys()
    for entry in entries(Catalog):
        block, *rest = entry.path.split(".")
        name = ".".join(rest[1:] if rest[:1] == ["*"] and len(rest) > 1 else rest) or block
        lines = [x for x in page.splitlines() if f"`{name}`".replace("*", "ID") in x]
        assert lines and (entry.meaning in page or generated.cell(entry.meaning) in page), (
            entry.path
        )
        assert entry.unit in ("", "1") or any(entry.unit in line for line in lines), entry.path


def test_the_pages_of_commands_and_functions_are_complete(generated):
    page = generated.cli()
    for group in COMMANDS.values():
        for command in group:
            assert f"### taskmodel {command.name}\n" in page
    page = generated.api()
    assert all(f":: taskmodel.{name}\n" in page for name in tm.__all__)


def test_the_page_of_figures_has_every_function_and_where_the_accessor_has_it(generated):
    page = generated.figures()
    for name in plots.__all__:
        assert f"autofunction:: taskmodel.plots.{name}\n" in page
        assert (f"ds.taskmodel.plot.{name}()" in page) == (name in plots.OF_DATASETS)


def test_the_page_of_published_results_names_every_source(generated):
    page = generated.published()
    for result in published_results():
        assert generated.cell(result.source) in page and f"## {result.group}\n" in page


def test_a_table_is_not_ended_by_what_is_in_it(generated):
    assert generated.table(("a",), [("x | y * z",)])[2] == "| x \\| y \\* z |"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_links_between_pages_lead_somewhere(path, generated):
    written = {"catalog_keys", "numbers", "files", "cli", "published", "api"}
    written |= generated.other_keys().keys()
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8")):
        if target.startswith("http"):
            continue
        if target.startswith("_generated/"):
            assert target.removeprefix("_generated/").removesuffix(".md") in written, target
        else:
            assert (DOCS / target).exists(), target


CELL = re.compile(r"```\{code-cell\}\n(.*?)```", flags=re.DOTALL)


@pytest.mark.parametrize(
    "path", [path for path in PAGES if CELL.search(path.read_text())], ids=lambda path: path.stem
)
def test_cells_of_pages_run(path, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    for cell in CELL.findall(path.read_text(encoding="utf-8")):
        commands = [line[1:] for line in cell.splitlines() if line.startswith("!")]
        if not commands:
            exec(compile(cell, str(path), "exec"), names)
        for command in commands:
            words, _, after = command.partition(" |")  # what a pipe or `|| true` does is left out
            code = main(shlex.split(words)[1:])
            assert code == (1 if "| true" in after else 0), command
    assert capsys.readouterr().out
