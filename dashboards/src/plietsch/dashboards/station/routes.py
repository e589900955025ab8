"""A station's page."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from plietsch.api import stations
from plietsch.api.database import Connection
from plietsch.dashboards import instruments, present, readings, regions, scales, scripts
from plietsch.dashboards.front import Language, site_of
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.station import history

router = APIRouter(include_in_schema=False)


@router.get("/{language}/stations/{code}")
async def station_page(request: Request, language: Language, code: str, connection: Connection) -> HTMLResponse:
    """A station: its values, its last day as chart and table, where its data comes from and may go."""
    site, texts = site_of(request, language)
    station = await stations.one(connection, code)
    region = await regions.chosen(connection, station.region)
    assert region is not None  # noqa: S101 a station without its region is kept out by a foreign key
    now = await present.of(connection, region)
    measured = {each.property for each in station.datastreams or []}
    codes = [name for name in QUANTITIES if name in measured]
    return site.render(
        request,
        language,
        "station.html",
        region=region,
        station=station,
        since=texts.day(station.since, region.zone) if station.since else "",
        readings=readings.of(station, codes, texts, region.zone, now.at),
        quantities=[QUANTITIES[name] for name in codes],
        has_index=scales.has_index(codes),
        sensors=instruments.names(station.datastreams or [], texts),
        hours=await history.of(connection, code, codes, texts, region.zone, now.at),
        config=scripts.of_station(texts, region, now, codes, code),
    )
