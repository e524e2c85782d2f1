"""Longest paths of large random orders against a second method, and plain against compiled."""

import networkx
import numpy as np
import pytest

from taskmodel.science.critical_path import Precedence, longest_path, path_length, with_loops
from taskmodel.science.durations import mean_durations, mixed_durations
from taskmodel.science.path_kernels import critical_tasks, path_lengths, paths_from_task, slacks

TASKS = 60


def project(seed):
    """Durations of 5 points, and an order that does not follow the numbers of the tasks."""
    rng = np.random.default_rng(seed)
    numbers = rng.permutation(TASKS)
    order = {
        int(numbers[place]): tuple(
            sorted({int(numbers[before]) for before in rng.integers(0, place, 2)} if place else ())
        )
        for place in range(TASKS)
    }
    return rng.lognormal(size=(5, TASKS)), order


@pytest.mark.parametrize("seed", range(10))
def test_paths_are_those_of_a_graph_library(seed):
    durations, order = project(seed)
    path = longest_path(durations, order)
    for point, row in enumerate(durations):
        graph = networkx.DiGraph()
        graph.add_nodes_from([*range(TASKS), "end"])
        for task, earlier in order.items():
            graph.add_weighted_edges_from([(other, task, row[other]) for other in earlier])
            graph.add_edge(task, "end", weight=row[task])
        longest = networkx.dag_longest_path(graph)
        assert path.total[point] == pytest.approx(networkx.dag_longest_path_length(graph))
        assert np.flatnonzero(path.critical[point]).tolist() == sorted(longest[:-1])
    assert path.total.tolist() == path_length(durations, Precedence.of(order, TASKS)).tolist()
    assert (path.slack[path.critical] == 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_slack_is_what_a_task_may_take_longer(seed):
    durations, order = project(seed)
    path = longest_path(durations[0], order)
    for task in range(TASKS):
        longer = durations[0].copy()
        longer[task] += path.slack[task]
        assert longest_path(longer, order).total == pytest.approx(path.total, rel=1e-12)
        longer[task] += 1.0
        assert longest_path(longer, order).total == pytest.approx(path.total + 1.0, rel=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_plain_and_compiled_paths_are_the_same(seed):
    durations, order = project(seed)
    precedence = Precedence.of(order, TASKS)
    target = next(iter(order))

    def results(version):
        start, slack, length = np.zeros((3, *durations.shape))
        total, critical = np.zeros(len(durations)), np.zeros(durations.shape, dtype=bool)
        version(path_lengths)(durations, *precedence, start, total)
        version(slacks)(durations, *precedence, start, total, 1e-12, slack)
        version(critical_tasks)(durations, *precedence, start, critical)
        version(paths_from_task)(durations, *precedence, target, length)
        return start, total, slack, critical, length

    compiled = results(lambda kernel: kernel)
    plain = results(lambda kernel: getattr(kernel, "py_func", kernel))
    for own, other in zip(compiled, plain, strict=True):
        assert own.tolist() == other.tolist()


def test_a_loop_over_a_chain_takes_all_of_it_once_more():
    durations = np.arange(1.0, 11.0)
    chain = {task: (task - 1,) if task else () for task in range(10)}
    longer = with_loops(np.stack([durations, 2 * durations]), chain, [(8, 2)], [3.0])
    assert longer[:, 8].tolist() == [9 + 3 * (3 + 9) * 7 / 2, 2 * (9 + 3 * (3 + 9) * 7 / 2)]
    assert np.delete(longer[0], 8).tolist() == np.delete(durations, 8).tolist()


def test_means_over_modes_take_one_row_for_all_points():
    rng = np.random.default_rng(0)
    durations, mix = rng.lognormal(size=(4, 6, 3)), rng.dirichlet(np.ones(3), size=(4, 6))
    for times, weights in ((durations, mix), (durations[:1], mix), (durations, mix[:1])):
        np.testing.assert_allclose(
            mean_durations(times, weights), (times * weights).sum(axis=-1), rtol=1e-14
        )
        np.testing.assert_allclose(
            mixed_durations(times, weights), (times * weights).sum(axis=-1), rtol=1e-14
        )
