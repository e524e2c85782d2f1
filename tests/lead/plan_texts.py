"""Plans that the tests of plans share, and short ways to evaluate them."""

import taskmodel as tm
from taskmodel.lead.plans import load_plan, parse_plan

BASE = """
title: A plan
sources:
  work: {title: A work}
worker:
  tokens_per_second: {value: 2.3e7, source: work}
  streams: {value: 10, source: work}
  serial_tokens: {value: 10, source: work}
  stream_speed: {value: 50, source: work}
  hours_per_day: {value: 8, source: work}
lead:
  months: {value: 6, source: work}
field:
  headcount: {value: 600, source: work}
  parallel_exponent: {value: 1, source: work}
"""
LADDER = """
ladder:
  target: {value: 20, source: work}
  rungs:
    weak: {speedup: {value: 10, source: work}, yearly_risk: {value: 0.002, source: work}}
    strong: {speedup: {value: 40, source: work}, yearly_risk: {value: 0.05, source: work}}
"""
RISK = {
    "at_present": 0.001,
    "slope": 2.302585,
    "tolerated": 0.01,
    "pace": 0.1,
    "productivity_slope": 0.5,
}
FIELD_YEARS = 575  # work of the plan: 690,000 researcher-months a month, 600 people, six months
ORGANISATION = ("organisation:", "  catalog:", "  scenario:")


def evaluated(**values):
    """Results of the plan with other values; their paths are written with __ for a dot."""
    changes = {path.replace("__", "."): value for path, value in values.items()}
    return tm.lead_time(parse_plan(BASE), set=changes)


def without_catalog(name):
    """A bundled plan without its catalog, which takes a second to solve."""
    lines = load_plan(name).yaml_text.splitlines()
    return parse_plan("\n".join(line for line in lines if not line.startswith(ORGANISATION)), name)


def step(result, name):
    """Field-years after a step."""
    return float(result["field_years"].sel(step=name))
