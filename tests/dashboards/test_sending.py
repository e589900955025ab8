"""What is kept arrives as any other body: in its place among others, however slowly it is read."""

import asyncio
import resource
import socket
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from random import Random

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from plietsch.api.delivery import kept
from plietsch.api.delivery.kept import Kept
from plietsch.dashboards.sending import Protocol, Transport
from support import wait

# More than a connection takes at once.
BODY = Random(7).randbytes(6_000_000)


class Told(Kept):
    """Says whether its file was asked for."""

    was_asked = False

    @property
    def file(self) -> int | None:
        self.was_asked = True
        return super().file


def without_file() -> Kept:
    """Where there is no room for files any more."""
    size, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, most))
    try:
        return Kept(BODY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))


class Into(asyncio.Transport):
    """A transport that keeps what is written to it, and what it has to do."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__({"socket": connection})
        self.said: list[bytes] = []
        self.is_over = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.is_over, "a transport may fail where its connection is lost"
        self.said.append(bytes(data))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.write(b"".join(list_of_data))

    def write_eof(self) -> None:
        self.said.append(b"eof")

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.is_over


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
    with serving({"/kept": kept, "/plain": plain, "/without": without_file()}, loop) as address:
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


HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda to: to.writelines([b"a", b"b"]), [HEAD + b"a", b"b"]),
        (lambda to: to.write(memoryview(b"a")), [HEAD + b"a"]),
        (lambda to: to.write_eof(), [HEAD, b"eof"]),
    ],
)
def test_nothing_gets_before_a_head_that_is_held_back(write: Callable[[Transport], None], said: list[bytes]):
    with asyncio.Runner() as runner, socket.socket() as connection:
        into = Into(connection)
        transport = Transport(into, runner.get_loop())
        transport.write(memoryview(HEAD))
        assert into.said == []
        write(transport)
    assert into.said == said


@pytest.mark.parametrize("body", [b"plain", Kept(b"kept")])
def test_nothing_is_written_where_the_connection_is_lost(body: bytes):
    with asyncio.Runner() as runner, socket.socket() as connection:
        into = Into(connection)
        transport = Transport(into, runner.get_loop())
        transport.write(HEAD)
        into.is_over = True
        transport.write(body)
        transport.write(HEAD)
        runner.run(asyncio.sleep(0))
        assert into.said == []


def test_where_there_is_no_room_for_a_file_it_is_said_once():
    kept._say_once.cache_clear()
    with capture_logs() as said:
        assert [without_file().file for _ in range(3)] == [None, None, None]
    assert [each["reason"] for each in said] == ["No space left on device"]
