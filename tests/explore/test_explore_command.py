"""`taskmodel explore` serves the page until an interrupt, and then closes it."""

import re
import signal
import socket
import subprocess
import sys
import threading

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
