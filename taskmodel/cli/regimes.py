"""`taskmodel regimes`: the formula of each regime of a sweep."""

import re
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sympy

from taskmodel.catalog import Catalog
from taskmodel.cli.catalogs import load
from taskmodel.cli.output import Answer, output, write_over
from taskmodel.cli.screen import (
    counted,
    json_text,
    note,
    number,
    plain,
    scientific,
    settings,
    wrapped,
)
from taskmodel.closed_forms import Regime, ceiling, latex, regimes
from taskmodel.errors import InputError
from taskmodel.organisation.reviewers import factor_words
from taskmodel.summary import provenance_facts

SHORT = 120  # characters, above which a formula is left to --latex and --json
WORDS = (
    r"$Y$ is output over that of people alone, $G$ compute, $\epsilon$ the elasticity of output to "
    r"a factor, and $G_{\text{end}}$ the compute at which a regime ends."
)
CEILING = (
    "Ceiling: inference and experiments without limit, and AI able to do all that may be delegated"
)
PREAMBLE = r"""\documentclass{article}
\usepackage[a4paper,margin=2cm]{geometry}
\usepackage{amsmath}
\allowdisplaybreaks
\begin{document}
"""
SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        **{letter: f"\\{letter}" for letter in "&%$#_{}"},
    }
)


def answer(args: Namespace) -> Answer:
    """Derive the formulas of all regimes and of the ceiling."""
    if args.latex == "-" and args.json:
        raise InputError(
            "--latex - and --json both write to stdout; give --latex a file, or use one of them"
        )
    catalog = load(args)
    ends = args.span and args.span[:2]
    with output(args, "deriving") as files:
        # `regimes` checks the range at once and derives lazily: only the check is in the try block
        try:
            sequence = regimes(catalog, ends)
        except InputError as error:
            raise InputError(f"--range: {error}") from error
        derived = list(sequence)
        limit = ceiling(catalog)
        facts = {
            **provenance_facts(catalog),
            "closed_forms": _closed(derived),
            "regimes": [*map(_record, derived)],
            "ceiling": _record(limit),
        }
        if args.output is not None:
            files.write_text("regimes.json", f"{json_text(facts)}\n")
            document = _document(catalog, derived, limit)
            files.write_text("regimes.tex", "\n".join([*document, ""]))
        if args.latex not in (None, "-"):  # here, so that a refusal leaves nothing in the folder
            text = "\n".join([*_document(catalog, derived, limit), ""])
            write_over(Path(args.latex), text, "--latex")
    if args.latex == "-":
        return Answer({}, lambda: _document(catalog, derived, limit), files)
    if args.latex is not None:
        note(f"written to {args.latex}", args.quiet)
    return Answer(facts, lambda: _page(catalog, derived, limit), files)


def _closed(derived: Sequence[Regime]) -> int:
    """Count the regimes in closed form."""
    return sum(regime.output is not None for regime in derived)


def _share(derived: Sequence[Regime]) -> str:
    closed, count = _closed(derived), len(derived)
    return f"{closed} of {counted(count, 'regime')} in closed form ({100 * closed / count:.0f} %)"


def symbol_meanings(derived: Sequence[Regime], limit: Regime) -> dict[str, str]:
    """Return what each symbol means, by name; where regimes differ, in which of them."""
    meanings: dict[str, dict[str, list[str]]] = {}
    for position, regime in [*enumerate(derived, start=1), ("the ceiling", limit)]:
        for symbol, text in regime.meaning.items():
            meanings.setdefault(symbol.name, {}).setdefault(text, []).append(str(position))
    return {name: _by_regime(texts) for name, texts in meanings.items()}


def _by_regime(texts: Mapping[str, Sequence[str]]) -> str:
    """Return the only text, or each with the regimes that it holds in."""
    if len(texts) == 1:
        return next(iter(texts))
    return "; ".join(f"in {', '.join(regimes)}: {text}" for text, regimes in texts.items())


def _page(catalog: Catalog, derived: Sequence[Regime], limit: Regime) -> list[str]:
    words = factor_words(catalog)
    lines = [
        plain(catalog.title),
        f"  catalog {catalog.name}, {counted(len(catalog.tasks), 'task')}",
        *([f"  scenario {catalog.scenario}"] if catalog.scenario else []),
        *settings(catalog.overrides),
        f"  {_share(derived)}, each verified against the optimum at three points",
        *_without(derived),
        "  Y: output over that of people alone; G: compute [FLOP/year]",
    ]
    for index, regime in enumerate(derived, start=1):
        ends = f"{scientific(regime.low)} to {scientific(regime.high)}"
        lines += ["", f"{index}. From {ends} FLOP/year", *_regime(regime, words)]
    names = symbol_meanings(derived, limit)
    general = (
        f"  {name}: {re.sub(r'review(_[A-Za-z0-9_]+)?', lambda m: words.get(m[0], m[0]), text)}"
        for name, text in sorted(names.items())
        if not any(f"_{task}" in name for task in catalog.tasks)
    )
    lines += ["", CEILING, *_regime(limit, words), "", "Symbols", *general]
    lines.append(
        "  s_TASK: CES share; r_TASK: review [h/h]; kappa_TASK: inference [FLOP/h]; "
        "e_TASK: experiments [H100-hour/h];"
    )
    if catalog.supervision.defect_budget is not None:
        lines.append("  d_TASK: defective work that passes unnoticed, weighted by harm [h/h];")
    lines.append("  tau_TASK: automation threshold [FLOP]; each per human-equivalent hour of TASK")
    return lines


