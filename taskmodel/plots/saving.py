"""Files of figures: written as a pair or not at all, and reproducible byte by byte."""

from __future__ import annotations

import io
import os
from pathlib import Path

from matplotlib.figure import Figure

from taskmodel.errors import InputError
from taskmodel.files.atomic import atomic_write
from taskmodel.plots.page import figure_style

DPI = 300  # of the PNG


def save_figure(figure: Figure, path_stem: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Write a figure as SVG and as PNG; equal figures give equal bytes.

    Both files are complete in temporary files before either is moved to its path, so that a
    failure leaves existing files unchanged.

    Parameters
    ----------
    figure : Figure
        From one of the functions of `taskmodel.plots`.
    path_stem : path
        Path of both files without the suffix; a missing folder is created.

    Returns
    -------
    tuple of Path
        The SVG file and the PNG file.

    Raises
    ------
    OSError
        If a file cannot be written; the message names the path.
    InputError
        If the path ends in .svg or .png.
    """
    stem = Path(path_stem)
    if stem.suffix in (".svg", ".png"):
        raise InputError(
            f"{stem}: give the path without {stem.suffix}; both an SVG and a PNG file are written"
        )
    title = {"Title": figure.get_label()} if figure.get_label() else {}
    # Dates and versions in the metadata would make equal figures differ.
    drawn = {}
    with figure_style():
        for ending, metadata in (
            ("svg", {"Date": None, "Creator": None}),
            ("png", {"Software": None}),
        ):
            buffer = io.BytesIO()
            figure.savefig(buffer, format=ending, dpi=DPI, metadata={**metadata, **title})
            drawn[stem.parent / f"{stem.name}.{ending}"] = buffer.getvalue()
    stem.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(*drawn) as temporary:
        for file, content in zip(temporary, drawn.values(), strict=True):
            file.write_bytes(content)
    svg, png = drawn
    return svg, png
