"""Files of other kinds than arguments take, names that are paths, and scenarios by position."""

import re
import shlex
from pathlib import Path

import pytest
from command_line import error_of, json_of, lines_of

import taskmodel as tm
from taskmodel.cli import main
from taskmodel.files import bundled


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


HALF = "title: Half\nset: {supervision.headcount: 10}\n"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("run half.yaml", "this is a scenario; CATALOG takes a catalog"),
        ("diff alignment_research half.yaml", "this is a scenario; B takes a catalog"),
        ("latency half.yaml", "for `taskmodel run CATALOG --scenario half.yaml`"),
        ("migrate half.yaml", "this is a scenario; CATALOG takes a catalog"),
        ("lead-time half.yaml", "this is a scenario; PLAN takes a plan (taskmodel keys plan)"),
        ("calibrate --moments half.yaml", "--moments takes a file of moments"),
        ("hire --paths half.yaml", "this is a scenario; --paths takes a file of paths"),
        ("horizon --trend half.yaml", "--trend takes a trend"),
        ("simulate half.yaml", "WORLD takes a world or a loop"),
        ("simulate --alignment half.yaml", "--alignment takes a catalog"),
        ("run --scenario lab.yaml", "this is a catalog; --scenario takes a scenario"),
        ("calibrate --moments lab.yaml", "A catalog is for `taskmodel run lab.yaml`"),
        ("calibrate --moments seed_toy", "seed_toy: this is a plan; --moments takes a file of"),
        ("compare t_agi_ladder lab.yaml", "another catalog to compare with is --to CATALOG"),
    ],
)
def test_a_file_of_another_kind_than_its_argument_takes_is_named_as_such(capsys, command, words):
    Path("half.yaml").write_text(HALF)
    main(["new", "lab"])
    capsys.readouterr()
    message = error_of(capsys, *command.split())
    assert words in message
    assert "unknown key" not in message and "is missing" not in message


def test_commands_with_the_name_of_a_file_are_quoted(capsys):
    Path("my half.yaml").write_text(HALF)
    message = error_of(capsys, "worth", "t_agi_ladder", "--scenario", "my half")
    assert shlex.split(message.partition("write ")[2]) == ["--scenario", "my half.yaml"]
    message = error_of(capsys, "run", "my half.yaml")
    assert "`taskmodel run CATALOG --scenario 'my half.yaml'`" in message


@pytest.mark.parametrize("catalog", ["lab.yaml", "t_agi_ladder", "davidson_best_guess"])
def test_path_and_catalog_that_changed_places_are_told_their_order(capsys, catalog):
    main(["new", "lab"])
    capsys.readouterr()
    path = "supervision.max_review_share" if catalog == "lab.yaml" else "supervision.headcount"
    options = ["--target", "speedup=2"]
    message = error_of(capsys, "solve-for", catalog, path, *options)
    command = message.partition("write taskmodel ")[2].split()
    assert command == ["solve-for", path, catalog]
    if catalog == "lab.yaml":
        assert main([*command, *options]) in (0, 1)


def test_a_broken_file_of_the_right_kind_is_reported_by_its_defects(capsys):
    Path("half.yaml").write_text(HALF.replace("set", "sett"))
    assert "sett: unknown key" in error_of(capsys, "run", "--scenario", "half.yaml")
    Path("half.yaml").write_text("title: [")
    assert "half.yaml:1" in error_of(capsys, "run", "--scenario", "half.yaml")


@pytest.mark.parametrize("command", ["worth t_agi_ladder", "worth", "check t_agi_ladder"])
def test_the_name_of_a_file_in_this_folder_is_told_its_path_and_that_works(capsys, command):
    Path("half.yaml").write_text(HALF)
    message = error_of(capsys, *command.split(), "--scenario", "half")
    mend = message.partition("write ")[2].split()
    assert mend == ["--scenario", "half.yaml"]
    assert main([*command.split(), *mend]) == 0
    with pytest.raises(tm.CatalogError, match=r"write half\.yaml"):
        tm.load_catalog("t_agi_ladder", "half")
    Path("half.yaml").rename("half")
    assert "write --scenario ./half" in error_of(capsys, *command.split(), "--scenario", "half")


