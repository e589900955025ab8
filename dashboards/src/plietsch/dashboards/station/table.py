"""The table beside the chart: the same course in words, the newest first, with a row for each gap."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.station import names
from plietsch.dashboards.station.course import Course, Line, Point
from plietsch.dashboards.station.gaps import Gap
from plietsch.dashboards.texts import N_, Texts

_LEAST = N_("Least")
_MOST = N_("Most")
_COUNT = N_("Values")
_QUALITY = N_("Quality")
_SUM = N_("Sum")
_MEAN = N_("Mean")
_VALUE = N_("Value")
_NOTHING = "–"
_GAP = N_("No data from %(since)s to %(until)s")
_GAP_DAY = N_("No data on %(day)s")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Row:
    """A time and what stands beside it; of a gap, `gap` says from when until when and there are no cells."""

    time: str
    time_iso: str
    cells: list[str] = field(default_factory=list[str])
    gap: str = ""
    doubtful: bool = False


@dataclass(frozen=True)
class Table:
    """Column heads, each with its unit, and rows."""

    heads: list[tuple[str, str]]
    rows: list[Row]


def of(course: Course, texts: Texts, zone: tzinfo) -> Table:
    """The table of a course in a language, its times in a zone."""
    rows = [(time, _row(course, time, texts, zone)) for time in course.times]
    rows += [(gap.since, _gap(course, gap, texts, zone)) for gap in course.gaps]
    rows.sort(key=lambda row: (row[0], bool(row[1].gap)), reverse=True)
    return Table(_heads(course, texts), [row for _, row in rows])


def said(course: Course, moment: datetime, texts: Texts, zone: tzinfo) -> str:
    """A time as the table writes it."""
    if course.step == "1d":
        return texts.day(moment, zone)
    return texts.weekday_and_clock(moment, zone)


def iso(course: Course, moment: datetime, zone: tzinfo) -> str:
    """The same for programs: as the data have it."""
    return (moment.astimezone(zone) if course.step == "1d" else moment).isoformat()


def _gap(course: Course, gap: Gap, texts: Texts, zone: tzinfo) -> Row:
    # The end does not belong to it: of whole days, the last one without data is the one before by the calendar.
    last_moment = max(gap.since, gap.until.astimezone(zone) - _DAY) if course.step == "1d" else gap.until
    first, last = (said(course, moment, texts, zone) for moment in (gap.since, last_moment))
    if course.step == "1d" and first == last:
        return Row(first, iso(course, gap.since, zone), gap=texts.gettext(_GAP_DAY, day=first))
    return Row(first, iso(course, gap.since, zone), gap=texts.gettext(_GAP, since=first, until=last))


def _heads(course: Course, texts: Texts) -> list[tuple[str, str]]:
    unit, many = QUANTITIES[course.code].unit, len(course.lines) > 1
    heads: list[tuple[str, str]] = []
    for line in course.lines:
        if course.is_sum:
            heads.append((texts.translate(_SUM), unit))
            continue
        name = texts.translate(names.METHODS.get(line.method, line.method)) if many else ""
        columns = (_VALUE,) if course.step == "raw" else (_MEAN, _LEAST, _MOST)
        heads += [(f"{texts.translate(each)} ({name})" if name else texts.translate(each), unit) for each in columns]
    if not course.is_sum:
        heads.append((texts.translate(_QUALITY if course.step == "raw" else _COUNT), ""))
    return heads


def _row(course: Course, time: datetime, texts: Texts, zone: tzinfo) -> Row:
    cells: list[str] = []
    points = [line.points.get(time) for line in course.lines]
    for point in points:
        cells += _cells(course, point, texts)
    known = [point for point in points if point is not None]
    doubtful = course.step == "raw" and any(point.quality not in (1, 2) for point in known)
    if course.step == "raw":
        cells.append(_quality(course, points, texts))
    elif not course.is_sum:
        cells.append(texts.number(known[0].count, 0))
    return Row(said(course, time, texts, zone), iso(course, time, zone), cells, doubtful=doubtful)


def _quality(course: Course, points: list[Point | None], texts: Texts) -> str:
    """The quality of a row; where that of another line differs from the first one's, with its name."""
    first, *others = zip(course.lines, points, strict=True)
    usual = first[1].quality if first[1] else None
    words = [] if usual is None else [texts.translate(names.quality(usual, first[0].method))]
    for line, point in others:
        if point is not None and point.quality != usual:
            name, word = names.METHODS.get(line.method, line.method), names.quality(point.quality, line.method)
            words.append(f"{texts.translate(name)}: {texts.translate(word)}")
    return "; ".join(words)


def _cells(course: Course, point: Point | None, texts: Texts) -> list[str]:
    decimals = QUANTITIES[course.code].decimals
    if course.step == "raw" or course.is_sum:
        return [_number(point.value if point else None, decimals, texts)]
    values = (point.value, point.low, point.high) if point else (None, None, None)
    return [_number(value, decimals, texts) for value in values]


def _number(value: float | None, decimals: int, texts: Texts) -> str:
    return _NOTHING if value is None else texts.number(value, decimals)


def summary(line: Line) -> tuple[float, float] | None:
    """The least and the most of what counts; None where nothing does."""
    counted = [point for point in line.points.values() if point.is_counted]
    lows = [point.low if point.low is not None else point.value for point in counted]
    highs = [point.high if point.high is not None else point.value for point in counted]
    known_lows = [value for value in lows if value is not None]
    known_highs = [value for value in highs if value is not None]
    return (min(known_lows), max(known_highs)) if known_lows and known_highs else None
