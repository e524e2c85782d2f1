"""Ours: one small function for each kind of published result, registered under its name.

A function registered with `one_by_one` takes the arguments of one result and returns a number. One registered with `together`
takes those of many and a way to load catalogs, and yields the place and the number of each as it has them, so that results
that share an organisation are solved at once. Arguments that are dotted paths set values of the catalog.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from taskmodel.allocation import Allocation, Nest, allocate
from taskmodel.catalog import Catalog
from taskmodel.lead import erosion as lead
from taskmodel.lead import pause, schedule, usable_work, workforce
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import Measures, task_output
from taskmodel.organisation.organisation import organisation
from taskmodel.organisation.quantities import Quantities
from taskmodel.science import capability, critical_path, queueing, supervision
from taskmodel.science.audits import audit_hours, clean_audits
from taskmodel.science.review_effort import detection
from taskmodel.sweeps.sweep import ceilings, latency
from taskmodel.sweeps.walker import Walker
from taskmodel.takeoff import milestones, simulate
from taskmodel.takeoff.horizons import load_trend
from taskmodel.takeoff.horizons.dataset import horizon
from taskmodel.takeoff.horizons.trend import doubling_time_by_compute
from taskmodel.takeoff.loops import gate_automation, load_loop, simulate_loop

Given = Mapping[str, Any]
Load = Callable[..., Catalog]
Together = Callable[[Sequence[Given], Load], Iterator[tuple[int, float]]]

COMPUTATIONS: dict[str, Together] = {}
FAR = 1e35  # FLOP/year: every delegable task of the bundled catalogs is open long before
START = 2022.0  # calendar year in which the bundled worlds start
HAIR = (
    1e-12  # above a horizon, so that a task that needs just this one is open whatever the rounding
)


def together(function: Together) -> Together:
    """Register a function of many results."""
    COMPUTATIONS[function.__name__] = function
    return function


def one_by_one(function: Callable[..., float]) -> Callable[..., float]:
    """Register a function of one result, which needs no catalog."""

    def each(cases: Sequence[Given], load: Load) -> Iterator[tuple[int, float]]:
        for place, given in enumerate(cases):
            yield place, function(**given)

    COMPUTATIONS[function.__name__] = each
    return function


# Results of a catalog: `catalog`, `scenario`, dotted paths, and


@together
def state(cases: Sequence[Given], load: Load) -> Iterator[tuple[int, float]]:
    """A `quantity` of the organisation where AI's 50 % `horizon` is so many hours, or at so much `compute` [FLOP/year]."""
    for catalog, places in _by_catalog(cases, load, but=("quantity", "task", "horizon", "compute")):
        walker = Walker(catalog)
        points = np.array([_compute(catalog, cases[place]) for place in places])
        found = walker.solve(points, np.zeros(len(points), dtype=bool))
        at = State(
            catalog,
            walker,
            points,
            found.allocation,
            walker.yardstick.measure(points, found.allocation),
        )
        for row, place in enumerate(places):
            given = cases[place]
            yield place, QUANTITIES[given["quantity"]](at)[row, at.column(given.get("task"))]


@together
def ceiling(cases: Sequence[Given], load: Load) -> Iterator[tuple[int, float]]:
    """The most that oversight allows, inference and experiments being unlimited and every delegable task open."""
    for catalog, places in _by_catalog(cases, load, but=()):
        most = ceilings(Walker(catalog), np.array([FAR]))["oversight_ceiling_full"][0]
        for place in places:
            yield place, float(most)


@together
def serial_time(cases: Sequence[Given], load: Load) -> Iterator[tuple[int, float]]:
    """A `quantity` of `taskmodel.latency`."""
    for catalog, places in _by_catalog(cases, load, but=("quantity",)):
        path = latency(catalog, FAR)
        for place in places:
            yield place, path[cases[place]["quantity"]].item()


