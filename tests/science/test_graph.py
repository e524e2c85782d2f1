"""The order of tasks and the tree of nests."""

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskmodel.errors import GraphError
from taskmodel.science.graph import (
    NestTree,
    ancestors,
    depth,
    levels,
    nest_tree,
    predecessors,
    task_graph,
    topological_order,
)

DIAMOND = {"plan": [], "code": ["plan"], "data": ["plan"], "run": ["code", "data"], "read": []}


@st.composite
def orders(draw):
    """Random acyclic `after` mappings, written in an order of their own."""
    size = draw(st.integers(1, 8))
    after = {f"t{i}": [f"t{j}" for j in range(i) if draw(st.booleans())] for i in range(size)}
    return {task: after[task] for task in draw(st.permutations(sorted(after)))}


def test_edges_run_from_the_earlier_task_to_the_later():
    assert list(task_graph({"run": ["build"], "build": []}).edges) == [("build", "run")]


def test_nodes_keep_the_order_of_the_file():
    assert list(task_graph({"run": ["build"], "build": []})) == ["run", "build"]


@given(orders())
def test_topological_order_holds_every_task_once_after_all_it_waits_for(after):
    order = topological_order(task_graph(after))
    assert sorted(order) == sorted(after)
    assert all(
        order.index(earlier) < order.index(task) for task in after for earlier in after[task]
    )


def test_topological_order_follows_the_file_where_it_may():
    assert topological_order(task_graph({"c": [], "a": [], "b": ["c"]})) == ("c", "a", "b")


@given(orders())
def test_predecessors_are_the_edges_by_position_in_topological_order(after):
    graph = task_graph(after)
    tasks = list(after)
    by_position = predecessors(graph)
    assert tuple(tasks[task] for task in by_position) == topological_order(graph)
    assert {
        tasks[task]: {tasks[other] for other in earlier} for task, earlier in by_position.items()
    } == {task: set(earlier) for task, earlier in after.items()}


@given(orders())
def test_depth_is_the_longest_path_and_the_highest_level(after):
    graph = task_graph(after)
    assert depth(graph) == networkx.dag_longest_path_length(graph) == max(levels(graph).values())


def test_levels_count_the_longest_chain_before_a_task():
    assert levels(task_graph(DIAMOND)) == {"plan": 0, "code": 1, "data": 1, "run": 2, "read": 0}


def test_ancestors_are_all_that_must_be_done_before():
    graph = task_graph(DIAMOND)
    assert ancestors(graph, "run") == ("plan", "code", "data")
    assert ancestors(graph, "read") == ()


def test_ancestors_of_an_unknown_task_is_an_error_that_names_it():
    with pytest.raises(GraphError, match="'rnu'"):
        ancestors(task_graph(DIAMOND), "rnu")


def test_no_tasks_have_depth_zero():
    assert depth(task_graph({})) == 0


def test_cycle_is_an_error_that_walks_around_it():
    with pytest.raises(GraphError) as error:
        task_graph(
            {
                "plan": [],
                "write": ["plan", "test"],
                "test": ["run"],
                "run": ["write"],
                "read": ["test"],
            }
        )
    walk = str(error.value).removeprefix("task order has a cycle: ").split(" -> ")
    assert walk[0] == walk[-1]
    assert set(zip(walk, walk[1:], strict=False)) == {
        ("write", "run"),
        ("run", "test"),
        ("test", "write"),
    }


def test_task_that_waits_for_itself_is_a_cycle():
    with pytest.raises(GraphError, match="write -> write"):
        task_graph({"write": ["write"]})


def test_waiting_for_what_is_not_a_task_is_an_error_that_names_both():
    with pytest.raises(GraphError, match="'write' comes after 'pland'"):
        task_graph({"plan": [], "write": ["pland"]})


def test_nest_tree_holds_nests_then_tasks_in_the_order_of_the_file():
    tree = nest_tree(
        {"x": "root", "y": "b", "z": "a", "w": "a"}, {"a": "root", "root": None, "b": "root"}
    )
    assert tree == NestTree("root", (NestTree("a", (2, 3)), NestTree("b", (1,)), 0))
    assert tree.tasks == (2, 3, 1, 0)


def test_nest_tree_may_be_several_levels_deep():
    tree = nest_tree({"x": "c", "y": "b"}, {"a": None, "b": "a", "c": "b"})
    assert tree == NestTree("a", (NestTree("b", (NestTree("c", (0,)), 1)),))


def test_flat_nest_is_a_tree_of_one():
    assert nest_tree({"x": "all", "y": "all"}, {"all": None}) == NestTree("all", (0, 1))


@pytest.mark.parametrize(
    ("phases", "parents", "named"),
    [
        ({"x": "a"}, {"a": None, "b": None}, "a, b"),
        ({"x": "a"}, {}, "none"),
        ({"x": "a"}, {"a": None, "b": "c"}, "'b' has parent 'c'"),
        ({"x": "d"}, {"a": None}, "'x' has phase 'd'"),
        ({"x": "a"}, {"a": None, "b": "a"}, "'b' holds no task"),
        ({"x": "a", "y": "d"}, {"a": None, "d": "b", "b": "c", "c": "b"}, "b -> c -> b"),
        ({"x": "a", "y": "b"}, {"a": None, "b": "b"}, "b -> b"),
    ],
)
def test_what_is_no_tree_of_nests_is_an_error_that_names_where(phases, parents, named):
    with pytest.raises(GraphError, match=named):
        nest_tree(phases, parents)
