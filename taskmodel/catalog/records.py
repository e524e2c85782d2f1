"""The records of a catalog: one frozen class for each block of the file, one line for each value.

A line declares type, unit, range and meaning; the JSON Schema for editors and the messages of the
reader are generated from it. Conditions between records (ids that exist, shares that sum to 1) are
in `checks`. Estimates have no default here: they are in the catalog, with their source. A default
is declared only where omission has one evident meaning (no gate, may be delegated, a multiplier
of 1).
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from taskmodel.files import units
from taskmodel.files.quantity import (
    SIZES,
    Compute,
    Elasticity,
    FieldYears,
    Fraction,
    Headcount,
    HoursPerYear,
    Key,
    Measure,
    NonNegative,
    Number,
    OpenFraction,
    PersonsPerYear,
    Positive,
    PositiveFraction,
    Probability,
    Prose,
    Quantity,
    Rate,
    Record,
    Source,
    Sourced,
    Switch,
    Title,
    Whole,
    Word,
    WorkingHours,
    WorkingTime,
    failed,
    pure_number,
)

GENERAL = "general"  # name of the reviewers of `supervision` in a task's list of reviewers


class People(Record):
    """A number of people, and its change over time."""

    headcount: Headcount
    """people in the pool"""
    hours_per_year: HoursPerYear
    """hours one of them works in a year"""
    growth: Rate | None = None
    """people who come in a year, per person there is; absent: none"""
    hires: PersonsPerYear | None = None
    """people who come in a year besides, however many there are; absent: none"""
    attrition: Rate | None = None
    """people who leave in a year, per person there is; absent: none"""
    practice_share: Fraction | None = None
    """share of those who come that learn the work; absent: all of them"""


class Pool(People):
    """People who can do tasks."""


class Hands(Record, title="People"):
    """What people do by hand."""

    success: PositiveFraction = pure_number(1)
    """probability that an attempt of a person gives a useful unit, where AI does not work"""


class Production(Record):
    """The production function that combines tasks to research."""

    elasticity: Elasticity
    """elasticity of substitution between the members of a nest, for nests without their own"""
    parallel_exponent: Fraction
    """exponent of parallel effort in the effective speed-up"""
    normalise_shares: Switch = False
    """whether the shares of the tasks are weights, which are divided by their sum"""


class Monitor(Record):
    """AI that reads every unit and raises alerts, at all of which people look."""

    true_positive: Fraction
    """share of defective units that it raises an alert on"""
    false_positive: Annotated[Quantity, Measure(units.ONE, ge=0, lt=1)]
    """share of other units that it raises an alert on"""


class Protocol(Record):
    """A protocol for AI work: how much of it is reviewed, with how much effort and which help."""

    title: Title
    """name of the protocol, in words"""
    description: Prose = ""
    """more about it, for readers"""
    sources: dict[str, Source] = Field(default_factory=dict)
    """works its values rest on, by key"""
    coverage: Fraction
    """share of units that people review, before floors"""
    floors: Switch = True
    """whether a task's coverage_floor holds, should it be larger"""
    review_effort: NonNegative = pure_number(1)
    """review hours of a reviewed unit, relative to review_ratio"""
    settled_share: Fraction = pure_number(0)
    """share of the questions of a review that AI help can settle"""
    settled_effort: NonNegative = pure_number(1)
    """review hours of those, relative to without help"""
    review_inference: NonNegative = pure_number(0)
    """inference of AI review, relative to that of the work"""
    layers: Annotated[Quantity, Measure(units.ONE, ge=0, integer=True)] = pure_number(0)
    """layers of AI review, a whole number"""
    layer_detection: Fraction = pure_number(0)
    """share of defects that a layer finds, of those it can"""
    common_mode: Fraction = pure_number(0)
    """share of defects that no layer of AI review can find"""
    monitor: Monitor | None = None
    """AI that says where people look; beyond its alerts they look at random, up to coverage"""
    interaction_time: WorkingTime = Quantity(value=0, unit="h")
    """time of a person that steers an episode of work"""
    episode_length: WorkingHours | None = None
    """human-equivalent length of an episode; needed where one is steered"""
    people: Fraction = pure_number(0)
    """hours that people still work themselves, relative to without AI"""
    needs_capability: Switch = True
    """whether AI must be able to do the task by itself"""

    @model_validator(mode="after")
    def _episodes(self) -> "Protocol":
        if self.interaction_time.value > 0 and self.episode_length is None:
            raise failed(
                (
                    "interaction_time",
                    "steers episodes of no length; give episode_length, the work that goes on "
                    "between two times",
                )
            )
        if self.layers.value % 1 or self.layers.value > 100:
            raise failed(
                ("layers", f"found {self.layers.value:g}; a whole number of at most 100 is allowed")
            )
        return self


