"""What the chart draws: a course as one JSON document in the page, so that the script asks and guesses nothing.

Times are Unix seconds. Of each line, null says that it has no value there; gaps are said apart, and where lines break.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.scales import Scale
from plietsch.dashboards.station import names
from plietsch.dashboards.station.course import Course, Line
from plietsch.dashboards.station.limits import Limit
from plietsch.dashboards.station.past import Mark
from plietsch.dashboards.station.spans import STEPS
from plietsch.dashboards.texts import N_, Texts
from plietsch.platform.methods import KAPPA_KOEHLER

_TEXTS = {"noData": N_("no data"), "suspect": names.QUALITY[3], "failed": names.QUALITY[4], "unsure": names.UNSURE}


def document(
    course: Course,
    limits: Sequence[Limit],
    scale: Scale | None,
    texts: Texts,
    timezone: str,
    marks: Sequence[Mark] = (),
) -> str:
    """A course with the lines that it is held against; `scale` is what is faint behind it, `marks` what changed."""
    quantity = QUANTITIES[course.code]
    content = {
        "property": course.code,
        "name": texts.translate(quantity.name),
        "unit": quantity.unit,
        "decimals": quantity.decimals,
        "beginning": quantity.beginning,
        "isSum": course.is_sum,
        "since": course.window.since.timestamp(),
        "until": course.window.until.timestamp(),
        "stepS": STEPS[course.step].total_seconds() if course.step in STEPS else 0,
        "timezone": timezone,
        "times": [time.timestamp() for time in course.times],
        "lines": [_line(course, line, texts) for line in course.lines],
        "breaks": [] if course.is_sum else course.breaks,
        "gaps": [[gap.since.timestamp(), gap.until.timestamp()] for gap in course.gaps],
        "limits": [{"value": limit.value, "name": limit.name, "band": limit.band} for limit in limits],
        "marks": [
            [_seconds(mark.time), mark.word] for mark in marks if course.window.since < mark.time < course.window.until
        ],
        "texts": {name: texts.translate(text) for name, text in _TEXTS.items()},
        "bands": [] if scale is None else [{"code": band.code, "upper": band.upper} for band in scale.bands],
    }
    # For a script element, which nothing ends but this character.
    return msgspec.json.encode(content).decode().replace("<", "\\u003c")


def _line(course: Course, line: Line, texts: Texts) -> dict[str, Any]:
    decimals = QUANTITIES[course.code].decimals + (0 if course.step == "raw" or course.is_sum else 1)
    points = [line.points.get(time) for time in course.times]
    has_range = course.step != "raw" and not course.is_sum
    return {
        "method": line.method,
        "name": name_of(line, course.code, texts),
        "values": [_rounded(point.value, decimals) if point and point.is_counted else None for point in points],
        "lows": [_rounded(point.low, decimals) if point else None for point in points] if has_range else [],
        "highs": [_rounded(point.high, decimals) if point else None for point in points] if has_range else [],
        "doubtful": doubtful(line),
        "isComputed": line.method == KAPPA_KOEHLER,
    }


def name_of(line: Line, code: str, texts: Texts) -> str:
    """What a line is called."""
    return texts.translate(names.METHODS.get(line.method, QUANTITIES[code].name))


def doubtful(line: Line) -> list[tuple[float, float, int]]:
    """What was measured and is not believed: time, value, and its quality."""
    return [
        (_seconds(time), point.value, point.quality)
        for time, point in line.points.items()
        if point.value is not None and not point.is_counted
    ]


def is_unsure(line: Line, quality: int) -> bool:
    """Whether a value of a line is doubted only because the air was too humid to correct it well."""
    return line.method == KAPPA_KOEHLER and quality == names.SUSPECT


def _seconds(time: datetime) -> float:
    return time.timestamp()


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)
