"""The records of a file of moments: observed numbers that a calibrated model has to reproduce.

A moment is an observation of one output of the model, at a date along a path or at a compute. Its
width is that of a statement about the model: the error of the observation, and what it measures
that the output is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, Field, PrivateAttr

from taskmodel.calibration.outputs import OUTPUTS, ModelOutput
from taskmodel.catalog import Source
from taskmodel.files.document import FromFile
from taskmodel.files.findings import Finding
from taskmodel.files.quantity import (
    JUDGEMENT,
    LEVELS,
    MEDIAN_SHAPES,
    Keys,
    Number,
    Prose,
    Quantity,
    Sourced,
    Title,
    Word,
    failed,
)
from taskmodel.files.suggestions import did_you_mean, listing
from taskmodel.numerics.types import Array
from taskmodel.sweeps.paths import Paths
from taskmodel.uncertainty.laws import MedianLaw, interval_shape, median_law


class Moment(Quantity):
    """One observation: a number with a width, and the output of the model that it is about."""

    output: Word
    """output of the model"""
    date: Annotated[Number, Field(ge=1900, le=2300)] | None = None
    """calendar year of the observation, along `paths`"""
    compute: Annotated[Number, Field(gt=0)] | None = None
    """compute [FLOP/year], in place of a date"""
    tasks: Keys = ()
    """ids of the tasks that it is about; left out: all"""
    phase: Word | None = None
    """nest of the tasks that it is about, in place of `tasks`"""
    sd: Number | None = Field(default=None, gt=0)
    """standard deviation on the scale of the law (natural logarithm, log odds, or the number
    itself), in place of `low` and `high`"""
    bound: Literal["at_most", "at_least"] | None = None
    """the value is a bound of what was seen: outputs on its other side meet it fully"""
    why: Prose = Field(min_length=1)
    """why this width"""

    @property
    def declared(self) -> ModelOutput:
        """The output that it constrains."""
        return OUTPUTS[self.output]

    @cached_property
    def law(self) -> MedianLaw:
        """The law of the observation, given the model's output as median."""
        low, high = (self.value, self.value) if self.low is None else (self.low, self.high)
        assert high is not None
        shape = (
            interval_shape(low, high, self.declared.measure)
            if self.distribution is None
            else self.distribution.shape
        )
        if self.sd is not None:
            return MedianLaw(shape, self.value, self.sd, self.sd)
        levels = (self.distribution and self.distribution.levels) or LEVELS
        return median_law(shape, low, self.value, high, levels)

    def score(self, output: Array) -> Array:
        """Return by how many standard deviations outputs are above the observation.

        On the scale of its law, each side of a two-piece law by its own; 0 where a bound is met.

        Parameters
        ----------
        output : array
            In the unit of the output.
        """
        score = self.law.score(output)
        if self.bound == "at_most":
            return np.maximum(score, 0.0)
        return np.minimum(score, 0.0) if self.bound == "at_least" else score


def _settled(moment: Moment) -> Moment:
    """Return a moment in the unit of its output.

    Raises
    ------
    PydanticCustomError
        With every defect.
    """
    output = OUTPUTS.get(moment.output)
    if output is None:
        hint = did_you_mean(moment.output, OUTPUTS) or f"; there are {listing(OUTPUTS)}"
        raise failed(("output", f"there is no output {moment.output!r}{hint}"))
    # with `sd` a law needs no interval, which `settle` would ask for
    law = moment.distribution
    settled = output.measure.settle(
        moment if moment.sd is None else moment.model_copy(update={"distribution": None})
    )
    assert isinstance(settled, Moment)
    if moment.sd is not None:
        settled = settled.model_copy(update={"distribution": law})
    if defects := [*_place_defects(moment, output), *_width_defects(settled)]:
        raise failed(*defects)
    return settled


def _place_defects(moment: Moment, output: ModelOutput) -> Iterator[tuple[str, str]]:
    if (moment.date is None) == (moment.compute is None):
        yield "", "give one of `date` and `compute`: where the model is compared"
    if moment.tasks and moment.phase is not None:
        yield "phase", "and `tasks` both say which tasks are meant; keep one"
    if not output.scoped and (moment.tasks or moment.phase is not None):
        key = "tasks" if moment.tasks else "phase"
        scoped = [name for name, other in OUTPUTS.items() if other.scoped]
        yield (
            key,
            f"{moment.output} is of all tasks together; leave it out, or take {listing(scoped)}",
        )
    if not any(key != JUDGEMENT for key in moment.source):
        yield "source", "an observation needs a key of `sources`; judgement is none"


