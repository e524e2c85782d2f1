"""Paths through time from files: closed forms of growth, products, tables, located defects."""

import json
import math

import numpy as np
import pytest
import xarray as xr
from small import small_catalog

import taskmodel as tm
from taskmodel.catalog import parse_catalog
from taskmodel.cli import main
from taskmodel.errors import CatalogError
from taskmodel.files import bundled
from taskmodel.files.dates import calendar_year
from taskmodel.files.table import read_table
from taskmodel.questions.drawn_axes import drawn_tables
from taskmodel.sweeps.axes import Course
from taskmodel.sweeps.paths import Paths, bundled_paths, courses, load_paths, parse_paths

HEAD = """\
title: Test
begins: 2024
ends: 2034
today: 2026
"""
GROWTH = """\
compute:
  hardware: {growth: [{factor: 1.4}]}
  spending: {growth: [{factor: 3}, {since: 2028, factor: 1.2}]}
  algorithms: {growth: [{factor: 2}, {since: 2027.5, factor: 4}, {since: 2030, factor: 0.5}]}
"""


def catalog():
    return small_catalog({"a": {"share": 0.5}, "b": {"share": 0.5, "delegable": False}})


def at(table, date):
    return float(Course("x", table)(date))


def test_compute_is_the_product_of_its_factors_and_todays_at_the_date_of_today():
    """The closed form: each factor to the power of the years in each of its stretches."""
    found = courses(parse_paths(HEAD + GROWTH), catalog())["compute"]
    today = catalog().compute.today.value
    assert at(found, 2026) == pytest.approx(today, rel=1e-14)
    assert [date for date, _ in found] == [2024, 2026, 2027.5, 2028, 2030, 2034]
    for date, factor in (
        (2024, 1.4**-2 * 3**-2 * 2**-2),
        (2027, 1.4 * 3 * 2),
        (2029, 1.4**3 * 3**2 * 1.2 * 2**1.5 * 4**1.5),
        (2034, 1.4**8 * 3**2 * 1.2**6 * 2**1.5 * 4**2.5 * 0.5**4),
    ):
        assert at(found, date) == pytest.approx(today * factor, rel=1e-13), date


def dated(date):
    return small_catalog({"a": {"share": 1}}, compute={"today_date": date})


@pytest.mark.parametrize("date", [2024, 2025.5, 2026, 2027])
def test_compute_has_its_catalogs_value_at_the_date_that_the_catalog_says(date):
    """Else a catalog of 2024 would have every date two years late."""
    paths = parse_paths(HEAD + GROWTH)
    found, usual = courses(paths, dated(date))["compute"], courses(paths, catalog())["compute"]
    assert at(found, date) == pytest.approx(1e28, rel=1e-13)
    for other in (2025, 2026.25, 2028.5):  # and grows as ever
        growth = at(usual, other) / at(usual, date)
        assert at(found, other) == pytest.approx(1e28 * growth, rel=1e-12)
    # a start of its own is that of the paths' today
    start = "effective_compute: {start: 1e27, unit: FLOP/year, growth: [{factor: 10}], source: S}\n"
    whole = courses(parse_paths(HEAD + "sources: {S: {title: S}}\n" + start), dated(date))
    assert at(whole["compute"], 2026) == pytest.approx(1e27)
    # where the paths' today is drawn, and that of the catalog with it, the drawn one counts
    drawn = HEAD.replace("today: 2026", "today: {value: 2025, low: 2024, high: 2027}")
    assert at(courses(parse_paths(drawn + GROWTH), dated(date))["compute"], 2025) == pytest.approx(
        1e28
    )


def test_compute_of_a_date_outside_of_the_paths_is_refused():
    with pytest.raises(
        CatalogError, match=r"today_date: compute\.today is of 1999, where the paths"
    ):
        courses(parse_paths(HEAD + GROWTH), dated(1999))


def test_draws_of_the_date_of_compute_start_there():
    paths = parse_paths(HEAD + GROWTH)
    columns = {"compute.today_date": np.array([2025.0, 2026.5])}
    tables = drawn_tables(dated(2026), paths, columns, {}, 2)
    for table, date in zip(tables, columns["compute.today_date"], strict=True):
        assert table == courses(paths, dated(float(date)))


