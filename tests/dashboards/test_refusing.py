"""What cannot be read as a request at all, over a socket: curl sends what is typed as it is."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from plietsch.api import documents
from plietsch.dashboards import refusing
from plietsch.dashboards.server import Server

_GET = b"GET %b HTTP/1.1\r\nHost: plietsch.example\r\nX-Request-Id: mine\r\n\r\n"
_UMLAUT = _GET % "/api/v1/stations?q=Südermarkt".encode()


async def _hello(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


@asynccontextmanager
async def _connected(app: ASGIApp) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server, which has none any more when it is over."""
    config = uvicorn.Config(app, http=refusing.Protocol, log_level="critical")
    config.load()
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: refusing.Protocol(config, state, {}, loop), "127.0.0.1", 0)
    async with server, asyncio.timeout(4):
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            yield reader, writer
        finally:
            writer.close()
        while state.connections:
            await asyncio.sleep(0)


async def _answered(*pieces: bytes, app: ASGIApp = _hello) -> bytes:
    """All that a server sends back until it ends the connection."""
    async with _connected(app) as (reader, writer):
        return b"".join([await _asked(reader, writer, piece) for piece in pieces]) + await reader.read()


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, piece: bytes) -> bytes:
    """Send something, and have what comes of it at least."""
    writer.write(piece)
    await writer.drain()
    return await reader.read(1)


def _problem(answer: bytes) -> tuple[documents.Problem, dict[str, str]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    problem = documents.Problem.model_validate(json.loads(body))
    headers = dict(line.lower().split(": ", 1) for line in lines)
    assert status.split()[1] == str(problem.status)
    assert (headers["content-type"], headers["connection"]) == ("application/problem+json", "close")
    assert headers["access-control-allow-origin"] == "*"
    assert headers["x-request-id"] == problem.request_id
    assert headers["content-length"] == str(len(body))
    return problem, headers


@pytest.mark.parametrize("address", ["/api/v1/stations?q=Südermarkt", "/de/stations/südermarkt"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_letters_that_no_address_has_are_refused_with_how_to_write_them(address: str, encoding: str):
    problem, _ = _problem(asyncio.run(_answered(_GET % address.encode(encoding))))
    assert problem.status == 400
    assert problem.hint
    assert "%C3%BC" in problem.hint
    assert "--data-urlencode" in problem.hint


def test_an_address_that_is_too_long_to_be_read_is_told_so():
    problem, headers = _problem(asyncio.run(_answered(_GET % (b"/api/v1/stations?q=" + b"x" * 70_000))))
    assert (problem.status, problem.type) == (414, "/developers#problem-address-too-long")
    assert "70019 bytes" in problem.detail
    assert headers["x-request-id"] == "mine"


@pytest.mark.parametrize(
    "sent",
    [b"\x16\x03\x01\x02\x00", b"NONSENSE / HTTP/1.1\r\n\r\n", _GET % b"/?q=a b", b"GET / HTTP/1.1\r\nno colon\r\n\r\n"],
)
def test_what_is_no_http_is_told_so(sent: bytes):
    problem, _ = _problem(asyncio.run(_answered(sent)))
    assert (problem.status, problem.title) == (400, "Bad Request")
    assert problem.hint


def test_who_was_answered_before_has_both_answers():
    answer = asyncio.run(_answered(_GET % b"/", _UMLAUT))
    first, _, rest = answer.partition(b"hello")
    assert first.startswith(b"HTTP/1.1 200")
    assert _problem(rest)[0].status == 400


def test_where_an_answer_is_under_way_the_connection_ends_without_a_word():
    """It would be taken for what is missing of the other answer."""

    async def half(_scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"half of it", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass

    answer = asyncio.run(_answered(_GET % b"/", b"NONSENSE / HTTP/1.1\r\n\r\n", app=half))
    assert answer.endswith(b"\r\n\r\nhalf of it")
    # Both come at once: the second is read before the first is answered.
    assert asyncio.run(_answered(_GET % b"/" + _UMLAUT)) == b""


def test_what_is_under_way_is_told_that_its_client_left_also_where_another_request_waits():
    told: list[str] = []

    async def listen(scope: Any, receive: Any, _send: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        told.append(scope["path"])

    async def leave() -> None:
        async with _connected(listen) as (_, writer):
            writer.write(_GET % b"/first" + _GET % b"/second")
            await writer.drain()
        while not told:
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(leave(), 2))
    assert told == ["/first"]


def test_who_still_sends_can_read_why_it_is_refused():
    """Closed at once, the connection would be reset by what nobody has read, and the refusal be lost."""
    problem, _ = _problem(asyncio.run(_answered(_UMLAUT + b"x" * 1_000_000)))
    assert problem.status == 400


def test_of_what_still_comes_no_more_is_read_than_may_be():
    async def send() -> None:
        async with _connected(_hello) as (_, writer):
            for _ in range(100):
                writer.write(_UMLAUT + b"x" * 1_000_000)
                await writer.drain()

    with pytest.raises(ConnectionError):
        asyncio.run(send())


def test_a_refusal_says_nothing_of_the_request_before():
    """Neither whose it was nor how long its address: not a byte of the next one could be read."""
    long = _GET % (b"/" + b"x" * 65_000)
    answer = asyncio.run(_answered(long, b"\x16\x03\x01\x02\x00"))
    problem, headers = _problem(answer.partition(b"hello")[2])
    assert problem.status == 400
    assert headers["x-request-id"] != "mine"


def test_the_server_refuses_so():
    app = FastAPI()
    config = uvicorn.Config(app)
    Server(app, config)
    assert isinstance(config.http, type)
    assert issubclass(config.http, refusing.Protocol)
