"""What is kept arrives as any other body: in its place among others, however slowly it is read."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from random import Random

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from plietsch.api.delivery.kept import Kept
from plietsch.dashboards.sending import Protocol
from support import wait

# More than a connection takes at once.
BODY = Random(7).randbytes(6_000_000)


class Told(Kept):
    """Says whether its file was asked for."""

    was_asked = False

    @property
    def file(self) -> int:
        self.was_asked = True
        return super().file


class WithoutFile(Kept):
    """Where there is no room for files any more."""

    @property
    def file(self) -> int:
        raise OSError


@contextmanager
def serving(bodies: dict[str, bytes], loop: str) -> Generator[tuple[str, int]]:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body = bodies[scope["path"]]
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(app, http=Protocol, loop=loop, lifespan="off", log_level="critical")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            wait.until(lambda: server.started, "the server starts")
            yield listening.getsockname()
        finally:
            server.should_exit = True
            thread.join()


def ask(address: tuple[str, int], *requests: str) -> bytes:
    """All that is answered to requests that are sent one behind the other, read through a narrow opening."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        connection.connect(address)
        asked = [f"{each} HTTP/1.1\r\nHost: here\r\n" for each in requests]
        connection.sendall(("\r\n".join(asked) + "Connection: close\r\n\r\n").encode())
        return b"".join(iter(lambda: connection.recv(1 << 20), b""))


def bodies_of(answer: bytes, *lengths: int) -> list[bytes]:
    found: list[bytes] = []
    for length in lengths:
        head, _, rest = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        found.append(rest[:length])
        answer = rest[length:]
    assert answer == b""
    return found


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_what_is_kept_arrives_in_its_place_among_others(loop: str):
    kept, plain = Told(BODY), b"a few words"
    asked = ("GET /kept", "GET /plain", "HEAD /kept", "GET /without", "GET /kept")
    with serving({"/kept": kept, "/plain": plain, "/without": WithoutFile(BODY)}, loop) as address:
        answer = ask(address, *asked)
    assert bodies_of(answer, len(BODY), len(plain), 0, len(BODY), len(BODY)) == [BODY, plain, b"", BODY, BODY]
    assert kept.was_asked


def test_who_goes_away_in_between_disturbs_nobody():
    with serving({"/kept": Kept(BODY)}, "uvloop") as address:
        for _ in range(3):
            with socket.create_connection(address) as connection:
                connection.sendall(b"GET /kept HTTP/1.1\r\nHost: here\r\n\r\n" * 3)
                connection.recv(1000)
        assert bodies_of(ask(address, "GET /kept"), len(BODY)) == [BODY]
