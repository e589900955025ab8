"""From a real node over the simulated air, a real broker and the real ingest to the page that tells of it."""

import re
from pathlib import Path

import psycopg
import pytest
from dashboards.journey_scene import Reader, address, text_of

from plietsch.firmware import identity, live, places, stations
from plietsch.firmware.region import FINE_DUST, RAIN, WATER_LEVEL
from plietsch.firmware.world import Plan
from plietsch.platform import roles
from plietsch.platform.local.broker import EmbeddedBroker
from support import databases, whole_way

START_S = 1_767_571_200.0  # 2026-01-05T00:00:00Z
HOUR_S = 3_600
NEWEST = """
    SELECT DISTINCT ON (ds.id) s.code, p.code, ds.method, extract(epoch FROM o.phenomenon_time)::float8, o.result
    FROM observation o JOIN datastream ds ON ds.id = o.datastream_id JOIN station s ON s.id = ds.station_id
    JOIN observed_property p ON p.id = ds.observed_property_id
    WHERE o.result IS NOT NULL ORDER BY ds.id, o.phenomenon_time DESC
"""


@pytest.mark.slow
def test_every_kind_of_value_has_its_journey(database_url: str, aedes: EmbeddedBroker, tmp_path: Path) -> None:
    chosen = [stations.of_kind(kind, 1, 300)[0] for kind in (FINE_DUST, WATER_LEVEL, RAIN)]
    plan = Plan(chosen, live.source_of(1, begin_s=START_S), places.GATEWAYS, START_S)
    with whole_way.laid(plan, database_url, aedes.url, tmp_path) as way:
        for node in way.nodes.values():
            way.at(START_S + 1, node.station.switch_on)
        way.run_until(START_S + 2 * HOUR_S)
        way.arrive()
    with psycopg.connect(database_url) as connection:
        newest = connection.execute(NEWEST).fetchall()
        (dev_addrs,) = connection.execute("SELECT array_agg(DISTINCT dev_addr) FROM uplink").fetchone() or ([],)
    assert {code for _, code, *_ in newest} >= {
        "pm2_5",
        "temperature",
        "battery",
        "distance",
        "water_level",
        "rain_tips",
    }
    secrets = [
        *dev_addrs, *(gateway.gateway_id for gateway in places.GATEWAYS),
        *(identity.dev_eui(station.code) for station in chosen), *(str(station.longitude) for station in chosen),
    ]  # fmt: skip
    with databases.member(database_url, roles.SITE) as url:
        reader = Reader(url)
        for station, code, method, time_s, result in newest:
            html = reader.page(address(station, code, time_s, query=f"?method={method}"))
            told = text_of(html)
            assert html.count('<li class="stage"') >= 7, (code, method)
            # The bits that are marked, or what was computed from them, are what is stored.
            said = _marked(html) if method == "raw" else _computed(html)
            assert said == pytest.approx(result), (code, method)
            assert "Gateway 1" in told
            assert "in fast motion" in told
            assert [secret for secret in secrets if secret in html] == []
        reader.close()


def _marked(html: str) -> float:
    (field,) = re.findall(r'<li class="field bits-\w+ mine">(.+?)</li>', html, re.DOTALL)
    return _number(field.split('class="field-says">')[1])


def _computed(html: str) -> float:
    sums = html.split('id="computed"')[1].split('class="sums"')[1].split("</ul>")[0]
    return _number(sums.rsplit("= ", 1)[1])


def _number(text: str) -> float:
    found = re.match(r"−?[\d,.]+", text)
    assert found, text
    return float(found[0].replace(",", "").replace("−", "-"))
