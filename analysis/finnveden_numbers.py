"""Which numbers in the document that this project starts from are right?

Inputs: the 33 numbers and claims of Finnveden (2023), "Some thoughts on automating alignment
research", that can be checked (https://www.alignmentforum.org/posts/KwQYsF4XFtPqjgwvH), and the
numbers from which it derives them; AI Impacts, Davidson and Steinhardt where it cites them.

Output: on stdout a table of printed and computed numbers with verdicts, and the tally. A verdict
follows from the comparison:

    assumption       the document takes the number and derives it from nothing
    misprint         the printed expression does not give the printed number
    inconsistent     other assumptions of the document give another number
    conditional      it holds under some readings of unstated assumptions, and not under others
    not-derivable    it rests on a source that was not found
    ok, ok-rounded   it holds exactly, or to half a unit of its last printed digit (a whole unit
                     where the document truncates)

Answer: of 33 numbers 19 are right or right to a digit, two are assumptions, three are misprints on
which nothing rests, four hold under unstated conditions, one rests on a document that was not
found, and four share one error: 15,000 researchers are a third of the 46,000 that the document's
assumptions give, since their speed counts 24 hours against 8 and their number does not. The error
is conservative: 15 months of 46,000 researchers, 690,000 researcher-months, follow from each month
of lead.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from taskmodel.lead import erosion, pause, usable_work, workforce

YEAR = 365 * 24 * 3600  # s
AFTER = 1.0  # years at most from AGI to superintelligence: Davidson (2023)
COMMENTS_READ = ("Tao Lin, on tokens between rewards", "unsigned, on value learners")  # in the copy
EXACT = 1e-9  # relative difference that rounding explains
RIGHT = ("ok", "ok-rounded")


@dataclass(frozen=True)
class Inputs:
    """Numbers from which the document derives others.

    Attributes
    ----------
    world, round_world : float
        Computing capacity of all chips by AI Impacts (2023), and as rounded by the document
        [FLOP/s].
    share, utilisation : float
        Share of the chips, and of their peak performance, that a training run uses [1].
    tokens_per_parameter, streams, serial_tokens, stream_speed : float
        Of training [token]; streams of a researcher, tokens of each in one of a researcher's
        seconds, and tokens of a stream per second.
    round_size, round_rate, body_rate : float
        Parameters, and tokens per second in footnote and body, as the document rounds them.
    compute_ratio, months, short_months : float
        Compute relative to today's; length of a training run, long and short [month].
    reading_speed : float
        Of a person: 380 words a minute at 1.33 tokens a word, Steinhardt (2023) [token/s].
    rho : float
        CES exponent between tasks, Davidson (2023) [1].
    takeoff : tuple of float
        Years from 20 to 100 % of R&D tasks, Davidson (2023).
    comments_counted : int
        Comments by the count on the page.
    maintain, stop, leak, theft : float
        Paces, and losses per month, of "X-month lead ... maintain ... stop".
    """

    world: float = 3.98e21
    round_world: float = 4e21
    share: float = 0.25
    utilisation: float = 0.5
    tokens_per_parameter: float = 20
    streams: int = 10
    serial_tokens: int = 10
    stream_speed: int = 50
    round_size: float = 11e12
    round_rate: float = 2.3e7
    body_rate: float = 2e7
    compute_ratio: float = 1000
    months: float = 12
    short_months: float = 4
    reading_speed: float = 380 / 60 * 1.33
    rho: float = -0.5
    takeoff: tuple[float, ...] = (1.6, 4.3, 14.6)
    comments_counted: int = 4
    maintain: float = 1.0
    stop: float = 0.0
    leak: float = 0.0
    theft: float = 0.0

    @property
    def tokens(self) -> int:
        """Tokens in a researcher's second."""
        return self.streams * self.serial_tokens


INPUTS = Inputs()


