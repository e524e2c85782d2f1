"""`taskmodel report`: the answer as one HTML file, with figures, tables, inputs and sources."""

from __future__ import annotations

import shlex
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

import taskmodel as tm
from taskmodel.catalog import Catalog
from taskmodel.cli import run_bands
from taskmodel.cli.catalogs import heading, load, note_slow_draws
from taskmodel.cli.commands import DEFAULT_PATHS
from taskmodel.cli.output import RESULTS, Answer, Output, folder_name, output
from taskmodel.cli.screen import counted, wrapped
from taskmodel.errors import InputError, one_line
from taskmodel.files.atomic import atomic_write
from taskmodel.report import (
    Material,
    date_of_worth,
    lever_rows,
    lever_sentences,
    report_page,
    sentences,
)
from taskmodel.summary import points_wanted, provenance_facts, summarise
from taskmodel.summary.levers import levers

FILE = "report.html"


def answer(args: Namespace) -> Answer:
    """Answer with bands, levers and what an input is worth, and write the page."""
    if find_spec("matplotlib") is None:
        raise InputError(
            "a report has figures, for which matplotlib is needed: pip install 'taskmodel[plot]'"
        )
    if args.draws_from is not None and args.moments is not None:
        raise InputError("--draws-from has its evidence in it: leave --moments out")
    catalog = load(args)
    target = _target(args, catalog)
    note_slow_draws(catalog, args.quiet)
    with output(Namespace(quiet=args.quiet), "solving draws and levers") as files:
        material = _material(catalog, args, target, files)
    with output(Namespace(quiet=args.quiet), "drawing"):
        page = report_page(material)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with atomic_write(target) as (part,):
            part.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {error.strerror or error}") from error
    facts = {
        **provenance_facts(catalog),
        "answer": sentences(material),
        "levers": lever_rows(material.levers),
        "files": [str(target)],
    }
    return Answer(facts, lambda: _lines(catalog, material, target))


def _target(args: Namespace, catalog: Catalog) -> Path:
    """Return the file to write.

    Raises
    ------
    InputError
        If it is a folder, or not the name of a page.
    """
    if args.output is None:
        return RESULTS / folder_name(catalog, args) / FILE
    target = Path(args.output)
    if target.is_dir():
        raise InputError(f"-o {target}: is a folder; give the name of a file, {target / FILE}")
    if not target.parent.is_dir():
        raise InputError(f"-o {target}: there is no folder {target.parent}; make it first")
    if target.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"-o {target}: a report is a web page; give a name that ends in .html")
    return target


def _material(catalog: Catalog, args: Namespace, target: Path, files: Output) -> Material:
    """Return all that the report shows."""
    share = files.progress.part
    answered = run_bands.band_answer(catalog, args, args.paths or DEFAULT_PATHS, share(0, 0.4))
    drawn, bands = answered.drawn, answered.dataset
    ends = catalog.compute.grid
    grid = np.geomspace(ends.low, ends.high, ends.points)
    sweep = tm.sweep(catalog, points_wanted(catalog, grid))
    followed, by_draw = answered.followed, answered.by_draw
    pulled = levers(catalog, drawn.columns, followed, args.seed, share(0.4, 0.9), by_draw)
    when = date_of_worth(bands)
    compute = float(bands["compute"].sel(time=when))
    return Material(
        catalog=catalog,
        summary=summarise(catalog, sweep),
        sweep=sweep,
        bands=bands,
        levers=pulled,
        cruxes=answered.cruxes,
        what_if=tm.what_if(catalog, compute),
        worth=tm.elasticities(catalog, compute),
        worth_date=when,
        draws={
            "seed": args.seed,
            "moments": drawn.evidence or None,
            "ess": drawn.ess,
            "pareto_k": drawn.k,
        },
        command=_command(args, target),
    )


def _command(args: Namespace, target: Path) -> str:
    """Return the command that makes the report again."""
    words = ["taskmodel", "report", args.catalog]
    words += [args.scenario] if args.scenario else []
    words += [f"--set={path}={value}" for path, value in args.set.items()]
    options: dict[str, Any] = {
        "--paths": args.paths,
        "--moments": args.moments,
        "--draws-from": args.draws_from,
        "--draws": args.draws,
        "--seed": args.seed,
    }
    for option, value in options.items():
        words += [option, str(value)] if value is not None else []
    return shlex.join([*words, "-o", target.name])


def _lines(catalog: Catalog, material: Material, target: Path) -> list[str]:
    return [
        *heading(catalog, counted(material.bands.attrs["draws"], "draw")),
        "",
        *(
            line
            for said in sentences(material)
            for line in wrapped(said.replace("\u00d7", "x"), indent="")
        ),
        "",
        "What would buy most time",
        *(
            line
            for head, said in lever_sentences(material)
            for line in wrapped(f"{head}: {said}".replace("\u00d7", "x"))
        ),
        "",
        f"Written to {one_line(str(target))}",
    ]
