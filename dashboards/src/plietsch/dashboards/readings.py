"""Readings: the newest values of a station, ready to be shown in a language."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from plietsch.api.stations import Latest, Station
from plietsch.dashboards.scales import SCALES
from plietsch.dashboards.texts import N_, Texts

# In the order in which they are shown. What is not here is not shown: a spread is for those who ask the API for it.
NAMES = {
    "pm2_5": N_("Fine dust PM2.5"),
    "pm10": N_("Fine dust PM10"),
    "temperature": N_("Air temperature"),
    "humidity": N_("Relative humidity"),
    "pressure": N_("Air pressure"),
    "distance": N_("Distance to the water"),
    "rain_tips": N_("Tips of the rain gauge"),
    "battery": N_("Battery"),
}
SHORT_NAMES = {
    "pm2_5": N_("PM2.5"),
    "pm10": N_("PM10"),
    "temperature": N_("Temperature"),
    "humidity": N_("Humidity"),
    "pressure": N_("Pressure"),
    "distance": N_("Distance"),
    "rain_tips": N_("Tips"),
    "battery": N_("Battery"),
}
UNIT_SYMBOLS = {
    "pm2_5": "µg/m³",
    "pm10": "µg/m³",
    "temperature": "°C",
    "humidity": "%",
    "pressure": "hPa",
    "distance": "mm",
    "rain_tips": "",
    "battery": "V",
}
DECIMALS = {"battery": 2, "distance": 0, "rain_tips": 0}
DEFAULT_DECIMALS = 1
# A value that is older says nothing of now. A node that sends when something changes says every hour that nothing does
# (`silence_s`, docs/node.md), and the frame takes its time.
STALE_AFTER = timedelta(minutes=75)
# A pause in a day's line is a gap from this length on, for a node that measures at its interval ...
SHORTEST_GAP = timedelta(minutes=15)
# ... and for one that sends when something changes, or hourly: one such frame may be lost on its way.
SHORTEST_GAP_ON_CHANGE = timedelta(hours=2, minutes=15)
_ON_CHANGE = {"distance", "rain_tips"}


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


def decimals(code: str) -> int:
    """With how many decimals a property is shown."""
    return DECIMALS.get(code, DEFAULT_DECIMALS)


def shortest_gap(codes: Collection[str]) -> timedelta:
    """How long a station that measures these properties is silent at least where something is missing."""
    return SHORTEST_GAP if _ON_CHANGE.isdisjoint(codes) else SHORTEST_GAP_ON_CHANGE


def of(
    station: Station, codes: Iterable[str], texts: Texts, zone: tzinfo, now: datetime, short: bool = False
) -> list[Reading]:
    """The readings of some properties; one without a value is there and says so."""
    names = SHORT_NAMES if short else NAMES
    return [_reading(code, texts.translate(names[code]), station.latest.get(code), texts, zone, now) for code in codes]


def is_stale(time: datetime, now: datetime) -> bool:
    """Whether what was measured then says nothing of now: it is too old, or of a clock that is as far ahead."""
    return abs(now - time) > STALE_AFTER


def _reading(code: str, name: str, latest: Latest | None, texts: Texts, zone: tzinfo, now: datetime) -> Reading:
    if latest is None:
        return Reading(code, name, UNIT_SYMBOLS[code])
    stale = is_stale(latest.time, now)
    band = SCALES[code].band(latest.value) if code in SCALES and not stale else None
    return Reading(
        property=code,
        name=name,
        unit=UNIT_SYMBOLS[code],
        value=texts.number(latest.value, decimals(code)),
        time=texts.day_and_clock(latest.time, zone),
        time_iso=latest.time.isoformat(),
        band=band.code if band else "",
        word=texts.translate(band.word) if band else "",
        stale=stale,
    )
