"""Spans that figures are reckoned of: years and months by a zone's calendar, or one span as it is. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

Kind = Literal["year", "month", "whole"]


class Period(NamedTuple):
    """From when until when (UTC), the end not included, and what it is called: 2025, 2025-03, or nothing."""

    name: str
    kind: Kind
    start: datetime
    end: datetime


def of(kind: Kind, start: datetime, end: datetime, zone: ZoneInfo) -> list[Period]:
    """The years or months of a calendar that touch a span, each of them whole; or the span itself."""
    if kind == "whole":
        return [Period("", kind, start, end)]
    return list(_calendar(kind, start, end, zone))


def begin(year: int, month: int, zone: ZoneInfo) -> datetime:
    """When a month begins, in UTC; months beyond the twelfth are the next year's."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return datetime(year, month, 1, tzinfo=zone).astimezone(UTC)


def _calendar(kind: Kind, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Period]:
    local = start.astimezone(zone)
    step = 12 if kind == "year" else 1
    year, month = local.year, 1 if kind == "year" else local.month
    while (begins := begin(year, month, zone)) < end:
        name = f"{year:04}" if kind == "year" else f"{year:04}-{month:02}"
        yield Period(name, kind, begins, begin(year, month + step, zone))
        year, month = year + (month + step - 1) // 12, (month + step - 1) % 12 + 1


def days(start: datetime, end: datetime, zone: ZoneInfo) -> list[datetime]:
    """When the local days begin (UTC) that touch a span, and when the last of them ends."""
    day = start.astimezone(zone).date()
    begins: list[datetime] = []
    while not begins or begins[-1] < end:
        begins.append(datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC))
        day += timedelta(days=1)
    return begins
