"""Files of figures: written as a pair or not at all, and reproducible byte by byte."""

from __future__ import annotations

import io
import os
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
from matplotlib.figure import Figure

from taskmodel.errors import InputError
from taskmodel.files.atomic import atomic_write
from taskmodel.plots.page import figure_style

DPI = 300  # of the PNG
SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"  # names of formats


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


def inline_svg(figure: Figure, name: str, description: str = "") -> str:
    """Return a figure as an SVG element for a page, its text as text.

    It has no style sheet and no ``style`` attributes, which a strict content security policy
    forbids, no link to anything outside, and names of its own, so that a page may have several.

    Parameters
    ----------
    figure : Figure
        From one of the functions of `taskmodel.plots`.
    name : str
        Letters and digits that no other figure of the page has; the names of its parts begin so.
    description : str
        What is seen, for those who do not see it. The title is the label of the figure.
    """
    buffer = io.StringIO()
    with figure_style(), matplotlib.rc_context({"svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    root = ElementTree.fromstring(buffer.getvalue())
    for child in list(root):
        if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}title"):
            root.remove(child)
    for parent in root.iter(f"{{{SVG}}}defs"):
        for sheet in parent.findall(f"{{{SVG}}}style"):
            parent.remove(sheet)
    for element in root.iter():
        _without_style(element, f"{name}-")
    width, height = (float(root.attrib.pop(side).removesuffix("pt")) for side in SIDES)
    labels = {"title": str(figure.get_label()), "desc": description}
    attributes = {
        "class": "figure",
        "role": "img",
        "aria-labelledby": " ".join(f"{name}-{tag}" for tag, text in labels.items() if text),
        # what the style sheet said of all elements
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
        "width": f"{width * 4 / 3:.0f}",  # CSS pixels
        "height": f"{height * 4 / 3:.0f}",
    }
    for attribute, value in attributes.items():
        root.set(attribute, value)
    for place, (tag, text) in enumerate((tag, text) for tag, text in labels.items() if text):
        label = ElementTree.Element(f"{{{SVG}}}{tag}", {"id": f"{name}-{tag}"})
        label.text = text
        root.insert(place, label)
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    return ElementTree.tostring(root, encoding="unicode")


SIDES = ("width", "height")


def _without_style(element: ElementTree.Element, prefix: str) -> None:
    """Turn the styles of an element into attributes, and give names a prefix."""
    for declaration in element.attrib.pop("style", "").split(";"):
        attribute, _, value = declaration.partition(":")
        if attribute.strip():
            element.set(attribute.strip(), value.strip())
    for attribute, value in element.attrib.items():
        if attribute == "id":
            element.set(attribute, prefix + value)
        elif attribute == f"{{{XLINK}}}href" and value.startswith("#"):
            element.set(attribute, f"#{prefix}{value[1:]}")
        elif "url(#" in value:
            element.set(attribute, value.replace("url(#", f"url(#{prefix}"))
    element.text, element.tail = (
        text if text and text.strip() else None for text in (element.text, element.tail)
    )
