"""Where a page ended: an opaque text that the next page begins after."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from plietsch.api import errors

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Key(NamedTuple):
    """The place of an observation in the order of all: time, station, property; the datastream settles a tie."""

    time: datetime
    station: str
    property: str
    datastream_id: int


def encode(key: Key) -> str:
    """A key as text that needs no escaping in a URL."""
    microseconds = (key.time - _EPOCH) // timedelta(microseconds=1)
    text = msgspec.json.encode((microseconds, key.station, key.property, key.datastream_id))
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def decode(text: str) -> Key:
    """The key of a text that `encode` made. Raises errors.ParameterInvalid."""
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        fields = msgspec.json.decode(base64.b64decode(padded, b"-_", validate=True), type=tuple[int, str, str, int])
        return Key(_EPOCH + timedelta(microseconds=fields[0]), *fields[1:])
    except (binascii.Error, ValueError, OverflowError) as error:
        hint = "Follow the “next” link of the page before as it is, or leave the cursor out to begin anew."
        raise errors.ParameterInvalid("cursor", "This cursor was not made here.", hint) from error
