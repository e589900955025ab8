"""The broker's address: what it may look like, and what is never said of it."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.firmware import errors
from plietsch.firmware.mqtt import broker


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mqtt://127.0.0.1:1884", broker.Broker("127.0.0.1", 1884)),
        ("mqtt://127.0.0.1:1884/", broker.Broker("127.0.0.1", 1884)),
        ("127.0.0.1", broker.Broker("127.0.0.1", 1883)),
        ("mqtt://[::1]", broker.Broker("::1", 1883)),
        ("mqtts://host", broker.Broker("host", 8883, tls=True)),
        ("mqtts://node:s%40e%2Fc:ret@host:1", broker.Broker("host", 1, True, "node", "s@e/c:ret")),
        ("mqtt://n%C3%B8de@host", broker.Broker("host", 1883, False, "nøde", None)),
    ],
)
def test_an_address_is_taken_apart(url: str, expected: broker.Broker):
    assert broker.parse(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://node:hidden@host",
        "http://node:hidden@host:1883",
        "mqtt://node:hidden@",
        "mqtt://node:hidden@host:many",
        "mqtt://node:hidden@host:0",
        "mqtt://node:hidden@[::1",
        "mqtt://node:hid/den@host",
        "mqtt://node:12#hidden@host",
        "mqtt://node:12?hidden@host",
        "mqtt://host/hidden@",
        "node:hid//den@host",
    ],
)
def test_what_is_no_address_is_said_without_the_password(url: str):
    with pytest.raises(errors.BrokerUrlInvalid) as raised:
        broker.parse(url)
    assert "hid" not in raised.value.message
    assert "node" not in raised.value.message
    assert "mqtts://" in raised.value.hint


def test_what_is_logged_has_no_password():
    assert str(broker.parse("mqtts://node:hidden@host:8884")) == "host:8884"


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str):
    with contextlib.suppress(errors.BrokerUrlInvalid):
        assert broker.parse(text).port
