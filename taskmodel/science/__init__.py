"""Closed forms of the model's parts: functions of arrays, which know neither catalogs nor files.

One module for each piece of theory. Arguments are numbers or arrays that broadcast against each
other; the docstrings give shapes, units, ranges and sources. An argument outside its range raises
an `InputError` that names it, so that docstrings have a section "Raises" only for other reasons.

- `production`: the CES production function;
- `capability`: the tasks that AI can do at an effective compute, and the cost of an attempt;
- `supervision`: people and inference that a useful unit of each task takes;
- `verification_gap`: review of a worker far beyond its task, and the worker of least cost;
- `review_effort`: defects detected by an hour of review, and the hours worth their wage;
- `audits`: clean audits that show defects to be rare, and their hours;
- `staffing`: head count as people join, learn and leave;
- `learning`: learning curves of accumulated research work;
- `queueing`: waits for reviewers who are busy or off duty;
- `durations`: wall-clock time of a unit of each task;
- `graph`, `critical_path`: the order of tasks, and the longest path through it.

Modules are loaded at first use: ``taskmodel.science.queueing``.
"""

from taskmodel._lazy import attach

__all__ = [
    "audits",
    "capability",
    "critical_path",
    "durations",
    "graph",
    "learning",
    "production",
    "queueing",
    "review_effort",
    "staffing",
    "supervision",
    "verification_gap",
]

__getattr__, __dir__ = attach(__name__, {name: name for name in __all__})
