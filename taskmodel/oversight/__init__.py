"""Oversight as a bottleneck: reviewers, audits, trust and the price of safety.

- `_review_load`: review hours and waits by task;
- `utilisation`: the planned utilisation of reviewers with the largest speed-up;
- `_trust`: the steady state of trust earned by audits;
- `_track_record`: the path of coverage towards that state, period by period;
- `audit_records`: the audits that both require;
- `_attack_frontier`: research and safety where AI attacks on purpose;
- `frontier`: research output as a function of the defect budget.

Modules are loaded at first use, so that importing the package loads no numerical library.
"""

from typing import TYPE_CHECKING

from taskmodel._lazy import attach

if TYPE_CHECKING:
    from taskmodel.oversight._attack_frontier import attack_frontier
    from taskmodel.oversight._review_load import review_load
    from taskmodel.oversight._track_record import track_record
    from taskmodel.oversight._trust import trust
    from taskmodel.oversight.frontier import safety_frontier
    from taskmodel.oversight.utilisation import best_utilisation

__all__ = [
    "attack_frontier",
    "best_utilisation",
    "review_load",
    "safety_frontier",
    "track_record",
    "trust",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        **{name: f"_{name}" for name in __all__},
        "best_utilisation": "utilisation",
        "safety_frontier": "frontier",
    },
)
