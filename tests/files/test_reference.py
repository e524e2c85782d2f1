"""The keys of files, from the schema of their records."""

import pytest

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli.kinds import KINDS
from taskmodel.files.dotted import covers
from taskmodel.files.reference import entries
from taskmodel.takeoff.loops.records import KINDS as LOOPS

RECORDS = {
    **{kind.name: kind.record_class() for kind in KINDS.values()},
    **LOOPS,
}


@pytest.mark.parametrize("name", RECORDS)
def test_every_key_of_every_kind_of_file_has_a_meaning(name):
    keys = entries(RECORDS[name])
    assert keys and not [entry.path for entry in keys if not entry.meaning]
    assert len({entry.path for entry in keys}) == len(keys)


@pytest.mark.parametrize("name", KINDS["catalogs"].bundled())
def test_every_path_of_a_catalog_has_one_key_with_its_unit(name):
    catalog = tm.load_catalog(name)
    keys = {entry.path: entry for entry in entries(Catalog)}
    by_end = {}
    for path in keys:
        by_end.setdefault(path.rpartition(".")[2], []).append(path)
    for path in catalog.paths():
        ends = by_end.get(path.rpartition(".")[2], ()), by_end["*"]
        fitting = [key for group in ends for key in group if covers(key, path)]
        assert len(fitting) >= 1, path
        assert keys[fitting[0]].unit == catalog.unit_of(path), path


def test_an_entry_says_what_the_record_declares():
    keys = {entry.path: entry for entry in entries(Catalog)}
    assert keys["supervision.headcount"][1:6] == ("number", "person", "at least 0", True, "")
    assert keys["supervision.coverage"][1:6] == ("word", "", "full | floor | none", False, "full")
    assert keys["tasks.*.delegable"][1:6] == ("switch", "", "true | false", False, "true")
    assert keys["tasks.*.harm_weight"].default == "1"
    assert keys["compute.grid.points"][1:4] == ("whole number", "", "at least 2 and at most 1e+06")
    assert keys["tasks.*.after"].kind == "words" and keys["tasks"].kind == "blocks by id"
    assert keys["feedback_loops"].kind == "list of blocks"
    assert keys["prices.*"].unit == "$/h" and "by its name" in keys["prices.*"].meaning
