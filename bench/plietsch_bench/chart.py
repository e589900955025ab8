"""B7: a year of one station by the hour over HTTP, from a TimescaleDB with a hundred million observations.

It needs a server with TimescaleDB, on which a database of its own is made: PLIETSCH_TEST_TIMESCALE_URL names it, as for
the tests.
"""

import itertools
import os
import random
import time
import uuid
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from urllib.parse import urlsplit

import httpx
import psycopg

from plietsch.platform import migrations
from plietsch_bench import measured, results
from plietsch_bench.plan import Plan, Progress
from plietsch_bench.results import Goal, Result
from plietsch_bench.site import latest, scene
from plietsch_bench.world import World

SERVER = "PLIETSCH_TEST_TIMESCALE_URL"
_DAYS = 365
_INTERVAL = timedelta(minutes=5)
_VALUES = _DAYS * 24 * 12
# The hundredth part that is slowest needs some hundred charts to be seen.
_CHARTS = 300
_P99_MS = 25.0

_REGISTER = """
INSERT INTO organisation (code, name) VALUES ('lab', 'OK Lab');
INSERT INTO region (code, name, west, south, east, north, timezone)
    VALUES ('flensburg', '{}', 8.2, 54.3, 10.1, 55.1, 'Europe/Berlin');
INSERT INTO location (name, longitude, latitude, grid_m) VALUES ('everywhere', 9.4, 54.8, 1000);
INSERT INTO station (id, code, name, region_id, operator_id, licence, attribution) OVERRIDING SYSTEM VALUE
    SELECT n, 'bench-' || n, 'Bench ' || n, (SELECT id FROM region), (SELECT id FROM organisation), 'CC0-1.0', 'OK Lab'
    FROM generate_series(1, %(stations)s) AS n;
INSERT INTO historical_location SELECT id, '2020-01-01', (SELECT id FROM location) FROM station;
INSERT INTO datastream (id, station_id, sensor_id, observed_property_id) OVERRIDING SYSTEM VALUE
    SELECT n, n, (SELECT id FROM sensor WHERE model = 'SDS011'), (SELECT id FROM observed_property WHERE code = 'pm10')
    FROM generate_series(1, %(stations)s) AS n;
INSERT INTO device (id, dev_eui, device_type_id, interval_s) OVERRIDING SYSTEM VALUE
    SELECT n, lpad(to_hex(n), 16, '0'), (SELECT id FROM device_type WHERE code = 'plietsch-fine-dust'), 300
    FROM generate_series(1, %(stations)s) AS n;
INSERT INTO deployment (id, device_id, station_id, phase, during) OVERRIDING SYSTEM VALUE
    SELECT n, n, n, 'installed', tstzrange('2020-01-01', NULL) FROM generate_series(1, %(stations)s) AS n;
INSERT INTO deployment_channel (deployment_id, channel, datastream_id)
    SELECT n, 'pm10', n FROM generate_series(1, %(stations)s) AS n;
"""
_MEASURE = """
INSERT INTO observation (datastream_id, phenomenon_time, result, result_time, quality)
SELECT n, t, round((20 + 10 * sin(n + extract(epoch FROM t) / 13751) + 5 * random())::numeric, 1), t, 1
FROM generate_series(%(from)s::timestamptz, %(to)s::timestamptz - interval '5 minutes', interval '5 minutes') AS t,
     generate_series(1, %(stations)s) AS n
ORDER BY n, t
"""
_AGGREGATE = "CALL refresh_continuous_aggregate('observation_hour', %(from)s::timestamptz, %(to)s::timestamptz)"
# As the policies of these do by and by; they themselves wait meanwhile, as two may not aggregate at once.
_PAUSE = """
SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs WHERE hypertable_name IS NOT NULL
"""
_COMPRESS = """
SELECT compress_chunk(c, true) FROM show_chunks('observation', older_than => interval '14 days') AS c
UNION ALL
SELECT compress_chunk(c, true) FROM show_chunks('observation_hour', older_than => interval '90 days') AS c
"""
_LEDGER = """
INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations)
SELECT array_agg(id), %(from)s, %(to)s, %(stations)s FROM datastream
"""


def is_possible() -> bool:
    """Whether a TimescaleDB is named."""
    return bool(os.environ.get(SERVER))


