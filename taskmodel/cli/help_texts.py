"""What `--help` says of each command: what it does, examples, and what it prints for machines."""

ABOUT = """Task-by-task automation of research as compute grows, and where human
supervision becomes the bottleneck."""
EXIT = """exit status:
  0 fine; 1 the model has no answer, or a check found something; 2 bad input;
  130 interrupted; 141 the reader of the output went away"""
TOP = f"""examples:
  taskmodel run                    the default catalog, in a few seconds
  taskmodel run --set supervision.headcount=100
                                   the same with 100 reviewers
  taskmodel new mylab              a commented catalog to start from: mylab.yaml
  taskmodel check mylab.yaml       every defect in it, each with its line
  taskmodel run mylab.yaml -o out  sweep it; results and figures go to out/

Every command explains itself: taskmodel COMMAND --help

{EXIT}"""
PATHS = """A PATH is a place in the catalog's file, its keys joined by dots, such as
supervision.headcount, tasks.red_teaming.review_ratio, nests.build.elasticity;
PATH.low and PATH.high are the ends of its interval. A VALUE is written as in
the file: 100, 1e30, dedicated, true, null, "{value: 3, low: 1, high: 5}".
A path that does not exist is answered with the nearest that do."""
JSON = """JSON is one document, in full precision and strict: NaN (nothing can be
produced) is null, infinity (no limit) is the string "inf". Compute is in
FLOP/year; speed-ups, shares and elasticities are pure numbers."""
DESCRIPTIONS: dict[str, str] = {}
EPILOGS: dict[str, str] = {}

DESCRIPTIONS[
    "run"
] = f"""Sweep compute. Tasks are automated one by one, as AI comes to be able to do
them, and people, review, inference and experiments are put to their best use
at every point. The answer: how much faster research goes, when AI takes over
its first task, where human review starts to bind and where it becomes the
bottleneck, the ceiling that it sets, and which reviews cost most.

{PATHS}"""
EPILOGS["run"] = f"""examples:
  taskmodel run
  taskmodel run ml_capability_rnd --scenario reference
  taskmodel run --scenario dedicated_reviewers --set supervision.headcount=100
  taskmodel run --grid 1e28:1e31:50 --no-figures -o quick
  taskmodel run --json | python -m json.tool
  taskmodel run --over time --paths slow

--over time follows paths instead: how compute, algorithms, spending and staff
grow, with dates. --grid is then of dates, such as 2026:2030:41. It prints when
what changes; JSON has over, paths, curve, events (each with its date), and the
dates first_automation, oversight_binds and oversight_bottleneck.

what is written to DIR:
  result.nc         everything, as netCDF-4; in Python: taskmodel.open(...)
  speedup.svg/.png  the curve, if matplotlib is installed:
                    pip install 'taskmodel[plot]'
Files are written whole or not at all, and replace those of an earlier run in
the same folder.

words:
  throughput  research output, over that of the same people without AI
  latency     time of one pass through all tasks without AI, over that with AI
  effective   both together: throughput^L latency^(1 - L), where L is
              production.parallel_exponent
  binds       1 % more review would give over supervision.binding_tolerance %
              more research
  bottleneck  nothing else holds research back as much as review
  ceiling     AI does all it may, inference and experiments are unlimited, and
              people review it; from that compute on AI can do all it may

{JSON}
Keys:
  catalog, title, scenario, overrides, version, sha256, grid, files
  today, first_automation, oversight_binds, oversight_bottleneck, ceiling:
    each {{compute, throughput_speedup, latency_speedup, speedup}}, or null if it
    is not on the grid; the compute of a ceiling that none reaches is null
  at_grid_start: which of them hold at the first point of the grid already, so
    that their true places may lie below it
  stretches: from where to where oversight binds and is the bottleneck
  reviewers_scarce: the same of the hours of each pool of reviewers
  ceilings, automated_hours_share, hours_by_mode, bottleneck_share: today and at
    the grid's end
  top_reviews, advice: what review costs, at which compute, by task [h/year],
    and how many more people of each pool are worth one more reviewer
  next_tasks: tasks that AI cannot do today, and the speed-ups if it could
  curve, events

{EXIT}"""

