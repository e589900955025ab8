"""Changes, read from the ledger and from what is stored: page by page, each of bounded work.

An entry of the ledger names datastreams and a span of time. What is told of it is the state of now of what it touched:
what was touched again since then has another entry, which comes later. So whatever somebody missed is told at least
once, and who applies all in this order has what is stored.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, pairwise
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.api import errors
from plietsch.api.changes import cursor
from plietsch.api.changes.cursor import FIRST, Inside, Place
from plietsch.api.changes.model import Change, Filter, Page, Series
from plietsch.api.formats import Source
from plietsch.platform import sql
from plietsch.platform.ledger import BEGINNING, Position

_QUERIES = sql.load("plietsch.api.changes", "changes.sql")
# What a page looks through at most, however little of it is wanted: turns of so many entries and datastreams touched.
_TURNS, _ENTRIES, _TOUCHES = 10, 1_000, 2_000
# From when until when; None is open.
_Span = tuple[datetime | None, datetime | None]


class _Touch(NamedTuple):
    """A datastream that an entry touched; without a series, an entry that touched none of those asked for."""

    position: Position
    written_at: datetime
    cause: str
    first: datetime
    last: datetime
    is_whole: bool
    is_revised: bool
    series: Series | None


async def beginning(connection: AsyncConnection[Any]) -> Place:
    """The place before everything that is in the ledger."""
    found = await cursor.standing(connection, BEGINNING)
    return Place(found.server, found.deleted or BEGINNING)


async def present(connection: AsyncConnection[Any]) -> Place:
    """The place behind everything that can be read now."""
    found = await cursor.standing(connection, BEGINNING)
    return Place(found.server, found.present)


async def sources(connection: AsyncConnection[Any], chosen: Mapping[str, list[str] | None]) -> list[Source]:
    """Whose the changes can be of which somebody chose regions, stations, properties and methods."""
    async with connection.cursor(row_factory=class_row(Source)) as found:
        await found.execute(_QUERIES["sources"], chosen)
        return await found.fetchall()


async def page(connection: AsyncConnection[Any], filter_: Filter, place: Place, limit: int) -> Page:
    """The changes after a place: at most `limit`, but for a few spans that are public no longer.

    It may have fewer or none although there are more: no page looks through more than some thousand entries. The
    connection is in autocommit mode. Raises errors.CursorGone.
    """
    async with connection.transaction():
        await connection.execute(_QUERIES["repeatable"])
        _require(place, await cursor.standing(connection, place.position))
        return await _Reading(connection, filter_, place, limit).page()


def _require(place: Place, found: cursor.Standing) -> None:
    if place.server != found.server or not found.reached:
        raise errors.CursorGone("This cursor is of another database: what it counts is not counted here.")
    if found.deleted is not None and place.before < found.deleted:
        raise errors.CursorGone("What was written since then is no longer known change by change.")


class _Reading:
    """A page that is put together."""

    def __init__(self, connection: AsyncConnection[Any], filter_: Filter, place: Place, limit: int) -> None:
        self._connection = connection
        self._filter = filter_
        self._place = place
        self._limit = limit
        self._found: list[Change] = []

    async def page(self) -> Page:
        """The page."""
        for _ in range(_TURNS):
            rows = await self._touched()
            if not await self._tell([(each, each.series) for each in rows if each.series is not None]):
                return Page(self._found, self._place, more=True)
            if rows:
                self._place = self._behind(rows)
            if len(rows) < _ENTRIES:  # each entry has a row at least: there were not so many
                return Page(self._found, self._place, more=False)
        return Page(self._found, self._place, more=True)

    async def _touched(self) -> list[_Touch]:
        before, inside = self._place.before, self._place.inside
        parameters = {
            "transaction_id": before.transaction_id,
            "id": before.id,
            "entry": self._place.position.id if inside else None,
            "datastream": inside.datastream_id if inside else None,
            "most_entries": _ENTRIES,
            "most": _TOUCHES,
            **{name: list(codes) or None for name, codes in self._filter._asdict().items()},
        }
        rows = await (await self._connection.execute(_QUERIES["touched"], parameters)).fetchall()
        return [_touch(*row) for row in rows]

    def _behind(self, rows: Sequence[_Touch]) -> Place:
        """The place behind some touches; the entry of the last one may have more where as many as asked for came."""
        last = rows[-1]
        if len(rows) < _TOUCHES or last.series is None:
            return Place(self._place.server, last.position)
        return self._within(last, last.series, last.last)

    def _within(self, touch: _Touch, series: Series, time: datetime) -> Place:
        return Place(self._place.server, touch.position, Inside(series.datastream_id, time))

    def _after(self, touch: _Touch, series: Series) -> datetime | None:
        """Up to when a touched datastream was told on the page before; None where it was not."""
        inside = self._place.inside
        goes_on = touch.position == self._place.position and inside and inside.datastream_id == series.datastream_id
        return inside.time if inside and goes_on else None

    async def _tell(self, touches: Sequence[tuple[_Touch, Series]]) -> bool:
        """Find what there is of touches; False, and the place up to where, once the page is full."""
        if not touches:
            return True
        states, gaps = await self._states(touches), await self._gaps(touches)
        for number, (touch, series) in enumerate(touches):
            for change in chain(gaps[number], states[number]):
                self._found.append(change)
                is_full = len(self._found) >= self._limit and (change.time or change is gaps[number][-1])
                if is_full:
                    self._place = self._within(touch, series, change.time or FIRST)
                    return False
        return True

    async def _states(self, touches: Sequence[tuple[_Touch, Series]]) -> Mapping[int, list[Change]]:
        """What is stored of touches, by their place in the list."""
        parameters = {
            "datastreams": [series.datastream_id for _, series in touches],
            "first": [touch.first for touch, _ in touches],
            "last": [touch.last for touch, _ in touches],
            "after": [self._after(touch, series) or FIRST for touch, series in touches],
            "whole": [touch.is_whole for touch, _ in touches],
            "revised": [touch.is_revised for touch, _ in touches],
            "most": self._limit - len(self._found),
        }
        rows: list[tuple[Any, ...]]
        rows = await (await self._connection.execute(_QUERIES["state"], parameters)).fetchall()
        found: defaultdict[int, list[Change]] = defaultdict(list)
        for number, *state in rows:
            touch, series = touches[int(number)]
            found[int(number)].append(Change(series, touch.written_at, touch.cause, *state))
        return found

    async def _gaps(self, touches: Sequence[tuple[_Touch, Series]]) -> Mapping[int, list[Change]]:
        """When series are not public where a deployment changed: somebody may have what was before."""
        numbers = [
            number
            for number, (touch, series) in enumerate(touches)
            if touch.cause == "deployment" and self._after(touch, series) is None
        ]
        found: defaultdict[int, list[Change]] = defaultdict(list)
        if numbers:
            spans = await self._public_spans({touches[number][1].datastream_id for number in numbers})
            for number in numbers:
                found[number] = list(_withdrawn(*touches[number], spans[touches[number][1].datastream_id]))
        return found

    async def _public_spans(self, datastream_ids: Iterable[int]) -> Mapping[int, list[_Span]]:
        rows = await self._connection.execute(_QUERIES["public_spans"], {"datastreams": list(datastream_ids)})
        spans: defaultdict[int, list[_Span]] = defaultdict(list)
        for datastream_id, since, until in await rows.fetchall():
            spans[datastream_id].append((since, until))
        return spans


def _withdrawn(touch: _Touch, series: Series, public: Sequence[_Span]) -> Iterator[Change]:
    """What lies before, between and behind the times at which a series is public."""

    def gap(since: datetime | None, until: datetime | None) -> Change:
        return Change(series, touch.written_at, touch.cause, None, deleted=True, since=since, until=until)

    if not public:
        yield gap(None, None)
        return
    if public[0][0] is not None:
        yield gap(None, public[0][0])
    yield from (gap(one[1], other[0]) for one, other in pairwise(public))
    if public[-1][1] is not None:
        yield gap(public[-1][1], None)


def _touch(
    transaction_id: str,
    id_: int,
    written_at: datetime,
    cause: str,
    first: datetime,
    last: datetime,
    is_whole: bool,
    is_revised: bool,
    datastream_id: int | None,
    region: str,
    station: str,
    is_public: bool,
    property_: str,
    method: str,
) -> _Touch:
    series = None if datastream_id is None else Series(datastream_id, region, station, is_public, property_, method)
    return _Touch(Position(int(transaction_id), id_), written_at, cause, first, last, is_whole, is_revised, series)
