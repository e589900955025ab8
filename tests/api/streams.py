"""The API behind a real server, and listeners of its live stream."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx
import uvicorn

from plietsch.api.app import create_app
from plietsch.api.live import Live
from plietsch.dashboards.server import Server
from plietsch.platform.local import ports
from plietsch.platform.settings import Settings
from support import wait

# Longer than anything takes that is to come, shorter than anybody's patience.
_PATIENCE_S = 20


class Event(NamedTuple):
    """An event as a browser would see it; `data` is None where it only had an id."""

    kind: str
    id: str
    data: Any


class Stream:
    """Somebody who listens."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()

    def next(self) -> Event:
        """The next block of lines with an id or data; StopIteration at the end."""
        fields: dict[str, str] = {}
        for line in self._lines:
            name, _, value = line.partition(": ")
            if line:
                fields[name] = value
            elif "id" in fields:
                data = fields.get("data")
                return Event(fields.get("event", ""), fields["id"], None if data is None else json.loads(data))
            else:
                fields = {}
        raise StopIteration

    def event(self) -> Event:
        """The next event with data."""
        deadline = time.monotonic() + _PATIENCE_S
        while (event := self.next()).data is None:
            assert time.monotonic() < deadline, "it only says that it is alive"
        return event

    def told(self) -> list[tuple[str, str, float]]:
        """The observations of the next event: station, property, value."""
        event = self.event()
        assert event.kind == "observations", event
        return sorted((each["station"], each["property"], each["value"]) for each in event.data)


class Served:
    """A server that runs."""

    def __init__(self, address: str, server: Server, live: Live) -> None:
        self.address = address
        self.server = server
        self.live = live

    @contextmanager
    def stream(self, since: str | None = None, **query: str | list[str]) -> Iterator[Stream]:
        """Listen, from the moment on at which the server knows of it."""
        headers = {} if since is None else {"Last-Event-ID": since}
        with (
            httpx.Client(base_url=self.address, timeout=_PATIENCE_S) as client,
            client.stream("GET", "/api/v1/live", params=query, headers=headers) as response,
        ):
            assert response.status_code == 200
            yield Stream(response)

    def raw(self) -> socket.socket:
        """A listener that has asked and reads nothing."""
        host, port = self.address.removeprefix("http://").split(":")
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        connection.settimeout(_PATIENCE_S)
        connection.connect((host, int(port)))
        connection.sendall(f"GET /api/v1/live HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        return connection

    def stop(self) -> None:
        """Tell it to stop, as a signal would."""
        self.server.should_exit = True


@contextmanager
def served(
    database_url: str,
    live: Live | None = None,
    port: int | None = None,
    stalled_ms: int = 60_000,
    exempt: str = "127.0.0.0/8",
) -> Iterator[Served]:
    """The API on a port, one of its own if none is given."""
    app = create_app(Settings(database_url=database_url, rate_limit_exempt=exempt))
    app.state.live = live or Live(database_url)
    app.state.live.follow(app.state.hot)
    port = port or ports.free()
    config = uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=3)
    server = Server(app, config, stalled_ms=stalled_ms)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait.until(lambda: server.started, "the server starts")
        yield Served(f"http://127.0.0.1:{port}", server, app.state.live)
    finally:
        server.should_exit = True
        thread.join()
