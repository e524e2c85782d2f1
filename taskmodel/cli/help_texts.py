"""Texts of `--help`: description and epilog of each command, with examples and JSON keys."""

ABOUT = """Task-by-task automation of research as compute grows, and where human
supervision becomes the bottleneck."""
EXIT = """exit status:
  0 fine; 1 the model has no answer, or a check found something; 2 bad input;
  130 interrupted; 141 the reader of the output went away"""
TOP = f"""examples:
  taskmodel run                    the default catalog, in a few seconds
  taskmodel run --scenario dedicated_reviewers --set supervision.headcount=100
                                   people of their own review, 100 of them
  taskmodel new mylab              a commented catalog to start from: mylab.yaml
  taskmodel check mylab.yaml       every defect in it, each with its line
  taskmodel run mylab.yaml -o out  sweep it; results and figures go to out/

Help on a command: taskmodel COMMAND --help

{EXIT}"""
PATHS = """A PATH addresses a value in the catalog's file, keys joined by dots, such as
supervision.headcount, tasks.red_teaming.review_ratio, nests.build.elasticity;
PATH.low and PATH.high are the ends of its interval; * stands for every id, as
in "tasks.*.review_ratio". A VALUE is written as in the file: 100, 1e30,
dedicated, true, null, "{value: 3, low: 1, high: 5}". `taskmodel paths` lists
the paths; one that does not exist is an error that names the nearest."""
JSON = """JSON is one document, in full precision and strict: NaN (nothing can be
produced) is null, infinity (no limit) is the string "inf". Compute is in
FLOP/year; speed-ups, shares and elasticities are pure numbers. --format csv
prints the main table alone, with the same keys."""
DESCRIPTIONS: dict[str, str] = {}
EPILOGS: dict[str, str] = {}

DESCRIPTIONS[
    "run"
] = f"""Sweep compute. Tasks are automated one by one as AI becomes able to do them,
and people, review, inference and experiments are allocated optimally at every
point. Reports the speed-up of research, when AI takes over its first task,
where human review starts to bind and where it becomes the bottleneck, the
ceiling that it sets, and which reviews cost most.

{PATHS}"""
EPILOGS["run"] = f"""examples:
  taskmodel run
  taskmodel run ml_capability_rnd --scenario reference
  taskmodel run --scenario dedicated_reviewers --set supervision.headcount=100
  taskmodel run --grid 1e28:1e31:50 --no-figures -o quick
  taskmodel run --json | python -m json.tool
  taskmodel run --over time --paths slow

--over time follows paths of compute, algorithms, spending and staff instead.
--grid then holds dates, such as 2026:2030:41. Prints the dates of changes; JSON
has over, paths, curve, events (each with its date), and the dates
first_automation, oversight_binds and oversight_bottleneck.

files in DIR:
  result.nc         everything, as netCDF-4; in Python: taskmodel.open(...)
  speedup.svg/.png  the curve, if matplotlib is installed:
                    pip install 'taskmodel[plot]'
Files are written whole or not at all, and replace those of an earlier run in
the same folder.

words:
  throughput  research output, over that of the same people without AI
  latency     time of one pass through all tasks without AI, over that with AI
  effective   both together: throughput^L latency^(1 - L), where L is
              production.parallel_exponent, at the plan of most throughput
              (taskmodel latency --objective effective: the best for both)
  binds       1 % less review time per unit gives over
              supervision.binding_tolerance % more output
  bottleneck  nothing else holds research back as much as review
  ceiling     AI does all it may, inference and experiments are unlimited, and
              people review it; from that compute on AI can do all it may

{JSON}
Keys:
  catalog, title, scenario, overrides, version, sha256, grid, files
  today, first_automation, oversight_binds, oversight_bottleneck, ceiling:
    each {{compute, throughput_speedup, latency_speedup, speedup}}, or null if it
    is not on the grid; the compute of a ceiling that none reaches is null
  at_grid_start: those that hold at the first point of the grid already, so
    that they may begin below it
  stretches: intervals in which oversight binds and is the bottleneck
  reviewers_scarce: the same of the hours of each pool of reviewers
  ceilings, automated_hours_share, hours_by_mode, bottleneck_share: today and at
    the grid's end
  top_reviews, advice: what review costs, at which compute, by task [h/year],
    and the people of each pool that are worth one more reviewer
  next_tasks: tasks that AI cannot do today, and the speed-ups if it could
  curve, events
  dates: of these points and next_tasks along paths (calendar years; "-inf" and
    "inf": before they begin, after they end)

{EXIT}"""

