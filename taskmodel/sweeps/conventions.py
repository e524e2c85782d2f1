"""Files by the conventions for climate and forecast data (CF): units that UDUNITS can read.

Results count things that UDUNITS has no units of: FLOP, people, tokens. Their names are kept in
files and declared in ``udunits.xml`` beside this module, as dimensionless units, which makes
UDUNITS, and CF checkers that use it, accept them. What its grammar cannot express at all, such as
``$`` or a unit that depends on the row, is replaced, and kept as ``taskmodel_units``, from which
`taskmodel.open` restores it. ``time`` is a calendar year as a number: not the time coordinate of
CF, which readers would turn into dates.

References
----------
Eaton et al. (2023), NetCDF Climate and Forecast (CF) Metadata Conventions, version 1.11.
"""

from __future__ import annotations

import re

import xarray as xr

from taskmodel._version import __version__

CONVENTIONS = "CF-1.11"
DECLARED = ("FLOP", "person", "token", "parameter", "USD", "OOM", "dex", "field", "GPU")
READABLE = ("year", "month", "week", "day", "d", "hour", "h", "min", "s")
REPLACED = {
    "calendar year": "year",
    "log10(min)": "lg(re 1 min)",
    "x/year": "1/year",
    "research-year": "year",
}
SYMBOLS = {"$": "USD", "/H100-hour": "/GPU/hour", "H100-hour": "GPU hour"}
ADDED, OWN_UNITS = "added_attributes", "taskmodel_units"


def cf_units(units: str) -> str:
    """Return a unit as UDUNITS reads it, with the declared names; 1 for what is no unit.

    Examples
    --------
    >>> cf_units("FLOP/year"), cf_units("$/H100-hour"), cf_units("unit of the target")
    ('FLOP/year', 'USD/GPU/hour', '1')
    """
    if units in REPLACED:
        return REPLACED[units]
    for symbol, name in SYMBOLS.items():
        units = units.replace(symbol, name)
    words = re.findall(r"[A-Za-z_][A-Za-z_0-9]*", units)
    known = all(word in DECLARED or word in READABLE for word in words)
    return units if known and not re.search(r"[^\w /^%.-]", units) else "1"


def conventional(result: xr.Dataset, title: str) -> xr.Dataset:
    """Return a dataset for a file: units for UDUNITS, and what CF asks for of a file.

    Parameters
    ----------
    result : Dataset
        Changed copies of its variables are returned.
    title : str
        What the file is about.
    """
    result = with_units(result)
    added = {
        "Conventions": CONVENTIONS,
        "title": title,
        "history": f"computed by taskmodel {result.attrs.get('taskmodel_version', __version__)}",
    }
    added = {name: text for name, text in added.items() if name not in result.attrs}
    return result.assign_attrs({**added, ADDED: " ".join(added)})


def with_units(result: xr.Dataset) -> xr.Dataset:
    """Return a dataset whose units UDUNITS can read, and whose coordinates have no fill value."""
    result = result.copy()
    for name, variable in result.variables.items():
        units = variable.attrs.get("units")
        if isinstance(units, str) and cf_units(units) != units:
            attributes = {**variable.attrs, "units": cf_units(units), OWN_UNITS: units}
            result[name].attrs = attributes
        if name in result.dims:  # CF forbids missing values in coordinates
            result[name].encoding["_FillValue"] = None
    return result


def unconventional(result: xr.Dataset) -> xr.Dataset:
    """Return a dataset as it was before `conventional`."""
    for variable in result.variables.values():
        units = variable.attrs.pop(OWN_UNITS, None)
        if units is not None:
            variable.attrs["units"] = units
    for name in result.attrs.pop(ADDED, "").split():
        result.attrs.pop(name, None)
    return result
