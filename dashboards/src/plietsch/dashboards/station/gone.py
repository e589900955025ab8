"""What is left of a station that was taken down: its name, when it measured, and its open data."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from psycopg import AsyncConnection

from plietsch.api import stations
from plietsch.dashboards import regions
from plietsch.dashboards.station.past import Deployment, deployments
from plietsch.dashboards.texts import Texts
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards.station", "station.sql")


class Gone(NamedTuple):
    """A station that measured from one day to another; `csv` is the address of all its days."""

    name: str
    simulated: bool
    region: str
    since: str
    until: str
    licence: str
    attribution: str
    csv: str


async def of(connection: AsyncConnection[Any], code: str, texts: Texts) -> Gone | None:
    """A station where nothing is installed any more; None where nothing ever was."""
    if not stations.is_code(code):
        return None
    cursor = await connection.execute(_QUERIES["gone"], {"station": code})
    row = await cursor.fetchone()
    devices: list[Deployment] = await deployments(connection, code)
    ends = [device.until for device in devices if device.until is not None]
    if row is None or not ends:
        return None
    name, region_code, licence, attribution, simulated = row
    region = await regions.chosen(connection, region_code)
    assert region is not None  # noqa: S101 a station without its region is kept out by a foreign key
    begins = [device.since for device in devices if device.since is not None]
    span = {"from": (min(begins) if begins else min(ends)).isoformat(), "to": max(ends).isoformat()}
    query = urlencode({"station": code, **span, "resolution": "1d"})
    return Gone(
        name=name,
        simulated=simulated,
        region=region.name[texts.language],
        since=texts.day(min(begins), region.zone) if begins else "",
        until=texts.day(max(ends), region.zone),
        licence=licence,
        attribution=attribution,
        csv=f"/api/v1/observations.csv?{query}",
    )
