"""The model's value of each kind of published result, by small functions registered by name.

A function registered with `single` takes the arguments of one result and returns its value. A
function registered with `grouped` takes all results that share their arguments but for some names,
so that results of one organisation or run are solved at once. Arguments that are dotted paths set
values of the catalog.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, SupportsFloat, TypeVar

import numpy as np
from scipy.optimize import brentq

from taskmodel.allocation import Allocation, Nest, allocate
from taskmodel.catalog import Catalog
from taskmodel.lead import erosion, pause, schedule, usable_work, workforce
from taskmodel.numerics.types import Array
from taskmodel.organisation.measures import Measures, task_output
from taskmodel.organisation.organisation import organisation
from taskmodel.organisation.quantities import Quantities
from taskmodel.science import capability, critical_path, queueing, supervision
from taskmodel.science.audits import audit_hours, clean_audits
from taskmodel.science.review_effort import detection
from taskmodel.sweeps._ceilings import ceilings
from taskmodel.sweeps._sweep import latency
from taskmodel.sweeps.walker import Walker
from taskmodel.takeoff import milestones, simulate
from taskmodel.takeoff.horizons import load_trend
from taskmodel.takeoff.horizons.dataset import horizon
from taskmodel.takeoff.horizons.trend import doubling_time_by_compute
from taskmodel.takeoff.loops import gate_automation, load_loop, simulate_loop

Arguments = Mapping[str, Any]
Load = Callable[..., Catalog]
Computation = Callable[[Sequence[Arguments], Load], Iterator[tuple[int, SupportsFloat]]]
Group = Callable[[dict[str, Any], list[Arguments], Load], Iterable[SupportsFloat]]
CatalogGroup = Callable[[Catalog, list[Arguments]], Iterable[SupportsFloat]]

F = TypeVar("F", bound=Callable[..., SupportsFloat])

COMPUTATIONS: dict[str, Computation] = {}
FAR = 1e35  # FLOP/year: every delegable task of the bundled catalogs is open long before
# Results of a catalog hold for its numbers as they were, not for those that newer evidence gives.
FIRST = {path.stem: path for path in Path(__file__).with_name("catalogs").glob("*.yaml")}
START = 2022.0  # calendar year in which the bundled worlds start
# Relative margin above a horizon, so that a task that needs just this horizon is open although
# thresholds are rounded.
MARGIN = 1e-12


def single(function: F) -> F:
    """Registers a function of the arguments of one result."""

    def values(cases: Sequence[Arguments], load: Load) -> Iterator[tuple[int, SupportsFloat]]:
        return ((index, function(**case)) for index, case in enumerate(cases))

    COMPUTATIONS[function.__name__.removeprefix("_")] = values
    return function


def grouped(*own: str) -> Callable[[Group], Group]:
    """Registers a function of all results with the same arguments but for their `own`.

    The function takes the common arguments, the arguments of each result and the way to load
    catalogs; it returns the values in the order of the results.
    """

    def register(function: Group) -> Group:
        def values(cases: Sequence[Arguments], load: Load) -> Iterator[tuple[int, SupportsFloat]]:
            groups: dict[tuple[tuple[str, Any], ...], list[int]] = defaultdict(list)
            for index, case in enumerate(cases):
                shared = sorted(item for item in case.items() if item[0] not in own)
                groups[tuple(shared)].append(index)
            for common, members in groups.items():
                group = [cases[index] for index in members]
                yield from zip(members, function(dict(common), group, load), strict=True)

        COMPUTATIONS[function.__name__.removeprefix("_")] = values
        return function

    return register


def of_catalog(*own: str) -> Callable[[CatalogGroup], CatalogGroup]:
    """Registers a function of a catalog and of all results that share it."""

    def register(function: CatalogGroup) -> CatalogGroup:
        def values(
            common: dict[str, Any], cases: list[Arguments], load: Load
        ) -> Iterable[SupportsFloat]:
            return function(_catalog(load, common), cases)

        values.__name__ = function.__name__
        grouped(*own)(values)
        return function

    return register


def _catalog(load: Load, arguments: dict[str, Any]) -> Catalog:
    """The catalog with its settings: as it was when its results were computed, if that is kept.

    With ``delegated`` AI does every task that it may do; ``gates`` sets every wait for approval
    [h].
    """
    name = arguments.pop("catalog")
    base = load(FIRST.get(name, name), scenario=arguments.pop("scenario", None))
    delegated, gates = arguments.pop("delegated", False), arguments.pop("gates", None)
    changes: dict[str, Any] = {}
    for name, task in base.tasks.items():
        if delegated and task.delegable:
            changes[f"tasks.{name}.by_people"] = False
        if gates is not None and task.gate_latency is not None:
            changes[f"tasks.{name}.gate_latency"] = gates
    changes |= arguments
    return base.replace(changes) if changes else base


# Results of a catalog


@dataclass(frozen=True)
class SolvedOrganisation:
    """An organisation and its optimum at some points of the axis."""

    walker: Walker
    compute: Array
    allocation: Allocation
    measures: Measures

    def automatable_share(self) -> Array:
        """Share of people's hours without AI that is in automatable tasks, shape (point,)."""
        automatable = self.walker.organisation.automatable(self.compute)
        return (self.walker.yardstick.shares * automatable).sum(axis=1)

    def people_share(self) -> Array:
        """Share of people's hours in each task, at work or in review, shape (point, task)."""
        organisation = self.walker.organisation
        labour = organisation.bundles(self.compute)[..., : organisation.pools]
        hours = np.einsum("ptm,ptmk->pt", self.allocation.activity, labour)
        return hours / hours.sum(axis=1, keepdims=True)

    def people_per_hour(self) -> Array:
        """People's hours per human-equivalent hour of work, shape (point,)."""
        used = self.allocation.factor_use[:, : self.walker.organisation.pools].sum(axis=1)
        return used / task_output(self.allocation.activity).sum(axis=1)


