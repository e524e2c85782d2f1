"""Formulas as MathML, which browsers draw by themselves: pages need no script and no network."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx


def _stretched(formula: str) -> str:
    """Return a formula with brackets that grow with what they hold, in place of sizes by hand."""
    return re.sub(r"\\[Bb]igg?r", r"\\right", re.sub(r"\\[Bb]igg?l", r"\\left", formula))


def _inline(self: Any, node: nodes.math) -> None:
    self.body.append(convert(_stretched(node.astext()), display="inline"))
    raise nodes.SkipNode


def _block(self: Any, node: nodes.math_block) -> None:
    number = f' id="equation-{node["label"]}"' if node.get("label") else ""
    formula = convert(_stretched(node.astext()), display="block")
    self.body.append(f'<div class="formula"{number}>{formula}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
