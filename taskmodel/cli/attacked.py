"""`taskmodel frontier --attack`: research against safety where AI attacks on purpose."""

import math
from argparse import Namespace
from typing import Any

import numpy as np

import taskmodel as tm
from taskmodel.catalog import Catalog, load_scenario
from taskmodel.cli.catalogs import check_range, heading_at, load, point, task_labels
from taskmodel.cli.output import Answer, folder_name, output
from taskmodel.cli.screen import number, percent, table, thinned, wrapped
from taskmodel.cli.words import SPEEDUPS, by_label, records
from taskmodel.errors import InputError, NoAnswer, NothingToLimit
from taskmodel.summary import provenance_facts

DEFAULT_SCENARIO = "attacks"  # of the catalog that it names, in which no attack does harm else
PATH = "supervision.tolerated_harm"
ROWS = 11  # of the table
NUMBERS = (
    "tolerated_harm",
    "output",
    *SPEEDUPS,
    "attack_safety",
    "attacked_task",
    "expected_harm",
    "review_hours",
)
DEFECTS = ("defect_budget", "defects_kept_back", "defects_throughput_speedup", "defects_speedup")


def answer(args: Namespace) -> Answer:
    """Compute the frontier; report what tolerating less harm costs."""
    if args.budgets is not None:
        raise InputError("--budgets is of AI that errs at random; with --attack give --harms")
    if args.scenario is None and args.catalog == load_scenario(DEFAULT_SCENARIO).catalog:
        args.scenario = DEFAULT_SCENARIO
    catalog = load(args)
    compute = point(catalog, args)
    if args.harms is not None:
        check_range(catalog, PATH, args.harms, f"--harms {args.harms}")
    with output(args, "solving along the harm", folder_name(catalog, args, "attacked")) as files:
        harms = None if args.harms is None else args.harms.values()
        try:
            result = tm.attack_frontier(catalog, harms, compute=compute, defects=_errs(catalog))
        except NothingToLimit as error:
            raise NoAnswer(str(error)) from error
        files.write("frontier", result, "frontier", "attack_frontier")
    facts = {
        **provenance_facts(result),
        "compute": compute,
        "curve": [
            {**row, "coverage": by_label(result["coverage"].isel(tolerated_harm=index))}
            for index, row in enumerate(records(result, NUMBERS))
        ],
        "random_defects": records(result, DEFECTS) if DEFECTS[0] in result.coords else [],
    }
    return Answer(facts, lambda: _lines(catalog, facts), files)


def _errs(catalog: Catalog) -> bool:
    """Return whether AI errs at random besides."""
    rules = catalog.capability
    own = (task.defect_probability for task in catalog.tasks.values())
    values = [rules.defect_probability, *(value for value in own if value is not None)]
    return rules.success == "logistic" or any(value.value > 0 for value in values)


def _lines(catalog: Catalog, facts: dict[str, Any]) -> list[str]:
    rows = [["harm", "throughput", "effective", "caught", "review [h]", "attacks in"]]
    rows += [
        [
            number(row["tolerated_harm"]),
            *(number(row[name]) for name in ("throughput_speedup", "speedup")),
            percent(row["attack_safety"]),
            f"{row['review_hours']:,.0f}",
            _title(catalog, row["attacked_task"]),
        ]
        for row in thinned(facts["curve"], ROWS)
    ]
    return [
        *heading_at(catalog, facts["compute"]),
        "",
        "Speed-ups [x], by the harm of attacks by AI that is tolerated",
        *table(rows, left_columns=(5,)),
        *wrapped(
            "AI attacks where it expects the most harm, and people look at as many units of each "
            "task as keep that below what is tolerated; a task that this does not suffice for is "
            "closed to AI. Caught: the part of the attacks that people find, in the task attacked."
        ),
        *_random(facts["random_defects"]),
    ]


def _title(catalog: Catalog, task: str) -> str:
    return task_labels(catalog, 36)[task] if task else "nothing: AI does none of these"


def _random(rows: list[dict[str, Any]]) -> list[str]:
    """Compare with AI that errs at random, at a half of what would escape."""
    if not rows or any(math.isnan(row["defects_kept_back"]) for row in rows):
        return []
    kept, speedup = (np.array([row[name] for row in rows]) for name in DEFECTS[1:3])
    order = np.argsort(kept)
    half, most = np.interp([0.5, 1.0], kept[order], speedup[order])
    return wrapped(
        f"If AI only erred at random, keeping back half of the defective work that escapes would "
        f"leave {number(half)} times the research of people alone, and all of it {number(most)}."
    )
