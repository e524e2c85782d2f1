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
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taskmodel.errors import InputError
from taskmodel.numerics.accuracy import SHARE_TOLERANCE
from taskmodel.numerics.types import Array

Rows = NDArray[np.intp] | NDArray[np.bool_] | list[int]
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

    Raises
    ------
    InputError
        If the elasticity is negative or not finite, if there are no members, if there is not
        one share per member, or if the shares are negative or do not sum to 1 (within 1e-9).

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

    def __post_init__(self) -> None:
        elasticity = np.asarray(self.elasticity, dtype=float)
        shares = np.asarray(self.shares, dtype=float)
        members = tuple(self.members)
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

    def tasks(self) -> Iterator[int]:
        """Task indices used below this nest, in order, copies included."""
        for member in self.members:
            if isinstance(member, Nest):
                yield from member.tasks()
            else:
                yield int(member)


@dataclass(frozen=True, eq=False)
class _Level:
    """Nests of one height with their children side by side, to evaluate them at once.

    Attributes
    ----------
    nests : node numbers of the nests
    children : node numbers of their children, nest after nest
    starts : position in `children` of each nest's first child
    nest_of_child : position in `nests` of each child's nest
    """

    nests: NDArray[np.intp]
    children: NDArray[np.intp]
    starts: NDArray[np.intp]
    nest_of_child: NDArray[np.intp]


class Tree:
    """A nest unrolled for batched arithmetic.

    Nodes are numbered leaves first (one per use of a task), then nests by height, the root
    last. Arrays have shape (..., node) or (..., leaf).

    Attributes
    ----------
    task : array, shape (leaf,)
        Task index of each leaf.
    share : array, shape (..., node)
        CES share of each node in its nest; 1 for the root.
    elasticity : array, shape (..., node)
        Elasticity of each nest; 0 at leaves, where it has no meaning.
    parent : array, shape (node,)
        The nest each node is in; the root is its own parent.
    """

    def __init__(self, nest: Nest) -> None:
        self.task = np.fromiter(nest.tasks(), dtype=np.intp)
        leaves = len(self.task)
        next_leaf = iter(range(leaves))
        # Height, nest and children of every nest, children before parents. Nests are numbered by
        # their position here at first, after the leaves.
        nests: list[tuple[int, Nest, list[int]]] = []

        def visit(node: Nest) -> tuple[int, int]:
            height, children = 1, []
            for member in node.members:
                if isinstance(member, Nest):
                    height_below, number = visit(member)
                    height = max(height, height_below + 1)
                    children.append(number)
                else:
                    children.append(next(next_leaf))
            nests.append((height, node, children))
            return height, leaves + len(nests) - 1

        visit(nest)
        # Final numbers are by height, so that nests of one height are evaluated together.
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
        self.parent = np.full(self.nodes, self.root)
        levels: dict[int, list[tuple[int, NDArray[np.intp]]]] = {}
        for index, (height, node, children) in enumerate(nests):
            number, below = int(number_of[leaves + index]), number_of[children]
            self.elasticity[..., number] = node.elasticity
            self.share[..., below] = node.shares
            self.parent[below] = number
            levels.setdefault(height, []).append((number, below))
        self.levels = [_level(levels[height]) for height in sorted(levels)]


def _level(nests: list[tuple[int, NDArray[np.intp]]]) -> _Level:
    """Return the nests of one height, from their numbers and children."""
    numbers, groups = zip(*sorted(nests, key=lambda entry: entry[0]), strict=True)
    counts = [len(group) for group in groups]
    return _Level(
        nests=np.array(numbers),
        children=np.concatenate(groups),
        starts=np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp),
        nest_of_child=np.repeat(np.arange(len(numbers)), counts),
    )


def log_unit_cost(
    tree: Tree, log_cost: Array, share: Array, elasticity: Array
) -> tuple[Array, Array]:
    r"""Logarithm of the unit cost of every node, and each node's cost share in its nest.

    .. math:: c_v = \Bigl(\sum_u s_u c_u^{1-\sigma_v}\Bigr)^{1/(1-\sigma_v)}, \qquad
              \theta_u = s_u (c_u / c_v)^{1-\sigma_v}

    Parameters
    ----------
    tree : Tree
        The nests.
    log_cost : array, shape (point, leaf)
        Log cost of a unit of each leaf's task; finite.
    share, elasticity : array, shape (point or 1, node)
        CES shares, 0 for members that drop out of their nest, and elasticities.

    Returns
    -------
    log_cost : array, shape (point, node)
    cost_share : array, shape (point, node)
        Cost share theta within the nest [1]; 1 for the root.
    """
    log_c = np.empty((len(log_cost), tree.nodes))
    log_c[:, : tree.leaves] = log_cost
    theta = np.ones_like(log_c)
    for level in tree.levels:
        s = share[:, level.children]
        r = (1 - elasticity[:, level.nests])[:, level.nest_of_child]
        z = log_c[:, level.children]
        weighted = r * z
        # ln sum(s e^w), shifted by the largest w so that nothing overflows. The sum is taken as
        # 1 + sum(s (e^w - 1)) + (sum s - 1): as sigma -> 1 all w tend to 0, and log1p keeps the
        # digits that are divided by 1 - sigma afterwards.
        top = np.maximum.reduceat(np.where(s > 0, weighted, -np.inf), level.starts, axis=1)
        below_top = np.where(s > 0, weighted - top[:, level.nest_of_child], 0.0)
        excess = np.expm1(below_top)
        rest = np.add.reduceat(s, level.starts, axis=1) - 1
        total = np.log1p(np.add.reduceat(s * excess, level.starts, axis=1) + rest)
        r_nest = r[:, level.starts]
        cobb_douglas = r_nest == 0
        mean = np.add.reduceat(s * z, level.starts, axis=1)
        log_c[:, level.nests] = np.where(
            cobb_douglas, mean, (top + total) / np.where(cobb_douglas, 1.0, r_nest)
        )
        theta[:, level.children] = s * np.exp(below_top - total[:, level.nest_of_child])
    return log_c, theta