DESCRIPTIONS[
    "latency"
] = f"""How long one pass through all tasks takes, one after the other where they must:
the critical path, with and without AI, at one point of the compute axis.
People work latency.working_hours_per_week hours of a week, AI all 168. Times
are wall-clock hours, weighted by who does the task; they include review and
waits at gates. And who waits for whom: how much of each task's time is people's
work, AI's, review, and waiting. Off unless the catalog, or --set, says so:
  latency.count_queues     work waits for reviewers who are busy: the more of
                           their time is in use, the longer. At a planned
                           supervision.utilisation of 1 it waits for ever where
                           review binds; the best is told
  latency.count_off_hours  it waits for reviewers who are at home
  latency.count_loops      results send the work back (feedback_loops)

{PATHS}"""
EPILOGS["latency"] = f"""examples:
  taskmodel latency
  taskmodel latency --compute 1e32
  taskmodel latency --compute 1e32 --set latency.count_review=false
  taskmodel latency --compute 1e32 --set latency.count_queues=true \\
    --set supervision.utilisation=0.8 --set supervision.headcount=60

words:
  queue   waiting for a reviewer who is free
  closed  waiting for reviewers who are at home (off-hours)
  gate    waiting for an approval
  again   what going round feedback loops takes, in the task that sends back

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute
  pass_time, pass_time_without_ai [h], latency_speedup
  pass_part: what the pass is made of, along the critical path [h]: people, ai,
    review, queue, off_hours, gate, repeats
  critical_path: tasks in order, each with title, start, duration, slack [h],
    duration_part (the same parts), in_progress (units on their way at a time)
    and mode_share, who does it
  others: the tasks beside it, by slack
  queues: one for each pool of reviewers: servers, utilisation, arrivals
    [1/year], service_time, service_variability, wait [working h], waiting
  best_utilisation: utilisation, review_binds, speedup, speedup_as_is and
    latency_speedup; null where queues are not counted

{EXIT}"""

DESCRIPTIONS[
    "regimes"
] = f"""The formula of research output between each two events of a sweep, as sympy
derives it: output, elasticities, and the compute at which the regime ends.
Where there is no closed form, why, and the first-order conditions. Every
formula is held against the numeric optimum at three points; one that is off is
an error.

{PATHS}"""
EPILOGS["regimes"] = f"""examples:
  taskmodel regimes t_agi_ladder
  taskmodel regimes --scenario dedicated_reviewers --range 1e28:1e31
  taskmodel regimes --latex regimes.tex

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256
  closed_forms: how many regimes have one
  regimes: a list, each with low, high [FLOP/year], priced, modes, output,
    shadow_prices, elasticities, next_event (null: next_event_reason says why),
    definitions, values, latex; without a closed form reason, equations and
    unknowns
  ceiling: the same for output with inference and experiments without limit and
    AI able to do all that may be delegated

{EXIT}"""

DESCRIPTIONS[
    "vary"
] = f"""Sweep any number of the catalog, at one point of the compute axis: reviewers,
a review ratio, a horizon, an elasticity of substitution. Prints the speed-up
along it and every change on the way at its exact place.

{PATHS}"""
EPILOGS["vary"] = f"""examples:
  taskmodel vary supervision.headcount=1:10000
  taskmodel vary tasks.research_code.review_ratio=0.01:1:50 --compute 1e32
  taskmodel vary production.elasticity=0:1 ml_capability_rnd

what is written to DIR:
  result.nc         everything, as netCDF-4; in Python: taskmodel.open(...)

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute, over, unit, files
  curve: a list, each with value, output, speed-ups, binding_factor and
    bottleneck_share
  events: a list; the place goes by the path's own name

{EXIT}"""

