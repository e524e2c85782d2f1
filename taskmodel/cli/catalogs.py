"""Catalogs of commands: loading, headings, points of the compute axis, and checks of paths."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from taskmodel.cli.calendar import Calendar
from taskmodel.cli.screen import counted, labels, note, number, plain, scientific, settings, wrapped
from taskmodel.cli.values import InputRange, Span, axis_parser
from taskmodel.errors import CatalogError, InputError

if TYPE_CHECKING:
    from taskmodel.catalog import Catalog

MAX_NOTES = 4  # on sizes of numbers, before an answer


def load(args: Namespace) -> Catalog:
    """Return the catalog of the arguments, with its scenario and settings.

    Raises
    ------
    CatalogError
        With every defect of the files and of the settings.
    """
    return load_with(args.catalog, args.scenario, args.set)


def load_with(
    name: str, scenario: str | None, values: dict[str, Any], option: str = "--set"
) -> Catalog:
    """Load a catalog; defects of the settings are reported under the option they came by."""
    from taskmodel.catalog import load_catalog

    try:
        return load_catalog(name, scenario, values)
    except CatalogError as error:
        raise CatalogError(
            defect._replace(file=option) if defect.file == "set" else defect
            for defect in error.defects
        ) from error


def unusual_inputs(args: Namespace) -> str:
    """Return which inputs of a command are of unusual size, as a sentence; empty if none are."""
    from taskmodel.catalog.plausibility import unusual, unusual_compute

    words = vars(args)
    if not {"catalog", "scenario", "set"} <= words.keys():
        return ""
    compute = words.get("compute")
    texts = [unusual(load(args))]
    if isinstance(compute, float) and (reason := unusual_compute(compute)):
        texts.append(f"of unusual size: compute {scientific(compute)} FLOP/year, {reason}")
    return "; ".join(filter(None, texts))


def point(catalog: Catalog, args: Namespace) -> float:
    """Return the point of the compute axis [FLOP/year]: ``--compute``, or today's."""
    return catalog.compute.today.value if args.compute is None else args.compute


def at_point(catalog: Catalog, compute: float) -> str:
    """Name a point of the compute axis, and say whether it is today's, or its date."""
    today = compute == catalog.compute.today.value
    date = f", {today_words(catalog)}" if today else Calendar(catalog).along(compute)
    return f"at {scientific(compute)} FLOP/year{date}"


def today_words(catalog: Catalog) -> str:
    """Say "today", and of which date that is if the catalog says so."""
    date = catalog.compute.today_date
    return "today" if date is None else f"today ({date.value:g})"


def heading(catalog: Catalog, about: str, *asked: str) -> list[str]:
    """Return the first lines of an answer: title, catalog, scenario and settings.

    `asked` are the paths that the command varies.
    """
    return [
        plain(catalog.title),
        f"  catalog {catalog.name}, {counted(len(catalog.tasks), 'task')}; {about}",
        *([f"  scenario {catalog.scenario}"] if catalog.scenario else []),
        *settings(catalog.overrides),
        *notes_on_permissions(catalog, [*asked, *catalog.overrides]),
        *_notes_on_headcount(catalog),
        *_notes_on_sizes(catalog),
    ]


def heading_at(catalog: Catalog, compute: float, *asked: str) -> list[str]:
    """Return the heading of an answer at one point of the compute axis."""
    return heading(catalog, at_point(catalog, compute), *asked)


def task_labels(catalog: Catalog, width: int) -> dict[str, str]:
    """Return `labels` of all tasks, so that each has the same one in all tables of a width."""
    return labels({name: task.title for name, task in catalog.tasks.items()}, width)


def note_slow_draws(catalog: Catalog, quiet: bool) -> None:
    """Say that draws of linked tasks take long."""
    if catalog.blocks or catalog.oversight_work:
        note(
            "with blocks or oversight_work a draw takes many times as long as without; fewer "
            "--draws answer sooner",
            quiet,
        )


def notes_on_permissions(catalog: Catalog, paths: Iterable[str]) -> list[str]:
    """Name the headcounts among these paths that are permissions of people of a labour pool."""
    from taskmodel.organisation.reviewers import permissions

    notes = permissions(catalog, paths).items()
    return [line for path, words in notes for line in wrapped(f"note: {path} {words}")]


def _notes_on_headcount(catalog: Catalog) -> list[str]:
    """Name pools with fewer people than they lend to review."""
    teams: dict[str, Any] = {"supervision": catalog.supervision}
    teams |= {f"reviewers.{name}": team for name, team in catalog.reviewers.items()}
    lines = []
    for name, team in teams.items():
        pool = catalog.pools.get(team.pool)
        if pool is not None and team.headcount.value > pool.headcount.value:
            lines += wrapped(
                f"note: {name}.headcount ({number(team.headcount.value)}) is more than the people "
                f"of pools.{team.pool} ({number(pool.headcount.value)}): they may review for more "
                "than max_review_share of their time"
            )
    return lines


def _notes_on_sizes(catalog: Catalog) -> list[str]:
    """Name numbers of a size that is hardly meant."""
    from taskmodel.catalog.plausibility import implausible

    notes = [f"{path} is {text}" for path, text in implausible(catalog).items()]
    lines = [line for text in notes[:MAX_NOTES] for line in wrapped(f"note: {text}")]
    if (others := len(notes) - MAX_NOTES) > 0:
        lines += wrapped(f"note: {others} more numbers of unusual size (taskmodel check)")
    return lines


def axis_of(args: Namespace, points: int) -> tuple[Catalog, InputRange]:
    """Return the catalog and the axis of commands whose range may stand behind the catalog.

    Raises
    ------
    InputError
        If the axis is malformed, runs along compute, or leaves the range of its path.
    """
    words = [args.range, args.catalog, args.scenario]
    ranges = [number for number, word in enumerate(words) if word is not None and "=" in word]
    args.range = words.pop(ranges[0] if ranges else 0)
    args.catalog, args.scenario = words
    try:
        axis = axis_parser(points)(args.range)
    except InputError as error:
        raise InputError(f"range {error}") from None
    catalog = load(args)
    if axis.path == "compute" or axis.path.startswith(("compute.today", "compute.grid")):
        raise InputError(
            f"{axis}: compute is swept by `taskmodel run --grid LOW:HIGH:POINTS`; choose another "
            "number of the catalog, at one compute"
        )
    check_range(catalog, axis.path, axis.span, str(axis))
    return catalog, axis


def check_number(catalog: Catalog, path: str, option: str) -> None:
    """Check that a path is ``compute``, or that of a number in the catalog.

    Raises
    ------
    InputError
        If it is neither.
    """
    if path == "compute":
        return
    try:
        values = [catalog.get(single) for single in catalog.expand(path)]
    except CatalogError as error:
        raise InputError(f"{option} {path}: {error.defects[0].message}") from error
    value = next((value for value in values if not isinstance(value, float)), values[0])
    if value is None:
        raise InputError(f"{option} {path}: is absent from the catalog; set it first, with --set")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{option} {path}: must be the path of a number; found {value!r}")


def check_range(catalog: Catalog, path: str, span: Span, label: str) -> None:
    """Check that the catalog allows both ends of a range at a path.

    Raises
    ------
    InputError
        If it does not; the message begins with `label`.
    """
    # ranges of values are intervals: if both ends are allowed, so is all between them
    for end in (span.low, span.high):
        try:
            catalog.replace(catalog.changed_to(path, end))
        except CatalogError as error:
            defect = error.defects[0]
            raise InputError(f"{label}: {defect.path}: {defect.message}") from error
