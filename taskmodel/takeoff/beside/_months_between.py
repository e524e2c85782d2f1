"""Months from one milestone to another, on one capability map."""

from __future__ import annotations

import xarray as xr

from taskmodel._arguments import any_text
from taskmodel.errors import ArgumentError, InputError
from taskmodel.files.suggestions import did_you_mean, listing


def months_between(result: xr.Dataset, first: str, second: str) -> float:
    """Return the months from one milestone to another.

    Parameters
    ----------
    result : Dataset
        From `taskmodel.alignment_beside`.
    first, second : str
        Names of milestones, such as ``alignment_3x`` and ``capability_3x``.

    Returns
    -------
    float
        Negative if the second comes first; NaN: one of the two is not reached.

    Raises
    ------
    InputError
        If there is no such milestone, or the two are on different capability maps: the months
        between them would compare the maps.

    Examples
    --------
    >>> import taskmodel as tm
    >>> catalog = tm.load_catalog("t_agi_ladder")
    >>> beside = tm.alignment_beside("davidson_best_guess", catalog, times=[2026, 2033])
    >>> round(months_between(beside, "capability_2x", "capability_3x"), 1)
    5.1
    """
    if not isinstance(result, xr.Dataset):
        raise ArgumentError(
            "milestones are those of a Dataset, as taskmodel.alignment_beside returns it; found "
            f"{type(result).__name__}"
        )
    if "milestone_map" not in result:
        raise InputError(
            "this dataset has no alignment beside capabilities: give the result of "
            "taskmodel.alignment_beside"
        )
    names = result["milestone"].values.tolist()
    for name in (any_text("first", first, names[0]), any_text("second", second, names[0])):
        if name not in names:
            raise InputError(
                f"there is no milestone {name!r}{did_you_mean(name, names)}; there are "
                f"{listing(names, len(names))}"
            )
    maps = [str(result["milestone_map"].sel(milestone=name).item()) for name in (first, second)]
    if maps[0] != maps[1]:
        raise InputError(
            f"{first} is on the capability map {maps[0]!r} and {second} on {maps[1]!r}: months "
            "between two maps compare the maps, not the research; follow both on one, by "
            "alignment_beside with map='catalog' or map='davidson'"
        )
    return float(result["milestone_months_between"].sel(milestone=first, until=second))
