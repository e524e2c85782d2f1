"""Moments from files: your own by path, bundled ones by name."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path

from taskmodel.calibration.records import Moments
from taskmodel.errors import CatalogError, Defect
from taskmodel.files import bundled
from taskmodel.files.bundled import find_file, is_path
from taskmodel.files.findings import Finding
from taskmodel.files.yaml import read_text
from taskmodel.sweeps.paths import Paths, load_paths


def bundled_moments() -> tuple[str, ...]:
    """Return the names of the files of moments that come with the package."""
    return bundled.names("moments")


def load_moments(name_or_path: str | PathLike[str]) -> Moments:
    """Load a file of moments, and the paths that its dates are along.

    Parameters
    ----------
    name_or_path : str or Path
        Name of a bundled file (see `bundled_moments`) or path of a YAML file.

    Returns
    -------
    Moments

    Raises
    ------
    CatalogError
        With every defect of the file; if it has none, of its paths.

    Examples
    --------
    >>> moments = load_moments("2026")
    >>> moment = moments.moments["hours_led_by_ai_2026_08"]
    >>> moment.output, moment.value, moment.date
    ('automated_hours_share', 0.26, 2026.63)
    """
    path = find_file(name_or_path, "moments")
    return parse_moments(read_text(path), path.stem, str(path))


def parse_moments(text: str, name: str = "moments", file: str = "text") -> Moments:
    """Make moments of a text; `file` is what messages call it, and where paths are looked for.

    Raises
    ------
    CatalogError
        With every defect of the text; if it has none, of its paths.
    """
    moments = Moments.parse(text, name, file)
    if moments.paths is None:
        return moments
    named = Path(file).parent / moments.paths if is_path(moments.paths) else moments.paths
    try:
        moments._courses = load_paths(named)
    except CatalogError as error:
        raise CatalogError(
            moments.defect(("paths",), defect.message) if defect.line is None else defect
            for defect in error.defects
        ) from error
    if defects := list(_dates_off(moments, moments._courses)):
        raise CatalogError(defects)
    return moments


def _dates_off(moments: Moments, paths: Paths) -> Iterator[Defect]:
    """Yield dates that the paths do not cover."""
    begins, ends = paths.begins.value, paths.ends.value
    for name, moment in moments.moments.items():
        if moment.date is not None and not begins <= moment.date <= ends:
            message = (
                f"found {moment.date:g}; the paths {paths.name} go from {begins:g} to {ends:g}: "
                "take others, or leave the moment out"
            )
            yield moments._origin.defect(Finding(("moments", name, "date"), message))
