"""What was asked for: the catalog with its scenario and values, and points of the compute axis, from the arguments."""

from __future__ import annotations

import math
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from taskmodel.cli.screen import number, plain, wrapped
from taskmodel.errors import InputError

if TYPE_CHECKING:
    from taskmodel.catalog import Catalog

MOST_POINTS = 1_000_000
VARIED = 200  # points, where none are asked for
MAPPED = 60  # points of one side of a map
MOST_MAPPED = 1_000
MOST_VARIED = 10_000  # each is an organisation of its own, which takes some milliseconds


def catalog(args: Namespace) -> Catalog:
    """The catalog that the arguments describe.

    Raises
    ------
    CatalogError
        With every defect of the files and of the values set.
    InputError
        If ``--set`` is not PATH=VALUE.
    """
    from taskmodel.catalog import load_catalog

    return load_catalog(args.catalog, args.scenario, overrides(args.set))


def heading(catalog: Catalog, about: str) -> list[str]:
    """What was asked for, as the first lines of an answer."""
    return [
        plain(catalog.title),
        f"  catalog {catalog.name}, {len(catalog.tasks)} tasks; {about}",
        *([f"  scenario {catalog.scenario}"] if catalog.scenario else []),
        *(f"  set {path} = {plain(str(value))}" for path, value in catalog.overrides.items()),
        *_outnumbered(catalog),
    ]


def _outnumbered(catalog: Catalog) -> list[str]:
    """Pools with fewer people than they lend to review, so that these review for more than their share of time."""
    staff = {
        "supervision": catalog.supervision,
        **{f"reviewers.{name}": each for name, each in catalog.reviewers.items()},
    }
    return [
        line
        for place, each in staff.items()
        if each.pool in catalog.pools
        and each.headcount.value > catalog.pools[each.pool].headcount.value
        for line in wrapped(
            f"note: {place}.headcount ({number(each.headcount.value)}) is more than the people of pools.{each.pool} "
            f"({number(catalog.pools[each.pool].headcount.value)}): they may review for more than max_review_share of their time"
        )
    ]


def overrides(settings: list[str]) -> dict[str, Any]:
    """Values by path from PATH=VALUE texts; a value is read as it would be in a file."""
    from taskmodel.catalog import read_value

    values: dict[str, Any] = {}
    for setting in settings:
        path, equals, text = setting.partition("=")
        path = path.strip()
        if not equals or not path:
            raise InputError(
                f"--set {setting}: write PATH=VALUE without spaces, such as --set supervision.headcount=100"
            )
        if path in values:
            raise InputError(f"--set {path} is given twice; keep one")
        if not text.strip():
            raise InputError(
                f"--set {path}=: the value is missing; to remove an optional one write {path}=null"
            )
        values[path] = read_value(text, f"--set {path}")
    return values


def inputs(catalog: Catalog, paths: list[str], option: str) -> list[str]:
    """Paths of numbers in the catalog, or the word compute.

    Raises
    ------
    InputError
        If no number stands at one of them.
    """
    from taskmodel.errors import CatalogError

    for path in paths:
        try:
            value = 0.0 if path == "compute" else catalog.get(path)
        except CatalogError as error:
            raise InputError(f"{option} {path}: {error.defects[0].message}") from error
        if value is None:
            raise InputError(
                f"{option} {path}: is left out in the catalog; set it to a number first, with --set"
            )
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InputError(f"{option} {path}: is no number: it is {value!r}")
    return paths


def grid(text: str) -> tuple[float, float, int]:
    """Ends and number of points of LOW:HIGH:POINTS.

    Raises
    ------
    InputError
        If it is anything else.

    Examples
    --------
    >>> grid("1e26:1e30:5")
    (1e+26, 1e+30, 5)
    """
    where = f"--grid {text}"
    parts = text.split(":")
    if len(parts) != 3:
        raise InputError(
            f"{where}: write LOW:HIGH:POINTS, such as --grid 1e26:1e35:400 (FLOP/year)"
        )
    low, high = _ends(parts[0], parts[1], where)
    try:
        points = int(parts[2])
    except ValueError:
        points = 0
    if not 2 <= points <= MOST_POINTS:
        raise InputError(
            f"{where}: POINTS must be a whole number from 2 to {MOST_POINTS:,}; found {parts[2]!r}"
        )
    return low, high, points


