"""Tolerances of the package: what each one bounds and where it enters.

Three kinds of number stand here. A *guarantee* bounds the error of a published result; an answer
that misses it raises an error. A *threshold* separates a quantity that is zero in exact arithmetic
from one that is only small. A *target* ends an iteration. Double precision has a relative rounding
unit of 1.1e-16; a sum over some hundred tasks is accurate to about 1e-14, which is why most
thresholds lie between 1e-13 and 1e-9.
"""

# Allocation: guarantees -------------------------------------------------------------------------

# Duality gap 1 - output * unit cost above which an allocation counts as failed. It bounds the
# relative error of every published output (`allocation.allocate`).
MAX_GAP = 1e-9

# Duality gap below which the solver stops looking for a better answer
# (`allocation.optimum_kernels`).
EXACT_GAP = 1e-11

# Allocation: the interior point ------------------------------------------------------------------

# Log balance of every factor and log error of every mode's cost at which the interior point ends.
BALANCED = 1e-8

# Complementarity parameter mu below which the difference of two costs no longer tells an excess
# cost from rounding (excess costs are of the order of mu): from there the Newton step is followed.
COST_RESOLUTION = 0.9e-9

# Complementarity targets at which the interior point hands over to the active set, one after the
# other until the result is certified. The last ones serve true prices far below the others, each
# at a mu where it can be told from those that vanish and the path is still followed.
HANDOVERS = (1e-5, 1e-9, 1e-12, 1e-15, 1e-18, 1e-22, 1e-26, 1e-30, 1e-36, 1e-42, 1e-48, 1e-60)

# Complementarity below which ties of modes make the equations of the interior point so stiff that
# other steps are lost, and the unused part of a factor below which it then counts as used up.
STIFF, USED = 1e-19, 1e-2

# Least relative excess cost to which the choice between linked modes is smoothed (`start_kernels`).
LEAST_SMOOTHING = 1e-9

# Diagonal shift, relative to the largest entry, that makes the Newton matrix of a
# singular point invertible.
SINGULAR_SHIFT = 1e-15

# Allocation: the active set ----------------------------------------------------------------------

# Largest log imbalance of factors and of tied costs at which the equations of a regime are solved,
# and the looser target after some steps, where costs are so sensitive to prices that only rounding
# is left.
CONVERGED = 1e-12
NEARLY_CONVERGED = 1e-11

# Log imbalance per unit of the largest elasticity that rounding of costs and prices may leave, from
# which the plan is corrected and not the prices (`allocation.newton_kernels.rebalance`).
ELASTIC_ROUNDING = 1e-14

# Log imbalance below which all but the vanishing prices of a regime counts as solved.
MOSTLY_SOLVED = 1e-6

# Relative cost by which an idle mode must undercut its task before it enters; also the negative
# mode share below which a mode leaves.
COST_TOLERANCE = 1e-11

# Relative use beyond its supply above which a factor without a price receives one.
USE_TOLERANCE = 1e-11

# Shift of the diagonal of the scaled Newton matrix: far below the curvature of any real direction.
DAMPING = 1e-13

# Largest entry of the scaled Newton matrix. Entries are of order one near a solution, so a larger
# one means that prices have run away.
RUNAWAY = 1e25

# Price that stands for zero. It keeps every cost positive, so that logarithms exist, and lies far
# below the rounding of any other price. Prices below NO_PRICE are reported as zero.
TRACE = 1e-100
NO_PRICE = TRACE * 1e20

# Share of the cost of every mode below which a falling price has run down to zero.
NO_COST_SHARE = 1e-11

# Price of a factor that becomes scarce, where the interior point suggests none.
FIRST_PRICE = 1e-6

# Relative cost difference up to which an idle mode may be tied with its task: far beyond any
# rounding. Whether it is, its bundle decides: an entry of a combination of bundles is zero if it is
# less than PROPORTION of its terms (`allocation.tie_kernels`).
TIE = 1e-8
PROPORTION = 1e-11

# Relative cost difference up to which the least cost of a task, given induced work, is known
# (`link_kernels.linked_costs`).
SAME_COST = 1e-14

# Work on a task beyond what others induce of it, relative to all of it, that is only rounding.
NO_NET_WORK = 1e-13

# Allocation: prices and splits that are not unique -----------------------------------------------

# Curvature of log unit cost, relative to the factor's own, below which a direction is flat:
# prices may not be unique along it. Also the rank tolerance of the conditions on tied modes.
FLAT = 1e-9

# The same along directions that factors in exact proportion produce, from which the active set
# slides (`allocation.repair_kernels`), and the relative difference below which two ties, or two
# step lengths, are one.
PROPORTIONAL = 1e-13
SAME_STEP = 1e-9

# Imbalance, relative to the step, above which a slide raises unit cost by more than rounding.
UPHILL = 1e-12

# Relative distance from its supply within which a factor counts as used up.
TIGHT = 1e-11

# Share of a task above which a mode carries activity; the same for modes that were added because
# they tie, whose shares come from a least-squares split and are accurate to less.
ZERO_SHARE = 1e-12
ZERO_ADDED_SHARE = 1e-7

# Cost share that tasks of smaller ones have in the choice among optimal splits: one without any
# would be moved without bound in favour of the others.
LEAST_WEIGHT = 1e-12

# Range of an elasticity over the optimal prices below which it is unique. Linear programs resolve
# no smaller range.
UNIQUE = 1e-7

