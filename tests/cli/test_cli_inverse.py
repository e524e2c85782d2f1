"""`taskmodel solve-for` and `bottleneck`: answers, and errors."""

import pytest
from command_line import error_of, json_of, lines_of

import taskmodel as tm

QUICK = (
    "supervision.headcount",
    "t_agi_ladder",
    "--set=supervision.pool=dedicated",
    "--at=compute=1e31",
    "--range=30:300",
)


def test_solutions_are_printed_as_json_and_as_a_page(capsys):
    question = ("solve-for", *QUICK, "--target", "throughput_speedup=2")
    facts = json_of(capsys, *question)
    assert facts["target"] == {"throughput_speedup": 2.0}
    assert (facts["range"], facts["compute"]) == ([30, 300], 1e31)
    speedups = [row["throughput_speedup"] for row in facts["solutions"]]
    assert speedups == pytest.approx([2.0], rel=1e-9)
    page = "\n".join(lines_of(capsys, *question))
    assert "What gives throughput_speedup 2" in page
    assert f"{facts['solutions'][0]['value']:.10g}" in page


def test_oversights_cost_is_a_target(capsys):
    facts = json_of(capsys, "solve-for", *QUICK, "--target", "oversight_cost=4")
    (row,) = facts["solutions"]
    values = {"supervision.pool": "dedicated", "supervision.headcount": row["value"]}
    swept = tm.sweep(tm.load_catalog(QUICK[1]).replace(values), [1e31])
    assert float(swept["oversight_cost"].item()) == pytest.approx(4, rel=1e-9)


def test_without_a_solution_the_reason_is_reported(capsys):
    question = ("solve-for", *QUICK, "--target", "throughput_speedup=1e6")
    assert "the nearest is" in error_of(capsys, *question, code=1)
    facts = json_of(capsys, *question, code=1)
    assert facts["solutions"] == [] and "no supervision.headcount" in facts["reason"]
    assert facts["nearest"]["target"] > 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("supervision.headcoun", "--target=speedup=2"), "supervision.headcount"),
        (("supervision.pool", "--target=speedup=2"), "must be the path of a number"),
        (
            ("supervision.headcount", "--target=speedup=2"),
            "(supervision.pool: dedicated). Solve for supervision.max_review_share",
        ),
        (("supervision.headcount", "--target=speedup"), "NAME=VALUE"),
        (("supervision.headcount", "--target=speedup=fast"), "finite number"),
        (("supervision.headcount", "--target=speedpu=2"), "speedup"),
        (("supervision.headcount", "--target=compute=5"), "is nothing to aim at"),
        (("supervision.headcount", "--target=speedup=2", "--range=5:1"), "LOW must be below HIGH"),
        (("supervision.headcount", "--target=speedup=2", "--range=-5:1"), "at least 0"),
        (("supervision.headcount", "--target=speedup=2", "--at=compute=x"), "positive number"),
        (("compute", "--target=speedup=2", "--at=compute=1e30"), "leave --at out"),
    ],
)
def test_bad_arguments_of_solve_for_are_bad_input(arguments, message, capsys):
    assert message in error_of(capsys, "solve-for", *arguments)


MAP = ("t_agi_ladder", "--x", "supervision.headcount=10:1000:3", "--y", "compute=1e31:1e32:2")


def test_a_map_is_written_and_printed_as_json_and_as_a_page(tmp_path, capsys):
    folder = tmp_path / "map"
    facts = json_of(capsys, "bottleneck", *MAP, "-o", str(folder))
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["bottleneck.nc", "bottleneck.png", "bottleneck.svg"]
    assert sum(region["cells"] for region in facts["regions"]) == pytest.approx(1)
    for boundary in facts["boundaries"]:
        assert {len(point) for point in boundary["points"]} == {2}
    lines = lines_of(capsys, "bottleneck", *MAP, "-o", str(folder), "--no-figures")
    assert any("what binds most" in line for line in lines)


@pytest.mark.parametrize(
    ("x", "y", "message"),
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
def test_bad_maps_are_bad_input(x, y, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert message in error_of(capsys, "bottleneck", "t_agi_ladder", "--x", x, "--y", y)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ends", ["-1:2", "-1e0:2", "-.5:1"])
def test_ranges_may_begin_below_zero(ends, capsys):
    question = ["solve-for", "capability.intercept", "t_agi_ladder", "--target", "speedup=1e9"]
    message = error_of(capsys, *question, "--at", "compute = 1e26", "--range", ends, code=1)
    low, high = map(float, ends.split(":"))
    assert f"no capability.intercept from {low:g} to {high:g}" in message


def test_values_that_begin_with_a_dash_are_told_how_to_be_written(capsys):
    assert "--output=-x" in error_of(capsys, "latency", "t_agi_ladder", "-o", "-x")
    message = error_of(capsys, "latency", "t_agi_ladder", "--compute", "-1e30")
    assert "must be a positive number of FLOP/year" in message


def test_compute_next_to_zero_is_no_answer_without_a_warning(capsys):
    for command in ("latency", "worth"):
        message = error_of(capsys, command, "ml_capability_rnd", "--compute", "1e-300", code=1)
        assert "there is no answer" in message and "pocket calculator" in message