DESCRIPTIONS[
    "ensemble"
] = f"""The answer over draws of the catalog's uncertain numbers: medians, 90 %
bands, and the standard error of the medians; the positions of first events,
with the probability that there is one. Each draw is solved as exactly as a
sweep. Draws are of the intervals in the catalog, priors; those of `run` are
weighted by dated evidence besides.
The laws of the numbers are shown by `taskmodel check --show-distributions`.
Draws without an answer are counted and named.

With --store the draws go to a Zarr store, chunk by chunk, in memory that does
not grow with their number; bands are not printed. The share and the time left
are shown. After an interrupt, a full disk or a lost worker the same command
with --resume goes on. In Python: taskmodel.open("F.zarr"). This needs
pip install 'taskmodel[cluster]'.

{PATHS}"""
EPILOGS["ensemble"] = f"""examples:
  taskmodel ensemble
  taskmodel ensemble --draws 4096 --compute 4.2e29,1e31,1e33 -o drawn
  taskmodel ensemble --draws 100000 --store drawn.zarr --workers 2 --resume

files in DIR: ensemble.nc, all draws; ensemble.svg and ensemble.png, medians and
bands of the speed-ups, and the probability that oversight binds.

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, seed, draws, over, files
  failed: a list, each with draw and reason
  points: a list, each with compute or time, and by variable quantiles, values
    and errors
  ceiling, oversight_binds_from, oversight_bottleneck_from: likewise
  events: a list, each with kind, probability that there is one, quantiles,
    values ("inf": never) and errors
  with --store, in place of failed, points and all after: points (where),
    failed_draws, first_failure (draw and reason, or null), chunk (draws),
    chunks, bytes"""

DESCRIPTIONS[
    "sensitivity"
] = f"""What the answer hangs on. First, by input, the part of the variance of each
answer that is left when all other inputs are known (total effect), with the
half-width of its 90 % interval: speed-up today and later, ceiling, and where
oversight is the bottleneck. Numbers of a group of the catalog are one input.
Speed-ups enter by logarithm, places by rank, "never" last. Draws weighted by
evidence (--weighted) have dependent inputs: PAWN indices in place of total
effects, beside that of an input without influence.

Second, cruxes: inputs that, alone at an end of their 90 % interval, move the
date of the bottleneck by over a year or change what binds. Needs SALib: pip
install 'taskmodel[sensitivity]'. The figure is of the cruxes.

{PATHS}"""
EPILOGS["sensitivity"] = f"""examples:
  taskmodel sensitivity
  taskmodel sensitivity --draws 512 --compute 1e30,1e32 -o hangs_on
  taskmodel calibrate -o posterior
  taskmodel sensitivity --weighted posterior/calibration.nc

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, method, draws, seed, files
  answers: a list, each with answer, meaning, unit, enters, never, used,
    quantile_05, quantile_50, quantile_95, noise (PAWN), and inputs: a list,
    each with input, index, and error (total effects)
  paths_name, bottleneck_date: of the cruxes, with all inputs at their medians
  cruxes: every input, most consequential first, with unit, crux, and low and
    high: value, bottleneck_date ("inf": never), shift, reason, and binding: by
    date at which it differs, what binds at the medians and at the end"""

DESCRIPTIONS[
    "latency"
] = f"""Duration of one pass through all tasks, in sequence where they depend on each
other: the critical path, with and without AI, at one point of the compute axis.
People work latency.working_hours_per_week hours of a week, AI all 168. Times
are wall-clock hours, weighted by who does the task; they include review and
waits at gates. Reports how much of each task's time is people's work, AI's,
review, and waiting. Off unless switched on in the catalog or with --set:
  latency.count_queues     work waits for busy reviewers, longer the more of
                           their time is in use; without limit at a planned
                           supervision.utilisation of 1 where review binds. The
                           best utilisation is reported
  latency.count_off_hours  work waits for reviewers outside working hours
  latency.count_loops      results send the work back (feedback_loops)
The plan is that of most throughput. --objective effective searches the one of
the highest effective speed-up, and says how high any plan may come.

{PATHS}"""
EPILOGS["latency"] = f"""examples:
  taskmodel latency
  taskmodel latency --compute 1e32
  taskmodel latency --compute 1e32 --set latency.count_review=false
  taskmodel latency --compute 1e35 --objective effective
  taskmodel latency --draws 512
  taskmodel latency --compute 1e32 --set latency.count_queues=true \\
    --set supervision.utilisation=0.8 --set supervision.headcount=60

words:
  queue   waiting for a reviewer who is free
  closed  waiting for reviewers outside working hours
  gate    waiting for an approval
  again   repetition in feedback loops, in the task that sends work back

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute
  pass_time, pass_time_without_ai [h], latency_speedup
  pass_part: parts of the pass along the critical path [h]: people, ai,
    review, queue, off_hours, gate, repeats
  critical_path: tasks in order, each with title, start, duration, slack [h],
    duration_part (the same parts), in_progress (units at a time)
    and mode_share, by mode
  others: the tasks beside it, by slack
  queues: one for each pool of reviewers: servers, utilisation, arrivals
    [1/year], service_time, service_variability, wait [working h], waiting
  best_utilisation: utilisation, review_binds, speedup, speedup_as_is and
    latency_speedup; null where queues are not counted
  effective_plan: with --objective effective: throughput_speedup,
    latency_speedup, speedup, pass_time [h], each also as ..._as_is,
    speedup_bound, and tasks: each with task, title, mode_share and
    mode_share_as_is, of those that are done otherwise
  with --draws: draws, seed, quantiles, failed (draw, reason), and the quantiles
    of pass_time, pass_time_without_ai, latency_speedup; tasks: each with task,
    title, critical (chance to be on the path), and quantiles of duration [h]

{EXIT}"""

