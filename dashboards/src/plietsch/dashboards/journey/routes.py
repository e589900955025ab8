"""The page that tells how a value came here."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from psycopg import AsyncConnection

from plietsch.api import errors as api_errors
from plietsch.api.database import Connection
from plietsch.dashboards import errors, gauges, present, regions
from plietsch.dashboards.front import Language, site_of
from plietsch.dashboards.journey import doubts, drawing, heard, lookup, packet, steps, telling
from plietsch.dashboards.journey.facts import Facts, Value
from plietsch.dashboards.journey.telling import Moment, Telling
from plietsch.dashboards.scales import SCALES, Scale
from plietsch.dashboards.texts import N_
from plietsch.platform import methods

router = APIRouter(include_in_schema=False)

Method = Annotated[str | None, Query()]
_SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_CODE = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
_STATION = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)
_NOBODY = N_("Nobody measured this")
_NO_VALUE = N_(
    "%(station)s has no such value at the time that the address names. Perhaps it has a typing mistake, or the time "
    "has not come yet."
)
_TO_STATION = N_("To the station")


@router.get("/{language}/stations/{code}/values/{quantity}/{time}")
async def journey_page(
    request: Request,
    language: Language,
    code: str,
    quantity: str,
    time: str,
    connection: Connection,
    method: Method = None,
) -> Response:
    """How a value came here; of a station that is known, that it has no such value.

    Raises errors.PageUnknown, and api_errors.StationUnknown, for which a former code is led on.
    """
    if not _STATION.fullmatch(code):
        raise errors.PageUnknown("There is no such station.")
    try:
        return await _journey(request, language, code, quantity, time, connection, method)
    except errors.PageUnknown as error:
        name = await lookup.name_of(connection, code)
        if name is None:
            raise api_errors.StationUnknown(code) from error
        return _nobody_measured(request, language, code, name)


async def _journey(
    request: Request,
    language: str,
    code: str,
    quantity: str,
    time: str,
    connection: AsyncConnection[Any],
    method: str | None,
) -> Response:
    second = _second(time)
    if not _CODE.fullmatch(quantity) or "\0" in (method or ""):
        raise errors.PageUnknown("There is no such value.")
    facts = await lookup.of(connection, code, quantity, second, method)
    return await _page(request, language, facts, connection)


def _nobody_measured(request: Request, language: str, code: str, name: str) -> HTMLResponse:
    site, texts = site_of(request, language)
    response = site.render(
        request,
        language,
        "message.html",
        HTTPStatus.NOT_FOUND,
        title=texts.translate(_NOBODY),
        sentence=texts.gettext(_NO_VALUE, station=name),
        way_back=(f"/{language}/stations/{code}", texts.translate(_TO_STATION)),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


async def _page(request: Request, language: str, facts: Facts, connection: AsyncConnection[Any]) -> HTMLResponse:
    site, texts = site_of(request, language)
    value = facts.value
    region = await regions.chosen(connection, value.region)
    assert region is not None  # noqa: S101 a station without its region is kept out by a foreign key
    now = await present.of(connection, region)
    hour, doubted = await lookup.hour(connection, value, now.at), await doubts.of(connection, value)
    facts = replace(facts, hour=hour, doubts=doubted)
    tell = Telling(texts, region.zone, now.at)
    scale = await _scale(connection, language, value)
    took_s = steps.took_s(facts)
    return site.render(
        request,
        language,
        "journey.html",
        region=region,
        value=value,
        name=tell.name(value.code),
        shown="" if value.result is None else tell.number(value.result, value.decimals),
        unit=telling.unit_of(value.code, value.unit_symbol),
        band=scale.band(value.result) if scale and value.result is not None and value.quality <= 3 else None,
        measured=tell.day_and_clock(value.measured_at),
        took="" if took_s is None else tell.duration(took_s),
        stages=steps.of(facts, scale, tell),
        packet=packet.of(facts, facts.frame, tell) if facts.frame else None,
        gateways=heard.gateways(found, tell) if (found := facts.heard_frame) else [],
        gauge=drawing.of(facts, tell),
        top=drawing.TOP,
        before=_link(facts.before, value, tell),
        after=_link(facts.after, value, tell),
        same=_in_the_interface(value),
    )


async def _scale(connection: AsyncConnection[Any], language: str, value: Value) -> Scale | None:
    """What the value is classed by: for a level of a gauge, by the gauge's own."""
    if value.method in (methods.GAUGE_ZERO, methods.GAUGE_ZERO_SOUND):
        found = await gauges.of(connection, language, station=value.station)
        return found[value.station].scale if value.station in found else None
    return SCALES.get(value.code)


def _link(time: datetime | None, value: Value, tell: Telling) -> tuple[str, Moment] | None:
    if time is None:
        return None
    method = None if value.by_default else value.method
    address = telling.address(tell.texts.language, value.station, value.code, time, method)
    return address, tell.clock(time, value.measured_at)


def _in_the_interface(value: Value) -> str:
    """The address of the same value in the API."""
    second = value.measured_at.astimezone(UTC).replace(microsecond=0)
    until = second.replace(tzinfo=None).isoformat() + ".999999Z"
    span = f"from={second.replace(tzinfo=None).isoformat()}Z&to={until}"
    method = "" if value.by_default else f"&method={value.method}"
    return f"/api/v1/observations?station={value.station}&property={value.code}&{span}{method}"


def _second(text: str) -> datetime:
    """The second in an address. Raises errors.PageUnknown."""
    try:
        if _SECOND.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError as error:
        raise errors.PageUnknown("There is no such time.") from error
    raise errors.PageUnknown("There is no such time.")
