"""Stations as GeoJSON (RFC 7946), encoded."""

from collections.abc import Iterable
from typing import Any

import msgspec

from plietsch.api.stations import Station

MEDIA_TYPE = "application/geo+json"
_ENCODER = msgspec.json.Encoder()
# What has its own place in a Feature.
_NOT_PROPERTIES = {"code", "longitude", "latitude"}


def feature(station: Station) -> dict[str, Any]:
    """A station as a Feature, its code as the id."""
    values = {name: getattr(station, name) for name in Station.__struct_fields__ if name not in _NOT_PROPERTIES}
    if station.datastreams is None:
        del values["datastreams"], values["gauge"]
    return {
        "type": "Feature",
        "id": station.code,
        "geometry": {"type": "Point", "coordinates": (station.longitude, station.latitude)},
        "properties": values,
    }


def encode_one(station: Station) -> bytes:
    """A Feature."""
    return _ENCODER.encode(feature(station))


def encode_many(stations: Iterable[Station]) -> bytes:
    """A FeatureCollection."""
    return _ENCODER.encode({"type": "FeatureCollection", "features": [feature(each) for each in stations]})
