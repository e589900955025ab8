"""What a station is to readers: where it stands, whose it is, and what it says. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from plietsch.api import gauges
from plietsch.api.stations import kinds
from plietsch.api.stations.kinds import Kind
from plietsch.platform import freshness
from plietsch.platform.freshness import Freshness

# The properties that are an index of the air; their values' method names the index with its version.
INDICES = ("aqi_eu", "aqi_de")


class Operator(msgspec.Struct, frozen=True):
    """Who runs a station."""

    code: str
    name: str
    url: str | None


class Latest(msgspec.Struct, frozen=True):
    """The newest result of a series: `quality` is 1 good, 2 not evaluated or 3 suspect (QARTOD)."""

    value: float
    unit: str
    unit_symbol: str
    time: datetime
    quality: int
    method: str
    freshness: Freshness


class Index(msgspec.Struct, frozen=True):
    """The newest class of an air-quality index, of the hour that begins at `time`; `version` names the index' bands."""

    value: int
    time: datetime
    version: str
    quality: int
    freshness: Freshness


class Sensor(msgspec.Struct, frozen=True):
    """A model of instrument."""

    model: str
    manufacturer: str


class Datastream(msgspec.Struct, frozen=True):
    """One property, measured by one sensor, by one method (`raw`, or the name of a correction).

    `by_default` says that it is meant where nobody names a method.
    """

    id: int
    property: str
    sensor: Sensor
    unit: str
    unit_symbol: str
    method: str
    by_default: bool
    latest: Latest | None


class Station(msgspec.Struct, frozen=True):
    """A station: its public place is the centre of a cell of `grid_m` metres; `since` it is installed."""

    code: str
    name: str
    description: str
    region: str
    municipality_key: str | None
    operator: Operator
    licence: str
    attribution: str
    simulated: bool
    kind: Kind
    longitude: float
    latitude: float
    grid_m: int
    since: datetime | None
    freshness: Freshness
    index: dict[str, Index]
    latest: dict[str, Latest]
    distance_m: int | None = None  # only where a place to be near to is given
    datastreams: list[Datastream] | None = None  # only of a single station
    gauge: gauges.Gauge | None = None  # likewise, and where it is one
    links: dict[str, str] | None = None  # likewise


class Row(NamedTuple):
    """A station as the registry has it."""

    id: int
    code: str
    name: str
    description: str
    region: str
    municipality_key: str | None
    operator_code: str
    operator_name: str
    operator_url: str | None
    licence: str
    attribution: str
    simulated: bool
    longitude: float
    latitude: float
    grid_m: int
    since: datetime | None


class Series(NamedTuple):
    """A series as the registry has it; `public` are the times while installed, `is_fed` whether now is one of them."""

    id: int
    station_id: int
    property: str
    method: str
    by_default: bool
    is_spread: bool
    unit: str
    unit_symbol: str
    decimals: int
    interval_s: int
    is_fed: bool
    public: str


class Value(NamedTuple):
    """The newest usable result of a series."""

    time: datetime
    value: float
    quality: int


class Held(NamedTuple):
    """A series with its newest usable result."""

    series: Series
    value: Value

    def latest(self, now: datetime) -> Latest:
        """As readers see it."""
        series, value = self
        said = freshness.of(value.time, now, series.interval_s, series.property)
        return Latest(value.value, series.unit, series.unit_symbol, value.time, value.quality, series.method, said)

    def changes_at(self, now: datetime) -> datetime | None:
        """When it says something else of now, if nothing newer comes."""
        return freshness.changes_at(self.value.time, now, self.series.interval_s, self.series.property)


def newest(held: Iterable[Held]) -> dict[str, Held]:
    """Of each property the newest, by property; of several at one time the one that was registered first."""
    found: dict[str, Held] = {}
    for each in held:
        other = found.get(each.series.property)
        if other is None or (each.value.time, -each.series.id) > (other.value.time, -other.series.id):
            found[each.series.property] = each
    return dict(sorted(found.items()))


def meant(held: Iterable[Held], properties: Iterable[str] = ()) -> dict[str, Held]:
    """What is meant where nobody names a method: spreads only where their property is named."""
    wanted = frozenset(properties)
    return newest(
        each
        for each in held
        if each.series.by_default and (each.series.property in wanted if wanted else not each.series.is_spread)
    )


def station(row: Row, series: Iterable[Series], held: Iterable[Held], now: datetime) -> Station:
    """A station with what it says now."""
    latest = {code: each.latest(now) for code, each in meant(held).items()}
    series = list(series)
    measured = {each.property for each in series if each.is_fed} or {each.property for each in series}
    return Station(
        code=row.code,
        name=row.name,
        description=row.description,
        region=row.region,
        municipality_key=row.municipality_key,
        operator=Operator(row.operator_code, row.operator_name, row.operator_url),
        licence=row.licence,
        attribution=row.attribution,
        simulated=row.simulated,
        kind=kinds.of(measured),
        longitude=row.longitude,
        latitude=row.latitude,
        grid_m=row.grid_m,
        since=row.since,
        freshness=_freshest(latest.values()),
        index={code: _index(latest[code]) for code in INDICES if code in latest},
        latest=latest,
    )


def _index(latest: Latest) -> Index:
    return Index(round(latest.value), latest.time, latest.method, latest.quality, latest.freshness)


def _freshest(latest: Iterable[Latest]) -> Freshness:
    """A station is as fresh as the freshest of its values: one instrument may fail while it still sends."""
    said = {each.freshness for each in latest}
    return "fresh" if "fresh" in said else "late" if "late" in said else "silent"
