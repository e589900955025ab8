"""The course of a quantity over a span: what chart and table show, read once for both."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection

from plietsch.dashboards import quantities, rain
from plietsch.dashboards.newest import RAIN
from plietsch.dashboards.station import days, gaps, spans, streams
from plietsch.dashboards.station.gaps import Gap
from plietsch.dashboards.station.points import MISSING, Point
from plietsch.dashboards.station.spans import STEPS, Divided, Span, Step, Window
from plietsch.dashboards.station.streams import Stream
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards.station", "station.sql")
# More points than a screen is wide nobody sees, and a table of more nobody reads.
MOST = 2000
_NONE = timedelta(0)


@dataclass(frozen=True)
class Line:
    """A line of the chart: the points of a method by their time, or the beginning of their step."""

    method: str
    points: dict[datetime, Point]


@dataclass(frozen=True)
class Course:
    """A quantity over a span. `step` is how fine it is; sums (of rain) are of steps, too, and have a `total`.

    Days are those of `zone`. `doubted` is how many values are suspect or failed, which no line counts; `unbelieved` are
    the beginnings of steps that have no others: there lines break, though there is no gap.
    """

    code: str
    span: Span
    zone: ZoneInfo
    step: Step
    window: Window
    lines: list[Line]
    gaps: list[Gap] = field(default_factory=list[Gap])
    total: float | None = None
    doubted: int = 0
    unbelieved: list[datetime] = field(default_factory=list[datetime])

    @property
    def is_sum(self) -> bool:
        """Whether its values are sums and no means."""
        return self.code == RAIN

    @property
    def times(self) -> list[datetime]:
        """The times of all lines, in order."""
        return sorted({time for line in self.lines for time in line.points})

    @property
    def breaks(self) -> list[float]:
        """Where lines break: in the middle of a gap, and of a step in which nothing is believed. Unix seconds."""
        half = STEPS[self.step].total_seconds() / 2 if self.step in STEPS else 0
        gone = [(gap.since.timestamp() + gap.until.timestamp()) / 2 for gap in self.gaps]
        return sorted([*gone, *(time.timestamp() + half for time in self.unbelieved)])

    @property
    def heard(self) -> list[datetime]:
        """The times at which the instrument said something, were it wrong."""
        points = ((time, point) for line in self.lines for time, point in line.points.items())
        return sorted({time for time, point in points if point.quality != MISSING})


async def of(
    connection: AsyncConnection[Any],
    station: str,
    own: Sequence[Stream],
    code: str,
    span: Span,
    at: datetime,
    zone: ZoneInfo,
) -> Course:
    """The course of a quantity of a station with these series up to a moment; days are those of the zone."""
    if code == RAIN:
        return await _sums(connection, station, own, span, at, zone)
    course = await _course(connection, own, code, span, span.steps[0], at, zone)
    if len(course.times) > MOST:
        course = await _course(connection, own, code, span, span.steps[-1], at, zone)
    return await _with_gaps(connection, course, own, at)


async def _course(
    connection: AsyncConnection[Any],
    own: Sequence[Stream],
    code: str,
    span: Span,
    step: Step,
    at: datetime,
    zone: ZoneInfo,
) -> Course:
    window = span.window(step, at, zone)
    by_method = streams.lines(own, code).items()
    lines = [Line(method, await _points(connection, some, step, window, zone)) for method, some in by_method]
    # A series that has nothing in the span is no line of it, nor a column.
    return Course(code, span, zone, step, window, [line for line in lines if line.points] or lines[:1])


async def _points(
    connection: AsyncConnection[Any], some: Sequence[Stream], step: Step, window: Window, zone: ZoneInfo
) -> dict[datetime, Point]:
    """The points of series that followed each other; where two say something, the later one is believed."""
    if step == "1d":
        return await days.of(connection, [stream.id for stream in some], window, zone)
    found: dict[datetime, Point] = {}
    for stream in some:
        parameters = {"stream": stream.id, "since": window.since, "until": window.until}
        if step == "raw":
            cursor = await connection.execute(_QUERIES["as_measured"], {**parameters, "most": MOST + 1})
            found |= {time: Point(value, quality) for time, value, quality in await cursor.fetchall()}
        else:
            cursor = await connection.execute(_QUERIES[f"by_{step}"], parameters)
            rows = await cursor.fetchall()
            found |= {time: Point(mean, 1, count, low, high) for time, count, mean, low, high in rows}
    return found


async def _sums(
    connection: AsyncConnection[Any], station: str, own: Sequence[Stream], span: Span, at: datetime, zone: ZoneInfo
) -> Course:
    """What fell, hour by hour or day by day."""
    window = span.window(span.sums, at, zone)
    hours = (await rain.hours(connection, window.since, window.until, station=station)).get(station, {})
    fallen: dict[datetime, float] = {}
    for hour, mm in hours.items():
        start = spans.begun(span.sums, hour, zone)
        fallen[start] = fallen.get(start, 0.0) + mm
    lines = [Line("", {start: Point(mm) for start, mm in sorted(fallen.items())})]
    course = Course(RAIN, span, zone, span.sums, window, lines, total=sum(hours.values()) if hours else None)
    return await _with_gaps(connection, course, own, at)


async def _with_gaps(connection: AsyncConnection[Any], course: Course, own: Sequence[Stream], at: datetime) -> Course:
    """The course with where nothing was measured, from when its first instrument was installed."""
    begun = await _begun(connection, own, course.code, course.window)
    if begun is None:
        return course
    shortest = quantities.shortest_gap([course.code])
    if course.step == "raw":
        found = gaps.of_moments(course.heard, begun, at, shortest)
    else:
        step, zone = course.step, course.zone
        doubts = {} if course.is_sum else await doubted(connection, own, course.code, course.window, step, zone)
        unbelieved = sorted(doubts.keys() - set(course.times))
        course = replace(course, doubted=sum(doubts.values()), unbelieved=unbelieved)
        times = sorted({*course.heard, *doubts})
        # An hour of rain is there or not; one of a mean that stands alone says something of those beside it.
        alone = _NONE if course.is_sum else shortest
        found = gaps.of_steps(times, partial(spans.ended, step, zone=zone), begun, at, alone, shortest)
    return replace(course, gaps=found)


async def doubted(
    connection: AsyncConnection[Any], own: Sequence[Stream], code: str, window: Window, step: Divided, zone: ZoneInfo
) -> dict[datetime, int]:
    """How many values of a quantity are suspect or failed, by the beginning of their step (UTC)."""
    ids = [each.id for each in own if each.property == streams.source_of(code) and each.is_default]
    begins = spans.begins(step, window, zone)
    parameters = {"streams": ids, "begins": begins, "since": window.since, "until": window.until}
    cursor = await connection.execute(_QUERIES["doubted"], parameters)
    return {begin.astimezone(UTC): count for begin, count in await cursor.fetchall()}


async def last(connection: AsyncConnection[Any], own: Sequence[Stream], code: str, at: datetime) -> datetime | None:
    """When the last value of a quantity up to a moment was measured; None where there is none."""
    ids = [each.id for each in own if each.property == streams.source_of(code)]
    row = await (await connection.execute(_QUERIES["last"], {"streams": ids, "until": at})).fetchone()
    return row[0] if row else None


async def _begun(connection: AsyncConnection[Any], own: Sequence[Stream], code: str, window: Window) -> datetime | None:
    """From when on something can be missing in a window."""
    cursor = await connection.execute(
        _QUERIES["fed_since"], {"streams": [each.id for each in own if each.property == streams.source_of(code)]}
    )
    row = await cursor.fetchone()
    since = row[0] if row else None
    return max(since, window.since) if since is not None and since < window.until else None
