"""`taskmodel compile`."""

import json
import subprocess
import sys

import pytest

from taskmodel.cli import main

# In a process of its own: other tests call kernels with arguments of their own.
COMPILED_LATER = """
import sys
from taskmodel.cli.compile import PROCESSES, compile_here


def signatures():
    return {
        (name, kernel.__name__): len(kernel.signatures)
        for name, module in sys.modules.items()
        if name.startswith("taskmodel.") and name.endswith("kernels")
        for kernel in vars(module).values()
        if getattr(kernel, "signatures", [])
    }


compile_here([name for names in PROCESSES for name in names])
before = signatures()
import taskmodel as tm

catalog = tm.load_catalog("alignment_research")
points = [1e28, 1e30, 1e32]
for events in (True, False):
    tm.ensemble(catalog, 2, 1, points, events=events)
for over, values in {
    "production.elasticity": [0.3, 0.6], "tasks.red_teaming.horizon": [10, 100, 1000]
}.items():
    tm.sweep(catalog, over=over, values=values)
tm.sweep(catalog, over="time", values=[2027, 2029, 2031], paths="epoch_trend")
for scenario in ("graded_success", "open_protocols"):
    tm.sweep(tm.load_catalog("alignment_research", scenario=scenario), points)
tm.bottleneck_map(catalog, ("supervision.headcount", [1, 100]), ("compute", points))
print(sorted(set(signatures().items()) - set(before.items())), max(before.values()))
"""


def test_compile_says_what_was_compiled_and_how_long_it_took(capsys, monkeypatch):
    # what the groups compile is tested below
    monkeypatch.setattr("taskmodel.cli.compile.PROCESSES", (("organisations",), ("takeoff",)))
    assert main(["compile", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["compiled"] is True and facts["seconds"] > 0
    monkeypatch.setattr("taskmodel.cli.compile.PROCESSES", ())  # all has been compiled above
    assert main(["compile", "--quiet"]) == 0
    assert capsys.readouterr().out.startswith(
        "The kernels of sweeps, organisations and takeoff are compiled, in "
    )


def test_nothing_is_left_to_compile_afterwards():
    done = subprocess.run(
        [sys.executable, "-c", COMPILED_LATER], capture_output=True, text=True, timeout=600
    )
    assert done.stdout.split() == ["[]", "1"], done.stdout + done.stderr[-2000:]


def test_what_ends_the_command_ends_its_processes(monkeypatch):
    ended = []

    class Stopped:
        """A process during whose wait the command is asked to end."""

        def communicate(self):
            raise SystemExit(143)

        def terminate(self):
            ended.append(self)

        def wait(self):
            assert self in ended

    monkeypatch.setattr("subprocess.Popen", lambda *arguments, **options: Stopped())
    with pytest.raises(SystemExit):
        main(["compile"])
    assert len(ended) == 2
