"""The order of tasks and the tree of nests, checked.

Tasks name the tasks they come `after`: an edge runs from the earlier task to the later one, and the
edges must form a directed acyclic graph. Nests name their `parent`: they must form one tree with
every task at a leaf. The input are plain mappings; the results give positions (0, 1, ... in the
order of the mapping) to modules that know arrays only. The duration of a project with such an order
is in `critical_path`, the cost of a nest in `production`.

Source: docs, model, sections 1.1 (nests) and 4 (precedence).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskmodel.errors import GraphError

if TYPE_CHECKING:
    import networkx


def task_graph(after: Mapping[str, Iterable[str]]) -> networkx.DiGraph:
    """The precedence graph of the tasks.

    Parameters
    ----------
    after : mapping of task id to ids
        The tasks that each task waits for.

    Returns
    -------
    networkx.DiGraph
        Nodes in the mapping's order; an edge from each task to those that wait for it. Acyclic.

    Raises
    ------
    GraphError
        If a task waits for one that is not in the mapping, or the order has a cycle.

    Examples
    --------
    >>> graph = task_graph({"design": [], "build": ["design"], "run": ["build", "design"]})
    >>> list(graph.edges)
    [('design', 'build'), ('design', 'run'), ('build', 'run')]
    """
    import networkx

    graph = networkx.DiGraph()
    graph.add_nodes_from(after)
    for task, earlier_tasks in after.items():
        for earlier in earlier_tasks:
            if earlier not in after:
                raise GraphError(f"task {task!r} comes after {earlier!r}, which is not a task")
            graph.add_edge(earlier, task)
    if cycle := _cycle(graph):
        raise GraphError(f"task order has a cycle: {cycle}")
    return graph


def predecessors(graph: networkx.DiGraph) -> dict[int, tuple[int, ...]]:
    """The graph as positions, as `critical_path.longest_path` takes it.

    Returns
    -------
    dict of position to positions
        For each task the tasks it waits for. Tasks stand in topological order, and in the graph's
        own order where several are next.

    Examples
    --------
    >>> predecessors(task_graph({"run": ["build"], "plan": [], "build": []}))
    {1: (), 2: (), 0: (2,)}
    """
    import networkx

    position = {task: index for index, task in enumerate(graph)}
    order = networkx.lexicographical_topological_sort(graph, key=position.__getitem__)
    return {
        position[task]: tuple(sorted(position[earlier] for earlier in graph.pred[task]))
        for task in order
    }


def levels(graph: networkx.DiGraph) -> dict[str, int]:
    """Number of edges of the longest chain of tasks before each task.

    Examples
    --------
    >>> levels(task_graph({"design": [], "build": ["design"], "run": ["build", "design"]}))
    {'design': 0, 'build': 1, 'run': 2}
    """
    import networkx

    generations = enumerate(networkx.topological_generations(graph))
    level = {task: number for number, tasks in generations for task in tasks}
    return {task: level[task] for task in graph}


@dataclass(frozen=True)
class NestTree:
    """A nest and its members.

    Attributes
    ----------
    name : str
        The nest's id.
    members : tuple of NestTree or int
        The nests in it, then the positions of the tasks in it, each in the order of the file.
    """

    name: str
    members: tuple[NestTree | int, ...]

    @property
    def tasks(self) -> tuple[int, ...]:
        """Positions of all tasks at or below this nest, in the order of the tree."""
        below = (
            member.tasks if isinstance(member, NestTree) else (member,) for member in self.members
        )
        return tuple(task for tasks in below for task in tasks)


def nest_tree(
    phase_of_task: Mapping[Hashable, str], parent_of_nest: Mapping[str, str | None]
) -> NestTree:
    """The tree of nests with the tasks at its leaves.

    Parameters
    ----------
    phase_of_task : mapping of task id to nest id
        The nest that holds each task; its order gives the tasks their positions.
    parent_of_nest : mapping of nest id to nest id or None
        The nest that holds each nest; None for the root.

    Returns
    -------
    NestTree
        The root.

    Raises
    ------
    GraphError
        If a phase or a parent is not a nest, if there is not exactly one root, if parents form a
        cycle, or if a nest holds no task.

    Examples
    --------
    >>> tree = nest_tree(
    ...     {"plan": "decide", "code": "build"},
    ...     {"research": None, "decide": "research", "build": "research"},
    ... )
    >>> tree.name, [nest.name for nest in tree.members], tree.tasks
    ('research', ['decide', 'build'], (0, 1))
    """
    import networkx

    roots = [nest for nest, parent in parent_of_nest.items() if parent is None]
    if len(roots) != 1:
        raise GraphError(
            "nests need exactly one root (a nest with no parent); "
            f"found {', '.join(roots) or 'none'}"
        )
    members: dict[str, list[str | int]] = {nest: [] for nest in parent_of_nest}
    for nest, parent in parent_of_nest.items():
        if parent is not None:
            if parent not in members:
                raise GraphError(f"nest {nest!r} has parent {parent!r}, which is not a nest")
            members[parent].append(nest)
    for position, (task, phase) in enumerate(phase_of_task.items()):
        if phase not in members:
            raise GraphError(f"task {task!r} has phase {phase!r}, which is not a nest")
        members[phase].append(position)
    for nest, held in members.items():
        if not held:
            raise GraphError(f"nest {nest!r} holds no task")
    # With one root, every nest that the root does not reach has a cycle of parents above it.
    parents = [edge for edge in parent_of_nest.items() if edge[1] is not None]
    if cycle := _cycle(networkx.DiGraph(parents)):
        raise GraphError(f"nests stand in each other: {cycle}")

    def subtree(name: str) -> NestTree:
        return NestTree(
            name,
            tuple(
                subtree(member) if isinstance(member, str) else member for member in members[name]
            ),
        )

    return subtree(roots[0])


def _cycle(graph: networkx.DiGraph) -> str:
    """A cycle of the graph, as "a -> b -> a"; empty where there is none."""
    import networkx

    try:
        nodes = [tail for tail, _ in networkx.find_cycle(graph)]
    except networkx.NetworkXNoCycle:
        return ""
    return " -> ".join([*nodes, nodes[0]])
