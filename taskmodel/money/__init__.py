"""Money in research: what a dollar buys, what people are worth, and how many to hire.

- `prices`: what a unit of each factor costs;
- `plans`: the optimum that money buys;
- `_spend`: what a dollar buys, in the long run and in the short;
- `_hire`: how many people to hire, when.

Modules are loaded at first use, so that importing the package loads no numerical library.
"""

from typing import TYPE_CHECKING

from taskmodel._lazy import attach

if TYPE_CHECKING:
    from taskmodel.money._hire import hire
    from taskmodel.money._spend import drawn_points, spend

__all__ = ["drawn_points", "hire", "spend"]

__getattr__, __dir__ = attach(
    __name__, {"drawn_points": "_spend", "hire": "_hire", "spend": "_spend"}
)
