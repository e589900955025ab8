"""B5: a million observations as CSV, streamed over HTTP, beside a COPY of the same rows by the server into a file; and
how long a quick question takes beside a thousand who hardly read theirs."""

import http.client
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import psutil
import psycopg
from psycopg import sql

from plietsch_bench import events, results, slow
from plietsch_bench.measured import CompetitorFailed
from plietsch_bench.plan import Plan, Progress
from plietsch_bench.results import Goal, Result
from plietsch_bench.site import scene
from plietsch_bench.world import World

_GOAL_RATIO, _GOAL_MB = 0.7, 100.0
_ROWS, _SERIES = 1_000_000, 10
_CHANNEL = "pm2_5"
_MEGABYTE = 1_000_000
_PIECE = 1 << 18
Span = tuple[str, str]
_SPAN: Span = ("2025-01-01T00:00:00Z", "2030-01-01T00:00:00Z")
_SPAN_OF_A_DAY: Span = ("2025-01-02T00:00:00Z", "2025-01-03T00:00:00Z")
# How often the memory is looked at while the answer comes, in seconds.
_LOOK_S = 0.02
_FILL = """
INSERT INTO observation (datastream_id, phenomenon_time, result, result_time, quality)
SELECT ds, t, round((20 + 10 * sin(ds + extract(epoch FROM t) / 13751))::numeric, 1), t, 1
FROM unnest(%(datastreams)s::integer[]) AS ds,
     generate_series(timestamptz '2025-01-01Z', timestamptz '2025-01-01Z' + (%(values)s - 1) * interval '5 minutes',
                     interval '5 minutes') AS t
ORDER BY ds, t
"""
# The same columns in the same order of the same rows.
_COPY = """
COPY (
    SELECT s.code AS station, p.code AS property, d.method, p.unit, o.phenomenon_time AS time, o.result AS value,
           o.quality, s.simulated, d.id AS datastream
    FROM observation o
    JOIN datastream d ON d.id = o.datastream_id
    JOIN station s ON s.id = d.station_id
    JOIN observed_property p ON p.id = d.observed_property_id
    WHERE d.id = ANY(%(datastreams)s)
    ORDER BY o.phenomenon_time, s.code, p.code
) TO {file} (FORMAT csv, HEADER)
"""


class _Download(NamedTuple):
    rows: int
    seconds: float
    first_s: float
    memory_mb: float


def run(world: World, plan: Plan, progress: Progress) -> Result:
    """Medians of the plan's repetitions, both by turns."""
    rows = min(_ROWS, plan.observations)
    datastreams = [events.datastream_id(device, events.CHANNELS.index(_CHANNEL)) for device in range(_SERIES)]
    found: defaultdict[str, list[float]] = defaultdict(list)
    progress(f"B5 {rows} observations")
    with world.database() as url:
        _fill(url, datastreams, rows // _SERIES)
        with scene.serving(url, world.folder) as address:
            server = scene.server()
            _download(address, server, "csv", limit=1)  # what is made once for all is not what is measured
            for turn in range(plan.repetitions):
                progress(f"B5 CSV, {turn + 1}")
                ours = _download(address, server, "csv")
                if ours.rows != rows:
                    raise CompetitorFailed(f"The API gave {ours.rows} rows of {rows}.")
                found["ours"].append(rows / ours.seconds)
                found["first"].append(ours.first_s)
                found["memory"].append(ours.memory_mb)
                progress(f"B5 COPY, {turn + 1}")
                found["limit"].append(rows / _copy(url, datastreams))
            formats = {name: rows / _download(address, server, name).seconds for name in ("ndjson", "json", "parquet")}
            progress(f"B5 {plan.readers} slow readers")
            crowd = slow.beside(address, _address("csv", _SPAN_OF_A_DAY, 1), _address("ndjson"), plan.readers)
    return _result(plan, rows, found, formats, crowd)


def _result(
    plan: Plan, rows: int, found: dict[str, list[float]], formats: dict[str, float], crowd: dict[str, float]
) -> Result:
    figure, limit = results.middle(found["ours"]), results.middle(found["limit"])
    return Result(
        "B5",
        f"{rows} observations of {_SERIES} series as CSV, streamed over HTTP, by time, station and property; limit:"
        " COPY of the same rows and columns in the same order by the server into a file",
        figure,
        "rows/s",
        limit,
        {},
        [
            Goal("of the limit", _GOAL_RATIO, results.ratio(figure, limit)),
            Goal("MB above idle at most", _GOAL_MB, max(found["memory"]), at_most=True),
        ],
        {
            "seconds until the first rows": results.middle(found["first"]),
            **{f"rows/s as {name}": rate for name, rate in formats.items()},
            **crowd,
        },
        plan.repetitions,
    )


def _fill(url: str, datastreams: list[int], values: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_FILL, {"datastreams": datastreams, "values": values})
        connection.execute("VACUUM ANALYZE observation")


def _download(address: str, server: psutil.Process, format_: str, limit: int | None = None) -> _Download:
    """Everything, read as fast as it comes; nothing is kept. Raises CompetitorFailed."""
    idle, most, looked, lines = server.memory_info().rss, 0, 0.0, 0
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
    began = time.perf_counter()
    connection.request("GET", _address(format_, limit=limit))
    answer = connection.getresponse()
    if answer.status != 200:
        raise CompetitorFailed(f"The API answered {answer.status}: {answer.read()[:300]!r}")
    first_s = 0.0
    while piece := answer.read(_PIECE):
        now = time.perf_counter()
        first_s = first_s or now - began
        lines += piece.count(b"\n")
        if now - looked > _LOOK_S:
            most, looked = max(most, server.memory_info().rss), now
    seconds = time.perf_counter() - began
    connection.close()
    return _Download(lines - 1, seconds, first_s, max(0, most - idle) / _MEGABYTE)


def _address(format_: str, span: Span = _SPAN, series: int = _SERIES, limit: int | None = None) -> str:
    stations = [("station", f"bench-{device}") for device in range(series)]
    paging = [("limit", limit)] if limit else []
    query = urlencode([*zip(("from", "to"), span, strict=True), *stations, ("property", _CHANNEL), *paging])
    return f"/api/v1/observations?{query}&format={format_}"


def _copy(url: str, datastreams: list[int]) -> float:
    """How many seconds the server takes to write the rows into a file of its own."""
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("SET timezone = 'UTC'")
        row = connection.execute("SHOW data_directory").fetchone()
        file = Path(str(row[0] if row else "")) / "plietsch-bench.csv"
        query = sql.SQL(_COPY).format(file=sql.Literal(str(file)))
        began = time.perf_counter()
        connection.execute(query, {"datastreams": datastreams})
        seconds = time.perf_counter() - began
        file.unlink()
    return seconds
