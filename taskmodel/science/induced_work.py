"""Work that other work induces, such as triage and monitoring: whether it has an end.

Where an hour of mode m of task i takes phi_ijm hours of task j besides, the cost of a task is

    z_i = min_m (p . B_im + sum_j phi_ijm z_j),

which has one solution where the spectral radius of phi is below 1 for every choice of modes.

Source: docs, model, section 3.10; Leontief (1951), *The Structure of American Economy*, for
intermediate inputs; Howard (1960), *Dynamic Programming and Markov Processes*.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from taskmodel.numerics.accuracy import SAME_COST
from taskmodel.numerics.types import Array


def inducing_cycle(phi: Array) -> list[int] | None:
    """Tasks in a cycle along which work induces at least as much of itself, or None.

    The modes that induce most are sought by Howard's policy iteration: with unit costs, the cost
    z = (I - phi)^-1 1 of those modes is finite if and only if their spectral radius is below 1.

    Parameters
    ----------
    phi : array, shape (task, mode, task)
        Units of each task (last dimension) that a unit of a task in a mode induces.
    """
    tasks = len(phi)
    rows = np.arange(tasks)
    chosen = phi.sum(axis=-1).argmax(axis=1)
    while True:
        matrix = phi[rows, chosen]
        values, vectors = np.linalg.eig(matrix)
        leading = int(np.argmax(np.abs(values)))
        if np.abs(values[leading]) >= 1.0:
            return _cycle(matrix, np.abs(vectors[:, leading]))
        cost = np.linalg.solve(np.eye(tasks) - matrix, np.ones(tasks))
        more = phi @ cost
        better = more.argmax(axis=1)
        gain = more[rows, better] > more[rows, chosen] * (1 + SAME_COST)
        if not gain.any():
            return None
        chosen = np.where(gain, better, chosen)


def _cycle(matrix: Array, size: Array) -> list[int]:
    """Follow the largest induced work from the task that induces most, until one comes again."""
    path = [int(np.argmax(size))]
    while True:
        following = int(np.argmax(matrix[path[-1]] * size))
        if following in path:
            cycle = path[path.index(following) :]
            first = cycle.index(min(cycle))
            return cycle[first:] + cycle[:first]
        path.append(following)


def entangled(phi: Array, task: int) -> tuple[list[int], float]:
    """Tasks that induce work at a task and that it induces work at, and their spectral radius.

    Parameters
    ----------
    phi : array, shape (task, task)
        Units of each task (last dimension) that a unit of a task induces.
    task : int
        Its own position is among the tasks.
    """
    both = sorted(_reached(phi > 0, task) & _reached(phi.T > 0, task))
    values = np.linalg.eigvals(phi[np.ix_(both, both)])
    return both, float(np.abs(values).max())


def _reached(induces: NDArray[np.bool_], task: int) -> set[int]:
    found, new = {task}, [task]
    while new:
        further = set(np.flatnonzero(induces[new.pop()]).tolist()) - found
        found |= further
        new += further
    return found