DESCRIPTIONS[
    "regimes"
] = f"""The formula of research output between each two events of a sweep, as sympy
derives it: output, elasticities, and the compute at which the regime ends.
Without a closed form: the reason, and the first-order conditions. Every formula
is verified against the numeric optimum at three points; a deviation is an
error.

{PATHS}"""
EPILOGS["regimes"] = f"""examples:
  taskmodel regimes t_agi_ladder
  taskmodel regimes --scenario dedicated_reviewers --range 1e28:1e31
  taskmodel regimes --latex regimes.tex
  taskmodel regimes -o formulas

files in DIR:
  regimes.tex         the LaTeX document
  regimes.json        what --json prints

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
along it and the exact position of every change along the way.

{PATHS}"""
EPILOGS["vary"] = f"""examples:
  taskmodel vary supervision.headcount=1:10000 --scenario dedicated_reviewers
  taskmodel vary tasks.research_code.review_ratio=0.01:1:50 --compute 1e32
  taskmodel vary production.elasticity=0:1 ml_capability_rnd

files in DIR:
  result.nc         everything, as netCDF-4; in Python: taskmodel.open(...)

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute, over, unit, files
  curve: a list, each with value, output, speed-ups, binding_factor and
    bottleneck_share
  events: a list; the key of the position is the path

{EXIT}"""

DESCRIPTIONS[
    "worth"
] = f"""Elasticities of each speed-up with respect to every input: compute, people,
reviewers, every ratio and horizon in the catalog. Also the gain if AI could do
one more task. Elasticities
are exact derivatives at one point of the compute axis. Speed-ups are relative
to the same people without AI, output is not: more people give more output, and
can lower a speed-up.

{PATHS}"""
EPILOGS["worth"] = f"""examples:
  taskmodel worth
  taskmodel worth --compute 1e32 --all
  taskmodel worth --input supervision.max_review_share \\
    --input pools.researchers.headcount

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute
  status: kind of answer; optimal, or at a kink, without output or without limit
  inputs: those that make a difference, each with input, value, unit,
    output_elasticity, throughput_speedup_elasticity,
    latency_speedup_elasticity, speedup_elasticity; null where more and less
    are worth different amounts
  next_tasks: each with task, title, opens_at and the speed-ups if AI could do
    it; empty if inputs are chosen

{EXIT}"""

DESCRIPTIONS[
    "what-if"
] = f"""The speed-up of research at one point of the compute axis without one of its
constraints: scarce inference, too few reviewers, required review, the limits of
AI, waits at gates, scarce experiments. Also without two of them, and without
all, since one constraint can hide another. All are relative to the same people
without AI, with gates and experiments as in the catalog. Tasks that AI becomes
able to do cost the inference of the model that they require.

{PATHS}"""
EPILOGS["what-if"] = f"""examples:
  taskmodel what-if
  taskmodel what-if --compute 1e32 --scenario dedicated_reviewers

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute
  as_is, all: output and speed-ups as things are, and without all constraints
  alone: a list, each with relaxation, meaning, output and speed-ups
  pairs: a list, each with relaxations, output and speed-ups

{EXIT}"""

DESCRIPTIONS["simulate"] = """Run a world or a loop through time, and print the dates of milestones.

A world is Davidson's Full Takeoff Model: compute grows, AI takes over
tasks of goods production and of hardware and software R&D, and what it adds
makes compute grow faster. The model is solved as differential equations, dates
to 0.0001 years; --reference-step uses the fixed step of its own program.

A loop is a simpler published model of AI that speeds up AI research: kwa,
software_explosion (with a compute bottleneck: software_explosion_bottleneck),
aghion_jones_jones, gate_automation. Loops with priors can be run for
many draws of them.

WORLD is a bundled one (see `taskmodel list`) or a YAML file. A NAME is a
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
  taskmodel simulate --alignment alignment_research --map davidson

--alignment follows an organisation of alignment research in the world: its AI
is the world's largest training run. Prints the dates at which alignment and
capabilities are sped up 2, 3 and 10 times and tasks are automated, and the
alignment work done by then [years of the field as it is, without AI]. Months
between the two need one map of the training runs that tasks take: --map catalog
takes that of the capability catalog (default ml_capability_rnd) for the world,
--map davidson that of the world for catalogs; --map separate has none.

files in DIR:
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
  capabilities (catalog and settings), map, map_catalog, measure, work_error,
  files
  milestones: by name, each {{value, unit, meaning, map, work, work_bulk}}
  months_between: by name, to every other milestone; null also between two maps
  curve: a list by date; events: those of the organisation, each with its time
Of a loop: scenario, loop, overrides, version, sha256, stopped, milestones,
  files; with --draws also draws and seed, and in place of a milestone's value
  its percentiles (5, 25, 50, 75, 95; null: not reached) and reached, the share
  of the draws that reach it

{EXIT}"""

