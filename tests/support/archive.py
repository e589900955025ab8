"""A small recording in Sensor.Community's archive format, made anew for each test from a seed."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

_SDS011 = "sensor_id;sensor_type;location;lat;lon;timestamp;P1;durP1;ratioP1;P2;durP2;ratioP2"
_BME280 = "sensor_id;sensor_type;location;lat;lon;timestamp;pressure;altitude;pressure_sealevel;temperature;humidity"
_DHT22 = "sensor_id;sensor_type;location;lat;lon;timestamp;temperature;humidity"


def write(folder: Path, *, stations: int, readings: int, seed: int = 1, day: str = "2026-03-01") -> int:
    """Write the files of one day; returns how many values they hold."""
    random_source = random.Random(seed)
    values = 0
    for number in range(stations):
        moments = _moments(random_source, datetime.fromisoformat(day).replace(tzinfo=UTC), readings)
        place = f"{9000 + number};57.{100 + number};-2.1"
        dust = [f"{random_source.uniform(0, 400):.2f};;;{random_source.uniform(0, 300):.2f};;" for _ in moments]
        _write(folder, day, "SDS011", 100 + number, place, _SDS011, moments, dust)
        weather_moments = [moment + timedelta(seconds=random_source.choice([0, 1, 2])) for moment in moments]
        temperature, humidity = random_source.uniform(-10, 30), random_source.uniform(20, 99)
        if number % 3 == 0:
            rows = [f"{random_source.uniform(98000, 103000):.2f};;;{temperature:.2f};{humidity:.2f}" for _ in moments]
            _write(folder, day, "BME280", 500 + number, place, _BME280, weather_moments, rows)
            values += 5 * len(moments)
        else:
            rows = [f"{temperature:.2f};{humidity:.2f}" for _ in moments]
            _write(folder, day, "DHT22", 500 + number, place, _DHT22, weather_moments, rows)
            values += 4 * len(moments)
    return values


def _moments(random_source: random.Random, midnight: datetime, count: int) -> list[datetime]:
    step_s = 86_000 // count
    return [
        midnight + timedelta(seconds=index * step_s + random_source.randrange(step_s // 2)) for index in range(count)
    ]


def _write(
    folder: Path, day: str, kind: str, sensor: int, place: str, header: str, moments: list[datetime], rows: list[str]
) -> None:
    lines = [header]
    lines += [
        f"{sensor};{kind};{place};{moment:%Y-%m-%dT%H:%M:%S};{row}" for moment, row in zip(moments, rows, strict=True)
    ]
    (folder / f"{day}_{kind.lower()}_sensor_{sensor}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
