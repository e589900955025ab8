"""How bytes get into a connection: what is kept goes from the system's memory, with the head of its answer before it.

Writing half a megabyte copies it into the connection for each reader; 16 of them at a time displace all else from the
processor's caches, also for who reads it on the same machine. sendfile(2) hands on the same pages to everybody.
"""

import asyncio
import os
import socket
from collections.abc import Iterable
from typing import Any, cast

from plietsch.api.delivery.kept import Kept
from plietsch.dashboards import refusing

_HEAD = b"HTTP/1.1 "
_IS_KNOWN_HERE = hasattr(os, "sendfile") and hasattr(socket, "MSG_MORE")  # Linux


class Protocol(refusing.Protocol):
    """uvicorn's, over connections that know what is kept."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] as uvicorn's
        """Begin with a connection."""
        if _IS_KNOWN_HERE and transport.get_extra_info("sslcontext") is None:
            transport = cast(asyncio.Transport, Transport(transport, self.loop))
        super().connection_made(transport)


class Transport:
    """A transport that holds an answer's head back until its body comes, in the same turn of the loop, or that is over.

    What a connection does not take at once, and all that is not kept, goes the usual way, with its back-pressure.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        of: socket.socket = transport.get_extra_info("socket")
        self._socket = (of.family, of.type, of.proto, of.fileno())
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes, in the order in which they come."""
        head, self._head = self._head, b""
        if self._is_lost():
            return
        if head and isinstance(data, Kept) and not self._transport.get_write_buffer_size():
            self._send(head, data)
        elif head:
            self._transport.writelines((head, data))
        elif data[: len(_HEAD)] == _HEAD:
            self._head = bytes(data)
            self._loop.call_soon(self._let_go)
        else:
            self._transport.write(data)

    def writelines(self, pieces: Iterable[bytes | bytearray | memoryview]) -> None:
        """Send several pieces of bytes."""
        for each in pieces:
            self.write(each)

    def write_eof(self) -> None:
        """Send no more, when everything has been sent."""
        self._let_go()
        self._transport.write_eof()

    def close(self) -> None:
        """End, when everything has been sent."""
        self._let_go()
        self._transport.close()

    def _let_go(self) -> None:
        head, self._head = self._head, b""
        if head and not self._is_lost():
            self._transport.write(head)

    def _is_lost(self) -> bool:
        """Whether nothing arrives any more. What is written then is an error to some transports, and lost anyway."""
        return self._transport.is_closing() and not self._transport.get_write_buffer_size()

    def _send(self, head: bytes, body: Kept) -> None:
        sent = self._send_now(head, body)
        if sent < len(head):
            self._transport.writelines((head[sent:], body))
        elif sent < len(head) + len(body):
            self._transport.write(memoryview(body)[sent - len(head) :])

    def _send_now(self, head: bytes, body: Kept) -> int:
        """How many bytes the connection took. What is wrong with it, the transport finds out with the rest."""
        sent = 0
        # The transport's own has no `send`. This one is of the same connection, which stays open without it.
        connection = socket.socket(*self._socket)
        try:
            sent = connection.send(head, socket.MSG_MORE | socket.MSG_DONTWAIT)
            if sent == len(head) and body.file is not None:
                sent += os.sendfile(connection.fileno(), body.file, 0, len(body))
        except OSError:
            pass
        finally:
            connection.detach()
        return sent
