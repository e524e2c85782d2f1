"""`taskmodel solve-for` and `bottleneck`: what they answer, and what they say where there is no answer."""

import json

import pytest

from taskmodel.cli import main

QUICK = ("supervision.headcount", "t_agi_ladder", "--at", "compute=1e31", "--range", "30:300")


def test_solutions_are_printed_and_told_as_json(capsys):
    assert main(["solve-for", *QUICK, "--target", "throughput_speedup=2", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (
        facts["target"] == {"throughput_speedup": 2.0}
        and facts["range"] == [30, 300]
        and facts["compute"] == 1e31
    )
    assert [row["throughput_speedup"] for row in facts["solutions"]] == pytest.approx(
        [2.0], rel=1e-9
    )
    assert main(["solve-for", *QUICK, "--target", "throughput_speedup=2"]) == 0
    out = capsys.readouterr().out
    assert (
        "What gives throughput_speedup 2" in out and f"{facts['solutions'][0]['value']:.10g}" in out
    )


def test_without_a_solution_the_reason_is_told(capsys):
    assert main(["solve-for", *QUICK, "--target", "throughput_speedup=1e6"]) == 1
    assert "the nearest is" in capsys.readouterr().err
    assert main(["solve-for", *QUICK, "--target", "throughput_speedup=1e6", "--json"]) == 1
    facts = json.loads(capsys.readouterr().out)
    assert (
        facts["solutions"] == []
        and "no supervision.headcount" in facts["reason"]
        and facts["nearest"]["target"] > 1
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("supervision.headcoun", "--target", "speedup=2"), "supervision.headcount"),
        (("supervision.pool", "--target", "speedup=2"), "must be the path of a number"),
        (("supervision.headcount", "--target", "speedup"), "NAME=VALUE"),
        (("supervision.headcount", "--target", "speedup=fast"), "finite number"),
        (("supervision.headcount", "--target", "speedpu=2"), "speedup"),
        (("supervision.headcount", "--target", "speedup=2", "--range", "5:1"), "LOW must be below HIGH"),
        (("supervision.headcount", "--target", "speedup=2", "--range", "-5:1"), "at least 0"),
        (
            ("supervision.headcount", "--target", "speedup=2", "--at", "compute=x"),
            "positive number",
        ),
        (("compute", "--target", "speedup=2", "--at", "compute=1e30"), "leave --at out"),
    ],
)
def test_bad_questions_are_bad_input(arguments, said, capsys):
    joined = [
        f"{one}={two}" if one == "--range" else one
        for one, two in zip(arguments, (*arguments[1:], ""), strict=True)
    ]
    if "--range" in arguments:  # a range may begin with a minus
        joined = [*joined[:-1]]
    assert main(["solve-for", *joined]) == 2
    err = capsys.readouterr().err
    assert said in err and "Traceback" not in err


MAP = ("t_agi_ladder", "--x", "supervision.headcount=10:1000:3", "--y", "compute=1e31:1e32:2")


def test_a_map_is_written_and_told(tmp_path, capsys):
    assert main(["bottleneck", *MAP, "-o", str(tmp_path / "map"), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert sorted(path.name for path in (tmp_path / "map").iterdir()) == [
        "bottleneck.nc",
        "bottleneck.png",
        "bottleneck.svg",
    ]
    assert sum(region["cells"] for region in facts["regions"]) == pytest.approx(1)
    assert all(len(point) == 2 for each in facts["boundaries"] for point in each["points"])
    assert main(["bottleneck", *MAP, "-o", str(tmp_path / "map"), "--no-figures"]) == 0
    assert "what binds most" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ("supervision.headcount=1:10", "supervision.headcount=1:10", "two inputs"),
        ("supervision.headcount", "compute=1e28:1e30", "PATH=LOW:HIGH"),
        ("supervision.headcount=10:1", "compute=1e28:1e30", "LOW must be below HIGH"),
        ("supervision.headcount=1:10:1", "compute=1e28:1e30", "POINTS"),
        ("supervision.headcount=-1:10", "compute=1e28:1e30", "at least 0"),
        ("supervision.headcont=1:10", "compute=1e28:1e30", "supervision.headcount"),
        ("supervision.headcount=1:10", "compute=0:1e30", "positive"),
    ],
)
def test_bad_maps_are_bad_input(x, y, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["bottleneck", "t_agi_ladder", "--x", x, "--y", y]) == 2
    assert said in capsys.readouterr().err and not list(tmp_path.iterdir())
