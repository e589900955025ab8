"""A TCP proxy that cuts a connection after so many bytes, on the way there or on the way back."""

import contextlib
import socket
import struct
import threading

from plietsch.platform.local import ports

# Closing sends RST: the connection is cut, not ended.
_CUT = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards to a port of this machine; a context manager."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._server = socket.create_server((ports.LOOPBACK, 0))
        self.port = self._server.getsockname()[1]
        self.cuts = 0
        self._lock = threading.Lock()
        self._bytes_left: int | None = None
        self._answer_is_lost = False

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._accept, daemon=True, name="proxy").start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def cut_after(self, count: int, *, answer: bool = False) -> None:
        """Cut once when so many bytes more were sent to the target; with `answer` before its next answer passes."""
        with self._lock:
            self._bytes_left = count
            self._answer_is_lost = answer

    @property
    def armed(self) -> bool:
        return self._bytes_left is not None

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
            for source, sink, allowed in ((client, target, self._there), (target, client, self._back)):
                threading.Thread(target=_pump, args=(source, sink, allowed), daemon=True, name="proxy").start()

    def _there(self, count: int) -> int:
        """How many of these bytes may pass."""
        with self._lock:
            if self._bytes_left is None:
                return count
            if count < self._bytes_left or (self._answer_is_lost and self._bytes_left == 0):
                self._bytes_left = max(self._bytes_left - count, 0)
                return count
            if self._answer_is_lost:
                self._bytes_left = 0
                return count
            passing, self._bytes_left = self._bytes_left, None
            self.cuts += 1
            return passing

    def _back(self, count: int) -> int:
        with self._lock:
            if self._answer_is_lost and self._bytes_left == 0:
                self._bytes_left = None
                self.cuts += 1
                return 0
            return count


def _pump(source: socket.socket, sink: socket.socket, allowed) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            passing = allowed(len(data))
            sink.sendall(data[:passing])
            if passing < len(data):
                break
    _cut(source)
    _cut(sink)


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CUT)
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