def test_dates_of_a_compute_follow_the_date_of_its_catalog(capsys):
    def date(*settings):
        words = ("latency", "t_agi_ladder", "--compute", "4.2e29", *settings)
        assert main(words) == 0
        return capsys.readouterr().out.splitlines()[1]

    assert "today (2024)" in date("--set", "compute.today_date=2024")
    earlier = [
        "--set",
        "compute.today_date=2024",
        "--set",
        "compute.today=4.2e28",
    ]
    late = tm.load_catalog("t_agi_ladder", set={"compute.today_date": 2024})
    result = tm.sweep(late, over="time", paths="epoch_trend", values=[2024.0, 2026.0])
    assert result["compute"].values[0] == pytest.approx(4.2e29)
    assert "today" not in date(*earlier) and "2024" in date(*earlier)


def test_a_product_of_paths_is_the_product_of_what_each_comes_to_alone():
    whole = courses(parse_paths(HEAD + GROWTH), catalog())["compute"]
    names = ("hardware", "spending", "algorithms")
    lines = GROWTH.splitlines(keepends=True)
    parts = [
        courses(parse_paths(HEAD + "compute:\n" + line), catalog())["compute"] for line in lines[1:]
    ]
    dates = np.linspace(2024, 2034, 57)
    product = np.prod(
        [Course(name, part)(dates) for name, part in zip(names, parts, strict=True)], axis=0
    )
    np.testing.assert_allclose(
        Course("x", whole)(dates), product / catalog().compute.today.value ** 2, rtol=1e-12
    )


def test_numbers_of_the_catalog_start_from_the_catalogs_or_from_a_value_of_their_own():
    text = HEAD + (
        "values:\n"
        "  pools.researchers.headcount: {growth: [{factor: 2}]}\n"
        "  supervision.headcount: {growth: [{factor: 1.5}], start: 40, unit: person, "
        "source: judgement, note: for the test}\n"
    )
    found = courses(parse_paths(text), catalog())
    assert "compute" not in found
    assert at(found["pools.researchers.headcount"], 2028) == pytest.approx(
        4 * catalog().pools["researchers"].headcount.value
    )
    assert at(found["supervision.headcount"], 2027) == pytest.approx(60)


def test_a_star_stands_for_every_labour_pool_that_has_no_path_of_its_own():
    text = HEAD + (
        "values:\n"
        "  pools.*.headcount: {growth: [{factor: 2}]}\n"
        "  pools.clerks.headcount: {growth: [{factor: 3}]}\n"
    )
    names = "researchers", "clerks", "x"
    pools = {name: {"headcount": 10, "hours_per_year": 100} for name in names}
    tasks = {"a": {"share": 1, "pool": "x"}}
    found = courses(parse_paths(text), small_catalog(tasks, pools=pools))
    assert {name: at(course, 2027) / at(course, 2026) for name, course in found.items()} == {
        "pools.clerks.headcount": pytest.approx(3),
        "pools.researchers.headcount": pytest.approx(2),
        "pools.x.headcount": pytest.approx(2),
    }
    text = HEAD + "values: {tasks.*.gate_latency: {growth: [{factor: 2}]}}"
    with pytest.raises(tm.CatalogError, match=r"tasks\.\*\.gate_latency: is no number in small"):
        courses(parse_paths(text), small_catalog({"a": {"share": 1}}))


@pytest.mark.parametrize("name", bundled_paths())
def test_bundled_paths_fit_a_catalog_whose_people_have_another_name(name):
    text = small_catalog({"a": {"share": 1}}).yaml_text.replace("researchers", "scholars")
    found = courses(load_paths(name), parse_catalog(text, name="other", file="other.yaml"))
    assert "pools.scholars.headcount" in found


def write(folder, table, more=""):
    (folder / "mine.csv").write_text(table)
    (folder / "mine.yaml").write_text(
        HEAD + "effective_compute: {table: mine.csv, unit: FLOP/year, source: judgement, "
        "note: for the test}\n" + more
    )
    return folder / "mine.yaml"


