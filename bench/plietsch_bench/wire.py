"""As much MQTT 3.1.1 as it takes to fill sessions fast: packets made beforehand, sent as the socket takes them.

paho would need a multiple of the time for publishing alone, and compete with the broker for the processor.
"""

import socket
import struct
from collections.abc import Iterable, Sequence

from plietsch.platform.local import ports
from plietsch_bench.events import Published

# Packet identifiers are 16 bits, and 0 is none (MQTT 3.1.1, section 2.3.1).
_IDENTIFIERS = 65_535
# How many packets may wait for their acknowledgement; far below the number of identifiers.
_WINDOW = 20_000
_TOGETHER = 200
_TIMEOUT_S = 60.0


class BrokerRefused(Exception):
    """The broker answered otherwise than it should, or not at all."""


def publish_packets(published: Iterable[Published]) -> list[bytes]:
    """PUBLISH packets with QoS 1 (section 3.3)."""
    packets: list[bytes] = []
    for number, (topic, payload) in enumerate(published):
        name = topic.encode()
        body = struct.pack("!H", len(name)) + name + struct.pack("!H", number % _IDENTIFIERS + 1) + payload
        packets.append(b"\x32" + _length(len(body)) + body)
    return packets


def open_session(port: int, client_id: str, topic: str) -> None:
    """Make the broker keep what is published under a topic for a client, who will come for it."""
    name = topic.encode()
    with _connected(port, client_id, clean=False) as sock:
        body = b"\x00\x01" + struct.pack("!H", len(name)) + name + b"\x01"
        sock.sendall(b"\x82" + _length(len(body)) + body)
        if _exactly(sock, 5)[4] != 1:
            raise BrokerRefused("The broker did not grant the subscription.")
        sock.sendall(b"\xe0\x00")


def publish(port: int, packets: Sequence[bytes]) -> None:
    """Publish; returns when the broker has acknowledged each of them."""
    with _connected(port, "bench-publisher", clean=True) as sock:
        sent = left = 0
        while left < 4 * len(packets):
            if sent < len(packets) and sent - left // 4 < _WINDOW:
                sock.sendall(b"".join(packets[sent : sent + _TOGETHER]))
                sent += len(packets[sent : sent + _TOGETHER])
                left += _drain(sock)
            else:
                left += len(_some(sock))
        sock.sendall(b"\xe0\x00")


def _connected(port: int, client_id: str, *, clean: bool) -> socket.socket:
    sock = socket.create_connection((ports.LOOPBACK, port), _TIMEOUT_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    body = b"\x00\x04MQTT\x04" + (b"\x02" if clean else b"\x00") + b"\x00\x00"
    body += struct.pack("!H", len(client_id)) + client_id.encode()
    sock.sendall(b"\x10" + _length(len(body)) + body)
    if _exactly(sock, 4)[3] != 0:
        raise BrokerRefused("The broker refused the connection.")
    return sock


def _length(number: int) -> bytes:
    """The variable-length number of section 2.2.3."""
    encoded = bytearray()
    while True:
        number, digit = divmod(number, 128)
        encoded.append(digit | (0x80 if number else 0))
        if not number:
            return bytes(encoded)


def _drain(sock: socket.socket) -> int:
    """How many bytes have arrived meanwhile; they are acknowledgements and nothing else."""
    try:
        return len(sock.recv(1 << 16, socket.MSG_DONTWAIT))
    except BlockingIOError:
        return 0


def _some(sock: socket.socket) -> bytes:
    data = sock.recv(1 << 16)
    if not data:
        raise BrokerRefused("The broker closed the connection.")
    return data


def _exactly(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise BrokerRefused("The broker closed the connection.")
        data += part
    return data
