"""The page in a browser: it loads, moves, is refused bad values in words, and is accessible."""

import os
import re
import shutil
import xml.etree.ElementTree as ElementTree
from urllib.parse import parse_qs, urlsplit

import pytest
from explore.pages import institute, served, until
from locations import TESTS
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import taskmodel as tm

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="no chromium with chromedriver on the PATH"
)
CATALOG = "t_agi_ladder"
VIEWS = ("curve", "tasks", "map", "time", "money", "lead")
DESK, PHONE = (1280, 900), (375, 800)
DRAWN = """const side = document.querySelector('.side .content');
return side ? side.querySelectorAll('figure, svg.tasks').length : 0"""
LINE = """const line = document.querySelector('.side g.line[stroke="var(--ink)"] path');
return line && line.getAttribute('d')"""
FITS = "const page = document.documentElement; return page.scrollWidth <= page.clientWidth"
TOO_WIDE = """return [...document.querySelectorAll('#controls, .scroll')]
  .filter((item) => item.scrollWidth > item.clientWidth).map((item) => item.ariaLabel)"""
SHIFT = """const [lever, done] = arguments;
import('/controls.js').then(({ shiftText }) => done(shiftText(lever)))"""
SERIOUS = """const [chosen, done] = arguments;
const options = { resultTypes: ['violations'] };
axe.run(document.querySelector(chosen), options).then((result) => done(result.violations
  .filter((item) => ['serious', 'critical'].includes(item.impact))
  .map((item) => `${item.id}: ${item.nodes.map((node) => node.html).slice(0, 3).join(' | ')}`)))"""


@pytest.fixture(scope="module")
def page():
    with served(CATALOG) as server:
        yield server


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The page of a catalog with two kinds of reviewers, and an uncertain number with a path."""
    path = tmp_path_factory.mktemp("own") / "institute.yaml"
    path.write_text(institute(), encoding="utf-8")
    with served(path) as server:
        yield server


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER, log_output=os.devnull))
    driver.downloads = tmp_path_factory.mktemp("downloads")
    driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior",
        {"behavior": "allow", "downloadPath": str(driver.downloads)},
    )
    yield driver
    driver.quit()


@pytest.fixture(autouse=True)
def no_console_error(browser):
    """Nothing is told on the console, but answers that the page itself asked to be refused."""
    browser.get_log("browser")
    yield
    entries = [entry["message"] for entry in browser.get_log("browser")]
    assert not [text for text in entries if "status of 400" not in text]


def visit(browser, page, state="", size=DESK, scheme="light"):
    """Open the page in a state, and wait for its figures and inputs."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size is PHONE},
    )
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )
    browser.get("about:blank")
    browser.get(f"{page.url}#{state}")
    until(lambda: browser.execute_script(DRAWN))
    until(lambda: browser.find_elements(By.CSS_SELECTOR, "#levers .lever"))


def state_of(browser):
    return {name: values[-1] for name, values in parse_qs(urlsplit(browser.current_url)[4]).items()}


def field(browser, identity):
    return browser.find_element(By.ID, identity)


def text_of(browser, selector):
    """Return the text of an element in one step: what is found may be drawn anew at any time."""
    script = "return document.querySelector(arguments[0]).innerText"
    return " ".join(browser.execute_script(script, selector).split())


def press(browser, label):
    """Click a button, which may be drawn anew at any time, in one step."""
    script = (
        "[...document.querySelectorAll('button')].find(button => "
        "button.innerText.trim() === arguments[0]).click()"
    )
    browser.execute_script(script, label)


def test_the_page_loads_with_its_figures_and_bands(browser, page):
    visit(browser, page)
    assert "taskmodel" in browser.title
    assert browser.execute_script(DRAWN) >= 3
    until(lambda: "draws of the catalog's intervals" in browser.page_source)
    assert "Oversight costs half" in text_of(browser, "#answer")


def test_a_slider_moves_the_curve_by_keyboard(browser, page):
    visit(browser, page)
    before = browser.execute_script(LINE)
    assert before
    field(browser, "lever-capability.slope").send_keys(Keys.PAGE_UP * 2)
    until(lambda: browser.execute_script(LINE) != before)
    assert float(state_of(browser)["a.move.capability.slope"]) > 0.485
    assert not field(browser, "problem").text


def test_the_state_is_in_the_address_and_comes_back(browser, page):
    state = "view=tasks&compute=1e31&a.move.review_ratios=2&a.set.supervision.headcount=40"
    visit(browser, page, state)
    assert state_of(browser) == {name: value[-1] for name, value in parse_qs(state).items()} | {
        "compute": "1e+31"
    }
    assert field(browser, "lever-review_ratios-box").get_property("value") == "2"
    assert field(browser, "number-supervision.headcount").get_property("value") == "40"
    assert field(browser, "tab-tasks").get_attribute("aria-selected") == "true"


def test_a_bad_value_is_refused_in_words_and_mended(browser, page):
    visit(browser, page)
    box = field(browser, "lever-supervision.headcount-box")
    box.clear()
    box.send_keys("-3", Keys.ENTER)
    problem = until(lambda: field(browser, "problem").text)
    assert "found -3; at least 0 [person] is allowed" in problem
    assert box.get_attribute("aria-invalid") == "true"
    box.clear()
    box.send_keys("30", Keys.ENTER)
    until(lambda: not field(browser, "problem").text)
    assert box.get_attribute("aria-invalid") is None


def test_a_bad_value_in_the_address_is_told_in_place_of_the_answer(browser, page):
    browser.get("about:blank")
    browser.get(f"{page.url}#a.set.supervision.headcount=-3")
    told = "return document.querySelector('.side .follows')?.textContent ?? ''"
    until(lambda: browser.execute_script(told).startswith("No answer: supervision.headcount"))


