"""The command line: output, files and errors of commands."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from argparse import Namespace
from importlib.metadata import entry_points
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from command_line import error_of, json_of, line_with, lines_of, strict_json
from locations import CATALOGS

import taskmodel as tm
from taskmodel.cli import main, screen
from taskmodel.cli.commands import COMMANDS
from taskmodel.cli.output import folder_name, results_folder
from taskmodel.cli.parser import commands_of, parser
from taskmodel.cli.screen import progress
from taskmodel.errors import SolveError
from taskmodel.files.atomic import own_mark

NAMES = [command.name for group in COMMANDS.values() for command in group]
QUICK = ("--point", "--grid", "1e27:1e32:6", "--no-figures")
POINT = {"compute", "throughput_speedup", "latency_speedup", "speedup"}


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def starter():
    """Return the path of a starter catalog; its sweep takes a fraction of a second."""
    with contextlib.redirect_stdout(io.StringIO()):
        assert main(["new", "mylab", "--quiet"]) == 0
    return "mylab.yaml"


def numbers_in(line):
    """Return the numbers in a row of a table."""
    return [float(word.replace(",", "")) for word in line.split() if word[0].isdigit()]


def run_python(code, *arguments, **options):
    """Run Python code in a new interpreter."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, **options
    )


# run


def test_json_of_run_has_the_documented_keys_and_the_values_of_today(capsys, starter):
    facts = json_of(capsys, "run", starter, *QUICK)
    assert {
        "catalog",
        "scenario",
        "events",
        "overrides",
        "files",
        "version",
        "ceilings",
        "bottleneck_share",
        "top_reviews",
    } <= facts.keys()
    assert (facts["catalog"], facts["scenario"], facts["version"]) == (
        "mylab",
        None,
        tm.__version__,
    )
    for name in ("today", "first_automation", "oversight_binds", "oversight_bottleneck", "ceiling"):
        assert facts[name].keys() == POINT
    catalog = tm.load_catalog(starter)
    today = tm.sweep(catalog, [catalog.compute.today.value])
    assert facts["today"]["compute"] == catalog.compute.today.value
    assert facts["today"]["speedup"] == pytest.approx(float(today["speedup"][0]), rel=1e-12)
    assert {
        "compute",
        "kind",
        "task",
        "mode",
        "factor",
        "speedup_before",
        "speedup_after",
    } <= facts["events"][0].keys()


def test_json_of_run_writes_null_for_absent_values_and_a_string_for_infinity(capsys, starter):
    no_review = (
        "--set",
        "supervision.coverage=none",
        "--set",
        "tasks.approve_release.delegable=true",
    )
    facts = json_of(capsys, "run", starter, *QUICK, *no_review)
    assert (facts["oversight_binds"], facts["oversight_bottleneck"], facts["advice"]) == (
        None,
        None,
        None,
    )
    assert facts["ceiling"]["throughput_speedup"] == "inf"
    assert facts["overrides"] == {
        "supervision.coverage": "none",
        "tasks.approve_release.delegable": True,
    }


def test_result_file_holds_the_chosen_grid_and_its_provenance(capsys, starter):
    facts = json_of(
        capsys, "run", starter, *QUICK, "--set", "supervision.headcount=10", "-o", "out"
    )
    assert facts["files"] == ["out/result.nc"]
    result = tm.open("out/result.nc")
    np.testing.assert_array_equal(result["compute"].values, np.geomspace(1e27, 1e32, 6))
    assert json.loads(result.attrs["overrides"]) == {"supervision.headcount": 10}
    alone = tm.sweep(
        tm.load_catalog(starter, set={"supervision.headcount": 10}), np.geomspace(1e27, 1e32, 6)
    )
    np.testing.assert_allclose(result["speedup"].values, alone["speedup"].values, rtol=1e-9)
    assert [event["kind"] for event in facts["events"]] == alone["event_kind"].values.tolist()


def test_default_catalog_of_run_is_alignment_research(capsys):
    facts = json_of(capsys, "run", "--point", "--grid", "1e31:1e32:2", "--no-figures")
    assert facts["catalog"] == "alignment_research"
    folder = "taskmodel-results/alignment_research-grid=1e31_1e32_2"
    assert facts["files"] == [f"{folder}/result.nc"]
    assert facts["oversight_bottleneck"]["compute"] == pytest.approx(9.13e31, rel=1e-2)
    assert "first_automation" in facts["at_grid_start"]


@pytest.mark.parametrize(
    "scenario, changes, folder",
    [
        (None, {}, "mylab"),
        ("reference", {}, "mylab-reference"),
        (None, {"supervision.headcount": 10}, "mylab-supervision.headcount=10"),
        (
            None,
            {"latency.serial_speed": {"value": 3, "low": 1, "high": 5}},
            "mylab-latency.serial_speed=_value_3_low_1_high_5_",
        ),
    ],
)
def test_default_folder_is_named_after_catalog_scenario_and_settings(
    starter, scenario, changes, folder
):
    catalog = tm.load_catalog(starter, scenario, changes)
    assert folder_name(catalog, Namespace(command="run")) == folder


@pytest.mark.parametrize(
    "arguments, folder",
    [
        (("run", "t_agi_ladder", "--point", "--draws", "512"), "t_agi_ladder"),
        (("run", "t_agi_ladder", "--grid", "1e26:2.5e34:5"), "t_agi_ladder-grid=1e26_2.5e34_5"),
        (
            ("run", "t_agi_ladder", "--seed", "2", "--draws", "64"),
            "t_agi_ladder-draws=64-seed=2",
        ),
        (
            ("vary", "supervision.headcount=10:1000:7", "t_agi_ladder", "--compute", "1e30"),
            "t_agi_ladder-supervision.headcount=10_1000_7-compute=1e30",
        ),
        (
            ("frontier", "t_agi_ladder", "--budgets", "1:100:3"),
            "t_agi_ladder-frontier-budgets=1_100_3",
        ),
    ],
)
def test_default_folder_is_named_after_the_options_that_change_numbers(arguments, folder):
    names = ("frontier",) if arguments[0] == "frontier" else ()
    args = parser().parse_args(arguments)
    assert folder_name(tm.load_catalog("t_agi_ladder"), args, *names) == folder


def test_a_run_that_replaces_another_result_says_so(capsys, starter):
    run = ["run", starter, "--point", "--no-figures", "--grid", "1e28:1e30:2", "-o", "out"]
    for changes, told in (([], False), ([], False), (["--set", "supervision.headcount=9"], True)):
        assert main([*run, *changes]) == 0
        assert ("replaced other content of an earlier run" in capsys.readouterr().err) == told


def test_default_folder_of_many_settings_has_a_short_and_unique_name(starter):
    catalog = tm.load_catalog(starter)
    names = {
        folder_name(
            catalog.replace({f"tasks.{task}.review_ratio": ratio for task in catalog.tasks}),
            Namespace(command="run"),
        )
        for ratio in (0.1, 0.2)
    }
    assert len(names) == 2
    assert max(map(len, names)) <= 100


