"""What the database says of datastreams: loaded where it is asked for, kept until something of it changes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec
import structlog

from plietsch.ingest.database import Connection
from plietsch.ingest.judge.around import Directory, Placed
from plietsch.ingest.judge.facts import NO_LIMITS, Feed, OwnLimits, Series
from plietsch.ingest.judge.queries import QUERIES
from plietsch.ingest.judge.stations import Station
from plietsch.ingest.series.methods import Computation, Mounted
from plietsch.ingest.series.methods import Series as Kind
from plietsch.platform.device_types.specification import Channel, DeviceType, Limits

log = structlog.get_logger(__name__)

_NO_STATION = Station()
_Said = TypeVar("_Said", DeviceType, Limits)


class _FeedRow(NamedTuple):
    datastream_id: int
    deployment_id: int
    channel: str
    since_s: float
    until_s: float
    installed: bool
    interval_s: int
    device_type_id: int
    gauge_zero_distance_m: float | None
    rain_tip_mm: float | None


class Known:
    """The facts of those datastreams that were asked for.

    What is asked for is loaded by whole stations, and every method loads what it lacks.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.forget()

    def forget(self) -> None:
        """Something changed: load everything anew."""
        self._series: dict[int, Series] = {}
        self._stations: dict[int, Station] = {}
        self._types: Mapping[int, DeviceType] | None = None
        self._directory: Directory | None = None
        self._radius_km: dict[str, float] = {}
        self._around: dict[tuple[int, float], list[int]] = {}

    def load(self, datastream_ids: Iterable[int]) -> None:
        """Load what is asked of these, and of all others of their stations."""
        missing = [each for each in datastream_ids if each not in self._series]
        if not missing:
            return
        rows = self._connection.execute(QUERIES["series"], {"datastream_ids": missing}).fetchall()
        asked = {"datastream_ids": [row[0] for row in rows]}
        kinds = {row[0]: Kind(row[2], row[3]) for row in rows}
        feeds = [_FeedRow(*row) for row in self._connection.execute(QUERIES["feeds"], asked)]
        own: defaultdict[int, list[OwnLimits]] = defaultdict(list)
        for datastream_id, since_s, limits in self._connection.execute(QUERIES["own_limits"], asked):
            if read := _read(limits, Limits):
                own[datastream_id].append(OwnLimits(since_s, read))
        self._keep(rows, self._feeds(feeds), own, self._mounted(feeds, kinds))

    def find(self, datastream_id: int) -> Series | None:
        """A datastream; None where there is none (any longer)."""
        self.load([datastream_id])
        return self._series.get(datastream_id)

    def of_station(self, series: Series) -> Sequence[Series]:
        """All datastreams of a datastream's station, itself among them."""
        return self._stations[series.station_id].series

    def computation(self, datastream_id: int) -> Computation | None:
        """How a datastream is computed; None where its instrument measures it."""
        return self._station(datastream_id).computations.get(datastream_id)

    def computed_from(self, datastream_id: int) -> Sequence[Computation]:
        """What is computed from a datastream, not counting what is computed from that."""
        return self._station(datastream_id).computed_from.get(datastream_id, ())

    def rank(self, datastream_id: int) -> int:
        """0 for what is measured, otherwise one more than that of what it is computed from."""
        return self._station(datastream_id).ranks.get(datastream_id, 0)

    def neighbours(self, datastream_id: int, radius_km: float) -> Sequence[int]:
        """The same property by the same method at stations within a radius."""
        key = datastream_id, radius_km
        if key not in self._around:
            self._around[key] = list(self._placed().around(datastream_id, radius_km))
        self.load(self._around[key])
        return [each for each in self._around[key] if each in self._series]

    def who_looks_at(self, series: Series) -> Iterator[tuple[Series, float]]:
        """The datastreams among whose neighbours one is, and within how many seconds they look."""
        self._placed()
        widest_km = self._radius_km.get(series.code)
        for other in self.neighbours(series.id, widest_km) if widest_km else ():
            looks = [each.neighbour for _, each in self._series[other].every_limits() if each.neighbour]
            within_s = [each.within_s for each in looks if series.id in self.neighbours(other, each.radius_km)]
            if within_s:
                yield self._series[other], max(within_s)

    @property
    def types(self) -> Mapping[int, DeviceType]:
        """What the device types' files say, by their ids here."""
        if self._types is None:
            rows = self._connection.execute(QUERIES["types"]).fetchall()
            read = {type_id: _read(definition, DeviceType) for type_id, definition in rows}
            self._types = {type_id: type_ for type_id, type_ in read.items() if type_}
        return self._types

    def _station(self, datastream_id: int) -> Station:
        series = self.find(datastream_id)
        return self._stations[series.station_id] if series else _NO_STATION

    def _keep(
        self,
        rows: Iterable[tuple[int, int, str, str]],
        feeds: Mapping[int, Sequence[Feed]],
        own: Mapping[int, Sequence[OwnLimits]],
        mounted: Mapping[int, Sequence[Mounted]],
    ) -> None:
        stations: defaultdict[int, list[Series]] = defaultdict(list)
        for datastream_id, station_id, code, method in rows:
            series = Series(
                datastream_id, station_id, code, method, feeds.get(datastream_id, ()), own.get(datastream_id, ())
            )
            self._series[datastream_id] = series
            stations[station_id].append(series)
        for station_id, some in stations.items():
            deployments = {id(each): each for series in some for each in mounted.get(series.id, ())}
            self._stations[station_id] = Station.of(some, list(deployments.values()))

    def _channel(self, row: _FeedRow, name: str) -> Channel | None:
        type_ = self.types.get(row.device_type_id)
        return type_.channels.get(name) if type_ else None

    def _assumes_c(self, row: _FeedRow) -> float | None:
        """The temperature that a device's instrument for the distance takes for granted; None where nobody knows."""
        type_ = self.types.get(row.device_type_id)
        channels = type_.channels.items() if type_ else ()
        return next((said.assumes_c for name, said in channels if (said.property or name) == "distance"), None)

    def _feeds(self, rows: Sequence[_FeedRow]) -> dict[int, list[Feed]]:
        beside: defaultdict[int, dict[str, int]] = defaultdict(dict)
        for row in rows:
            beside[row.deployment_id][row.channel] = row.datastream_id
        feeds: defaultdict[int, list[Feed]] = defaultdict(list)
        for row in rows:
            said = self._channel(row, row.channel)
            limits = said.limits if said else NO_LIMITS
            others = beside[row.deployment_id]
            feeds[row.datastream_id].append(
                Feed(row.since_s, row.until_s, row.channel, limits, row.installed, row.interval_s, others)
            )
        return feeds

    def _mounted(self, rows: Sequence[_FeedRow], kinds: Mapping[int, Kind]) -> dict[int, list[Mounted]]:
        """The deployments by each datastream that they feed, in the order of time."""
        found: defaultdict[int, list[Mounted]] = defaultdict(list)
        deployments: defaultdict[int, list[_FeedRow]] = defaultdict(list)
        for row in rows:
            deployments[row.deployment_id].append(row)
        for some in deployments.values():
            row = some[0]
            series = {kinds[each.datastream_id]: each.datastream_id for each in some}
            mounted = Mounted(
                row.since_s,
                row.until_s,
                series,
                row.interval_s,
                row.gauge_zero_distance_m,
                row.rain_tip_mm,
                self._assumes_c(row),
            )
            for datastream_id in series.values():
                found[datastream_id].append(mounted)
        return found

    def _placed(self) -> Directory:
        if self._directory is None:
            self._radius_km = self._radii()
            asked = {"properties": list(self._radius_km)}
            self._directory = Directory(Placed(*row) for row in self._connection.execute(QUERIES["placed"], asked))
        return self._directory

    def _radii(self) -> dict[str, float]:
        """How far anybody looks around, by property; properties of which nobody does are left out."""
        radii: dict[str, float] = dict(self._connection.execute(QUERIES["own_radius"]).fetchall())
        for type_ in self.types.values():
            for channel, said in type_.channels.items():
                if said.limits.neighbour:
                    code = type_.property_of(channel)
                    radii[code] = max(radii.get(code, 0.0), said.limits.neighbour.radius_km)
        return radii


def _read(said: object, as_type: type[_Said]) -> _Said | None:
    """What a newer version has written may say more than this one knows: then it says nothing here."""
    try:
        return msgspec.convert(said, as_type)
    except msgspec.ValidationError as error:
        log.warning("limits that cannot be read are not applied", error=str(error))
        return None
