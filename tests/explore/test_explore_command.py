"""`taskmodel explore` serves the page until an interrupt, and then closes it."""

import re
import signal
import socket
import subprocess
import sys
import threading
from urllib.parse import parse_qs

import pytest
from explore.pages import ask

from taskmodel.cli.entry import main
from taskmodel.explore import Server


def test_the_page_is_served_until_an_interrupt(monkeypatch, capsys):
    statuses = []
    serve = Server.serve_forever

    def interrupted(server, poll_interval=0.05):
        """Serve in a thread, ask for the page, and be interrupted as by Ctrl-C."""
        thread = threading.Thread(target=serve, args=(server, poll_interval))
        thread.start()
        statuses.append(ask(server, "GET", "/")[0])
        server.shutdown()
        thread.join()
        raise KeyboardInterrupt

    monkeypatch.setattr(Server, "serve_forever", interrupted)
    assert main(["explore", "t_agi_ladder", "--port", "0", "--no-browser"]) == 0
    printed = capsys.readouterr().out
    assert statuses == [200]
    assert "http://127.0.0.1:" in printed and "The page is closed." in printed


def test_the_page_ends_where_its_process_is_asked_to_end():
    words = ["explore", "t_agi_ladder", "--port", "0", "--no-browser"]
    program = subprocess.Popen(
        [sys.executable, "-u", "-m", "taskmodel", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    line = program.stdout.readline()
    port = int(re.search(r"127\.0\.0\.1:(\d+)", line).group(1))
    program.terminate()
    _, err = program.communicate(timeout=120)
    assert (program.returncode, err) == (128 + signal.SIGTERM, "")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_a_catalog_that_does_not_exist_is_refused_before_the_page(capsys):
    assert main(["explore", "t_agi_lader", "--port", "0", "--no-browser"]) == 2
    assert "t_agi_ladder" in capsys.readouterr().err


def test_the_page_begins_with_the_scenario_and_what_is_set(monkeypatch, capsys, tmp_path):
    scenario = tmp_path / "few.yaml"
    scenario.write_text(
        "title: Few reviewers\nset:\n  supervision.headcount: {value: 12, unit: person, "
        "source: judgement, note: a test}\n"
    )
    asked = []

    def interrupted(server, poll_interval=0.05):
        bench = server.bench
        asked.append((server.url, {name: bench.start(name).catalog for name in ("", bench.first)}))
        raise KeyboardInterrupt

    monkeypatch.setattr(Server, "serve_forever", interrupted)
    words = ["explore", "t_agi_ladder", str(scenario), "--set", "capability.slope=0.4"]
    assert main([*words, "--port", "0", "--no-browser"]) == 0
    (url, catalogs), name = asked[0], str(scenario)
    assert parse_qs(url.partition("#")[2]) == {"a.scenario": [name]}
    assert url in capsys.readouterr().out
    assert catalogs[name].supervision.headcount.value == 12
    assert catalogs[""].supervision.headcount.value != 12
    assert {each.capability.slope.value for each in catalogs.values()} == {0.4}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["refrence"], "did you mean 'reference'"),
        (["--set", "supervision.headcount=-1"], "--set: supervision.headcount"),
    ],
)
def test_what_is_wrong_with_a_scenario_or_a_setting_is_told_before_the_page(words, told, capsys):
    assert main(["explore", "t_agi_ladder", *words, "--port", "0", "--no-browser"]) == 2
    assert told in capsys.readouterr().err
