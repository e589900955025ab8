"""Recordings beyond the repository, and stations that show them; where they are not, a test says so and is skipped."""

import datetime
from pathlib import Path

import pytest

from plietsch.firmware.region import Station

FOLDER = Path(__file__).parents[3] / "shared" / "data"


def path(name: str) -> Path:
    """Return where a recording is."""
    found = FOLDER / name
    if not found.is_file():
        pytest.skip("the recordings are not on this machine")
    return found


def station(
    code: str, kind: str, sensor: str, place: tuple[float, float], since_s: float, licence: str, attribution: str
) -> Station:
    """Return a station with one instrument and a battery, `place` being longitude and latitude."""
    return Station(
        code=code,
        name=f"Replay {code}",
        longitude=place[0],
        latitude=place[1],
        elevation_m=None,
        municipality_key=None,
        sensors=(sensor,),
        battery=True,
        interval_s=3600,
        licence=licence,
        attribution=attribution,
        since=datetime.datetime.fromtimestamp(since_s, datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0),
        kind=kind,
    )
