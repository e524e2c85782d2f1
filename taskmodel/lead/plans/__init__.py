"""Plans for the use of a lead in AI, read from strict files and evaluated.

From the bottom: `records` (the contents of a file), `load` (files and cases), `staff` (workforce),
`window` (start and length of the pause), `work` (work in the pause), `catalog_link` (the workforce
in an organisation), `evaluation` (all results), `dataset` (`lead_time`) and `draws` (the same of
drawn numbers). Only names of the first two are imported here at once, so that listing and checking
plans loads no numerical library.
"""

from typing import TYPE_CHECKING

from taskmodel._lazy import attach
from taskmodel.lead.plans.load import bundled_plans, load_plan, parse_plan
from taskmodel.lead.plans.records import Plan

if TYPE_CHECKING:
    from taskmodel.lead.plans.dataset import lead_time
    from taskmodel.lead.plans.draws import lead_time_draws

__all__ = ["Plan", "bundled_plans", "lead_time", "lead_time_draws", "load_plan", "parse_plan"]

__getattr__, __dir__ = attach(__name__, {"lead_time": "dataset", "lead_time_draws": "draws"})
