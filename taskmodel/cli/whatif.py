"""`taskmodel what-if`: the speed-up that each constraint's going would give, and each pair's."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.screen import compute, json_text, number, progress, table, wrapped

if TYPE_CHECKING:
    import xarray as xr

    from taskmodel.catalog import Catalog

SPEEDUPS = ("throughput_speedup", "latency_speedup", "speedup")
MORE = 1.001  # a pair is worth a line if it gives so many times what its better half gives


def command(args: Namespace) -> int:
    """Print the ladder and the pairs."""
    catalog = asked.catalog(args)
    place = (
        catalog.compute.today.value
        if args.compute is None
        else asked.compute(args.compute, "--compute")
    )
    with progress("relaxing one constraint after the other", args.quiet):
        import taskmodel as tm
        from taskmodel.summary import provenance

        found = tm.what_if(catalog, place)
    facts = {**provenance(found), "compute": place, **_facts(found)}
    print(
        json_text(facts) if args.json else "\n".join(_lines(catalog, facts, args.compute is None))
    )
    return 0


def _facts(found: xr.Dataset) -> dict[str, Any]:
    from taskmodel.questions.what_if import RELAXATIONS

    names = found["relaxation"].values.tolist()

    def at(one: str, two: str) -> dict[str, float]:
        here = found.sel(relaxation=one, with_relaxation=two)
        return {name: float(here[name]) for name in ("output", *SPEEDUPS)}

    alone = [{"relaxation": name, "meaning": RELAXATIONS[name], **at(name, name)} for name in names]
    pairs = [
        {"relaxations": [one, two], **at(one, two)}
        for place, one in enumerate(names)
        for two in names[place + 1 :]
    ]
    ends = {
        side: {name: float(found[f"{name}_{side}"]) for name in ("output", *SPEEDUPS)}
        for side in ("as_is", "all")
    }
    return {**ends, "alone": alone, "pairs": pairs}


def _lines(catalog: Catalog, facts: dict[str, Any], today: bool) -> list[str]:
    rows = [["", *("throughput", "latency", "effective")], _row("as things are", facts["as_is"])]
    rows += [
        _row(case["meaning"], case)
        for case in sorted(facts["alone"], key=lambda case: -case["speedup"])
    ]
    rows.append(_row("all of these at once", facts["all"]))
    alone = {case["relaxation"]: case["speedup"] for case in facts["alone"]}
    more = [
        case
        for case in facts["pairs"]
        if case["speedup"] > MORE * max(alone[name] for name in case["relaxations"])
    ]
    pairs = [["", *("throughput", "latency", "effective")]]
    pairs += [
        _row(" and ".join(case["relaxations"]), case)
        for case in sorted(more, key=lambda case: -case["speedup"])
    ]
    return [
        *asked.heading(
            catalog, f"at {compute(facts['compute'])} FLOP/year{', today' if today else ''}"
        ),
        "",
        "Speed-ups [x] with one constraint gone, over the same people without AI",
        *table(rows),
        "",
        *(
            ["Pairs that give more than the better of the two alone", *table(pairs)]
            if more
            else ["No pair gives more than the better of the two."]
        ),
        *wrapped("The names are those of --json and of taskmodel.what_if.", indent=""),
    ]


def _row(label: str, case: dict[str, float]) -> list[str]:
    return [label, *(number(case[name]) for name in SPEEDUPS)]
