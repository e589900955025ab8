"""A place in the order of commits as an opaque text: of `changes`, of a live event, of what a download is complete to.

The text needs no escaping, in an address or in a header. It names its server: after a restore into another one, which
counts its transactions anew, a place from before would silently skip what it does not know.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from plietsch.api import errors
from plietsch.platform import sql
from plietsch.platform.ledger import BEGINNING, Position

_QUERIES = sql.load("plietsch.api.changes", "changes.sql")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Before everything that a datastream has.
FIRST = datetime(1, 1, 1, tzinfo=UTC)
# server-transaction-entry, and where a page ended inside of that entry: -datastream-microseconds.
_TEXT = re.compile(r"([0-9a-f]{8})-(\d{1,20})-(\d{1,19})(?:-(\d{1,10})-(-?\d{1,18}))?", re.ASCII)
# What their columns hold: xid8, bigint, integer.
_MOST_TRANSACTION, _MOST_ENTRY, _MOST_DATASTREAM = 2**64 - 1, 2**63 - 1, 2**31 - 1


class Inside(NamedTuple):
    """The last observation that was told of an entry that is not told whole yet."""

    datastream_id: int
    time: datetime


class Place(NamedTuple):
    """A place in a server's order of commits: all up to the entry at `position` was told, of that what is `inside`."""

    server: str
    position: Position
    inside: Inside | None = None

    @property
    def before(self) -> Position:
        """The last position up to which all was told."""
        return self.position if self.inside is None else Position(self.position.transaction_id, self.position.id - 1)

    @property
    def order(self) -> tuple[Position, bool, Inside]:
        """What sorts the places of one server."""
        return self.position, self.inside is None, self.inside or Inside(0, FIRST)


class Standing(NamedTuple):
    """How a server's ledger stands to a place: whether it `reached` it; its present; what was deleted of it, if any."""

    server: str
    reached: bool
    present: Position
    deleted: Position | None


def encode(place: Place) -> str:
    """A place as text."""
    text = f"{place.server}-{place.position.transaction_id}-{place.position.id}"
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
    found = await standing(connection, BEGINNING)
    return encode(Place(found.server, found.present))


async def standing(connection: AsyncConnection[Any], position: Position) -> Standing:
    """How the ledger stands to a position now."""
    parameters = {"transaction_id": position.transaction_id}
    (row,) = await (await connection.execute(_QUERIES["standing"], parameters)).fetchall()
    server, reached, now, *deleted = row
    gone = Position(int(deleted[0]), deleted[1]) if deleted[0] is not None else None
    return Standing(server, reached, Position(int(now), 0), gone)


def _place(text: str) -> Place:
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    position = Position(int(match[2]), int(match[3]))
    if position > Position(_MOST_TRANSACTION, _MOST_ENTRY) or position.id > _MOST_ENTRY:
        raise OverflowError(text)
    if match[4] is None:
        return Place(match[1], position)
    if (datastream_id := int(match[4])) > _MOST_DATASTREAM:
        raise OverflowError(text)
    return Place(match[1], position, Inside(datastream_id, _EPOCH + timedelta(microseconds=int(match[5]))))
