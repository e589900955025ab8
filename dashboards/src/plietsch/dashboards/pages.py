"""The pages: what is asked in, a rendered template out."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from plietsch.api import stations
from plietsch.api.database import Connection
from plietsch.dashboards import errors, history, instruments, live, readings, regions, scales
from plietsch.dashboards.site import Site, language_of
from plietsch.dashboards.texts import LANGUAGES, Texts

router = APIRouter(include_in_schema=False)

# What the map can show and its table holds, where a station of the region measures it.
_MAP_PROPERTIES = ("pm2_5", "pm10", "temperature", "distance", "rain_tips")
RegionCode = Annotated[str | None, Query(alias="region")]


def _language(language: str) -> str:
    """The language in the address. Raises errors.PageUnknown."""
    if language not in LANGUAGES:
        raise errors.PageUnknown("There is no such page.")
    return language


Language = Annotated[str, Depends(_language)]


@router.get("/")
async def front_door(request: Request) -> RedirectResponse:
    """To the map in the reader's language."""
    target = request.url.replace(path=f"/{language_of(request)}/")
    address = target.path + (f"?{target.query}" if target.query else "")
    return RedirectResponse(address, status_code=307, headers={"Vary": "Accept-Language", "Cache-Control": "no-cache"})


@router.get("/{language}/")
async def map_page(
    request: Request, language: Language, connection: Connection, region_code: RegionCode = None
) -> HTMLResponse:
    """The map of a region, and its table."""
    site, texts = _site(request, language)
    region = await regions.chosen(connection, region_code)
    if region is None:
        return site.render(request, language, "empty.html")
    found = await stations.installed(connection, stations.Filter(region=region.code))
    measured = await instruments.measured(connection, region.code)
    codes = _shown(measured)
    return site.render(
        request,
        language,
        "map.html",
        region=region,
        rows=[
            _row(station, codes, measured.get(station.code, set()), texts, region)
            for station in sorted(found, key=lambda each: each.name)
        ],
        properties={code: texts.translate(readings.SHORT_NAMES[code]) for code in codes},
        names={code: texts.translate(readings.NAMES[code]) for code in codes},
        units=readings.UNIT_SYMBOLS,
        scales=scales.SCALES,
        config=live.of_map(texts, region, codes, measured),
    )


@router.get("/{language}/stations/{code}")
async def station_page(request: Request, language: Language, code: str, connection: Connection) -> HTMLResponse:
    """A station: its values, its last day as chart and table, where its data comes from and may go."""
    site, texts = _site(request, language)
    station = await stations.one(connection, code)
    region = await regions.chosen(connection, station.region)
    assert region is not None  # noqa: S101 a station without its region is kept out by a foreign key
    now = datetime.now(UTC)
    measured = {each.property for each in station.datastreams or []}
    codes = [name for name in readings.NAMES if name in measured]
    return site.render(
        request,
        language,
        "station.html",
        region=region,
        station=station,
        since=texts.day(station.since, region.zone) if station.since else "",
        readings=readings.of(station, codes, texts, region.zone, now),
        properties={name: texts.translate(readings.SHORT_NAMES[name]) for name in codes},
        units=readings.UNIT_SYMBOLS,
        has_index=scales.has_index(codes),
        sensors=instruments.names(station.datastreams or [], texts),
        hours=await history.of(connection, code, codes, texts, region.zone, now),
        config=live.of_station(texts, region, codes, code),
    )


def _site(request: Request, language: str) -> tuple[Site, Texts]:
    site: Site = request.app.state.site
    return site, site.texts[language]


def _shown(measured: dict[str, set[str]]) -> list[str]:
    """What the map of a region shows: what any of its stations measures, and fine dust while there is none."""
    anywhere = {code for codes in measured.values() for code in codes}
    return [code for code in _MAP_PROPERTIES if code in anywhere] or [_MAP_PROPERTIES[0]]


def _row(
    station: stations.Station, codes: list[str], measured: set[str], texts: Texts, region: regions.Region
) -> dict[str, Any]:
    """A row of the table; what the station does not measure is None there."""
    now = datetime.now(UTC)
    shown = readings.of(station, codes, texts, region.zone, now, short=True)
    newest = max((each.time for each in station.latest.values()), default=None)
    return {
        "station": station,
        "readings": [each if each.property in measured or each.value else None for each in shown],
        "time": texts.day_and_clock(newest, region.zone) if newest else "",
        "time_iso": newest.isoformat() if newest else "",
        "stale": newest is not None and readings.is_stale(newest, now),
    }
