"""Production of research from tasks: nested CES, its unit cost and its cost shares.

A nest turns the outputs of its members into one output,

    x_v = ( sum_u s_u (x_u / s_u)^rho )^(1/rho),      rho = 1 - 1/sigma_v,

and, for given costs of the members, one unit of it costs

    c_v = ( sum_u s_u c_u^(1 - sigma_v) )^(1 / (1 - sigma_v)),

the *calibrated share form*: where every task costs p, the unit cost is p. sigma = 1 (Cobb-Douglas)
and sigma = 0 (Leontief) are exact cases. Computation is in logarithms, so that costs may range over
hundreds of orders of magnitude. `allocation` finds the cheapest mode of each task and the prices.

Source: Klump and de La Grandville (2000), AER 90(1), 282-291, for the normalisation; Shephard's
lemma for the cost shares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.errors import InputError
from taskmodel.numerics.accuracy import SHARE_TOLERANCE
from taskmodel.numerics.types import Array
from taskmodel.science.production_kernels import Nests, outputs_of_points, unit_costs_of_points

Rows = NDArray[np.intp] | NDArray[np.bool_] | list[int] | slice
"""A selection of points of a batch."""


@dataclass(frozen=True, eq=False)
class Nest:
    """A CES nest over tasks, further nests, or both.

    Parameters
    ----------
    elasticity : float or array, shape (...)
        Elasticity of substitution between the members [1]; >= 0. 0 is Leontief, 1 Cobb-Douglas.
        Leading dimensions are a batch.
    shares : array, shape (..., member)
        CES shares of the members [1]; >= 0, summing to 1.
    members : sequence of int or Nest
        Task indices (along the task axis of the bundles) or further nests. A task used twice
        counts as two copies of it.
    block : int, optional
        Mode in which all tasks below the nest are done as one block, each in proportion to its
        share, instead of in modes of their own. No task is done in it alone; a unit of the nest
        takes what its tasks take in that mode, weighted by their shares. The output of the nest
        is the sum of what the block and what its members make.
    induced : array, shape (..., task, mode, task), optional
        Of the outermost nest: units of each task (last dimension) that a unit of a task in a mode
        induces [1]; >= 0. Their cost is part of that of the mode.

    Raises
    ------
    InputError
        If the elasticity is negative or not finite, if there are no members, if there is not
        one share per member, if the shares are negative or do not sum to 1 (within 1e-9), if
        induced work is negative or not finite, or a nest further in has some.

    Examples
    --------
    >>> engineering = Nest(0.5, [0.5, 0.5], [0, 1])
    >>> research = Nest(0.2, [0.8, 0.2], [engineering, 2])
    >>> list(research.tasks())
    [0, 1, 2]
    """

    elasticity: ArrayLike
    shares: ArrayLike
    members: Sequence[int | Nest]
    block: int | None = None
    induced: ArrayLike | None = None

    def __post_init__(self) -> None:
        elasticity = np.array(self.elasticity, dtype=float)
        shares = np.array(self.shares, dtype=float)
        members = tuple(self.members)
        elasticity.flags.writeable = shares.flags.writeable = False
        if not members:
            raise InputError("a nest needs at least one member; found none")
        for member in members:
            if not isinstance(member, (int, np.integer, Nest)) or isinstance(member, bool):
                raise InputError(f"a nest's members are task indices or Nests; found {member!r}")
        if shares.ndim == 0 or shares.shape[-1] != len(members):
            raise InputError(
                f"a nest needs one share per member: {len(members)} members, "
                f"shares of shape {shares.shape}"
            )
        if not np.all(np.isfinite(elasticity) & (elasticity >= 0)):
            raise InputError(
                f"elasticity of substitution must be finite and >= 0; found {self.elasticity!r}"
            )
        if not np.all(np.isfinite(shares) & (shares >= 0)):
            raise InputError(f"CES shares must be finite and >= 0; found {shares.tolist()}")
        total = np.ravel(shares.sum(axis=-1))
        deviation = np.abs(total - 1)
        if not np.all(deviation <= SHARE_TOLERANCE):
            raise InputError(
                "CES shares of a nest must sum to 1; "
                f"they sum to {total[np.argmax(deviation)]!r}; divide by the sum"
            )
        object.__setattr__(self, "elasticity", elasticity)
        object.__setattr__(self, "shares", shares)
        object.__setattr__(self, "members", members)
        if any(isinstance(member, Nest) and member.induced is not None for member in members):
            raise InputError("only the outermost nest has induced work; found some further in")
        if self.induced is not None:
            induced = np.array(self.induced, dtype=float)
            induced.flags.writeable = False
            if induced.ndim < 3 or not np.all(np.isfinite(induced) & (induced >= 0)):
                raise InputError(
                    "induced work must be finite and >= 0, with the dimensions (..., task, mode, "
                    f"task); found shape {induced.shape}"
                )
            object.__setattr__(self, "induced", induced)

    def take(self, rows: Rows) -> Nest:
        """Return the nest at some points of its batch; without a batch, itself."""
        if self.tree.share.ndim == 1 and (self.induced is None or np.ndim(self.induced) == 3):
            return self
        result = object.__new__(Nest)  # rows of what was checked
        vars(result).update(
            elasticity=_rows_of(self.elasticity, rows, 0),
            shares=_rows_of(self.shares, rows, 1),
            members=tuple(
                member.take(rows) if isinstance(member, Nest) else member for member in self.members
            ),
            block=self.block,
            induced=None if self.induced is None else _rows_of(self.induced, rows, 3),
            tree=self.tree.take(rows),
        )
        return result

    @cached_property
    def linked(self) -> bool:
        """Whether a nest may be made as a block, or work induces other work."""
        inside = any(isinstance(member, Nest) and member.linked for member in self.members)
        return inside or self.block is not None or self.induced is not None

    @cached_property
    def tree(self) -> Tree:
        """The nest unrolled for arithmetic over arrays."""
        return Tree(self)

    @cached_property
    def used(self) -> frozenset[int]:
        """The indices of the tasks below this nest."""
        return frozenset(self.tasks())

    def unlinked(self) -> Nest:
        """Return the nest without blocks and induced work."""
        if not self.linked:
            return self
        members = [
            member.unlinked() if isinstance(member, Nest) else member for member in self.members
        ]
        return Nest(self.elasticity, self.shares, members)

    def tasks(self) -> Iterator[int]:
        """Task indices used below this nest, in order, copies included."""
        for member in self.members:
            if isinstance(member, Nest):
                yield from member.tasks()
            else:
                yield int(member)


def nest_numbers(share: ArrayLike, elasticity: ArrayLike) -> Array:
    """Return shares and elasticities of nodes as kernels take them, (point or 1, 2, node)."""
    share, elasticity = np.broadcast_arrays(np.atleast_2d(share), np.atleast_2d(elasticity))
    numbers = np.empty((len(share), 2, share.shape[-1]))
    numbers[:, 0], numbers[:, 1] = share, elasticity
    return numbers


class Tree:
    """A nest unrolled for arithmetic over arrays.

    Nodes are numbered leaves first (one per use of a task), then nests by height, the root
    last. Arrays have shape (..., node) or (..., leaf). A nest that may be made as a block has a
    leaf in its place, of whose modes the first stands for the nest and the second for the block;
    its task index follows those of the tasks.

    Attributes
    ----------
    task : array, shape (leaf,)
        Task index of each leaf.
    share : array, shape (..., node)
        CES share of each node in its nest; 1 for the root.
    elasticity : array, shape (..., node)
        Elasticity of each nest; 0 at leaves, where it has no meaning.
    children : dict of int to array
        Node numbers of the children of every nest, lower nests first.
    block : dict of int to int
        The leaf in the place of every nest that may be made as a block.
    joint : list of (int, array)
        By block, the mode of its tasks, and the share of each task, shape (..., task).
    induced : array, shape (..., task, mode, task), or None
        Induced work of the outermost nest.
    """

    def __init__(self, nest: Nest) -> None:
        self.induced = None if nest.induced is None else np.asarray(nest.induced)
        if nest.block is not None:
            nest = Nest(0.0, [1.0], [replace(nest, induced=None)])
        tasks, joint = max(nest.tasks()) + 1, list(_blocks(nest))
        leaves = len(list(nest.tasks())) + len(joint)
        self.joint = [(int(part.block or 0), _task_shares(part, tasks)) for part in joint]
        numbering = _Numbering(leaves, tasks)
        numbering.visit(nest)
        task, nests, blocks = numbering.task, numbering.nests, numbering.blocks
        self.task = np.array(task, dtype=np.intp)
        by_height = sorted(range(len(nests)), key=lambda index: nests[index][0])
        number_of = np.arange(leaves + len(nests))
        number_of[leaves + np.array(by_height)] = leaves + np.arange(len(nests))
        self.leaves, self.nodes = leaves, leaves + len(nests)
        self.root = self.nodes - 1
        batch = np.broadcast_shapes(
            *(np.shape(node.elasticity) for _, node, _ in nests),
            *(np.shape(node.shares)[:-1] for _, node, _ in nests),
        )
        self.elasticity = np.zeros((*batch, self.nodes))
        self.share = np.ones((*batch, self.nodes))
        self.children: dict[int, NDArray[np.intp]] = {}
        for number, index in enumerate(by_height, leaves):
            _, node, members = nests[index]
            below = number_of[members]
            self.elasticity[..., number] = node.elasticity
            self.share[..., below] = node.shares / np.sum(node.shares, axis=-1, keepdims=True)
            self.children[number] = below
        self.block = {int(number_of[nest]): leaf for nest, leaf in blocks.items()}

    def take(self, rows: Rows) -> Tree:
        """Return the tree at some points of its batch."""
        result = copy(self)
        result.share, result.elasticity = (
            _rows_of(values, rows, 1) for values in (self.share, self.elasticity)
        )
        result.joint = [(mode, _rows_of(shares, rows, 1)) for mode, shares in self.joint]
        result.induced = None if self.induced is None else _rows_of(self.induced, rows, 3)
        return result

    @property
    def linked(self) -> bool:
        """Modes use the outputs of nests or of other tasks."""
        return bool(self.block) or self.induced is not None

    def weightless(self, share: Array) -> NDArray[np.bool_]:
        """Return the nodes without weight in output, shape (..., node), given CES shares.

        A node without weight in its nest has none, nor have the nodes below it.
        """
        result = share <= 0
        for nest, children in reversed(self.children.items()):
            if nest in self.block:
                result[..., nest] |= result[..., self.block[nest]]
            result[..., children] |= result[..., [nest]]
        return np.asarray(result)

    @cached_property
    def nests(self) -> Nests:
        """The tree as kernels take it."""
        children = list(self.children.values())
        parent = np.full(self.nodes, self.root, dtype=np.int64)
        for nest, below in self.children.items():
            parent[below] = nest
        for nest, leaf in self.block.items():
            parent[nest] = leaf
        return Nests(
            np.cumsum([0, *map(len, children)]), np.concatenate(children).astype(np.int64), parent
        )


class _Numbering:
    """The numbers of leaves and nests as they are visited, lower ones first.

    Attributes
    ----------
    task : list of int
        Task of each leaf; those after the last are blocks.
    nests : list of (int, Nest, list of int)
        Height, nest and children of every nest; nests are numbered by their position, after leaves.
    blocks : dict of int to int
        Leaf in the place of every nest that may be made as a block.
    """

    def __init__(self, leaves: int, tasks: int) -> None:
        self.task: list[int] = []
        self.nests: list[tuple[int, Nest, list[int]]] = []
        self.blocks: dict[int, int] = {}
        self._leaves, self._tasks = leaves, tasks

    def visit(self, node: Nest) -> tuple[int, int]:
        """Number a nest and those below it; return its height, and the child that it is."""
        height, children = 1, []
        for member in node.members:
            if isinstance(member, Nest):
                height_below, number = self.visit(member)
                height = max(height, height_below + 1)
                children.append(number)
            else:
                children.append(len(self.task))
                self.task.append(int(member))
        self.nests.append((height, node, children))
        number = self._leaves + len(self.nests) - 1
        if node.block is not None:
            self.blocks[number] = len(self.task)
            self.task.append(self._tasks + len(self.blocks) - 1)
        return height, self.blocks.get(number, number)


def _rows_of(values: ArrayLike, rows: Rows, inner: int) -> Array:
    """Return rows of an array with a batch before so many dimensions; itself if it has one row."""
    values = np.asarray(values, dtype=float)
    return values[rows] if values.ndim > inner and len(values) > 1 else values


def _blocks(nest: Nest) -> Iterator[Nest]:
    """Nests that may be made as a block, inner ones first."""
    for member in nest.members:
        if isinstance(member, Nest):
            yield from _blocks(member)
    if nest.block is not None:
        yield nest


def _task_shares(nest: Nest, tasks: int) -> Array:
    """Share of each task in a nest, further nests included, shape (..., task)."""
    shares = np.asarray(nest.shares, dtype=float)
    result = np.zeros((*shares.shape[:-1], tasks))
    for position, member in enumerate(nest.members):
        share = shares[..., position, None]
        if isinstance(member, Nest):
            result = result + share * _task_shares(member, tasks)
        else:
            result[..., member] += share[..., 0]
    return result


def node_costs(
    tree: Tree, log_cost: Array, share: Array, elasticity: Array
) -> tuple[Array, Array, Array]:
    r"""Return the logarithm of the unit cost of every node, and its cost shares.

    .. math:: c_v = \Bigl(\sum_u s_u c_u^{1-\sigma_v}\Bigr)^{1/(1-\sigma_v)}, \qquad
              \theta_u = s_u (c_u / c_v)^{1-\sigma_v}, \qquad W_u = W_v \theta_u

    Parameters
    ----------
    tree : Tree
        The nests.
    log_cost : array, shape (point, leaf)
        Log cost of a unit of each leaf's task; finite.
    share, elasticity : array, shape (point or 1, node)
        CES shares, negative for members that drop out of their nest, and elasticities.

    Returns
    -------
    log_cost, theta, weight : array, shape (point, node)
        Log unit cost, cost share within the nest and of all costs [1]; shares are 1 for the root.
    """
    log_c, theta, weight = np.empty((3, len(log_cost), tree.nodes))
    log_c[:, : tree.leaves] = log_cost
    share, elasticity = _writable(share), _writable(elasticity)
    unit_costs_of_points(tree.nests, share, elasticity, tree.leaves, log_c, theta, weight)
    return log_c, theta, weight


def node_outputs(tree: Tree, log_quantity: Array, share: Array, elasticity: Array) -> Array:
    r"""Return the logarithm of the output of every node, from the outputs of the leaves.

    .. math:: x_v = \Bigl(\sum_u s_u (x_u/s_u)^{\rho_v}\Bigr)^{1/\rho_v},
              \qquad \rho_v = 1 - 1/\sigma_v

    Parameters
    ----------
    log_quantity : array, shape (point, leaf)
        Log output of each leaf's task; -inf for no output.
    share, elasticity : array, shape (point or 1, node)
        As in `node_costs`.

    Returns
    -------
    array, shape (point, node)
        Log output, the root's last; -inf where a complement is missing. Members with share 0, or a
        negative one, do not count.
    """
    log_x = np.empty((len(log_quantity), tree.nodes))
    log_x[:, : tree.leaves] = log_quantity
    share, elasticity = _writable(share), _writable(elasticity)
    outputs_of_points(tree.nests, share, elasticity, tree.leaves, log_x)
    return log_x


def _writable(array: Array) -> Array:
    """Return a copy; kernels are compiled for arrays that may be written to."""
    return np.array(array, dtype=float, order="C")