DESCRIPTIONS[
    "horizon"
] = f"""Length of tasks, in a skilled person's time, of which the frontier does half and
four fifths, over time: by compute, on the line in the catalog
(capability.intercept and slope), and by the trend through measured models.
Reports the date of each task of the catalog; for Ngo's ladder, the default, the
dates of a 1-hour, 1-day, 1-month and 1-year AGI. Also the growth of compute at
which both grow at the same pace.

{PATHS}"""
EPILOGS["horizon"] = f"""examples:
  taskmodel horizon
  taskmodel horizon --growth 0.6 --doubling 7
  taskmodel horizon --shape shrinking --since 2019
  taskmodel horizon --shape saturating --shape-parameter 2000
  taskmodel horizon --compute 2026=8e28 --compute 2028=1e31 --compute 2035=1e32
  taskmodel horizon alignment_research -o out

files in DIR:
  horizon.nc          everything, as netCDF-4; in Python: taskmodel.open(...)
  horizon.svg/.png    the figure, if matplotlib is installed

JSON is one document, in full precision; what is not reached within the times
is null.
Keys:
  catalog, scenario, overrides, version, sha256, trend, trend_sha256, since,
    files
  first, last: ends of the period
  doubling_time: by driver (compute, time) and success (50, 80 per cent) [year];
    null where compute does not grow at a constant pace
  doubling_time_interval: of the trend, by success, low and high, the ends of a
    90 % interval [year]; null where the doubling time is given
  shape: of the trend; shape_parameter: by success, its curvature
    [doublings/year^2], share [1] or ceiling [h]; shape_parameter_interval: by
    success, low and high; null for an exponential trend, or where it is given
  agreeing_growth: by success, low, central and high, the ends of
    capability.slope [OOM/year]; null for another shape
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
  taskmodel bottleneck --x supervision.headcount=1:10000 \\
    --y compute=1e26:1e35 --scenario dedicated_reviewers
  taskmodel bottleneck --x supervision.max_review_share=0.05:1 \\
    --y latency.serial_speed=1:100 --compute 1e32

files in DIR:
  bottleneck.nc        cells and boundaries; in Python: taskmodel.open(...)
  bottleneck.svg/.png  the map, if matplotlib is installed

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, x, y, compute (null if it is an
  input), files
  regions: a list, each with binding_factor, cells (share of the map) and the
    least and largest speed-ups in it
  boundaries: a list, each with first and second, the regions it separates
    (sources, or oversight_slack and oversight_binds), kind (tie,
    jump), points [x, y]

{EXIT}"""

DESCRIPTIONS["onset"] = f"""Where oversight begins to bind and where it becomes the bottleneck along
compute, for values of any number of the catalog: how much later with more
reviewers, how much sooner with longer reviews. Every position is that
of a sweep's event.

{PATHS}"""
EPILOGS["onset"] = f"""examples:
  taskmodel onset supervision.headcount=10:10000 --scenario dedicated_reviewers
  taskmodel onset tasks.research_code.review_ratio=0.01:1:5 --compute 1e31
  taskmodel onset production.elasticity=0.1:0.9:5 ml_capability_rnd

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute, over, unit
  values: a list, each with value; oversight_binds_from and
    oversight_bottleneck_from (FLOP/year; null: nowhere on the grid; the grid's
    low end: there or below) with the throughput speed-up there,
    oversight_binds_speedup and oversight_bottleneck_speedup; and
    review_bottleneck_share, at compute

{EXIT}"""

DESCRIPTIONS[
    "compare"
] = f"""What differs between two catalogs, scenarios or settings, and how much of the
difference in an answer each change explains. Up to eight changes are made in
all orders (Shapley values): their contributions add up to the difference. Of
more, the effect of each is given alone, and as the last of all.

{PATHS}"""
EPILOGS["compare"] = f"""examples:
  taskmodel compare --to-scenario dedicated_reviewers --compute 1e32
  taskmodel compare --to-set supervision.max_review_share=0.1 \\
    --to-set production.elasticity=1
  taskmodel compare --scenario dedicated_reviewers --to-scenario fast_gates \\
    --target throughput_speedup

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute, target, before, after
  method: shapley, or one at a time
  changes: a list, each with change, from_value, to_value, contribution, alone,
    last
  unexplained: the difference that remains when all changes are made

{EXIT}"""

DESCRIPTIONS[
    "review-load"
] = f"""Review of each task, waits of its units for review and at gates, and the gains
side by side: of one more reviewer, of an hour less for each review of a task,
of a percentage point less of its units reviewed.

{PATHS}"""
EPILOGS["review-load"] = f"""examples:
  taskmodel review-load --compute 1e32
  taskmodel review-load --scenario dedicated_reviewers --compute 1e32

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute, speedup_per_reviewer
  tasks: those that AI does, each with task, review_hours, review_share,
    coverage, review_time [h], wait [h], review_elasticity, speedup_per_hour and
    speedup_per_point (shares of the effective speed-up, to first order)

{EXIT}"""

