"""The facts of a sweep as records, and as plain values."""

from __future__ import annotations

from dataclasses import asdict, dataclass

SPEEDUPS = ("throughput_speedup", "latency_speedup", "speedup")
COSTS = {"oversight_costs_a_tenth": 1.1, "oversight_costs_half": 2.0}
MILESTONES = ("first_automation", *COSTS, "oversight_binds", "oversight_bottleneck")


@dataclass(frozen=True)
class Point:
    """Speed-ups at one place of the compute axis.

    Attributes
    ----------
    compute : float or None
        Effective compute [FLOP/year]; None if no compute reaches it.
    throughput_speedup, latency_speedup, speedup : float
        Research output, one pass through the tasks, and the effective speed-up of both, relative to
        people without AI [1]. inf: no limit; NaN: nothing can be produced.
    """

    compute: float | None
    throughput_speedup: float
    latency_speedup: float
    speedup: float


@dataclass(frozen=True)
class Row(Point):
    """A point with the sources that limit research.

    Attributes
    ----------
    status : str
        Kind of answer: see `taskmodel.allocation.Status`.
    automated_hours_share : float
        Part of base-year human hours that AI has taken over [1].
    hours_by_mode : dict of str to float
        Parts of those hours that go by each mode [1]; they sum to 1.
    binding_factor : str
        The source with the largest bottleneck share; empty where nothing is produced, or without
        limit.
    binding_reviewers : str
        Where that is review, the pool of reviewers whose hours have the largest elasticity; empty
        where none has one.
    bottleneck_share : dict of str to float
        Elasticity of output to each source: hands-on work, review, and each other factor [1].
    review_pool_share : dict of str to float
        That of review by pool of reviewers [1].
    elasticity : dict of str to float
        What 1 % more gives, in per cent of output: of each factor by name, and of ``review_speed``
        (all reviews faster) [1].
    oversight_cost : float
        Output with all review hours free over output [1].
    tasks_by_hand : int
        Tasks that AI can do and may do, and of which people do all.
    oversight_ceiling, no_oversight_ceiling : float
        Output with unlimited inference and experiments by what AI can do here, and the same without
        review [1].
    waits_for_ever : bool
        Queues are counted, and a pool of reviewers is fully used: latency and effective speed-up
        are NaN.
    """

    compute: float
    status: str
    automated_hours_share: float
    hours_by_mode: dict[str, float]
    binding_factor: str
    binding_reviewers: str
    bottleneck_share: dict[str, float]
    review_pool_share: dict[str, float]
    elasticity: dict[str, float]
    oversight_cost: float
    tasks_by_hand: int
    oversight_ceiling: float
    no_oversight_ceiling: float
    waits_for_ever: bool = False


@dataclass(frozen=True)
class Review:
    """The cost of the review of one task.

    Attributes
    ----------
    task, title : str
    hours_per_year : float
        Human hours that review what AI does in this task [h/year].
    share_of_review : float
        Part of all review hours [1].
    review_ratio : float
        Review hours per human-equivalent hour of work that is reviewed [h/h].
    output_share : float
        Worth of these hours relative to output: 1 % faster review of this task gives this many per
        cent more output [1].
    """

    task: str
    title: str
    hours_per_year: float
    share_of_review: float
    review_ratio: float
    output_share: float


@dataclass(frozen=True)
class ReviewPool:
    """A pool of reviewers and its use.

    Attributes
    ----------
    name : str
        ``general``, or its id in the catalog.
    hours_per_year, capacity : float
        Review hours that it works, and that there are [h/year].
    elasticity : float
        1 % more of these hours give this many per cent more output [1].
    reviewer_equivalent : dict of str to float
        How many more people of each labour pool are worth one more of these reviewers [1].
    """

    name: str
    hours_per_year: float
    capacity: float
    elasticity: float
    reviewer_equivalent: dict[str, float]


@dataclass(frozen=True)
class Advice:
    """The cost of review by task and pool, at one compute.

    Attributes
    ----------
    place : str
        ``today`` if oversight is the bottleneck already, ``oversight_bottleneck`` if it becomes it
        later, else ``grid_end``.
    at : Row
        The state there.
    review_hours : float
        All review hours [h/year].
    review_capacity : float
        Review hours that there are [h/year].
    reviews : tuple of Review
        All tasks whose work is reviewed, the costliest first.
    reviewer_equivalent : dict of str to float
        How many more people of each labour pool are worth one more reviewer, of the general ones
        [1]; inf: such people are worth nothing.
    pools : tuple of ReviewPool
        The pools of reviewers, the general one first.
    """

    place: str
    at: Row
    review_hours: float
    review_capacity: float
    reviews: tuple[Review, ...]
    reviewer_equivalent: dict[str, float]
    pools: tuple[ReviewPool, ...]