def test_figures_are_drawn_by_default_and_old_ones_are_reported(capsys, starter):
    lines = lines_of(capsys, "run", starter, "--point", "--grid", "1e28:1e30:2", "-o", "out")
    assert lines[-1] == "Written to out: result.nc, speedup.png, speedup.svg"
    assert Path("out/speedup.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in Path("out/speedup.svg").read_text()
    assert main(["run", starter, *QUICK, "-o", "out"]) == 0
    assert "speedup.png, speedup.svg in out are of an earlier run" in capsys.readouterr().err


def test_without_matplotlib_there_are_no_figures_and_a_note_on_installing_it(
    capsys, starter, monkeypatch
):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["run", starter, "--point", "--grid", "1e27:1e28:2", "-o", "out"]) == 0
    assert "pip install 'taskmodel[plot]'" in capsys.readouterr().err
    assert os.listdir("out") == ["result.nc"]


def test_quiet_leaves_stderr_empty(capsys, starter, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["run", starter, "--point", "--grid", "1e27:1e28:2", "--quiet"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "catalog, scenario",
    [("alignment_research", "dedicated_reviewers"), ("t_agi_ladder", "scarce_inference")],
)
def test_page_is_short_and_in_ascii(capsys, catalog, scenario):
    lines = lines_of(
        capsys,
        "run",
        catalog,
        "--point",
        "--grid",
        "1e26:1e35:3",
        "--no-figures",
        "--scenario",
        scenario,
        "-o",
        "out",
    )
    assert len(lines) <= 65
    assert max(map(len, lines)) <= 80
    assert all(line.isascii() for line in lines)


def test_page_has_the_settings_the_bottleneck_and_advice(capsys, starter):
    lines = lines_of(
        capsys,
        "run",
        starter,
        *QUICK,
        "--scenario",
        "imperfect_ai",
        "--set",
        "supervision.headcount=20",
    )
    facts = json_of(
        capsys,
        "run",
        starter,
        *QUICK,
        "--scenario",
        "imperfect_ai",
        "--set",
        "supervision.headcount=20",
    )
    assert "catalog mylab, 6 tasks; 6 points from 1e27 to 1e32 FLOP/year" in lines[1]
    assert line_with(lines, "scenario imperfect_ai")
    assert line_with(lines, "set supervision.headcount = 20")
    assert screen.scientific(facts["oversight_bottleneck"]["compute"]) in line_with(
        lines, "oversight is the bottleneck"
    )
    assert f"{facts['ceiling']['throughput_speedup']:.2f}" in line_with(
        lines, "ceiling set by oversight"
    )
    costliest = facts["top_reviews"][0]
    assert costliest["title"] in line_with(lines, f"{costliest['hours_per_year']:,.0f}  ")
    assert (
        facts["next_tasks"][0]["title"]
        in lines[lines.index("Speed-ups [x] if AI could do one more task today") + 2]
    )
    assert line_with(lines, "1 % faster review everywhere gives")
    (today,) = [
        line
        for line in lines
        if line.startswith(f"  today {screen.scientific(facts['today']['compute'])} ")
    ]
    assert f"{100 * facts['automated_hours_share']['today']:.0f} %" in today
    assert f"{facts['today']['speedup']:.2f}" in today


def test_page_writes_no_limit_for_infinity_and_not_reached_for_absent_milestones(capsys, starter):
    lines = lines_of(
        capsys,
        "run",
        starter,
        *QUICK,
        "--set",
        "supervision.coverage=none",
        "--set",
        "tasks.approve_release.delegable=true",
    )
    assert "no limit" in line_with(lines, "ceiling set by oversight")
    assert "not reached" in line_with(lines, "oversight is the bottleneck")
    assert line_with(lines, "Nothing is reviewed.")


def test_today_is_reported_even_outside_the_grid(capsys, starter):
    facts = json_of(capsys, "run", starter, "--point", "--grid", "1e30:1e31:3", "--no-figures")
    assert facts["today"]["compute"] == tm.load_catalog(starter).compute.today.value
    assert facts["grid"] == {"low": 1e30, "high": 1e31, "points": 3}


def test_titles_cannot_steer_the_terminal(capsys, starter):
    text = Path(starter).read_text()
    Path(starter).write_text(
        text.replace("title: mylab", r'title: "\e[31mred\nlines"').replace(
            "title: Write code", r'title: "W\e[2J"'
        )
    )
    assert main(["run", starter, *QUICK]) == 2
    out = "".join(capsys.readouterr())
    assert "\x1b" not in out
    assert out.count("an escape gives the character U+001B") == 2


# errors


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["run", "alignment_resarch"], "'alignment_research'"),
        (["run", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["run", "."], "."),
        (["run", "--scenario", "refrence"], "'reference'"),
        (["run", "--scenario", "nowhere/x.yaml"], "nowhere/x.yaml: cannot be read"),
        (["run", "--set", "supervision.headcount"], "PATH=VALUE"),
        (["run", "--set", "=3"], "PATH=VALUE"),
        (["run", "--set", "supervision.headcount="], "supervision.headcount=null"),
        (["run", "--set", "supervision.headcont=3"], "did you mean 'supervision.headcount'"),
        (["run", "--set", "supervision.headcount=many"], "'many'"),
        (["run", "--set", "supervision.headcount=-3"], "at least 0 [person]"),
        (["run", "--set", "supervision.headcount=[1"], "closing bracket"),
        (["run", "--set", "compute.inference=cheap"], "'scarce', 'free'"),
        (
            ["run", "--set", "supervision.headcount=1", "--set", "supervision.headcount=2"],
            "given twice",
        ),
        (["run", "--grid", "1e26:1e35"], "LOW:HIGH:POINTS"),
        (["run", "--grid", "1e30:1e26:5"], "LOW must be below HIGH"),
        (["run", "--grid", "1e26:1e30:1"], "from 2 to"),
        (["run", "--grid", "1e26:1e30:2.5"], "'2.5'"),
        (["run", "--grid", "0:1e30:5"], "found 0"),
        (["run", "--grid", "nan:1e30:5"], "'nan'"),
        (["run", "--grid", "1e26:inf:5"], "'inf'"),
        (["run", "-o", "taken"], "taken: is or lies below a file"),
        (["run", "-o", "taken/below"], "taken/below: is or lies below a file"),
        (["run", "-o", "a\0b"], "nothing can be written there"),
        (["run", "-o", ""], "must be the name of a file or folder"),
        (["run", "--nonsense"], "taskmodel run: error: unrecognized arguments: --nonsense"),
        (["run", "--drws", "5"], "did you mean '--draws'"),
        (
            ["spend", "t_agi_ladder", "priced", "x"],
            "t_agi_ladder is the catalog, and priced",
        ),
        (["diff", "t_agi_ladder", "t_agi_ladder", "x"], "a scenario is given as --scenario S"),
        (["worth", "t_agi_ladder", "one_lab", "--scenario", "x"], "two scenarios, one_lab and"),
        (["worth", "--scenario", "x", "--scenario", "y"], "--scenario: is given twice; keep one"),
        (["ensemble", "--draws", "512", "--draws", "64"], "--draws: is given twice; keep one"),
        (["runn"], "'runn'"),
        ([], "examples:"),
        (["latency", "--compute", "soon"], "'soon'"),
        # an option to Python before 3.14, a number to it
        (["latency", "--compute", "-1e30"], "error: argument --compute: "),
        (["latency", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["check"], "FILE"),
        (["check", "alignment_research", "--scenario", "refrence"], "'reference'"),
        (["new"], "NAME"),
        (["new", "a/b"], "-o FILE"),
        (["new", "taken"], "taken.yaml: exists and is not overwritten"),
        (["new", "x", "-o", "x.txt"], "x.yaml"),
        (["new", "x", "-o", "."], "x.yaml"),
        (
            ["new", "x", "-o", "nowhere/x.yaml"],
            "nowhere/x.yaml: there is no folder nowhere; make it first",
        ),
        (["new", "x", "--from", "alignment_resarch"], "'alignment_research'"),
    ],
)
def test_bad_input_is_reported_with_its_argument_and_the_values_allowed(capsys, arguments, words):
    for name in ("taken", "taken.yaml"):
        Path(name).touch()
    assert words in error_of(capsys, *arguments)
    assert sorted(os.listdir()) == ["taken", "taken.yaml"]


