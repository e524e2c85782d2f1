"""The report: one page that needs nothing else, and says what the numbers say."""

import base64
import contextlib
import hashlib
import io
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from command_line import error_of, json_of, strict_json
from small import small_catalog

import taskmodel as tm
from taskmodel.cli import main
from taskmodel.explore.remedies import remedies
from taskmodel.report.figures import answer_caption
from taskmodel.report.markup import element, link, table_box, text
from taskmodel.report.words import first_date, gain, month_of, versus
from taskmodel.summary import by_date
from taskmodel.summary import levers as levers_module
from taskmodel.summary.levers import available_levers, levers

FEW = ("t_agi_ladder", "--draws", "24")
VOID = {"meta", "br"}


class Page(HTMLParser):
    """The elements of a page, each with its attributes; complains of tags that do not match."""

    def __init__(self, markup):
        super().__init__()
        self.open, self.elements, self.words = [], [], []
        self.feed(markup)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The file of a report, and the lines that its command prints."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert main(["report", *FEW, "-o", str(path), "--quiet"]) == 0
    return path, printed.getvalue().splitlines()


@pytest.fixture(scope="module")
def file(written):
    return written[0]


@pytest.fixture(scope="module")
def markup(file):
    return file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(markup):
    return Page(markup)


@pytest.fixture(scope="module")
def words(page):
    return " ".join(" ".join(page.words).replace("\u00a0", " ").split())


def test_the_page_is_small_and_loads_nothing(page, markup):
    assert len(markup.encode()) < 1_000_000
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "img", "image", "iframe", "object", "embed", "base"}
    for tag, attributes in page.elements:
        assert not {"src", "srcset", "style", "onload", "onclick"} & attributes.keys()
        for name, value in attributes.items():
            if name in ("href", "xlink:href"):
                assert value.startswith("#") or (tag == "a" and value.startswith("https://"))
            assert "url(" not in value or value.startswith("url(#")
    assert "@import" not in markup and "http:" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", markup)


def test_the_policy_allows_the_style_sheet_alone(page, markup):
    (policy,) = [
        meta["content"]
        for meta in page.all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    (style,) = re.findall(r"<style>(.*?)</style>", markup, re.S)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_landmarks_headings_and_names_serve_those_who_do_not_see_the_page(page):
    assert page.all("html") == [{"lang": "en"}]
    for tag in ("header", "main", "nav", "footer", "h1", "title"):
        assert len(page.all(tag)) >= 1, tag
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    names = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    assert max(names.values()) == 1
    for _, attributes in page.elements:
        for target in attributes.get("aria-labelledby", "").split():
            assert target in names
        for key in ("href", "xlink:href"):
            if attributes.get(key, "").startswith("#"):
                assert attributes[key][1:] in names
    assert all(svg["role"] == "img" and svg["aria-labelledby"] for svg in page.all("svg"))
    boxes = [div for div in page.all("div") if div.get("class") == "scroll"]
    assert len(boxes) == len(page.all("table")) > 8
    assert all(box["role"] == "region" and box["aria-label"] and "tabindex" in box for box in boxes)


def test_each_figure_is_there_in_two_widths_with_its_text_as_text(page, words):
    assert len(page.all("svg")) == 2 * len(page.all("figure")) == 12
    for said in ("speed-up over people", "Review hours by task", "calendar year", "as things are"):
        assert said in words


@pytest.fixture(scope="module")
def bands(tmp_path_factory):
    """The bands of a run with the draws of the report."""
    folder = tmp_path_factory.mktemp("run")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert main(["run", *FEW, "--no-figures", "-o", str(folder), "--json"]) == 0
    return strict_json(printed.getvalue())["bands"]


def test_the_answer_is_that_of_json_and_of_the_bands(capsys, tmp_path, bands, markup, words):
    path = tmp_path / "report.html"
    facts = json_of(capsys, "report", *FEW, "-o", str(path))
    assert path.read_text(encoding="utf-8") == markup  # equal inputs, equal bytes
    assert facts["files"] == [str(path)]
    for said in facts["answer"]:
        assert said in words
    as_is = facts["levers"][0]
    assert bands["first"]["oversight_costs_half_from"] == as_is["costs_half_from"]
    half = bands["probability"]["epoch_trend"]["oversight_costs_half_from"]
    assert half == {year: as_is["probability"][year] for year in half}
    for lever in facts["levers"][1:]:
        assert lever["title"] in words
        assert gain(lever["gain"]) in words
        assert month_of(lever["costs_half_from"][1]) in words
    for year, chance in half.items():
        if 0.01 < chance < 0.99:
            assert f"{100 * chance:.0f} % by {year}" in words


def test_a_date_at_the_beginning_of_what_was_computed_may_be_earlier_in_tables_too(bands, words):
    first = bands["first"]
    begins = by_date.paths_of_compute("epoch_trend").begins.value
    dates = first["oversight_costs_a_tenth_from"]
    assert dates[0] == begins
    low, median, high = (first_date(date, begins) for date in dates)
    assert low == "January 2025 or before"
    assert f"oversight costs a tenth epoch_trend {median} [{low} to {high}]" in words


def test_inputs_have_unit_interval_source_and_access_and_the_page_says_how_it_was_made(words):
    catalog = tm.load_catalog("t_agi_ladder")
    for path, (_, _, quantity) in catalog.quantities().items():
        if quantity.low is not None:
            assert path in words
    for key, source in catalog.sources.items():
        assert key in words and " ".join(source.title.split()) in words
    assert catalog.sha256 in words and tm.__version__ in words
    command = "taskmodel report t_agi_ladder --draws 24 --seed 1 -o report.html"
    assert command in words and "90 %" in words and "Method" in words


def test_the_page_on_the_screen_is_ascii_and_fits(written):
    _, lines = written
    assert any("probability" in line for line in lines)
    assert max(map(len, lines[:-1])) <= 80 and all(line.isascii() for line in lines)


@pytest.mark.parametrize(
    ("name", "said"), [("", "is a folder"), ("report.txt", "ends in .html"), ("a/r.html", "folder")]
)
def test_where_nothing_can_be_written_is_said_before_the_work(capsys, tmp_path, name, said):
    (tmp_path / "a").write_text("a file, not a folder")
    assert said in error_of(capsys, "report", *FEW, "-o", str(tmp_path / name))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]


