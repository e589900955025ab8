"""The buffered socket between two ends of a real one."""

import os
import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from plietsch.ingest import sockets
from plietsch.ingest.sockets import BufferedSocket
from plietsch.ingest.stopping import Stop
from support.wait import until


@pytest.fixture
def ends() -> Iterator[tuple[BufferedSocket, socket.socket]]:
    ours, theirs = socket.socketpair()
    buffered = BufferedSocket(ours)
    with closing(buffered), theirs:
        theirs.settimeout(10)
        yield buffered, theirs
        theirs.close()


def test_parts_of_what_arrived_at_once(ends: tuple[BufferedSocket, socket.socket]) -> None:
    ours, theirs = ends
    theirs.send(b"abcdef")
    assert [ours.recv(1), ours.recv(2), ours.recv(100)] == [b"a", b"bc", b"def"]
    with pytest.raises(BlockingIOError):
        ours.recv(1)


def test_what_is_left_stays_in_front_of_what_comes(ends: tuple[BufferedSocket, socket.socket]) -> None:
    ours, theirs = ends
    theirs.send(b"abc")
    assert ours.recv(1) == b"a"
    theirs.send(b"def")
    assert ours.fill()
    assert ours.recv(100) == b"bcdef"
    assert not ours.fill()


def test_the_end(ends: tuple[BufferedSocket, socket.socket]) -> None:
    ours, theirs = ends
    theirs.send(b"ab")
    theirs.close()
    assert ours.recv(1) == b"a"
    assert ours.recv(9) == b"b"
    assert [ours.recv(1), ours.recv(1)] == [b"", b""]
    assert ours.ended
    assert ours.error is None


def test_a_reset_is_an_end_with_a_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = sockets.connect("127.0.0.1", server.getsockname()[1], None)
        theirs, _ = server.accept()
        ours.send(b"never read")
        ours.flush()
        until(lambda: theirs.recv(100, socket.MSG_PEEK), "it arrived")
        theirs.close()  # over unread bytes, which resets the connection
    until(ours.fill, "the end is seen")
    assert isinstance(ours.error, ConnectionResetError)
    ours.send(b"more")
    assert ours.flush()
    assert not ours.wants_write
    ours.close()


def test_what_is_written_leaves_together(ends: tuple[BufferedSocket, socket.socket]) -> None:
    ours, theirs = ends
    theirs.setblocking(False)
    for _ in range(1_000):
        assert ours.send(b"\x40\x02\x00\x01") == 4
    with pytest.raises(BlockingIOError):
        theirs.recv(1)
    assert ours.flush()
    assert len(theirs.recv(10_000)) == 4_000


def test_a_large_write_does_not_wait_for_the_flush(ends: tuple[BufferedSocket, socket.socket]) -> None:
    ours, theirs = ends
    ours.send(bytes(sockets.LARGE_WRITE_BYTES + 1))
    assert theirs.recv(1) == b"\0"


def test_a_full_system_buffer_loses_nothing(ends: tuple[BufferedSocket, socket.socket]) -> None:
    ours, theirs = ends
    sent = bytes(range(256)) * 8_192
    ours.send(sent)
    assert not ours.flush()
    assert ours.wants_write
    received = bytearray()
    while len(received) < len(sent):
        received += theirs.recv(100_000)
        ours.wait(0)
    assert bytes(received) == sent
    assert not ours.wants_write


def test_closing_sends_what_was_written(ends: tuple[BufferedSocket, socket.socket]) -> None:
    ours, theirs = ends
    received = bytearray()

    def read_all() -> None:
        while part := theirs.recv(100_000):
            received.extend(part)
        theirs.close()

    reader = threading.Thread(target=read_all)
    theirs.send(b"never read")
    ours.send(bytes(1_000_000))
    reader.start()
    ours.close()
    reader.join(10)
    assert len(received) == 1_000_000
    ours.close()


def test_waiting_ends_when_something_else_comes(ends: tuple[BufferedSocket, socket.socket]) -> None:
    ours, _ = ends
    other, waker = socket.socketpair()
    with other, waker:
        waker.send(b"\0")
        ours.wait(30, other.fileno())


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    """A process whose next descriptors have numbers that `select` does not know."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2_048:
        pytest.skip("this user may not open so many files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2_048), hard))
    try:
        with ExitStack() as opened:
            while opened.enter_context(Path(os.devnull).open("rb")).fileno() < 1_024:
                pass
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_descriptors")
def test_descriptors_may_have_high_numbers() -> None:
    left, right = socket.socketpair()
    with right, closing(BufferedSocket(left)) as ours, closing(Stop()) as stop:
        assert min(ours.fileno(), stop.fileno()) > 1_024
        assert not stop.wait(0)
        stop.set()
        ours.wait(30, stop.fileno())
        ours.send(b"last")
        right.shutdown(socket.SHUT_WR)
        ours.close()
        assert right.recv(9) == b"last"
