"""The order of tasks and the tree of nests."""

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskmodel.errors import GraphError
from taskmodel.science.graph import NestTree, levels, nest_tree, predecessors, task_graph

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
def test_predecessors_are_the_edges_by_position_in_topological_order(after):
    tasks = list(after)
    by_position = predecessors(task_graph(after))
    order = list(by_position)
    assert sorted(order) == list(range(len(tasks)))
    for task, earlier_tasks in by_position.items():
        assert {tasks[earlier] for earlier in earlier_tasks} == set(after[tasks[task]])
        assert all(order.index(earlier) < order.index(task) for earlier in earlier_tasks)


def test_topological_order_follows_the_file_where_it_may():
    assert list(predecessors(task_graph({"c": [], "a": [], "b": ["c"]}))) == [0, 1, 2]


@given(orders())
def test_the_highest_level_is_the_length_of_the_longest_chain(after):
    graph = task_graph(after)
    assert max(levels(graph).values()) == networkx.dag_longest_path_length(graph)


def test_levels_count_the_longest_chain_before_a_task():
    assert levels(task_graph(DIAMOND)) == {"plan": 0, "code": 1, "data": 1, "run": 2, "read": 0}


def test_a_cycle_is_an_error_that_names_its_tasks_in_order():
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


def test_waiting_for_an_unknown_task_is_an_error_that_names_both():
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
def test_nests_that_form_no_tree_are_an_error_that_names_them(phases, parents, named):
    with pytest.raises(GraphError, match=named):
        nest_tree(phases, parents)