def test_a_table_gives_effective_compute_directly_and_is_cut_at_the_ends(tmp_path):
    path = write(tmp_path, "date,value\n2023,1e26\n2025-01-01,1e28\n\n2035, 1e33\n")
    found = courses(load_paths(path), catalog())["compute"]
    assert [(date, pytest.approx(value)) for date, value in found] == [
        (2024, 1e27),
        (2025, 1e28),
        (2034, 10**32.5),
    ]


@pytest.mark.parametrize(
    "table",
    [
        '"date","value"\n"2024-01-01",1e27\n"2034","1e29"\n',  # R
        "\ufeffDate;Value\r\n2024,0;1,0e27\r\n2034,0;1,0E+29\r\n",  # a spreadsheet in Germany
        "date\tvalue\n2024\t1e27\n2034\t1e29\n",
        'name,VALUE, Date\nx,1e27,2024\n"a, b",1e29,2034\n',
    ],
)
def test_tables_are_read_as_programs_write_them(tmp_path, table):
    course = courses(load_paths(write(tmp_path, table)), catalog())["compute"]
    assert [date for date, _ in course] == [2024, 2034]
    assert [value for _, value in course] == pytest.approx([1e27, 1e29])


@pytest.mark.parametrize(
    "table", ["/etc/passwd", "../mine.csv", "below/../../mine.csv", "link.csv"]
)
def test_tables_lie_below_the_folder_of_the_paths(tmp_path, table):
    folder = tmp_path / "inner"
    folder.mkdir()
    path = write(folder, "")
    (tmp_path / "mine.csv").write_text("date,value\n2024,1e27\n2034,1e29\n")
    (folder / "link.csv").symlink_to(tmp_path / "mine.csv")
    path.write_text(path.read_text().replace("mine.csv", table))
    with pytest.raises(CatalogError, match="is not below the folder of the paths"):
        load_paths(path)


def test_of_a_table_of_a_factor_only_ratios_count(tmp_path):
    write(tmp_path, "date,value\n2024,7\n2026,70\n2034,70\n")
    text = (
        HEAD + "compute:\n  spending: {table: mine.csv, unit: $, source: judgement, "
        "note: for the test}\n"
    )
    (tmp_path / "other.yaml").write_text(text)
    found = courses(load_paths(tmp_path / "other.yaml"), catalog())["compute"]
    today = catalog().compute.today.value
    assert [value for _, value in found] == pytest.approx([today / 10, today, today])


@pytest.mark.parametrize(
    ("table", "line", "column", "says"),
    [
        (
            "when,what\n2024,1\n2034,2\n",
            1,
            1,
            "'when,what'; the first line has to name the columns date",
        ),
        ("", 1, 1, "found nothing"),
        ("date,value\n2024,1\n2034\n", 3, 1, "found 1 cell;"),
        ("date,value\n2024,1\n2030,2,3\n2034,2\n", 3, 1, "found 3 cells"),
        ("date,value\n2024,1\nsoon,2\n2034,2\n", 3, 1, "found 'soon' for a date"),
        ("date,value\n2024,1\n2025-02-30,2\n2034,2\n", 3, 1, "no such day"),
        ("date,value\n2024,1\n2034,much\n", 3, 6, "found 'much' for a value"),
        ("date,value\n2024,1\n2034,-2\n", 3, 6, "above 0"),
        ("date,value\n2024,1\n2034,1e999\n", 3, 6, "found '1e999'"),
        ("date,value\n2024,0\n2034,2\n", 2, 6, "found '0' for a value"),
        ("date,value\n2024,1\n2034,2\n2030,3\n", 4, 1, "the date 2030 comes after 2034"),
        (
            "date,value\n2024,1\n2034,2\n2034,3\n",
            4,
            1,
            "2034 stands at line 3 too, with 2 there and 3 here",
        ),
        ("date,value\n2024,1\n2034,2\n2030,3\n2031,4\n", 4, 1, "sort the lines by date (and 1"),
        ("date,value\n2024,NA\n2025,NA\n2034,NA\n", 2, 6, "separators (and 2 lines below like it)"),
        ("date,value\n2024,1\n2034,\n", 3, 1, "found nothing for a value"),
        ('date,value\n2024,"1,5"\n2034,2\n', 2, 7, "found '1,5' for a value"),
        ("date;date;value\n2024;1;2\n", 1, 1, "'date;date;value'"),
        ("date,value\n" + "2024," + "9" * 200_000 + "\n", 2, 1, "is not CSV: field larger"),
        ("date,value\n2024,1\n", 2, 1, "found 1 date; at least two"),
    ],
)
def test_a_table_with_one_defect_is_refused_at_its_line(tmp_path, table, line, column, says):
    path = write(tmp_path, table)
    with pytest.raises(CatalogError) as caught:
        load_paths(path)
    (defect,) = caught.value.defects
    assert (defect.file, defect.line, defect.column) == (str(tmp_path / "mine.csv"), line, column)
    assert says in defect.message