def _width_defects(moment: Moment) -> Iterator[tuple[str, str]]:
    """Yield why a moment has no usable width."""
    shape = moment.distribution.shape if moment.distribution else None
    if shape is not None and shape not in MEDIAN_SHAPES:
        yield "distribution", f"found {shape}; a moment has one of {listing(MEDIAN_SHAPES)}"
        return
    low, value, high = moment.low, moment.value, moment.high
    if (moment.sd is None) == (low is None or high is None):
        advice = "`low` and `high`, a 90 % interval of the observation, or `sd`"
        yield "", f"a moment needs one width: {advice}"
        return
    ends = {"at_most": (high,), "at_least": (low,), None: (low, high)}[moment.bound]
    if moment.sd is None and value in ends:
        sides = {"at_most": "high above", "at_least": "low below", None: "low below and high above"}
        yield "", f"the width is zero; give {sides[moment.bound]} the value {value:g}"
        return
    law = shape or interval_shape(
        value if low is None else low, value if high is None else high, moment.declared.measure
    )
    lowest = value if low is None else low
    if law != "normal" and not lowest > 0:
        yield "value", f"found {lowest:g}; {law} needs numbers above 0, or take normal"
    elif law == "logit_normal" and not (value if high is None else high) < 1:
        yield "value", "logit_normal needs numbers below 1, or take normal"


class LeftOut(Sourced):
    """Evidence that is not compared with the model, and the reason."""

    what: Prose = Field(min_length=1)
    """what was observed"""
    why: Prose = Field(min_length=1)
    """why no moment is made of it"""


class Moments(FromFile):
    """Observed numbers that draws of a catalog are weighted by; made by `load_moments`."""

    title: Title
    """what the evidence is"""
    description: Prose = ""
    """more about it, for readers"""
    sources: dict[str, Source] = Field(default_factory=dict)
    """works that the observations are in, by key, each with its access"""
    paths: Word | None = None
    """bundled name or file of the paths that dates are along; needed where a moment has a date"""
    moments: Annotated[dict[str, Annotated[Moment, AfterValidator(_settled)]], Field(min_length=1)]
    """observations, by name"""
    left_out: dict[str, LeftOut] = Field(default_factory=dict)
    """evidence that no moment is made of, by name"""

    _courses: Paths | None = PrivateAttr(default=None)

    @property
    def along(self) -> Paths | None:
        """The paths that dates are along; None where the file names none."""
        return self._courses

    def _findings(self, changed: set[str]) -> Iterator[Finding]:
        for name, moment in self.moments.items():
            if moment.date is not None and self.paths is None:
                message = (
                    f"found {moment.date:g}; a date needs the paths that lead to it: give `paths` "
                    "at the top of the file, such as epoch_trend, or `compute` here"
                )
                yield Finding(("moments", name, "date"), message)
        for name, source in self.sources.items():
            if source.access is None:
                message = "needs `access`: primary (read in full) or secondary"
                yield Finding(("sources", name), message, at_key=True)


def scope_findings(moments: Moments, tasks: dict[str, Any]) -> Iterator[Finding]:
    """Yield tasks and phases of moments that a catalog does not have.

    Parameters
    ----------
    moments : Moments
    tasks : dict of str to Task
        Of the catalog.
    """
    phases = dict.fromkeys(task.phase for task in tasks.values())
    for name, moment in moments.moments.items():
        for index, task in enumerate(moment.tasks):
            if task not in tasks:
                keys = ("moments", name, "tasks", index)
                yield Finding(keys, f"the catalog has no task {task!r}{did_you_mean(task, tasks)}")
        if moment.phase is not None and moment.phase not in phases:
            message = f"no task of the catalog has the phase {moment.phase!r}"
            hint = did_you_mean(moment.phase, phases) or f"; there are {listing(phases)}"
            yield Finding(("moments", name, "phase"), message + hint)
