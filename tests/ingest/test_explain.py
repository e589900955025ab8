"""Kept messages made readable: whatever they are, an operator sees something, and never an error of our own."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import network
from plietsch.ingest import explain

KINDS = st.sampled_from(["up", "join", "status", "log", "ack", "txack", "location", "mystery"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["deviceInfo", "data", "tags"]), inner),
)
CONTENT = (
    st.binary()
    | st.binary().map(lambda rest: b"{" + rest)
    | st.dictionaries(st.sampled_from(["deviceInfo", "data", "fPort", "time"]), JSON).map(
        lambda fields: json.dumps(fields).encode()
    )
)


@settings(deadline=None)  # the first one in protobuf loads its library
@given(KINDS.map(lambda kind: network.topic(kind=kind)) | st.text(), CONTENT)
def test_anything_can_be_explained(topic: str, content: bytes) -> None:
    readable, _ = explain.of_message(topic, content)
    assert readable
    explain.of_sender(content, topic)


def test_bytes_are_shown_as_hexdump_does() -> None:
    assert explain.readable("", b"\x00plietsch\xff and more") == (
        "00000000  00 70 6c 69 65 74 73 63 68 ff 20 61 6e 64 20 6d  .plietsch. and m\n"
        "00000010  6f 72 65                                         ore"
    )


@pytest.mark.parametrize("content", [b"{" * 100_000, b'{"a":' * 100_000, b'{"a": "\xff"}', b"{}trailing", b"{"])
def test_what_begins_as_json_and_is_none_is_shown_as_bytes(content: bytes) -> None:
    assert explain.readable("up", content).startswith("00000000  7b")


def test_names_that_the_network_server_knows_are_shown() -> None:
    sent = network.event(kind="join", deviceInfo={"deviceName": "Hafen 3", "tags": {"workshop": "2026-03"}})
    assert explain.of_sender(sent.payload, sent.topic) == {"name": "Hafen 3", "tags": "workshop=2026-03"}
