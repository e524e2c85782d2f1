"""What a run of a loop gives: levels over time, what is reached when, and where it had to end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from taskmodel.numerics.types import Array

__all__ = ["Outcome"]


@dataclass(frozen=True)
class Outcome:
    """The runs of a loop, one for each draw.

    Attributes
    ----------
    variables : mapping of str to array, shape (draw, time)
        Levels at the times asked for; NaN after `end`.
    milestones : mapping of str to array, shape (draw,)
        NaN: not reached.
    end : float
        The last time that was followed, the same for all draws.
    stopped : str
        Why that is before its time; empty if it is not.
    """

    variables: Mapping[str, Array]
    milestones: Mapping[str, Array]
    end: float
    stopped: str = ""
