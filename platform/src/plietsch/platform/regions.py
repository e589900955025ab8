"""Region files: the stations and devices of a region as one JSON document, checked as a whole before it is stored.

The format is `plietsch-region/1`; docs/region-file.md describes it member by member.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from plietsch.platform import errors

Code = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]

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

    de: str
    da: str
    en: str


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
    """How the device is mounted, and since when."""

    phase: Literal["bench", "installed", "removed"]
    since: datetime
    height_m: float | None = None
    direction_deg: Annotated[float, Meta(ge=0, lt=360)] | None = None


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
    for what, values in (
        ("station code", [station.code for station in document.stations]),
        ("DevEUI", [station.device.dev_eui for station in document.stations]),
    ):
        twice = {value for value in values if values.count(value) > 1}
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