def run(world: World, plan: Plan, progress: Progress) -> Result:
    """Each chart is of another station and begins at another hour, so that no answer is one that was kept."""
    stations = max(1, plan.observations // _VALUES)
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    with _database() as url:
        _fill(url, stations, until, progress)
        progress("B7 charts")
        with scene.serving(url, world.folder) as address, httpx.Client(base_url=address, timeout=60) as client:
            rows = [_row(client, kind, stations, until) for kind in ("json", "csv", "arrow")]
            kept = world.folder / "chart.gz"
            kept.write_bytes(_raw(client, _question("json", 1, until)))
        with latest.competing("bare_asgi", kept) as address, httpx.Client(timeout=60) as client:
            limit_ms = _took_ms(client, [address] * _CHARTS)
    figure, p99_ms = float(rows[0]["p50 ms"]), float(rows[0]["p99 ms"])
    return Result(
        "B7",
        f"a year of one of {stations} stations by the hour as JSON, over HTTP, from {stations * _VALUES} observations"
        " on TimescaleDB; limit: as many bytes that are kept",
        figure,
        "ms",
        results.middle(limit_ms),
        {},
        [Goal("p99 in milliseconds", _P99_MS, p99_ms, at_most=True)],
        {"limit, p99, ms": _p99(limit_ms)},
        _CHARTS,
        rows,
    )


@contextmanager
def _database() -> Generator[str]:
    server = os.environ[SERVER]
    name = f"bench_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            # Not by force: TimescaleDB ends its own workers, and an ordinary user may not.
            connection.execute(f"DROP DATABASE {name}")


def _fill(url: str, stations: int, until: datetime, progress: Progress) -> None:
    """A year of values, aggregated and compressed as after a year of operation."""
    migrations.migrate(url)
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(_PAUSE)
        connection.execute(_REGISTER, {"stations": stations})
        weeks = [until - timedelta(days=days) for days in (*range(_DAYS, 0, -7), 0)]
        for number, (since, to) in enumerate(itertools.pairwise(weeks), 1):
            progress(f"B7 week {number} of {len(weeks) - 1}")
            connection.execute(_MEASURE, {"from": since, "to": to, "stations": stations})
        span = {"from": weeks[0] - timedelta(days=1), "to": until + timedelta(days=1), "stations": stations}
        connection.execute(_LEDGER, span)
        progress("B7 aggregates")
        connection.execute(_AGGREGATE, span)
        connection.execute(_COMPRESS)
        connection.execute("VACUUM ANALYZE")


def _row(client: httpx.Client, kind: str, stations: int, until: datetime) -> dict[str, float | str]:
    dice = random.Random(7)  # noqa: S311 nothing to guess
    questions = [
        _question(kind, dice.randint(1, stations), until - timedelta(hours=dice.randrange(24 * 7)))
        for _ in range(_CHARTS)
    ]
    took_ms = _took_ms(client, questions)
    size = float(len(_raw(client, questions[0])))
    return {"as": kind, "bytes sent": size, "p50 ms": results.middle(took_ms), "p99 ms": _p99(took_ms)}


def _question(kind: str, station: int, to: datetime) -> str:
    since = to - timedelta(days=_DAYS - 7)
    return (
        f"/api/v1/observations?station=bench-{station}&property=pm10&resolution=1h"
        f"&from={_written(since)}&to={_written(to)}&format={kind}"
    )


def _took_ms(client: httpx.Client, questions: Sequence[str]) -> list[float]:
    """How long each answer takes until its last byte is there, as a browser asks for it: compressed."""
    took_ms: list[float] = []
    for question in questions:
        begun = time.perf_counter()
        _raw(client, question)
        took_ms.append(1000 * (time.perf_counter() - begun))
    return took_ms


def _raw(client: httpx.Client, question: str) -> bytes:
    with client.stream("GET", question, headers={"Accept-Encoding": "gzip"}) as answer:
        body = b"".join(answer.iter_raw())
    if answer.status_code != httpx.codes.OK:
        raise measured.CompetitorFailed(f"{question} answered {answer.status_code}")
    return body


def _p99(took_ms: Sequence[float]) -> float:
    return quantiles(took_ms, n=100, method="inclusive")[98]


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
