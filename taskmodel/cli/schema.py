"""`taskmodel schema`: the JSON Schema of catalogs, plans or paths, for editors."""

from argparse import Namespace

from taskmodel.catalog import Catalog
from taskmodel.cli.output import Answer
from taskmodel.cli.screen import json_text
from taskmodel.lead.plans import Plan
from taskmodel.sweeps.paths import Paths


def answer(args: Namespace) -> Answer:
    """Return the schema."""
    kind = Plan if args.plan else Paths if args.paths else Catalog
    draft = "https://json-schema.org/draft/2020-12/schema"
    facts = {"$schema": draft, **kind.model_json_schema()}
    return Answer(facts, lambda: [json_text(facts)])
