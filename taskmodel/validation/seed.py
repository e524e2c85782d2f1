"""Every number of the document this project starts from, worked out again, with a verdict that follows from the comparison.

Finnveden (2023) prints 33 numbers or claims that can be checked. Each is a `Figure`: what is printed, what its own inputs
give, and, where an expression is printed, what that gives as it stands. The verdict is worked out, not written down:

    assumption       the document takes the number and derives it from nothing
    misprint         the printed expression does not give the printed number
    inconsistent     what the document assumes elsewhere gives another number
    conditional      it holds under some readings of what is not said, and not under others
    not-derivable    it rests on something that was not found
    ok, ok-rounded   it is so; or so to within half a unit of its last printed digit, or of a unit where it was cut off there

The formulas are those of `workforce`, `usable_work` and `pause`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from taskmodel.lead import erosion as lead
from taskmodel.lead import pause, usable_work, workforce

URL = "https://www.alignmentforum.org/posts/KwQYsF4XFtPqjgwvH/some-thoughts-on-automating-alignment-research-1"

WORLD, SHARE, UTILISATION = (
    3.98e21,
    0.25,
    0.5,
)  # FLOP/s by AI Impacts (2023); parts of it, and of the peak
ROUND_WORLD = 4e21  # FLOP/s, as the document rounds it
YEAR = 365 * 24 * 3600  # s
TOKENS_PER_PARAMETER = 20
STREAMS, SERIAL_TOKENS, STREAM_SPEED = 10, 10, 50
TOKENS = STREAMS * SERIAL_TOKENS
ROUND_SIZE, ROUND_RATE, BODY_RATE = (
    11e12,
    2.3e7,
    2e7,
)  # parameters and tokens/s as the document rounds them
COMPUTE_RATIO, MONTHS, SHORT_MONTHS = 1000, 12, 4
READING_SPEED = (
    380 / 60 * 1.33
)  # tokens/s of a person, 380 words/min at 1.33 tokens a word: Steinhardt (2023)
RHO = -0.5  # CES exponent between tasks: Davidson (2023)
COMMENTS_READ = ("Tao Lin, on tokens between rewards", "unsigned, on value learners")  # in the copy
COMMENTS_COUNTED = 4  # by its page
TAKEOFF = (1.6, 4.3, 14.6)  # years from 20 to 100 % of R&D tasks: Davidson (2023)
AFTER = 1.0  # years at most from AGI to superintelligence: the same
MAINTAIN, STOP, LEAK, THEFT = (
    1.0,
    0.0,
    0.0,
    0.0,
)  # paces, and losses in a month, of "X-month lead ... maintain ... stop"
EXACT = 1e-9


@dataclass(frozen=True)
class Figure:
    """One number or claim of the document.

    Attributes
    ----------
    id, quote, where : str
        Its key, its words, and where they stand.
    unit : str
    reckoned : Any
        What the document's own inputs give: a number, several by name, or None for a claim without one.
    printed : float or None
        As printed.
    place : float
        One in its last printed digit.
    truncated : bool
        Whether what comes out was cut off there, and not rounded.
    as_printed : float or None
        What the expression gives as printed; None where there is none.
    guess : bool
        Whether the document takes it from nowhere.
    lacks : str
        What it rests on that was not found.
    readings : mapping of str to bool
        For a claim: whether it holds, by what one takes for granted.
    why : str
        The reason for a verdict that is not plain.
    """

    id: str
    quote: str
    where: str
    unit: str
    reckoned: Any
    printed: float | None = None
    place: float = 0.0
    truncated: bool = False
    as_printed: float | None = None
    guess: bool = False
    lacks: str = ""
    readings: Mapping[str, bool] = field(default_factory=dict)
    why: str = ""

    @property
    def verdict(self) -> str:
        """Verdict, from the comparison of what is printed with what comes out."""
        if self.guess:
            return "assumption"
        if self.lacks:
            return "not-derivable"
        if self.readings:
            held = set(self.readings.values())
            return "conditional" if len(held) == 2 else "ok" if held == {True} else "inconsistent"
        if self.as_printed is not None and not self._near(self.as_printed):
            return "misprint"
        if not self._near(self.reckoned):
            return "inconsistent"
        return (
            "ok" if self._off(self.reckoned) <= EXACT * abs(self.printed or 0.0) else "ok-rounded"
        )

    def _off(self, value: float) -> float:
        assert self.printed is not None  # claims without a number have readings
        return abs(value - self.printed)

    def _near(self, value: float) -> bool:
        assert self.printed is not None
        rounding = EXACT * abs(self.printed)
        if self.truncated:
            return -rounding <= value - self.printed < self.place
        return self._off(value) <= max(0.5 * self.place, rounding)


def figures() -> tuple[Figure, ...]:
    """All figures, worked out now, in the order of the document's analysis.

    Examples
    --------
    >>> found = {figure.id: figure for figure in figures()}
    >>> round(found["F16"].reckoned), found["F16"].verdict, found["F03"].verdict
    (46000, 'inconsistent', 'misprint')
    """
    return (*_chips(), *_researchers(), *_scaled(), *_claims())


def _chips() -> tuple[Figure, ...]:
    """From chips to tokens per second."""
    cluster = SHARE * ROUND_WORLD
    realised = float(workforce.training_run(ROUND_WORLD, SHARE, YEAR, UTILISATION))
    size, _ = workforce.model_size(realised, TOKENS_PER_PARAMETER)
    rate = float(workforce.token_rate(cluster, UTILISATION, size))
    rounded = float(workforce.token_rate(cluster, UTILISATION, ROUND_SIZE))
    return (
        Figure(
            "F01",
            "~4e21 FLOP/s of computing capacity on GPUs and TPUs",
            "footnote 7",
            "FLOP/s",
            WORLD,
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


def _researchers() -> tuple[Figure, ...]:
    """From tokens per second to researchers, on one clock."""
    clock = float(workforce.clock_factor(8))
    seed: dict[str, Any] = {
        "streams": STREAMS,
        "serial_tokens": SERIAL_TOKENS,
        "stream_speed": STREAM_SPEED,
    }
    staff = workforce.workforce_from_tokens(ROUND_RATE, **seed, clock=clock)
    from_body = workforce.workforce_from_tokens(BODY_RATE, **seed, clock=clock)
    flow = ROUND_RATE / TOKENS
    monthly = flow * workforce.SECONDS_PER_MONTH
    mixed = "the speed of 15 counts 24 hours against 8, the amount it divides does not: a third of the tokens is used"
    return (
        Figure(
            "F07",
            "100 tokens ... equally much alignment progress as 1 human researcher second",
            "body",
            "token",
            TOKENS,
            100,
            guess=True,
        ),
        Figure(
            "F08",
            "10 parallel streams of 10 tokens each",
            "body",
            "token",
            STREAMS * SERIAL_TOKENS,
            100,
            1,
        ),
        Figure(
            "F09",
            "0.1 serial-researcher-second/serial-token",
            "footnote 8",
            "researcher-s/token",
            1 / SERIAL_TOKENS,
            0.1,
            0.1,
        ),
        Figure("F10", "~50 tokens per second", "body", "token/s", STREAM_SPEED, 50, guess=True),
        Figure(
            "F11",
            "0.01 researcher-seconds / token",
            "footnote 8",
            "researcher-s/token",
            1 / TOKENS,
            0.01,
            0.01,
        ),
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


def _scaled() -> tuple[Figure, ...]:
    """A thousand times the compute in a third of the time."""
    time = SHORT_MONTHS / MONTHS
    ratio = float(workforce.token_rate_ratio(COMPUTE_RATIO, time))
    realised = float(workforce.training_run(ROUND_WORLD, SHARE, YEAR, UTILISATION))
    staff = ROUND_RATE / (STREAMS * STREAM_SPEED)
    cluster = SHARE * ROUND_WORLD * COMPUTE_RATIO / time
    return (
        Figure(
            "F18",
            "sqrt(1000)~=32x more data",
            "footnote 9",
            "1",
            float(workforce.token_rate_ratio(COMPUTE_RATIO, 1)),
            32,
            1,
        ),
        Figure(
            "F19", "12/4=3x", "footnote 9", "1", float(workforce.token_rate_ratio(1, time)), 3, 1
        ),
        Figure("F20", "32 * 3 ~= 100", "footnote 9", "1", ratio, 100, 100),
        Figure(
            "F21",
            "A model with 1000x the compute (1.5e31)",
            "footnote 9",
            "FLOP",
            COMPUTE_RATIO * realised,
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
                "with all GPUs and TPUs of early 2023": cluster <= WORLD,
                "with 754 times as many": cluster <= 754 * WORLD,
            },
            why="the document does not say that it takes 754 times the world's chips",
        ),
    )


def _claims() -> tuple[Figure, ...]:
    """Claims in words, and numbers from elsewhere."""
    streams = {rate: rate / STREAM_SPEED for rate in (BODY_RATE, ROUND_RATE)}
    clock = float(workforce.clock_factor(8))
    faster = {
        "second for second": STREAM_SPEED / SERIAL_TOKENS,
        "against 8 hours a day": STREAM_SPEED / SERIAL_TOKENS * clock,
        "against a reader": STREAM_SPEED / READING_SPEED,
    }
    bounds = [float(usable_work.needed_automation(3, RHO)), float(usable_work.needed_automation(3))]
    half = {
        "half the tasks done in step": float(usable_work.automation_speedup(0.5)),
        "half the tasks free": float(usable_work.automation_speedup(0.5, RHO)),
    }
    # what is left of a takeoff once that much is automated, at least and at most
    left = {years: ((1 - bounds[0]) * years, (1 - bounds[0]) * years + AFTER) for years in TAKEOFF}
    episodes = {"episodes of 50 s": 50, "episodes of 1,000 s": 1000, "episodes of 1 s": 1}
    leads = np.array([6.0, 12.0])
    kept = lead.remaining_lead(leads, 24, MAINTAIN, LEAK)
    stopped = lead.expected_pause(THEFT, lead.time_until_gone(leads, STOP, LEAK))
    serial = float(
        workforce.workforce_from_tokens(
            ROUND_RATE, streams=10, serial_tokens=10, stream_speed=50, clock=clock
        ).serial_speed
    )
    return (
        Figure(
            "F24",
            "hundreds of thousands of subhuman models",
            "body",
            "streams",
            streams[ROUND_RATE],
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
        Figure(
            "F26",
            "speed up research by >3x",
            "body",
            "fraction of R&D tasks automated",
            bounds,
            readings={reading: speedup > 3 for reading, speedup in half.items()},
            why="a threshold that is chosen; reached with 31 to 67 % of tasks automated, as they substitute",
        ),
        Figure(
            "F27",
            "superintelligence will be years or months away",
            "body and footnote 4",
            "year",
            None,
            # neither weeks nor decades
            readings={
                f"takeoff of {years} years": 1 / 12 <= least and most < 20
                for years, (least, most) in left.items()
            },
            why="what is left of Davidson's takeoff once 31 % of tasks are automated is a year to eleven",
        ),
        Figure(
            "F28",
            "10-1000x more researcher hours",
            "body",
            "see fields",
            {str(multiplier): _growth(multiplier) for multiplier in (10, 100, 1000)},
            lacks="the linked document",
            why="exponential growth of the same mean takes 5.2 to 13.2 doublings in the pause",
        ),
        Figure(
            "F29",
            "1000+ tokens per researcher-second ... 50k-1M tokens between each reward signal",
            "comment by Tao Lin",
            "see fields",
            {str(tokens): _reward(tokens) for tokens in (10, 100, 1000)},
            readings={
                reading: 50e3 <= 1000 * seconds <= 1e6 for reading, seconds in episodes.items()
            },
            why="an episode of 50 to 1,000 seconds of a researcher; at 10 tokens a second a hundredth of it",
        ),
        Figure(
            "F30",
            "4 comments",
            "page furniture",
            "comment bodies",
            len(COMMENTS_READ),
            readings={
                "the copy holds no more than the page counts": len(set(COMMENTS_READ))
                <= COMMENTS_COUNTED
            },
            why="the copy that was read holds two of the four",
        ),
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


def _growth(multiplier: float) -> dict[str, Any]:
    rise = float(pause.growth_for_multiplier(multiplier))
    doublings = rise / np.log(2)
    return {
        "gX": rise,
        "final_over_initial": float(np.exp(rise)),
        "doublings": doublings,
        "doubling_time_months_if_X": {str(months): months / doublings for months in (1, 3, 6, 12)},
    }


def _reward(tokens: float) -> dict[str, float]:
    short, long = (
        workforce.rewards(tokens, s, tokens_per_second=ROUND_RATE, researcher_tokens_per_second=500)
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
