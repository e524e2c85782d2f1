"""Alignment beside capabilities: compute of the world, work as an integral, feedback, dates."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from first import first
from locations import DATA
from small import small_catalog

import taskmodel as tm
from taskmodel.cli import main
from taskmodel.organisation.abilities import training_thresholds
from taskmodel.organisation.quantities import Quantities
from taskmodel.sweeps._sweep import sweep_along
from taskmodel.sweeps.walker import Setting
from taskmodel.takeoff import load_world
from taskmodel.takeoff.beside.capability_map import on_maps
from taskmodel.takeoff.beside.embedding import embed
from taskmodel.takeoff.beside.work import accumulated_work
from taskmodel.takeoff.davidson.moment_kernels import MOMENT_COLUMNS, SOFTWARE, SOFTWARE_GROWTH
from taskmodel.takeoff.davidson.moments import SOFTWARE_MULTIPLIER
from taskmodel.takeoff.davidson.simulation import solve_world

WORLD = load_world("davidson_best_guess", {"n_labour_tasks": 10, "t_end": 2042})
IN_2023 = {"software_date": 2023.2}
TASKS = {
    "a": {"share": 0.4},
    "b": {"share": 0.3, "horizon": 100, "review_ratio": 0.5},
    "c": {"share": 0.3, "delegable": False},
}
TIMES = np.linspace(2026, 2040, 15)


@pytest.fixture(scope="module")
def track():
    return solve_world(WORLD)


@pytest.fixture(scope="module")
def baseline():
    return beside(WORLD, catalog(), times=TIMES)


def beside(world, organisation, **options):
    """Both on their own maps, unless one is given."""
    return tm.alignment_beside(world, organisation, **{"map": "separate", **options})


def catalog(tasks=TASKS, **blocks):
    return small_catalog(tasks, **{"over_time": IN_2023, **blocks})


def still(training_run):
    """A world in which nothing changes, at the software of 2023."""
    moment = np.zeros(MOMENT_COLUMNS)
    return SimpleNamespace(
        log_run=lambda dates: np.full(len(dates), math.log(training_run)),
        at=lambda date: moment,
        base=2020.0,
        end=2060.0,
    )


def test_compute_is_the_largest_run_in_the_software_of_the_catalog_over_its_share_of_a_year(track):
    world = tm.simulate(WORLD, times=[2023.2, 2026, 2030, 2036])
    result = beside(WORLD, catalog(), times=[2026, 2030, 2036])
    expected = world["biggest_training_run"][1:] / world["software"][0]
    np.testing.assert_allclose(result["training_run"], expected, rtol=1e-9)
    np.testing.assert_allclose(result["compute"], expected / 0.5, rtol=1e-9)
    # and what the organisation does there is what it does at that compute anywhere
    alone = tm.sweep(catalog(), result["compute"].values)
    for name in ("output", "throughput_speedup", "latency_speedup", "speedup", "bulk_speedup"):
        np.testing.assert_allclose(result[name], alone[name], rtol=1e-9, err_msg=name)


def test_in_a_world_with_constant_compute_speedups_are_constant_and_work_grows_evenly():
    embedded = embed(catalog(), still(1e29), {}, 2026.0, 2036.0)
    work = accumulated_work(embedded, 1e-9)
    swept, _ = sweep_along(embedded.axis(work), np.linspace(2026, 2036, 7))
    alone = tm.sweep(catalog(), [2e29])
    for name in ("throughput_speedup", "latency_speedup", "speedup"):
        np.testing.assert_allclose(swept[name], float(alone[name][0]), rtol=1e-12)
    assert swept.sizes["event"] == 0
    rate = float(alone["output"][0]) ** 0.5 * float(alone["latency_speedup"][0]) ** 0.5
    np.testing.assert_allclose(
        work([2026, 2031, 2036])[:, 0], [0, 5 * rate, 10 * rate], rtol=1e-12, atol=1e-12
    )
    np.testing.assert_allclose(work(2036.0)[1], 10 * float(alone["bulk_speedup"][0]), rtol=1e-12)


def test_without_ai_work_is_the_integral_of_people_to_the_power_of_the_parallel_exponent(track):
    """People grow e^(g t): W = (e^(lambda g T) - 1)/(lambda g), in bulk (e^(g T) - 1)/g."""
    nobody = catalog(
        {name: {**task, "delegable": False} for name, task in TASKS.items()},
        production={"parallel_exponent": 0.3},
    )
    growth, years = math.log(1.21), 14.0
    courses = {"pools.researchers.headcount": [(2026, 10), (2040, 10 * math.exp(growth * years))]}
    work = accumulated_work(embed(nobody, track, courses, 2026.0, 2040.0), 1e-9)
    for passed in (0.0, 3.3, 14.0):
        expected = [math.expm1(rate * passed) / rate for rate in (0.3 * growth, growth)]
        np.testing.assert_allclose(work(2026 + passed), expected, rtol=1e-8, atol=1e-12)
    assert (np.abs(work(2040.0) - expected) <= work.error + 1e-12).all()


def test_work_that_is_effective_says_so(baseline):
    """Work is the integral of the effective speed-up, also where milestones are of throughput."""
    steps = np.diff(baseline["time"]) @ (baseline["speedup"].values[1:])
    assert float(baseline["work"][-1]) <= steps * (1 + 1e-6)
    assert "effective" in baseline["work"].attrs["long_name"]
    assert "effective" in baseline["milestone_work"].attrs["long_name"]
    assert "effective" not in baseline["milestone_work_bulk"].attrs["long_name"]


def test_a_feedback_that_is_off_changes_nothing(baseline):
    off = {"exponent": 0, "scale": 10}
    idle = catalog(over_time={**IN_2023, "review": off, "scoping": {**off, "verifiability": 0.5}})
    result = beside(WORLD, idle, times=TIMES)
    xr.testing.assert_equal(result, baseline)
    # nor does AI that is all safe to use
    safe = catalog(
        over_time={**IN_2023, "safe_capability": {"start": 1e60, "exponent": 0, "scale": 1}}
    )
    xr.testing.assert_allclose(beside(WORLD, safe, times=TIMES), baseline, rtol=1e-7)


REVIEW = {"exponent": 0.7, "scale": 3, "least": 0.1}


def test_work_with_feedback_solves_its_own_equation(track, baseline):
    """At any date dW/dt is the rate of the catalog with the review ratios that W has left."""
    learning = catalog(over_time={**IN_2023, "review": REVIEW})
    result = beside(WORLD, learning, times=TIMES)
    remaining = 0.1 + 0.9 * (1 + result["work"] / 3) ** -0.7
    np.testing.assert_allclose(result["review_remaining"], remaining, rtol=1e-12)
    assert float(result["review_remaining"][-1]) < 0.5
    work = accumulated_work(embed(learning, track, {}, 2026.0, 2040.0), 1e-8)
    np.testing.assert_allclose(result["work"], work(TIMES)[:, 0], rtol=1e-5)
    rounding = 2e-6 * float(result["work"][-1])  # twice the error of work
    assert (result["work"] >= baseline["work"] - rounding).all()
    assert float(result["work"][-1]) > 1.1 * float(baseline["work"][-1])
    for index in (3, 12):
        date, share = float(result["time"][index]), float(remaining[index])
        situation = catalog().replace(
            {
                f"tasks.{name}.review_ratio": share * catalog().get(f"tasks.{name}.review_ratio")
                for name in TASKS
            }
        )
        alone = tm.sweep(situation, [float(result["compute"][index])])
        for name in ("output", "throughput_speedup", "latency_speedup"):
            assert float(result[name][index]) == pytest.approx(float(alone[name][0]), rel=1e-8), (
                name
            )
        rate = float(alone["output"][0]) ** 0.5 * float(alone["latency_speedup"][0]) ** 0.5
        near = work([date - 1e-3, date + 1e-3])[:, 0]
        assert (near[1] - near[0]) / 2e-3 == pytest.approx(rate, rel=1e-5)


def test_horizons_of_tasks_that_can_be_checked_fall_and_they_open_sooner(track):
    scored = {
        "a": {**TASKS["a"], "verifiability": {"score": 0.9}},
        "b": {**TASKS["b"], "verifiability": {"score": 0.3}},
        "c": TASKS["c"],
    }
    scoping = {"exponent": 0.5, "scale": 2, "verifiability": 0.8}
    dates, work = {}, {}
    for name, rules in (("plain", IN_2023), ("scoped", {**IN_2023, "scoping": scoping})):
        embedded = embed(catalog(scored, over_time=rules), track, {}, 2026.0, 2037.0)
        work[name] = accumulated_work(embedded, 1e-7)
        swept, _ = sweep_along(embedded.axis(work[name]), np.array([2026.0, 2037.0]))
        opened = tm.events(swept).sel(event=swept["event_kind"].values == "automatable")
        dates[name] = dict(zip(opened["task"].values, opened["time"].values, strict=True))
    assert dates["scoped"]["b"] == pytest.approx(dates["plain"]["b"], abs=1e-9)
    date = dates["scoped"]["a"]
    assert date < dates["plain"]["a"] - 0.05
    # 60 h m(W) minutes of horizon are what the training run of the date gives
    (run,), remaining = (
        embedded.training(np.array([date])),
        (1 + work["scoped"](date)[0] / 2) ** -0.5,
    )
    assert 10 ** (1.045 + 0.485 * math.log10(run / 2.1e25)) == pytest.approx(
        60 * 8 * remaining, rel=1e-7
    )


def test_ai_that_is_not_safe_is_not_used_but_its_compute_is(track):
    unsafe = catalog(
        over_time={**IN_2023, "safe_capability": {"start": 1e20, "exponent": 0, "scale": 1}}
    )
    result = beside(WORLD, unsafe, times=[2026, 2040])
    # the ratio of two equal outputs, each computed from an optimum
    np.testing.assert_allclose(result["throughput_speedup"], 1, rtol=1e-12)
    assert np.isnan(result["milestone_value"].sel(milestone="alignment_open_20%"))
    embedded = embed(unsafe, track, {}, 2026.0, 2040.0)
    situation = embedded.situation(Setting(unsafe), np.array([2035.0]), np.array([0.0]))
    whole = catalog().compute.inference_share.value * embedded.compute(np.array([2035.0]))
    np.testing.assert_allclose(
        situation.arrays[1][0, situation.setting.organisation.factors.index("inference")],
        whole,
        rtol=1e-12,
    )


def test_ai_that_becomes_safe_by_work_opens_tasks_where_it_is_enough(track):
    becoming = {"start": 1e27, "exponent": 2, "scale": 1}
    embedded = embed(
        catalog(over_time={**IN_2023, "safe_capability": becoming}), track, {}, 2030.0, 2040.0
    )
    work = accumulated_work(embedded, 1e-6)
    swept, _ = sweep_along(embedded.axis(work), np.array([2030.0, 2040.0]))
    opened = tm.events(swept).sel(event=swept["event_kind"].values == "automatable")
    for task, date in zip(opened["task"].values, opened["time"].values, strict=True):
        safe = 1e27 * (1 + work(date)[0]) ** 2
        assert safe < embedded.training(np.array([date]))[0]  # it is safety that holds it back
        assert safe == pytest.approx(
            2.1e25 * 10 ** ((math.log10(60 * {"a": 8, "b": 100}[task]) - 1.045) / 0.485), rel=1e-7
        )
    assert "a" in opened["task"].values


def growing():
    """Review that binds from the start and reviewers who grow, so that speed-ups rise smoothly."""
    tasks = {
        "a": {"share": 0.9, "review_ratio": 0.5, "horizon": 0.1},
        "b": {"share": 0.1, "horizon": 0.1, "review_ratio": 0.1},
    }
    return catalog(tasks, supervision={"pool": "dedicated", "headcount": 1})


def test_milestones_satisfy_their_equalities_to_a_hundred_millionth_of_a_year():
    courses = {"supervision.headcount": [(2026, 1), (2040, 1000)]}
    result = beside(WORLD, growing(), paths=courses, times=[2026, 2040], work_error=1e-3)
    dates = dict(zip(result["milestone"].values, result["milestone_value"].values, strict=True))
    targets = {level: dates[f"alignment_{level}x"] for level in (2, 3, 10)}
    around = np.array([date + offset for date in targets.values() for offset in (-1e-8, 0, 1e-8)])
    situation = beside(
        WORLD, growing(), paths=courses, times=np.concatenate([[2026], around]), work_error=1e-3
    )["throughput_speedup"].values[1:]
    for level, (before, moment, after) in zip(targets, situation.reshape(-1, 3), strict=True):
        assert before < level < after
        assert moment == pytest.approx(level, rel=1e-8)


def test_milestones_of_the_world_satisfy_theirs(track, baseline):
    dates = dict(zip(baseline["milestone"].values, baseline["milestone_value"].values, strict=True))
    world = tm.milestones(tm.simulate(WORLD, times=[2022]))["value"]
    for name in (
        "automation_rnd_20%",
        "automation_rnd_100%",
        "automation_gns_20%",
        "automation_gns_100%",
    ):
        assert dates[name] == pytest.approx(float(world.sel(milestone=name)), abs=1e-8)
    for level in (2, 3, 10):
        before, after = (
            track.at(dates[f"capability_{level}x"] + offset)[SOFTWARE_MULTIPLIER]
            for offset in (-1e-8, 1e-8)
        )
        assert before < math.log(level) <= after
    date = dates["software_doubles_in_a_month"]
    before, after = (track.at(date + offset)[SOFTWARE_GROWTH] / 12 for offset in (-1e-8, 1e-8))
    assert before < math.log(2) <= after
    # the growth that is told is the derivative of the level that is, the nearer the nearer steps
    # solve the equations
    exact = solve_world(WORLD, 1e-9)
    apart = [exact.at(2035.3 + offset)[SOFTWARE] for offset in (-1e-5, 1e-5)]
    assert exact.at(2035.3)[SOFTWARE_GROWTH] == pytest.approx(
        (apart[1] - apart[0]) / 2e-5, rel=1e-6
    )


def test_the_date_at_which_a_task_opens_is_that_of_its_threshold(track, baseline):
    date = float(baseline["milestone_value"].sel(milestone="alignment_open_100%"))
    opens = 2.1e25 * 10 ** ((math.log10(60 * 100) - 1.045) / 0.485)
    software = track.at(2023.2)[SOFTWARE]
    before, after = np.exp(track.log_run(date + np.array([-1e-8, 1e-8])) - software)
    assert before < opens <= after


def test_months_and_work_between_milestones_add_up(baseline):
    result = tm.milestones(baseline)
    months, dates = result["months_between"], result["value"]
    assert float(
        months.sel(milestone="automation_rnd_20%", until="automation_rnd_100%")
    ) == pytest.approx(
        12
        * float(
            dates.sel(milestone="automation_rnd_100%") - dates.sel(milestone="automation_rnd_20%")
        )
    )
    np.testing.assert_array_equal(months.values, -months.values.T)
    missed = np.isnan(dates.values)
    assert missed.any() and (np.isnan(result["work"].values) == missed).all()
    order = np.argsort(dates.values[~missed])
    # dates that agree to rounding may be in either order
    assert (np.diff(result["work"].values[~missed][order]) >= -1e-9).all()


@pytest.mark.parametrize(
    ("scenario", "alignment", "capability"), [("full", 3.97, 7.42), ("floor", 7.68, 21.57)]
)
def test_with_everything_automated_and_no_substitution_the_ratio_is_as_published(
    scenario, alignment, capability
):
    """The model, section 7: 7.42/3.97 with every unit reviewed, 21.57/7.68 at the floors."""
    both = [
        first(name, "reference", {"supervision.coverage": scenario})
        for name in ("alignment_research", "ml_capability_rnd")
    ]
    result = beside(WORLD, both[0], capabilities=both[1], times=[2041.5, 2042], work_error=1e-3)
    assert float(result["throughput_speedup"][-1]) == pytest.approx(alignment, abs=0.005)
    assert float(result["capability_catalog_throughput_speedup"][-1]) == pytest.approx(
        capability, abs=0.005
    )


def test_a_simulated_world_is_followed_as_it_was_made_and_a_file_gives_it_back(tmp_path, baseline):
    by_result = beside(tm.simulate(WORLD, times=[2022]), catalog(), times=TIMES)
    xr.testing.assert_equal(by_result, baseline)
    tm.save(baseline, tmp_path / "result.nc")
    xr.testing.assert_identical(tm.open(tmp_path / "result.nc"), baseline)


@pytest.mark.parametrize(
    ("arguments", "error", "expected"),
    [
        (
            {"catalog": small_catalog(TASKS)},
            tm.CatalogError,
            "over_time: is missing: in a simulated world",
        ),
        ({"catalog": "alignment_research"}, TypeError, "a Catalog is needed"),
        (
            {"catalog": catalog(over_time={"software_date": 2010})},
            ValueError,
            "which the world does not reach: it goes from 2022 to 2042",
        ),
        ({"times": [2030]}, ValueError, r"at least two points \[calendar year\]"),
        ({"times": [2036, 2030]}, ValueError, "increase; found 2036 and then 2030"),
        ({"times": [2030, 2060]}, ValueError, r"in \[2022.0, 2042.0\]"),
        (
            {"map": "both"},
            ValueError,
            "map must be one of catalog, davidson, separate; found 'both'",
        ),
        ({"measure": "output"}, ValueError, "throughput_speedup, speedup; found 'output'"),
        ({"paths": "epoch_trend"}, tm.CatalogError, "no such path|compute is the world's"),
        (
            {"paths": {"compute": [(2026, 1e28), (2040, 1e30)]}},
            ValueError,
            "compute is the world's",
        ),
        (
            {"paths": {"supervision.headcount": [(2035, 1), (2040, 2)]}},
            ValueError,
            "is given from 2035 to 2040; found 2026",
        ),
        ({"world": tm.simulate(WORLD, reference_step=0.5)}, ValueError, "was stepped"),
        ({"world": xr.Dataset()}, ValueError, "no simulated world"),
    ],
)
def test_what_cannot_be_followed_is_refused(arguments, error, expected):
    arguments = {"world": WORLD, "catalog": catalog(), "times": TIMES, **arguments}
    with pytest.raises((error, ValueError), match=expected) as caught:
        beside(arguments.pop("world"), arguments.pop("catalog"), **arguments)
    assert isinstance(caught.value, (error, ValueError))


def test_the_scenario_of_work_that_pays_back_fits_every_catalog_and_changes_no_sweep():
    for name in ("alignment_research", "ml_capability_rnd", "t_agi_ladder"):
        scenario = tm.load_catalog(name, "work_pays_back")
        assert scenario.over_time.review.exponent.source == ("judgement",)
    baseline, with_it = (
        tm.sweep(tm.load_catalog("t_agi_ladder", scenario), [1e28, 1e31])
        for scenario in (None, "work_pays_back")
    )
    xr.testing.assert_equal(baseline, with_it)


def test_the_command_tells_milestones_work_and_months(tmp_path, capsys):
    (tmp_path / "mine.yaml").write_text(catalog().yaml_text)
    mine = str(tmp_path / "mine.yaml")
    short = ["simulate", "--set", "n_labour_tasks=10", "--set", "t_end=2036", "--alignment", mine]
    assert main([*short, "--capabilities", mine, "--json", "-o", str(tmp_path / "out")]) == 0
    facts = json.loads(capsys.readouterr().out)
    alignment, capability = (
        facts["milestones"][f"{side}_2x"] for side in ("alignment", "capability_catalog")
    )
    # the same catalog at the same training runs: equal by construction
    assert alignment["value"] == capability["value"] and alignment["work"] > 0
    assert facts["months_between"]["alignment_2x"]["capability_catalog_2x"] == 0
    assert facts["alignment"]["catalog"] == "mine" and facts["overrides"]["t_end"] == 2036
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "result.nc",
        "beside.png",
        "beside.svg",
    }
    assert main([*short, "--capabilities", mine]) == 0
    printed = capsys.readouterr().out
    assert (
        f"{alignment['value']:.3f}" in printed
        and "not reached" in printed
        and "Months from the first to the second" in printed
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--paths", "slow"], "add --alignment CATALOG"),
        (["--effective"], "--effective is of an organisation"),
        (
            ["--alignment", "t_agi_ladder", "--reference-step", "0.1"],
            "leave it out with --alignment",
        ),
        (
            ["--alignment", "t_agi_ladder", "--alignment-set", "speed=3"],
            "--alignment-set: speed: there is no such path",
        ),
        (
            ["--alignment", "t_agi_ladder", "--alignment-set", "speed"],
            "argument --alignment-set: must be PATH=VALUE",
        ),
    ],
)
def test_the_command_refuses_what_cannot_be(arguments, expected, capsys):
    assert main(["simulate", *arguments]) == 2
    assert expected in capsys.readouterr().err


def test_work_without_limit_is_no_answer_and_says_when(tmp_path, capsys):
    tasks = {"a": {"share": 1}}
    (tmp_path / "mine.yaml").write_text(
        catalog(tasks, supervision={"coverage": "none"}, compute={"inference": "free"}).yaml_text
    )
    short = [
        "simulate",
        "--set",
        "n_labour_tasks=10",
        "--set",
        "t_end=2036",
        "--alignment",
        str(tmp_path / "mine.yaml"),
    ]
    assert main(short) == 1
    assert "there is no answer: the work done at 2029" in capsys.readouterr().err


DATES_ON_TWO_MAPS = ("alignment_2x", "capability_2x", "capability_catalog_2x")
CATALOGS = (DATA / "alignment_research_b27e634.yaml", DATA / "ml_capability_rnd_b27e634.yaml")


@pytest.fixture(scope="module")
def reference():
    return [tm.load_catalog(path) for path in CATALOGS]


@pytest.mark.parametrize(
    ("capability_map", "world_months", "catalog_months"),
    [("separate", None, -49.26), ("catalog", -15.31, -16.29), ("davidson", -11.52, -12.33)],
)
def test_alignment_is_sped_up_before_capabilities_only_on_two_maps(
    reference, capability_map, world_months, catalog_months
):
    """27 months before the world's R&D on two maps; 49 after the capability catalog on one.

    With the world's thresholds from the catalog all goes faster, and both come sooner.
    """
    result = tm.alignment_beside(
        "davidson_best_guess",
        reference[0],
        capabilities=reference[1],
        map=capability_map,
        times=[2022, 2037],
        work_error=1e-3,
    )
    dates = result["milestone_value"]
    alignment, world, other = (float(dates.sel(milestone=name)) for name in DATES_ON_TWO_MAPS)
    assert tm.months_between(result, "alignment_2x", "capability_catalog_2x") == pytest.approx(
        catalog_months, abs=0.01
    )
    assert 12 * (other - alignment) == pytest.approx(catalog_months, abs=0.01)
    between = result["milestone_months_between"].sel(
        milestone="alignment_2x", until="capability_2x"
    )
    if world_months is None:
        assert 12 * (world - alignment) == pytest.approx(27.03, abs=0.01)
        assert np.isnan(between)
        with pytest.raises(tm.InputError, match="capability_2x on 'davidson'.*map='catalog' or"):
            tm.months_between(result, "alignment_2x", "capability_2x")
    else:
        assert tm.months_between(result, "alignment_2x", "capability_2x") == pytest.approx(
            world_months, abs=0.01
        )
        assert float(between) == pytest.approx(world_months, abs=0.01)


def test_on_the_map_of_a_catalog_a_task_of_the_world_opens_at_the_threshold_of_the_catalog():
    """Three tasks of a world at three thresholds, each reached as the run passes it."""
    tasks = {
        "easy": {"share": 0.3, "horizon": 0.5},
        "middle": {"share": 0.3, "horizon": 8, "horizon_multiplier": 2},
        "hard": {"share": 0.4, "horizon": 400, "delegable": False},
    }
    source = small_catalog(tasks, over_time=IN_2023)
    world = load_world("davidson_best_guess", {"n_labour_tasks": 3, "t_end": 2045})
    mapped = on_maps(world, 5e-6, catalog(), source, "catalog")
    software = mapped.track.at(2023.2)[SOFTWARE]
    thresholds = [
        2.1e25 * 10 ** ((math.log10(60 * hours) - 1.045) / 0.485) for hours in (0.5, 16, 400)
    ]
    goods, rnd = mapped.track.economy.families
    assert rnd.log_training == pytest.approx([math.log(t) + software for t in thresholds])
    # goods tasks take three times as much, and running compute makes up for nothing
    assert goods.log_training == pytest.approx([math.log(3) + level for level in rnd.log_training])
    assert [rnd.reach(level + side) for level in rnd.log_training for side in (-1e-9, 1e-9)] == [
        0, 1, 1, 2, 2, 3
    ]  # fmt: skip
    continuum = on_maps(
        world.replace({"n_labour_tasks": None}), 5e-6, catalog(), source, "catalog"
    ).track.economy.families[1]
    reached = [continuum.reach(level + 1e-9) for level in rnd.log_training]
    assert reached == pytest.approx([0.3, 0.6, 1.0])


def test_on_davidsons_map_the_tasks_of_a_catalog_open_as_those_of_the_world_do(track):
    """Tasks a, c, b of the shares .4, .3, .3 stand at the quantiles .2, .55, .85 of R&D."""
    mapped = on_maps(WORLD, 5e-6, catalog(), None, "davidson")
    quantities = Quantities(mapped.alignment)
    software = track.at(2023.2)[SOFTWARE]
    # log10 of the requirement: 32 at the quantile .2, linear to 36 less 4 * 4/7 at .5, and to 36
    top, middle = 36 - math.log10(3), 36 - 16 / 7 - math.log10(3)
    levels = [
        32 - math.log10(3),
        middle + 0.35 / 0.5 * (top - middle),
        middle + 0.05 / 0.5 * (top - middle),
    ]
    expected = [10**level / 30 / math.exp(software) for level in levels]
    np.testing.assert_allclose(training_thresholds(quantities)[0], expected, rtol=1e-9)
    # whether a task has a threshold of its own or a horizon, its order is all that counts
    threshold = {"tasks.b.automation_threshold": 3e26}
    again = on_maps(WORLD, 5e-6, catalog().replace(threshold), None, "davidson").alignment
    assert again.tasks["b"].automation_threshold is None
    easiest = training_thresholds(Quantities(again))[0]
    assert easiest[1] < easiest[0] < easiest[2]


def test_catalogs_with_two_lines_of_horizons_are_two_maps_and_the_mend_works():
    steeper = catalog(capability={"slope": 0.6})
    expected = "small.yaml.*capability.slope: found 0.485, and 0.6 in small: months between two"
    with pytest.raises(tm.CatalogError, match=expected):
        tm.alignment_beside(WORLD, catalog(), capabilities=steeper, times=TIMES)
    mended = catalog().replace({"capability.slope": 0.6})
    for options in ({"map": "separate"}, {"map": "davidson"}):
        tm.alignment_beside(WORLD, catalog(), capabilities=steeper, times=TIMES[:2], **options)
    tm.alignment_beside(WORLD, mended, capabilities=steeper, times=TIMES[:2])
    # without a catalog of capabilities the bundled one is taken on the line that there is
    alone = on_maps(WORLD, 5e-6, mended, None, "catalog")
    hardest = alone.track.economy.families[1].log_training[-1]
    assert (
        hardest
        != on_maps(WORLD, 5e-6, catalog(), None, "catalog")
        .track.economy.families[1]
        .log_training[-1]
    )
    assert alone.source == "ml_capability_rnd"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("alignment_2", "capability_2x", "no milestone 'alignment_2'; did you mean 'alignment_2x'"),
        ("alignment_2x", "agi", "no milestone 'agi'; there are alignment_2x, alignment_3x"),
    ],
)
def test_months_between_milestones_that_do_not_exist_are_refused(baseline, first, second, expected):
    with pytest.raises(tm.InputError, match=expected):
        tm.months_between(baseline, first, second)
    with pytest.raises(tm.InputError, match="give the result of taskmodel.alignment_beside"):
        tm.months_between(xr.Dataset(), first, second)


def test_the_command_says_which_map_it_is_and_prints_no_months_between_two(tmp_path, capsys):
    (tmp_path / "mine.yaml").write_text(catalog().yaml_text)
    short = ["simulate", "--set", "n_labour_tasks=10", "--set", "t_end=2040", "--alignment"]
    short += [str(tmp_path / "mine.yaml")]
    printed = {}
    for capability_map in ("catalog", "davidson", "separate"):
        assert main([*short, "--map", capability_map]) == 0
        printed[capability_map] = " ".join(capsys.readouterr().out.split())
    assert "the tasks of ml_capability_rnd take" in printed["catalog"]
    pair = "alignment research goes 2 times as fast -> the world's software research goes 2 times"
    assert [pair in text for text in printed.values()] == [True, True, False]
    assert "two capability maps, with no months between them" in printed["separate"]
    assert main([*short, "--map", "mine"]) == 2