@dataclass(frozen=True)
class Figure:
    """A number or claim of the document.

    Attributes
    ----------
    id, quote, position : str
        Key, words and position of the number or claim.
    unit : str
    computed : Any
        Value from the document's own inputs: a number, several by name, or None for a claim.
    printed : float or None
        As printed.
    digit : float
        Unit of its last printed digit.
    truncated : bool
        Whether the document truncates there instead of rounding.
    as_printed : float or None
        Value of the printed expression; None where there is none.
    guess : bool
        Whether the document derives it from nothing.
    missing_source : str
        Source that it rests on and that was not found.
    readings : mapping of str to bool
        For a claim: whether it holds, by assumption.
    why : str
        Reason for a verdict other than ok.
    """

    id: str
    quote: str
    position: str
    unit: str
    computed: Any
    printed: float | None = None
    digit: float = 0.0
    truncated: bool = False
    as_printed: float | None = None
    guess: bool = False
    missing_source: str = ""
    readings: Mapping[str, bool] = field(default_factory=dict)
    why: str = ""

    @property
    def verdict(self) -> str:
        """The verdict, from the comparison of the printed with the computed number."""
        if self.guess:
            return "assumption"
        if self.missing_source:
            return "not-derivable"
        if self.readings:
            outcomes = set(self.readings.values())
            if len(outcomes) == 2:
                return "conditional"
            return "ok" if outcomes == {True} else "inconsistent"
        if self.as_printed is not None and not self._agrees(self.as_printed):
            return "misprint"
        if not self._agrees(self.computed):
            return "inconsistent"
        exact = self._deviation(self.computed) <= EXACT * abs(self.printed or 0.0)
        return "ok" if exact else "ok-rounded"

    def _deviation(self, value: float) -> float:
        assert self.printed is not None  # claims without a number have readings
        return abs(value - self.printed)

    def _agrees(self, value: float) -> bool:
        assert self.printed is not None
        rounding = EXACT * abs(self.printed)
        if self.truncated:
            return -rounding <= value - self.printed < self.digit
        return self._deviation(value) <= max(0.5 * self.digit, rounding)


def figures(inputs: Inputs = INPUTS) -> tuple[Figure, ...]:
    """All numbers and claims, in the order of the document."""
    return (
        *chips(inputs),
        *worker(inputs),
        *researchers(inputs),
        *headcount(inputs),
        *scaled(inputs),
        *thinking(inputs),
        *takeoff(inputs),
        *other_claims(inputs),
        *leads_in_months(inputs),
    )


def training_compute(inputs: Inputs) -> float:
    """Compute of a training run of a year [FLOP]."""
    return float(workforce.training_run(inputs.round_world, inputs.share, YEAR, inputs.utilisation))


def chips(inputs: Inputs) -> tuple[Figure, ...]:
    """From chips to tokens per second."""
    cluster = inputs.share * inputs.round_world
    realised = training_compute(inputs)
    size, _ = workforce.model_size(realised, inputs.tokens_per_parameter)
    rate = float(workforce.token_rate(cluster, inputs.utilisation, size))
    rounded = float(workforce.token_rate(cluster, inputs.utilisation, inputs.round_size))
    return (
        Figure(
            "F01",
            "~4e21 FLOP/s of computing capacity on GPUs and TPUs",
            "footnote 7",
            "FLOP/s",
            inputs.world,
            4e21,
            1e21,
        ),
        Figure("F02", "A quarter of this", "footnote 7", "FLOP/s", cluster, 1e21, 1e21),
        Figure(
            "F03",
            "1e21*(365*24*3600)*50% ~= 3e28",
            "footnote 7",
            "FLOP",
            realised,
            3e28,
            1e28,
            as_printed=realised,
            why="3e28 is the product without the 50 %, which belongs to the next sentence alone",
        ),
        Figure(
            "F04",
            "Chinchilla-trained model with 11 trillion parameters",
            "footnote 7",
            "parameters",
            float(size),
            11e12,
            1e12,
        ),
        Figure(
            "F05",
            "~20 million tokens per second",
            "body",
            "token/s",
            rate,
            2e7,
            1e7,
            why="as if decoding used chips as well as training",
        ),
        Figure("F06", "(2.3e7 tokens/second)", "footnote 8", "token/s", rounded, 2.3e7, 1e6),
    )


def workforce_of(inputs: Inputs, rate: float) -> workforce.Workforce:
    """Researchers that `rate` tokens per second amount to, against a day of 8 hours."""
    return workforce.workforce_from_tokens(
        rate,
        streams=inputs.streams,
        serial_tokens=inputs.serial_tokens,
        stream_speed=inputs.stream_speed,
        clock=float(workforce.clock_factor(8)),
    )


