"""Regions of a map, filled up to the traced curves between them.

The sources are known at the points of a grid, and the curves between regions to machine precision.
A pixel has the source of the nearest point that no curve separates from it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from taskmodel.numerics.types import Array

Pixels = tuple[Array, Array]  # rows and columns


def filled_regions(
    code: Array, points: Pixels, curves: Sequence[Pixels], shape: tuple[int, int]
) -> Array:
    """Return the code of every pixel.

    Parameters
    ----------
    code : array of int, shape (y, x)
        Code of each point of the grid.
    points : (array of int, shape (y,); array of int, shape (x,))
        Rows and columns of the points of the grid.
    curves : sequence of (array, array)
        Rows and columns of the points of each curve, in pixels; they need not be whole.
    shape : (int, int)
        Numbers of rows and columns.

    Returns
    -------
    array of int, shape (row, column)
    """
    walls = np.zeros(shape, dtype=bool)
    for curve in curves:
        walls[line_pixels(*curve, shape)] = True
    parts, count = ndimage.label(~walls)
    rows, columns = (index.ravel() for index in np.meshgrid(*points, indexing="ij"))
    codes, part_of = code.ravel(), parts[rows, columns]
    filled = _nearest(rows, columns, codes, shape)
    for part in range(1, count + 1):
        own = part_of == part
        inside = parts == part
        if not own.any():  # between curves that are closer than the points
            continue
        values = codes[own]
        if (values == values[0]).all():
            filled[inside] = values[0]
        else:
            filled[inside] = _nearest(rows[own], columns[own], values, shape)[inside]
    near = ndimage.distance_transform_edt(walls, return_distances=False, return_indices=True)
    return filled[tuple(near)] if walls.any() and not walls.all() else filled


def _nearest(rows: Array, columns: Array, codes: Array, shape: tuple[int, int]) -> Array:
    """The code of the nearest of these points, at every pixel."""
    empty, filled = np.ones(shape, dtype=bool), np.zeros(shape, dtype=codes.dtype)
    empty[rows, columns], filled[rows, columns] = False, codes
    near = ndimage.distance_transform_edt(empty, return_distances=False, return_indices=True)
    return filled[tuple(near)]


def line_pixels(rows: Array, columns: Array, shape: tuple[int, int]) -> Pixels:
    """Pixels along a line through points, without gaps."""
    length = np.append(0.0, np.cumsum(np.hypot(np.diff(rows), np.diff(columns))))
    steps = np.linspace(0.0, length[-1], int(2 * length[-1]) + 2)
    row, column = (
        np.clip(np.rint(np.interp(steps, length, line)).astype(int), 0, size - 1)
        for line, size in zip((rows, columns), shape, strict=True)
    )
    return row, column


def roomiest_pixel(region: Array, height: int, width: int) -> tuple[int, int] | None:
    """Row and column of the centre of a box of pixels inside a region, far from its edge.

    None, if the box fits nowhere.
    """
    padded = np.pad(region, 1)
    depth = ndimage.distance_transform_edt(padded)[1:-1, 1:-1]
    fits = ndimage.minimum_filter(region, size=(height, width), mode="constant", cval=0)
    if not fits.any():
        return None
    depth = np.where(fits, depth, -1.0)
    row, column = np.unravel_index(depth.argmax(), depth.shape)
    return int(row), int(column)