DESCRIPTIONS[
    "worth"
] = f"""What 1 % more of every input would give, in per cent of each speed-up: of
compute, of people, of reviewers, of every ratio and horizon in the catalog.
And what it would give if AI could do one more task than it can. Elasticities
are exact derivatives at one point of the compute axis.

{PATHS}"""
EPILOGS["worth"] = f"""examples:
  taskmodel worth
  taskmodel worth --compute 1e32 --all
  taskmodel worth --input supervision.headcount --input pools.researchers.headcount

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute
  status: kind of answer; optimal, or at a kink, without output or without limit
  inputs: those that make a difference, each with input, value, unit,
    output_elasticity, throughput_speedup_elasticity,
    latency_speedup_elasticity, speedup_elasticity; null where more and less
    are worth different amounts
  next_tasks: each with task, title, opens_at and the speed-ups if AI could do
    it; empty where inputs are chosen

{EXIT}"""

DESCRIPTIONS[
    "what-if"
] = f"""The speed-up that research would have at one point of the compute axis with one
constraint gone: scarce inference, too few reviewers, the insistence on review,
what AI can do, waits at gates, scarce experiments. And with two of them gone,
and with all, for one constraint can hide another. All are relative to the same
people without AI, who wait at gates and find experiments as scarce as in the
catalog. What AI can do more costs the inference of the model that it takes.

{PATHS}"""
EPILOGS["what-if"] = f"""examples:
  taskmodel what-if
  taskmodel what-if --compute 1e32 --scenario dedicated_reviewers

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute
  as_is, all: output and speed-ups as things are, and with all constraints gone
  alone: a list, each with relaxation, meaning, output and speed-ups
  pairs: a list, each with relaxations, output and speed-ups

{EXIT}"""

DESCRIPTIONS["simulate"] = """Run a world or a loop through time, and print what is reached when.

A world is Davidson's Full Takeoff Model: compute grows, AI takes over
tasks of goods production and of hardware and software R&D, and what it adds
makes compute grow faster. The model is solved as differential equations, its
dates to 0.0001 years; --reference-step steps it as its own program does.

A loop is a simpler published model of AI that speeds up its own making: kwa,
software_explosion (with a compute bottleneck: software_explosion_bottleneck),
aghion_jones_jones, gate_automation. Those with priors can be run for many
draws of them.

SCENARIO is a bundled one (see `taskmodel list`) or a YAML file. A NAME is a
parameter in it, such as full_automation_requirements_training, hardware_delay
or compute_growth.2030. n_labour_tasks=null is a continuum of tasks."""
EPILOGS["simulate"] = f"""examples:
  taskmodel simulate
  taskmodel simulate davidson_aggressive
  taskmodel simulate --set full_automation_requirements_training=3e33
  taskmodel simulate --set n_labour_tasks=null -o out
  taskmodel simulate davidson_no_tradeoff --reference-step 0.1
  taskmodel simulate kwa --set difficulty=0.3
  taskmodel simulate kwa --draws 500 --seed 123
  taskmodel simulate --alignment alignment_research
  taskmodel simulate --alignment alignment_research --paths field_growth \\
      --capabilities ml_capability_rnd --alignment-scenario work_pays_back

--alignment follows an organisation of alignment research in the world: its AI
is the world's largest training run. Prints when alignment and capabilities are
sped up 2, 3 and 10 times, when tasks are automated, and the alignment work that
has been done by then [years of the field as it is, without AI].

what is written to DIR:
  result.nc          everything, as netCDF-4; in Python: taskmodel.open(...)
  takeoff.svg/.png   the figure, if matplotlib is installed; of a loop loop.*,
                     with --alignment beside.*

words:
  automated   compute does over 10 times as much of a task as people do
  AGI         the largest training run suffices for every goods task
  wake-up     the automated share at which investment speeds up (rampup_trigger)

JSON is one document, in full precision; what is not reached is null.
Keys:
  scenario, overrides, version, sha256, stopped (why the run ended before its
    time; empty if it did not), reference_step or tolerance, files
  milestones: by name, each {{value, unit, meaning}}
  gwp_doubling_times [year]
  events: a list, each {{time, kind, what}}
With --alignment: scenario, overrides, version, sha256, stopped, alignment and
  capabilities (what they were made from), measure, work_error, files
  milestones: by name, each {{value, unit, meaning, work, work_bulk}}
  months_between: by name, to every other milestone
  curve: a list by date; events: those of the organisation, each with its time
Of a loop: scenario, loop, overrides, version, sha256, stopped, milestones,
  files; with --draws also draws and seed, and in place of a milestone's value
  its percentiles (5, 25, 50, 75, 95; null: not reached) and reached, the part
  of the draws that reach it

{EXIT}"""

