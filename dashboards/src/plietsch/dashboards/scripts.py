"""What a page tells its script: texts, scales and addresses, so that TypeScript repeats none of them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from plietsch.api.observations import MOST
from plietsch.dashboards import quantities
from plietsch.dashboards.present import Present
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.regions import Region
from plietsch.dashboards.scales import SCALES, Scale
from plietsch.dashboards.texts import N_, Texts

_MESSAGES = {
    "lost": N_("No connection just now. The values shown may be older; trying again."),
    "noMap": N_("This browser cannot draw the map. The table below says the same."),
    "noData": N_("Nothing was measured in the last 24 hours."),
    "noValue": N_("no current value"),
    "notCurrent": N_("not current"),
    "simulation": N_("Simulation"),
    "zoomIn": N_("Zoom in"),
    "zoomOut": N_("Zoom out"),
    "map": N_("Map of the stations"),
    "zoomWithCtrl": N_("Hold Ctrl and scroll to zoom"),
    "zoomWithCommand": N_("Hold ⌘ and scroll to zoom"),
    "twoFingers": N_("Move the map with two fingers"),
}
_SEAS = {"northSea": N_("North Sea"), "balticSea": N_("Baltic Sea")}


def of_map(
    texts: Texts, region: Region, now: Present, codes: Iterable[str], measured: Mapping[str, Iterable[str]]
) -> str:
    """For the map; `measured` says which properties each station measures."""
    places = {name: texts.translate(sea) for name, sea in _SEAS.items()}
    return _encode(
        texts,
        region,
        now,
        codes,
        bounds=region.bounds,
        seas=places,
        stations=f"/api/v1/stations?region={region.code}",
        measured={station: sorted(own) for station, own in measured.items()},
    )


def of_station(texts: Texts, region: Region, now: Present, codes: Collection[str], code: str) -> str:
    """For a station's page."""
    return _encode(
        texts,
        region,
        now,
        codes,
        station=f"/api/v1/stations/{code}",
        observations=f"/api/v1/observations?station={code}&limit={MOST}",
        shortestGapS=int(quantities.shortest_gap(codes).total_seconds()),
    )


def _encode(texts: Texts, region: Region, now: Present, codes: Iterable[str], **more: Any) -> str:
    config = {
        "language": texts.language,
        "timezone": region.timezone,
        "present": now.at.timestamp(),
        "fastMotion": now.fast_motion,
        "staleAfterS": int(quantities.STALE_AFTER.total_seconds()),
        "properties": {code: _property(code, texts) for code in codes},
        "texts": {name: texts.translate(message) for name, message in _MESSAGES.items()},
        **more,
    }
    return msgspec.json.encode(config).decode()


def _property(code: str, texts: Texts) -> dict[str, Any]:
    quantity, scale = QUANTITIES[code], SCALES.get(code)
    return {
        "name": texts.translate(quantity.name),
        "unit": quantity.unit,
        "decimals": quantity.decimals,
        "bands": _bands(scale, texts) if scale else [],
    }


def _bands(scale: Scale, texts: Texts) -> list[dict[str, Any]]:
    return [
        {"code": band.code, "upper": band.upper, "word": texts.translate(band.word), "rank": band.rank}
        for band in scale.bands
    ]
