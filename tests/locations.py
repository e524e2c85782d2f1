"""Folders that the tests read."""

from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent
DATA = TESTS / "data"
CATALOGS = TESTS / "catalogs"
