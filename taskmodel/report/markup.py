"""Markup: elements with escaped text, tables in scroll boxes, lists of terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

VOID = frozenset({"meta", "br"})


class Markup(str):
    """Text that is markup already, and is not escaped again."""


def text(value: object) -> Markup:
    """Return a text as markup; characters that no page may hold are shown as escapes.

    Examples
    --------
    >>> text("a < b & \\x1b")
    'a &lt; b &amp; \\\\x1b'
    """
    if isinstance(value, Markup):
        return value
    shown = (
        letter if letter.isprintable() or letter in "\n\t" else f"\\x{ord(letter):02x}"
        for letter in str(value)
    )
    return Markup(escape("".join(shown)).replace(" %", "\u00a0%"))


def element(tag: str, *content: object, **attributes: str) -> Markup:
    """Return an element; names of attributes end in ``_`` where they are words of Python.

    Examples
    --------
    >>> element("p", "1 < 2", element("br"), class_="lead")
    '<p class="lead">1 &lt; 2<br></p>'
    """
    pairs = (
        f' {name.rstrip("_").replace("_", "-")}="{text(value)}"'
        for name, value in attributes.items()
    )
    start = f"<{tag}{''.join(pairs)}>"
    if tag in VOID:
        return Markup(start)
    return Markup(f"{start}{''.join(map(text, content))}</{tag}>")


def joined(parts: Iterable[object]) -> Markup:
    """Return markup and texts one after the other."""
    return Markup("\n".join(map(text, parts)))


def table_box(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[object]], words: Sequence[int] = ()
) -> Markup:
    """Return a table in a box that scrolls sideways by itself.

    The first column has the names of the rows; `words` are the columns of text, which are aligned
    to the left.
    """
    left = {0, *words}

    def style(column: int) -> dict[str, str]:
        return {} if column in left else {"class_": "number"}

    top = element(
        "tr", *(element("th", name, scope="col", **style(i)) for i, name in enumerate(head))
    )
    body = []
    for row in rows:
        first, *others = row
        cells = (element("td", cell, **style(i)) for i, cell in enumerate(others, start=1))
        body.append(element("tr", element("th", first, scope="row"), *cells))
    whole = element(
        "table",
        element("caption", caption),
        element("thead", top),
        element("tbody", joined(body)),
    )
    return element("div", whole, class_="scroll", role="region", tabindex="0", aria_label=caption)


def terms(pairs: Iterable[tuple[str, object]]) -> Markup:
    """Return a list of terms and what they are."""
    return element(
        "dl",
        *(joined((element("dt", term), element("dd", meaning))) for term, meaning in pairs),
    )


def link(label: str, address: str) -> Markup:
    """Return a link to the web; any other address is shown as text."""
    if not address.startswith(("https://", "http://")):
        return text(f"{label} ({address})" if address else label)
    return element("a", label, href=address, rel="noopener noreferrer")
