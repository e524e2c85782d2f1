"""The records of a plan: what somebody would do with a lead, one frozen class for each block of the file.

As for catalogs a line states type, unit, range and meaning, and numbers that are estimates have no default: they stand in
the plan, with their source. Defaults are given only where leaving a line out has one plain meaning (nothing leaks, nobody
slows down, no money is short).
"""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from taskmodel.errors import CatalogError
from taskmodel.files import units
from taskmodel.files.document import Changeable, Origin, Overlay
from taskmodel.files.quantity import (
    Fraction,
    Headcount,
    Measure,
    NonNegative,
    Positive,
    Prose,
    Quantity,
    Record,
    Source,
    Switch,
    Word,
    WorkingHours,
    failed,
)

Months = Annotated[Quantity, Measure(units.MONTH, ge=0)]
PositiveMonths = Annotated[Quantity, Measure(units.MONTH, gt=0)]
Hazard = Annotated[Quantity, Measure(units.PER_MONTH, ge=0, le=1)]
Share = Annotated[Quantity, Measure(units.ONE, gt=0, le=1)]
AtLeastOne = Annotated[Quantity, Measure(units.ONE, ge=1)]


def one(value: float = 1.0) -> Quantity:
    """A pure number, where leaving it out has one plain meaning."""
    return Quantity(value=value, unit="1")


class Chips(Record):
    """The cluster, and the training run on it."""

    capacity: Annotated[Quantity, Measure(units.CHIP_SPEED, gt=0)] = Field(
        description="peak of all chips in the world"
    )
    share: Share = Field(description="part of them in the cluster")
    training_time: Annotated[Quantity, Measure(units.TRAINING_TIME, gt=0)] = Field(
        description="length of the training run"
    )
    utilisation: Share = Field(description="realised part of the peak, in training")
    decode_utilisation: Share | None = Field(
        None, description="realised part of the peak when models run; absent: as in training"
    )
    tokens_per_parameter: Positive = Field(description="data points per parameter of the model")
    horizon_length: AtLeastOne = Field(one(), description="tokens that one data point costs")
    compute_ratio: Positive = Field(
        one(), description="training compute relative to the run described above"
    )
    time_ratio: Positive = Field(one(), description="training time relative to it")
    gain: Positive = Field(
        one(), description="what distillation, precision and the like multiply tokens by"
    )
    inference_share: Share = Field(one(), description="part of the cluster that runs researchers")


class Worker(Record):
    """An automated researcher in tokens."""

    reading: Literal["consistent", "seed"] = Field(
        "consistent", description="seed: head-count and speed on two clocks, as printed in 2023"
    )
    tokens_per_second: Annotated[Quantity, Measure(units.TOKENS_PER_SECOND, gt=0)] | None = Field(
        None,
        description="tokens of the cluster as a source states them, before ratios, gain and decode_utilisation; absent: from the chips",
    )
    streams: Positive = Field(description="copies of the model that make one researcher")
    serial_tokens: Annotated[Quantity, Measure(units.TOKEN, gt=0)] = Field(
        description="tokens of one copy that do a second of a researcher's work"
    )
    stream_speed: Annotated[Quantity, Measure(units.TOKENS_PER_SECOND, gt=0)] = Field(
        description="tokens that one copy makes in a second"
    )
    size_exponent: NonNegative = Field(
        one(0.0), description="how fast speed falls with the size of the model; 0: not"
    )
    hours_per_day: Annotated[Quantity, Measure(units.HOURS_PER_DAY, gt=0, le=24)] = Field(
        description="hours that people work in a day"
    )
    days_per_week: Annotated[Quantity, Measure(units.DAYS_PER_WEEK, gt=0, le=7)] = Field(
        Quantity(value=7, unit=units.DAYS_PER_WEEK.symbol),
        description="days of a week on which they do",
    )


class Rival(Record):
    """Somebody who follows."""

    months: Months = Field(description="lead over them")
    cautious: Switch = Field(False, description="whether they would stop as well")


class Demonstrations(Record):
    """Work that shows others the risks, and makes a slow-down of all more likely."""

    share: Annotated[Quantity, Measure(units.ONE, ge=0, lt=1)] = Field(
        description="part of the work on alignment that goes into it"
    )
    most: Fraction = Field(description="probability of a slow-down with any amount of it")
    half: Annotated[Quantity, Measure(units.FIELD_YEAR, gt=0)] = Field(
        description="work that closes 63 % of the gap to that"
    )


