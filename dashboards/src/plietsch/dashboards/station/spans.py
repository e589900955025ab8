"""Spans: how far back a station's page looks, and how finely.

A day and a week are shown as measured where that is not too much for a line and a table; where it is, and for what is
longer, means of steps are. Days are those of a region's zone, from midnight to midnight: one has 23 hours in spring and
one 25 in autumn. They are reckoned by the API's own calendar, so that a download holds what the page shows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from plietsch.api.observations import buckets
from plietsch.dashboards.texts import N_

# A step of "raw" is none: each value as it was measured.
Step = Literal["raw", "10m", "1h", "1d"]
Divided = Literal["10m", "1h", "1d"]

# How long a step is; a day, more or less.
STEPS: dict[Step, timedelta] = {
    "10m": timedelta(minutes=10),
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
}


# What is measured at the end of an interval is no part of it.
_AN_INSTANT = timedelta(microseconds=1)
# A day in autumn has 25 hours, and a month up to 31 days.
_LEEWAY = timedelta(days=1, hours=1)


class Window(NamedTuple):
    """From when (inclusive) until when (exclusive)."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Span:
    """A span: its length, its steps from the finest that is tried, and the step of sums (of rain)."""

    code: str
    name: str
    title: str
    length: timedelta
    steps: tuple[Step, ...]
    sums: Divided

    def window(self, step: Step, at: datetime, zone: ZoneInfo) -> Window:
        """The span up to a moment: exactly, as measured; in whole steps otherwise, the begun one among them."""
        if step == "raw":
            return Window(at - self.length, at)
        until = ended(step, at, zone)
        if step == "1d":
            # By the calendar: an hour more or less where only one of the ends is in summer.
            return Window(begun(step, until.astimezone(zone) - self.length, zone), until)
        return Window(until - self.length, until)


SPANS = {
    each.code: each
    for each in (
        Span("day", N_("Day"), N_("The last 24 hours"), timedelta(days=1), ("raw", "10m"), "1h"),
        Span("week", N_("Week"), N_("The last seven days"), timedelta(days=7), ("raw", "1h"), "1h"),
        Span("month", N_("Month"), N_("The last 30 days"), timedelta(days=30), ("1h",), "1d"),
        Span("year", N_("Year"), N_("The last 365 days"), timedelta(days=365), ("1d",), "1d"),
    )
}


@dataclass(frozen=True)
class Interval(Span):
    """A span between two moments of one's own, `until` excluded: in whole steps, those begun at its ends among them.

    `zone` is the one whose days are shown.
    """

    since: datetime
    until: datetime
    zone: ZoneInfo

    def window(self, step: Step, at: datetime, zone: ZoneInfo) -> Window:
        """The interval, whatever the moment."""
        if step == "raw":
            return Window(self.since, self.until)
        return Window(begun(step, self.since, zone), ended(step, self.until - _AN_INSTANT, zone))


def between(since: datetime, until: datetime, zone: ZoneInfo) -> Interval:
    """The interval between two moments, as finely as the span of the site is that it is no longer than."""
    length = until - since
    usual = like(length)
    return Interval("", "", "", length, usual.steps, usual.sums, since, until, zone)


def like(length: timedelta) -> Span:
    """The shortest span of the site that something of a length is no longer than; a year for what is longer."""
    return next((span for span in SPANS.values() if length <= span.length + _LEEWAY), SPANS["year"])


def chosen(code: str | None) -> Span:
    """The span of that name; a day where there is none of that name."""
    return SPANS.get(code or "", SPANS["day"])


def begun(step: Divided, at: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the step in which a moment lies, in UTC; days are those of the zone."""
    return buckets.moment(buckets.of(step, zone.key).floor(buckets.microseconds(at)))


def ended(step: Divided, at: datetime, zone: ZoneInfo) -> datetime:
    """The end of the step in which a moment lies, in UTC: the beginning of the next one."""
    return buckets.moment(buckets.of(step, zone.key).following(buckets.microseconds(at)))


def begins(step: Divided, window: Window, zone: ZoneInfo) -> list[datetime]:
    """The beginnings of all steps that have something of a window, in UTC."""
    since, until = (buckets.microseconds(moment) for moment in window)
    return [buckets.moment(begin) for begin in buckets.begins(buckets.of(step, zone.key), since, until)]
