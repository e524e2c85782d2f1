"""The formulas behind a sweep: each regime between two events in closed form where there is one, in sympy.

`sequence` goes through the regimes and `unlimited` leaves compute out; both have a `stretch` written up as a `regime`, with
`words` for what a catalog says. `composite` and `closed_form` derive what has a closed form, `conditions` states the rest, and
`ends` tells where a regime ends. `latex` is for paper.
"""

from taskmodel.closed_forms.regime import Regime
from taskmodel.closed_forms.sequence import regimes
from taskmodel.closed_forms.unlimited import ceiling

__all__ = ["Regime", "ceiling", "regimes"]
