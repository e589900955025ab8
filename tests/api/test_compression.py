"""Answers by gzip: whole, in pieces, and each row of a stream as soon as it is sent; who holds a compressor."""

import asyncio
import gzip
import zlib
from collections.abc import Sequence

import pytest
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from plietsch.api.delivery.compression import Compression

# More than is compressed at a stretch, and not alike.
LARGE = b"".join(b"%d,%d\r\n" % (number, number * number % 9973) for number in range(50_000))


def answered(pieces: Sequence[bytes], content_type: bytes) -> tuple[Headers, list[bytes]]:
    """The headers and the parts of an answer that comes in pieces, for a client that takes gzip only."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", content_type)]})
        for number, piece in enumerate(pieces, 1):
            await send({"type": "http.response.body", "body": piece, "more_body": number < len(pieces)})

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "headers": [(b"accept-encoding", b"gzip;q=0.5, *;q=0")]}
    asyncio.run(Compression(app)(scope, receive, send))
    start, *parts = sent
    headers = Headers(raw=start["headers"])
    assert headers["content-encoding"] == "gzip"
    assert headers["vary"] == "Accept-Encoding"
    return headers, [part["body"] for part in parts]


def test_what_is_there_as_a_whole_is_one_member_of_gzip_with_its_length():
    headers, parts = answered([LARGE[:60_000]], b"application/json")
    (body,) = parts
    assert int(headers["content-length"]) == len(body) < 30_000
    assert gzip.decompress(body) == LARGE[:60_000]


def test_what_is_large_or_comes_in_pieces_is_one_member_of_gzip():
    for pieces in ([LARGE], [LARGE[:1], LARGE[1:100_000], b"", LARGE[100_000:]]):
        headers, parts = answered(pieces, b"application/json")
        assert "content-length" not in headers
        assert gzip.decompress(b"".join(parts)) == LARGE
        assert sum(map(len, parts)) < len(LARGE) / 2


@pytest.mark.parametrize("kind", ["waits", "text/event-stream", "application/x-arrow"])
def test_whoever_waits_or_listens_holds_no_compressor(kind: str):
    """Hundreds of them, and others are answered as if there were none."""

    async def stays(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "waits":
            await receive()
        content_type = scope["path"].encode() if "/" in scope["path"] else b"text/csv"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", content_type)]})
        await send({"type": "http.response.body", "body": b"data\n\n", "more_body": True})
        await receive()
        await send({"type": "http.response.body"})

    async def encodings() -> list[str | None]:
        compression, over = Compression(stays, roomy=1, most=2), asyncio.Event()
        begun: list[Message] = []

        async def receive() -> Message:
            await over.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.append(message)

        async with asyncio.TaskGroup() as group:
            for path in [kind] * 5 + ["rows"] * 3:
                scope = {"type": "http", "path": path, "headers": [(b"accept-encoding", b"gzip, br, zstd")]}
                group.create_task(compression(scope, receive, send))
                await asyncio.sleep(0)
            over.set()
        of_rows = [each for each in begun if (b"content-type", b"text/csv") in each["headers"]]
        return [Headers(raw=each["headers"]).get("content-encoding") for each in of_rows[:3]]

    assert asyncio.run(encodings()) == ["zstd", "gzip", None]


def test_rows_can_be_read_as_soon_as_they_are_sent():
    pieces = [b"a,b\r\n", b"1,2\r\n", LARGE[:5_000]]
    _, parts = answered(pieces, b"text/csv; charset=utf-8")
    reader = zlib.decompressobj(31)
    assert [reader.decompress(part) for part in parts if part][: len(pieces)] == pieces
    assert reader.eof
