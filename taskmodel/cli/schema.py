"""`taskmodel schema`: what a catalog, a plan or a file of paths may say, for editors."""

from __future__ import annotations

from argparse import Namespace

from taskmodel.cli.screen import json_text


def command(args: Namespace) -> int:
    """Print the JSON Schema of catalogs, of plans, or of paths."""
    from taskmodel.catalog import Catalog
    from taskmodel.lead.plans import Plan
    from taskmodel.sweeps.paths import Paths

    kind = Plan if args.plan else Paths if args.paths else Catalog
    print(
        json_text(
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **kind.model_json_schema()}
        )
    )
    return 0
