"""Scenes of courses: what a station's page shows of a quantity, put into words and points for a picture."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from babel.dates import format_interval

from plietsch.api.stations import Station
from plietsch.dashboards import quantities
from plietsch.dashboards.gauges import Gauge
from plietsch.dashboards.picture.scene import Band, Key, Limit, Line, Mark, Scene
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.regions import Region
from plietsch.dashboards.station import cards, chart, limits, page, past
from plietsch.dashboards.station import course as courses
from plietsch.dashboards.station.course import Course
from plietsch.dashboards.station.past import Deployment
from plietsch.dashboards.station.spans import STEPS, Step
from plietsch.dashboards.texts import N_, Texts

MEANS: dict[Step, str] = {
    "raw": N_("as measured"),
    "10m": N_("means of ten minutes"),
    "1h": N_("means of hours"),
    "1d": N_("daily means"),
}
SUMS: dict[Step, str] = {"1h": N_("sums of hours"), "1d": N_("daily sums")}
_RANGE = N_("least to most")
_GAP = N_("no data")
_UNSURE = N_("not sure enough (air too humid)")
_DOUBTFUL = N_("measured, but suspect or failed")
NOTHING = N_("Nothing was measured in this span.")
_SIMULATION = N_("Simulation")
RAIN = N_("Rain")


class Told(NamedTuple):
    """What there is to tell of one station: its course of a quantity, and what it is held against."""

    station: Station
    region: Region
    course: Course
    gauge: Gauge | None
    devices: Sequence[Deployment]
    at: datetime


def of_station(told: Told, texts: Texts) -> Scene:
    """A station's course as its page shows it."""
    went, station = told.course, told.station
    lines = tuple(line(went, each, chart.name_of(each, went.code, texts), is_bars=went.is_sum) for each in went.lines)
    scale = cards.scale_of(went.code, told.gauge) if page.has_bands(went) else None
    held = limits.of(went, told.gauge, texts)
    return Scene(
        title=station.name,
        subtitle=subtitle(went, told.region, texts),
        language=texts.language,
        description=_described(went, held, texts),
        credit=(credit(station), made(told.at, told.region, texts)),
        unit=QUANTITIES[went.code].unit,
        decimals=QUANTITIES[went.code].decimals,
        since=went.window.since.timestamp(),
        until=went.window.until.timestamp(),
        step_s=step_s(went),
        timezone=told.region.timezone,
        lines=lines,
        beginning=QUANTITIES[went.code].beginning,
        is_sum=went.is_sum,
        gaps=tuple((gap.since.timestamp(), gap.until.timestamp()) for gap in went.gaps),
        limits=tuple(Limit(float(each.value), each.name, each.band) for each in held),
        bands=() if scale is None or not went.times else tuple(Band(band.code, band.upper) for band in scale.bands),
        marks=_marks(told, texts),
        keys=keys(lines, bool(went.gaps), texts),
        simulated=texts.translate(_SIMULATION) if station.simulated else "",
        nothing="" if went.times else texts.translate(NOTHING),
    )


def line(went: Course, drawn: courses.Line, name: str, *, is_bars: bool = False) -> Line:
    """A line of a course: a point in the middle of its step, a break where nothing was measured or is believed."""
    half = step_s(went) / 2
    points = [(time.timestamp() + half, drawn.points.get(time)) for time in went.times]
    # Bars stand for themselves.
    breaks = [] if is_bars else [(at, None) for at in went.breaks]
    placed = sorted([*points, *breaks], key=lambda each: each[0])
    counted = [point if point is not None and point.is_counted else None for _, point in placed]
    has_range = went.step != "raw" and not went.is_sum
    believed = [(time, value) for time, value, quality in chart.doubtful(drawn) if not chart.is_unsure(drawn, quality)]
    return Line(
        name=name,
        times=tuple(time for time, _ in placed),
        values=tuple(point.value if point else None for point in counted),
        lows=tuple(point.low if point else None for point in counted) if has_range else (),
        highs=tuple(point.high if point else None for point in counted) if has_range else (),
        doubtful=tuple((time + half, value) for time, value in believed),
        unsure=_unsure(went, drawn),
    )


Known = tuple[float, float]


def _unsure(went: Course, drawn: courses.Line) -> tuple[tuple[Known, Known], ...]:
    """The ends of each stretch between two values of which one is not sure enough; none reaches over a gap."""
    hints = {time: value for time, value, quality in chart.doubtful(drawn) if chart.is_unsure(drawn, quality)}
    if not hints:
        return ()
    known = sorted(
        (time.timestamp(), point.value)
        for time, point in drawn.points.items()
        if point.value is not None and (point.is_counted or time.timestamp() in hints)
    )
    breaks = went.breaks
    return tuple(
        (before, after)
        for before, after in pairwise(known)
        if (before[0] in hints or after[0] in hints) and not any(before[0] < at < after[0] for at in breaks)
    )


def keys(lines: Sequence[Line], has_gaps: bool, texts: Texts) -> tuple[Key, ...]:
    """A word for each sign that is drawn."""
    drawn = {
        "range": (_RANGE, any(each.lows for each in lines)),
        "gap": (_GAP, has_gaps),
        "unsure": (_UNSURE, any(each.unsure for each in lines)),
        "doubtful": (_DOUBTFUL, any(each.doubtful for each in lines)),
    }
    return tuple(Key(sign, texts.translate(word)) for sign, (word, is_there) in drawn.items() if is_there)


def subtitle(went: Course, region: Region, texts: Texts) -> str:
    """What is shown, in which unit, from when until when, and how finely."""
    quantity = QUANTITIES[went.code]
    name = texts.translate(RAIN if went.is_sum else quantity.name)
    unit = f" ({quantity.unit})" if quantity.unit else ""
    step = texts.translate((SUMS if went.is_sum else MEANS)[went.step])
    return f"{name}{unit} · {days(went, region, texts)} · {step}"


def days(went: Course, region: Region, texts: Texts) -> str:
    """The days of a span, as in 14–21 Nov 2026."""
    # The end belongs to the next day, of which nothing is shown.
    last = went.window.until - quantities.SHORTEST_GAP if went.step != "raw" else went.window.until
    since, until = (moment.astimezone(region.zone).date() for moment in (went.window.since, last))
    return format_interval(since, max(since, until), "yMMMd", locale=texts.locale)


def credit(station: Station) -> str:
    """What a picture may be used for, and whom it is owed to."""
    return " · ".join(part for part in (station.licence, station.attribution) if part)


def made(at: datetime, region: Region, texts: Texts) -> str:
    """What a picture is made by, and as of when."""
    return f"plietsch · {texts.day(at, region.zone)}"


def step_s(went: Course) -> float:
    """How long a step is; 0 where values are as measured."""
    return STEPS[went.step].total_seconds() if went.step in STEPS else 0.0


def _marks(told: Told, texts: Texts) -> tuple[Mark, ...]:
    window = told.course.window
    found = past.marks(told.devices, texts)
    return tuple(Mark(each.time.timestamp(), each.word) for each in found if window.since < each.time < window.until)


def _described(went: Course, held: Sequence[limits.Limit], texts: Texts) -> str:
    """The picture in words: from where to where it goes, and what it is held against."""
    unit = QUANTITIES[went.code].unit
    lines = [
        f"{texts.number(each.value, 0 if float(each.value).is_integer() else 1)} {unit}: {each.name}" for each in held
    ]
    return " ".join([page.extent(went, texts), *(f"{each}." for each in lines)])