def worker(inputs: Inputs) -> tuple[Figure, ...]:
    """Tokens and time of a researcher."""
    return (
        Figure(
            "F07",
            "100 tokens ... equally much alignment progress as 1 human researcher second",
            "body",
            "token",
            inputs.tokens,
            100,
            guess=True,
        ),
        Figure(
            "F08",
            "10 parallel streams of 10 tokens each",
            "body",
            "token",
            inputs.streams * inputs.serial_tokens,
            100,
            1,
        ),
        Figure(
            "F09",
            "0.1 serial-researcher-second/serial-token",
            "footnote 8",
            "researcher-s/token",
            1 / inputs.serial_tokens,
            0.1,
            0.1,
        ),
        Figure(
            "F10", "~50 tokens per second", "body", "token/s", inputs.stream_speed, 50, guess=True
        ),
        Figure(
            "F11",
            "0.01 researcher-seconds / token",
            "footnote 8",
            "researcher-s/token",
            1 / inputs.tokens,
            0.01,
            0.01,
        ),
    )


def researchers(inputs: Inputs) -> tuple[Figure, ...]:
    """From tokens per second to the flow of research, on one clock."""
    clock = float(workforce.clock_factor(8))
    staff = workforce_of(inputs, inputs.round_rate)
    flow = inputs.round_rate / inputs.tokens
    monthly = flow * workforce.SECONDS_PER_MONTH
    return (
        Figure(
            "F12",
            "I use '8' instead of 24 hours per day ... ~1/3",
            "footnote 8",
            "1",
            1 / clock,
            1 / 3,
        ),
        Figure(
            "F13",
            "= 15 serial researcher months / month",
            "footnote 8",
            "1",
            float(staff.serial_speed),
            15,
            1,
        ),
        Figure(
            "F14",
            "(0.01 ...) * (2.3e7 tokens/second) ~= 6e11 tokens per second",
            "footnote 8",
            "researcher-s/s",
            flow,
            6e11,
            1e11,
            as_printed=flow,
            why="6e11 is the same flow in a month of 30 days, in researcher-seconds",
        ),
        Figure(
            "F14b",
            "6e11 (reading as researcher-seconds per month)",
            "footnote 8",
            "researcher-s/month",
            monthly,
            6e11,
            1e11,
        ),
    )


def headcount(inputs: Inputs) -> tuple[Figure, ...]:
    """From the flow of research to parallel researchers."""
    staff = workforce_of(inputs, inputs.round_rate)
    from_body = workforce_of(inputs, inputs.body_rate)
    mixed = (
        "the speed of 15 counts 24 hours against 8, the amount it divides does not: "
        "a third of the tokens is used"
    )
    return (
        Figure(
            "F15",
            "6e11 / 15 ~= 15000 parallel researchers",
            "footnote 8",
            "1",
            6e11 / 15,
            15e3,
            1e3,
            as_printed=6e11 / 15,
            why="15,000 is 2.3e5 / 15",
        ),
        Figure(
            "F16",
            "15,000 human researchers for 15 months",
            "body",
            "researchers",
            float(staff.researchers),
            15e3,
            1e3,
            why=mixed,
        ),
        Figure(
            "F17",
            "researcher-months bought by one month of lead",
            "derived",
            "researcher-months/month",
            float(staff.researcher_months),
            15e3 * 15,
            1e3 * 15,
            why=mixed,
        ),
        Figure(
            "F17b",
            "same with the body's rounder 20 million tokens/s",
            "derived",
            "researchers",
            float(from_body.researchers),
            15e3,
            1e3,
            why=mixed,
        ),
    )


