"""Array types for annotations."""

from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Integers = NDArray[np.int64]
Entries = TypeVar("Entries", bound=NDArray[Any])


def writable_rows(values: Entries) -> Entries:
    """Return an array as kernels take it: in C order, and with memory of its own if read-only.

    A kernel is compiled anew for each order of entries and for read-only arrays. Broadcast arrays
    are read-only, and what is made of them may have any order.
    """
    return cast(Entries, np.require(values, requirements=["C_CONTIGUOUS", "WRITEABLE"]))


def flattened_rows(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array with its dimensions but the first merged into one."""
    return array.reshape(len(array), int(np.prod(array.shape[1:])))