@together
def threshold(cases: Sequence[Given], load: Load) -> Iterator[tuple[int, float]]:
    """Training compute [FLOP] from which the 50 % `horizon` is so many hours; without one, from which every delegable task is open."""
    for catalog, places in _by_catalog(cases, load, but=("horizon",)):
        for place in places:
            hours = cases[place].get("horizon")
            (opens_at,) = organisation(catalog).opens_at
            last = (
                opens_at[[task.delegable for task in catalog.tasks.values()]].max()
                * catalog.compute.training_share.value
            )
            yield place, last if hours is None else _training_compute(catalog, hours)


@together
def record_hours(cases: Sequence[Given], load: Load) -> Iterator[tuple[int, float]]:
    """Review hours of a clean record in every delegable class: `defect_rate`, `risk`, `detection` (without: each task's own)."""
    for catalog, places in _by_catalog(cases, load, but=("defect_rate", "risk", "detection")):
        ratio, length, own = _review_of_delegable(catalog)
        for place in places:
            audits = clean_audits(
                cases[place]["defect_rate"],
                cases[place]["risk"],
                cases[place].get("detection", own),
            )
            yield place, float(audit_hours(audits, length, ratio).sum())


def _review_of_delegable(catalog: Catalog) -> tuple[Array, Array, Array]:
    """Review ratio, length of a unit, and the share of defects that review finds, of each delegable class."""
    may = [task.delegable for task in catalog.tasks.values()]
    quantities = Quantities([catalog])
    level = catalog.supervision.review_level
    ratio = np.array([task.review_ratio.at(level) for task in catalog.tasks.values()])[may]
    rate, ceiling = (parameter[0, may] for parameter in quantities.detection_curve)
    return ratio, quantities.tasks("horizon")[0, may], detection(ratio, rate, ceiling)


@dataclass(frozen=True)
class State:
    """An organisation solved at some points of the axis."""

    catalog: Catalog
    walker: Walker
    compute: Array
    allocation: Allocation
    measures: Measures

    def column(self, task: str | None) -> int:
        """Where in a quantity over (point, task) a task stands; 0 in one that is not over tasks."""
        return 0 if task is None else self.walker.organisation.tasks.index(task)

    def automatable_share(self) -> Array:
        """Share of people's hours without AI that is in tasks AI can do."""
        return (
            self.walker.yardstick.shares * self.walker.organisation.automatable(self.compute)
        ).sum(axis=1)[:, None]

    def people_share(self) -> Array:
        """Part of people's hours that each task takes, hands on or in review, shape (point, task)."""
        at = self.walker.organisation
        hours = np.einsum(
            "ptm,ptmk->pt", self.allocation.activity, at.bundles(self.compute)[..., : at.pools]
        )
        return hours / hours.sum(axis=1, keepdims=True)

    def people_per_hour(self) -> Array:
        """People's hours for each human-equivalent hour of work."""
        used = self.allocation.factor_use[:, : self.walker.organisation.pools].sum(axis=1)
        return (used / task_output(self.allocation.activity).sum(axis=1))[:, None]


QUANTITIES: dict[str, Callable[[State], Array]] = {
    **{
        name: getattr(State, name)
        for name in ("automatable_share", "people_share", "people_per_hour")
    },
    "throughput_speedup": lambda at: at.measures.throughput_speedup[:, None],
    "latency_speedup": lambda at: at.measures.latency_speedup[:, None],
    "speedup": lambda at: at.measures.speedup[:, None],
}


def _by_catalog(
    cases: Sequence[Given], load: Load, but: Sequence[str]
) -> Iterator[tuple[Catalog, list[int]]]:
    """Results that share a catalog: the same arguments but for some."""
    shared: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    for place, given in enumerate(cases):
        shared.setdefault(
            tuple(sorted((name, value) for name, value in given.items() if name not in but)), []
        ).append(place)
    for settings, places in shared.items():
        yield _catalog(load, dict(settings)), places


def _catalog(load: Load, given: dict[str, Any]) -> Catalog:
    """The catalog with its settings; ``delegated``: AI does all it may do; ``gates``: every wait for an approval is so long [h]."""
    base = load(given.pop("catalog"), scenario=given.pop("scenario", None))
    delegated, gates = given.pop("delegated", False), given.pop("gates", None)
    changes: dict[str, Any] = {}
    for name, task in base.tasks.items():
        if delegated and task.delegable:
            changes[f"tasks.{name}.by_people"] = False
        if gates is not None and task.gate_latency is not None:
            changes[f"tasks.{name}.gate_latency"] = gates
    changes |= given
    return base.replace(changes) if changes else base


