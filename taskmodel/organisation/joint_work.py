"""Blocks of tasks that AI does in one go under one review, and work that AI's work induces.

A block is one more mode of each of its tasks, in which they are all done together. With s the
shares of the tasks in the block, p their probabilities of success and omega the review of the block
relative to that of its tasks one by one, a unit of the block takes

    review omega sum_i s_i r_i / prod_i p_i,      inference sum_i s_i kappa_i / prod_i p_i,

because a block that fails is redone as a whole.

Source: docs, model, sections 3.9 and 3.10.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from taskmodel.catalog.blocks import Block
from taskmodel.numerics.types import Array
from taskmodel.organisation.coverage import usual_protocol
from taskmodel.organisation.quantities import Quantities, ai_modes, repeats
from taskmodel.organisation.reviewers import first_reviewers, protocol_names
from taskmodel.science.graph import NestTree
from taskmodel.science.production import Nest

if TYPE_CHECKING:
    from taskmodel.organisation.organisation import Organisation


@dataclass(frozen=True, eq=False)
class JointMode:
    """A mode in which all tasks of a block are done together.

    Attributes
    ----------
    name : str
    mode : int
        Its position among the modes.
    base : array of int, shape (task,)
        Position of the mode that each of its tasks is done in, but for review and failure.
    tasks : array of bool, shape (task,)
    review : array, shape (point or 1,)
        Review of the block relative to that of its tasks one by one [1].
    """

    name: str
    mode: int
    base: NDArray[np.intp]
    tasks: NDArray[np.bool_]
    review: Array


def jointly(values: Array, joint: tuple[JointMode, ...]) -> Array:
    """Return attempts, (point, task, mode), with those of joint modes the product over tasks."""
    if not joint:
        return values
    result = values.copy()
    for block in joint:
        result[:, block.tasks, block.mode] = values[:, block.tasks, block.mode].prod(
            axis=1, keepdims=True
        )
    return result


def joint_modes(quantities: Quantities) -> tuple[JointMode, ...]:
    """Return the joint modes of a catalog, which come after all others.

    Of several pools of reviewers that may review a task, the first reviews it in a block.
    """
    catalog = quantities.catalog
    if not catalog.blocks:
        return ()
    names, protocols = list(catalog.tasks), list(protocol_names(catalog))
    usual = np.array([usual_protocol(catalog, task) for task in catalog.tasks.values()])
    first = 1 + len(ai_modes(quantities))

    def base(block: Block) -> NDArray[np.intp]:
        named = None if block.protocol is None else protocols.index(block.protocol)
        protocol = usual if named is None else np.full_like(usual, named)
        return 1 + repeats(quantities) * protocol + first_reviewers(catalog)

    return tuple(
        JointMode(
            f"block_{name}",
            first + position,
            base(block),
            np.isin(names, block.tasks),
            quantities.at(f"blocks.{name}.review"),
        )
        for position, (name, block) in enumerate(catalog.blocks.items())
    )


def with_joint_modes(quantities: Quantities, organisation: Organisation) -> Organisation:
    """Return an organisation with the joint modes of its catalog."""
    joint = joint_modes(quantities)
    if not joint:
        return organisation
    modes = np.arange(len(organisation.modes))
    base = np.column_stack(
        [np.tile(modes, (len(organisation.tasks), 1)), *(each.base for each in joint)]
    )
    tasks = np.arange(len(base))[:, None]
    columns: dict[str, Any] = {
        name: getattr(organisation, name)[..., tasks, base]
        for name in ("policy", "unnoticed", "noticed", "by_ratio")
    }
    columns |= {
        name: getattr(organisation, name)[..., tasks, base, :]
        for name in ("fixed_review", "fixed_bundles")
    }
    # the modes of all tasks of a block are alike in these
    first = np.append(modes, [each.base[each.tasks][0] for each in joint])
    columns |= {name: getattr(organisation, name)[first] for name in ("unaided", "alone")}
    inference = organisation.factors.index("inference")
    points = max(
        *(len(columns[name]) for name in ("fixed_review", "fixed_bundles", "by_ratio")),
        *(len(block.review) for block in joint),
        len(organisation.fixed_attempts),
    )
    if points > 1:
        for name in ("fixed_review", "fixed_bundles", "by_ratio"):
            columns[name] = np.repeat(
                columns[name], points if len(columns[name]) == 1 else 1, axis=0
            )
    for block in joint:
        at = (slice(None), block.tasks, block.mode)
        columns["policy"][~block.tasks, block.mode] = False
        columns["policy"][:, block.mode] &= columns["policy"][block.tasks, block.mode].all()
        attempts = organisation.fixed_attempts[:, block.tasks]
        again = attempts.prod(axis=1, keepdims=True) / attempts
        if not columns["alone"][block.mode]:
            again = np.ones_like(again)
        by_ratio = columns["by_ratio"][at]
        scale = 1 - by_ratio + by_ratio * block.review[:, None]
        columns["by_ratio"][at] = by_ratio * block.review[:, None] / scale
        review = columns["fixed_review"][at]
        once = review * (again * scale)[..., None]
        # in this order rounding leaves no use below zero
        columns["fixed_bundles"][at] = columns["fixed_bundles"][at] - review + once
        columns["fixed_bundles"][(*at, inference)] *= again
        columns["fixed_review"][at] = once
    names = (*organisation.modes, *(block.name for block in joint))
    return replace(organisation, modes=names, joint=joint, **columns)


def induced_work(quantities: Quantities) -> Array | None:
    """Return induced work by task, mode and induced task, shape (point or 1, ...); None: none."""
    catalog = quantities.catalog
    if not catalog.oversight_work:
        return None
    names = list(catalog.tasks)
    modes = 1 + len(ai_modes(quantities)) + len(catalog.blocks)
    hours = {name: quantities.at(f"oversight_work.{name}.hours") for name in catalog.oversight_work}
    points = max(len(values) for values in hours.values())
    result = np.zeros((points, len(names), modes, len(names)))
    for name, work in catalog.oversight_work.items():
        inducing = [
            task.delegable if work.by is None else key in work.by
            for key, task in catalog.tasks.items()
        ]
        result[:, inducing, 1:, names.index(work.task)] += hours[name][:, None, None]
    return result


@dataclass(frozen=True, eq=False)
class _Member:
    """A member of a nest while it is built.

    Attributes
    ----------
    tasks : frozenset of int
    weight : array, shape (point or 1,)
        Sum of the shares of its tasks [1].
    nest : Nest or int
        Or its task.
    """

    tasks: frozenset[int]
    weight: Array
    nest: Nest | int


def nest_of(
    tree: NestTree, shares: Array, elasticities: Mapping[str, Array], joint: tuple[JointMode, ...]
) -> Nest:
    """Return the nests of a tree.

    Parameters
    ----------
    tree : NestTree
    shares : array, shape (point or 1, task)
        Of the tasks [1]; that of a nest is the sum of those of its tasks.
    elasticities : mapping of str to array, shape (point or 1,)
        By nest [1].
    joint : tuple of JointMode
    """
    members = [
        _Member(
            frozenset(member.tasks),
            shares[:, list(member.tasks)].sum(-1),
            nest_of(member, shares, elasticities, joint),
        )
        if isinstance(member, NestTree)
        else _Member(frozenset([member]), shares[:, member], member)
        for member in tree.members
    ]
    return _with_blocks(members, elasticities[tree.name], joint)


def _with_blocks(members: list[_Member], elasticity: Array, joint: tuple[JointMode, ...]) -> Nest:
    """Return the nest of some members, with those of a block, inner ones first, as one of its own.

    A nest of zero weight is split evenly, which affects no result.
    """
    for block in sorted(joint, key=lambda block: int(block.tasks.sum())):
        tasks = frozenset(np.flatnonzero(block.tasks).tolist())
        inside = [member for member in members if member.tasks <= tasks]
        if sum(len(member.tasks) for member in inside) == len(tasks) and len(inside) > 1:
            nest = _nest(inside, elasticity, block.mode)
            weight = np.sum([member.weight for member in inside], axis=0)
            first = members.index(inside[0])
            members = [member for member in members if member not in inside]
            members.insert(first, _Member(tasks, weight, nest))
    if len(members) == 1 and isinstance(members[0].nest, Nest) and members[0].nest.block:
        return members[0].nest
    return _nest(members, elasticity, None)


def _nest(members: list[_Member], elasticity: Array, block: int | None) -> Nest:
    weights = np.stack(np.broadcast_arrays(*(member.weight for member in members)), axis=-1)
    total = weights.sum(axis=-1, keepdims=True)
    weights = np.where(total == 0, 1.0, weights)
    weights = weights / weights.sum(axis=-1, keepdims=True)
    return Nest(
        _unbatched(elasticity), _unbatched(weights), [member.nest for member in members], block
    )


def _unbatched(values: Array) -> Array:
    """Return values without their first dimension if its length is 1, as `Nest` prefers them."""
    return values[0] if len(values) == 1 else values


def with_induced(nest: Nest, induced: Array | None) -> Nest:
    """Return a nest with induced work."""
    if induced is None:
        return nest
    return Nest(nest.elasticity, nest.shares, nest.members, nest.block, _unbatched(induced))
