"""What the map page tells its script."""

from collections.abc import Mapping, Sequence
from typing import Any

from plietsch.dashboards import scripts
from plietsch.dashboards.map.search import Place
from plietsch.dashboards.map.state import State
from plietsch.dashboards.present import Present
from plietsch.dashboards.regions import Region
from plietsch.dashboards.scales import Scale
from plietsch.dashboards.texts import N_, Texts
from plietsch.platform.settings import Settings

_MESSAGES = {
    "noMap": N_("This browser cannot draw the map. The table below says the same."),
    "zoomIn": N_("Zoom in"),
    "zoomOut": N_("Zoom out"),
    "map": N_("Map of the stations"),
    "zoomWithCtrl": N_("Hold Ctrl and scroll to zoom"),
    "zoomWithCommand": N_("Hold ⌘ and scroll to zoom"),
    "twoFingers": N_("Move the map with two fingers"),
}
_SEAS = {"northSea": N_("North Sea"), "balticSea": N_("Baltic Sea")}


def of(
    texts: Texts,
    region: Region,
    now: Present,
    state: State,
    codes: Sequence[str],
    scales: Mapping[str, Scale],
    place: Place | None,
    settings: Settings,
) -> str:
    """The configuration of the map, as JSON; `place` is what a search has found."""
    return scripts.encode(
        texts,
        region,
        now,
        codes,
        scales=scales,
        messages=_MESSAGES,
        region=region.code,
        property=state.quantity,
        at=int(state.at.timestamp()) if state.at else None,
        bounds=region.bounds,
        seas={name: texts.translate(sea) for name, sea in _SEAS.items()},
        data=f"/data/{region.code}",
        places="/data/places",
        live=f"/api/v1/live?region={region.code}",
        stationPage=f"/{texts.language}/stations/",
        found=place and {"name": place.name, "longitude": place.longitude, "latitude": place.latitude},
        tiles=_tiles(settings),
    )


def _tiles(settings: Settings) -> dict[str, Any] | None:
    if not settings.tiles_url:
        return None
    return {"url": settings.tiles_url, "attribution": settings.tiles_attribution}
