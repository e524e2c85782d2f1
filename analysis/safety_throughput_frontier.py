"""What does it cost to let fewer defects escape, and how does AI work along that frontier?

Question: AI errs in a fifth of its work, review detects a part of the errors, and those that escape
do harm. If the hours of defective work that may escape in a year are limited, with weights of three
or ten where they do most harm, how much research is given up, and which protocols take over as the
limit gets stricter?

Input: the bundled catalog `alignment_research` under the scenario `defect_budget`, in which every
bundled protocol may be used and the best is chosen, task by task; today's compute and a thousand
times as much.

Output: `safety_throughput_frontier.svg` and `.png` in the folder given, and the answer on stdout.

Answer, with the catalog as bundled: safety is cheap under a loose limit and expensive under a
strict one. Today, where AI gives 1.4 times the research without a limit (126 million hours escape
in a year, weighted by harm), a limit of 0.54 million hours costs 1 % of that; one of 54,000, a
twentieth of the field's hours, 2 %; of none at all, 15 %. At a thousand times today's compute the
same 54,000 hours cost 94 %: 2.0x in place of 32x. The price of one escaped hour less rises from
nothing to 0.2 hours of research today, and to 35 where nothing may escape. As the limit gets
stricter, AI's work goes from no review to layers of AI review with people on a sample, then to AI
critics with people on every unit, and finally to people assisted by AI, who let nothing escape;
review takes most hours in between. Full review by people alone is never chosen: AI critics let less
escape in less time. What people themselves get wrong is not counted, and weights and rates of AI
review are judgement.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import taskmodel as tm

TIMES = 1000  # today's compute
FIELD_HOURS = 1_080_000  # of people, in a year
PARTS = (0.005, 0.05, 0.5, 5.0)  # of these hours that may escape
MAIN = 0.1  # least share of AI's work of a protocol that is listed


def frontier(times: float, parts: tuple[float, ...] | None = None):
    """The frontier at `times` today's compute.

    Its budgets are 0 and `parts` of the field's hours; without `parts`, the whole frontier.
    """
    catalog = tm.load_catalog("alignment_research", "defect_budget")
    budgets = None if parts is None else [0.0, *(share * FIELD_HOURS for share in parts)]
    return tm.safety_frontier(catalog, budgets, compute=catalog.compute.today.value * times)


def protocols(row) -> str:
    """Protocols that do at least a tenth of AI's work, the most used first."""
    share = dict(
        zip(row["mode"].values.tolist(), row["ai_work_share"].values.tolist(), strict=True)
    )
    main = sorted((name for name in share if share[name] >= MAIN), key=lambda name: -share[name])
    return ", ".join(f"{name} {share[name]:.0%}" for name in main)


def answer(frontiers: dict[str, object]) -> str:
    """One line for each budget."""
    lines = []
    for label, points in frontiers.items():
        speedup, harm = (
            float(points[f"{name}_unlimited"]) for name in ("throughput_speedup", "escaped_harm")
        )
        lines.append(f"{label}: without a limit {speedup:.2f}x, {harm:.3g} h")
        for index, budget in enumerate(points["defect_budget"].values):
            row = points.isel(defect_budget=index)
            speedup, price, hours = (
                float(row[name]) for name in ("throughput_speedup", "safety_price", "review_hours")
            )
            numbers = f"{speedup:9.2f}x{price:9.3g}{hours:12,.0f}"
            lines.append(f"  {budget:12,.0f}{numbers}  {protocols(row)}")
    return "\n".join(
        [
            "budget [h], throughput, price of safety [h/h], review [h], "
            "protocols that do most of AI's work",
            *lines,
        ]
    )


def main(arguments: list[str] | None = None) -> int:
    """Answer, draw and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "-o", "--output", default=".", help="folder for the figure (default: this one)"
    )
    options = parser.parse_args(arguments)
    from taskmodel import plots

    print(
        answer(
            {
                "today's compute": frontier(1.0, PARTS),
                f"{TIMES:,} times today's compute": frontier(TIMES, PARTS),
            }
        )
    )
    plots.save(
        plots.safety_frontier(frontier(TIMES)), Path(options.output) / "safety_throughput_frontier"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
