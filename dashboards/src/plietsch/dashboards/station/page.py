"""A station's page as values: all that its template shows, read in one place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from psycopg import AsyncConnection

from plietsch.api.stations import Station
from plietsch.dashboards import gauges, newest, present
from plietsch.dashboards.gauges import Gauge
from plietsch.dashboards.present import Present
from plietsch.dashboards.quantities import QUANTITIES, Quantity
from plietsch.dashboards.regions import Region
from plietsch.dashboards.station import cards, chart, course, limits, names, past, spans, streams, table
from plietsch.dashboards.station.cards import Card
from plietsch.dashboards.station.course import Course
from plietsch.dashboards.station.limits import Limit
from plietsch.dashboards.station.past import Deployment
from plietsch.dashboards.station.spans import Span
from plietsch.dashboards.station.streams import Stream
from plietsch.dashboards.station.table import Table
from plietsch.dashboards.texts import N_, Texts
from plietsch.platform.methods import RAW

_SUM = N_("In all, %(sum)s mm of rain fell.")
_BETWEEN = N_("Between %(low)s and %(high)s %(unit)s.")
# No public network of such sensors is older: where a device was there always, its days are asked for from here on.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LAST = N_("The newest value is of %(day)s.")
_NOTHING = N_("Nothing was measured in this span.")


@dataclass(frozen=True)
class Asked:
    """What a reader asked for, and what there is of the station."""

    station: Station
    region: Region
    now: Present
    streams: list[Stream]
    devices: list[Deployment]
    codes: list[str]
    chosen: str | None
    span: Span
    gauge: Gauge | None
    is_understood: bool = True


@dataclass(frozen=True)
class View:
    """The part of the page that changes with what is measured: the newest values and the course of one of them."""

    cards: list[Card]
    quantity: Quantity | None
    span: Span
    course: Course | None
    table: Table | None
    limits: list[Limit]
    document: str
    extent: str
    csv: str
    steps: str = ""
    line_names: Sequence[str] = ()
    numbers: Callable[[float], str] = str
    last: str = ""
    all_days: str = ""

    def number(self, value: float) -> str:
        """A number as the page's language writes it, as exactly as it needs."""
        return self.numbers(value)

    @property
    def has_range(self) -> bool:
        """Whether values are means, with a least and a most."""
        return self.course is not None and self.course.step != "raw" and not self.course.is_sum

    @property
    def has_doubts(self) -> bool:
        """Whether something was measured that is not believed."""
        lines = self.course.lines if self.course else []
        return any(not chart.is_unsure(line, quality) for line in lines for _, _, quality in chart.doubtful(line))

    @property
    def unsure_line(self) -> int:
        """The number, from 1 on, of the line that goes on though its values are not sure enough; 0 for none."""
        for number, line in enumerate(self.course.lines if self.course else [], 1):
            if any(chart.is_unsure(line, quality) for _, _, quality in chart.doubtful(line)):
                return number
        return 0

    @property
    def has_chart(self) -> bool:
        """Whether there is anything to draw."""
        return self.course is not None and bool(self.course.times)


async def asked(
    connection: AsyncConnection[Any],
    station: Station,
    region: Region,
    devices: list[Deployment],
    language: str,
    code: str | None,
    span: str | None,
) -> Asked:
    """What a reader asks for: the first quantity and a day, where the address says something else than there is."""
    own = await streams.of(connection, station.code)
    codes = streams.shown(own)
    gauge = (await gauges.of(connection, language, station=station.code)).get(station.code)
    drawn = streams.drawn(codes)
    chosen = code if code in drawn else (drawn[0] if drawn else None)
    now = await present.of(connection, region)
    understood = code in (None, chosen) and span in (None, *spans.SPANS)
    return Asked(station, region, now, own, devices, codes, chosen, spans.chosen(span), gauge, understood)


