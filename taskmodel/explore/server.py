"""The server of the page: HTTP on 127.0.0.1, by the standard library alone.

A request has a thread of its own and a connection of its own; there are at most `THREADS` of them,
and further ones wait to be accepted. Answers are computed a few at a time, in the order in which
they were asked for, unless nobody waits for them any more, by a few threads: memory that these have
freed serves again, and each thread keeps its own. The latest are kept, and equal questions at a
time have one answer. `Server.close` refuses new requests and lets those in flight finish, if that
is soon. Files are read once, at the start: no request names a path of the file system.
"""

from __future__ import annotations

import select
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any, TypeVar
from urllib.parse import urlencode

from taskmodel._version import __version__
from taskmodel.errors import CatalogError, InputError, TaskmodelError
from taskmodel.explore import answers, downloads, gate, numbers, remedies, task_view
from taskmodel.explore.band_stream import Bands
from taskmodel.explore.choices import read_choice, request_of, word_among
from taskmodel.explore.kept import Kept
from taskmodel.explore.plain import as_json
from taskmodel.explore.workbench import DEFAULT_PATHS, Workbench
from taskmodel.files import bundled
from taskmodel.numerics.stopping import carried, looking

T = TypeVar("T")
THREADS = 96
STREAMS = 64  # readers of bands: a thread takes the steps, and each of theirs waits
ANSWERS = 256  # the latest, kept as they are sent: at most some 0.1 MB each
AT_A_TIME = 2  # answers that are computed: one of them may be in kernels, without the lock
BRISK = ("curve", "tasks", "money")  # views that wait for no slower ones
GRACE = 2.0  # seconds that requests in flight at the end may take
PATIENCE = 10.0  # seconds that a request may take to arrive
HOST = "127.0.0.1"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
VIEWS: dict[str, Callable[[Workbench, Mapping[str, Any]], answers.ViewAnswer]] = {
    "curve": answers.curve_view,
    "tasks": task_view.task_view,
    "map": answers.map_view,
    "world": answers.world_view,
    "money": answers.money_view,
    "lead": answers.lead_view,
    "remedies": remedies.remedy_view,
}


def _facts_of(view: str) -> Callable[[Workbench, Mapping[str, Any]], dict[str, Any]]:
    return lambda bench, request: VIEWS[view](bench, request).facts


def _numbers(bench: Workbench, request: Mapping[str, Any]) -> dict[str, Any]:
    scenario = read_choice(request).scenario
    levers, catalog = bench.levers(scenario), bench.start(scenario).catalog
    entries = numbers.number_entries(catalog)
    return {"levers": levers, "numbers": entries, "sources": numbers.sources_of(catalog)}


FACTS = {**{view: _facts_of(view) for view in VIEWS}, "numbers": _numbers}
JSON, LINES = "application/json", "application/x-ndjson"


def read_assets() -> dict[str, tuple[bytes, str]]:
    """Return the files of the page by their place on the server, with their types."""
    result = {}
    folder = files("taskmodel.explore") / "assets"
    for prefix, place in (("", folder), ("vendor/", folder / "vendor")):
        for file in place.iterdir():
            kind = TYPES.get(file.name[file.name.rfind(".") :])
            if file.is_file() and kind:
                result[f"/{prefix}{file.name}"] = file.read_bytes(), kind
    return {**result, "/": result["/index.html"]}


class Server(ThreadingHTTPServer):
    """The page of a workbench on a port of this machine.

    Parameters
    ----------
    bench : Workbench
    port : int
        0: any that is free.
    debug : bool
        Whether to print tracebacks of faults.

    Raises
    ------
    InputError
        If the port cannot be had.
    """

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, bench: Workbench, port: int = 0, debug: bool = False) -> None:
        self.bench, self.debug = bench, debug
        self.assets = read_assets()
        self._places = threading.BoundedSemaphore(THREADS)
        self.brisk, self.slow = ThreadPoolExecutor(AT_A_TIME), ThreadPoolExecutor(1)
        self.contents: Kept[tuple[str, bytes], bytes] = Kept(self._content, ANSWERS)
        self.bands = Bands(bench)
        self.streams = threading.BoundedSemaphore(STREAMS)
        try:
            super().__init__((HOST, port), PageHandler)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InputError(
                f"port {port} of this machine cannot be had ({reason}); choose another with "
                "--port, or 0 for any that is free"
            ) from error

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """Where the page is, with the scenario that it begins with."""
        first = urlencode({"a.scenario": self.bench.first}) if self.bench.first else ""
        return f"http://{HOST}:{self.port}/{first and '#' + first}"

    def computed(self, view: str, compute: Callable[[], T]) -> T:
        """Return an answer once it has had its turn."""
        right_of_way = self.bench.right_of_way
        with right_of_way.waiting(), looking(right_of_way.look):
            turns = self.brisk if view in BRISK else self.slow
            return turns.submit(carried(compute)).result()

    def _content(self, question: tuple[str, bytes]) -> bytes:
        name, body = question
        return as_json(FACTS[name](self.bench, request_of(body)))

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own, once one of `THREADS` is free."""
        self._places.acquire()
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._places.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and free the thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is no fault; anything else is told."""
        error = sys.exc_info()[1]
        if not isinstance(error, (ConnectionError, TimeoutError)):
            traceback.print_exc()

    def close(self) -> None:
        """Accept no more requests, end streams, and wait `GRACE` for the requests in flight."""
        right_of_way = self.bench.right_of_way
        right_of_way.closing.set()
        end = threading.Timer(GRACE, right_of_way.ended.set)
        end.start()
        self.server_close()
        self.brisk.shutdown()
        self.slow.shutdown()
        self.bands.close()
        end.cancel()
        right_of_way.ended.set()  # for what nobody waits for


