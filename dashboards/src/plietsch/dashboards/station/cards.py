"""Cards: the newest value of each quantity with its class, what it means, where it goes and how sure it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.dashboards import air, quantities, readings
from plietsch.dashboards.air import Mean
from plietsch.dashboards.gauges import Gauge
from plietsch.dashboards.newest import FAILED, Newest
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.scales import SCALES, Band, Scale
from plietsch.dashboards.station import meanings, names
from plietsch.dashboards.station.meanings import Damp
from plietsch.dashboards.station.streams import Stream
from plietsch.dashboards.texts import N_, Texts
from plietsch.platform import sql, trends
from plietsch.platform.methods import KAPPA_KOEHLER
from plietsch.platform.trends import Direction, Trend

_QUERIES = sql.load("plietsch.dashboards.station", "station.sql")
_HOUR = timedelta(hours=1)
# Long enough for a slope, short enough for a tide to be one.
_TREND_OF = timedelta(hours=2)
# A tide turns within two hours: the water's rate is that of the last one, if that has enough values.
_TIDAL = ("water_level", "distance")
_TREND_OF_TIDE = timedelta(hours=1)
# From this age on a value under “Now” says how old it is.
_TOLD_AFTER = timedelta(minutes=30)
# Humidity that was measured further away in time is that of other air.
_SAME_AIR = timedelta(minutes=15)
_MOST = 1500
_TRENDS: dict[Direction, str] = {
    "rising": N_("rising, by %(change)s %(unit)s an hour"),
    "falling": N_("falling, by %(change)s %(unit)s an hour"),
    "steady": N_("steady"),
}
_ARROWS: dict[Direction, str] = {"rising": "↗", "falling": "↘", "steady": "→"}
_OF_HOUR = N_("%(index)s, of the hour from %(since)s to %(until)s.")
_SO_FAR = N_("%(index)s, of the hour from %(since)s to %(until)s, so far.")
_DECIDES = N_("What decides: %(dust)s.")
_INDICATIVE = N_("Indicative, of fine dust alone.")
_SILENT = N_("Nothing newer has come: this value says nothing of now.")


class Dust(NamedTuple):
    """A value of fine dust, by its property and method."""

    code: str
    method: str
    result: float | None
    quality: int


@dataclass(frozen=True)
class Card:
    """A newest value as shown, empty where there is none. `band` is the code of its class, `word` its name."""

    property: str
    name: str
    unit: str
    value: str = ""
    time: str = ""
    time_iso: str = ""
    ago: str = ""
    band: str = ""
    word: str = ""
    stale: bool = False
    meaning: tuple[str, ...] = ()
    trend: str = ""
    arrow: str = ""
    quality: str = ""
    doubtful: bool = False
    journey: str = ""
    sign: str = ""
    flag: str = ""


@dataclass(frozen=True)
class Place:
    """What the cards of a station need to know of it."""

    code: str
    zone: tzinfo
    gauge: Gauge | None
    streams: Sequence[Stream]


def scale_of(code: str, gauge: Gauge | None) -> Scale | None:
    """The classes of a quantity at a station: of its water levels, the gauge's own."""
    return gauge.scale if code == "water_level" and gauge else SCALES.get(code)


async def of(
    connection: AsyncConnection[Any],
    place: Place,
    codes: Sequence[str],
    newest: Mapping[str, Newest],
    at: datetime,
    texts: Texts,
) -> list[Card]:
    """The cards of a station as of a moment."""
    cards: list[Card] = []
    for code in codes:
        value = newest.get(code)
        if value is None:
            quantity = QUANTITIES[code]
            cards.append(Card(code, texts.translate(quantity.name), quantity.unit))
            continue
        trend = await _trend(connection, place, code, value.time)
        damp = await _damp(connection, place, code, newest)
        card = _card(place, code, value, trend, codes, damp, at, texts)
        if QUANTITIES[code].of_hour:
            card = replace(card, meaning=await _of_hour(connection, place, code, value, at, texts))
        cards.append(card)
    return cards


def _card(
    place: Place,
    code: str,
    newest: Newest,
    trend: Trend | None,
    codes: Sequence[str],
    damp: Damp | None,
    at: datetime,
    texts: Texts,
) -> Card:
    quantity = QUANTITIES[code]
    # Of an hour, its end: the present, while it lasts.
    time = min(newest.time + _HOUR, max(at, newest.time)) if quantity.of_hour else newest.time
    stale = quantities.is_stale(time, at)
    is_failed = newest.quality >= FAILED
    band = None if stale or is_failed else _band(code, newest.value, place.gauge)
    sign, flag = readings.FLAGS.get(newest.quality, ("", ""))
    says_now = not stale and not is_failed
    return Card(
        property=code,
        name=texts.translate(quantity.name),
        unit=quantity.unit,
        value=texts.number(newest.value, quantity.decimals),
        time=texts.day_and_clock(time, place.zone),
        time_iso=time.isoformat(),
        ago=ago(time, at, texts),
        band=band.code if band else "",
        word=texts.translate(band.word) if band else "",
        stale=stale,
        meaning=_meaning(place, code, newest.value, band, codes, damp, texts)
        if says_now
        else (texts.translate(_SILENT),) * stale,
        trend=_said(trend, code, texts) if trend and says_now else "",
        arrow=_ARROWS[trend.direction] if trend and says_now else "",
        quality=texts.translate(names.QUALITY[newest.quality]),
        doubtful=newest.quality not in (1, 2),
        journey=journey(texts.language, place.code, code, newest.time),
        sign=sign,
        flag=texts.translate(flag),
    )