def test_all_defects_of_a_catalog_are_listed_with_their_lines(capsys):
    message = error_of(capsys, "run", str(CATALOGS / "bad_many.yaml"))
    assert "11 defects" in message
    assert f"{CATALOGS / 'bad_many.yaml'}:34:27: tasks.write.review_ratio.value" in message


@pytest.mark.parametrize("columns", [50, 120])
def test_notes_of_a_check_are_as_wide_as_the_terminal(capsys, starter, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    text = Path(starter).read_text().replace("source: judgement, note:", "note:")
    Path("unsourced.yaml").write_text(text)
    _, *lines = lines_of(capsys, "check", "unsourced.yaml")
    assert "numbers without a source:" in lines[0] and lines[-1].endswith(" more")
    assert len(lines) > 1 and columns - 40 < max(map(len, lines)) < columns


@pytest.mark.parametrize("name", sorted(path.name for path in CATALOGS.glob("bad_*.yaml")))
def test_bad_files_are_reported_without_a_traceback(capsys, name):
    assert name in error_of(capsys, "run", str(CATALOGS / name))
    assert main(["check", str(CATALOGS / name)]) == 1
    assert name in capsys.readouterr().out


@pytest.mark.parametrize(
    "settings, why",
    [
        (["pools.researchers.headcount=0"], "pools.researchers"),
        (
            ["tasks.write_code.by_people=false", "tasks.write_code.automation_threshold=1e60"],
            "write_code",
        ),
    ],
)
def test_no_answer_is_exit_1_with_the_reason(capsys, starter, settings, why):
    assert why in error_of(
        capsys,
        "run",
        starter,
        *QUICK,
        *(word for setting in settings for word in ("--set", setting)),
        code=1,
    )
    assert not Path("taskmodel-results").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", *QUICK, "--set", "compute.today=1e-5"), "compute.today is 1e-05 FLOP/year: less"),
        (("worth", "--compute", "1e-5"), "of unusual size: compute 1e-5 FLOP/year, less than"),
    ],
)
def test_without_an_answer_numbers_of_unusual_size_are_named_with_what_is_usual(
    capsys, arguments, words
):
    message = error_of(capsys, *arguments, code=1)
    assert words in message and "usual is 1e+15 to 1e+45" in message


def test_solve_error_is_exit_1(capsys, starter, monkeypatch):
    def fail(*_):
        raise SolveError("the hard corner")

    monkeypatch.setattr(tm, "sweep", fail)
    assert "the hard corner" in error_of(capsys, "run", starter, *QUICK, code=1)


@pytest.mark.parametrize("fault", [TypeError, ValueError, KeyError, ZeroDivisionError])
def test_a_fault_of_the_package_is_reported_as_such_with_a_traceback_under_debug(
    capsys, starter, monkeypatch, fault
):
    def fail(*_):
        raise fault("somewhere")

    monkeypatch.setattr(tm, "sweep", fail)
    message = error_of(capsys, "run", starter, *QUICK, code=1)
    assert f"unexpected {fault.__name__}" in message and "a fault of taskmodel: --debug" in message
    for arguments in (["--debug", "run", starter, *QUICK], ["run", starter, *QUICK, "--debug"]):
        assert main(arguments) == 1
        assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), ValueError("x")])
def test_a_figure_that_fails_is_a_note_beside_the_numbers(capsys, starter, monkeypatch, failure):
    from taskmodel import plots

    def fail(*_):
        raise failure

    monkeypatch.setattr(plots, "speedup_curve", fail)
    assert main(["run", starter, "--point", "--grid", "1e27:1e28:2", "-o", "out"]) == 0
    out, err = capsys.readouterr()
    assert "Written to out: result.nc" in out
    assert f"note: no figure: {type(failure).__name__}" in err
    assert os.listdir("out") == ["result.nc"] and tm.open("out/result.nc").sizes["compute"] == 2


def test_an_interrupted_figure_leaves_the_numbers_written(capsys, starter, monkeypatch):
    from taskmodel import plots

    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(plots, "speedup_curve", fail)
    error_of(capsys, "run", starter, "--point", "--grid", "1e27:1e28:2", "-o", "out", code=130)
    assert os.listdir("out") == ["result.nc"] and tm.open("out/result.nc").sizes["compute"] == 2


