"""The page: one HTML file without scripts, whose policy lets nothing be loaded."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib.resources import files

from taskmodel._text import counted
from taskmodel._version import __version__
from taskmodel.report.figures import figures
from taskmodel.report.gathering import Material, reasons
from taskmodel.report.markup import Markup, element, joined, terms, text
from taskmodel.report.method import PARAGRAPHS, WORDS
from taskmodel.report.tables import input_tables, tables
from taskmodel.report.words import crux_sentences, lever_sentences, sentences

QUESTION = "When do reviewers run out, and what would buy time?"
SECTIONS = {
    "answer": "Answer",
    "figures": "Figures",
    "tables": "Tables",
    "inputs": "Inputs",
    "method": "Method",
    "provenance": "Provenance",
}


def report_page(material: Material) -> str:
    """Return the report as an HTML document.

    It has no scripts, loads nothing, and its content security policy forbids both; its only links
    are those of sources. Equal inputs give equal text.
    """
    catalog = material.catalog
    style = files("taskmodel.report").joinpath("style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=Markup(policy)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{catalog.title}: {QUESTION}"),
        element("style", Markup(style)),
    )
    scenario = f", scenario {catalog.scenario}" if catalog.scenario else ""
    header = element(
        "header",
        element("p", f"Report on the catalog {catalog.name}{scenario}", class_="kicker"),
        element("h1", catalog.title),
    )
    body = element(
        "body",
        element("a", "To the answer", href="#answer", class_="skip"),
        header,
        element("main", joined(_sections(material))),
        element("footer", element("p", f"Made by taskmodel {__version__}, without network.")),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _section(name: str, *content: object, heading: str = "", class_: str = "") -> Markup:
    title = element("h2", heading or SECTIONS[name], id=f"{name}-heading")
    attributes = {"id": name, "aria_labelledby": f"{name}-heading"}
    attributes |= {"class_": class_} if class_ else {}
    return element("section", title, *content, **attributes)


def _sections(material: Material) -> Iterator[Markup]:
    yield _answer(material)
    contents = (
        element("li", element("a", title, href=f"#{name}"))
        for name, title in SECTIONS.items()
        if name != "answer"
    )
    yield element("nav", element("ul", *contents), aria_label="Contents")
    yield _section(
        "figures",
        *(joined([element("h3", heading), figure]) for heading, figure in figures(material)),
    )
    yield _section("tables", terms(WORDS.items()), *tables(material))
    yield _section("inputs", *input_tables(material.catalog))
    yield _section(
        "method",
        *(joined([element("h3", name), element("p", said)]) for name, said in PARAGRAPHS.items()),
        *_own_words(material),
    )
    yield _section("provenance", terms(_provenance(material)))


def _answer(material: Material) -> Markup:
    """Return the answer, which fits on the first screen."""
    first, *others = sentences(material)
    levers = [
        element("li", element("strong", head), f": {said}")
        for head, said in lever_sentences(material)
    ]
    cruxes = [element("li", said) for said in crux_sentences(material.cruxes)]
    hangs = [
        element("h3", "What it hangs on"),
        element("p", "How an input alone moves the date at which oversight is the bottleneck:"),
        element("ul", *cruxes),
    ]
    asked = [element("p", material.catalog.question)] if material.catalog.question else []
    return _section(
        "answer",
        element("p", element("strong", first)),
        element("p", others[0]),
        element("h3", "What would buy most time"),
        element("ul", *levers),
        element("h3", "How fast research goes"),
        *asked,
        *(element("p", said) for said in others[1:]),
        *(hangs if cruxes else []),
        element("p", _of_what(material), class_="note"),
        heading=QUESTION,
        class_="answer",
    )


def _of_what(material: Material) -> str:
    """Say what the numbers rest on."""
    bands, draws = material.bands, material.draws
    evidence = (
        f"in proportion to the evidence {draws['moments']}, worth {draws['ess']:.0f} independent "
        f"ones (Pareto k {draws['pareto_k']:.2f})"
        if draws["moments"]
        else "of the catalog's own intervals, without other evidence"
    )
    failed = (
        f"; without an answer: {counted(bands.attrs['failed'], 'draw')}"
        if bands.attrs["failed"]
        else ""
    )
    return (
        f"From {counted(bands.attrs['draws'], 'draw')} {evidence}{failed}; compute grows along "
        f"{bands.attrs['paths_name']}, people and rules stay as they are."
    )


def _own_words(material: Material) -> list[Markup]:
    said = reasons(material.catalog)
    return [element("h3", "The catalog about itself"), element("p", said)] if said else []


def _provenance(material: Material) -> Iterator[tuple[str, object]]:
    catalog, bands, draws = material.catalog, material.bands, material.draws
    yield "taskmodel", __version__
    yield "catalog", catalog.name
    if catalog.scenario:
        yield "scenario", catalog.scenario
    for path, value in catalog.overrides.items():
        yield "set", element("code", f"{path} = {value}")
    yield "SHA-256 of the catalog", element("code", catalog.sha256)
    yield "paths of compute", bands.attrs["paths_name"]
    yield "draws", f"{bands.attrs['draws']}, of which {bands.attrs['failed']} failed"
    yield "seed", draws["seed"]
    yield "evidence", draws["moments"] or "none"
    yield "command", element("code", text(material.command))
