"""Durations of units, the longest path through the order of tasks, and feedback loops."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import taskmodel
from taskmodel.science.critical_path import longest_path, loop_slopes, path_slopes, with_loops
from taskmodel.science.durations import PARTS, mixed_durations, single_mode_mix, unit_parts
from taskmodel.science.graph import predecessors, task_graph
from taskmodel.science.supervision import MODES, coverage_by_mode

HUMAN, FULL_REVIEW, FLOOR_REVIEW, NO_REVIEW = range(len(MODES))
DIAMOND = {0: (), 1: (0,), 2: (0,), 3: (1, 2)}


@pytest.fixture(scope="module")
def alignment():
    """Arrays of the alignment_research catalog, at the central review ratios, with its order."""
    tasks = taskmodel.load_catalog("alignment_research").tasks
    return {
        "names": list(tasks),
        "predecessors": predecessors(
            task_graph({name: task.after for name, task in tasks.items()})
        ),
        "delegable": np.array([task.delegable for task in tasks.values()]),
        "units": {
            "horizon": [task.horizon.value for task in tasks.values()],
            "review_ratio": [task.review_ratio.value for task in tasks.values()],
            "coverage": coverage_by_mode([task.coverage_floor.value for task in tasks.values()]),
            "gate_latency": [
                task.gate_latency.value if task.gate_latency else 0.0 for task in tasks.values()
            ],
            "working_hours_per_week": 40,
        },
    }


def unit_durations(**units):
    return unit_parts(**units).sum(axis=-1)


def all_in(mode, alignment):
    return single_mode_mix(mode, tasks=len(alignment["names"]), modes=len(MODES))


def delegated_to(mode, alignment):
    """The mix with every delegable task in one AI mode, the rest by people."""
    return np.where(
        alignment["delegable"][:, np.newaxis], all_in(mode, alignment), all_in(HUMAN, alignment)
    )


def project(alignment, mix, serial_speed=10.0, **options):
    durations = unit_durations(serial_speed=serial_speed, **alignment["units"], **options)
    return longest_path(mixed_durations(durations, mix), alignment["predecessors"])


@st.composite
def projects(draw):
    """Random durations and a random acyclic order of up to eight tasks."""
    size = draw(st.integers(1, 8))
    order = {
        task: tuple(other for other in range(task) if draw(st.booleans())) for task in range(size)
    }
    return np.array(draw(st.lists(st.floats(0.01, 1000), min_size=size, max_size=size))), order


def all_paths(order):
    """Every path that starts at a task without predecessors, of any length."""
    ending_at = {}
    for task, earlier in order.items():
        ending_at[task] = [[*path, task] for other in earlier for path in ending_at[other]] or [
            [task]
        ]
    return [path for paths in ending_at.values() for path in paths]


# Reference values of docs, model, section 4.


def test_project_without_ai_takes_the_reference_time(alignment):
    mix = all_in(HUMAN, alignment)
    assert project(alignment, mix).total == pytest.approx(3377.2, abs=0.05)
    assert project(alignment, mix, count_gates=False).total == pytest.approx(2893.8, abs=0.05)


@pytest.mark.parametrize(("speed", "reference"), [(3, 2603.7), (10, 2454.4), (np.inf, 2390.4)])
def test_automated_project_with_full_review_takes_the_reference_time(alignment, speed, reference):
    assert project(alignment, delegated_to(FULL_REVIEW, alignment), speed).total == pytest.approx(
        reference, abs=0.05
    )


@pytest.mark.parametrize(("speed", "reference"), [(3, 808.3), (10, 663.6), (np.inf, 601.6)])
def test_automated_project_whose_review_takes_no_time_takes_the_reference_time(
    alignment, speed, reference
):
    path = project(alignment, delegated_to(FULL_REVIEW, alignment), speed, count_review=False)
    assert path.total == pytest.approx(reference, abs=0.05)


@pytest.mark.parametrize(("speed", "reference"), [(3, 777.3), (10, 630.8), (np.inf, 568.0)])
def test_project_all_by_ai_whose_review_takes_no_time_takes_the_reference_time(
    alignment, speed, reference
):
    path = project(alignment, all_in(FULL_REVIEW, alignment), speed, count_review=False)
    assert path.total == pytest.approx(reference, abs=0.05)


def test_unreviewed_work_takes_as_long_as_work_whose_review_takes_no_time(alignment):
    unreviewed = project(alignment, delegated_to(NO_REVIEW, alignment))
    untimed = project(alignment, delegated_to(FULL_REVIEW, alignment), count_review=False)
    assert unreviewed.total == pytest.approx(untimed.total, rel=1e-12)  # sums of other terms


def test_critical_path_of_the_automated_project_runs_through_slowly_reviewed_work(
    alignment,
):
    path = project(alignment, delegated_to(FULL_REVIEW, alignment))
    assert [
        alignment["names"][task] for task in alignment["predecessors"] if path.critical[task]
    ] == [
        "threat_modelling",
        "agenda_setting",
        "problem_formalisation",
        "conceptual_arguments",
        "evidence_aggregation",
        "safety_case_writing",
        "final_sign_off",
    ]


# Durations.


def test_a_person_works_forty_hours_of_the_168_in_a_week():
    durations = unit_durations(
        horizon=[40],
        review_ratio=[0.1],
        coverage=[[1, 0]],
        serial_speed=10,
        working_hours_per_week=40,
    )
    assert durations[0, 0] == 168


def test_ai_works_round_the_clock_and_waits_for_its_reviewers():
    durations = unit_durations(
        horizon=[40],
        review_ratio=[0.1],
        coverage=[[1, 0.5, 0]],
        serial_speed=10,
        working_hours_per_week=40,
    )
    assert durations[0, 1:] == pytest.approx([4 + 16.8, 4 + 8.4, 4])


def test_gates_delay_people_and_ai_alike():
    task = {
        "horizon": [40],
        "review_ratio": [0.1],
        "coverage": [[1, 0]],
        "serial_speed": 10,
        "working_hours_per_week": 40,
    }
    assert unit_durations(**task, gate_latency=[72]) == pytest.approx(unit_durations(**task) + 72)
    uncounted = unit_durations(**task, gate_latency=[72], count_gates=False)
    assert uncounted == pytest.approx(unit_durations(**task), rel=1e-15)


def test_infinitely_fast_ai_leaves_review_and_gates():
    durations = unit_durations(
        horizon=[40],
        review_ratio=[0.1],
        coverage=[[1, 0]],
        serial_speed=np.inf,
        working_hours_per_week=40,
        gate_latency=[4],
    )
    assert durations[0, 1:] == pytest.approx([16.8 + 4, 4])


def test_durations_of_a_batch_of_speeds_are_those_of_each_speed():
    task = {
        "horizon": [40, 8],
        "review_ratio": [0.1, 0.2],
        "coverage": [[1, 0], [1, 0]],
        "working_hours_per_week": 40,
    }
    speeds = np.array([[1.0, 3.0], [10.0, np.inf]])
    batch = unit_durations(**task, serial_speed=speeds)
    assert batch.shape == (2, 2, 2, 3)
    for index, speed in np.ndenumerate(speeds):
        single = unit_durations(**task, serial_speed=speed)
        np.testing.assert_allclose(batch[index], single, rtol=1e-15)


def test_parts_of_a_unit_in_each_mode():
    units = {
        "horizon": [40],
        "review_ratio": [0.1],
        "coverage": [[1, 0.5, 0]],
        "serial_speed": 10,
        "working_hours_per_week": 40,
        "gate_latency": [72],
        "queue_wait": [3],
        "off_hours_wait": [15],
    }
    parts = unit_parts(**units)
    assert dict(zip(PARTS, parts[0, 0].tolist(), strict=True)) == {
        "people": 168,
        "ai": 0,
        "review": 0,
        "queue": 0,
        "off_hours": 0,
        "gate": 72,
    }
    assert parts[0, 1].tolist() == pytest.approx([0, 4, 16.8, 3, 15, 72])
    assert parts[0, 2].tolist() == pytest.approx([0, 4, 8.4, 1.5, 7.5, 72])
    assert parts[0, 3].tolist() == pytest.approx([0, 4, 0, 0, 0, 72])
    assert unit_parts(**units, count_review=False)[0, 1].tolist() == pytest.approx(
        [0, 4, 0, 0, 0, 72]
    )


def test_where_people_work_along_the_task_takes_their_time():
    parts = unit_parts(
        horizon=[40],
        review_ratio=[0.1],
        coverage=[[0]],
        serial_speed=10,
        working_hours_per_week=40,
        people=[[0.5]],
    )
    assert parts[0, 1].tolist() == [84, 0, 0, 0, 0, 0]


@given(st.floats(0, 1))
def test_a_mix_of_two_modes_lies_between_them_in_proportion(share):
    assert mixed_durations([[30.0, 10.0]], [[share, 1 - share]]) == pytest.approx(10 + 20 * share)


@pytest.mark.parametrize("mix", [[[0.5, 0.4]], [[1.5, -0.5]], [[np.nan, np.nan]]])
def test_shares_of_a_mix_must_sum_to_one(mix):
    with pytest.raises(ValueError, match="mix"):
        mixed_durations([[30.0, 10.0]], mix)


def test_mode_of_a_mix_must_exist():
    with pytest.raises(ValueError, match="found 4"):
        single_mode_mix(4, tasks=2, modes=4)


# The longest path.


@given(projects())
def test_total_is_the_longest_of_all_paths(sample):
    durations, order = sample
    assert longest_path(durations, order).total == pytest.approx(
        max(sum(durations[path]) for path in all_paths(order))
    )


@given(projects())
def test_critical_tasks_form_one_path_as_long_as_the_project_with_no_slack(sample):
    durations, order = sample
    path = longest_path(durations, order)
    tasks = [task for task in order if path.critical[task]]
    assert tasks in all_paths(order)
    assert sum(durations[tasks]) == pytest.approx(path.total)
    assert (path.slack[tasks] == 0).all()


@given(projects())
def test_each_task_starts_when_the_last_of_its_predecessors_ends(sample):
    durations, order = sample
    start = longest_path(durations, order).start
    for task, earlier in order.items():
        ends = [start[other] + durations[other] for other in earlier]
        assert start[task] == pytest.approx(max(ends, default=0), rel=1e-15)


@given(projects())
def test_slack_is_never_negative(sample):
    assert (longest_path(*sample).slack >= 0).all()


@given(projects(), st.integers(0, 7), st.floats(0.01, 100))
def test_a_task_may_grow_by_its_slack_and_not_further(sample, task, excess):
    durations, order = sample
    assume(task < len(durations))
    path = longest_path(durations, order)
    grown = durations.copy()
    grown[task] += path.slack[task]
    assert longest_path(grown, order).total == pytest.approx(path.total, rel=1e-12)
    grown[task] += excess
    assert longest_path(grown, order).total == pytest.approx(path.total + excess, rel=1e-12)


@given(projects(), st.randoms(use_true_random=False))
def test_the_numbering_of_tasks_does_not_matter(sample, random):
    durations, order = sample
    new = list(range(len(durations)))  # the new number of each task
    random.shuffle(new)
    moved = np.empty_like(durations)
    moved[new] = durations
    path, other = (
        longest_path(durations, order),
        longest_path(moved, {new[task]: [new[e] for e in order[task]] for task in order}),
    )
    assert other.total == pytest.approx(path.total, rel=1e-14)
    assert other.slack[new] == pytest.approx(path.slack, abs=1e-11)  # slack below 1e-12 T is 0


def test_independent_tasks_may_be_swapped():
    path = longest_path([1.0, 5.0, 2.0, 1.0], DIAMOND)
    swapped = longest_path([1.0, 2.0, 5.0, 1.0], DIAMOND)
    assert path.total == swapped.total == 7
    assert path.slack[[0, 2, 1, 3]].tolist() == swapped.slack.tolist() == [0, 3, 0, 0]


def test_of_two_longest_paths_neither_has_slack_and_the_first_is_critical():
    path = longest_path([1.0, 5.0, 5.0, 1.0], DIAMOND)
    assert path.slack.tolist() == [0, 0, 0, 0]
    assert path.critical.tolist() == [True, True, False, True]


def test_rounding_is_not_slack():
    path = longest_path([0.1, 0.2, 0.3, 0.7, 1e3 / 3], {0: (), 1: (0,), 2: (), 3: (1, 2), 4: (3,)})
    assert path.slack.tolist() == [0, 0, 0, 0, 0]


@given(projects(), st.integers(1, 4))
def test_a_batch_equals_its_points_one_by_one(sample, size):
    durations, order = sample
    batch = durations * np.linspace(1, 2, size)[:, np.newaxis] ** np.arange(len(durations))
    paths = longest_path(batch, order)
    for point, single in enumerate(longest_path(row, order) for row in batch):
        # Sums and maxima of the same pairs: nothing can round otherwise.
        assert paths.total[point] == single.total
        assert (paths.slack[point] == single.slack).all()
        assert (paths.critical[point] == single.critical).all()


@pytest.mark.parametrize("durations", [[-1.0, 1.0], [np.inf, 1.0], [np.nan, 1.0]])
def test_durations_must_be_finite_and_not_negative(durations):
    with pytest.raises(ValueError, match="durations .* index 0"):
        longest_path(durations, {0: (), 1: (0,)})


@pytest.mark.parametrize(
    ("order", "named"),
    [
        ({0: ()}, "each of the 2 tasks"),
        ({0: (), 2: ()}, "each of the 2 tasks"),
        ({1: (0,), 0: ()}, "task 1 .* \\[0\\]"),
        ({0: (0,), 1: ()}, "task 0"),
    ],
)
def test_order_must_hold_every_task_after_its_predecessors(order, named):
    with pytest.raises(ValueError, match=named):
        longest_path([1.0, 1.0], order)


# Loops.


def test_a_chain_of_sections_with_repetitions_lasts_their_weighted_sum():
    """T = sum_l n_l (tau_l/v + g_l) at v = 10; n - 1 loops back are n passes."""
    work, gates, passes = np.array([[100.0, 50.0, 20.0], [0.0, 24.0, 72.0], [3.0, 1.0, 2.0]])
    durations = work / 10 + gates
    chain = {0: (), 1: (0,), 2: (1,)}
    longer = with_loops(durations, chain, [(0, 0), (1, 1), (2, 2)], passes - 1)
    assert longest_path(longer, chain).total == pytest.approx((passes * durations).sum())


def test_a_loop_over_a_branch_goes_back_along_its_longest_path():
    longer = with_loops([1.0, 5.0, 2.0, 1.0], DIAMOND, [(3, 0)], [2])
    assert longer.tolist() == [1, 5, 2, 1 + 2 * 7]
    assert with_loops([1.0, 5.0, 2.0, 1.0], DIAMOND, [(3, 2)], [2]).tolist() == [1, 5, 2, 1 + 2 * 3]


def test_nested_loops_add():
    longer = with_loops([1.0, 2.0, 4.0], {0: (), 1: (0,), 2: (1,)}, [(1, 0), (2, 0)], [1, 1])
    assert longer.tolist() == [1, 2 + 3, 4 + 7]


def test_rounds_of_a_batch_are_those_of_each_of_its_points():
    batch = with_loops([1.0, 2.0], {0: (), 1: (0,)}, [(1, 0)], [[0.0], [1.0], [2.5]])
    assert batch.tolist() == [[1, 2], [1, 5], [1, 9.5]]


def test_a_loop_must_go_back():
    with pytest.raises(ValueError, match="task 1 does not come after task 2"):
        with_loops([1.0, 5.0, 2.0, 1.0], DIAMOND, [(1, 2)], [1])
    with pytest.raises(ValueError, match="rounds"):
        with_loops([1.0], {0: ()}, [(0, 0)], [-1])


@given(projects(), st.data())
def test_slopes_with_loops_are_one_sided_differences(sample, data):
    durations, order = sample
    after = {
        task: {task}.union(*(path for path in all_paths(order) if path[-1] == task))
        for task in order
    }
    loops = [(task, data.draw(st.sampled_from(sorted(after[task])))) for task in order][-3:]
    rounds = np.array(
        data.draw(st.lists(st.floats(0, 5), min_size=len(loops), max_size=len(loops)))
    )
    rate = np.array(
        data.draw(st.lists(st.floats(-1, 1), min_size=len(durations), max_size=len(durations)))
    )
    durations = np.round(durations) + 1  # whole numbers, so that many paths are equally long
    pace = np.linspace(-0.5, 1, len(loops))
    right, left = loop_slopes(durations, rate, order, loops, rounds + 1, pace)
    longer = with_loops(durations, order, loops, rounds + 1)
    one_sided = [path_slopes(longer, right, order)[0], path_slopes(longer, left, order)[1]]

    def total(step):
        return longest_path(
            with_loops(durations + step * rate, order, loops, rounds + 1 + step * pace), order
        ).total

    step = 1e-6
    differences = [(total(step) - total(0)) / step, (total(0) - total(-step)) / step]
    # Differences have errors of second order in the step, and of rounding.
    assert [float(slope) for slope in one_sided] == pytest.approx(
        differences, abs=1e-3 * (1 + np.abs(differences).max())
    )
