"""`taskmodel run --over time`: what moves along the paths, and changes along the way."""

from command_line import json_of, line_with, lines_of

PATHS = """title: Researchers alone grow
sources: {}
begins: 2024
ends: 2032
today: 2026
compute:
  all: {source: judgement, note: an example, growth: [{factor: 13.5}]}
values:
  pools.*.headcount: {source: judgement, note: an example, growth: [{factor: 1.21}]}
"""


def test_a_jump_between_two_falls_is_one_line_and_what_moves_is_named(capsys, tmp_path):
    file = tmp_path / "grow.yaml"
    file.write_text(PATHS)
    arguments = (
        *("run", "t_agi_ladder", "--over", "time", "--paths", str(file)),
        *("--set", "supervision.pool=dedicated", "--no-figures", "-o", str(tmp_path / "out")),
    )
    lines = lines_of(capsys, *arguments)
    assert "they move pools.*.headcount besides compute" in line_with(lines, "they move")
    changes = lines[lines.index("Changes along the way") + 1 :]
    events = json_of(capsys, *arguments)["events"]
    dates = [
        {event["time"] for event in events if event["kind"] == kind}
        for kind in ("speedup_peaks", "speedup_troughs")
    ]
    jumps = dates[0] & dates[1]
    assert jumps
    assert sum("speed-up jumps, and falls before and after" in line for line in changes) == len(
        jumps
    )
    assert sum("speed-up peaks" in line for line in changes) == len(dates[0] - jumps)


def test_headcounts_that_change_by_themselves_are_named_or_said_to_be_left_out(capsys, tmp_path):
    """Paths go before the growth of a pool, which would be ignored in silence."""
    file = tmp_path / "grow.yaml"
    file.write_text(PATHS)
    arguments = ["run", "t_agi_ladder", "--over", "time", "--paths", str(file)]
    arguments += ["--grid", "2025:2027:3", "--no-figures", "-o", str(tmp_path / "out")]
    arguments += ["--set", "supervision.pool=dedicated"]
    changes = ("--set", "pools.researchers.growth=0.1", "--set", "supervision.hires=3")
    text = " ".join(" ".join(lines_of(capsys, *arguments)).split())
    assert "pools.*.headcount besides compute, and nothing else" in text
    assert "attrition" not in text
    text = " ".join(" ".join(lines_of(capsys, *arguments, *changes)).split())
    assert "nothing else" not in text
    assert "from the catalog's number at 2025 on: supervision.headcount" in text
    assert "left out where the paths move the headcount: pools.researchers" in text