class SlowDown(Record):
    """A slow-down of all others, should it come about."""

    probability: Fraction = Field(description="that it does, without demonstrations")
    demonstrations: Demonstrations | None = None
    pace: Share = Field(description="pace of the others in it, relative to normal")
    duration: Months | None = Field(
        None, description="how long it lasts; absent: as long as need be"
    )

    @model_validator(mode="after")
    def _persuades(self) -> "SlowDown":
        if (
            self.demonstrations is not None
            and self.demonstrations.most.value < self.probability.value
        ):
            most, least = self.demonstrations.most.value, self.probability.value
            raise failed(
                (
                    "demonstrations",
                    f"most is {most:g}, below the probability of {least:g} without any; give at least that",
                )
            )
        return self


class Money(Record):
    """How long the project can pay for a pause."""

    cash: Annotated[Quantity, Measure(units.BUDGET, ge=0)] = Field(
        description="money at the start of the pause"
    )
    burn: Annotated[Quantity, Measure(units.DOLLARS_PER_MONTH, ge=0)] = Field(
        description="what it spends in a month"
    )
    revenue: Annotated[Quantity, Measure(units.DOLLARS_PER_MONTH, ge=0)] = Field(
        Quantity(value=0, unit=units.DOLLARS_PER_MONTH.symbol),
        description="what full deployment would bring in",
    )


class Lead(Record):
    """The lead, and what becomes of it."""

    months: Months | None = Field(
        None, description="lead at today's pace; absent: over the nearest rival who is not cautious"
    )
    rivals: dict[str, Rival] = Field(default_factory=dict, description="those who follow, by name")
    follower_speedup: Positive = Field(
        one(), description="speed-up of their research by AI once they get here"
    )
    development: Months = Field(
        Quantity(value=0, unit=units.MONTH.symbol),
        description="time before the pause starts; with `risk`: from there",
    )
    pace: Fraction = Field(
        one(), description="own pace until then, relative to theirs at the same technology"
    )
    leak: Hazard = Field(
        Quantity(value=0, unit=units.PER_MONTH.symbol),
        description="part of the lead that leaks in a month",
    )
    deployment: Fraction = Field(
        one(0.0), description="share of the market that is served during the pause"
    )
    leak_by_deployment: Hazard = Field(
        Quantity(value=0, unit=units.PER_MONTH.symbol),
        description="further leaks at full deployment",
    )
    theft: Hazard = Field(
        Quantity(value=0, unit=units.PER_MONTH.symbol),
        description="hazard of theft, which takes all of the lead",
    )
    slow_down: SlowDown | None = None
    money: Money | None = None

    @model_validator(mode="after")
    def _one_lead(self) -> "Lead":
        if (self.months is None) == (not self.rivals):
            raise failed(("", "give one of `months` and `rivals`"))
        if self.rivals and all(rival.cautious for rival in self.rivals.values()):
            raise failed(
                (
                    "rivals",
                    "all of them would stop as well, so that the lead has no end; give one that is not cautious",
                )
            )
        leaks = self.leak.value + self.deployment.value * self.leak_by_deployment.value
        if leaks > 1:
            raise failed(
                ("leak_by_deployment", f"leaks come to {leaks:g} in a month; at most 1 is allowed")
            )
        return self


