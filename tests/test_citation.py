"""What others cite: versions agree, keys exist, schemas are identified."""

import json
import re

from command_line import strict_json
from locations import ROOT

import taskmodel as tm
from taskmodel.cli import main
from taskmodel.files.yaml import read_document


def test_the_citation_has_the_version_of_the_package():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    citation = read_document(text, "CITATION.cff").data
    assert str(citation["version"]) == tm.__version__
    assert {"abstract", "authors", "keywords", "license", "references", "title"} <= set(citation)


def test_every_work_that_the_paper_cites_is_in_its_bibliography_and_the_reverse():
    paper = (ROOT / "paper" / "paper.md").read_text(encoding="utf-8")
    works = (ROOT / "paper" / "paper.bib").read_text(encoding="utf-8")
    cited = set(re.findall(r"-?@([a-z]+\d{4})", paper))
    assert cited == set(re.findall(r"^@\w+\{(\w+),", works, flags=re.MULTILINE))
    for heading in ("Statement of need", "State of the field", "AI usage disclosure"):
        assert f"\n# {heading}\n" in paper


def test_schemas_are_identified_by_kind_and_version(capsys):
    identifiers = []
    for option in ([], ["--plan"], ["--paths"]):
        assert main(["schema", *option]) == 0
        schema = strict_json(capsys.readouterr().out)
        assert schema["version"] == tm.__version__ and json.dumps(schema)
        identifiers.append(schema["$id"])
    assert identifiers == [
        f"urn:taskmodel:schema:{kind}:{tm.__version__}" for kind in ("catalog", "plan", "paths")
    ]