async def view(connection: AsyncConnection[Any], asked: Asked, texts: Texts) -> View:
    """The newest values, and the course of the chosen one."""
    code, at, zone = asked.station.code, asked.now.at, asked.region.zone
    values = (await newest.of(connection, asked.codes, at, station=code, reach=newest.REACH_OF_ONE)).get(code, {})
    place = cards.Place(code, zone, asked.gauge, asked.streams)
    shown = await cards.of(connection, place, asked.codes, values, at, texts)
    if asked.chosen is None:
        return View(shown, None, asked.span, None, None, [], "", "", "")
    went = await course.of(connection, code, asked.streams, asked.chosen, asked.span, at, zone)
    lines = limits.of(went, asked.gauge, texts)
    last = None if went.times or went.doubted else await course.last(connection, asked.streams, asked.chosen, at)
    scale = cards.scale_of(asked.chosen, asked.gauge) if has_bands(went) else None
    return View(
        cards=shown,
        quantity=QUANTITIES[asked.chosen],
        span=asked.span,
        course=went,
        table=table.of(went, texts, zone),
        limits=lines,
        document=chart.document(went, lines, scale, texts, asked.region.timezone, past.marks(asked.devices, texts)),
        extent=extent(went, texts),
        csv=_csv(code, went),
        line_names=[chart.name_of(line, went.code, texts) for line in went.lines],
        steps=texts.translate((names.SUMS if went.is_sum else names.STEPS)[went.step]),
        numbers=lambda value: texts.number(value, 0 if float(value).is_integer() else 1),
        last=texts.gettext(_LAST, day=texts.day(last, zone)) if last else "",
        all_days=_all_days(code, went, asked.devices, last) if last else "",
    )


def has_bands(went: Course) -> bool:
    """Whether classes stand behind the line: the index is one of hours; levels are lines, and rain's is of an hour."""
    return went.code in ("pm2_5", "pm10", "temperature") and went.step != "1d"


def extent(went: Course, texts: Texts) -> str:
    """In a sentence, what the chart and the table show: the sum, or the least and the most as measured."""
    quantity = QUANTITIES[went.code]
    if went.total is not None:
        return texts.gettext(_SUM, sum=texts.number(went.total, quantity.decimals))
    ends = table.summary(went.lines[0]) if went.lines and not went.is_sum else None
    doubted = _doubted(went)
    if ends is None:
        return _all_suspect(doubted, texts) if doubted else texts.translate(_NOTHING)
    low, high = (texts.number(value, quantity.decimals) for value in ends)
    between = texts.gettext(_BETWEEN, low=low, high=high, unit=quantity.unit)
    return f"{between} {_left_out(doubted, texts)}" if doubted else between


def _all_suspect(count: int, texts: Texts) -> str:
    return texts.ngettext("One value, and that is suspect.", "%(count)s values, all of them suspect.", count)


def _left_out(count: int, texts: Texts) -> str:
    return texts.ngettext("One suspect value is left out.", "%(count)s suspect values are left out.", count)


def _doubted(went: Course) -> int:
    """How many values the sentence leaves out; what is only too humid is said in the chart's key."""
    if went.step != "raw" or not went.lines:
        return went.doubted
    return len(chart.doubtful(went.lines[0]))


def _csv(station: str, went: Course) -> str:
    """The address of exactly what is shown."""
    query: list[tuple[str, str]] = [("station", station), ("property", streams.source_of(went.code))]
    query += [("from", utc(went.window.since)), ("to", utc(went.window.until))]
    # Sums are made of what fell each time.
    if went.step != "raw" and not went.is_sum:
        query += resolution(went)
    query += [("method", line.method) for line in went.lines if line.method not in ("", RAW)]
    if len(went.lines) > 1:
        query.append(("method", RAW))
    return f"/api/v1/observations.csv?{urlencode(query)}"


def resolution(went: Course) -> list[tuple[str, str]]:
    """How the API is asked for the steps of a course."""
    return [("resolution", went.step), *([("tz", went.zone.key)] if went.step == "1d" else [])]


def _all_days(station: str, went: Course, devices: Sequence[Deployment], last: datetime) -> str:
    """The address of all days of a quantity, from the first device on."""
    begun = min((each.since for each in devices if each.since), default=_EARLIEST)
    span = {"from": utc(min(begun, last)), "to": utc(last + timedelta(days=1)), "resolution": "1d"}
    query = {"station": station, "property": streams.source_of(went.code), **span, "tz": went.zone.key}
    return f"/api/v1/observations.csv?{urlencode(query)}"


def begun(devices: Sequence[Deployment]) -> str:
    """From when on a station has values, as an address says it; empty where no device was ever installed."""
    known = [each.since for each in devices if each.since]
    if not devices:
        return ""
    return utc(min(known) if len(known) == len(devices) else _EARLIEST)


def utc(moment: datetime) -> str:
    """A moment as an address says it."""
    return (
        moment.astimezone(UTC)
        .isoformat(timespec="microseconds" if moment.microsecond else "seconds")
        .replace("+00:00", "Z")
    )
