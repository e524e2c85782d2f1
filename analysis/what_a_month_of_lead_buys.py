"""What does a month of lead buy, if AI does alignment research during a pause?

Inputs: the bundled plan `seed_toy` (46,000 automated researchers at 15 times human speed), caveats
added one after the other with the values of the bundled plan `greenblatt_leads`, and the catalog
`alignment_research` under the scenario `crunch_time`, with every unit of AI's work reviewed, with
review at the floors, and without review.

Output: `what_a_month_of_lead_buys.svg` and `.png` in the folder given, and the answer on stdout.

Answer: in bulk a month buys 690,000 researcher-months, 96 years of today's field of 600. Half of
that is lost to waits for review; five sixths of the rest where people are needed for a hundredth of
AI's time; and three quarters of the remainder to diminishing returns of parallel work: 2.2 years.
Task by task in the catalog the same workforce gives two months of the field's work in that month
while people review all of it, since 600 people cannot keep up with 46,000; a little over three with
review at the floors; and 20 months with none. A longer lead helps in proportion until theft and
leaks set in; a thousand times the chips do not help at all as long as all is reviewed, nor at the
floors; with no review they give twice as much, since people still coordinate and sign off.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np
from scipy.optimize import brentq

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.lead.plans import Plan, load_plan
from taskmodel.lead.plans.catalog_link import catalog_speedups

Work = Callable[[np.ndarray], np.ndarray]  # months of lead to field-years
CHIPS = 1000  # times as many
LEADS = np.geomspace(0.25, 120, 25)  # months
BULK = "hours of AI, in bulk"
# Caveats of the plan, each in addition to those before it.
CAVEATS = {
    BULK: (),
    "+ theft and leaks": ("lead.theft", "lead.leak"),
    "+ waits for review": ("field.work_per_review", "field.review_latency"),
    "+ supervisors": ("field.supervision",),
    "+ people side by side": ("field.parallel_exponent",),
}
RULES = {
    "full": "task by task, all reviewed",
    "floor": "task by task, review at the floors",
    "none": "task by task, no review",
}


def caveat_values(name: str) -> dict[str, object]:
    """Values of a bundled plan at the paths of the caveats."""
    plan = load_plan(name)
    values = {}
    for path in (path for paths in CAVEATS.values() for path in paths):
        block, key = path.split(".")
        values[path] = getattr(getattr(plan, block), key).value
    return values


def work_by_lead() -> dict[str, Work]:
    """Field-years by months of lead, after each caveat and under each rule of review."""
    values, changes = caveat_values("greenblatt_leads"), {"organisation": None}
    work: dict[str, Work] = {}
    for label, paths in CAVEATS.items():
        changes |= {path: values[path] for path in paths}
        work[label] = partial(in_plan, dict(changes))
    for rule, label in RULES.items():
        work[label] = partial(task_by_task, dict(changes), speedup(rule))
    return work


def in_plan(changes: dict[str, object], leads: np.ndarray) -> np.ndarray:
    """Field-years of the plan with changed values."""
    return tm.lead_time(toy(), months=leads, set=changes)["field_years"].isel(step=-1).values


def task_by_task(changes: dict[str, object], years: float, leads: np.ndarray) -> np.ndarray:
    """Field-years over the expected length of the pause, at `years` of them in a year."""
    return years * tm.lead_time(toy(), months=leads, set=changes)["expected_months"].values / 12


@cache
def toy() -> Plan:
    """The plan to which caveats are added."""
    return load_plan("seed_toy")


@cache
def crunch_time() -> Catalog:
    """The catalog of the tasks that the workforce does."""
    return tm.load_catalog("alignment_research", "crunch_time")


@cache
def speedup(rule: str, chips: float = 1.0) -> float:
    """Years of the field's work in a year under a rule of review, with `chips` times the chips."""
    today = chips * crunch_time().compute.today.value
    return catalog_speedups(
        crunch_time().replace({"supervision.coverage": rule, "compute.today": today})
    ).steps["effective"]


def answer(work: dict[str, Work]) -> str:
    """Field-years of a month and of a year, months for ten years, and the effect of more chips."""
    lines = [
        f"{'':38}{'a month':>9}{'a year':>9}{'months for 10 years':>21}"
        "   of the field's work [years]"
    ]
    for label, years in work.items():
        month, year = years(np.array([1.0, 12.0]))
        lines.append(f"{label:38}{month:9.2f}{year:9.1f}{months_for(10, years):>21}")
    lines += ["", f"{CHIPS:,} times the chips give so many times the work:"]
    lines += [
        f"{label:38}{speedup(rule, CHIPS) / speedup(rule):9.3f}" for rule, label in RULES.items()
    ]
    return "\n".join(lines)


def months_for(target: float, years: Work) -> str:
    """Lead [month] that gives `target` field-years, in words outside the drawn range."""

    def excess(lead: float) -> float:
        return float(years(np.array([lead]))[0]) - target

    if excess(LEADS[0]) > 0:
        return f"under {LEADS[0]:g}"
    return (
        "out of reach"
        if excess(LEADS[-1]) < 0
        else f"{brentq(excess, LEADS[0], LEADS[-1], xtol=1e-2):.1f}"
    )


def draw(work: dict[str, Work]):
    """Work by lead, one curve for each caveat and rule."""
    from matplotlib.figure import Figure

    from taskmodel.plots import page

    curves = {label: years(LEADS) for label, years in work.items()}
    colours = [
        page.BLACK,
        page.GREY,
        page.SKY,
        page.BLUE,
        page.GREEN,
        page.VERMILLION,
        page.ORANGE,
        page.PURPLE,
    ]
    with page.figure_style() as size:
        figure = Figure(figsize=(180 / page.INCH, 100 / page.INCH), layout="constrained")
        axes = figure.subplots()
        ends = {label: float(years[-1]) for label, years in curves.items()}
        for colour, (label, years) in zip(colours, curves.items(), strict=True):
            axes.plot(
                LEADS, years, "--" if label in RULES.values() else "-", color=colour, linewidth=1.3
            )
        for label, height in _apart(ends, 1.75).items():
            colour = colours[list(curves).index(label)]
            axes.annotate(
                label,
                (LEADS[-1], height),
                (5, -3),
                textcoords="offset points",
                fontsize=size,
                color=page.shade(colour),
            )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlim(LEADS[0], LEADS[-1])
        ticks = [0.25, 0.5, 1, 3, 6, 12, 24, 60, 120]
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xticks([], minor=True)
        powers = [0.1, 1, 10, 100, 1000, 10000]
        axes.set_yticks(powers, [f"{power:,g}" for power in powers])
        axes.set_yticks([], minor=True)
        axes.axvline(1, color=page.PALE, linewidth=0.8, zorder=0)
        axes.set_xlabel("lead [months]")
        axes.set_ylabel("expected work, in years of the field")
        axes.set_title("What a lead buys, as the caveats are counted", loc="left")
    return figure


def _apart(heights: dict[str, float], factor: float) -> dict[str, float]:
    """Heights of labels on a logarithmic axis, moved up until they are a factor apart."""
    placed: dict[str, float] = {}
    for label in sorted(heights, key=lambda name: heights[name]):
        below = max(placed.values(), default=0.0)
        placed[label] = max(heights[label], factor * below)
    return placed


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

    work = work_by_lead()
    print(answer(work))
    plots.save(draw(work), Path(options.output) / "what_a_month_of_lead_buys")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
