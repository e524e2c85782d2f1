"""`taskmodel schema`: what a catalog may say, for editors."""

from __future__ import annotations

from argparse import Namespace

from taskmodel.cli.screen import json_text


def command(args: Namespace) -> int:
    """Print the JSON Schema of catalogs."""
    from taskmodel.catalog import Catalog

    print(json_text({"$schema": "https://json-schema.org/draft/2020-12/schema", **Catalog.model_json_schema()}))
    return 0