class Reviewers(People):
    """People who review what AI does."""

    headcount: Headcount
    """people who review"""
    pool: Word
    """the labour pool whose hours review uses, or `dedicated` for reviewers besides the pools"""
    max_review_share: Fraction
    """largest share of their hours that can go into review"""
    utilisation: Fraction = pure_number(1)
    """planned share of review time in use"""


class Supervision(Reviewers):
    """Human review of what AI does, and the reviewers of every task that names no others."""

    review_level: Literal["low", "central", "high"] = "central"
    """which end of every review_ratio is used"""
    effort: Literal["given", "optimal"] = "given"
    """hours of a review: review_ratio, or as many as are worth their time by defects and what they
    cost"""
    defect_cost: Annotated[Quantity, Measure(units.REVIEW, ge=0)] | None = None
    """hours of review that it is worth to spare an hour of work whose defect escapes; needed for
    optimal effort"""
    defect_budget: Annotated[Quantity, Measure(units.DEFECTS, ge=0)] | None = None
    """defective work that may pass unnoticed in a year, its human-equivalent hours weighted by
    harm_weight; 0: none may; absent: no limit"""
    tolerated_harm: NonNegative | None = None
    """harm of an attack by AI that is tolerated, in the unit of attack_harm: people look at as many
    units as keep what AI expects of it below; what no look keeps there AI may not do; absent: AI
    does not attack"""
    coverage: Literal["full", "floor", "none"] = "full"
    """units of AI work that people review: all, those of coverage_floor, none"""
    protocols: tuple[Word, ...] = ()
    """protocols that are allowed, of `protocols` or bundled ones; several: the best is chosen;
    none: by `coverage`"""
    second_look_share: Fraction = pure_number(0)
    """share of reviews that somebody else reviews in turn; costs hours, detects nothing more"""
    second_look_effort: NonNegative = pure_number(1)
    """hours of such a look, relative to the review"""
    second_look_layers: Annotated[Whole, Field(ge=0, le=20)] = 0
    """layers of review of reviews, each of them about a share of the one below"""
    verification_gap: Annotated[Quantity, Measure(units.ONE, ge=-5, le=5)] = pure_number(0)
    """gamma: review hours grow as the horizon of the worker over the one that the task needs, to
    this power; below 0: verification gets easier"""
    detection_gap: Annotated[Quantity, Measure(units.ONE, ge=0, le=5)] = pure_number(0)
    """delta: the share of defects that review finds falls as that ratio to this power"""
    assist_limit: Fraction = pure_number(0)
    """share of review in which a trusted critic assists, however capable it is"""
    critic_lag: Annotated[Quantity, Measure(units.ONE, ge=0, le=30)] | None = None
    """powers of ten of training compute by which the critic is behind the frontier; needed where
    assist_limit is above 0"""
    assisted_effort: Fraction | None = None
    """review hours where the critic assists, relative to without it; needed where assist_limit is
    above 0"""
    binding_tolerance: Fraction
    """oversight binds where 1 % less review time per unit gives over this many % more output"""

    @model_validator(mode="after")
    def _critic(self) -> "Supervision":
        if self.assist_limit.value > 0:
            for name, example in (("critic_lag", "1"), ("assisted_effort", "0.3")):
                if getattr(self, name) is None:
                    raise failed(
                        (
                            "assist_limit",
                            f"a critic that assists needs {name}; give it, such as {example}",
                        )
                    )
        return self

    @model_validator(mode="after")
    def _effort(self) -> "Supervision":
        if self.effort == "optimal" and self.defect_cost is None:
            raise failed(
                (
                    "effort",
                    "optimal effort weighs review against defects that escape; give defect_cost, "
                    "such as 10 h/h",
                )
            )
        return self


