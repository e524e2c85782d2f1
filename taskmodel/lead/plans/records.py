"""Records of a plan for the use of a lead, one frozen class for each block of the file.

As in catalogs, a field states type, unit, range and meaning, and estimates have no default: they
belong in the plan, with their source. Defaults exist only where an absent field has a single
obvious meaning (nothing leaks, nobody slows down, money is not short).
"""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from taskmodel.errors import CatalogError
from taskmodel.files import units
from taskmodel.files.document import Changeable, Origin, Overlay
from taskmodel.files.quantity import (
    FieldYears,
    Fraction,
    Headcount,
    Measure,
    NonNegative,
    OpenFraction,
    Positive,
    PositiveFraction,
    Probability,
    Prose,
    Quantity,
    Record,
    Source,
    Switch,
    Title,
    Word,
    WorkingHours,
    failed,
)
from taskmodel.files.uncertainty import Uncertainty

Months = Annotated[Quantity, Measure(units.MONTH, ge=0)]
PositiveMonths = Annotated[Quantity, Measure(units.MONTH, gt=0)]
Hazard = Annotated[Quantity, Measure(units.PER_MONTH, ge=0, le=1)]
TokenRate = Annotated[Quantity, Measure(units.TOKENS_PER_SECOND, gt=0)]
Tokens = Annotated[Quantity, Measure(units.TOKEN, gt=0)]
Spending = Annotated[Quantity, Measure(units.DOLLARS_PER_MONTH, ge=0)]
Budget = Annotated[Quantity, Measure(units.BUDGET, ge=0)]
MonthlyRisk = Annotated[Quantity, Measure(units.PER_MONTH, gt=0, le=1)]
AtLeastOne = Annotated[Quantity, Measure(units.ONE, ge=1)]


def _default(value: float, unit: units.Unit = units.ONE) -> Quantity:
    """Value of a field whose absence has a single obvious meaning."""
    return Quantity(value=value, unit=unit.symbol)


def _require(condition: bool, key: str, message: str) -> None:
    """Raise the defect of a block at one of its keys unless a condition holds."""
    if not condition:
        raise failed((key, message))


class Chips(Record):
    """Cluster and training run."""

    capacity: Annotated[Quantity, Measure(units.CHIP_SPEED, gt=0)]
    """peak of all chips in the world"""
    share: PositiveFraction
    """share of them in the cluster"""
    training_time: Annotated[Quantity, Measure(units.TRAINING_TIME, gt=0)]
    """length of the training run"""
    utilisation: PositiveFraction
    """realised share of the peak, in training"""
    decode_utilisation: PositiveFraction | None = None
    """realised share of the peak in decoding; absent: as in training"""
    tokens_per_parameter: Positive
    """data points per parameter of the model"""
    horizon_length: AtLeastOne = _default(1)
    """tokens per data point"""
    compute_ratio: Positive = _default(1)
    """training compute relative to the run described above"""
    time_ratio: Positive = _default(1)
    """training time relative to it"""
    gain: Positive = _default(1)
    """factor of distillation, reduced precision and other means on tokens"""
    inference_share: PositiveFraction = _default(1)
    """share of the cluster that runs researchers"""


class Worker(Record):
    """An automated researcher in tokens."""

    reading: Literal["consistent", "seed"] = "consistent"
    """seed: head-count and speed on two clocks, as printed in 2023"""
    tokens_per_second: TokenRate | None = None
    """tokens of the cluster as a source states them, before ratios, gain and decode_utilisation;
    absent: computed from the chips"""
    streams: Positive
    """copies of the model per researcher"""
    serial_tokens: Tokens
    """consecutive tokens that do a second of a researcher's work"""
    stream_speed: TokenRate
    """tokens of one copy per second"""
    size_exponent: NonNegative = _default(0)
    """exponent by which speed falls with the size of the model"""
    hours_per_day: Annotated[Quantity, Measure(units.HOURS_PER_DAY, gt=0, le=24)]
    """working hours of people on a working day"""
    days_per_week: Annotated[Quantity, Measure(units.DAYS_PER_WEEK, gt=0, le=7)] = _default(
        7, units.DAYS_PER_WEEK
    )
    """days of a week on which they do"""


class Rival(Record):
    """A developer who follows."""

    months: Months
    """lead over them"""
    cautious: Switch = False
    """whether they would stop, too"""


class Demonstrations(Record):
    """Work that shows others the risks, and makes a slow-down of all more likely."""

    share: Probability
    """share of alignment work that goes into it"""
    most: Fraction
    """probability of a slow-down with an unlimited amount of it"""
    half: FieldYears
    """work that closes 63 % of the gap to that"""


class SlowDown(Record):
    """A possible slow-down of all others."""

    probability: Fraction
    """probability of it, without demonstrations"""
    demonstrations: Demonstrations | None = None
    pace: PositiveFraction
    """pace of the others in it, relative to normal"""
    duration: Months | None = None
    """how long it lasts; absent: as long as need be"""

    @model_validator(mode="after")
    def _limit_above_start(self) -> "SlowDown":
        start = self.probability.value
        limit = self.demonstrations.most.value if self.demonstrations else start
        message = f"most is {limit:g}, below the probability of {start:g} without any; "
        _require(limit >= start, "demonstrations", message + "give at least that")
        return self