@of_catalog("quantity", "task", "horizon", "compute")
def _state(catalog: Catalog, cases: list[Arguments]) -> Iterator[float]:
    """A `quantity` of the organisation at a 50 % `horizon` [h] of AI or a `compute` [FLOP/year]."""
    walker = Walker(catalog)
    share = catalog.compute.training_share.value
    compute = np.array(
        [
            case["compute"]
            if "compute" in case
            else _training_compute(catalog, case["horizon"] * (1 + MARGIN)) / share
            for case in cases
        ]
    )
    allocation = walker.solve(compute, np.zeros(len(compute), dtype=bool)).allocation
    measures = walker.yardstick.measure(compute, allocation)
    solved = SolvedOrganisation(walker, compute, allocation, measures)
    for point, case in enumerate(cases):
        name = case["quantity"]
        values = getattr(solved, name)() if hasattr(solved, name) else getattr(measures, name)
        value = values[point]
        yield value[walker.organisation.tasks.index(case["task"])] if "task" in case else value


@of_catalog()
def _ceiling(catalog: Catalog, cases: list[Arguments]) -> list[float]:
    """The speed-up with unlimited inference and experiments and every delegable task open."""
    limits = ceilings(Walker(catalog).at(np.array([FAR])))
    return [limits["oversight_ceiling_full"][0]] * len(cases)


@of_catalog("quantity")
def _serial_time(catalog: Catalog, cases: list[Arguments]) -> list[SupportsFloat]:
    """A `quantity` of `taskmodel.latency`."""
    path = latency(catalog, FAR)
    return [path[case["quantity"]].item() for case in cases]


