"""`taskmodel solve-for`: the values of one input that give a target, or why none does."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.entry import NO_ANSWER
from taskmodel.cli.screen import compute, json_text, number, progress, table, wrapped
from taskmodel.errors import InputError, NoAnswer

if TYPE_CHECKING:
    import xarray as xr

    from taskmodel.catalog import Catalog

SPEEDUPS = ("throughput_speedup", "latency_speedup", "speedup")


def command(args: Namespace) -> int:
    """Print the solutions; without any, say why and leave with 1."""
    from taskmodel.takeoff.davidson.world import is_world

    if is_world(args.catalog):
        from taskmodel.cli import dates

        return dates.command(args)
    catalog = asked.catalog(args)
    (path,) = asked.inputs(catalog, [args.path], "PATH")
    name, value = asked.aim(args.target)
    within = None if args.span is None else asked.ends(args.span, "--range")
    if path == "compute" and args.at is not None:
        raise InputError(f"--at {args.at}: compute is what is looked for; leave --at out")
    place = (
        None if args.at is None else asked.compute(args.at.removeprefix("compute="), "--at compute")
    )
    if within is not None and path != "compute":
        asked.allowed(catalog, path, within, f"--range {args.span}")
    with progress(f"looking for {path}", args.quiet):
        import taskmodel as tm
        from taskmodel.summary import provenance

        found = tm.solve_for(catalog, path, compute=place, within=within, **{name: value})
    facts = {**provenance(found), **_facts(catalog, found)}
    if args.json:
        print(json_text(facts))
        return NO_ANSWER if facts["reason"] else 0
    if facts["reason"]:
        raise NoAnswer(facts["reason"])
    print("\n".join(_lines(catalog, facts)))
    return 0


def _facts(catalog: Catalog, found: xr.Dataset) -> dict[str, Any]:
    path = found.attrs["path"]
    rows = zip(
        *(found[name].values.tolist() for name in ("value", "value_until", "output", *SPEEDUPS)),
        strict=True,
    )
    jumps = zip(
        *(found[f"jump_{name}"].values.tolist() for name in ("place", "before", "after", "tasks")),
        strict=True,
    )
    return {
        "compute": None if path == "compute" else float(found["compute"]),
        "path": path,
        "unit": "FLOP/year" if path == "compute" else catalog.unit_of(path),
        "target": {found.attrs["target"]: found.attrs["target_value"]},
        "range": [float(found["low"]), float(found["high"])],
        "solutions": [
            dict(zip(("value", "until", "output", *SPEEDUPS), row, strict=True)) for row in rows
        ],
        "jumps": [
            dict(zip(("place", "before", "after", "tasks"), row, strict=True)) for row in jumps
        ],
        "nearest": {
            "value": float(found["nearest_place"]),
            "target": float(found["nearest_target"]),
        },
        "reason": found.attrs["reason"],
    }


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    ((name, value),) = facts["target"].items()
    path, unit = facts["path"], "" if facts["unit"] in ("1", "") else f" [{facts['unit']}]"
    low, high = facts["range"]
    where = "" if facts["compute"] is None else f"at {compute(facts['compute'])} FLOP/year, "
    rows = [[f"{path}{unit}", "throughput", "latency", "effective"]]
    rows += [[_told(row), *(number(row[each]) for each in SPEEDUPS)] for row in facts["solutions"]]
    lines = [
        *asked.heading(catalog, f"{where}looking from {low:.6g} to {high:.6g}{unit}"),
        "",
        f"What gives {name} {value:g}, and the speed-ups [x] there",
        *table(rows),
    ]
    for jump in facts["jumps"]:
        tasks = f", where AI's ability changes for {jump['tasks']}" if jump["tasks"] else ""
        lines += wrapped(
            f"Besides, it passes {value:g} in a jump from {jump['before']:.6g} to {jump['after']:.6g} at {jump['place']:.6g}{tasks}."
        )
    return lines


def _told(row: dict[str, float]) -> str:
    return f"{row['value']:.10g}" + (
        "" if row["until"] == row["value"] else f" to {row['until']:.10g}"
    )