def test_every_other_number_is_found_with_its_source(browser, page):
    visit(browser, page)
    field(browser, "search").send_keys("coverage floor")
    until(lambda: browser.find_elements(By.CSS_SELECTOR, "#numbers .lever"))
    assert "source:" in text_of(browser, "#numbers")


def test_two_scenarios_stand_side_by_side(browser, page):
    visit(browser, page)
    field(browser, "compare").click()
    field(browser, "lever-capability.slope").send_keys(Keys.PAGE_UP * 3)
    lines = "return [...document.querySelectorAll('.side')].map((side) => side.innerText.length)"
    until(lambda: all(length > 500 for length in browser.execute_script(lines)))
    until(lambda: "b.move.capability.slope" in state_of(browser))
    assert "a.move.capability.slope" not in state_of(browser)
    assert len(browser.find_elements(By.CSS_SELECTOR, ".side")) == 2


def test_tasks_are_reached_by_arrow_keys(browser, page):
    visit(browser, page, "view=tasks")
    first = browser.find_element(By.CSS_SELECTOR, ".node[tabindex='0']")
    first.send_keys(Keys.ARROW_DOWN)
    second = browser.switch_to.active_element
    assert second.get_attribute("data-task") != first.get_attribute("data-task")
    title = text_of(browser, ".graph aside h3")
    assert second.get_attribute("aria-label").startswith(title)


def test_what_buys_time_is_a_click_away_and_sorted_by_what_it_buys(browser, page):
    visit(browser, page, "a.set.supervision.headcount=40")
    press(browser, "What would buy time?")

    def columns():
        """The first two columns of the table as it is: it is drawn again when draws follow."""
        script = "return [...document.querySelectorAll('.side table tbody tr')].map(row => "
        return browser.execute_script(script + "[...row.children].map(cell => cell.innerText))")

    rows = until(columns)
    assert state_of(browser)["view"] == "time"
    assert rows[0][0].startswith("as things are")
    dates = "\n".join(row[1] for row in rows).replace("−", "-")
    bought = [float(years) for years in re.findall(r"\((.\d+\.\d)\sy\)", dates)]
    assert bought and bought == sorted(bought, reverse=True)


def test_links_within_the_page_leave_its_state(browser, page):
    visit(browser, page, "view=map")
    browser.execute_script("document.querySelector('a[data-to=\"views\"]').click()")
    assert state_of(browser) == {"view": "map"}
    assert browser.switch_to.active_element.get_attribute("id") == "views"


def test_downloads_hold_what_is_shown(browser, page):
    visit(browser, page, "a.set.supervision.headcount=40")
    for text in ("netCDF", "CSV", "SVG"):
        press(browser, text)
    files = {
        ending: browser.downloads / f"{CATALOG}-curve.{ending}" for ending in ("nc", "csv", "svg")
    }
    until(lambda: all(path.exists() for path in files.values()))
    assert '"supervision.headcount": 40' in tm.open(files["nc"]).attrs["overrides"]
    assert "throughput_speedup [1]" in files["csv"].read_text(encoding="utf-8")
    drawing = files["svg"].read_text(encoding="utf-8")
    assert "var(--" not in drawing
    assert ElementTree.fromstring(drawing).tag.endswith("svg")


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_views_fit_and_have_no_serious_fault_of_access(browser, page, size, scheme):
    visit(browser, page, size=size, scheme=scheme)
    axe = (TESTS / "explore" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
    browser.execute_script(axe)
    faults = browser.execute_async_script(SERIOUS, "html")
    for view in VIEWS:
        field(browser, f"tab-{view}").click()
        until(lambda: browser.execute_script(DRAWN))
        # what is around the figures is the same in every view
        found = browser.execute_async_script(SERIOUS, "#views")
        faults += [f"{view}: {fault}" for fault in found]
        assert browser.execute_script(FITS), view
    assert not faults


def test_reviewers_who_run_out_are_named_by_their_kind(browser, own):
    visit(browser, own)
    answer = text_of(browser, "#answer")
    assert "Reviewers run out: legal from February 2026, general from November 2026;" in answer
    rows = text_of(browser, "[aria-label^='When, with compute']")
    assert re.search(r"all hours of reviewers \(legal\) are in use 1.4e28 February 2026", rows)
    assert re.search(r"all hours of reviewers \(general\) are in use 9.1e28 November 2026", rows)


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_slider_with_a_long_name_can_be_reset_and_dates_are_not_cut(browser, own, size):
    visit(browser, own, "a.move.tasks.design.review_ratio=0.3", size)
    undo = "return document.querySelector('.lever.moved .undo').offsetParent !== null"
    assert browser.execute_script(undo)
    assert not browser.execute_script(TOO_WIDE)


def test_what_is_set_is_not_cut(browser, own):
    visit(browser, own, "view=time")
    assert browser.find_elements(By.CSS_SELECTOR, "[aria-label^='What would buy time']")
    assert not browser.execute_script(TOO_WIDE)


@pytest.mark.parametrize(
    ("shifts", "words"),
    [
        (["inf", 0], "never at the low end of the interval, no change at the high end (a crux)"),
        ([1.03, -0.71], "1.0 years later at the low end of the interval, 0.7 years earlier at"),
        (["-inf", None], "by the path's end, unlike at the median, at the low end of the interval"),
    ],
)
def test_what_an_interval_does_to_the_date_of_the_bottleneck_is_told_in_words(
    browser, page, shifts, words
):
    visit(browser, page)
    text = browser.execute_async_script(SHIFT, {"shifts": shifts, "crux": True})
    assert text.startswith("oversight becomes the bottleneck: ") and words in text