def varied(catalog: Catalog, text: str, usual: int = VARIED) -> tuple[str, float, float, int]:
    """Path, ends and number of points of PATH=LOW:HIGH, which has the usual number, or PATH=LOW:HIGH:POINTS.

    Raises
    ------
    InputError
        If it is anything else, or no number stands at the path.
    """
    path, equals, span = text.partition("=")
    parts = span.split(":")
    if not equals or len(parts) not in (2, 3):
        raise InputError(
            f"{text}: write PATH=LOW:HIGH or PATH=LOW:HIGH:POINTS, such as supervision.headcount=1:10000:200"
        )
    if path == "compute" or path.startswith(("compute.today", "compute.grid")):
        raise InputError(
            f"{text}: compute is swept by `taskmodel run --grid {span}`; vary a number of the catalog at one compute"
        )
    try:
        low, high = (float(part) for part in parts[:2])
        points = int(parts[2]) if len(parts) == 3 else usual
    except ValueError:
        raise InputError(
            f"{text}: LOW and HIGH must be numbers and POINTS a whole one; found {span!r}"
        ) from None
    if not (-math.inf < low < high < math.inf):
        raise InputError(f"{text}: LOW must be below HIGH, and both finite")
    if not 2 <= points <= MOST_VARIED:
        raise InputError(
            f"{text}: POINTS must be a whole number from 2 to {MOST_VARIED:,}; found {points}"
        )
    allowed(catalog, path, (low, high), text)
    return path, low, high, points


def mapped(catalog: Catalog, text: str, option: str) -> tuple[str, float, float, int]:
    """Path, ends and number of points of PATH=LOW:HIGH or PATH=LOW:HIGH:POINTS, for one side of a map.

    Raises
    ------
    InputError
        If it is anything else, or no number stands at the path.
    """
    path, equals, span = text.partition("=")
    parts = span.split(":")
    if not equals or len(parts) not in (2, 3):
        raise InputError(
            f"{option} {text}: write PATH=LOW:HIGH or PATH=LOW:HIGH:POINTS, such as {option} supervision.headcount=1:10000"
        )
    inputs(catalog, [path], option)
    low, high = ends(":".join(parts[:2]), f"{option} {path}=")
    if path == "compute" and low <= 0:
        raise InputError(f"{option} {text}: compute must be positive")
    if path != "compute":
        allowed(catalog, path, (low, high), f"{option} {text}")
    if len(parts) == 2:
        return path, low, high, MAPPED
    if not (parts[2].isdecimal() and 2 <= int(parts[2]) <= MOST_MAPPED):
        raise InputError(
            f"{option} {text}: POINTS must be a whole number from 2 to {MOST_MAPPED:,}; found {parts[2]!r}"
        )
    return path, low, high, int(parts[2])


def stretch(text: str, option: str) -> tuple[float, float]:
    """Ends of LOW:HIGH.

    Raises
    ------
    InputError
        If it is anything else.

    Examples
    --------
    >>> stretch("1e26:1e30", "--range")
    (1e+26, 1e+30)
    """
    where = f"{option} {text}"
    low, colon, high = text.partition(":")
    if not colon:
        raise InputError(f"{where}: write LOW:HIGH, such as {option} 1e26:1e35 (FLOP/year)")
    return _ends(low, high, where)


def _ends(low: str, high: str, where: str) -> tuple[float, float]:
    ends = compute(low, f"{where}: LOW"), compute(high, f"{where}: HIGH")
    if not ends[0] < ends[1]:
        raise InputError(f"{where}: LOW must be below HIGH")
    return ends


def compute(text: str, where: str) -> float:
    """A point of the compute axis [FLOP/year]; `where` is what messages call it."""
    return positive(text, where, "number of FLOP/year, such as 1e30")


def positive(text: str, where: str, what: str) -> float:
    """A positive, finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise InputError(f"{where} must be a positive {what}; found {text!r}")
    return value


def aim(text: str) -> tuple[str, float]:
    """Name and value of NAME=VALUE.

    Raises
    ------
    InputError
        If it is anything else.

    Examples
    --------
    >>> aim("throughput_speedup=3")
    ('throughput_speedup', 3.0)
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise InputError(
            f"--target {text}: write NAME=VALUE, such as --target speedup=10 or --target bottleneck_share.review=0.5"
        )
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"--target {text}: the value must be a finite number; found {value!r}")
    return name.strip(), number


def ends(text: str, option: str) -> tuple[float, float]:
    """Ends of LOW:HIGH, any finite numbers.

    Raises
    ------
    InputError
        If it is anything else.

    Examples
    --------
    >>> ends("0:2.5", "--range")
    (0.0, 2.5)
    """
    low, colon, high = text.partition(":")
    try:
        pair = float(low), float(high)
    except ValueError:
        pair = math.nan, math.nan
    if not colon or not -math.inf < pair[0] < pair[1] < math.inf:
        raise InputError(f"{option} {text}: write LOW:HIGH, two finite numbers, LOW below HIGH")
    return pair


def allowed(catalog: Catalog, path: str, span: tuple[float, float], where: str) -> None:
    """Refuse ends that the catalog does not allow at a path.

    Raises
    ------
    InputError
        If one is not; `where` is what messages call them.
    """
    from taskmodel.errors import CatalogError

    for end in span:
        try:
            catalog.replace(catalog.changed_to(path, end))
        except CatalogError as error:
            raise InputError(
                f"{where}: {error.defects[0].path}: {error.defects[0].message}"
            ) from error