def _compute(catalog: Catalog, given: Given) -> float:
    if "compute" in given:
        return given["compute"]
    return (
        _training_compute(catalog, given["horizon"] * (1 + HAIR))
        / catalog.compute.training_share.value
    )


def _training_compute(catalog: Catalog, hours: float) -> float:
    fit = {
        name: getattr(catalog.capability, name).value
        for name in ("intercept", "slope", "reference_compute")
    }
    return capability.automation_threshold([hours], **fit)[0]


@together
def takeoff(cases: Sequence[Given], load: Load) -> Iterator[tuple[int, float]]:
    """A `milestone` of a `world`, in continuous time or by a `reference_step`; other names set parameters."""
    runs: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    for place, given in enumerate(cases):
        runs.setdefault(
            tuple(sorted((name, value) for name, value in given.items() if name != "milestone")), []
        ).append(place)
    for settings, places in runs.items():
        changes = dict(settings)
        name, step = changes.pop("world"), changes.pop("reference_step", None)
        reached = milestones(
            simulate(name, changes, times=None if step else [START], reference_step=step)
        )["value"]
        for place in places:
            yield place, float(reached.sel(milestone=cases[place]["milestone"]))


PICKED = (
    "milestone",
    "variable",
    "time",
    "log10",
    "percentile",
    "at_least",
)  # of a run, not of its settings


@together
def loop(cases: Sequence[Given], load: Load) -> Iterator[tuple[int, float]]:
    """A `milestone`, or a `variable` at a `time`, of a `loop`; of `draws` a `percentile`, or the part that is `at_least` so much."""
    runs: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    for place, given in enumerate(cases):
        runs.setdefault(
            tuple(sorted((name, value) for name, value in given.items() if name not in PICKED)), []
        ).append(place)
    for settings, places in runs.items():
        changes = dict(settings)
        name, draws, seed = (
            changes.pop("loop"),
            changes.pop("draws", None),
            changes.pop("seed", None),
        )
        told = load_loop(name, changes)
        times = sorted(
            {
                told.start.value,
                *(cases[place]["time"] for place in places if "time" in cases[place]),
            }
        )
        run = simulate_loop(told, times=times, draws=draws, seed=seed)
        for place in places:
            yield place, _picked(run, cases[place])


def _picked(run: Any, given: Given) -> float:
    if "milestone" in given:
        values = run["milestone_value"].sel(milestone=given["milestone"]).values
    else:
        values = run[given["variable"]].sel(time=given["time"]).values
    values = np.log10(values) if given.get("log10") else values
    if "percentile" in given:
        return float(np.percentile(values, given["percentile"]))
    return float((values >= given["at_least"]).mean() if "at_least" in given else values)


@one_by_one
def gate(quantity: str, at: float = 0.0, **changes: float) -> float:
    """GATE's automation function, its parameters as in its file: `flop_gap`, `most_inference` by what it is worth in compute,
    `automated_share` at a log10 of compute, or `runtime_requirement` of a task, everything being trained for."""
    given = load_loop("gate_automation", changes).numbers()
    training = given["full_automation_requirement"]
    gap = gate_automation.flop_gap(training, given["initial_run"], given["gap_share"])
    if quantity == "automated_share":
        first = given["initial_automated_share"]
        return float(
            gate_automation.automation_function(
                at,
                full_automation_requirement=training,
                flop_gap=gap,
                initial_automated_share=first,
            )
        )
    if quantity == "runtime_requirement":
        running = {
            name: given[name]
            for name in ("inference_exponent", "largest_inference", quantity, "runtime_slope")
        }
        needs = np.log10(training)
        return float(
            gate_automation.runtime_requirement(at, needs, log_requirement=needs, **running)
        )
    return float(
        {
            "flop_gap": gap,
            "most_inference": given["largest_inference"] ** (1 / given["inference_exponent"]),
        }[quantity]
    )


