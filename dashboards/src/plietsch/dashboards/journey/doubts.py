"""Why a computed value is in doubt: which of the values that it was computed from did not pass which tests."""

from datetime import timedelta
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.dashboards.journey import lookup
from plietsch.dashboards.journey.facts import Doubt, Value
from plietsch.ingest.qartod.values import SAME_READING_S
from plietsch.ingest.quality import Quality
from plietsch.platform import methods, sql

_QUERIES = sql.load("plietsch.dashboards.journey", "doubts.sql")
# Enough to see what is wrong; each leads on.
_MOST = 5
_SAME_READING = timedelta(seconds=SAME_READING_S)
_INSTANT = timedelta(microseconds=1)


async def of(connection: AsyncConnection[Any], value: Value) -> list[Doubt]:
    """The inputs of a computed value that are suspect or failed; none of what an instrument said itself."""
    if value.method == methods.RAW or value.quality in (Quality.GOOD, Quality.NOT_EVALUATED):
        return []
    span = lookup.SPANS.get((value.code, value.method))
    before, after = (span.before, span.after) if span else (_SAME_READING, _SAME_READING + _INSTANT)
    parameters = {
        "station": value.station_id,
        "datastream": value.datastream_id,
        "codes": list(span.codes if span else value.channels),
        "only_raw": span is None,
        "time": value.measured_at,
        "since": value.measured_at - before,
        "until": value.measured_at + after,
        "most": _MOST,
    }
    async with connection.cursor(row_factory=class_row(Doubt)) as cursor:
        await cursor.execute(_QUERIES["doubts"], parameters)
        return await cursor.fetchall()
