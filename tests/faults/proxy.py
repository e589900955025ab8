"""A proxy before PostgreSQL that cuts a connection after so many bytes, on the way there or on the way back."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from functools import partial

from faults.frontend import COPY_DATA, Frontend

from plietsch.platform.local import ports

# Closing sends RST: the connection is cut, not ended.
_CUT = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards to a port of this machine; a context manager. `copies_cut` of its `cuts` fell into a COPY."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._server = socket.create_server((ports.LOOPBACK, 0))
        self.port = self._server.getsockname()[1]
        self.cuts = 0
        self.copies_cut = 0
        self._lock = threading.Lock()
        self._bytes_left: int | None = None
        self._answer_is_lost = False
        self._counts_copies_only = False

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._accept, daemon=True, name="proxy").start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def cut_after(self, count: int, *, answer: bool = False) -> None:
        """Cut once when so many bytes more were sent to the target; with `answer` before its next answer passes."""
        with self._lock:
            self._bytes_left, self._answer_is_lost, self._counts_copies_only = count, answer, False

    def cut_copy_after(self, count: int) -> None:
        """Cut once when so many bytes more were sent within COPYs, before the last of them has ended."""
        with self._lock:
            self._bytes_left, self._answer_is_lost, self._counts_copies_only = count, False, True

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            try:
                target = socket.create_connection((ports.LOOPBACK, self._target_port))
            except OSError:
                _cut(client)
                continue
            there = partial(self._there, Frontend())
            for source, sink, allowed in ((client, target, there), (target, client, self._back)):
                threading.Thread(target=_pump, args=(source, sink, allowed), daemon=True, name="proxy").start()

    def _there(self, frontend: Frontend, data: bytes) -> tuple[int, bool]:
        passing = 0
        with self._lock:
            for kind, count in frontend.follow(data):
                allowed, cut = self._count(kind, count)
                passing += allowed
                if cut:
                    return passing, True
        return passing, False

    def _count(self, kind: bytes, count: int) -> tuple[int, bool]:
        if self._bytes_left is None or (self._counts_copies_only and kind != COPY_DATA):
            return count, False
        if self._answer_is_lost or count < self._bytes_left:
            self._bytes_left = max(self._bytes_left - count, 0)
            return count, False
        passing, self._bytes_left = self._bytes_left, None
        self.cuts += 1
        # What ends a COPY is a message of its own, behind this one.
        self.copies_cut += kind == COPY_DATA
        return passing, True

    def _back(self, data: bytes) -> tuple[int, bool]:
        with self._lock:
            if self._answer_is_lost and self._bytes_left == 0:
                self._bytes_left = None
                self.cuts += 1
                return 0, True
            return len(data), False


# How many of these bytes may pass, and whether the connection is cut then.
_Allowed = Callable[[bytes], tuple[int, bool]]


def _pump(source: socket.socket, sink: socket.socket, allowed: _Allowed) -> None:
    with contextlib.suppress(OSError):
        cut = False
        while not cut and (data := source.recv(65_536)):
            passing, cut = allowed(data)
            sink.sendall(data[:passing])
    _cut(source)
    _cut(sink)


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CUT)
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
