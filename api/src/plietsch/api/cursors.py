"""Where a page of observations ended: what the cursor of the next one holds (`listings.paging` writes it)."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from plietsch.api import errors
from plietsch.api.listings import paging

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
    return paging.encode((microseconds, key.station, key.property, key.datastream_id))


def decode(text: str) -> Key:
    """The key of a text that `encode` made. Raises errors.ParameterInvalid."""
    microseconds, station, property_, datastream_id = paging.decode(text, tuple[int, str, str, int])
    try:
        return Key(_EPOCH + timedelta(microseconds=microseconds), station, property_, datastream_id)
    except OverflowError as error:
        raise errors.ParameterInvalid("cursor", "This cursor was not made here.", paging.HINT) from error
