"""Region files: the stations and devices of a region as one JSON document, checked as a whole before it is stored.

The format is `plietsch-region/1`; docs/region-file.md describes it member by member.
"""

from collections import Counter
from collections.abc import Mapping, Set
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from plietsch.platform import errors
from plietsch.platform.device_types import catalogue
from plietsch.platform.device_types.specification import DeviceType

Code = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Text = Annotated[str, Meta(min_length=1)]

# What the node measures of itself; a region file says `battery` for it.
NODE = "node"
# Clocks of two machines differ by less; what shall begin later is written down when it has.
_CLOCKS_DIFFER = timedelta(hours=1)
# From which observed properties a level above the gauge's zero follows, or which is one already.
_LEVEL_FROM = ("distance", "water_depth", "water_level")
# What is said of a mounting, and the observed properties of which one at least needs it.
_MOUNTED = {
    "gauge_zero_distance_m": ("distance", "water_depth"),
    "gauge_zero_nhn_m": _LEVEL_FROM,
    "rain_tip_mm": ("rain_tips",),
}


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """A member that is not known is a mistake, not a wish."""


class Name(_File):
    """A name in the languages of the region."""

    de: Text
    da: Text
    en: Text


class Region(_File):
    """The region; `bbox` is west, south, east, north in degrees."""

    code: Code
    name: Name
    bbox: tuple[Longitude, Latitude, Longitude, Latitude]
    timezone: str


class Operator(_File):
    """Who runs the stations."""

    code: Code
    name: str
    url: str | None = None


class Device(_File):
    """A node and its instruments; `sensors` names those that it has of its type's optional ones, and none where that
    has no choice."""

    dev_eui: Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
    type: Code
    interval_s: Annotated[int, Meta(gt=0)]
    sensors: list[Text] = []
    battery: bool = False

    def channels(self, type_: DeviceType) -> dict[str, str]:
        """Each channel with the instrument that feeds it; one named first wins."""
        return type_.fed([*self.sensors, *([NODE] if self.battery else [])])


class Deployment(_File):
    """How the device is mounted, and since when.

    `gauge_zero_distance_m` is from the instrument down to the gauge's zero, below 0 for a probe that lies deeper than
    that; `gauge_zero_nhn_m` that zero's height above NHN (DHHN2016), `rain_tip_mm` how much rain makes the bucket tip.
    """

    phase: Literal["bench", "installed", "removed"]
    since: datetime
    height_m: float | None = None
    direction_deg: Annotated[float, Meta(ge=0, lt=360)] | None = None
    gauge_zero_distance_m: float | None = None
    gauge_zero_nhn_m: float | None = None
    rain_tip_mm: Annotated[float, Meta(gt=0)] | None = None
    photo_url: Annotated[str, Meta(pattern="^https?://[^ ]+$")] | None = None
    note: Text | None = None


class GaugeLevel(_File):
    """A level that has a name at a gauge, in cm above the gauge's zero, and who says so."""

    level_cm: float
    rank: Annotated[int, Meta(ge=1, le=4)]
    name: Name
    source: Text


class Gauge(_File):
    """What a gauge stands in, and its own levels, lowest first; `water` follows "The water of"."""

    water: Name
    levels: list[GaugeLevel]
    mean_level_cm: float | None = None


class Station(_File):
    """A station at its exact place; what becomes public is snapped to a grid of `grid_m` metres."""

    code: Code
    name: str
    longitude: Longitude
    latitude: Latitude
    grid_m: Annotated[int, Meta(ge=1)]
    licence: str
    attribution: str
    device: Device
    deployment: Deployment
    description: str = ""
    municipality_key: Annotated[str, Meta(pattern="^[0-9]{8}$")] | None = None
    elevation_m: float | None = None
    simulated: bool = False
    gauge: Gauge | None = None


class RegionFile(_File):
    """The whole document."""

    format: Literal["plietsch-region/1"]
    region: Region
    operator: Operator
    stations: list[Station]


def read(path: Path, types: Mapping[str, DeviceType] | None = None) -> RegionFile:
    """Read and check a region file whose devices are of these types; not given: of those that are built in.

    Raises errors.RegionInvalid, naming the member that is wrong.
    """
    document = decode(path)
    check(document, path, catalogue.built_in() if types is None else types)
    return document