def _without(derived: Sequence[Regime]) -> list[str]:
    """List the regimes without a closed form, by the reason for it."""
    indices: dict[str, list[str]] = {}
    for index, regime in enumerate(derived, start=1):
        if regime.output is None:
            indices.setdefault(regime.reason, []).append(str(index))
    return [
        line
        for reason, numbers in indices.items()
        for line in wrapped(f"without, {', '.join(numbers)}: {reason}")
    ]


def _regime(regime: Regime, words: Mapping[str, str]) -> list[str]:
    """Return the lines of a regime; `words` are those of factors that have some."""
    scarce = ", ".join(words.get(name, name) for name in regime.priced)
    by_ai = [task for task, modes in regime.modes.items() if modes and "human" not in modes]
    several: dict[str, list[str]] = {"people and AI": [], "AI in several ways": []}
    for task, modes in regime.modes.items():
        if len(modes) > 1:
            several["people and AI" if "human" in modes else "AI in several ways"].append(task)
    lines = [
        f"  scarce: {scarce or 'nothing'}; {len(by_ai)} of "
        f"{counted(len(regime.modes), 'task')} not by people"
    ]
    for by, tasks in several.items():
        if tasks:
            lines += wrapped(f"by {by}: {', '.join(tasks)}")
    if regime.output is not None:
        lines.append(f"  Y = {regime.output}")
    else:
        lines += wrapped(f"no closed form: {regime.reason}")
        if regime.equations:
            lines.append(
                f"  {len(regime.equations)} first-order conditions in {len(regime.unknowns)} "
                "unknowns (--latex, --json)"
            )
    lines += [f"    {symbol} = {_definition(regime, symbol)}" for symbol in regime.definitions]
    for name, elasticity in regime.elasticities.items():
        text = str(elasticity)
        shown = text if len(text) <= SHORT else "see --latex or --json"
        lines.append(f"  elasticity to {words.get(name, name)}: {shown}")
    if regime.next_event is not None:
        lines.append(f"  until G = {regime.next_event}")
    elif regime.next_event_reason:
        lines += wrapped(f"end without a formula: {regime.next_event_reason}")
    return lines


def _definition(regime: Regime, symbol: sympy.Symbol) -> str:
    """Return a definition if it is short, and its value if that does not depend on compute."""
    definition = regime.definitions[symbol]
    text = str(definition)
    if len(text) > SHORT:
        sum_of = f"a sum over {counted(len(definition.args), 'task')}"
        text = sum_of if definition.is_Add else "a product over tasks"
    if "G" in {free.name for free in regime.expanded(definition).free_symbols}:
        return text
    return f"{text} = {number(float(regime.lambdify(symbol)(regime.high)))}"


def _texts(formulas: dict[Any, Any]) -> dict[str, str]:
    return {str(name): str(formula) for name, formula in formulas.items()}


def _record(regime: Regime) -> dict[str, Any]:
    return {
        "low": regime.low,
        "high": regime.high,
        "priced": list(regime.priced),
        "modes": {task: list(modes) for task, modes in regime.modes.items()},
        "output": None if regime.output is None else str(regime.output),
        "reason": regime.reason,
        "shadow_prices": _texts(regime.shadow_prices),
        "elasticities": _texts(regime.elasticities),
        "next_event_reason": regime.next_event_reason,
        "next_event": None if regime.next_event is None else str(regime.next_event),
        "definitions": _texts(regime.definitions),
        "values": {str(symbol): value for symbol, value in regime.values.items()},
        "equations": [f"{equation.lhs} = {equation.rhs}" for equation in regime.equations],
        "unknowns": {str(symbol): float(value) for symbol, value in regime.unknowns.items()},
        "latex": regime.latex(),
    }


def _document(catalog: Catalog, derived: Sequence[Regime], limit: Regime) -> list[str]:
    """Return the lines of a LaTeX document."""
    lines = [
        PREAMBLE,
        rf"\section*{{{escaped(catalog.title)}}}",
        f"{escaped(_share(derived))}. {WORDS}",
    ]
    for index, regime in enumerate(derived, start=1):
        ends = f"{_power(regime.low)} to {_power(regime.high)}"
        lines += _subsection(f"{index}. From {ends} FLOP/year", regime)
    lines += _subsection(CEILING, limit)
    return [*lines, *_symbols(catalog, symbol_meanings(derived, limit)), r"\end{document}"]


def _subsection(title: str, regime: Regime) -> list[str]:
    reason = f" {escaped(regime.reason).capitalize()}." if regime.reason else ""
    scarce = escaped(", ".join(regime.priced)) or "nothing"
    lines = [rf"\subsection*{{{title}}}", f"Scarce: {scarce}.{reason}"]
    rows = regime.latex()
    return [*lines, r"\begin{align*}", rows, r"\end{align*}"] if rows else lines


def _symbols(catalog: Catalog, meanings: Mapping[str, str]) -> list[str]:
    """Return the meaning of each symbol; those of tasks by kind."""
    kinds: dict[str, str] = {}
    for symbol, meaning in sorted(meanings.items()):
        task = next((task for task in catalog.tasks if f"_{task}" in symbol), None)
        name = symbol if task is None else f"{symbol.split('_')[0]}_task"
        text = meaning if task is None else meaning.replace(task, "a task")
        kinds.setdefault(latex.symbol(name), text)
    items = (rf"\item[${name}$] {escaped(text)}" for name, text in kinds.items())
    return [r"\subsection*{Symbols}", r"\begin{description}", *items, r"\end{description}"]


def _power(value: float) -> str:
    mantissa, exponent = f"{value:.3e}".split("e")
    return rf"${mantissa} \times 10^{{{int(exponent)}}}$"


def escaped(text: str) -> str:
    """Return a text with the special characters of LaTeX escaped."""
    return text.translate(SPECIAL)
