"""The questions of this folder on a page: each with its answer and its figure.

Inputs: the other scripts of the folder, each of which prints its answer and draws a figure.

Output: `index.html` and the figures in the folder given. A script that fails is named there and on
stderr, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import contextlib
import html
import importlib.util
import io
import sys
import time
import traceback
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Gallery</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 sans-serif; max-width: 60rem; margin: auto; padding: 1rem; }}
img {{ max-width: 100%; background: white; }}
pre {{ overflow-x: auto; padding: .5rem; border: 1px solid; }}
</style></head><body><h1>Questions, answers, figures</h1>
{sections}
</body></html>
"""


def scripts() -> list[Path]:
    """Return the scripts of this folder, without this one."""
    return sorted(path for path in HERE.glob("*.py") if path.name != Path(__file__).name)


def load(path: Path) -> ModuleType:
    """Return a script as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # where dataclasses look up their annotations
    spec.loader.exec_module(module)
    return module


def run(path: Path, folder: Path) -> tuple[str, str, list[str], str]:
    """Run a script; return its question, what it printed, its figures, and why it failed or ""."""
    module, printed, reason = load(path), io.StringIO(), ""
    words = ["-o", str(folder)] if '"-o"' in path.read_text(encoding="utf-8") else []
    try:
        with contextlib.redirect_stdout(printed):
            module.main(words)
    except Exception as error:  # the others are worth having
        traceback.print_exc()
        reason = f"{type(error).__name__}: {error}"
    question = (module.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
    figures = sorted(file.name for file in folder.glob(f"{path.stem}*.svg"))
    return question, printed.getvalue(), figures, reason


def section(name: str, question: str, printed: str, figures: list[str], reason: str) -> str:
    """Return the part of the page about a script."""
    drawn = "".join(f'<img src="{figure}" alt="{html.escape(question)}">\n' for figure in figures)
    failed = f"<p><strong>It failed: {html.escape(reason)}</strong></p>\n" if reason else ""
    return (
        f'<h2 id="{name}">{html.escape(question)}</h2>\n{failed}{drawn}'
        f"<pre>{html.escape(printed)}</pre>\n<p><code>analysis/{name}.py</code></p>"
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "-o", "--output", default="taskmodel-results/gallery", help="folder for page and figures"
    )
    parser.add_argument("--only", nargs="+", default=[], help="names of scripts; default: all")
    options = parser.parse_args(arguments)
    folder = Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [path for path in scripts() if not options.only or path.stem in options.only]
    if missing := sorted(set(options.only) - {path.stem for path in paths}):
        parser.error(f"there is no script {', '.join(missing)}")
    sections, failed = [], []
    for path in paths:
        start = time.perf_counter()
        question, printed, figures, reason = run(path, folder)
        print(f"{path.stem}: {time.perf_counter() - start:.0f} s{reason and '; failed'}")
        sections.append(section(path.stem, question, printed, figures, reason))
        failed += [path.stem] if reason else []
    (folder / "index.html").write_text(PAGE.format(sections="\n".join(sections)), encoding="utf-8")
    print(folder / "index.html")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