class Grid(Sourced):
    """Points along the compute axis, evenly spaced in its logarithm."""

    low: Number = Field(ge=SIZES[0], le=SIZES[1])
    """first point [FLOP/year]"""
    high: Number = Field(ge=SIZES[0], le=SIZES[1])
    """last point [FLOP/year]"""
    points: Whole = Field(ge=2, le=1_000_000)
    """number of points"""

    @model_validator(mode="after")
    def _ordered(self) -> "Grid":
        if not self.low < self.high:
            raise failed(
                ("high", f"low < high is needed, found low {self.low:g} and high {self.high:g}")
            )
        return self


class ComputeUse(Record):
    """The compute axis, effective FLOP per year (base-year software) of the leading developer."""

    today: Annotated[Quantity, Measure(units.FLOP_PER_YEAR, gt=0)]
    """where the axis stands today"""
    today_date: Annotated[Quantity, Measure(units.DATE, ge=1900, le=2300)] | None = None
    """date at which it stands there; absent: not said"""
    training_share: PositiveFraction
    """share of a year's compute in the largest training run"""
    inference_share: Fraction
    """share of the axis that this organisation uses for inference"""
    experiment_share: Fraction
    """share of the axis that this organisation uses for experiments"""
    h100_hour: Compute
    """effective FLOP of one H100-hour"""
    inference: Literal["scarce", "free"] = "scarce"
    """free: its supply is infinite"""
    experiments: Literal["scarce", "free"] = "scarce"
    """free: their supply is infinite"""
    grid: Grid
    """points of the axis that a sweep reports"""


class Capability(Record):
    """Which tasks AI of a given training compute can do, and what an attempt costs."""

    intercept: Annotated[Quantity, Measure(units.LOG_MINUTES, ge=-100, le=100)]
    """a in log10(50 % horizon in minutes) = a + b log10(training compute / reference_compute)"""
    slope: Positive
    """b in the same, powers of ten of horizon for each of compute"""
    residual_sd: Annotated[Quantity, Measure(units.DEX, ge=0)]
    """residual standard deviation of that fit"""
    reference_compute: Compute
    """training compute at which the horizon is 10^intercept minutes"""
    h50_hours: WorkingHours | None = None
    """50 % horizon given directly, in place of compute; absent: from compute"""
    success: Literal["step", "logistic"] = "step"
    """step: AI can do a task from its threshold on; logistic: attempts succeed more often the
    longer its horizon"""
    success_slope: Positive | None = None
    """beta in odds of success = (50 % horizon / horizon needed)^beta; needed where success is
    logistic"""
    required_success: Annotated[Quantity, Measure(units.ONE, ge=0.5, le=0.99)] | None = None
    """success of attempts by the logistic from which AI can do a task; absent: 0.5, and below it
    logistic success leaves tasks open"""
    defect_probability: Probability
    """probability that a unit of AI work is useless, once the task is open"""
    reliability_limit: PositiveFraction | None = None
    """success of attempts however capable the model, which the logistic multiplies; absent: 1 -
    defect_probability. A task's own defect_probability comes first"""
    worker: Literal["sufficient", "frontier", "best"] = "sufficient"
    """the model that does a task: the smallest that can (whose attempts succeed with
    required_success where success is logistic), the largest there is, or whichever costs least"""
    tokens_per_human_second: Annotated[Quantity, Measure(units.TOKEN_RATE, gt=0)]
    """tokens that do the work of one second of a person"""
    parameters_compute_ratio: Annotated[Quantity, Measure(units.FLOP_PER_PARAMETER2, gt=0)]
    """k in training compute = k N^2, N parameters; a token then costs 2 N FLOP"""

    @property
    def grows(self) -> bool:
        """Whether success grows with compute: that of the smallest sufficient model does not."""
        return self.success == "logistic" and self.worker != "sufficient"

    @model_validator(mode="after")
    def _success(self) -> "Capability":
        if self.success == "logistic" and self.success_slope is None:
            raise failed(("success", "logistic success needs success_slope, such as 0.84"))
        if self.required_success is not None and self.success_slope is None:
            raise failed(
                ("required_success", "the logistic needs success_slope; give it, such as 0.84")
            )
        smallest = self.success == "logistic" and self.worker == "sufficient"
        if smallest and self.required_success is None:
            raise failed(
                (
                    "worker",
                    "the smallest sufficient model is not defined where success is logistic; give "
                    "required_success, such as 0.8, or use worker: frontier or best",
                )
            )
        return self


