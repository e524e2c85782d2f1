"""`taskmodel simulate` of one of the simpler loops: what it reaches when, once or over many draws of its priors."""

from __future__ import annotations

import json
import math
from argparse import Namespace
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.files import results_folder
from taskmodel.cli.screen import json_text, note, number, plain, progress, table, wrapped
from taskmodel.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from taskmodel.takeoff.loops.records import Loop

PERCENTILES = (5, 25, 50, 75, 95)
SHOWN = 6  # moments of the table of levels, besides the first
SEED = 1


def command(args: Namespace) -> int:
    """Simulate, write the result if asked to, print the milestones."""
    settings = asked.overrides(args.set)
    if args.reference_step is not None:
        raise InputError(
            f"--reference-step is for Davidson's worlds; {args.scenario} is a loop, and has no steps of a reference"
        )
    draws = None if args.draws is None else whole(args.draws, "--draws", 1, 1_000_000)
    seed = (
        None
        if draws is None
        else SEED
        if args.seed is None
        else whole(args.seed, "--seed", 0, 2**32 - 1)
    )
    if draws is None and args.seed is not None:
        raise InputError("--seed is that of draws; say how many with --draws")
    figures = (
        args.output is not None and not args.no_figures and find_spec("matplotlib") is not None
    )
    if args.output is not None and not (args.no_figures or figures):
        note(
            "note: no figure, since matplotlib is not installed; to have one: pip install 'taskmodel[plot]'",
            args.quiet,
        )
    files: list[str] = []
    with ExitStack() as stack:
        workshop = (
            None if args.output is None else stack.enter_context(results_folder(Path(args.output)))
        )
        with progress("following the loop through time", args.quiet):
            import taskmodel as tm
            from taskmodel.takeoff.loops import load_loop

            loop = load_loop(args.scenario, settings)
            if draws is not None and not loop.priors:
                raise InputError(
                    f"--draws: {loop.name} has no priors to draw from; run it without, or give it some"
                )
            bare = (
                draws is not None and workshop is None
            )  # levels of draws are for files: nobody reads them on a screen
            run = tm.simulate(
                loop, draws=draws, seed=seed, times=[loop.start.value] if bare else None
            )
            if workshop is not None:
                tm.save(run, workshop / "result.nc")
                if figures:
                    from taskmodel import plots

                    plots.save(plots.loop(run), workshop / "loop")
                names = sorted(
                    (path.name for path in workshop.iterdir()),
                    key=lambda name: (name != "result.nc", name),
                )
                files = [str(Path(args.output) / name) for name in names]
    print(json_text(_facts(run, files)) if args.json else "\n".join(_lines(run, loop, files)))
    return 0


def whole(text: str, option: str, least: int, most: int) -> int:
    """A whole number of an option.

    Raises
    ------
    InputError
        If it is none, or out of its range.

    Examples
    --------
    >>> whole("500", "--draws", 1, 1000)
    500
    """
    value = int(text) if text.isdecimal() else least - 1
    if not least <= value <= most:
        raise InputError(f"{option} {text}: a whole number from {least} to {most:,} is needed")
    return value


def _facts(run: xr.Dataset, files: list[str]) -> dict[str, Any]:
    import taskmodel as tm

    found = tm.milestones(run)
    milestones: dict[str, Any] = {}
    for name in found["milestone"].values:
        one = found.sel(milestone=name)
        value = (
            _spread(one["value"].values) if "draw" in run.dims else {"value": one["value"].item()}
        )
        milestones[name] = {**value, "unit": one["unit"].item(), "meaning": one["meaning"].item()}
    return {
        "scenario": run.attrs["scenario_name"],
        "loop": run.attrs["loop"],
        "overrides": json.loads(run.attrs["overrides"]),
        "version": run.attrs["taskmodel_version"],
        "sha256": run.attrs["scenario_sha256"],
        **{name: run.attrs[name] for name in ("draws", "seed") if name in run.attrs},
        "stopped": run.attrs["stopped"],
        "milestones": milestones,
        "files": files,
    }


def _spread(values: Any) -> dict[str, Any]:
    """Percentiles of draws, of which those that do not reach it come last, and the part that does."""
    import numpy as np

    last = np.where(np.isnan(values), np.inf, values)
    cuts = np.percentile(
        last, PERCENTILES, method="inverted_cdf"
    )  # one of the draws: nothing between a date and never
    found = {
        str(cut): math.nan if math.isinf(value) else float(value)
        for cut, value in zip(PERCENTILES, cuts, strict=True)
    }
    return {"percentiles": found, "reached": float(np.isfinite(last).mean())}


def _lines(run: xr.Dataset, loop: Loop, files: list[str]) -> list[str]:
    facts = _facts(run, files)
    how = (
        f", {facts['draws']:,} draws of its priors, seed {facts['seed']}"
        if "draws" in facts
        else ""
    )
    lines = [
        plain(loop.title),
        f"  loop {facts['scenario']}, {loop.start.value:.6g} to {loop.end.value:.6g}{how}",
        *(
            f"  set {name} = {'null' if given is None else plain(str(given))}"
            for name, given in facts["overrides"].items()
        ),
        "",
    ]
    lines += (
        _milestones_of_draws(facts["milestones"])
        if "draws" in facts
        else _milestones(facts["milestones"])
    )
    if "draws" not in facts:
        lines += _levels(run)
    if facts["stopped"]:
        lines += ["", *wrapped(f"The run ends before its time, {facts['stopped']}.", indent="")]
    return [*lines, *(["", f"Written to {', '.join(files)}"] if files else [])]


def _value(value: float, unit: str) -> str:
    return (
        "not reached"
        if math.isnan(value)
        else f"{value:.3f}"
        if unit == "calendar year"
        else number(value)
    )


def _told(entry: dict[str, Any]) -> str:
    return entry["meaning"] + ("" if entry["unit"] == "calendar year" else f" [{entry['unit']}]")


def _milestones(milestones: dict[str, Any]) -> list[str]:
    rows = [(_told(entry), _value(entry["value"], entry["unit"])) for entry in milestones.values()]
    lines = []
    for words, value in rows:
        *above, last = wrapped(words)
        lines += [*above, f"{last:<64} {value:>12}" if len(last) <= 64 else f"{last}\n{value:>77}"]
    return lines


def _milestones_of_draws(milestones: dict[str, Any]) -> list[str]:
    head = [*(f"{cut} %" for cut in PERCENTILES), "reached"]
    rows = [head]
    for entry in milestones.values():
        cuts = [
            _value(value, entry["unit"]) if not math.isnan(value) else "-"
            for value in entry["percentiles"].values()
        ]
        rows.append([*cuts, f"{100 * entry['reached']:.3g} %"])
    heading, *columns = table(rows, left=())
    lines = ["Percentiles of the draws; -: not reached", heading]
    for entry, line in zip(milestones.values(), columns, strict=True):
        lines += [*wrapped(_told(entry)), line]
    return lines


def _levels(run: xr.Dataset) -> list[str]:
    """Levels at a few moments."""
    import numpy as np

    from taskmodel.cli.screen import compute

    names = [str(name) for name in run.data_vars if run[name].dims == ("time",)]
    times = run["time"].values
    places = np.unique(np.linspace(0, len(times) - 1, SHOWN + 1).round().astype(int))
    rows = [["", *(f"{times[place]:.5g}" for place in places)]]
    for name in names:
        cells = [
            compute(value) if np.isfinite(value) else "-" for value in run[name].values[places]
        ]
        rows.append([f"{name} [{run[name].attrs['units']}]", *cells])
    return ["", "Levels; -: none, or without limit", *table(rows)]
