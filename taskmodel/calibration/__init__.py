"""Draws of a catalog's uncertain numbers weighted by dated evidence.

From the bottom: `outputs` (what evidence can be about), `records` and `load` (files of moments),
`evaluation` (the model at their dates), `weights`, `conflicts` and `tempering` (what the evidence
makes of draws), `calibrate` and `scenario`. docs/uncertainty.md explains them.
"""

from typing import TYPE_CHECKING

from taskmodel._lazy import attach

if TYPE_CHECKING:
    from taskmodel.calibration._calibrate import calibrate
    from taskmodel.calibration.load import bundled_moments, load_moments, parse_moments
    from taskmodel.calibration.records import Moments

__all__ = ["Moments", "bundled_moments", "calibrate", "load_moments", "parse_moments"]

__getattr__, __dir__ = attach(
    __name__,
    {
        "Moments": "records",
        "bundled_moments": "load",
        "calibrate": "_calibrate",
        "load_moments": "load",
        "parse_moments": "load",
    },
)