DESCRIPTIONS[
    "horizon"
] = f"""How long the tasks are, in a skilled person's time, of which the frontier does
half, and four fifths, as time goes on: by compute, on the line in the catalog
(capability.intercept and slope), and by the trend over time through measured
models. When it comes to each task of the catalog; for Ngo's ladder, the
default, when it is a 1-hour, 1-day, 1-month and 1-year AGI. And at which
growth of compute the two go at one pace.

{PATHS}"""
EPILOGS["horizon"] = f"""examples:
  taskmodel horizon
  taskmodel horizon --growth 0.6 --doubling 7
  taskmodel horizon --compute 2026=8e28 --compute 2028=1e31 --compute 2035=1e32
  taskmodel horizon alignment_research -o out

what is written to DIR:
  horizon.nc          everything, as netCDF-4; in Python: taskmodel.open(...)
  horizon.svg/.png    the figure, if matplotlib is installed

JSON is one document, in full precision; what is not reached within the times
is null.
Keys:
  catalog, scenario, overrides, version, sha256, trend, trend_sha256, since,
    files
  first, last: the dates that are looked at
  doubling_time: by driver (compute, time) and success (50, 80 per cent) [year];
    null where compute does not grow at one pace
  agreeing_growth: by success, low, central and high, the ends of
    capability.slope [OOM/year]
  milestones: a list, each {{milestone, meaning, horizon [h], dates}}, the dates
    by driver and success

{EXIT}"""

DESCRIPTIONS[
    "bottleneck"
] = f"""A map of what holds research back most over two inputs: reviewers and compute,
reviewers and a review ratio, any two numbers of the catalog. The boundaries
between regions are traced as curves: ties, where two sources hold research
back equally, and jumps, where AI comes to be able to do a task; and where
oversight begins to bind. Contours are of the effective speed-up.

{PATHS}"""
EPILOGS["bottleneck"] = f"""examples:
  taskmodel bottleneck --x supervision.headcount=1:10000 --y compute=1e26:1e35
  taskmodel bottleneck --x supervision.headcount=10:10000 \\
    --y latency.serial_speed=1:100 --compute 1e32

what is written to DIR:
  bottleneck.nc        cells and boundaries, netCDF-4; in Python: taskmodel.open(...)
  bottleneck.svg/.png  the map, if matplotlib is installed

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, x, y, compute (null if it is an
  input), files
  regions: a list, each with binding_factor, cells (share of the map) and the
    least and largest speed-ups in it
  boundaries: a list, each with first and second, the regions it parts (sources,
    or oversight_slack and oversight_binds), kind (tie, jump), points [x, y]

{EXIT}"""

DESCRIPTIONS[
    "onset"
] = f"""Where oversight begins to bind and where it becomes the bottleneck along compute,
for values of any number of the catalog: how much later with more reviewers, how
much sooner with longer reviews. Every place is that of a sweep's event, exactly.

{PATHS}"""
EPILOGS["onset"] = f"""examples:
  taskmodel onset supervision.headcount=10:10000
  taskmodel onset tasks.research_code.review_ratio=0.01:1:5 --compute 1e31
  taskmodel onset production.elasticity=0.1:0.9:5 ml_capability_rnd

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute, over, unit
  values: a list, each with value; oversight_binds_from and
    oversight_bottleneck_from (FLOP/year; null: nowhere on the grid; the grid's
    low end: from below it on) with the throughput speed-up there,
    oversight_binds_speedup and oversight_bottleneck_speedup; and
    review_bottleneck_share, at compute

{EXIT}"""

