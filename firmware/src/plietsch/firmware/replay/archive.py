"""Reads Sensor.Community's archive files: lines to readings, and what is wrong with a line to words.

The format (`;`, decimal point, times without a zone in UTC) is that of archive.sensor.community. P1 is PM10, P2 PM2.5;
pressure is in Pa. A line that cannot be understood is reported with its file and number, and skipped.
"""

import csv
import datetime
import math
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from plietsch.firmware import errors

COMMON = ("sensor_id", "sensor_type", "location", "lat", "lon", "timestamp")
PA_PER_HPA = 100
# For each instrument: channel, column, and how many of the column's units make one of ours.
COLUMNS: Mapping[str, tuple[tuple[str, str, float], ...]] = {
    "SDS011": (("pm2_5", "P2", 1), ("pm10", "P1", 1)),
    "BME280": (("temperature", "temperature", 1), ("humidity", "humidity", 1), ("pressure", "pressure", PA_PER_HPA)),
    "DHT22": (("temperature", "temperature", 1), ("humidity", "humidity", 1)),
}

NO_ROW = "not a row of columns"
WRONG_COLUMNS = "wrong number of columns"
NO_NUMBER = "not a number"
BAD_TIMESTAMP = "bad timestamp"
BAD_PLACE = "bad coordinates"
BAD_LOCATION = "bad location"
UNKNOWN_INSTRUMENT = "unknown instrument"
SAME_SECOND = "second reading of an instrument in the same second"
NO_HEADER = "columns missing in the header"
EMPTY = "no value recorded"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one instrument recorded at one second; `values` by channel in our units."""

    location: str
    sensor_id: str
    instrument: str
    longitude: float
    latitude: float
    time_s: int
    values: Mapping[str, float]
    source: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that could not be used, and why; `source` is "file:line"."""

    source: str
    reason: str
    detail: str


@dataclass(slots=True)
class Archive:
    """All readings of a folder in the order of time, and everything that is wrong with its lines."""

    readings: list[Reading] = field(default_factory=lambda: list[Reading]())
    problems: list[Problem] = field(default_factory=lambda: list[Problem]())
    empty_values: Counter[str] = field(default_factory=lambda: Counter[str]())


class _Unusable(ValueError):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def read(folder: Path) -> Archive:
    """Read every CSV file of `folder` and of the folders below; raise ArchiveUnreadable if there is none."""
    paths = sorted(path for path in folder.rglob("*.csv") if path.is_file())
    if not paths:
        raise errors.ArchiveUnreadable(
            f"{folder} holds no CSV file" if folder.is_dir() else f"{folder} is no folder",
            "Name a folder of files such as 2019-04-18_sds011_sensor_15092.csv from archive.sensor.community.",
        )
    archive = Archive()
    for path in paths:
        _read_file(path, archive)
    _drop_same_seconds(archive)
    archive.readings.sort(key=lambda reading: (reading.time_s, reading.location, reading.instrument))
    return archive


def _read_file(path: Path, archive: Archive) -> None:
    # A byte that is no text costs its own line: the replacement character is no number, and no known name.
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        _read_rows(path, _rows(path.name, file, archive.problems), archive)


def _rows(name: str, file: TextIO, problems: list[Problem]) -> Iterator[tuple[str, list[str]]]:
    """Yield the rows, each with its source; what cannot be divided into columns becomes a problem."""
    # The archive quotes nothing: a quotation mark is a broken value, not the begin of one that goes on for lines.
    rows = csv.reader(file, delimiter=";", quoting=csv.QUOTE_NONE)
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            problems.append(Problem(f"{name}:{rows.line_num}", NO_ROW, str(error)))
            continue
        if row is None:
            return
        yield f"{name}:{rows.line_num}", row


def _read_rows(path: Path, rows: Iterator[tuple[str, list[str]]], archive: Archive) -> None:
    source, header = next(rows, (f"{path.name}:1", list[str]()))
    missing = [name for name in COMMON if name not in header]
    if missing:
        archive.problems.append(Problem(source, NO_HEADER, f"{', '.join(missing)}; the file is skipped"))
        return
    for source, row in rows:
        if not row:
            continue
        try:
            archive.readings.append(_reading(source, header, row, archive.empty_values))
        except _Unusable as error:
            archive.problems.append(Problem(source, error.reason, str(error)))


def _reading(source: str, header: list[str], row: list[str], empty: Counter[str]) -> Reading:
    if len(row) != len(header):
        raise _Unusable(WRONG_COLUMNS, f"{len(row)} columns instead of {len(header)}")
    fields = dict(zip(header, row, strict=True))
    instrument = fields["sensor_type"].upper()
    if instrument not in COLUMNS:
        raise _Unusable(UNKNOWN_INSTRUMENT, repr(fields["sensor_type"]))
    if not fields["location"].isalnum():
        raise _Unusable(BAD_LOCATION, repr(fields["location"]))
    values = _values(instrument, fields)
    time_s = _unix_seconds(fields["timestamp"])
    longitude = _number("lon", fields["lon"], BAD_PLACE, 180)
    latitude = _number("lat", fields["lat"], BAD_PLACE, 90)
    empty.update(f"{instrument} {channel}" for channel, _, _ in COLUMNS[instrument] if channel not in values)
    return Reading(
        location=fields["location"],
        sensor_id=fields["sensor_id"],
        instrument=instrument,
        longitude=longitude,
        latitude=latitude,
        time_s=time_s,
        values=values,
        source=source,
    )


def _values(instrument: str, fields: Mapping[str, str]) -> dict[str, float]:
    values = {
        channel: _number(column, fields[column]) / divisor
        for channel, column, divisor in COLUMNS[instrument]
        if fields.get(column, "").strip()
    }
    if not values:
        raise _Unusable(EMPTY, f"none of the values of a {instrument} is there")
    return values


def _number(column: str, text: str, reason: str = NO_NUMBER, limit: float = sys.float_info.max) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= limit:
        raise _Unusable(reason, f"{column} is {text!r}")
    return value


def _unix_seconds(text: str) -> int:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise _Unusable(BAD_TIMESTAMP, repr(text)) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    time_s = moment.timestamp()
    if time_s < 0:
        raise _Unusable(BAD_TIMESTAMP, f"{text!r} lies before 1970")
    return int(time_s)


def _drop_same_seconds(archive: Archive) -> None:
    """Keep the first of several readings of one instrument in one second: they would have the same key."""
    seen: dict[tuple[str, str, str, int], Reading] = {}
    for reading in archive.readings:
        key = (reading.location, reading.instrument, reading.sensor_id, reading.time_s)
        if key in seen:
            detail = f"{reading.instrument} {reading.sensor_id}, first in {seen[key].source}"
            archive.problems.append(Problem(reading.source, SAME_SECOND, detail))
        else:
            seen[key] = reading
    archive.readings = list(seen.values())
