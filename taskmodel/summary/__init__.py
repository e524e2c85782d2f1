"""Summaries of sweeps: `reading` computes the facts, `facts` defines their records.

`against` puts a sweep beside an earlier one.
"""

from taskmodel.summary.against import Comparison, against
from taskmodel.summary.facts import (
    COSTS,
    MILESTONES,
    Advice,
    NextTask,
    Point,
    Review,
    ReviewPool,
    Row,
    Summary,
    as_dict,
)
from taskmodel.summary.reading import (
    binding_reviewers,
    milestone_points,
    plain_events,
    points_wanted,
    provenance_facts,
    round_points,
    summarise,
)

__all__ = [
    "COSTS",
    "MILESTONES",
    "Advice",
    "Comparison",
    "NextTask",
    "Point",
    "Review",
    "ReviewPool",
    "Row",
    "Summary",
    "against",
    "as_dict",
    "binding_reviewers",
    "milestone_points",
    "plain_events",
    "points_wanted",
    "provenance_facts",
    "round_points",
    "summarise",
]