DESCRIPTIONS[
    "compare"
] = f"""What differs between two catalogs, scenarios or settings, and how much of the
difference in an answer each change explains. Of up to eight changes all orders
are gone through (Shapley values): the parts add up to the whole. Of more, each
is told alone, and as the last of all.

{PATHS}"""
EPILOGS["compare"] = f"""examples:
  taskmodel compare --to-scenario dedicated_reviewers --compute 1e32
  taskmodel compare --to-set supervision.headcount=100 --to-set production.elasticity=1
  taskmodel compare --scenario dedicated_reviewers --to-scenario fast_gates \\
    --target throughput_speedup

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute, target, before, after
  method: shapley, or one at a time
  changes: a list, each with change, from_value, to_value, contribution, alone,
    last
  unexplained: what is left when all changes are made

{EXIT}"""

DESCRIPTIONS[
    "review-load"
] = f"""How much review each task takes, how long its units wait for it and at gates,
and what would help, side by side: one more reviewer, an hour less for each
review of a task, a percentage point less of its units reviewed.

{PATHS}"""
EPILOGS["review-load"] = f"""examples:
  taskmodel review-load --compute 1e32
  taskmodel review-load --scenario dedicated_reviewers --compute 1e32

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute, speedup_per_reviewer
  tasks: those that AI does, each with task, review_hours, review_share,
    coverage, review_time [h], wait [h], review_elasticity, speedup_per_hour and
    speedup_per_point (parts of the effective speed-up, to first order)

{EXIT}"""

DESCRIPTIONS[
    "solve-for"
] = f"""The values of one input that give a target: how many reviewers for three times
the throughput, how much compute for half of what holds research back to be
review. All of them in a range, exactly; where there is none, why, and how near
one comes. A target that is only passed in a jump, where AI comes to be able to
do a task, is told as such.

A target is a variable of a sweep: output, throughput_speedup, latency_speedup,
speedup, oversight_elasticity, oversight_ceiling and so on; or an entry of one,
such as bottleneck_share.review, factor_elasticity.inference,
review_elasticity.red_teaming.

In place of a catalog there may be a world (taskmodel list): then it is the
values of one of its parameters that put a milestone, such as agi_year or
automation_rnd_20%, at a date; taskmodel simulate --json names them all. The
world is run at 17 places of the range; of solutions between two of them, a pair
is not seen: narrow the range where there may be one. --scenario and --at are
for catalogs.

{PATHS}"""
EPILOGS["solve-for"] = f"""examples:
  taskmodel solve-for supervision.headcount --target throughput_speedup=3 --at compute=1e32
  taskmodel solve-for compute ml_capability_rnd --target speedup=2
  taskmodel solve-for supervision.max_review_share --target bottleneck_share.review=0.4
  taskmodel solve-for hardware_delay davidson_best_guess --target agi_year=2040

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute, path, unit, target
  range: where was looked
  solutions: a list, each with value, until (larger where a whole stretch gives
    the target), output and speed-ups
  jumps: where the target is passed without being reached, each with place,
    before, after, tasks
  nearest: value and target where it comes nearest
  reason: why there is no solution, or empty
Of a world: scenario, overrides, version, sha256, path, unit, target, reason;
  solutions, each with value and reached; jumps; looked_at: value and milestone
  at the places that were looked at first

exit status:
  0 there are solutions; 1 there is none; 2 bad input; 130 interrupted"""