def cost_shares(tree: Tree, theta: Array) -> Array:
    """Share of each node in total cost, shape (point, node), from cost shares within nests."""
    weight = theta.copy()
    for level in reversed(tree.levels):
        weight[:, level.children] *= weight[:, level.nests][:, level.nest_of_child]
    return weight


def cost_gradients(
    tree: Tree, theta: Array, gradient: Array, elasticity: Array
) -> tuple[Array, Array]:
    r"""Derivatives of the log cost of every node, and of the log cost share of every leaf.

    .. math:: \mathrm{d}\ln c_v = \sum_u \theta_u \,\mathrm{d}\ln c_u, \qquad
              \mathrm{d}\ln W_u = \mathrm{d}\ln W_v
              + (1 - \sigma_v)(\mathrm{d}\ln c_u - \mathrm{d}\ln c_v)

    Parameters
    ----------
    gradient : array, shape (point, leaf, column)
        Derivatives of the leaves' log costs, in any number of directions.

    Returns
    -------
    root : array, shape (point, column)
        Derivatives of the log unit cost.
    share : array, shape (point, leaf, column)
        Derivatives of the leaves' log cost shares W.
    """
    g = np.empty((len(gradient), tree.nodes, gradient.shape[2]))
    g[:, : tree.leaves] = gradient
    for level in tree.levels:
        g[:, level.nests] = np.add.reduceat(
            theta[:, level.children, None] * g[:, level.children], level.starts, axis=1
        )
    d = np.zeros_like(g)
    for level in reversed(tree.levels):
        r = (1 - elasticity[:, level.nests])[:, :, None]
        base = d[:, level.nests] - r * g[:, level.nests]
        d[:, level.children] = (
            base[:, level.nest_of_child] + r[:, level.nest_of_child] * g[:, level.children]
        )
    return g[:, tree.root], d[:, : tree.leaves]


def node_log_output(tree: Tree, log_quantity: Array, share: Array, elasticity: Array) -> Array:
    r"""Logarithm of the output of every node, from the outputs of the leaves.

    .. math:: x_v = \Bigl(\sum_u s_u (x_u/s_u)^{\rho_v}\Bigr)^{1/\rho_v},
              \qquad \rho_v = 1 - 1/\sigma_v

    Parameters
    ----------
    log_quantity : array, shape (point, leaf)
        Log output of each leaf's task; -inf for no output.

    Returns
    -------
    array, shape (point, node)
        Log output, the root's last; -inf where a complement is missing. Members with share 0 do not
        count.
    """
    log_x = np.empty((len(log_quantity), tree.nodes))
    log_x[:, : tree.leaves] = log_quantity
    for level in tree.levels:
        s = share[:, level.children]
        live = s > 0
        sigma = np.broadcast_to(elasticity[:, level.nests], (len(s), len(level.nests)))
        ratio = np.where(live, log_x[:, level.children] - np.log(np.where(live, s, 1.0)), np.inf)
        least = np.minimum.reduceat(ratio, level.starts, axis=1)
        # -inf, no output, is a legal log quantity: its differences are masked below.
        with np.errstate(invalid="ignore", divide="ignore"):
            rho = np.where(sigma > 0, 1 - 1 / np.where(sigma > 0, sigma, 1.0), -np.inf)
            ratio = np.where(live, ratio, 0.0)
            mean = np.add.reduceat(
                s * np.where(live & np.isneginf(ratio), 0.0, ratio), level.starts, axis=1
            )
            mean = np.where(np.isneginf(least), -np.inf, mean)
            # As in `log_unit_cost`, shifted by the term that dominates: the largest output of
            # substitutes (rho > 0), the smallest of complements.
            largest = np.maximum.reduceat(np.where(live, ratio, -np.inf), level.starts, axis=1)
            shift = np.where(rho > 0, largest, least)
            finite = np.isfinite(shift)
            base = np.where(finite, shift, 0.0)
            gap = np.where(live, ratio - base[:, level.nest_of_child], 0.0)
            general = np.isfinite(rho) & (rho != 0)
            power = np.where(general, rho, 1.0)
            counted = live & general[:, level.nest_of_child]
            excess = np.expm1(np.where(counted, power[:, level.nest_of_child] * gap, 0.0))
            rest = np.add.reduceat(s, level.starts, axis=1) - 1
            total = np.log1p(np.add.reduceat(s * excess, level.starts, axis=1) + rest)
            aggregate = np.where(finite, base + total / power, -np.inf)
        log_x[:, level.nests] = np.where(
            rho == 0, mean, np.where(np.isfinite(rho), aggregate, least)
        )
    return log_x
