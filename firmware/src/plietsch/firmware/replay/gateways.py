"""The virtual gateways of a replay: two above the middle of its stations, as the archive knows of none."""

from collections.abc import Sequence
from statistics import fmean

from plietsch.firmware.network.gateways import Gateway
from plietsch.firmware.region import Station

ALTITUDE_M = 40.0


def around(stations: Sequence[Station]) -> tuple[Gateway, ...]:
    """Return the gateways for these stations."""
    longitude = round(fmean(station.longitude for station in stations), 4)
    latitude = round(fmean(station.latitude for station in stations), 4)
    return (
        Gateway("a840411f75f1000a", "Replay 1", longitude, latitude, ALTITUDE_M),
        Gateway("a840411f75f1000b", "Replay 2", round(longitude + 0.05, 4), latitude, ALTITUDE_M),
    )
