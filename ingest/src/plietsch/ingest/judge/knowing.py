"""What the database says of datastreams: loaded where it is asked for, kept until something of it changes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

import msgspec
import structlog

from plietsch.ingest.database import Connection
from plietsch.ingest.judge.around import Directory, Placed
from plietsch.ingest.judge.facts import NO_LIMITS, Feed, OwnLimits, Series
from plietsch.ingest.judge.queries import QUERIES
from plietsch.ingest.judge.recent import Recent
from plietsch.ingest.judge.stations import Station
from plietsch.ingest.series.methods import Computation, Mounted
from plietsch.ingest.series.methods import Series as Kind
from plietsch.platform.device_types.specification import Channel, DeviceType, Limits

log = structlog.get_logger(__name__)

_NO_STATION: Final = Station()
# Datastreams that are kept at least, and neighbourhoods; twice as many at most, of two kilobytes each.
_MOST: Final = 60_000
# Datastreams that are asked for in one query, with all others of their stations.
_TOGETHER: Final = 10_000
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
    """The facts of those datastreams that were asked for, as many as `most` (more than a station has) to twice as many.

    What is asked for is loaded by whole stations, and every method loads what it lacks: who asks for many one after
    another calls `load` for all of them before.
    """

    def __init__(self, connection: Connection, most: int = _MOST) -> None:
        self._connection = connection
        self._most = most
        self._directory = Directory((), {})
        self._around: Recent[tuple[int, float], Sequence[int]] = Recent(most)
        self.forget()

    def forget(self) -> None:
        """Something changed: load everything anew. Who lies around whom is kept if nobody turns out to have moved."""
        self._found: Recent[int, tuple[Series, Station]] = Recent(self._most)
        self._types: Mapping[int, DeviceType] | None = None
        self._is_placed = False

    def load(self, datastream_ids: Iterable[int]) -> None:
        """Load what is asked of these, and of all others of their stations."""
        missing = sorted(each for each in datastream_ids if self._found.get(each) is None)
        for first in range(0, len(missing), _TOGETHER):
            self._load(missing[first : first + _TOGETHER])

    def find(self, datastream_id: int) -> Series | None:
        """A datastream; None where there is none (any longer)."""
        found = self._find(datastream_id)
        return found[0] if found else None

    def says_of(self, datastream_id: int) -> Sequence[int]:
        """The datastreams of the same station that are tested by what one says."""
        return self._station(datastream_id).says_of.get(datastream_id, ())

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
        directory = self._placed()
        key = datastream_id, radius_km
        found = self._around.get(key)
        if found is None:
            self._around[key] = found = directory.around(datastream_id, radius_km)
        return found

    def all_around(self, datastream_id: int) -> Sequence[int]:
        """The neighbours as far as anybody looks around for the same property."""
        radius_km = self._placed().radius_of(datastream_id)
        return self.neighbours(datastream_id, radius_km) if radius_km else ()

    def who_looks_at(self, datastream_id: int) -> Mapping[float, Sequence[int]]:
        """The datastreams among whose neighbours one is, by within how many seconds they look."""
        looking: defaultdict[float, list[int]] = defaultdict(list)
        seen: dict[float, set[int]] = {}
        for other in self.all_around(datastream_id):
            series = self.find(other)
            for look in series.looks if series else ():
                if look.radius_km not in seen:
                    seen[look.radius_km] = set(self.neighbours(datastream_id, look.radius_km))
                if other in seen[look.radius_km]:  # then it sees this one: it is as far from there to here
                    looking[look.within_s].append(other)
        return looking

    @property
    def types(self) -> Mapping[int, DeviceType]:
        """What the device types' files say, by their ids here."""
        if self._types is None:
            rows = self._connection.execute(QUERIES["types"]).fetchall()
            read = {type_id: _read(definition, DeviceType) for type_id, definition in rows}
            self._types = {type_id: type_ for type_id, type_ in read.items() if type_}
        return self._types

    def _find(self, datastream_id: int) -> tuple[Series, Station] | None:
        found = self._found.get(datastream_id)
        if found is None:
            self._load([datastream_id])
            found = self._found.get(datastream_id)
        return found

    def _station(self, datastream_id: int) -> Station:
        found = self._find(datastream_id)
        return found[1] if found else _NO_STATION

    def _load(self, datastream_ids: Sequence[int]) -> None:
        rows = self._connection.execute(QUERIES["series"], {"datastream_ids": datastream_ids}).fetchall()
        asked = {"datastream_ids": [row[0] for row in rows]}
        kinds = {row[0]: Kind(row[2], row[3]) for row in rows}
        feeds = [_FeedRow(*row) for row in self._connection.execute(QUERIES["feeds"], asked)]
        own: defaultdict[int, list[OwnLimits]] = defaultdict(list)
        for datastream_id, since_s, limits in self._connection.execute(QUERIES["own_limits"], asked):
            if read := _read(limits, Limits):
                own[datastream_id].append(OwnLimits(since_s, read))
        self._keep(rows, self._feeds(feeds), own, self._mounted(feeds, kinds))

    def _keep(
        self,
        rows: Iterable[tuple[int, int, str, str]],
        feeds: Mapping[int, Sequence[Feed]],
        own: Mapping[int, Sequence[OwnLimits]],
        mounted: Mapping[int, Sequence[Mounted]],
    ) -> None:
        stations: defaultdict[int, list[Series]] = defaultdict(list)
        for datastream_id, station_id, code, method in rows:
            of = feeds.get(datastream_id, ()), own.get(datastream_id, ())
            stations[station_id].append(Series(datastream_id, station_id, code, method, *of))
        for some in stations.values():
            deployments = {id(each): each for series in some for each in mounted.get(series.id, ())}
            station = Station.of(some, list(deployments.values()))
            for series in some:
                self._found[series.id] = series, station

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
        if not self._is_placed:
            radii = self._radii()
            rows = self._connection.execute(QUERIES["placed"], {"properties": list(radii)})
            placed = {row[0]: Placed(*row) for row in rows}
            if (placed, radii) != (self._directory.placed, self._directory.radius_km):
                self._directory = Directory(placed.values(), radii)
                self._around = Recent(self._most)
            self._is_placed = True
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
