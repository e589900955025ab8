"""What is missing of a datastream: its gaps as the database knows them, and from them how much of each day is there."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from plietsch.platform import methods

DAY = timedelta(days=1)
# From nearly nothing to everything.
_BLOCKS = "▁▂▃▄▅▆▇█"
_NOTHING = "·"
_NOT_DEPLOYED = " "


class Span(NamedTuple):
    """A time in which a device fed the datastream, and how often it is meant to measure."""

    start: datetime
    end: datetime
    step: timedelta


class Gap(NamedTuple):
    """From one observation to the next where some are missing; the end is None while it lasts."""

    start: datetime
    end: datetime | None
    missing: int


class Series(NamedTuple):
    """A datastream in an interval."""

    datastream_id: int
    station: str
    code: str
    method: str
    sensor: str
    spans: Sequence[Span]
    gaps: Sequence[Gap]
    observed: int

    @property
    def quantity(self) -> str:
        """What it is a series of, as people tell it from others."""
        return self.code if self.method == methods.RAW else f"{self.code} ({self.method})"

    @property
    def missing(self) -> int:
        return sum(gap.missing for gap in self.gaps)

    @property
    def availability(self) -> float | None:
        """The part of the expected observations that is there, 0 to 1; None where none was expected."""
        expected = self.observed + self.missing
        return self.observed / expected if expected else None

    def longest(self, now: datetime) -> timedelta | None:
        return max(((gap.end or now) - gap.start for gap in self.gaps), default=None)


def coverage(series: Series, since: datetime, until: datetime, days: int = 1) -> list[tuple[datetime, float | None]]:
    """How much of each so many days is there, from the midnight (UTC) before `since`; None where none was deployed."""
    start = since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    parts: list[tuple[datetime, float | None]] = []
    while start < until:
        end = start + days * DAY
        deployed = sum((_overlap(span.start, span.end, start, end) for span in series.spans), timedelta())
        silent = sum((_silent(series, gap, start, min(end, until), until) for gap in series.gaps), timedelta())
        parts.append((start, max(0.0, 1 - silent / deployed) if deployed else None))
        start = end
    return parts


def bar(parts: Sequence[tuple[datetime, float | None]]) -> str:
    """A character for each part, the higher the more is there."""
    return "".join(_character(part) for _, part in parts)


def _character(part: float | None) -> str:
    if part is None:
        return _NOT_DEPLOYED
    # The full block is for what is whole: a day that lacks one observation can be told from one that lacks none.
    return _BLOCKS[min(int(part * len(_BLOCKS)), len(_BLOCKS) - (part < 1) - 1)] if part else _NOTHING


def _silent(series: Series, gap: Gap, start: datetime, end: datetime, now: datetime) -> timedelta:
    """How much of an interval is silent: from half a step behind one observation to half a step before the next."""
    step = next((span.step for span in series.spans if span.start <= gap.start <= span.end), timedelta())
    return _overlap(gap.start + step / 2, (gap.end or now) - step / 2, start, end)


def _overlap(start: datetime, end: datetime, other_start: datetime, other_end: datetime) -> timedelta:
    return max(timedelta(), min(end, other_end) - max(start, other_start))
