"""What somebody asks a picture of: parameters read, and refused with what is allowed and how it is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from plietsch.api import errors, parameters
from plietsch.api.observations import last as spoken
from plietsch.api.observations.last import Last
from plietsch.dashboards.newest import RAIN
from plietsch.dashboards.station import spans, streams
from plietsch.dashboards.station.spans import Interval
from plietsch.dashboards.station.streams import FALLEN, Stream

_LAST_HINT = "Write a span, as in last=24h, last=7d or last=12mo; or from and to."
# Means of days are the coarsest there are, and more of them than this no picture is wide enough for.
LONGEST = timedelta(days=5 * 366)
# Of the first and the last years of the calendar no local times can be told.
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_UTC = ZoneInfo("UTC")
DEFAULT_LAST = "7d"


@dataclass(frozen=True)
class Time:
    """Which time is asked for: a span up to the present, or between two moments. Both are checked."""

    last: Last
    since: datetime | None = None
    until: datetime | None = None

    def interval(self, now: datetime, zone: ZoneInfo) -> Interval:
        """The interval, as of a present; days and months are those of the zone's calendar."""
        if self.since is not None and self.until is not None:
            return spans.between(self.since, self.until, zone)
        return spans.between(self.last.before(now, zone), now, zone)


def time(last: str | None, start: str | None, end: str | None, now: datetime) -> Time:
    """The time that is asked for. Raises errors.ParameterInvalid."""
    if start is None and end is None:
        since, until = now - length(last or DEFAULT_LAST, now), now
        _check("last", since, until, now)
        return Time(spoken.read(last or DEFAULT_LAST))
    if last is not None:
        raise errors.ParameterInvalid("last", "last does not go with from and to.", _LAST_HINT)
    since, until = parameters.span(start, end, now)
    _check("from", since, until, now)
    return Time(spoken.read(DEFAULT_LAST), since, until)


def length(text: str, now: datetime) -> timedelta:
    """How long a span such as 24h, 7d or 12mo is that ends now. Raises errors.ParameterInvalid."""
    last = spoken.read(text)
    if last.unit is None:
        raise errors.ParameterInvalid("last", f"last={errors.shown(text)} is no span of time.", _LAST_HINT)
    return now - last.before(now, _UTC)


def _check(parameter: str, since: datetime, until: datetime, now: datetime) -> None:
    if until - since > LONGEST:
        message = f"{(until - since).days} days are more than a picture can show."
        raise errors.ParameterInvalid(parameter, message, f"Ask for at most {LONGEST.days} days.")
    if since < _FIRST or until > now + LONGEST:
        hint = f"Ask for a time from {_FIRST.year} on that is no further ahead than {LONGEST.days} days."
        raise errors.ParameterInvalid(parameter, "Nothing was measured then.", hint)


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
    parameters.check_methods(wanted)
    source = streams.source_of(code)
    there = {each.method for each in own if each.property == source}
    if wanted and not there.intersection(wanted):
        message = f"This station has no {source} by that method."
        raise errors.ParameterInvalid("method", message, f"It has: {', '.join(sorted(there))}.")
    return [each for each in own if not wanted or each.property != source or each.method in wanted]


def now() -> datetime:
    """The clock on the wall."""
    return datetime.now(UTC)
