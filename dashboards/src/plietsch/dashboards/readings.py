"""Readings: the newest values of a station, ready to be shown in a language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from plietsch.api.stations import Latest, Station
from plietsch.dashboards import quantities
from plietsch.dashboards.quantities import QUANTITIES, Quantity
from plietsch.dashboards.scales import SCALES
from plietsch.dashboards.texts import Texts


@dataclass(frozen=True)
class Reading:
    """A value as shown: `value` is empty where there is none, `band` the code of its class, or empty."""

    property: str
    name: str
    unit: str
    value: str = ""
    time: str = ""
    time_iso: str = ""
    band: str = ""
    word: str = ""
    stale: bool = False


def of(
    station: Station, codes: Iterable[str], texts: Texts, zone: tzinfo, now: datetime, short: bool = False
) -> list[Reading]:
    """The readings of some quantities; one without a value is there and says so."""
    some = (QUANTITIES[code] for code in codes)
    return [_reading(each, station.latest.get(each.code), texts, zone, now, short) for each in some]


def _reading(
    quantity: Quantity, latest: Latest | None, texts: Texts, zone: tzinfo, now: datetime, short: bool
) -> Reading:
    code, name = quantity.code, texts.translate(quantity.short if short else quantity.name)
    if latest is None:
        return Reading(code, name, quantity.unit)
    stale = quantities.is_stale(latest.time, now)
    band = SCALES[code].band(latest.value) if code in SCALES and not stale else None
    return Reading(
        property=code,
        name=name,
        unit=quantity.unit,
        value=texts.number(latest.value, quantity.decimals),
        time=texts.day_and_clock(latest.time, zone),
        time_iso=latest.time.isoformat(),
        band=band.code if band else "",
        word=texts.translate(band.word) if band else "",
        stale=stale,
    )
