"""The server of the page: what it answers, what it refuses, and how it ends."""

import csv
import http.client
import io
import json
import socket
import threading
import time
from concurrent.futures import CancelledError

import numpy as np
import pytest
from explore.pages import ask, lines, question, served, stream, until

import taskmodel as tm
from taskmodel.allocation import Nest, allocate
from taskmodel.explore import Server, Workbench
from taskmodel.explore import server as server_module
from taskmodel.explore.answers import ViewAnswer
from taskmodel.explore.choices import Choice
from taskmodel.explore.gate import MOST_BYTES
from taskmodel.explore.levers import levers_of, moved_draws
from taskmodel.explore.server import AT_A_TIME, STREAMS, VIEWS, read_assets

CATALOG = "t_agi_ladder"
NOTHING = ViewAnswer({"shown": []}, None)
BRISK = [name for name in VIEWS if name not in ("curve", "remedies")]  # with tests of their own


@pytest.fixture(scope="module")
def page():
    with served(CATALOG) as server:
        yield server


def test_files_of_the_page_come_with_a_policy_that_allows_nothing_from_elsewhere(page):
    for place in read_assets():
        status, headers, content = ask(page, "GET", place)
        assert status == 200 and content
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_names_no_address_of_another_host():
    own = [content for place, (content, _) in read_assets().items() if "vendor" not in place]
    assert not [text for text in own if b"https://" in text or b"//cdn" in text]


def test_libraries_carry_their_licences():
    assets = read_assets()
    for name in ("d3", "plot"):
        assert b"Permission to use, copy, modify" in assets[f"/vendor/{name}.LICENSE.txt"][0]


@pytest.mark.parametrize(
    "place", ["/../pyproject.toml", "/assets/../server.py", "/%2e%2e/server.py", "/server.py"]
)
def test_a_place_outside_the_page_does_not_exist(page, place):
    assert ask(page, "GET", place)[0] == 404


REFUSED = [
    ({"Host": "example.org"}, "answers to 127.0.0.1"),
    ({"Host": "127.0.0.1:1"}, "answers to 127.0.0.1"),
    ({"Origin": "http://example.org"}, "its own page"),
    ({"Origin": "null"}, "its own page"),
    ({"Sec-Fetch-Site": "cross-site"}, "its own page"),
]


@pytest.mark.parametrize(("headers", "reason"), REFUSED)
def test_other_hosts_and_origins_are_refused(page, headers, reason):
    for method, place, body in (("GET", "/", None), ("POST", "/api/curve", {})):
        status, _, content = ask(page, method, place, body, **headers)
        assert status == 403 and reason in json.loads(content)["error"]


def test_a_request_of_the_page_itself_is_answered(page):
    own = {"Origin": f"http://127.0.0.1:{page.port}", "Sec-Fetch-Site": "same-origin"}
    assert ask(page, "POST", "/api/curve", {}, **own)[0] == 200


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("{}", {"Content-Type": "text/plain"}, 415),
        ("x" * (MOST_BYTES + 1), {}, 413),
        ("{}", {"Content-Length": "-1"}, 411),
        ("{", {}, 400),
        ("[]", {}, 400),
        ("[" * 60000, {}, 400),
        ('{"moved": {"capability.slope": NaN}}', {}, 400),
        ('{"moved": {"capability.slope": 1' + "0" * 400 + "}}", {}, 400),
        ('{"moved": {"capability.slope": ' + "1" * 5000 + "}}", {}, 400),
        ('{"moved": {"capability.slope": "steep"}}', {}, 400),
        ('{"set": []}', {}, 400),
        ('{"paths": "../epoch_trend"}', {}, 400),
        ('{"scenario": "/etc/passwd"}', {}, 400),
    ],
)
def test_requests_that_are_none_are_refused(page, body, headers, status):
    found, _, content = ask(page, "POST", "/api/curve", body, **headers)
    assert found == status and json.loads(content)["error"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"set": {"supervision.headcount": -3}}, "found -3; at least 0 [person] is allowed"),
        ({"set": {"supervision.headcout": 3}}, "did you mean 'supervision.headcount'"),
        ({"set": {"supervision.headcount": "many"}}, "supervision.headcount"),
        ({"moved": {"capability.slope": -1}}, "capability.slope"),
        ({"set": {"capability.slope.low": 0.1}}, "taskmodel run --set"),
        ({"moved": {"review_ratios": 0}}, "a factor above 0 is needed"),
        ({"moved": {"capability.slopes": 1}}, "did you mean 'capability.slope'"),
        ({"scenario": "refrence"}, "did you mean 'reference'"),
        ({"paths": "epoch"}, "there are"),
    ],
)
def test_a_bad_value_is_refused_in_words(page, body, words):
    status, document = question(page, "curve", **body)
    assert status == 400 and words in document["error"]