def test_all_defects_of_a_table_come_at_once(tmp_path):
    with pytest.raises(CatalogError) as caught:
        load_paths(write(tmp_path, "date,value\nnever,nothing\n2024,1\n2023,2\n"))
    assert [defect.line for defect in caught.value.defects] == [2, 2, 4]


def test_a_table_that_does_not_reach_the_ends_or_is_missing_is_refused(tmp_path):
    with pytest.raises(
        CatalogError,
        match=r"mine.yaml:5:28: effective_compute.table: mine.csv goes from 2025 to 2034",
    ):
        load_paths(write(tmp_path, "date,value\n2025,1e28\n2034,1e30\n"))
    path = write(tmp_path, "")
    (tmp_path / "mine.csv").unlink()
    with pytest.raises(CatalogError, match="mine.csv: cannot be read: No such file"):
        load_paths(path)


SERIES = "compute:\n  algorithms: {growth: [{factor: 3}]}\n"


@pytest.mark.parametrize(
    ("text", "path", "says"),
    [
        (HEAD, "", "nothing grows"),
        (HEAD.replace("2034", "2020") + SERIES, "ends", "after `begins` (2024)"),
        (HEAD.replace("2026", "2050") + SERIES, "today", "from `begins` (2024) to `ends` (2034)"),
        (HEAD.replace("begins: 2024\n", "") + SERIES, "begins", "is missing: first date"),
        (
            HEAD + SERIES + "effective_compute: {growth: [{factor: 2}]}\n",
            "effective_compute",
            "both say what effective compute is",
        ),
        (
            HEAD + "compute:\n  algorithms: {}\n",
            "compute.algorithms",
            "give one of `growth` and `table`",
        ),
        (
            HEAD + "compute:\n  algorithms: {growth: [{factor: 0}]}\n",
            "compute.algorithms.growth.0.factor",
            "at least 1e-06",
        ),
        (
            HEAD + "compute:\n  algorithms: {growth: [{factor: {value: 3, unit: 1/year}}]}\n",
            "compute.algorithms.growth.0.factor.unit",
            "use x/year",
        ),
        (
            HEAD + "compute:\n  algorithms: {growth: [{factor: 3}, {factor: 2}]}\n",
            "compute.algorithms.growth",
            "stretch 2 does not say",
        ),
        (
            HEAD + "compute:\n  algorithms: {growth: [{since: 2025, factor: 3}]}\n",
            "compute.algorithms.growth",
            "leave its `since` out",
        ),
        (
            HEAD + "compute:\n  algorithms: {growth: [{factor: 3}, {since: 2030, factor: 2}, "
            "{since: 2028, factor: 2}]}\n",
            "compute.algorithms.growth",
            "stretch 3 holds from 2028 on, not after 2030",
        ),
        (
            HEAD + "compute:\n  algorithms: {growth: [{factor: 3}, {since: 2040, factor: 2}]}\n",
            "compute.algorithms.growth.1.since",
            "between `begins` (2024) and `ends`",
        ),
        (
            HEAD + "compute:\n  a: {growth: [{factor: 3}], start: 3, unit: $, source: judgement, "
            "note: x}\n",
            "compute",
            "only its growth counts",
        ),
        (
            HEAD + "values:\n  supervision.headcount: {growth: [{factor: 3}], start: 3}\n",
            "values.supervision.headcount.start",
            "needs the `unit` of its numbers and the `source` of its numbers (or judgement, with",
        ),
        (
            HEAD + "values:\n  supervision.headcount: {table: t.csv, source: judgement, note: x}\n",
            "values.supervision.headcount.table",
            "needs the `unit` of its numbers beside it",
        ),
        (
            HEAD + "compute:\n  a: {growth: [{factor: {value: 3, source: NOBODY}}]}\n",
            "compute.a.growth.0.factor.source",
            "no source 'NOBODY'",
        ),
        (
            HEAD + "compute:\n  a: {growth: [{factor: {value: 3, source: judgement}}]}\n",
            "compute.a.growth.0.factor",
            "needs a `note`",
        ),
        (HEAD + SERIES + "speed: 3\n", "speed", "unknown key"),
    ],
)
def test_a_file_with_one_defect_is_refused_at_its_place(text, path, says):
    with pytest.raises(CatalogError) as caught:
        parse_paths(text)
    (defect,) = caught.value.defects
    assert defect.path.startswith(path) and says in str(defect)
    assert defect.line is not None


