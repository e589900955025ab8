"""How any answer travels, whatever the route: seen with routes that do what routes must not."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterator

import brotli
import httpx
import pytest
import structlog
import zstandard
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from plietsch.api import delivery, problems

BODY = b'{"value": 12.3, "unit": "ug/m3"}' * 100


class Site:
    """An application with nothing but routes that are hard to deliver."""

    def __init__(self) -> None:
        self.app = delivery.Application()
        self.pieces_made = 0
        self.ended = asyncio.Event()
        for path in ("small", "whole", "broken", "endless", "rows", "picture", "never"):
            self.app.add_api_route(f"/api/{path}", getattr(self, path))
        delivery.install(self.app)
        problems.install(self.app)

    async def small(self) -> Response:
        return Response(b"{}", media_type="application/json")

    async def whole(self) -> Response:
        return Response(BODY, media_type="application/json", headers={"Cache-Control": "public, max-age=60"})

    async def never(self) -> Response:
        return Response(BODY, media_type="application/json", headers={"Cache-Control": "no-store"})

    async def picture(self) -> Response:
        return Response(BODY, media_type="image/png")

    async def broken(self) -> Response:
        raise ZeroDivisionError("secret")

    async def rows(self) -> Response:
        return StreamingResponse(_rows(), media_type="text/csv; charset=utf-8")

    async def endless(self, request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            try:
                while True:
                    self.pieces_made += 1
                    yield b"more and more\n"
                    await asyncio.sleep(0)
            finally:
                self.ended.set()

        return StreamingResponse(pieces(), media_type="text/plain")

    def ask(self, method: str, path: str, **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="https://plietsch.example") as client:
                names = {name.replace("_", "-"): value for name, value in headers.items()}
                return await asyncio.wait_for(client.request(method, path, headers=names), 10)

        return asyncio.run(ask())


async def _rows() -> AsyncIterator[bytes]:
    yield b"station,value\r\n" + b"harbour,12.3\r\n" * 20_000
    yield b"harbour,4.5\r\n"


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.mark.parametrize("path", ["/api/whole", "/api/broken", "/api/nowhere", "/api/rows"])
def test_every_answer_has_the_headers_of_an_open_and_safe_one(site: Site, path: str):
    answer = site.ask("GET", path)
    assert answer.headers["access-control-allow-origin"] == "*"
    for exposed in ("ETag", "Link", "RateLimit", "Plietsch-Complete-To", "X-Request-Id", "Content-Disposition"):
        assert exposed in answer.headers["access-control-expose-headers"].split(", ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_an_error_that_nobody_foresaw_is_a_problem_without_a_trace(site: Site):
    answer = site.ask("GET", "/api/broken", X_Request_Id="my-own.id_7")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert (answer.headers["x-request-id"], answer.json()["request_id"]) == ("my-own.id_7", "my-own.id_7")
    assert "my-own.id_7" in answer.json()["hint"]
    for secret in ("secret", "Traceback", "test_delivery", "division"):
        assert secret not in answer.text


@pytest.mark.parametrize("theirs", ["", " ", "-x", "a b", "a\tb", "x" * 65, "a/b", '"};alert(1)//'])
def test_a_request_id_that_is_not_sane_is_replaced(site: Site, theirs: str):
    given = site.ask("GET", "/api/small", X_Request_Id=theirs).headers["x-request-id"]
    assert given != theirs
    assert len(bytes.fromhex(given)) == 8


def test_log_lines_within_a_request_have_its_id(site: Site):
    seen = list[str]()

    async def logs(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(structlog.contextvars.get_contextvars()["request_id"])

    async def ask() -> None:
        exchange = delivery.Exchange(logs)
        scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/", "headers": [(b"x-request-id", b"7")]}
        await exchange(scope, _nothing, _nowhere)
        assert "request_id" not in structlog.contextvars.get_contextvars()

    asyncio.run(ask())
    assert seen == ["7"]


async def _nothing() -> Message:
    return {"type": "http.request"}


async def _nowhere(message: Message) -> None:
    pass


def test_head_is_get_without_a_body(site: Site):
    for path in ("/api/small", "/api/whole", "/api/picture", "/api/nowhere", "/api/broken"):
        get, head = site.ask("GET", path), site.ask("HEAD", path)
        assert (head.status_code, head.content) == (get.status_code, b"")
        ignored = {"x-request-id"}
        assert {k: v for k, v in head.headers.items() if k not in ignored} == {
            k: v for k, v in get.headers.items() if k not in ignored
        }


def test_what_would_stream_for_ever_ends_with_its_headers(site: Site):
    head = site.ask("HEAD", "/api/endless", Accept_Encoding="gzip")
    assert (head.status_code, head.content, head.headers["content-encoding"]) == (200, b"", "gzip")
    assert site.ended.is_set()
    assert site.pieces_made < 100


def test_a_preflight_is_answered_for_every_header_that_programs_send(site: Site):
    answer = site.ask("OPTIONS", "/api/whole", Origin="https://a.example", Access_Control_Request_Method="GET")
    assert (answer.status_code, answer.content) == (204, b"")
    allowed = answer.headers["access-control-allow-headers"].split(", ")
    assert {"Authorization", "If-None-Match", "Last-Event-ID"} <= set(allowed)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD"


_UNPACK = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda packed: zstandard.ZstdDecompressor().decompressobj().decompress(packed),
}


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip", "gzip"), ("gzip, br", "br"), ("gzip, br, zstd", "zstd"), ("zstd;q=0, *", "br"), ("identity", None)],
)
def test_the_best_encoding_that_is_taken_is_used(site: Site, accepted: str, encoding: str | None):
    sent = asyncio.run(_raw(site, "/api/whole", accepted))
    headers = dict(sent[0]["headers"])
    body = b"".join(each.get("body", b"") for each in sent[1:])
    assert headers.get(b"content-encoding") == (encoding.encode() if encoding else None)
    assert headers[b"vary"] == b"Accept-Encoding"
    assert (_UNPACK[encoding](body) if encoding else body) == BODY


@pytest.mark.parametrize("path", ["/api/picture", "/api/small"])
def test_what_gains_nothing_is_not_compressed(site: Site, path: str):
    assert "content-encoding" not in site.ask("GET", path, Accept_Encoding="gzip, br, zstd").headers


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_rows_are_passed_on_as_they_come(site: Site, encoding: str):
    """After each piece that is sent, all of what was said so far can be read."""
    sent = asyncio.run(_raw(site, "/api/rows", encoding))
    packed = [each["body"] for each in sent if each.get("body")]
    rows = b"station,value\r\n" + b"harbour,12.3\r\n" * 20_000
    for pieces in (1, 3):
        assert _so_far(encoding, packed[:pieces]) == rows[: pieces * 64 * 1024]
    assert _so_far(encoding, packed) == rows + b"harbour,4.5\r\n"


def _so_far(encoding: str, packed: list[bytes]) -> bytes:
    if encoding == "br":
        reader = brotli.Decompressor()
        # It gives 32 KiB at a time, and what it still has when it is asked with nothing.
        return b"".join(reader.process(each) + b"".join(iter(lambda: reader.process(b""), b"")) for each in packed)
    unpack = zstandard.ZstdDecompressor().decompressobj() if encoding == "zstd" else gzip.zlib.decompressobj(wbits=31)
    return b"".join(unpack.decompress(each) for each in packed)


async def _raw(site: Site, path: str, accepted: str) -> list[Message]:
    """What the application sends, piece by piece."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        if not asked:
            asked.append(True)
            return {"type": "http.request"}
        return await asyncio.get_running_loop().create_future()

    asked: list[bool] = []
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"accept-encoding", accepted.encode())], "client": ("192.0.2.1", 1), "server": ("x", 80),
    }  # fmt: skip
    await site.app(scope, receive, send)
    return sent


def test_a_whole_answer_has_a_tag_by_which_it_is_asked_for_again(site: Site):
    first = site.ask("GET", "/api/whole")
    again = site.ask("GET", "/api/whole", If_None_Match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control", "access-control-allow-origin"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["vary"] == "Accept-Encoding"
    assert "content-type" not in again.headers
    packed = site.ask("GET", "/api/whole", Accept_Encoding="br")
    assert packed.headers["etag"] == first.headers["etag"]
    assert site.ask("HEAD", "/api/whole", If_None_Match=first.headers["etag"]).status_code == 304


def test_what_says_nothing_of_caches_is_kept_for_a_second_and_what_forbids_them_has_no_tag(site: Site):
    assert site.ask("GET", "/api/small").headers["cache-control"] == "public, max-age=1"
    assert "etag" not in site.ask("GET", "/api/never").headers
    assert "etag" not in site.ask("GET", "/api/rows").headers


@pytest.fixture(autouse=True)
def clean_context() -> Iterator[None]:
    structlog.contextvars.clear_contextvars()
    yield
    structlog.contextvars.clear_contextvars()
