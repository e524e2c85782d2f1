"""What every variable of a result is measured in, and what it means: unit and meaning by name."""

from __future__ import annotations

_NO_OUTPUT = "NaN: nothing can be produced, or there is no limit to it"
_NOWHERE = "NaN: nowhere on the catalog's grid"
_FIRST = f"its low end where it is so there already; {_NOWHERE}"

VARIABLES = {
    "compute": ("FLOP/year", "effective compute of the leading developer (base-year software)"),
    "task": ("", "task of the catalog"),
    "mode": ("", "way of doing a task"),
    "factor": (
        "",
        "scarce input: labour pools [h], review by each pool of reviewers [h], inference "
        "[FLOP], experiments [H100-hour] and, where "
        "there is one, the defect budget [h]",
    ),
    "source": ("", "what can hold research back: hands-on work, review, and each other factor"),
    "pool": ("", "labour pool of the catalog"),
    "reviewers": ("", "pool of reviewers: general, those of supervision, and those with a skill"),
    "relaxation": ("", "constraint that goes"),
    "with_relaxation": ("", "constraint that goes besides, or the same one"),
    "opens_at": ("FLOP/year", "compute from which AI can do each task"),
    "input": ("", "compute, or a number of the catalog by its dotted path"),
    "output": (
        "1",
        "research output relative to the catalog's own people without AI, experiments not "
        "scarce; inf: no limit",
    ),
    "throughput_speedup": (
        "1",
        "output relative to the same people without AI, at the same experiment supply; inf: "
        "no limit",
    ),
    "latency_speedup": (
        "1",
        f"time of one pass through the tasks without AI, relative to that with AI; {_NO_OUTPUT}",
    ),
    "speedup": (
        "1",
        "effective speed-up: throughput^lambda latency^(1 - lambda), lambda the parallel "
        f"exponent; {_NO_OUTPUT}",
    ),
    "bulk_speedup": (
        "1",
        "work done in all tasks, relative to that without AI, however badly balanced; "
        f"{_NO_OUTPUT}",
    ),
    "shadow_price": (
        "output per unit of the factor",
        f"worth of one more unit of each factor; 0: not scarce; {_NO_OUTPUT}",
    ),
    "factor_elasticity": (
        "1",
        f"elasticity of output to the supply of each factor; they sum to 1; {_NO_OUTPUT}",
    ),
    "factor_use": ("unit of the factor per year", "use of each factor"),
    "activity": (
        "h/year",
        "work done in each task and mode, in human-equivalent hours; inf: free work without limit",
    ),
    "automatable": ("", "AI can do the task"),
    "automated_share": ("1", "part of the task's output that AI makes"),
    "mode_hours_share": (
        "1",
        "part of base-year human hours that goes by each mode, weighted by CES share; undone "
        "tasks by people",
    ),
    "automated_hours_share": (
        "1",
        "part of base-year human hours that AI has taken over, weighted by CES share",
    ),
    "oversight_elasticity": (
        "1",
        f"elasticity of output to all review hours per unit of work, sign reversed; {_NO_OUTPUT}",
    ),
    "bottleneck_share": ("1", f"elasticity of output to each source; they sum to 1; {_NO_OUTPUT}"),
    "escaped_defects": (
        "h/year",
        "defective AI work that passes unnoticed, in human-equivalent hours; NaN: how well "
        "the task can be verified is not known",
    ),
    "review_elasticity": (
        "1",
        "elasticity of output to the review hours per unit of each task, sign reversed, at "
        f"the split as it is; {_NO_OUTPUT}",
    ),
    "automation_elasticity": (
        "1",
        "elasticity of output to the part of each task that AI may do, at the part none; 0: "
        f"it may do it already, or never; {_NO_OUTPUT}",
    ),
    "reviewer_equivalent": (
        "1",
        "people of each pool worth one more reviewer of each kind; inf: they are worth "
        f"nothing; NaN also: nor is a reviewer; {_NO_OUTPUT}",
    ),
    "defect_budget": (
        "h/year",
        "defective work that may pass unnoticed, in human-equivalent hours weighted by harm",
    ),
    "safety_price": (
        "h/h",
        "shadow price of the defect budget: research in hours of people without AI, per hour "
        f"of it; {_NO_OUTPUT}",
    ),
    "defect_budget_elasticity": ("1", f"elasticity of output to the defect budget; {_NO_OUTPUT}"),
    "escaped_harm": (
        "h/year",
        "defective work that passes unnoticed, weighted by harm: what of the defect budget is used",
    ),
    "ceases_to_bind": (
        "h/year",
        "the least defect budget at which output is what it is without one; inf: AI works "
        "without limit",
    ),
    "ai_work_share": ("1", "part of AI's work done in each mode; NaN: AI does nothing"),
    "base_output": (
        "h/year",
        "output of people without AI, experiments not scarce: what output is relative to",
    ),
    "review_hours": ("h/year", "human hours of review, of each task or in all"),
    "review_share": ("1", "part of all review hours"),
    "coverage": ("1", "share of AI's units that people review; NaN: AI does none of it"),
    "review_time": (
        "h",
        "review of a unit that is reviewed, hours of a reviewer, as its protocol has it",
    ),
    "wait": ("h", "wall-clock time that a unit waits for review and at gates, in the mix of modes"),
    "speedup_per_reviewer": (
        "1",
        "by what part the effective speed-up grows with one more reviewer, to first order",
    ),
    "speedup_per_hour": (
        "1",
        "by what part the effective speed-up grows with an hour less for each review of the "
        "task, to first order",
    ),
    "speedup_per_point": (
        "1",
        "by what part the effective speed-up grows with a percentage point less coverage of "
        "the task, to first order",
    ),
    "change": ("", "path of what differs between two catalogs"),
    "alone": ("unit of the target", "by how much the answer differs with this change alone"),
    "last": (
        "unit of the target",
        "by how much the answer differs with this change, all others made",
    ),
    "contribution": ("unit of the target", "Shapley value of the change; NaN: too many changes"),
    "unexplained": (
        "unit of the target",
        "what is left of the difference when all changes are made",
    ),
    "boundary_curve": ("", "which curve, counted from 0"),
    "boundary_kind": (
        "",
        "tie: two shares are equal, or review's is the tolerance; jump: a threshold or a "
        "kink parts the regions",
    ),
    "boundary_first": (
        "",
        "region on one side: the largest source, empty where nothing can be produced, or "
        "oversight_slack",
    ),
    "boundary_second": ("", "region on the other side: the same, or oversight_binds"),
    "boundary_gap": (
        "1",
        "by how much the two shares differ at the point; NaN: on a threshold, where each has "
        "two limits",
    ),
    "oversight_binds": ("", "review's bottleneck share exceeds the tolerance"),
    "oversight_binds_from": ("FLOP/year", f"compute from which oversight binds; {_FIRST}"),
    "oversight_binds_speedup": (
        "1",
        f"throughput relative to people without AI, at that compute; {_NOWHERE}",
    ),
    "oversight_bottleneck_from": (
        "FLOP/year",
        f"compute from which oversight is the bottleneck; {_FIRST}",
    ),
    "oversight_bottleneck_speedup": (
        "1",
        f"throughput relative to people without AI, at that compute; {_NOWHERE}",
    ),
    "review_bottleneck_share": ("1", f"bottleneck share of review; {_NO_OUTPUT}"),
    "output_elasticity": (
        "1",
        "elasticity of research output itself to each input; NaN: it is another to the left "
        "than to the right",
    ),
    "throughput_speedup_elasticity": (
        "1",
        "elasticity of the throughput speed-up to each input; NaN: as for output",
    ),
    "latency_speedup_elasticity": (
        "1",
        "elasticity of the latency speed-up to each input; NaN: as for output, or several "
        "paths are critical",
    ),
    "speedup_elasticity": (
        "1",
        "elasticity of the effective speed-up to each input; NaN: as for its two parts",
    ),
    "binding_factor": (
        "",
        "the source with the largest bottleneck share; empty: nothing can be produced, or "
        "there is no limit to it",
    ),
    "oversight_ceiling": (
        "1",
        "output with unlimited inference and experiments at this capability; inf: no limit; "
        "NaN: beyond any float, or not certified",
    ),
    "no_oversight_ceiling": (
        "1",
        "the same with all review hours set to 0; inf: no limit; NaN: beyond any float, or "
        "not certified",
    ),
    "oversight_ceiling_full": (
        "1",
        "output with unlimited inference and experiments and every delegable task open; inf: "
        "no limit; NaN: not certified",
    ),
    "duality_gap": ("1", "1 - output x unit cost: bound on the relative error of output"),
    "status": (
        "",
        "kind of answer: optimal, kink (prices not unique), zero, supremum (not attained), "
        "unbounded",
    ),
    "kind": ("", "what changes"),
    "binding_tolerance": ("1", "oversight binds where its bottleneck share exceeds this"),
    "today": ("FLOP/year", "where the compute axis stands today"),
    "duration": ("h", "wall-clock time of a typical unit of the task, in the mix of modes"),
    "duration_part": ("h", "what that time is made of"),
    "part": (
        "",
        "people's and AI's work, review, waits for reviewers who are busy and at home, the "
        "gate, going round again",
    ),
    "pass_part": ("h", "what the pass is made of, along the critical path"),
    "in_progress": (
        "1",
        "units of the task on their way at a time, AI's attempts and people's work, by "
        "Little's law",
    ),
    "review_pool": ("", "pool of reviewers with a queue of its own"),
    "queue_servers": ("person", "reviewers at work at a time"),
    "queue_utilisation": ("1", "part of their time for review that is used"),
    "queue_arrivals": (
        "1/year",
        "units handed to them, with looks at reviews and episodes to steer",
    ),
    "queue_service_time": ("h", "mean working time that one of these takes"),
    "queue_service_variability": ("1", "variance over squared mean of it"),
    "queue_wait": ("h", "mean wait before it, in reviewers' working hours"),
    "queue_waiting": ("1", "units that wait at a time, by Little's law"),
    "utilisation": (
        "1",
        "part of review time planned for that gives the greatest effective speed-up; NaN: "
        "none is better than another",
    ),
    "lines": ("1", "units that can usefully be on their way at a time"),
    "lines_used": ("1", "units on their way at a time in the optimum without a cap on them"),
    "throughput_left": (
        "1",
        "part of its throughput that the cap leaves; 1 where it does not bind",
    ),
    "lines_residual": (
        "1",
        "units on their way over lines less 1 where the cap binds; 0 but for rounding",
    ),
    "review_binds": ("", "all the review time that is planned for is used"),
    "start": ("h", "earliest start of the task within one pass, wall-clock"),
    "slack": ("h", "how much longer the task may take without lengthening the pass, wall-clock"),
    "critical": ("", "the task is on the critical path"),
    "pass_time": ("h", "wall-clock time of one pass through all tasks"),
    "pass_time_without_ai": ("h", "wall-clock time of one pass through all tasks by people alone"),
    "mode_share": ("1", "part of the task's output made in each mode"),
    "period": ("", "period, from 0"),
    "detection": (
        "1",
        "share of defects that an audit finds; NaN: nothing is to be earned, for every unit "
        "is reviewed or AI may not do it",
    ),
    "clean_audits": ("1", "clean audits of a whole record; 0: nothing is to be earned"),
    "record_hours": ("h", "review hours of a whole record"),
    "delegated_units": ("1/year", "units that AI makes, useful or not"),
    "adopted": ("", "AI does some of the task"),
    "coverage_floor": ("1", "least share of units that people review"),
    "audit_load": (
        "h/year",
        "review hours of audits that the class owes, besides the reviews at the floor",
    ),
    "implied_coverage": (
        "1",
        "share of units reviewed if reviews at the floor count as audits; NaN: AI does "
        "nothing of it",
    ),
    "record_time": (
        "year",
        "time in which as many units are made as a whole record has audits; NaN: AI does "
        "nothing of it",
    ),
    "total_audit_load": ("h/year", "review hours of audits that all classes owe"),
    "audits_paid": ("h/year", "review hours set aside for audits"),
    "residual": (
        "h/year",
        "audits owed less hours set aside; 0 but for rounding at a fixed point, negative "
        "where there is none",
    ),
    "review_supply": ("h/year", "hours that reviewers can give"),
    "audit_share": (
        "1",
        "hours set aside for audits, relative to those that reviewers can give; NaN: these "
        "are none",
    ),
    "floor_review_hours": ("h/year", "hours of reviews at the floors"),
    "exact_fixed_points": ("1", "how many fixed points there are"),
    "fixed_point_hours": ("h/year", "hours set aside for audits at each fixed point"),
    "fixed_point_residual": ("h/year", "audits owed less hours set aside at each"),
    "fixed_point_output": ("1", "output at each, relative to the catalog's own people"),
    "at_margin": (
        "",
        "AI does the task just before the jump over the diagonal, and not after it, or the "
        "other way round",
    ),
    "kept_out": ("", "AI is kept from the task where there is no exact fixed point else"),
    "output_kept_out": (
        "1",
        "output at the fixed point that there is then, relative to the catalog's own people; "
        "NaN: none is kept out",
    ),
    "audits_made": ("1", "units reviewed in the period"),
    "record": (
        "1",
        "clean audits of the record at the end of the period, relative to a whole one; 1 "
        "where nothing is to be earned",
    ),
    "begins": ("year", "when the period begins, from the first"),
    "new_generation": ("", "a new model generation comes at the beginning of the period"),
}