DESCRIPTIONS[
    "solve-for"
] = f"""The values of one input that give a target: how many reviewers for three times
the throughput, how much inference for twice. All of them in a range, exactly;
without any, the reason and the nearest value, and exit code 1. A target that is
only passed in a jump has no solution either, and the message says where it is:
so it is with most targets along compute, where AI becomes able to do a task.

A target is a variable of a sweep: output, throughput_speedup, latency_speedup,
speedup, oversight_cost, oversight_elasticity, oversight_ceiling and so on; or
an entry of one, such as bottleneck_share.review, factor_elasticity.inference,
review_elasticity.red_teaming.

CATALOG may also name a world (taskmodel list): the solutions are then the
values of one of its parameters that put a milestone, such as agi_year or
automation_rnd_20%, at a date; taskmodel simulate --json names them all. The
world is run at 17 points of the range; a pair of solutions between two of them
is missed: narrow the range if there may be one. --scenario and --at are for
catalogs.

{PATHS}"""
EPILOGS["solve-for"] = f"""examples:
  taskmodel solve-for supervision.headcount --target throughput_speedup=3 \\
    --set supervision.pool=dedicated --at compute=1e32
  taskmodel solve-for 'tasks.*.review_ratio' --target oversight_cost=1.5 \\
    --set supervision.pool=dedicated --at compute=1e32
  taskmodel solve-for compute.inference_share ml_capability_rnd \\
    --target throughput_speedup=2 --at compute=1e31
  taskmodel solve-for supervision.max_review_share \\
    --target bottleneck_share.review=0.4 --at compute=1e32
  taskmodel solve-for hardware_delay davidson_best_guess --target agi_year=2040

file in DIR: solution.nc, everything that was found.

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute, path, unit, target
  range: ends of the search
  solutions: a list, each with value, until (larger if a whole interval gives
    the target), output and speed-ups
  jumps: points where the target is passed without being reached, each with
    place, before, after, tasks
  nearest: value and target where it comes nearest
  reason: why there is no solution, or empty
Of a world: scenario, overrides, version, sha256, path, unit, target, reason;
  solutions, each with value and reached; jumps; looked_at: value and milestone
  of the runs of the search

exit status:
  0 there are solutions; 1 there is none; 2 bad input; 130 interrupted"""

DESCRIPTIONS[
    "lead-time"
] = """What a lead buys: the number of automated researchers on a project's chips, the
length of its pause once leaks, theft, rivals and money are counted, and how
much of their work is effective, from bulk researcher-months to effective years
of the field. With the catalog that the plan names, also task by task, with
review. With a curve of risk: when to pause, and the best use of the lead.

A PATH addresses a value in the plan's file, such as lead.months, lead.theft or
worker.reading (seed: 15,000 researchers, as printed in 2023, on two clocks)."""
EPILOGS["lead-time"] = f"""examples:
  taskmodel lead-time                          the seed's toy model
  taskmodel lead-time --months 6 --set worker.reading=seed
  taskmodel lead-time greenblatt_leads -o out
  taskmodel lead-time --set lead.theft=0.05 --set field.supervision=0.01
  taskmodel lead-time kwa_ladder --json
  taskmodel lead-time greenblatt_leads --draws 100

files in DIR:
  result.nc           everything, as netCDF-4; in Python: taskmodel.open(...)
  lead_time.svg/.png  the figure, if matplotlib is installed

words:
  lead          months that others need to reach today's technology
  bulk          researchers times serial speed, before any loss
  field-year    a year's work of the field in `field.headcount`
  organisation  the catalog in which the workforce does the tasks
  evidence      observed agents: their hours per hour of a person, compared with
                the tokens that the plan assumes

{JSON}
Keys:
  plan, title, overrides, version, sha256, files
  cases: a list, each with case, title and the variables of taskmodel.lead_time:
    numbers, words, and lists by step where there are several
  with --draws, of the catalog too: draws, seed, quantiles, failed (draw,
    reason), and in each case the quantiles of usable_months, researchers,
    serial_speed, expected_months, takeover_risk; of field-years task by task:
    organisation_field_years_review, organisation_field_years_effective

exit status:
  0 fine; 1 the pause never starts, or preparation diverges in it (when, and
  why); 2 bad input, with its place"""

DESCRIPTIONS[
    "spend"
] = f"""What a dollar should buy. With everything for sale, people's hours as well as
compute, the same money buys the most research if it is spent as the first table
says; of one more dollar each factor takes the same part. As things are there
are so many people and so much compute: the second table says what one more hour
or FLOP is worth, research valued at what it costs on average, and what the next
dollar should buy. The worth of an hour of one more reviewer is the break-even
wage.

The bundled catalogs have no prices and take the scenario priced. A catalog of
your own needs prices of what it uses: an hour of each labour pool, by its name,
of dedicated reviewers (review, or review_NAME), a FLOP of inference and an
H100-hour of experiments.

{PATHS}"""
EPILOGS["spend"] = f"""examples:
  taskmodel spend
  taskmodel spend --budget 1e8 --compute 1e31
  taskmodel spend --set prices.researchers=250 --no-figures -o quick

files in DIR:
  spend.nc         everything along compute, as netCDF-4; in Python:
                   taskmodel.open(...)
  spend.svg/.png   the figure, if matplotlib is installed

words:
  of a dollar  hours of a labour pool that go into review count as review
  review       an hour of reviewers who belong to a labour pool costs what the
               pool's does; one of dedicated reviewers what they are paid, over
               the part of their time that can go into review

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute, files
  budget [$/year], and prices by factor
  long_run: unit_cost and unit_cost_without_ai [$/h], dollar_speedup,
    field_year_cost and field_year_cost_without_ai [$], output_bought,
    review_time_share; by factor spending_share and purchase
  short_run: output, spending [$/year], unit_cost, field_year_cost; by factor
    spending_share, willingness_to_pay and dollar_return; break_even_wage by
    reviewers [$/h]
  next_dollar: the factors of which a dollar more gives the most research
  curve: a list along compute, each with compute, long_run and short_run

{EXIT}"""