@together
def trend(cases: Sequence[Given], load: Load) -> Iterator[tuple[int, float]]:
    """Of measured horizons: `doubling_months` of the frontier `since` a date, at a `success`; `ratio` of the 80 % to the 50 % horizon;
    or `minutes` by compute at a `date`. Dotted paths set values of the trend."""
    for place, given in enumerate(cases):
        changes = dict(given)
        quantity, since, success = (
            changes.pop("quantity"),
            changes.pop("since", None),
            changes.pop("success", 50),
        )
        date = changes.pop("date", None)
        found = horizon(
            None, load_trend("metr", changes), since=since, times=None if date is None else [date]
        )
        if quantity == "minutes":
            yield (
                place,
                60 * found["horizon"].sel(driver="compute", success=success, time=date).item(),
            )
        elif quantity == "ratio":
            yield place, found["success_ratio"].sel(success=success).item()
        else:
            yield place, 12 * found["doubling_time"].sel(driver="time", success=success).item()


@one_by_one
def horizon_doubling(growth: float, slope: float) -> float:
    """Months in which the horizon doubles as compute grows."""
    return 12 * float(doubling_time_by_compute(growth, slope))


# Results of an organisation made by hand


@one_by_one
def people_alone(shares: Sequence[float], hours: Sequence[float], elasticity: float) -> float:
    """Research per hour of people when a unit of each task takes them so many hours, instead of 1."""
    bundles = np.array(hours, dtype=float)[:, None, None]
    return float(allocate(bundles, [1.0], _flat(elasticity, shares)).output)


@one_by_one
def freed(share: float, elasticity: float, reallocation: bool) -> float:
    """Research when tasks of a cost share need nobody any more, and the people who did them turn to the others, or do not."""
    nest = _flat(elasticity, [share, 1 - share])
    if reallocation:
        return float(allocate([[[0.0]], [[1.0]]], [1.0], nest).output)
    return float(allocate([[[0.0, 0.0]], [[0.0, 1.0]]], [share, 1 - share], nest).output)


@one_by_one
def task_frontier(
    quantity: str,
    tasks: int,
    people: float,
    ai: float,
    log_compute: float,
    rho: float,
    theta: float,
    eta: float,
    threshold_slope: float,
) -> float:
    """`labour`, or the `ai_share` of tasks, where tasks cut from [0, 1] open one by one, and AI grows better at each from there on."""
    log_threshold = threshold_slope * (np.arange(tasks) + 0.5) / tasks
    bundles = np.zeros((tasks, 2, 2))
    bundles[:, 0, 0] = 1.0
    bundles[:, 1, 1] = np.exp(theta * (log_threshold - log_compute)) / eta
    open_modes = np.stack([np.ones(tasks, dtype=bool), log_threshold <= log_compute], axis=1)
    found = allocate(
        bundles, [people, ai], _flat(1 / (1 - rho), np.full(tasks, 1 / tasks)), open_modes
    )
    by_ai = found.activity[:, 1] / found.activity.sum(axis=1)
    return float({"labour": found.output, "ai_share": by_ai.mean()}[quantity])


@one_by_one
def supervised_tasks(
    reviewers: float,
    hours_per_year: float,
    review_hours: float,
    reviewed_part: float,
    base: float = 1.0,
) -> float:
    """Tasks a year, relative to a base, where AI does them all, as many as it likes, and reviewers look at a part of them."""
    capacity = supervision.review_supply(reviewers, hours_per_year, 1.0, 1.0)
    bundles = [[[1.0, 0.0], [0.0, float(supervision.review_hours(reviewed_part, review_hours))]]]
    return (
        float(allocate(bundles, [1.0, float(capacity)], _flat(0.5, [1.0]), [[False, True]]).output)
        / base
    )


@one_by_one
def reviewers_needed(tasks_per_year: float, **review: float) -> float:
    """Reviewers with whom so many tasks a year get done; the inverse of `supervised_tasks`."""
    return float(
        brentq(
            lambda reviewers: supervised_tasks(reviewers, **review) - tasks_per_year,
            1e-3,
            1e6,
            xtol=1e-14,
            rtol=1e-14,
        )
    )


