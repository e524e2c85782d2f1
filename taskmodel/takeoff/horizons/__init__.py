"""Ngo's horizon over time: how long the tasks are of which the frontier does half, or four fifths, and when it is a t-AGI.

`dataset` has `horizon`, by compute and by the trend over time; `trend` the formulas, numbers and arrays only; `records` the file
with the models that were measured. What compute gives is in `capability`. Source: docs, model, section 2.
"""

from taskmodel.takeoff.horizons.records import Trend, bundled_trends, load_trend

__all__ = ["Trend", "bundled_trends", "load_trend"]