DESCRIPTIONS[
    "lead-time"
] = """What a lead buys: how many automated researchers a project's chips make, how
long its pause lasts once leaks, theft, rivals and money are counted, and what
of their work is of use, from bulk researcher-months to effective years of the
field. With the catalog that the plan names, also task by task, with review.
Where a plan has a curve of risk: when to pause, and the best use of the lead.

A PATH is a place in the plan's file, such as lead.months, lead.theft or
worker.reading (seed: 15,000 researchers, as printed in 2023, on two clocks)."""
EPILOGS["lead-time"] = f"""examples:
  taskmodel lead-time                          the seed's toy model
  taskmodel lead-time --months 6 --set worker.reading=seed
  taskmodel lead-time greenblatt_leads -o out
  taskmodel lead-time --set lead.theft=0.05 --set field.supervision=0.01
  taskmodel lead-time kwa_ladder --json

what is written to DIR:
  result.nc           everything, as netCDF-4; in Python: taskmodel.open(...)
  lead_time.svg/.png  the figure, if matplotlib is installed

words:
  lead          months that others need to reach today's technology
  bulk          researchers times serial speed, whatever becomes of it
  field-year    a year's work of the field in `field.headcount`
  organisation  the catalog in which the workforce does the tasks
  evidence      what agents have been seen to do: their hours to an hour of a
                person, and what that says of the plan's tokens

{JSON}
Keys:
  plan, title, overrides, version, sha256, files
  cases: a list, each with case, title and the variables of taskmodel.lead_time:
    numbers, words, and lists by step where there are several

exit status:
  0 fine; 1 the pause never starts, or preparation blows up in it (when, and
  why); 2 bad input, with its place"""

DESCRIPTIONS[
    "frontier"
] = f"""What safety costs: how much research there can be, by how much defective work
may pass unnoticed in a year. AI errs, review finds a part of it, and what
escapes takes of a budget, supervision.defect_budget, an hour counting as many
as the task's harm_weight says. A stricter budget moves AI's work to protocols
that let less escape, and these take more people. The price of safety is the
research that is given up for an hour less of what escapes.

alignment_research without a scenario takes defect_budget, in which AI errs and
every bundled protocol may be used; the other catalogs need a scenario in which
AI errs, such as imperfect_ai, and protocols to choose from. A budget in `run`,
`vary` and all others is one factor more: what holds research back by it is
told beside people, review, inference and experiments.

{PATHS}"""
EPILOGS["frontier"] = f"""examples:
  taskmodel frontier
  taskmodel frontier --compute 1e31 --budgets 1e4:1e8
  taskmodel frontier ml_capability_rnd --scenario imperfect_ai \\
    --set "supervision.protocols=[full_review, spot_checks, no_review]"
  taskmodel vary supervision.defect_budget=1e4:1e6 --scenario defect_budget

what is written to DIR:
  frontier.nc         everything, as netCDF-4; in Python: taskmodel.open(...)
  frontier.svg/.png   the figure, if matplotlib is installed

words:
  budget  0 closes every way of working that lets anything escape; there the
          price is that of the first hour
  review  hours of people that go into review

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute, files
  ceases_to_bind: the least budget with which output is what it is without one
  unlimited: output, speed-ups and escaped_harm [h/year] without a budget
  curve: a list, each with defect_budget [h/year], output, speed-ups,
    safety_price [h/h], defect_budget_elasticity, escaped_harm, review_hours
    [h/year], automated_hours_share, ai_work_share by protocol, and
    bottleneck_share

{EXIT}"""

DESCRIPTIONS[
    "trust"
] = f"""What it takes to let people look at AI's work at the floors of policy alone,
and no longer at every unit. A class of tasks needs a record of so many clean
audits, and part of it again with each model generation; the hours are taken
off those of the reviewers. Which classes AI does decides how many hours that
are, and the hours decide which classes AI does: a fixed point, whose residual
is told. How long records last and what they have to show is the block `trust`
of a catalog; bundled catalogs without a scenario take that of audited_trust.

{PATHS}"""
EPILOGS["trust"] = f"""examples:
  taskmodel trust
  taskmodel trust --compute 1e32 --set trust.generation_time=0.25
  taskmodel trust --compute 1e32 --set trust.audits=beyond_floor
  taskmodel trust mylab.yaml --scenario audited_trust

words:
  record      clean audits that bound the share of defective units
  reviewed    share of units that people would look at if reviews at the floor
              counted as audits; a dash where AI does nothing of the task

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute, advice
  total_audit_load [h/year], audits_paid: set aside for it, residual: the first
    less the second
  review_supply [h/year], audit_share, floor_review_hours [h/year]
  exact_fixed_points: how many; fixed_points: all, each with hours, residual and
    output; where there is none, the places where it is jumped over
  with_audits, at_floors, full_review: output and speed-ups
  tasks: a list, each with task, title, adopted, detection, clean_audits,
    record_hours, audit_load, delegated_units, coverage_floor,
    implied_coverage, record_time, at_margin, kept_out
  output_kept_out: where there is no exact fixed point, output at the one there
    is if AI is kept from the tasks that are kept_out

{EXIT}"""

