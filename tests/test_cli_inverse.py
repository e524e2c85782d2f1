"""`taskmodel solve-for`: what it answers, and what it says where there is no answer."""

import json

import pytest

from taskmodel.cli import main

QUICK = ("supervision.headcount", "t_agi_ladder", "--at", "compute=1e31", "--range", "10:1000")


def test_solutions_are_printed_and_told_as_json(capsys):
    assert main(["solve-for", *QUICK, "--target", "throughput_speedup=2", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["target"] == {"throughput_speedup": 2.0} and facts["range"] == [10, 1000] and facts["compute"] == 1e31
    assert [row["throughput_speedup"] for row in facts["solutions"]] == pytest.approx([2.0], rel=1e-9)
    assert main(["solve-for", *QUICK, "--target", "throughput_speedup=2"]) == 0
    out = capsys.readouterr().out
    assert "What gives throughput_speedup 2" in out and f"{facts['solutions'][0]['value']:.10g}" in out


def test_without_a_solution_the_reason_is_told(capsys):
    assert main(["solve-for", *QUICK, "--target", "throughput_speedup=1e6"]) == 1
    assert "the nearest is" in capsys.readouterr().err
    assert main(["solve-for", *QUICK, "--target", "throughput_speedup=1e6", "--json"]) == 1
    facts = json.loads(capsys.readouterr().out)
    assert facts["solutions"] == [] and "no supervision.headcount" in facts["reason"] and facts["nearest"]["target"] > 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("supervision.headcoun", "--target", "speedup=2"), "supervision.headcount"),
        (("supervision.pool", "--target", "speedup=2"), "is no number"),
        (("supervision.headcount", "--target", "speedup"), "NAME=VALUE"),
        (("supervision.headcount", "--target", "speedup=fast"), "finite number"),
        (("supervision.headcount", "--target", "speedpu=2"), "speedup"),
        (("supervision.headcount", "--target", "speedup=2", "--range", "5:1"), "LOW below HIGH"),
        (("supervision.headcount", "--target", "speedup=2", "--range", "-5:1"), "at least 0"),
        (("supervision.headcount", "--target", "speedup=2", "--at", "compute=x"), "positive number"),
        (("compute", "--target", "speedup=2", "--at", "compute=1e30"), "leave --at out"),
    ],
)
def test_bad_questions_are_bad_input(arguments, said, capsys):
    joined = [f"{one}={two}" if one == "--range" else one for one, two in zip(arguments, (*arguments[1:], ""), strict=True)]
    if "--range" in arguments:  # a range may begin with a minus
        joined = [*joined[:-1]]
    assert main(["solve-for", *joined]) == 2
    err = capsys.readouterr().err
    assert said in err and "Traceback" not in err