def test_a_scenario_may_be_given_by_itself_or_as_an_option(capsys):
    for arguments in (("nonsense",), ("--scenario", "nonsense")):
        assert "nonsense" in error_of(capsys, "report", "t_agi_ladder", *arguments)


def test_text_of_catalogs_is_never_markup():
    assert text('<b a="1">&\x1b') == "&lt;b a=&quot;1&quot;&gt;&amp;\\x1b"
    assert element("p", "<script>", title='"') == '<p title="&quot;">&lt;script&gt;</p>'
    assert link("a", "javascript:alert(1)") == "a (javascript:alert(1))"
    assert "<i>" not in table_box("<i>", ["<i>"], [["<i>", "<i>"]])


# Levers


@pytest.fixture(scope="module")
def ladder():
    return tm.load_catalog("t_agi_ladder")


def test_a_lever_gives_what_the_changed_catalog_gives(ladder):
    columns = {"capability.intercept": np.array([0.9, 1.0, 1.2])}
    followed = by_date.compute_paths("epoch_trend", ladder, columns, 1)
    result = levers(ladder, columns, followed)
    changes = {
        path: 0.5 * ladder.get(path) for path in available_levers(ladder)["faster_review"].factors
    }
    growth = {f"paths {path}": rates for path, rates in followed.growth.items()}
    changed = tm.ensemble(
        ladder.replace(changes), {**columns, **growth}, paths=followed.paths, dates=[2026.0, 2028.0]
    )
    lever = result.sel(lever="faster_review")
    for name in by_date.FIRSTS:
        expected = np.sort(changed[name].values)
        np.testing.assert_allclose(lever[name].values, expected, rtol=1e-9)


@pytest.mark.parametrize(("level", "used"), [("low", 0.1), ("high", 0.4)])
def test_reviews_half_as_long_are_so_at_any_review_level(level, used):
    """Half the value is within the interval, whose ends other levels read."""
    interval = {"value": 0.2, "low": 0.1, "high": 0.4, "source": "judgement", "note": "a test"}
    catalog = small_catalog(
        {"code": {"share": 1, "automation_threshold": 1e20, "review_ratio": interval}},
        supervision={"pool": "dedicated", "review_level": level},
        compute={"inference": "free"},
    )
    expected = [1 + 1 / (used / 2)]
    factors = available_levers(catalog)["faster_review"].factors
    columns = {path: np.full(1, by * catalog.get(path)) for path, by in factors.items()}
    pulled = tm.ensemble(catalog, columns, compute=[1e28], keep=["output"])["output"].values[0]
    assert pulled == pytest.approx(expected, rel=1e-9)
    (values,) = (row[2] for row in remedies(catalog) if row[0].endswith("half the time"))
    remedied = tm.sweep(catalog.replace(values), [1e28])["output"].values
    assert remedied == pytest.approx(expected, rel=1e-9)


def test_levers_share_the_draws_as_things_are(ladder, monkeypatch):
    columns = {"capability.intercept": np.array([0.9, 1.0, 1.2])}
    followed = by_date.compute_paths("epoch_trend", ladder, columns, 1)
    by_draw = by_date.draws_by_date(ladder, columns, followed)
    solved, solve = [], levers_module._pulled
    monkeypatch.setattr(
        "taskmodel.summary.levers._pulled",
        lambda catalog, lever, *rest: solved.append(lever.title) or solve(catalog, lever, *rest),
    )
    own = levers(ladder, columns, followed)
    shared = levers(ladder, columns, followed, as_is=by_draw)
    assert solved.count("as things are") == 1
    xr.testing.assert_allclose(own, shared, rtol=1e-9)


