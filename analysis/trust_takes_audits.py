"""How many audits does trust in AI's work take, and how does the pace of models decide it?

Inputs: the bundled catalog `alignment_research` under the scenario `audited_trust` (1 % of units
defective at most, at a confidence of 95 %; half of the record lost with each model generation); a
thousand times today's compute; generations from two weeks to four years long.

Output: `trust_takes_audits.svg` and `.png` in the folder given, and the answer on stdout.

Answer, with the catalog as bundled: at a thousand times today's compute AI works in 28 classes of
tasks in which trust has to be earned, and records for all of them take 30,000 clean audits, 81,000
hours of review. With a generation every six months half of that is due for each generation, 15 % of
the reviewers' hours; research then goes 7.4 times as fast as people alone, against 8.0 times if
audits cost nothing and 3.3 times with full review. The pace of models decides: with a generation a
month audits take four fifths of review, and trust gives hardly more than full review; with one
every two weeks it gives less, and with one a year 7.7 times. If reviews at the floors count as
audits, which is valid where they are drawn at random, hardly any audits are due beyond them for
generations of four months or longer. All of this holds for defects that audits detect, in work of
the kind audited.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import xarray as xr

import taskmodel as tm

TIMES = 1000  # today's compute
SHORTEST, LONGEST = 1 / 24, 4.0  # years
POINTS = 9
RULES = {
    "besides": "audits besides reviews at the floors",
    "beyond_floor": "reviews at the floors count as audits",
}
QUOTED = (1 / 24, 1 / 12, 1 / 3, 1.0)  # years, named in the answer
TICKS = {
    1 / 24: "2 weeks",
    1 / 12: "1 month",
    0.25: "3 months",
    0.5: "6 months",
    1: "1 year",
    2: "2 years",
    4: "4 years",
}


def base() -> tm.catalog.Catalog:
    """The catalog under study."""
    return tm.load_catalog("alignment_research", "audited_trust")


def at_own_generation(times: float = TIMES) -> xr.Dataset:
    """Audits and speed-ups at the catalog's own generation time."""
    catalog = base()
    return tm.trust(catalog, catalog.compute.today.value * times)


def by_generation_time(points: int = POINTS, times: float = TIMES) -> xr.Dataset:
    """Speed-ups and audits along generation times, by the rule of what counts as an audit."""
    catalog = base()
    years = np.union1d(np.geomspace(SHORTEST, LONGEST, points), QUOTED)
    compute = catalog.compute.today.value * times
    names = [
        "throughput_speedup",
        "throughput_speedup_full_review",
        "throughput_speedup_at_floors",
        "audit_share",
        "exact_fixed_points",
    ]

    def outcome(rule: str, year: float) -> xr.Dataset:
        return tm.trust(
            catalog.replace({"trust.audits": rule, "trust.generation_time": year}), compute
        )[names]

    rows = [xr.concat([outcome(rule, year) for year in years], "year") for rule in RULES]
    return xr.concat(rows, "rule").assign_coords(year=years, rule=list(RULES))


def answer(now: xr.Dataset, along: xr.Dataset) -> str:
    """Cost of a record, and the generation time from which trust pays."""
    catalog = base()
    trust = catalog.trust
    owing = now["audit_load"] > 0
    audits, hours = (
        float(now[name].where(owing).sum()) for name in ("clean_audits", "record_hours")
    )
    generation = trust.generation_time.value
    due, supply = trust.trust_lost.value * hours, float(now["review_supply"]) * generation
    trusted, free, full = (
        float(now[f"throughput_speedup{case}"]) for case in ("", "_at_floors", "_full_review")
    )
    lines = [
        f"whole records of {int(owing.sum())} classes: {audits:,.0f} audits, {hours:,.0f} hours",
        f"a generation of {generation:g} years: "
        f"{due:,.0f} of {supply:,.0f} hours, {due / supply:.0%}",
        f"throughput {trusted:.2f}x; free audits {free:.2f}x; full review {full:.2f}x",
    ]
    for name, label in RULES.items():
        outcomes = along.sel(rule=name)
        pays = outcomes["year"].values[
            (outcomes["throughput_speedup"] > outcomes["throughput_speedup_full_review"]).values
        ]
        lines.append(
            f"{label}: trust pays from {f'{pays[0]:.2f} years' if len(pays) else 'never'} on"
        )
        lines += [
            f"  {year:5.2f} years {speedup:6.2f}x {share:6.1%} of reviewers' hours"
            for year, speedup, share in zip(
                outcomes["year"].values,
                outcomes["throughput_speedup"].values,
                outcomes["audit_share"].values,
                strict=True,
            )
        ]
    return "\n".join(lines)


def draw(along: xr.Dataset):
    """Throughput against generation time, and the share of reviewers' hours spent on audits."""
    from matplotlib.figure import Figure

    from taskmodel.plots import page

    with page.figure_style() as size:
        figure = Figure(figsize=(180 / page.INCH, 100 / page.INCH), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        years = along["year"].values
        for name, colour in zip(RULES, (page.VERMILLION, page.BLUE), strict=True):
            outcomes = along.sel(rule=name)
            above.plot(years, outcomes["throughput_speedup"], color=colour, label=RULES[name])
            below.plot(years, 100 * outcomes["audit_share"], color=colour)
        for side, label in (
            ("at_floors", "floors, free audits"),
            ("full_review", "full review"),
        ):
            level = float(along[f"throughput_speedup_{side}"].values[0, 0])
            above.axhline(level, color=page.GREY, linewidth=0.8, linestyle="--")
            above.annotate(
                label,
                (LONGEST, level),
                (0, 3),
                textcoords="offset points",
                fontsize=size,
                ha="right",
            )
        above.set_ylim(0, None)
        above.legend(loc="lower right", frameon=False, fontsize=size)
        above.set_ylabel("throughput [x]")
        above.set_title(
            f"What trust gives at {TIMES:,} times today's compute, and what its audits take",
            loc="left",
        )
        below.set_xscale("log")
        below.set_xlim(SHORTEST, LONGEST)
        below.set_xticks(list(TICKS), list(TICKS.values()))
        below.minorticks_off()
        below.set_ylim(0, 100)
        below.set_ylabel("reviewers' hours [%]")
        below.set_xlabel("time between model generations")
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
        "--points", type=int, default=POINTS, help=f"generation times (default: {POINTS})"
    )
    options = parser.parse_args(arguments)
    from taskmodel import plots

    now, along = at_own_generation(), by_generation_time(options.points)
    print(answer(now, along))
    plots.save(draw(along), Path(options.output) / "trust_takes_audits")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
