"""The first default catalogs, whose numbers the published and the designed results hold for."""

from locations import DATA

import taskmodel as tm

FILES = {
    name: DATA / f"{name}_b27e634.yaml" for name in ("alignment_research", "ml_capability_rnd")
}


def first(name="alignment_research", scenario=None, set=None):
    """A catalog as it was before the evidence of 2025 and 2026."""
    return tm.load_catalog(FILES[name], scenario, set)
