"""What the map page tells its script."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

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
    "keys": N_(
        "Arrow keys move the map, plus and minus zoom. The next stop of the Tab key lists the stations in view."
    ),
    "nearest": N_("Stations in view, the nearest to the centre first. Arrow keys step, Enter opens."),
    "play": N_("Play the last seven days"),
    "pause": N_("Pause"),
    "present": N_("Now"),
    "toPresent": N_("To the present"),
    "time": N_("Time shown"),
    "close": N_("Close"),
    "toStation": N_("To the station"),
    "measuredAt": N_("measured %(time)s"),
    "flagSuspect": N_("suspect"),
    "flagFailed": N_("failed its checks"),
    "suspect": N_("This value is in doubt."),
    "failed": N_("This value failed the checks."),
    "found": N_("%(count)s found"),
    "nothingFound": N_("Nothing found"),
    "place": N_("Place"),
    "station": N_("Station"),
}


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
        data=f"/data/{region.code}",
        places="/data/places",
        summary=f"/data/{region.code}/summary?{urlencode(_of_summary(texts, state))}",
        live=f"/api/v1/live?region={region.code}",
        found=place and {"name": place.name, "longitude": place.longitude, "latitude": place.latitude},
        tiles=_tiles(settings),
    )


def _of_summary(texts: Texts, state: State) -> dict[str, str]:
    return {"language": texts.language, **({"region": state.region} if state.region else {})}


def _tiles(settings: Settings) -> dict[str, Any] | None:
    if not settings.tiles_url:
        return None
    return {"url": settings.tiles_url, "attribution": settings.tiles_attribution}