@of_catalog("horizon")
def _threshold(catalog: Catalog, cases: list[Arguments]) -> Iterator[float]:
    """Training compute [FLOP] of a 50 % `horizon` [h], or at which every delegable task is open."""
    for case in cases:
        if "horizon" in case:
            yield _training_compute(catalog, case["horizon"])
        else:
            (opens_at,) = organisation(catalog).opens_at
            delegable = [task.delegable for task in catalog.tasks.values()]
            yield opens_at[delegable].max() * catalog.compute.training_share.value


def _training_compute(catalog: Catalog, hours: float) -> float:
    names = ("intercept", "slope", "reference_compute")
    curve = {name: getattr(catalog.capability, name).value for name in names}
    return float(capability.automation_threshold(hours, **curve))


@of_catalog("defect_rate", "risk", "detection")
def _record_hours(catalog: Catalog, cases: list[Arguments]) -> Iterator[float]:
    """Review hours of a clean record in every delegable class of tasks.

    `detection` is that of audits; without it audits detect what review of the task detects.
    """
    delegable = [task.delegable for task in catalog.tasks.values()]
    quantities = Quantities(catalog)
    length = quantities.tasks("horizon")[0, delegable]
    ratio = quantities.given_review_ratio[0, delegable]
    rate, ceiling = (parameter[0, delegable] for parameter in quantities.detection_curve)
    own = detection(ratio, rate, ceiling)
    for case in cases:
        audits = clean_audits(case["defect_rate"], case["risk"], case.get("detection", own))
        yield audit_hours(audits, length, ratio).sum()


# Results of worlds, loops and trends


@grouped("milestone")
def _takeoff(world: dict[str, Any], cases: list[Arguments], load: Load) -> list[SupportsFloat]:
    """A `milestone` of a `world`, in continuous time or with a `reference_step`.

    Other arguments set parameters.
    """
    name, step = world.pop("world"), world.pop("reference_step", None)
    run = simulate(name, world, times=None if step else [START], reference_step=step)
    reached = milestones(run)["value"]
    return [reached.sel(milestone=case["milestone"]).item() for case in cases]


@grouped("milestone", "variable", "time", "log10", "percentile", "at_least")
def _loop(settings: dict[str, Any], cases: list[Arguments], load: Load) -> list[SupportsFloat]:
    """A `milestone`, or a `variable` at a `time`, of a `loop`.

    Of `draws` with a `seed`, the result is a `percentile`, or the share of at least `at_least`.
    """
    name, draws, seed = (
        settings.pop("loop"),
        settings.pop("draws", None),
        settings.pop("seed", None),
    )
    model = load_loop(name, settings)
    times = {model.start.value, *(case["time"] for case in cases if "time" in case)}
    run = simulate_loop(model, times=sorted(times), draws=draws, seed=seed)
    return [_loop_value(run, case) for case in cases]


def _loop_value(run: Any, case: Arguments) -> SupportsFloat:
    if "milestone" in case:
        values = run["milestone_value"].sel(milestone=case["milestone"]).values
    else:
        values = run[case["variable"]].sel(time=case["time"]).values
    values = np.log10(values) if case.get("log10") else values
    if "percentile" in case:
        return np.percentile(values, case["percentile"])
    return (values >= case["at_least"]).mean() if "at_least" in case else values


@single
def _gate(quantity: str, position: float = 0.0, **changes: float) -> SupportsFloat:
    """A `quantity` of GATE's automation function, with the parameters of its file.

    `flop_gap`; `most_inference`, by its equivalent in compute; `automated_share` at a `position`,
    log10 of compute; or `runtime_requirement` of a task when training is complete.
    """
    parameters = load_loop("gate_automation", changes).numbers()
    training = parameters["full_automation_requirement"]
    gap = gate_automation.flop_gap(training, parameters["initial_run"], parameters["gap_share"])
    if quantity == "automated_share":
        return gate_automation.automation_function(
            position,
            full_automation_requirement=training,
            flop_gap=gap,
            initial_automated_share=parameters["initial_automated_share"],
        )
    if quantity == "runtime_requirement":
        names = ("inference_exponent", "largest_inference", quantity, "runtime_slope")
        running = {name: parameters[name] for name in names}
        needs = np.log10(training)
        return gate_automation.runtime_requirement(
            position, needs, log_requirement=needs, **running
        )
    most = parameters["largest_inference"] ** (1 / parameters["inference_exponent"])
    return {"flop_gap": gap, "most_inference": most}[quantity]


