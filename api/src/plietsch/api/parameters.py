"""What people write into a URL, read: boxes, times. Errors say what is wrong and how it is written."""

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from plietsch.api import errors
from plietsch.api.stations import Bounds
from plietsch.platform import methods

_DEFAULT_SPAN = timedelta(hours=24)
_BBOX_HINT = "Write bbox=west,south,east,north in degrees, as in bbox=9.3,54.7,9.6,54.9."
_TIME_HINT = "Write ISO 8601 with a zone, as in 2026-05-01T00:00:00Z or 2026-05-01T02:00:00%2B02:00."
_ANTIMERIDIAN = "A box over the antimeridian (RFC 7946, section 5.2) is asked for as two, one up to 180, one from -180."
# RFC 3339, and of ISO 8601 besides what it allows of these parts: no seconds, 24:00 as the end of a day, a short zone.
# A leap second is the first one of the next day (POSIX, "Seconds Since the Epoch").
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)([Zz]|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII)
_END_OF_DAY = re.compile(r"24:00(?::00(?:[.,]0+)?)?")
_LEAP_SECOND = re.compile(r"(\d\d:\d\d):60(.*)")
# “2026-05-01T02:00:00 02:00”: in a query string, a plus sign means a space.
_LOST_PLUS = re.compile(r"(.+T.+) (\d\d:?\d\d)", re.ASCII | re.IGNORECASE)


def bounds(text: str | None) -> Bounds | None:
    """A box; None where none is given. Raises errors.ParameterInvalid."""
    if text is None:
        return None
    try:
        box = Bounds(*(float(part) for part in text.split(",")))
    except (TypeError, ValueError) as error:
        raise errors.ParameterInvalid("bbox", f"{errors.shown(text)} is not four numbers.", _BBOX_HINT) from error
    wrong = _wrong_with(box)
    if wrong:
        hint = f"{_BBOX_HINT} {_ANTIMERIDIAN}" if box.west > box.east else _BBOX_HINT
        raise errors.ParameterInvalid("bbox", wrong, hint)
    return box


def _wrong_with(box: Bounds) -> str:
    for name, value in zip(Bounds._fields, box, strict=True):
        most = 180 if name in ("west", "east") else 90
        if not (math.isfinite(value) and -most <= value <= most):
            return f"The {name} of the box is {value:g}: it must lie between -{most} and {most}."
    if box.west > box.east:
        return f"The west of the box ({box.west:g}) lies east of its east ({box.east:g})."
    if box.south > box.north:
        return f"The south of the box ({box.south:g}) lies north of its north ({box.north:g})."
    return ""


def span(
    start: str | None, end: str | None, now: datetime, default: timedelta = _DEFAULT_SPAN
) -> tuple[datetime, datetime]:
    """From when until when, in UTC: the last 24 hours where nothing is said. Raises errors.ParameterInvalid."""
    until = time("to", end) if end is not None else now
    since = time("from", start) if start is not None else _before(until, default)
    if since >= until:
        message = f"from ({since.isoformat()}) is not before to ({until.isoformat()})."
        raise errors.ParameterInvalid("from", message, "from belongs to the span, to does not; to is now if not given.")
    return since, until


def time(name: str, text: str) -> datetime:
    """A moment in UTC. Raises errors.ParameterInvalid."""
    lost_plus = _LOST_PLUS.fullmatch(text)
    if lost_plus:
        hint = f"In a URL a plus sign means a space. Write {name}={lost_plus[1]}%2B{lost_plus[2]}, or UTC with a Z."
        raise errors.ParameterInvalid(name, f"{name}={errors.shown(text)} has a space where its zone begins.", hint)
    try:
        moment = _moment(text)
    except (ValueError, OverflowError) as error:
        raise errors.ParameterInvalid(name, f"{name}={errors.shown(text)} is not a time.", _TIME_HINT) from error
    if moment is None:
        raise errors.ParameterInvalid(name, f"{name}={errors.shown(text)} names no time zone.", _TIME_HINT)
    return moment


def _moment(text: str) -> datetime | None:
    """A moment in UTC, or None where no zone is named. Raises ValueError, OverflowError."""
    written = _TIME.fullmatch(text)
    if written is None:
        raise ValueError(text)
    day, clock, zone = written.groups()
    moment = _by_clock(day, clock or "00:00", zone or "")
    return None if zone is None else moment.astimezone(UTC)


def _by_clock(day: str, clock: str, zone: str) -> datetime:
    if _END_OF_DAY.fullmatch(clock):
        return datetime.fromisoformat(f"{day}T00:00{zone.upper()}") + timedelta(days=1)
    leap = _LEAP_SECOND.fullmatch(clock)
    if leap is None:
        return datetime.fromisoformat(f"{day}T{clock}{zone.upper()}")
    moment = datetime.fromisoformat(f"{day}T{leap[1]}:59{leap[2]}{zone.upper()}") + timedelta(seconds=1)
    if zone and f"{moment.astimezone(UTC):%H%M%S}" != "000000":
        raise ValueError(f"{day}T{clock}{zone} is not the end of a day")
    return moment


def check_methods(wanted: Iterable[str]) -> None:
    """Raises errors.ParameterInvalid for the first method that is none."""
    for method in wanted:
        if method not in methods.ALL:
            hint = f"Known are: {', '.join(methods.ALL)}. Repeat the parameter to ask for several."
            raise errors.ParameterInvalid("method", f"There is no method {errors.shown(method)}.", hint)


def _before(until: datetime, span: timedelta) -> datetime:
    try:
        return until - span
    except OverflowError as error:
        raise errors.ParameterInvalid("to", "Nothing can be measured before the year 1.", _TIME_HINT) from error
