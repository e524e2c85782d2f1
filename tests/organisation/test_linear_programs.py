"""Organisations in fixed proportions against linear programs written from the documents alone."""

import numpy as np
import pytest
from scipy.optimize import linprog
from sizes import cases
from small import small_catalog

import taskmodel as tm

PROTOCOLS = {"some": 0.3, "few": 0.1}  # coverage; "few" holds below the floors of tasks, too
FLOORS = {"some": True, "few": False}


def random_blocks(rng):
    """Tasks, people, kinds of reviewers and rules at random, as in a catalog."""

    def choice(*values):
        return values[rng.integers(len(values))]

    kinds = {
        name: {
            "pool": choice("researchers", "dedicated"),
            "headcount": float(rng.uniform(0.5, 10)),
            "hours_per_year": float(rng.uniform(50, 200)),
            "max_review_share": float(rng.uniform(0.2, 1)),
            "utilisation": choice(1.0, 0.8),
        }
        for name in ("general", "alpha", "beta")[: rng.integers(1, 4)]
    }
    chosen = choice([], ["full_review"], ["some"], ["some", "few"], ["full_review", "few"])
    rule = choice("full", "floor")
    tasks = {}
    for name, share in zip("abc", rng.dirichlet(np.ones(3)), strict=True):
        tasks[name] = {
            "share": float(share),
            "automation_threshold": 1e20,
            "review_ratio": float(rng.uniform(0.05, 1.5)),
            "coverage_floor": float(rng.uniform(0.05, 1)),
            "defect_probability": choice(0.0, 0.4),
            "reviewers": [kind for kind in kinds if rng.random() < 0.6] or ["general"],
            "by_people": bool(rng.random() < 0.8),
        }
        tasks[name]["delegable"] = bool(rng.random() < 0.8) or not tasks[name]["by_people"]
        if rng.random() < 0.3 and (len(chosen) > 1 or (not chosen and rule == "floor")):
            tasks[name]["forbids"] = [chosen[0] if chosen else "floor_coverage"]
    return tasks, kinds, chosen, rule, float(rng.uniform(1, 20))


def coverages(task, chosen, rule):
    """Shares of units that people may look at, one for each way of working that is open."""
    if not chosen:
        full = rule == "full" or "forbids" in task
        return [1.0 if full else task["coverage_floor"]]
    return [
        1.0
        if name == "full_review"
        else max(PROTOCOLS[name], task["coverage_floor"] if FLOORS[name] else 0.0)
        for name in chosen
        if name not in task.get("forbids", ())
    ]


def program_output(tasks, kinds, chosen, rule, people):
    """Output over that of people alone: all tasks in proportion to their shares, by `linprog`."""
    names, hours = list(kinds), 100 * people
    columns, owner = [np.zeros(1 + len(kinds))], [None]  # the first is output
    for name, task in tasks.items():
        if task["by_people"]:
            columns.append(np.append(1.0, np.zeros(len(kinds))))
            owner.append(name)
        for coverage in coverages(task, chosen, rule) if task["delegable"] else ():
            for kind in task["reviewers"]:
                use = np.zeros(1 + len(kinds))
                review = coverage * task["review_ratio"] / (1 - task["defect_probability"])
                use[1 + names.index(kind)] = review
                use[0] = review if kinds[kind]["pool"] == "researchers" else 0.0
                columns.append(use)
                owner.append(name)
    supply = [
        kind["headcount"] * kind["hours_per_year"] * kind["max_review_share"] * kind["utilisation"]
        for kind in kinds.values()
    ]
    needs = [
        [task["share"] * hours, *(-float(name == other) for other in owner[1:])]
        for name, task in tasks.items()
    ]
    goal = np.append(-1.0, np.zeros(len(columns) - 1))
    limits, levels = np.vstack([np.array(columns).T, needs]), [hours, *supply, 0.0, 0.0, 0.0]
    return -linprog(goal, A_ub=limits, b_ub=levels, method="highs").fun


@pytest.mark.parametrize("seed", range(cases(10, 100)))
def test_fixed_proportions_are_a_linear_program_of_hours(seed):
    tasks, kinds, chosen, rule, people = random_blocks(np.random.default_rng(seed))
    supervision = {"protocols": chosen} if chosen else {"coverage": rule}
    catalog = small_catalog(
        tasks,
        pools={"researchers": {"headcount": people, "hours_per_year": 100}},
        supervision={**kinds["general"], **supervision},
        reviewers={name: kind for name, kind in kinds.items() if name != "general"},
        protocols={
            name: {"title": name, "coverage": PROTOCOLS[name], "floors": FLOORS[name]}
            for name in PROTOCOLS
        },
        compute={"inference": "free"},
        production={"elasticity": 0},
    )
    output = float(tm.sweep(catalog, compute=[1e31])["output"][0])
    expected = program_output(tasks, kinds, chosen, rule, people)
    assert output == pytest.approx(expected, rel=1e-8)
