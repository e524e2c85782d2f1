"""The gallery runs scripts of `analysis/` and puts question, answer and figure on a page."""

import pytest
from scripts import SCRIPTS, load


def test_the_page_has_question_answer_and_figures(tmp_path, capsys):
    gallery = load("gallery")
    names = ["finnveden_numbers", "monitors_or_reviewers"]
    assert gallery.main(["-o", str(tmp_path), "--only", *names]) == 0
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "33 in all" in page and 'src="monitors_or_reviewers.svg"' in page
    assert (tmp_path / "monitors_or_reviewers.svg").is_file()
    assert str(tmp_path / "index.html") in capsys.readouterr().out


def test_a_script_that_fails_is_named(tmp_path, capsys, monkeypatch):
    gallery = load("gallery")
    script = tmp_path / "broken.py"
    script.write_text('"""Why?"""\n\ndef main(words):\n    raise ZeroDivisionError("never")\n')
    monkeypatch.setattr(gallery, "scripts", lambda: [script])
    assert gallery.main(["-o", str(tmp_path / "out")]) == 1
    assert "ZeroDivisionError: never" in (tmp_path / "out" / "index.html").read_text()
    assert "failed: broken" in capsys.readouterr().err


def test_every_script_of_the_folder_is_in_it():
    names = {path.stem for path in load("gallery").scripts()}
    assert names == {path.stem for path in SCRIPTS.glob("*.py")} - {"gallery"}


def test_a_name_that_is_no_script_is_refused(tmp_path):
    with pytest.raises(SystemExit):
        load("gallery").main(["-o", str(tmp_path), "--only", "nothing"])
