"""What `taskmodel run` says about the reviews that cost most and about what would help."""

import math

from taskmodel.cli.screen import labels, number, percent, plain, scientific, table, wrapped
from taskmodel.organisation.reviewers import review_factor
from taskmodel.summary import Advice

POINT_OF_ADVICE = {
    "today": "today",
    "oversight_bottleneck": "where review becomes the bottleneck",
    "grid_end": "the end of the grid",
}
FACTORS = {"review": "review capacity", "defect_budget": "defect budget"}
# One more reviewer is worth the ratio of two shadow prices in people of a pool. Rounding leaves
# about 1e-12 of a price that is zero, so that ratios below this one count as zero.
NO_PEOPLE = 1e-6
# difference of shares from which the two views are said to differ
SHOWN = 0.005


def advice_lines(advice: Advice | None) -> list[str]:
    """Return what is said about the reviews that cost most, and what more of each factor gives."""
    if advice is None:
        return wrapped("Nothing is reviewed.", indent="")
    rows = [["the reviews that cost most", "hours [h/year]", "ratio [h/h]", "1 % faster"]]
    titles = labels({review.task: review.title for review in advice.reviews}, 32)
    rows += [
        [
            titles[review.task],
            f"{review.hours_per_year:,.0f}",
            number(review.review_ratio),
            f"+{review.output_share:.3f} %",
        ]
        for review in advice.reviews[:3]
    ]
    gains = dict(advice.at.elasticity)
    faster = gains.pop("review_speed")
    names = dict(FACTORS)
    if len(advice.pools) > 1:
        names |= {
            review_factor(pool.name): f"review capacity of {pool.name}" for pool in advice.pools
        }
    factors = (f"{names.get(factor, factor)} {gain:.2f} %" for factor, gain in gains.items())
    point = f"{scientific(advice.at.compute)} FLOP/year, {POINT_OF_ADVICE[advice.place]}"
    return [
        f"What to do about it, at {point}",
        *table(rows),
        *wrapped(
            f"In all {advice.review_hours:,.0f} h/year go into review, of "
            f"{advice.review_capacity:,.0f} h/year that may."
        ),
        *_pools(advice),
        *wrapped(
            f"1 % faster review everywhere gives {faster:.2f} % more output; "
            f"1 % more {', '.join(factors)}."
        ),
        *_two_views(advice),
    ]


def _two_views(advice: Advice) -> list[str]:
    """Say why more people and the share of review differ, where the same people do both."""
    gains = dict(advice.at.elasticity)
    reviewing = sum(gains[review_factor(pool.name)] for pool in advice.pools)
    share = advice.at.bottleneck_share["review"]
    # people of labour pools who review besides their own work are paid for in both
    if not share - reviewing > SHOWN:
        return []
    return wrapped(
        f"Review holds back {percent(share)}, and 1 % more review capacity gives only "
        f"{reviewing:.2f} %: shares are by what people do, these gains by whose hours they are, "
        "and the same people do research and review."
    )


def _pools(advice: Advice) -> list[str]:
    """Return the hours of each pool of reviewers, if there are several, and its marginal worth."""
    several = len(advice.pools) > 1
    lines = []
    for pool in advice.pools:
        if several:
            state = "scarce" if pool.elasticity > 0 else "not scarce"
            lines += wrapped(
                f"Of these, {pool.name}: {pool.hours_per_year:,.0f} of {pool.capacity:,.0f} "
                f"h/year, {state}."
            )
        reviewer = f"reviewer ({pool.name})" if several else "reviewer"
        for labour, people in pool.reviewer_equivalent.items():
            lines += wrapped(_equivalent(reviewer, plain(labour), people))
    return lines


def _equivalent(reviewer: str, labour: str, people: float) -> str:
    if math.isnan(people):
        return f"Neither one more {reviewer} nor more {labour} would give anything."
    if people < NO_PEOPLE:
        return f"One more {reviewer} is worth nothing beside more {labour}."
    count = number(people) if math.isfinite(people) else "any number of"
    return f"One more {reviewer} is worth as much as {count} more {labour}."
