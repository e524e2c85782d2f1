"""Uncertain numbers of files, and draws of them.

From the bottom: `laws` (the distribution of one number), `streams` (the random numbers of a draw),
`dependence` (groups and correlations) and `sampler` (the draws of a whole file). What a file may
say is in `taskmodel.files`: `quantity.Distribution` and `uncertainty.Uncertainty`.
docs/uncertainty.md explains both.
"""

from typing import TYPE_CHECKING

from taskmodel._lazy import attach

if TYPE_CHECKING:
    from taskmodel.uncertainty._sampler import Sampler, sampler

__all__ = ["Sampler", "sampler"]

__getattr__, __dir__ = attach(__name__, {"Sampler": "_sampler", "sampler": "_sampler"})
