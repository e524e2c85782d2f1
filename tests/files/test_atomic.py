"""Atomic writes: symbolic links are kept, and pipes receive the content."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from taskmodel.cli.regimes import escaped
from taskmodel.files.atomic import atomic_write


def test_a_link_is_kept_and_its_file_written(tmp_path: Path) -> None:
    real, link = tmp_path / "folder" / "real.txt", tmp_path / "link.txt"
    real.parent.mkdir()
    real.write_text("before")
    link.symlink_to(real)
    with atomic_write(link) as (part,):
        part.write_text("after")
    assert link.is_symlink()
    assert real.read_text() == "after"


def test_a_pipe_receives_the_content(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    with atomic_write(pipe) as (part,):
        part.write_text("complete")
    reader.join(timeout=30)
    assert read == ["complete"]
    assert pipe.is_fifo()


def test_an_error_leaves_the_file_as_before(tmp_path: Path) -> None:
    target = tmp_path / "kept.txt"
    target.write_text("before")
    with pytest.raises(RuntimeError, match="failure"), atomic_write(target) as (part,):
        part.write_text("half")
        raise RuntimeError("failure")
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
    assert target.read_text() == "before"


def test_latex_titles_are_text() -> None:
    assert (
        escaped(r"a\b^c~d_e{f}&50%")
        == r"a\textbackslash{}b\textasciicircum{}c\textasciitilde{}d\_e\{f\}\&50\%"
    )


def test_what_another_machine_writes_is_left_alone(tmp_path: Path, monkeypatch) -> None:
    # on a disk that machines share, a number of a process says nothing of another machine's
    target = tmp_path / "result.nc"
    monkeypatch.setattr("taskmodel.files.atomic._runs", lambda number: False)
    with monkeypatch.context() as there:
        there.setattr("socket.gethostname", lambda: "node-7")
        writing = atomic_write(target)
        (part,) = writing.__enter__()
    with atomic_write(target) as (other,):
        other.write_text("here")
    part.write_text("there")
    writing.__exit__(None, None, None)
    assert target.read_text() == "there"
