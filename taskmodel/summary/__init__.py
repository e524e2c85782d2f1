"""Summaries of sweeps: `reading` computes the facts, `facts` defines their records."""

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
    "NextTask",
    "Point",
    "Review",
    "ReviewPool",
    "Row",
    "Summary",
    "as_dict",
    "binding_reviewers",
    "milestone_points",
    "plain_events",
    "points_wanted",
    "provenance_facts",
    "round_points",
    "summarise",
]