@pytest.mark.parametrize(
    ("series", "says"),
    [
        ("supervision.headcont: {growth: [{factor: 2}]}", "did you mean 'supervision.headcount'"),
        ("supervision.pool: {growth: [{factor: 2}]}", "is no number in"),
        (
            "supervision.headcount: {growth: [{factor: 2}], start: 3, unit: h, source: judgement, "
            "note: x}",
            "the unit of this number is person",
        ),
        (
            "capability.defect_probability: {growth: [{factor: 2}]}",
            "the catalog's value is 0, which does not grow",
        ),
    ],
)
def test_paths_that_do_not_fit_a_catalog_are_refused_where_they_stand(series, says):
    paths = parse_paths(HEAD + f"values:\n  {series}\n")
    with pytest.raises(CatalogError, match=says) as caught:
        courses(paths, catalog())
    assert caught.value.defects[0].line == 6


def test_bundled_paths_give_every_number_with_unit_and_source_and_fit_every_catalog():
    assert bundled_paths() == ("epoch_trend", "field_growth", "physical_experiments", "slow")
    for name in bundled_paths():
        paths = load_paths(name)
        for series in paths.series().values():
            for stretch in series.growth:
                for number in (stretch.factor, stretch.since):
                    assert number is None or (number.unit and number.source)
        for other in bundled.names("catalog"):
            there = tm.load_catalog(other)
            found = courses(paths, there)
            assert ("compute" in found) == (name != "field_growth")  # a world has its own
            for path, table in found.items():
                today = there.compute.today.value if path == "compute" else there.get(path)
                assert at(table, paths.today.value) == pytest.approx(today)


def test_experiments_on_physical_compute_grow_with_chips_alone():
    """Where they alone limit research: 4.5 times a year in place of 13.5."""
    catalog = tm.load_catalog("ml_capability_rnd", "physical_experiments")
    scarce = catalog.replace({"compute.experiment_share": 1e-9})
    for name, factor in (("epoch_trend", 13.5), ("physical_experiments", 4.5)):
        swept = tm.sweep(scarce, over="time", paths=name, values=[2026, 2027])
        assert float(swept["output"][1] / swept["output"][0]) == pytest.approx(factor, rel=1e-4)
    # 900 H100-hours for an hour of research, of the developer's compute
    hours = sum(pool.headcount.value * pool.hours_per_year.value for pool in catalog.pools.values())
    share = 900 * hours * catalog.compute.h100_hour.value / catalog.compute.today.value
    assert round(share, 2) == 0.08


@pytest.mark.parametrize("name", bundled.names("catalog"))
def test_bundled_experiments_never_bind_beyond_1e29_on_chips_either(name):
    catalog = tm.load_catalog(name, "physical_experiments")
    swept = tm.sweep(catalog, [1e29, 1e31, 1e33])
    assert (swept["factor_elasticity"].sel(factor="experiments") == 0).all()


