"""What does it cost to let fewer defects escape, and how does AI work along that frontier?

Question: AI errs in a fifth of its work, review finds a part of that, and what escapes does harm.
If a limit is put to what may escape in a year, an hour of it counting three or ten times where it
does most harm, how much research is given up, and which protocols take over as the limit gets
stricter?

Input: the bundled catalog `alignment_research` under the scenario `defect_budget`, in which every
bundled protocol may be used and the best is chosen, task by task; today's compute and a thousand
times as much.

Output: `safety_throughput_frontier.svg` and `.png` in the folder given, and the answer on stdout.

Answer, with the catalog as bundled: safety is cheap while much may escape and dear near nothing.
Today, where AI gives 2.7 times the research without a limit (16 million hours escape in a year,
weighted by harm), a limit of 0.54 million hours costs 9 % of that; one of 54,000, a twentieth of
the field's hours, 31 %; of none at all, 56 %. At a thousand times today's compute the same 54,000
hours cost 98 %: 2.0x in place of 91x. The price of one hour less that escapes rises from nothing to
6 hours of research today, and to 38 where next to nothing may escape. As the limit gets stricter,
AI's work goes from no review to layers of AI review with people on a sample, then to AI critics
with people on every unit, and last to people who work with AI at their side, who let nothing
escape; review takes most hours in between. Full review by people alone is never chosen: AI critics
let less escape in less time. What people themselves get wrong is not counted, and weights and rates
of AI review are judgement.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import taskmodel as tm

TIMES = 1000  # today's compute
FIELD_HOURS = 1_080_000  # of people, in a year
PARTS = (0.005, 0.05, 0.5, 5.0)  # of these: what may escape
MAIN = 0.1  # part of AI's work from which a protocol is named


def frontier(times: float, parts: tuple[float, ...] | None = None):
    """The frontier at so many times today's compute: at 0 and these parts of the field's hours, or all the way."""
    catalog = tm.load_catalog("alignment_research", "defect_budget")
    budgets = None if parts is None else [0.0, *(part * FIELD_HOURS for part in parts)]
    return tm.safety_frontier(catalog, budgets, compute=catalog.compute.today.value * times)


def protocols(at) -> str:
    """Which protocols do a tenth of AI's work or more, the most used first."""
    share = dict(zip(at["mode"].values.tolist(), at["ai_work_share"].values.tolist(), strict=True))
    main = sorted((name for name in share if share[name] >= MAIN), key=lambda name: -share[name])
    return ", ".join(f"{name} {share[name]:.0%}" for name in main)


def answer(found: dict[str, object]) -> str:
    """A line for each budget."""
    lines = []
    for label, at in found.items():
        lines.append(
            f"{label}: without a limit {float(at['throughput_speedup_unlimited']):.2f}x, {float(at['escaped_harm_unlimited']):.3g} h"
        )
        for index, budget in enumerate(at["defect_budget"].values):
            row = at.isel(defect_budget=index)
            numbers = f"{float(row['throughput_speedup']):9.2f}x{float(row['safety_price']):9.3g}{float(row['review_hours']):12,.0f}"
            lines.append(f"  {budget:12,.0f}{numbers}  {protocols(row)}")
    return "\n".join(
        [
            "budget [h], throughput, price of safety [h/h], review [h], protocols that do most of AI's work",
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
