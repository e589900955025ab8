"""What is public now and what it says, as values: the registry, and the newest usable value of every series. Pure.

`State` is changed by who reads the database, one at a time; `View` is what readers get: it never changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol

from plietsch.api import geojson
from plietsch.api.stations import filtering, model
from plietsch.api.stations.filtering import Shown
from plietsch.api.stations.model import Held, Row, Series, Value
from plietsch.platform.properties import Property

# What is dated further ahead is not shown yet: the same hour as in the query `newest`.
_AHEAD = timedelta(hours=1)


class Span(Protocol):
    """The times that a series was touched at, both ends included; whether values came, or were changed or deleted."""

    @property
    def first(self) -> datetime: ...
    @property
    def last(self) -> datetime: ...
    @property
    def is_added(self) -> bool: ...
    @property
    def is_revised(self) -> bool: ...


@dataclass(frozen=True)
class Registry:
    """What is known of public stations, apart from what they measured."""

    rows: Sequence[Row]
    series: Sequence[Series]
    properties: Sequence[Property]
    regions: Sequence[str]
    operators: Sequence[str]


class Entry:
    """A station with its series and what they say, as of when it was made."""

    def __init__(self, row: Row, series: Sequence[Series], held: Sequence[Held], now: datetime) -> None:
        self.row = row
        self.made_at = now
        self.series = series
        self.held = held
        self.shown: Shown = filtering.shown(model.station(row, series, held, now), series)
        # When it would say something else without anything having been written.
        self.changes_at = min((at for each in held if (at := each.changes_at(now)) is not None), default=None)

    @cached_property
    def feature(self) -> bytes:
        """Its Feature, encoded: once, however often it is sent."""
        return geojson.encode_one(self.shown.station)


@dataclass(frozen=True)
class View:
    """All public stations as of a moment, by code, in the order of codes; what can be asked for.

    Nothing of it has changed since `made_at`; by the clock alone something will at `changes_at`.
    """

    entries: Mapping[str, Entry]
    properties: Mapping[str, Property]
    regions: Sequence[str]
    operators: Sequence[str]
    made_at: datetime
    changes_at: datetime | None


class State:
    """The registry and the newest values, as far as they are known."""

    def __init__(self) -> None:
        self._registry = Registry((), (), (), (), ())
        self._rows: dict[int, Row] = {}
        self._series: dict[int, Series] = {}
        self._of_station: dict[int, list[Series]] = {}
        self._held: dict[int, Value] = {}
        self._ahead: dict[int, datetime] = {}
        self._changed: set[int] = set()  # stations that are to be told anew
        self._entries: dict[int, Entry] = {}
        self._view: View | None = None

    @property
    def series(self) -> list[int]:
        """The ids of all series."""
        return list(self._series)

    def register(self, registry: Registry) -> list[int]:
        """The registry as it is now; returns the series that have to be read anew, however far back."""
        if registry == self._registry:
            return []
        before, rows = self._series, self._rows
        self._registry = registry
        self._rows = {row.id: row for row in registry.rows}
        self._series = {each.id: each for each in registry.series}
        self._of_station = _by_station(registry.series)
        for series_id in before.keys() - self._series.keys():
            self._held.pop(series_id, None)
            self._ahead.pop(series_id, None)
        altered = [each for each in self._series.values() if before.get(each.id) != each]
        gone = [each for each in before.values() if each.id not in self._series]
        self._changed |= {each.station_id for each in (*altered, *gone)}
        self._changed |= {row.id for row in registry.rows if rows.get(row.id) != row}
        self._view = None
        return [each.id for each in altered if each.id not in before or before[each.id].public != each.public]

    def asked_by(self, touched: Mapping[int, Span]) -> tuple[dict[int, datetime], list[int]]:
        """What to read after series were touched: from when on, and which of them however far back.

        What came late cannot be newer than what is held. What is held stays, unless it was touched itself.
        """
        since: dict[int, datetime] = {}
        anew: list[int] = []
        for series_id, span in touched.items():
            if series_id not in self._series:
                continue
            held = self._held.get(series_id)
            if not (span.is_added or span.is_revised):
                anew.append(series_id)
            elif held is None or held.time <= span.last:
                since[series_id] = span.first
        return since, anew

    def hold_since(self, since: Mapping[int, datetime], found: Mapping[int, Value]) -> list[int]:
        """What was found from when on; returns the series of which no value is known now that may have an older one."""
        lost: list[int] = []
        for series_id, first in since.items():
            held = self._held.get(series_id)
            if series_id in found:
                self._hold(series_id, found[series_id])
            elif held is not None and held.time >= first:
                lost.append(series_id)
        return lost

    def hold(self, asked: Iterable[int], found: Mapping[int, Value]) -> None:
        """What was found of series that were looked for however far back: nothing, where nothing is said of one."""
        for series_id in asked:
            self._hold(series_id, found.get(series_id))

    def hold_ahead(self, until: Mapping[int, datetime], now: datetime) -> None:
        """Series that may have values dated ahead, up to when."""
        for series_id, time in until.items():
            if time > now + _AHEAD and series_id in self._series:
                self._ahead[series_id] = max(time, self._ahead.get(series_id, time))

    def arrived(self, now: datetime) -> list[int]:
        """The series of which a value may have come to be shown only because time went on."""
        some = list(self._ahead)
        self._ahead = {each: until for each, until in self._ahead.items() if until > now + _AHEAD}
        return some

    def view(self, now: datetime) -> View:
        """What there is now; the same view as before where nothing changed."""
        view = self._view
        if view is not None and not self._changed and (view.changes_at is None or view.changes_at > now):
            return view
        due = {code for code, each in self._entries.items() if each.changes_at is not None and each.changes_at <= now}
        for station_id in self._changed | due:
            self._tell(station_id, now)
        self._changed.clear()
        self._view = self._made(now)
        return self._view

    def _hold(self, series_id: int, value: Value | None) -> None:
        if self._held.get(series_id) == value or series_id not in self._series:
            return
        if value is None:
            del self._held[series_id]
        else:
            self._held[series_id] = value
        self._changed.add(self._series[series_id].station_id)

    def _tell(self, station_id: int, now: datetime) -> None:
        row = self._rows.get(station_id)
        if row is None:
            self._entries.pop(station_id, None)
            return
        series = self._of_station.get(station_id, [])
        held = [Held(each, self._held[each.id]) for each in series if each.id in self._held]
        self._entries[station_id] = Entry(row, series, held, now)

    def _made(self, now: datetime) -> View:
        registry = self._registry
        return View(
            entries={row.code: self._entries[row.id] for row in registry.rows},
            properties={each.code: each for each in registry.properties},
            regions=registry.regions,
            operators=registry.operators,
            made_at=now,
            changes_at=min((each.changes_at for each in self._entries.values() if each.changes_at), default=None),
        )


def _by_station(series: Iterable[Series]) -> dict[int, list[Series]]:
    found: defaultdict[int, list[Series]] = defaultdict(list)
    for each in series:
        found[each.station_id].append(each)
    return dict(found)
