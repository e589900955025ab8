"""Answers compressed by zstd, brotli or gzip, as the client takes them (RFC 9110, section 12.5.3).

Measured on 50 000 lines of CSV in pieces of 64 KiB: zstd of level 1 makes an eleventh of them at 550 MB/s, as small as
level 3; brotli 1 a ninth at 450 MB/s; gzip by ISA-L, of level 2, a ninth at 840 MB/s. By zlib, gzip 5 makes a
thirteenth at 110 MB/s: a fifth less of a year's hours as JSON, which then take longer to compress than all the rest.
A stream holds 1.3, 0.9 and 0.4 MB meanwhile: higher levels of the first two hold up to six. A thousand slow readers
would hold up to a gigabyte (770 MB after 1.5 MB of each answer, and 175 MB as it is): beyond a hundred streams at a
time, answers are made by gzip, and beyond five hundred they are sent as they are. An answer is one of them from when it
begins: thousands wait for what changes, or listen, and hold none.
"""

import asyncio
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from typing import Any

import isal.isal_zlib
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type, remove_compress_type

# Its own gzip is zlib's, and what it hands answers through, it offers to nobody else.
from starlette_compress._responder import CompressionResponder  # pyright: ignore[reportPrivateUsage]

from plietsch.api.hot import encodings

# Its types are known in part.
_isal: Any = isal.isal_zlib
_ZSTD_LEVEL, _BROTLI_QUALITY, _GZIP_LEVEL = 1, 1, 2
# Of 32 KiB, with gzip's header and checksum.
_GZIP_WINDOW_BITS = 31
_LEAST_BYTES = 1000
# So much is compressed at a stretch, in a fraction of a millisecond: then others have their turn.
_PIECE_BYTES = 64 * 1024
# Streams at a time: the first ones hold 130 MB at most, those up to the second number 160 MB more.
_MOST_ROOMY, _MOST_COMPRESSED = 100, 500
_ROOMY, _SPARING = ("zstd", "br"), "gzip"
# Where in a scope the list is that is given what the responder of a coding sends with.
_HANDED = "plietsch.compression"

# Rows that arrive are passed on as they are: nothing waits in the compressor for what is not there yet.
add_compress_type("text/csv", streaming=True)
add_compress_type("application/x-ndjson", streaming=True)
add_compress_type("application/problem+json")
# Each event is on its way before the next one is known, for hours: thousands of listeners would hold a compressor each.
remove_compress_type("text/event-stream")


class Compression:
    """The compressing middleware; what has a Content-Encoding already, Parquet, Arrow and PNG pass as they are."""

    def __init__(self, app: ASGIApp, roomy: int = _MOST_ROOMY, most: int = _MOST_COMPRESSED) -> None:
        self._app = _Pieces(app)
        self._by_coding: dict[str, ASGIApp] = {
            **{coding: _roomy(coding) for coding in (*_ROOMY, encodings.IDENTITY)},
            _SPARING: CompressionResponder(_hand_over, _LEAST_BYTES, _SPARING, _gzip, _GzipStream),
        }
        self._most_roomy, self._most = roomy, most
        self._now = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        coded: Send | None = None
        with ExitStack() as held:

            async def send_counted(message: Message) -> None:
                if _is_begun_stream(message):
                    held.enter_context(self._one_more())
                await send(message)

            async def send_coded(message: Message) -> None:
                nonlocal coded
                if coded is None:
                    handed: list[Send] = []
                    await self._by_coding[self._chosen(scope)]({**scope, _HANDED: handed}, receive, send_counted)
                    (coded,) = handed
                await coded(message)

            await self._app(scope, receive, send_coded)

    def _chosen(self, scope: Scope) -> str:
        """The coding of an answer that begins."""
        if self._now >= self._most:
            return encodings.IDENTITY
        sent = (value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-encoding")
        offered = (*_ROOMY, _SPARING) if self._now < self._most_roomy else (_SPARING,)
        return encodings.chosen(",".join(sent), offered)

    @contextmanager
    def _one_more(self) -> Generator[None]:
        self._now += 1
        try:
            yield
        finally:
            self._now -= 1


async def _hand_over(scope: Scope, receive: Receive, send: Send) -> None:
    """In place of an application: what it would send with, for one that runs already."""
    scope[_HANDED].append(send)


def _is_begun_stream(message: Message) -> bool:
    """Whether a compressor is at work from here on: what is compressed as a whole has its length."""
    if message["type"] != "http.response.start":
        return False
    headers = Headers(raw=message["headers"])
    return "content-encoding" in headers and "content-length" not in headers


def _roomy(coding: str) -> CompressMiddleware:
    return CompressMiddleware(
        _hand_over,
        minimum_size=_LEAST_BYTES,
        zstd=coding == "zstd",
        zstd_level=_ZSTD_LEVEL,
        brotli=coding == "br",
        brotli_quality=_BROTLI_QUALITY,
        gzip=False,
    )


def _gzip(body: bytes) -> bytes:
    return _isal.compress(body, _GZIP_LEVEL, _GZIP_WINDOW_BITS)


class _GzipStream:
    """What comes in pieces, as one member of gzip (RFC 1952)."""

    def __init__(self, content_length: int) -> None:
        self._stream = _isal.compressobj(_GZIP_LEVEL, _isal.DEFLATED, _GZIP_WINDOW_BITS)

    def feed(self, data: bytes, flush: bool) -> Iterable[bytes]:
        """What is ready of it, or with `flush` all of it."""
        ready = self._stream.compress(data)
        return (ready + self._stream.flush(_isal.Z_SYNC_FLUSH),) if flush else (ready,)

    def finish(self) -> Iterable[bytes]:
        return (self._stream.flush(),)


class _Pieces:
    """Hands large bodies on in pieces, and lets other requests have their turn between them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_pieces(message: Message) -> None:
            body = message.get("body", b"")
            if len(body) <= _PIECE_BYTES:
                await send(message)
                return
            last = len(body) - _PIECE_BYTES
            for start in range(0, len(body), _PIECE_BYTES):
                more = start < last or message.get("more_body", False)
                await send({**message, "body": body[start : start + _PIECE_BYTES], "more_body": more})
                await asyncio.sleep(0)

        await self.app(scope, receive, send_pieces)