class Latency(Record):
    """The serial side: how long one pass through the tasks takes."""

    serial_speed: Positive
    """speed of AI relative to a person, on one task"""
    working_hours_per_week: Annotated[Quantity, Measure(units.HOURS_PER_WEEK, gt=0, le=168)]
    """hours a person works in a week of 168"""
    count_review: Switch = True
    """whether review takes serial time"""
    count_gates: Switch = True
    """whether approvals take serial time"""
    all_by_ai: Switch = False
    """whether even tasks that are not delegable run at the speed of AI, reviewed by the rule of
    coverage or the first protocol that they do not forbid"""
    count_queues: Switch = False
    """whether work waits for reviewers who are busy (if review takes serial time)"""
    arrival_variability: NonNegative = pure_number(1)
    """variance over squared mean of the time between arrivals for review; 1: at random"""
    service_variability: NonNegative = pure_number(1)
    """variance over squared mean of the review times of one task; 1: exponential, 0: constant"""
    count_off_hours: Switch = False
    """whether work waits for reviewers who are at home (if review takes serial time)"""
    review_hours_per_day: Annotated[Quantity, Measure(units.WORKING_TIME, gt=0, le=24)] = Quantity(
        value=8, unit="h"
    )
    """hours of a day, on end, at which reviewers are at work"""
    review_days_per_week: Annotated[Whole, Field(ge=1, le=7)] = 5
    """days of a week, in a row, on which they are"""
    count_loops: Switch = False
    """whether `feedback_loops` take serial time"""


class Trust(Record):
    """Record of clean audits that lowers review to the floors, and how long the record holds."""

    defect_rate: OpenFraction
    """bound x on the share of defective units that a record has to show"""
    risk: OpenFraction
    """delta, how likely a class of tasks with defects at that bound passes all the same"""
    generation_time: Annotated[Quantity, Measure(units.CALENDAR, gt=0, le=1000)]
    """time G between model generations"""
    trust_lost: Fraction
    """share phi of the record that a new model generation has to earn again"""
    detection: PositiveFraction | None = None
    """share of defects that an audit finds; absent: each task's own, from its review_ratio and
    verifiability"""
    correlation: Annotated[Quantity, Measure(units.ONE, ge=0, lt=1)] = pure_number(0)
    """correlation rho of the errors of audits: n of them count as n / (1 + (n - 1) rho)"""
    audits: Literal["besides", "beyond_floor"] = "besides"
    """besides: audits come on top of reviews at the floor; beyond_floor: those count as audits"""


class Learning(Record):
    """A factor that falls as work accumulates: least + (1 - least) (1 + work/scale)^-exponent."""

    exponent: NonNegative
    """how fast it falls in the end; 0: not at all"""
    scale: FieldYears
    """work that counts as much as all there was before"""
    least: Fraction = pure_number(0)
    """share that no work takes away"""


class Scoping(Learning):
    """Fall of the horizon that AI needs for tasks whose results can be checked well."""

    verifiability: Fraction
    """score of verifiability from which tasks are well enough scoped"""


class SafeCapability(Record):
    """Largest training compute safe to use on these tasks: start (1 + work/scale)^exponent."""

    start: Compute
    """effective training compute that is safe to use without any of this work"""
    exponent: NonNegative
    """how fast it grows with work; 0: not at all"""
    scale: FieldYears
    """work that counts as much as all there was before"""


