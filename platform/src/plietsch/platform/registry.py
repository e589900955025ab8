"""The registry of stations and devices: importing a region, listing what is there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from plietsch.platform import deploying, deployments, errors, feeding, import_changes, places, renaming
from plietsch.platform.deployments import Deployment as Deployed
from plietsch.platform.device_types import storing
from plietsch.platform.device_types.specification import DeviceType
from plietsch.platform.import_changes import Change, Imported, Kind
from plietsch.platform.regions import Deployment, Gauge, Name, RegionFile, Station

_QUERIES = deployments.QUERIES
# What an operator looks back at after a command or two.
_MOST_ANSWERS = 10


@dataclass(frozen=True)
class DeviceRow:
    """A device as an operator sees it."""

    dev_eui: str
    type: str
    station: str | None
    phase: str | None
    since: datetime | None
    last_heard: datetime | None
    battery_percent: float | None
    margin_db: int | None
    clock: str | None
    status_at: datetime | None
    status: dict[str, Any] | None

    @property
    def health(self) -> str:
        """What it said of itself, in a few words: of its newest status only what somebody should know."""
        status = self.status or {}
        errors_of = ", ".join(f"{name} {number}" for name, number in status.get("errors", {}).items())
        words = [
            f"battery {self.battery_percent:.0f} %" if self.battery_percent is not None else "",
            f"margin {self.margin_db} dB" if self.margin_db is not None else "",
            f"clock {self.clock}" if self.clock else "",
            f"firmware {status['firmware']}" if "firmware" in status else "",
            "saves its battery" if status.get("saving") else "",
            f"{status['dropped']} readings dropped" if status.get("dropped") else "",
            f"errors: {errors_of}" if errors_of else "",
        ]
        return ", ".join(filter(None, words)) or "–"


@dataclass(frozen=True)
class Answer:
    """What a node answered to a command (docs/payload.md, port 3), and when that was heard."""

    at: datetime
    answer: dict[str, Any]


@dataclass(frozen=True)
class Said:
    """A device, and what it said in words of its own: its newest status, and its answers, newest first."""

    row: DeviceRow
    answers: tuple[Answer, ...]

    @property
    def status(self) -> dict[str, Any] | None:
        return self.row.status


@dataclass(frozen=True)
class LocationOffer:
    """Where a device says that it is, and how far that is from where it is registered (None: it has no place)."""

    dev_eui: str
    station: str | None
    at: datetime
    longitude: float
    latitude: float
    accuracy_m: float | None
    source: str | None
    distance_m: float | None


def import_region(connection: psycopg.Connection, document: RegionFile, *, kept: Collection[str] = ()) -> Imported:
    """Store a region with its stations, devices and deployments.

    All or nothing, and importing it again changes nothing. A station whose exact place differs has moved: it gets a new
    place, and the old one stays in its history. The devices of the stations in `kept` stay where they are, whatever the
    document says, if they are known. Raises errors.RegionInvalid for what the registry cannot hold.
    """
    with connection.transaction():
        importer = _Importer(connection, document)
        for station in document.stations:
            if station.code in kept and importer.keep(station):
                continue
            try:
                with connection.transaction():
                    importer.station(station)
            except psycopg.errors.ExclusionViolation as error:
                raise errors.RegionInvalid(
                    f"{station.code}: its device was deployed otherwise at a time after "
                    f"{deployments.moment(station.deployment.since)}.",
                    _bring_up_to_date(connection, station),
                ) from error
    return Imported(len(document.stations), importer.changes)


def _bring_up_to_date(connection: psycopg.Connection, station: Station) -> str:
    """What to do where more is known of a device than its file says, as after a command."""
    device = deployments.find(connection, station.device.dev_eui)
    present = deployments.history(connection, device.id)[-1:]
    known = "".join(f" {device.dev_eui} is {import_changes.described(each)}." for each in present)
    return f"Bring this station's `deployment` up to date, with its `since`.{known}"


def devices(connection: psycopg.Connection) -> Sequence[DeviceRow]:
    """Every device that is registered."""
    return [DeviceRow(*row) for row in connection.execute(_QUERIES["devices"], {"asked": None})]


def device(connection: psycopg.Connection, asked: str) -> Said:
    """The device of a DevEUI, or the one at the station of a code, and what it said. Raises errors.DeviceUnknown."""
    found = connection.execute(_QUERIES["devices"], {"asked": asked}).fetchone()
    if found is None:
        raise errors.DeviceUnknown(
            f"There is no device {asked}, nor one at a station of that code.", "`plietsch device list` has them all."
        )
    row = DeviceRow(*found)
    answers = connection.execute(_QUERIES["answers"], {"dev_eui": row.dev_eui, "most": _MOST_ANSWERS})
    return Said(row, tuple(Answer(*each) for each in answers))


def location_offers(connection: psycopg.Connection) -> Sequence[LocationOffer]:
    """The newest place that each device offers. It moves nothing by itself: the region file says where a station is."""
    return [_offer(row) for row in connection.execute(_QUERIES["location_offers"])]


def _offer(row: tuple[Any, ...]) -> LocationOffer:
    dev_eui, station, at, longitude, latitude, accuracy_m, source, known_longitude, known_latitude = row
    known = known_longitude is not None
    distance_m = places.distance_m(longitude, latitude, known_longitude, known_latitude) if known else None
    return LocationOffer(dev_eui, station, at, longitude, latitude, accuracy_m, source, distance_m)


@dataclass(frozen=True)
class _Deployment:
    """A deployment without an end, as it is known."""

    id: int
    device_id: int
    station_id: int
    phase: str
    since: datetime
    gauge_zero_distance_m: float | None
    gauge_zero_nhn_m: float | None
    rain_tip_mm: float | None
    photo_url: str | None
    note: str | None

    def goes_on(self, device_id: int, station_id: int, wanted: Deployment) -> bool:
        """Whether what is wanted is this one, perhaps said better, and not one that replaces it.

        Numbers are computed from the mounting, by that of their time: what is mounted otherwise since a later time is
        another deployment.
        """
        if (self.device_id, self.station_id) != (device_id, station_id):
            return False
        if self.since == wanted.since:
            return True
        return self.phase == wanted.phase and (wanted.since < self.since or self._is_mounted_as(wanted))

    def is_said_otherwise(self, wanted: Deployment) -> bool:
        """Whether a correction concerns what was measured: its beginning, its phase, or what is computed from it."""
        said = (self.phase, self.gauge_zero_distance_m, self.rain_tip_mm)
        return wanted.since < self.since or said != (
            wanted.phase, wanted.gauge_zero_distance_m, wanted.rain_tip_mm,
        )  # fmt: skip

    def _is_mounted_as(self, wanted: Deployment) -> bool:
        return (self.gauge_zero_distance_m, self.gauge_zero_nhn_m, self.rain_tip_mm) == (
            wanted.gauge_zero_distance_m, wanted.gauge_zero_nhn_m, wanted.rain_tip_mm,
        )  # fmt: skip


class _Importer:
    """The steps of an import, over one connection."""

    def __init__(self, connection: psycopg.Connection, document: RegionFile) -> None:
        self._connection = connection
        self._types = storing.known(connection)
        self.changes: list[Change] = []
        region, operator = document.region, document.operator
        west, south, east, north = region.bbox
        self._region_id = self._id(
            "upsert_region", code=region.code, name=_named(region.name), timezone=region.timezone,
            west=west, south=south, east=east, north=north,
        )  # fmt: skip
        self._operator_id = self._id("upsert_organisation", code=operator.code, name=operator.name, url=operator.url)

    def keep(self, station: Station) -> bool:
        """Leave a station's device where it hangs, and as it is mounted; False where it is not known."""
        try:
            deploying.feed_again(self._connection, station.device.dev_eui)
        except errors.DeviceUnknown:
            return False
        return True

    def station(self, station: Station) -> None:
        if present := renaming.present(self._connection, station.code):
            raise errors.RegionInvalid(
                f"{station.code}: the station is called {present} now, and that address leads there.",
                "Write its present code into the file; give another station another code.",
            )
        station_id = self._id(
            "upsert_station", region_id=self._region_id, operator_id=self._operator_id, code=station.code,
            name=station.name, description=station.description, licence=station.licence,
            attribution=station.attribution, municipality_key=station.municipality_key, simulated=station.simulated,
        )  # fmt: skip
        is_new = self._place(station_id, station)
        self._gauge(station_id, station.gauge)
        self._concerned: list[tuple[int, datetime]] = []
        self._differs: list[int] = []
        self._channels(station_id, self._deployment(station_id, station, is_new=is_new), station)
        for deployment_id, since in self._concerned:
            deployments.concern(self._connection, [deployment_id], since, None)
        for device_id in self._differs:
            deployments.concern_device(self._connection, device_id)

    def _channels(self, station_id: int, deployment_id: int, station: Station) -> None:
        """What feeds what: a series for each channel of the device, and those that are computed from them."""
        type_ = self._type(station)
        models = station.device.channels(type_)
        mounted = station.deployment
        feeding.feed(
            self._connection,
            deployment_id,
            station_id,
            type_,
            {channel: (model, type_.property_of(channel)) for channel, model in models.items()},
            gauge_zero_distance_m=mounted.gauge_zero_distance_m,
            rain_tip_mm=mounted.rain_tip_mm,
        )

    def _type(self, station: Station) -> DeviceType:
        type_ = self._types.get(station.device.type)
        if type_ is None:
            raise errors.RegionInvalid(
                f"{station.code}: this installation knows no device type {station.device.type}.",
                "`plietsch db migrate` brings what a newer version knows; `plietsch device-type add` adds your own.",
            )
        return type_

    def _gauge(self, station_id: int, gauge: Gauge | None) -> None:
        if gauge is None:
            self._run("delete_gauge", station_id=station_id)
            return
        water = _named(gauge.water)
        self._run("upsert_gauge", station_id=station_id, water=water, mean_level_cm=gauge.mean_level_cm)
        self._run("delete_gauge_levels", station_id=station_id)
        for level in gauge.levels:
            self._run(
                "insert_gauge_level", station_id=station_id, rank=level.rank, level_cm=level.level_cm,
                name=_named(level.name), source=level.source,
            )  # fmt: skip

    def _place(self, station_id: int, station: Station) -> bool:
        """Where a station stands; returns whether it stood nowhere before."""
        wanted = (station.longitude, station.latitude, station.elevation_m, station.grid_m)
        known = self._run("exact_place", station_id=station_id).fetchone()
        if known == wanted:
            return False
        longitude, latitude = places.snap(station.longitude, station.latitude, station.grid_m)
        location_id = self._id(
            "insert_location", name=station.name, longitude=longitude, latitude=latitude, grid_m=station.grid_m
        )
        self._run(
            "insert_exact_location", location_id=location_id, longitude=station.longitude, latitude=station.latitude,
            elevation_m=station.elevation_m,
        )  # fmt: skip
        since = station.deployment.since if known is None else datetime.now(UTC)
        self._run("insert_historical_location", station_id=station_id, since=since, location_id=location_id)
        if known is not None:
            moved_m = places.distance_m(station.longitude, station.latitude, known[0], known[1])
            otherwise = f"moved by {moved_m:,.0f} m" if moved_m >= 1 else "elevation or grid said otherwise"
            self._note("moved", station, otherwise)
        return known is None

    def _deployment(self, station_id: int, station: Station, *, is_new: bool) -> int:
        """The deployment that goes on from `since`, and what that changes."""
        device = station.device
        type_id = self._id("device_type_id", code=device.type)
        device_id, differs = deployments.store_device(self._connection, device.dev_eui, type_id, device.interval_s)
        if differs:
            self._differs.append(device_id)
            self._note(
                "device", station, f"{device.dev_eui} is said to be a {device.type}, every {device.interval_s} s"
            )
        rows = self._run("open_deployments", device_id=device_id, station_id=station_id).fetchall()
        known = [_Deployment(*row) for row in rows]
        devices = sorted({device_id, *(each.device_id for each in known)})
        before = self._history(devices)
        deployment_id = self._deployed(known, device_id, station_id, station)
        if is_new:
            self._note("new", station, f"new, {device.dev_eui}")
        for change in import_changes.between(station.code, before, self._history(devices)):
            if not (is_new and change.kind == "begun"):
                self.changes.append(change)
        return deployment_id

    def _deployed(self, open_: Sequence[_Deployment], device_id: int, station_id: int, station: Station) -> int:
        """The deployment that goes on from `since`; what it replaces, at either end, ends there."""
        wanted = station.deployment
        values = msgspec.structs.asdict(wanted)
        for known in open_:
            if known.goes_on(device_id, station_id, wanted):
                values["since"] = min(known.since, wanted.since)
                # What a command said stays where the file says nothing of it.
                values["photo_url"], values["note"] = wanted.photo_url or known.photo_url, wanted.note or known.note
                if known.is_said_otherwise(wanted):
                    self._concerned.append((known.id, values["since"]))
                self._run("correct_deployment", deployment_id=known.id, **values)
                return known.id
            if wanted.since <= known.since:
                raise errors.RegionInvalid(
                    f"{station.code}: what hangs there, or its device elsewhere, is known since "
                    f"{known.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC.",
                    f"What replaces it needs a later deployment.since. {_bring_up_to_date(self._connection, station)}",
                )
            self._run("end_deployment", deployment_id=known.id, until=wanted.since)
            self._concerned.append((known.id, wanted.since))
        return self._id("insert_deployment", device_id=device_id, station_id=station_id, **values)

    def _history(self, device_ids: Sequence[int]) -> list[Deployed]:
        return [each for device_id in device_ids for each in deployments.history(self._connection, device_id)]

    def _note(self, kind: Kind, station: Station, said: str) -> None:
        self.changes.append(Change(kind, f"{station.code}: {said}"))

    def _id(self, query: LiteralString, **values: Any) -> int:
        row = self._run(query, **values).fetchone()
        if row is None:
            known = ", ".join(str(value) for value in values.values())
            raise errors.RegionInvalid(f"This installation does not know {known} ({query.removesuffix('_id')}).")
        return int(row[0])

    def _run(self, query: LiteralString, **values: Any) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._connection.execute(_QUERIES[query], values)


def _named(name: Name) -> Jsonb:
    return Jsonb(msgspec.structs.asdict(name))
