"""A place in the order of commits as an opaque text: of `changes`, of a live event, of what a download is complete to.

The text needs no escaping, in an address or in a header.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from plietsch.api import errors
from plietsch.platform import sql
from plietsch.platform.ledger import Position

_LEDGER = sql.load("plietsch.platform", "ledger.sql")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# transaction-entry, and where a page ended inside the next entry: -datastream-microseconds. Numbers that their columns
# hold: xid8, bigint, integer; microseconds of the years 1 to 9999.
_TEXT = re.compile(r"(\d{1,20})-(\d{1,19})(?:-(\d{1,10})-(-?\d{1,18}))?", re.ASCII)
_MOST_TRANSACTION, _MOST_ENTRY, _MOST_DATASTREAM = 2**64 - 1, 2**63 - 1, 2**31 - 1


class Inside(NamedTuple):
    """The last observation that was told of an entry that is not told whole yet."""

    datastream_id: int
    time: datetime


class Place(NamedTuple):
    """A place in the order of commits: all entries up to `position` were told, and of the next one what is `inside`."""

    position: Position
    inside: Inside | None = None


def encode(place: Place) -> str:
    """A place as text."""
    text = f"{place.position.transaction_id}-{place.position.id}"
    if place.inside is None:
        return text
    microseconds = (place.inside.time - _EPOCH) // timedelta(microseconds=1)
    return f"{text}-{place.inside.datastream_id}-{microseconds}"


def decode(text: str, parameter: str = "cursor") -> Place:
    """The place of a text that `encode` made. Raises errors.ParameterInvalid."""
    try:
        return _place(text)
    except (ValueError, OverflowError) as error:
        hint = "Send a cursor as you got it: the “next” of changes, a live event's id, a header Plietsch-Complete-To."
        raise errors.ParameterInvalid(parameter, f"{errors.shown(text)} is no cursor of changes.", hint) from error


async def present(connection: AsyncConnection[Any]) -> str:
    """The place behind all that can be read now: what is committed later, and what still is on its way, lies behind it.

    To be asked for before what it is said of is read: then nothing is missing, and something may come twice.
    """
    (transaction_id,) = await (await connection.execute(_LEDGER["present"])).fetchone() or (0,)
    return encode(Place(Position(int(transaction_id), 0)))


def _place(text: str) -> Place:
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    transaction_id, entry = int(match[1]), int(match[2])
    if transaction_id > _MOST_TRANSACTION or entry > _MOST_ENTRY:
        raise OverflowError(text)
    position = Position(transaction_id, entry)
    if match[3] is None:
        return Place(position)
    if (datastream_id := int(match[3])) > _MOST_DATASTREAM:
        raise OverflowError(text)
    return Place(position, Inside(datastream_id, _EPOCH + timedelta(microseconds=int(match[4]))))
