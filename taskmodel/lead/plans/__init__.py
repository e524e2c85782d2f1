"""Plans: what somebody would do with a lead in AI, read from strict files and reckoned through.

The modules, from the bottom: `records` (what a file may say), `load` (files, cases), `staff` (a plan's workforce), `course` (the
months of a pause), `joined` (the workforce in a catalog), `reckoning` (the plan as numbers) and `dataset`
(`taskmodel.lead_time`). Only the first two are handed on here: what lists or checks plans loads no numerical library.
"""

from taskmodel.lead.plans.load import bundled_plans, load_plan, parse_plan
from taskmodel.lead.plans.records import Plan

__all__ = ["Plan", "bundled_plans", "load_plan", "parse_plan"]
