"""`taskmodel solve-for` in a world: the values of a parameter that put a milestone at a date, or why none does."""

from __future__ import annotations

import json
import math
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.entry import NO_ANSWER
from taskmodel.cli.screen import json_text, plain, progress, table, wrapped
from taskmodel.errors import InputError, NoAnswer

if TYPE_CHECKING:
    import xarray as xr

ROWS = 8  # of the places looked at first


def command(args: Namespace) -> int:
    """Print the solutions; without any, say why and leave with 1."""
    for option, given in (("--scenario", args.scenario), ("--at", args.at)):
        if given is not None:
            raise InputError(f"{option} is for catalogs; {args.catalog} is a world")
    name, value = asked.aim(args.target)
    within = None if args.span is None else asked.ends(args.span, "--range")
    settings = asked.overrides(args.set)
    with progress(f"running the world for values of {args.path}", args.quiet):
        import taskmodel as tm

        target: dict[str, Any] = {name: value}
        found = tm.solve_for_date(args.catalog, args.path, within=within, set=settings, **target)
    facts = _facts(found)
    if args.json:
        print(json_text(facts))
        return NO_ANSWER if facts["reason"] else 0
    if facts["reason"]:
        raise NoAnswer(facts["reason"])
    print("\n".join(_lines(facts)))
    return 0


def _facts(found: xr.Dataset) -> dict[str, Any]:
    rows = zip(found["value"].values.tolist(), found["reached"].values.tolist(), strict=True)
    jumps = zip(
        *(found[f"jump_{name}"].values.tolist() for name in ("place", "before", "after")),
        strict=True,
    )
    looked = zip(
        found["place"].values.tolist(), found["milestone_value"].values.tolist(), strict=True
    )
    return {
        "scenario": found.attrs["scenario_name"],
        "overrides": json.loads(found.attrs["overrides"]),
        "version": found.attrs["taskmodel_version"],
        "sha256": found.attrs["scenario_sha256"],
        "path": found.attrs["path"],
        "unit": found["value"].attrs["units"],
        "target": {found.attrs["target"]: found.attrs["target_value"]},
        "solutions": [{"value": value, "reached": reached} for value, reached in rows],
        "jumps": [dict(zip(("place", "before", "after"), jump, strict=True)) for jump in jumps],
        "looked_at": [{"value": place, "milestone": reached} for place, reached in looked],
        "reason": found.attrs["reason"],
    }


def _lines(facts: dict[str, Any]) -> list[str]:
    ((name, wanted),) = facts["target"].items()
    path, unit = facts["path"], "" if facts["unit"] in ("1", "") else f" [{facts['unit']}]"
    looked = facts["looked_at"]
    lines = [
        f"World {facts['scenario']}; {path} from {looked[0]['value']:.6g} to {looked[-1]['value']:.6g}{unit}",
        *(
            f"  set {each} = {'null' if given is None else plain(str(given))}"
            for each, given in facts["overrides"].items()
        ),
        "",
        f"What gives {name} {wanted:.10g}",
        *table(
            [
                [f"{path}{unit}", name],
                *([f"{row['value']:.8g}", _told(row["reached"])] for row in facts["solutions"]),
            ]
        ),
    ]
    for jump in facts["jumps"]:
        lines += wrapped(
            f"Besides, it is passed in a jump from {_told(jump['before'])} to {_told(jump['after'])} at {jump['place']:.6g}."
        )
    some = [
        [f"{row['value']:.4g}", _told(row["milestone"])]
        for row in looked[:: max(1, len(looked) // ROWS)]
    ]
    return [*lines, "", "Where was looked first", *table([[f"{path}{unit}", name], *some])]


def _told(value: float) -> str:
    return "not reached" if not math.isfinite(value) else f"{value:.4f}"