DESCRIPTIONS[
    "hire"
] = f"""How many people to hire, when. Every hire costs the more, the faster people are
hired (hiring.cost), counts only after a ramp (hiring.ramp), and leaves again at
the pool's attrition. What one more is worth comes from the optimum at each date
and number of people: a per cent more research is worth a per cent of the money.
After the last date everything stays as it is there.

The bundled catalogs take the scenario priced, as in `spend`.

{PATHS}"""
EPILOGS["hire"] = f"""examples:
  taskmodel hire
  taskmodel hire --years 4 --budget 3e8
  taskmodel hire --people general --set supervision.pool=dedicated \\
    --set prices.review=150 --set supervision.headcount=60

files in DIR: hire.nc; hire.svg and hire.png, people, hires and their worth.

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, paths, people (who is hired)
  pay, budget [$/year], hiring_gain [$], hiring_residual
  stocks: a list, each with time (a date), people, counting (those whose ramp is
    over) and person_worth [$/year]
  flows: a list, each with step (the middle of a month), hires [person/year] and
    hire_worth [$]; nobody is hired where it is below 0

{EXIT}"""

DESCRIPTIONS[
    "frontier"
] = f"""The cost of safety: research as a function of the defective work that may pass
unnoticed in a year. AI errs, review finds some of its defects, and what escapes
uses up a budget, supervision.defect_budget, an hour counting as many
as the task's harm_weight says. A stricter budget moves AI's work to
protocols that let less escape, and these take more people. The price of safety
is the research given up for an hour less of what escapes.

alignment_research without a scenario takes defect_budget, in which AI errs and
every bundled protocol may be used; the other catalogs need a scenario in which
AI errs, such as imperfect_ai, and protocols to choose from. In `run`,
`vary` and all others a budget is one more factor: its share of what holds
research back is reported beside those of people, review, inference and
experiments.

{PATHS}"""
EPILOGS["frontier"] = f"""examples:
  taskmodel frontier
  taskmodel frontier --compute 1e31 --budgets 1e4:1e8
  taskmodel frontier ml_capability_rnd --scenario imperfect_ai \\
    --set "supervision.protocols=[full_review, spot_checks, no_review]"
  taskmodel vary supervision.defect_budget=1e4:1e6 --scenario defect_budget
  taskmodel frontier --attack --compute 8.4e30
  taskmodel frontier --attack --harms 1:10 \\
      --set "supervision.protocols=[monitored]"

files in DIR:
  frontier.nc         everything, as netCDF-4; in Python: taskmodel.open(...)
  frontier.svg/.png   the figure, if matplotlib is installed

words:
  budget  0 excludes every protocol that lets anything escape; its price is that
          of the first hour
  review  hours of people that go into review

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute, files
  ceases_to_bind: the least budget with the same output as without one
  unlimited: output, speed-ups and escaped_harm [h/year] without a budget
  curve: a list, each with defect_budget [h/year], output, speed-ups,
    safety_price [h/h], defect_budget_elasticity, escaped_harm, review_hours
    [h/year], automated_hours_share, ai_work_share by protocol, and
    bottleneck_share
With --attack:
  curve: a list, each with tolerated_harm, output, speed-ups, attack_safety,
    attacked_task, expected_harm, review_hours [h/year] and coverage by task
  random_defects: a list, each with defect_budget [h/year], defects_kept_back,
    defects_throughput_speedup and defects_speedup; empty if AI does not err

{EXIT}"""

DESCRIPTIONS[
    "trust"
] = f"""The cost of reviewing AI's work at the floors of policy alone instead of unit by
unit. A class of tasks needs a record of clean audits, and part of it again with
each model generation; the hours are taken from those of the reviewers. The
classes that AI does determine these hours, and the hours determine the classes:
a fixed point, whose residual is reported. The block `trust` of a catalog says
how long records last and what they have to show; bundled catalogs without a
scenario use that of audited_trust.

{PATHS}"""
EPILOGS["trust"] = f"""examples:
  taskmodel trust
  taskmodel trust --compute 1e32 --set trust.generation_time=0.25
  taskmodel trust --compute 1e32 --set trust.audits=beyond_floor
  taskmodel trust mylab.yaml --scenario audited_trust

words:
  record      clean audits that bound the share of defective units
  reviewed    share of units that people would review if reviews at the floor
              counted as audits; a dash where AI does none of the task

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, compute, advice
  total_audit_load [h/year], audits_paid: set aside for it, residual: the first
    less the second
  review_supply [h/year], audit_share, floor_review_hours [h/year]
  exact_fixed_points: how many; fixed_points: all, each with hours, residual and
    output; without an exact one, the jumps across it
  with_audits, at_floors, full_review: output and speed-ups
  tasks: a list, each with task, title, adopted, detection, clean_audits,
    record_hours, audit_load, delegated_units, coverage_floor,
    implied_coverage, record_time, at_margin, kept_out
  output_kept_out: where there is no exact fixed point, output at the one that
    exists if AI is kept from the tasks marked kept_out

{EXIT}"""

