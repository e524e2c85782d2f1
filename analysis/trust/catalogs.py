"""Do valid catalogs give finite answers that keep the laws, or say why not?

Random catalogs with scarce factors, nests, policies and thresholds are swept, their critical path
is computed, the result is saved and opened again. Laws: the duality gap is below 1e-9, bottleneck
shares sum to 1, more compute is never less output, oversight costs at least nothing, and an opened
file is the saved one.
"""

from __future__ import annotations

import collections
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from random_catalogs import multi_factor_catalog

import taskmodel as tm
from taskmodel.catalog import parse_catalog
from taskmodel.errors import TaskmodelError

ROUNDING = 1e-9
STATUSES = {"optimal", "kink", "zero", "supremum", "unbounded"}


def broken_laws(result: Any, opened: Any) -> list[str]:
    """Return the laws that a sweep breaks."""
    output = result["output"].values
    shares = result["bottleneck_share"].sum("source").values
    cost = result["oversight_cost"].values
    solved = np.isfinite(output) & (output > 0)
    known = cost[solved & ~np.isnan(cost)]  # NaN: output without review is not certified
    slack = ROUNDING * output[solved]
    rules = {
        "gap": np.abs(result["duality_gap"].values[solved]).max(initial=0) < ROUNDING,
        "shares sum to 1": np.abs(shares[solved] - 1).max(initial=0) < ROUNDING,
        "more compute, less output": (np.diff(output[solved]) >= -slack[1:]).all(),
        "oversight costs less than nothing": (known >= 1 - ROUNDING).all(),
        "status": set(result["status"].values) <= STATUSES,
        "opened is saved": result.identical(opened),
    }
    return [name for name, holds in rules.items() if not holds]


def random_catalogs(seconds: float, seed: int) -> dict[str, Any]:
    """Take random catalogs through everything for some CPU time."""
    end, number = time.process_time() + seconds, 0
    refused, faults, events, uncertain = collections.Counter(), [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.nc"
        while time.process_time() < end:
            rng = np.random.default_rng([seed, number])
            number += 1
            try:
                drawn = multi_factor_catalog(rng)
                catalog = parse_catalog(drawn.yaml_text, name="random", file="random.yaml")
                result = tm.sweep(catalog)
                tm.latency(catalog)
                tm.save(result, path)
                broken = broken_laws(result, tm.open(path))
                output = result["output"].values  # neither zero nor without limit
                solved = np.isfinite(output) & (output > 0)
                uncertain += bool(np.isnan(result["oversight_cost"].values[solved]).any())
                events += result.sizes["event"]
            except TaskmodelError as error:
                refused[type(error).__name__] += 1
                continue
            except Exception as error:  # of any kind: that is what is looked for
                broken = [f"{type(error).__name__}: {error}"[:300]]
            if broken:
                faults.append({"number": number - 1, "seed": seed, "faults": broken})
    return {
        "catalogs": number,
        "events": events,
        "without_a_cost_somewhere": uncertain,
        "refused": dict(refused),
        "faults": faults,
    }
