"""The formulas behind a sweep: the closed form of each regime between two events, in sympy.

`regimes` goes through the regimes of a sweep, `ceiling` leaves compute out. Both derive a `Regime`
from a `segment` of the axis, in the symbols of `notation`. `composite_factors` and `closed_form`
derive formulas where there are any, `conditions` states the first-order conditions elsewhere, and
`regime_ends` solves for the compute at which a regime ends. `latex` formats formulas for paper.
"""

from taskmodel.closed_forms._ceiling import ceiling
from taskmodel.closed_forms._regimes import regimes
from taskmodel.closed_forms.regime import Regime

__all__ = ["Regime", "ceiling", "regimes"]
