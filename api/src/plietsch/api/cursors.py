"""Where a page of observations ended, and of which question: what the cursor of the next one holds.

`listings.paging` writes it.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from plietsch.api import errors
from plietsch.api.listings import paging

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# One of another question is taken for one of this by chance once in four milliards.
_QUESTION_BYTES = 4


class Key(NamedTuple):
    """The place of an observation in the order of all: time, station, property; the datastream settles a tie."""

    time: datetime
    station: str
    property: str
    datastream_id: int


def encode(key: Key, question: str) -> str:
    """A key as text that needs no escaping in a URL, for this question only: as an address writes it."""
    microseconds = (key.time - _EPOCH) // timedelta(microseconds=1)
    return paging.encode((microseconds, key.station, key.property, key.datastream_id, _sign(question)))


def decode(text: str, question: str) -> Key:
    """The key of a text that `encode` made. Raises errors.ParameterInvalid, also where it was for another question."""
    microseconds, station, property_, id_, sign = paging.decode(text, tuple[int, str, str, int, str])
    if sign != _sign(question):
        message = "This cursor is another question's: a parameter beside it is not what it was."
        raise errors.ParameterInvalid("cursor", message, paging.HINT)
    try:
        return Key(_EPOCH + timedelta(microseconds=microseconds), station, property_, id_)
    except OverflowError as error:
        raise errors.ParameterInvalid("cursor", "This cursor was not made here.", paging.HINT) from error


def _sign(question: str) -> str:
    return hashlib.blake2b(question.encode(), digest_size=_QUESTION_BYTES).hexdigest()
