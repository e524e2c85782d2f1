"""`taskmodel schema`: the JSON Schema of catalogs, plans or paths, for editors."""

from argparse import Namespace

from taskmodel._version import __version__
from taskmodel.catalog import Catalog
from taskmodel.cli.output import Answer
from taskmodel.cli.screen import json_text
from taskmodel.lead.plans import Plan
from taskmodel.sweeps.paths import Paths

DRAFT = "https://json-schema.org/draft/2020-12/schema"
IDENTIFIER = "urn:taskmodel:schema:{kind}:{version}"


def answer(args: Namespace) -> Answer:
    """Return the schema, identified by kind and by the version of the package."""
    kind, record = (
        ("plan", Plan) if args.plan else ("paths", Paths) if args.paths else ("catalog", Catalog)
    )
    identifier = IDENTIFIER.format(kind=kind, version=__version__)
    facts = {"$schema": DRAFT, "$id": identifier, "version": __version__}
    facts |= record.model_json_schema()
    return Answer(facts, lambda: [json_text(facts)])