def test_each_of_several_kinds_of_reviewers_has_levers_of_its_own(monkeypatch):
    catalog = tm.load_catalog("alignment_research", "scarce_verifiers")
    found = available_levers(catalog)
    pool = "pools.researchers.headcount"
    assert found["people_general"].factors == {"supervision.headcount": 2.0, pool: 2.0}
    assert found["people_verifiers"].factors == {"reviewers.verifiers.headcount": 2.0, pool: 2.0}
    assert found["people"].factors == {
        **found["people_general"].factors,
        **found["people_verifiers"].factors,
    }
    dedicated = catalog.replace({"reviewers.verifiers.pool": "dedicated"})
    lever = available_levers(dedicated)["people_verifiers"]
    assert lever.factors == {"reviewers.verifiers.headcount": 2.0}
    assert lever.title == "twice as many reviewers: verifiers"
    assert "review_time_general" in found and "review_time_verifiers" not in available_levers(
        dedicated
    )
    columns = {"capability.intercept": np.array([0.9, 1.0, 1.2])}
    followed = by_date.compute_paths("epoch_trend", dedicated, columns, 1)
    monkeypatch.setattr(
        "taskmodel.summary.levers.available_levers", lambda catalog: {"people_verifiers": lever}
    )
    result = levers(dedicated, columns, followed).sel(lever="people_verifiers")
    headcount = 2 * dedicated.get("reviewers.verifiers.headcount")
    twice = dedicated.replace({"reviewers.verifiers.headcount": headcount})
    changed = by_date.draws_by_date(twice, columns, followed, steps=1)
    for name in by_date.FIRSTS:
        np.testing.assert_allclose(result[name].values, np.sort(changed[name].values), rtol=1e-9)
    assert not any(
        name.startswith("people_")
        for name in available_levers(tm.load_catalog("alignment_research"))
    )


def test_more_review_time_reaches_the_draws_in_which_the_limit_is_uncertain(ladder):
    path = "supervision.max_review_share"
    columns = {path: np.array([0.05, 0.5, 0.95])}
    followed = by_date.compute_paths("epoch_trend", ladder, columns, 1)
    lever = levers(ladder, columns, followed).sel(lever="review_time")
    raised = by_date.draws_by_date(ladder, {path: np.array([0.9, 0.9, 0.95])}, followed, steps=1)
    expected = raised["throughput_speedup"].sel(time=2030.0).values
    np.testing.assert_allclose(lever["speedup_then"].values, np.sort(expected), rtol=1e-9)


def test_oversight_never_costs_half_earlier_where_reviews_are_faster_or_people_may_review_more(
    ladder,
):
    columns = {"capability.slope": np.linspace(0.38, 0.76, 9)}
    followed = by_date.compute_paths("slow", ladder, columns, 1)
    result = levers(ladder, columns, followed)
    names = [name for name in ("faster_review", "review_time") if name in result["lever"]]
    assert names
    for name in names:
        assert (result["oversight_costs_half_from_gain"].sel(lever=name) >= -1e-9).all()


def test_paths_of_the_same_compute_are_compared_once(ladder):
    columns = {"capability.slope": np.linspace(0.38, 0.76, 3)}
    for name, others in (("epoch_trend", ["slow"]), ("slow", ["epoch_trend"])):
        followed = by_date.compute_paths(name, ladder, columns, 1)
        assert list(by_date.other_paths(ladder, columns, followed, 1)) == others


def test_what_chosen_paths_state_besides_compute_is_said_to_be_left_out(capsys, tmp_path):
    arguments = ["run", "t_agi_ladder", "--draws", "16", "--no-figures", "-o", str(tmp_path)]
    assert main([*arguments, "--paths", "slow"]) == 0
    assert "of slow compute alone is followed, not pools.*.headcount" in capsys.readouterr().err
    assert main(arguments) == 0
    assert "alone is followed" not in capsys.readouterr().err


def test_paths_of_people_alone_are_refused_with_the_command_that_follows_them(capsys):
    assert main(["report", "t_agi_ladder", "--paths", "field_growth"]) == 2
    error = capsys.readouterr().err
    assert "field_growth move pools.*.headcount, supervision.headcount and have no comp" in error
    assert "taskmodel run CATALOG --over time --paths field_growth" in error


# In a browser


BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def test_a_browser_shows_it_without_a_complaint(file, tmp_path):
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip(f"no browser is installed: none of {', '.join(BROWSERS)}")
    process = subprocess.run(
        [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--enable-logging=stderr",
            "--window-size=375,800",
            "--dump-dom",
            file.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert process.returncode == 0 and "Provenance" in process.stdout
    assert "CONSOLE" not in process.stderr  # a style or a load that the policy refused


def test_numbers_that_are_told_alike_are_not_set_against_each_other():
    assert versus("39 %", "70 %") == "39 %, not 70 %"
    assert versus("over 99 %", "over 99 %") == "over 99 % either way"


def test_dots_are_only_told_where_something_was_measured():
    def caption(observed):
        bands = xr.Dataset({"observed_output": ("moment", np.array(observed, dtype="<U20"))})
        return answer_caption(SimpleNamespace(bands=bands))

    assert "Dots are measured" in caption(["throughput_speedup"])
    assert "Dots" not in caption([])