def scaled(inputs: Inputs) -> tuple[Figure, ...]:
    """A thousand times the compute in a third of the time."""
    time = inputs.short_months / inputs.months
    ratio = float(workforce.token_rate_ratio(inputs.compute_ratio, time))
    data = float(workforce.token_rate_ratio(inputs.compute_ratio, 1))
    realised = training_compute(inputs)
    staff = inputs.round_rate / (inputs.streams * inputs.stream_speed)
    cluster = inputs.share * inputs.round_world * inputs.compute_ratio / time
    return (
        Figure("F18", "sqrt(1000)~=32x more data", "footnote 9", "1", data, 32, 1),
        Figure(
            "F19", "12/4=3x", "footnote 9", "1", float(workforce.token_rate_ratio(1, time)), 3, 1
        ),
        Figure("F20", "32 * 3 ~= 100", "footnote 9", "1", ratio, 100, 100),
        Figure(
            "F21",
            "A model with 1000x the compute (1.5e31)",
            "footnote 9",
            "FLOP",
            inputs.compute_ratio * realised,
            1.5e31,
            1e30,
            truncated=True,
        ),
        Figure(
            "F22",
            "You'd have 1.5 million researchers working for 15 months",
            "body",
            "researchers",
            ratio * staff,
            1.5e6,
            1e5,
            why="100 x 15,000 as a product; it inherits the two clocks of the 15,000",
        ),
        Figure(
            "F23",
            "(implied) cluster for 1000x compute in 4 months",
            "body, implied",
            "FLOP/s",
            cluster,
            readings={
                "with all GPUs and TPUs of early 2023": cluster <= inputs.world,
                "with 754 times as many": cluster <= 754 * inputs.world,
            },
            why="the document does not say that it takes 754 times the world's chips",
        ),
    )


def thinking(inputs: Inputs) -> tuple[Figure, ...]:
    """Claims about the number and the speed of models."""
    streams = {rate: rate / inputs.stream_speed for rate in (inputs.body_rate, inputs.round_rate)}
    clock = float(workforce.clock_factor(8))
    faster = {
        "second for second": inputs.stream_speed / inputs.serial_tokens,
        "against 8 hours a day": inputs.stream_speed / inputs.serial_tokens * clock,
        "against a reader": inputs.stream_speed / inputs.reading_speed,
    }
    return (
        Figure(
            "F24",
            "hundreds of thousands of subhuman models",
            "body",
            "streams",
            streams[inputs.round_rate],
            readings={
                f"{rate:.2g} tokens/s": 1e5 <= number < 1e6 for rate, number in streams.items()
            },
            why="of streams; a researcher is ten of them",
        ),
        Figure(
            "F25",
            "each of them thinking 10-100X faster than humans",
            "body",
            "1",
            faster["second for second"],
            readings={reading: 10 <= speed <= 100 for reading, speed in faster.items()},
            why="takes people at 0.5 to 5 tokens a second, or the credit for working hours",
        ),
    )


def takeoff(inputs: Inputs) -> tuple[Figure, ...]:
    """Claims about the speed of research and of the takeoff."""
    bounds = [
        float(usable_work.needed_automation(3, inputs.rho)),
        float(usable_work.needed_automation(3)),
    ]
    half = {
        "half the tasks done in step": float(usable_work.automation_speedup(0.5)),
        "half the tasks free": float(usable_work.automation_speedup(0.5, inputs.rho)),
    }
    # Remaining years of a takeoff once that share is automated, at least and at most.
    remaining = {
        years: ((1 - bounds[0]) * years, (1 - bounds[0]) * years + AFTER)
        for years in inputs.takeoff
    }
    return (
        Figure(
            "F26",
            "speed up research by >3x",
            "body",
            "fraction of R&D tasks automated",
            bounds,
            readings={reading: speedup > 3 for reading, speedup in half.items()},
            why=(
                "a threshold that is chosen; reached with 31 to 67 % of tasks "
                "automated, as they substitute"
            ),
        ),
        Figure(
            "F27",
            "superintelligence will be years or months away",
            "body and footnote 4",
            "year",
            None,
            # Neither weeks nor decades.
            readings={
                f"takeoff of {years} years": 1 / 12 <= shortest and longest < 20
                for years, (shortest, longest) in remaining.items()
            },
            why=(
                "what is left of Davidson's takeoff once 31 % of tasks are automated "
                "is a year to eleven"
            ),
        ),
    )


