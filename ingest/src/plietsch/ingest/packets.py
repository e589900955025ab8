"""The two MQTT packets that come by the thousand, PUBLISH and its acknowledgement: values in, values out.

MQTT 3.1.1 and 5.0, sections 2.1 (fixed header), 3.3 (PUBLISH), 3.4 (PUBACK) and 3.5 (PUBREC). All other packets are
paho's, which needs some 30 µs for each.
"""

from typing import NamedTuple

PUBLISH = 0x30
PING = b"\xc0\x00"  # PINGREQ, section 3.12
ANSWER = 0xD0  # PINGRESP, section 3.13
_QOS_1 = 0x02
_QOS_2 = 0x04
_ACKNOWLEDGED = b"\x40\x02"  # PUBACK, two more bytes: the packet identifier. Without a reason code it says success.
_RECEIVED = b"\x50\x02"  # PUBREC


class Malformed(Exception):
    """The bytes are no MQTT."""


class Publish(NamedTuple):
    """A published message, and the packet that acknowledges it: empty for QoS 0.

    A message of QoS 2 is taken as one of QoS 1: its PUBREC is held back until it is stored.
    """

    topic: bytes
    payload: bytes
    acknowledgement: bytes


def frame(buffer: bytearray, start: int) -> tuple[int, int] | None:
    """Where the body of the packet at `start` begins and ends; None while it has not all arrived. Raises Malformed."""
    available = len(buffer)
    at = start + 1
    length = shift = 0
    while at < available:
        byte = buffer[at]
        at += 1
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            end = at + length
            return (at, end) if end <= available else None
        shift += 7
        if shift == 28:
            raise Malformed("a packet's length has more than four bytes")
    return None


def publish(buffer: bytearray, start: int, body: int, end: int, *, properties: bool) -> Publish:
    """The PUBLISH at `start` whose body is buffer[body:end]; MQTT 5 has `properties`. Raises Malformed."""
    flags = buffer[start]
    at = body + 2
    if at > end:
        raise Malformed("a message is shorter than the length of its topic")
    topic_end = at + (buffer[body] << 8 | buffer[body + 1])
    payload = topic_end + 2 if flags & (_QOS_1 | _QOS_2) else topic_end
    if payload > end:
        raise Malformed("a message is shorter than its topic")
    acknowledgement = b""
    if flags & _QOS_1:
        acknowledgement = _ACKNOWLEDGED + buffer[topic_end:payload]
    elif flags & _QOS_2:
        acknowledgement = _RECEIVED + buffer[topic_end:payload]
    if properties:
        payload = _after_properties(buffer, payload, end)
    return Publish(bytes(buffer[at:topic_end]), bytes(buffer[payload:end]), acknowledgement)


def _after_properties(buffer: bytearray, at: int, end: int) -> int:
    """None of them matters here: no topic alias was allowed, and what remains is for people."""
    if at < end and buffer[at] == 0:
        return at + 1
    length = shift = 0
    while at < end and shift < 28:
        byte = buffer[at]
        at += 1
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            if at + length > end:
                break
            return at + length
        shift += 7
    raise Malformed("a message is shorter than its properties")
