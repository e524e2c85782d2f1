"""Numbers of one or several catalogs as arrays, and what supervision makes of them: coverage, hours of review, attempts.

Catalogs that differ in numbers alone, such as those along an axis, give arrays with a leading dimension where they differ.
`organisation` puts them together into what `allocation` takes, `clock` into durations.

Source: docs, model, sections 3.1 and 3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from taskmodel.catalog import Catalog, Protocol, Task
from taskmodel.numerics.types import Array
from taskmodel.organisation.reviewers import ai_modes, modes_per_way, ways
from taskmodel.science import supervision
from taskmodel.science.review_effort import detection_curve, optimal_effort
from taskmodel.science.span_of_control import reviews_of_reviews


class Numbers:
    """Numbers of one or several catalogs as arrays; those that are the same in all have no leading dimension."""

    def __init__(self, catalogs: Sequence[Catalog]) -> None:
        self.catalogs = catalogs

    def each(self, read: Callable[[Catalog], Sequence[float]]) -> Array:
        """Several numbers of every catalog, shape (..., number)."""
        whole = np.array([read(catalog) for catalog in self.catalogs], dtype=float)
        same = (whole == whole[0]) | (np.isnan(whole) & np.isnan(whole[0]))
        return whole[0] if same.all() else whole

    def one(self, read: Callable[[Catalog], float]) -> Array:
        """A number of every catalog, shape (...)."""
        return np.asarray(self.each(lambda catalog: [read(catalog)])[..., 0])

    def protocols(self, read: Callable[[Protocol], float], default: float) -> Array:
        """A number of every protocol that is allowed, shape (..., AI mode); the default where modes go by coverage alone."""
        catalog = self.catalogs[0]
        if not catalog.supervision.protocols:
            return np.full(len(ai_modes(catalog)), default)
        return np.repeat(
            self.each(lambda catalog: [read(catalog.protocols[name]) for name in ways(catalog)]),
            modes_per_way(catalog),
            axis=-1,
        )

    def tasks(self, read: Callable[[Task], float]) -> Array:
        """A number of every task, shape (..., task)."""
        return self.each(lambda catalog: [read(task) for task in catalog.tasks.values()])


def coverage(of: Numbers) -> Array:
    """Share of units that people review, by task and AI mode, shape (..., task, AI mode)."""
    floor = of.tasks(lambda task: task.coverage_floor.value)
    catalog = of.catalogs[0]
    if not catalog.supervision.protocols:
        return np.repeat(supervision.coverage_by_mode(floor), modes_per_way(catalog), axis=-1)
    floors = np.repeat(
        [catalog.protocols[way].floors for way in ways(catalog)], modes_per_way(catalog)
    )
    chosen = of.protocols(lambda protocol: protocol.coverage.value, 1.0)[..., None, :]
    return np.where(
        floors, np.maximum(floor[..., None], chosen), chosen + np.zeros_like(floor)[..., None]
    )


def defect_probability(of: Numbers) -> Array:
    """Chance that a unit of AI work is useless, by task, shape (..., task)."""

    def read(catalog: Catalog) -> list[float]:
        usual = catalog.capability.defect_probability
        return [
            (usual if task.defect_probability is None else task.defect_probability).value
            for task in catalog.tasks.values()
        ]

    return of.each(read)


def review_ratio(of: Numbers) -> Array:
    """Review hours per human-equivalent hour of a reviewed unit, by task, before what a protocol makes of it [h/h], shape (..., task)."""
    rules = of.catalogs[0].supervision
    if rules.effort == "given":
        return of.tasks(lambda task: task.review_ratio.at(rules.review_level))
    rate, ceiling = curve_of_detection(of)
    hours = optimal_effort(
        defect_probability=defect_probability(of),
        defect_cost=of.one(
            lambda catalog: (
                np.nan
                if catalog.supervision.defect_cost is None
                else catalog.supervision.defect_cost.value
            )
        )[..., None],
        wage=1.0,
        rate=np.where(np.isfinite(rate), rate, 1.0),
        ceiling=np.where(np.isfinite(rate), ceiling, 1.0),
    )
    return np.where(np.isfinite(rate), hours, 0.0)  # what people keep is not reviewed


def curve_of_detection(of: Numbers) -> tuple[Array, Array]:
    """Rate and ceiling of what review finds, by task; NaN where how well a task can be verified is not known."""
    score = of.tasks(
        lambda task: np.nan if task.verifiability is None else task.verifiability.score
    )
    known = np.isfinite(score)
    rate, ceiling = detection_curve(np.where(known, score, 0.0))
    return np.where(known, rate, np.nan), np.where(known, ceiling, np.nan)


def review_effort(protocol: Protocol) -> float:
    """Review hours of a reviewed unit under a protocol, relative to the review ratio: e (1 - a + a f), a share a settled at f."""
    settled = protocol.settled_share.value
    return protocol.review_effort.value * (1 - settled + settled * protocol.settled_effort.value)


def effort(of: Numbers) -> Array:
    """Review hours of a reviewed unit, with all reviews of reviews, relative to the review ratio, shape (..., 1, AI mode)."""
    layers = of.catalogs[0].supervision.second_look_layers
    share = of.one(lambda catalog: catalog.supervision.second_look_share.value)
    again = reviews_of_reviews(
        share, of.one(lambda catalog: catalog.supervision.second_look_effort.value), layers
    )
    return np.asarray(of.protocols(review_effort, 1.0)[..., None, :] * again[..., None, None])


def by_protocol(of: Numbers) -> dict[str, Array]:
    """Effort of review, steering and people's own hours, each of shape (..., 1, AI mode)."""

    def steering(protocol: Protocol) -> float:
        length = protocol.episode_length
        return 0.0 if length is None else protocol.interaction_time.value / length.value

    def people(protocol: Protocol) -> float:
        return protocol.people.value

    return {
        "effort": effort(of),
        **{read.__name__: of.protocols(read, 0.0)[..., None, :] for read in (steering, people)},
    }
