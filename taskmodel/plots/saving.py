"""A figure to its two files: whole or not at all, and the same bytes for the same figure."""

from __future__ import annotations

import io
import os
from pathlib import Path

from matplotlib.figure import Figure

from taskmodel.errors import InputError
from taskmodel.files.atomic import atomic_write
from taskmodel.plots.page import figure_style

DPI = 300  # of the PNG


def save(figure: Figure, path_stem: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Write a figure as SVG and as PNG, whole or not at all; the same figure gives the same bytes.

    Both are drawn and written beside their places before either is moved there.

    Parameters
    ----------
    figure : Figure
        From one of the functions of `taskmodel.plots`.
    path_stem : path
        Of both files, without the ending; its folder is made if there is none.

    Returns
    -------
    tuple of Path
        The SVG file and the PNG file.

    Raises
    ------
    OSError
        If they cannot be written; it names the path.
    InputError
        If the path ends in .svg or .png: it is to be given without.
    """
    stem = Path(path_stem)
    if stem.suffix in (".svg", ".png"):
        raise InputError(
            f"{stem}: give the path without {stem.suffix}; both an SVG and a PNG file are written"
        )
    title = {"Title": figure.get_label()} if figure.get_label() else {}
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
    with atomic_write(*drawn) as parts:
        for part, content in zip(parts, drawn.values(), strict=True):
            part.write_bytes(content)
    svg, png = drawn
    return svg, png