SECOND_WORDS = {
    "worth": (),
    "latency": (),
    "what-if": (),
    "review-load": (),
    "paths": (),
    "solve-for supervision.max_review_share": ("--target", "speedup=1.5"),
    "vary supervision.max_review_share=0.1:0.2:2": ("--no-figures", "-o", "out"),
    "compare": ("--to-set", "supervision.headcount=3"),
}


@pytest.mark.parametrize("command", SECOND_WORDS)
def test_the_word_after_a_catalog_is_its_scenario(capsys, command):
    words, options = command.split(), SECOND_WORDS[command]
    facts = json_of(capsys, *words, "t_agi_ladder", "scarce_inference", *options)
    assert facts["scenario"] == "scarce_inference"
    assert facts == json_of(
        capsys, *words, "t_agi_ladder", *options, "--scenario", "scarce_inference"
    )


def test_words_may_stand_behind_options(capsys):
    words = ("solve-for", "supervision.max_review_share", "t_agi_ladder", "scarce_inference")
    options = ("--target", "speedup=1.5", "--at", "compute=1e30")
    facts = json_of(capsys, *words, *options)
    for order in (
        (*words[:2], *options, *words[2:]),
        (*words[:3], *options[:2], words[3], *options[2:]),
        (words[0], *options, *words[1:]),
    ):
        assert json_of(capsys, *order) == facts
    assert main(["worth", "t_agi_ladder", "-h"]) == 0
    assert "usage: taskmodel worth [options] [CATALOG] [SCENARIO]" in capsys.readouterr().out
    assert "arguments are required: PATH" in error_of(capsys, "solve-for", *options)
    assert "arguments are required: --target" in error_of(capsys, *words)


@pytest.mark.parametrize("position", range(3))
def test_a_range_may_stand_before_between_or_behind_catalog_and_scenario(capsys, position):
    words = ["t_agi_ladder", "scarce_inference"]
    words.insert(position, "supervision.max_review_share=0.1:0.2:2")
    facts = json_of(capsys, "vary", *words, "--no-figures")
    assert (facts["catalog"], facts["scenario"]) == ("t_agi_ladder", "scarce_inference")


@pytest.mark.parametrize(
    ("folder", "name", "key", "misspelt"),
    [
        ("plan", "seed_toy", "worker", "workers"),
        ("moments", "2026", "moments", "Moments"),
        ("trend", "metr", "models", "modles"),
        ("loop", "kwa", "loop", "loops"),
        ("scenario", "one_lab", "set", "SET"),
        ("catalog", "t_agi_ladder", "tasks", "task"),
    ],
)
def test_a_misspelt_key_that_tells_the_kind_of_a_file_is_suggested(
    capsys, folder, name, key, misspelt
):
    text = bundled.find_file(name, folder).read_text()
    Path("mine.yaml").write_text(re.sub(rf"^{key}:", f"{misspelt}:", text, flags=re.MULTILINE))
    assert main(["check", "mine.yaml"]) == 1
    shown = capsys.readouterr().out
    assert f"{misspelt}: unknown key; did you mean {key!r}?" in shown and "pools" not in shown


def test_a_protocol_is_told_where_it_belongs_and_that_works(capsys):
    file = bundled.folder("protocol") / "assisted.yaml"
    _, line = lines_of(capsys, "check", str(file), code=1)
    assert "this is a protocol, a part of a catalog" in line
    assert "this is a protocol" in error_of(capsys, "run", str(file))
    main(["new", "lab"])
    own = "".join(f"    {text}\n" for text in file.read_text().splitlines())
    lab = (
        Path("lab.yaml")
        .read_text()
        .replace("  coverage: full", "  protocols: [own]\n  coverage: full")
    )
    Path("lab.yaml").write_text(f"{lab}\nprotocols:\n  own:\n{own}")
    assert main(["check", "lab.yaml"]) == 0
