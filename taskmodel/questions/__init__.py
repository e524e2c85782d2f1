"""Questions to a catalog: which inputs reach a target, what binds, and what a change would do.

- `_solve_for`: values of one input that reach a target (`targets` defines what a target may be,
  `_target_search` finds them);
- `_bottleneck_map`: the binding factor over two inputs;
- `_onset`: the input at which oversight starts to bind;
- `_what_if`: the effect of relaxing one limit at a time;
- `_elasticities`: the response to a small change of every input, and the next task to automate;
- `_effective_plan`: the plan for throughput and latency together, with what none exceeds;
- `_parallel_lines`: the effect of several equal lines of research side by side;
- `_ensemble`: the answer over draws of the uncertain numbers, and `_bands`, its quantiles;
- `_latency_draws`: the critical path over draws;
- `_store_ensemble`: an ensemble of any size, on disk;
- `differences`: the difference between two catalogs, attributed to their inputs.

Modules are loaded at first use, so that importing the package loads no numerical library.
"""

from typing import TYPE_CHECKING

from taskmodel._lazy import attach

if TYPE_CHECKING:
    from taskmodel.questions._bands import bands
    from taskmodel.questions._bottleneck_map import bottleneck_map
    from taskmodel.questions._effective_plan import effective_plan
    from taskmodel.questions._elasticities import automate_next, elasticities
    from taskmodel.questions._ensemble import ensemble
    from taskmodel.questions._latency_draws import latency_draws
    from taskmodel.questions._onset import onset
    from taskmodel.questions._parallel_lines import parallel_lines
    from taskmodel.questions._solve_for import solve_for
    from taskmodel.questions._store_ensemble import store_ensemble
    from taskmodel.questions._what_if import what_if
    from taskmodel.questions.differences import explain_difference

__all__ = [
    "automate_next",
    "bands",
    "bottleneck_map",
    "effective_plan",
    "elasticities",
    "ensemble",
    "explain_difference",
    "latency_draws",
    "onset",
    "parallel_lines",
    "solve_for",
    "store_ensemble",
    "what_if",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        **{name: f"_{name}" for name in __all__},
        "automate_next": "_elasticities",
        "explain_difference": "differences",
    },
)
