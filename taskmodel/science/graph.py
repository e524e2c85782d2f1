"""The order of tasks and the tree of nests, checked.

Tasks name the tasks they come `after`: an edge runs from the earlier task to
the later one, and the edges must form a directed acyclic graph. Nests name
their `parent`: they must form one tree with every task at a leaf. This module
takes plain mappings and hands on positions (0, 1, ... in the mapping's order)
for the modules that know only arrays. How long the order makes a project
last is in `critical_path`, what a nest costs in `production`.

Source: docs, model, sections 1.1 (nests) and 4 (precedence).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskmodel.errors import GraphError

if TYPE_CHECKING:
    import networkx

__all__ = [
    "NestTree",
    "ancestors",
    "depth",
    "levels",
    "nest_tree",
    "predecessors",
    "task_graph",
    "topological_order",
]


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
    if not networkx.is_directed_acyclic_graph(graph):
        cycle = [earlier for earlier, _ in networkx.find_cycle(graph)]
        raise GraphError(f"task order has a cycle: {' -> '.join([*cycle, cycle[0]])}")
    return graph


def topological_order(graph: networkx.DiGraph) -> tuple[str, ...]:
    """Every task after all that it waits for; where that leaves a choice, in the graph's own order.

    Examples
    --------
    >>> topological_order(task_graph({"run": ["build"], "plan": [], "build": []}))
    ('plan', 'build', 'run')
    """
    import networkx

    position = {task: index for index, task in enumerate(graph)}
    return tuple(networkx.lexicographical_topological_sort(graph, key=position.__getitem__))


def predecessors(graph: networkx.DiGraph) -> dict[int, tuple[int, ...]]:
    """The graph as positions, in topological order: what `critical_path.longest_path` takes.

    Returns
    -------
    dict of position to positions
        For each task, in topological order, the tasks it waits for.

    Examples
    --------
    >>> predecessors(task_graph({"run": ["build"], "plan": [], "build": []}))
    {1: (), 2: (), 0: (2,)}
    """
    position = {task: index for index, task in enumerate(graph)}
    return {
        position[task]: tuple(sorted(position[earlier] for earlier in graph.pred[task]))
        for task in topological_order(graph)
    }


def levels(graph: networkx.DiGraph) -> dict[str, int]:
    """The longest chain of tasks before each task, counted in edges; 0 where a task waits for none.

    Examples
    --------
    >>> levels(task_graph({"design": [], "build": ["design"], "run": ["build", "design"]}))
    {'design': 0, 'build': 1, 'run': 2}
    """
    level: dict[str, int] = {}
    for task in topological_order(graph):
        level[task] = max((level[earlier] + 1 for earlier in graph.pred[task]), default=0)
    return {task: level[task] for task in graph}


def depth(graph: networkx.DiGraph) -> int:
    """The longest chain in the graph, counted in edges; 0 without edges.

    Examples
    --------
    >>> depth(task_graph({"design": [], "build": ["design"], "run": ["build", "design"]}))
    2
    """
    return max(levels(graph).values(), default=0)


def ancestors(graph: networkx.DiGraph, task: str) -> tuple[str, ...]:
    """All that must be done before `task`, in the graph's own order.

    Raises
    ------
    GraphError
        If there is no such task.

    Examples
    --------
    >>> ancestors(task_graph({"design": [], "build": ["design"], "run": ["build"]}), "run")
    ('design', 'build')
    """
    import networkx

    if task not in graph:
        raise GraphError(f"{task!r} is not a task")
    earlier = networkx.ancestors(graph, task)
    return tuple(other for other in graph if other in earlier)


@dataclass(frozen=True)
class NestTree:
    """A nest and what it holds.

    Attributes
    ----------
    name : str
        The nest's id.
    members : tuple of NestTree or int
        The nests in it, then the tasks in it, by position, each in the order of the file.
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
        The nest each task stands in; its order gives the tasks their positions.
    parent_of_nest : mapping of nest id to nest id or None
        The nest each nest stands in; None for the root.

    Returns
    -------
    NestTree
        The root.

    Raises
    ------
    GraphError
        If a task or a nest stands in a nest that does not exist, if there is not exactly one root, if nests stand in
        each other, or if a nest holds no task.

    Examples
    --------
    >>> tree = nest_tree({"plan": "decide", "code": "build"}, {"research": None, "decide": "research", "build": "research"})
    >>> tree.name, [nest.name for nest in tree.members], tree.tasks
    ('research', ['decide', 'build'], (0, 1))
    """
    roots = [nest for nest, parent in parent_of_nest.items() if parent is None]
    if len(roots) != 1:
        raise GraphError(
            f"nests need exactly one root (a nest with no parent); found {', '.join(roots) if roots else 'none'}"
        )
    members: dict[str, list[str | int]] = {nest: [] for nest in parent_of_nest}
    for nest, parent in parent_of_nest.items():
        if parent is None:
            continue
        if parent not in members:
            raise GraphError(f"nest {nest!r} has parent {parent!r}, which is not a nest")
        members[parent].append(nest)
    for position, (task, phase) in enumerate(phase_of_task.items()):
        if phase not in members:
            raise GraphError(f"task {task!r} has phase {phase!r}, which is not a nest")
        members[phase].append(position)

    reached: set[str] = set()

    def grow(name: str) -> NestTree:
        reached.add(name)
        if not members[name]:
            raise GraphError(f"nest {name!r} holds no task")
        return NestTree(
            name,
            tuple(grow(member) if isinstance(member, str) else member for member in members[name]),
        )

    tree = grow(roots[0])
    if len(reached) < len(members):
        # Each nest has one parent, so a nest that the root does not reach stands in a ring of nests, or below one.
        above = {nest: parent for nest, parent in parent_of_nest.items() if parent is not None}
        ring = [next(nest for nest in parent_of_nest if nest not in reached)]
        while (parent := above[ring[-1]]) not in ring:
            ring.append(parent)
        ring = ring[ring.index(above[ring[-1]]) :]
        raise GraphError(f"nests stand in each other: {' -> '.join([*ring, ring[0]])}")
    return tree
