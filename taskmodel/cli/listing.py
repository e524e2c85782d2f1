"""`taskmodel list`: what comes with the package, by kind."""

from __future__ import annotations

from argparse import Namespace

from taskmodel.cli.screen import json_text, plain, table


def command(args: Namespace) -> int:
    """Print names, titles and sizes."""
    from taskmodel.catalog import bundled_catalogs, bundled_scenarios, load_catalog, load_scenario
    from taskmodel.lead.plans import bundled_plans, load_plan
    from taskmodel.sweeps.paths import bundled_paths, load_paths
    from taskmodel.takeoff.davidson.world import bundled_worlds, load_world
    from taskmodel.takeoff.horizons import bundled_trends, load_trend
    from taskmodel.takeoff.loops import bundled_loops, load_loop

    catalogs = {name: load_catalog(name) for name in bundled_catalogs()}
    scenarios = {name: load_scenario(name) for name in bundled_scenarios()}
    plans = {name: load_plan(name) for name in bundled_plans()}
    worlds = {name: load_world(name) for name in bundled_worlds()}
    loops = {name: load_loop(name) for name in bundled_loops()}
    trends = {name: load_trend(name) for name in bundled_trends()}
    paths = {name: load_paths(name) for name in bundled_paths()}
    if args.json:
        facts = {
            "catalogs": [
                {
                    "name": name,
                    "title": item.title,
                    "question": item.question,
                    "tasks": len(item.tasks),
                }
                for name, item in catalogs.items()
            ],
            "scenarios": [
                {
                    "name": name,
                    "title": item.title,
                    "description": item.description,
                    "catalog": item.catalog,
                    "sets": list(item.set),
                }
                for name, item in scenarios.items()
            ],
            "plans": [
                {
                    "name": name,
                    "title": item.title,
                    "question": item.question,
                    "cases": list(item.cases),
                }
                for name, item in plans.items()
            ],
            "worlds": [
                {"name": name, "title": item.title, "description": item.description}
                for name, item in worlds.items()
            ],
            "loops": [
                {
                    "name": name,
                    "title": item.title,
                    "description": item.description,
                    "priors": list(item.priors),
                }
                for name, item in loops.items()
            ],
            "trends": [
                {"name": name, "title": item.title, "description": item.description}
                for name, item in trends.items()
            ],
            "paths": [
                {
                    "name": name,
                    "title": item.title,
                    "description": item.description,
                    "begins": item.begins.value,
                    "ends": item.ends.value,
                }
                for name, item in paths.items()
            ],
        }
        print(json_text(facts))
        return 0
    print("Catalogs (taskmodel run NAME)")
    print(
        *table(
            [
                [name, f"{len(item.tasks)} tasks", plain(item.title)]
                for name, item in catalogs.items()
            ],
            left=(0, 2),
        ),
        sep="\n",
    )
    print("\nScenarios, to lay over a catalog (taskmodel run NAME --scenario SCENARIO)")
    rows = [
        [
            name,
            f"sets {len(item.set)}",
            plain(item.title) + (f" (of {item.catalog})" if item.catalog else ""),
        ]
        for name, item in scenarios.items()
    ]
    print(*table(rows, left=(0, 2)), sep="\n")
    print("\nPlans for a lead (taskmodel lead-time PLAN)")
    print(
        *table(
            [
                [
                    name,
                    f"{len(item.cases) or 1} case{'s' * (len(item.cases) > 1)}",
                    plain(item.title),
                ]
                for name, item in plans.items()
            ],
            left=(0, 2),
        ),
        sep="\n",
    )
    print("\nWorlds, to run through time (taskmodel simulate WORLD)")
    print(
        *table([[name, plain(item.title)] for name, item in worlds.items()], left=(0, 1)), sep="\n"
    )
    print("\nSimpler loops, to run through time (taskmodel simulate LOOP)")
    print(
        *table([[name, plain(item.title)] for name, item in loops.items()], left=(0, 1)), sep="\n"
    )
    print("\nTrends of horizons (taskmodel horizon --trend TREND)")
    print(
        *table([[name, plain(item.title)] for name, item in trends.items()], left=(0, 1)), sep="\n"
    )
    print("\nPaths through time (taskmodel run CATALOG --over time --paths PATHS)")
    rows = [
        [name, f"{item.begins.value:g} to {item.ends.value:g}", plain(item.title)]
        for name, item in paths.items()
    ]
    print(*table(rows, left=(0, 2)), sep="\n")
    return 0
