"""Texts that are read once for all records of equal text."""

import copy

import numpy as np

import taskmodel as tm
from taskmodel.files.document import parsed


def test_what_is_read_once_is_not_changed_by_those_who_share_it(tmp_path):
    bundled = tm.load_catalog("alignment_research")
    file = tmp_path / "own.yaml"
    file.write_text(bundled.yaml_text, encoding="utf-8")
    document = parsed(bundled.yaml_text, str(file))
    before = copy.deepcopy(document.data)
    path = "tasks.red_teaming.review_ratio"
    changed = tm.load_catalog(file, set={path: 0.5}, scenario="dedicated_reviewers")
    changed = changed.replace({path: 0.7, "supervision.headcount": 3})
    tm.sweep(changed, over=path, values=np.linspace(0.1, 0.9, 3))
    tm.ensemble(changed, 2, 1, [1e31])
    assert parsed(bundled.yaml_text, str(file)) is document  # the loads above shared it
    assert document.data == before
    assert tm.load_catalog(file).get(f"{path}.value") == bundled.get(f"{path}.value")
