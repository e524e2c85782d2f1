"""The loops of measures against array expressions, and plain against compiled."""

import numpy as np
import pytest

from taskmodel.organisation import measure_kernels as kernels
from taskmodel.organisation.measures import mode_mix

POINTS, TASKS, MODES, FACTORS, HUMAN = 7, 11, 4, 5, 0


def numbers(seed):
    """Arrays of the loops by name; a few activities are 0, unlimited or of a task not done."""
    rng = np.random.default_rng(seed)
    activity = rng.lognormal(size=(POINTS, TASKS, MODES)) * (rng.random((1, TASKS, MODES)) < 0.7)
    activity[rng.random((POINTS, TASKS)) < 0.2] = 0.0
    activity[rng.random(activity.shape) < 0.03] = np.inf
    rows = 1 if seed % 2 else POINTS
    escape = rng.random((rows, TASKS, MODES)) * (rng.random((rows, TASKS, MODES)) < 0.7)
    escape[:, 3, 2] = np.nan
    activity[:, 3, 2] = 0.0
    return {
        "activity": activity,
        "policy": rng.random((TASKS, MODES)) < 0.7,
        "opened": rng.random((POINTS, TASKS)) < 0.3,
        "hours": rng.lognormal(size=(rows, TASKS, MODES, FACTORS)),
        "worth": rng.lognormal(size=(POINTS, FACTORS)),
        "escape": escape,
    }


def results(case, plain=False):
    """What each kernel computes of the arrays."""

    def run(name, *arguments):
        kernel = getattr(kernels, name)
        (getattr(kernel, "py_func", kernel) if plain else kernel)(*arguments)

    activity, policy, worth = case["activity"], case["policy"], case["worth"]
    mix, (share, units, elasticity, saving) = (
        np.zeros(activity.shape),
        np.zeros((4, POINTS, TASKS)),
    )
    work, reviewed = np.zeros(POINTS), np.zeros(worth.shape)
    run("mode_shares", activity, policy, mix)
    run("work_by_ai", activity, mix, HUMAN, share)
    run("total_work", activity, work)
    run("escaped_units", activity, case["escape"], units)
    run("review_sums", activity, case["hours"], worth, reviewed, elasticity)
    run("savings_by_ai", activity, case["hours"], worth, policy, case["opened"], HUMAN, saving)
    return mix, share, work, units, reviewed, elasticity, saving


def expected(case):
    """The same as expressions of whole arrays."""
    activity, worth, hours, escape = (case[n] for n in ("activity", "worth", "hours", "escape"))
    unlimited, made = np.isinf(activity), activity.sum(axis=-1)
    finite = np.where(unlimited, 0.0, activity)
    weight = np.where(unlimited.any(axis=-1, keepdims=True), unlimited, activity)
    total = weight.sum(axis=-1, keepdims=True)
    default = np.eye(MODES)[case["policy"].argmax(axis=-1)]
    mix = np.where(total > 0, weight / np.where(total > 0, total, 1.0), default)
    with np.errstate(invalid="ignore"):
        escaped = np.where((activity == 0) | (escape == 0), 0.0, activity * escape)
    reviewed = finite[..., None] * hours
    cost = (hours * worth[:, None, None, :]).sum(axis=-1)
    by_ai = np.where(case["policy"][:, 1:], cost[..., 1:], np.inf).min(axis=-1)
    closed = case["opened"] | np.isinf(by_ai) | (finite.sum(axis=-1) == 0)
    saved = (finite * cost).sum(axis=-1) - finite.sum(axis=-1) * np.where(closed, 0.0, by_ai)
    return (
        mix,
        np.where(made > 0, mix[..., 1:].sum(axis=-1), 0.0),
        made.sum(axis=-1),
        escaped.sum(axis=-1),
        reviewed.sum(axis=(1, 2)),
        (reviewed.sum(axis=2) * worth[:, None, :]).sum(axis=-1),
        np.where(closed, 0.0, np.maximum(saved, 0.0)),
    )


@pytest.mark.parametrize("seed", range(20))
def test_loops_agree_with_expressions_of_arrays(seed):
    case = numbers(seed)
    for own, other in zip(results(case), expected(case), strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_plain_and_compiled_loops_give_the_same_numbers(seed):
    case = numbers(seed)
    for own, other in zip(results(case), results(case, plain=True), strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-12, atol=1e-14)


def test_a_task_not_done_counts_in_its_first_mode():
    policy = np.array([[True, True], [False, True], [False, False]])
    assert mode_mix(np.zeros((1, 3, 2)), policy).tolist() == [[[1, 0], [0, 1], [1, 0]]]


def test_unlimited_modes_share_a_task_evenly():
    activity, policy = np.array([[[np.inf, 3.0, np.inf]]]), np.ones((1, 3), dtype=bool)
    assert mode_mix(activity, policy).tolist() == [[[0.5, 0.0, 0.5]]]
