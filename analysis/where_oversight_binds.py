"""Where does oversight bind, and where is it the bottleneck, under different rules of review?

Inputs: the bundled catalog `alignment_research`; for every rule (coverage full or at the policy
floors; review ratios at their low, central and high ends; reviewers a share of researchers or a
dedicated group) the exact events of the sweep.

Output: `where_oversight_binds.svg` and `.png` in the folder given, and the answer on stdout.

Answer, with the catalog as bundled: oversight begins to cost output before today's compute where
people review every unit, as soon as tasks of some weight are given to AI, and at three times
today's with review at the floors. With enough reviewers it becomes the bottleneck when the long
tasks open, two orders of magnitude beyond today. With few reviewers it never does: work that cannot
be reviewed is then done by hand, and hands-on hours hold research back. The script prints the
positions.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import taskmodel as tm

RULES = {
    "full review, low ratios": {"supervision.review_level": "low"},
    "full review": {},
    "full review, high ratios": {"supervision.review_level": "high"},
    "review at the floors": {"supervision.coverage": "floor"},
    "floors, high ratios": {"supervision.coverage": "floor", "supervision.review_level": "high"},
    "60 dedicated reviewers": {"supervision.pool": "dedicated", "supervision.headcount": 60},
    "a tenth of the time for review": {"supervision.max_review_share": 0.1},
}
KINDS = {
    "oversight_binds": "oversight binds",
    "oversight_bottleneck": "oversight is the bottleneck",
}


def first_events(points: int) -> dict[str, dict[str, float]]:
    """Compute [FLOP/year] of the first event of each kind, by rule; NaN where there is none."""
    base = tm.load_catalog("alignment_research")
    grid = np.geomspace(base.compute.grid.low, base.compute.grid.high, points)
    first: dict[str, dict[str, float]] = {}
    for rule, changes in RULES.items():
        events = tm.events(tm.sweep(base.replace(changes) if changes else base, compute=grid))
        kinds, compute = events["kind"].values, events["compute"].values
        first[rule] = {kind: float(compute[kinds == kind].min(initial=np.inf)) for kind in KINDS}
    return {
        rule: {
            kind: position if np.isfinite(position) else np.nan for kind, position in row.items()
        }
        for rule, row in first.items()
    }


def answer(events: dict[str, dict[str, float]]) -> str:
    """Positions of the events, one line for each rule."""

    def text(position: float) -> str:
        return "never" if np.isnan(position) else f"{position:.2e}"

    lines = [f"{'rule':32}{'binds from':>12}{'bottleneck from':>17}  [FLOP/year]"]
    lines += [
        f"{rule:32}{text(row['oversight_binds']):>12}{text(row['oversight_bottleneck']):>17}"
        for rule, row in events.items()
    ]
    return "\n".join(lines)


def draw(events: dict[str, dict[str, float]]):
    """One bar for each rule: light where oversight binds, dark where it is the bottleneck."""
    from matplotlib.figure import Figure

    from taskmodel.plots import page

    catalog = tm.load_catalog("alignment_research")
    span = catalog.compute.grid
    with page.figure_style() as size:
        figure = Figure(figsize=(180 / page.INCH, 75 / page.INCH), layout="constrained")
        axes = figure.subplots()
        for row, start in enumerate(reversed(events.values())):
            for kind, strength in (("oversight_binds", 0.35), ("oversight_bottleneck", 1.0)):
                if np.isfinite(start[kind]):
                    axes.barh(
                        row,
                        span.high - start[kind],
                        left=start[kind],
                        height=0.6,
                        color=page.VERMILLION,
                        alpha=strength,
                        linewidth=0,
                    )
        axes.set_yticks(range(len(events)), list(reversed(events)))
        page.draw_compute_axis(axes, np.array([span.low, span.high]), 130, size, labels=True)
        axes.axvline(catalog.compute.today.value, color=page.GREY, linewidth=0.8, linestyle=":")
        axes.annotate(
            "today",
            (catalog.compute.today.value, len(events) - 0.45),
            (3, 0),
            textcoords="offset points",
            color=page.GREY,
            size=size,
        )
        axes.set_title(
            "Where oversight binds (light) and where it is the bottleneck (dark)", loc="left"
        )
    return figure


def main(arguments: list[str] | None = None) -> int:
    """Answer, draw and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "-o", "--output", default=".", help="folder for the figure (default: this one)"
    )
    parser.add_argument(
        "--points",
        type=int,
        default=100,
        help="points along the compute axis (default: 100; events do not depend on it)",
    )
    options = parser.parse_args(arguments)
    from taskmodel import plots

    events = first_events(options.points)
    print(answer(events))
    plots.save(draw(events), Path(options.output) / "where_oversight_binds")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