class Risk(Record):
    """Takeover risk by capability, from which follows when to pause."""

    at_present: Annotated[Quantity, Measure(units.PER_MONTH, gt=0, le=1)] = Field(
        description="risk in a month of using AI as it is now"
    )
    slope: Annotated[Quantity, Measure(units.PER_OOM)] = Field(
        description="growth of ln(risk) per power of ten of effective compute"
    )
    tolerated: Annotated[Quantity, Measure(units.PER_MONTH, gt=0, le=1)] = Field(
        description="risk in a month at which to stop"
    )
    sd: NonNegative = Field(
        one(0.0), description="standard deviation of ln(risk) as it is estimated"
    )
    confidence: Annotated[Quantity, Measure(units.ONE, gt=0, lt=1)] = Field(
        one(0.5), description="wanted that risk is below what is tolerated"
    )
    pace: Annotated[Quantity, Measure(units.OOM_PER_MONTH, ge=0)] = Field(
        description="progress at full speed"
    )
    productivity_slope: NonNegative = Field(
        description="powers of ten of research per power of ten of compute"
    )
    progress_labour: Fraction = Field(
        one(0.0), description="part of the labour that progress at full speed takes"
    )

    @model_validator(mode="after")
    def _crosses(self) -> "Risk":
        if self.slope.value <= 0:
            message = (
                f"found {self.slope.value:g}: risk that does not grow with capability never crosses {self.tolerated.value:g} per month, "
                "so that the pause never starts; give a slope above 0"
            )
            raise failed(("slope", message))
        if self.at_present.value > self.tolerated.value:
            message = (
                f"found {self.tolerated.value:g}, below the {self.at_present.value:g} of the present: the pause is overdue; tolerate at "
                "least the risk of the present, or take a weaker model for it"
            )
            raise failed(("tolerated", message))
        if self.pace.value == 0:
            raise failed(
                (
                    "pace",
                    "found 0: without progress the tolerated risk is never reached, and the pause never starts",
                )
            )
        return self


class Preparation(Record):
    """Work that makes more work safe to hand over: dW/dt = rate (1 + W/scale)^theta."""

    theta: NonNegative = Field(
        description="returns to it; 0: none, 1: exponential, above: it blows up"
    )
    prior: Annotated[Quantity, Measure(units.FIELD_YEAR, ge=0)] = Field(
        description="work done before the pause"
    )
    scale: Annotated[Quantity, Measure(units.FIELD_YEAR, gt=0)] = Field(
        description="work that counts as much as what there is without any"
    )


class Pause(Record):
    """What happens while capability stands still."""

    growth: Annotated[Quantity, Measure(units.PER_MONTH, ge=0, le=10)] = Field(
        Quantity(value=0, unit=units.PER_MONTH.symbol),
        description="growth rate of safe productivity",
    )
    hardware_doubling: PositiveMonths | None = Field(
        None, description="doubling time of the cluster; absent: it stays as it is"
    )
    alignment_share: Fraction = Field(
        one(), description="part of AI labour that goes to alignment by policy"
    )
    own_share: Fraction = Field(one(0.0), description="part that AI would put there of itself")
    preparation: Preparation | None = None


class FieldOfResearch(Record):
    """The field that the work is compared with, and the people who look after AI's work."""

    headcount: Annotated[Quantity, Measure(units.PERSON, gt=0)] = Field(
        description="researchers in the field"
    )
    parallel_exponent: Fraction = Field(description="exponent of parallel effort")
    supervisors: Headcount | None = Field(
        None, description="people who supervise; absent: the field"
    )
    supervision: NonNegative = Field(
        one(0.0), description="their time per unit of AI's work; 0: none is needed"
    )
    work_per_review: WorkingHours | None = Field(
        None, description="work of a researcher between two reviews; absent: it does not wait"
    )
    review_latency: Annotated[Quantity, Measure(units.WALL_CLOCK, ge=0)] = Field(
        Quantity(value=0, unit=units.WALL_CLOCK.symbol), description="wall-clock wait for a review"
    )
    tax: AtLeastOne = Field(
        one(), description="compute that safe methods cost, relative to the best"
    )
    precision: Fraction = Field(one(), description="part of accepted results that are right")
    recall: Fraction = Field(one(), description="part of right results that are accepted")

    @model_validator(mode="after")
    def _waits(self) -> "FieldOfResearch":
        if self.review_latency.value > 0 and self.work_per_review is None:
            raise failed(
                (
                    "review_latency",
                    "says how long a review takes, but not how often; give work_per_review",
                )
            )
        return self


class Rung(Record):
    """A model that could do the work."""

    speedup: Positive = Field(description="research-years in a year")
    yearly_risk: Annotated[Quantity, Measure(units.RATE_PER_YEAR, ge=0, le=1)] = Field(
        description="risk in a year of using it"
    )


class Ladder(Record):
    """Models of different strength and risk, for the same target."""

    target: Annotated[Quantity, Measure(units.RESEARCH_YEAR, gt=0)] = Field(
        description="work wanted"
    )
    rungs: dict[str, Rung] = Field(min_length=1, description="models, by name")


