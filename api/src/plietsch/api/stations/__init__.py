"""Stations that are public: those with a device installed now, at a place snapped to a grid, with what they say."""

from plietsch.api.stations.details import check, check_regions, is_code, one
from plietsch.api.stations.filtering import Bounds
from plietsch.api.stations.model import Datastream, Latest, Operator, Sensor, Station

__all__ = [
    "Bounds",
    "Datastream",
    "Latest",
    "Operator",
    "Sensor",
    "Station",
    "check",
    "check_regions",
    "is_code",
    "one",
]
