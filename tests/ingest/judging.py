"""A small region to judge: three stations near each other, and what is stored there, for the tests of the judge."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg
from ingest.network import NEW_YEAR_S
from psycopg.types.json import Jsonb

from ingest import network
from plietsch.ingest import session
from plietsch.ingest.judge.process import Judge
from plietsch.ingest.messages import Message
from plietsch.ingest.stopping import Stop
from plietsch_node.app import payload as node

STEP_S = 600
# Small enough that a few readings have all tests find something.
LIMITS: dict[str, dict[str, Any]] = {
    "pm2_5": {
        "suspect_range": [0, 400],
        "spike": {"suspect": 50, "fail": 150, "longest_step_s": 1500},
        "multi_variate": {"channel": "humidity", "at_least": 95},
    },
    "temperature": {
        "rate_of_change": {"suspect": 30, "longest_step_s": 1500},
        "neighbour": {"suspect": 15, "radius_km": 5, "within_s": 700, "least": 2},
    },
    "distance": {
        "flat_line": {"tolerance": 1, "suspect_after_s": 1800, "fail_after_s": 3600, "longest_step_s": 1500},
        # A flat line reaches further than it does, and is looked for by itself.
        "spike": {"suspect": 500, "longest_step_s": 700},
    },
}
CHANNELS = {"pm2_5": "SDS011", "pm10": "SDS011", "temperature": "BME280", "humidity": "BME280", "distance": "A02YYUW"}
COMPUTED = {"pm2_5": "kappa-koehler/1", "water_level": "gauge-zero/1"}
# Degrees; the third one is ten kilometres away.
PLACES = ((9.40, 54.80), (9.42, 54.80), (9.56, 54.80))


class Reading(NamedTuple):
    """What one station measured at a step of ten minutes since new year."""

    station: int
    step: int
    values: dict[str, float | None]

    @property
    def time_s(self) -> int:
        return NEW_YEAR_S + self.step * STEP_S


class Region(NamedTuple):
    """The registered stations: the datastreams of each by channel, computed ones as `water_level@gauge-zero/1`."""

    database_url: str
    stations: list[dict[str, int]]

    def dev_eui(self, station: int) -> str:
        return f"70b3d57ed00000{station:02x}"


def register(database_url: str, places: Sequence[tuple[float, float]] = PLACES) -> Region:
    """Stations at these places, with one device each, of a type with the limits above."""
    with psycopg.connect(database_url) as connection:
        type_id = _device_type(connection, LIMITS)
        stations = [_register(connection, type_id, number, place) for number, place in enumerate(places)]
    return Region(database_url, stations)


def _device_type(connection: psycopg.Connection, limits: dict[str, dict[str, Any]]) -> int:
    definition = {
        "format": "plietsch-device-type/1", "code": "test-node", "maker": "-", "model": "-", "summary": "-",
        "decoder": "plietsch",
        "instruments": {model: {"manufacturer": "-"} for model in set(CHANNELS.values())},
        "channels": {channel: {"instrument": model, "limits": limits.get(channel, {})}
                     for channel, model in CHANNELS.items()},
    }  # fmt: skip
    return _one(
        connection,
        "INSERT INTO device_type (code, name, definition, built_in) VALUES ('test-node', '-', %s, false) RETURNING id",
        Jsonb(definition),
    )


def _register(connection: psycopg.Connection, type_id: int, number: int, place: tuple[float, float]) -> dict[str, int]:
    station_id = network._station(connection, f"station-{number}")
    location_id = _one(
        connection,
        "INSERT INTO location (name, longitude, latitude, grid_m) VALUES ('', %s, %s, 100) RETURNING id",
        *place,
    )
    connection.execute("INSERT INTO historical_location VALUES (%s, '-infinity', %s)", (station_id, location_id))
    device_id = _one(
        connection,
        "INSERT INTO device (dev_eui, device_type_id, interval_s) VALUES (%s, %s, 600) RETURNING id",
        f"70b3d57ed00000{number:02x}",
        type_id,
    )
    deployment_id = _one(
        connection,
        "INSERT INTO deployment (device_id, station_id, phase, during, gauge_zero_distance_m)"
        " VALUES (%s, %s, 'installed', '[2025-01-01T00:00:00Z,)', 8) RETURNING id",
        device_id,
        station_id,
    )
    kinds = [(channel, channel, "raw", model) for channel, model in CHANNELS.items()]
    of = {"pm2_5": "SDS011", "water_level": "A02YYUW"}
    kinds += [(f"{code}@{method}", code, method, of[code]) for code, method in COMPUTED.items()]
    found: dict[str, int] = {}
    for channel, code, method, model in kinds:
        found[channel] = _one(
            connection,
            "INSERT INTO datastream (station_id, sensor_id, observed_property_id, method)"
            " SELECT %s, s.id, p.id, %s FROM sensor s, observed_property p WHERE s.model = %s AND p.code = %s"
            " RETURNING id",
            station_id,
            method,
            model,
            code,
        )
        connection.execute(
            "INSERT INTO deployment_channel VALUES (%s, %s, %s)", (deployment_id, channel, found[channel])
        )
    return found


def store(region: Region, batches: Iterable[Sequence[Reading]], heard_later_s: int = 5) -> None:
    """Store readings as the worker does, each batch in a transaction."""
    with session.opened(region.database_url) as opened:
        for batch in batches:
            opened.store([_message(region, reading, heard_later_s) for reading in batch])


def _message(region: Region, reading: Reading, heard_later_s: int) -> Message:
    data = node.encode([(reading.time_s, reading.values)], wide=True)
    heard_s = reading.time_s + heard_later_s
    published = network.up(data, region.dev_eui(reading.station), heard_s=heard_s, fCnt=reading.step + 1)
    return Message(*published, datetime.fromtimestamp(heard_s, UTC))


def judge(region: Region) -> Judge:
    """Judge all there is, by a judge that was not there before."""
    stop = Stop()
    with closing(stop):
        judging = Judge(region.database_url, stop)
        judging.once()
    return judging


class Tables(NamedTuple):
    """What the judge has a say in, but for the times at which things were written."""

    observation: list[tuple[Any, ...]]
    observation_test: list[tuple[Any, ...]]


def tables(region: Region) -> Tables:
    """The tables as they are."""
    return Tables(
        network.rows(
            region.database_url,
            "SELECT datastream_id, phenomenon_time, result, quality FROM observation ORDER BY 1, 2",
        ),
        network.rows(
            region.database_url,
            "SELECT datastream_id, phenomenon_time, arrival, tests FROM observation_test ORDER BY 1, 2",
        ),
    )


def empty(region: Region) -> None:
    """As before the first reading."""
    with psycopg.connect(region.database_url) as connection:
        connection.execute(
            "TRUNCATE observation, observation_test, observation_revision, observation_repeat, uplink, ingest_error,"
            " write_ledger, ledger_reader; UPDATE device_health SET heard_at = NULL, dev_addr = NULL, f_cnt = NULL"
        )


def flags(region: Region, station: int, channel: str) -> list[int]:
    """The qualities of a series, in the order of time."""
    query = "SELECT quality FROM observation WHERE datastream_id = %s ORDER BY phenomenon_time"
    return [row[0] for row in network.rows(region.database_url, query, region.stations[station][channel])]


def _one(connection: psycopg.Connection, query: str, *values: object) -> int:
    return network._one(connection, query, *values)