DESCRIPTIONS[
    "check"
] = """Check catalogs, scenarios, plans, worlds, loops, trends and paths. Every defect
is listed with file, line, column, path, what is allowed and how to mend it.
Converted units and numbers without a source are listed too, as notes."""
EPILOGS["check"] = """examples:
  taskmodel check mylab.yaml
  taskmodel check mylab.yaml --scenario myscenario.yaml
  taskmodel check tasks/*.yaml --json
  taskmodel check alignment_research --show-distributions

A file with `set` and without `tasks` is read as a scenario; its paths are
checked when it is laid over a catalog with --scenario. A file with
`worker` or `ladder` is read as a plan, one with `loop` as a loop, one with
`models` as a trend, one with `begins` or `ends` as paths. The name of a bundled
catalog may take the place of a file.

JSON keys: ok, files (each with file, kind, ok, title, tasks, defects,
conversions, without_source; a defect has file, line, column, path, message).
With --show-distributions also distributions (path, law, value, low, high, unit,
group, drawn_05, drawn_50, drawn_95).

exit status:
  0 no defects; 1 a file has defects; 2 a file is missing or cannot be read"""

DESCRIPTIONS[
    "migrate"
] = """Bring a catalog whose keys have the names of an older version up to the current
one. A file says its version as schema_version; without the key it is 1. There
is one version so far, so that every file is current. A newer version than this
taskmodel reads is refused."""
EPILOGS["migrate"] = f"""examples:
  taskmodel migrate mylab.yaml
  taskmodel migrate mylab.yaml -o mylab_current.yaml

JSON keys: file, version, current, written (null: nothing to change).

{EXIT}"""

DESCRIPTIONS[
    "keys"
] = """List every key that a kind of file may have, with its unit, what is allowed,
and its meaning, as the reader of files declares them. * stands for an id. Every
number with a unit may be {value, low, high, unit, source, note, distribution}."""
EPILOGS["keys"] = """examples:
  taskmodel keys
  taskmodel keys --find review
  taskmodel keys --find "tasks.*.*"
  taskmodel keys paths

JSON keys: kind, keys (a list, each with path, kind, unit, allowed, required,
default, meaning)."""

DESCRIPTIONS[
    "paths"
] = f"""List every value of a catalog that can be set, with unit, what is allowed, its
meaning, its value, and in brackets its 90 % interval. Values of several ids
(tasks, pools, nests) are shown together; with --find each by itself.

{PATHS}"""
EPILOGS["paths"] = """examples:
  taskmodel paths
  taskmodel paths mylab.yaml --find review
  taskmodel paths --find "tasks.*.review_ratio" --scenario scarce_verifiers

JSON keys: catalog, scenario, overrides, paths (a list, each with path, value,
low, high, key, unit, allowed, meaning)."""

DESCRIPTIONS[
    "diff"
] = f"""What differs between two catalogs, value by value, the answers of both side by
side, and what each change did to the speed-up of today. `compare` does the last
for scenarios and settings, at any compute and for any answer.

{PATHS}"""
EPILOGS["diff"] = f"""examples:
  taskmodel new mylab --from alignment_research
  taskmodel diff alignment_research mylab.yaml
  taskmodel diff old.yaml new.yaml --scenario dedicated_reviewers --all

{JSON}
Keys:
  first, second: version, catalog, scenario, overrides, sha256 of each
  differences: a list, each with path, first and second, as text (empty: absent)
  answers: of first and second, speed-ups and the cost of oversight today,
    the effective speed-up at the ceiling, the compute of milestones (null: not
    reached) and their dates
  explained: compute, method, before, after, and changes: a list, each with
    change and effect; or the reason why changes are not told apart"""

DESCRIPTIONS[
    "new"
] = """Write a catalog to start from: six tasks, every block explained in comments.
It runs as it is."""
EPILOGS["new"] = """examples:
  taskmodel new mylab                            writes mylab.yaml
  taskmodel new mylab --from alignment_research  a copy of a bundled catalog
  taskmodel new mylab -o ours.yaml

and then:
  taskmodel check mylab.yaml
  taskmodel run mylab.yaml

An existing file is not overwritten.

exit status:
  0 written; 2 not written, with the reason"""

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

Its $id names the kind of file and the version: urn:taskmodel:schema:catalog:V.
The schema covers types, units and ranges. Conditions between blocks (ids that
exist, shares that sum to 1) are checked by `taskmodel check`."""

DESCRIPTIONS[
    "validate"
] = """Compare the model with published results: every result of a paper, of another
model or of the evidence behind the catalogs that it reproduces, with published
and computed value, deviation, tolerance, verdict, source and access. Only the
published values are stored. A deviation with a known reason is marked
explained, with the reason."""
EPILOGS["validate"] = """examples:
  taskmodel validate
  taskmodel validate --all           also every line of groups that agree
  taskmodel validate --json

JSON keys: ok, results (a list of records).

exit status:
  0 all agree or are explained; 1 a result is off"""

DESCRIPTIONS[
    "calibrate"
] = f"""What dated evidence leaves of the uncertain numbers of a catalog. Draws of them
are weighted by how well the model meets each moment: an observed number with a
date and a width, in a YAML file. Prior and posterior of each number and each
moment are set side by side; a moment that is not met, and moments that no draw
meets together, are named. Where the weights are too uneven (k above 0.7, or an
effective number of draws below 200) draws are made in stages.
docs/uncertainty.md explains files of moments and the words below.

