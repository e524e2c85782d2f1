"""The formulas behind a sweep: each regime between two events in closed form where there is one, in sympy.

`regime` goes through them, `words` names what a catalog says, `closed_form` and `conditions` are the two kinds of answer.
"""

from taskmodel.formulas.regime import Regime, regimes

__all__ = ["Regime", "regimes"]
