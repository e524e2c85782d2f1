"""Files written whole: links stay, and what is no file is written to."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from taskmodel.cli.regimes import escaped
from taskmodel.files.atomic import atomic_write


def test_link_stays_and_what_it_points_to_is_written(tmp_path: Path) -> None:
    real, link = tmp_path / "folder" / "real.txt", tmp_path / "link.txt"
    real.parent.mkdir()
    real.write_text("before")
    link.symlink_to(real)
    with atomic_write(link) as (part,):
        part.write_text("after")
    assert link.is_symlink()
    assert real.read_text() == "after"


def test_pipe_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    with atomic_write(pipe) as (part,):
        part.write_text("all of it")
    reader.join(timeout=30)
    assert read == ["all of it"]
    assert pipe.is_fifo()


def test_nothing_is_left_where_writing_fails(tmp_path: Path) -> None:
    target = tmp_path / "kept.txt"
    target.write_text("before")
    with pytest.raises(RuntimeError, match="half-way"), atomic_write(target) as (part,):
        part.write_text("half")
        raise RuntimeError("half-way")
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
    assert target.read_text() == "before"


def test_latex_titles_are_text() -> None:
    assert (
        escaped(r"a\b^c~d_e{f}&50%")
        == r"a\textbackslash{}b\textasciicircum{}c\textasciitilde{}d\_e\{f\}\&50\%"
    )