{PATHS}"""
EPILOGS["calibrate"] = f"""examples:
  taskmodel calibrate
  taskmodel calibrate --draws 16384 --all
  taskmodel calibrate my_catalog.yaml --moments my_moments.yaml -o calibrated

files in DIR:
  calibration.nc      everything, with the draws and their weights
  calibrated.yaml     a scenario: posterior medians and 90 % intervals
  calibration.svg, .png   moments and numbers before and after

words:
  miss   of the posterior median from what was observed, in the moment's own
         standard deviations; 0 where a bound is met
  pulls  by how much the median of a number moves because of this moment

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, files
  moments_name, method (weights or stages), draws, seed, ess, ess_of_weights,
    pareto_k, without_answer
  moments: a list, each with moment, output, date, observed, prior and
    posterior with their 5 and 95 %, miss, met, ess_alone, nearest, pulls_most
    and pull
  conflicts: a list, each with moments (a pair) and nearest [sd]
  numbers: a list, each with number, unit, prior and posterior, shift (of the
    median, relative to the prior's 90 % interval)

{EXIT}"""

DESCRIPTIONS[
    "import"
] = """Write a catalog of the tasks of a table. In the plain layout each line is a task
and each column a field of tasks in a catalog, by its name: title, share (or
weight), horizon (or task_hours), review_ratio, coverage_floor, after, phase and
the others; units stand in brackets behind the name, in a column horizon_unit,
or behind the number; horizon_low and horizon_high are a 90 % interval. Or the
table is O*NET's Task Ratings, of which one occupation is taken.

What the table lacks of tasks is given for all alike with --all, and is written
as judgement with that reason. People, compute, models and rules are those of
another catalog. docs/import.md has an example."""
EPILOGS["import"] = """examples:
  taskmodel import tasks.csv --normalise --all "review_ratio=0.2 h/h"
  taskmodel import tasks.csv -o mylab.yaml --frame alignment_research \\
      --set pools.researchers.headcount=40 --set supervision.headcount=40
  taskmodel import "Task Ratings.txt" --statements "Task Statements.txt" \\
      --occupation 15-1221.00 --all "horizon=8 h" --all "review_ratio=0.2 h/h" \\
      --all "coverage_floor=10 %" -o scientists.yaml

JSON keys:
  file, title, tasks, frame, for_all (fields given for all tasks), unread
  (columns that are not read), notes"""

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
trends (name, title, description), paths (name, title, description, begins,
ends) and moments (name, title, description, moments)."""

DESCRIPTIONS[
    "compile"
] = """Compile the numerical kernels on a machine on which they have not run yet, about
half a minute on two processors. Their first use does the same; later processes
load what was compiled. Without numba they run as plain Python, more slowly."""
EPILOGS["compile"] = """examples:
  taskmodel compile

JSON keys:
  compiled (whether numba is installed), seconds"""

DESCRIPTIONS[
    "explore"
] = """Serve a page with sliders on 127.0.0.1 and open it in a browser: the speed-up
with bands, what binds, the task graph, a map, dates, what a dollar should buy
and what a lead buys. Every number of the catalog can be set there; two
scenarios stand side by side; the address of the page has all of it. Nothing is
loaded from elsewhere, and other machines cannot reach it."""
EPILOGS["explore"] = f"""examples:
  taskmodel explore
  taskmodel explore mylab.yaml --port 0
  taskmodel explore alignment_research dedicated_reviewers \\
    --set supervision.headcount=90
  taskmodel explore --no-browser

Bands are of draws under the evidence, as those of `taskmodel run`; a number
that is moved is the same in all of them. The page begins with the scenario;
what is set holds in all scenarios of the page.

{EXIT}"""

DESCRIPTIONS[
    "completion"
] = """Print a script with which a shell completes commands, options, and names of
bundled files. It is made by shtab: pip install 'taskmodel[completion]'."""
EPILOGS["completion"] = """examples:
  taskmodel completion bash > ~/.taskmodel.bash
  taskmodel completion zsh > ~/.zfunc/_taskmodel

For bash, put `source ~/.taskmodel.bash` into ~/.bashrc. For zsh the folder has
to be in fpath before compinit runs."""

DESCRIPTIONS[
    "report"
] = f"""Write the answer as one HTML page that needs nothing else: when reviewers run
out, with probabilities, and what would buy time, in words; figures, tables,
every input with its interval and source, the method, and how to make the page
again. It has no scripts, loads nothing from the network and prints on A4.

{PATHS}"""
EPILOGS["report"] = f"""examples:
  taskmodel report -o report.html
  taskmodel report alignment_research scarce_verifiers -o report.html
  taskmodel report mylab.yaml --set supervision.coverage=floor -o mylab.html

Dates and probabilities are those of draws, as in `taskmodel run`. Levers change
the rules or numbers of the organisation in every draw; time bought is by how
many years the date moves from which oversight costs half.

{JSON}
Keys:
  catalog, scenario, overrides, version, sha256, files
  answer: sentences
  levers: each {{lever, title, costs_half_from, gain, bottleneck_from,
    speedup_then (each 5 %, median, 95 %), probability by year}}; as_is first

{EXIT}"""
