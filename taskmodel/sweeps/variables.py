"""What every variable of a result is measured in, and what it means: unit and meaning by name."""

from __future__ import annotations

_NO_OUTPUT = "NaN: nothing can be produced, or there is no limit to it"
_NOWHERE = "NaN: nowhere on the catalog's grid"
_FIRST = f"its low end where it is so there already; {_NOWHERE}"

_BY_UNIT = {
    "FLOP/year": {
        "compute": "effective compute: of the leading developer, in software of the base year",
        "opens_at": "compute from which AI can do each task",
        "oversight_binds_from": f"compute from which oversight binds; {_FIRST}",
        "oversight_bottleneck_from": f"compute from which oversight is the bottleneck; {_FIRST}",
        "today": "where the compute axis stands today",
    },
    "": {
        "task": "task of the catalog",
        "mode": "way of doing a task",
        "factor": (
            "scarce input: labour pools [h], review by each pool of reviewers [h], inference "
            "[FLOP], experiments [H100-hour] and, where there is one, the defect budget [h]"
        ),
        "source": "what can hold research back: hands-on work, review, and each other factor",
        "pool": "labour pool of the catalog",
        "reviewers": "pool of reviewers: general, those of supervision, and those with a skill",
        "relaxation": "constraint that goes",
        "with_relaxation": "constraint that goes besides, or the same one",
        "input": "compute, or a number of the catalog by its dotted path",
        "automatable": "AI can do the task",
        "change": "path of what differs between two catalogs",
        "boundary_curve": "which curve, counted from 0",
        "boundary_kind": (
            "tie: two shares are equal, or review's is the tolerance; jump: a threshold or a kink "
            "parts the regions"
        ),
        "boundary_first": (
            "region on one side: the largest source, empty where nothing can be produced, or "
            "oversight_slack"
        ),
        "boundary_second": "region on the other side: the same, or oversight_binds",
        "oversight_binds": "review's bottleneck share exceeds the tolerance",
        "binding_factor": (
            "the source with the largest bottleneck share; empty: nothing can be produced, or "
            "there is no limit to it"
        ),
        "status": (
            "kind of answer: optimal, kink (prices not unique), zero, supremum (not attained), "
            "unbounded"
        ),
        "kind": "what changes",
        "attacked_task": "task in which AI expects the most harm of an attack; empty: none",
        "hired_pool": "labour pool or kind of reviewers that is hired",
        "next_dollar": "factor of which a dollar more gives the most research",
        "part": (
            "people's and AI's work, review, waits for reviewers who are busy and at home, the "
            "gate, going round again"
        ),
        "review_pool": "pool of reviewers with a queue of its own",
        "review_binds": "all the review time that is planned for is used",
        "waits_for_ever": (
            "a pool of reviewers is fully used, so that work waits for ever before it; latency and "
            "effective speed-ups are NaN there"
        ),
        "critical": "the task is on the critical path",
        "period": "period, from 0",
        "adopted": "AI does some of the task",
        "at_margin": (
            "AI does the task just before the jump over the diagonal, and not after it, or the "
            "other way round"
        ),
        "kept_out": "AI is kept from the task where there is no exact fixed point else",
        "new_generation": "a new model generation comes at the beginning of the period",
    },
    "1": {
        "output": (
            "research output relative to the catalog's own people without AI, experiments not "
            "scarce; inf: no limit"
        ),
        "throughput_speedup": (
            "output relative to the same people without AI, at the same experiment supply; inf: "
            "no limit"
        ),
        "latency_speedup": (
            f"time of one pass through the tasks without AI, relative to that with AI; {_NO_OUTPUT}"
        ),
        "speedup": (
            "effective speed-up: throughput^lambda latency^(1 - lambda), lambda the parallel "
            f"exponent; {_NO_OUTPUT}"
        ),
        "speedup_bound": "no plan has a higher effective speed-up",
        "bulk_speedup": (
            "work done in all tasks, relative to that without AI, however badly balanced; "
            f"{_NO_OUTPUT}"
        ),
        "oversight_cost": (
            "what oversight costs: output with all review hours free, all else as it is, relative "
            "to output; inf: all of it; NaN: output without review is not certified, nothing can "
            "be produced, or there is no limit to it"
        ),
        "factor_elasticity": (
            f"elasticity of output to the supply of each factor; they sum to 1; {_NO_OUTPUT}"
        ),
        "automated_share": "part of the task's output that AI makes",
        "mode_hours_share": (
            "part of base-year human hours that goes by each mode, weighted by CES share; undone "
            "tasks by people"
        ),
        "automated_hours_share": (
            "part of base-year human hours that AI has taken over, weighted by CES share"
        ),
        "oversight_elasticity": (
            "elasticity of output to all review hours per unit of work, sign reversed; "
            f"{_NO_OUTPUT}"
        ),
        "bottleneck_share": f"elasticity of output to each source; they sum to 1; {_NO_OUTPUT}",
        "review_pool_share": (
            "bottleneck share of review by pool of reviewers; they sum to that of review; "
            f"{_NO_OUTPUT}"
        ),
        "review_elasticity": (
            "elasticity of output to the review hours per unit of each task, sign reversed, at "
            f"the split as it is; {_NO_OUTPUT}"
        ),
        "automation_elasticity": (
            "elasticity of output to the part of each task that AI may do, at the part none; 0: "
            f"it may do it already, or never; {_NO_OUTPUT}"
        ),
        "reviewer_equivalent": (
            "people of each pool worth one more reviewer of each kind; inf: they are worth "
            f"nothing; NaN also: nor is a reviewer; {_NO_OUTPUT}"
        ),
        "defect_budget_elasticity": f"elasticity of output to the defect budget; {_NO_OUTPUT}",
        "ai_work_share": (
            "part of AI's work done in each mode; NaN: AI does nothing, or works without limit"
        ),
        "review_share": "part of all review hours",
        "coverage": "share of AI's units that people review; NaN: AI does none of it",
        "speedup_per_reviewer": (
            "by what part the effective speed-up grows with one more reviewer, to first order"
        ),
        "speedup_per_hour": (
            "by what part the effective speed-up grows with an hour less for each review of the "
            "task, to first order"
        ),
        "speedup_per_point": (
            "by what part the effective speed-up grows with a percentage point less coverage of "
            "the task, to first order"
        ),
        "boundary_gap": (
            "by how much the two shares differ at the point; NaN: on a threshold, where each has "
            "two limits"
        ),
        "oversight_binds_speedup": (
            f"throughput relative to people without AI, at that compute; {_NOWHERE}"
        ),
        "oversight_bottleneck_speedup": (
            f"throughput relative to people without AI, at that compute; {_NOWHERE}"
        ),
        "review_bottleneck_share": f"bottleneck share of review; {_NO_OUTPUT}",
        "output_elasticity": (
            "elasticity of research output itself to each input; NaN: it is another to the left "
            "than to the right"
        ),
        "throughput_speedup_elasticity": (
            "elasticity of the throughput speed-up to each input; NaN: as for output"
        ),
        "latency_speedup_elasticity": (
            "elasticity of the latency speed-up to each input; NaN: as for output, or several "
            "paths are critical"
        ),
        "speedup_elasticity": (
            "elasticity of the effective speed-up to each input; NaN: as for its two parts"
        ),
        "oversight_ceiling": (
            "output with unlimited inference and experiments at this capability; inf: no limit; "
            "NaN: beyond any float, or not certified"
        ),
        "no_oversight_ceiling": (
            "the same with all review hours set to 0; inf: no limit; NaN: beyond any float, or "
            "not certified"
        ),
        "oversight_ceiling_full": (
            "output with unlimited inference and experiments and every delegable task open; inf: "
            "no limit; NaN: not certified"
        ),
        "duality_gap": "1 - output x unit cost: bound on the relative error of output",
        "binding_tolerance": (
            "oversight binds where 1 % less review time per unit gives over this many % more output"
        ),
        "in_progress": (
            "units of the task on their way at a time, AI's attempts and people's work, by "
            "Little's law; inf: there is no limit to it"
        ),
        "queue_utilisation": "part of their time for review that is used",
        "queue_service_variability": "variance over squared mean of it",
        "queue_waiting": "units that wait at a time, by Little's law",
        "utilisation": (
            "part of review time planned for that gives the greatest effective speed-up; NaN: "
            "none is better than another"
        ),
        "lines": "units that can usefully be on their way at a time",
        "lines_used": "units on their way at a time in the optimum without a cap on them",
        "throughput_left": "part of its throughput that the cap leaves; 1 where it does not bind",
        "hiring_residual": (
            "largest departure of hires from what a hire is worth, relative to the largest hires"
        ),
        "lines_residual": (
            "units on their way over lines less 1 where the cap binds; 0 but for rounding"
        ),
        "mode_share": "part of the task's output made in each mode",
        "detection": (
            "share of defects that an audit finds; NaN: nothing is to be earned, for every unit "
            "is reviewed or AI may not do it"
        ),
        "clean_audits": "clean audits of a whole record; 0: nothing is to be earned",
        "coverage_floor": "least share of units that people review",
        "implied_coverage": (
            "share of units reviewed if reviews at the floor count as audits; NaN: AI does "
            "nothing of it"
        ),
        "audit_share": (
            "hours set aside for audits, relative to those that reviewers can give; NaN: these "
            "are none"
        ),
        "exact_fixed_points": "how many fixed points there are",
        "fixed_point_output": "output at each, relative to the catalog's own people",
        "output_kept_out": (
            "output at the fixed point that there is then, relative to the catalog's own people; "
            "NaN: none is kept out"
        ),
        "dollar_speedup": "research for a dollar, relative to people without AI",
        "output_bought": (
            "research that the budget buys, relative to the catalog's own people without AI"
        ),
        "spending_share": (
            "part of each dollar that buys each factor, hours of a labour pool without review"
        ),
        "review_time_share": "part of people's hours that goes into review; NaN: no people",
        "dollar_return": (
            "research for a dollar more of each factor, relative to an average dollar; NaN: it "
            "costs nothing"
        ),
        "attack_safety": (
            "attacks that people catch, of those in the class that AI attacks; NaN: it attacks none"
        ),
        "defects_kept_back": (
            "part of the weighted defective work that escapes without a budget which does not, if "
            "AI errs at random"
        ),
        "defects_throughput_speedup": "throughput speed-up at a budget, if AI errs at random",
        "defects_speedup": "effective speed-up at a budget, if AI errs at random",
        "audits_made": "units reviewed in the period",
        "record": (
            "clean audits of the record at the end of the period, relative to a whole one; 1 "
            "where nothing is to be earned"
        ),
    },
    "output per unit of the factor": {
        "shadow_price": f"worth of one more unit of each factor; 0: not scarce; {_NO_OUTPUT}",
    },
    "unit of the factor per year": {
        "factor_use": "use of each factor",
        "purchase": "what is bought of each factor, hours of a labour pool without review",
    },
    "h/year": {
        "activity": (
            "work done in each task and mode, in human-equivalent hours; inf: free work without "
            "limit"
        ),
        "escaped_defects": (
            "defective AI work that passes unnoticed, in human-equivalent hours; NaN: how well "
            "the task can be verified is not known"
        ),
        "defect_budget": (
            "defective work that may pass unnoticed, in human-equivalent hours weighted by harm"
        ),
        "escaped_harm": (
            "defective work that passes unnoticed, weighted by harm: what of the defect budget is "
            "used"
        ),
        "ceases_to_bind": (
            "the least defect budget at which output is what it is without one; inf: AI works "
            "without limit"
        ),
        "base_output": (
            "output of people without AI, experiments not scarce: what output is relative to"
        ),
        "review_hours": "human hours of review, of each task or in all",
        "audit_load": (
            "review hours of audits that the class owes, besides the reviews at the floor"
        ),
        "total_audit_load": "review hours of audits that all classes owe",
        "audits_paid": "review hours set aside for audits",
        "residual": (
            "audits owed less hours set aside; 0 but for rounding at a fixed point, negative "
            "where there is none"
        ),
        "review_supply": "hours that reviewers can give",
        "floor_review_hours": "hours of reviews at the floors",
        "fixed_point_hours": "hours set aside for audits at each fixed point",
        "fixed_point_residual": "audits owed less hours set aside at each",
    },
    "h/h": {
        "safety_price": (
            "shadow price of the defect budget: research in hours of people without AI, per hour "
            f"of it; {_NO_OUTPUT}"
        ),
    },
    "h": {
        "review_time": (
            "review of a unit that is reviewed, hours of a reviewer, as its protocol has it"
        ),
        "wait": "wall-clock time that a unit waits for review and at gates, in the mix of modes",
        "duration": "wall-clock time of a typical unit of the task, in the mix of modes",
        "duration_part": "what that time is made of",
        "pass_part": "what the pass is made of, along the critical path",
        "queue_service_time": "mean working time that one of these takes",
        "queue_wait": "mean wait before it, in reviewers' working hours",
        "start": "earliest start of the task within one pass, wall-clock",
        "slack": "how much longer the task may take without lengthening the pass, wall-clock",
        "pass_time": "wall-clock time of one pass through all tasks",
        "pass_time_without_ai": "wall-clock time of one pass through all tasks by people alone",
        "record_hours": "review hours of a whole record",
    },
    "$/year": {
        "budget": "money for research",
        "pay": "pay of a person who is hired",
        "person_worth": "what one more person who counts is worth",
        "spending": "what is spent on all people there are, and on the compute that they use",
    },
    "$/h": {
        "unit_cost": (
            "what an hour of research costs, in those of people without AI, with everything bought"
        ),
        "unit_cost_without_ai": "the same by people alone",
        "wage": "pay for a working hour of each kind of reviewers",
        "break_even_wage": (
            "pay for a working hour of a reviewer more, besides those there are, at which research "
            "costs what it does"
        ),
    },
    "$": {
        "hire_worth": "what one more hire is worth; below 0: nobody is hired",
        "hiring_gain": "what the plan gains over hiring nobody, discounted to its beginning",
    },
    "person/year": {
        "hires": "people hired, at the pace of a year",
    },
    "$/field-year": {
        "field_year_cost": (
            "what a year of the research of the catalog's own people without AI costs, with "
            "everything bought"
        ),
        "field_year_cost_without_ai": "the same by people alone",
    },
    "$ per unit of the factor": {
        "price": (
            "what a unit of each factor costs; review by people of a labour pool: an hour of them"
        ),
        "willingness_to_pay": (
            "what a unit more of each factor is worth, research valued at what it costs on average"
        ),
    },
    "unit of attack_harm": {
        "tolerated_harm": "harm of an attack that is tolerated",
        "expected_harm": "harm that AI expects of an attack where it expects the most",
    },
    "unit of the target": {
        "alone": "by how much the answer differs with this change alone",
        "last": "by how much the answer differs with this change, all others made",
        "contribution": "Shapley value of the change; NaN: too many changes",
        "unexplained": "what is left of the difference when all changes are made",
    },
    "person": {
        "people": "people who are paid",
        "counting": "people who count: their ramp is over",
        "queue_servers": "reviewers at work at a time",
    },
    "1/year": {
        "queue_arrivals": "units handed to them, with looks at reviews and episodes to steer",
        "delegated_units": "units that AI makes, useful or not",
    },
    "year": {
        "record_time": (
            "time in which as many units are made as a whole record has audits; NaN: AI does "
            "nothing of it"
        ),
        "begins": "when the period begins, from the first",
    },
}
VARIABLES = {
    name: (unit, meaning) for unit, table in _BY_UNIT.items() for name, meaning in table.items()
}
