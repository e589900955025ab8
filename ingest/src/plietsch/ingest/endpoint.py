"""A small HTTP server beside the worker: /metrics for Prometheus, /healthz for whoever restarts things."""

import socket
import socketserver
import threading
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import msgspec
import structlog

from plietsch.ingest.watch import Watch
from plietsch.platform import errors

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

log = structlog.get_logger(__name__)

# So many are answered at a time, each by a thread with a descriptor; the others wait in the system's queue.
MOST = 8
# Who says nothing for so long is not waited for, nor who has not been answered after the longer time.
_PATIENCE_S = 2.0
_LONGEST_S = 10.0


@contextmanager
def serving(watch: Watch, host: str, port: int, longest_s: float = _LONGEST_S) -> Generator[str]:
    """Answer on that address, nobody for longer than `longest_s`; yields the URL. Port 0 takes any free one.

    Raises errors.PortTaken.
    """
    try:
        server = _Server(host, port, _application(watch), longest_s)
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise errors.PortTaken(
            f"Port {port} on {host} cannot be used for /metrics and /healthz: {why}.",
            "Another program listens there, perhaps another worker: each needs a PLIETSCH_INGEST_HTTP_PORT of its own; "
            "0 takes any free one.",
        ) from error
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    log.info("answering", metrics=f"{server.url}/metrics", health=f"{server.url}/healthz")
    try:
        yield server.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    # A worker that starts again at once finds its port free.
    allow_reuse_address = True

    def __init__(self, host: str, port: int, application: "WSGIApplication", longest_s: float) -> None:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        self.address_family = family
        self._longest_s = longest_s
        self._places = threading.BoundedSemaphore(MOST)
        self._since: dict[socket.socket, float] = {}
        super().__init__(address[:2], _Handler)  # pyright: ignore[reportArgumentType] getaddrinfo's type is wider
        self.set_app(application)
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self.server_port}"

    def server_bind(self) -> None:
        """As the base class does, but without looking up a name for the address, which may take its time."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # pyright: ignore[reportAttributeAccessIssue]
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread as soon as there is a place; one that has none for too long is hung up on."""
        # Not for ever: this is the thread that is to notice when it shall end.
        if not self._places.acquire(timeout=_PATIENCE_S + 1):
            self.shutdown_request(request)
            return
        self._since[request] = time.monotonic()
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread can be started: its place is free again
            self._leave(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._leave(request)

    def service_actions(self) -> None:
        """Now and then: hang up on those who send their question byte by byte, or do not take the answer."""
        for request, since in list(self._since.items()):
            if time.monotonic() - since > self._longest_s:
                with suppress(OSError):  # it has just been answered
                    request.shutdown(socket.SHUT_RDWR)

    def _leave(self, request: socket.socket) -> None:
        del self._since[request]
        self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Somebody went away in the middle of an answer: nothing to be told."""


class _Handler(WSGIRequestHandler):
    timeout = _PATIENCE_S

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the base class names it so
        """The worker's log is about messages, not about who looks at it."""


def _application(watch: Watch) -> "WSGIApplication":
    def answer(environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD"):
            body = _plain(start_response, "405 Method Not Allowed", "GET or HEAD.", ("Allow", "GET, HEAD"))
        elif path == "/metrics":
            body = metrics()(environ, start_response)
        elif path == "/healthz":
            body = _healthz(watch, start_response)
        else:
            body = _plain(start_response, "404 Not Found", "There are /metrics and /healthz.")
        return body if method != "HEAD" else []

    @cache
    def metrics() -> "WSGIApplication":
        # Imported with the first question: a worker that nobody asks starts without it.
        from plietsch.ingest import exposition

        return exposition.application(watch)

    return answer


def _healthz(watch: Watch, start_response: "StartResponse") -> list[bytes]:
    document = watch.health.document()
    body = msgspec.json.encode(document) + b"\n"
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    start_response("200 OK" if document["status"] == "ok" else "503 Service Unavailable", headers)
    return [body]


def _plain(start_response: "StartResponse", status: str, text: str, *headers: tuple[str, str]) -> list[bytes]:
    body = f"{text}\n".encode()
    start_response(
        status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))), *headers]
    )
    return [body]