@grouped("quantity", "success")
def _trend(settings: dict[str, Any], cases: list[Arguments], load: Load) -> list[SupportsFloat]:
    """A `quantity` of measured horizons at a `success` [%]; dotted paths set values of the trend.

    `doubling_months` of the frontier `since` a date, `ratio` of the 80 % to the 50 % horizon, or
    `minutes` by compute at a `date`.
    """
    since, date = settings.pop("since", None), settings.pop("date", None)
    times = None if date is None else [date]
    horizons = horizon(None, load_trend("metr", settings), since=since, times=times)

    def value(quantity: str, success: float = 50) -> float:
        if quantity == "minutes":
            hours = horizons["horizon"].sel(driver="compute", success=success, time=date)
            return float(60 * hours.item())
        if quantity == "ratio":
            return float(horizons["success_ratio"].sel(success=success).item())
        return float(12 * horizons["doubling_time"].sel(driver="time", success=success).item())

    return [value(**{k: case[k] for k in ("quantity", "success") if k in case}) for case in cases]


@single
def _horizon_doubling(growth: float, slope: float) -> SupportsFloat:
    """Months in which the horizon doubles as compute grows."""
    return 12 * doubling_time_by_compute(growth, slope)


# Results of organisations without a catalog


@single
def _people_alone(
    shares: Sequence[float], hours: Sequence[float], elasticity: float
) -> SupportsFloat:
    """Research per hour of people when a unit of each task takes these hours instead of 1."""
    bundles = np.array(hours, dtype=float)[:, None, None]
    return allocate(bundles, [1.0], _flat(elasticity, shares)).output


@single
def _freed(share: float, elasticity: float, reallocation: bool) -> SupportsFloat:
    """Research when tasks with a cost share need no people any more.

    With `reallocation` the people who did them turn to the other tasks.
    """
    nest = _flat(elasticity, [share, 1 - share])
    if reallocation:
        return allocate([[[0.0]], [[1.0]]], [1.0], nest).output
    return allocate([[[0.0, 0.0]], [[0.0, 1.0]]], [share, 1 - share], nest).output


@single
def _task_frontier(
    quantity: str,
    tasks: int,
    people: float,
    ai: float,
    log_compute: float,
    rho: float,
    theta: float,
    eta: float,
    threshold_slope: float,
) -> SupportsFloat:
    """`labour` or the `ai_share` of tasks, where tasks from [0, 1] open one by one.

    AI becomes more productive at each task from its threshold on.
    """
    log_threshold = threshold_slope * (np.arange(tasks) + 0.5) / tasks
    bundles = np.zeros((tasks, 2, 2))
    bundles[:, 0, 0] = 1.0
    bundles[:, 1, 1] = np.exp(theta * (log_threshold - log_compute)) / eta
    open_modes = np.stack([np.ones(tasks, dtype=bool), log_threshold <= log_compute], axis=1)
    nest = _flat(1 / (1 - rho), np.full(tasks, 1 / tasks))
    optimum = allocate(bundles, [people, ai], nest, open_modes)
    by_ai = optimum.activity[:, 1] / optimum.activity.sum(axis=1)
    return {"labour": optimum.output, "ai_share": by_ai.mean()}[quantity]


