"""Every script of analysis/ runs, and the answer in its docstring holds, on a small grid.

Where a full run takes minutes, worlds, points or budgets of the script are replaced by fewer. The
scripts are loaded from their files, so that these are inputs and not parts of the package.
"""

import numpy as np
import pytest
import xarray as xr
from scripts import load
from sizes import cases

import taskmodel as tm
from taskmodel.calibration.draws import evidenced_draws

DRAWS = cases(48, 256)  # of answers before and after the evidence


@pytest.fixture(scope="module")
def speedup_curves():
    return load("speedup_curves")


def test_speedup_curves_answers_and_draws(speedup_curves, tmp_path, capsys):
    assert speedup_curves.main(["-o", str(tmp_path), "--points", "12"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "speedup_curves.png",
        "speedup_curves.svg",
    ]
    assert "full review: at today's compute capability R&D is 1." in capsys.readouterr().out


def test_capability_research_stays_ahead_under_either_rule(speedup_curves):
    result = speedup_curves.curves(12)
    for rule in speedup_curves.RULES:
        alignment, capability = (
            result["throughput_speedup"].sel(scenario=f"{field}, {rule}").values
            for field in speedup_curves.FIELDS
        )
        assert np.all(capability[-4:] > 1.5 * alignment[-4:])


def test_where_oversight_binds_answers_and_draws(tmp_path, capsys):
    script = load("where_oversight_binds")
    assert script.main(["-o", str(tmp_path), "--points", "5"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "where_oversight_binds.png",
        "where_oversight_binds.svg",
    ]
    lines = {line[:32].strip(): line[32:].split() for line in capsys.readouterr().out.splitlines()}
    today = 4.2e29
    for rule in script.RULES:
        binds, bottleneck = lines[rule]
        assert float(binds) < (today if "floors" not in rule else 3.1 * today)
        few = rule in ("60 dedicated reviewers", "a tenth of the time for review")
        assert bottleneck == "never" if few else float(bottleneck) > today


def test_davidson_takeoff_answers_and_draws(tmp_path, monkeypatch, capsys):
    script = load("davidson_takeoff")
    monkeypatch.setattr(
        script,
        "METHODS",
        {name: script.METHODS[name] for name in ("equations", "steps of 0.1 years")},
    )
    monkeypatch.setattr(
        script,
        "WORLDS",
        {name: script.WORLDS[name] for name in ("davidson_best_guess", "davidson_conservative")},
    )
    assert script.main(["-o", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "davidson_takeoff.png",
        "davidson_takeoff.svg",
    ]
    rows = {
        tuple(line[:48].split("  ")[0::2]): line[48:].split()
        for line in capsys.readouterr().out.splitlines()
    }
    solved, stepped = (
        next(
            cells
            for key, cells in rows.items()
            if "best guess" in key[0] and method in " ".join(key)
        )
        for method in script.METHODS
    )
    assert (
        solved == ["2034.34", "2036.06", "2039.72", "2039.74", "3.57"] and stepped[2] == "2040.00"
    )
    conservative = next(cells for key, cells in rows.items() if key[0].startswith("conservative"))
    assert " ".join(conservative[-2:]) == "not reached"


def test_the_answer_of_davidson_takeoff_holds():
    script = load("davidson_takeoff")
    years = {}
    ends = 2041, 2045, 2028, 2063  # after the last milestone of each world
    for (name, label), end in zip(script.WORLDS.items(), ends, strict=True):
        world = script.tm.takeoff.load_world(name, {"t_end": end})
        for method, options in script.METHODS.items():
            options = options if "reference_step" in options else {**options, "times": [2022]}
            value = script.tm.milestones(script.tm.simulate(world, **options))["value"]
            years.setdefault(method, {})[label] = {
                column: float(value.sel(milestone=column)) for column in script.COLUMNS
            }
    solved, continuous, stepped = (years[method] for method in script.METHODS)
    best, plain, aggressive, conservative = script.WORLDS.values()
    fifth, all_of_them, takeoff = (
        "automation_gns_20%",
        "automation_gns_100%",
        "len_full_automation_gns",
    )
    assert [solved[name][takeoff] for name in (best, plain)] == pytest.approx([3.6, 4.9], abs=0.05)
    assert (
        2039.65 < solved[best][all_of_them] < 2039.9 and 2043.8 < solved[plain][all_of_them] < 2044
    )
    for column, bound in ((all_of_them, 0.3), (takeoff, 0.25)):
        assert (
            bound - 0.05
            < max(
                stepped[name][column] - solved[name][column] for name in (best, plain, aggressive)
            )
            < bound
        )
    earlier = [
        continuous[name][fifth] - solved[name][fifth]
        for name in (best, plain, conservative, aggressive)
    ]
    assert earlier == pytest.approx([0.18, 0.33, 0.72, 0], abs=0.005)


def test_protocols_compared_prints_its_answer(tmp_path, capsys):
    script = load("protocols_compared")
    assert script.main(["-o", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "protocols_compared.png",
        "protocols_compared.svg",
    ]
    lines = {line[:24].strip(): line[24:].split() for line in capsys.readouterr().out.splitlines()}
    speedup, escapes = (
        {label: float(lines[label][column].rstrip("%")) for label in script.PROTOCOLS.values()}
        for column in (2, 3)
    )
    full, layers, critics = "full review", "layers of AI review", "AI critics"
    # The answer: 7.0x and 9 %, 2.9x and 15 %, 7 %; 7.7x and 23 % where all may be chosen.
    assert (speedup[layers], speedup[full], float(lines["the best of them"][2])) == pytest.approx(
        (7.0, 2.85, 7.7), abs=0.05
    )
    printed = [
        escapes[layers],
        escapes[full],
        escapes[critics],
        float(lines["the best of them"][3].rstrip("%")),
    ]
    assert printed == pytest.approx([9, 15, 7, 23], abs=0.5)
    assert escapes[critics] == min(
        value for label, value in escapes.items() if label != "a person with AI"
    )
    assert 1.2 < speedup[critics] / speedup[full] < 1.5
    assert escapes["a person with AI"] == 0 and speedup["a person with AI"] < 1.3
    assert float(lines["the best of them"][2]) >= max(
        value for label, value in speedup.items() if label != "no review"
    )


def test_finnveden_numbers_tallies_the_verdicts(capsys):
    script = load("finnveden_numbers")
    assert script.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    tally = (
        "11 ok, 8 ok-rounded, 4 inconsistent, 4 conditional, 3 misprint, 2 assumption, "
        "1 not-derivable"
    )
    assert lines[-1] == f"33 in all: {tally}."
    assert [line.split()[-1] for line in lines if line.startswith("F16 ")] == [
        "inconsistent",
        "used",
    ]


def test_what_a_month_of_lead_buys_prints_its_answer(tmp_path, capsys, monkeypatch):
    script = load("what_a_month_of_lead_buys")
    monkeypatch.setattr(script, "LEADS", np.array([1.0, 12.0, 120.0]))
    assert script.main(["-o", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "what_a_month_of_lead_buys.png",
        "what_a_month_of_lead_buys.svg",
    ]
    lines, _, chips = capsys.readouterr().out.partition("1,000 times the chips")
    rows = {line[:38].strip(): line[38:].split() for line in lines.splitlines()}
    month = {label: float(rows[label][0]) for label in (*script.CAVEATS, *script.RULES.values())}
    bulk, *_, remaining = (month[label] for label in script.CAVEATS)
    assert bulk == 95.83 and 2.2 < remaining < 2.3
    lost = [
        1 - later / earlier
        for earlier, later in zip(list(month.values())[1:4], list(month.values())[2:5], strict=True)
    ]
    assert lost == [
        pytest.approx(1 / 2, abs=0.01),
        pytest.approx(5 / 6, abs=0.01),
        pytest.approx(3 / 4, abs=0.03),
    ]
    assert [line.split()[-1] for line in chips.splitlines()[1:3]] == ["1.000", "1.000"]
    assert 1.9 < float(chips.split()[-1]) < 2.0
    reviewed, floors, unreviewed = (month[label] for label in script.RULES.values())
    assert 1.9 < 12 * reviewed < 2.1 and 3.1 < 12 * floors < 3.5 and 1.6 < unreviewed < 1.7
    assert all(
        earlier >= later
        for earlier, later in zip(list(month.values())[:4], list(month.values())[1:5], strict=True)
    )


def test_reviewers_or_faster_review_prints_its_answer(tmp_path, capsys, monkeypatch):
    script = load("reviewers_or_faster_review")
    monkeypatch.setattr(
        script, "REVIEWERS", np.array(script.SHOWN, dtype=float)
    )  # four points of the figure
    assert script.main(["-o", str(tmp_path / "new"), "--points", "2"]) == 0
    assert sorted(path.suffix for path in (tmp_path / "new").iterdir()) == [
        ".png",
        ".png",
        ".svg",
        ".svg",
    ]
    _, *lines, approvals = capsys.readouterr().out.splitlines()
    assert approvals.endswith("13 more at 60 and 1,956 more at 10,000 reviewers")
    rows = {int(line.split()[0].replace(",", "")): line.split()[1:] for line in lines}
    gains = {
        reviewers: [float(value.strip("+%")) for value in row[1:]]
        for reviewers, row in rows.items()
    }
    assert gains[60][:2] == pytest.approx([14, 14], abs=0.5)
    assert gains[10_000][:2] == pytest.approx([12, 12], abs=0.5)
    for reviewers, reviews, approvals in gains.values():
        assert reviews >= reviewers - 0.1  # equal where reviewers are few; printed to 0.1 %
        assert approvals == pytest.approx(4, abs=0.7)


def test_trust_takes_audits_prints_its_answer(tmp_path, capsys):
    script = load("trust_takes_audits")
    assert script.main(["-o", str(tmp_path), "--points", "2"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "trust_takes_audits.png",
        "trust_takes_audits.svg",
    ]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "whole records of 28 classes: 29,548 audits, 80,939 hours"
    assert lines[1].endswith("15%") and lines[2].startswith(
        "throughput 7.41x; free audits 8.02x; full review 3.33x"
    )
    speedups = [float(line.split()[2].rstrip("x")) for line in lines if line.startswith("  ")]
    besides, beyond = speedups[: len(speedups) // 2], speedups[len(speedups) // 2 :]
    outcomes = {line.split()[0]: line.split()[2:4] for line in lines[4 : 4 + len(besides)]}
    assert (
        outcomes["0.04"][0] == "1.86x"
        and outcomes["0.08"] == ["3.39x", "79.5%"]
        and outcomes["1.00"][0] == "7.72x"
    )
    beyond_rows = {line.split()[0]: line.split() for line in lines[5 + len(besides) :]}
    assert float(beyond_rows["0.33"][3].rstrip("%")) < 2
    assert besides == sorted(besides) and beyond == sorted(beyond) and besides[0] < 3.33 < beyond[0]
    assert all(low <= high for low, high in zip(besides, beyond, strict=True))


def test_how_many_reviewers_prints_its_answer(tmp_path, capsys):
    script = load("how_many_reviewers")
    assert (
        script.main(["-o", str(tmp_path), "--points", "9", "--times", "1", "--targets", "1.2", "2"])
        == 0
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "how_many_reviewers.png",
        "how_many_reviewers.svg",
    ]
    rows = {line.split()[0]: line.split()[1:] for line in capsys.readouterr().out.splitlines()[1:]}
    assert rows == {"1": ["never", "never", "1.09x"]}


def test_safety_throughput_frontier_prints_its_answer(tmp_path, capsys, monkeypatch):
    script = load("safety_throughput_frontier")
    frontier = script.frontier
    monkeypatch.setattr(
        script, "frontier", lambda times, parts=(0.05, 0.5): frontier(times, parts)
    )  # two budgets in the figure
    assert script.main(["-o", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "safety_throughput_frontier.png",
        "safety_throughput_frontier.svg",
    ]
    _, first, *rest = capsys.readouterr().out.splitlines()
    today, later = rest[:5], rest[6:]
    assert first.endswith("1.38x, 1.26e+08 h") and "31.68x" in rest[5]
    rows = [[line.split()[:3] for line in block] for block in (today, later)]
    speedup, price = (
        [[float(row[column].rstrip("x")) for row in block] for block in rows] for column in (1, 2)
    )
    # Today a limit of half of the field's hours costs 1 %, of a twentieth 2 %, of zero 15 %; at a
    # thousand times the compute a twentieth costs 94 %. Speed-ups are printed to 0.01.
    assert [1 - speedup[0][row] / 1.38 for row in (3, 2, 0)] == pytest.approx(
        [0.01, 0.02, 0.15], abs=0.006
    )
    assert 1 - speedup[1][2] / 31.68 == pytest.approx(0.94, abs=0.005)
    assert price[0][2] == pytest.approx(0.2, abs=0.05) and price[0][0] == pytest.approx(35, abs=0.5)
    assert all(block == sorted(block, reverse=True) for block in price) and all(
        block == sorted(block) for block in speedup
    )
    # From no review to layers of AI review, to AI critics, to people assisted by AI.
    main = [line.split()[4] for line in later]
    assert [main[0], main[3], main[4]] == ["assisted", "layered_ai_review", "no_review"]
    assert "ai_assisted_review" in later[2] and all(
        " full_review" not in line for line in (*today, *later)
    )


def test_alignment_beside_capabilities_answers_and_draws(tmp_path, monkeypatch, capsys):
    script = load("alignment_beside_capabilities")
    monkeypatch.setattr(script, "WORLDS", {"davidson_best_guess": "best guess"})
    monkeypatch.setattr(
        script, "RULES", {rule: script.RULES[rule] for rule in ("every unit reviewed",)}
    )
    monkeypatch.setattr(script, "POINTS", 8)
    assert script.main(["-o", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"alignment_beside_capabilities.{ending}" for ending in ("png", "svg")
    ]
    rows = [
        list(map(float, line.split("reviewed")[1].replace("not reached", "nan").split()))
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("best guess")
    ]
    for row, expected in zip(
        rows,
        (  # 2x and 3x of alignment and of software R&D, work, months: catalogs' map, Davidson's
            (2033.07, 2031.40, np.nan, 2032.09, 5.5, 9.2, -20.0, np.nan),
            (2038.15, 2035.51, np.nan, 2036.32, 8.8, 15.5, -31.7, np.nan),
        ),
        strict=True,
    ):
        assert row == pytest.approx(expected, abs=0.15, nan_ok=True)
        assert 12 * (row[1] - row[0]) == pytest.approx(row[6], abs=0.2)


def test_what_a_dollar_should_buy_answers_and_draws(tmp_path, capsys):
    script = load("what_a_dollar_should_buy")
    assert script.main(["-o", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"what_a_dollar_should_buy.{ending}" for ending in ("png", "svg")
    ]
    assert capsys.readouterr().out.startswith(
        "Of a dollar 3 cents should buy review today and 57 in the end, and compute never more "
        "than 20; it buys 1.10 times the research of people alone today and 2.10 times in the end, "
        "and an hour of one more reviewer is worth $156 and $245."
    )


def test_what_matters_most_names_an_input_for_each_answer(tmp_path, capsys):
    script = load("what_matters_most")
    catalog, rows = cases(("t_agi_ladder", "16"), ("alignment_research", "32"))
    assert script.main(["--catalog", catalog, "--rows", rows, "-o", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"what_matters_most.{ending}" for ending in ("png", "svg")
    ]
    printed = capsys.readouterr().out
    assert "the ceiling set by oversight hangs most on the review per unit of work" in printed
    assert printed.count("hangs most on") == 4
    assert catalog == "t_agi_ladder" or printed.count("level of the capability line") == 3


def test_calibrated_2026_prints_both_answers_before_and_after(tmp_path, capsys):
    script = load("calibrated_2026")
    evidence = tmp_path / "evidence.yaml"
    evidence.write_text(
        "title: t\npaths: epoch_trend\nsources: {A: {title: a, access: secondary}}\nmoments:\n"
        "  m0: {output: throughput_speedup, date: 2026, value: 2.5, sd: 0.1, source: A, why: x}\n"
    )
    words = ["--catalog", "t_agi_ladder", "--moments", str(evidence), "--weighted", "2048"]
    assert script.main([*words, "--draws", "16", "-o", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"calibrated_2026.{ending}" for ending in ("png", "svg")
    ]
    printed = capsys.readouterr().out
    before, after = (
        float(text.split()[0])
        for text in (printed.split("speed-up from ")[1], printed.split(") to ")[1])
    )
    assert before > after and abs(after - 2.5) < 0.3 and "every measurement is met" in printed


def test_calibrated_2026_answers_as_it_says():
    """By draws resampled by their weights, in place of its weighted ones."""
    script, catalog = load("calibrated_2026"), tm.load_catalog("alignment_research")
    columns = evidenced_draws(catalog, "2026", DRAWS).columns
    found = xr.Dataset(
        {
            "weight": ("draw", np.ones(DRAWS)),
            "value": (("draw", "number"), np.stack(list(columns.values()), axis=1)),
        },
        {"number": list(columns)},
    )
    result = script.answers(catalog, found, DRAWS)
    speedups, places = (
        [result[label][name].values for label in ("before", "after")]
        for name in (script.SPEEDUP, script.PLACE)
    )
    assert speedups[1][1] == pytest.approx(speedups[0][1], rel=0.1)
    assert np.ptp(speedups[1]) < np.ptp(speedups[0]) / 2
    assert places[1][1] < places[0][1] / 2
    assert np.log10(places[1][2] / places[1][0]) < 3 < np.log10(places[0][2] / places[0][0])


def test_monitors_or_reviewers_answers_and_draws(tmp_path, capsys):
    script = load("monitors_or_reviewers")
    assert script.main(["-o", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"monitors_or_reviewers.{ending}" for ending in ("png", "svg")
    ]
    assert capsys.readouterr().out.startswith(
        "Where no attack is expected to do more than 2.3 of harm, looks at random leave 2.68 times "
        "the research of people alone, alerts of a monitor 2.87 and the better of the two 2.89, "
        "against 2.93, 3.08 and 3.10 where every attack is tolerated;"
    )


def test_does_verification_get_harder_answers_and_draws(tmp_path, monkeypatch, capsys):
    """More reviewers give more research and less cost of oversight, a larger gap less research."""
    script = load("does_verification_get_harder")
    found = []
    maps = script.maps
    monkeypatch.setattr(script, "maps", lambda points: found.append(maps(points)) or found[-1])
    assert script.main(["-o", str(tmp_path), "--points", "4"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"does_verification_get_harder.{ending}" for ending in ("png", "svg")
    ]
    assert capsys.readouterr().out.startswith("With 100 reviewers research goes ")
    (result,) = found
    speedup, cost = (result[name] for name in script.NUMBERS)
    assert (speedup.diff("reviewers") > -1e-9).all() and (speedup.diff("gamma") < 1e-9).all()
    assert (cost.diff("reviewers") < 1e-9).all() and (cost >= 1).all()
    # with a gap of 0 more compute never slows research; with one of 0.4 and reviewers who are few
    # it does
    late, early = speedup.sel(compute=1e34), speedup.sel(compute=1e32)
    assert (late.sel(gamma=0, method="nearest") > early.sel(gamma=0, method="nearest") - 1e-9).all()
    few = slice(0, 1000)
    assert (late.sel(gamma=0.4, reviewers=few) < early.sel(gamma=0.4, reviewers=few)).all()


def test_faults_that_are_explained_are_possible():
    """Else the code has changed, and with it what was explained."""
    faults = load("trust/faults")
    reasons = faults.explained()
    assert len(reasons) > 20 and all(reasons.values())
    key = next(iter(reasons))
    (fault, *_) = [each for each in faults.mutants_of(key[0]) if faults.key_of(each) == key]
    changed = fault.source.splitlines()
    assert len(changed) == len(faults.path_of(key[0]).read_text().splitlines())
    assert fault.instead in changed[fault.line - 1]
