"""`taskmodel what-if`: the speed-up without each constraint, and without each pair."""

from argparse import Namespace
from itertools import combinations
from typing import Any

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli.catalogs import heading_at, load, point
from taskmodel.cli.output import Answer, output
from taskmodel.cli.screen import table, wrapped
from taskmodel.cli.words import SPEEDUP_HEADS, SPEEDUPS, numbers, speedup_cells
from taskmodel.questions._what_if import RELAXATIONS
from taskmodel.summary import provenance_facts

# A pair is shown if it gives more than its better half by this factor, which is far above the
# accuracy of the optimum: equal speed-ups differ by rounding.
MARGIN = 1.001
NUMBERS = ("output", *SPEEDUPS)


def answer(args: Namespace) -> Answer:
    """Relax each constraint, each pair and all."""
    catalog = load(args)
    compute = point(catalog, args)
    with output(args, "relaxing one constraint after the other") as files:
        result = tm.what_if(catalog, compute)
        files.write("what_if", result, "what_if", "what_if")
    names = result["relaxation"].values.tolist()

    def relaxed(first: str, second: str) -> dict[str, float]:
        return numbers(result.sel(relaxation=first, with_relaxation=second), NUMBERS)

    facts = {
        **provenance_facts(result),
        "compute": compute,
        "as_is": numbers(result, NUMBERS, "_as_is"),
        "all": numbers(result, NUMBERS, "_all"),
        "alone": [
            {"relaxation": name, "meaning": RELAXATIONS[name], **relaxed(name, name)}
            for name in names
        ],
        "pairs": [{"relaxations": list(pair), **relaxed(*pair)} for pair in combinations(names, 2)],
    }
    return Answer(facts, lambda: _lines(catalog, facts), files)


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    alone = {case["relaxation"]: case["speedup"] for case in facts["alone"]}
    pairs = [
        case
        for case in facts["pairs"]
        if case["speedup"] > MARGIN * max(alone[name] for name in case["relaxations"])
    ]
    cases = [
        ("as things are", facts["as_is"]),
        *(
            (f"{case['meaning']} ({case['relaxation']})", case)
            for case in sorted(facts["alone"], key=_fastest)
        ),
        ("all of these at once", facts["all"]),
    ]
    named = [(" and ".join(case["relaxations"]), case) for case in sorted(pairs, key=_fastest)]
    return [
        *heading_at(catalog, facts["compute"]),
        "",
        "Speed-ups [x] without one constraint, over the same people without AI",
        *_table(cases),
        "",
        *(
            ["Pairs that give more than the better of the two alone", *_table(named)]
            if pairs
            else ["No pair gives more than the better of the two."]
        ),
        *wrapped(
            "The names stand in brackets above; they are those of --json and of taskmodel.what_if.",
            indent="",
        ),
    ]


def _table(cases: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return [*table([["", *SPEEDUP_HEADS], *([name, *speedup_cells(case)] for name, case in cases)])]


def _fastest(case: dict[str, Any]) -> float:
    return -case["speedup"]
