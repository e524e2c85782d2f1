"""The planned utilisation of reviewers at which the effective speed-up is greatest."""

from collections import namedtuple

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from small import small_catalog

import taskmodel as tm
from taskmodel.science.queueing import mean_wait
from taskmodel.sweeps import results

PLACE = 1e31


def lab(tasks=None, exponent=0.5, latency=None, **supervision):
    return small_catalog(
        {"only": {"share": 1, "by_people": False}} if tasks is None else tasks,
        supervision={"pool": "dedicated", "headcount": 5, "max_review_share": 0.6, **supervision},
        latency={"count_queues": True, **(latency or {})},
        production={"parallel_exponent": exponent},
    )


@pytest.mark.parametrize("exponent", [0.3, 0.5, 0.8])
def test_one_task_is_the_optimum_of_a_single_stream(exponent):
    """T_0 is 0.8 h of AI work (4.2 h per hour) and 1.6 h of review, in reviews of 1.6 h."""
    best = tm.best_utilisation(lab(exponent=exponent), PLACE)
    rest = (0.8 / 4.2 + 1.6) / 1.6

    def loss(busy):
        latency = rest + mean_wait(3, 3 * busy)
        return (1 - exponent) * np.log(latency) - exponent * np.log(busy)

    single = minimize_scalar(loss, bounds=(1e-3, 1 - 1e-3), options={"xatol": 1e-9}).x
    # The speed-up is flat at its maximum.
    assert float(best["utilisation"]) == pytest.approx(single, abs=1e-5)
    assert bool(best["review_binds"])
    assert float(best["queue_utilisation"]) == pytest.approx(float(best["utilisation"]), rel=1e-9)


def test_no_other_utilisation_does_better():
    tasks = {
        "a": {"share": 0.5, "review_ratio": 0.7, "by_people": False},
        "b": {"share": 0.5, "horizon": 30, "after": ["a"]},
    }
    catalog = lab(tasks, headcount=8)
    best = tm.best_utilisation(catalog, PLACE)
    planned = np.append(
        np.linspace(0.05, 0.995, 20), float(best["utilisation"]) + np.array([-0.003, 0.003])
    )
    others = tm.sweep(catalog, PLACE, over="supervision.utilisation", values=np.unique(planned))[
        "speedup"
    ]
    assert float(best["speedup"]) >= float(others.max()) * (1 - 1e-9)
    assert np.isnan(float(best["speedup_as_is"]))  # at a utilisation of 1 work waits for ever


def test_where_review_has_time_to_spare_nothing_is_gained_by_planning():
    catalog = lab(headcount=500).replace(
        {"pools.researchers.headcount": 1, "compute.inference_share": 1e-9}
    )
    best = tm.best_utilisation(catalog, PLACE)
    assert not bool(best["review_binds"])
    assert float(best["speedup"]) == pytest.approx(float(best["speedup_as_is"]), rel=1e-9)
    assert float(best["utilisation"]) < 0.2


def test_where_nobody_minds_waiting_no_utilisation_is_best():
    for exponent in (0, 1):  # or where nobody gains from throughput
        best = tm.best_utilisation(lab(exponent=exponent), PLACE)
        assert np.isnan(float(best["utilisation"])) and np.isnan(float(best["speedup"]))


def test_research_without_limit_has_no_best_utilisation():
    unlimited = lab(coverage="none").replace({"compute.inference": "free"})
    with pytest.raises(tm.SolveError, match="there is no limit to it"):
        tm.best_utilisation(unlimited, PLACE)


def test_a_search_that_ends_beside_the_maximum_is_told(monkeypatch):
    beside = namedtuple("beside", "x")(4.0)
    monkeypatch.setattr("scipy.optimize.minimize_scalar", lambda *_, **__: beside)
    with pytest.raises(tm.SolveError, match="did not end in a maximum"):
        tm.best_utilisation(lab(), PLACE)


def test_as_it_is_has_numbers_while_no_queue_grows_without_bound():
    """Those of the sweep; the best plan does better. At a plan of 1 the queue grows for ever."""
    planned = lab(utilisation=0.5)
    best, swept = tm.best_utilisation(planned, PLACE), tm.sweep(planned, [PLACE])
    for name in results.SPEEDUPS:
        assert float(best[f"{name}_as_is"]) == pytest.approx(float(swept[name][0]), rel=1e-9)
    assert float(best["speedup_as_is"]) < float(best["speedup"])
    full = tm.best_utilisation(lab(utilisation=1), PLACE)
    assert all(np.isnan(full[f"{name}_as_is"]) for name in results.SPEEDUPS)


def test_without_queues_there_is_nothing_to_plan():
    with pytest.raises(ValueError, match="set latency.count_queues"):
        tm.best_utilisation(lab(latency={"count_queues": False}), PLACE)
    with pytest.raises(ValueError, match="count_review"):
        tm.best_utilisation(lab(latency={"count_review": False}), PLACE)
    with pytest.raises(TypeError):
        tm.best_utilisation("alignment_research")


def test_what_is_planned_for_is_the_general_pool_whatever_the_others_have_to_do():
    changes = {
        "latency.count_queues": True,
        "reviewers.verifiers.utilisation": 0.9,
        "supervision.headcount": 1e5,
    }
    best = tm.best_utilisation(
        tm.load_catalog("alignment_research", "scarce_verifiers", changes), 1e33
    )
    assert not best["review_binds"]
    assert 0 < float(best["utilisation"]) < 0.1 and float(best["speedup"]) > 1