def test_every_defect_of_a_request_is_told_at_once(page):
    bad = {"supervision.headcount": -3, "production.elasticity": -1}
    _, document = question(page, "curve", set=bad)
    assert len(document["error"].splitlines()) == 2


def test_an_unknown_question_does_not_exist(page):
    assert question(page, "shell")[0] == 404


def test_the_curve_is_that_of_a_sweep(page):
    _, curve = question(page, "curve", set={"supervision.headcount": 40})
    catalog = tm.load_catalog(CATALOG, set={"supervision.headcount": 40})
    sweep = tm.sweep(catalog, curve["grid"])
    rows = [curve["compute"].index(x) for x in curve["grid"][:-1]]
    shown = np.array(curve["throughput_speedup"])[rows]
    # six digits are sent, and a compute that is rounded may lie across an event
    close = np.isclose(shown, sweep["throughput_speedup"].values[:-1], rtol=1e-4)
    assert close.mean() > 0.97
    assert curve["settings"] == {"supervision.headcount": 40}
    onset = curve["milestones"]["oversight_bottleneck"]
    events = tm.events(sweep)
    first = events["compute"].values[events["kind"].values == "oversight_bottleneck"]
    assert (onset is None) == (len(first) == 0)


def test_reviewers_run_out_where_their_hours_get_a_price(page):
    _, curve = question(page, "curve")
    result = tm.events(tm.sweep(tm.load_catalog(CATALOG)))
    binds = (result["kind"].values == "binds") & (result["factor"].values == "review")
    first = result.isel(event=int(np.argmax(binds)))
    point = curve["reviewers_run_out"]["general"]
    assert binds.any()
    assert point["compute"] == pytest.approx(float(first["compute"]), rel=1e-9)
    assert point["throughput_speedup"] == pytest.approx(float(first["throughput_speedup_after"]))


@pytest.mark.parametrize(("headcount", "at_start"), [(40, True), (1e9, False)])
def test_few_reviewers_run_out_from_the_start_and_many_never(page, headcount, at_start):
    _, curve = question(page, "curve", set={"supervision.headcount": headcount})
    point = curve["reviewers_run_out"]["general"]
    assert point["compute"] == curve["grid"][0] if at_start else point is None


def test_a_moved_slope_keeps_the_level_at_the_pivot():
    bench = Workbench("alignment_research")
    line = {"intercept": "capability.intercept", "slope": "capability.slope"}
    (pivot,) = [group.pivot for group in bench.base.uncertainty.groups.values() if group.pivot]

    def level(catalog):
        return catalog.get(line["intercept"]) + pivot * catalog.get(line["slope"])

    steeper = bench.catalog(Choice(moved=((line["slope"], 0.7),)))
    assert steeper.get(line["slope"]) == 0.7
    assert level(steeper) == pytest.approx(level(bench.base), rel=1e-12)


def test_a_moved_group_scales_its_numbers_with_their_intervals(page):
    moved = page.bench.catalog(Choice(moved=(("review_ratios", 2.0),)))
    for name, task in page.bench.base.tasks.items():
        before, after = task.review_ratio, moved.tasks[name].review_ratio
        if before.low is not None:
            assert (after.value, after.low, after.high) == pytest.approx(
                (2 * before.value, 2 * before.low, 2 * before.high)
            )


def test_a_slider_says_how_many_tasks_it_moves():
    ratios = [f"tasks.{name}.review_ratio" for name in ("1_second", "1_minute", "1_hour")]
    certain = {"uncertainty": None, "tasks.*.review_ratio.distribution": "fixed"}
    catalog = tm.load_catalog(CATALOG).replace(certain)
    interval = {"value": 0.1, "low": 0.05, "high": 0.4, "source": "judgement", "note": "of a test"}
    titles = {
        len(paths): {
            name: lever.title
            for name, lever in levers_of(catalog.replace(dict.fromkeys(paths, interval))).items()
        }
        for paths in (ratios[:1], ratios[1:])
    }
    assert titles[1][ratios[0]] == ratios[0]
    assert titles[2]["tasks.*.review_ratio"] == "tasks.*.review_ratio, 2 of 6 tasks"