class Household(Record):
    """A catalog in which the workforce does the tasks, with people who review."""

    catalog: Word = Field(description="bundled name or file of the catalog")
    scenario: Word | None = Field(
        None, description="bundled name or file of a scenario to lay over it"
    )


class Evidence(Record):
    """Work that AI has been seen to do, beside people who did the same, for a look at what a plan takes for granted."""

    title: Prose = Field(min_length=1, description="what was done, by whom")
    agent_hours: Annotated[Quantity, Measure(units.WORKING_TIME, gt=0)] = Field(
        description="hours of all AI agents, added up"
    )
    human_hours: Annotated[Quantity, Measure(units.WORKING_TIME, gt=0)] = Field(
        description="hours in which people did the same, or less of it"
    )
    cost: Annotated[Quantity, Measure(units.BUDGET, ge=0)] | None = Field(
        None, description="what the agents cost; absent: not known"
    )
    tokens_per_agent_hour: Annotated[Quantity, Measure(units.TOKEN, gt=0)] | None = Field(
        None, description="tokens that one agent makes in an hour; absent: not published"
    )


class Case(Record):
    """A variant of the plan."""

    title: Prose = Field(min_length=1)
    set: dict[str, Any] = Field(description="values by dotted path")


# values from which tokens follow, unless a source states the tokens
_TOKEN_INPUTS = tuple(
    f"chips.{name}"
    for name in (
        "capacity",
        "share",
        "training_time",
        "utilisation",
        "tokens_per_parameter",
        "horizon_length",
    )
)


class Plan(Changeable):
    """What somebody would do with a lead; made by `load_plan`."""

    title: Prose = Field(min_length=1, description="whose plan it is")
    question: Prose = Field("", description="the question, in a sentence")
    description: Prose = ""
    sources: dict[str, Source] = Field(
        default_factory=dict, description="works that values rest on, by key"
    )
    chips: Chips | None = None
    worker: Worker | None = None
    lead: Lead | None = None
    risk: Risk | None = None
    pause: Pause = Field(
        default_factory=lambda: Pause.model_validate({}),
        description="what happens while capability stands still",
    )
    field: FieldOfResearch | None = None
    ladder: Ladder | None = None
    organisation: Household | None = None
    evidence: dict[str, Evidence] = Field(
        default_factory=dict, description="work that AI has been seen to do, by name"
    )
    cases: dict[str, Case] = Field(default_factory=dict, description="variants, by name")

    @model_validator(mode="after")
    def _whole(self) -> "Plan":
        needs = {
            "chips": ("worker",),
            "worker": ("lead", "field"),
            "risk": ("worker",),
            "field": ("worker",),
            "organisation": ("chips", "worker"),
            "ladder": ("lead",),
        }
        lacking = [
            (name, f"needs {other}")
            for name, others in needs.items()
            for other in others
            if getattr(self, name) and not getattr(self, other)
        ]
        if not (self.worker or self.ladder):
            lacking.append(("", "has neither a worker nor a ladder; there is nothing to reckon"))
        if self.worker and not (self.chips or self.worker.tokens_per_second):
            lacking.append(("worker", "needs tokens_per_second, or the chips that make them"))
        slowed = self.lead.slow_down if self.lead else None
        if slowed and slowed.demonstrations and not self.worker:
            lacking.append(
                (
                    "lead.slow_down",
                    "has demonstrations of risk, which are work of a workforce; it needs worker and field",
                )
            )
        if self.risk and self.lead and self.lead.development.value > 0:
            lacking.append(
                (
                    "risk",
                    "says when the pause starts, and so does lead.development; remove one of the two",
                )
            )
        if lacking:
            raise failed(*lacking)
        return self

    def _overlaid(self, values: Overlay, label: str, origin: Origin) -> "Plan":
        plan = super()._overlaid(values, label, origin)
        if (
            "worker.tokens_per_second" in values
            or not plan.worker
            or not plan.worker.tokens_per_second
        ):
            return plan
        message = (
            "makes no difference to tokens that a source states; set worker.tokens_per_second "
            "to another number, or to null for the chips'"
        )
        defects = [
            marks[()].key_defect(path, message)
            for path, (_, marks) in values.items()
            if path.startswith(_TOKEN_INPUTS)
        ]
        if defects:
            raise CatalogError(defects)
        return plan
