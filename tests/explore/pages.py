"""A page that is served for a test, and questions to it as a browser would send them."""

import http.client
import json
import threading
import time
from contextlib import contextmanager

from small import small_catalog

from taskmodel.explore import Server, Workbench

INTERVAL = {"value": 0.2, "low": 0.05, "high": 0.8, "source": "judgement", "note": "of a test"}
TASKS = {
    "design": {"share": 0.6, "horizon": 1, "review_ratio": INTERVAL},
    "contracts": {"share": 0.4, "horizon": 1, "reviewers": ["legal"]},
}
LEGAL = {"pool": "dedicated", "headcount": 0.2, "hours_per_year": 100, "max_review_share": 0.8}


def institute():
    """The text of a catalog of economists, with lawyers who review what is theirs alone."""
    catalog = small_catalog(
        TASKS,
        reviewers={"legal": LEGAL},
        supervision={"headcount": 3, "max_review_share": 0.3},
        compute={"inference_share": 1e-8},
    )
    return catalog.yaml_text.replace("researchers", "economists")


def until(condition, patience=120):
    """Wait for a condition, and return what it gives."""
    end = time.monotonic() + patience
    while not (result := condition()):
        assert time.monotonic() < end, "it did not get there"
        time.sleep(0.01)
    return result


@contextmanager
def served(catalog, **options):
    """Serve the page of a catalog on a free port until the end of the block."""
    server = Server(Workbench(catalog), **options)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.close()


def ask(server, method, place, body=None, **headers):
    """Return status, headers and content of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    try:
        if isinstance(body, dict):
            body = json.dumps(body)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        connection.request(method, place, body, headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def question(server, name, **body):
    """Return status and document of an answer."""
    status, _, content = ask(server, "POST", f"/api/{name}", body)
    return status, json.loads(content)


@contextmanager
def stream(server, **body):
    """Yield the lines of a stream of bands as they come; at the end of the block nobody reads."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    document = json.dumps(body)
    connection.request("POST", "/api/bands", document, {"Content-Type": "application/json"})
    response = connection.getresponse()
    try:
        yield (json.loads(line) for line in response)
    finally:
        response.close()
        connection.close()


def lines(server, **body):
    """Return the lines of a stream of bands."""
    status, _, content = ask(server, "POST", "/api/bands", body)
    assert status == 200, content
    return [json.loads(line) for line in content.splitlines()]