def test_levers_and_numbers_carry_unit_interval_and_source(page):
    _, table = question(page, "numbers")
    catalog = tm.load_catalog(CATALOG)
    entries = {entry["path"]: entry for entry in table["numbers"]}
    slope = entries["capability.slope"]
    quantity = catalog.capability.slope
    assert (slope["value"], slope["low"], slope["high"]) == (
        quantity.value,
        quantity.low,
        quantity.high,
    )
    assert slope["source"] == list(quantity.source) and slope["meaning"] and slope["note"]
    names = [lever["name"] for lever in table["levers"]]
    assert {"capability.slope", "supervision.headcount"} <= set(names)
    assert all(lever["bottom"] < lever["top"] for lever in table["levers"])
    known = {*table["sources"], "judgement"}
    assert all(set(entry["source"]) <= known for entry in entries.values())


@pytest.mark.parametrize("name", BRISK)
def test_every_view_answers_with_strict_json(page, name):
    status, document = question(page, name)
    assert status == 200, document
    json.dumps(document, allow_nan=False)


def test_tasks_sum_to_the_hours_of_the_model(page):
    _, view = question(page, "tasks", compute=1e31)
    catalog = tm.load_catalog(CATALOG)
    result = tm.sweep(catalog, [1e31])
    hours = sum(task["hours_by_people"] + task["hours_by_ai"] for task in view["tasks"])
    assert hours == pytest.approx(float(result["activity"].sum()), rel=1e-5)
    used = result["factor_use"].sel(factor="review").item()
    assert view["review_hours"] == pytest.approx(used, rel=1e-9)


def test_the_date_of_a_remedy_is_that_of_the_catalog_with_it(page):
    status, _, content = ask(page, "POST", "/api/download", {"view": "remedies", "format": "csv"})
    assert status == 200
    head, *rows = csv.reader(io.StringIO(content.decode()))
    dates = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    ratios = {
        f"tasks.{name}.review_ratio": 0.5 * task.review_ratio.value
        for name, task in page.bench.base.tasks.items()
    }
    _, curve = question(page, "curve", set=ratios)
    course, point = curve["course"], curve["milestones"]["oversight_costs_half"]
    expected = np.interp(
        np.log(point["compute"]), np.log(course["compute"]), course["dates"], right=np.inf
    )
    found = dates["reviews take half the time"]["date oversight_costs_half [calendar year]"]
    assert float(found) == pytest.approx(expected, rel=1e-6)


def test_bands_come_progressively_and_end_with_all_draws(page):
    told = [line for line in lines(page, kind="curve") if "draws" in line]
    assert told[-1]["done"] and told[-1]["draws"] == told[-1]["of"]
    assert [line["draws"] for line in told] == sorted(line["draws"] for line in told)
    low, middle, high = np.array(told[-1]["bands"]["throughput_speedup"], dtype=float)
    assert (low <= middle).all() and (middle <= high).all() and (low < high).any()


def test_bands_of_moved_inputs_are_those_of_the_draws_with_the_values_set(page):
    moved = {"production.elasticity": 0.3, "review_ratios": 2.0}
    last = lines(page, kind="curve", moved=moved)[-1]
    start = page.bench.start("")
    columns = page.bench.draws.weighing("").draws.columns
    drawn = moved_draws(start.catalog, columns, start.levers, Choice(moved=tuple(moved.items())))
    assert "production.elasticity" not in drawn
    ratios = [path for path in columns if path.endswith("review_ratio")]
    assert ratios and all((drawn[path] == 2 * columns[path]).all() for path in ratios)
    catalog = tm.load_catalog(CATALOG, set={"production.elasticity": 0.3})
    own = tm.ensemble(catalog, drawn, compute=last["compute"], keep=["speedup"], events=False)
    low, middle, high = tm.bands(own)["speedup"].values
    assert last["bands"]["speedup"][1] == pytest.approx(middle.tolist(), rel=1e-3)


def test_bands_by_date_have_firsts_and_end_when_the_reader_leaves(page):
    with stream(page, kind="time") as told:
        last = next(line for line in told if "draws" in line)
    for name in last["first"]:
        chances = last["probability"][name]
        assert chances == sorted(chances) and 0 <= chances[0] and chances[-1] <= 1
    assert not last["done"]
    # every place of a stream is free again
    taken = [page.streams.acquire(timeout=300) for _ in range(STREAMS)]
    assert all(taken)
    for _ in taken:
        page.streams.release()


