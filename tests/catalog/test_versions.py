"""Versions of the keys of catalogs."""

import pytest
from command_line import error_of, json_of
from locations import ROOT

import taskmodel as tm
from taskmodel.catalog import parse_catalog
from taskmodel.catalog.versions import CURRENT, KEY, migrated
from taskmodel.errors import CatalogError, InputError

TEXT = (ROOT / "tasks" / "t_agi_ladder.yaml").read_text(encoding="utf-8")


def of_version(version):
    return f"{KEY}: {version}\n{TEXT}"


def test_without_the_key_a_file_is_current_and_with_it_the_same():
    assert parse_catalog(TEXT).schema_version == CURRENT
    assert parse_catalog(of_version(CURRENT)).tasks == parse_catalog(TEXT).tasks
    assert migrated(TEXT) == TEXT


@pytest.mark.parametrize(
    "version, reason", [(CURRENT + 1, "newer one"), (0, "no version 0"), (-3, "no version -3")]
)
def test_a_version_that_is_not_known_is_refused_with_its_place(version, reason):
    with pytest.raises(CatalogError, match=rf"text:1:\d+: {KEY}: .*{reason}"):
        parse_catalog(of_version(version))
    with pytest.raises(InputError, match=reason):
        migrated(of_version(version))


def test_a_version_is_a_whole_number():
    with pytest.raises(InputError, match="found 'new'"):
        migrated(of_version("new"))
    with pytest.raises(CatalogError, match=KEY):
        parse_catalog(of_version("new"))


def test_steps_follow_one_another_up_to_the_current_version():
    def step(version):
        return lambda text: text.replace(f"{KEY}: {version}", f"{KEY}: {version + 1}")

    steps = {1: step(1), 2: step(2)}
    assert migrated(of_version(1), steps=steps, current=3) == of_version(3)
    with pytest.raises(InputError, match="older than 4"):
        migrated(of_version(1), steps=steps, current=4)


def test_the_command_says_what_was_done(tmp_path, capsys):
    file = tmp_path / "mine.yaml"
    file.write_text(TEXT, encoding="utf-8")
    facts = json_of(capsys, "migrate", str(file))
    assert (facts["version"], facts["current"], facts["written"]) == (1, CURRENT, None)
    assert file.read_text(encoding="utf-8") == TEXT
    file.write_text(of_version(CURRENT + 1), encoding="utf-8")
    assert "install a newer one" in error_of(capsys, "migrate", str(file))
    assert tm.load_catalog("t_agi_ladder").schema_version == CURRENT


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "has no keys"),
        ("title: Half\nset: {supervision.headcount: 10}\n", "this is a scenario"),
    ],
)
def test_what_is_no_catalog_is_not_called_current(tmp_path, capsys, text, words):
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    assert words in error_of(capsys, "migrate", str(file))
