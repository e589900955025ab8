"""Rain, its sums and the index of the air as the judge stores them: the same, in whatever order readings came."""

from contextlib import closing
from datetime import UTC, datetime
from random import Random
from typing import Any

import msgspec
import psycopg
import pytest
from ingest.network import NEW_YEAR_S, rows

from ingest import network
from plietsch.ingest import session
from plietsch.ingest.judge.process import Judge
from plietsch.ingest.messages import Message
from plietsch.ingest.stopping import Stop
from plietsch.platform import registry
from plietsch.platform.regions import RegionFile
from plietsch_node.app import payload as node
from support import judged

DUST, RAIN = "70b3d57ed0000001", "70b3d57ed0000002"
STORED = """
    SELECT p.code, d.method, extract(epoch FROM o.phenomenon_time)::bigint, o.result, o.quality
    FROM observation o
    JOIN datastream d ON d.id = o.datastream_id
    JOIN observed_property p ON p.id = d.observed_property_id
    WHERE d.method <> 'raw' ORDER BY 1, 2, 3
"""


def _station(code: str, dev_eui: str, kind: str, sensors: list[str], **mounting: float) -> dict[str, Any]:
    return {
        "code": code, "name": code, "longitude": 9.4, "latitude": 54.8, "grid_m": 100, "licence": "CC0-1.0",
        "attribution": "", "device": {"dev_eui": dev_eui, "type": kind, "sensors": sensors, "interval_s": 600},
        "deployment": {"phase": "installed", "since": "2025-01-01T00:00:00Z", **mounting},
    }  # fmt: skip


@pytest.fixture
def registered(database_url: str) -> str:
    document = {
        "format": "plietsch-region/1",
        "region": {"code": "test", "name": {"de": "-", "da": "-", "en": "-"}, "bbox": [8, 54, 10, 55],
                   "timezone": "UTC"},
        "operator": {"code": "school", "name": "A school"},
        "stations": [_station("dust", DUST, "plietsch-fine-dust", ["SDS011", "DHT22"]),
                     _station("rain", RAIN, "plietsch-rain", ["rain"], rain_tip_mm=0.2)],
    }  # fmt: skip
    with psycopg.connect(database_url) as connection:
        registry.import_region(connection, msgspec.convert(document, RegionFile))
    return database_url


def _messages() -> list[Message]:
    """Two hours of readings every ten minutes, a frame each: a counter begins anew, one dust is missing."""
    found: list[Message] = []
    for step in range(13):
        time_s = NEW_YEAR_S + 600 * step
        dust = {"pm2_5": 4.0 + step, "pm10": None if step == 3 else 20.0, "temperature": 10.0, "humidity": 50.0}
        rain = {"rain_tips": 100 + 3 * step if step < 8 else step - 8}
        for dev_eui, values in ((DUST, dust), (RAIN, rain)):
            published = network.up(node.encode([(time_s, values)], wide=True), dev_eui, heard_s=time_s, fCnt=step)
            found.append(Message(*published, datetime.fromtimestamp(time_s, UTC)))
    return found


def test_what_the_judge_stores_does_not_tell_in_which_order_readings_came(registered: str):
    messages = _messages()
    Random(7).shuffle(messages)
    with session.opened(registered) as opened:
        for first in range(0, len(messages), 9):
            opened.store(messages[first : first + 9])
            with closing(Stop()) as stop:
                Judge(registered, stop).once()
    stored = rows(registered, STORED)
    by_series = {
        code: [row[2:] for row in stored if row[0] == code] for code in ("rain", "rain_1h", "aqi_eu", "aqi_de")
    }
    assert [result for _, result, _ in by_series["rain"]] == [None, *[0.6] * 7, 0.0, *[0.2] * 4]
    assert [result for _, result, _ in by_series["rain_1h"]] == [*[None] * 6, 3.6, 3.6, 3.0, 2.6, 2.2, 1.8, 1.4]
    # Means of PM2.5, corrected at 50 % humidity: 5.2 and 10.1 µg/m³; the last hour has a sixth of its readings.
    assert by_series["aqi_eu"] == [(NEW_YEAR_S, 2.0, 1), (NEW_YEAR_S + 3600, 2.0, 1)]
    assert by_series["aqi_de"] == [(NEW_YEAR_S, 2.0, 1), (NEW_YEAR_S + 3600, 2.0, 1)]
    for methods in (
        ("rain-sum/1",),
        ("rain-sum/1", "rain-difference/1", "eaqi-2024/1", "uba-lqi-2025/1", "kappa-koehler/1"),
    ):
        with psycopg.connect(registered) as connection:
            judged.may_change(connection)
            connection.execute(
                "DELETE FROM observation o USING datastream d WHERE d.id = o.datastream_id AND method = ANY (%s)",
                (list(methods),),
            )
        judged.judge(registered)
        assert rows(registered, STORED) == stored
    assert _heard_s(registered, "rain_1h") == [600 * step for step in range(13)]
    assert _heard_s(registered, "aqi_eu") == [3000, 6600], "when the last reading of the hour was"


def _heard_s(database_url: str, code: str) -> list[int]:
    """The result times of a series, in seconds since new year."""
    query = f"""SELECT extract(epoch FROM o.result_time)::bigint - {NEW_YEAR_S} FROM observation o
        JOIN datastream d ON d.id = o.datastream_id JOIN observed_property p ON p.id = d.observed_property_id
        WHERE p.code = %s ORDER BY o.phenomenon_time"""
    return [heard_s for (heard_s,) in rows(database_url, query, code)]