def test_the_trend_is_one_and_an_eighth_powers_of_ten_a_year_as_the_catalog_says_of_today():
    found = courses(load_paths("epoch_trend"), tm.load_catalog("alignment_research"))["compute"]
    assert math.log10(at(found, 2029) / at(found, 2028)) == pytest.approx(
        math.log10(4.5 * 3), rel=1e-12
    )


def test_a_sweep_along_paths_is_that_along_their_courses_and_keeps_their_text(tmp_path):
    paths = parse_paths(HEAD + GROWTH, "mine")
    dates = [2024, 2028, 2034]
    result = tm.sweep(catalog(), over="time", paths=paths, values=dates)
    alone = tm.sweep(catalog(), over="time", paths=courses(paths, catalog()), values=dates)
    assert result.attrs["paths_name"] == "mine" and result.attrs["paths_yaml"] == HEAD + GROWTH
    xr.testing.assert_equal(result, alone)
    tm.save(result, tmp_path / "result.nc")
    xr.testing.assert_identical(tm.open(tmp_path / "result.nc"), result)
    # an event stands where compute passes the threshold
    opened = tm.events(result)
    (date,) = opened["time"].values[opened["kind"].values == "automatable"]
    by_compute = tm.events(tm.sweep(catalog(), [1e20, 1e40]))
    (place,) = by_compute["compute"].values[by_compute["kind"].values == "automatable"]
    assert at(courses(paths, catalog())["compute"], date) == pytest.approx(place, rel=1e-9)


def test_the_command_tells_dates_and_writes_files(tmp_path, capsys):
    (tmp_path / "mine.yaml").write_text(HEAD + GROWTH)
    asked = [
        "run",
        "t_agi_ladder",
        "--over",
        "time",
        "--paths",
        str(tmp_path / "mine.yaml"),
        "-o",
        str(tmp_path / "out"),
    ]
    assert main([*asked, "--json", "--grid", "2025:2030:6"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["paths"] == "mine" and [row["value"] for row in facts["curve"]] == [
        2025,
        2026,
        2027,
        2028,
        2029,
        2030,
    ]
    dates = [event["time"] for event in facts["events"]]
    assert dates == sorted(dates) and 2025 < dates[0]
    assert facts["first_automation"]["at_start"] and facts["oversight_bottleneck"]["date"] in dates
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "result.nc",
        "over_time.png",
        "over_time.svg",
    }
    assert main([*asked, "--no-figures", "--grid", "2026:2034:3"]) == 0
    said = capsys.readouterr().out
    assert (
        f"{facts['oversight_bottleneck']['date']:.3f}" in said
        and "opens to AI, which takes over all of it" in said
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["--over", "time", "--paths", "slowly"],
            "there is no bundled path of this name; did you mean 'slow'?",
        ),
        (["--over", "time", "--grid", "2026:2030"], "must be LOW:HIGH:POINTS"),
        (["--over", "time", "--grid", "2010:2030:3"], "go from 2024 to 2032"),
    ],
)
def test_the_command_refuses_what_cannot_be(arguments, says, capsys):
    assert main(["run", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_lists_checks_and_schema_know_paths(tmp_path, capsys):
    assert main(["list", "--json"]) == 0
    assert [item["name"] for item in json.loads(capsys.readouterr().out)["paths"]] == list(
        bundled_paths()
    )
    (tmp_path / "bad.yaml").write_text(HEAD)
    assert main(["check", str(tmp_path / "bad.yaml")]) == 1
    assert "nothing grows" in capsys.readouterr().out
    assert main(["schema", "--paths"]) == 0
    assert set(json.loads(capsys.readouterr().out)["properties"]) == set(Paths.model_fields)


def test_dates_are_years_or_days():
    assert calendar_year("2023-12-31") == pytest.approx(2023 + 364 / 365)
    with pytest.raises(ValueError, match="'2023-13-01'"):
        calendar_year("2023-13-01")
    assert read_table.__doc__
