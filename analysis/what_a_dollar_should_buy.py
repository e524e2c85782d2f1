"""What should a dollar for alignment research buy as AI takes over its tasks?

Input: the bundled catalog `alignment_research` under the scenario `priced`, in which people cost
150 $/h and an H100-hour 2 $; the compute axis of the catalog.

Output: `what_a_dollar_should_buy.svg` and `.png` in the folder given, and the answer on stdout, in
a sentence made from the numbers.

Answer, with the catalog as bundled: review, more than anything else in the end. Today a dollar buys
1.10 times the research that it buys of people alone, and 3 cents of it should go into review; where
AI does all that it ever may it is 2.10 times, and 57 cents. Compute never takes more than 20 cents.
An hour of one more reviewer is worth 156 $ today and 245 $ in the end, when reviewers are short.
Prices are judgement, and so are the hours of review that AI's work takes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import taskmodel as tm


def spending():
    """What a dollar buys along the compute axis of the catalog."""
    catalog = tm.load_catalog("alignment_research", "priced")
    return tm.spend(catalog, tm.money.drawn_points(catalog))


def today():
    """The same at today's compute."""
    catalog = tm.load_catalog("alignment_research", "priced")
    return tm.spend(catalog)


def answer(now, curve) -> str:
    """One sentence, from the numbers."""
    end = curve.isel(compute=-1)
    cents = [100 * float(state["spending_share"].sel(factor="review")) for state in (now, end)]
    times = [float(state["dollar_speedup"]) for state in (now, end)]
    wages = [float(state["break_even_wage"].sel(reviewers="general")) for state in (now, end)]
    machines = curve["spending_share"].sel(factor=["inference", "experiments"]).sum("factor")
    return (
        f"Of a dollar {cents[0]:.0f} cents should buy review today and {cents[1]:.0f} in the end, "
        f"and compute never more than {100 * float(machines.max()):.0f}; it buys {times[0]:.2f} "
        f"times the research of people alone today and {times[1]:.2f} times in the end, and an "
        f"hour of one more reviewer is worth ${wages[0]:.0f} and ${wages[1]:.0f}."
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

    curve = spending()
    print(answer(today(), curve))
    plots.save(plots.spend(curve), Path(options.output) / "what_a_dollar_should_buy")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
