"""Messages as they stand in MQTT, read as paho reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt import _packet
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.exception import MalformedPacket
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from plietsch.ingest import packets


def _length(number: int) -> bytes:
    encoded = bytearray()
    while True:
        number, byte = divmod(number, 128)
        encoded.append(byte | (0x80 if number else 0))
        if not number:
            return bytes(encoded)


def _publish(topic: bytes, payload: bytes, qos: int, expiry_s: int | None) -> tuple[bytes, bytes]:
    """A PUBLISH, and its body."""
    body = len(topic).to_bytes(2, "big") + topic + (b"\x12\x34" if qos else b"")
    if expiry_s is not None:
        properties = Properties(PacketTypes.PUBLISH)
        properties.MessageExpiryInterval = expiry_s
        properties.UserProperty = ("from", "x" * 200)
        body += properties.pack()
    body += payload
    return bytes([0x30 | qos << 1]) + _length(len(body)) + body, body


@given(
    st.binary(min_size=1, max_size=300),
    st.binary(max_size=20_000),
    st.sampled_from([0, 1, 2]),
    st.none() | st.integers(0, 2**32 - 1),
    st.binary(max_size=10),
)
def test_a_message_is_read_as_paho_reads_it(
    topic: bytes, payload: bytes, qos: int, expiry_s: int | None, before: bytes
) -> None:
    packet, body = _publish(topic, payload, qos, expiry_s)
    buffer = bytearray(before + packet + b"\x30")
    framed = packets.frame(buffer, len(before))
    assert framed == (len(before) + len(packet) - len(body), len(before) + len(packet))
    published = packets.publish(buffer, len(before), *framed, properties=expiry_s is not None)
    version = MQTTProtocolVersion.MQTTv311 if expiry_s is None else MQTTProtocolVersion.MQTTv5
    expected = _packet.decode_publish(packet[0], body, version)
    assert (published.topic, published.payload) == (expected.topic, expected.payload)
    assert published.acknowledgement == {0: b"", 1: b"\x40\x02\x12\x34", 2: b"\x50\x02\x12\x34"}[qos]


@given(st.binary(min_size=1, max_size=200), st.integers(1, 400))
def test_a_packet_that_has_not_all_arrived_is_waited_for(payload: bytes, missing: int) -> None:
    packet, _ = _publish(b"topic", payload * 2, 1, None)
    assert packets.frame(bytearray(packet[: max(0, len(packet) - missing)]), 0) is None


@given(st.binary(max_size=60), st.booleans(), st.sampled_from([0x30, 0x32, 0x34]))
def test_any_body_is_a_message_or_malformed(body: bytes, properties: bool, first: int) -> None:
    buffer = bytearray([first, len(body)]) + body
    version = MQTTProtocolVersion.MQTTv5 if properties else MQTTProtocolVersion.MQTTv311
    try:
        published = packets.publish(buffer, 0, *packets.frame(buffer, 0) or (0, 0), properties=properties)
    except packets.Malformed:
        return
    try:
        expected = _packet.decode_publish(first, body, version)
    except MalformedPacket:
        return  # it also looks at what stands in the properties, and at empty topics
    assert (published.topic, published.payload) == (expected.topic, expected.payload)


def test_a_length_without_an_end_is_malformed() -> None:
    with pytest.raises(packets.Malformed):
        packets.frame(bytearray(b"\x30\xff\xff\xff\xff\x01"), 0)


def test_a_message_that_ends_within_the_length_of_its_topic_is_malformed() -> None:
    with pytest.raises(packets.Malformed, match="the length of its topic"):
        packets.publish(bytearray(b"\x30\x01\x00"), 0, 2, 3, properties=True)