def journey(language: str, station: str, code: str, time: datetime) -> str:
    """The address of the page that tells how a number came here."""
    moment = time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"/{language}/stations/{station}/values/{code}/{moment}"


def _band(code: str, value: float, gauge: Gauge | None) -> Band | None:
    scale = scale_of(code, gauge)
    return scale.band(value) if scale else None


def _meaning(
    place: Place, code: str, value: float, band: Band | None, codes: Sequence[str], damp: Damp | None, texts: Texts
) -> tuple[str, ...]:
    return tuple(meanings.of(code, value, band.code if band else "", place.gauge, codes, texts, damp))


def ago(time: datetime, at: datetime, texts: Texts) -> str:
    """How long before a moment something was measured, in whole minutes, hours or days; empty if just before."""
    age = at - time
    if age < _TOLD_AFTER:
        return ""
    if age < timedelta(hours=2):
        return texts.ngettext("%(count)s minute ago", "%(count)s minutes ago", age // timedelta(minutes=1))
    if age < timedelta(days=2):
        return texts.ngettext("%(count)s hour ago", "%(count)s hours ago", age // timedelta(hours=1))
    return texts.ngettext("%(count)s day ago", "%(count)s days ago", age.days)


async def _of_hour(
    connection: AsyncConnection[Any], place: Place, code: str, newest: Newest, at: datetime, texts: Texts
) -> tuple[str, ...]:
    """Which index it is, of which hour, and which dust decides."""
    parameters = {"station": place.code, "since": newest.time, "until": newest.time + _HOUR}
    async with connection.cursor(row_factory=class_row(Dust)) as cursor:
        await cursor.execute(_QUERIES["dust"], parameters)
        found = await cursor.fetchall()
    method = next(each.method for each in place.streams if each.property == code)
    worst = [each for each in air.means(method, found) if each.rank == newest.value]
    decides = ", ".join(f"{texts.translate(QUANTITIES[each.code].short)} ({_mean(each, texts)})" for each in worst)
    told = of_which_hour(code, newest.time, at, place.zone, texts)
    return told, *([texts.gettext(_DECIDES, dust=decides)] if decides else []), texts.translate(_INDICATIVE)


def of_which_hour(code: str, begun: datetime, at: datetime, zone: tzinfo, texts: Texts) -> str:
    """Which index it is, and of which hour; of one that is not over, that it may still change."""
    since, until = (texts.clock(moment, zone) for moment in (begun, begun + _HOUR))
    sentence = _OF_HOUR if begun + _HOUR <= at else _SO_FAR
    return texts.gettext(sentence, index=texts.translate(SCALES[code].name), since=since, until=until)


def _mean(mean: Mean, texts: Texts) -> str:
    quantity = QUANTITIES[mean.code]
    return f"{texts.number(mean.ug_m3, quantity.decimals)} {quantity.unit}"


async def _damp(connection: AsyncConnection[Any], place: Place, code: str, newest: Mapping[str, Newest]) -> Damp | None:
    """Of fine dust in air that is too humid for its sensor: how humid, and what the corrected series has."""
    dust, humidity = newest.get(code), newest.get("humidity")
    if code not in meanings.DUST or dust is None or humidity is None or humidity.quality >= FAILED:
        return None
    if humidity.value < meanings.DAMP_PERCENT or abs(humidity.time - dust.time) > _SAME_AIR:
        return None
    return Damp(humidity.value, await _corrected(connection, place, code, dust.time))


async def _corrected(connection: AsyncConnection[Any], place: Place, code: str, time: datetime) -> float | None:
    """The value of the same frame, corrected for humidity, though it may not be sure; None where there is none."""
    for stream in place.streams:
        if (stream.property, stream.method, stream.is_fed) == (code, KAPPA_KOEHLER, True):
            parameters = {"stream": stream.id, "since": time, "until": time, "most": 1}
            cursor = await connection.execute(_QUERIES["as_measured"], parameters)
            row = await cursor.fetchone()
            if row and row[1] is not None and row[2] < FAILED:
                return float(row[1])
    return None


async def _trend(connection: AsyncConnection[Any], place: Place, code: str, until: datetime) -> Trend | None:
    """Where the values of the last hours go; None for what has no trend, or too few values."""
    steady = trends.STEADY_PER_HOUR.get(code)
    stream = next((each for each in place.streams if each.property == code and each.is_fed and each.is_default), None)
    if steady is None or stream is None:
        return None
    parameters = {"stream": stream.id, "since": until - _TREND_OF, "until": until, "most": _MOST}
    cursor = await connection.execute(_QUERIES["as_measured"], parameters)
    points = [
        (time.timestamp(), value)
        for time, value, quality in await cursor.fetchall()
        if value is not None and quality < names.SUSPECT
    ]
    lately = (until - _TREND_OF_TIDE).timestamp()
    last_hour = [point for point in points if point[0] >= lately] if code in _TIDAL else []
    return trends.of(last_hour, steady) or trends.of(points, steady)


def _said(trend: Trend, code: str, texts: Texts) -> str:
    quantity = QUANTITIES[code]
    if trend.direction == "steady":
        return texts.translate(_TRENDS["steady"])
    # What changes slowly needs a decimal more than the value itself has.
    change = abs(trend.per_hour)
    decimals = quantity.decimals if round(change, quantity.decimals) else quantity.decimals + 1
    return texts.gettext(_TRENDS[trend.direction], change=texts.number(change, decimals), unit=quantity.unit)
