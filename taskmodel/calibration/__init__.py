"""Draws of a catalog's uncertain numbers weighted by dated evidence.

From the bottom: `outputs` (what evidence can be about), `records` and `load` (files of moments),
`evaluation` (the model at their dates), `weights`, `conflicts` and `tempering` (what the evidence
makes of draws). docs/uncertainty.md explains them.
"""

from taskmodel.calibration.load import bundled_moments, load_moments, parse_moments
from taskmodel.calibration.records import Moments

__all__ = ["Moments", "bundled_moments", "load_moments", "parse_moments"]
