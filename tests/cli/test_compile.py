"""`taskmodel compile`."""

import json

from taskmodel.cli import main


def test_compile_says_what_was_compiled_and_how_long_it_took(capsys):
    assert main(["compile", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["compiled"] is True and facts["seconds"] > 0
    assert main(["compile", "--quiet"]) == 0
    assert capsys.readouterr().out.startswith(
        "The kernels of sweeps, organisations and takeoff are compiled, in "
    )
