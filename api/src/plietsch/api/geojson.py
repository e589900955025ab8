"""Stations as GeoJSON (RFC 7946), encoded."""

from collections.abc import Iterable
from typing import Any

import msgspec

from plietsch.api.stations.model import Station

MEDIA_TYPE = "application/geo+json"
_ENCODER = msgspec.json.Encoder()
# What has its own place in a Feature; what only some answers have.
_NOT_PROPERTIES = {"code", "longitude", "latitude"}
_DETAILS = ("datastreams", "gauge", "links")
_NAMES = [name for name in Station.__struct_fields__ if name not in {*_NOT_PROPERTIES, "distance_m", *_DETAILS}]
COLLECTION = b'{"type":"FeatureCollection","features":['


def feature(station: Station) -> dict[str, Any]:
    """A station as a Feature, its code as the id."""
    values = {name: getattr(station, name) for name in _NAMES}
    if station.distance_m is not None:
        values["distance_m"] = station.distance_m
    if station.datastreams is not None:
        values |= {name: getattr(station, name) for name in _DETAILS}
    return {
        "type": "Feature",
        "id": station.code,
        "geometry": {"type": "Point", "coordinates": (station.longitude, station.latitude)},
        "properties": values,
    }


def encode_one(station: Station) -> bytes:
    """A Feature."""
    return _ENCODER.encode(feature(station))


def collection(features: Iterable[bytes], next_: str | None = None) -> bytes:
    """A FeatureCollection of encoded Features; `next` is the address of the next page, null on the last one."""
    return b"".join((COLLECTION, b",".join(features), b'],"next":', _ENCODER.encode(next_), b"}"))
