"""`taskmodel regimes`: the formula of every regime of a sweep."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taskmodel.cli import asked
from taskmodel.cli.screen import compute, json_text, note, number, plain, progress, wrapped
from taskmodel.errors import InputError

if TYPE_CHECKING:
    from taskmodel.catalog import Catalog
    from taskmodel.closed_forms import Regime

SHORT = 120  # letters, above which a sum is told by its value alone
WORDS = (
    r"$Y$ is output over that of people alone, $G$ compute, $\epsilon$ the elasticity of output to a factor, and $G_{\text{end}}$ "
    "the compute at which a regime ends."
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


def command(args: Namespace) -> int:
    """Print the regimes, one after the other."""
    catalog = asked.catalog(args)
    span = asked.stretch(args.span, "--range") if args.span else None
    if args.latex == "-" and args.json:
        raise InputError(
            "--latex - and --json both write to stdout; give --latex a file, or ask for one of them"
        )
    with progress("deriving", args.quiet):
        from taskmodel.closed_forms import ceiling, regimes

        try:
            each = regimes(catalog, span)
        except ValueError as error:
            raise InputError(f"--range {args.span}: {error}") from error
        found = list(each)
        limit = ceiling(catalog)
    if args.latex == "-":
        print(_document(catalog, found, limit), end="")
        return 0
    if args.latex is not None:
        _write(Path(args.latex), _document(catalog, found, limit))
        note(f"written to {args.latex}", args.quiet)
    if args.json:
        from taskmodel.summary import provenance

        told = {**provenance(catalog), "closed_forms": _closed(found)}
        print(json_text({**told, "regimes": [*map(_record, found)], "ceiling": _record(limit)}))
    else:
        print("\n".join(_page(catalog, found, limit)))
    return 0


def _closed(found: list[Regime]) -> int:
    return sum(regime.output is not None for regime in found)


def _share(found: list[Regime]) -> str:
    closed = _closed(found)
    return f"{closed} of {len(found)} regimes in closed form ({100 * closed / len(found):.0f} %)"


def _page(catalog: Catalog, found: list[Regime], limit: Regime) -> list[str]:
    lines = [
        plain(catalog.title),
        f"  catalog {catalog.name}, {len(catalog.tasks)} tasks",
        *([f"  scenario {catalog.scenario}"] if catalog.scenario else []),
        *(f"  set {name} = {plain(str(value))}" for name, value in catalog.overrides.items()),
        f"  {_share(found)}, each held against the optimum at three points",
        *_without(found),
        "  Y: output over that of people alone; G: compute [FLOP/year]",
    ]
    symbols: dict[str, str] = {}
    for index, regime in enumerate(found):
        lines += [
            "",
            f"{index + 1}. From {compute(regime.low)} to {compute(regime.high)} FLOP/year",
            *_regime(regime),
        ]
        symbols |= {symbol.name: meaning for symbol, meaning in regime.meaning.items()}
    lines += ["", CEILING, *_regime(limit)]
    symbols |= {symbol.name: meaning for symbol, meaning in limit.meaning.items()}
    plain_symbols = {
        name: meaning
        for name, meaning in symbols.items()
        if not any(f"_{task}" in name for task in catalog.tasks)
    }
    lines += [
        "",
        "Symbols",
        *(f"  {name}: {meaning}" for name, meaning in sorted(plain_symbols.items())),
    ]
    lines += [
        "  s_TASK: CES share; r_TASK: review [h/h]; kappa_TASK: inference [FLOP/h]; e_TASK: experiments [H100-hour/h];"
    ]
    if catalog.supervision.defect_budget is not None:
        lines += ["  d_TASK: defective work that passes unnoticed, weighted by harm [h/h];"]
    lines += ["  tau_TASK: automation threshold [FLOP]; each per human-equivalent hour of TASK"]
    return lines


def _without(found: list[Regime]) -> list[str]:
    """Regimes without a closed form, by the reason for it."""
    numbers: dict[str, list[str]] = {}
    for index, regime in enumerate(found):
        if regime.output is None:
            numbers.setdefault(regime.reason, []).append(str(index + 1))
    return [
        line
        for reason, which in numbers.items()
        for line in wrapped(f"without, {', '.join(which)}: {reason}")
    ]


def _regime(regime: Regime) -> list[str]:
    by_ai = [task for task, modes in regime.modes.items() if modes and "human" not in modes]
    split = [task for task, modes in regime.modes.items() if len(modes) > 1]
    lines = [
        f"  scarce: {', '.join(regime.priced) or 'nothing'}; {len(by_ai)} of {len(regime.modes)} tasks by AI alone"
    ]
    lines += wrapped(f"by people and AI: {', '.join(split)}") if split else []
    if regime.output is None:
        lines += wrapped(f"no closed form: {regime.reason}")
        count = len(regime.equations)
        lines += (
            [
                f"  {count} first-order conditions in {len(regime.unknowns)} unknowns (--latex, --json)"
            ]
            if count
            else []
        )
    else:
        lines.append(f"  Y = {regime.output}")
    lines += [f"    {symbol} = {_sum(regime, symbol)}" for symbol in regime.definitions]
    for name, elasticity in regime.elasticities.items():
        text = str(elasticity)
        lines.append(
            f"  elasticity to {name}: {text if len(text) <= SHORT else 'see --latex or --json'}"
        )
    if regime.next_event is not None:
        lines.append(f"  until G = {regime.next_event}")
    elif regime.next_event_reason:
        lines += wrapped(f"end without a formula: {regime.next_event_reason}")
    return lines


def _sum(regime: Regime, symbol: Any) -> str:
    """What a sum is, where that is short, and what it comes to, where that does not depend on compute."""
    meant = regime.definitions[symbol]
    said = (
        str(meant)
        if len(str(meant)) <= SHORT
        else f"a sum over {len(meant.args)} tasks"
        if meant.is_Add
        else "a product over tasks"
    )
    constant = "G" not in {each.name for each in regime.expanded(meant).free_symbols}
    return f"{said} = {number(float(regime.lambdify(symbol)(regime.high)))}" if constant else said


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
        "next_event_reason": regime.next_event_reason,
        "next_event": None if regime.next_event is None else str(regime.next_event),
        "definitions": {str(symbol): str(each) for symbol, each in regime.definitions.items()},
        "values": {str(symbol): value for symbol, value in regime.values.items()},
        "equations": [f"{each.lhs} = {each.rhs}" for each in regime.equations],
        "unknowns": {str(symbol): float(value) for symbol, value in regime.unknowns.items()},
        "latex": regime.latex(),
    }


def _document(catalog: Catalog, found: list[Regime], limit: Regime) -> str:
    parts = [PREAMBLE, rf"\section*{{{_tex(catalog.title)}}}", f"{_tex(_share(found))}. {WORDS}"]
    for index, regime in enumerate(found):
        parts += _part(
            f"{index + 1}. From {_power(regime.low)} to {_power(regime.high)} FLOP/year", regime
        )
    parts += _part(CEILING, limit)
    symbols = {
        symbol: meaning for regime in (*found, limit) for symbol, meaning in regime.meaning.items()
    }
    return "\n".join([*parts, *_symbols(catalog, symbols), r"\end{document}", ""])


def _part(title: str, regime: Regime) -> list[str]:
    reason = f" {_tex(regime.reason).capitalize()}." if regime.reason else ""
    head = (
        rf"\subsection*{{{title}}}"
        + f"\nScarce: {_tex(', '.join(regime.priced)) or 'nothing'}.{reason}"
    )
    rows = regime.latex()
    return [head, f"\\begin{{align*}}\n{rows}\n\\end{{align*}}"] if rows else [head]


def _symbols(catalog: Catalog, symbols: dict[Any, str]) -> list[str]:
    """What each symbol means; those of tasks by kind."""
    from taskmodel.closed_forms import latex

    kinds: dict[str, str] = {}
    for symbol, meaning in sorted(symbols.items(), key=lambda pair: pair[0].name):
        task = next((task for task in catalog.tasks if f"_{task}" in symbol.name), None)
        name = symbol.name if task is None else f"{symbol.name.split('_')[0]}_task"
        kinds.setdefault(
            latex.symbol(name), meaning if task is None else meaning.replace(task, "a task")
        )
    listed = (rf"\item[${name}$] {_tex(meaning)}" for name, meaning in kinds.items())
    return [r"\subsection*{Symbols}", r"\begin{description}", *listed, r"\end{description}"]


def _power(value: float) -> str:
    mantissa, exponent = f"{value:.3e}".split("e")
    return rf"${mantissa} \times 10^{{{int(exponent)}}}$"


def _tex(text: str) -> str:
    special: dict[str, str] = {
        "\\": r"\textbackslash{}",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
    }
    special |= {letter: f"\\{letter}" for letter in "&%$#_{}"}
    return "".join(special.get(letter, letter) for letter in text)


def _write(path: Path, text: str) -> None:
    from taskmodel.files.atomic import atomic_write

    try:
        with atomic_write(path) as (part,):
            part.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"--latex {path}: cannot be written ({error.strerror or error}); choose another file"
        ) from error