DESCRIPTIONS[
    "check"
] = """Check catalogs, scenarios, plans, worlds, loops, trends and paths. Every defect
is listed with file, line, column, path, what is allowed and how to mend it.
Units that were converted and numbers that rest on no source are listed too;
they are no defects."""
EPILOGS["check"] = """examples:
  taskmodel check mylab.yaml
  taskmodel check mylab.yaml --scenario myscenario.yaml
  taskmodel check tasks/*.yaml --json

A file with `set` and without `tasks` is read as a scenario; whether its paths
are in a catalog shows when it is laid over one with --scenario. A file with
`worker` or `ladder` is read as a plan, one with `loop` as a loop, one with
`models` as a trend, one with `begins` or `ends` as paths. The name of a bundled
catalog will do in place of a file.

JSON keys: ok, files (each with file, kind, ok, title, tasks, defects,
conversions, without_source; a defect has file, line, column, path, message).

exit status:
  0 no defects; 1 a file has defects; 2 a file is missing or cannot be read"""

DESCRIPTIONS[
    "new"
] = """Write a catalog to start from: six tasks, every block explained in comments.
It runs as it is."""
EPILOGS["new"] = """examples:
  taskmodel new mylab                            writes mylab.yaml
  taskmodel new mylab --from alignment_research  a copy of a bundled catalog
  taskmodel new mylab -o catalogs/mylab.yaml

and then:
  taskmodel check mylab.yaml
  taskmodel run mylab.yaml

A file that is there already is not overwritten.

exit status:
  0 written; 2 not written, and why"""

DESCRIPTIONS[
    "schema"
] = """Print the JSON Schema of catalogs (draft 2020-12), or of plans or paths, with
which editors complete and check YAML as it is typed."""
EPILOGS["schema"] = """examples:
  taskmodel schema > catalog.schema.json
  taskmodel schema --plan > plan.schema.json
  taskmodel schema --paths > paths.schema.json

and, for editors with a YAML language server, as a catalog's first line:
  # yaml-language-server: $schema=catalog.schema.json

The schema knows types, units and ranges. What holds between blocks (ids that
exist, shares that sum to 1) is for `taskmodel check`."""

DESCRIPTIONS[
    "validate"
] = """Hold the model to what is published: every result of a paper, of another model
or of the evidence behind the catalogs that it reproduces, with the published
value, ours, deviation, tolerance, verdict, source and access. Ours is computed
now; only the published values are stored. A deviation that is understood is
marked explained, and says why."""
EPILOGS["validate"] = """examples:
  taskmodel validate
  taskmodel validate --all           also every line of groups that agree
  taskmodel validate --json

JSON keys: ok, results (a list of records).

exit status:
  0 all agree or are explained; 1 a result is off"""

DESCRIPTIONS["list"] = (
    "List what comes with the package: catalogs, scenarios, plans, worlds and more."
)
EPILOGS["list"] = """examples:
  taskmodel list
  taskmodel list --json

JSON keys: catalogs (name, title, question, tasks), scenarios (name, title,
description, catalog: the one it is for or null, sets: the paths it sets),
plans (name, title, question, cases), worlds (name, title, description),
loops (name, title, description, priors: the parameters that can be drawn),
trends (name, title, description) and paths (name, title, description, begins,
ends)."""