def test_an_interrupted_run_keeps_the_files_of_the_previous_one(capsys, starter, monkeypatch):
    assert main(["run", starter, *QUICK, "-o", "out"]) == 0
    before = Path("out/result.nc").read_bytes()

    def fail(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(tm, "save", fail)
    for folder in ("out", "new/deep"):
        error_of(capsys, "run", starter, "--point", "--grid", "1e27:1e28:2", "-o", folder, code=130)
    assert os.listdir("out") == ["result.nc"]
    assert Path("out/result.nc").read_bytes() == before
    assert not Path("new").exists()


def test_figures_are_drawn_whatever_the_environment_says_of_windows(starter):
    settings = {
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": "/dev/null",
    }
    program = subprocess.run(
        [
            sys.executable,
            "-m",
            "taskmodel",
            "run",
            starter,
            "--point",
            "--grid",
            "1e27:1e28:2",
            "-o",
            "out",
        ],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
    )
    assert program.returncode == 0, program.stderr
    assert sorted(os.listdir("out")) == ["result.nc", "speedup.png", "speedup.svg"]


def test_letters_without_a_glyph_are_a_note(starter):
    text = Path(starter).read_text(encoding="utf-8")
    Path(starter).write_text(text.replace("title: mylab", "title: 研究"), encoding="utf-8")
    program = subprocess.run(
        [
            sys.executable,
            "-m",
            "taskmodel",
            "run",
            starter,
            "--point",
            "--grid",
            "1e27:1e28:2",
            "-o",
            "out",
        ],
        capture_output=True,
        text=True,
    )
    assert program.returncode == 0 and "Warning" not in program.stderr
    assert program.stderr.count("missing from the font") <= 1
    assert "speedup.svg" in os.listdir("out")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_ended_leaves_nothing_behind(starter, number):
    arguments = [
        "run",
        "alignment_research",
        "--point",
        "--grid",
        "1e26:1e35:60000",
        "-o",
        "results/deep",
    ]
    program = subprocess.Popen(
        [sys.executable, "-m", "taskmodel", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a test that itself runs under nohup passes on that hang-ups are ignored
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 60
    while not Path("results/deep").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    program.send_signal(number)
    out, err = program.communicate(timeout=60)
    assert (program.returncode, out, err) == (128 + number, "", "")
    assert not Path("results").exists()


def test_a_signal_placethe_temporary_folder_is_made_leaves_nothing_behind(tmp_path, monkeypatch):
    def made_and_interrupted(prefix, dir):
        os.mkdir(os.path.join(dir, f"{prefix}x"))
        raise KeyboardInterrupt

    monkeypatch.setattr("tempfile.mkdtemp", made_and_interrupted)
    with pytest.raises(KeyboardInterrupt), results_folder(tmp_path / "results" / "deep"):
        pass
    assert not list(tmp_path.iterdir())


HALF_MADE = """
import os, signal, sys, time
from taskmodel.cli import main
import taskmodel.cli.catalogs

class Half:
    def __init__(self, args):
        os.kill(os.getpid(), signal.{name})
        time.sleep(60)
        self.whole = True

    def __del__(self):
        self.whole

sys.modules["taskmodel.cli.list"] = type(sys)("list")
sys.modules["taskmodel.cli.list"].answer = Half
sys.exit(main(["list"]))
"""


@pytest.mark.parametrize(
    ("name", "code", "said"), [("SIGTERM", 143, ""), ("SIGINT", 130, "taskmodel: interrupted\n")]
)
def test_objects_that_a_signal_leaves_half_made_say_nothing(name, code, said):
    program = subprocess.run(
        [sys.executable, "-c", HALF_MADE.format(name=name)],
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert (program.returncode, program.stdout, program.stderr) == (code, "", said)


def test_what_a_killed_run_left_is_removed_by_the_next(capsys, starter):
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    here = own_mark().partition("-")[0]
    gone, running = f"{here}-{process.pid}", f"{here}-{os.getpid()}"
    elsewhere = f"{'f' * 8 if here < 'f' * 8 else '0' * 8}-{process.pid}"  # another machine's
    for mark in (gone, running, elsewhere):
        Path(f"out/.unfinished-{mark}-a").mkdir(parents=True)
        Path(f"out/.result.nc.part-{mark}-a").touch()
    assert main(["run", starter, *QUICK, "-o", "out"]) == 0
    tm.save(tm.open("out/result.nc"), "out/result.nc")
    left = {
        f"{name}-{mark}-a"
        for name in (".result.nc.part", ".unfinished")
        for mark in (running, elsewhere)
    }
    assert set(os.listdir("out")) == {*left, "result.nc"}


def test_an_interrupt_before_the_program_is_ready_shows_no_traceback():
    code = """import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
class Interrupt:
    def find_spec(self, name, *_):
        if name == "taskmodel.cli.entry":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
sys.argv = ["taskmodel", "list"]
runpy.run_module("taskmodel", run_name="__main__")"""
    program = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (program.returncode, program.stdout, program.stderr) == (-signal.SIGINT, "", "")


# list, check, new, schema, latency


def test_list_names_every_bundled_catalog_and_scenario_with_title_and_size(capsys, monkeypatch):
    from taskmodel.catalog import bundled_catalogs, bundled_scenarios

    monkeypatch.setenv("COLUMNS", "120")
    facts = json_of(capsys, "list")
    assert [item["name"] for item in facts["catalogs"]] == list(bundled_catalogs())
    assert [item["name"] for item in facts["scenarios"]] == list(bundled_scenarios())
    assert {
        item["name"] for item in facts["scenarios"] if item["catalog"] == "alignment_research"
    } == {
        "attacks",
        "calibrated",
        "defect_budget",
        "fast_gates",
        "scarce_verifiers",
        "slow_gates",
    }
    lines = lines_of(capsys, "list")
    for item in facts["catalogs"]:
        assert item["title"] in line_with(lines, f" {item['name']} ")
        assert f"{item['tasks']} tasks" in line_with(lines, f" {item['name']} ")


def test_check_of_a_good_catalog_is_exit_0_with_conversions_and_numbers_without_source_as_notes(
    capsys,
):
    lines = lines_of(capsys, "check", str(CATALOGS / "good_units.yaml"))
    assert "fine" in lines[0]
    assert "240 min" in line_with(lines, "tasks.write.horizon:")
    assert "numbers without a source:" in line_with(lines, "without a source")
    (report,) = json_of(capsys, "check", str(CATALOGS / "good.yaml"))["files"]
    assert (report["ok"], report["kind"], report["tasks"], report["conversions"]) == (
        True,
        "catalog",
        2,
        [],
    )
    assert "pools.people.headcount" in report["without_source"]


def test_check_of_a_bad_catalog_is_exit_1_with_every_defect_on_stdout(capsys):
    bad = str(CATALOGS / "bad_many.yaml")
    facts = json_of(capsys, "check", bad, str(CATALOGS / "good.yaml"), code=1)
    assert [report["ok"] for report in facts["files"]] == [False, True]
    defects = facts["files"][0]["defects"]
    lines = lines_of(capsys, "check", bad, code=1)
    assert lines[0] == f"{bad}: {len(defects)} defects"
    for defect, line in zip(defects, lines[1:], strict=True):
        assert f"{bad}:{defect['line']}:{defect['column']}: {defect['path']}" in line


def test_check_of_a_missing_file_is_exit_2_and_the_other_files_are_checked(capsys):
    lines = lines_of(capsys, "check", "nowhere.yaml", str(CATALOGS / "good.yaml"), code=2)
    assert lines[0].startswith("nowhere.yaml: cannot be read")
    assert "fine" in lines[1]


def test_check_recognises_a_scenario_and_applies_it_to_a_catalog(capsys):
    scenario = str(CATALOGS / "scenario_bad_path.yaml")
    assert "scenario" in lines_of(capsys, "check", scenario)[0]
    lines = lines_of(capsys, "check", str(CATALOGS / "good.yaml"), "--scenario", scenario, code=1)
    assert "did you mean 'supervision.headcount'" in line_with(lines, "supervision.headcont:")


def test_new_writes_a_catalog_without_defects_in_which_every_number_has_a_source(capsys):
    assert lines_of(capsys, "new", "our_lab") == ["our_lab.yaml"]
    (report,) = json_of(capsys, "check", "our_lab.yaml")["files"]
    assert (report["tasks"], report["title"]) == (6, "our_lab")
    assert (report["conversions"], report["without_source"]) == ([], [])


def test_new_explains_every_block_in_a_comment_above_it(starter):
    lines = Path(starter).read_text().splitlines()
    blocks = [
        index
        for index, line in enumerate(lines)
        if line[:1].isalpha() and not line.startswith(("title", "question"))
    ]
    assert len(blocks) == 12
    assert all(lines[index - 1].startswith("#") for index in blocks)


def test_new_copies_a_bundled_catalog_unchanged(capsys):
    assert lines_of(capsys, "new", "copy", "--from", "alignment_research", "-o", "mine.yaml") == [
        "mine.yaml"
    ]
    assert Path("mine.yaml").read_text() == tm.load_catalog("alignment_research").yaml_text


def test_new_refuses_to_copy_a_catalog_with_defects(capsys):
    assert "bad_cycle.yaml:" in error_of(
        capsys, "new", "copy", "--from", str(CATALOGS / "bad_cycle.yaml")
    )
    assert not Path("copy.yaml").exists()


def test_schema_describes_every_block_of_a_catalog(capsys):
    assert main(["schema"]) == 0
    schema = strict_json(capsys.readouterr().out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (
        {"title", "pools", "compute", "nests", "tasks"}
        <= set(schema["required"])
        <= schema["properties"].keys()
    )


def test_latency_shows_the_critical_path_in_order_with_times_that_add_up(capsys, starter):
    facts = json_of(capsys, "latency", starter, "--compute", "1e32")
    path = tm.latency(tm.load_catalog(starter), compute=1e32)
    assert facts["compute"] == 1e32
    assert facts["pass_time"] == pytest.approx(float(path["pass_time"]), rel=1e-12)
    assert sum(task["duration"] for task in facts["critical_path"]) == pytest.approx(
        facts["pass_time"]
    )
    starts = [task["start"] for task in facts["critical_path"]]
    assert starts == sorted(starts)
    lines = lines_of(capsys, "latency", starter, "--compute", "1e32")
    assert "at 1e32 FLOP/year" in lines[1]
    assert f"{facts['latency_speedup']:.2f}x as fast" in line_with(lines, "with AI")
    by_task, by_part = (
        line for line in lines if "Approve the release" in line
    )  # a row of the critical path, and one of the components of its time
    assert "people" in by_task and numbers_in(by_part) == pytest.approx([33.6, 0, 0, 72])
    assert max(map(len, lines)) <= 80


def test_latency_defaults_to_today_and_shows_slack_beside_the_path(capsys):
    lines = lines_of(
        capsys, "latency", "--scenario", "reference", "--set", "latency.count_gates=false"
    )
    assert "at 4.2e29 FLOP/year, today (2026)" in lines[1]
    facts = json_of(
        capsys, "latency", "--scenario", "reference", "--set", "latency.count_gates=false"
    )
    assert facts["pass_time_without_ai"] == pytest.approx(2893.8, abs=0.05)
    slack = [task["slack"] for task in facts["others"]]
    assert slack == sorted(slack)
    assert len(facts["others"]) + len(facts["critical_path"]) == 38


COUNTED = [
    f"--set={path}={value}"
    for path, value in (("latency.count_queues", "true"), ("supervision.headcount", 20))
]


def test_latency_reports_waits_and_the_best_utilisation(capsys, starter):
    switches = [
        "--set=latency.count_off_hours=true",
        "--set=latency.count_loops=true",
        "--set=supervision.utilisation=0.8",
    ]
    facts = json_of(capsys, "latency", starter, "--compute", "1e32", *COUNTED, *switches)
    for task in [*facts["critical_path"], *facts["others"]]:
        assert sum(task["duration_part"].values()) == pytest.approx(task["duration"])
    assert sum(facts["pass_part"].values()) == pytest.approx(facts["pass_time"])
    (queue,) = facts["queues"]
    assert (
        queue["pool"] == "review" and 0 < queue["utilisation"] <= 0.8 + 1e-9 and queue["wait"] > 0
    )
    best = tm.best_utilisation(
        tm.load_catalog(starter, set={"latency.count_queues": True, "supervision.headcount": 20}),
        1e32,
    )
    assert 0 < best["utilisation"] < 1
    lines = lines_of(capsys, "latency", starter, "--compute", "1e32", *COUNTED, *switches)
    assert {"people", "AI", "review", "queue", "closed", "gate", "again"} <= set(
        line_with(lines, "closed").split()
    )
    assert any(line.strip().startswith("Of the pass: ") for line in lines)
    assert f"{queue['utilisation']:.0%}".replace("%", " %") in line_with(
        lines, "Reviewers (review)"
    )
    assert f"{facts['best_utilisation']['utilisation']:.3f}" in line_with(
        lines, "Best planned utilisation"
    )
    assert max(map(len, lines)) <= 80
    without = json_of(capsys, "latency", starter, "--compute", "1e32")
    assert without["queues"] == [] and without["best_utilisation"] is None


def test_latency_of_an_unstable_queue_is_no_answer_with_a_remedy(capsys, starter):
    assert main(["latency", starter, "--compute", "1e32", *COUNTED]) == 1
    page, message = capsys.readouterr()
    assert page == ""
    assert (
        "the pool 'review'" in message
        and "supervision.utilisation" in message
        and "the best here is 0." in message
    )


# the program as a whole


@pytest.mark.parametrize("command", NAMES)
def test_help_of_every_command_has_examples_and_fits_a_screen(capsys, command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = lines_of(capsys, command, "--help")
    assert "examples:" in lines
    assert any(line.startswith(f"  taskmodel {command}") for line in lines)
    assert max(map(len, lines)) <= 80


def test_help_of_run_documents_nan_and_infinity_in_json(capsys):
    text = " ".join(" ".join(lines_of(capsys, "run", "--help")).split())
    assert 'infinity (no limit) is the string "inf"' in text
    assert "NaN (nothing can be produced) is null" in text


def test_argparse_can_list_the_commands_with_their_summaries(monkeypatch):
    # as Python 3.14 asks of every help text while the parser is made: a bare % is an error
    monkeypatch.setenv("COLUMNS", "200")
    top = parser()
    commands_of(top).help = None  # in place of argparse.SUPPRESS
    text = " ".join(top.format_help().split())
    for command in chain.from_iterable(COMMANDS.values()):
        # once in the groups of our own, once as argparse writes it
        assert text.count(f" {command.name} {command.summary}") == 2


def test_program_help_names_every_command_and_every_exit_code(capsys):
    lines = lines_of(capsys, "--help")
    assert all(any(line.startswith(f"    {command} ") for line in lines) for command in NAMES)
    assert all(
        code in " ".join(lines)
        for code in ("0 fine", "1 the model", "2 bad input", "130 interrupted", "141")
    )


def test_version_is_that_of_the_package(capsys):
    assert lines_of(capsys, "--version") == [f"taskmodel {tm.__version__}"]


def test_installed_command_is_main():
    (script,) = entry_points(group="console_scripts", name="taskmodel")
    assert script.load() is main


def test_python_m_taskmodel_is_the_same_program():
    process = subprocess.run(
        [sys.executable, "-m", "taskmodel", "run", "nowhere.yaml"], capture_output=True, text=True
    )
    assert (process.returncode, process.stdout) == (2, "")
    assert "nowhere.yaml" in process.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["run", "--help"],
        ["list"],
        ["check", "alignment_research"],
        ["schema"],
        ["new", "x"],
    ],
)
def test_light_commands_load_no_heavy_library(arguments):
    code = """import sys
from taskmodel.cli import main
code = main(sys.argv[1:])
print(*sys.modules, file=sys.stderr)
sys.exit(code)"""
    process = run_python(code, *arguments)
    assert process.returncode == 0
    loaded = {name.partition(".")[0] for name in process.stderr.split()}
    assert loaded & {"scipy", "xarray", "matplotlib", "h5netcdf", "sympy", "pandas"} == set()
    if "--help" in arguments:
        assert loaded & {"numpy", "pydantic", "ruamel"} == set()


def test_a_closed_pipe_is_exit_141_without_a_message():
    code = """import sys, time
from taskmodel.cli import main
time.sleep(0.5)
sys.exit(main(['schema']))"""
    program = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    program.stdout.close()
    with program.stderr:
        message = program.stderr.read()
    assert (program.wait(), message) == (141, b"")


@pytest.mark.parametrize(
    "arguments",
    [
        ["trust", "mylab.yaml", "--\x1b[31mred"],
        ["trust", "mylab.yaml", "\x1b[31mred", "more"],
        ["\x1b[31mred"],
        ["run", "mylab.yaml", "-o", "mylab.yaml/\x1b[31mred"],
        ["check", "\x1b[31mred.yaml"],
        ["keys", "--find", "\x1b[31mred"],
        ["new", "\x1b[31mred"],
        ["what-if", "mylab.yaml", "-o", "\x1b[31mred"],
        ["paths", "mylab.yaml", "--find", "\udcff\x1b[31mred"],
        ["new", "other", "-o", "\x1b[31mred.yaml"],
    ],
)
def test_no_word_of_an_argument_steers_the_terminal(capsys, starter, arguments):
    main(arguments)
    said = "".join(capsys.readouterr())
    assert "\x1b" not in said and r"\x1b[31mred" in said


def test_a_separator_within_a_word_does_not_part_a_message(capsys, starter):
    message = error_of(capsys, "run", starter, "--set", "a\x85b\u2028c=1")
    assert message.startswith(r"taskmodel run: error: --set: a\x85b") and "defects" not in message


@pytest.mark.parametrize("date", ["2028", "2028.5", "1999."])
def test_a_date_in_the_place_of_compute_is_refused(capsys, starter, date):
    message = error_of(capsys, "latency", starter, "--compute", date)
    assert f"in FLOP/year, such as 4.2e29, and not a date; found '{date}'" in message
    number = message.split("a number of that size is ")[1].split()[0]
    assert json_of(capsys, "latency", starter, "--compute", number)["compute"] == float(date)


def test_a_message_of_several_lines_is_no_list_of_defects(capsys, starter, monkeypatch):
    def refuse(catalog, *others, **options):
        raise tm.InputError("made from other inputs:\n  seed: 1\ngive another name")

    monkeypatch.setattr(tm, "sweep", refuse)
    message = error_of(capsys, "run", starter, "--point")
    head, *lines = message.splitlines()
    assert head == "taskmodel run: error: made from other inputs:"
    assert lines == ["    seed: 1", "  give another name"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", *QUICK, "--paths", "mylab.yaml"], "--paths takes a file of paths"),
        (["run", *QUICK, "--paths", "absent"], "absent"),
        (["regimes", "--range", "1e28:1e29", "--latex", "no/formulas.tex"], "--latex no"),
    ],
)
def test_what_is_refused_at_the_end_has_written_nothing(capsys, starter, arguments, message):
    command, *options = arguments
    assert message in error_of(capsys, command, starter, *options, "-o", "results")
    assert os.listdir() == [starter]


def test_interrupt_is_exit_130_and_leaves_nothing_behind(starter):
    # a child inherits ignored interrupts from its parent, which may run in the background
    code = """import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from taskmodel.cli import main
sys.exit(main(sys.argv[1:]))"""
    arguments = [
        "run",
        "alignment_research",
        "--point",
        "--grid",
        "1e26:1e35:60000",
        "-o",
        "results/deep",
    ]
    program = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while not Path("results/deep").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.3)
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=30)
    assert (program.returncode, out, err) == (130, "", "taskmodel: interrupted\n")
    assert not Path("results").exists()


class Panic(BaseException):
    """What a library that is compiled from another language may raise."""


@pytest.mark.parametrize("fault", [ImportError, Panic])
def test_an_error_after_an_interrupt_counts_as_an_interrupt(capsys, starter, monkeypatch, fault):
    def fail(*_):
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        raise fault("a library was half imported")

    monkeypatch.setattr(tm, "sweep", fail)
    before = signal.getsignal(signal.SIGINT)
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        assert error_of(capsys, "run", starter, *QUICK, code=130) == "taskmodel: interrupted\n"
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("place", [(tm, "sweep"), (type(parser()), "parse_args")])
@pytest.mark.parametrize("fault", [ImportError, Panic])
def test_an_error_after_a_request_to_end_counts_as_that(capsys, starter, monkeypatch, fault, place):
    def fail(*_):
        with contextlib.suppress(SystemExit):
            signal.raise_signal(signal.SIGTERM)
        raise fault("a library was half imported")

    monkeypatch.setattr(*place, fail)
    with pytest.raises(SystemExit, match="143"):
        main(["run", starter, *QUICK])
    assert capsys.readouterr() == ("", "")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("package", ["importlib._bootstrap", "numba.core.compiler", "llvmlite"])
def test_a_signal_waits_for_the_end_of_an_import_and_of_the_compiler(
    capsys, starter, monkeypatch, package
):
    code = "def whole():\n  signal.raise_signal(signal.SIGTERM)\n  steps.append('whole')"
    steps = []
    names = {"__name__": package, "signal": signal, "steps": steps}
    exec(code, names)

    def work(*_):
        names["whole"]()
        for _ in range(1000):  # 10 s at most: the timer ends them
            time.sleep(0.01)
        steps.append("not reached")

    monkeypatch.setattr(tm, "sweep", work)
    with pytest.raises(SystemExit, match="143"):
        main(["run", starter, *QUICK])
    assert steps == ["whole"]
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_a_second_signal_does_not_wait(starter, monkeypatch):
    code = (
        "def whole(*_):\n"
        "  for _ in range(2): signal.raise_signal(signal.SIGTERM)\n"
        "  raise AssertionError('not reached')"
    )
    names = {"__name__": "numba.core", "signal": signal}
    exec(code, names)
    monkeypatch.setattr(tm, "sweep", names["whole"])
    with pytest.raises(SystemExit, match="143"):
        main(["run", starter, *QUICK])


def test_a_signal_that_a_library_loses_ends_the_command_before_it_writes(
    capsys, starter, monkeypatch
):
    sweep = tm.sweep

    def lose(*arguments):
        with contextlib.suppress(SystemExit):
            signal.raise_signal(signal.SIGTERM)
        return sweep(*arguments)

    monkeypatch.setattr(tm, "sweep", lose)
    with pytest.raises(SystemExit, match="143"):
        main(["run", starter, *QUICK, "-o", "out"])
    assert capsys.readouterr() == ("", "") and not Path("out").exists()
    monkeypatch.setattr(tm, "sweep", sweep)
    assert main(["run", starter, *QUICK, "-o", "out"]) == 0  # the next is not ended by it
    assert os.listdir("out") == ["result.nc"]


def test_a_panic_without_a_signal_is_no_answer(starter, monkeypatch):
    def fail(*_):
        raise Panic("a fault of its own")

    monkeypatch.setattr(tm, "sweep", fail)
    with pytest.raises(Panic):
        main(["run", starter, *QUICK])


def test_characters_outside_the_encoding_of_stdout_are_escaped(starter):
    text = Path(starter).read_text(encoding="utf-8")
    Path(starter).write_text(text.replace("title: mylab", "title: Zürich"), encoding="utf-8")
    code = "import sys; from taskmodel.cli import main; sys.exit(main(sys.argv[1:]))"
    process = run_python(code, "check", starter, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (process.returncode, process.stderr) == (0, "")
    assert r"Z\xfcrich" in process.stdout


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_appears_on_a_terminal_after_a_placeand_is_erased(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress("solving", quiet=False, patience=0.01):
        time.sleep(0.2)
    shown = sys.stderr.getvalue()
    assert "solving ... 0 s" in shown
    assert shown.rpartition("\r")[0].endswith(" ")


@pytest.mark.parametrize(
    "stream, quiet, patience",
    [(Terminal, True, 0.01), (io.StringIO, False, 0.01), (Terminal, False, 60)],
)
def test_progress_is_silent_if_quiet_or_no_terminal_or_quick_work(
    monkeypatch, stream, quiet, patience
):
    monkeypatch.setattr(sys, "stderr", stream())
    with progress("solving", quiet=quiet, patience=patience):
        time.sleep(0.05)
    assert sys.stderr.getvalue() == ""


# elasticities, what-if, vary


def test_worth_sorts_inputs_by_their_elasticity(capsys):
    facts = json_of(capsys, "worth", "t_agi_ladder", "--compute", "1e30")
    gains = [
        abs(row["speedup_elasticity"])
        for row in facts["inputs"]
        if row["speedup_elasticity"] is not None
    ]
    assert gains == sorted(gains, reverse=True) and gains[0] > 0
    assert [task["speedup"] for task in facts["next_tasks"]] == sorted(
        (task["speedup"] for task in facts["next_tasks"]), reverse=True
    )
    lines = lines_of(capsys, "worth", "t_agi_ladder", "--compute", "1e30")
    assert f"{facts['inputs'][0]['speedup_elasticity']:+.3f} %" in line_with(
        lines, facts["inputs"][0]["input"]
    )
    assert max(map(len, lines)) <= 100


def test_worth_of_chosen_inputs(capsys):
    facts = json_of(
        capsys,
        "worth",
        "--input",
        "compute",
        "--input",
        "supervision.headcount",
        "--compute",
        "1e31",
    )
    assert {row["input"] for row in facts["inputs"]} == {"compute", "supervision.headcount"}
    (compute,) = [row for row in facts["inputs"] if row["input"] == "compute"]
    assert compute["value"] is None and compute["unit"] == "FLOP/year"


def test_worth_has_output_beside_speedups_and_tells_people_from_permission(capsys):
    """More people give more output, and a lower speed-up over the same people without AI."""
    people = "pools.researchers.headcount"
    question = ["worth", "--compute", "1e32", "--input", people]
    question += ["--input", "supervision.headcount"]
    row, _ = sorted(json_of(capsys, *question)["inputs"], key=lambda row: row["input"])
    assert row["input"] == people
    assert row["output_elasticity"] == pytest.approx(1 + row["throughput_speedup_elasticity"])
    assert row["output_elasticity"] > 0 > row["throughput_speedup_elasticity"]
    lines = lines_of(capsys, *question)
    assert f"{row['output_elasticity']:+.3f} %" in line_with(lines, people)
    text = " ".join(" ".join(lines).split())
    assert "relative to the same people without AI, so that more people can lower them" in text
    assert "supervision.headcount is a permission here, not a number of people" in text
    dedicated = lines_of(capsys, *question, "--set", "supervision.pool=dedicated")
    assert "permission" not in " ".join(dedicated)


@pytest.mark.parametrize(
    "question",
    [
        ["vary", "{}=10:1000:2"],
        ["onset", "{}=10:1000:2"],
        ["bottleneck", "--x", "{}=10:1000:2", "--y", "compute=1e31:1e32:2"],
        ["bottleneck", "--x", "compute=1e31:1e32:2", "--y", "{}=10:1000:2"],
        ["what-if", "--set", "{}=10"],
        ["compare", "--to-set", "{}=10"],
    ],
    ids=["vary", "onset", "map, x", "map, y", "set", "to-set"],
)
def test_a_headcount_that_is_a_permission_is_named_where_it_is_varied_or_set(
    question, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    words = [word.format("supervision.headcount") for word in question]
    note = "note: supervision.headcount is a permission here, not a number of people: the people"
    researchers = " ".join(" ".join(lines_of(capsys, *words, "t_agi_ladder")).split())
    assert researchers.count(note) == 1
    own = [words[0], "--set", "supervision.pool=dedicated", *words[1:], "t_agi_ladder"]
    own += ["--to-set", "supervision.pool=dedicated"] * (words[0] == "compare")
    assert "permission" not in " ".join(lines_of(capsys, *own))
    if words[0] in ("vary", "onset"):
        other = [words[0], "supervision.max_review_share=0.1:0.5:2", "t_agi_ladder"]
        assert "permission" not in " ".join(lines_of(capsys, *other))


def test_an_ensemble_says_that_its_draws_are_priors(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = lines_of(capsys, "ensemble", "t_agi_ladder", "--draws", "8", "--compute", "1e30")
    assert "priors: not weighted by evidence" in " ".join(" ".join(page).split())


def test_what_if_reports_the_speedup_without_each_constraint(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    facts = json_of(capsys, "what-if", "--compute", "1e32")
    alone = {case["relaxation"]: case for case in facts["alone"]}
    assert list(alone) == [
        "inference",
        "reviewers",
        "coverage_floor",
        "capability",
        "gates",
        "experiments",
    ]
    assert len(facts["pairs"]) == 15
    lines = lines_of(capsys, "what-if", "--compute", "1e32")
    for name, case in alone.items():
        assert screen.number(case["speedup"]) in line_with(lines, case["meaning"]), name
        assert f"({name})" in line_with(lines, case["meaning"])  # as pairs call it
    assert f"{facts['as_is']['throughput_speedup']:.2f}" in line_with(lines, "as things are")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["worth", "--input", "supervision.headcont"],
            "--input supervision.headcont: there is no such path",
        ),
        (
            ["worth", "--input", "supervision.pool"],
            "--input supervision.pool: must be the path of a number",
        ),
        (["worth", "--compute", "-1"], "argument --compute: must be a positive number"),
        (["what-if", "--compute", "much"], "argument --compute: must be a positive number"),
        (["what-if", "--set", "supervision.headcount=-5"], "supervision.headcount"),
    ],
)
def test_bad_arguments_of_worth_and_what_if_are_exit_2(capsys, arguments, message):
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


def test_vary_sweeps_any_number_and_names_the_changes(capsys, tmp_path):
    arguments = [
        "vary",
        "supervision.headcount=1:1000:5",
        "--compute",
        "1e32",
        "-o",
        str(tmp_path / "out"),
    ]
    facts = json_of(capsys, *arguments)
    assert [row["value"] for row in facts["curve"]] == pytest.approx(np.geomspace(1, 1e3, 5))
    result = tm.open(tmp_path / "out" / "result.nc")
    names = ["result.nc", "along.png", "along.svg"]
    assert facts["files"] == [str(tmp_path / "out" / name) for name in names]
    np.testing.assert_array_equal(
        [event["supervision.headcount"] for event in facts["events"]],
        tm.events(result)["supervision.headcount"],
    )
    lines = lines_of(capsys, *arguments)
    assert [event["kind"] for event in facts["events"]].count("oversight_bottleneck") >= 1
    assert line_with(lines, f"And {len(facts['events']) - 20} more changes")
    (first,) = [line for line in lines if line.lstrip().startswith("1.00 ")]
    assert f"{facts['curve'][0]['throughput_speedup']:.2f}" in first
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("supervision.headcount", "must be PATH=LOW:HIGH"),
        ("supervision.headcount=1", "must be LOW:HIGH[:POINTS]"),
        ("supervision.headcount=10:1", "LOW must be below HIGH"),
        (
            "supervision.headcount=1:x",
            "HIGH must be a finite number, such as in 1:10000; found 'x'",
        ),
        ("supervision.headcount=1:inf", "HIGH must be a finite number"),
        ("supervision.headcount=1:10:1", "from 2 to"),
        ("supervision.headcont=1:10", "there is no such path"),
        ("supervision.pool=1:10", "supervision.pool"),
        ("compute.today=1e28:1e30", "run --grid"),
        ("supervision.headcount=1:10:100000", "from 2 to 10,000"),
        ("tasks.red_teaming.coverage_floor=0.1:3", "found 3"),
        ("compute=1e28:1e30", "run --grid"),
    ],
)
def test_bad_ranges_of_vary_are_exit_2(capsys, tmp_path, text, message):
    assert main(["vary", text, "-o", str(tmp_path / "out")]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_run_names_the_protocols_in_use(capsys, tmp_path):
    allowed = "supervision.protocols=[full_review, ai_assisted_review]"
    arguments = [
        "run",
        "--set",
        allowed,
        "--point",
        "--grid",
        "4.2e29:1e32:2",
        "--no-figures",
        "-o",
        str(tmp_path),
    ]
    facts = json_of(capsys, *arguments)
    for side in ("today", "end"):
        assert sum(facts["hours_by_mode"][side].values()) == pytest.approx(1)
        assert 1 - facts["hours_by_mode"][side]["human"] == pytest.approx(
            facts["automated_hours_share"][side]
        )
    lines = lines_of(capsys, *arguments)
    first = lines[
        lines.index("Ways of working in use, by the hours that people work without AI") + 1
    ]
    assert first.startswith("  today, 4.2e29: people 9") and "ai_assisted_review" in first
    assert not any("Ways of working" in line for line in lines_of(capsys, "run", *arguments[3:]))


def test_the_ways_of_working_are_named_by_their_place(capsys, tmp_path):
    """Where review becomes the bottleneck it does not cost most: it costs more at the end."""
    arguments = ["run", "--scenario", "open_protocols", "--point", "--grid", "1e30:1e33:3"]
    arguments += ["--no-figures", "-o", str(tmp_path)]
    facts = json_of(capsys, *arguments)
    assert facts["advice"]["at"]["oversight_cost"] < facts["oversight_cost"]["end"]
    lines = lines_of(capsys, *arguments)
    assert any(line.startswith("  where review becomes the bottleneck, ") for line in lines)
    assert not any("review costs most," in line for line in lines)


def test_run_notes_missing_reviewers_and_pools_smaller_than_their_reviewers(capsys, tmp_path):
    short = ["--point", "--grid", "1e28:1e30:2", "--no-figures", "-o", str(tmp_path)]
    nobody = " ".join(
        lines_of(capsys, "run", "t_agi_ladder", "--set", "supervision.headcount=0", *short)
    )
    assert "There are no hours for review" in nobody
    crowd = " ".join(
        lines_of(capsys, "run", "t_agi_ladder", "--set", "supervision.headcount=1e6", *short)
    )
    assert "is more than the people of pools." in " ".join(crowd.split())
    assert "more than the people" not in " ".join(lines_of(capsys, "run", "t_agi_ladder", *short))


def test_check_reads_standard_input_and_pipes(starter):
    text = Path(starter).read_text(encoding="utf-8")
    os.mkfifo("pipe")
    for name, broken in (("-", text.replace("share: 0.10", "share: 10%")), ("pipe", text)):
        program = subprocess.Popen(
            [sys.executable, "-m", "taskmodel", "check", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if name == "pipe":
            Path("pipe").write_text(broken, encoding="utf-8")
        out = program.communicate(broken if name == "-" else None, timeout=60)[0]
        first = out.splitlines()[0]
        assert first == ("-: 1 defect" if name == "-" else "pipe: fine (catalog, 6 tasks): mylab")
        assert program.returncode == (1 if name == "-" else 0)