def test_downloads_are_a_netcdf_file_and_a_table(page, tmp_path):
    body = {"view": "curve", "set": {"supervision.headcount": 40}}
    status, headers, content = ask(page, "POST", "/api/download", {**body, "format": "nc"})
    assert status == 200 and 'filename="t_agi_ladder-curve.nc"' in headers["Content-Disposition"]
    path = tmp_path / "curve.nc"
    path.write_bytes(content)
    result = tm.open(path)
    assert json.loads(result.attrs["overrides"]) == {"supervision.headcount": 40}
    _, _, content = ask(page, "POST", "/api/download", {**body, "format": "csv"})
    head, *rows = csv.reader(io.StringIO(content.decode()))
    column = head.index("throughput_speedup [1]")
    values = [float(row[column]) for row in rows]
    assert values == pytest.approx(result["throughput_speedup"].values.tolist())


@pytest.mark.parametrize("view", BRISK)
def test_every_view_can_be_downloaded(page, view):
    for ending in ("nc", "csv"):
        status, _, content = ask(page, "POST", "/api/download", {"view": view, "format": ending})
        assert status == 200 and len(content) > 100


def answer_of_a_closing(server, view, began):
    """Ask a server, close it once the work has begun, and return the answer."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    answers = []
    asking = threading.Thread(target=lambda: answers.append(question(server, view)))
    asking.start()
    assert began.wait(30)
    server.shutdown()
    server.close()
    asking.join()
    thread.join()
    return answers[0]


def test_a_request_in_flight_at_the_end_is_answered():
    began = threading.Event()
    bench = Workbench(CATALOG)
    solve = bench.curve

    def slowly(choice):
        began.set()
        time.sleep(0.5)
        return solve(choice)

    bench.curve = slowly
    server = Server(bench)
    status, facts = answer_of_a_closing(server, "curve", began)
    assert status == 200 and facts["grid"]
    with pytest.raises(ConnectionError):
        question(server, "curve")


def test_a_long_question_in_flight_at_the_end_is_given_up(monkeypatch):
    """A view of linked tasks takes minutes: who ends the server does not wait for it."""
    began, ended = threading.Event(), threading.Event()

    def minutes(bench, request):
        began.set()
        until(lambda: bench.right_of_way.ended.is_set() or None)
        try:
            allocate([[[1.0], [0.5]]] * 2, [1.0], Nest(0.5, [0.5, 0.5], [0, 1], block=1))
        except CancelledError:
            ended.set()
            raise
        return NOTHING

    monkeypatch.setattr(server_module, "GRACE", 0.02)
    monkeypatch.setitem(VIEWS, "remedies", minutes)
    answer = answer_of_a_closing(Server(Workbench(CATALOG)), "remedies", began)
    assert ended.is_set() and answer == (503, {"error": "the server is closing"})


def test_equal_questions_have_one_answer_and_are_computed_once(page, monkeypatch):
    asked = []
    monkeypatch.setitem(VIEWS, "money", lambda bench, request: asked.append(request) or NOTHING)
    first, again = (question(page, "money", set={"supervision.headcount": 42}) for _ in range(2))
    assert first == again == (200, {"shown": []}) and len(asked) == 1


def test_answers_are_computed_by_a_few_threads_however_many_ask(page, monkeypatch):
    threads = set()

    def view(bench, request):
        threads.add(threading.get_ident())
        time.sleep(0.01)
        return NOTHING

    monkeypatch.setitem(VIEWS, "money", view)
    asking = [
        threading.Thread(target=question, args=(page, "money"), kwargs={"set": {"asked": number}})
        for number in range(4 * AT_A_TIME)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert 1 <= len(threads) <= AT_A_TIME


def test_a_question_that_nobody_waits_for_any_more_is_not_computed(page, monkeypatch):
    asked = []
    monkeypatch.setitem(VIEWS, "map", lambda bench, request: asked.append(request) or NOTHING)
    connection, busy = http.client.HTTPConnection("127.0.0.1", page.port), threading.Event()
    page.slow.submit(busy.wait)
    body = json.dumps({"other": "capability.slope"})
    connection.request("POST", "/api/map", body, {"Content-Type": "application/json"})
    until(lambda: page.slow._work_queue.qsize())
    connection.close()
    busy.set()
    assert question(page, "map", other="production.elasticity")[0] == 200
    assert asked == [{"other": "production.elasticity"}]


def test_a_port_that_is_taken_is_refused_with_the_mend():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        with pytest.raises(tm.InputError, match="--port"):
            Server(Workbench(CATALOG), holder.getsockname()[1])


def test_a_fault_is_told_as_one(page, monkeypatch):
    def broken(bench, request):
        raise ZeroDivisionError("of a test")

    monkeypatch.setitem(VIEWS, "money", broken)
    status, document = question(page, "money", set={"supervision.headcount": 41})
    assert status == 500 and "a fault of taskmodel" in document["error"]
