"""What the answer hangs on: inputs that explain its spread, and inputs that change what binds.

From the bottom: `inputs` (groups of uncertain numbers), `answers` (what is asked of draws),
`indices` (total effects, and PAWN of weighted draws), `sensitivity` and `cruxes`.
docs/uncertainty.md explains them.
"""

from typing import TYPE_CHECKING

from taskmodel._lazy import attach

if TYPE_CHECKING:
    from taskmodel.influence._cruxes import cruxes
    from taskmodel.influence._sensitivity import sensitivity

__all__ = ["cruxes", "sensitivity"]

__getattr__, __dir__ = attach(__name__, {"cruxes": "_cruxes", "sensitivity": "_sensitivity"})
