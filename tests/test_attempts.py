"""The scripts that try to break taskmodel run, see faults, and write them down."""

import json

import files as trust_files
import page
import processes
import pytest


def test_random_lines_and_settings_have_exit_codes_of_their_own():
    found = trust_files.command_lines(0.3, 1)
    assert found["lines"] > 3
    assert found["faults"] == []
    assert set(found["exit_codes"]) <= {"accepted", "0", "2"}


def test_a_fault_is_counted_wherever_it_stands_in_a_record():
    assert page.faults_of({"files": 3, "faults": []}) == []
    assert len(page.faults_of({"hard": {"wrong": {"7": ["gap"]}}, "different": ["run"]})) == 2


def test_the_page_says_what_was_run_and_what_was_not(tmp_path):
    record = {"lines": 1234, "faults": [{"fault": "x"}], "cpu_seconds": 9, "share": 0.5}
    record |= {"date": "2026-01-01", "version": "0", "python": "3"}
    (tmp_path / "lines.json").write_text(json.dumps(record))
    text = page.page_of(tmp_path)
    assert "| 1,234 random lines through the parser | 1 | 9 | 0.5 | 2026-01-01, 0, 3 |" in text
    assert "| bits: not run | | | | |" in text


@pytest.mark.parametrize(
    "code, err, name, fault",
    [
        (130, "taskmodel: interrupted", "", ""),
        (-15, "", "", ""),
        (1, "Traceback (most recent call last)", "", "a traceback"),
        (3, "", "", "exit code 3"),
        (130, "", ".unfinished-1-x", "left ['.unfinished-1-x']"),
        (130, "", "result.nc", "result.nc does not open"),
    ],
)
def test_what_an_interrupt_leaves_is_seen(tmp_path, code, err, name, fault):
    if name:
        (tmp_path / name).write_bytes(b"CDF")
    assert processes.left(code, err, tmp_path).startswith(fault)
    assert bool(processes.left(code, err, tmp_path)) == bool(fault)