@one_by_one
def longest_chunk(chunks: Sequence[Sequence[float]]) -> float:
    """Years that work takes with people without limit, cut into chunks (number, years) that nobody can share."""
    years = _years(chunks)
    return float(
        critical_path.longest_path(years, {chunk: () for chunk in range(len(years))}).total
    )


@one_by_one
def shared_chunks(chunks: Sequence[Sequence[float]], workers: int) -> float:
    """Years that the same work takes so many workers, the longest chunks first."""
    return makespan(_years(chunks), workers)


@one_by_one
def workers_needed(chunks: Sequence[Sequence[float]], within_years: float) -> float:
    """The fewest workers who get it done within so many years."""
    years = _years(chunks)
    return float(
        next(
            workers
            for workers in range(1, len(years) + 1)
            if makespan(years, workers) <= within_years
        )
    )


@one_by_one
def review_queue(quantity: str, reviewers: int, arrivals: float, review_time: float) -> float:
    """`waiting_probability`, `wait` for a reviewer, or `time` until a review is done, of work that arrives at random."""
    load = arrivals * review_time
    if quantity == "waiting_probability":
        return float(queueing.waiting_probability(reviewers, load))
    wait = float(queueing.mean_wait(reviewers, load, review_time))
    return {"wait": wait, "time": wait + review_time}[quantity]


def _schedule_work(lead: float, ceiling: float, pace: float) -> Array:
    """Work where productivity doubles in a month of progress."""
    terms = schedule.ScheduleTerms(lead, ceiling, pace=1.0, productivity_slope=float(np.log10(2)))
    return schedule.schedule_outcome(terms, [pace]).work


LEAD_FORMULAS: dict[str, Callable[..., ArrayLike]] = {
    "researchers": lambda **given: workforce.workforce_from_tokens(**given).researchers,
    "researcher_months": lambda **given: workforce.workforce_from_tokens(**given).researcher_months,
    "serial_speed": lambda **given: workforce.workforce_from_tokens(**given).serial_speed,
    "training_run": workforce.training_run,
    "parameters": lambda **given: workforce.model_size(**given)[0],
    "token_rate": workforce.token_rate,
    "token_rate_ratio": workforce.token_rate_ratio,
    "field_speedup": workforce.field_speedup,
    "expected_pause": lead.expected_pause,
    "reviewed_speed": usable_work.reviewed_speed,
    "supervised_work": usable_work.supervised_work,
    "needed_automation": usable_work.needed_automation,
    "schedule_work": _schedule_work,
    "prepared_work": pause.prepared_work,
    "capability_given_up": lambda **given: pause.confidence_margin(**given, productivity_slope=0.0)[
        0
    ],
    "doublings": lambda multiplier: pause.growth_for_multiplier(multiplier) / np.log(2),
    "risk_to_target": lambda **given: pause.target_risk(**given)[1],
}


@one_by_one
def lead_formula(formula: str, **given: Any) -> float:
    """A closed form of workforce, lead, pause or usable work."""
    return float(np.asarray(LEAD_FORMULAS[formula](**given)))


def makespan(durations: Array, workers: int) -> float:
    """Time until independent units are done by some workers, who take the longest units first.

    List scheduling takes at most 4/3 - 1/(3 W) of the shortest schedule: Graham (1969), *SIAM
    Journal on Applied Mathematics* 17(2), 416-429 (access: secondary).

    Examples
    --------
    Six units of an hour and one of three hours, by two workers and by a hundred:

    >>> [makespan(np.array([1, 1, 1, 1, 1, 1, 3.0]), workers) for workers in (2, 100)]
    [5.0, 3.0]
    """
    busy_until = [0.0] * min(workers, len(durations))
    for unit in sorted(durations.tolist(), reverse=True):
        heapq.heapreplace(busy_until, busy_until[0] + unit)
    return max(busy_until, default=0.0)


def _years(chunks: Sequence[Sequence[float]]) -> Array:
    return np.repeat([float(length) for _, length in chunks], [int(number) for number, _ in chunks])


def _flat(elasticity: float, shares: Sequence[float] | Array) -> Nest:
    return Nest(elasticity, shares, list(range(len(shares))))