class PageHandler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    timeout = PATIENCE
    server_version, sys_version = f"taskmodel/{__version__}", ""

    def log_message(self, format: str, *args: Any) -> None:  # the terminal stays quiet
        """Requests are not told."""

    def do_GET(self) -> None:
        """Answer with a file of the page, or with what it starts from."""
        if reason := gate.refusal(self.headers, self.server.port):
            return self._fail(403, reason)
        place = self.path.partition("?")[0]
        if place in self.server.assets:
            content, kind = self.server.assets[place]
            return self._send(200, content, kind)
        if place == "/api/start":
            return self._answer(lambda: self._send(200, as_json(self._start()), JSON))
        return self._fail(404, "there is no such page")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        """Answer a question of the page."""
        if reason := gate.refusal(self.headers, self.server.port):
            return self._fail(403, reason)
        status, reason = gate.body_refusal(self.headers)
        if status:
            return self._fail(status, reason)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        prefix, _, name = self.path.rpartition("/")
        if prefix != "/api":
            return self._fail(404, "there is no such question")
        if name in FACTS:
            return self._answer(lambda: self._facts(name, body))
        if name == "bands":
            return self._answer(lambda: self._bands(request_of(body)))
        if name == "download":
            return self._answer(lambda: self._download(request_of(body)))
        return self._fail(404, "there is no such question")

    def _answer(self, answer: Callable[[], None]) -> None:
        """Answer, or say why there is no answer."""
        try:
            answer()
        except (ConnectionError, TimeoutError):
            raise
        except TaskmodelError as error:
            self._fail(*refused(error))
        except CancelledError:
            self._fail(503, "the server is closing")
        except Exception as error:
            if self.server.debug:
                traceback.print_exc()
            text = f"unexpected {type(error).__name__}: {error}; this is a fault of taskmodel"
            self._fail(500, text)

    def _start(self) -> dict[str, Any]:
        bench = self.server.bench
        return {
            "version": __version__,
            "catalog": bench.base.name,
            "title": bench.base.title,
            "question": bench.base.question,
            "description": bench.base.description,
            "scenarios": bench.scenarios,
            "paths": list(bench.paths),
            "default_paths": DEFAULT_PATHS,
            "plans": list(bundled.names("plan")),
            "beside": bench.base.over_time is not None,
            "settings": bench.settings,
            "tasks": {name: task.title for name, task in bench.base.tasks.items()},
        }

    def _facts(self, name: str, body: bytes) -> None:
        contents, question = self.server.contents, (name, body)

        def compute() -> bytes | None:
            return contents(question) if self._wanted() else None

        known = contents.has(question)
        content = contents(question) if known else self.server.computed(name, compute)
        if content is not None:  # the page has not moved on meanwhile
            self._send(200, content, JSON)

    def _download(self, request: Mapping[str, Any]) -> None:
        view = word_among(request, "view", tuple(VIEWS))
        ending = word_among(request, "format", tuple(downloads.FORMATS))

        def compute() -> bytes:
            result = VIEWS[view](self.server.bench, request).dataset
            if ending == "nc":
                return downloads.netcdf_bytes(result)
            return downloads.csv_text(result).encode()

        content = self.server.computed(view, compute)
        name = f"{self.server.bench.base.name}-{view}.{ending}"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        self._send(200, content, downloads.FORMATS[ending], disposition)

    def _bands(self, request: Mapping[str, Any]) -> None:
        if not self.server.streams.acquire(blocking=False):
            return self._fail(503, "too many bands are asked for at a time; try again")
        try:
            # what is wrong with the request shows before the first line
            stream = self.server.bands.stream(request, self._wanted)
            first = next(stream, None)
            self._head(200, LINES, {})
            while first is not None:
                self.wfile.write(as_json(first) + b"\n")
                first = self._next(stream)
        finally:
            self.server.streams.release()

    def _next(self, stream: Iterator[dict[str, Any]]) -> dict[str, Any] | None:
        """Return what comes next; an error is told as a line."""
        try:
            return next(stream, None)
        except TaskmodelError as error:
            return {"error": refused(error)[1], "done": True}
        except CancelledError:
            return {"error": "the server is closing", "done": True}

    def _wanted(self) -> bool:
        """Whether the page still listens: it closes the connection where it has moved on."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        return not readable or self.connection.recv(1, socket.MSG_PEEK) != b""

    def _fail(self, status: int, reason: str) -> None:
        self._send(status, as_json({"error": reason}), JSON)

    def _send(
        self, status: int, content: bytes, kind: str, further: Mapping[str, str] | None = None
    ) -> None:
        self._head(status, kind, {**(further or {}), "Content-Length": str(len(content))})
        if self.command != "HEAD":
            self.wfile.write(content)

    def _head(self, status: int, kind: str, further: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, **gate.HEADERS, **further}.items():
            self.send_header(name, value)
        self.end_headers()


def refused(error: TaskmodelError) -> tuple[int, str]:
    """Return the status of an error, and its message for a page: values were set by hand there."""
    if isinstance(error, CatalogError):
        defects = [
            str(defect._replace(file="")) if defect.file == "set" else str(defect)
            for defect in error.defects
        ]
        return 400, "\n".join(defects)
    return (400 if isinstance(error, InputError) else 422), str(error)
