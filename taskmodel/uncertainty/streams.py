"""Random numbers of a draw, which depend on seed, name and number of the draw alone.

Each name, such as a dotted path, has a stream of its own: adding a name or leaving one out changes
no other. Draw i belongs to the stratified sample i modulo 8, of which there are 8 independent ones,
and is its member j = i // 8. The members 0 to 63, 64 to 127, 128 to 255, 256 to 511, 512 to 1023,
and then every 1024, are a Latin hypercube each: of n numbers of a name, one is in each of n equal
parts of (0, 1), in random order. So means and quantiles of a sum of effects of single numbers are
far more accurate than those of independent draws, for 512, 1024, 2048, ... draws, and the spread
between the 8 samples shows how accurate.

Source: McKay, Beckman and Conover (1979), Technometrics 21(2), 239-245; replicated and enlarged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from taskmodel._arguments import shown
from taskmodel.errors import InputError
from taskmodel.numerics.numbers import real_numbers, whole_number
from taskmodel.numerics.types import Array

REPLICATES = 8
SMALLEST, LARGEST = 64, 1024  # members of a Latin hypercube
MAX_DRAW = 2**53


def uniforms(name: str, draws: np.ndarray, seed: int) -> Array:
    """Return the numbers of a name in (0, 1) for some draws.

    Parameters
    ----------
    name : str
        Any text.
    draws : array of int, shape (draw,)
        Numbers of the draws, from `draw_numbers`.
    seed : int
        A whole number of at least 0.

    Returns
    -------
    array, shape (draw,)

    Examples
    --------
    >>> drawn = uniforms("slope", np.arange(512), seed=1)
    >>> bool((uniforms("slope", np.array([40, 3]), seed=1) == drawn[[40, 3]]).all())
    True
    >>> bool((np.sort(np.floor(drawn[::8] * 64)) == np.arange(64)).all())
    True
    """
    words = np.frombuffer(hashlib.blake2b(name.encode(), digest_size=16).digest(), dtype="<u4")
    replicate, member = draws % REPLICATES, draws // REPLICATES
    start, size = _hypercube(member)
    result = np.empty(len(draws))
    samples = np.stack([replicate, start, size], axis=1)
    rows, inverse = np.unique(samples, axis=0, return_inverse=True)
    for index, row in enumerate(rows.tolist()):
        chosen = inverse.ravel() == index
        column = _column(words.tolist(), seed, *row)
        result[chosen] = column[member[chosen] - row[1]]
    return result


def _hypercube(member: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First member and size of the hypercube that each member is in."""
    power = 2 ** np.floor(np.log2(np.maximum(member, 1))).astype(np.int64)
    size = np.where(member < SMALLEST, SMALLEST, np.minimum(power, LARGEST))
    start = np.where(member < LARGEST, np.where(member < SMALLEST, 0, power), 0)
    return np.where(member < LARGEST, start, member - member % LARGEST), size


def _column(words: list[int], seed: int, replicate: int, start: int, size: int) -> Array:
    """The numbers of one name in a Latin hypercube, shape (size,)."""
    sequence = np.random.SeedSequence(seed, spawn_key=(replicate, start, *words))
    # raw bits are the same in every version of NumPy, which other methods do not promise
    raw = np.random.Philox(sequence).random_raw(2 * size)
    ranks = np.argsort(raw[:size].argsort(kind="stable"), kind="stable")
    jitter = ((raw[size:] >> np.uint64(32)) + 0.5) / 2**32  # in (0, 1), ends excluded
    return np.asarray((ranks + jitter) / size)


def draw_numbers(draws: int | Sequence[int] | np.ndarray, seed: int) -> np.ndarray:
    """Return the numbers of draws as an array, and check them and the seed.

    Parameters
    ----------
    draws : int or sequence of int
        A count, for the draws from 0 on; or numbers of draws, in any order.
    seed : int

    Raises
    ------
    InputError
        If a number is not whole, negative or above 2^53, there are none, or the seed is not a
        whole number of at least 0.

    Examples
    --------
    >>> draw_numbers(3, seed=1).tolist(), draw_numbers([7, 5], seed=1).tolist()
    ([0, 1, 2], [7, 5])
    """
    whole_number("seed", seed, 0)
    if isinstance(draws, (int, np.integer)) and not isinstance(draws, bool):
        if draws < 1:
            raise InputError(f"draws must be at least 1; found {shown(draws)}")
        if draws > MAX_DRAW:
            raise InputError(f"draws must be at most 2^53; found {shown(draws)}")
        return np.arange(int(draws), dtype=np.int64)
    real_numbers("draws", draws)
    numbers = np.asarray(draws)
    if numbers.ndim != 1 or not numbers.size or numbers.dtype.kind not in "iu":
        raise InputError(
            "draws must be a count or a list of whole numbers, such as [0, 1]; found "
            f"{shown(draws)}"
        )
    if numbers.min() < 0 or numbers.max() > MAX_DRAW:
        raise InputError(
            f"numbers of draws go from 0 to 2^53; found {numbers.min()} to {numbers.max()}"
        )
    return numbers.astype(np.int64)


def replicates(draws: np.ndarray) -> np.ndarray:
    """Return which of the 8 independent samples each draw belongs to, shape (draw,)."""
    return draws % REPLICATES
