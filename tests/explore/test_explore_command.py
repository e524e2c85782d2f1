"""`taskmodel explore` serves the page until an interrupt, and then closes it."""

import threading

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


def test_a_catalog_that_does_not_exist_is_refused_before_the_page(capsys):
    assert main(["explore", "t_agi_lader", "--port", "0", "--no-browser"]) == 2
    assert "t_agi_ladder" in capsys.readouterr().err