@single
def _supervised_tasks(
    reviewers: float,
    hours_per_year: float,
    review_hours: float,
    reviewed_part: float,
    base: float = 1.0,
) -> float:
    """Tasks a year, relative to a base, where AI does all tasks and reviewers check a part."""
    capacity = supervision.review_supply(reviewers, hours_per_year, 1.0, 1.0)
    hours = supervision.review_hours(reviewed_part, review_hours)
    bundles = [[[1.0, 0.0], [0.0, float(hours)]]]
    optimum = allocate(bundles, [1.0, float(capacity)], _flat(0.5, [1.0]), [[False, True]])
    return float(optimum.output) / base


@single
def _reviewers_needed(tasks_per_year: float, **review: float) -> SupportsFloat:
    """Reviewers for this number of tasks a year; the inverse of `supervised_tasks`."""

    def excess(reviewers: float) -> float:
        return _supervised_tasks(reviewers, **review) - tasks_per_year

    return brentq(excess, 1e-3, 1e6, xtol=1e-14, rtol=1e-14)


@single
def _longest_chunk(chunks: Sequence[Sequence[float]]) -> SupportsFloat:
    """Years of work in chunks (number, years), one worker for each, with unlimited workers."""
    years = _years(chunks)
    return critical_path.longest_path(years, {chunk: () for chunk in range(len(years))}).total


@single
def _shared_chunks(chunks: Sequence[Sequence[float]], workers: int) -> float:
    """Years of the same work with this number of workers, the longest chunks first."""
    return makespan(_years(chunks), workers)


@single
def _workers_needed(chunks: Sequence[Sequence[float]], within_years: float) -> int:
    """The smallest number of workers who complete it in time."""
    years = _years(chunks)
    numbers = range(1, len(years) + 1)
    return next(workers for workers in numbers if makespan(years, workers) <= within_years)


@single
def _review_queue(
    quantity: str, reviewers: int, arrivals: float, review_time: float
) -> SupportsFloat:
    """`waiting_probability`, `wait` for a reviewer, or `time` until a review of random arrivals."""
    load = arrivals * review_time
    if quantity == "waiting_probability":
        return queueing.waiting_probability(reviewers, load)
    wait = queueing.mean_wait(reviewers, load, review_time)
    return {"wait": wait, "time": wait + review_time}[quantity]


# Closed forms of `taskmodel.lead`


def _schedule_work(lead: float, ceiling: float, pace: float) -> Array:
    """Work where productivity doubles with every month of progress."""
    terms = schedule.ScheduleTerms(lead, ceiling, pace=1.0, productivity_slope=float(np.log10(2)))
    return schedule.schedule_outcome(terms, [pace]).work


LEAD_FORMULAS: dict[str, Callable[..., SupportsFloat]] = {
    "researchers": lambda **tokens: workforce.workforce_from_tokens(**tokens).researchers,
    "researcher_months": lambda **tokens: (
        workforce.workforce_from_tokens(**tokens).researcher_months
    ),
    "serial_speed": lambda **tokens: workforce.workforce_from_tokens(**tokens).serial_speed,
    "training_run": workforce.training_run,
    "parameters": lambda **arguments: workforce.model_size(**arguments)[0],
    "token_rate": workforce.token_rate,
    "token_rate_ratio": workforce.token_rate_ratio,
    "field_speedup": workforce.field_speedup,
    "expected_pause": erosion.expected_pause,
    "reviewed_speed": usable_work.reviewed_speed,
    "supervised_work": usable_work.supervised_work,
    "needed_automation": usable_work.needed_automation,
    "schedule_work": _schedule_work,
    "prepared_work": pause.prepared_work,
    "capability_given_up": lambda **arguments: pause.confidence_margin(
        **arguments, productivity_slope=0.0
    )[0],
    "doublings": lambda multiplier: pause.growth_for_multiplier(multiplier) / np.log(2),
    "risk_to_target": lambda **arguments: pause.target_risk(**arguments)[1],
}


@single
def _lead_formula(formula: str, **arguments: Any) -> SupportsFloat:
    """A closed form of workforce, lead, pause or usable work."""
    return LEAD_FORMULAS[formula](**arguments)


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