@dataclass(frozen=True)
class NextTask(Point):
    """A task that AI cannot do yet: the compute from which it can, the speed-ups if it could today.

    Attributes
    ----------
    task, title : str
    """

    compute: float
    task: str
    title: str


@dataclass(frozen=True)
class Summary:
    """The facts of a sweep.

    Attributes
    ----------
    today, end : Row
        At ``compute.today``, inside the grid or not, and at the last point of the grid.
    curve : tuple of Row
        At the ends of the grid and round values of compute within it.
    first_automation, oversight_costs_a_tenth, oversight_costs_half, oversight_binds,
    oversight_bottleneck : Point or None
        Where AI first does a task, where output with all review hours free is first 1.1 times and
        twice output, where review first binds, where it first is the largest source;
        the speed-ups are those from there on. None: not on the grid. What holds at the first point
        of the grid has that point here.
    at_grid_start : tuple of str
        Which of these hold at the first point of the grid, so that their true places may be
        lower.
    stretches : dict of str to tuple of (float, float or None)
        From where to where oversight binds and is the bottleneck; None: to the end of the grid.
    reviewers_scarce : dict of str to tuple of (float, float or None)
        From where to where the hours of each pool of reviewers are scarce.
    ceiling : Point
        Unlimited inference and experiments and every delegable task open: the most that oversight
        allows. Its compute is that from which AI can do every delegable task, None if there is
        none.
    advice : Advice or None
        None where nothing is reviewed.
    next_tasks : tuple of NextTask
        Tasks that policy leaves to AI and that it cannot do today, the one that would speed
        research up most first.
    events : tuple of dict
        Every event, as plain values.
    """

    today: Row
    end: Row
    curve: tuple[Row, ...]
    first_automation: Point | None
    oversight_costs_a_tenth: Point | None
    oversight_costs_half: Point | None
    oversight_binds: Point | None
    oversight_bottleneck: Point | None
    at_grid_start: tuple[str, ...]
    stretches: dict[str, tuple[tuple[float, float | None], ...]]
    reviewers_scarce: dict[str, tuple[tuple[float, float | None], ...]]
    ceiling: Point
    advice: Advice | None
    next_tasks: tuple[NextTask, ...]
    events: tuple[dict[str, object], ...]


def as_dict(summary: Summary) -> dict[str, object]:
    """Return the facts as plain dicts, lists, numbers and texts; inf and NaN remain.

    The keys are those of `Summary`, but for `end`; besides them ``top_reviews``, the three
    costliest reviews, and some values of today and of the end of the grid side by side."""
    advice = summary.advice
    sides = {"today": summary.today, "end": summary.end}
    return {
        **{name: _bare(getattr(summary, name)) for name in ("today", *MILESTONES, "ceiling")},
        "at_grid_start": list(summary.at_grid_start),
        "stretches": {
            name: [list(ends) for ends in found] for name, found in summary.stretches.items()
        },
        "reviewers_scarce": {
            name: [list(ends) for ends in found] for name, found in summary.reviewers_scarce.items()
        },
        "ceilings": {
            side: {"oversight": row.oversight_ceiling, "no_oversight": row.no_oversight_ceiling}
            for side, row in sides.items()
        },
        "oversight_cost": {side: row.oversight_cost for side, row in sides.items()},
        "tasks_by_hand": {side: row.tasks_by_hand for side, row in sides.items()},
        "hours_by_mode": {side: row.hours_by_mode for side, row in sides.items()},
        "automated_hours_share": {side: row.automated_hours_share for side, row in sides.items()},
        "bottleneck_share": {side: row.bottleneck_share for side, row in sides.items()},
        "review_pool_share": {side: row.review_pool_share for side, row in sides.items()},
        "top_reviews": [asdict(review) for review in (advice.reviews[:3] if advice else ())],
        "advice": {
            **asdict(advice),
            "reviews": [asdict(review) for review in advice.reviews],
            "pools": [asdict(pool) for pool in advice.pools],
        }
        if advice
        else None,
        "next_tasks": [asdict(task) for task in summary.next_tasks],
        "curve": [asdict(row) for row in summary.curve],
        "events": list(summary.events),
    }


def _bare(point: Point | None) -> dict[str, float | None] | None:
    return (
        None
        if point is None
        else {"compute": point.compute, **{name: getattr(point, name) for name in SPEEDUPS}}
    )