# Wolfe's algorithm: relative decrease of the squared norm, or distance between corners, that ends
# it, and the weight at which a corner drops out.
LEAST_NORM = 1e-12
ZERO_WEIGHT = 1e-13

# Allocation: derivatives -------------------------------------------------------------------------

# Relative singular value below which the equations of a regime have a null direction, and relative
# residual up to which they count as consistent.
RANK = 1e-10
CONSISTENT = 1e-7

# Closed forms ------------------------------------------------------------------------------------

# Relative difference between a formula and the optimum (for elasticities, absolute) above which
# the formula is refused.
FORMULA_AGREES = 1e-9

# Residual of a first-order condition relative to its largest term: up to ROOT_RESIDUAL it has a
# root; below ROOT_EXACT, near the 30 digits in which it is evaluated, Newton's method ends.
ROOT_RESIDUAL = 1e-12
ROOT_EXACT = 1e-25

# Relative singular value of the first-order conditions below which activities are not unique.
SINGULAR = 1e-13

# A sum relative to the size of its terms that is only rounding (`closed_forms.composite_factors`).
CANCELS = 1e-12

# A margin relative to its terms that is zero all through a regime (`closed_forms.regime_ends`).
ZERO_MARGIN = 1e-9

# Relative distance between two events below which no regime lies between them.
COINCIDENT = 1e-8

# Catalogs and production -------------------------------------------------------------------------

# Deviation of a sum of CES shares from 1 that counts as rounding: the decimals of a file do not sum
# to 1 exactly (`catalog.checks`, `science.production`).
SHARE_TOLERANCE = 1e-9

# Deviation of a sum of percentages from 100 that counts as rounding: seven of two decimals each are
# off by 0.035 at most (`catalog.onet_table`) [%].
PERCENT_TOLERANCE = 0.1

# Relative difference between the two halves of an interval that counts as rounding, so that its law
# has one piece (`uncertainty.laws`).
SYMMETRY_TOLERANCE = 1e-9

# Deviation in the log odds of the levels at which a fitted beta law meets its interval
# (`uncertainty.laws`).
BETA_RESIDUAL = 1e-9

# Least eigenvalue of a correlation matrix that counts as positive definite
# (`uncertainty.dependence`).
POSITIVE_DEFINITE = 1e-10

# Slack relative to the length of the critical path below which a task is critical
# (`science.critical_path`).
SLACK_ROUNDING = 1e-12

# Sweeps ------------------------------------------------------------------------------------------

# Relative width to which the position of an event is bracketed, and the relative distance at which
# the two sides of an event are solved: far beyond that width, and far below any distance of
# interest (`sweeps._events`, `summary.reading`, `questions._target_search`).
EVENT_WIDTH = 1e-12
EVENT_OFFSET = 1e-9

# Margins below MARGIN_ROUNDING are rounding; those between it and MARGIN_VISIBLE are ties, which
# end no regime (`sweeps._events`).
MARGIN_ROUNDING = 2e-12
MARGIN_VISIBLE = 1e-9

# Difference of bottleneck shares below which one does not exceed another or a threshold
# (`sweeps.walker`, `questions._bottleneck_map`).
OVERSIGHT_ROUNDING = 1e-11

# Log of oversight's cost by which it may fall short of a level and count as there
# (`sweeps.oversight_cost`).
COST_ROUNDING = 1e-12

# Questions ---------------------------------------------------------------------------------------

# Distance from a target, relative to its scale: a value closer than TARGET_HIT equals it; a bracket
# that closes further away than TARGET_REACHED is a jump across it (`questions._target_search`).
TARGET_HIT = 1e-11
TARGET_REACHED = 1e-9

# Width in the axis coordinate below which an interval is not sampled, and to which an extremum is
# located; the value there is then exact to rounding, for it is flat (`questions._target_search`).
NARROWEST = 1e-7
EXTREMUM_WIDTH = 1e-7

# Largest difference between an elasticity and its estimate from fewer nodes, beyond which there is
# no derivative, and the size below which it is zero (`questions._elasticities`).
SLOPE_ACCURACY = 1e-7
SLOPE_ROUNDING = 1e-11

# Relative deviation of the factor by which activities are scaled (`questions._parallel_lines`).
SCALE_TOLERANCE = 1e-12

# Oversight ---------------------------------------------------------------------------------------

# Relative width to which the budget is located at which a limit ceases to bind
# (`oversight.frontier`).
BUDGET_PRECISION = 1e-10

# Share of a task's work below which AI work is rounding (`oversight.audit_records`).
ADOPTION_TOLERANCE = 1e-9

# Relative difference of speed-ups that is rounding, and relative amount by which review must fall
# short of its plan not to bind (`oversight.utilisation`).
SPEEDUP_TOLERANCE = 1e-9
IDLE_TOLERANCE = 1e-6

# Accuracy of the logarithm of a worker's lead at given prices, and the change from one round to the
# next at which workers and prices agree (`science.verification_gap`, `organisation.best_workers`).
WORKER_LEAD = 1e-13
WORKERS_AGREE = 1e-11

# Slope of the log of the throughput speed-up below which it is flat, per unit of the axis or of its
# logarithm (`sweeps.extrema`).
FLAT_SLOPE = 1e-9

# Relative amount by which a record may fall short of n* and still be complete
# (`oversight._track_record`).
RECORD_TOLERANCE = 1e-12
