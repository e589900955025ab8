"""How each part is, as values: asked of the database at most every few seconds, however many ask."""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec
import psycopg

from plietsch.api import database
from plietsch.api.hot.hot import Hot
from plietsch.api.live import Live
from plietsch.platform import freshness, sql

_QUERIES = sql.load("plietsch.api.status")
# The name under which the judge keeps its place in the ledger (plietsch.ingest.judge).
_JUDGE = "judge"
# Who looks at the page wants to know soon.
_PATIENCE_S = 1.0
_LIFE_S = 5.0
# The judge takes what came in a minute at a time; an import of years takes it longer, and is worth saying.
_BEHIND = timedelta(minutes=5)
# Single sensors fail every day; when so many of them say nothing, it is not the sensors.
_MANY_SILENT = 0.5

Overall = Literal["ok", "degraded", "unavailable"]


class Database(msgspec.Struct, frozen=True):
    """Whether it answers, and how soon."""

    status: Literal["ok", "unreachable", "not prepared"]
    answered_in_ms: float | None = None


class Ingest(msgspec.Struct, frozen=True):
    """Whether measurements arrive; `empty`: none ever did."""

    status: Literal["ok", "late", "silent", "empty", "unknown"] = "unknown"
    written_at: datetime | None = None
    observations_latest_at: datetime | None = None


class Judge(msgspec.Struct, frozen=True):
    """Whether quality flags follow the values; `absent`: no judge ever ran over this database."""

    status: Literal["ok", "behind", "absent", "unknown"] = "unknown"
    behind_s: int | None = None


class Stations(msgspec.Struct, frozen=True):
    """How many stations say something of now."""

    status: Literal["ok", "silent", "empty", "unknown"] = "unknown"
    total: int | None = None
    fresh: int | None = None
    late: int | None = None
    silent: int | None = None


class Api(msgspec.Struct, frozen=True):
    """This process: whether its ready answers are kept, since when it runs, and how many listen to it live."""

    status: Literal["ok", "starting"]
    started_at: datetime
    listeners: int


class Status(msgspec.Struct, frozen=True):
    """All of it, as of a moment; `status` is that of the whole."""

    status: Overall
    at: datetime
    database: Database
    ingest: Ingest
    judge: Judge
    stations: Stations
    api: Api


class Watch:
    """Looks when somebody asks, and remembers for some seconds."""

    def __init__(self) -> None:
        self._started_at = datetime.now(UTC).replace(microsecond=0)
        self._looking = asyncio.Lock()
        self._seen: tuple[float, Status] | None = None

    async def look(self, pool: database.Pool, hot: Hot, live: Live) -> Status:
        """How everything is. It never fails: what cannot be known is `unknown`."""
        async with self._looking:
            if self._seen is None or time.monotonic() - self._seen[0] >= _LIFE_S:
                self._seen = time.monotonic(), await self._look(pool, hot, live)
            return self._seen[1]

    async def _look(self, pool: database.Pool, hot: Hot, live: Live) -> Status:
        now = datetime.now(UTC)
        base, ingest, judge = await _asked(pool, now)
        stations = _stations(hot)
        is_kept = live.is_following and hot.view is not None and hot.answers.present is not None
        api = Api("ok" if is_kept else "starting", self._started_at, live.listeners)
        return Status(_overall(base, ingest, judge, stations, api), now, base, ingest, judge, stations, api)


async def _asked(pool: database.Pool, now: datetime) -> tuple[Database, Ingest, Judge]:
    begun_at = time.monotonic()
    try:
        async with pool.connection(timeout=_PATIENCE_S) as connection:
            written = await (await connection.execute(_QUERIES["written"])).fetchone()
            unjudged = await (await connection.execute(_QUERIES["unjudged"], {"reader": _JUDGE})).fetchone()
    except psycopg.errors.UndefinedTable:
        return Database("not prepared"), Ingest(), Judge()
    except psycopg.OperationalError:
        return Database("unreachable"), Ingest(), Judge()
    took_ms = round((time.monotonic() - begun_at) * 1000, 1)
    written_at, latest_at = written or (None, None)
    has_run, waits_since = unjudged or (False, None)
    return Database("ok", took_ms), _ingest(written_at, latest_at, now), _judge(has_run, waits_since, now)


def _ingest(written_at: datetime | None, latest_at: datetime | None, now: datetime) -> Ingest:
    if written_at is None:
        return Ingest("empty", None, latest_at)
    said = freshness.of(written_at, now)
    return Ingest("ok" if said == "fresh" else said, written_at, latest_at)


def _judge(has_run: bool, waits_since: datetime | None, now: datetime) -> Judge:
    if not has_run:
        return Judge("absent")
    behind = max(now - waits_since, timedelta(0)) if waits_since else timedelta(0)
    return Judge("behind" if behind > _BEHIND else "ok", int(behind.total_seconds()))


def _stations(hot: Hot) -> Stations:
    view = hot.view
    if view is None:
        return Stations()
    counted = Counter(entry.shown.station.freshness for entry in view.entries.values())
    total = counted.total()
    numbers = (total, counted["fresh"], counted["late"], counted["silent"])
    if not total:
        return Stations("empty", *numbers)
    return Stations("silent" if counted["silent"] > total * _MANY_SILENT else "ok", *numbers)


def _overall(base: Database, *parts: Ingest | Judge | Stations | Api) -> Overall:
    if base.status != "ok":
        return "unavailable"
    return "ok" if all(part.status == "ok" for part in parts) else "degraded"
