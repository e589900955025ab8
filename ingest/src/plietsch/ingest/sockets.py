"""A socket with buffers, plain or TLS, that never blocks once it is connected.

paho reads a packet with three or more calls of `recv`, the first two for a byte each, and sends every packet by itself.
Beneath it, this socket reads as much as the system gives at a time, and collects what is written until `flush`: the
acknowledgements of a batch leave in a packet or two.

    fill  → incoming[position:] → recv
    send  → outgoing            → flush
"""

import socket
import ssl
import time

from plietsch.ingest import readiness
from plietsch.ingest.readiness import READ, WRITE

# What one call asks of the system: several hundred events of a network server.
READ_BYTES = 256 * 1024
# What is written beyond this is sent without waiting for `flush`.
LARGE_WRITE_BYTES = 64 * 1024
_CONNECT_TIMEOUT_S = 5.0
# How long a peer that does not read may hold up the end.
_CLOSE_TIMEOUT_S = 2.0
_WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class BufferedSocket:
    """Both directions of a connected socket, until it has `ended`."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._socket.setblocking(False)
        self._unwritable: OSError | None = None
        self._unreadable: OSError | None = None
        self.incoming = bytearray()
        self.position = 0
        self.outgoing = bytearray()
        self.ended = False

    def fill(self) -> bool:
        """Read what has arrived, at most READ_BYTES; whether there was any, or the end."""
        if self.ended:
            return False
        try:
            arrived = self._socket.recv(READ_BYTES)
        except _WOULD_BLOCK:
            return False
        except OSError as error:
            self._unreadable = error
            self.ended = True
            return True
        if not arrived:
            self.ended = True
            return True
        del self.incoming[: self.position]
        self.position = 0
        self.incoming += arrived
        return True

    def flush(self) -> bool:
        """Send what was written, as far as the system takes it; whether nothing is left."""
        while self.outgoing and not self._unwritable:
            try:
                with memoryview(self.outgoing) as view:
                    sent = self._socket.send(view)
            except _WOULD_BLOCK:
                return False
            except OSError as error:
                # What the peer said before it left can mostly still be read, and says why.
                self._unwritable = error
                break
            del self.outgoing[:sent]
        return True

    @property
    def error(self) -> OSError | None:
        """What ended it; None while it lasts, or where the peer just left."""
        return self._unreadable or self._unwritable

    @property
    def wants_write(self) -> bool:
        return bool(self.outgoing) and not self._unwritable

    def wait(self, timeout_s: float, *others: int) -> None:
        """Until there is something to read here or at the other descriptors, room to write what waits, or no time."""
        if self._pending():
            return
        wanted = READ | WRITE if self.wants_write else READ
        if readiness.wait(timeout_s, {self.fileno(): wanted, **dict.fromkeys(others, READ)}):
            self.flush()

    def recv(self, buffer_size: int) -> bytes:
        """Up to so many bytes of what has arrived, b"" after the end. Raises BlockingIOError when there is nothing."""
        if self.position == len(self.incoming) and not self.fill() and not self.ended:
            raise BlockingIOError
        end = min(self.position + buffer_size, len(self.incoming))
        taken = bytes(self.incoming[self.position : end])
        self.position = end
        return taken

    def send(self, buffer: bytes | bytearray) -> int:
        """Take all of it, to be sent by `flush`."""
        self.outgoing += buffer
        if len(self.outgoing) > LARGE_WRITE_BYTES:
            self.flush()
        return len(buffer)

    def fileno(self) -> int:
        return self._socket.fileno()

    def setblocking(self, flag: bool) -> None:
        """It never blocks, whoever asks for it."""

    def close(self) -> None:
        """Send what was written, then leave; a peer that does not take it is waited for a moment."""
        if self._socket.fileno() < 0:
            return
        deadline = time.monotonic() + _CLOSE_TIMEOUT_S
        try:
            self._send_all(deadline)
            self._hang_up(deadline)
        except OSError:
            pass  # it is gone already: what was not sent cannot be
        finally:
            self.ended = True
            self._socket.close()

    def _send_all(self, deadline: float) -> None:
        while not self.flush() and (left_s := deadline - time.monotonic()) > 0:
            readiness.wait(left_s, {self.fileno(): WRITE})

    def _hang_up(self, deadline: float) -> None:
        """Read what still comes until the peer has left, too: a socket closed over unread bytes resets the connection,
        and the peer may then lose what was sent last (RFC 1122, section 4.2.2.13)."""
        if self.ended:
            return
        self._socket.shutdown(socket.SHUT_WR)
        while (left_s := deadline - time.monotonic()) > 0 and readiness.wait(left_s, {self.fileno(): READ}):
            if not self._socket.recv(READ_BYTES):
                return

    def _pending(self) -> bool:
        """TLS may hold decrypted bytes that the system does not see."""
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0


def connect(host: str, port: int, tls: ssl.SSLContext | None) -> BufferedSocket:
    """Connect, with TLS shake hands and hold the certificate against the host. Raises OSError."""
    connected = socket.create_connection((host, port), timeout=_CONNECT_TIMEOUT_S)
    try:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            connected = tls.wrap_socket(connected, server_hostname=host)
        return BufferedSocket(connected)
    except BaseException:
        connected.close()
        raise
