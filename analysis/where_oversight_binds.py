"""Where does oversight bind, and where is it the bottleneck, under different rules of review?

Inputs: the bundled catalog `alignment_research`; for every rule (coverage full or at the policy
floors; review ratios at their low, central and high ends; reviewers a share of researchers or a
dedicated group) the exact events of the sweep.

Output: `where_oversight_binds.svg` and `.png` in the folder given, and the answer on stdout.

Answer, with the catalog as bundled: oversight begins to cost output long before today's compute
under every rule, as soon as tasks of some weight are given to AI. With reviewers enough it becomes
the bottleneck when the long tasks open, two powers of ten later. With few of them it never does:
what cannot be reviewed is then done by hand, and it is hands-on hours that hold research back. The
script prints the places.
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


def places(points: int) -> dict[str, dict[str, float]]:
    """Compute [FLOP/year] at which each kind of event first happens, by rule; NaN where it does not."""
    base = tm.load_catalog("alignment_research")
    grid = np.geomspace(base.compute.grid.low, base.compute.grid.high, points)
    found: dict[str, dict[str, float]] = {}
    for rule, changes in RULES.items():
        events = tm.events(tm.sweep(base.replace(changes) if changes else base, compute=grid))
        kinds, compute = events["kind"].values, events["compute"].values
        found[rule] = {kind: float(compute[kinds == kind].min(initial=np.inf)) for kind in KINDS}
    return {
        rule: {kind: place if np.isfinite(place) else np.nan for kind, place in row.items()}
        for rule, row in found.items()
    }


def answer(found: dict[str, dict[str, float]]) -> str:
    """The places, a line for each rule."""

    def said(place: float) -> str:
        return "never" if np.isnan(place) else f"{place:.2e}"

    lines = [f"{'rule':32}{'binds from':>12}{'bottleneck from':>17}  [FLOP/year]"]
    lines += [
        f"{rule:32}{said(row['oversight_binds']):>12}{said(row['oversight_bottleneck']):>17}"
        for rule, row in found.items()
    ]
    return "\n".join(lines)


def draw(found: dict[str, dict[str, float]]):
    """A line for each rule: light where oversight binds, dark where it is the bottleneck."""
    from matplotlib.figure import Figure

    from taskmodel.plots import page

    catalog = tm.load_catalog("alignment_research")
    span = catalog.compute.grid
    with page.figure_style() as size:
        figure = Figure(figsize=(180 / page.INCH, 75 / page.INCH), layout="constrained")
        axes = figure.subplots()
        for row, place in enumerate(reversed(found.values())):
            for kind, strength in (("oversight_binds", 0.35), ("oversight_bottleneck", 1.0)):
                if np.isfinite(place[kind]):
                    axes.barh(
                        row,
                        span.high - place[kind],
                        left=place[kind],
                        height=0.6,
                        color=page.VERMILLION,
                        alpha=strength,
                        linewidth=0,
                    )
        axes.set_yticks(range(len(found)), list(reversed(found)))
        page.draw_compute_axis(axes, np.array([span.low, span.high]), 130, size, labels=True)
        axes.axvline(catalog.compute.today.value, color=page.GREY, linewidth=0.8, linestyle=":")
        axes.annotate(
            "today",
            (catalog.compute.today.value, len(found) - 0.45),
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
        help="points along the compute axis (default: 100; places do not depend on it)",
    )
    options = parser.parse_args(arguments)
    from taskmodel import plots

    found = places(options.points)
    print(answer(found))
    plots.save(draw(found), Path(options.output) / "where_oversight_binds")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