def decode(path: Path) -> RegionFile:
    """Read a region file, whatever its types. Raises errors.RegionInvalid, naming the member that is wrong."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=RegionFile)
    except OSError as error:
        raise errors.RegionInvalid(f"{path} cannot be read: {error.strerror}.") from error
    except msgspec.DecodeError as error:
        raise errors.RegionInvalid(f"{path}: {error}", "docs/region-file.md describes the format.") from error


def check(document: RegionFile, path: Path, types: Mapping[str, DeviceType]) -> None:
    """Check what no single member shows, for devices of these types. Raises errors.RegionInvalid."""
    try:
        ZoneInfo(document.region.timezone)
    except (KeyError, ValueError) as error:
        raise errors.RegionInvalid(f"{path}: no time zone is called {document.region.timezone!r}.") from error
    west, south, east, north = document.region.bbox
    if west >= east or south >= north:
        raise errors.RegionInvalid(f"{path}: bbox must be west, south, east, north with west < east and south < north.")
    for station in document.stations:
        _check_place(station, path, document.region.bbox)
        _check_since(station, path)
        type_ = _check_device(station, path, types)
        measured = {type_.property_of(channel) for channel in station.device.channels(type_)}
        _check_mounting(station, path, measured)
        _check_gauge(station, path, measured)
    for what, values in (
        ("station code", [station.code for station in document.stations]),
        ("DevEUI", [station.device.dev_eui for station in document.stations]),
    ):
        twice = [value for value, count in Counter(values).items() if count > 1]
        if twice:
            raise errors.RegionInvalid(f"{path}: the {what} {min(twice)} stands there twice.")


def _check_place(station: Station, path: Path, bbox: tuple[float, float, float, float]) -> None:
    west, south, east, north = bbox

    def holds(longitude: float, latitude: float) -> bool:
        return west <= longitude <= east and south <= latitude <= north

    if holds(station.longitude, station.latitude):
        return
    hint = "If it does stand there, widen region.bbox (west, south, east, north)."
    if holds(station.latitude, station.longitude):
        hint = "Its longitude and its latitude are swapped."
    raise errors.RegionInvalid(
        f"{path}: {station.code}: longitude {station.longitude}, latitude {station.latitude} lies outside region.bbox.",
        hint,
    )


def _check_since(station: Station, path: Path) -> None:
    since = station.deployment.since
    if since.tzinfo is None:
        raise errors.RegionInvalid(f"{path}: {station.code}: deployment.since needs a time zone, e.g. a final Z.")
    if since > datetime.now(UTC) + _CLOCKS_DIFFER:
        raise errors.RegionInvalid(
            f"{path}: {station.code}: deployment.since {since.isoformat()} is in the future.",
            "A deployment is registered once the device hangs.",
        )


def _check_device(station: Station, path: Path, types: Mapping[str, DeviceType]) -> DeviceType:
    """The type of its device, which has instruments of that."""
    device, place = station.device, f"{path}: {station.code}"
    type_ = types.get(device.type)
    if type_ is None:
        raise errors.RegionInvalid(
            f"{place}: no device type is called {device.type}.", "`plietsch device-type list` has them all."
        )
    possible = [model for model in type_.instruments if model != NODE]
    if foreign := [model for model in device.sensors if model not in possible]:
        raise errors.RegionInvalid(
            f"{place}: a device of type {device.type} has no {' or '.join(foreign)} among its sensors; "
            f"it can have {', '.join(possible)}."
        )
    if device.battery and NODE not in type_.instruments:
        raise errors.RegionInvalid(
            f"{place}: device.battery is for our own nodes; what {device.type} measures stands there."
        )
    if not set(device.channels(type_).values()) - {NODE}:
        raise errors.RegionInvalid(
            f"{place}: device.sensors names none of {', '.join(possible)}: {device.type} has one at least."
        )
    return type_


def _check_mounting(station: Station, path: Path, measured: Set[str]) -> None:
    """What is said of an instrument that the device does not have was meant for another one."""
    for member, properties in _MOUNTED.items():
        if getattr(station.deployment, member) is not None and not measured & set(properties):
            raise errors.RegionInvalid(
                f"{path}: {station.code}: deployment.{member} is for a device that measures {' or '.join(properties)}; "
                f"this one measures {', '.join(sorted(measured))}."
            )
    distance_m = station.deployment.gauge_zero_distance_m
    if distance_m is not None and distance_m <= 0 and "distance" in measured:
        raise errors.RegionInvalid(
            f"{path}: {station.code}: deployment.gauge_zero_distance_m is above 0 for a device that measures distance: "
            "it hangs above the water."
        )


def _check_gauge(station: Station, path: Path, measured: Set[str]) -> None:
    if station.gauge is None:
        return
    if not measured & set(_LEVEL_FROM):
        raise errors.RegionInvalid(
            f"{path}: {station.code}: a gauge has a device that measures {' or '.join(_LEVEL_FROM)}."
        )
    for lower, upper in pairwise(station.gauge.levels):
        if lower.level_cm >= upper.level_cm or lower.rank >= upper.rank:
            raise errors.RegionInvalid(
                f"{path}: {station.code}: gauge.levels must rise in level_cm and in rank; {upper.name.en} "
                f"({upper.level_cm:g} cm, rank {upper.rank}) follows {lower.name.en} ({lower.level_cm:g} cm, rank "
                f"{lower.rank})."
            )
