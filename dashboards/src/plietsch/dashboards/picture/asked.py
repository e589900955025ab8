"""What somebody asks a picture of: parameters read, and refused with what is allowed and how it is written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from plietsch.api import errors, parameters
from plietsch.dashboards.newest import RAIN
from plietsch.dashboards.station import spans, streams
from plietsch.dashboards.station.spans import Interval
from plietsch.dashboards.station.streams import FALLEN, Stream
from plietsch.platform import methods

_LAST = re.compile(r"([1-9]\d{0,3})(h|d|mo)", re.ASCII)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "mo": timedelta(days=365) / 12}
_LAST_HINT = "Write a number of hours, days or months, as in last=24h, last=7d or last=12mo; or from and to."
# Means of days are the coarsest there are, and more of them than this no picture is wide enough for.
LONGEST = timedelta(days=5 * 366)
DEFAULT_LAST = "7d"


@dataclass(frozen=True)
class Time:
    """Which time is asked for: a span up to the present, or between two moments. Both are checked."""

    last: timedelta | None
    since: datetime | None = None
    until: datetime | None = None

    def interval(self, now: datetime) -> Interval:
        """The interval, as of a present."""
        if self.since is not None and self.until is not None:
            return spans.between(self.since, self.until)
        return spans.between(now - (self.last or _UNITS["d"]), now)


def time(last: str | None, start: str | None, end: str | None, now: datetime) -> Time:
    """The time that is asked for. Raises errors.ParameterInvalid."""
    if start is None and end is None:
        return Time(length(last or DEFAULT_LAST))
    if last is not None:
        raise errors.ParameterInvalid("last", "last does not go with from and to.", _LAST_HINT)
    since, until = parameters.span(start, end, now)
    if until - since > LONGEST:
        message = f"From from to to are {(until - since).days} days."
        raise errors.ParameterInvalid("from", message, f"A picture shows at most {LONGEST.days} days.")
    return Time(None, since, until)


def length(text: str) -> timedelta:
    """How long a span such as 24h, 7d or 12mo is. Raises errors.ParameterInvalid."""
    found = _LAST.fullmatch(text)
    if not found:
        raise errors.ParameterInvalid("last", f"last={errors.shown(text)} is no span of time.", _LAST_HINT)
    found_length = int(found[1]) * _UNITS[found[2]]
    if found_length > LONGEST:
        message = f"last={text} is longer than a picture can show."
        raise errors.ParameterInvalid("last", message, f"A picture shows at most {LONGEST.days} days.")
    return found_length


def quantity(code: str | None, own: Sequence[Stream]) -> str:
    """The quantity, of those that a station with these series has a course of; the first one if none is asked for.

    Raises errors.ParameterInvalid.
    """
    drawn = streams.drawn(streams.shown(own))
    wanted = RAIN if code == FALLEN else code
    if wanted in drawn:
        return wanted
    if code is None and drawn:
        return drawn[0]
    hint = f"It has: {', '.join(drawn)}." if drawn else "It measures nothing yet of which there could be a picture."
    asked = "anything" if code is None else errors.shown(code)
    raise errors.ParameterInvalid("property", f"This station has no course of {asked}.", hint)


def by_method(own: Sequence[Stream], code: str, wanted: Sequence[str]) -> list[Stream]:
    """The series of these methods, all where none is named. Raises errors.ParameterInvalid."""
    for method in wanted:
        if method not in methods.ALL:
            hint = f"Known are: {', '.join(methods.ALL)}. Repeat the parameter to ask for several."
            raise errors.ParameterInvalid("method", f"There is no method {errors.shown(method)}.", hint)
    source = streams.source_of(code)
    there = {each.method for each in own if each.property == source}
    if wanted and not there.intersection(wanted):
        message = f"This station has no {source} by that method."
        raise errors.ParameterInvalid("method", message, f"It has: {', '.join(sorted(there))}.")
    return [each for each in own if not wanted or each.property != source or each.method in wanted]


def now() -> datetime:
    """The clock on the wall."""
    return datetime.now(UTC)
