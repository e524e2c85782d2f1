"""Which of the numbers in the document this project starts from are right?

Inputs: the 33 numbers and claims of Finnveden (2023), Some thoughts on automating alignment research, that can be checked, and
what they are derived from there; AI Impacts, Davidson and Steinhardt where the document cites them.

Output: a table of what is printed, what comes out, and the verdict, and the answer on stdout.

Answer: of 33 numbers 19 are right or right to a digit, two are assumptions, three are misprints that nothing rests on, four hold
under conditions that are not said, one rests on a document that was not found, and four share one error: 15,000 researchers are a
third of what the document assumes, 46,000, since their speed counts 24 hours against 8 and their number does not. The error is on
the safe side: 15 months of 46,000 researchers, 690,000 researcher-months, follow from each month of lead.
"""

from __future__ import annotations

import argparse
from collections import Counter

from taskmodel.validation.seed import Figure, figures

RIGHT = ("ok", "ok-rounded")


def row(figure: Figure) -> str:
    """A line of the table."""
    printed = "" if figure.printed is None else f"{figure.printed:.3g}"
    ours = (
        f"{figure.reckoned:.4g}"
        if isinstance(figure.reckoned, int | float)
        else "several"
        if figure.reckoned
        else ""
    )
    return f"{figure.id:5}{figure.quote[:52]:54}{printed:>9}{ours:>11}  {figure.verdict}"


def answer(found: tuple[Figure, ...]) -> str:
    """The table, the reasons for what is not right, and the tally."""
    counts = Counter(figure.verdict for figure in found)
    tally = ", ".join(f"{number} {verdict}" for verdict, number in counts.most_common())
    lines = [
        f"{'':5}{'number or claim':54}{'printed':>9}{'comes out':>11}  verdict",
        *map(row, found),
        "",
    ]
    lines += [
        f"{figure.id:5}{figure.why}"
        for figure in found
        if figure.why and figure.verdict not in RIGHT
    ]
    return "\n".join([*lines, "", f"{len(found)} in all: {tally}."])


def main(arguments: list[str] | None = None) -> int:
    """Answer."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args(arguments)
    print(answer(figures()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
