"""What a loop declares (its parameters, levels and milestones) and what a run of it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from taskmodel.numerics.types import Array


@dataclass(frozen=True)
class LoopRun:
    """The runs of a loop, one for each draw.

    Attributes
    ----------
    levels : mapping of str to array, shape (draw, time)
        Levels at the reported times up to `end`.
    milestones : mapping of str to array, shape (draw,)
        NaN: not reached.
    end : float
        The last time that was simulated, the same for all draws.
    stopped : str
        Why the run ended early; empty if it did not.
    """

    levels: Mapping[str, Array]
    milestones: Mapping[str, Array]
    end: float
    stopped: str = ""


@dataclass(frozen=True)
class LoopModel:
    """A model of `loops`.

    Attributes
    ----------
    clock : (units, meaning)
        Of the dimension ``time``.
    parameters : tuple of str
        Names of the numbers in the file.
    levels, milestones : mapping of str to (units, meaning)
    run : function of (parameters, start, end, times) that returns a LoopRun
        ``parameters`` maps names to arrays of shape (draw,), NaN where the file leaves a number
        out, to switches, and to tables of yearly growth factors by date; ``start`` and ``end``
        [year] bound the run; ``times``, shape (time,), are the reported ones.
    """

    clock: tuple[str, str]
    parameters: tuple[str, ...]
    levels: Mapping[str, tuple[str, str]]
    milestones: Mapping[str, tuple[str, str]]
    run: Callable[[Mapping[str, Any], float, float, Array], LoopRun]
