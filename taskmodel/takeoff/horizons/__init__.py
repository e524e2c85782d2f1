"""Ngo's horizon over time: the length of tasks that frontier models can do, and dates of t-AGI.

`dataset` has `horizon`, by compute and by the trend over time; `trend` has the formulas, and
`records` the file of measured models. The horizon that compute gives is in `science.capability`.
Source: docs, model, section 2.
"""

from taskmodel.takeoff.horizons.records import Trend, bundled_trends, load_trend

__all__ = ["Trend", "bundled_trends", "load_trend"]
