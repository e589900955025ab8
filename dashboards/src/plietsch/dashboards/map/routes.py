"""The map page."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from plietsch.api import stations
from plietsch.api.database import Connection
from plietsch.dashboards import instruments, present, quantities, readings, regions, scales, scripts
from plietsch.dashboards.front import Language, RegionCode, site_of
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.texts import Texts

router = APIRouter(include_in_schema=False)


@router.get("/{language}/")
async def map_page(
    request: Request, language: Language, connection: Connection, region_code: RegionCode = None
) -> HTMLResponse:
    """The map of a region, and its table."""
    site, texts = site_of(request, language)
    region = await regions.chosen(connection, region_code)
    if region is None:
        return site.render(request, language, "empty.html")
    found = await stations.installed(connection, stations.Filter(region=region.code))
    measured = await instruments.measured(connection, region.code)
    now = await present.of(connection, region)
    codes = _shown(measured)
    return site.render(
        request,
        language,
        "map.html",
        region=region,
        rows=[
            _row(station, codes, measured.get(station.code, set()), texts, region, now.at)
            for station in sorted(found, key=lambda each: each.name)
        ],
        quantities=[QUANTITIES[code] for code in codes],
        scales=scales.SCALES,
        config=scripts.of_map(texts, region, now, codes, measured),
    )


def _shown(measured: dict[str, set[str]]) -> list[str]:
    """What the map of a region shows: what any of its stations measures, and fine dust while there is none."""
    anywhere = {code for codes in measured.values() for code in codes}
    return [code for code in quantities.OF_THE_MAP if code in anywhere] or [quantities.OF_THE_MAP[0]]


def _row(
    station: stations.Station, codes: list[str], measured: set[str], texts: Texts, region: regions.Region, now: datetime
) -> dict[str, Any]:
    """A row of the table; what the station does not measure is None there."""
    shown = readings.of(station, codes, texts, region.zone, now, short=True)
    newest = max((each.time for each in station.latest.values()), default=None)
    return {
        "station": station,
        "readings": [each if each.property in measured or each.value else None for each in shown],
        "time": texts.day_and_clock(newest, region.zone) if newest else "",
        "time_iso": newest.isoformat() if newest else "",
        "stale": newest is not None and quantities.is_stale(newest, now),
    }