class OverTime(Record):
    """The organisation in a simulated world, and what its accumulated work changes there."""

    software_date: Annotated[Quantity, Measure(units.DATE, ge=1900, le=2300)]
    """date of the software in which compute is measured"""
    review: Learning | None = None
    """review hours for an hour of AI work; absent: accumulated work does not change them"""
    scoping: Scoping | None = None
    """horizons that AI needs for tasks that can be checked well; absent: as they are"""
    safe_capability: SafeCapability | None = None
    """AI that is safe to use; absent: all there is"""


class NestRecord(Record, title="Nest"):
    """A group of tasks (and nests) that substitute for each other alike."""

    title: Prose = ""
    """name of the group, in words"""
    parent: Word | None = None
    """the nest it belongs to; exactly one nest has none"""
    elasticity: Elasticity | None = None
    """elasticity of substitution within it; absent: production.elasticity"""


class Basis(Sourced):
    """Source of the plain numbers in a field of tasks, for tasks without a source of their own."""


class Verifiability(Sourced):
    """How well the result of a task can be checked."""

    score: Number = Field(ge=0, le=1)
    """0 (opinion only) to 1 (checked by machine) [1]"""
    tier: Literal["I", "II", "III", "IV", "V", "VI", "VII", "VIII"] | None = None
    """rung of the verification ladder, I formal verifier to VIII model opinion"""


class Task(Record):
    """One kind of research work."""

    title: Title
    """name of the task, in words"""
    description: Prose = ""
    """more about it, for readers"""
    phase: Word
    """the nest it belongs to"""
    pool: Word | None = None
    """the labour pool that can do it; may be left out if there is one"""
    after: tuple[Word, ...] = ()
    """tasks whose result it needs"""
    share: Fraction
    """share of base-year human hours; over the catalog the shares sum to 1"""
    horizon: WorkingHours
    """time a skilled person needs for a typical unit"""
    horizon_multiplier: Positive = pure_number(1)
    """horizon of AI on benchmarks needed, relative to `horizon`; more for messier tasks"""
    automation_threshold: Compute | None = None
    """effective training compute from which AI can do it; absent: from horizon and multiplier"""
    review_ratio: Annotated[Quantity, Measure(units.REVIEW, ge=0)]
    """human hours of review per human-equivalent hour of AI work, when every unit is reviewed"""
    coverage_floor: Fraction
    """smallest share of units that people review however good the track record"""
    experiment_compute: Annotated[Quantity, Measure(units.EXPERIMENTS, ge=0)] = Quantity(
        value=0, unit=units.EXPERIMENTS.symbol
    )
    """experiment compute per human-equivalent hour"""
    gate_latency: Annotated[Quantity, Measure(units.WALL_CLOCK, ge=0)] | None = None
    """wall-clock wait for an approval before dependent tasks start; absent: no gate"""
    verifiability: Verifiability | None = None
    defect_probability: Probability | None = None
    """probability that a unit of AI work is useless, once the task is open; absent:
    capability.defect_probability"""
    harm_weight: NonNegative = pure_number(1)
    """hours of supervision.defect_budget that an hour of its defective work takes which passes
    unnoticed; 0: harmless"""
    attack_harm: NonNegative | None = None
    """harm of an attack by the AI that does it, if nobody finds it, relative to other tasks;
    absent: none"""
    reviewers: tuple[Word, ...] | None = None
    """who may review it: ids of `reviewers`, or `general` for those of supervision; several: the
    best; absent: general"""
    protocols: tuple[Word, ...] | None = None
    """protocols it may be done under; absent: all that are allowed"""
    forbids: tuple[Word, ...] = ()
    """protocols it may never be done under"""
    automation_level: Annotated[Whole, Field(ge=0, le=5)] | None = None
    """Epoch AI's level AL0 to AL5, today"""
    delegable: Switch = True
    """whether AI may ever do it"""
    by_people: Switch = True
    """whether people may do it"""
    examples: tuple[Prose, ...] = ()
    """pieces of work of this kind, for readers"""
    sources: tuple[Key, ...] = ()
    """keys of further reading"""


class FeedbackLoop(Sourced):
    """A feedback loop: the result of a task returns the work to an earlier task."""

    source_task: Word
    """the task whose result sends the work back; it comes after the target"""
    target_task: Word
    """the task to which the work returns"""
    loops_per_project: Number = Field(ge=0)
    """times a project goes round [1]"""
