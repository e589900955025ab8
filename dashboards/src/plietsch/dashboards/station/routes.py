"""A station's page; the part of it that changes with what is measured; and what is left of a station that is gone."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from psycopg import AsyncConnection

from plietsch.api import errors as api_errors
from plietsch.api import stations
from plietsch.api.database import Connection
from plietsch.dashboards import instruments, regions, scales
from plietsch.dashboards.compare import nearest
from plietsch.dashboards.front import Language, site_of
from plietsch.dashboards.page_data import links
from plietsch.dashboards.page_data.rewriting import LAST as _LAST
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.station import capture, config, gone, methods, notes, page, past, spans, streams
from plietsch.dashboards.station.page import Asked
from plietsch.dashboards.texts import Texts

router = APIRouter(include_in_schema=False)

Property = Annotated[str | None, Query(alias="property")]
SpanCode = Annotated[str | None, Query(alias="span")]


@router.get("/{language}/stations/{code}")
async def station_page(
    request: Request,
    language: Language,
    code: str,
    connection: Connection,
    property_: Property = None,
    span: SpanCode = None,
) -> HTMLResponse:
    """A station: its values and what they mean, how they went, where they come from and how far they can be trusted."""
    site, texts = site_of(request, language)
    try:
        asked = await _asked(connection, code, language, property_, span)
    except api_errors.StationUnknown:
        left = await gone.of(connection, code, texts)
        if left is None:
            raise
        return site.render(request, language, "station_gone.html", left=left)
    context = await _context(connection, asked, texts)
    return site.render(request, language, "station.html", origin=str(request.base_url).rstrip("/"), **context)


@router.get("/data/{language}/stations/{code}")
async def station_fragment(
    request: Request,
    language: Language,
    code: str,
    connection: Connection,
    property_: Property = None,
    span: SpanCode = None,
) -> HTMLResponse:
    """The newest values and the course as they are now, for the page's script to put in their place."""
    site, texts = site_of(request, language)
    asked = await _asked(connection, code, language, property_, span)
    return site.render(request, language, "station_parts.html", **await _view(connection, asked, texts))


async def _asked(
    connection: AsyncConnection[Any], code: str, language: str, property_: str | None, span: str | None
) -> Asked:
    station = await stations.one(connection, code)
    region = await regions.chosen(connection, station.region)
    assert region is not None  # noqa: S101 a station without its region is kept out by a foreign key
    devices = await past.deployments(connection, code)
    return await page.asked(connection, station, region, devices, language, property_, span)


async def _view(connection: AsyncConnection[Any], asked: Asked, texts: Texts) -> dict[str, Any]:
    view = await page.view(connection, asked, texts)
    known = await notes.of(connection, asked.station.code, asked.now.at)
    return {
        "station": asked.station,
        "region": asked.region,
        "quantities": [QUANTITIES[code] for code in streams.drawn(asked.codes)],
        "spans": list(spans.SPANS.values()),
        "has_index": scales.has_index(asked.codes),
        "is_understood": asked.is_understood,
        "view": view,
        "known": known,
        "notes": notes.under(known, view.course, texts, asked.region.zone) if view.course else [],
        **_elsewhere(asked, texts),
    }


def _elsewhere(asked: Asked, texts: Texts) -> dict[str, Any]:
    """The course that is shown as data and as a picture, and beside others."""
    code, query = asked.station.code, [("property", asked.chosen or ""), ("span", asked.span.code)]
    last, picture = _LAST[asked.span.code], f"/api/v1/stations/{code}/chart"
    look = urlencode({"property": asked.chosen or "", "last": last, "lang": texts.language})
    compared = urlencode({"station": code, "property": asked.chosen or "", "last": last})
    return {
        "formats": links.of(f"/{texts.language}/stations/{code}", query, texts) if asked.chosen else [],
        "pictures": [(kind.upper(), f"{picture}.{kind}?{look}") for kind in ("png", "svg")] if asked.chosen else [],
        "compared": f"/{texts.language}/compare?{compared}",
    }


async def _context(connection: AsyncConnection[Any], asked: Asked, texts: Texts) -> dict[str, Any]:
    station, zone, now = asked.station, asked.region.zone, asked.now
    kinds = {each.model: instruments.name(each.model, each.manufacturer, texts) for each in asked.streams}
    stood = await past.stood(connection, station.code)
    view = await _view(connection, asked, texts)
    events = past.events(asked.devices, stood, kinds, texts, zone)
    events += notes.past(view["known"], station.code, texts, zone)
    return {
        **view,
        "since": texts.day(begun, zone) if (begun := past.since(asked.devices)) else "",
        "begun": page.begun(asked.devices),
        "fast_motion": texts.day_and_clock(now.at, zone) if now.fast_motion else "",
        "downloads": sorted({streams.source_of(each) for each in asked.codes}),
        "sensors": instruments.names(station.datastreams or [], texts),
        "neighbours": await nearest.of(connection, station.code, asked.chosen) if asked.chosen else [],
        "methods": methods.of(asked.streams, asked.devices, texts),
        "events": sorted(events, key=lambda each: each.day_iso, reverse=True),
        "captured": await capture.of(connection, asked.streams, streams.drawn(asked.codes), now.at, texts, zone),
        "config": config.of(
            texts, asked.region, now, station.code, asked.codes, asked.gauge, asked.chosen or "", asked.span
        ),
    }
