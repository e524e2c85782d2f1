"""`taskmodel regimes`: the formula of every regime of a sweep."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.entry import UsageError
from taskmodel.cli.screen import compute, json_text, note, number, plain, progress, wrapped

if TYPE_CHECKING:
    from taskmodel.catalog import Catalog
    from taskmodel.formulas import Regime

SHORT = 100  # letters, above which a sum is told by its value alone
PREAMBLE = r"""\documentclass{article}
\usepackage[a4paper,margin=2cm]{geometry}
\usepackage{amsmath}
\allowdisplaybreaks
\begin{document}
"""


def command(args: Namespace) -> int:
    """Print the regimes, one after the other."""
    catalog = asked.catalog(args)
    span = asked.stretch(args.span, "--range") if args.span else None
    with progress("deriving", args.quiet):
        from taskmodel.formulas import regimes

        try:
            each = regimes(catalog, span)
        except ValueError as error:
            raise UsageError(f"--range {args.span}: {error}") from error
        found = list(each)
    if args.latex is not None:
        _write(Path(args.latex), _document(catalog, found))
        note(f"written to {args.latex}", args.quiet)
    if args.json:
        closed = sum(regime.output is not None for regime in found)
        print(json_text({"catalog": catalog.name, "scenario": catalog.scenario, "closed_forms": closed, "regimes": [*map(_record, found)]}))
    else:
        print("\n".join(_page(catalog, found)))
    return 0


def _page(catalog: Catalog, found: list[Regime]) -> list[str]:
    closed = sum(regime.output is not None for regime in found)
    lines = [
        plain(catalog.title),
        f"  catalog {catalog.name}, {len(catalog.tasks)} tasks",
        *([f"  scenario {catalog.scenario}"] if catalog.scenario else []),
        *(f"  set {name} = {plain(str(value))}" for name, value in catalog.overrides.items()),
        f"  {len(found)} regimes, {closed} of them in closed form, each held against the optimum at three points",
        "  Y: output over that of people alone; G: compute [FLOP/year]",
    ]
    symbols: dict[str, str] = {}
    for index, regime in enumerate(found):
        lines += ["", f"{index + 1}. From {compute(regime.low)} to {compute(regime.high)} FLOP/year", *_regime(regime)]
        symbols |= {symbol.name: meaning for symbol, meaning in regime.meaning.items()}
    plain_symbols = {name: meaning for name, meaning in symbols.items() if not any(f"_{task}" in name for task in catalog.tasks)}
    lines += ["", "Symbols", *(f"  {name}: {meaning}" for name, meaning in sorted(plain_symbols.items()))]
    lines += ["  s_TASK: CES share; r_TASK: review [h/h]; kappa_TASK: inference [FLOP/h]; e_TASK: experiments [H100-hour/h];"]
    lines += ["  tau_TASK: automation threshold [FLOP]; each per human-equivalent hour of TASK"]
    return lines


def _regime(regime: Regime) -> list[str]:
    by_ai = [task for task, modes in regime.modes.items() if modes and "human" not in modes]
    split = [task for task, modes in regime.modes.items() if len(modes) > 1]
    lines = [f"  scarce: {', '.join(regime.priced) or 'nothing'}; {len(by_ai)} of {len(regime.modes)} tasks by AI alone"]
    lines += wrapped(f"by people and AI: {', '.join(split)}") if split else []
    if regime.output is None:
        lines += wrapped(f"no closed form: {regime.reason}")
        count = len(regime.equations)
        return lines + ([f"  {count} first-order conditions in {len(regime.unknowns)} unknowns (--latex, --json)"] if count else [])
    lines.append(f"  Y = {regime.output}")
    for symbol, meant in regime.definitions.items():
        text = str(meant)
        value = regime.lambdify(symbol)(regime.low)
        constant = "G" not in {each.name for each in regime.expanded(meant).free_symbols}
        said = text if len(text) <= SHORT else f"a sum over {len(meant.args)} tasks"
        lines.append(f"    {symbol} = {said}{f' = {number(float(value))}' if constant else ''}")
    for name, elasticity in regime.elasticities.items():
        text = str(elasticity)
        lines.append(f"  elasticity to {name}: {text if len(text) <= SHORT else 'see --latex or --json'}")
    if regime.next_event is not None:
        lines.append(f"  until G = {regime.next_event}")
    return lines


def _record(regime: Regime) -> dict[str, Any]:
    return {
        "low": regime.low,
        "high": regime.high,
        "priced": list(regime.priced),
        "modes": {task: list(modes) for task, modes in regime.modes.items()},
        "output": None if regime.output is None else str(regime.output),
        "reason": regime.reason,
        "shadow_prices": {name: str(each) for name, each in regime.shadow_prices.items()},
        "elasticities": {name: str(each) for name, each in regime.elasticities.items()},
        "next_event": None if regime.next_event is None else str(regime.next_event),
        "definitions": {str(symbol): str(each) for symbol, each in regime.definitions.items()},
        "values": {str(symbol): value for symbol, value in regime.values.items()},
        "equations": [f"{each.lhs} = {each.rhs}" for each in regime.equations],
        "unknowns": {str(symbol): value for symbol, value in regime.unknowns.items()},
        "latex": regime.latex(),
    }


def _document(catalog: Catalog, found: list[Regime]) -> str:
    parts = [PREAMBLE, rf"\section*{{{_tex(catalog.title)}}}"]
    for index, regime in enumerate(found):
        parts.append(
            rf"\subsection*{{{index + 1}. From {_power(regime.low)} to {_power(regime.high)} FLOP/year}}"
            f"\nScarce: {_tex(', '.join(regime.priced)) or 'nothing'}. {_tex(regime.reason).capitalize()}"
        )
        if rows := regime.latex():
            parts.append(f"\\begin{{align*}}\n{rows}\n\\end{{align*}}")
    return "\n".join([*parts, r"\end{document}", ""])


def _power(value: float) -> str:
    mantissa, exponent = f"{value:.3e}".split("e")
    return rf"${mantissa} \times 10^{{{int(exponent)}}}$"


def _tex(text: str) -> str:
    special: dict[str, str] = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
    special |= {letter: f"\\{letter}" for letter in "&%$#_{}"}
    return "".join(special.get(letter, letter) for letter in text)


def _write(path: Path, text: str) -> None:
    from taskmodel.files import whole

    try:
        with whole(path) as (part,):
            part.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--latex {path}: cannot be written ({error.strerror or error}); choose another file") from error