def other_claims(inputs: Inputs) -> tuple[Figure, ...]:
    """Claims about growth and rewards, and the number of comments."""
    episodes = {"episodes of 50 s": 50, "episodes of 1,000 s": 1000, "episodes of 1 s": 1}
    return (
        Figure(
            "F28",
            "10-1000x more researcher hours",
            "body",
            "see fields",
            {str(multiplier): growth(multiplier) for multiplier in (10, 100, 1000)},
            missing_source="the linked document",
            why="exponential growth of the same mean takes 5.2 to 13.2 doublings in the pause",
        ),
        Figure(
            "F29",
            "1000+ tokens per researcher-second ... 50k-1M tokens between each reward signal",
            "comment by Tao Lin",
            "see fields",
            {str(tokens): reward(inputs, tokens) for tokens in (10, 100, 1000)},
            readings={
                reading: 50e3 <= 1000 * seconds <= 1e6 for reading, seconds in episodes.items()
            },
            why=(
                "an episode of 50 to 1,000 seconds of a researcher; at 10 tokens a "
                "second a hundredth of it"
            ),
        ),
        Figure(
            "F30",
            "4 comments",
            "page furniture",
            "comment bodies",
            len(COMMENTS_READ),
            readings={
                "the copy holds no more than the page counts": len(set(COMMENTS_READ))
                <= inputs.comments_counted
            },
            why="the copy that was read holds two of the four",
        ),
    )


def leads_in_months(inputs: Inputs) -> tuple[Figure, ...]:
    """The claim about leads, maintained and used for a pause."""
    leads = np.array([6.0, 12.0])
    kept = erosion.remaining_lead(leads, 24, inputs.maintain, inputs.leak)
    stopped = erosion.expected_pause(
        inputs.theft, erosion.time_until_gone(leads, inputs.stop, inputs.leak)
    )
    serial = float(workforce_of(inputs, inputs.round_rate).serial_speed)
    return (
        Figure(
            "F31",
            "X-month lead ... maintain ... stop",
            "body",
            "serial months per month of lead",
            serial,
            readings={
                "a lead is there as long as it is maintained": bool((kept == leads).all()),
                "a stop lasts as long as the lead": bool((stopped == leads).all()),
            },
            why="head-count does not depend on the lead, which multiplies time alone",
        ),
    )


def growth(multiplier: float) -> dict[str, Any]:
    """Exponential growth in a pause whose mean is `multiplier` times its start."""
    rise = float(pause.growth_for_multiplier(multiplier))
    doublings = rise / np.log(2)
    return {
        "gX": rise,
        "final_over_initial": float(np.exp(rise)),
        "doublings": doublings,
        "doubling_time_months_if_X": {str(months): months / doublings for months in (1, 3, 6, 12)},
    }


def reward(inputs: Inputs, tokens: float) -> dict[str, float]:
    """Tokens and times between rewards, at `tokens` to a researcher-second."""
    short, long = (
        workforce.rewards(
            tokens, s, tokens_per_second=inputs.round_rate, researcher_tokens_per_second=500
        )
        for s in (50, 1000)
    )
    return {
        "researcher_s_for_50k": 50e3 / tokens,
        "researcher_s_for_1M": 1e6 / tokens,
        "tokens_for_50_rs": float(short[0]),
        "tokens_for_1000_rs": float(long[0]),
        "wall_s_50rs_if_10_streams": float(short[1]),
        "wall_s_1000rs_if_10_streams": float(long[1]),
    }


def row(figure: Figure) -> str:
    """A line of the table."""
    printed = "" if figure.printed is None else f"{figure.printed:.3g}"
    computed = (
        f"{figure.computed:.4g}"
        if isinstance(figure.computed, int | float)
        else "several"
        if figure.computed
        else ""
    )
    return f"{figure.id:5}{figure.quote[:52]:54}{printed:>9}{computed:>11}  {figure.verdict}"


def answer(numbers: tuple[Figure, ...]) -> str:
    """The table, the reasons for other verdicts than ok, and the tally."""
    counts = Counter(figure.verdict for figure in numbers)
    tally = ", ".join(f"{number} {verdict}" for verdict, number in counts.most_common())
    lines = [
        f"{'':5}{'number or claim':54}{'printed':>9}{'computed':>11}  verdict",
        *map(row, numbers),
        "",
    ]
    lines += [
        f"{figure.id:5}{figure.why}"
        for figure in numbers
        if figure.why and figure.verdict not in RIGHT
    ]
    return "\n".join([*lines, "", f"{len(numbers)} in all: {tally}."])


def main(arguments: list[str] | None = None) -> int:
    """Answer."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args(arguments)
    print(answer(figures()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