class Money(Record):
    """How long the project can pay for a pause."""

    cash: Budget
    """money at the start of the pause"""
    burn: Spending
    """spending per month"""
    revenue: Spending = _default(0, units.DOLLARS_PER_MONTH)
    """revenue at full deployment"""


class Lead(Record):
    """The lead, and what shrinks or extends it."""

    months: Months | None = None
    """lead at today's pace; absent: over the nearest rival who is not cautious"""
    rivals: dict[str, Rival] = Field(default_factory=dict)
    """followers by name"""
    follower_speedup: Positive = _default(1)
    """speed-up of their research by AI by the time they get here"""
    development: Months = _default(0, units.MONTH)
    """time before the pause starts; with `risk`: from there"""
    pace: Fraction = _default(1)
    """own pace until then, relative to theirs at the same technology"""
    leak: Hazard = _default(0, units.PER_MONTH)
    """share of the lead that leaks in a month"""
    deployment: Fraction = _default(0)
    """share of the market that is served during the pause"""
    leak_by_deployment: Hazard = _default(0, units.PER_MONTH)
    """further leaks at full deployment"""
    theft: Hazard = _default(0, units.PER_MONTH)
    """hazard of theft, which ends the lead"""
    slow_down: SlowDown | None = None
    money: Money | None = None

    @model_validator(mode="after")
    def _one_lead(self) -> "Lead":
        stated = self.months is not None
        _require(stated != bool(self.rivals), "", "give one of `months` and `rivals`")
        _require(
            stated or not all(rival.cautious for rival in self.rivals.values()),
            "rivals",
            "all of them would stop as well, so that the lead has no end; give one that is not "
            "cautious",
        )
        leaks = self.leak.value + self.deployment.value * self.leak_by_deployment.value
        message = f"leaks come to {leaks:g} in a month; at most 1 is allowed"
        _require(leaks <= 1, "leak_by_deployment", message)
        return self


class Risk(Record):
    """Takeover risk by capability, which determines the point of pause."""

    at_present: MonthlyRisk
    """risk of a month of using present AI"""
    slope: Annotated[Quantity, Measure(units.PER_OOM)]
    """growth of ln(risk) per order of magnitude of effective compute"""
    tolerated: MonthlyRisk
    """risk of a month at which to stop"""
    sd: NonNegative = _default(0)
    """standard deviation of the estimate of ln(risk)"""
    confidence: OpenFraction = _default(0.5)
    """required probability that risk is below what is tolerated"""
    pace: Annotated[Quantity, Measure(units.OOM_PER_MONTH, ge=0)]
    """progress at full speed"""
    productivity_slope: NonNegative
    """orders of magnitude of research per order of magnitude of compute"""
    progress_labour: Fraction = _default(0)
    """share of labour that progress at full speed takes"""

    @model_validator(mode="after")
    def _crosses(self) -> "Risk":
        slope, present = self.slope.value, self.at_present.value
        tolerated = self.tolerated.value
        _require(
            slope > 0,
            "slope",
            f"found {slope:g}: risk that does not grow with capability never crosses "
            f"{tolerated:g} per month, so that the pause never starts; give a slope above 0",
        )
        _require(
            tolerated >= present,
            "tolerated",
            f"found {tolerated:g}, below the {present:g} of the present: the pause is overdue; "
            "tolerate at least the risk of the present, or take a weaker model for it",
        )
        _require(
            self.pace.value > 0,
            "pace",
            "found 0: without progress the tolerated risk is never reached, and the pause never "
            "starts",
        )
        return self


class Preparation(Record):
    """Work that makes more work safe to automate: dW/dt = rate (1 + W/scale)^theta."""

    theta: NonNegative
    """returns to it; 0: none, 1: exponential growth, above: divergence"""
    prior: Annotated[Quantity, Measure(units.FIELD_YEAR, ge=0)]
    """work done before the pause"""
    scale: FieldYears
    """work that doubles the rate at theta = 1"""


class Pause(Record):
    """Development during the pause, in which capability stands still."""

    growth: Annotated[Quantity, Measure(units.PER_MONTH, ge=0, le=10)] = _default(
        0, units.PER_MONTH
    )
    """growth rate of safe productivity"""
    hardware_doubling: PositiveMonths | None = None
    """doubling time of the cluster; absent: no growth"""
    alignment_share: Fraction = _default(1)
    """share of AI labour that policy assigns to alignment"""
    own_share: Fraction = _default(0)
    """share that AI would assign to it by itself"""
    preparation: Preparation | None = None


