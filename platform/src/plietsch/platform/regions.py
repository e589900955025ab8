"""Region files: the stations and devices of a region as one JSON document, checked as a whole before it is stored.

The format is `plietsch-region/1`; docs/region-file.md describes it member by member.
"""

from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from plietsch.platform import errors, methods
from plietsch.platform.methods import Series

Code = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Text = Annotated[str, Meta(min_length=1)]

# Which observed properties an instrument measures, and how far its samples lie apart; the node itself measures its
# battery. `rain` is any tipping-bucket gauge.
PROPERTIES_OF_SENSOR = {
    "SDS011": ("pm2_5", "pm10", "pm2_5_spread", "pm10_spread"),
    "BME280": ("temperature", "humidity", "pressure"),
    "DHT22": ("temperature", "humidity"),
    "A02YYUW": ("distance", "distance_spread"),
    "rain": ("rain_tips",),
    "node": ("battery",),
}
# Of each type that an installation knows, the instruments without one of which it has nothing to say.
SENSORS_OF_TYPE = {
    "plietsch-fine-dust": ("SDS011", "BME280", "DHT22"),
    "plietsch-water-level": ("A02YYUW",),
    "plietsch-rain": ("rain",),
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
    """A node and its instruments."""

    dev_eui: Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
    type: Code
    sensors: Annotated[list[Literal["SDS011", "BME280", "DHT22", "A02YYUW", "rain"]], Meta(min_length=1)]
    interval_s: Annotated[int, Meta(gt=0)]
    battery: bool = False

    @property
    def channels(self) -> dict[str, str]:
        """Each channel with the model of the sensor that feeds it; an instrument named first wins."""
        models = [*self.sensors, *(["node"] if self.battery else [])]
        return {channel: model for model in reversed(models) for channel in PROPERTIES_OF_SENSOR[model]}


class Deployment(_File):
    """How the device is mounted, and since when.

    `gauge_zero_distance_m` is from the instrument down to the gauge's zero, `gauge_zero_nhn_m` that zero's height above
    NHN (DHHN2016), `rain_tip_mm` how much rain makes the bucket tip.
    """

    phase: Literal["bench", "installed", "removed"]
    since: datetime
    height_m: float | None = None
    direction_deg: Annotated[float, Meta(ge=0, lt=360)] | None = None
    gauge_zero_distance_m: Annotated[float, Meta(gt=0)] | None = None
    gauge_zero_nhn_m: float | None = None
    rain_tip_mm: Annotated[float, Meta(gt=0)] | None = None


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

    @property
    def computed(self) -> list[Series]:
        """The series that are computed from what its device measures."""
        return methods.computed(
            self.device.channels, above_gauge_zero=self.deployment.gauge_zero_distance_m is not None
        )


class RegionFile(_File):
    """The whole document."""

    format: Literal["plietsch-region/1"]
    region: Region
    operator: Operator
    stations: list[Station]


def read(path: Path) -> RegionFile:
    """Read and check a region file. Raises errors.RegionInvalid, naming the member that is wrong."""
    try:
        document = msgspec.json.decode(path.read_bytes(), type=RegionFile)
    except OSError as error:
        raise errors.RegionInvalid(f"{path} cannot be read: {error.strerror}.") from error
    except msgspec.DecodeError as error:
        raise errors.RegionInvalid(f"{path}: {error}", "docs/region-file.md describes the format.") from error
    _check(document, path)
    return document


def _check(document: RegionFile, path: Path) -> None:
    """What no single member shows."""
    try:
        ZoneInfo(document.region.timezone)
    except (KeyError, ValueError) as error:
        raise errors.RegionInvalid(f"{path}: no time zone is called {document.region.timezone!r}.") from error
    west, south, east, north = document.region.bbox
    if west >= east or south >= north:
        raise errors.RegionInvalid(f"{path}: bbox must be west, south, east, north with west < east and south < north.")
    for station in document.stations:
        if station.deployment.since.tzinfo is None:
            raise errors.RegionInvalid(f"{path}: {station.code}: deployment.since needs a time zone, e.g. a final Z.")
        _check_device(station, path)
        _check_mounting(station, path)
        _check_gauge(station, path)
    for what, values in (
        ("station code", [station.code for station in document.stations]),
        ("DevEUI", [station.device.dev_eui for station in document.stations]),
    ):
        twice = [value for value, count in Counter(values).items() if count > 1]
        if twice:
            raise errors.RegionInvalid(f"{path}: the {what} {min(twice)} stands there twice.")


def _check_device(station: Station, path: Path) -> None:
    device = station.device
    sensors = SENSORS_OF_TYPE.get(device.type)
    if sensors is None:
        known = ", ".join(SENSORS_OF_TYPE)
        raise errors.RegionInvalid(
            f"{path}: {station.code}: no device type is called {device.type}.", f"Known: {known}."
        )
    if not set(sensors) & set(device.sensors):
        raise errors.RegionInvalid(
            f"{path}: {station.code}: a {device.type} device has {' or '.join(sensors)} among its sensors, "
            f"not only {', '.join(device.sensors)}."
        )


def _check_mounting(station: Station, path: Path) -> None:
    """What is said of an instrument that the device does not have was meant for another one."""
    for member, channel in (
        ("gauge_zero_distance_m", "distance"),
        ("gauge_zero_nhn_m", "distance"),
        ("rain_tip_mm", "rain_tips"),
    ):
        if getattr(station.deployment, member) is not None and channel not in station.device.channels:
            raise errors.RegionInvalid(
                f"{path}: {station.code}: deployment.{member} is for a device that measures {channel}; "
                f"this one has {', '.join(station.device.sensors)}."
            )


def _check_gauge(station: Station, path: Path) -> None:
    if station.gauge is None:
        return
    if "distance" not in station.device.channels:
        raise errors.RegionInvalid(f"{path}: {station.code}: a gauge has a device that measures the distance.")
    for lower, upper in pairwise(station.gauge.levels):
        if lower.level_cm >= upper.level_cm or lower.rank >= upper.rank:
            raise errors.RegionInvalid(
                f"{path}: {station.code}: gauge.levels must rise in level_cm and in rank; {upper.name.en} "
                f"({upper.level_cm:g} cm, rank {upper.rank}) follows {lower.name.en} ({lower.level_cm:g} cm, rank "
                f"{lower.rank})."
            )
