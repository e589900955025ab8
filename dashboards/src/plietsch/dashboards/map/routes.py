"""The map page: whole on the server for any state that its address says."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from plietsch.api.database import Connection
from plietsch.dashboards import instruments, present, quantities, regions
from plietsch.dashboards.front import Language, RegionCode, site_of
from plietsch.dashboards.map import config, legend, state, stations, table
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.regions import Region
from plietsch.dashboards.summary import region as summary

router = APIRouter(include_in_schema=False)
# What a form's field for a time can say: a minute of the region's own time.
_FIELD = "%Y-%m-%dT%H:%M"


@router.get("/{language}/")
async def map_page(
    request: Request, language: Language, connection: Connection, region_code: RegionCode = None
) -> HTMLResponse:
    """The region in a sentence, its map, and its table."""
    site, texts = site_of(request, language)
    region = await regions.chosen(connection, region_code)
    if region is None:
        return site.render(request, language, "empty.html")
    now = await present.of(connection, region)
    codes = _shown(await instruments.measured_anywhere(connection, region.code))
    asked = state.read(request.query_params, codes, region, now.at)
    at = asked.at or now.at
    levels = await stations.level_names(connection, region.code, language)
    scales = legend.scales_of(codes, list(levels), texts)
    shown = await table.of(connection, region, asked, codes, at, texts)
    return site.render(
        request,
        language,
        "map.html",
        region=region,
        state=asked,
        table=shown,
        summary=await summary.of(connection, request.app.state.summaries, region, now, texts, asked.at, asked.kept),
        quantities=[QUANTITIES[code] for code in codes],
        legends=[legend.of(code, scales.get(code), levels, texts) for code in codes],
        document=_document(region, asked),
        simulated=shown.has_simulated,
        count_written=texts.number(shown.count, 0),
        tiles_attribution=request.app.state.settings.tiles_attribution,
        moment=texts.weekday_and_clock(at, region.zone),
        **_field(region, at, now.at),
        config=config.of(texts, region, now, asked, codes, scales, shown.found.place, request.app.state.settings),
    )


def _shown(measured: set[str]) -> list[str]:
    """What the map of a region shows: what any of its stations measures, and fine dust while there is none."""
    return [code for code in quantities.OF_THE_MAP if code in measured] or [quantities.OF_THE_MAP[0]]


def _document(region: Region, asked: state.State) -> str:
    """The address of what the map shows, to the letter as its script asks for it: it is loaded beside the script."""
    at = f"&at={asked.moment}" if asked.at else ""
    return f"/data/{region.code}/map?property={asked.quantity}{at}"


def _field(region: Region, at: datetime, now: datetime) -> dict[str, Any]:
    """The time shown and the latest one that can be asked for, as a form's field has them."""
    return {
        "moment_field": at.astimezone(region.zone).strftime(_FIELD),
        "latest_field": now.astimezone(region.zone).strftime(_FIELD),
    }