class FieldOfResearch(Record):
    """The field that work is compared with, and the people who supervise it."""

    headcount: Annotated[Quantity, Measure(units.PERSON, gt=0)]
    """researchers in the field"""
    parallel_exponent: Fraction
    """exponent of parallel effort"""
    supervisors: Headcount | None = None
    """people who supervise; absent: the field"""
    supervision: NonNegative = _default(0)
    """their time per unit of AI's work; 0: none is needed"""
    work_per_review: WorkingHours | None = None
    """work of a researcher between two reviews; absent: no waits"""
    review_latency: Annotated[Quantity, Measure(units.WALL_CLOCK, ge=0)] = _default(
        0, units.WALL_CLOCK
    )
    """wall-clock duration of a review"""
    tax: AtLeastOne = _default(1)
    """compute of safe methods, relative to the most efficient"""
    precision: Fraction = _default(1)
    """correct share of accepted results"""
    recall: Fraction = _default(1)
    """accepted share of correct results"""

    @model_validator(mode="after")
    def _reviews(self) -> "FieldOfResearch":
        _require(
            self.review_latency.value == 0 or self.work_per_review is not None,
            "review_latency",
            "says how long a review takes, but not how often; give work_per_review",
        )
        return self


class Rung(Record):
    """A model that could do the work."""

    speedup: Positive
    """research-years in a year"""
    yearly_risk: Annotated[Quantity, Measure(units.RATE_PER_YEAR, ge=0, le=1)]
    """risk of a year of using it"""


class Ladder(Record):
    """Models of different strength and risk, for the same target."""

    target: Annotated[Quantity, Measure(units.RESEARCH_YEAR, gt=0)]
    """amount of work"""
    rungs: dict[str, Rung] = Field(min_length=1)
    """models, by name"""


class OrganisationCatalog(Record):
    """A catalog in which the workforce does the tasks, with people who review."""

    catalog: Word
    """bundled name or file of the catalog"""
    scenario: Word | None = None
    """bundled name or file of a scenario that changes it"""


class Evidence(Record):
    """Observed work of AI and of people on the same task, beside the assumptions of a plan."""

    title: Title
    """what was done, by whom"""
    agent_hours: WorkingHours
    """total hours of all AI agents"""
    human_hours: WorkingHours
    """hours of people for the same result, or less"""
    cost: Budget | None = None
    """cost of the agents; absent: not known"""
    tokens_per_agent_hour: Tokens | None = None
    """tokens of an agent per hour; absent: not published"""


class Case(Record):
    """A variant of the plan."""

    title: Title
    """what the case supposes"""
    set: dict[str, Any]
    """values by dotted path"""


# Values that determine the tokens, unless a source states the tokens: setting one of them would
# then have no effect, which is refused rather than ignored.
CHIPS_BEHIND_TOKENS = tuple(
    f"chips.{name}"
    for name in "capacity share training_time utilisation tokens_per_parameter "
    "horizon_length".split()
)


class Plan(Changeable):
    """A plan for the use of a lead, from `load_plan`."""

    title: Title
    """whose plan it is"""
    question: Prose = ""
    """the question, in a sentence"""
    description: Prose = ""
    """more about it, for readers"""
    sources: dict[str, Source] = Field(default_factory=dict)
    """works that values rest on, by key"""
    chips: Chips | None = None
    worker: Worker | None = None
    lead: Lead | None = None
    risk: Risk | None = None
    pause: Pause = Field(default_factory=lambda: Pause.model_validate({}))
    """development during the pause"""
    field: FieldOfResearch | None = None
    ladder: Ladder | None = None
    organisation: OrganisationCatalog | None = None
    evidence: dict[str, Evidence] = Field(default_factory=dict)
    """observed work of AI, by name"""
    cases: dict[str, Case] = Field(default_factory=dict)
    """variants, by name"""
    uncertainty: Uncertainty | None = None
    """what moves together in draws of the uncertain numbers"""

    @model_validator(mode="after")
    def _blocks(self) -> "Plan":
        needs = {
            "chips": ("worker",),
            "worker": ("lead", "field"),
            "risk": ("worker",),
            "field": ("worker",),
            "organisation": ("chips", "worker"),
            "ladder": ("lead",),
        }
        defects = [
            (name, f"needs {other}")
            for name, others in needs.items()
            for other in others
            if getattr(self, name) and not getattr(self, other)
        ]
        if not (self.worker or self.ladder):
            defects.append(("", "has neither a worker nor a ladder; there is nothing to evaluate"))
        if self.worker and not (self.chips or self.worker.tokens_per_second):
            defects.append(("worker", "needs tokens_per_second, or the chips that make them"))
        slow_down = self.lead and self.lead.slow_down
        if slow_down and slow_down.demonstrations and not self.worker:
            message = (
                "has demonstrations of risk, which are work of a workforce; it needs worker and "
                "field"
            )
            defects.append(("lead.slow_down", message))
        if self.risk and self.lead and self.lead.development.value > 0:
            message = (
                "says when the pause starts, and so does lead.development; remove one of the two"
            )
            defects.append(("risk", message))
        if defects:
            raise failed(*defects)
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
            if path.startswith(CHIPS_BEHIND_TOKENS)
        ]
        if defects:
            raise CatalogError(defects)
        return plan
