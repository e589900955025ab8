"""What a page tells its script: texts, scales and addresses, so that TypeScript repeats none of them."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from plietsch.dashboards import quantities
from plietsch.dashboards.present import Present
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.regions import Region
from plietsch.dashboards.scales import SCALES, Scale
from plietsch.dashboards.texts import N_, Texts

_MESSAGES = {
    "lost": N_("No connection just now. The values shown may be older; trying again."),
    "noValue": N_("no current value"),
    "notCurrent": N_("not current"),
    "simulation": N_("Simulation"),
}


def encode(
    texts: Texts,
    region: Region,
    now: Present,
    codes: Iterable[str],
    /,
    *,
    scales: Mapping[str, Scale] = SCALES,
    messages: Mapping[str, str] | None = None,
    **more: Any,
) -> str:
    """What every page's script is told of some quantities, and what a page adds, as JSON.

    `messages` are the page's own texts, translated here; `more` replaces what it names again.
    """
    config = {
        "language": texts.language,
        "timezone": region.timezone,
        "present": now.at.timestamp(),
        "fastMotion": now.fast_motion,
        "staleAfterS": int(quantities.STALE_AFTER.total_seconds()),
        "properties": {code: _property(code, scales.get(code), texts) for code in codes},
        "texts": {name: texts.translate(text) for name, text in {**_MESSAGES, **(messages or {})}.items()},
        **more,
    }
    return msgspec.json.encode(config).decode()


def bands(scale: Scale, texts: Texts) -> list[dict[str, Any]]:
    """The classes of a scale as scripts know them."""
    return [
        {"code": band.code, "upper": band.upper, "word": texts.translate(band.word), "rank": band.rank}
        for band in scale.bands
    ]


def _property(code: str, scale: Scale | None, texts: Texts) -> dict[str, Any]:
    quantity = QUANTITIES[code]
    return {
        "name": texts.translate(quantity.name),
        "unit": quantity.unit,
        "decimals": quantity.decimals,
        "bands": bands(scale, texts) if scale else [],
    }
