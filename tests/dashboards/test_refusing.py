"""What cannot be read as a request at all, over a socket: curl sends what is typed as it is."""

import asyncio
import json
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from uvicorn.server import ServerState

from plietsch.api import documents
from plietsch.dashboards import refusing
from plietsch.dashboards.server import Server

_GET = b"GET %b HTTP/1.1\r\nHost: plietsch.example\r\nX-Request-Id: mine\r\n\r\n"
_UMLAUT = _GET % "/api/v1/stations?q=Südermarkt".encode()


async def _hello(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


async def _answered(*pieces: bytes) -> bytes:
    """All that a server sends back until it ends the connection."""
    config = uvicorn.Config(_hello, http=refusing.Protocol, log_level="critical")
    config.load()
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: refusing.Protocol(config, state, {}, loop), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            return b"".join([await _asked(reader, writer, piece) for piece in pieces]) + await reader.read()
        finally:
            writer.close()


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


def test_where_an_answer_is_under_way_the_connection_ends():
    """Both come at once: the second is read before the first is answered."""
    answer = asyncio.run(_answered(_GET % b"/" + _UMLAUT))
    assert answer.startswith(b"HTTP/1.1 400")


def test_the_server_refuses_so():
    app = FastAPI()
    config = uvicorn.Config(app)
    Server(app, config)
    assert isinstance(config.http, type)
    assert issubclass(config.http, refusing.Protocol)
