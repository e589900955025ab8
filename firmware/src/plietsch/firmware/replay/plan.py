"""Turns an archive into stations, and their readings into frames.

The instruments at one location become one station. A node has one instrument for each quantity: where a location has
two thermometers, the further one becomes a station of its own, numbered from 2.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plietsch.firmware.region import Station
from plietsch.firmware.replay.archive import COLUMNS, Reading

SAME_FRAME_S = 5  # readings this close together share a frame; instruments of one node are read one after another
INTERVAL_S = 145  # Sensor.Community's firmware reports this often
LICENCE = "ODbL-1.0"
ATTRIBUTION = "Sensor.Community contributors"

Frame = list[Reading]


@dataclass(frozen=True, slots=True)
class PlannedStation:
    """A station and its frames, each at least one reading, in the order of time."""

    station: Station
    frames: list[Frame]


def plan(readings: Sequence[Reading]) -> list[PlannedStation]:
    """Return the stations for `readings`, which are in the order of time."""
    by_location: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        by_location[reading.location].append(reading)
    return [planned for location in sorted(by_location) for planned in _at_location(location, by_location[location])]


def _at_location(location: str, readings: list[Reading]) -> Iterator[PlannedStation]:
    instruments = sorted({(reading.instrument, reading.sensor_id) for reading in readings})
    for number, node in enumerate(_nodes(instruments), start=1):
        own = [reading for reading in readings if (reading.instrument, reading.sensor_id) in node]
        suffix = "" if number == 1 else f"-{number}"
        sensors = tuple(instrument for instrument, _ in node)
        yield PlannedStation(_station(location, suffix, sensors, own[0]), list(_frames(own)))


def _nodes(instruments: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Divide the instruments of a location among nodes, so that no node measures a quantity twice."""
    nodes: list[list[tuple[str, str]]] = []
    for instrument in instruments:
        wanted = _channels(instrument[0])
        free = (node for node in nodes if not any(wanted & _channels(other) for other, _ in node))
        node = next(free, None)
        if node is None:
            nodes.append([instrument])
        else:
            node.append(instrument)
    return nodes


def _channels(instrument: str) -> set[str]:
    return {channel for channel, _, _ in COLUMNS[instrument]}


def _frames(readings: list[Reading]) -> Iterator[Frame]:
    frame: Frame = []
    for reading in readings:
        if frame and reading.time_s - frame[0].time_s > SAME_FRAME_S:
            yield frame
            frame = []
        frame.append(reading)
    yield frame


def _station(location: str, suffix: str, sensors: tuple[str, ...], first: Reading) -> Station:
    day = datetime.datetime.fromtimestamp(first.time_s, datetime.UTC).replace(hour=0, minute=0, second=0)
    return Station(
        code=f"replay-{location.lower()}{suffix}",
        name=f"Replay {location}{suffix}",
        longitude=first.longitude,
        latitude=first.latitude,
        elevation_m=None,
        municipality_key=None,
        sensors=sensors,
        battery=False,
        interval_s=INTERVAL_S,
        licence=LICENCE,
        attribution=ATTRIBUTION,
        since=day,
    )
