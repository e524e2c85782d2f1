"""Catalogs in which a fifth of AI's work is defective and defects that escape are limited."""

from small import small_catalog

TASKS = {
    "code": {
        "share": 0.6,
        "automation_threshold": 1e20,
        "verifiability": {"score": 0.75},
        "harm_weight": 2,
    },
    "sign": {"share": 0.4, "delegable": False},
}


MORE = {
    "code": {**TASKS["code"], "share": 0.3, "harm_weight": 1},
    "runs": {
        "share": 0.2,
        "automation_threshold": 1e20,
        "verifiability": {"score": 0.5},
        "harm_weight": 3,
        "review_ratio": 0.4,
    },
    "ideas": {
        "share": 0.3,
        "automation_threshold": 1e20,
        "verifiability": {"score": 0.1},
        "review_ratio": 0.8,
    },
    "sign": {"share": 0.2, "delegable": False},
}


def limited(budget, *protocols, tasks=TASKS, **changes):
    """A small catalog in which a fifth of AI's work is defective, inference being free."""
    supervision = {"protocols": list(protocols or ["no_review"]), **changes.pop("supervision", {})}
    supervision |= {} if budget is None else {"defect_budget": budget}
    capability = {"defect_probability": 0.2, **changes.pop("capability", {})}
    return small_catalog(
        tasks,
        supervision=supervision,
        capability=capability,
        compute={"inference": "free"},
        **changes,
    )
